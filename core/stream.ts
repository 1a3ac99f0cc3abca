/**
 * Streams: what arrives on a socket that nobody has to ask first, as an async iterable.
 *
 * @module
 */
import { expectFields } from "./arguments.ts";
import { type Codec, MISFIT, payloadOf, type Reader } from "./codec/mod.ts";
import { DecodeError } from "./errors.ts";
import type { Protocol } from "./protocol.ts";
import { type Capture, openSocket, tapped } from "./open.ts";
import { drain, type OverrunEvent, Subscription } from "./subscription.ts";
import type { Received, Transport } from "./transport.ts";

/** How a socket is opened that receives what it was not asked for. */
export interface StreamOptions {
  /** The network namespace to listen in: a name that `ip netns` knows, a path, or the number of a process. */
  netns?: string | number;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the stream, as leaving the loop does. */
  signal?: AbortSignal;
  /** Records what the socket sends and receives, for Wireshark and `readCapture`. */
  capture?: Capture;
  /** What stands in for the kernel, in tests. */
  transport?: () => Transport;
}

/**
 * What a stream of `T` gives: those, and the word that some were lost. The fields of `T` can be read on both, so that a
 * script that does not care needs no `if`.
 */
export type Streamed<T> =
  | (T extends { readonly event: unknown } ? T : T & { readonly event?: undefined })
  | (OverrunEvent & { readonly [K in Exclude<T extends unknown ? keyof T : never, "event">]?: undefined });

/** A stream of events; leaving the loop ends it. */
export type Streaming<T> = AsyncIterableIterator<Streamed<T>> & AsyncDisposable;

/** Opens a socket of a protocol, or what stands in for it; closes it again if `prepare` throws. */
export function openTransport(
  protocol: Protocol,
  options: StreamOptions,
  prepare?: (transport: Transport) => void,
): Transport {
  expectFields(options, `open a ${protocol.name} socket`, "options as an object");
  const socket = options.transport?.() ?? openSocket(protocol, options);
  const transport = tapped(socket, protocol, options.capture);
  try {
    if (options.buffer !== undefined) transport.setBuffer(options.buffer);
    prepare?.(transport);
    return transport;
  } catch (error) {
    transport.close();
    throw error;
  }
}

/**
 * Gives what arrives on a socket, decoded, as long as the consumer wants it.
 *
 * @param transport an open socket, which is the stream's from now on
 * @param decode the messages in a datagram; it is used again, so they must not point into it
 * @param options `signal` and `closing`, that of its client, end the stream; `close` is what there is to do instead of just
 * closing the socket
 */
export function stream<T>(
  transport: Transport,
  decode: (received: Received) => Iterable<T>,
  options: { signal?: AbortSignal | undefined; closing?: AbortSignal; close?: () => void } = {},
): Streaming<T> {
  async function* events(subscription: Subscription<Streamed<T>>): AsyncGenerator<Streamed<T>, void, undefined> {
    while (!subscription.ended) {
      const messages: T[] = [];
      const { lost } = drain(transport, (received) => {
        for (const message of decode(received)) messages.push(message);
      });
      yield* messages as unknown as Streamed<T>[];
      if (lost) yield { event: "overrun" } as Streamed<T>;
      // A turn of the event loop also when more is there.
      await transport.readable();
    }
  }
  return new Subscription(options.close ?? (() => transport.close()), events, options.signal, options.closing);
}

/**
 * A socket that is spoken on as well as listened to: `for await (const message of it)`, or `await it.next()` for one.
 * Leaving the loop closes it.
 */
export abstract class Conversation<T> implements AsyncIterableIterator<Streamed<T>>, AsyncDisposable, Disposable {
  /** The open socket. */
  protected readonly transport: Transport;
  readonly #messages: Streaming<T>;

  /** Takes over an open socket. */
  protected constructor(transport: Transport, options: StreamOptions) {
    this.transport = transport;
    this.#messages = stream(transport, (received) => this.take(received), options);
  }

  /** The messages in a datagram. */
  protected abstract take(received: Received): T[];

  /** The next message, or the word that some were lost. */
  next(): Promise<IteratorResult<Streamed<T>, void>> {
    return this.#messages.next();
  }

  /** Closes the socket, which ends a `next()` that waits. */
  async return(): Promise<IteratorResult<Streamed<T>, void>> {
    return await this.#messages.return!();
  }

  /** The messages. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Closes the socket. */
  close(): void {
    void this.return();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** What a codec makes of the bytes `at`..`end`; `undefined` where they are not what it reads: anybody may send anything. */
export function decodeWhole<T>(codec: Codec<T, never>, from: Reader, at: number, end: number): T | undefined {
  try {
    const value = payloadOf(codec, from, at, end, {});
    return value === MISFIT ? undefined : value;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

export type { Capture, CaptureOptions, CaptureSink } from "./open.ts";
export type { OverrunEvent } from "./subscription.ts";
