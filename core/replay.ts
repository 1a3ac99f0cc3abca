/**
 * Replays a recorded conversation instead of the kernel, for tests: requests get the answers in a capture.
 *
 * ```ts
 * import { replay } from "@linux/netlink/core/replay.ts";
 * import { NETLINK_ROUTE, open } from "@linux/netlink/families/route/mod.ts";
 *
 * using recorded = open({ capture: "talk.pcap" });
 * const now = recorded.links.list();
 * using again = open({ transport: replay("talk.pcap", NETLINK_ROUTE) }); // needs no kernel, root or Linux
 * console.log(again.links.list().length === now.length);
 * ```
 *
 * @module
 */
import { Reader, toHex } from "./codec/mod.ts";
import { NetlinkError } from "./errors.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN } from "./message.ts";
import type { Protocol } from "./protocol.ts";
import { type CaptureSource, type Packet, packets } from "./pcap.ts";
import { type AddressedReply, datagram, type Reply, ScriptedKernel, type SentMessage } from "./scripted.ts";
import type { Received } from "./transport.ts";

export type { CaptureSource } from "./pcap.ts";

/** A recorded request and its answers. */
interface Exchange {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  /** The port of the requesting socket; 0 if the capture does not have it. */
  readonly port: number;
  /** The bytes behind the header, in hexadecimal. */
  readonly payload: string;
  /** The answers: datagrams of one or more messages. */
  readonly answers: Uint8Array[][];
  /** Number of requests before this one. */
  readonly order: number;
}

/** The content of a recording. */
interface Recorded {
  /** Number of requests. */
  count: number;
  /** Requests without an answer so far, in order, by type, flags and payload. */
  readonly waiting: Map<string, Exchange[]>;
  /** The latest request for each port and sequence number, and for each sequence number alone. */
  readonly last: Map<string, Exchange>;
  /** Events that were not delivered yet. */
  events: AddressedReply[];
  /** Names of interfaces, from the recorded messages. */
  readonly interfaces: Map<number, string>;
}

/**
 * Makes a replacement of the kernel: `open({ transport: replay("talk.pcap", NETLINK_ROUTE) })`.
 *
 * Each request gets the answers of the first unanswered request in the recording with the same type, flags and payload,
 * in whatever order requests are made. Sequence numbers and ports are adapted to the new conversation. Events go to the
 * first socket that has joined their group. Interfaces have the names in the recording's messages: a recording of
 * addresses alone has none, so that its replay has no `dev` and refuses names; list the links too when you record.
 *
 * Sending a request that is not in the recording throws a NetlinkError of code NOT_RECORDED.
 *
 * @param capture a capture by this library, or one by nlmon of a single program
 * @param protocol the protocol whose messages are replayed
 * @throws {DecodeError} it is not a capture, or it is malformed
 * @throws {NetlinkError} FOREIGN: messages of a big-endian machine cannot be replayed here
 */
export function replay(capture: CaptureSource, protocol: Protocol): () => ScriptedKernel {
  const recorded: Recorded = { count: 0, waiting: new Map(), last: new Map(), events: [], interfaces: new Map() };
  for (const packet of packets(capture)) if (packet.protocol === protocol.number) take(packet, recorded, protocol);
  // Requests are taken from the end.
  for (const alike of recorded.waiting.values()) alike.reverse();
  return () => new Replay(recorded, protocol);
}

class Replay extends ScriptedKernel {
  readonly #recorded: Recorded;

  constructor(recorded: Recorded, protocol: Protocol) {
    super((request) => answer(request, recorded, protocol));
    this.#recorded = recorded;
    for (const [index, name] of recorded.interfaces) this.interfaces.set(index, name);
  }

  /** True if groups were joined since the last search for their events. */
  #joined = false;

  override join(group: number): void {
    super.join(group);
    this.#joined = true;
  }

  /** Queues the events of the joined groups, in the recorded order. */
  #hear(): void {
    if (!this.#joined) return;
    this.#joined = false;
    const groups = new Set(this.groups), left: AddressedReply[] = [];
    for (const event of this.#recorded.events) {
      // nlmon does not record the group: then the event goes to any socket that has joined one.
      if (event.groups === 0 ? groups.size > 0 : groups.has(event.groups!)) this.push(event);
      else left.push(event);
    }
    this.#recorded.events = left;
  }

  override receive(timeout: number): Received | undefined {
    this.#hear();
    return super.receive(timeout);
  }

  override readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void> {
    this.#hear();
    return super.readable(options);
  }
}

/** Returns a key of a request that does not depend on the requesting socket. */
function asking(type: number, flags: number, payload: string): string {
  return `${type} ${flags} ${payload}`;
}

function answer({ type, flags, seq, payload }: SentMessage, { waiting }: Recorded, protocol: Protocol): Reply[] {
  const wanted = toHex(payload), exchange = waiting.get(asking(type, flags, wanted))?.pop();
  if (exchange === undefined) {
    const name = Object.entries(protocol.types).find(([, number]) => number === type)?.[0] ?? `message ${type}`;
    const left = [...waiting.values()].flat().filter((one) => one.type === type).length;
    throw new NetlinkError(
      `Cannot send ${name}: no unanswered request in the recording matches`,
      "NOT_RECORDED",
      {
        hint: `the recording has ${left} other unanswered requests of this type; this one has flags 0x${
          flags.toString(16)
        }, payload ${wanted}`,
      },
    );
  }
  return exchange.answers.map((messages) => datagram(...messages.map((message) => addressed(message, seq))));
}

/**
 * Returns a recorded answer with the sequence number and port of the new conversation, also in the header that an error
 * repeats.
 */
function addressed(recorded: Uint8Array, seq: number): Uint8Array {
  const message = new Uint8Array((recorded.length + 3) & ~3), view = new DataView(message.buffer);
  message.set(recorded);
  view.setUint32(8, seq, true);
  if (view.getUint32(12, true) !== 0) view.setUint32(12, REPLAY_PORT, true);
  if (view.getUint16(4, true) === NLMSG.NLMSG_ERROR && message.length >= 36) view.setUint32(28, seq, true);
  return message;
}

const REPLAY_PORT: number = new ScriptedKernel().port;

/** Sorts the messages of a packet into requests, their answers, and events. */
function take(
  { bytes, direction, port = 0, peer = 0, group = 0, bigEndian }: Packet,
  into: Recorded,
  protocol: Protocol,
): void {
  if (bigEndian) throw new NetlinkError("Cannot replay the messages of a big-endian machine", "FOREIGN");
  const from = new Reader(bytes), unasked: Uint8Array[] = [];
  if (!isFramed(from)) {
    if (direction !== "sent") into.events.push({ bytes, port: peer, groups: group });
    return;
  }
  let last: Exchange | undefined;
  eachMessage(from, (at, end) => {
    const { view } = from, type = view.getUint16(at + 4, true), flags = view.getUint16(at + 6, true);
    const seq = view.getUint32(at + 8, true), asker = view.getUint32(at + 12, true);
    if (direction === "sent" || (direction === undefined && (flags & NLM_F.NLM_F_REQUEST) !== 0)) {
      const payload = toHex(bytes.subarray(at + NLMSG_HDRLEN, end));
      return note({ type, flags, seq, port: port || asker, payload, answers: [], order: into.count++ }, into);
    }
    const link = protocol.linkName?.(type, from, at + NLMSG_HDRLEN, end);
    if (link !== undefined) into.interfaces.set(link.index, link.name);
    const message = bytes.slice(at, end);
    // Events that a request caused carry its sequence number too. So the socket decides, if the capture records it.
    const exchange = port !== 0 ? into.last.get(`${port} ${seq}`) : answered(into, asker, seq);
    if (exchange === undefined) unasked.push(message);
    else if (exchange === last) exchange.answers.at(-1)!.push(message);
    else exchange.answers.push([message]);
    last = exchange;
  });
  if (unasked.length > 0) into.events.push({ bytes: joined(unasked), port: peer, groups: group });
}

function note(exchange: Exchange, { waiting, last }: Recorded): void {
  const { type, flags, seq, port, payload } = exchange, key = asking(type, flags, payload), alike = waiting.get(key);
  if (alike === undefined) waiting.set(key, [exchange]);
  else alike.push(exchange);
  last.set(`${port} ${seq}`, exchange).set(String(seq), exchange);
}

/** Returns the latest request that a message to `port` answers, if the capture does not record the socket. */
function answered({ last }: Recorded, port: number, seq: number): Exchange | undefined {
  if (port === 0) return last.get(String(seq));
  const own = last.get(`${port} ${seq}`), nobodys = last.get(`0 ${seq}`);
  return (own?.order ?? -1) > (nobodys?.order ?? -1) ? own : nobodys;
}

/** True if the datagram consists of messages; those of some protocols do not. */
function isFramed(from: Reader): boolean {
  if (from.length < NLMSG_HDRLEN) return false;
  const length = from.view.getUint32(0, true);
  return length >= NLMSG_HDRLEN && length <= from.length;
}

/** Joins messages, each at a multiple of four. */
function joined(messages: readonly Uint8Array[]): Uint8Array {
  return datagram(...messages.map((message) => {
    const padded = new Uint8Array((message.length + 3) & ~3);
    padded.set(message);
    return padded;
  }));
}
