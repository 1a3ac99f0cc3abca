/**
 * Programs of the filter and the action `bpf`.
 *
 * Source: linux/filter.h, linux/pkt_cls.h TCA_BPF_*, linux/tc_act/tc_bpf.h, v7.2
 *
 * @module
 */
import {
  array,
  hex,
  i32,
  readOnly,
  type Shape,
  shown,
  string,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";

/** An instruction of classic BPF. */
export interface SockFilter {
  /** The operation. */
  code: number;
  /** Instructions to skip if a comparison is true. */
  jt: number;
  /** Instructions to skip if it is false. */
  jf: number;
  /** The operand. */
  k: number;
}

/** Wire form of {@linkcode SockFilter}: struct sock_filter. */
export const SockFilter: Struct<SockFilter> = struct<SockFilter>(8, (): Shape<SockFilter> => ({
  code: [0, u16],
  jt: [2, u8],
  jf: [3, u8],
  k: [4, u32],
}));

/** A program: of classic BPF in `ops`, or an eBPF program that is loaded, by `fd` and `name`. */
export interface BpfProgram {
  /** Number of instructions, which the library counts. */
  opsLen?: number;
  /** The instructions. */
  ops?: readonly SockFilter[];
  /** Descriptor of the loaded program. Sent, never received. */
  fd?: number;
  /** Name of the loaded program, for people. */
  name?: string;
  /** Hash of the loaded program. Read-only. */
  tag?: string;
  /** Number of the loaded program. Read-only. */
  id?: number;
}

/** Returns the entries of a program's fields for the numbers of its attributes. */
export function bpfProgram(
  ids: Readonly<Record<"opsLen" | "ops" | "fd" | "name" | "tag" | "id", number>>,
): Shape<BpfProgram> {
  return {
    opsLen: [ids.opsLen, u16],
    ops: [ids.ops, array(SockFilter)],
    fd: [ids.fd, i32, "input"],
    name: [ids.name, string(255)],
    tag: [ids.tag, hex(8), readOnly],
    id: [ids.id, u32, readOnly],
  };
}

/** Most instructions of a classic program. */
const MOST_OPS = 4096;

/** Removes the number of instructions from decoded attributes. */
export function bpfSeen(options: Record<string, unknown>): void {
  delete options["opsLen"];
}

/** Adds the number of instructions to attributes to send. */
export function bpfSent(options: Record<string, unknown>, fail: (field: string, why: string) => never): void {
  const { ops } = options;
  if (ops === undefined) return;
  if (!Array.isArray(ops) || ops.length === 0 || ops.length > MOST_OPS) {
    fail("ops", `expected 1..${MOST_OPS} instructions, got ${shown(ops)}`);
  }
  options["opsLen"] = ops.length;
}
