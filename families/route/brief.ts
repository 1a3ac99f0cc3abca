/**
 * The columns that people read: what `ip -br link`, `ip -br addr`, `ip route`, `ip neigh`, `bridge fdb` and `ip rule`
 * show, as flat objects for `console.table`.
 *
 * ```ts
 * import { brief } from "@linux/netlink/families/route/brief.ts";
 * import { links } from "@linux/netlink/families/route/links.ts";
 *
 * console.table(links.list().map(brief));
 * console.log(Object.values(brief(links.get("lo"))).join(" ")); // lo unknown 00:00:00:00:00:00 up,loopback,…
 * ```
 *
 * Whatever is not there is an empty text, so all objects of one type have the same columns.
 *
 * @module
 */
import type { Address } from "./address.ts";
import type { Link } from "./link.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Route, RouteHop } from "./route.ts";
import type { Rule } from "./rule.ts";

/** A link as in `ip -br link`. */
export interface BriefLink {
  /** Its name. */
  name: string;
  /** Its operational state. */
  state: string;
  /** Its link-layer address. */
  address: string;
  /** Its flags, with commas between them. */
  flags: string;
}

/** An address as in `ip -br addr`. */
export interface BriefAddress {
  /** Name of the interface. */
  dev: string;
  /** The address with its prefix length, or the own address of a point-to-point link. */
  address: string;
  /** Address of the other end of a point-to-point link. */
  peer: string;
  /** Scope in which it is valid. */
  scope: string;
  /** Its flags, with commas between them, without `permanent`. */
  flags: string;
}

/** A route as in `ip route`. */
export interface BriefRoute {
  /** The destination, with its type before it if that is not `unicast`: `blackhole 10.0.0.0/8`. */
  dst: string;
  /** The gateway; of several next hops each gateway with its interface. */
  via: string;
  /** Name of the interface. */
  dev: string;
  /** Preferred source address. */
  src: string;
  /** Origin. */
  protocol: string | number;
  /** Metric: of equal routes, the one with the lowest is used. */
  metric: number;
  /** Table. */
  table: string | number;
}

/** A neighbour as in `ip neigh`. */
export interface BriefNeighbour {
  /** IP address. */
  dst: string;
  /** Name of the interface. */
  dev: string;
  /** Link-layer address. */
  lladdr: string;
  /** State. */
  state: string;
  /** Its flags, with commas between them. */
  flags: string;
}

/** An entry of a forwarding table as in `bridge fdb`. */
export interface BriefForwarding extends BriefNeighbour {
  /** VLAN; an empty text for none. */
  vlan: number | "";
  /** Name of the bridge. */
  master: string;
}

/** A rule as in `ip rule`. */
export interface BriefRule {
  /** Rules are tried from 0 up. */
  priority: number;
  /** Source prefix, or `all`. */
  from: string;
  /** Destination prefix, or `all`. */
  to: string;
  /** The other conditions: `not`, `iif eth0`, `fwmark 0x1/0xff`. */
  where: string;
  /** Action: `lookup main`, `goto 100`, `blackhole`. */
  action: string;
}

/** An object of NETLINK_ROUTE that people list. */
export type Briefable = Link | Address | Route | Neighbour | Rule;

/** The brief form of an object. */
export type Brief<T> = T extends Rule ? BriefRule
  : T extends Route ? BriefRoute
  : T extends Neighbour ? BriefNeighbour | BriefForwarding
  : T extends Address ? BriefAddress
  : BriefLink;

/**
 * Returns what people want to see of a link, address, route, neighbour or rule, as a flat object.
 *
 * @param value an object that `list`, `get` or a watch returned
 */
export function brief<T extends Briefable>(value: T): Brief<T> {
  return briefOf(value) as Brief<T>;
}

function briefOf(value: Briefable): object {
  if ("ifname" in value) return briefLink(value);
  if ("action" in value) return briefRule(value);
  if ("state" in value) return briefNeighbour(value);
  return "tos" in value ? briefRoute(value) : briefAddress(value);
}

const listed = (values: readonly (string | number)[] = []): string => values.join(",");

function briefLink({ ifname, operstate, address = "", flags }: Link): BriefLink {
  return { name: ifname, state: String(operstate), address, flags: listed(flags) };
}

function briefAddress({ dev = "", address = "", peer = "", scope, flags }: Address): BriefAddress {
  const told = flags.filter((flag) => flag !== "permanent");
  return { dev, address, peer, scope: String(scope === "universe" ? "global" : scope), flags: listed(told) };
}

function briefRoute(route: Route): BriefRoute {
  const { dst, type, multipath, dev = "", prefsrc = "", protocol, priority = 0, table, nhId } = route;
  const hop = (
    { gateway, via, dev, weight }: Pick<RouteHop, "gateway" | "via" | "dev"> & { weight?: number },
  ): string =>
    [gateway ?? via?.address ?? "", multipath && dev, weight !== undefined && weight > 1 && `weight ${weight}`]
      .filter(Boolean).join(" ");
  const to = dst.replace(dst.includes(":") ? /\/128$/ : /\/32$/, "");
  return {
    dst: type === "unicast" ? to : `${type} ${to}`,
    via: multipath
      ? multipath.map(hop).join(", ")
      : nhId === undefined
      ? hop(route)
      : `nexthop ${nhId} ${hop(route)}`.trim(),
    dev,
    src: prefsrc,
    protocol: protocol ?? "",
    metric: priority,
    table: table ?? "",
  };
}

function briefNeighbour(value: Neighbour): BriefNeighbour | BriefForwarding {
  const { family, dst = "", dev = "", lladdr = "", state, flags, vlan = "", masterDev = "" } = value;
  const one: BriefNeighbour = { dst, dev, lladdr, state: listed(state), flags: listed(flags) };
  return family === "bridge" ? { ...one, vlan, master: masterDev } : one;
}

function briefRule(rule: Rule): BriefRule {
  const { priority, src = "all", dst = "all", action, table, goto, flags, l3mdev } = rule, where: string[] = [];
  const range = ({ start, end }: { start: number; end: number }): string =>
    start === end ? `${start}` : `${start}-${end}`;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  if (flags.includes("invert")) where.push("not");
  if (rule.iifname !== undefined) where.push(`iif ${rule.iifname}`);
  if (rule.oifname !== undefined) where.push(`oif ${rule.oifname}`);
  if (rule.fwmark !== undefined) {
    const mask = rule.fwmask ?? 0xffffffff;
    where.push(`fwmark ${hex(rule.fwmark)}${mask === 0xffffffff ? "" : `/${hex(mask)}`}`);
  }
  if (rule.tos !== 0) where.push(`tos ${hex(rule.tos)}`);
  if (rule.dscp !== undefined) where.push(`dscp ${rule.dscp}`);
  if (rule.ipProto !== undefined) where.push(`ipproto ${rule.ipProto}`);
  if (rule.sportRange !== undefined) where.push(`sport ${range(rule.sportRange)}`);
  if (rule.dportRange !== undefined) where.push(`dport ${range(rule.dportRange)}`);
  if (rule.uidRange !== undefined) where.push(`uidrange ${rule.uidRange.start}-${rule.uidRange.end}`);
  if (rule.tunId !== undefined) where.push(`tun_id ${rule.tunId}`);
  const does = action === "to_tbl"
    ? `lookup ${l3mdev ? "l3mdev-table" : table}`
    : action === "goto"
    ? `goto ${goto}`
    : String(action);
  return { priority, from: src, to: dst, where: where.join(" "), action: does };
}
