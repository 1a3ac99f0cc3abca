/**
 * NETLINK_ISCSI itself: the requests to the kernel's initiator, its replies and its events, in one codec.
 *
 * Every message is a struct iscsi_uevent, whose two unions depend on its type, and mostly something behind it. The
 * kernel answers a request with a message of the same nlmsg_type; if it refuses, only the type in the body is another
 * (ISCSI_KEVENT_IF_ERROR). Events have nlmsg_type 0.
 *
 * Source: scsi/iscsi_if.h, drivers/scsi/scsi_transport_iscsi.c, v7.2, no UAPI headers.
 *
 * @module
 */
import {
  type AnyCodec,
  bytes as octetsCodec,
  chars,
  type Codec,
  eachAttribute,
  enumeration,
  expectObject,
  i32,
  mac,
  MISFIT,
  octets,
  octetString,
  type Reader,
  type Shape,
  shown,
  sockaddr,
  type Struct,
  struct,
  u16,
  u32,
  u64,
  u8,
  type Visit,
  type Writer,
} from "../../core/codec/mod.ts";
import { ipv4Text, ipv6Text, parseIp } from "../../core/codec/mod.ts";
import { isRequest, NLMSG_HDRLEN } from "../../core/message.ts";
import { declareMessageSets } from "../../core/messages.ts";
import type { Protocol } from "../../core/protocol.ts";
import {
  HOST_COUNTERS,
  ISCSI_CHAP_PARAM,
  ISCSI_CONN_STATE,
  ISCSI_ERR,
  ISCSI_FLASHNODE_PARAM,
  ISCSI_HOST_PARAM,
  ISCSI_IFACE_PARAM,
  ISCSI_NET_PARAM,
  ISCSI_PARAM,
  ISCSI_PING,
} from "./parameters.ts";

/** The requests of NETLINK_ISCSI, and their replies. Events have type 0. */
export const ISCSI_UEVENT = {
  ISCSI_UEVENT_CREATE_SESSION: 11,
  ISCSI_UEVENT_DESTROY_SESSION: 12,
  ISCSI_UEVENT_CREATE_CONN: 13,
  ISCSI_UEVENT_DESTROY_CONN: 14,
  ISCSI_UEVENT_BIND_CONN: 15,
  ISCSI_UEVENT_SET_PARAM: 16,
  ISCSI_UEVENT_START_CONN: 17,
  ISCSI_UEVENT_STOP_CONN: 18,
  ISCSI_UEVENT_SEND_PDU: 19,
  ISCSI_UEVENT_GET_STATS: 20,
  ISCSI_UEVENT_GET_PARAM: 21,
  ISCSI_UEVENT_TRANSPORT_EP_CONNECT: 22,
  ISCSI_UEVENT_TRANSPORT_EP_POLL: 23,
  ISCSI_UEVENT_TRANSPORT_EP_DISCONNECT: 24,
  ISCSI_UEVENT_TGT_DSCVR: 25,
  ISCSI_UEVENT_SET_HOST_PARAM: 26,
  ISCSI_UEVENT_UNBIND_SESSION: 27,
  ISCSI_UEVENT_CREATE_BOUND_SESSION: 28,
  ISCSI_UEVENT_TRANSPORT_EP_CONNECT_THROUGH_HOST: 29,
  ISCSI_UEVENT_PATH_UPDATE: 30,
  ISCSI_UEVENT_SET_IFACE_PARAMS: 31,
  ISCSI_UEVENT_PING: 32,
  ISCSI_UEVENT_GET_CHAP: 33,
  ISCSI_UEVENT_DELETE_CHAP: 34,
  ISCSI_UEVENT_SET_FLASHNODE_PARAMS: 35,
  ISCSI_UEVENT_NEW_FLASHNODE: 36,
  ISCSI_UEVENT_DEL_FLASHNODE: 37,
  ISCSI_UEVENT_LOGIN_FLASHNODE: 38,
  ISCSI_UEVENT_LOGOUT_FLASHNODE: 39,
  ISCSI_UEVENT_LOGOUT_FLASHNODE_SID: 40,
  ISCSI_UEVENT_SET_CHAP: 41,
  ISCSI_UEVENT_GET_HOST_STATS: 42,
  ISCSI_UEVENT_DESTROY_SESSION_ASYNC: 43,
} as const;

/** The multicast groups of NETLINK_ISCSI. */
export const ISCSI_NL_GRP = {
  ISCSI_NL_GRP_ISCSID: 1,
  ISCSI_NL_GRP_UIP: 2,
} as const;

/** The protocol. */
export const NETLINK_ISCSI: Protocol = {
  number: 8,
  name: "NETLINK_ISCSI",
  types: ISCSI_UEVENT,
  hint: "modprobe iscsi_tcp loads it, if the kernel is configured with CONFIG_ISCSI_TCP",
};

/** A request: ISCSI_UEVENT_* in lower case. */
export type IscsiRequestType =
  | "create_session"
  | "destroy_session"
  | "create_conn"
  | "destroy_conn"
  | "bind_conn"
  | "set_param"
  | "start_conn"
  | "stop_conn"
  | "send_pdu"
  | "get_stats"
  | "get_param"
  | "transport_ep_connect"
  | "transport_ep_poll"
  | "transport_ep_disconnect"
  | "tgt_dscvr"
  | "set_host_param"
  | "unbind_session"
  | "create_bound_session"
  | "transport_ep_connect_through_host"
  | "path_update"
  | "set_iface_params"
  | "ping"
  | "get_chap"
  | "delete_chap"
  | "set_flashnode_params"
  | "new_flashnode"
  | "del_flashnode"
  | "login_flashnode"
  | "logout_flashnode"
  | "logout_flashnode_sid"
  | "set_chap"
  | "get_host_stats"
  | "destroy_session_async";

/** An event: ISCSI_KEVENT_* in lower case; `session_*` where a request has the same name. */
export type IscsiEventType =
  | "recv_pdu"
  | "conn_error"
  | "session_destroyed"
  | "session_unbound"
  | "session_created"
  | "path_req"
  | "if_down"
  | "conn_login_state"
  | "host_event"
  | "ping_comp";

/** A parameter of a session or connection by name, or its number. */
export type IscsiParam = keyof typeof ISCSI_PARAM | number;
/** A parameter of a host adapter by name, or its number. */
export type IscsiHostParam = keyof typeof ISCSI_HOST_PARAM | number;
/** The kind of parameter in {@linkcode IscsiSetting}. */
export type IscsiParamType = "param" | "host" | "net" | "flashnode" | "chap" | "iface" | number;

/** One parameter of an adapter's interface, of a target in its flash memory, or of its table of CHAP secrets. */
export interface IscsiSetting {
  /** The parameter: a name of ISCSI_NET_PARAM, ISCSI_IFACE_PARAM, ISCSI_FLASHNODE_PARAM or ISCSI_CHAP_PARAM. */
  param: string | number;
  /** Its value, in the adapter's form. Input may be hexadecimal text. */
  value: Uint8Array | string;
  /** The kind of parameter; for `set_iface_params` only. */
  paramType?: IscsiParamType;
  /** The number of the interface; for `set_iface_params` only. */
  ifaceNum?: number;
  /** The protocol of the interface; for `set_iface_params` only. */
  ifaceType?: "ipv4" | "ipv6" | number;
}

/** The way to a target, which an adapter asks for and a program answers: struct iscsi_path. */
export interface IscsiPath {
  /** The kernel's handle, which the answer repeats. */
  handle?: bigint;
  /** The MAC address to send to. */
  macAddr?: string;
  /** The MAC address before. */
  macAddrOld?: string;
  /** The own IP address. */
  src?: string;
  /** The target's IP address. */
  dst?: string;
  /** The VLAN, 0 for none. */
  vlanId?: number;
  /** The path's MTU in bytes. */
  pmtu?: number;
}

/** A counter that only one driver has. */
export interface CustomCounter {
  /** Its name. */
  desc: string;
  /** Its value. */
  value: bigint;
}

/** Counters of a connection: struct iscsi_stats. */
export interface IscsiStats {
  /** Bytes sent. */
  txdataOctets?: bigint;
  /** Bytes received. */
  rxdataOctets?: bigint;
  /** NOP-Out PDUs sent. */
  noptxPdus?: number;
  /** SCSI commands sent. */
  scsicmdPdus?: number;
  /** Task management requests sent. */
  tmfcmdPdus?: number;
  /** Login requests sent. */
  loginPdus?: number;
  /** Text requests sent. */
  textPdus?: number;
  /** Data-Out PDUs sent. */
  dataoutPdus?: number;
  /** Logout requests sent. */
  logoutPdus?: number;
  /** SNACK requests sent. */
  snackPdus?: number;
  /** NOP-In PDUs received. */
  noprxPdus?: number;
  /** SCSI responses received. */
  scsirspPdus?: number;
  /** Task management responses received. */
  tmfrspPdus?: number;
  /** Text responses received. */
  textrspPdus?: number;
  /** Data-In PDUs received. */
  datainPdus?: number;
  /** Logout responses received. */
  logoutrspPdus?: number;
  /** Ready-To-Transfer PDUs received. */
  r2tPdus?: number;
  /** Asynchronous messages received. */
  asyncPdus?: number;
  /** Rejects received. */
  rjtPdus?: number;
  /** Wrong digests. */
  digestErr?: number;
  /** Time-outs. */
  timeoutErr?: number;
  /** Counters of the driver. */
  custom?: readonly CustomCounter[];
}

/** Counters of a host adapter: struct iscsi_offload_host_stats. */
export interface IscsiHostStats {
  /** The counters by name: those of {@linkcode HOST_COUNTERS}. */
  counters: Readonly<Record<string, bigint>>;
  /** Counters of the driver. */
  custom?: readonly CustomCounter[];
}

/** An entry in a host adapter's table of CHAP secrets: struct iscsi_chap_rec. */
export interface ChapRecord {
  /** The number of the entry. */
  chapTblIdx: number;
  /** The direction: the adapter proves itself (`out`), or the target does (`in`). */
  chapType?: "out" | "in" | number;
  /** The name. */
  username?: string;
  /** The secret. */
  password?: string;
}

/** A request, a reply or an event. Each type has only some of the fields. */
export interface IscsiMessage {
  /** The kind of message; its number if it is unknown. */
  type: IscsiRequestType | IscsiEventType | number;
  /** In a reply: the errno with which the kernel refuses the request. */
  error?: number;
  /** The transport, as `/sys/class/iscsi_transport/`name`/handle` has it; 0 when absent. */
  transportHandle?: bigint;
  /** The session. */
  sid?: number;
  /** The connection. */
  cid?: number;
  /** The host adapter N of `/sys/class/iscsi_host/host`N. */
  hostNo?: number;
  /** The session that a reply names. */
  retSid?: number;
  /** The connection that a reply names. */
  retCid?: number;
  /** The result of a request that was not refused: 0, or an errno below 0. */
  retcode?: number;
  /** CmdSN of the session's first command. */
  initialCmdsn?: number;
  /** Most commands at a time. */
  cmdsMax?: number;
  /** Most commands at a time for one disk. */
  queueDepth?: number;
  /** The file descriptor of a connected TCP socket, or the handle of an endpoint. */
  transportEph?: bigint;
  /** True for the first connection of a session. */
  isLeading?: number;
  /** The parameter to set. */
  param?: IscsiParam | IscsiHostParam;
  /** The text of a parameter, or of a portal. */
  value?: string;
  /** The reason to stop a connection. */
  flag?: "term" | "suspend" | "recover" | number;
  /** The connection to stop, by a handle; unused. */
  connHandle?: bigint;
  /** The 48 bytes of a PDU's header. */
  header?: Uint8Array;
  /** The data of a PDU, or of an event. */
  data?: Uint8Array;
  /** The kernel's handle of a received PDU; unused. */
  recvHandle?: bigint;
  /** 1: do not wait for the connection. */
  nonBlocking?: number;
  /** The handle of an endpoint. */
  epHandle?: bigint;
  /** Time to wait for an endpoint, in ms. */
  timeoutMs?: number;
  /** An address and port: `192.0.2.1:3260`. */
  address?: string;
  /** The way to find targets. */
  discovery?: "sendtargets" | "isns" | "slp" | number;
  /** 1 to connect to the server, 0 to disconnect. */
  enable?: number;
  /** The way to a target. */
  path?: IscsiPath;
  /** Number of settings that follow. */
  count?: number;
  /** Parameters to set. */
  settings?: readonly IscsiSetting[];
  /** The number of an adapter's interface. */
  ifaceNum?: number;
  /** The protocol of an adapter's interface. */
  ifaceType?: "ipv4" | "ipv6" | number;
  /** Bytes in a ping. */
  payloadSize?: number;
  /** The number that tells pings apart. */
  pid?: number;
  /** The result of a ping. */
  status?: keyof typeof ISCSI_PING | number;
  /** Number of entries to read. */
  numEntries?: number;
  /** The number of an entry. */
  chapTblIdx?: number;
  /** The number of a target in flash memory. */
  flashnodeIdx?: number;
  /** The reason why a connection failed. */
  connError?: keyof typeof ISCSI_ERR | number;
  /** The state of a connection during login. */
  state?: keyof typeof ISCSI_CONN_STATE | number;
  /** The event of a host adapter. */
  code?: "linkup" | "linkdown" | number;
  /** Counters of the connection. */
  stats?: IscsiStats;
  /** Counters of the host adapter. */
  hostStats?: IscsiHostStats;
  /** Entries of a table of CHAP secrets. */
  chap?: readonly ChapRecord[];
  /** The bytes of a message of unknown type, after its first 16. */
  bytes?: Uint8Array;
}

/** Size of struct iscsi_uevent. */
export const UEVENT_SIZE = 56;
const IF_ERROR = 103;

/** Data behind struct iscsi_uevent: a field of the value, or several. */
interface Tail {
  /** Names of the fields. */
  readonly keys: readonly (keyof IscsiMessage)[];
  /** Returns the fields in the bytes `at`..`end`; `body` is the offset of struct iscsi_uevent. */
  decode(from: Reader, body: number, at: number, end: number, value: IscsiMessage): Partial<IscsiMessage> | undefined;
  /** Appends the bytes; `body` is the offset of struct iscsi_uevent. */
  encode(value: IscsiMessage, to: Writer, body: number): void;
  /** Shows the parts of the bytes; the whole is one part of the first name when absent. */
  readonly codec?: AnyCodec;
}

type Placed = Readonly<Record<string, readonly [offset: number, codec: AnyCodec]>>;

/** A kind of message. */
interface Kind {
  readonly name: string;
  readonly number: number;
  readonly fields: Struct<object>;
  /** Names of the fields that only replies have. */
  readonly returned: readonly string[];
  readonly tail: Tail | undefined;
}

const PARAM: AnyCodec = enumeration(u32, ISCSI_PARAM), HOST_PARAM: AnyCodec = enumeration(u32, ISCSI_HOST_PARAM);
const IFACE_TYPE = { ipv4: 1, ipv6: 2 } as const;

const SECRETS: readonly unknown[] = ["password", "password_in"];

/** A text that ends with NUL, after its length at offset `length`. */
function textTail(length: number): Tail {
  return {
    keys: ["value"],
    decode(from, body, at, end, { param }) {
      const count = Math.min(from.view.getUint32(body + length, true), end - at);
      if (count === 0) return undefined;
      if (from.redact && SECRETS.includes(param)) return { value: `${count} bytes` };
      return { value: chars(count).decode(from, at, at + count, {}) };
    },
    encode({ value = "" }, to, body) {
      if (typeof value !== "string") to.fail(TypeError, `value: expected a string, got a ${typeof value}`);
      if (value.includes("\0")) to.fail(TypeError, "value: a text cannot contain NUL");
      const at = to.length;
      to.append(new TextEncoder().encode(`${value}\0`));
      if (to.length - at > 4096) to.fail(RangeError, "value: expected at most 4095 bytes");
      to.view.setUint32(body + length, to.length - at, true);
    },
  };
}

const HEADER = 48;

/** Appends the bytes of a field, and returns their number. */
function appendField(value: IscsiMessage, key: "header" | "data", to: Writer): number {
  to.path.push(key);
  const given = value[key] === undefined ? new Uint8Array(0) : octets(value[key], to);
  to.path.pop();
  to.append(given);
  return given.length;
}

/** A PDU to send. */
const sentPdu: Tail = {
  keys: ["header", "data"],
  decode(from, body, at, end) {
    const header = from.view.getUint32(body + 24, true), data = from.view.getUint32(body + 28, true);
    if (at === end || header + data > end - at) return undefined;
    return {
      header: from.own(at, at + header),
      ...(data === 0 ? {} : { data: from.own(at + header, at + header + data) }),
    };
  },
  encode(value, to, body) {
    const header = appendField(value, "header", to), data = appendField(value, "data", to);
    if (header !== HEADER) to.fail(TypeError, `header: expected ${HEADER} bytes, got ${header}`);
    to.view.setUint32(body + 24, header, true);
    to.view.setUint32(body + 28, data, true);
  },
};

/** A received PDU: its header tells the length of its data. */
const receivedPdu: Tail = {
  keys: ["header", "data"],
  decode(from, _body, at, end) {
    if (end - at < HEADER) return undefined;
    const size = Math.min(from.view.getUint32(at + 4) & 0xffffff, end - at - HEADER);
    return {
      header: from.own(at, at + HEADER),
      ...(size === 0 ? {} : { data: from.own(at + HEADER, at + HEADER + size) }),
    };
  },
  encode(value, to) {
    appendField(value, "header", to);
    appendField(value, "data", to);
    to.align();
  },
};

/** Data after their length at offset `length`. */
function dataTail(length: number): Tail {
  return {
    keys: ["data"],
    decode(from, body, at, end) {
      const count = Math.min(from.view.getUint32(body + length, true), end - at);
      return count === 0 ? undefined : { data: from.own(at, at + count) };
    },
    encode(value, to, body) {
      to.view.setUint32(body + length, appendField(value, "data", to), true);
      to.align();
    },
  };
}

/** One value to the end, in field `key`. */
function valueTail<K extends keyof IscsiMessage>(key: K, codec: Codec<NonNullable<IscsiMessage[K]>, never>): Tail {
  return {
    keys: [key],
    codec: codec as AnyCodec,
    decode(from, _body, at, end) {
      if (at === end) return undefined;
      const value = codec.decode(from, at, end, {});
      return value as unknown === MISFIT ? undefined : { [key]: value };
    },
    encode(value, to) {
      if (value[key] === undefined) return;
      to.path.push(key);
      (codec as AnyCodec).encode(value[key] as never, to, value);
      to.path.pop();
    },
  };
}

/** 16 bytes with an IP address, whose length is at offset 20 of the struct. */
function pathAddress(from: Reader, at: number, length: number): string | undefined {
  return length === 4 ? ipv4Text(from.bytes, at) : length === 16 ? ipv6Text(from.bytes, at) : undefined;
}

const PathFields: Struct<Omit<IscsiPath, "src" | "dst"> & { ipAddrLen?: number }> = struct(64, () => ({
  handle: [0, u64 as Codec<bigint>],
  macAddr: [8, mac as Codec<string>],
  macAddrOld: [14, mac as Codec<string>],
  ipAddrLen: [20, u32],
  vlanId: [56, u16],
  pmtu: [58, u16],
}));

const path: Codec<IscsiPath> = {
  name: "a path",
  decode(from, at, end) {
    if (end - at < 64) return MISFIT;
    const { ipAddrLen = 0, ...fields } = PathFields.decode(from, at, at + 64, {});
    const src = pathAddress(from, at + 24, ipAddrLen), dst = pathAddress(from, at + 40, ipAddrLen);
    return { ...fields, ...(src === undefined ? {} : { src }), ...(dst === undefined ? {} : { dst }) };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    const { src, dst, ...fields } = value, at = to.length;
    const found = [src, dst].map((text) => text === undefined ? undefined : parseIp(text));
    for (const [i, text] of [src, dst].entries()) {
      if (text !== undefined && found[i] === undefined) {
        to.fail(TypeError, `${["src", "dst"][i]}: expected an IP address, got ${shown(text)}`);
      }
    }
    const sizes = found.flatMap((one) => one === undefined ? [] : [one.length]);
    if (new Set(sizes).size > 1) to.fail(TypeError, "expected src and dst of one family");
    PathFields.encode({ ...fields, ipAddrLen: sizes[0] ?? 0 }, to, owner);
    found.forEach((one, i) => one === undefined || to.bytes.set(one, at + 24 + 16 * i));
  },
};

const PARAM_TYPE: Readonly<Record<Exclude<IscsiParamType, number>, number>> = {
  param: 0,
  host: 1,
  net: 2,
  flashnode: 3,
  chap: 4,
  iface: 5,
};

const PARAMS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  param: ISCSI_PARAM,
  host: ISCSI_HOST_PARAM,
  net: ISCSI_NET_PARAM,
  flashnode: ISCSI_FLASHNODE_PARAM,
  chap: ISCSI_CHAP_PARAM,
  iface: ISCSI_IFACE_PARAM,
};

interface SettingHead {
  ifaceNum?: number;
  length: number;
  param: number;
  ifaceType?: "ipv4" | "ipv6" | number;
  paramType?: IscsiParamType;
}

const IfaceHead: Struct<SettingHead> = struct(12, (): Shape<SettingHead> => ({
  ifaceNum: [0, u32],
  length: [4, u32],
  param: [8, u16],
  ifaceType: [10, enumeration(u8, IFACE_TYPE)],
  paramType: [11, enumeration(u8, PARAM_TYPE)],
}));

const PlainHead: Struct<Pick<SettingHead, "length" | "param">> = struct(6, () => ({
  length: [0, u32],
  param: [4, u16],
}));

/** Attributes that each hold a parameter: struct iscsi_iface_param_info, or iscsi_param_info. */
function settingsOf(kind: "flashnode" | "chap" | undefined): Codec<readonly IscsiSetting[]> {
  const head = (kind === undefined ? IfaceHead : PlainHead) as Struct<SettingHead>, size = head.size!;
  return {
    name: "parameters",
    decode(from, at, end) {
      const list: IscsiSetting[] = [];
      eachAttribute(from, at, end, (_id, start, stop) => {
        if (stop - start < 4 + size) return;
        const { length, param, ...more } = head.decode(from, start + 4, start + 4 + size, {});
        const first = start + 4 + size, names = PARAMS[kind ?? String(more.paramType)] ?? {};
        const name = Object.entries(names).find(([, number]) => number === param)?.[0] ?? param;
        const count = Math.min(length, stop - first);
        const hidden = from.redact && SECRETS.includes(name);
        list.push({ param: name, ...more, value: hidden ? `${count} bytes` : from.own(first, first + count) });
      });
      return list;
    },
    encode(value, to, owner) {
      if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
      for (const [index, one] of (value as readonly IscsiSetting[]).entries()) {
        to.path.push(index);
        expectObject(one, to);
        const { param, value: given, ...more } = one, names = PARAMS[kind ?? String(more.paramType)] ?? {};
        const number = typeof param === "number" ? param : names[param];
        if (number === undefined) {
          to.fail(
            TypeError,
            `param: expected a parameter of ${kind ?? "paramType"} or its number, got ${shown(param)}`,
          );
        }
        const data = octets(given, to), start = to.open(number);
        head.encode({ ...more, param: number, length: data.length }, to, owner);
        to.append(data);
        to.close(start);
        to.path.pop();
      }
    },
  };
}

const Custom: Struct<CustomCounter> = struct(72, (): Shape<CustomCounter> => ({
  desc: [0, chars(64)],
  value: [64, u64 as Codec<bigint>],
}));

const CUSTOM_MAX = 32;

function readCustom(from: Reader, length: number, at: number, end: number): { custom?: CustomCounter[] } {
  const count = Math.min(from.view.getUint32(length, true), CUSTOM_MAX, Math.floor((end - at) / 72));
  if (count <= 0) return {};
  return { custom: Array.from({ length: count }, (_, i) => Custom.decode(from, at + 72 * i, at + 72 * (i + 1), {})) };
}

function writeCustom(custom: readonly CustomCounter[] = [], to: Writer, length: number): void {
  if (custom.length > CUSTOM_MAX) to.fail(RangeError, `custom: expected at most ${CUSTOM_MAX} counters`);
  to.view.setUint32(length, custom.length, true);
  for (const one of custom) Custom.encode(one, to, {});
}

const Counters: Struct<Required<Omit<IscsiStats, "custom">>> = struct(96, () => ({
  txdataOctets: [0, u64 as Codec<bigint>],
  rxdataOctets: [8, u64 as Codec<bigint>],
  noptxPdus: [16, u32],
  scsicmdPdus: [20, u32],
  tmfcmdPdus: [24, u32],
  loginPdus: [28, u32],
  textPdus: [32, u32],
  dataoutPdus: [36, u32],
  logoutPdus: [40, u32],
  snackPdus: [44, u32],
  noprxPdus: [48, u32],
  scsirspPdus: [52, u32],
  tmfrspPdus: [56, u32],
  textrspPdus: [60, u32],
  datainPdus: [64, u32],
  logoutrspPdus: [68, u32],
  r2tPdus: [72, u32],
  asyncPdus: [76, u32],
  rjtPdus: [80, u32],
  digestErr: [84, u32],
  timeoutErr: [88, u32],
}));

const stats: Codec<IscsiStats> = {
  name: "counters of a connection",
  decode(from, at, end) {
    if (end - at < 96) return MISFIT;
    return { ...Counters.decode(from, at, at + 96, {}), ...readCustom(from, at + 92, at + 96, end) };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    const { custom, ...counters } = value, at = to.length;
    Counters.encode(counters as never, to, owner);
    writeCustom(custom, to, at + 92);
  },
};

const HOST_CUSTOM = 664;

const hostStats: Codec<IscsiHostStats> = {
  name: "counters of a host adapter",
  decode(from, at, end) {
    if (end - at < HOST_CUSTOM) return MISFIT;
    const counters = Object.fromEntries(
      HOST_COUNTERS.map((name, i) => [name, from.view.getBigUint64(at + 8 * i, true)]),
    );
    return { counters, ...readCustom(from, at + 656, at + HOST_CUSTOM, end) };
  },
  encode(value, to) {
    expectObject(value, to);
    const at = to.grow(HOST_CUSTOM);
    HOST_COUNTERS.forEach((name, i) => to.view.setBigUint64(at + 8 * i, value.counters[name] ?? 0n, true));
    writeCustom(value.custom, to, at + 656);
  },
};

interface ChapFields extends Required<Omit<ChapRecord, "password">> {
  password: Uint8Array;
  passwordLength: number;
}

const CHAP_SIZE = 524, PASSWORD_MAX = 256;

const ChapFields: Struct<ChapFields> = struct(CHAP_SIZE, (): Shape<ChapFields> => ({
  chapTblIdx: [0, u16],
  chapType: [4, enumeration(u32, { out: 0, in: 1 })],
  username: [8, chars(PASSWORD_MAX)],
  password: [264, octetString(PASSWORD_MAX) as Codec<Uint8Array>],
  passwordLength: [520, u8],
}));

const chap: Codec<readonly ChapRecord[]> = {
  name: "CHAP secrets",
  decode(from, at, end) {
    return Array.from({ length: Math.floor((end - at) / CHAP_SIZE) }, (_, i) => {
      const first = at + CHAP_SIZE * i;
      const { passwordLength, password, ...fields } = ChapFields.decode(from, first, first + CHAP_SIZE, {});
      const text = from.redact
        ? `${passwordLength} bytes`
        : new TextDecoder().decode(password.slice(0, passwordLength));
      return { ...fields, password: text };
    });
  },
  encode(value, to, owner) {
    for (const { password = "", ...fields } of value) {
      const given = new TextEncoder().encode(password), padded = new Uint8Array(PASSWORD_MAX);
      if (given.length >= PASSWORD_MAX) to.fail(RangeError, `password: expected at most ${PASSWORD_MAX - 1} bytes`);
      padded.set(given);
      ChapFields.encode({ ...fields, password: padded, passwordLength: given.length } as ChapFields, to, owner);
    }
  },
};

/** The address of most kinds: what follows is struct sockaddr_in or sockaddr_in6. */
const ADDRESS: Tail = valueTail("address", sockaddr);
const PATH: Tail = valueTail("path", path);

const SID: Placed = { sid: [16, u32] }, CONN: Placed = { ...SID, cid: [20, u32] }, HOST: Placed = { hostNo: [16, u32] };
const NODE: Placed = { ...HOST, flashnodeIdx: [20, u32] }, RETCODE: Placed = { retcode: [40, i32] };
const SESSION: Placed = { sid: [40, u32], hostNo: [44, u32] }, EVENT_CONN: Placed = { sid: [40, u32], cid: [44, u32] };
const EVENT_HOST: Placed = { hostNo: [40, u32] };

function kind(name: string, number: number, sent: Placed, returned: Placed = {}, tail?: Tail): Kind {
  const fields = struct<Record<string, unknown>>(UEVENT_SIZE, () => ({
    transportHandle: [8, u64],
    ...sent,
    ...returned,
  } as unknown as Shape<Record<string, unknown>>)) as unknown as Struct<object>;
  return { name, number, fields, returned: Object.keys(returned), tail };
}

/** The kinds of messages. */
const KINDS: readonly Kind[] = [
  kind("create_session", 11, { initialCmdsn: [16, u32], cmdsMax: [20, u16], queueDepth: [22, u16] }, SESSION),
  kind("destroy_session", 12, SID),
  kind("create_conn", 13, CONN, { retSid: [40, u32], retCid: [44, u32] }),
  kind("destroy_conn", 14, CONN),
  kind("bind_conn", 15, { ...CONN, transportEph: [24, u64], isLeading: [32, u32] }, RETCODE),
  kind("set_param", 16, { ...CONN, param: [24, PARAM] }, {}, textTail(28)),
  kind("start_conn", 17, CONN, RETCODE),
  kind("stop_conn", 18, {
    ...CONN,
    connHandle: [24, u64],
    flag: [32, enumeration(u32, { term: 1, suspend: 2, recover: 3 })],
  }),
  kind("send_pdu", 19, CONN, RETCODE, sentPdu),
  kind("get_stats", 20, CONN, {}, valueTail("stats", stats)),
  kind("get_param", 21, {}),
  kind("transport_ep_connect", 22, { nonBlocking: [16, u32] }, { epHandle: [40, u64] }, ADDRESS),
  kind("transport_ep_poll", 23, { epHandle: [16, u64], timeoutMs: [24, u32] }, RETCODE),
  kind("transport_ep_disconnect", 24, { epHandle: [16, u64] }),
  kind(
    "tgt_dscvr",
    25,
    { discovery: [16, enumeration(u32, { sendtargets: 1, isns: 2, slp: 3 })], hostNo: [20, u32], enable: [24, u32] },
    {},
    ADDRESS,
  ),
  kind("set_host_param", 26, { ...HOST, param: [20, HOST_PARAM] }, {}, textTail(24)),
  kind("unbind_session", 27, SID),
  kind(
    "create_bound_session",
    28,
    { epHandle: [16, u64], initialCmdsn: [24, u32], cmdsMax: [28, u16], queueDepth: [30, u16] },
    SESSION,
  ),
  kind(
    "transport_ep_connect_through_host",
    29,
    { ...HOST, nonBlocking: [20, u32] },
    { epHandle: [40, u64] },
    ADDRESS,
  ),
  kind("path_update", 30, HOST, {}, PATH),
  kind("set_iface_params", 31, { ...HOST, count: [20, u32] }, {}, valueTail("settings", settingsOf(undefined))),
  kind(
    "ping",
    32,
    {
      ...HOST,
      ifaceNum: [20, u32],
      ifaceType: [24, enumeration(u32, IFACE_TYPE)],
      payloadSize: [28, u32],
      pid: [32, u32],
    },
    {},
    ADDRESS,
  ),
  kind("get_chap", 33, { ...HOST, numEntries: [20, u32], chapTblIdx: [24, u16] }, {}, valueTail("chap", chap)),
  kind("delete_chap", 34, { ...HOST, chapTblIdx: [20, u16] }),
  kind("set_flashnode_params", 35, { ...NODE, count: [24, u32] }, {}, valueTail("settings", settingsOf("flashnode"))),
  kind("new_flashnode", 36, HOST, { flashnodeIdx: [40, u32] }, textTail(20)),
  kind("del_flashnode", 37, NODE),
  kind("login_flashnode", 38, NODE),
  kind("logout_flashnode", 39, NODE),
  kind("logout_flashnode_sid", 40, { ...HOST, sid: [20, u32] }),
  kind("set_chap", 41, HOST, {}, valueTail("settings", settingsOf("chap"))),
  kind("get_host_stats", 42, HOST, {}, valueTail("hostStats", hostStats)),
  kind("destroy_session_async", 43, SID),
  kind("recv_pdu", 101, { ...EVENT_CONN, recvHandle: [48, u64] }, {}, receivedPdu),
  kind("conn_error", 102, { ...EVENT_CONN, connError: [48, enumeration(u32, ISCSI_ERR)] }),
  kind("session_destroyed", 104, { hostNo: [40, u32], sid: [44, u32] }),
  kind("session_unbound", 105, SESSION),
  kind("session_created", 106, SESSION),
  kind("path_req", 107, EVENT_HOST, {}, PATH),
  kind("if_down", 108, EVENT_HOST),
  kind("conn_login_state", 109, { ...EVENT_CONN, state: [48, enumeration(u32, ISCSI_CONN_STATE)] }),
  kind(
    "host_event",
    110,
    { ...EVENT_HOST, code: [48, enumeration(u32, { linkup: 1, linkdown: 2 })] },
    {},
    dataTail(44),
  ),
  kind(
    "ping_comp",
    111,
    { ...EVENT_HOST, status: [44, enumeration(u32, ISCSI_PING)], pid: [48, u32] },
    {},
    dataTail(52),
  ),
];

const BY_NUMBER: ReadonlyMap<number, Kind> = new Map(KINDS.map((one) => [one.number, one]));
const BY_NAME: ReadonlyMap<unknown, Kind> = new Map(KINDS.map((one) => [one.name, one]));

/** Returns the number of a request's type; `undefined` if it is none. */
export function requestNumber(type: unknown): number | undefined {
  const number = BY_NAME.get(type)?.number;
  return number === undefined || number > IF_ERROR - 3 ? undefined : number;
}

/** Returns the kind of the message whose body is at `at`: an error has only the nlmsg_type of its request. */
function kindAt(from: Reader, at: number): Kind | undefined {
  const type = from.view.getUint32(at, true);
  return BY_NUMBER.get(type === IF_ERROR && at >= NLMSG_HDRLEN ? from.view.getUint16(at - 12, true) : type);
}

/** Wire form of {@linkcode IscsiMessage}: struct iscsi_uevent, and what follows. */
export const IscsiMessage: Codec<IscsiMessage> = {
  name: "an iSCSI message",
  decode(from, at, end) {
    if (end - at < UEVENT_SIZE) return MISFIT;
    const found = kindAt(from, at), failed = from.view.getUint32(at, true) === IF_ERROR;
    const error = failed ? { error: -from.view.getInt32(at + 4, true) } : {};
    if (found === undefined) {
      const transportHandle = from.view.getBigUint64(at + 8, true);
      return {
        type: from.view.getUint32(at, true),
        ...error,
        transportHandle,
        bytes: from.own(at + 16, end),
      };
    }
    const fields = found.fields.decode(from, at, at + UEVENT_SIZE, {}) as Record<string, unknown>;
    // Neither a request nor an error says anything in the union of replies.
    if (failed || at >= NLMSG_HDRLEN && isRequest(from.view, at - NLMSG_HDRLEN)) {
      for (const name of found.returned) delete fields[name];
    }
    const value = { type: found.name, ...error, ...fields } as IscsiMessage;
    const more = found.tail?.decode(from, at, at + UEVENT_SIZE, end, value);
    return more === undefined ? value : { ...value, ...more };
  },
  encode(value, to, owner) {
    expectObject(value, to, "a message as an object");
    const { type, error, ...rest } = value as IscsiMessage & Record<string, unknown>, found = BY_NAME.get(type);
    const start = to.length;
    if (found === undefined) return encodeOther(value, to);
    const tail: Record<string, unknown> = {}, fields: Record<string, unknown> = {};
    for (const [key, one] of Object.entries(rest)) {
      (found.tail?.keys.includes(key as never) ? tail : fields)[key] = one;
    }
    found.fields.encode(fields, to, owner);
    to.view.setUint32(start, error === undefined ? found.number : IF_ERROR, true);
    if (error !== undefined) to.view.setInt32(start + 4, -error, true);
    if (found.tail === undefined || Object.values(tail).every((one) => one === undefined)) return;
    found.tail.encode(value, to, start);
  },
  walk(from, at, end, owner, visit: Visit) {
    if (end - at < UEVENT_SIZE) return;
    const found = kindAt(from, at), more = at + UEVENT_SIZE;
    found?.fields.walk?.(from, at, more, owner, visit);
    const name = found?.tail?.keys[0] ?? "bytes", start = found === undefined ? at + 16 : more;
    if (start >= end) return;
    const value = IscsiMessage.decode(from, at, end, owner), { keys, codec } = found?.tail ?? { keys: [] };
    const shape: AnyCodec = codec ?? { ...octetsCodec, decode: () => value[keys[0]!] } as AnyCodec;
    // A secret is shown as its length.
    const secret = holdsSecret(value);
    visit({
      name,
      id: -1,
      start,
      at: start,
      end,
      codec: { ...(keys.length === 0 ? octetsCodec : shape), ...(secret ? { secret } : {}) },
      owner,
    });
  },
};

/** True if a secret follows the struct. */
function holdsSecret({ type, param }: IscsiMessage): boolean {
  return SECRETS.includes(param) || ["set_chap", "get_chap", "set_flashnode_params"].includes(String(type));
}

function encodeOther({ type, transportHandle = 0n, bytes = new Uint8Array(0) }: IscsiMessage, to: Writer): void {
  if (typeof type !== "number") {
    const known = KINDS.map(({ name }) => name).join(", ");
    to.fail(TypeError, `type: expected ${known} or the number, got ${shown(type)}`);
  }
  const start = to.grow(16);
  to.view.setUint32(start, type, true);
  to.view.setBigUint64(start + 8, transportHandle, true);
  to.append(octets(bytes, to));
  to.grow(Math.max(0, UEVENT_SIZE - (to.length - start)));
}

// Numbers below 16 are ordinary types here.
declareMessageSets(NETLINK_ISCSI, () => () => ({ types: ISCSI_UEVENT, control: false, codec: () => IscsiMessage }));
