/** Counters of interfaces whose counters need several messages. */
import { assertEquals } from "@std/assert";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { type LinkStatistics, open } from "../../../families/route/mod.ts";
import { LinkXstats } from "../../../families/route/tables.ts";
import { Writer } from "../../../core/codec/mod.ts";
import { test } from "../../test.ts";

const NEWSTATS = 92, DONE = 3, MULTI = 2;

test("stats: the messages about one interface are joined, in list and in iterate", () => {
  const vlan = (vid: number): object => ({
    vid,
    flags: 0,
    rxBytes: 10 * vid,
    rxPackets: vid,
    txBytes: 0,
    txPackets: 0,
  });
  /** Returns the payload of a message: if_stats_msg and IFLA_STATS_LINK_XSTATS. */
  const part = (ifindex: number, vids: readonly number[]): Uint8Array => {
    const to = new Writer();
    LinkXstats.encode({ bridge: { vlan: vids.map(vlan) } }, to, {});
    const bytes = new Uint8Array(16 + to.length), view = new DataView(bytes.buffer);
    view.setUint32(4, ifindex, true);
    view.setUint16(12, 4 + to.length, true);
    view.setUint16(14, 2, true);
    bytes.set(to.bytes.subarray(0, to.length), 16);
    return bytes;
  };
  const kernel = new ScriptedKernel(({ type, seq }) => {
    if (type !== 94) return [];
    const parts = [part(2, [1, 2]), part(2, [3]), part(3, [1])];
    return [
      ...parts.map((one) => message(NEWSTATS, MULTI, seq, one)),
      message(DONE, MULTI, seq, new Uint8Array(4)),
    ];
  });
  using route = open({ transport: () => kernel, names: false });
  const expected = [[2, [10, 20, 30]], [3, [10]]];
  const shown = (all: readonly LinkStatistics[]): unknown =>
    all.map(({ ifindex, linkXstats }) => [ifindex, linkXstats?.bridge?.vlan?.map(({ rxBytes }) => rxBytes)]);
  assertEquals(shown(route.stats.list()) as never, expected as never);
  assertEquals(shown([...route.stats.iterate()]) as never, expected as never);
});
