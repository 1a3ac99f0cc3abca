/**
 * NETLINK_USERSOCK: messages between processes of one network namespace, without files, ports or a broker. A message
 * goes to one process, or to all that joined a multicast group. The kernel vouches for the sender.
 *
 * ```ts
 * import { open } from "@linux/netlink/families/usersock.ts";
 * using ours = open(), theirs = open();
 * theirs.send(ours.port, new TextEncoder().encode("hello"));
 * const { value: message } = await ours.next();
 * console.log(message?.value, message?.credentials?.pid);
 * ```
 *
 * Sending needs no privilege, joining a group needs CAP_NET_ADMIN.
 *
 * Source: net/netlink/af_netlink.c, v7.2.
 * @module
 */
import { argumentError } from "../core/errors.ts";
import { expectArray, expectFields, expectType } from "../core/arguments.ts";
import { bytes, type Codec, Reader, shown, Writer } from "../core/codec/mod.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { Protocol } from "../core/protocol.ts";
import { Conversation, decodeWhole, openTransport, type StreamOptions } from "../core/stream.ts";
import type { Credentials, Received } from "../core/transport.ts";

/** The protocol. Its messages have no header; senders and receivers agree on the format. */
export const NETLINK_USERSOCK: Protocol = {
  number: 2,
  name: "NETLINK_USERSOCK",
  types: {},
  hint: "in Linux since 2.2, built in if the kernel is configured with CONFIG_NET",
};

declareMessageSets(NETLINK_USERSOCK, () => () => ({ types: {}, codec: () => undefined, unframed: () => bytes }));

/** A received message. */
export interface UsersockMessage<T = Uint8Array> {
  /** The decoded message; absent if the codec cannot decode the bytes. */
  readonly value?: T;
  /** The bytes of the message. */
  readonly bytes: Uint8Array;
  /** The sender's port, for answers. */
  readonly port: number;
  /**
   * The group that it was sent to, also if it arrived by the port given beside it; 0 if it was sent to this port alone.
   */
  readonly group: number;
  /** The sender's process, user and group of users; the kernel vouches for them. */
  readonly credentials?: Credentials;
}

/** Options of a socket. */
export interface UsersockOptions extends StreamOptions {
  /** The multicast groups to join, 1..32. */
  groups?: readonly number[];
}

/** The receiver of a message: a port, all members of a group, or both. */
export type Recipient = number | { readonly port?: number; readonly group?: number };

/**
 * Opens a socket for bytes, or for messages that `codec` encodes and decodes.
 *
 * @throws {SystemError} EPERM: joining a group needs CAP_NET_ADMIN
 */
export function open(options?: UsersockOptions): Usersock<Uint8Array, Uint8Array | string>;
/** Opens a socket for typed messages. */
export function open<D, E = D>(options: UsersockOptions & { codec: Codec<D, E> }): Usersock<D, E>;
export function open(options: UsersockOptions & { codec?: Codec<unknown, never> } = {}): Usersock<unknown, never> {
  expectFields(options, OPEN, "options as an object");
  return new Usersock<unknown, never>(options.codec ?? bytes, options);
}

/**
 * A socket and the messages that arrive on it: `for await (const message of socket)`, or `await socket.next()` for one.
 * Leaving the loop closes the socket. If messages to a group were lost, an item of the loop says so.
 */
export class Usersock<D, E = D> extends Conversation<UsersockMessage<D>> {
  readonly #codec: Codec<D, E>;
  readonly #writer: Writer = new Writer();

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(codec: Codec<D, E>, options: UsersockOptions = {}) {
    expectFields(options, OPEN, "options as an object");
    const { groups: given = [] } = options;
    expectArray(given, OPEN, "groups as an array");
    const groups = given.map((group) => checkGroup(group, OPEN));
    const transport = openTransport(NETLINK_USERSOCK, options, (transport) => {
      transport.passCredentials();
      for (const group of groups) transport.join(group);
    }, { groups: "any", codec: "any" });
    super(transport, options);
    this.#codec = codec;
  }

  /** The socket's own port, to which others send. */
  get port(): number {
    return this.transport.port;
  }

  /**
   * Sends a message. A group member whose buffer is full loses it, and learns of the loss; a port whose buffer is full
   * refuses it.
   *
   * @throws {SystemError} ECONNREFUSED: no socket has that port; EAGAIN: its buffer is full, try again later
   */
  send(to: Recipient, value: E): void {
    if (typeof to !== "number") expectFields(to, "send", "a port, or an object with a port or a group");
    const { port, group } = typeof to === "number" ? { port: to, group: undefined } : to, writer = this.#writer;
    if (port === undefined && group === undefined) {
      throw argumentError(TypeError, "Cannot send: neither a port nor a group is given");
    }
    if (port !== undefined) expectType(port, "send to a port", "number");
    if (group !== undefined) expectType(group, "send to a group", "number");
    const what = group === undefined ? `send to port ${port}` : `send to group ${group}`;
    if (port !== undefined && (port >>> 0 !== port || port === 0 && group === undefined)) {
      throw argumentError(RangeError, `Cannot ${what}: expected a port 1..4294967295, got ${shown(port)}`);
    }
    writer.reset();
    writer.what = what;
    this.#codec.encode(value, writer, {});
    const mask = group === undefined ? 0 : 1 << (checkGroup(group, what) - 1);
    this.transport.send(writer.bytes, writer.length, port ?? 0, mask);
  }

  /** Joins a multicast group, 1..32. */
  join(group: number): void {
    this.transport.join(checkGroup(group, "join a group"));
  }

  /** Leaves a multicast group, 1..32. */
  leave(group: number): void {
    this.transport.leave(checkGroup(group, "leave a group"));
  }

  /** Returns the message of a datagram. */
  protected override take({ bytes, view, length, port, groups, credentials }: Received): UsersockMessage<D>[] {
    const from = new Reader(bytes, length, view), value = decodeWhole(this.#codec, from, 0, length);
    return [{
      ...(value === undefined ? {} : { value }),
      bytes: from.own(0, length),
      port,
      group: groups,
      ...(credentials === undefined ? {} : { credentials }),
    }];
  }
}

const OPEN = "open a NETLINK_USERSOCK socket";

function checkGroup(group: number, what: string): number {
  expectType(group, what, "number");
  if (Number.isInteger(group) && group >= 1 && group <= 32) return group;
  throw argumentError(RangeError, `Cannot ${what}: expected a group 1..32, got ${shown(group)}`);
}

export type * from "../core/stream.ts";
