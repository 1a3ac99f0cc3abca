/**
 * Decodes the messages of a capture with the given tables.
 *
 * @module
 */
import { Reader } from "./codec/mod.ts";
import { type ShownParts, takeApart, takeWhole } from "./datagram.ts";
import { DecodeError } from "./errors.ts";
import { BigEndianReader, isBigEndian } from "./big_endian.ts";
import type { Direction, Packet } from "./pcap.ts";
import type { MessageSet } from "./protocol.ts";
import { ShownMessage } from "./show.ts";

/** A message of a capture. `console.log` prints it as a tree; {@linkcode ShownMessage.summary} is one line. */
export class CapturedMessage extends ShownMessage {
  /** Time of recording in ms since 1970, with µs or ns as the fraction if recorded; 0 if not recorded. */
  readonly time: number;
  /** Name of the protocol: `NETLINK_ROUTE`. */
  readonly protocol: string;
  /** Direction of the message, seen from the program; `undefined` in captures of nlmon, which does not record it. */
  readonly direction: Direction | undefined;
  /** The multicast group that it was sent to, 0 for none; known in captures of this library only. */
  readonly group: number | undefined;
  /** True if a big-endian machine sent it; `value` and `fields` are decoded accordingly. */
  readonly bigEndian: boolean;
  /** The number of the packet in the capture, counted from 1 as Wireshark does. */
  readonly packet: number;
  /** The defect of a message that is malformed or was cut off in recording; `value` is then its bytes. */
  readonly problem: string | undefined;

  /** Makes the message from a part of a packet. */
  constructor(parts: ShownParts, packet: Packet, number: number, protocol: string, problem?: string) {
    super(parts[0], parts[1], parts[2], parts[3], parts[4]);
    this.time = packet.time;
    this.protocol = protocol;
    this.direction = packet.direction;
    this.group = packet.group;
    this.bigEndian = parts[4] instanceof BigEndianReader;
    this.packet = number;
    this.problem = problem;
  }

  /** The beginning of the text form: time, direction, protocol, header. */
  protected override get head(): string {
    const { time, direction, protocol, group, problem } = this;
    const arrow = direction === "sent" ? "> " : direction === "received" ? "< " : "";
    const to = group === undefined || group === 0 ? "" : ` group ${group}`;
    return `${clock(time)} ${arrow}${protocol.replace(/^NETLINK_/, "")}${to} ${super.head}${
      this.bigEndian ? ", big-endian" : ""
    }${problem === undefined ? "" : ` (${problem})`}`;
  }

  /** Returns the fields that JSON contains. */
  override toJSON(): Record<string, unknown> {
    const { time, protocol, direction, group, problem } = this;
    return { time, protocol, direction, group, ...super.toJSON(), problem };
  }
}

/** Formats the time of day in UTC, to the µs. */
function clock(time: number): string {
  const day = new Date(time);
  if (Number.isNaN(day.getTime())) return "--:--:--";
  const us = Math.floor((time - Math.floor(time)) * 1000 + 1e-3);
  return `${day.toISOString().slice(-13, -1)}${String(Math.min(us, 999)).padStart(3, "0")}`;
}

/**
 * Yields the messages of one packet. A malformed or cut-off part is a message too, with a `problem`.
 *
 * @param number the number of the packet, counted from 1
 * @param name the name of the protocol
 */
export function* messagesOf(
  packet: Packet,
  number: number,
  name: string,
  set: MessageSet,
): Generator<CapturedMessage, void, undefined> {
  const { bytes, missing } = packet, unframed = set.unframed?.(bytes);
  const foreign = unframed === undefined && isBigEndian(bytes, packet.bigEndian);
  const read = (bytes: Uint8Array): Reader => foreign ? new BigEndianReader(bytes) : new Reader(bytes);
  const whole = (at: number, problem: string | undefined): CapturedMessage => {
    const rest = bytes.slice(at);
    return new CapturedMessage(takeWhole(rest, unframed, read(rest)), packet, number, name, problem);
  };
  let problem = missing === 0 ? undefined : `${missing} bytes more were not recorded`;
  if (unframed !== undefined) return yield whole(0, problem);
  let at = 0;
  try {
    for (const parts of takeApart(bytes, set, read)) {
      at += (parts[0].length + 3) & ~3;
      yield new CapturedMessage(parts, packet, number, name);
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    problem ??= error.message;
  }
  if (problem !== undefined) yield whole(at, problem);
}
