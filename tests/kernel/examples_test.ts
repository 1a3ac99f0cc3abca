/** Examples with names that contain terminal control characters, and with a reader that stops reading their output. */
import { assertEquals, assertMatch } from "@std/assert";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../test.ts";
import { kernelTest, patience } from "./namespace.ts";

const NEEDS = ["ip", "unshare", "python3"];
const EXAMPLES = new URL("../../examples/", import.meta.url);
const RUN: readonly string[] = "Deno" in globalThis
  ? ["run", "-A", "--no-lock", "--no-check"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/** Runs a shell script in namespaces of its own, where `example NAME …` runs an example. */
function shell(script: string, setup = ""): { status: number | null; stdout: string; stderr: string } {
  const example = `example() { name=$1; shift; "$RUNTIME" ${RUN.join(" ")} "$EXAMPLES/$name.ts" "$@"; }`;
  return spawnSync(
    "unshare",
    ["-n", "-m", "sh", "-e", "-c", `ip link set lo up\n${setup}\nexec python3 -c "$HOLDER"`],
    {
      encoding: "utf8",
      env: {
        ...process.env,
        NO_COLOR: "1",
        RUNTIME: process.execPath,
        EXAMPLES: fileURLToPath(EXAMPLES),
        HOLDER,
        SCRIPT: `${example}\n${script}`,
      },
      timeout: patience(60_000),
    },
  );
}

/** A name for a shell's printf, with ESC, CSI, DEL and a change of text direction; and its escaped form. */
const NAME = "x\\033\\302\\233\\177\\342\\200\\256R", SHOWN = "x\\u001b\\u009b\\u007f\\u202eR";

/** Makes an interface of that name with an address, a route and a neighbour. */
const SETUP = `
name=$(printf '${NAME}')
ip link add "$name" type veth peer name other
ip link set other up
ip link set "$name" up
ip address add 192.0.2.1/24 dev "$name"
ip route add default via 192.0.2.2 dev "$name"
ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:01 dev "$name"
`;

/** Starts a process of that name with an abstract socket of that name, and runs the script. */
const HOLDER = `
import os, socket, subprocess, sys
name = b"x\\x1b\\xc2\\x9b\\x7f\\xe2\\x80\\xaeR"
with open("/proc/self/comm", "wb") as comm: comm.write(name)
one = socket.socket(socket.AF_UNIX)
one.bind(b"\\0" + name)
one.listen()
sys.exit(subprocess.call(["bash", "-c", os.environ["SCRIPT"]]))
`;

/** Marks and changes of text direction. */
const MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Returns the control characters in a text, except line feeds. */
function controls(text: string): string[] {
  const isControl = (code: number): boolean => code < 0x20 && code !== 10 || code >= 0x7f && code < 0xa0;
  return [...text].filter((one) => isControl(one.charCodeAt(0)) || MARKS.test(one)).map((one) =>
    one.charCodeAt(0).toString(16)
  );
}

kernelTest("no example prints control characters of names: interfaces, processes, abstract sockets", NEEDS, () => {
  const commands: readonly (readonly [command: string, names: RegExp])[] = [
    ["links", /^NAME +up /m],
    ["routes", /^default +192\.0\.2\.2 +NAME +- +boot +0 +main$/m],
    ["monitor --initial | head -n 4", / NAME up /],
    ["ss", /@NAME +\* +NAME\(\d+\)$/m],
    ["nldump -v", /ifname +"NAME"/],
  ];
  for (const [command, names] of commands) {
    const { stdout, stderr } = shell(`example ${command}`, SETUP);
    assertEquals([controls(stdout + stderr), stderr], [[], ""], command);
    assertMatch(
      stdout,
      new RegExp(names.source.replaceAll("NAME", SHOWN.replaceAll("\\", "\\\\")), names.flags),
      command,
    );
  }
  // A failing example must be reported even with other names.
  const failed = shell(
    `example wait_for_address "$(printf 'y${NAME}')" --timeout 1`,
  );
  assertEquals(controls(failed.stderr), []);
  assertMatch(failed.stderr, /yx\\u001b\\u009b\\u007f\\u202eR/);
});

kernelTest("examples exit quietly when the reader of their output is gone", NEEDS, () => {
  const many = "for i in 1 2 3 4 5 6 7 8; do ip link add d$i type veth peer name p$i; done";
  // A watch notices that its reader is gone when it prints the next event.
  const events = "(while kill -0 $$; do ip link set d1 up; ip link set d1 down; done) > /dev/null 2>&1 &";
  const commands = ["links", "families", "nldump -v", "monitor --initial"];
  for (const command of commands) {
    const { status, stdout, stderr } = shell(`${events}\nexample ${command} | head -n 1\nexit \${PIPESTATUS[0]}`, many);
    assertEquals([stderr, stdout.split("\n").length], ["", 2], command);
    assertEquals(status, 0, command);
  }
});

kernelTest("shape without a rate does not end another program's qdisc", [...NEEDS, "tc"], () => {
  const script = `
tc qdisc add dev d0 root handle 1: pfifo limit 7
example shape d0
tc qdisc show dev d0 | grep -o 'pfifo 1:'
`;
  const { stdout, stderr } = shell(script, "ip link add d0 type veth peer name p0");
  assertEquals([stderr, stdout], ["", "nothing to end\npfifo 1:\n"]);
});

test("examples print through printable() or stringify(), which escape control characters", () => {
  const faults: string[] = [];
  for (const file of readdirSync(EXAMPLES)) {
    const source = readFileSync(new URL(file, EXAMPLES), "utf8");
    for (const [call, given] of source.matchAll(/console\.(?:log|table)\(\s*([^]{0,20})/g)) {
      if (!/^(printable|stringify)\(/.test(given!)) faults.push(`${file}: ${call}`);
    }
    for (const [call, given] of source.matchAll(/stdout\.write\(\s*([^]{0,50})/g)) {
      if (!/^help|^`\$\{(printable|stringify|options\.json \? stringify)/.test(given!)) faults.push(`${file}: ${call}`);
    }
  }
  assertEquals(faults, []);
});
