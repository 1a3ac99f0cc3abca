/**
 * Numbers with names: enumerations and bit masks.
 *
 * @module
 */
import { shown, type Writer } from "./buffer.ts";
import { type Codec, inlined } from "./codec.ts";

/**
 * An enumeration: the names of `map`, and the bare number for what it does not know.
 *
 * Of two names with one number the first is shown; both are taken.
 */
export function enumeration<const M extends Readonly<Record<string, number>>>(
  base: Codec<number>,
  map: M,
): Codec<(keyof M & string) | number> {
  type Name = (keyof M & string) | number;
  let names: (string | undefined)[] | Map<number, string> | undefined;
  const nameOfValue = (value: number): Name => {
    names ??= reverse(map);
    const name = Array.isArray(names) ? names[value] : names.get(value);
    return (name ?? value) as Name;
  };
  return {
    name: base.name,
    ...(base.size === undefined ? {} : { size: base.size }),
    decode: inlined(
      (from, at, end, owner) => nameOfValue(base.decode(from, at, end, owner)),
      base.decode.code && ((site) => {
        names ??= reverse(map);
        const known = site.constant(names), value = `t = ${base.decode.code!(site)}`;
        return Array.isArray(names) ? `${known}[${value}] ?? t` : `${known}.get(${value}) ?? t`;
      }),
    ),
    encode(value, to, owner) {
      return base.encode(typeof value === "number" ? value : numberOfName(map, value, to), to, owner);
    },
  };
}

function reverse(map: Readonly<Record<string, number>>): (string | undefined)[] | Map<number, string> {
  const entries = Object.entries(map).reverse();
  if (entries.some(([, value]) => value < 0 || value > 1023)) {
    return new Map(entries.map(([name, value]) => [value, name]));
  }
  const names: (string | undefined)[] = [];
  for (let i = Math.max(0, ...entries.map(([, value]) => value)); i >= 0; i--) names.push(undefined);
  for (const [name, value] of entries) names[value] = name;
  return names;
}

function numberOfName(map: Readonly<Record<string, number>>, value: unknown, to: Writer): number {
  if (typeof value === "string" && Object.hasOwn(map, value)) return map[value]!;
  to.fail(TypeError, `expected ${listOfNames(map)} or the number, got ${shown(value)}`);
}

function listOfNames(map: Readonly<Record<string, number>>): string {
  const names = Object.keys(map).map((name) => JSON.stringify(name));
  return names.length <= 16 ? names.join(", ") : `${names.slice(0, 12).join(", ")} … (${names.length} names)`;
}

// Masks seen so far are remembered up to this many, so that a hostile sender cannot fill the memory.
const REMEMBERED = 1024;

/**
 * A bit mask as an array of names; a bit without a name is its value (`1 << n`). One frozen array a distinct mask.
 *
 * @param map names and the bits they stand for, one bit each
 */
export function mask<const M extends Readonly<Record<string, number>>>(
  base: Codec<number>,
  map: M,
): Codec<readonly ((keyof M & string) | number)[], readonly ((keyof M & string) | number)[] | number> {
  type Names = readonly ((keyof M & string) | number)[];
  const seen = new Map<number, Names>();
  const namesFor = (value: number): Names => {
    let names = seen.get(value);
    if (names === undefined) {
      // What the base cannot read is no mask.
      if (typeof value !== "number") return value;
      names = Object.freeze(maskNames(map, value)) as Names;
      if (seen.size < REMEMBERED) seen.set(value, names);
    }
    return names;
  };
  return {
    name: `${base.name} mask`,
    ...(base.size === undefined ? {} : { size: base.size }),
    decode: inlined(
      (from, at, end, owner) => namesFor(base.decode(from, at, end, owner)),
      base.decode.code &&
        ((site) =>
          `(t = ${base.decode.code!(site)}) === 0 ? ${site.constant(namesFor(0))} : ${site.constant(namesFor)}(t)`),
    ),
    encode: (value, to, owner) => base.encode(maskValue(map, value, to), to, owner),
  };
}

/** The names of the bits in `value`. */
export function maskNames(map: Readonly<Record<string, number>>, value: number): (string | number)[] {
  const names: (string | number)[] = [];
  let rest = value;
  for (const [name, bit] of Object.entries(map)) {
    if ((rest & bit) !== 0) {
      names.push(name);
      rest = (rest & ~bit) >>> 0;
    }
  }
  while (rest !== 0) {
    const bit = (rest & -rest) >>> 0;
    names.push(bit);
    rest = (rest & ~bit) >>> 0;
  }
  return names;
}

/** The mask that names, bits or a number stand for. */
export function maskValue(
  map: Readonly<Record<string, number>>,
  value: readonly (string | number)[] | number,
  to: Writer,
): number {
  if (typeof value === "number") return value;
  if (!Array.isArray(value)) to.fail(TypeError, `expected an array of names or the number, got ${shown(value)}`);
  let bits = 0;
  for (const one of value) {
    if (typeof one === "number" && one >>> 0 !== one) {
      to.fail(RangeError, `expected bits 0..4294967295, got ${shown(one)}`);
    }
    bits |= typeof one === "number" ? one : numberOfName(map, one, to);
  }
  return bits >>> 0;
}
