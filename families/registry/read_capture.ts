/**
 * Reads captures, and decodes the messages of all protocols in them.
 *
 * @module
 */
import { expectOptions, expectType, ORIGIN_OPTIONS } from "../../core/arguments.ts";
import { CapturedMessage, messagesOf } from "../../core/captured_message.ts";
import { nlmon, type NlmonOptions } from "../../core/nlmon.ts";
import { serves } from "../../core/open.ts";
import { type CaptureSource, type Packet, packets } from "../../core/pcap.ts";
import type { MessageSets, Origin } from "../../core/protocol.ts";
import { messageSetsOf } from "./messages.ts";
import { FAMILIES } from "./facts.ts";
import { genericFamilies } from "./generic_families.ts";

/** Options of reading a capture. */
export interface CaptureReadOptions extends Origin {
  /** The number of a protocol, to read its messages only. */
  protocol?: number;
}

/**
 * Yields the messages of a capture one by one, while it is read. It reads pcap and pcapng, written by this library or
 * from an nlmon interface, of a machine of either byte order.
 *
 * ```ts ignore
 * import { readCapture } from "@linux/netlink/families/registry.ts";
 * for (const message of readCapture("talk.pcap")) console.log(message.summary());
 * ```
 *
 * A message that no table describes has its bytes as value. Each machine numbers its generic families itself. Their
 * messages are decoded once the capture has shown the family's number, or if `generic` has it: the type is then the
 * family's name, and `cmd` the command's. Deno asks for --allow-read.
 *
 * @param capture the path of a file, its bytes, or the pieces of them in order
 * @throws {DecodeError} it is not a capture, or is damaged, at the offset that the error names
 * @throws {SystemError} the file cannot be read
 */
export function* readCapture(
  capture: CaptureSource,
  options: CaptureReadOptions = {},
): Generator<CapturedMessage, void, undefined> {
  expectOptions(options, "read a capture", { ...ORIGIN_OPTIONS, protocol: "number" });
  const decode = decoder(options);
  for (const packet of packets(capture)) yield* decode(packet);
}

/** Options of listening to a machine's netlink traffic. */
export interface MonitorOptions extends NlmonOptions, Pick<CaptureReadOptions, "protocol"> {}

/**
 * Yields all messages between programs and the kernel, and between programs, that pass an nlmon interface. It sees
 * those of its own network namespace. Leaving the loop ends it.
 *
 * ```ts ignore
 * // ip link add nlmon0 type nlmon; ip link set nlmon0 up
 * for await (const message of monitor("nlmon0")) console.log(message.summary());
 * ```
 *
 * Needs root (CAP_NET_RAW), and a kernel with nlmon for the interface.
 *
 * @throws {SystemError} EPERM: not root; ENODEV: no such interface; ENETDOWN: it is not up
 * @throws {NetlinkError} NOT_NLMON: it is another kind of interface
 */
export function monitor(
  dev: string,
  options: MonitorOptions = {},
): AsyncIterableIterator<CapturedMessage> & AsyncDisposable {
  expectType(dev, "monitor an interface", "string");
  expectOptions(options, `monitor ${dev}`, { netns: "any", signal: "signal", protocol: "number" });
  // The programs on the other end asked for their families' numbers long ago, so ask for all of them.
  const { protocol = NETLINK_GENERIC } = options;
  const generic = protocol === NETLINK_GENERIC && serves(NETLINK_GENERIC) ? genericFamilies(options.netns) : {};
  return nlmon(dev, decoder({ generic, ...options }), options);
}

const NETLINK_GENERIC = 16;

/** Returns a function that decodes packets, one after the other. */
function decoder({ protocol, ...origin }: CaptureReadOptions): (packet: Packet) => Iterable<CapturedMessage> {
  const conversations = new Map<number, MessageSets>();
  let number = 0;
  return function* (packet) {
    number++;
    if (protocol !== undefined && packet.protocol !== protocol) return;
    let known = conversations.get(packet.protocol);
    if (known === undefined) conversations.set(packet.protocol, known = messageSetsOf(packet.protocol, origin));
    const name = FAMILIES[packet.protocol]?.name ?? `netlink protocol ${packet.protocol}`;
    yield* messagesOf(packet, number, name, known(packet.port));
  };
}

export { CapturedMessage };
export type { NlmonOptions } from "../../core/nlmon.ts";
export type { CaptureSource } from "../../core/pcap.ts";
