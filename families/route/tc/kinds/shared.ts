/**
 * Codecs that the options of several kinds share.
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  type Codec,
  enumeration,
  type Field,
  fieldsOf,
  i32,
  i64,
  raw,
  rawOf,
  type Shape,
  shown,
  type Struct,
  type Writer,
} from "../../../../core/codec/mod.ts";
import { expectKnown } from "../../../../core/codec/attributes.ts";

/** Options whose form differs from that of the attributes: fields of a struct stand beside the attributes. */
export interface Flat<T extends object, W extends object> {
  /** The attributes as they are sent. */
  readonly wire: Attributes<W>;
  /** The name in `wire` of the struct whose fields stand beside the attributes, if it is an attribute itself. */
  readonly key?: keyof W & string;
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
export function flat<T extends object, W extends object>(
  { wire, key, shape, join, split }: Flat<T, W>,
): FlatCodec<T> {
  let made: readonly Field[] | undefined;
  const fields = (): readonly Field[] => made ??= fieldsOf(shape);
  // The struct has no name for users, and numbers that exceed it have that of the field: `rate64` is `rate`.
  const shownAs = <N extends string | number | undefined>(name: N): N | string | undefined => {
    if (name === key) return undefined;
    const short = String(name).replace(/64$/, "");
    return short !== name && fields().some((field) => field.key === short) ? short : name;
  };
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
      const sent = split(value, to, !to.everything);
      if (key === undefined) return wire.encode(sent, to, owner);
      const { [key]: struct, ...rest } = sent;
      if (struct !== undefined) {
        const { id, codec } = wire.field(key)!, start = to.open(id);
        (codec as Codec<unknown>).encode(struct, to, owner);
        to.close(start);
      }
      wire.encode(rest as W, to, owner);
    },
    walk(from, at, end, owner, visit) {
      wire.walk!(from, at, end, owner, (part) => visit({ ...part, name: shownAs(part.name) }));
    },
    attributeName: (id, owner) => shownAs(wire.attributeName!(id, owner)) as string | undefined,
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
  return flat<T, Fields>({
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
 * Makes the codec of an array of exactly `count` items in a field of a struct.
 *
 * @param least number of items that input has at least: the others are zero
 */
export function items<D, E>(
  count: number,
  codec: Codec<D, E>,
  least: number = count,
): Codec<readonly D[], readonly E[]> {
  const size = codec.size!;
  return {
    name: `${count} times ${codec.name}`,
    size: count * size,
    decode(from, at, _end, owner) {
      return Array.from({ length: count }, (_, i) => codec.decode(from, at + i * size, at + (i + 1) * size, owner));
    },
    encode(value, to, owner) {
      if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
      if (value.length > count || value.length < least) {
        to.fail(RangeError, `expected ${least < count ? "at most " : ""}${count} items, got ${value.length}`);
      }
      value.forEach((one, index) => {
        to.path.push(index);
        codec.encode(one, to, owner);
        to.path.pop();
      });
      to.grow((count - value.length) * size);
    },
  };
}

/** Makes the codec of a struct that is sent with `defaults` for the fields that are not given. */
export function completed<T extends object>(struct: Struct<T>, defaults: T): Struct<T> {
  return {
    ...struct,
    // A spread would evaluate the fields.
    get fields(): readonly Field[] {
      return struct.fields;
    },
    encode(value, to, owner) {
      const whole = !to.everything && typeof value === "object" && value !== null && !Array.isArray(value);
      return struct.encode(whole ? { ...defaults, ...value } : value, to, owner);
    },
  };
}

/** Makes the codec of a probability 0..1, sent as an unsigned integer of 32 bits that is it times `scale`. */
export function probability(scale: number): Codec<number> {
  return {
    name: "a probability",
    size: 4,
    decode: (from, at) => from.view.getUint32(at, true) / scale,
    encode(value: number, to: Writer): void {
      if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
        to.fail(typeof value === "number" ? RangeError : TypeError, `expected a probability 0..1, got ${shown(value)}`);
      }
      const at = to.grow(4);
      to.view.setUint32(at, Math.min(0xffff_ffff, Math.round(value * scale)), true);
    },
  };
}

/**
 * Makes the codec of a number in a unit. If it is given text such as `5ms`, the error names the function that makes the
 * number of it.
 */
export function measured<D, E>(codec: Codec<D, E>, unit: string, maker: string): Codec<D, E> {
  return {
    ...codec,
    encode(value, to, owner) {
      if (typeof value === "string") {
        to.fail(TypeError, `expected a number of ${unit} (${maker} makes it), got ${shown(value)}`);
      }
      return codec.encode(value, to, owner);
    },
  };
}

/** Returns the codec of a duration in µs. */
export function inUs<D, E>(codec: Codec<D, E>): Codec<D, E> {
  return measured(codec, "µs", 'time("5ms", "us")');
}

/** Returns the codec of a duration in ns. */
export function inNs<D, E>(codec: Codec<D, E>): Codec<D, E> {
  return measured(codec, "ns", 'time("5ms", "ns")');
}

/** Returns the codec of a rate in bytes a second. */
export function asRate<D, E>(codec: Codec<D, E>): Codec<D, E> {
  return measured(codec, "bytes a second", 'rate("10mbit")');
}

/** Codec of a duration that may be negative, s64: a number, exact to 2^53. */
export const duration64: Codec<number, number | bigint> = {
  name: "s64",
  size: 8,
  decode: (from, at) => Number(from.view.getBigInt64(at, true)),
  encode: (value, to, owner) => i64.encode(value, to, owner),
};

/** Numbers of {@linkcode Clock} by name. */
export const CLOCK = {
  realtime: 0,
  monotonic: 1,
  process_cputime_id: 2,
  thread_cputime_id: 3,
  monotonic_raw: 4,
  realtime_coarse: 5,
  monotonic_coarse: 6,
  boottime: 7,
  realtime_alarm: 8,
  boottime_alarm: 9,
  tai: 11,
} as const;

/** A clock: `tai` is the one of time-sensitive networking. */
export type Clock = keyof typeof CLOCK | number;

/** Codec of a clock, s32. */
export const clock: Codec<Clock> = enumeration(i32, CLOCK);
