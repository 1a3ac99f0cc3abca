/**
 * Requests about flows: what the kernel wants to be told beside what a caller gives.
 *
 * @module
 */
import { argumentError } from "../../../core/errors.ts";
import { shown } from "../../../core/codec/mod.ts";
import type { Input, Verb } from "../../../core/collection.ts";
import { type Flow, type FlowNat, type FlowStatus, IPS } from "../flow.ts";
import {
  familyOf,
  type FlowFamily,
  flowFamilyOf,
  IPPROTO,
  type IpProtocol,
  isAnyFamily,
  type Tuple,
  tupleText,
} from "../tuple.ts";

/** A flow as input: {@linkcode Flow} with numbers or names. */
export type FlowInput = Omit<Input<Flow>, "family"> & { family?: FlowFamily };

/** Bits of the fields that the kernel compares in a tuple, from net/netfilter/nf_conntrack_netlink.c. */
const COMPARED = {
  src: 0x1,
  dst: 0x2,
  proto: 0x8,
  srcPort: 0x10,
  dstPort: 0x20,
  icmpType: 0x40,
  icmpCode: 0x80,
  icmpId: 0x100,
  icmpv6Type: 0x200,
  icmpv6Code: 0x400,
  icmpv6Id: 0x800,
} as const;

/** The fields of a tuple that the kernel can compare for each protocol, beside the addresses and the protocol. */
const BY_PROTOCOL: Readonly<Record<string, readonly (keyof typeof COMPARED)[]>> = {
  icmp: ["icmpType", "icmpCode", "icmpId"],
  icmpv6: ["icmpv6Type", "icmpv6Code", "icmpv6Id"],
  ...Object.fromEntries(["tcp", "udp", "udplite", "sctp", "dccp", "gre"].map((name) => [name, ["srcPort", "dstPort"]])),
};

/**
 * Returns the bits of the fields of a tuple that the kernel is asked to compare. IPv6 addresses are not: kernels (6.18
 * too) leave out the flows that have them, and list the others.
 */
function comparedBits(tuple: Tuple | undefined): number {
  if (tuple === undefined) return 0;
  const addresses = familyOf(tuple) === "ip" ? ["src", "dst"] as const : [];
  const names: (keyof typeof COMPARED)[] = [...addresses, "proto", ...BY_PROTOCOL[nameOf(tuple.proto) ?? ""] ?? []];
  return names.reduce((bits, name) => tuple[name] === undefined ? bits : bits | COMPARED[name], 0);
}

function nameOf(proto: IpProtocol | undefined): string | undefined {
  return typeof proto !== "number" ? proto : Object.entries(IPPROTO).find(([, number]) => number === proto)?.[0];
}

/** Status bits that the kernel sets by itself when a flow is added. */
const VOLATILE = IPS.expected | IPS.dying | IPS.template | IPS.untracked | IPS.offload | IPS.hw_offload;

/** Returns the status to send. The kernel refuses one without `confirmed`, which all flows in its table have. */
function sentStatus(
  status: FlowInput["status"],
  without: number,
): number | readonly (FlowStatus | number)[] | undefined {
  if (typeof status === "number") return (status & ~without | IPS.confirmed) >>> 0;
  if (!Array.isArray(status)) return status;
  const kept = (status as readonly (FlowStatus | number)[]).filter((one) =>
    ((typeof one === "number" ? one : IPS[one] ?? 0) & without) === 0
  );
  return kept.includes("confirmed") ? kept : [...kept, "confirmed"];
}

/** ICMP messages and their answers. */
const ANSWERS: readonly (readonly [number, number])[] = [[8, 0], [13, 14], [15, 16], [17, 18]];
const ANSWERS6: readonly (readonly [number, number])[] = [[128, 129]];

function answerOf(type: number | undefined, pairs: typeof ANSWERS): number | undefined {
  for (const [one, other] of pairs) {
    if (type === one) return other;
    if (type === other) return one;
  }
  return type;
}

/** Returns the tuple of the other direction, without NAT. */
export function reverse(tuple: Tuple): Tuple {
  const { src, dst, srcPort, dstPort, icmpType, icmpv6Type, zone: _, ...rest } = tuple;
  const turned = {
    src: dst,
    dst: src,
    ...rest,
    srcPort: dstPort,
    dstPort: srcPort,
    icmpType: answerOf(icmpType, ANSWERS),
    icmpv6Type: answerOf(icmpv6Type, ANSWERS6),
  };
  return Object.fromEntries(Object.entries(turned).filter(([, one]) => one !== undefined)) as Tuple;
}

/**
 * Returns the fields of a flow to add that was listed with NAT. The kernel wants the directions without NAT, and the
 * translation by itself.
 */
function withoutNat({ orig, reply, status, natSrc, natDst }: Flow): Partial<Flow> {
  if (orig === undefined || reply === undefined) return {};
  const has = (bit: "src_nat" | "dst_nat"): boolean =>
    typeof status === "number" ? (status & IPS[bit]) !== 0 : status?.includes(bit) === true;
  const plain: Tuple = { ...reply }, nat: { natSrc?: FlowNat; natDst?: FlowNat } = {};
  const range = (address: string | undefined, port: number | undefined): FlowNat => ({
    ...(address === undefined ? {} : { minip: address, maxip: address }),
    ...(port === undefined ? {} : { portMin: port, portMax: port }),
  });
  if (has("src_nat") && natSrc === undefined) {
    nat.natSrc = range(reply.dst, reply.dstPort);
    Object.assign(plain, orig.src && { dst: orig.src }, orig.srcPort !== undefined && { dstPort: orig.srcPort });
  }
  if (has("dst_nat") && natDst === undefined) {
    nat.natDst = range(reply.src, reply.srcPort);
    Object.assign(plain, orig.dst && { src: orig.dst }, orig.dstPort !== undefined && { srcPort: orig.dstPort });
  }
  return { ...nat, reply: plain };
}

/** Returns a range with both ends. */
function wholeRange(range: FlowNat | undefined): FlowNat | undefined {
  if (range === undefined) return undefined;
  const { minip, maxip = minip, portMin, portMax = portMin } = range;
  return Object.fromEntries(
    Object.entries({ minip, maxip, portMin, portMax }).filter(([, one]) => one !== undefined),
  ) as FlowNat;
}

/** Throws if an address of a flow is not of its family: the kernel would refuse it without a reason, or leave it out. */
function expectFamily(flow: Flow, given: FlowFamily, what: string): void {
  const family = flowFamilyOf(given), { orig, reply, natSrc, natDst } = flow;
  if (family !== "ip" && family !== "ip6") return;
  for (const [name, part] of Object.entries({ orig, reply, natSrc, natDst })) {
    for (const end of ["src", "dst", "minip", "maxip"] as const) {
      const address = (part as (Tuple & FlowNat) | undefined)?.[end];
      if (address === undefined || familyOf({ src: address }) === family) continue;
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${name}.${end}: expected an address of family ${family}, got ${shown(address)}`,
      );
    }
  }
}

/** The protocols whose flows each kernel tells apart by more than addresses. Of others, it may know nothing more. */
const ALWAYS = ["tcp", "udp", "icmp", "icmpv6"];

/** Throws if a direction lacks a field that the kernel needs to know it by. */
function expectWhole(tuple: Tuple | undefined, name: string, what: string): void {
  if (tuple === undefined) return;
  const proto = nameOf(tuple.proto) ?? "", more = ALWAYS.includes(proto) ? BY_PROTOCOL[proto]! : [];
  const needed: readonly (keyof Tuple)[] = ["src", "dst", "proto", ...more];
  const missing = needed.find((field) => tuple[field] === undefined);
  if (missing !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${name}.${missing} is missing`);
}

/** Throws for fields that the kernel would ignore in a flow to add or to change. */
function expectEffect(flow: Flow, what: string): void {
  const { orig, reply, mark, markMask, statusMask } = flow, proto = nameOf((orig ?? reply)?.proto);
  const other = (["tcp", "sctp", "dccp"] as const).find((name) => flow[name] !== undefined && name !== proto);
  const why = other !== undefined
    ? `${other}: the protocol of the flow is ${proto}`
    : markMask !== undefined && mark === undefined
    ? "markMask: mark is missing"
    : statusMask !== undefined
    ? "statusMask is for filters: give all bits of status"
    : undefined;
  if (why !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${why}`);
}

/** Completes a request about a flow. */
export function prepareFlow(given: object, verb: Verb): object {
  const flow = (isAnyFamily(["family", (given as Flow).family]) ? { ...given, family: undefined } : given) as Flow;
  const family = flow.family ?? familyOf(flow.orig) ?? familyOf(flow.reply);
  if (family !== undefined) expectFamily(flow, family, verb === "list" ? "list flows" : `${verb} flow`);
  if (verb === "list") return prepareFilter(flow, family);
  if (verb === "append" || verb === "replace") {
    throw argumentError(TypeError, `Cannot ${verb} a flow: add it, or set its fields`);
  }
  if (flow.orig === undefined && flow.reply === undefined) {
    throw argumentError(
      TypeError,
      `Cannot ${verb} flow: orig is missing${verb === "delete" ? ": the kernel would delete all flows" : ""}`,
    );
  }
  for (const name of ["orig", "reply"] as const) expectWhole(flow[name], name, `${verb} flow`);
  if (verb === "set" || verb === "add") expectEffect(flow, `${verb} flow`);
  const whole = { ...flow, ...(family === undefined ? {} : { family }) };
  if (verb === "set") {
    const { mark, markMask } = flow;
    // The kernel clears the bits of the mask, and toggles those of the mark.
    const masked = mark === undefined || markMask === undefined ? mark : (mark & markMask) >>> 0;
    return { ...whole, ...said({ status: sentStatus(flow.status as never, 0), mark: masked }) };
  }
  if (verb !== "add") return whole;
  if (flow.orig === undefined || flow.timeout === undefined) {
    const name = flow.orig === undefined ? "orig" : "timeout";
    throw argumentError(TypeError, `Cannot add flow ${tupleText(flow.orig ?? flow.reply)}: ${name} is missing`);
  }
  const plain = { ...whole, reply: flow.reply ?? reverse(flow.orig) }, made = { ...plain, ...withoutNat(plain) };
  return {
    ...made,
    ...said({
      natSrc: wholeRange(made.natSrc),
      natDst: wholeRange(made.natDst),
      status: sentStatus(flow.status as never, VOLATILE),
    }),
  };
}

/** Returns the fields that are not undefined. */
function said(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined));
}

function hasNoBits(mask: unknown): boolean {
  return Array.isArray(mask) ? mask.length === 0 : mask === 0;
}

/** Returns the request for a list. What the kernel cannot compare is left out. */
function prepareFilter(flow: Flow, family: Flow["family"] | undefined): object {
  const { orig, reply, mark, markMask = 0xffffffff, status, statusMask = status, ...rest } = flow;
  for (const [bits, name] of [["markMask", "mark"], ["statusMask", "status"]] as const) {
    if (flow[bits] === undefined || flow[name] !== undefined) continue;
    throw argumentError(TypeError, `Cannot list flows by ${bits}: ${name} is missing`);
  }
  const origFlags = comparedBits(orig), replyFlags = comparedBits(reply);
  const tuples = family !== undefined && (origFlags | replyFlags) !== 0;
  return {
    ...rest,
    ...(family === undefined ? {} : { family }),
    ...(mark === undefined ? {} : { mark, markMask }),
    // The kernel refuses a filter that compares no bits.
    ...(status === undefined || hasNoBits(statusMask) ? {} : { status, statusMask }),
    ...(tuples
      ? { ...(origFlags !== 0 && { orig }), ...(replyFlags !== 0 && { reply }), filter: { origFlags, replyFlags } }
      : {}),
  };
}
