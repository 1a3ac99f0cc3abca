/**
 * Policies: which packets must be transformed, pass as they are, or are dropped. xfrm_userpolicy_info and XFRMA_*.
 *
 * Source: linux/xfrm.h, v7.2; net/xfrm/xfrm_user.c, v7.2
 *
 * @module
 */
import {
  type AnyCodec,
  array,
  type Attributes,
  attributes,
  bool,
  type Codec,
  enumeration,
  expectObject,
  head,
  key,
  mask,
  type Placed,
  readOnly,
  type Shape,
  type Struct,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import {
  addressWith,
  familyOf,
  inside,
  Lifetimes,
  LifetimeUse,
  Mark,
  Offload,
  SecurityContext,
  Selector,
  type Share,
  share,
  Template,
  XfrmEncap,
} from "./parts.ts";
import { family, mode, type XfrmFamily, type XfrmMode, type XfrmProto, xfrmProto } from "./protocol.ts";

/** Numbers of {@linkcode PolicyDir} by name; those of sockets are only listed. */
export const XFRM_POLICY_DIR = { in: 0, out: 1, fwd: 2, "socket in": 3, "socket out": 4 } as const;

/** The packets that a policy is for: those received, sent or forwarded. */
export type PolicyDir = keyof typeof XFRM_POLICY_DIR | number;

/** Codec of a direction. */
export const policyDir: Codec<PolicyDir> = enumeration(u8, XFRM_POLICY_DIR);

/** Numbers of {@linkcode PolicyAction} by name. */
export const XFRM_POLICY_ACTION = { allow: 0, block: 1 } as const;

/** The action: packets that fit the templates pass, or all are dropped. */
export type PolicyAction = keyof typeof XFRM_POLICY_ACTION | number;

/** Numbers of {@linkcode PolicyFlag} by name. */
export const XFRM_POLICY = { localok: 1, icmp: 2, cpu_acquire: 4 } as const;

/** A flag of a policy: `icmp` also transforms errors about its packets. */
export type PolicyFlag = keyof typeof XFRM_POLICY;

/** Numbers of {@linkcode PolicyType} by name. */
export const XFRM_POLICY_TYPE = { main: 0, sub: 1, any: 255 } as const;

/** The type: policies of type `sub` are looked at before those of type `main`. */
export type PolicyType = keyof typeof XFRM_POLICY_TYPE | number;

const typeStruct: Struct<{ type: PolicyType }> = struct<{ type: PolicyType }>(
  6,
  () => ({ type: [0, enumeration(u8, XFRM_POLICY_TYPE)] }),
);

/** Codec of the type of a policy: struct xfrm_userpolicy_type. */
export const policyType: Codec<PolicyType> = {
  name: "a type of policies",
  size: 6,
  decode: (from, at, end, owner) => typeStruct.decode(from, at, end, owner).type,
  encode: (type, to, owner) => typeStruct.encode({ type }, to, owner),
};

/** The fields that identify a policy. */
export interface PolicyKey {
  /** The direction. */
  dir: PolicyDir;
  /** The packets. */
  sel: Selector;
  /** The mark of the packets. */
  mark?: Mark;
  /** Number of the xfrm interface whose packets the policy is for. */
  ifId?: number;
  /** The type; `main` by default. */
  type?: PolicyType;
  /** Number that the kernel gives the policy. */
  index: number;
  /** The security context. */
  secCtx?: SecurityContext;
}

/** The part of a policy that is in struct xfrm_userpolicy_info. */
export interface PolicyInfo extends Pick<PolicyKey, "dir" | "sel" | "index"> {
  /** The action; `allow` by default. */
  action: PolicyAction;
  /** The priority: of the policies for a packet, that with the lowest number is taken. */
  priority: number;
  /** Flags. */
  flags: readonly (PolicyFlag | number)[];
  /** The sharing of states. The kernel does not keep it. */
  share: Share;
  /** The limits. */
  lft?: Lifetimes;
  /** The present use. Read-only. */
  curlft?: LifetimeUse;
}

/** A policy. */
export interface XfrmPolicy extends PolicyInfo, PolicyKey {
  /** The states that packets need, outermost last; none if they pass as they are. */
  tmpl?: readonly Template[];
  /** The hardware that applies the policy. */
  offload?: Offload;
}

/** Entries of the fields in struct xfrm_userpolicy_info. */
export const policyHead: Shape<PolicyInfo> = {
  dir: head(160, policyDir, key),
  sel: head(0, Selector, key),
  action: head(161, enumeration(u8, XFRM_POLICY_ACTION)),
  priority: head(152, u32),
  index: head(156, u32, key),
  flags: head(162, mask(u8, XFRM_POLICY)),
  share: head(163, share),
  lft: head(56, Lifetimes),
  curlft: head(120, LifetimeUse, readOnly),
};

/** Wire form of {@linkcode PolicyInfo}: struct xfrm_userpolicy_info. */
export const PolicyInfo: Struct<PolicyInfo> = struct<PolicyInfo>(
  168,
  () =>
    Object.fromEntries(
      Object.entries(policyHead).map(([name, entry]) => {
        const { offset, codec } = entry as Placed<AnyCodec>;
        return [name, [offset, codec]];
      }),
    ) as unknown as Shape<PolicyInfo>,
);

/** Entries of the attributes that identify a policy. */
export const policyAttributes: Shape<Omit<PolicyKey, keyof PolicyInfo>> = {
  mark: [21, Mark, key],
  ifId: [31, u32, key],
  type: [16, policyType, key],
  secCtx: [8, SecurityContext],
};

/** Wire form of {@linkcode XfrmPolicy}: xfrm_userpolicy_info and XFRMA_*. */
export const XfrmPolicy: Attributes<XfrmPolicy> = attributes((): Shape<XfrmPolicy> => ({
  ...policyHead,
  ...policyAttributes,
  tmpl: [5, array(Template)],
  offload: [28, Offload],
}), { header: 168, pad: 27 });

/** Wire form of {@linkcode PolicyKey}: xfrm_userpolicy_id and XFRMA_*. */
export const PolicyId: Attributes<PolicyKey> = attributes((): Shape<PolicyKey> => ({
  dir: head(60, policyDir, key),
  sel: head(0, Selector, key),
  index: head(56, u32, key),
  ...policyAttributes,
}), { header: 64, pad: 27 });

const XFRMA_POLICY = 7;

/** Codec of the message that a policy is deleted: its key, and the policy itself behind it. */
export const DeletedPolicy: Codec<XfrmPolicy> = inside(
  XFRMA_POLICY,
  PolicyId as unknown as Attributes<object>,
  XfrmPolicy,
);

/** A dump of all policies, which has no payload. */
export const PolicyFilter: Attributes<Record<never, never>> = attributes({});

/** A request to delete the policies of a type. */
export interface FlushPolicies {
  /** The type; `main` by default. */
  type?: PolicyType;
}

/** Wire form of {@linkcode FlushPolicies}: XFRMA_*, without a header. */
export const FlushPolicies: Attributes<FlushPolicies> = attributes((): Shape<FlushPolicies> => ({
  type: [16, policyType],
}));

/** A policy has reached a limit. */
export interface PolicyExpire extends PolicyInfo {
  /** True if it is gone. */
  hard: boolean;
  /** The states that the policy wants. */
  tmpl?: readonly Template[];
  /** The mark. */
  mark?: Mark;
  /** Number of the xfrm interface. */
  ifId?: number;
  /** The type. */
  type?: PolicyType;
  /** The security context. */
  secCtx?: SecurityContext;
}

/** Wire form of {@linkcode PolicyExpire}: xfrm_user_polexpire and XFRMA_*. */
export const PolicyExpire: Attributes<PolicyExpire> = attributes((): Shape<PolicyExpire> => ({
  ...policyHead,
  hard: head(168, bool(u8)),
  tmpl: [5, array(Template)],
  mark: [21, Mark],
  ifId: [31, u32],
  type: [16, policyType],
  secCtx: [8, SecurityContext],
}), { header: 176, pad: 27 });

/** Numbers of policies. */
export interface SpdCounts {
  /** Policies for received packets. */
  incnt: number;
  /** Policies for sent packets. */
  outcnt: number;
  /** Policies for forwarded packets. */
  fwdcnt: number;
  /** Policies of sockets for received packets. */
  inscnt: number;
  /** Policies of sockets for sent packets. */
  outscnt: number;
  /** Always 0. */
  fwdscnt: number;
}

/** Wire form of {@linkcode SpdCounts}: struct xfrmu_spdinfo. */
export const SpdCounts: Struct<SpdCounts> = struct<SpdCounts>(24, (): Shape<SpdCounts> => ({
  incnt: [0, u32],
  outcnt: [4, u32],
  fwdcnt: [8, u32],
  inscnt: [12, u32],
  outscnt: [16, u32],
  fwdscnt: [20, u32],
}));

/** The slots of the table of policies. */
export interface SpdHinfo {
  /** Number of slots. */
  spdhcnt: number;
  /** Most slots. */
  spdhmcnt: number;
}

/** Wire form of {@linkcode SpdHinfo}: struct xfrmu_spdhinfo. */
export const SpdHinfo: Struct<SpdHinfo> = struct<SpdHinfo>(8, (): Shape<SpdHinfo> => ({
  spdhcnt: [0, u32],
  spdhmcnt: [4, u32],
}));

/** Least lengths of prefixes of policies that are looked up by a hash. */
export interface HashThreshold {
  /** Length of the local prefix. */
  lbits: number;
  /** Length of the remote prefix. */
  rbits: number;
}

/** Wire form of {@linkcode HashThreshold}: struct xfrmu_spdhthresh. */
export const HashThreshold: Struct<HashThreshold> = struct<HashThreshold>(2, (): Shape<HashThreshold> => ({
  lbits: [0, u8],
  rbits: [1, u8],
}));

/** Numbers of policies, and their tables. */
export interface SpdInfo {
  /** Flags; the kernel returns those of the request. */
  flags?: number;
  /** Numbers of policies. Read-only. */
  info?: SpdCounts;
  /** The table. Read-only. */
  hinfo?: SpdHinfo;
  /** The threshold for IPv4. */
  ipv4Hthresh?: HashThreshold;
  /** The threshold for IPv6. */
  ipv6Hthresh?: HashThreshold;
}

/** Wire form of {@linkcode SpdInfo}: u32 and XFRMA_SPD_*. */
export const SpdInfo: Attributes<SpdInfo> = attributes((): Shape<SpdInfo> => ({
  flags: head(0, u32),
  info: [1, SpdCounts, readOnly],
  hinfo: [2, SpdHinfo, readOnly],
  ipv4Hthresh: [3, HashThreshold],
  ipv6Hthresh: [4, HashThreshold],
}), { header: 4 });

/** Numbers of {@linkcode DefaultAction} by name; `unspec` leaves it as it is. */
export const XFRM_USERPOLICY = { unspec: 0, block: 1, accept: 2 } as const;

/** The action for packets without a policy. */
export type DefaultAction = keyof typeof XFRM_USERPOLICY | number;

/** The actions for packets without a policy. */
export interface DefaultPolicy {
  /** For received packets. */
  in: DefaultAction;
  /** For forwarded packets. */
  fwd: DefaultAction;
  /** For sent packets. */
  out: DefaultAction;
}

const defaultAction: Codec<DefaultAction> = enumeration(u8, XFRM_USERPOLICY);

/** Wire form of {@linkcode DefaultPolicy}: xfrm_userpolicy_default. */
export const DefaultPolicy: Attributes<DefaultPolicy> = attributes((): Shape<DefaultPolicy> => ({
  in: head(0, defaultAction),
  fwd: head(1, defaultAction),
  out: head(2, defaultAction),
}), { header: 3 });

/** New addresses of states. */
export interface Migration {
  /** Family of the old addresses; by default theirs. */
  oldFamily: XfrmFamily;
  /** Old destination address. */
  oldDaddr?: string;
  /** Old source address. */
  oldSaddr?: string;
  /** Family of the new addresses; by default theirs. */
  newFamily: XfrmFamily;
  /** New destination address. */
  newDaddr?: string;
  /** New source address. */
  newSaddr?: string;
  /** The protocol. */
  proto: XfrmProto;
  /** The mode; `transport` by default. */
  mode: XfrmMode;
  /** Number of the states; 0 is any. */
  reqid: number;
}

/** Makes the codec of an address of the family in another field of the struct, `distance` bytes behind it. */
function migrated(distance: number, family: "oldFamily" | "newFamily"): Codec<string, string | Uint8Array> {
  const codec = addressWith(distance);
  return {
    ...codec,
    encode: (value, to, owner) => codec.encode(value, to, { family: (owner as Partial<Migration>)[family] }),
  };
}

const migration = struct<Migration>(76, (): Shape<Migration> => ({
  oldDaddr: [0, migrated(72, "oldFamily")],
  oldSaddr: [16, migrated(72 - 16, "oldFamily")],
  newDaddr: [32, migrated(74 - 32, "newFamily")],
  newSaddr: [48, migrated(74 - 48, "newFamily")],
  proto: [64, xfrmProto],
  mode: [65, mode],
  reqid: [68, u32],
  oldFamily: [72, family],
  newFamily: [74, family],
}));

/** Wire form of {@linkcode Migration}: struct xfrm_user_migrate. */
export const Migration: Struct<Migration> = {
  ...migration,
  encode(value, to, owner) {
    expectObject(value, to);
    const { oldDaddr, oldSaddr, oldFamily = familyOf(oldDaddr ?? oldSaddr) ?? "unspec" } = value;
    const { newDaddr, newSaddr, newFamily = familyOf(newDaddr ?? newSaddr) ?? "unspec" } = value;
    migration.encode({ ...value, oldFamily, newFamily }, to, owner);
  },
};

/** Addresses between which a key daemon talks to its peer. */
export interface KmAddress {
  /** Family of the addresses; by default theirs. */
  family: XfrmFamily;
  /** The own address. */
  local?: string;
  /** The address of the peer. */
  remote?: string;
}

const kmAddress = struct<KmAddress>(40, (): Shape<KmAddress> => ({
  local: [0, addressWith(36)],
  remote: [16, addressWith(36 - 16)],
  family: [36, family],
}));

/** Wire form of {@linkcode KmAddress}: struct xfrm_user_kmaddress. */
export const KmAddress: Struct<KmAddress> = {
  ...kmAddress,
  encode(value, to, owner) {
    expectObject(value, to);
    const { local, remote, family = familyOf(local ?? remote) ?? "unspec" } = value;
    kmAddress.encode({ ...value, family }, to, owner);
  },
};

/** A policy whose states get new addresses. */
export interface Migrate {
  /** The direction of the policy. */
  dir: PolicyDir;
  /** The packets of the policy. */
  sel: Selector;
  /** The type of the policy. */
  type?: PolicyType;
  /** The new addresses of its states. */
  migrate?: readonly Migration[];
  /** The addresses of the key daemons. */
  kmaddress?: KmAddress;
  /** The encapsulation. */
  encap?: XfrmEncap;
  /** Number of the xfrm interface. */
  ifId?: number;
}

/** Wire form of {@linkcode Migrate}: xfrm_userpolicy_id and XFRMA_*. */
export const Migrate: Attributes<Migrate> = attributes((): Shape<Migrate> => ({
  dir: head(60, policyDir),
  sel: head(0, Selector),
  type: [16, policyType],
  migrate: [17, array(Migration)],
  kmaddress: [19, KmAddress],
  encap: [4, XfrmEncap],
  ifId: [31, u32],
}), { header: 64, pad: 27 });
