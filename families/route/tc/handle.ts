/**
 * Handles of traffic control as `tc` writes them: `"1:"` a qdisc, `"1:10"` a class, both in hexadecimal; `"root"`.
 *
 * Source: linux/pkt_sched.h TC_H_*, v7.2
 *
 * @module
 */
import { type Codec, inlined, noneIs, shown, type Writer } from "../../../core/codec/mod.ts";

/** TC_H_*: places with a name. */
export const TC_H = {
  root: 0xffff_ffff,
  ingress: 0xffff_fff1,
  clsact: 0xffff_fff1,
  /** Minor number of the hook for incoming packets of `ingress` and `clsact`. */
  minIngress: 0xfff2,
  /** Minor number of the hook for outgoing packets of `clsact`. */
  minEgress: 0xfff3,
} as const;

/** A handle: `"1:"`, `"1:10"`, `":1"`, a name such as `"root"`, or the number `major << 16 | minor`. */
export type Handle = string | number;

/** Returns a handle as `tc` writes it: `1:`, `1:10`, `:1`, `0:`. */
export function handleText(handle: number): string {
  const major = handle >>> 16, minor = handle & 0xffff;
  return `${major === 0 && minor !== 0 ? "" : major.toString(16)}:${minor === 0 ? "" : minor.toString(16)}`;
}

/** Returns the number of a handle like `1:10`; `undefined` if the text is not one. */
export function handleNumber(text: string): number | undefined {
  const match = /^([\da-f]{0,4}):([\da-f]{0,4})$/i.exec(text);
  if (match === null || text === ":") return undefined;
  return parseInt(match[1] || "0", 16) * 0x1_0000 + parseInt(match[2] || "0", 16);
}

/** Returns the number of a handle in any form; `undefined` if it is none. */
export function numberOf(value: unknown, names: Readonly<Record<string, number>> = {}): number | undefined {
  if (typeof value === "number") return value >>> 0 === value ? value : undefined;
  if (typeof value !== "string") return undefined;
  return Object.hasOwn(names, value) ? names[value] : handleNumber(value);
}

/** Returns the codec of a handle in a header or attribute, u32; `names` are the places that have a name. */
export function handle(names: Readonly<Record<string, number>> = {}): Codec<string, Handle> {
  const texts = new Map(Object.entries(names).reverse().map(([name, value]) => [value, name]));
  const textOf = (value: number): string => texts.get(value) ?? handleText(value);
  return {
    name: "a handle",
    size: 4,
    decode: inlined(
      (from, at) => textOf(from.view.getUint32(at, true)),
      ({ at, constant }) => `${constant(textOf)}(view.getInt32(${at}, true) >>> 0)`,
    ),
    encode(value: Handle, to: Writer): void {
      const number = numberOf(value, names);
      if (number === undefined) {
        const known = Object.keys(names).map((name) => `${JSON.stringify(name)}, `).join("");
        to.fail(TypeError, `expected ${known}a handle like "1:" or "1:10", got ${shown(value)}`);
      }
      const at = to.grow(4);
      to.view.setUint32(at, number, true);
    },
  };
}

/** Codec of a handle, u32. */
export const plainHandle: Codec<string, Handle> = handle();

/** Returns a codec of a handle where 0 means none. */
export function handleUnless0(names: Readonly<Record<string, number>> = {}): Codec<string, Handle> {
  const all = handle(names);
  return noneIs({
    ...all,
    decode: (from, at, end, owner) =>
      from.view.getUint32(at, true) === 0 ? undefined as never : all.decode(from, at, end, owner),
  }, "0:");
}
