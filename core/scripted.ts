/**
 * A kernel that follows a script. It replaces a real one in tests, also in those of users, and does things that a real
 * kernel does not do on demand.
 *
 * ```ts
 * import { message, ScriptedKernel } from "@linux/netlink/core/scripted.ts";
 * import { open } from "@linux/netlink/families/route/mod.ts";
 * const NLMSG_DONE = 3, NLM_F_MULTI = 2;
 * const kernel = new ScriptedKernel(({ seq }) => [message(NLMSG_DONE, NLM_F_MULTI, seq, new Uint8Array(4))]);
 * using route = open({ transport: () => kernel });
 * console.log(route.links.list()); // []
 * ```
 *
 * @module
 */
import { NetlinkError } from "./errors.ts";
import type { Buffers, Credentials, Received, Transport } from "./transport.ts";

export type * from "./transport.ts";

/** An answer of a scripted kernel: a datagram, one with its sender, or an error that the receive throws. */
export type Reply = Uint8Array | AddressedReply | Error;

/** A datagram with its sender and further facts about it. */
export interface AddressedReply {
  /** The datagram. */
  readonly bytes: Uint8Array;
  /** The port of the sender; 0, the kernel, when absent. */
  readonly port?: number;
  /** The multicast group that it was sent to; 0, none, when absent. */
  readonly groups?: number;
  /** The number, in the socket's namespace, of the network namespace that it is about. */
  readonly nsid?: number;
  /** The sender's credentials; absent if the kernel does not vouch for them. */
  readonly credentials?: Credentials;
}

/**
 * A kernel that follows a script, for tests: a function that returns the answers to a request.
 *
 * ```ts
 * import { message, ScriptedKernel } from "@linux/netlink/core/scripted.ts";
 * const kernel = new ScriptedKernel((request) => [message(2, 0, request.seq, new Uint8Array(20))]);
 * kernel.send(message(16, 5, 1, new Uint8Array(16)), 32);
 * console.log(kernel.receive(0)?.length); // 36: an ACK
 * ```
 */
export class ScriptedKernel implements Transport {
  /** The port of the client's socket. */
  readonly port = 4242;
  /** All datagrams that were sent to it. */
  readonly sent: Uint8Array[] = [];
  /** The groups that were joined. */
  readonly groups: number[] = [];
  /** The names of its interfaces by number. */
  readonly interfaces: Map<number, string> = new Map();
  readonly #script: (request: SentMessage, kernel: ScriptedKernel) => readonly Reply[];
  #queue: Reply[] = [];
  /** Number of answers in the queue that were received. */
  #received = 0;
  #wake: (() => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #closed = false;

  /** Answers each message with the datagrams that `script` returns. */
  constructor(script: (request: SentMessage, kernel: ScriptedKernel) => readonly Reply[] = () => []) {
    this.#script = script;
  }

  /** Sends datagrams to the client without a request. */
  push(...replies: readonly Reply[]): void {
    for (const reply of replies) this.#queue.push(reply);
    const wake = this.#wake;
    if (replies.length > 0) wake?.();
  }

  /** Runs the script for each message of a datagram, whatever address it is sent to. */
  send(bytes: Uint8Array, length: number, _port?: number, _groups?: number): void {
    if (this.#closed) throw new NetlinkError("Cannot send: the socket is closed", "CLOSED");
    const datagram = bytes.slice(0, length), view = new DataView(datagram.buffer);
    this.sent.push(datagram);
    for (let at = 0; at + 16 <= length;) {
      const size = view.getUint32(at, true);
      if (size < 16) break; // not a message: some protocols send such datagrams
      this.push(...this.#script({
        type: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        seq: view.getUint32(at + 8, true),
        payload: datagram.subarray(at + 16, at + size),
      }, this));
      at += (size + 3) & ~3;
    }
  }

  /** Returns the next datagram of the script. */
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

  /** Accepts every option. */
  setOption(_name: number, _value: number): boolean {
    return true;
  }

  /** Accepts any size. */
  setBuffer(bytes: number): number {
    return bytes;
  }

  /** Accepts any size. */
  setSendBuffer(bytes: number): number {
    return bytes;
  }

  /** Returns `undefined`: it has no buffers. */
  buffers(): Buffers | undefined {
    return undefined;
  }

  /** Remembers the group. */
  join(group: number): void {
    this.groups.push(group);
  }

  /** Forgets the group. */
  leave(group: number): void {
    const at = this.groups.indexOf(group);
    if (at >= 0) this.groups.splice(at, 1);
  }

  /** Does nothing: replies have the script's credentials. */
  passCredentials(): void {}

  /** Does nothing: the script's datagrams are not filtered. */
  attachFilter(_instructions: Uint8Array): void {}

  /** Returns a name from {@linkcode ScriptedKernel.interfaces}. */
  interfaceName(index: number): string | undefined {
    return this.interfaces.get(index);
  }

  /** Returns a number from {@linkcode ScriptedKernel.interfaces}. */
  interfaceIndex(name: string): number | undefined {
    for (const [index, other] of this.interfaces) if (other === name) return index;
    return undefined;
  }

  /** Resolves when the script has sent a datagram. */
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

  /** Closes the socket, and ends a wait with an error. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fail?.(new NetlinkError("Cannot wait: the socket is closed", "CLOSED"));
  }

  /** Does the same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A message as a script receives it. */
export interface SentMessage {
  /** nlmsg_type. */
  readonly type: number;
  /** nlmsg_flags: NLM_F_*. */
  readonly flags: number;
  /** Its sequence number. */
  readonly seq: number;
  /** The bytes behind the header. */
  readonly payload: Uint8Array;
}

/**
 * Returns a message with its header, for scripts: nlmsg_pid is the scripted kernel's {@linkcode ScriptedKernel.port}.
 */
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

/** Joins several messages to one datagram. */
export function datagram(...messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of messages) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
