/**
 * Every kind of qdisc that the kernel has: made by `tc` and read by us, made by us and read by `tc`, and the law that a
 * listed one can be deleted and added again. Most kinds are modules, which only the lab loads.
 */
import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { open, type QdiscInput } from "../../../../families/route/tc.ts";
import { red } from "../../../../families/route/tc/red.ts";
import { inNamespace, kernelTest, lab, type Namespace, run } from "../../namespace.ts";

type Fields = Record<string, unknown>;

/** A qdisc as `tc` makes it, as we do, and the text or the JSON in which `tc` shows it. */
interface Specimen {
  readonly tc: string;
  readonly options?: Fields;
  /** The options that `tc -j` shows, of the options that we list; absent if its JSON is broken. */
  readonly json?: (options: Fields) => Fields;
  /** Options that the kernel adds or changes by itself. */
  readonly own?: readonly string[];
  /** True if what `tc` shows changes with time. */
  readonly moves?: true;
}

const PRIOMAP = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
/** Returns the JSON of the flags of early detection. */
const redJson = (o: Fields): Fields => {
  const flags = o["flags"] as string[];
  return {
    limit: o["limit"],
    min: o["qthMin"],
    max: o["qthMax"],
    ecn: flags.includes("ecn"),
    harddrop: flags.includes("harddrop"),
    adaptive: flags.includes("adaptative"),
    nodrop: flags.includes("nodrop"),
    ewma: o["wlog"],
    probability: o["maxP"],
    Scell_log: o["scellLog"],
  };
};
const limit = (o: Fields): Fields => ({ limit: o["limit"] });
const RED = "limit 400000 min 30000 max 90000 avpkt 1000 burst 55 bandwidth 10mbit probability 0.02";
const redInput = { limit: 400_000, min: 30_000, max: 90_000, avpkt: 1000, burst: 55, bandwidth: 1_250_000 };
/** Choke's lengths are packets. */
const CHOKE = {
  ...red({ limit: 1_000_000, min: 83_000, max: 250_000, avpkt: 1000, burst: 200, bandwidth: 1_250_000 }),
  limit: 1000,
  qthMin: 83,
  qthMax: 250,
};

const SPECIMENS: Readonly<Record<string, readonly Specimen[]>> = {
  bfifo: [{ tc: "limit 100000", options: { limit: 100_000 }, json: limit }],
  pfifo: [{ tc: "limit 50", options: { limit: 50 }, json: limit }],
  pfifo_head_drop: [{ tc: "limit 70", options: { limit: 70 }, json: limit }],
  skbprio: [{ tc: "limit 32", options: { limit: 32 }, json: limit }],
  plug: [{ tc: "limit 10000" }],
  multiq: [{ tc: "", own: ["bands", "maxBands"] }],
  noqueue: [{ tc: "" }],
  mq: [{ tc: "" }],
  drr: [{ tc: "", json: () => ({}) }],
  qfq: [{ tc: "", json: () => ({}) }],
  blackhole: [{ tc: "" }],
  cake: [
    {
      tc:
        "bandwidth 10mbit diffserv4 dual-srchost nat wash ack-filter overhead 44 mpu 84 rtt 50ms memlimit 4mb fwmark 0xf",
      options: {
        baseRate64: 1_250_000,
        diffservMode: "diffserv4",
        flowMode: "dual_src",
        nat: true,
        wash: true,
        ackFilter: "filter",
        overhead: 44,
        mpu: 84,
        rtt: 50_000,
        target: 2500,
        memory: 4 << 20,
        fwmark: 15,
      },
      own: ["atm", "autorate", "ingress", "splitGso"],
      json: (o) => ({
        bandwidth: o["baseRate64"],
        diffserv: o["diffservMode"],
        flowmode: "dual-srchost",
        nat: o["nat"],
        wash: o["wash"],
        ingress: o["ingress"],
        "ack-filter": "enabled",
        split_gso: o["splitGso"],
        rtt: o["rtt"],
        raw: o["raw"] === true,
        atm: "noatm",
        overhead: o["overhead"],
        mpu: o["mpu"],
        memlimit: o["memory"],
        fwmark: "0xf",
      }),
    },
    {
      tc: "unlimited raw besteffort",
      options: { baseRate64: 0, raw: true, diffservMode: "besteffort" },
      own: ["ackFilter", "atm", "autorate", "flowMode", "fwmark", "ingress", "memory", "mpu", "nat", "overhead", "rtt"]
        .concat("splitGso", "target", "wash"),
    },
  ],
  cbs: [{
    tc: "locredit -1389 hicredit 31 sendslope -900000 idleslope 100000",
    options: { locredit: -1389, hicredit: 31, sendslope: -900_000, idleslope: 100_000 },
    own: ["offload"],
    json: (o) => ({
      hicredit: o["hicredit"],
      locredit: o["locredit"],
      sendslope: o["sendslope"],
      idleslope: o["idleslope"],
      offload: Number(o["offload"]),
    }),
  }],
  choke: [{
    tc: "limit 1000 min 83 max 250 avpkt 1000 bandwidth 10Mbit burst 200 probability 0.02 ecn",
    options: { ...CHOKE, flags: ["ecn"] },
    json: redJson,
  }],
  codel: [{
    tc: "limit 500 target 7ms interval 120ms ecn ce_threshold 20ms",
    options: { limit: 500, target: 6999, interval: 119_999, ecn: true, ceThreshold: 19_999 },
    json: (o) => ({
      limit: o["limit"],
      target: o["target"],
      ce_threshold: o["ceThreshold"],
      interval: o["interval"],
      ecn: o["ecn"],
    }),
  }],
  etf: [{
    tc: "clockid CLOCK_TAI delta 200000 deadline_mode skip_sock_check",
    options: { delta: 200_000, clockid: "tai", flags: ["deadline_mode_on", "skip_sock_check"] },
    json: (o) => ({
      clockid: String(o["clockid"]).toUpperCase(),
      delta: o["delta"],
      offload: (o["flags"] as string[]).includes("offload_on") ? "on" : "off",
      deadline_mode: (o["flags"] as string[]).includes("deadline_mode_on") ? "on" : "off",
      skip_sock_check: (o["flags"] as string[]).includes("skip_sock_check") ? "on" : "off",
    }),
  }],
  ets: [{
    tc: "bands 5 strict 2 quanta 3000 2000 1500 priomap 0 1 2 3 4 4",
    options: {
      nbands: 5,
      nstrict: 2,
      quanta: [3000, 2000, 1500],
      priomap: [0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4],
    },
    json: (o) => ({ bands: o["nbands"], strict: o["nstrict"], quanta: o["quanta"], priomap: o["priomap"] }),
  }],
  fq: [{
    tc:
      "limit 5000 flow_limit 50 quantum 3028 initial_quantum 15140 maxrate 10mbit buckets 512 orphan_mask 255 low_rate_threshold 1mbit ce_threshold 3ms timer_slack 20us horizon 5s horizon_cap",
    options: {
      plimit: 5000,
      flowPlimit: 50,
      quantum: 3028,
      initialQuantum: 15_140,
      flowMaxRate: 1_250_000,
      bucketsLog: 9,
      orphanMask: 255,
      lowRateThreshold: 125_000,
      ceThreshold: 3000,
      timerSlack: 20_000,
      horizon: 5_000_000,
      horizonDrop: false,
    },
    own: ["rateEnable", "flowRefillDelay", "priomap", "weights", "offloadHorizon"],
  }],
  fq_codel: [{
    tc:
      "limit 2000 flows 512 target 6ms interval 110ms quantum 1000 ecn drop_batch 32 memory_limit 1mb ce_threshold 30ms",
    options: {
      limit: 2000,
      flows: 512,
      target: 5999,
      interval: 109_999,
      quantum: 1000,
      ecn: true,
      dropBatchSize: 32,
      memoryLimit: 1 << 20,
      ceThreshold: 29_999,
    },
    own: ["ceThresholdSelector", "ceThresholdMask"],
    json: (o) => ({
      limit: o["limit"],
      flows: o["flows"],
      quantum: o["quantum"],
      target: o["target"],
      ce_threshold: o["ceThreshold"],
      interval: o["interval"],
      memory_limit: o["memoryLimit"],
      ecn: o["ecn"],
      drop_batch: o["dropBatchSize"],
    }),
  }],
  fq_pie: [{
    tc:
      "limit 3000 flows 256 target 20ms tupdate 16ms alpha 3 beta 25 quantum 900 memory_limit 2mb ecn_prob 15 ecn bytemode dq_rate_estimator",
    options: {
      limit: 3000,
      flows: 256,
      target: 20_000,
      tupdate: 16_000,
      alpha: 3,
      beta: 25,
      quantum: 900,
      memoryLimit: 2 << 20,
      ecnProb: 15,
      ecn: true,
      bytemode: true,
      dqRateEstimator: true,
    },
    json: (o) => ({
      limit: o["limit"],
      flows: o["flows"],
      target: o["target"],
      tupdate: o["tupdate"],
      alpha: o["alpha"],
      beta: o["beta"],
      quantum: o["quantum"],
      memory_limit: o["memoryLimit"],
      ecn_prob: o["ecnProb"],
      ecn: o["ecn"],
      bytemode: o["bytemode"],
      dq_rate_estimator: o["dqRateEstimator"],
    }),
  }],
  gred: [{
    tc: "setup DPs 3 default 1 grio limit 100000",
    options: { dps: { dps: 3, defDp: 1, grio: 1 }, limit: 100_000 },
    own: ["dps", "limit", "maxP", "parms", "vqList"],
  }],
  hfsc: [{ tc: "default 20", options: { defcls: 0x20 } }],
  hhf: [{
    tc: "limit 500 quantum 1000 hh_limit 100 reset_timeout 52ms admit_bytes 65536 evict_timeout 2s non_hh_weight 3",
    options: {
      backlogLimit: 500,
      quantum: 1000,
      hhFlowsLimit: 100,
      resetTimeout: 52_000,
      admitBytes: 65_536,
      evictTimeout: 2_000_000,
      nonHhWeight: 3,
    },
    json: (o) => ({
      limit: o["backlogLimit"],
      quantum: o["quantum"],
      hh_limit: o["hhFlowsLimit"],
      reset_timeout: o["resetTimeout"],
      admit_bytes: o["admitBytes"],
      evict_timeout: o["evictTimeout"],
      non_hh_weight: o["nonHhWeight"],
    }),
  }],
  htb: [{
    tc: "default 20 r2q 5 direct_qlen 77",
    options: { defcls: 0x20, rate2quantum: 5, directQlen: 77 },
    own: ["version", "debug", "directPkts"],
    json: (o) => ({
      r2q: o["rate2quantum"],
      default: `0x${(o["defcls"] as number).toString(16)}`,
      ver: `${(o["version"] as number) >> 16}.${(o["version"] as number) & 0xffff}`,
      direct_qlen: o["directQlen"],
    }),
  }],
  mqprio: [{
    tc: "num_tc 2 map 0 0 1 1 queues 2@0 2@2 hw 0",
    options: { numTc: 2, prioTcMap: [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], count: [2, 2], offset: [0, 2] },
    own: ["hw", "tcEntry"],
    json: (o) => ({
      tc: o["numTc"],
      map: o["prioTcMap"],
      queues: (o["offset"] as number[]).map((first, i) => [first, first + (o["count"] as number[])[i]! - 1]),
      mode: "dcb",
      shaper: "dcb",
    }),
  }],
  netem: [
    {
      tc:
        "limit 500 delay 100ms 10ms 25% loss 1% 20% duplicate 2% 5% reorder 25% 50% gap 5 corrupt 0.1% 2% rate 1mbit 20 100 5 slot 1ms 2ms packets 5 bytes 5000",
      options: {
        limit: 500,
        latency: 100_000_000,
        jitter: 10_000_000,
        loss: 0.01,
        duplicate: 0.02,
        corr: { delayCorr: 0.25, lossCorr: 0.2, dupCorr: 0.05 },
        reorder: { probability: 0.25, correlation: 0.5 },
        gap: 5,
        corrupt: { probability: 0.001, correlation: 0.02 },
        rate: { rate: 125_000, packetOverhead: 20, cellSize: 100, cellOverhead: 5 },
        slot: { minDelay: 1e6, maxDelay: 2e6, maxPackets: 5, maxBytes: 5000, distDelay: 0, distJitter: 0 },
      },
      own: ["prngSeed"],
      json(o) {
        const corr = o["corr"] as Fields, rate = o["rate"] as Fields, slot = o["slot"] as Record<string, number>;
        const reorder = o["reorder"] as Fields, corrupt = o["corrupt"] as Fields;
        return {
          limit: o["limit"],
          delay: {
            delay: o["latency"] as number / 1e9,
            jitter: o["jitter"] as number / 1e9,
            correlation: corr["delayCorr"],
          },
          "loss-random": { loss: o["loss"], correlation: corr["lossCorr"] },
          duplicate: { duplicate: o["duplicate"], correlation: corr["dupCorr"] },
          reorder: { reorder: reorder["probability"], correlation: reorder["correlation"] },
          corrupt: { corrupt: corrupt["probability"], correlation: corrupt["correlation"] },
          rate: {
            rate: rate["rate"],
            packetoverhead: rate["packetOverhead"],
            cellsize: rate["cellSize"],
            celloverhead: rate["cellOverhead"],
          },
          slot: {
            "min-delay": slot["minDelay"]! / 1e9,
            "max-delay": slot["maxDelay"]! / 1e9,
            packets: slot["maxPackets"],
            bytes: slot["maxBytes"],
          },
          ecn: o["ecn"] === true,
          gap: o["gap"],
        };
      },
    },
    {
      tc: "loss state 1% 90% 2% 80% 3% ecn",
      options: { lossModel: { gi: { p13: 0.01, p31: 0.9, p32: 0.02, p23: 0.8, p14: 0.03 } }, ecn: true },
      own: ["corr", "corrupt", "duplicate", "gap", "jitter", "latency", "limit", "loss", "prngSeed", "rate", "reorder"],
      json(o) {
        const { gi } = o["lossModel"] as { gi: Fields };
        return { limit: o["limit"], "loss-state": gi, ecn: o["ecn"], gap: o["gap"] };
      },
    },
    {
      tc: "loss gemodel 1% 20% 70% 0.5%",
      options: { lossModel: { ge: { p: 0.01, r: 0.2, h: 0.3, k1: 0.005 } } },
      own: ["corr", "corrupt", "duplicate", "gap", "jitter", "latency", "limit", "loss", "prngSeed", "rate", "reorder"],
      json(o) {
        const { ge } = o["lossModel"] as { ge: Record<string, number> };
        const shown = { p: ge["p"], r: ge["r"], "1-h": 1 - ge["h"]!, "1-k": ge["k1"] };
        return { limit: o["limit"], "loss-gemodel": shown, ecn: false, gap: o["gap"] };
      },
    },
  ],
  pie: [{
    tc: "limit 800 target 20ms tupdate 16ms alpha 4 beta 30 ecn bytemode",
    options: { limit: 800, target: 20_000, tupdate: 16_000, alpha: 4, beta: 30, ecn: true, bytemode: true },
    own: ["dqRateEstimator"],
    json: (o) => ({
      limit: o["limit"],
      target: o["target"],
      tupdate: o["tupdate"],
      alpha: o["alpha"],
      beta: o["beta"],
      ecn: o["ecn"],
      bytemode: o["bytemode"],
    }),
  }],
  prio: [
    { tc: "", options: { bands: 3, priomap: PRIOMAP } },
    {
      tc: "bands 4 priomap 1 2 3 0 1 2 0 0 1 1 1 1 1 1 1 1",
      options: { bands: 4, priomap: [1, 2, 3, 0, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] },
      json: (o) => ({ bands: o["bands"], priomap: o["priomap"], multiqueue: false }),
    },
  ],
  red: [
    { tc: `${RED} ecn`, options: { ...red(redInput), flags: ["ecn"] }, json: redJson },
    { tc: `${RED} ecn nodrop`, options: { ...red(redInput), flags: ["ecn", "nodrop"] }, json: redJson },
    { tc: `${RED} ecn adaptive`, options: { ...red(redInput), flags: ["ecn", "adaptative"] }, moves: true },
  ],
  sfb: [{
    tc:
      "rehash 60000 db 6000 limit 100 max 30 target 25 increment 0.001 decrement 0.0001 penalty_rate 11 penalty_burst 22",
    options: {
      rehashInterval: 60_000,
      warmupTime: 6000,
      limit: 100,
      max: 30,
      binSize: 25,
      increment: 66 / 0xffff,
      decrement: 7 / 0xffff,
      penaltyRate: 11,
      penaltyBurst: 22,
    },
    json: (o) => ({
      rehash: 1000 * (o["rehashInterval"] as number),
      db: 1000 * (o["warmupTime"] as number),
      limit: o["limit"],
      max: o["max"],
      target: o["binSize"],
      increment: o["increment"],
      decrement: o["decrement"],
      penalty_rate: o["penaltyRate"],
      penalty_burst: o["penaltyBurst"],
    }),
  }],
  sfq: [{
    tc:
      "limit 100 perturb 10 quantum 2000 divisor 512 flows 64 depth 50 redflowlimit 100000 min 8000 max 60000 avpkt 1000 burst 20 probability 0.2 ecn headdrop",
    options: {
      limit: 100,
      perturbPeriod: 10,
      quantum: 2000,
      divisor: 512,
      flows: 64,
      depth: 50,
      headdrop: 1,
      redLimit: 100_000,
      qthMin: 8000,
      qthMax: 60_000,
      wlog: 5,
      plog: 18,
      scellLog: 0,
      flags: ["ecn"],
      maxP: 0.2,
    },
    own: ["probDrop", "forcedDrop", "probMark", "forcedMark", "probMarkHead", "forcedMarkHead", "redLimit"],
    json: (o) => ({
      limit: o["limit"],
      quantum: o["quantum"],
      depth: o["depth"],
      headdrop: o["headdrop"] === 1,
      flows: o["flows"],
      divisor: o["divisor"],
      perturb: o["perturbPeriod"],
      ewma: o["wlog"],
      min: o["qthMin"],
      max: o["qthMax"],
      probability: o["maxP"],
      ecn: true,
      harddrop: false,
      adaptive: false,
      nodrop: false,
    }),
  }],
  taprio: [{
    tc:
      "num_tc 3 map 2 2 1 0 2 2 2 2 2 2 2 2 2 2 2 2 queues 1@0 1@1 2@2 base-time 1000000000 sched-entry S 01 300000000 sched-entry S 03 400000000 clockid CLOCK_TAI",
    options: {
      priomap: {
        numTc: 3,
        prioTcMap: [2, 2, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
        count: [1, 1, 2],
        offset: [0, 1, 2],
      },
      schedBaseTime: 1_000_000_000n,
      schedClockid: "tai",
      schedEntryList: [
        { cmd: "set_gates", gateMask: 1, interval: 300_000_000 },
        { cmd: "set_gates", gateMask: 3, interval: 400_000_000 },
      ],
    },
    own: ["schedCycleTime", "schedCycleTimeExtension", "flags", "txtimeDelay", "tcEntry", "adminSched"]
      .concat("priomap", "schedEntryList"),
    moves: true,
  }],
  tbf: [{
    tc: "rate 1mbit burst 10k limit 20k peakrate 2mbit mtu 2000",
    options: { rate: 125_000, burst: 10_240, limit: 20_480, peakrate: 250_000, pburst: 2000 },
    own: ["overhead", "mpu", "linklayer"],
  }],
};

/** Rounds fractions: `tc` prints six digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_name, one) => typeof one === "number" ? Number(one.toPrecision(5)) : one);

/** Returns the value without some fields, with fractions rounded. */
function without(value: Fields | undefined, names: readonly string[]): unknown {
  const rest = Object.fromEntries(
    Object.entries(value ?? {}).filter(([name]) => !names.includes(name) && name !== "stab")
      .map(([name, one]) => [name, typeof one === "bigint" ? String(one) : one]),
  );
  return rounded(rest);
}

/** The specimens, each with the interface that it gets. */
const ALL = Object.entries(SPECIMENS)
  .flatMap(([kind, all]) => all.map((one) => ({ kind, ...one })))
  .map((one, index) => ({ ...one, dev: `q${index}` }));

const GRED_QUEUE = "limit 60000 min 5000 max 15000 avpkt 1000 burst 20 bandwidth 10mbit DP 1 probability 0.02 prio 2";

/** Returns what `tc` shows of each interface's qdisc at the root. */
function shown(ns: Namespace): Map<string, string> {
  const text = run("tc", ["-n", ns.name, "-d", "qdisc", "show"]).replace(/direct_packets_stat \d+ /, "");
  const parts = text.split(/^(?=qdisc )/m);
  return new Map(parts.filter((one) => / root /.test(one)).map((one) => [/ dev (\S+)/.exec(one)![1]!, one.trim()]));
}

/** Returns the JSON in which `tc` shows each interface's qdisc at the root, where it is JSON. */
function jsonOf(ns: Namespace): Map<string, Fields> {
  const text = run("tc", ["-n", ns.name, "-j", "-d", "qdisc", "show"]).replace(/"direct_packets_stat":\d+,/, "");
  const parts = text.split(/(?=\{"kind":)/).slice(1);
  return new Map(parts.flatMap((one): [string, Fields][] => {
    try {
      const { root, dev, options } = JSON.parse(one.trim().replace(/[,\]]$/, ""));
      return root === true ? [[dev, options]] : [];
    } catch {
      return [];
    }
  }));
}

kernelTest(
  "qdiscs of every kind: made by tc and by us, read by both; listed, deleted, added again",
  ["ip", "tc"],
  async () => {
    await inNamespace(async (ns) => {
      ns.ipBatch(ALL.flatMap(({ dev }) => [
        `link add ${dev} numtxqueues 4 type veth peer name ${dev}p`,
        `link set ${dev} up`,
      ]));
      const lines = ALL.flatMap(({ dev, kind, tc }) => [
        `qdisc add dev ${dev} root handle 1: ${kind} ${tc}`,
        ...(kind === "gred" ? [`qdisc change dev ${dev} root handle 1: gred ${GRED_QUEUE}`] : []),
      ]);
      // Lines with kinds that this kernel lacks fail.
      spawnSync("tc", ["-n", ns.name, "-force", "-batch", "-"], { input: lines.join("\n") });
      using tc = open({ netns: ns.name });
      const list = (): Map<string, QdiscInput> =>
        new Map(tc.qdiscs.list({ parent: "root", handle: "1:" }).map((one) => [one.dev!, one as QdiscInput]));
      // A schedule begins with its next cycle; until then the kernel lists it as the one to come.
      const scheduled = ALL.find(({ kind }) => kind === "taprio")!.dev;
      const waits = (options?: Fields): boolean => options !== undefined && options["schedEntryList"] === undefined;
      while (waits(list().get(scheduled)?.options as Fields | undefined)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const found = list(), text = shown(ns), json = jsonOf(ns), here = ALL.filter(({ dev }) => found.has(dev));
      const missing = new Set(ALL.filter((one) => !here.includes(one)).map(({ kind }) => kind));
      console.log(`${here.length} qdiscs compared; this kernel has no ${[...missing].join(", ") || "other kinds"}`);
      for (const { dev, kind, options, own = [], moves, json: expected } of here) {
        const given = found.get(dev)!.options as Fields | undefined;
        assertEquals(found.get(dev)!.kind, kind);
        if (!moves) assertEquals(without(given, own), without(options, [...own, "stab"]), kind);
        if (expected === undefined) continue;
        const ours = expected(given ?? {}), theirs = json.get(dev)!;
        // Newer versions of tc show more fields.
        assertEquals(
          rounded(ours),
          rounded(Object.fromEntries(Object.keys(ours).map((name) => [name, theirs[name]]))),
          kind,
        );
      }
      const again = (make: (one: typeof here[number]) => QdiscInput): void =>
        tc.batch((batch) => {
          for (const one of here) {
            batch.qdiscs.delete({ dev: one.dev, parent: "root", handle: "1:" });
            batch.qdiscs.add(make(one));
          }
        });
      again(({ dev }) => found.get(dev)!);
      const second = shown(ns), listed = list();
      for (const { dev, kind, own = [], moves } of here) {
        if (moves) continue;
        assertEquals(second.get(dev), text.get(dev), kind);
        // Packets of the kernel itself are counted.
        const counters = kind === "gred" ? own : ["redLimit", "directPkts"];
        const options = [found, listed].map((all) => without(all.get(dev)!.options as Fields, counters));
        assertEquals(options[1], options[0], kind);
      }
      // The queues of gred are there only if they are given one by one.
      const ours = here.filter(({ kind }) => kind !== "gred");
      again((
        one,
      ) => ({ dev: one.dev, parent: "root", handle: "1:", kind: one.kind, options: one.options } as QdiscInput));
      const third = shown(ns), made = list();
      for (const { dev, kind, options, own = [], moves } of ours) {
        if (moves) continue;
        assertEquals(without(made.get(dev)!.options as Fields, own), without(options, [...own, "stab"]), kind);
        if (!kind.startsWith("plug")) assertEquals(third.get(dev), text.get(dev), kind);
      }
    });
  },
  lab ? 120_000 : undefined,
);
