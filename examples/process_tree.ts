/**
 * Shows every program that starts on this machine until Ctrl-C, below the program that started it, like `forkstat`, and
 * those that fail.
 *
 *     sudo deno run --allow-ffi examples/process_tree.ts
 *     sudo bun examples/process_tree.ts
 *
 * Needs a kernel with CONFIG_PROC_EVENTS, and CAP_NET_ADMIN before Linux 6.6.
 */
import { commandLine } from "../core/processes.ts";
import { processes } from "../families/connector/processes.ts";
import { list } from "./run.ts";

/** The depth of each process in the tree; processes that ran before this program have depth 0. */
const depths = new Map<number, number>();

await list(
  {
    about:
      "Shows every program that starts until Ctrl-C, below the one that started it, and the exit status of those that fail.",
  },
  () => processes.watch("fork", "exec", "exit"),
  (e) => {
    if (e.event === "overrun") return { PID: "---", PROGRAM: "too fast, some are lost" };
    // Skip threads.
    if (e.pid !== e.tgid) return;
    const depth = depths.get(e.tgid) ?? 0, indent = "  ".repeat(depth);
    if (e.event === "fork") depths.set(e.tgid, (depths.get(e.parentTgid) ?? 0) + 1);
    else if (e.event === "exec") {
      return { PID: e.tgid, PROGRAM: indent + (commandLine(e.tgid)?.join(" ") || "(over already)") };
    } else {
      depths.delete(e.tgid);
      const status = e.exitCode & 0x7f ? `signal ${e.exitCode & 0x7f}` : `exit ${e.exitCode >> 8}`;
      if (e.exitCode !== 0) return { PID: e.tgid, PROGRAM: indent + status };
    }
  },
);
