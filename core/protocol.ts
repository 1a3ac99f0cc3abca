/**
 * The types that the rooms of the core share: a protocol, its messages, a request, and who sends it. Types only, so that
 * importing them costs nothing and closes no circle.
 *
 * @module
 */
import type { Codec, Layout, Reader } from "./codec/mod.ts";
import type { KernelErrorDetails, TransactionError } from "./errors.ts";
import type { LinkNameReader } from "./interface_names.ts";

/** A protocol of AF_NETLINK. */
export interface Protocol {
  /** Its number. */
  readonly number: number;
  /** Its name: `NETLINK_ROUTE`. */
  readonly name: string;
  /** Names of its message types: `{ RTM_NEWLINK: 16 }`. */
  readonly types: Readonly<Record<string, number>>;
  /** Why a kernel may not serve it, for the error that opening it is then. */
  readonly hint?: string;
  /** Finds interfaces by names that are too long for SIOCGIFINDEX. */
  readonly longName?: (requester: Requester, name: string) => number | undefined;
  /** The multicast group that tells of interfaces and their names. */
  readonly linkGroup?: number;
  /** Reads which interface a message of that group tells of, and its name. */
  readonly linkName?: LinkNameReader;
}

/** Facts about the machine that messages come from, which the messages themselves do not tell. */
export interface Origin {
  /** Width of a C `long` there, for ip_queue and ULOG; `lp64` when absent. */
  readonly layout?: Layout;
  /**
   * Numbers of generic families there, by name: each kernel has its own. Or the families as nlctrl describes them
   * (`families.list()` of `families/generic/controller.ts`), which also tells the size of their own headers. Families that
   * nlctrl describes within the conversation need not be given.
   */
  readonly generic?: Readonly<Record<string, number>> | readonly DescribedFamily[];
  /** The messages are this process's own: the numbers that it has looked up hold. */
  readonly here?: true;
}

/** A generic family as nlctrl describes it. */
export interface DescribedFamily {
  /** Its number. */
  familyId?: number;
  /** Its name. */
  familyName?: string;
  /** Bytes of the header that its messages have behind genlmsghdr. */
  hdrsize?: number;
}

/**
 * The messages of one conversation: an answer may be read by what was asked before.
 *
 * @param port the port of the socket that a packet was recorded at, where that is known
 */
export type MessageSets = (port?: number) => MessageSet;

/** How the messages of one protocol are read and written. */
export interface MessageSet {
  /** Names of its types. */
  readonly types: Readonly<Record<string, number>>;
  /** The name of a type, where these become more and {@linkcode MessageSet.types} is dear. */
  readonly typeName?: (type: number) => string | undefined;
  /**
   * The codec of the payload of `type`; `undefined` where no table reads it. The message begins `at` in `from`; both are
   * absent where one is to be written, whose `flags` are those.
   */
  readonly codec: (type: number, from?: Reader, at?: number, flags?: number) => Codec<unknown, never> | undefined;
  /** The name of what the message that begins `at` does, where its type does not tell: its flags are called by it. */
  readonly does?: (from: Reader, at: number) => string | undefined;
  /** `false` where ERROR, DONE and their like are no verdicts but types as any other. */
  readonly control?: false;
  /** Types whose nlmsg_len is not to be trusted: such a message is all that is left of the datagram. */
  readonly whole?: (type: number) => boolean;
  /** How a datagram is read that has no message header; `undefined` where it has one. */
  readonly unframed?: (datagram: Uint8Array) => Codec<unknown, never> | undefined;
}

/** A message to send, and how to read what comes back. */
export interface Operation {
  /** nlmsg_type. */
  readonly type: number;
  /** nlmsg_flags beside NLM_F_REQUEST. */
  readonly flags: number;
  /** How the value becomes the payload. */
  readonly codec: Codec<unknown, never>;
  /** What is sent. */
  readonly value: object;
  /** Makes what is sent in the place of `value`, once all that was asked for before is done. */
  readonly read?: () => object;
  /** What is done, for errors: `add link v0`. */
  readonly what: string;
  /** The kernel's name of the message, where its type alone does not tell. */
  readonly name?: string;
  /** nlmsg_type of what comes back; messages of other types are passed over. */
  readonly reply?: number;
  /** Whether the message whose payload begins at `at` is meant, where several kinds share its type. */
  readonly concerns?: (from: Reader, at: number) => boolean;
  /** How that is read; the request's own codec when absent. */
  readonly replyCodec?: Codec<unknown, never>;
  /** Whether it only looks, so that it may be asked again when the answer is lost. */
  readonly looks?: true;
  /** What may help when the kernel refuses. */
  readonly hint?: (code: string, details: KernelErrorDetails) => string | undefined;
  /** What is asked for in turn once this is done, as a part of the same item of a batch. */
  readonly then?: readonly Operation[];
}

/** The messages around the items of a transaction. */
export interface Frame {
  /** Begins it. The kernel's verdicts on the transaction as a whole answer this message. */
  readonly begin: Operation;
  /** Ends it; without this message the kernel does nothing. */
  readonly end: Operation;
  /** Says `true` after errors that call for another try, as when the tables have changed since they were read. */
  readonly again?: (error: TransactionError) => boolean;
}

/** Where a collection sends its operations: a client at once, a batch later. */
export interface Requester {
  /** Whether requests are only collected, or shown: nothing comes back. */
  readonly deferred: boolean;
  /** Sends it; the object that came back, if any. */
  request(operation: Operation): unknown;
  /** Everything that a dump gives. */
  dump(operation: Operation): unknown[];
  /** The same one by one, those that `fits` wants, on a socket of its own. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined>;
  /** Brings a value into the form that the kernel gives it back in. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object;
}
