/** Tests of audit, one at a time: a machine has one state of it, and tests of several runtimes may run side by side. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KernelError } from "../../../core/errors.ts";
import { skip } from "../../test.ts";
import { kernelTest } from "../namespace.ts";

/** Has the number of the process whose test runs. */
const HELD = join(tmpdir(), "netlink-audit-test");

function take(): boolean {
  try {
    writeFileSync(HELD, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    // A process that was killed has left its file behind.
    const holder = existsSync(HELD) ? readFileSync(HELD, "utf8") : "";
    if (holder !== "" && !existsSync(`/proc/${holder}`)) rmSync(HELD, { force: true });
    return false;
  }
}

/** Declares a test like `kernelTest`; its body runs while no other test of audit runs. */
export function auditTest(...[name, needs, body, timeout]: Parameters<typeof kernelTest>): void {
  kernelTest(name, needs, async () => {
    while (!take()) await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      await body();
    } finally {
      rmSync(HELD);
    }
  }, timeout);
}

/** Returns what `read` reads from audit; skips the test if the machine's audit is not for this process. */
export function ifOurs<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof KernelError && /^(EPERM|ECONNREFUSED)$/.test(error.code)) {
      skip(`audit is not ours: ${error.code}`);
    }
    throw error;
  }
}
