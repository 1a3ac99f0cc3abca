/**
 * Routes: what `ip route` does.
 *
 * ```ts
 * import { routes } from "@linux/netlink/families/route/routes.ts";
 * console.log(routes.list());
 * ```
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { expectFields, expectType } from "../../core/arguments.ts";
import { type Codec, shown } from "../../core/codec/mod.ts";
import { argumentError, unasked } from "../../core/errors.ts";
import { comparesAll, mergeRoute, prepareRoute, Route, routeFamily, routeKey } from "./route.ts";
import { AF, familyNumber, ipv6DisabledHint } from "./numbers.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** A route as it is given: like {@linkcode Route}, with names or numbers for interfaces. */
export type RouteInput = Input<Route>;

/** What a packet is like whose way is asked for. */
export type LookupOptions = Pick<
  RouteInput,
  | "family"
  | "src"
  | "iif"
  | "oif"
  | "dev"
  | "mark"
  | "uid"
  | "tos"
  | "ipProto"
  | "sport"
  | "dport"
  | "flowlabel"
>;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Route> = {
  protocol: NETLINK_ROUTE,
  object: "route",
  table: Route,
  messages: { new: RTM.RTM_NEWROUTE, del: RTM.RTM_DELROUTE, get: RTM.RTM_GETROUTE },
  groups: [RTNLGRP.RTNLGRP_IPV4_ROUTE, RTNLGRP.RTNLGRP_IPV6_ROUTE, RTNLGRP.RTNLGRP_MPLS_ROUTE],
  filters: ["family", "table", "protocol", "type", "oif"],
  describe(value) {
    const { dst, gateway, dev, oif } = value as Fields, out = dev ?? oif;
    return `${dst ?? ""}${gateway === undefined ? "" : ` via ${gateway}`}${out === undefined ? "" : ` on ${out}`}`
      .trim();
  },
  identity: routeKey,
  prepare: (value, verb) => verb === "list" ? value : prepareRoute(value as RouteInput, verb),
  listOnly: true,
  // A kernel that deletes an IPv6 route takes none with a source for one without.
  means: (key, { src }) =>
    (key as RouteInput).dst === undefined || ((key as RouteInput).src === undefined) === (src === undefined),
  // What tells which route it is that another one replaces.
  fixed: ["family", "table", "dst", "src", "tos", "priority"],
  merge: mergeRoute,
  none: ["ENOENT", "ENODEV"],
  compares: comparesAll,
  // CAN gateways have the message types, and a header of their own.
  concerns: (from, at) => from.bytes[at] !== AF.can,
  hint(code, { kernelMessage = "" }) {
    if (code === "ENETUNREACH" && /gateway|nexthop/i.test(kernelMessage)) {
      return 'the gateway must be on a network that an interface which is up has; { flags: ["onlink"] } says that it is';
    }
    if (code === "EACCES") return ipv6DisabledHint(kernelMessage);
    return code === "ENETDOWN" && /not up/i.test(kernelMessage)
      ? "bring the interface up first: links.set(dev, { up: true })"
      : undefined;
  },
  silentRemoval: {
    groups: [
      RTNLGRP.RTNLGRP_LINK,
      RTNLGRP.RTNLGRP_IPV4_IFADDR,
      RTNLGRP.RTNLGRP_IPV6_IFADDR,
      RTNLGRP.RTNLGRP_NEXTHOP,
    ],
    types: [RTM.RTM_NEWLINK, RTM.RTM_DELLINK, RTM.RTM_DELADDR, RTM.RTM_NEWNEXTHOP, RTM.RTM_DELNEXTHOP],
    // Events are sent while the kernel still works under its RTNL lock; a request that takes it waits for the end of that.
    settle(client) {
      client.request({
        type: RTM.RTM_GETLINK,
        flags: 0,
        codec: LOOPBACK,
        value: {},
        what: "wait for the kernel",
      });
    },
  },
};

/** Names the loopback interface, which every namespace has as number 1. */
const LOOPBACK: Codec<object> = {
  name: "ifinfomsg",
  decode: () => ({}),
  encode(_value, to) {
    const at = to.grow(16);
    to.view.setInt32(at + 4, 1, true);
  },
};

/** All routes of one namespace. */
export class Routes extends Collection<Route, RouteInput> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * The way that a packet to `dst` takes, as the kernel decides it now.
   *
   * Like `ip route get 192.0.2.1`.
   *
   * @param dst an address
   * @param options what else the packet is like: where from, its mark, its ports …
   * @throws {KernelError} ENETUNREACH: there is none; EHOSTUNREACH, EACCES, EINVAL: a route or rule of type `unreachable`,
   * `prohibit`, `blackhole` refuses such packets
   */
  lookup(dst: string, options: LookupOptions = {}): Route {
    const what = "look up a way";
    if (!((dst as unknown) instanceof Uint8Array)) expectType(dst, what, "string");
    expectFields(options, what, "options as an object");
    const { dev, oif, ...rest } = options, out = dev ?? oif;
    if (dev !== undefined && oif !== undefined) {
      const number = (value: RouteInput): unknown =>
        (this.#requester().normalize(Route as Codec<unknown, never>, value, what) as Route).oif;
      if (number({ dev }) !== number({ oif })) {
        throw argumentError(TypeError, `Cannot ${what}: dev and oif name two interfaces: ${shown(dev)}, ${shown(oif)}`);
      }
    }
    const asked = { ...rest, ...(out === undefined ? {} : { oif: out }), dst } as RouteInput;
    const family = routeFamily(asked);
    // Others than IPv4 say the table anyway, and refuse to be asked.
    const flags = familyNumber(family) === AF.inet ? { flags: RTM_F_LOOKUP_TABLE } : {};
    const operation = this.operation("list", RTM.RTM_GETROUTE, { ...asked, ...flags, family });
    const found = this.#requester().request({
      ...operation,
      reply: RTM.RTM_NEWROUTE,
      looks: true,
      what: `look up the way to ${dst}`,
      hint: (code, { kernelMessage }) => kernelMessage === undefined ? REFUSING[code] : undefined,
    }) as Route | undefined;
    if (found === undefined) throw unasked(`look up the way to ${dst}`);
    return found;
  }
}

/** Asks that the reply says which table the way was found in. */
const RTM_F_LOOKUP_TABLE = 0x1000;

/** What a look-up ends with where it finds a route, or a rule, that refuses packets. */
const REFUSING: Readonly<Record<string, string>> = {
  EACCES: "a route or rule of type prohibit refuses such packets",
  EINVAL: "a route or rule of type blackhole drops such packets",
};

/** The routes of this namespace, on a socket that the first use opens. */
export const routes: Routes = new Routes(onShared(NETLINK_ROUTE));
