/**
 * User-space helpers of conntrack: programs that read the packets of a protocol's control connections from a queue, and
 * tell the kernel which flows to expect, as with `nfct helper`.
 *
 * ```ts ignore
 * import { helpers } from "@linux/netlink/families/netfilter/helpers.ts";
 * helpers.add({
 *   name: "ftp-script",
 *   tuple: { l3protonum: "ip", l4protonum: "tcp" },
 *   queueNum: 3,
 *   policy: [{ name: "data", expectMax: 1, expectTimeout: 300 }],
 *   status: "enabled",
 * });
 * ```
 *
 * A rule gives the helper to flows (CT --helper of iptables). Their packets then come to the queue, read with
 * `conntrack: true`; a verdict with `exp` adds an expectation. Needs CAP_NET_ADMIN in the first user namespace.
 *
 * Source: linux/netfilter/nfnetlink_cthelper.h, v7.2
 *
 * @module
 */
import { withName } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  key,
  type Shape,
  string,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import {
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
  NFPROTO,
  subsystemHint,
} from "./protocol.ts";
import { IPPROTO, type IpProtocol, ipProtocol } from "./tuple.ts";

/** Numbers of {@linkcode HelperStatus} by name. */
export const NFCT_HELPER_STATUS = { disabled: 0, enabled: 1 } as const;

/** The state of a helper: a `disabled` one gets no packets. */
export type HelperStatus = keyof typeof NFCT_HELPER_STATUS;

/** The protocols that a helper is for. */
export interface HelperTuple {
  /** `ip` or `ip6`. */
  l3protonum?: NfFamily;
  /** `tcp` or `udp`. */
  l4protonum?: IpProtocol;
}

/** Wire form of {@linkcode HelperTuple}: NFCTH_TUPLE_*. */
export const HelperTuple: Attributes<HelperTuple> = attributes((): Shape<HelperTuple> => ({
  l3protonum: [1, enumeration(be16, NFPROTO)],
  l4protonum: [2, ipProtocol],
}));

/** A class of expectations, and its limits. */
export interface HelperPolicy {
  /** Name, at most 15 bytes. */
  name?: string;
  /** Most expectations of a flow in this class. */
  expectMax?: number;
  /** Seconds that an expectation lives. */
  expectTimeout?: number;
}

/** Wire form of {@linkcode HelperPolicy}: NFCTH_POLICY_*. */
export const HelperPolicy: Attributes<HelperPolicy> = attributes((): Shape<HelperPolicy> => ({
  name: [1, string(15)],
  expectMax: [2, be32],
  expectTimeout: [3, be32],
}));

/** The classes as the kernel has them: their number, and each under a number of its own. */
export interface HelperPolicySet {
  /** Number of classes. */
  setNum?: number;
  /** Class 0. */
  set1?: HelperPolicy;
  /** Class 1. */
  set2?: HelperPolicy;
  /** Class 2. */
  set3?: HelperPolicy;
  /** Class 3. */
  set4?: HelperPolicy;
}

/** Wire form of {@linkcode HelperPolicySet}: NFCTH_POLICY_SET_*. */
export const HelperPolicySet: Attributes<HelperPolicySet> = attributes((): Shape<HelperPolicySet> => ({
  setNum: [1, be32],
  set1: [2, HelperPolicy],
  set2: [3, HelperPolicy],
  set3: [4, HelperPolicy],
  set4: [5, HelperPolicy],
}));

/** Most classes of a helper. */
const CLASSES = 4;

/** Codec of the classes as an array. */
const policies: Codec<readonly HelperPolicy[]> = {
  name: "an array of policies",
  nested: true,
  decode(from, at, end, owner) {
    const { set1, set2, set3, set4 } = HelperPolicySet.decode(from, at, end, owner);
    return [set1, set2, set3, set4].filter((one) => one !== undefined);
  },
  encode(value, to, owner) {
    if (!Array.isArray(value) || value.length === 0 || value.length > CLASSES) {
      to.fail(TypeError, `expected an array of 1..${CLASSES} policies`);
    }
    const [set1, set2, set3, set4] = value as readonly HelperPolicy[];
    HelperPolicySet.encode({ setNum: value.length, ...said({ set1, set2, set3, set4 }) }, to, owner);
  },
  walk: (from, at, end, owner, visit) => HelperPolicySet.walk?.(from, at, end, owner, visit),
};

function said(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined));
}

/** A helper in user space. */
export interface Helper {
  /** Name, at most 15 bytes. */
  name: string;
  /** The protocols that it is for. */
  tuple?: HelperTuple;
  /** Number of the queue that gets the packets. */
  queueNum?: number;
  /** The classes of expectations; the first is class 0. */
  policy?: readonly HelperPolicy[];
  /** Bytes of data of its own that each flow has (`help.info`). */
  privDataLen?: number;
  /** State. */
  status?: HelperStatus | number;
}

/** Wire form of {@linkcode Helper}: nfgenmsg and NFCTH_*. */
export const Helper: Attributes<Helper> = attributes((): Shape<Helper> => ({
  name: [1, string(15), key],
  tuple: [2, HelperTuple, key],
  queueNum: [3, be32],
  policy: [4, policies],
  privDataLen: [5, be32],
  status: [6, enumeration(be32, NFCT_HELPER_STATUS)],
}), { header: NFGENMSG });

/** A helper as input: {@linkcode Helper} with numbers or names. */
export type HelperInput = Input<Helper>;

const { NFNL_MSG_CTHELPER_NEW: NEW, NFNL_MSG_CTHELPER_GET: GET, NFNL_MSG_CTHELPER_DEL: DELETE } = NETFILTER_MSG;

const declaration: Declaration<Helper> = {
  protocol: NETLINK_NETFILTER,
  object: "helper",
  table: Helper,
  messages: { new: NEW, del: DELETE, get: GET },
  groups: [],
  filters: [],
  describe: (value) => String((value as Helper).name ?? ""),
  identity: ({ name, tuple }) => `${name} ${tuple?.l3protonum} ${tuple?.l4protonum}`,
  fromKey: (name) => ({ name: String(name) }),
  keyOf(value) {
    const { name, tuple } = value as Helper;
    return { name, tuple };
  },
  prepare(given, verb) {
    const { name, tuple, queueNum, policy } = given as Helper;
    if (verb === "list") return given;
    if (verb === "append") throw argumentError(TypeError, "Cannot append a helper: add it");
    if (name === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${verb} helper: name is missing${verb === "delete" ? ": the kernel would delete all" : ""}`,
      );
    }
    if (verb !== "add" && verb !== "replace") return given;
    if (tuple === undefined || queueNum === undefined || policy === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${withName(`${verb} helper`, name)}: tuple, queueNum and policy are needed`,
      );
    }
    return { privDataLen: 0, status: "enabled", ...given };
  },
  // The kernel wants the protocols, and refuses other classes and another length of the data.
  merge: ({ found: { name, tuple }, changes }) => ({ name, tuple, ...changes }),
  hint: (code, details) =>
    code === "EBUSY" ? "flows use it" : subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_CTHELPER, code, details),
};

/**
 * The helpers in user space, of this machine. To add one, `tuple`, `queueNum` and `policy` are needed; its `status` is
 * `enabled` by default.
 */
export class Helpers extends Collection<Helper, HelperInput, string | HelperInput, true, "append"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}

/** Opens a socket. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly helpers: Helpers }> {
  return openNetfilter(options, (open, requester) => ({ helpers: new Helpers(open, requester) }));
}

/** The helpers, on a socket that the first use opens. */
export const helpers: Helpers = new Helpers(onShared(NETLINK_NETFILTER));

export { IPPROTO, type IpProtocol, NFPROTO };
export type { NetfilterClient, NfFamily };
export type { OpenOptions } from "../../core/client.ts";
