/**
 * nlctrl: which generic families the kernel has, with their operations, groups and policies.
 *
 * ```ts
 * import { families, policy } from "@linux/netlink/families/generic/controller.ts";
 * for (const { familyName, familyId, mcastGroups } of families.list()) {
 *   console.log(familyName, familyId, mcastGroups?.map(({ name }) => name));
 * }
 * console.log(policy("nlctrl").operations);
 * ```
 *
 * Like `genl ctrl list` and `genl ctrl policy`. Looking needs no privilege; asking for a family by name has the kernel
 * load its module. Policies can be read since Linux 5.7, one operation's since 5.10.
 *
 * Source: linux/genetlink.h CTRL_*, linux/netlink.h NL_POLICY_TYPE_ATTR_* and NL_ATTR_TYPE_*, v7.2.
 * @module
 */
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import { type PolicyAttributes, PolicyTable } from "../../core/message.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  eachAttribute,
  type Shape,
  string,
  u16,
  u32,
} from "../../core/codec/mod.ts";
import {
  CTRL_CMD,
  GenericCollection,
  type GenericDeclaration,
  GenericFamily,
  type GenericForm,
  type GenericOp,
  type GenericProtocol,
  nlctrl,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";

export { NL_ATTR_TYPE } from "../../core/message.ts";

/** What a payload is, in the kernel's words: NL_ATTR_TYPE_*. */
export type AttributeType =
  | "invalid"
  | "flag"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "s8"
  | "s16"
  | "s32"
  | "s64"
  | "binary"
  | "string"
  | "nul_string"
  | "nested"
  | "nested_array"
  | "bitfield32"
  | "sint"
  | "uint"
  | number;

/** What the kernel accepts as one attribute. */
export interface AttributePolicy {
  /** Attribute number. */
  id: number;
  /** What its payload is. */
  type: AttributeType;
  /** Least value. */
  min?: bigint;
  /** Greatest value. */
  max?: bigint;
  /** Bits that may be set. */
  mask?: bigint;
  /** Least length in bytes. */
  minLength?: number;
  /** Greatest length in bytes. */
  maxLength?: number;
  /** What lies in it, by position in {@linkcode FamilyPolicy.policies}; several of it in a `nested_array`. */
  policy?: number;
  /** Highest attribute number in it. */
  maxtype?: number;
}

/** Which attributes one operation takes. */
export interface OperationPolicy {
  /** Its command. */
  cmd: number;
  /** The policy of a request, by position in {@linkcode FamilyPolicy.policies}. */
  do?: number;
  /** That of a dump. */
  dump?: number;
}

/** What a family accepts. Policies name each other by position, as they may contain themselves. */
export interface FamilyPolicy {
  /** Its operations that have a policy; empty on kernels before 5.10, whose families have but one. */
  operations: OperationPolicy[];
  /** The attributes of each policy. */
  policies: AttributePolicy[][];
}

/** A nest whose attribute numbers are values themselves. */
function numbered<T>(codec: Codec<T>): Codec<readonly (readonly [number, T])[]> {
  return {
    name: `${codec.name} by number`,
    nested: true,
    decode(from, at, end, owner) {
      const found: (readonly [number, T])[] = [];
      eachAttribute(from, at, end, (id, start, stop) => found.push([id, codec.decode(from, start + 4, stop, owner)]));
      return found;
    },
    encode(value, to, owner) {
      for (const [id, one] of value) {
        const start = to.open(id);
        codec.encode(one, to, owner);
        to.close(start);
      }
    },
    walk(from, at, end, owner, visit) {
      eachAttribute(from, at, end, (id, start, stop) => {
        visit({ name: id, id, start, at: start + 4, end: stop, codec, owner });
      });
    },
  };
}

interface OpPolicyWire {
  do?: number;
  dump?: number;
}

interface PolicyMessage {
  familyId?: number;
  familyName?: string;
  policy?: readonly (readonly [number, readonly (readonly [number, PolicyAttributes])[]])[];
  opPolicy?: readonly (readonly [number, OpPolicyWire])[];
  op?: number;
}

const PolicyMessage: Attributes<PolicyMessage> = attributes((): Shape<PolicyMessage> => ({
  familyId: [1, u16],
  familyName: [2, string(15)],
  policy: [8, numbered(numbered(PolicyTable))],
  opPolicy: [9, numbered(attributes<OpPolicyWire>({ do: [1, u32], dump: [2, u32] }))],
  op: [10, u32],
}));

function attributePolicy(id: number, wire: PolicyAttributes): AttributePolicy {
  const min = wire.minValueS ?? wire.minValueU, max = wire.maxValueS ?? wire.maxValueU;
  const mask = wire.mask ?? (wire.bitfield32Mask === undefined ? undefined : BigInt(wire.bitfield32Mask));
  const all = {
    id,
    type: wire.type ?? "invalid",
    min,
    max,
    mask,
    minLength: wire.minLength,
    maxLength: wire.maxLength,
    policy: wire.policyIdx,
    maxtype: wire.policyMaxtype,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as unknown as AttributePolicy;
}

const POLICY: GenericForm = { cmd: CTRL_CMD.CTRL_CMD_GETPOLICY, codec: PolicyMessage };

/** The family. */
export const NLCTRL: GenericProtocol = {
  ...nlctrl,
  messages: () => ({ collections: [declaration], calls: [POLICY] }),
};

const declaration: GenericDeclaration<GenericFamily> = {
  object: "generic family",
  table: GenericFamily,
  family: NLCTRL,
  commands: { get: CTRL_CMD.CTRL_CMD_GETFAMILY, reply: CTRL_CMD.CTRL_CMD_NEWFAMILY },
  events: { groups: ["notify"], new: [CTRL_CMD.CTRL_CMD_NEWFAMILY], del: [CTRL_CMD.CTRL_CMD_DELFAMILY] },
  filters: [],
  describe(value) {
    const { familyName, familyId } = value as GenericFamily;
    return String(familyName ?? familyId ?? "");
  },
  identity: ({ familyName }) => familyName ?? "",
  fromKey: (key) => typeof key === "number" ? { familyId: key } : { familyName: key },
  keyOf(value) {
    const { familyName, familyId } = value as GenericFamily;
    return familyName === undefined ? { familyId } : { familyName };
  },
};

/** The generic families of a kernel. */
export class GenericFamilies
  extends GenericCollection<GenericFamily, Partial<GenericFamily>, string | number | GenericFamily> {
  /** Sends to whom `requester` gives; watches through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
  }

  /**
   * What a family accepts: the attributes of each operation with their types, ranges and nests. A dry run, in which nothing
   * comes back, gives an empty one.
   *
   * @param name its name
   * @param op of this command alone (since Linux 5.10); of all when absent
   * @throws {KernelError} ENOENT: there is no such family; ENODATA: it has no policy; EOPNOTSUPP: it has no such command
   */
  policy(name: string, op?: number): FamilyPolicy {
    const found = this.caller.dump({
      ...POLICY,
      value: { familyName: name, ...(op === undefined ? {} : { op }) },
      what: `get the policy of ${name}`,
    }) as PolicyMessage[];
    const result: FamilyPolicy = { operations: [], policies: [] };
    for (const { opPolicy = [], policy = [] } of found) {
      for (const [cmd, one] of opPolicy) result.operations.push({ cmd, ...one });
      for (const [index, entries] of policy) {
        while (result.policies.length <= index && result.policies.length < MOST_POLICIES) result.policies.push([]);
        for (const [id, wire] of entries) result.policies[index]?.push(attributePolicy(id, wire));
      }
    }
    // Where an operation can only be dumped, kernels say 0: they come in the order in which the family has them.
    const operations = result.operations,
      { ops = [] } = op === undefined && operations.length > 0 ? this.get(name) : {};
    const all = op === undefined ? ops : [{ id: op }];
    const described = all.filter(({ flags }: GenericOp) => flags?.includes("cmd_cap_haspol") !== false);
    if (operations.length === described.length) operations.forEach((one, i) => one.cmd = described[i]!.id ?? one.cmd);
    return result;
  }
}

/** As many as attribute numbers can count. */
const MOST_POLICIES = 0x4000;

/** What {@linkcode open} gives. */
export interface Controller {
  /** The families. */
  readonly families: GenericFamilies;
}

/** Opens a client of its own, in a network namespace or with options. */
export function open(options: OpenOptions = {}): Opened<Controller> {
  return openGeneric(options, (open, requester) => ({ families: new GenericFamilies(open, requester) }));
}

/** The generic families of this namespace, on a socket that the first use opens. */
export const families: GenericFamilies = new GenericFamilies(sharedGeneric);

/** What a family accepts; see {@linkcode GenericFamilies.policy}. */
export function policy(name: string, op?: number): FamilyPolicy {
  return families.policy(name, op);
}

export { CTRL_CMD, GenericFamily };
export type * from "./types.ts";
