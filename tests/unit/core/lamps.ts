/** A protocol for the tests: lamps, and a kernel that has them. */
import "../../../core/capture.ts";
import "../../../core/dry_run.ts";
import { Client, type OpenOptions, type Operation, type Protocol } from "../../../core/client.ts";
import {
  type Attributes,
  attributes,
  choice,
  type Codec,
  head,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  list,
  mask,
  readOnly,
  repeated,
  string,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../../core/codec/mod.ts";
import { Collection, type Declaration } from "../../../core/collection.ts";
import { NLM_F } from "../../../core/message.ts";
import { message, type Reply, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { encode, join, word } from "./help.ts";

/** The bulb of a lamp. */
export interface Bulb {
  watts?: number;
  colours?: readonly number[];
}
export type Kind =
  | { kind: "bulb"; data?: Bulb }
  | { kind?: undefined; data?: undefined };
export interface Fields {
  family?: number;
  index?: number;
  name?: string;
  level?: number;
  cookie?: bigint;
  holder?: Ifindex;
  holderDev?: string;
  dev?: string;
  flags?: readonly ("lit" | "warm" | number)[];
  names?: readonly string[];
  burns?: number;
}
export type Lamp = Fields & Kind;

export const Bulb: Attributes<Bulb> = attributes<Bulb>({ watts: [1, u16], colours: [2, list(u32)] });
export const Lamp: Attributes<Lamp> = attributes<Fields>({
  family: head(0, u8),
  index: head(4, i32, key),
  name: [1, string(15)],
  level: [2, u32],
  cookie: [3, u64 as Codec<bigint>],
  holder: [4, ifindex],
  holderDev: interfaceNameOf("holder"),
  dev: interfaceNameOf("index", readOnly),
  flags: [5, mask(u32, { lit: 1, warm: 2 }) as Codec<readonly ("lit" | "warm" | number)[]>],
  names: [6, repeated(6, text)],
  burns: [7, u32, readOnly],
}, { header: 8 }).with(choice<Kind, "kind", "data">("kind", 1, "data", 2, { bulb: Bulb }, text), 18);

export const NEW = 16, DEL = 17, GET = 18;

export const PROTOCOL: Protocol = {
  number: 30,
  name: "NETLINK_LAMPS",
  types: { LAMP_NEW: NEW, LAMP_DEL: DEL, LAMP_GET: GET },
};

export const declaration: Declaration<Lamp> = {
  protocol: PROTOCOL,
  object: "lamp",
  table: Lamp,
  messages: { new: NEW, del: DEL, get: GET },
  groups: [1],
  filters: ["level"],
  describe: (value) => (value as Lamp).name ?? String((value as Lamp).index ?? ""),
  identity: (value) => String(value.index),
  fromKey: (key) => typeof key === "number" ? { index: key } : { name: key },
};

/** Returns an ERROR message; errno 0 is an ACK. `rest` is the request that it repeats, without its header. */
export function answer(seq: number, errno = 0, flags = 0, ...rest: Uint8Array[]): Uint8Array {
  const echo = rest.length > 0 ? rest : [new Uint8Array(16)];
  return message(2, flags, seq, join(word(-errno), ...echo));
}

/** Returns a DONE message. */
export function done(seq: number, errno = 0, flags: number = NLM_F.NLM_F_MULTI, ...rest: Uint8Array[]): Uint8Array {
  return message(3, flags, seq, join(word(-errno), ...rest));
}

/** Returns a message with a lamp. */
export function lamp(
  seq: number,
  value: Lamp,
  flags: number = NLM_F.NLM_F_MULTI,
  type: number = NEW,
  port = 4242,
): Uint8Array {
  return message(type, flags, seq, encode(Lamp, value), port);
}

/** Returns an event: a lamp that was sent to group 1. */
export function event(value: Lamp, type: number = NEW): { bytes: Uint8Array; groups: number } {
  return { bytes: lamp(0, value, 0, type, 0), groups: 1 };
}

type Script = (request: SentMessage, kernel: ScriptedKernel) => readonly Reply[];

/**
 * Returns a client whose sockets follow the script, and these scripted kernels in the order in which they were opened.
 */
export function client(script: Script, options: OpenOptions = {}, protocol: Protocol = PROTOCOL): {
  client: Client;
  kernels: ScriptedKernel[];
  lamps: Collection<Lamp>;
} {
  const kernels: ScriptedKernel[] = [];
  const transport = () => {
    const kernel = new ScriptedKernel(script);
    kernel.interfaces.set(7, "br0");
    kernels.push(kernel);
    return kernel;
  };
  const made = new Client(protocol, { transport, ...options });
  return { client: made, kernels, lamps: new Collection<Lamp>(declaration, () => made) };
}

/** Returns a request for one lamp. */
export function request(value: Lamp, more: Partial<Operation> = {}): Operation {
  return {
    type: NEW,
    flags: 0,
    codec: Lamp as Codec<unknown, never>,
    value,
    what: `add lamp ${value.name ?? ""}`,
    ...more,
  };
}

/** A dump of all lamps. */
export const DUMP: Operation = { ...request({}), type: GET, what: "list lamps", reply: NEW };
