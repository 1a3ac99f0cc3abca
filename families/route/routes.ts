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
import type { Client, Operation, Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { expectFields, expectType, isFields } from "../../core/arguments.ts";
import {
  array,
  type Attributes,
  attributes,
  type Codec,
  flag,
  head,
  type Ifindex,
  ifindex,
  type Shape,
  shown,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { argumentError, KernelError, unasked } from "../../core/errors.ts";
import { stringify } from "../../core/printable.ts";
import { type Encap, encap } from "./encap.ts";
import {
  comparesAll,
  hasHopsBesideNexthop,
  hopsOf,
  ignoresOfRoute,
  mergeRoute,
  prepareRoute,
  Route,
  routeFamily,
  type RouteFields,
  type RouteHopFields,
  routeKey,
} from "./route.ts";
import { ipOfFamily, isWhole } from "./prefix.ts";
import { settle } from "./settle.ts";
import { AF, type Family, family, familyNumber, ipv6DisabledHint, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** A route as input: {@linkcode Route} with names or numbers for interfaces. */
export type RouteInput = Input<Route>;

/** A route to add: its destination must be given. */
export type RouteToAdd = RouteInput & { dst: string };

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

/** The families whose messages of these types are about other objects. */
const OTHERS: ReadonlySet<number> = new Set([AF.can, AF.phonet, AF.mctp]);

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
  // Routes of Phonet and MCTP, and gateways of CAN, are other objects in messages of the same types.
  concerns: (from, at) => !OTHERS.has(from.bytes[at]!),
  hint(code, { kernelMessage = "" }, value) {
    if (code === "ENODEV" && WAYS.every((name) => (value as Fields)[name] === undefined)) {
      return "dev or gateway is missing: where the packets go";
    }
    if (code === "ENETUNREACH" && /gateway|nexthop/i.test(kernelMessage)) {
      return 'the gateway must be on a network that an interface which is up has; { flags: ["onlink"] } says that it is';
    }
    if (code === "ESRCH") return "no route of this table (without table: main) has this dst and the other fields given";
    if (code === "EACCES") return ipv6DisabledHint(kernelMessage);
    if (code === "EINVAL" && kernelMessage === "Invalid prefix for given prefix length") {
      return "dst has bits behind its prefix: those must be 0, as in 10.1.2.0/24";
    }
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

/** The fields that say where a route's packets go. */
const WAYS = ["dev", "oif", "gateway", "via", "multipath", "nhId"] as const;

/** The fields of a nexthop object that the kernel shows in routes through it. */
interface ShownFields {
  family?: Family;
  id?: number;
  group?: readonly { readonly id: number; readonly weight: number }[];
  blackhole?: boolean;
  oif?: Ifindex;
  gateway?: string;
}

/** A nexthop object as routes through it show it. */
type ShownNexthop = ShownFields & Encap;

const ShownNexthop: Attributes<ShownNexthop> = attributes((): Shape<ShownFields> => ({
  family: head(0, family),
  id: [1, u32],
  group: [2, array(struct<{ id: number; weight: number }>(8, { id: [0, u32], weight: [4, u8] }))],
  blackhole: [4, flag],
  oif: [5, ifindex],
  gateway: [6, ipOfFamily],
}), { header: 8 }).with(encap(7, 8));

/** Returns the fields by which a next hop of a route is compared with a nexthop object. */
function comparable(hop: object): Fields {
  const { oif, gateway, via, encapType, encap, weight } = hop as Partial<RouteHopFields> & Encap;
  return { oif, gateway: gateway ?? via?.address, encapType, encap, weight };
}

/** The routes of one network namespace. */
export class Routes extends Collection<Route, RouteInput, RouteInput, true, never, RouteToAdd> {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
  }

  /** See {@linkcode Collection.keyValue}. */
  override keyValue(key: RouteInput, verb = "find"): object {
    const given: unknown = key;
    if (typeof given !== "string") return super.keyValue(key, verb);
    const way = verb === "get" || verb === "find" ? `lookup(${shown(given)}) finds the way to an address` : "";
    throw argumentError(
      TypeError,
      `Cannot ${verb} route: expected an object, got ${shown(given)}: write { dst: ${shown(given)} }${
        way && `; ${way}`
      }`,
    );
  }

  /** Returns the request of a verb. A route with `nhId` has the next hops of that nexthop object, so others are refused. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply), { what } = operation;
    if (verb !== "add" && verb !== "append" && verb !== "replace" || this.#open().deferred) return operation;
    if (!hasHopsBesideNexthop(given)) return operation;
    return {
      ...operation,
      read: () => {
        this.#expectHops(given, what);
        return operation.value;
      },
    };
  }

  /** Changes the given fields of a route, and no others; see {@linkcode Collection.set}. */
  override set(key: RouteInput, changes: RouteInput): void {
    if (isFields(changes) && hasHopsBesideNexthop(changes) && !this.#open().deferred) {
      this.#expectHops(changes, "set a route");
    }
    super.set(key, changes);
  }

  /** Throws if a route with `nhId` has other next hops than the nexthop object has. */
  #expectHops(given: object, what: string): void {
    const { nhId } = given as RouteFields, nexthop = this.#nexthop(nhId!);
    // If there is none, the kernel refuses the route.
    if (nexthop === undefined || nexthop.blackhole) return;
    const members = nexthop.group?.map(({ id, weight }) => ({ ...this.#nexthop(id), weight: weight + 1 }));
    const { multipath, ...single } = this.#open().normalize(Route as Codec<unknown, never>, given, what) as RouteFields;
    const hops = multipath ?? [single], expected = members ?? [nexthop];
    const other = (hop: object, i: number): string | undefined =>
      Object.entries(comparable(hop)).find(([name, one]) =>
        one !== undefined && stringify(one) !== stringify(comparable(expected[i] ?? {})[name])
      )?.[0];
    const [wrong] = hops.map(other).filter((name) => name !== undefined);
    if (wrong === undefined && hops.length === expected.length) return;
    const { dev, via } = given as RouteFields;
    const names: Fields = { oif: dev === undefined ? "oif" : "dev", gateway: via === undefined ? "gateway" : "via" };
    const name = multipath !== undefined || wrong === undefined ? "multipath" : names[wrong] ?? wrong;
    throw argumentError(
      TypeError,
      `Cannot ${what}: ${name}: nexthop ${nhId} has other next hops: change it, or leave out nhId`,
    );
  }

  /** Returns the nexthop object with an id, if there is one. */
  #nexthop(id: number): ShownNexthop | undefined {
    try {
      return this.#open().request({
        type: RTM.RTM_GETNEXTHOP,
        flags: 0,
        codec: ShownNexthop as Codec<unknown, never>,
        value: { id },
        what: `get nexthop ${id}`,
        reply: RTM.RTM_NEWNEXTHOP,
        looks: true,
      }) as ShownNexthop;
    } catch (error) {
      if (error instanceof KernelError && error.code === "ENOENT") return undefined;
      throw error;
    }
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
    if (/\/(?!32$|128$)/.test(dst)) {
      throw argumentError(TypeError, `Cannot ${what}: dst: expected an address, got the prefix ${shown(dst)}`);
    }
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
