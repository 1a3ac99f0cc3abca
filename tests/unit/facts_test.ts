/**
 * Compares every table, struct and enumeration of the library with the kernel's headers, source and specifications.
 *
 * tests/facts/tables.ts lists the constants and structs of each; facts.json beside it has the kernel's facts.
 */
import { assert, assertEquals } from "@std/assert";
import {
  camelCase,
  CONSTANTS,
  constantsOf,
  FACTS,
  fits,
  fitsPlace,
  isCalled,
  layoutOf,
  lookUp,
  placed,
} from "../facts/compare.ts";
import { discover } from "../facts/discover.ts";
import {
  BEHIND_SUBSYSTEMS,
  BY_HAND,
  ENUMERATIONS,
  FIELD_NAMES,
  GONE,
  LAYOUTS,
  LEFT_OUT,
  LEFT_OUT_OF_STRUCTS,
  NAMES,
  NUMBERS,
  OTHER_PREFIXES,
  OTHERWISE,
  PLACE_NAMES,
  SPREAD_STRUCTS,
  STRUCTS,
  TABLES,
  UNKNOWN,
} from "../facts/tables.ts";
import { type AnyCodec, bitsOf, formOf, isTable, namesOf, partsOf, type WithFields } from "../facts/wire.ts";
import { test } from "../test.ts";

const { subjects, enumerations, numbers } = await discover();

/** Names of constants that mark the ends of lists, or have no meaning. */
const NO_ATTRIBUTE = /^(UNSPEC|INVALID|NONE|MAX|PAD\d*|NUM)$|_(UNSPEC|PAD|MAX|NUM)$/;

/** Names of values that mark the ends of lists, or have no meaning. */
const NO_VALUE = /^(MAX|MASK|MODES|ALL|UNSPEC|COUNT|INVALID|AFTER_LAST|MAX_.*|.*_MAX)$/;

/** Converts `{ subject: "field form, …" }` to `{ "subject.field": form }`. */
const UNKNOWN_FORMS: ReadonlyMap<string, string> = new Map(
  Object.entries(UNKNOWN).flatMap(([subject, fields]) =>
    fields.split(/, (?=\w+ )/).map((field): [string, string] => {
      const [key, ...form] = field.split(" ");
      return [`${subject}.${key}`, form.join(" ")];
    })
  ),
);

/** Returns the fields that are attributes. */
function attributesOf(subject: WithFields): { key: string; id: number; codec: AnyCodec }[] {
  return subject.fields.filter(({ id, lift }) => id >= 0 && lift === undefined).map(({ key, id, codec }) => ({
    key: key!,
    id,
    codec: codec as AnyCodec,
  }));
}

/** Returns the form of a field that is listed by hand. */
function pinned(path: string): string | undefined {
  const any = path.replace(/^\w+(?=\.)/, "*");
  return UNKNOWN_FORMS.get(path) ?? UNKNOWN_FORMS.get(any) ?? OTHERWISE[path];
}

for (const [subject, name] of subjects) {
  const prefix = lookUp(TABLES, name),
    struct = STRUCTS[name],
    layout = LAYOUTS[name],
    attributes = attributesOf(subject);

  if (name in BY_HAND) {
    test(`${name}: attributes have the listed numbers and forms`, () => {
      assertEquals(attributes.map(({ key, id, codec }) => `${key} ${id} ${formOf(codec)}`).join(", "), BY_HAND[name]);
    });
  } else if (attributes.length > 0 && prefix === undefined) {
    test(`${name}: its attributes' prefix is in TABLES of tests/facts/tables.ts`, () => {
      assert(name in TABLES, `add a line to TABLES: "${name}" and the prefix of its constants, such as "IFLA_VLAN_"`);
    });
  } else if (attributes.length > 0) {
    test(`${name}: attributes have the numbers and names of ${prefix}*`, () => {
      const constants = constantsOf(prefix!);
      const wrong = attributes.filter(({ key, id }) => {
        const names = lookUp(FIELD_NAMES, `${name}.${key}`)?.split(" ");
        return !constants.some(([tail, value]) =>
          value === id && (names === undefined ? camelCase(tail) === key : names.includes(tail))
        );
      });
      assertEquals(wrong.map(({ key, id }) => `${key} ${id}`), []);
    });

    test(`${name}: attributes have the widths and byte orders of ${prefix}*`, () => {
      for (const { key, id, codec } of attributes) {
        const path = `${name}.${key}`, form = pinned(path);
        if (form !== undefined) {
          assertEquals(`${key} ${formOf(codec)}`, `${key} ${form}`);
          continue;
        }
        const constant = constantsOf(prefix!).find(([tail, value]) =>
          value === id && (camelCase(tail) === key || lookUp(FIELD_NAMES, path)?.split(" ").includes(tail) === true)
        );
        assert(constant !== undefined, `${path} is no attribute of ${prefix}*`);
        const types = FACTS.types[constant[2]];
        assert(types !== undefined, `${path} is of a type that is not known: ${formOf(codec)}`);
        assert(fits(codec, types), `${path} is ${formOf(codec)}, ${constant[2]} is ${types}`);
      }
    });
  }

  if (placed(subject).length > 0 && struct === undefined && layout === undefined) {
    test(`${name}: its struct is in STRUCTS, or its layout in LAYOUTS, of tests/facts/tables.ts`, () => {
      assert(name in STRUCTS, `add a line to STRUCTS: "${name}" and its struct in C, such as "ifaddrmsg"`);
    });
  } else if (placed(subject).length > 0) {
    test(`${name}: fields have the offsets of ${struct ?? "the listed layout"}`, () => {
      const size = isTable(subject) ? subject.headerSize : subject.size, own = placed(subject);
      if (layout !== undefined) {
        const text = own.map(({ key, offset, codec }) => `${key} ${offset} ${formOf(codec)}`).join(", ");
        assertEquals(`${text} = ${size}`, layout);
        return;
      }
      const { size: wanted, places } = layoutOf(struct!);
      assertEquals(size, wanted);
      for (const { key, offset, codec } of own) {
        const place = places.find((place) => place.offset === offset && isCalled(key, place.name, PLACE_NAMES));
        assert(place !== undefined, `${struct} has no ${key} at ${offset}`);
        const form = OTHERWISE[`${name}.${key}`];
        if (form !== undefined) assertEquals(`${key} ${formOf(codec)}`, `${key} ${form}`);
        else assert(fitsPlace(codec, place), `${key} is ${formOf(codec)}, ${place.name} is ${place.type}`);
      }
      const missing = places.filter(({ name, offset, size, type }) =>
        !own.some((field) => field.offset <= offset && offset + size <= field.offset + (field.codec.size ?? 0)) &&
        !/pad|reserved|unused/.test(name) && !type.startsWith("struct") &&
        !LEFT_OUT_OF_STRUCTS.includes(`${struct}.${name}`)
      );
      assertEquals(missing.map(({ name }) => name), []);
    });
  }
}

for (const [subject, name] of subjects) {
  const prefix = SPREAD_STRUCTS[name];
  if (prefix === undefined) continue;
  for (const { key, codec } of attributesOf(subject)) {
    const parts = partsOf(codec),
      struct = SPREAD_STRUCTS[`${name}.${key}`] ??
        prefix + key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (parts.length === 0) continue;
    test(`${name}.${key}: fields have the offsets of ${struct}`, () => {
      const { places } = layoutOf(struct);
      assertEquals(parts.length, places.length);
      parts.forEach(([field, at, part], i) => {
        const place = places[i]!;
        assert(at === place.offset && isCalled(field, place.name, PLACE_NAMES), `${field} ${at}, ${place.name}`);
        assert(fitsPlace(part, place), `${field} is ${formOf(part)}, ${place.name} is ${place.type}`);
      });
    });
  }
}

/** The attribute numbers that some table has, by the prefix of their constants. */
const known = new Map<string, Set<number>>(OTHER_PREFIXES.map((prefix) => [prefix, new Set()]));
for (const [subject, name] of subjects) {
  const prefix = lookUp(TABLES, name);
  if (prefix === undefined) continue;
  if (!known.has(prefix)) known.set(prefix, new Set());
  for (const { id } of subject.fields) known.get(prefix)!.add(id);
}
const prefixes = [...known.keys()].sort((a, b) => b.length - a.length);

test("Every attribute number of the headers is in a table, or in the list of those left out", () => {
  const missing = CONSTANTS.filter(([name, value]) => {
    const prefix = prefixes.find((prefix) => name.startsWith(prefix));
    return prefix !== undefined && !OTHER_PREFIXES.includes(prefix) && !known.get(prefix)!.has(value) &&
      !NO_ATTRIBUTE.test(name.slice(prefix.length)) && !LEFT_OUT.some(([names]) => names.test(name));
  });
  assertEquals(missing.map(([name, value]) => `${name} ${value}`), []);
});

test("The names in the lists of tests/facts/tables.ts exist", () => {
  const names = new Set(subjects.values()), fields = new Set<string>();
  for (const [subject, name] of subjects) {
    for (const { key } of subject.fields) fields.add(`${name}.${key}`).add(`*.${name.replace(/^\w+\.?/, "")}.${key}`);
  }
  const gone = [
    ...[TABLES, STRUCTS, LAYOUTS, UNKNOWN].flatMap((list) => Object.keys(list)).filter((name) => !names.has(name)),
    ...[FIELD_NAMES, OTHERWISE].flatMap((list) => Object.keys(list)).filter((name) => !fields.has(name)),
    ...[ENUMERATIONS, NAMES].flatMap((list) => Object.keys(list)).filter((path) =>
      ![...enumerations.values()].some((other) => other === path || other.replace(/^\w+(?=\.)/, "*") === path)
    ),
  ];
  assertEquals(gone.filter((name) => !name.startsWith("*")), []);
});

for (const [codec, path] of enumerations) {
  const said = lookUp<string | readonly [string, RegExp]>(ENUMERATIONS, path), names = lookUp(NAMES, path);
  const whose = said !== undefined
    ? `${[said].flat()[0]}*`
    : names !== undefined
    ? "of the kernel's source"
    : "of ENUMERATIONS or NAMES in tests/facts/tables.ts";
  test(`${path}: numbers have the names ${whose}`, () => {
    if (names !== undefined) {
      for (const [name, number] of Object.entries(names)) {
        assertEquals([number, [namesOf(codec, BigInt(number))].flat()], [number, [name]]);
      }
      return;
    }
    assert(said !== undefined, `${path} is neither in ENUMERATIONS nor in NAMES of tests/facts/tables.ts`);
    const [words, tails] = typeof said === "string" ? [said, undefined] : said;
    const prefix = words.split(" ").at(-1)!,
      bits = words.startsWith("bits"),
      first = words.startsWith("bits1 ") ? 1 : 0;
    const limit = bits ? BigInt(bitsOf(codec) + first) : 1n << BigInt(bitsOf(codec));
    // If two names have the same number, either is correct.
    const values = new Map<number, string[]>();
    for (const [tail, value] of constantsOf(prefix)) {
      if (value < first || BigInt(value) >= limit || NO_VALUE.test(tail) || tails?.test(tail) === false) continue;
      values.set(value, [...values.get(value) ?? [], tail]);
    }
    assert(values.size > 0, `no constants begin with ${prefix}`);
    for (const [value, names] of values) {
      const found = namesOf(codec, bits ? 1n << BigInt(value - first) : BigInt(value));
      if (Array.isArray(found) && value === 0 && !bits) continue;
      const name = [found].flat().map((one) => String(one).toUpperCase().replaceAll("-", "_"));
      assert(name.length === 1 && names.includes(name[0]!), `${value} is ${name}, not ${names.join(" or ")}`);
    }
  });
}

/** Matches the name of a constant in headers: `RTM_NEWLINK`, or `LINK` of an object whose constants begin so. */
const CONSTANT = /^[A-Z][A-Z0-9]*_\w+$/;

for (const [name, object] of numbers) {
  const prefix = NUMBERS[name];
  if (prefix === undefined && !Object.keys(object).every((key) => CONSTANT.test(key))) continue;
  test(`${name}: numbers equal those of the headers`, () => {
    const bits = BEHIND_SUBSYSTEMS[name] ?? -1;
    const wrong = Object.entries(object).filter(([key, value]) => {
      const number = FACTS.constants[prefix === undefined ? key : prefix + key.toUpperCase()];
      return number !== (value & bits) && number !== value && !GONE.test(key);
    });
    assertEquals(wrong, []);
  });
}
