/**
 * NETLINK_AUDIT: events, state, settings and rules of the kernel's audit, as with `auditctl`, and records of programs.
 *
 * ```ts ignore
 * import { audit, rules, watch } from "@linux/netlink/families/audit/mod.ts";
 * console.log(audit.status());
 * using watched = rules.use("-w /etc/passwd -p wa -k passwd"); // Removed at the end of the block.
 * for await (const event of watch({ key: "passwd" })) console.log(event.time, event.process?.exe, event.paths);
 * ```
 *
 * The kernel audits only while its audit is on, which it is not by default: otherwise rules have no effect and few
 * events come. `audit.status().enabled` tells; `audit.set({ enabled: "on" })` turns it on.
 *
 * There is one state for the whole machine. Everything needs CAP_AUDIT_CONTROL in the first user and process namespaces,
 * except watching, which needs CAP_AUDIT_READ.
 *
 * @module
 */
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import {
  Client,
  collectBatch,
  type Collecting,
  type OpenOptions,
  type Requester,
  sharedClient,
} from "../../core/client.ts";
import { daemon } from "./daemon.ts";
import { NETLINK_AUDIT } from "./protocol.ts";
import { Rules } from "./rules.ts";
import { AuditControl } from "./status.ts";
import { watch } from "./watch.ts";

/** Operations on the kernel's audit. */
export class Audit extends AuditControl {
  /** The rules. */
  readonly rules: Rules;

  /** Sends requests through what `requester` returns; reads through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(open, requester);
    this.rules = new Rules(open, requester);
  }
}

/** A client with its own socket. */
export class AuditClient extends Audit implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_AUDIT, options);
    super(() => client);
    this.#client = client;
  }

  /** Collects changes and sends them in few system calls; see {@linkcode batch}. */
  batch<R>(collect: Collecting<Audit, R>): void {
    runBatch(this.#client, collect);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function runBatch(client: Client, collect: (batch: Audit) => void): void {
  collectBatch(client, (requester) => new Audit(() => client, () => requester), collect);
}

/**
 * Opens a client with its own socket.
 *
 * @throws {SystemError} EPROTONOSUPPORT: the kernel does not have the protocol
 */
export function open(options: OpenOptions = {}): AuditClient {
  return new AuditClient(options);
}

/**
 * Collects the changes that `collect` requests, such as rules to add, and sends them in as few system calls as possible.
 * All are tried, also if `collect` throws later.
 *
 * @throws {BatchError} for all changes that are not known to be done (refused, unknown or not sent), by their position
 */
export function batch<R>(collect: Collecting<Audit, R>): void {
  runBatch(sharedClient(NETLINK_AUDIT), collect);
}

/** The audit of this machine: its state and rules on a socket that the first use opens, and its events. */
export const audit: Audit & { readonly watch: typeof watch; readonly daemon: typeof daemon } = Object.assign(
  new Audit(() => sharedClient(NETLINK_AUDIT)),
  { watch, daemon },
);

/** The rules of this machine, on the same socket. */
export const rules: Rules = audit.rules;

export * from "./protocol.ts";
export {
  AUDIT_ACTION,
  AUDIT_COMPARE,
  AUDIT_FIELD,
  AUDIT_FILTER,
  AUDIT_OPERATOR,
  type AuditAction,
  type AuditField,
  type AuditFieldName,
  type AuditList,
  type AuditOperator,
  AuditRule,
} from "./rule.ts";
export { type AuditRuleFilter, type AuditRuleInput, Rules, type UsedRules } from "./rules.ts";
export { AuditControl, type AuditCounter, type AuditSendOptions, type AuditSettings } from "./status.ts";
export * from "./syscalls.ts";
export * from "./daemon.ts";
export * from "./watch.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
