/**
 * Tables that are made at run time: from a specification, or from the kernel's own policy.
 *
 * They may contain themselves. A payload's format may depend on an attribute of an enclosing object.
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
  payloadOf,
  type Reader,
  shown,
  type Struct,
  type Visit,
  type Writer,
} from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";

/** An object that such a table decodes or encodes. */
export type Fields = Record<string, unknown>;

/** An attribute. */
export interface DynamicField {
  /** The attribute number. */
  readonly id: number;
  /** The field's name. */
  readonly key: string;
  /** The codec of the payload. */
  readonly codec: AnyCodec;
  /** True if it is an array whose elements are attributes of the same number. */
  readonly multi?: boolean;
  /** True if it is decoded after all others, as its format depends on one of them. */
  readonly late?: boolean;
}

/** The header and the attributes of a table. */
export interface DynamicShape {
  /** The struct before the attributes. Its fields become fields of the object. */
  readonly header?: Struct<object> | undefined;
  /** The attributes. */
  readonly fields: readonly DynamicField[];
  /**
   * True if unknown attributes become fields, with their numbers as names and bytes as values; else they are kept
   * aside.
   */
  readonly open?: boolean;
}

const NLA_F_NESTED = 0x8000, NLA_TYPE_MASK = 0x3fff;
// Deeper than the kernel ever nests attributes, and too shallow to overflow the engine's stack.
const DEEPEST = 64;

/** The enclosing object of each object. */
const around = new WeakMap<object, object>();

/** Returns the value of `key` in `owner`, or in the nearest enclosing object that has one. */
export function valueAround(owner: object | undefined, key: string): unknown {
  for (let at = owner; at !== undefined; at = around.get(at)) {
    if (Object.hasOwn(at, key) && (at as Fields)[key] !== undefined) return (at as Fields)[key];
  }
  return undefined;
}

/** Returns a copy of an object to encode: its own fields, and none that it inherits. */
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

/** A table whose shape is asked for at the first use. */
export class DynamicTable implements Codec<Fields> {
  /** The name in messages. */
  readonly name = "attributes";
  /** True: the attribute is sent with flag NLA_F_NESTED. */
  readonly nested = true;
  readonly #shape: () => DynamicShape;
  #plan: Plan | undefined;

  /** Keeps `shape`, which is called once. */
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

  /** The names of the fields of the header. */
  get headerKeys(): ReadonlySet<string> {
    return this.#known.headerKeys;
  }

  /** The attributes of the table. */
  get fields(): readonly DynamicField[] {
    return this.#known.shape.fields;
  }

  #headerSize(): number {
    return ((this.#known.shape.header?.size ?? 0) + 3) & ~3;
  }

  /** Decodes the attributes at `at`..`end` into an object. */
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
    const one = payloadOf(codec, from, start + 4, stop, value);
    if ((one as unknown) === MISFIT) {
      if (this.#known.shape.open === true) value[key] = from.own(start + 4, stop);
      else keepRaw(value, id, from, start + 4, stop);
    } else if (multi !== true) value[key] = one;
    else if (Object.hasOwn(value, key)) (value[key] as unknown[]).push(one);
    else value[key] = [one];
  }

  /** Encodes the attributes of an object. */
  encode(value: Fields, to: Writer, owner: object): void {
    const given = ownFields(value, to), { shape: { header, open }, byKey, headerKeys } = this.#known;
    around.set(given, owner);
    if (header !== undefined) {
      // If an attribute has the same name as a header field, it takes precedence: rules have tables above 255 there.
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
        // A payload that could not be decoded is bytes, and is encoded unchanged.
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

  /** Returns the attribute for a field without an entry in the table; `undefined` for a field of the header. */
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
    // The visitor may walk the nested attributes in turn.
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

  /** Returns the field name of attribute `id`. */
  attributeName(id: number): string | undefined {
    return this.#known.byId.get(id)?.key;
  }
}
