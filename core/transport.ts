/**
 * The interface of a socket for requests and watches; types only. The real one is `Socket` of `ffi/socket.ts`; tests
 * use the `ScriptedKernel` of `core/scripted.ts`.
 *
 * @module
 */
import type { Credentials } from "../ffi/socket.ts";

export type { Credentials } from "../ffi/socket.ts";

/** A received datagram; the next receive reuses the object and its memory. */
export interface Received {
  /** The memory that holds the datagram, from its first byte on. */
  readonly bytes: Uint8Array;
  /** A view of the same memory. */
  readonly view: DataView;
  /** The length in bytes. */
  readonly length: number;
  /** The port of the sender; 0 is the kernel. */
  readonly port: number;
  /** The multicast group that it was sent to, 0 for none. */
  readonly groups: number;
  /** The number of the network namespace that it is about, if that is not the socket's own. */
  readonly nsid: number | undefined;
  /** The sender's credentials, which the kernel vouches for, after {@linkcode Transport.passCredentials}. */
  readonly credentials?: Credentials | undefined;
}

/** Sizes of a socket's buffers in bytes; the kernel counts the memory that datagrams take. */
export interface Buffers {
  /** SO_RCVBUF. */
  readonly receive: number;
  /** SO_SNDBUF. */
  readonly send: number;
}

/** Carries datagrams to and from a kernel. */
export interface Transport extends Disposable {
  /** The port of the socket, which replies are sent to. */
  readonly port: number;
  /** Sends a datagram to the kernel; or to another port, or to multicast groups given as a mask. */
  send(bytes: Uint8Array, length: number, port?: number, groups?: number): void;
  /** Receives a datagram, waiting at most `timeout` ms; `undefined` if none came. */
  receive(timeout: number): Received | undefined;
  /** Sets an option of level SOL_NETLINK; returns `false` if the kernel does not know it. */
  setOption(name: number, value: number): boolean;
  /** Sets the size of the receive buffer in bytes, and returns the resulting size. */
  setBuffer(bytes: number): number;
  /** Sets the size of the send buffer in bytes, and returns the resulting size. */
  setSendBuffer(bytes: number): number;
  /** Returns the sizes of the buffers, if it has any. */
  buffers?(): Buffers | undefined;
  /** Joins multicast group number `group`. */
  join(group: number): void;
  /** Leaves multicast group number `group`. */
  leave(group: number): void;
  /** Requests the {@linkcode Credentials} of every sender. */
  passCredentials(): void;
  /** Attaches a classic BPF program (struct sock_filter, 8 bytes each) that filters arriving datagrams. */
  attachFilter(instructions: Uint8Array): void;
  /** Returns the name of interface `index`. */
  interfaceName(index: number): string | undefined;
  /** Returns the number of interface `name`. */
  interfaceIndex(name: string): number | undefined;
  /** Resolves when a datagram can be received. */
  readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void>;
  /** Closes the socket; a pending wait fails with an error of code CLOSED. */
  close(): void;
}
