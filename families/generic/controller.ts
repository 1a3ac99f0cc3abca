/**
 * nlctrl: the kernel's generic families, with their operations, multicast groups and policies.
 *
 * ```ts
 * import { families, policy } from "@linux/netlink/families/generic/controller.ts";
 * for (const { familyName, familyId, mcastGroups } of families.list()) {
 *   console.log(familyName, familyId, mcastGroups?.map(({ name }) => name));
 * }
 * console.log(policy("nlctrl").operations);
 * ```
 *
 * Like `genl ctrl list` and `genl ctrl policy`. Reading needs no privilege. Asking for a family by name makes the
 * kernel load its module. Policies can be read since Linux 5.7, that of one operation since 5.10.
 *
 * Source: linux/genetlink.h CTRL_*, linux/netlink.h NL_POLICY_TYPE_ATTR_* and NL_ATTR_TYPE_*, v7.2.
 * @module
 */
import { expectType } from "../../core/arguments.ts";
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

/** The type of an attribute's payload, in the kernel's words: NL_ATTR_TYPE_*. */
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

/** The policy of one attribute: the payloads that the kernel accepts. */
export interface AttributePolicy {
  /** The attribute number. */
  id: number;
  /** The type of the payload. */
  type: AttributeType;
  /** The least value. */
  min?: bigint;
  /** The greatest value. */
  max?: bigint;
  /** The mask of the bits that may be set. */
  mask?: bigint;
  /** The least length in bytes. */
  minLength?: number;
  /** The greatest length in bytes. */
  maxLength?: number;
  /**
   * The policy of the nested attributes, as an index of {@linkcode FamilyPolicy.policies}; of each element in a
   * `nested_array`.
   */
  policy?: number;
  /** The highest attribute number in the nest. */
  maxtype?: number;
}

/** The policies of one operation. */
export interface OperationPolicy {
  /** The number of the command. */
  cmd: number;
  /** The policy of a request, as an index of {@linkcode FamilyPolicy.policies}. */
  do?: number;
  /** The policy of a dump request, likewise. */
  dump?: number;
}

/** The policies of a family. They refer to each other by index, as they may contain themselves. */
export interface FamilyPolicy {
  /** The operations that have a policy; empty on kernels before 5.10, whose families have only one policy. */
  operations: OperationPolicy[];
  /** The attributes of each policy. */
  policies: AttributePolicy[][];
}

/** Returns the codec of a nest whose attribute numbers are values themselves. */
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

/** The generic family. */
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

/** Operations on the generic families of a kernel. */
export class GenericFamilies extends GenericCollection<
  GenericFamily,
  Partial<GenericFamily>,
  string | number | GenericFamily,
  true,
  "add" | "set" | "delete" | "flush"
> {
  /** Sends requests through what `requester` returns; watches through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
  }

  /**
   * Returns the policies of a family: the attributes of each operation with their types, ranges and nests. A dry run,
   * which gets no answer, returns an empty one.
   *
   * @param name the family's name
   * @param op the number of one command (since Linux 5.10); all of them when absent
   * @throws {KernelError} ENOENT: there is no such family; ENODATA: it has no policy; EOPNOTSUPP: it has no such
   * command
   */
  policy(name: string, op?: number): FamilyPolicy {
    expectType(name, "get the policy of a family", "string");
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
    // For operations that can only be dumped, some kernels send 0. They are in the order of the family's operations.
    const operations = result.operations,
      { ops = [] } = op === undefined && operations.length > 0 ? this.get(name) : {};
    const all = op === undefined ? ops : [{ id: op }];
    const described = all.filter(({ flags }: GenericOp) => flags?.includes("cmd_cap_haspol") !== false);
    if (operations.length === described.length) operations.forEach((one, i) => one.cmd = described[i]!.id ?? one.cmd);
    return result;
  }
}

/** The number of attribute numbers that exist: 14 bits. */
const MOST_POLICIES = 0x4000;

/** The client that {@linkcode open} returns. */
export interface Controller {
  /** Operations on the families. */
  readonly families: GenericFamilies;
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<Controller> {
  return openGeneric(options, (open, requester) => ({ families: new GenericFamilies(open, requester) }));
}

/** Operations on the generic families of this namespace, over a socket that the first use opens. */
export const families: GenericFamilies = new GenericFamilies(sharedGeneric);

/** Returns the policies of a family; see {@linkcode GenericFamilies.policy}. */
export function policy(name: string, op?: number): FamilyPolicy {
  return families.policy(name, op);
}

export { CTRL_CMD, GenericFamily };
export type * from "./types.ts";
