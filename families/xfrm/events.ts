/**
 * The messages of NETLINK_XFRM beside those that make, find and delete objects: acquires, expiries, replay states,
 * reports, changed addresses, migrations.
 *
 * Source: linux/xfrm.h, v7.2; net/xfrm/xfrm_user.c, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  head,
  mask,
  type Shape,
  type Struct,
  struct,
  u32,
} from "../../core/codec/mod.ts";
import { declareMessages } from "../../core/messages.ts";
import {
  addressOf,
  addressWith,
  familyOfTemplate,
  LifetimeUse,
  Mark,
  ownAddress,
  Replay,
  ReplayEsn,
  SecurityContext,
  Selector,
  Template,
  XfrmEncap,
} from "./parts.ts";
import { type PolicyDir, policyDir, PolicyInfo, type PolicyType, policyType } from "./policy.ts";
import {
  family,
  mode,
  NETLINK_XFRM,
  XFRM_MSG,
  type XfrmFamily,
  type XfrmMode,
  type XfrmProto,
  xfrmProto,
} from "./protocol.ts";
import { type StateDir, stateDir, type StateKey } from "./state.ts";

/** The kernel wants a state for a packet: a key daemon agrees on one, and adds it. */
export interface Acquire {
  /** Source address of the state. */
  src?: string;
  /** Destination address of the state. */
  dst?: string;
  /** The protocol. */
  proto: XfrmProto;
  /** The SPI, 0 if any. */
  spi: number;
  /** Number of the acquire: the `seq` of the state that answers it. */
  seq: number;
  /** The packet. */
  sel: Selector;
  /** The policy that the packet matched. */
  policy: PolicyInfo;
  /** The states that the policy wants. */
  tmpl?: readonly Template[];
  /** The mark of the policy. */
  mark?: Mark;
  /** Number of the xfrm interface. */
  ifId?: number;
  /** The type of the policy. */
  type?: PolicyType;
  /** The security context. */
  secCtx?: SecurityContext;
  /** Number of the CPU that the state is for. */
  pcpu?: number;
  /** Mask of the algorithms for authentication. */
  aalgos: number;
  /** Mask of the algorithms for encryption. */
  ealgos: number;
  /** Mask of the algorithms for compression. */
  calgos: number;
}

const ACQUIRE_SIZE = 280, ACQUIRE_FAMILY = 40 + 40;

/** Codec of an address in an acquire: of the family of the template, which may be another than the packet's. */
const acquireAddress: Codec<string, string | Uint8Array> = addressOf((from) =>
  familyOfTemplate(from, from.base + ACQUIRE_SIZE) ||
  (from.base + ACQUIRE_SIZE <= from.length ? from.view.getUint16(from.base + ACQUIRE_FAMILY, true) : 0)
);

/** Wire form of {@linkcode Acquire}: xfrm_user_acquire and XFRMA_*. */
export const Acquire: Attributes<Acquire> = attributes((): Shape<Acquire> => ({
  src: head(24, acquireAddress),
  dst: head(0, acquireAddress),
  proto: head(20, xfrmProto),
  spi: head(16, be32),
  seq: head(276, u32),
  sel: head(40, Selector),
  policy: head(96, PolicyInfo),
  tmpl: [5, array(Template)],
  mark: [21, Mark],
  ifId: [31, u32],
  type: [16, policyType],
  secCtx: [8, SecurityContext],
  pcpu: [35, u32],
  aalgos: head(264, u32),
  ealgos: head(268, u32),
  calgos: head(272, u32),
}), { header: ACQUIRE_SIZE, pad: 27 });

/** Numbers of {@linkcode AeFlag} by name. */
export const XFRM_AE = { rthr: 1, rval: 2, lval: 4, ethr: 8, cr: 16, ce: 32, cu: 64 } as const;

/** A flag of a replay state's message: a part that it has, or its reason: `cr` packets, `ce` time, `cu` a request. */
export type AeFlag = keyof typeof XFRM_AE;

/** The numbers of packets of a state, by which a second machine can take over. */
export interface ReplayState extends StateKey {
  /** Source address. */
  src?: string;
  /** Flags. */
  flags: readonly (AeFlag | number)[];
  /** Number by which the templates of policies choose the state. */
  reqid: number;
  /** Numbers of packets so far, for windows of at most 32 packets. */
  replay?: Replay;
  /** Numbers of packets so far, for larger windows. */
  replayEsn?: ReplayEsn;
  /** The use of the state. */
  ltimeVal?: LifetimeUse;
  /** Number of packets after which it is told again. */
  replayThresh?: number;
  /** Time after which it is told again, in units of 100 ms. */
  etimerThresh?: number;
  /** Number of the xfrm interface. */
  ifId?: number;
  /** The direction. */
  dir?: StateDir;
  /** Number of the CPU that the state is for. */
  pcpu?: number;
}

/** Wire form of {@linkcode ReplayState}: xfrm_aevent_id and XFRMA_*. */
export const ReplayState: Attributes<ReplayState> = attributes((): Shape<ReplayState> => ({
  family: head(20, family),
  src: head(24, addressWith(20 - 24)),
  dst: head(0, addressWith(20)),
  proto: head(22, xfrmProto),
  spi: head(16, be32),
  mark: [21, Mark],
  flags: head(40, mask(u32, XFRM_AE)),
  reqid: head(44, u32),
  replay: [10, Replay],
  replayEsn: [23, ReplayEsn],
  ltimeVal: [9, LifetimeUse],
  replayThresh: [11, u32],
  etimerThresh: [12, u32],
  ifId: [31, u32],
  dir: [33, stateDir],
  pcpu: [35, u32],
}), { header: 48, pad: 27 });

/** A packet of mobile IPv6 for which there is no state. */
export interface Report {
  /** The protocol. */
  proto: XfrmProto;
  /** The packet. */
  sel: Selector;
  /** The care-of address. */
  coaddr?: string;
}

/** Wire form of {@linkcode Report}: xfrm_user_report and XFRMA_*. */
export const Report: Attributes<Report> = attributes((): Shape<Report> => ({
  proto: head(0, xfrmProto),
  sel: head(4, Selector),
  coaddr: [14, ownAddress],
}), { header: 60 });

/** The address or port of a peer behind a translation of addresses has changed. */
export interface Mapping extends Omit<StateKey, "mark"> {
  /** Number by which the templates of policies choose the state. */
  reqid: number;
  /** Its former source address. */
  oldSaddr?: string;
  /** Its source address now. */
  newSaddr?: string;
  /** Its former port. */
  oldSport: number;
  /** Its port now. */
  newSport: number;
}

/** Wire form of {@linkcode Mapping}: xfrm_user_mapping. */
export const Mapping: Attributes<Mapping> = attributes((): Shape<Mapping> => ({
  family: head(20, family),
  dst: head(0, addressWith(20)),
  proto: head(22, xfrmProto),
  spi: head(16, be32),
  reqid: head(24, u32),
  oldSaddr: head(28, addressWith(20 - 28)),
  newSaddr: head(44, addressWith(20 - 44)),
  oldSport: head(60, be16),
  newSport: head(62, be16),
}), { header: 64 });

/** New addresses of states. */
export interface Migration {
  /** Family of the old addresses. */
  oldFamily: XfrmFamily;
  /** Old destination address. */
  oldDaddr?: string;
  /** Old source address. */
  oldSaddr?: string;
  /** Family of the new addresses. */
  newFamily: XfrmFamily;
  /** New destination address. */
  newDaddr?: string;
  /** New source address. */
  newSaddr?: string;
  /** The protocol. */
  proto: XfrmProto;
  /** The mode. */
  mode: XfrmMode;
  /** Number of the states. */
  reqid: number;
}

/** Wire form of {@linkcode Migration}: struct xfrm_user_migrate. */
export const Migration: Struct<Migration> = struct<Migration>(76, (): Shape<Migration> => ({
  oldDaddr: [0, addressWith(72)],
  oldSaddr: [16, addressWith(72 - 16)],
  newDaddr: [32, addressWith(74 - 32)],
  newSaddr: [48, addressWith(74 - 48)],
  proto: [64, xfrmProto],
  mode: [65, mode],
  reqid: [68, u32],
  oldFamily: [72, family],
  newFamily: [74, family],
}));

/** Addresses between which a key daemon talks to its peer. */
export interface KmAddress {
  /** Family of the addresses. */
  family: XfrmFamily;
  /** The own address. */
  local?: string;
  /** The address of the peer. */
  remote?: string;
}

/** Wire form of {@linkcode KmAddress}: struct xfrm_user_kmaddress. */
export const KmAddress: Struct<KmAddress> = struct<KmAddress>(40, (): Shape<KmAddress> => ({
  local: [0, addressWith(36)],
  remote: [16, addressWith(36 - 16)],
  family: [36, family],
}));

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

declareMessages(
  NETLINK_XFRM,
  { types: [XFRM_MSG.XFRM_MSG_ACQUIRE], codec: Acquire },
  { types: [XFRM_MSG.XFRM_MSG_NEWAE, XFRM_MSG.XFRM_MSG_GETAE], codec: ReplayState },
  { types: [XFRM_MSG.XFRM_MSG_REPORT], codec: Report },
  { types: [XFRM_MSG.XFRM_MSG_MAPPING], codec: Mapping },
  { types: [XFRM_MSG.XFRM_MSG_MIGRATE], codec: Migrate },
);
