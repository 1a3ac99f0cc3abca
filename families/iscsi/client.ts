/**
 * The requests to the kernel's iSCSI initiator, and its events. `initiator.ts` makes sessions with them.
 *
 * ```ts ignore
 * import { IscsiClient } from "@linux/netlink/families/iscsi/client.ts";
 * using iscsi = new IscsiClient({ driver: "tcp" });
 * const { sid } = iscsi.createSession();
 * iscsi.createConn(sid, 0);
 * console.log(iscsi.getStats(sid, 0));
 * iscsi.destroyConn(sid, 0);
 * iscsi.destroySession(sid);
 * ```
 *
 * Needs CAP_SYS_ADMIN, and a transport's module: `modprobe iscsi_tcp`. Sessions belong to nobody: they outlive the
 * process that makes them, and every program can end those of others.
 *
 * @module
 */
import { bindMethods, expectArray, expectFields, expectOptions, expectType } from "../../core/arguments.ts";
import { Reader, shown, Writer } from "../../core/codec/mod.ts";
import { argumentError, KernelError, NetlinkError, SystemError } from "../../core/errors.ts";
import { eachMessage, NLM_F, NLMSG_HDRLEN } from "../../core/message.ts";
import { decodeWhole, openTransport, stream, type Streaming, type StreamOptions } from "../../core/stream.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { Answers, checkTimeout, DEFAULT_TIMEOUT } from "../../core/wait.ts";
import {
  type ChapRecord,
  ISCSI_NL_GRP,
  type IscsiHostParam,
  type IscsiHostStats,
  IscsiMessage,
  type IscsiParam,
  type IscsiPath,
  type IscsiSetting,
  type IscsiStats,
  NETLINK_ISCSI,
  requestNumber,
} from "./protocol.ts";
import { transports } from "./sysfs.ts";

export type * from "../../core/codec/mod.ts";
export type * from "../../core/errors.ts";
export type * from "../../core/stream.ts";
export type * from "../../core/protocol.ts";
export type * from "../../core/transport.ts";

/** Options of a client. */
export interface IscsiOptions extends Pick<StreamOptions, "capture" | "transport"> {
  /** The kernel's transport by name, or its handle; `tcp` when absent. */
  driver?: string | bigint;
  /** The time in ms that a call waits for its answer; 10,000 when absent. */
  timeout?: number;
}

/** A session that was made. */
export interface CreatedSession {
  /** The number of the session. */
  readonly sid: number;
  /** The number of its host adapter. */
  readonly hostNo: number;
}

/** Options of a session. */
export interface SessionOptions {
  /** CmdSN of the first command; 1 when absent. */
  initialCmdsn?: number;
  /** Most commands at a time; 128 when absent. */
  cmdsMax?: number;
  /** Most commands at a time for one disk; 32 when absent. */
  queueDepth?: number;
}

/** Requests whose answer goes to all listeners. */
const TO_LISTENERS: readonly unknown[] = ["get_stats", "get_chap", "get_host_stats"];
/** Bytes of a listener's receive buffer: one that overflows loses events of all sessions. */
const BUFFER = 4 << 20;

const HINTS: Readonly<Record<string, string>> = {
  EPERM: "needs the capability CAP_SYS_ADMIN: run as root",
  ENOTCONN: "the connection has no socket yet: bind it first",
  ENOSYS: "the kernel or its driver has no such request",
  EEXIST: "the number is taken, or the descriptor is no connected TCP socket",
  EINVAL: "there is no such session, connection or transport, or a value is wrong",
};

/** The kernel's initiator, with one of its transports. */
export class IscsiClient implements Disposable {
  readonly #options: IscsiOptions;
  readonly #transport: Transport;
  #handle: bigint | undefined;
  #timeout: number = DEFAULT_TIMEOUT;

  /**
   * Opens the socket.
   *
   * @throws {SystemError} EPROTONOSUPPORT: the kernel has no iSCSI
   */
  constructor(options: IscsiOptions = {}) {
    const { driver = "tcp", timeout = DEFAULT_TIMEOUT } = expectClientOptions(options);
    this.#options = options;
    this.#transport = openTransport(NETLINK_ISCSI, socketOptions(options), () => {
      this.#timeout = checkTimeout(timeout, "open a NETLINK_ISCSI socket");
    });
    if (typeof driver === "bigint") this.#handle = driver;
    else expectType(driver, "open an iSCSI client: driver", "string");
    bindMethods(this);
  }

  /**
   * Sends a request and returns the reply. The other methods do it for each type of request.
   *
   * An answer with counters or secrets goes to all listeners, and without one the kernel would wait for ever; so a
   * socket that listens is opened for such a request.
   *
   * @throws {KernelError} the kernel refuses; ENOTCONN: a parameter of a connection that is not bound
   * @throws {NetlinkError} ENOENT: the transport's module is not loaded
   */
  request(message: IscsiMessage): IscsiMessage {
    expectFields(message, "send an iSCSI request", "a message as an object");
    const { type: name, param } = message;
    const what = `send iSCSI request ${name === "set_param" ? `${name} ${param}` : name}`;
    const type = requestNumber(message.type);
    if (type === undefined) {
      throw argumentError(TypeError, `Cannot send an iSCSI request: there is no type ${shown(message.type)}`);
    }
    for (const [name, value] of Object.entries(message)) {
      if (value === undefined) throw argumentError(TypeError, `Cannot ${what}: ${name} is missing`);
    }
    if (!TO_LISTENERS.includes(message.type)) return this.#exchange(this.#transport, type, message, what);
    using transport = openTransport(NETLINK_ISCSI, socketOptions(this.#options), joinEvents);
    return this.#exchange(transport, type, message, what);
  }

  #exchange(transport: Transport, type: number, message: IscsiMessage, what: string): IscsiMessage {
    const writer = new Writer(), start = writer.grow(NLMSG_HDRLEN);
    writer.what = what;
    const transportHandle = this.driverHandle();
    IscsiMessage.encode({ transportHandle, ...message }, writer, {});
    writer.view.setUint32(start, writer.length, true);
    writer.view.setUint16(start + 4, type, true);
    writer.view.setUint16(start + 6, NLM_F.NLM_F_REQUEST, true);
    try {
      transport.send(writer.bytes, writer.length);
    } catch (error) {
      if (!(error instanceof SystemError && error.code === "ECONNREFUSED")) throw error;
      const hint = "the kernel serves iSCSI in the first network namespace only";
      throw new SystemError(error.call, error.errno, what, { hint });
    }
    const answers = new Answers(this.#timeout);
    while (true) {
      const received = answers.next(transport, what), listens = transport !== this.#transport;
      const reply = messagesIn(received).find(([number, one]) => {
        if (number === type) return true;
        return listens && number === 0 && one.type === message.type && one.sid === message.sid &&
          one.cid === message.cid && one.hostNo === message.hostNo;
      })?.[1];
      if (reply === undefined) continue;
      const errno = reply.error ?? (message.type === "transport_ep_poll" ? 0 : -Math.min(0, reply.retcode ?? 0));
      if (errno === 0) return reply;
      const hint = HINTS[new KernelError(what, errno).code];
      throw new KernelError(what, errno, hint === undefined ? {} : { hint });
    }
  }

  /**
   * Returns the handle of the transport, which every request has.
   *
   * @throws {NetlinkError} ENOENT: the transport's module is not loaded
   */
  driverHandle(): bigint {
    return this.#handle ??= handleOf(this.#options.driver as string ?? "tcp");
  }

  /** Makes a session, and with most transports a host adapter for it. */
  createSession(options: SessionOptions = {}): CreatedSession {
    return created(this.request({ type: "create_session", ...sizesOf(options) }));
  }

  /** Makes a session on an endpoint of {@linkcode connectEndpoint}. */
  createBoundSession(epHandle: bigint, options: SessionOptions = {}): CreatedSession {
    return created(this.request({ type: "create_bound_session", epHandle, ...sizesOf(options) }));
  }

  /** Removes the session's disks, in the background: event `session_unbound` tells the end. */
  unbindSession(sid: number): void {
    this.request({ type: "unbind_session", sid });
  }

  /** Ends a session. If it still has disks, the call takes as long as their removal, which may be minutes. */
  destroySession(sid: number): void {
    this.request({ type: "destroy_session", sid });
  }

  /** Ends a session in the background: event `session_destroyed` tells the end. Linux since 5.6. */
  destroySessionAsync(sid: number): void {
    this.request({ type: "destroy_session_async", sid });
  }

  /** Makes a connection of a session. */
  createConn(sid: number, cid: number): void {
    this.request({ type: "create_conn", sid, cid });
  }

  /** Ends a connection. */
  destroyConn(sid: number, cid: number): void {
    this.request({ type: "destroy_conn", sid, cid });
  }

  /**
   * Gives a connection its socket. The kernel keeps the socket even after the descriptor is closed.
   *
   * @param endpoint the file descriptor of a connected TCP socket, or an endpoint's handle
   * @param leading true for the first connection of the session
   */
  bindConn(sid: number, cid: number, endpoint: number | bigint, leading = true): void {
    const transportEph = endpoint as bigint, isLeading = leading ? 1 : 0;
    this.request({ type: "bind_conn", sid, cid, transportEph, isLeading });
  }

  /** Sets a parameter of a session or connection, which must be bound. */
  setParam(sid: number, cid: number, param: IscsiParam, value: string | number): void {
    expectType(param, "set an iSCSI parameter: param", "string", "number");
    expectType(value, `set iSCSI parameter ${param}`, "string", "number");
    this.request({ type: "set_param", sid, cid, param, value: String(value) });
  }

  /** Starts a connection after its login: the kernel sends commands. */
  startConn(sid: number, cid: number): void {
    this.request({ type: "start_conn", sid, cid });
  }

  /** Stops a connection: for good, or until it is bound again (`recover`). */
  stopConn(sid: number, cid: number, flag: "term" | "suspend" | "recover" = "term"): void {
    this.request({ type: "stop_conn", sid, cid, flag });
  }

  /** Sends a PDU on a connection. The kernel fills in its task tag and numbers; event `recv_pdu` has the answer. */
  sendPdu(sid: number, cid: number, header: Uint8Array, data: Uint8Array = new Uint8Array(0)): void {
    this.request({ type: "send_pdu", sid, cid, header, data });
  }

  /** Returns the counters of a connection. */
  getStats(sid: number, cid: number): IscsiStats {
    return this.request({ type: "get_stats", sid, cid }).stats ?? {};
  }

  /** Connects to a target with an adapter's own TCP; returns the endpoint's handle. */
  connectEndpoint(address: string, nonBlocking = true): bigint {
    return this.request({ type: "transport_ep_connect", nonBlocking: nonBlocking ? 1 : 0, address }).epHandle ?? 0n;
  }

  /** Connects to a target through a host adapter; returns the endpoint's handle. */
  connectThroughHost(hostNo: number, address: string, nonBlocking = true): bigint {
    const type = "transport_ep_connect_through_host";
    return this.request({ type, hostNo, nonBlocking: nonBlocking ? 1 : 0, address }).epHandle ?? 0n;
  }

  /** Waits for an endpoint, at most `timeoutMs`; returns 1 when it is connected, 0 if not yet, an errno below 0. */
  pollEndpoint(epHandle: bigint, timeoutMs = 0): number {
    return this.request({ type: "transport_ep_poll", epHandle, timeoutMs }).retcode ?? 0;
  }

  /** Closes an endpoint. */
  disconnectEndpoint(epHandle: bigint): void {
    this.request({ type: "transport_ep_disconnect", epHandle });
  }

  /** Makes a host adapter look for targets. */
  discoverByHost(hostNo: number, address: string, discovery: "sendtargets" | "isns" | "slp" = "sendtargets"): void {
    this.request({ type: "tgt_dscvr", hostNo, discovery, enable: 1, address });
  }

  /** Sets a parameter of a host adapter. */
  setHostParam(hostNo: number, param: IscsiHostParam, value: string): void {
    this.request({ type: "set_host_param", hostNo, param, value });
  }

  /** Answers a host adapter's event `path_req`. */
  updatePath(hostNo: number, path: IscsiPath): void {
    this.request({ type: "path_update", hostNo, path });
  }

  /** Sets parameters of a host adapter's interfaces. */
  setIfaceParams(hostNo: number, settings: readonly IscsiSetting[]): void {
    expectArray(settings, "set parameters of an iSCSI interface", "settings as an array");
    this.request({ type: "set_iface_params", hostNo, count: settings.length, settings });
  }

  /** Makes a host adapter send a ping; event `ping_comp` with the same `pid` has the result. */
  ping(
    hostNo: number,
    address: string,
    options: Pick<IscsiMessage, "ifaceNum" | "ifaceType" | "payloadSize" | "pid"> = {},
  ): void {
    expectFields(options, "send a ping", "options as an object");
    this.request({ type: "ping", hostNo, address, ifaceType: "ipv4", ...options });
  }

  /** Returns entries of a host adapter's table of CHAP secrets. */
  getChap(hostNo: number, chapTblIdx: number, numEntries: number): readonly ChapRecord[] {
    return this.request({ type: "get_chap", hostNo, chapTblIdx, numEntries }).chap ?? [];
  }

  /** Sets an entry of a host adapter's table of CHAP secrets. */
  setChap(hostNo: number, settings: readonly IscsiSetting[]): void {
    this.request({ type: "set_chap", hostNo, settings });
  }

  /** Deletes an entry of a host adapter's table of CHAP secrets. */
  deleteChap(hostNo: number, chapTblIdx: number): void {
    this.request({ type: "delete_chap", hostNo, chapTblIdx });
  }

  /** Makes a target in a host adapter's flash memory, by its portal; returns its number. */
  newFlashnode(hostNo: number, portal: string): number {
    return this.request({ type: "new_flashnode", hostNo, value: portal }).flashnodeIdx ?? 0;
  }

  /** Sets parameters of a target in flash memory. */
  setFlashnodeParams(hostNo: number, flashnodeIdx: number, settings: readonly IscsiSetting[]): void {
    expectArray(settings, "set parameters of an iSCSI target", "settings as an array");
    this.request({ type: "set_flashnode_params", hostNo, flashnodeIdx, count: settings.length, settings });
  }

  /** Deletes a target from flash memory. */
  deleteFlashnode(hostNo: number, flashnodeIdx: number): void {
    this.request({ type: "del_flashnode", hostNo, flashnodeIdx });
  }

  /** Makes a host adapter log in to a target in its flash memory. */
  loginFlashnode(hostNo: number, flashnodeIdx: number): void {
    this.request({ type: "login_flashnode", hostNo, flashnodeIdx });
  }

  /** Makes a host adapter log out of a target in its flash memory. */
  logoutFlashnode(hostNo: number, flashnodeIdx: number): void {
    this.request({ type: "logout_flashnode", hostNo, flashnodeIdx });
  }

  /** Makes a host adapter end a session that it has made itself. */
  logoutFlashnodeSession(hostNo: number, sid: number): void {
    this.request({ type: "logout_flashnode_sid", hostNo, sid });
  }

  /** Returns the counters of a host adapter. */
  getHostStats(hostNo: number): IscsiHostStats {
    return this.request({ type: "get_host_stats", hostNo }).hostStats ?? { counters: {} };
  }

  /** Closes the socket; sessions go on. */
  close(): void {
    this.#transport.close();
  }

  /** Does the same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens a client. */
export function open(options?: IscsiOptions): IscsiClient {
  return new IscsiClient(options);
}

/**
 * Yields the events of all sessions and host adapters of the machine. It has subscribed when it returns; needs
 * CAP_NET_ADMIN.
 *
 * ```ts ignore
 * for await (const { type, sid, connError } of watch()) console.log(type, sid, connError);
 * ```
 *
 * Every listener gets the events of all sessions, also of those that other programs have made: leave those alone.
 */
export function watch(options: StreamOptions = {}): Streaming<IscsiMessage> {
  const transport = openTransport(NETLINK_ISCSI, options, (transport) => {
    if (options.buffer === undefined) transport.setBuffer(BUFFER);
    transport.join(ISCSI_NL_GRP.ISCSI_NL_GRP_ISCSID);
    transport.join(ISCSI_NL_GRP.ISCSI_NL_GRP_UIP);
  });
  return stream(
    transport,
    (received) => messagesIn(received).flatMap(([number, one]) => number === 0 ? [one] : []),
    options,
  );
}

function joinEvents(transport: Transport): void {
  transport.setBuffer(BUFFER);
  transport.join(ISCSI_NL_GRP.ISCSI_NL_GRP_ISCSID);
}

function expectClientOptions(options: IscsiOptions): IscsiOptions {
  expectOptions(options, "open an iSCSI client", {
    driver: "any",
    timeout: "number",
    capture: "any",
    transport: "function",
  });
  return options;
}

function socketOptions({ capture, transport }: IscsiOptions): StreamOptions {
  return {
    ...(capture === undefined ? {} : { capture }),
    ...(transport === undefined ? {} : { transport }),
  };
}

/** Returns the handle of a transport. */
function handleOf(name: string): bigint {
  const found = transports(), one = found.find((transport) => transport.name === name);
  if (one !== undefined) return one.handle;
  throw new NetlinkError(
    `Cannot use iSCSI: the kernel has no transport ${JSON.stringify(name)}${
      found.length === 0 ? "" : `, only ${found.map((transport) => transport.name).join(", ")}`
    }`,
    "ENOENT",
    name === "tcp" ? { hint: "modprobe iscsi_tcp loads it" } : {},
  );
}

/** Returns the fields of a request for a session. */
function sizesOf(options: SessionOptions): Required<SessionOptions> {
  expectOptions(options, "make an iSCSI session", { initialCmdsn: "number", cmdsMax: "number", queueDepth: "number" });
  const { initialCmdsn = 1, cmdsMax = 128, queueDepth = 32 } = options;
  return { initialCmdsn, cmdsMax, queueDepth };
}

function created({ sid = 0, hostNo = 0 }: IscsiMessage): CreatedSession {
  return { sid, hostNo };
}

/** Returns the messages in a datagram of the kernel, with their types. */
function messagesIn({ bytes, view, length, port }: Received): (readonly [number, IscsiMessage])[] {
  const found: (readonly [number, IscsiMessage])[] = [];
  if (port !== 0) return found;
  const from = new Reader(bytes, length, view);
  eachMessage(from, (at, end) => {
    const value = decodeWhole(IscsiMessage, from, at + NLMSG_HDRLEN, end);
    if (value !== undefined) found.push([view.getUint16(at + 4, true), value]);
  });
  return found;
}

export * from "./parameters.ts";
export * from "./protocol.ts";
export * from "./sysfs.ts";
