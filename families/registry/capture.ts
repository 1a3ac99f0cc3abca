/**
 * Captures decoded: any protocol's messages, by the tables of its family.
 *
 * @module
 */
import { CapturedMessage, messagesOf, type PacketTables } from "../../core/captured.ts";
import { attributes, type Codec, type Layout, type Shape } from "../../core/codec/mod.ts";
import type { MessageSet } from "../../core/datagram.ts";
import { type GenericFamily, genericMessage, GENL_ID } from "../../core/generic.ts";
import { nlmon, type NlmonOptions } from "../../core/nlmon.ts";
import { type CaptureSource, type Packet, packets } from "../../core/pcap.ts";
import { messageSet, UNFRAMED } from "./decode.ts";
import { FAMILIES } from "./facts.ts";

/** How a capture is read. */
export interface CaptureReadOptions {
  /** Only messages of this protocol, by its number. */
  protocol?: number;
  /** How wide a C `long` was on the machine that it is from, for ip_queue and ULOG; `lp64` when absent. */
  layout?: Layout;
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
 * messages have the family's name as type once the capture has shown which it is. Deno asks for --allow-read.
 *
 * @param capture the path of a file, its bytes, or pieces of them as they come
 * @throws {DecodeError} it is no capture, or a broken one, at the byte that the error names
 * @throws {SystemError} the file cannot be read
 */
export function* readCapture(
  capture: CaptureSource,
  options: CaptureReadOptions = {},
): Generator<CapturedMessage, void, undefined> {
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
  return nlmon(dev, decoder(options), options);
}

/** Makes what decodes packets, one after the other. */
function decoder({ protocol, layout = "lp64" }: CaptureReadOptions): (packet: Packet) => Iterable<CapturedMessage> {
  const tables = new Map<number, PacketTables>(), generic = new GenericNames();
  let number = 0;
  return function* (packet) {
    number++;
    if (protocol !== undefined && packet.protocol !== protocol) return;
    let known = tables.get(packet.protocol);
    if (known === undefined) {
      const name = FAMILIES[packet.protocol]?.name ?? `netlink protocol ${packet.protocol}`;
      const set = messageSet(packet.protocol, layout);
      known = {
        name,
        set: packet.protocol === NETLINK_GENERIC ? generic.around(set) : set,
        unframed: UNFRAMED.get(packet.protocol),
      };
      tables.set(packet.protocol, known);
    }
    for (const message of messagesOf(packet, number, known)) {
      if (packet.protocol === NETLINK_GENERIC) generic.learn(message);
      yield message;
    }
  };
}

const NETLINK_GENERIC = 16;

/** What messages of a generic family have whose attributes are not known. */
const AnyGeneric: Codec<unknown, never> = genericMessage(() => NoAttributes);
const NoAttributes: Codec<unknown, never> = attributes((): Shape<Record<never, never>> => ({}));

/** The generic families that a capture has told of. */
class GenericNames {
  /** Names by number, as the types of messages. */
  types: Record<string, number> = { ...GENL_ID };

  /** The tables of `set`, with those names, and for other families their header. */
  around(set: MessageSet): MessageSet {
    const names = (): Record<string, number> => this.types;
    return {
      ...set,
      get types() {
        return names();
      },
      codec: (type) => set.codec(type) ?? (type >= GENL_ID.GENL_ID_CTRL ? AnyGeneric : undefined),
    };
  }

  /** Takes the names that nlctrl tells. */
  learn({ type, value }: CapturedMessage): void {
    if (type !== "GENL_ID_CTRL" || value instanceof Uint8Array) return;
    const { familyId, familyName } = value as GenericFamily;
    if (familyId === undefined || familyName === undefined || this.types[familyName] === familyId) return;
    if (Object.values(GENL_ID).some((id) => id === familyId)) return;
    this.types = { ...this.types, [familyName]: familyId };
  }
}

export { CapturedMessage };
export type { NlmonOptions } from "../../core/nlmon.ts";
export type { CaptureSource } from "../../core/pcap.ts";
