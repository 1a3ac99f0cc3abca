/**
 * Interfaces: the kernel's number, and the names that people write.
 *
 * @module
 */
import { pathText, shown, type Writer } from "./buffer.ts";
import { type Codec, inlined } from "./codec.ts";
import { NetlinkError } from "../errors.ts";

/**
 * The number of an interface, 1..2147483647; 0 is none. Any number is one for the compiler.
 *
 * Where such a field is given, its type is `number | string | null`: the number, the interface's name, or `null` for none.
 */
export type Ifindex = number & { readonly "number of"?: "interface" };

/** `true` where `T` is an {@linkcode Ifindex}. */
export type IsIfindex<T> = [T] extends [number] ? "number of" extends keyof T ? true : false : false;

/** A codec of an interface's number. */
export interface IfindexCodec extends Codec<Ifindex, number | string | null> {
  /** Marks it for the compiler, which refuses it for a field that is not declared as an {@linkcode Ifindex}. */
  readonly takes: "names of interfaces";
}

function interfaceNumber(little: boolean): IfindexCodec {
  return {
    name: "an interface",
    takes: "names of interfaces",
    size: 4,
    decode: inlined(
      (from, at) => from.view.getInt32(at, little),
      ({ at }) => `view.getInt32(${at}, ${little})`,
    ),
    encode(value, to) {
      const index = toIndex(value, to), at = to.grow(4);
      to.view.setInt32(at, index, little);
    },
  };
}

/** The number of an interface, host order. Input is the number, a name, or `null` for none. */
export const ifindex: IfindexCodec = interfaceNumber(true);
/** The number of an interface, network order. Input is the number, a name, or `null` for none. */
export const beIfindex: IfindexCodec = interfaceNumber(false);

/** The number of an interface that is given by number or name, 0 for `null`. */
export function toIndex(value: number | string | null, to: Writer): number {
  if (value === null) return 0;
  if (typeof value === "number" && Number.isInteger(value)) {
    if (value < 0 || value > 0x7fffffff) {
      to.fail(RangeError, `expected an interface number 0..2147483647, got ${value}`);
    }
    return value;
  }
  if (typeof value !== "string" || value === "") {
    to.fail(TypeError, `expected an interface's name or number, got ${shown(value)}`);
  }
  if (to.names === undefined) to.fail(TypeError, `the name ${shown(value)} can only be looked up on an open socket`);
  const index = to.names.index(value);
  if (index === undefined) throw new NoSuchInterface(to.what, to.path, value);
  return index;
}

/** No interface has the name that a request speaks of. */
export class NoSuchInterface extends NetlinkError {
  /** Makes the error of one name. */
  constructor(what: string, path: readonly (string | number)[], name: string) {
    super(
      `Cannot ${what}: no interface is called ${JSON.stringify(name)}${path.length > 0 ? ` (${pathText(path)})` : ""}`,
      "ENODEV",
    );
  }
}
