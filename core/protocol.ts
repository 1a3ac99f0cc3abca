/**
 * The types that the modules of core share: a protocol, its messages, a request, and the sender of requests. Only
 * types, so that importing them costs nothing and makes no import cycles.
 *
 * @module
 */
import type { Codec, Layout, Reader } from "./codec/mod.ts";
import type { KernelErrorDetails, TransactionError } from "./errors.ts";

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

/** A protocol of AF_NETLINK. */
export interface Protocol {
  /** The number of the protocol. */
  readonly number: number;
  /** The name of the protocol: `NETLINK_ROUTE`. */
  readonly name: string;
  /** Names of its message types: `{ RTM_NEWLINK: 16 }`. */
  readonly types: Readonly<Record<string, number>>;
  /** The hint of the error if the kernel lacks the protocol. */
  readonly hint?: string;
  /** Finds interfaces by names that are too long for SIOCGIFINDEX. */
  readonly longName?: (requester: Requester, name: string) => number | undefined;
  /** The multicast group that reports interfaces and their names. */
  readonly linkGroup?: number;
  /** Reads the number and name of an interface from a message of that group. */
  readonly linkName?: LinkNameReader;
  /**
   * Tells what the request with the payload `at`..`end` does to names of interfaces: `frees` (deletes an interface),
   * `gives` (makes one), or `moves` (renames one, both at once).
   */
  readonly changesNames?: (
    type: number,
    flags: number,
    view: DataView,
    at: number,
    end: number,
  ) => "frees" | "gives" | "moves" | undefined;
}

/** Facts about the machine that messages come from, which the messages do not contain. */
export interface Origin {
  /** Width of a C `long` there, for ip_queue and ULOG; `lp64` when absent. */
  readonly layout?: Layout;
  /**
   * The numbers of generic families on that machine, by name, since each kernel assigns its own. Or the families as
   * nlctrl describes them (`families.list()` of `families/generic/controller.ts`), which also have the size of their
   * own headers. Families that nlctrl describes within the conversation need not be given.
   */
  readonly generic?: Readonly<Record<string, number>> | readonly DescribedFamily[];
  /** True if the messages are this process's own, so that family numbers it has looked up are valid. */
  readonly here?: true;
}

/** A generic family as nlctrl describes it. */
export interface DescribedFamily {
  /** The number of the family. */
  familyId?: number;
  /** The name of the family. */
  familyName?: string;
  /** Size in bytes of the family's own header behind genlmsghdr. */
  hdrsize?: number;
}

/**
 * Returns the message set of one conversation: the table of an answer may depend on the request before it.
 *
 * @param port the port of the recorded socket, if known
 */
export type MessageSets = (port?: number) => MessageSet;

/** The names and codecs of one protocol's messages. */
export interface MessageSet {
  /** Names of the message types. */
  readonly types: Readonly<Record<string, number>>;
  /** Returns the name of a type, for sets whose {@linkcode MessageSet.types} grows and is expensive to make. */
  readonly typeName?: (type: number) => string | undefined;
  /**
   * Returns the codec of the payload of `type`; `undefined` if it has no table. For decoding, the message begins at
   * `at` in `from`; for encoding, both are absent and `flags` are the message's.
   */
  readonly codec: (type: number, from?: Reader, at?: number, flags?: number) => Codec<unknown, never> | undefined;
  /** Returns all codecs that a message to send of `type` may have, if objects of several kinds share the type. */
  readonly codecs?: (type: number, flags: number) => readonly Codec<unknown, never>[];
  /**
   * Returns the name of the operation in the message at `at`, if the type does not tell it; the flags are named by it.
   */
  readonly does?: (from: Reader, at: number) => string | undefined;
  /** `false` if ERROR, DONE and the other control messages are ordinary types of the protocol. */
  readonly control?: false;
  /** True for types whose nlmsg_len is unreliable: such a message extends to the end of the datagram. */
  readonly whole?: (type: number) => boolean;
  /** Returns the codec of a datagram without a message header; `undefined` if it has one. */
  readonly unframed?: (datagram: Uint8Array) => Codec<unknown, never> | undefined;
}

/** An error number that only one protocol has. */
export interface OwnError {
  /** The kernel's name of the number: `IPSET_ERR_EXIST`. */
  readonly code: string;
  /** The reason in words. */
  readonly text: string;
}

/** A message to send, and the codecs of its replies. */
export interface Operation {
  /** nlmsg_type. */
  readonly type: number;
  /** nlmsg_flags besides NLM_F_REQUEST. */
  readonly flags: number;
  /** The codec of the request's payload. */
  readonly codec: Codec<unknown, never>;
  /** The value to send. */
  readonly value: object;
  /** Makes the value to send instead of `value`, after all earlier requests are done. */
  readonly read?: () => object;
  /** The operation in error messages: `add link v0`. */
  readonly what: string;
  /** The kernel's name of the message, if its type alone does not tell. */
  readonly name?: string;
  /** nlmsg_type of the reply; messages of other types are ignored. */
  readonly reply?: number;
  /** A second nlmsg_type of replies. */
  readonly otherReply?: number;
  /** True if the message whose payload begins at `at` is meant, if several kinds of objects share its type. */
  readonly concerns?: (from: Reader, at: number) => boolean;
  /** The codec of the reply; that of the request when absent. */
  readonly replyCodec?: Codec<unknown, never>;
  /**
   * True if the reply may come after the acknowledgement, and without a port: then no acknowledgement is requested, and
   * the reply ends the request.
   */
  readonly late?: true;
  /** True if the request changes nothing, so that it may be repeated when the answer is lost. */
  readonly looks?: true;
  /** Returns the hint of the error if the kernel refuses the request. */
  readonly hint?: (code: string, details: KernelErrorDetails) => string | undefined;
  /**
   * Returns true for an error after which nothing is left to do, because the object exists already or is gone: then the
   * item of a batch counts as done. It may ask the kernel.
   */
  readonly tolerates?: (error: unknown) => boolean;
  /**
   * Returns the name and text of an error number that only this protocol has; `undefined` for all others.
   *
   * @param from the datagram with the request as the kernel repeats it, at `at`..`end`, maybe without its payload
   */
  readonly ownError?: (errno: number, from: Reader, at: number, end: number) => OwnError | undefined;
  /**
   * Further requests after this one succeeded, as parts of the same item of a batch; or a function that returns them for
   * the value that was sent, if that is read.
   */
  readonly then?: readonly Operation[] | ((value: object) => readonly Operation[]);
}

/** The messages around the items of a transaction. */
export interface Frame {
  /** Begins the transaction. The kernel's errors about the transaction as a whole answer this message. */
  readonly begin: Operation;
  /** Ends the transaction; without this message the kernel does nothing. */
  readonly end: Operation;
  /**
   * Returns `true` for errors after which the transaction should be tried again, as when the tables have changed since
   * they were read.
   */
  readonly again?: (error: TransactionError) => boolean;
}

/** Sends the operations of a collection: a client at once, a batch later. */
export interface Requester {
  /** True if requests are only collected or shown, so that they return nothing. */
  readonly deferred: boolean;
  /** Sends a request; returns the object in the reply, if any. */
  request(operation: Operation): unknown;
  /** Returns all objects of a dump. */
  dump(operation: Operation): unknown[];
  /** Yields the objects of a dump that `fits` accepts, one by one, on a socket of its own. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined>;
  /** Converts a value to the form that the kernel returns. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object;
}
