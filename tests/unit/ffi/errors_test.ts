/** Messages of errors, and the names of errno. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { constants } from "node:os";
import { ERRNO, errnoName, errnoText, NetlinkError, SystemError } from "../../../ffi/errors.ts";
import { test } from "../../test.ts";

/** The runtime's names for numbers that have two. */
const ALIASES: Record<string, string> = { EWOULDBLOCK: "EAGAIN", ENOTSUP: "EOPNOTSUPP", EDEADLOCK: "EDEADLK" };

test("errnoName() agrees with the runtime's names", () => {
  for (const [name, number] of Object.entries(constants.errno)) assertEquals(errnoName(number), ALIASES[name] ?? name);
});

test("errnoName() and errnoText() know every number that Linux has", () => {
  const unused = [41, 58, 520]; // these do not exist any more
  const numbers = [...Array(133).keys()].map((i) => i + 1).concat([...Array(19).keys()].map((i) => i + 512));
  for (const number of numbers.filter((number) => !unused.includes(number))) {
    assert(/^E[A-Z0-9_]+$/.test(errnoName(number)), `name of ${number}`);
    assert(!errnoText(number).startsWith("Unknown"), `text of ${number}`);
  }
  assertEquals(new Set(numbers.map(errnoName)).size, numbers.length);
});

test("errnoName() and errnoText() know the internal numbers that nfnetlink returns", () => {
  assertEquals(errnoName(524), "ENOTSUPP");
  assertEquals(errnoText(524), "Operation is not supported");
});

test("errnoName() and errnoText() return an unknown number as text", () => {
  assertEquals(errnoName(999), "errno 999");
  assertEquals(errnoText(999), "Unknown error 999");
});

test("ERRNO has the right numbers", () => {
  for (const [name, number] of Object.entries(ERRNO)) assertEquals(errnoName(number), name);
});

test("SystemError names the task that failed, and the reason", () => {
  const error = new SystemError("socket", 93, "open a NETLINK_ROUTE socket");
  assertEquals(
    error.message,
    'Cannot open a NETLINK_ROUTE socket: socket() failed with EPROTONOSUPPORT "Protocol not supported"',
  );
  assertEquals([error.name, error.code, error.errno, error.call], ["SystemError", "EPROTONOSUPPORT", 93, "socket"]);
  assertInstanceOf(error, NetlinkError);
  assertInstanceOf(error, Error);
});

test("NetlinkError has its hint in the message and in the stack", () => {
  const cause = new Error("x");
  const error = new NetlinkError("Cannot fly", "WINGS", { hint: "flap them", cause });
  assertEquals([error.name, error.message, error.code, error.hint], [
    "NetlinkError",
    "Cannot fly (flap them)",
    "WINGS",
    "flap them",
  ]);
  assertEquals(error.cause, cause);
  assert(error.stack!.includes("Cannot fly (flap them)"));
});

test('NetlinkError without a hint has no property "hint"', () => {
  const error = new NetlinkError("Cannot fly", "WINGS");
  assertEquals(error.message, "Cannot fly");
  assertEquals(["hint" in error, "cause" in error], [false, false]);
});
