/**
 * Text that may be printed: lines for a terminal, and JSON of our objects.
 *
 * @module
 */
import { escapeControls, escapeJson } from "../ffi/text.ts";
import { toHex } from "./codec/mod.ts";

// ECMAScript 2026; not every declaration file has it yet.
const JSON_WITH_RAW = JSON as typeof JSON & { rawJSON(text: string): unknown };

/**
 * A line of text for a terminal, of parts with a space between them. Names come from anybody (of interfaces, processes,
 * sockets), and may hold what a terminal obeys: controls and turns of direction are shown as `\u001b` and its like.
 *
 * ```ts
 * import { printable } from "@linux/netlink/core/printable.ts";
 * console.log(printable("link", "x\u001b[31mR", 7)); // link x\u001b[31mR 7
 * ```
 */
export function printable(...parts: readonly unknown[]): string {
  return escapeControls(parts.map(String).join(" "));
}

/**
 * JSON of our objects: what JSON.stringify throws on becomes text that is accepted as input again: a bigint is a plain
 * number, bytes are hexadecimal text. It can be printed: what a terminal would obey is escaped, as JSON allows everywhere.
 *
 * ```ts
 * import { stringify } from "@linux/netlink";
 * console.log(stringify({ cookie: 5n, key: new Uint8Array([1, 255]) })); // {"cookie":5,"key":"01ff"}
 * ```
 *
 * @param space as JSON.stringify takes it
 */
export function stringify(value: unknown, space?: string | number): string {
  const json = JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "bigint") return JSON_WITH_RAW.rawJSON(String(one));
    return one instanceof Uint8Array ? toHex(one) : one;
  }, space);
  return json === undefined ? escapeControls(String(value)) : escapeJson(json);
}
