/**
 * States of bridge ports in multiple spanning trees (MST), as with `bridge mst`.
 *
 * ```ts ignore
 * import { mst } from "@linux/netlink/families/route/mst.ts";
 * import { vlans } from "@linux/netlink/families/route/vlans.ts";
 * vlans.setGlobal("br0", { start: 10, end: 19 }, { msti: 1 });
 * mst.set({ dev: "v0", msti: 1 }, { state: "blocking" });
 * ```
 *
 * An instance of the spanning tree is a group of VLANs, whose number `setGlobal` of the VLANs sets; 0 has the others. A
 * port is in the instances of its VLANs. The bridge must have the option `mst_enable`, which does not change while there
 * are VLANs; `links.add` makes such a bridge with `data: { vlanFiltering: 1, vlanDefaultPvid: 0, multiBoolopt: {
 * optval: ["mst_enable"], optmask: ["mst_enable"] } }`. The kernel reports no changes of these states. Needs Linux 5.18.
 *
 * Source: linux/if_bridge.h IFLA_BRIDGE_MST_*, v7.2
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  mask,
  readOnly,
  type Shape,
  string,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { type ChangingVerb, Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { expectTarget } from "./bulk.ts";
import { BR_STATE, BridgeAf, type BridgePortState } from "./kinds/masters.ts";
import { type ExtMask, RTEXT_FILTER } from "./link.ts";
import { type Family, family, NETLINK_ROUTE, RTM } from "./protocol.ts";

/** The state of a bridge port in an instance of the spanning tree. */
export interface PortMst {
  /** Always `bridge`. Read-only. */
  family: Family;
  /** Index of the port. */
  ifindex: Ifindex;
  /** Name of the port. */
  dev?: string;
  /** Number of the instance, 0..4094. */
  msti: number;
  /** State of the port in the instance. */
  state: BridgePortState;
}

/** Fields of {@linkcode PortMst}: ifinfomsg and IFLA_BRIDGE_MST_ENTRY_*, side by side. */
export const PortMst: Attributes<PortMst> = attributes((): Shape<PortMst> => ({
  family: head(0, family, readOnly),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  msti: [1, u16, key],
  state: [2, enumeration(u8, BR_STATE)],
}), { header: 16 });

/** A message about a bridge port and its states: parts of that about a link. */
export interface PortMstMessage {
  /** Always `bridge`. */
  family: Family;
  /** Index of the port. */
  index: Ifindex;
  /** Name of the port. */
  ifname?: string;
  /** The bridge's data about the port. */
  afSpec?: BridgeAf;
  /** Additional data that a dump includes. */
  extMask?: readonly (ExtMask | number)[];
}

/** Wire form of {@linkcode PortMstMessage}: ifinfomsg and IFLA_*. */
export const PortMstMessage: Attributes<PortMstMessage> = attributes((): Shape<PortMstMessage> => ({
  family: head(0, family),
  index: head(4, ifindex),
  ifname: [3, string(15)],
  afSpec: [26, BridgeAf],
  extMask: [29, mask(u32, RTEXT_FILTER), "input"],
}), { header: 16 });

/** A state as input: {@linkcode PortMst} with a name or number for the port. */
export type PortMstInput = Input<PortMst>;

function requestOf({ dev, ifindex, msti, state }: PortMstInput, verb: string): object {
  if (verb === "list") return { family: "bridge", extMask: ["mst"] };
  return { family: "bridge", index: dev ?? ifindex, afSpec: { mst: { entry: [{ msti, state }] } } };
}

const declaration: Declaration<PortMst> = {
  object: "spanning tree state",
  table: PortMst,
  messages: { new: RTM.RTM_NEWLINK, del: RTM.RTM_DELLINK, get: RTM.RTM_GETLINK, set: RTM.RTM_SETLINK },
  groups: [],
  filters: [],
  describe(value) {
    const { msti, dev, ifindex } = value as PortMstInput;
    return `in instance ${msti ?? ""} on ${dev ?? ifindex ?? ""}`;
  },
  identity: ({ ifindex, msti }) => `${ifindex} ${msti}`,
  keyOf: ({ dev, ifindex, msti }: PortMstInput) => ({ dev, ifindex, msti }),
  prepare(value, verb) {
    if (verb === "list") return value;
    if (verb !== "get" && verb !== "set") {
      throw argumentError(
        TypeError,
        `Cannot ${verb} a spanning tree state: it comes and goes with VLANs of its instance`,
      );
    }
    expectTarget(value, `${verb} a spanning tree state`);
    for (const name of verb === "set" ? ["msti", "state"] as const : ["msti"] as const) {
      if ((value as PortMstInput)[name] === undefined) {
        throw argumentError(TypeError, `Cannot ${verb} a spanning tree state: ${name} is missing`);
      }
    }
    return value;
  },
  listOnly: true,
  setFlags: 0,
  // The kernel acknowledges a state in an instance that the port is not in.
  makes: () => true,
  request: { codec: PortMstMessage as Codec<unknown, never>, of: (value, verb) => requestOf(value, verb) },
  spread: {
    codec: PortMstMessage,
    each: ({ afSpec, family, index: ifindex, ifname: dev }: PortMstMessage) =>
      (afSpec?.mst?.entry ?? []).map((entry) => ({ family, ifindex, dev, ...entry }) as PortMst),
  },
};

/** The states of the bridge ports of one network namespace. They can be read and changed. */
export class PortMsts extends Collection<PortMst, PortMstInput, PortMstInput, true, Exclude<ChangingVerb, "set">> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}

/** The states of the bridge ports of this namespace, on a socket that the first use opens. */
export const mst: PortMsts = new PortMsts(onShared(NETLINK_ROUTE));
