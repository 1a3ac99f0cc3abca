/**
 * The one registered receiver of the kernel's audit, in place of auditd: the kernel keeps records for it while it is
 * busy, and makes processes wait rather than lose one.
 *
 * ```ts ignore
 * import { daemon } from "@linux/netlink/families/audit/daemon.ts";
 * for await (const event of daemon()) console.log(event.time, event.process?.exe, event.syscall?.name);
 * ```
 *
 * Events of rules come only while the audit is on: `control.set({ enabled: "on" })` of `status.ts` turns it on.
 *
 * Needs CAP_AUDIT_CONTROL, in the first user and PID namespaces. Only one process may be the receiver; for more, see
 * `watch`. The place is given back when the loop ends or the process exits; if a signal kills the process, the kernel
 * notices with the next record. The kernel audits nothing that the daemon's own process does.
 *
 * Source: kernel/audit.c, v7.2.
 *
 * @module
 */
import { readProc } from "../../core/capabilities.ts";
import { ERRNO, KernelError } from "../../core/errors.ts";
import { onExit } from "../../core/exit.ts";
import { NLM_F } from "../../core/message.ts";
import { openTransport } from "../../core/stream.ts";
import type { Transport } from "../../core/transport.ts";
import { Answers, DEFAULT_TIMEOUT, Subscription } from "../../core/wait.ts";
import { filterOf } from "./event.ts";
import { type AuditItem, type AuditStreamOptions, Control, FILTER_OPTIONS, LiveEvents, sendRequest } from "./live.ts";
import { AUDIT, NETLINK_AUDIT } from "./protocol.ts";

const WHAT = "become the audit daemon";

/** Default size of the receive buffer in bytes; a full one makes all processes wait that cause events. */
const BUFFER = 8 << 20;

/**
 * Registers this process as the receiver of audit records, and yields their events. It keeps the place also if the
 * kernel takes it away because records were read too slowly, and gives it back when the loop is left, whatever the
 * reason, or `options.signal` is aborted.
 *
 * @param options `key`, `type` and `uid` choose among the events; `buffer` in bytes is 8 MiB when absent
 * @throws {KernelError} EEXIST: another process is the receiver; EPERM: the process lacks CAP_AUDIT_CONTROL
 */
export function daemon(
  options: AuditStreamOptions = {},
): AsyncIterableIterator<AuditItem> & AsyncDisposable & Disposable {
  return new AuditDaemon(options);
}

class AuditDaemon extends Subscription<AuditItem> implements Disposable {
  constructor(options: AuditStreamOptions) {
    const fits = filterOf(options, WHAT), pid = ownPid(), control = new Control(options);
    let transport: Transport | undefined, events: LiveEvents, seq = 0, failure: KernelError | undefined;
    const register = (): void => {
      seq++;
      sendRequest(transport!, AUDIT.AUDIT_SET, NLM_F.NLM_F_ACK, seq, { mask: ["pid"], pid });
    };
    let answered = 0, ready = false, cancel: (() => void) | undefined;
    try {
      transport = openTransport(NETLINK_AUDIT, { buffer: BUFFER, ...options }, undefined, FILTER_OPTIONS);
      events = new LiveEvents({
        transport,
        control,
        fits,
        answered(errno, number) {
          answered = number;
          if (errno === 0 || ready && control.status()?.pid === pid) return;
          failure = refusal(errno, control);
        },
        seen(status, full) {
          if (failure !== undefined) throw failure;
          // The kernel gives up on a receiver that does not read for a while. If that was short, it keeps the place, but
          // sends the records that it has kept only after a further one: this request makes one, although it is refused.
          if (full || status !== undefined && status.pid !== pid) register();
        },
      });
      register();
      const answers = new Answers(DEFAULT_TIMEOUT);
      // Records may already come before the answer.
      while (answered !== seq) events.take(answers.next(transport, WHAT));
      if (failure !== undefined) throw failure;
      ready = true;
    } catch (error) {
      transport?.close();
      control[Symbol.dispose]();
      throw error;
    }
    super(
      () => {
        cancel?.();
        // The kernel may wait for room in the buffer of a receiver that no longer reads: so the socket is closed first.
        transport.close();
        try {
          control.unregister();
        } finally {
          control[Symbol.dispose]();
        }
      },
      () => events.run(),
      options.signal,
    );
    if (!this.ended) cancel = onExit(() => this.end());
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** Returns the number of this process. */
function ownPid(): number {
  return parseInt(readProc("/proc/self/stat") ?? "", 10);
}

function refusal(errno: number, control: Control): KernelError {
  if (errno === ERRNO.EEXIST) {
    const pid = control.status()?.pid ?? 0, name = (readProc(`/proc/${pid}/comm`) ?? "").trim();
    const holder = pid === 0 ? "another process" : `process ${pid}${name === "" ? "" : ` (${name})`}`;
    return new KernelError(WHAT, errno, { hint: `${holder} is the receiver; any number of processes may use watch()` });
  }
  if (errno === ERRNO.EPERM || errno === ERRNO.ECONNREFUSED) {
    return new KernelError(WHAT, errno, {
      hint:
        "needs the capability CAP_AUDIT_CONTROL in the first user and PID namespaces: run as root, outside of containers",
    });
  }
  return new KernelError(WHAT, errno);
}

export type { AuditItem, AuditOverrun, AuditStreamOptions } from "./live.ts";
