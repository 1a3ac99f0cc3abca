/**
 * Collections of sockets of one type: the methods that all address families share.
 *
 * @module
 */
import { expectFields, guardMethods } from "../../core/arguments.ts";
import type { Client } from "../../core/client.ts";
import { type Codec, shown } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input } from "../../core/collection.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import { SOCK_DIAG, stateBits, type States } from "./protocol.ts";

/** Filter of a list by the values of fields; of a field that is a mask, the named flags must be on. */
export type SocketFilter<T> = Omit<Input<T>, "state"> & StateFilter<T>;

/** Filter of a list by states. */
export type StateFilter<T> = T extends { state?: infer S } ? {
    /** One state or several; a socket must be in one of them. */
    state?: S | readonly S[];
  }
  : unknown;

/** Message types in declarations. The kernel does not report new sockets. */
export const MESSAGES: Declaration<object>["messages"] = {
  new: 0,
  del: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
  get: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
  reply: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
};

/** The differences between the types of sockets. */
export interface SocketForm<T extends object> {
  /** Name of such a socket in messages: `unix socket`. */
  readonly object: string;
  /** Table of such a socket's fields. */
  readonly table: Declaration<T>["table"];
  /** Numbers of the states by name; default those of TCP. */
  readonly states?: States;
  /** Requests for such sockets. `get` is present if the kernel can look up a single socket. */
  readonly request: {
    /** Codec of the requests. */
    readonly codec: Codec<unknown, never>;
    /** Returns the request for all sockets in one of `states`, a mask. */
    readonly list: (states: number) => object;
    /** Returns the request for a single socket. */
    readonly get?: (key: object) => object;
  };
  /** Returns a text that names a socket in messages. */
  readonly describe: (value: object) => string;
  /** Kernel module for such sockets, and its configuration option. */
  readonly module: readonly [name: string, option: string];
}

/** Returns a hint for errors that mean that the kernel does not support a type of socket. */
export function moduleHint([name, option]: SocketForm<object>["module"]): NonNullable<Declaration<object>["hint"]> {
  return (code) =>
    code === "ENOENT" || code === "EINVAL" || code === "EOPNOTSUPP"
      ? `modprobe ${name} loads support for them, if the kernel is configured with ${option}`
      : undefined;
}

/** The sockets of one type, in one network namespace. */
export class Sockets<T extends { cookie?: bigint; inode?: number }> {
  readonly #form: SocketForm<T>;
  readonly #asking: (states: number, get?: SocketForm<T>["request"]["get"]) => Collection<T, object, number | object>;

  /** Creates the collection; it sends requests through the client of `open()`. */
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
        // Two sockets can have the same inode (0: none), but never the same cookie.
        keyOf: ({ cookie, inode }: { cookie?: bigint; inode?: number }) =>
          get !== undefined || cookie === undefined ? { cookie, inode } : { cookie },
        request: { codec, of: (value, verb) => verb === "get" ? get!(value) : list(states) },
        hint: (code, details, value) => "inode" in value ? undefined : hint(code, details, value),
        ...(get === undefined ? { listOnly: true } : {}),
      }, open);
    guardMethods(this);
  }

  /**
   * Returns all sockets that match the filter, each once.
   *
   * @param filter values that fields must have
   * @throws {KernelError} ENOENT: the kernel does not support such sockets
   */
  list(filter?: SocketFilter<T>): T[] {
    const { all, fields, test } = this.#ask(filter);
    return all.list(fields).filter(test);
  }

  /** Yields all sockets that match the filter, with a kernel socket of its own. */
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
      // TIPC sends empty messages for sockets in other states.
      if (one.cookie === undefined) return false;
      if (state !== undefined && (bits & stateBits((one as { state?: unknown }).state, states)) === 0) return false;
      // A socket that joined multicast groups is in two of the kernel's tables, and is listed twice.
      if (seen.has(one.cookie)) return false;
      seen.add(one.cookie);
      return true;
    };
    return { all: this.#asking(bits), fields: Object.keys(fields).length === 0 ? undefined : fields, test };
  }

  /**
   * Returns one socket.
   *
   * @param key its inode, or an object with `inode` or `cookie`, such as a listed socket
   * @throws {KernelError} ENOENT: the socket does not exist; ESTALE: another one has its inode by now
   */
  get(key: number | Partial<Pick<T, "inode" | "cookie">>): T {
    return this.#one(key).get(key);
  }

  /** Returns one socket, or `undefined` if it does not exist. */
  find(key: number | Partial<Pick<T, "inode" | "cookie">>): T | undefined {
    try {
      return this.#one(key).find(key);
    } catch (error) {
      if (error instanceof NetlinkError && error.code === "ESTALE") return undefined;
      throw error;
    }
  }

  /**
   * Returns the collection that finds one socket: through the kernel's look-up if it has one and the inode is known.
   */
  #one(key: unknown): Collection<T, object, number | object> {
    const { object, request } = this.#form;
    const { inode, cookie } = (typeof key === "number" ? { inode: key } : key ?? {}) as {
      inode?: number;
      cookie?: bigint;
    };
    if (inode === undefined && cookie === undefined) {
      throw argumentError(
        TypeError,
        `Cannot find ${object}: expected an inode, or an object with inode or cookie, got ${shown(key)}`,
      );
    }
    return this.#asking(stateBits(undefined), inode === undefined ? undefined : request.get);
  }

  /** Returns a text that identifies `value`. */
  key(value: T): string {
    return String(value.cookie);
  }
}
