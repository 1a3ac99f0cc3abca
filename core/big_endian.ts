/**
 * Reading of messages of big-endian machines, from captures. All their integers are big-endian: those in host order
 * because of the machine, those in network order as always.
 *
 * @module
 */
import { Reader } from "./codec/mod.ts";

/** Reads integers as big-endian, whatever byte order is requested. */
class BigEndianView extends DataView<ArrayBufferLike> {
  override getUint16(at: number): number {
    return super.getUint16(at);
  }

  override getInt16(at: number): number {
    return super.getInt16(at);
  }

  override getUint32(at: number): number {
    return super.getUint32(at);
  }

  override getInt32(at: number): number {
    return super.getInt32(at);
  }

  override getBigUint64(at: number): bigint {
    return super.getBigUint64(at);
  }

  override getBigInt64(at: number): bigint {
    return super.getBigInt64(at);
  }
}

/** Reads messages of a big-endian machine with this machine's tables. */
export class BigEndianReader extends Reader {
  /** Offsets of attributes whose header was already byte-swapped. */
  readonly #turned = new Set<number>();
  /** Swaps the bytes of the attributes' headers before a table reads them, because tables read them byte by byte. */
  override readonly orient: (at: number, end: number) => void = (at, end) => {
    const { view, bytes } = this;
    while (end - at >= 4) {
      const length = view.getUint16(at);
      if (!this.#turned.has(at)) {
        this.#turned.add(at);
        [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] = [
          bytes[at + 1]!,
          bytes[at]!,
          bytes[at + 3]!,
          bytes[at + 2]!,
        ];
      }
      if (length < 4) return; // the table reports it
      at += (length + 3) & ~3;
    }
  };

  /** Reads a copy of `bytes`. */
  constructor(bytes: Uint8Array) {
    super(bytes.slice(), bytes.length, new BigEndianView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

/**
 * True if the datagram comes from a big-endian machine: its first length is valid only in that byte order.
 *
 * @param expected the byte order according to the file, for datagrams that are valid in both or neither
 */
export function isBigEndian(datagram: Uint8Array, expected: boolean): boolean {
  if (datagram.length < 4) return expected;
  const view = new DataView(datagram.buffer, datagram.byteOffset), { length } = datagram;
  const fits = (little: boolean): boolean => {
    const stated = view.getUint32(0, little);
    return stated >= 16 && stated <= length;
  };
  return fits(false) === fits(true) ? expected : fits(false);
}
