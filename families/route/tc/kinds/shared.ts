/**
 * Codecs that the options of several kinds share.
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  type Codec,
  type Field,
  fieldsOf,
  raw,
  rawOf,
  type Shape,
  shown,
  type Struct,
  type Writer,
} from "../../../../core/codec/mod.ts";
import { expectKnown } from "../../../../core/codec/attributes.ts";

/** Options in which the fields of a struct stand beside the attributes. */
export interface Flat<T extends object, W extends object, K extends keyof W & string> {
  /** The attributes as they are sent; one of them, `key`, is the struct. */
  readonly wire: Attributes<W>;
  /** The name of the struct in `wire`. */
  readonly key: K;
  /** The options' fields; the numbers in this shape have no meaning. */
  readonly shape: () => Shape<T>;
  /** Makes the options of the attributes. */
  readonly join: (wire: W) => T;
  /** Makes the attributes to send of the options. `whole` is false if only some fields of a filter are given. */
  readonly split: (value: T, to: Writer, whole: boolean) => W;
}

/** A codec of options, with its fields. */
export interface FlatCodec<T> extends Codec<T> {
  /** The fields. */
  readonly fields: readonly Field[];
  /** The attributes as they are sent. */
  readonly wire: Attributes<object>;
}

/** Makes the codec of options in which the fields of a struct stand beside the attributes. */
export function flat<T extends object, W extends object, K extends keyof W & string>(
  { wire, key, shape, join, split }: Flat<T, W, K>,
): FlatCodec<T> {
  let made: readonly Field[] | undefined;
  const fields = (): readonly Field[] => made ??= fieldsOf(shape);
  return {
    name: wire.name,
    nested: true,
    wire: wire as unknown as Attributes<object>,
    get fields(): readonly Field[] {
      return fields();
    },
    decode(from, at, end, owner) {
      const sent = wire.decode(from, at, end, owner), unknown = rawOf(sent), value = join(sent);
      if (unknown.length > 0) (value as { [raw]?: unknown })[raw] = unknown;
      return value;
    },
    encode(value, to, owner) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        to.fail(TypeError, `expected an object, got ${shown(value)}`);
      }
      expectKnown(value, fields(), to);
      const { [key]: struct, ...rest } = split(value, to, !to.everything);
      if (struct !== undefined) {
        const { id, codec } = wire.field(key)!, start = to.open(id);
        (codec as Codec<unknown>).encode(struct, to, owner);
        to.close(start);
      }
      wire.encode(rest as W, to, owner);
    },
    walk(from, at, end, owner, visit) {
      wire.walk!(from, at, end, owner, (part) => visit(part.name === key ? { ...part, name: undefined } : part));
    },
    attributeName: (id, owner) => {
      const name = wire.attributeName!(id, owner);
      return name === key ? undefined : name;
    },
  };
}

/** Returns the entries of a shape with those of a struct in place of the struct. */
export function shapeOf<T, W>(wire: Attributes<W>, key: string): Shape<T> {
  const entries: Record<string, readonly [number, AnyCodec, ("readOnly" | "key" | "input")?]> = {};
  const add = ({ key, codec, use }: Field): void => {
    entries[key!] = use === undefined ? [0, codec!] : [0, codec!, use];
  };
  for (const field of wire.fields) {
    if (field.key === key) (field.codec as Struct<unknown>).fields.forEach(add);
    else add(field);
  }
  return entries as never;
}

/**
 * Makes the codec of options in which the fields of the struct `key` stand beside the other attributes, unchanged.
 *
 * @param defaults values of fields that are sent if they are not given
 */
export function spread<T extends object, W extends object>(
  wire: Attributes<W>,
  key: string,
  defaults: Readonly<Record<string, unknown>> = {},
): FlatCodec<T> {
  type Fields = Record<string, unknown>;
  return flat<T, Fields, string>({
    wire: wire as unknown as Attributes<Fields>,
    key,
    shape: () => shapeOf<T, W>(wire, key),
    join({ [key]: struct, ...rest }) {
      return { ...(struct as object | undefined), ...rest } as T;
    },
    split(value, _to, whole) {
      const rest: Fields = {}, struct: Fields = whole ? { ...defaults } : {};
      const own = new Set((wire.field(key)!.codec as Struct<unknown>).fields.map((field) => field.key));
      for (const [name, one] of Object.entries(value)) {
        if (one !== undefined) (own.has(name) ? struct : rest)[name] = one;
      }
      return Object.keys(struct).length === 0 ? rest : { ...rest, [key]: struct };
    },
  });
}

/**
 * Makes the codec of an array of exactly `count` items in a field of a struct. Input may have fewer: the others are
 * zero.
 */
export function items<D, E>(count: number, codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  const size = codec.size!;
  return {
    name: `${count} times ${codec.name}`,
    size: count * size,
    decode(from, at, _end, owner) {
      return Array.from({ length: count }, (_, i) => codec.decode(from, at + i * size, at + (i + 1) * size, owner));
    },
    encode(value, to, owner) {
      if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
      if (value.length > count) to.fail(RangeError, `expected at most ${count} items, got ${value.length}`);
      value.forEach((one, index) => {
        to.path.push(index);
        codec.encode(one, to, owner);
        to.path.pop();
      });
      to.grow((count - value.length) * size);
    },
  };
}
