/**
 * A kernel that follows a script. It stands in for a real one in tests, ours and users', and does what a real kernel does
 * not do on demand.
 *
 * @module
 */
import { NetlinkError } from "./errors.ts";
import type { Buffers, Credentials, Received, Transport } from "./transport.ts";

export type * from "./transport.ts";

/** What a scripted kernel sends: a datagram, one with where it came from, or an error that the receive throws. */
export type Reply = Uint8Array | AddressedReply | Error;

/** A datagram that is not simply the kernel's answer. */
export interface AddressedReply {
  /** The datagram. */
  readonly bytes: Uint8Array;
  /** Who sent it: 0, the kernel, when absent. */
  readonly port?: number;
  /** The multicast group that it went to; 0, none, when absent. */
  readonly groups?: number;
  /** The namespace that it is about, by this one's number for it. */
  readonly nsid?: number;
  /** Who sent it; absent where nobody vouches for it. */
  readonly credentials?: Credentials;
}

/**
 * A kernel that follows a script, for tests: a function from what is sent to what is received.
 *
 * ```ts
 * import { message, ScriptedKernel } from "@linux/netlink/core/scripted.ts";
 * const kernel = new ScriptedKernel((request) => [message(2, 0, request.seq, new Uint8Array(20))]);
 * kernel.send(message(16, 5, 1, new Uint8Array(16)), 32);
 * console.log(kernel.receive(0)?.length); // 36: an ACK
 * ```
 */
export class ScriptedKernel implements Transport {
  /** The port that it answers to. */
  readonly port = 4242;
  /** Everything that was sent to it. */
  readonly sent: Uint8Array[] = [];
  /** The groups that were joined. */
  readonly groups: number[] = [];
  /** Its interfaces. */
  readonly interfaces: Map<number, string> = new Map();
  readonly #script: (request: SentMessage, kernel: ScriptedKernel) => readonly Reply[];
  #queue: Reply[] = [];
  /** How many of the queue were received. */
  #received = 0;
  #wake: (() => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #closed = false;

  /** Answers each message with what `script` returns for it. */
  constructor(script: (request: SentMessage, kernel: ScriptedKernel) => readonly Reply[] = () => []) {
    this.#script = script;
  }

  /** Sends a datagram to the client without being asked. */
  push(...replies: readonly Reply[]): void {
    for (const reply of replies) this.#queue.push(reply);
    const wake = this.#wake;
    if (replies.length > 0) wake?.();
  }

  /** Takes a datagram apart and runs the script on each of its messages, wherever they are sent to. */
  send(bytes: Uint8Array, length: number, _port?: number, _groups?: number): void {
    if (this.#closed) throw new NetlinkError("Cannot send: the socket is closed", "CLOSED");
    const datagram = bytes.slice(0, length), view = new DataView(datagram.buffer);
    this.sent.push(datagram);
    for (let at = 0; at + 16 <= length;) {
      const size = view.getUint32(at, true);
      if (size < 16) break; // no message at all, as some protocols send
      this.push(...this.#script({
        type: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        seq: view.getUint32(at + 8, true),
        payload: datagram.subarray(at + 16, at + size),
      }, this));
      at += (size + 3) & ~3;
    }
  }

  /** The next datagram of the script. */
  receive(_timeout: number): Received | undefined {
    if (this.#closed) throw new NetlinkError("Cannot receive: the socket is closed", "CLOSED");
    if (this.#received === this.#queue.length) return undefined;
    const reply = this.#queue[this.#received++]!;
    if (this.#received === this.#queue.length) {
      this.#queue = [];
      this.#received = 0;
    }
    if (reply instanceof Error) throw reply;
    const addressed: AddressedReply = reply instanceof Uint8Array ? { bytes: reply } : reply;
    const { bytes: given, port = 0, groups = 0, nsid, credentials } = addressed;
    const bytes = given.slice();
    return { bytes, view: new DataView(bytes.buffer), length: bytes.length, port, groups, nsid, credentials };
  }

  /** Knows every option. */
  setOption(_name: number, _value: number): boolean {
    return true;
  }

  /** Takes any size. */
  setBuffer(bytes: number): number {
    return bytes;
  }

  /** Takes any size. */
  setSendBuffer(bytes: number): number {
    return bytes;
  }

  /** Has none. */
  buffers(): Buffers | undefined {
    return undefined;
  }

  /** Notes the group. */
  join(group: number): void {
    this.groups.push(group);
  }

  /** Forgets the group. */
  leave(group: number): void {
    const at = this.groups.indexOf(group);
    if (at >= 0) this.groups.splice(at, 1);
  }

  /** Replies carry what the script says. */
  passCredentials(): void {}

  /** The script is not filtered. */
  attachFilter(_instructions: Uint8Array): void {}

  /** Looks in {@linkcode ScriptedKernel.interfaces}. */
  interfaceName(index: number): string | undefined {
    return this.interfaces.get(index);
  }

  /** Looks in {@linkcode ScriptedKernel.interfaces}. */
  interfaceIndex(name: string): number | undefined {
    for (const [index, other] of this.interfaces) if (other === name) return index;
    return undefined;
  }

  /** Resolves when the script has something to say. */
  readable(options: { signal?: AbortSignal; ref?: boolean } = {}): Promise<void> {
    const { signal } = options;
    if (this.#closed) return Promise.reject(new NetlinkError("Cannot wait: the socket is closed", "CLOSED"));
    if (this.#received < this.#queue.length) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.#wake = resolve;
      this.#fail = reject;
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  /** Ends a wait. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fail?.(new NetlinkError("Cannot wait: the socket is closed", "CLOSED"));
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A message as a scripted kernel sees it. */
export interface SentMessage {
  /** Its type. */
  readonly type: number;
  /** Its flags, NLM_F_*. */
  readonly flags: number;
  /** Its sequence number. */
  readonly seq: number;
  /** What follows its header. */
  readonly payload: Uint8Array;
}

/** A message with its header, for scripts: nlmsg_pid is the scripted kernel's {@linkcode ScriptedKernel.port}. */
export function message(type: number, flags: number, seq: number, payload: Uint8Array, port = 4242): Uint8Array {
  const bytes = new Uint8Array((16 + payload.length + 3) & ~3), view = new DataView(bytes.buffer);
  view.setUint32(0, 16 + payload.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, seq, true);
  view.setUint32(12, port, true);
  bytes.set(payload, 16);
  return bytes;
}

/** Several messages as one datagram. */
export function datagram(...messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of messages) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
