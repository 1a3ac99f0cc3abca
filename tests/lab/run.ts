/**
 * Runs a command, or the tests, on Debian's kernels under qemu. See USAGE below.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { image, KERNELS } from "./image.ts";
import { installTools } from "./packages.ts";
import { LabError, runVm } from "./vm.ts";

const USAGE = `usage: deno run -A tests/lab/run.ts [OPTION]... [KERNEL]... [-- COMMAND [ARGUMENT]...]

Runs COMMAND as root in a fresh virtual machine for each KERNEL, and gives its output and exit status. Kernels: ${
  Object.keys(KERNELS).join(", ")
}.
The machine's files are this machine's files, read only, under a layer in memory; /repo, where COMMAND starts, is this
checkout; /tmp and /run are empty; /lib/modules is the kernel's; there is no network but lo; LAB is the kernel's name.

  --timeout SECONDS  for each machine (1800); then the status is 124. 125: the machine failed
  --memory MIB       (2048)
  --append TEXT      more kernel parameters
  --qemu TEXT        more of qemu's arguments, divided by spaces
  --repo FOLDER      another checkout as /repo
  --update           look for newer packages of the kernels first`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const dashes = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const command = argv.slice(dashes + 1);
  const args = parseArgs(argv.slice(0, dashes), {
    boolean: ["help", "update"],
    string: ["timeout", "memory", "append", "qemu", "repo", "_"],
    default: { timeout: "1800", memory: "2048", append: "", qemu: "", repo: ROOT },
    unknown: (arg, key) => {
      if (key !== undefined) throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  const kernels = args._.map(String);
  if (args.help || kernels.length === 0 || command.length === 0 || kernels.some((kernel) => !(kernel in KERNELS))) {
    console.log(USAGE);
    return args.help ? 0 : 2;
  }
  installTools();
  let status = 0;
  for (const kernel of kernels) {
    try {
      const result = await runVm(image(kernel, args.update), command, {
        repo: resolve(args.repo),
        timeout: Number(args.timeout),
        memory: Number(args.memory),
        append: args.append,
        qemu: args.qemu.split(" ").filter((word) => word !== ""),
        env: { LAB: kernel },
      });
      status ||= result;
    } catch (error) {
      console.error(`lab ${kernel}: ${error instanceof LabError ? error.message : error}`);
      status ||= error instanceof LabError && error.message.startsWith("time limit") ? 124 : 125;
    }
  }
  return status;
}

process.exitCode = await main();
