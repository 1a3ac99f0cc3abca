/** struct taskstats in each version, with the size that it has in that version's kernel. */
import { assertEquals } from "@std/assert";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { locate } from "../../../core/message.ts";
import { TaskAggregate } from "../../../families/generic/taskstats.ts";
import { test } from "../../test.ts";

/** Returns a nest with the statistics of a version: each eight bytes contain their own offset. */
function told(version: number, size: number): Reader {
  const to = new Writer();
  const start = to.open(3), at = to.grow(size);
  for (let offset = 0; offset + 8 <= size; offset += 8) to.view.setBigUint64(at + offset, BigInt(offset), true);
  to.view.setUint16(at, version, true);
  to.close(start);
  return new Reader(to.bytes.slice(0, to.length));
}

const decoded = (version: number, size: number): Record<string, unknown> => {
  const from = told(version, size);
  return TaskAggregate.decode(from, 0, from.length, {}).stats as Record<string, unknown>;
};

/** The offsets of version 15: offsetof() in its header, computed by gcc. */
const VERSION_15 = {
  acExitcode: 4,
  cpuDelayTotal: 24,
  cpuDelayMax: 32,
  cpuDelayMin: 40,
  blkioDelayTotal: 56,
  blkioDelayMax: 64,
  blkioDelayMin: 72,
  swapinDelayTotal: 88,
  swapinDelayMax: 96,
  swapinDelayMin: 104,
  cpuRunRealTotal: 112,
  acSched: 160,
  acUid: 168,
  acEtime: 192,
  nivcsw: 328,
  freepagesDelayTotal: 368,
  freepagesDelayMax: 376,
  freepagesDelayMin: 384,
  thrashingDelayTotal: 400,
  thrashingDelayMax: 408,
  thrashingDelayMin: 416,
  acBtime64: 424,
  compactDelayTotal: 440,
  compactDelayMax: 448,
  compactDelayMin: 456,
  acTgid: 464,
  acExeInode: 488,
  wpcopyDelayTotal: 504,
  wpcopyDelayMax: 512,
  wpcopyDelayMin: 520,
  irqCount: 528,
  irqDelayTotal: 536,
  irqDelayMax: 544,
  irqDelayMin: 552,
};

test("taskstats: version 15 has the longest and shortest delay after each total, and other offsets", () => {
  const stats = decoded(15, 560), { acExitcode, acExeInode, acSched, ...places } = VERSION_15;
  assertEquals([acExitcode, stats.acExitcode], [4, 0]);
  assertEquals([stats.acExeInode, stats.acSched], [BigInt(acExeInode), acSched & 255]);
  for (const [name, offset] of Object.entries(places)) assertEquals([name, stats[name]], [name, offset]);
  // The part that version 16 has, with no field twice.
  assertEquals(Object.keys(stats).sort(), Object.keys(decoded(16, 560)).sort());
  const from = told(15, 560), message = new Uint8Array(16 + from.length);
  new DataView(message.buffer).setUint32(0, message.length, true);
  message.set(from.bytes, 16);
  assertEquals(
    locate(new Reader(message), 0, 16 + 4 + VERSION_15.irqDelayMin, TaskAggregate).path,
    "stats.irqDelayMin",
  );
  const to = new Writer();
  TaskAggregate.encode({ stats }, to, {});
  assertEquals(TaskAggregate.decode(new Reader(to.bytes, to.length), 0, to.length, {}).stats, stats);
});

test("taskstats: each other version only appends to the previous one", () => {
  const whole = Object.entries(decoded(17, 688));
  for (
    const [version, size, last] of [
      [1, 80, "cpuRunVirtualTotal"],
      [8, 328, "freepagesDelayTotal"],
      [
        13,
        416,
        "wpcopyDelayTotal",
      ],
      [14, 432, "irqDelayTotal"],
      [16, 560, "irqDelayMin"],
      [17, 688, "irqDelayMaxTs"],
    ] as const
  ) {
    const stats = Object.entries(decoded(version, size));
    assertEquals(stats.at(-1)![0], last);
    assertEquals(stats.slice(1), whole.slice(1, stats.length));
  }
});
