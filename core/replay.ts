/**
 * A recorded conversation in the place of the kernel, for tests: what a capture heard is answered again.
 *
 * ```ts ignore
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

/** A request of the recording, and what came of it. */
interface Exchange {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  /** The port of the socket that asked; 0 where the capture does not say. */
  readonly port: number;
  /** What follows its header. */
  readonly payload: string;
  /** Its answers, in datagrams of one or more messages. */
  readonly answers: Uint8Array[][];
  /** How many requests were before it. */
  readonly order: number;
}

/** What a recording holds. */
interface Recorded {
  /** How many there are. */
  count: number;
  /** Those that were not asked for yet, in order, by what asks for them. */
  readonly waiting: Map<string, Exchange[]>;
  /** The last ones, by what their answers say: port and number, or the number alone. */
  readonly last: Map<string, Exchange>;
  /** What came without being asked for, and was not given yet. */
  events: AddressedReply[];
  /** Names of interfaces, as messages told them. */
  readonly interfaces: Map<number, string>;
}

/**
 * Makes what stands in for the kernel: `open({ transport: replay("talk.pcap", NETLINK_ROUTE) })`.
 *
 * Each request is answered as the first one like it was in the recording: same type, flags and payload. Each is answered
 * once, in whatever order; sequence numbers and ports are those of the new conversation. Events are there for the first
 * socket that has joined their group. Interfaces have the names that the recording's messages tell.
 *
 * A request that the recording does not have is a NetlinkError of code NOT_RECORDED when it is sent.
 *
 * @param capture ours, or one of an nlmon interface, of one program
 * @param protocol whose messages are taken from it
 * @throws {DecodeError} it is no capture, or a broken one
 * @throws {NetlinkError} FOREIGN: a big-endian machine's messages cannot be sent here
 */
export function replay(capture: CaptureSource, protocol: Protocol): () => ScriptedKernel {
  const recorded: Recorded = { count: 0, waiting: new Map(), last: new Map(), events: [], interfaces: new Map() };
  for (const packet of packets(capture)) if (packet.protocol === protocol.number) take(packet, recorded, protocol);
  // They are taken from the end.
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

  /** Whether groups were joined since it was looked which events are theirs. */
  #joined = false;

  override join(group: number): void {
    super.join(group);
    this.#joined = true;
  }

  /** Queues what was told to the groups that were joined, in the order in which it was told. */
  #hear(): void {
    if (!this.#joined) return;
    this.#joined = false;
    const groups = new Set(this.groups), left: AddressedReply[] = [];
    for (const event of this.#recorded.events) {
      // nlmon does not say which group: then it is anybody's who joined one.
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

/** What a request says, whoever asks it. */
function asking(type: number, flags: number, payload: string): string {
  return `${type} ${flags} ${payload}`;
}

function answer({ type, flags, seq, payload }: SentMessage, { waiting }: Recorded, protocol: Protocol): Reply[] {
  const wanted = toHex(payload), exchange = waiting.get(asking(type, flags, wanted))?.pop();
  if (exchange === undefined) {
    const name = Object.entries(protocol.types).find(([, number]) => number === type)?.[0] ?? `message ${type}`;
    const left = [...waiting.values()].flat().filter((one) => one.type === type).length;
    throw new NetlinkError(
      `Cannot send ${name}: no request of the recording that was not answered yet is like it`,
      "NOT_RECORDED",
      { hint: `it has ${left} others of this type; flags 0x${flags.toString(16)}, payload ${wanted}` },
    );
  }
  return exchange.answers.map((messages) => datagram(...messages.map((message) => addressed(message, seq))));
}

/** A recorded answer with the number and port of who asks now, also in the header that an error repeats. */
function addressed(recorded: Uint8Array, seq: number): Uint8Array {
  const message = new Uint8Array((recorded.length + 3) & ~3), view = new DataView(message.buffer);
  message.set(recorded);
  view.setUint32(8, seq, true);
  if (view.getUint32(12, true) !== 0) view.setUint32(12, REPLAY_PORT, true);
  if (view.getUint16(4, true) === NLMSG.NLMSG_ERROR && message.length >= 36) view.setUint32(28, seq, true);
  return message;
}

const REPLAY_PORT: number = new ScriptedKernel().port;

/** Sorts a packet into requests, their answers, and events. */
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
    // What a request brought about is told to groups with its number, so the socket counts, where the capture says which.
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

/** The last request that a message to `port` answers, where the capture does not say whose socket it came to. */
function answered({ last }: Recorded, port: number, seq: number): Exchange | undefined {
  if (port === 0) return last.get(String(seq));
  const own = last.get(`${port} ${seq}`), nobodys = last.get(`0 ${seq}`);
  return (own?.order ?? -1) > (nobodys?.order ?? -1) ? own : nobodys;
}

/** Whether it is messages at all, as some protocols' datagrams are not. */
function isFramed(from: Reader): boolean {
  if (from.length < NLMSG_HDRLEN) return false;
  const length = from.view.getUint32(0, true);
  return length >= NLMSG_HDRLEN && length <= from.length;
}

/** Messages, each at a multiple of four. */
function joined(messages: readonly Uint8Array[]): Uint8Array {
  return datagram(...messages.map((message) => {
    const padded = new Uint8Array((message.length + 3) & ~3);
    padded.set(message);
    return padded;
  }));
}
