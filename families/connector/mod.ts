/**
 * NETLINK_CONNECTOR: what happens to processes, 1-wire, and whatever else in the kernel talks over it.
 *
 * ```ts ignore
 * import { processes } from "@linux/netlink/families/connector/mod.ts";
 * for await (const e of processes.watch("exec", "exit")) console.log(e.event, e.pid);
 * ```
 *
 * Served in the first network namespace only. Needs CAP_NET_ADMIN; process events do not since Linux 6.6.
 *
 * Source: linux/connector.h, v7.2.
 * @module
 */
import { bytes, type Codec, Reader, Writer } from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import { Conversation, decodeWhole, openTransport, type StreamOptions } from "../../core/stream.ts";
import type { Received } from "../../core/transport.ts";
import "./talk.ts";
import { type ConnectorMessage, connectorMessages, NETLINK_CONNECTOR, sendMessage } from "./message.ts";

export * from "./message.ts";
export * from "./processes.ts";
export * from "./w1.ts";

/** What to listen to. */
export interface ConnectorOptions extends StreamOptions {
  /** Who talks: {@linkcode CN_IDX}, or any other number. */
  idx: number;
  /** About what; everything when absent. */
  val?: number;
  /** Whether to hear of what is told to all, as a member of group `idx`; `true` when absent. Answers come in any case. */
  join?: boolean;
}

/** A message that came, with what it says. */
export interface ConnectorEvent<T> extends ConnectorMessage {
  /** What it says; absent where the data is not what the codec reads. */
  value?: T;
  /** The group that it was sent to, 0 for an answer to us alone. */
  group: number;
}

/** What a message that is sent has beside what it says. */
export type ConnectorHeader = Partial<Omit<ConnectorMessage, "idx" | "data">>;

/**
 * Listens to whatever in the kernel talks as `idx`, and talks to it.
 *
 * ```ts ignore
 * import { CN_IDX, open, W1Messages } from "@linux/netlink/families/connector/mod.ts";
 * const w1 = open({ idx: CN_IDX.CN_W1_IDX, val: 1, codec: W1Messages });
 * w1.send([{ type: "list_masters" }]);
 * for await (const { value } of w1) console.log(value);
 * ```
 */
export function open(options: ConnectorOptions): Connector<Uint8Array, Uint8Array | string>;
/** The same with a codec for what is said. */
export function open<D, E = D>(options: ConnectorOptions & { codec: Codec<D, E> }): Connector<D, E>;
export function open(options: ConnectorOptions & { codec?: Codec<unknown, never> }): Connector<unknown, never> {
  return new Connector<unknown, never>(options.codec ?? bytes, options);
}

/** A socket of the connector, and the messages that come to it. Leaving the loop closes it. */
export class Connector<D, E = D> extends Conversation<ConnectorEvent<D>> {
  readonly #codec: Codec<D, E>;
  readonly #options: ConnectorOptions;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(codec: Codec<D, E>, options: ConnectorOptions) {
    const transport = openTransport(NETLINK_CONNECTOR, options, (transport) => {
      if (options.join !== false) transport.join(options.idx);
    });
    super(transport, options);
    this.#codec = codec;
    this.#options = options;
  }

  /** Sends a message. The kernel never says that it does not take one: then there is no answer. */
  send(value: E, header: ConnectorHeader = {}): void {
    const { idx, val = 1 } = this.#options, writer = new Writer();
    writer.what = `send to connector ${idx}/${header.val ?? val}`;
    this.#codec.encode(value, writer, {});
    sendMessage(this.transport, { idx, val, ...header, data: writer.bytes.subarray(0, writer.length) });
  }

  /** A datagram may hold several. */
  protected override take({ bytes, view, length, port, groups }: Received): ConnectorEvent<D>[] {
    // Whoever is not the kernel has no say here.
    if (port !== 0) return [];
    const events: ConnectorEvent<D>[] = [], from = new Reader(bytes, length, view), { val } = this.#options;
    try {
      for (const message of connectorMessages(from, Math.min(NLMSG_HDRLEN, length), length)) {
        // An answer may leave the header empty (1-wire does).
        if (groups !== 0 && val !== undefined && message.val !== val && message.idx !== 0) continue;
        const { data } = message, value = decodeWhole(this.#codec, new Reader(data), 0, data.length);
        events.push({ ...message, ...(value === undefined ? {} : { value }), group: groups });
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    return events;
  }
}

export type * from "../../core/stream.ts";
