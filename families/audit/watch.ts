/**
 * A watch of the kernel's audit: every event, for any number of readers at once, beside the daemon or without one.
 *
 * ```ts
 * import { watch } from "@linux/netlink/families/audit/watch.ts";
 * for await (const event of watch({ key: "passwd" })) console.log(event.time, event.process?.exe, event.paths);
 * ```
 *
 * Needs CAP_AUDIT_READ. While the audit is off, as it is after boot where nothing turns it on, there are no events of
 * rules: see `control.set({ enabled: "on" })`. The kernel sends each record to all readers at once; a reader that is
 * too slow loses some, which an item of the loop tells. Records that the kernel itself has thrown away are told if the
 * process has CAP_AUDIT_CONTROL too.
 *
 * Source: linux/audit.h AUDIT_NLGRP_READLOG, v7.2.
 *
 * @module
 */
import { ERRNO, SystemError } from "../../core/errors.ts";
import { openTransport } from "../../core/stream.ts";
import type { Transport } from "../../core/transport.ts";
import { Subscription } from "../../core/wait.ts";
import { filterOf } from "./event.ts";
import { type AuditItem, type AuditStreamOptions, Control, FILTER_OPTIONS, LiveEvents } from "./live.ts";
import { AUDIT_NLGRP, NETLINK_AUDIT } from "./protocol.ts";

const WHAT = "watch the audit";

/** Events as they happen; leaving the loop ends it. */
export type AuditWatch = AsyncIterableIterator<AuditItem> & AsyncDisposable;

/**
 * Watches the events of the kernel's audit from now on.
 *
 * @param options `key`, `type` and `uid` choose among the events; `buffer` in bytes makes losses rarer
 * @throws {SystemError} EPERM: the process lacks CAP_AUDIT_READ
 */
export function watch(options: AuditStreamOptions = {}): AuditWatch {
  const fits = filterOf(options, WHAT);
  const transport = openTransport(
    NETLINK_AUDIT,
    options,
    join,
    FILTER_OPTIONS,
  );
  let control: Control;
  try {
    control = new Control(options);
  } catch (error) {
    transport.close();
    throw error;
  }
  return new Subscription<AuditItem>(
    () => {
      transport.close();
      control[Symbol.dispose]();
    },
    () => new LiveEvents({ transport, control, fits }).run(),
    options.signal,
  );
}

function join(transport: Transport): void {
  try {
    transport.join(AUDIT_NLGRP.AUDIT_NLGRP_READLOG);
  } catch (error) {
    if (!(error instanceof SystemError && error.code === "EPERM")) throw error;
    const hint = "needs the capability CAP_AUDIT_READ in the first user namespace: run as root, outside of containers";
    throw new SystemError("setsockopt", ERRNO.EPERM, WHAT, { hint, cause: error });
  }
}

export type { AuditItem, AuditOverrun, AuditStreamOptions } from "./live.ts";
export type { AuditAddress } from "./sockaddr.ts";
export type { AuditEvent, AuditFilter, AuditPath, AuditProcess, AuditSyscall } from "./event.ts";
export type { AuditFields, AuditRecord } from "./record.ts";
export type { AuditName, AuditRecordType, RECORD_TYPES } from "./record_types.ts";
