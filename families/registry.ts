/**
 * All protocols of AF_NETLINK: their numbers, names, history and modules. Also decodes any message of any protocol.
 *
 * ```ts
 * import { decode, explain, families } from "@linux/netlink/families/registry.ts";
 * console.table(families());
 * console.log(explain("SMC"));
 * const bytes = new Uint8Array([20, 0, 0, 0, 22, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
 * console.log(decode("ROUTE", bytes)); // [{ type: "RTM_GETADDR", flags: ["request", "dump"], … }]
 * ```
 *
 * @module
 */
import "../core/capture.ts";
import "../core/dry_run.ts";
import { expectBytes, expectOptions, expectType, ORIGIN_OPTIONS } from "../core/arguments.ts";
import { argumentError } from "../core/errors.ts";
import { serves } from "../core/open.ts";
import type { Layout } from "../core/codec/mod.ts";
import { decodeMessages, decodeValue, type Message, type Outcome, showMessages } from "../core/datagram.ts";
import { stringify } from "../core/show.ts";
import type { MessageSet, Origin } from "../core/protocol.ts";
import { messageSetsOf } from "./registry/messages.ts";
import { type Capability, FAMILIES, type Family, MAX_LINKS, type Numbers, type Status } from "./registry/facts.ts";
import { NETLINK_ROUTE } from "./route/protocol.ts";

export * from "./registry/read_capture.ts";
export { genericNumbers } from "./registry/generic_families.ts";

export type { Capability, Family, Layout, Message, Numbers, Origin, Outcome, Status };
export { FAMILIES };

/** A protocol on the running kernel, as a row of a table. */
export interface FamilyRow {
  /** The protocol's number, 0..22. */
  readonly number: number;
  /** The protocol's name, NETLINK_*. */
  readonly name: string;
  /** Its state: served, removed, reserved or unused. */
  readonly status: Status;
  /** True if the running kernel serves it. */
  readonly served: boolean;
  /** The first kernel with it; empty if there was none. */
  readonly since: string;
  /** The last kernel with it; empty if there is none yet. */
  readonly until: string;
  /** The modules that provide it, or else the kernel's options; empty if there are none. */
  readonly provider: string;
}

/**
 * Returns all protocols, each with whether the running kernel serves it.
 *
 * It opens a socket of each protocol, which makes the kernel load the modules that it has for them. Needs no privilege.
 */
export function families(): FamilyRow[] {
  return FAMILIES.map(({ number, name, status, since = "", until = "", modules, options }) => ({
    number,
    name,
    status,
    served: serves(number),
    since,
    until,
    provider: (modules.length > 0 ? modules : options).join(", "),
  }));
}

/**
 * Returns the facts about a protocol, `undefined` for a number or name that no protocol has.
 *
 * @param protocol its number; or its name or a former one, in upper or lower case, with or without `NETLINK_`
 */
export function family(protocol: number | string): Family | undefined {
  expectType(protocol, "find a netlink protocol", "number", "string");
  if (typeof protocol === "number") return FAMILIES[protocol];
  const wanted = bareName(protocol);
  const has = (names: readonly string[]): boolean => names.some((name) => bareName(name) === wanted);
  return FAMILIES.find(({ name, aliases }) => has([name, ...aliases])) ??
    FAMILIES.find(({ formerly }) => has(Object.keys(formerly)));
}

function bareName(name: string): string {
  return name.toUpperCase().replace(/^NETLINK_/, "");
}

function numberOf(protocol: number | string): number {
  const number = typeof protocol === "number" ? protocol : family(protocol)?.number;
  if (number === undefined) {
    throw argumentError(TypeError, `Cannot find a netlink protocol called ${JSON.stringify(protocol)}`);
  }
  if (!Number.isInteger(number) || number < 0 || number >= MAX_LINKS) {
    throw argumentError(RangeError, `Cannot find netlink protocol ${number}: they are numbered 0..${MAX_LINKS - 1}`);
  }
  return number;
}

/**
 * Returns a sentence on why a kernel may not serve a protocol: when it was removed and what replaces it, that no kernel
 * ever served it, or which module provides it.
 *
 * @param protocol a number or name, as {@linkcode family} takes it
 */
export function explain(protocol: number | string): string {
  const number = numberOf(protocol), known = family(number);
  return `${known === undefined ? "netlink protocol" : known.name} ${number}: ${openHint(number)}`;
}

/** Returns the same sentence without the protocol's name, for the hint of the error that opening a socket throws. */
export function openHint(number: number): string {
  const known = FAMILIES[number];
  if (known === undefined) return "no kernel since 2.6.14 has a protocol of this number";
  const { status, until, removedIn, successor, formerly } = known;
  const instead = successor === undefined ? "nothing replaces it" : `instead there is ${successor}`;
  switch (status) {
    case "removed":
      return `removed in Linux ${removedIn}, the last to have it is ${until}; ${instead}`;
    case "reserved":
      return `no kernel ever served it; ${instead}`;
    case "unused": {
      const were = Object.entries(formerly).map(([name, when]) => `${name} ${when}`).join(", ");
      return `no kernel since ${removedIn} serves it; the number was ${were}; ${instead}`;
    }
    case "active":
      return provision(known);
  }
}

function provision({ since, modules, options, autoload, condition }: Family): string {
  const by = modules.length === 0 ? "built in" : `in module ${modules.join(" or ")}`;
  const load = modules.length === 0 || autoload ? "" : `, which only modprobe ${modules[0]} or a driver loads`;
  const more = condition === undefined ? "" : `; ${condition}`;
  const configured = `${modules.length === 0 ? "" : ","} if the kernel is configured with ${options.join(", ")}`;
  return `in Linux since ${since}, ${by}${load}${configured}${more}`;
}

/** The facts that a client needs about a protocol. */
export interface Opening {
  /** The protocol's number. */
  readonly number: number;
  /** The protocol's name. */
  readonly name: string;
  /** The numbers of its message types by name. */
  readonly types: Numbers;
  /** The reason why a kernel may not serve it. */
  readonly hint?: string;
}

/** Returns a protocol for a client. If the kernel does not serve it, opening it throws a SystemError that says why. */
export function protocol(protocol: number | string): Opening {
  const number = numberOf(protocol), known = FAMILIES[number];
  if (number === NETLINK_ROUTE.number) return NETLINK_ROUTE;
  const { name = `netlink protocol ${number}`, types = {} } = known ?? {};
  return { number, name, types, hint: openHint(number) };
}

function expectDatagram(datagram: unknown, options: unknown, verb: string): void {
  expectBytes(datagram, `${verb} a datagram`);
  expectOptions(options, `${verb} a datagram`, ORIGIN_OPTIONS);
}

/** The origin of the bytes: the machine's byte order and the numbers of its generic families. */
export type DecodeOptions = Origin;

/**
 * Decodes the messages in a datagram of any protocol.
 *
 * A message that no table describes has its bytes as value, and a type without a name is a number. Messages of generic
 * families need the families' numbers: `{ generic: genericNumbers() }` gives those of this machine. A datagram without
 * messages (USERSOCK, KOBJECT_UEVENT) is returned as one message of type 0.
 *
 * @param protocol a number or name, as {@linkcode family} takes it
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function decode(protocol: number | string, datagram: Uint8Array, options: DecodeOptions = {}): Message[] {
  const number = numberOf(protocol);
  expectDatagram(datagram, options, "decode");
  const set: MessageSet = messageSetsOf(number, options)(), codec = set.unframed?.(datagram);
  if (codec !== undefined) return [{ type: 0, flags: [], seq: 0, port: 0, value: decodeValue(datagram, codec) }];
  return decodeMessages(datagram, set);
}

/**
 * Prints the messages in a datagram for people: a line for each header, then a line for each field, with its offset.
 *
 * @param protocol a number or name, as {@linkcode family} takes it
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function show(protocol: number | string, datagram: Uint8Array, options: DecodeOptions = {}): string {
  const number = numberOf(protocol);
  expectDatagram(datagram, options, "show");
  const set: MessageSet = messageSetsOf(number, options)(), codec = set.unframed?.(datagram);
  if (codec !== undefined) return stringify(decodeValue(datagram, codec), 2);
  return showMessages(datagram, set).join("\n");
}
