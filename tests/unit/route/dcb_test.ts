/** DCB: bytes of requests and replies; the outcomes in replies. */
import { assertEquals, assertThrows } from "@std/assert";
import { Reader, toHex, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { DcbMessage } from "../../../families/route/dcb.ts";
import { open } from "../../../families/route/mod.ts";
import { test } from "../../test.ts";
import { hex } from "../families/golden.ts";

const GETDCB = 78, SETDCB = 79, ACK = 2;

/** Encodes a message, decodes it again, and compares both with what is expected. */
function bothWays(value: Partial<DcbMessage>, bytes: string): void {
  const to = new Writer();
  DcbMessage.encode(value as DcbMessage, to, {});
  assertEquals(toHex(to.bytes, 0, to.length), bytes.replace(/ /g, ""));
  const back = DcbMessage.decode(new Reader(hex(bytes.replace(/ /g, ""))), 0, to.length, {});
  assertEquals(back as object, { family: "unspec", ...value });
}

test("dcb: requests and replies have the bytes of dcbmsg and DCB_ATTR_*, both ways", () => {
  const ifname = "0900 0100 6574683000 000000";
  bothWays({ cmd: "ieee_get", ifname: "eth0" }, `00150000 ${ifname}`);
  bothWays(
    {
      cmd: "ieee_set",
      ifname: "eth0",
      ieee: { appTable: { ieeeApp: [{ selector: "dscp", priority: 3, protocol: 24 }] } },
    },
    `00140000 ${ifname} 1000 0d80 0c00 0380 0800 0100 05031800`,
  );
  bothWays({ cmd: "sdcbx", ifname: "eth0", dcbx: ["host", "ver_ieee"] }, `00170000 ${ifname} 0500 0e00 09000000`);
  bothWays({ cmd: "gcap", ifname: "eth0", cap: { all: true } }, `000b0000 ${ifname} 0800 0980 0400 0100`);
  bothWays(
    { cmd: "pfc_scfg", ifname: "eth0", pfcCfg: { up0: 1, up7: 0 } },
    `00080000 ${ifname} 1400 0480 0500 0100 01000000 0500 0800 00000000`,
  );
  const eight = (value: number): number[] => Array.from({ length: 8 }, () => value);
  bothWays(
    { cmd: "ieee_get", ieee: { maxrate: { tcMaxrate: eight(1000) } } },
    `00150000 4800 0d80 4400 0700 ${"e803000000000000".repeat(8)}`,
  );
  bothWays(
    {
      cmd: "ieee_get",
      ieee: {
        ets: {
          willing: 1,
          etsCap: 8,
          cbs: 0,
          tcTxBw: [50, 50, 0, 0, 0, 0, 0, 0],
          tcRxBw: eight(0),
          tcTsa: ["ets", "ets", "strict", "strict", "strict", "strict", "strict", "cb_shaper"],
          prioTc: [0, 1, 2, 3, 4, 5, 6, 7],
          tcRecoBw: eight(0),
          tcRecoTsa: eight(0).map(() => "strict" as const),
          recoPrioTc: eight(0),
        },
      },
    },
    `00150000 4400 0d80 3f00 0100 010800 3232000000000000 ${"00".repeat(8)} 0202000000000001 0001020304050607 ${
      "00".repeat(24)
    }00`,
  );
});

test("dcb: outcomes in replies are errors of the kernel", () => {
  const outcomes: Record<number, string> = { 20: "05000d0000000000", 27: "05000d00a1000000", 23: "05000e0001000000" };
  const kernel = new ScriptedKernel(({ type, seq, payload }) => {
    const command = payload[1]!, outcome = outcomes[command] ?? "";
    const reply = hex(`00${command.toString(16).padStart(2, "0")}0000${outcome}`);
    return [message(type, 0, seq, reply), message(ACK, 0, seq, new Uint8Array(20))];
  });
  using route = open({ transport: () => kernel });
  const { dcb } = route;
  const type = (): number => new DataView(kernel.sent.at(-1)!.buffer).getUint16(4, true);
  dcb.set("eth0", { pfc: { pfcEn: 8 } });
  assertEquals(type(), SETDCB);
  assertEquals(dcb.get("eth0"), {});
  assertEquals(type(), GETDCB);
  const refused = assertThrows(() => dcb.delete("eth0", { appTable: {} }), KernelError, "the driver refused it");
  assertEquals((refused as KernelError).code, "EOPNOTSUPP");
  assertEquals((assertThrows(() => dcb.setDcbx("eth0", ["host"]), KernelError) as KernelError).code, "EINVAL");
  assertThrows(() => dcb.get("" as string), TypeError, "expected an interface's name");
  assertThrows(() => dcb.call("ieee" as never, "eth0"), TypeError, "ieee_set");
  assertThrows(() => dcb.set("eth0", { maxrate: { tcMaxrate: [1] } }), TypeError, "8 numbers");
});
