/**
 * Expectations: flows that a helper expects because of another flow. CTA_EXPECT_*.
 *
 * Source: linux/netfilter/nfnetlink_conntrack.h, nf_conntrack_common.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  head,
  key,
  mask,
  type Shape,
  text,
} from "../../core/codec/mod.ts";
import { type NfFamily, NFGENMSG } from "./protocol.ts";
import { flowFamily, flowSeconds, Tuple } from "./tuple.ts";

/** Numbers of {@linkcode ExpectationFlag} by name. */
export const NF_CT_EXPECT = { permanent: 1, inactive: 2, userspace: 4 } as const;

/** A flag of an expectation: `permanent` ones are not removed when the first flow arrives. */
export type ExpectationFlag = keyof typeof NF_CT_EXPECT;

const flags: Codec<readonly (ExpectationFlag | number)[], readonly (ExpectationFlag | number)[] | number> = mask(
  be32,
  NF_CT_EXPECT,
);

/** Numbers of {@linkcode FlowDirection} by name. */
export const IP_CT_DIR = { original: 0, reply: 1 } as const;

/** A direction of a flow. */
export type FlowDirection = keyof typeof IP_CT_DIR;

/** The translation of an expected flow. */
export interface ExpectationNat {
  /** The direction of the master that the flow is expected for. */
  dir?: FlowDirection | number;
  /** The address and port that the flow is translated to, as its source. */
  tuple?: Tuple;
}

/** Wire form of {@linkcode ExpectationNat}: CTA_EXPECT_NAT_*. */
export const ExpectationNat: Attributes<ExpectationNat> = attributes((): Shape<ExpectationNat> => ({
  dir: [1, enumeration(be32, IP_CT_DIR)],
  tuple: [2, Tuple],
}));

/** A flow that a helper expects: the data connection of FTP. */
export interface Expectation {
  /** `ip` or `ip6`. Input has it by the addresses. */
  family: NfFamily;
  /** The original direction of the flow because of which it is expected. */
  master?: Tuple;
  /** Addresses and ports of the expected flow. */
  tuple?: Tuple;
  /** The bits of `tuple` to compare: `255.255.255.255` and 65535 for all, 0 for any. */
  mask?: Tuple;
  /** Seconds until the expectation ends. */
  timeout?: number;
  /** Number that distinguishes this expectation from earlier and later ones. */
  id?: number;
  /** Name of the helper. */
  helpName?: string;
  /** The zone, if it is not 0. */
  zone?: number;
  /** Flags. */
  flags?: readonly (ExpectationFlag | number)[];
  /** Class of the expectation, by which the helper limits their number. */
  class?: number;
  /** Translation of the expected flow. */
  nat?: ExpectationNat;
  /** Name of the kernel's function that is called when the flow arrives. */
  fn?: string;
}

/** The attributes of an expectation. */
const shape = (): Shape<Omit<Expectation, "family">> => ({
  master: [1, Tuple],
  tuple: [2, Tuple, key],
  mask: [3, Tuple],
  timeout: [4, flowSeconds],
  id: [5, be32, key],
  helpName: [6, text],
  zone: [7, be16, key],
  flags: [8, flags],
  class: [9, be32],
  nat: [10, ExpectationNat],
  fn: [11, text],
});

/** Wire form of {@linkcode Expectation}: nfgenmsg and CTA_EXPECT_*. */
export const Expectation: Attributes<Expectation> = attributes((): Shape<Expectation> => ({
  family: head(0, flowFamily, key),
  ...shape(),
}), { header: NFGENMSG });

/** An expectation that a verdict adds: without `master`, which is the packet's flow. */
export type PacketExpectation = Omit<Expectation, "family">;

/** Wire form of {@linkcode PacketExpectation}: CTA_EXPECT_*. */
export const PacketExpectation: Attributes<PacketExpectation> = attributes(shape);
