/**
 * The errors of the library. All are a {@linkcode NetlinkError}; three tell who said no: the kernel
 * ({@linkcode KernelError}), libc ({@linkcode SystemError}), or the bytes themselves ({@linkcode DecodeError}).
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
import { errnoName, errnoText, NetlinkError } from "../ffi/errors.ts";

export { errnoName, errnoText, NetlinkError, SystemError } from "../ffi/errors.ts";

/** What the kernel's policy says of the attribute that it refused. */
export interface Policy {
  /** Type of the payload in the kernel's words: `u32`, `string`, `nested` … */
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

/** What an error of the kernel carries beside its number. */
export interface KernelErrorDetails {
  /** The kernel's own words. */
  readonly kernelMessage?: string | undefined;
  /** The field that it refused, as the caller would write it: `data.id`, `multipath[1].gateway`. */
  readonly path?: string | undefined;
  /** The field that it misses. */
  readonly missing?: string | undefined;
  /** What it would accept. */
  readonly policy?: Policy | undefined;
  /** The extended ACK's cookie. */
  readonly cookie?: Uint8Array | undefined;
  /** What may help. */
  readonly hint?: string | undefined;
  /** What a dump had given when it went wrong. */
  readonly partial?: readonly unknown[] | undefined;
}

/** The kernel refused a request. */
export class KernelError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "KernelError", configurable: true, writable: true });
  }

  /** The number of the error, above 0; 0 where a dump came to nothing without one. */
  readonly errno: number;
  /** What was asked for: `add link veth0`. */
  readonly operation: string;
  /** The kernel's own words, where it had any. */
  declare readonly kernelMessage?: string;
  /** The field that it refused, as the caller would write it. */
  declare readonly path?: string;
  /** The field that it misses. */
  declare readonly missing?: string;
  /** What it would accept. */
  declare readonly policy?: Policy;
  /** The extended ACK's cookie. */
  declare readonly cookie?: Uint8Array;
  /** The objects of a dump that was refused on its way (`DUMP_INTERRUPTED`: those of the last try). */
  declare readonly partial?: readonly unknown[];

  /** Makes the error of one refused request; its message is final. */
  constructor(operation: string, errno: number, details: KernelErrorDetails = {}, code: string = errnoName(errno)) {
    super(explain(operation, errno, details, code), code, details.hint === undefined ? {} : { hint: details.hint });
    this.errno = errno;
    this.operation = operation;
    const { kernelMessage, path, missing, policy, cookie, partial } = details;
    if (kernelMessage !== undefined) this.kernelMessage = kernelMessage;
    if (path !== undefined) this.path = path;
    if (missing !== undefined) this.missing = missing;
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

/** The framing of a message, or of a capture, is broken: a length leaves its buffer. */
export class DecodeError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "DecodeError", configurable: true, writable: true });
  }

  /** Where in the datagram or file, in bytes. */
  readonly offset: number;

  /** Makes the error of one broken length. */
  constructor(why: string, offset: number, what = "decode a message") {
    super(`Cannot ${what}: ${why}, at byte ${offset}`, "MALFORMED");
    this.offset = offset;
  }
}

/** Some items of a batch were refused; all others are done. */
export class BatchError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "BatchError", configurable: true, writable: true });
  }

  /** Every item that was refused: its position in the batch, from 0, and why. */
  readonly failures: readonly BatchFailure[];

  /** Makes the error of one batch of `count` items; `cause` is what its callback ended with when not by returning. */
  constructor(failures: readonly BatchFailure[], count: number, cause?: unknown) {
    const few = failures.slice(0, 10).map(({ index, error }) => `\n  item ${index}: ${error.message}`).join("");
    const rest = failures.length > 10 ? `\n  … and ${failures.length - 10} more, see failures` : "";
    super(
      `Cannot do ${failures.length} of ${count} items of a batch, the other ${
        count - failures.length
      } are done:${few}${rest}`,
      failures[0]!.error instanceof NetlinkError ? failures[0]!.error.code : "EINVAL",
      { cause },
    );
    this.failures = failures;
  }
}

/** One item of a batch that was refused. */
export interface BatchFailure {
  /** Its position in the batch, from 0. */
  readonly index: number;
  /** Why. */
  readonly error: Error;
}
