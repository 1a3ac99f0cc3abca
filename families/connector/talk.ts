/**
 * Messages of the connector with what they say: process events and 1-wire, as captures show them.
 *
 * @module
 */
import { type Codec, MISFIT, Reader, Writer } from "../../core/codec/mod.ts";
import { declareMessageSets } from "../../core/messages.ts";
import { decodeWhole } from "../../core/stream.ts";
import { CN_IDX, CN_MSG_HDRLEN, ConnectorMessage, NETLINK_CONNECTOR } from "./message.ts";
import { ProcessEvent, ProcessInput } from "./processes.ts";
import { type W1Message, W1Messages } from "./w1.ts";

/** A message, with what it says where that is known. */
export interface ConnectorTalk extends Omit<ConnectorMessage, "data"> {
  /** What is said: of processes, of 1-wire; bytes where it is neither. */
  data: Uint8Array | ProcessEvent | ProcessInput | readonly W1Message[];
}

/** A request to hear of processes is shorter than any event. */
const SHORTEST_EVENT = 16;

/** How the data of a message of `length` bytes are read. */
function codecOf(
  { idx, val }: Pick<ConnectorMessage, "idx" | "val">,
  length: number,
): Codec<unknown, never> | undefined {
  if (val !== 1) return undefined;
  if (idx === CN_IDX.CN_W1_IDX) return W1Messages;
  if (idx !== CN_IDX.CN_IDX_PROC) return undefined;
  return length < SHORTEST_EVENT ? ProcessInput : ProcessEvent;
}

/** Wire form of {@linkcode ConnectorTalk}. */
export const ConnectorTalk: Codec<ConnectorTalk> = {
  name: ConnectorMessage.name,
  decode(from, at, end, owner) {
    if (end - at < CN_MSG_HDRLEN) return MISFIT;
    const message = ConnectorMessage.decode(from, at, end, owner), { data } = message;
    const codec = codecOf(message, data.length);
    return { ...message, data: codec && decodeWhole(codec, new Reader(data), 0, data.length) || data } as ConnectorTalk;
  },
  encode({ data, ...header }, to, owner) {
    if (data instanceof Uint8Array || typeof data === "string") {
      return ConnectorMessage.encode({ ...header, data }, to, owner);
    }
    const codec = codecOf(header, "mcastOp" in data ? 0 : SHORTEST_EVENT);
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
declareMessageSets(NETLINK_CONNECTOR, () => () => ({ types, control: false, codec: () => ConnectorTalk }));
