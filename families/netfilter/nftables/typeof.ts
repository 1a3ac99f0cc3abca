/**
 * Expressions in the user data of sets: of the fields that keys and data are of (`typeof vlan id . ip saddr`). They tell
 * the lengths and the byte order of integers, which the kernel's types do not.
 *
 * @module
 */
import type { NftByteOrder } from "./datatypes.ts";
import {
  CT,
  CT_NUMBERS,
  type Extension,
  EXTHDR,
  FIB,
  HEADERS,
  IP_OPTION,
  IP_OPTION_NUMBERS,
  type KeyField,
  META,
  META_NUMBERS,
  RT,
  SCTP_CHUNK,
  SOCKET,
  TCP_OPTION,
  XFRM,
} from "./fields.ts";
import { integerOf, userdataValues } from "./userdata.ts";

/** A field that a set's keys or data are of. */
export interface TypeofField {
  /** Length in bits. */
  readonly bits: number;
  /** Byte order in registers. */
  readonly order: NftByteOrder;
  /** nft's JSON of the expression; absent if the user data lacks a part of it. */
  readonly json?: unknown;
}

/** The kind of a concatenation. */
const CONCAT = 13;
const KIND = 0, DATA = 1;
/** Tables of extensions, with nft's words for them, by the kernel's numbers. */
const EXTENSIONS: readonly (readonly [string, Readonly<Record<string, Extension>>])[] = [
  ["exthdr", EXTHDR],
  ["tcp option", TCP_OPTION],
  ["ip option", IP_OPTION],
  ["sctp chunk", SCTP_CHUNK],
];
const BASES = ["ll", "nh", "th", "ih"];
const FIB_FLAGS = ["saddr", "daddr", "mark", "iif", "oif"];

type Numbers = (id: number) => number | undefined;

/** Returns the fields of an expression in user data; `undefined` if it has none, or an unknown one. */
export function typeofFields(expression: Uint8Array | undefined): readonly TypeofField[] | undefined {
  if (expression === undefined) return undefined;
  const values = userdataValues(expression), data = values.get(DATA);
  if (data === undefined) return undefined;
  const kind = integerOf(values.get(KIND)), parts = userdataValues(data);
  if (kind !== CONCAT) {
    const field = FIELDS[kind]?.((id) => parts.has(id) ? integerOf(parts.get(id)) : undefined);
    return field === undefined ? undefined : [field];
  }
  const fields = [...parts.values()].map((part) => typeofFields(part)?.[0]);
  return fields.length === 0 || fields.includes(undefined) ? undefined : fields as TypeofField[];
}

/** Returns a key of a table by its number, which is its place if the numbers are not given. */
function keyed(
  table: Readonly<Record<string, KeyField>>,
  number: number | undefined,
  json: (name: string) => unknown,
  numbers?: Readonly<Record<string, number>>,
): TypeofField | undefined {
  const names = Object.keys(table);
  const name = numbers === undefined ? names[number ?? -1] : names.find((one) => numbers[one] === number);
  if (name === undefined) return undefined;
  const { bits, order } = table[name]!;
  return { bits, order, json: json(name) };
}

/** Returns the JSON of a key whose name may begin with a family. */
function withFamily(name: string, more: object = {}): object {
  const [family, key] = name.split(" ");
  return key === undefined ? { key: name, ...more } : { key, family, ...more };
}

const generated = (json?: unknown): TypeofField => ({
  bits: 32,
  order: "host",
  ...(json === undefined ? {} : { json }),
});

/** Expressions by their kinds. */
const FIELDS: Readonly<Record<number, (number: Numbers) => TypeofField | undefined>> = {
  7(number) {
    const id = number(0), [name, header] = Object.entries(HEADERS).find(([, one]) => one.id === id) ?? [];
    if (header === undefined) {
      const base = BASES[(number(2) ?? 0) - 1], offset = number(3), len = number(4);
      if (id !== 0 || base === undefined || offset === undefined || len === undefined) return undefined;
      return { bits: len, order: "network", json: { payload: { base, offset, len } } };
    }
    const [field, found] = Object.entries(header.fields).find(([, one]) => one.id === number(1)) ?? [];
    if (found === undefined) return undefined;
    return { bits: found.bits, order: "network", json: { payload: { protocol: name, field } } };
  },
  8(number) {
    const op = number(2) ?? 0, [word, table] = EXTENSIONS[op] ?? [], type = number(0);
    const [name, extension] =
      Object.entries(table ?? {}).find(([, one], i) => op === 0 ? i + 1 === type : one.type === type) ?? [];
    const id = number(1) ?? -1;
    const [field, found] =
      Object.entries(extension?.fields ?? {}).find(([name, one]) =>
        (op === 0 ? one.id : table === IP_OPTION ? IP_OPTION_NUMBERS[name] : one.id - 1) === id
      ) ?? [];
    return found === undefined ? undefined : { bits: found.bits, order: "network", json: { [word!]: { name, field } } };
  },
  9: (number) => keyed(META, number(0), (key) => ({ meta: { key } }), META_NUMBERS),
  10(number) {
    const level = number(1);
    return keyed(SOCKET, number(0), (key) => ({ socket: level ? { key, level } : { key } }));
  },
  11: () => ({ bits: 128, order: "network", json: { osf: { key: "name" } } }),
  12(number) {
    const dir = ["original", "reply"][number(1) ?? -1];
    return keyed(CT, number(0), (name) => ({ ct: withFamily(name, dir === undefined ? {} : { dir }) }), CT_NUMBERS);
  },
  23(number) {
    const mod = number(1), offset = number(2) ?? 0;
    return generated({
      numgen: { mode: number(0) === 1 ? "random" : "inc", mod, ...(offset === 0 ? {} : { offset }) },
    });
  },
  24(number) {
    const offset = number(1) ?? 0, mod = number(2);
    // The user data of nft lack the fields that are hashed.
    return generated(number(0) === 1 ? { symhash: { mod, ...(offset === 0 ? {} : { offset }) } } : undefined);
  },
  25: (number) => keyed(RT, number(0), (name) => ({ rt: withFamily(name) })),
  26(number) {
    const set = number(1) ?? 0, flags = FIB_FLAGS.filter((_, bit) => set >> bit & 1);
    return keyed(FIB, (number(0) ?? 0) - 1, (result) => ({ fib: { result, flags } }));
  },
  27(number) {
    const spnum = number(1) ?? 0, dir = number(2) === 0 ? "in" : "out";
    return keyed(
      XFRM,
      (number(0) ?? 0) - 1,
      (name) => ({ ipsec: withFamily(name, { dir, ...(spnum ? { spnum } : {}) }) }),
    );
  },
};
