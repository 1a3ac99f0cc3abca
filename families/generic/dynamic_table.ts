/**
 * Tables that are made while the program runs: from a specification, or from the kernel's own policy.
 *
 * They may contain themselves, and know of the object around: what a payload is may be told by an attribute there.
 *
 * @module
 */
import {
  type AnyCodec,
  bytes,
  type Codec,
  didYouMean,
  eachAttribute,
  HEADER_ONLY,
  keepRaw,
  MISFIT,
  type Reader,
  shown,
  type Struct,
  type Visit,
  type Writer,
} from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";

/** An object of such a table. */
export type Fields = Record<string, unknown>;

/** One attribute. */
export interface DynamicField {
  /** Attribute number. */
  readonly id: number;
  /** The field's name. */
  readonly key: string;
  /** How its payload is read and written. */
  readonly codec: AnyCodec;
  /** Whether it comes once for each item of an array. */
  readonly multi?: boolean;
  /** Whether it is read after all others, as one of them says what it is. */
  readonly late?: boolean;
}

/** What a table has. */
export interface DynamicShape {
  /** The struct in front of the attributes, whose fields are the object's. */
  readonly header?: Struct<object> | undefined;
  /** The attributes. */
  readonly fields: readonly DynamicField[];
  /** Whether attributes without a name are fields called by their number, as bytes; else they are kept aside. */
  readonly open?: boolean;
}

const NLA_F_NESTED = 0x8000, NLA_TYPE_MASK = 0x3fff;
// Deeper than any kernel nests, shallower than what makes the engine's stack overflow.
const DEEPEST = 64;

/** The object that another is a field of. */
const around = new WeakMap<object, object>();

/** The value that `key` has in `owner`, or in the nearest object around it that has one. */
export function valueAround(owner: object | undefined, key: string): unknown {
  for (let at = owner; at !== undefined; at = around.get(at)) {
    if (Object.hasOwn(at, key) && (at as Fields)[key] !== undefined) return (at as Fields)[key];
  }
  return undefined;
}

/** A copy of an object that is to be encoded: its own fields, and none that every object inherits. */
export function ownFields(value: unknown, to: Writer): Fields {
  if (typeof value !== "object" || value === null || Symbol.iterator in value) {
    return to.fail(TypeError, `expected an object, got ${shown(value)}`);
  }
  return Object.assign(Object.create(null), value);
}

interface Plan {
  readonly shape: DynamicShape;
  readonly byId: ReadonlyMap<number, DynamicField>;
  readonly byKey: ReadonlyMap<string, DynamicField>;
  readonly headerKeys: ReadonlySet<string>;
}

/** A table whose shape is asked for when it is first used. */
export class DynamicTable implements Codec<Fields> {
  /** What messages call it. */
  readonly name = "attributes";
  /** Sent with NLA_F_NESTED. */
  readonly nested = true;
  readonly #shape: () => DynamicShape;
  #plan: Plan | undefined;

  /** Asks `shape` once. */
  constructor(shape: () => DynamicShape) {
    this.#shape = shape;
  }

  get #known(): Plan {
    if (this.#plan !== undefined) return this.#plan;
    const shape = this.#shape();
    return this.#plan = {
      shape,
      byId: new Map(shape.fields.map((field) => [field.id, field])),
      byKey: new Map(shape.fields.map((field) => [field.key, field])),
      headerKeys: new Set(shape.header?.fields.map(({ key }) => key!)),
    };
  }

  /** The names of the fields of its header. */
  get headerKeys(): ReadonlySet<string> {
    return this.#known.headerKeys;
  }

  /** The fields of the table. */
  get fields(): readonly DynamicField[] {
    return this.#known.shape.fields;
  }

  #headerSize(): number {
    return ((this.#known.shape.header?.size ?? 0) + 3) & ~3;
  }

  /** The object of the attributes `at`..`end`. */
  decode(from: Reader, at: number, end: number, owner: object): Fields {
    if (from.depth === DEEPEST) throw new DecodeError(`attributes are nested more than ${DEEPEST} times`, at);
    const { shape: { header, open }, byId } = this.#known, value: Fields = {};
    around.set(value, owner);
    from.depth++;
    try {
      if (header !== undefined) {
        Object.assign(value, header.decode(from, at, Math.min(end, at + header.size!), value));
        at = Math.min(end, at + this.#headerSize());
      }
      const late: (() => void)[] = [];
      eachAttribute(from, at, end, (id, start, stop) => {
        const field = byId.get(id);
        if (field !== undefined) {
          const take = (): void => this.#take(field, from, start, stop, value);
          if (field.late === true) late.push(take);
          else take();
        } else if (open === true) value[id] = from.own(start + 4, stop);
        else keepRaw(value, id, from, start + 4, stop);
      });
      for (const take of late) take();
    } finally {
      from.depth--;
    }
    return value;
  }

  #take({ id, key, codec, multi }: DynamicField, from: Reader, start: number, stop: number, value: Fields): void {
    const wrong = codec.size !== undefined && codec.tolerant === undefined && stop - start - 4 !== codec.size;
    const one = wrong ? MISFIT : codec.decode(from, start + 4, stop, value);
    if ((one as unknown) === MISFIT) {
      if (this.#known.shape.open === true) value[key] = from.own(start + 4, stop);
      else keepRaw(value, id, from, start + 4, stop);
    } else if (multi !== true) value[key] = one;
    else if (Object.hasOwn(value, key)) (value[key] as unknown[]).push(one);
    else value[key] = [one];
  }

  /** Appends the attributes of an object. */
  encode(value: Fields, to: Writer, owner: object): void {
    const given = ownFields(value, to), { shape: { header, open }, byKey, headerKeys } = this.#known;
    around.set(given, owner);
    if (header !== undefined) {
      // What an attribute says too it says better: rules have tables above 255 there.
      const head = Object.entries(given).filter(([key]) => headerKeys.has(key) && !byKey.has(key));
      header.encode(Object.fromEntries(head), to, given);
      to.align();
    }
    for (const [key, one] of Object.entries(given)) {
      if (one === undefined) continue;
      const field = byKey.get(key) ?? this.#unnamed(key, open === true, to);
      if (field === undefined) continue;
      const { id, codec, multi } = field, several = multi === true && Array.isArray(one);
      to.path.push(key);
      (several ? one : [one]).forEach((item, i) => {
        if (multi === true) to.path.push(i);
        const start = to.open(codec.nested === true ? id | NLA_F_NESTED : id);
        // What could not be read comes as bytes, and goes back as they are.
        const encoded = open === true && item instanceof Uint8Array
          ? void to.append(item)
          : codec.encode(item as never, to, given);
        if (encoded === HEADER_ONLY) to.length = start;
        else to.close(start);
        if (multi === true) to.path.pop();
      });
      to.path.pop();
    }
  }

  /** The attribute that a field without an entry is; `undefined` where it lies in the header. */
  #unnamed(key: string, open: boolean, to: Writer): DynamicField | undefined {
    const { byKey, headerKeys } = this.#known;
    if (headerKeys.has(key)) return undefined;
    if (open && /^\d+$/.test(key) && Number(key) <= NLA_TYPE_MASK) {
      return { id: Number(key), key, codec: bytes as AnyCodec };
    }
    const hint = open
      ? `: attributes have numbers here, up to ${NLA_TYPE_MASK}`
      : didYouMean(key, [...byKey.keys(), ...headerKeys]);
    return to.fail(TypeError, `there is no attribute ${JSON.stringify(key)}${hint}`);
  }

  /** Visits header fields and attributes. */
  walk(from: Reader, at: number, end: number, owner: object, visit: Visit): void {
    const { shape: { header }, byId } = this.#known, own = this.decode(from, at, end, owner);
    // Who visits goes on walking what lies in it.
    from.depth++;
    try {
      if (header !== undefined) {
        header.walk!(from, at, Math.min(end, at + header.size!), own, visit);
        at = Math.min(end, at + this.#headerSize());
      }
      eachAttribute(from, at, end, (id, start, stop) => {
        const field = byId.get(id);
        visit({ name: field?.key ?? `#${id}`, id, start, at: start + 4, end: stop, codec: field?.codec, owner: own });
      });
    } finally {
      from.depth--;
    }
  }

  /** The field that attribute `id` is. */
  attributeName(id: number): string | undefined {
    return this.#known.byId.get(id)?.key;
  }
}
