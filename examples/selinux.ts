/**
 * Says when SELinux begins or ceases to enforce, and when it is given another policy.
 *
 *     deno run --allow-ffi examples/selinux.ts
 *     bun examples/selinux.ts
 *
 * Prints a line an event until Ctrl-C. Needs a kernel that was booted with SELinux: others refuse it, saying so, or (built
 * with it, up to Linux 6.18) have nothing to tell.
 */
import process from "node:process";
import { printable, stringify } from "../core/show.ts";
import { selinux } from "../families/selinux.ts";

// Ends quietly when nobody reads any more, as behind `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

for await (const e of selinux.watch()) {
  if (e.event === "setenforce") print(new Date().toISOString(), e.val);
  else if (e.event === "policyload") print(new Date().toISOString(), `policy ${e.seqno} is loaded`);
  else print(new Date().toISOString(), `message of type ${e.event}`, stringify(e.bytes));
}
