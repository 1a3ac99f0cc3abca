/**
 * What requests and watches need of a socket: types only. A real one is `Socket` of `ffi/socket.ts`; in tests the
 * `ScriptedKernel` of `core/scripted.ts` stands in for it.
 *
 * @module
 */
import type { Credentials } from "../ffi/socket.ts";

export type { Credentials } from "../ffi/socket.ts";

/** One datagram; object and memory are used again for the next one. */
export interface Received {
  /** The memory that it lies at the beginning of. */
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly view: DataView;
  /** Its length in bytes. */
  readonly length: number;
  /** Who sent it: 0 is the kernel. */
  readonly port: number;
  /** The multicast group that it went to, 0 for none. */
  readonly groups: number;
  /** The namespace it is about, where that is another than the socket's own. */
  readonly nsid: number | undefined;
  /** Who sent it, as the kernel vouches for it, if {@linkcode Transport.passCredentials} asked for it. */
  readonly credentials?: Credentials | undefined;
}

/** Sizes of a socket's buffers in bytes, in which the kernel counts the memory that datagrams take. */
export interface Buffers {
  /** SO_RCVBUF. */
  readonly receive: number;
  /** SO_SNDBUF. */
  readonly send: number;
}

/** Carries datagrams to and from a kernel. */
export interface Transport extends Disposable {
  /** The port that replies come to. */
  readonly port: number;
  /** Sends one datagram: to the kernel, or to another port, to multicast groups as a mask. */
  send(bytes: Uint8Array, length: number, port?: number, groups?: number): void;
  /** Receives one, waiting at most `timeout` ms. */
  receive(timeout: number): Received | undefined;
  /** Sets an option of level SOL_NETLINK; `false` where the kernel does not know it. */
  setOption(name: number, value: number): boolean;
  /** Sets the size of the receive buffer in bytes, and says what came of it. */
  setBuffer(bytes: number): number;
  /** Sets the size of the send buffer in bytes, and says what came of it. */
  setSendBuffer(bytes: number): number;
  /** The sizes of its buffers, where it has any. */
  buffers?(): Buffers | undefined;
  /** Joins multicast group number `group`. */
  join(group: number): void;
  /** Leaves it. */
  leave(group: number): void;
  /** Asks for the {@linkcode Credentials} of every sender. */
  passCredentials(): void;
  /** Has a classic BPF program (struct sock_filter, 8 bytes each) choose what arrives. */
  attachFilter(instructions: Uint8Array): void;
  /** The name of interface `index`. */
  interfaceName(index: number): string | undefined;
  /** The number of interface `name`. */
  interfaceIndex(name: string): number | undefined;
  /** Resolves when there is something to receive. */
  readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void>;
  /** Closes it; who waits is woken with an error of code CLOSED. */
  close(): void;
}
