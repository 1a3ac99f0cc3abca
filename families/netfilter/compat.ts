/**
 * The matches and targets of xtables that nf_tables can use (nft_compat): the revisions that the kernel has.
 *
 * ```ts ignore
 * import { compat } from "@linux/netlink/families/netfilter/compat.ts";
 * console.log(compat.find({ family: "ip", name: "tcp", type: "match" })?.rev);
 * ```
 *
 * iptables itself speaks no netlink: it replaces its tables by setsockopt(2). iptables-nft does the same with nf_tables,
 * and asks these questions.
 *
 * Source: linux/netfilter/nf_tables_compat.h, v7.2
 *
 * @module
 */
import { expectDefined, expectFields, expectNames, expectType, guardMethods } from "../../core/arguments.ts";
import { type Client, type OpenOptions, sharedClient } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  be32,
  type Codec,
  enumeration,
  head,
  type Shape,
  string,
} from "../../core/codec/mod.ts";
import { ERRNO, KernelError, NetlinkError, unasked } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import {
  moduleHint,
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  nfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
} from "./protocol.ts";

/** Parts of a rule of xtables. */
export const COMPAT_TYPE = { match: 0, target: 1 } as const;

/** A match or target of xtables. */
export interface CompatExtension {
  /** Family of the rules: `ip`, `ip6`, `arp`, `bridge`. */
  family?: NfFamily;
  /** Name of the extension. */
  name?: string;
  /** Revision; in answers, the highest that the kernel has. */
  rev?: number;
  /** `match` or `target`. */
  type?: keyof typeof COMPAT_TYPE | number;
}

/** Wire form of {@linkcode CompatExtension}: nfgenmsg and NFTA_COMPAT_*. */
export const CompatExtension: Attributes<CompatExtension> = attributes((): Shape<CompatExtension> => ({
  family: head(0, nfFamily),
  name: [1, string(28)],
  rev: [2, be32],
  type: [3, enumeration(be32, COMPAT_TYPE)],
}), { header: NFGENMSG });

const { NFNL_MSG_COMPAT_GET: GET } = NETFILTER_MSG;

declareMessages(NETLINK_NETFILTER, { types: [GET], codec: CompatExtension as Codec<unknown, never> });

/** The matches and targets that the kernel has. */
export class Compat {
  readonly #open: () => Client;

  /** Asks through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    guardMethods(this);
  }

  /**
   * Returns a match or target with the highest revision that the kernel has.
   *
   * @param extension `family` is `ip` when absent; `rev`, a revision that the kernel must have, is 0
   * @throws {KernelError} ENOENT: the kernel lacks the extension; EPROTONOSUPPORT: it lacks the revision
   */
  get(extension: CompatExtension): CompatExtension {
    const fields = ["family", "name", "rev", "type"];
    expectFields(extension, "get extension");
    expectNames(extension, "get extension", fields);
    expectDefined(extension, "get extension");
    const { family = "ip", name, rev = 0, type } = extension;
    expectType(name, "get extension: name", "string");
    const what = `get ${type ?? "extension"} ${name}`, client = this.#open();
    expectType(type, `${what}: type`, "string", "number");
    const found = client.request({
      type: GET,
      flags: 0,
      codec: CompatExtension as Codec<unknown, never>,
      value: { family, name, rev, type },
      what,
      reply: GET,
      looks: true,
      hint: (code) => code === "EINVAL" ? moduleHint(NFNL_SUBSYS.NFNL_SUBSYS_NFT_COMPAT) : undefined,
    }) as CompatExtension | undefined;
    if (client.deferred) throw unasked(what);
    if (found === undefined) throw new KernelError(what, ERRNO.ENOENT);
    return found;
  }

  /** Returns a match or target; `undefined` if the kernel lacks it, or the revision. */
  find(extension: CompatExtension): CompatExtension | undefined {
    try {
      return this.get(extension);
    } catch (error) {
      if (error instanceof NetlinkError && (error.code === "ENOENT" || error.code === "EPROTONOSUPPORT")) {
        return undefined;
      }
      throw error;
    }
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly compat: Compat }> {
  return openNetfilter(options, (open) => ({ compat: new Compat(open) }));
}

/** The matches and targets of this kernel, over a socket that the first use opens. */
export const compat: Compat = new Compat(() => sharedClient(NETLINK_NETFILTER));

export type { NetfilterClient } from "./open.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
