/**
 * Tables whose fields users see in another form.
 *
 * @module
 */
import { isFields } from "../../../../core/arguments.ts";
import {
  type AnyCodec,
  type Codec,
  type Field,
  MISFIT,
  payloadOf,
  shown,
  type Struct,
} from "../../../../core/codec/mod.ts";
import type { Fail } from "../actions/parms.ts";

/** Fields by name. */
export type Fields = Record<string, unknown>;

/** The changes between the fields of a table and those that users see. */
export interface View {
  /** Returns what users see of decoded fields. */
  readonly seen: (fields: Fields) => Fields;
  /** Returns the fields to send, and checks them; `owner` is the object that has them. */
  readonly sent: (given: Fields, fail: Fail, owner: Fields) => Fields;
}

/** Returns the codec of a struct whose field `name`, if it is not given, would have a meaning that nobody wants. */
export function needing<T extends object>(struct: Struct<T>, name: keyof T & string, meaning: string): Struct<T> {
  return {
    ...struct,
    // A spread would evaluate the fields.
    get fields(): readonly Field[] {
      return struct.fields;
    },
    encode(value, to, owner) {
      if (!to.everything && isFields(value) && value[name] === undefined) {
        to.path.push(name);
        to.fail(TypeError, `is missing: ${meaning}`);
      }
      return struct.encode(value, to, owner);
    },
  };
}

/** Returns the codec of `table` as users see it. */
export function view<T extends object>(table: AnyCodec, { seen, sent }: View): Codec<T> {
  const inner = table as Codec<Fields>;
  return {
    name: inner.name,
    nested: true,
    decode(from, at, end, owner) {
      const fields = payloadOf(inner, from, at, end, owner);
      return (fields === MISFIT ? MISFIT : seen(fields)) as T;
    },
    encode(value, to, owner) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        to.fail(TypeError, `expected an object, got ${shown(value)}`);
      }
      const fail: Fail = (field, why) => {
        to.path.push(field);
        return to.fail(TypeError, why);
      };
      inner.encode(sent({ ...value } as Fields, fail, owner as Fields), to, owner);
    },
    walk: (from, at, end, owner, visit) => inner.walk!(from, at, end, owner, visit),
    attributeName: (id, owner) => inner.attributeName?.(id, owner),
  };
}
