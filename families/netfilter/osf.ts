/**
 * Fingerprints of operating systems (osf), by which rules tell the system that sent a TCP SYN, as with `nfnl_osf`.
 *
 * ```ts ignore
 * import { osf } from "@linux/netlink/families/netfilter/osf.ts";
 * osf.add("S4:64:1:60:M*,S,T,N,W0:Linux:2.6::Linux 2.6");
 * ```
 *
 * The kernel has one list for all network namespaces, which nobody can read. Changing it needs CAP_NET_ADMIN in the first
 * user namespace.
 *
 * Source: linux/netfilter/nfnetlink_osf.h, v7.2; the format of pf.os of OpenBSD
 *
 * @module
 */
import { expectDefined, expectFields, guardMethods, isFields, isOk, withName } from "../../core/arguments.ts";
import { type Client, type OpenOptions, type Requester, sharedClient } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  chars,
  type Codec,
  enumeration,
  head,
  type Shape,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { type AddOptions, attempt, type DeleteOptions } from "../../core/collection.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import { NLM_F } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import type { Operation } from "../../core/protocol.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import {
  moduleHint,
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  nfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
} from "./protocol.ts";

/** OSF_WSS_*: what a number is compared with. */
export const OSF_WSS = { plain: 0, mss: 1, mtu: 2, modulo: 3 } as const;

/** OSFOPT_*: options of TCP. */
export const OSFOPT = {
  eol: 0,
  nop: 1,
  mss: 2,
  wso: 3,
  sackp: 4,
  sack: 5,
  echo: 6,
  echoreply: 7,
  ts: 8,
  pocp: 9,
  posp: 10,
  empty: 255,
} as const;

/** A number and its meaning. */
export interface OsfWc {
  /** `plain`: the number itself, 0 is any; `mss` and `mtu`: a multiple of these; `modulo`: any multiple of the number. */
  wc?: keyof typeof OSF_WSS | number;
  /** The number. */
  val?: number;
}

/** Wire form of {@linkcode OsfWc}: nf_osf_wc. */
export const OsfWc: Struct<OsfWc> = struct(8, (): Shape<OsfWc> => ({
  wc: [0, enumeration(u32, OSF_WSS)],
  val: [4, u32],
}));

/** An option of TCP. */
export interface OsfOpt {
  /** The option. */
  kind?: keyof typeof OSFOPT | number;
  /** Its length in bytes. */
  length?: number;
  /** Its value. */
  wc?: OsfWc;
}

/** Wire form of {@linkcode OsfOpt}: nf_osf_opt. */
export const OsfOpt: Struct<OsfOpt> = struct(12, (): Shape<OsfOpt> => ({
  kind: [0, enumeration(u16, OSFOPT)],
  length: [2, u16],
  wc: [4, OsfWc],
}));

const MAX_OPTIONS = 40;

/** Codec of the options, of which `optNum` are in use. */
const options: Codec<readonly OsfOpt[]> = {
  name: "options of TCP",
  size: 12 * MAX_OPTIONS,
  decode(from, at, _end, owner) {
    const { optNum = 0 } = owner as Fingerprint;
    return Array.from(
      { length: Math.min(optNum, MAX_OPTIONS) },
      (_, i) => OsfOpt.decode(from, at + 12 * i, at + 12 * i + 12, owner),
    );
  },
  encode(value, to, owner) {
    if (!Array.isArray(value)) to.fail(TypeError, "expected an array");
    if (value.length > MAX_OPTIONS) to.fail(RangeError, `expected at most ${MAX_OPTIONS} options, got ${value.length}`);
    for (const one of value as readonly OsfOpt[]) OsfOpt.encode(one, to, owner);
    to.grow(12 * (MAX_OPTIONS - value.length));
  },
};

/** The form of the SYN packets of an operating system. */
export interface Fingerprint {
  /** Size of the window. */
  wss?: OsfWc;
  /** Time to live at the beginning. */
  ttl?: number;
  /** True if the packet must not be fragmented. */
  df?: boolean;
  /** Size of the packet in bytes; 0 is any. */
  ss?: number;
  /** Maximum segment size; 0 is any. */
  mss?: number;
  /** Number of options; that of `opt` when absent. */
  optNum?: number;
  /** The operating system: `Linux`. Rules compare this name; at most 31 bytes. */
  genre?: string;
  /** Its version. */
  version?: string;
  /** Its subtype. */
  subtype?: string;
  /** The options of TCP in their order. */
  opt?: readonly OsfOpt[];
}

/** Wire form of {@linkcode Fingerprint}: nf_osf_user_finger. */
export const Fingerprint: Struct<Fingerprint> = struct(592, (): Shape<Fingerprint> => ({
  wss: [0, OsfWc],
  ttl: [8, u8],
  df: [9, bool(u8)],
  ss: [10, u16],
  mss: [12, u16],
  optNum: [14, u16],
  genre: [16, chars(32)],
  version: [48, chars(32)],
  subtype: [80, chars(32)],
  opt: [112, options],
}));

/** A request to add or remove a fingerprint. */
export interface OsfMessage {
  /** Family in the header, which the kernel ignores. */
  nfgenFamily?: NfFamily;
  /** The fingerprint. */
  finger?: Fingerprint;
}

/** Wire form of {@linkcode OsfMessage}: nfgenmsg and OSF_ATTR_*. */
export const OsfMessage: Attributes<OsfMessage> = attributes((): Shape<OsfMessage> => ({
  nfgenFamily: head(0, nfFamily),
  finger: [1, Fingerprint],
}), { header: NFGENMSG });

const { OSF_MSG_ADD: ADD, OSF_MSG_REMOVE: REMOVE } = NETFILTER_MSG;

declareMessages(NETLINK_NETFILTER, { types: [ADD, REMOVE], codec: OsfMessage as Codec<unknown, never> });

/** Letters of pf.os for options: the option and its length. */
const LETTERS: Readonly<Record<string, readonly [kind: keyof typeof OSFOPT, length: number]>> = {
  E: ["eol", 1],
  N: ["nop", 1],
  M: ["mss", 4],
  W: ["wso", 3],
  S: ["sackp", 2],
  T: ["ts", 10],
};

/** Marks in front of numbers. */
const MARKS: Readonly<Record<string, keyof typeof OSF_WSS>> = { S: "mss", T: "mtu", "%": "modulo" };

/**
 * Reads a line of pf.os: window size, TTL, DF, size of the packet, options, system, version, subtype, description.
 *
 * @throws {TypeError} it is no such line
 */
export function parseFingerprint(line: string): Fingerprint {
  const fail = (why: string): never => {
    throw argumentError(TypeError, `Cannot read the fingerprint ${JSON.stringify(line)}: ${why}`);
  };
  if (typeof line !== "string") fail("expected a line of pf.os");
  const parts = line.trim().split(":");
  if (parts.length < 8) fail("expected window:ttl:df:size:options:system:version:subtype:description");
  const [window = "", ttl = "", df = "", ss = "", list = "", genre = "", version = "", subtype = ""] = parts;
  const number = (text: string, name: string): number => {
    return text === "*" ? 0 : /^\d+$/.test(text) ? Number(text) : fail(`${name}: expected a number or *`);
  };
  const marked = (text: string, name: string): OsfWc => {
    const wc = MARKS[text[0] ?? ""];
    return { wc: wc ?? "plain", val: number(wc === undefined ? text : text.slice(1), name) };
  };
  const opt = list.split(",").filter((text) => text !== "" && text !== ".").map((text): OsfOpt => {
    const [kind, length] = LETTERS[text[0]!] ?? fail(`there is no option ${JSON.stringify(text)}`);
    return { kind, length, wc: text.length > 1 ? marked(text.slice(1), "option") : { wc: "plain", val: 0 } };
  });
  return {
    wss: marked(window, "window"),
    ttl: number(ttl, "ttl"),
    df: number(df, "df") !== 0,
    ss: number(ss, "size"),
    genre,
    version,
    subtype,
    opt,
  };
}

/** The fingerprints of the kernel. */
export class Osf {
  readonly #requester: () => Requester;

  /** Sends changes through what `requester` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#requester = requester;
    guardMethods(this);
  }

  /**
   * Adds a fingerprint, given as a line of pf.os or as an object.
   *
   * @param options `{ exists: "ok" }` if the kernel may have it
   * @returns false if the kernel had it
   * @throws {KernelError} EEXIST: the kernel has it
   */
  add(fingerprint: Fingerprint | string, options: AddOptions = {}): boolean {
    const tolerates = isOk(options, "exists", "add fingerprint") ? coded("EEXIST") : undefined;
    return this.#send(ADD, fingerprint, "add", NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL, tolerates);
  }

  /**
   * Removes a fingerprint; all fields must be equal.
   *
   * @param options `{ missing: "ok" }` if the kernel may not have it
   * @returns false if the kernel did not have it
   * @throws {KernelError} ENOENT: the kernel does not have it
   */
  delete(fingerprint: Fingerprint | string, options: DeleteOptions = {}): boolean {
    const tolerates = isOk(options, "missing", "delete fingerprint") ? coded("ENOENT") : undefined;
    if (isFields(fingerprint)) expectDefined(fingerprint, "delete fingerprint");
    return this.#send(REMOVE, fingerprint, "delete", 0, tolerates);
  }

  #send(
    type: number,
    given: Fingerprint | string,
    verb: string,
    flags: number,
    tolerates: Operation["tolerates"],
  ): boolean {
    const finger = typeof given === "string" ? parseFingerprint(given) : given;
    expectFields(finger, `${verb} fingerprint`, "a line of pf.os or an object");
    const what = withName(`${verb} fingerprint`, `of ${finger.genre} ${finger.version ?? ""}`);
    return attempt(tolerates, () => {
      this.#requester().request({
        type,
        flags,
        codec: OsfMessage as Codec<unknown, never>,
        value: { finger: { optNum: finger.opt?.length ?? 0, ...finger } },
        what,
        hint: (code) => code === "EINVAL" ? moduleHint(NFNL_SUBSYS.NFNL_SUBSYS_OSF) : undefined,
        ...(tolerates === undefined ? {} : { tolerates }),
      });
      return true;
    });
  }
}

/** Returns a function that is true for errors with this code. */
function coded(code: string): (error: unknown) => boolean {
  return (error) => error instanceof NetlinkError && error.code === code;
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly osf: Osf }> {
  return openNetfilter(options, (open, requester) => ({ osf: new Osf(open, requester) }));
}

/** The fingerprints of this kernel, over a socket that the first use opens. */
export const osf: Osf = new Osf(() => sharedClient(NETLINK_NETFILTER));

export type { NetfilterClient } from "./open.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type { AddOptions, DeleteOptions } from "../../core/collection.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
