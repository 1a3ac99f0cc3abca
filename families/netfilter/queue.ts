/**
 * Packet queues: a script decides what happens to packets that a rule has queued (`queue` in nft, NFQUEUE in iptables).
 *
 * ```ts ignore
 * import { queue } from "@linux/netlink/families/netfilter/queue.ts";
 * for await (const packet of queue(0)) packet.verdict(packet.payload[9] === 17 ? "drop" : "accept");
 * ```
 *
 * Needs CAP_NET_ADMIN. While a packet waits for its verdict, its sender or the network waits. A queue holds 1024 packets
 * unless `maxLength` says otherwise; packets that do not fit are dropped, or accepted with `failOpen`. When the process
 * ends without leaving the loop, the kernel drops all undecided packets.
 *
 * Source: linux/netfilter/nfnetlink_queue.h, v7.2
 *
 * @module
 */
import { expectFields, expectNames, type OptionKinds } from "../../core/arguments.ts";
import { capabilityHint } from "../../core/capabilities.ts";
import { type Codec, Reader, shown, Writer } from "../../core/codec/mod.ts";
import { argumentError, ERRNO, KernelError, NetlinkError } from "../../core/errors.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN, readError } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import { openTransport, type StreamOptions } from "../../core/stream.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { Answers, DEFAULT_TIMEOUT, drain } from "../../core/wait.ts";
import type { PacketExpectation } from "./expectation.ts";
import type { PacketFlow } from "./flow.ts";
import type { CtInfo, NfHook, PacketVlan } from "./packet_fields.ts";
import { mend } from "./packet.ts";
import {
  expectNumbers,
  expectWithin,
  moduleHint,
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  NFNL_SUBSYS,
} from "./protocol.ts";
import { NF, QueueConfig, QueuePacket, type QueueVerdict, QueueVerdictMessage, type SkbInfo } from "./queue/tables.ts";

const {
  NFQNL_MSG_PACKET: PACKET,
  NFQNL_MSG_VERDICT: VERDICT,
  NFQNL_MSG_CONFIG: CONFIG,
  NFQNL_MSG_VERDICT_BATCH: VERDICT_BATCH,
} = NETFILTER_MSG;

declareMessages(
  NETLINK_NETFILTER,
  { types: [PACKET], codec: QueuePacket as Codec<unknown, never> },
  { types: [VERDICT, VERDICT_BATCH], codec: QueueVerdictMessage as Codec<unknown, never> },
  { types: [CONFIG], codec: QueueConfig as Codec<unknown, never> },
);

/** Options of reading queues. */
export interface QueueOptions extends StreamOptions {
  /** Most bytes of each packet that are copied, 1..65531; or `meta` for none. The whole packet when absent. */
  copy?: number | "meta";
  /** Most packets that wait in the kernel for a verdict; 1024 when absent. */
  maxLength?: number;
  /** True if packets are accepted when the queue or the socket's buffer is full; else they are dropped. */
  failOpen?: boolean;
  /** True if packets have their flow (`ct`). */
  conntrack?: boolean;
  /** True if packets are queued before they are divided: up to 64 KiB long, with checksums that are not filled in. */
  gso?: boolean;
  /** True if packets have the user and group of the socket that sent them. */
  uidGid?: boolean;
  /** True if packets have the security context of the socket that sent them. */
  secctx?: boolean;
  /** The verdict on packets that are undecided when the loop ends or throws; `drop` when absent. */
  onExit?: "accept" | "drop";
}

/** Changes that come with a verdict. */
export interface VerdictChanges {
  /** New mark. */
  mark?: number;
  /** New packet from its IP header on, of any length. The kernel corrects neither checksums nor lengths: see `mend`. */
  payload?: Uint8Array;
  /** True if the checksums and lengths of `payload` are made right before it is sent. */
  mend?: boolean;
  /** Changes of the packet's flow: `mark`, `status`, `timeout`, `labels`, `help`. */
  ct?: PacketFlow;
  /** An expectation to add to the packet's flow, for helpers in user space. */
  exp?: PacketExpectation;
  /** New priority. */
  priority?: number;
  /** New VLAN tag, of packets of a bridge. */
  vlan?: PacketVlan;
  /** New link-layer header, of packets of a bridge. */
  l2hdr?: Uint8Array;
  /** Number of the queue for the verdicts `queue` and `queue_bypass`. */
  queue?: number;
}

const BATCH_CHANGES = ["mark", "queue"];
const CHANGES = ["mark", "payload", "mend", "ct", "exp", "priority", "vlan", "l2hdr", "queue"];
/** The forms of a queue's own options. */
const OPTIONS: OptionKinds = {
  copy: "any",
  maxLength: "number",
  failOpen: "boolean",
  conntrack: "boolean",
  gso: "boolean",
  uidGid: "boolean",
  secctx: "boolean",
  onExit: "any",
};
const NO_PAYLOAD: Uint8Array = new Uint8Array(0);
/** Lengths of IP headers in bytes. */
const HEADERS: Readonly<Record<string, number>> = { ip: 20, ip6: 40 };

/** Marks a packet as decided. */
let settle: (packet: QueuedPacket) => void;

/** A packet that waits for a verdict. Fields that the kernel did not send are absent. */
export class QueuedPacket {
  /** Always absent: only the item for lost packets is an event. */
  declare readonly event?: undefined;
  /** The family of the hook: `ip`, `ip6`, `bridge`. */
  readonly family: NfFamily;
  /** Number of the queue. */
  readonly queue: number;
  /** Number of the packet in its queue. */
  readonly id: number;
  /** Number of the link layer's protocol: 0x0800 is IPv4, 0x86dd IPv6. */
  readonly hwProtocol: number;
  /** The place where it was queued. */
  readonly hook: NfHook | number;
  /**
   * The packet from its IP header on, or its first bytes; empty if it is not copied. Other packets have theirs in the
   * same memory: transfer a copy to a Worker, `payload.slice()`.
   */
  readonly payload: Uint8Array;
  /** The mark. */
  declare readonly mark?: number;
  /** Arrival in ns since 1970; absent for packets of this machine. */
  declare readonly timestamp?: bigint;
  /** Number of the interface that it arrived at. */
  declare readonly indev?: number;
  /** Number of the interface that it leaves through. */
  declare readonly outdev?: number;
  /** Number of the bridge's port that it arrived at. */
  declare readonly physindev?: number;
  /** Number of the bridge's port that it leaves through. */
  declare readonly physoutdev?: number;
  /** The sender's link-layer address. */
  declare readonly hwaddr?: string;
  /** Its flow, with option `conntrack`. */
  declare readonly ct?: PacketFlow;
  /** Its relation to the flow. */
  declare readonly ctInfo?: CtInfo | number;
  /** Length of the packet, if `payload` has only its first bytes. */
  declare readonly capLen?: number;
  /** State of the packet. */
  declare readonly skbInfo?: readonly (SkbInfo | number)[];
  /** Number of the user whose socket sent it, with option `uidGid`. */
  declare readonly uid?: number;
  /** Number of that user's group. */
  declare readonly gid?: number;
  /** Security context, with option `secctx`. */
  declare readonly secctx?: string;
  /** VLAN tag, of packets of a bridge. */
  declare readonly vlan?: PacketVlan;
  /** Link-layer header, of packets of a bridge. */
  declare readonly l2hdr?: Uint8Array;
  /** Priority. */
  declare readonly priority?: number;
  /** Class of the sender's control group (net_cls). */
  declare readonly cgroupClassid?: number;
  readonly #owner: PacketQueue;
  #undecided = true;

  static {
    settle = (packet) => packet.#undecided = false;
  }

  /** Takes over the fields of a message, each by its name, which is faster than a copy of all. */
  constructor(owner: PacketQueue, message: QueuePacket) {
    const { packetHdr } = message;
    this.#owner = owner;
    this.family = message.family;
    this.queue = message.queue;
    this.id = packetHdr?.packetId ?? 0;
    this.hwProtocol = packetHdr?.hwProtocol ?? 0;
    this.hook = packetHdr?.hook ?? 0;
    this.payload = message.payload ?? NO_PAYLOAD;
    if (message.mark !== undefined) this.mark = message.mark;
    if (message.timestamp !== undefined) this.timestamp = message.timestamp;
    if (message.indev !== undefined) this.indev = message.indev;
    if (message.outdev !== undefined) this.outdev = message.outdev;
    if (message.physindev !== undefined) this.physindev = message.physindev;
    if (message.physoutdev !== undefined) this.physoutdev = message.physoutdev;
    if (message.hwaddr !== undefined) this.hwaddr = message.hwaddr;
    if (message.ct !== undefined) this.ct = message.ct;
    if (message.ctInfo !== undefined) this.ctInfo = message.ctInfo;
    if (message.capLen !== undefined) this.capLen = message.capLen;
    if (message.skbInfo !== undefined) this.skbInfo = message.skbInfo;
    if (message.uid !== undefined) this.uid = message.uid;
    if (message.gid !== undefined) this.gid = message.gid;
    if (message.secctx !== undefined) this.secctx = message.secctx;
    if (message.vlan !== undefined) this.vlan = message.vlan;
    if (message.l2hdr !== undefined) this.l2hdr = message.l2hdr;
    if (message.priority !== undefined) this.priority = message.priority;
    if (message.cgroupClassid !== undefined) this.cgroupClassid = message.cgroupClassid;
  }

  /** True if the packet waits for a verdict. */
  get undecided(): boolean {
    return this.#undecided;
  }

  /** Name of the interface that it arrived at. */
  get indevDev(): string | undefined {
    return this.#owner.interfaceName(this.indev);
  }

  /** Name of the interface that it leaves through. */
  get outdevDev(): string | undefined {
    return this.#owner.interfaceName(this.outdev);
  }

  /**
   * Decides what happens to the packet, now or later, once.
   *
   * @throws {TypeError} it is decided; or `payload` is given, but the packet was copied only in part, so that the rest
   * would be cut off
   */
  verdict(verdict: QueueVerdict, changes?: VerdictChanges): void {
    this.#owner.decide(this, verdict, changes, false);
  }

  /** Decides what happens to this packet and to all undecided ones before it in its queue. */
  verdictBatch(verdict: QueueVerdict, changes?: Pick<VerdictChanges, "mark" | "queue">): void {
    this.#owner.decide(this, verdict, changes, true);
  }
}

/** The item that tells that packets were lost, as they arrived faster than they were read. It takes no verdict. */
export interface QueueOverrun extends Omit<Partial<{ readonly [K in keyof QueuedPacket]: undefined }>, Dummy> {
  /** The kind of item. */
  readonly event: "overrun";
  /** Empty. */
  readonly payload: Uint8Array;
  /** Does nothing. */
  verdict(verdict: QueueVerdict, changes?: VerdictChanges): void;
  /** Does nothing. */
  verdictBatch(verdict: QueueVerdict, changes?: VerdictChanges): void;
}

/** The fields of {@linkcode QueueOverrun} that are not absent. */
export type Dummy = "event" | "payload" | "verdict" | "verdictBatch";

const OVERRUN: QueueOverrun = Object.freeze({
  event: "overrun",
  payload: NO_PAYLOAD,
  verdict: () => {},
  verdictBatch: () => {},
});

/** Item of a loop over queues. */
export type QueueItem = QueuedPacket | QueueOverrun;

/** Options that are flags of a queue, and their bits. */
const FLAGS = { failOpen: 1, conntrack: 2, gso: 4, uidGid: 8, secctx: 16 } as const;

/** The verdicts that need no number of a queue. */
const PLAIN_VERDICTS: ReadonlyMap<string, number> = new Map(
  Object.entries(NF).filter(([name]) => !name.startsWith("queue")),
);
/** Offsets in a verdict without changes: the queue in nfgenmsg, the verdict and the packet in nfqnl_msg_verdict_hdr. */
const PLAIN_QUEUE = NLMSG_HDRLEN + 2, PLAIN_VERDICT = NLMSG_HDRLEN + 10, PLAIN_ID = NLMSG_HDRLEN + 12;
/** Most decided packets that are kept among those that wait. */
const MOST_DECIDED = 256;

/** The packets of some queues, on one socket. Leaving the loop decides the undecided packets by `onExit`. */
export class PacketQueue implements AsyncIterableIterator<QueueItem>, AsyncDisposable, Disposable {
  /** The numbers of the queues. */
  readonly numbers: readonly number[];
  readonly #transport: Transport;
  readonly #onExit: "accept" | "drop";
  readonly #writer: Writer = new Writer();
  #reader: Reader = new Reader(NO_PAYLOAD);
  readonly #signal: AbortSignal | undefined;
  readonly #stop = (): void => this.close();
  /** A verdict without changes; all such messages differ only in numbers. */
  #plain: Writer | undefined;
  /** The packets without a verdict in the order of arrival, and some that have one. */
  #waiting: QueuedPacket[] = [];
  /** Number of those that have one. */
  #decided = 0;
  /** Items that were received but not yielded, from `#next` on. */
  #items: QueueItem[] = [];
  #next = 0;
  #failure: unknown;
  #filling: Promise<void> | undefined;
  #closed = false;
  #seq = 0;

  /** Binds the queues; {@linkcode queue} reads better. */
  constructor(numbers: readonly number[], options: QueueOptions = {}) {
    const what = `read queue ${numbers.join(", ")}`;
    expectFields(options, what, "options as an object");
    expectNumbers(numbers, "queue");
    const { onExit = "drop", copy = "meta", maxLength = 0 } = options;
    if (copy !== "meta") expectWithin(copy, 1, 0xffff, `${what}: copy`);
    expectWithin(maxLength, 0, 0xffffffff, `${what}: maxLength`);
    if (onExit !== "drop" && onExit !== "accept") {
      throw argumentError(TypeError, `Cannot ${what}: onExit: expected "accept" or "drop", got ${shown(onExit)}`);
    }
    this.numbers = numbers;
    this.#onExit = onExit;
    this.#transport = openTransport(
      NETLINK_NETFILTER,
      options,
      (transport) => this.#bind(transport, options, what),
      OPTIONS,
    );
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.#stop, { once: true });
    if (this.#signal?.aborted === true) this.close();
  }

  #bind(transport: Transport, options: QueueOptions, what: string): void {
    const { copy = 0xffff, maxLength } = options, writer = this.#writer;
    const requests = new Map<number, { what: string; flag?: string }>();
    writer.reset();
    writer.what = what;
    for (const queue of this.numbers) {
      const params = copy === "meta"
        ? { copyMode: "meta", copyRange: 0 } as const
        : { copyMode: "packet", copyRange: copy } as const;
      // The queue drops packets until it has a copy mode, so one message has both.
      const first: QueueConfig = {
        queue,
        cmd: { command: "bind" },
        params,
        ...(maxLength === undefined ? {} : { queueMaxlen: maxLength }),
      };
      requests.set(this.#append(CONFIG, NLM_F.NLM_F_ACK, QueueConfig, first), { what: `read queue ${queue}` });
      for (const [flag, bit] of Object.entries(FLAGS) as [keyof typeof FLAGS, number][]) {
        if (options[flag] !== true) continue;
        // A kernel refuses all flags of a message if it lacks one, so each has its own.
        const one: QueueConfig = { queue, mask: bit as never, flags: bit as never };
        const seq = this.#append(CONFIG, NLM_F.NLM_F_ACK, QueueConfig, one);
        requests.set(seq, { what: `set ${flag} of queue ${queue}`, flag });
      }
    }
    transport.send(writer.bytes, writer.length);
    const answers = new Answers(DEFAULT_TIMEOUT);
    let failure: KernelError | undefined;
    while (requests.size > 0) {
      const from = answers.next(transport, what);
      // Packets may already arrive.
      this.#take(from, (seq, errno) => {
        const request = requests.get(seq);
        requests.delete(seq);
        if (errno === 0 || failure !== undefined || request === undefined) return;
        failure = new KernelError(request.what, errno, { hint: hintOf(errno, request.flag) });
      });
    }
    if (failure !== undefined) throw failure;
  }

  /** Appends a message to a writer, and returns its sequence number. */
  #append<T>(type: number, flags: number, codec: Codec<unknown, T>, value: T, writer: Writer = this.#writer): number {
    const seq = this.#seq = (this.#seq + 1) >>> 0;
    writer.align();
    const start = writer.grow(NLMSG_HDRLEN);
    codec.encode(value, writer, {});
    writer.view.setUint32(start, writer.length - start, true);
    writer.view.setUint16(start + 4, type, true);
    writer.view.setUint16(start + 6, flags | NLM_F.NLM_F_REQUEST, true);
    writer.view.setUint32(start + 8, seq, true);
    return seq;
  }

  /** Takes the packets in a datagram; `answer` receives the sequence number and errno of each answer. */
  #take({ bytes, view, length, port }: Received, answer: (seq: number, errno: number) => void): void {
    if (port !== 0) return;
    if (this.#reader.bytes !== bytes) this.#reader = new Reader(bytes, length, view);
    else this.#reader.next(length);
    const from = this.#reader;
    eachMessage(from, (at, end) => {
      const type = view.getUint16(at + 4, true);
      if (type === NLMSG.NLMSG_ERROR) {
        return answer(view.getUint32(at + 8, true), readError(from, at, end).errno);
      }
      if (type !== PACKET) return;
      const packet = new QueuedPacket(this, QueuePacket.decode(from, at + NLMSG_HDRLEN, end, {}));
      this.#waiting.push(packet);
      this.#items.push(packet);
    });
  }

  /** Returns the next item; `done` after the end. */
  next(): Promise<IteratorResult<QueueItem, void>> {
    if (this.#next < this.#items.length) {
      return Promise.resolve({ value: this.#items[this.#next++]!, done: false });
    }
    return this.#afterFilling();
  }

  async #afterFilling(): Promise<IteratorResult<QueueItem, void>> {
    while (this.#next >= this.#items.length) {
      if (this.#failure !== undefined) {
        const failure = this.#failure;
        this.#failure = undefined;
        this.close();
        throw failure;
      }
      if (this.#closed) return { value: undefined, done: true };
      await (this.#filling ??= this.#fill());
    }
    return { value: this.#items[this.#next++]!, done: false };
  }

  /** Waits for packets, and receives those that have arrived. */
  async #fill(): Promise<void> {
    this.#items = [];
    this.#next = 0;
    try {
      // This waits a turn of the event loop even if packets have arrived.
      await this.#transport.readable();
      if (this.#closed) return;
      const { lost } = drain(
        this.#transport,
        (received) => this.#take(received, (_seq, errno) => this.#refused(errno)),
      );
      if (lost) this.#items.push(OVERRUN);
    } catch (error) {
      if (!this.#closed) this.#failure = error;
    } finally {
      this.#filling = undefined;
    }
  }

  #refused(errno: number): void {
    // ENOENT: the packet is gone, since its interface is, for example.
    if (errno === 0 || errno === ERRNO.ENOENT) return;
    this.#failure = new KernelError(`decide a packet of queue ${this.numbers.join(", ")}`, errno);
  }

  /** Returns the name of an interface of the socket's namespace. */
  interfaceName(index: number | undefined): string | undefined {
    return index === undefined || this.#closed ? undefined : this.#transport.interfaceName(index);
  }

  /** Sends a verdict on a packet, or on it and all before it. */
  decide(packet: QueuedPacket, verdict: QueueVerdict, changes: VerdictChanges | undefined, batch: boolean): void {
    if (this.#closed) throw new NetlinkError(`Cannot ${deciding(packet)}: the queue was closed`, "CLOSED");
    if (!packet.undecided) throw argumentError(TypeError, `Cannot ${deciding(packet)}: it has its verdict`);
    const plain = changes === undefined ? PLAIN_VERDICTS.get(verdict) : undefined;
    const writer = plain === undefined
      ? this.#encode(packet, verdict, changes ?? {}, batch)
      : this.#encodePlain(packet, plain, batch);
    if (batch) { for (const other of this.#waiting) if (isUpTo(packet, other)) this.#settle(other); }
    else this.#settle(packet);
    this.#transport.send(writer.bytes, writer.length);
  }

  /** Marks a packet as decided, and forgets the decided ones once they are the most. */
  #settle(packet: QueuedPacket): void {
    settle(packet);
    if (++this.#decided <= MOST_DECIDED || 2 * this.#decided <= this.#waiting.length) return;
    this.#waiting = this.#waiting.filter(({ undecided }) => undecided);
    this.#decided = 0;
  }

  /** Writes a verdict without changes: the table makes the first, and the others differ only in numbers. */
  #encodePlain({ queue, id }: QueuedPacket, verdict: number, batch: boolean): Writer {
    let plain = this.#plain;
    if (plain === undefined) {
      plain = this.#plain = new Writer(64);
      this.#append(VERDICT, 0, QueueVerdictMessage, { queue, verdictHdr: { verdict, id } }, plain);
    }
    const { view } = plain;
    view.setUint16(4, batch ? VERDICT_BATCH : VERDICT, true);
    view.setUint32(8, this.#seq = (this.#seq + 1) >>> 0, true);
    view.setUint16(PLAIN_QUEUE, queue);
    view.setUint16(PLAIN_VERDICT, verdict);
    view.setUint32(PLAIN_ID, id);
    return plain;
  }

  #encode(packet: QueuedPacket, verdict: QueueVerdict, changes: VerdictChanges, batch: boolean): Writer {
    const { queue, id, capLen, payload: copied } = packet, what = deciding(packet);
    if (!Object.hasOwn(NF, verdict)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: expected ${Object.keys(NF).map((one) => `"${one}"`).join(", ")}, got ${shown(verdict)}`,
      );
    }
    expectNames(changes, what, batch ? BATCH_CHANGES : CHANGES);
    const { queue: to, payload, mend: mended, ct, ...rest } = changes;
    if (verdict.startsWith("queue") !== (to !== undefined)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: queue: ${to === undefined ? "is missing" : `the verdict is ${shown(verdict)}`}`,
      );
    }
    if (payload !== undefined && (copied.length === 0 || capLen !== undefined && capLen > copied.length)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: payload: the packet has ${
          capLen ?? "more"
        } bytes, and only ${copied.length} were copied: the rest ` +
          "would be cut off",
      );
    }
    // The kernel takes a packet without a header, which is lost.
    if (payload !== undefined) {
      expectWithin(payload.length, HEADERS[packet.family] ?? 1, 0xffff, `${what}: payload: length`);
    }
    const writer = this.#writer;
    writer.reset();
    writer.what = what;
    this.#append(batch ? VERDICT_BATCH : VERDICT, 0, QueueVerdictMessage, {
      queue,
      verdictHdr: { verdict, id, ...(to === undefined ? {} : { queue: to }) },
      ...rest,
      // The kernel ignores an expectation without changes of the flow.
      ...(ct !== undefined || rest.exp !== undefined ? { ct: ct ?? {} } : {}),
      ...(payload === undefined ? {} : { payload: mended === true ? mend(payload) : payload }),
    });
    return writer;
  }

  /** Decides all undecided packets by `onExit`, and closes the socket. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#stop);
    try {
      // The kernel drops undecided packets when the socket is closed.
      if (this.#onExit === "accept") this.#acceptAll();
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
    } finally {
      this.#items = [];
      this.#next = 0;
      this.#transport.close();
    }
  }

  #acceptAll(): void {
    const writer = this.#writer, transport = this.#transport;
    writer.reset();
    for (const queue of this.numbers) {
      // From now on the kernel accepts new packets, as the queue is full.
      this.#append(CONFIG, 0, QueueConfig, { queue, queueMaxlen: 0, mask: ["fail_open"], flags: ["fail_open"] });
    }
    transport.send(writer.bytes, writer.length);
    while (!drain(transport, (received) => this.#take(received, () => {})).empty);
    writer.reset();
    for (const packet of this.#waiting) {
      if (!packet.undecided) continue;
      this.#append(VERDICT, 0, QueueVerdictMessage, {
        queue: packet.queue,
        verdictHdr: { verdict: "accept", id: packet.id },
      });
      settle(packet);
    }
    if (writer.length > 0) transport.send(writer.bytes, writer.length);
  }

  /** Closes the queues, which ends a pending `next()`. */
  return(): Promise<IteratorResult<QueueItem, void>> {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Returns itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Does the same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Does the same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}

/** True if another packet waits, and is this one or before it in its queue. */
function isUpTo({ queue, id }: QueuedPacket, other: QueuedPacket): boolean {
  return other.undecided && other.queue === queue && (other.id - id | 0) <= 0;
}

/** Returns the task of a verdict, for errors. */
function deciding({ queue, id }: QueuedPacket): string {
  return `decide packet ${id} of queue ${queue}`;
}

/** Returns the hint of an error about a queue. */
function hintOf(errno: number, flag: string | undefined): string | undefined {
  if (errno === ERRNO.EPERM) {
    return capabilityHint(false, true) ?? "another socket reads this queue: see /proc/net/netfilter/nfnetlink_queue";
  }
  if (flag === "conntrack") {
    return "the kernel lacks CONFIG_NETFILTER_NETLINK_GLUE_CT, or module nf_conntrack_netlink is not loaded";
  }
  if (flag !== undefined) return "this kernel does not know the option";
  return errno === 22 ? moduleHint(NFNL_SUBSYS.NFNL_SUBSYS_QUEUE) : undefined;
}

/**
 * Reads one queue or several: `for await (const packet of queue(0)) packet.verdict("accept")`.
 *
 * Each packet needs one verdict, in the loop or later. Leaving the loop, an error in it, and aborting the signal close
 * the queue; the packets without a verdict get that of `onExit`. Lost packets are told by an item with `event:
 * "overrun"`, which a script may treat like a packet: its `verdict` does nothing.
 *
 * @throws {KernelError} EPERM: another socket reads this queue, or CAP_NET_ADMIN is missing; EOPNOTSUPP: the kernel
 * lacks an option
 */
export function queue(numbers: number | readonly number[], options: QueueOptions = {}): PacketQueue {
  return new PacketQueue(Array.isArray(numbers) ? numbers : [numbers as number], options);
}

export { headersOf, mend, type PacketHeaders, withData } from "./packet.ts";
export * from "./packet_fields.ts";
export * from "./queue/tables.ts";
export type * from "./expectation.ts";
export type * from "./flow.ts";
export type { IpProtocol, Tuple } from "./tuple.ts";
export type { NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/stream.ts";
