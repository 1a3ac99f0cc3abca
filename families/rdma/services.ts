/**
 * Services in user space that the kernel asks: one resolves paths and addresses of InfiniBand (LS, as `ibacm`), one maps
 * the ports of iWARP (IWPM, as `iwpmd`).
 *
 * ```ts ignore
 * import { PathService } from "@linux/netlink/families/rdma/services.ts";
 * await using service = new PathService();
 * for await (const asked of service) {
 *   if (asked.op === "ip_resolve") service.answer(asked, { dgid: "fe80::505e:6cff:fe3b:8e13" });
 *   else if (asked.op === "resolve") service.refuse(asked);
 * }
 * ```
 *
 * Both need CAP_NET_ADMIN and work in the first network namespace only.
 *
 * Source: rdma/rdma_netlink.h, rdma/ib_user_sa.h, drivers/infiniband/core/{sa_query,addr,iwpm_msg}.c, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  chars,
  type Codec,
  enumeration,
  head,
  ipv4,
  ipv6,
  mask,
  octetString,
  Reader,
  repeated,
  type Shape,
  string,
  type Struct,
  struct,
  u16,
  u32,
  u64,
  u8,
  Writer,
} from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { eachMessage, NLM_F, NLMSG_HDRLEN } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import { Conversation, openTransport, type StreamOptions } from "../../core/stream.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { storage } from "./driver.ts";
import { hasAttribute, NETLINK_RDMA, RDMA_NL, RDMA_NL_GROUP } from "./protocol.ts";

/** LS_RESOLVE_PATH_USE_*: what a path is for. */
export const PATH_USE = { all: 0, unidirectional: 1, gmp: 2 } as const;

/** A path that the kernel wants. */
export interface ResolveRequest {
  /** The name of the RDMA device. */
  deviceName?: string;
  /** The port of the device. */
  portNum?: number;
  /** Purpose of the path. */
  pathUse?: keyof typeof PATH_USE | number;
  /** Number of the service. */
  serviceId?: bigint;
  /** GID of the destination. */
  dgid?: string;
  /** GID of the source. */
  sgid?: string;
  /** Class of traffic. */
  tclass?: number;
  /** Key of the partition. */
  pkey?: number;
  /** Class of the quality of service. */
  qosClass?: number;
}

/** Bit of an attribute's type: a service that does not know the attribute must refuse the request. */
const MANDATORY = 0x2000;

/** Wire form of {@linkcode ResolveRequest}: struct rdma_ls_resolve_header and LS_NLA_TYPE_*, all of them mandatory. */
export const ResolveRequest: Attributes<ResolveRequest> = attributes((): Shape<ResolveRequest> => ({
  deviceName: head(0, chars(64)),
  portNum: head(64, u8),
  pathUse: head(65, enumeration(u8, PATH_USE)),
  serviceId: [MANDATORY | 3, u64],
  dgid: [MANDATORY | 4, ipv6],
  sgid: [MANDATORY | 5, ipv6],
  tclass: [MANDATORY | 6, u8],
  pkey: [MANDATORY | 7, u16],
  qosClass: [MANDATORY | 8, u16],
}), { header: 66 });

/** An IP address whose GID the kernel wants. */
export interface IpResolveRequest {
  /** The number of the interface, 0 for any. */
  ifindex?: number;
  /** The address, if it is of IPv4. */
  ipv4?: string;
  /** The address, if it is of IPv6. */
  ipv6?: string;
}

/** Wire form of {@linkcode IpResolveRequest}: struct rdma_ls_ip_resolve_header and LS_NLA_TYPE_*, all mandatory. */
export const IpResolveRequest: Attributes<IpResolveRequest> = attributes((): Shape<IpResolveRequest> => ({
  ifindex: head(0, u32),
  ipv4: [MANDATORY | 9, ipv4],
  ipv6: [MANDATORY | 10, ipv6],
}), { header: 4 });

/** IB_PATH_*: the use of a path record. */
export const PATH_FLAG = {
  gmp: 0x1,
  primary: 0x2,
  alternate: 0x4,
  outbound: 0x8,
  inbound: 0x10,
  inbound_reverse: 0x20,
} as const;

/** A path record with its use. */
export interface PathRecord {
  /** The use. */
  flags: readonly (keyof typeof PATH_FLAG | number)[];
  /** The record, 64 bytes, as subnet managers send it. */
  pathRec: Uint8Array;
}

/** Wire form of {@linkcode PathRecord}: struct ib_path_rec_data. */
export const PathRecord: Struct<PathRecord> = struct(72, (): Shape<PathRecord> => ({
  flags: [0, mask(u32, PATH_FLAG)],
  pathRec: [8, octetString(64)],
}));

/** An answer to the kernel: paths, or the GID of an address. In a request to it: the time that it waits. */
export interface PathAnswer {
  /** The paths. */
  pathRecord?: readonly PathRecord[];
  /** Milliseconds that the kernel waits for answers. */
  timeout?: number;
  /** The GID. */
  dgid?: string;
}

/** Wire form of {@linkcode PathAnswer}: LS_NLA_TYPE_*. */
export const PathAnswer: Attributes<PathAnswer> = attributes((): Shape<PathAnswer> => ({
  pathRecord: [1, repeated(1, PathRecord)],
  timeout: [2, u32],
  dgid: [4, ipv6],
}));

/** A request to register the service for a device, from the kernel. */
export interface IwpmRegistration {
  /** Number of the request, which the answer repeats. */
  pidSeq?: number;
  /** The name of the network interface. */
  ifName?: string;
  /** The name of the RDMA device. */
  ibdevName?: string;
  /** The name of the service that the kernel wants: `iWarpPortMapperUser`. */
  ulibName?: string;
}

/** Wire form of {@linkcode IwpmRegistration}: IWPM_NLA_REG_*. */
export const IwpmRegistration: Attributes<IwpmRegistration> = attributes((): Shape<IwpmRegistration> => ({
  pidSeq: [1, u32],
  ifName: [2, string(15)],
  ibdevName: [3, string(31)],
  ulibName: [4, string(31)],
}));

/** The answer to a registration. */
export interface IwpmRegistered {
  /** Number of the request. */
  pidSeq?: number;
  /** The name of the RDMA device. */
  ibdevName?: string;
  /** The name of the service. */
  ulibName?: string;
  /** The version of the service, 3 or 4. */
  ulibVer?: number;
  /** 0 for success. */
  pidErr?: number;
}

/** Wire form of {@linkcode IwpmRegistered}: IWPM_NLA_RREG_*. */
export const IwpmRegistered: Attributes<IwpmRegistered> = attributes((): Shape<IwpmRegistered> => ({
  pidSeq: [1, u32],
  ibdevName: [2, string(31)],
  ulibName: [3, string(31)],
  ulibVer: [4, u16],
  pidErr: [5, u16],
}));

/** IWPM_FLAGS_*: the kernel only wants the port reserved, not mapped. */
export const IWPM_FLAGS = { no_port_map: 1 } as const;

const iwpmFlags = mask(u32, IWPM_FLAGS) as Codec<readonly (keyof typeof IWPM_FLAGS | number)[]>;

/** A request to map the port of an address, or to remove its mapping, from the kernel. */
export interface IwpmMapping {
  /** Number of the request, which the answer repeats. */
  mappingSeq?: number;
  /** The address with its port. */
  addr?: string;
  /** The kind of mapping. */
  flags?: readonly ("no_port_map" | number)[];
}

/** Wire form of {@linkcode IwpmMapping}: IWPM_NLA_MANAGE_*. */
export const IwpmMapping: Attributes<IwpmMapping> = attributes((): Shape<IwpmMapping> => ({
  mappingSeq: [1, u32],
  addr: [2, storage],
  flags: [3, iwpmFlags],
}));

/** The answer to a request to map. */
export interface IwpmMapped {
  /** Number of the request. */
  mappingSeq?: number;
  /** The address with its port. */
  addr?: string;
  /** The address with the mapped port. */
  mappedLocAddr?: string;
  /** 0 for success. */
  mappingErr?: number;
}

/** Wire form of {@linkcode IwpmMapped}: IWPM_NLA_RMANAGE_*. */
export const IwpmMapped: Attributes<IwpmMapped> = attributes((): Shape<IwpmMapped> => ({
  mappingSeq: [1, u32],
  addr: [2, storage],
  mappedLocAddr: [3, storage],
  mappingErr: [4, u16],
}));

/** A request to map both ends of a connection, from the kernel. */
export interface IwpmQuery {
  /** Number of the request, which the answer repeats. */
  mappingSeq?: number;
  /** The own address with its port. */
  localAddr?: string;
  /** The peer's address with its port. */
  remoteAddr?: string;
  /** The kind of mapping. */
  flags?: readonly ("no_port_map" | number)[];
}

/** Wire form of {@linkcode IwpmQuery}: IWPM_NLA_QUERY_*. */
export const IwpmQuery: Attributes<IwpmQuery> = attributes((): Shape<IwpmQuery> => ({
  mappingSeq: [1, u32],
  localAddr: [2, storage],
  remoteAddr: [3, storage],
  flags: [4, iwpmFlags],
}));

/** The mapped ports of both ends of a connection: an answer, or what the service tells of the peer. */
export interface IwpmConnection {
  /** Number of the request. */
  mappingSeq?: number;
  /** The own address with its port. */
  localAddr?: string;
  /** The peer's address with its port. */
  remoteAddr?: string;
  /** The own address with the mapped port. */
  mappedLocAddr?: string;
  /** The peer's address with the mapped port. */
  mappedRemAddr?: string;
  /** 0 for success. */
  mappingErr?: number;
}

/** Wire form of {@linkcode IwpmConnection}: IWPM_NLA_RQUERY_*. */
export const IwpmConnection: Attributes<IwpmConnection> = attributes((): Shape<IwpmConnection> => ({
  mappingSeq: [1, u32],
  localAddr: [2, storage],
  remoteAddr: [3, storage],
  mappedLocAddr: [4, storage],
  mappedRemAddr: [5, storage],
  mappingErr: [6, u16],
}));

/** The service tells that it has begun: the kernel sends it all mappings. */
export interface IwpmStarted {
  /** The name of the service. */
  ulibName?: string;
  /** The version of the service. */
  ulibVer?: number;
}

/** Wire form of {@linkcode IwpmStarted}: IWPM_NLA_MAPINFO_*. */
export const IwpmStarted: Attributes<IwpmStarted> = attributes((): Shape<IwpmStarted> => ({
  ulibName: [1, string(31)],
  ulibVer: [2, u16],
}));

/** A mapping that the kernel knows. */
export interface IwpmKnown {
  /** The address with its port. */
  localAddr?: string;
  /** The address with the mapped port. */
  mappedAddr?: string;
  /** The kind of mapping. */
  flags?: readonly ("no_port_map" | number)[];
}

/** Wire form of {@linkcode IwpmKnown}: IWPM_NLA_MAPINFO_*. */
export const IwpmKnown: Attributes<IwpmKnown> = attributes((): Shape<IwpmKnown> => ({
  localAddr: [1, storage],
  mappedAddr: [2, storage],
  flags: [3, iwpmFlags],
}));

/** The number of mappings that the kernel has sent, and that the service has received. */
export interface IwpmCount {
  /** Number of the request. */
  seq?: number;
  /** Mappings sent. */
  sendNum?: number;
  /** Mappings received. */
  ackNum?: number;
}

/** Wire form of {@linkcode IwpmCount}: IWPM_NLA_MAPINFO_*. */
export const IwpmCount: Attributes<IwpmCount> = attributes((): Shape<IwpmCount> => ({
  seq: [1, u32],
  sendNum: [2, u32],
  ackNum: [3, u32],
}));

/** An error of the service. */
export interface IwpmFailure {
  /** Number of the request that failed. */
  seq?: number;
  /** The error. */
  code?: number;
}

/** Wire form of {@linkcode IwpmFailure}: IWPM_NLA_ERR_*. */
export const IwpmFailure: Attributes<IwpmFailure> = attributes((): Shape<IwpmFailure> => ({
  seq: [1, u32],
  code: [2, u16],
}));

/** The version that the service or the kernel speaks. */
export interface IwpmHello {
  /** The version, 3 or 4. */
  abiVersion?: number;
}

/** Wire form of {@linkcode IwpmHello}: IWPM_NLA_HELLO_*. */
export const IwpmHello: Attributes<IwpmHello> = attributes((): Shape<IwpmHello> => ({ abiVersion: [1, u16] }));

/** A message of a service: its type, and its form from the kernel and to it. */
interface ServiceForm {
  readonly type: number;
  /** From the kernel. */
  readonly asked: Codec<unknown, never>;
  /** To the kernel. */
  readonly told: Codec<unknown, never>;
  /** An attribute that only messages to the kernel have, if both forms differ: its number, and its size in bytes. */
  readonly distinct?: readonly [id: number, size: number];
}

function form<A, T>(
  type: number,
  asked: Attributes<A>,
  told: Attributes<T>,
  distinct?: readonly [id: number, size: number],
): ServiceForm {
  const codecs = { asked: asked as Codec<unknown, never>, told: told as Codec<unknown, never> };
  return { type, ...codecs, ...(distinct === undefined ? {} : { distinct }) };
}

/** The messages of the service for paths, by operation. */
const PATHS = {
  resolve: form(RDMA_NL.RDMA_NL_LS_OP_RESOLVE, ResolveRequest, PathAnswer),
  set_timeout: form(RDMA_NL.RDMA_NL_LS_OP_SET_TIMEOUT, PathAnswer, PathAnswer),
  ip_resolve: form(RDMA_NL.RDMA_NL_LS_OP_IP_RESOLVE, IpResolveRequest, PathAnswer),
} as const;

/** The messages of the port mapper, by operation. */
const PORTS = {
  reg_pid: form(RDMA_NL.RDMA_NL_IWPM_REG_PID, IwpmRegistration, IwpmRegistered, [5, 2]),
  add_mapping: form(RDMA_NL.RDMA_NL_IWPM_ADD_MAPPING, IwpmMapping, IwpmMapped, [4, 2]),
  query_mapping: form(RDMA_NL.RDMA_NL_IWPM_QUERY_MAPPING, IwpmQuery, IwpmConnection, [6, 2]),
  remove_mapping: form(RDMA_NL.RDMA_NL_IWPM_REMOVE_MAPPING, IwpmMapping, IwpmMapped, [4, 2]),
  remote_info: form(RDMA_NL.RDMA_NL_IWPM_REMOTE_INFO, IwpmConnection, IwpmConnection),
  handle_err: form(RDMA_NL.RDMA_NL_IWPM_HANDLE_ERR, IwpmFailure, IwpmFailure),
  mapinfo: form(RDMA_NL.RDMA_NL_IWPM_MAPINFO, IwpmKnown, IwpmStarted, [2, 2]),
  mapinfo_num: form(RDMA_NL.RDMA_NL_IWPM_MAPINFO_NUM, IwpmCount, IwpmCount),
  hello: form(RDMA_NL.RDMA_NL_IWPM_HELLO, IwpmHello, IwpmHello),
} as const;

declareMessages(
  NETLINK_RDMA,
  ...Object.values(PATHS).flatMap(({ type, asked, told }) => [
    { types: [type], codec: asked, way: "request" as const },
    { types: [type], codec: told, way: "answer" as const },
  ]),
  // Both ways are requests by their flags.
  ...Object.values<ServiceForm>(PORTS).flatMap(({ type, asked, told, distinct }) => [
    ...(distinct === undefined ? [] : [{
      types: [type],
      codec: told,
      concerns: (from: Reader, at: number) => hasAttribute(from, at, ...distinct),
    }]),
    { types: [type], codec: asked },
  ]),
);

/** A message from the kernel to a service. */
export interface Asked<O extends string, V> {
  /** The operation. */
  readonly op: O;
  /** The number of the message, which an answer repeats. */
  readonly seq: number;
  /** The content. */
  readonly value: V;
}

/** A question about paths and addresses. */
export type PathQuestion = Asked<"resolve", ResolveRequest> | Asked<"ip_resolve", IpResolveRequest>;

/** A message of the kernel to the port mapper. */
export type PortQuestion =
  | Asked<"reg_pid", IwpmRegistration>
  | Asked<"add_mapping" | "remove_mapping", IwpmMapping>
  | Asked<"query_mapping", IwpmQuery>
  | Asked<"mapinfo", IwpmKnown>
  | Asked<"mapinfo_num", IwpmCount>
  | Asked<"hello", IwpmHello>;

/** The messages of the port mapper to the kernel, by operation. */
export interface PortAnswers {
  /** The answer to a registration. */
  reg_pid: IwpmRegistered;
  /** The answer to a request to map. */
  add_mapping: IwpmMapped;
  /** The answer to a query. */
  query_mapping: IwpmConnection;
  /** The mapped port of a peer that has connected. */
  remote_info: IwpmConnection;
  /** A request has failed. */
  handle_err: IwpmFailure;
  /** The service has begun. */
  mapinfo: IwpmStarted;
  /** The number of mappings received. */
  mapinfo_num: IwpmCount;
  /** The version of the service. */
  hello: IwpmHello;
}

/** Sends a message; the kernel answers to the port in the header, so that must be the socket's own. */
function tell(
  transport: Transport,
  { type, told }: ServiceForm,
  value: object,
  { flags, seq, what }: { readonly flags: number; readonly seq: number; readonly what: string },
): void {
  const to = new Writer(), at = to.grow(NLMSG_HDRLEN);
  to.what = what;
  told.encode(value as never, to, {});
  to.view.setUint32(at, to.length, true);
  to.view.setUint16(at + 4, type, true);
  to.view.setUint16(at + 6, flags, true);
  to.view.setUint32(at + 8, seq, true);
  to.view.setUint32(at + 12, transport.port, true);
  transport.send(to.bytes, to.length);
}

/** Returns the messages of a service in a datagram of the kernel. */
function questions<Q>(forms: Readonly<Record<string, ServiceForm>>, received: Received): Q[] {
  const { bytes, length, view, port } = received, found: unknown[] = [];
  if (port !== 0) return [];
  const from = new Reader(bytes, length, view), named = Object.entries(forms);
  try {
    eachMessage(from, (at, end) => {
      const type = from.view.getUint16(at + 4, true), [op, form] = named.find(([, form]) => form.type === type) ?? [];
      if (form === undefined) return;
      const value = form.asked.decode(from, at + NLMSG_HDRLEN, end, {});
      found.push({ op, seq: from.view.getUint32(at + 8, true), value });
    });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return found as Q[];
}

/** RDMA_NL_LS_F_ERR: the service refuses. */
const LS_F_ERR = 0x100;

/** The service that resolves paths and addresses. It listens from its construction on. */
export class PathService extends Conversation<PathQuestion> {
  /** Opens the socket, and joins the group of the kernel's questions. */
  constructor(options: StreamOptions = {}) {
    super(openTransport(NETLINK_RDMA, options, (it) => it.join(RDMA_NL_GROUP.RDMA_NL_GROUP_LS)), options);
  }

  /** Returns the questions in a datagram. */
  protected take(received: Received): PathQuestion[] {
    return questions(PATHS, received);
  }

  /** Answers a question: with paths, or with the GID of an address. */
  answer({ op, seq }: Pick<PathQuestion, "op" | "seq">, answer: PathAnswer): void {
    tell(this.transport, PATHS[op], answer, { flags: 0, seq, what: `answer ${op}` });
  }

  /** Refuses a question: the kernel asks the subnet instead. */
  refuse({ op, seq }: Pick<PathQuestion, "op" | "seq">): void {
    tell(this.transport, PATHS[op], {}, { flags: LS_F_ERR, seq, what: `refuse ${op}` });
  }

  /** Sets the time that the kernel waits for answers, 50 to 200,000 ms. */
  setTimeout(timeout: number): void {
    const flags = NLM_F.NLM_F_REQUEST;
    tell(this.transport, PATHS.set_timeout, { timeout }, { flags, seq: 0, what: "set the timeout of paths" });
  }
}

/** The service that maps the ports of iWARP. It listens from its construction on. */
export class PortMapper extends Conversation<PortQuestion> {
  /** Opens the socket, and joins the group of the kernel's questions. */
  constructor(options: StreamOptions = {}) {
    super(openTransport(NETLINK_RDMA, options, (it) => it.join(RDMA_NL_GROUP.RDMA_NL_GROUP_IWPM)), options);
  }

  /** Returns the kernel's messages in a datagram. */
  protected take(received: Received): PortQuestion[] {
    return questions(PORTS, received);
  }

  /**
   * Sends a message to the kernel: an answer, or news.
   *
   * @param seq the number of the kernel's message that it answers
   */
  tell<O extends keyof PortAnswers>(op: O, message: PortAnswers[O], seq = 0): void {
    tell(this.transport, PORTS[op], message, { flags: NLM_F.NLM_F_REQUEST, seq, what: `tell ${op}` });
  }
}
