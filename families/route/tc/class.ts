/**
 * Classes of qdiscs: tcmsg and TCA_*.
 *
 * Source: linux/rtnetlink.h, linux/pkt_sched.h, v7.2
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  attributes,
  choice,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  type Parts,
  readOnly,
  type Shape,
  text,
} from "../../../core/codec/mod.ts";
import { handleUnless0, plainHandle, TC_H } from "./handle.ts";
import { CakeStats, FqCodelXstats, SfqXstats } from "./kinds/aqm.ts";
import { AtmClass, DrrClass, DrrXstats, Dsmark, EtsClass, QfqClass, QfqXstats } from "./kinds/queues.ts";
import { Cbq, CbqXstats, HfscClass, HfscXstats, HtbClass, HtbXstats } from "./kinds/shaping.ts";
import { kindStats, type Of, TCA_PAD, TCMSG } from "./qdisc.ts";
import { Estimator, type Stats2, TcStats } from "./stats.ts";

/** The fields of every class. */
export interface ClassFields {
  /** Number of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** The class above, `1:1`; or `root` for one directly below the qdisc, which as input is also the qdisc, `1:`. */
  parent?: string;
  /** The class's own number, `1:10`: that of its qdisc and one of its own. */
  handle: string;
  /** Handle of the qdisc that takes its packets; absent for one that the kernel made by itself. Read-only. */
  leaf?: string;
  /** Asks for an estimated rate. The kernel does not return it. */
  rate?: Estimator;
  /** Statistics in the form of old kernels. Read-only. */
  stats?: TcStats;
  /** A warning about the request that made it, in events. Read-only. */
  extWarnMsg?: string;
}

/** Kinds of qdisc whose classes have no settings. */
export type BareClassKind =
  | "cbs"
  | "choke"
  | "codel"
  | "dualpi2"
  | "etf"
  | "fq"
  | "fq_pie"
  | "gred"
  | "hhf"
  | "mq"
  | "mqprio"
  | "multiq"
  | "netem"
  | "pie"
  | "plug"
  | "prio"
  | "red"
  | "sfb"
  | "skbprio"
  | "taprio"
  | "tbf";

/** Kind of a class's qdisc, with the settings of the class in `options`. */
export type ClassKind =
  | Of<"atm", AtmClass>
  | Of<"cbq", Cbq, CbqXstats>
  | Of<"drr", DrrClass, DrrXstats>
  | Of<"dsmark", Dsmark>
  | Of<"ets", EtsClass>
  | Of<"hfsc", HfscClass, HfscXstats>
  | Of<"htb", HtbClass, HtbXstats>
  | Of<"qfq", QfqClass, Required<QfqClass>>
  | Of<"cake", undefined, CakeStats>
  | Of<"fq_codel", undefined, FqCodelXstats>
  | Of<"sfq", undefined, SfqXstats>
  | Of<BareClassKind>
  | { kind?: undefined; options?: undefined; xstats?: undefined; stats2?: Stats2 };

/** A class: its fields, with those of its kind. */
export type Class = ClassFields & ClassKind;

/** A class in a message of either direction: a request has only some of the fields. */
export type ClassMessage = Partial<ClassFields> & ClassKind;

const kind: Parts<ClassKind> = choice<ClassKind, "kind", "options">("kind", 1, "options", 2, {
  atm: AtmClass,
  cbq: Cbq,
  drr: DrrClass,
  dsmark: Dsmark,
  ets: EtsClass,
  hfsc: HfscClass,
  htb: HtbClass,
  qfq: QfqClass,
}, text);

/** Codecs of `xstats` by kind. */
const XSTATS: Readonly<Record<string, AnyCodec>> = {
  cake: CakeStats,
  cbq: CbqXstats,
  drr: DrrXstats,
  fq_codel: FqCodelXstats,
  hfsc: HfscXstats,
  htb: HtbXstats,
  qfq: QfqXstats,
  sfq: SfqXstats,
};

/** Wire form of {@linkcode Class}: tcmsg and TCA_*. */
export const Class: Attributes<ClassMessage> = attributes((): Shape<Partial<ClassFields>> => ({
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  parent: head(12, handleUnless0({ root: TC_H.root }), key),
  handle: head(8, plainHandle, key),
  leaf: head(16, handleUnless0(), readOnly),
  rate: [5, Estimator],
  stats: [3, TcStats, readOnly],
  extWarnMsg: [16, text, readOnly],
}), { header: TCMSG, pad: TCA_PAD }).with(kind).with(kindStats(XSTATS)) as Attributes<unknown> as Attributes<
  ClassMessage
>;
