/**
 * Table entries: the place and codec of one field of an object in a message.
 *
 * @module
 */
import type { IfindexCodec, IsIfindex } from "./values.ts";
import type { Codec, Reader, Use, Writer } from "./codec.ts";

/**
 * A codec of a field of type `D`. A field declared as an {@linkcode Ifindex} needs one that accepts names of
 * interfaces.
 */
export type FieldCodec<D> = IsIfindex<D> extends true ? IfindexCodec : Codec<D> & { readonly takes?: undefined };

/** A field that is an attribute: its number, its codec and its role, if it has one. */
export type Attribute<D> = readonly [id: number, codec: FieldCodec<D>, use?: Use];

/** A field at a fixed offset in a header or struct. */
export interface Placed<C extends AnyCodec> {
  /** Offset in bytes from the start of the header. */
  readonly offset: number;
  /** The codec; it has a fixed size. */
  readonly codec: C;
  /** The field's role. */
  readonly use?: Use;
}

/** A field without a place of its own: it is computed from other fields, or is another form of them. */
export interface Derived<D> {
  /** Returns the field's value in a decoded object. */
  readonly derive?: (owner: object, from: Reader) => D | undefined;
  /**
   * Returns a JavaScript expression that does the same as `derive`, for compiled tables; `owner` is the variable that
   * holds the object.
   */
  readonly code?: (owner: string, constant: (value: unknown) => string) => string;
  /** Writes the given value: changes the header, adds attributes. */
  readonly apply?: (value: D, to: Writer, owner: object) => void;
  /** The field that this one is sent in place of; this field's input wins over that field's. */
  readonly of?: string;
  /** The field with the number of the interface that this field names. */
  readonly names?: string;
  /** The field's role. */
  readonly use?: Use;
  /** Always absent, so that a placed field with a wrong codec does not pass as a derived field. */
  readonly codec?: undefined;
}

/** An entry: the place and codec of one field. */
export type Entry<D> = Attribute<D> | Placed<FieldCodec<D>> | Derived<D>;

/** A codec of any value, as tables hold it. */
export type AnyCodec = Codec<unknown, never>;

/** An entry of any value, as tables hold it. */
export type AnyEntry = readonly [id: number, codec: AnyCodec, use?: Use] | Placed<AnyCodec> | AnyDerived;

/** A {@linkcode Derived} of any value. */
export interface AnyDerived extends Omit<Derived<unknown>, "apply"> {
  /** Writes the given value: changes the header, adds attributes. */
  readonly apply?: (value: never, to: Writer, owner: object) => void;
}

/** An entry for each field of `T`, and no others. */
export type Shape<T> = { readonly [K in keyof T]-?: Entry<Exclude<T[K], undefined>> };

/** A field in the form that tables use. */
export interface Field {
  /** The field's name; `undefined` for a nest whose fields belong to the parent object. */
  readonly key: string | undefined;
  /** Attribute number, -1 if the field is not an attribute. */
  readonly id: number;
  /** Offset in the fixed header, -1 if the field is not in the header. */
  readonly offset: number;
  /** The codec of the payload. */
  readonly codec: AnyCodec | undefined;
  /** The field's role. */
  readonly use: Use | undefined;
  /** The entry of a derived field. */
  readonly derived: AnyDerived | undefined;
  /** The table of a nest whose fields belong to the parent object. */
  readonly lift: Attributes<object> | undefined;
  /** True if the attribute may occur several times. */
  readonly repeated: boolean;
}

/** A table of attributes, which is a codec for an object. */
export interface Attributes<in out T> extends Codec<T> {
  /** Size in bytes of the fixed header in front of the attributes. */
  readonly headerSize: number;
  /** The fields in the table's order. */
  readonly fields: readonly Field[];
  /**
   * Returns this table with the fields of a discriminated union added; `nest` is the number of the nest that holds
   * them, if any.
   */
  with<U>(parts: Parts<U>, nest?: number): Attributes<T & U>;
  /** Returns the field called `key`. */
  field(key: string): Field | undefined;
}

/** The fields of a discriminated union; made by `choice`. */
export interface Parts<in out U> {
  /** Returns the fields. */
  readonly fields: () => readonly Field[];
  /** Returns these fields and others of the same nest. */
  and<V>(other: Parts<V>): Parts<U & V>;
  /** Exists for type checking only. */
  readonly check?: (parts: U) => U;
}
