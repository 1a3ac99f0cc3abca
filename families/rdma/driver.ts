/**
 * The codecs that resources and statistics of RDMA share: attributes of drivers, addresses, counters.
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  count64,
  i32,
  i64,
  listOf,
  MISFIT,
  type Reader,
  type Shape,
  shown,
  sockaddr,
  string,
  text,
  u32,
  u64,
  u8,
  type Visit,
  type Writer,
} from "../../core/codec/mod.ts";

/** A property of a resource that only its driver knows. */
export interface DriverAttribute {
  /** The name. */
  readonly name: string;
  /** The value: 64-bit numbers are bigints. */
  readonly value: number | bigint | string;
  /** The width and sign of a number; absent for text. */
  readonly type?: "s32" | "u32" | "s64" | "u64";
  /** True if the number is to be shown in hexadecimal. */
  readonly hex?: true;
}

/** RDMA_NLDEV_ATTR_DRIVER_*: the attributes in the nest, which mean something by their order. */
const STRING = 54, PRINT_TYPE = 55, HEX = 1;

/** The attributes of numbers, with their codecs. */
const NUMBERS:
  readonly (readonly [id: number, type: NonNullable<DriverAttribute["type"]>, codec: Codec<number | bigint>])[] = [
    [56, "s32", i32 as Codec<number | bigint>],
    [57, "u32", u32 as Codec<number | bigint>],
    [58, "s64", i64 as Codec<number | bigint>],
    [59, "u64", u64 as Codec<number | bigint>],
  ];
const NLA_TYPE_MASK = 0x3fff;

/**
 * Codec of a driver's properties: each is its name, then maybe the way to print it, then its value.
 *
 *     DRIVER_STRING "name", [DRIVER_PRINT_TYPE], DRIVER_S32 | U32 | S64 | U64 | STRING, DRIVER_STRING "name", …
 */
export const driverAttributes: Codec<readonly DriverAttribute[]> = {
  name: "attributes of a driver",
  nested: true,
  decode(from, at, end, owner) {
    const found: DriverAttribute[] = [];
    let name: string | undefined, hex = false;
    while (end - at >= 4) {
      const length = from.view.getUint16(at, true), id = from.view.getUint16(at + 2, true) & NLA_TYPE_MASK;
      if (length < 4 || length > end - at) return MISFIT;
      const payload = at + 4, stop = at + length, number = NUMBERS.find(([own]) => own === id);
      at += (length + 3) & ~3;
      if (id === STRING) {
        const said = text.decode(from, payload, stop, owner);
        if (name === undefined) name = said;
        else {
          found.push({ name, value: said });
          name = undefined;
        }
      } else if (id === PRINT_TYPE) hex = from.bytes[payload] === HEX;
      else if (number !== undefined && name !== undefined) {
        const [, type, codec] = number;
        if (stop - payload !== codec.size) return MISFIT;
        found.push({ name, value: codec.decode(from, payload, stop, owner), type, ...(hex ? { hex: true } : {}) });
        name = undefined;
        hex = false;
      }
      // Other attributes only pad.
    }
    return found;
  },
  encode(value, to) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
    const put = <T>(id: number, codec: Codec<T>, one: T): void => {
      const start = to.open(id);
      codec.encode(one, to, {});
      to.close(start);
    };
    for (const { name, value: one, type, hex } of value as readonly DriverAttribute[]) {
      put(STRING, text, name);
      if (hex === true) put(PRINT_TYPE, u8, HEX);
      const number = NUMBERS.find(([, own]) => own === type);
      if (number === undefined) put(STRING, text, String(one));
      else put(number[0], number[2], one as number | bigint);
    }
  },
};

/** A counter, as the kernel sends it. */
interface Counter {
  name: string;
  value: number;
}

/** Wire form of one counter: RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_*. */
export const HwCounter: Attributes<Counter> = attributes((): Shape<Counter> => ({
  name: [82, string(255)],
  value: [83, count64],
}), { pad: 0 });

const STAT_HWCOUNTER_ENTRY = 81;
const counterList = listOf(STAT_HWCOUNTER_ENTRY, HwCounter);

/** Codec of counters by name. */
export const counters: Codec<Readonly<Record<string, number>>> = {
  name: "counters by name",
  nested: true,
  decode(from, at, end, owner) {
    const list = counterList.decode(from, at, end, owner);
    return Object.fromEntries(list.map(({ name, value }) => [name, value]));
  },
  encode(value, to, owner) {
    if (typeof value !== "object" || value === null) to.fail(TypeError, `expected an object, got ${shown(value)}`);
    counterList.encode(Object.entries(value).map(([name, value]) => ({ name, value })), to, owner);
  },
  walk(from: Reader, at: number, end: number, owner: object, visit: Visit) {
    counterList.walk!(from, at, end, owner, visit);
  },
};

/** Size of struct __kernel_sockaddr_storage. */
const STORAGE = 128;

/** An address with a port as {@linkcode sockaddr}, padded to the size of all addresses. */
export const storage: Codec<string> = {
  name: sockaddr.name,
  size: STORAGE,
  decode: (from, at, end, owner) => sockaddr.decode(from, at, end, owner),
  encode(value: string, to: Writer, owner) {
    const at = to.length;
    sockaddr.encode(value, to, owner);
    to.grow(at + STORAGE - to.length);
  },
};
