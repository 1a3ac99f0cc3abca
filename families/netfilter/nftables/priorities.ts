/**
 * nft's names of the priorities of chains and flowtables.
 *
 * @module
 */
import { type Codec, didYouMean, shown } from "../../../core/codec/mod.ts";
import { NFPROTO } from "../protocol.ts";

/** nft's name of a priority. */
export type NftPriorityName = "raw" | "mangle" | "dstnat" | "filter" | "security" | "srcnat" | "out";

/** A priority: the number, or nft's name, also with a difference, as in `filter + 10`. */
export type NftPriority = number | NftPriorityName | `${NftPriorityName} ${"+" | "-"} ${number}`;

const USUAL = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 };
const BRIDGE = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };
const FILTER = { filter: 0 };

/** Returns the names of priorities in tables of a family. */
function namesIn(family: number): Readonly<Record<string, number>> {
  return family === NFPROTO.bridge ? BRIDGE : family === NFPROTO.arp || family === NFPROTO.netdev ? FILTER : USUAL;
}

/** Farthest from a priority that has a name, for which nft prints the difference. */
const NEAR = 10;

/** Returns a priority as nft prints it: `filter - 5`. */
export function priorityText(family: number, number: number): string {
  const [name, near] = Object.entries(namesIn(family)).find(([, at]) => Math.abs(number - at) <= NEAR) ?? [];
  if (name === undefined || near === undefined) return String(number);
  const distance = number - near;
  return distance === 0 ? name : `${name} ${distance < 0 ? "-" : "+"} ${Math.abs(distance)}`;
}

/** Returns the number of a priority that is given by name; NaN for other texts. */
function numberOf(names: Readonly<Record<string, number>>, text: string): number {
  const [, name = "", sign, distance = "0"] = /^([a-z]+)(?: *([+-]) *(\d+))?$/.exec(text) ?? [];
  if (!Object.hasOwn(names, name)) return NaN;
  return names[name]! + Number(distance) * (sign === "-" ? -1 : 1);
}

/** Codec of a priority, whose names depend on the family in the header of the message. */
export const priority: Codec<number, NftPriority> = {
  name: "a priority",
  size: 4,
  decode: (from, at) => from.view.getInt32(at),
  encode(value, to) {
    const names = namesIn(to.bytes[to.base]!);
    const number = typeof value === "string" ? numberOf(names, value) : value;
    if (!Number.isInteger(number)) {
      const all = Object.keys(names), known = all.map((name) => JSON.stringify(name)).join(", ");
      to.fail(
        TypeError,
        `expected an integer or a name in this family (${known}), got ${shown(value)}${didYouMean(String(value), all)}`,
      );
    }
    if ((number | 0) !== number) to.fail(RangeError, `expected -2147483648..2147483647, got ${number}`);
    const at = to.grow(4);
    to.view.setInt32(at, number);
  },
};
