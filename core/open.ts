/**
 * Opens sockets: of protocols that the running kernel may not serve, recorded and printed where that is wanted.
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

/** Opens a socket of a protocol; where the kernel does not serve it, the error says why. */
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

/** Whether the running kernel serves protocol `number`. Asking makes it load the module that it has for that. */
export function serves(number: number): boolean {
  try {
    new Socket({ protocol: number }).close();
    return true;
  } catch (error) {
    if (isUnserved(error)) return false;
    throw error;
  }
}

/** Receives the bytes of a capture as they are made. */
export type CaptureSink = (bytes: Uint8Array) => void;

/** Where a capture goes, and in which form. */
export interface CaptureOptions {
  /** The path of a file, or what receives the bytes. */
  readonly to: string | CaptureSink;
  /** The form of the file; by the end of its name when absent, classic pcap for a function. */
  readonly format?: "pcap" | "pcapng";
}

/**
 * Where a capture goes. Sockets of one process that name the same path or function share it, and it begins anew once all
 * of them are closed. A path that ends in `.pcapng` is written in that form.
 *
 * A capture has all that is said, keys too. So a file is made for its owner alone (mode 0600); one that is there is
 * emptied, and keeps the owner and mode that it has. A symbolic link to a file is refused, with ELOOP. Pipes, devices and
 * what is open already (`/dev/stdout`, `/dev/fd/3`) are written to as they are.
 */
export type Capture = string | CaptureSink | CaptureOptions;

/** What receives messages in the place of the kernel. */
export interface DryRun {
  /** Interfaces that there would be by what was shown, with their numbers. */
  readonly foreseen: Map<string, number>;
  /** Shows the message that lies at `start`..`end` of the writer. */
  show(writer: Writer, operation: Operation, start: number, end: number): void;
}

/** Options that most scripts do without. Their module puts itself here when it is loaded: `import "…/core/capture.ts"`. */
export interface Parts {
  /** Records what passes a transport. */
  capture?: (transport: Transport, protocol: Protocol, capture: Capture) => Transport;
  /** Shows messages instead of sending them. */
  dryRun?: (protocol: Protocol, receive: (message: ShownMessage) => void) => DryRun;
}

/** The parts that are loaded. */
export const parts: Parts = {};

/** The file of each part. */
const FILES = { capture: "capture.ts", dryRun: "dry_run.ts" } as const;

/**
 * A part that an option asks for.
 *
 * @throws {TypeError} nothing has loaded it
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
 * Records what passes a transport, and prints it where NETLINK_DEBUG says so. The transport is closed if that cannot be.
 *
 * @throws {SystemError} the file cannot be written
 * @throws {NetlinkError} PERMISSION: Deno was not given the right to write it
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
