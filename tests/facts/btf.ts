/**
 * Reads struct layouts from an object file that gcc made with -gbtf.
 *
 * Source: the kernel's documentation of BTF (Documentation/bpf/btf.rst).
 *
 * @module
 */

/** A field of a struct: its offset in bits and its type. */
export interface Member {
  readonly name: string;
  readonly bit: number;
  /** The width in bits of a bit field. */
  readonly bits: number;
  readonly type: number;
}

const INT = 1, POINTER = 2, ARRAY = 3, STRUCT = 4, UNION = 5, ENUM = 6, TYPEDEF = 8, FUNCTION_TYPE = 13, VARIABLE = 14;
const SECTION = 15, DECLARATION_TAG = 17, ENUM64 = 19;
/** Kinds of types that only qualify another type: const, volatile, restrict, a tag. */
const QUALIFIERS: ReadonlySet<number> = new Set([9, 10, 11, 18]);

interface Type {
  readonly kind: number;
  readonly name: string;
  /** The size, or the type that it refers to. */
  readonly size: number;
  readonly members: readonly Member[];
  /** The type and number of the elements of an array. */
  readonly array: readonly [type: number, count: number];
  readonly signed: boolean;
}

/** The types of one .BTF section. */
export class Btf {
  readonly #types: Type[] = [{ kind: 0, name: "void", size: 0, members: [], array: [0, 0], signed: false }];

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint16(0, true) !== 0xeb9f) throw new Error("not a .BTF section");
    const word = (at: number): number => view.getUint32(at, true);
    const types = word(4) + word(8), end = types + word(12), strings = word(4) + word(16);
    const text = (offset: number): string => {
      const from = strings + offset;
      return new TextDecoder().decode(bytes.subarray(from, bytes.indexOf(0, from)));
    };
    for (let at = types; at < end;) {
      const name = text(word(at)), info = word(at + 4), size = word(at + 8);
      const kind = info >>> 24 & 0x1f, count = info & 0xffff, bitFields = info >>> 31 === 1;
      at += 12;
      const members: Member[] = [];
      let array: [number, number] = [0, 0], signed = false;
      if (kind === INT) {
        signed = (word(at) >>> 24 & 1) === 1;
        at += 4;
      } else if (kind === ARRAY) {
        array = [word(at), word(at + 8)];
        at += 12;
      } else if (kind === STRUCT || kind === UNION) {
        for (let i = 0; i < count; i++, at += 12) {
          const place = word(at + 8);
          members.push({
            name: text(word(at)),
            type: word(at + 4),
            bit: bitFields ? place & 0xffffff : place,
            bits: bitFields ? place >>> 24 : 0,
          });
        }
      } else if (kind === ENUM || kind === FUNCTION_TYPE) at += 8 * count;
      else if (kind === ENUM64 || kind === SECTION) at += 12 * count;
      else if (kind === VARIABLE || kind === DECLARATION_TAG) at += 4;
      this.#types.push({ kind, name, size, members, array, signed });
    }
  }

  /** Returns every struct and union with a name: its size in bytes and its fields, in the form of {@linkcode field}. */
  structs(): Map<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    for (const { kind, name, size, members } of this.#types) {
      if ((kind !== STRUCT && kind !== UNION) || name === "") continue;
      found.set(name, [String(size), ...members.flatMap((member) => this.#fields(member, 0))]);
    }
    return found;
  }

  /** Returns the fields of a member: several, if it is a struct or union without a name. */
  #fields(member: Member, base: number): string[] {
    const { name, bit, bits, type } = member, at = base + bit;
    if (name === "") return this.#real(type).members.flatMap((inner) => this.#fields(inner, at));
    if (bits === 0) return [`${name} ${at / 8} ${this.#size(type)} ${this.#typeName(type)}`];
    return [`${name} ${at >> 3} ${this.#size(type)} ${this.#typeName(type)}:${at & 7}:${bits}`];
  }

  #real(id: number): Type {
    const type = this.#types[id]!;
    return type.kind === TYPEDEF || QUALIFIERS.has(type.kind) ? this.#real(type.size) : type;
  }

  #size(id: number): number {
    const { kind, size, array: [element, count] } = this.#real(id);
    return kind === POINTER ? 8 : kind === ARRAY ? count * this.#size(element) : size;
  }

  /** Returns a type's name: `u32`, `be16`, `char[16]`, `struct in6_addr`. */
  #typeName(id: number): string {
    const { kind, name, size, array: [element, count], signed } = this.#types[id]!;
    if (kind === ARRAY) return `${this.#typeName(element)}[${count}]`;
    if (kind === TYPEDEF) {
      const order = /^__((?:be|le)\d+)$/.exec(name);
      return order?.[1] ?? this.#typeName(size);
    }
    if (QUALIFIERS.has(kind)) return this.#typeName(size);
    if (kind === STRUCT || kind === UNION) return `${kind === STRUCT ? "struct" : "union"} ${name || "-"}`;
    if (kind === POINTER) return "pointer";
    if (kind === ENUM || kind === ENUM64) return `u${8 * size}`;
    return name === "char" ? "char" : `${signed ? "s" : "u"}${8 * size}`;
  }
}
