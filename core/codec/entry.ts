/**
 * One entry of a table: where a field of an object lies in a message.
 *
 * @module
 */
import type { IfindexCodec, IsIfindex } from "./addresses.ts";
import type { Codec, Reader, Use, Writer } from "./codec.ts";

/** A codec of a field of type `D`: names of interfaces are taken where the field is declared as an {@linkcode Ifindex}. */
export type FieldCodec<D> = IsIfindex<D> extends true ? IfindexCodec : Codec<D> & { readonly takes?: undefined };

/** An attribute: number, codec and, where it is not simply sent, what it is for. */
export type Attribute<D> = readonly [id: number, codec: FieldCodec<D>, use?: Use];

/** A field that lies at a fixed offset, in a header or struct. */
export interface Placed<C extends AnyCodec> {
  /** Bytes from the beginning of the header. */
  readonly offset: number;
  /** Its codec, of fixed size. */
  readonly codec: C;
  /** What it is for. */
  readonly use?: Use;
}

/** A field that has no place of its own: it follows from others, or says them in another way. */
export interface Derived<D> {
  /** The value that a decoded object has. */
  readonly derive?: (owner: object, from: Reader) => D | undefined;
  /** What `derive` does as a JavaScript expression, for compiled tables: `owner` is the object's name there. */
  readonly code?: (owner: string, constant: (value: unknown) => string) => string;
  /** Writes what a given value stands for: patches the header, adds attributes. */
  readonly apply?: (value: D, to: Writer, owner: object) => void;
  /** The field that is sent in this one's stead; input here wins over input there. */
  readonly of?: string;
  /** The field whose number it names, where it is a name. */
  readonly names?: string;
  /** What it is for. */
  readonly use?: Use;
  /** It has none, so that a placed field with a wrong codec is not taken for a derived one. */
  readonly codec?: undefined;
}

/** Where one field lies. */
export type Entry<D> = Attribute<D> | Placed<FieldCodec<D>> | Derived<D>;

/** A codec of whatever values, as tables hold it. */
export type AnyCodec = Codec<unknown, never>;

/** An entry of whatever values, as tables hold it. */
export type AnyEntry = readonly [id: number, codec: AnyCodec, use?: Use] | Placed<AnyCodec> | AnyDerived;

/** A {@linkcode Derived} of whatever value. */
export interface AnyDerived extends Omit<Derived<unknown>, "apply"> {
  /** Writes what a given value stands for. */
  readonly apply?: (value: never, to: Writer, owner: object) => void;
}

/** One entry for every field of `T` and no other. */
export type Shape<T> = { readonly [K in keyof T]-?: Entry<Exclude<T[K], undefined>> };

/** One field as the table works with it. */
export interface Field {
  /** Its name; for a nest lifted into its parent, `undefined`. */
  readonly key: string | undefined;
  /** Attribute number, -1 where it is none. */
  readonly id: number;
  /** Offset in the fixed header, -1 where it does not lie there. */
  readonly offset: number;
  /** How its payload is read and written. */
  readonly codec: AnyCodec | undefined;
  /** What it is for. */
  readonly use: Use | undefined;
  /** The rest of a derived field. */
  readonly derived: AnyDerived | undefined;
  /** The fields that are found in a lifted nest. */
  readonly lift: Attributes<object> | undefined;
  /** Whether the attribute may come several times. */
  readonly repeated: boolean;
}

/** A table of attributes: a codec for an object. */
export interface Attributes<in out T> extends Codec<T> {
  /** Bytes of the fixed header in front of the attributes. */
  readonly headerSize: number;
  /** The fields in their order. */
  readonly fields: readonly Field[];
  /** The same table with discriminated parts beside its fields; `nest` where they lie in a nest of their own. */
  with<U>(parts: Parts<U>, nest?: number): Attributes<T & U>;
  /** The field called `key`. */
  field(key: string): Field | undefined;
}

/** Parts of an object that are told apart by a field; made by `choice`. */
export interface Parts<in out U> {
  /** Their fields. */
  readonly fields: () => readonly Field[];
  /** These parts and others that lie in the same nest. */
  and<V>(other: Parts<V>): Parts<U & V>;
  /** For the compiler alone. */
  readonly check?: (parts: U) => U;
}

/** A field in the fixed header of the message. */
export function head<C extends AnyCodec>(offset: number, codec: C, use?: Use): Placed<C> {
  return { offset, codec, ...(use === undefined ? {} : { use }) };
}

/**
 * The name of the interface whose number is in field `of`, beside it.
 *
 * @param unless a field whose presence says that the number belongs to another namespace
 */
export function interfaceNameOf(of: string, use?: Use, unless?: string): Derived<string> {
  return {
    code(owner) {
      const index = `${owner}[${JSON.stringify(of)}]`, here = `from.names !== undefined && ${index} > 0`;
      const condition = unless === undefined ? here : `${here} && ${owner}[${JSON.stringify(unless)}] === undefined`;
      return `${condition} ? from.names.name(${index}) : undefined`;
    },
    derive(owner, from) {
      const fields = owner as Record<string, unknown>, index = fields[of];
      if (from.names === undefined || typeof index !== "number" || index <= 0) return undefined;
      return unless !== undefined && fields[unless] !== undefined ? undefined : from.names.name(index);
    },
    names: of,
    ...(use === "readOnly" ? { use } : { of, ...(use === undefined ? {} : { use }) }),
  };
}
