/**
 * Lists that the kernel gives for one device at a time: of ports, of resources, of counters.
 *
 * @module
 */
import type { Requester } from "../../core/client.ts";
import type { Codec } from "../../core/codec/mod.ts";
import type { Operation } from "../../core/protocol.ts";
import { Device } from "./devices.ts";
import { RDMA_NL } from "./protocol.ts";

/** The devices, as a request for a list asks for them. */
const DEVICES: Operation = {
  type: RDMA_NL.RDMA_NLDEV_CMD_GET,
  flags: 0,
  codec: Device as Codec<unknown, never>,
  value: {},
  reply: RDMA_NL.RDMA_NLDEV_CMD_GET,
  what: "list RDMA devices",
};

/** True for the errors of a device that is gone, or that has no such list. */
function hasNone(error: unknown): boolean {
  return (error as { code?: unknown }).code === "EINVAL";
}

/** Returns the objects in one message of a list: most messages are one object. */
export type Entries = (message: object) => readonly object[];

/** Sends a request for a list once for each device, or for the one whose number the request has. */
export class PerDevice implements Requester {
  readonly #inner: Requester;
  readonly #entries: Entries;

  /** Sends through `inner`. */
  constructor(inner: Requester, entries: Entries = (message) => [message]) {
    this.#inner = inner;
    this.#entries = entries;
  }

  /** See {@linkcode Requester.deferred}. */
  get deferred(): boolean {
    return this.#inner.deferred;
  }

  /** Sends a request; returns the object in the reply, if any. */
  request(operation: Operation): unknown {
    return this.#inner.request(operation);
  }

  /** Converts a value to the form that the kernel returns. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#inner.normalize(codec, value, what);
  }

  /** Returns the objects of all devices. */
  dump(operation: Operation): unknown[] {
    return [...this.#each(operation)].flatMap((one) =>
      this.#orNone(() => this.#inner.dump(one) as object[]).flatMap((message) => this.#entries(message))
    );
  }

  /** Yields the objects of all devices that `fits` accepts. */
  *iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    for (const one of this.#each(operation)) {
      try {
        for (const message of this.#inner.iterate(one)) {
          for (const entry of this.#entries(message as object)) if (fits?.(entry) !== false) yield entry;
        }
      } catch (error) {
        if (!hasNone(error)) throw error;
      }
    }
  }

  #orNone(list: () => object[]): object[] {
    try {
      return list();
    } catch (error) {
      if (hasNone(error)) return [];
      throw error;
    }
  }

  /** Returns the request for each device. */
  #each(operation: Operation): Operation[] {
    const value = operation.value as Partial<Device>;
    if (value.index !== undefined || this.deferred) return [operation];
    const devices = this.#inner.dump(DEVICES) as Device[];
    return devices.map(({ index }) => ({ ...operation, value: { ...value, index } }));
  }
}
