/**
 * NETLINK_XFRM itself: message types, multicast groups, and the words of `ip xfrm` for numbers.
 *
 * Source: linux/xfrm.h, v7.2; the words are those of iproute2
 *
 * @module
 */
import { addressFamily, type Codec, enumeration, type Reader, u16, u8 } from "../../core/codec/mod.ts";
import { NLM_F, NLMSG_HDRLEN } from "../../core/message.ts";
import type { Protocol } from "../../core/protocol.ts";

/** The message types of NETLINK_XFRM. */
export const XFRM_MSG = {
  XFRM_MSG_NEWSA: 16,
  XFRM_MSG_DELSA: 17,
  XFRM_MSG_GETSA: 18,
  XFRM_MSG_NEWPOLICY: 19,
  XFRM_MSG_DELPOLICY: 20,
  XFRM_MSG_GETPOLICY: 21,
  XFRM_MSG_ALLOCSPI: 22,
  XFRM_MSG_ACQUIRE: 23,
  XFRM_MSG_EXPIRE: 24,
  XFRM_MSG_UPDPOLICY: 25,
  XFRM_MSG_UPDSA: 26,
  XFRM_MSG_POLEXPIRE: 27,
  XFRM_MSG_FLUSHSA: 28,
  XFRM_MSG_FLUSHPOLICY: 29,
  XFRM_MSG_NEWAE: 30,
  XFRM_MSG_GETAE: 31,
  XFRM_MSG_REPORT: 32,
  XFRM_MSG_MIGRATE: 33,
  XFRM_MSG_NEWSADINFO: 34,
  XFRM_MSG_GETSADINFO: 35,
  XFRM_MSG_NEWSPDINFO: 36,
  XFRM_MSG_GETSPDINFO: 37,
  XFRM_MSG_MAPPING: 38,
  XFRM_MSG_SETDEFAULT: 39,
  XFRM_MSG_GETDEFAULT: 40,
  XFRM_MSG_MIGRATE_STATE: 41,
} as const;

/** The multicast groups of NETLINK_XFRM. */
export const XFRMNLGRP = {
  XFRMNLGRP_ACQUIRE: 1,
  XFRMNLGRP_EXPIRE: 2,
  XFRMNLGRP_SA: 3,
  XFRMNLGRP_POLICY: 4,
  XFRMNLGRP_AEVENTS: 5,
  XFRMNLGRP_REPORT: 6,
  XFRMNLGRP_MIGRATE: 7,
  XFRMNLGRP_MAPPING: 8,
} as const;

/** The protocol. */
export const NETLINK_XFRM: Protocol = {
  number: 6,
  name: "NETLINK_XFRM",
  types: XFRM_MSG,
  hint: "modprobe xfrm_user loads it, if the kernel is configured with CONFIG_XFRM_USER",
};

/** Numbers of {@linkcode XfrmFamily} by name. */
export const AF = { unspec: 0, inet: 2, inet6: 10 } as const;

/** A family of addresses. */
export type XfrmFamily = keyof typeof AF | number;

/** Codec of a family. */
export const family: Codec<XfrmFamily> = addressFamily(u16, AF);

/** Numbers of {@linkcode XfrmProto} by name: IPPROTO_*. */
export const XFRM_PROTO = { route2: 43, esp: 50, ah: 51, hao: 60, comp: 108 } as const;

/** The protocol of a transformation: ESP, AH, IPComp, or a header of mobile IPv6. */
export type XfrmProto = keyof typeof XFRM_PROTO | number;

/** Codec of the protocol of a transformation. */
export const xfrmProto: Codec<XfrmProto> = enumeration(u8, XFRM_PROTO);

/** Numbers of {@linkcode XfrmMode} by name. */
export const XFRM_MODE = { transport: 0, tunnel: 1, ro: 2, in_trigger: 3, beet: 4, iptfs: 5 } as const;

/** The mode of a transformation; `ro` is route optimization of mobile IPv6. */
export type XfrmMode = keyof typeof XFRM_MODE | number;

/** Codec of the mode of a transformation. */
export const mode: Codec<XfrmMode> = enumeration(u8, XFRM_MODE);

/** True if the message whose payload begins at `at` asks for a list. */
export function isDump(from: Reader, at: number): boolean {
  const flags = from.view.getUint16(at - NLMSG_HDRLEN + 6, true);
  return (flags & NLM_F.NLM_F_DUMP) === NLM_F.NLM_F_DUMP;
}

/** Returns the type of the message whose payload begins at `at`. */
export function messageType(from: Reader, at: number): number {
  return from.view.getUint16(at - NLMSG_HDRLEN + 4, true);
}

/** Returns the state or policy that an event about a limit is of, without the event's own field `hard`. */
export function withoutHard<T>(value: T): T {
  if (typeof value !== "object" || value === null || !("hard" in value)) return value;
  const { hard: _, ...own } = value;
  return own as T;
}
