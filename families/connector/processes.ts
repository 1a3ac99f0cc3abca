/**
 * Process events of the connector: every fork, exec and exit of this machine, and what else becomes of processes.
 *
 *     proc_event  0       4       8               16              40
 *                 +-------+-------+---------------+---------------+
 *                 | what  | cpu   | timestamp_ns  | event_data    |
 *                 +-------+-------+---------------+---------------+
 *
 * Source: linux/cn_proc.h, v7.2.
 * @module
 */
import { expectFields, expectType } from "../../core/arguments.ts";
import {
  bytes,
  chars,
  type Codec,
  i32,
  mask,
  maskValue,
  Reader,
  type Shape,
  shown,
  struct,
  u32,
  u64,
  type Visit,
  Writer,
} from "../../core/codec/mod.ts";
import { DecodeError, KernelError, NetlinkError, SystemError } from "../../core/errors.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import { decodeWhole, drain, openTransport, stream, type Streaming, type StreamOptions } from "../../core/stream.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { CN_IDX, ConnectorMessage, NETLINK_CONNECTOR, sendMessage } from "./message.ts";

/** What happens to processes: enum proc_cn_event. `nonzero_exit` only selects: exits that say something went wrong. */
export const PROC_EVENT = {
  none: 0,
  fork: 0x1,
  exec: 0x2,
  uid: 0x4,
  gid: 0x40,
  sid: 0x80,
  ptrace: 0x100,
  comm: 0x200,
  nonzero_exit: 0x20000000,
  coredump: 0x40000000,
  exit: 0x80000000,
} as const;

/** What every event says. */
export interface ProcessEventBase {
  /** On which CPU it happened. */
  cpu: number;
  /** When, in ns since the machine started, without the time that it slept. */
  timestampNs: bigint;
}

/** What almost every event says: whom it is about. */
export interface ProcessEventOf<E extends string> extends ProcessEventBase {
  /** What happened. */
  event: E;
  /** The thread; its first one has the number of the process. */
  pid: number;
  /** The process. */
  tgid: number;
}

/** A process or a thread (whose `pid` is not its `tgid`) was made; `pid` and `tgid` are its own. */
export interface ForkEvent extends ProcessEventOf<"fork"> {
  /** The thread that made it. */
  parentPid: number;
  /** The process of that. */
  parentTgid: number;
}

/** A process runs another program now. */
export type ExecEvent = ProcessEventOf<"exec">;

/** A process runs as another user now. */
export interface UidEvent extends ProcessEventOf<"uid"> {
  /** Real user. */
  ruid: number;
  /** Effective user. */
  euid: number;
}

/** A process runs as another group of users now. */
export interface GidEvent extends ProcessEventOf<"gid"> {
  /** Real group. */
  rgid: number;
  /** Effective group. */
  egid: number;
}

/** A process has begun a session. */
export type SidEvent = ProcessEventOf<"sid">;

/** A debugger has taken hold of a process, or let it go. */
export interface PtraceEvent extends ProcessEventOf<"ptrace"> {
  /** The debugger's thread, 0 when it let go. */
  tracerPid: number;
  /** The debugger, 0 when it let go. */
  tracerTgid: number;
}

/** A process or thread has another name now. */
export interface CommEvent extends ProcessEventOf<"comm"> {
  /** The name, at most 15 bytes. */
  comm: string;
}

/** A process crashed and its memory is being written to a file. */
export interface CoredumpEvent extends ProcessEventOf<"coredump"> {
  /** Its parent's thread; kernels before 4.18 do not tell. */
  parentPid?: number;
  /** Its parent; kernels before 4.18 do not tell. */
  parentTgid?: number;
}

/** A process or thread has ended. */
export interface ExitEvent extends ProcessEventOf<"exit"> {
  /** As wait(2) has it: the status is `exitCode >> 8`, the signal that killed it `exitCode & 0x7f`. */
  exitCode: number;
  /** The signal that its parent gets; 0xffffffff for a thread. */
  exitSignal: number;
  /** Its parent's thread, 0 when that had done with it by then; kernels before 4.18 do not tell. */
  parentPid?: number;
  /** Its parent, 0 when that had done with it by then; kernels before 4.18 do not tell. */
  parentTgid?: number;
}

/** The kernel's answer to who begins or ends to listen. */
export interface AckEvent extends ProcessEventBase {
  /** The word. */
  event: "none";
  /** 0, or the errno (above 0) that it is refused with. */
  err: number;
}

/** An event that has no name here. */
export interface UnknownProcessEvent extends ProcessEventBase {
  /** Its number. */
  event: number;
  /** What it says. */
  data: Uint8Array;
}

/** What happens to processes and has a name here. */
export type KnownProcessEvent =
  | ForkEvent
  | ExecEvent
  | UidEvent
  | GidEvent
  | SidEvent
  | PtraceEvent
  | CommEvent
  | CoredumpEvent
  | ExitEvent;

/** Everything that a message may say. */
export type ProcessEvent = KnownProcessEvent | AckEvent | UnknownProcessEvent;

type Rest<E> = Omit<E, "event" | keyof ProcessEventBase>;
type Cases = { readonly [E in (KnownProcessEvent | AckEvent) as E["event"]]: Codec<Rest<E>> };

const who = { pid: [0, i32], tgid: [4, i32] } as const;
const parent = { parentPid: [16, i32], parentTgid: [20, i32] } as const;
const DATA_LENGTH = 24;

// struct proc_event's union event_data
const CASES: Cases = {
  none: struct<Rest<AckEvent>>(DATA_LENGTH, { err: [0, u32] }),
  fork: struct<Rest<ForkEvent>>(DATA_LENGTH, {
    parentPid: [0, i32],
    parentTgid: [4, i32],
    pid: [8, i32],
    tgid: [12, i32],
  }),
  exec: struct<Rest<ExecEvent>>(DATA_LENGTH, who),
  uid: struct<Rest<UidEvent>>(DATA_LENGTH, { ...who, ruid: [8, u32], euid: [12, u32] }),
  gid: struct<Rest<GidEvent>>(DATA_LENGTH, { ...who, rgid: [8, u32], egid: [12, u32] }),
  sid: struct<Rest<SidEvent>>(DATA_LENGTH, who),
  ptrace: struct<Rest<PtraceEvent>>(DATA_LENGTH, { ...who, tracerPid: [8, i32], tracerTgid: [12, i32] }),
  comm: struct<Rest<CommEvent>>(DATA_LENGTH, { ...who, comm: [8, chars(16)] }),
  coredump: struct<Rest<CoredumpEvent>>(DATA_LENGTH, { ...who, parentPid: [8, i32], parentTgid: [12, i32] }),
  exit: struct<Rest<ExitEvent>>(DATA_LENGTH, { ...who, exitCode: [8, u32], exitSignal: [12, u32], ...parent }),
};

type Head = ProcessEventBase & { what: number };
const HEAD_LENGTH = 16;
const Head: Codec<Head> = struct(
  HEAD_LENGTH,
  (): Shape<Head> => ({ what: [0, u32], cpu: [4, u32], timestampNs: [8, u64] }),
);

const NAMES: ReadonlyMap<number, keyof Cases> = new Map(
  Object.keys(CASES).map((name) => [PROC_EVENT[name as keyof Cases], name as keyof Cases]),
);

/** Wire form of {@linkcode ProcessEvent}: struct proc_event. */
export const ProcessEvent: Codec<ProcessEvent> = {
  name: "a process event",
  decode(from: Reader, at: number, end: number): ProcessEvent {
    if (end - at < HEAD_LENGTH) throw new DecodeError(`a process event has ${end - at} bytes`, at);
    const { what, cpu, timestampNs } = Head.decode(from, at, end, {}), name = NAMES.get(what), start = at + HEAD_LENGTH;
    if (name === undefined) return { event: what, cpu, timestampNs, data: from.own(start, end) };
    return { event: name, cpu, timestampNs, ...CASES[name].decode(from, start, end, {}) } as ProcessEvent;
  },
  encode(value: ProcessEvent, to: Writer, owner: object): void {
    const { event, cpu, timestampNs, ...rest } = value;
    if (typeof event !== "number" && !Object.hasOwn(CASES, event)) {
      to.fail(TypeError, `event: expected ${Object.keys(CASES).join(", ")} or a number, got ${shown(event)}`);
    }
    const what = typeof event === "number" ? event : PROC_EVENT[event];
    Head.encode({ what, cpu, timestampNs }, to, owner);
    if (typeof event === "number") bytes.encode((rest as { data: Uint8Array }).data, to, owner);
    else (CASES[event] as Codec<object>).encode(rest, to, owner);
  },
  walk(from: Reader, at: number, end: number, owner: object, visit: Visit): void {
    Head.walk!(from, at, end, owner, visit);
    const name = end - at < HEAD_LENGTH ? undefined : NAMES.get(from.view.getUint32(at, true));
    if (name !== undefined) CASES[name].walk!(from, at + HEAD_LENGTH, end, owner, visit);
  },
};

/** What can be asked for. */
export type ProcessWord = Exclude<keyof typeof PROC_EVENT, "none">;

const { none: _none, ...WORDS } = PROC_EVENT;
const MASK: Codec<readonly (ProcessWord | number)[], readonly (ProcessWord | number)[] | number> = mask(u32, WORDS);

/** Begins or ends to listen: enum proc_cn_mcast_op, struct proc_input. */
export interface ProcessInput {
  /** 1 begins (PROC_CN_MCAST_LISTEN), 2 ends (PROC_CN_MCAST_IGNORE). */
  mcastOp: number;
  /** To what, as kernels since 6.6 can be told; older ones do not take such a request. */
  eventType?: readonly (ProcessWord | number)[] | number;
}

const LISTEN = 1, IGNORE = 2;

/** Wire form of {@linkcode ProcessInput}: 4 bytes, or 8 with a filter. */
export const ProcessInput: Codec<ProcessInput> = {
  name: "a request for process events",
  decode(from: Reader, at: number, end: number): ProcessInput {
    if (end - at < 4) throw new DecodeError(`a request for process events has ${end - at} bytes`, at);
    const mcastOp = u32.decode(from, at, at + 4, {});
    return end - at < 8 ? { mcastOp } : { mcastOp, eventType: MASK.decode(from, at + 4, at + 8, {}) };
  },
  encode({ mcastOp, eventType }: ProcessInput, to: Writer, owner: object): void {
    u32.encode(mcastOp, to, owner);
    if (eventType !== undefined) MASK.encode(eventType, to, owner);
  },
};

/** The events that words ask for. */
export type Watched<W extends ProcessWord> =
  & Extract<KnownProcessEvent, { event: W extends "nonzero_exit" ? "exit" : W }>
  & Numbered;

/** What a watch adds to each event. */
export interface Numbered {
  /** Counts the events of this CPU, those that were not asked for too. */
  readonly seq: number;
}

/** What can be done with processes. */
export interface Processes {
  /**
   * Gives each event as it comes, like `forkstat`: all of them, or those of the words given.
   *
   * Kernels since 6.6 send only those. Needs CAP_NET_ADMIN before 6.6, and the first process, user and network namespace.
   *
   * @throws {NetlinkError} NOT_SERVED: not in a container of its own processes or users
   * @throws {SystemError} EPERM: needs CAP_NET_ADMIN; ECONNREFUSED: not in this network namespace
   */
  watch(options?: StreamOptions): Streaming<(KnownProcessEvent | UnknownProcessEvent) & Numbered>;
  /** Gives the events that the words ask for. */
  watch<W extends ProcessWord>(...words: [W, ...W[]]): Streaming<Watched<W>>;
  /** Gives the events that the words ask for. */
  watch<W extends ProcessWord>(...args: [W, ...W[], StreamOptions]): Streaming<Watched<W>>;
}

type Argument = ProcessWord | StreamOptions | undefined;

/** Processes of this machine. */
export const processes: Processes = {
  watch: ((...args: Argument[]) => watch(args)) as unknown as Processes["watch"],
};

function watch(args: readonly Argument[]): Streaming<ProcessEvent & Numbered> {
  const last = args.at(-1), onlyWords = typeof last === "string";
  const options = onlyWords || last === undefined ? {} : last;
  expectFields(options, "watch processes", "names of events, then options as an object");
  const words = (onlyWords ? args : args.slice(0, -1)) as ProcessWord[];
  for (const word of words) expectType(word, "watch processes", "string");
  const checker = new Writer();
  checker.what = "watch processes";
  const wanted = maskValue(WORDS, words, checker);
  const transport = openTransport(NETLINK_CONNECTOR, options, (transport) => {
    try {
      listen(transport, wanted);
    } catch (error) {
      // The kernel's end of the connector is there and nowhere else.
      if (!(error instanceof SystemError && error.code === "ECONNREFUSED")) throw error;
      throw new SystemError(error.call, error.errno, "watch processes", {
        cause: error,
        hint: "the kernel tells of processes in the first network namespace only",
      });
    }
  });
  return stream(transport, (received) => {
    const event = eventOf(received);
    return event !== undefined && fits(event, wanted) ? [event] : [];
  }, {
    signal: options.signal,
    close: () => {
      // Kernels before 6.6 count the listeners and do not see that one is gone.
      try {
        sendInput(transport, { mcastOp: IGNORE });
      } finally {
        transport.close();
      }
    },
  });
}

function listen(transport: Transport, wanted: number): void {
  transport.join(CN_IDX.CN_IDX_PROC);
  // Without a filter, as all kernels take it; the answer is there when the send is done, or never comes.
  sendInput(transport, { mcastOp: LISTEN });
  let err: number | undefined, empty = false;
  while (!empty && err === undefined) {
    ({ empty } = drain(transport, (received) => {
      const message = messageOf(received), event = message && eventIn(message);
      if (event?.event === "none" && message!.ack === nextOf(transport.port)) err = (event as AckEvent).err;
    }));
  }
  if (err === undefined) {
    throw new NetlinkError("Cannot watch processes: the kernel does not answer", "NOT_SERVED", {
      hint: "it serves the first process and user namespace only, with CONFIG_PROC_EVENTS",
    });
  }
  if (err !== 0) throw new KernelError("watch processes", err);
  if (wanted !== 0) sendInput(transport, { mcastOp: LISTEN, eventType: wanted });
}

/** The answer to a message with this number. */
function nextOf(ack: number): number {
  return (ack + 1) >>> 0;
}

function sendInput(transport: Transport, input: ProcessInput): void {
  const writer = new Writer();
  ProcessInput.encode(input, writer, {});
  const data = writer.bytes.subarray(0, writer.length), { port } = transport;
  sendMessage(transport, { idx: CN_IDX.CN_IDX_PROC, val: 1, ack: port, data });
}

/** What the kernel says; nobody else has a say. */
function messageOf({ bytes, view, length, port, groups }: Received): ConnectorMessage | undefined {
  if (port !== 0 || groups !== CN_IDX.CN_IDX_PROC) return undefined;
  return decodeWhole(ConnectorMessage, new Reader(bytes, length, view), NLMSG_HDRLEN, length);
}

function eventIn({ data }: ConnectorMessage): ProcessEvent | undefined {
  return decodeWhole(ProcessEvent, new Reader(data), 0, data.length);
}

function eventOf(received: Received): (ProcessEvent & Numbered) | undefined {
  const message = messageOf(received), event = message && eventIn(message);
  return event && { ...event, seq: message!.seq ?? 0 };
}

function fits(event: ProcessEvent, wanted: number): boolean {
  if (event.event === "none") return false;
  if (wanted === 0) return true;
  if (event.event === "exit" && event.exitCode !== 0 && (wanted & PROC_EVENT.nonzero_exit) !== 0) return true;
  return (wanted & (typeof event.event === "number" ? event.event : PROC_EVENT[event.event])) !== 0;
}
