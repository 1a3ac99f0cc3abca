/**
 * Captures decoded: any protocol's messages, by the tables of its family.
 *
 * @module
 */
import { expectFields, expectType } from "../../core/arguments.ts";
import { CapturedMessage, messagesOf } from "../../core/captured.ts";
import { serves } from "../../core/served.ts";
import { nlmon, type NlmonOptions } from "../../core/nlmon.ts";
import { type CaptureSource, type Packet, packets } from "../../core/pcap.ts";
import type { MessageSets, Origin } from "../../core/protocol.ts";
import { messageSetsOf } from "./decode.ts";
import { FAMILIES } from "./facts.ts";
import { genericFamilies } from "./generic.ts";

/** How a capture is read. */
export interface CaptureReadOptions extends Origin {
  /** Only messages of this protocol, by its number. */
  protocol?: number;
}

/**
 * The messages of a capture, one by one as they are read: pcap or pcapng, ours or one of an nlmon interface, of a machine of
 * either byte order.
 *
 * ```ts ignore
 * import { readCapture } from "@linux/netlink/families/registry.ts";
 * for (const message of readCapture("talk.pcap")) console.log(message.summary());
 * ```
 *
 * What no table reads has its bytes as value. Generic netlink's families have their numbers from the machine: their
 * messages have the family's name as type, their command's as `cmd`, and their fields, once the capture has shown whose
 * number it is, or where `generic` says so. Deno asks for --allow-read.
 *
 * @param capture the path of a file, its bytes, or pieces of them as they come
 * @throws {DecodeError} it is no capture, or a broken one, at the byte that the error names
 * @throws {SystemError} the file cannot be read
 */
export function* readCapture(
  capture: CaptureSource,
  options: CaptureReadOptions = {},
): Generator<CapturedMessage, void, undefined> {
  expectFields(options, "read a capture", "options as an object");
  const decode = decoder(options);
  for (const packet of packets(capture)) yield* decode(packet);
}

/** How to listen to a machine. */
export interface MonitorOptions extends NlmonOptions, Pick<CaptureReadOptions, "protocol"> {}

/**
 * Gives what all programs say to the kernel and hear from it, as it passes an nlmon interface; those of its network
 * namespace. Leaving the loop ends it.
 *
 * ```ts ignore
 * // ip link add nlmon0 type nlmon; ip link set nlmon0 up
 * for await (const message of monitor("nlmon0")) console.log(message.summary());
 * ```
 *
 * Needs root (CAP_NET_RAW), and a kernel with nlmon to have the interface.
 *
 * @throws {SystemError} EPERM: not root; ENODEV: no such interface; ENETDOWN: it is not up
 * @throws {NetlinkError} NOT_NLMON: it is another kind of interface
 */
export function monitor(
  dev: string,
  options: MonitorOptions = {},
): AsyncIterableIterator<CapturedMessage> & AsyncDisposable {
  expectType(dev, "monitor an interface", "string");
  expectFields(options, `monitor ${dev}`, "options as an object");
  // Who is heard has asked for its family's number long ago.
  const { protocol = NETLINK_GENERIC } = options;
  const generic = protocol === NETLINK_GENERIC && serves(NETLINK_GENERIC) ? genericFamilies(options.netns) : {};
  return nlmon(dev, decoder({ generic, ...options }), options);
}

const NETLINK_GENERIC = 16;

/** Makes what decodes packets, one after the other. */
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
