/**
 * From a specification to codecs: what {@linkcode Spec} says of attributes, structs and operations, made into tables.
 *
 * Names become camelCase (`family-id` → `familyId`), those of values have underscores (`admin-perm` → `admin_perm`), as
 * everywhere in this library. Wide integers (`u64`, `s64`) are bigints, `uint` and `sint` numbers.
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import {
  type AnyCodec,
  array,
  be16,
  be32,
  be64,
  bitfield32,
  bytes,
  type Codec,
  eachAttribute,
  enumeration,
  flag,
  hardwareAddress,
  hex,
  i16,
  i32,
  i64,
  i8,
  ip,
  ipv4,
  ipv6,
  list,
  mac,
  mask,
  mask64,
  octetString,
  Reader,
  shown,
  sint,
  sockaddr,
  type Struct,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
  uint,
  uuid,
  type Writer,
} from "../../core/codec/mod.ts";
import type {
  Spec,
  SpecAttribute,
  SpecAttributeSet,
  SpecDefinition,
  SpecMember,
  SpecMode,
  SpecNumber,
  SpecOperation,
} from "./spec.ts";
import { type DynamicField, DynamicTable, outward } from "./table.ts";

/** An operation, ready to be used. */
export interface CompiledOperation {
  /** Its name in the specification. */
  readonly name: string;
  /** What it is for. */
  readonly doc: string | undefined;
  /** The number of a request; `undefined` for what only comes unasked. */
  readonly request: number | undefined;
  /** The number of what comes back or unasked. */
  readonly reply: number;
  /** How requests and replies are read and written. */
  readonly table: DynamicTable;
  /** The attributes that a request takes; `undefined` where it cannot be asked so. */
  readonly do: readonly string[] | undefined;
  /** Those that a dump takes. */
  readonly dump: readonly string[] | undefined;
  /** Whether it comes unasked. */
  readonly unasked: boolean;
}

/** `family-id` as a field's name: `familyId`. */
export function camelCase(name: string): string {
  return name.replace(/[-_]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `admin-perm` as a value: `admin_perm`. */
export function valueName(name: string): string {
  return name.replaceAll("-", "_");
}

const LIMITS: Readonly<Record<string, bigint>> = Object.fromEntries([8, 16, 32, 64].flatMap((bits) => [
  [`u${bits}-min`, 0n],
  [`u${bits}-max`, 2n ** BigInt(bits) - 1n],
  [`s${bits}-min`, -(2n ** BigInt(bits - 1))],
  [`s${bits}-max`, 2n ** BigInt(bits - 1) - 1n],
]));

const SCALARS: Readonly<Record<string, AnyCodec>> = {
  u8,
  u16,
  u32,
  u64,
  s8: i8,
  s16: i16,
  s32: i32,
  s64: i64,
  uint,
  sint,
};
const BIG_ENDIAN: Readonly<Record<string, AnyCodec>> = {
  u16: be16,
  u32: be32,
  u64: be64,
  s16: swapped(i16, be16, 16),
  s32: swapped(i32, be32, 32),
  s64: {
    ...i64,
    decode: (from, at) => from.view.getBigInt64(at, false),
    encode: (value: bigint, to, owner) => be64.encode(BigInt.asUintN(64, BigInt(value)), to, owner),
  },
};

/** A signed integer in network order, from the codecs that have one half of that each. */
function swapped(signed: Codec<number>, big: Codec<number>, bits: number): Codec<number> {
  return {
    name: signed.name,
    size: bits / 8,
    decode: (from, at, end, owner) => Number(BigInt.asIntN(bits, BigInt(big.decode(from, at, end, owner)))),
    encode(value, to, owner) {
      const least = -(2 ** (bits - 1));
      if (!Number.isInteger(value) || value < least || value >= -least) {
        to.fail(RangeError, `expected ${least}..${-least - 1}, got ${shown(value)}`);
      }
      return big.encode(value < 0 ? value + 2 ** bits : value, to, owner);
    },
  };
}

const HINTS: Readonly<Record<string, AnyCodec>> = {
  hex: hex(),
  mac: hardwareAddress,
  fddi: hardwareAddress,
  ipv4,
  ipv6,
  "ipv4-or-v6": ip,
  uuid,
  "sockaddr_in-or-sockaddr_in6": sockaddr,
};

/** The compiler of one specification. */
export class CompiledSpec {
  /** The specification. */
  readonly spec: Spec;
  /** Its operations by name. */
  readonly operations: ReadonlyMap<string, CompiledOperation>;
  readonly #definitions: ReadonlyMap<string, SpecDefinition>;
  readonly #sets: ReadonlyMap<string, SpecAttributeSet>;
  readonly #tables = new Map<string, DynamicTable>();
  readonly #structs = new Map<string, Struct<object>>();

  /** Compiles what is needed at once; tables when they are first used. */
  constructor(spec: Spec) {
    this.spec = spec;
    // Checks call constants by their whole name.
    this.#definitions = new Map((spec.definitions ?? []).flatMap((one) => {
      const prefix = one["name-prefix"];
      return [[one.name, one] as const, ...(prefix === undefined ? [] : [[prefix + one.name, one] as const])];
    }));
    this.#sets = new Map((spec["attribute-sets"] ?? []).map((one) => [one.name, one]));
    this.operations = this.#number();
  }

  #fail(why: string): never {
    throw argumentError(TypeError, `Cannot use the specification of ${this.spec.name}: ${why}`);
  }

  /** Numbers the operations: those that state none follow the one before. */
  #number(): Map<string, CompiledOperation> {
    const { "enum-model": model = "unified", list } = this.spec.operations;
    const found = new Map<string, CompiledOperation>(), named = new Map(list.map((one) => [one.name, one]));
    let request = 1, reply = 1;
    for (const one of list) {
      const unasked = one.notify !== undefined || one.event !== undefined, mode = one.do ?? one.dump;
      if (model === "unified") {
        request = reply = one.value ?? request;
        found.set(one.name, this.#operation(one, named, unasked, request, reply));
        request = reply = request + 1;
      } else {
        if (unasked) reply = one.value ?? reply;
        else {
          request = mode?.request?.value ?? request;
          reply = mode?.reply?.value ?? reply;
        }
        // A dump may be numbered where the single request is not.
        found.set(one.name, this.#operation(one, named, unasked, request, reply));
        if (unasked) reply++;
        else {
          request++;
          if (mode?.reply !== undefined) reply++;
        }
      }
    }
    return found;
  }

  #operation(
    one: SpecOperation,
    named: ReadonlyMap<string, SpecOperation>,
    unasked: boolean,
    request: number,
    reply: number,
  ): CompiledOperation {
    const like = one.notify === undefined ? undefined : named.get(one.notify);
    const set = one["attribute-set"] ?? like?.["attribute-set"];
    const header = one["fixed-header"] ?? like?.["fixed-header"] ?? this.spec.operations["fixed-header"];
    const taken = (mode: SpecMode | undefined): readonly string[] | undefined =>
      mode === undefined ? undefined : (mode.request?.attributes ?? []).map(camelCase);
    return {
      name: one.name,
      doc: one.doc?.trim(),
      request: unasked ? undefined : request,
      reply,
      table: this.#tableOf(set, header),
      do: taken(one.do),
      dump: taken(one.dump),
      unasked,
    };
  }

  /** The table of a set, behind a struct or not. */
  #tableOf(set: string | undefined, header?: string): DynamicTable {
    const key = `${set ?? ""} ${header ?? ""}`;
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = new DynamicTable(() => ({
        header: header === undefined ? undefined : this.struct(header),
        fields: set === undefined ? [] : this.#fieldsOf(set),
      }));
      this.#tables.set(key, table);
    }
    return table;
  }

  #set(name: string): SpecAttributeSet {
    return this.#sets.get(name) ?? this.#fail(`there is no attribute set ${JSON.stringify(name)}`);
  }

  /** The attributes of a set with their numbers; a subset takes them from the set it is one of. */
  #numbered(name: string): readonly (SpecAttribute & { readonly value: number })[] {
    const set = this.#set(name), whole = set["subset-of"];
    if (whole !== undefined) {
      const all = new Map(this.#numbered(whole).map((one) => [one.name, one]));
      return set.attributes.map((one) => {
        const found = all.get(one.name) ?? this.#fail(`${whole} has no attribute ${JSON.stringify(one.name)}`);
        return { ...found, ...one, value: found.value };
      });
    }
    let next = 1;
    return set.attributes.map((one) => {
      const value = one.value ?? next;
      next = value + 1;
      return { ...one, value };
    });
  }

  #fieldsOf(name: string): DynamicField[] {
    return this.#numbered(name).filter(({ type }) => type !== "unused" && type !== "pad").map((one) => ({
      id: one.value,
      key: camelCase(one.name),
      codec: this.#checked(this.#attribute(one), one),
      ...(one["multi-attr"] === true ? { multi: true } : {}),
      ...(one.type === "sub-message" ? { late: true } : {}),
    }));
  }

  /** A number that may be the name of a constant, of a limit, or of the last of an enumeration. */
  #resolve(value: SpecNumber | undefined): bigint | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "number") return BigInt(value);
    if (/^-?\d+$|^0x[0-9a-f]+$/i.test(value)) return BigInt(value);
    const less = /^(.*\S)\s*-\s*1$/.exec(value);
    if (less !== null) return (this.#resolve(less[1]) ?? 0n) - 1n;
    const definition = this.#definitions.get(value);
    if (definition?.value !== undefined) return this.#resolve(definition.value);
    if (definition?.type === "flags") return Object.values(this.#bits(value)).reduce((all, bit) => all | bit, 0n);
    return LIMITS[value] ?? this.#fail(`${JSON.stringify(value)} is no number that is known`);
  }

  #definition(name: string): SpecDefinition {
    return this.#definitions.get(name) ?? this.#fail(`there is no definition ${JSON.stringify(name)}`);
  }

  /** The numbers of an enumeration, or of flags' bits, by name. */
  #numbers(name: string): Record<string, number> {
    const { entries = [], "value-start": start = 0 } = this.#definition(name), numbers: Record<string, number> = {};
    let next = start;
    for (const entry of entries) {
      const { name, value = next } = typeof entry === "string" ? { name: entry } : entry;
      numbers[valueName(name)] = value;
      next = value + 1;
    }
    return numbers;
  }

  #bits(name: string): Record<string, bigint> {
    return Object.fromEntries(Object.entries(this.#numbers(name)).map(([name, bit]) => [name, 1n << BigInt(bit)]));
  }

  /** Names for the values of an integer. */
  #named(type: string, codec: AnyCodec, name: string, asFlags: boolean): AnyCodec {
    const number = codec as unknown as Codec<number>;
    if (this.#definition(name).type !== "flags" && !asFlags) {
      return type === "u64" || type === "s64" ? codec : enumeration(number, this.#numbers(name));
    }
    const bits = this.#bits(name);
    if (type === "u64") return mask64(bits, codec as unknown as Codec<bigint, bigint | number>);
    if (type === "uint") return wide(mask64(bits));
    return mask(number, Object.fromEntries(Object.entries(bits).map(([name, bit]) => [name, Number(bit)])));
  }

  /** What may stand for one value: an attribute's payload, a member of a struct, an item of an array. */
  #scalar(type: string, one: SpecAttribute | SpecMember): AnyCodec | undefined {
    const big = one["byte-order"] === "big-endian", codec = (big ? BIG_ENDIAN[type] : undefined) ?? SCALARS[type];
    if (codec === undefined) return undefined;
    const hint = one["display-hint"];
    // An address in network order is bytes, whatever its type says.
    if (type === "u32" && hint === "ipv4" && big) return ipv4;
    return one.enum === undefined ? codec : this.#named(type, codec, one.enum, one["enum-as-flags"] === true);
  }

  #binary(one: SpecAttribute | SpecMember): AnyCodec {
    const { struct: name, "display-hint": hint } = one, size = this.#resolve(one.len);
    if (name !== undefined) return this.struct(name);
    const sub = "sub-type" in one ? one["sub-type"] : undefined;
    if (sub !== undefined) {
      const item = this.#scalar(sub, one) ?? (this.#definitions.has(sub) ? this.struct(sub) : undefined);
      if (item !== undefined) return array(item as unknown as Codec<unknown>) as AnyCodec;
    }
    if (hint !== undefined && HINTS[hint] !== undefined) return size === 6n && hint === "mac" ? mac : HINTS[hint];
    return size === undefined ? bytes : octetString(Number(size));
  }

  #attribute(one: SpecAttribute): AnyCodec {
    const { type = "binary", "nested-attributes": nested } = one, scalar = this.#scalar(type, one);
    if (scalar !== undefined) return scalar;
    switch (type) {
      case "flag":
        return flag;
      case "string":
        return text;
      case "binary":
        return this.#binary(one);
      case "bitfield32":
        return one.enum === undefined ? bitfield32 : this.#bitfield(one.enum);
      case "nest":
        return nested === undefined ? bytes : this.#tableOf(nested);
      case "array-nest":
      case "indexed-array":
        return list(this.#item(one) as unknown as Codec<unknown>) as AnyCodec;
      case "nest-type-value":
        return typeValues(one["type-value"] ?? [], this.#tableOf(nested));
      case "sub-message":
        return this.#subMessage(one);
      default:
        return this.#fail(`attribute ${one.name} is of type ${JSON.stringify(type)}, which is not known`);
    }
  }

  /** An item of an indexed array. */
  #item(one: SpecAttribute): AnyCodec {
    const { "sub-type": sub = "nest", "nested-attributes": nested } = one;
    if (sub === "nest") return this.#tableOf(nested);
    return this.#attribute({ ...one, type: sub });
  }

  #bitfield(name: string): AnyCodec {
    const bits = this.#bits(name), map = Object.fromEntries(Object.entries(bits).map(([k, v]) => [k, Number(v)]));
    const half = mask(u32, map);
    return struct<{ value?: readonly (string | number)[]; selector?: readonly (string | number)[] }>(8, {
      value: [0, half as Codec<readonly (string | number)[]>],
      selector: [4, half as Codec<readonly (string | number)[]>],
    });
  }

  #subMessage(one: SpecAttribute): AnyCodec {
    const { "sub-message": name, selector } = one;
    const message = this.spec["sub-messages"]?.find((message) => message.name === name) ??
      this.#fail(`there is no sub-message ${JSON.stringify(name)}`);
    const key = camelCase(selector ?? this.#fail(`attribute ${one.name} has no selector`));
    const formats = new Map(message.formats.map((format) => [
      valueName(String(format.value)),
      format["attribute-set"] === undefined && format["fixed-header"] !== undefined
        ? this.struct(format["fixed-header"])
        : this.#tableOf(format["attribute-set"], format["fixed-header"]),
    ]));
    const pick = (owner: object): AnyCodec => formats.get(valueName(String(outward(owner, key)))) ?? bytes;
    return {
      name: `what ${key} says`,
      nested: true,
      decode: (from, at, end, owner) => pick(owner).decode(from, at, end, owner),
      encode(value, to, owner) {
        const codec = pick(owner);
        if (codec === bytes && !((value as unknown) instanceof Uint8Array)) {
          to.fail(TypeError, `${key} ${shown(outward(owner, key))} has no attributes that are known: expected bytes`);
        }
        return codec.encode(value, to, owner);
      },
      walk: (from, at, end, owner, visit) => pick(owner).walk?.(from, at, end, owner, visit),
      choose: pick,
      attributeName: (id, owner) => pick(owner).attributeName?.(id, owner),
    };
  }

  /** A struct by its name; its members follow each other without gaps that they do not state. */
  struct(name: string): Struct<object> {
    let made = this.#structs.get(name);
    if (made === undefined) this.#structs.set(name, made = this.#makeStruct(name));
    return made;
  }

  #makeStruct(name: string): Struct<object> {
    let size = 0;
    const shape: Record<string, readonly [number, Codec<unknown>]> = {};
    for (const member of this.#definition(name).members ?? []) {
      const codec = this.#member(name, member), at = size;
      size += member.type === "pad" ? Number(this.#resolve(member.len) ?? 0n) : codec.size!;
      if (member.type !== "pad") shape[camelCase(member.name)] = [at, codec as unknown as Codec<unknown>];
    }
    return struct<Record<string, unknown>>(size, shape) as unknown as Struct<object>;
  }

  #member(name: string, member: SpecMember): AnyCodec {
    const { type } = member, size = this.#resolve(member.len);
    const codec = type === "pad"
      ? u8
      : type === "string"
      ? sized(text, Number(size ?? 0n))
      : type === "binary"
      ? sized(this.#binary(member), Number(size ?? 0n))
      : this.#scalar(type, member);
    if (codec?.size === undefined) this.#fail(`${member.name} of struct ${name} has no size`);
    return codec;
  }

  /** Refuses what the specification does not allow, before the kernel has to. */
  #checked(codec: AnyCodec, one: SpecAttribute): AnyCodec {
    const { checks } = one;
    if (checks === undefined || codec instanceof DynamicTable) return codec;
    const min = this.#resolve(checks.min), max = this.#resolve(checks.max), exact = this.#resolve(checks["exact-len"]);
    const least = exact ?? this.#resolve(checks["min-len"]), most = exact ?? this.#resolve(checks["max-len"]);
    const bits = this.#resolve(checks["flags-mask"]), string = one.type === "string";
    const big = one["byte-order"] === "big-endian";
    if ([min, max, least, most, bits].every((limit) => limit === undefined)) return codec;
    return {
      ...codec,
      decode: (from, at, end, owner) => codec.decode(from, at, end, owner),
      encode(value, to, owner) {
        if (typeof value === "number" || typeof value === "bigint") inRange(value, min, max, to);
        const start = to.length, done = codec.encode(value, to, owner);
        const length = BigInt(to.length - start - (string ? 1 : 0));
        if (least !== undefined && length < least || most !== undefined && length > most) {
          to.fail(RangeError, `expected ${lengths(least, most)} bytes, got ${length}`);
        }
        if (bits !== undefined && length <= 8n) {
          let sent = 0n;
          const octets = [...to.bytes.subarray(start, to.length)];
          for (const octet of big ? octets : octets.reverse()) sent = sent << 8n | BigInt(octet);
          if ((sent & ~bits) !== 0n) to.fail(RangeError, `bits 0x${(sent & ~bits).toString(16)} may not be set`);
        }
        return done;
      },
    };
  }
}

function inRange(value: number | bigint, min: bigint | undefined, max: bigint | undefined, to: Writer): void {
  if (min !== undefined && value < min || max !== undefined && value > max) {
    to.fail(RangeError, `expected ${min ?? ""}..${max ?? ""}, got ${shown(value)}`);
  }
}

function lengths(least: bigint | undefined, most: bigint | undefined): string {
  return least === most ? `${least}` : least === undefined ? `at most ${most}` : `${least}..${most ?? ""}`;
}

/** A codec in a field of fixed size: shorter input is filled up with zeros. */
function sized(codec: AnyCodec, size: number): AnyCodec {
  if (codec.size !== undefined) return codec;
  return {
    ...codec,
    size,
    decode: (from, at, end, owner) => codec.decode(from, at, end, owner),
    encode(value, to, owner) {
      const start = to.length, done = codec.encode(value, to, owner);
      // A string's own end may be left out.
      if (codec === text && to.length - start === size + 1) to.length--;
      if (to.length - start > size) to.fail(RangeError, `expected at most ${size} bytes, got ${to.length - start}`);
      to.grow(start + size - to.length);
      return done;
    },
  };
}

/** A mask of 64 bits in an integer that is as short as it fits. */
function wide(codec: AnyCodec): AnyCodec {
  return {
    name: codec.name,
    decode(from, at, end, owner) {
      const eight = new Uint8Array(8);
      eight.set(from.bytes.subarray(at, Math.min(end, at + 8)));
      return codec.decode(new Reader(eight), 0, 8, owner);
    },
    encode: (value, to, owner) => codec.encode(value, to, owner),
  };
}

/**
 * Nests whose attribute numbers are values, one within the other, the last of which holds attributes: a list of objects
 * that have the numbers as fields, as `policyId` and `attrId`.
 */
function typeValues(names: readonly string[], table: DynamicTable): AnyCodec {
  const keys = names.map(camelCase);
  return {
    name: `a list by ${keys.join(" and ")}`,
    nested: true,
    decode(from, at, end, owner) {
      const found: object[] = [];
      const descend = (level: number, start: number, stop: number, told: object): void => {
        if (level === keys.length) {
          found.push({ ...told, ...table.decode(from, start, stop, owner) });
          return;
        }
        eachAttribute(from, start, stop, (id, inner, innerStop) => {
          descend(level + 1, inner + 4, innerStop, { ...told, [keys[level]!]: id });
        });
      };
      descend(0, at, end, {});
      return found;
    },
    encode(value: readonly Record<string, unknown>[], to, owner) {
      for (const one of value) {
        const rest = { ...one }, starts: number[] = [];
        for (const key of keys) {
          starts.push(to.open(Number(one[key]) | 0x8000));
          delete rest[key];
        }
        table.encode(rest, to, owner);
        for (const start of starts.reverse()) to.close(start);
      }
    },
  };
}
