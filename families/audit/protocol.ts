/**
 * NETLINK_AUDIT itself: message types, the group of listeners, and the messages whose payload is a struct or a text.
 *
 * The kernel answers from a thread of its own: an answer has no port and may come after the acknowledgement. A list is
 * one message for each rule and a DONE of 16 bytes.
 *
 * A record for the registered daemon has the length of its text in nlmsg_len, without the 16 bytes of the header. Its
 * copy for the group of listeners has the right length. So a record extends to the end of its datagram.
 *
 * Source: linux/audit.h, v7.2; kernel/audit.c; tests on kernels 6.1 and 6.18.
 *
 * @module
 */
import {
  bool,
  type Codec,
  enumeration,
  i32,
  mask,
  MISFIT,
  type Reader,
  type Shape,
  shown,
  string,
  type Struct,
  struct,
  text,
  u32,
} from "../../core/codec/mod.ts";
import { declaredSet, declareMessages, declareMessageSets } from "../../core/messages.ts";
import type { Protocol } from "../../core/protocol.ts";

/** The message types of NETLINK_AUDIT: requests below 1100, records above. */
export const AUDIT = {
  AUDIT_GET: 1000,
  AUDIT_SET: 1001,
  AUDIT_LIST: 1002,
  AUDIT_ADD: 1003,
  AUDIT_DEL: 1004,
  AUDIT_USER: 1005,
  AUDIT_LOGIN: 1006,
  AUDIT_WATCH_INS: 1007,
  AUDIT_WATCH_REM: 1008,
  AUDIT_WATCH_LIST: 1009,
  AUDIT_SIGNAL_INFO: 1010,
  AUDIT_ADD_RULE: 1011,
  AUDIT_DEL_RULE: 1012,
  AUDIT_LIST_RULES: 1013,
  AUDIT_TRIM: 1014,
  AUDIT_MAKE_EQUIV: 1015,
  AUDIT_TTY_GET: 1016,
  AUDIT_TTY_SET: 1017,
  AUDIT_SET_FEATURE: 1018,
  AUDIT_GET_FEATURE: 1019,
  AUDIT_USER_AVC: 1107,
  AUDIT_USER_TTY: 1124,
  AUDIT_DAEMON_START: 1200,
  AUDIT_DAEMON_END: 1201,
  AUDIT_DAEMON_ABORT: 1202,
  AUDIT_DAEMON_CONFIG: 1203,
  AUDIT_SYSCALL: 1300,
  AUDIT_PATH: 1302,
  AUDIT_IPC: 1303,
  AUDIT_SOCKETCALL: 1304,
  AUDIT_CONFIG_CHANGE: 1305,
  AUDIT_SOCKADDR: 1306,
  AUDIT_CWD: 1307,
  AUDIT_EXECVE: 1309,
  AUDIT_IPC_SET_PERM: 1311,
  AUDIT_MQ_OPEN: 1312,
  AUDIT_MQ_SENDRECV: 1313,
  AUDIT_MQ_NOTIFY: 1314,
  AUDIT_MQ_GETSETATTR: 1315,
  AUDIT_KERNEL_OTHER: 1316,
  AUDIT_FD_PAIR: 1317,
  AUDIT_OBJ_PID: 1318,
  AUDIT_TTY: 1319,
  AUDIT_EOE: 1320,
  AUDIT_BPRM_FCAPS: 1321,
  AUDIT_CAPSET: 1322,
  AUDIT_MMAP: 1323,
  AUDIT_NETFILTER_PKT: 1324,
  AUDIT_NETFILTER_CFG: 1325,
  AUDIT_SECCOMP: 1326,
  AUDIT_PROCTITLE: 1327,
  AUDIT_FEATURE_CHANGE: 1328,
  AUDIT_REPLACE: 1329,
  AUDIT_KERN_MODULE: 1330,
  AUDIT_FANOTIFY: 1331,
  AUDIT_TIME_INJOFFSET: 1332,
  AUDIT_TIME_ADJNTPVAL: 1333,
  AUDIT_BPF: 1334,
  AUDIT_EVENT_LISTENER: 1335,
  AUDIT_URINGOP: 1336,
  AUDIT_OPENAT2: 1337,
  AUDIT_DM_CTRL: 1338,
  AUDIT_DM_EVENT: 1339,
  AUDIT_AVC: 1400,
  AUDIT_SELINUX_ERR: 1401,
  AUDIT_AVC_PATH: 1402,
  AUDIT_MAC_POLICY_LOAD: 1403,
  AUDIT_MAC_STATUS: 1404,
  AUDIT_MAC_CONFIG_CHANGE: 1405,
  AUDIT_MAC_UNLBL_ALLOW: 1406,
  AUDIT_MAC_CIPSOV4_ADD: 1407,
  AUDIT_MAC_CIPSOV4_DEL: 1408,
  AUDIT_MAC_MAP_ADD: 1409,
  AUDIT_MAC_MAP_DEL: 1410,
  AUDIT_MAC_IPSEC_ADDSA: 1411,
  AUDIT_MAC_IPSEC_DELSA: 1412,
  AUDIT_MAC_IPSEC_ADDSPD: 1413,
  AUDIT_MAC_IPSEC_DELSPD: 1414,
  AUDIT_MAC_IPSEC_EVENT: 1415,
  AUDIT_MAC_UNLBL_STCADD: 1416,
  AUDIT_MAC_UNLBL_STCDEL: 1417,
  AUDIT_MAC_CALIPSO_ADD: 1418,
  AUDIT_MAC_CALIPSO_DEL: 1419,
  AUDIT_IPE_ACCESS: 1420,
  AUDIT_IPE_CONFIG_CHANGE: 1421,
  AUDIT_IPE_POLICY_LOAD: 1422,
  AUDIT_LANDLOCK_ACCESS: 1423,
  AUDIT_LANDLOCK_DOMAIN: 1424,
  AUDIT_MAC_TASK_CONTEXTS: 1425,
  AUDIT_MAC_OBJ_CONTEXTS: 1426,
  AUDIT_ANOM_PROMISCUOUS: 1700,
  AUDIT_ANOM_ABEND: 1701,
  AUDIT_ANOM_LINK: 1702,
  AUDIT_ANOM_CREAT: 1703,
  AUDIT_INTEGRITY_DATA: 1800,
  AUDIT_INTEGRITY_METADATA: 1801,
  AUDIT_INTEGRITY_STATUS: 1802,
  AUDIT_INTEGRITY_HASH: 1803,
  AUDIT_INTEGRITY_PCR: 1804,
  AUDIT_INTEGRITY_RULE: 1805,
  AUDIT_INTEGRITY_EVM_XATTR: 1806,
  AUDIT_INTEGRITY_POLICY_RULE: 1807,
  AUDIT_INTEGRITY_USERSPACE: 1808,
  AUDIT_KERNEL: 2000,
} as const;

/** The multicast groups of NETLINK_AUDIT. */
export const AUDIT_NLGRP = {
  AUDIT_NLGRP_READLOG: 1,
} as const;

/** The first type of a record, from the kernel or from a program; two older types of records are below. */
export const AUDIT_FIRST_RECORD = 1100;

/** The protocol. */
export const NETLINK_AUDIT: Protocol = {
  number: 9,
  name: "NETLINK_AUDIT",
  types: AUDIT,
  hint: "built in if the kernel is configured with CONFIG_AUDIT; audit=0 on the kernel's command line takes it away",
};

/** Returns the hint of the error if the kernel refuses a request for control. */
export function controlHint(code: string): string | undefined {
  if (code === "ECONNREFUSED") {
    return "audit answers in the first user and process namespaces only, so not in most containers";
  }
  if (code !== "EPERM") return undefined;
  return "needs the capability CAP_AUDIT_CONTROL in the first user and process namespaces; if enabled is locked, only " +
    "the next boot allows changes";
}

/** Numbers of {@linkcode AuditEnabled} by name. */
export const AUDIT_ENABLED = { off: 0, on: 1, locked: 2 } as const;

/** State of the kernel's audit; after `locked` nothing can be changed until the next boot. */
export type AuditEnabled = keyof typeof AUDIT_ENABLED | number;

/** Numbers of {@linkcode AuditFailure} by name. */
export const AUDIT_FAIL = { silent: 0, printk: 1, panic: 2 } as const;

/** The kernel's reaction to a record that is lost: nothing, a line in its log, or a panic. */
export type AuditFailure = keyof typeof AUDIT_FAIL | number;

/** Numbers of {@linkcode AuditStatusField} by name. */
export const AUDIT_STATUS = {
  enabled: 0x1,
  failure: 0x2,
  pid: 0x4,
  rate_limit: 0x8,
  backlog_limit: 0x10,
  backlog_wait_time: 0x20,
  lost: 0x40,
  backlog_wait_time_actual: 0x80,
} as const;

/** A setting in {@linkcode AuditStatus} that a request changes. */
export type AuditStatusField = keyof typeof AUDIT_STATUS;

/** Numbers of {@linkcode AuditAbility} by name. */
export const AUDIT_FEATURE_BITMAP = {
  backlog_limit: 0x1,
  backlog_wait_time: 0x2,
  executable_path: 0x4,
  exclude_extend: 0x8,
  sessionid_filter: 0x10,
  lost_reset: 0x20,
  filter_fs: 0x40,
} as const;

/** An ability of the kernel that older ones lack. */
export type AuditAbility = keyof typeof AUDIT_FEATURE_BITMAP;

/** The state and the settings of the kernel's audit. Older kernels leave out the last fields. */
export interface AuditStatus {
  /** In requests: the fields that are set. 0 in answers. */
  mask?: readonly (AuditStatusField | number)[];
  /** State of the kernel's audit. */
  enabled?: AuditEnabled;
  /** The reaction to a lost record. */
  failure?: AuditFailure;
  /** The process number of the daemon that receives the records; 0 if there is none. */
  pid?: number;
  /** Most records in a second, 0 for any number. */
  rateLimit?: number;
  /** Most records that wait for the daemon, 0 for any number. */
  backlogLimit?: number;
  /** Number of records that were lost. */
  lost?: number;
  /** Number of records that wait for the daemon. */
  backlog?: number;
  /** The abilities of the kernel. */
  featureBitmap?: readonly (AuditAbility | number)[];
  /** Longest time that a process waits for room in the backlog, in jiffies. */
  backlogWaitTime?: number;
  /** Time that processes have waited for room in the backlog in total, in jiffies; in Linux since 5.9. */
  backlogWaitTimeActual?: number;
}

/** Wire form of {@linkcode AuditStatus}: struct audit_status. */
export const AuditStatus: Struct<AuditStatus> = struct(44, (): Shape<AuditStatus> => ({
  mask: [0, mask(u32, AUDIT_STATUS)],
  enabled: [4, enumeration(u32, AUDIT_ENABLED)],
  failure: [8, enumeration(u32, AUDIT_FAIL)],
  pid: [12, u32],
  rateLimit: [16, u32],
  backlogLimit: [20, u32],
  lost: [24, u32],
  backlog: [28, u32],
  featureBitmap: [32, mask(u32, AUDIT_FEATURE_BITMAP)],
  backlogWaitTime: [36, u32],
  backlogWaitTimeActual: [40, u32],
}));

/** Numbers of {@linkcode AuditFeature} by name: bits of the numbers AUDIT_FEATURE_*. */
export const AUDIT_FEATURE = { only_unset_loginuid: 0x1, loginuid_immutable: 0x2 } as const;

/** A feature that can be turned on: a login uid can be set only once, or not be unset. */
export type AuditFeature = keyof typeof AUDIT_FEATURE;

/** The features: struct audit_features. */
export interface AuditFeatures {
  /** Version of the struct, always 1. */
  vers?: number;
  /** In requests: the features that are set; in answers: those that the kernel knows. */
  mask?: readonly (AuditFeature | number)[];
  /** The features that are on. */
  features?: readonly (AuditFeature | number)[];
  /** The features that cannot be changed until the next boot. */
  lock?: readonly (AuditFeature | number)[];
}

const features: Codec<readonly (AuditFeature | number)[], readonly (AuditFeature | number)[] | number> = mask(
  u32,
  AUDIT_FEATURE,
);

/** Wire form of {@linkcode AuditFeatures}. */
export const AuditFeatures: Struct<AuditFeatures> = struct(16, (): Shape<AuditFeatures> => ({
  vers: [0, u32],
  mask: [4, features],
  features: [8, features],
  lock: [12, features],
}));

/** Recording of input at the terminal of the calling process: struct audit_tty_status. */
export interface AuditTty {
  /** True if it records input. */
  enabled?: boolean;
  /** True if it records passwords too, which are typed without an echo. */
  logPasswd?: boolean;
}

/** Wire form of {@linkcode AuditTty}. */
export const AuditTty: Struct<AuditTty> = struct(8, (): Shape<AuditTty> => ({
  enabled: [0, bool(u32)],
  logPasswd: [4, bool(u32)],
}));

/** The process that last sent a signal to the daemon. */
export interface AuditSignal {
  /** Its login uid; absent if no signal was sent, or if it has none. */
  uid?: number;
  /** Its process number; absent if no signal was sent. */
  pid?: number;
  /** Its security context; absent without a security module. */
  ctx?: string;
}

const UNSET = 0xffffffff;

/** Codec of a number that is absent if it is -1. */
function unlessUnset(codec: Codec<number>): Codec<number> {
  return {
    ...codec,
    decode(from, at, end, owner) {
      const value = codec.decode(from, at, end, owner);
      return value >>> 0 === UNSET ? undefined as never : value;
    },
  };
}

const SIGNAL_SIZE = 8;

const signal: Struct<Omit<AuditSignal, "ctx">> = struct(SIGNAL_SIZE, () => ({
  uid: [0, unlessUnset(u32)],
  pid: [4, unlessUnset(i32)],
}));

/** Wire form of {@linkcode AuditSignal}: struct audit_sig_info. */
export const AuditSignal: Codec<AuditSignal> = {
  name: "a sender of a signal",
  size: SIGNAL_SIZE,
  tolerant: true,
  decode(from, at, end, owner) {
    if (end - at < SIGNAL_SIZE) return MISFIT;
    const { uid, pid } = signal.decode(from, at, at + SIGNAL_SIZE, owner);
    return {
      ...(uid === undefined ? {} : { uid }),
      ...(pid === undefined ? {} : { pid }),
      ...(end - at === SIGNAL_SIZE ? {} : { ctx: text.decode(from, at + SIGNAL_SIZE, end, owner) }),
    };
  },
  encode({ uid = UNSET, pid = -1, ctx }, to, owner) {
    signal.encode({ uid, pid }, to, owner);
    if (ctx !== undefined) text.encode(ctx, to, owner);
  },
  walk(from, at, end, owner, visit) {
    const start = at + SIGNAL_SIZE;
    signal.walk!(from, at, start, owner, visit);
    if (end > start) visit({ name: "ctx", id: -1, start, at: start, end, codec: text, owner });
  },
};

/** Two trees of files that are the same one, as after `mount --bind`: rules about the old one hold for the new one. */
export interface AuditEquivalent {
  /** A folder that rules name. */
  old: string;
  /** The folder that is to be treated as that one. */
  new: string;
}

/** Longest path of a rule, with its NUL. */
const PATH_MAX = 4096;
const path: Codec<string> = string(PATH_MAX - 1);

/** Returns the offsets of two paths and of their end; `undefined` if their lengths exceed the message. */
function pathsAt(from: Reader, at: number, end: number): readonly [number, number, number] | undefined {
  if (end - at < 8) return undefined;
  const middle = at + 8 + from.view.getUint32(at, true), stop = middle + from.view.getUint32(at + 4, true);
  return stop > end ? undefined : [at + 8, middle, stop];
}

/** Wire form of {@linkcode AuditEquivalent}: the lengths of two paths, and the paths without NUL. */
export const AuditEquivalent: Codec<AuditEquivalent> = {
  name: "two folders",
  decode(from, at, end, owner) {
    const places = pathsAt(from, at, end);
    if (places === undefined) return MISFIT;
    const [first, second, stop] = places;
    return { old: path.decode(from, first, second, owner), new: path.decode(from, second, stop, owner) };
  },
  encode(value, to, owner) {
    const sizes = to.grow(8);
    (["old", "new"] as const).forEach((key, i) => {
      const start = to.length;
      to.path.push(key);
      path.encode(value[key], to, owner);
      to.path.pop();
      // The NUL is not sent.
      to.length--;
      to.view.setUint32(sizes + 4 * i, to.length - start, true);
    });
  },
  walk(from, at, end, owner, visit) {
    const places = pathsAt(from, at, end);
    if (places === undefined) return;
    const [first, second, stop] = places;
    visit({ name: "old", id: -1, start: first, at: first, end: second, codec: path, owner });
    visit({ name: "new", id: -1, start: second, at: second, end: stop, codec: path, owner });
  },
};

/** The text of a record: of the kernel, with the time and the number of its event, or of a program. */
export interface AuditText {
  /** The text. */
  text: string;
}

/** Longest text of a program's record in bytes. */
const TEXT_MAX = 8560;
const message: Codec<string> = string(TEXT_MAX);

/**
 * Wire form of {@linkcode AuditText}. A program's text ends with a NUL: without it, the kernel cuts off the last
 * character. The kernel's own records have none.
 */
export const AuditText: Codec<AuditText> = {
  name: "a record",
  decode: (from, at, end, owner) => ({ text: message.decode(from, at, end, owner) }),
  encode(value, to, owner) {
    if (typeof value.text !== "string") to.fail(TypeError, `text: expected a string, got ${shown(value.text)}`);
    message.encode(value.text, to, owner);
  },
  walk: (_from, at, end, owner, visit) => visit({ name: "text", id: -1, start: at, at, end, codec: message, owner }),
};

declareMessages(
  NETLINK_AUDIT,
  { types: [AUDIT.AUDIT_GET, AUDIT.AUDIT_SET], codec: AuditStatus },
  { types: [AUDIT.AUDIT_GET_FEATURE, AUDIT.AUDIT_SET_FEATURE], codec: AuditFeatures },
  { types: [AUDIT.AUDIT_TTY_GET, AUDIT.AUDIT_TTY_SET], codec: AuditTty },
  { types: [AUDIT.AUDIT_SIGNAL_INFO], codec: AuditSignal },
  { types: [AUDIT.AUDIT_MAKE_EQUIV], codec: AuditEquivalent },
);

declareMessageSets(NETLINK_AUDIT, () => {
  const declared = declaredSet(NETLINK_AUDIT), records = new Set<number>([AUDIT.AUDIT_USER, AUDIT.AUDIT_LOGIN]);
  const isRecord = (type: number) => type >= AUDIT_FIRST_RECORD || records.has(type);
  const set = {
    ...declared,
    codec: (type: number, ...where: [Reader?, number?, number?]) =>
      declared.codec(type, ...where) ?? (isRecord(type) ? AuditText : undefined),
    whole: isRecord,
  };
  return () => set;
});
