/**
 * The state and the settings of the kernel's audit, as with `auditctl -s`, and records of programs.
 *
 * ```ts ignore
 * import { control } from "@linux/netlink/families/audit/status.ts";
 * console.log(control.status());
 * control.set({ enabled: "on", backlogLimit: 8192, failure: "printk" });
 * control.send("op=backup result=success", { type: "TRUSTED_APP" });
 * ```
 *
 * There is one state for the whole machine. Everything needs CAP_AUDIT_CONTROL in the first user namespace, and records
 * need CAP_AUDIT_WRITE.
 *
 * @module
 */
import {
  bindMethods,
  expectArray,
  expectFields,
  expectNames,
  expectOptions,
  expectType,
} from "../../core/arguments.ts";
import { type Client, type Requester, sharedClient } from "../../core/client.ts";
import { attributes, type Codec, shown } from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  AUDIT,
  AUDIT_FEATURE,
  AuditEquivalent,
  type AuditFeature,
  AuditFeatures,
  AuditSignal,
  AuditStatus,
  type AuditStatusField,
  AuditText,
  AuditTty,
  controlHint,
  NETLINK_AUDIT,
} from "./protocol.ts";
import { type AuditRecordType, recordTypeNumber } from "./record_types.ts";

/** The settings that can be changed. A time of waiting is in jiffies. */
export type AuditSettings = Pick<
  AuditStatus,
  "enabled" | "failure" | "rateLimit" | "backlogLimit" | "backlogWaitTime"
>;

/** The counters that can be set to 0. */
export type AuditCounter = "lost" | "backlogWaitTimeActual";

const SETTINGS: Readonly<Record<keyof AuditSettings, AuditStatusField>> = {
  enabled: "enabled",
  failure: "failure",
  rateLimit: "rate_limit",
  backlogLimit: "backlog_limit",
  backlogWaitTime: "backlog_wait_time",
};

const COUNTERS: Readonly<Record<AuditCounter, AuditStatusField>> = {
  lost: "lost",
  backlogWaitTimeActual: "backlog_wait_time_actual",
};

/** Options of a record. */
export interface AuditSendOptions {
  /** Its type, by name or number: one of 1100..1199 or 2100..2999. `TRUSTED_APP` when absent. */
  type?: AuditRecordType;
}

type Any = Codec<unknown, never>;

const nothing = attributes<object>({}) as Any;

/** True for the types of records that the kernel takes from programs. */
function isUserType(type: number | undefined): type is number {
  return type !== undefined && Number.isInteger(type) && (type >= 1100 && type < 1200 || type >= 2100 && type < 3000);
}

/** Operations on the state of the kernel's audit. */
export class AuditControl {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** Sends requests through what `requester` returns; reads through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#requester = requester;
    bindMethods(this);
  }

  /**
   * Returns the state and the settings, as `auditctl -s` prints them.
   *
   * @throws {KernelError} EPERM, ECONNREFUSED: audit is not for this process
   */
  status(): Omit<AuditStatus, "mask"> {
    const { mask: _, ...status } = this.#get(AUDIT.AUDIT_GET, AuditStatus, "get the status of audit");
    return status;
  }

  /**
   * Changes the settings that are given, and no others. `{ enabled: "locked" }` forbids all changes, also of rules, until
   * the next boot.
   *
   * @throws {KernelError} EPERM: it is locked; EINVAL: a value is too large
   */
  set(changes: AuditSettings): void {
    const what = "set the status of audit", { value, names } = given(changes, SETTINGS, what);
    if (names.length === 0) throw argumentError(TypeError, `Cannot ${what}: expected at least one setting`);
    this.#send(AUDIT.AUDIT_SET, AuditStatus, { ...value, mask: names.map((name) => SETTINGS[name]) }, what);
  }

  /** Sets a counter of the status to 0: that of lost records, or the time that processes have waited. */
  reset(counter: AuditCounter): void {
    const what = "reset a counter of audit";
    if (!Object.hasOwn(COUNTERS, counter)) {
      throw argumentError(
        TypeError,
        `Cannot ${what}: expected ${Object.keys(COUNTERS).map(shown).join(" or ")}, got ${shown(counter)}`,
      );
    }
    this.#send(AUDIT.AUDIT_SET, AuditStatus, { mask: [COUNTERS[counter]] }, what);
  }

  /** Returns the features that are on, and those that are locked until the next boot. */
  features(): Pick<AuditFeatures, "features" | "lock"> {
    const { features = [], lock = [] } = this.#get(AUDIT.AUDIT_GET_FEATURE, AuditFeatures, "get the features of audit");
    return { features, lock };
  }

  /**
   * Turns features on or off: those that are given, and no others.
   *
   * @param lock features that then cannot be changed until the next boot
   * @throws {KernelError} EPERM: one of them is locked
   */
  setFeatures(changes: Readonly<Partial<Record<AuditFeature, boolean>>>, lock: readonly AuditFeature[] = []): void {
    const what = "set the features of audit", { value, names } = given(changes, AUDIT_FEATURE, what);
    for (const name of names) expectType(value[name], `${what}: ${name}`, "boolean");
    expectArray(lock, what, "the features to lock as an array");
    const mask = [...new Set([...names, ...lock])], off = mask.find((name) => value[name] === undefined);
    if (mask.length === 0) throw argumentError(TypeError, `Cannot ${what}: expected at least one feature`);
    if (off !== undefined) {
      throw argumentError(TypeError, `Cannot ${what}: ${shown(off)} is to be locked, so it must be given too`);
    }
    const features = names.filter((name) => value[name]);
    this.#send(AUDIT.AUDIT_SET_FEATURE, AuditFeatures, { vers: 1, mask, features, lock }, what);
  }

  /** Returns whether the kernel records what is typed in this process's terminal. */
  tty(): AuditTty {
    return this.#get(AUDIT.AUDIT_TTY_GET, AuditTty, "get the recording of terminals");
  }

  /** Turns on or off that the kernel records what is typed in this process's terminal, and in those of its children. */
  setTty(changes: AuditTty): void {
    const what = "set the recording of terminals";
    const { value } = given(changes, { enabled: 0, logPasswd: 0 }, what);
    this.#send(AUDIT.AUDIT_TTY_SET, AuditTty, { ...this.#open().deferred ? {} : this.tty(), ...value }, what);
  }

  /** Returns the process that last sent a signal to the daemon; without fields if there was none. */
  signal(): AuditSignal {
    return this.#get(AUDIT.AUDIT_SIGNAL_INFO, AuditSignal, "get the sender of a signal to the audit daemon");
  }

  /** Makes the kernel drop rules about folders that are no longer mounted. */
  trim(): void {
    this.#send(AUDIT.AUDIT_TRIM, nothing, {}, "trim the rules about folders");
  }

  /** Makes rules about one folder hold for another one as well, which shows the same files, as after `mount --bind`. */
  makeEquivalent(old: string, other: string): void {
    const what = "make two folders equivalent";
    expectType(old, what, "string");
    expectType(other, what, "string");
    this.#send(AUDIT.AUDIT_MAKE_EQUIV, AuditEquivalent, { old, new: other }, `${what}: ${old} and ${other}`);
  }

  /**
   * Sends a record of this program, of at most 8560 bytes. Its event has the process, the user and the session beside
   * the text. If audit is off, the kernel drops records of most types.
   *
   * @throws {KernelError} EPERM: without CAP_AUDIT_WRITE
   */
  send(text: string, options: AuditSendOptions = {}): void {
    const what = "send an audit record";
    if (text === "") throw argumentError(TypeError, `Cannot ${what}: expected a text with characters, got ""`);
    expectType(text, what, "string");
    expectOptions(options, what, { type: "any" });
    const { type = "TRUSTED_APP" } = options, number = recordTypeNumber(type);
    if (!isUserType(number)) {
      throw argumentError(
        RangeError,
        `Cannot ${what}: type: expected the name or number of a type in 1100..1199 or 2100..2999, got ${shown(type)}`,
      );
    }
    this.#send(
      number,
      AuditText,
      { text },
      what,
      (code) => code === "EPERM" ? "needs the capability CAP_AUDIT_WRITE" : controlHint(code),
    );
  }

  #get<T>(type: number, codec: Codec<T>, what: string): T {
    const found = this.#open().request({
      type,
      flags: 0,
      codec: nothing,
      value: {},
      what,
      reply: type,
      replyCodec: codec as Any,
      late: true,
      looks: true,
      hint: controlHint,
    });
    // A dry run has no answer.
    return (found ?? {}) as T;
  }

  #send(type: number, codec: unknown, value: object, what: string, hint = controlHint): void {
    this.#requester().request({ type, flags: 0, codec: codec as Any, value, what, hint });
  }
}

/** Returns the fields that are given, and their names; throws for other names. */
function given<T extends object, K extends string>(
  changes: T,
  known: Readonly<Record<K, unknown>>,
  what: string,
): { value: Partial<T>; names: (K & keyof T)[] } {
  expectFields(changes, what);
  expectNames(changes, what, Object.keys(known));
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { value: Object.fromEntries(entries) as Partial<T>, names: entries.map(([name]) => name) as (K & keyof T)[] };
}

/** The state of this machine's audit, on a socket that the first use opens. */
export const control: AuditControl = new AuditControl(() => sharedClient(NETLINK_AUDIT));
