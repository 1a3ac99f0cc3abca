/**
 * Sockets of one kind, to be looked at: what all families of sockets have.
 *
 * @module
 */
import { expectFields } from "../../core/arguments.ts";
import type { Client } from "../../core/client.ts";
import { type Codec, shown } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input } from "../../core/collection.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import { SOCK_DIAG, stateBits, type States } from "./protocol.ts";

/** Fields that a socket is to have; of a mask, the names that are to be among it. */
export type SocketFilter<T> = Omit<Input<T>, "state"> & StateFilter<T>;

/** The states that a socket may have. */
export type StateFilter<T> = T extends { state?: infer S } ? {
    /** One state or several. */
    state?: S | readonly S[];
  }
  : unknown;

/** Message types of a declaration. The kernel never says that there is a new socket. */
export const MESSAGES: Declaration<object>["messages"] = {
  new: 0,
  del: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
  get: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
  reply: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
};

/** What kinds of sockets differ in. */
export interface SocketForm<T extends object> {
  /** What one is called: `unix socket`. */
  readonly object: string;
  /** Its table. */
  readonly table: Declaration<T>["table"];
  /** Its states, where it has any; those of TCP when absent. */
  readonly states?: States;
  /** How it is asked for; with `key` where the kernel can be asked for a single one. */
  readonly request: {
    /** How that is sent. */
    readonly codec: Codec<unknown, never>;
    /** The request for all that are in one of `states`. */
    readonly list: (states: number) => object;
    /** The request for one. */
    readonly get?: (key: object) => object;
  };
  /** Names one for messages. */
  readonly describe: (value: object) => string;
  /** The module that knows such sockets, and the kernel's option. */
  readonly module: readonly [name: string, option: string];
}

/** What may help when the kernel does not know a kind of sockets. */
export function moduleHint([name, option]: SocketForm<object>["module"]): NonNullable<Declaration<object>["hint"]> {
  return (code) =>
    code === "ENOENT" || code === "EINVAL" || code === "EOPNOTSUPP"
      ? `modprobe ${name} loads what knows them, where the kernel is configured with ${option}`
      : undefined;
}

/** All sockets of one kind, in one network namespace. */
export class Sockets<T extends { cookie?: bigint; inode?: number }> {
  readonly #form: SocketForm<T>;
  readonly #asking: (states: number, get?: SocketForm<T>["request"]["get"]) => Collection<T, object, number | object>;

  /** Asks through the client that `open` gives. */
  constructor(form: SocketForm<T>, open: () => Client) {
    const { object, table, request, describe, module } = form, { codec, list } = request;
    const hint = moduleHint(module);
    this.#form = form;
    this.#asking = (states, get) =>
      new Collection<T, object, number | object>({
        object,
        table,
        messages: MESSAGES,
        groups: [],
        filters: [],
        describe,
        identity: (value) => String(value.cookie),
        fromKey: (inode) => ({ inode: Number(inode) }),
        // Two may have one inode (0: none), none has another's cookie.
        keyOf: ({ cookie, inode }: { cookie?: bigint; inode?: number }) =>
          get !== undefined || cookie === undefined ? { cookie, inode } : { cookie },
        request: { codec, of: (value, verb) => verb === "get" ? get!(value) : list(states) },
        hint: (code, details, value) => "inode" in value ? undefined : hint(code, details, value),
        ...(get === undefined ? { listOnly: true } : {}),
      }, open);
  }

  /**
   * All that fit the filter, each once.
   *
   * @param filter fields that they are to have
   * @throws {KernelError} ENOENT: this kernel does not know such sockets
   */
  list(filter?: SocketFilter<T>): T[] {
    const { all, fields, test } = this.#ask(filter);
    return all.list(fields).filter(test);
  }

  /** The same one by one, on a socket of its own. */
  *iterate(filter?: SocketFilter<T>): Generator<T, void, undefined> {
    const { all, fields, test } = this.#ask(filter);
    for (const one of all.iterate(fields)) if (test(one)) yield one;
  }

  #ask(filter: SocketFilter<T> | undefined): {
    all: Collection<T, object, number | object>;
    fields: object | undefined;
    test: (one: T) => boolean;
  } {
    if (filter !== undefined) expectFields(filter, `list ${this.#form.object}s`, "a filter as an object");
    const { state, ...fields } = (filter ?? {}) as { state?: unknown }, seen = new Set<bigint>();
    const { states, object, table } = this.#form, bits = stateBits(state, states);
    if (state !== undefined && table.field("state") === undefined) {
      throw argumentError(TypeError, `Cannot list ${object}s by "state": they have none`);
    }
    const test = (one: T): boolean => {
      // Of those in other states TIPC's messages say nothing at all.
      if (one.cookie === undefined) return false;
      if (state !== undefined && (bits & stateBits((one as { state?: unknown }).state, states)) === 0) return false;
      // Who joined groups is in two of the kernel's tables, and told of twice.
      if (seen.has(one.cookie)) return false;
      seen.add(one.cookie);
      return true;
    };
    return { all: this.#asking(bits), fields: Object.keys(fields).length === 0 ? undefined : fields, test };
  }

  /**
   * One socket.
   *
   * @param key its inode, or an object with `inode` or `cookie`, as a socket that was listed
   * @throws {KernelError} ENOENT: there is none; ESTALE: it is another one by now
   */
  get(key: number | Partial<Pick<T, "inode" | "cookie">>): T {
    return this.#one(key).get(key);
  }

  /** The same, `undefined` when there is none. */
  find(key: number | Partial<Pick<T, "inode" | "cookie">>): T | undefined {
    try {
      return this.#one(key).find(key);
    } catch (error) {
      if (error instanceof NetlinkError && error.code === "ESTALE") return undefined;
      throw error;
    }
  }

  /** Asks for one: the kernel, where it can be asked for that and knows the inode. */
  #one(key: unknown): Collection<T, object, number | object> {
    const { object, request } = this.#form;
    const { inode, cookie } = (typeof key === "number" ? { inode: key } : key ?? {}) as {
      inode?: number;
      cookie?: bigint;
    };
    if (inode === undefined && cookie === undefined) {
      throw argumentError(
        TypeError,
        `Cannot find ${object} by ${shown(key)}: expected an inode, or an object with inode or cookie`,
      );
    }
    return this.#asking(stateBits(undefined), inode === undefined ? undefined : request.get);
  }

  /** What tells `value` from all others, as text. */
  key(value: T): string {
    return String(value.cookie);
  }
}
