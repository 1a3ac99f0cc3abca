/**
 * Filters and chains: tcmsg and TCA_*.
 *
 * Source: linux/rtnetlink.h, linux/pkt_cls.h, net/sched/cls_api.c, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  choice,
  type Codec,
  eachAttribute,
  head,
  i32,
  type Ifindex,
  ifindex,
  type IfindexCodec,
  interfaceNameOf,
  key,
  part,
  type Parts,
  type Reader,
  readOnly,
  type Shape,
  shown,
  text,
  u16,
  u32,
} from "../../../core/codec/mod.ts";
import { NLMSG_HDRLEN } from "../../../core/message.ts";
import { Flower, type FlowerOptions } from "./filters/flower.ts";
import {
  BasicOptions,
  Bpf,
  type BpfFilterOptions,
  CgroupOptions,
  FlowOptions,
  FwOptions,
  MatchallOptions,
  RouteFilterOptions,
  RsvpOptions,
  TcindexOptions,
  u32HandleNumber,
  u32HandleText,
  U32Options,
} from "./filters/kinds.ts";
import { handle } from "./handle.ts";
import { type EtherType, etherType } from "./names.ts";
import { Estimator } from "./stats.ts";

/** Size of struct tcmsg in bytes. */
const TCMSG = 20;

/** The interface number of messages about a shared block. */
export const BLOCK: number = -1;

/** Options by the kind of filter. */
export interface FilterKinds {
  /** Packets for which conditions are true. */
  basic: BasicOptions;
  /** Packets for which a program says so. */
  bpf: BpfFilterOptions;
  /** Packets of processes of groups with a class. */
  cgroup: CgroupOptions;
  /** Computes the class from fields of packets. */
  flow: FlowOptions;
  /** Packets whose fields match. */
  flower: FlowerOptions;
  /** Packets with a mark. */
  fw: FwOptions;
  /** All packets. */
  matchall: MatchallOptions;
  /** Packets of routes with a realm. */
  route: RouteFilterOptions;
  /** Packets whose bits match. */
  u32: U32Options;
  /** Packets of reserved flows; removed in 6.3. */
  rsvp: RsvpOptions;
  /** The same for IPv6. */
  rsvp6: RsvpOptions;
  /** Packets with an index; removed in 6.3. */
  tcindex: TcindexOptions;
}

/** The kind of a filter and its options. */
export type FilterKind =
  | {
    [K in keyof FilterKinds]: {
      /** The kind. */
      kind: K;
      /** Options of the kind. */
      options?: FilterKinds[K];
    };
  }[keyof FilterKinds]
  | { kind?: undefined; options?: undefined };

/** The place of filters and chains. */
export interface FilterPlace {
  /** Number of the interface. */
  ifindex?: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Number of the shared block, instead of an interface and a parent. */
  block?: number;
  /**
   * The qdisc or class whose packets are filtered: `1:`, `1:10`; `root` for the qdisc at the root, `ingress` and
   * `egress` for the hooks of the qdiscs `ingress` and `clsact`.
   */
  parent?: string;
  /** Number of the chain: packets begin in chain 0. */
  chain?: number;
}

/** The fields of every filter. */
export interface FilterFields extends FilterPlace {
  /** Type of the packets: `ip`, `ipv6`, `all` … */
  protocol?: EtherType;
  /** Priority: filters with the lowest come first. All filters of one have the same kind and protocol. */
  priority?: number;
  /** The number within the priority: for `u32` a text such as `800::800`, for `fw` the mark. */
  handle?: number | string;
  /** A warning about the request, in events. Read-only. */
  extWarnMsg?: string;
  /** Asks for an estimated rate of the actions. The kernel does not return it. */
  rate?: Estimator;
}

/** A filter. */
export type Filter = FilterFields & FilterKind;

const PARENTS = { root: 0, ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;
const IFINDEX = 4, HANDLE = 8, PARENT = 12;

/** True if the message whose header begins at `base` is about a shared block. */
const ofBlock = (from: Reader): boolean => from.view.getInt32(from.base + IFINDEX, true) === BLOCK;

const interfaceNumber: IfindexCodec = {
  ...ifindex,
  decode: (from, at) => from.view.getInt32(at, true) === BLOCK ? undefined as never : from.view.getInt32(at, true),
  encode: (value, to, owner) => value === BLOCK ? i32.encode(BLOCK, to, owner) : ifindex.encode(value, to, owner),
};

const parents = handle(PARENTS);

const parent: typeof parents = {
  ...parents,
  decode: (from, at, end, owner) => ofBlock(from) ? undefined as never : parents.decode(from, at, end, owner),
};

const block: Codec<number> = {
  ...u32,
  decode: (from, at) => ofBlock(from) ? from.view.getUint32(at, true) : undefined as never,
};

/** The handle of a filter: a text for `u32`, a number for others, absent when 0. */
const filterHandle: Codec<number | string> = {
  name: "the handle of a filter",
  size: 4,
  decode(from, at, _end, owner) {
    const number = from.view.getUint32(at, true);
    if (number === 0) return undefined as never;
    return (owner as Filter).kind === "u32" ? u32HandleText(number) : number;
  },
  encode(value, to, owner) {
    if (typeof value === "number") return u32.encode(value, to, owner);
    const number = (owner as Filter).kind === "u32" || /:/.test(value) ? u32HandleNumber(value) : hexOrNumber(value);
    if (number === undefined) {
      return to.fail(TypeError, `expected a number, or a handle of u32 like "800::800", got ${shown(value)}`);
    }
    u32.encode(number, to, owner);
  },
};

/** Returns the number of a text like `10` or `0x10`. */
function hexOrNumber(text: string): number | undefined {
  return /^(\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : undefined;
}

const CASES = {
  basic: BasicOptions,
  bpf: Bpf,
  cgroup: CgroupOptions,
  flow: FlowOptions,
  flower: Flower,
  fw: FwOptions,
  matchall: MatchallOptions,
  route: RouteFilterOptions,
  u32: U32Options,
  rsvp: RsvpOptions,
  rsvp6: RsvpOptions,
  tcindex: TcindexOptions,
};

const kinds: Parts<FilterKind> = choice<FilterKind, "kind", "options">("kind", 1, "options", 2, CASES, text);

const place = (): Shape<FilterPlace> => ({
  ifindex: head(IFINDEX, interfaceNumber, key),
  dev: interfaceNameOf("ifindex", key),
  block: head(PARENT, block, key),
  parent: head(PARENT, parent, key),
  chain: [11, u32, key],
});

/** Wire form of {@linkcode Filter}: tcmsg and TCA_*. */
export const Filter: Attributes<Filter> = attributes((): Shape<Omit<FilterFields, "handle">> => ({
  ...place(),
  protocol: head(16, etherType, key),
  priority: head(18, u16, key),
  extWarnMsg: [16, text, readOnly],
  rate: [5, Estimator],
}), { header: TCMSG, pad: 9 })
  .with(kinds)
  .with(part<Pick<FilterFields, "handle">>(() => ({ handle: head(HANDLE, filterHandle, key) }))) as Attributes<
    unknown
  > as Attributes<Filter>;

/** A chain, which may have a template. */
export type Chain =
  & FilterPlace
  & {
    /** A warning about the request, in events. Read-only. */
    extWarnMsg?: string;
  }
  & FilterKind;

/** Wire form of {@linkcode Chain}: tcmsg and TCA_*. */
export const Chain: Attributes<Chain> = attributes((): Shape<FilterPlace & { extWarnMsg?: string }> => ({
  ...place(),
  extWarnMsg: [16, text, readOnly],
}), { header: TCMSG, pad: 9 }).with(kinds) as Attributes<unknown> as Attributes<Chain>;

const KIND = 1, OPTIONS = 2, U32_DIVISOR = 4, U32_PAD = 12;

/**
 * True if the message whose payload begins at `at` is about a filter: not about a whole priority, or about a table of
 * u32 that the kernel makes by itself.
 */
export function isFilter(from: Reader, at: number): boolean {
  const end = at - NLMSG_HDRLEN + from.view.getUint32(at - NLMSG_HDRLEN, true);
  const handle = from.view.getUint32(at + HANDLE, true);
  let options: readonly [number, number] | undefined, u32Kind = false;
  eachAttribute(from, at + TCMSG, end, (id, start, stop) => {
    if (id === OPTIONS) options = [start + 4, stop];
    else if (id === KIND) u32Kind = stop - start >= 7 && from.view.getUint32(start + 4, true) === U32_NAME;
  });
  if (options === undefined) return handle !== 0;
  if (!u32Kind) return true;
  let divisor = 0, others = false;
  eachAttribute(from, ...options, (id, start, stop) => {
    if (id === U32_DIVISOR && stop - start === 8) divisor = from.view.getUint32(start + 4, true);
    else if (id !== U32_PAD) others = true;
  });
  // The kernel makes tables of one bucket, with numbers from 800: on, by itself.
  return divisor === 0 || others || divisor > 1 || handle >>> 20 < 0x800;
}

/** The name `u32` with its NUL, as a number. */
const U32_NAME = 0x0032_3375;
