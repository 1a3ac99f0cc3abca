/**
 * INET_DIAG_REQ_BYTECODE: a program that the kernel runs on each socket to accept or reject it.
 *
 *     inet_diag_bc_op  0       1       2               4
 *                      +-------+-------+---------------+------------------
 *                      | code  | yes   | no            | operand
 *                      +-------+-------+---------------+------------------
 *
 * `yes` and `no` are the distance in bytes to the next op. The kernel accepts a socket whose op jumps exactly to the
 * end of the program, and rejects one whose op jumps four bytes past the end. A port operand is in the field `no` of
 * another op.
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

/** INET_DIAG_BC_*: codes of ops. */
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

/** Code of an op: the check that it does. */
export type BytecodeCode = keyof typeof INET_DIAG_BC;

/** An op of a program: a code with its operand. */
export interface BytecodeOp {
  /** Code of the op. */
  code: BytecodeCode;
  /** Distance in bytes to the next op if the check succeeds: the op's own length. */
  yes: number;
  /** Distance in bytes to the next op if the check fails. */
  no: number;
  /** Port of `s_ge`, `s_le`, `s_eq`, `d_ge`, `d_le`, `d_eq`; of `s_cond` and `d_cond` if they compare one. 0..65535. */
  port?: number;
  /** Address prefix of `s_cond` and `d_cond`: `10.0.0.0/8`; if absent, any address. */
  prefix?: string;
  /** Index of the interface of `dev_cond`. */
  ifindex?: number;
  /** Firewall mark of `mark_cond`, u32. */
  mark?: number;
  /** Mask of the mark's bits to compare, u32. */
  mask?: number;
  /** Control group of `cgroup_cond`, as the inode of its directory. */
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

/** Lengths of operands in bytes; the address of a host operand follows it. */
const SIZES: Readonly<Record<Operand, number>> = { none: 0, port: OP, host: HOSTCOND, dev: 4, mark: 8, cgroup: 8 };

/** Returns the length of an op in bytes. */
export function opSize({ code, prefix }: Pick<BytecodeOp, "code" | "prefix">): number {
  const address = prefix === undefined ? 0 : prefix.includes(":") ? 16 : 4;
  return OP + SIZES[OPERANDS[code]] + (OPERANDS[code] === "host" ? address : 0);
}

const codeOf: Codec<BytecodeCode | number> = enumeration(u8, INET_DIAG_BC);

function addressSize(family: number): number {
  return family === AF.inet ? 4 : family === AF.inet6 ? 16 : 0;
}

/** Decodes the op at `at`; `undefined` if it is unknown or cut off. */
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

/** Wire form of a program: ops one after another. */
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
        to.fail(TypeError, `expected an op with one of the codes ${Object.keys(OPERANDS).join(", ")}`);
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
