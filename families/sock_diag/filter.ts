/**
 * Conditions on sockets, as objects. They are compiled to the kernel's bytecode, and to a test with the same result.
 *
 * ```ts ignore
 * tcp.list({ dst: "10.0.0.0/8", or: [{ dstPort: 443 }, { dstPort: { start: 8000, end: 8999 } }], not: { dev: "lo" } });
 * ```
 *
 * @module
 */
import {
  didYouMean,
  ipv4Text,
  ipv6Text,
  NoSuchInterface,
  parseIp,
  parsePrefix,
  shown,
  Writer,
} from "../../core/codec/mod.ts";
import { type BytecodeOp, opSize } from "./bytecode.ts";

/** A port, or a range of ports with both ends included. */
export type PortMatch = number | {
  /** Lowest port; default 0. */
  start?: number;
  /** Highest port; default 65535. */
  end?: number;
};

/** Conditions on a socket. All fields of an object must hold. */
export interface SocketCondition {
  /** The socket's own address, or a prefix that contains it: `127.0.0.1`, `10.0.0.0/8`, `fe80::/10`. */
  local?: string;
  /** The socket's own port. */
  localPort?: PortMatch;
  /** The peer's address, or a prefix that contains it. An IPv4 address matches IPv4-mapped IPv6 (`::ffff:…`) too. */
  dst?: string;
  /** The peer's port. */
  dstPort?: PortMatch;
  /** Name or index of the interface that the socket is bound to. */
  dev?: string | number;
  /** Index of the interface that the socket is bound to; 0 for none. */
  if?: number;
  /** Firewall mark of the socket, or some of its bits; needs CAP_NET_ADMIN. Since Linux 4.7. */
  mark?: number | {
    /** Value of the bits to compare. */
    value: number;
    /** Mask of the bits to compare. */
    mask: number;
  };
  /** Control group of the socket: the inode of the group's directory. Since Linux 5.8. */
  cgroupId?: bigint | number;
  /** True if the kernel chose the socket's port. */
  auto?: boolean;
  /** All of these must hold too. */
  and?: readonly SocketCondition[];
  /** At least one of these must hold. */
  or?: readonly SocketCondition[];
  /** This must not hold. */
  not?: SocketCondition;
}

/** The fields of a socket that a condition checks. */
export interface Checked {
  /** The socket's own address. */
  local?: string;
  /** The socket's own port. */
  localPort?: number;
  /** The peer's address. */
  dst?: string;
  /** The peer's port. */
  dstPort?: number;
  /** Index of the interface that the socket is bound to. */
  if?: number;
  /** Firewall mark of the socket. */
  mark?: number;
  /** Control group of the socket: the inode of the group's directory. */
  cgroupId?: bigint;
}

/** A compiled condition: bytecode for the kernel, and a test of a decoded socket. */
export interface Compiled {
  /** The bytecode. */
  readonly ops: readonly BytecodeOp[];
  /** Length of the bytecode in bytes. */
  readonly size: number;
  /** Tests a decoded socket; `undefined` if a field that it needs is missing from the reply. */
  readonly test: (socket: Checked) => boolean | undefined;
  /** Result for all sockets, if it is known without looking at one: true or false. */
  readonly always?: boolean;
}

/** Returns the index of the interface with this name. */
export type Resolve = (name: string) => number | undefined;

type Leaf = readonly [op: Omit<BytecodeOp, "yes" | "no">, test: Compiled["test"]];

/** State of a compilation. */
interface Context {
  readonly to: Writer;
  readonly resolve: Resolve;
}

const LEAVES: { readonly [K in keyof SocketCondition]?: (value: never, context: Context) => Compiled } = {
  local: (value: string, context) => host("s_cond", "local", value, context),
  localPort: (value: PortMatch, context) => port("s", "localPort", value, context),
  dst: (value: string, context) => host("d_cond", "dst", value, context),
  dstPort: (value: PortMatch, context) => port("d", "dstPort", value, context),
  dev: (value: string | number, { to, resolve }) => {
    const index = typeof value === "string" ? resolve(value) : value;
    if (index === undefined) throw new NoSuchInterface(to.what, to.path, value as string);
    return dev(index, to);
  },
  if: (value: number, { to }) => dev(value, to),
  mark(value: number | { value: number; mask: number }, { to }) {
    const { value: mark, mask } = typeof value === "object" && value !== null ? value : { value, mask: 0xffffffff };
    if (typeof value === "object") only(value, ["value", "mask"], to);
    check(mark, 0xffffffff, to);
    check(mask, 0xffffffff, to);
    const test = (s: Checked): boolean | undefined => s.mark === undefined ? undefined : (s.mark & mask) >>> 0 === mark;
    const marked = leaf([{ code: "mark_cond", mark, mask }, test]);
    return mark === 0 && mask === 0 ? { ...marked, always: true } : marked;
  },
  cgroupId(value: bigint | number, { to }) {
    if (typeof value !== "bigint") check(value, Number.MAX_SAFE_INTEGER, to);
    const cgroupId = BigInt(value);
    const test = (s: Checked): boolean | undefined => s.cgroupId === undefined ? undefined : s.cgroupId === cgroupId;
    return leaf([{ code: "cgroup_cond", cgroupId }, test]);
  },
  auto(value: boolean, { to }) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    const auto = leaf([{ code: "auto" }, () => undefined]);
    return value ? auto : not(auto);
  },
  and: (value: readonly SocketCondition[], context) => all(each(value, context)),
  or(value: readonly SocketCondition[], context) {
    const parts = each(value, context);
    if (parts.length === 0) context.to.fail(TypeError, "expected at least one condition, got none");
    return some(parts);
  },
  not: (value: SocketCondition, context) => not(compileAt(value, context)),
};

/** The names of the fields of a condition. */
export const CONDITIONS: ReadonlySet<string> = new Set(Object.keys(LEAVES));

const NEVER = { always: false } as const;

/** Largest depth of nested conditions, as a number of names and positions in the path. A deeper one contains itself. */
const DEEPEST_PATH = 128;

/** Largest distance in bytes that an op can jump. */
const FARTHEST = 0xffff;

/**
 * Compiles a condition.
 *
 * @param what the operation, for errors: `list TCP sockets`
 * @param resolve returns the index of an interface by its name
 */
export function compileFilter(condition: SocketCondition, what: string, resolve: Resolve = () => undefined): Compiled {
  const to = new Writer();
  to.what = what;
  const compiled = compileAt(condition, { to, resolve }), { size } = compiled;
  if (size > FARTHEST - 4) to.fail(RangeError, `expected a condition of at most ${FARTHEST - 4} bytes, got ${size}`);
  return compiled;
}

function compileAt(condition: SocketCondition, context: Context): Compiled {
  const { to } = context;
  if (to.path.length > DEEPEST_PATH) to.fail(RangeError, "conditions are nested without end");
  if (typeof condition !== "object" || condition === null) {
    to.fail(TypeError, `expected a condition, got ${shown(condition)}`);
  }
  const parts: Compiled[] = [];
  for (const [key, value] of Object.entries(condition)) {
    if (value === undefined) continue;
    if (!CONDITIONS.has(key)) {
      const guess = didYouMean(key, CONDITIONS);
      to.fail(TypeError, `${shown(key)} is no condition${guess || `: expected ${[...CONDITIONS].join(", ")}`}`);
    }
    to.path.push(key);
    parts.push(LEAVES[key as keyof SocketCondition]!(value as never, context));
    to.path.pop();
  }
  return all(parts);
}

function each(conditions: readonly SocketCondition[], context: Context): Compiled[] {
  const { to } = context;
  if (!Array.isArray(conditions)) to.fail(TypeError, `expected an array of conditions, got ${shown(conditions)}`);
  return conditions.map((one, index) => {
    to.path.push(index);
    const compiled = compileAt(one, context);
    to.path.pop();
    return compiled;
  });
}

function check(value: number, most: number, to: Writer): void {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    to.fail(TypeError, `expected an integer 0..${most}, got ${shown(value)}`);
  }
  if (value < 0 || value > most) to.fail(RangeError, `expected 0..${most}, got ${value}`);
}

function only(value: object, known: readonly string[], to: Writer): void {
  if (Array.isArray(value)) to.fail(TypeError, `expected one number or { ${known.join(", ")} }, got an array`);
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) to.fail(TypeError, `${shown(key)} is not one of ${known.join(", ")}`);
  }
}

function dev(index: number, to: Writer): Compiled {
  check(index, 0x7fffffff, to);
  return leaf([{ code: "dev_cond", ifindex: index }, (s) => s.if === undefined ? undefined : s.if === index]);
}

function port(side: "s" | "d", key: "localPort" | "dstPort", value: PortMatch, { to }: Context): Compiled {
  const compare = (how: "ge" | "le" | "eq", port: number, test: (found: number) => boolean): Compiled => {
    check(port, 0xffff, to);
    return leaf([
      { code: `${side}_${how}`, port },
      (s) => ((found) => found === undefined ? undefined : test(found))(s[key]),
    ]);
  };
  if (typeof value === "number") return compare("eq", value, (found) => found === value);
  if (typeof value !== "object" || value === null) {
    to.fail(TypeError, `expected a port 0..65535 or { start, end }, got ${shown(value)}`);
  }
  only(value, ["start", "end"], to);
  const { start = 0, end = 0xffff } = value;
  if (start > end) to.fail(RangeError, `expected the start of a range at most its end, got ${start} to ${end}`);
  return all([
    ...(start === 0 ? [] : [compare("ge", start, (found) => found >= start)]),
    ...(end === 0xffff ? [] : [compare("le", end, (found) => found <= end)]),
  ]);
}

function host(code: "s_cond" | "d_cond", key: "local" | "dst", value: string, { to }: Context): Compiled {
  const { bytes, length } = parsePrefix(value, to), { length: size } = bytes;
  const inside = (address: Uint8Array, at: number): boolean => {
    for (let bit = 0; bit < length; bit += 8) {
      const mask = length - bit >= 8 ? 0xff : 0xff << 8 - (length - bit);
      if (((address[at + bit / 8]! ^ bytes[bit / 8]!) & mask) !== 0) return false;
    }
    return true;
  };
  const prefix = `${size === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0)}/${length}`;
  return leaf([{ code, prefix }, (s) => {
    const address = s[key] === undefined ? undefined : parseIp(s[key]);
    if (address === undefined) return undefined;
    if (address.length === size) return inside(address, 0);
    const mapped = size === 4 && address.subarray(0, 10).every((byte) => byte === 0) &&
      address[10] === 0xff && address[11] === 0xff;
    return mapped && inside(address, 12);
  }]);
}

// A program consists of blocks. Each block starts at its first op. To accept a socket it jumps to its end, to reject it
// four bytes past its end: into the block that follows, or beyond it if that is a JMP, which has four bytes.

function leaf([op, test]: Leaf): Compiled {
  const size = opSize(op);
  return { ops: [{ ...op, yes: size, no: size + 4 }], size, test };
}

function jump(no: number): BytecodeOp {
  return { code: "jmp", yes: 4, no };
}

/** Returns a block's ops, with the jumps that reject made `more` bytes longer. */
function fartherNo({ ops, size }: Compiled, more: number): BytecodeOp[] {
  let left = size;
  return ops.map((op) => {
    const end = left + 4;
    left -= opSize(op);
    return op.no === end ? { ...op, no: op.no + more } : op;
  });
}

/** Joins blocks; `place` returns the ops of each block from the length of the blocks that follow it. */
function join(parts: readonly Compiled[], place: (part: Compiled, rest: number) => readonly BytecodeOp[]): {
  ops: readonly BytecodeOp[];
  size: number;
} {
  const blocks: (readonly BytecodeOp[])[] = [];
  let size = 0;
  for (const part of parts.toReversed()) {
    const ops = place(part, size);
    blocks.unshift(ops);
    size += part.size + (ops.length > part.ops.length ? 4 : 0);
  }
  return { ops: blocks.flat(), size };
}

/**
 * Returns a test that is `wanted` if any part is, else its opposite; `undefined` if that depends on a missing field.
 */
function verdict(parts: readonly Compiled[], wanted: boolean): Compiled["test"] {
  return (socket) => {
    let said: boolean | undefined = !wanted;
    for (const { test } of parts) {
      const one = test(socket);
      if (one === wanted) return wanted;
      if (one === undefined) said = undefined;
    }
    return said;
  };
}

function all(given: readonly Compiled[]): Compiled {
  const parts = given.filter(({ always }) => always !== true);
  const always = parts.length === 0 ? { always: true } : parts.some(({ always }) => always === false) ? NEVER : {};
  return { ...join(parts, (part, rest) => fartherNo(part, rest)), test: verdict(parts, false), ...always };
}

function some(parts: readonly Compiled[]): Compiled {
  if (parts.some(({ always }) => always === true)) return all([]);
  const last = parts.at(-1), always = parts.every(({ always }) => always === false) ? NEVER : {};
  // A block that accepts jumps over all blocks that follow.
  const place = (part: Compiled, rest: number): readonly BytecodeOp[] =>
    part === last ? part.ops : [...part.ops, jump(4 + rest)];
  return { ...join(parts, place), test: verdict(parts, true), ...always };
}

function not({ ops, size, test, always }: Compiled): Compiled {
  // A condition that never holds, negated, holds always, which needs no ops.
  if (always === false) return all([]);
  return {
    ...(always === true ? NEVER : {}),
    ops: [...ops, jump(8)],
    size: size + 4,
    test(socket) {
      const said = test(socket);
      return said === undefined ? undefined : !said;
    },
  };
}
