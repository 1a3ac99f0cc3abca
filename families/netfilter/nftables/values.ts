/**
 * Values of nft's data types: from JSON to integers, and from integers to bytes.
 *
 * @module
 */
import { argumentError } from "../../../core/errors.ts";
import { parseIp, pathText, shown, zeroBytes } from "../../../core/codec/mod.ts";
import type { NftByteOrder, NftDatatype } from "./datatypes.ts";
import { classidOf, dateOf, hourOf, isWildcard, nameIn, numberBytes } from "./scalars.ts";

/** A place in statements, for errors. */
export class Place {
  /** The operation in error messages. */
  readonly what: string;
  /** The path of the current field. */
  readonly path: (string | number)[] = [];

  /** Begins at a field of the object that is compiled. */
  constructor(what: string, ...path: (string | number)[]) {
    this.what = what;
    this.path.push(...path);
  }

  /** Runs `work` for a field below this place. */
  in<T>(key: string | number, work: () => T): T {
    this.path.push(key);
    if (this.path.length > 200) this.fail("statements are nested without end");
    const result = work();
    this.path.pop();
    return result;
  }

  /** Throws an error about this place. */
  fail(why: string): never {
    throw argumentError(TypeError, `Cannot ${this.what}: ${pathText(this.path)}: ${why}`);
  }

  /** Throws a RangeError about this place. */
  range(why: string): never {
    throw argumentError(RangeError, `Cannot ${this.what}: ${pathText(this.path)}: ${why}`);
  }
}

/** Value of an element or of the right side of a match, as integers. */
export type Value =
  | { readonly kind: "value"; readonly value: bigint }
  | { readonly kind: "prefix"; readonly value: bigint; readonly length: number }
  | { readonly kind: "range"; readonly low: bigint; readonly high: bigint }
  | { readonly kind: "all" };

const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Returns an integer as bytes. */
export function toBytes(value: bigint, size: number, order: NftByteOrder): Uint8Array {
  if (value >= 0n && value <= MOST_EXACT) {
    const bytes = numberBytes(Number(value), size);
    return order === "host" ? bytes.reverse() : bytes;
  }
  const bytes = zeroBytes(size);
  let rest = value;
  for (let i = 0; i < size; i++, rest >>= 8n) bytes[order === "host" ? i : size - 1 - i] = Number(rest & 255n);
  return bytes;
}

/** Returns the integer of bytes. */
export function fromBytes(bytes: Uint8Array, order: NftByteOrder): bigint {
  let value = 0n;
  for (let i = 0; i < bytes.length; i++) {
    value = value << 8n | BigInt(bytes[order === "host" ? bytes.length - 1 - i : i]!);
  }
  return value;
}

const encoder = new TextEncoder();

/** Returns a text as an integer of `bits`, padded with NUL; behind a name of an interface, there is one at least. */
export function textValue(text: string, { name }: NftDatatype, bits: number, place: Place): bigint {
  const bytes = encoder.encode(text), size = bits / 8, most = name === "ifname" ? size - 1 : size;
  if (bytes.length > most) place.range(`a value of type ${name} has at most ${most} bytes, got ${bytes.length}`);
  const padded = new Uint8Array(size);
  padded.set(bytes);
  return fromBytes(padded, "network");
}

/** True if values of a type are texts. */
export const isText = (type: NftDatatype): boolean => type.form === "name";

/** Converts JSON to a value of a type. */
export function parseValue(json: unknown, type: NftDatatype, bits: number, place: Place, context: ValueContext): Value {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    if ("prefix" in json) {
      return place.in("prefix", () => {
        const { addr, len } = record(json.prefix, place);
        const value = place.in("addr", () => parseScalar(addr, type, bits, place, context));
        const length = place.in("len", () => integer(len, 0, bits, place));
        const mask = ((1n << BigInt(length)) - 1n) << BigInt(bits - length);
        return { kind: "prefix", value: value & mask, length };
      });
    }
    if ("range" in json) {
      return place.in("range", () => {
        if (!Array.isArray(json.range) || json.range.length !== 2) {
          return place.fail(`expected two values, got ${shown(json.range)}`);
        }
        const [low, high] = json.range.map((one, i) =>
          place.in(i, () => parseScalar(one, type, bits, place, context))
        ) as [bigint, bigint];
        if (low > high && type.name !== "hour") place.fail("the first value is larger than the last");
        return { kind: "range", low, high };
      });
    }
  }
  const prefix = prefixOfText(json, type);
  if (prefix !== undefined) return parseValue({ prefix }, type, bits, place, context);
  const range = rangeOfText(json, type);
  if (range !== undefined) return parseValue({ range }, type, bits, place, context);
  if (json === "*" && context.element) return { kind: "all" };
  if (typeof json === "string" && isText(type) && isWildcard(json)) {
    const text = json.slice(0, -1);
    if (text === "") place.fail("expected letters in front of *");
    return { kind: "prefix", value: textValue(text, type, bits, place), length: 8 * encoder.encode(text).length };
  }
  return { kind: "value", value: parseScalar(json, type, bits, place, context) };
}

/**
 * Returns the two values of a range in text, as `80-90` or `10.0.0.1-10.0.0.9`; `undefined` for other values, such as
 * names with a hyphen.
 */
export function rangeOfText(json: unknown, type: NftDatatype): [string, string] | undefined {
  if (typeof json !== "string" || !json.includes("-") || isText(type) || type.name === "date") return undefined;
  const [, low, high] = /^([\da-fx.:]+)-([\da-fx.:]+)$/i.exec(json) ?? [];
  if (low === undefined || high === undefined || Object.hasOwn(type.symbols ?? {}, json)) return undefined;
  if (type.name === "iface_index" && !/^\d+-\d+$/.test(json)) return undefined;
  return [low, high];
}

/** Returns the parts of a prefix in text, as `10.0.0.0/8`; `undefined` for other values. */
export function prefixOfText(json: unknown, type: NftDatatype): { addr: string; len: number } | undefined {
  if (typeof json !== "string" || !json.includes("/")) return undefined;
  if (!["ipv4", "ipv6", "mac"].includes(type.form ?? "")) return undefined;
  const [, addr, len] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(json) ?? [];
  return addr === undefined ? undefined : { addr, len: Number(len) };
}

/** Context of a value, on which its bytes depend beside its type. */
export interface ValueContext {
  /** Returns the number of an interface. */
  readonly indexOf?: (name: string) => number | undefined;
  /** True if the value is an element of a set. */
  readonly element?: boolean;
}

/** Returns an object's fields. */
export function record(json: unknown, place: Place): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json) || json instanceof Uint8Array) {
    place.fail(`expected an object, got ${shown(json)}`);
  }
  return json as Record<string, unknown>;
}

/** Returns a whole number between limits. */
export function integer(json: unknown, least: number, most: number, place: Place): number {
  if (typeof json !== "number" || !Number.isInteger(json)) place.fail(`expected a whole number, got ${shown(json)}`);
  const number = json as number;
  if (number < least || number > most) place.range(`expected ${least}..${most}, got ${number}`);
  return number;
}

// JSON.rawJSON is in ECMAScript 2026, which not every declaration file has yet.
const JSON_WITH_RAW = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** Returns a quantity for JSON: a number, or from 2^53 what `JSON.stringify` prints with all its digits. */
export function quantityJson(value: number | bigint): unknown {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : JSON_WITH_RAW.rawJSON(String(value));
}

/** Returns the quantity that {@linkcode quantityJson} returned; other values as they are. */
export function quantityFrom(json: unknown): unknown {
  const digits = typeof json === "object" && json !== null ? (json as { rawJSON?: unknown }).rawJSON : undefined;
  return typeof digits === "string" && /^\d+$/.test(digits) ? BigInt(digits) : json;
}

/** Returns the product of a quantity of JSON and a unit, of at most 64 bits. */
export function quantity(json: unknown, unit: number, place: Place): number | bigint {
  const given = quantityFrom(json);
  if (typeof given !== "bigint" && !Number.isInteger(given)) {
    place.fail(`expected a whole number, got ${shown(given)}`);
  }
  const value = BigInt(given as number | bigint), product = value * BigInt(unit);
  if (value < 0n || product >= 1n << 64n) place.range(`expected 0..${((1n << 64n) - 1n) / BigInt(unit)}, got ${value}`);
  return product <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(product) : product;
}

/** Returns the ms of a number of seconds, which may have a fraction. */
export function milliseconds(json: unknown, place: Place): number {
  if (typeof json !== "number" || !Number.isFinite(json)) {
    place.fail(`expected a number of seconds, got ${shown(json)}`);
  }
  const ms = Math.round(1000 * (json as number));
  if (ms < 0 || ms > Number.MAX_SAFE_INTEGER) place.range(`expected a duration in s, got ${json}`);
  return ms;
}

/** Returns a text. */
export function string(json: unknown, place: Place): string {
  if (typeof json !== "string") place.fail(`expected a text, got ${shown(json)}`);
  return json as string;
}

/** Converts JSON to the integer of one value. */
export function parseScalar(
  json: unknown,
  type: NftDatatype,
  bits: number,
  place: Place,
  context: ValueContext,
): bigint {
  const value = scalarOf(json, type, bits, place, context);
  if (value < 0n || value >= 1n << BigInt(bits)) {
    place.range(`a value of type ${type.name} has ${bits} bits, got ${typeof json === "string" ? shown(json) : value}`);
  }
  return value;
}

function scalarOf(json: unknown, type: NftDatatype, bits: number, place: Place, context: ValueContext): bigint {
  if (Array.isArray(json) && type.form === "mask") {
    return json.map((one, i) => place.in(i, () => parseScalar(one, type, bits, place, context)))
      .reduce((all, bit) => all | bit, 0n);
  }
  if (typeof json === "boolean" && (type.name === "boolean" || bits === 1)) return json ? 1n : 0n;
  if (typeof json === "number") {
    if (type.name === "time") return BigInt(milliseconds(json, place));
    if (!Number.isSafeInteger(json)) return place.fail(`expected a whole number, got ${shown(json)}`);
    return type.name === "ct_label" ? bitOf(json, place) : BigInt(json);
  }
  if (typeof json === "object" && json !== null) {
    const [operator] = Object.keys(json), operands = (json as Record<string, unknown>)[operator!];
    if (Array.isArray(operands) && operands.length >= 2 && /^(?:[&|^]|<<|>>)$/.test(operator!)) {
      return place.in(operator!, () => {
        const values = operands.map((one, i) => place.in(i, () => scalarOf(one, type, bits, place, context)));
        return values.reduce((a, b) =>
          operator === "&"
            ? a & b
            : operator === "|"
            ? a | b
            : operator === "^"
            ? a ^ b
            : operator === "<<"
            ? a << (b & 127n)
            : a >> (b & 127n)
        );
      });
    }
    if (operator === "elem") {
      return place.in("elem", () => scalarOf(record(operands, place)["val"], type, bits, place, context));
    }
  }
  if (typeof json !== "string") return place.fail(`expected a value of type ${type.name}, got ${shown(json)}`);
  return textScalar(json, type, bits, place, context);
}

function bitOf(bit: number, place: Place): bigint {
  if (bit < 0 || bit > 127) place.range(`a label is 0..127, got ${bit}`);
  return 1n << BigInt(bit);
}

/** Converts units: nft's numbers of seconds are ms in the kernel. */
function scaled(value: bigint, type: NftDatatype): bigint {
  return type.name === "time" ? value * 1000n : value;
}

function textScalar(text: string, type: NftDatatype, bits: number, place: Place, context: ValueContext): bigint {
  const { name, symbols } = type;
  if (symbols !== undefined && Object.hasOwn(symbols, text)) return BigInt(symbols[text]!);
  if (name === "ipv4_addr" || name === "ipv6_addr") {
    const address = parseIp(text);
    if (address?.length !== bits / 8) {
      return place.fail(`expected an address of IPv${bits === 32 ? 4 : 6}, got ${shown(text)}`);
    }
    return fromBytes(address, "network");
  }
  if (name === "ether_addr" || name === "ll_addr") {
    if (!/^[\da-f]{1,2}(:[\da-f]{1,2})*$/i.test(text) || text.split(":").length !== bits / 8) {
      return place.fail(`expected a MAC address, got ${shown(text)}`);
    }
    return fromBytes(Uint8Array.from(text.split(":"), (byte) => parseInt(byte, 16)), "network");
  }
  // nft 1.1 prints addresses in options of IP, where 1.0 prints numbers.
  const address = name === "integer" && bits === 32 ? parseIp(text) : undefined;
  if (address?.length === 4) return fromBytes(address, "network");
  if (isText(type)) return textValue(nameIn(text), type, bits, place);
  if (name === "iface_index") {
    const index = context.indexOf?.(text) ?? (/^\d+$/.test(text) ? Number(text) : undefined);
    return index === undefined ? place.fail(`no interface is called ${shown(text)}`) : BigInt(index);
  }
  if (name === "classid") {
    const number = classidOf(text);
    if (number !== undefined) return BigInt(number);
  }
  const time = name === "hour" ? hourOf(text) : name === "date" ? dateOf(text) : undefined;
  if (time !== undefined) return BigInt(time);
  if (/^(?:\d+|0x[\da-f]+)$/i.test(text)) {
    return name === "ct_label" ? bitOf(Number(text), place) : scaled(BigInt(text), type);
  }
  if (name === "day" && symbols !== undefined) {
    const day = Object.keys(symbols).find((one) => one.toLowerCase() === text.toLowerCase());
    if (day !== undefined) return BigInt(symbols[day]!);
  }
  const names = symbols === undefined ? [] : Object.keys(symbols);
  const known = names.length === 0 ? "" : ` (${names.slice(0, 12).join(", ")}${names.length > 12 ? " …" : ""})`;
  return place.fail(`expected a value of type ${name}${known} or a number, got ${shown(text)}`);
}
