/**
 * NETLINK_SELINUX: events of SELinux's mode and policy, for programs that cache its decisions.
 *
 * ```ts
 * import { selinux } from "@linux/netlink/families/selinux.ts";
 * for await (const e of selinux.watch()) {
 *   console.log(e.event, e.event === "setenforce" ? e.val : "");
 * }
 * ```
 *
 * Needs no privilege, but a kernel booted with SELinux, and works in the first network namespace only. Up to Linux 6.18
 * a kernel that is built with SELinux accepts listeners also if SELinux is off, and sends nothing.
 *
 * Source: linux/selinux_netlink.h, v7.2.
 * @module
 */
import { expectBytes } from "../core/arguments.ts";
import { type Codec, enumeration, i32, Reader, type Shape, struct, u32 } from "../core/codec/mod.ts";
import { DecodeError } from "../core/errors.ts";
import { eachMessage, NLMSG_HDRLEN } from "../core/message.ts";
import { declareMessages } from "../core/messages.ts";
import type { Protocol } from "../core/protocol.ts";
import { openTransport, stream, type Streaming, type StreamOptions } from "../core/stream.ts";
import type { Received } from "../core/transport.ts";

/** The message types. */
export const SELNL_MSG = { SELNL_MSG_SETENFORCE: 16, SELNL_MSG_POLICYLOAD: 17 } as const;

/** The protocol. */
export const NETLINK_SELINUX: Protocol = {
  number: 7,
  name: "NETLINK_SELINUX",
  types: SELNL_MSG,
  hint: "in Linux since 2.6.8, built in if the kernel is configured with CONFIG_SECURITY_SELINUX; SELinux must be on " +
    "from boot: security=selinux on the kernel's command line",
};

/** The multicast groups. */
export const SELNLGRP = { SELNLGRP_AVC: 1 } as const;

/** SELinux's mode changed. */
export interface Setenforce {
  /** The new mode: `permissive` only logs what the policy forbids, `enforcing` refuses it. */
  val: "permissive" | "enforcing" | number;
}

/** Wire form of {@linkcode Setenforce}: struct selnl_msg_setenforce. */
export const Setenforce: Codec<Setenforce> = struct(4, (): Shape<Setenforce> => ({
  val: [0, enumeration(i32, { permissive: 0, enforcing: 1 })],
}));

/** A new policy was loaded. */
export interface Policyload {
  /** The number of the policy since the machine started. */
  seqno: number;
}

/** Wire form of {@linkcode Policyload}: struct selnl_msg_policyload. */
export const Policyload: Codec<Policyload> = struct(4, (): Shape<Policyload> => ({ seqno: [0, u32] }));

declareMessages(
  NETLINK_SELINUX,
  { types: [SELNL_MSG.SELNL_MSG_SETENFORCE], codec: Setenforce },
  { types: [SELNL_MSG.SELNL_MSG_POLICYLOAD], codec: Policyload },
);

/** An event of SELinux; a message of unknown type has that type's number and the bytes. */
export type SelinuxEvent =
  | { readonly event: "setenforce" } & Readonly<Setenforce>
  | { readonly event: "policyload" } & Readonly<Policyload>
  | { readonly event: number; readonly bytes: Uint8Array };

/** Decodes the events in a datagram. */
export function decodeEvents(datagram: Uint8Array): SelinuxEvent[] {
  expectBytes(datagram, "decode events of SELinux");
  return eventsOf(new Reader(datagram));
}

function eventsOf(from: Reader): SelinuxEvent[] {
  const events: SelinuxEvent[] = [];
  eachMessage(from, (at, end) => {
    events.push(eventOf(from, from.view.getUint16(at + 4, true), at + NLMSG_HDRLEN, end));
  });
  return events;
}

function eventOf(from: Reader, type: number, at: number, end: number): SelinuxEvent {
  if (end - at >= 4 && type === SELNL_MSG.SELNL_MSG_SETENFORCE) {
    return { event: "setenforce", ...Setenforce.decode(from, at, end, {}) };
  }
  if (end - at >= 4 && type === SELNL_MSG.SELNL_MSG_POLICYLOAD) {
    return { event: "policyload", ...Policyload.decode(from, at, end, {}) };
  }
  return { event: type, bytes: from.own(at, end) };
}

/** Operations on SELinux. */
export interface Selinux {
  /** Yields each event when it happens. */
  watch(options?: StreamOptions): Streaming<SelinuxEvent>;
}

/** Operations on SELinux. */
export const selinux: Selinux = {
  watch(options: StreamOptions = {}): Streaming<SelinuxEvent> {
    const transport = openTransport(NETLINK_SELINUX, options, (transport) => transport.join(SELNLGRP.SELNLGRP_AVC));
    return stream(transport, takeEvents, options);
  },
};

/**
 * Returns the events of a datagram of the kernel; other senders are ignored. A datagram without messages becomes event
 * 0.
 */
function takeEvents({ bytes, view, length, port }: Received): SelinuxEvent[] {
  if (port !== 0) return [];
  const from = new Reader(bytes, length, view);
  try {
    return eventsOf(from);
  } catch (error) {
    if (error instanceof DecodeError) return [{ event: 0, bytes: from.own(0, length) }];
    throw error;
  }
}

export type * from "../core/stream.ts";
