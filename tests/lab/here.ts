/**
 * Runs a command on this machine with another /usr mounted over its own, for this command only, as root: `deno run -A
 * tests/lab/here.ts [--musl] COMMAND [ARGUMENT]…`. It has the newest suite's tools (ip, strace, nft, ethtool, iw, rdma,
 * …), or, with `--musl`, musl and Bun for musl instead of this checkout's Bun.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { oracles } from "./image.ts";
import { forMusl } from "./machines.ts";

const SCRIPT = `
mount -t overlay -o "lowerdir=$0:/usr" overlay /usr || exit
[ -z "$1" ] || mount --bind "$1" "$2" || exit
shift 2
exec "$@"`;

const BUN = realpathSync(fileURLToPath(new URL("../../node_modules/.bin/bun", import.meta.url)));

const [first, ...rest] = process.argv.slice(2), withMusl = first === "--musl";
const { usr, bun } = withMusl ? forMusl() : { usr: `${oracles()}/usr`, bun: "" };
const command = withMusl ? rest : [first, ...rest];
const args = ["--mount", "sh", "-c", SCRIPT, usr, bun, BUN, ...command];
process.exitCode = spawnSync("unshare", args, { stdio: "inherit" }).status ?? 125;
