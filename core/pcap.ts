/**
 * Datagrams of capture files: pcap and pcapng in both byte orders, written by this library, or recorded on an nlmon
 * interface by tcpdump, Wireshark and similar tools.
 *
 * ```ts
 * import { packets } from "@linux/netlink/core/pcap.ts";
 * for (const { protocol, bytes } of packets("talk.pcap")) console.log(protocol, bytes.length);
 * ```
 *
 * `readCapture` of `families/registry.ts` decodes them too.
 *
 * Source: pcap-savefile(5); the pcapng draft of the IETF; LINKTYPE_NETLINK, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2
 * at www.tcpdump.org/linktypes.html.
 * @module
 */
import { fileError, files } from "../ffi/runtime.ts";
import { ARPHRD_NETLINK, COOKED_HDRLEN, type Direction, LINKTYPE_NETLINK, PACKET } from "./capture.ts";
import { expectBytes } from "./arguments.ts";
import { shown } from "./codec/mod.ts";
import { argumentError, DecodeError } from "./errors.ts";

export type { Direction } from "./capture.ts";

/** A capture: the path of a file, its bytes, or an iterable of pieces of them. */
export type CaptureSource = string | Uint8Array | Iterable<Uint8Array>;

/** A datagram of a capture. */
export interface Packet {
  /** Number of the netlink protocol. */
  readonly protocol: number;
  /** The datagram. */
  readonly bytes: Uint8Array;
  /** Time of recording in ms since 1970, with µs or ns as the fraction if recorded; 0 if not recorded. */
  readonly time: number;
  /** Direction of the datagram, seen from the program; absent in captures of nlmon, which does not record it. */
  readonly direction?: Direction;
  /** The port of the recorded socket; in captures of this library only. */
  readonly port?: number;
  /** The port of the other side, 0 for the kernel; in captures of this library only. */
  readonly peer?: number;
  /** The multicast group that it was sent to, 0 for none; in captures of this library only. */
  readonly group?: number;
  /** Number of its bytes that were not recorded. */
  readonly missing: number;
  /** True if a big-endian machine wrote the file, so that its messages probably come from that machine. */
  readonly bigEndian: boolean;
  /** Offset of its record in the file, in bytes. */
  readonly offset: number;
}

/** Link types that may contain netlink: cooked headers of `tcpdump -i any`. */
const LINKTYPE_LINUX_SLL = 113, LINKTYPE_LINUX_SLL2 = 276;
/**
 * Most bytes of a packet that tcpdump, Wireshark and this library record: a greater length is an error, and no such
 * packet is read.
 */
const LARGEST_PACKET = 1 << 18;
/** Most bytes of a pcapng block that is read: a packet with its options. */
const LARGEST_BLOCK = 2 * LARGEST_PACKET;
const READ_SIZE = 1 << 16;

/**
 * Yields the netlink datagrams of a capture, one by one as they are read.
 *
 * @throws {DecodeError} it is not a capture, or not one of netlink, or malformed, at the byte in the message; datagrams
 * before that were yielded
 * @throws {SystemError} the file cannot be read
 * @throws {NetlinkError} PERMISSION: Deno lacks the permission to read it
 */
export function* packets(capture: CaptureSource): Generator<Packet, void, undefined> {
  const what = typeof capture === "string" ? `read the capture ${JSON.stringify(capture)}` : "read a capture";
  if (
    typeof capture !== "string" &&
    typeof (capture as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== "function"
  ) {
    throw argumentError(TypeError, `Cannot ${what}: expected a path, bytes, or pieces of them, got ${shown(capture)}`);
  }
  const chunks = typeof capture === "string"
    ? chunksOf(capture, what)
    : capture instanceof Uint8Array
    ? [capture]
    : capture;
  const iterator = chunks[Symbol.iterator](), source = new Source(iterator, what);
  try {
    const magic = source.peek(4) ? source.view.getUint32(source.at) : source.fail("the file has no header");
    if (magic === SECTION) yield* pcapng(source);
    else yield* pcap(source, magic);
  } finally {
    iterator.return?.();
  }
}

function* chunksOf(path: string, what: string): Generator<Uint8Array, void, undefined> {
  const tried = <R>(call: string, use: () => R): R => {
    try {
      return use();
    } catch (error) {
      throw fileError(error, call, what, `--allow-read=${path}`);
    }
  };
  const fs = files(), fd = tried("open", () => fs.openSync(path, "r"));
  try {
    while (true) {
      const chunk = new Uint8Array(READ_SIZE), length = tried("read", () => fs.readSync(fd, chunk, 0, READ_SIZE, null));
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The bytes of a file that arrive in pieces. A record within one piece is read in place. A record across several pieces
 * is copied together; each byte is copied at most once for each time that more of the record is requested.
 */
class Source {
  /** The available bytes. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Current position in {@linkcode Source.bytes}. */
  at = 0;
  readonly #chunks: Iterator<Uint8Array>;
  readonly #what: string;
  /** The part of the last piece that follows {@linkcode Source.bytes}. */
  #behind: Uint8Array = new Uint8Array(0);
  /** Number of bytes of the file before {@linkcode Source.bytes}. */
  #before = 0;

  constructor(chunks: Iterator<Uint8Array>, what: string) {
    this.#chunks = chunks;
    this.#what = what;
  }

  /** Current position in the file. */
  get offset(): number {
    return this.#before + this.at;
  }

  /** Makes `count` bytes available at {@linkcode Source.at}; returns false if the file has fewer. */
  peek(count: number): boolean {
    const rest = this.bytes.subarray(this.at);
    if (rest.length >= count) return true;
    if (rest.length === 0) {
      if (!this.#more()) return false;
      this.#use(this.#behind);
      this.#behind = new Uint8Array(0);
      return this.peek(count);
    }
    // The source may reuse the memory of a piece, so the rest of a piece is copied before the next one is requested.
    const joined = new Uint8Array(count);
    joined.set(rest);
    let length = rest.length;
    while (length < count && this.#more()) {
      const taken = this.#behind.subarray(0, count - length);
      joined.set(taken, length);
      length += taken.length;
      this.#behind = this.#behind.subarray(taken.length);
    }
    this.#use(joined.subarray(0, length));
    return length === count;
  }

  /** Requests pieces until one is not empty; returns false at the end of the file. */
  #more(): boolean {
    while (this.#behind.length === 0) {
      const { done, value } = this.#chunks.next();
      if (done) return false;
      expectBytes(value, this.#what);
      this.#behind = value;
    }
    return true;
  }

  /** Continues in `bytes`, which begin at the current position. */
  #use(bytes: Uint8Array): void {
    this.#before += this.at;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
  }

  /** True if no bytes follow. */
  get ended(): boolean {
    return !this.peek(1);
  }

  /** Throws unless `count` bytes follow. */
  need(count: number, of: string): void {
    const begin = this.offset;
    if (!this.peek(count)) this.#lacks(count, this.bytes.length - this.at, of, begin);
  }

  /** Skips `count` bytes except the last `kept`, which are then available. The skipped bytes are not held in memory. */
  skip(count: number, kept: number, of: string): void {
    const begin = this.offset;
    let left = count - kept;
    while (left > 0) {
      if (!this.peek(1)) this.#lacks(count, count - kept - left, of, begin);
      const passed = Math.min(left, this.bytes.length - this.at);
      this.at += passed;
      left -= passed;
    }
    if (!this.peek(kept)) this.#lacks(count, count - kept + this.bytes.length - this.at, of, begin);
  }

  #lacks(count: number, left: number, of: string, begin: number): never {
    this.fail(`${of} has ${count} bytes, ${left} are left`, begin);
  }

  /** Throws an error about `offset`, by default the current position. */
  fail(why: string, offset: number = this.offset): never {
    throw new DecodeError(why, offset, this.#what);
  }
}

const PCAP_HEADER = 24, RECORD_HEADER = 16;
/** Byte order and unit of time by the first four bytes of a pcap file. */
const MAGIC: ReadonlyMap<number, readonly [little: boolean, perSecond: number]> = new Map([
  [0xa1b2c3d4, [false, 1e6]],
  [0xd4c3b2a1, [true, 1e6]],
  [0xa1b23c4d, [false, 1e9]],
  [0x4d3cb2a1, [true, 1e9]],
]);

function* pcap(source: Source, magic: number): Generator<Packet, void, undefined> {
  const [little, perSecond] = MAGIC.get(magic) ??
    source.fail(`it is neither pcap nor pcapng: it begins with ${magic.toString(16).padStart(8, "0")}`);
  source.need(PCAP_HEADER, "the header of a file");
  const link = source.view.getUint32(source.at + 20, little) & 0xffff;
  if (!isNetlink(link)) source.fail(otherLink(link), source.offset + 20);
  source.at += PCAP_HEADER;
  while (!source.ended) {
    source.need(RECORD_HEADER, "the header of a packet");
    const { view, at, offset } = source, word = (place: number): number => view.getUint32(at + place, little);
    const kept = word(8), length = word(12), time = word(0) * 1000 + word(4) * 1000 / perSecond;
    if (kept > LARGEST_PACKET) {
      source.fail(`a packet has a length of ${kept} bytes, expected at most ${LARGEST_PACKET}`);
    }
    source.need(RECORD_HEADER + kept, "a packet with its header");
    const begin = source.at + RECORD_HEADER, bytes = source.bytes.slice(begin, begin + kept);
    source.at = begin + kept;
    const packet = cooked(bytes, link, { time, missing: Math.max(0, length - kept), bigEndian: !little, offset });
    if (packet !== undefined) yield packet;
  }
}

/** Types of pcapng blocks. */
const SECTION = 0x0a0d0d0a, INTERFACE = 1, OLD_PACKET = 2, SIMPLE_PACKET = 3, PACKET_BLOCK = 6;
const BYTE_ORDER = 0x1a2b3c4d;
/** Numbers of the pcapng options that are read. */
const EPB_FLAGS = 2, IF_TSRESOL = 9, IF_TSOFFSET = 14;

/** An interface that a pcapng section describes, and that its packets refer to by number. */
interface Interface {
  readonly link: number;
  readonly snaplen: number;
  /** Units of its time stamps per second. */
  readonly perSecond: number;
  /** Seconds to add to its time stamps. */
  readonly from: number;
}

/** The interfaces that a section has described so far. */
class Interfaces {
  readonly #all: Interface[] = [];
  /** True if an interface may have netlink packets. */
  netlink = false;

  get count(): number {
    return this.#all.length;
  }

  add(one: Interface): void {
    this.#all.push(one);
    this.netlink ||= isNetlink(one.link);
  }

  get(number: number): Interface | undefined {
    return this.#all[number];
  }
}

function* pcapng(source: Source): Generator<Packet, void, undefined> {
  let little = true, interfaces = new Interfaces();
  while (!source.ended) {
    source.need(12, "the header of a block");
    const begin = source.at, { offset } = source;
    if (source.view.getUint32(begin) === SECTION) {
      const order = source.view.getUint32(begin + 8);
      little = order === 0x4d3c2b1a;
      if (!little && order !== BYTE_ORDER) source.fail("a section has no byte order", offset + 8);
      interfaces = new Interfaces();
    }
    const type = source.view.getUint32(begin, little), length = source.view.getUint32(begin + 4, little);
    if (length < 12 || length % 4 !== 0) {
      source.fail(`a block has a length of ${length} bytes, expected a multiple of 4 from 12 up`);
    }
    const packet = type === PACKET_BLOCK || type === OLD_PACKET || type === SIMPLE_PACKET;
    if (packet || type === INTERFACE) {
      if (length > LARGEST_BLOCK) {
        source.fail(`a block has a length of ${length} bytes, expected at most ${LARGEST_BLOCK}`);
      }
      source.need(length, "a block");
      const block = new Block(source, source.at, length, little);
      if (block.word(length - 4) !== length) wrongEnd(source, length, block.word(length - 4), offset);
      const given = packet ? packetOf(block, type, interfaces, offset) : interfaces.add(interfaceOf(block));
      source.at += length;
      if (given !== undefined) yield given;
    } else {
      // The block is skipped, however large it is, except for the length at its end.
      source.skip(length, 4, "a block");
      const stated = source.view.getUint32(source.at, little);
      if (stated !== length) wrongEnd(source, length, stated, offset);
      source.at += 4;
    }
  }
}

function wrongEnd(source: Source, length: number, stated: number, offset: number): never {
  source.fail(`a block of ${length} bytes ends with another length, ${stated}`, offset);
}

/** A pcapng block that is available as a whole. */
class Block {
  readonly length: number;
  readonly little: boolean;
  readonly #source: Source;
  readonly #view: DataView;
  readonly #at: number;

  constructor(source: Source, at: number, length: number, little: boolean) {
    this.#source = source;
    this.#view = source.view;
    this.#at = at;
    this.length = length;
    this.little = little;
  }

  word(place: number): number {
    return this.#view.getUint32(this.#at + place, this.little);
  }

  half(place: number): number {
    return this.#view.getUint16(this.#at + place, this.little);
  }

  byte(place: number): number {
    return this.#view.getUint8(this.#at + place);
  }

  long(place: number): number {
    return Number(this.#view.getBigInt64(this.#at + place, this.little));
  }

  bytes(place: number, end: number): Uint8Array {
    return this.#source.bytes.slice(this.#at + place, this.#at + end);
  }

  /** Throws unless the block has `count` bytes before its last word. */
  need(count: number, of: string): void {
    if (count > this.length - 4) this.fail(`${of} has ${count} bytes in a block of ${this.length}`);
  }

  fail(why: string): never {
    this.#source.fail(why);
  }

  /** Calls `visit` for each option from `place` on. */
  options(place: number, visit: (code: number, place: number, length: number) => void): void {
    while (place + 4 <= this.length - 4) {
      const code = this.half(place), length = this.half(place + 2);
      if (code === 0) return;
      this.need(place + 4 + length, "an option");
      visit(code, place + 4, length);
      place += 4 + ((length + 3) & ~3);
    }
  }
}

function interfaceOf(block: Block): Interface {
  block.need(16, "the description of an interface");
  let perSecond = 1e6, from = 0;
  block.options(16, (code, place, length) => {
    if (code === IF_TSRESOL && length >= 1) {
      const exponent = block.byte(place);
      perSecond = (exponent & 0x80) !== 0 ? 2 ** (exponent & 0x7f) : 10 ** exponent;
    } else if (code === IF_TSOFFSET && length >= 8) from = block.long(place);
  });
  return { link: block.half(8), snaplen: block.word(12), perSecond, from };
}

function packetOf(block: Block, type: number, interfaces: Interfaces, offset: number): Packet | undefined {
  const simple = type === SIMPLE_PACKET, data = simple ? 12 : 28;
  block.need(data, "the header of a packet");
  const number = simple ? 0 : type === OLD_PACKET ? block.half(8) : block.word(8), on = interfaces.get(number);
  if (on === undefined) block.fail(`a packet is of interface ${number}, but ${interfaces.count} are described`);
  if (!isNetlink(on.link)) {
    // A file may have other interfaces beside one for netlink, but must have one.
    if (interfaces.netlink) return undefined;
    block.fail(otherLink(on.link));
  }
  const length = block.word(data - 4), most = on.snaplen === 0 ? length : Math.min(length, on.snaplen);
  const kept = simple ? Math.min(most, block.length - data - 4) : block.word(20);
  block.need(data + kept, "a packet");
  const time = simple ? 0 : on.from * 1000 + (block.word(12) * 2 ** 32 + block.word(16)) * (1000 / on.perSecond);
  let direction: Direction | undefined;
  if (type === PACKET_BLOCK) {
    block.options(data + ((kept + 3) & ~3), (code, place, length) => {
      if (code !== EPB_FLAGS || length < 4) return;
      const flags = block.word(place) & 3;
      direction = flags === 1 ? "received" : flags === 2 ? "sent" : undefined;
    });
  }
  const missing = Math.max(0, length - kept), rest = { time, missing, bigEndian: !block.little, offset };
  return cooked(block.bytes(data, data + kept), on.link, rest, direction);
}

function isNetlink(link: number): boolean {
  return link === LINKTYPE_NETLINK || link === LINKTYPE_LINUX_SLL || link === LINKTYPE_LINUX_SLL2;
}

function otherLink(link: number): string {
  return `its link type is ${link}, not netlink's ${LINKTYPE_NETLINK}`;
}

/**
 * Removes the cooked header; returns `undefined` for a packet of another kind of interface, or one cut off within the
 * header.
 */
function cooked(
  bytes: Uint8Array,
  link: number,
  rest: Pick<Packet, "time" | "missing" | "bigEndian" | "offset">,
  direction?: Direction,
): Packet | undefined {
  const newer = link === LINKTYPE_LINUX_SLL2, size = newer ? 20 : COOKED_HDRLEN;
  if (bytes.length < size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset), type = newer ? bytes[10]! : view.getUint16(0);
  if (view.getUint16(newer ? 8 : 2) !== ARPHRD_NETLINK) return undefined;
  const told = type === PACKET.PACKET_KERNEL ? "sent" : type === PACKET.PACKET_USER ? "received" : undefined;
  const goes = told ?? direction, ours = !newer && told !== undefined;
  return {
    protocol: view.getUint16(newer ? 0 : 14),
    bytes: bytes.subarray(size),
    ...rest,
    ...(goes === undefined ? {} : { direction: goes }),
    ...(ours ? { port: view.getUint32(4), peer: view.getUint32(8), group: view.getUint16(12) } : {}),
  };
}
