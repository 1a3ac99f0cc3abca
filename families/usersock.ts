/**
 * NETLINK_USERSOCK: messages between processes of one network namespace, without files, ports or a broker: to one of them,
 * or to all that joined a group. The kernel says who sent each.
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

/** The protocol. Its messages have no header but what their senders agree on. */
export const NETLINK_USERSOCK: Protocol = {
  number: 2,
  name: "NETLINK_USERSOCK",
  types: {},
  hint: "in Linux since 2.2, built in, where the kernel is configured with CONFIG_NET",
};

declareMessageSets(NETLINK_USERSOCK, () => () => ({ types: {}, codec: () => undefined, unframed: () => bytes }));

/** One message. */
export interface UsersockMessage<T = Uint8Array> {
  /** What was sent; absent where the bytes are not what the codec reads. */
  readonly value?: T;
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** The port of who sent it, where an answer goes to. */
  readonly port: number;
  /** The group that it was sent to, even where it came here for the port given beside it; 0 if to this port alone. */
  readonly group: number;
  /** Process, user and group of users of who sent it, as the kernel vouches for it. */
  readonly credentials?: Credentials;
}

/** How to open a socket. */
export interface UsersockOptions extends StreamOptions {
  /** The groups to join, 1..32. */
  groups?: readonly number[];
}

/** Whom a message goes to: a port, all that joined a group, or both. */
export type Recipient = number | { readonly port?: number; readonly group?: number };

/**
 * Opens a socket for bytes, or for what `codec` makes of them.
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
 * A socket, and the messages that come to it: `for await (const message of socket)`, or `await socket.next()` for one.
 * Leaving the loop closes it. Where messages to a group were lost, one says so.
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
    });
    super(transport, options);
    this.#codec = codec;
  }

  /** Where others send to reach it. */
  get port(): number {
    return this.transport.port;
  }

  /**
   * Sends a message. Whoever has joined a group and is too slow loses it and hears of that; a port that is too slow refuses.
   *
   * @throws {SystemError} ECONNREFUSED: nobody has that port; EAGAIN: its buffer is full, try again later
   */
  send(to: Recipient, value: E): void {
    if (typeof to !== "number") expectFields(to, "send", "a port, or an object with a port or a group");
    const { port, group } = typeof to === "number" ? { port: to, group: undefined } : to, writer = this.#writer;
    const what = group === undefined ? `send to port ${port}` : `send to group ${group}`;
    if (port === undefined && group === undefined) {
      throw argumentError(TypeError, "Cannot send: neither a port nor a group is given");
    }
    if (port !== undefined) expectType(port, what, "number");
    if (port !== undefined && (port >>> 0 !== port || port === 0 && group === undefined)) {
      throw argumentError(RangeError, `Cannot ${what}: expected a port 1..4294967295, got ${shown(port)}`);
    }
    writer.reset();
    writer.what = what;
    this.#codec.encode(value, writer, {});
    const mask = group === undefined ? 0 : 1 << (checkGroup(group, what) - 1);
    this.transport.send(writer.bytes, writer.length, port ?? 0, mask);
  }

  /** Joins a group, 1..32. */
  join(group: number): void {
    this.transport.join(checkGroup(group, "join a group"));
  }

  /** Leaves a group. */
  leave(group: number): void {
    this.transport.leave(checkGroup(group, "leave a group"));
  }

  /** A datagram is a message. */
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
