/**
 * Runs a command on this machine with the newest suite's tools (ip, strace, nft, ethtool, iw, rdma, …) over its own, for
 * the command alone: `deno run -A tests/lab/here.ts COMMAND [ARGUMENT]…`, as root.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { oracles } from "./image.ts";

const SCRIPT = 'mount -t overlay -o "lowerdir=$0/usr:/usr" overlay /usr && exec "$@"';

const args = ["--mount", "sh", "-c", SCRIPT, oracles(), ...process.argv.slice(2)];
process.exitCode = spawnSync("unshare", args, { stdio: "inherit" }).status ?? 125;
