/**
 * The messages of all families, by the tables that the families themselves use.
 *
 * @module
 */
import { bytes, type Codec, type Layout, MISFIT } from "../../core/codec/mod.ts";
import type { MessageSet } from "../../core/datagram.ts";
import { type GenericFamily, GENL_ID } from "../../core/generic.ts";
import { genericSet } from "../../core/generic_messages.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import { ConnectorTalk } from "../connector/talk.ts";
import { Algorithm, AlgorithmStatistics, CRYPTO_MSG } from "../crypto.ts";
import { messages as dnrtmsg } from "../dnrtmsg.ts";
import { messages as ecryptfs } from "../ecryptfs.ts";
import { FibResult } from "../fib_lookup.ts";
import { messages as firewall } from "../firewall.ts";
import { messages as nflog } from "../nflog.ts";
import { Address } from "../route/address.ts";
import { Link } from "../route/link.ts";
import { Neighbour } from "../route/neighbour.ts";
import { RTM } from "../route/protocol.ts";
import { Route } from "../route/route.ts";
import { Rule } from "../route/rule.ts";
import { messages as scsiTransport } from "../scsi_transport.ts";
import { Policyload, SELNL_MSG, Setenforce } from "../selinux.ts";
import { messages as sockDiag } from "../sock_diag/messages.ts";
import { Uevent } from "../uevent.ts";
import { FAMILIES } from "./facts.ts";
import { genericFamily } from "./generic.ts";

const NETLINK_USERSOCK = 2, NETLINK_SOCK_DIAG = 4, NETLINK_KOBJECT_UEVENT = 15, NETLINK_GENERIC = 16;

/** Messages of AF_CAN have a header of their own where those of all others have rtmsg. */
const AF_CAN = 29;

/** Routes, but for those that are none. */
const AnyRoute: Codec<unknown, never> = {
  name: "a route",
  decode: (from, at, end, owner) => from.bytes[at] === AF_CAN && end > at ? MISFIT : Route.decode(from, at, end, owner),
  encode: (value, to, owner) => Route.encode(value, to, owner),
  walk: (from, at, end, owner, visit) => Route.walk!(from, at, end, owner, visit),
  attributeName: (id, owner) => Route.attributeName!(id, owner),
};

function route(): MessageSet {
  const codecs: (Codec<unknown, never> | undefined)[] = [];
  const add = (codec: Codec<unknown, never>, ...types: readonly number[]): void => {
    for (const type of types) codecs[type] = codec;
  };
  add(Link, RTM.RTM_NEWLINK, RTM.RTM_DELLINK, RTM.RTM_GETLINK, RTM.RTM_SETLINK);
  add(Link, RTM.RTM_NEWLINKPROP, RTM.RTM_DELLINKPROP, RTM.RTM_GETLINKPROP);
  add(Address, RTM.RTM_NEWADDR, RTM.RTM_DELADDR, RTM.RTM_GETADDR);
  add(AnyRoute, RTM.RTM_NEWROUTE, RTM.RTM_DELROUTE, RTM.RTM_GETROUTE);
  add(Neighbour, RTM.RTM_NEWNEIGH, RTM.RTM_DELNEIGH, RTM.RTM_GETNEIGH);
  add(Rule, RTM.RTM_NEWRULE, RTM.RTM_DELRULE, RTM.RTM_GETRULE);
  return { types: RTM, codec: (type) => codecs[type] };
}

function crypto(): Partial<MessageSet> {
  const { CRYPTO_MSG_DELRNG, CRYPTO_MSG_GETSTAT } = CRYPTO_MSG, known = Object.values<number>(CRYPTO_MSG);
  return {
    codec: (type) =>
      type === CRYPTO_MSG_GETSTAT
        ? AlgorithmStatistics
        : type !== CRYPTO_MSG_DELRNG && known.includes(type)
        ? Algorithm
        : undefined,
  };
}

const noCodec = (): undefined => undefined;

/** Tables, and what is unusual in the framing of those that have none; conversations are below. */
const SETS: Readonly<Record<number, (layout: Layout) => Partial<MessageSet>>> = {
  0: route,
  3: firewall,
  5: nflog,
  7: () => ({
    codec: (type) =>
      type === SELNL_MSG.SELNL_MSG_SETENFORCE
        ? Setenforce
        : type === SELNL_MSG.SELNL_MSG_POLICYLOAD
        ? Policyload
        : undefined,
  }),
  // Records to the audit daemon leave the header out of their length.
  9: () => ({ whole: (type) => type >= 1100 }),
  // The answer is the request, whatever its type is; and DONE carries data.
  10: () => ({ control: false, codec: () => FibResult }),
  11: () => ({ control: false, codec: () => ConnectorTalk }),
  13: firewall,
  14: dnrtmsg,
  // What is sent to the kernel, and its answers; see `unframed`.
  15: () => ({ codec: (type) => type < NLMSG_MIN_TYPE ? undefined : Uevent }),
  18: scsiTransport,
  19: ecryptfs,
  21: crypto,
};

/** The first type that is no control message. */
const NLMSG_MIN_TYPE = 16;

/** How datagrams that are no messages are read: text, or whatever two programs agreed on. */
const UNFRAMED: ReadonlyMap<number, Codec<unknown, never>> = new Map<number, Codec<unknown, never>>([
  [NETLINK_USERSOCK, bytes],
  [NETLINK_KOBJECT_UEVENT, Uevent],
]);

/**
 * How a datagram is read that is no messages; `undefined` where it is messages. Events of devices are text, but who has
 * the kernel tell of one sends a message, and gets one.
 */
export function unframed(number: number, datagram: Uint8Array): Codec<unknown, never> | undefined {
  return number === NETLINK_KOBJECT_UEVENT && hasHeader(datagram) ? undefined : UNFRAMED.get(number);
}

/** Whether it begins with a length that it can have: that of text would be far more. */
function hasHeader({ length, buffer, byteOffset, byteLength }: Uint8Array): boolean {
  if (length < NLMSG_HDRLEN) return false;
  const view = new DataView(buffer, byteOffset, byteLength);
  return [true, false].some((little) => {
    const stated = view.getUint32(0, little);
    return stated >= NLMSG_HDRLEN && stated <= length;
  });
}

const made = new Map<string, MessageSet>();

/** What is known beforehand of where messages come from. */
export interface Origin {
  /** How wide a C `long` was there, for ip_queue and ULOG; `lp64` when absent. */
  readonly layout?: Layout;
  /**
   * The numbers of generic families there, by name: each kernel has its own. Or what nlctrl says of them, as
   * `families.list()` of `families/generic/controller.ts` gives it: that tells too which have a header of their own. What
   * nlctrl is heard to say need not be given.
   */
  readonly generic?: Readonly<Record<string, number>> | readonly GenericFamily[];
}

/**
 * The tables of a protocol, for one conversation: what was asked and told before counts.
 *
 * @returns those of a packet
 */
export function messageSets(number: number, { layout = "lp64", generic = {} }: Origin): (packet?: Asker) => MessageSet {
  const types = FAMILIES[number]?.types ?? {};
  if (number === NETLINK_SOCK_DIAG) {
    const conversation = sockDiag();
    return (packet) => ({ types, codec: noCodec, ...conversation(packet?.port) });
  }
  if (number === NETLINK_GENERIC) {
    const told = Array.isArray(generic), numbers = told ? {} : generic as Readonly<Record<string, number>>;
    const set = genericSet(genericFamily, { ...GENL_ID, ...numbers }, told ? generic : []);
    return () => set;
  }
  const key = `${number} ${layout}`;
  const set = made.get(key) ?? { types, codec: noCodec, ...SETS[number]?.(layout) };
  made.set(key, set);
  return () => set;
}

/** Whose packet it is: the port of the socket, where that is known. */
interface Asker {
  readonly port?: number;
}
