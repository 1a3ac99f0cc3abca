/**
 * The struct with which the options of every kind of action begin: its control, its index and its users.
 *
 * Source: linux/pkt_cls.h tc_gen, v7.1
 *
 * @module
 */
import {
  type AnyCodec,
  type Codec,
  enumeration,
  type Field,
  i32,
  readOnly,
  type Shape,
  shown,
  type Struct,
  struct,
  u32,
} from "../../../../core/codec/mod.ts";

/** TC_ACT_*: the fate of a packet after an action; the last three are the words of `tc`. */
export const TC_ACT = {
  unspec: -1,
  ok: 0,
  reclassify: 1,
  shot: 2,
  pipe: 3,
  stolen: 4,
  queued: 5,
  repeat: 6,
  redirect: 7,
  trap: 8,
  continue: -1,
  pass: 0,
  drop: 2,
} as const;

/**
 * The fate of a packet after an action: `pipe` goes on to the next action, `ok` (or `pass`) ends the filter and lets the
 * packet pass, `shot` (or `drop`) drops it, `stolen` ends it here, `unspec` (or `continue`) goes on to the next filter,
 * `reclassify` begins again, `jump 2` skips two actions, `goto chain 5` goes on in another chain.
 */
export type Control = keyof typeof TC_ACT | `jump ${number}` | `goto chain ${number}` | number;

const named = enumeration(i32, TC_ACT);

/** The commands that have a number in their low bits. */
const NUMBERED = { jump: 1, "goto chain": 2 } as const;

/** Codec of {@linkcode Control}. */
export const control: Codec<Control> = {
  name: "a control",
  size: 4,
  decode(from, at, end, owner) {
    const value = from.view.getUint32(at, true), command = value >>> 28, number = value & 0xfff_ffff;
    return command === NUMBERED.jump
      ? `jump ${number}`
      : command === NUMBERED["goto chain"]
      ? `goto chain ${number}`
      : named.decode(from, at, end, owner);
  },
  encode(value, to, owner) {
    const match = typeof value === "string" ? /^(jump|goto chain) (\d+)$/.exec(value) : null;
    if (match === null) {
      if (typeof value === "number" || Object.hasOwn(TC_ACT, value as PropertyKey)) {
        return named.encode(value as never, to, owner);
      }
      return to.fail(
        TypeError,
        `expected one of ${Object.keys(TC_ACT).join(", ")}, "jump 2", "goto chain 5" or a number, got ${shown(value)}`,
      );
    }
    const number = Number(match[2]);
    if (number > 0xfff_ffff) to.fail(RangeError, `expected a number 0..268435455 in ${shown(value)}`);
    u32.encode(NUMBERED[match[1] as keyof typeof NUMBERED] * 2 ** 28 + number, to, owner);
  },
};

/** The part of an action that all kinds have. */
export interface Generic {
  /** The number that distinguishes the action from others of its kind; the kernel chooses one if it is not given. */
  index?: number;
  /** The fate of the packet. */
  action?: Control;
  /** Number of users, and one more for an action that was made by itself. */
  refcnt?: number;
  /** Number of filters that use it. */
  bindcnt?: number;
}

/** Names of the fields of {@linkcode Generic}. */
export const GENERIC: ReadonlySet<string> = new Set(["index", "action", "refcnt", "bindcnt"]);

/** Entries of the fields of {@linkcode Generic}. */
const generic: Shape<Generic> = {
  index: [0, u32],
  action: [8, control],
  refcnt: [12, i32, readOnly],
  bindcnt: [16, i32, readOnly],
};

/** Returns the wire form of the struct of a kind of actions: {@linkcode Generic} and its own fields behind. */
export function parms<T extends object = Record<never, never>>(
  size = 20,
  own: () => Shape<T> = () => ({}) as Shape<T>,
): Struct<Generic & T> {
  const all = struct<Generic & T>(size, () => ({ ...generic, ...own() }) as unknown as Shape<Generic & T>);
  return {
    name: all.name,
    size,
    tolerant: true,
    decode: all.decode,
    walk: all.walk!,
    get fields(): readonly Field[] {
      return all.fields;
    },
    // Users see the fields beside the attributes, so errors do not name the struct.
    encode(value, to, owner) {
      const name = to.path.pop()!;
      all.encode(value, to, owner);
      to.path.push(name);
    },
  };
}

/** The options of a kind, given the form of their attributes: the fields of the struct are among them. */
export type OptionsOf<A> = A extends { parms?: infer P } ? Omit<A, "parms"> & Omit<P & object, keyof Generic> : A;

/** The failure of a check of a field's value. */
export type Fail = (field: string, why: string) => never;

/** A kind of actions. */
export interface Kind {
  /** The table of the attributes. */
  readonly table: AnyCodec;
  /** Name of the attribute with the struct. */
  readonly parms: string;
  /** Names of the struct's own fields. */
  readonly own: ReadonlySet<string>;
  /** Changes decoded attributes into what users see. */
  readonly seen?: (options: Record<string, unknown>) => void;
  /** Changes what users give into attributes, and checks it. */
  readonly sent?: (options: Record<string, unknown>, fail: Fail) => void;
  /** The control if none is given, as `tc` has it; `pipe` when absent. */
  readonly control?: (options: Readonly<Record<string, unknown>>) => Control | undefined;
}

/** Makes a kind of actions from its table, and the struct in its attribute `parms`. */
export function kind(
  table: AnyCodec,
  struct: { readonly fields: readonly Field[] },
  more: Omit<Kind, "table" | "parms" | "own"> & { readonly parms?: string } = {},
): Kind {
  let own: ReadonlySet<string> | undefined;
  return {
    table,
    parms: "parms",
    get own(): ReadonlySet<string> {
      return own ??= new Set(struct.fields.map(({ key }) => key!).filter((key) => !GENERIC.has(key)));
    },
    ...more,
  };
}
