/**
 * The messages of NETLINK_XFRM that are about packets: acquires, reports, changed addresses of peers.
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
  type Shape,
  u32,
} from "../../core/codec/mod.ts";
import { declareMessages } from "../../core/messages.ts";
import {
  addressOf,
  addressWith,
  familyOf,
  familyOfTemplate,
  Mark,
  ownAddress,
  SecurityContext,
  Selector,
  Template,
} from "./parts.ts";
import { PolicyInfo, type PolicyType, policyType } from "./policy.ts";
import { family, NETLINK_XFRM, XFRM_MSG, type XfrmProto, xfrmProto } from "./protocol.ts";
import type { StateKey } from "./state.ts";

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

const ofTemplate = addressOf((from) =>
  familyOfTemplate(from, from.base + ACQUIRE_SIZE) ||
  (from.base + ACQUIRE_SIZE <= from.length ? from.view.getUint16(from.base + ACQUIRE_FAMILY, true) : 0)
);

/** Codec of an address in an acquire: of the family of the template, which may be another than the packet's. */
const acquireAddress: Codec<string, string | Uint8Array> = {
  ...ofTemplate,
  encode(value, to, owner) {
    const { tmpl, sel } = owner as Partial<Acquire>;
    const told = [tmpl?.[0], sel].map((one) => one?.family ?? familyOf(one?.src ?? one?.dst));
    ofTemplate.encode(value, to, { family: told.find((one) => one !== undefined) });
  },
};

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

declareMessages(
  NETLINK_XFRM,
  { types: [XFRM_MSG.XFRM_MSG_ACQUIRE], codec: Acquire },
  { types: [XFRM_MSG.XFRM_MSG_REPORT], codec: Report },
  { types: [XFRM_MSG.XFRM_MSG_MAPPING], codec: Mapping },
);
