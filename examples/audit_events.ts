/**
 * Shows events of the kernel's audit as they happen until Ctrl-C, or those of a log, like `ausearch -i`.
 *
 *     sudo deno run --allow-ffi --allow-read examples/audit_events.ts
 *     sudo deno run --allow-ffi --allow-read examples/audit_events.ts --key passwd /var/log/audit/audit.log
 *     sudo bun examples/audit_events.ts --type USER_LOGIN,USER_AUTH --json
 *
 * Needs CAP_AUDIT_READ. The kernel has events of system calls if there are rules for them, as `auditctl` adds them.
 */
import { readFileSync } from "node:fs";
import { accounts } from "../families/audit/accounts.ts";
import { parseLog } from "../families/audit/event.ts";
import { interpret } from "../families/audit/interpret.ts";
import { type AuditRecordType, watch } from "../families/audit/watch.ts";
import { list, stopSignal, UsageError } from "./run.ts";

let known: ReturnType<typeof accounts> | undefined;
const names = (): ReturnType<typeof accounts> => known ??= accounts();

/** Returns the number of a user that is given by name or number. */
function numberOf(user: string): number {
  const [uid] = [...names().users].find(([, name]) => name === user) ?? [/^\d+$/.test(user) ? Number(user) : undefined];
  if (uid === undefined) throw new UsageError(`there is no user ${user}`);
  return uid;
}

await list(
  {
    about: "Shows events of the audit until Ctrl-C, or those of a log.",
    takes: "[LOG]",
    options: {
      key: ["KEY", "only those of rules with this key"],
      type: ["TYPES", "only those with records of these types: SYSCALL,USER_LOGIN"],
      uid: ["USER", "only those of this user"],
      raw: "with the text of each record",
    },
  },
  async function* ({ key, type, uid, raw }, log) {
    const filter = {
      ...(key === undefined ? {} : { key }),
      ...(type === undefined ? {} : { type: type.split(",") as AuditRecordType[] }),
      ...(uid === undefined ? {} : { uid: numberOf(uid) }),
    };
    const events = log === undefined
      ? watch({ ...filter, signal: stopSignal() })
      : parseLog(readFileSync(log, "utf8"), filter);
    for await (const event of events) {
      yield event;
      if (raw) { for (const { type, text } of event.records) yield { text: `${type} ${text}` }; }
    }
  },
  (item) => {
    if ("text" in item) return { TIME: "", USER: "", PROGRAM: "", EVENT: item.text };
    const { event, time, process, syscall, paths, address, records, success } = item,
      TIME = new Date(time).toISOString();
    if (event === "overrun") return { TIME, USER: "", PROGRAM: "", EVENT: "--- some are lost ---" };
    const [record] = records, words = interpret(record!, names());
    const files = paths.filter(({ nametype }) => nametype !== "PARENT").map(({ path }) => path);
    const where = address?.address ?? address?.path;
    return {
      TIME,
      USER: process?.uid === undefined ? "" : names().users.get(process.uid) ?? process.uid,
      PROGRAM: process?.exe ?? process?.comm ?? words["exe"],
      EVENT: [
        syscall?.name ?? record!.type,
        success === false ? `(${syscall?.error ?? "failed"})` : "",
        ...(files.length > 0 ? files : [where ?? words["op"] ?? ""]),
      ].filter((part) => part !== "").join(" "),
    };
  },
);
