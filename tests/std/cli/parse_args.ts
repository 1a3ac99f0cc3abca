/**
 * `parseArgs` as in `@std/cli/parse-args`, without dotted names, `negatable`, `stopEarly` and `"--"`.
 *
 * @module
 */

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<B extends string, S extends string, C extends string, D> {
  /** Options without a value; `false` when absent. */
  boolean?: readonly B[];
  /** Options whose value is never converted to a number. */
  string?: readonly S[];
  /** Options that may be given several times: an array of all values. */
  collect?: readonly C[];
  /** Default values of options. */
  default?: D;
  /** Other names of an option. */
  alias?: Record<string, string | readonly string[]>;
  /** Called for options that no other entry names; if it returns `false`, the option is left out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The result of {@linkcode parseArgs}. */
export type Args<B extends string, S extends string, C extends string, D> =
  & { [K in B]: boolean }
  & { [K in S]: K extends C ? string[] : K extends keyof D ? string : string | undefined }
  & { [K in Exclude<C, S>]: unknown[] }
  & { [K in Exclude<keyof D, B | S | C>]: D[K] }
  // deno-lint-ignore no-explicit-any
  & { [name: string]: any; _: (string | number)[] };

/** Parses command line arguments: `--name value`, `--name=value`, `--flag`, `-abc`, and all arguments after `--`. */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
>(args: readonly string[], options: ParseOptions<B, S, C, D> = {}): Args<B, S, C, D> {
  const aliases = groups(options.alias ?? {});
  const among = (names: readonly string[] = []) => new Set(names.flatMap((name) => aliases.get(name) ?? [name]));
  const booleans = among(options.boolean);
  const strings = among(options.string);
  const collected = among(options.collect);
  const known = new Set([
    ...booleans,
    ...strings,
    ...collected,
    ...aliases.keys(),
    ...Object.keys(options.default ?? {}),
  ]);
  const given = new Map<string, unknown>();
  const rest: (string | number)[] = [];

  function set(arg: string, name: string, value: unknown): void {
    if (options.unknown && !known.has(name) && options.unknown(arg, name, value) === false) return;
    const read = typeof value === "string" && !strings.has(name) ? number(value) : value;
    for (const each of aliases.get(name) ?? [name]) {
      given.set(each, collected.has(each) ? [...given.get(each) as unknown[] ?? [], read] : read);
    }
  }

  function positional(arg: string): void {
    if (options.unknown && options.unknown(arg) === false) return;
    rest.push(strings.has("_") ? arg : number(arg));
  }

  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (!/^-./.test(arg) || /^-\d/.test(arg)) {
      positional(arg);
      continue;
    }
    const [, dashes, name, assigned] = /^(--?)([^=]+)(?:=(.*))?$/s.exec(arg) ?? [, "--", arg.slice(2)];
    const names = dashes === "-" ? [...name] : [name];
    for (const flag of names.slice(0, -1)) set(arg, flag, strings.has(flag) ? "" : true);
    const last = names[names.length - 1];
    if (booleans.has(last)) set(arg, last, assigned !== "false");
    else if (assigned !== undefined) set(arg, last, assigned);
    else if (i + 1 < args.length && !/^-./.test(args[i + 1])) set(arg, last, args[++i]);
    else set(arg, last, strings.has(last) ? "" : true);
  }

  for (const name of collected) if (!given.has(name)) given.set(name, []);
  for (const [name, value] of Object.entries(options.default ?? {})) {
    for (const each of aliases.get(name) ?? [name]) if (!given.has(each)) given.set(each, value);
  }
  for (const name of booleans) if (!given.has(name)) given.set(name, false);
  return { ...Object.fromEntries(given), _: rest } as Args<B, S, C, D>;
}

/** Returns, for each name, all names of the same option. */
function groups(alias: Record<string, string | readonly string[]>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, others] of Object.entries(alias)) {
    const group = [name, ...(typeof others === "string" ? [others] : others)];
    for (const each of group) found.set(each, group);
  }
  return found;
}

function number(text: string): string | number {
  return /^(0x[0-9a-f]+|[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?)$/i.test(text) ? Number(text) : text;
}
