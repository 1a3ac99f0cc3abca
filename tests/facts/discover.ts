/**
 * Finds every table and struct of the library, and every enumeration in them, by name.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type AnyCodec, elementOf, hasFields, hasNames, type WithFields } from "./wire.ts";

const ROOT = new URL("../../", import.meta.url);
/** Deeper than any list is nested in lists. */
const DEEPEST = 4;

/** The tables, structs and enumerations. */
export interface Found {
  /** Tables and structs: by the name under which a module exports them, else by their field: `Link.map`. */
  readonly subjects: ReadonlyMap<WithFields, string>;
  /** Codecs of numbers with names, by the first field that uses each. */
  readonly enumerations: ReadonlyMap<AnyCodec, string>;
  /** Exported objects of numbers by name, by the name of each. */
  readonly numbers: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** Loads every module of the families, and finds their exports and everything nested in them. */
export async function discover(): Promise<Found> {
  const subjects = new Map<WithFields, string>(), enumerations = new Map<AnyCodec, string>();
  const numbers = new Map<string, Readonly<Record<string, number>>>();
  const files = readdirSync(fileURLToPath(new URL("families/", ROOT)), { recursive: true, encoding: "utf8" });
  for (const file of ["core/genl.ts", ...files.map((file) => `families/${file}`).sort()]) {
    if (!file.endsWith(".ts")) continue;
    const module = await import(new URL(file, ROOT).href) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      const own = attributesIn(value);
      if (hasFields(own)) { if (!subjects.has(own)) subjects.set(own, name); }
      else if (areNumbers(value)) numbers.set(name, value);
    }
  }
  const visit = (subject: WithFields, name: string): void => {
    const lifts = subject.fields.filter(({ key }) => key === undefined).length;
    for (const { key, id, codec, lift } of subject.fields) {
      // If several nests have their fields in the parent, the number of the nest tells them apart.
      const path = `${name}.${key ?? (lifts > 1 ? `…${id}` : "…")}`;
      let one = (lift ?? codec) as AnyCodec | undefined;
      for (let depth = 0; one !== undefined && depth < DEEPEST; depth++) {
        one = attributesIn(one) as AnyCodec;
        if (hasFields(one)) {
          if (!subjects.has(one)) {
            subjects.set(one, path);
            visit(one, path);
          }
          break;
        }
        if (!enumerations.has(one) && hasNames(one)) enumerations.set(one, path);
        one = elementOf(one);
      }
    }
  };
  for (const [subject, name] of [...subjects]) visit(subject, name);
  return { subjects, enumerations, numbers };
}

/** Returns the table of attributes of options whose fields are laid out otherwise. */
function attributesIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "wire" in value ? value.wire : value;
}

function areNumbers(value: unknown): value is Readonly<Record<string, number>> {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0 &&
    Object.values(value).every((number) => typeof number === "number");
}
