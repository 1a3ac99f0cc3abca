/**
 * Compares tables with facts.json, which has the facts from the kernel's headers and source.
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

/** The facts that make.ts made. */
export const FACTS: Facts = JSON.parse(readFileSync(new URL("facts.json", import.meta.url), "utf8"));

/** All constants that are numbers. */
export const CONSTANTS: readonly (readonly [name: string, value: number])[] = Object.entries(FACTS.constants)
  .filter((entry): entry is [string, number] => typeof entry[1] === "number");

/** Converts a constant's name to a field's: `IFNAME` to `ifname`, `NUM_TX_QUEUES` to `numTxQueues`. */
export function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** A constant with the part of its name after a prefix. */
export type Constant = readonly [tail: string, value: number, name: string];

const found = new Map<string, readonly Constant[]>();

/** Returns the constants that begin with a prefix; nl80211 has two underscores before names kept for old programs. */
export function constantsOf(prefix: string): readonly Constant[] {
  const all = found.get(prefix) ?? CONSTANTS.flatMap(([name, value]): Constant[] => {
    const plain = name.replace(/^__/, "");
    return plain.startsWith(prefix) ? [[plain.slice(prefix.length), value, name]] : [];
  });
  found.set(prefix, all);
  return all;
}

/** Returns the entry of a list for a path; `*` stands for any name at the start. */
export function lookUp<T>(list: Readonly<Record<string, T>>, path: string): T | undefined {
  return list[path] ?? list[path.replace(/^\w+(?=\.)/, "*")];
}

/** True if a codec's form is one of the types that the kernel gives an attribute. */
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

/** Returns a C struct's size and fields, including those of nested structs. */
export function layoutOf(struct: string, base = 0): { size: number; places: Place[] } {
  const [size, ...fields] = FACTS.structs[struct]?.split(", ") ?? [];
  if (size === undefined) throw new Error(`no header has struct ${struct}`);
  const places = fields.flatMap((field): Place[] => {
    const [name, offset, bytes, ...type] = field.split(" ");
    // A bit field lies in an integer, which the library reads as a whole.
    const begin = type[0]!.includes(":") ? Number(offset) - Number(offset) % Number(bytes) : Number(offset);
    const place = { name: name!, offset: base + begin, size: Number(bytes), type: type.join(" ") };
    const inner = /^struct (\w+)(?:\[1\])?$/.exec(place.type)?.[1];
    return inner === undefined || !(inner in FACTS.structs)
      ? [place]
      : [place, ...layoutOf(inner, place.offset).places];
  });
  return { size: Number(size), places };
}

/** True if a codec's form is that of a field in C. */
export function fitsPlace(codec: AnyCodec, { type, size }: Place): boolean {
  const form = formOf(codec);
  return form === type || (/\[|struct|union/.test(type) && form === `${size} bytes`) ||
    // Cookies of sockets.
    (type === "u32[2]" && form === "u64") || (type === "u32" && form === "s32" && codec.name === "an interface");
}

/** True if a field has the name of a field in C, which begins with an abbreviation of the struct's name. */
export function isCalled(key: string, name: string, names: Readonly<Record<string, string>>): boolean {
  const plain = camelCase(name);
  return names[name] === key || plain.toLowerCase() === key.toLowerCase() ||
    (/^[a-z]+_/.test(name) && camelCase(name.replace(/^[a-z]+_/, "")) === key) ||
    plain.toLowerCase().endsWith(key.toLowerCase());
}

/** Returns the fields of a table's header, or of a struct. */
export function placed(subject: WithFields): { key: string; offset: number; codec: AnyCodec }[] {
  return subject.fields.filter(({ offset }) => offset >= 0).map(({ key, offset, codec }) => ({
    key: key!,
    offset,
    codec: codec as AnyCodec,
  }));
}
