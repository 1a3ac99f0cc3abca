/**
 * Size tables: lengths of packets as a qdisc counts them, with the overhead of the layer below.
 *
 * Source: linux/pkt_sched.h tc_sizespec, v7.2
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import {
  array,
  type Attributes,
  attributes,
  enumeration,
  type Field,
  i16,
  i32,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { type FlatCodec, spread } from "./kinds/shared.ts";
import { lengthOnWire, type Linklayer, TC_LINKLAYER } from "./rates.ts";

/** The lengths of packets as a root qdisc counts them. */
export interface Stab {
  /** Bytes of a cell of the table, as a power of two. */
  cellLog?: number;
  /** Bytes of a unit of `data`, as a power of two. */
  sizeLog?: number;
  /** Added to a packet's length in the table; -1 as `tc` sends it. */
  cellAlign?: number;
  /** Bytes added to each packet's length; may be negative. */
  overhead?: number;
  /** The layer below. */
  linklayer?: Linklayer;
  /** Least length of a packet in bytes. */
  mpu?: number;
  /** Largest length in the table. */
  mtu?: number;
  /** Number of lengths in `data`. */
  tsize?: number;
  /** The lengths; the kernel does not return them. */
  data?: readonly number[];
}

/** The attributes of a size table as they are sent. */
interface StabWire extends Pick<Stab, "data"> {
  /** struct tc_sizespec. */
  base?: Omit<Stab, "data">;
}

/** Wire form of {@linkcode StabWire}: TCA_STAB_*. */
const StabWire: Attributes<StabWire> = attributes((): Shape<StabWire> => ({
  base: [
    1,
    struct<Omit<Stab, "data">>(24, () => ({
      cellLog: [0, u8],
      sizeLog: [1, u8],
      cellAlign: [2, i16],
      overhead: [4, i32],
      linklayer: [8, enumeration(u32, TC_LINKLAYER)],
      mpu: [12, u32],
      mtu: [16, u32],
      tsize: [20, u32],
    })),
  ],
  data: [2, array(u16)],
}));

/** Largest length and number of lengths of a table, if they are not given. */
const USUAL_MTU = 2047, USUAL_TSIZE = 512;

/** Returns a size table with its lengths, if they need a table and are not given. */
function completeTable(stab: Stab): Stab {
  const { linklayer = 0, mpu = 0, data } = stab;
  const plain = linklayer !== "atm" && linklayer !== TC_LINKLAYER.atm;
  if (data !== undefined) return { tsize: data.length, ...stab };
  // The kernel itself adds the overhead.
  if (plain && mpu === 0) return stab;
  const mtu = stab.mtu || USUAL_MTU, tsize = stab.tsize || USUAL_TSIZE;
  let cellLog = 0, sizeLog = 0;
  while (mtu >> cellLog > tsize - 1) cellLog++;
  const lengths = Array.from({ length: tsize }, (_, i) => lengthOnWire((i + 1) << cellLog, { mpu, linklayer }));
  while (lengths.at(-1)! >> sizeLog > 0xffff) sizeLog++;
  // A cell has the length of its end.
  return { ...stab, cellLog, sizeLog, cellAlign: -1, mtu, tsize, data: lengths.map((one) => one >> sizeLog) };
}

const whole: FlatCodec<Stab> = spread<Stab, StabWire>(StabWire, "base");

/** Codec of {@linkcode Stab}. If its lengths need a table, that is computed as `tc` does. */
export const Stab: FlatCodec<Stab> = {
  ...whole,
  get fields(): readonly Field[] {
    return whole.fields;
  },
  encode(value, to, owner) {
    return whole.encode(to.everything || !isFields(value) ? value : completeTable(value), to, owner);
  },
};
