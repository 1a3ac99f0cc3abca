/**
 * Actions that change packets: pedit, nat, csum, skbedit, skbmod, vlan, mpls, tunnel_key, ife.
 *
 * Source: linux/tc_act/*.h, linux/ife.h, v7.1
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  attributes,
  be16,
  be32,
  bool,
  type Codec,
  eachAttribute,
  enumeration,
  flag,
  i32,
  ipv4,
  ipv6,
  listOf,
  mac,
  mask,
  mask64,
  MISFIT,
  parseIp,
  readOnly,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../../../core/codec/mod.ts";
import { type Handle, handle } from "../handle.ts";
import { type EtherType, etherType, hostEtherType, Tm } from "../names.ts";
import { TcTunnelOptions } from "../tunnel.ts";
import { type Generic, type Kind, kind, type OptionsOf, parms } from "./parms.ts";

/** Numbers of the headers that `pedit` knows. */
export const PEDIT_HDR_TYPE = { network: 0, eth: 1, ip4: 2, ip6: 3, tcp: 4, udp: 5 } as const;

/** Numbers of the commands of `pedit`. */
export const PEDIT_CMD = { set: 0, add: 1 } as const;

/** A change of 4 bytes of a packet. */
export interface PeditKey {
  /** The header that the offset begins at; the network header of old requests when absent. */
  htype?: keyof typeof PEDIT_HDR_TYPE | number;
  /** The change: `set` replaces bits, `add` adds to them. */
  cmd?: keyof typeof PEDIT_CMD | number;
  /** Offset of the 4 bytes, a multiple of 4. */
  off: number;
  /** The new bits. */
  val: number;
  /** The bits that are kept. */
  mask: number;
  /** Offset of a byte that is added to the offset. */
  at?: number;
  /** The bits of that byte; 0 if none is added. */
  offmask?: number;
  /** Bits by which that byte is shifted. */
  shift?: number;
}

/** A key as the kernel has it: struct tc_pedit_key. */
export const PeditKeyStruct: Struct<Omit<PeditKey, "htype" | "cmd">> = struct(24, () => ({
  off: [8, i32],
  val: [4, be32],
  mask: [0, be32],
  at: [12, u32],
  offmask: [16, u32],
  shift: [20, u32],
}));

/** The header and command of a key. */
export interface PeditKeyEx {
  /** The header. */
  htype?: keyof typeof PEDIT_HDR_TYPE | number;
  /** The command. */
  cmd?: keyof typeof PEDIT_CMD | number;
}

/** Wire form of {@linkcode PeditKeyEx}. */
export const PeditKeyEx: Attributes<PeditKeyEx> = attributes((): Shape<PeditKeyEx> => ({
  htype: [1, enumeration(u16, PEDIT_HDR_TYPE)],
  cmd: [2, enumeration(u16, PEDIT_CMD)],
}));

/** The struct of the action `pedit`, without its keys. */
export interface PeditSel extends Generic {
  /** Number of keys. */
  nkeys: number;
  /** Not used by the kernel. */
  flags: number;
}

/** Wire form of {@linkcode PeditSel}: struct tc_pedit_sel. */
export const PeditSel: Struct<PeditSel> = parms<Pick<PeditSel, "nkeys" | "flags">>(24, () => ({
  nkeys: [20, u8],
  flags: [21, u8],
})) as Struct<PeditSel>;

const SEL = 24, KEY = 24;

type PeditParms = Generic & { readonly keys: readonly PeditKey[] };

/** The struct with its keys behind. */
const peditParms: Codec<PeditParms> = {
  name: "pedit keys",
  decode(from, at, end, owner) {
    if (end - at < SEL) return MISFIT;
    const { nkeys, flags: _flags, ...generic } = PeditSel.decode(from, at, at + SEL, owner), keys: PeditKey[] = [];
    if (end - at < SEL + nkeys * KEY) return MISFIT;
    for (let i = 0, place = at + SEL; i < nkeys; i++, place += KEY) {
      keys.push(PeditKeyStruct.decode(from, place, place + KEY, {}));
    }
    return { ...generic, keys };
  },
  encode({ keys = [], ...generic }, to, owner) {
    PeditSel.encode({ ...generic, nkeys: keys.length, flags: 0 }, to, owner);
    to.path.push("keys", 0);
    keys.forEach((key, i) => {
      to.path[to.path.length - 1] = i;
      PeditKeyStruct.encode(key, to, {});
    });
    to.path.length -= 2;
  },
};

/** Attributes of the action `pedit`, which changes bytes of packets. */
export interface PeditAttributes {
  /** The keys of old requests. */
  parms?: Generic & { readonly keys: readonly PeditKey[] };
  /** The keys. */
  parmsEx?: Generic & { readonly keys: readonly PeditKey[] };
  /** Header and command of each key. */
  keysEx?: readonly PeditKeyEx[];
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode PeditAttributes}. */
export const PeditAttributes: Attributes<PeditAttributes> = attributes((): Shape<PeditAttributes> => ({
  parms: [2, peditParms],
  parmsEx: [4, peditParms],
  keysEx: [5, listOf(6, PeditKeyEx)],
  tm: [1, Tm, readOnly],
}), { pad: 3 });

/** Options of the action `pedit`; `munge` makes keys of the words of `tc`. */
export interface PeditOptions {
  /** The changes, in order. */
  keys?: readonly PeditKey[];
  /** Times. Read-only. */
  tm?: Tm;
}

const MOST_KEYS = 128;

const pedit: Kind = {
  table: PeditAttributes,
  parms: "parms",
  own: new Set(["keys"]),
  seen(options) {
    const { parmsEx, keysEx } = options as PeditAttributes;
    delete options["parmsEx"];
    delete options["keysEx"];
    if (parmsEx === undefined) return;
    const keys = parmsEx.keys.map((key, i) => ({ ...keysEx?.[i], ...key }));
    options["parms"] = { ...parmsEx, keys };
  },
  sent(options, fail) {
    const { parms } = options as { parms?: { keys?: readonly PeditKey[] } }, keys = parms?.keys;
    if (parms === undefined || keys === undefined) return;
    if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS) {
      fail("keys", `expected 1..${MOST_KEYS} keys, got ${shown(keys)}`);
    }
    const all = keys as readonly PeditKey[], wrong = all.findIndex(({ off }) => off % 4 !== 0);
    if (wrong >= 0) fail(`keys[${wrong}].off`, `expected a multiple of 4, got ${shown(all[wrong]!.off)}`);
    if (all.every(({ htype, cmd }) => htype === undefined && cmd === undefined)) return;
    delete options["parms"];
    options["parmsEx"] = { ...parms, keys: all.map(({ htype: _htype, cmd: _cmd, ...key }) => key) };
    options["keysEx"] = all.map(({ htype, cmd }) => ({ htype: htype ?? "network", cmd: cmd ?? "set" }));
  },
  control: () => "ok",
};

/** Numbers of the flags of `nat`. */
export const NAT_FLAG = { egress: 1 } as const;

/** The struct of the action `nat`. */
export interface NatParms extends Generic {
  /** The addresses to change. */
  oldAddr: string;
  /** The first new address. */
  newAddr: string;
  /** The bits that are changed. */
  mask: string;
  /** Flags. */
  flags: readonly ("egress" | number)[];
}

/** Wire form of {@linkcode NatParms}: struct tc_nat. */
export const NatParms: Struct<NatParms> = parms<Omit<NatParms, keyof Generic>>(36, () => ({
  oldAddr: [20, ipv4],
  newAddr: [24, ipv4],
  mask: [28, ipv4],
  flags: [32, mask(u32, NAT_FLAG)],
})) as Struct<NatParms>;

/** Attributes of the action `nat`. */
export interface NatAttributes {
  /** The struct. */
  parms?: NatParms;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode NatAttributes}. */
export const NatAttributes: Attributes<NatAttributes> = attributes((): Shape<NatAttributes> => ({
  parms: [1, NatParms],
  tm: [2, Tm, readOnly],
}), { pad: 3 });

/** Options of the action `nat`, which changes IPv4 addresses without connections. */
export interface NatOptions {
  /** The addresses to change, `10.0.0.0/8`: source addresses with the flag `egress`, else destinations. */
  oldAddr?: string;
  /** The first new address. */
  newAddr?: string;
  /** Flags. */
  flags?: readonly ("egress" | number)[];
  /** Times. Read-only. */
  tm?: Tm;
}

/** Returns the length of the prefix that a mask is; `undefined` if it is none. */
function lengthOf(mask: string): number | undefined {
  const number = [...parseIp(mask)!].reduce((sum, byte) => sum * 256 + byte, 0);
  const bits = Math.clz32(~number);
  return number === (bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0) ? bits : undefined;
}

const nat: Kind = {
  table: NatAttributes,
  parms: "parms",
  own: new Set(["oldAddr", "newAddr", "mask", "flags"]),
  seen(options) {
    const parms = options["parms"] as Partial<NatParms> | undefined;
    if (parms?.mask === undefined || parms.oldAddr === undefined) return;
    const length = lengthOf(parms.mask);
    if (length === undefined) return;
    parms.oldAddr = `${parms.oldAddr}/${length}`;
    delete parms.mask;
  },
  sent(options, fail) {
    const parms = options["parms"] as Partial<NatParms> | undefined;
    if (parms?.oldAddr === undefined || parms.mask !== undefined || typeof parms.oldAddr !== "string") return;
    const [, address, digits] = /^([^/]*)(?:\/(\d+))?$/.exec(parms.oldAddr) ?? [], length = Number(digits ?? 32);
    if (address === undefined || parseIp(address)?.length !== 4 || length > 32) {
      fail("oldAddr", `expected an IPv4 prefix like "10.0.0.0/8", got ${shown(parms.oldAddr)}`);
    }
    const bits = length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
    parms.oldAddr = address;
    parms.mask = [24, 16, 8, 0].map((shift) => bits >>> shift & 255).join(".");
  },
  control: () => "ok",
};

/** Numbers of the headers whose checksums `csum` computes. */
export const CSUM_UPDATE_FLAG = { ipv4hdr: 1, icmp: 2, igmp: 4, tcp: 8, udp: 16, udplite: 32, sctp: 64 } as const;

/** The struct of the action `csum`. */
export interface CsumParms extends Generic {
  /** The headers. */
  updateFlags: readonly (keyof typeof CSUM_UPDATE_FLAG | number)[];
}

/** Wire form of {@linkcode CsumParms}: struct tc_csum. */
export const CsumParms: Struct<CsumParms> = parms<Pick<CsumParms, "updateFlags">>(24, () => ({
  updateFlags: [20, mask(u32, CSUM_UPDATE_FLAG)],
})) as Struct<CsumParms>;

/** Attributes of the action `csum`, which computes checksums. */
export interface CsumAttributes {
  /** The struct. */
  parms?: CsumParms;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode CsumAttributes}. */
export const CsumAttributes: Attributes<CsumAttributes> = attributes((): Shape<CsumAttributes> => ({
  parms: [1, CsumParms],
  tm: [2, Tm, readOnly],
}), { pad: 3 });

/** Options of the action `csum`. */
export type CsumOptions = OptionsOf<CsumAttributes>;

/** Numbers of the types of packets. */
export const PTYPE = { host: 0, broadcast: 1, multicast: 2, otherhost: 3 } as const;

/** Numbers of the flags of `skbedit`. */
export const SKBEDIT_F = { inheritdsfield: 0x20n, txq_skbhash: 0x40n } as const;

/** Wire form of {@linkcode Generic}: struct tc_skbedit. */
export const SkbeditParms: Struct<Generic> = parms();

/** Attributes of the action `skbedit`, which changes what the kernel notes about a packet. */
export interface SkbeditAttributes {
  /** Priority, also a class: `1:10`. */
  priority?: string;
  /** Queue of the device. */
  queueMapping?: number;
  /** Last of several queues, of which a hash chooses one; with the flag `txq_skbhash`. */
  queueMappingMax?: number;
  /** Mark. */
  mark?: number;
  /** The bits of the mark that change. */
  mask?: number;
  /** Kind of receiver of the packet. */
  ptype?: keyof typeof PTYPE | number;
  /** Flags. */
  flags?: readonly (keyof typeof SKBEDIT_F | bigint)[];
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

const priority: Codec<string, Handle> = handle();

/** Wire form of {@linkcode SkbeditAttributes}. */
export const SkbeditAttributes: Attributes<SkbeditAttributes> = attributes((): Shape<SkbeditAttributes> => ({
  priority: [3, priority],
  queueMapping: [4, u16],
  queueMappingMax: [10, u16],
  mark: [5, u32],
  mask: [8, u32],
  ptype: [7, enumeration(u16, PTYPE)],
  flags: [9, mask64(SKBEDIT_F)],
  tm: [1, Tm, readOnly],
  parms: [2, SkbeditParms],
}), { pad: 6 });

/** Options of the action `skbedit`. */
export type SkbeditOptions = OptionsOf<SkbeditAttributes>;

/** Numbers of the flags of `skbmod`. */
export const SKBMOD_F = { dmac: 1n, smac: 2n, etype: 4n, swapmac: 8n, ecn: 16n } as const;

/** The struct of the action `skbmod`. */
export interface SkbmodParms extends Generic {
  /** The changes; those of addresses and type are known by their fields. */
  flags: readonly (keyof typeof SKBMOD_F | bigint)[];
}

/** Wire form of {@linkcode SkbmodParms}: struct tc_skbmod. */
export const SkbmodParms: Struct<SkbmodParms> = parms<Pick<SkbmodParms, "flags">>(32, () => ({
  flags: [24, mask64(SKBMOD_F)],
})) as Struct<SkbmodParms>;

/** Attributes of the action `skbmod`, which changes Ethernet headers. */
export interface SkbmodAttributes {
  /** The struct. */
  parms?: SkbmodParms;
  /** New destination address. */
  dmac?: string;
  /** New source address. */
  smac?: string;
  /** New type. */
  etype?: EtherType;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode SkbmodAttributes}. */
export const SkbmodAttributes: Attributes<SkbmodAttributes> = attributes((): Shape<SkbmodAttributes> => ({
  parms: [2, SkbmodParms],
  dmac: [3, mac],
  smac: [4, mac],
  etype: [5, hostEtherType],
  tm: [1, Tm, readOnly],
}), { pad: 6 });

/** Options of the action `skbmod`. */
export type SkbmodOptions = OptionsOf<SkbmodAttributes>;

/** Numbers of the changes of `vlan`. */
export const VLAN_ACT = { pop: 1, push: 2, modify: 3, pop_eth: 4, push_eth: 5 } as const;

/** The struct of the action `vlan`. */
export interface VlanParms extends Generic {
  /** The change. */
  vAction: keyof typeof VLAN_ACT | number;
}

/** Wire form of {@linkcode VlanParms}: struct tc_vlan. */
export const VlanParms: Struct<VlanParms> = parms<Pick<VlanParms, "vAction">>(24, () => ({
  vAction: [20, enumeration(i32, VLAN_ACT)],
})) as Struct<VlanParms>;

/** Attributes of the action `vlan`, which adds, removes and changes tags of VLANs. */
export interface VlanAttributes {
  /** The struct. */
  parms?: VlanParms;
  /** Number of the VLAN. */
  pushVlanId?: number;
  /** Type of the tag: `8021q` or `8021ad`. */
  pushVlanProtocol?: EtherType;
  /** Priority in the tag. */
  pushVlanPriority?: number;
  /** Destination address of a new Ethernet header. */
  pushEthDst?: string;
  /** Source address of a new Ethernet header. */
  pushEthSrc?: string;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode VlanAttributes}. */
export const VlanAttributes: Attributes<VlanAttributes> = attributes((): Shape<VlanAttributes> => ({
  parms: [2, VlanParms],
  pushVlanId: [3, u16],
  pushVlanProtocol: [4, etherType],
  pushVlanPriority: [6, u8],
  pushEthDst: [7, mac],
  pushEthSrc: [8, mac],
  tm: [1, Tm, readOnly],
}), { pad: 5 });

/** Options of the action `vlan`. */
export type VlanOptions = OptionsOf<VlanAttributes>;

/** Numbers of the changes of `mpls`. */
export const MPLS_ACT = { pop: 1, push: 2, modify: 3, dec_ttl: 4, mac_push: 5 } as const;

/** The struct of the action `mpls`. */
export interface MplsParms extends Generic {
  /** The change. */
  mAction: keyof typeof MPLS_ACT | number;
}

/** Wire form of {@linkcode MplsParms}: struct tc_mpls. */
export const MplsParms: Struct<MplsParms> = parms<Pick<MplsParms, "mAction">>(24, () => ({
  mAction: [20, enumeration(i32, MPLS_ACT)],
})) as Struct<MplsParms>;

/** Attributes of the action `mpls`, which adds, removes and changes labels. */
export interface MplsAttributes {
  /** The struct. */
  parms?: MplsParms;
  /** Type of the packet after the change; needed with `pop`. */
  proto?: EtherType;
  /** The label, 0..1048575; needed with `push`. */
  label?: number;
  /** Traffic class, 0..7. */
  tc?: number;
  /** TTL. */
  ttl?: number;
  /** 1 if it is the last label. */
  bos?: number;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode MplsAttributes}. */
export const MplsAttributes: Attributes<MplsAttributes> = attributes((): Shape<MplsAttributes> => ({
  parms: [2, MplsParms],
  proto: [4, etherType],
  label: [5, u32],
  tc: [6, u8],
  ttl: [7, u8],
  bos: [8, u8],
  tm: [1, Tm, readOnly],
}), { pad: 3 });

/** Options of the action `mpls`. */
export type MplsOptions = OptionsOf<MplsAttributes>;

/** Numbers of the changes of `tunnel_key`. */
export const TUNNEL_KEY_ACT = { set: 1, release: 2 } as const;

/** The struct of the action `tunnel_key`. */
export interface TunnelKeyParms extends Generic {
  /** The change. */
  tAction: keyof typeof TUNNEL_KEY_ACT | number;
}

/** Wire form of {@linkcode TunnelKeyParms}: struct tc_tunnel_key. */
export const TunnelKeyParms: Struct<TunnelKeyParms> = parms<Pick<TunnelKeyParms, "tAction">>(24, () => ({
  tAction: [20, enumeration(i32, TUNNEL_KEY_ACT)],
})) as Struct<TunnelKeyParms>;

/** Attributes of the action `tunnel_key`, which sets the tunnel's header for a device in external mode. */
export interface TunnelKeyAttributes {
  /** The struct. */
  parms?: TunnelKeyParms;
  /** Address of the own end, IPv4. */
  encIpv4Src?: string;
  /** Address of the remote end, IPv4. */
  encIpv4Dst?: string;
  /** Address of the own end, IPv6. */
  encIpv6Src?: string;
  /** Address of the remote end, IPv6. */
  encIpv6Dst?: string;
  /** Key or network identifier. */
  encKeyId?: number;
  /** UDP port of the remote end. */
  encDstPort?: number;
  /** True if packets have no UDP checksum. */
  noCsum?: boolean;
  /** Options of the kind of tunnel. */
  encOpts?: TcTunnelOptions;
  /** TOS of the outer header. */
  encTos?: number;
  /** TTL of the outer header. */
  encTtl?: number;
  /** True if outer packets may not be fragmented. */
  noFrag?: true;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode TunnelKeyAttributes}. */
export const TunnelKeyAttributes: Attributes<TunnelKeyAttributes> = attributes((): Shape<TunnelKeyAttributes> => ({
  parms: [2, TunnelKeyParms],
  encIpv4Src: [3, ipv4],
  encIpv4Dst: [4, ipv4],
  encIpv6Src: [5, ipv6],
  encIpv6Dst: [6, ipv6],
  encKeyId: [7, be32],
  encDstPort: [9, be16],
  noCsum: [10, bool(u8)],
  encOpts: [11, TcTunnelOptions],
  encTos: [12, u8],
  encTtl: [13, u8],
  noFrag: [14, flag],
  tm: [1, Tm, readOnly],
}), { pad: 8 });

/** Options of the action `tunnel_key`. */
export type TunnelKeyOptions = OptionsOf<TunnelKeyAttributes>;

/** Numbers of the ways of `ife`. */
export const IFE = { decode: 0, encode: 1 } as const;

/** The struct of the action `ife`. */
export interface IfeParms extends Generic {
  /** The way: `encode` adds the header, `decode` removes it. */
  flags: keyof typeof IFE | number;
}

/** Wire form of {@linkcode IfeParms}: struct tc_ife. */
export const IfeParms: Struct<IfeParms> = parms<Pick<IfeParms, "flags">>(24, () => ({
  flags: [20, enumeration(u16, IFE)],
})) as Struct<IfeParms>;

/** Metadata that packets carry: a value to send, or true to take the packet's own. */
export interface IfeMeta {
  /** The packet's mark. */
  mark?: number | true;
  /** Its priority. */
  prio?: number | true;
  /** Its traffic control index. */
  tcindex?: number | true;
}

const META: Readonly<Record<keyof IfeMeta, readonly [id: number, codec: Codec<number>]>> = {
  mark: [1, u32],
  prio: [3, u32],
  tcindex: [5, u16],
};

/** Codec of {@linkcode IfeMeta}: IFE_META_*. */
const ifeMeta: Codec<IfeMeta> = {
  name: "metadata",
  nested: true,
  decode(from, at, end, owner) {
    const meta: Record<string, number | true> = {};
    let misfit = false;
    eachAttribute(from, at, end, (id, start, stop) => {
      const [name, [, codec]] = Object.entries(META).find(([, [own]]) => own === id) ?? ["", [0, u32]];
      const size = stop - start - 4;
      if (name === "" || size !== 0 && size !== codec.size) misfit = true;
      else meta[name] = size === 0 ? true : codec.decode(from, start + 4, stop, owner);
    });
    return misfit ? MISFIT : meta as IfeMeta;
  },
  encode(value, to, owner) {
    if (typeof value !== "object" || value === null) to.fail(TypeError, `expected an object, got ${shown(value)}`);
    for (const [name, one] of Object.entries(value) as [keyof IfeMeta, number | true | undefined][]) {
      if (!Object.hasOwn(META, name)) {
        to.fail(TypeError, `expected ${Object.keys(META).join(", ")}, got ${shown(name)}`);
      }
      if (one === undefined) continue;
      const [id, codec] = META[name], start = to.open(id);
      to.path.push(name);
      if (one !== true) codec.encode(one, to, owner);
      to.path.pop();
      to.close(start);
    }
  },
};

/** Attributes of the action `ife`, which carries metadata of packets between machines. */
export interface IfeAttributes {
  /** The struct. */
  parms?: IfeParms;
  /** Destination address of the frame. */
  dmac?: string;
  /** Source address of the frame. */
  smac?: string;
  /** Type of the frame; `ife` when absent. */
  type?: EtherType;
  /** The metadata. */
  metalst?: IfeMeta;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode IfeAttributes}. */
export const IfeAttributes: Attributes<IfeAttributes> = attributes((): Shape<IfeAttributes> => ({
  parms: [1, IfeParms],
  dmac: [3, mac],
  smac: [4, mac],
  type: [5, hostEtherType],
  metalst: [6, ifeMeta],
  tm: [2, Tm, readOnly],
}), { pad: 7 });

/** Options of the action `ife`. */
export type IfeOptions = OptionsOf<IfeAttributes>;

const ok = (): "ok" => "ok";

/** These kinds. */
export const EDITS: Readonly<Record<string, Kind>> = {
  pedit,
  nat,
  csum: kind(CsumAttributes, CsumParms, { control: ok }),
  skbedit: kind(SkbeditAttributes, SkbeditParms),
  skbmod: kind(SkbmodAttributes, SkbmodParms),
  vlan: kind(VlanAttributes, VlanParms),
  mpls: kind(MplsAttributes, MplsParms),
  tunnel_key: kind(TunnelKeyAttributes as AnyCodec, TunnelKeyParms),
  ife: kind(IfeAttributes, IfeParms),
};
