/**
 * IPv6 address labels, by which source addresses are chosen, as with `ip addrlabel`.
 *
 * ```ts
 * import { addressLabels } from "@linux/netlink/families/route/address_labels.ts";
 * console.log(addressLabels.list());
 * ```
 *
 * Source: linux/if_addrlabel.h, v7.2
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ip,
  key,
  readOnly,
  type Shape,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { type Family, family, NETLINK_ROUTE, RTM } from "./protocol.ts";

/** A label of addresses: source addresses are preferred that have the label of the destination. */
export interface AddressLabel {
  /** Always `inet6`. */
  family: Family;
  /** Length of the prefix, 0..128. */
  prefixlen: number;
  /** Number of the interface that the label is limited to; 0 is none. */
  index?: Ifindex;
  /** Name of that interface. */
  dev?: string;
  /** Sequence number of the kernel's table. */
  seq?: number;
  /** Address of the prefix. */
  address?: string;
  /** The label. */
  label?: number;
}

/** Wire form of {@linkcode AddressLabel}: ifaddrlblmsg and IFAL_*. */
export const AddressLabel: Attributes<AddressLabel> = attributes((): Shape<AddressLabel> => ({
  family: head(0, family, key),
  prefixlen: head(2, u8, key),
  index: head(4, ifindex, key),
  dev: interfaceNameOf("index", key),
  seq: head(8, u32, readOnly),
  address: [1, ip, key],
  label: [2, u32],
}), { header: 12 });

/** The fields that a label to change must have. */
const KEY = ["address", "prefixlen"] as const;

const declaration: Declaration<AddressLabel> = {
  protocol: NETLINK_ROUTE,
  object: "address label",
  table: AddressLabel,
  messages: { new: RTM.RTM_NEWADDRLABEL, del: RTM.RTM_DELADDRLABEL, get: RTM.RTM_GETADDRLABEL },
  groups: [],
  filters: [],
  describe(value) {
    const { address, prefixlen } = value as Input<AddressLabel>;
    return `${address ?? ""}${prefixlen === undefined ? "" : `/${prefixlen}`}`;
  },
  identity: ({ address, prefixlen, index }) => `${address}/${prefixlen} ${index}`,
  prepare(value, verb) {
    if (verb === "append") {
      throw argumentError(TypeError, "Cannot append an address label: a prefix has one: use add or replace");
    }
    // Without its length, the prefix would be that of all addresses.
    const needed = verb === "list" || verb === "get" ? [] : verb === "delete" ? KEY : [...KEY, "label"] as const;
    const missing = needed.find((name) => ((value as Input<AddressLabel>)[name] ?? undefined) === undefined);
    if (missing !== undefined) throw argumentError(TypeError, `Cannot ${verb} an address label: ${missing} is missing`);
    // Only this family has labels. The kernel refuses deletions without a label, but does not compare it.
    return { family: "inet6", ...(verb === "delete" ? { label: 0 } : {}), ...value };
  },
  listOnly: true,
  makes: () => true,
};

/** The address labels of one network namespace. */
export class AddressLabels extends Collection<AddressLabel> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}

/** The address labels of this namespace, on a socket that the first use opens. */
export const addressLabels: AddressLabels = new AddressLabels(onShared(NETLINK_ROUTE));
