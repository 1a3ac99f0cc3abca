/**
 * Process events of the connector: every fork, exec, exit and other change of a process on this machine.
 *
 * ```ts
 * import { processes } from "@linux/netlink/families/connector/processes.ts";
 * for await (const e of processes.watch("exec", "exit")) {
 *   if (e.event === "exit") console.log(e.pid, "ends with", e.exitCode >> 8);
 *   else if (e.event === "exec") console.log(e.pid, "starts a program");
 * }
 * ```
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
import { decodeWhole, openTransport, stream, type Streaming, type StreamOptions } from "../../core/stream.ts";
import { drain } from "../../core/wait.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { CN_IDX, ConnectorMessage, NETLINK_CONNECTOR, sendMessage } from "./header.ts";
import { declareData } from "./messages.ts";

/** Process events: enum proc_cn_event. `nonzero_exit` is a filter only: exits with a status other than 0. */
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

/** The fields of every event. */
export interface ProcessEventBase {
  /** The CPU on which it happened. */
  cpu: number;
  /** The time in ns since the machine started, without the time that it was suspended. */
  timestampNs: bigint;
}

/** The fields of almost every event: the process concerned. */
export interface ProcessEventOf<E extends string> extends ProcessEventBase {
  /** The kind of event. */
  event: E;
  /** The thread's number; that of its first thread is the process's number. */
  pid: number;
  /** The process's number. */
  tgid: number;
}

/** A process or a thread was created; `pid` and `tgid` are its own, and differ for a thread. */
export interface ForkEvent extends ProcessEventOf<"fork"> {
  /** The thread that created it. */
  parentPid: number;
  /** The process that created it. */
  parentTgid: number;
}

/** A process started to run another program. */
export type ExecEvent = ProcessEventOf<"exec">;

/** A process changed its user. */
export interface UidEvent extends ProcessEventOf<"uid"> {
  /** The real user's number. */
  ruid: number;
  /** The effective user's number. */
  euid: number;
}

/** A process changed its group. */
export interface GidEvent extends ProcessEventOf<"gid"> {
  /** The real group's number. */
  rgid: number;
  /** The effective group's number. */
  egid: number;
}

/** A process started a session. */
export type SidEvent = ProcessEventOf<"sid">;

/** A debugger attached to a process, or detached from it. */
export interface PtraceEvent extends ProcessEventOf<"ptrace"> {
  /** The debugger's thread, 0 when it detached. */
  tracerPid: number;
  /** The debugger's process, 0 when it detached. */
  tracerTgid: number;
}

/** A process or thread changed its name. */
export interface CommEvent extends ProcessEventOf<"comm"> {
  /** The new name, at most 15 bytes. */
  comm: string;
}

/** A process crashed, and the kernel writes its memory to a file. */
export interface CoredumpEvent extends ProcessEventOf<"coredump"> {
  /** The parent's thread; absent before Linux 4.18. */
  parentPid?: number;
  /** The parent's process; absent before Linux 4.18. */
  parentTgid?: number;
}

/** A process or thread ended. */
export interface ExitEvent extends ProcessEventOf<"exit"> {
  /**
   * The wait status, as in wait(2): the exit status is `exitCode >> 8`, the signal that killed it `exitCode & 0x7f`.
   */
  exitCode: number;
  /** The signal that its parent gets; 0xffffffff for a thread. */
  exitSignal: number;
  /** The parent's thread, 0 if it had already reaped the process; absent before Linux 4.18. */
  parentPid?: number;
  /** The parent's process, 0 if it had already reaped the process; absent before Linux 4.18. */
  parentTgid?: number;
}

/** The kernel's answer to a request to start or stop listening. */
export interface AckEvent extends ProcessEventBase {
  /** Always `none`. */
  event: "none";
  /** 0, or the errno (above 0) of the refusal. */
  err: number;
}

/** An event that this library does not know. */
export interface UnknownProcessEvent extends ProcessEventBase {
  /** Its number: one bit, as in {@linkcode PROC_EVENT}. */
  event: number;
  /** The bytes of its event_data. */
  data: Uint8Array;
}

/** The events that this library knows. */
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

/** Everything that a message from the kernel may hold. */
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

/** The names of events that a watch may select. */
export type ProcessWord = Exclude<keyof typeof PROC_EVENT, "none">;

const { none: _none, ...WORDS } = PROC_EVENT;
const MASK: Codec<readonly (ProcessWord | number)[], readonly (ProcessWord | number)[] | number> = mask(u32, WORDS);

/** A request to start or stop listening: enum proc_cn_mcast_op, struct proc_input. */
export interface ProcessInput {
  /** 1 starts (PROC_CN_MCAST_LISTEN), 2 stops (PROC_CN_MCAST_IGNORE). */
  mcastOp: number;
  /** The events to listen to. Kernels before 6.6 do not accept a request with this field. */
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

// Requests are shorter than the shortest event.
declareData<ProcessEvent | ProcessInput>(
  CN_IDX.CN_IDX_PROC,
  (length) => (length < HEAD_LENGTH ? ProcessInput : ProcessEvent) as Codec<ProcessEvent | ProcessInput>,
);

/** The types of the events that some names select. */
export type Watched<W extends ProcessWord> =
  & Extract<KnownProcessEvent, { event: W extends "nonzero_exit" ? "exit" : W }>
  & Numbered;

/** The field that a watch adds to each event. */
export interface Numbered {
  /** The number of the event on its CPU. It also counts events that the watch does not select. */
  readonly seq: number;
}

/** Operations on processes. */
export interface Processes {
  /**
   * Yields each event when it happens, like `forkstat`: all events, or those of the given names.
   *
   * Since Linux 6.6 the kernel itself selects them. Works in the first process, user and network namespace only; needs
   * CAP_NET_ADMIN before Linux 6.6.
   *
   * @throws {NetlinkError} NOT_SERVED: the script is in a container with its own processes or users
   * @throws {SystemError} EPERM: needs CAP_NET_ADMIN; ECONNREFUSED: not in this network namespace
   */
  watch(options?: StreamOptions): Streaming<(KnownProcessEvent | UnknownProcessEvent) & Numbered>;
  /** Yields the events of the given names. */
  watch<W extends ProcessWord>(...words: [W, ...W[]]): Streaming<Watched<W>>;
  /** Yields the events of the given names. */
  watch<W extends ProcessWord>(...args: [W, ...W[], StreamOptions]): Streaming<Watched<W>>;
}

type Argument = ProcessWord | StreamOptions | undefined;

/** Operations on the processes of this machine. */
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
      // The kernel's end of the connector exists only in the first network namespace.
      if (!(error instanceof SystemError && error.code === "ECONNREFUSED")) throw error;
      throw new SystemError(error.call, error.errno, "watch processes", {
        cause: error,
        hint: "the kernel sends process events in the first network namespace only",
      });
    }
  });
  return stream(transport, (received) => {
    const event = eventOf(received);
    return event !== undefined && fits(event, wanted) ? [event] : [];
  }, {
    signal: options.signal,
    close: () => {
      // Kernels before 6.6 count the listeners, and do not notice one that is gone.
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
  // All kernels accept a request without a filter. The answer is there when the send returns, or never comes.
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

/** Returns the number of the answer to a message. */
function nextOf(ack: number): number {
  return (ack + 1) >>> 0;
}

function sendInput(transport: Transport, input: ProcessInput): void {
  const writer = new Writer();
  ProcessInput.encode(input, writer, {});
  const data = writer.bytes.subarray(0, writer.length), { port } = transport;
  sendMessage(transport, { idx: CN_IDX.CN_IDX_PROC, val: 1, ack: port, data });
}

/** Returns the message in a datagram from the kernel, and undefined for other senders. */
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

export type * from "../../core/stream.ts";
