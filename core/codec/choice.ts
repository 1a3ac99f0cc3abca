/**
 * Choices: payloads whose meaning is said elsewhere in the message.
 *
 * @module
 */
import { type Reader, shown, type Writer } from "./buffer.ts";
import { type Codec, type HEADER_ONLY, MISFIT, payloadOf, type Visit } from "./codec.ts";
import { didYouMean, fieldOf, fieldsOf } from "./attributes.ts";
import type { Field, Parts } from "./entry.ts";
import type { AnyCodec, Shape } from "./entry.ts";
import { bytes } from "./text.ts";

/** Numbers of {@linkcode Cases} by name. */
export type Literals<U, On extends PropertyKey> = U extends { readonly [P in On]: infer L extends string } ? L : never;
/** Numbers of {@linkcode Cases} by name. */
export type Payload<U, On extends PropertyKey, At extends PropertyKey, L> = U extends { readonly [P in On]: L }
  ? At extends keyof U ? Exclude<U[At], undefined> : never
  : never;

/** One case for every literal whose member has a payload: a missing, a spare or a wrong one does not compile. */
export type Cases<U, On extends PropertyKey, At extends PropertyKey> = {
  readonly [L in Literals<U, On> as [Payload<U, On, At, L>] extends [never] ? never : L]: Codec<Payload<U, On, At, L>>;
};

/**
 * A part of a message: field `on` (attribute `onId`) says which case field `at` (attribute `atId`) is.
 *
 * The payload of a case that is not listed is bytes, both ways.
 *
 * @param onCodec how the discriminant is sent
 */
export function choice<U, On extends keyof U & string, At extends keyof U & string>(
  on: On,
  onId: number,
  at: At,
  atId: number,
  cases: Cases<U, On, At>,
  onCodec: AnyCodec,
): Parts<U> {
  const known = cases as Readonly<Record<string, AnyCodec>>;
  const pick = (owner: object): AnyCodec | undefined => {
    const kind = (owner as Record<string, unknown>)[on];
    return typeof kind === "string" && Object.hasOwn(known, kind) ? known[kind] : undefined;
  };
  const payload: Codec<unknown, unknown> = {
    name: `what ${on} says`,
    nested: true,
    decode(from: Reader, start: number, end: number, owner: object): unknown {
      const codec: AnyCodec = pick(owner) ?? bytes;
      return payloadOf(codec, from, start, end, owner);
    },
    encode(value: unknown, to: Writer, owner: object): void | typeof HEADER_ONLY {
      const codec = pick(owner);
      if (codec !== undefined) return codec.encode(value as never, to, owner);
      if (value instanceof Uint8Array || typeof value === "string") return bytes.encode(value, to, owner);
      const kind = (owner as Record<string, unknown>)[on];
      if (kind === undefined) to.fail(TypeError, `says nothing without ${JSON.stringify(on)} beside it`);
      to.fail(
        TypeError,
        `${on} ${shown(kind)} has no fields that are known here${
          didYouMean(String(kind), Object.keys(known))
        }: expected bytes, got ${shown(value)}`,
      );
    },
    walk(from: Reader, start: number, end: number, owner: object, visit: Visit): void {
      pick(owner)?.walk?.(from, start, end, owner, visit);
    },
    choose: pick,
    attributeName: (id, owner) => pick(owner)?.attributeName?.(id, owner),
  };
  return parts(() => [fieldOf(on, [onId, onCodec]), fieldOf(at, [atId, payload])]);
}

/** Plain fields that lie in the nest of a choice; see `Parts.and`. */
export function part<U extends object>(shape: Shape<U> | (() => Shape<U>)): Parts<U> {
  return parts(() => fieldsOf(shape));
}

function parts<U>(fields: () => readonly Field[]): Parts<U> {
  return { fields, and: (other) => parts(() => [...fields(), ...other.fields()]) };
}

/** A codec that depends on the object at hand: a header field, a sibling listed before. */
export function select<D, E>(name: string, pick: (owner: object) => Codec<D, E>): Codec<D, E> {
  return {
    name,
    decode: (from, at, end, owner) => payloadOf(pick(owner), from, at, end, owner),
    encode: (value, to, owner) => pick(owner).encode(value, to, owner),
    walk: (from, at, end, owner, visit) => pick(owner).walk?.(from, at, end, owner, visit),
    choose: pick as (owner: object) => AnyCodec,
    attributeName: (id, owner) => pick(owner).attributeName?.(id, owner),
  };
}

/**
 * A codec that reads and walks by the codec that `codecAt` finds for the bytes at hand; without one they are a misfit.
 *
 * @param encode says itself which codec a value has
 */
export function selectAt<D, E = D>(
  name: string,
  codecAt: (from: Reader, at: number, end: number, owner: object) => Codec<D, never> | undefined,
  encode: Codec<D, E>["encode"],
): Codec<D, E> {
  return {
    name,
    decode(from, at, end, owner) {
      const codec = codecAt(from, at, end, owner);
      return codec === undefined ? MISFIT : payloadOf(codec, from, at, end, owner);
    },
    encode,
    walk: (from, at, end, owner, visit) => codecAt(from, at, end, owner)?.walk?.(from, at, end, owner, visit),
  };
}

/** A codec named before it exists, for tables that contain themselves. */
export function lazy<D, E = D>(get: () => Codec<D, E>): Codec<D, E> {
  return {
    name: "an object",
    nested: true,
    decode: (from, at, end, owner) => get().decode(from, at, end, owner),
    encode: (value, to, owner) => get().encode(value, to, owner),
    walk: (from, at, end, owner, visit) => get().walk?.(from, at, end, owner, visit),
    attributeName: (id, owner) => get().attributeName?.(id, owner),
  };
}
