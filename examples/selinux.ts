/**
 * Shows changes of SELinux's mode (enforcing or permissive) and of its policy.
 *
 *     deno run --allow-ffi examples/selinux.ts
 *     bun examples/selinux.ts
 *
 * Prints a line for each event until Ctrl-C. Needs a kernel that was booted with SELinux. On others it fails, or stays
 * silent if the kernel is built with SELinux (up to Linux 6.18).
 */
import process from "node:process";
import { printable, stringify } from "../core/show.ts";
import { selinux } from "../families/selinux.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

for await (const e of selinux.watch()) {
  if (e.event === "setenforce") print(new Date().toISOString(), e.val);
  else if (e.event === "policyload") print(new Date().toISOString(), `policy ${e.seqno} is loaded`);
  else print(new Date().toISOString(), `message of type ${e.event}`, stringify(e.bytes));
}
