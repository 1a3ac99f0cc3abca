/**
 * Makes network namespaces with the objects that are measured.
 *
 * @module
 */
import process from "node:process";
import * as netns from "../../core/netns.ts";
import { open } from "../../families/route/mod.ts";

/** Least numbers of objects in a namespace; a pair of links that are up, and its routes, are added. */
export interface Sizes {
  /** IPv4 routes, each to one address through a gateway. */
  readonly routes: number;
  /** Links: both ends of veth pairs. */
  readonly links: number;
  /** IPv4 neighbours. */
  readonly neighbours: number;
}

/** The link that all other objects use, and the router behind it. */
export const LINK = "v0", GATEWAY = "192.0.2.2";

/** Filters of one priority; u32 has at most 4095 in a table. */
export const FILTERS_PER_PRIORITY = 4000;
/** Ports of a bridge, and the last VLAN of each. */
export const PORTS = 100, LAST_VLAN = 4094;

/** Returns the hardware address number `i` of a run. */
export function hardware(i: number, run = 0): string {
  return [2, 0, run, i >> 16, i >> 8 & 255, i & 255].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

let made = 0;

/** The namespaces that exist. */
const names = new Set<string>();

/** Makes and fills a namespace; returns its name. */
export function prepare(sizes: Partial<Sizes> = {}): string {
  const { routes = 0, links = 2, neighbours = 0 } = sizes;
  const name = `nl-bench-${process.pid}-${made++}`;
  netns.add(name);
  names.add(name);
  try {
    using client = open({ netns: name });
    client.links.set("lo", { up: true });
    client.links.add({ ifname: LINK, kind: "veth", up: true, data: { peer: { ifname: "v1" } } });
    client.links.set("v1", { up: true });
    client.addresses.add({ dev: LINK, address: "192.0.2.1/24" });
    client.batch((batch) => {
      for (let i = 2; i < links; i += 2) {
        batch.links.add({ ifname: `v${i}`, kind: "veth", data: { peer: { ifname: `v${i + 1}` } } });
      }
    });
    client.batch((batch) => {
      for (let i = 0; i < routes; i++) {
        batch.routes.add({ dst: `10.${octets(i)}/32`, gateway: GATEWAY, dev: LINK, priority: 100 });
      }
    });
    client.batch((batch) => {
      for (let i = 0; i < neighbours; i++) {
        batch.neighbours.add({
          dst: `198.${octets(0x120000 + i)}`,
          dev: LINK,
          lladdr: hardware(i),
          state: ["permanent"],
        });
      }
    });
    return name;
  } catch (error) {
    remove(name);
    throw error;
  }
}

/** Removes a namespace. */
export function remove(name: string): void {
  names.delete(name);
  netns.delete(name);
}

/** Removes all namespaces. */
export function removeAll(): void {
  for (const name of names) remove(name);
}

/** Returns the last three octets of an address. */
export function octets(i: number): string {
  return `${i >> 16}.${i >> 8 & 255}.${i & 255}`;
}
