/**
 * Types of audit records and their names, as in the lines of a log: `SYSCALL`, `USER_LOGIN`.
 *
 * Source: linux/audit.h, v7.2; libaudit 3.0.9 and 4.0 for the types that programs send.
 *
 * @module
 */
import { AUDIT } from "./protocol.ts";

/** The types that linux/audit.h does not name: records of programs, of the daemon, and of AppArmor. */
export const RECORD_TYPES = {
  USER_AUTH: 1100,
  USER_ACCT: 1101,
  USER_MGMT: 1102,
  CRED_ACQ: 1103,
  CRED_DISP: 1104,
  USER_START: 1105,
  USER_END: 1106,
  USER_CHAUTHTOK: 1108,
  USER_ERR: 1109,
  CRED_REFR: 1110,
  USYS_CONFIG: 1111,
  USER_LOGIN: 1112,
  USER_LOGOUT: 1113,
  ADD_USER: 1114,
  DEL_USER: 1115,
  ADD_GROUP: 1116,
  DEL_GROUP: 1117,
  DAC_CHECK: 1118,
  CHGRP_ID: 1119,
  TEST: 1120,
  TRUSTED_APP: 1121,
  USER_SELINUX_ERR: 1122,
  USER_CMD: 1123,
  CHUSER_ID: 1125,
  GRP_AUTH: 1126,
  SYSTEM_BOOT: 1127,
  SYSTEM_SHUTDOWN: 1128,
  SYSTEM_RUNLEVEL: 1129,
  SERVICE_START: 1130,
  SERVICE_STOP: 1131,
  GRP_MGMT: 1132,
  GRP_CHAUTHTOK: 1133,
  MAC_CHECK: 1134,
  ACCT_LOCK: 1135,
  ACCT_UNLOCK: 1136,
  USER_DEVICE: 1137,
  SOFTWARE_UPDATE: 1138,
  DAEMON_RECONFIG: 1204,
  DAEMON_ROTATE: 1205,
  DAEMON_RESUME: 1206,
  DAEMON_ACCEPT: 1207,
  DAEMON_CLOSE: 1208,
  DAEMON_ERR: 1209,
  APPARMOR: 1500,
  APPARMOR_AUDIT: 1501,
  APPARMOR_ALLOWED: 1502,
  APPARMOR_DENIED: 1503,
  APPARMOR_HINT: 1504,
  APPARMOR_STATUS: 1505,
  APPARMOR_ERROR: 1506,
  APPARMOR_KILL: 1507,
  ANOM_LOGIN_FAILURES: 2100,
  ANOM_LOGIN_TIME: 2101,
  ANOM_LOGIN_SESSIONS: 2102,
  ANOM_LOGIN_ACCT: 2103,
  ANOM_LOGIN_LOCATION: 2104,
  ANOM_MAX_DAC: 2105,
  ANOM_MAX_MAC: 2106,
  ANOM_AMTU_FAIL: 2107,
  ANOM_RBAC_FAIL: 2108,
  ANOM_RBAC_INTEGRITY_FAIL: 2109,
  ANOM_CRYPTO_FAIL: 2110,
  ANOM_ACCESS_FS: 2111,
  ANOM_EXEC: 2112,
  ANOM_MK_EXEC: 2113,
  ANOM_ADD_ACCT: 2114,
  ANOM_DEL_ACCT: 2115,
  ANOM_MOD_ACCT: 2116,
  ANOM_ROOT_TRANS: 2117,
  ANOM_LOGIN_SERVICE: 2118,
  ANOM_LOGIN_ROOT: 2119,
  ANOM_ORIGIN_FAILURES: 2120,
  ANOM_SESSION: 2121,
  RESP_ANOMALY: 2200,
  RESP_ALERT: 2201,
  RESP_KILL_PROC: 2202,
  RESP_TERM_ACCESS: 2203,
  RESP_ACCT_REMOTE: 2204,
  RESP_ACCT_LOCK_TIMED: 2205,
  RESP_ACCT_UNLOCK_TIMED: 2206,
  RESP_ACCT_LOCK: 2207,
  RESP_TERM_LOCK: 2208,
  RESP_SEBOOL: 2209,
  RESP_EXEC: 2210,
  RESP_SINGLE: 2211,
  RESP_HALT: 2212,
  RESP_ORIGIN_BLOCK: 2213,
  RESP_ORIGIN_BLOCK_TIMED: 2214,
  RESP_ORIGIN_UNBLOCK_TIMED: 2215,
  USER_ROLE_CHANGE: 2300,
  ROLE_ASSIGN: 2301,
  ROLE_REMOVE: 2302,
  LABEL_OVERRIDE: 2303,
  LABEL_LEVEL_CHANGE: 2304,
  USER_LABELED_EXPORT: 2305,
  USER_UNLABELED_EXPORT: 2306,
  DEV_ALLOC: 2307,
  DEV_DEALLOC: 2308,
  FS_RELABEL: 2309,
  USER_MAC_POLICY_LOAD: 2310,
  ROLE_MODIFY: 2311,
  USER_MAC_CONFIG_CHANGE: 2312,
  USER_MAC_STATUS: 2313,
  CRYPTO_TEST_USER: 2400,
  CRYPTO_PARAM_CHANGE_USER: 2401,
  CRYPTO_LOGIN: 2402,
  CRYPTO_LOGOUT: 2403,
  CRYPTO_KEY_USER: 2404,
  CRYPTO_FAILURE_USER: 2405,
  CRYPTO_REPLAY_USER: 2406,
  CRYPTO_SESSION: 2407,
  CRYPTO_IKE_SA: 2408,
  CRYPTO_IPSEC_SA: 2409,
  VIRT_CONTROL: 2500,
  VIRT_RESOURCE: 2501,
  VIRT_MACHINE_ID: 2502,
  VIRT_INTEGRITY_CHECK: 2503,
  VIRT_CREATE: 2504,
  VIRT_DESTROY: 2505,
  VIRT_MIGRATE_IN: 2506,
  VIRT_MIGRATE_OUT: 2507,
} as const;

/** The part of a constant's name after `AUDIT_`. */
export type AuditName<K> = K extends `AUDIT_${infer Name}` ? Name : never;

/** The name of a record's type, as a log has it; a number if it has no name. */
export type AuditRecordType = AuditName<keyof typeof AUDIT> | keyof typeof RECORD_TYPES | number;

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(AUDIT).map(([name, number]) => [name.slice("AUDIT_".length), number] as const),
  ...Object.entries(RECORD_TYPES),
]);
/** The names of all types of records. */
export const RECORD_NAMES: readonly string[] = [...NUMBERS.keys()];
const NAMES: ReadonlyMap<number, AuditRecordType> = new Map(
  [...NUMBERS].map(([name, number]) => [number, name as AuditRecordType]),
);

/** Returns the name of a type of records; the number itself if it has none. */
export function recordTypeName(number: number): AuditRecordType {
  return NAMES.get(number) ?? number;
}

/**
 * Returns the number of a type of records; `undefined` if there is none of that name. Logs have `UNKNOWN[1999]` for
 * types that the daemon does not know.
 */
export function recordTypeNumber(type: string | number): number | undefined {
  if (typeof type === "number") return type;
  return NUMBERS.get(type) ?? (/^UNKNOWN\[(\d{1,5})\]$/.exec(type) === null ? undefined : Number(type.slice(8, -1)));
}
