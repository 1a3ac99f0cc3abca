/**
 * C structs: fields at fixed offsets.
 *
 * @module
 */
import { type Reader, shown, type Writer } from "./buffer.ts";
import { type Codec, inlined, type Visit } from "./codec.ts";
import { compileStruct, compiling, type Read } from "./compile_table.ts";
import type { Shape } from "./entry.ts";
import { didYouMean, encodePlaced, fieldsOf, mayBeCompiled, placedOf, type Senders } from "./attributes.ts";
import type { Field } from "./entry.ts";

/** In a struct, nothing is given in the stead of a field. */
const NOBODY_ELSE: Senders = new Map();

/** A {@linkcode struct}'s codec, with its fields in the order of their offsets. */
export interface Struct<T> extends Codec<T> {
  /** The fields. */
  readonly fields: readonly Field[];
}

/**
 * A struct of `size` bytes, offsets in the place of attribute numbers.
 *
 * A shorter or longer one, from an older or newer kernel, is decoded as far as both sides know. On encoding absent
 * fields are zero.
 */
export function struct<T extends object>(size: number, shape: Shape<T> | (() => Shape<T>)): Struct<T> {
  let made: readonly Field[] | undefined;
  let compiled: Read<T> | undefined;
  const fields = (): readonly Field[] =>
    made ??= placedOf(fieldsOf(shape).map((field) => ({ ...field, id: -1, offset: field.id })));
  // Where a table's code does not name this one's, it is compiled by itself, as tables are.
  let decoded = 0;
  const whole = (from: Reader): Read<T> | undefined => {
    if (!mayBeCompiled(from)) return undefined;
    if (compiled === undefined && ++decoded === compiling.after) compiled = compileStruct<T>(fields());
    return compiled;
  };
  const decode = (from: Reader, at: number, end: number): T => {
    const read = whole(from);
    if (read !== undefined) return read(from, at, end);
    const value: Record<string, unknown> = {}, length = end - at;
    for (const { key, offset, codec } of fields()) {
      const stop = offset + codec!.size!;
      if (stop <= length) value[key!] = codec!.decode(from, at + offset, at + stop, value);
    }
    return value as T;
  };
  return {
    name: "struct",
    size,
    tolerant: true,
    get fields(): readonly Field[] {
      return fields();
    },
    decode: inlined(decode, ({ at, end, constant }) => {
      compiled ??= compileStruct<T>(fields());
      return `${constant(compiled ?? decode)}(from, ${at}, ${end})`;
    }),
    encode(value: T, to: Writer): void {
      if (typeof value !== "object" || value === null) to.fail(TypeError, `expected an object, got ${shown(value)}`);
      const known = fields().map((field) => field.key!);
      for (const key of Object.keys(value)) {
        if (!known.includes(key)) {
          to.fail(TypeError, `there is no field ${shown(key)}${didYouMean(key, known)}`);
        }
      }
      encodePlaced(fields(), NOBODY_ELSE, value, to, size);
    },
    walk(from: Reader, at: number, end: number, _owner: object, visit: Visit): void {
      const owner = decode(from, at, end);
      for (const { key, offset, codec } of fields()) {
        const stop = offset + codec!.size!;
        if (stop > end - at) continue;
        visit({ name: key, id: -1, start: at + offset, at: at + offset, end: at + stop, codec, owner });
      }
    },
  };
}
