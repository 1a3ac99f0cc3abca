/**
 * Forwarding entries of bridges, VXLAN interfaces and other devices, as with `bridge fdb`.
 *
 * ```ts
 * import { fdb } from "@linux/netlink/families/route/fdb.ts";
 * console.log(fdb.list({ masterDev: "br0" }));
 * ```
 *
 * An entry is in the table of a bridge (flag `master`) or in the device's own (`self`, which is the default, as with
 * `bridge fdb`). In a bridge's table, `noarp` means static: it does not expire, and packets are forwarded to the port;
 * `permanent` means an address of this machine.
 *
 * Source: linux/neighbour.h, v7.2
 *
 * @module
 */
import { expectFields, expectNames } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  mac,
  mask,
  type Shape,
  shown,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { expectBulk, NLM_F_BULK } from "./bulk.ts";
import { Forwarding, forwardingOf } from "./forwarding.ts";
import { hasFlag, Neighbour, NTF, NUD, prepareNeighbour } from "./neighbour.ts";
import { type Family, family, NETLINK_ROUTE, RTM } from "./protocol.ts";

/** A forwarding entry: a {@linkcode Neighbour} of the family `bridge`. */
export type FdbEntry = Neighbour;

/** A forwarding entry as input: {@linkcode FdbEntry} with names or numbers for interfaces. */
export type FdbInput = Input<Neighbour>;

/** Conditions of {@linkcode Fdb.flushTable}: entries that have all of these. */
export interface FdbFlush {
  /** `dynamic` entries expire, `static` ones do not, `local` ones are addresses of this machine. */
  kind?: "dynamic" | "static" | "local";
  /** Only entries of this port of the bridge. */
  brport?: string | number;
  /** VLAN id. */
  vlan?: number;
  /** Flags that the entries must have. */
  flags?: readonly ("ext_learned" | "sticky" | "offloaded")[];
  /** Remote end (VXLAN). */
  dst?: string;
  /** UDP port of the remote end (VXLAN). */
  port?: number;
  /** VNI of the remote end (VXLAN). */
  vni?: number;
  /** VNI of incoming packets (VXLAN in external mode). */
  srcVni?: number;
  /** Id of a nexthop object (VXLAN). */
  nhId?: number;
  /** Interface to the remote end (VXLAN). */
  viaDev?: string | number;
}

/** The fields of {@linkcode FdbFlush}, and `all`. */
const FLUSHED: readonly string[] = [
  "all",
  "kind",
  "brport",
  "vlan",
  "flags",
  "dst",
  "port",
  "vni",
  "srcVni",
  "nhId",
  "viaDev",
];

/** The state and its mask by which the kernel selects entries. A local entry has both bits. */
const KINDS = {
  dynamic: { state: 0, ndmStateMask: NUD.noarp | NUD.permanent },
  static: { state: NUD.noarp, ndmStateMask: NUD.noarp | NUD.permanent },
  local: { state: NUD.permanent, ndmStateMask: NUD.permanent },
} as const;

/** The key of a look-up. */
export interface FdbKey {
  /** Always `bridge`. */
  family: Family;
  /** Index of the port or device. */
  ifindex: Ifindex;
  /** Name of the port or device. */
  dev?: string;
  /** The table: `master` or `self`. */
  flags: readonly (keyof typeof NTF | number)[];
  /** The MAC address. */
  lladdr?: string;
  /** VLAN id. */
  vlan?: number;
  /** VNI (VXLAN). */
  vni?: number;
  /** Index of the bridge. */
  master?: Ifindex;
  /** Name of the bridge. */
  masterDev?: string;
}

/** Wire form of {@linkcode FdbKey}: ndmsg and NDA_*. */
export const FdbKey: Attributes<FdbKey> = attributes((): Shape<FdbKey> => ({
  family: head(0, family),
  ifindex: head(4, ifindex),
  dev: interfaceNameOf("ifindex"),
  flags: head(10, mask(u8, NTF)),
  lladdr: [2, mac],
  vlan: [5, u16],
  vni: [7, u32],
  master: [9, ifindex],
  masterDev: interfaceNameOf("master"),
}), { header: 12 });

function prepare(value: FdbInput, verb: Verb): FdbInput {
  const entry = prepareNeighbour(value, verb);
  const states = verb !== "get" && verb !== "delete" && value.state === undefined;
  return states && hasFlag(entry.flags, "master") && !hasFlag(entry.flags, "self")
    ? { ...entry, state: ["noarp"] }
    : entry;
}

const declaration = forwardingOf("forwarding entry", prepare);

/** The forwarding entries of one network namespace. */
export class Fdb extends Forwarding {
  readonly #requester: () => Requester;

  /** See {@linkcode Forwarding}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * Returns the entry of an address, without a dump. Like `bridge fdb get`.
   *
   * The table is that of the bridge `masterDev` (or `master`), or of the port `dev` with the flag `master`, or `dev`'s
   * own with `self`.
   *
   * @throws {KernelError} ENOENT: there is none; EOPNOTSUPP: the device has no such request
   */
  lookup(key: Input<FdbKey>): FdbEntry {
    expectFields(key, "get forwarding entry", "an object with dev and lladdr");
    return this.#requester().request({
      type: RTM.RTM_GETNEIGH,
      flags: 0,
      codec: FdbKey as Codec<unknown, never>,
      replyCodec: Neighbour as Codec<unknown, never>,
      value: { ...key, family: "bridge", flags: key.flags ?? ["master"] },
      reply: RTM.RTM_NEWNEIGH,
      looks: true,
      what: key.lladdr === undefined ? "get forwarding entry" : `get forwarding entry ${key.lladdr}`,
    }) as FdbEntry;
  }

  /**
   * Removes entries from a table in one request: those that have all given properties. Like `bridge fdb flush dev br0
   * vlan 10`. Unlike `flush`, it does not tell how many there were.
   *
   * @param dev the bridge or VXLAN interface
   * @throws {TypeError} the filter has no condition; with `{ all: true }` also static and local entries are removed
   * @throws {KernelError} EOPNOTSUPP, EINVAL: the device, or a kernel before 6.6 (bridges: 5.19), has no such request
   */
  flushTable(dev: string | number, filter: FdbFlush | { all: true }): void {
    const what = expectBulk(dev, filter, "forwarding entries");
    expectNames(filter, what, FLUSHED);
    const { all: _, kind, brport, viaDev, flags = [], ...rest } = filter as FdbFlush & { all?: true };
    if (kind !== undefined && !Object.hasOwn(KINDS, kind)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: kind: expected ${Object.keys(KINDS).join(", ")}, got ${shown(kind)}`,
      );
    }
    const via = brport ?? viaDev;
    this.#requester().request({
      type: RTM.RTM_DELNEIGH,
      flags: NLM_F_BULK,
      codec: Neighbour as Codec<unknown, never>,
      value: {
        family: "bridge",
        dev,
        ...rest,
        flags: ["self", ...flags],
        ...(flags.length === 0 ? {} : { ndmFlagsMask: flags }),
        ...(kind === undefined ? {} : KINDS[kind]),
        ...(via === undefined ? {} : { viaIfindex: via }),
      },
      what,
    });
  }
}

export { Forwarding, type ForwardingToAdd } from "./forwarding.ts";

/** The forwarding entries of this namespace, on a socket that the first use opens. */
export const fdb: Fdb = new Fdb(onShared(NETLINK_ROUTE));
