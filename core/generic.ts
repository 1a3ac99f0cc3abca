/**
 * Generic netlink: families by name, with their requests, events and collections.
 *
 * @module
 */
import { EVENT_OPTIONS, expectArray, expectOptions, isFields, operationOf, plural } from "./arguments.ts";
import {
  type Client,
  type MakeCollections,
  type OpenClient,
  openClient,
  type OpenOptions,
  sharedClient,
} from "./client.ts";
import { type Codec, Reader, shown } from "./codec/mod.ts";
import {
  type Batched,
  type ChangingVerb,
  Collection,
  type Declaration,
  type Has,
  type Input,
  type Verb,
} from "./collection.ts";
import { argumentError, ERRNO, KernelError, type KernelErrorDetails } from "./errors.ts";
import { LastNames } from "./event_names.ts";
import { declareFamily, noteFamily } from "./generic_messages.ts";
import {
  CTRL_CMD,
  everyCommand,
  type FoundFamily,
  framed,
  type GenericChanges,
  type GenericCollectionForm,
  type GenericCommands,
  type GenericEventKind,
  GenericFamily,
  type GenericForm,
  type GenericMessages,
  type GenericProtocol,
  GENL_HDRLEN,
  GENL_ID,
  NETLINK_GENERIC,
  nlctrl,
} from "./genl.ts";
import { eachMessage, NLMSG_HDRLEN } from "./message.ts";
import type { Operation, Requester } from "./protocol.ts";
import { decodeWhole, stream, type Streaming } from "./stream.ts";
import { capabilityHint } from "./capabilities.ts";
import type { Listening } from "./watch.ts";

/**
 * Asks the kernel for a family by name, which makes it load the family's module.
 *
 * @param hint the hint of the error if there is no such family
 * @throws {KernelError} ENOENT: the kernel has no such family
 */
export function findFamily(client: Client, name: string, hint?: string): FoundFamily {
  return client.request({
    type: GENL_ID.GENL_ID_CTRL,
    flags: 0,
    codec: framed(CTRL_CMD.CTRL_CMD_GETFAMILY, 1, GenericFamily as Codec<unknown, never>),
    value: { familyName: name },
    what: `find the generic netlink family ${name}`,
    reply: GENL_ID.GENL_ID_CTRL,
    looks: true,
    hint: (code) => code === "ENOENT" ? hint : undefined,
  }) as FoundFamily;
}

/** The families that each client has looked up: their numbers are valid as long as their modules are loaded. */
const foundFamilies = new WeakMap<Client, Map<string, FoundFamily>>();

/** Returns the family that a client's message is sent to, looked up once; `anew` ignores an earlier result. */
export function lookUpFamily(
  client: Client,
  { name, hint }: Pick<GenericProtocol, "name" | "hint">,
  anew = false,
): FoundFamily {
  // A dry run sends nothing, so the number is not known.
  if (client.options.dryRun !== undefined) return { familyId: 0, familyName: name };
  let families = foundFamilies.get(client);
  if (families === undefined) foundFamilies.set(client, families = new Map());
  let family = anew ? undefined : families.get(name);
  if (family === undefined) families.set(name, family = findFamily(client, name, hint));
  noteFamily(family);
  return family;
}

/** Makes a client look up its families again before a batch, whose items cannot be repeated. */
export function forgetFamilies(client: Client): void {
  foundFamilies.delete(client);
}

/** Returns the numbers of a family's groups; a group given by number keeps it. */
export function groupNumbers(family: FoundFamily, groups: readonly (string | number)[]): number[] {
  const { familyName: of, mcastGroups = [] } = family, there = mcastGroups.map(({ name }) => name).join(", ");
  if (groups.length === 0) {
    throw argumentError(
      TypeError,
      `Cannot watch ${of}: ${there === "" ? "it has no groups" : `no group is given, expected ${there}`}`,
    );
  }
  return groups.map((group) => {
    const number = typeof group === "number" ? group : mcastGroups.find(({ name }) => name === group)?.id;
    if (number === undefined) {
      throw argumentError(
        TypeError,
        `Cannot join group ${shown(group)} of ${of}: this kernel's has ${there || "none"}`,
      );
    }
    if (!Number.isInteger(number) || number < 1 || number > 0x7fffffff) {
      throw argumentError(RangeError, `Cannot join group ${number} of ${of}: expected 1..2147483647`);
    }
    return number;
  });
}

/** A request of a family. */
export interface GenericCall extends GenericForm, Pick<Operation, "value" | "what" | "hint"> {
  /** nlmsg_flags besides NLM_F_REQUEST. */
  readonly flags?: number;
}

/** Options of a stream of events. */
export interface EventOptions {
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the stream, as leaving the loop and closing the client do. */
  signal?: AbortSignal;
}

/** Sends the requests of one family on a client. */
export class GenericCaller {
  /** The family. */
  readonly protocol: GenericProtocol;
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** Looks the family up with the client of `open`, and sends with that of `requester`. */
  constructor(protocol: GenericProtocol, open: () => Client, requester: () => Requester = open) {
    this.protocol = protocol;
    this.#open = open;
    this.#requester = requester;
    declareFamily(protocol);
  }

  /** A signal that closing the client aborts. */
  get closing(): AbortSignal {
    return this.#open().closing;
  }

  /** Returns the kernel's description of the family. */
  family(): FoundFamily {
    return lookUpFamily(this.#open(), this.protocol);
  }

  /** Returns the message of a request. */
  operation({ cmd, reply = cmd, flags = 0, codec, replyCodec, hint, ...rest }: GenericCall): Operation {
    const { version } = this.protocol, family = this.family(), { familyId } = family;
    const name = commandName(this.protocol, cmd);
    return {
      ...rest,
      ...(LOOKING.test(name) ? { looks: true } : {}),
      hint: (code, details) => hint?.(code, details) ?? this.#firstHint(code, details, family, cmd),
      type: familyId,
      flags,
      codec: framed(cmd, version, codec),
      replyCodec: framed(reply, version, replyCodec ?? codec),
      reply: familyId,
      concerns: (from, at) => from.bytes[at] === reply,
      name,
    };
  }

  /** Returns the hint for commands that need the capability in the first user namespace; nlctrl tells which do. */
  #firstHint(
    code: string,
    { kernelMessage }: KernelErrorDetails,
    { ops }: FoundFamily,
    cmd: number,
  ): string | undefined {
    if (code !== "EPERM" || kernelMessage !== undefined) return undefined;
    const first = ops?.find(({ id }) => id === cmd)?.flags?.includes("admin_perm") === true;
    return first ? capabilityHint(true, this.#open().options.transport === undefined) : undefined;
  }

  /** Sends a request; returns the object in the reply, if any. */
  request(call: GenericCall): unknown {
    const operation = this.operation(call);
    return this.#retryIfRenumbered(operation, (operation) => this.#requester().request(operation));
  }

  /** Sends a request with several replies; returns all objects. */
  dump(call: GenericCall): unknown[] {
    return this.#retryIfRenumbered(this.operation(call), (operation) => this.#requester().dump(operation));
  }

  /** Yields the objects of a dump one by one, on a socket of its own. */
  iterate(call: GenericCall): Generator<unknown, void, undefined> {
    return this.#requester().iterate(this.operation(call));
  }

  /** Returns a sender of requests that looks the family up again if its number has changed. */
  requester(): Requester {
    const inner = this.#requester();
    return {
      deferred: inner.deferred,
      request: (operation) => this.#retryIfRenumbered(operation, (operation) => inner.request(operation)),
      dump: (operation) => this.#retryIfRenumbered(operation, (operation) => inner.dump(operation)),
      iterate: (operation, fits) => inner.iterate(operation, fits),
      normalize: (codec, value, what) => inner.normalize(codec, value, what),
    };
  }

  /**
   * Sends an operation, and once more with the family's new number if the kernel does not know the old one: the
   * family's module was loaded again.
   */
  #retryIfRenumbered<R>(operation: Operation, send: (operation: Operation) => R): R {
    try {
      return send(operation);
    } catch (error) {
      if (!(error instanceof KernelError) || error.code !== "ENOENT") throw error;
      const { familyId } = lookUpFamily(this.#open(), this.protocol, true);
      if (familyId === operation.type) throw error;
      return send({ ...operation, type: familyId, reply: familyId });
    }
  }

  /**
   * Yields the events that the family sends to groups, decoded by command. The subscription exists when this returns.
   *
   * @param groups names or numbers of the groups
   * @param kinds the codecs of the events, by command; other messages are ignored
   */
  events<E>(
    groups: readonly (string | number)[],
    kinds: Readonly<Record<number, GenericEventKind>>,
    options: EventOptions = {},
  ): Streaming<E> {
    const what = `listen to ${this.protocol.name}`;
    expectArray(groups, what, "groups as an array");
    expectOptions(options, what, EVENT_OPTIONS);
    const client = this.#open(), events = client.sibling();
    try {
      const family = lookUpFamily(events, this.protocol), names = new LastNames(events.names);
      if (options.buffer !== undefined) events.transport.setBuffer(options.buffer);
      for (const group of groupNumbers(family, groups)) events.transport.join(group);
      return stream<E>(events.transport, (received) => {
        const found: E[] = [];
        // Events about the kernel's objects come only from the kernel.
        if (received.port !== 0) return found;
        const from = new Reader(received.bytes, received.length, received.view);
        names.next();
        if (client.options.names !== false) from.names = names;
        eachMessage(from, (at, end) => {
          const payload = at + NLMSG_HDRLEN;
          if (from.view.getUint16(at + 4, true) !== family.familyId || end - payload < GENL_HDRLEN) return;
          const kind = kinds[from.bytes[payload]!];
          const value = kind && decodeWhole(kind.codec, from, payload + GENL_HDRLEN, end);
          if (value === undefined) return;
          found.push({ event: kind!.event, ...(kind!.whole === true ? { value } : value as object) } as E);
        });
        return found;
      }, { signal: options.signal, closing: client.closing, close: () => events.close() });
    } catch (error) {
      events.close();
      throw error;
    }
  }
}

/**
 * Matches names of commands that change nothing: `CTRL_CMD_GETFAMILY`, `ETHTOOL_MSG_STRSET_GET`, `dev-get` of a
 * specification.
 */
const LOOKING = /(?:^|[_-])get/i;

/** Returns the name of a command, or a description if it has none. */
function commandName({ name, commands }: GenericProtocol, cmd: number): string {
  return Object.entries(commands).find(([, number]) => number === cmd)?.[0] ?? `${name} command ${cmd}`;
}

/** The declaration that defines the verbs of a generic family's collection. */
export interface GenericDeclaration<T extends object> extends Omit<Declaration<T>, "messages" | "groups" | "concerns"> {
  /** The family. */
  readonly family: GenericProtocol;
  /** The commands of the verbs. */
  readonly commands: GenericCommands;
  /** The fields with the name and the number of an object's interface. A key with both must mean one interface. */
  readonly interface?: readonly [name: string, number: string];
  /** The groups and commands that report changes. */
  readonly events?: GenericChanges;
}

/** A number that no command has. */
const NO_COMMAND = -1;

/** A collection of a generic family, with the same verbs and watches as any collection. */
export class GenericCollection<
  T extends object,
  I extends object = Input<T> & object,
  K = I,
  A = true,
  No extends ChangingVerb = never,
  M extends I = I,
> extends Collection<T, I, K, A, "append" | "replace" | No, M> {
  /** Sends requests other than the verbs. */
  protected readonly caller: GenericCaller;
  readonly #declaration: GenericDeclaration<T>;
  readonly #open: () => Client;

  /** Sends with the client of `requester`, and watches with that of `open`. */
  constructor(declaration: GenericDeclaration<T>, open: () => Client, requester: () => Requester = open) {
    const { family, commands, events: _events, interface: _interface, ...rest } = declaration;
    const caller = new GenericCaller(family, open, requester);
    super(
      {
        ...rest,
        messages: {
          new: commands.new ?? NO_COMMAND,
          del: commands.del ?? NO_COMMAND,
          get: commands.get,
          reply: commands.reply ?? commands.get,
          set: commands.set ?? NO_COMMAND,
        },
        groups: [],
      },
      open,
      () => caller.requester(),
    );
    this.caller = caller;
    this.#declaration = declaration;
    this.#open = open;
  }

  /**
   * Returns the object that a key denotes; see {@linkcode Collection.keyValue}.
   *
   * @throws {KernelError} ENODEV: the key's name and number are not of one interface
   */
  override keyValue(key: K, verb = "find"): object {
    const named = super.keyValue(key, verb), { interface: fields } = this.#declaration;
    if (fields === undefined || !isFields(key) || this.#open().deferred) return named;
    const [name, number] = fields.map((field) => key[field]) as [string | undefined, string | number | undefined];
    if (name === undefined || number === undefined || name === number) return named;
    const found = this.index(name);
    if (found !== undefined && found === this.index(number)) return named;
    throw new KernelError(operationOf(verb, this.declaration, key), ERRNO.ENODEV, {
      kernelMessage: `${fields[0]} ${shown(name)} and ${fields[1]} ${shown(number)} are not of one interface`,
    });
  }

  /** Returns the message of one verb; `cmd` and `reply` are commands. */
  override operation(verb: Verb, cmd: number, given: object, reply?: number): Operation {
    // There is no flag that makes a command do more than its own.
    this.#expectCommand(verb, verb === "replace" || verb === "append" ? NO_COMMAND : cmd);
    const { codec, value, what, hint } = super.operation(verb, cmd, given, reply);
    const { flags, replyCodec: _own, reply: answer, ...operation } = this.caller.operation({
      cmd,
      codec,
      value,
      what,
      ...(hint === undefined ? {} : { hint }),
      ...(reply === undefined ? {} : { reply }),
    });
    return { ...operation, flags, ...(reply === undefined ? {} : { reply: answer! }) };
  }

  /** Deletes all objects that match the filter, in one batch; see {@linkcode Collection.flush}. */
  override flush(filter: (I | { all: true }) & Has<"append" | "replace" | No, "flush">): number {
    this.#expectCommand("flush", this.declaration.messages.del);
    return super.flush(filter as never);
  }

  /** Throws if the family has no command for a verb. */
  #expectCommand(verb: string, cmd: number): void {
    if (cmd !== NO_COMMAND) return;
    const { family, object } = this.#declaration;
    throw argumentError(TypeError, `Cannot ${verb} ${plural(object)}: ${family.name} has no such request`);
  }

  /** Returns the number of an interface given by name or number; `undefined` when there is none. */
  protected index(dev: string | number): number | undefined {
    return typeof dev === "number" ? dev : this.#open().names.index(dev);
  }

  /** Returns the groups, message types and codecs that a watch needs. */
  override listening(client: Client): Listening<T> {
    const { family, events, table, object } = this.#declaration;
    if (events === undefined) {
      throw argumentError(TypeError, `Cannot watch ${plural(object)}: ${family.name} reports no changes`);
    }
    const found = lookUpFamily(client, family);
    const words = new Map<number, "new" | "del">();
    for (const word of ["new", "del"] as const) for (const cmd of events[word]) words.set(cmd, word);
    return {
      groups: groupNumbers(found, events.groups),
      types: [found.familyId],
      codec: framed(NO_COMMAND, family.version, table as Codec<unknown, never>) as Codec<T, never>,
      event: (type, from, at) => type === found.familyId ? words.get(from.bytes[at]!) : undefined,
    };
  }
}

/** A client with the collections `C` of one family; in a batch, they have type `B`. */
export type Opened<C, B = Batched<C>> = OpenClient<C, B>;

/** Opens a socket and makes the collections of a family on it. */
export function openGeneric<C extends object>(options: OpenOptions, make: MakeCollections<C>): Opened<C> {
  return openClient(NETLINK_GENERIC, options, (open, requester) => {
    if (requester !== open) forgetFamilies(open());
    return make(open, requester);
  });
}

/** Returns the client that all calls without a client of their own share. */
export function sharedGeneric(): Client {
  return sharedClient(NETLINK_GENERIC);
}

export {
  CTRL_CMD,
  everyCommand,
  type FoundFamily,
  framed,
  type GenericChanges,
  type GenericCollectionForm,
  type GenericCommands,
  type GenericEventKind,
  GenericFamily,
  type GenericForm,
  type GenericMessages,
  type GenericProtocol,
  GENL_HDRLEN,
  GENL_ID,
  NETLINK_GENERIC,
  nlctrl,
};
export { GenericGroup, GenericOp, type GenericOpFlag } from "./genl.ts";
export type { Batched, KernelErrorDetails };
