/**
 * Links: what `ip link` does.
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input } from "../../core/collection.ts";
import { type Kind, Link, type LinkFields, type Port } from "./link.ts";
import { RTM, RTNLGRP } from "./protocol.ts";

/** A link as it is given: like {@linkcode Link}, with names or numbers for interfaces. */
export type LinkInput = Input<LinkFields> & Input<Kind> & Input<Port>;

/** What names a link: its name, another name of it, its number, or an object with one of these. */
export type LinkKey = string | number | LinkInput;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Link> = {
  object: "link",
  table: Link,
  messages: { new: RTM.RTM_NEWLINK, del: RTM.RTM_DELLINK, get: RTM.RTM_GETLINK },
  groups: [RTNLGRP.RTNLGRP_LINK],
  filters: ["family", "master", "kind"],
  describe(value) {
    const { ifname, index, kind } = value as Fields;
    return String(ifname ?? index ?? (kind === undefined ? "" : `of kind ${kind}`));
  },
  identity: ({ index }) => String(index),
  fromKey: (index) => ({ index }),
  keyOf(value) {
    const { index, ifname } = value as Fields;
    if (index !== undefined && index !== 0) return { index };
    if (ifname !== undefined) return { ifname };
    throw new TypeError("Cannot name a link: expected its ifname or index");
  },
  prepare(value, verb) {
    const { flags, ifname, index } = value as Fields;
    if (verb === "get" || verb === "list") return { extMask: RTEXT_FILTER_VF, ...value };
    if (verb === "set" && flags !== undefined) {
      throw new TypeError(
        `Cannot set link ${ifname ?? index}: flags are set one by one: up, promisc, allmulti, arp, multicast`,
      );
    }
    return value;
  },
  echoes: true,
  hint(code, { kernelMessage }, value) {
    const { kind } = value as Fields;
    if (code !== "EOPNOTSUPP" || kernelMessage !== "Unknown device type") return undefined;
    return `this kernel has no link kind "${kind}": misspelt, or its module is missing (modprobe ${kind})`;
  },
  // Bridges tell of their ports in messages of the same type.
  concerns: ({ family }) => family === "unspec" || family === undefined,
};

/** Without it dumps say nothing of virtual functions. */
const RTEXT_FILTER_VF = 1;

/** All links of one namespace. */
export class Links extends Collection<Link, LinkInput, LinkKey> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }

  /** Finds what was just made, where the kernel does not echo it. */
  protected override findMade({ ifname }: LinkInput): Link | undefined {
    return ifname === undefined ? undefined : this.find({ ifname });
  }
}
