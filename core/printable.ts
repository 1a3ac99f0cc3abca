/**
 * Text that is safe to print: lines for a terminal, and JSON of decoded objects.
 *
 * ```ts
 * import { printable, stringify } from "@linux/netlink/core/printable.ts";
 * console.log(printable("link", "x\u001b[31mR")); // link x\u001b[31mR
 * console.log(stringify({ cookie: 5n, key: new Uint8Array([1, 255]) })); // {"cookie":5,"key":"01ff"}
 * ```
 *
 * @module
 */
import { escapeControls, escapeJson } from "../ffi/text.ts";
import { toHex } from "./codec/mod.ts";

// JSON.rawJSON is in ECMAScript 2026, which not every declaration file has yet.
const JSON_WITH_RAW = JSON as typeof JSON & { rawJSON(text: string): unknown };

/**
 * Returns a line of text for a terminal, with spaces between the parts. Names (of interfaces, processes, sockets) may
 * come from anybody, and may contain terminal commands: control characters and changes of text direction are shown as
 * `\u001b` and the like.
 *
 * ```ts
 * import { printable } from "@linux/netlink/core/show.ts";
 * console.log(printable("link", "x\u001b[31mR", 7)); // link x\u001b[31mR 7
 * ```
 */
export function printable(...parts: readonly unknown[]): string {
  return escapeControls(parts.map(String).join(" "));
}

/**
 * Returns JSON of a decoded object. Values that JSON lacks are written in a form that is accepted as input again: a
 * bigint as a plain number, bytes as hexadecimal text. The text is safe to print: terminal commands are escaped, as
 * JSON allows everywhere.
 *
 * ```ts
 * import { stringify } from "@linux/netlink";
 * console.log(stringify({ cookie: 5n, key: new Uint8Array([1, 255]) })); // {"cookie":5,"key":"01ff"}
 * ```
 *
 * @param space as for JSON.stringify
 */
export function stringify(value: unknown, space?: string | number): string {
  const json = JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "bigint") return JSON_WITH_RAW.rawJSON(String(one));
    return one instanceof Uint8Array ? toHex(one) : one;
  }, space);
  return json === undefined ? escapeControls(String(value)) : escapeJson(json);
}

/** The methods that the runtimes call for it: Node and Bun the first, Deno the second. */
const NAMES = ["nodejs.util.inspect.custom", "Deno.customInspect"];

/** Makes `console.log` print a short text for the objects of a class, instead of all their parts. */
export function showAs<T>(kind: { readonly prototype: T }, text: (one: T) => string): void {
  const value = function (this: T): string {
    return text(this);
  };
  for (const name of NAMES) Object.defineProperty(kind.prototype, Symbol.for(name), { value });
}
