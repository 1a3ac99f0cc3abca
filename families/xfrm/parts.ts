/**
 * The parts that states and policies share: addresses, selectors, lifetimes, algorithms, replay windows.
 *
 * Addresses are 16 bytes (xfrm_address_t), of which IPv4 uses the first four; a family elsewhere in the struct tells
 * which it is. In `attributes`, lengths of keys, contexts and bitmaps may be larger than the attribute that holds them:
 * then it stays raw.
 *
 * Source: linux/xfrm.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  be16,
  be32,
  bool,
  chars,
  type Codec,
  count64,
  enumeration,
  expectObject,
  type Field,
  type Ifindex,
  ifindex,
  ipv4Text,
  ipv6Text,
  mask,
  MISFIT,
  octets,
  parseIp,
  parsePrefix,
  type Reader,
  secret,
  type Shape,
  shown,
  string,
  type Struct,
  struct,
  toHex,
  toIndex,
  u16,
  u32,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import { AF, family, mode, type XfrmFamily, type XfrmMode, type XfrmProto, xfrmProto } from "./protocol.ts";

type Fields = Record<string, unknown>;

const ADDRESS_SIZE = 16;

/** Returns the text of the 16 bytes at `at`; of an unknown family, that of the bytes in use; of none, `undefined`. */
function addressText(from: Reader, at: number, family: number): string | undefined {
  if (family === AF.inet) return ipv4Text(from.bytes, at);
  if (family === AF.inet6) return ipv6Text(from.bytes, at);
  const end = from.bytes.subarray(at, at + ADDRESS_SIZE).findLastIndex((byte) => byte !== 0) + 1;
  return end === 0 ? undefined : end <= 4 ? ipv4Text(from.bytes, at) : ipv6Text(from.bytes, at);
}

/** Returns the family at an offset, 0 beyond the end of the datagram. */
function familyAt(from: Reader, at: number): number {
  return at >= 0 && at + 2 <= from.length ? from.view.getUint16(at, true) : 0;
}

/** Returns the number of an object's family; 0 if it has none. */
function familyNumber(owner: object): number {
  const { family } = owner as { family?: XfrmFamily };
  return typeof family === "number" ? family : family === undefined ? 0 : AF[family] ?? 0;
}

/** Returns the family of an address or prefix; `undefined` for what is none. */
export function familyOf(address: unknown): "inet" | "inet6" | undefined {
  if (address instanceof Uint8Array) return address.length === 4 ? "inet" : "inet6";
  return typeof address === "string" ? (address.includes(":") ? "inet6" : "inet") : undefined;
}

/** Writes the bytes of an address in 16, and checks that it is of the family of the object that it belongs to. */
function putAddress(bytes: Uint8Array, value: unknown, to: Writer, owner: object): void {
  const family = familyNumber(owner), wanted = family === AF.inet ? 4 : family === AF.inet6 ? 16 : bytes.length;
  if (bytes.length !== wanted) {
    to.fail(TypeError, `${shown(value)} is not of the family ${wanted === 4 ? "inet" : "inet6"} that the object has`);
  }
  const at = to.grow(ADDRESS_SIZE);
  to.bytes.set(bytes, at);
}

function address(
  familyOf: (from: Reader, at: number, owner: object) => number,
  unlessZero = false,
): Codec<string, string | Uint8Array> {
  return {
    name: "an IP address",
    size: ADDRESS_SIZE,
    decode(from, at, end, owner) {
      if (end - at < ADDRESS_SIZE) return MISFIT;
      const none = unlessZero && from.bytes.subarray(at, at + ADDRESS_SIZE).every((byte) => byte === 0);
      return (none ? undefined : addressText(from, at, familyOf(from, at, owner))) as never;
    },
    encode(value, to, owner) {
      const given = typeof value === "string" ? parseIp(value) : value;
      const bytes = given instanceof Uint8Array && (given.length === 4 || given.length === 16) ? given : undefined;
      putAddress(bytes ?? to.fail(TypeError, `expected an IP address, got ${shown(value)}`), value, to, owner);
    },
  };
}

/** Makes the codec of an address whose family is `distance` bytes behind its first byte. */
export function addressWith(distance: number): Codec<string, string | Uint8Array> {
  return address((from, at) => familyAt(from, at + distance));
}

/** Makes the codec of an address of the family that a function returns. */
export function addressOf(familyOf: (from: Reader) => number): Codec<string, string | Uint8Array> {
  return address((from) => familyOf(from));
}

/** Codec of an address of the family of the object that it belongs to. */
export const ownAddress: Codec<string, string | Uint8Array> = address((_from, _at, owner) => familyNumber(owner));

/** Returns the family in the first template of the attributes at `at`; 0 if there is none. */
export function familyOfTemplate(from: Reader, at: number): number {
  if (at + 4 + 26 > from.length || from.view.getUint16(at + 2, true) !== XFRMA_TMPL) return 0;
  return familyAt(from, at + 4 + 24);
}

const XFRMA_TMPL = 5;

/** The conversions of a struct whose fields have other forms for users. */
interface Forms<T> {
  /** Returns the user's form of a decoded struct. */
  readonly read: (wire: Fields, from: Reader, at: number, owner: object) => T;
  /** Returns the struct's form of what a user gives. */
  readonly write: (value: Fields, to: Writer, owner: object) => Fields;
}

/** Makes a struct whose fields have other forms for users. */
function reshaped<T extends object>(
  size: number,
  shape: () => Readonly<Record<string, readonly [offset: number, codec: Codec<unknown, never>]>>,
  { read, write }: Forms<T>,
): Struct<T> {
  const wire = struct<Fields>(size, shape as unknown as () => Shape<Fields>);
  return {
    name: "struct",
    size,
    get fields(): readonly Field[] {
      return wire.fields;
    },
    decode(from, at, end, owner) {
      if (end - at < size) return MISFIT;
      const value = read(wire.decode(from, at, end, owner), from, at, owner) as Fields;
      for (const name of Object.keys(value)) if (value[name] === undefined) delete value[name];
      return value as T;
    },
    encode(value, to, owner) {
      expectObject(value, to);
      wire.encode(write(value as Fields, to, owner), to, owner);
    },
  };
}

/** Returns the number of an interface that `dev` names, with `dev` in the path of an error. */
function devIndex(dev: unknown, to: Writer): number {
  to.path.push("dev");
  const index = toIndex(dev as string, to);
  to.path.pop();
  return index;
}

/** Numbers of {@linkcode SelectorProto} by name: IPPROTO_*, in the words of `ip xfrm`. */
export const SELECTOR_PROTO = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  "ipv6-icmp": 58,
  sctp: 132,
  "mobility-header": 135,
  udplite: 136,
} as const;

/** A protocol of packets. */
export type SelectorProto = keyof typeof SELECTOR_PROTO | number;

/** The packets that a state or a policy is for. What is absent matches any packet. */
export interface Selector {
  /** The family; that of the addresses by default, else that of the state, or `inet`. */
  family?: XfrmFamily;
  /** Source prefix: `10.9.0.0/24`. */
  src?: string;
  /** Destination prefix. */
  dst?: string;
  /** The protocol of the packets. */
  proto?: SelectorProto;
  /** Source port; the type of an ICMP message. */
  sport?: number;
  /** The bits of the source port that are compared; all when absent. */
  sportMask?: number;
  /** Destination port; the code of an ICMP message. */
  dport?: number;
  /** The bits of the destination port that are compared; all when absent. */
  dportMask?: number;
  /** Number of the interface. */
  ifindex?: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Number of a user. The kernel keeps it, but does not compare it. */
  user?: number;
}

const SELECTOR_FAMILY = 40, PREFIXLEN_D = 42, PREFIXLEN_S = 43;

/** Makes the codec of a prefix's address at `offset` of a struct; the family and the length are at others. */
function prefixAt(offset: number, familyOffset: number, length: number): Codec<string, string | Uint8Array> {
  return {
    name: "a prefix",
    size: ADDRESS_SIZE,
    decode(from, at) {
      const text = addressText(from, at, familyAt(from, at - offset + familyOffset));
      const bits = from.bytes[at - offset + length]!;
      // Of a selector without a family, a length alone tells that the address is 0.
      const zero = bits === 0 ? undefined : bits <= 32 ? "0.0.0.0" : "::";
      return (text ?? zero) === undefined ? undefined as never : `${text ?? zero}/${bits}`;
    },
    encode(value, to, owner) {
      putAddress(parsePrefix(value, to).bytes, value, to, owner);
    },
  };
}

/** Returns the length of a given prefix, with its name in the path of an error. */
function prefixLength(value: unknown, name: string, to: Writer): number | undefined {
  if (value === undefined) return undefined;
  to.path.push(name);
  const { length } = parsePrefix(value as string, to);
  to.path.pop();
  return length;
}

/** Returns a port and its mask as a user sees them: none if no bit is compared, no mask if all are. */
function portOf(name: "sport" | "dport", wire: Fields): Fields {
  const mask = wire[`${name}Mask`];
  return mask === 0 ? {} : { [name]: wire[name], ...(mask === 0xffff ? {} : { [`${name}Mask`]: mask }) };
}

/** Wire form of {@linkcode Selector}: struct xfrm_selector. */
export const Selector: Struct<Selector> = reshaped(56, () => ({
  dst: [0, prefixAt(0, SELECTOR_FAMILY, PREFIXLEN_D)],
  src: [16, prefixAt(16, SELECTOR_FAMILY, PREFIXLEN_S)],
  dport: [32, be16],
  dportMask: [34, be16],
  sport: [36, be16],
  sportMask: [38, be16],
  family: [SELECTOR_FAMILY, family],
  prefixlenD: [PREFIXLEN_D, u8],
  prefixlenS: [PREFIXLEN_S, u8],
  proto: [44, enumeration(u8, SELECTOR_PROTO)],
  ifindex: [48, ifindex],
  user: [52, u32],
}), {
  read(wire, from) {
    const { family, src, dst, proto, ifindex, user } = wire as Fields & { ifindex?: number };
    return {
      family,
      src,
      dst,
      proto: proto || undefined,
      ...portOf("sport", wire),
      ...portOf("dport", wire),
      ifindex: ifindex || undefined,
      dev: ifindex === undefined || ifindex <= 0 ? undefined : from.names?.name(ifindex),
      user: user || undefined,
    } as Selector;
  },
  write(value, to, owner) {
    const { dev, ...rest } = value, { src, dst, sport, dport } = rest, all = 0xffff;
    const { sportMask = sport === undefined ? sport : all, dportMask = dport === undefined ? dport : all } = rest;
    const { family = familyOf(src ?? dst) ?? (familyNumber(owner) || "inet") } = rest;
    return {
      ...rest,
      family,
      prefixlenS: prefixLength(src, "src", to),
      prefixlenD: prefixLength(dst, "dst", to),
      sportMask,
      dportMask,
      ...(dev === undefined ? {} : { ifindex: devIndex(dev, to) }),
    };
  },
});

/** Prefixes of the addresses of states. */
export interface AddressFilter {
  /** Prefix of the source address. */
  src?: string;
  /** Prefix of the destination address. */
  dst?: string;
}

/** Wire form of {@linkcode AddressFilter}: struct xfrm_address_filter. */
export const AddressFilter: Struct<AddressFilter> = reshaped(36, () => ({
  src: [0, prefixAt(0, 32, 34)],
  dst: [16, prefixAt(16, 32, 35)],
  family: [32, family],
  splen: [34, u8],
  dplen: [35, u8],
}), {
  read: ({ src, dst }) => ({ src, dst }) as AddressFilter,
  write: ({ src, dst, ...rest }, to) => ({
    ...rest,
    src,
    dst,
    family: familyOf(src ?? dst) ?? "unspec",
    splen: prefixLength(src, "src", to),
    dplen: prefixLength(dst, "dst", to),
  }),
});

/** A number without a limit. */
const XFRM_INF = 2n ** 64n - 1n;

/** Codec of a limit, which is absent if there is none. */
const limit: Codec<number, number | bigint> = {
  name: "u64",
  size: 8,
  decode(from, at, end, owner) {
    const none = from.view.getUint32(at, true) === 0xffffffff && from.view.getUint32(at + 4, true) === 0xffffffff;
    return none ? undefined as never : count64.decode(from, at, end, owner);
  },
  encode: (value, to, owner) => count64.encode(value, to, owner),
};

/** Codec of a time in s, which is absent if it is 0 or has no limit. */
const time: Codec<number, number | bigint> = {
  ...limit,
  decode: (from, at, end, owner) => limit.decode(from, at, end, owner) || undefined as never,
};

/** The limits after which a state or policy expires. A limit that is absent does not exist. */
export interface Lifetimes {
  /** Bytes until a soft `expire` event, after which keys should be replaced. */
  softByteLimit?: number;
  /** Bytes until the end. */
  hardByteLimit?: number;
  /** Packets until a soft `expire` event. */
  softPacketLimit?: number;
  /** Packets until the end. */
  hardPacketLimit?: number;
  /** Seconds after it was added until a soft `expire` event. */
  softAddExpiresSeconds?: number;
  /** Seconds after it was added until the end. */
  hardAddExpiresSeconds?: number;
  /** Seconds after its first use until a soft `expire` event. */
  softUseExpiresSeconds?: number;
  /** Seconds after its first use until the end. */
  hardUseExpiresSeconds?: number;
}

/** Wire form of {@linkcode Lifetimes}: struct xfrm_lifetime_cfg. A limit of 0 bytes or packets would expire at once. */
export const Lifetimes: Struct<Lifetimes> = reshaped(64, () => ({
  softByteLimit: [0, limit],
  hardByteLimit: [8, limit],
  softPacketLimit: [16, limit],
  hardPacketLimit: [24, limit],
  softAddExpiresSeconds: [32, time],
  hardAddExpiresSeconds: [40, time],
  softUseExpiresSeconds: [48, time],
  hardUseExpiresSeconds: [56, time],
}), {
  read: (wire) => wire,
  write(value) {
    const { softByteLimit = XFRM_INF, hardByteLimit = XFRM_INF } = value;
    const { softPacketLimit = XFRM_INF, hardPacketLimit = XFRM_INF } = value;
    return { ...value, softByteLimit, hardByteLimit, softPacketLimit, hardPacketLimit };
  },
});

/** The present use of a state or policy. */
export interface LifetimeUse {
  /** Bytes so far. */
  bytes: number;
  /** Packets so far. */
  packets: number;
  /** Time when it was added, in s since the epoch. */
  addTime?: number;
  /** Time of its first use, in s since the epoch. */
  useTime?: number;
}

/** Wire form of {@linkcode LifetimeUse}: struct xfrm_lifetime_cur. */
export const LifetimeUse: Struct<LifetimeUse> = reshaped(32, () => ({
  bytes: [0, count64],
  packets: [8, count64],
  addTime: [16, time],
  useTime: [24, time],
}), { read: (wire) => wire as unknown as LifetimeUse, write: (value) => value });

/** A mark of packets. */
export interface Mark {
  /** The mark. */
  value: number;
  /** The bits that are compared; all by default. */
  mask: number;
}

/** Wire form of {@linkcode Mark}: struct xfrm_mark. */
export const Mark: Struct<Mark> = reshaped(8, () => ({ value: [0, u32], mask: [4, u32] }), {
  read: (wire) => wire as unknown as Mark,
  write(value) {
    const { value: mark, mask = 0xffffffff } = value as { value?: unknown; mask?: unknown };
    // So does the kernel when it adds a policy, but not when it looks for one.
    return { ...value, value: isWord(mark) && isWord(mask) ? (mark & mask) >>> 0 : mark, mask };
  },
});

/** True for a number of 32 bits. */
function isWord(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

/** An algorithm with its key. */
export interface XfrmAlgorithm {
  /** The name, as /proc/crypto has it: `cbc(aes)`. */
  name: string;
  /** The key as hexadecimal text. Input may be bytes, or begin with `0x`. */
  key?: string;
}

/** An algorithm for authentication, of whose result only a part is sent. */
export interface XfrmAuthTrunc extends XfrmAlgorithm {
  /** Length of that part in bits; the algorithm's own if it is 0 or absent. */
  truncLength: number;
}

/** An algorithm for authenticated encryption. */
export interface XfrmAead extends XfrmAlgorithm {
  /** Length of the check value in bits: 64, 96 or 128. */
  icvLength: number;
}

const ALG_NAME_SIZE = 64;

/** Codec of a key; its error messages do not show what was given. */
const algorithmKey: Codec<string, string | Uint8Array> = secret({
  name: "a key",
  decode: (from, at, end) => toHex(from.bytes, at, end),
  encode: (value, to) => to.append(octets(typeof value === "string" ? value.replace(/^0x/i, "") : value, to)),
}, "a key as bytes or pairs of hexadecimal digits");

/** Codec of an algorithm's name. A text that is too long may have a key, so errors do not show it. */
const algorithmName: Codec<string> = {
  ...chars(ALG_NAME_SIZE),
  encode: secret(chars(ALG_NAME_SIZE), "the name of an algorithm such as cbc(aes)").encode,
};

/** Makes the codec of an algorithm: its name, the length of its key in bits, maybe another length, and the key. */
function algorithm<T extends XfrmAlgorithm>(length?: "truncLength" | "icvLength"): Struct<T> {
  const size = length === undefined ? 68 : 72;
  const head = struct<Fields>(
    size,
    (() => ({
      name: [0, algorithmName],
      keyLength: [ALG_NAME_SIZE, u32],
      ...(length === undefined ? {} : { [length]: [68, u32] }),
    })) as unknown as () => Shape<Fields>,
  );
  /** Returns the end of the key; -1 if it is outside of the attribute. */
  const keyEnd = (from: Reader, at: number, end: number): number => {
    if (end - at < size) return -1;
    const bytes = Math.ceil(from.view.getUint32(at + ALG_NAME_SIZE, true) / 8);
    return bytes <= end - at - size ? at + size + bytes : -1;
  };
  return {
    name: "an algorithm",
    size,
    tolerant: true,
    secret: true,
    get fields(): readonly Field[] {
      return head.fields;
    },
    decode(from, at, end, owner) {
      const last = keyEnd(from, at, end);
      if (last < 0) return MISFIT;
      const { keyLength: _, ...value } = head.decode(from, at, at + size, owner);
      if (last > at + size) value["key"] = algorithmKey.decode(from, at + size, last, owner);
      return value as unknown as T;
    },
    encode(value, to, owner) {
      const text: unknown = value;
      // It may have a key.
      if (typeof text === "string") to.fail(TypeError, `expected an object, got a text of ${text.length} characters`);
      expectObject(value, to);
      const { key, ...rest } = value, begin = to.length;
      if (rest.name === undefined) to.fail(TypeError, "name is missing");
      head.encode(rest as unknown as Fields, to, owner);
      if (key === undefined) return;
      to.path.push("key");
      algorithmKey.encode(key, to, owner);
      to.path.pop();
      to.view.setUint32(begin + ALG_NAME_SIZE, 8 * (to.length - begin - size), true);
    },
    walk(from, at, end, owner, visit) {
      const last = keyEnd(from, at, end);
      if (last < 0) return;
      head.walk!(from, at, at + size, owner, visit);
      if (last === at + size) return;
      visit({ name: "key", id: -1, start: at + size, at: at + size, end: last, codec: algorithmKey, owner });
    },
  };
}

/** Wire form of {@linkcode XfrmAlgorithm}: struct xfrm_algo. */
export const XfrmAlgorithm: Struct<XfrmAlgorithm> = algorithm();

/** Wire form of {@linkcode XfrmAuthTrunc}: struct xfrm_algo_auth. */
export const XfrmAuthTrunc: Struct<XfrmAuthTrunc> = algorithm("truncLength");

/** Wire form of {@linkcode XfrmAead}: struct xfrm_algo_aead. */
export const XfrmAead: Struct<XfrmAead> = algorithm("icvLength");

/** Numbers of packets so far, for windows of at most 32 packets. */
export interface Replay {
  /** Number of the last packet that was sent. */
  oseq: number;
  /** Highest number of a packet that was received. */
  seq: number;
  /** A bit for each of the 32 packets before that number: received or not. */
  bitmap: number;
}

/** Wire form of {@linkcode Replay}: struct xfrm_replay_state. */
export const Replay: Struct<Replay> = struct<Replay>(12, (): Shape<Replay> => ({
  oseq: [0, u32],
  seq: [4, u32],
  bitmap: [8, u32],
}));

/** Numbers of packets so far, for windows of any size and for numbers of 64 bits. */
export interface ReplayEsn {
  /** Number of the last packet that was sent: its low half. */
  oseq: number;
  /** Highest number of a packet that was received: its low half. */
  seq: number;
  /** The high half of `oseq`. */
  oseqHi: number;
  /** The high half of `seq`. */
  seqHi: number;
  /** Size of the window in packets, at most 4096. */
  replayWindow: number;
  /** The window: a bit for each packet, in words of 32 bits. If it is absent in a request, no packet was received. */
  bmp?: readonly number[];
}

const ESN_SIZE = 24;

const esnHead = struct<Omit<ReplayEsn, "bmp"> & { bmpLen: number }>(ESN_SIZE, () => ({
  bmpLen: [0, u32],
  oseq: [4, u32],
  seq: [8, u32],
  oseqHi: [12, u32],
  seqHi: [16, u32],
  replayWindow: [20, u32],
}));

/** Wire form of {@linkcode ReplayEsn}: struct xfrm_replay_state_esn. */
export const ReplayEsn: Struct<ReplayEsn> = {
  name: "a replay window",
  size: ESN_SIZE,
  tolerant: true,
  get fields(): readonly Field[] {
    return esnHead.fields;
  },
  decode(from, at, end, owner) {
    if (end - at < ESN_SIZE) return MISFIT;
    const { bmpLen, ...value } = esnHead.decode(from, at, at + ESN_SIZE, owner);
    if (end === at + ESN_SIZE) return value;
    if (bmpLen > (end - at - ESN_SIZE) / 4) return MISFIT;
    const word = (i: number): number => from.view.getUint32(at + ESN_SIZE + 4 * i, true);
    return { ...value, bmp: Array.from({ length: bmpLen }, (_, i) => word(i)) };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    const { bmp = [], ...rest } = value, { replayWindow = 0 } = rest;
    if (!Array.isArray(bmp)) to.fail(TypeError, `bmp: expected an array, got ${shown(bmp)}`);
    const bmpLen = Math.max(bmp.length, Math.ceil(replayWindow / 32) || 0);
    if (bmpLen > 128) to.fail(RangeError, `expected a window of at most 4096 packets, got ${32 * bmpLen}`);
    esnHead.encode({ ...rest, bmpLen }, to, owner);
    if (bmp.length > 0) { for (let i = 0; i < bmpLen; i++) u32.encode(bmp[i] ?? 0, to, owner); }
  },
};

/** Numbers of {@linkcode EncapType} by name. */
export const UDP_ENCAP = { "espinudp-nonike": 1, espinudp: 2, espintcp: 7 } as const;

/** The encapsulation of ESP in UDP or TCP. */
export type EncapType = keyof typeof UDP_ENCAP | number;

/** The encapsulation of packets, to pass address translation. */
export interface XfrmEncap {
  /** The encapsulation; `espinudp` by default. */
  type: EncapType;
  /** Source port. */
  sport: number;
  /** Destination port. */
  dport: number;
  /** The original address of the peer. */
  oa?: string;
}

/** Wire form of {@linkcode XfrmEncap}: struct xfrm_encap_tmpl. */
export const XfrmEncap: Struct<XfrmEncap> = reshaped(24, () => ({
  type: [0, enumeration(u16, UDP_ENCAP)],
  sport: [2, be16],
  dport: [4, be16],
  oa: [8, address(() => 0, true)],
}), {
  read(wire, from, at, owner) {
    const { oa, ...rest } = wire;
    return { ...rest, oa: oa === undefined ? undefined : addressText(from, at + 8, familyNumber(owner)) } as XfrmEncap;
  },
  write(value, to, owner) {
    const { oa } = value, family = familyNumber(owner);
    if (oa !== undefined && family !== 0 && AF[familyOf(oa) ?? "unspec"] !== family) {
      to.fail(TypeError, `oa: ${shown(oa)} is not of the family of the state`);
    }
    return { type: "espinudp", ...value };
  },
});

/** A security context of SELinux. */
export interface SecurityContext {
  /** The module: 1 is SELinux. */
  ctxAlg: number;
  /** The domain of interpretation: 1 is LSM. */
  ctxDoi: number;
  /** The context. */
  context: string;
}

const XFRMA_SEC_CTX = 8, SEC_CTX_SIZE = 8;

const contextHead = struct<{ len: number; exttype: number; ctxAlg: number; ctxDoi: number; ctxLen: number }>(
  SEC_CTX_SIZE,
  () => ({ len: [0, u16], exttype: [2, u16], ctxAlg: [4, u8], ctxDoi: [5, u8], ctxLen: [6, u16] }),
);

/** Codec of the context, whose length counts the NUL at the end, as `ip xfrm` does. */
const contextText = string(0xffff - SEC_CTX_SIZE - 1);

/** Wire form of {@linkcode SecurityContext}: struct xfrm_user_sec_ctx. */
export const SecurityContext: Struct<SecurityContext> = {
  name: "a security context",
  size: SEC_CTX_SIZE,
  tolerant: true,
  get fields(): readonly Field[] {
    return contextHead.fields;
  },
  decode(from, at, end, owner) {
    if (end - at < SEC_CTX_SIZE) return MISFIT;
    const { ctxAlg, ctxDoi, ctxLen } = contextHead.decode(from, at, at + SEC_CTX_SIZE, owner);
    if (ctxLen > end - at - SEC_CTX_SIZE) return MISFIT;
    const text = at + SEC_CTX_SIZE;
    return { ctxAlg, ctxDoi, context: contextText.decode(from, text, text + ctxLen, owner) };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    const { ctxAlg = 1, ctxDoi = 1, context } = value, begin = to.length;
    contextHead.encode({ len: 0, exttype: XFRMA_SEC_CTX, ctxAlg, ctxDoi, ctxLen: 0 }, to, owner);
    to.path.push("context");
    contextText.encode(context, to, owner);
    to.path.pop();
    to.view.setUint16(begin, to.length - begin, true);
    to.view.setUint16(begin + 6, to.length - begin - SEC_CTX_SIZE, true);
  },
};

/** Numbers of {@linkcode OffloadFlag} by name. */
export const XFRM_OFFLOAD = { ipv6: 1, inbound: 2, packet: 4 } as const;

/** A flag of an offload: `inbound` for received packets, `packet` if the interface does everything. */
export type OffloadFlag = keyof typeof XFRM_OFFLOAD;

/** The interface whose hardware transforms the packets. */
export interface Offload {
  /** Number of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Flags. */
  flags: readonly (OffloadFlag | number)[];
}

/** Wire form of {@linkcode Offload}: struct xfrm_user_offload. */
export const Offload: Struct<Offload> = reshaped(8, () => ({
  ifindex: [0, ifindex],
  flags: [4, mask(u8, XFRM_OFFLOAD)],
}), {
  read: (wire, from) => ({ ...wire, dev: from.names?.name(wire["ifindex"] as number) }) as unknown as Offload,
  write: ({ dev, ...rest }, to) => dev === undefined ? rest : { ...rest, ifindex: devIndex(dev, to) },
});

/** Numbers of {@linkcode Share} by name. */
export const XFRM_SHARE = { any: 0, session: 1, user: 2, unique: 3 } as const;

/** The sharing of a state between flows. Kernels keep it only in templates. */
export type Share = keyof typeof XFRM_SHARE | number;

/** Codec of the sharing of a state. */
export const share: Codec<Share> = enumeration(u8, XFRM_SHARE);

/** Codec of a mask of algorithms, which is absent if it has all. */
const algorithms: Codec<number> = {
  ...u32,
  decode(from, at) {
    const value = from.view.getUint32(at, true);
    return value === 0xffffffff ? undefined as never : value;
  },
};

/** A template: the states that packets of a policy need. */
export interface Template {
  /** Family of the addresses; by default theirs, else that of the policy's selector. */
  family?: XfrmFamily;
  /** Source address of a tunnel; `0.0.0.0` or `::` in transport mode. */
  src?: string;
  /** Destination address of a tunnel; `0.0.0.0` or `::` in transport mode. */
  dst?: string;
  /** The protocol. */
  proto: XfrmProto;
  /** The SPI; 0 is any. */
  spi: number;
  /** Number of the states to use; 0 is any. */
  reqid: number;
  /** The mode; `transport` by default. */
  mode: XfrmMode;
  /** The sharing of states. */
  share: Share;
  /** True if packets pass also without such a state: `level use` of `ip xfrm`. */
  optional: boolean;
  /** Mask of the algorithms for authentication; all when absent. */
  aalgos?: number;
  /** Mask of the algorithms for encryption; all when absent. */
  ealgos?: number;
  /** Mask of the algorithms for compression; all when absent. */
  calgos?: number;
}

/** Wire form of {@linkcode Template}: struct xfrm_user_tmpl. */
export const Template: Struct<Template> = reshaped(64, () => ({
  dst: [0, addressWith(24)],
  spi: [16, be32],
  proto: [20, xfrmProto],
  family: [24, family],
  src: [28, addressWith(-4)],
  reqid: [44, u32],
  mode: [48, mode],
  share: [49, share],
  optional: [50, bool(u8)],
  aalgos: [52, algorithms],
  ealgos: [56, algorithms],
  calgos: [60, algorithms],
}), {
  read: ({ dst, spi, proto, family, src, ...rest }) =>
    ({ family, src, dst, proto, spi, ...rest }) as unknown as Template,
  write(value, to, owner) {
    const { src, dst, aalgos = 0xffffffff, ealgos = 0xffffffff, calgos = 0xffffffff } = value;
    if (value["proto"] === undefined) to.fail(TypeError, "proto is missing");
    const { sel } = owner as { sel?: Selector };
    const other = sel?.family ?? familyOf(sel?.src ?? sel?.dst) ?? "inet";
    return { family: familyOf(src ?? dst) ?? other, ...value, aalgos, ealgos, calgos };
  },
});

/**
 * Makes the codec of a message about a deleted object: the header of its key, then an attribute with the header of the
 * object, then the attributes of the object. So the object is as in the message that it was made.
 */
export function inside<T extends object>(id: number, key: Attributes<object>, table: Attributes<T>): Codec<T> {
  const { headerSize } = key, whole = table.headerSize + 4;
  const codecAt = (from: Reader, at: number, end: number): Codec<T> | undefined => {
    const begin = at + headerSize;
    const is = end - begin >= whole && from.view.getUint16(begin, true) === whole &&
      from.view.getUint16(begin + 2, true) === id;
    return is ? table : undefined;
  };
  return {
    name: "a deleted object",
    decode(from, at, end, owner) {
      const codec = codecAt(from, at, end);
      return codec === undefined
        ? key.decode(from, at, end, owner) as T
        : codec.decode(from, at + headerSize + 4, end, owner);
    },
    encode(value, to, owner) {
      const begin = to.length;
      to.grow(headerSize + 4);
      table.encode(value, to, owner);
      to.view.setUint16(begin + headerSize, whole, true);
      to.view.setUint16(begin + headerSize + 2, id, true);
    },
    walk(from, at, end, owner, visit) {
      const codec = codecAt(from, at, end);
      if (codec === undefined) key.walk!(from, at, end, owner, visit);
      else codec.walk!(from, at + headerSize + 4, end, owner, visit);
    },
  };
}
