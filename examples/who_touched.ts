/**
 * Shows who opens, changes or deletes a file, or anything in a folder, until Ctrl-C. The rule is removed at the end.
 *
 *     sudo deno run --allow-ffi --allow-read examples/who_touched.ts /etc/passwd
 *     sudo bun examples/who_touched.ts /etc --write
 *
 * Needs CAP_AUDIT_CONTROL and CAP_AUDIT_READ. Turns the audit on meanwhile, if it is off.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { audit, rules, watch } from "../families/audit/mod.ts";
import { list, stopSignal } from "./run.ts";

/** The key of the rules of all who run this while the audit would be off: the last of them turns it off again. */
const MEANWHILE = "who_touched-turned-on";

await list(
  {
    about: "Shows who opens, changes or deletes a file, or anything in a folder, until Ctrl-C.",
    takes: "PATH",
    options: { write: "only changes" },
  },
  async function* ({ write }, path) {
    const key = `who_touched-${process.pid}`, value = resolve(path);
    const isFolder = statSync(value, { throwIfNoEntry: false })?.isDirectory() === true;
    const isOff = (): boolean => rules.list({ key: MEANWHILE }).length > 0, off = audit.status().enabled === "off";
    const turnsOff = off || isOff();
    const used = rules.use({
      list: "exit",
      action: "always",
      fields: [{ field: isFolder ? "dir" : "path", value }, { field: "perm", value: write ? "wa" : "rwa" }],
      key: turnsOff ? [key, MEANWHILE] : key,
    });
    try {
      if (off) audit.set({ enabled: "on" });
      yield* watch({ key, type: "SYSCALL", signal: stopSignal() });
    } finally {
      used.remove();
      if (turnsOff && !isOff()) audit.set({ enabled: "off" });
    }
  },
  ({ event, time, process, syscall, paths }) => {
    const TIME = new Date(time).toISOString();
    if (event === "overrun") return { TIME, UID: "", PROGRAM: "", CALL: "some are lost", FILES: "" };
    const files = paths.filter(({ nametype }) => nametype !== "PARENT").map(({ path }) => path);
    return { TIME, UID: process?.auid ?? process?.uid, PROGRAM: process?.exe, CALL: syscall?.name, FILES: files };
  },
);
