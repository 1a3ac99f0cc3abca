/**
 * Names of interfaces, from the current messages or from the kernel on the client's own socket; remembered for one
 * call. `event_names.ts` has those of watches.
 *
 * @module
 */
import { encodeText } from "../ffi/text.ts";
import type { Names, Reader } from "./codec/mod.ts";
import { eachMessage, NLMSG_HDRLEN } from "./message.ts";
import type { Transport } from "./transport.ts";

/** An interface's name, from a link's message. */
export interface LinkName {
  /** The number of the interface. */
  readonly index: number;
  /** The name of the interface. */
  readonly name: string;
  /** True if the interface is gone. */
  readonly gone: boolean;
}

/**
 * Reads the name from the message of this type with the payload `at`..`end`; returns `undefined` if it is not a link's.
 */
export type LinkNameReader = (type: number, from: Reader, at: number, end: number) => LinkName | undefined;

/** Length in bytes of the longest name that an ioctl accepts. */
const LONGEST = 15;

/** Looks up names and numbers, each name at most once until {@linkcode CallNames.forget}. */
export class CallNames implements Names {
  readonly #transport: Pick<Transport, "interfaceName" | "interfaceIndex">;
  readonly #lookUp: (name: string) => number | undefined;
  readonly #names = new Map<number, string | undefined>();

  /** Uses `lookUp` for names that are too long for an ioctl. */
  constructor(
    transport: Pick<Transport, "interfaceName" | "interfaceIndex">,
    lookUp: (name: string) => number | undefined,
  ) {
    this.#transport = transport;
    this.#lookUp = lookUp;
  }

  /** Forgets the names: interfaces may have changed. */
  forget(): void {
    if (this.#names.size > 0) this.#names.clear();
  }

  /** Remembers the names of the interfaces in a datagram, as links refer to each other. */
  learnFrom(from: Reader, linkName: LinkNameReader): void {
    eachMessage(from, (at, end) => {
      const link = linkName(from.view.getUint16(at + 4, true), from, at + NLMSG_HDRLEN, end);
      if (link === undefined) return true;
      this.learn(link);
    });
  }

  /** Remembers an interface's name. */
  learn({ index, name }: LinkName): void {
    this.#names.set(index, name);
  }

  /** Returns the name of interface `index`. */
  name(index: number): string | undefined {
    let name = this.#names.get(index);
    if (name === undefined && !this.#names.has(index)) {
      name = this.#transport.interfaceName(index);
      this.#names.set(index, name);
    }
    return name;
  }

  /** Returns the number of the interface called `name`. */
  index(name: string): number | undefined {
    const found = this.#transport.interfaceIndex(name);
    return found === undefined && encodeText(name).length > LONGEST ? this.#lookUp(name) : found;
  }
}
