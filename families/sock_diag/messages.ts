/**
 * Codecs of the protocol's messages for captures, chosen by the start of a message and by the request before it.
 *
 * @module
 */
import { type Attributes, type Codec, type Reader, selectAt } from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { messageEnd, NLM_F, NLMSG_HDRLEN } from "../../core/message.ts";
import { declareMessageSets } from "../../core/messages.ts";
import type { MessageSets } from "../../core/protocol.ts";
import { AF, NETLINK_SOCK_DIAG, SOCK_DIAG } from "./protocol.ts";

type Any = Codec<unknown, never>;

/** Codecs of requests and replies by address family, as each family's module declares them when it is loaded. */
const BY_FAMILY = new Map<number, readonly [request: Any, answer: Any]>();

/** Codecs of replies about IP sockets by the protocol in the request. */
const BY_PROTOCOL = new Map<unknown, Any>();

/** Codecs of requests for IP sockets. */
interface InetRequests {
  /** Requests by address family: SOCK_DIAG_BY_FAMILY and SOCK_DESTROY. */
  readonly request: Attributes<object>;
  /** Requests in the form of Linux before 3.3: TCPDIAG_GETSOCK and DCCPDIAG_GETSOCK. */
  readonly first: Any;
}

let inet: InetRequests | undefined;

/** Declares the messages of an address family, so that captures and NETLINK_DEBUG can decode them. */
export function declareSockets(family: number, request: unknown, answer: unknown): void {
  BY_FAMILY.set(family, [request as Any, answer as Any]);
}

/** Declares the requests for IP sockets, for the same purpose. */
export function declareInetRequests(request: unknown, first: unknown): void {
  inet = { request: request as Attributes<object>, first: first as Any };
}

/** Declares the replies about IP sockets of one protocol, for the same purpose. */
export function declareInetSockets(
  { protocol, table }: { readonly protocol: string | number; readonly table: unknown },
): void {
  BY_PROTOCOL.set(protocol, table as Any);
}

/** Returns the codecs of an address family. Replies about IP sockets are decoded as TCP sockets if TCP is loaded. */
function tablesOf(family: number): readonly [request: Any | undefined, answer: Any | undefined] | undefined {
  if (family !== AF.inet && family !== AF.inet6) return BY_FAMILY.get(family);
  return [inet?.request as Any | undefined, BY_PROTOCOL.get("tcp") ?? [...BY_PROTOCOL.values()][0]];
}

function tipcSocket(): Any | undefined {
  return BY_FAMILY.get(AF.tipc)?.[1];
}

const TIPC_NLA_SOCK = 2, NLA_TYPE_MASK = 0x3fff;

function pick(from: Reader, at: number, end: number, known: (asked: boolean) => Any | undefined): Any | undefined {
  if (end - at < 4 || at < NLMSG_HDRLEN) return undefined;
  const asked = (from.view.getUint16(at - NLMSG_HDRLEN + 6, true) & NLM_F.NLM_F_REQUEST) !== 0;
  // Replies about TIPC sockets have no header, only one nest.
  const nest = (from.view.getUint16(at + 2, true) & NLA_TYPE_MASK) === TIPC_NLA_SOCK &&
    from.view.getUint16(at, true) === end - at;
  return !asked && nest ? tipcSocket() : known(asked);
}

/** Returns a codec that chooses its table by the message: by its family, and if it is a request. */
function bySocket(known: (family: number, asked: boolean) => Any | undefined): Any {
  return selectAt<unknown, never>(
    "a message of SOCK_DIAG",
    (from, at, end) => {
      const codec = pick(from, at, end, (asked) => known(from.bytes[at]!, asked));
      const { headerSize = codec?.size ?? 0 } = (codec ?? {}) as Partial<Attributes<object>>;
      return end - at < headerSize ? undefined : codec;
    },
    // The fields of the value determine its codec.
    (value, to, owner) => {
      const { family, cookie } = value as { family?: string | number; cookie?: bigint };
      const number = typeof family === "string" && Object.hasOwn(AF, family) ? AF[family as keyof typeof AF] : family;
      const asked = ["states", "show", "ext", "protocol"].some((key) => key in (value as object));
      const codec = number === undefined && cookie !== undefined ? tipcSocket() : known(Number(number), asked);
      if (codec === undefined) return to.fail(TypeError, `expected a socket or a request with its family`);
      return codec.encode(value, to, owner);
    },
  );
}

const byFamily: Any = bySocket((family, asked) => tablesOf(family)?.[asked ? 0 : 1]);
const first: Any = bySocket((_family, asked) => asked ? inet?.first : tablesOf(AF.inet)?.[1]);

/** Largest number of requests that are remembered until their replies come. */
const MOST_ASKED = 1024;

/**
 * Starts decoding the messages of one conversation. A reply does not name the protocol of its socket, but its request
 * does.
 *
 * @returns a function that returns the codecs for a packet, by the port of the socket at which it was recorded, if
 * known
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
      if (type === SOCK_DIAG.SOCK_DESTROY) return inet?.request as Any | undefined;
      if (type !== SOCK_DIAG.SOCK_DIAG_BY_FAMILY) return undefined;
      if (from === undefined || at === undefined || !isInet(from, at)) return byFamily;
      const seq = from.view.getUint32(at + 8, true), port = from.view.getUint32(at + 12, true);
      if ((from.view.getUint16(at + 6, true) & NLM_F.NLM_F_REQUEST) !== 0) {
        note(`${port || own} ${seq}`, BY_PROTOCOL.get(protocolOf(from, at)));
        return byFamily;
      }
      // The recorder of the request may not have known the port of its socket.
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

/** Returns the protocol in a request. */
function protocolOf(from: Reader, at: number): string | number | undefined {
  try {
    const end = messageEnd(from, at), start = at + NLMSG_HDRLEN;
    if (inet === undefined || end - start < inet.request.headerSize) return undefined;
    return (inet.request.decode(from, start, end, {}) as { protocol?: string | number }).protocol;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
