/** Writing of captures: the bytes, the recorded datagrams, and errors. */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Capture } from "../../../core/capture.ts";
import { NetlinkError, SystemError } from "../../../core/errors.ts";
import { type Packet, packets } from "../../../core/pcap.ts";
import { openTransport } from "../../../core/stream.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { processes } from "../../../families/connector/mod.ts";
import { FibLookup } from "../../../families/fib_lookup.ts";
import { uevents } from "../../../families/uevent.ts";
import { open as usersock } from "../../../families/usersock.ts";
import { hex, join } from "./help.ts";
import { answer, client, done, DUMP, event, lamp, NEW, PROTOCOL, request } from "./lamps.ts";
import { test } from "../../test.ts";

const REQUEST = message(16, 5, 1, hex("00000000 03000000"), 0);

/** Runs `body` with a capture, and returns the pieces of its file. */
function captured(format: "pcap" | "pcapng", body: (capture: Capture) => void): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  body({ to: (bytes) => void pieces.push(bytes), format });
  return pieces;
}

/** Returns the recorded packets without times and offsets. */
function recorded(pieces: Iterable<Uint8Array>): Partial<Packet>[] {
  return [...packets(pieces)].map(({ time, offset, bigEndian, missing, ...rest }) => {
    assert(Math.abs(time - Date.now()) < 600_000, String(time));
    assert(offset > 0 && !bigEndian && missing === 0);
    return rest;
  });
}

function say(capture: Capture): void {
  const { client: c } = client(({ seq }) => [answer(seq)], { capture });
  c.request(request({ index: 3 }));
  c.close();
}

const COOKED_SENT = "0007 0338 00001092 00000000 0000 001e", COOKED_RECEIVED = "0006 0338 00001092 00000000 0000 001e";

test("a classic pcap has its header, then each datagram behind a cooked header", () => {
  const [header, sent, received, ...more] = captured("pcap", say);
  assertEquals(more, []);
  assertEquals(header, hex("d4c3b2a1 0200 0400 00000000 00000000 00000400 fd000000"));
  assertEquals(sent!.slice(8), join(hex("28000000 28000000"), hex(COOKED_SENT), REQUEST));
  assertEquals(received!.slice(8), join(hex("34000000 34000000"), hex(COOKED_RECEIVED), answer(1)));
});

test("a pcapng has a section, an interface, and blocks with the direction of each packet", () => {
  const [header, sent, received] = captured("pcapng", say);
  assertEquals(
    header,
    hex(
      "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffff ffffffff 1c000000" +
        "01000000 14000000 fd00 0000 00000400 14000000",
    ),
  );
  const block = (bytes: Uint8Array): Uint8Array => join(bytes.slice(0, 12), bytes.slice(20));
  assertEquals(
    block(sent!),
    join(
      hex("06000000 54000000 00000000 28000000 28000000"),
      hex(COOKED_SENT),
      REQUEST,
      hex("0200 0400 02000000 00000000 54000000"),
    ),
  );
  assertEquals(
    block(received!),
    join(
      hex("06000000 60000000 00000000 34000000 34000000"),
      hex(COOKED_RECEIVED),
      answer(1),
      hex("0200 0400 01000000 00000000 60000000"),
    ),
  );
});

test("a datagram whose length is not a multiple of four is padded in pcapng", () => {
  const pieces = captured("pcapng", (capture) => {
    using transport = openTransport({ ...PROTOCOL, number: 2 }, { capture, transport: () => new ScriptedKernel() });
    transport.send(hex("0102030405"), 5, 77, 1 << 4);
  });
  assertEquals(pieces[1]!.length % 4, 0);
  assertEquals(recorded(pieces), [{
    protocol: 2,
    bytes: hex("0102030405"),
    direction: "sent",
    port: 4242,
    peer: 77,
    group: 5,
  }]);
});

test("all sockets of a client are recorded in one file: its own, iterate()'s and a watch's", async () => {
  for (const format of ["pcap", "pcapng"] as const) {
    const pieces: Uint8Array[] = [], capture: Capture = { to: (bytes) => void pieces.push(bytes), format };
    const { client: c, lamps, kernels } = client(
      ({ seq, flags }) => (flags & 0x300) !== 0 ? [lamp(seq, { index: 3 }), done(seq)] : [answer(seq)],
      { capture },
    );
    c.request(request({ index: 3 }));
    assertEquals([...c.iterate(DUMP)].length, 1);
    const events = lamps.watch();
    kernels[2]!.push(event({ index: 9 }));
    await events.next();
    await events.return!();
    c.close();
    assertEquals(
      recorded(pieces).map(({ direction, group, bytes }) => [direction, group, bytes!.length, bytes![4]]),
      [
        ["sent", 0, 24, NEW],
        ["received", 0, 36, 2],
        ["sent", 0, 24, 18],
        ["received", 0, 24, NEW],
        ["received", 0, 20, 3],
        ["received", 1, 24, NEW],
      ],
    );
  }
});

test("sockets of every other kind are recorded too", async () => {
  const pieces: Uint8Array[] = [], capture: Capture = (bytes) => void pieces.push(bytes);
  const kernels: ScriptedKernel[] = [];
  const transport = (): ScriptedKernel => {
    const kernel = new ScriptedKernel(({ seq }) => [message(0, 0, seq, new Uint8Array(20), 0)]);
    kernels.push(kernel);
    return kernel;
  };
  // This keeps the file from being started anew.
  const first = usersock({ capture, transport });
  first.send(77, hex("0102"));
  kernels[0]!.push({ bytes: hex("0304"), port: 77, groups: 0 });
  await first.next();
  using fib = new FibLookup({ capture, transport });
  fib.lookup("192.0.2.1");
  const watching = uevents.watch({ capture, transport });
  kernels[2]!.push({ bytes: hex("6164644061"), groups: 1, credentials: { pid: 0, uid: 0, gid: 0 } });
  await watching.next();
  await watching.return!();
  assertThrows(() => processes.watch({ capture, transport }), NetlinkError);
  first.close();
  fib.close();
  assertEquals(
    recorded(pieces).map(({ protocol, direction, bytes }) => [protocol, direction, bytes!.length]),
    [
      [2, "sent", 2],
      [2, "received", 2],
      [10, "sent", 36],
      [10, "received", 36],
      [15, "received", 5],
      [11, "sent", 40],
      [11, "received", 36],
    ],
  );
});

test("clients with the same destination share it; once all are closed, it is started anew", () => {
  const pieces: Uint8Array[] = [], capture: Capture = (bytes) => void pieces.push(bytes);
  const script = ({ seq }: { seq: number }) => [answer(seq)];
  const one = client(script, { capture }).client, two = client(script, { capture }).client;
  one.request(request({}));
  two.request(request({}));
  one.close();
  one.close();
  two.request(request({}));
  two.close();
  assertEquals(pieces.map(({ length }) => length === 24).filter(Boolean).length, 1);
  assertEquals(recorded(pieces).length, 6);
  client(script, { capture }).client.close();
  assertEquals(pieces.at(-1)!.length, 24);
});

test("messages that were not sent or were lost are not recorded", () => {
  const pieces = captured("pcap", (capture) => {
    using transport = openTransport(PROTOCOL, { capture, transport: () => new ScriptedKernel() });
    assertEquals(transport.receive(0), undefined);
    transport.close();
    assertThrows(() => transport.send(REQUEST, REQUEST.length), NetlinkError, "closed");
  });
  assertEquals(pieces.length, 1);
});

test("a dry run records nothing, as nothing is sent", () => {
  const pieces = captured("pcap", (capture) => {
    const { client: c } = client(() => [], { capture, dryRun: () => {} });
    c.request(request({ index: 3 }));
    c.close();
  });
  assertEquals(pieces.length, 1);
});

test("a datagram larger than the limit of files is cut, and its record has the full length", () => {
  const large = new Uint8Array(300_000);
  const pieces = captured("pcap", (capture) => {
    using transport = openTransport(PROTOCOL, { capture, transport: () => new ScriptedKernel() });
    transport.send(large, large.length);
  });
  const [packet] = packets(pieces);
  assertEquals([packet!.bytes.length, packet!.missing], [262_144 - 16, 300_000 - 262_144 + 16]);
});

function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(path(tmpdir(), "netlink-capture-"));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a path is a new file, in pcapng format if its name says so", () => {
  inFolder((folder) => {
    for (const [name, magic] of [["a.pcap", "d4c3b2a1"], ["a.pcapng", "0a0d0d0a"], ["a", "d4c3b2a1"]] as const) {
      for (let times = 0; times < 2; times++) say(path(folder, name));
      const bytes = new Uint8Array(readFileSync(path(folder, name)));
      assertEquals(bytes.subarray(0, 4), hex(magic));
      assertEquals(recorded([bytes]).map(({ direction }) => direction), ["sent", "received"]);
      assertEquals([...packets(path(folder, name))].map(({ bytes }) => bytes), [REQUEST, answer(1)]);
    }
    say({ to: path(folder, "b"), format: "pcapng" });
    assertEquals(new Uint8Array(readFileSync(path(folder, "b"))).subarray(0, 4), hex("0a0d0d0a"));
  });
});

test("a file that cannot be written is a SystemError, and the socket is closed", () => {
  inFolder((folder) => {
    let kernel: ScriptedKernel | undefined;
    const transport = (): ScriptedKernel => kernel = new ScriptedKernel();
    const capture = path(folder, "nowhere", "a.pcap");
    const error = assertThrows(() => client(() => [], { capture, transport }), SystemError);
    assertEquals(error.code, "ENOENT");
    assertMatch(error.message, /^Cannot write the capture ".*a\.pcap": open\(\) failed with ENOENT/);
    assertThrows(() => kernel!.receive(0), NetlinkError, "closed");
    const missing = assertThrows(() => [...packets(capture)], SystemError);
    assertMatch(missing.message, /^Cannot read the capture ".*a\.pcap": open\(\) failed with ENOENT/);
  });
});

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8);
}

test("a new capture file is readable for its owner only; an existing one is emptied, and keeps its mode", () => {
  inFolder((folder) => {
    const file = path(folder, "a.pcap");
    say(file);
    assertEquals(modeOf(file), "600");
    writeFileSync(file, new Uint8Array(5000));
    for (const mode of [0o640, 0o644]) {
      chmodSync(file, mode);
      say(file);
      assertEquals([modeOf(file), [...packets(file)].length], [mode.toString(8), 2]);
    }
  });
});

test("a symbolic link to a file is not followed, even if the file does not exist", () => {
  inFolder((folder) => {
    const target = path(folder, "target"), nowhere = path(folder, "nowhere");
    writeFileSync(target, "kept");
    const links = {
      one: target,
      two: path(folder, "one"),
      relative: "target",
      dangling: nowhere,
      round: path(folder, "round"),
    };
    for (const [name, to] of Object.entries(links)) {
      const link = path(folder, name);
      symlinkSync(to, link);
      const error = assertThrows(() => say(link), SystemError);
      assertEquals(error.code, "ELOOP");
      assertMatch(
        error.message,
        /^Cannot write the capture ".*": open\(\) failed with ELOOP .*\(it is a symbolic link, /,
      );
      assertEquals([readFileSync(target, "utf8"), existsSync(nowhere)], ["kept", false]);
    }
  });
});

const deno = "Deno" in globalThis;
const CHILD = fileURLToPath(new URL("capture_child.ts", import.meta.url));

/** Runs the child script; on Deno only with these permissions. */
function child(
  args: readonly string[],
  permissions: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; stdout: string; stderr: string } {
  const flags = deno
    ? ["run", "--no-prompt", "--no-lock", "--no-check", ...permissions]
    : process.versions["bun"] === undefined
    ? ["--disable-warning=ExperimentalWarning"]
    : [];
  // The runtime's path is in the environment: if Deno detects that it starts Deno without permissions, it adds
  // --allow-all.
  return spawnSync("sh", ["-c", 'exec "$RUNTIME" "$@"', "sh", ...flags, CHILD, ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", RUNTIME: process.execPath, ...env },
  });
}

test("a capture file needs only --allow-write on Deno", { skip: !deno && "only for Deno" }, () => {
  inFolder((folder) => {
    const file = path(folder, "a.pcap"), refused = child([file], []);
    assertEquals([refused.stdout, existsSync(file)], [
      `PERMISSION Cannot write the capture ${
        JSON.stringify(file)
      }: the runtime was not given the right to do so (run with --allow-write=${file})\n`,
      false,
    ]);
    assertEquals(child([file], [`--allow-write=${file}`]).stdout, "done\n");
    assertEquals(recorded([new Uint8Array(readFileSync(file))]).length, 2);
    // The standard streams need no permission.
    assertMatch(child(["/dev/stdout"], []).stdout, /done\n$/);
    const unread = child([file, "read"], []);
    assertEquals(unread.stdout.split(" ")[0], "PERMISSION");
    assertEquals(child([file, "read"], [`--allow-read=${file}`]).stdout, "2 packets\n");
  });
});

/** Runs the child script in a shell, where `"$@"` is its command and `$CHILD` its script; returns its output. */
function underShell(script: string, folder: string): { status: number | null; stdout: Uint8Array; stderr: string } {
  const flags = deno ? ["run", "-A", "--no-lock", "--no-check"] : ["--no-warnings"];
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", script, "sh", process.execPath, ...(process.versions["bun"] === undefined ? flags : [])],
    { cwd: folder, env: { ...process.env, NO_COLOR: "1", CHILD }, timeout: 60_000 },
  );
  return { status, stdout: new Uint8Array(stdout), stderr: new TextDecoder().decode(stderr) };
}

const DONE = new TextEncoder().encode("done\n");
const isCapture = (bytes: Uint8Array): number => [...packets(bytes)].length;

test("a capture may go to open descriptors: standard streams as pipe, file or socket, and others", () => {
  inFolder((folder) => {
    const file = path(folder, "out"), read = (): Uint8Array => new Uint8Array(readFileSync(file));
    for (const name of ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
      // The child prints "done" after its capture.
      const piped = underShell(`"$@" "$CHILD" ${name} | cat`, folder);
      assertEquals([piped.status, piped.stdout.subarray(-5)], [0, DONE], piped.stderr);
      assertEquals(isCapture(piped.stdout.subarray(0, -5)), 2);
      // Text that a shell has written there before stays.
      const filed = underShell(`echo begin > out; "$@" "$CHILD" ${name} >> out`, folder);
      assertEquals(
        [filed.status, read().subarray(0, 6), read().subarray(-5)],
        [0, hex("626567696e0a"), DONE],
        filed.stderr,
      );
      assertEquals(isCapture(read().subarray(6, -5)), 2);
    }
    for (const name of ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]) {
      const { status, stdout } = underShell(`"$@" "$CHILD" ${name} 2> out`, folder);
      assertEquals([status, stdout, isCapture(read())], [0, DONE, 2]);
    }
    for (const name of ["/dev/fd/3", "/proc/self/fd/3"]) {
      const filed = underShell(`"$@" "$CHILD" ${name} 3> out`, folder);
      assertEquals([filed.status, filed.stdout, isCapture(read())], [0, DONE, 2], filed.stderr);
      const piped = underShell(`{ "$@" "$CHILD" ${name} 3>&1 >/dev/null; } | cat`, folder);
      assertEquals([piped.status, isCapture(piped.stdout)], [0, 2], piped.stderr);
    }
  });
});

test("a capture may go to a FIFO, and to a device or pipe behind a symbolic link", () => {
  inFolder((folder) => {
    const fifo = underShell(`mkfifo fifo; cat fifo & "$@" "$CHILD" fifo > /dev/null; wait`, folder);
    assertEquals([fifo.status, isCapture(fifo.stdout)], [0, 2], fifo.stderr);
    const linked = underShell(`ln -s fifo link; cat fifo & "$@" "$CHILD" link > /dev/null; wait`, folder);
    assertEquals([linked.status, isCapture(linked.stdout)], [0, 2], linked.stderr);
    const device = underShell(`ln -s /dev/null null; "$@" "$CHILD" null`, folder);
    assertEquals([device.status, device.stdout], [0, DONE], device.stderr);
    const stream = underShell(`ln -s /dev/stdout stream; "$@" "$CHILD" stream | cat`, folder);
    assertEquals(isCapture(stream.stdout.subarray(0, -5)), 2, stream.stderr);
  });
});

test("a capture that fails later leaves no descriptor open", () => {
  const descriptors = (): number => {
    const fd = openSync("/dev/null", "r");
    closeSync(fd);
    return fd;
  };
  const before = descriptors();
  for (let times = 0; times < 3; times++) {
    assertEquals(assertThrows(() => say("/dev/full"), SystemError).code, "ENOSPC");
  }
  assertEquals(descriptors(), before);
});

const LINES = [
  "NETLINK_LAMPS sent LAMP_NEW request|ack seq 1, 32 bytes",
  "    0  20000000 10000500 01000000 00000000  nlmsghdr",
  "   16  00                                   family      0",
  "   17  000000                               (no field)",
  "   20  03000000                             index       3",
  '   24  07000100 6c3000                      name        "l0"',
  "NETLINK_LAMPS received NLMSG_ERROR seq 1 port 4242, 36 bytes",
  "    0  24000000 02000000 01000000 92100000  nlmsghdr",
];

test("NETLINK_DEBUG prints to stderr the same as a dry run and a capture show", () => {
  const { status, stdout, stderr } = child([], ["--allow-env=NETLINK_DEBUG"], { NETLINK_DEBUG: "1" });
  assertEquals([status, stdout], [0, "done\n"]);
  assertEquals(stderr.split("\n").slice(0, LINES.length), LINES);
  assertMatch(stderr, /NETLINK_LAMPS received LAMP_NEW seq 0, 24 bytes\n.*\n.*\n.*\n +20 +09000000 +index +9\n/);
});

test("NETLINK_DEBUG prints nothing when it is 0 or empty", () => {
  for (const NETLINK_DEBUG of ["", "0"]) {
    const { status, stderr } = child([], ["--allow-env"], { NETLINK_DEBUG });
    assertEquals([status, stderr], [0, ""]);
  }
});

test("NETLINK_DEBUG is neither read nor prompted for if Deno lacks the permission", {
  skip: !deno && "only for Deno",
}, () => {
  const { status, stdout, stderr } = child([], [], { NETLINK_DEBUG: "1" });
  assertEquals([status, stdout, stderr], [0, "done\n", ""]);
});

test("an error of the function that receives a capture is thrown unchanged", () => {
  const error = assertThrows(() =>
    say(() => {
      throw new RangeError("full");
    })
  );
  assertInstanceOf(error, RangeError);
});
