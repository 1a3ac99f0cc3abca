/**
 * SMC, Shared Memory Communications: TCP sockets whose data travel over RDMA or shared memory.
 *
 * ```ts
 * import { smc } from "@linux/netlink/families/smc.ts";
 * for (const s of smc.sockets()) console.log(`${s.local}:${s.localPort}`, `${s.dst}:${s.dstPort}`, s.state, s.mode);
 * console.log(smc.systemInfo());
 * ```
 *
 * No kernel ever served NETLINK_SMC (22), a number in the header. SMC uses two other protocols, which this module
 * speaks: NETLINK_SOCK_DIAG (4) with AF_SMC for sockets, in module smc_diag (CONFIG_SMC_DIAG); and the generic netlink
 * family SMC_GEN_NETLINK for link groups, devices, statistics and settings, in module smc (CONFIG_SMC), since Linux
 * 5.11. For physical networks see `families/generic/smc_pnetid.ts`. Reading needs no privilege, changing needs
 * CAP_NET_ADMIN.
 *
 * Source: linux/smc_diag.h, v7.2; linux/smc.h, v6.1.
 * @module
 */
import { bindMethods, expectType } from "../core/arguments.ts";
import { Client, type OpenOptions, sharedClient } from "../core/client.ts";
import type { Protocol } from "../core/protocol.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  count64,
  enumeration,
  type Shape,
  string,
  text,
  u16,
  u32,
  u64,
  u8,
  uint,
} from "../core/codec/mod.ts";
import { GenericCaller, type GenericProtocol, NETLINK_GENERIC } from "../core/generic.ts";
import { NETLINK_SOCK_DIAG } from "./sock_diag/protocol.ts";
import { type SmcExtension, smcForm, type SmcRole, smcRole, type SmcSocket } from "./sock_diag/smc.ts";
import { Sockets } from "./sock_diag/sockets.ts";

export { AF_SMC } from "./sock_diag/smc.ts";
export type { SmcExtension, SmcSocket } from "./sock_diag/smc.ts";
export type * from "../core/client.ts";
export type * from "../core/codec/mod.ts";
export type * from "../core/errors.ts";
export type { CallNames } from "../core/exchange.ts";
export type * from "../core/show.ts";
export type * from "../core/transport.ts";

/** The number that no kernel serves. Opening it is an error that names the protocols to use. */
export const NETLINK_SMC: Protocol = {
  number: 22,
  name: "NETLINK_SMC",
  types: {},
  hint: "no kernel ever served it; instead there is NETLINK_SOCK_DIAG (4) with AF_SMC, and the generic family " +
    "SMC_GEN_NETLINK",
};

const BLANK = 0x20;

/** Codec of text that is padded to 32 bytes with blanks; decoding removes them. */
const blanked: Codec<string> = {
  ...string(32),
  decode: (from, at, end, owner) => text.decode(from, at, end, owner).trimEnd(),
  encode(value, to, owner) {
    const at = to.length;
    string(32).encode(value, to, owner);
    const end = to.length - 1;
    to.grow(at + 32 - end);
    to.bytes.fill(BLANK, end, at + 32);
  },
};

const id64: Codec<bigint> = u64 as Codec<bigint>;
const count: Codec<number> = count64 as Codec<number>;
const yes: Codec<boolean> = bool(u8) as Codec<boolean>;

/** The commands of SMC_GEN_NETLINK. */
export const SMC_NETLINK = {
  SMC_NETLINK_GET_SYS_INFO: 1,
  SMC_NETLINK_GET_LGR_SMCR: 2,
  SMC_NETLINK_GET_LINK_SMCR: 3,
  SMC_NETLINK_GET_LGR_SMCD: 4,
  SMC_NETLINK_GET_DEV_SMCD: 5,
  SMC_NETLINK_GET_DEV_SMCR: 6,
  SMC_NETLINK_GET_STATS: 7,
  SMC_NETLINK_GET_FBACK_STATS: 8,
  SMC_NETLINK_DUMP_UEID: 9,
  SMC_NETLINK_ADD_UEID: 10,
  SMC_NETLINK_REMOVE_UEID: 11,
  SMC_NETLINK_FLUSH_UEID: 12,
  SMC_NETLINK_DUMP_SEID: 13,
  SMC_NETLINK_ENABLE_SEID: 14,
  SMC_NETLINK_DISABLE_SEID: 15,
  SMC_NETLINK_DUMP_HS_LIMITATION: 16,
  SMC_NETLINK_ENABLE_HS_LIMITATION: 17,
  SMC_NETLINK_DISABLE_HS_LIMITATION: 18,
} as const;

/** The properties of SMC on this machine: SMC_NLA_SYS_*. */
export interface SmcSystemInfo {
  /** The version of SMC. */
  ver?: number;
  /** The release of that version. */
  rel?: number;
  /** True if shared memory works across subnets. */
  isIsmV2?: boolean;
  /** The name of this machine. */
  localHost?: string;
  /** The system's enterprise identifier. */
  seid?: string;
  /** True if RDMA works across subnets. */
  isSmcrV2?: boolean;
}

/** Wire form of {@linkcode SmcSystemInfo}. */
export const SmcSystemInfo: Attributes<SmcSystemInfo> = attributes((): Shape<SmcSystemInfo> => ({
  ver: [1, u8],
  rel: [2, u8],
  isIsmV2: [3, yes],
  localHost: [4, blanked],
  seid: [5, blanked],
  isSmcrV2: [6, yes],
}));

/** The properties of a link group of version 2: SMC_NLA_LGR_V2_*. */
export interface SmcLgrV2Common {
  /** The version of SMC. */
  ver?: number;
  /** The release of that version. */
  rel?: number;
  /** The peer's operating system: 1 z/OS, 2 Linux, 3 AIX. */
  os?: number;
  /** The enterprise identifier that both ends have. */
  negEid?: string;
  /** The name of the peer. */
  peerHost?: string;
}

/** Wire form of {@linkcode SmcLgrV2Common}. The attribute numbers begin with 0. */
export const SmcLgrV2Common: Attributes<SmcLgrV2Common> = attributes((): Shape<SmcLgrV2Common> => ({
  ver: [0, u8],
  rel: [1, u8],
  os: [2, u8],
  negEid: [3, blanked],
  peerHost: [4, blanked],
}));

/** The properties of a link group of version 2 over RDMA: SMC_NLA_LGR_R_V2_*. */
export interface SmcLgrRV2 {
  /** True if the peer is in the same subnet. */
  direct?: boolean;
  /** The most connections it may have. Kernels after 6.12. */
  maxConns?: number;
  /** The most links it may have. Kernels after 6.12. */
  maxLinks?: number;
}

/** Wire form of {@linkcode SmcLgrRV2}. */
export const SmcLgrRV2: Attributes<SmcLgrRV2> = attributes((): Shape<SmcLgrRV2> => ({
  direct: [1, yes],
  maxConns: [2, u8],
  maxLinks: [3, u8],
}));

/** A link group over RDMA: SMC_NLA_LGR_R_*. */
export interface SmcLgrR {
  /** The group's number, u32. */
  id?: number;
  /** This machine's role: client or server. */
  role?: SmcRole;
  /** The redundancy of the links: what remains if one fails. */
  type?: "none" | "single" | "symmetric" | "asymmetric_peer" | "asymmetric_local" | number;
  /** The identifier of the physical network. */
  pnetid?: string;
  /** VLAN, 0 for none. */
  vlanId?: number;
  /** Number of connections. */
  connsNum?: number;
  /** Properties of version 2. */
  v2Common?: SmcLgrV2Common;
  /** Properties of version 2 over RDMA. */
  v2?: SmcLgrRV2;
  /** The cookie that identifies the network namespace, u64. */
  netCookie?: bigint;
  /** The kind of memory of its buffers: physically contiguous, virtually contiguous, or both. */
  bufType?: "phys_cont" | "virt_cont" | "mixed" | number;
  /** Bytes of its send buffers. Kernels after 6.12. */
  sndbufAlloc?: number;
  /** Bytes of its receive buffers. Kernels after 6.12. */
  rmbAlloc?: number;
}

/** Wire form of {@linkcode SmcLgrR}. */
export const SmcLgrR: Attributes<SmcLgrR> = attributes((): Shape<SmcLgrR> => ({
  id: [1, u32],
  role: [2, smcRole],
  type: [3, enumeration(u8, { none: 0, single: 1, symmetric: 2, asymmetric_peer: 3, asymmetric_local: 4 })],
  pnetid: [4, text],
  vlanId: [5, u8],
  connsNum: [6, u32],
  v2Common: [7, SmcLgrV2Common],
  v2: [8, SmcLgrRV2],
  netCookie: [9, id64],
  bufType: [11, enumeration(u8, { phys_cont: 0, virt_cont: 1, mixed: 2 })],
  sndbufAlloc: [12, uint],
  rmbAlloc: [13, uint],
}), { pad: 10 });

/** A link of a link group over RDMA: SMC_NLA_LINK_*. */
export interface SmcLink {
  /** The link's number in its group. */
  id?: number;
  /** The name of the RDMA device. */
  ibDev?: string;
  /** The port of that device. */
  ibPort?: number;
  /** This machine's GID. */
  gid?: string;
  /** The GID of the peer. */
  peerGid?: string;
  /** Number of connections. */
  connCnt?: number;
  /** The number of the network interface, 0 for none. */
  netDev?: number;
  /** This machine's number of the link, unique across groups. */
  uid?: number;
  /** The peer's number of the link. */
  peerUid?: number;
  /** The state of the link. */
  state?: "unused" | "inactive" | "activating" | "active" | number;
}

/** Wire form of {@linkcode SmcLink}. */
export const SmcLink: Attributes<SmcLink> = attributes((): Shape<SmcLink> => ({
  id: [1, u8],
  ibDev: [2, text],
  ibPort: [3, u8],
  gid: [4, text],
  peerGid: [5, text],
  connCnt: [6, u32],
  netDev: [7, u32],
  uid: [8, u32],
  peerUid: [9, u32],
  state: [10, enumeration(u32, { unused: 0, inactive: 1, activating: 2, active: 3 })],
}));

/** A link group over shared memory: SMC_NLA_LGR_D_*. */
export interface SmcLgrD {
  /** The group's number, u32. */
  id?: number;
  /** This machine's GID. */
  gid?: bigint;
  /** The GID of the peer. */
  peerGid?: bigint;
  /** VLAN, 0 for none. */
  vlanId?: number;
  /** Number of connections. */
  connsNum?: number;
  /** The identifier of the physical network. */
  pnetid?: string;
  /** The device's channel. */
  chid?: number;
  /** Properties of version 2. */
  v2Common?: SmcLgrV2Common;
  /** The upper half of a GID of 128 bits. Kernels after 6.1. */
  extGid?: bigint;
  /** The upper half of the peer's GID. Kernels after 6.1. */
  peerExtGid?: bigint;
  /** Bytes of its send buffers. Kernels after 6.12. */
  sndbufAlloc?: number;
  /** Bytes of its receive buffers. Kernels after 6.12. */
  dmbAlloc?: number;
}

/** Wire form of {@linkcode SmcLgrD}. */
export const SmcLgrD: Attributes<SmcLgrD> = attributes((): Shape<SmcLgrD> => ({
  id: [1, u32],
  gid: [2, id64],
  peerGid: [3, id64],
  vlanId: [4, u8],
  connsNum: [5, u32],
  pnetid: [6, text],
  chid: [7, u32],
  v2Common: [9, SmcLgrV2Common],
  extGid: [10, id64],
  peerExtGid: [11, id64],
  sndbufAlloc: [12, uint],
  dmbAlloc: [13, uint],
}), { pad: 8 });

/** A port of a device: SMC_NLA_DEV_PORT_*. */
export interface SmcDevicePort {
  /** True if a user set the identifier of the physical network. */
  pnetUsr?: boolean;
  /** The identifier of the physical network. */
  pnetid?: string;
  /** The number of the network interface. */
  netdev?: number;
  /** 1 while the port is active. */
  state?: number;
  /** True if the port is usable. */
  valid?: boolean;
  /** Number of links on it. */
  lnkCnt?: number;
}

/** Wire form of {@linkcode SmcDevicePort}. */
export const SmcDevicePort: Attributes<SmcDevicePort> = attributes((): Shape<SmcDevicePort> => ({
  pnetUsr: [1, yes],
  pnetid: [2, text],
  netdev: [3, u32],
  state: [4, u8],
  valid: [5, yes],
  lnkCnt: [6, u32],
}));

/** A device that SMC may use: SMC_NLA_DEV_*. */
export interface SmcDevice {
  /** Number of link groups that use it. */
  useCnt?: number;
  /** True if a link group has no other path than this device. */
  isCrit?: boolean;
  /** The number of the PCI function. */
  pciFid?: number;
  /** The channel of the PCI function. */
  pciChid?: number;
  /** The PCI vendor's number. */
  pciVendor?: number;
  /** The PCI device's number. */
  pciDevice?: number;
  /** The address on the PCI bus. */
  pciId?: string;
  /** The first port. */
  port?: SmcDevicePort;
  /** The second port. */
  port2?: SmcDevicePort;
  /** The name of the RDMA device. */
  ibName?: string;
}

/** Wire form of {@linkcode SmcDevice}. */
export const SmcDevice: Attributes<SmcDevice> = attributes((): Shape<SmcDevice> => ({
  useCnt: [1, u32],
  isCrit: [2, yes],
  pciFid: [3, u32],
  pciChid: [4, u16],
  pciVendor: [5, u16],
  pciDevice: [6, u16],
  pciId: [7, text],
  port: [8, SmcDevicePort],
  port2: [9, SmcDevicePort],
  ibName: [10, text],
}));

/** Numbers of buffers or calls by size: SMC_NLA_STATS_PLOAD_*. */
export interface SmcSizes {
  /** Up to 8 KiB. */
  "8k"?: number;
  /** Up to 16 KiB. */
  "16k"?: number;
  /** Up to 32 KiB. */
  "32k"?: number;
  /** Up to 64 KiB. */
  "64k"?: number;
  /** Up to 128 KiB. */
  "128k"?: number;
  /** Up to 256 KiB. */
  "256k"?: number;
  /** Up to 512 KiB. */
  "512k"?: number;
  /** Up to 1 MiB. */
  "1024k"?: number;
  /** More than 1 MiB. */
  g1024k?: number;
}

/** Wire form of {@linkcode SmcSizes}. */
export const SmcSizes: Attributes<SmcSizes> = attributes((): Shape<SmcSizes> => ({
  "8k": [1, count],
  "16k": [2, count],
  "32k": [3, count],
  "64k": [4, count],
  "128k": [5, count],
  "256k": [6, count],
  "512k": [7, count],
  "1024k": [8, count],
  g1024k: [9, count],
}), { pad: 0 });

/** Counters of buffers: SMC_NLA_STATS_RMB_*. */
export interface SmcRmbStats {
  /** Times that the peer's buffer was too small. */
  sizeSmPeerCnt?: number;
  /** Times that the own buffer was too small. */
  sizeSmCnt?: number;
  /** Times that the peer's buffer was full. */
  fullPeerCnt?: number;
  /** Times that the own buffer was full. */
  fullCnt?: number;
  /** Number of buffers used again. */
  reuseCnt?: number;
  /** Number of buffers allocated. */
  allocCnt?: number;
  /** Number of buffers that had to be smaller than wanted. */
  dgradeCnt?: number;
}

/** Wire form of {@linkcode SmcRmbStats}. */
export const SmcRmbStats: Attributes<SmcRmbStats> = attributes((): Shape<SmcRmbStats> => ({
  sizeSmPeerCnt: [1, count],
  sizeSmCnt: [2, count],
  fullPeerCnt: [3, count],
  fullCnt: [4, count],
  reuseCnt: [5, count],
  allocCnt: [6, count],
  dgradeCnt: [7, count],
}), { pad: 0 });

/** Statistics of RDMA or of shared memory: SMC_NLA_STATS_T_*. */
export interface SmcTechStats {
  /** Number of send buffers by size. */
  txRmbSize?: SmcSizes;
  /** Number of receive buffers by size. */
  rxRmbSize?: SmcSizes;
  /** Number of sending calls by bytes. */
  txploadSize?: SmcSizes;
  /** Number of receiving calls by bytes. */
  rxploadSize?: SmcSizes;
  /** Counters of send buffers. */
  txRmbStats?: SmcRmbStats;
  /** Counters of receive buffers. */
  rxRmbStats?: SmcRmbStats;
  /** Number of connections made as client, version 1. */
  clntV1Succ?: number;
  /** Number of connections made as client, version 2. */
  clntV2Succ?: number;
  /** Number of connections accepted as server, version 1. */
  srvV1Succ?: number;
  /** Number of connections accepted as server, version 2. */
  srvV2Succ?: number;
  /** Number of calls of sendpage. */
  sendpageCnt?: number;
  /** Number of calls of splice. */
  spliceCnt?: number;
  /** Number of times that TCP_CORK was set. */
  corkCnt?: number;
  /** Number of times that TCP_NODELAY was set. */
  ndlyCnt?: number;
  /** Number of times that urgent data was sent or received. */
  urgDataCnt?: number;
  /** Number of bytes received. */
  rxBytes?: number;
  /** Number of bytes sent. */
  txBytes?: number;
  /** Number of receiving calls. */
  rxCnt?: number;
  /** Number of sending calls. */
  txCnt?: number;
  /** Bytes of receive buffers that are in use. Kernels after 6.12. */
  rxRmbUsage?: number;
  /** Bytes of send buffers that are in use. Kernels after 6.12. */
  txRmbUsage?: number;
}

/** Wire form of {@linkcode SmcTechStats}. */
export const SmcTechStats: Attributes<SmcTechStats> = attributes((): Shape<SmcTechStats> => ({
  txRmbSize: [1, SmcSizes],
  rxRmbSize: [2, SmcSizes],
  txploadSize: [3, SmcSizes],
  rxploadSize: [4, SmcSizes],
  txRmbStats: [5, SmcRmbStats],
  rxRmbStats: [6, SmcRmbStats],
  clntV1Succ: [7, count],
  clntV2Succ: [8, count],
  srvV1Succ: [9, count],
  srvV2Succ: [10, count],
  sendpageCnt: [11, count],
  spliceCnt: [12, count],
  corkCnt: [13, count],
  ndlyCnt: [14, count],
  urgDataCnt: [15, count],
  rxBytes: [16, count],
  txBytes: [17, count],
  rxCnt: [18, count],
  txCnt: [19, count],
  rxRmbUsage: [20, uint],
  txRmbUsage: [21, uint],
}), { pad: 0 });

/** Statistics of a network namespace: SMC_NLA_STATS_*. */
export interface SmcStats {
  /** Statistics of shared memory (SMC-D). */
  smcdTech?: SmcTechStats;
  /** Statistics of RDMA (SMC-R). */
  smcrTech?: SmcTechStats;
  /** Number of handshakes that failed as client. */
  clntHsErrCnt?: number;
  /** Number of handshakes that failed as server. */
  srvHsErrCnt?: number;
}

/** Wire form of {@linkcode SmcStats}. */
export const SmcStats: Attributes<SmcStats> = attributes((): Shape<SmcStats> => ({
  smcdTech: [1, SmcTechStats],
  smcrTech: [2, SmcTechStats],
  clntHsErrCnt: [3, count],
  srvHsErrCnt: [4, count],
}), { pad: 0 });

/** Number of connections that fell back to plain TCP, for one reason: SMC_NLA_FBACK_STATS_*. */
export interface SmcFallbackStats {
  /** This machine's role: client or server. */
  type?: SmcRole;
  /** Number of all fallbacks as server. */
  srvCnt?: number;
  /** Number of all fallbacks as client. */
  clntCnt?: number;
  /** The reason; see {@linkcode SmcFallback}. */
  rsnCode?: number;
  /** Number of fallbacks for this reason. */
  rsnCnt?: number;
}

/** Wire form of {@linkcode SmcFallbackStats}. */
export const SmcFallbackStats: Attributes<SmcFallbackStats> = attributes((): Shape<SmcFallbackStats> => ({
  type: [1, smcRole],
  srvCnt: [2, count],
  clntCnt: [3, count],
  rsnCode: [4, u32],
  rsnCnt: [5, u16],
}), { pad: 0 });

/** The content of most messages of SMC_GEN_NETLINK: one of these fields. */
export interface SmcMessage {
  /** The properties of SMC on this machine. */
  sysInfo?: SmcSystemInfo;
  /** A link group over RDMA. */
  lgrSmcr?: SmcLgrR;
  /** A link of a link group over RDMA. */
  linkSmcr?: SmcLink;
  /** A link group over shared memory. */
  lgrSmcd?: SmcLgrD;
  /** A device for shared memory. */
  devSmcd?: SmcDevice;
  /** An RDMA device. */
  devSmcr?: SmcDevice;
  /** Statistics of the network namespace. */
  stats?: SmcStats;
  /** Statistics of fallbacks to plain TCP. */
  fbackStats?: SmcFallbackStats;
}

/** Wire form of {@linkcode SmcMessage}: SMC_GEN_*. */
export const SmcMessage: Attributes<SmcMessage> = attributes((): Shape<SmcMessage> => ({
  sysInfo: [1, SmcSystemInfo],
  lgrSmcr: [2, SmcLgrR],
  linkSmcr: [3, SmcLink],
  lgrSmcd: [4, SmcLgrD],
  devSmcd: [5, SmcDevice],
  devSmcr: [6, SmcDevice],
  stats: [7, SmcStats],
  fbackStats: [8, SmcFallbackStats],
}));

/** An enterprise identifier, or a setting that is on or off. In both, kernels use the attributes 1 and 2. */
export interface SmcEid {
  /** The identifier, at most 32 bytes. */
  entry?: string;
  /** True if it is in use; only of the system's own identifier. */
  enabled?: boolean;
}

/** Wire form of {@linkcode SmcEid}: SMC_NLA_EID_TABLE_*, SMC_NLA_SEID_*. */
export const SmcEid: Attributes<SmcEid> = attributes((): Shape<SmcEid> => ({
  entry: [1, blanked],
  enabled: [2, yes],
}));

/** The setting that limits handshakes while there are many. */
export interface SmcHsLimitation {
  /** True if it is on. */
  enabled?: boolean;
}

/** Wire form of {@linkcode SmcHsLimitation}: SMC_NLA_HS_LIMITATION_*. */
export const SmcHsLimitation: Attributes<SmcHsLimitation> = attributes((): Shape<SmcHsLimitation> => ({
  enabled: [1, yes],
}));

/** The generic family. */
export const SMC_GEN_NETLINK: GenericProtocol = {
  name: "SMC_GEN_NETLINK",
  version: 1,
  commands: SMC_NETLINK,
  messages: () => ({ calls: Object.values(SMC_NETLINK).map((cmd) => ({ cmd, codec: tableOf(cmd) })) }),
  hint: "modprobe smc loads it, if the kernel is configured with CONFIG_SMC",
};

/** Returns the codec for the messages of a command, in both directions. */
function tableOf(cmd: number): Codec<unknown, never> {
  if (cmd < SMC_NETLINK.SMC_NETLINK_DUMP_UEID) return SmcMessage;
  return cmd < SMC_NETLINK.SMC_NETLINK_DUMP_HS_LIMITATION ? SmcEid : SmcHsLimitation;
}

/** Operations on SMC in one network namespace. */
export class Smc implements Disposable {
  readonly #options: OpenOptions | undefined;
  #diag: Client | undefined;
  #generic: Client | undefined;
  readonly #caller: GenericCaller;

  /**
   * Opens sockets when they are needed; {@linkcode open} reads better.
   *
   * @param options options of the sockets; when absent, the sockets that all callers share are used
   */
  constructor(options?: OpenOptions) {
    this.#options = options;
    this.#caller = new GenericCaller(SMC_GEN_NETLINK, () => this.#generic ??= this.#client(NETLINK_GENERIC));
    bindMethods(this);
  }

  /**
   * Returns all SMC sockets, as `smcss` shows them.
   *
   * @param ext the optional parts of each socket to return; all of them when absent
   * @throws {KernelError} ENOENT: the kernel has no module smc_diag
   */
  sockets(ext?: readonly SmcExtension[]): SmcSocket[] {
    return new Sockets(smcForm(ext), () => this.#diag ??= this.#client(NETLINK_SOCK_DIAG)).list();
  }

  /** Returns the properties of SMC on this machine. */
  systemInfo(): SmcSystemInfo {
    return this.#pick(SMC_NETLINK.SMC_NETLINK_GET_SYS_INFO, "sysInfo", "get SMC's system information")[0] ?? {};
  }

  /** Returns the link groups over RDMA. */
  linkGroups(): SmcLgrR[] {
    return this.#pick(SMC_NETLINK.SMC_NETLINK_GET_LGR_SMCR, "lgrSmcr", "list SMC-R link groups");
  }

  /** Returns the links over RDMA, each with its group's number. */
  links(): (SmcLink & { lgrId?: number })[] {
    const links: (SmcLink & { lgrId?: number })[] = [];
    let lgrId: number | undefined;
    // A link group comes before its links.
    for (const { lgrSmcr, linkSmcr } of this.#messages(SMC_NETLINK.SMC_NETLINK_GET_LINK_SMCR, "list SMC-R links")) {
      if (lgrSmcr !== undefined) lgrId = lgrSmcr.id;
      if (linkSmcr !== undefined) links.push({ ...(lgrId === undefined ? {} : { lgrId }), ...linkSmcr });
    }
    return links;
  }

  /** Returns the link groups over shared memory. */
  memoryLinkGroups(): SmcLgrD[] {
    return this.#pick(SMC_NETLINK.SMC_NETLINK_GET_LGR_SMCD, "lgrSmcd", "list SMC-D link groups");
  }

  /** Returns the RDMA devices. */
  devices(): SmcDevice[] {
    return this.#pick(SMC_NETLINK.SMC_NETLINK_GET_DEV_SMCR, "devSmcr", "list SMC-R devices");
  }

  /** Returns the devices for shared memory. */
  memoryDevices(): SmcDevice[] {
    return this.#pick(SMC_NETLINK.SMC_NETLINK_GET_DEV_SMCD, "devSmcd", "list SMC-D devices");
  }

  /** Returns the statistics of the network namespace. */
  statistics(): SmcStats {
    return this.#pick(SMC_NETLINK.SMC_NETLINK_GET_STATS, "stats", "get SMC's statistics")[0] ?? {};
  }

  /** Returns how many connections fell back to plain TCP, by reason. */
  fallbackStatistics(): SmcFallbackStats[] {
    const command = SMC_NETLINK.SMC_NETLINK_GET_FBACK_STATS;
    return this.#pick(command, "fbackStats", "get SMC's fallback statistics");
  }

  /** Returns the users' enterprise identifiers. */
  userEids(): string[] {
    const command = SMC_NETLINK.SMC_NETLINK_DUMP_UEID;
    const all = this.#dump<SmcEid>(command, "list SMC's user identifiers");
    return all.flatMap(({ entry }) => entry === undefined ? [] : [entry]);
  }

  /**
   * Adds a user's enterprise identifier: at most 32 characters of A-Z, 0-9, `.` and `-`, of which the first is a letter
   * or digit.
   *
   * @throws {KernelError} EINVAL: it has other characters; EEXIST: it is there already; ERANGE: there are four already
   */
  addUserEid(entry: string): void {
    expectType(entry, "add an SMC user identifier", "string");
    this.#do(SMC_NETLINK.SMC_NETLINK_ADD_UEID, `add SMC user identifier ${entry}`, { entry });
  }

  /** Removes a user's enterprise identifier. */
  removeUserEid(entry: string): void {
    expectType(entry, "remove an SMC user identifier", "string");
    this.#do(SMC_NETLINK.SMC_NETLINK_REMOVE_UEID, `remove SMC user identifier ${entry}`, { entry });
  }

  /** Removes all users' enterprise identifiers. */
  flushUserEids(): void {
    this.#do(SMC_NETLINK.SMC_NETLINK_FLUSH_UEID, "remove all of SMC's user identifiers");
  }

  /** Returns the system's own enterprise identifier, and if it is in use. */
  systemEid(): Pick<SmcEid, "entry" | "enabled"> {
    const command = SMC_NETLINK.SMC_NETLINK_DUMP_SEID;
    const [found = {}] = this.#dump<SmcEid>(command, "get SMC's system identifier");
    const { entry, enabled } = found;
    return { ...(entry === undefined ? {} : { entry }), ...(enabled === undefined ? {} : { enabled }) };
  }

  /**
   * Turns the use of the system's own enterprise identifier on or off.
   *
   * @throws {KernelError} EOPNOTSUPP: there is none, as no device provides it
   */
  setSystemEid(enabled: boolean): void {
    expectType(enabled, "enable or disable SMC's system identifier", "boolean");
    const { SMC_NETLINK_ENABLE_SEID: on, SMC_NETLINK_DISABLE_SEID: off } = SMC_NETLINK;
    this.#do(enabled ? on : off, `${enabled ? "enable" : "disable"} SMC's system identifier`);
  }

  /** Returns true if handshakes are limited while there are many. */
  hsLimitation(): boolean {
    const command = SMC_NETLINK.SMC_NETLINK_DUMP_HS_LIMITATION;
    return this.#dump<SmcHsLimitation>(command, "get SMC's limit of handshakes")[0]?.enabled ?? false;
  }

  /** Turns the limit of handshakes on or off. */
  setHsLimitation(enabled: boolean): void {
    expectType(enabled, "enable or disable SMC's limit of handshakes", "boolean");
    const { SMC_NETLINK_ENABLE_HS_LIMITATION: on, SMC_NETLINK_DISABLE_HS_LIMITATION: off } = SMC_NETLINK;
    this.#do(enabled ? on : off, `${enabled ? "enable" : "disable"} SMC's limit of handshakes`);
  }

  /** Closes this object's own sockets. Shared ones stay open. */
  close(): void {
    if (this.#options === undefined) return;
    this.#diag?.close();
    this.#generic?.close();
  }

  /** The same as {@linkcode Smc.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #client(protocol: Protocol): Client {
    if (this.#options === undefined) return sharedClient(protocol);
    // Both sockets are in the namespace of the one that was opened first.
    return (this.#diag ?? this.#generic)?.sibling(protocol) ?? new Client(protocol, this.#options);
  }

  #dump<T>(cmd: number, what: string): T[] {
    return this.#caller.dump({ cmd, codec: tableOf(cmd), value: {}, what }) as T[];
  }

  #messages(cmd: number, what: string): SmcMessage[] {
    return this.#dump<SmcMessage>(cmd, what);
  }

  #pick<K extends keyof SmcMessage>(cmd: number, key: K, what: string): Exclude<SmcMessage[K], undefined>[] {
    return this.#messages(cmd, what).flatMap((one) => {
      const value = one[key];
      return value === undefined ? [] : [value as Exclude<SmcMessage[K], undefined>];
    });
  }

  #do(cmd: number, what: string, value: Pick<SmcEid, "entry"> = {}): void {
    this.#caller.request({ cmd, codec: tableOf(cmd), value, what });
  }
}

/** Opens an object with its own sockets, for example in another namespace. */
export function open(options: OpenOptions = {}): Smc {
  return new Smc(options);
}

/** Operations on SMC in this namespace, over sockets that the first use opens. */
export const smc: Smc = new Smc();
