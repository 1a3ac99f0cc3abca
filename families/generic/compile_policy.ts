/**
 * Makes codecs from the kernel's own policy, for families without a specification. Attributes are named by their
 * numbers.
 *
 * @module
 */
import {
  type AnyCodec,
  bitfield32,
  bytes,
  type Codec,
  flag,
  i16,
  i32,
  i64,
  i8,
  list,
  MISFIT,
  octetString,
  shown,
  sint,
  type Struct,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
  uint,
} from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import type { AttributePolicy, FamilyPolicy } from "./controller.ts";
import { DynamicTable } from "./dynamic_table.ts";

/** Codec of text. It rejects bytes after the NUL: in a reply, the attribute number may stand for something else. */
const onlyText: AnyCodec = {
  ...text as AnyCodec,
  decode(from, at, end, owner) {
    const payload = from.bytes.subarray(at, end), zero = payload.indexOf(0);
    const ends = zero < 0 || payload.subarray(zero).every((byte) => byte === 0);
    return ends ? text.decode(from, at, end, owner) : MISFIT;
  },
};

/** Returns a codec of a nest, which rejects payloads that are not attributes, for the same reason. */
function onlyNest(nest: AnyCodec): AnyCodec {
  return {
    name: nest.name,
    nested: true,
    decode(from, at, end, owner) {
      const { depth } = from;
      try {
        return nest.decode(from, at, end, owner);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        from.depth = depth;
        return MISFIT;
      }
    },
    encode: (value, to, owner) => nest.encode(value, to, owner),
    walk: (from, at, end, owner, visit) => nest.walk?.(from, at, end, owner, visit),
    attributeName: (id, owner) => nest.attributeName?.(id, owner),
  };
}

const TYPES: ReadonlyMap<string | number, AnyCodec> = new Map(Object.entries<AnyCodec>({
  flag,
  u8,
  u16,
  u32,
  u64,
  s8: i8,
  s16: i16,
  s32: i32,
  s64: i64,
  binary: bytes,
  string: onlyText,
  nul_string: onlyText,
  bitfield32,
  sint,
  uint,
}));

/** The tables of a family by the kernel's policy. */
export class PolicyTables {
  readonly #policy: FamilyPolicy;
  readonly #header: Struct<object> | undefined;
  readonly #tables = new Map<number, DynamicTable>();
  readonly #requests = new Map<number, DynamicTable>();
  readonly #replies = new Map<number, DynamicTable>();
  /** The table of messages without a policy. */
  readonly bare: DynamicTable;

  /**
   * Keeps the family's policies.
   *
   * @param hdrsize the length in bytes of the family's own header in each message, which becomes a field
   */
  constructor(policy: FamilyPolicy, hdrsize = 0) {
    this.#policy = policy;
    this.#header = hdrsize > 0
      ? struct<{ header: Uint8Array }>(hdrsize, { header: [0, octetString(hdrsize)] }) as Struct<object>
      : undefined;
    this.bare = this.#message(() => []);
  }

  /** Returns the table of a whole message. */
  #message(entries: () => readonly AttributePolicy[]): DynamicTable {
    return new DynamicTable(() => ({ header: this.#header, open: true, fields: this.#fields(entries()) }));
  }

  /** Returns the table of the policy with an index. */
  table(index: number): DynamicTable {
    let table = this.#tables.get(index);
    if (table === undefined) {
      table = new DynamicTable(() => ({ open: true, fields: this.#fields(this.#policy.policies[index] ?? []) }));
      this.#tables.set(index, table);
    }
    return table;
  }

  /** Returns the table of an operation's request. */
  request(cmd: number, mode: "do" | "dump"): DynamicTable {
    const { operations, policies } = this.#policy, index = operations.find((one) => one.cmd === cmd)?.[mode];
    // Kernels before 5.10 have one policy for each family.
    const of = index ?? (operations.length === 0 && policies.length > 0 ? 0 : undefined);
    if (of === undefined) return this.bare;
    let table = this.#requests.get(of);
    if (table === undefined) this.#requests.set(of, table = this.#message(() => policies[of] ?? []));
    return table;
  }

  /**
   * Returns the table of an operation's reply. The kernel has policies for requests only, so the table is a guess: the
   * attributes of the operation's requests, and, if all operations of the family agree on every attribute number that
   * they share, those of the other operations. All other attributes are bytes, and so are payloads that do not fit the
   * policy.
   */
  reply(cmd: number): DynamicTable {
    let table = this.#replies.get(cmd);
    if (table === undefined) {
      table = this.#message(() => {
        const own = this.#policy.operations.filter((one) => one.cmd === cmd), all = this.#taken(own);
        for (const [id, one] of this.#shared()) if (!all.has(id)) all.set(id, one);
        return [...all.values()];
      });
      this.#replies.set(cmd, table);
    }
    return table;
  }

  /** Returns the top-level attributes of some operations. */
  #taken(operations: FamilyPolicy["operations"]): Map<number, AttributePolicy> {
    const found = new Map<number, AttributePolicy>();
    for (const one of operations) {
      for (const index of [one.do, one.dump]) {
        for (const attribute of this.#policy.policies[index ?? -1] ?? []) found.set(attribute.id, attribute);
      }
    }
    return found;
  }

  /**
   * Returns the attributes of all operations if no two disagree on any; else none, as each has its own attribute
   * numbers.
   */
  #shared(): ReadonlyMap<number, AttributePolicy> {
    const { operations, policies } = this.#policy;
    if (operations.length === 0) return new Map((policies[0] ?? []).map((one) => [one.id, one]));
    const all = this.#taken(operations);
    const agree = operations.every((one) =>
      [...this.#taken([one])].every(([id, { type, policy }]) =>
        all.get(id)!.type === type && all.get(id)!.policy === policy
      )
    );
    return agree ? all : new Map();
  }

  #fields(entries: readonly AttributePolicy[]): { id: number; key: string; codec: AnyCodec }[] {
    return entries.map((one) => ({ id: one.id, key: String(one.id), codec: this.#checked(one) }));
  }

  #codec({ type, policy }: AttributePolicy): AnyCodec {
    if (type === "nested" && policy !== undefined) return onlyNest(this.table(policy) as AnyCodec);
    if (type === "nested_array" && policy !== undefined) {
      return onlyNest(list(this.table(policy) as Codec<unknown>) as unknown as AnyCodec);
    }
    return TYPES.get(type) ?? { ...(bytes as AnyCodec), ...(type === "nested" ? { nested: true } : {}) };
  }

  #checked(one: AttributePolicy): AnyCodec {
    const codec = this.#codec(one), { min, max, mask, maxLength } = one;
    if (min === undefined && max === undefined && mask === undefined && maxLength === undefined) return codec;
    return {
      ...codec,
      decode: (from, at, end, owner) => codec.decode(from, at, end, owner),
      encode(value, to, owner) {
        const number: unknown = value;
        if (typeof number === "number" || typeof number === "bigint") {
          if (min !== undefined && number < min || max !== undefined && number > max) {
            to.fail(RangeError, `expected ${min ?? ""}..${max ?? ""}, got ${shown(number)}`);
          }
          if (mask !== undefined && Number.isInteger(Number(number)) && (BigInt(number) & ~mask) !== 0n) {
            to.fail(RangeError, `expected bits of 0x${mask.toString(16)}, got ${shown(number)}`);
          }
        }
        const start = to.length, done = codec.encode(value, to, owner);
        // The NUL at the end of a string does not count.
        const length = to.length - start - (codec === onlyText ? 1 : 0);
        if (maxLength !== undefined && length > maxLength) {
          to.fail(RangeError, `expected at most ${maxLength} bytes, got ${length}`);
        }
        return done;
      },
    };
  }
}
