/**
 * The hooks of netfilter: which functions and chains see a packet, in their order, as with `nft list hooks`. Linux 5.14
 * and later.
 *
 * ```ts ignore
 * import { hooks } from "@linux/netlink/families/netfilter/hooks.ts";
 * for (const one of hooks.list({ family: "ip" })) console.log(one.hook, one.priority, one.functionName, one.chainInfo);
 * ```
 *
 * Source: linux/netfilter/nfnetlink_hook.h, linux/netfilter.h NF_INET_*, v7.2
 *
 * @module
 */
import { expectFields, expectNames, guardMethods } from "../../core/arguments.ts";
import { type Client, type OpenOptions, sharedClient } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  be32,
  choice,
  type Codec,
  enumeration,
  head,
  type Shape,
  shown,
  string,
  text,
} from "../../core/codec/mod.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import {
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  nfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
  subsystemHint,
} from "./protocol.ts";

/** Codec of a priority: a signed integer of 32 bits, network order. */
const priority: Codec<number> = {
  ...be32,
  name: "a priority",
  decode: (from, at) => from.view.getInt32(at),
  encode(value, to) {
    if (!Number.isInteger(value)) to.fail(TypeError, `expected an integer, got ${shown(value)}`);
    const at = to.grow(4);
    to.view.setInt32(at, value);
  },
};

/** NFNL_HOOK_TYPE_*: what a hook calls, if it is no function of a module alone. */
export const NFNL_HOOK_TYPE = { nftables: 1, bpf: 2, nft_flowtable: 3 } as const;

/** A chain or flow table of nf_tables. */
export interface HookChain {
  /** Its table. */
  table?: string;
  /** Family of the table. */
  family?: NfFamily;
  /** Its name. */
  name?: string;
}

/** Wire form of {@linkcode HookChain}: NFNLA_CHAIN_*. */
export const HookChain: Attributes<HookChain> = attributes((): Shape<HookChain> => ({
  table: [1, text],
  family: [2, nfFamily],
  name: [3, text],
}));

/** A BPF program. */
export interface HookBpf {
  /** Its number. */
  id?: number;
}

/** Wire form of {@linkcode HookBpf}: NFNLA_HOOK_BPF_*. */
export const HookBpf: Attributes<HookBpf> = attributes((): Shape<HookBpf> => ({ id: [1, be32] }));

/** Function or chain that a hook calls. */
export type HookInfo =
  | {
    /** The kind of what is called. */
    type: "nftables";
    /** The chain. */
    desc?: HookChain;
  }
  | {
    /** The kind of what is called. */
    type: "nft_flowtable";
    /** The flow table. */
    desc?: HookChain;
  }
  | {
    /** The kind of what is called. */
    type: "bpf";
    /** The program. */
    desc?: HookBpf;
  };

/** Wire form of {@linkcode HookInfo}: NFNLA_HOOK_INFO_*. */
export const HookInfo: Attributes<HookInfo> = attributes<object>({}).with(
  choice<HookInfo, "type", "desc">(
    "type",
    2,
    "desc",
    1,
    { nftables: HookChain, nft_flowtable: HookChain, bpf: HookBpf },
    enumeration(be32, NFNL_HOOK_TYPE),
  ),
);

/** A family that has hooks. */
export type HookFamily = "ip" | "ip6" | "arp" | "bridge" | "netdev";

/** A place in the way of a packet; `ingress` and `egress` are those of interfaces. */
export type HookName = "prerouting" | "input" | "forward" | "output" | "postrouting" | "ingress" | "egress";

const INET: readonly HookName[] = ["prerouting", "input", "forward", "output", "postrouting"];

/** The names of a family's hooks, by number. */
const HOOKS: Readonly<Record<HookFamily, readonly HookName[]>> = {
  ip: INET,
  ip6: INET,
  arp: ["input", "output", "forward"],
  bridge: INET,
  netdev: ["ingress", "egress"],
};

/** A function that a hook calls. */
export interface Hook {
  /** Family of the packets. */
  family?: NfFamily;
  /** Number of the place in the way of the packets. */
  hooknum?: number;
  /** Its name. */
  hook?: HookName;
  /** Priority: lower ones come first. */
  priority?: number;
  /** Name of the interface, for the family `netdev`. */
  dev?: string;
  /** Name of the function in the kernel. */
  functionName?: string;
  /** The module of the function; absent if it is built in. */
  moduleName?: string;
  /** The chain, flow table or BPF program that it runs. */
  chainInfo?: HookInfo;
}

/** Wire form of {@linkcode Hook}: nfgenmsg and NFNLA_HOOK_*. */
export const Hook: Attributes<Hook> = attributes((): Shape<Hook> => ({
  family: head(0, nfFamily),
  hooknum: [1, be32],
  hook: {
    use: "readOnly",
    derive: (owner) => {
      const { family, hooknum = -1 } = owner as Hook;
      return HOOKS[family as HookFamily]?.[hooknum];
    },
  },
  priority: [2, priority],
  dev: [3, string(15)],
  functionName: [4, text],
  moduleName: [5, text],
  chainInfo: [6, HookInfo],
}), { header: NFGENMSG });

const { NFNL_MSG_HOOK_GET: GET } = NETFILTER_MSG;

declareMessages(NETLINK_NETFILTER, { types: [GET], codec: Hook as Codec<unknown, never> });

/** The hooks to list. */
export interface HookFilter {
  /** Family of the packets: `ip`, `ip6`, `arp` and `bridge` when absent; `netdev` needs `dev`. */
  family?: HookFamily;
  /** The place in the way of the packets; all when absent. */
  hook?: HookName;
  /** Name of the interface, for the family `netdev`. */
  dev?: string;
}

/** The hooks of one network namespace. */
export class Hooks {
  readonly #open: () => Client;

  /** Asks through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    guardMethods(this);
  }

  /**
   * Returns the functions that the hooks call, in the order in which each hook calls them.
   *
   * @throws {KernelError} EOPNOTSUPP: the kernel lacks the family
   */
  list(filter: HookFilter = {}): Hook[] {
    const what = "list hooks";
    expectFields(filter, what, "a filter as an object");
    expectNames(filter, what, ["family", "hook", "dev"]);
    const { family, hook, dev } = filter;
    if (family !== undefined && !Object.hasOwn(HOOKS, family)) {
      throw argumentError(TypeError, `Cannot ${what}: family: expected ${Object.keys(HOOKS).join(", ")}`);
    }
    if ((dev !== undefined) !== (family === "netdev")) {
      throw argumentError(TypeError, `Cannot ${what}: family "netdev" and dev belong together`);
    }
    const families: readonly HookFamily[] = family === undefined ? ["ip", "ip6", "arp", "bridge"] : [family];
    if (hook !== undefined && !families.some((one) => HOOKS[one].includes(hook))) {
      throw argumentError(TypeError, `Cannot ${what}: hook: there is no hook ${shown(hook)} of ${families.join(", ")}`);
    }
    return families.flatMap((one) => {
      try {
        return HOOKS[one].flatMap((name, hooknum) =>
          hook === undefined || hook === name ? this.#dump({ family: one, hooknum, ...(dev && { dev }) }) : []
        );
      } catch (error) {
        const lacks = error instanceof NetlinkError && LACKING.has(error.code);
        if (lacks && family === undefined) return [];
        throw error;
      }
    });
  }

  #dump(value: Hook): Hook[] {
    return this.#open().dump({
      type: GET,
      flags: 0,
      codec: Hook as Codec<unknown, never>,
      value,
      what: `list hooks of ${value.family}`,
      reply: GET,
      hint: (code, details) => subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_HOOK, code, details),
    }) as Hook[];
  }
}

/** Codes of the errors of a kernel without a family. */
const LACKING: ReadonlySet<string> = new Set(["EOPNOTSUPP", "EPROTONOSUPPORT", "ENOENT"]);

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly hooks: Hooks }> {
  return openNetfilter(options, (open) => ({ hooks: new Hooks(open) }));
}

/** The hooks of this namespace, on a socket that the first use opens. */
export const hooks: Hooks = new Hooks(() => sharedClient(NETLINK_NETFILTER));

export type { NetfilterClient } from "./open.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
