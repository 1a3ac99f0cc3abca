/**
 * Compares tables with facts.json, what headers and source of the kernel say.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { type AnyCodec, formOf, type WithFields } from "./wire.ts";

interface Facts {
  readonly constants: Readonly<Record<string, number | string>>;
  readonly structs: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
}

/** Made by make.ts. */
export const FACTS: Facts = JSON.parse(readFileSync(new URL("facts.json", import.meta.url), "utf8"));

/** Every constant that is a number. */
export const CONSTANTS: readonly (readonly [name: string, value: number])[] = Object.entries(FACTS.constants)
  .filter((entry): entry is [string, number] => typeof entry[1] === "number");

/** `IFNAME` and `ifname`, `NUM_TX_QUEUES` and `numTxQueues`. */
export function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** A constant by what follows a prefix. */
export type Constant = readonly [tail: string, value: number, name: string];

const found = new Map<string, readonly Constant[]>();

/** The constants that begin with a prefix; nl80211 has two underlines before what is kept for old programs. */
export function constantsOf(prefix: string): readonly Constant[] {
  const all = found.get(prefix) ?? CONSTANTS.flatMap(([name, value]): Constant[] => {
    const plain = name.replace(/^__/, "");
    return plain.startsWith(prefix) ? [[plain.slice(prefix.length), value, name]] : [];
  });
  found.set(prefix, all);
  return all;
}

/** Entry of a list by the path of what it is of; `*` stands for any name in front. */
export function lookUp<T>(list: Readonly<Record<string, T>>, path: string): T | undefined {
  return list[path] ?? list[path.replace(/^\w+(?=\.)/, "*")];
}

/** Whether a codec's form is one of the types that an attribute has by the kernel. */
export function fits(codec: AnyCodec, types: string): boolean {
  const form = formOf(codec);
  return types.split(" | ").some((type) =>
    type === form ||
    // An interface's number is never so large that its sign matters.
    (type === "u32" && form === "s32" && codec.name === "an interface") ||
    (type === "be32" && (form === "4 bytes" || form === "address")) ||
    (type === "16 bytes" && form === "address") ||
    (type === "nest" && form === "several") ||
    (type === "string" && form === "bytes") ||
    (type.startsWith("struct ") && form === `${sizeOf(type)} bytes`)
  );
}

function sizeOf(struct: string): number | undefined {
  const layout = FACTS.structs[struct.replace(/^struct /, "")];
  return layout === undefined ? undefined : Number(layout.split(", ")[0]);
}

/** A field of a C struct. */
export interface Place {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly type: string;
}

/** A C struct: its size and its fields, those of structs in it as well. */
export function layoutOf(struct: string, base = 0): { size: number; places: Place[] } {
  const [size, ...fields] = FACTS.structs[struct]?.split(", ") ?? [];
  if (size === undefined) throw new Error(`no header has struct ${struct}`);
  const places = fields.flatMap((field): Place[] => {
    const [name, offset, bytes, ...type] = field.split(" ");
    // A bit field lies in an integer, which is what we read.
    const begin = type[0]!.includes(":") ? Number(offset) - Number(offset) % Number(bytes) : Number(offset);
    const place = { name: name!, offset: base + begin, size: Number(bytes), type: type.join(" ") };
    const inner = /^struct (\w+)(?:\[1\])?$/.exec(place.type)?.[1];
    return inner === undefined || !(inner in FACTS.structs)
      ? [place]
      : [place, ...layoutOf(inner, place.offset).places];
  });
  return { size: Number(size), places };
}

/** Whether a codec's form is that of a field in C. */
export function fitsPlace(codec: AnyCodec, { type, size }: Place): boolean {
  const form = formOf(codec);
  return form === type || (/\[|struct|union/.test(type) && form === `${size} bytes`) ||
    // Sockets' cookies.
    (type === "u32[2]" && form === "u64") || (type === "u32" && form === "s32" && codec.name === "an interface");
}

/** Whether a field has the name of one in C, which begins with an abbreviation of the struct's. */
export function isCalled(key: string, name: string, names: Readonly<Record<string, string>>): boolean {
  const plain = camelCase(name);
  return names[name] === key || plain.toLowerCase() === key.toLowerCase() ||
    (/^[a-z]+_/.test(name) && camelCase(name.replace(/^[a-z]+_/, "")) === key) ||
    plain.toLowerCase().endsWith(key.toLowerCase());
}

/** Fields of the header of a table, or of a struct. */
export function placed(subject: WithFields): { key: string; offset: number; codec: AnyCodec }[] {
  return subject.fields.filter(({ offset }) => offset >= 0).map(({ key, offset, codec }) => ({
    key: key!,
    offset,
    codec: codec as AnyCodec,
  }));
}
