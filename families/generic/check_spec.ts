/**
 * Checks that an object is a specification: that each of its parts has the type that the language gives it. The
 * compiler relies on that. Errors name the place of the fault: `attribute-sets[lamp].attributes[2].type`.
 *
 * @module
 */
import { shown } from "../../core/codec/mod.ts";
import type { Spec } from "./spec.ts";

/** Throws the error for a fault at a place. */
type Fail = (where: string, why: string) => never;

/** Checks the part of a specification at `path`, and returns it. */
type Part = (given: unknown, path: string, fail: Fail) => unknown;

const text: Part = (given, path, fail) =>
  typeof given === "string" ? given : fail(path, `expected text, got ${shown(given)}`);

/** The greatest length of a name, in characters: far more than any name in the kernel has. */
const LONGEST_NAME = 256;

const isName = (given: unknown): boolean =>
  typeof given === "string" && given.length > 0 && given.length <= LONGEST_NAME;

/** Checks a name. YAML reads names of digits as numbers. */
const name: Part = (given, path, fail) =>
  isName(given)
    ? given
    : Number.isSafeInteger(given)
    ? String(given)
    : fail(path, `expected a name of at most ${LONGEST_NAME} letters, got ${shown(given)}`);

const truth: Part = (given, path, fail) =>
  typeof given === "boolean" ? given : fail(path, `expected true or false, got ${shown(given)}`);

function integer(min: number, max: number): Part {
  return (given, path, fail) =>
    Number.isInteger(given) && (given as number) >= min && (given as number) <= max
      ? given
      : fail(path, `expected an integer ${min}..${max}, got ${shown(given)}`);
}

/** Checks the number of an enumeration's entry or of a constant. Names are looked up later. */
const numberOrName: Part = (given, path, fail) =>
  Number.isInteger(given) || isName(given) ? given : fail(path, `expected an integer or a name, got ${shown(given)}`);

function oneOf(...words: readonly string[]): Part {
  return (given, path, fail) =>
    words.includes(given as string) ? given : fail(path, `expected ${words.join(" or ")}, got ${shown(given)}`);
}

function list(item: Part): Part {
  return (given, path, fail) => {
    if (!Array.isArray(given)) return fail(path, `expected a list, got ${shown(given)}`);
    return Array.from(given, (one: unknown, i) => {
      const called = (one as { readonly name?: unknown } | null | undefined)?.name;
      return item(one, `${path}[${typeof called === "string" && /^[\w-]{1,64}$/.test(called) ? called : i}]`, fail);
    });
  };
}

/** Returns the check of a list of named items whose names must differ. */
function named(item: Part): Part {
  const all = list(item);
  return (given, path, fail) => {
    const items = all(given, path, fail) as readonly { readonly name: string }[], seen = new Set<string>();
    for (const { name } of items) {
      if (seen.has(name)) fail(path, `${JSON.stringify(name)} appears twice`);
      seen.add(name);
    }
    return items;
  };
}

/** The parts that YAML may leave empty: a key without a value. */
const mayBeEmpty = new Set<Part>();

/** Returns the check of an object with some parts, of which the `required` must be present. Other parts are ignored. */
function object(parts: Readonly<Record<string, Part>>, ...required: readonly string[]): Part {
  return (given, path, fail) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return fail(path, `expected an object, got ${shown(given)}`);
    }
    const found: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(parts)) {
      const one = (given as Record<string, unknown>)[key], where = path === "" ? key : `${path}.${key}`;
      if (one === null && mayBeEmpty.has(part)) found[key] = {};
      else if (one !== undefined && one !== null) found[key] = part(one, where, fail);
      else if (required.includes(key)) fail(where, "it is missing");
    }
    return found;
  };
}

/** The parts that members of structs and attributes have in common. */
const PAYLOAD: Readonly<Record<string, Part>> = {
  name,
  type: name,
  len: numberOrName,
  "byte-order": oneOf("big-endian", "little-endian"),
  enum: name,
  "enum-as-flags": truth,
  "display-hint": name,
  struct: name,
};

const NAMED_NUMBER = object({ name, value: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) }, "name");

const entry: Part = (given, path, fail) =>
  typeof given === "object" ? NAMED_NUMBER(given, path, fail) : name(given, path, fail);

const definition = object(
  {
    name,
    "name-prefix": text,
    type: name,
    value: numberOrName,
    "value-start": integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    entries: list(entry),
    members: named(object(PAYLOAD, "name", "type")),
  },
  "name",
  "type",
);

const checks = object({
  min: numberOrName,
  max: numberOrName,
  "min-len": numberOrName,
  "max-len": numberOrName,
  "exact-len": numberOrName,
  "flags-mask": numberOrName,
});

/** The greatest attribute number, 14 bits, and the check of message types, 16 bits. */
const MOST_ATTRIBUTES = 0x3fff, messageType = integer(0, 0xffff);

const attribute = object({
  ...PAYLOAD,
  value: integer(0, MOST_ATTRIBUTES),
  "multi-attr": truth,
  "nested-attributes": name,
  "sub-type": name,
  "type-value": list(name),
  "sub-message": name,
  selector: name,
  checks,
}, "name");

const attributeSet = object({ name, "subset-of": name, attributes: list(attribute) }, "name", "attributes");

const selected: Part = (given, path, fail) =>
  typeof given === "string" || typeof given === "number" ? given : name(given, path, fail);

const subMessage = object(
  {
    name,
    formats: list(object({ value: selected, "fixed-header": name, "attribute-set": name }, "value")),
  },
  "name",
  "formats",
);

const message = object({ value: messageType, attributes: list(name) });
const mode = object({ request: message, reply: message });
mayBeEmpty.add(message).add(mode);

const operation = object({
  name,
  doc: text,
  value: messageType,
  "attribute-set": name,
  "fixed-header": name,
  flags: list(name),
  do: mode,
  dump: mode,
  notify: name,
  event: message,
  mcgrp: name,
}, "name");

const group = object({ name, value: integer(1, 0xffffffff) }, "name");

const SPEC = object(
  {
    name,
    protocol: oneOf("genetlink", "genetlink-c", "genetlink-legacy", "netlink-raw"),
    protonum: integer(0, 31),
    doc: text,
    version: integer(0, 255),
    definitions: named(definition),
    "attribute-sets": named(attributeSet),
    "sub-messages": named(subMessage),
    operations: object({
      "enum-model": oneOf("unified", "directional"),
      "fixed-header": name,
      list: named(operation),
    }, "list"),
    "mcast-groups": object({ list: named(group) }, "list"),
  },
  "name",
  "operations",
);

/** Returns the specification in `given`, with the parts that this library knows. */
export function checkSpec(given: unknown, fail: Fail): Spec {
  return SPEC(given, "", fail) as Spec;
}
