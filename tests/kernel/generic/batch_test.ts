/**
 * Many requests of generic families in few sends: all are tried, each refusal has its position, and dry runs show them.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BatchError, type KernelError } from "../../../core/errors.ts";
import type { ShownMessage } from "../../../core/show.ts";
import { open as openEthtool } from "../../../families/generic/ethtool.ts";
import { family } from "../../../families/generic/mod.ts";
import { open as openMptcp } from "../../../families/generic/mptcp_pm.ts";
import { open as openTcpMetrics } from "../../../families/generic/tcp_metrics.ts";
import { open as openWireguard } from "../../../families/generic/wireguard.ts";
import { packets } from "../../../core/pcap.ts";
import { inNamespace, many } from "../namespace.ts";
import { moduleTest } from "./lab.ts";
import { genericTest } from "./needs.ts";

/** Returns the codes of a batch's refusals by position. */
function refusals(body: () => void): [index: number, code: string][] {
  const error = assertThrows(body, BatchError);
  return error.failures.map(({ index, error }) => [index, (error as KernelError).code]);
}

genericTest(
  "mptcp_pm",
  "batch: a thousand changes of MPTCP endpoints, in few sends and in order",
  ["ip"],
  () =>
    inNamespace(({ name }) => {
      const pieces: Uint8Array[] = [];
      {
        using client = openMptcp({ netns: name, capture: (bytes) => pieces.push(bytes) });
        client.batch(({ endpoints }) => {
          for (let i = 0; i < 500; i++) {
            endpoints.add({ id: 7, addr4: `192.0.2.${i % 250}`, flags: ["backup"] });
            endpoints.delete(7);
          }
          endpoints.add({ id: 9, addr4: "192.0.2.9" });
        });
        assertEquals(client.endpoints.list(), [{ family: "inet", id: 9, addr4: "192.0.2.9", flags: [] }]);
        // The ninth is refused, and so are those whose number is taken; the others are made.
        assertEquals(
          refusals(() =>
            client.batch((b) => {
              b.endpoints.add({ id: 9, addr4: "192.0.2.99" });
              b.endpoints.add({ id: 10, addr4: "192.0.2.10" });
              b.endpoints.delete(99);
              b.setLimits({ subflows: 5 });
              b.setLimits({ subflows: 99 });
              b.setLimits({ rcvAddAddrs: 2 });
            })
          ).map(([index]) => index),
          [0, 2, 4],
        );
        assertEquals(client.limits(), { rcvAddAddrs: 2, subflows: 5 });
        assertEquals(client.endpoints.list().map(({ id }) => id), [9, 10]);
      }
      const sent = [...packets(pieces)].filter(({ direction }) => direction === "sent");
      assert(sent.length < 30, `${sent.length} sends`);
    }),
);

genericTest(
  "tcp_metrics",
  "batch: a thousand refusals, each with its place and its code",
  ["ip"],
  () =>
    inNamespace(({ name }) => {
      using client = openTcpMetrics({ netns: name });
      const codes = refusals(() =>
        client.batch(({ metrics }) => {
          for (let i = 0; i < 1000; i++) metrics.delete(`10.9.${i >> 8}.${i & 255}`);
        })
      );
      assertEquals(codes, Array.from({ length: 1000 }, (_, i) => [i, "ESRCH"]));
    }),
);

genericTest(
  "ethtool",
  "batch: features of many devices, a name that is not there among them",
  ["ip"],
  () =>
    inNamespace(({ name, ipBatch }) => {
      const names = Array.from({ length: 50 }, (_, i) => `v${i}`);
      ipBatch(names.map((one) => `link add ${one} type veth peer name ${one}p`));
      using client = openEthtool({ netns: name });
      const switched = (on: boolean): [number, string][] =>
        refusals(() =>
          client.batch(({ features }) => {
            for (const one of [...names, "nope", "lo"]) features.switch(one, { "tx-generic-segmentation": on });
          })
        );
      for (const on of [false, true]) {
        assertEquals(switched(on), [[50, "ENODEV"]]);
        assertEquals(
          names.map((one) => client.features.get(one).active?.value?.includes("tx-generic-segmentation")),
          names.map(() => on),
        );
      }
    }),
);

genericTest(
  "IOAM6",
  "batch: a thousand objects of a family that has no module",
  ["ip"],
  () =>
    inNamespace(({ name }) => {
      using ioam = family("IOAM6", { netns: name });
      // IOAM6_CMD_ADD_NAMESPACE with IOAM6_ATTR_NS_ID; namespace 3 exists already.
      ioam.request(1, { 1: 3 });
      assertEquals(
        refusals(() =>
          ioam.batch((b) => {
            for (let id = 1; id <= 1000; id++) b.request(1, { 1: id });
          })
        ),
        [[2, "EEXIST"]],
      );
      assertEquals(ioam.dump(3).length, 1000);
    }),
);

genericTest("mptcp_pm", "batch: a dry run shows every item and sends none", ["ip"], () =>
  inNamespace(({ name }) => {
    const shown: ShownMessage[] = [];
    {
      using dry = openMptcp({ netns: name, dryRun: (message) => shown.push(message) });
      dry.batch((b) => {
        b.endpoints.add({ id: 1, addr4: "192.0.2.1" });
        b.endpoints.delete(1);
        b.setLimits({ subflows: 3 });
      });
    }
    assertEquals(shown.map(({ type }) => type), [
      "MPTCP_PM_CMD_ADD_ADDR",
      "MPTCP_PM_CMD_DEL_ADDR",
      "MPTCP_PM_CMD_SET_LIMITS",
    ]);
    assertEquals(shown.map(({ flags }) => flags), [["request"], ["request"], ["request", "ack"]]);
    assertEquals((shown[0]!.value as { addr4?: string }).addr4, "192.0.2.1");
    using client = openMptcp({ netns: name });
    assertEquals(client.endpoints.list(), []);
  }));

moduleTest("wireguard", ["wireguard"], "batch: peers of several WireGuard interfaces, one of which is not there", [
  "ip",
], () =>
  inNamespace(({ name, ip }) => {
    using client = openWireguard({ netns: name });
    for (const one of ["wg0", "wg1"]) ip(`link add ${one} type wireguard`);
    const key = (i: number): Uint8Array =>
      Uint8Array.from({ length: 32 }, (_, at) => at === 0 ? i & 255 : at === 1 ? i >> 8 : 9);
    const count = many(1000);
    assertEquals(
      refusals(() =>
        client.batch(({ wireguard }) => {
          for (let i = 0; i < count; i++) {
            wireguard.set(`wg${i % 3}`, {
              peers: [{ publicKey: key(i), allowedIps: [`10.${i >> 8}.${i & 255}.0/24`] }],
            });
          }
        })
      ),
      Array.from({ length: Math.floor(count / 3) }, (_, i) => [3 * i + 2, "ENODEV"]),
    );
    const peers = ["wg0", "wg1"].map((one) => client.wireguard.get(one).peers?.length);
    assertEquals(peers, [0, 1].map((rest) => Math.ceil((count - rest) / 3)));
  }));
