/**
 * Messages and values for people to read: a message field by field, and JSON of decoded objects.
 *
 * ```ts
 * import { open } from "@linux/netlink/families/route/mod.ts";
 * using route = open({ dryRun: (message) => console.log(message.type, message.fields, message.toString()) });
 * route.links.set("lo", { mtu: 1400 });
 * ```
 *
 * @module
 */
import { escapeControls } from "../ffi/text.ts";
import { type Codec, maskNames, MISFIT, type Part, pathText, payloadOf, Reader, toHex } from "./codec/mod.ts";
import { DecodeError } from "./errors.ts";
import { isRequest, NLM_F, NLMSG_HDRLEN } from "./message.ts";
import { printable, showAs, stringify } from "./printable.ts";

export { printable, stringify };

/** One field of a shown message. */
export interface ShownField {
  /** The path as a caller would write it: `data.peer.ifname`; attributes without a name are `#53`. */
  readonly path: string;
  /** Offset in bytes from the start of the message. */
  readonly offset: number;
  /** The value; bytes if the table does not know the field; the length of a secret. */
  readonly value: unknown;
}

/** A line of a message's text: a field, or the nest of the lines below it. */
interface Row {
  readonly name: string;
  readonly depth: number;
  /** Offset of its bytes, including its own header. */
  readonly start: number;
  readonly end: number;
  /** The field; `undefined` for a nest. */
  readonly field: ShownField | undefined;
  /** True if its bytes are not shown. */
  readonly secret?: boolean;
}

/**
 * A message shown field by field. Its text form, which `console.log` prints too, has a line for the header and then the
 * tree of its fields: offset, bytes, name, value.
 *
 * All texts have the lengths of secrets (keys) instead of them; `value` and `bytes`, and the JSON of `value`, have all.
 */
export class ShownMessage {
  static {
    showAs(this, (message) => message.toString());
  }

  /** The kernel's name of its type: `RTM_NEWLINK`. */
  readonly type: string | number;
  /** Names of its flags. */
  readonly flags: readonly (string | number)[];
  /** Its sequence number. */
  readonly seq: number;
  /** nlmsg_pid: the port of the requesting socket, or 0. */
  readonly port: number;
  /** The bytes of the message with its header. */
  readonly bytes: Uint8Array;
  readonly #from: Reader;
  readonly #codec: Codec<unknown, never>;
  readonly #header: number;
  #value: unknown;
  #rows: readonly Row[] | undefined;

  /**
   * Makes the shown message of `bytes`.
   *
   * @param flags the names of the bits in nlmsg_flags; `undefined` if the message has no header
   * @param from the reader of its integers, if they are in another byte order
   */
  constructor(
    bytes: Uint8Array,
    type: string | number,
    flags: FlagNames | undefined,
    codec: Codec<unknown, never>,
    from: Reader = new Reader(bytes),
  ) {
    const header = flags !== undefined;
    this.type = type;
    this.flags = header ? maskNames(flags, from.view.getUint16(6, true)) : [];
    this.seq = header ? from.view.getUint32(8, true) : 0;
    this.port = header ? from.view.getUint32(12, true) : 0;
    this.bytes = bytes;
    from.request = header && isRequest(from.view, 0);
    this.#from = from;
    this.#codec = codec;
    this.#header = header ? NLMSG_HDRLEN : 0;
  }

  /** The decoded payload. */
  get value(): unknown {
    return this.#value ??= this.#codec.decode(this.#from, this.#header, this.bytes.length, {});
  }

  /** The fields of that object, in the order of the bytes. */
  get fields(): readonly ShownField[] {
    return this.#lines().flatMap(({ field }) => field ?? []);
  }

  #lines(): readonly Row[] {
    return this.#rows ??= this.#redacted(() => rowsOf(this.#from, this.#codec, this.#header, this.bytes.length));
  }

  /** Calls `read` while secrets are decoded as their lengths. */
  #redacted<R>(read: () => R): R {
    this.#from.redact = true;
    try {
      return read();
    } finally {
      this.#from.redact = false;
    }
  }

  /** The beginning of the text form: type, flags, numbers. */
  protected get head(): string {
    const { type, flags, seq, port, bytes } = this;
    if (this.#header === 0) return `${type === 0 ? "" : `${type} `}${bytes.length} bytes`;
    const mask = flags.length === 0 ? "" : ` ${flags.join("|")}`;
    return `${type}${mask} seq ${seq}${port === 0 ? "" : ` port ${port}`}, ${bytes.length} bytes`;
  }

  /** Returns the message in one line: the header, then the object as JSON. */
  summary(): string {
    const value = this.#redacted(() => this.#codec.decode(this.#from, this.#header, this.bytes.length, {}));
    return printable(this.head, stringify(value));
  }

  /** Returns a line for the header, then a line for each field or nest: offset, bytes, name, value. */
  toString(): string {
    const rows: Row[] = [...this.#lines()];
    if (this.#header > 0) rows.unshift({ name: "nlmsghdr", depth: 0, start: 0, end: 16, field: undefined });
    const hex = rows.map(({ start, end, secret }) => secret === true ? "…" : hexOf(this.bytes, start, end)),
      hexWidth = widest(hex);
    const names = rows.map(({ name, depth }) => "  ".repeat(depth) + name), nameWidth = widest(names);
    const lines = rows.map(({ start, field }, i) => {
      const line = `${String(start).padStart(5)}  ${hex[i]!.padEnd(hexWidth)}  `;
      return field === undefined ? line + names[i] : `${line}${names[i]!.padEnd(nameWidth)}  ${stringify(field.value)}`;
    });
    return [this.head, ...lines].map(escapeControls).join("\n");
  }

  /** Returns the fields that JSON contains: the header's fields and the object. */
  toJSON(): Record<string, unknown> {
    const { type, flags, seq, port, value } = this;
    return { type, flags, seq, port, value };
  }
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, { length }) => Math.max(width, length), 0);
}

/** Most bytes that one line shows. */
const SHOWN_BYTES = 16;

/** Formats bytes in groups of four, and the number of further bytes. */
function hexOf(bytes: Uint8Array, start: number, end: number): string {
  const last = Math.min(end, start + SHOWN_BYTES);
  const text = toHex(bytes.subarray(start, last)).replace(/.{8}(?=.)/g, "$& ");
  return last === end ? text : `${text} +${end - last}`;
}

function partValue(from: Reader, { codec, at, end, owner }: Part): unknown {
  try {
    return codec === undefined ? MISFIT : payloadOf(codec, from, at, end, owner);
  } catch (error) {
    if (error instanceof DecodeError) return MISFIT;
    throw error;
  }
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

/** The names of flags by the kind of message, as the same bit has different meanings. */
export const FLAG_NAMES: Readonly<Record<"new" | "del" | "get" | "outcome" | "dump", FlagNames>> = {
  new: {
    ...COMMON,
    replace: NLM_F.NLM_F_REPLACE,
    excl: NLM_F.NLM_F_EXCL,
    create: NLM_F.NLM_F_CREATE,
    append: NLM_F.NLM_F_APPEND,
  },
  del: { ...COMMON, nonrec: NLM_F.NLM_F_NONREC, bulk: NLM_F.NLM_F_BULK },
  // A dump has two bits set, which other requests have one by one.
  get: { ...COMMON, root: NLM_F.NLM_F_ROOT, match: NLM_F.NLM_F_MATCH, atomic: NLM_F.NLM_F_ATOMIC },
  outcome: { ...COMMON, capped: NLM_F.NLM_F_CAPPED, ack_tlvs: NLM_F.NLM_F_ACK_TLVS },
  dump: { ...COMMON, dump: NLM_F.NLM_F_DUMP, atomic: NLM_F.NLM_F_ATOMIC },
};

/** Returns the names of the bits in `value`; the message's type decides between the meanings of a bit. */
export function flagNames(value: number, type: string | number): FlagNames {
  if (typeof type === "number") return FLAG_NAMES.new;
  if (type === "NLMSG_ERROR" || type === "NLMSG_DONE") return FLAG_NAMES.outcome;
  if (/(^|[_-])DEL/i.test(type)) return FLAG_NAMES.del;
  if (!/(^|[_-])GET|_BY_FAMILY|[_-](LIST|DUMP)/i.test(type)) return FLAG_NAMES.new;
  return (value & NLM_F.NLM_F_DUMP) === NLM_F.NLM_F_DUMP ? FLAG_NAMES.dump : FLAG_NAMES.get;
}

function rowsOf(from: Reader, codec: Codec<unknown, never>, at: number, end: number): Row[] {
  const rows: Row[] = [], path: (string | number)[] = [];
  let depth = 0;
  const walk = (inner: Codec<unknown, never>, start: number, stop: number, owner: object): void =>
    inner.walk!(from, start, stop, owner, (part) => {
      const { name, codec, id } = part, before = rows.length;
      // The nest of lifted fields has no name; it has a line if it has a header of its own.
      const nest = part.at > part.start ? [{ name: `#${id}`, start: part.start, end: part.at }] : [];
      if (name !== undefined) path.push(name);
      if (codec?.walk !== undefined && codec.name !== "struct") {
        for (const row of nest) rows.push({ ...row, name: stepText(name) ?? row.name, depth, field: undefined });
        const length = path.length, above = depth;
        if (nest.length > 0) depth++;
        try {
          walk(codec, part.at, part.end, part.owner);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          // A payload that its table decodes as a whole need not consist of attributes.
          rows.length = before + nest.length;
          path.length = length;
        }
        depth = above;
      }
      // A payload without parts (an empty nest, or one of unknown kind) is shown as a whole.
      if (rows.length <= before + nest.length && name !== undefined) {
        rows.length = before;
        const value = partValue(from, part), { start, end } = part;
        // A value that means absence, as a mask without bits.
        if (value === undefined) {
          path.pop();
          return;
        }
        const secret = codec?.secret === true;
        // A value that means absence, such as a mask of all bits, is shown by its bytes.
        const told = value !== MISFIT && value !== undefined;
        const raw = told ? value : secret ? `${part.end - part.at} bytes` : from.own(part.at, part.end);
        const field: ShownField = { path: pathText(path), offset: start, value: raw };
        rows.push({ name: stepText(name)!, depth, start, end, field, secret });
      }
      if (name !== undefined) path.pop();
    });
  walk(codec, at, end, {});
  const { headerSize = 0 } = codec as { readonly headerSize?: number };
  return [...unnamed(rows, at, Math.min(end, at + ((headerSize + 3) & ~3))), ...rows].sort((a, b) => a.start - b.start);
}

/**
 * Returns lines for the bytes that no field has: those of headers, the last of which ends at `header`, but not the padding
 * between attributes.
 */
function unnamed(rows: readonly Row[], at: number, header: number): Row[] {
  const gaps: Row[] = [];
  let covered = at;
  const skip = (start: number): void => {
    if (start > covered) gaps.push({ name: "(no field)", depth: 0, start: covered, end: start, field: undefined });
  };
  for (const { start, end } of rows) {
    if (covered === at || covered < header) skip(start);
    covered = Math.max(covered, end);
  }
  skip(header);
  return gaps;
}

function stepText(name: string | number | undefined): string | undefined {
  return typeof name === "number" ? `[${name}]` : name;
}
