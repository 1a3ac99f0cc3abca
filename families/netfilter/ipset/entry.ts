/**
 * Entries of sets as scripts see them, and their form on the wire.
 *
 * @module
 */
import { argumentError } from "../../../core/errors.ts";
import type { IPSET_FLAG, IpsetEntry, IpsetFlag, IpsetProto, SkbMark } from "./messages.ts";

/** An entry of a set. The type of the set decides which of the first fields it has, as `hash:ip,port` has `ip` and `port`. */
export interface SetEntry {
  /** Address `192.0.2.1`, or prefix `192.0.2.0/24`. */
  ip?: string;
  /** IP protocol of the port. */
  proto?: IpsetProto;
  /** Port; for ICMP, type << 8 | code. */
  port?: number;
  /** Second address or prefix: of `hash:net,net`, `hash:ip,port,ip`, `hash:ip,port,net`, `hash:net,port,net`. */
  ip2?: string;
  /** MAC address. */
  ether?: string;
  /** Mark of packets, u32. */
  mark?: number;
  /** Name of the interface. */
  iface?: string;
  /** True if `iface` is the port of a bridge. */
  physdev?: boolean;
  /** True if `iface` is the beginning of names. */
  wildcard?: boolean;
  /** Name of the set in a `list:set`. */
  name?: string;
  /** True if the entry is an exception: what it matches is not in the set. */
  nomatch?: boolean;
  /** Seconds until the entry is removed, 0..2147483; 0 is never; when absent, the timeout of the set. */
  timeout?: number;
  /** Number of packets that matched, if the set has `counters`. */
  packets?: number;
  /** Number of bytes in these packets. */
  bytes?: number;
  /** Comment, at most 255 bytes, if the set has `comment`. */
  comment?: string;
  /** Mark for matching packets, if the set has `skbinfo`. */
  skbmark?: SkbMark;
  /** Traffic class for matching packets, major << 16 | minor, if the set has `skbinfo`. */
  skbprio?: number;
  /** Queue of the interface for matching packets, if the set has `skbinfo`. */
  skbqueue?: number;
}

/**
 * An entry as input. `ip` and `ip2` may be ranges, `192.0.2.1-192.0.2.9`, and so may `port`: `80-90`. The kernel adds
 * an entry for each of them, or a few prefixes.
 */
export interface SetEntryInput extends Omit<SetEntry, "ip" | "ip2" | "port" | "ether" | "skbmark"> {
  /** Address, prefix or range. */
  ip?: string | Uint8Array;
  /** Second address, prefix or range. */
  ip2?: string | Uint8Array;
  /** Port, or a range of ports. */
  port?: number | string;
  /** MAC address. */
  ether?: string | Uint8Array;
  /** Mark for matching packets; all bits when `mask` is absent. */
  skbmark?: { mark: number; mask?: number };
  /** In a `list:set`, the name of the set that the new one is placed before. */
  before?: string;
  /** In a `list:set`, the name of the set that the new one is placed after. */
  after?: string;
}

/** The flag of each field that is true or absent. */
const FLAG_OF: Readonly<Record<string, keyof typeof IPSET_FLAG>> = {
  physdev: "physdev",
  nomatch: "nomatch",
  wildcard: "iface_wildcard",
};
const FLAGS = Object.entries(FLAG_OF);

/** True if a prefix of `cidr` bits holds only the address itself. */
function isHost(ip: string, cidr: number): boolean {
  return cidr === (ip.includes(":") ? 128 : 32);
}

/** Returns an entry from its form on the wire. */
export function entryOf(data: IpsetEntry): SetEntry {
  if (data.cidr === undefined && data.cidr2 === undefined && data.cadtFlags === undefined) return data as SetEntry;
  const { cidr, cidr2, cadtFlags, ...rest } = data, entry: SetEntry = rest;
  if (cidr !== undefined && entry.ip !== undefined && !isHost(entry.ip, cidr)) entry.ip += `/${cidr}`;
  if (cidr2 !== undefined && entry.ip2 !== undefined && !isHost(entry.ip2, cidr2)) entry.ip2 += `/${cidr2}`;
  for (const [name, flag] of FLAGS) if (cadtFlags?.includes(flag)) entry[name as "nomatch"] = true;
  return entry;
}

type Data = Record<string, unknown>;

/** Writes the two ends of a range, or the address and the length of a prefix, to the fields called so. */
function putAddress(data: Data, value: unknown, from: string, to: string, cidr: string): void {
  data[from] = value;
  if (typeof value !== "string") return;
  const slash = value.indexOf("/"), dash = value.indexOf("-");
  if (slash >= 0) {
    data[from] = value.slice(0, slash);
    const length = value.slice(slash + 1);
    data[cidr] = /^\d{1,3}$/.test(length) ? Number(length) : length;
  } else if (dash >= 0) {
    data[from] = value.slice(0, dash);
    data[to] = value.slice(dash + 1);
  }
}

const PORTS = /^(\d+)-(\d+)$/;

/** Writes fields whose form differs on the wire. */
const PUT: Readonly<Record<string, (data: Data, value: unknown, what: string) => void>> = {
  ip: (data, value) => putAddress(data, value, "ip", "ipTo", "cidr"),
  ip2: (data, value) => putAddress(data, value, "ip2", "ip2To", "cidr2"),
  port(data, value) {
    const range = typeof value === "string" ? PORTS.exec(value) : null;
    data["port"] = range === null
      ? typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value
      : Number(range[1]);
    if (range !== null) data["portTo"] = Number(range[2]);
  },
  skbmark: (data, value) => {
    data["skbmark"] = typeof value === "object" && value !== null ? { mask: 0xffffffff, ...value } : value;
  },
  before: (data, value) => (data["nameref"] = value, putFlag(data, "before")),
  after(data, value, what) {
    if (data["nameref"] !== undefined) {
      throw argumentError(TypeError, `Cannot ${what}: before and after exclude each other`);
    }
    data["nameref"] = value;
  },
};
for (const [name, flag] of FLAGS) {
  (PUT as Record<string, unknown>)[name] = (data: Data, value: unknown, what: string): void => {
    if (typeof value !== "boolean") throw argumentError(TypeError, `Cannot ${what}: ${name}: expected true or false`);
    if (value) putFlag(data, flag);
  };
}

function putFlag(data: Data, flag: IpsetFlag): void {
  data["cadtFlags"] = [...(data["cadtFlags"] ?? []) as IpsetFlag[], flag];
}

/**
 * Returns the form on the wire of an entry. Fields that do not exist are kept: the table refuses them.
 *
 * @param what the operation, for errors
 */
export function dataOf(entry: SetEntryInput, what: string): IpsetEntry {
  const data: Data = {};
  for (const name in entry) {
    const value = entry[name as keyof SetEntryInput];
    if (value === undefined) continue;
    const put = PUT[name];
    if (put === undefined) data[name] = value;
    else put(data, value, what);
  }
  return data as IpsetEntry;
}

/** Describes an entry in messages: `10.0.0.1,tcp:80`. */
export function describeEntry(entry: SetEntryInput): string {
  const { ip, proto, port, ip2, ether, mark, iface, name } = entry;
  const parts = [ip, port === undefined ? undefined : proto === undefined ? port : `${proto}:${port}`];
  return [...parts, ip2, ether, mark, iface, name].filter((one) => one !== undefined).join(",");
}
