/** SELINUX: its events, in the lab, whose kernels are booted with it and have no policy. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selinux } from "../../../families/selinux.ts";
import { kernelTest, lab, run } from "../namespace.ts";

const FS = "/sys/fs/selinux";

if (lab && existsSync(FS) && !existsSync(`${FS}/enforce`)) {
  spawnSync("mount", ["-t", "selinuxfs", "selinuxfs", FS]);
}
const there = lab && existsSync(`${FS}/enforce`);
const needs = there ? [] : ["the lab, with a kernel that was booted with SELinux"];

kernelTest("selinux: events report that enforcing starts and ends", needs, async () => {
  const events = selinux.watch({ signal: AbortSignal.timeout(60_000) });
  try {
    for (const [mode, val] of [["1", "enforcing"], ["0", "permissive"]]) {
      writeFileSync(`${FS}/enforce`, mode!);
      assertEquals((await events.next()).value, { event: "setenforce", val });
    }
  } finally {
    writeFileSync(`${FS}/enforce`, "0");
    await events.return!();
  }
});

/** The smallest policy: it allows everything that it does not define. */
const POLICY = `
(handleunknown allow) (mls false)
(class process (transition dyntransition)) (class security (load_policy)) (classorder (process security))
(sid kernel) (sid security) (sid unlabeled) (sidorder (kernel security unlabeled))
(user u) (role r) (type t) (roletype r t) (userrole u r)
(sensitivity s0) (sensitivityorder (s0)) (category c0) (categoryorder (c0)) (sensitivitycategory s0 (c0))
(level low (s0)) (levelrange range (low low)) (userlevel u low) (userrange u range)
(context all (u r t range)) (sidcontext kernel all) (sidcontext security all) (sidcontext unlabeled all)
(allow t self (process (transition)))
`;

kernelTest("selinux: an event reports each policy that is loaded, with its number", [...needs, "secilc"], async () => {
  const folder = mkdtempSync(join(tmpdir(), "netlink-selinux-")), source = join(folder, "policy.cil");
  const events = selinux.watch({ signal: AbortSignal.timeout(60_000) });
  try {
    writeFileSync(source, POLICY);
    run("secilc", ["-c", "33", "-o", join(folder, "policy"), "-f", "/dev/null", source]);
    const policy = readFileSync(join(folder, "policy"));
    const seqno = async (): Promise<number> => {
      writeFileSync(`${FS}/load`, policy);
      const { value } = await events.next();
      assert(value?.event === "policyload", JSON.stringify(value));
      return value.seqno;
    };
    const first = await seqno();
    assertEquals(await seqno(), first + 1);
  } finally {
    await events.return!();
    rmSync(folder, { recursive: true });
  }
});
