/**
 * Shared by the examples: options and `--help`, a table or JSON of what an example lists or watches, errors in one
 * line, and an orderly end when a signal comes or the reader of the output is gone.
 *
 * @module
 */
import process from "node:process";
import { printable, stringify } from "../core/printable.ts";

/**
 * The options of an example by name. `all: "of all tables"` is a switch, `netns: ["NAME", "in a namespace"]` takes a
 * value. The first letter is enough if no other option has it: `-a`.
 */
export type Options = Readonly<Record<string, string | readonly [value: string, help: string]>>;

/** The given options: true for a switch, text for an option with a value. */
export type Given<O extends Options> = { readonly [K in keyof O]?: O[K] extends string ? true : string };

/** The description of an example. */
export interface Example<O extends Options> {
  /** Description, in one sentence or more. */
  readonly about: string;
  /** Arguments beside options: `ADDRESS [PORT]`, `[NAME]...`. */
  readonly takes?: string;
  /** Its options. `--help` is always there, and `--json` if it lists or watches. */
  readonly options?: O;
}

/** Objects that an example lists (an array, a generator) or watches (an async iterable). */
export type Listed<T> = Iterable<T> | AsyncIterable<T>;

/** A line of a table: cells by the titles of their columns. */
export type Line = Readonly<Record<string, unknown>>;

/** A wrong argument of the command line. */
export class UsageError extends Error {}

/** Returns the whole number that a word of the command line is; refuses others. `what` is as in the help: "PORT". */
export function number(word: string, what: string, least = 0, most = 4_294_967_295): number {
  const found = /^\d+$/.test(word) ? Number(word) : NaN;
  if (found >= least && found <= most) return found;
  throw new UsageError(`${what} is ${word}, expected a number from ${least} to ${most}`);
}

/** Prints a line. Control characters in it are escaped: names of interfaces and processes may contain them. */
export function print(...parts: readonly unknown[]): void {
  process.stdout.write(`${printable(...parts)}\n`);
}

/**
 * Runs an example that does something, and prints on its own.
 *
 * ```ts ignore
 * await run({ about: "Deletes a link.", takes: "NAME" }, (_options, name) => links.delete(name));
 * ```
 *
 * @param body what it does, called with the options, then with the other arguments
 */
export function run<O extends Options = Record<never, never>>(
  example: Example<O>,
  body: (options: Given<O>, ...words: string[]) => void | Promise<void>,
): Promise<void> {
  return guarded(async () => {
    const { options, words } = parse(example.options ?? {}, example, process.argv.slice(2));
    if (options["help"]) return process.stdout.write(help(example.options ?? {}, example));
    await body(options as Given<O>, ...words);
  });
}

/**
 * Runs an example that lists or watches, and prints a table; with `--json` an array of what is listed, or a line for
 * each event.
 *
 * ```ts ignore
 * await list(
 *   { about: "Lists addresses.", options: { dev: ["NAME", "only those of this interface"] } },
 *   ({ dev }) => addresses.list(dev === undefined ? {} : { dev }),
 *   ({ address, dev }) => ({ ADDRESS: address, INTERFACE: dev }),
 * );
 * ```
 *
 * @param body returns what is listed or watched; called with the options, then with the other arguments
 * @param line makes a line of the table; `undefined` leaves it out
 */
export function list<T, O extends Options = Record<never, never>>(
  example: Example<O>,
  body: (options: Given<O>, ...words: string[]) => Listed<T> | Promise<Listed<T>>,
  line: (one: T) => Line | undefined,
): Promise<void> {
  return guarded(async () => {
    const known = { ...example.options, json: "prints JSON" };
    const { options, words } = parse(known, example, process.argv.slice(2));
    if (options["help"]) return process.stdout.write(help(known, example));
    const listed = await body(options as Given<O>, ...words);
    if (Symbol.asyncIterator in listed) {
      const table = new Table(EVENT_WIDTH);
      const items = listed[Symbol.asyncIterator](), stop = stopSignal();
      stop.addEventListener("abort", () => void items.return?.());
      for await (const one of { [Symbol.asyncIterator]: () => items }) {
        if (stop.aborted) break;
        if (options["json"]) process.stdout.write(`${stringify(one)}\n`);
        else table.print([line(one)]);
      }
      return;
    }
    const all = [...listed];
    if (options["json"]) process.stdout.write(`${stringify(all, 2)}\n`);
    else if (all.length === 0) process.stderr.write(`${script()}: there is nothing to list\n`);
    else new Table().print(all.map(line));
  });
}

/** The signals that end an example, by number. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

let stopping: AbortController | undefined;

/**
 * Returns a signal that is aborted by Ctrl-C, SIGTERM and SIGHUP, and when nobody reads the output any more, as in
 * `| head`. An example that waits passes it on, so that its wait ends and what it has made is removed.
 */
export function stopSignal(): AbortSignal {
  if (stopping === undefined) {
    const controller = stopping = new AbortController();
    for (const [name, number] of Object.entries(SIGNALS)) {
      process.once(name, () => {
        process.exitCode = 128 + number;
        controller.abort();
      });
    }
  }
  return stopping.signal;
}

/**
 * Calls a function; an error of the user is told in one line. Ends when the output cannot be written: at once, or by
 * {@linkcode stopSignal} if the example has asked for it; quietly if nobody reads it any more.
 */
async function guarded(body: () => unknown): Promise<void> {
  process.stdout.on("error", ({ code, message }: Error & { code?: string }) => {
    if (code !== "EPIPE") {
      process.stderr.write(`${script()}: ${printable(message)}\n`);
      process.exitCode = 1;
    }
    if (stopping === undefined) process.exit();
    else stopping.abort();
  });
  try {
    await body();
  } catch (error) {
    if (stopping?.signal.aborted && error === stopping.signal.reason) return;
    const usage = error instanceof UsageError;
    // The error of a batch has a line for each item.
    const text = (error as Error).message.split("\n").map((line) => printable(line)).join("\n");
    process.stderr.write(`${script()}: ${text}${usage ? ` (see ${script()} --help)` : ""}\n`);
    process.exitCode = usage ? 2 : 1;
  } finally {
    if (stopping?.signal.aborted) process.exit();
  }
}

/** Returns the name of the example: that of its file. */
function script(): string {
  return /([^/]*?)(\.ts)?$/.exec(process.argv[1] ?? "")![1]!;
}

/** Divides a command line into options and other words, and refuses what the example does not take. */
function parse(
  options: Options,
  { takes = "" }: Example<Options>,
  given: readonly string[],
): { options: Record<string, string | true>; words: string[] } {
  const found: Record<string, string | true> = {}, words: string[] = [], left = [...given];
  while (left.length > 0) {
    const word = left.shift()!;
    if (!/^-./.test(word)) words.push(word);
    else if (word === "--") words.push(...left.splice(0));
    else {
      const [, dashes, name, value] = /^(--?)([^=]*)(?:=([^]*))?$/.exec(word)!;
      const fitting = [...Object.keys(options), "help"].filter((one) =>
        dashes === "--" ? one === name : one[0] === name
      );
      if (fitting.length !== 1) throw new UsageError(`there is no option ${word}`);
      const [key] = fitting as [string], takesValue = typeof options[key] === "object";
      if (!takesValue && value !== undefined) throw new UsageError(`${dashes}${name} takes no value`);
      const next = takesValue ? value ?? left.shift() : true;
      if (next === undefined) throw new UsageError(`${word} needs a value: ${options[key]![0]}`);
      found[key] = next;
    }
  }
  const names = takes.split(" ").filter((name) => name !== "");
  const missing = names.filter((name) => !name.startsWith("["))[words.length];
  if (found["help"]) return { options: found, words };
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  if (words.length > names.length && !takes.endsWith("...")) throw new UsageError(`what is ${words[names.length]}?`);
  return { options: found, words };
}

/** Returns the text of `--help`. */
function help(options: Options, { about, takes = "" }: Example<Options>): string {
  const rows = Object.entries({ ...options, help: "prints this" }).map(([name, option]) =>
    typeof option === "string" ? [`  --${name}`, option] : [`  --${name} ${option[0]}`, option[1]]
  );
  const width = Math.max(...rows.map(([name]) => name!.length));
  const usage = ["usage:", script(), "[OPTION]...", takes].filter((word) => word !== "").join(" ");
  return `${about}\n\n${usage}\n\n${rows.map(([name, text]) => `${name!.padEnd(width)}  ${text}\n`).join("")}`;
}

/** The least width of columns of events: later ones may be longer than the first. */
const EVENT_WIDTH = 9;

/** A table with titles above its columns. Columns of numbers are aligned on the right. */
class Table {
  readonly #least: number;
  #columns: { readonly title: string; width: number; readonly right: boolean }[] = [];

  /** Makes a table whose columns have a least width. */
  constructor(least = 0) {
    this.#least = least;
  }

  /** Prints lines, with their titles if those before had others. Columns get wider if later cells need it. */
  print(lines: readonly (Line | undefined)[]): void {
    const rows = lines.filter((line) => line !== undefined);
    for (const row of rows) {
      if (!this.#fits(row)) {
        this.#columns = Object.keys(row).map((title) => ({
          title,
          width: Math.max(title.length, this.#least),
          right: false,
        }));
        const fitting = rows.filter((one) => this.#fits(one));
        this.#columns = this.#columns.map((column) => ({
          ...column,
          right: fitting.some((one) => typeof one[column.title] === "number"),
        }));
        for (const one of fitting) this.#widen(one);
        this.#print(this.#columns.map(({ title }) => title));
      }
      this.#widen(row);
      this.#print(this.#columns.map(({ title }) => cellOf(row[title])));
    }
  }

  #fits(row: Line): boolean {
    return Object.keys(row).join("\0") === this.#columns.map(({ title }) => title).join("\0");
  }

  #widen(row: Line): void {
    for (const column of this.#columns) column.width = Math.max(column.width, cellOf(row[column.title]).length);
  }

  #print(cells: readonly string[]): void {
    const padded = this.#columns.map(({ width, right }, i) =>
      right ? cells[i]!.padStart(width) : cells[i]!.padEnd(width)
    );
    print(padded.join("  ").trimEnd());
  }
}

/** Returns the text of a cell: `-` for nothing, a list with commas. */
function cellOf(value: unknown): string {
  const text = printable(Array.isArray(value) ? value.join(",") : value ?? "");
  return text === "" ? "-" : text;
}
