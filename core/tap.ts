/**
 * A transport with an observer of its datagrams: a capture or the printer.
 *
 * @module
 */
import type { Buffers, Received, Transport } from "./transport.ts";

/** Direction of a datagram, seen from the program. */
export type Direction = "sent" | "received";

/** An observer of a socket's datagrams. */
export interface Tap {
  /** Receives a datagram after it was sent or received. */
  see(direction: Direction, bytes: Uint8Array, length: number, port: number, peer: number, group: number): void;
  /** Closes the observer when the socket is closed. */
  close(): void;
}

/** A transport with an observer of its datagrams. */
export class Tapped implements Transport {
  /** The port of the socket, which replies are sent to. */
  readonly port: number;
  readonly #inner: Transport;
  readonly #tap: Tap;
  #closed = false;

  /** Passes the datagrams of `inner` to `tap`. */
  constructor(inner: Transport, tap: Tap) {
    this.port = inner.port;
    this.#inner = inner;
    this.#tap = tap;
  }

  /** Sends a datagram. */
  send(bytes: Uint8Array, length: number, port = 0, groups = 0): void {
    this.#inner.send(bytes, length, port, groups);
    const group = groups === 0 ? 0 : 32 - Math.clz32(groups);
    this.#tap.see("sent", bytes, length, this.port, port, group);
  }

  /** Receives a datagram. */
  receive(timeout: number): Received | undefined {
    const received = this.#inner.receive(timeout);
    if (received !== undefined) {
      const { bytes, length, port, groups } = received;
      this.#tap.see("received", bytes, length, this.port, port, groups);
    }
    return received;
  }

  /** Sets a socket option. */
  setOption(name: number, value: number): boolean {
    return this.#inner.setOption(name, value);
  }

  /** Sets the size of the receive buffer. */
  setBuffer(bytes: number): number {
    return this.#inner.setBuffer(bytes);
  }

  /** Sets the size of the send buffer. */
  setSendBuffer(bytes: number): number {
    return this.#inner.setSendBuffer(bytes);
  }

  /** Returns the sizes of the buffers. */
  buffers(): Buffers | undefined {
    return this.#inner.buffers?.();
  }

  /** Joins a multicast group. */
  join(group: number): void {
    this.#inner.join(group);
  }

  /** Leaves multicast group number `group`. */
  leave(group: number): void {
    this.#inner.leave(group);
  }

  /** Requests the credentials of senders. */
  passCredentials(): void {
    this.#inner.passCredentials();
  }

  /** Filters the datagrams that arrive. */
  attachFilter(instructions: Uint8Array): void {
    this.#inner.attachFilter(instructions);
  }

  /** Returns the name of an interface. */
  interfaceName(index: number): string | undefined {
    return this.#inner.interfaceName(index);
  }

  /** Returns the number of an interface. */
  interfaceIndex(name: string): number | undefined {
    return this.#inner.interfaceIndex(name);
  }

  /** Resolves when a datagram can be received. */
  async readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void> {
    await this.#inner.readable(options);
  }

  /** Closes the socket and the observer. */
  close(): void {
    this.#inner.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#tap.close();
  }

  /** Does the same as {@linkcode Tapped.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
