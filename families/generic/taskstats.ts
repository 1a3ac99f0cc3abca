/**
 * TASKSTATS: what threads and processes have used and waited for, now and when they exit.
 *
 * ```ts ignore
 * import { tasks } from "@linux/netlink/families/generic/taskstats.ts";
 * console.log(tasks.get(process.pid).blkioDelayTotal);
 * for await (const exit of tasks.exits()) console.log(exit.pid, exit.stats?.acComm, exit.stats?.acUtime);
 * ```
 *
 * Needs CAP_NET_ADMIN in the first user namespace, and CONFIG_TASKSTATS; delays are counted where the kernel is configured
 * with CONFIG_TASK_DELAY_ACCT and sysctl kernel.task_delayacct (or parameter delayacct) has them on.
 *
 * Source: linux/taskstats.h, linux/cgroupstats.h, v7.2.
 * @module
 */
import { expectFields, expectType } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  chars,
  type Codec,
  count64,
  Reader,
  type Shape,
  type Struct,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../core/codec/mod.ts";
import {
  type EventOptions,
  framed,
  GenericCaller,
  type GenericForm,
  type GenericProtocol,
  GENL_HDRLEN,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import { eachMessage, NLMSG_HDRLEN } from "../../core/message.ts";
import { decodeWhole, stream, type Streaming } from "../../core/stream.ts";
import { timespec } from "./timespec.ts";

/** Commands, those of cgroupstats among them. */
export const TASKSTATS_CMD = {
  TASKSTATS_CMD_GET: 1,
  TASKSTATS_CMD_NEW: 2,
  CGROUPSTATS_CMD_GET: 4,
  CGROUPSTATS_CMD_NEW: 5,
} as const;

/** The family. */
export const TASKSTATS: GenericProtocol = {
  name: "TASKSTATS",
  version: 1,
  commands: TASKSTATS_CMD,
  messages: () => ({ calls: [TASK, CGROUP] }),
  hint: "in kernels that are configured with CONFIG_TASKSTATS",
};

/** What one thread, or one process, has used and waited for. */
export interface Taskstats {
  /** Version of the struct, TASKSTATS_VERSION of the kernel. */
  version?: number;
  /** Exit code, as wait() gives it. */
  acExitcode?: number;
  /** What it did: bits of linux/acct.h (1: forked but never exec'd, 8: dumped core, 16: killed by a signal). */
  acFlag?: number;
  /** Nice value, as an unsigned byte. */
  acNice?: number;
  /** How often it waited for a CPU. */
  cpuCount?: number;
  /** How long it waited for a CPU, in ns. */
  cpuDelayTotal?: number;
  /** How often it waited for block I/O. */
  blkioCount?: number;
  /** How long it waited for block I/O, in ns. */
  blkioDelayTotal?: number;
  /** How often it waited for swapped-out pages. */
  swapinCount?: number;
  /** How long it waited for swapped-out pages, in ns. */
  swapinDelayTotal?: number;
  /** Time on a CPU by the wall clock, in ns. */
  cpuRunRealTotal?: number;
  /** Time on a CPU as accounted, in ns. */
  cpuRunVirtualTotal?: number;
  /** Command, at most 31 bytes. */
  acComm?: string;
  /** Scheduling discipline. */
  acSched?: number;
  /** User. */
  acUid?: number;
  /** Group. */
  acGid?: number;
  /** Thread. */
  acPid?: number;
  /** Parent process. */
  acPpid?: number;
  /** When it began, in seconds since the epoch. */
  acBtime?: number;
  /** How long it has lived, in µs. */
  acEtime?: number;
  /** Time in user mode, in µs. */
  acUtime?: number;
  /** Time in the kernel, in µs. */
  acStime?: number;
  /** Minor page faults. */
  acMinflt?: number;
  /** Major page faults. */
  acMajflt?: number;
  /** Resident memory over time, in MB-µs. */
  coremem?: number;
  /** Virtual memory over time, in MB-µs. */
  virtmem?: number;
  /** Most memory that was resident, in KB. */
  hiwaterRss?: number;
  /** Most virtual memory, in KB. */
  hiwaterVm?: number;
  /** Bytes read. */
  readChar?: number;
  /** Bytes written. */
  writeChar?: number;
  /** Calls that read. */
  readSyscalls?: number;
  /** Calls that write. */
  writeSyscalls?: number;
  /** Bytes read from storage. */
  readBytes?: number;
  /** Bytes written to storage. */
  writeBytes?: number;
  /** Bytes that need not be written after all. */
  cancelledWriteBytes?: number;
  /** Context switches of its own will. */
  nvcsw?: number;
  /** Context switches that were forced. */
  nivcsw?: number;
  /** Time in user mode, scaled by the frequency, in µs. */
  acUtimescaled?: number;
  /** Time in the kernel, scaled by the frequency, in µs. */
  acStimescaled?: number;
  /** Time on a CPU, scaled by the frequency, in ns. */
  cpuScaledRunRealTotal?: number;
  /** How often it waited for memory to be reclaimed. */
  freepagesCount?: number;
  /** How long it waited for memory to be reclaimed, in ns. */
  freepagesDelayTotal?: number;
  /** How often it waited for pages that thrash. */
  thrashingCount?: number;
  /** How long it waited for pages that thrash, in ns. */
  thrashingDelayTotal?: number;
  /** When it began, in seconds since the epoch. */
  acBtime64?: number;
  /** How often it waited for memory to be compacted. */
  compactCount?: number;
  /** How long it waited for memory to be compacted, in ns. */
  compactDelayTotal?: number;
  /** Process. */
  acTgid?: number;
  /** How long its process has lived, in µs. */
  acTgetime?: number;
  /** Device of its executable. */
  acExeDev?: bigint;
  /** Inode of its executable. */
  acExeInode?: bigint;
  /** How often it waited for pages to be copied for writing. */
  wpcopyCount?: number;
  /** How long it waited for pages to be copied for writing, in ns. */
  wpcopyDelayTotal?: number;
  /** How often it waited for interrupts. */
  irqCount?: number;
  /** How long it waited for interrupts, in ns. */
  irqDelayTotal?: number;
  /** Longest wait for a CPU, in ns. */
  cpuDelayMax?: number;
  /** Shortest wait for a CPU, in ns. */
  cpuDelayMin?: number;
  /** Longest wait for block I/O, in ns. */
  blkioDelayMax?: number;
  /** Shortest wait for block I/O, in ns. */
  blkioDelayMin?: number;
  /** Longest wait for swapped-out pages, in ns. */
  swapinDelayMax?: number;
  /** Shortest wait for swapped-out pages, in ns. */
  swapinDelayMin?: number;
  /** Longest wait for memory to be reclaimed, in ns. */
  freepagesDelayMax?: number;
  /** Shortest wait for memory to be reclaimed, in ns. */
  freepagesDelayMin?: number;
  /** Longest wait for pages that thrash, in ns. */
  thrashingDelayMax?: number;
  /** Shortest wait for pages that thrash, in ns. */
  thrashingDelayMin?: number;
  /** Longest wait for memory to be compacted, in ns. */
  compactDelayMax?: number;
  /** Shortest wait for memory to be compacted, in ns. */
  compactDelayMin?: number;
  /** Longest wait for pages to be copied for writing, in ns. */
  wpcopyDelayMax?: number;
  /** Shortest wait for pages to be copied for writing, in ns. */
  wpcopyDelayMin?: number;
  /** Longest wait for interrupts, in ns. */
  irqDelayMax?: number;
  /** Shortest wait for interrupts, in ns. */
  irqDelayMin?: number;
  /** When the longest wait for a CPU was, in ns since the epoch. */
  cpuDelayMaxTs?: bigint;
  /** When the longest wait for block I/O was, in ns since the epoch. */
  blkioDelayMaxTs?: bigint;
  /** When the longest wait for swapped-out pages was, in ns since the epoch. */
  swapinDelayMaxTs?: bigint;
  /** When the longest wait for memory to be reclaimed was, in ns since the epoch. */
  freepagesDelayMaxTs?: bigint;
  /** When the longest wait for pages that thrash was, in ns since the epoch. */
  thrashingDelayMaxTs?: bigint;
  /** When the longest wait for memory to be compacted was, in ns since the epoch. */
  compactDelayMaxTs?: bigint;
  /** When the longest wait for pages to be copied for writing was, in ns since the epoch. */
  wpcopyDelayMaxTs?: bigint;
  /** When the longest wait for interrupts was, in ns since the epoch. */
  irqDelayMaxTs?: bigint;
}

const shape = (): Shape<Taskstats> => ({
  version: [0, u16],
  acExitcode: [4, u32],
  acFlag: [8, u8],
  acNice: [9, u8],
  cpuCount: [16, count64],
  cpuDelayTotal: [24, count64],
  blkioCount: [32, count64],
  blkioDelayTotal: [40, count64],
  swapinCount: [48, count64],
  swapinDelayTotal: [56, count64],
  cpuRunRealTotal: [64, count64],
  cpuRunVirtualTotal: [72, count64],
  acComm: [80, chars(32)],
  acSched: [112, u8],
  acUid: [120, u32],
  acGid: [124, u32],
  acPid: [128, u32],
  acPpid: [132, u32],
  acBtime: [136, u32],
  acEtime: [144, count64],
  acUtime: [152, count64],
  acStime: [160, count64],
  acMinflt: [168, count64],
  acMajflt: [176, count64],
  coremem: [184, count64],
  virtmem: [192, count64],
  hiwaterRss: [200, count64],
  hiwaterVm: [208, count64],
  readChar: [216, count64],
  writeChar: [224, count64],
  readSyscalls: [232, count64],
  writeSyscalls: [240, count64],
  readBytes: [248, count64],
  writeBytes: [256, count64],
  cancelledWriteBytes: [264, count64],
  nvcsw: [272, count64],
  nivcsw: [280, count64],
  acUtimescaled: [288, count64],
  acStimescaled: [296, count64],
  cpuScaledRunRealTotal: [304, count64],
  freepagesCount: [312, count64],
  freepagesDelayTotal: [320, count64],
  thrashingCount: [328, count64],
  thrashingDelayTotal: [336, count64],
  acBtime64: [344, count64],
  compactCount: [352, count64],
  compactDelayTotal: [360, count64],
  acTgid: [368, u32],
  acTgetime: [376, count64],
  acExeDev: [384, u64],
  acExeInode: [392, u64],
  wpcopyCount: [400, count64],
  wpcopyDelayTotal: [408, count64],
  irqCount: [416, count64],
  irqDelayTotal: [424, count64],
  cpuDelayMax: [432, count64],
  cpuDelayMin: [440, count64],
  blkioDelayMax: [448, count64],
  blkioDelayMin: [456, count64],
  swapinDelayMax: [464, count64],
  swapinDelayMin: [472, count64],
  freepagesDelayMax: [480, count64],
  freepagesDelayMin: [488, count64],
  thrashingDelayMax: [496, count64],
  thrashingDelayMin: [504, count64],
  compactDelayMax: [512, count64],
  compactDelayMin: [520, count64],
  wpcopyDelayMax: [528, count64],
  wpcopyDelayMin: [536, count64],
  irqDelayMax: [544, count64],
  irqDelayMin: [552, count64],
  cpuDelayMaxTs: [560, timespec],
  blkioDelayMaxTs: [576, timespec],
  swapinDelayMaxTs: [592, timespec],
  freepagesDelayMaxTs: [608, timespec],
  thrashingDelayMaxTs: [624, timespec],
  compactDelayMaxTs: [640, timespec],
  wpcopyDelayMaxTs: [656, timespec],
  irqDelayMaxTs: [672, timespec],
});

/** Wire form of {@linkcode Taskstats}: struct taskstats. */
export const Taskstats: Struct<Taskstats> = struct(688, shape);

/** Bytes of the version before it. */
const SIZE_14 = 432;

/**
 * Wire form of version 15 (Linux 6.14 and 6.15), whose layout was another; those before it are the beginning of those
 * after it. The longest and shortest delay came behind each sum, and all that follows was that much further on.
 */
const Taskstats15: Struct<Taskstats> = struct(560, () => {
  const all = Object.entries(shape()) as [keyof Taskstats, readonly [offset: number, ...rest: unknown[]]][];
  const sums = all.filter(([name]) => /DelayTotal$/.test(name));
  const moved = ([name, [offset, ...rest]]: typeof all[number], to: number): [string, unknown] => [
    name,
    [offset + to + 16 * sums.filter(([, [sum]]) => sum < offset).length, ...rest],
  ];
  const before = all.filter(([, [offset]]) => offset < SIZE_14).map((one) => moved(one, 0));
  const extremes = sums.flatMap(([name, [sum]]) =>
    (["Max", "Min"] as const).map((which, i) =>
      moved([name.replace(/Total$/, which) as keyof Taskstats, [sum, count64]], 8 * (i + 1))
    )
  );
  return Object.fromEntries([...before, ...extremes]) as unknown as Shape<Taskstats>;
});

/** Tasks of a control group (of version 1) by what they do. */
export interface Cgroupstats {
  /** Tasks that sleep. */
  nrSleeping?: number;
  /** Tasks that run. */
  nrRunning?: number;
  /** Tasks that are stopped. */
  nrStopped?: number;
  /** Tasks that sleep and cannot be woken. */
  nrUninterruptible?: number;
  /** Tasks that wait for I/O. */
  nrIoWait?: number;
}

/** Wire form of {@linkcode Cgroupstats}: struct cgroupstats. */
export const Cgroupstats: Struct<Cgroupstats> = struct(40, (): Shape<Cgroupstats> => ({
  nrSleeping: [0, count64],
  nrRunning: [8, count64],
  nrStopped: [16, count64],
  nrUninterruptible: [24, count64],
  nrIoWait: [32, count64],
}));

/** The struct whose version it says. */
const stats: Codec<Taskstats> = {
  ...Taskstats,
  decode: (from, at, end, owner) => versionAt(from, at, end).decode(from, at, end, owner),
  encode: (value, to, owner) => (value.version === 15 ? Taskstats15 : Taskstats).encode(value, to, owner),
  walk: (from, at, end, owner, visit) => versionAt(from, at, end).walk!(from, at, end, owner, visit),
};

function versionAt(from: Reader, at: number, end: number): Struct<Taskstats> {
  return end - at >= 2 && from.view.getUint16(at, true) === 15 ? Taskstats15 : Taskstats;
}

/** What one thread or process is about: a message when it exits has one for the thread, and one for its process. */
export interface TaskAggregate {
  /** The thread. */
  pid?: number;
  /** The process. */
  tgid?: number;
  /** What it has used and waited for. */
  stats?: Taskstats;
}

/** Wire form of {@linkcode TaskAggregate}: TASKSTATS_TYPE_*. */
export const TaskAggregate: Attributes<TaskAggregate> = attributes((): Shape<TaskAggregate> => ({
  pid: [1, u32],
  tgid: [2, u32],
  stats: [3, stats],
}));

/** What the kernel tells of a task. */
export interface TaskMessage {
  /** Of a thread. */
  aggrPid?: TaskAggregate;
  /** Of a process: all of its threads. */
  aggrTgid?: TaskAggregate;
}

/** Wire form of {@linkcode TaskMessage}: TASKSTATS_TYPE_AGGR_*. */
export const TaskMessage: Attributes<TaskMessage> = attributes((): Shape<TaskMessage> => ({
  aggrPid: [4, TaskAggregate],
  aggrTgid: [5, TaskAggregate],
}));

/** What is asked. */
export interface TaskRequest {
  /** For a thread. */
  pid?: number;
  /** For a process. */
  tgid?: number;
  /** To be told of exits on these CPUs: `0-3,8`. */
  registerCpumask?: string;
  /** To be told no longer. */
  deregisterCpumask?: string;
}

/** Wire form of {@linkcode TaskRequest}: TASKSTATS_CMD_ATTR_*. */
export const TaskRequest: Attributes<TaskRequest> = attributes((): Shape<TaskRequest> => ({
  pid: [1, u32],
  tgid: [2, u32],
  registerCpumask: [3, text],
  deregisterCpumask: [4, text],
}));

/** A thread has exited; with the last one of a process comes what the whole process has used. */
export interface TaskExit {
  /** The thread. */
  readonly pid?: number;
  /** What it has used and waited for. */
  readonly stats?: Taskstats;
  /** The process, where this was its last thread. */
  readonly tgid?: number;
  /** What all of its threads have used. */
  readonly process?: Taskstats;
}

const cgroupRequest = attributes<{ fd?: number }>({ fd: [1, u32] });
const cgroupReply = attributes<{ cgroupStats?: Cgroupstats }>({ cgroupStats: [1, Cgroupstats] });

const TASK: GenericForm = {
  cmd: TASKSTATS_CMD.TASKSTATS_CMD_GET,
  reply: TASKSTATS_CMD.TASKSTATS_CMD_NEW,
  codec: TaskRequest,
  replyCodec: TaskMessage,
};
const CGROUP: GenericForm = {
  cmd: TASKSTATS_CMD.CGROUPSTATS_CMD_GET,
  reply: TASKSTATS_CMD.CGROUPSTATS_CMD_NEW,
  codec: cgroupRequest,
  replyCodec: cgroupReply,
};

/** How exits are listened to. */
export interface ExitOptions extends EventOptions {
  /** The CPUs on which tasks exit: `0-3,8`; all when absent. */
  cpus?: string;
}

/** Threads and processes. */
export class Tasks {
  readonly #open: () => Client;
  readonly #caller: GenericCaller;

  /** Sends to whom `requester` gives; looks through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#caller = new GenericCaller(TASKSTATS, open, requester);
  }

  #get(value: TaskRequest, noun: string): TaskMessage {
    const number = value.pid ?? value.tgid;
    expectType(number, `get a ${noun}`, "number");
    const what = `get ${noun} ${number}`;
    return (this.#caller.request({ ...TASK, value, what }) ?? {}) as TaskMessage;
  }

  /**
   * What a thread has used and waited for so far. A dry run, in which nothing comes back, gives an empty object; so do the
   * others.
   *
   * @param pid the thread; a process's number is that of its first thread
   * @throws {KernelError} ESRCH: there is no such thread
   */
  get(pid: number): Taskstats {
    return this.#get({ pid }, "task").aggrPid?.stats ?? {};
  }

  /**
   * What the threads of a process have used and waited for so far. The kernel adds up delays, context switches and
   * times, and leaves the rest empty.
   *
   * @throws {KernelError} ESRCH: there is no such process
   */
  getProcess(tgid: number): Taskstats {
    return this.#get({ tgid }, "process").aggrTgid?.stats ?? {};
  }

  /**
   * How many tasks of a control group sleep, run, wait.
   *
   * @param fd a file descriptor of the group's folder, in a file system of cgroup version 1
   * @throws {KernelError} EINVAL: it is no such folder; EBADF: it is no file descriptor
   */
  cgroup(fd: number): Cgroupstats {
    expectType(fd, "get the control group of a file descriptor", "number");
    const what = `get the control group of file descriptor ${fd}`;
    const reply = this.#caller.request({
      ...CGROUP,
      value: { fd },
      what,
      hint: (code) =>
        code === "EINVAL"
          ? "only a folder of cgroup version 1 has these numbers; of version 2, read cgroup.events and cgroup.procs in it"
          : undefined,
    }) as { cgroupStats?: Cgroupstats } | undefined;
    return reply?.cgroupStats ?? {};
  }

  /**
   * Every exit of a thread, with what it has used. It begins before this returns, on a socket of its own.
   *
   * @throws {KernelError} EPERM: without CAP_NET_ADMIN; EINVAL: there are no such CPUs
   */
  exits(given: ExitOptions = {}): Streaming<TaskExit> {
    expectFields(given, "listen to exits", "options as an object");
    const { cpus, ...options } = given, { closing } = this.#open(), client = this.#open().sibling();
    try {
      if (options.buffer !== undefined) client.transport.setBuffer(options.buffer);
      const own = new GenericCaller(TASKSTATS, () => client), { familyId } = own.family();
      const table = framed(0, 0, TaskMessage as Codec<unknown, never>);
      const register = (registerCpumask: string): unknown =>
        own.request({
          ...TASK,
          value: { registerCpumask },
          what: `listen to exits on CPUs ${registerCpumask}`,
          hint: (code) =>
            cpus === undefined && code === "EINVAL"
              ? "Linux before 5.14 does not know a range to the last CPU: give cpus as numbers"
              : undefined,
        });
      register(cpus ?? ALL_CPUS);
      return stream<TaskExit>(client.transport, (received) => {
        const found: TaskExit[] = [];
        if (received.port !== 0) return found;
        const from = new Reader(received.bytes, received.length, received.view);
        eachMessage(from, (at, end) => {
          if (from.view.getUint16(at + 4, true) !== familyId || end - at < NLMSG_HDRLEN + GENL_HDRLEN) return;
          const value = decodeWhole(table, from, at + NLMSG_HDRLEN, end) as TaskMessage | undefined;
          if (value !== undefined) found.push(exitOf(value));
        });
        return found;
      }, { signal: options.signal, closing, close: () => client.close() });
    } catch (error) {
      client.close();
      throw error;
    }
  }
}

/** What the kernel understands as every CPU that it may have; numbers behind the last one are refused, so it is one range. */
const ALL_CPUS = "0-N";

function exitOf({ aggrPid, aggrTgid }: TaskMessage): TaskExit {
  return {
    ...(aggrPid?.pid === undefined ? {} : { pid: aggrPid.pid }),
    ...(aggrPid?.stats === undefined ? {} : { stats: aggrPid.stats }),
    ...(aggrTgid?.tgid === undefined ? {} : { tgid: aggrTgid.tgid }),
    ...(aggrTgid?.stats === undefined ? {} : { process: aggrTgid.stats }),
  };
}

/** Opens a client of its own. */
export function open(options: OpenOptions = {}): Opened<{ readonly tasks: Tasks }> {
  return openGeneric(options, (open, requester) => ({ tasks: new Tasks(open, requester) }));
}

/** Threads and processes, on a socket that the first use opens. */
export const tasks: Tasks = new Tasks(sharedGeneric);
export type * from "./types.ts";
