/**
 * Sets of addresses, networks, ports and interfaces that rules of iptables match against, as with `ipset`.
 *
 * ```ts ignore
 * import { entries, sets } from "@linux/netlink/families/netfilter/ipset.ts";
 * sets.add({ name: "bad", type: "hash:ip", timeout: 600 });
 * entries.add("bad", { ip: "198.51.100.9" });
 * entries.add("bad", [{ ip: "192.0.2.1" }, { ip: "192.0.2.2", timeout: 60 }]);
 * console.log(entries.list("bad"));
 * ```
 *
 * Everything needs CAP_NET_ADMIN in the network namespace. The rules that use a set are those of iptables, which is no
 * netlink; nf_tables has sets of its own.
 *
 * @module
 */
import {
  expectDefined,
  expectFields,
  expectNames,
  expectType,
  guardMethods,
  isFields,
  isOk,
  selection,
} from "../../core/arguments.ts";
import {
  BatchRequester,
  type Client,
  collectBatch,
  type Collecting,
  type OpenOptions,
  type Requester,
  sharedClient,
} from "../../core/client.ts";
import type { Codec, Writer } from "../../core/codec/mod.ts";
import { argumentError, BatchError, ERRNO, KernelError, NetlinkError } from "../../core/errors.ts";
import { type AddOptions, attempt, type DeleteOptions } from "../../core/collection.ts";
import { NLM_F } from "../../core/message.ts";
import type { Operation } from "../../core/protocol.ts";
import { dataOf, describeEntry, entryOf, type SetEntry, type SetEntryInput } from "./ipset/entry.ts";
import { dependsOnType, ipsetError } from "./ipset/errors.ts";
import {
  IpsetEntry,
  IpsetEntryMessage,
  IpsetMessage,
  IpsetProtocol,
  IpsetRename,
  type SetFamily,
} from "./ipset/messages.ts";
import { familyOf, type IpSet, messageOf, SET_FIELDS, setOf, type SetType } from "./ipset/set.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import { moduleHint, NETFILTER_MSG, NETLINK_NETFILTER, NFNL_SUBSYS, subsystemHint } from "./protocol.ts";

/** A type of sets as the kernel has it. */
export interface TypeInfo {
  /** The type. */
  type: SetType;
  /** The family that was asked for. */
  family: SetFamily;
  /** The highest revision. */
  revision: number;
  /** The lowest revision. */
  revisionMin: number;
}

/** The versions of ipset's protocol that the kernel speaks. */
export interface ProtocolVersions {
  /** The highest version. */
  protocol: number;
  /** The lowest version. */
  protocolMin: number;
}

/** The versions of the protocol that this module speaks. */
const NEWEST = 7, OLDEST = 6;

const hint = (code: string, details: object): string | undefined =>
  code === "ENOENT" ? "there is no set with this name" : subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_IPSET, code, details);

/** Returns a request of ipset. */
function ask(type: number, codec: unknown, value: object, what: string, rest: Partial<Operation> = {}): Operation {
  return {
    type,
    flags: 0,
    codec: codec as Codec<unknown, never>,
    value,
    what,
    hint,
    ownError: (errno) => ipsetError(errno, what.split(" ", 1)[0]!),
    ...rest,
  };
}

const versions = new WeakMap<Client, number>();

/**
 * Returns the highest version of the protocol that the kernel and this module speak, which the operation `what` needs; it
 * is asked once for a client.
 */
function version(client: Client, what: string): number {
  let known = versions.get(client);
  if (known !== undefined) return known;
  if (client.deferred) return NEWEST;
  const { protocol, protocolMin } = protocolOf(client, what);
  if (protocolMin > NEWEST || protocol < OLDEST) {
    throw new NetlinkError(
      `Cannot ${what}: the kernel speaks versions ${protocolMin}..${protocol} of ipset's protocol, this module ` +
        `${OLDEST}..${NEWEST}`,
      "IPSET_ERR_PROTOCOL",
    );
  }
  versions.set(client, known = Math.min(protocol, NEWEST));
  return known;
}

/** Returns the versions of the protocol that the kernel speaks, which the operation `what` needs. */
function protocolOf(client: Client, what: string): ProtocolVersions {
  const { IPSET_CMD_PROTOCOL } = NETFILTER_MSG;
  const found = client.request(
    ask(IPSET_CMD_PROTOCOL, IpsetProtocol, { protocol: NEWEST }, what, {
      reply: IPSET_CMD_PROTOCOL,
      looks: true,
      // The request has no values that the kernel could refuse.
      hint: (code) => code === "EINVAL" ? moduleHint(NFNL_SUBSYS.NFNL_SUBSYS_IPSET) : undefined,
    }),
  ) as IpsetProtocol | undefined;
  const protocol = found?.protocol ?? NEWEST;
  return { protocol, protocolMin: found?.protocolMin ?? protocol };
}

const { NLM_F_CREATE, NLM_F_EXCL } = NLM_F;

/** Returns the operation's part that tolerates an error with this code, if the option `name` is "ok". */
function tolerating(
  options: object,
  name: "exists" | "missing",
  code: string,
  what: string,
): Pick<Operation, "tolerates"> {
  if (!isOk(options, name, what)) return {};
  return { tolerates: (error) => error instanceof NetlinkError && error.code === code };
}

/** Returns the messages of one set or of all, without their entries if `headers`. */
function listing(client: Client, setname: string | undefined, headers: boolean, what: string): Operation {
  const value: IpsetMessage = {
    protocol: version(client, what),
    ...(setname === undefined ? {} : { setname }),
    ...(headers ? { flags: ["list_header"] } : {}),
  };
  return ask(NETFILTER_MSG.IPSET_CMD_LIST, IpsetMessage, value, what, { reply: NETFILTER_MSG.IPSET_CMD_LIST });
}

/** The sets of one network namespace. */
export class Sets {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** Sends changes through what `requester` returns, and asks through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#requester = requester;
    guardMethods(this);
  }

  /**
   * Returns all sets that have the given fields, without their entries. Like `ipset list -terse`.
   *
   * Lists of sets come last.
   */
  list(filter: Partial<IpSet> = {}): IpSet[] {
    const what = "list sets";
    expectFields(filter, what, "a filter as an object");
    expectNames(filter, what, SET_FIELDS);
    const wanted = Object.entries(filter).filter(([, one]) => one !== undefined) as [keyof IpSet, unknown][];
    const all = this.#open().dump(listing(this.#open(), undefined, true, what)) as IpsetMessage[];
    return all.map(setOf).filter((set) => wanted.every(([name, one]) => (set[name] ?? false) === one));
  }

  /**
   * Returns the set with this name, without its entries.
   *
   * @throws {KernelError} ENOENT: there is no such set
   */
  get(name: string): IpSet {
    const what = `get set ${name}`;
    expectType(name, "get set", "string");
    const client = this.#open(), [found] = client.dump(listing(client, name, true, what)) as IpsetMessage[];
    if (found === undefined) throw new KernelError(what, ERRNO.ENOENT);
    return setOf(found);
  }

  /** Returns the set with this name, `undefined` when there is none. */
  find(name: string): IpSet | undefined {
    try {
      return this.get(name);
    } catch (error) {
      if (error instanceof NetlinkError && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /**
   * Makes a set. Like `ipset create bad hash:ip timeout 600`.
   *
   * @param options `{ exists: "ok" }` if there may be a set with this name; it is left as it is, even if it differs
   * @returns false if there was one, so that nothing was changed
   * @throws {KernelError} EEXIST: there is a set with this name; IPSET_ERR_FIND_TYPE: the kernel lacks the type
   */
  add(set: IpSet, options: AddOptions = {}): boolean {
    expectFields(set, "add set");
    expectType(set.name, "add set: name", "string");
    const what = `add set ${set.name}`, client = this.#open();
    for (const name of ["name", "type"] as const) expectType(set[name], `${what}: ${name}`, "string");
    const message = messageOf(set, what), tolerance = tolerating(options, "exists", "EEXIST", what);
    if (message.revision === undefined && !client.deferred) {
      message.revision = this.#type(set.type, familyOf(set), what).revision;
    }
    message.protocol = version(client, what);
    const { type } = set;
    return send(
      this.#requester(),
      ask(NETFILTER_MSG.IPSET_CMD_CREATE, IpsetMessage, message, what, {
        flags: NLM_F_CREATE | NLM_F_EXCL,
        ownError: (errno) => ipsetError(errno, "create", type),
        ...tolerance,
      }),
    );
  }

  /**
   * Removes a set with its entries. Like `ipset destroy`.
   *
   * @param options `{ missing: "ok" }` if there may be no such set
   * @returns false if there was none, so that nothing was changed
   * @throws {KernelError} ENOENT: there is no such set; IPSET_ERR_BUSY: rules or lists of sets use it
   */
  delete(name: string | Pick<IpSet, "name">, options: DeleteOptions = {}): boolean {
    const setname = nameOf(name, "delete set"), what = `delete set ${setname}`;
    const tolerance = tolerating(options, "missing", "ENOENT", what);
    return this.#send(NETFILTER_MSG.IPSET_CMD_DESTROY, IpsetMessage, { setname }, what, tolerance);
  }

  /**
   * Removes all sets that have the given fields, lists of sets first. With `{ all: true }`, the others are removed all or
   * none.
   *
   * @returns the number of removed sets
   * @throws {BatchError} IPSET_ERR_BUSY: rules use one of them
   */
  flush(filter: Partial<IpSet> | { all: true }): number {
    const what = "flush sets", rest = selection<Partial<IpSet>>(filter, what);
    const found = this.list(rest);
    // Lists of sets first: they use the others.
    const lists = found.filter(({ type }) => type === "list:set"), client = this.#open();
    client.runBatch((add) => {
      const batched = new Sets(this.#open, () => new BatchRequester(client, add));
      for (const set of lists) batched.delete(set);
      if ((filter as { all?: true }).all === true) {
        batched.#send(NETFILTER_MSG.IPSET_CMD_DESTROY, IpsetMessage, {}, what);
      } else for (const set of found) if (set.type !== "list:set") batched.delete(set);
    }, what);
    return found.length;
  }

  /**
   * Renames a set.
   *
   * @throws {KernelError} IPSET_ERR_REFERENCED: rules use it; IPSET_ERR_EXIST_SETNAME2: the new name is taken
   */
  rename(name: string, to: string): void {
    this.#pair(NETFILTER_MSG.IPSET_CMD_RENAME, name, to, "rename", "to");
  }

  /**
   * Exchanges the content of two sets at once: rules that use one of them use the other from then on.
   *
   * @throws {KernelError} IPSET_ERR_TYPE_MISMATCH: they are of different types
   */
  swap(name: string, other: string): void {
    this.#pair(NETFILTER_MSG.IPSET_CMD_SWAP, name, other, "swap", "with");
  }

  #pair(type: number, setname: string, setname2: string, verb: string, word: string): void {
    expectType(setname, `${verb} set`, "string");
    expectType(setname2, `${verb} set ${setname}`, "string");
    this.#send(type, IpsetRename, { setname, setname2 }, `${verb} set ${setname} ${word} ${setname2}`);
  }

  /**
   * Returns the revisions of a type that the kernel has.
   *
   * @throws {KernelError} IPSET_ERR_FIND_TYPE: the kernel lacks the type, or the type the family
   */
  type(type: SetType, family: SetFamily = familyOf({ type })): TypeInfo {
    expectType(type, "get a set type", "string");
    return this.#type(type, family, `get set type ${type}`);
  }

  #type(type: SetType, family: SetFamily, what: string): TypeInfo {
    const client = this.#open(), { IPSET_CMD_TYPE } = NETFILTER_MSG;
    const value: IpsetMessage = { protocol: version(client, what), typename: type, family };
    const found = client.request(
      ask(IPSET_CMD_TYPE, IpsetMessage, value, what, {
        reply: IPSET_CMD_TYPE,
        looks: true,
        hint: (code, details) =>
          code === "IPSET_ERR_FIND_TYPE"
            ? `modprobe ip_set_${type.replace(/[:,]/g, "_")} loads it`
            : hint(code, details),
      }),
    ) as IpsetMessage | undefined;
    const revision = found?.revision ?? 0;
    return { type, family, revision, revisionMin: found?.revisionMin ?? revision };
  }

  /** Returns the versions of ipset's protocol that the kernel speaks. */
  protocol(): ProtocolVersions {
    return protocolOf(this.#open(), "get the protocol of ipset");
  }

  #send(type: number, codec: unknown, value: object, what: string, rest: Partial<Operation> = {}): boolean {
    const message = { protocol: version(this.#open(), what), ...value };
    // Without NLM_F_EXCL, the kernel acknowledges the removal of a set that does not exist.
    return send(this.#requester(), ask(type, codec, message, what, { flags: NLM_F_EXCL, ...rest }));
  }
}

/** Sends a change; returns false if it failed with an error that is tolerated. */
function send(requester: Requester, operation: Operation): boolean {
  return attempt(operation.tolerates, () => {
    requester.request(operation);
    return true;
  });
}

/** Returns the name of a set that is given by name or as an object. */
function nameOf(set: string | Pick<IpSet, "name">, what: string): string {
  const name = typeof set === "object" && set !== null ? set.name : set;
  expectType(name, what, "string");
  return name;
}

/** Most bytes of the entries in one message, without the last entry. */
const ROOM = 60_000;
/** Room for one entry, after an error: the kernel's answer repeats the message. */
const LEAST_ROOM = 5;

/** Entries on their way to the kernel. */
interface Pending {
  readonly entries: readonly SetEntryInput[];
  /** The errors of refused entries, by position. */
  readonly failures: Map<number, Error>;
  /** The entries before are done or refused. */
  next: number;
  /** Bytes of the next message. */
  room: number;
}

const NLA_F_NESTED = 0x8000, ADT = 8, DATA = 7;

/** Writes as many entries as fit in the message, each with its position; `next` is then the first that is left. */
function encodePending(pending: Pending, to: Writer, what: string): void {
  const { entries, failures, room } = pending, adt = to.open(ADT | NLA_F_NESTED);
  for (; pending.next < entries.length && to.length - adt < room; pending.next++) {
    const index = pending.next, start = to.open(DATA | NLA_F_NESTED), depth = to.path.length;
    try {
      expectFields(entries[index], `${what} ${index}`);
      const data = dataOf(entries[index]!, what);
      data.lineno = index;
      IpsetEntry.encode(data, to, {});
      to.close(start);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
      to.length = start;
      to.path.length = depth;
      failures.set(index, error);
    }
  }
  to.close(adt);
}

type EntryVerb = "add" | "delete" | "test";

const COMMANDS: Readonly<Record<EntryVerb, number>> = {
  add: NETFILTER_MSG.IPSET_CMD_ADD,
  delete: NETFILTER_MSG.IPSET_CMD_DEL,
  test: NETFILTER_MSG.IPSET_CMD_TEST,
};

/** The entries of the sets of one network namespace. */
export class Entries {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** Sends changes through what `requester` returns, and asks through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#requester = requester;
    guardMethods(this);
  }

  /**
   * Returns all entries of a set.
   *
   * @throws {KernelError} ENOENT: there is no such set
   */
  list(set: string): SetEntry[] {
    const client = this.#open();
    const parts = client.dump(listing(client, nameOf(set, "list entries"), false, `list entries of set ${set}`));
    return (parts as IpsetMessage[]).flatMap(({ adt }) => adt?.map(entryOf) ?? []);
  }

  /** Yields the entries of a set one by one, in constant memory, on a socket of its own. */
  *iterate(set: string): Generator<SetEntry, void, undefined> {
    const client = this.#open();
    const parts = client.iterate(listing(client, nameOf(set, "list entries"), false, `list entries of set ${set}`));
    for (const { adt } of parts as Iterable<IpsetMessage>) for (const data of adt ?? []) yield entryOf(data);
  }

  /**
   * Adds an entry, or many: an array is sent in few messages. Like `ipset add bad 198.51.100.9`.
   *
   * @param options `{ exists: "ok" }` if the set may have the entry; it is left as it is
   * @returns false if the set had the entry, or all of an array, so that nothing was changed
   * @throws {KernelError} IPSET_ERR_EXIST: the set has the entry; IPSET_ERR_HASH_FULL: the set is full
   * @throws {BatchError} with every entry of an array that was refused, by position; all others are added
   */
  add(set: string, entry: SetEntryInput | readonly SetEntryInput[], options: AddOptions = {}): boolean {
    return this.#change("add", set, entry, NLM_F_EXCL, tolerating(options, "exists", "IPSET_ERR_EXIST", "add entry"));
  }

  /**
   * Adds an entry, or many. An entry that the set has gets the given timeout, counters and comment, or those of a new
   * one. Like `ipset -exist add bad 198.51.100.9`.
   *
   * @throws {BatchError} with every entry of an array that was refused, by position; all others are added
   */
  replace(set: string, entry: SetEntryInput | readonly SetEntryInput[]): void {
    this.#change("add", set, entry, 0, {});
  }

  /**
   * Removes an entry, or many; fields that do not identify an entry are ignored.
   *
   * @param options `{ missing: "ok" }` if the set may not have the entry
   * @returns false if the set had none of them, so that nothing was changed
   * @throws {KernelError} IPSET_ERR_EXIST: the set does not have the entry
   * @throws {BatchError} with every entry of an array that was refused, by position; all others are removed
   */
  delete(set: string, entry: SetEntryInput | readonly SetEntryInput[], options: DeleteOptions = {}): boolean {
    const tolerance = tolerating(options, "missing", "IPSET_ERR_EXIST", "delete entry");
    for (const one of [entry].flat()) if (isFields(one)) expectDefined(one, "delete entry");
    return this.#change("delete", set, entry, NLM_F_EXCL, tolerance);
  }

  /** Returns true if a set matches an entry: in a set of networks, also if one of them contains the address. */
  test(set: string, entry: SetEntryInput): boolean {
    const operation = this.#operation("test", set, entry, {});
    try {
      this.#open().request({ ...operation, looks: true });
      return true;
    } catch (error) {
      if (error instanceof KernelError && error.code === "IPSET_ERR_EXIST") return false;
      throw error;
    }
  }

  /** Removes all entries of a set, or of all sets. Like `ipset flush`. */
  flush(set: string | { all: true }): void {
    const all = typeof set === "object" && set !== null;
    if (all && set.all !== true) throw argumentError(TypeError, "Cannot flush entries: expected { all: true }");
    const value: IpsetMessage = all ? {} : { setname: nameOf(set, "flush entries of set") };
    const what = all ? "flush the entries of all sets" : `flush entries of set ${set}`;
    value.protocol = version(this.#open(), what);
    this.#requester().request(ask(NETFILTER_MSG.IPSET_CMD_FLUSH, IpsetMessage, value, what));
  }

  #change(
    verb: EntryVerb,
    set: string,
    entry: SetEntryInput | readonly SetEntryInput[],
    flags: number,
    tolerance: Pick<Operation, "tolerates">,
  ): boolean {
    const part = { flags, ...tolerance };
    if (!Array.isArray(entry)) return this.#sendOne(verb, set, entry as SetEntryInput, part);
    if (!this.#requester().deferred) return this.#sendAll(verb, set, entry, part);
    for (const one of entry) this.#sendOne(verb, set, one, part);
    return true;
  }

  #operation(verb: EntryVerb, set: string, entry: SetEntryInput, part: Partial<Operation>): Operation {
    const setname = nameOf(set, `${verb} entry`);
    expectFields(entry, `${verb} entry`);
    const what = changing(verb, `entry ${describeEntry(entry)}`, setname), protocol = version(this.#open(), what);
    return ask(COMMANDS[verb], IpsetEntryMessage, { protocol, setname, data: dataOf(entry, what) }, what, part);
  }

  #sendOne(verb: EntryVerb, set: string, entry: SetEntryInput, part: Partial<Operation>): boolean {
    try {
      return send(this.#requester(), this.#operation(verb, set, entry, part));
    } catch (error) {
      if (!(error instanceof KernelError) || !dependsOnType(error.errno)) throw error;
      throw refusal(error, verb, error.operation, this.#typeOf(set));
    }
  }

  #sendAll(verb: EntryVerb, setname: string, entries: readonly SetEntryInput[], part: Partial<Operation>): boolean {
    const client = this.#open(), what = changing(verb, "entries", nameOf(setname, `${verb} entries`));
    const pending: Pending = { entries, failures: new Map(), next: 0, room: ROOM };
    let type: string | undefined, tolerated = 0;
    while (pending.next < entries.length) {
      const first = pending.next;
      let refused = first;
      const codec: Codec<IpsetEntryMessage> = {
        ...IpsetEntryMessage,
        encode(value, to, owner) {
          IpsetEntryMessage.encode(value, to, owner);
          encodePending(pending, to, what);
        },
      };
      const operation = ask(COMMANDS[verb], codec, { protocol: version(client, what), setname, lineno: 0 }, what, {
        ...part,
        ownError(errno, from, at, end) {
          if (end - at > HEADER) refused = IpsetEntryMessage.decode(from, at + HEADER, end, {}).lineno ?? first;
          return ipsetError(errno, verb);
        },
      });
      try {
        client.request(operation);
        pending.room = Math.min(ROOM, 4 * pending.room);
      } catch (error) {
        if (!(error instanceof KernelError) || NOT_OF_ENTRIES.has(error.code)) throw error;
        if (part.tolerates?.(error) === true) tolerated++;
        else {
          if (dependsOnType(error.errno)) type ??= this.#typeOf(setname);
          const one = changing(verb, `entry ${describeEntry(entries[refused]!)}`, setname);
          pending.failures.set(refused, refusal(error, verb, one, type));
        }
        pending.next = refused + 1;
        pending.room = LEAST_ROOM;
      }
    }
    const failures = [...pending.failures].map(([index, error]) => ({ index, error })).sort((a, b) =>
      a.index - b.index
    );
    if (failures.length > 0) throw new BatchError({ count: entries.length, failures });
    return tolerated < entries.length;
  }

  #typeOf(set: string): string | undefined {
    return new Sets(this.#open).find(set)?.type;
  }
}

/** Describes a change of entries: `add entry 10.0.0.1 to set bad`. */
function changing(verb: EntryVerb, entries: string, set: string): string {
  return `${verb} ${entries} ${verb === "add" ? "to" : "of"} set ${set}`;
}

/** Returns the error of one entry, with the words for the type of the set. */
function refusal(error: KernelError, verb: EntryVerb, what: string, type: string | undefined): KernelError {
  const own = ipsetError(error.errno, verb, type), { hint } = error;
  return new KernelError(what, error.errno, { kernelMessage: own?.text, hint }, own?.code ?? error.code);
}

/** Size of a message's header. */
const HEADER = 16;
/** Errors that are not about one of the entries. */
const NOT_OF_ENTRIES: ReadonlySet<string> = new Set(["ENOENT", "EPERM", "EINVAL"]);

/** The sets and entries of a client or a batch. */
export interface IpsetCollections {
  /** Operations on the sets. */
  readonly sets: Sets;
  /** Operations on their entries. */
  readonly entries: Entries;
}

/** A client with a socket of its own. */
export type IpsetClient = NetfilterClient<IpsetCollections>;

const make = (open: () => Client, requester: () => Requester): IpsetCollections => ({
  sets: new Sets(open, requester),
  entries: new Entries(open, requester),
});

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): IpsetClient {
  return openNetfilter(options, make);
}

/**
 * Collects the changes that `collect` requests, and sends them in as few system calls as possible. All are tried,
 * also if `collect` throws later. For many entries of one set, an array is faster: `entries.add("bad", [...])`.
 *
 * @throws {BatchError} for all changes that are not known to be done, by their position
 */
export function batch<R>(collect: Collecting<IpsetCollections, R>): void {
  const client = sharedClient(NETLINK_NETFILTER);
  collectBatch(client, (requester) => make(() => client, () => requester), collect);
}

/** The sets of this namespace, on a socket that the first use opens. */
export const sets: Sets = new Sets(() => sharedClient(NETLINK_NETFILTER));

/** The entries of the sets of this namespace, on a socket that the first use opens. */
export const entries: Entries = new Entries(() => sharedClient(NETLINK_NETFILTER));

export * from "./ipset/messages.ts";
export type { SetEntry, SetEntryInput } from "./ipset/entry.ts";
export type { IpSet, SetType } from "./ipset/set.ts";
export type { NetfilterClient } from "./open.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type { AddOptions, DeleteOptions } from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
