/**
 * Names of interfaces, told by the messages at hand or asked of the kernel on the client's own socket, and remembered for
 * one call.
 *
 * @module
 */
import type { Names } from "./codec/mod.ts";
import type { Transport } from "./transport.ts";

/** Looks names and numbers up, at most once each until {@linkcode CallNames.forget}. */
export class CallNames implements Names {
  readonly #transport: Transport;
  readonly #lookUp: (name: string) => number | undefined;
  readonly #names = new Map<number, string | undefined>();

  /** `lookUp` knows names that are too long for an ioctl. */
  constructor(transport: Transport, lookUp: (name: string) => number | undefined) {
    this.#transport = transport;
    this.#lookUp = lookUp;
  }

  /** Forgets what was asked: interfaces may have changed since. */
  forget(): void {
    if (this.#names.size > 0) this.#names.clear();
  }

  /** Says what an interface is called. */
  learn(index: number, name: string): void {
    this.#names.set(index, name);
  }

  /** The name of interface `index`. */
  name(index: number): string | undefined {
    let name = this.#names.get(index);
    if (name === undefined && !this.#names.has(index)) {
      name = this.#transport.interfaceName(index);
      this.#names.set(index, name);
    }
    return name;
  }

  /** The number of the interface called `name`. */
  index(name: string): number | undefined {
    return this.#transport.interfaceIndex(name) ?? this.#lookUp(name);
  }
}

/** Names from link events, so that what is gone still has its name. */
export class WatchNames implements Names {
  readonly #inner: CallNames;
  readonly #last = new Map<number, string>();

  /** Asks `inner` for what no event has told. */
  constructor(inner: CallNames) {
    this.#inner = inner;
  }

  /** Says what an interface is called now. */
  learn(index: number, name: string): void {
    this.#last.set(index, name);
  }

  /** The name of interface `index`. */
  name(index: number): string | undefined {
    this.#inner.forget();
    const now = this.#last.get(index) ?? this.#inner.name(index);
    if (now !== undefined) this.#last.set(index, now);
    return now;
  }

  /** The number of the interface called `name`. */
  index(name: string): number | undefined {
    return this.#inner.index(name);
  }
}
