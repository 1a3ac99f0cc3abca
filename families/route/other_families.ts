/**
 * Addresses and routes of families that have no IP addresses: Phonet and MCTP.
 *
 * Their messages have the types of those of IP; the first byte tells the family.
 *
 * @module
 */
import { type Codec, enumeration, u8 } from "../../core/codec/mod.ts";
import type { Declaration, Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { AF, NETLINK_ROUTE, type RouteTable, RT_TABLE, RTM } from "./protocol.ts";

/** A family without IP addresses. */
export type OtherFamily = "phonet" | "mctp";

/** Codec of a routing table in the header of a route. */
export const tableByte: Codec<RouteTable> = enumeration(u8, RT_TABLE);

type Fields = Readonly<Record<string, unknown>>;

/** The part of a declaration that all objects of a family share. */
type Common<T extends object> = Omit<Declaration<T>, "table" | "groups">;

/** The part that does not depend on the type of object. `needed` are the fields of an object to make or delete. */
export function objectOf<T extends object>(
  family: OtherFamily,
  object: string,
  needed: readonly string[],
): Omit<Common<T>, "messages"> {
  const identity = (value: object): string => {
    const { index, oif, ifindex, local, dst } = value as Fields;
    return `${String(local ?? dst)} on ${String(index ?? oif ?? ifindex)}`;
  };
  return {
    protocol: NETLINK_ROUTE,
    object,
    filters: [],
    describe(value) {
      const { local, dst, dev, index, oif, ifindex } = value as Fields, on = dev ?? index ?? oif ?? ifindex;
      return [local ?? dst, on === undefined ? undefined : `on ${String(on)}`].filter((one) => one !== undefined).join(
        " ",
      );
    },
    identity,
    prepare(value, verb: Verb) {
      const given = value as Fields;
      const missing = verb === "list" || verb === "get" ? undefined : needed.find((name) => {
        const other = name === "dev" ? given["index"] ?? given["oif"] ?? given["ifindex"] : undefined;
        return (given[name] ?? other) === undefined;
      });
      if (missing !== undefined) {
        throw argumentError(TypeError, `Cannot ${verb} ${object}: ${missing} is missing`);
      }
      return { ...value, family };
    },
    listOnly: true,
    concerns: (from, at) => from.bytes[at] === AF[family],
    hint: (code) =>
      code === "EOPNOTSUPP" || code === "EAFNOSUPPORT"
        ? `this kernel has no family ${family}, or its module is not loaded (modprobe ${family})`
        : undefined,
  };
}

/** Returns the declaration of a family's addresses, without table and groups. */
export function addressOf<T extends object>(family: OtherFamily, object: string): Common<T> {
  return {
    ...objectOf<T>(family, object, ["local", "dev"]),
    messages: { new: RTM.RTM_NEWADDR, del: RTM.RTM_DELADDR, get: RTM.RTM_GETADDR },
  };
}

/** Returns the declaration of a family's routes, without table and groups. */
export function routeOf<T extends object>(
  family: OtherFamily,
  object: string,
  needed: readonly string[],
): Common<T> {
  const common = objectOf<T>(family, object, needed);
  return {
    ...common,
    messages: { new: RTM.RTM_NEWROUTE, del: RTM.RTM_DELROUTE, get: RTM.RTM_GETROUTE },
    prepare(value, verb) {
      const prepared = common.prepare!(value, verb) as Fields;
      return verb === "list" || verb === "get" ? prepared : { type: "unicast", table: "main", ...prepared };
    },
  };
}
