/**
 * The messages of generic families in captures: each command is decoded with the table that the family's module has for
 * it.
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  MISFIT,
  octetString,
  type Reader,
  type Shape,
  shown,
  u8,
} from "./codec/mod.ts";
import {
  CTRL_CMD,
  GenericFamily,
  type GenericMessages,
  type GenericProtocol,
  GENL_HDRLEN,
  GENL_ID,
  NETLINK_GENERIC,
  nlctrl,
} from "./genl.ts";
import { DecodeError } from "./errors.ts";
import { isRequest, messageEnd, NLMSG_HDRLEN } from "./message.ts";
import { declareMessageSets } from "./messages.ts";
import type { DescribedFamily, MessageSet, Origin } from "./protocol.ts";

type Table = Codec<unknown, never>;

/** The direction of a message, and whether it answers a request. */
type Way = "request" | "answer" | "event";

/** The tables and names of one family's messages. */
interface FamilyTables {
  readonly tables: Readonly<Record<Way, ReadonlyMap<number, Table>>>;
  readonly names: Readonly<Record<Way, ReadonlyMap<number, string>>>;
  readonly codecs: Map<string, Table>;
}

const tablesByFamily = new WeakMap<GenericProtocol, FamilyTables>();

function tablesOfFamily(protocol: GenericProtocol): FamilyTables {
  let found = tablesByFamily.get(protocol);
  if (found === undefined) {
    const { commands, answers = commands, events = answers } = protocol;
    const names = { request: named(commands), answer: named(answers), event: named(events) };
    tablesByFamily.set(protocol, found = { tables: tablesOf(protocol.messages?.() ?? {}), names, codecs: new Map() });
  }
  return found;
}

function named(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).reverse().map(([name, number]) => [number, name]));
}

function tablesOf({ collections = [], calls = [], events = {} }: GenericMessages): FamilyTables["tables"] {
  const tables = {
    request: new Map<number, Table>(),
    answer: new Map<number, Table>(),
    event: new Map<number, Table>(),
  };
  for (const [cmd, { codec }] of Object.entries(events)) tables.event.set(Number(cmd), codec);
  for (const { commands: { get, reply = get, new: add, set, del }, events: told, table, request } of collections) {
    for (const cmd of [get, add, set, del]) if (cmd !== undefined) tables.request.set(cmd, request?.codec ?? table);
    for (const cmd of [reply, add]) if (cmd !== undefined) tables.answer.set(cmd, table);
    for (const cmd of [...told?.new ?? [], ...told?.del ?? []]) tables.event.set(cmd, table);
  }
  for (const { cmd, reply = cmd, codec, replyCodec = codec } of calls) {
    tables.request.set(cmd, codec);
    tables.answer.set(reply, replyCodec);
  }
  return tables;
}

/** Returns the kind of a message: a request has its flag, and an event is sent to port 0. */
function wayOf(from: Reader, at: number): Way {
  if (isRequest(from.view, at)) return "request";
  return from.view.getUint32(at + 12, true) === 0 ? "event" : "answer";
}

const NoAttributes: Table = attributes((): Shape<Record<never, never>> => ({}));

/** Returns the table of messages of which only the size of the family's own header is known. */
function headerOnly(size: number): Table {
  if (size === 0) return NoAttributes;
  return attributes((): Shape<{ header: Uint8Array }> => ({ header: head(0, octetString(size)) }), { header: size });
}

/** The declaration of an unknown family. */
const NOBODY: GenericProtocol = { name: "", version: 0, commands: {} };

/**
 * Returns the codec of one command's messages: the header's `cmd`, by name, and `version`, beside the fields of the
 * payload.
 */
function codecOf(protocol: GenericProtocol, way: Way, cmd: number): Table {
  const { tables, names, codecs } = tablesOfFamily(protocol), key = `${way} ${cmd}`;
  let codec = codecs.get(key);
  if (codec === undefined) {
    // The same message may be an answer and an event.
    const other = way === "answer" ? tables.event : tables.answer;
    const body = tables[way].get(cmd) ?? (way === "request" ? undefined : other.get(cmd)) ??
      headerOnly(protocol.hdrsize ?? 0);
    codecs.set(key, codec = withHeader(names[way].get(cmd) ?? cmd, cmd, body));
  }
  return codec;
}

function withHeader(name: string | number, cmd: number, body: Table): Table {
  const command: Codec<string | number> = {
    ...u8,
    decode: () => name,
    encode: (_value, to) => void to.append(Uint8Array.of(cmd)),
  };
  // In messages of nlctrl, `version` is the version of the described family instead.
  const own = (body as Partial<Attributes<object>>).fields?.some(({ key }) => key === "version") === true;
  return {
    name: "a generic netlink message",
    decode(from, at, end, owner) {
      if (end - at < GENL_HDRLEN) return MISFIT;
      const value = body.decode(from, at + GENL_HDRLEN, end, owner);
      return Object.assign({ cmd: name, version: from.bytes[at + 1]! }, value);
    },
    encode(value: { readonly version?: number }, to, owner) {
      const { cmd: _cmd, version = 1, ...others } = value as Record<string, unknown> & { version?: number };
      const rest = own ? { version, ...others } : others;
      const at = to.grow(GENL_HDRLEN);
      to.bytes[at] = cmd;
      to.bytes[at + 1] = version;
      return body.encode(rest as never, to, owner);
    },
    walk(from, at, end, owner, visit) {
      if (end - at < GENL_HDRLEN) return;
      for (const [i, [name, codec]] of ([["cmd", command], ["version", u8]] as const).entries()) {
        visit({ name, id: -1, start: at + i, at: at + i, end: at + i + 1, codec, owner });
      }
      body.walk?.(from, at + GENL_HDRLEN, end, owner, visit);
    },
    attributeName: (id, owner) => body.attributeName?.(id, owner),
  };
}

/** Returns the codec for encoding; the value's `cmd` selects the command by name or number. */
function byCommand(protocol: GenericProtocol): Table {
  const { names } = tablesOfFamily(protocol);
  return {
    name: "a generic netlink message",
    decode: () => MISFIT,
    encode(value: { readonly cmd?: unknown }, to, owner) {
      for (const way of ["request", "answer", "event"] as const) {
        for (const [number, name] of names[way]) {
          if (value.cmd === name || value.cmd === number) {
            return codecOf(protocol, way, number).encode(value as never, to, owner);
          }
        }
      }
      const { cmd } = value;
      if (typeof cmd !== "number") return to.fail(TypeError, `expected a command as cmd, got ${shown(cmd)}`);
      return codecOf(protocol, "request", cmd).encode(value as never, to, owner);
    },
  };
}

const families = new Map<string, () => GenericProtocol>();

/** Makes captures and NETLINK_DEBUG decode the messages of a family. The first declaration of a family is kept. */
export function declareFamily(protocol: GenericProtocol): void {
  if (!families.has(protocol.name)) families.set(protocol.name, () => protocol);
}

/** Does the same for families whose declarations are made when their messages are first met. */
export function declareFamilies(names: readonly string[], make: (name: string) => GenericProtocol): void {
  for (const name of names) {
    if (families.has(name)) continue;
    let made: GenericProtocol | undefined;
    families.set(name, () => made ??= make(name));
  }
}

/** Returns the names of the declared families. */
export function declaredFamilies(): string[] {
  return [...families.keys()];
}

/** Returns the declaration of a family; `undefined` if there is none. */
export function declaredFamily(name: string): GenericProtocol | undefined {
  return families.get(name)?.() ?? (name === nlctrl.name ? nlctrl : undefined);
}

/** Family numbers that this process has looked up; they are the same in all network namespaces. */
const foundNumbers = new Map<number, string>();

/** Remembers the number that the running kernel has given to a family. */
export function noteFamily({ familyId, familyName = "" }: DescribedFamily): void {
  if (familyId !== undefined) foundNumbers.set(familyId, familyName);
}

/**
 * Returns the messages of generic families by their numbers on one machine. It learns further numbers from messages of
 * nlctrl that it decodes.
 */
function genericSet({ generic = {}, here: own }: Origin): MessageSet {
  const told = Array.isArray(generic) ? generic as readonly DescribedFamily[] : [];
  const numbers = { ...GENL_ID, ...(Array.isArray(generic) ? {} : generic as Readonly<Record<string, number>>) };
  let types: Readonly<Record<string, number>> | undefined = numbers;
  const names = new Map<number, string>(Object.entries<number>(numbers).map(([name, number]) => [number, name]));
  const others = new Map<number, GenericProtocol>();
  const typeName = (type: number): string | undefined =>
    names.get(type) ?? (own === true ? foundNumbers.get(type) : undefined);
  const familyOf = (type: number): GenericProtocol =>
    declaredFamily(type === GENL_ID.GENL_ID_CTRL ? nlctrl.name : typeName(type) ?? "") ?? others.get(type) ?? NOBODY;
  const learn = ({ familyId, familyName, hdrsize = 0 }: DescribedFamily): void => {
    // Three families have fixed numbers.
    if (familyId === undefined || familyName === undefined || familyId < FIRST_OF_ANY) return;
    if (others.get(familyId)?.hdrsize !== hdrsize) {
      others.set(familyId, { ...NOBODY, hdrsize: hdrsize <= MOST_HEADER ? hdrsize : 0 });
    }
    if (names.get(familyId) === familyName) return;
    names.delete(familyId); // moves it to the end of the order
    names.set(familyId, familyName);
    types = undefined;
  };
  told.forEach(learn);
  return {
    get types() {
      return types ??= Object.fromEntries(Array.from(names, ([number, name]) => [name, number]));
    },
    typeName,
    codec(type, from, at) {
      if (type < GENL_ID.GENL_ID_CTRL) return undefined;
      if (from === undefined || at === undefined) return byCommand(familyOf(type));
      if (from.length - at <= NLMSG_HDRLEN) return NoAttributes;
      if (type === GENL_ID.GENL_ID_CTRL) learn(toldFamily(from, at));
      return codecOf(familyOf(type), wayOf(from, at), from.bytes[at + NLMSG_HDRLEN]!);
    },
    does(from, at) {
      if (from.length - at <= NLMSG_HDRLEN) return undefined;
      const { names } = tablesOfFamily(familyOf(from.view.getUint16(at + 4, true)));
      return names[wayOf(from, at)].get(from.bytes[at + NLMSG_HDRLEN]!);
    },
  };
}

/** Returns the family that a message of nlctrl describes. */
function toldFamily(from: Reader, at: number): GenericFamily {
  if (wayOf(from, at) === "request" || from.bytes[at + NLMSG_HDRLEN] !== CTRL_CMD.CTRL_CMD_NEWFAMILY) return {};
  try {
    const end = messageEnd(from, at);
    return GenericFamily.decode(from, Math.min(end, at + NLMSG_HDRLEN + GENL_HDRLEN), end, {});
  } catch (error) {
    if (error instanceof DecodeError) return {};
    throw error;
  }
}

/** Largest size of a family's own header in bytes. */
const MOST_HEADER = 0xffff;

/** The lowest number that the kernel gives to a family when it is registered. */
const FIRST_OF_ANY = 19;

declareMessageSets(NETLINK_GENERIC, (origin) => {
  const set = genericSet(origin);
  return () => set;
});
