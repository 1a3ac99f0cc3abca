/**
 * Messages of big-endian machines, as captures bring them here: every integer of theirs is big-endian, those in host
 * order because of the machine, those in network order as ever.
 *
 * @module
 */
import { Reader } from "./codec/mod.ts";

/** Reads big-endian integers, whatever is asked for. */
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

/** Reads what a big-endian machine wrote with the tables of this one. */
export class BigEndianReader extends Reader {
  /** Headers of attributes that are turned already, by their offset. */
  readonly #turned = new Set<number>();
  /** Turns the headers of a table's attributes before it reads them, as it reads them byte by byte. */
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
      if (length < 4) return; // the table says so
      at += (length + 3) & ~3;
    }
  };

  /** Reads a copy of `bytes`. */
  constructor(bytes: Uint8Array) {
    super(bytes.slice(), bytes.length, new BigEndianView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

/**
 * Whether a datagram is a big-endian machine's: its first length makes sense only so.
 *
 * @param expected what the file says of the machine, for datagrams that could be both's
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
