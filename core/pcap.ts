/**
 * Capture files as datagrams: pcap and pcapng, of this machine's byte order and the other, ours or recorded on an nlmon
 * interface by tcpdump, Wireshark and their like.
 *
 * ```ts ignore
 * import { packets } from "@linux/netlink/core/pcap.ts";
 * for (const { protocol, bytes } of packets("talk.pcap")) console.log(protocol, bytes.length);
 * ```
 *
 * `readCapture` of `families/registry.ts` decodes them too.
 *
 * Source: pcap-savefile(5); the pcapng draft of the IETF; LINKTYPE_NETLINK, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 at
 * www.tcpdump.org/linktypes.html.
 * @module
 */
import { fileError, files } from "../ffi/runtime.ts";
import { ARPHRD_NETLINK, COOKED_HDRLEN, type Direction, LINKTYPE_NETLINK, PACKET } from "./capture.ts";
import { expectBytes } from "./arguments.ts";
import { shown } from "./codec/mod.ts";
import { argumentError, DecodeError } from "./errors.ts";

export type { Direction } from "./capture.ts";

/** A capture: the path of a file, its bytes, or pieces of them as they come. */
export type CaptureSource = string | Uint8Array | Iterable<Uint8Array>;

/** A datagram of a capture. */
export interface Packet {
  /** Number of the netlink protocol. */
  readonly protocol: number;
  /** The datagram. */
  readonly bytes: Uint8Array;
  /** When it was recorded, in ms since 1970, with what is known of µs or ns behind the point; 0 where that is not said. */
  readonly time: number;
  /** Which way it went, seen from the program; nlmon does not say. */
  readonly direction?: Direction;
  /** In our captures: the port of the socket that was recorded. */
  readonly port?: number;
  /** In our captures: the port of whom it talked to, 0 for the kernel. */
  readonly peer?: number;
  /** In our captures: the multicast group that it went to, 0 for none. */
  readonly group?: number;
  /** How many bytes of it were not recorded. */
  readonly missing: number;
  /** Whether a big-endian machine wrote the file, so that its messages are probably that machine's too. */
  readonly bigEndian: boolean;
  /** Where its record begins in the file, in bytes. */
  readonly offset: number;
}

/** Link types that may have netlink in them: cooked headers of `tcpdump -i any`. */
const LINKTYPE_LINUX_SLL = 113, LINKTYPE_LINUX_SLL2 = 276;
/** The most bytes of a packet that tcpdump, Wireshark and we record: a length above it is none, and not waited for. */
const LARGEST_PACKET = 1 << 18;
/** The most bytes of a block of pcapng that is read: a packet and what its options may say of it. */
const LARGEST_BLOCK = 2 * LARGEST_PACKET;
const READ_SIZE = 1 << 16;

/**
 * The netlink datagrams of a capture, one by one as they are read.
 *
 * @throws {DecodeError} it is no capture, or of something else, or broken, at the byte that the error names; what is before
 * that has been given
 * @throws {SystemError} the file cannot be read
 * @throws {NetlinkError} PERMISSION: Deno was not given the right to read it
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
    const magic = source.peek(4) ? source.view.getUint32(source.at) : source.fail("there is no header of a file");
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
 * Bytes of a file that come in pieces. What lies in one piece is read there; what lies in several is copied together, so
 * that each byte is copied at most once for each time that more of its record is asked for.
 */
class Source {
  /** What there is of it. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Where reading goes on. */
  at = 0;
  readonly #chunks: Iterator<Uint8Array>;
  readonly #what: string;
  /** What of the last piece lies behind {@linkcode Source.bytes}. */
  #behind: Uint8Array = new Uint8Array(0);
  /** Bytes of the file before what there is. */
  #before = 0;

  constructor(chunks: Iterator<Uint8Array>, what: string) {
    this.#chunks = chunks;
    this.#what = what;
  }

  /** Where reading goes on, from the beginning of the file. */
  get offset(): number {
    return this.#before + this.at;
  }

  /** Whether so many bytes follow; they lie at {@linkcode Source.at} then. */
  peek(count: number): boolean {
    const rest = this.bytes.subarray(this.at);
    if (rest.length >= count) return true;
    if (rest.length === 0) {
      if (!this.#more()) return false;
      this.#use(this.#behind);
      this.#behind = new Uint8Array(0);
      return this.peek(count);
    }
    // The source may use the memory of a piece again, so what is left of one is copied before the next is asked for.
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

  /** Whether bytes lie behind those that there are; asks for pieces until one is not empty. */
  #more(): boolean {
    while (this.#behind.length === 0) {
      const { done, value } = this.#chunks.next();
      if (done) return false;
      expectBytes(value, this.#what);
      this.#behind = value;
    }
    return true;
  }

  /** Reads on in `bytes`, which begin where reading was. */
  #use(bytes: Uint8Array): void {
    this.#before += this.at;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
  }

  /** Whether nothing follows. */
  get ended(): boolean {
    return !this.peek(1);
  }

  /** Makes sure that so many bytes follow. */
  need(count: number, of: string): void {
    const begin = this.offset;
    if (!this.peek(count)) this.#lacks(count, this.bytes.length - this.at, of, begin);
  }

  /** Passes over so many bytes, which need not be there all at once, but the last `kept`: those follow then. */
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

  /** Throws what is wrong at `offset`, here when absent. */
  fail(why: string, offset: number = this.offset): never {
    throw new DecodeError(why, offset, this.#what);
  }
}

const PCAP_HEADER = 24, RECORD_HEADER = 16;
/** Magic of pcap files by how they begin: byte order, and fractions of a second. */
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
    if (kept > LARGEST_PACKET) source.fail(`a packet says it has ${kept} bytes, ${LARGEST_PACKET} is the most`);
    source.need(RECORD_HEADER + kept, "a packet with its header");
    const begin = source.at + RECORD_HEADER, bytes = source.bytes.slice(begin, begin + kept);
    source.at = begin + kept;
    const packet = cooked(bytes, link, { time, missing: Math.max(0, length - kept), bigEndian: !little, offset });
    if (packet !== undefined) yield packet;
  }
}

/** Types of blocks of pcapng. */
const SECTION = 0x0a0d0d0a, INTERFACE = 1, OLD_PACKET = 2, SIMPLE_PACKET = 3, PACKET_BLOCK = 6;
const BYTE_ORDER = 0x1a2b3c4d;
/** Options of pcapng that are read. */
const EPB_FLAGS = 2, IF_TSRESOL = 9, IF_TSOFFSET = 14;

/** What is known of an interface of a section. */
interface Interface {
  readonly link: number;
  readonly snaplen: number;
  /** Units of its time stamps in a second. */
  readonly perSecond: number;
  /** Seconds that are to be added to them. */
  readonly from: number;
}

/** The interfaces that a section has described until now. */
class Interfaces {
  readonly #all: Interface[] = [];
  /** Whether one of them may have netlink. */
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
    if (length < 12 || length % 4 !== 0) source.fail(`a block says it has ${length} bytes`);
    const packet = type === PACKET_BLOCK || type === OLD_PACKET || type === SIMPLE_PACKET;
    if (packet || type === INTERFACE) {
      if (length > LARGEST_BLOCK) source.fail(`a block says it has ${length} bytes, ${LARGEST_BLOCK} is the most`);
      source.need(length, "a block");
      const block = new Block(source, source.at, length, little);
      if (block.word(length - 4) !== length) wrongEnd(source, length, block.word(length - 4), offset);
      const given = packet ? packetOf(block, type, interfaces, offset) : interfaces.add(interfaceOf(block));
      source.at += length;
      if (given !== undefined) yield given;
    } else {
      // Nothing of it is read, however large it is, but the length behind it.
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

/** A block of pcapng that is there as a whole. */
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

  /** Makes sure that it has so many bytes before its last word. */
  need(count: number, of: string): void {
    if (count > this.length - 4) this.fail(`${of} says it has ${count} bytes in a block of ${this.length}`);
  }

  fail(why: string): never {
    this.#source.fail(why);
  }

  /** Calls `visit` with each option that begins at `place` or behind, until there is no more. */
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
  if (on === undefined) block.fail(`a packet is of interface ${number}, ${interfaces.count} are described`);
  if (!isNetlink(on.link)) {
    // A file may have others beside it, but not nothing else.
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

/** Takes the cooked header off; `undefined` for what came from another kind of interface, or is cut off before. */
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
