/**
 * Makes codecs from a specification: tables for the attributes, structs and operations of a {@linkcode Spec}.
 *
 * As everywhere in this library, names become camelCase (`family-id` → `familyId`), and names of values get underscores
 * (`admin-perm` → `admin_perm`). Wide integers (`u64`, `s64`) are bigints, `uint` and `sint` numbers.
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
  secret,
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
import { checkSpec } from "./check_spec.ts";
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
import { type DynamicField, DynamicTable, ownFields, valueAround } from "./dynamic_table.ts";

/** The mask of an attribute's number. */
const NLA_TYPE_MASK = 0x3fff;

/** A compiled operation. */
export interface CompiledOperation {
  /** The name in the specification. */
  readonly name: string;
  /** The purpose. */
  readonly doc: string | undefined;
  /** The number of a request; `undefined` for an event. */
  readonly request: number | undefined;
  /** The number of a reply or event; `undefined` if there is none. */
  readonly reply: number | undefined;
  /** The table of requests and replies. */
  readonly table: DynamicTable;
  /** The attributes that a request accepts; `undefined` if the operation can only be dumped, or is an event. */
  readonly do: readonly string[] | undefined;
  /** The attributes that a dump request accepts; `undefined` if the operation cannot be dumped. */
  readonly dump: readonly string[] | undefined;
  /** The attributes that the specification lists for any operation with the same attribute set. */
  readonly given: ReadonlySet<string>;
  /** True for an event. */
  readonly unasked: boolean;
}

/** Returns a field's name: `family-id` becomes `familyId`. */
export function camelCase(name: string): string {
  return name.replace(/[-_]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns a value's name: `admin-perm` becomes `admin_perm`. */
export function valueName(name: string): string {
  return name.replaceAll("-", "_");
}

/**
 * Makes an object whose keys are foreign names: it inherits nothing, and `__proto__` is a key like any other.
 */
function record<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const found: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) found[name] = value;
  return found;
}

const LIMITS = record([8, 16, 32, 64].flatMap((bits): [string, bigint][] => [
  [`u${bits}-min`, 0n],
  [`u${bits}-max`, 2n ** BigInt(bits) - 1n],
  [`s${bits}-min`, -(2n ** BigInt(bits - 1))],
  [`s${bits}-max`, 2n ** BigInt(bits - 1) - 1n],
]));

const SCALARS = record(Object.entries<AnyCodec>({
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
}));
const BIG_ENDIAN = record(Object.entries<AnyCodec>({
  u16: be16,
  u32: be32,
  u64: be64,
  s16: inNetworkOrder(i16, be16, 16),
  s32: inNetworkOrder(i32, be32, 32),
  s64: {
    ...i64,
    decode: (from, at) => from.view.getBigInt64(at, false),
    encode(value: bigint | number, to, owner) {
      // Encode in host order, then reverse the bytes.
      const start = to.length, done = i64.encode(value, to, owner);
      to.bytes.subarray(start, to.length).reverse();
      return done;
    },
  },
}));

/** Returns the codec of a signed integer in network order, given those of the signed and of the network order one. */
function inNetworkOrder(signed: Codec<number>, big: Codec<number>, bits: number): Codec<number> {
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

const HINTS = record(Object.entries<AnyCodec>({
  hex: hex(),
  mac: hardwareAddress,
  fddi: hardwareAddress,
  // Up to Linux 7.2, specifications use this hint also for IPv4 or IPv6 addresses, which differ by length.
  ipv4: ip,
  ipv6,
  "ipv4-or-v6": ip,
  uuid,
  "sockaddr_in-or-sockaddr_in6": sockaddr,
}));

/** The codecs of addresses of a stated size. */
const SIZED = record<AnyCodec>([["mac 6", mac], ["ipv4 4", ipv4], ["ipv6 16", ipv6]]);

/** The greatest nesting depth of a specification's parts. */
const DEEPEST = 64;

/** The most bytes of an attribute's payload. */
const MOST_BYTES = 0xffff - 4;

/** Matches the names of binary attributes that are secrets. A specification does not say which are. */
const SECRET = /(^|-)((?<!public-)key|key-data|kck|kek|passphrase|password|pmk|psk|secret)$/;

/** The compiler of one specification. */
export class CompiledSpec {
  /** The specification. */
  readonly spec: Spec;
  readonly #name: string;
  /** The operations by name. */
  readonly operations: ReadonlyMap<string, CompiledOperation>;
  /** The table of messages without an operation: attributes are named by their numbers. */
  readonly bare: DynamicTable;
  readonly #definitions: ReadonlyMap<string, SpecDefinition>;
  readonly #sets: ReadonlyMap<string, SpecAttributeSet>;
  readonly #tables = new Map<string, DynamicTable>();
  readonly #structs = new Map<string, Struct<object>>();
  /** The parts that are being compiled, from the outermost to the innermost. */
  readonly #at: string[] = [];

  /**
   * Compiles the operations and all that they use.
   *
   * @param name the family's name, for messages about a specification that a user gave
   * @throws {TypeError} the specification is malformed or contradicts itself; the message names the place and the fault
   */
  constructor(given: Spec, name?: string) {
    const called = (given as Partial<Spec> | null | undefined)?.name;
    this.#name = typeof called === "string" ? called : name ?? "a family";
    const spec = this.spec = checkSpec(given, (where, why) => this.#fail(where === "" ? why : `${where}: ${why}`));
    // Checks refer to constants by their full names.
    this.#definitions = new Map((spec.definitions ?? []).flatMap((one) => {
      const prefix = one["name-prefix"];
      return [[one.name, one] as const, ...(prefix === undefined ? [] : [[prefix + one.name, one] as const])];
    }));
    this.#sets = new Map((spec["attribute-sets"] ?? []).map((one) => [one.name, one]));
    const header = spec.operations["fixed-header"];
    this.bare = new DynamicTable(() => ({
      header: header === undefined ? undefined : this.struct(header),
      fields: [],
      open: true,
    }));
    this.operations = this.#number();
    void this.bare.headerKeys;
    // Making the fields of a table may add the tables of its nests, which this loop reaches too.
    for (const { fields } of this.#tables.values()) void fields;
  }

  #fail(why: string): never {
    throw argumentError(TypeError, `Cannot use the specification of ${this.#name}: ${[...this.#at, why].join(": ")}`);
  }

  /** Makes a part; errors within it name it. Fails if the part contains itself. */
  #within<R>(kind: string, name: string, make: () => R): R {
    const part = `${kind} ${JSON.stringify(name)}`;
    if (this.#at.includes(part)) this.#fail(`${part} contains itself`);
    if (this.#at.length === DEEPEST) {
      this.#at.splice(1);
      this.#fail(`parts are nested more than ${DEEPEST} deep`);
    }
    this.#at.push(part);
    const made = make();
    this.#at.pop();
    return made;
  }

  /** Numbers the operations: one without a number has the number after the previous one. */
  #number(): Map<string, CompiledOperation> {
    const { "enum-model": model = "unified", list } = this.spec.operations;
    const found = new Map<string, CompiledOperation>(), named = new Map(list.map((one) => [one.name, one]));
    const given = this.#given(list);
    let request = 1, reply = 1;
    for (const one of list) {
      const unasked = one.notify !== undefined || one.event !== undefined;
      const add = (asked: number, answered: number | undefined): void => {
        found.set(
          one.name,
          this.#within("operation", one.name, () => {
            const most = this.spec.protocol === "netlink-raw" ? 0xffff : 0xff;
            if (Math.max(asked, answered ?? 0) > most) this.#fail(`its number is above ${most}`);
            return this.#operation(one, named, given, unasked ? undefined : asked, answered);
          }),
        );
      };
      if (model === "unified") {
        request = reply = one.value ?? request;
        add(request, reply);
        request = reply = request + 1;
      } else if (unasked) {
        reply = one.value ?? reply;
        add(request, reply);
        reply++;
      } else {
        // Only the dump may have a number, and the single request none.
        const modes = [one.do, one.dump].filter((mode) => mode !== undefined);
        const answer = modes.find((mode) => mode.reply !== undefined)?.reply;
        request = modes.find((mode) => mode.request?.value !== undefined)?.request?.value ?? request;
        reply = modes.find((mode) => mode.reply?.value !== undefined)?.reply?.value ?? reply;
        add(request, answer === undefined ? undefined : reply);
        request++;
        if (answer !== undefined) reply++;
      }
    }
    return found;
  }

  /** Returns, for each attribute set, the attributes that operations list in requests, replies or events. */
  #given(list: readonly SpecOperation[]): ReadonlyMap<string, ReadonlySet<string>> {
    const sets = new Map<string, Set<string>>();
    for (const { "attribute-set": set = "", do: once, dump, event } of list) {
      const keys = sets.get(set) ?? new Set();
      for (const message of [once?.request, once?.reply, dump?.request, dump?.reply, event]) {
        for (const name of message?.attributes ?? []) keys.add(camelCase(name));
      }
      sets.set(set, keys);
    }
    return sets;
  }

  #operation(
    one: SpecOperation,
    named: ReadonlyMap<string, SpecOperation>,
    given: ReadonlyMap<string, ReadonlySet<string>>,
    request: number | undefined,
    reply: number | undefined,
  ): CompiledOperation {
    const like = one.notify === undefined
      ? undefined
      : named.get(one.notify) ?? this.#fail(`there is no operation ${JSON.stringify(one.notify)}`);
    const set = one["attribute-set"] ?? like?.["attribute-set"];
    const header = one["fixed-header"] ?? like?.["fixed-header"] ?? this.spec.operations["fixed-header"];
    const taken = (mode: SpecMode | undefined): readonly string[] | undefined =>
      mode === undefined ? undefined : (mode.request?.attributes ?? []).map(camelCase);
    return {
      name: one.name,
      doc: one.doc?.trim(),
      request,
      reply,
      table: this.#tableOf(set, header),
      do: taken(one.do),
      dump: taken(one.dump),
      given: given.get(set ?? "") ?? new Set(),
      unasked: request === undefined,
    };
  }

  /** Returns the table of an attribute set, with a struct before it or not. */
  #tableOf(set: string | undefined, header?: string): DynamicTable {
    const key = JSON.stringify([set, header]);
    let table = this.#tables.get(key);
    if (table === undefined) {
      const attributes = set === undefined ? undefined : this.#set(set);
      table = new DynamicTable(() => ({
        header: header === undefined ? undefined : this.struct(header),
        fields: attributes === undefined ? [] : this.#fieldsOf(attributes.name),
      }));
      this.#tables.set(key, table);
    }
    return table;
  }

  #set(name: string): SpecAttributeSet {
    return this.#sets.get(name) ?? this.#fail(`there is no attribute set ${JSON.stringify(name)}`);
  }

  /** Returns the attributes of a set with their numbers; a subset takes these from its full set. */
  #numbered(name: string): readonly (SpecAttribute & { readonly value: number })[] {
    const set = this.#set(name), whole = set["subset-of"];
    if (whole !== undefined) {
      const found = this.#within("subset", name, () => this.#numbered(whole));
      const all = new Map(found.map((one) => [one.name, one]));
      // An attribute may be listed twice in a subset.
      return [...new Map(set.attributes.map((one) => [one.name, one])).values()].map((one) => {
        const found = all.get(one.name) ??
          this.#fail(`${JSON.stringify(whole)} has no attribute ${JSON.stringify(one.name)}`);
        return { ...found, ...one, value: found.value };
      });
    }
    let next = 1;
    return set.attributes.map((one) => {
      const value = one.value ?? next;
      if (value > NLA_TYPE_MASK) {
        this.#fail(`attribute ${JSON.stringify(one.name)} has a number above ${NLA_TYPE_MASK}`);
      }
      next = value + 1;
      return { ...one, value };
    });
  }

  #fieldsOf(name: string): DynamicField[] {
    return this.#within("attribute set", name, () => {
      const keys = new Map<string | number, string>(), fields: DynamicField[] = [];
      for (const one of this.#numbered(name)) {
        if (one.type === "unused" || one.type === "pad") continue;
        const key = camelCase(one.name);
        for (const mark of [key, one.value]) {
          const other = keys.get(mark);
          if (other !== undefined) {
            this.#fail(`attributes ${JSON.stringify(other)} and ${JSON.stringify(one.name)} are both ${mark}`);
          }
          keys.set(mark, one.name);
        }
        fields.push({
          id: one.value,
          key,
          codec: this.#within("attribute", one.name, () => {
            const codec = this.#attribute(one), hidden = one.type === "binary" && SECRET.test(one.name);
            return this.#checked(hidden ? secret(codec) : codec, one);
          }),
          ...(one["multi-attr"] === true ? { multi: true } : {}),
          ...(one.type === "sub-message" ? { late: true } : {}),
        });
      }
      return fields;
    });
  }

  /**
   * Returns a number that may be given as the name of a constant, of a limit, or of flags, which is the mask of all.
   */
  #resolve(value: SpecNumber | undefined): bigint | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "number") return BigInt(value);
    if (/^-?\d{1,40}$|^0x[0-9a-f]{1,32}$/i.test(value)) return BigInt(value);
    const definition = this.#definitions.get(value);
    if (definition?.value !== undefined) {
      return this.#within("constant", definition.name, () => this.#resolve(definition.value));
    }
    if (definition?.type === "flags") return Object.values(this.#bits(value)).reduce((all, bit) => all | bit, 0n);
    const less = / *- *1$/.exec(value.slice(-8));
    if (less !== null) {
      return this.#within("constant", value, () => this.#resolve(value.slice(0, value.length - less[0].length))! - 1n);
    }
    return LIMITS[value] ?? this.#fail(`${JSON.stringify(value)} is not a known number`);
  }

  /** Returns a number of bytes. */
  #bytes(value: SpecNumber | undefined): number | undefined {
    const size = this.#resolve(value);
    if (size === undefined || size >= 0n && size <= MOST_BYTES) return size === undefined ? undefined : Number(size);
    return this.#fail(`expected a number of bytes 0..${MOST_BYTES}, got ${shown(value)}`);
  }

  #definition(name: string): SpecDefinition {
    return this.#definitions.get(name) ?? this.#fail(`there is no definition ${JSON.stringify(name)}`);
  }

  /** Returns the numbers of an enumeration, or of the bits of flags, by name. */
  #numbers(name: string): Record<string, number> {
    const { entries, "value-start": start = 0 } = this.#definition(name);
    if (entries === undefined) this.#fail(`definition ${JSON.stringify(name)} has no entries`);
    let next = start;
    return record(entries.map((entry) => {
      const { name, value = next } = typeof entry === "string" ? { name: entry } : entry;
      next = value + 1;
      return [valueName(name), value] as const;
    }));
  }

  #bits(name: string): Record<string, bigint> {
    return record(
      Object.entries(this.#numbers(name)).map(([one, bit]) => {
        if (bit < 0 || bit > 63) {
          this.#fail(`${JSON.stringify(one)} of ${JSON.stringify(name)} is bit ${bit}, expected 0..63`);
        }
        return [one, 1n << BigInt(bit)] as const;
      }),
    );
  }

  /** Returns the flags that fit 32 bits. */
  #lowBits(name: string): Record<string, number> {
    const low = Object.entries(this.#bits(name)).filter(([, bit]) => bit >> 32n === 0n);
    return record(low.map(([one, bit]) => [one, Number(bit)] as const));
  }

  /** Returns the codec of an integer whose values or bits have names. */
  #named(type: string, codec: AnyCodec, name: string, asFlags: boolean): AnyCodec {
    const number = codec as unknown as Codec<number>;
    if (this.#definition(name).type !== "flags" && !asFlags) {
      return type === "u64" || type === "s64" ? codec : enumeration(number, this.#numbers(name));
    }
    const bits = this.#bits(name);
    if (type === "u64") return mask64(bits, codec as unknown as Codec<bigint, bigint | number>);
    if (type === "uint") return shortMask(mask64(bits));
    return mask(number, this.#lowBits(name));
  }

  /** Returns the codec of one value: an attribute's payload, a member of a struct, an element of an array. */
  #scalar(type: string, one: SpecAttribute | SpecMember): AnyCodec | undefined {
    const big = one["byte-order"] === "big-endian", codec = (big ? BIG_ENDIAN[type] : undefined) ?? SCALARS[type];
    const hint = one["display-hint"];
    if (hint !== undefined && HINTS[hint] === undefined) {
      this.#fail(`display-hint ${JSON.stringify(hint)} is not known`);
    }
    if (codec === undefined) return undefined;
    // An address in network order is bytes, even if its type is an integer.
    if (type === "u32" && hint === "ipv4" && big) return ipv4;
    return one.enum === undefined ? codec : this.#named(type, codec, one.enum, one["enum-as-flags"] === true);
  }

  #binary(one: SpecAttribute | SpecMember): AnyCodec {
    const { struct: name, "display-hint": hint } = one, size = this.#bytes(one.len);
    if (name !== undefined) return this.struct(name);
    const sub = "sub-type" in one ? one["sub-type"] : undefined;
    if (sub !== undefined) {
      const item = this.#scalar(sub, one) ?? (this.#definitions.has(sub) ? this.struct(sub) : undefined);
      if (item !== undefined) {
        if (!item.size) this.#fail(`items of type ${JSON.stringify(sub)} have no size`);
        return array(item as unknown as Codec<unknown>) as AnyCodec;
      }
    }
    if (hint !== undefined) return SIZED[`${hint} ${size}`] ?? HINTS[hint]!;
    return size === undefined ? bytes : octetString(size);
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
        return this.#typeValues(one["type-value"] ?? [], nested);
      case "sub-message":
        return this.#subMessage(one);
      default:
        return this.#fail(`type ${JSON.stringify(type)} is not known`);
    }
  }

  /** Returns the codec of an element of an indexed array. */
  #item(one: SpecAttribute): AnyCodec {
    const { "sub-type": sub = "nest", "nested-attributes": nested } = one;
    if (sub === "nest") return this.#tableOf(nested);
    if (sub === "indexed-array" || sub === "array-nest") this.#fail("an array of arrays is not supported");
    return this.#attribute({ ...one, type: sub });
  }

  #typeValues(names: readonly string[], nested: string | undefined): AnyCodec {
    if (names.length > DEEPEST) this.#fail(`type-value has more than ${DEEPEST} names`);
    return typeValues(names, this.#tableOf(nested));
  }

  #bitfield(name: string): AnyCodec {
    const half = mask(u32, this.#lowBits(name));
    return struct<{ value?: readonly (string | number)[]; selector?: readonly (string | number)[] }>(8, {
      value: [0, half as Codec<readonly (string | number)[]>],
      selector: [4, half as Codec<readonly (string | number)[]>],
    });
  }

  #subMessage(one: SpecAttribute): AnyCodec {
    const { "sub-message": name, selector } = one;
    const message = this.spec["sub-messages"]?.find((message) => message.name === name) ??
      this.#fail(`there is no sub-message ${JSON.stringify(name)}`);
    const key = camelCase(selector ?? this.#fail("it has no selector"));
    const formats = new Map(message.formats.map((format) => [
      valueName(String(format.value)),
      format["attribute-set"] === undefined && format["fixed-header"] !== undefined
        ? this.struct(format["fixed-header"])
        : this.#tableOf(format["attribute-set"], format["fixed-header"]),
    ]));
    const pick = (owner: object): AnyCodec => {
      const selected = valueAround(owner, key);
      return formats.get(valueName(typeof selected === "string" ? selected : shown(selected))) ?? bytes;
    };
    return {
      name: `the sub-message for ${key}`,
      nested: true,
      decode: (from, at, end, owner) => pick(owner).decode(from, at, end, owner),
      encode(value, to, owner) {
        const codec = pick(owner);
        if (codec === bytes && !((value as unknown) instanceof Uint8Array)) {
          to.fail(
            TypeError,
            `${key} ${shown(valueAround(owner, key))} has no attributes that are known: expected bytes`,
          );
        }
        return codec.encode(value, to, owner);
      },
      walk: (from, at, end, owner, visit) => pick(owner).walk?.(from, at, end, owner, visit),
      choose: pick,
      attributeName: (id, owner) => pick(owner).attributeName?.(id, owner),
    };
  }

  /** Returns the codec of a struct by its name. Its members follow each other; all padding is stated. */
  struct(name: string): Struct<object> {
    let made = this.#structs.get(name);
    if (made === undefined) {
      made = this.#within("struct", name, () => this.#makeStruct(name));
      this.#structs.set(name, made);
    }
    return made;
  }

  #makeStruct(name: string): Struct<object> {
    const { members } = this.#definition(name), keys = new Set<string>();
    if (members === undefined) this.#fail("it has no members");
    let size = 0;
    const shape = record(members.flatMap((member) => {
      const { type } = member, key = camelCase(member.name), at = size;
      const codec = this.#within("member", `${name}.${member.name}`, () => this.#member(member));
      size += codec.size!;
      if (size > MOST_BYTES) this.#fail(`it has more than ${MOST_BYTES} bytes`);
      if (type === "pad") return [];
      if (keys.has(key)) this.#fail(`two members are ${key}`);
      keys.add(key);
      return [[key, [at, codec as unknown as Codec<unknown>] as const] as const];
    }));
    const made = struct<Record<string, unknown>>(size, shape);
    return {
      ...made,
      // Fields that the given object inherits are ignored.
      encode: (value: Record<string, unknown>, to: Writer, owner: object) =>
        made.encode(ownFields(value, to), to, owner),
    } as unknown as Struct<object>;
  }

  /** Returns the codec of a member, which has a fixed size. */
  #member(member: SpecMember): AnyCodec {
    const { type } = member, size = this.#bytes(member.len);
    const known = type === "string" ? text : type === "binary" ? this.#binary(member) : undefined;
    const codec = type === "pad"
      ? octetString(size ?? 1)
      : known === undefined
      ? this.#scalar(type, member) ?? this.#fail(`type ${JSON.stringify(type)} is not known`)
      : sized(known, size ?? 0);
    return codec.size ? codec : this.#fail("it has no size");
  }

  /** Adds the specification's checks to a codec, so that wrong values fail before they are sent. */
  #checked(codec: AnyCodec, one: SpecAttribute): AnyCodec {
    const { checks } = one;
    if (checks === undefined || codec instanceof DynamicTable) return codec;
    const min = this.#resolve(checks.min), max = this.#resolve(checks.max), exact = this.#bytes(checks["exact-len"]);
    const least = exact ?? this.#bytes(checks["min-len"]), most = exact ?? this.#bytes(checks["max-len"]);
    const bits = this.#resolve(checks["flags-mask"]), string = one.type === "string";
    const big = one["byte-order"] === "big-endian";
    if ([min, max, least, most, bits].every((limit) => limit === undefined)) return codec;
    return {
      ...codec,
      decode: (from, at, end, owner) => codec.decode(from, at, end, owner),
      encode(value, to, owner) {
        if (typeof value === "number" || typeof value === "bigint") inRange(value, min, max, to);
        const start = to.length, done = codec.encode(value, to, owner);
        const length = to.length - start - (string ? 1 : 0);
        if (least !== undefined && length < least || most !== undefined && length > most) {
          to.fail(RangeError, `expected ${lengthText(least, most)} bytes, got ${length}`);
        }
        if (bits !== undefined && length <= 8) {
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

function lengthText(least: number | undefined, most: number | undefined): string {
  return least === most ? `${least}` : least === undefined ? `at most ${most}` : `${least}..${most ?? ""}`;
}

/** Returns a codec of a field of fixed size: shorter values are padded with zeros. */
function sized(codec: AnyCodec, size: number): AnyCodec {
  if (codec.size !== undefined) return codec;
  return {
    ...codec,
    size,
    decode: (from, at, end, owner) => codec.decode(from, at, end, owner),
    encode(value, to, owner) {
      const start = to.length, done = codec.encode(value, to, owner);
      // The NUL at the end of a string may be left out.
      if (codec === text && to.length - start === size + 1) to.length--;
      if (to.length - start > size) to.fail(RangeError, `expected at most ${size} bytes, got ${to.length - start}`);
      to.grow(start + size - to.length);
      return done;
    },
  };
}

/** Returns the codec of a mask of up to 64 bits in an integer of variable length. */
function shortMask(codec: AnyCodec): AnyCodec {
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
 * Returns the codec of nests within nests whose attribute numbers are values. The innermost nest holds attributes. The
 * value is a list of objects, which have the numbers as fields, for example `policyId` and `attrId`.
 */
function typeValues(names: readonly string[], table: DynamicTable): AnyCodec {
  const keys = names.map(camelCase);
  /** Returns the number in field `key` of an item. */
  const numberOf = (one: Record<string, unknown>, key: string, to: Writer): number => {
    const number = Object.hasOwn(one, key) ? one[key] : undefined;
    if (typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= NLA_TYPE_MASK) return number;
    to.path.push(key);
    return to.fail(
      typeof number === "number" ? RangeError : TypeError,
      `expected an integer 0..${NLA_TYPE_MASK}, got ${shown(number)}`,
    );
  };
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
      if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
      value.forEach((one: unknown, i) => {
        to.path.push(i);
        const rest = ownFields(one, to), numbers = keys.map((key) => numberOf(rest, key, to));
        const starts = numbers.map((number) => to.open(number | 0x8000));
        for (const key of keys) delete rest[key];
        table.encode(rest, to, owner);
        for (const start of starts.reverse()) to.close(start);
        to.path.pop();
      });
    },
  };
}
