/**
 * Shows changes of SELinux's mode (enforcing or permissive) and of its policy until Ctrl-C.
 *
 *     deno run --allow-ffi examples/selinux.ts
 *     bun examples/selinux.ts
 *
 * Needs a kernel that was booted with SELinux. On others it fails, or stays silent if the kernel is built with SELinux
 * (up to Linux 6.18).
 */
import { selinux } from "../families/selinux.ts";
import { list } from "./run.ts";

await list(
  { about: "Shows changes of SELinux's mode and policy until Ctrl-C." },
  () => selinux.watch(),
  (e) => ({
    "TIME UTC": new Date().toISOString(),
    CHANGE: e.event === "setenforce"
      ? e.val
      : e.event === "policyload"
      ? `policy ${e.seqno} is loaded`
      : `message of type ${e.event}`,
  }),
);
