/**
 * Chains of nf_tables, which hold rules: base chains, which the kernel calls at a hook, and others, which rules jump to.
 *
 * ```ts ignore
 * import { chains } from "@linux/netlink/families/netfilter/nftables/chains.ts";
 * const filter = { type: "filter", hook: "input", priority: 0, policy: "drop" } as const;
 * chains.add({ family: "inet", table: "guard", name: "in", ...filter });
 * ```
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be32,
  be64,
  type Codec,
  eachAttribute,
  enumeration,
  head,
  key,
  mask,
  MISFIT,
  part,
  type Parts,
  readOnly,
  type Shape,
  shown,
  string,
  text,
} from "../../../core/codec/mod.ts";
import type { Input } from "../../../core/collection.ts";
import { expectArray } from "../../../core/arguments.ts";
import { argumentError, type KernelErrorDetails } from "../../../core/errors.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG, NFNLGRP, NFPROTO } from "../protocol.ts";
import { NftCounter } from "./expressions.ts";
import { type NftPriority, priority } from "./priorities.ts";
export type { NftPriority, NftPriorityName } from "./priorities.ts";
import {
  expectFamily,
  expectKey,
  hasName,
  NftCollection,
  type NftContext,
  type NftDeclaration,
  nftHint,
  sharedContext,
} from "./transaction.ts";
import { commentIn, userdata } from "./userdata.ts";

/** The hooks, by the words of nft; `ingress` and `egress` are at devices. */
export type NftHookName =
  | "prerouting"
  | "input"
  | "forward"
  | "output"
  | "postrouting"
  | "ingress"
  | "egress"
  | number;

const INET = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4, ingress: 5 } as const;
const ARP = { input: 0, output: 1 } as const;
const NETDEV = { ingress: 0, egress: 1 } as const;

function hooksOf(family: number): Readonly<Record<string, number>> {
  return family === NFPROTO.netdev ? NETDEV : family === NFPROTO.arp ? ARP : INET;
}

/** Codec of a hook's number, whose name depends on the family in the header of the message. */
const hooknum: Codec<NftHookName> = {
  name: "a hook",
  size: 4,
  decode(from, at) {
    const number = from.view.getUint32(at);
    const found = Object.entries(hooksOf(from.bytes[from.base]!)).find(([, one]) => one === number);
    return (found?.[0] ?? number) as NftHookName;
  },
  encode(value, to, owner) {
    if (typeof value === "number") return be32.encode(value, to, owner);
    const hooks = hooksOf(to.bytes[to.base]!);
    if (typeof value !== "string" || !Object.hasOwn(hooks, value)) {
      const names = Object.keys(hooks).map((name) => JSON.stringify(name)).join(", ");
      to.fail(TypeError, `expected ${names} or the number in this family, got ${shown(value)}`);
    }
    be32.encode(hooks[value]!, to, owner);
  },
};

const NFTA_CHAIN_HOOK = 4, DEVICE_NAME = 1, DEVICE_PREFIX = 2;

/** Codec of a list of devices: names, or beginnings of names with an asterisk behind (in Linux since 6.16). */
export const devices: Codec<readonly string[]> = {
  name: "a list of devices",
  nested: true,
  decode(from, at, end, owner) {
    const names: string[] = [];
    let fits = true;
    eachAttribute(from, at, end, (id, start, stop) => {
      if (id !== DEVICE_NAME && id !== DEVICE_PREFIX) fits = false;
      else names.push(text.decode(from, start + 4, stop, owner) + (id === DEVICE_PREFIX ? "*" : ""));
    });
    return fits ? names : MISFIT;
  },
  encode(value, to, owner) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array of names, got ${shown(value)}`);
    value.forEach((name: string, index) => {
      to.path.push(index);
      const prefix = typeof name === "string" && name.endsWith("*"),
        start = to.open(prefix ? DEVICE_PREFIX : DEVICE_NAME);
      text.encode(prefix ? name.slice(0, -1) : name, to, owner);
      to.close(start);
      to.path.pop();
    });
  },
  walk(from, at, end, owner, visit) {
    let index = 0;
    eachAttribute(from, at, end, (id, start, stop) => {
      visit({ name: index++, id, start, at: start + 4, end: stop, codec: text, owner });
    });
  },
};

/** The place of a base chain. Absent for other chains. */
export interface NftHook {
  /** The hook. */
  hook?: NftHookName;
  /** The place among the chains of the hook: lower ones are called first. */
  priority?: number;
  /** The device of `ingress` and `egress`, if it is one. */
  dev?: string;
  /** The devices of `ingress` and `egress`, if they are several. */
  devs?: readonly string[];
}

/** Wire form of {@linkcode NftHook}: NFTA_HOOK_*, which are fields of the chain itself. */
const place: Parts<NftHook> = part((): Shape<NftHook> => ({
  hook: [1, hooknum],
  priority: [2, priority],
  dev: [3, text],
  devs: [4, devices],
}));

/** A flag of a chain. */
export type NftChainFlag = "base" | "hw_offload" | "binding" | number;

/** A chain. */
export interface NftChain extends NftHook {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table?: string;
  /** The name. */
  name?: string;
  /** The kernel's number of the chain. */
  handle?: bigint;
  /** The type of a base chain. */
  type?: string;
  /** The verdict of a base chain for packets that no rule decides. */
  policy?: "drop" | "accept" | number;
  /** The packets that the policy decided, if they are counted. */
  counters?: NftCounter;
  /** The flags; `base` follows from `hook`. */
  flags?: readonly NftChainFlag[];
  /** Number of rules, and of jumps to it. Read-only. */
  use?: number;
  /** A number by which other messages of the same transaction name it. Only given. */
  id?: number;
  /** The user data in nft's form, which has the comment. */
  userdata?: Uint8Array;
  /** The comment. */
  comment?: string;
}

/** Wire form of {@linkcode NftChain}: nfgenmsg and NFTA_CHAIN_*. */
export const NftChain: Attributes<NftChain> = attributes((): Shape<Omit<NftChain, keyof NftHook>> => ({
  family: head(0, nfFamily, key),
  table: [1, string(255), key],
  name: [3, string(255), key],
  handle: [2, be64],
  type: [7, text],
  policy: [5, enumeration(be32, { drop: 0, accept: 1 })],
  counters: [8, NftCounter],
  flags: [10, mask(be32, { base: 1, hw_offload: 2, binding: 4 })],
  use: [6, be32, readOnly],
  id: [11, be32, "input"],
  userdata: [12, userdata(0)],
  comment: commentIn(0),
}), { header: NFGENMSG }).with(place, NFTA_CHAIN_HOOK);

/** A chain to make, to change, or to select by. */
export type NftChainInput = Omit<Input<NftChain>, "priority"> & {
  /** The place among the chains of the hook, also by nft's names: `"filter"`, `"dstnat - 10"`. */
  priority?: NftPriority;
};

/** The key of a chain: its name or its handle. */
export interface NftChainKey {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table: string;
  /** The name. */
  name?: string;
  /** The handle. */
  handle?: bigint | number;
}

/** Fields that a base chain has, and one that exists keeps. */
const PLACE = ["type", "hook", "priority"] as const;

/** Throws for a base chain without a hook or a priority: the kernel would ignore its type, so that it sees no packet. */
function expectWholeHook(chain: NftChain): void {
  const given = PLACE.find((name) => chain[name] !== undefined);
  const missing = (["hook", "priority"] as const).find((name) => chain[name] === undefined);
  if (given === undefined || missing === undefined) return;
  throw argumentError(
    TypeError,
    `Cannot add chain ${
      declaration.describe(chain)
    }: ${missing} is missing: a chain with ${given} has a hook and a priority`,
  );
}

/** True for a chain with fields that only a base chain has. */
function isBase({ policy, counters, dev, devs }: NftChain): boolean {
  return [policy, counters, dev, devs].some((one) => one !== undefined);
}

const declaration: NftDeclaration<NftChain> = {
  protocol: NETLINK_NETFILTER,
  object: "chain",
  table: NftChain,
  messages: {
    new: NETFILTER_MSG.NFT_MSG_NEWCHAIN,
    del: NETFILTER_MSG.NFT_MSG_DELCHAIN,
    get: NETFILTER_MSG.NFT_MSG_GETCHAIN,
  },
  also: [NETFILTER_MSG.NFT_MSG_DESTROYCHAIN],
  destroy: NETFILTER_MSG.NFT_MSG_DESTROYCHAIN,
  unchanged: "key",
  groups: [NFNLGRP.NFNLGRP_NFTABLES],
  filters: ["family"],
  describe(value) {
    const { family, table, name, handle } = value as NftChainKey;
    return [family, table, name ?? (handle === undefined ? "" : `handle ${handle}`)].filter(Boolean).join(" ");
  },
  identity: ({ family, table, name }) => `${family} ${table} ${name}`,
  keyOf(value) {
    const { family, table, name, handle } = value as NftChainKey;
    return { family, table, ...(name === undefined ? { handle } : { name }) };
  },
  prepare(value, verb) {
    if (verb !== "list") expectFamily(value, `${verb} chain`);
    expectKey(value, "chain", verb);
    if (verb === "add") expectWholeHook(value as NftChain);
    const { hook, type } = value as NftChain;
    // The kernel's own default, which older kernels lack.
    return hook !== undefined && type === undefined && verb === "add" ? { ...value, type: "filter" } : value;
  },
  setFlags: 0,
  makes: hasName,
  // The kernel acknowledges changes of these, and does nothing.
  lasting: () => ["type", "userdata", "comment"],
  hint: (code, details, value) =>
    (code === "EOPNOTSUPP" || code === "ENOENT") && details.path !== "handle" &&
      (value as NftChain).hook === undefined && isBase(value as NftChain)
      ? "a new chain with a policy, counters or devices has a hook and a priority"
      : code === "EBUSY"
      ? "a rule or an element of a map jumps to it"
      : code === "EOPNOTSUPP" && (value as NftChain).hook !== undefined
      ? "an existing chain keeps its type, hook and priority; a new one of this type cannot have this hook"
      : nftHint(code, details),
};

/** The chains of one network namespace. */
export class NftChains extends NftCollection<NftChain, NftChainInput, NftChainKey> {
  /** Sends in a context. */
  constructor(context: NftContext) {
    super(declaration, context);
  }

  /**
   * Gives a chain another name. Jumps to it remain.
   *
   * The kernel's event is a `new` with the other name and the same handle. A watch with `initial` or `resync` then yields
   * a `del` of the old name, and the rules that have changed.
   */
  rename(key: NftChainKey, name: string): void {
    const { family, table, handle = this.get(key).handle } = this.keyValue(key, "rename") as NftChain;
    const what = `rename chain ${declaration.describe(key)}`;
    if (handle === undefined) {
      throw argumentError(TypeError, `Cannot ${what}: its handle is not known: the chain must exist before`);
    }
    const operation = this.operation("set", declaration.messages.new, { family, table, handle, name });
    this.context.requester().request({ ...operation, what });
  }

  /**
   * Takes devices from a chain of `ingress` or `egress`, which remains with the others.
   *
   * In Linux since 6.4.
   *
   * @throws {KernelError} ENOENT: the chain does not have one of the devices, or the kernel can only delete whole chains
   */
  deleteDevices(key: NftChainKey, devs: readonly string[]): void {
    const named = this.keyValue(key, "delete devices of") as NftChain, { family, table } = named;
    const what = `delete devices of chain ${declaration.describe(key)}`, { del, new: make } = declaration.messages;
    expectArray(devs, what, "an array of names of devices");
    if (devs.length === 0) throw argumentError(TypeError, `Cannot ${what}: devs is empty`);
    const { handle = this.find(key)?.handle } = named;
    if (handle === undefined) {
      throw argumentError(TypeError, `Cannot ${what}: its handle is not known: the chain must exist before`);
    }
    const hint = (code: string, details: KernelErrorDetails): string | undefined =>
      code === "ENOENT" ? "the chain lacks a device, or the kernel is older than Linux 6.4" : nftHint(code, details);
    // Older kernels delete the chain; then, the change of a chain with its handle is refused, and all is undone.
    this.context.requester().request({
      ...this.operation("delete", del, { ...named, devs }),
      what,
      hint,
      then: [{ ...this.operation("set", make, { family, table, handle }), what, hint }],
    });
  }
}

/** The chains of this namespace, on a socket that the first use opens. */
export const chains: NftChains = new NftChains(sharedContext);
