/**
 * Streams: the messages that arrive on a socket without requests, as an async iterable.
 *
 * @module
 */
import { bindMethods, expectOptions, type OptionKinds } from "./arguments.ts";
import { type Codec, MISFIT, payloadOf, type Reader } from "./codec/mod.ts";
import { DecodeError } from "./errors.ts";
import type { Protocol } from "./protocol.ts";
import { type Capture, openSocket, tapped } from "./open.ts";
import { drain, type OverrunEvent, Subscription } from "./wait.ts";
import type { Received, Transport } from "./transport.ts";

/** Options of opening a socket that receives messages without requests. */
export interface StreamOptions {
  /** The network namespace to listen in: a name that `ip netns` knows, a path, or the number of a process. */
  netns?: string | number;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the stream, as leaving the loop does. */
  signal?: AbortSignal;
  /** Records the traffic of the socket, for Wireshark and `readCapture`. */
  capture?: Capture;
  /** Makes a replacement of the kernel, in tests. */
  transport?: () => Transport;
}

/**
 * The elements of a stream of `T`: values of `T`, and an event when some were lost. Both have the fields of `T`, so
 * that a script that ignores losses needs no `if`.
 */
export type Streamed<T> =
  | (T extends { readonly event: unknown } ? T : T & { readonly event?: undefined })
  | (OverrunEvent & { readonly [K in Exclude<T extends unknown ? keyof T : never, "event">]?: undefined });

/** A stream of events; leaving the loop ends it. */
export type Streaming<T> = AsyncIterableIterator<Streamed<T>> & AsyncDisposable;

/** The forms of {@linkcode StreamOptions}. */
const STREAM_OPTIONS: OptionKinds = {
  netns: "any",
  buffer: "bytes",
  signal: "signal",
  capture: "any",
  transport: "function",
};

/**
 * Opens a socket of a protocol, or its replacement in tests; closes it again if `prepare` throws.
 *
 * @param more the forms of further options
 */
export function openTransport(
  protocol: Protocol,
  options: StreamOptions,
  prepare?: (transport: Transport) => void,
  more: OptionKinds = {},
): Transport {
  expectOptions(options, `open a ${protocol.name} socket`, { ...STREAM_OPTIONS, ...more });
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
 * Yields the decoded messages that arrive on a socket, until the consumer stops.
 *
 * @param transport an open socket; the stream closes it
 * @param decode returns the messages in a datagram; they must not refer to its memory, which is reused
 * @param options `signal`, and `closing` of the stream's client, end the stream; `close` is called instead of only
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
      for (const message of messages) yield message as unknown as Streamed<T>;
      if (lost) yield { event: "overrun" } as Streamed<T>;
      // This waits a turn of the event loop even if more packets have arrived.
      await transport.readable();
    }
  }
  return new Subscription(options.close ?? (() => transport.close()), events, options.signal, options.closing);
}

/**
 * A socket for sending and listening: `for await (const message of it)`, or `await it.next()` for one message. Leaving
 * the loop closes it.
 */
export abstract class Conversation<T> implements AsyncIterableIterator<Streamed<T>>, AsyncDisposable, Disposable {
  /** The open socket. */
  protected readonly transport: Transport;
  readonly #messages: Streaming<T>;

  /** Takes over an open socket. */
  protected constructor(transport: Transport, options: StreamOptions) {
    this.transport = transport;
    this.#messages = stream(transport, (received) => this.take(received), options);
    bindMethods(this);
  }

  /** Returns the messages in a datagram. */
  protected abstract take(received: Received): T[];

  /** Returns the next message, or the event that some were lost. */
  next(): Promise<IteratorResult<Streamed<T>, void>> {
    return this.#messages.next();
  }

  /** Closes the socket, which ends a pending `next()`. */
  async return(): Promise<IteratorResult<Streamed<T>, void>> {
    return await this.#messages.return!();
  }

  /** Returns itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Closes the socket. */
  close(): void {
    void this.return();
  }

  /** Does the same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Does the same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/**
 * Decodes the bytes `at`..`end`; returns `undefined` if they do not fit the codec, since any process may send anything.
 */
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
export type { OptionKind, OptionKinds } from "./arguments.ts";
export type { OverrunEvent } from "./wait.ts";
