/**
 * Clients of NETLINK_NETFILTER for the collections of one subsystem.
 *
 * @module
 */
import { Client, collectBatch, type Collecting, type OpenOptions, type Requester } from "../../core/client.ts";
import { NETLINK_NETFILTER } from "./protocol.ts";

/** A client with the collections `C`. */
export type NetfilterClient<C> = C & Disposable & {
  /**
   * Collects the changes that the callback requests and sends them in as few datagrams as possible. A refused one does
   * not stop the others.
   *
   * If the callback throws, what it requested before is sent nevertheless: a batch is sent while it is collected, so that
   * it needs little memory, and a change may name an interface that an earlier one makes.
   *
   * @throws {BatchError} with every change that is not known to be done: refused, unknown or not sent, by its position
   */
  batch<R>(collect: Collecting<C, R>): void;
  /** Closes the socket. */
  close(): void;
};

/**
 * Opens a socket and makes collections on it.
 *
 * @param make makes the collections: they look things up with the first function's client, and send with the second's
 */
export function openNetfilter<C extends object>(
  options: OpenOptions,
  make: (open: () => Client, requester: () => Requester) => C,
): NetfilterClient<C> {
  const client = new Client(NETLINK_NETFILTER, options), open = (): Client => client;
  const close = (): void => client.close(),
    batch = (collect: (batch: C) => void): void => {
      collectBatch(client, (requester) => make(open, () => requester), collect);
    };
  return Object.assign(make(open, open), { batch, close, [Symbol.dispose]: close });
}
