/**
 * Expectations: flows that helpers expect, as with `conntrack -L expect`.
 *
 * ```ts ignore
 * import { expectations } from "@linux/netlink/families/netfilter/expectations.ts";
 * for (const one of expectations.list()) console.log(one.helpName, one.tuple, one.timeout);
 * ```
 *
 * Needs CAP_NET_ADMIN.
 *
 * Source: linux/netfilter/nfnetlink_conntrack.h, v7.2
 *
 * @module
 */
import { selection } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import { type Attributes, attributes, be16, be32, type Codec, head, type Shape } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { Expectation } from "./expectation.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, NFGENMSG, NFNL_SUBSYS, NFNLGRP, subsystemHint } from "./protocol.ts";
import { familyOf, type FlowFamily, isAnyFamily, isNarrow, tupleText } from "./tuple.ts";

/** An expectation as input: {@linkcode Expectation} with numbers or names. */
export type ExpectationInput = Omit<Input<Expectation>, "family"> & { family?: FlowFamily };

/** Statistics of expectations on one CPU, since the machine started. */
export interface ExpectationCpuStats {
  /** Number of the CPU. */
  cpu: number;
  /** Expected flows that came. */
  new?: number;
  /** Expectations made. */
  create?: number;
  /** Expectations removed. */
  delete?: number;
}

/** Wire form of {@linkcode ExpectationCpuStats}: nfgenmsg and CTA_STATS_EXP_*. */
export const ExpectationCpuStats: Attributes<ExpectationCpuStats> = attributes((): Shape<ExpectationCpuStats> => ({
  cpu: head(2, be16),
  new: [1, be32],
  create: [2, be32],
  delete: [3, be32],
}), { header: NFGENMSG });

const {
  IPCTNL_MSG_EXP_NEW: NEW,
  IPCTNL_MSG_EXP_GET: GET,
  IPCTNL_MSG_EXP_DELETE: DELETE,
  IPCTNL_MSG_EXP_GET_STATS_CPU: GET_STATS_CPU,
} = NETFILTER_MSG;

/** Type of the statistics: the kernel sends them with the number of the other subsystem, where it has another name. */
const STATS = NETFILTER_MSG.IPCTNL_MSG_CT_GET_CTRZERO;

const declaration: Declaration<Expectation> = {
  protocol: NETLINK_NETFILTER,
  object: "expectation",
  table: Expectation,
  messages: { new: NEW, del: DELETE, get: GET },
  groups: [
    NFNLGRP.NFNLGRP_CONNTRACK_EXP_NEW,
    NFNLGRP.NFNLGRP_CONNTRACK_EXP_UPDATE,
    NFNLGRP.NFNLGRP_CONNTRACK_EXP_DESTROY,
  ],
  filters: ["family"],
  describe: (value) => tupleText((value as Expectation).tuple),
  identity: ({ tuple, id, zone }) => `${id} ${zone ?? ""} ${tupleText(tuple)}`,
  keyOf(value) {
    const { family, tuple, id, zone } = value as Expectation;
    return { family, tuple, id, zone };
  },
  prepare(given, verb) {
    const value = given as Expectation;
    if (verb === "list") return value;
    if (verb === "set" || verb === "replace" || verb === "append") {
      throw argumentError(TypeError, `Cannot ${verb} an expectation: delete it, and add it with the new values`);
    }
    if (value.tuple === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${verb} expectation: tuple is missing${verb === "delete" ? ": the kernel would delete all" : ""}`,
      );
    }
    const family = value.family ?? familyOf(value.tuple) ?? familyOf(value.master);
    return { ...value, ...(family === undefined ? {} : { family }) };
  },
  hint: (code, details) =>
    code === "EOPNOTSUPP"
      ? "the master flow has no helper: add it with help: { name }"
      : subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK_EXP, code, details),
};

declareMessages(NETLINK_NETFILTER, {
  types: [GET_STATS_CPU],
  codec: ExpectationCpuStats as Codec<unknown, never>,
});

/**
 * The expectations of one network namespace. To add one, `master`, `tuple`, `mask` and `timeout` are needed, and the
 * master flow needs a helper.
 */
export class Expectations
  extends Collection<Expectation, ExpectationInput, ExpectationInput, true, "append" | "replace" | "set"> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /** True if the expectation passes a filter; the family "unspec" stands for all. */
  protected override fits(one: Expectation, wanted: readonly (readonly [string, unknown])[]): boolean {
    return super.fits(one, wanted.filter((condition) => !isAnyFamily(condition)));
  }

  /**
   * Deletes the expectations that match a filter. The family `unspec` stands for all, so it is no condition.
   *
   * @param filter fields and the values that they must have; `{ all: true }` for everything
   * @returns the number of expectations that it deleted
   * @throws {TypeError} the filter has no condition
   */
  override flush(filter: ExpectationInput | { all: true }): number {
    selection<ExpectationInput>(filter, "flush expectations", isNarrow);
    return super.flush(filter);
  }

  /** Returns statistics of each CPU. Like `conntrack -S expect`. */
  statsCpu(): ExpectationCpuStats[] {
    const codec = ExpectationCpuStats as Codec<unknown, never>, what = "list statistics of expectations";
    const operation = { type: GET_STATS_CPU, flags: 0, codec, value: {}, what, reply: STATS };
    return this.#requester().dump(operation) as ExpectationCpuStats[];
  }
}

/** Opens a socket; its expectations are those of a network namespace. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly expectations: Expectations }> {
  return openNetfilter(options, (open, requester) => ({ expectations: new Expectations(open, requester) }));
}

/** The expectations of this namespace, on a socket that the first use opens. */
export const expectations: Expectations = new Expectations(onShared(NETLINK_NETFILTER));

export * from "./expectation.ts";
export { type FlowFamily, IPPROTO, type IpProtocol, Tuple, tupleText } from "./tuple.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type { NetfilterClient };
export type { OpenOptions } from "../../core/client.ts";
