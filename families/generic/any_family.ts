/**
 * A client of any family by its name. Operations have names or numbers; a specification or the kernel's own policy
 * gives the types of attributes.
 *
 * @module
 */
import { bindMethods, EVENT_OPTIONS, expectCallback, expectFields, expectOptions } from "../../core/arguments.ts";
import {
  Client,
  type Collecting,
  type OpenOptions,
  type Operation,
  type Protocol,
  type Requester,
} from "../../core/client.ts";
import { type AnyCodec, didYouMean, Reader, shown } from "../../core/codec/mod.ts";
import { argumentError, KernelError } from "../../core/errors.ts";
import {
  type EventOptions,
  forgetFamilies,
  framed,
  GenericCaller,
  type GenericEventKind,
  type GenericFamily,
  type GenericOp,
  type GenericProtocol,
  groupNumbers,
  lookUpFamily,
  NETLINK_GENERIC,
} from "../../core/generic.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN } from "../../core/message.ts";
import { decodeWhole, stream, type Streaming } from "../../core/stream.ts";
import { type CompiledOperation, CompiledSpec } from "./compile_spec.ts";
import { type AttributePolicy, type FamilyPolicy, GenericFamilies } from "./controller.ts";
import { KNOWN } from "./small_specs.ts";
import { PolicyTables } from "./compile_policy.ts";
import type { Spec } from "./spec.ts";
import type { Fields } from "./dynamic_table.ts";

/** Options of opening a family. */
export interface FamilyOptions extends OpenOptions {
  /**
   * The parsed specification. Without one, attributes are named by their numbers, and the kernel's policy gives their
   * types.
   */
  spec?: Spec;
}

/** Options of a request. */
export interface RequestOptions {
  /** Additional flags: `create`, `excl`, `replace`, `append`, `echo`; or a mask, 0..65535. */
  flags?: readonly ("create" | "excl" | "replace" | "append" | "echo")[] | number;
}

/** A family within a batch. */
export interface FamilyBatch {
  /** Adds a request to the batch; see {@linkcode Family.request}. */
  request(operation: string | number, attributes?: Fields, options?: RequestOptions): void;
}

/** An event of a family. */
export interface FamilyEvent {
  /** The operation's name, or its number if it has no name. */
  readonly event: string;
  /**
   * The attributes. For an operation that the specification lacks they are named by their numbers; for a message of a
   * protocol other than NETLINK_GENERIC, it is `{ payload }`.
   */
  readonly value: Fields;
}

const FLAGS: ReadonlyMap<string, number> = new Map([
  ["create", NLM_F.NLM_F_CREATE],
  ["excl", NLM_F.NLM_F_EXCL],
  ["replace", NLM_F.NLM_F_REPLACE],
  ["append", NLM_F.NLM_F_APPEND],
  ["echo", NLM_F.NLM_F_ECHO],
]);

/** An operation to request: its numbers and tables. */
interface Asked {
  readonly name: string;
  readonly cmd: number;
  readonly reply: number;
  readonly table: AnyCodec;
  readonly replies: AnyCodec;
  readonly what: string;
}

/** A client of a family; made by `family()`. */
export class Family implements Disposable {
  /** The name of the family. */
  readonly name: string;
  readonly #spec: CompiledSpec | undefined;
  readonly #options: OpenOptions;
  #client: Client | undefined;
  #caller: GenericCaller | undefined;
  #policy: { readonly policy: FamilyPolicy; readonly tables: PolicyTables } | undefined;

  /**
   * Keeps the name and options. The first use opens the socket.
   *
   * @throws {TypeError} the specification is malformed or contradicts itself; the message names the place and the fault
   */
  constructor(
    name: string,
    given: FamilyOptions = {},
  ) {
    if (typeof name !== "string" || name === "") {
      throw argumentError(TypeError, `Cannot open a family: expected a name, got ${shown(name)}`);
    }
    expectFields(given, `open the family ${shown(name)}`, "options as an object");
    const { spec = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined, ...options } = given;
    this.name = name;
    this.#spec = spec === undefined ? undefined : new CompiledSpec(spec, name);
    this.#options = options;
    bindMethods(this);
  }

  /** True if the family is a protocol of its own instead of one of NETLINK_GENERIC. */
  get #raw(): boolean {
    return this.#spec?.spec.protocol === "netlink-raw";
  }

  #open(): Client {
    return this.#client ??= new Client(this.#protocol(), this.#options);
  }

  #protocol(): Protocol {
    if (!this.#raw) return NETLINK_GENERIC;
    const { protonum, name } = this.#spec!.spec;
    if (protonum === undefined) {
      throw argumentError(TypeError, `Cannot open ${name}: its specification has no protonum`);
    }
    const types = Object.entries(kindsOf(this.#spec!)).map(([type, { event }]) => [event, Number(type)] as const);
    return { number: protonum, name, types: Object.fromEntries(types) };
  }

  /** Returns the caller of a family of NETLINK_GENERIC. */
  get #speaker(): GenericCaller {
    if (this.#caller !== undefined) return this.#caller;
    const protocol = this.#spec === undefined
      ? {
        name: this.name,
        version: this.#told.version ?? 1,
        hdrsize: this.#told.hdrsize ?? 0,
        commands: {},
        hint: moduleHint(this.name),
      }
      : protocolOf(this.name, this.#spec);
    return this.#caller = new GenericCaller(protocol, () => this.#open());
  }

  /** Returns the sender of requests. It also finds the family's new number after its module was loaded again. */
  get #requester(): Requester {
    return this.#raw ? this.#open() : this.#speaker.requester();
  }

  get #families(): GenericFamilies {
    return new GenericFamilies(() => this.#open());
  }

  /**
   * Returns the kernel's description of the family. A dry run, which does not ask the kernel, returns the name only.
   */
  get #told(): GenericFamily {
    return lookUpFamily(this.#open(), { name: this.name, hint: moduleHint(this.name) });
  }

  /** Returns the kernel's policy, and the tables made from it. */
  #byPolicy(): { readonly policy: FamilyPolicy; readonly tables: PolicyTables } {
    if (this.#policy !== undefined) return this.#policy;
    let policy: FamilyPolicy = { operations: [], policies: [] };
    try {
      policy = this.#families.policy(this.name);
    } catch (error) {
      // The family has no policy, or the kernel is too old to return it.
      if (!(error instanceof KernelError && (error.code === "ENODATA" || error.code === "EOPNOTSUPP"))) throw error;
    }
    return this.#policy = { policy, tables: new PolicyTables(policy, this.#told.hdrsize) };
  }

  #find(operation: string | number, mode: "do" | "dump", attributes: Fields): Asked {
    const word = mode === "do" ? "request" : "dump", compiled = this.#compiled(operation);
    if (compiled !== undefined) {
      const { name, request, reply, table } = compiled, what = `${word} ${this.name} ${name}`;
      if (request === undefined) throw argumentError(TypeError, `Cannot ${what}: the kernel only sends it as an event`);
      refuseForeign(compiled, mode, attributes, what);
      // A protocol of its own echoes a request with the request's type.
      const answer = reply ?? (this.#raw ? request : NOTHING);
      return { name, cmd: request, reply: answer, table: table as AnyCodec, replies: table as AnyCodec, what };
    }
    const isNumber = typeof operation === "number" || /^\d+$/.test(operation);
    if (!isNumber || this.#raw) {
      const names = [...this.#spec?.operations.keys() ?? []];
      throw argumentError(
        TypeError,
        `Cannot ${word} ${this.name} ${isNumber ? operation : shown(operation)}: ${
          names.length === 0 ? "without a specification operations have numbers" : "there is no such operation"
        }${typeof operation === "string" ? didYouMean(operation, names) : ""}`,
      );
    }
    const cmd = Number(operation);
    if (!Number.isInteger(cmd) || cmd < 0 || cmd > 0xff) {
      throw argumentError(RangeError, `Cannot ${word} ${this.name} ${operation}: operations have numbers 0..255`);
    }
    const { tables } = this.#byPolicy();
    // A reply may have another number, which is not known without a specification.
    return {
      name: String(cmd),
      cmd,
      reply: ANY,
      table: tables.request(cmd, mode) as AnyCodec,
      replies: tables.reply(cmd) as AnyCodec,
      what: `${word} ${this.name} ${cmd}`,
    };
  }

  #compiled(operation: string | number): CompiledOperation | undefined {
    if (typeof operation !== "string" && typeof operation !== "number") {
      throw argumentError(
        TypeError,
        `Cannot request ${this.name}: expected an operation's name or number, got ${shown(operation)}`,
      );
    }
    if (this.#spec === undefined) return undefined;
    const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, "");
    const all = [...this.#spec.operations.values()];
    return typeof operation === "number"
      ? all.find(({ request }) => request === operation)
      : this.#spec.operations.get(operation) ?? all.find(({ name }) => plain(name) === plain(operation));
  }

  #operation(asked: Asked, attributes: Fields, flags: number): Operation {
    const { cmd, reply, table: codec, replies: replyCodec, what } = asked;
    if (this.#raw) {
      const name = asked.name;
      return { type: cmd, flags, codec, replyCodec, value: attributes, what, reply, name };
    }
    const operation = this.#speaker.operation({ cmd, reply, flags, codec, replyCodec, value: attributes, what });
    const { concerns: _none, ...anyReply } = operation;
    return reply === ANY ? { ...anyReply, replyCodec: framed(0, 0, replyCodec) } : operation;
  }

  /**
   * Sends a request of one operation, and returns the reply.
   *
   * No attribute is silently ignored. It is an error, which names the attribute, if the attribute does not exist, if
   * the specification has it for other operations only, or if its value has the wrong type or is out of range.
   *
   * @param operation its name in the specification, or its number
   * @param attributes the attributes by name (camelCase), or by number without a specification. If the family has its
   * own header (`hdrsize`), `header` holds its bytes in the latter case; zeros when absent
   * @returns the attributes of the reply; `undefined` if there was none
   * @throws {KernelError} the kernel's error; ENOENT: it has no such family
   * @throws {TypeError | RangeError} there is no such operation, or an attribute is wrong as said above
   */
  request(operation: string | number, attributes: Fields = {}, options: RequestOptions = {}): Fields | undefined {
    return this.#requester.request(this.#requested(operation, attributes, options)) as Fields | undefined;
  }

  #requested(operation: string | number, attributes: Fields, { flags = 0 }: RequestOptions): Operation {
    const asked = this.#find(operation, "do", attributes);
    return this.#operation(asked, attributes, flagBits(flags, asked.what));
  }

  /**
   * Collects the requests that the callback makes, and sends them in as few datagrams as possible. A failed request
   * does not stop the others. Replies are ignored.
   *
   * @throws {BatchError} with every request that is not known to have succeeded: failed, unknown or not sent, by its
   * position
   */
  batch<R>(collect: Collecting<FamilyBatch, R>): void {
    if (!this.#raw) forgetFamilies(this.#open());
    expectCallback(collect, "run a batch");
    this.#open().runBatch((add) =>
      collect({
        request: (operation, attributes = {}, options = {}) => add(this.#requested(operation, attributes, options)),
      })
    );
  }

  /** Returns all objects that an operation dumps; see {@linkcode Family.request}. */
  dump(operation: string | number, attributes: Fields = {}): Fields[] {
    const asked = this.#find(operation, "dump", attributes);
    return this.#requester.dump(this.#operation(asked, attributes, 0)) as Fields[];
  }

  /**
   * Yields the events that the family sends to multicast groups. The subscription exists when this returns.
   *
   * @param groups the names or numbers of the groups; all groups of the family when absent
   * @throws {TypeError} there is no such group, or the family has no groups
   */
  watch(groups?: readonly (string | number)[], options: EventOptions = {}): Streaming<FamilyEvent> {
    const what = `watch ${this.name}`;
    if (groups !== undefined && !Array.isArray(groups)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: groups: expected an array of names or numbers, got ${shown(groups)}`,
      );
    }
    expectOptions(options, what, EVENT_OPTIONS);
    return this.#raw ? this.#watchRaw(groups, options) : this.#watchGeneric(groups, options);
  }

  /** Returns the codecs of all messages that may arrive, also of those without a name. */
  #kinds(): Record<number, GenericEventKind> {
    const codec = this.#spec?.bare ?? this.#byPolicy().tables.bare;
    const bare = Array.from({ length: 256 }, (_, cmd) => [cmd, { event: String(cmd), codec, whole: true }] as const);
    return { ...Object.fromEntries(bare), ...(this.#spec === undefined ? {} : kindsOf(this.#spec)) };
  }

  #watchGeneric(groups: readonly (string | number)[] | undefined, options: EventOptions): Streaming<FamilyEvent> {
    const names = groups ?? (this.#speaker.family().mcastGroups ?? []).map(({ name }) => name!);
    return this.#speaker.events<FamilyEvent>(names, this.#kinds(), options);
  }

  #watchRaw(groups: readonly (string | number)[] | undefined, options: EventOptions): Streaming<FamilyEvent> {
    const list = this.#spec!.spec["mcast-groups"]?.list ?? [], wanted = groups ?? list.map(({ name }) => name);
    const numberless = list.find(({ name, value }) => value === undefined && wanted.includes(name));
    if (numberless !== undefined) {
      const { name } = numberless;
      throw argumentError(
        TypeError,
        `Cannot join group ${
          JSON.stringify(name)
        } of ${this.name}: its specification has no number for it, so use the number`,
      );
    }
    const mcastGroups = list.map(({ name, value }) => ({ name, id: value! }));
    const numbers = groupNumbers({ familyId: 0, familyName: this.name, mcastGroups }, wanted);
    const { closing } = this.#open(), events = this.#open().sibling(), kinds = kindsOf(this.#spec!);
    try {
      if (options.buffer !== undefined) events.transport.setBuffer(options.buffer);
      for (const number of numbers) events.transport.join(number);
    } catch (error) {
      events.close();
      throw error;
    }
    return stream<FamilyEvent>(events.transport, (received) => {
      const found: FamilyEvent[] = [];
      if (received.port !== 0) return found;
      const from = new Reader(received.bytes, received.length, received.view);
      eachMessage(from, (at, end) => {
        const type = from.view.getUint16(at + 4, true), kind = kinds[type];
        const value = kind && decodeWhole(kind.codec, from, at + NLMSG_HDRLEN, end);
        if (value !== undefined) found.push({ event: kind!.event, value: value as Fields });
        else if (kind === undefined && type >= NLMSG.NLMSG_MIN_TYPE) {
          found.push({ event: String(type), value: { payload: from.own(at + NLMSG_HDRLEN, end) } });
        }
      });
      return found;
    }, { signal: options.signal, closing, close: () => events.close() });
  }

  /** Returns a text of several lines: the family's operations with the attributes that they accept, and its groups. */
  describe(): string {
    const lines: string[] = [];
    if (this.#spec !== undefined) {
      const { doc, "mcast-groups": groups } = this.#spec.spec;
      lines.push(`${this.name}${doc === undefined ? "" : `: ${doc.trim()}`}`);
      for (const one of this.#spec.operations.values()) lines.push(...describeOperation(one));
      if (groups !== undefined) lines.push(`  groups ${groups.list.map(({ name }) => name).join(", ")}`);
      return lines.join("\n");
    }
    const { familyId, version, hdrsize = 0, ops = [], mcastGroups = [] } = this.#told;
    const { policy } = this.#byPolicy();
    lines.push(`${this.name}: generic netlink family ${familyId}, version ${version}`);
    if (hdrsize > 0) lines.push(`  messages begin with header, ${hdrsize} bytes`);
    for (const op of ops) lines.push(...describeOp(op, policy));
    if (mcastGroups.length > 0) lines.push(`  groups ${mcastGroups.map(({ name }) => name).join(", ")}`);
    return lines.join("\n");
  }

  /** Closes the socket. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** The same as {@linkcode Family.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Throws for attributes that the specification has for other operations only: kernels ignore many of them. */
function refuseForeign(operation: CompiledOperation, mode: "do" | "dump", attributes: Fields, what: string): void {
  const { table, given, [mode]: taken } = operation;
  if (taken === undefined || typeof attributes !== "object" || attributes === null) return;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || taken.includes(key) || !given.has(key) || table.headerKeys.has(key)) continue;
    const all = taken.length === 0 ? "no attributes" : taken.join(", ");
    throw argumentError(TypeError, `Cannot ${what}: ${key}: the specification gives this request ${all}`);
  }
}

/** Returns the nlmsg_flags of a request. */
function flagBits(flags: NonNullable<RequestOptions["flags"]>, what: string): number {
  if (typeof flags === "number") {
    if (Number.isInteger(flags) && flags >= 0 && flags <= 0xffff) return flags;
    throw argumentError(RangeError, `Cannot ${what}: flags: expected 0..65535, got ${flags}`);
  }
  let bits = 0;
  for (const one of Array.isArray(flags) ? flags : [flags]) {
    const bit = FLAGS.get(one);
    if (bit === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: flags: expected an array of ${[...FLAGS.keys()].join(", ")}, got ${shown(one)}`,
      );
    }
    bits |= bit;
  }
  return bits;
}

/** Returns the events of a specification's family by their numbers, with the kernel's names. */
function kindsOf({ operations, spec: { protocol } }: CompiledSpec): Record<number, GenericEventKind> {
  const kinds: Record<number, GenericEventKind> = {}, all = [...operations.values()];
  const add = (number: number | undefined, { name, table }: CompiledOperation): void => {
    if (number !== undefined) kinds[number] ??= { event: name, codec: table, whole: true };
  };
  for (const one of all) if (one.unasked) add(one.reply, one);
  // Requests and events share their numbers: the event RTM_DELADDR is "deladdr", and RTM_NEWADDR is "newaddr", though
  // it is the reply of "getaddr" too.
  if (protocol === "netlink-raw") { for (const one of all) add(one.request, one); }
  for (const one of all) add(one.reply, one);
  return kinds;
}

/** Returns the declaration of a family by its specification. */
function protocolOf(name: string, compiled: CompiledSpec): GenericProtocol {
  const { spec: { version = 1, doc }, operations } = compiled, all = [...operations.values()];
  const called = (one: (operation: CompiledOperation) => number | undefined): Record<string, number> =>
    Object.fromEntries(all.flatMap((operation) => {
      const number = one(operation);
      return number === undefined ? [] : [[operation.name, number]];
    }));
  return {
    name,
    version,
    commands: called(({ request }) => request),
    answers: called(({ reply, unasked }) => unasked ? undefined : reply),
    events: Object.fromEntries(Object.entries(kindsOf(compiled)).map(([cmd, { event }]) => [event, Number(cmd)])),
    messages: () => ({
      calls: all.flatMap(({ request: cmd, reply, table: codec }) =>
        cmd === undefined ? [] : [{ cmd, reply: reply ?? NOTHING, codec }]
      ),
      events: kindsOf(compiled),
    }),
    hint: `${doc === undefined ? "" : `${doc.split("\n")[0]}; `}${moduleHint(name)}`,
  };
}

function moduleHint(name: string): string {
  const elsewhere = Object.hasOwn(NOT_GENERIC, name) ? NOT_GENERIC[name] : undefined;
  if (elsewhere !== undefined) return `it is no generic family: use families/${elsewhere}`;
  return `its module, if it has one, may be named net-pf-16-proto-16-family-${name}`;
}

/** Protocols that are no generic families, by the names that people give them, and their modules here. */
const NOT_GENERIC: Readonly<Record<string, string>> = {
  route: "route/mod.ts",
  rtnetlink: "route/mod.ts",
  link: "route/links.ts",
  tc: "route/tc.ts",
  netfilter: "netfilter/nftables/mod.ts, netfilter/conntrack.ts, netfilter/ipset.ts, netfilter/queue.ts …",
  nfnetlink: "netfilter/nftables/mod.ts, netfilter/conntrack.ts, netfilter/ipset.ts, netfilter/queue.ts …",
  nftables: "netfilter/nftables/mod.ts",
  nf_tables: "netfilter/nftables/mod.ts",
  conntrack: "netfilter/conntrack.ts",
  ipset: "netfilter/ipset.ts",
  nfqueue: "netfilter/queue.ts",
  nflog: "netfilter/log.ts",
  xfrm: "xfrm/mod.ts",
  ipsec: "xfrm/mod.ts",
  audit: "audit/live.ts, audit/daemon.ts …",
  sock_diag: "sock_diag/mod.ts",
  inet_diag: "sock_diag/mod.ts",
  tcp: "sock_diag/tcp.ts",
  udp: "sock_diag/mod.ts",
  unix: "sock_diag/unix.ts",
  uevent: "uevent.ts",
  kobject_uevent: "uevent.ts",
  connector: "connector/mod.ts",
  crypto: "crypto.ts",
  selinux: "selinux.ts",
  smc: "smc.ts",
};

/** Returns the names of the families whose specifications this library contains. */
export function knownNames(): string[] {
  return Object.keys(KNOWN);
}

/** Returns the declaration of a family whose specification this library contains. */
export function knownProtocol(name: string): GenericProtocol {
  return protocolOf(name, new CompiledSpec(KNOWN[name]!));
}

/** The number of a reply of any number, and that of an operation without a reply. */
const ANY = -1, NOTHING = -2;

function describeOperation({ name, doc, request, reply, unasked, do: once, dump, table }: CompiledOperation): string[] {
  const taken = (attributes: readonly string[] | undefined): string =>
    attributes === undefined || attributes.length === 0 ? "nothing" : attributes.map((key) => {
      const field = table.fields.find((field) => field.key === key);
      return `${key} (${field?.codec.name ?? "in the header"}${field?.multi === true ? ", several" : ""})`;
    }).join(", ");
  const first = doc === undefined ? "" : `: ${doc.split("\n")[0]}`;
  return [
    `  ${name} (${unasked ? `comes as ${reply}` : request})${first}`,
    ...(once === undefined ? [] : [`    request takes ${taken(once)}`]),
    ...(dump === undefined ? [] : [`    dump takes ${taken(dump)}`]),
  ];
}

function describeOp({ id, flags = [] }: GenericOp, policy: FamilyPolicy): string[] {
  const found = policy.operations.find(({ cmd }) => cmd === id), lines = [`  ${id} ${flags.join(" ")}`];
  for (const mode of ["do", "dump"] as const) {
    const index = found?.[mode];
    if (index === undefined) continue;
    lines.push(`    ${mode === "do" ? "request" : "dump"} takes`, ...describePolicy(policy, index, "      ", []));
  }
  return lines;
}

function describePolicy(policy: FamilyPolicy, index: number, indent: string, above: readonly number[]): string[] {
  return (policy.policies[index] ?? []).flatMap((one) => [
    `${indent}${one.id} ${typeText(one)}`,
    // A policy that contains itself is shown once.
    ...(one.policy === undefined || above.includes(one.policy)
      ? []
      : describePolicy(policy, one.policy, `${indent}  `, [...above, index])),
  ]);
}

function typeText({ type, min, max, mask, minLength, maxLength }: AttributePolicy): string {
  return [
    String(type),
    ...(min === undefined && max === undefined ? [] : [`${min ?? ""}..${max ?? ""}`]),
    ...(mask === undefined ? [] : [`bits 0x${mask.toString(16)}`]),
    ...(minLength === undefined && maxLength === undefined ? [] : [`${minLength ?? ""}..${maxLength ?? ""} bytes`]),
  ].join(" ");
}
