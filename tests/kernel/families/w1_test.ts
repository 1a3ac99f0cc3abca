/** 1-wire, in the lab: a master behind a simulated chip, whose bus has only the slaves that the test adds. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  CN_IDX,
  type Connector,
  open,
  slaveId,
  slaveName,
  type W1Command,
  type W1Message,
  W1Messages,
} from "../../../families/connector/mod.ts";
import { kernelTest, load, run } from "../namespace.ts";

const loaded = load("i2c-stub", "chip_addr=0x18") && ["i2c-dev", "ds2482", "w1_smem"].every((module) => load(module));
const needs = loaded ? ["i2cset"] : ["the lab, with a kernel that has i2c-stub and ds2482"];

type W1 = Connector<readonly W1Message[]>;

/** Waits for a message that satisfies `is`; earlier messages about other things are kept in `others`. */
async function until(w1: W1, others: W1Message[], is: (message: W1Message) => boolean): Promise<W1Message> {
  for (let i = 0;; i++) {
    while (i >= others.length) {
      const { value: event } = await w1.next();
      if (event === undefined) throw new Error("no such message came");
      if (event.event === "overrun") throw new Error("messages were lost");
      others.push(...event.value ?? []);
    }
    if (is(others[i]!)) return others.splice(i, 1)[0]!;
  }
}

/** Returns the registers of a DS2482 after a reset, with a device present on the bus but none found in a search. */
function makeChip(): string {
  const folder = "/sys/class/i2c-dev";
  const bus = readdirSync(folder).find((name) => /stub/i.test(readFileSync(`${folder}/${name}/name`, "utf8")))!;
  const number = bus.replace("i2c-", "");
  for (const [command, value] of [["0xf0", "0x18"], ["0xb4", "0x02"], ["0xb5", "0x02"], ["0x79", "0x60"]]) {
    run("i2cset", ["-y", "-f", number, "0x18", command!, value!]);
  }
  return `/sys/bus/i2c/devices/${bus}`;
}

kernelTest("w1: masters and slaves are added and removed, and carry out commands", needs, async () => {
  const signal = AbortSignal.timeout(240_000);
  await using w1 = open({ idx: CN_IDX.CN_W1_IDX, val: 1, codec: W1Messages, signal });
  const others: W1Message[] = [], next = (is: (message: W1Message) => boolean) => until(w1, others, is);
  const bus = makeChip();
  writeFileSync(`${bus}/new_device`, "ds2482 0x18");
  const master = (await next(({ type }) => type === "master_add")).master!;
  const slave = slaveId("01-0000000000ab"), name = slaveName(slave);
  try {
    // A search would find no slave, and remove those that the test adds.
    writeFileSync(`/sys/bus/w1/devices/w1_bus_master${master}/w1_master_search`, "0");

    w1.send([{ type: "list_masters" }]);
    assertEquals((await next(({ type }) => type === "list_masters")).masters, [master]);

    /** Sends a command, and returns the answers: data first if there are any, the acknowledgement last. */
    const done = async (command: W1Command, of: Partial<W1Message> = { type: "master_cmd", master }) => {
      w1.send([{ type: "master_cmd", ...of, commands: [command] }]);
      const answers: W1Command[] = [];
      while (true) {
        const answer = await next(({ type, commands }) =>
          type === (of.type ?? "master_cmd") && commands?.[0]?.cmd === command.cmd
        );
        const [one] = answer.commands!;
        if (one!.data !== undefined || one!.slaves !== undefined) answers.push(one!);
        else return { status: answer.status, answers };
      }
    };
    const ok = { status: 0, answers: [] as W1Command[] };
    assertEquals(await done({ cmd: "slave_add", slaves: [slave] }), ok);
    assertEquals((await next(({ type }) => type === "slave_add")).slave, slave);
    assert(readdirSync("/sys/bus/w1/devices").includes(name));
    const { answers: [listed] } = await done({ cmd: "list_slaves" });
    assertEquals(listed?.slaves, [slave]);
    for (const cmd of ["search", "alarm_search"] as const) assertEquals((await done({ cmd })).status, 0, cmd);
    assertEquals((await done({ cmd: "reset" })).status, 0, "reset");
    assertEquals((await done({ cmd: "write", data: Uint8Array.of(0xcc, 0x44) })).status, 0, "write");
    for (const cmd of ["read", "touch"] as const) {
      const { status, answers } = await done({ cmd, data: new Uint8Array(2) });
      assertEquals([status, answers.map(({ data }) => data?.length)], [0, [2]], cmd);
    }
    const of = { type: "slave_cmd", slave } as const;
    const { status, answers } = await done({ cmd: "read", data: new Uint8Array(2) }, of);
    assertEquals([status, answers.map(({ data }) => data?.length)], [0, [2]], "slave");
    assertEquals(await done({ cmd: "slave_remove", slaves: [slave] }), ok);
    assertEquals((await next(({ type }) => type === "slave_remove")).slave, slave);
  } finally {
    writeFileSync(`${bus}/delete_device`, "0x18");
  }
  assertEquals((await next(({ type }) => type === "master_remove")).master, master);
});
