/**
 * Size tables: lengths of packets as a qdisc counts them, with the overhead of the layer below.
 *
 * Source: linux/pkt_sched.h tc_sizespec, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  enumeration,
  i16,
  i32,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { type FlatCodec, spread } from "./kinds/shared.ts";
import { type Linklayer, TC_LINKLAYER } from "./rates.ts";

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

/** Codec of {@linkcode Stab}. */
export const Stab: FlatCodec<Stab> = spread<Stab, StabWire>(StabWire, "base");
