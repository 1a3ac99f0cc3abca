/**
 * Prints the messages of sockets to stderr if NETLINK_DEBUG is set.
 *
 * @module
 */
import { decodeValue, showMessages } from "./datagram.ts";
import { DecodeError } from "./errors.ts";
import { messageSets } from "./messages.ts";
import type { MessageSets, Protocol } from "./protocol.ts";
import { stringify } from "./printable.ts";
import { type Direction, type Tap, Tapped } from "./tap.ts";
import type { Transport } from "./transport.ts";

/** Prints each message to stderr in the form of a dry run. */
class Printer implements Tap {
  readonly #protocol: Protocol;
  readonly #messages: MessageSets;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
    this.#messages = messageSets(protocol, { here: true });
  }

  see(direction: Direction, bytes: Uint8Array, length: number, port: number): void {
    const { name } = this.#protocol, datagram = bytes.slice(0, length), set = this.#messages(port);
    const codec = set.unframed?.(datagram);
    let text: string;
    try {
      text = codec === undefined ? showMessages(datagram, set).join("\n") : stringify(decodeValue(datagram, codec), 2);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      text = `${length} bytes that are not messages`;
    }
    console.error(`${name} ${direction} ${text}`);
  }

  close(): void {}
}

/** Returns a transport whose messages are printed. */
export function printed(transport: Transport, protocol: Protocol): Transport {
  return new Tapped(transport, new Printer(protocol));
}
