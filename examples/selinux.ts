/**
 * Says when SELinux begins or ceases to enforce, and when it is given another policy.
 *
 *     deno run --allow-ffi examples/selinux.ts
 *     bun examples/selinux.ts
 *
 * Prints a line an event until Ctrl-C. Needs a kernel that was booted with SELinux: others refuse it, saying so, or (built
 * with it, up to Linux 6.18) have nothing to tell.
 */
import { selinux } from "../families/selinux.ts";

for await (const e of selinux.watch()) {
  if (e.event === "setenforce") console.log(new Date().toISOString(), e.val);
  else if (e.event === "policyload") console.log(new Date().toISOString(), `policy ${e.seqno} is loaded`);
  else console.log(new Date().toISOString(), `message of type ${e.event}`, e.bytes);
}
