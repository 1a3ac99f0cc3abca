/**
 * Names of users and groups by their numbers, from /etc/passwd and /etc/group.
 *
 * ```ts
 * import { accounts } from "@linux/netlink/families/audit/accounts.ts";
 * console.log(accounts().users.get(0)); // root
 * ```
 *
 * @module
 */
import { readProc } from "../../core/capabilities.ts";

/** Names by number. */
export interface Accounts {
  /** Names of users. */
  readonly users: ReadonlyMap<number, string>;
  /** Names of groups. */
  readonly groups: ReadonlyMap<number, string>;
}

/** No names: numbers stay numbers. */
export const NO_ACCOUNTS: Accounts = { users: new Map(), groups: new Map() };

/**
 * Returns the users and groups of this machine, as the files have them now; accounts of a directory service are not
 * among them.
 */
export function accounts(): Accounts {
  return { users: namesIn("/etc/passwd"), groups: namesIn("/etc/group") };
}

/** Most bytes of a file that are read. */
const MOST = 4 << 20;

function namesIn(path: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of (readProc(path, MOST) ?? "").split("\n")) {
    const [name, , number] = line.split(":");
    if (name === undefined || name === "" || !/^\d+$/.test(number ?? "") || names.has(Number(number))) continue;
    names.set(Number(number), name);
  }
  return names;
}
