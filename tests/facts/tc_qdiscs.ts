/**
 * The parts of tables.ts for qdiscs and classes of traffic control.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "Class": "TCA_",
  "Htb": "TCA_HTB_",
  "HtbClass": "TCA_HTB_",
  "Qdisc": "TCA_",
  "Stab": "TCA_STAB_",
  "Stats2": "TCA_STATS_",
  "Tbf": "TCA_TBF_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  // The first attribute of the nest.
  "Class.stats2": "gnet_stats_basic",
  "Estimator": "tc_estimator",
  "Fifo": "tc_fifo_qopt",
  "Htb.init": "tc_htb_glob",
  "HtbClass.parms": "tc_htb_opt",
  "HtbXstats": "tc_htb_xstats",
  "Qdisc": "tcmsg",
  "RateSpec": "tc_ratespec",
  "Stab.base": "tc_sizespec",
  "Stats2.queue": "gnet_stats_queue",
  "Stats2.rateEst": "gnet_stats_rate_est",
  "Stats2.rateEst64": "gnet_stats_rate_est64",
  "Tbf.parms": "tc_tbf_qopt",
  "TcStats": "tc_stats",
};

/** Layouts of headers without a struct in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  // tcmsg, with a name of its own for tcm_info.
  "Class": "ifindex 4 s32, parent 12 u32, handle 8 u32, leaf 16 u32 = 20",
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "Class": "options nest, rate 2 bytes, stats 40 bytes, stats2 nest, xstats bytes",
  "Qdisc": "options nest, rate 2 bytes, stats 40 bytes, stats2 nest, xstats bytes",
  "Stab": "data bytes [u16]",
  "Stats2": "app bytes, basic 16 bytes, basicHw 16 bytes, rateEst 8 bytes, rateEst64 16 bytes, queue 20 bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // The tables have no attributes in them.
  "HtbClass.ctab": "bytes",
  "HtbClass.rtab": "bytes",
  "Tbf.ptab": "bytes",
  "Tbf.rtab": "bytes",
  // Any input is sent as version 3.
  "Htb.init.version": "4 bytes",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  "tcmsg.tcm_family",
];

/** Fields of structs with other names than in C. */
export const PLACE_NAMES: Readonly<Record<string, string>> = {
  "tcm_info": "refcnt",
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "RateSpec.linklayer": "TC_LINKLAYER_",
  "Stab.base.linklayer": "TC_LINKLAYER_",
};

/** Enumerations whose names are the words of `tc`. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Class.handle": { "1:": 0x10000, "1:10": 0x10010, ":1": 1, "0:": 0, "8001:": 0x80010000 },
  "Class.leaf": { "1:": 0x10000, "8001:": 0x80010000 },
  "Class.parent": { root: 0xffff_ffff, "1:10": 0x10010 },
  "Qdisc.parent": { root: 0xffff_ffff, ingress: 0xffff_fff1, ":1": 1 },
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /^TCA_(ACT|BASIC|BPF|CGROUP|CONNMARK|CSUM|CT|CTINFO|DEF|EM|EMATCH|FLOW|FLOWER|FW|GACT|GATE|ID|IFE|IPT|MATCHALL)_/,
    "there is no module for filters yet",
  ],
  [
    /^TCA_(ATM|CAKE|CBQ|CBS|CHOKE|CODEL|DRR|DSMARK|DUALPI2|ETF|ETS|FQ|GRED|HFSC|HHF|MQPRIO|NETEM|PIE|QFQ|RED|SFB|TAPRIO)_/,
    "their options are bytes",
  ],
  [
    /^TCA_(METADATA|MIRRED|MPLS|NAT|PEDIT|POLICE|ROOT|ROUTE4|RSVP|SAMPLE|SKBEDIT|SKBMOD|TCINDEX|TUNNEL|U32|VLAN|XT)_/,
    "there is no module for filters yet",
  ],
  [/^TCA_(CHAIN|DUMP_FLAGS|FCNT)$/, "only filters, chains and actions have it"],
  [/^TCA_(DUMP_FLAGS_TERSE|FLAG_LARGE_DUMP_ON|ACT_FLAG_.*|OLD_COMPAT|STATS2)$/, "it is no attribute"],
];
