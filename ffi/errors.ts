/**
 * The errors below the kernel's protocol: the base class of all our errors, a failed system call, and the names of
 * errno.
 *
 * Source: linux/errno.h, asm-generic/errno-base.h, asm-generic/errno.h, v7.2; the same numbers on x86-64 and arm64.
 * @module
 */
import { escapeControls } from "./text.ts";

/** The base of every error of this library that is not about a bad argument. Match on {@linkcode code}. */
export class NetlinkError extends Error {
  static {
    // On the prototype, so that the stack of every engine starts with it.
    Object.defineProperty(this.prototype, "name", { value: "NetlinkError", configurable: true, writable: true });
  }

  /**
   * The code to match on: the name of an errno ("EEXIST"), or a name of ours such as "TIMEOUT", "CLOSED",
   * "UNSUPPORTED_PLATFORM".
   */
  readonly code: string;
  /** Advice, if any is known. It is also at the end of the message. */
  declare readonly hint?: string;

  /**
   * Makes an error whose message is final. Control characters in the message are escaped here, so names may be passed
   * as they are.
   *
   * @param message "Cannot <what> <thing>: <why>", or its lines
   * @param code see {@linkcode code}
   * @param options `hint` is added to the message in brackets
   */
  constructor(
    message: string | readonly string[],
    code: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    const { hint, cause } = options, lines = typeof message === "string" ? [message] : message;
    const text = lines.map(escapeControls).join("\n"), help = hint === undefined ? undefined : escapeControls(hint);
    super(
      help === undefined ? text : `${text} (${help})`,
      cause === undefined ? undefined : { cause: harmless(cause) },
    );
    this.code = code;
    if (help !== undefined) this.hint = help;
  }
}

/** A system call failed, so the request never reached the kernel's netlink. */
export class SystemError extends NetlinkError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "SystemError", configurable: true, writable: true });
  }

  /** The number of the error, above 0. */
  readonly errno: number;
  /** The name of the C function that failed: "socket". */
  readonly call: string;

  /**
   * Makes the error of one failed call.
   *
   * @param call the name of the C function: "socket"
   * @param errno the number that the call left in errno
   * @param what the task that failed, in words that follow "Cannot": "open a NETLINK_ROUTE socket"
   * @param options `hint` is added to the message in brackets
   */
  constructor(call: string, errno: number, what: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    const name = errnoName(errno);
    super(`Cannot ${what}: ${call}() failed with ${name} "${errnoText(errno)}"`, name, options);
    this.errno = errno;
    this.call = call;
  }
}

/**
 * Names an errno: 17 is "EEXIST".
 *
 * @param errno the number, above 0. Numbers that are internal to the kernel are known too, as nfnetlink returns 524.
 * @returns the name, or "errno 999" for a number that has none
 */
export function errnoName(errno: number): string {
  return ERRNOS[errno]?.[0] ?? `errno ${errno}`;
}

/**
 * Returns the text of an errno, in the words of strerror(): 17 is "File exists".
 *
 * @param errno the number, above 0
 * @returns the text, or "Unknown error 999" for a number that has none
 */
export function errnoText(errno: number): string {
  return ERRNOS[errno]?.[1] ?? `Unknown error ${errno}`;
}

/**
 * Returns a foreign error unchanged, or a copy with escaped text if its message holds control characters (a file name
 * can).
 */
function harmless(cause: unknown): unknown {
  if (!(cause instanceof Error) || escapeControls(cause.message) === cause.message) return cause;
  const { name, message, stack = "" } = cause, { code, errno, syscall } = cause as unknown as Record<string, unknown>;
  const likeness = Object.assign(new Error(escapeControls(message)), { code, errno, syscall });
  Object.defineProperties(likeness, {
    name: { value: name, configurable: true, writable: true },
    stack: { value: stack.replace(message, () => likeness.message), configurable: true, writable: true },
  });
  return likeness;
}

/** Errors of bad arguments; a script's own errors may have the same classes. */
const argumentErrors = new WeakSet<Error>();

/** Makes the error of a bad argument. Control characters in its message are escaped. */
export function argumentError(kind: typeof TypeError | typeof RangeError, message: string): TypeError | RangeError {
  const error = new kind(escapeControls(message));
  argumentErrors.add(error);
  return error;
}

/**
 * Returns an error. If it is one of this library, its stack now begins where `called`, a public method, was called: the
 * runtimes keep ten calls, and more of them would be the library's own.
 */
export function atCaller(error: unknown, called: (...given: never[]) => unknown): unknown {
  if (error instanceof NetlinkError || error instanceof Error && argumentErrors.has(error)) {
    // Types of TypeScript alone do not have it.
    (Error as unknown as { captureStackTrace(error: Error, called: unknown): void }).captureStackTrace(error, called);
  }
  return error;
}

/** The errno values that this library acts on. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  ENXIO: 6,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ELOOP: 40,
  ENODATA: 61,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  ECONNREFUSED: 111,
  EINPROGRESS: 115,
} as const;

/** Names and texts by number. EWOULDBLOCK, EDEADLOCK and ENOTSUP are other names of 11, 35 and 95. */
const ERRNOS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  1: ["EPERM", "Operation not permitted"],
  2: ["ENOENT", "No such file or directory"],
  3: ["ESRCH", "No such process"],
  4: ["EINTR", "Interrupted system call"],
  5: ["EIO", "Input/output error"],
  6: ["ENXIO", "No such device or address"],
  7: ["E2BIG", "Argument list too long"],
  8: ["ENOEXEC", "Exec format error"],
  9: ["EBADF", "Bad file descriptor"],
  10: ["ECHILD", "No child processes"],
  11: ["EAGAIN", "Resource temporarily unavailable"],
  12: ["ENOMEM", "Cannot allocate memory"],
  13: ["EACCES", "Permission denied"],
  14: ["EFAULT", "Bad address"],
  15: ["ENOTBLK", "Block device required"],
  16: ["EBUSY", "Device or resource busy"],
  17: ["EEXIST", "File exists"],
  18: ["EXDEV", "Invalid cross-device link"],
  19: ["ENODEV", "No such device"],
  20: ["ENOTDIR", "Not a directory"],
  21: ["EISDIR", "Is a directory"],
  22: ["EINVAL", "Invalid argument"],
  23: ["ENFILE", "Too many open files in system"],
  24: ["EMFILE", "Too many open files"],
  25: ["ENOTTY", "Inappropriate ioctl for device"],
  26: ["ETXTBSY", "Text file busy"],
  27: ["EFBIG", "File too large"],
  28: ["ENOSPC", "No space left on device"],
  29: ["ESPIPE", "Illegal seek"],
  30: ["EROFS", "Read-only file system"],
  31: ["EMLINK", "Too many links"],
  32: ["EPIPE", "Broken pipe"],
  33: ["EDOM", "Numerical argument out of domain"],
  34: ["ERANGE", "Numerical result out of range"],
  35: ["EDEADLK", "Resource deadlock avoided"],
  36: ["ENAMETOOLONG", "File name too long"],
  37: ["ENOLCK", "No locks available"],
  38: ["ENOSYS", "Function not implemented"],
  39: ["ENOTEMPTY", "Directory not empty"],
  40: ["ELOOP", "Too many levels of symbolic links"],
  42: ["ENOMSG", "No message of desired type"],
  43: ["EIDRM", "Identifier removed"],
  44: ["ECHRNG", "Channel number out of range"],
  45: ["EL2NSYNC", "Level 2 not synchronized"],
  46: ["EL3HLT", "Level 3 halted"],
  47: ["EL3RST", "Level 3 reset"],
  48: ["ELNRNG", "Link number out of range"],
  49: ["EUNATCH", "Protocol driver not attached"],
  50: ["ENOCSI", "No CSI structure available"],
  51: ["EL2HLT", "Level 2 halted"],
  52: ["EBADE", "Invalid exchange"],
  53: ["EBADR", "Invalid request descriptor"],
  54: ["EXFULL", "Exchange full"],
  55: ["ENOANO", "No anode"],
  56: ["EBADRQC", "Invalid request code"],
  57: ["EBADSLT", "Invalid slot"],
  59: ["EBFONT", "Bad font file format"],
  60: ["ENOSTR", "Device not a stream"],
  61: ["ENODATA", "No data available"],
  62: ["ETIME", "Timer expired"],
  63: ["ENOSR", "Out of streams resources"],
  64: ["ENONET", "Machine is not on the network"],
  65: ["ENOPKG", "Package not installed"],
  66: ["EREMOTE", "Object is remote"],
  67: ["ENOLINK", "Link has been severed"],
  68: ["EADV", "Advertise error"],
  69: ["ESRMNT", "Srmount error"],
  70: ["ECOMM", "Communication error on send"],
  71: ["EPROTO", "Protocol error"],
  72: ["EMULTIHOP", "Multihop attempted"],
  73: ["EDOTDOT", "RFS specific error"],
  74: ["EBADMSG", "Bad message"],
  75: ["EOVERFLOW", "Value too large for defined data type"],
  76: ["ENOTUNIQ", "Name not unique on network"],
  77: ["EBADFD", "File descriptor in bad state"],
  78: ["EREMCHG", "Remote address changed"],
  79: ["ELIBACC", "Can not access a needed shared library"],
  80: ["ELIBBAD", "Accessing a corrupted shared library"],
  81: ["ELIBSCN", ".lib section in a.out corrupted"],
  82: ["ELIBMAX", "Attempting to link in too many shared libraries"],
  83: ["ELIBEXEC", "Cannot exec a shared library directly"],
  84: ["EILSEQ", "Invalid or incomplete multibyte or wide character"],
  85: ["ERESTART", "Interrupted system call should be restarted"],
  86: ["ESTRPIPE", "Streams pipe error"],
  87: ["EUSERS", "Too many users"],
  88: ["ENOTSOCK", "Socket operation on non-socket"],
  89: ["EDESTADDRREQ", "Destination address required"],
  90: ["EMSGSIZE", "Message too long"],
  91: ["EPROTOTYPE", "Protocol wrong type for socket"],
  92: ["ENOPROTOOPT", "Protocol not available"],
  93: ["EPROTONOSUPPORT", "Protocol not supported"],
  94: ["ESOCKTNOSUPPORT", "Socket type not supported"],
  95: ["EOPNOTSUPP", "Operation not supported"],
  96: ["EPFNOSUPPORT", "Protocol family not supported"],
  97: ["EAFNOSUPPORT", "Address family not supported by protocol"],
  98: ["EADDRINUSE", "Address already in use"],
  99: ["EADDRNOTAVAIL", "Cannot assign requested address"],
  100: ["ENETDOWN", "Network is down"],
  101: ["ENETUNREACH", "Network is unreachable"],
  102: ["ENETRESET", "Network dropped connection on reset"],
  103: ["ECONNABORTED", "Software caused connection abort"],
  104: ["ECONNRESET", "Connection reset by peer"],
  105: ["ENOBUFS", "No buffer space available"],
  106: ["EISCONN", "Transport endpoint is already connected"],
  107: ["ENOTCONN", "Transport endpoint is not connected"],
  108: ["ESHUTDOWN", "Cannot send after transport endpoint shutdown"],
  109: ["ETOOMANYREFS", "Too many references: cannot splice"],
  110: ["ETIMEDOUT", "Connection timed out"],
  111: ["ECONNREFUSED", "Connection refused"],
  112: ["EHOSTDOWN", "Host is down"],
  113: ["EHOSTUNREACH", "No route to host"],
  114: ["EALREADY", "Operation already in progress"],
  115: ["EINPROGRESS", "Operation now in progress"],
  116: ["ESTALE", "Stale file handle"],
  117: ["EUCLEAN", "Structure needs cleaning"],
  118: ["ENOTNAM", "Not a XENIX named type file"],
  119: ["ENAVAIL", "No XENIX semaphores available"],
  120: ["EISNAM", "Is a named type file"],
  121: ["EREMOTEIO", "Remote I/O error"],
  122: ["EDQUOT", "Disk quota exceeded"],
  123: ["ENOMEDIUM", "No medium found"],
  124: ["EMEDIUMTYPE", "Wrong medium type"],
  125: ["ECANCELED", "Operation canceled"],
  126: ["ENOKEY", "Required key not available"],
  127: ["EKEYEXPIRED", "Key has expired"],
  128: ["EKEYREVOKED", "Key has been revoked"],
  129: ["EKEYREJECTED", "Key was rejected by service"],
  130: ["EOWNERDEAD", "Owner died"],
  131: ["ENOTRECOVERABLE", "State not recoverable"],
  132: ["ERFKILL", "Operation not possible due to RF-kill"],
  133: ["EHWPOISON", "Memory page has hardware error"],
  // Internal to the kernel (linux/errno.h), yet user space sees some of them. 520 is unused.
  512: ["ERESTARTSYS", "Interrupted, to be restarted"],
  513: ["ERESTARTNOINTR", "Interrupted, to be restarted always"],
  514: ["ERESTARTNOHAND", "Interrupted, to be restarted without a handler"],
  515: ["ENOIOCTLCMD", "No such ioctl command"],
  516: ["ERESTART_RESTARTBLOCK", "Interrupted, to be restarted by restart_syscall"],
  517: ["EPROBE_DEFER", "Driver asks to be probed later"],
  518: ["EOPENSTALE", "Open found a stale dentry"],
  519: ["ENOPARAM", "Parameter not supported"],
  521: ["EBADHANDLE", "Illegal NFS file handle"],
  522: ["ENOTSYNC", "Update synchronization mismatch"],
  523: ["EBADCOOKIE", "Cookie is stale"],
  524: ["ENOTSUPP", "Operation is not supported"],
  525: ["ETOOSMALL", "Buffer or request is too small"],
  526: ["ESERVERFAULT", "An untranslatable error occurred"],
  527: ["EBADTYPE", "Type not supported by server"],
  528: ["EJUKEBOX", "Request initiated, but will not complete before timeout"],
  529: ["EIOCBQUEUED", "I/O request queued, will get completion event"],
  530: ["ERECALLCONFLICT", "Conflict with recalled state"],
};
