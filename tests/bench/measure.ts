/**
 * Runs the programs in network namespaces, with a higher priority than all other processes if that is allowed.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import process from "node:process";

/** The cost of doing a job once. */
export interface Sample {
  /** Processor time of the main thread in ns; of all threads if there is no main one. */
  readonly cpu: number;
  /** Processor time of all threads in ns. */
  readonly process: number;
  /** Elapsed time in ns. */
  readonly wall: number;
  /** Number of things that were counted. */
  readonly count: number;
  /** Peak memory of the process in bytes, if measured. */
  readonly rss?: number;
}

/**
 * Not a real-time priority: with it, a runtime's threads that wait for each other by yielding block all other processes
 * for minutes.
 */
const AHEAD = ["nice", "-n", "-15"];

/** Returns the command prefix that raises the priority; empty if that is not allowed. */
export function priority(): readonly string[] {
  const { status, stderr } = spawnSync(AHEAD[0], [...AHEAD.slice(1), "true"], { encoding: "utf8" });
  return status === 0 && stderr === "" ? AHEAD : []; // without permission, nice prints an error but runs the command
}

/** A running program that waits for its turn. */
export class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  #rest = "";
  #errors = "";
  #ended: string | undefined;
  #wake: () => void = () => {};

  constructor(namespace: string, command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = this.#child = spawn("ip", ["netns", "exec", namespace, ...command], {
      env: { ...process.env, ...env },
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#wake();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
    child.stdin.on("error", () => {}); // if the program ends without reading, a later event reports it
    child.once("error", (error) => this.#end(error.message));
    child.once("close", (code, signal) => {
      const said = this.#errors.trim().split("\n").find((line) => /error|cannot|exception/i.test(line));
      this.#end(`ended with ${signal ?? code}: ${said ?? this.#errors.trim().split("\n").at(-1)}`);
    });
  }

  /** Waits until the program is ready. */
  async ready(): Promise<void> {
    const line = await this.#line();
    if (line !== "ready") throw new Error(`said ${JSON.stringify(line)} instead of being ready`);
  }

  /** Makes the program do the job once. */
  async run(): Promise<Sample> {
    this.#child.stdin.write("\n");
    return JSON.parse(await this.#line());
  }

  /** Kills a program that does not end by itself. */
  kill(): void {
    this.#child.kill();
  }

  /** Ends the program. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    while (this.#ended === undefined) await this.#more();
  }

  async #line(): Promise<string> {
    while (this.#lines.length === 0) {
      if (this.#ended !== undefined) throw new Error(this.#ended);
      await this.#more();
    }
    return this.#lines.shift()!;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #end(how: string): void {
    this.#ended ??= how;
    this.#wake();
  }
}
