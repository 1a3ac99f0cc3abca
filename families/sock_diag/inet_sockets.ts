/**
 * Sockets of IPv4 and IPv6, to be looked at, destroyed, and followed to their end.
 *
 * @module
 */
import { expectFields, expectNames, isCondition, isFields, namesOf } from "../../core/arguments.ts";
import type { Client, Operation } from "../../core/client.ts";
import { type Codec, shown } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, type Verb } from "../../core/collection.ts";
import { argumentError, BatchError, type BatchFailure, KernelError, NetlinkError, unasked } from "../../core/errors.ts";
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

/** What is asked for beside what is always told. */
export interface InetAsk {
  /** Whether to tell of the connection too: `info`, and what congestion control knows. Not of UDP and raw sockets. */
  info?: boolean;
  /**
   * What BPF programs keep with it: of all maps, or of those with these file descriptors. Needs CAP_BPF; of TCP, DCCP and
   * MPTCP sockets.
   */
  skBpfStorages?: boolean | readonly number[];
  /** `inet` or `inet6`; both when absent. */
  family?: SocketFamily;
}

/**
 * What sockets are listed by: conditions that the kernel checks (addresses, ports, interface, mark, control group, and
 * what `and`, `or` and `not` make of these), states, and fields that they are to have.
 */
export type InetFilter<T> =
  & SocketCondition
  & StateFilter<T>
  & InetAsk
  & Omit<Input<T>, keyof SocketCondition | keyof InetAsk | "state">;

/**
 * What names one socket: a socket that was listed, or as much of it.
 *
 * Its cookie alone does. Without it both ends are meant as they are given, and one that is not given is none: 0.0.0.0 or ::,
 * and port 0, as of what listens. Neither a socket that listens on all addresses nor one that is bound to another
 * interface than `dev` stands for it. An IPv4 address is also that address of an IPv6 socket (`::ffff:…`).
 */
export type InetKey = Partial<
  Pick<
    InetSocket,
    "family" | "local" | "localPort" | "dst" | "dstPort" | "if" | "dev" | "cookie" | "protocol"
  >
>;

const ALL_STATES: number = stateBits(undefined);

/** Extensions without what `info` asks for. */
const USUAL = 0b11111001, ALL = 0xff;

const FAMILIES = ["inet", "inet6"] as const;

interface Question<T extends object> {
  readonly all: Collection<T, object, object>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly families: readonly SocketFamily[];
  readonly test: (one: T) => boolean;
  /** Whether anything is asked of a socket. */
  readonly selects: boolean;
}

/** The ends of a socket, and the interface that it is bound to. */
type Ends = Required<Pick<InetRequest, "family" | "localPort" | "dstPort" | "local" | "dst" | "if">>;

/** The states of what the kernel finds by its ends. */
const ACTIVE = Object.keys(TCP_STATE).filter((name) => name !== "bound_inactive");

const ENDS = ["localPort", "dstPort", "local", "dst", "if"] as const;

/** A key in the kernel's own form, in one family. */
interface Asked {
  readonly ends: Ends;
  readonly cookie: bigint | undefined;
  /** The fields that were given, and have to be the same. */
  readonly given: ReadonlySet<string>;
  /** The family that it has to be of, where an IPv6 socket will not do for an IPv4 address. */
  readonly family?: SocketFamily;
  /** Whether it is an association, as SCTP's sockets have. */
  readonly peers?: true;
}

/** What a key names. */
interface Named {
  /** What is being done: `get TCP socket 127.0.0.1:80`. */
  readonly what: string;
  /** Whether the key has all that a socket which was listed has. */
  readonly whole: boolean;
  /** In each family that may be meant. */
  readonly asked: readonly Asked[];
}

/** All sockets of one protocol, in one network namespace. */
export class InetSockets<T extends AnyInetSocket> {
  /** What they are. */
  protected readonly form: InetForm<T>;
  /** Who is asked. */
  protected readonly client: () => Client;

  /** Asks through the client that `open` gives. */
  constructor(form: InetForm<T>, open: () => Client) {
    this.form = form;
    this.client = open;
  }

  /**
   * All that fit the filter.
   *
   * ```ts ignore
   * tcp.list({ state: "listen" }); // ss -tln
   * tcp.list({ dst: "10.0.0.0/8", dstPort: { start: 8000, end: 8999 }, not: { dev: "eth0" }, info: true });
   * ```
   *
   * @throws {KernelError} ENOENT: this kernel does not know such sockets; EINVAL: or not such a condition
   */
  list(filter?: InetFilter<T>): T[] {
    const { all, fields, families, test } = this.#ask(filter);
    return families.flatMap((family) => all.list({ ...fields, family })).filter(test);
  }

  /** The same one by one, in constant memory, on sockets of its own. */
  *iterate(filter?: InetFilter<T>): Generator<T, void, undefined> {
    const { all, fields, families, test } = this.#ask(filter);
    for (const family of families) {
      for (const one of all.iterate({ ...fields, family })) if (test(one)) yield one;
    }
  }

  /**
   * One socket.
   *
   * @param key its ends, as of a socket that was listed; `{ local: "127.0.0.1", localPort: 80 }` for one that listens
   * @throws {KernelError} ENOENT: there is none with exactly these ends, or another one by now
   */
  get(key: InetKey): T {
    const named = this.named(key, "get"), found = this.look(named);
    if (found !== undefined) return found;
    throw this.client().deferred ? unasked(named.what) : absent(named.what, "there is no such socket");
  }

  /** The same, `undefined` when there is none. */
  find(key: InetKey): T | undefined {
    try {
      return this.look(this.named(key, "find"));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** What tells `value` from all others, as text. */
  key(value: T): string {
    const { cookie, local, localPort, dst, dstPort } = value;
    // Associations of one SCTP socket have its cookie.
    return this.form.ownStates === true
      ? JSON.stringify([String(cookie), local, localPort, dst, dstPort, "peers" in value])
      : String(cookie);
  }

  /**
   * What a key names, as the kernel has it.
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
   * The one that is named. The kernel's own look-up comes first; where what it finds is another, all are looked through.
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
      // What was destroyed stays bound to its port until its process closes it.
      if (cookie === undefined && this.form.toldAs?.bound_inactive !== undefined) filter["state"] = ACTIVE;
      for (const field of ENDS) if (given.has(field)) filter[field] = ends[field];
      const found = this.list(filter as InetFilter<T>).find((other) => this.#isIt(other, one));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * What the kernel finds by these ends: maybe another, as it takes what would receive a packet with them.
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
      // Associations of one SCTP socket have its cookie.
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
      fail("auto: the kernel does not say which of these ports it chose");
    }
    if (info !== undefined && typeof info !== "boolean") fail(`info: expected true or false, got ${shown(info)}`);
    if (info === true && table.field("info") === undefined) fail("info: the kernel has none of these");
    const maps = mapsOf(skBpfStorages, fail);
    if (maps !== undefined && storages !== true) fail("skBpfStorages: the kernel does not tell of these");
    const name = family === undefined ? undefined : familyName(family);
    if (family !== undefined && name === undefined) fail(`family: expected inet or inet6, got ${shown(family)}`);
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

  /** Whether a filter can be said to choose among the sockets. */
  protected selects(filter: InetFilter<T>): boolean {
    return this.#ask(filter).selects;
  }

  #what(): string {
    return `list ${this.form.object}s`;
  }

  /** The collection that asks with `request`. */
  protected asking(request: object): Collection<T, object, object> {
    const { object, table, protocol, groups = [], module, swapped } = this.form, hint = moduleHint(module);
    const of = (value: object, verb: Verb): object => {
      const { family } = value as InetKey;
      if (verb === "list") return { ...request, family, protocol };
      const ends = verb === "get" && swapped === true ? swapEnds(value) : value as InetKey;
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
   * Ends a connection, or a socket's listening, without its process: what that does with it next fails with ECONNABORTED.
   *
   * Like `ss -K`. The socket stays the process's, who has yet to close it. Needs CAP_NET_ADMIN, and a kernel that is
   * configured with CONFIG_INET_DIAG_DESTROY.
   *
   * What the kernel does not come to is not destroyed: a raw socket behind another of its protocol, a UDP socket behind
   * another that has its ends (SO_REUSEADDR), a TCP socket that is bound and does nothing yet.
   *
   * @param key a socket that was listed, or as much of it as names one
   * @throws {KernelError} ENOENT: there is none with exactly these ends, or another one by now, or the kernel does not come
   * to it; EOPNOTSUPP: this kernel does not do that
   */
  destroy(key: InetKey): void {
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
      throw absent(named.what, "the kernel finds no such socket, or another first");
    }
  }

  /**
   * Destroys all that fit the filter, in few requests.
   *
   * ```ts ignore
   * tcp.flush({ dst: "192.0.2.7" }); // kill every connection to this address
   * ```
   *
   * @param filter as for `list`; `{ all: true }` for everything. One that asks nothing of a socket is refused: `{}`,
   * `{ info: true }`, `{ and: [] }`, `{ dstPort: { start: 0 } }`. A prefix asks for its family: `0.0.0.0/0` is all of IPv4
   * @returns how many were destroyed; not among them are those that went by themselves meanwhile, and those that `destroy`
   * does not come to
   * @throws {BatchError} with every one that is not known to be destroyed, by its position in the list; all are tried
   */
  flush(filter: InetFilter<T> | { all: true }): number {
    const what = `destroy ${this.form.object}s`;
    expectFields(filter, what, "a filter as an object");
    const { all, ...rest } = filter as { all?: unknown };
    if (all !== undefined && all !== true) {
      throw argumentError(TypeError, `Cannot ${what}: all: expected true or undefined, got ${shown(all)}`);
    }
    if ((all === true) === this.selects(rest as InetFilter<T>)) {
      throw argumentError(
        TypeError,
        all === true
          ? `Cannot ${what}: { all: true } excludes other fields`
          : `Cannot ${what} without a filter that asks something of them: use { all: true } to delete all`,
      );
    }
    const found = this.list(rest as InetFilter<T>), undone: Undone<T> = { failures: [], unknown: [], unsent: [] };
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

  /** Destroys these, says how many of them, and notes which could not be. */
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

  /** Destroys these, gives those that the kernel did not find by their own ends, and notes which could not be destroyed. */
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

  /** Destroys those among sockets of the same ends that the kernel comes to, and says how many. */
  #destroySharers(group: readonly (Ends & { cookie: bigint })[], refuse: Refuse): number {
    const ends = endsOf(group[0]!), [first, ...others] = group.map(({ cookie }) => cookie) as [bigint, ...bigint[]];
    if (ends.dstPort !== 0 || this.form.anyCookie === true) {
      return this.#destroyFound(again(ends), [first, ...others], refuse, 0);
    }
    // The kernel tells of them in the order in which it looks for one. A UDP socket on all addresses leaves its group when
    // it is destroyed, and hides from then on those behind it: so the first one goes last.
    return this.#destroyFound(peersOf(ends), others, refuse) + this.#destroyFound(peersOf(ends), [first], refuse);
  }

  /**
   * Destroys those of some sockets that the kernel finds one after the other.
   *
   * Among sockets that share an address and a port (SO_REUSEPORT) it chooses by the other end: as another one would be chosen
   * for another peer, the peer is varied until all that are to be seen have been.
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
          ? `this kernel is not configured with CONFIG_INET_DIAG_DESTROY, or cannot do that to ${protocol}`
          : undefined,
    };
  }
}

/** Sockets that can be destroyed, and whose end the kernel tells of. */
export class WatchableSockets<T extends AnyInetSocket> extends DestroyableSockets<T> {
  /**
   * Follows what is destroyed, from now on: `del` for each socket that is no more, whoever ended it. Like `ss -E`.
   *
   * The event comes when the socket's last user lets go of it, with `protocol` and, of TCP, `info` as they were at the end:
   * of what `destroy` ended, once its process has closed it too. Of new sockets the kernel does not tell.
   */
  watch(
    options: Pick<WatchOptions, "buffer" | "signal" | "allNamespaces"> = {},
  ): AsyncIterableIterator<WatchEvent<ChangeEvent<string, T>>> & AsyncDisposable {
    return this.asking({}).watch(options);
  }
}

/** Codes that say that a socket does not exist. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ESTALE", "ENODEV", "DRY_RUN"]);

function isAbsence(error: unknown): boolean {
  return error instanceof NetlinkError && ABSENT.has(error.code);
}

/** Is told which socket, by its cookie, could not be destroyed. */
type Refuse = (cookie: bigint, error: Error) => void;

/** Sockets that are not known to be destroyed, as in {@linkcode BatchError}. */
type Undone<T> = Readonly<Record<"failures" | "unknown" | "unsent", { readonly one: T; readonly error: Error }[]>>;

const ENOENT = 2;

/** So many other ends for each socket seen, without a new one, mean that all were: a chance of one in 10^8 that not. */
const PATIENCE = 20;

function absent(what: string, kernelMessage: string): KernelError {
  return new KernelError(what, ENOENT, { kernelMessage });
}

type StateTest = (state: string | number) => boolean;

function stateInMask(bits: number): StateTest {
  return bits === ALL_STATES ? () => true : (state) => (bits & stateBits(state)) !== 0;
}

function stateAmong(wanted: unknown): StateTest {
  return wanted === undefined ? () => true : (state) => [wanted].flat().includes(state);
}

function testOf<T extends AnyInetSocket>({ ops, test }: Compiled, inState: StateTest): (one: T) => boolean {
  // What we are not told the kernel has checked.
  return (one) => inState(one.state) && (ops.length === 0 || test(one) !== false);
}

function mapsOf(wanted: unknown, fail: (why: string) => never): object | undefined {
  if (wanted === undefined || wanted === false) return undefined;
  if (wanted === true) return {};
  if (!Array.isArray(wanted)) fail(`skBpfStorages: expected true, false or file descriptors, got ${shown(wanted)}`);
  // No map is not all maps.
  return (wanted as number[]).length === 0 ? undefined : { mapFd: wanted };
}

function familyName(family: unknown): typeof FAMILIES[number] | undefined {
  return FAMILIES.find((name) => family === name || family === AF[name]);
}

const UNSPECIFIED: readonly string[] = ["0.0.0.0", "::"];

/** Whether an address is the one wanted, or that IPv4 address in IPv6. */
function isAddress(found: string | undefined, wanted: string): boolean {
  return found === wanted || (!wanted.includes(":") && found === `::ffff:${wanted}`);
}

const MAPPED = "::ffff:";

/** Ends that are both IPv4 addresses in IPv6 as what they are: a kernel looks for a UDP socket of these under IPv4 only. */
function mappedToIpv4(ends: Ends): Ends {
  const { local, dst } = ends;
  if (![local, dst].every((one) => one.startsWith(MAPPED) && one.includes("."))) return ends;
  return { ...ends, family: "inet", local: local.slice(MAPPED.length), dst: dst.slice(MAPPED.length) };
}

/** The same ends again and again: who was destroyed does not have them any more. */
function* again(ends: Ends): Generator<Ends> {
  while (true) yield ends;
}

/** The ends of one that has no peer, seen from peers of one port after the other. */
function* peersOf(ends: Ends): Generator<Ends> {
  for (let dstPort = 0; dstPort <= 0xffff; dstPort++) yield { ...ends, dstPort };
}

/**
 * Which sockets are destroyed before which others. A UDP socket that was destroyed stays on its port, without its peer and its
 * interface, and the kernel may find it in the place of one that never had these.
 */
function rankOf(one: Pick<Ends, "dstPort" | "if">): number {
  return (one.dstPort === 0 ? 0 : 2) + (one.if === 0 ? 0 : 1);
}

const RANKS = 4;

function endsOf({ family, localPort, dstPort, local, dst, if: on }: Ends): Ends {
  return { family, localPort, dstPort, local, dst, if: on };
}

/** The two ends in each other's place. */
function swapEnds({ local, localPort, dst, dstPort, ...rest }: InetKey): InetKey {
  return { ...rest, ...withoutUndefined({ local: dst, localPort: dstPort, dst: local, dstPort: localPort }) };
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
