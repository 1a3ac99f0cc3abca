/**
 * A transport, and who sees what passes it: a capture, or what prints.
 *
 * @module
 */
import type { Buffers, Received, Transport } from "./transport.ts";

/** Sent or received. */
export type Direction = "sent" | "received";

/** What watches a socket. */
export interface Tap {
  /** Sees a datagram, once it is sent or received. */
  see(direction: Direction, bytes: Uint8Array, length: number, port: number, peer: number, group: number): void;
  /** Ends with the socket. */
  close(): void;
}

/** A transport, and who sees what passes it. */
export class Tapped implements Transport {
  /** The port that replies come to. */
  readonly port: number;
  readonly #inner: Transport;
  readonly #tap: Tap;
  #closed = false;

  /** Shows to `tap` what passes `inner`. */
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

  /** Receives one. */
  receive(timeout: number): Received | undefined {
    const received = this.#inner.receive(timeout);
    if (received !== undefined) {
      const { bytes, length, port, groups } = received;
      this.#tap.see("received", bytes, length, this.port, port, groups);
    }
    return received;
  }

  /** Sets an option. */
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

  /** The sizes of the buffers. */
  buffers(): Buffers | undefined {
    return this.#inner.buffers?.();
  }

  /** Joins a group. */
  join(group: number): void {
    this.#inner.join(group);
  }

  /** Leaves it. */
  leave(group: number): void {
    this.#inner.leave(group);
  }

  /** Asks for credentials. */
  passCredentials(): void {
    this.#inner.passCredentials();
  }

  /** Filters what arrives. */
  attachFilter(instructions: Uint8Array): void {
    this.#inner.attachFilter(instructions);
  }

  /** The name of an interface. */
  interfaceName(index: number): string | undefined {
    return this.#inner.interfaceName(index);
  }

  /** Its number. */
  interfaceIndex(name: string): number | undefined {
    return this.#inner.interfaceIndex(name);
  }

  /** Resolves when there is something to receive. */
  async readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void> {
    await this.#inner.readable(options);
  }

  /** Closes both. */
  close(): void {
    this.#inner.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#tap.close();
  }

  /** The same as {@linkcode Tapped.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
