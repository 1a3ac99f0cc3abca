/**
 * Opens sockets, also of protocols that the running kernel may lack, and adds captures and printing on request.
 *
 * @module
 */
import type { Netns } from "../ffi/netns.ts";
import { environment } from "../ffi/runtime.ts";
import { Socket } from "../ffi/socket.ts";
import type { Writer } from "./codec/mod.ts";
import { argumentError, SystemError } from "./errors.ts";
import type { Operation, Protocol } from "./protocol.ts";
import type { ShownMessage } from "./show.ts";
import type { Transport } from "./transport.ts";

/** Opens a socket of a protocol; if the kernel lacks the protocol, the error has a hint. */
export function openSocket(
  { number, name, hint }: Protocol,
  { netns }: { netns?: string | number | Netns | undefined } = {},
): Transport {
  try {
    return new Socket({ protocol: number, protocolName: name, ...(netns === undefined ? {} : { netns }) });
  } catch (error) {
    if (hint === undefined || !isUnserved(error)) throw error;
    throw new SystemError(error.call, error.errno, `open a ${name} socket`, { hint });
  }
}

function isUnserved(error: unknown): error is SystemError {
  return error instanceof SystemError && error.code === "EPROTONOSUPPORT";
}

/** True if the running kernel has protocol `number`. Asking makes it load the protocol's module. */
export function serves(number: number): boolean {
  try {
    new Socket({ protocol: number }).close();
    return true;
  } catch (error) {
    if (isUnserved(error)) return false;
    throw error;
  }
}

/** Receives the bytes of a capture as they are written. */
export type CaptureSink = (bytes: Uint8Array) => void;

/** The destination and format of a capture. */
export interface CaptureOptions {
  /** The path of a file, or a function that receives the bytes. */
  readonly to: string | CaptureSink;
  /** The format of the file; when absent, by the end of its name, and classic pcap for a function. */
  readonly format?: "pcap" | "pcapng";
}

/**
 * The destination of a capture. Sockets of one process with the same path or function share one capture; after all of
 * them are closed, the next one begins a new capture. A path that ends in `.pcapng` gets that format.
 *
 * A capture contains all traffic, including keys. So a new file is readable for its owner only (mode 0600). An existing
 * file is emptied, and keeps its owner and mode. A symbolic link to a file is refused with ELOOP. Pipes, devices and
 * open descriptors (`/dev/stdout`, `/dev/fd/3`) are written to as they are.
 */
export type Capture = string | CaptureSink | CaptureOptions;

/** Receives messages instead of the kernel. */
export interface DryRun {
  /** The numbers of the interfaces that the shown messages would make, by name. */
  readonly foreseen: Map<string, number>;
  /** Shows the message at `start`..`end` of the writer. */
  show(writer: Writer, operation: Operation, start: number, end: number): void;
}

/**
 * Features that most scripts do not use. Their modules register themselves here when they are loaded: `import
 * "…/core/capture.ts"`.
 */
export interface Parts {
  /** Records the traffic of a transport. */
  capture?: (transport: Transport, protocol: Protocol, capture: Capture) => Transport;
  /** Shows messages instead of sending them. */
  dryRun?: (protocol: Protocol, receive: (message: ShownMessage) => void) => DryRun;
}

/** The features whose modules are loaded. */
export const parts: Parts = {};

/** The file of each feature's module. */
const FILES = { capture: "capture.ts", dryRun: "dry_run.ts" } as const;

/**
 * Returns the feature that an option needs.
 *
 * @throws {TypeError} its module is not loaded
 */
export function part<P extends keyof Parts>(name: P, { name: protocol }: Protocol): NonNullable<Parts[P]> {
  const loaded = parts[name];
  if (loaded !== undefined) return loaded;
  throw argumentError(
    TypeError,
    `Cannot open a ${protocol} socket: ${name} needs import "@linux/netlink/core/${FILES[name]}" in the script`,
  );
}

const debug = environment("NETLINK_DEBUG");
const print = debug === undefined || debug === "" || debug === "0" ? undefined : (await import("./printer.ts")).printed;

/**
 * Records the traffic of a transport, and prints it if NETLINK_DEBUG is set. If recording is not possible, the
 * transport is closed.
 *
 * @throws {SystemError} the file cannot be written
 * @throws {NetlinkError} PERMISSION: Deno lacks the permission to write it
 */
export function tapped(transport: Transport, protocol: Protocol, capture: Capture | undefined): Transport {
  let outer = transport;
  try {
    if (capture !== undefined) outer = part("capture", protocol)(transport, protocol, capture);
  } catch (error) {
    transport.close();
    throw error;
  }
  return print?.(outer, protocol) ?? outer;
}
