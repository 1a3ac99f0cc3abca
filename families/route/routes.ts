/**
 * Routes, as with `ip route`.
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
import {
  comparesAll,
  hopsOf,
  ignoresOfRoute,
  mergeRoute,
  prepareRoute,
  Route,
  routeFamily,
  routeKey,
} from "./route.ts";
import { isWhole } from "./prefix.ts";
import { settle } from "./settle.ts";
import { AF, familyNumber, ipv6DisabledHint, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** A route as input: {@linkcode Route} with names or numbers for interfaces. */
export type RouteInput = Input<Route>;

/** Properties of the packet in a route look-up. */
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
  ignores: ignoresOfRoute,
  listOnly: true,
  // If the key has no source prefix, the kernel deletes no IPv6 route that has one.
  means: (key, { src }) => {
    const given = (key as RouteInput).src;
    return (key as RouteInput).dst === undefined || (given === undefined || isWhole(given)) === (src === undefined);
  },
  parts: hopsOf,
  // The fields that identify the route that a replacing one replaces.
  fixed: ["family", "table", "dst", "src", "tos", "priority"],
  merge: mergeRoute,
  none: ["ENOENT", "ENODEV"],
  compares: comparesAll,
  // If an IPv6 route with `src` is gone, the kernel deletes one without it.
  replaced: (route) => (route as Route).family === "inet6" && (route as RouteInput).src !== undefined,
  // CAN gateways use the same message types with another header.
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
    settle,
  },
};

/** The routes of one network namespace. */
export class Routes extends Collection<Route, RouteInput> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * Returns the route that the kernel chooses for a packet to `dst`.
   *
   * Like `ip route get 192.0.2.1`.
   *
   * @param dst the packet's destination address
   * @param options other properties of the packet: source, mark, ports …
   * @throws {KernelError} ENETUNREACH: there is no route; EHOSTUNREACH, EACCES, EINVAL: a route or rule of type
   * `unreachable`, `prohibit`, `blackhole` refuses such packets
   */
  lookup(dst: string, options: LookupOptions = {}): Route {
    const what = "look up a route";
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
    // Other families always show the table, and refuse this flag.
    const flags = familyNumber(family) === AF.inet ? { flags: RTM_F_LOOKUP_TABLE } : {};
    const operation = this.operation("list", RTM.RTM_GETROUTE, { ...asked, ...flags, family });
    const found = this.#requester().request({
      ...operation,
      reply: RTM.RTM_NEWROUTE,
      looks: true,
      what: `look up the route to ${dst}`,
      hint: (code, { kernelMessage }) => kernelMessage === undefined ? REFUSING[code] : undefined,
    }) as Route | undefined;
    if (found === undefined) throw unasked(`look up the route to ${dst}`);
    return found;
  }
}

/** RTM_F_LOOKUP_TABLE: the reply shall contain the table in which the route was found. */
const RTM_F_LOOKUP_TABLE = 0x1000;

/** Hints for the errno values of a look-up that finds a route or rule that refuses packets. */
const REFUSING: Readonly<Record<string, string>> = {
  EACCES: "a route or rule of type prohibit refuses such packets",
  EINVAL: "a route or rule of type blackhole drops such packets",
};

/** The routes of this namespace, on a socket that the first use opens. */
export const routes: Routes = new Routes(onShared(NETLINK_ROUTE));
