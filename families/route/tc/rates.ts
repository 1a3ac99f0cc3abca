/**
 * Rates and bursts in the form of the kernel's structs, and the rate tables that some of its parts still ask for.
 *
 * A burst is a number of bytes for people, and for the kernel the time that so many bytes take, in ticks of 64 ns.
 *
 * Source: linux/pkt_sched.h, net/pkt_sched.h PSCHED_SHIFT, v7.2
 *
 * @module
 */
import { type Codec, enumeration, i16, type Shape, struct, u16, u32, u8 } from "../../../core/codec/mod.ts";

/** Nanoseconds of a tick; /proc/net/psched has the same. */
export const TICK = 64;

/** Numbers of {@linkcode Linklayer} by name. */
export const TC_LINKLAYER = { unaware: 0, ethernet: 1, atm: 2 } as const;

/** The layer below, whose overhead a packet's length includes: with `atm`, packets take whole cells of 53 bytes. */
export type Linklayer = keyof typeof TC_LINKLAYER | number;

/** Codec of a link layer in a byte. */
export const linklayer: Codec<Linklayer> = enumeration(u8, TC_LINKLAYER);

/** A rate with the overhead of each packet: struct tc_ratespec. */
export interface RateSpec {
  /** Bytes of a cell of the rate table, as a power of two. */
  cellLog: number;
  /** The layer below. */
  linklayer: Linklayer;
  /** Bytes added to each packet's length. */
  overhead: number;
  /** Added to a packet's length in the rate table; -1 as `tc` sends it. */
  cellAlign: number;
  /** Least length of a packet in bytes. */
  mpu: number;
  /** Bytes a second; 4294967295 if it is more, and another attribute has it. */
  rate: number;
}

/** Wire form of {@linkcode RateSpec}: struct tc_ratespec. */
export const RateSpec: Codec<RateSpec> = struct<RateSpec>(12, (): Shape<RateSpec> => ({
  cellLog: [0, u8],
  linklayer: [1, linklayer],
  overhead: [2, u16],
  cellAlign: [4, i16],
  mpu: [6, u16],
  rate: [8, u32],
}));

/** Bytes of a rate table: 256 times a u32. */
const TABLE_SIZE = 1024;

/** Returns the ticks that `bytes` take at a rate in bytes a second, at least 1 unless `bytes` is 0; 2^32-1 if it is more. */
export function ticksOf(bytes: number, rate: number): number {
  if (bytes === 0 || rate === 0) return 0;
  return Math.min(0xffff_ffff, Math.max(1, Math.floor(bytes * 1e9 / rate / TICK + 1e-6)));
}

/**
 * Returns the bytes that are sent in so many ticks at a rate: the whole number that {@linkcode ticksOf} makes the same
 * ticks of, a fraction if there is none.
 */
export function bytesOf(ticks: number, rate: number): number {
  const exact = ticks * TICK * rate / 1e9, whole = Math.ceil(exact - 1e-6);
  return ticksOf(whole, rate) === ticks ? whole : exact;
}

/** Bytes of a cell of ATM, and those of packets in it. */
const CELL = 53, CONTENT = 48;

const isAtm = (linklayer: Linklayer): boolean => linklayer === "atm" || linklayer === TC_LINKLAYER.atm;

/** Returns the length of a packet on the wire: whole cells with ATM. */
export function lengthOnWire(length: number, { mpu, linklayer }: Pick<RateSpec, "mpu" | "linklayer">): number {
  const size = Math.max(length, mpu);
  return isAtm(linklayer) ? Math.ceil(size / CONTENT) * CELL : size;
}

/** The parts of a rate that `tbf` adds to a burst in bytes, as if it were a packet. */
export type Added = Pick<RateSpec, "overhead" | "linklayer">;

/** Returns the bytes on the wire of a burst. */
export function burstOnWire(burst: number, { overhead, linklayer }: Added): number {
  return burst === 0 ? 0 : (burst + overhead) * (isAtm(linklayer) ? CELL / CONTENT : 1);
}

/** Returns the most bytes of a burst which, on the wire, take so many ticks at a rate. */
export function burstIn(ticks: number, rate: number, { overhead, linklayer }: Added): number {
  const wire = bytesOf(ticks, rate), cells = Math.ceil(wire / CELL);
  if (!isAtm(linklayer)) return Math.max(0, wire - overhead);
  return Math.max(0, (ticksOf(cells * CELL, rate) === ticks ? cells : wire / CELL) * CONTENT - overhead);
}

/**
 * Returns the logarithm of a cell's bytes in a rate table: the smallest with which 256 cells hold a packet of `mtu`
 * bytes. The kernel refuses a rate with a table but without it.
 */
export function cellLog(mtu = 2047): number {
  let log = 0;
  while ((mtu || 2047) >> log > 255) log++;
  return log;
}

/**
 * Returns the rate table of a rate: the ticks that packets of each length take. Old qdiscs and the action `police` want
 * one, although today's kernels no longer read it.
 *
 * @param rate bytes a second; that of `spec` when absent
 */
export function rateTable(spec: RateSpec, rate: number = spec.rate): Uint8Array {
  const table = new DataView(new ArrayBuffer(TABLE_SIZE));
  for (let cell = 0; cell < 256; cell++) {
    const length = lengthOnWire((cell + 1) << spec.cellLog, spec);
    table.setUint32(4 * cell, Math.min(0xffff_ffff, Math.floor(length * 1e9 / rate / TICK)), true);
  }
  return new Uint8Array(table.buffer);
}
