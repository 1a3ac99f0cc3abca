/**
 * Audits one folder while it runs: prints each event of a change below it, with the program and the user. It adds one
 * rule with a key of its own, and removes it at the end, also after Ctrl-C. The kernel audits only if `auditctl -s` says
 * `enabled 1`.
 *
 *     deno run --allow-ffi examples/audit_folder.ts /etc
 *     bun examples/audit_folder.ts /etc --access rwxa
 */
import { resolve } from "node:path";
import process from "node:process";
import { rules, watch } from "../families/audit/mod.ts";
import { list, stopSignal, UsageError } from "./run.ts";

await list(
  {
    about: "Prints who changes files of a folder, while the audit is on (auditctl -e 1).",
    takes: "FOLDER",
    options: { access: ["LETTERS", "of rwxa: which accesses are meant; wa if absent"] },
  },
  async function* ({ access = "wa" }, folder) {
    if (folder === undefined) throw new UsageError("expected a folder");
    const key = `folder-${process.pid}`;
    using _rule = rules.use({
      list: "exit",
      action: "always",
      fields: [{ field: "dir", value: resolve(folder) }, { field: "perm", value: access }],
      key,
    });
    yield* watch({ key, signal: stopSignal() });
  },
  ({ time, process: who, syscall, paths }) => ({
    TIME: time === undefined ? "" : new Date(time).toISOString(),
    PROGRAM: who?.exe,
    USER: who?.uid,
    CALL: syscall?.name,
    PATHS: paths?.map(({ path }) => path).join(" "),
  }),
);
