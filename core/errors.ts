/**
 * The errors of the library. All are a {@linkcode NetlinkError}. Three classes tell the cause: the kernel refused a
 * request ({@linkcode KernelError}), a libc call failed ({@linkcode SystemError}), or bytes are malformed ({@linkcode
 * DecodeError}).
 *
 * ```ts
 * import { KernelError } from "@linux/netlink/core/errors.ts";
 * import { links } from "@linux/netlink/families/route/mod.ts";
 * try {
 *   links.delete("nope0");
 * } catch (error) {
 *   if (error instanceof KernelError) console.log(error.code, error.message);
 * }
 * ```
 *
 * @module
 */
import { argumentError, errnoName, errnoText, NetlinkError } from "../ffi/errors.ts";
import { escapeControls } from "../ffi/text.ts";

export { argumentError, atCaller, ERRNO, errnoName, errnoText, NetlinkError, SystemError } from "../ffi/errors.ts";

/** The kernel's policy for the attribute that it refused. */
export interface Policy {
  /** Type of the payload, with the kernel's name: `u32`, `string`, `nested` … */
  readonly type?: string;
  /** Least value. */
  readonly min?: bigint;
  /** Greatest value. */
  readonly max?: bigint;
  /** Least length in bytes. */
  readonly minLength?: number;
  /** Greatest length in bytes. */
  readonly maxLength?: number;
  /** Bits that may be set. */
  readonly mask?: bigint;
}

/** Details of a kernel's error besides its number. */
export interface KernelErrorDetails {
  /** The kernel's own message. */
  readonly kernelMessage?: string | undefined;
  /** The refused field, as the caller would write it: `data.id`, `multipath[1].gateway`. */
  readonly path?: string | undefined;
  /** The missing field. */
  readonly missing?: string | undefined;
  /** The values that the kernel accepts. */
  readonly policy?: Policy | undefined;
  /** The extended ACK's cookie. */
  readonly cookie?: Uint8Array | undefined;
  /** A hint for mending the error. */
  readonly hint?: string | undefined;
  /** The objects that a dump returned before it failed. */
  readonly partial?: readonly unknown[] | undefined;
}

/** The kernel refused a request. */
export class KernelError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "KernelError", configurable: true, writable: true });
  }

  /** The errno, positive; 0 if a dump failed without one. */
  readonly errno: number;
  /** The operation: `add link veth0`. */
  readonly operation: string;
  /** The kernel's own message, if it sent one. */
  declare readonly kernelMessage?: string;
  /** The refused field, as the caller would write it. */
  declare readonly path?: string;
  /** The missing field. */
  declare readonly missing?: string;
  /** The values that the kernel accepts. */
  declare readonly policy?: Policy;
  /** The extended ACK's cookie. */
  declare readonly cookie?: Uint8Array;
  /** The objects that a dump returned before it failed (`DUMP_INTERRUPTED`: those of the last try). */
  declare readonly partial?: readonly unknown[];

  /** Makes the error of one refused request; its message does not change later. */
  constructor(operation: string, errno: number, details: KernelErrorDetails = {}, code: string = errnoName(errno)) {
    super(explain(operation, errno, details, code), code, details.hint === undefined ? {} : { hint: details.hint });
    this.errno = errno;
    this.operation = escapeControls(operation);
    const { kernelMessage, path, missing, policy, cookie, partial } = details;
    if (kernelMessage !== undefined) this.kernelMessage = escapeControls(kernelMessage);
    if (path !== undefined) this.path = escapeControls(path);
    if (missing !== undefined) this.missing = escapeControls(missing);
    if (policy !== undefined) this.policy = policy;
    if (cookie !== undefined) this.cookie = cookie;
    if (partial !== undefined) Object.defineProperty(this, "partial", { value: partial, enumerable: false });
  }
}

function explain(operation: string, errno: number, details: KernelErrorDetails, code: string): string {
  const { kernelMessage, path, missing, policy } = details;
  let text = `Cannot ${operation}: ${code}`;
  if (path !== undefined) text += ` at ${path}`;
  if (missing !== undefined) text += `, ${missing} is missing`;
  text += ` "${kernelMessage ?? errnoText(errno)}"`;
  const range = policy === undefined ? "" : policyText(policy);
  return range === "" ? text : `${text}, expected ${range}`;
}

function policyText({ type, min, max, minLength, maxLength, mask }: Policy): string {
  const parts: string[] = [];
  if (type !== undefined) parts.push(type);
  if (min !== undefined || max !== undefined) parts.push(`${min ?? ""}..${max ?? ""}`);
  if (minLength !== undefined || maxLength !== undefined) {
    parts.push(
      minLength === maxLength
        ? `of ${minLength} bytes`
        : minLength === undefined
        ? `of at most ${maxLength} bytes`
        : maxLength === undefined
        ? `of at least ${minLength} bytes`
        : `of ${minLength}..${maxLength} bytes`,
    );
  }
  if (mask !== undefined) parts.push(`bits 0x${mask.toString(16)}`);
  return parts.join(" ");
}

/** The framing of a message or a capture is broken: a length exceeds its buffer. */
export class DecodeError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "DecodeError", configurable: true, writable: true });
  }

  /** Offset in the datagram or file, in bytes. */
  readonly offset: number;

  /** Makes the error of one malformed place. */
  constructor(why: string, offset: number, what = "decode a message") {
    super(`Cannot ${what}: ${why}, at byte ${offset}`, "MALFORMED");
    this.offset = offset;
  }
}

/**
 * A batch was not done as a whole. Each of its items is done, refused, unknown or not sent. The items of the last three
 * kinds are listed with their position and their error.
 */
export class BatchError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "BatchError", configurable: true, writable: true });
  }

  /** Number of items in the batch. */
  readonly count: number;
  /** The items that the kernel refused, or that could not be encoded. */
  readonly failures: readonly BatchFailure[];
  /** The items that were sent, but whose answer was lost or did not come: they may be done or refused. */
  readonly unknown: readonly BatchFailure[];
  /** The items that were never sent, because nothing more could be sent. */
  readonly unsent: readonly BatchFailure[];
  readonly #outcome: BatchOutcome;

  /** Makes the error of one batch; `cause` is the error that ended it or that its callback threw. */
  constructor(outcome: BatchOutcome, cause?: unknown) {
    const { what, count, failures, unknown = [], unsent = [], lines = false } = outcome;
    const first = unknown[0] ?? unsent[0] ?? failures[0];
    super(explainBatch(what, count, failures, unknown, unsent, lines), codeOf(first?.error), { cause });
    this.#outcome = outcome;
    this.count = count;
    this.failures = failures;
    this.unknown = unknown;
    this.unsent = unsent;
  }

  /** The positions of all done items. */
  get done(): number[] {
    const others = new Set([...this.failures, ...this.unknown, ...this.unsent].map(({ index }) => index));
    return Array.from({ length: this.count }, (_, index) => index).filter((index) => !others.has(index));
  }

  /** Returns the error without the failures that `fine` accepts; `undefined` when no failure is left. */
  without(fine: (failure: BatchFailure) => boolean): BatchError | undefined {
    const failures = this.failures.filter((one) => !fine(one));
    if (failures.length + this.unknown.length + this.unsent.length === 0) return undefined;
    return new BatchError({ ...this.#outcome, failures }, this.cause);
  }
}

/** The outcome of a batch; items that are not listed are done. */
export interface BatchOutcome {
  /** The task that the batch is for: `flush routes`; none when absent. */
  readonly what?: string | undefined;
  /** Number of items in the transaction. */
  readonly count: number;
  /** The refused items, in order. */
  readonly failures: readonly BatchFailure[];
  /** The items that were sent and whose outcome is unknown, in order; none when absent. */
  readonly unknown?: readonly BatchFailure[];
  /** The items that were not sent, in order; none when absent. */
  readonly unsent?: readonly BatchFailure[];
  /** True if the items are the lines of a text: the message counts them from 1. */
  readonly lines?: boolean;
}

/** An item of a batch that is not known to be done. */
export interface BatchFailure {
  /** The position in the batch, from 0. */
  readonly index: number;
  /** The reason. */
  readonly error: Error;
}

/**
 * A transaction is not known to be done. Either nothing was done, because the kernel refused items or the whole; or the
 * answer was lost, and all or nothing was done.
 */
export class TransactionError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "TransactionError", configurable: true, writable: true });
  }

  /** Number of items in the transaction. */
  readonly count: number;
  /** The items that the kernel refused; empty if it refused the transaction as a whole, for the reason in `cause`. */
  readonly failures: readonly BatchFailure[];
  /** `false`: nothing was done. `true`: the answer was lost or did not come, so all was done, or nothing. */
  readonly mayBeDone: boolean;

  /** Makes the error of one transaction; `cause` is the refusal of the whole, or the reason why answers are missing. */
  constructor({ count, failures = [], mayBeDone = false }: TransactionOutcome, cause?: Error) {
    super(explainTransaction(count, failures, mayBeDone, cause), codeOf(failures[0]?.error ?? cause), { cause });
    this.count = count;
    this.failures = failures;
    this.mayBeDone = mayBeDone;
  }
}

/** The outcome of a transaction that is not known to be done. */
export interface TransactionOutcome {
  /** Number of items in the transaction. */
  readonly count: number;
  /** The refused items, in order; none when absent. */
  readonly failures?: readonly BatchFailure[];
  /** `true` if all may be done nevertheless; `false` when absent. */
  readonly mayBeDone?: boolean;
}

function explainTransaction(
  count: number,
  failures: readonly BatchFailure[],
  mayBeDone: boolean,
  cause: Error | undefined,
): string[] {
  const what = `a transaction of ${count} item${count === 1 ? "" : "s"}`;
  if (mayBeDone) return [`Cannot tell whether ${what} was done: ${cause?.message}`];
  if (failures.length === 0) return [`Cannot do ${what}, nothing was done: ${cause?.message}`];
  const lines = refusals(failures);
  if (cause !== undefined) lines.push(`${cause instanceof KernelError ? "all" : "maybe others"}: ${cause.message}`);
  return [`Cannot do ${what} (${failures.length} refused), nothing was done:`, ...lines.map((line) => `  ${line}`)];
}

function codeOf(error: Error | undefined): string {
  return error instanceof NetlinkError ? error.code : "EINVAL";
}

/** Most lines of a list in a message. */
const MOST_LINES = 10;

function explainBatch(
  what: string | undefined,
  count: number,
  failures: readonly BatchFailure[],
  unknown: readonly BatchFailure[],
  unsent: readonly BatchFailure[],
  ofText: boolean,
): string[] {
  const undone = failures.length + unknown.length + unsent.length, done = count - undone;
  const parts = [
    ...(failures.length === 0 ? [] : [`${failures.length} refused`]),
    ...(unknown.length === 0 ? [] : [`${unknown.length} sent without an answer`]),
    ...(unsent.length === 0 ? [] : [`${unsent.length} not sent`]),
  ];
  const which = unknown.length + unsent.length === 0 ? "" : ` (${parts.join(", ")})`;
  const others = done === 0 ? "" : done === 1 ? ", the other one is done" : `, the other ${done} are done`;
  const lines = [
    ...refusals(failures, ofText),
    ...shorten(ranges(unknown).map(({ items, message }) => `${items}, which may be done: ${message}`), "unknown"),
    ...shorten(ranges(unsent).map(({ items, message }) => `${items}, not sent: ${message}`), "unsent"),
  ];
  return [
    `Cannot ${what === undefined ? "" : `${what}: cannot `}do ${undone} of ${count} ${
      ofText ? "lines" : "items"
    } of a batch${which}${others}:`,
    ...lines.map((line) => `  ${line}`),
  ];
}

function refusals(failures: readonly BatchFailure[], ofText = false): string[] {
  const item = (index: number): string => ofText ? `line ${index + 1}` : `item ${index}`;
  return shorten(failures.map(({ index, error }) => `${item(index)}: ${error.message}`), "failures");
}

function shorten(lines: readonly string[], list: string): string[] {
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `… and ${more} more, see ${list}`] : [...lines];
}

/** Joins successive items with the same error to ranges. */
function ranges(failures: readonly BatchFailure[]): { items: string; message: string }[] {
  const found: { first: number; last: number; error: Error }[] = [];
  for (const { index, error } of failures) {
    const before = found.at(-1);
    if (before?.error === error && before.last === index - 1) before.last = index;
    else found.push({ first: index, last: index, error });
  }
  return found.map(({ first, last, error: { message } }) => ({
    items: first === last ? `item ${first}` : `items ${first}..${last}`,
    message,
  }));
}

/** Returns the error of a question in a dry run, which cannot be answered. */
export function unasked(what: string): NetlinkError {
  return new NetlinkError(`Cannot ${what}: a dry run does not ask the kernel`, "DRY_RUN");
}

/** Makes `for (… of …)` over an object of a class throw an error that says what to write instead. */
export function refuseLoop<T>(kind: { readonly prototype: T }, text: (one: T) => string): void {
  Object.defineProperty(kind.prototype, Symbol.iterator, {
    value(this: T): never {
      throw argumentError(TypeError, `Cannot loop over ${text(this)}`);
    },
  });
}
