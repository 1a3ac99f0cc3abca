/** The scripts for generic families that the library is made for, each run as written. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { kernelTest, run } from "../namespace.ts";
import { moduleTest } from "./lab.ts";
import { genericTest } from "./needs.ts";

const ARGS: readonly string[] = "Deno" in globalThis
  ? ["run", "--no-lock", "--no-check", "--allow-ffi"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/** Runs a script in a shell, after the command `before`, with `after` behind it. */
function script(
  number: string,
  before: readonly string[] = [],
  after: readonly string[] = [],
  namespace = true,
): string {
  const file = fileURLToPath(new URL(`../../scripts/${number}.ts`, import.meta.url));
  const shell = ["sh", "-e", "-c", [...before, '"$0" "$@"', ...after].join("\n"), process.execPath, ...ARGS, file];
  const [program, ...args] = namespace ? ["unshare", "-n", ...shell] : shell;
  const { status, stdout, stderr } = spawnSync(program!, args, { encoding: "utf8" });
  assertEquals(status, 0, stderr);
  return stdout;
}

genericTest("ethtool", "script 9: ethtool eth0", ["ip", "unshare"], () => {
  const out = script("09", ["ip link add eth0 type veth peer name v1", "ip link set eth0 up", "ip link set v1 up"]);
  assertEquals(out, '10000 full {"value":[],"mask":[]}\n');
});

genericTest("TASKSTATS", "script 10: what has that process waited for", [], () => {
  assertMatch(script("10", [], [], false), /^\d+\n$/);
});

moduleTest("wireguard", ["wireguard"], "script 14: wg setconf", ["ip", "unshare", "wg"], () => {
  const out = script("14", [], ["wg show wg0 dump"]);
  // A private key in the kernel's form: some of its bits are fixed.
  assertStringIncludes(out, "AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAUE=");
  assertStringIncludes(out, "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\t(none)\t192.0.2.7:51820\t10.7.0.0/16");
});

moduleTest("nl80211", ["mac80211_hwsim"], "script 28: scan", ["ip", "iw"], () => {
  run("ip", ["link", "set", "wlan0", "up"]);
  assertEquals(typeof script("28", [], [], false), "string");
});

moduleTest("nbd", ["nbd"], "script 29: a family nobody wrote a module for", [], () => {
  const file = fileURLToPath(new URL("../../scripts/29.ts", import.meta.url));
  const { stderr } = spawnSync(process.execPath, [...ARGS, file], { encoding: "utf8" });
  // The kernel knows the operation and its attribute, but also requires a size and a socket.
  assertStringIncludes(stderr, "Cannot request nbd connect: EINVAL");
});

kernelTest("script 29: without nbd the error names its module", [], () => {
  const file = fileURLToPath(new URL("../../scripts/29.ts", import.meta.url));
  const { stderr } = spawnSync(process.execPath, [...ARGS, file], { encoding: "utf8" });
  assertMatch(stderr, /Cannot request nbd connect: EINVAL|modprobe nbd, CONFIG_BLK_DEV_NBD/);
});
