/**
 * Captures: the traffic of sockets, as files that Wireshark, tshark and tcpdump open. The option `capture` works if
 * this module is loaded; every `mod.ts` loads it.
 *
 * ```ts
 * import "@linux/netlink/core/capture.ts";
 * import { open } from "@linux/netlink/families/route/mod.ts";
 * using route = open({ capture: "talk.pcap" });
 * route.links.list();
 * ```
 *
 * Each datagram is a packet of link type 253 (LINKTYPE_NETLINK), behind its cooked header, whose integers are
 * big-endian. The fields that this format leaves unused hold what `readCapture` needs: ports and the multicast group.
 *
 *     0           2             4            8            12      14         16
 *     +-----------+-------------+------------+------------+-------+----------+-----------
 *     | to kernel | ARPHRD type | port of    | port of    | group | protocol | nlmsghdr …
 *     | 7, user 6 | 824         | the socket | the other  |       |          |
 *     +-----------+-------------+------------+------------+-------+----------+-----------
 *
 * Source: www.tcpdump.org/linktypes/LINKTYPE_NETLINK.html; pcap-savefile(5); the pcapng draft of the IETF;
 * linux/if_packet.h, v7.2.
 * @module
 */
import { fileError, type Files, files } from "../ffi/runtime.ts";
import { shown } from "./codec/mod.ts";
import { argumentError, ERRNO, NetlinkError, SystemError } from "./errors.ts";
import { type Capture, type CaptureOptions, type CaptureSink, parts } from "./open.ts";
import { type Direction, type Tap, Tapped } from "./tap.ts";

export type { Capture, CaptureOptions, CaptureSink } from "./open.ts";
export type { Direction } from "./tap.ts";

/** LINKTYPE_NETLINK, ARPHRD_NETLINK, and the size of the cooked header in bytes. */
export const LINKTYPE_NETLINK = 253, ARPHRD_NETLINK = 824, COOKED_HDRLEN = 16;
/** The receiver of a packet: user space or the kernel. Source: linux/if_packet.h. */
export const PACKET = { PACKET_USER: 6, PACKET_KERNEL: 7 } as const;
/** Most bytes kept of a packet, the same as in tcpdump and Wireshark. */
const SNAPLEN = 262_144;

parts.capture = (transport, { name, number }, capture) => {
  checkCapture(capture, `open a ${name} socket`);
  return new Tapped(transport, record(capture, number));
};

/** Throws for a destination that is none, and for a format that does not exist. */
function checkCapture(capture: Capture | null, what: string): void {
  const { to, format = "pcap" } = (typeof capture === "object" ? capture ?? {} : { to: capture }) as CaptureOptions;
  if (typeof to !== "string" && typeof to !== "function") {
    throw argumentError(TypeError, `Cannot ${what}: capture: expected a path or a function, got ${shown(to)}`);
  }
  if (format !== "pcap" && format !== "pcapng") {
    throw argumentError(
      TypeError,
      `Cannot ${what}: capture.format: expected "pcap" or "pcapng", got ${shown(format)}`,
    );
  }
}

/** A capture being written, and the number of open sockets that it records. */
interface Recording {
  readonly write: CaptureSink;
  readonly close: () => void;
  readonly pcapng: boolean;
  sockets: number;
}

const recordings = new Map<string | CaptureSink, Recording>();

/** Joins the recording to the same path or function, or begins one. */
function record(capture: Capture, protocol: number): Tap {
  const { to, format }: CaptureOptions = typeof capture === "object" ? capture : { to: capture };
  let recording = recordings.get(to);
  if (recording === undefined) {
    const pcapng = format === undefined ? typeof to === "string" && to.endsWith(".pcapng") : format === "pcapng";
    const header = pcapng ? pcapngHeader() : pcapHeader();
    if (typeof to === "string") recording = { ...createFile(to, header), pcapng, sockets: 0 };
    else {
      to(header);
      recording = { write: to, close: () => {}, pcapng, sockets: 0 };
    }
    recordings.set(to, recording);
  }
  const { write, close, pcapng } = recording, packetOf = pcapng ? pcapngPacket : pcapPacket;
  recording.sockets++;
  return {
    see(direction, bytes, length, port, peer, group) {
      const kept = Math.min(length, SNAPLEN - COOKED_HDRLEN), packet = new Uint8Array(COOKED_HDRLEN + kept);
      const view = new DataView(packet.buffer);
      view.setUint16(0, direction === "sent" ? PACKET.PACKET_KERNEL : PACKET.PACKET_USER);
      view.setUint16(2, ARPHRD_NETLINK);
      view.setUint32(4, port);
      view.setUint32(8, peer);
      view.setUint16(12, group);
      view.setUint16(14, protocol);
      packet.set(bytes.subarray(0, kept), COOKED_HDRLEN);
      write(packetOf(packet, COOKED_HDRLEN + length, direction));
    },
    close() {
      if (--recording.sockets > 0) return;
      recordings.delete(to);
      close();
    },
  };
}

function createFile(path: string, header: Uint8Array): Pick<Recording, "write" | "close"> {
  const what = `write the capture ${JSON.stringify(path)}`, fs = files();
  const tried = <R>(call: string, use: () => R): R => {
    try {
      return use();
    } catch (error) {
      if (error instanceof NetlinkError) throw error;
      throw fileError(error, call, what, `--allow-write=${path}`);
    }
  };
  const fd = tried("open", () => openFile(fs, path, what));
  const write = (bytes: Uint8Array): void =>
    tried("write", () => {
      for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at);
    });
  const close = (): void => fd > 2 ? fs.closeSync(fd) : undefined;
  try {
    write(header);
  } catch (error) {
    close();
    throw error;
  }
  return { write, close };
}

/** Paths of open file descriptors; the paths of stdout and stderr map to their numbers. */
const DESCRIPTOR = /^\/(?:dev\/(?:stdout|stderr)|(?:dev|proc\/(?:self|thread-self|\d+))\/fd\/\d+)$/;
const STREAMS: ReadonlyMap<string, number> = new Map(
  [["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"], ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]]
    .flatMap((names, i) => names.map((name) => [name, i + 1] as const)),
);

/**
 * Opens the destination of a capture, and empties it if it is a file. A descriptor of 2 or below is a standard stream,
 * which is not closed.
 */
function openFile(fs: Files, path: string, what: string): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NOCTTY } = fs.constants, flags = O_WRONLY | O_APPEND | O_NOCTTY;
  const isOpen = DESCRIPTOR.test(path), stream = STREAMS.get(path);
  let fd: number;
  try {
    fd = isOpen ? fs.openSync(path, flags) : fs.openSync(path, flags | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    // A socket cannot be opened by name. On Deno, neither can a stream without all permissions, though writing to it
    // needs none.
    if (stream !== undefined && (code === "ENXIO" || name === "NotCapable")) return stream;
    if (code !== "ELOOP") throw error;
    const led = openOther(fs, path, flags);
    if (led !== undefined) return led;
    const hint = "it is a symbolic link, which is not followed to a file: name the file itself";
    throw new SystemError("open", ERRNO.ELOOP, what, { hint, cause: error });
  }
  if (!fs.fstatSync(fd).isFile()) return fd;
  if (stream !== undefined) {
    fs.closeSync(fd); // two descriptors have two positions in the file, and would overwrite each other
    return stream;
  }
  if (!isOpen) fs.ftruncateSync(fd, 0);
  return fd;
}

/**
 * Opens the target of a symbolic link, if it is a pipe or a device, which writing does not damage; returns `undefined`
 * for a file.
 */
function openOther(fs: Files, path: string, flags: number): number | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, flags);
  } catch {
    return undefined;
  }
  if (!fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  return undefined;
}

/** Returns the time in µs since 1970. */
function now(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}

/** struct pcap_file_header: magic, version, two words unused, snaplen, link type. */
function pcapHeader(): Uint8Array {
  return words(0xa1b2c3d4, 4 << 16 | 2, 0, 0, SNAPLEN, LINKTYPE_NETLINK);
}

/** struct pcap_pkthdr: s, µs, bytes kept, original length. */
function pcapPacket(packet: Uint8Array, length: number): Uint8Array {
  const us = now();
  return joined(words(Math.floor(us / 1e6), us % 1e6, packet.length, length), packet);
}

/** A section header block, for a section of unknown length (-1), and the description of one interface. */
function pcapngHeader(): Uint8Array {
  const section = words(0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28);
  return joined(section, words(1, 20, LINKTYPE_NETLINK, SNAPLEN, 20));
}

/** An enhanced packet block with the option epb_flags, whose two lowest bits are 1 for inbound and 2 for outbound. */
function pcapngPacket(packet: Uint8Array, length: number, direction: Direction): Uint8Array {
  const us = now(), padding = -packet.length & 3, total = 32 + packet.length + padding + 12;
  const head = words(6, total, 0, Math.floor(us / 2 ** 32), us % 2 ** 32, packet.length, length);
  const options = words(4 << 16 | 2, direction === "sent" ? 2 : 1, 0, total);
  return joined(head, packet, new Uint8Array(padding), options);
}

/** Returns 32-bit integers in host order. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length), view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return bytes;
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
