/** Uevents: both wire forms in both directions, filters compared with udev's own library, and trusted senders. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { rawOf, Reader } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { murmurHash2, Uevent, uevents } from "../../../families/uevent.ts";
import { decode, encode, hex, join, random } from "../core/help.ts";
import { ROUNDS } from "./golden.ts";
import { test } from "../../test.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

// The event that Linux 6.1 sent when dummy7 was added.
const KERNEL = ascii(
  "add@/devices/virtual/net/dummy7\0ACTION=add\0DEVPATH=/devices/virtual/net/dummy7\0SUBSYSTEM=net\0" +
    "INTERFACE=dummy7\0IFINDEX=3\0SEQNUM=653\0",
);
const DUMMY7: Uevent = {
  source: "kernel",
  action: "add",
  devpath: "/devices/virtual/net/dummy7",
  subsystem: "net",
  interface: "dummy7",
  ifindex: 3,
  seqnum: 653,
  properties: {
    ACTION: "add",
    DEVPATH: "/devices/virtual/net/dummy7",
    SUBSYSTEM: "net",
    INTERFACE: "dummy7",
    IFINDEX: "3",
    SEQNUM: "653",
  },
};

const UDEV = join(
  ascii("libudev\0"),
  hex("feedcafe"), // magic, network order
  hex("28000000 28000000 75000000"), // header 40 bytes, properties at 40, 117 bytes of them
  hex("f0031db7"), // hash of block
  hex("7bcbc5ee"), // hash of disk
  hex("02080000 00400001"), // tags: seat
  ascii("ACTION=add\0DEVPATH=/devices/x/sda\0SUBSYSTEM=block\0DEVNAME=/dev/sda\0"),
  ascii("DEVTYPE=disk\0MAJOR=8\0MINOR=0\0TAGS=:seat:\0SEQNUM=7\0"),
);

test("trap 16: Uevent: the kernel's format is decoded and encoded", () => {
  assertEquals(decode(Uevent, KERNEL), DUMMY7);
  assertEquals(encode(Uevent, DUMMY7), KERNEL);
  const { properties: _, ...fields } = DUMMY7;
  assertEquals(encode(Uevent, fields), KERNEL);
});

test("trap 16: Uevent: udev's format is decoded and encoded, with its header computed from the properties", () => {
  const disk = decode(Uevent, UDEV);
  const { properties, ...fields } = disk;
  assertEquals(fields, {
    source: "udev",
    action: "add",
    devpath: "/devices/x/sda",
    subsystem: "block",
    devname: "/dev/sda",
    devtype: "disk",
    major: 8,
    minor: 0,
    tags: ["seat"],
    seqnum: 7,
  });
  assertEquals(Object.keys(properties!).length, 9);
  assertEquals(encode(Uevent, disk), UDEV);
  assertEquals(encode(Uevent, fields), UDEV);
});

test("murmurHash2: equals udev's hash (taken from the filter that libudev 252 attaches)", () => {
  assertEquals(["block", "disk", "net", "seat", ""].map(murmurHash2), [
    0xf0031db7,
    0x7bcbc5ee,
    0xa74d3cc8,
    0x435b3e40,
    0,
  ]);
});

test("Uevent: fields take precedence over properties, unless the text means the same", () => {
  const changed = decode(Uevent, encode(Uevent, { ...DUMMY7, action: "change" }));
  assertEquals([changed.action, changed.properties?.ACTION], ["change", "change"]);
  const bytes = encode(Uevent, { ...DUMMY7, properties: { ...DUMMY7.properties, SEQNUM: "0653" } });
  assertEquals(decode(Uevent, bytes).properties?.SEQNUM, "0653");
});

test("Uevent: malformed numbers stay properties, and names of Object.prototype are ordinary names", () => {
  const event = decode(Uevent, ascii("add@/a=b@c\0MAJOR=x\0__proto__=1\0constructor=\0"));
  assertEquals(event.devpath, "/a=b@c");
  assertEquals(event.major, undefined);
  assertEquals(Object.entries(event.properties!).slice(2), [["MAJOR", "x"], ["__proto__", "1"], ["constructor", ""]]);
});

test("Uevent: bytes that are not UTF-8 survive a round trip", () => {
  const bytes = join(ascii("add@/a\0ACTION=add\0DEVPATH=/a\0X="), hex("ff c3 00"));
  assertEquals(encode(Uevent, decode(Uevent, bytes)), bytes);
});

test("Uevent: a malformed datagram is kept as bytes", () => {
  const event = decode(Uevent, ascii("hello\0A=b\0C\0"));
  assertEquals({ ...event }, { source: "kernel", properties: { A: "b" } });
  assertEquals(rawOf(event).map(({ bytes }) => new TextDecoder().decode(bytes)), ["hello", "C"]);
});

test("Uevent: udev's header must not point outside of the datagram", () => {
  for (const [at, byte] of [[16, 0xff], [20, 0xff], [16, 0]] as const) {
    const bytes = UDEV.slice();
    bytes[at] = byte;
    assertThrows(() => decode(Uevent, bytes), DecodeError);
  }
});

test("Uevent: properties that cannot be sent are refused", () => {
  assertThrows(() => encode(Uevent, { source: "kernel", devpath: "/a" }), TypeError, "action");
  assertThrows(() => encode(Uevent, { ...DUMMY7, devnam: "x" } as Uevent), TypeError, "devnam");
  assertThrows(() => encode(Uevent, { ...DUMMY7, source: "me" as "udev" }), TypeError, "source");
  assertThrows(() => encode(Uevent, { ...DUMMY7, properties: { "A=B": "" } }), TypeError, "A=B");
  assertThrows(() => encode(Uevent, { ...DUMMY7, devname: "a\0b" }), TypeError, "NUL");
});

test("uevents.watch(): accepts the kernel's events, udev's from root only, and filters", async () => {
  const kernel = new ScriptedKernel(), root = { pid: 0, uid: 0, gid: 0 }, other = { pid: 1, uid: 1000, gid: 0 };
  const events = uevents.watch({ transport: () => kernel, subsystem: ["net", "block"], action: "add" });
  assertEquals(kernel.groups, [1]);
  const add = (seqnum: number, more: Partial<Uevent> = {}) =>
    encode(Uevent, { source: "kernel", action: "add", devpath: "/a", subsystem: "net", seqnum, ...more });
  kernel.push(
    { bytes: add(1), groups: 1, port: 7, credentials: root },
    { bytes: add(2), groups: 1, credentials: other },
    { bytes: add(3), groups: 2, credentials: root },
    { bytes: add(4), groups: 1 },
    { bytes: add(5, { action: "remove" }), groups: 1, credentials: root },
    { bytes: add(6, { subsystem: "usb" }), groups: 1, credentials: root },
    { bytes: ascii("junk"), groups: 1, credentials: root },
    { bytes: add(7), groups: 1, credentials: root },
  );
  // Only the kernel has port 0, whatever user it states; port 7 is root's.
  for (const seqnum of [2, 4, 7]) assertEquals((await events.next()).value?.seqnum, seqnum);
  await events.return!();

  const daemon = new ScriptedKernel(), told = uevents.watch({ transport: () => daemon, source: "udev", tag: "seat" });
  const broken = UDEV.slice();
  broken[20] = 0xff;
  daemon.push(
    { bytes: UDEV, groups: 2, port: 7, credentials: other },
    { bytes: broken, groups: 2, port: 7, credentials: root },
    { bytes: UDEV, groups: 2, port: 7, credentials: root },
  );
  assertEquals((await told.next()).value?.devname, "/dev/sda");
  await told.return!();
});

test("uevents.watch(): refuses an action that the kernel does not send", () => {
  for (const action of ["added", ["add", "added"]]) {
    assertThrows(
      () => uevents.watch({ action: action as never, transport: () => new ScriptedKernel() }),
      TypeError,
      'Cannot watch uevents: action: expected add, remove, change, move, online, offline, bind, unbind, got "added", ' +
        'did you mean "add"?',
    );
  }
});

test("uevents.waitFor(): returns the first event that matches the filter and passes the test", async () => {
  const kernel = new ScriptedKernel(), on = { transport: () => kernel };
  const coming = uevents.waitFor({ subsystem: "net" }, ({ ifindex }) => ifindex === 3, on);
  const disk = ascii("add@/devices/x/sda\0ACTION=add\0DEVPATH=/devices/x/sda\0SUBSYSTEM=block\0");
  kernel.push({ bytes: disk, groups: 1 }, { bytes: KERNEL.slice(), groups: 1 });
  assertEquals((await coming).devpath, "/devices/virtual/net/dummy7");
  const late = await assertRejects(() =>
    uevents.waitFor({}, undefined, { transport: () => new ScriptedKernel(), timeout: 1 })
  );
  assertEquals((late as Error).message, "Cannot wait any longer for a uevent: after 1 ms none passed");
  for (
    const [given, says] of [
      [["net"], "Cannot wait for a uevent: expected a filter as an object"],
      [[{}, "add"], "Cannot wait for a uevent: expected a test as a function"],
      [[{ action: "added" }], 'did you mean "add"?'],
      [[{}, undefined, { timeot: 5 }], 'there is no option "timeot"'],
    ] as const
  ) await assertRejects(() => uevents.waitFor(...given as unknown as [object]), TypeError, says);
});

test("uevents.watch(): without a filter, malformed datagrams are returned as bytes", async () => {
  const kernel = new ScriptedKernel(), events = uevents.watch({ transport: () => kernel, source: "udev" });
  const broken = UDEV.slice();
  broken[20] = 0xff;
  kernel.push({ bytes: broken, groups: 2, credentials: { pid: 0, uid: 0, gid: 0 } });
  const { value } = await events.next();
  assertEquals(rawOf(value!)[0]?.bytes, broken);
  await events.return!();
});

test("uevents.trigger(): refuses paths outside of /sys, and properties that the kernel would refuse", () => {
  for (const path of ["", "devices", "/a/../../etc", "/.", "/a\0"]) {
    assertThrows(() => uevents.trigger(path, "change"), TypeError, "path");
  }
  assertThrows(() => uevents.trigger("/nope", "change", { A: "b c" }), TypeError, "properties.A");
});

test(`Uevent: ${ROUNDS} mutated messages give a value or a DecodeError`, () => {
  const next = random(15), seeds = [KERNEL, UDEV];
  let refused = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = seeds[i & 1]!.slice(0, next(4) === 0 ? next(UDEV.length) : undefined);
    for (let n = next(6); n >= 0 && bytes.length > 0; n--) bytes[next(bytes.length)] = next(256);
    try {
      const event = Uevent.decode(new Reader(bytes), 0, bytes.length, {});
      Uevent.walk!(new Reader(bytes), 0, bytes.length, {}, () => {});
      assert(event.source === "kernel" || event.source === "udev");
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      refused++;
    }
  }
  assert(refused > 100, String(refused));
});
