/**
 * The parts of tables.ts for NETLINK_AUDIT.
 *
 * @module
 */

/** Structs. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "AuditFeatures": "audit_features",
  "AuditStatus": "audit_status",
  "AuditTty": "audit_tty_status",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  // Its older name.
  "audit_status.version",
];

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "AuditFeatures.mask": ["bits AUDIT_FEATURE_", /^(ONLY|LOGINUID)_/],
  "AuditStatus.failure": "AUDIT_FAIL_",
  "AuditStatus.featureBitmap": ["AUDIT_FEATURE_BITMAP_", /^(?!ALL$)/],
  "AuditStatus.mask": "AUDIT_STATUS_",
};

/** Enumerations whose constants no public header has. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "AuditStatus.enabled": { off: 0, on: 1, locked: 2 },
};
