/** A target of iSCSI for tests, which does what a real one does not do on demand. */
import { createServer, type Server, type Socket } from "node:net";
import { keysOf, keysText } from "../../../families/iscsi/login.ts";

/** A PDU of the target: its opcode, flags, content, and bytes of the header by their offsets. */
export interface Answer {
  readonly opcode: number;
  readonly flags?: number;
  readonly keys?: readonly (readonly [string, string])[];
  readonly data?: Uint8Array;
  readonly at?: Readonly<Record<number, number>>;
}

/** Returns the answers to a PDU with the keys in it. */
export type Answering = (opcode: number, keys: ReadonlyMap<string, string>, header: Uint8Array) => readonly Answer[];

/** A target that listens. */
export interface Target {
  /** The TCP port. */
  readonly port: number;
  /** Sends a PDU of its own on the newest connection. */
  say(pdu: Answer): void;
  /** Breaks all connections. */
  drop(): void;
  /** Breaks all connections, and does not listen any more. */
  end(): Promise<void>;
}

export const LOGIN = 3, TEXT = 4, LOGOUT = 6, NOP_OUT = 0;

/** Answers the login as a target without CHAP does. */
export function plain(opcode: number, header: Uint8Array): readonly Answer[] {
  if (opcode === LOGIN) return [{ opcode: 0x23, flags: header[1]! }];
  return opcode === LOGOUT ? [{ opcode: 0x26 }] : [];
}

/** Starts a target that answers each PDU by a list of PDUs. */
async function startTarget(host: string, answer: Answering): Promise<Target> {
  const sockets = new Set<Socket>();
  let newest: Socket | undefined, cmdsn = 1, statsn = 0;
  const send = (socket: Socket, one: Answer, asked?: Uint8Array): void => {
    const content = one.data ?? keysText(one.keys ?? []), pdu = new Uint8Array(48 + (content.length + 3 & ~3));
    const view = new DataView(pdu.buffer);
    pdu[0] = one.opcode;
    pdu[1] = one.flags ?? 0x80;
    view.setUint32(4, content.length);
    // The tag of the initiator's task, and none of the target's.
    pdu.fill(0xff, 16, 24);
    if (asked !== undefined) pdu.set(asked.subarray(16, 20), 16);
    // StatSN counts answers only; then ExpCmdSN and MaxCmdSN.
    view.setUint32(24, asked === undefined ? statsn : statsn++);
    view.setUint32(28, cmdsn);
    view.setUint32(32, cmdsn + 63);
    for (const [offset, value] of Object.entries(one.at ?? {})) pdu[Number(offset)] = value;
    pdu.set(content, 48);
    // In two pieces, as TCP may deliver it.
    socket.write(pdu.subarray(0, 20));
    socket.write(pdu.subarray(20));
  };
  const server: Server = createServer((socket) => {
    sockets.add(newest = socket);
    let rest = new Uint8Array(0);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Uint8Array) => {
      const all = new Uint8Array(rest.length + chunk.length);
      all.set(rest);
      all.set(chunk, rest.length);
      let at = 0;
      while (all.length - at >= 48) {
        const view = new DataView(all.buffer, at), size = view.getUint32(4) & 0xffffff;
        const next = at + 48 + (size + 3 & ~3);
        if (next > all.length) break;
        const header = all.slice(at, at + 48), keys = new Map(keysOf(all.subarray(at + 48, at + 48 + size)));
        // An immediate PDU does not count.
        cmdsn = view.getUint32(24) + ((header[0]! & 0x40) === 0 ? 1 : 0);
        for (const one of answer(header[0]! & 0x3f, keys, header)) send(socket, one, header);
        at = next;
      }
      rest = all.slice(at);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const drop = (): void => sockets.forEach((one) => one.destroy());
  return {
    port: (server.address() as { port: number }).port,
    say: (pdu) => send(newest!, pdu),
    drop,
    end: () => {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Runs a target while `body` runs, which gets its portal. */
export async function withTarget(
  answer: Answering,
  body: (portal: string, target: Target) => Promise<void>,
  host = "127.0.0.1",
): Promise<void> {
  const target = await startTarget(host, answer);
  try {
    await body(`${host}:${target.port}`, target);
  } finally {
    await target.end();
  }
}
