/**
 * Names of interfaces, told by the messages at hand or asked of the kernel on the client's own socket; remembered for one
 * call. `event_names.ts` has those for who follows events.
 *
 * @module
 */
import { encodeText } from "../ffi/text.ts";
import type { Names, Reader } from "./codec/mod.ts";
import { eachMessage, NLMSG_HDRLEN } from "./message.ts";
import type { Transport } from "./transport.ts";

/** What a link's message says of its name. */
export interface LinkName {
  /** The interface. */
  readonly index: number;
  /** Its name. */
  readonly name: string;
  /** Whether the interface is gone. */
  readonly gone: boolean;
}

/** Reads it from the message of this type whose payload is `at`..`end`; `undefined` where that is no link's. */
export type LinkNameReader = (type: number, from: Reader, at: number, end: number) => LinkName | undefined;

/** Bytes of the longest name that an ioctl takes. */
const LONGEST = 15;

/** Looks names and numbers up, at most once each until {@linkcode CallNames.forget}. */
export class CallNames implements Names {
  readonly #transport: Pick<Transport, "interfaceName" | "interfaceIndex">;
  readonly #lookUp: (name: string) => number | undefined;
  readonly #names = new Map<number, string | undefined>();

  /** `lookUp` knows names that are too long for an ioctl. */
  constructor(
    transport: Pick<Transport, "interfaceName" | "interfaceIndex">,
    lookUp: (name: string) => number | undefined,
  ) {
    this.#transport = transport;
    this.#lookUp = lookUp;
  }

  /** Forgets what was asked: interfaces may have changed since. */
  forget(): void {
    if (this.#names.size > 0) this.#names.clear();
  }

  /** Remembers the names of the interfaces that a datagram tells of, as they refer to each other. */
  learnFrom(from: Reader, linkName: LinkNameReader): void {
    eachMessage(from, (at, end) => {
      const link = linkName(from.view.getUint16(at + 4, true), from, at + NLMSG_HDRLEN, end);
      if (link === undefined) return true;
      this.learn(link);
    });
  }

  /** Says what an interface is called. */
  learn({ index, name }: LinkName): void {
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
    const found = this.#transport.interfaceIndex(name);
    return found === undefined && encodeText(name).length > LONGEST ? this.#lookUp(name) : found;
  }
}
