/**
 * The table: decodes and encodes one kind of object with its fixed header and attributes.
 *
 * Decoding first walks the attributes and notes the offset of each, then makes the fields in the table's order. So
 * objects have the same shape in whatever order the kernel sends attributes, and a field may depend on a field before
 * it in the table.
 *
 *     nlattr   0       2       4                      length
 *              +-------+-------+----------------------+-----+
 *              | len   | type  | payload              | pad |
 *              +-------+-------+----------------------+-----+
 *
 * @module
 */
import { argumentError, DecodeError } from "../errors.ts";
import {
  expectObject,
  HEADER_ONLY,
  MISFIT,
  type Names,
  payloadOf,
  raw,
  type RawAttribute,
  type Reader,
  shown,
  type Use,
  type Visit,
  Writer,
} from "./codec.ts";
import {
  type Compilable,
  type Compiled,
  compileTable,
  compiling,
  type Into,
  type Laid,
  layoutOf,
} from "./compile_table.ts";
import type { AnyCodec, AnyDerived, AnyEntry, Attributes, Derived, Field, Parts, Placed, Shape } from "./entry.ts";

/** Mask of the attribute's number, and the flag of a nest, in the attribute's type. */
const NLA_TYPE_MASK = 0x3fff, NLA_F_NESTED = 0x8000;

/** A codec for attributes that occur several times side by side; see `repeated`. */
export interface RepeatedCodec {
  /** Marks the codec as repeated. */
  readonly repeated: true;
}

/** Options of a table. */
export interface TableOptions {
  /** Size of the fixed header in bytes. */
  readonly header?: number;
  /** The number of the attribute that only pads. */
  readonly pad?: number;
  /** True if an empty nest decodes to `undefined` instead of an object: some kernels send such nests. */
  readonly unlessEmpty?: true;
}

/**
 * Makes the table of `T` from an entry for each of its fields.
 *
 * A shape given as a function is evaluated when the table is first used: a script that lists links does not pay for the
 * tables of routes.
 */
export function attributes<T extends object>(
  shape: Shape<T> | (() => Shape<T>),
  options: TableOptions = {},
): Attributes<T> {
  return new Table<T>(() => fieldsOf(shape), options.header ?? 0, options.pad, false, options.unlessEmpty);
}

/** Makes the entry of a field in the message's fixed header. */
export function head<C extends AnyCodec>(offset: number, codec: C, use?: Use): Placed<C> {
  return { offset, codec, ...(use === undefined ? {} : { use }) };
}

/**
 * Makes the entry of a field with the name of the interface whose number is in field `of`.
 *
 * @param unless a field whose presence means that the number belongs to another network namespace
 */
export function interfaceNameOf(of: string, use?: Use, unless?: string): Derived<string> {
  return {
    code(owner) {
      const index = `${owner}[${JSON.stringify(of)}]`, here = `from.names !== undefined && ${index} > 0`;
      const condition = unless === undefined ? here : `${here} && ${owner}[${JSON.stringify(unless)}] === undefined`;
      return `${condition} ? from.names.name(${index}) : undefined`;
    },
    derive(owner, from) {
      const fields = owner as Record<string, unknown>, index = fields[of];
      if (from.names === undefined || typeof index !== "number" || index <= 0) return undefined;
      return unless !== undefined && fields[unless] !== undefined ? undefined : from.names.name(index);
    },
    names: of,
    ...(use === "readOnly" ? { use } : { of, ...(use === undefined ? {} : { use }) }),
  };
}

/** Returns the fields of a shape, in its order. */
export function fieldsOf<T>(shape: Shape<T> | (() => Shape<T>)): readonly Field[] {
  const entries = Object.entries<AnyEntry>(typeof shape === "function" ? shape() : shape);
  return entries.map(([key, entry]) => fieldOf(key, entry));
}

/** Makes a field from its entry. */
export function fieldOf(key: string, entry: AnyEntry): Field {
  if (Array.isArray(entry)) {
    const [id, codec, use] = entry as readonly [number, AnyCodec, Use?];
    return field(key, id, -1, codec, use, undefined, "repeated" in codec);
  }
  if ("offset" in entry) {
    const { offset, codec, use } = entry as Placed<AnyCodec>;
    return field(key, -1, offset, codec, use, undefined, false);
  }
  const derived = entry as AnyDerived;
  return field(key, -1, -1, undefined, derived.use, derived, false);
}

function field(
  key: string,
  id: number,
  offset: number,
  codec: AnyCodec | undefined,
  use: Use | undefined,
  derived: AnyDerived | undefined,
  repeated: boolean,
): Field {
  return { key, id, offset, codec, use, derived, lift: undefined, repeated };
}

// A stack of frames with one number per field: the offsets of the attributes in the tables being decoded.
let offsets = new Int32Array(1024);
let top = 0;

function frame(slots: number): number {
  const start = top;
  top += slots;
  if (top > offsets.length) {
    const larger = new Int32Array(2 * top);
    larger.set(offsets);
    offsets = larger;
  }
  return start;
}

/**
 * Number of fields that have a bit in the four 32-bit masks. In larger tables, all later fields must be plain
 * attributes.
 */
const FIRST_FIELDS = 128;

/** Most payload lengths for which a table keeps layouts. */
const MOST_LAYOUTS = 64;

// Deeper than any kernel nests, and too shallow to overflow the engine's stack.
const DEEPEST = 64;

interface Plan {
  readonly slotById: readonly number[];
  readonly slotByKey: ReadonlyMap<string, number>;
  /** Of each slot. */
  readonly senders: Senders;
  /** Bits of the fields that are made even if their attribute is absent. */
  readonly always: readonly [number, number, number, number];
  /** The slots among them that are attributes whose codec has a value for absence. */
  readonly absent: readonly number[];
  /** The fields of the header, ordered by offset. */
  readonly placed: readonly Field[];
  /** Of each field of the header. */
  readonly placedSenders: Senders;
  /** The number of the attribute whose length may have overflowed, -1 when there is none. */
  readonly overflowing: number;
}

class Table<T extends object> implements Attributes<T> {
  readonly name = "attributes";
  readonly nested = true;
  readonly headerSize: number;
  readonly #make: () => readonly Field[];
  readonly #pad: number;
  readonly #lifted: boolean;
  readonly #unlessEmpty: boolean;
  #fields: readonly Field[] | undefined;
  #code: Compiled<T> | undefined;
  #decoded = 0;
  /** For each payload length: its layout, or how many payloads of that length were decoded so far. */
  readonly #layouts = new Map<number, Laid<T> | number>();
  #plan: Plan | undefined;

  constructor(make: () => readonly Field[], headerSize: number, pad = -1, lifted = false, unlessEmpty = false) {
    this.#make = make;
    this.headerSize = headerSize;
    this.#pad = pad;
    this.#lifted = lifted;
    this.#unlessEmpty = unlessEmpty;
  }

  get fields(): readonly Field[] {
    return this.#fields ??= this.#make();
  }

  with<U>(parts: Parts<U>, nest?: number): Attributes<T & U> {
    const added = (): readonly Field[] =>
      nest === undefined ? parts.fields() : [{
        key: undefined,
        id: nest,
        offset: -1,
        codec: undefined,
        use: undefined,
        derived: undefined,
        lift: new Table<object>(parts.fields, 0, -1, true),
        repeated: false,
      }];
    return new Table<T & U & object>(() => [...this.fields, ...added()], this.headerSize, this.#pad, this.#lifted);
  }

  field(key: string): Field | undefined {
    for (const field of this.fields) {
      if (field.key === key) return field;
      const lifted = field.lift?.field(key);
      if (lifted !== undefined) return lifted;
    }
    return undefined;
  }

  attributeName(id: number): string | undefined {
    const field = this.fields.find((field) => field.id === id);
    return field?.key ?? field?.lift?.fields[0]?.key;
  }

  get plan(): Plan {
    return this.#plan ??= planOf(this.fields);
  }

  decode(from: Reader, at: number, end: number): T {
    if (at === end && this.#unlessEmpty) return undefined as never;
    const layout = this.#layouts.get(end - at);
    if (typeof layout === "function" && mayBeCompiled(from)) {
      const base = from.base, value = layout(from, at, end);
      from.base = base;
      if (value !== undefined) return value;
    }
    const made = this.#compiled(from)?.made;
    if (made === undefined) {
      const value = {};
      this.#enter(from, at, end, value, undefined);
      return value as T;
    }
    const base = from.base;
    if (from.depth === DEEPEST) tooDeep(at);
    from.depth++;
    try {
      return this.#observe(layout ?? 0, from, at, end, new made(from, at, end));
    } finally {
      from.depth--;
      from.base = base;
    }
  }

  /**
   * Makes a layout once enough payloads of this length were decoded. Only the first {@linkcode MOST_LAYOUTS} lengths
   * are counted.
   */
  #observe(seen: number | Laid<T>, from: Reader, at: number, end: number, value: T): T {
    if (typeof seen === "number" && seen < compiling.after && (seen > 0 || this.#layouts.size < MOST_LAYOUTS)) {
      const layout = seen + 1 === compiling.after ? layoutOf(this.#compilable(), from, at, end, value) : undefined;
      this.#layouts.set(end - at, layout ?? seen + 1);
    }
    return value;
  }

  #compilable(): Compilable {
    return { ...this.plan, fields: this.fields, headerSize: this.headerSize, pad: this.#pad };
  }

  /**
   * Returns the compiled table, or `undefined` before enough objects were decoded to make compiling worthwhile; see
   * compile_table.ts.
   */
  #compiled(from: Reader): Compiled<T> | undefined {
    if (!mayBeCompiled(from)) return undefined;
    if (this.#code !== undefined) return this.#code;
    if (++this.#decoded < compiling.after) return undefined;
    return this.#code = compileTable<T>(this.#compilable(), this.#lifted, { keepRaw, badLength });
  }

  /** Decodes into an object that other tables decode into too. */
  decodeInto(from: Reader, at: number, end: number, owner: object): void {
    this.#enter(from, at, end, owner, this.#compiled(from)?.into);
  }

  #enter(from: Reader, at: number, end: number, owner: object, into: Into | undefined): void {
    if (from.depth === DEEPEST) tooDeep(at);
    const start = into === undefined ? frame(this.fields.length) : top, base = from.base;
    from.depth++;
    try {
      if (into === undefined) this.#decodeAt(from, at, end, owner, start);
      else into(from, at, end, owner);
    } finally {
      from.depth--;
      top = start;
      from.base = base;
    }
  }

  #decodeAt(from: Reader, at: number, end: number, owner: object, start: number): void {
    const { slotById, always, absent, overflowing } = this.#plan ?? this.plan, fields = this.fields, bytes = from.bytes;
    const header = at;
    for (const slot of absent) offsets[start + slot] = -1;
    if (this.headerSize > 0) {
      from.base = at;
      at += (this.headerSize + 3) & ~3;
    }
    from.orient?.(at, end);
    let m0 = always[0], m1 = always[1], m2 = always[2], m3 = always[3], more: number[] | undefined;
    while (end - at >= 4) {
      let length = bytes[at]! | bytes[at + 1]! << 8;
      const id = (bytes[at + 2]! | bytes[at + 3]! << 8) & NLA_TYPE_MASK;
      if (id === overflowing) length = extentOf(fields[slotById[id]!]!, from, at, at + length, end) - at;
      if (length < 4 || length > end - at) badLength(length, end - at, at);
      const slot = id < slotById.length ? slotById[id]! : -1;
      if (slot < 0) {
        if (id !== this.#pad) keepRaw(owner, id, from, at + 4, at + length);
      } else {
        const bit = 1 << (slot & 31);
        let first = true;
        if (slot < 32) (first = (m0 & bit) === 0, m0 |= bit);
        else if (slot < 64) (first = (m1 & bit) === 0, m1 |= bit);
        else if (slot < 96) (first = (m2 & bit) === 0, m2 |= bit);
        else if (slot < FIRST_FIELDS) (first = (m3 & bit) === 0, m3 |= bit);
        else {
          const word = slot >> 5, bits = (more ??= [])[word] ?? 0;
          first = (bits & bit) === 0;
          more[word] = bits | bit;
        }
        if (first || !fields[slot]!.repeated) offsets[start + slot] = at;
      }
      at += (length + 3) & ~3;
    }
    if (m0 !== 0) this.#read(from, owner, m0, 0, start, header, end);
    if (m1 !== 0) this.#read(from, owner, m1, 32, start, header, end);
    if (m2 !== 0) this.#read(from, owner, m2, 64, start, header, end);
    if (m3 !== 0) this.#read(from, owner, m3, 96, start, header, end);
    more?.forEach((bits, word) => this.#read(from, owner, bits, word << 5, start, header, end));
  }

  /** Makes the fields whose bits are set; `first` is the slot of bit 0. */
  #read(from: Reader, owner: object, bits: number, first: number, start: number, header: number, end: number): void {
    const fields = this.fields, object = owner as Record<string, unknown>, overflowing = this.plan.overflowing;
    while (bits !== 0) {
      const bit = bits & -bits, slot = first + 31 - Math.clz32(bit), field = fields[slot]!;
      bits ^= bit;
      const codec = field.codec, at = field.id < 0 ? -1 : offsets[start + slot]!;
      let value: unknown;
      if (at >= 0) {
        let stop = field.repeated ? end : at + (from.bytes[at]! | from.bytes[at + 1]! << 8);
        if (field.id === overflowing) stop = extentOf(field, from, at, stop, end);
        if (codec === undefined) {
          (field.lift as Table<object>).decodeInto(from, at + 4, stop, owner);
          continue;
        }
        value = field.repeated ? codec.decode(from, at, stop, owner) : payloadOf(codec, from, at + 4, stop, owner);
        if (value === MISFIT) {
          keepRaw(
            owner,
            field.id,
            from,
            at + 4,
            field.repeated ? at + (from.bytes[at]! | from.bytes[at + 1]! << 8) : stop,
          );
          continue;
        }
      } else if (field.offset >= 0) {
        const place = header + field.offset;
        if (place + codec!.size! > end) continue;
        value = codec!.decode(from, place, place + codec!.size!, owner);
      } else value = field.derived !== undefined ? field.derived.derive?.(owner, from) : codec!.absent?.(from, owner);
      if (value !== undefined) object[field.key!] = value;
    }
  }

  encode(value: T, to: Writer): void {
    expectObject(value, to);
    const base = to.base;
    if (this.headerSize > 0) {
      to.base = to.length;
      const { placed, placedSenders } = this.plan;
      encodePlaced(placed, placedSenders, value, to, (this.headerSize + 3) & ~3);
    }
    this.#encodeFields(value, to);
    to.base = base;
  }

  #encodeFields(value: object, to: Writer): void {
    const { slotByKey } = this.plan, given = value as Record<string, unknown>;
    let m0 = 0, m1 = 0, m2 = 0, m3 = 0, more: number[] | undefined;
    for (const key in given) {
      if (given[key] === undefined) continue;
      const slot = slotByKey.get(key);
      if (slot === undefined) {
        if (this.#lifted) continue;
        to.fail(TypeError, `there is no field ${shown(key)}${suggestion(key, this.fields, given)}`);
      }
      const bit = 1 << (slot & 31);
      if (slot < 32) m0 |= bit;
      else if (slot < 64) m1 |= bit;
      else if (slot < 96) m2 |= bit;
      else if (slot < FIRST_FIELDS) m3 |= bit;
      else (more ??= [])[slot >> 5] = (more[slot >> 5] ?? 0) | bit;
    }
    for (let first = 0; first < FIRST_FIELDS; first += 32) {
      this.#encodeSome(first === 0 ? m0 : first === 32 ? m1 : first === 64 ? m2 : m3, first, given, to);
    }
    more?.forEach((bits, word) => this.#encodeSome(bits, word << 5, given, to));
  }

  /** Writes the fields whose bits are set; `first` is the slot of bit 0. */
  #encodeSome(bits: number, first: number, given: Record<string, unknown>, to: Writer): void {
    while (bits !== 0) {
      const bit = bits & -bits;
      bits ^= bit;
      this.#encodeField(first + 31 - Math.clz32(bit), given, to);
    }
  }

  #encodeField(slot: number, given: Record<string, unknown>, to: Writer): void {
    const field = this.fields[slot]!;
    if (field.lift !== undefined) {
      const start = to.open(field.id | NLA_F_NESTED);
      (field.lift as Table<object>).#encodeFields(given, to);
      // Removes a nest without content: all its fields are read-only.
      if (to.length === start + 4) to.length = start;
      else to.close(start);
      return;
    }
    if (field.use === "readOnly" && !to.everything) {
      const value = given[field.key!];
      return value === null ? undefined : expectUnsent(field, value, given, to);
    }
    if (field.derived !== undefined) {
      to.path.push(field.key!);
      field.derived.apply?.(given[field.key!] as never, to, given);
      to.path.pop();
      return;
    }
    if (field.id < 0) return;
    const key = senderOf(this.plan.senders[slot], field.key!, given, to), codec = field.codec!;
    to.path.push(key);
    if (field.repeated) codec.encode(given[key] as never, to, given);
    else {
      const start = to.open(codec.nested ? field.id | NLA_F_NESTED : field.id);
      if (codec.encode(given[key] as never, to, given) === HEADER_ONLY) to.length = start;
      else to.close(start);
    }
    to.path.pop();
  }

  walk(from: Reader, at: number, end: number, owner: object, visit: Visit): void {
    const own = this.#lifted ? owner : this.decode(from, at, end),
      { slotById, overflowing } = this.plan,
      base = from.base;
    if (this.headerSize > 0) {
      from.base = at;
      for (const { key, offset, codec } of this.fields) {
        if (offset < 0 || at + offset + codec!.size! > end) continue;
        visit({
          name: key,
          id: -1,
          start: at + offset,
          at: at + offset,
          end: at + offset + codec!.size!,
          codec,
          owner: own,
        });
      }
      at += (this.headerSize + 3) & ~3;
    }
    eachAttribute(from, at, end, (id, start, stop) => {
      const field = this.fields[slotById[id] ?? -1];
      if (field === undefined) {
        if (id !== this.#pad) {
          visit({ name: `#${id}`, id, start, at: start + 4, end: stop, codec: undefined, owner: own });
        }
      } else if (field.lift !== undefined) {
        visit({ name: undefined, id, start, at: start + 4, end: stop, codec: field.lift, owner: own });
      } else if (field.repeated) {
        // A repeated codec walks one attribute at a time, beginning with the attribute's own header.
        field.codec!.walk!(from, start, stop, own, (part) => visit({ ...part, name: field.key! }));
      } else visit({ name: field.key, id, start, at: start + 4, end: stop, codec: field.codec, owner: own });
    }, (id, start, stop) => id === overflowing ? extentOf(this.fields[slotById[id]!]!, from, start, stop, end) : stop);
    from.base = base;
  }
}

/** True if compiled code may decode the bytes: it assumes host byte order. */
export function mayBeCompiled(from: Reader): boolean {
  return from.orient === undefined && compiling.after !== Infinity;
}

function planOf(fields: readonly Field[]): Plan {
  const slotById: number[] = [],
    slotByKey = new Map<string, number>(),
    always: [number, number, number, number] = [0, 0, 0, 0];
  const highest = Math.max(-1, ...fields.map((field) => field.id));
  for (let id = 0; id <= highest; id++) slotById.push(-1);
  fields.forEach((field, slot) => {
    if (field.id >= 0) {
      if (slotById[field.id] !== -1) throw new Error(`A table has attribute ${field.id} twice`);
      slotById[field.id] = slot;
    }
    if (field.offset >= 0 || field.derived?.derive !== undefined || field.codec?.absent !== undefined) {
      if (slot >= FIRST_FIELDS) {
        throw argumentError(RangeError, `Field ${field.key} must be among the first ${FIRST_FIELDS} of its table`);
      }
      always[slot >> 5]! |= 1 << (slot & 31);
    }
    if (field.lift !== undefined) { for (const inner of field.lift.fields) slotByKey.set(inner.key!, slot); }
    else slotByKey.set(field.key!, slot);
  });
  // A field that holds a name is sent in the place of the field that holds the number.
  const senders: (string[] | undefined)[] = fields.map(() => undefined);
  for (const { key, derived } of fields) {
    if (derived?.of === undefined) continue;
    const slot = slotByKey.get(derived.of)!;
    slotByKey.set(key!, slot);
    (senders[slot] ??= []).push(key!);
  }
  const absent = [...fields.keys()].filter((slot) =>
    fields[slot]!.id >= 0 && fields[slot]!.codec?.absent !== undefined
  );
  const overflowing = fields.find((field) => field.codec?.extent !== undefined)?.id ?? -1;
  const placed = placedOf(fields), placedSenders = placed.map((field) => senders[fields.indexOf(field)]);
  return { slotById, slotByKey, senders, always, absent, placed, placedSenders, overflowing };
}

function tooDeep(at: number): never {
  throw new DecodeError(`attributes are nested more than ${DEEPEST} times`, at);
}

function badLength(length: number, left: number, at: number): never {
  throw new DecodeError(`an attribute has a length of ${length} bytes, expected 4..${left}`, at);
}

/** Returns the true end of the attribute of `field` that begins at `at`. */
function extentOf(field: Field, from: Reader, at: number, stated: number, end: number): number {
  return field.codec!.extent!(from, at + 4, stated, end);
}

/** For each of some fields, the names of the fields that may be given instead of it, if any. */
export type Senders = readonly (readonly string[] | undefined)[];

/**
 * Returns the field whose input is sent as `key`: itself, or one given instead of it. A name wins over a number beside
 * it, which is the number in an object read from elsewhere; two different names are an error.
 */
function senderOf(
  senders: readonly string[] | undefined,
  key: string,
  given: Record<string, unknown>,
  to: Writer,
): string {
  if (senders === undefined) return key;
  const other = senders.find((other) => given[other] !== undefined);
  if (other === undefined) return key;
  if (typeof given[key] === "string" && given[key] !== given[other]) {
    to.fail(
      TypeError,
      `${key} ${shown(given[key])} and ${other} ${shown(given[other])} are two names of one interface`,
    );
  }
  return other;
}

/** Keeps the payload `at`..`end` of an attribute that its table cannot decode. */
export function keepRaw(owner: object, id: number, from: Reader, at: number, end: number): void {
  const attribute: RawAttribute = { id, bytes: from.own(at, end) };
  ((owner as { [raw]?: RawAttribute[] })[raw] ??= []).push(attribute);
}

/**
 * Calls `visit` for each attribute in `at`..`end`; `stop` is the end of its payload.
 *
 * @param extent returns the true end of an attribute, if it may differ from its length
 */
export function eachAttribute(
  from: Reader,
  at: number,
  end: number,
  visit: (id: number, start: number, stop: number) => void,
  extent?: (id: number, start: number, stop: number) => number,
): void {
  while (end - at >= 4) {
    let length = from.view.getUint16(at, true);
    const id = from.view.getUint16(at + 2, true) & NLA_TYPE_MASK;
    if (extent !== undefined) length = extent(id, at, at + length) - at;
    if (length < 4 || length > end - at) badLength(length, end - at, at);
    visit(id, at, at + length);
    at += (length + 3) & ~3;
  }
}

/** Returns the fields with a fixed offset, ordered by offset. */
export function placedOf(fields: readonly Field[]): readonly Field[] {
  return fields.filter((field) => field.offset >= 0).sort((a, b) => a.offset - b.offset);
}

/**
 * Writes the `placed` fields in `size` bytes, with zeros for gaps and absent fields.
 *
 * @param senders of each field; absent if no field has any
 */
export function encodePlaced(
  placed: readonly Field[],
  senders: Senders | undefined,
  value: object,
  to: Writer,
  size: number,
): void {
  const given = value as Record<string, unknown>, begin = to.length;
  for (let i = 0; i < placed.length; i++) {
    const field = placed[i]!, key = senderOf(senders?.[i], field.key!, given, to), sent = given[key];
    if (sent === undefined) continue;
    if (field.use === "readOnly" && !to.everything) {
      if (sent !== null) expectUnsent(field, sent, value, to);
      continue;
    }
    to.grow(begin + field.offset - to.length);
    to.path.push(key);
    field.codec!.encode(sent as never, to, value);
    to.path.pop();
  }
  to.grow(begin + size - to.length);
}

/** Throws for a name in `value` that is no field of a struct or table, unless its value is undefined. */
export function expectKnown(value: object, fields: readonly Field[], to: Writer): void {
  let known = knownNames.get(fields);
  if (known === undefined) {
    const all = fields.flatMap(({ key, lift }) => lift === undefined ? [key!] : lift.fields.map((one) => one.key!));
    knownNames.set(fields, known = new Set(all));
  }
  for (const key of Object.keys(value)) {
    if (known.has(key) || (value as Record<string, unknown>)[key] === undefined) continue;
    to.fail(TypeError, `there is no field ${shown(key)}${suggestion(key, fields, value)}`);
  }
}

/** The names of fields, which are the same for each value of a struct. */
const knownNames = new WeakMap<readonly Field[], ReadonlySet<string>>();

/** Throws for a wrong value of a field that is not sent, as if it were: for a wrong type, an unknown name at any depth. */
function expectUnsent({ key, codec, derived, repeated }: Field, value: unknown, owner: object, to: Writer): void {
  if (codec === undefined) {
    if (derived?.names === undefined || typeof value === "string") return;
    to.path.push(key!);
    to.fail(TypeError, `expected an interface's name, got ${shown(value)}`);
  }
  const nowhere = new Writer(64);
  nowhere.append(to.bytes.subarray(to.base, Math.min(to.length, to.base + MOST_HEADER)));
  nowhere.what = to.what;
  nowhere.everything = true;
  nowhere.names = ANY_NAME;
  nowhere.path.push(...to.path, key!);
  // A repeated codec may leave out what a field beside it says.
  codec.encode(value as never, nowhere, repeated ? { [key!]: value } : owner);
}

/**
 * Throws for fields of `value` that do not exist in the table, and for values of the wrong type. Interfaces are not
 * looked up, and values that only an open socket can encode are left.
 *
 * @param what the operation for messages: `add link v0`
 */
export function checkValues({ fields }: { readonly fields: readonly Field[] }, value: object, what: string): void {
  const to = new Writer(64);
  to.what = what;
  to.everything = true;
  to.names = ANY_NAME;
  to.openNamespace = () => 0;
  to.grow(MOST_HEADER);
  expectKnown(value, fields, to);
  for (const field of fields.flatMap((one) => one.lift?.fields ?? [one])) {
    const one = (value as Record<string, unknown>)[field.key!];
    if (one !== undefined && one !== null) expectUnsent(field, one, value, to);
  }
}

/** More bytes than any fixed header has. A codec may read the header, such as the family in it. */
const MOST_HEADER = 64;
/** Names of interfaces that are not looked up, as the field is not sent. */
const ANY_NAME: Names = { name: () => undefined, index: () => 1 };

/** Fields that hold an address with the length of its prefix. */
const PREFIXED: readonly string[] = [
  'address with its length, as in "10.0.0.1/24"',
  'dst with its length, as in "10.0.0.0/8"',
  'ip with its length, as in "10.0.0.0/8"',
];
/** The number of a socket, by which its processes are found. */
const SOCKET: readonly string[] = ["inode of the listed sockets, with processesOf()"];
/** The statements of a rule of nf_tables. */
const STATEMENTS: readonly string[] = ["expr, an array of statements in nft's JSON"];

/**
 * Words of `ip`, `ss`, `tc` and other tools, and of the kernel: the names of fields that mean the same, some with what
 * to write there.
 */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  from: ["src", "saddr", "local"],
  to: ["dst", "daddr"],
  source: ["src", "saddr", "local"],
  saddr: ["src", "local"],
  daddr: ["dst"],
  src: ["prefsrc", "local"],
  sport: ["localPort", "srcPort", "tcpSrc"],
  srcport: ["localPort", "tcpSrc"],
  dport: ["dstPort", "tcpDst"],
  remoteport: ["dstPort"],
  peerport: ["dstPort"],
  port: ['localPort or "dstPort"', 'srcPort or "dstPort"'],
  dest: ["dst"],
  destination: ["dst"],
  via: ["gateway"],
  gw: ["gateway"],
  onlink: ['flags: ["onlink"]'],
  blackhole: ['type: "blackhole"'],
  unreachable: ['type: "unreachable"'],
  prohibit: ['type: "prohibit"'],
  nexthop: ["multipath", "gateway", "nhId"],
  nexthops: ["multipath"],
  nhid: ["nhId"],
  type: ["kind"],
  lookup: ["table"],
  metric: ["priority"],
  pref: ["priority"],
  preference: ["priority"],
  prio: ["priority"],
  proto: ["protocol"],
  protocol: ["proto"],
  peer: ["dst", "remote"],
  remote: ["dst"],
  name: ["ifname", "dev", "devName", "set"],
  table: ["name"],
  chain: ["name"],
  set: ["name"],
  namespace: ["netns"],
  ns: ["netns"],
  device: ["dev", "ifname"],
  interface: ["dev", "ifname"],
  iface: ["dev", "ifname"],
  ifname: ["dev"],
  link: ["dev"],
  parent: ["link"],
  iif: ["iifname"],
  oif: ["oifname"],
  lladdr: ["address"],
  mac: ["address", "lladdr", "ether"],
  addr: ["address", "ip"],
  address: ["dst", "local", "ip"],
  ip: ["address", "dst"],
  local: ["address"],
  brd: ["broadcast"],
  state: ["operstate, or up: true to change it"],
  alias: ["ifalias"],
  qlen: ["txqlen"],
  txqueuelen: ["txqlen"],
  vid: ["id", "vlan"],
  vlanid: ["id", "vlan"],
  vni: ["id"],
  mark: ["fwmark"],
  dsfield: ["tos"],
  uid: ["uidRange"],
  pid: SOCKET,
  process: SOCKET,
  processes: SOCKET,
  interval: ['flags: ["interval"]'],
  element: ["elem"],
  key: ["elem"],
  text: STATEMENTS,
  rule: STATEMENTS,
  exprs: STATEMENTS,
  statements: STATEMENTS,
  validlft: ["cacheinfo: { valid: … }"],
  preferredlft: ["cacheinfo: { prefered: … }"],
  nud: ["state"],
  listening: ['state: "listen"', "listen"],
  weight: ["multipath: [{ gateway, weight }]"],
  not: ['flags: ["invert"]'],
  dev: ["ifname", "oif", "link", "devName"],
  ifindex: ["index", "oif"],
  slaves: ["master of each port"],
  ports: ["master of each port"],
  down: ["up: false"],
  nomaster: ["master: null"],
  classid: ["handle"],
  root: ['parent: "root"'],
  ingress: ['parent: "ingress"'],
  fibmatch: ["dst of lookup() in families/fib_lookup.ts, which tells the matching prefix"],
  prefix: PREFIXED,
  prefixlen: PREFIXED,
  plen: PREFIXED,
  dstlen: PREFIXED,
  netmask: PREFIXED,
  mask: PREFIXED,
  grp: ["group"],
  default: ["defcls"],
  delay: ["latency"],
  latency: ["target", "limit: rate times the longest wait, plus burst"],
  bandwidth: ["baseRate64", "rate"],
  perturb: ["perturbPeriod"],
  mtu: ["pburst"],
  minburst: ["pburst"],
  cycletime: ["schedCycleTime"],
  basetime: ["schedBaseTime"],
  min: ["qthMin"],
  max: ["qthMax"],
  flowid: ["classid"],
  action: ["act"],
  actions: ["act"],
  match: ["sel"],
  dstip: ["ipv4Dst"],
  srcip: ["ipv4Src"],
  dstport: ["tcpDst"],
  dstmac: ["ethDst"],
  srcmac: ["ethSrc"],
};

/** Longest name, in characters, that is compared with other names. */
const LONGEST_WORD = 64;

/** Returns `, did you mean "ifname"?` if a similar name exists, else an empty string. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const all = [...names], known = meant(name, all), best = known ?? similar(name, all);
  return best === undefined ? "" : `, did you mean ${best}?`;
}

/** Returns `, did you mean "prefsrc"?` if a tool's word means one of `names`, else an empty string. */
export function inWords(word: string, names: readonly string[]): string {
  const other = meant(word, names);
  return other === undefined ? "" : `, did you mean ${other}?`;
}

/**
 * Returns the field among `names` that has this name in other case or with underscores, or that a tool's word means,
 * quoted. A field that `owner` has already is not meant.
 */
function meant(name: string, names: readonly string[], owner: object = {}): string | undefined {
  if (name.length > LONGEST_WORD) return undefined;
  const key = plain(name), same = names.find((one) => plain(one) === key);
  if (same !== undefined) return JSON.stringify(same);
  const words = Object.hasOwn(WORDS, key) ? WORDS[key]! : [];
  for (const word of words) {
    const [field] = /^\w+/.exec(word)!;
    const isGiven = word === field && (owner as Record<string, unknown>)[field] !== undefined;
    if (names.includes(field) && !isGiven) return `${JSON.stringify(field)}${word.slice(field.length)}`;
  }
  return undefined;
}

/** Returns a name in lower case and without underscores: `ifName`, `if_name` and `IFNAME` are one. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}

/** Returns the most similar of `names`, quoted; `undefined` if none is similar. */
function similar(name: string, names: readonly string[]): string | undefined {
  const letters = (text: string): string => [...text].sort().join();
  let best: string | undefined, least = 3;
  for (const other of names) {
    // A larger difference in length is a larger distance. Names too long to be typed are not compared, which saves
    // time.
    if (name.length > LONGEST_WORD || Math.abs(name.length - other.length) >= least) continue;
    const d = distance(name.toLowerCase(), other.toLowerCase());
    // Two letters of three make another word, unless they changed places.
    if (d === 2 && name.length < 4 && letters(name) !== letters(other)) continue;
    if (d < least) (best = JSON.stringify(other), least = d);
  }
  return best;
}

/**
 * Returns `, did you mean "ifname"?` for a name that is no field of a table or struct: a similar one, or a field of a
 * nest, such as `data.id`. `owner` is the value with the name.
 */
export function suggestion(name: string, fields: readonly Field[], owner: object): string {
  const all = fields.flatMap((one) => one.lift?.fields ?? [one]), names = all.map(({ key }) => key!);
  const own = meant(name, names, owner);
  if (own !== undefined) return `, did you mean ${own}?`;
  for (const { key, codec, use } of all) {
    if (use === "readOnly") continue;
    const inner = (codec?.choose?.(owner) ?? codec) as { readonly fields?: readonly Field[] } | undefined;
    const within = inner?.fields?.flatMap((one) => one.lift?.fields ?? [one]).map(({ key }) => key!) ?? [];
    const found = within.includes(name) ? name : /^"(\w+)"$/.exec(meant(name, within) ?? "")?.[1];
    if (found !== undefined) return `, did you mean "${key}.${found}"?`;
  }
  return didYouMean(name, names);
}

/** Returns the number of letters to add, remove or change to turn one string into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
