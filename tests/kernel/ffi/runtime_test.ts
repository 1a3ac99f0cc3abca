/** libc through the runtime's FFI, and the errors without it. */
import { assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { SystemError } from "../../../ffi/errors.ts";
import { check, errno, libc } from "../../../ffi/runtime.ts";
import { patience } from "../namespace.ts";
import { test } from "../../test.ts";

const deno = process.versions.deno !== undefined;
const bun = process.versions.bun !== undefined;
const runtime = deno ? "Deno" : bun ? "Bun" : "Node";

/** Opens a socket in a process of its own, with flags or after a change, and returns the error's code and message. */
function failureOf(change: string, flags: string[] = []): [code: string, message: string] {
  const module = JSON.stringify(new URL("../../../ffi/socket.ts", import.meta.url).href);
  const code = `${change}
    import(${module}).then(({ Socket }) => {
      try {
        new Socket({ protocol: 0 });
      } catch (error) {
        console.log(JSON.stringify([error.code, error.message]));
      }
    });`;
  const args = deno
    ? ["run", "--no-check", "--no-prompt", ...flags, `data:text/javascript,${encodeURIComponent(code)}`]
    : bun
    ? [...flags, "-e", code]
    : ["--no-warnings", ...flags, "-e", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: patience(30_000) });
  if (stdout === "") throw new Error(stderr || "no error");
  return JSON.parse(stdout);
}

test("errno() returns the errno of the last call", () => {
  for (let i = 0; i < 1000; i++) {
    assertEquals([libc().close(-1), errno()], [-1, 9 /* EBADF */]);
    assertEquals([libc().socket(9999, 1, 0), errno()], [-1, 97 /* EAFNOSUPPORT */]);
  }
});

test("check() returns a result, and throws the error that errno holds", () => {
  assertEquals(check(5, "read", "read"), 5);
  const error = assertThrows(() => check(libc().close(-1), "close", "close the door"), SystemError);
  assertEquals(error.message, 'Cannot close the door: close() failed with EBADF "Bad file descriptor"');
});

const NEEDS = "Cannot use netlink: it needs Linux on x86-64 or arm64 and Deno, Bun or Node 26, this is";

test("opening a socket on another platform gives one clear error", () => {
  const flags = deno ? ["--allow-read", "--allow-ffi", "--allow-import"] : [];
  const change = (name: "platform" | "arch", value: string): string =>
    deno
      ? `Object.defineProperty(Deno, "build", { value: { ...Deno.build, ${name === "platform" ? "os" : "arch"}: ${
        JSON.stringify(value)
      } } });`
      : `Object.defineProperty(process, ${JSON.stringify(name)}, { value: ${JSON.stringify(value)} });`;
  assertEquals(failureOf(change("platform", "darwin"), flags), [
    "UNSUPPORTED_PLATFORM",
    `${NEEDS} darwin on ${process.arch}`,
  ]);
  assertEquals(failureOf(change("arch", "riscv64"), flags), ["UNSUPPORTED_PLATFORM", `${NEEDS} Linux on riscv64`]);
});

test("Deno's missing permission is one clear error", {
  skip: !deno && "only for Deno",
}, () => {
  assertEquals(failureOf("", ["--allow-read"]), [
    "PERMISSION",
    "Cannot use netlink: Deno was not given the right to call libc (run with --allow-ffi)",
  ]);
});

const node = runtime === "Node";
test("Node's missing permission is one clear error", {
  skip: !node && "only for Node",
}, () => {
  assertEquals(failureOf("", ["--permission", "--allow-fs-read=*"]), [
    "PERMISSION",
    "Cannot use netlink: Node was not given the right to call libc (run with --allow-ffi)",
  ]);
});

test("a Node without node:ffi is one clear error", {
  skip: !node && "only for Node",
}, () => {
  assertEquals(failureOf("", ["--no-experimental-ffi"]), [
    "UNSUPPORTED_PLATFORM",
    `${NEEDS} Node ${process.versions.node}, which has no node:ffi ` +
    "(Node 26 has it, some versions only when run with --experimental-ffi)",
  ]);
});

test(
  "a listing does not load Deno's global process, which takes as long as all else",
  { skip: !deno && "only for Deno" },
  () => {
    const module = JSON.stringify(new URL("../../../families/route/mod.ts", import.meta.url).href);
    const code = `
    Object.defineProperty(globalThis, "process", { get: () => { throw new Error("process was touched"); } });
    import(${module}).then(({ links }) => console.log(links.list().length > 0));`;
    const args = ["run", "--no-check", "--no-prompt", "--allow-read", "--allow-ffi", "--allow-import"];
    const { stdout, stderr } = spawnSync(process.execPath, [
      ...args,
      `data:text/javascript,${encodeURIComponent(code)}`,
    ], {
      encoding: "utf8",
    });
    assertEquals([stdout, stderr], ["true\n", ""]);
  },
);
