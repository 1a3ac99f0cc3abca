/**
 * TASKSTATS: the resources that threads and processes have used, and the time they have waited; now and when they exit.
 *
 * ```ts
 * import { tasks } from "@linux/netlink/families/generic/taskstats.ts";
 * console.log(tasks.get(process.pid).blkioDelayTotal);
 * for await (const exit of tasks.exits()) console.log(exit.pid, exit.stats?.acComm, exit.stats?.acUtime);
 * ```
 *
 * Needs CAP_NET_ADMIN in the first user namespace, and CONFIG_TASKSTATS. The kernel counts delays if it is configured
 * with CONFIG_TASK_DELAY_ACCT and sysctl kernel.task_delayacct (or parameter delayacct) is on.
 *
 * Source: linux/taskstats.h, linux/cgroupstats.h, v7.2.
 * @module
 */
import { EVENT_OPTIONS, expectOptions, expectType, guardMethods } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  chars,
  type Codec,
  count64,
  Reader,
  selectAt,
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

/** The commands, with those of cgroupstats: TASKSTATS_CMD_*, CGROUPSTATS_CMD_*. */
export const TASKSTATS_CMD = {
  TASKSTATS_CMD_GET: 1,
  TASKSTATS_CMD_NEW: 2,
  CGROUPSTATS_CMD_GET: 4,
  CGROUPSTATS_CMD_NEW: 5,
} as const;

/** The generic family. */
export const TASKSTATS: GenericProtocol = {
  name: "TASKSTATS",
  version: 1,
  commands: TASKSTATS_CMD,
  messages: () => ({ calls: [TASK, CGROUP] }),
  hint: "in kernels that are configured with CONFIG_TASKSTATS",
};

/** The resources that a thread or a process has used, and the time it has waited. */
export interface Taskstats {
  /** The version of the struct: TASKSTATS_VERSION of the kernel. */
  version?: number;
  /** The exit code, as wait() returns it. */
  acExitcode?: number;
  /** Accounting flags of linux/acct.h (1: forked but never exec'd, 8: dumped core, 16: killed by a signal). */
  acFlag?: number;
  /** The nice value, as an unsigned byte. */
  acNice?: number;
  /** Number of waits for a CPU. */
  cpuCount?: number;
  /** Total time of waiting for a CPU, in ns. */
  cpuDelayTotal?: number;
  /** Number of waits for block I/O. */
  blkioCount?: number;
  /** Total time of waiting for block I/O, in ns. */
  blkioDelayTotal?: number;
  /** Number of waits for swapped-out pages. */
  swapinCount?: number;
  /** Total time of waiting for swapped-out pages, in ns. */
  swapinDelayTotal?: number;
  /** Real time on a CPU, in ns. */
  cpuRunRealTotal?: number;
  /** Accounted time on a CPU, in ns. */
  cpuRunVirtualTotal?: number;
  /** The command, at most 31 bytes. */
  acComm?: string;
  /** The scheduling policy: SCHED_*. */
  acSched?: number;
  /** The user's number. */
  acUid?: number;
  /** The group's number. */
  acGid?: number;
  /** The thread's number. */
  acPid?: number;
  /** The number of the parent process. */
  acPpid?: number;
  /** Start time, in seconds since the epoch, 32 bits. */
  acBtime?: number;
  /** Elapsed time since the start, in µs. */
  acEtime?: number;
  /** Time in user mode, in µs. */
  acUtime?: number;
  /** Time in the kernel, in µs. */
  acStime?: number;
  /** Number of minor page faults. */
  acMinflt?: number;
  /** Number of major page faults. */
  acMajflt?: number;
  /** Resident memory integrated over time, in MB-µs. */
  coremem?: number;
  /** Virtual memory integrated over time, in MB-µs. */
  virtmem?: number;
  /** Peak resident memory, in KB. */
  hiwaterRss?: number;
  /** Peak virtual memory, in KB. */
  hiwaterVm?: number;
  /** Number of bytes read. */
  readChar?: number;
  /** Number of bytes written. */
  writeChar?: number;
  /** Number of reading system calls. */
  readSyscalls?: number;
  /** Number of writing system calls. */
  writeSyscalls?: number;
  /** Number of bytes read from storage. */
  readBytes?: number;
  /** Number of bytes written to storage. */
  writeBytes?: number;
  /** Number of bytes whose writing to storage was cancelled. */
  cancelledWriteBytes?: number;
  /** Number of voluntary context switches. */
  nvcsw?: number;
  /** Number of involuntary context switches. */
  nivcsw?: number;
  /** Time in user mode, scaled by the CPU's frequency, in µs. */
  acUtimescaled?: number;
  /** Time in the kernel, scaled by the CPU's frequency, in µs. */
  acStimescaled?: number;
  /** Time on a CPU, scaled by its frequency, in ns. */
  cpuScaledRunRealTotal?: number;
  /** Number of waits for memory reclaim. */
  freepagesCount?: number;
  /** Total time of waiting for memory reclaim, in ns. */
  freepagesDelayTotal?: number;
  /** Number of waits for thrashing pages. */
  thrashingCount?: number;
  /** Total time of waiting for thrashing pages, in ns. */
  thrashingDelayTotal?: number;
  /** Start time, in seconds since the epoch, 64 bits. */
  acBtime64?: number;
  /** Number of waits for memory compaction. */
  compactCount?: number;
  /** Total time of waiting for memory compaction, in ns. */
  compactDelayTotal?: number;
  /** The number of the process. */
  acTgid?: number;
  /** Elapsed time since the start of its process, in µs. */
  acTgetime?: number;
  /** The device that holds its executable. */
  acExeDev?: bigint;
  /** The inode of its executable. */
  acExeInode?: bigint;
  /** Number of waits for copy on write. */
  wpcopyCount?: number;
  /** Total time of waiting for copy on write, in ns. */
  wpcopyDelayTotal?: number;
  /** Number of delays by interrupts. */
  irqCount?: number;
  /** Total delay by interrupts, in ns. */
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
  /** Longest wait for memory reclaim, in ns. */
  freepagesDelayMax?: number;
  /** Shortest wait for memory reclaim, in ns. */
  freepagesDelayMin?: number;
  /** Longest wait for thrashing pages, in ns. */
  thrashingDelayMax?: number;
  /** Shortest wait for thrashing pages, in ns. */
  thrashingDelayMin?: number;
  /** Longest wait for memory compaction, in ns. */
  compactDelayMax?: number;
  /** Shortest wait for memory compaction, in ns. */
  compactDelayMin?: number;
  /** Longest wait for copy on write, in ns. */
  wpcopyDelayMax?: number;
  /** Shortest wait for copy on write, in ns. */
  wpcopyDelayMin?: number;
  /** Longest delay by interrupts, in ns. */
  irqDelayMax?: number;
  /** Shortest delay by interrupts, in ns. */
  irqDelayMin?: number;
  /** Time of the longest wait for a CPU, in ns since the epoch. */
  cpuDelayMaxTs?: bigint;
  /** Time of the longest wait for block I/O, in ns since the epoch. */
  blkioDelayMaxTs?: bigint;
  /** Time of the longest wait for swapped-out pages, in ns since the epoch. */
  swapinDelayMaxTs?: bigint;
  /** Time of the longest wait for memory reclaim, in ns since the epoch. */
  freepagesDelayMaxTs?: bigint;
  /** Time of the longest wait for thrashing pages, in ns since the epoch. */
  thrashingDelayMaxTs?: bigint;
  /** Time of the longest wait for memory compaction, in ns since the epoch. */
  compactDelayMaxTs?: bigint;
  /** Time of the longest wait for copy on write, in ns since the epoch. */
  wpcopyDelayMaxTs?: bigint;
  /** Time of the longest delay by interrupts, in ns since the epoch. */
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

/** The size of version 14, in bytes. */
const SIZE_14 = 432;

/**
 * Wire form of version 15 (Linux 6.14 and 6.15), whose layout differs; each other version only appends to the one
 * before it. Version 15 has the longest and shortest delay after each total, so all later fields are at larger offsets.
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

/** The numbers of tasks in a control group (of version 1), by state. */
export interface Cgroupstats {
  /** Number of sleeping tasks. */
  nrSleeping?: number;
  /** Number of running tasks. */
  nrRunning?: number;
  /** Number of stopped tasks. */
  nrStopped?: number;
  /** Number of tasks in uninterruptible sleep. */
  nrUninterruptible?: number;
  /** Number of tasks that wait for I/O. */
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

/** Codec of the statistics: their version selects the struct. */
const stats: Codec<Taskstats> = {
  ...Taskstats,
  ...selectAt<Taskstats>(
    Taskstats.name,
    versionAt,
    (value, to, owner) => (value.version === 15 ? Taskstats15 : Taskstats).encode(value, to, owner),
  ),
};

function versionAt(from: Reader, at: number, end: number): Struct<Taskstats> {
  return end - at >= 2 && from.view.getUint16(at, true) === 15 ? Taskstats15 : Taskstats;
}

/**
 * The statistics of a thread or a process. The message of an exit may have one for the thread and one for its process.
 */
export interface TaskAggregate {
  /** The number of the thread. */
  pid?: number;
  /** The number of the process. */
  tgid?: number;
  /** The statistics. */
  stats?: Taskstats;
}

/** Wire form of {@linkcode TaskAggregate}: TASKSTATS_TYPE_*. */
export const TaskAggregate: Attributes<TaskAggregate> = attributes((): Shape<TaskAggregate> => ({
  pid: [1, u32],
  tgid: [2, u32],
  stats: [3, stats],
}));

/** A message about a task. */
export interface TaskMessage {
  /** The statistics of a thread. */
  aggrPid?: TaskAggregate;
  /** The statistics of a process: the totals of all its threads. */
  aggrTgid?: TaskAggregate;
}

/** Wire form of {@linkcode TaskMessage}: TASKSTATS_TYPE_AGGR_*. */
export const TaskMessage: Attributes<TaskMessage> = attributes((): Shape<TaskMessage> => ({
  aggrPid: [4, TaskAggregate],
  aggrTgid: [5, TaskAggregate],
}));

/** A request. */
export interface TaskRequest {
  /** The thread whose statistics are asked for. */
  pid?: number;
  /** The process whose statistics are asked for. */
  tgid?: number;
  /** The CPUs whose exits to listen to: `0-3,8`. */
  registerCpumask?: string;
  /** The CPUs whose exits to stop listening to. */
  deregisterCpumask?: string;
}

/** Wire form of {@linkcode TaskRequest}: TASKSTATS_CMD_ATTR_*. */
export const TaskRequest: Attributes<TaskRequest> = attributes((): Shape<TaskRequest> => ({
  pid: [1, u32],
  tgid: [2, u32],
  registerCpumask: [3, text],
  deregisterCpumask: [4, text],
}));

/** The exit of a thread. That of the last thread of a process also has the statistics of the process. */
export interface TaskExit {
  /** The number of the thread. */
  readonly pid?: number;
  /** The statistics of the thread. */
  readonly stats?: Taskstats;
  /** The number of the process, if this was its last thread. */
  readonly tgid?: number;
  /** The statistics of the process: the totals of all its threads. */
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

/** Options of listening to exits. */
export interface ExitOptions extends EventOptions {
  /** The CPUs whose exits to listen to: `0-3,8`; all when absent. */
  cpus?: string;
}

/** Operations on threads and processes. */
export class Tasks {
  readonly #open: () => Client;
  readonly #caller: GenericCaller;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#caller = new GenericCaller(TASKSTATS, open, requester);
    guardMethods(this);
  }

  #get(value: TaskRequest, noun: string): TaskMessage {
    const number = value.pid ?? value.tgid;
    expectType(number, `get a ${noun}`, "number");
    const what = `get ${noun} ${number}`;
    return (this.#caller.request({ ...TASK, value, what }) ?? {}) as TaskMessage;
  }

  /**
   * Returns the statistics of a thread so far. A dry run, which gets no answer, returns an empty object, here and in
   * the other methods.
   *
   * @param pid the number of the thread; that of a process is the number of its first thread
   * @throws {KernelError} ESRCH: there is no such thread
   */
  get(pid: number): Taskstats {
    return this.#get({ pid }, "task").aggrPid?.stats ?? {};
  }

  /**
   * Returns the statistics of a process so far. The kernel adds up the delays, context switches and times of its
   * threads, and leaves the other fields empty.
   *
   * @throws {KernelError} ESRCH: there is no such process
   */
  getProcess(tgid: number): Taskstats {
    return this.#get({ tgid }, "process").aggrTgid?.stats ?? {};
  }

  /**
   * Returns the numbers of sleeping, running and waiting tasks of a control group.
   *
   * @param fd a file descriptor of the group's directory, in a file system of cgroup version 1
   * @throws {KernelError} EINVAL: it is not such a directory; EBADF: it is not a file descriptor
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
   * Yields each exit of a thread, with its statistics. It uses its own socket; the subscription exists when this
   * returns.
   *
   * @throws {KernelError} EPERM: needs CAP_NET_ADMIN; EINVAL: there are no such CPUs
   */
  exits(given: ExitOptions = {}): Streaming<TaskExit> {
    expectOptions(given, "listen to exits", { ...EVENT_OPTIONS, cpus: "any" });
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

/** The mask of all CPUs. The kernel replaces N by its last CPU, and refuses numbers above that. */
const ALL_CPUS = "0-N";

function exitOf({ aggrPid, aggrTgid }: TaskMessage): TaskExit {
  return {
    ...(aggrPid?.pid === undefined ? {} : { pid: aggrPid.pid }),
    ...(aggrPid?.stats === undefined ? {} : { stats: aggrPid.stats }),
    ...(aggrTgid?.tgid === undefined ? {} : { tgid: aggrTgid.tgid }),
    ...(aggrTgid?.stats === undefined ? {} : { process: aggrTgid.stats }),
  };
}

/** Opens a client with its own socket. */
export function open(options: OpenOptions = {}): Opened<{ readonly tasks: Tasks }> {
  return openGeneric(options, (open, requester) => ({ tasks: new Tasks(open, requester) }));
}

/** Operations on threads and processes, over a socket that the first use opens. */
export const tasks: Tasks = new Tasks(sharedGeneric);
export type * from "./types.ts";
