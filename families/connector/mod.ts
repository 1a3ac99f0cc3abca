/**
 * NETLINK_CONNECTOR: process events, 1-wire, and every other subsystem of the kernel that uses the connector.
 *
 * ```ts
 * import { processes } from "@linux/netlink/families/connector/mod.ts";
 * for await (const e of processes.watch("exec", "exit")) console.log(e.event, e.pid);
 * ```
 *
 * The kernel serves it in the first network namespace only. It needs CAP_NET_ADMIN; process events need none since
 * Linux 6.6.
 *
 * Source: linux/connector.h, v7.2.
 * @module
 */
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import { expectFields, expectType } from "../../core/arguments.ts";
import { bytes, type Codec, Reader, Writer } from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import { Conversation, decodeWhole, openTransport, type StreamOptions } from "../../core/stream.ts";
import type { Received } from "../../core/transport.ts";
import { CN_IDX, type ConnectorMessage, connectorMessages, NETLINK_CONNECTOR, sendMessage } from "./header.ts";
import { declareData } from "./messages.ts";
import { W1Messages } from "./w1.ts";

declareData(CN_IDX.CN_W1_IDX, () => W1Messages);

export * from "./header.ts";
export * from "./processes.ts";
export * from "./w1.ts";

const OPEN = "open a connector";

/** The subsystem to listen to. */
export interface ConnectorOptions extends StreamOptions {
  /** The subsystem: {@linkcode CN_IDX}, or any other number. */
  idx: number;
  /** The second number of its messages; all messages when absent. */
  val?: number;
  /** True, the default, joins multicast group `idx`. Answers arrive in any case. */
  join?: boolean;
}

/** A received message with its decoded data. */
export interface ConnectorEvent<T> extends ConnectorMessage {
  /** The decoded data; absent if the codec cannot decode it. */
  value?: T;
  /** The multicast group that it was sent to, 0 for an answer to this socket alone. */
  group: number;
}

/** The header fields of a message to send; all are optional. */
export type ConnectorHeader = Partial<Omit<ConnectorMessage, "idx" | "data">>;

/**
 * Opens a connector socket that receives a subsystem's messages and sends messages to it.
 *
 * ```ts ignore
 * import { CN_IDX, open, W1Messages } from "@linux/netlink/families/connector/mod.ts";
 * const w1 = open({ idx: CN_IDX.CN_W1_IDX, val: 1, codec: W1Messages });
 * w1.send([{ type: "list_masters" }]);
 * for await (const { value } of w1) console.log(value);
 * ```
 */
export function open(options: ConnectorOptions): Connector<Uint8Array, Uint8Array | string>;
/** Opens a connector socket with a codec for the data. */
export function open<D, E = D>(options: ConnectorOptions & { codec: Codec<D, E> }): Connector<D, E>;
export function open(options: ConnectorOptions & { codec?: Codec<unknown, never> }): Connector<unknown, never> {
  expectFields(options, OPEN, "options as an object");
  return new Connector<unknown, never>(options.codec ?? bytes, options);
}

/** A connector socket and the messages that arrive on it. Leaving the loop over it closes it. */
export class Connector<D, E = D> extends Conversation<ConnectorEvent<D>> {
  readonly #codec: Codec<D, E>;
  readonly #options: ConnectorOptions;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(codec: Codec<D, E>, options: ConnectorOptions) {
    expectFields(options, OPEN, "options as an object");
    expectType(options.idx, `${OPEN}: idx`, "number");
    const transport = openTransport(NETLINK_CONNECTOR, options, (transport) => {
      if (options.join !== false) transport.join(options.idx);
    }, { idx: "any", val: "number", join: "boolean", codec: "any" });
    super(transport, options);
    this.#codec = codec;
    this.#options = options;
  }

  /** Sends a message. The kernel reports no error for a message that it refuses: there is just no answer. */
  send(value: E, header: ConnectorHeader = {}): void {
    const { idx, val = 1 } = this.#options, writer = new Writer();
    expectFields(header, `send to connector ${idx}`, "a header as an object");
    writer.what = `send to connector ${idx}/${header.val ?? val}`;
    this.#codec.encode(value, writer, {});
    sendMessage(this.transport, { idx, val, ...header, data: writer.bytes.subarray(0, writer.length) });
  }

  /** Returns the messages of a datagram, which may hold several. */
  protected override take({ bytes, view, length, port, groups }: Received): ConnectorEvent<D>[] {
    // Ignore datagrams that are not from the kernel.
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
