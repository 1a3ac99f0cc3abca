/**
 * Qdiscs that order and drop packets without measuring rates: the fifos.
 *
 * Source: linux/pkt_sched.h, v7.2
 *
 * @module
 */
import { type Codec, struct, u32 } from "../../../../core/codec/mod.ts";

/** A queue, kinds `bfifo`, `pfifo`, `pfifo_head_drop`. */
export interface Fifo {
  /** Most packets that wait; bytes for `bfifo`. Default the device's `txqlen`, for `bfifo` times its MTU. */
  limit?: number;
}

/** Wire form of {@linkcode Fifo}: struct tc_fifo_qopt. */
export const Fifo: Codec<Fifo> = struct<Fifo>(4, () => ({ limit: [0, u32] }));
