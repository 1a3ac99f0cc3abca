/**
 * A collection: all objects of one kind with their verbs, made from a declaration.
 *
 * @module
 */
import { expectFields, expectNames, isCondition, isFields, namesOf, plural } from "./arguments.ts";
import { type Attributes, type Codec, type Field, type IsIfindex, type Reader, shown } from "./codec/mod.ts";
import { type Client, sharedClient } from "./client.ts";
import { argumentError, BatchError, KernelError, type KernelErrorDetails, NetlinkError, unasked } from "./errors.ts";
import { NLM_F } from "./message.ts";
import { declareMessages } from "./messages.ts";
import type { Operation, Protocol, Requester } from "./protocol.ts";
import { stringify } from "./printable.ts";
import {
  type ChangeEvent,
  type Listening,
  type SilentRemoval,
  waitFor,
  type WaitOptions,
  watch,
  type Watchable,
  type WatchEvent,
  type WatchOptions,
} from "./watch.ts";

/**
 * What may be given where `T` is received: names or `null` for interfaces, numbers for bigints, text for bytes, the number
 * for a mask.
 */
export type Input<T> = T extends number ? T | (IsIfindex<T> extends true ? string | null : never)
  : T extends Uint8Array ? Uint8Array | string
  : T extends bigint ? bigint | number
  : T extends readonly (infer U)[] ? readonly Input<U>[] | (number extends U ? number : never)
  : T extends object ? { [K in keyof T]?: Input<T[K]> }
  : T;

/** What a request does. */
export type Verb = "get" | "list" | "add" | "append" | "replace" | "set" | "delete";

/** The verbs that make an object. */
export type MakingVerb = "add" | "append" | "replace";

/** The verbs of the collection `C` that change something, as a batch has them: they give nothing back. */
export type Changes<C> = {
  readonly [V in keyof C & (MakingVerb | "set" | "delete")]: C[V] extends (...args: infer A) => unknown
    ? (...args: A) => void
    : never;
};

/** All that the verbs of a collection follow from. */
export interface Declaration<T extends object> {
  /** What one is called: `link`. */
  readonly object: string;
  /** The protocol whose messages it speaks with; absent where these are declared otherwise (generic families, sockets). */
  readonly protocol?: Protocol;
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
  /** Further message types that carry the table. */
  readonly also?: readonly number[];
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
  /** As much of an object as names it; other fields of a key are passed over, unless there are none of that name. */
  readonly keyOf?: (value: object) => object;
  /** Last changes to what is sent: defaults, refusals, what only some verbs take. */
  readonly prepare?: (value: object, verb: Verb) => object;
  /** Flags of the request that changes one; NLM_F_REPLACE when absent. */
  readonly setFlags?: number;
  /** Fields that tell one from others, which `set` cannot change; those that the table calls keys when absent. */
  readonly fixed?: readonly string[];
  /**
   * Where the kernel replaces the whole object when one is changed: what is sent for that. `set` reads the object for it.
   * Refuses by a TypeError what the kernel would pass over.
   */
  readonly merge?: (merge: Merge<T>) => object;
  /** Fields of changes that the kernel passes over, beside those that are fixed: they have to be as they are. */
  readonly lasting?: (changes: Readonly<Record<string, unknown>>) => readonly string[];
  /**
   * What else a field of a filter may say of an object, by the field's name: further names of it. Such texts are of any
   * length: what none can have fits none.
   */
  readonly alternatives?: Readonly<Record<string, (value: T) => readonly string[]>>;
  /** What the kernel says when it is asked to list what is in a table, or on an interface, that it does not have. */
  readonly none?: readonly string[];
  /**
   * Whether a kernel that deletes compares all that a key says, where one can say more: `delete` looks for that one first,
   * as `find` does, and deletes what it found. What `list` and `get` gave is deleted as it is. A kernel that is asked for a
   * single one compares no more.
   */
  readonly compares?: (key: object) => boolean;
  /**
   * Whether the kernel, told to delete `one`, takes `other` where that comes first: none is deleted in another's place. Both
   * are as they were listed.
   */
  readonly hides?: (other: T, one: T) => boolean;
  /** What may help when the kernel refuses. */
  readonly hint?: (code: string, details: KernelErrorDetails, value: object) => string | undefined;
  /** Whether the kernel has no request for a single one, so that `get` looks through a list. */
  readonly listOnly?: true;
  /** Whether a key means one that has all fields of it: for what a key says by leaving it out. */
  readonly means?: (key: object, one: T, fitting: readonly T[]) => boolean;
  /** Whether the message whose payload begins at `at` is one of these, where several kinds share a message type. */
  readonly concerns?: (from: Reader, at: number, event: boolean) => boolean;
  /** How objects of this kind go without an event of their own. */
  readonly silentRemoval?: SilentRemoval;
  /** How requests are made where they are not what the objects are. */
  readonly request?: RequestForm;
}

/** A change of an object that the kernel replaces whole. */
export interface Merge<T> {
  /** The object as it is. */
  readonly found: T;
  /** It and those of the same {@linkcode Declaration.fixed} fields, in the kernel's order. */
  readonly among: readonly T[];
  /** What is to be other. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The object with the changes, of objects in it field by field. */
  readonly whole: Readonly<Record<string, unknown>>;
  /** What is done, for errors. */
  readonly what: string;
}

/** One that a key names. */
export interface Found<T> {
  /** The object. */
  readonly found: T;
  /** See {@linkcode Merge.among}. */
  readonly among: readonly T[];
}

/** A request that is another message than the object that it asks for. */
export interface RequestForm {
  /** How it is sent. */
  readonly codec: Codec<unknown, never>;
  /** What is sent for an object, a key or the fields of a filter. */
  readonly of: (value: object, verb: Verb) => object;
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
  /** The kernel's own form of nothing. */
  #unsaid: Fields | undefined;

  /** Sends to whom `requester` gives; watches through the client that `open` gives. */
  constructor(declaration: Declaration<T>, open: () => Client, requester: () => Requester = open) {
    this.declaration = declaration;
    this.#open = open;
    this.#requester = requester;
    if (declaration.protocol !== undefined) declareCollection(declaration, declaration.protocol);
  }

  /**
   * Everything that the kernel has and that fits the filter, complete and consistent.
   *
   * @param filter fields and the values they are to have; of a mask, the names that are to be among it
   * @throws {KernelError} DUMP_INTERRUPTED: the table changed while it was read, ten times; `partial` holds the last try
   */
  list(filter?: I): T[] {
    return this.#list(this.#wanted(filter));
  }

  #list(wanted: Fields | undefined): T[] {
    try {
      const all = this.#requester().dump(this.#dump(wanted)) as T[];
      if (this.declaration.compares !== undefined) all.forEach(Received.mark);
      if (wanted === undefined) return all;
      const fields = Object.entries(wanted);
      return all.filter((one) => this.#fits(one, fields));
    } catch (error) {
      if (this.#hasNone(error)) return [];
      throw error;
    }
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
    const fitting = wanted === undefined ? undefined : (one: unknown): boolean => this.#fits(one as T, fields);
    const all = this.#requester().iterate(this.#dump(wanted), fitting) as Generator<T, void, undefined>;
    return this.declaration.none === undefined ? all : this.#orNone(all);
  }

  *#orNone(all: Generator<T, void, undefined>): Generator<T, void, undefined> {
    const mark = this.declaration.compares !== undefined;
    try {
      for (const one of all) {
        if (mark) Received.mark(one);
        yield one;
      }
    } catch (error) {
      if (!this.#hasNone(error)) throw error;
    }
  }

  #hasNone(error: unknown): boolean {
    const { none } = this.declaration;
    return none !== undefined && error instanceof KernelError && none.includes(error.code);
  }

  /**
   * The one that `key` names.
   *
   * @throws {KernelError} what the kernel says when there is none
   */
  get(key: K): T {
    const value = this.keyValue(key, "get"), { object, describe } = this.declaration;
    return this.look(value, `get ${object} ${describe(value)}`.trimEnd(), this.#requester()).found;
  }

  /**
   * Looks for the one that `key` names.
   *
   * @param what what is being done, for the error when there is none
   */
  protected look(key: object, what: string, requester: Requester): Found<T> {
    const { messages, listOnly } = this.declaration;
    if (listOnly === true) return this.#lookThrough(key, what);
    const operation = { ...this.operation("get", messages.get, key, messages.reply ?? messages.new), what };
    const found = requester.request(operation) as T | undefined;
    // Some kernels acknowledge a question that they have no answer to.
    if (found === undefined) {
      if (this.#open().deferred) throw unasked(what);
      throw new KernelError(operation.what, ENODATA, { kernelMessage: "acknowledged without an answer" });
    }
    if (!this.#isMeant(found, key, what)) throw this.#absent(what);
    return { found, among: [found] };
  }

  /** Whether what the kernel gave for a key has all that the key says; one that was listed is the same in another state. */
  #isMeant(found: T, key: object, what: string): boolean {
    const { compares, identity } = this.declaration;
    if (compares === undefined || compares(key) || identity(key as T) === identity(found)) return true;
    return this.#fits(found, Object.entries(this.#wanted(key as I, what) ?? {}));
  }

  #absent(what: string): KernelError {
    return new KernelError(what, ENOENT, { kernelMessage: `there is no such ${this.declaration.object}` });
  }

  /** Looks for it in a list: the first that has what the key says, as the kernel deletes the first. */
  #lookThrough(key: object, what: string): Found<T> {
    const { table, identity, prepare, means } = this.declaration;
    if (!isCondition(key)) throw argumentError(TypeError, `Cannot ${what}: it is not said which`);
    const whole = defined(prepare?.(key, "get") ?? key), said = Object.entries(whole);
    const pick = (is: (name: string) => boolean): I => Object.fromEntries(said.filter(([name]) => is(name))) as I;
    const fitting = (all: readonly T[], given: I): T[] => {
      const wanted = Object.entries(this.#wanted(given, what) ?? {});
      const fitting = all.filter((one) => fits(one, wanted));
      return means === undefined ? fitting : fitting.filter((one) => means(key, one, fitting));
    };
    const all = this.#listFixed(pick((name) => this.#isFixed(name)), what);
    // One that was listed is still the same when its state is another.
    const listed = identity(key as T), like = all.find((one) => identity(one) === listed);
    const same = like !== undefined && fitting(all, pick((name) => table.field(name)?.use === "key")).includes(like);
    const found = same ? like : fitting(all, whole as I)[0];
    if (found === undefined) throw this.#absent(what);
    const names = table.fields.flatMap(({ key }) => key !== undefined && this.#isFixed(key) ? [key] : []);
    return { found, among: all.filter((one) => names.every((name) => one === found || alike(one, found, name))) };
  }

  /** The collection's own list, which may be put together; what is wrong with the filter is said of what is being done. */
  #listFixed(fixed: I, what: string): T[] {
    try {
      return this.list(fixed);
    } catch (error) {
      this.#wanted(fixed, what);
      throw error;
    }
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
   * @throws {KernelError} EEXIST: there is one already
   */
  add(value: I): void {
    this.make("add", value);
  }

  /** Makes one beside others of the same key. */
  append(value: I): void {
    this.make("append", value);
  }

  /** Makes one, in the place of what has the same key. */
  replace(value: I): void {
    this.make("replace", value);
  }

  /** Sends the request that makes one; the object that the kernel gives back, if it does. */
  protected make(verb: MakingVerb, value: I, flags = 0): T | undefined {
    const { messages } = this.declaration, operation = this.operation(verb, messages.new, value, messages.new);
    return this.#requester().request({ ...operation, flags: operation.flags | flags }) as T | undefined;
  }

  /** Makes one that must not exist yet and gives it back as the kernel made it, or as a dry run would send it. */
  protected addEchoed(value: I): T {
    const requester = this.#requester(), batched = requester.deferred && requester !== this.#open();
    const made = this.make("add", value, batched ? 0 : NLM_F.NLM_F_ECHO);
    // The types of a batch promise nothing: see Changes.
    if (made !== undefined || batched) return made as T;
    return requester.deferred ? this.foresee("add", value) : this.findMade(value);
  }

  /** Finds what was just made where the kernel did not give it back. */
  protected findMade(value: I): T {
    const { object, describe } = this.declaration;
    throw new NetlinkError(
      `Cannot get ${object} ${describe(value)}`.trimEnd() + ", which is made: this kernel does not tell which it is",
      "ENODEV",
    );
  }

  /** The object that a verb would send, as a dry run gives it back. */
  protected foresee(verb: MakingVerb, value: I): T {
    const { table, messages } = this.declaration;
    const operation = this.operation(verb, messages.new, value);
    return this.#requester().normalize(table as Codec<unknown, never>, operation.value as object, operation.what) as T;
  }

  /**
   * Changes the fields given, and no others, of the one that `key` names.
   *
   * Where the kernel replaces the whole object, it is read, and sent with the changes: what others change between the two
   * is lost. A dry run, which reads nothing, shows the changes alone. In a batch all that was asked for before is done
   * before it is read.
   *
   * @throws {TypeError} a field names the object, and its value is another one; or it is only ever received, and its value
   * is not the one that an object given as key has
   */
  set(key: K, changes: I): void {
    const { messages, merge, lasting: lastingOf, object, describe, table } = this.declaration;
    const named = defined(this.keyValue(key, "set")), what = `set ${object} ${describe(named)}`.trimEnd();
    expectFields(changes, what, "the changes as an object");
    const received = onlyReceived(changes as Fields, table, isFields(key) ? key : {});
    if (received !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${received} is only received`);
    const given = defined(changes);
    const operation = { ...this.operation("set", messages.set ?? messages.new, { ...named, ...given }), what };
    const inKey = (name: string): boolean => Object.keys(named).some((other) => this.#base(other) === this.#base(name));
    const naming = Object.keys(given).filter((name) =>
      (this.#isFixed(name) || merge === undefined && inKey(name)) && !alike(given, named, name)
    );
    const lasting = lastingOf?.(given as Fields).filter((name) => Object.hasOwn(given, name)) ?? [];
    const told = naming.filter(inKey), others = [...naming.filter((name) => !inKey(name)), ...lasting];
    if (told.length > 0) {
      this.#refuseOther(this.#requester().normalize(table as Codec<unknown, never>, named, what), given, told, what);
    }
    if (this.#open().deferred || merge === undefined && others.length === 0) {
      return void this.#requester().request(operation);
    }
    const read = (): object => {
      const { found, among } = this.look(named, what, this.#open());
      this.#refuseOther(found, given, others, what);
      if (merge === undefined) return operation.value;
      const whole = this.#merged(found, given);
      return this.operation("set", operation.type, merge({ found, among, changes: given as Fields, whole, what }))
        .value;
    };
    this.#requester().request({ ...operation, read });
  }

  /**
   * Deletes the one that `key` names; an object that was listed names itself.
   *
   * Of a key that says what the kernel does not compare, the one that `find` gives is looked for first. A dry run, which
   * reads nothing, shows the key alone.
   *
   * @throws {KernelError} what the kernel says when there is none, ENOENT where it was looked for
   */
  delete(key: K | T): void {
    const { messages, compares, hides } = this.declaration, named = this.keyValue(key as K, "delete");
    const operation = this.operation("delete", messages.del, named), { what } = operation;
    const compared = hides === undefined && (compares === undefined || Received.is(named) || compares(named));
    if (compared || this.#open().deferred) return void this.#requester().request(operation);
    const read = (): object => {
      const { found } = this.look(named, what, this.#open());
      this.#expectFirst(found, what);
      return this.operation("delete", messages.del, found).value;
    };
    this.#requester().request({ ...operation, read });
  }

  /** Refuses to delete one where the kernel would take another, which comes before it. */
  #expectFirst(one: T, what: string): void {
    const { hides } = this.declaration, key = this.key(one);
    const first = hides && this.list().find((other) => this.key(other) === key || hides(other, one));
    if (first === undefined || this.key(first) === key) return;
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel would take one that comes before it and has all of it and more, ${
        stringify(first)
      }: delete that first`,
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
    return watch(this.#open(), [this as unknown as Watchable], options) as never;
  }

  /**
   * Waits until one fits.
   *
   * @param key what names it
   * @param test what is waited for; that it exists, when absent
   * @throws {NetlinkError} TIMEOUT: it did not come to that; CLOSED: its client was closed
   */
  async waitFor(key: K, test: (value: T) => boolean = () => true, options: WaitOptions = {}): Promise<T> {
    const what = `wait for ${this.declaration.object}`;
    if (typeof test !== "function") {
      throw argumentError(TypeError, `Cannot ${what}: expected a test as a function, got ${shown(test)}`);
    }
    expectFields(options, what, "options as an object");
    return await waitFor(this.#open(), this as unknown as Watchable, key, test as never, options) as T;
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
    const { fromKey, keyOf, object, table } = this.declaration, what = `${verb} ${object}`;
    if (fromKey !== undefined && (typeof key === "string" || typeof key === "number")) return fromKey(key);
    expectFields(key, what, fromKey === undefined ? "an object" : "a name, a number or an object");
    if (keyOf === undefined) return key;
    expectNames(key, what, namesOf(table));
    return keyOf(key);
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

  #fits(one: T, wanted: readonly (readonly [string, unknown])[]): boolean {
    return wanted.every(([name, said]) =>
      fits(one, [[name, said]]) || this.#others(name)?.(one).includes(said as string) === true
    );
  }

  /** What else the field called `name` may say of an object. */
  #others(name: string): ((value: T) => readonly string[]) | undefined {
    return this.declaration.alternatives?.[name];
  }

  #isFixed(name: string): boolean {
    const { fixed, table } = this.declaration;
    return fixed === undefined ? table.field(name)?.use === "key" : fixed.includes(name);
  }

  /** The field that `name` stands for: a number of an interface, where it is a name of one. */
  #base(name: string): string {
    return this.declaration.table.field(name)?.derived?.of ?? name;
  }

  /** An object with changes: a number of an interface that is to be another loses its name. */
  #merged(found: object, changes: object): Fields {
    const changed = new Set(Object.keys(changes).map((name) => this.#base(name)));
    return merged(
      Object.fromEntries(
        Object.entries(found).filter(([name]) => {
          return !changed.has(this.#base(name)) || Object.hasOwn(changes, name);
        }),
      ),
      changes as Fields,
    );
  }

  /** Refuses changes of fields that tell `one` from others. */
  #refuseOther(one: object, changes: object, names: readonly string[], what: string): void {
    for (const name of names) {
      const wanted = (changes as Fields)[name];
      if (fits(one, Object.entries(this.#wanted({ [name]: wanted } as I, what) ?? {}))) continue;
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${name} does not change, got ${shown(wanted)}: delete it, and add it as it is to be`,
      );
    }
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
    const form = (value: object): Fields =>
      this.#requester().normalize(table as Codec<unknown, never>, value, what) as Fields;
    const texts = Object.entries(filter).filter(([name, one]) =>
      typeof one === "string" && this.#others(name) !== undefined
    );
    const others = Object.fromEntries(Object.entries(filter).filter((one) => !texts.some(([name]) => name === one[0])));
    const whole = form(others), wanted = { ...given(others, whole, table), ...Object.fromEntries(texts) };
    // An address tells its family.
    const told = table.field("family") !== undefined && whole["family"] !== (this.#unsaid ??= form({}))["family"];
    return told ? { ...wanted, family: whole["family"] } : wanted;
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

const declared = new WeakSet<object>();

/** Has captures and NETLINK_DEBUG know the messages of a collection; once for all clients and batches that have it. */
function declareCollection<T extends object>(declaration: Declaration<T>, protocol: Protocol): void {
  if (declared.has(declaration)) return;
  declared.add(declaration);
  const { messages: { new: made, del, get, set = made, reply = made }, also = [], table, request, concerns } =
    declaration;
  const shared = concerns && ((from: Reader, at: number): boolean => concerns(from, at, false));
  declareMessages(
    protocol,
    { types: [made, del, get, set, ...also], codec: request?.codec ?? table, way: "request", concerns: shared },
    { types: [made, del, reply, ...also], codec: table, way: "answer", concerns: shared },
  );
}

const ENOENT = 2, ENODATA = 61;

/** Gives back what it is made of, so that a class can add a private field to it. */
const Given = function (one: object): object {
  return one;
} as unknown as new (one: object) => object;

/** Marks what the kernel gave, for this module alone to see: a copy, or the same with other values, is not marked. */
class Received extends Given {
  readonly #received = true;

  static is(one: object): boolean {
    return #received in one;
  }

  static mark(this: void, one: object): void {
    if (!Received.is(one)) new Received(one);
  }
}

/** An object without fields that are undefined. */
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

/** Whether both say the same of a field in the same words. */
function alike(one: object, other: object, name: string): boolean {
  return stringify((one as Fields)[name]) === stringify((other as Fields)[name]);
}

/** `found` with `changes`, of objects in it field by field. */
function merged(found: Fields, changes: Fields): Fields {
  const whole: Record<string, unknown> = { ...found };
  for (const [name, one] of Object.entries(changes)) {
    if (one === undefined) continue;
    const before = whole[name];
    whole[name] = isFields(one) && isFields(before) ? merged(before, one) : one;
  }
  return whole;
}

/** Codes that say that an object does not exist. */
const ABSENT: ReadonlySet<string> = new Set([
  "ENODEV",
  "ENOENT",
  "ESRCH",
  "ENXIO",
  "EADDRNOTAVAIL",
  "ENODATA",
  "DRY_RUN",
]);

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
    // A name that stands beside its number says the same, as in what was listed.
    if (field.derived?.names !== undefined && changes[field.derived.names] !== undefined) continue;
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
