/**
 * Messages and values as people read them: a message taken apart field by field, and JSON for our objects.
 *
 * @module
 */
import { type Codec, maskNames, MISFIT, type Part, pathText, Reader, toHex } from "./codec/mod.ts";
import { NLM_F, NLMSG_HDRLEN } from "./message.ts";

/** One field of a message that is shown. */
export interface ShownField {
  /** As a caller would write it: `data.peer.ifname`; attributes without a name are `#53`. */
  readonly path: string;
  /** Bytes from the beginning of the message. */
  readonly offset: number;
  /** Its value; bytes where the table does not know it. */
  readonly value: unknown;
}

/** A message taken apart. Its text form is a line a field. */
export class ShownMessage {
  /** The kernel's name of its type: `RTM_NEWLINK`. */
  readonly type: string | number;
  /** Names of its flags. */
  readonly flags: readonly (string | number)[];
  /** Its sequence number. */
  readonly seq: number;
  /** The object that it carries. */
  readonly value: unknown;
  /** That object's fields, one by one, in the order of the bytes. */
  readonly fields: readonly ShownField[];
  /** The message, header and all. */
  readonly bytes: Uint8Array;

  /** Takes the message in `bytes` apart. */
  constructor(bytes: Uint8Array, type: string | number, flags: FlagNames, codec: Codec<unknown, never>) {
    const from = new Reader(bytes);
    this.type = type;
    this.flags = maskNames(flags, from.view.getUint16(6, true));
    this.seq = from.view.getUint32(8, true);
    this.value = codec.decode(from, NLMSG_HDRLEN, bytes.length, {});
    this.fields = shownFields(from, codec, NLMSG_HDRLEN, bytes.length);
    this.bytes = bytes;
  }

  /** A line for the header, then a line a field: offset, path, value. */
  toString(): string {
    const head = `${this.type} ${this.flags.join("|")} seq ${this.seq}, ${this.bytes.length} bytes`;
    const width = Math.max(0, ...this.fields.map(({ path }) => path.length));
    const lines = this.fields.map(({ path, offset, value }) =>
      `  ${String(offset).padStart(5)}  ${path.padEnd(width)}  ${stringify(value)}`
    );
    return [head, ...lines].join("\n");
  }
}

function partValue(from: Reader, { codec, at, end, owner }: Part): unknown {
  const fits = codec !== undefined && (codec.size === undefined || codec.tolerant === true || codec.size === end - at);
  return fits ? codec.decode(from, at, end, owner) : MISFIT;
}

/** Names of the bits in nlmsg_flags. */
export type FlagNames = Readonly<Record<string, number>>;

const COMMON: FlagNames = {
  request: NLM_F.NLM_F_REQUEST,
  multi: NLM_F.NLM_F_MULTI,
  ack: NLM_F.NLM_F_ACK,
  echo: NLM_F.NLM_F_ECHO,
  dump_intr: NLM_F.NLM_F_DUMP_INTR,
  dump_filtered: NLM_F.NLM_F_DUMP_FILTERED,
};

/** The names of a message's flags by what it does, as one bit means different things. */
export const FLAG_NAMES: Readonly<Record<"get" | "new" | "del", FlagNames>> = {
  get: { ...COMMON, dump: NLM_F.NLM_F_DUMP, atomic: NLM_F.NLM_F_ATOMIC },
  new: {
    ...COMMON,
    replace: NLM_F.NLM_F_REPLACE,
    excl: NLM_F.NLM_F_EXCL,
    create: NLM_F.NLM_F_CREATE,
    append: NLM_F.NLM_F_APPEND,
  },
  del: { ...COMMON, nonrec: NLM_F.NLM_F_NONREC, bulk: NLM_F.NLM_F_BULK },
};

function shownFields(from: Reader, codec: Codec<unknown, never>, at: number, end: number): ShownField[] {
  const fields: ShownField[] = [], path: (string | number)[] = [];
  const walk = (inner: Codec<unknown, never>, start: number, stop: number, owner: object): void =>
    inner.walk!(from, start, stop, owner, (part) => {
      if (part.name !== undefined) path.push(part.name);
      const before = fields.length, { codec } = part;
      if (codec?.walk !== undefined && codec.name !== "struct") walk(codec, part.at, part.end, part.owner);
      // What has no parts of its own (an empty nest, a payload whose kind is not known) is shown as a whole.
      if (fields.length === before && part.name !== undefined) {
        const value = partValue(from, part);
        fields.push({
          path: pathText(path),
          offset: part.start,
          value: value === MISFIT ? from.own(part.at, part.end) : value,
        });
      }
      if (part.name !== undefined) path.pop();
    });
  walk(codec, at, end, {});
  return fields;
}

// ECMAScript 2026; not every declaration file has it yet.
const JSON_WITH_RAW = JSON as typeof JSON & { rawJSON(text: string): unknown };

/**
 * JSON of our objects: what JSON.stringify throws on becomes text that is accepted as input again: a bigint is a plain
 * number, bytes are hexadecimal text.
 *
 * ```ts
 * import { stringify } from "@linux/netlink";
 * console.log(stringify({ cookie: 5n, key: new Uint8Array([1, 255]) })); // {"cookie":5,"key":"01ff"}
 * ```
 *
 * @param space as JSON.stringify takes it
 */
export function stringify(value: unknown, space?: string | number): string {
  const json = JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "bigint") return JSON_WITH_RAW.rawJSON(String(one));
    return one instanceof Uint8Array ? toHex(one) : one;
  }, space);
  return json ?? String(value);
}
