/**
 * Runs contestants in namespaces, ahead of everything else on the machine where that is allowed.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import process from "node:process";

/** What doing a job once cost. */
export interface Sample {
  /** Processor time of the main thread, in ns; of all threads where no thread is the main one. */
  readonly cpu: number;
  /** Processor time of all threads, in ns. */
  readonly process: number;
  /** Time that passed, in ns. */
  readonly wall: number;
  /** How many things were seen. */
  readonly count: number;
  /** The most memory that the process had, in bytes, where that is measured. */
  readonly rss?: number;
}

/** Not real-time: there, a runtime's threads that wait for each other by yielding keep out all others for minutes. */
const AHEAD = ["nice", "-n", "-15"];

/** The prefix that puts a command ahead of ordinary ones; empty where that is not allowed. */
export function priority(): readonly string[] {
  const { status, stderr } = spawnSync(AHEAD[0], [...AHEAD.slice(1), "true"], { encoding: "utf8" });
  return status === 0 && stderr === "" ? AHEAD : []; // it says that it may not, and goes on
}

/** A contestant's program, which waits for its turn. */
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
    child.stdin.on("error", () => {}); // an end without reading on is told of by what follows
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

  /** Has the job done once. */
  async run(): Promise<Sample> {
    this.#child.stdin.write("\n");
    return JSON.parse(await this.#line());
  }

  /** Ends a program that has no end of its own. */
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
