/**
 * A family by its name, whatever it is: operations by name or number, attributes typed by a specification or by the
 * kernel's own policy.
 *
 * @module
 */
import { Client, type OpenOptions, type Operation, type Protocol } from "../../core/client.ts";
import { type AnyCodec, didYouMean, Reader } from "../../core/codec/mod.ts";
import { argumentError, KernelError } from "../../core/errors.ts";
import {
  type EventOptions,
  framed,
  GenericCaller,
  type GenericEventKind,
  type GenericOp,
  type GenericProtocol,
  groupNumbers,
  NETLINK_GENERIC,
} from "../../core/generic.ts";
import { messageEnd, NLM_F, NLMSG_HDRLEN } from "../../core/message.ts";
import { decodeWhole, stream, type Streaming } from "../../core/stream.ts";
import { type CompiledOperation, CompiledSpec } from "./compile.ts";
import { type AttributePolicy, type FamilyPolicy, GenericFamilies } from "./controller.ts";
import { KNOWN } from "./known.ts";
import { PolicyTables } from "./policy.ts";
import type { Spec } from "./spec.ts";
import type { Fields } from "./table.ts";

/** How a family is opened. */
export interface FamilyOptions extends OpenOptions {
  /** Its specification, parsed; without one attributes have numbers, and types by the kernel's policy. */
  spec?: Spec;
}

/** How a request is made. */
export interface RequestOptions {
  /** Flags beside those of every request: `create`, `excl`, `replace`, `append`, `echo`; or their number. */
  flags?: readonly ("create" | "excl" | "replace" | "append" | "echo")[] | number;
}

/** A family as a batch has it. */
export interface FamilyBatch {
  /** Collects a request; see {@linkcode Family.request}. */
  request(operation: string | number, attributes?: Fields, options?: RequestOptions): void;
}

/** Something that a family sent unasked. */
export interface FamilyEvent {
  /** The operation's name, or its number. */
  readonly event: string;
  /** Its attributes. */
  readonly value: Fields;
}

const FLAGS: Readonly<Record<string, number>> = {
  create: NLM_F.NLM_F_CREATE,
  excl: NLM_F.NLM_F_EXCL,
  replace: NLM_F.NLM_F_REPLACE,
  append: NLM_F.NLM_F_APPEND,
  echo: NLM_F.NLM_F_ECHO,
};

/** One operation as it is asked. */
interface Asked {
  readonly name: string;
  readonly cmd: number;
  readonly reply: number;
  readonly table: AnyCodec;
  readonly replies: AnyCodec;
}

/** A family; made by `family()`. */
export class Family implements Disposable {
  /** Its name. */
  readonly name: string;
  readonly #spec: CompiledSpec | undefined;
  readonly #options: OpenOptions;
  #client: Client | undefined;
  #caller: GenericCaller | undefined;
  #policy: { readonly policy: FamilyPolicy; readonly tables: PolicyTables } | undefined;

  /** Opens its socket when it is first used. */
  constructor(
    name: string,
    { spec = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined, ...options }: FamilyOptions = {},
  ) {
    this.name = name;
    this.#spec = spec === undefined ? undefined : new CompiledSpec(spec);
    this.#options = options;
  }

  /** Whether it is a protocol of its own, and none of NETLINK_GENERIC. */
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
    const types = [...this.#spec!.operations.values()].map((one) => [one.name, one.request ?? one.reply] as const);
    return { number: protonum, name, types: Object.fromEntries(types) };
  }

  /** Speaks the family, of NETLINK_GENERIC. */
  get #speaker(): GenericCaller {
    if (this.#caller !== undefined) return this.#caller;
    const protocol = this.#spec === undefined
      ? {
        name: this.name,
        version: this.#families.get(this.name).version ?? 1,
        commands: {},
        hint: moduleHint(this.name),
      }
      : protocolOf(this.name, this.#spec);
    return this.#caller = new GenericCaller(protocol, () => this.#open());
  }

  get #families(): GenericFamilies {
    return new GenericFamilies(() => this.#open());
  }

  /** The kernel's policy, and tables made of it. */
  #byPolicy(): { readonly policy: FamilyPolicy; readonly tables: PolicyTables } {
    if (this.#policy !== undefined) return this.#policy;
    let policy: FamilyPolicy = { operations: [], policies: [] };
    try {
      policy = this.#families.policy(this.name);
    } catch (error) {
      // It has none, or the kernel does not tell.
      if (!(error instanceof KernelError && (error.code === "ENODATA" || error.code === "EOPNOTSUPP"))) throw error;
    }
    return this.#policy = { policy, tables: new PolicyTables(policy) };
  }

  #find(operation: string | number, mode: "do" | "dump"): Asked {
    const compiled = this.#compiled(operation);
    if (compiled !== undefined) {
      if (compiled.request === undefined) {
        throw argumentError(TypeError, `Cannot request ${this.name} ${compiled.name}: it only comes unasked`);
      }
      const { name, request, reply, table } = compiled;
      return { name, cmd: request, reply, table: table as AnyCodec, replies: table as AnyCodec };
    }
    if (typeof operation === "string" && !/^\d+$/.test(operation)) {
      const names = [...this.#spec?.operations.keys() ?? []];
      throw argumentError(
        TypeError,
        `Cannot request ${this.name} ${JSON.stringify(operation)}: ${
          names.length === 0 ? "without a specification operations have numbers" : "there is no such operation"
        }${didYouMean(operation, names)}`,
      );
    }
    const cmd = Number(operation), { tables } = this.#byPolicy();
    // What comes back may have another number; without a specification nobody knows which.
    return {
      name: String(cmd),
      cmd,
      reply: ANY,
      table: tables.request(cmd, mode) as AnyCodec,
      replies: tables.reply(cmd) as AnyCodec,
    };
  }

  #compiled(operation: string | number): CompiledOperation | undefined {
    if (this.#spec === undefined) return undefined;
    const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, "");
    for (const one of this.#spec.operations.values()) {
      if (typeof operation === "number" ? one.request === operation : plain(one.name) === plain(operation)) return one;
    }
    return undefined;
  }

  #operation(asked: Asked, attributes: Fields, what: string, flags: number): Operation {
    const { cmd, reply, table: codec, replies: replyCodec } = asked;
    if (this.#raw) {
      const name = asked.name;
      return { type: cmd, flags, codec, replyCodec, value: attributes, what, reply, name };
    }
    const operation = this.#speaker.operation({ cmd, reply, flags, codec, replyCodec, value: attributes, what });
    const { concerns: _none, ...anyReply } = operation;
    return reply === ANY ? { ...anyReply, replyCodec: framed(0, 0, replyCodec) } : operation;
  }

  /**
   * Asks for one operation.
   *
   * @param operation its name in the specification, or its number
   * @param attributes by name (camelCase); by number without a specification
   * @returns the attributes of what came back; `undefined` where nothing did
   * @throws {KernelError} what the kernel says; ENOENT: it has no such family
   */
  request(operation: string | number, attributes: Fields = {}, options: RequestOptions = {}): Fields | undefined {
    return this.#open().request(this.#requested(operation, attributes, options)) as Fields | undefined;
  }

  #requested(operation: string | number, attributes: Fields, { flags = 0 }: RequestOptions): Operation {
    const asked = this.#find(operation, "do");
    const bits = typeof flags === "number" ? flags : flags.reduce((all, one) => all | FLAGS[one]!, 0);
    return this.#operation(asked, attributes, `request ${this.name} ${asked.name}`, bits);
  }

  /**
   * Collects the requests that its callback makes and sends them in as few sends as fit. All are tried; what comes back
   * is passed over.
   *
   * @throws {BatchError} with every request that is not known to be done: refused, unknown or not sent, by its position
   */
  batch(collect: (batch: FamilyBatch) => void): void {
    this.#open().runBatch((add) => {
      collect({
        request: (operation, attributes = {}, options = {}) => add(this.#requested(operation, attributes, options)),
      });
    });
  }

  /** Asks for all that an operation dumps. */
  dump(operation: string | number, attributes: Fields = {}): Fields[] {
    const asked = this.#find(operation, "dump");
    return this.#open().dump(this.#operation(asked, attributes, `dump ${this.name} ${asked.name}`, 0)) as Fields[];
  }

  /**
   * What the family sends to groups. It begins before this returns.
   *
   * @param groups names of groups; all that the family has when absent
   */
  watch(groups?: readonly string[], options: EventOptions = {}): Streaming<FamilyEvent> {
    return this.#raw ? this.#watchRaw(groups, options) : this.#watchGeneric(groups, options);
  }

  #kinds(): Record<number, GenericEventKind> {
    if (this.#spec !== undefined) return kindsOf(this.#spec);
    const { bare: codec } = this.#byPolicy().tables;
    return Object.fromEntries(
      Array.from({ length: 256 }, (_, cmd) => [cmd, { event: String(cmd), codec, whole: true }]),
    );
  }

  #watchGeneric(groups: readonly string[] | undefined, options: EventOptions): Streaming<FamilyEvent> {
    const names = groups ?? (this.#speaker.family().mcastGroups ?? []).map(({ name }) => name!);
    return this.#speaker.events<FamilyEvent>(names, this.#kinds(), options);
  }

  #watchRaw(groups: readonly string[] | undefined, options: EventOptions): Streaming<FamilyEvent> {
    const list = this.#spec!.spec["mcast-groups"]?.list ?? [];
    const mcastGroups = list.map(({ name, value }) => ({ name, id: value! }));
    const numbers = groupNumbers(
      { familyId: 0, familyName: this.name, mcastGroups },
      groups ?? list.map(({ name }) => name),
    );
    const events = new Client(this.#protocol(), this.#options), kinds = this.#kinds();
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
      for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
        end = messageEnd(from, at);
        const kind = kinds[from.view.getUint16(at + 4, true)];
        const value = kind && decodeWhole(kind.codec, from, at + NLMSG_HDRLEN, end);
        if (value !== undefined) found.push({ event: kind!.event, value: value as Fields });
      }
      return found;
    }, { signal: options.signal, close: () => events.close() });
  }

  /** What the family offers: operations with the attributes that they take, and groups. A text of several lines. */
  describe(): string {
    const lines: string[] = [];
    if (this.#spec !== undefined) {
      const { doc, "mcast-groups": groups } = this.#spec.spec;
      lines.push(`${this.name}${doc === undefined ? "" : `: ${doc.trim()}`}`);
      for (const one of this.#spec.operations.values()) lines.push(...describeOperation(one));
      if (groups !== undefined) lines.push(`  groups ${groups.list.map(({ name }) => name).join(", ")}`);
      return lines.join("\n");
    }
    const { familyId, version, ops = [], mcastGroups = [] } = this.#families.get(this.name);
    const { policy } = this.#byPolicy();
    lines.push(`${this.name}: generic netlink family ${familyId}, version ${version}`);
    for (const op of ops) lines.push(...describeOp(op, policy));
    if (mcastGroups.length > 0) lines.push(`  groups ${mcastGroups.map(({ name }) => name).join(", ")}`);
    return lines.join("\n");
  }

  /** Closes its socket. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** The same as {@linkcode Family.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** What a specification's family sends unasked. */
function kindsOf({ operations }: CompiledSpec): Record<number, GenericEventKind> {
  const kinds: Record<number, GenericEventKind> = {};
  // A message that comes unasked may share its number with a reply.
  for (const asked of [true, false]) {
    for (const { name, reply, table, unasked } of operations.values()) {
      if (unasked !== asked) kinds[reply] = { event: name, codec: table, whole: true };
    }
  }
  return kinds;
}

/** A family by its specification. */
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
    events: called(({ reply }) => reply),
    messages: () => ({
      calls: all.flatMap(({ request: cmd, reply, table: codec }) => cmd === undefined ? [] : [{ cmd, reply, codec }]),
      events: kindsOf(compiled),
    }),
    hint: `${doc === undefined ? "" : `${doc.split("\n")[0]}; `}${moduleHint(name)}`,
  };
}

function moduleHint(name: string): string {
  return `its module, if it has one, may be named net-pf-16-proto-16-family-${name}`;
}

/** The families whose specifications are here. */
export function knownProtocols(): GenericProtocol[] {
  return Object.entries(KNOWN).map(([name, spec]) => protocolOf(name, new CompiledSpec(spec)));
}

/** Stands for whatever number a reply has. */
const ANY = -1;

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
    // What contains itself is shown once.
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
