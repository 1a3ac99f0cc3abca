/**
 * The extensions of xtables in rules that iptables-nft made: the options of a match or target, in the words of
 * iptables-save(8).
 *
 * Source: linux/netfilter/xt_*.h, linux/netfilter_ipv4/ipt_REJECT.h, linux/netfilter_ipv6/ip6t_REJECT.h, nf_nat.h, v7.2;
 * iptables-extensions(8)
 *
 * @module
 */
import { ipText } from "../../../core/codec/mod.ts";

/** The value of an option: one, a range, a number and its mask, or a list of them. */
export type XtValue =
  | number
  | string
  | { readonly range: readonly [number, number] }
  | { readonly value: number; readonly mask: number }
  | readonly XtValue[];

/** An option of an extension. */
export interface XtOption {
  /** The name, as iptables has it behind two hyphens: `dport`. */
  readonly name: string;
  /** True if it matches all but the value. */
  readonly not?: true;
  /** The values; none for an option that has none. */
  readonly values: readonly XtValue[];
}

/** A match or target of xtables. */
export interface XtStatement {
  /** The kind of extension. */
  readonly type: "match" | "target";
  /** The name: `conntrack`. */
  readonly name: string;
  /** The revision of its struct. */
  readonly rev?: number;
  /** The struct, as hexadecimal text. A rule is made of it alone. */
  readonly info?: string;
  /** The options that the struct has. Read-only. */
  readonly options?: readonly XtOption[];
}

/** Reads a struct. */
interface Info {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly isIp6: boolean;
  readonly rev: number;
}

const option = (name: string, isNot: boolean, ...values: readonly XtValue[]): XtOption =>
  isNot ? { name, not: true, values } : { name, values };
const when = (is: unknown, ...found: readonly XtOption[]): readonly XtOption[] => is ? found : [];

function extent(low: number, high: number): XtValue {
  return low === high ? low : { range: [low, high] };
}

/** Returns the words of the bits that are set; `none` if there are none. */
function wordsOf(bits: number, words: readonly (readonly [word: string, bit: number])[], none: string): XtValue {
  const found = words.filter(([, bit]) => (bits & bit) !== 0).map(([word]) => word);
  return found.length === 0 ? none : found;
}

function inOrder(words: string, first = 0): readonly (readonly [string, number])[] {
  return words.split(" ").map((word, index) => [word, 1 << index + first]);
}

const TCP_FLAGS = inOrder("FIN SYN RST PSH ACK URG");
const STATES = [
  ["INVALID", 1],
  ["NEW", 8],
  ["RELATED", 4],
  ["ESTABLISHED", 2],
  ["UNTRACKED", 0x100],
  ["SNAT", 0x40],
  ["DNAT", 0x80],
] as const;
/** The states of the older match, which has another bit for what is not tracked. */
const STATE_BITS = STATES.slice(0, 5).map(([word, bit]) => [word, word === "UNTRACKED" ? 0x40 : bit] as const);
const STATUSES = inOrder("EXPECTED SEEN_REPLY ASSURED CONFIRMED");
const ADDRESS_TYPES = inOrder(
  "UNSPEC UNICAST LOCAL BROADCAST ANYCAST MULTICAST BLACKHOLE UNREACHABLE PROHIBIT THROW NAT XRESOLVE",
);
const REJECT4 = [
  "icmp-net-unreachable",
  "icmp-host-unreachable",
  "icmp-proto-unreachable",
  "icmp-port-unreachable",
  undefined,
  "icmp-net-prohibited",
  "icmp-host-prohibited",
  "tcp-reset",
  "icmp-admin-prohibited",
];
const REJECT6 = [
  "icmp6-no-route",
  "icmp6-adm-prohibited",
  undefined,
  "icmp6-addr-unreachable",
  "icmp6-port-unreachable",
  undefined,
  "tcp-reset",
  "icmp6-policy-fail",
  "icmp6-reject-route",
];
const LOG_FLAGS = [["log-tcp-sequence", 1], ["log-tcp-options", 2], ["log-ip-options", 4], ["log-uid", 8], [
  "log-macdecode",
  32,
]] as const;

function textIn({ bytes }: Info, at: number, end: number): string {
  const stop = bytes.subarray(at, end).indexOf(0);
  return new TextDecoder().decode(bytes.subarray(at, stop < 0 ? end : at + stop));
}

/** The ports of tcp and udp. */
function ports({ view }: Info, inverted: number): readonly XtOption[] {
  return [["sport", 0], ["dport", 4]].flatMap(([name, at], index) => {
    const low = view.getUint16(at as number, true), high = view.getUint16(at as number + 2, true);
    const isNot = (inverted & 1 << index) !== 0;
    return when(isNot || low !== 0 || high !== 0xffff, option(name as string, isNot, extent(low, high)));
  });
}

/** ICMP: a type, and a range of codes. */
function icmp(name: string): (info: Info) => readonly XtOption[] {
  return ({ view }) => {
    const type = view.getUint8(0),
      low = view.getUint8(1),
      high = view.getUint8(2),
      isNot = (view.getUint8(3) & 1) !== 0;
    const any = type === 255 && low === 0 && high === 255, all = low === 0 && high === 255;
    return [option(name, isNot, any ? "any" : all ? type : low === high ? `${type}/${low}` : `${type}/${low}-${high}`)];
  };
}

/** Returns an address with its mask, which is a prefix if it can be one. */
function addressOf({ bytes, isIp6 }: Info, at: number): string {
  const length = isIp6 ? 16 : 4, address = ipText(bytes, at, at + length)!, from = at + 16;
  const mask = [...bytes.subarray(from, from + length)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const prefix = /^(1*)0*$/.exec(mask)?.[1]?.length;
  if (prefix === 8 * length) return address;
  return `${address}/${prefix ?? ipText(bytes, from, from + length)}`;
}

function conntrack(info: Info): readonly XtOption[] {
  const { view, rev } = info, u16 = (at: number): number => view.getUint16(at, true);
  // Revision 3 has ports in host order.
  const port = (at: number): number => view.getUint16(at, rev === 3);
  const flags = u16(146), inverted = u16(148);
  const [states, status] = rev === 1 ? [view.getUint8(150), view.getUint8(151)] : [u16(150), u16(152)];
  const has = (bit: number): boolean => (flags & 1 << bit) !== 0,
    not = (bit: number): boolean => (inverted & 1 << bit) !== 0;
  const isAlias = has(13);
  return [
    ...when(has(0), option(isAlias ? "state" : "ctstate", not(0), wordsOf(states, STATES, ""))),
    ...when(has(1), option("ctproto", not(1), u16(136))),
    ...["ctorigsrc", "ctorigdst", "ctreplsrc", "ctrepldst"].flatMap((name, index) =>
      when(has(2 + index), option(name, not(2 + index), has(2 + index) ? addressOf(info, 32 * index) : ""))
    ),
    ...["ctorigsrcport", "ctorigdstport", "ctreplsrcport", "ctrepldstport"].flatMap((name, index) => {
      if (!has(8 + index)) return [];
      const low = port(138 + 2 * index), high = rev === 3 ? u16(154 + 2 * index) : 0;
      return [option(name, not(8 + index), extent(low, high === 0 ? low : high))];
    }),
    ...when(has(6), option("ctstatus", not(6), wordsOf(status, STATUSES, "NONE"))),
    ...when(has(7), option("ctexpire", not(7), extent(view.getUint32(128, true), view.getUint32(132, true)))),
    ...when(has(12), option("ctdir", false, not(12) ? "REPLY" : "ORIGINAL")),
  ];
}

function multiport({ view, rev }: Info): readonly XtOption[] {
  const name = ["sports", "dports", "ports"][view.getUint8(0)], count = view.getUint8(1), values: XtValue[] = [];
  if (name === undefined || count > 15) throw new RangeError("the struct has other values");
  for (let i = 0; i < count; i++) {
    const low = view.getUint16(2 + 2 * i, true), isRange = rev === 1 && view.getUint8(32 + i) !== 0;
    values.push(isRange ? extent(low, view.getUint16(2 + 2 * ++i, true)) : low);
  }
  return [option(name, rev === 1 && view.getUint8(47) !== 0, values)];
}

/** Times of xt_limit, in its unit of a ten thousandth of a second. */
const PERIODS = [["day", 864_000_000], ["hour", 36_000_000], ["min", 600_000], ["sec", 10_000]] as const;

function limit({ view }: Info): readonly XtOption[] {
  const period = view.getUint32(0, true), burst = view.getUint32(4, true);
  if (period === 0) throw new RangeError("the struct has other values");
  const next = PERIODS.findIndex(([, time], index) =>
    index > 0 && (period > time || Math.floor(time / period) < time % period)
  );
  const [name, time] = PERIODS[next < 0 ? PERIODS.length - 1 : next - 1]!;
  return [
    option("limit", false, `${Math.floor(time / period)}/${name}`),
    ...when(burst !== 5, option("limit-burst", false, burst)),
  ];
}

function addrtype({ view, rev }: Info): readonly XtOption[] {
  const source = view.getUint16(0, true), target = view.getUint16(2, true), flags = view.getUint32(4, true);
  const isNot = (index: number): boolean =>
    rev === 0 ? view.getUint32(4 + 4 * index, true) !== 0 : (flags & 1 << index) !== 0;
  return [
    ...when(source, option("src-type", isNot(0), wordsOf(source, ADDRESS_TYPES, ""))),
    ...when(target, option("dst-type", isNot(1), wordsOf(target, ADDRESS_TYPES, ""))),
    ...when(rev === 1 && (flags & 4) !== 0, option("limit-iface-in", false)),
    ...when(rev === 1 && (flags & 8) !== 0, option("limit-iface-out", false)),
  ];
}

const NAT_IPS = 1, NAT_PORTS = 2, NAT_OFFSET = 32;

/** A range of addresses and ports, in the struct that its revision and family have. */
function natRange(info: Info, isNew: boolean): { flags: number; addresses: string; ports: string } {
  const { view, bytes, isIp6 } = info, start = isNew ? 0 : 4, width = isNew ? 16 : 4, length = isIp6 ? 16 : 4;
  const flags = view.getUint32(start, true), first = start + 4, behind = first + 2 * width;
  const to = <T>(low: T, high: T): string => low === high ? `${low}` : `${low}-${high}`;
  const address = (at: number): string => ipText(bytes, at, at + length)!;
  const found = (flags & NAT_IPS) === 0 ? "" : to(address(first), address(first + width));
  const offset = (flags & NAT_OFFSET) === 0 ? "" : `/${view.getUint16(behind + 4)}`;
  return {
    flags,
    addresses: isIp6 && (flags & NAT_PORTS) !== 0 && found !== "" ? `[${found}]` : found,
    ports: (flags & NAT_PORTS) === 0 ? "" : `${to(view.getUint16(behind), view.getUint16(behind + 2))}${offset}`,
  };
}

const NAT_FLAGS = [["random", 4], ["random-fully", 16], ["persistent", 8]] as const;

/** A target of NAT: `name` of its option, which has addresses if `hasAddresses`. */
function nat(name: string, hasAddresses: boolean): (info: Info) => readonly XtOption[] {
  return (info) => {
    const { flags, addresses, ports } = natRange(info, info.rev > 0 || info.isIp6);
    const to = hasAddresses && ports !== "" ? `${addresses}:${ports}` : hasAddresses ? addresses : ports;
    return [
      ...when(to !== "", option(name, false, to)),
      ...NAT_FLAGS.flatMap(([word, bit]) => when((flags & bit) !== 0, option(word, false))),
    ];
  };
}

const reject: (info: Info) => readonly XtOption[] = ({ view, isIp6 }) => {
  const word = (isIp6 ? REJECT6 : REJECT4)[view.getUint32(0, true)];
  if (word === undefined) throw new RangeError("the struct has other values");
  return [option("reject-with", false, word)];
};

const log: (info: Info) => readonly XtOption[] = (info) => {
  const level = info.view.getUint8(0), flags = info.view.getUint8(1), prefix = textIn(info, 2, 32);
  return [
    ...when(prefix !== "", option("log-prefix", false, prefix)),
    ...when(level !== 4, option("log-level", false, level)),
    ...LOG_FLAGS.flatMap(([word, bit]) => when((flags & bit) !== 0, option(word, false))),
  ];
};

/** The extensions: their revisions, the bytes that these have at least, and what reads them. */
const EXTENSIONS: Readonly<
  Record<string, readonly [revisions: readonly number[], size: number, read: (info: Info) => readonly XtOption[]]>
> = {
  "match tcp": [[0], 12, (info) => {
    const { view } = info, kind = view.getUint8(8), mask = view.getUint8(9), flags = view.getUint8(10);
    const inverted = view.getUint8(11), bits = (one: number): XtValue => wordsOf(one, TCP_FLAGS, "NONE");
    return [
      ...ports(info, inverted),
      ...when(kind !== 0 || (inverted & 8) !== 0, option("tcp-option", (inverted & 8) !== 0, kind)),
      ...when(mask !== 0 || (inverted & 4) !== 0, option("tcp-flags", (inverted & 4) !== 0, bits(mask), bits(flags))),
    ];
  }],
  "match udp": [[0], 9, (info) => ports(info, info.view.getUint8(8))],
  "match icmp": [[0], 4, icmp("icmp-type")],
  "match icmp6": [[0], 4, icmp("icmpv6-type")],
  "match comment": [[0], 1, (info) => [option("comment", false, textIn(info, 0, info.bytes.length))]],
  "match conntrack": [[1, 2, 3], 152, conntrack],
  "match state": [[0], 4, ({ view }) => [option("state", false, wordsOf(view.getUint32(0, true), STATE_BITS, ""))]],
  "match multiport": [[0, 1], 32, multiport],
  "match limit": [[0], 8, limit],
  "match mark": [[1], 9, ({ view }) => [
    option("mark", view.getUint8(8) !== 0, { value: view.getUint32(0, true), mask: view.getUint32(4, true) }),
  ]],
  "match addrtype": [[0, 1], 8, addrtype],
  "target REJECT": [[0], 4, reject],
  "target LOG": [[0], 32, log],
  "target MASQUERADE": [[0], 20, nat("to-ports", false)],
  "target REDIRECT": [[0], 20, nat("to-ports", false)],
  "target SNAT": [[0, 1, 2], 20, nat("to-source", true)],
  "target DNAT": [[0, 1, 2], 20, nat("to-destination", true)],
  "target MARK": [[2], 8, ({ view }) => [
    option("set-xmark", false, { value: view.getUint32(0, true), mask: view.getUint32(4, true) }),
  ]],
  "target TCPMSS": [[0], 2, ({ view }) => {
    const mss = view.getUint16(0, true);
    return [mss === 0xffff ? option("clamp-mss-to-pmtu", false) : option("set-mss", false, mss)];
  }],
};

/** Returns the options of a match or target; `undefined` for an extension or revision that is not known. */
export function xtOptions(
  type: "match" | "target",
  { name, rev = 0, info }: { name?: string; rev?: number; info?: Uint8Array },
  family: string,
): readonly XtOption[] | undefined {
  const key = `${type} ${name}`, [revisions, size, read] = Object.hasOwn(EXTENSIONS, key) ? EXTENSIONS[key]! : [];
  if (info === undefined || revisions?.includes(rev) !== true || info.length < size!) return undefined;
  const view = new DataView(info.buffer, info.byteOffset, info.length);
  try {
    return read!({ view, bytes: info, isIp6: family === "ip6", rev });
  } catch {
    // Longer than the bytes, or with values that the extension does not have.
    return undefined;
  }
}

const QUOTED: readonly string[] = ["comment", "log-prefix"];

function valueText(value: XtValue, one: XtOption): string {
  if (Array.isArray(value)) return value.map((part) => valueText(part as XtValue, one)).join(",");
  if (typeof value === "object" && "range" in value) return value.range.join(":");
  if (typeof value === "object" && "mask" in value) {
    const { value: bits, mask } = value, isWhole = mask === 0xffffffff && one.name === "mark";
    return `0x${bits.toString(16)}${isWhole ? "" : `/0x${mask.toString(16)}`}`;
  }
  const plain = !QUOTED.includes(one.name) || /^[\w-]+$/.test(String(value));
  return plain ? String(value) : `"${String(value).replace(/["'\\]/g, "\\$&")}"`;
}

/** Prints a match or target as iptables-save does: `-m tcp --dport 22`, `-j REJECT --reject-with tcp-reset`. */
export function xtText({ type, name, options = [] }: XtStatement): string {
  // The older name of conntrack's states is a match of its own for iptables.
  const isState = name === "conntrack" && options.some((one) => one.name === "state");
  return [
    type === "match" ? "-m" : "-j",
    isState ? "state" : name,
    ...options.flatMap((one) => [
      ...(one.not === true ? ["!"] : []),
      `--${one.name}`,
      ...one.values.map((value) => valueText(value, one)),
    ]),
  ].join(" ");
}
