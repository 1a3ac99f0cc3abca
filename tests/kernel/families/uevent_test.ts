/** KOBJECT_UEVENT: events of the running kernel, compared with udevadm. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { SystemError } from "../../../core/errors.ts";
import { type Uevent, uevents } from "../../../families/uevent.ts";
import { inNamespace, kernelTest, patience } from "../namespace.ts";
import { evaluate, startIn } from "../route/child.ts";
import { untilPrinted } from "./script.ts";

/** Starts `udevadm monitor` in a namespace; it listens when this resolves. */
async function udevadm(
  netns: string,
  ...args: string[]
): Promise<{ events(count: number): Promise<string[][]> } & AsyncDisposable> {
  const command = ["netns", "exec", netns, "udevadm", "monitor", "--property", ...args];
  const child: ChildProcess = spawn("ip", command, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "", wake = (): void => {};
  child.stdout!.on("data", (data) => {
    text += data;
    wake();
  });
  const until = async (test: () => boolean): Promise<void> => {
    while (!test()) await new Promise<void>((resolve) => wake = resolve);
  };
  await until(() => /^(KERNEL|UDEV) - .*\n/m.test(text));
  // A block for each event: a line for people, then the properties, then an empty line.
  const blocks = (): string[][] =>
    text.split(/^(?=(?:KERNEL|UDEV) *\[)/m).slice(1).filter((block) => block.endsWith("\n\n")).map((block) =>
      block.trim().split("\n").slice(1).sort()
    );
  return {
    async events(count) {
      await until(() => blocks().length >= count);
      return blocks();
    },
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.on("exit", resolve));
      child.kill();
      await gone;
    },
  };
}

/** Returns the properties of our event in the same form. */
const propertiesOf = (event: Pick<Uevent, "properties">): string[] =>
  Object.entries(event.properties ?? {}).map(([key, value]) => `${key}=${value}`).sort();

kernelTest("uevents: events of a veth pair equal those of `udevadm monitor`", ["ip", "udevadm"], async () => {
  await inNamespace(async ({ name, ip }) => {
    await using monitor = await udevadm(name, "--kernel", "--subsystem-match=net");
    const ours: string[][] = [], net = uevents.watch({ netns: name, subsystem: "net" });
    ip("link add v0 type veth peer name v1");
    ip("link set v0 name v2");
    ip("link del v2");
    const actions: string[] = [];
    for await (const e of net) {
      ours.push(propertiesOf(e));
      assertEquals(e.devpath, `/devices/virtual/net/${e.interface}`);
      actions.push(`${e.action} ${e.interface}`);
      if (e.action === "remove" && actions.filter((action) => action.startsWith("remove")).length === 2) break;
    }
    for (const expected of ["add v0", "add v1", "move v2", "remove v2", "remove v1"]) {
      assert(actions.includes(expected), expected);
    }
    assertEquals(await monitor.events(ours.length), ours);
  });
});

kernelTest(
  "uevents: libudev accepts those that we send in udev's format, and its filter passes them",
  ["ip", "udevadm"],
  async () => {
    await inNamespace(async ({ name }) => {
      await using monitor = await udevadm(name, "--udev", "--subsystem-match=block/disk", "--tag-match=seat");
      const told = uevents.watch({
        netns: name,
        source: "udev",
        subsystem: "block",
        devtype: ["disk", "x"],
        tag: ["y", "seat"],
      });
      const disk: Uevent = {
        source: "udev",
        action: "add",
        devpath: "/devices/virtual/block/nope0",
        subsystem: "block",
        devtype: "disk",
        tags: ["seat"],
        seqnum: 1,
      };
      const send = (more: Partial<Uevent>) => uevents.send({ ...disk, ...more }, { netns: name });
      send({ subsystem: "net" });
      send({ devtype: "partition" });
      send({ tags: ["heat"] });
      send({ tags: ["seat", "heat"], seqnum: 2 });
      const { value } = await told.next();
      assertEquals([value?.seqnum, value?.tags], [2, ["seat", "heat"]]);
      await told.return!();
      const [theirs] = await monitor.events(1);
      for (
        const line of [
          "ACTION=add",
          "DEVPATH=/devices/virtual/block/nope0",
          "DEVTYPE=disk",
          "SEQNUM=2",
          "SUBSYSTEM=block",
        ]
      ) {
        assert(theirs!.includes(line), `${line} in ${theirs}`);
      }
    });
  },
);

kernelTest("uevents: send() makes the kernel send an event of a device that does not exist, in that namespace only", [
  "ip",
], async () => {
  await inNamespace(async ({ name }) => {
    const inside = uevents.watch({ netns: name, subsystem: "nope" }), outside = uevents.watch({ subsystem: "nope" });
    const properties = { ANY: "thing" };
    uevents.send({ source: "kernel", action: "change", devpath: "/nope", subsystem: "nope", properties }, {
      netns: name,
    });
    const { value } = await inside.next();
    assertEquals([value?.devpath, value?.properties?.ANY], ["/nope", "thing"]);
    assert(value!.seqnum! > 0);
    // A decoded event is accepted too; the kernel assigns its number.
    uevents.send({ ...value as Uevent, action: "offline" });
    const heard = await outside.next();
    assertEquals(heard.value?.action, "offline");
    await Promise.all([inside.return!(), outside.return!()]);
  });
});

kernelTest("uevents: trigger() causes an event with the uuid that it returned", [], async () => {
  const events = uevents.watch({ subsystem: "mem", action: "change" });
  const uuid = uevents.trigger("/sys/devices/virtual/mem/null", "change", { WHO: "us" });
  for await (const e of events) {
    if (e.synthUuid !== uuid) continue;
    assertEquals([e.devname, e.major, e.minor, e.properties?.SYNTH_ARG_WHO], ["null", 1, 3, "us"]);
    break;
  }
  assertThrows(() => uevents.trigger("/devices/virtual/mem/nope", "add"), SystemError, "ENOENT");
});

kernelTest("uevents: a process without a pending wait ends", [], () => {
  const code = `
    const { uevents } = await import(${JSON.stringify(new URL("../../../families/uevent.ts", import.meta.url).href)});
    globalThis.kept = uevents.watch({ subsystem: "none" });
    console.log("watching");`;
  const [program, ...args] = evaluate(code);
  const { stdout, signal } = spawnSync(program!, args, { encoding: "utf8", timeout: patience(60_000) });
  assertEquals([stdout, signal], ["watching\n", null]);
});

kernelTest("script 23: a stick was plugged in", [], async () => {
  const stick: Uevent = { source: "kernel", action: "add", devpath: "/nope", subsystem: "block", devname: "nope0" };
  assertEquals(
    (await untilPrinted("23", /nope0\n/, () => {
      uevents.send({ ...stick, action: "change", devname: "other" });
      uevents.send(stick);
    })).replaceAll("nope0\n", ""),
    "",
  );
});

kernelTest("uevents: they arrive in a user namespace that does not map root too", ["ip", "unshare"], async () => {
  await inNamespace(async ({ name, ip }) => {
    // The user has no number in the namespace, and neither has the sender of the kernel's events.
    const code = `import { uevents } from ${
      JSON.stringify(new URL("../../../families/uevent.ts", import.meta.url).href)
    };
      const kernel = uevents.watch({ subsystem: "net" }), udev = uevents.watch({ source: "udev" });
      console.log("listening");
      const { value: first } = await kernel.next(), { value: second } = await udev.next();
      console.log(first.action, first.subsystem, second.action, second.devpath);
      await kernel.return(); await udev.return();`;
    const child = startIn(name, code, ["unshare", "--user"]);
    let out = "", complaints = "";
    child.stderr!.on("data", (text) => complaints += text);
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    await new Promise<void>((resolve) => {
      child.stdout!.on("data", (text) => {
        out += text;
        if (out.includes("listening")) resolve();
      });
      void ended.then(resolve);
    });
    ip("link add v7 type veth peer name w7");
    // udev runs as root outside of the namespace.
    uevents.send({ source: "udev", action: "add", devpath: "/devices/v7" }, { netns: name });
    await ended;
    assertEquals([out, complaints], ["listening\nadd net add /devices/v7\n", ""]);
  });
});
