/**
 * Transactions of nf_tables, and the generation of the ruleset, which each of them increments.
 *
 * The kernel takes changes only between two messages that make it do all of them or none. A verb outside a batch is a
 * transaction of its own.
 *
 * @module
 */
import { expectFields, expectOptions, isFields, plural, selection } from "../../../core/arguments.ts";
import { BatchRequester, type Client, sharedClient } from "../../../core/client.ts";
import {
  type Attributes,
  attributes,
  be32,
  type Codec,
  didYouMean,
  head,
  type Shape,
  string,
  text,
} from "../../../core/codec/mod.ts";
import {
  Collection,
  type Declaration,
  type Found,
  type Input,
  type MakingVerb,
  type Tolerates,
  type Verb,
} from "../../../core/collection.ts";
import {
  argumentError,
  KernelError,
  type KernelErrorDetails,
  TransactionError,
  unasked,
} from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { declareMessages } from "../../../core/messages.ts";
import type { Frame, Operation, Requester } from "../../../core/protocol.ts";
import { runTransaction } from "../../../core/transaction.ts";
import {
  moduleHint,
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  NfBatch,
  type NfFamily,
  nfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
  subsystemHint,
} from "../protocol.ts";
import type { NftSet } from "./set.ts";

const NFTABLES = NFNL_SUBSYS.NFNL_SUBSYS_NFTABLES;

/** The generation of the ruleset. */
export interface NftGeneration {
  /** Always `unspec`. */
  family?: NfFamily;
  /** The number of the generation: each transaction that changes something increments it. */
  id?: number;
  /** The process that asks; in an event, the one that made the generation. */
  procPid?: number;
  /** The name of that process. */
  procName?: string;
}

/** Wire form of {@linkcode NftGeneration}: NFTA_GEN_*. */
export const NftGeneration: Attributes<NftGeneration> = attributes((): Shape<NftGeneration> => ({
  family: head(0, nfFamily),
  id: [1, be32],
  procPid: [2, be32],
  procName: [3, text],
}), { header: NFGENMSG });

declareMessages(NETLINK_NETFILTER, {
  types: [NETFILTER_MSG.NFT_MSG_NEWGEN, NETFILTER_MSG.NFT_MSG_GETGEN],
  codec: NftGeneration as Codec<unknown, never>,
});

/** Returns the generation of the ruleset, which the operation `what` needs. */
export function generationOf(client: Client, what = "get the generation of the ruleset"): NftGeneration {
  const found = client.request({
    type: NETFILTER_MSG.NFT_MSG_GETGEN,
    flags: 0,
    codec: NftGeneration as Codec<unknown, never>,
    value: {},
    what,
    reply: NETFILTER_MSG.NFT_MSG_NEWGEN,
    looks: true,
    // The request has no values that the kernel could refuse.
    hint: (code) => code === "EINVAL" ? moduleHint(NFTABLES) : undefined,
  }) as NftGeneration | undefined;
  if (found === undefined) throw unasked(what);
  return found;
}

/** Most times that a ruleset is read which changes all the time. */
const TRIES = 10;

/**
 * Returns what `read` returns from several requests, all of one generation: it is called again if the ruleset changed
 * meanwhile.
 *
 * @throws {KernelError} DUMP_INTERRUPTED: the ruleset changed every time
 */
export function inOneGeneration<T>(client: Client, what: string, read: () => T): T {
  if (client.deferred) return read();
  for (let tries = 0; tries < TRIES; tries++) {
    const before = generationOf(client, what).id, result = read();
    if (generationOf(client, what).id === before) return result;
  }
  throw new KernelError(
    what,
    0,
    { kernelMessage: "the ruleset changed while it was being read, every time" },
    "DUMP_INTERRUPTED",
  );
}

/** Returns the messages around a transaction; the kernel refuses it with ERESTART if the generation is another. */
function frame(generation: number | undefined): Frame {
  const message = (type: number, value: NfBatch, what: string): Operation => ({
    type,
    flags: 0,
    codec: NfBatch as Codec<unknown, never>,
    value: { resId: NFTABLES, ...value },
    what,
    hint: (code) =>
      code === "ERESTART"
        ? "another program has changed the ruleset since that generation: read it again"
        : code === "EOPNOTSUPP"
        ? moduleHint(NFTABLES)
        : undefined,
  });
  return {
    begin: message(
      NETFILTER_MSG.NFNL_MSG_BATCH_BEGIN,
      generation === undefined ? {} : { genid: generation },
      generation === undefined ? "begin a transaction" : `begin a transaction in generation ${generation}`,
    ),
    end: message(NETFILTER_MSG.NFNL_MSG_BATCH_END, {}, "end a transaction"),
  };
}

/** Options of a transaction. */
export interface NftBatchOptions {
  /** The generation that the changes are made for: in any other, the kernel refuses them with ERESTART. */
  generation?: number;
}

/**
 * Does the changes that `collect` adds, all or none.
 *
 * @returns the replies of each item, if they are requested
 * @throws {TransactionError} nothing was done, or it is not known whether all or nothing was
 */
export function transact(
  client: Client,
  collect: (add: (operation: Operation) => void) => void,
  options: NftBatchOptions = {},
): unknown[][] {
  expectOptions(options, "run a transaction", { generation: "any" });
  const { generation } = options;
  return runTransaction(client, () => frame(generation), collect);
}

/** The names of a table or chain. */
interface Names {
  readonly family?: NfFamily | undefined;
  readonly table?: string | undefined;
  readonly chain?: string | undefined;
}

/** Wire form of {@linkcode Names}: nfgenmsg and NFTA_TABLE_NAME, or NFTA_CHAIN_TABLE and NFTA_CHAIN_NAME. */
const Names: Attributes<Names> = attributes((): Shape<Names> => ({
  family: head(0, nfFamily),
  table: [1, string(255)],
  chain: [3, string(255)],
}), { header: NFGENMSG });

/** Throws if there is no such table, or if a chain is named, no such chain. */
export function expectExists(
  client: Client,
  { family, table, chain }: { family?: NfFamily | undefined; table?: string | undefined; chain?: string | undefined },
  what: string,
): void {
  if (client.deferred || table === undefined) return;
  const { NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN } = NETFILTER_MSG;
  const [type, reply] = chain === undefined
    ? [NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE]
    : [NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN];
  const value = { family, table, ...(chain === undefined ? {} : { chain }) };
  new Single(client).request({
    type,
    flags: 0,
    codec: Names as Codec<unknown, never>,
    value,
    what,
    reply,
    looks: true,
  });
}

/** Returns the error of a table that does not exist with a hint: a similar one, or a family that has it. */
function withTables(error: unknown, client: Client, value: Names): unknown {
  if (!(error instanceof KernelError) || error.code !== "ENOENT" || error.path !== "table") return error;
  const { family, table = "" } = value;
  const { NFT_MSG_GETTABLE: type, NFT_MSG_NEWTABLE: reply } = NETFILTER_MSG, what = "list tables";
  const all = client.dump({ type, flags: 0, codec: Names as Codec<unknown, never>, value: {}, what, reply }) as Names[];
  const others = all.filter((one) => one.table === table).map((one) => one.family);
  const names = all.flatMap((one) => one.family === family && one.table !== undefined ? [one.table] : []);
  const similar = didYouMean(table, names);
  if (others.length === 0 && similar === "") return error;
  const hint = others.length === 0 ? `there is no such table${similar}` : `the table is of family ${others.join(", ")}`;
  const { operation, errno, kernelMessage, path, code } = error;
  return new KernelError(operation, errno, { kernelMessage, path, hint }, code);
}

/** Sends each change as a transaction of its own. */
export class Single implements Requester {
  readonly #client: Client;

  /** Sends by `client`. */
  constructor(client: Client) {
    this.#client = client;
  }

  /** True in a dry run. */
  get deferred(): boolean {
    return this.#client.deferred;
  }

  /** Sends a request, a change in a transaction; returns the object in the reply, if any. */
  request(given: Operation): unknown {
    try {
      return given.looks === true ? this.#client.request(given) : this.#transact(given);
    } catch (error) {
      throw withTables(error, this.#client, given.value);
    }
  }

  #transact(given: Operation): unknown {
    // The verb that asks judges the error.
    const { read, tolerates: _, ...rest } = given, operation = read === undefined ? rest : { ...rest, value: read() };
    try {
      return transact(this.#client, (add) => add(operation))[0]?.at(-1);
    } catch (error) {
      if (!(error instanceof TransactionError) || error.mayBeDone) throw error;
      const { cause, failures: [refused] } = error;
      if (refused !== undefined) throw refused.error;
      // The kernel refused the whole transaction, which is this change alone.
      throw cause instanceof KernelError ? new KernelError(operation.what, cause.errno, cause, cause.code) : cause;
    }
  }

  /** Returns all objects of a dump. */
  dump(operation: Operation): unknown[] {
    return this.#client.dump(operation);
  }

  /** Yields the objects of a dump, one by one. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    return this.#client.iterate(operation, fits);
  }

  /** Converts a value to the form that the kernel returns. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#client.normalize(codec, value, what);
  }
}

/** The place where the collections of one client or transaction send their requests. */
export interface NftContext {
  /** The client, for what is read. */
  readonly open: () => Client;
  /** The sender of changes. */
  readonly requester: () => Requester;
  /**
   * The sets that are known, by {@linkcode placeOf}: those that this transaction makes, which the kernel does not
   * know yet, and others that it uses. Absent outside of transactions.
   */
  readonly made?: Map<string, NftSet>;
  /**
   * The elements that sets with `autoMerge` have after the changes before, by {@linkcode placeOf}: the kernel does not
   * have these changes yet. Absent outside of transactions.
   */
  readonly held?: Map<string, object>;
  /**
   * True for an object of the kernel that this transaction deletes, alone or with its table: by {@linkcode placeOf}.
   * Absent outside of transactions.
   */
  readonly deletes?: (object: string) => boolean;
  /** The objects that this transaction makes, by kind and identity. Absent outside of transactions. */
  readonly added?: Map<string, object>;
  /** True if objects that may exist get the fields that are given, as with nft. */
  readonly updates?: boolean;
}

/** The number of the last set that was added. */
let lastSetId = 0;

/** Returns a number for a set: the kernel needs one, and compares only those of one transaction. */
export function nextSetId(): number {
  return lastSetId = lastSetId % 0xffffffff + 1;
}

/** Returns the context of a client. */
export function contextOf(open: () => Client): NftContext {
  let made: Map<string, NftSet> | undefined;
  return {
    open,
    requester: () => new Single(open()),
    // In a dry run, the sets that were shown are the only ones.
    get made() {
      return open().deferred ? made ??= new Map() : undefined;
    },
  } as NftContext;
}

/** Returns the context of a transaction. */
export function contextIn(
  client: Client,
  add: (operation: Operation) => void,
  { updates = false }: { updates?: boolean } = {},
): NftContext {
  const made = new Map<string, NftSet>(), held = new Map<string, object>(), deleted: string[] = [];
  const note = (operation: Operation): void => {
    const place = deletedBy(operation);
    if (place !== undefined) {
      deleted.push(place);
      for (const known of [made, held]) for (const set of known.keys()) if (set.startsWith(place)) known.delete(set);
    }
    if (Array.isArray(operation.then)) operation.then.forEach(note);
  };
  const requester = new BatchRequester(client, (operation) => {
    note(operation);
    const { read, ...rest } = operation;
    // A change of some fields begins with the object that the kernel has before the transaction.
    add(tolerant(read === undefined ? operation : { ...rest, value: read() }));
  });
  return {
    open: () => client,
    requester: () => requester,
    made,
    held,
    deletes: (object) => deleted.some((place) => object.startsWith(place)),
    added: new Map(),
    updates,
  };
}

/**
 * Returns the place of an object: its family, table, kind and name, as far as it has them. The place of a table is the
 * beginning of those of all that it holds.
 */
export function placeOf(object: string, value: object): string {
  const { family, table, name } = value as { family?: NfFamily; table?: string; name?: string };
  const parts = object === "table" ? [family, name] : [family, table, object, name];
  return parts.map((part) => part === undefined ? "" : `${part}\0`).join("");
}

/** The kinds of objects by the messages that delete them. */
const DELETED: ReadonlyMap<number, string> = new Map([
  [NETFILTER_MSG.NFT_MSG_DELTABLE, "table"],
  [NETFILTER_MSG.NFT_MSG_DESTROYTABLE, "table"],
  [NETFILTER_MSG.NFT_MSG_DELSET, "set"],
  [NETFILTER_MSG.NFT_MSG_DESTROYSET, "set"],
  [NETFILTER_MSG.NFT_MSG_DELCHAIN, "chain"],
  [NETFILTER_MSG.NFT_MSG_DESTROYCHAIN, "chain"],
  [NETFILTER_MSG.NFT_MSG_DELOBJ, "object"],
  [NETFILTER_MSG.NFT_MSG_DESTROYOBJ, "object"],
  [NETFILTER_MSG.NFT_MSG_DELFLOWTABLE, "flowtable"],
  [NETFILTER_MSG.NFT_MSG_DESTROYFLOWTABLE, "flowtable"],
]);

/** Returns the place of what a request deletes with all that it holds; an empty text is that of all. */
function deletedBy({ type, value }: Operation): string | undefined {
  const object = DELETED.get(type), { name, handle, devs } = value as NftDeleted;
  // By a handle, only its own name is not known; with devices, the object remains.
  return object === undefined || name === undefined && handle !== undefined || devs !== undefined
    ? undefined
    : placeOf(object, value);
}

/** The fields of a request to delete that tell what it deletes. */
interface NftDeleted {
  readonly name?: string;
  readonly handle?: unknown;
  readonly devs?: unknown;
}

/** The messages that delete an object, and those that do so if it exists. */
const DESTROYING: Readonly<Record<number, number>> = {
  [NETFILTER_MSG.NFT_MSG_DELTABLE]: NETFILTER_MSG.NFT_MSG_DESTROYTABLE,
  [NETFILTER_MSG.NFT_MSG_DELCHAIN]: NETFILTER_MSG.NFT_MSG_DESTROYCHAIN,
  [NETFILTER_MSG.NFT_MSG_DELRULE]: NETFILTER_MSG.NFT_MSG_DESTROYRULE,
  [NETFILTER_MSG.NFT_MSG_DELSET]: NETFILTER_MSG.NFT_MSG_DESTROYSET,
  [NETFILTER_MSG.NFT_MSG_DELOBJ]: NETFILTER_MSG.NFT_MSG_DESTROYOBJ,
  [NETFILTER_MSG.NFT_MSG_DELFLOWTABLE]: NETFILTER_MSG.NFT_MSG_DESTROYFLOWTABLE,
};

/**
 * Returns a request that the kernel does not refuse if its object exists, or is missing, and that is tolerated: a
 * refusal would end the transaction.
 */
function tolerant(operation: Operation): Operation {
  const { tolerates, ...rest } = operation, { type, flags } = rest;
  if (tolerates === undefined) return operation;
  return { ...rest, type: DESTROYING[type] ?? type, flags: flags & ~NLM_F.NLM_F_EXCL };
}

/** The context of the shared client. */
export const sharedContext: NftContext = contextOf(() => sharedClient(NETLINK_NETFILTER));

/** A declaration with what the objects of nf_tables have besides. */
export interface NftDeclaration<T extends object> extends Declaration<T> {
  /** The type of the message that deletes an object if it exists; absent if the kernel has none. */
  readonly destroy?: number;
  /**
   * The part of an object that exists to send in a message that makes it, so that nothing changes: its key, or all of
   * it if the kernel requires more. Absent for rules, of which any number may be alike.
   */
  readonly unchanged?: "key" | "all";
}

/** The fields with names, which are not empty. */
const NAMES = ["name", "table", "chain"] as const;

/** Returns a filter without the table if it lacks the family: the kernel would take tables of one family, or of none. */
function listable(filter: object): object {
  const { table: _, ...rest } = filter as { family?: NfFamily; table?: string };
  return rest.family === undefined ? rest : filter;
}

/** Returns an object without the handle of the one that it is a copy of: the kernel chooses the handle of a new one. */
export function withoutHandle(value: object): object {
  const { handle: _, ...rest } = value as { handle?: bigint };
  return rest;
}

/**
 * The objects of one kind. Each change is a transaction.
 *
 * `list` selects: of a table that does not exist, as of a misspelt one, the list is empty. The elements of a set that
 * does not exist, its changes, and the text and JSON of such a table are ENOENT.
 */
export class NftCollection<T extends object, I extends object = Input<T> & object, K = I, A = true>
  extends Collection<T, I, K, A> {
  /** The client and the sender of requests. */
  protected readonly context: NftContext;
  readonly #destroy: number | undefined;
  readonly #unchanged: "key" | "all" | undefined;

  /** Sends in a context. */
  constructor(declaration: NftDeclaration<T>, context: NftContext) {
    super(declaration, context.open, context.requester);
    this.context = context;
    this.#destroy = declaration.destroy;
    this.#unchanged = declaration.unchanged;
  }

  /** Returns the message of one verb, without what the kernel would take for another object. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const { object, messages, table } = this.declaration;
    if (verb === "list") {
      return super.operation(verb, type, type === messages.get ? listable(given) : given, reply);
    }
    if (!isFields(given)) return super.operation(verb, type, given, reply);
    // An object may be named by a number of the transaction. A misspelt field is named first.
    const needed = verb === "add" && given["id"] === undefined && given["chainId"] === undefined &&
      Object.keys(given).every((key) => table.field(key) !== undefined);
    for (const name of NAMES) {
      if (table.field(name) === undefined || given[name] !== "" && !(needed && given[name] === undefined)) continue;
      throw argumentError(
        TypeError,
        `Cannot ${verb} ${object}: ${name} is ${given[name] === "" ? "empty" : "missing"}`,
      );
    }
    return super.operation(verb, type, verb === "add" ? withoutHandle(given) : given, reply);
  }

  /** Looks for the object that `key` denotes; one that the transaction makes is as it was given. */
  protected override look(key: object, what: string, requester: Requester): Found<T> {
    const added = this.context.added?.get(this.#kindOf(key)) as T | undefined;
    return added === undefined ? super.look(key, what, requester) : { found: added, among: [added] };
  }

  /** Makes an object. In a transaction as outside of one, an object that may exist, and does, is left as it is. */
  protected override make(verb: MakingVerb, value: I, flags = 0, tolerates?: Tolerates): T | undefined {
    const present = verb === "add" && tolerates !== undefined ? this.#present(value) : undefined;
    if (present !== undefined) {
      // The transaction has a message for each of its changes, so that errors tell their positions.
      const same = this.#unchanged === "all" ? present : this.keyValue(present as never, "add");
      return super.make(verb, same as I, flags, tolerates);
    }
    const made = super.make(verb, value, flags, tolerates), { added } = this.context;
    added?.set(this.#kindOf(value), withoutHandle(value));
    return made;
  }

  /** Returns the object that a transaction must leave as it is; `undefined` if there is none. */
  #present(value: I): T | undefined {
    const { deletes, updates, open } = this.context, { object, identity } = this.declaration;
    if (deletes === undefined || updates === true || this.#unchanged === undefined) return undefined;
    if (!isFields(value) || open().deferred) return undefined;
    if (!this.context.added!.has(this.#kindOf(value)) && deletes(placeOf(object, value))) return undefined;
    try {
      return this.look(
        this.keyValue(value as unknown as K, "get"),
        `look for ${object} ${identity(value as never)}`,
        open(),
      )
        .found;
    } catch (error) {
      if (error instanceof KernelError) return undefined;
      throw error;
    }
  }

  #kindOf(key: object): string {
    return `${this.declaration.object} ${this.declaration.identity(key as T)}`;
  }

  /** Sets the state of the objects that match a filter to zero, by a message of this type; returns them as they were. */
  protected resetBy(type: number, filter: object): T[] {
    const { object, describe, messages } = this.declaration, client = this.context.open();
    expectFields(filter, `reset ${plural(object)}`, "a filter as an object");
    const what = `reset ${plural(object)} ${describe(filter)}`.trimEnd();
    const found = client.dump({ ...this.operation("list", type, filter, messages.new), what }) as T[];
    // The kernel resets nothing in a table that does not exist.
    if (found.length === 0) expectExists(client, filter as Names, what);
    return found;
  }

  /**
   * Deletes the object that `key` denotes, if it exists.
   *
   * In Linux since 6.3.
   */
  destroy(key: K | T): void {
    const named = this.keyValue(key as K, "destroy"), { object, describe } = this.declaration;
    this.context.requester().request({
      ...this.operation("delete", this.#destroy!, named),
      what: `destroy ${object} ${describe(named)}`,
    });
  }

  /**
   * Deletes all objects that match the filter, in one transaction.
   *
   * @param filter as for `list`; `{ all: true }` for everything
   * @returns the number of objects that matched; all of them are gone
   * @throws {TypeError} the filter has no condition: it is empty, or has only undefined fields
   */
  override flush(filter: I | { all: true }): number {
    const { object, messages } = this.declaration, rest = selection<I>(filter, `flush ${plural(object)}`);
    const found = this.list(rest);
    transact(this.context.open(), (add) => {
      for (const one of found) add(this.operation("delete", messages.del, this.keyValue(one as never, "delete")));
    });
    return found.length;
  }
}

/** Returns the hint for an error of nf_tables that says little. */
export function nftHint(code: string, details: KernelErrorDetails): string | undefined {
  switch (code) {
    case "EBUSY":
      return "it is in use: a rule, an element of a map or another object refers to it";
    case "EPERM":
      // Without the capability, the kernel does not look at the table.
      return details.kernelMessage === undefined && details.path === undefined
        ? undefined
        : "another socket owns the table";
    default:
      return subsystemHint(NFTABLES, code, details);
  }
}

/** Returns the number of the item of a list that the kernel refused; `undefined` if it does not point at one. */
export function refusedIn(list: string, { path = "" }: KernelErrorDetails): number | undefined {
  const [, name, index] = /^(\w+)\[(\d+)\]/.exec(path) ?? [];
  return name === list ? Number(index) : undefined;
}

/** Throws unless a key tells an object: without, the kernel would delete all, or one of any name. */
export function expectKey(value: object, object: string, verb: string): void {
  if (verb !== "delete") return;
  const { table, name, handle } = value as { table?: unknown; name?: unknown; handle?: unknown };
  const missing = object !== "table" && table === undefined ? "table" : "name";
  if (missing === "name" && (name !== undefined || handle !== undefined)) return;
  throw argumentError(TypeError, `Cannot delete ${object}: ${missing} is missing`);
}

/** True for a key with a name: if no object has it, the kernel makes one. It does not make one by handle. */
export function hasName(key: object): boolean {
  return (key as { name?: string }).name !== undefined;
}

/** Throws unless an object names its family: the kernel knows no default. */
export function expectFamily(value: object, what: string): void {
  if ((value as { family?: unknown }).family !== undefined) return;
  throw argumentError(
    TypeError,
    `Cannot ${what}: family is missing, one of "inet", "ip", "ip6", "arp", "bridge" and "netdev"`,
  );
}
