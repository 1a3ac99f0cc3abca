/**
 * NETLINK_KOBJECT_UEVENT: events of devices that are added, removed or changed. The kernel sends them at once, udev
 * after its rules have run.
 *
 * ```ts
 * import { uevents } from "@linux/netlink/families/uevent.ts";
 * for await (const e of uevents.watch({ subsystem: "block", action: "add" })) console.log(e.devname);
 * ```
 *
 * Watching needs no privilege. Events of network devices arrive in their own network namespace only.
 *
 * Source: lib/kobject_uevent.c, v7.2; systemd's device-monitor.c.
 * @module
 */
import { asyncError, expectCallback, expectFields, expectType, isPromise } from "../core/arguments.ts";
import { Client } from "../core/client.ts";
import {
  type Codec,
  didYouMean,
  expectObject,
  raw,
  type RawAttribute,
  Reader,
  shown,
  text,
  type Visit,
  Writer,
} from "../core/codec/mod.ts";
import type { Condition } from "../core/collection.ts";
import { argumentError, DecodeError, NetlinkError, SystemError } from "../core/errors.ts";
import { NLMSG, NLMSG_HDRLEN } from "../core/message.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { Protocol } from "../core/protocol.ts";
import { isMapped } from "../core/capabilities.ts";
import { decodeWhole, openTransport, stream, type Streaming, type StreamOptions } from "../core/stream.ts";
import type { Received } from "../core/transport.ts";
import { Waiting, type WaitOptions } from "../core/wait.ts";

/** The protocol. Its events have no nlmsghdr. */
export const NETLINK_KOBJECT_UEVENT: Protocol = {
  number: 15,
  name: "NETLINK_KOBJECT_UEVENT",
  types: {},
  hint: "in Linux since 2.6.10, built in if the kernel is configured with CONFIG_NET",
};

/** The multicast groups, named by the sender of their events. */
export const UEVENT_GROUPS = { kernel: 1, udev: 2 } as const;

/** A kind of event, in the kernel's words. */
export type UeventAction = "add" | "remove" | "change" | "move" | "online" | "offline" | "bind" | "unbind";

const ACTIONS: readonly UeventAction[] = ["add", "remove", "change", "move", "online", "offline", "bind", "unbind"];

/**
 * An event of a device.
 *
 * `properties` holds all of its content. The other fields are those of most devices. Each is named after its property
 * in camelCase (`DEVNAME` is `devname`, `SYNTH_UUID` is `synthUuid`); numbers and lists are decoded.
 */
export interface Uevent {
  /** The sender: the kernel, at once, or udev, when its rules have run. */
  readonly source: "kernel" | "udev";
  /** The kind of event. */
  readonly action?: UeventAction | (string & Record<never, never>);
  /** The device's path below /sys: `/devices/virtual/net/lo`. */
  readonly devpath?: string;
  /** The device's subsystem: `block`, `net`, `usb`. */
  readonly subsystem?: string;
  /** The number of the event since the machine started. */
  readonly seqnum?: number;
  /** The name of the device's node below /dev; from udev, the full path. */
  readonly devname?: string;
  /** The device's type within its subsystem: `disk`, `partition`, `usb_device`. */
  readonly devtype?: string;
  /** The driver that it is bound to. */
  readonly driver?: string;
  /** The alias by which modules that support the device are found. */
  readonly modalias?: string;
  /** Major number of the node. */
  readonly major?: number;
  /** Minor number of the node. */
  readonly minor?: number;
  /** The name of a network device; class/subclass/protocol of a USB interface. */
  readonly interface?: string;
  /** The number of a network device. */
  readonly ifindex?: number;
  /** Vendor, product and version, of a USB device for example. */
  readonly product?: string;
  /** The path before a `move`. */
  readonly devpathOld?: string;
  /** The identifier that `trigger` returned; `0` for another synthetic event, absent for a real one. */
  readonly synthUuid?: string;
  /** Further names of the node. Only from udev. */
  readonly devlinks?: readonly string[];
  /** The tags that udev's rules set. Only from udev. */
  readonly tags?: readonly string[];
  /** The time at which udev first saw the device, in µs since the machine started. Only from udev. */
  readonly usecInitialized?: number;
  /** All properties by their names in the message. */
  readonly properties?: Readonly<Record<string, string>>;
}

type Lifted = Exclude<keyof Uevent, "source" | "properties">;

/** Converts a property to a field, or to `undefined` if it is malformed, and a field to a property. */
interface Lift {
  readonly property: string;
  readonly parse: (text: string) => unknown;
  readonly format: (value: never) => string;
}

const words = (property: string): Lift => ({ property, parse: (text) => text, format: (value: string) => value });
const count = (property: string): Lift => ({
  property,
  parse: (text) => /^\d{1,15}$/.test(text) ? Number(text) : undefined,
  format: (value: number) => String(value),
});
const items = (property: string, between: string, around: string): Lift => ({
  property,
  parse: (text) => text.split(between).filter((item) => item !== ""),
  format: (value: readonly string[]) => around + value.join(between) + around,
});

// In the order of new messages.
const LIFTS: Readonly<Record<Lifted, Lift>> = {
  action: words("ACTION"),
  devpath: words("DEVPATH"),
  subsystem: words("SUBSYSTEM"),
  devname: words("DEVNAME"),
  devtype: words("DEVTYPE"),
  driver: words("DRIVER"),
  modalias: words("MODALIAS"),
  major: count("MAJOR"),
  minor: count("MINOR"),
  interface: words("INTERFACE"),
  ifindex: count("IFINDEX"),
  product: words("PRODUCT"),
  devpathOld: words("DEVPATH_OLD"),
  synthUuid: words("SYNTH_UUID"),
  devlinks: items("DEVLINKS", " ", ""),
  tags: items("TAGS", ":", ":"),
  usecInitialized: count("USEC_INITIALIZED"),
  seqnum: count("SEQNUM"),
};
const FIELDS: ReadonlySet<string> = new Set(["source", "properties", ...Object.keys(LIFTS)]);

const PREFIX = [..."libudev\0"].map((character) => character.charCodeAt(0));
const MAGIC = 0xfeedcafe, UDEV_HEADER = 40;

/**
 * Wire form of {@linkcode Uevent}, in both formats. Encoding sends `properties`; fields take precedence over them.
 * udev's header, which filters read, is computed from them.
 *
 *     kernel   add@/devices/virtual/net/lo NUL ACTION=add NUL … SEQNUM=653 NUL
 *
 *     udev   0          8          12           16          20          24         28       32      40
 *            +----------+----------+------------+-----------+-----------+----------+--------+-------+------------
 *            | libudev  | feedcafe | header 40  | at: 40    | length of | hash of  | hash of| tags  | ACTION=add
 *            | NUL      | (BE)     |            |           | properties| subsystem| devtype| bloom | NUL …
 *            +----------+----------+------------+-----------+-----------+----------+--------+-------+------------
 */
export const Uevent: Codec<Uevent> = {
  name: "a uevent",
  decode(from: Reader, at: number, end: number): Uevent {
    const value: Record<string, unknown> = {}, kept: RawAttribute[] = [], pairs: [string, string][] = [];
    const udev = isUdev(from, at, end);
    const [start, stop] = udev ? udevProperties(from, at, end) : [at, end];
    value["source"] = udev ? "udev" : "kernel";
    let first = !udev;
    for (const [begin, nul] of strings(from, start, stop)) {
      const line = text.decode(from, begin, nul, {});
      const split = line.indexOf(first ? "@" : "=");
      if (split <= 0) kept.push({ id: 0, bytes: from.own(begin, nul) });
      else if (first) pairs.push(["ACTION", line.slice(0, split)], ["DEVPATH", line.slice(split + 1)]);
      else pairs.push([line.slice(0, split), line.slice(split + 1)]);
      first = false;
    }
    const properties = Object.fromEntries(pairs);
    for (const [field, { property, parse }] of Object.entries(LIFTS)) {
      const parsed = Object.hasOwn(properties, property) ? parse(properties[property]!) : undefined;
      if (parsed !== undefined) value[field] = parsed;
    }
    value["properties"] = properties;
    if (kept.length > 0) Object.defineProperty(value, raw, { value: kept });
    return value as unknown as Uevent;
  },
  encode(value: Uevent, to: Writer): void {
    const properties = propertiesOf(value, to), start = to.length;
    if (value.source === "udev") {
      to.grow(UDEV_HEADER);
      to.bytes.set(PREFIX, start);
    } else {
      for (const field of ["ACTION", "DEVPATH"]) {
        if (!properties.has(field)) to.fail(TypeError, `a uevent needs ${JSON.stringify(field.toLowerCase())}`);
      }
      text.encode(`${properties.get("ACTION")}@${properties.get("DEVPATH")}`, to, {});
    }
    for (const [key, property] of properties) {
      if (key === "" || key.includes("=")) to.fail(TypeError, `${shown(key)} cannot be the name of a property`);
      text.encode(`${key}=${property}`, to, {});
    }
    if (value.source !== "udev") return;
    const bloom = tagsBloom((LIFTS.tags.parse(properties.get("TAGS") ?? "") as string[]).map(murmurHash2));
    const hash = (key: string): number => properties.has(key) ? murmurHash2(properties.get(key)!) : 0;
    const header = [MAGIC, 0, 0, 0, hash("SUBSYSTEM"), hash("DEVTYPE"), bloom.high, bloom.low];
    header.forEach((word, i) => to.view.setUint32(start + 8 + 4 * i, word));
    for (const at of [12, 16]) to.view.setUint32(start + at, UDEV_HEADER, true);
    to.view.setUint32(start + 20, to.length - start - UDEV_HEADER, true);
  },
  walk(from: Reader, at: number, end: number, owner: object, visit: Visit): void {
    const udev = isUdev(from, at, end);
    let header = !udev;
    for (const [begin, nul] of strings(from, ...(udev ? udevProperties(from, at, end) : [at, end] as const))) {
      const split = header ? -1 : from.bytes.subarray(begin, nul).indexOf(0x3d);
      const name = header ? "header" : text.decode(from, begin, begin + Math.max(split, 0), {});
      visit({ name, id: -1, start: begin, at: begin + split + 1, end: nul, codec: text, owner });
      header = false;
    }
  },
};

// Events are text, but a request to the kernel to send one is a netlink message, and so is the answer.
declareMessageSets(NETLINK_KOBJECT_UEVENT, () => () => ({
  types: {},
  codec: (type) => type < NLMSG.NLMSG_MIN_TYPE ? undefined : Uevent,
  unframed: (datagram) => hasHeader(datagram) ? undefined : Uevent,
}));

/** Returns true if a datagram begins with a plausible nlmsg_len; read as a length, text is far larger. */
function hasHeader({ length, buffer, byteOffset, byteLength }: Uint8Array): boolean {
  if (length < NLMSG_HDRLEN) return false;
  const view = new DataView(buffer, byteOffset, byteLength);
  return [true, false].some((little) => {
    const stated = view.getUint32(0, little);
    return stated >= NLMSG_HDRLEN && stated <= length;
  });
}

function isUdev(from: Reader, at: number, end: number): boolean {
  return end - at >= UDEV_HEADER && PREFIX.every((byte, i) => from.bytes[at + i] === byte) &&
    from.view.getUint32(at + 8) === MAGIC;
}

/** Returns the range of the properties, which udev's header gives. */
function udevProperties(from: Reader, at: number, end: number): readonly [number, number] {
  const offset = from.view.getUint32(at + 16, true), length = from.view.getUint32(at + 20, true);
  if (offset < UDEV_HEADER || offset + length > end - at) {
    throw new DecodeError(`a uevent says it has ${length} bytes at ${offset}, it has ${end - at} in all`, at);
  }
  return [at + offset, at + offset + length];
}

/** Yields the start and the end of each NUL-terminated string. */
function* strings(from: Reader, at: number, end: number): Generator<readonly [number, number], void, undefined> {
  while (at < end) {
    const nul = from.bytes.indexOf(0, at), stop = nul < 0 || nul > end ? end : nul;
    yield [at, stop];
    at = stop + 1;
  }
}

/** Returns all properties of an event to send, in order. */
function propertiesOf(value: Uevent, to: Writer): Map<string, string> {
  expectObject(value, to);
  const { source, properties } = value;
  if (source !== "kernel" && source !== "udev") {
    to.fail(TypeError, `source: expected "kernel" or "udev", got ${shown(source)}`);
  }
  for (const key of Object.keys(value)) {
    if (!FIELDS.has(key)) to.fail(TypeError, `there is no field ${JSON.stringify(key)}; properties may have any`);
  }
  const given = new Map(Object.entries(properties ?? {}));
  const added: [string, string][] = [];
  for (const [field, { property, parse, format }] of Object.entries(LIFTS)) {
    const wanted = value[field as Lifted], present = given.get(property);
    if (wanted === undefined) continue;
    // Keep text that means the same as the field.
    if (present !== undefined && String(parse(present)) === String(wanted)) continue;
    if (present !== undefined) given.set(property, format(wanted as never));
    else added.push([property, format(wanted as never)]);
  }
  return new Map([
    ...added.filter(([property]) => property !== "SEQNUM"),
    ...given,
    ...added.filter(([property]) => property === "SEQNUM"),
  ]);
}

/** Returns the MurmurHash2, with seed 0, by which udev hashes subsystem, type and tags. */
export function murmurHash2(words: string): number {
  const to = new Writer(), multiplier = 0x5bd1e995;
  text.encode(words, to, {});
  const { bytes, view } = to, length = to.length - 1;
  let hash = length, at = 0;
  for (; length - at >= 4; at += 4) {
    const four = Math.imul(view.getUint32(at, true), multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(four ^ four >>> 24, multiplier);
  }
  if (length > at) {
    // Bytes after the text count as zero.
    hash ^= bytes[at]! | bytes[at + 1]! << 8 | (length - at === 3 ? bytes[at + 2]! << 16 : 0);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ hash >>> 13, multiplier);
  return (hash ^ hash >>> 15) >>> 0;
}

/** Returns the Bloom filter of tags, given their hashes: four bits for each tag. */
function tagsBloom(hashes: readonly number[]): { high: number; low: number } {
  let bits = 0n;
  for (const hash of hashes) for (const shift of [0, 6, 12, 18]) bits |= 1n << BigInt(hash >>> shift & 63);
  return { high: Number(bits >> 32n), low: Number(bits & 0xffffffffn) };
}

/** The events to select. */
export interface UeventFilter {
  /** The sender; the kernel when absent. Without a running udev, as in most containers, `udev` yields nothing. */
  source?: "kernel" | "udev";
  /** The subsystems to select. */
  subsystem?: string | readonly string[];
  /** The types of device to select. */
  devtype?: string | readonly string[];
  /** The kinds of event to select. */
  action?: UeventAction | readonly UeventAction[];
  /** Tags of which a device must have one. Only from udev. */
  tag?: string | readonly string[];
}

/** Options of a watch. */
export interface UeventWatchOptions extends UeventFilter, StreamOptions {}

/** Options of a wait. */
export interface UeventWaitOptions extends WaitOptions, Omit<StreamOptions, "signal"> {}

/** Operations on events of devices. */
export interface Uevents {
  /**
   * Yields each event when it happens, like `udevadm monitor`. Only the kernel and root can send them. In a user
   * namespace (a rootless container) the same events arrive.
   *
   * For events of udev, the kernel applies the filter, so events that do not match do not even wake the script up.
   */
  watch(options?: UeventWatchOptions): Streaming<Uevent>;
  /**
   * Waits for the first event from now on that matches the filter and passes a test: call it before the device changes.
   *
   * ```ts ignore
   * const coming = uevents.waitFor({ subsystem: "net", action: "add" }, ({ devpath }) => devpath?.endsWith("/v0"));
   * links.add({ ifname: "v0", kind: "dummy" });
   * console.log((await coming).properties);
   * ```
   *
   * @param filter as for `watch`
   * @param test the condition: it passes when it returns something true, and is not async; any event, when absent
   * @throws {NetlinkError} TIMEOUT: the time limit passed
   */
  waitFor<R>(filter: UeventFilter, test?: Condition<Uevent, R>, options?: UeventWaitOptions): Promise<Uevent>;
  /**
   * Makes the kernel send an event as if something had happened to a device, like `udevadm trigger`. Needs root.
   *
   * @param devpath the device's path, with or without /sys: `/devices/virtual/net/lo`, `/sys/class/net/lo`
   * @param properties additional properties of the event, letters and digits only: each name gets the prefix
   * `SYNTH_ARG_`
   * @returns the event's `synthUuid`
   * @throws {SystemError} ENOENT: no such device; EACCES: the script does not run as root
   */
  trigger(devpath: string, action: UeventAction, properties?: Readonly<Record<string, string>>): string;
  /**
   * Sends an event of any device, also of one that does not exist. With source `kernel` the kernel sends it, and sets
   * its `seqnum` (Linux 4.18, needs CAP_SYS_ADMIN); with `udev` it goes to udev's listeners (needs CAP_NET_ADMIN).
   */
  send(event: Uevent, options?: Pick<StreamOptions, "netns" | "capture" | "transport">): void;
}

/** Operations on events of devices. */
export const uevents: Uevents = { watch, waitFor, trigger, send };

const WATCH = "watch uevents";

function watch(options: UeventWatchOptions = {}): Streaming<Uevent> {
  expectFields(options, WATCH, "options as an object");
  const { source = "kernel" } = options, fits = test(options);
  const group = Object.hasOwn(UEVENT_GROUPS, source) ? UEVENT_GROUPS[source] : undefined;
  if (group === undefined) {
    throw argumentError(TypeError, `Cannot watch uevents: source: expected "kernel" or "udev", got ${shown(source)}`);
  }
  const program = source === "udev" ? udevFilter(options) : undefined;
  const transport = openTransport(NETLINK_KOBJECT_UEVENT, options, (transport) => {
    transport.passCredentials();
    if (program !== undefined) transport.attachFilter(program);
    transport.join(group);
  }, { source: "any", subsystem: "any", devtype: "any", action: "any", tag: "any" });
  return stream(transport, (received) => {
    if (!isTrusted(received, group)) return [];
    const event = eventOf(received, source);
    return fits(event) ? [event] : [];
  }, options);
}

async function waitFor<R>(
  filter: UeventFilter,
  test: Condition<Uevent, R> = (() => true) as never,
  options: UeventWaitOptions = {},
): Promise<Uevent> {
  const what = "wait for a uevent";
  expectFields(filter, what, "a filter as an object");
  expectCallback(test, what, "a test as a function");
  expectFields(options, what, "options as an object");
  const { timeout, signal, ...rest } = options;
  using wait = new Waiting("a uevent", {
    ...(timeout === undefined ? {} : { timeout }),
    ...(signal === undefined ? {} : { signal }),
  });
  await using events = watch({ ...filter, ...rest, signal: wait.signal });
  for await (const event of events) {
    if (event.event === "overrun") continue;
    const passes: unknown = test(event);
    if (isPromise(passes)) throw asyncError(what);
    if (passes) return event;
  }
  throw wait.failure("none passed");
}

/**
 * Returns true if a datagram is from the kernel or from a daemon of root, decided as libudev does.
 *
 * Only the kernel sends from port 0, under whatever user number it has in a namespace that does not map root. A sender
 * to udev's group must be root, or a user that our user namespace does not map, who is therefore outside of it.
 */
function isTrusted({ port, groups, credentials }: Received, group: number): boolean {
  if (groups !== group) return false;
  if (group === UEVENT_GROUPS.kernel) return port === 0;
  return credentials !== undefined && (credentials.uid === 0 || !isMapped(credentials.uid));
}

/** Returns the event in a datagram. One that is malformed is kept as bytes. */
function eventOf({ bytes, view, length }: Received, source: "kernel" | "udev"): Uevent {
  const from = new Reader(bytes, length, view);
  return decodeWhole(Uevent, from, 0, length) ??
    Object.defineProperty({ source, properties: {} }, raw, { value: [{ id: 0, bytes: from.own(0, length) }] });
}

const listOf = (given: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof given === "string" ? [given] : given;

function test(filter: UeventFilter): (event: Uevent) => boolean {
  const { subsystem, devtype, action } = filter, tags = listOf(filter.tag);
  for (const [field, given] of Object.entries({ subsystem, devtype, action, tag: filter.tag })) {
    if (given === undefined || [given].flat().every((one) => typeof one === "string")) continue;
    throw argumentError(
      TypeError,
      `Cannot ${WATCH}: ${field}: expected a string or an array of them, got ${shown(given)}`,
    );
  }
  const unknown = listOf(action)?.find((one) => !ACTIONS.includes(one as UeventAction));
  if (unknown !== undefined) {
    throw argumentError(
      TypeError,
      `Cannot ${WATCH}: action: expected ${ACTIONS.join(", ")}, got ${shown(unknown)}${didYouMean(unknown, ACTIONS)}`,
    );
  }
  const tests = Object.entries({ subsystem, devtype, action }).map(([field, given]) =>
    [field as "subsystem" | "devtype" | "action", listOf(given)] as const
  );
  return (event) =>
    tests.every(([field, wanted]) => wanted === undefined || wanted.includes(event[field]!)) &&
    (tags === undefined || tags.some((tag) => event.tags?.includes(tag)));
}

// Classic BPF, linux/filter.h: BPF_LD|BPF_W|BPF_ABS, BPF_ALU|BPF_AND|BPF_K, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JA,
// BPF_RET|BPF_K
const LOAD = 0x20, AND = 0x54, IF_EQUAL = 0x15, JUMP = 0x05, RETURN = 0x06;
const ALL = 0xffffffff;
type Instruction = readonly [code: number, k: number, ifTrue?: number, ifFalse?: number];

/**
 * Returns a program that drops udev's datagrams that cannot match. Hashes may collide, so the others are checked again.
 */
function udevFilter({ subsystem, devtype, tag }: UeventFilter): Uint8Array | undefined {
  const program: Instruction[] = [[LOAD, 8], [IF_EQUAL, MAGIC, 1, 0], [RETURN, ALL]];
  const hashTest = (at: number, hash: number): Instruction[] => [[LOAD, at], [IF_EQUAL, hash, 0, 1]];
  const tagTest = (hash: number): Instruction[] => {
    const { high, low } = tagsBloom([hash]);
    return [[LOAD, 32], [AND, high], [IF_EQUAL, high, 0, 4], [LOAD, 36], [AND, low], [IF_EQUAL, low, 0, 1]];
  };
  const oneOf = (given: string | readonly string[] | undefined, test: (hash: number) => Instruction[]): void => {
    const tests = listOf(given)?.map((words) => test(murmurHash2(words)));
    if (tests === undefined) return;
    // A test that succeeds jumps over the remaining tests and the refusal.
    let left = tests.reduce((sum, { length }) => sum + length + 1, 0);
    for (const test of tests) {
      left -= test.length + 1;
      program.push(...test, [JUMP, left + 1]);
    }
    program.push([RETURN, 0]);
  };
  oneOf(subsystem, (hash) => hashTest(24, hash));
  oneOf(devtype, (hash) => hashTest(28, hash));
  oneOf(tag, tagTest);
  if (program.length === 3) return undefined;
  program.push([RETURN, ALL]);
  const bytes = new Uint8Array(8 * program.length), view = new DataView(bytes.buffer);
  program.forEach(([code, k, ifTrue = 0, ifFalse = 0], i) => {
    view.setUint16(8 * i, code, true);
    bytes[8 * i + 2] = ifTrue;
    bytes[8 * i + 3] = ifFalse;
    view.setUint32(8 * i + 4, k, true);
  });
  return bytes;
}

/** The part of node:fs that this file uses; Deno and Bun have it too. */
interface FileSystem {
  writeFileSync(path: string, data: string, options: { flag: string }): void;
}

function trigger(devpath: string, action: UeventAction, properties: Readonly<Record<string, string>> = {}): string {
  expectType(devpath, "trigger a uevent of a device", "string");
  expectType(action, `trigger a uevent of ${shown(devpath)}`, "string");
  const what = `trigger ${shown(action)} of ${shown(devpath)}`;
  expectFields(properties, what, "properties as an object");
  if (!/^\/[^\0]+$/.test(devpath) || /(^|\/)\.\.?(\/|$)/.test(devpath)) {
    throw argumentError(TypeError, `Cannot ${what}: expected a path below /sys, without dots`);
  }
  const uuid = crypto.randomUUID(), words = [action as string, uuid];
  for (const [key, value] of Object.entries(properties)) {
    if (!/^[0-9a-z]+=[0-9a-z]+$/i.test(`${key}=${value}`)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: properties.${key}: the kernel takes letters and digits only, got ${shown(value)}`,
      );
    }
    words.push(`${key}=${value}`);
  }
  const path = `/sys${devpath.replace(/^\/sys(?=\/)/, "").replace(/\/$/, "")}/uevent`;
  const { process } = globalThis as unknown as { process?: { getBuiltinModule?(name: string): unknown } };
  const fs = process?.getBuiltinModule?.("node:fs") as FileSystem | undefined;
  if (fs === undefined) throw new NetlinkError(`Cannot ${what}: this runtime has no node:fs`, "UNSUPPORTED_PLATFORM");
  try {
    fs.writeFileSync(path, words.join(" "), { flag: "r+" });
  } catch (error) {
    const { errno } = error as { errno?: number };
    if (typeof errno !== "number") throw error;
    throw new SystemError("write", Math.abs(errno), what, { cause: error });
  }
  return uuid;
}

/** The type of the message that carries an event to the kernel: any number above the control types. */
const INJECT = 16;

function send(event: Uevent, options: Pick<StreamOptions, "netns" | "capture" | "transport"> = {}): void {
  expectFields(event, "send a uevent", "an event as an object");
  expectFields(options, "send a uevent", "options as an object");
  const { action, devpath } = event, of = devpath === undefined ? "" : ` of ${shown(devpath)}`;
  const what = `send ${action === undefined ? "a uevent" : `uevent ${action}`}${of}`;
  if (event.source === "udev") {
    const writer = new Writer();
    writer.what = what;
    Uevent.encode(event, writer, {});
    using transport = openTransport(NETLINK_KOBJECT_UEVENT, options);
    transport.send(writer.bytes, writer.length, 0, 1 << (UEVENT_GROUPS.udev - 1));
    return;
  }
  // The kernel sets its own number.
  const { seqnum: _, properties = {}, ...rest } = event, { SEQNUM: __, ...others } = properties;
  using client = new Client(NETLINK_KOBJECT_UEVENT, options);
  client.request({
    type: INJECT,
    flags: 0,
    codec: Uevent,
    value: { ...rest, properties: others },
    what,
    hint: (code) => code === "EPERM" ? "needs CAP_SYS_ADMIN" : undefined,
  });
}

export type * from "../core/stream.ts";
