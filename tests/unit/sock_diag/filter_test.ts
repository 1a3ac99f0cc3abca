/** Conditions: their programs, as the kernel runs them, give the same result as the library's own check. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { NetlinkError } from "../../../core/errors.ts";
import { opSize } from "../../../families/sock_diag/bytecode.ts";
import {
  Bytecode,
  type BytecodeOp,
  type Checked,
  compileFilter,
  type SocketCondition,
} from "../../../families/sock_diag/mod.ts";
import { test } from "../../test.ts";

/** xorshift32: a generator with the same numbers everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Returns the offsets of the ops, walking from one to the next. */
function starts(ops: readonly BytecodeOp[]): number[] {
  const all: number[] = [];
  let at = 0;
  for (const op of ops) {
    all.push(at);
    at += opSize(op);
  }
  return [...all, at];
}

/** Does the kernel's check of a program: every jump leads forward to an op, to the end, or to four bytes after it. */
function audit(ops: readonly BytecodeOp[]): void {
  const places = starts(ops), length = places.at(-1)!;
  ops.forEach((op, index) => {
    const at = places[index]!, size = opSize(op);
    assert(op.yes % 4 === 0 && op.no % 4 === 0, "a jump is no multiple of four");
    assertEquals(op.yes, op.code === "jmp" ? 4 : size);
    assert(op.no >= (op.code === "jmp" ? 4 : size) && at + op.no <= length + 4, "a jump leaves the program");
    assert(at + op.no === length + 4 || places.includes(at + op.no), "a jump leads into an op");
  });
}

/** Runs a program as the kernel does. */
function runs(ops: readonly BytecodeOp[], says: (op: BytecodeOp) => boolean): boolean {
  const places = starts(ops), length = places.at(-1)!;
  let at = 0, steps = 0;
  while (at < length) {
    const op = ops[places.indexOf(at)]!;
    assert(++steps <= ops.length, "it goes round");
    at += op.code !== "jmp" && says(op) ? op.yes : op.no;
  }
  return at === length;
}

interface Full extends Required<Checked> {
  readonly auto: boolean;
}

/** Evaluates one op as the kernel does; compares addresses by their text, which suffices for whole octets. */
function says(socket: Full): (op: BytecodeOp) => boolean {
  const inside = (address: string, prefix: string): boolean => {
    const [base, length] = prefix.split("/") as [string, string];
    if (base.includes(":")) return address.includes(":") && (length === "0" || address === base);
    const plain = address.replace("::ffff:", "");
    if (plain.includes(":")) return false;
    const octets = Number(length) / 8;
    return plain.split(".").slice(0, octets).join() === base.split(".").slice(0, octets).join();
  };
  return (op) => {
    switch (op.code) {
      case "s_eq":
        return socket.localPort === op.port;
      case "s_ge":
        return socket.localPort >= op.port!;
      case "s_le":
        return socket.localPort <= op.port!;
      case "d_eq":
        return socket.dstPort === op.port;
      case "d_ge":
        return socket.dstPort >= op.port!;
      case "d_le":
        return socket.dstPort <= op.port!;
      case "s_cond":
        return inside(socket.local, op.prefix!);
      case "d_cond":
        return inside(socket.dst, op.prefix!);
      case "dev_cond":
        return socket.if === op.ifindex;
      case "mark_cond":
        return (socket.mark & op.mask!) >>> 0 === op.mark;
      case "cgroup_cond":
        return socket.cgroupId === op.cgroupId;
      case "auto":
        return socket.auto;
      default:
        return true;
    }
  };
}

const ADDRESSES = ["10.0.0.1", "10.0.1.1", "10.1.0.1", "192.0.2.1", "::ffff:10.0.0.1", "::1", "2001:db8::1"];
const PREFIXES = [
  "10.0.0.0/8",
  "10.0.0.0/16",
  "10.0.0.0/24",
  "10.0.0.1",
  "0.0.0.0/0",
  "::/0",
  "::1/128",
  "192.0.2.1/32",
];

function someCondition(rand: (below: number) => number, depth: number): SocketCondition {
  const pick = <V>(from: readonly V[]): V => from[rand(from.length)]!,
    one = (): SocketCondition => someCondition(rand, depth - 1);
  const parts: readonly (() => SocketCondition)[] = [
    () => ({ local: pick(PREFIXES) }),
    () => ({ dst: pick(PREFIXES), dstPort: rand(4) }),
    () => ({ localPort: { start: rand(4) } }),
    () => ({ dstPort: { start: rand(3), end: 2 + rand(2) } }),
    () => ({ if: rand(3) }),
    () => ({ mark: rand(2) === 0 ? rand(4) : { value: rand(4), mask: rand(4) } }),
    () => ({ cgroupId: rand(3) }),
    () => ({ auto: rand(2) === 0 }),
    () => ({}),
  ];
  if (depth === 0 || rand(4) === 0) return pick(parts)();
  const many = (): SocketCondition[] => Array.from({ length: 1 + rand(4) }, one);
  return pick([
    () => ({ ...one(), not: one() }),
    () => ({ and: many() }),
    () => ({ or: many() }),
    () => ({ ...pick(parts)(), or: many(), not: one() }),
  ])();
}

test("Conditions: programs pass the kernel's check, and give our result for every socket", () => {
  const rand = random(20);
  let yes = 0, no = 0;
  for (let round = 0; round < 3000; round++) {
    const condition = someCondition(rand, 3), { ops, test } = compileFilter(condition, "list");
    audit(ops);
    for (let i = 0; i < 10; i++) {
      const socket: Full = {
        local: ADDRESSES[rand(ADDRESSES.length)]!,
        localPort: rand(4),
        dst: ADDRESSES[rand(ADDRESSES.length)]!,
        dstPort: rand(4),
        if: rand(3),
        mark: rand(4),
        cgroupId: BigInt(rand(3)),
        auto: rand(2) === 0,
      };
      const kernel = runs(ops, says(socket)), ours = test(socket);
      // The sockets do not tell if the port was chosen automatically.
      if (ours === undefined) assertStringIncludes(JSON.stringify(condition), "auto");
      else assertEquals(ours, kernel, JSON.stringify(condition));
      kernel ? yes++ : no++;
      // If fields are missing, our result is the same or unknown.
      const { local, localPort, dst, dstPort } = socket, told = test({ local, localPort, dst, dstPort });
      assert(told === undefined || told === kernel, JSON.stringify(condition));
    }
  }
  assert(yes > 3000 && no > 3000, `${yes} ${no}`);
});

const encode = (codec: Codec<unknown, never>, value: unknown): Uint8Array => {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
};

test("Bytecode: programs survive a round trip, and have the length that they state", () => {
  const rand = random(21);
  for (let round = 0; round < 500; round++) {
    const { ops } = compileFilter(someCondition(rand, 3), "list"),
      bytes = encode(Bytecode as Codec<unknown, never>, ops);
    assertEquals(bytes.length, starts(ops).at(-1));
    assertEquals(Bytecode.decode(new Reader(bytes), 0, bytes.length, {}), ops);
  }
});

test("Bytecode: ports instead of a jump, hosts with a port, hosts of any family", () => {
  const ops: BytecodeOp[] = [
    { code: "s_ge", yes: 8, no: 12, port: 65535 },
    { code: "d_cond", yes: 12, no: 16, port: 80 },
    { code: "s_cond", yes: 28, no: 32, prefix: "2001:db8::/32", port: 0 },
    { code: "nop", yes: 4, no: 4 },
  ];
  const bytes = encode(Bytecode as Codec<unknown, never>, ops);
  assertEquals([...bytes.slice(0, 20)], [2, 8, 12, 0, 0, 0, 255, 255, 8, 12, 16, 0, 0, 0, 0, 0, 80, 0, 0, 0]);
  assertEquals(Bytecode.decode(new Reader(bytes), 0, bytes.length, {}), ops);
});

test("Conditions: errors name the place in the condition", () => {
  const of = (condition: unknown) => () => void compileFilter(condition as SocketCondition, "list TCP sockets");
  assertThrows(of({ dstPort: 65536 }), RangeError, "Cannot list TCP sockets: dstPort: expected 0..65535, got 65536");
  assertThrows(
    of({ or: [{ dst: "nowhere" }] }),
    TypeError,
    'or[0].dst: expected an address or prefix like "10.0.0.0/8"',
  );
  assertThrows(of({ local: "10.0.0.0/33" }), RangeError, "local: expected a prefix length");
  assertThrows(
    of({ not: { everything: 1 } }),
    TypeError,
    'not: "everything" is no condition: expected local, localPort',
  );
  assertThrows(
    of({ not: { port: 1 } }),
    TypeError,
    'not: "port" is no condition, did you mean "localPort" or "dstPort"?',
  );
  assertThrows(
    of({ or: [{ dstPort: { start: 5, end: 3 } }] }),
    RangeError,
    "or[0].dstPort: expected the start of a range",
  );
  assertThrows(of({ or: [] }), TypeError, "or: expected at least one condition");
  assertThrows(of({ or: 5 }), TypeError, "or: expected an array of conditions");
  assertThrows(of({ dstPort: "80" }), TypeError, "dstPort: expected a port");
  assertThrows(of({ auto: 1 }), TypeError, "auto: expected true or false");
  assertThrows(of({ mark: -1 }), RangeError, "mark: expected 0..4294967295");
  assertThrows(of({ dev: "nope0" }), NetlinkError, 'no interface is called "nope0" (dev)');
  assertThrows(
    of({ or: Array.from({ length: 6000 }, (_, port) => ({ port: undefined, localPort: port })) }),
    RangeError,
    "expected a condition of at most 65531 bytes",
  );
  assertEquals(compileFilter({ dev: "eth0" }, "list", (name) => name === "eth0" ? 7 : undefined).ops, [
    { code: "dev_cond", ifindex: 7, yes: 8, no: 12 },
  ]);
  assertEquals(compileFilter({ localPort: undefined, and: [] } as never, "list").ops, []);
});
