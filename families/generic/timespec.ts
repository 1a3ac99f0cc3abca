/**
 * The codec of points in time: struct __kernel_timespec.
 *
 * @module
 */
import { type Codec, shown } from "../../core/codec/mod.ts";

/** Codec of struct __kernel_timespec. The value is in nanoseconds since the epoch. */
export const timespec: Codec<bigint, bigint | number> = {
  name: "a point in time",
  size: 16,
  decode: (from, at) => from.view.getBigInt64(at, true) * 1_000_000_000n + from.view.getBigInt64(at + 8, true),
  encode(value, to) {
    if (typeof value !== "bigint" && !Number.isInteger(value)) {
      to.fail(TypeError, `expected nanoseconds since the epoch, got ${shown(value)}`);
    }
    const at = to.grow(16), all = BigInt(value);
    to.view.setBigInt64(at, all / 1_000_000_000n, true);
    to.view.setBigInt64(at + 8, all % 1_000_000_000n, true);
  },
};
