/**
 * INET_DIAG_REQ_BYTECODE: a program of the kernel's that says yes or no to each socket.
 *
 *     inet_diag_bc_op  0       1       2               4
 *                      +-------+-------+---------------+------------------
 *                      | code  | yes   | no            | what it compares with
 *                      +-------+-------+---------------+------------------
 *
 * `yes` and `no` say how many bytes on the next op is. Who comes to the very end is told of, who jumps four bytes past it
 * is not. A port stands where `no` would be in an op of its own.
 *
 * Source: linux/inet_diag.h, v7.2
 *
 * @module
 */
import {
  type Codec,
  enumeration,
  i32,
  ipv4Text,
  ipv6Text,
  MISFIT,
  parsePrefix,
  type Reader,
  shown,
  u16,
  u32,
  u64,
  u8,
} from "../../core/codec/mod.ts";
import { AF } from "./protocol.ts";

/** INET_DIAG_BC_*: what ops do. */
export const INET_DIAG_BC = {
  nop: 0,
  jmp: 1,
  s_ge: 2,
  s_le: 3,
  d_ge: 4,
  d_le: 5,
  auto: 6,
  s_cond: 7,
  d_cond: 8,
  dev_cond: 9,
  mark_cond: 10,
  s_eq: 11,
  d_eq: 12,
  cgroup_cond: 13,
} as const;

/** What an op does. */
export type BytecodeCode = keyof typeof INET_DIAG_BC;

/** One op, with what its code compares with. */
export interface BytecodeOp {
  /** What it does. */
  code: BytecodeCode;
  /** Bytes to the next op if so; its own length. */
  yes: number;
  /** Bytes to the next op if not. */
  no: number;
  /** The port of `s_ge`, `s_le`, `s_eq`, `d_ge`, `d_le`, `d_eq`; that of `s_cond` and `d_cond`, where these ask for one. */
  port?: number;
  /** The addresses of `s_cond` and `d_cond`: `10.0.0.0/8`; of any family when absent. */
  prefix?: string;
  /** The interface of `dev_cond`. */
  ifindex?: number;
  /** The mark of `mark_cond`. */
  mark?: number;
  /** The bits of the mark that count. */
  mask?: number;
  /** The control group of `cgroup_cond`. */
  cgroupId?: bigint;
}

const OP = 4, HOSTCOND = 8;

type Operand = "port" | "host" | "dev" | "mark" | "cgroup" | "none";

const OPERANDS: Readonly<Record<BytecodeCode, Operand>> = {
  nop: "none",
  jmp: "none",
  s_ge: "port",
  s_le: "port",
  d_ge: "port",
  d_le: "port",
  auto: "none",
  s_cond: "host",
  d_cond: "host",
  dev_cond: "dev",
  mark_cond: "mark",
  s_eq: "port",
  d_eq: "port",
  cgroup_cond: "cgroup",
};

/** Bytes of operands; hosts have addresses behind. */
const SIZES: Readonly<Record<Operand, number>> = { none: 0, port: OP, host: HOSTCOND, dev: 4, mark: 8, cgroup: 8 };

/** Bytes of an op. */
export function opSize({ code, prefix }: Pick<BytecodeOp, "code" | "prefix">): number {
  const address = prefix === undefined ? 0 : prefix.includes(":") ? 16 : 4;
  return OP + SIZES[OPERANDS[code]] + (OPERANDS[code] === "host" ? address : 0);
}

const codeOf: Codec<BytecodeCode | number> = enumeration(u8, INET_DIAG_BC);

function addressSize(family: number): number {
  return family === AF.inet ? 4 : family === AF.inet6 ? 16 : 0;
}

/** Reads the op at `at`; `undefined` where it is none that is known, or cut short. */
function readOp(from: Reader, at: number, end: number): { op: BytecodeOp; size: number } | undefined {
  if (end - at < OP) return undefined;
  const { view, bytes } = from, code = codeOf.decode(from, at, at + 1, {});
  if (typeof code === "number") return undefined;
  const op: BytecodeOp = { code, yes: bytes[at + 1]!, no: view.getUint16(at + 2, true) }, operand = OPERANDS[code];
  const place = at + OP;
  let size = OP + SIZES[operand];
  if (size > end - at) return undefined;
  switch (operand) {
    case "port":
      op.port = view.getUint16(place + 2, true);
      break;
    case "host": {
      const length = addressSize(bytes[place]!), port = view.getInt32(place + 4, true), prefix = bytes[place + 1]!;
      size += length;
      if (size > end - at || (length === 0 ? prefix > 0 || bytes[place]! > 0 : prefix > 8 * length)) return undefined;
      const text = length === 4 ? ipv4Text(bytes, place + 8) : length === 16 ? ipv6Text(bytes, place + 8) : undefined;
      if (text !== undefined) op.prefix = `${text}/${prefix}`;
      if (port !== -1) op.port = port;
      break;
    }
    case "dev":
      op.ifindex = view.getUint32(place, true);
      break;
    case "mark":
      op.mark = view.getUint32(place, true);
      op.mask = view.getUint32(place + 4, true);
      break;
    case "cgroup":
      op.cgroupId = view.getBigUint64(place, true);
      break;
  }
  return { op, size };
}

/** Wire form of a program. */
export const Bytecode: Codec<readonly BytecodeOp[]> = {
  name: "a filter program",
  decode(from, at, end) {
    const ops: BytecodeOp[] = [];
    while (at < end) {
      const read = readOp(from, at, end);
      if (read === undefined) return MISFIT;
      ops.push(read.op);
      at += read.size;
    }
    return ops;
  },
  encode(value, to) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array of ops, got ${shown(value)}`);
    (value as readonly BytecodeOp[]).forEach((op, index) => {
      to.path.push(index);
      if (typeof op !== "object" || op === null || !Object.hasOwn(OPERANDS, op.code)) {
        to.fail(TypeError, `expected an op with a code out of ${Object.keys(OPERANDS).join(", ")}`);
      }
      codeOf.encode(op.code, to, op);
      u8.encode(op.yes, to, op);
      u16.encode(op.no, to, op);
      switch (OPERANDS[op.code]) {
        case "port":
          to.grow(2);
          u16.encode(op.port ?? 0, to, op);
          break;
        case "host": {
          const prefix = op.prefix === undefined ? undefined : parsePrefix(op.prefix, to), at = to.grow(4);
          if (prefix !== undefined) {
            to.bytes[at] = prefix.bytes.length === 4 ? AF.inet : AF.inet6;
            to.bytes[at + 1] = prefix.length;
          }
          i32.encode(op.port ?? -1, to, op);
          if (prefix !== undefined) to.append(prefix.bytes);
          break;
        }
        case "dev":
          u32.encode(op.ifindex ?? 0, to, op);
          break;
        case "mark":
          u32.encode(op.mark ?? 0, to, op);
          u32.encode(op.mask ?? 0xffffffff, to, op);
          break;
        case "cgroup":
          u64.encode(op.cgroupId ?? 0n, to, op);
          break;
      }
      to.path.pop();
    });
  },
};
