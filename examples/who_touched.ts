/**
 * Shows who opens, changes or deletes a file, or anything in a folder, until Ctrl-C. The rule is removed at the end.
 *
 *     sudo deno run --allow-ffi examples/who_touched.ts /etc/passwd
 *     sudo bun examples/who_touched.ts /etc --write
 *
 * Needs CAP_AUDIT_CONTROL and CAP_AUDIT_READ. Turns the audit on meanwhile, if it is off.
 */
import process from "node:process";
import { audit, rules, watch } from "../families/audit/mod.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Shows who opens, changes or deletes a file, or anything in a folder, until Ctrl-C.",
    takes: "PATH",
    options: { write: "only changes" },
  },
  async function* ({ write }, path) {
    const key = `who_touched-${process.pid}`, stop = new AbortController(), { enabled } = audit.status();
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
    using _rule = rules.use(`-w ${path} -p ${write ? "wa" : "rwa"} -k ${key}`);
    try {
      if (enabled === "off") audit.set({ enabled: "on" });
      yield* watch({ key, type: "SYSCALL", signal: stop.signal });
    } finally {
      if (enabled === "off") audit.set({ enabled });
    }
  },
  ({ event, time, process, syscall, paths }) => {
    const TIME = new Date(time).toISOString();
    if (event === "overrun") return { TIME, UID: "", PROGRAM: "", CALL: "some are lost", FILES: "" };
    const files = paths.filter(({ nametype }) => nametype !== "PARENT").map(({ path }) => path);
    return { TIME, UID: process?.auid ?? process?.uid, PROGRAM: process?.exe, CALL: syscall?.name, FILES: files };
  },
);
