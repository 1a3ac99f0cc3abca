/**
 * 1-wire over the connector: events of masters and slaves, and commands to them.
 *
 * ```ts
 * import { CN_IDX, open, W1Messages } from "@linux/netlink/families/connector/mod.ts";
 * const w1 = open({ idx: CN_IDX.CN_W1_IDX, val: 1, codec: W1Messages });
 * w1.send([{ type: "list_masters" }]);
 * for await (const { value } of w1) console.log(value);
 * ```
 *
 *     w1_netlink_msg  0       1       2       4               12
 *                     +-------+-------+-------+---------------+---------------------
 *                     | type  | status| len   | slave or mstr | commands or data
 *                     +-------+-------+-------+---------------+---------------------
 *     w1_netlink_cmd  | cmd   | res   | len   | data
 *                     +-------+-------+-------+-------
 *
 * Source: drivers/w1/w1_netlink.h, v7.2, which is no UAPI header.
 * @module
 */
import {
  array,
  bytes,
  type Codec,
  enumeration,
  type Reader,
  u16,
  u32,
  u64,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import { argumentError, DecodeError } from "../../core/errors.ts";

/** The types of messages: enum w1_netlink_message_types. */
export const W1_MSG = {
  slave_add: 0,
  slave_remove: 1,
  master_add: 2,
  master_remove: 3,
  master_cmd: 4,
  slave_cmd: 5,
  list_masters: 6,
} as const;

/** The commands of a master or slave: enum w1_commands. */
export const W1_CMD = {
  read: 0,
  write: 1,
  search: 2,
  alarm_search: 3,
  touch: 4,
  reset: 5,
  slave_add: 6,
  slave_remove: 7,
  list_slaves: 8,
} as const;

/** A command, or the answer to one. */
export interface W1Command {
  /** The command. */
  cmd: keyof typeof W1_CMD | number;
  /** Reserved, 0 when absent. */
  res?: number;
  /** The bytes to write, or the bytes read. */
  data?: Uint8Array;
  /** The slaves found or meant, in `search`, `alarm_search`, `list_slaves`, `slave_add`, `slave_remove`. */
  slaves?: readonly bigint[];
}

/** A message: an event, a request or the answer to one. */
export interface W1Message {
  /** The type of the message. */
  type: keyof typeof W1_MSG | number;
  /** The result in an answer: 0, or the errno above 0. */
  status?: number;
  /** The master's number, in `master_add`, `master_remove`, `master_cmd`. */
  master?: number;
  /** The slave's number, see {@linkcode slaveName}, in `slave_add`, `slave_remove`, `slave_cmd`. */
  slave?: bigint;
  /** The commands, in `master_cmd` and `slave_cmd`. */
  commands?: readonly W1Command[];
  /** The numbers of all masters, in the answer to `list_masters`. */
  masters?: readonly number[];
  /** The bytes after the header, in messages of any other type. */
  data?: Uint8Array;
}

const MESSAGE = 12, COMMAND = 4;
const type: Codec<W1Message["type"]> = enumeration(u8, W1_MSG);
const cmd: Codec<W1Command["cmd"]> = enumeration(u8, W1_CMD);
const masters: Codec<readonly number[]> = array(u32);
const slaves: Codec<readonly bigint[]> = array(u64) as Codec<readonly bigint[]>;
const OF_SLAVES: ReadonlySet<unknown> = new Set(["search", "alarm_search", "list_slaves", "slave_add", "slave_remove"]);
const OF_MASTER: ReadonlySet<unknown> = new Set(["master_add", "master_remove", "master_cmd"]);
const OF_SLAVE: ReadonlySet<unknown> = new Set(["slave_add", "slave_remove", "slave_cmd"]);
const WITH_COMMANDS: ReadonlySet<unknown> = new Set(["master_cmd", "slave_cmd"]);

/** Wire form of the {@linkcode W1Message}s in the data of one connector message; one follows the other. */
export const W1Messages: Codec<readonly W1Message[]> = {
  name: "1-wire messages",
  decode(from: Reader, at: number, end: number): readonly W1Message[] {
    const messages: W1Message[] = [];
    while (at < end) {
      const stop = stopOf(from, at, end, MESSAGE);
      messages.push(decodeMessage(from, at, stop));
      at = stop;
    }
    return messages;
  },
  encode(value: readonly W1Message[], to: Writer, owner: object): void {
    value.forEach((message, i) => {
      to.path.push(i);
      const start = to.length;
      type.encode(message.type, to, owner);
      u8.encode(message.status ?? 0, to, owner);
      to.grow(2);
      if (message.slave !== undefined) u64.encode(message.slave, to, owner);
      else {
        u32.encode(message.master ?? 0, to, owner);
        to.grow(4);
      }
      if (message.masters !== undefined) masters.encode(message.masters, to, owner);
      if (message.data !== undefined) bytes.encode(message.data, to, owner);
      for (const command of message.commands ?? []) encodeCommand(command, to, owner);
      patchLength(to, start, MESSAGE);
      to.path.pop();
    });
  },
};

/**
 * Returns the end of the message or command at `at`. Its header of `size` bytes has the length of the rest at offset 2.
 */
function stopOf(from: Reader, at: number, end: number, size: number): number {
  if (end - at < size) throw new DecodeError(`a 1-wire message has ${end - at} bytes`, at);
  const length = u16.decode(from, at + 2, at + 4, {});
  if (length > end - at - size) throw new DecodeError(`a 1-wire message says it has ${length} bytes more`, at);
  return at + size + length;
}

function patchLength(to: Writer, start: number, size: number): void {
  const length = to.length - start - size;
  if (length > 0xffff) to.fail(RangeError, `expected at most 65535 bytes, got ${length}`);
  to.view.setUint16(start + 2, length, true);
}

function decodeMessage(from: Reader, at: number, end: number): W1Message {
  const message: W1Message = { type: type.decode(from, at, at + 1, {}), status: from.bytes[at + 1]! };
  if (OF_MASTER.has(message.type)) message.master = u32.decode(from, at + 4, at + 8, {});
  if (OF_SLAVE.has(message.type)) message.slave = u64.decode(from, at + 4, at + 12, {});
  const start = at + MESSAGE, commands = WITH_COMMANDS.has(message.type) ? decodeCommands(from, start, end) : undefined;
  if (commands !== undefined) message.commands = commands;
  else if (message.type === "list_masters" && (end - start) % 4 === 0) {
    message.masters = masters.decode(from, start, end, {});
  } else if (end > start) message.data = from.own(start, end);
  return message;
}

/** Decodes commands; returns `undefined` if the bytes are no commands. */
function decodeCommands(from: Reader, at: number, end: number): W1Command[] | undefined {
  const commands: W1Command[] = [];
  while (at < end) {
    if (end - at < COMMAND || u16.decode(from, at + 2, at + 4, {}) > end - at - COMMAND) return undefined;
    const stop = stopOf(from, at, end, COMMAND), start = at + COMMAND;
    const command: W1Command = { cmd: cmd.decode(from, at, at + 1, {}), res: from.bytes[at + 1]! };
    if (OF_SLAVES.has(command.cmd) && stop > start && (stop - start) % 8 === 0) {
      command.slaves = slaves.decode(from, start, stop, {});
    } else if (stop > start) command.data = from.own(start, stop);
    commands.push(command);
    at = stop;
  }
  return commands;
}

function encodeCommand(command: W1Command, to: Writer, owner: object): void {
  const start = to.length;
  cmd.encode(command.cmd, to, owner);
  u8.encode(command.res ?? 0, to, owner);
  to.grow(2);
  if (command.slaves !== undefined) slaves.encode(command.slaves, to, owner);
  if (command.data !== undefined) bytes.encode(command.data, to, owner);
  patchLength(to, start, COMMAND);
}

/** Returns a slave's name below /sys/bus/w1/devices: `28-0000000000ab`, its family and its serial number. */
export function slaveName(slave: bigint): string {
  const hex = (value: bigint, digits: number): string => value.toString(16).padStart(digits, "0");
  return `${hex(slave & 0xffn, 2)}-${hex(slave >> 8n & 0xffffffffffffn, 12)}`;
}

/** Returns the number of the slave with that name. The number's highest byte is the checksum of the other bytes. */
export function slaveId(name: string): bigint {
  const [, family, serial] = /^([0-9a-f]{2})-([0-9a-f]{12})$/i.exec(name) ?? [];
  if (serial === undefined) {
    throw argumentError(TypeError, `Cannot use ${JSON.stringify(name)} as a slave's name: expected "28-0000000000ab"`);
  }
  const id = BigInt(`0x${family}`) | BigInt(`0x${serial}`) << 8n;
  let crc = 0;
  for (let i = 0n; i < 56n; i++) {
    const mix = (crc ^ Number(id >> i & 1n)) & 1;
    crc = crc >> 1 ^ (mix === 1 ? 0x8c : 0);
  }
  return id | BigInt(crc) << 56n;
}
