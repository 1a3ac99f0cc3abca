/**
 * The notation of `ipset save` and `ipset restore`, in and out: sets and their entries as lines of text.
 *
 * ```ts ignore
 * import { restore, save } from "@linux/netlink/families/netfilter/ipset_save.ts";
 * const text = save();
 * restore("create bad hash:ip timeout 600\nadd bad 198.51.100.9 timeout 60\n");
 * ```
 *
 * @module
 */
import { expectType } from "../../core/arguments.ts";
import { argumentError, BatchError, type BatchFailure, NetlinkError } from "../../core/errors.ts";
import {
  entries as sharedEntries,
  type IpSet,
  IPSET_PROTO,
  type IpsetCollections,
  type IpsetProto,
  type SetEntry,
  type SetEntryInput,
  sets as sharedSets,
  type SetType,
} from "./ipset.ts";

/** A line of the notation. */
export type IpsetCommand =
  & {
    /** Number of the line, from 1. */
    readonly line: number;
    /** Name of the set. */
    readonly set: string;
    /** True with `-exist`: what exists already, or is absent already, is no error. */
    readonly exist?: true;
  }
  & (
    | { readonly verb: "create"; readonly value: IpSet }
    | { readonly verb: "add" | "del"; readonly value: SetEntryInput }
    | { readonly verb: "flush" | "destroy" }
    | { readonly verb: "rename" | "swap"; readonly other: string }
  );

/** Names of ICMP's types and codes, which ipset prints instead of the numbers. */
const ICMP: Readonly<Record<string, number>> = {
  "echo-reply": 0x0000,
  "network-unreachable": 0x0300,
  "host-unreachable": 0x0301,
  "protocol-unreachable": 0x0302,
  "port-unreachable": 0x0303,
  "fragmentation-needed": 0x0304,
  "source-route-failed": 0x0305,
  "network-unknown": 0x0306,
  "host-unknown": 0x0307,
  "network-prohibited": 0x0309,
  "host-prohibited": 0x030a,
  "TOS-network-unreachable": 0x030b,
  "TOS-host-unreachable": 0x030c,
  "communication-prohibited": 0x030d,
  "host-precedence-violation": 0x030e,
  "precedence-cutoff": 0x030f,
  "source-quench": 0x0400,
  "network-redirect": 0x0500,
  "host-redirect": 0x0501,
  "TOS-network-redirect": 0x0502,
  "TOS-host-redirect": 0x0503,
  "echo-request": 0x0800,
  "router-advertisement": 0x0900,
  "router-solicitation": 0x0a00,
  "ttl-zero-during-transit": 0x0b00,
  "ttl-zero-during-reassembly": 0x0b01,
  "ip-header-bad": 0x0c00,
  "required-option-missing": 0x0c01,
  "timestamp-request": 0x0d00,
  "timestamp-reply": 0x0e00,
  "address-mask-request": 0x1100,
  "address-mask-reply": 0x1200,
};

/** Names of ICMPv6's types and codes. */
const ICMPV6: Readonly<Record<string, number>> = {
  "no-route": 0x0100,
  "communication-prohibited": 0x0101,
  "address-unreachable": 0x0103,
  "port-unreachable": 0x0104,
  "packet-too-big": 0x0200,
  "ttl-zero-during-transit": 0x0300,
  "ttl-zero-during-reassembly": 0x0301,
  "bad-header": 0x0400,
  "unknown-header-type": 0x0401,
  "unknown-option": 0x0402,
  "echo-request": 0x8000,
  "echo-reply": 0x8100,
  "router-solicitation": 0x8500,
  "router-advertisement": 0x8600,
  "neighbour-solicitation": 0x8700,
  "neighbour-advertisement": 0x8800,
  "redirect": 0x8900,
};

/** Names of protocols in /etc/protocols that differ from this library's, or that it does not have. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  ipencap: 4,
  "ipv6-icmp": 58,
  ospf: 89,
  ipip: 94,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
};

const NUMBERS: Readonly<Record<string, number>> = { ...IPSET_PROTO, ...PROTOCOLS };
const PROTOCOL_NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));
const ICMP_NAMES = new Map(Object.entries(ICMP).map(([name, number]) => [number, name]));
const ICMPV6_NAMES = new Map(Object.entries(ICMPV6).map(([name, number]) => [number, name]));

/** Returns what an entry of each part of a type is: `["ip", "port", "net"]`. */
function partsOf(type: string): string[] {
  return type.slice(type.indexOf(":") + 1).split(",");
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/**
 * Formats a set as the line that makes it: `create bad hash:ip family inet hashsize 1024 maxelem 65536`. It has
 * `forceadd` too, which `ipset save` of version 7 takes but does not print.
 */
export function formatSet(set: IpSet): string {
  const { name, type, family, range, netmask, bitmask, initval, markmask } = set, words = ["create", name, type];
  const put = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(name, String(value));
  };
  const masks = (): void => (put("netmask", netmask), put("bitmask", bitmask));
  const hash = type.startsWith("hash:"), simple = type === "hash:ip" || type.startsWith("bitmap:");
  if (hash && type !== "hash:mac") put("family", family);
  put("range", range);
  if (markmask !== undefined) put("markmask", `0x${markmask.toString(16).padStart(8, "0")}`);
  put("hashsize", set.hashsize);
  put("maxelem", set.maxelem);
  put("size", set.size);
  if (simple) masks();
  put("timeout", set.timeout);
  for (const part of ["counters", "comment", "forceadd", "skbinfo"] as const) if (set[part] === true) words.push(part);
  put("bucketsize", set.bucketsize);
  if (initval !== undefined) put("initval", `0x${initval.toString(16).padStart(8, "0")}`);
  if (!simple) masks();
  return words.join(" ");
}

/** Formats the port of an entry: `tcp:80`, `icmp:echo-request`, `80`. */
function formatPort(port: number | string, proto: IpsetProto | undefined): string {
  if (proto === undefined) return String(port);
  const number = typeof proto === "number" ? proto : NUMBERS[proto]!;
  const names = number === 1 ? ICMP_NAMES : number === 58 ? ICMPV6_NAMES : undefined;
  const text = names === undefined || typeof port === "string" ? port : names.get(port) ?? `${port >> 8}/${port & 255}`;
  return `${PROTOCOL_NAMES.get(number) ?? number}:${text}`;
}

/** Formats an entry of a set of this type without its options: `192.0.2.1,tcp:80`. */
function formatElement(entry: SetEntry, type: string): string {
  let addresses = 0;
  const texts = partsOf(type).map((part) => {
    if (part === "ip" || part === "net") return addresses++ === 0 ? entry.ip : entry.ip2;
    if (part === "port") return entry.port === undefined ? undefined : formatPort(entry.port, entry.proto);
    if (part === "mac") return entry.ether?.toUpperCase();
    if (part === "mark") return entry.mark === undefined ? undefined : `0x${entry.mark.toString(16).padStart(8, "0")}`;
    if (part === "iface") return (entry.physdev === true ? "physdev:" : "") + String(entry.iface);
    return entry.name;
  });
  return texts.filter((text) => text !== undefined).join(",");
}

/** Formats an entry of a set as the line that adds it: `add bad 192.0.2.1 timeout 60`. */
export function formatEntry(entry: SetEntry, set: Pick<IpSet, "name" | "type">): string {
  const words = ["add", set.name, formatElement(entry, set.type)];
  const { timeout, packets, bytes, comment, skbmark, skbprio, skbqueue } = entry;
  if (timeout !== undefined) words.push("timeout", String(timeout));
  if (entry.wildcard === true) words.push("wildcard");
  if (entry.nomatch === true) words.push("nomatch");
  if (packets !== undefined) words.push("packets", String(packets));
  if (bytes !== undefined) words.push("bytes", String(bytes));
  if (comment !== undefined) words.push("comment", `"${comment}"`);
  if (skbmark !== undefined) {
    const { mark, mask } = skbmark;
    words.push("skbmark", mask === 0xffffffff ? hex(mark) : `${hex(mark)}/${hex(mask)}`);
  }
  if (skbprio !== undefined) {
    words.push("skbprio", `${(skbprio >>> 16).toString(16)}:${(skbprio & 0xffff).toString(16)}`);
  }
  if (skbqueue !== undefined) words.push("skbqueue", String(skbqueue));
  return words.join(" ");
}

/** Sets and entries of this namespace; see {@linkcode IpsetCollections}. */
const SHARED: IpsetCollections = { sets: sharedSets, entries: sharedEntries };

/**
 * Returns the sets and their entries as `ipset save` prints them.
 *
 * @param name the name of one set; all sets when absent
 * @param client the client of another namespace
 */
export function save(name?: string, { sets, entries }: IpsetCollections = SHARED): string {
  const lines: string[] = [];
  for (const set of name === undefined ? sets.list() : [sets.get(name)]) {
    lines.push(formatSet(set));
    for (const entry of entries.iterate(set.name)) lines.push(formatEntry(entry, set));
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The words of one line. */
class Words {
  readonly line: number;
  readonly #words: readonly string[];
  #next = 0;

  constructor(line: number, words: readonly string[]) {
    this.line = line;
    this.#words = words;
  }

  /** The next word, which must exist. */
  next(what: string): string {
    return this.#words[this.#next++] ?? this.fail(`${what} is missing`);
  }

  /** The next word; `undefined` at the end of the line. */
  more(): string | undefined {
    return this.#words[this.#next++];
  }

  /** The next word as a number. */
  number(what: string): number {
    return this.toNumber(this.next(what), what);
  }

  toNumber(word: string, what: string): number {
    if (/^(\d+|0x[\da-fA-F]+)$/.test(word)) return Number(word);
    this.fail(`${what}: expected a number, got ${JSON.stringify(word)}`);
  }

  fail(why: string): never {
    throw argumentError(TypeError, `Cannot read line ${this.line} of ipset's text: ${why}`);
  }
}

/** Splits a line into words; a word in quotes may contain spaces. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}

type Verb = IpsetCommand["verb"];

const VERBS: Readonly<Record<string, Verb>> = {
  create: "create",
  "-N": "create",
  n: "create",
  add: "add",
  "-A": "add",
  a: "add",
  del: "del",
  "-D": "del",
  d: "del",
  flush: "flush",
  "-F": "flush",
  destroy: "destroy",
  "-X": "destroy",
  x: "destroy",
  rename: "rename",
  "-E": "rename",
  e: "rename",
  swap: "swap",
  "-W": "swap",
  w: "swap",
};

const CREATE_NUMBERS: ReadonlySet<string> = new Set([
  ...["netmask", "markmask", "hashsize", "maxelem", "bucketsize", "initval", "size", "timeout"],
]);
const CREATE_FLAGS: ReadonlySet<string> = new Set(["counters", "comment", "skbinfo", "forceadd"]);
const ENTRY_NUMBERS: ReadonlySet<string> = new Set(["timeout", "packets", "bytes", "skbqueue"]);
const ENTRY_FLAGS: ReadonlySet<string> = new Set(["nomatch", "wildcard"]);

function readSet(name: string, words: Words): IpSet {
  const set: Record<string, unknown> = { name, type: words.next("the type") };
  for (let option = words.more(); option !== undefined; option = words.more()) {
    if (CREATE_FLAGS.has(option)) set[option] = true;
    else if (CREATE_NUMBERS.has(option)) set[option] = words.number(option);
    else if (option === "range" || option === "bitmask" || option === "family") set[option] = words.next(option);
    else words.fail(`there is no option ${JSON.stringify(option)} of sets`);
  }
  return set as unknown as IpSet;
}

/** Reads `tcp:80`, `80-90`, `icmp:echo-request`, `vrrp:0`. */
function readPort(text: string, plain: boolean, words: Words): Pick<SetEntryInput, "proto" | "port"> {
  const colon = text.indexOf(":"), name = colon < 0 ? "tcp" : text.slice(0, colon).toLowerCase();
  const port = colon < 0 ? text : text.slice(colon + 1), number = /^\d+$/.test(name) ? Number(name) : NUMBERS[name];
  if (number === undefined) words.fail(`there is no protocol ${JSON.stringify(name)}`);
  const known = Object.entries(IPSET_PROTO).find(([, one]) => one === number)?.[0] as IpsetProto | undefined;
  const part = plain && colon < 0 ? {} : { proto: known ?? number };
  const code = /^(\d+)\/(\d+)$/.exec(port);
  if (code !== null) return { ...part, port: Number(code[1]) << 8 | Number(code[2]) };
  const icmp = (number === 1 ? ICMP : number === 58 ? ICMPV6 : {})[port];
  return { ...part, port: icmp ?? (/^\d+$/.test(port) ? Number(port) : port) };
}

function readEntry(type: SetType, words: Words): SetEntryInput {
  const element = words.next("the entry").split(","), parts = partsOf(type);
  const entry: Record<string, unknown> = {};
  if (element.length > parts.length) words.fail(`an entry of ${type} has ${parts.length} parts, got ${element.length}`);
  element.forEach((text, i) => {
    const part = parts[i]!;
    if (part === "ip" || part === "net") entry[entry["ip"] === undefined ? "ip" : "ip2"] = text;
    else if (part === "port") Object.assign(entry, readPort(text, type === "bitmap:port", words));
    else if (part === "mac") entry["ether"] = text.toLowerCase();
    else if (part === "mark") entry["mark"] = words.toNumber(text, "mark");
    else if (part === "set") entry["name"] = text;
    else if (text.startsWith("physdev:")) Object.assign(entry, { iface: text.slice(8), physdev: true });
    else entry["iface"] = text;
  });
  for (let option = words.more(); option !== undefined; option = words.more()) {
    if (ENTRY_FLAGS.has(option)) entry[option] = true;
    else if (ENTRY_NUMBERS.has(option)) entry[option] = words.number(option);
    else if (option === "comment" || option === "before" || option === "after") entry[option] = words.next(option);
    else if (option === "skbmark") {
      const [mark = "", mask] = words.next(option).split("/");
      entry[option] = { mark: words.toNumber(mark, option), mask: words.toNumber(mask ?? "0xffffffff", option) };
    } else if (option === "skbprio") {
      const found = /^([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(words.next(option));
      if (found === null) words.fail('skbprio: expected two hexadecimal numbers, as "1:a"');
      entry[option] = (parseInt(found[1]!, 16) << 16 | parseInt(found[2]!, 16)) >>> 0;
    } else words.fail(`there is no option ${JSON.stringify(option)} of entries`);
  }
  return entry as SetEntryInput;
}

/**
 * Reads text as `ipset restore` takes it.
 *
 * @param typeOf returns the type of a set that the text does not create
 * @throws {TypeError} a line is none of the notation
 */
export function parseIpset(
  text: string,
  typeOf: (set: string) => SetType | undefined = () => undefined,
): IpsetCommand[] {
  expectType(text, "read ipset's text", "string");
  const commands: IpsetCommand[] = [], types = new Map<string, SetType | undefined>();
  for (const [i, source] of text.split("\n").entries()) {
    const all = wordsOf(source), exist = all.some((word) => word === "-exist" || word === "-!");
    const words = new Words(i + 1, all.filter((word) => word !== "-exist" && word !== "-!"));
    const first = words.more();
    if (first === undefined || first.startsWith("#") || first === "COMMIT") continue;
    const verb = Object.hasOwn(VERBS, first)
      ? VERBS[first]!
      : words.fail(`there is no command ${JSON.stringify(first)}`);
    const set = words.next("the name of the set"), common = { line: i + 1, set, ...(exist ? { exist } as const : {}) };
    if (verb === "create") {
      const value = readSet(set, words);
      types.set(set, value.type);
      commands.push({ ...common, verb, value });
    } else if (verb === "add" || verb === "del") {
      if (!types.has(set)) types.set(set, typeOf(set));
      const type = types.get(set) ?? words.fail(`there is no set ${JSON.stringify(set)}`);
      commands.push({ ...common, verb, value: readEntry(type, words) });
    } else if (verb === "rename" || verb === "swap") {
      const other = words.next("the other name");
      for (const name of [set, other]) if (!types.has(name)) types.set(name, typeOf(name));
      const [one, two] = [types.get(set), types.get(other)];
      types.set(other, one);
      types.set(set, verb === "swap" ? two : undefined);
      commands.push({ ...common, verb, other });
    } else commands.push({ ...common, verb });
  }
  return commands;
}

/**
 * Does what text of `ipset save` says. Lines that add entries of one set go in few messages. All lines are tried.
 *
 * @param client the client of another namespace
 * @throws {TypeError} a line is none of the notation; nothing is done
 * @throws {BatchError} with every refused line: `index` is its position in the text, from 0
 */
export function restore(text: string, { sets, entries }: IpsetCollections = SHARED): void {
  const commands = parseIpset(text, (set) => sets.find(set)?.type), failures: BatchFailure[] = [];
  const attempt = (lines: readonly number[], change: () => void): void => {
    try {
      change();
    } catch (error) {
      if (error instanceof BatchError) {
        failures.push(...error.failures.map(({ index, error }) => ({ index: lines[index]!, error })));
      } else if (error instanceof NetlinkError || error instanceof TypeError || error instanceof RangeError) {
        failures.push(...lines.map((index) => ({ index, error })));
      } else throw error;
    }
  };
  for (let at = 0; at < commands.length;) {
    const command = commands[at]!, { verb, set, exist = false, line } = command, first = at++;
    if (verb === "add" || verb === "del") {
      const same = (other: IpsetCommand | undefined): boolean =>
        other?.verb === verb && other.set === set && (other.exist ?? false) === exist;
      while (same(commands[at])) at++;
      const run = commands.slice(first, at) as (IpsetCommand & { readonly value: SetEntryInput })[];
      const values = run.map(({ value }) => value);
      attempt(run.map(({ line }) => line - 1), () => {
        if (verb === "del") entries.delete(set, values, exist ? { missing: "ok" } : {});
        else if (exist) entries.replace(set, values);
        else entries.add(set, values);
      });
      continue;
    }
    attempt([line - 1], () => {
      if (command.verb === "create") sets.add(command.value, exist ? { exists: "ok" } : {});
      else if (verb === "destroy") sets.delete(set, exist ? { missing: "ok" } : {});
      else if (verb === "flush") entries.flush(set);
      else if (command.verb === "rename") sets.rename(set, command.other);
      else if (command.verb === "swap") sets.swap(set, command.other);
    });
  }
  if (failures.length > 0) {
    throw new BatchError({ count: text.replace(/\n$/, "").split("\n").length, failures, lines: true });
  }
}

export * from "./ipset.ts";
