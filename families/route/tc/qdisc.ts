/**
 * Queueing disciplines: tcmsg and TCA_*.
 *
 * Source: linux/rtnetlink.h, linux/pkt_sched.h, v7.2
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  attributes,
  bytes,
  choice,
  type Codec,
  flag,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  part,
  type Parts,
  readOnly,
  select,
  type Shape,
  text,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { handleUnless0, plainHandle, TC_H } from "./handle.ts";
import {
  Cake,
  CakeStats,
  Choke,
  ChokeXstats,
  Codel,
  CodelXstats,
  Dualpi2,
  Dualpi2Xstats,
  Fq,
  FqCodel,
  FqCodelXstats,
  FqPie,
  FqPieXstats,
  FqXstats,
  Gred,
  Hhf,
  HhfXstats,
  Pie,
  PieXstats,
  Red,
  RedXstats,
  Sfb,
  SfbXstats,
  Sfq,
} from "./kinds/aqm.ts";
import { Dsmark, Ets, Fifo, Mqprio, Multiq, Netem, NetemXstats, Plug, Prio, Skbprio, Taprio } from "./kinds/queues.ts";
import { Cbq, type CbqXstats, Cbs, Etf, Hfsc, Htb, Tbf } from "./kinds/shaping.ts";
import { Stab } from "./size_table.ts";
import { Estimator, Stats2, stats2, TcStats } from "./stats.ts";

/** Size of struct tcmsg in bytes. */
export const TCMSG = 20;

/** TCA_PAD: the number of the attribute that only pads. */
export const TCA_PAD = 9;

/** Places of a qdisc with a name. */
const PARENTS = { root: TC_H.root, ingress: TC_H.ingress, clsact: TC_H.clsact } as const;

/** The fields of every qdisc. */
export interface QdiscFields {
  /** Number of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /**
   * The place: `root`; `ingress` for the kinds `ingress` and `clsact`; or the class whose packets it takes, `1:10`.
   */
  parent?: string;
  /**
   * The qdisc's own number, `1:`. By default the kernel chooses one: `8001:`, `8002:` … `0:` are those that it made by
   * itself, which can only be replaced. `ingress` and `clsact` always have `ffff:`.
   */
  handle: string;
  /** Number of references. Read-only. */
  refcnt?: number;
  /** Number of the block with the filters for incoming packets, shared with other qdiscs (`ingress`, `clsact`). */
  ingressBlock?: number;
  /** Number of the block with the filters for outgoing packets, shared with other qdiscs (`clsact`). */
  egressBlock?: number;
  /** True if the device does its work. Read-only. */
  hwOffload?: number;
  /** The lengths of packets as this qdisc counts them; only for one at the root. */
  stab?: Stab;
  /** Asks for an estimated rate. The kernel does not return it. */
  rate?: Estimator;
  /** Statistics in the form of old kernels. Read-only. */
  stats?: TcStats;
  /** A warning about the request that made it, in events. Read-only. */
  extWarnMsg?: string;
}

/** Fields that only filters of lists have. */
export interface QdiscGiven {
  /** True to list also the qdiscs that the kernel made for classes. */
  dumpInvisible?: boolean;
}

/** The fields of a qdisc that its kind decides. */
export interface Of<K extends string, O = undefined, X = undefined> {
  /** The kind. */
  kind: K;
  /** The settings of this kind. */
  options?: O;
  /** Numbers that this kind alone counts. Read-only. */
  xstats?: X;
  /** Statistics. Read-only. */
  stats2?: Stats2<X>;
}

/** Kinds of qdisc that have no settings. */
export type BareQdiscKind =
  | "atm"
  | "blackhole"
  | "drr"
  | "mq"
  | "noqueue"
  | "qfq";

/** No settings: the kernel sends them empty. */
export type NoOptions = Record<string, never>;

/** Wire form of {@linkcode NoOptions}: an empty nest, which decodes to nothing. */
const NoOptions: Attributes<NoOptions> = attributes<NoOptions>({}, { unlessEmpty: true });

/** Kind `cake`, whose statistics are in `stats2.app` alone. */
export interface OfCake extends Omit<Of<"cake", Cake>, "stats2"> {
  /** Statistics. Read-only. */
  stats2?: Stats2<CakeStats>;
}

/** Kind of a qdisc, with its settings in `options`. If the kind is not listed here, `options` is bytes. */
export type QdiscKind =
  | Of<"bfifo", Fifo>
  | OfCake
  | Of<"cbq", Cbq, CbqXstats>
  | Of<"cbs", Cbs>
  | Of<"clsact", NoOptions>
  | Of<"choke", Choke, ChokeXstats>
  | Of<"codel", Codel, CodelXstats>
  | Of<"dsmark", Dsmark>
  | Of<"dualpi2", Dualpi2, Dualpi2Xstats>
  | Of<"etf", Etf>
  | Of<"ets", Ets>
  | Of<"fq", Fq, FqXstats>
  | Of<"fq_codel", FqCodel, FqCodelXstats>
  | Of<"fq_pie", FqPie, FqPieXstats>
  | Of<"gred", Gred>
  | Of<"hfsc", Hfsc>
  | Of<"hhf", Hhf, HhfXstats>
  | Of<"htb", Htb>
  | Of<"ingress", NoOptions>
  | Of<"mqprio", Mqprio>
  | Of<"multiq", Multiq>
  | Of<"netem", Netem, NetemXstats>
  | Of<"pfifo", Fifo>
  | Of<"pfifo_fast", Prio>
  | Of<"pfifo_head_drop", Fifo>
  | Of<"pie", Pie, PieXstats>
  | Of<"plug", Plug>
  | Of<"prio", Prio>
  | Of<"red", Red, RedXstats>
  | Of<"sfb", Sfb, SfbXstats>
  | Of<"sfq", Sfq>
  | Of<"skbprio", Skbprio>
  | Of<"taprio", Taprio>
  | Of<"tbf", Tbf>
  | { [K in BareQdiscKind]: Of<K, NoOptions> }[BareQdiscKind]
  | { kind?: undefined; options?: undefined; xstats?: undefined; stats2?: Stats2 };

/** A queueing discipline: its fields, with those of its kind. */
export type Qdisc = QdiscFields & QdiscKind;

/** A qdisc in a message of either direction: a request has only some of the fields. */
export type QdiscMessage = Partial<QdiscFields> & QdiscGiven & QdiscKind;

const kind: Parts<QdiscKind> = choice<QdiscKind, "kind", "options">("kind", 1, "options", 2, {
  atm: NoOptions,
  bfifo: Fifo,
  blackhole: NoOptions,
  cake: Cake,
  cbq: Cbq,
  cbs: Cbs,
  choke: Choke,
  clsact: NoOptions,
  codel: Codel,
  drr: NoOptions,
  dsmark: Dsmark,
  dualpi2: Dualpi2,
  etf: Etf,
  ets: Ets,
  fq: Fq,
  fq_codel: FqCodel,
  fq_pie: FqPie,
  gred: Gred,
  hfsc: Hfsc,
  hhf: Hhf,
  htb: Htb,
  ingress: NoOptions,
  mq: NoOptions,
  mqprio: Mqprio,
  multiq: Multiq,
  netem: Netem,
  noqueue: NoOptions,
  pfifo: Fifo,
  pfifo_fast: Prio,
  pfifo_head_drop: Fifo,
  pie: Pie,
  plug: Plug,
  prio: Prio,
  qfq: NoOptions,
  red: Red,
  sfb: Sfb,
  sfq: Sfq,
  skbprio: Skbprio,
  taprio: Taprio,
  tbf: Tbf,
}, text);

/** Codecs of `xstats` by kind. */
const XSTATS: Readonly<Record<string, AnyCodec>> = {
  cake: CakeStats,
  choke: ChokeXstats,
  codel: CodelXstats,
  dualpi2: Dualpi2Xstats,
  fq: FqXstats,
  fq_codel: FqCodelXstats,
  fq_pie: FqPieXstats,
  hhf: HhfXstats,
  netem: NetemXstats,
  pie: PieXstats,
  red: RedXstats,
  sfb: SfbXstats,
};

/** Statistics that depend on the kind. */
export interface KindStats {
  /** Numbers that a kind alone counts. */
  xstats?: unknown;
  /** Statistics. */
  stats2?: Stats2;
}

/** Returns the fields with statistics of objects whose kinds count with these codecs. */
export function kindStats(xstats: Readonly<Record<string, AnyCodec>>): Parts<KindStats> {
  const appOf = (owner: object): Codec<unknown> => {
    const { kind } = owner as { kind?: string };
    return (kind !== undefined && Object.hasOwn(xstats, kind) ? xstats[kind]! : bytes) as Codec<unknown>;
  };
  const tables = new Map<Codec<unknown>, Attributes<Stats2>>([[
    bytes as Codec<unknown>,
    Stats2 as Attributes<unknown> as Attributes<Stats2>,
  ]]);
  const stats = (owner: object): Attributes<Stats2> => {
    const app = appOf(owner), table = tables.get(app) ?? stats2(app);
    tables.set(app, table);
    return table;
  };
  return part((): Shape<KindStats> => ({
    stats2: [7, { ...select("statistics", stats), nested: true }, readOnly],
    xstats: [4, select("statistics of the kind", appOf), readOnly],
  }));
}

/** Wire form of {@linkcode Qdisc}: tcmsg and TCA_*. */
export const Qdisc: Attributes<QdiscMessage> = attributes((): Shape<Partial<QdiscFields> & QdiscGiven> => ({
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  parent: head(12, handleUnless0(PARENTS), key),
  handle: head(8, plainHandle, key),
  refcnt: head(16, u32, readOnly),
  ingressBlock: [13, u32],
  egressBlock: [14, u32],
  hwOffload: [12, u8, readOnly],
  stab: [8, Stab],
  rate: [5, Estimator],
  stats: [3, TcStats, readOnly],
  extWarnMsg: [16, text, readOnly],
  dumpInvisible: [10, flag as Codec<boolean>, "input"],
}), { header: TCMSG, pad: TCA_PAD }).with(kind).with(kindStats(XSTATS)) as Attributes<unknown> as Attributes<
  QdiscMessage
>;
