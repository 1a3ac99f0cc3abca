/**
 * Sessions with iSCSI targets: disks of other machines, for as long as a script runs.
 *
 * ```ts ignore
 * import { login } from "@linux/netlink/families/iscsi/initiator.ts";
 * await using session = await login({ portal: "10.9.0.2:3260", target: "iqn.2026-01.example:disk" });
 * console.log(session.disks); // [ { lun: 0, name: "sda", path: "/dev/sda" } ]
 * ```
 *
 * The script logs in and out and watches over the connection; commands and pings are the kernel's work, in module
 * iscsi_tcp, which sends commands on one connection of a session. A second session with a target is a second path to
 * its disks. Needs root, in the first network namespace; Deno needs `--allow-all`, as for every file that is written in
 * /sys. No daemon takes part.
 *
 * When the connection is lost, the script's event loop connects again. So the script itself must not wait for the disk
 * in calls that block the loop (`readFileSync("/dev/sda")`): it would wait for itself. A target that asks for a logout
 * by an asynchronous message gets it, and a new login. {@linkcode IscsiSession.ended} tells when it could not log in
 * again within the `replacementTimeout`.
 *
 * Source: RFC 7143; drivers/scsi/libiscsi.c, drivers/scsi/iscsi_tcp.c, v7.2.
 *
 * @module
 */
import { bindMethods, expectOptions, expectType, isFields } from "../../core/arguments.ts";
import { builtin } from "../../core/builtin.ts";
import { readProc } from "../../core/capabilities.ts";
import { namesIn } from "../../core/folder.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import type { Protocol } from "../../core/protocol.ts";
import { openTransport, stream, type Streaming } from "../../core/stream.ts";
import type { TcpSocket } from "../../core/tcp.ts";
import { checkTimeout } from "../../core/wait.ts";
import { IscsiClient, watch } from "./client.ts";
import {
  checkAuth,
  checkName,
  defaultInitiator,
  type DiscoverOptions,
  ISCSI_OPCODE,
  limitOf,
  logIn,
  type LoginPlan,
  logoutHeader,
  MAX_RECV,
  type PduCarrier,
  randomIsid,
  resolvePortal,
} from "./login.ts";
import type { IscsiMessage, IscsiParam, IscsiStats } from "./protocol.ts";
import { disksOf, type IscsiDisk, sessionState } from "./sysfs.ts";

/** Options of {@linkcode login}. */
export interface LoginOptions extends DiscoverOptions {
  /**
   * The portal: `10.9.0.2:3260`, `[2001:db8::1]:3260`, `[fe80::1%eth0]:3260`, or a host's name; the port is 3260 when
   * absent.
   */
  readonly portal: string;
  /** The target's name. */
  readonly target: string;
  /** CRC32C over headers, data or both, if the target can; none when absent. */
  readonly digests?: readonly ("header" | "data")[];
  /** Seconds for which commands wait while the connection is lost, before they fail; 120 when absent. */
  readonly replacementTimeout?: number;
  /** Seconds without traffic after which the kernel pings the target, and waits as long; 5 when absent, 0 never. */
  readonly pingInterval?: number;
}

/** Time for the disks of a session to appear or go, in ms. */
const STEP = 30_000;
/** Time for the answer to a logout, in ms. */
const ANSWER = 5000;
/** Pause between tries to connect again, in ms. */
const PAUSE = 1000;
const CID = 0;

/** Waits for events of one session. */
class Waits {
  readonly #waits: Set<{ fits(event: IscsiMessage): boolean; resolve(event: IscsiMessage | undefined): void }> =
    new Set();

  /** Waits for an event; `undefined` once `signal` is aborted. */
  next(fits: (event: IscsiMessage) => boolean, signal: AbortSignal): Promise<IscsiMessage | undefined> {
    return new Promise((resolve) => {
      const stop = (): void => one.resolve(undefined);
      const one = {
        fits,
        resolve: (event: IscsiMessage | undefined): void => {
          this.#waits.delete(one);
          signal.removeEventListener("abort", stop);
          resolve(event);
        },
      };
      this.#waits.add(one);
      signal.addEventListener("abort", stop);
    });
  }

  /** Gives an event to those that wait for it. */
  take(event: IscsiMessage): void {
    for (const one of [...this.#waits]) if (one.fits(event)) one.resolve(event);
  }

  /** Ends all waits. */
  end(): void {
    for (const one of [...this.#waits]) one.resolve(undefined);
  }
}

/** Sends a logout, and waits for its answer or for the end of the connection. */
async function sayGoodbye(client: IscsiClient, sid: number, waits: Waits): Promise<void> {
  const answered = waits.next(
    ({ type, header }) =>
      type === "conn_error" || type === "recv_pdu" && (header![0]! & 0x3f) === ISCSI_OPCODE.logoutResponse,
    limitOf(ANSWER),
  );
  if (tolerate(() => client.sendPdu(sid, CID, logoutHeader()))) await answered;
}

/** Logs out of a session if it is logged in, and removes it: what is gone already is left out. */
async function leave(client: IscsiClient, sid: number, waits: Waits, over: AbortSignal): Promise<void> {
  const { state, cids = [] } = sessionState(sid) ?? {};
  if (state === "LOGGED_IN") {
    const unbound = waits.next(({ type }) => type === "session_unbound", limitOf(STEP));
    if (tolerate(() => client.unbindSession(sid))) await unbound;
    await sayGoodbye(client, sid, waits);
  }
  for (const cid of cids) {
    tolerate(() => client.stopConn(sid, cid, "term"));
    tolerate(() => client.destroyConn(sid, cid));
  }
  // Without a connection, the disks go only now; that may take long.
  const destroyed = waits.next(({ type }) => type === "session_destroyed", over);
  if (tolerate(() => client.destroySessionAsync(sid))) await destroyed;
  else if (sessionState(sid) !== undefined) client.destroySession(sid);
}

/** A session with a target. */
export class IscsiSession implements AsyncDisposable {
  /** The number of the session: `/sys/class/iscsi_session/session`N. */
  readonly sid: number;
  /** The number of its host adapter. */
  readonly hostNo: number;
  /** The target's name. */
  readonly target: string;
  /** Resolves when the session has ended: without an error by {@linkcode close}, else with the reason. */
  readonly ended: Promise<NetlinkError | undefined>;
  readonly #client: IscsiClient;
  readonly #plan: LoginPlan;
  readonly #options: LoginOptions;
  readonly #over: AbortController = new AbortController();
  readonly #waits: Waits = new Waits();
  #end!: (error: NetlinkError | undefined) => void;
  #portal: string;
  /** Seconds to wait after a loss before the next login. */
  #time2Wait = 0;
  #bound = false;
  #started = false;
  #reason: NetlinkError | undefined;
  #closing: Promise<void> | undefined;

  /** Makes a session of the kernel, without a connection. */
  private constructor(client: IscsiClient, plan: LoginPlan, options: LoginOptions) {
    const { sid, hostNo } = client.createSession();
    this.#client = client;
    this.#plan = plan;
    this.#options = options;
    this.#portal = plan.portal;
    this.sid = sid;
    this.hostNo = hostNo;
    this.target = options.target;
    this.ended = new Promise((resolve) => this.#end = resolve);
    bindMethods(this);
  }

  /** Makes a session, and returns it once its disks are there; {@linkcode login} checks what is given. */
  static async open(plan: LoginPlan, options: LoginOptions): Promise<IscsiSession> {
    const client = new IscsiClient(), events = watch();
    let session: IscsiSession | undefined;
    try {
      session = new IscsiSession(client, plan, options);
      void session.ended.then(() => events.return!());
      void session.#follow(events);
      await session.#connect();
      await scan(session, plan.what);
      return session;
    } catch (error) {
      await session?.close();
      client.close();
      await events.return!();
      throw error;
    }
  }

  /** The portal of the connection. */
  get portal(): string {
    return this.#portal;
  }

  /** The session's disks. */
  get disks(): readonly IscsiDisk[] {
    return disksOf(this.sid);
  }

  /** The kernel's state of the session: `LOGGED_IN`, `FAILED`, `FREE`; `undefined` if it is gone. */
  get state(): string | undefined {
    return sessionState(this.sid)?.state;
  }

  /** Returns the counters of the connection. */
  stats(): IscsiStats {
    return this.#client.getStats(this.sid, CID);
  }

  /** Connects and logs in, in at most `most` ms; then the kernel sends commands. */
  async #connect(most?: number): Promise<void> {
    const client = this.#client, { sid } = this, { initiator, target, auth } = this.#plan;
    const { replacementTimeout = 120, pingInterval = 5, timeout } = this.#options;
    const signal = AbortSignal.any([limitOf(timeout, most), this.#over.signal]),
      bit = (on: boolean): number => on ? 1 : 0;
    const { socket, portal, parameters, statsn } = await logIn(this.#plan, signal, (one) => this.#bind(one, signal));
    socket.close(); // the kernel keeps the connection
    const [, address = portal, port = "3260"] = /^\[?(.*?)\]?:(\d+)$/.exec(portal) ?? [];
    const values: readonly (readonly [IscsiParam, string | number])[] = [
      ["target_name", target!],
      ["initiator_name", initiator],
      ["hdrdgst_en", bit(parameters.headerDigest)],
      ["datadgst_en", bit(parameters.dataDigest)],
      ["max_recv_dlength", parameters.maxRecv],
      ["max_xmit_dlength", parameters.maxXmit],
      ["initial_r2t_en", bit(parameters.initialR2t)],
      ["max_r2t", parameters.maxR2t],
      ["imm_data_en", bit(parameters.immediateData)],
      ["first_burst", parameters.firstBurst],
      ["max_burst", parameters.maxBurst],
      ["pdu_inorder_en", 1],
      ["dataseq_inorder_en", 1],
      ["erl", 0],
      ["exp_statsn", statsn + 1 >>> 0],
      ["tpgt", parameters.tpgt],
      ["persistent_address", address],
      ["persistent_port", port],
      ["iface_name", "default"],
      ["sess_recovery_tmo", replacementTimeout],
      ["fast_abort", 1],
      ["abort_tmo", 15],
      ["lu_reset_tmo", 30],
      ["tgt_reset_tmo", 30],
      ["ping_tmo", pingInterval],
      ["recv_tmo", pingInterval],
      ...(auth === undefined ? [] : [["username", auth.name] as const]),
    ];
    for (const [param, value] of values) client.setParam(sid, CID, param, value);
    client.startConn(sid, CID);
    this.#started = true;
    this.#portal = portal;
    this.#time2Wait = parameters.time2Wait;
  }

  /** Gives a connection to the kernel, and returns the carrier of its PDUs. */
  #bind(socket: TcpSocket, signal: AbortSignal): PduCarrier {
    const client = this.#client, { sid } = this;
    if (this.#bound) client.stopConn(sid, CID, "recover");
    else client.createConn(sid, CID);
    this.#bound = true;
    client.bindConn(sid, CID, socket.fd);
    client.setParam(sid, CID, "max_recv_dlength", MAX_RECV);
    let answer: Promise<IscsiMessage | undefined>;
    return {
      send: ({ header, data }) => {
        answer = this.#waits.next(({ type }) => type === "recv_pdu" || type === "conn_error", signal);
        client.sendPdu(sid, CID, header, data);
      },
      receive: async () => {
        const event = await answer;
        if (event?.type === "recv_pdu") return { header: event.header!, data: event.data ?? new Uint8Array(0) };
        signal.throwIfAborted();
        throw this.#gone(`the connection failed: ${event?.connError ?? "an event was lost"}`);
      },
    };
  }

  /** Follows the session's events; ends with them. */
  async #follow(events: Streaming<IscsiMessage>): Promise<void> {
    for await (const event of events) {
      if (event.event === "overrun") this.#look();
      if (event.sid !== this.sid) continue;
      const message = event as IscsiMessage;
      this.#waits.take(message);
      if (message.type === "session_destroyed") return this.#destroyed();
      if (message.type === "conn_error") this.#recover(`the connection failed: ${message.connError}`);
      if (message.type === "recv_pdu") this.#heed(message.header!);
    }
  }

  /** Does what an asynchronous message of the target asks for. The kernel answers the target's pings itself. */
  #heed(header: Uint8Array): void {
    if ((header[0]! & 0x3f) !== ISCSI_OPCODE.asyncMessage) return;
    switch (header[36]) { // AsyncEvent; 0 is about SCSI, and no task of the initiator
      case 1: // a logout
      case 4: // a new negotiation, which comes with the next login
        return this.#recover("the target asked for a logout", { logout: true });
      case 2: // the end of the connection
      case 3: // the end of all connections of the session
        this.#time2Wait = new DataView(header.buffer, header.byteOffset).getUint16(40);
        return this.#recover("the target ended the connection");
    }
  }

  /** Looks at the session after events were lost. */
  #look(): void {
    const { state } = this;
    if (state === undefined) this.#destroyed();
    else if (state === "FAILED") this.#recover("the connection failed");
    this.#waits.end();
  }

  #destroyed(): void {
    if (this.#closing === undefined) this.#reason = this.#gone("another program has ended it");
    this.#finish();
  }

  #gone(why: string): NetlinkError {
    return new NetlinkError(`Cannot use session ${this.sid} with ${this.target}: ${why}`, "CLOSED");
  }

  #finish(): void {
    this.#over.abort();
    this.#waits.end();
    this.#client.close();
    this.#end(this.#reason);
  }

  /** Connects again, for as long as commands wait; then gives up. */
  #recover(why: string, options: { readonly logout?: boolean } = {}): void {
    if (!this.#started || this.#closing !== undefined) return;
    this.#started = false;
    void this.#reconnect(why, options);
  }

  async #reconnect(why: string, { logout = false }: { readonly logout?: boolean }): Promise<void> {
    const { replacementTimeout = 120 } = this.#options, end = performance.now() + replacementTimeout * 1000;
    const left = (): number => Math.max(0, end - performance.now());
    if (logout) await sayGoodbye(this.#client, this.sid, this.#waits);
    tolerate(() => this.#client.stopConn(this.sid, CID, "recover"));
    if (!logout) await this.#pause(Math.min(this.#time2Wait * 1000, left()));
    let last: unknown;
    do {
      try {
        return await this.#connect(left());
      } catch (error) {
        last = error;
      }
      await this.#pause(Math.min(PAUSE, left()));
    } while (left() > 0 && this.#closing === undefined);
    if (this.#closing !== undefined) return;
    const error = last instanceof Error ? last.message : last;
    this.#reason = this.#gone(`${why}, and no login was possible within ${replacementTimeout} s: ${error}`);
    await this.close();
  }

  /** Waits, at most until the session is over. */
  async #pause(ms: number): Promise<void> {
    await this.#waits.next(() => false, limitOf(ms));
  }

  /** Logs out: the disks go, then the session. Closing it again waits for the same end. */
  async close(): Promise<void> {
    await (this.#closing ??= this.#leave());
  }

  async #leave(): Promise<void> {
    if (this.#over.signal.aborted) return;
    try {
      await leave(this.#client, this.sid, this.#waits, this.#over.signal);
    } finally {
      this.#finish();
    }
  }

  /** Does the same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Makes a call whose object may be gone; returns false if it failed. */
function tolerate(call: () => void): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof NetlinkError) return false;
    throw error;
  }
}

/**
 * Logs in to a target, and returns the session once its disks are there.
 *
 * ```ts ignore
 * const auth = { name: "me", secret: "a long secret of mine", target: { name: "disk", secret: "a long one of its own" } };
 * await using session = await login({ portal: "10.9.0.2", target: "iqn.2026-01.example:disk", auth, digests: ["header"] });
 * for (const { path } of session.disks) console.log(path);
 * ```
 *
 * While the session lives, the process stays alive. If the connection is lost, it is made again; commands wait meanwhile.
 *
 * @throws {NetlinkError} ENOENT: module iscsi_tcp is not loaded; TIMEOUT: the portal does not answer; AUTHENTICATION:
 * CHAP failed
 * @throws {IscsiLoginError} the target refuses, with the reason in words
 * @throws {SystemError} ECONNREFUSED and others: nothing listens at the portal, or there is no way to it
 */
export async function login(options: LoginOptions): Promise<IscsiSession> {
  if (isFields(options) && "maxConnections" in options) {
    throw argumentError(
      TypeError,
      "Cannot log in to an iSCSI target: maxConnections: the kernel sends commands on one connection of a session; " +
        "a second session is a second path to the disks",
    );
  }
  expectOptions(options, "log in to an iSCSI target", {
    portal: "any",
    target: "any",
    initiator: "any",
    auth: "any",
    digests: "any",
    timeout: "number",
    replacementTimeout: "number",
    pingInterval: "number",
  });
  const { portal, target, initiator = defaultInitiator(), digests = [], timeout } = options;
  expectType(portal, "log in to an iSCSI target: portal", "string");
  expectType(target, "log in to an iSCSI target: target", "string");
  const what = `log in to iSCSI target ${target} at ${portal}`, auth = checkAuth(options.auth, what);
  checkName(target, what);
  checkName(initiator, what);
  if (timeout !== undefined) checkTimeout(timeout, what);
  if (!Array.isArray(digests) || digests.some((one) => one !== "header" && one !== "data")) {
    throw argumentError(TypeError, `Cannot ${what}: digests: expected an array of "header" and "data"`);
  }
  return await IscsiSession.open({
    portal: await resolvePortal(portal),
    initiator,
    target,
    auth,
    isid: randomIsid(),
    digests,
    what,
  }, options);
}

/**
 * Ends a session by its number, whoever has made it: one that a script left behind when it was killed.
 *
 * ```ts ignore
 * for (const { sid, targetname } of sessions()) if (targetname === mine) await logout(sid);
 * ```
 *
 * A session that is gone already is no error.
 *
 * @throws {KernelError} EPERM: only root may do it
 */
export async function logout(sid: number): Promise<void> {
  expectType(sid, "log out of an iSCSI session", "number");
  using client = new IscsiClient();
  const waits = new Waits(), over = new AbortController(), events = watch({ signal: over.signal });
  const followed = (async () => {
    for await (const event of events) {
      if (event.event === "overrun") waits.end();
      else if (event.sid === sid) waits.take(event as IscsiMessage);
    }
  })();
  try {
    await leave(client, sid, waits, over.signal);
  } finally {
    over.abort();
    await followed;
  }
}

/** The kernel's events about devices: any of them may be a disk that has its name now. */
const UEVENTS: Protocol = { number: 15, name: "NETLINK_KOBJECT_UEVENT", types: {} };

/** Makes the kernel look for disks, and waits until they can be opened. */
async function scan({ hostNo, sid }: IscsiSession, what: string): Promise<void> {
  const signal = limitOf(STEP), transport = openTransport(UEVENTS, {}, (one) => one.join(1));
  const events = stream(transport, () => [{ event: "uevent" }], { signal });
  try {
    const fs = builtin<{ writeFile(path: string, text: string): Promise<void> }>("node:fs/promises", what);
    await fs.writeFile(`/sys/class/scsi_host/host${hostNo}/scan`, "- - -");
    while (missing(hostNo, sid)) {
      const { done } = await events.next();
      if (done === true) throw new NetlinkError(`Cannot ${what}: the disks did not appear in time`, "TIMEOUT");
    }
  } finally {
    await events.return!();
  }
}

/** True while a disk, SCSI type 0, has no name or no device file yet. */
function missing(hostNo: number, sid: number): boolean {
  const files = namesIn("/dev") ?? [];
  return disksOf(sid).some(({ name, lun }) => {
    if (name !== undefined) return !files.includes(name);
    const units = (namesIn("/sys/bus/scsi/devices") ?? []).filter((one) => one.startsWith(`${hostNo}:`));
    return units.some((one) =>
      one.endsWith(`:${lun}`) && readProc(`/sys/bus/scsi/devices/${one}/type`)?.trim() === "0"
    );
  });
}

export * from "./login.ts";
export type { IscsiDisk } from "./sysfs.ts";
export type { CustomCounter, IscsiStats } from "./protocol.ts";
