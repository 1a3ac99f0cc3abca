/**
 * Sockets of IPv4 and IPv6, to be looked at, destroyed, and followed to their end.
 *
 * @module
 */
import type { Client, Operation } from "../../core/client.ts";
import type { Attributes, Codec } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, type Verb } from "../../core/collection.ts";
import { argumentError, BatchError, NetlinkError } from "../../core/errors.ts";
import type { ChangeEvent, WatchEvent, WatchOptions } from "../../core/watch.ts";
import { compile, type Compiled, CONDITIONS, type SocketCondition } from "./filter.ts";
import { InetRequest, type InetSocket, type IpProtocol } from "./inet.ts";
import { INET_DIAG_NOCOOKIE, SOCK_DIAG, type SocketFamily, stateBits } from "./protocol.ts";
import { MESSAGES, moduleHint, type SocketForm, type StateFilter } from "./sockets.ts";

/** A socket of whatever protocol, which may have states of its own. */
export type AnyInetSocket = Omit<InetSocket, "state"> & {
  /** What it is doing. */
  state: string | number;
};

/** What protocols differ in. */
export interface InetForm<T extends AnyInetSocket> {
  /** What one is called: `TCP socket`. */
  readonly object: string;
  /** Its table. */
  readonly table: Attributes<T>;
  /** Its number, by name. */
  readonly protocol: IpProtocol;
  /** The groups that tell of those that are no more. */
  readonly groups?: readonly number[];
  /** The module that knows such sockets, and the kernel's option. */
  readonly module: SocketForm<T>["module"];
  /** Whether its states are not those of TCP, so that the kernel cannot be asked for some of them. */
  readonly ownStates?: true;
  /** Whether the kernel takes the two ends in each other's place when it is asked for a single one. */
  readonly swapped?: true;
}

/** What is asked for beside what is always told. */
export interface InetAsk {
  /** Whether to tell of the connection too: `info`, and what congestion control knows. */
  info?: boolean;
  /** What BPF programs keep with it: of all maps, or of those with these file descriptors. Needs CAP_BPF. */
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

/** What names one socket: a socket that was listed, or as much of it. `cookie` makes sure that it is still the same. */
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
   * @throws {KernelError} ENOENT: there is none, or another one by now
   */
  get(key: InetKey): T {
    try {
      return this.asking({}).get(identity(key));
    } catch (error) {
      // Of those that share a port the kernel finds but one.
      const shared = key.cookie !== undefined && error instanceof NetlinkError && ABSENT.has(error.code);
      const found = shared ? this.#sharer(identity(key)) : undefined;
      if (found === undefined) throw error;
      return found;
    }
  }

  /** The same, `undefined` when there is none. */
  find(key: InetKey): T | undefined {
    try {
      return this.get(key);
    } catch (error) {
      if (error instanceof NetlinkError && ABSENT.has(error.code)) return undefined;
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

  #sharer({ family, local, localPort, dst, dstPort, cookie }: InetKey): T | undefined {
    const filter = { family, local, localPort, dst, dstPort, cookie };
    return this.list(present(filter) as InetFilter<T>)[0];
  }

  #ask(filter: InetFilter<T> = {} as InetFilter<T>): Question<T> {
    const fields: Record<string, unknown> = {}, condition: Record<string, unknown> = {}, what = this.#what();
    const { info, skBpfStorages, family, state, ...rest } = filter as InetAsk & { state?: unknown };
    for (const [key, value] of Object.entries(rest)) (CONDITIONS.has(key) ? condition : fields)[key] = value;
    const client = this.client(), { ownStates } = this.form;
    const bits = ownStates === true ? ALL_STATES : stateBits(state);
    const compiled = compile(condition, what, (name) => client.names.index(name));
    const request = present({
      ext: info === true ? ALL : USUAL,
      states: bits,
      bytecode: compiled.ops.length === 0 ? undefined : compiled.ops,
      skBpfStorages: storages(skBpfStorages),
    });
    return {
      all: this.asking(request),
      fields,
      families: family === undefined ? FAMILIES : [family],
      test: testOf(compiled, ownStates === true ? among(state) : inBits(bits)),
    };
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
      const { protocol: own, ...id } = verb === "get" && swapped === true ? swap(value) : value as InetKey;
      const raw = protocol === "raw" && own !== undefined ? { rawProtocol: own } : {};
      return { ext: ALL, states: ALL_STATES, cookie: INET_DIAG_NOCOOKIE, ...id, ...raw, protocol };
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
   * Of sockets that share an address and a port (SO_REUSEPORT) the kernel finds but one: ENOENT for the others. `flush`
   * comes to all of them.
   *
   * @param key a socket that was listed, or as much of it as names one
   * @throws {KernelError} ENOENT: there is none, or another one by now; EOPNOTSUPP: this kernel does not do that
   */
  destroy(key: InetKey): void {
    this.client().request(this.#destruction(key));
  }

  /**
   * Destroys all that fit the filter, in few requests.
   *
   * ```ts ignore
   * tcp.flush({ dst: "192.0.2.7" }); // kill every connection to this address
   * ```
   *
   * @param filter as for `list`; `{ all: true }` for everything
   * @returns how many there were; those that went by themselves meanwhile are not among them
   */
  flush(filter: InetFilter<T> | { all: true }): number {
    const { all, ...rest } = filter as { all?: true };
    if (all !== true && Object.values(rest).every((value) => value === undefined)) {
      throw argumentError(TypeError, `Cannot destroy ${this.form.object}s without a filter: { all: true } says so`);
    }
    const done = new Set<bigint>();
    // Of those that share a port the kernel finds one at a time.
    for (let before = -1; before < done.size;) {
      before = done.size;
      const found = this.list(rest as InetFilter<T>).filter(({ cookie }) => !done.has(cookie));
      for (const one of this.#destroyAll(found)) done.add(one.cookie);
    }
    return done.size;
  }

  /** Destroys these, and says which of them were still there to be found. */
  #destroyAll(found: readonly T[]): T[] {
    try {
      this.client().runBatch((add) => {
        for (const one of found) add(this.#destruction(one));
      });
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      const left = error.without(({ error }) => error instanceof NetlinkError && ABSENT.has(error.code));
      if (left !== undefined) throw left;
      const absent = new Set(error.failures.map(({ index }) => index));
      return found.filter((_one, index) => !absent.has(index));
    }
    return [...found];
  }

  #destruction(key: InetKey): Operation {
    const { object, protocol } = this.form;
    const operation = this.asking({}).operation("delete", SOCK_DIAG.SOCK_DESTROY, identity(key));
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
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ESTALE"]);

type StateTest = (state: string | number) => boolean;

function inBits(bits: number): StateTest {
  return bits === ALL_STATES ? () => true : (state) => (bits & stateBits(state)) !== 0;
}

function among(wanted: unknown): StateTest {
  return wanted === undefined ? () => true : (state) => [wanted].flat().includes(state);
}

function testOf<T extends AnyInetSocket>({ ops, test }: Compiled, inState: StateTest): (one: T) => boolean {
  // What we are not told the kernel has checked.
  return (one) => inState(one.state) && (ops.length === 0 || test(one) !== false);
}

function storages(wanted: boolean | readonly number[] | undefined): object | undefined {
  return wanted === undefined || wanted === false ? undefined : wanted === true ? {} : { mapFd: wanted };
}

/** What of a socket names it; the family where it does not say so itself. */
function identity(key: InetKey): InetKey {
  if (typeof key !== "object" || key === null) {
    throw argumentError(
      TypeError,
      `Cannot find a socket by ${String(key)}: expected an object with its addresses and ports`,
    );
  }
  const { family, local, localPort, dst, dstPort, cookie, protocol } = key;
  const of = family ?? ((local ?? dst ?? "").includes(":") ? "inet6" : "inet");
  const on = key.if === undefined ? { dev: key.dev } : { if: key.if };
  return present({ family: of, localPort, dstPort, local, dst, ...on, cookie, protocol });
}

/** The two ends in each other's place. */
function swap({ local, localPort, dst, dstPort, ...rest }: InetKey): InetKey {
  return { ...rest, ...present({ local: dst, localPort: dstPort, dst: local, dstPort: localPort }) };
}

function present<V extends object>(value: V): V {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as V;
}

function describe(value: object): string {
  const { local, localPort, dst, dstPort } = value as InetKey;
  const end = (address: string | undefined, port: number | undefined): string =>
    address?.includes(":") ? `[${address}]:${port ?? "*"}` : `${address ?? "*"}:${port ?? "*"}`;
  return `${end(local, localPort)}${dstPort ? ` to ${end(dst, dstPort)}` : ""}`;
}
