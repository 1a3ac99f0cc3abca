/**
 * The login of iSCSI: PDUs over TCP, negotiation of parameters, CHAP both ways, and discovery of targets.
 *
 * ```ts ignore
 * import { discover } from "@linux/netlink/families/iscsi/login.ts";
 * for (const target of await discover("10.9.0.2:3260")) console.log(target.name, target.portals);
 * ```
 *
 * Source: RFC 7143; the hashes of CHAP besides MD5 are those of IANA's registry for PPP.
 *
 * @module
 */
import { expectNames, expectOptions, expectType } from "../../core/arguments.ts";
import { builtin } from "../../core/builtin.ts";
import { readProc } from "../../core/capabilities.ts";
import { shown, sockaddr, toHex, Writer } from "../../core/codec/mod.ts";
import { argumentError, NetlinkError, SystemError } from "../../core/errors.ts";
import { TcpSocket } from "../../core/tcp.ts";
import { checkTimeout, LONGEST_TIMER } from "../../core/wait.ts";

/** A name and secret of CHAP. */
export interface ChapSecret {
  /** The name. */
  readonly name: string;
  /** The secret; RFC 7143 asks for 12 characters or more. */
  readonly secret: string;
}

/** Authentication by CHAP. */
export interface IscsiAuth extends ChapSecret {
  /** The target's name and secret, with which it must prove itself too (mutual CHAP). */
  readonly target?: ChapSecret;
}

/** Options of {@linkcode discover}, and of every login. */
export interface DiscoverOptions {
  /** The initiator's name; a name with the host's name when absent. */
  readonly initiator?: string;
  /** Name and secret for CHAP; without them the login is without CHAP. */
  readonly auth?: IscsiAuth;
  /** The time for the connection and the login in ms; 15,000 when absent. */
  readonly timeout?: number;
}

/** A target, as a portal tells it. */
export interface DiscoveredTarget {
  /** The target's name. */
  readonly name: string;
  /** Its portals: `10.9.0.2:3260`. */
  readonly portals: readonly string[];
}

/** The target refused the login. */
export class IscsiLoginError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "IscsiLoginError", configurable: true, writable: true });
  }

  /** The status class: 1 redirection, 2 the initiator's fault, 3 the target's fault. */
  readonly statusClass: number;
  /** The detail in the class. */
  readonly statusDetail: number;

  /** Makes the error of one refusal. */
  constructor(what: string, statusClass: number, statusDetail: number) {
    const status = statusClass << 8 | statusDetail,
      [text, hint] = STATUS[status] ?? CLASSES[statusClass] ?? ["refused"];
    super(
      `Cannot ${what}: the target refused: ${text} (status ${statusClass}, detail ${statusDetail})`,
      statusClass === 2 && (statusDetail === 1 || statusDetail === 2) ? "AUTHENTICATION" : "LOGIN_REFUSED",
      hint === undefined ? {} : { hint },
    );
    this.statusClass = statusClass;
    this.statusDetail = statusDetail;
  }
}

type Explained = readonly [text: string, hint?: string];

const CLASSES: Readonly<Record<number, Explained>> = {
  1: ["it has moved"],
  2: ["the initiator made an error"],
  3: ["the target has an error", "try again later"],
};

const STATUS: Readonly<Record<number, Explained>> = {
  0x201: ["authentication failed", "auth is missing, or its name or secret is wrong"],
  0x202: ["this initiator may not use the target", "the target must allow the initiator's name, and maybe wants auth"],
  0x203: ["there is no such target", "discover(portal) tells the names"],
  0x204: ["the target was removed"],
  0x205: ["the versions of iSCSI do not fit"],
  0x206: ["the target takes no more connections"],
  0x207: ["a parameter is missing"],
  0x208: ["the connection cannot join the session"],
  0x209: ["the target has no sessions of this type"],
  0x20a: ["there is no such session"],
  0x20b: ["the login was out of order"],
  0x300: ["the target has an error"],
  0x301: [
    "the target is not ready",
    "it is switched off, or Linux's target has none of this name: see discover(portal)",
  ],
  0x302: ["the target has no resources left", "try again later"],
};

/** Default port of a portal. */
const PORT = 3260;
const TIMEOUT = 15_000;
const HEADER = 48;
/** Most bytes of data in a PDU that the initiator takes. */
export const MAX_RECV = 262_144;
/** Most data in a PDU that a target may send during a login. */
const MOST_DATA = 1 << 20;

/** The time limit of a login in ms, at most `most`. */
export function limitOf(timeout: number = TIMEOUT, most: number = Infinity): AbortSignal {
  return AbortSignal.timeout(Math.ceil(Math.min(timeout, most, LONGEST_TIMER)));
}

/** Opcodes of PDUs. */
export const ISCSI_OPCODE = {
  nopOut: 0x00,
  login: 0x03,
  text: 0x04,
  logout: 0x06,
  nopIn: 0x20,
  loginResponse: 0x23,
  textResponse: 0x24,
  logoutResponse: 0x26,
  asyncMessage: 0x32,
  reject: 0x3f,
} as const;

/** The first of the opcodes that only targets send. */
const FIRST_OF_TARGET = 0x20;
const IMMEDIATE = 0x40, FINAL = 0x80, CONTINUE = 0x40, NO_TAG = 0xffffffff;

/** A PDU without its digests: the header has 48 bytes. */
export interface Pdu {
  /** The header. */
  readonly header: Uint8Array;
  /** The data. */
  readonly data: Uint8Array;
}

/** Carries the PDUs of a login: over TCP, or through the kernel that has the connection. */
export interface PduCarrier {
  /** Sends a PDU, whose header has the length of the data. */
  send(pdu: Pdu): Promise<void> | void;
  /** Receives a PDU. */
  receive(): Promise<Pdu>;
}

/** Returns the carrier of PDUs over TCP. */
function overTcp(socket: TcpSocket, what: string, signal: AbortSignal): PduCarrier {
  return {
    async send({ header, data }) {
      const bytes = new Uint8Array(HEADER + (data.length + 3 & ~3));
      bytes.set(header);
      bytes.set(data, HEADER);
      await socket.send(bytes, signal);
    },
    async receive() {
      const header = await socket.receive(HEADER, signal), ahs = header[4]! * 4, opcode = header[0]! & 0x3f;
      if (opcode < FIRST_OF_TARGET) throw broken(what, "the portal does not speak iSCSI");
      const size = new DataView(header.buffer).getUint32(4) & 0xffffff;
      if (size > MOST_DATA) throw broken(what, `a PDU has ${size} bytes of data`);
      const body = await socket.receive(ahs + (size + 3 & ~3), signal);
      return { header, data: body.subarray(ahs, ahs + size) };
    },
  };
}

/** Returns the error of a target that does not keep to the protocol. */
function broken(what: string, why: string): NetlinkError {
  return new NetlinkError(`Cannot ${what}: ${why}`, "EPROTO");
}

/** Returns the header of a PDU that logs out: the kernel fills in its tag and numbers. */
export function logoutHeader(): Uint8Array {
  const header = new Uint8Array(HEADER);
  header[0] = ISCSI_OPCODE.logout | IMMEDIATE;
  header[1] = FINAL; // reason 0: close the session
  return header;
}

/** PDUs with their numbers on a connection. */
class Pdus {
  readonly #carrier: PduCarrier;
  readonly #what: string;
  statsn = 0;

  constructor(carrier: PduCarrier, what: string) {
    this.#carrier = carrier;
    this.#what = what;
  }

  /** Sends a PDU: its header's fields, and its data. */
  async send(fill: (view: DataView, header: Uint8Array) => void, data: Uint8Array): Promise<void> {
    const header = new Uint8Array(HEADER), view = new DataView(header.buffer);
    fill(view, header);
    view.setUint32(4, data.length);
    view.setUint32(24, 1); // CmdSN: all are immediate, so it stays the same
    view.setUint32(28, this.statsn === 0 ? 0 : this.statsn + 1 >>> 0);
    await this.#carrier.send({ header, data });
  }

  /** Receives the PDU with opcode `expected`; answers pings. */
  async receive(expected: number): Promise<Pdu & { readonly view: DataView }> {
    while (true) {
      const { header, data } = await this.#carrier.receive(), opcode = header[0]! & 0x3f;
      const view = new DataView(header.buffer, header.byteOffset);
      if (opcode === ISCSI_OPCODE.nopIn) {
        await this.#pong(header, view);
        continue;
      }
      if (opcode !== expected) throw broken(this.#what, `the target sent PDU 0x${opcode.toString(16)}`);
      this.statsn = view.getUint32(24);
      return { header, view, data };
    }
  }

  async #pong(ping: Uint8Array, view: DataView): Promise<void> {
    const tag = view.getUint32(20);
    if (tag === NO_TAG) return;
    await this.send((view, header) => {
      header[0] = ISCSI_OPCODE.nopOut | IMMEDIATE;
      header[1] = FINAL;
      header.set(ping.subarray(8, 16), 8);
      view.setUint32(16, NO_TAG);
      view.setUint32(20, tag);
    }, new Uint8Array(0));
  }
}

/** Returns two pieces of text of PDUs as one. */
function joined(text: Uint8Array, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(text.length + more.length);
  all.set(text);
  all.set(more, text.length);
  return all;
}

/** Keys and values of a login. */
export type IscsiKeys = ReadonlyMap<string, string>;

/** Returns keys and values as the text of a PDU. */
export function keysText(keys: Iterable<readonly [string, string]>): Uint8Array {
  return new TextEncoder().encode([...keys].map(([key, value]) => `${key}=${value}\0`).join(""));
}

/** Returns the keys and values in the text of a PDU, in order. */
export function keysOf(data: Uint8Array): [string, string][] {
  return new TextDecoder().decode(data).split("\0").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at <= 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
  });
}

/** The parameters that a login has agreed on. */
export interface IscsiParameters {
  /** True if headers have a CRC32C. */
  headerDigest: boolean;
  /** True if data have a CRC32C. */
  dataDigest: boolean;
  /** Most bytes of data in a PDU that the initiator takes. */
  maxRecv: number;
  /** Most bytes of data in a PDU that the target takes. */
  maxXmit: number;
  /** True if data is sent only when the target asks for it. */
  initialR2t: boolean;
  /** True if a command's PDU may have data. */
  immediateData: boolean;
  /** Most bytes that are sent without being asked for. */
  firstBurst: number;
  /** Most bytes in one answer. */
  maxBurst: number;
  /** Most requests for data at a time. */
  maxR2t: number;
  /** Seconds to wait before another login. */
  time2Wait: number;
  /** The target's portal group. */
  tpgt: number;
  /** The target's alias. */
  alias: string | undefined;
}

/** A login that succeeded. */
export interface LoggedIn {
  /** The connection, whose next PDU is the first after the login. */
  readonly socket: TcpSocket;
  /** The portal that took the login: it may be another one than that asked for. */
  readonly portal: string;
  /** The parameters. */
  readonly parameters: IscsiParameters;
  /** StatSN of the last PDU of the login. */
  readonly statsn: number;
}

/** A login to make. */
export interface LoginPlan {
  /** The portal, as `resolvePortal` returns it. */
  readonly portal: string;
  /** The initiator's name. */
  readonly initiator: string;
  /** The target's name; absent for discovery. */
  readonly target?: string;
  /** CHAP. */
  readonly auth: IscsiAuth | undefined;
  /** The initiator's part of the session's number. */
  readonly isid: Uint8Array;
  /** Digests to ask for. */
  readonly digests: readonly ("header" | "data")[];
  /** The task in error messages. */
  readonly what: string;
}

interface Resolver {
  lookup(name: string): Promise<{ address: string; family: number }>;
}

interface Crypto {
  createHash(name: string): { update(bytes: Uint8Array): { digest(): Uint8Array } };
  timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

/** CHAP_A: the number, hash and size in bytes of each algorithm, best first. */
const ALGORITHMS: readonly (readonly [number: string, hash: string, size: number])[] = [
  ["8", "sha3-256", 32],
  ["7", "sha256", 32],
  ["6", "sha1", 20],
  ["5", "md5", 16],
];

/** Returns the answer to a challenge. */
export function chapResponse(
  hash: string,
  id: number,
  secret: string,
  challenge: Uint8Array,
): Uint8Array {
  const { createHash } = builtin<Crypto>("node:crypto", "authenticate by CHAP"),
    text = new TextEncoder().encode(secret);
  const bytes = new Uint8Array(1 + text.length + challenge.length);
  bytes[0] = id;
  bytes.set(text, 1);
  bytes.set(challenge, 1 + text.length);
  return new Uint8Array(createHash(hash).update(bytes).digest());
}

/** Returns the bytes of a value in hexadecimal (`0x…`) or base64 (`0b…`); `undefined` if it is neither. */
export function binaryValue(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text.length > 4096) return undefined;
  const digits = /^0x([0-9a-f]+)$/i.exec(text)?.[1];
  if (digits !== undefined) {
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    return Uint8Array.from(even.match(/../g)!, (two) => parseInt(two, 16));
  }
  const base64 = /^0b(?=.)((?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}(?:==)?|[a-z0-9+/]{3}=?)?)$/i.exec(text)?.[1];
  return base64 === undefined ? undefined : Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
}

/** The keys that the negotiation of parameters offers. */
function offers({ target, digests }: LoginPlan): [string, string][] {
  const digest = (of: "header" | "data"): string => digests.includes(of) ? "CRC32C,None" : "None";
  const common: [string, string][] = [["MaxRecvDataSegmentLength", String(MAX_RECV)]];
  if (target === undefined) return [["HeaderDigest", "None"], ["DataDigest", "None"], ...common];
  return [
    ["HeaderDigest", digest("header")],
    ["DataDigest", digest("data")],
    ...common,
    ["InitialR2T", "No"],
    ["ImmediateData", "Yes"],
    ["MaxBurstLength", "16776192"],
    ["FirstBurstLength", "262144"],
    ["MaxOutstandingR2T", "1"],
    ["MaxConnections", "1"],
    ["DataPDUInOrder", "Yes"],
    ["DataSequenceInOrder", "Yes"],
    ["ErrorRecoveryLevel", "0"],
    ["DefaultTime2Wait", "2"],
    ["DefaultTime2Retain", "0"],
  ];
}

/** Returns the parameters after the target's answers: what it did not answer has its default or what was offered. */
export function agreed(answers: IscsiKeys): IscsiParameters {
  const number = (key: string, otherwise: number): number => {
    const value = Number(answers.get(key));
    return answers.has(key) && Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
  };
  const maxBurst = Math.min(number("MaxBurstLength", 262_144), 16_776_192);
  return {
    headerDigest: answers.get("HeaderDigest") === "CRC32C",
    dataDigest: answers.get("DataDigest") === "CRC32C",
    maxRecv: MAX_RECV,
    maxXmit: Math.max(512, number("MaxRecvDataSegmentLength", 8192)),
    initialR2t: (answers.get("InitialR2T") ?? "Yes") !== "No",
    immediateData: (answers.get("ImmediateData") ?? "Yes") === "Yes",
    maxBurst,
    firstBurst: Math.min(number("FirstBurstLength", 65_536), 262_144, maxBurst),
    maxR2t: 1,
    time2Wait: number("DefaultTime2Wait", 2),
    tpgt: number("TargetPortalGroupTag", 1),
    alias: answers.get("TargetAlias"),
  };
}

/** One login on one connection. */
class Login {
  readonly #plan: LoginPlan;
  readonly #pdus: Pdus;
  /** Text that the target has sent so far. */
  readonly #heard: Map<string, string> = new Map();
  #tsih = 0;

  constructor(plan: LoginPlan, pdus: Pdus) {
    this.#plan = plan;
    this.#pdus = pdus;
  }

  /** Sends keys in stage `stage`, and returns the keys of the answer; `next` asks for the next stage. */
  async #exchange(stage: number, keys: readonly (readonly [string, string])[], next?: number): Promise<boolean> {
    const { isid, what } = this.#plan;
    await this.#pdus.send((view, header) => {
      header[0] = ISCSI_OPCODE.login | IMMEDIATE;
      header[1] = stage << 2 | (next === undefined ? 0 : FINAL | next);
      header.set(isid, 8);
      view.setUint16(14, this.#tsih);
    }, keysText(keys));
    const { header, view, data } = await this.#pdus.receive(ISCSI_OPCODE.loginResponse);
    for (const [key, value] of keysOf(data)) this.#heard.set(key, value);
    const statusClass = header[36]!, statusDetail = header[37]!;
    if (statusClass !== 0) throw new IscsiLoginError(what, statusClass, statusDetail);
    this.#tsih = view.getUint16(14);
    // The rest of the target's keys follows when it is asked with an empty PDU.
    if ((header[1]! & CONTINUE) !== 0) return await this.#exchange(stage, [], next);
    return (header[1]! & FINAL) !== 0;
  }

  /** New portal of the target, if it refused the login because it moved. */
  get moved(): string | undefined {
    return this.#heard.get("TargetAddress");
  }

  async run(): Promise<IscsiParameters> {
    const { initiator, target, auth, what } = this.#plan;
    const first: [string, string][] = [
      ["InitiatorName", initiator],
      ["SessionType", target === undefined ? "Discovery" : "Normal"],
      ...(target === undefined ? [] : [["TargetName", target] as [string, string]]),
      ["AuthMethod", auth === undefined ? "None" : "CHAP"],
    ];
    let done = await this.#exchange(0, first, auth === undefined ? 1 : undefined);
    const method = this.#heard.get("AuthMethod");
    if (auth !== undefined) {
      if (method !== "CHAP") throw this.#failed(`the target does not take CHAP, but ${method ?? "nothing"}`);
      done = await this.#chap(auth);
    } else if (method !== undefined && method !== "None") {
      throw this.#failed("the target wants CHAP", "give auth: { name, secret }");
    }
    for (let tries = 0; !done; tries++) {
      if (tries === 4) throw broken(this.#plan.what, "the target does not end the stage of security");
      done = await this.#exchange(0, [], 1);
    }
    done = await this.#exchange(1, offers(this.#plan), 3);
    for (let tries = 0; !done; tries++) {
      if (tries === 4) throw broken(this.#plan.what, "the target does not end the login");
      done = await this.#exchange(1, [], 3);
    }
    const refused = [...this.#heard].find(([key, value]) => value === "Reject" && key !== "TargetAlias");
    if (refused !== undefined) {
      throw new NetlinkError(`Cannot ${what}: the target rejects parameter ${refused[0]}`, "LOGIN_REFUSED");
    }
    return agreed(this.#heard);
  }

  async #chap({ name, secret, target }: IscsiAuth): Promise<boolean> {
    const { createHash, timingSafeEqual } = builtin<Crypto>("node:crypto", "authenticate by CHAP");
    const have = ALGORITHMS.filter(([, hash]) => {
      try {
        return createHash(hash) !== undefined;
      } catch {
        return false;
      }
    });
    await this.#exchange(0, [["CHAP_A", have.map(([number]) => number).join(",")]]);
    const chosen = have.find(([number]) => number === this.#heard.get("CHAP_A"));
    const number = this.#heard.get("CHAP_I") ?? "", challenge = binaryValue(this.#heard.get("CHAP_C"));
    const id = /^(?:\d+|0x[\da-f]+)$/i.test(number) ? Number(number) : NaN;
    if (chosen === undefined) throw this.#failed("the target knows none of the hashes of CHAP");
    if (!(id >= 0 && id <= 255) || challenge === undefined) throw this.#failed("the target sent no challenge");
    const [, hash, size] = chosen, response = chapResponse(hash, id, secret, challenge);
    const keys: [string, string][] = [["CHAP_N", name], ["CHAP_R", `0x${toHex(response)}`]];
    const mine = crypto.getRandomValues(new Uint8Array(size)), myId = crypto.getRandomValues(new Uint8Array(1))[0]!;
    if (target !== undefined) keys.push(["CHAP_I", String(myId)], ["CHAP_C", `0x${toHex(mine)}`]);
    for (const key of ["CHAP_N", "CHAP_R"]) this.#heard.delete(key);
    const done = await this.#exchange(0, keys, 1);
    if (target === undefined) return done;
    const answer = binaryValue(this.#heard.get("CHAP_R")),
      expected = chapResponse(hash, myId, target.secret, mine);
    const proven = this.#heard.get("CHAP_N") === target.name && answer !== undefined &&
      answer.length === expected.length && timingSafeEqual(answer, expected);
    if (!proven) throw this.#failed("the target did not prove itself", "auth.target has another name or secret");
    return done;
  }

  #failed(why: string, hint?: string): NetlinkError {
    return new NetlinkError(
      `Cannot ${this.#plan.what}: ${why}`,
      "AUTHENTICATION",
      hint === undefined ? {} : { hint },
    );
  }
}

/** Most portals that a target may send the initiator on to. */
const MOST_MOVES = 4;

/**
 * Connects to a portal and logs in; follows a target that has moved.
 *
 * @param carrierOf returns the carrier of a connection's PDUs; TCP when absent
 */
export async function logIn(
  plan: LoginPlan,
  signal: AbortSignal,
  carrierOf: (socket: TcpSocket) => PduCarrier = (socket) => overTcp(socket, plan.what, signal),
): Promise<LoggedIn & { readonly pdus: unknown }> {
  let portal = plan.portal;
  for (let moves = 0;; moves++) {
    const socket = await connectTo(portal, moves === 0 ? plan.what : `${plan.what}, moved to ${portal}`, signal);
    let login: Login | undefined;
    try {
      const pdus = new Pdus(carrierOf(socket), plan.what);
      login = new Login(plan, pdus);
      const parameters = await login.run();
      return { socket, portal, parameters, statsn: pdus.statsn, pdus };
    } catch (error) {
      socket.close();
      const moved = error instanceof IscsiLoginError && error.statusClass === 1 ? login?.moved : undefined;
      if (moved === undefined || moves === MOST_MOVES) throw explained(error, plan, signal);
      portal = await movedTo(moved, plan.what);
    }
  }
}

/** Returns the portal that a target names as its new one, as `resolvePortal` does. */
async function movedTo(address: string, what: string): Promise<string> {
  try {
    const portal = await resolvePortal(address.replace(/,\d+$/, ""));
    socketAddress(portal, what);
    return portal;
  } catch (cause) {
    const why = `the target moved to ${shown(address)}, which is no address of a portal`;
    throw new NetlinkError(`Cannot ${what}: ${why}`, "EPROTO", { cause });
  }
}

/** Advice for errors of connect(). */
const CONNECT_HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: the address or port is wrong, or the target's service does not run",
  EHOSTUNREACH: "no machine has the address",
  ETIMEDOUT: "no machine answers at the address",
  ENETUNREACH: "there is no route to the address",
  EINVAL: "a link-local address needs its interface: [fe80::1%eth0]:3260",
};

/** Returns the struct sockaddr_in or sockaddr_in6 of a portal. */
function socketAddress(portal: string, what: string): Uint8Array {
  const to = new Writer();
  to.what = what;
  sockaddr.encode(numbered(portal, what) as never, to, {});
  return to.bytes.slice(0, to.length);
}

async function connectTo(portal: string, what: string, signal: AbortSignal): Promise<TcpSocket> {
  const address = socketAddress(portal, what);
  try {
    return await TcpSocket.connect(address, what, signal);
  } catch (error) {
    const hint = error instanceof SystemError ? CONNECT_HINTS[error.code] : undefined;
    if (hint !== undefined) throw new SystemError("connect", (error as SystemError).errno, what, { hint });
    throw timed(error, what, signal);
  }
}

/** Returns a portal with the number of the interface of a link-local address instead of the name. */
function numbered(portal: string, what: string): string {
  const name = /^\[[^%]+%(.+)\]/.exec(portal)?.[1];
  if (name === undefined || /^\d+$/.test(name)) return portal;
  // A line has address, interface number, two more fields, and flags before the name, the numbers in hexadecimal.
  const lines = (readProc("/proc/thread-self/net/if_inet6") ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  const index = lines.find((line) => line[5] === name)?.[1];
  if (index !== undefined) return portal.replace(`%${name}`, `%${parseInt(index, 16)}`);
  throw new NetlinkError(`Cannot ${what}: no interface with IPv6 is called ${shown(name)}`, "ENODEV");
}

/** Returns the error of a login in words. */
function explained(error: unknown, { what, auth }: LoginPlan, signal: AbortSignal): unknown {
  const closed = error instanceof NetlinkError && ["CLOSED", "ECONNRESET", "EPIPE"].includes(error.code);
  if (!closed) return timed(error, what, signal);
  const hint = auth === undefined ? { hint: "a target that wants CHAP may do so: then give auth" } : {};
  return new NetlinkError(`Cannot ${what}: the target closed the connection`, "CLOSED", { ...hint, cause: error });
}

/** Returns the error of a time limit that is over, or the error itself. */
function timed(error: unknown, what: string, signal: AbortSignal): unknown {
  if (!signal.aborted || error !== signal.reason) return error;
  return new NetlinkError(`Cannot ${what}: the portal does not answer in time`, "TIMEOUT");
}

/** Returns a portal as an address and port; asks the resolver for a name. */
export async function resolvePortal(portal: string): Promise<string> {
  expectType(portal, "find an iSCSI portal", "string");
  const match = /^(?:\[([^\]]+)\]|([^:]+)|([0-9a-f:]+:[0-9a-f:.]*))(?::(\d+))?$/i.exec(portal);
  const host = match?.[1] ?? match?.[2] ?? match?.[3], port = Number(match?.[4] ?? PORT);
  if (host === undefined || port > 0xffff) {
    throw argumentError(
      TypeError,
      `Cannot find an iSCSI portal: expected "192.0.2.1:3260" or a host's name, got ${shown(portal)}`,
    );
  }
  if (/^[\d.]+$/.test(host)) return `${host}:${port}`;
  if (host.includes(":")) return `[${host}]:${port}`;
  const { lookup } = builtin<Resolver>("node:dns/promises", "find an iSCSI portal");
  try {
    const { address, family } = await lookup(host);
    return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  } catch (error) {
    throw new NetlinkError(`Cannot find iSCSI portal ${portal}: the name is not known`, "ENOENT", { cause: error });
  }
}

/** Checks authentication, and returns it. Messages never have its values. */
export function checkAuth(auth: unknown, what: string): IscsiAuth | undefined {
  if (auth === undefined) return undefined;
  const check = (one: unknown, where: string, names: readonly string[]): void => {
    if (typeof one !== "object" || one === null) {
      throw argumentError(TypeError, `Cannot ${what}: ${where}: expected an object with name and secret`);
    }
    expectNames(one, `${what}: ${where}`, names);
    for (const key of ["name", "secret"]) {
      const value = (one as Record<string, unknown>)[key];
      if (typeof value !== "string" || value.includes("\0")) {
        throw argumentError(TypeError, `Cannot ${what}: ${where}.${key}: expected a string without NUL`);
      }
    }
  };
  check(auth, "auth", ["name", "secret", "target"]);
  const { target } = auth as IscsiAuth;
  if (target !== undefined) {
    check(target, "auth.target", ["name", "secret"]);
    if (target.secret === (auth as IscsiAuth).secret) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: auth.target.secret: expected another secret than the initiator's`,
      );
    }
  }
  return auth as IscsiAuth;
}

/** Throws if a text is no name of an initiator or target. A NUL would end it, and begin another key of the login. */
export function checkName(name: unknown, what: string): void {
  if (typeof name === "string" && /^(?:iqn|eui|naa)\.[^\0]*$/i.test(name) && name.length <= 223) return;
  throw argumentError(
    TypeError,
    `Cannot ${what}: expected a name like "iqn.2026-01.example:disk", got ${shown(name)}`,
  );
}

/** Returns the initiator's name when none is given. */
export function defaultInitiator(): string {
  const host = readProc("/proc/sys/kernel/hostname")?.trim() ?? "host";
  return `iqn.2005-03.org.open-iscsi:${host.toLowerCase().replace(/[^a-z0-9.-]/g, "-")}`;
}

/** Returns a random ISID: type 2, which needs no registered number. */
export function randomIsid(): Uint8Array {
  const isid = crypto.getRandomValues(new Uint8Array(6));
  isid[0] = 0x80;
  return isid;
}

/**
 * Returns the targets that a portal tells, by a session for discovery (SendTargets).
 *
 * ```ts ignore
 * for (const { name, portals } of await discover("10.9.0.2:3260")) console.log(name, portals);
 * ```
 *
 * Needs no privilege.
 *
 * @throws {SystemError} ECONNREFUSED and others: the portal does not listen, or there is no way to it
 * @throws {IscsiLoginError} the portal refuses; AUTHENTICATION: by CHAP
 * @throws {NetlinkError} TIMEOUT
 */
export async function discover(portal: string, options: DiscoverOptions = {}): Promise<DiscoveredTarget[]> {
  const what = `discover iSCSI targets at ${portal}`;
  expectType(portal, "discover iSCSI targets", "string");
  expectOptions(options, what, { initiator: "any", auth: "any", timeout: "number" });
  const { timeout, initiator = defaultInitiator() } = options, auth = checkAuth(options.auth, what);
  checkName(initiator, what);
  if (timeout !== undefined) checkTimeout(timeout, what);
  const signal = limitOf(timeout);
  const { socket, pdus } = await logIn({
    portal: await resolvePortal(portal),
    initiator,
    auth,
    isid: randomIsid(),
    digests: [],
    what,
  }, signal) as LoggedIn & { pdus: Pdus };
  try {
    const targets = new Map<string, string[]>();
    let text = new Uint8Array(0), tag = NO_TAG;
    while (true) {
      await pdus.send((view, header) => {
        header[0] = ISCSI_OPCODE.text | IMMEDIATE;
        header[1] = FINAL;
        view.setUint32(16, 1);
        view.setUint32(20, tag);
      }, tag === NO_TAG ? keysText([["SendTargets", "All"]]) : new Uint8Array(0));
      const { header, view, data } = await pdus.receive(ISCSI_OPCODE.textResponse);
      text = joined(text, data);
      tag = view.getUint32(20);
      if ((header[1]! & FINAL) !== 0) break;
      if (text.length > MOST_DATA) throw broken(what, "the list of targets does not end");
    }
    let current: string[] | undefined;
    for (const [key, value] of keysOf(text)) {
      if (key === "TargetName") targets.set(value, current = targets.get(value) ?? []);
      else if (key === "TargetAddress") current?.push(value.replace(/,\d+$/, ""));
    }
    try {
      await pdus.send((_view, header) => header.set(logoutHeader()), new Uint8Array(0));
      await pdus.receive(ISCSI_OPCODE.logoutResponse);
    } catch (error) {
      // The list is whole, and the connection ends with or without an answer.
      if (!(timed(error, what, signal) instanceof NetlinkError)) throw error;
    }
    return [...targets].map(([name, portals]) => ({ name, portals }));
  } catch (error) {
    throw timed(error, what, signal);
  } finally {
    socket.close();
  }
}

export type { TcpSocket } from "../../core/tcp.ts";
