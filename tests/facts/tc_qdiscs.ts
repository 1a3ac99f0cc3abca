/**
 * The parts of tables.ts for qdiscs and classes of traffic control.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "Class": "TCA_",
  "AtmClass": "TCA_ATM_",
  "Cake": "TCA_CAKE_",
  "CakeStats": "TCA_CAKE_STATS_",
  "CakeTin": "TCA_CAKE_TIN_STATS_",
  "Cbq": "TCA_CBQ_",
  "Cbs": "TCA_CBS_",
  "Choke": "TCA_CHOKE_",
  "Codel": "TCA_CODEL_",
  "DrrClass": "TCA_DRR_",
  "Dsmark": "TCA_DSMARK_",
  "Dualpi2": "TCA_DUALPI2_",
  "Etf": "TCA_ETF_",
  "Ets": "TCA_ETS_",
  "EtsClass": "TCA_ETS_",
  "Fq": "TCA_FQ_",
  "FqCodel": "TCA_FQ_CODEL_",
  "FqPie": "TCA_FQ_PIE_",
  "Gred": "TCA_GRED_",
  "GredVq": "TCA_GRED_VQ_",
  "HfscClass": "TCA_HFSC_",
  "Hhf": "TCA_HHF_",
  "Mqprio": "TCA_MQPRIO_",
  "MqprioTcEntry": "TCA_MQPRIO_TC_ENTRY_",
  "Netem": "TCA_NETEM_",
  "Pie": "TCA_PIE_",
  "QfqClass": "TCA_QFQ_",
  "Red": "TCA_RED_",
  "Sfb": "TCA_SFB_",
  "Taprio": "TCA_TAPRIO_ATTR_",
  "TaprioSchedEntry": "TCA_TAPRIO_SCHED_ENTRY_",
  "TaprioTcEntry": "TCA_TAPRIO_TC_ENTRY_",
  "NetemLoss": "NETEM_LOSS_",
  "Htb": "TCA_HTB_",
  "HtbClass": "TCA_HTB_",
  "Qdisc": "TCA_",
  "Stab": "TCA_STAB_",
  "Stats2": "TCA_STATS_",
  "Tbf": "TCA_TBF_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "Cbq.fopt": "tc_cbq_fopt",
  "Cbq.lssopt": "tc_cbq_lssopt",
  "Cbq.ovlStrategy": "tc_cbq_ovl",
  "Cbq.wrropt": "tc_cbq_wrropt",
  "CbqXstats": "tc_cbq_xstats",
  "Cbs.parms": "tc_cbs_qopt",
  "Choke.parms": "tc_choke_qopt",
  "ChokeXstats": "tc_choke_xstats",
  "CodelXstats": "tc_codel_xstats",
  "DrrXstats": "tc_drr_stats",
  "Dualpi2Xstats": "tc_dualpi2_xstats",
  "Etf.parms": "tc_etf_qopt",
  "FqPieXstats": "tc_fq_pie_xstats",
  "FqXstats": "tc_fq_qd_stats",
  "Gred.dps": "tc_gred_sopt",
  "GredParms": "tc_gred_qopt",
  "Hfsc": "tc_hfsc_qopt",
  "HfscXstats": "tc_hfsc_stats",
  "HhfXstats": "tc_hhf_xstats",
  "Mqprio": "tc_mqprio_qopt",
  "Multiq": "tc_multiq_qopt",
  "Netem": "tc_netem_qopt",
  "Netem.corr": "tc_netem_corr",
  "Netem.corrupt": "tc_netem_corrupt",
  "Netem.rate": "tc_netem_rate",
  "Netem.reorder": "tc_netem_reorder",
  "Netem.slot": "tc_netem_slot",
  "NetemLoss.ge": "tc_netem_gemodel",
  "NetemLoss.gi": "tc_netem_gimodel",
  "NetemXstats": "tc_netem_xstats",
  "PieXstats": "tc_pie_xstats",
  "Plug": "tc_plug_qopt",
  "Prio": "tc_prio_qopt",
  "QfqXstats": "tc_qfq_stats",
  "Red.parms": "tc_red_qopt",
  "RedXstats": "tc_red_xstats",
  "ServiceCurve": "tc_service_curve",
  "Sfb.parms": "tc_sfb_qopt",
  "SfbXstats": "tc_sfb_xstats",
  "SfqXstats": "tc_sfq_xstats",
  "Skbprio": "tc_skbprio_qopt",
  "TcMap": "tc_mqprio_qopt",
  "Estimator": "tc_estimator",
  "Fifo": "tc_fifo_qopt",
  "Htb.init": "tc_htb_glob",
  "HtbClass.parms": "tc_htb_opt",
  "HtbXstats": "tc_htb_xstats",
  "Qdisc": "tcmsg",
  "RateSpec": "tc_ratespec",
  "Stab.base": "tc_sizespec",
  "Stats2.rateEst": "gnet_stats_rate_est",
  "Stats2.rateEst64": "gnet_stats_rate_est64",
  "Tbf.parms": "tc_tbf_qopt",
  "TcStats": "tc_stats",
};

/** Layouts of headers without a struct in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  // tcmsg, with a name of its own for tcm_info.
  // tc_fq_codel_xstats, a union.
  "FqCodelClStats":
    "type 0 u32, deficit 4 s32, ldelay 8 u32, count 12 u32, lastcount 16 u32, dropping 20 u32, dropNext 24 s32 = 40",
  "FqCodelQdStats":
    "type 0 u32, maxpacket 4 u32, dropOverlimit 8 u32, ecnMark 12 u32, newFlowCount 16 u32, newFlowsLen 20 u32, oldFlowsLen 24 u32, ceMark 28 u32, memoryUsage 32 u32, dropOvermemory 36 u32 = 40",
  // tc_sfq_qopt_v1, with a name of its own for its second field called limit, and two structs in it.
  "Sfq":
    "quantum 0 u32, perturbPeriod 4 s32, limit 8 u32, divisor 12 u32, flows 16 u32, depth 20 u32, headdrop 24 u32, redLimit 28 u32, qthMin 32 u32, qthMax 36 u32, wlog 40 u8, plog 41 u8, scellLog 42 u8, flags 43 u8, maxP 44 4 bytes, probDrop 48 u32, forcedDrop 52 u32, probMark 56 u32, forcedMark 60 u32, probMarkHead 64 u32, forcedMarkHead 68 u32 = 72",
  "Class": "ifindex 4 s32, parent 12 u32, handle 8 u32, leaf 16 u32 = 20",
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "AtmClass": "fd u32, hdr bytes, excess u32, addr bytes, state u32",
  "Cbq": "lssopt 20 bytes, wrropt 12 bytes, fopt 12 bytes, ovlStrategy 8 bytes, rate 12 bytes, rtab bytes, police u32",
  "Choke": "stab 256 bytes",
  "Dsmark": "indices u16, defaultIndex u16, setTcIndex flag, mask u8, value u8",
  "Fq": "priomap 20 bytes, weights bytes [s32]",
  "Gred": "stab 256 bytes",
  "Netem": "delayDist bytes [s16], slotDist bytes [s16]",
  "NetemLoss": "gi 20 bytes, ge 16 bytes",
  "Red": "stab 256 bytes",
  "Taprio": "adminSched nest",
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
  // Its presence is its value.
  "Cake.raw": "4 bytes",
  // One more is sent than is given, if the kernel would return one less.
  "Codel.ceThreshold": "4 bytes",
  "Codel.interval": "4 bytes",
  "Codel.target": "4 bytes",
  "FqCodel.ceThreshold": "4 bytes",
  "FqCodel.interval": "4 bytes",
  "FqCodel.target": "4 bytes",
  // Probabilities are fractions.
  "Choke.maxP": "4 bytes",
  "Red.maxP": "4 bytes",
  "Netem.loss": "4 bytes",
  "Netem.duplicate": "4 bytes",
  "Netem.corr.delayCorr": "4 bytes",
  "Netem.corr.lossCorr": "4 bytes",
  "Netem.corr.dupCorr": "4 bytes",
  "Netem.corrupt.probability": "4 bytes",
  "Netem.corrupt.correlation": "4 bytes",
  "Netem.reorder.probability": "4 bytes",
  "Netem.reorder.correlation": "4 bytes",
  "NetemLoss.ge.p": "4 bytes",
  "NetemLoss.ge.r": "4 bytes",
  "NetemLoss.ge.h": "4 bytes",
  "NetemLoss.ge.k1": "4 bytes",
  "NetemLoss.gi.p13": "4 bytes",
  "NetemLoss.gi.p31": "4 bytes",
  "NetemLoss.gi.p32": "4 bytes",
  "NetemLoss.gi.p14": "4 bytes",
  "NetemLoss.gi.p23": "4 bytes",
  "Sfb.parms.increment": "4 bytes",
  "Sfb.parms.decrement": "4 bytes",
  "SfbXstats.maxprob": "4 bytes",
  "SfbXstats.avgprob": "4 bytes",
  "Gred.maxP": "bytes [4 bytes]",
  // One in a request, sixteen in the kernel's answer.
  "Gred.parms": "bytes",
  "Ets.quanta": "nest [u32]",
  "Ets.priomap": "nest [u8]",
  "Mqprio.minRate64": "nest [u64]",
  "Mqprio.maxRate64": "nest [u64]",
  // Any input is sent as version 3.
  "Htb.init.version": "4 bytes",
};

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  "Netem.lossModel": "LOSS",
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
  "Cake.ackFilter": "CAKE_ACK_",
  "Cake.atm": "CAKE_ATM_",
  "Cake.diffservMode": "CAKE_DIFFSERV_",
  "Cake.flowMode": "CAKE_FLOW_",
  "Choke.parms.flags": ["TC_RED_", /^(?!HISTORIC)/],
  "GredVq.flags": ["TC_RED_", /^(?!HISTORIC)/],
  "Dualpi2.dropEarly": "TC_DUALPI2_DROP_EARLY_",
  "Dualpi2.dropOverload": "TC_DUALPI2_DROP_OVERLOAD_",
  "Dualpi2.ecnMask": "TC_DUALPI2_ECN_MASK_",
  "Dualpi2.splitGso": "TC_DUALPI2_SPLIT_GSO_",
  "Mqprio.mode": "TC_MQPRIO_MODE_",
  "Mqprio.shaper": "TC_MQPRIO_SHAPER_",
  "MqprioTcEntry.fp": "TC_FP_",
  "TaprioTcEntry.fp": "TC_FP_",
  "Plug.action": "TCQ_PLUG_",
  "Taprio.flags": "TCA_TAPRIO_ATTR_FLAG_",
  "TaprioSchedEntry.cmd": "TC_TAPRIO_CMD_",
  "FqCodelClStats.type": "TCA_FQ_CODEL_XSTATS_",
  "FqCodelQdStats.type": "TCA_FQ_CODEL_XSTATS_",
  "RateSpec.linklayer": "TC_LINKLAYER_",
  "Stab.base.linklayer": "TC_LINKLAYER_",
};

/** Enumerations whose names are the words of `tc`. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Cbq.lssopt.change": { flags: 1, ewma: 2, maxidle: 4, minidle: 8, offtime: 16, avpkt: 32 },
  "Cbq.lssopt.flags": { bounded: 1, isolated: 2 },
  "Etf.parms.clockid": { realtime: 0, monotonic: 1, boottime: 7, tai: 11 },
  "Etf.parms.flags": { deadline_mode_on: 1, offload_on: 2, skip_sock_check: 4 },
  "AtmClass.excess": { "1:": 0x10000, "1:10": 0x10010, ":1": 1, "0:": 0, "8001:": 0x80010000 },
  "Class.leaf": { "1:": 0x10000, "8001:": 0x80010000 },
  "Class.parent": { root: 0xffff_ffff, "1:10": 0x10010 },
  "Qdisc.parent": { root: 0xffff_ffff, ingress: 0xffff_fff1, ":1": 1 },
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /^TCA_(ATM_PTR|GRED_VQ_ENTRY|ETS_PRIOMAP_BAND|TAPRIO_ATTR_SCHED_SINGLE_ENTRY|TAPRIO_SCHED_ENTRY)$/,
    "it is an element of a list, or no kernel reads it",
  ],
  [/^TCA_(FQ_CODEL_XSTATS|TAPRIO_ATTR_FLAG|TAPRIO_OFFLOAD_STATS)_/, "it is no attribute of these tables"],
  [/^TCA_(DUMP_FLAGS|FCNT)$/, "nothing that the library does needs it"],
  [/^TCA_(DUMP_FLAGS_TERSE|FLAG_LARGE_DUMP_ON|ACT_FLAG_.*|OLD_COMPAT|STATS2)$/, "it is no attribute"],
];
