/**
 * Timeout policies of conntrack: how long flows of a protocol live in each state, as with `nfct timeout`.
 *
 * ```ts ignore
 * import { timeouts } from "@linux/netlink/families/netfilter/timeouts.ts";
 * timeouts.add({ name: "short", l3proto: "ip", l4proto: "tcp", data: { established: 600 } });
 * console.log(timeouts.getDefault("ip", "udp"));
 * ```
 *
 * A rule gives a policy to flows (`ct timeout` of nft has policies of its own; CT --timeout of iptables uses these).
 * Needs CAP_NET_ADMIN.
 *
 * Source: linux/netfilter/nfnetlink_cttimeout.h, v7.2
 *
 * @module
 */
import { withName } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  key,
  readOnly,
  select,
  type Shape,
  string,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import {
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
  NFPROTO,
  subsystemHint,
} from "./protocol.ts";
import { flowSeconds, IPPROTO, type IpProtocol, ipProtocol } from "./tuple.ts";

/** Seconds that a flow lives in each state, 0..2147483, by the protocol's own states. */
export type TimeoutData = Readonly<Record<string, number>>;

/** Makes the table of a protocol's states, numbered from 1. */
function states(...names: readonly string[]): Attributes<TimeoutData> {
  return attributes<TimeoutData>(() =>
    Object.fromEntries(names.map((name, i) => [name, [i + 1, flowSeconds]])) as never
  );
}

/** States of TCP: CTA_TIMEOUT_TCP_*. */
export const TcpTimeouts: Attributes<TimeoutData> = states(
  ...["synSent", "synRecv", "established", "finWait", "closeWait", "lastAck", "timeWait", "close", "synSent2"],
  ...["retrans", "unack"],
);
/** States of UDP: CTA_TIMEOUT_UDP_*. */
export const UdpTimeouts: Attributes<TimeoutData> = states("unreplied", "replied");
/** States of UDP-Lite: CTA_TIMEOUT_UDPLITE_*. */
export const UdpliteTimeouts: Attributes<TimeoutData> = states("unreplied", "replied");
/** The state of ICMP: CTA_TIMEOUT_ICMP_*. */
export const IcmpTimeouts: Attributes<TimeoutData> = states("timeout");
/** The state of ICMPv6: CTA_TIMEOUT_ICMPV6_*. */
export const Icmpv6Timeouts: Attributes<TimeoutData> = states("timeout");
/** The state of protocols that conntrack does not know: CTA_TIMEOUT_GENERIC_*. */
export const GenericTimeouts: Attributes<TimeoutData> = states("timeout");
/** States of DCCP: CTA_TIMEOUT_DCCP_*. */
export const DccpTimeouts: Attributes<TimeoutData> = states(
  ...["request", "respond", "partopen", "open", "closereq", "closing", "timewait"],
);
/** States of SCTP: CTA_TIMEOUT_SCTP_*. */
export const SctpTimeouts: Attributes<TimeoutData> = states(
  ...["closed", "cookieWait", "cookieEchoed", "established", "shutdownSent", "shutdownRecd", "shutdownAckSent"],
  ...["heartbeatSent", "heartbeatAcked"],
);
/** States of GRE: CTA_TIMEOUT_GRE_*. */
export const GreTimeouts: Attributes<TimeoutData> = states("unreplied", "replied");

const BY_PROTOCOL: Readonly<Record<string, Attributes<TimeoutData>>> = {
  tcp: TcpTimeouts,
  udp: UdpTimeouts,
  udplite: UdpliteTimeouts,
  icmp: IcmpTimeouts,
  icmpv6: Icmpv6Timeouts,
  dccp: DccpTimeouts,
  sctp: SctpTimeouts,
  gre: GreTimeouts,
};

const NAMES: ReadonlyMap<unknown, string> = new Map(Object.entries(IPPROTO).map(([name, number]) => [number, name]));

function tableOf(owner: object): Attributes<TimeoutData> {
  const { l4proto } = owner as Timeout;
  return BY_PROTOCOL[NAMES.get(l4proto) ?? String(l4proto)] ?? GenericTimeouts;
}

/** Codec of the states, by the protocol beside them. */
const data: Codec<TimeoutData> = { ...select("the states of a protocol", tableOf), nested: true };

/** A timeout policy. */
export interface Timeout {
  /** Name, at most 31 bytes. */
  name: string;
  /** `ip`, `ip6`, or `inet` for both. */
  l3proto?: NfFamily;
  /** The protocol on top of IP; 255 for those that conntrack does not know. */
  l4proto?: IpProtocol;
  /** Seconds by state; the defaults of the namespace for states that are absent. */
  data?: TimeoutData;
  /** Number of references: rules and flows that use it. */
  use?: number;
}

/** Wire form of {@linkcode Timeout}: nfgenmsg and CTA_TIMEOUT_*. */
export const Timeout: Attributes<Timeout> = attributes((): Shape<Timeout> => ({
  name: [1, string(31), key],
  l3proto: [2, enumeration(be16, NFPROTO)],
  l4proto: [3, ipProtocol],
  data: [4, data],
  use: [5, be32, readOnly],
}), { header: NFGENMSG });

/** A timeout policy as input: {@linkcode Timeout} with numbers or names. */
export type TimeoutInput = Input<Timeout>;

const {
  IPCTNL_MSG_TIMEOUT_NEW: NEW,
  IPCTNL_MSG_TIMEOUT_GET: GET,
  IPCTNL_MSG_TIMEOUT_DELETE: DELETE,
  IPCTNL_MSG_TIMEOUT_DEFAULT_SET: DEFAULT_SET,
  IPCTNL_MSG_TIMEOUT_DEFAULT_GET: DEFAULT_GET,
} = NETFILTER_MSG;

const declaration: Declaration<Timeout> = {
  protocol: NETLINK_NETFILTER,
  object: "timeout policy",
  table: Timeout,
  messages: { new: NEW, del: DELETE, get: GET },
  also: [DEFAULT_SET, DEFAULT_GET],
  groups: [],
  filters: [],
  describe: (value) => String((value as Timeout).name ?? ""),
  identity: ({ name }) => name,
  fromKey: (name) => ({ name: String(name) }),
  keyOf: (value) => ({ name: (value as Timeout).name }),
  prepare(given, verb) {
    const { name, l3proto, l4proto, data } = given as Timeout;
    if (verb === "list") return given;
    if (verb === "append") throw argumentError(TypeError, "Cannot append a timeout policy: add it");
    if (name === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${verb} timeout policy: name is missing${verb === "delete" ? ": the kernel would delete all" : ""}`,
      );
    }
    if (verb === "get" || verb === "delete" || verb === "set") return given;
    if (l3proto === undefined || l4proto === undefined || data === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${withName(`${verb} timeout policy`, name)}: l3proto, l4proto and data are needed`,
      );
    }
    return given;
  },
  // The kernel would set the states that are not given to their defaults.
  merge: ({ whole: { use: _, ...policy } }) => policy,
  hint: (code, details) =>
    code === "EBUSY"
      ? "rules or flows use it"
      : subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK_TIMEOUT, code, details),
};

declareMessages(NETLINK_NETFILTER, { types: [DEFAULT_SET, DEFAULT_GET], codec: Timeout as Codec<unknown, never> });

/** The timeout policies of one network namespace. */
export class Timeouts extends Collection<Timeout, TimeoutInput, string | TimeoutInput, true, "append"> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /** Returns the defaults of a protocol, in seconds by state: those of flows without a policy. */
  getDefault(l3proto: NfFamily, l4proto: IpProtocol): TimeoutData {
    const what = withName("get default timeouts", `of ${l4proto}`);
    const found = this.#requester().request({
      ...this.#default(DEFAULT_GET, what, { l3proto, l4proto }),
      reply: DEFAULT_SET,
      looks: true,
    }) as Timeout | undefined;
    return found?.data ?? {};
  }

  /** Changes the given defaults of a protocol, as the settings in /proc/sys/net/netfilter do. */
  setDefault(l3proto: NfFamily, l4proto: IpProtocol, data: TimeoutData): void {
    const what = withName("set default timeouts", `of ${l4proto}`);
    this.#requester().request(this.#default(DEFAULT_SET, what, { l3proto, l4proto, data }));
  }

  #default(type: number, what: string, value: object) {
    const { hint } = declaration;
    const told = (code: string, details: Parameters<NonNullable<typeof hint>>[1]) => hint?.(code, details, value);
    return { type, flags: 0, codec: Timeout as Codec<unknown, never>, value, what, hint: told };
  }
}

/** Opens a socket; its timeout policies are those of a network namespace. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly timeouts: Timeouts }> {
  return openNetfilter(options, (open, requester) => ({ timeouts: new Timeouts(open, requester) }));
}

/** The timeout policies of this namespace, on a socket that the first use opens. */
export const timeouts: Timeouts = new Timeouts(onShared(NETLINK_NETFILTER));

export { IPPROTO, type IpProtocol, NFPROTO };
export type { NetfilterClient, NfFamily };
export type { OpenOptions } from "../../core/client.ts";
