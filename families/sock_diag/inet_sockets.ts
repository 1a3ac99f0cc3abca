/**
 * Sockets of IPv4 and IPv6: list them, destroy them, and follow their destruction.
 *
 * @module
 */
import {
  expectDefined,
  expectFields,
  expectNames,
  guardMethods,
  isCondition,
  isFields,
  isOk,
  namesOf,
  plural,
  selection,
} from "../../core/arguments.ts";
import type { Client, Operation } from "../../core/client.ts";
import { type Codec, shown } from "../../core/codec/mod.ts";
import {
  attempt,
  Collection,
  type Declaration,
  type DeleteOptions,
  type Input,
  type Verb,
} from "../../core/collection.ts";
import { showAs } from "../../core/printable.ts";
import {
  argumentError,
  BatchError,
  type BatchFailure,
  ERRNO,
  KernelError,
  NetlinkError,
  unasked,
} from "../../core/errors.ts";
import type { ChangeEvent, WatchEvent, WatchOptions } from "../../core/watch.ts";
import { type Compiled, compileFilter, CONDITIONS, type SocketCondition } from "./filter.ts";
import {
  type AnyInetSocket,
  type InetForm,
  InetRequest,
  type InetSocket,
  IPPROTO,
  type SocketAddress,
} from "./inet.ts";
import { AF, INET_DIAG_NOCOOKIE, SOCK_DIAG, type SocketFamily, stateBits, TCP_STATE } from "./protocol.ts";
import { MESSAGES, moduleHint, type StateFilter } from "./sockets.ts";

/** Additional data that a list asks for. */
export interface InetAsk {
  /** True asks for the connection: `info`, and the data of congestion control. Not for UDP and raw sockets. */
  info?: boolean;
  /**
   * Storage of BPF maps: true for all maps, or file descriptors of maps. Needs CAP_BPF. For TCP, DCCP and MPTCP
   * sockets.
   */
  skBpfStorages?: boolean | readonly number[];
  /** `inet` or `inet6`; default both. */
  family?: SocketFamily;
}

/**
 * Filter of a list: conditions that the kernel checks (addresses, ports, interface, mark, control group, and their
 * combinations by `and`, `or` and `not`), states, and values of other fields.
 */
export type InetFilter<T> =
  & SocketCondition
  & StateFilter<T>
  & InetAsk
  & Omit<Input<T>, keyof SocketCondition | keyof InetAsk | "state">;

/**
 * Key of a socket: a listed socket, or some of its fields.
 *
 * The cookie alone is enough. Without it the two ends must be exactly as given, and an end that is not given means
 * none: address 0.0.0.0 or ::, and port 0, as a listening socket has. A socket that listens on all addresses does not
 * match a single address, nor does one that is bound to another interface than `dev`. An IPv4 address also matches the
 * IPv6 socket of that address (`::ffff:…`).
 *
 * Every key has a cookie, a local port or, for raw sockets, which have no ports, a protocol.
 */
export type InetKey =
  & Partial<
    Pick<
      InetSocket,
      "family" | "local" | "localPort" | "dst" | "dstPort" | "if" | "dev" | "cookie" | "protocol"
    >
  >
  & (Pick<InetSocket, "cookie"> | Pick<InetSocket, "localPort"> | Required<Pick<InetSocket, "protocol">>);

const ALL_STATES: number = stateBits(undefined);

/** Extensions as a mask: without those that `info` asks for, and all. */
const USUAL = 0b11111001, ALL = 0xff;

/** The states of sockets that can have no connection: with a peer, and without, as those of servers. */
const CONNECTIONLESS = ["established", "close"];

const FAMILIES = ["inet", "inet6"] as const;

interface Question<T extends object> {
  readonly all: Collection<T, object, object>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly families: readonly SocketFamily[];
  readonly test: (one: T) => boolean;
  /** True if the filter selects among the sockets. */
  readonly selects: boolean;
}

/** The ends of a socket, and the index of the interface that it is bound to. */
type Ends = Required<Pick<InetRequest, "family" | "localPort" | "dstPort" | "local" | "dst" | "if">>;

/** The states of sockets that the kernel finds by their ends. */
const ACTIVE = Object.keys(TCP_STATE).filter((name) => name !== "bound_inactive");

const ENDS = ["localPort", "dstPort", "local", "dst", "if"] as const;

/** A key in the kernel's form, for one address family. */
interface Asked {
  readonly ends: Ends;
  readonly cookie: bigint | undefined;
  /** The names of the fields that were given, and must be equal. */
  readonly given: ReadonlySet<string>;
  /** The family that the socket must have; absent if an IPv6 socket may match an IPv4 address. */
  readonly family?: SocketFamily;
  /** True if it is an association of an SCTP socket. */
  readonly peers?: true;
}

/** A key with its forms. */
interface Named {
  /** The operation, for errors: `get TCP socket 127.0.0.1:80`. */
  readonly what: string;
  /** True if the key has all identifying fields of a listed socket. */
  readonly whole: boolean;
  /** The key's forms, one for each address family that it may mean. */
  readonly asked: readonly Asked[];
}

/** The sockets of one protocol, in one network namespace. */
export class InetSockets<T extends AnyInetSocket> {
  /** Properties of the protocol. */
  protected readonly form: InetForm<T>;
  /** Returns the client that sends the requests. */
  protected readonly client: () => Client;

  /** Creates the collection; it sends requests through the client of `open()`. */
  constructor(form: InetForm<T>, open: () => Client) {
    this.form = form;
    this.client = open;
    guardMethods(this);
  }

  static {
    showAs(this, ({ form }) => `[collection: ${plural(form.object)}]`);
  }

  /**
   * Returns all sockets that match the filter.
   *
   * ```ts ignore
   * tcp.list({ state: "listen" }); // ss -tln
   * tcp.list({ dst: "10.0.0.0/8", dstPort: { start: 8000, end: 8999 }, not: { dev: "eth0" }, info: true });
   * ```
   *
   * @throws {KernelError} ENOENT or EINVAL: the kernel does not support such sockets; EINVAL: nor such a condition
   */
  list(filter?: InetFilter<T>): T[] {
    const { all, fields, families, test } = this.#ask(filter);
    return families.flatMap((family) => all.list({ ...fields, family })).filter(test);
  }

  /** Yields all sockets that match the filter, in constant memory, with kernel sockets of its own. */
  *iterate(filter?: InetFilter<T>): Generator<T, void, undefined> {
    const { all, fields, families, test } = this.#ask(filter);
    for (const family of families) {
      for (const one of all.iterate({ ...fields, family })) if (test(one)) yield one;
    }
  }

  /**
   * Returns one socket.
   *
   * @param key its ends, as in a listed socket; `{ local: "127.0.0.1", localPort: 80 }` for a listening one
   * @throws {KernelError} ENOENT: no socket has exactly these ends, or another one has them by now
   */
  get(key: InetKey): T {
    const named = this.named(key, "get"), found = this.look(named);
    if (found !== undefined) return found;
    throw this.client().deferred ? unasked(named.what) : absent(named.what, "there is no such socket");
  }

  /** Returns one socket, or `undefined` if it does not exist. */
  find(key: InetKey): T | undefined {
    try {
      return this.look(this.named(key, "find"));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** Returns a text that identifies `value`. */
  key(value: T): string {
    const { cookie, local, localPort, dst, dstPort } = value;
    // All associations of one SCTP socket have the socket's cookie.
    return this.form.ownStates === true
      ? JSON.stringify([String(cookie), local, localPort, dst, dstPort, "peers" in value])
      : String(cookie);
  }

  /**
   * Converts a key to the kernel's form, once for each address family that it may mean.
   *
   * @internal
   */
  protected named(key: InetKey, verb: string): Named {
    const { object, table, protocol } = this.form;
    const fail = (why: string): never => {
      throw argumentError(TypeError, `Cannot ${verb} ${object}: ${why}`);
    };
    if (!isFields(key)) fail(`expected an object with its addresses and ports, got ${shown(key)}`);
    expectNames(key, `${verb} ${object}`, namesOf(table));
    expectDefined(key, `${verb} ${object}`, table.fields);
    const { family, local, dst, dstPort, cookie } = key;
    if (family !== undefined && familyName(family) === undefined) fail(`its family is inet or inet6, not ${family}`);
    const number = typeof key.protocol === "string" ? IPPROTO[key.protocol] : key.protocol;
    if (protocol !== "raw" && number !== undefined && number !== IPPROTO[protocol as keyof typeof IPPROTO]) {
      fail(`its protocol is ${protocol}, not ${key.protocol}`);
    }
    const localPort = key.localPort ?? (protocol === "raw" ? number : undefined);
    if (localPort === undefined && cookie === undefined) fail("expected its localPort or its cookie to be given");
    const text = local ?? dst, byText = typeof text !== "string" ? undefined : text.includes(":") ? "inet6" : "inet";
    const own = family === undefined ? undefined : familyName(family), told = own ?? byText;
    const on = key.if === undefined ? { dev: key.dev } : { if: key.if }, what = `${verb} ${object} ${describe(key)}`;
    const given = withoutUndefined({ localPort, dstPort, local, dst, ...on, cookie, protocol });
    const client = this.client(), codec = InetRequest as Codec<unknown, never>;
    const whole = [family, key.localPort, dstPort, local, dst, key.if, cookie].every((one) => one !== undefined);
    return {
      what,
      whole,
      asked: (told === undefined ? FAMILIES : [told]).map((family) => {
        const { localPort, dstPort, local, dst, if: on, ...rest } = client.normalize(
          codec,
          { ...given, family },
          what,
        ) as
          & InetRequest
          & Ends;
        return {
          ends: { family, localPort, dstPort, local, dst, if: on },
          cookie: cookie === undefined ? undefined : rest.cookie!,
          given: new Set([...Object.keys(given), ..."dev" in given ? ["if"] : []]),
          ...(told === undefined || own !== undefined ? { family } : {}),
          ...("peers" in key ? { peers: true } : {}),
        };
      }),
    };
  }

  /**
   * Finds the socket of a key. It asks the kernel first; if the kernel finds another socket, it searches a list of all.
   *
   * @internal
   */
  protected look({ asked }: Named): T | undefined {
    for (const one of asked) {
      const found = this.lookUp(one.ends, one.cookie);
      if (found !== undefined && this.#isIt(found, one)) return found;
    }
    if (this.client().deferred) return undefined;
    for (const one of asked) {
      const { ends, cookie, given, family } = one,
        filter: Record<string, unknown> = withoutUndefined({ family, cookie });
      // A destroyed socket stays bound to its port until its process closes it, so other states are searched.
      if (cookie === undefined && this.form.toldAs?.bound_inactive !== undefined) filter["state"] = ACTIVE;
      for (const field of ENDS) if (given.has(field)) filter[field] = ends[field];
      const found = this.list(filter as InetFilter<T>).find((other) => this.#isIt(other, one));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Returns the socket that the kernel finds by these ends. It may be another one: the kernel returns the socket that
   * would receive a packet with these ends.
   *
   * @internal
   */
  protected lookUp(ends: Ends, cookie?: bigint): T | undefined {
    if (this.form.listOnly === true) return undefined;
    try {
      return this.asking({}).get(withoutUndefined({ ...mappedToIpv4(ends), cookie }));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  #isIt(found: T, { ends, cookie, given, family, peers }: Asked): boolean {
    const { locals, peers: theirs } = found as { locals?: readonly SocketAddress[]; peers?: readonly SocketAddress[] };
    const port = (field: "localPort" | "dstPort" | "if"): boolean => found[field] === ends[field];
    const address = (field: "local" | "dst", all: readonly SocketAddress[] = []): boolean =>
      given.has(field)
        ? [found[field], ...all.map(({ addr }) => addr)].some((one) => isAddress(one, ends[field]))
        : cookie !== undefined || UNSPECIFIED.includes(found[field]);
    return (family === undefined || found.family === family) && (!given.has("if") || port("if")) &&
      (["localPort", "dstPort"] as const).every((field) => cookie !== undefined && !given.has(field) || port(field)) &&
      address("local", locals) && address("dst", theirs) &&
      // All associations of one SCTP socket have the socket's cookie.
      (cookie === undefined || found.cookie === cookie && (theirs !== undefined) === (peers === true));
  }

  #ask(given: InetFilter<T> | undefined): Question<T> {
    const { ownStates, toldAs = {}, unfiltered, storages, table } = this.form, what = this.#what();
    const fields: Record<string, unknown> = {}, condition: Record<string, unknown> = {};
    const fail = (why: string): never => {
      throw argumentError(TypeError, `Cannot ${what}: ${why}`);
    };
    const filter: unknown = given === undefined ? {} : given;
    expectFields(filter, what, "a filter as an object");
    const { info, skBpfStorages, family, state, ...rest } = filter as InetAsk & { state?: unknown };
    for (const [key, value] of Object.entries(rest)) (CONDITIONS.has(key) ? condition : fields)[key] = value;
    const client = this.client(), bits = ownStates === true ? ALL_STATES : stateBits(state);
    const compiled = compileFilter(condition, what, (name) => client.names.index(name));
    if (unfiltered === true && compiled.ops.some(({ code }) => code === "auto")) {
      fail("auto: the kernel does not show which ports of these sockets it chose");
    }
    if (info !== undefined && typeof info !== "boolean") fail(`info: expected true or false, got ${shown(info)}`);
    if (info === true && table.field("info") === undefined) fail("info: the kernel has none for these sockets");
    const maps = mapsOf(skBpfStorages, fail);
    if (maps !== undefined && storages !== true) fail("skBpfStorages: the kernel has none for these sockets");
    const name = family === undefined ? undefined : familyName(family);
    if (family !== undefined && name === undefined) fail(`family: expected inet or inet6, got ${shown(family)}`);
    if (this.form.connectionless === true && (bits & stateBits(CONNECTIONLESS)) === 0) {
      fail(`state: ${this.form.object}s have only ${CONNECTIONLESS.map(shown).join(" and ")}, got ${shown(state)}`);
    }
    const told = Object.entries(toldAs).reduce(
      (sum, [asked, told]) => (bits & stateBits(asked)) === 0 ? sum : sum | stateBits(told),
      bits,
    );
    const request = withoutUndefined({
      ext: info === true ? ALL : USUAL,
      states: bits,
      bytecode: compiled.ops.length === 0 ? undefined : compiled.ops,
      skBpfStorages: maps,
    });
    return {
      all: this.asking(request),
      fields,
      families: name === undefined ? FAMILIES : [name],
      test: testOf(compiled, ownStates === true ? stateAmong(state) : stateInMask(told)),
      selects: compiled.always !== true || name !== undefined || state !== undefined || isCondition(fields),
    };
  }

  /** True if a filter selects among the sockets. */
  protected selects(filter: InetFilter<T>): boolean {
    return this.#ask(filter).selects;
  }

  #what(): string {
    return `list ${this.form.object}s`;
  }

  /** Returns a collection whose requests contain the fields of `request`. */
  protected asking(request: object): Collection<T, object, object> {
    const { object, table, protocol, groups = [], module, swapped } = this.form, hint = moduleHint(module);
    const of = (value: object, verb: Verb): object => {
      const key = value as InetKey, { family } = key;
      if (verb === "list") return { ...request, family, protocol };
      const ends = verb === "get" && swapped === true ? swapEnds(key) : key;
      const raw = protocol === "raw" ? { rawProtocol: ends.localPort } : {};
      return { ext: ALL, states: ALL_STATES, cookie: INET_DIAG_NOCOOKIE, ...ends, ...raw, protocol };
    };
    const declaration: Declaration<T> = {
      object,
      table,
      messages: MESSAGES,
      groups,
      filters: ["family"],
      describe,
      identity: (value) => this.key(value),
      request: { codec: InetRequest as Codec<unknown, never>, of },
      hint: (code, details, value) => "cookie" in value || "local" in value ? undefined : hint(code, details, value),
    };
    return new Collection(declaration, this.client);
  }
}

/** Sockets that can be destroyed. */
export class DestroyableSockets<T extends AnyInetSocket> extends InetSockets<T> {
  /**
   * Destroys a socket without its process: a connection, or a listening socket. The process's next call on it fails
   * with ECONNABORTED.
   *
   * Like `ss -K`. The process keeps the socket and must still close it. Needs CAP_NET_ADMIN, and a kernel that is
   * configured with CONFIG_INET_DIAG_DESTROY.
   *
   * The kernel cannot destroy a socket that it does not find: a raw socket behind another one of its protocol, a UDP
   * socket behind another one with the same ends (SO_REUSEADDR), a TCP socket that is bound but neither listens nor
   * connects.
   *
   * In a loop over a list, give `{ missing: "ok" }`: a connection may end meanwhile, as one does whose other end is a
   * socket of this machine that the loop destroyed before.
   *
   * @param key a listed socket, or the fields that identify one
   * @param options `{ missing: "ok" }` if there may be no such socket
   * @returns false if there was none, so that nothing was changed
   * @throws {KernelError} ENOENT: no socket has exactly these ends, another one has them by now, or the kernel does not
   * find it; EOPNOTSUPP: the kernel cannot destroy sockets
   */
  destroy(key: InetKey, options: DeleteOptions = {}): boolean {
    const missing = isOk(options, "missing", `destroy ${this.form.object}`);
    return attempt(missing ? isAbsence : undefined, () => {
      this.#destroyOne(key);
      return true;
    });
  }

  #destroyOne(key: InetKey): void {
    const client = this.client(), named = this.named(key, "destroy"), { asked: [first] } = named;
    const found = named.whole ? undefined : this.look(named);
    if (found === undefined && !named.whole && !client.deferred) throw absent(named.what, "there is no such socket");
    const one = found ?? { ...first!.ends, cookie: first!.cookie ?? INET_DIAG_NOCOOKIE };
    if (this.form.anyCookie !== true || client.deferred) {
      try {
        client.request(this.#destruction(one));
        return;
      } catch (error) {
        if (!isAbsence(error)) throw error;
      }
    }
    const refuse: Refuse = (_cookie, error) => {
      throw error;
    };
    if (this.#destroySharers([one], refuse) === 0) {
      throw absent(named.what, "the kernel finds no such socket, or finds another one first");
    }
  }

  /**
   * Destroys all sockets that match the filter, in few requests.
   *
   * ```ts ignore
   * tcp.flush({ dst: "192.0.2.7" }); // kill every connection to this address
   * ```
   *
   * @param filter as for `list`; `{ all: true }` for all sockets. A filter that selects nothing is refused: `{}`, `{
   * info: true }`, `{ and: [] }`, `{ dstPort: { start: 0 } }`. A prefix selects its family: `0.0.0.0/0` is all of IPv4
   * @returns the number of destroyed sockets; it does not count sockets that were closed meanwhile or that `destroy`
   * cannot find
   * @throws {BatchError} for all sockets that are not known to be destroyed, by their position in the list; all are
   * tried
   */
  flush(filter: InetFilter<T> | { all: true }): number {
    const what = `destroy ${this.form.object}s`;
    const rest = selection<InetFilter<T>>(filter, what, (rest) => this.selects(rest), "destroy");
    const found = this.list(rest), undone: Undone<T> = { failures: [], unknown: [], unsent: [] };
    let count = 0;
    for (let rank = 0; rank < RANKS; rank++) {
      count += this.#destroyAll(found.filter((one) => rankOf(one) === rank), undone);
    }
    const [failures, unknown, unsent] = [undone.failures, undone.unknown, undone.unsent].map((list) =>
      list.map(({ one, error }) => ({ index: found.indexOf(one), error })).sort((a, b) => a.index - b.index)
    ) as [BatchFailure[], BatchFailure[], BatchFailure[]];
    if (failures.length + unknown.length + unsent.length > 0) {
      throw new BatchError({ count: found.length, failures, unknown, unsent });
    }
    return count;
  }

  /** Destroys sockets and returns their number; adds those that could not be destroyed to `undone`. */
  #destroyAll(found: readonly T[], undone: Undone<T>): number {
    const groups = new Map<string, Map<bigint, T>>(), alone: T[] = [], sharing: T[][] = [];
    for (const one of found) {
      const name = JSON.stringify(endsOf(one));
      groups.set(name, (groups.get(name) ?? new Map()).set(one.cookie, one));
    }
    for (const group of groups.values()) {
      if (group.size === 1 && this.form.anyCookie !== true) alone.push(...group.values());
      else sharing.push([...group.values()]);
    }
    const left = this.#destroyBatch(alone, undone);
    for (const one of left) sharing.push([one]);
    return sharing.reduce((count, group) => {
      const refuse: Refuse = (cookie, error) => {
        const list = error instanceof KernelError ? undone.failures : undone.unknown;
        list.push({ one: group.find((one) => one.cookie === cookie)!, error });
      };
      return count + this.#destroySharers(group, refuse);
    }, alone.length - left.length);
  }

  /**
   * Destroys sockets in a batch and returns those that the kernel did not find by their ends; adds the other failures
   * to `undone`.
   */
  #destroyBatch(found: readonly T[], undone: Undone<T>): T[] {
    try {
      this.client().runBatch((add) => {
        for (const one of found) add(this.#destruction(one));
      });
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      const left: T[] = [];
      for (const list of ["failures", "unknown", "unsent"] as const) {
        for (const { index, error: why } of error[list]) {
          if (list === "failures" && isAbsence(why)) left.push(found[index]!);
          else undone[list].push({ one: found[index]!, error: why });
        }
      }
      return left;
    }
    return [];
  }

  /** Destroys sockets that share the same ends, as far as the kernel finds them, and returns their number. */
  #destroySharers(group: readonly (Ends & { cookie: bigint })[], refuse: Refuse): number {
    const ends = endsOf(group[0]!), [first, ...others] = group.map(({ cookie }) => cookie) as [bigint, ...bigint[]];
    if (ends.dstPort !== 0 || this.form.anyCookie === true) {
      return this.#destroyFound(again(ends), [first, ...others], refuse, 0);
    }
    // The kernel lists them in the order in which it looks them up. A UDP socket on all addresses leaves its group when
    // it is destroyed, and then hides those behind it: so the first one is destroyed last.
    return this.#destroyFound(peersOf(ends), others, refuse) + this.#destroyFound(peersOf(ends), [first], refuse);
  }

  /**
   * Destroys sockets that share their ends, one after another as the kernel finds them, and returns their number.
   *
   * Among sockets that share an address and a port (SO_REUSEPORT) the kernel chooses by the peer. So the peer is varied
   * until all sockets that can be found were found.
   */
  #destroyFound(
    ways: Iterable<Ends>,
    cookies: readonly bigint[],
    refuse: Refuse,
    patience: number = PATIENCE,
  ): number {
    const left = new Set(cookies), seen = new Set<bigint>();
    let count = 0, missed = 0;
    for (const ends of ways) {
      if (left.size === 0 || missed > patience * (seen.size + 1)) break;
      let cookie: bigint | undefined;
      try {
        cookie = this.lookUp(ends)?.cookie;
      } catch (error) {
        for (const one of left) refuse(one, error as Error);
        break;
      }
      missed = cookie === undefined || seen.has(cookie) ? missed + 1 : 0;
      if (cookie === undefined) continue;
      seen.add(cookie);
      if (!left.delete(cookie)) continue;
      try {
        this.client().request(this.#destruction({ ...ends, cookie }));
        count++;
      } catch (error) {
        if (!isAbsence(error)) refuse(cookie, error as Error);
      }
    }
    return count;
  }

  #destruction(one: Ends & { cookie: bigint }): Operation {
    const { object, protocol } = this.form, key = { ...endsOf(one), cookie: one.cookie };
    const operation = this.asking({}).operation("delete", SOCK_DIAG.SOCK_DESTROY, key);
    return {
      ...operation,
      what: `destroy ${object} ${describe(key)}`,
      hint: (code) =>
        code === "EOPNOTSUPP"
          ? `this kernel is not configured with CONFIG_INET_DIAG_DESTROY, or cannot destroy sockets of protocol ${protocol}`
          : undefined,
    };
  }
}

/** Sockets that can be destroyed, and whose destruction the kernel reports. */
export class WatchableSockets<T extends AnyInetSocket> extends DestroyableSockets<T> {
  /**
   * Follows the destruction of sockets from now on: yields `del` for each socket that is gone, whoever closed it. Like
   * `ss -E`.
   *
   * The event comes when the last reference to the socket is released, so for a socket that `destroy` ended only once
   * its process has closed it too. It has `protocol` and, for TCP, `info` as they were at the end. The kernel does not
   * report new sockets.
   */
  watch(
    options: Pick<WatchOptions, "buffer" | "signal" | "allNamespaces"> = {},
  ): AsyncIterableIterator<WatchEvent<ChangeEvent<string, T>>> & AsyncDisposable {
    return this.asking({}).watch(options);
  }
}

/** Error codes that mean that a socket does not exist. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ESTALE", "ENODEV", "DRY_RUN"]);

function isAbsence(error: unknown): boolean {
  return error instanceof NetlinkError && ABSENT.has(error.code);
}

/** Receives the cookie of a socket that could not be destroyed, and the error. */
type Refuse = (cookie: bigint, error: Error) => void;

/** Sockets that are not known to be destroyed, as in {@linkcode BatchError}. */
type Undone<T> = Readonly<Record<"failures" | "unknown" | "unsent", { readonly one: T; readonly error: Error }[]>>;

/**
 * Number of peers to try per found socket before the search ends without a new one. It misses a socket with probability
 * 10^-8.
 */
const PATIENCE = 20;

function absent(what: string, kernelMessage: string): KernelError {
  return new KernelError(what, ERRNO.ENOENT, { kernelMessage });
}

type StateTest = (state: string | number) => boolean;

function stateInMask(bits: number): StateTest {
  return bits === ALL_STATES ? () => true : (state) => (bits & stateBits(state)) !== 0;
}

function stateAmong(wanted: unknown): StateTest {
  return wanted === undefined ? () => true : (state) => [wanted].flat().includes(state);
}

function testOf<T extends AnyInetSocket>({ ops, test }: Compiled, inState: StateTest): (one: T) => boolean {
  // If a field is missing from the reply, trust the kernel's filter.
  return (one) => inState(one.state) && (ops.length === 0 || test(one) !== false);
}

function mapsOf(wanted: unknown, fail: (why: string) => never): object | undefined {
  if (wanted === undefined || wanted === false) return undefined;
  if (wanted === true) return {};
  if (!Array.isArray(wanted)) fail(`skBpfStorages: expected true, false or file descriptors, got ${shown(wanted)}`);
  // An empty list means no map; the kernel would take it as all maps.
  return (wanted as number[]).length === 0 ? undefined : { mapFd: wanted };
}

function familyName(family: unknown): typeof FAMILIES[number] | undefined {
  return FAMILIES.find((name) => family === name || family === AF[name]);
}

const UNSPECIFIED: readonly string[] = ["0.0.0.0", "::"];

/** True if an address equals the wanted one, or is its IPv4-mapped IPv6 form. */
function isAddress(found: string | undefined, wanted: string): boolean {
  return found === wanted || (!wanted.includes(":") && found === `::ffff:${wanted}`);
}

const MAPPED = "::ffff:";

/** Converts ends that are both IPv4-mapped to IPv4: the kernel looks up a UDP socket of such ends only under IPv4. */
function mappedToIpv4(ends: Ends): Ends {
  const { local, dst } = ends;
  if (![local, dst].every((one) => one.startsWith(MAPPED) && one.includes("."))) return ends;
  return { ...ends, family: "inet", local: local.slice(MAPPED.length), dst: dst.slice(MAPPED.length) };
}

/** Yields the same ends forever: a destroyed socket no longer has them. */
function* again(ends: Ends): Generator<Ends> {
  while (true) yield ends;
}

/** Yields the ends of a socket without a peer, with one peer port after another. */
function* peersOf(ends: Ends): Generator<Ends> {
  for (let dstPort = 0; dstPort <= 0xffff; dstPort++) yield { ...ends, dstPort };
}

/**
 * Returns the rank of a socket: those of a lower rank are destroyed first. A destroyed UDP socket stays on its port
 * without its peer and interface, and the kernel may find it instead of a socket that never had these.
 */
function rankOf(one: Pick<Ends, "dstPort" | "if">): number {
  return (one.dstPort === 0 ? 0 : 2) + (one.if === 0 ? 0 : 1);
}

const RANKS = 4;

function endsOf({ family, localPort, dstPort, local, dst, if: on }: Ends): Ends {
  return { family, localPort, dstPort, local, dst, if: on };
}

/** Returns a key with its two ends swapped. */
function swapEnds({ local, localPort, dst, dstPort, ...rest }: InetKey): InetKey {
  return {
    ...rest,
    ...withoutUndefined({ local: dst, localPort: dstPort, dst: local, dstPort: localPort }) as InetKey,
  };
}

function withoutUndefined<V extends object>(value: V): V {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as V;
}

function describe(value: object): string {
  const { local, localPort, dst, dstPort } = value as InetKey;
  const end = (address: string | undefined, port: number | undefined): string =>
    address?.includes(":") ? `[${address}]:${port ?? "*"}` : `${address ?? "*"}:${port ?? "*"}`;
  return `${end(local, localPort)}${dstPort ? ` to ${end(dst, dstPort)}` : ""}`;
}
