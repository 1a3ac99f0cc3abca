/**
 * The records that arrive on a socket, as events; for the watch and for the daemon.
 *
 * @module
 */
import { type Codec, Reader, Writer } from "../../core/codec/mod.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN, readError } from "../../core/message.ts";
import { openTransport, type OptionKinds, type StreamOptions } from "../../core/stream.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { after, Answers, DEFAULT_TIMEOUT, drain } from "../../core/wait.ts";
import { Assembler, type AuditEvent, type AuditFilter, PAUSE } from "./event.ts";
import { AUDIT, AuditStatus, AuditText, NETLINK_AUDIT } from "./protocol.ts";
import { parseRecord } from "./record.ts";

/** Options of reading events. */
export interface AuditStreamOptions extends StreamOptions, AuditFilter {}

/** The item that tells that records were lost. Its lists are empty, so that a script that ignores losses needs no `if`. */
export interface AuditOverrun extends Omit<AuditEvent, "event"> {
  /** The kind of item. */
  readonly event: "overrun";
  /** Number of records that the kernel has thrown away, if it was that: they came faster than they were read. */
  readonly lost?: number;
}

/** Item of a loop over events. */
export type AuditItem = AuditEvent | AuditOverrun;

/** The forms of {@linkcode AuditFilter}. */
export const FILTER_OPTIONS: OptionKinds = { key: "any", type: "any", uid: "number" };

/** The kernel's own account of lost records, on a socket of its own: that of the records may be full. */
export class Control implements Disposable {
  readonly #transport: Transport;
  #seq = 0;
  #lost: number | undefined;

  /** Opens the socket. */
  constructor({ netns, transport }: StreamOptions) {
    this.#transport = openTransport(NETLINK_AUDIT, {
      ...(netns === undefined ? {} : { netns }),
      ...(transport === undefined ? {} : { transport }),
    });
    this.#lost = this.status()?.lost;
  }

  /** Returns the status; `undefined` if this process may not read it. */
  status(): AuditStatus | undefined {
    this.#seq++;
    sendRequest(this.#transport, AUDIT.AUDIT_GET, 0, this.#seq, {});
    const answers = new Answers(DEFAULT_TIMEOUT);
    let status: AuditStatus | undefined, refused = false;
    while (status === undefined && !refused) {
      const received = answers.next(this.#transport, "read the audit status");
      takeMessages(received, (type, seq, from, at, end) => {
        if (seq !== this.#seq) return;
        if (type === NLMSG.NLMSG_ERROR) refused = true;
        else if (type === AUDIT.AUDIT_GET) status = AuditStatus.decode(from, at, end, {});
      });
    }
    return status;
  }

  /** Returns the number of records that were lost since the last call, given a status of now. */
  lost(status: AuditStatus | undefined): number {
    const before = this.#lost;
    this.#lost = status?.lost;
    // The number may have been reset.
    return before === undefined || this.#lost === undefined ? 0 : Math.max(0, this.#lost - before);
  }

  /** Gives the place of the daemon back, if this process has it. */
  unregister(): void {
    this.#seq++;
    sendRequest(this.#transport, AUDIT.AUDIT_SET, NLM_F.NLM_F_ACK, this.#seq, { mask: ["pid"], pid: 0 });
    const answers = new Answers(DEFAULT_TIMEOUT);
    let answered = false;
    while (!answered) {
      takeMessages(answers.next(this.#transport, "give the place of the audit daemon back"), (type, seq) => {
        // An error says that another process has the place now.
        answered ||= seq === this.#seq && type === NLMSG.NLMSG_ERROR;
      });
    }
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.#transport.close();
  }
}

/** Sends a request about the status. */
export function sendRequest(transport: Transport, type: number, flags: number, seq: number, value: AuditStatus): void {
  const writer = new Writer(), start = writer.grow(NLMSG_HDRLEN);
  writer.what = type === AUDIT.AUDIT_GET ? "read the audit status" : "set the audit status";
  if (type !== AUDIT.AUDIT_GET) (AuditStatus as Codec<unknown, AuditStatus>).encode(value, writer, {});
  writer.view.setUint32(start, writer.length, true);
  writer.view.setUint16(start + 4, type, true);
  writer.view.setUint16(start + 6, flags | NLM_F.NLM_F_REQUEST, true);
  writer.view.setUint32(start + 8, seq, true);
  transport.send(writer.bytes, writer.length);
}

/** Calls `take` for each message of the kernel in a datagram. */
function takeMessages(
  { bytes, view, length, port }: Received,
  take: (type: number, seq: number, from: Reader, at: number, end: number) => void,
): void {
  if (port !== 0) return;
  const from = new Reader(bytes, length, view);
  eachMessage(from, (at, end) => {
    take(view.getUint16(at + 4, true), view.getUint32(at + 8, true), from, at + NLMSG_HDRLEN, end);
  });
}

/** The parts of a stream of events. */
export interface Live {
  /** The socket that the records arrive on. */
  readonly transport: Transport;
  /** The socket to ask for the status on. */
  readonly control: Control;
  /** True for the events that are wanted. */
  readonly fits: (event: AuditEvent) => boolean;
  /** Called after records have come, with the kernel's status, and with true if the socket's buffer was full. */
  readonly seen?: (status: AuditStatus | undefined, full: boolean) => void;
  /** Called with the errno of each answer to a request on the socket of the records. */
  readonly answered?: (errno: number, seq: number) => void;
}

/** The events that arrive on a socket. */
export class LiveEvents {
  readonly #live: Live;
  readonly #assembler: Assembler = new Assembler();
  #items: AuditItem[] = [];
  #records = 0;

  /** Reads from sockets that the caller closes. */
  constructor(live: Live) {
    this.#live = live;
  }

  /**
   * Takes the record in a datagram, or an answer. A record extends to the end of its datagram: for the daemon, the kernel
   * writes a length that leaves out the header.
   */
  take(received: Received): void {
    const { bytes, view, length, port } = received;
    if (port !== 0 || length < NLMSG_HDRLEN) return;
    const type = view.getUint16(4, true), from = new Reader(bytes, length, view);
    if (type === NLMSG.NLMSG_ERROR) {
      return this.#live.answered?.(readError(from, 0, length).errno, view.getUint32(8, true));
    }
    // REPLACE asks only whether this process still receives; its content is no text.
    if (type < AUDIT.AUDIT_GET || type === AUDIT.AUDIT_REPLACE) return;
    this.#records++;
    const { text } = AuditText.decode(from, NLMSG_HDRLEN, length, {});
    this.#add(this.#assembler.add(parseRecord(type, text), performance.now()));
  }

  #add(events: readonly AuditEvent[]): void {
    for (const event of events) if (this.#live.fits(event)) this.#items.push(event);
  }

  /** Yields the events, until the sockets are closed. */
  async *run(): AsyncGenerator<AuditItem, void, undefined> {
    const { transport, control, seen } = this.#live;
    while (true) {
      const { lost, empty } = drain(transport, (received) => this.take(received));
      this.#add(this.#assembler.expire(performance.now()));
      if (lost) this.#items.push(overrun());
      // The kernel answers from a thread of its own, which takes its time: it is asked once all records are read.
      if (this.#records > 0 && empty || lost) {
        this.#records = 0;
        const status = control.status(), gone = control.lost(status);
        if (gone > 0) this.#items.push(overrun(gone));
        seen?.(status, lost);
      }
      const items = this.#items;
      this.#items = [];
      for (const item of items) yield item;
      if (!empty) await new Promise((resolve) => setTimeout(resolve, 0));
      else await readable(transport, this.#assembler.waiting ? PAUSE : Infinity);
    }
  }
}

function overrun(lost?: number): AuditOverrun {
  return {
    event: "overrun",
    ...(lost === undefined ? {} : { lost }),
    time: Date.now(),
    serial: 0,
    records: [],
    keys: [],
    paths: [],
  };
}

/** Waits for a datagram, at most `limit` ms. */
async function readable(transport: Transport, limit: number): Promise<void> {
  const over = new AbortController(), cancel = after(limit, () => over.abort());
  try {
    await transport.readable({ signal: over.signal });
  } catch (error) {
    if (!over.signal.aborted || error !== over.signal.reason) throw error;
  } finally {
    cancel();
  }
}
