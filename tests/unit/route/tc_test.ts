/** Traffic control without a kernel: units, handles, rate and size tables, the bytes of messages. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { open, type QdiscInput } from "../../../families/route/tc.ts";
import { Class } from "../../../families/route/tc/class.ts";
import { handleNumber, handleText } from "../../../families/route/tc/handle.ts";
import { Qdisc } from "../../../families/route/tc/qdisc.ts";
import { bytesOf, cellLog, rateTable, TICK, ticksOf } from "../../../families/route/tc/rates.ts";
import { red } from "../../../families/route/tc/red.ts";
import { rate, size, time } from "../../../families/route/tc/units.ts";
import { test } from "../../test.ts";

/** Returns the bytes of a value. */
function written(codec: unknown, value: object): Uint8Array {
  const to = new Writer();
  (codec as Codec<object>).encode(value, to, {});
  return to.bytes.slice(0, to.length);
}

/** Returns what is read of the bytes of a value. */
function again(codec: unknown, value: object): Record<string, unknown> {
  const bytes = written(codec, value);
  return (codec as Codec<Record<string, unknown>>).decode(new Reader(bytes), 0, bytes.length, {});
}

test("tc: rates, sizes and durations are read as tc reads them", () => {
  const rates: Record<string, number> = {
    "10mbit": 1_250_000,
    "1gbit": 125_000_000,
    "40Gbit": 5_000_000_000,
    "8": 1,
    "1kibit": 128,
    "2kbps": 2000,
    "1.5mbit": 187_500,
    "1mibps": 1_048_576,
  };
  for (const [text, value] of Object.entries(rates)) assertEquals(rate(text), value, text);
  const sizes: Record<string, number> = {
    "1500k": 1_536_000,
    "1500": 1500,
    "10kb": 10_240,
    "2m": 2_097_152,
    "8kbit": 1024,
  };
  for (const [text, value] of Object.entries(sizes)) assertEquals(size(text), value, text);
  assertEquals([
    time("5ms", "us"),
    time("5ms", "ns"),
    time("1s", "us"),
    time("20us", "us"),
    time("7", "us"),
    time("300ns", "ns"),
  ], [
    5000,
    5_000_000,
    1_000_000,
    20,
    7,
    300,
  ]);
  for (const bad of ["", "10", "ten mbit", "-5mbit", "10 mb it", "5ms"].filter((one) => one !== "10")) {
    assertThrows(() => rate(bad), TypeError, "Cannot read a rate: expected a number");
  }
  assertThrows(() => size(10 as never), TypeError, "Cannot read a size");
  for (const unit of [undefined, "ms"]) {
    assertThrows(() => time("5ms", unit as never), TypeError, 'unit: expected "us" or "ns"');
  }
  assertThrows(() => time("100ns", "us"), RangeError, "less than one µs");
});

test("tc: handles are written as tc writes them", () => {
  for (
    const [text, number] of [["1:", 0x10000], ["1:10", 0x10010], [":1", 1], ["0:", 0], ["8001:", 0x80010000]] as const
  ) {
    assertEquals([handleText(number), handleNumber(text)], [text, number]);
  }
  for (const bad of ["", ":", "1", "g:", "12345:", "1:10:2"]) assertEquals(handleNumber(bad), undefined);
  const { parent } = again(Qdisc, { ifindex: 1, parent: "root", kind: "mq" });
  assertEquals(parent, "root");
  assertThrows(() => written(Qdisc, { parent: "up" }), TypeError, 'parent: expected "root"');
});

test("tc: a burst of whole bytes survives its ticks at any rate", () => {
  let compared = 0;
  for (let step = 0; step < 20_000; step++) {
    const speed = Math.floor(10 ** (1 + 9.5 * ((step * 7919) % 20_000) / 20_000)),
      bytes = 1 + (step * 104_729) % 1_000_000;
    const ticks = ticksOf(bytes, speed);
    if (ticks === 0xffff_ffff) continue;
    assertEquals(ticksOf(bytesOf(ticks, speed), speed), ticks, `${bytes} bytes at ${speed}`);
    compared++;
  }
  assert(compared > 10_000, `only ${compared} were compared`);
  // No burst is too short to be more than nothing.
  assertEquals(ticksOf(1600, rate("40gbit")), 5);
  assertEquals(ticksOf(1, rate("40gbit")), 1);
  // A tick is 64 ns, as the kernel says.
  const [us = 0, ticks = 0] = readFileSync("/proc/net/psched", "utf8").split(" ").map((one) => parseInt(one, 16));
  assertEquals([us, ticks], [1000, TICK]);
});

test("tc: rate tables have the ticks of 256 lengths", () => {
  const spec = {
    cellLog: cellLog(2047),
    linklayer: "ethernet",
    overhead: 0,
    cellAlign: -1,
    mpu: 0,
    rate: 1_250_000,
  } as const;
  assertEquals(spec.cellLog, 3);
  const table = rateTable(spec), view = new DataView(table.buffer);
  assertEquals(table.length, 1024);
  // 8 bytes at 10 Mbit/s take 6.4 µs; 2048 bytes 1638.4 µs.
  assertEquals([view.getUint32(0, true), view.getUint32(1020, true)], [100, 25_600]);
  const atm = new DataView(rateTable({ ...spec, linklayer: "atm" }).buffer);
  assertEquals(atm.getUint32(0, true), 662);
});

test("tc: parameters of early detection are those of tc", () => {
  const { stab, ...parms } = red({
    limit: 400_000,
    min: 30_000,
    max: 90_000,
    avpkt: 1000,
    burst: 55,
    bandwidth: 1_250_000,
  });
  assertEquals(parms, { limit: 400_000, qthMin: 30_000, qthMax: 90_000, wlog: 5, plog: 22, scellLog: 15, maxP: 0.02 });
  assertEquals([stab.length, stab[0], stab[255]], [256, 0, 31]);
  assertThrows(() => red({ limit: 100, min: 50, max: 40, burst: 9 }), RangeError, "max: expected more than min");
  assertThrows(() => red({ limit: 400_000, burst: 1 }), RangeError, "burst: expected at least");
});

test("tc: rates above 32 bits have an attribute of their own", () => {
  const options = { rate: 5_000_000_000, ceil: 50_000_000_000 };
  const back = again(Class, { ifindex: 1, handle: "1:1", kind: "htb", options })["options"] as Record<string, unknown>;
  assertEquals([back["rate"], back["ceil"]], [options.rate, options.ceil]);
  const netem =
    again(Qdisc, { kind: "netem", options: { rate: { rate: 5_000_000_000 }, latency: 10 ** 12 } })["options"];
  assertEquals((netem as { rate: { rate: number } }).rate.rate, 5_000_000_000);
  assertEquals((netem as { latency: number }).latency, 10 ** 12);
});

test("tc: settings of kinds that kernels no longer have are encoded and decoded", () => {
  const cbq = {
    lssopt: {
      change: ["flags"],
      flags: ["bounded"],
      ewmaLog: 5,
      level: 0,
      maxidle: 1,
      minidle: 2,
      offtime: 3,
      avpkt: 1000,
    },
    wrropt: { flags: 0, priority: 8, cpriority: 8, allot: 1514, weight: 1 },
    fopt: { split: "1:", defmap: 0xff, defchange: 0xff },
    rate: { cellLog: 3, linklayer: "ethernet", overhead: 0, cellAlign: -1, mpu: 0, rate: 1_250_000 },
  };
  assertEquals(again(Class, { kind: "cbq", options: cbq })["options"], cbq as never);
  const dsmark = { indices: 64, defaultIndex: 1, setTcIndex: true };
  assertEquals(again(Qdisc, { kind: "dsmark", options: dsmark })["options"], dsmark as never);
  assertEquals(
    again(Class, { kind: "dsmark", options: { mask: 3, value: 0xb8 } })["options"],
    { mask: 3, value: 0xb8 } as never,
  );
  const atm = { fd: 3, excess: "1:2" };
  assertEquals(again(Class, { kind: "atm", options: atm })["options"], atm as never);
  const dualpi2 = {
    limit: 100,
    target: 1000,
    coupling: 2,
    dropEarly: "drop_enqueue",
    ecnMask: "any_ect",
    splitGso: "split_gso",
  };
  assertEquals(again(Qdisc, { kind: "dualpi2", options: dualpi2 })["options"], dualpi2 as never);
});

test("tc: settings of qdiscs are refused by what is wrong with them", () => {
  using tc = open({ dryRun: () => {} });
  const root = { dev: "lo", parent: "root", handle: "1:" } as const;
  const add = (kind: string, options?: object): () => void => () =>
    void tc.qdiscs.add({ ...root, kind, options } as QdiscInput);
  for (const kind of ["blackhole", "drr", "mq", "noqueue", "qfq"]) {
    add(kind)();
    add(kind, {})();
    assertThrows(add(kind, { quantum: 5 }), TypeError, 'options: there is no field "quantum"', kind);
  }
  for (const kind of ["choke", "ets", "gred", "red", "tbf"]) assertThrows(add(kind), TypeError, "is missing", kind);
  const bucket = { limit: 5000, rate: 125_000, burst: 10_000 };
  add("tbf", bucket)();
  assertThrows(add("tbf", { ...bucket, pburst: 2000 }), TypeError, "options.peakrate: is missing");
  for (const priomap of [[1], Array.from({ length: 17 }, () => 0)]) {
    assertThrows(add("prio", { priomap }), RangeError, `options.priomap: expected 16 items, got ${priomap.length}`);
    assertThrows(
      add("mqprio", { numTc: 2, prioTcMap: priomap, count: [1, 1], offset: [0, 1] }),
      RangeError,
      `options.prioTcMap: expected 16 items, got ${priomap.length}`,
    );
  }
});

test("tc: the root of hfsc is not deleted, and a curve without a rate is refused", () => {
  using tc = open({ dryRun: () => {} });
  const place = { ifindex: 2, parent: "root", kind: "hfsc" } as const;
  const all = ["1:", "1:1", "1:10"].map((handle) => ({ ...place, handle })), [own] = all;
  const { deletable, hint, merge } = tc.classes.declaration;
  assertEquals(deletable?.(all).map(({ handle }) => handle).sort(), ["1:1", "1:10"]);
  assertEquals(hint?.("EBUSY", {}, own!), "it is the own class of the hfsc, and goes with it");
  const none = { m1: 0, d: 0, m2: 0 },
    some = { ...none, m2: 125_000 },
    wrong = "options.rsc: expected a rate, m1 or m2";
  const child = { dev: "lo", parent: "1:", handle: "1:1", kind: "hfsc" } as const;
  assertThrows(() => tc.classes.add({ ...child, options: { rsc: none, fsc: some } }), RangeError, wrong);
  tc.classes.add({ ...child, options: { rsc: some } });
  const found = { ...all[1]!, options: { rsc: some } };
  const change = (rsc: object): object | undefined =>
    merge?.({
      found,
      among: [found],
      changes: { options: { rsc } },
      whole: { ...found, options: { rsc } },
      what: "set",
    });
  assertThrows(() => change(none), RangeError, wrong);
  assertEquals((change({ ...some, d: 5 }) as { options: object }).options, { rsc: { ...some, d: 5 } });
});

test("tc: a change of rate or ceil of htb alone does not put ceil below rate, and bands of multiq do not change", () => {
  using tc = open({ dryRun: () => {} });
  const found = { ifindex: 2, parent: "1:", handle: "1:1", kind: "htb", options: { rate: 5000, ceil: 8000 } } as const;
  const change = (options: object): object | undefined =>
    tc.classes.declaration.merge?.({
      found,
      among: [found],
      changes: { options },
      whole: { ...found, options: { ...found.options, ...options } },
      what: "set class",
    });
  const htb = { dev: "lo", parent: "1:", handle: "1:1", kind: "htb", options: { rate: 1000, prio: 8 } } as const;
  assertThrows(() => tc.classes.add(htb), RangeError, "options.prio: expected 0..7, got 8");
  assertThrows(() => change({ rate: 9000 }), RangeError, "options.rate: expected at most ceil, 8000, got 9000");
  assertThrows(() => change({ ceil: 4000 }), RangeError, "options.ceil: expected at least rate, 5000, got 4000");
  for (const options of [{ rate: 8000 }, { ceil: 5000 }, { rate: 6000, ceil: 4000 }]) {
    assertEquals((change(options) as { options: object }).options, { ...found.options, ...options });
  }
  const multiq = { ifindex: 2, parent: "root", handle: "1:", kind: "multiq", options: { bands: 1 } } as const;
  const bands = (bands: number): void =>
    void tc.qdiscs.declaration.merge?.({
      found: multiq,
      among: [multiq],
      changes: { options: { bands } },
      whole: { ...multiq, options: { bands } },
      what: "set qdisc",
    });
  assertThrows(() => bands(3), TypeError, "options.bands does not change");
  bands(1);
});

test("tc: a dry run of set of an action shows the changes, not that the action is missing", () => {
  const sent: string[] = [];
  using tc = open({ dryRun: (text) => void sent.push(String(text)) });
  tc.actions.set({ kind: "gact", index: 1 }, { action: "pipe" });
  assertEquals(sent.length, 1);
  assertThrows(() => tc.actions.set({ kind: "gact", index: 1 }, { action: "nope" as never }), TypeError, "action");
});

test("tc: a dry run of set wants the kind of the object, which it does not read", () => {
  const sent: string[] = [];
  using tc = open({ dryRun: (text) => void sent.push(String(text)) });
  const root = { ifindex: 2, parent: "root" } as const, options = { limit: 5 }, wrong = "kind is missing in the key";
  const filter = { ifindex: 2, parent: "1:", priority: 5, handle: "0x1" } as const;
  assertThrows(() => tc.qdiscs.set(root, { options }), TypeError, wrong);
  assertThrows(() => tc.classes.set({ ifindex: 2, handle: "1:1" }, { options: { rate: 5 } }), TypeError, wrong);
  assertThrows(() => tc.filters.set(filter, { options: { classid: "1:1" } } as never), TypeError, wrong);
  assertEquals(sent.length, 0);
  tc.qdiscs.set({ ...root, kind: "pfifo" }, { options });
  tc.filters.set(filter, { kind: "fw", options: { classid: "1:1" } });
  assertEquals(sent.length, 2);
});
