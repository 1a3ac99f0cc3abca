/**
 * Messages of the connector with their data decoded, for process events and 1-wire, as captures show them.
 *
 * @module
 */
import { type Codec, MISFIT, Reader, Writer } from "../../core/codec/mod.ts";
import { declareMessageSets } from "../../core/messages.ts";
import { decodeWhole } from "../../core/stream.ts";
import { CN_MSG_HDRLEN, ConnectorMessage, NETLINK_CONNECTOR } from "./header.ts";

/** A message with its data decoded, if its format is known. */
export interface DecodedConnectorMessage extends Omit<ConnectorMessage, "data"> {
  /** The data: of process events, of 1-wire; bytes for other subsystems. */
  data: Uint8Array | object;
}

type Any = Codec<unknown, never>;

/** Codecs of the data by idx, which the modules of the subsystems declare when they are loaded. */
const BY_IDX = new Map<number, (length: number) => Any>();

/**
 * Declares the data of a subsystem, so that captures and NETLINK_DEBUG can decode it.
 *
 * @param codec returns the codec for data of a length; 0 for requests, Infinity for events
 */
export function declareData<T>(idx: number, codec: (length: number) => Codec<T>): void {
  BY_IDX.set(idx, codec as (length: number) => Codec<unknown>);
}

/** Returns the codec for the data of a message, which is `length` bytes long; undefined if the format is not known. */
function codecOf({ idx, val }: Pick<ConnectorMessage, "idx" | "val">, length: number): Any | undefined {
  return val === 1 ? BY_IDX.get(idx as number)?.(length) : undefined;
}

/** Wire form of {@linkcode DecodedConnectorMessage}. */
export const DecodedConnectorMessage: Codec<DecodedConnectorMessage> = {
  name: ConnectorMessage.name,
  decode(from, at, end, owner) {
    if (end - at < CN_MSG_HDRLEN) return MISFIT;
    const message = ConnectorMessage.decode(from, at, end, owner), { data } = message;
    const codec = codecOf(message, data.length);
    return {
      ...message,
      data: codec && decodeWhole(codec, new Reader(data), 0, data.length) || data,
    } as DecodedConnectorMessage;
  },
  encode({ data, ...header }, to, owner) {
    if (data instanceof Uint8Array || typeof data === "string") {
      return ConnectorMessage.encode({ ...header, data }, to, owner);
    }
    const codec = codecOf(header, "mcastOp" in data ? 0 : Infinity);
    if (codec === undefined) {
      return to.fail(
        TypeError,
        `data: expected bytes, as nothing else is known of idx ${header.idx}, val ${header.val}`,
      );
    }
    const writer = new Writer();
    writer.what = to.what;
    writer.path.push(...to.path, "data");
    codec.encode(data as never, writer, header);
    ConnectorMessage.encode({ ...header, data: writer.bytes.slice(0, writer.length) }, to, owner);
  },
  walk(from, at, end, owner, visit) {
    if (end - at < CN_MSG_HDRLEN) return;
    ConnectorMessage.walk!(from, at, end, owner, (part) => {
      if (part.name !== "data") return visit(part);
      const { data, ...header } = ConnectorMessage.decode(from, at, end, owner), stop = part.at + data.length;
      const codec = codecOf(header, data.length), read = codec && decodeWhole(codec, new Reader(data), 0, data.length);
      visit(read === undefined ? part : { ...part, end: stop, codec });
    });
  },
};

const { types } = NETLINK_CONNECTOR;
declareMessageSets(NETLINK_CONNECTOR, () => () => ({ types, control: false, codec: () => DecodedConnectorMessage }));
