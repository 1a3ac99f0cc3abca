/**
 * A collection: all objects of one kind with their verbs, made from a declaration.
 *
 * @module
 */
import {
  defined,
  EXISTS_HINT,
  expectCallback,
  expectDefined,
  expectFields,
  expectNames,
  expectOptions,
  guardMethods,
  isCondition,
  isFields,
  isOk,
  namesOf,
  operationOf,
  plural,
  selection,
  WAIT_OPTIONS,
  WATCH_OPTIONS,
} from "./arguments.ts";
import {
  type Attributes,
  checkValues,
  type Codec,
  type Field,
  inWords,
  type IsIfindex,
  rawOf,
  type Reader,
  shown,
} from "./codec/mod.ts";
import { type Client, sharedClient } from "./client.ts";
import {
  argumentError,
  BatchError,
  ERRNO,
  KernelError,
  type KernelErrorDetails,
  NetlinkError,
  refuseLoop,
  unasked,
} from "./errors.ts";
import { NLM_F } from "./message.ts";
import { showAs, stringify } from "./printable.ts";
import { declareMessages } from "./messages.ts";
import type { Operation, Protocol, Requester } from "./protocol.ts";
import {
  type ChangeEvent,
  type Listening,
  type SilentRemoval,
  waitFor,
  type WaitOptions,
  watch,
  type Watchable,
  type WatchEventWith,
  type Watching,
  type WatchOptions,
} from "./watch.ts";

/**
 * The input type for values received as `T`: it also accepts names or `null` for interfaces, numbers for bigints, text
 * for bytes, and a number for a mask.
 */
export type Input<T> = T extends number ? T | (IsIfindex<T> extends true ? string | null : never)
  : T extends Uint8Array ? Uint8Array | string
  : T extends bigint ? bigint | number
  : T extends readonly (infer U)[] ? readonly Input<U>[] | (number extends U ? number : never)
  : T extends object ? { [K in keyof T]?: Input<T[K]> }
  : T;

/** The operation of a request. */
export type Verb = "get" | "list" | "add" | "append" | "replace" | "set" | "delete";

/** A condition on an object: a function that returns anything but a promise. */
export type Condition<T, R> = (value: T) => R & (R extends PromiseLike<unknown> ? never : unknown);

/** The verbs that make an object. */
export type MakingVerb = "add" | "append" | "replace";

/** The verbs that change something. */
export type ChangingVerb = MakingVerb | "set" | "delete" | "flush";

/**
 * A type that no argument has: a call of the verb `V` does not compile if it is one of `No`, the verbs that do not exist.
 */
export type Has<No extends string, V extends string> = V extends No ? { readonly "the kernel has no such verb": V }
  : unknown;

/** Options of adding. */
export interface AddOptions<E extends "ok" | undefined = "ok"> {
  /** `"ok"` if the object may exist already. An existing one with the same key is left as it is, even if it differs. */
  exists?: E;
}

/** False, if the option `exists` may be `"ok"`: the result of adding if the object exists. */
export type Existing<E> = E extends undefined ? never : false;

/** Options of deleting. */
export interface DeleteOptions {
  /** `"ok"` if there may be no such object. */
  missing?: "ok";
}

/** The verbs of the collection `C` that change something, in a batch: they return nothing. */
export type Changes<C> = {
  readonly [V in keyof C & (MakingVerb | "set" | "delete")]: C[V] extends (...args: infer A) => unknown
    ? (...args: A) => void
    : never;
};

/** The collections `C` in a batch: their verbs that change something return nothing. */
export type Batched<C> = {
  readonly [N in keyof C]: C[N] extends { readonly declaration: object }
    ? Changes<C[N]> & Omit<C[N], keyof Changes<C[N]>>
    : C[N];
};

/** The declaration that defines the verbs of a collection. */
export interface Declaration<T extends object> {
  /** The name of an object in messages: `link`. */
  readonly object: string;
  /** The protocol of its messages; absent if these are declared in another way (generic families, sockets). */
  readonly protocol?: Protocol;
  /** The table that decodes and encodes an object. */
  readonly table: Attributes<T>;
  /** Message types; `set` of changes and `reply` of replies, if these differ from `new`. */
  readonly messages: {
    readonly new: number;
    readonly del: number;
    readonly get: number;
    readonly set?: number;
    readonly reply?: number;
  };
  /** Further message types with the same table. */
  readonly also?: readonly number[];
  /** Numbers of the multicast groups that report changes. */
  readonly groups: readonly number[];
  /** Fields that the kernel can filter a dump by; further ones of the table's `"input"` fields are masks for them. */
  readonly filters: readonly (keyof T & string)[];
  /** Describes an object in messages: `veth0`. */
  readonly describe: (value: object) => string;
  /** Returns a text that distinguishes an object from all others. */
  readonly identity: (value: T) => string;
  /** Returns the key fields for a key given as a string or number; keys are objects when absent. */
  readonly fromKey?: (key: string | number) => object;
  /**
   * Returns the fields of an object that identify it. Other fields of a key are ignored, but a name that is not a field
   * is an error. `what` is the operation, for errors.
   */
  readonly keyOf?: (value: object, what: string) => object;
  /**
   * Returns why the kernel would ignore a field of an object to make or to change, `undefined` if it would not; `value`
   * is the object as it is sent.
   */
  readonly ignores?: (name: string, value: Readonly<Record<string, unknown>>) => string | undefined;
  /** Prepares the value to send: sets defaults, throws for bad values, sets what only some verbs need. */
  readonly prepare?: (value: object, verb: Verb) => object;
  /** Flags of the request that changes an object; NLM_F_REPLACE when absent. */
  readonly setFlags?: number;
  /**
   * True for a key of an object that the kernel makes if it is to be changed but missing: `set` looks for it first. In a
   * batch, earlier changes may make it, so that `set` does not look.
   */
  readonly makes?: (key: object) => boolean;
  /** Fields that distinguish objects, which `set` cannot change; the table's key fields when absent. */
  readonly fixed?: readonly string[];
  /**
   * For kernels that replace the whole object when it is changed: returns the value to send. `set` reads the object for
   * it. Throws a TypeError for changes that the kernel would ignore.
   */
  readonly merge?: (merge: Merge<T>) => object;
  /** Returns fields of changes that the kernel ignores, besides the fixed ones: they must have their present values. */
  readonly lasting?: (changes: Readonly<Record<string, unknown>>) => readonly string[];
  /**
   * By name of a filter's field, a function that returns further texts that match an object. Such texts may have any
   * length: one that no object can have matches none.
   */
  readonly alternatives?: Readonly<Record<string, (value: T) => readonly string[]>>;
  /** Codes of the kernel's errors for a new object that exists already; EEXIST when absent. */
  readonly taken?: readonly string[];
  /** True for further errors that mean that an object does not exist. */
  readonly absent?: (error: KernelError) => boolean;
  /** Codes of the kernel's errors for a list from a table, or on an interface, that does not exist. */
  readonly none?: readonly string[];
  /**
   * True if a kernel that deletes compares all fields of the key, for keys that may have more. If false, `delete` first
   * looks for the object, as `find` does, and deletes the one found. Objects from `list` and `get` are deleted as they
   * are. A kernel that gets a single object does not compare more fields either.
   */
  readonly compares?: (key: object) => boolean;
  /** Returns the object to send to delete `found`, which the key denotes; `found` itself when absent. */
  readonly deleted?: (key: object, found: T) => object;
  /** True for a listed object instead of which, if it is gone, the kernel would delete another: it is looked for again. */
  readonly replaced?: (one: object) => boolean;
  /**
   * True if the kernel would delete `other` instead of `one` if it comes first; then neither is deleted. Both are
   * objects as listed.
   */
  readonly hides?: (other: T, one: T) => boolean;
  /** Returns the hint of the error if the kernel refuses the request. */
  readonly hint?: (code: string, details: KernelErrorDetails, value: object) => string | undefined;
  /** True if the kernel cannot get a single object, so that `get` searches a list. */
  readonly listOnly?: true;
  /** True if a key with some fields left out means `one`; `fitting` are the objects that have all fields of the key. */
  readonly means?: (key: object, one: T, fitting: readonly T[]) => boolean;
  /** Returns the objects that the kernel lists as parts of `one`, if the key may name one of them. */
  readonly parts?: (one: T, key: object) => readonly T[];
  /** True if the message whose payload begins at `at` is of this kind, if several kinds share a message type. */
  readonly concerns?: (from: Reader, at: number, event: boolean) => boolean;
  /** The removals of objects without an event. */
  readonly silentRemoval?: SilentRemoval;
  /** The form of requests, if it differs from that of the objects. */
  readonly request?: RequestForm;
  /**
   * Returns the objects that `flush` deletes, in the order in which the kernel can delete them; all when absent. The
   * others go with them, or cannot be deleted.
   */
  readonly deletable?: (all: readonly T[]) => readonly T[];
  /** The form of the kernel's messages, if one message may have several objects. */
  readonly spread?: Spread<T>;
}

/** The form of messages that have several objects. */
export interface Spread<T> {
  /** The codec of such a message. */
  readonly codec: Codec<object, never>;
  /** Returns the objects in a message. */
  readonly each: (message: never) => readonly T[];
}

/** A change of an object that the kernel replaces as a whole. */
export interface Merge<T> {
  /** The present object. */
  readonly found: T;
  /** The present object and those with the same {@linkcode Declaration.fixed} fields, in the kernel's order. */
  readonly among: readonly T[];
  /** The fields to change. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The present object with the changes, merged field by field also in nested objects. */
  readonly whole: Readonly<Record<string, unknown>>;
  /** The operation in error messages. */
  readonly what: string;
}

/** The object that a key denotes. */
export interface Found<T> {
  /** The object. */
  readonly found: T;
  /** See {@linkcode Merge.among}. */
  readonly among: readonly T[];
}

/** The form of a request that differs from the objects it is about. */
export interface RequestForm {
  /** The codec of the request. */
  readonly codec: Codec<unknown, never>;
  /** Returns the value to send for an object, a key or the fields of a filter. */
  readonly of: (value: object, verb: Verb) => object;
}

type Fields = Readonly<Record<string, unknown>>;

/** The request flags of each verb. */
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
 * `T` is the type of objects from the kernel, `I` the type of input, `K` the type of keys, `A` the type of what `add`
 * returns for an object that it made, `No` the verbs that this kind of object does not have, `M` the type of input to
 * make an object.
 */
export class Collection<
  T extends object,
  I extends object = Input<T> & object,
  K = I,
  A = true,
  No extends ChangingVerb = never,
  M extends I = I,
> {
  /** The declaration that defines the verbs. */
  readonly declaration: Declaration<T>;
  readonly #open: () => Client;
  readonly #requester: () => Requester;
  /** An empty object in the kernel's form. */
  #unsaid: Fields | undefined;

  /** Sends with the client of `requester`, and watches with that of `open`. */
  constructor(declaration: Declaration<T>, open: () => Client, requester: () => Requester = open) {
    this.declaration = declaration;
    this.#open = open;
    this.#requester = requester;
    if (declaration.protocol !== undefined) declareCollection(declaration, declaration.protocol);
    guardMethods(this);
  }

  /**
   * Returns all of the kernel's objects that match the filter; the list is complete and consistent.
   *
   * @param filter fields and the values that they must have; for a mask, names that it must contain
   * @throws {KernelError} DUMP_INTERRUPTED: the table changed during each of ten dumps; `partial` has the objects of
   * the last one
   */
  list(filter?: I): T[] {
    return this.#list(this.#wanted(filter));
  }

  #list(wanted: Fields | undefined): T[] {
    try {
      const sent = this.#requester().dump(this.#dump(wanted)) as T[], { spread } = this.declaration;
      const all = spread === undefined ? sent : sent.flatMap((one) => spread.each(one as never));
      if (this.declaration.compares !== undefined) all.forEach(Received.mark);
      if (wanted === undefined) return all;
      const fields = Object.entries(wanted);
      return all.filter((one) => this.fits(one, fields));
    } catch (error) {
      if (this.#hasNone(error)) return [];
      throw error;
    }
  }

  /**
   * Yields the objects that match the filter one by one, in constant memory: for tables too large to hold.
   *
   * It uses a socket of its own, which is closed when the loop ends or is left.
   *
   * @throws {KernelError} DUMP_INTERRUPTED, after the last object: the table changed during the dump
   */
  iterate(filter?: I): Generator<T, void, undefined> {
    return this.iterateBy(this.declaration.messages.get, filter);
  }

  /** Does the same as `iterate`, with a request of another type. */
  protected iterateBy(type: number, filter?: I): Generator<T, void, undefined> {
    const wanted = this.#wanted(filter), fields = Object.entries(wanted ?? {});
    const fitting = wanted === undefined ? undefined : (one: unknown): boolean => this.fits(one as T, fields);
    const { none, compares, spread } = this.declaration, operation = this.#dump(wanted, type);
    const all = spread === undefined
      ? this.#requester().iterate(operation, fitting) as Generator<T, void, undefined>
      : eachOf(this.#requester().iterate(operation), spread, fitting);
    return none === undefined && compares === undefined ? all : this.#orNone(all);
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

  /** True if an error means that an object does not exist. */
  #isAbsence(error: unknown): boolean {
    return isAbsence(error) || error instanceof KernelError && this.declaration.absent?.(error) === true;
  }

  #hasNone(error: unknown): boolean {
    const { none } = this.declaration;
    return none !== undefined && error instanceof KernelError && none.includes(error.code);
  }

  /**
   * Returns the object that `key` denotes.
   *
   * @throws {KernelError} the kernel's error when there is none
   */
  get(key: K): T {
    const value = this.keyValue(key, "get");
    return this.look(value, operationOf("get", this.declaration, value), this.#requester()).found;
  }

  /**
   * Looks for the object that `key` denotes.
   *
   * @param what the operation, for the error when there is none
   */
  protected look(key: object, what: string, requester: Requester): Found<T> {
    const { messages, listOnly } = this.declaration;
    if (listOnly === true) return this.#lookThrough(key, what);
    const operation = { ...this.operation("get", messages.get, key, messages.reply ?? messages.new), what };
    const sent = requester.request(operation) as T | undefined, { spread } = this.declaration;
    const found = spread === undefined || sent === undefined ? sent : spread.each(sent as never)[0];
    // Some kernels acknowledge a request for an object without a reply.
    if (found === undefined) {
      if (this.#open().deferred) throw unasked(what);
      throw new KernelError(operation.what, ERRNO.ENODATA, { kernelMessage: "acknowledged without an answer" });
    }
    if (!this.#isMeant(found, key, what)) throw this.#absent(what);
    return { found, among: [found] };
  }

  /**
   * True if the kernel's object has all fields of the key. A listed object denotes the same object even if its state
   * has changed.
   */
  #isMeant(found: T, key: object, what: string): boolean {
    const { compares, identity } = this.declaration;
    if (compares === undefined || compares(key) || identity(key as T) === identity(found)) return true;
    return this.fits(found, Object.entries(this.#wanted(key as I, what) ?? {}));
  }

  #absent(what: string): KernelError {
    return new KernelError(what, ERRNO.ENOENT, { kernelMessage: `there is no such ${this.declaration.object}` });
  }

  /** Searches a list for the first object that has all fields of the key, as the kernel deletes the first. */
  #lookThrough(key: object, what: string): Found<T> {
    const { table, identity, prepare, means, parts } = this.declaration;
    const identityOf = (key: object): string | undefined => {
      try {
        return identity(key as T);
      } catch (error) {
        // A key of the wrong shape; the check of its values tells what is wrong.
        if (!(error instanceof TypeError)) throw error;
        return undefined;
      }
    };
    if (!isCondition(key)) throw argumentError(TypeError, `Cannot ${what}: the key is empty`);
    const whole = defined(prepare?.(key, "get") ?? key), said = Object.entries(whole);
    const pick = (is: (name: string) => boolean): I => Object.fromEntries(said.filter(([name]) => is(name))) as I;
    const fitting = (all: readonly T[], given: I): T[] => {
      const wanted = Object.entries(this.#wanted(given, what) ?? {});
      const fitting = all.filter((one) => fits(one, wanted));
      return means === undefined ? fitting : fitting.filter((one) => means(key, one, fitting));
    };
    const all = this.#listFixed(pick((name) => this.#isFixed(name)), what);
    // A listed object denotes the same object even if its state has changed.
    const listed = identityOf(key), like = all.find((one) => identity(one) === listed);
    const same = like !== undefined && fitting(all, pick((name) => table.field(name)?.use === "key")).includes(like);
    const each = parts === undefined ? all : all.flatMap((one) => [one, ...parts(one, key)]);
    const found = same ? like : fitting(each, whole as I)[0];
    if (found === undefined) throw this.#absent(what);
    const names = table.fields.flatMap(({ key }) => key !== undefined && this.#isFixed(key) ? [key] : []);
    return { found, among: all.filter((one) => names.every((name) => one === found || alike(one, found, name))) };
  }

  /**
   * Calls the collection's own `list`, which a subclass may compose; an error about the filter names the current
   * operation.
   */
  #listFixed(fixed: I, what: string): T[] {
    try {
      return this.list(fixed);
    } catch (error) {
      this.#wanted(fixed, what);
      throw error;
    }
  }

  /** Returns the object that `key` denotes, `undefined` when there is none. */
  find(key: K): T | undefined {
    try {
      return this.get(key);
    } catch (error) {
      if (this.#isAbsence(error)) return undefined;
      throw error;
    }
  }

  /**
   * Makes an object that must not exist yet.
   *
   * @param options `{ exists: "ok" }` if it may exist
   * @returns false if it exists and that is tolerated, so that nothing was changed
   * @throws {KernelError} EEXIST: it exists already
   */
  add<E extends "ok" | undefined = undefined>(
    value: M & Has<No, "add">,
    options: AddOptions<E> = {},
  ): A | Existing<E> {
    const tolerates = this.existing(value, options);
    return attempt(tolerates, () => {
      this.make("add", value, 0, tolerates);
      return true as A;
    }) as A | Existing<E>;
  }

  /** Returns the function that is true for errors of `add` that the options tolerate, if they tolerate any. */
  protected existing(value: I, options: AddOptions<"ok" | undefined>): Tolerates | undefined {
    const what = `add ${this.declaration.object}`;
    expectFields(value, what);
    return isOk(options, "exists", what) ? (error) => this.isExisting(value, error) : undefined;
  }

  /** True if an error of `add` means that the object exists already. */
  protected isExisting(_value: I, error: unknown): boolean {
    return error instanceof NetlinkError && (this.declaration.taken ?? TAKEN).includes(error.code);
  }

  /** Makes an object beside others with the same key. */
  append(value: M & Has<No, "append">): void {
    this.make("append", value);
  }

  /** Makes an object, and replaces one with the same key. */
  replace(value: M & Has<No, "replace">): void {
    this.make("replace", value);
  }

  /** Sends the request that makes an object; returns the kernel's reply, if any. */
  protected make(verb: MakingVerb, value: I, flags = 0, tolerates?: Tolerates): T | undefined {
    const { messages } = this.declaration, plain = this.operation(verb, messages.new, value, messages.new);
    const operation = verb === "add" ? this.withExists(plain, value, tolerates) : plain;
    return this.#requester().request({ ...operation, flags: operation.flags | flags }) as T | undefined;
  }

  /** Returns the request of `add` with what its options tolerate, or else with a hint at the option. */
  protected withExists(operation: Operation, value: I, tolerates: Tolerates | undefined): Operation {
    if (tolerates !== undefined) return { ...operation, tolerates };
    return {
      ...operation,
      hint: (code, details) => operation.hint?.(code, details) ?? this.existsHint(value, code),
    };
  }

  /** Returns the hint for a refusal of `add` because the object exists; it asks the kernel nothing. */
  protected existsHint(_value: I, code: string): string | undefined {
    return (this.declaration.taken ?? TAKEN).includes(code) ? EXISTS_HINT : undefined;
  }

  /**
   * Makes an object. Returns it as the kernel made it; in a dry run, as it would be sent; false if it exists and the
   * options tolerate that.
   */
  protected addEchoed<E extends "ok" | undefined = undefined>(
    value: I,
    options: AddOptions<E> = {},
  ): T | Existing<E> {
    const requester = this.#requester(), batched = requester.deferred && requester !== this.#open();
    const tolerates = this.existing(value, options);
    const made = attempt(tolerates, () => this.make("add", value, batched ? 0 : NLM_F.NLM_F_ECHO, tolerates));
    // In a batch, the types hide the missing result: see Changes.
    if (made !== undefined || batched) return made as T | Existing<E>;
    return requester.deferred ? this.foresee("add", value) : this.findMade(value);
  }

  /** Finds an object that was just made, if the kernel did not return it. */
  protected findMade(value: I): T {
    throw new NetlinkError(
      `Cannot ${operationOf("get", this.declaration, value)}: it was made, but this kernel does not return it`,
      "ENODEV",
    );
  }

  /** Returns the object that a verb would send, for dry runs. */
  protected foresee(verb: MakingVerb, value: I): T {
    const { table, messages } = this.declaration;
    const operation = this.operation(verb, messages.new, value);
    return this.#requester().normalize(table as Codec<unknown, never>, operation.value as object, operation.what) as T;
  }

  /**
   * Changes only the given fields of the object that `key` denotes.
   *
   * If the kernel replaces the whole object, the object is read, and sent with the changes: changes by others in
   * between are lost. A dry run, which reads nothing, shows only the changes. In a batch, all earlier requests are done
   * before the object is read.
   *
   * @throws {TypeError} a field that identifies the object has a new value; or a read-only field has another value than
   * in the object given as key
   */
  set(key: K & Has<No, "set">, changes: I): void {
    const { messages, merge, lasting: lastingOf, table, makes } = this.declaration;
    const named = defined(this.keyValue(key, "set")), what = operationOf("set", this.declaration, named);
    expectFields(changes, what, "the changes as an object");
    const received = onlyReceived(changes as Fields, table, isFields(key) ? key : {});
    if (received !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${received} is read-only`);
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
    const looks = makes?.(named) === true && !this.#requester().deferred;
    if (this.#open().deferred || merge === undefined && others.length === 0 && !looks) {
      return void this.#requester().request(operation);
    }
    let sent = operation;
    const read = (): object => {
      const { found, among } = this.look(named, what, this.#open());
      this.#refuseOther(found, given, others, what);
      if (merge === undefined) return operation.value;
      const changes = given as Fields, whole = this.#merged(found, given);
      const merged = this.operation("set", operation.type, merge({ found, among, changes, whole, what }));
      sent = { ...merged, what };
      return merged.value;
    };
    // The hint is about the whole object that is sent.
    this.#requester().request({ ...operation, read, hint: (code, details) => sent.hint?.(code, details) });
  }

  /**
   * Deletes the object that `key` denotes; a listed object denotes itself.
   *
   * If the key has fields that the kernel does not compare, the object that `find` returns is looked for first. A dry
   * run, which reads nothing, shows only the key.
   *
   * @param options `{ missing: "ok" }` if there may be no such object
   * @returns false if there was none, so that nothing was changed
   * @throws {KernelError} the kernel's error when there is none; ENOENT if it was looked for
   */
  delete(key: (K | T) & Has<No, "delete">, options: DeleteOptions = {}): boolean {
    const { messages, compares, hides, object, replaced } = this.declaration, named = this.keyValue(key as K, "delete");
    const tolerates = isOk(options, "missing", `delete ${object}`)
      ? (error: unknown): boolean => this.#isAbsence(error)
      : undefined;
    const operation: Operation = {
      ...this.operation("delete", messages.del, named),
      ...(tolerates === undefined ? {} : { tolerates }),
    };
    const { what } = operation,
      send = (operation: Operation): boolean =>
        attempt(tolerates, () => {
          this.#requester().request(operation);
          return true;
        });
    const listed = Received.is(named) && replaced?.(named) !== true;
    const compared = hides === undefined && (compares === undefined || listed || compares(named));
    if (compared || this.#open().deferred) return send(operation);
    return send({ ...operation, read: () => this.#deleted(named, what) });
  }

  /** Looks for the object that `named` denotes, and returns the request that deletes it. */
  #deleted(named: object, what: string): object {
    const { found } = this.look(named, what, this.#open());
    this.#expectFirst(found, what);
    const { messages, deleted } = this.declaration;
    return this.operation("delete", messages.del, deleted?.(named, found) ?? found).value;
  }

  /** Throws if the kernel would delete another object, which comes first. */
  #expectFirst(one: T, what: string): void {
    const { hides } = this.declaration, key = this.key(one);
    const first = hides && this.list().find((other) => this.key(other) === key || hides(other, one));
    if (first === undefined || this.key(first) === key) return;
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel would delete another one, which comes before it and has all of its fields, ${
        stringify(first)
      }: delete that one first`,
    );
  }

  /**
   * Deletes all objects that match the filter, in one batch.
   *
   * Objects that the kernel removes along with others (the other end of a pair, the secondary addresses of one) count
   * too.
   *
   * @param filter as for `list`; `{ all: true }` for everything
   * @returns the number of objects that matched; all of them are gone
   * @throws {TypeError} the filter has no condition: it is empty, or has only undefined fields
   * @throws {BatchError} with every object that still exists, by its position in the list
   */
  flush(filter: (I | { all: true }) & Has<No, "flush">): number {
    const { object, messages, replaced } = this.declaration, what = `flush ${plural(object)}`;
    const rest = selection<I>(filter, what, (rest) => isCondition(this.#wanted(rest, what)));
    const listed = this.list(rest), found = this.declaration.deletable?.(listed) ?? listed;
    try {
      this.#open().runBatch((add) => {
        for (const one of found) {
          const operation = this.operation("delete", messages.del, this.keyValue(one as never, "delete"));
          if (replaced?.(one) !== true || this.#open().deferred) add(operation);
          else add({ ...operation, read: () => this.#deleted(one, operation.what) });
        }
      }, what);
    } catch (error) {
      if (!(error instanceof BatchError) || error.unsent.length > 0) throw error;
      // If the kernel did not find an object, a second list tells if it is gone.
      const missed = error.failures.some(({ error }) => this.#isAbsence(error));
      const there = new Set((missed ? this.list(rest) : []).map((one) => this.key(one)));
      const left = error.without((one) => this.#isAbsence(one.error) && !there.has(this.key(found[one.index]!)));
      if (left !== undefined) throw left;
    }
    return found.length;
  }

  /**
   * Yields changes from now on. Ends when the loop is left or `signal` is aborted; it keeps the process alive only
   * while a `next()` is pending.
   *
   * @param options `initial` begins with the existing objects, `resync` corrects the state after lost messages; with
   * either, `synced` is yielded when all existing objects were
   */
  watch<S extends boolean | undefined = undefined>(
    options: WatchOptions<S> = {},
  ): Watching<WatchEventWith<S, ChangeEvent<string, T>>> {
    this.#refuseKey(options);
    expectOptions(options, `watch ${plural(this.declaration.object)}`, WATCH_OPTIONS);
    return watch(this.#open(), [this as unknown as Watchable], options as WatchOptions) as never;
  }

  /**
   * Waits until the object that `key` denotes passes a test.
   *
   * @param test the condition: it passes when it returns something true, and is not async; the object's existence,
   * when absent
   * @throws {NetlinkError} TIMEOUT: the time limit passed; CLOSED: the client was closed
   */
  waitFor<R>(key: K, test?: Condition<T, R>, options?: WaitOptions): Promise<T>;
  /** Waits until there is no object that `key` denotes, with `"gone"` instead of a test. */
  waitFor(key: K, gone: "gone", options?: WaitOptions): Promise<undefined>;
  async waitFor<R>(
    key: K,
    test: Condition<T, R> | "gone" = (() => true) as never,
    options: WaitOptions = {},
  ): Promise<T | undefined> {
    const what = operationOf("wait for", this.declaration, this.keyValue(key, "wait for"));
    if (test !== "gone") expectCallback(test, what, 'a test as a function, or "gone"');
    expectOptions(options, what, WAIT_OPTIONS);
    return await waitFor(this.#open(), this as unknown as Watchable, key, test as never, options) as T | undefined;
  }

  /** Throws for a key or a filter instead of the options of a watch. */
  #refuseKey(options: unknown): void {
    const { object, table } = this.declaration, names = namesOf(table);
    const isField = (name: string): boolean => names.includes(name) || inWords(name, names) !== "";
    const field = isFields(options) ? Object.keys(options).find(isField) : undefined;
    if (field === undefined && typeof options !== "string" && typeof options !== "number") return;
    const wrong = field === undefined
      ? `expected options as an object, got ${shown(options)}`
      : `there is no option ${shown(field)}`;
    throw argumentError(
      TypeError,
      `Cannot watch ${plural(object)}: ${wrong}: a watch yields the changes of all; ` +
        "compare event.value in the loop, or use waitFor(key, test)",
    );
  }

  /** Returns the groups, message types and codec that a watch needs. */
  listening(_client: Client): Listening<T> {
    const { groups, table, messages, concerns, object, spread } = this.declaration;
    if (groups.length === 0) {
      throw argumentError(TypeError, `Cannot watch ${plural(object)}: the kernel reports no changes of them`);
    }
    return {
      groups,
      types: [messages.new, messages.del],
      codec: (spread?.codec ?? table) as Codec<T, never>,
      ...(spread === undefined ? {} : { spread: (message: object) => spread.each(message as never) }),
      event(type, from, at) {
        if (type !== messages.new && type !== messages.del) return undefined;
        if (concerns?.(from, at, true) === false) return undefined;
        return type === messages.new ? "new" : "del";
      },
    };
  }

  /** Returns a text that distinguishes `value` from all others: the key for maps that follow a watch. */
  key(value: T): string {
    return this.declaration.identity(value);
  }

  /** Returns the object that a key denotes; `verb` is the operation, for errors. */
  keyValue(key: K, verb = "find"): object {
    const { fromKey, keyOf, object, table } = this.declaration, what = `${verb} ${object}`;
    if (fromKey !== undefined && (typeof key === "string" || typeof key === "number")) return fromKey(key);
    expectFields(key, what, fromKey === undefined ? "an object" : "a name, a number or an object");
    expectDefined(key, what, table.fields);
    if (keyOf === undefined) return key;
    expectNames(key, what, namesOf(table));
    return keyOf(key, what);
  }

  /**
   * Prepares a value. If that fails, a name that does not exist, or a value of the wrong type, is the likelier fault.
   */
  #prepared(prepare: NonNullable<Declaration<T>["prepare"]>, given: object, verb: Verb): object {
    try {
      return prepare(given, verb);
    } catch (error) {
      // Changes alone do not tell the form of their options, which the kind of the present object selects.
      if (error instanceof TypeError && (verb !== "set" || this.declaration.merge === undefined)) {
        checkValues(this.declaration.table, given, operationOf(verb, this.declaration, given));
      }
      throw error;
    }
  }

  /** Returns the message of one verb. */
  operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const { object, table, prepare, hint, concerns, setFlags, request, spread } = this.declaration;
    expectFields(given, `${verb} ${object}`);
    const value = prepare === undefined ? given : this.#prepared(prepare, given, verb);
    const what = operationOf(verb, this.declaration, given);
    if (verb !== "get" && verb !== "list" && verb !== "delete") {
      this.#refuseIgnored(given as Fields, value as Fields, what);
    }
    // A request of another form has only the fields that it is made of, so all given ones are checked before.
    if (request !== undefined) checkValues(table, value, what);
    return {
      type,
      flags: verb === "set" && setFlags !== undefined ? setFlags : FLAGS[verb],
      codec: request?.codec ?? table as Codec<unknown, never>,
      value: request?.of(value, verb) ?? value,
      ...(request === undefined && spread === undefined
        ? {}
        : { replyCodec: spread?.codec ?? table as Codec<unknown, never> }),
      what,
      ...(reply === undefined ? {} : { reply }),
      ...(verb === "get" ? { looks: true } : {}),
      ...(concerns === undefined ? {} : { concerns: (from, at) => concerns(from, at, false) }),
      ...(hint === undefined ? {} : { hint: (code, details) => hint(code, details, value) }),
    };
  }

  /** Throws for a field that the kernel would ignore, unless its value says no more than absence. */
  #refuseIgnored(given: Fields, value: Fields, what: string): void {
    const { ignores, table } = this.declaration;
    if (ignores === undefined) return;
    for (const [name, one] of Object.entries(given)) {
      if (one === undefined || one === null || value[name] === undefined || isNothing(one)) continue;
      const field = table.field(name);
      // The table refuses a name that is no field.
      if (field === undefined || field.codec?.none?.some((none) => one === none || one === 0)) continue;
      const why = ignores(name, value);
      if (why !== undefined) {
        const others = namesOf(table).filter((other) => other !== name && ignores(other, value) === undefined);
        const instead = inWords(name, others);
        throw argumentError(TypeError, `Cannot ${what.trimEnd()}: ${name}: ${why}, got ${shown(one)}${instead}`);
      }
    }
  }

  /** True if an object matches the fields of a filter in the kernel's form. */
  protected fits(one: T, wanted: readonly (readonly [string, unknown])[]): boolean {
    return fits(one, wanted) ||
      this.declaration.alternatives !== undefined &&
        wanted.every(([name, said]) =>
          fits(one, [[name, said]]) || this.#others(name)?.(one).includes(said as string) === true
        );
  }

  /** Returns the function for further texts that match the field called `name`. */
  #others(name: string): ((value: T) => readonly string[]) | undefined {
    return this.declaration.alternatives?.[name];
  }

  #isFixed(name: string): boolean {
    const { fixed, table } = this.declaration;
    return fixed === undefined ? table.field(name)?.use === "key" : fixed.includes(name);
  }

  /** Returns the field that `name` stands for: the number of an interface, if `name` is a field with its name. */
  #base(name: string): string {
    return this.declaration.table.field(name)?.derived?.of ?? name;
  }

  /** Returns an object with changes. If the number of an interface changes, its old name is removed. */
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

  /** Throws for changes of fields that distinguish `one` from other objects. */
  #refuseOther(one: object, changes: object, names: readonly string[], what: string): void {
    for (const name of names) {
      const wanted = (changes as Fields)[name];
      if (fits(one, Object.entries(this.#wanted({ [name]: wanted } as I, what) ?? {}))) continue;
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${name} does not change, got ${shown(wanted)}: delete it, and add it with the new value`,
      );
    }
  }

  #wanted(filter: I | undefined, what = `list ${plural(this.declaration.object)}`): Fields | undefined {
    if (filter === undefined) return undefined;
    expectFields(filter, what, "a filter as an object");
    const { table, filters } = this.declaration;
    const input = Object.entries(filter).find(([key, one]) =>
      one !== undefined && table.field(key)?.use === "input" && !filters.includes(this.#base(key) as never)
    );
    if (input !== undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${what} by ${JSON.stringify(input[0])}: objects from the kernel have no such field${
          isFlag(table, input) ? `; use .filter((one) => one.flags.includes(${shown(input[0])}))` : ""
        }`,
      );
    }
    // Converts input to the kernel's form: names become numbers, and numbers names.
    const form = (value: object): Fields =>
      this.#requester().normalize(table as Codec<unknown, never>, value, what) as Fields;
    const texts = Object.entries(filter).filter(([name, one]) =>
      typeof one === "string" && this.#others(name) !== undefined
    );
    const others = Object.fromEntries(Object.entries(filter).filter((one) => !texts.some(([name]) => name === one[0])));
    const whole = form(others), wanted = { ...given(others, whole, table), ...Object.fromEntries(texts) };
    // An address implies its family.
    const told = table.field("family") !== undefined && whole["family"] !== (this.#unsaid ??= form({}))["family"];
    return told ? { ...wanted, family: whole["family"] } : wanted;
  }

  #dump(wanted: Fields | undefined, type: number = this.declaration.messages.get): Operation {
    const { object, messages, filters } = this.declaration, value: Record<string, unknown> = {};
    if (wanted !== undefined) {
      for (const key of filters) {
        const one = wanted[key];
        if (one !== undefined && one !== null && !(one instanceof Unsent)) value[key] = one;
      }
    }
    const reply = messages.reply ?? messages.new;
    return { ...this.operation("list", type, value, reply), what: `list ${plural(object)}` };
  }
}

showAs(Collection, ({ declaration: { object } }) => `[collection: ${plural(object)}]`);
refuseLoop(Collection, ({ declaration: { object } }) => `the collection of ${plural(object)}: call its list()`);

const declared = new WeakSet<object>();

/**
 * Declares the messages of a collection for captures and NETLINK_DEBUG, once for all clients and batches that use it.
 */
function declareCollection<T extends object>(declaration: Declaration<T>, protocol: Protocol): void {
  if (declared.has(declaration)) return;
  declared.add(declaration);
  const { messages: { new: made, del, get, set = made, reply = made }, also = [], table, request, concerns, spread } =
    declaration;
  const shared = concerns && ((from: Reader, at: number): boolean => concerns(from, at, false));
  declareMessages(
    protocol,
    { types: [made, del, get, set, ...also], codec: request?.codec ?? table, way: "request", concerns: shared },
    { types: [made, del, reply, ...also], codec: spread?.codec ?? table, way: "answer", concerns: shared },
  );
}

/** Yields the objects in messages that may have several. */
function* eachOf<T>(
  messages: Iterable<unknown>,
  { each }: Spread<T>,
  fits: (one: T) => boolean = () => true,
): Generator<T, void, undefined> {
  for (const message of messages) {
    for (const one of each(message as never)) if (fits(one)) yield one;
  }
}

/** Returns its argument from the constructor, so that a subclass can add a private field to it. */
const Given = function (one: object): object {
  return one;
} as unknown as new (one: object) => object;

/**
 * Marks objects from the kernel with a private field, which only this module sees; copies and changed copies are not
 * marked.
 */
class Received extends Given {
  readonly #received = true;

  static is(one: object): boolean {
    return #received in one;
  }

  static mark(this: void, one: object): void {
    if (!Received.is(one)) new Received(one);
  }
}

/** True for a field that changes the flag of the same name. */
function isFlag(table: { field(name: string): Field | undefined }, [name, value]: readonly [string, unknown]): boolean {
  return value === true && name !== "arp" && table.field("flags") !== undefined;
}

/** True if a field has equal values in both objects. */
function alike(one: object, other: object, name: string): boolean {
  return stringify((one as Fields)[name]) === stringify((other as Fields)[name]);
}

/** Returns `found` with `changes`, merged field by field also in nested objects. */
function merged(found: Fields, changes: Fields): Fields {
  const whole: Record<string, unknown> = { ...found };
  for (const [name, one] of Object.entries(changes)) {
    if (one === undefined) continue;
    const before = whole[name];
    whole[name] = isFields(one) && isFields(before) ? merged(before, one) : one;
  }
  return whole;
}

/** Tells the errors of a request that mean that nothing is left to do: see {@linkcode Operation.tolerates}. */
export type Tolerates = NonNullable<Operation["tolerates"]>;

/** Returns what `send` returns; false if it throws an error that is tolerated. */
export function attempt<R>(tolerates: Tolerates | undefined, send: () => R): R | false {
  try {
    return send();
  } catch (error) {
    if (tolerates?.(error) === true) return false;
    throw error;
  }
}

/** Codes of errors that mean that an object exists already. */
const TAKEN: readonly string[] = ["EEXIST"];

/** Codes of errors that mean that an object does not exist. */
const ABSENT: ReadonlySet<string> = new Set([
  "ENODEV",
  "ENOENT",
  "ESRCH",
  "ENXIO",
  "EADDRNOTAVAIL",
  "ENODATA",
  "DRY_RUN",
]);

/** True if an error means that an object does not exist. */
function isAbsence(error: unknown): boolean {
  return error instanceof NetlinkError && ABSENT.has(error.code);
}

/** Returns the fields of a table or struct; if fields of `owner` select it, those of the selected one. */
function fieldsOf(codec: unknown, owner: object): readonly Field[] {
  const { choose, fields } = codec as { choose?(owner: object): unknown; fields?: readonly Field[] };
  return choose === undefined ? fields ?? [] : fieldsOf(choose(owner) ?? {}, owner);
}

/** A wanted value that the kernel does not send: objects without the field have it. */
class Unsent {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * True if `sent`, the kernel's form of a value, says no more than absence: its codec says so, or the form lacks it.
 */
function isUnsent(field: Field | undefined, sent: unknown, whole: object): boolean {
  if (field?.codec === undefined) return false;
  if (sent === undefined) return !rawOf(whole).some(({ id }) => id === field.id);
  return field.codec.none?.includes(sent) === true;
}

/**
 * Returns the part of `whole`, the kernel's form of `filter`, that was given: structs have zeros for all other fields.
 */
function given(filter: Fields, whole: object, codec: unknown): Fields {
  const wanted: Record<string, unknown> = {},
    fields = fieldsOf(codec, whole).flatMap((one) => one.lift?.fields ?? [one]);
  for (const [key, one] of Object.entries(filter)) {
    if (one === undefined) continue;
    const field = fields.find((field) => field.key === key), name = field?.derived?.of ?? key;
    const sent = (whole as Fields)[name];
    // The kernel's form lacks values that mean absence, and names that are derived from other fields.
    if (one === null) wanted[name] = null;
    else if (isFields(one) && isFields(sent)) {
      wanted[name] = given(one, sent, field?.codec?.choose?.(whole) ?? field?.codec ?? {});
    } else if (Array.isArray(one) && Array.isArray(sent) && one.length === sent.length) {
      wanted[name] = sent.map((each, i) => isFields(each) && isFields(one[i]) ? given(one[i], each, {}) : each);
    } else wanted[name] = isUnsent(field, sent, whole) ? new Unsent(sent ?? one) : sent ?? one;
  }
  return wanted;
}

/** Returns the path of a read-only field in `changes`, unless `key`, a listed object, has the same value. */
function onlyReceived(changes: Fields, codec: unknown, key: Fields): string | undefined {
  const fields = fieldsOf(codec, changes).flatMap((one) => one.lift?.fields ?? [one]);
  for (const [name, one] of Object.entries(changes)) {
    const field = fields.find((field) => field.key === name), said = key[name];
    if (field === undefined || one === undefined || matches(said, one)) continue;
    // A name beside its number is allowed, as in a listed object.
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
  // `null` matches an absent attribute, and one with the value 0.
  if (wanted === null) return value === undefined || value === 0;
  if (wanted instanceof Unsent) return value === undefined || matches(value, wanted.value);
  if (value === undefined) return wanted === false || isNothing(wanted);
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

/** True for an empty list or mask, and for an object without a field or whose fields say no more than absence. */
function isNothing(wanted: unknown): boolean {
  if (Array.isArray(wanted)) return wanted.length === 0;
  return isFields(wanted) && Object.values(wanted).every((one) => matches(undefined, one));
}

/** Returns a function that returns the shared client of a protocol, which the first use opens. */
export function onShared(protocol: Client["protocol"]): () => Client {
  return () => sharedClient(protocol);
}
