/**
 * Live netlink traffic of a whole machine, from an nlmon interface.
 *
 * @module
 */
import { PacketSocket } from "../ffi/packet.ts";
import { ARPHRD_NETLINK, PACKET } from "./capture.ts";
import { NetlinkError } from "./errors.ts";
import type { Packet } from "./pcap.ts";
import { Subscription } from "./wait.ts";

/** Options of listening. */
export interface NlmonOptions {
  /**
   * The network namespace that the interface is in: a name that `ip netns` knows, a path, or the number of a process.
   */
  netns?: string | number;
  /** Ends the stream, as leaving the loop does. */
  signal?: AbortSignal;
}

/** Most packets received per turn of the event loop. */
const BUDGET = 256;

/**
 * Yields the packets that pass the interface `dev` from now on, decoded by `decode`.
 *
 * @throws {SystemError} EPERM: needs CAP_NET_RAW; ENODEV: no such interface
 */
export function nlmon<T>(
  dev: string,
  decode: (packet: Packet) => Iterable<T>,
  options: NlmonOptions = {},
): AsyncIterableIterator<T> & AsyncDisposable {
  const socket = new PacketSocket(dev, options.netns);
  async function* events(subscription: Subscription<T>): AsyncGenerator<T, void, undefined> {
    let offset = 0;
    while (!subscription.ended) {
      for (let taken = 0; taken < BUDGET && !subscription.ended; taken++) {
        const passing = socket.receive();
        if (passing === undefined) break;
        const { bytes, length, missing, protocol, hardware, type } = passing;
        if (hardware !== ARPHRD_NETLINK) {
          throw new NetlinkError(
            `Cannot read netlink from ${JSON.stringify(dev)}: it is not an nlmon interface`,
            "NOT_NLMON",
          );
        }
        const direction = type === PACKET.PACKET_KERNEL
          ? { direction: "sent" as const }
          : type === PACKET.PACKET_USER
          ? { direction: "received" as const }
          : {};
        const time = performance.timeOrigin + performance.now();
        yield* decode({
          protocol,
          bytes: bytes.slice(0, length),
          time,
          missing,
          bigEndian: false,
          offset,
          ...direction,
        });
        offset += length;
      }
      // This waits a turn of the event loop even if more packets have arrived.
      await socket.readable();
    }
  }
  return new Subscription<T>(() => socket.close(), events, options.signal);
}
