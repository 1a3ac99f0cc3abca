/**
 * The messages of the protocol, by what begins them, and by what was asked before: for captures.
 *
 * @module
 */
import { type Attributes, type Codec, type Reader, selectAt } from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { messageEnd, NLM_F, NLMSG_HDRLEN } from "../../core/message.ts";
import { declareMessageSets } from "../../core/messages.ts";
import type { MessageSets } from "../../core/protocol.ts";
import { RAW, UDP } from "./datagrams.ts";
import { DCCP } from "./dccp.ts";
import { InetRequest, InetRequestV1 } from "./inet.ts";
import { MPTCP } from "./mptcp.ts";
import { NetlinkRequest, NetlinkSocket } from "./netlink.ts";
import { PacketRequest, PacketSocket } from "./packet.ts";
import { AF, NETLINK_SOCK_DIAG, SOCK_DIAG } from "./protocol.ts";
import { SCTP } from "./sctp.ts";
import { SmcDiagRequest, SmcSocket } from "./smc.ts";
import { TcpSocket } from "./tcp.ts";
import { TipcRequest, TipcSocket } from "./tipc.ts";
import { UnixRequest, UnixSocket } from "./unix.ts";
import { VsockRequest, VsockSocket } from "./vsock.ts";
import { XdpRequest, XdpSocket } from "./xdp.ts";

type Any = Codec<unknown, never>;

/** Requests and answers of each family; what is told of sockets of IP looks as what is told of TCP. */
const BY_FAMILY: ReadonlyMap<number, readonly [request: Any, answer: Any]> = new Map<number, readonly [Any, Any]>([
  [AF.unix, [UnixRequest, UnixSocket]],
  [AF.inet, [InetRequest, TcpSocket]],
  [AF.inet6, [InetRequest, TcpSocket]],
  [AF.netlink, [NetlinkRequest, NetlinkSocket]],
  [AF.packet, [PacketRequest, PacketSocket]],
  [AF.tipc, [TipcRequest, TipcSocket]],
  [AF.vsock, [VsockRequest, VsockSocket]],
  [AF.smc, [SmcDiagRequest, SmcSocket]],
  [AF.xdp, [XdpRequest, XdpSocket]],
]);

/** What is told of sockets of IP by what was asked for. */
const BY_PROTOCOL: ReadonlyMap<unknown, Any> = new Map<unknown, Any>(
  [UDP, RAW, SCTP, DCCP, MPTCP].map(({ protocol, table }) => [protocol, table]),
);

const TIPC_NLA_SOCK = 2, NLA_TYPE_MASK = 0x3fff;

function pick(from: Reader, at: number, end: number, known: (asked: boolean) => Any | undefined): Any | undefined {
  if (end - at < 4 || at < NLMSG_HDRLEN) return undefined;
  const asked = (from.view.getUint16(at - NLMSG_HDRLEN + 6, true) & NLM_F.NLM_F_REQUEST) !== 0;
  // TIPC's answers have no header: one nest is all there is.
  const nest = (from.view.getUint16(at + 2, true) & NLA_TYPE_MASK) === TIPC_NLA_SOCK &&
    from.view.getUint16(at, true) === end - at;
  return !asked && nest ? TipcSocket : known(asked);
}

/** A table that the message itself chooses: by its family, and whether it is a request. */
function bySocket(known: (family: number, asked: boolean) => Any | undefined): Any {
  return selectAt<unknown, never>(
    "a message of SOCK_DIAG",
    (from, at, end) => {
      const codec = pick(from, at, end, (asked) => known(from.bytes[at]!, asked));
      const { headerSize = codec?.size ?? 0 } = (codec ?? {}) as Partial<Attributes<object>>;
      return end - at < headerSize ? undefined : codec;
    },
    // The fields of a value tell its codec.
    (value, to, owner) => {
      const { family, cookie } = value as { family?: string | number; cookie?: bigint };
      const number = typeof family === "string" && Object.hasOwn(AF, family) ? AF[family as keyof typeof AF] : family;
      const asked = ["states", "show", "ext", "protocol"].some((key) => key in (value as object));
      const codec = number === undefined && cookie !== undefined ? TipcSocket : known(Number(number), asked);
      if (codec === undefined) return to.fail(TypeError, `expected a socket or a request with its family`);
      return codec.encode(value, to, owner);
    },
  );
}

const byFamily: Any = bySocket((family, asked) => BY_FAMILY.get(family)?.[asked ? 0 : 1]);
const first: Any = bySocket((_family, asked) => asked ? InetRequestV1 : TcpSocket);

/** As many requests as may wait for their answers. */
const MOST_ASKED = 1024;

/**
 * The messages of one conversation. An answer does not say which protocol's socket it tells of: its request did.
 *
 * @returns those of a packet, by the port of the socket that it was recorded at, where that is known
 */
function begin(): MessageSets {
  const asked = new Map<string, Any>();
  const note = (key: string, table: Any | undefined): void => {
    asked.delete(key);
    if (table !== undefined) asked.set(key, table);
    if (asked.size > MOST_ASKED) asked.delete(asked.keys().next().value!);
  };
  return (own = 0) => ({
    types: SOCK_DIAG,
    codec(type, from, at) {
      if (type === SOCK_DIAG.TCPDIAG_GETSOCK || type === SOCK_DIAG.DCCPDIAG_GETSOCK) return first;
      if (type === SOCK_DIAG.SOCK_DESTROY) return InetRequest;
      if (type !== SOCK_DIAG.SOCK_DIAG_BY_FAMILY) return undefined;
      if (from === undefined || at === undefined || !isInet(from, at)) return byFamily;
      const seq = from.view.getUint32(at + 8, true), port = from.view.getUint32(at + 12, true);
      if ((from.view.getUint16(at + 6, true) & NLM_F.NLM_F_REQUEST) !== 0) {
        note(`${port || own} ${seq}`, BY_PROTOCOL.get(protocolOf(from, at)));
        return byFamily;
      }
      // Who recorded the request may not have told whose it was.
      const table = asked.get(`${port} ${seq}`) ?? asked.get(`0 ${seq}`);
      return table === undefined ? byFamily : bySocket(() => table);
    },
  });
}

declareMessageSets(NETLINK_SOCK_DIAG, begin);

function isInet(from: Reader, at: number): boolean {
  const family = from.length - at > NLMSG_HDRLEN ? from.bytes[at + NLMSG_HDRLEN] : undefined;
  return family === AF.inet || family === AF.inet6;
}

/** The protocol whose sockets a request is about. */
function protocolOf(from: Reader, at: number): string | number | undefined {
  try {
    const end = messageEnd(from, at), start = at + NLMSG_HDRLEN;
    return end - start < InetRequest.headerSize ? undefined : InetRequest.decode(from, start, end, {}).protocol;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
