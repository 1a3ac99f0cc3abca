/**
 * Compiles tables to JavaScript: a function that decodes one table, with a line for each field.
 *
 * Making the function takes milliseconds, which pay off after a few hundred objects. Until then, and where a program
 * forbids code made from strings, the table is interpreted field by field. Both ways give the same results; the tests
 * decode everything both ways. The function is faster because it makes all objects in one place and with one shape, and
 * reads integers and names directly instead of by calling a codec.
 *
 * The function is a constructor, `Made`, with Object's prototype: so the engine gives the objects of each table a shape
 * of their own. The README has measurements (Performance).
 *
 * Layouts are compiled code for messages that have the same layout as an earlier one.
 *
 * A kernel sends most objects of a kind with the same layout: the same attributes in the same order at the same
 * offsets. After enough such messages, a function is made that compares the attributes' headers with those of a sample,
 * reads every value at its known offset and makes the object at once, in its final shape. The table's general code
 * decodes any message that differs. Both give the same results, which the tests check.
 *
 * @module
 */
import { type Codec, MISFIT, raw, type Reader } from "./codec.ts";
import type { AnyCodec, Field } from "./entry.ts";

/** The part of a table that its code depends on. */
export interface Compilable {
  /** The fields in the table's order. */
  readonly fields: readonly Field[];
  /** Size of the fixed header in bytes. */
  readonly headerSize: number;
  /** The number of the attribute that only pads, -1 when there is none. */
  readonly pad: number;
  /** The number of the attribute whose length may have overflowed, -1 when there is none. */
  readonly overflowing: number;
}

/** Functions that the code calls in rare cases. */
export interface Helpers {
  /** Keeps an attribute that the table does not know or cannot decode. */
  keepRaw(owner: object, id: number, from: Reader, at: number, end: number): void;
  /** Throws an error about an attribute's wrong length. */
  badLength(length: number, left: number, at: number): never;
}

/**
 * The number of objects after which a table is compiled. Only tests change it: `Infinity` interprets all tables, also
 * those already compiled, and 1 compiles them at once.
 */
export const compiling: { after: number } = { after: 256 };

/** The constructor of a table's objects: `new Made(from, at, end)`. */
export type Made<T> = new (from: Reader, at: number, end: number) => T;
/** Decodes into an existing object. */
export type Into = (from: Reader, at: number, end: number, owner: object) => void;

/** The values that code refers to by name, each once. */
export class Constants {
  readonly names: string[] = [];
  readonly values: unknown[] = [];

  name(value: unknown): string {
    const known = this.values.indexOf(value);
    if (known >= 0) return this.names[known]!;
    const name = `c${this.names.length}`;
    this.names.push(name);
    this.values.push(value);
    return name;
  }
}

/** Evaluates code to a function; returns `undefined` if the program forbids that. */
export function evaluate({ names, values }: Constants, code: string): unknown {
  try {
    return new Function(...names, code)(...values);
  } catch {
    return undefined;
  }
}

/** Returns an expression for the value of a payload. `exact` is true if the value is never a misfit or `undefined`. */
function expression(
  codec: Codec<unknown, never>,
  at: string,
  end: string,
  owner: string,
  constants: Constants,
): { readonly code: string; readonly exact: boolean } {
  const code = codec.decode.code?.({ at, end, constant: (value) => constants.name(value) });
  if (code !== undefined) return { code, exact: codec.size !== undefined };
  return { code: `${constants.name(codec)}.decode(from, ${at}, ${end}, ${owner})`, exact: false };
}

/**
 * True if all numbers that become code are integers: a table may come from somebody else's specification, and must not
 * inject code.
 */
export function arePlain(fields: readonly Field[]): boolean {
  return fields.every(({ id, offset, codec }) => [id, offset, codec?.size ?? 0].every(Number.isInteger));
}

/** The code of a table; both fields are absent if the program forbids code made from strings. */
export interface Compiled<T> {
  /** The constructor of the table's objects. */
  readonly made?: Made<T> | undefined;
  /** Decodes a nest into the object of its parent. */
  readonly into?: Into | undefined;
}

/** Compiles a table: a `lifted` table decodes into an existing object, others make their own. */
export function compileTable<T>(table: Compilable, lifted: boolean, helpers: Helpers): Compiled<T> {
  if (!arePlain(table.fields)) return {};
  const constants = new Constants(), body = bodyOf(table, helpers, lifted ? "o" : "this", constants);
  if (!lifted) return { made: constructorOf<T>(constants, body) };
  return { into: evaluate(constants, `return function(from, at, end, o) {\n${body}}`) as Into | undefined };
}

function constructorOf<T>(constants: Constants, body: string): Made<T> | undefined {
  const made = evaluate(constants, `return function Made(from, at, end) {\n${body}}`) as Made<T> | undefined;
  if (made !== undefined) (made as { prototype: object }).prototype = Object.prototype;
  return made;
}

/** Returns code that first notes the offset of every attribute, then makes the fields in the table's order. */
function bodyOf(table: Compilable, helpers: Helpers, o: string, constants: Constants): string {
  const { fields, headerSize, pad, overflowing } = table;
  const misfit = constants.name(MISFIT), keepRaw = constants.name(helpers.keepRaw);
  const places = fields.flatMap(({ id }, slot) => id < 0 ? [] : [`p${slot} = -1`]);
  const size = (place: string): string => `(bytes[${place}] | bytes[${place} + 1] << 8)`;
  const extent = (slot: number, place: string, stop: string): string =>
    fields[slot]!.id === overflowing
      ? `${constants.name(fields[slot]!.codec)}.extent(from, ${place} + 4, ${stop}, end)`
      : stop;

  let code = "const bytes = from.bytes, view = from.view, h = at;\nlet t = 0;\n";
  if (places.length > 0) code += `let ${places.join(", ")};\n`;
  if (headerSize > 0) code += `from.base = at;\nat += ${(headerSize + 3) & ~3};\n`;
  code += `while (end - at >= 4) {
let length = ${size("at")};
const id = (bytes[at + 2] | bytes[at + 3] << 8) & 0x3fff;
`;
  const slotOfOverflowing = fields.findIndex(({ id }) => id >= 0 && id === overflowing);
  if (slotOfOverflowing >= 0) {
    code += `if (id === ${overflowing}) length = ${extent(slotOfOverflowing, "at", "at + length")} - at;\n`;
  }
  code += `if (length < 4 || length > end - at) ${constants.name(helpers.badLength)}(length, end - at, at);
switch (id) {
`;
  fields.forEach(({ id, repeated }, slot) => {
    if (id >= 0) code += `case ${id}: ${repeated ? `if (p${slot} < 0) ` : ""}p${slot} = at; break;\n`;
  });
  if (pad >= 0) code += `case ${pad}: break;\n`;
  code += `default: ${keepRaw}(${o}, id, from, at + 4, at + length);\n}\nat += (length + 3) & ~3;\n}\n`;

  fields.forEach((field, slot) => {
    const { key, id, offset, codec, derived, lift, repeated } = field, target = `${o}[${JSON.stringify(key)}]`;
    // Stores a value, unless it is a misfit, which is kept raw, or `undefined`.
    const store = (value: { code: string; exact: boolean }, raw?: string): string =>
      value.exact
        ? `${target} = ${value.code};`
        : `{ const v = ${value.code};${
          raw === undefined ? "" : ` if (v === ${misfit}) ${raw} else`
        } if (v !== undefined) ${target} = v; }`;
    if (id < 0) {
      if (offset >= 0) {
        const place = offset === 0 ? "h" : `h + ${offset}`, stop = `h + ${offset + codec!.size!}`;
        code += `if (${stop} <= end) ${store(expression(codec!, place, stop, o, constants))}\n`;
      } else if (derived?.code !== undefined) {
        code += `${store({ code: derived.code(o, (value) => constants.name(value)), exact: false })}\n`;
      } else if (derived?.derive !== undefined) {
        code += `${store({ code: `${constants.name(derived)}.derive(${o}, from)`, exact: false })}\n`;
      }
      return;
    }
    const place = `p${slot}`;
    code += `if (${place} >= 0) {\n`;
    const own = `${place} + ${size(place)}`;
    if (lift !== undefined) {
      code += `${constants.name(lift)}.decodeInto(from, ${place} + 4, ${own}, ${o});\n`;
    } else if (repeated) {
      const raw = `${keepRaw}(${o}, ${id}, from, ${place} + 4, ${own});`;
      code += store({ code: `${constants.name(codec)}.decode(from, ${place}, end, ${o})`, exact: false }, raw) + "\n";
    } else if (codec!.size !== undefined && codec!.tolerant === undefined) {
      const value = expression(codec!, `${place} + 4`, `${place} + ${4 + codec!.size}`, o, constants);
      const raw = `${keepRaw}(${o}, ${id}, from, ${place} + 4, ${own});`;
      code += `if (${size(place)} === ${4 + codec!.size}) ${store(value, raw)}\nelse ${raw}\n`;
    } else {
      code += `const e = ${extent(slot, place, own)};\n`;
      code += `${
        store(expression(codec!, `${place} + 4`, "e", o, constants), `${keepRaw}(${o}, ${id}, from, ${place} + 4, e);`)
      }\n`;
    }
    code += "}";
    if (codec?.absent !== undefined) {
      code += ` else ${store({ code: `${constants.name(codec)}.absent(from, ${o})`, exact: false })}`;
    }
    code += "\n";
  });
  return code;
}

/** Decodes a struct into a new object. */
export type Read<T> = (from: Reader, at: number, end: number) => T;

/** Compiles the fields of a struct, also for shorter payloads; `undefined` if a field's codec has no code. */
export function compileStruct<T>(fields: readonly Field[]): Read<T> | undefined {
  if (!arePlain(fields) || fields.some(({ codec, key }) => codec!.decode.code === undefined || key === "__proto__")) {
    return undefined;
  }
  const constants = new Constants();
  let literal = "", partial = "", whole = 0;
  for (const { key, offset, codec } of fields) {
    const stop = offset + codec!.size!, name = JSON.stringify(key);
    const value = expression(codec!, `at + ${offset}`, `at + ${stop}`, "o", constants).code;
    literal += `${name}: ${value},\n`;
    partial += `if (n >= ${stop}) o[${name}] = ${value};\n`;
    whole = Math.max(whole, stop);
  }
  return evaluate(
    constants,
    `return function(from, at, end) {
const bytes = from.bytes, view = from.view, n = end - at;
let t = 0;
if (n >= ${whole}) return {
${literal}};
const o = {};
${partial}return o;
}`,
  ) as Read<T> | undefined;
}

/** Makes an object from bytes; returns `undefined` if they have another layout. */
export type Laid<T> = (from: Reader, at: number, end: number) => T | undefined;

/** The offsets of a sample's attributes. */
interface Places {
  /** Offset from the start of the table by attribute number; the first one of a repeated attribute. */
  readonly of: ReadonlyMap<number, number>;
  /** JavaScript conditions that are true if bytes have the same layout. */
  readonly conditions: readonly string[];
}

/**
 * Makes the layout of `sample`, which was decoded from `at`..`end`. Returns `undefined` for an unusual sample: with an
 * attribute that the table does not know or cannot decode, an attribute that occurs twice, one whose length may
 * overflow, or fields in another order than the table's.
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
  const constants = new Constants(), body = laidBody(table, places, end - at, sample, constants);
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
    // A payload of variable size may vary within its last word, but must not be shorter than its header or exceed the
    // rest.
    const varies = field !== undefined && !field.repeated && field.codec?.size === undefined && length > 4 &&
      place + ((length + 3) & ~3) <= end;
    conditions.push(varies ? `((${here} + 3) & ~3) === ${(word + 3) & ~3}` : `${here} === ${word}`);
    if (!of.has(id)) of.set(id, place - at);
    place += (length + 3) & ~3;
  }
  return { of, conditions };
}

/** Returns an expression for an offset from the start of the table. */
function behind(offset: number): string {
  return offset === 0 ? "at" : `at + ${offset}`;
}

/**
 * Returns the code of a layout. Values that are read in place are part of the object literal. Values that need a call
 * come after it, since the called function may look at the object.
 */
function laidBody(
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
  /** Adds a value that must be present if the sample has it, and absent if not. */
  const call = (key: string, code: string): void => {
    const name = JSON.stringify(key), isThere = Object.hasOwn(sample, key);
    after += `v = ${code};\nif (v ${isThere ? "===" : "!=="} undefined || v === ${misfit}) return undefined;\n`;
    if (!isThere) return;
    if (!lifted) set(key, "undefined");
    after += `o[${name}] = v;\n`;
  };
  /** Adds the value of the bytes from `place` on; the codec's size or the expression `stop` gives the end. */
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
  // A codec may have set another field of the object.
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
