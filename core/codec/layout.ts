/**
 * Layouts: JavaScript for the messages of a table that are laid out as one before them was.
 *
 * What a kernel tells of many objects is mostly laid out alike: the same attributes in the same order at the same places.
 * Where that has been seen often enough, a function is made that compares the attributes' headers with those of the
 * sample, reads every value at its known place and makes the object at once, in its final shape. Whatever is different
 * in anything is left to the table's general code, so that both give the same, which the tests see to.
 *
 * Source of the design: measured (README, Performance).
 *
 * @module
 */
import type { Reader } from "./buffer.ts";
import { MISFIT, raw } from "./codec.ts";
import { arePlain, type Compilable, Constants, evaluate } from "./compile_table.ts";
import type { AnyCodec } from "./entry.ts";

/** Makes an object from bytes; `undefined` where they are laid out in another way. */
export type Laid<T> = (from: Reader, at: number, end: number) => T | undefined;

/** Where the attributes of a sample lie. */
interface Places {
  /** By an attribute's number, how far behind the table's beginning it begins: the first one, where it is repeated. */
  readonly of: ReadonlyMap<number, number>;
  /** What is true of bytes that are laid out so. */
  readonly conditions: readonly string[];
}

/**
 * The layout of `sample`, which was decoded from `at`..`end`; `undefined` where that is peculiar: has what the table does
 * not know or cannot read, an attribute twice, one whose length may overflow, or a field in another's place.
 */
export function layoutOf<T extends object>(
  table: Compilable,
  from: Reader,
  at: number,
  end: number,
  sample: T,
): Laid<T> | undefined {
  if (raw in sample || Object.hasOwn(sample, "__proto__") || !arePlain(table.fields)) return undefined;
  const places = placesOf(table, from, at, end);
  if (places === undefined) return undefined;
  const constants = new Constants(), body = bodyOf(table, places, end - at, sample, constants);
  if (body === undefined) return undefined;
  return evaluate(constants, `return function(from, at, end) {\n${body}}`) as Laid<T> | undefined;
}

function placesOf(table: Compilable, from: Reader, at: number, end: number): Places | undefined {
  const of = new Map<number, number>(), conditions = [`end - at === ${end - at}`];
  for (let place = at + ((table.headerSize + 3) & ~3); end - place >= 4;) {
    const word = from.view.getInt32(place, true), length = word & 0xffff, id = (word >> 16) & 0x3fff;
    const field = table.fields.find((field) => field.id === id);
    if (id === table.overflowing || (field === undefined && id !== table.pad)) return undefined;
    if (of.has(id) && field?.repeated !== true) return undefined;
    const here = `view.getInt32(${behind(place - at)}, true)`;
    // What varies in size may do so within its last word, but not be shorter than its header, or longer than the rest.
    const varies = field !== undefined && !field.repeated && field.codec?.size === undefined && length > 4 &&
      place + ((length + 3) & ~3) <= end;
    conditions.push(varies ? `((${here} + 3) & ~3) === ${(word + 3) & ~3}` : `${here} === ${word}`);
    if (!of.has(id)) of.set(id, place - at);
    place += (length + 3) & ~3;
  }
  return { of, conditions };
}

/** An expression for what lies so many bytes behind the table's beginning. */
function behind(offset: number): string {
  return offset === 0 ? "at" : `at + ${offset}`;
}

/**
 * Values that are read in place stand in the object's literal; what has to be called comes after it, as it may look at the
 * object.
 */
function bodyOf(
  table: Compilable,
  { of, conditions }: Places,
  size: number,
  sample: object,
  constants: Constants,
): string | undefined {
  const misfit = constants.name(MISFIT), decoder = (codec: unknown): string => `${constants.name(codec)}.decode`;
  const keys: string[] = [];
  let before = "", literal = "", after = "", lifted = false;

  const set = (key: string, code: string): void => {
    keys.push(key);
    literal += `${JSON.stringify(key)}: ${code},\n`;
  };
  /** A value that is there as in the sample, or is not. */
  const call = (key: string, code: string): void => {
    const name = JSON.stringify(key), isThere = Object.hasOwn(sample, key);
    after += `v = ${code};\nif (v ${isThere ? "===" : "!=="} undefined || v === ${misfit}) return undefined;\n`;
    if (!isThere) return;
    if (!lifted) set(key, "undefined");
    after += `o[${name}] = v;\n`;
  };
  /** The value of the bytes from `place` on, for as long as its codec or the expression `stop` says. */
  const read = (key: string, codec: AnyCodec, place: number, stop?: string): void => {
    const end = stop ?? behind(place + codec.size!);
    const code = codec.decode.code?.({ at: behind(place), end, constant: (value) => constants.name(value) });
    if (code === undefined || lifted) return call(key, code ?? `${decoder(codec)}(from, ${behind(place)}, ${end}, o)`);
    if (codec.size !== undefined) {
      set(key, code);
    } else {
      const value = `v${place}`;
      before += `const ${value} = ${code};\nif (${value} === undefined || ${value} === ${misfit}) return undefined;\n`;
      set(key, value);
    }
  };

  for (const { key, id, offset, codec, derived, lift, repeated } of table.fields) {
    const place = of.get(id);
    if (id < 0) {
      if (offset >= 0) { if (offset + codec!.size! <= size) read(key!, codec!, offset); }
      else if (derived?.code !== undefined) call(key!, derived.code("o", (value) => constants.name(value)));
      else if (derived?.derive !== undefined) call(key!, `${constants.name(derived)}.derive(o, from)`);
    } else if (place === undefined) {
      if (codec?.absent !== undefined) call(key!, `${constants.name(codec)}.absent(from, o)`);
    } else {
      const begin = behind(place), stop = `${begin} + (bytes[${begin}] | bytes[${begin} + 1] << 8)`;
      if (lift !== undefined) {
        after += `${constants.name(lift)}.decodeInto(from, ${begin} + 4, ${stop}, o);\n`;
        lifted = true;
      } else if (repeated) call(key!, `${decoder(codec)}(from, ${begin}, end, o)`);
      else if (codec!.size === undefined || codec!.tolerant !== undefined) read(key!, codec!, place + 4, stop);
      else read(key!, codec!, place + 4);
    }
  }
  // A codec may have given the object a field of another one.
  const found = Object.keys(sample);
  if (keys.some((key, i) => key !== found[i]) || (!lifted && found.length > keys.length)) return undefined;
  const base = table.headerSize > 0 ? "from.base = at;\n" : "";
  return `const bytes = from.bytes, view = from.view;
let t = 0, v;
if (!(${conditions.join(" &&\n")})) return undefined;
${base}${before}const o = {
${literal}};
${after}return o;
`;
}
