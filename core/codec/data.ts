/**
 * Structs that are followed by bytes, and fields that say how much of them counts: packets and frames in a message.
 *
 * @module
 */
import { shown } from "./buffer.ts";
import { type Codec, MISFIT } from "./codec.ts";
import { bytes, octets } from "./text.ts";

/** What follows a struct, and where the struct says how much it is. */
export interface DataPlace<K> {
  /** The field that the bytes are. */
  readonly key: K;
  /** Where the bytes begin; at the struct's end when absent. */
  readonly at?: number;
  /** Where their number stands. */
  readonly length: number;
  /** How their number is written. */
  readonly lengthCodec: Codec<number>;
  /** Whether the whole is padded to a multiple of four. */
  readonly padded?: true;
}

/**
 * A struct and the bytes behind it. Without bytes, or with none, the field is absent.
 *
 * A struct that is cut short, or that says it has more bytes than there are, does not fit; more is passed over.
 */
export function structWithData<T extends object, K extends keyof T & string>(
  head: Codec<Omit<T, K>>,
  place: DataPlace<K>,
): Codec<T> {
  const size = head.size!, start = place.at ?? size, { key, length, lengthCodec, padded } = place;
  const countOf = (from: Parameters<Codec<T>["decode"]>[0], at: number, end: number): number =>
    end - at < start ? -1 : ((count) => count <= end - at - start ? count : -1)(
      lengthCodec.decode(from, at + length, at + length + lengthCodec.size!, {}),
    );
  return {
    name: "a struct with data",
    decode(from, at, end, owner) {
      const count = countOf(from, at, end);
      if (count < 0) return MISFIT;
      const value = head.decode(from, at, Math.min(end, at + size), owner) as Record<string, unknown>;
      for (const name of Object.keys(value)) {
        if (value[name] === MISFIT) return MISFIT;
        if (value[name] === undefined) delete value[name];
      }
      if (count > 0) value[key] = from.own(at + start, at + start + count);
      return value as T;
    },
    encode(value, to, owner) {
      if (typeof value !== "object" || value === null) to.fail(TypeError, `expected an object, got ${shown(value)}`);
      const { [key]: given, ...rest } = value;
      const begin = to.length;
      head.encode(rest, to, owner);
      to.path.push(key);
      const data = given === undefined ? new Uint8Array(0) : octets(given as Uint8Array, to), end = to.length;
      // The number of bytes goes where the struct has left room for it.
      lengthCodec.encode(data.length, to, owner);
      to.bytes.copyWithin(begin + length, end, to.length);
      to.path.pop();
      to.length = begin + start;
      to.append(data);
      to.grow(size - start);
      if (padded) to.align();
    },
    walk(from, at, end, owner, visit) {
      head.walk!(from, at, Math.min(end, at + size), owner, visit);
      const count = countOf(from, at, end);
      if (count <= 0) return;
      const first = at + start;
      visit({ name: key, id: -1, start: first, at: first, end: first + count, codec: bytes, owner });
    },
  };
}

/** A byte that says how many of the `max` bytes after it count; absent when none does. */
export function counted<D, E>(max: number, codec: Codec<D, E>): Codec<D, E> {
  return {
    name: codec.name,
    size: 1 + max,
    decode(from, at, _end, owner) {
      const count = from.bytes[at]!;
      if (count > max) return MISFIT;
      return count === 0 ? undefined as never : codec.decode(from, at + 1, at + 1 + count, owner);
    },
    encode(value, to, owner) {
      const at = to.grow(1);
      codec.encode(value, to, owner);
      const count = to.length - at - 1;
      if (count > max) to.fail(RangeError, `${count} bytes are more than ${max}`);
      to.bytes[at] = count;
      to.grow(max - count);
    },
  };
}

/** A string that is absent when it is empty. */
export function unlessEmpty(codec: Codec<string>): Codec<string> {
  return {
    ...codec,
    decode(from, at, end, owner) {
      const text = codec.decode(from, at, end, owner);
      return text === "" ? undefined as never : text;
    },
  };
}
