/**
 * A collection: all objects of one kind with their verbs, made from a declaration.
 *
 * @module
 */
import { expectFields, isCondition, isFields, plural } from "./arguments.ts";
import { type Attributes, type Codec, type Field, type Reader, shown } from "./codec/mod.ts";
import type { MessageSet } from "./datagram.ts";
import { type Client, type Operation, type Requester, sharedClient } from "./client.ts";
import { argumentError, BatchError, KernelError, type KernelErrorDetails, NetlinkError } from "./errors.ts";
import { NLM_F } from "./message.ts";
import { type ChangeEvent, waitFor, type WaitOptions, watch, type WatchEvent, type WatchOptions } from "./watch.ts";

/** Fields that take an interface's name, or `null` for none, where the kernel has its number. */
export type Interface =
  | "index"
  | "ifindex"
  | "oif"
  | "iif"
  | "link"
  | "master"
  | "activeSlave"
  | "primary"
  | "backupPort"
  | "slave1"
  | "slave2"
  | "interlink"
  | "conduit"
  | "viaIfindex"
  | "pIfindex"
  | "sIfindex"
  | "iIfindex";

/**
 * What may be given where `T` is received: names or `null` for interfaces, numbers for bigints, text for bytes, the number
 * for a mask.
 */
export type Input<T> = T extends Uint8Array ? Uint8Array | string
  : T extends bigint ? bigint | number
  : T extends readonly (infer U)[] ? readonly Input<U>[] | (number extends U ? number : never)
  : T extends object ? { [K in keyof T]?: K extends Interface ? Input<T[K]> | string | null : Input<T[K]> }
  : T;

/** What a request does. */
export type Verb = "get" | "list" | "add" | "append" | "replace" | "set" | "delete";

/** All that the verbs of a collection follow from. */
export interface Declaration<T extends object> {
  /** What one is called: `link`. */
  readonly object: string;
  /** Its table. */
  readonly table: Attributes<T>;
  /** Message types; `set` of what changes one and `reply` of what comes back, where these are not `new` too. */
  readonly messages: {
    readonly new: number;
    readonly del: number;
    readonly get: number;
    readonly set?: number;
    readonly reply?: number;
  };
  /** Numbers of the multicast groups that tell of changes. */
  readonly groups: readonly number[];
  /** Fields that the kernel can filter a dump by. */
  readonly filters: readonly (keyof T & string)[];
  /** Names one for messages: `veth0`. */
  readonly describe: (value: object) => string;
  /** What tells one from all others, as text. */
  readonly identity: (value: T) => string;
  /** The object that a key alone stands for; keys are objects when absent. */
  readonly fromKey?: (key: string | number) => object;
  /** As much of an object as names it. */
  readonly keyOf?: (value: object) => object;
  /** Last changes to what is sent: defaults, refusals, what only some verbs take. */
  readonly prepare?: (value: object, verb: Verb) => object;
  /** Flags of the request that changes one; NLM_F_REPLACE when absent. */
  readonly setFlags?: number;
  /** Whether `add` gives the object back, as the kernel assigns what the caller cannot know. */
  readonly echoes?: true;
  /** What may help when the kernel refuses. */
  readonly hint?: (code: string, details: KernelErrorDetails, value: object) => string | undefined;
  /** Whether the kernel has no request for a single one, so that `get` looks through a list. */
  readonly listOnly?: true;
  /** Whether the message whose payload begins at `at` is one of these, where several kinds share a message type. */
  readonly concerns?: (from: Reader, at: number, event: boolean) => boolean;
  /** How objects of this kind go without an event of their own. */
  readonly silentRemoval?: SilentRemoval;
  /** How requests are made where they are not what the objects are. */
  readonly request?: RequestForm;
}

/** A request that is another message than the object that it asks for. */
export interface RequestForm {
  /** How it is sent. */
  readonly codec: Codec<unknown, never>;
  /** What is sent for an object, a key or the fields of a filter. */
  readonly of: (value: object, verb: Verb) => object;
}

/** When a watch that keeps state has to look for itself: the kernel removes objects as others go, and says nothing. */
export interface SilentRemoval {
  /** Groups that tell of those others. */
  readonly groups: readonly number[];
  /** The types of their messages. */
  readonly types: readonly number[];
  /** Returns when the kernel is done with what it last told of. */
  readonly settle: (client: Client) => void;
}

/** What a watch hears of the objects of a collection. */
export interface Listening<T extends object> {
  /** Numbers of the multicast groups. */
  readonly groups: readonly number[];
  /** Types of their messages. */
  readonly types: readonly number[];
  /** How an event's payload is read. */
  readonly codec: Codec<T, never>;
  /** How all messages of these types are read, where several kinds share one. */
  readonly messages?: () => MessageSet;
  /** What a message says of an object; `undefined` where it is about something else. */
  readonly event: (type: number, from: Reader, at: number) => "new" | "del" | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** How a request goes out in each verb. */
const FLAGS: Readonly<Record<Verb, number>> = {
  get: 0,
  list: 0,
  add: NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL,
  append: NLM_F.NLM_F_CREATE | NLM_F.NLM_F_APPEND,
  replace: NLM_F.NLM_F_CREATE | NLM_F.NLM_F_REPLACE,
  set: NLM_F.NLM_F_REPLACE,
  delete: 0,
};

/**
 * All objects of one kind: links, routes …
 *
 * `T` is what the kernel gives, `I` what may be given to it, `K` what names one.
 */
export class Collection<T extends object, I extends object = Input<T> & object, K = I> {
  /** What the verbs follow from. */
  readonly declaration: Declaration<T>;
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** Sends to whom `requester` gives; watches through the client that `open` gives. */
  constructor(declaration: Declaration<T>, open: () => Client, requester: () => Requester = open) {
    this.declaration = declaration;
    this.#open = open;
    this.#requester = requester;
  }

  /**
   * Everything that the kernel has and that fits the filter, complete and consistent.
   *
   * @param filter fields and the values they are to have; of a mask, the names that are to be among it
   * @throws {KernelError} DUMP_INTERRUPTED: the table changed while it was read, ten times; `partial` holds the last try
   */
  list(filter?: I): T[] {
    const wanted = this.#wanted(filter), all = this.#requester().dump(this.#dump(wanted)) as T[];
    if (wanted === undefined) return all;
    const fields = Object.entries(wanted);
    return all.filter((one) => fits(one, fields));
  }

  /**
   * The same one by one, in constant memory: for tables too large to hold.
   *
   * It has a socket of its own, which is closed when the loop ends or is left.
   *
   * @throws {KernelError} DUMP_INTERRUPTED, after the last one: the table changed meanwhile
   */
  iterate(filter?: I): Generator<T, void, undefined> {
    const wanted = this.#wanted(filter), fields = Object.entries(wanted ?? {});
    const fitting = wanted === undefined ? undefined : (one: unknown): boolean => fits(one as T, fields);
    return this.#requester().iterate(this.#dump(wanted), fitting) as Generator<T, void, undefined>;
  }

  /**
   * The one that `key` names.
   *
   * @throws {KernelError} what the kernel says when there is none
   */
  get(key: K): T {
    const { messages, listOnly, object, describe } = this.declaration;
    if (listOnly === true) {
      const value = this.keyValue(key, "get"), [found] = this.list(value as I);
      if (found !== undefined) return found;
      throw new KernelError(`get ${object} ${describe(value)}`, ENOENT, {
        kernelMessage: `there is no such ${object}`,
      });
    }
    const reply = messages.reply ?? messages.new;
    const requester = this.#requester(),
      operation = this.operation("get", messages.get, this.keyValue(key, "get"), reply);
    const found = requester.request(operation);
    // Some kernels acknowledge a question that they have no answer to.
    if (found === undefined && !requester.deferred) {
      throw new KernelError(operation.what, ENODATA, { kernelMessage: "acknowledged without an answer" });
    }
    return found as T;
  }

  /** The one that `key` names, `undefined` when there is none. */
  find(key: K): T | undefined {
    try {
      return this.get(key);
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /**
   * Makes one that must not exist yet.
   *
   * @returns the object as the kernel made it where that tells something new (numbers, names that it chose)
   * @throws {KernelError} EEXIST: there is one already
   */
  add(value: I): T {
    return this.#make("add", value);
  }

  /** Makes one beside others of the same key. */
  append(value: I): T {
    return this.#make("append", value);
  }

  /** Makes one, in the place of what has the same key. */
  replace(value: I): T {
    return this.#make("replace", value);
  }

  #make(verb: Verb, value: I): T {
    const { messages, echoes } = this.declaration, requester = this.#requester();
    const operation = this.operation(verb, messages.new, value, messages.new);
    const batched = requester.deferred && requester !== this.#open();
    if (echoes === undefined || batched) return requester.request(operation) as T;
    const made = requester.request({ ...operation, flags: operation.flags | NLM_F.NLM_F_ECHO });
    // Kernels before 6.2 do not echo links.
    return (made ?? (requester.deferred ? undefined : this.findMade(value))) as T;
  }

  /** Finds what was just made where the kernel does not give it back. */
  protected findMade(_value: I): T | undefined {
    return undefined;
  }

  /**
   * Changes the fields given, and no others, of the one that `key` names.
   *
   * @throws {TypeError} a field is only ever received, and its value is not the one that an object given as key has
   */
  set(key: K, changes: I): void {
    const named = this.keyValue(key, "set"), { messages, object, describe } = this.declaration;
    expectFields(changes, `set ${object} ${describe(named)}`, "the changes as an object");
    const received = onlyReceived(changes as Fields, this.declaration.table, isFields(key) ? key : {});
    if (received !== undefined) {
      throw argumentError(TypeError, `Cannot set ${object} ${describe(named)}: ${received} is only received`);
    }
    const value = { ...named, ...changes };
    this.#requester().request(this.operation("set", messages.set ?? messages.new, value));
  }

  /** Deletes the one that `key` names; an object that was listed names itself. */
  delete(key: K | T): void {
    this.#requester().request(
      this.operation("delete", this.declaration.messages.del, this.keyValue(key as K, "delete")),
    );
  }

  /**
   * Deletes all that fit the filter, in one batch.
   *
   * What goes along with another (the other end of a pair, the secondary addresses of one) is gone as well, and counted.
   *
   * @param filter as for `list`; `{ all: true }` for everything
   * @returns how many fitted as it looked; none of them is there any more
   * @throws {TypeError} the filter has no condition: it is empty, or undefined all the way down
   * @throws {BatchError} with every one that is still there, by its position in the list
   */
  flush(filter: I | { all: true }): number {
    const { object, messages } = this.declaration, what = `flush ${plural(object)}`;
    expectFields(filter, what, "a filter as an object");
    const { all, ...rest } = filter as { all?: unknown }, wanted = this.#wanted(rest as I, what);
    if (all !== undefined && all !== true) {
      throw argumentError(TypeError, `Cannot ${what}: all: expected true or nothing, got ${shown(all)}`);
    }
    if ((all === true) === isCondition(wanted)) {
      throw argumentError(
        TypeError,
        all === true
          ? `Cannot ${what}: { all: true } takes no filter beside it`
          : `Cannot ${what} without a filter: { all: true } says so`,
      );
    }
    const found = this.list(rest as I);
    try {
      this.#open().runBatch((add) => {
        for (const one of found) add(this.operation("delete", messages.del, this.keyValue(one as never, "delete")));
      });
    } catch (error) {
      if (!(error instanceof BatchError) || error.unsent.length > 0) throw error;
      // Whether the kernel does not find one because it is gone shows in another look.
      const missed = error.failures.some(({ error }) => isAbsence(error));
      const there = new Set((missed ? this.list(rest as I) : []).map((one) => this.key(one)));
      const left = error.without((one) => isAbsence(one.error) && !there.has(this.key(found[one.index]!)));
      if (left !== undefined) throw left;
    }
    return found.length;
  }

  /**
   * Follows changes from now on. Ends when the loop is left or `signal` is aborted; unread, it keeps no process alive.
   *
   * @param options `initial` begins with what there is, `resync` makes good for lost messages
   */
  watch(options: WatchOptions = {}): AsyncIterableIterator<WatchEvent<ChangeEvent<string, T>>> & AsyncDisposable {
    expectFields(options, `watch ${plural(this.declaration.object)}`, "options as an object");
    return watch(this.#open(), [this as unknown as Collection<object>], options) as never;
  }

  /**
   * Waits until one fits.
   *
   * @param key what names it
   * @param test what is waited for; that it exists, when absent
   * @throws {NetlinkError} TIMEOUT: it did not come to that
   */
  async waitFor(key: K, test: (value: T) => boolean = () => true, options: WaitOptions = {}): Promise<T> {
    const what = `wait for ${this.declaration.object}`;
    if (typeof test !== "function") {
      throw argumentError(TypeError, `Cannot ${what}: expected a test as a function, got ${shown(test)}`);
    }
    expectFields(options, what, "options as an object");
    return await waitFor(this.#open(), this as unknown as Collection<object>, key, test as never, options) as T;
  }

  /** What a watch through `client` listens to. */
  listening(_client: Client): Listening<T> {
    const { groups, table, messages, concerns } = this.declaration;
    return {
      groups,
      types: [messages.new, messages.del],
      codec: table as Codec<T, never>,
      event(type, from, at) {
        if (type !== messages.new && type !== messages.del) return undefined;
        if (concerns?.(from, at, true) === false) return undefined;
        return type === messages.new ? "new" : "del";
      },
    };
  }

  /** What tells `value` from all others, as text: the key for maps that follow a watch. */
  key(value: T): string {
    return this.declaration.identity(value);
  }

  /** The object that a key stands for; `verb` is what is to be done with it. */
  keyValue(key: K, verb = "find"): object {
    const { fromKey, keyOf, object } = this.declaration;
    if (fromKey !== undefined && (typeof key === "string" || typeof key === "number")) return fromKey(key);
    expectFields(key, `${verb} ${object}`, fromKey === undefined ? "an object" : "a name, a number or an object");
    return keyOf === undefined ? key : keyOf(key);
  }

  /** The message of one verb. */
  operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const { object, table, describe, prepare, hint, concerns, setFlags, request } = this.declaration;
    expectFields(given, `${verb} ${object}`);
    const value = prepare === undefined ? given : prepare(given, verb);
    return {
      type,
      flags: verb === "set" && setFlags !== undefined ? setFlags : FLAGS[verb],
      codec: request?.codec ?? table as Codec<unknown, never>,
      value: request?.of(value, verb) ?? value,
      ...(request === undefined ? {} : { replyCodec: table as Codec<unknown, never> }),
      what: `${verb} ${object} ${describe(given)}`.trimEnd(),
      ...(reply === undefined ? {} : { reply }),
      ...(verb === "get" ? { looks: true } : {}),
      ...(concerns === undefined ? {} : { concerns: (from, at) => concerns(from, at, false) }),
      ...(hint === undefined ? {} : { hint: (code, details) => hint(code, details, value) }),
    };
  }

  #wanted(filter: I | undefined, what = `list ${plural(this.declaration.object)}`): Fields | undefined {
    if (filter === undefined) return undefined;
    expectFields(filter, what, "a filter as an object");
    const { table } = this.declaration;
    const input = Object.entries(filter).find(([key, one]) => one !== undefined && table.field(key)?.use === "input");
    if (input !== undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${what} by ${JSON.stringify(input[0])}: what is received has no such field`,
      );
    }
    // The kernel's own form of what was given: names have become numbers, numbers names.
    return given(filter as Fields, this.#requester().normalize(table as Codec<unknown, never>, filter, what), table);
  }

  #dump(wanted: Fields | undefined): Operation {
    const { object, messages, filters } = this.declaration, value: Record<string, unknown> = {};
    if (wanted !== undefined) {
      for (const key of filters) if (wanted[key] !== undefined && wanted[key] !== null) value[key] = wanted[key];
    }
    const reply = messages.reply ?? messages.new;
    return { ...this.operation("list", messages.get, value, reply), what: `list ${plural(object)}` };
  }
}

const ENOENT = 2, ENODATA = 61;

/** Codes that say that an object does not exist. */
const ABSENT: ReadonlySet<string> = new Set(["ENODEV", "ENOENT", "ESRCH", "ENXIO", "EADDRNOTAVAIL", "ENODATA"]);

/** Whether an error says that an object does not exist. */
function isAbsence(error: unknown): boolean {
  return error instanceof NetlinkError && ABSENT.has(error.code);
}

/** The fields of a table or struct, also where those beside it decide which one it is. */
function fieldsOf(codec: unknown, owner: object): readonly Field[] {
  const { choose, fields } = codec as { choose?(owner: object): unknown; fields?: readonly Field[] };
  return choose === undefined ? fields ?? [] : fieldsOf(choose(owner) ?? {}, owner);
}

/** Of `whole`, which is the kernel's form of `filter`, what was given: structs have zeros for all else. */
function given(filter: Fields, whole: object, codec: unknown): Fields {
  const wanted: Record<string, unknown> = {},
    fields = fieldsOf(codec, whole).flatMap((one) => one.lift?.fields ?? [one]);
  for (const [key, one] of Object.entries(filter)) {
    if (one === undefined) continue;
    const field = fields.find((field) => field.key === key), name = field?.derived?.of ?? key;
    const sent = (whole as Fields)[name];
    // What stands for absence is not among what is sent, and neither are names that others derive from.
    if (one === null) wanted[name] = null;
    else if (isFields(one) && isFields(sent)) {
      wanted[name] = given(one, sent, field?.codec?.choose?.(whole) ?? field?.codec ?? {});
    } else if (Array.isArray(one) && Array.isArray(sent) && one.length === sent.length) {
      wanted[name] = sent.map((each, i) => isFields(each) && isFields(one[i]) ? given(one[i], each, {}) : each);
    } else wanted[name] = sent ?? one;
  }
  return wanted;
}

/** The path of a field in `changes` that the table only receives, unless `key`, an object that was listed, says the same of it. */
function onlyReceived(changes: Fields, codec: unknown, key: Fields): string | undefined {
  const fields = fieldsOf(codec, changes).flatMap((one) => one.lift?.fields ?? [one]);
  for (const [name, one] of Object.entries(changes)) {
    const field = fields.find((field) => field.key === name), said = key[name];
    if (field === undefined || one === undefined || matches(said, one)) continue;
    if (field.use === "readOnly") return name;
    if (!isFields(one)) continue;
    const inner = field.codec?.choose?.(changes) ?? field.codec ?? {};
    const path = onlyReceived(one, inner, isFields(said) ? said : {});
    if (path !== undefined) return `${name}.${path}`;
  }
  return undefined;
}

function fits(value: object, wanted: readonly (readonly [string, unknown])[]): boolean {
  for (const [key, one] of wanted) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== one && !matches(field, one)) return false;
  }
  return true;
}

function matches(value: unknown, wanted: unknown): boolean {
  if (value === wanted) return true;
  // None: no attribute, or one that says 0.
  if (wanted === null) return value === undefined || value === 0;
  if (value === undefined) return wanted === false;
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && wanted.every((one) => value.some((other) => matches(other, one)));
  }
  if (typeof wanted !== "object" || wanted === null || typeof value !== "object" || value === null) return false;
  if (wanted instanceof Uint8Array) {
    return value instanceof Uint8Array && value.length === wanted.length &&
      wanted.every((byte, i) => value[i] === byte);
  }
  return fits(value, Object.entries(wanted));
}

/** A collection on the shared client of its protocol, which the first use opens. */
export function onShared(protocol: Client["protocol"]): () => Client {
  return () => sharedClient(protocol);
}
