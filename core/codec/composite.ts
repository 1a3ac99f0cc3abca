/**
 * Codecs made of other codecs: C structs, lists, choices by another field, integers of several widths.
 *
 * @module
 */
import {
  didYouMean,
  eachAttribute,
  encodePlaced,
  expectKnown,
  fieldOf,
  fieldsOf,
  keepRaw,
  mayBeCompiled,
  placedOf,
  type RepeatedCodec,
} from "./attributes.ts";
import {
  type Codec,
  expectObject,
  type HEADER_ONLY,
  inlined,
  MISFIT,
  payloadOf,
  type Reader,
  shown,
  type Visit,
  type Writer,
} from "./codec.ts";
import { compileStruct, compiling, type Read } from "./compile_table.ts";
import type { AnyCodec, Field, Parts, Shape } from "./entry.ts";
import { bytes, count64, i32, i64, u32, u64 } from "./values.ts";

/** The codec of a {@linkcode struct}, with its fields ordered by offset. */
export interface Struct<T> extends Codec<T> {
  /** The fields. */
  readonly fields: readonly Field[];
}

/**
 * Makes the codec of a struct of `size` bytes; entries have offsets instead of attribute numbers.
 *
 * A shorter or longer struct, from an older or newer kernel, is decoded up to the fields that both sides know. Absent
 * fields are encoded as zero.
 */
export function struct<T extends object>(size: number, shape: Shape<T> | (() => Shape<T>)): Struct<T> {
  let made: readonly Field[] | undefined;
  let compiled: Read<T> | undefined;
  const fields = (): readonly Field[] =>
    made ??= placedOf(fieldsOf(shape).map((field) => ({ ...field, id: -1, offset: field.id })));
  // If a table's code does not include this struct, the struct is compiled by itself, after as many objects as a table.
  let decoded = 0;
  const whole = (from: Reader): Read<T> | undefined => {
    if (!mayBeCompiled(from)) return undefined;
    if (compiled === undefined && ++decoded === compiling.after) compiled = compileStruct<T>(fields());
    return compiled;
  };
  const decode = (from: Reader, at: number, end: number): T => {
    const read = whole(from);
    if (read !== undefined) return read(from, at, end);
    const value: Record<string, unknown> = {}, length = end - at;
    for (const { key, offset, codec } of fields()) {
      const stop = offset + codec!.size!;
      if (stop <= length) value[key!] = codec!.decode(from, at + offset, at + stop, value);
    }
    return value as T;
  };
  return {
    name: "struct",
    size,
    tolerant: true,
    get fields(): readonly Field[] {
      return fields();
    },
    decode: inlined(decode, ({ at, end, constant }) => {
      compiled ??= compileStruct<T>(fields());
      return `${constant(compiled ?? decode)}(from, ${at}, ${end})`;
    }),
    encode(value: T, to: Writer): void {
      expectObject(value, to);
      expectKnown(value, fields(), to);
      encodePlaced(fields(), undefined, value, to, size);
    },
    walk(from: Reader, at: number, end: number, _owner: object, visit: Visit): void {
      const owner = decode(from, at, end);
      for (const { key, offset, codec } of fields()) {
        const stop = offset + codec!.size!;
        if (stop > end - at) continue;
        visit({ name: key, id: -1, start: at + offset, at: at + offset, end: at + stop, codec, owner });
      }
    },
  };
}

const NLA_F_NESTED = 0x8000;

function items<E>(value: readonly E[], to: Writer): readonly E[] {
  if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
  return value;
}

function nest<D, E>(
  codec: Codec<D, E>,
  name: string,
  idOf: (index: number) => number,
): Codec<readonly D[], readonly E[]> {
  return {
    name,
    nested: true,
    decode(from, at, end, owner) {
      const list: D[] = [];
      let misfits = 0;
      eachAttribute(from, at, end, (_id, start, stop) => {
        const value = payloadOf(codec, from, start + 4, stop, owner);
        if (value === MISFIT) misfits++;
        else list.push(value);
      });
      // Without the misfits, the list would look complete; so all of it is a misfit.
      return misfits > 0 ? MISFIT : list;
    },
    encode(value, to, owner) {
      items(value, to).forEach((one, index) => {
        to.path.push(index);
        const start = to.open(codec.nested ? idOf(index) | NLA_F_NESTED : idOf(index));
        codec.encode(one, to, owner);
        to.close(start);
        to.path.pop();
      });
    },
    walk(from, at, end, owner, visit) {
      let index = 0;
      eachAttribute(from, at, end, (id, start, stop) => {
        visit({ name: index++, id, start, at: start + 4, end: stop, codec, owner });
      });
    },
  };
}

/** Makes the codec of a nest whose attributes are numbered 1, 2, 3 …, each one item. */
export function list<D, E>(codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  return nest(codec, `a list of ${codec.name}`, (index) => index + 1);
}

/** Makes the codec of a nest whose attributes all have number `id`, each one item. */
export function listOf<D, E>(id: number, codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  return nest(codec, `a list of ${codec.name}`, () => id);
}

/** Makes the codec of items of fixed size side by side in one payload. */
export function array<D, E>(codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  const size = codec.size!, member: Codec<unknown, never> = codec;
  return {
    name: `an array of ${codec.name}`,
    decode(from, at, end, owner) {
      if ((end - at) % size !== 0) return MISFIT;
      const list: D[] = [];
      for (let place = at; place < end; place += size) list.push(codec.decode(from, place, place + size, owner));
      return list;
    },
    encode(value, to, owner) {
      items(value, to).forEach((one, index) => {
        to.path.push(index);
        codec.encode(one, to, owner);
        to.path.pop();
      });
    },
    walk(_from, at, end, owner, visit) {
      for (let place = at; place + size <= end; place += size) {
        visit({ name: (place - at) / size, id: -1, start: place, at: place, end: place + size, codec: member, owner });
      }
    },
  };
}

/** Makes the codec of an attribute `id` that occurs once for each item, side by side with other attributes. */
export function repeated<D, E>(id: number, codec: Codec<D, E>): Codec<readonly D[], readonly E[]> & RepeatedCodec {
  const type = codec.nested ? id | NLA_F_NESTED : id;
  return {
    name: `${codec.name}, several times`,
    repeated: true,
    // The bytes are from the header of the first such attribute to the end of the nest that holds them.
    decode(from: Reader, at: number, end: number, owner: object): D[] {
      const list: D[] = [];
      eachAttribute(from, at, end, (other, start, stop) => {
        if (other !== id) return;
        const value = payloadOf(codec, from, start + 4, stop, owner);
        if (value === MISFIT) keepRaw(owner, id, from, start + 4, stop);
        else list.push(value);
      });
      return list;
    },
    encode(value: readonly E[], to: Writer, owner: object): void {
      items(value, to).forEach((one, index) => {
        to.path.push(index);
        const start = to.open(type);
        codec.encode(one, to, owner);
        to.close(start);
        to.path.pop();
      });
    },
    walk(_from: Reader, at: number, end: number, owner: object, visit: Visit): void {
      visit({ name: undefined, id, start: at, at: at + 4, end, codec, owner });
    },
  };
}

/** The literals of the discriminant `On` in the union `U`. */
export type Literals<U, On extends PropertyKey> = U extends { readonly [P in On]: infer L extends string } ? L : never;
/** The type of field `At` in the member of the union `U` whose discriminant `On` is `L`. */
export type Payload<U, On extends PropertyKey, At extends PropertyKey, L> = U extends { readonly [P in On]: L }
  ? At extends keyof U ? Exclude<U[At], undefined> : never
  : never;

/** A codec for every literal whose member has a payload. A missing, superfluous or wrong one does not compile. */
export type Cases<U, On extends PropertyKey, At extends PropertyKey> = {
  readonly [L in Literals<U, On> as [Payload<U, On, At, L>] extends [never] ? never : L]: Codec<Payload<U, On, At, L>>;
};

/**
 * Makes a part of a message in which field `on` (attribute `onId`) selects the codec of field `at` (attribute `atId`).
 *
 * If the value of `on` is not listed in `cases`, the payload is bytes, in both directions.
 *
 * @param onCodec the codec of field `on`
 */
export function choice<U, On extends keyof U & string, At extends keyof U & string>(
  on: On,
  onId: number,
  at: At,
  atId: number,
  cases: Cases<U, On, At>,
  onCodec: AnyCodec,
): Parts<U> {
  const known = cases as Readonly<Record<string, AnyCodec>>;
  const pick = (owner: object): AnyCodec | undefined => {
    const kind = (owner as Record<string, unknown>)[on];
    return typeof kind === "string" && Object.hasOwn(known, kind) ? known[kind] : undefined;
  };
  const payload: Codec<unknown, unknown> = {
    name: `the payload for ${on}`,
    nested: true,
    decode(from: Reader, start: number, end: number, owner: object): unknown {
      const codec: AnyCodec = pick(owner) ?? bytes;
      return payloadOf(codec, from, start, end, owner);
    },
    encode(value: unknown, to: Writer, owner: object): void | typeof HEADER_ONLY {
      const codec = pick(owner);
      if (codec !== undefined) return codec.encode(value as never, to, owner);
      if (value instanceof Uint8Array || typeof value === "string") return bytes.encode(value, to, owner);
      const kind = (owner as Record<string, unknown>)[on];
      if (kind === undefined) to.fail(TypeError, `${JSON.stringify(on)} is missing beside it`);
      to.fail(
        TypeError,
        `${on} ${shown(kind)} has no known fields${didYouMean(String(kind), Object.keys(known))}: expected bytes, got ${
          shown(value)
        }`,
      );
    },
    walk(from: Reader, start: number, end: number, owner: object, visit: Visit): void {
      pick(owner)?.walk?.(from, start, end, owner, visit);
    },
    choose: pick,
    attributeName: (id, owner) => pick(owner)?.attributeName?.(id, owner),
  };
  return parts(() => [fieldOf(on, [onId, onCodec]), fieldOf(at, [atId, payload])]);
}

/** Makes plain fields of the nest that holds a choice; see `Parts.and`. */
export function part<U extends object>(shape: Shape<U> | (() => Shape<U>)): Parts<U> {
  return parts(() => fieldsOf(shape));
}

function parts<U>(fields: () => readonly Field[]): Parts<U> {
  return { fields, and: (other) => parts(() => [...fields(), ...other.fields()]) };
}

/** Makes a codec that depends on the surrounding object: on a header field, or on a sibling before it. */
export function select<D, E>(name: string, pick: (owner: object) => Codec<D, E>): Codec<D, E> {
  return {
    name,
    decode: (from, at, end, owner) => payloadOf(pick(owner), from, at, end, owner),
    encode: (value, to, owner) => pick(owner).encode(value, to, owner),
    walk: (from, at, end, owner, visit) => pick(owner).walk?.(from, at, end, owner, visit),
    choose: pick as (owner: object) => AnyCodec,
    attributeName: (id, owner) => pick(owner).attributeName?.(id, owner),
  };
}

/**
 * Makes a codec that decodes and walks with the codec that `codecAt` selects by the bytes; if it selects none, the
 * payload is a misfit.
 *
 * @param encode encodes a value, and selects the codec itself
 */
export function selectAt<D, E = D>(
  name: string,
  codecAt: (from: Reader, at: number, end: number, owner: object) => Codec<D, never> | undefined,
  encode: Codec<D, E>["encode"],
): Codec<D, E> {
  return {
    name,
    decode(from, at, end, owner) {
      const codec = codecAt(from, at, end, owner);
      return codec === undefined ? MISFIT : payloadOf(codec, from, at, end, owner);
    },
    encode,
    walk: (from, at, end, owner, visit) => codecAt(from, at, end, owner)?.walk?.(from, at, end, owner, visit),
  };
}

/** Makes a codec from a function that returns it, for tables that contain themselves. */
export function lazy<D, E = D>(get: () => Codec<D, E>): Codec<D, E> {
  return {
    name: "an object",
    nested: true,
    decode: (from, at, end, owner) => get().decode(from, at, end, owner),
    encode: (value, to, owner) => get().encode(value, to, owner),
    walk: (from, at, end, owner, visit) => get().walk?.(from, at, end, owner, visit),
    attributeName: (id, owner) => get().attributeName?.(id, owner),
  };
}

/** An unsigned integer of 32 bits, or of 64 if the number needs them; exact to 2^53. Input may be a bigint. */
export const uint: Codec<number, number | bigint> = {
  name: "uint",
  decode: (from, at, end, owner) =>
    end - at === 8 ? count64.decode(from, at, end, owner) : end - at === 4 ? from.view.getUint32(at, true) : MISFIT,
  encode(value, to, owner) {
    if (typeof value === "number" && value >= 0 && value <= 0xffffffff) return u32.encode(value, to, owner);
    return u64.encode(value, to, owner);
  },
};

/** A signed integer of 32 bits, or of 64 if the number needs them; exact to 2^53. Input may be a bigint. */
export const sint: Codec<number, number | bigint> = {
  name: "sint",
  decode: (from, at, end) =>
    end - at === 8
      ? from.view.getUint32(at, true) + from.view.getInt32(at + 4, true) * 0x1_0000_0000
      : end - at === 4
      ? from.view.getInt32(at, true)
      : MISFIT,
  encode(value, to, owner) {
    if (typeof value === "number" && value >= -0x80000000 && value <= 0x7fffffff) return i32.encode(value, to, owner);
    return i64.encode(value, to, owner);
  },
};

/** Bits and the mask of those that are valid: struct nla_bitfield32. */
export interface Bitfield32 {
  /** The bits. */
  value?: number;
  /** The mask of the valid bits. */
  selector?: number;
}

const pair: Codec<Bitfield32> = struct<Bitfield32>(8, { value: [0, u32], selector: [4, u32] });

/**
 * Bits and the mask of those that are valid. A bare number sets all bits: those of the number to 1, the others to 0.
 */
export const bitfield32: Codec<Bitfield32, Bitfield32 | number> = {
  name: "bitfield32",
  size: 8,
  decode: (from, at, end, owner) => pair.decode(from, at, end, owner),
  encode(value, to, owner) {
    if (typeof value === "number") return pair.encode({ value, selector: 0xffffffff }, to, owner);
    if (typeof value !== "object" || value === null) {
      to.fail(TypeError, `expected { value, selector } or a number, got ${shown(value)}`);
    }
    return pair.encode(value, to, owner);
  },
};

/**
 * Makes the codec of a 64-bit mask as an array of names; a bit without a name is its value as a bigint. Input may also
 * be the number.
 *
 * @param map the names and their bits, one bit each
 * @param integer the codec of the number; 64 bits in host order when absent
 */
export function mask64<const M extends Readonly<Record<string, bigint>>>(
  map: M,
  integer: Codec<bigint, bigint | number> = u64,
): Codec<readonly ((keyof M & string) | bigint)[], readonly ((keyof M & string) | bigint)[] | bigint | number> {
  type Names = readonly ((keyof M & string) | bigint)[];
  return {
    name: "u64 mask",
    size: 8,
    decode(from, at, end, owner) {
      const names: (string | bigint)[] = [];
      let rest = integer.decode(from, at, end, owner);
      for (const [name, bit] of Object.entries(map)) {
        if ((rest & bit) === 0n) continue;
        names.push(name);
        rest &= ~bit;
      }
      for (let bit = 1n; rest !== 0n; bit <<= 1n) {
        if ((rest & bit) !== 0n) names.push(bit);
        rest &= ~bit;
      }
      return names as Names;
    },
    encode(value, to, owner) {
      if (!Array.isArray(value)) return integer.encode(value as bigint | number, to, owner);
      let bits = 0n;
      for (const one of value) {
        if (typeof one === "bigint" || Number.isInteger(one)) bits |= BigInt(one);
        else if (typeof one === "string" && Object.hasOwn(map, one)) bits |= map[one]!;
        else to.fail(TypeError, `expected ${Object.keys(map).join(", ")} or a number, got ${shown(one)}`);
      }
      return integer.encode(bits, to, owner);
    },
  };
}
