/**
 * macsec: secure channels and keys of MACsec interfaces, as `ip macsec` shows and sets them.
 *
 * ```ts
 * import { macsec } from "@linux/netlink/families/generic/macsec.ts";
 * const key = crypto.getRandomValues(new Uint8Array(16)), theirs = "00112233445566778899aabbccddeeff";
 * macsec.addTxSa("macsec0", { an: 0, pn: 1, active: true, keyid: "01", key });
 * macsec.addRxSc("macsec0", { sci: "5254001234560001", active: true });
 * macsec.addRxSa("macsec0", "5254001234560001", { an: 0, pn: 1, active: true, keyid: "02", key: theirs });
 * console.log(macsec.get("macsec0").txscStats);
 * ```
 *
 * The interfaces are links of kind `macsec`. Reading needs no privilege, changing needs CAP_NET_ADMIN. In Linux since
 * 4.6.
 *
 * Source: linux/if_macsec.h, v7.1.
 * @module
 */
import { expectFields, expectType } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  count64,
  enumeration,
  hex,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  list,
  readOnly,
  secretBytes,
  type Shape,
  u32,
  u64,
  u8,
  uint,
} from "../../core/codec/mod.ts";
import {
  everyCommand,
  GenericCollection,
  type GenericDeclaration,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";

/** The commands: MACSEC_CMD_*. */
export const MACSEC_CMD = {
  MACSEC_CMD_GET_TXSC: 0,
  MACSEC_CMD_ADD_RXSC: 1,
  MACSEC_CMD_DEL_RXSC: 2,
  MACSEC_CMD_UPD_RXSC: 3,
  MACSEC_CMD_ADD_TXSA: 4,
  MACSEC_CMD_DEL_TXSA: 5,
  MACSEC_CMD_UPD_TXSA: 6,
  MACSEC_CMD_ADD_RXSA: 7,
  MACSEC_CMD_DEL_RXSA: 8,
  MACSEC_CMD_UPD_RXSA: 9,
  MACSEC_CMD_UPD_OFFLOAD: 10,
} as const;

/** The generic family. */
export const MACSEC: GenericProtocol = {
  name: "macsec",
  version: 1,
  commands: MACSEC_CMD,
  messages: () => ({ collections: [declaration], calls: everyCommand(MACSEC_CMD, MacsecDevice) }),
  hint: "in Linux since 4.6: modprobe macsec loads it, if the kernel is configured with CONFIG_MACSEC",
};

/** The numbers of cipher suites: MACSEC_CIPHER_ID_*, and the older number of the first. */
const CIPHERS: readonly (readonly [name: CipherSuite & string, id: bigint])[] = [
  ["gcm_aes_128", 0x0080c20001000001n],
  ["gcm_aes_256", 0x0080c20001000002n],
  ["gcm_aes_xpn_128", 0x0080c20001000003n],
  ["gcm_aes_xpn_256", 0x0080c20001000004n],
  ["gcm_aes_128", 0x0080020001000001n],
];

/** A cipher suite; XPN suites have packet numbers of 64 bits. */
export type CipherSuite = "gcm_aes_128" | "gcm_aes_256" | "gcm_aes_xpn_128" | "gcm_aes_xpn_256" | bigint;

const cipherSuite: Codec<CipherSuite> = {
  ...u64,
  name: "a cipher suite",
  decode(from, at, end, owner) {
    const id = u64.decode(from, at, end, owner);
    return CIPHERS.find(([, known]) => known === id)?.[0] ?? id;
  },
  encode(value, to, owner) {
    const id = CIPHERS.find(([name]) => name === value)?.[1] ?? value;
    return u64.encode(id as bigint, to, owner);
  },
};

/** The treatment of packets that fail validation. */
export type MacsecValidate = "disabled" | "check" | "strict" | number;

const validate: Codec<MacsecValidate> = enumeration(u8, { disabled: 0, check: 1, strict: 2 });

/** The place of encryption: the kernel, the PHY or the MAC. */
export type MacsecOffload = "off" | "phy" | "mac" | number;

const offload: Codec<MacsecOffload> = enumeration(u8, { off: 0, phy: 1, mac: 2 });

const sci: Codec<string> = hex(8);
const keyid: Codec<string> = {
  ...hex(16),
  // Decoding returns all bytes; encoding accepts fewer, and fills up with zeros.
  encode(value, to) {
    const start = to.length;
    hex().encode(value, to, {});
    if (to.length - start > 16) to.fail(RangeError, "expected at most 16 bytes");
    to.grow(start + 16 - to.length);
  },
};

/** The packet counters of an association. */
export interface MacsecSaStats {
  /** Number of valid packets received. Read-only. */
  inPktsOk?: number;
  /** Number of invalid packets received and accepted. Read-only. */
  inPktsInvalid?: number;
  /** Number of invalid packets received and dropped. Read-only. */
  inPktsNotValid?: number;
  /** Number of packets received while the association was not in use. Read-only. */
  inPktsNotUsingSa?: number;
  /** Number of packets received, and accepted, for an association that does not exist. Read-only. */
  inPktsUnusedSa?: number;
  /** Number of packets sent with an integrity check value only. Read-only. */
  outPktsProtected?: number;
  /** Number of packets sent encrypted. Read-only. */
  outPktsEncrypted?: number;
}

/** Wire form of {@linkcode MacsecSaStats}: MACSEC_SA_STATS_ATTR_*. */
export const MacsecSaStats: Attributes<MacsecSaStats> = attributes((): Shape<MacsecSaStats> => ({
  inPktsOk: [1, u32, readOnly],
  inPktsInvalid: [2, u32, readOnly],
  inPktsNotValid: [3, u32, readOnly],
  inPktsNotUsingSa: [4, u32, readOnly],
  inPktsUnusedSa: [5, u32, readOnly],
  outPktsProtected: [6, u32, readOnly],
  outPktsEncrypted: [7, u32, readOnly],
}));

/** A secure association: a key in a channel. */
export interface MacsecSa {
  /** The association number, 0..3. */
  an?: number;
  /** True if it is in use. */
  active?: boolean;
  /** The number of the next packet; must be a bigint for XPN suites. */
  pn?: number;
  /** The key, 16 or 32 bytes. Only given. */
  key?: Uint8Array;
  /** The identifier of the key, 16 bytes in hexadecimal. */
  keyid?: string;
  /** The packet counters. Read-only. */
  stats?: MacsecSaStats;
  /** The short identifier of the channel, for XPN suites, u32. */
  ssci?: number;
  /** The salt, for XPN suites, 12 bytes in hexadecimal. */
  salt?: string;
}

/** Wire form of {@linkcode MacsecSa}: MACSEC_SA_ATTR_*. */
export const MacsecSa: Attributes<MacsecSa> = attributes((): Shape<MacsecSa> => ({
  an: [1, u8, key],
  active: [2, bool(u8)],
  pn: [3, uint],
  key: [4, secretBytes, "input"],
  keyid: [5, keyid],
  stats: [6, MacsecSaStats, readOnly],
  ssci: [8, u32],
  salt: [9, hex(12)],
}));

/** The packet counters of a peer's channel. */
export interface MacsecRxscStats {
  /** Number of bytes validated. Read-only. */
  inOctetsValidated?: number;
  /** Number of bytes decrypted. Read-only. */
  inOctetsDecrypted?: number;
  /** Number of packets not validated. Read-only. */
  inPktsUnchecked?: number;
  /** Number of packets that came late and were accepted. Read-only. */
  inPktsDelayed?: number;
  /** Number of valid packets. Read-only. */
  inPktsOk?: number;
  /** Number of invalid packets that were accepted. Read-only. */
  inPktsInvalid?: number;
  /** Number of packets that came too late and were dropped. Read-only. */
  inPktsLate?: number;
  /** Number of invalid packets that were dropped. Read-only. */
  inPktsNotValid?: number;
  /** Number of packets dropped as their association was not in use. Read-only. */
  inPktsNotUsingSa?: number;
  /** Number of packets accepted although their association did not exist. Read-only. */
  inPktsUnusedSa?: number;
}

/** Wire form of {@linkcode MacsecRxscStats}: MACSEC_RXSC_STATS_ATTR_*. */
export const MacsecRxscStats: Attributes<MacsecRxscStats> = attributes((): Shape<MacsecRxscStats> => ({
  inOctetsValidated: [1, count64, readOnly],
  inOctetsDecrypted: [2, count64, readOnly],
  inPktsUnchecked: [3, count64, readOnly],
  inPktsDelayed: [4, count64, readOnly],
  inPktsOk: [5, count64, readOnly],
  inPktsInvalid: [6, count64, readOnly],
  inPktsLate: [7, count64, readOnly],
  inPktsNotValid: [8, count64, readOnly],
  inPktsNotUsingSa: [9, count64, readOnly],
  inPktsUnusedSa: [10, count64, readOnly],
}));

/** A receive channel: the channel that a peer sends on. */
export interface MacsecRxsc {
  /** The secure channel identifier: 16 hexadecimal digits, MAC address and port. */
  sci?: string;
  /** True if it is in use. */
  active?: boolean;
  /** Its associations. Read-only. */
  saList?: readonly MacsecSa[];
  /** The packet counters. Read-only. */
  stats?: MacsecRxscStats;
}

/** Wire form of {@linkcode MacsecRxsc}: MACSEC_RXSC_ATTR_*. */
export const MacsecRxsc: Attributes<MacsecRxsc> = attributes((): Shape<MacsecRxsc> => ({
  sci: [1, sci, key],
  active: [2, bool(u8)],
  saList: [3, list(MacsecSa), readOnly],
  stats: [4, MacsecRxscStats, readOnly],
}));

/** The packet counters of the transmit channel. */
export interface MacsecTxscStats {
  /** Number of packets with an integrity check value only. Read-only. */
  outPktsProtected?: number;
  /** Number of packets encrypted. Read-only. */
  outPktsEncrypted?: number;
  /** Number of bytes with an integrity check value only. Read-only. */
  outOctetsProtected?: number;
  /** Number of bytes encrypted. Read-only. */
  outOctetsEncrypted?: number;
}

/** Wire form of {@linkcode MacsecTxscStats}: MACSEC_TXSC_STATS_ATTR_*. */
export const MacsecTxscStats: Attributes<MacsecTxscStats> = attributes((): Shape<MacsecTxscStats> => ({
  outPktsProtected: [1, count64, readOnly],
  outPktsEncrypted: [2, count64, readOnly],
  outOctetsProtected: [3, count64, readOnly],
  outOctetsEncrypted: [4, count64, readOnly],
}));

/** The counters of packets that belong to no channel. */
export interface MacsecSecyStats {
  /** Number of packets sent without a MACsec tag. Read-only. */
  outPktsUntagged?: number;
  /** Number of packets received without a tag and accepted. Read-only. */
  inPktsUntagged?: number;
  /** Number of packets too long to be sent. Read-only. */
  outPktsTooLong?: number;
  /** Number of packets received without a tag and dropped. Read-only. */
  inPktsNoTag?: number;
  /** Number of packets received with a bad tag. Read-only. */
  inPktsBadTag?: number;
  /** Number of packets of unknown channels that were accepted. Read-only. */
  inPktsUnknownSci?: number;
  /** Number of packets of unknown channels that were dropped. Read-only. */
  inPktsNoSci?: number;
  /** Number of packets dropped as too many arrived. Read-only. */
  inPktsOverrun?: number;
}

/** Wire form of {@linkcode MacsecSecyStats}: MACSEC_SECY_STATS_ATTR_*. */
export const MacsecSecyStats: Attributes<MacsecSecyStats> = attributes((): Shape<MacsecSecyStats> => ({
  outPktsUntagged: [1, count64, readOnly],
  inPktsUntagged: [2, count64, readOnly],
  outPktsTooLong: [3, count64, readOnly],
  inPktsNoTag: [4, count64, readOnly],
  inPktsBadTag: [5, count64, readOnly],
  inPktsUnknownSci: [6, count64, readOnly],
  inPktsNoSci: [7, count64, readOnly],
  inPktsOverrun: [8, count64, readOnly],
}));

/** The settings of an interface; they are changed through its link of kind `macsec`. */
export interface MacsecSecy {
  /** The identifier of the transmit channel. Read-only. */
  sci?: string;
  /** The number of the association that it sends with. Read-only. */
  encodingSa?: number;
  /** The replay window, in packets. Read-only. */
  window?: number;
  /** The cipher suite. Read-only. */
  cipherSuite?: CipherSuite;
  /** The length of the integrity check value, in bytes. Read-only. */
  icvLen?: number;
  /** True if packets are protected. Read-only. */
  protect?: boolean;
  /** True if replayed packets are dropped. Read-only. */
  replay?: boolean;
  /** True if it is operational: it can send. Read-only. */
  oper?: boolean;
  /** The treatment of packets that fail validation. Read-only. */
  validate?: MacsecValidate;
  /** True if packets are encrypted. Read-only. */
  encrypt?: boolean;
  /** True if each packet contains the channel's identifier. Read-only. */
  incSci?: boolean;
  /** True if it is an end station. Read-only. */
  es?: boolean;
  /** True if it is a single copy broadcast. Read-only. */
  scb?: boolean;
}

/** Wire form of {@linkcode MacsecSecy}: MACSEC_SECY_ATTR_*. */
export const MacsecSecy: Attributes<MacsecSecy> = attributes((): Shape<MacsecSecy> => ({
  sci: [1, sci, readOnly],
  encodingSa: [2, u8, readOnly],
  window: [3, u32, readOnly],
  cipherSuite: [4, cipherSuite, readOnly],
  icvLen: [5, u8, readOnly],
  protect: [6, bool(u8), readOnly],
  replay: [7, bool(u8), readOnly],
  oper: [8, bool(u8), readOnly],
  validate: [9, validate, readOnly],
  encrypt: [10, bool(u8), readOnly],
  incSci: [11, bool(u8), readOnly],
  es: [12, bool(u8), readOnly],
  scb: [13, bool(u8), readOnly],
}));

/** The setting for the place of encryption. */
export interface MacsecOffloadSetting {
  /** The place of encryption. */
  type?: MacsecOffload;
}

/** Wire form of {@linkcode MacsecOffloadSetting}: MACSEC_OFFLOAD_ATTR_*. */
export const MacsecOffloadSetting: Attributes<MacsecOffloadSetting> = attributes((): Shape<MacsecOffloadSetting> => ({
  type: [1, offload],
}));

/** A MACsec interface with its channels. */
export interface MacsecDevice {
  /** The interface's number. */
  ifindex?: Ifindex;
  /** The interface's name. */
  dev?: string;
  /** The receive channel that a change is about. */
  rxscConfig?: MacsecRxsc;
  /** The association that a change is about. */
  saConfig?: MacsecSa;
  /** The settings. Read-only. */
  secy?: MacsecSecy;
  /** The associations of the transmit channel. Read-only. */
  txsaList?: readonly MacsecSa[];
  /** The receive channels: those of peers. Read-only. */
  rxscList?: readonly MacsecRxsc[];
  /** The packet counters of the transmit channel. Read-only. */
  txscStats?: MacsecTxscStats;
  /** The counters of packets that belong to no channel. Read-only. */
  secyStats?: MacsecSecyStats;
  /** The place of encryption. */
  offload?: MacsecOffloadSetting;
}

/** Wire form of {@linkcode MacsecDevice}: MACSEC_ATTR_*. */
export const MacsecDevice: Attributes<MacsecDevice> = attributes((): Shape<MacsecDevice> => ({
  ifindex: [1, ifindex, key],
  dev: interfaceNameOf("ifindex"),
  rxscConfig: [2, MacsecRxsc, "input"],
  saConfig: [3, MacsecSa, "input"],
  secy: [4, MacsecSecy, readOnly],
  txsaList: [5, list(MacsecSa), readOnly],
  rxscList: [6, list(MacsecRxsc), readOnly],
  txscStats: [7, MacsecTxscStats, readOnly],
  secyStats: [8, MacsecSecyStats, readOnly],
  offload: [9, MacsecOffloadSetting],
}));

const declaration: GenericDeclaration<MacsecDevice> = {
  object: "MACsec interface",
  table: MacsecDevice,
  family: MACSEC,
  commands: { get: MACSEC_CMD.MACSEC_CMD_GET_TXSC },
  listOnly: true,
  filters: [],
  describe: (value) => String((value as MacsecDevice).dev ?? (value as MacsecDevice).ifindex ?? ""),
  identity: ({ ifindex }) => String(ifindex),
  fromKey: (key) => ({ ifindex: key }),
  interface: ["dev", "ifindex"],
  keyOf: (value) => ({ ifindex: (value as MacsecDevice).dev ?? (value as MacsecDevice).ifindex }),
};

/** Returns the words for a channel or an association in messages; its number may be absent. */
const channel = (sci: string | undefined): string => sci === undefined ? "a channel" : `channel ${sci}`;
const association = (an: number | undefined): string => `association${an === undefined ? "" : ` ${an}`}`;

/** An interface: its name or number, or a listed object. */
export type MacsecName = string | number | MacsecDevice;

/** The input form of an association. */
export interface MacsecSaInput extends Omit<MacsecSa, "key" | "pn"> {
  /** The key: 16 or 32 bytes, or the same as hexadecimal text. */
  key?: Uint8Array | string;
  /** The number of the next packet; a bigint for XPN suites. */
  pn?: number | bigint;
}

/** Operations on the MACsec interfaces of a namespace. */
export class Macsec
  extends GenericCollection<MacsecDevice, object, MacsecName, true, "add" | "set" | "delete" | "flush"> {
  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
  }

  #change(cmd: number, dev: MacsecName, value: object, what: string): void {
    const { ifindex } = this.keyValue(dev) as { ifindex: string | number };
    const codec = MacsecDevice as Codec<unknown, never>;
    this.caller.request({ cmd, codec, value: { ifindex, ...value }, what: `${what} of ${ifindex}` });
  }

  /** Adds the channel of a peer. */
  addRxSc(dev: MacsecName, rxscConfig: MacsecRxsc): void {
    expectFields(rxscConfig, "add a channel");
    this.#change(MACSEC_CMD.MACSEC_CMD_ADD_RXSC, dev, { rxscConfig }, `add ${channel(rxscConfig.sci)}`);
  }

  /** Enables or disables the channel of a peer. */
  setRxSc(dev: MacsecName, rxscConfig: MacsecRxsc): void {
    expectFields(rxscConfig, "set a channel");
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_RXSC, dev, { rxscConfig }, `set ${channel(rxscConfig.sci)}`);
  }

  /** Deletes the channel of a peer, with its associations. */
  deleteRxSc(dev: MacsecName, sci: string): void {
    expectType(sci, "delete a channel", "string");
    this.#change(MACSEC_CMD.MACSEC_CMD_DEL_RXSC, dev, { rxscConfig: { sci } }, `delete channel ${sci}`);
  }

  /** Adds a key to send with. */
  addTxSa(dev: MacsecName, saConfig: MacsecSaInput): void {
    expectFields(saConfig, "add a sending association");
    this.#change(MACSEC_CMD.MACSEC_CMD_ADD_TXSA, dev, { saConfig }, `add sending ${association(saConfig.an)}`);
  }

  /** Changes the packet number of a key to send with, or enables or disables it. */
  setTxSa(dev: MacsecName, saConfig: MacsecSaInput): void {
    expectFields(saConfig, "set a sending association");
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_TXSA, dev, { saConfig }, `set sending ${association(saConfig.an)}`);
  }

  /** Deletes a key to send with; it must not be in use. */
  deleteTxSa(dev: MacsecName, an: number): void {
    expectType(an, "delete a sending association", "number");
    this.#change(MACSEC_CMD.MACSEC_CMD_DEL_TXSA, dev, { saConfig: { an } }, `delete sending association ${an}`);
  }

  /** Adds a key that a peer sends with. */
  addRxSa(dev: MacsecName, sci: string, saConfig: MacsecSaInput): void {
    expectType(sci, "add an association of a channel", "string");
    expectFields(saConfig, "add an association of a channel");
    const value = { rxscConfig: { sci }, saConfig };
    this.#change(MACSEC_CMD.MACSEC_CMD_ADD_RXSA, dev, value, `add ${association(saConfig.an)} of channel ${sci}`);
  }

  /** Changes the packet number of a peer's key, or enables or disables it. */
  setRxSa(dev: MacsecName, sci: string, saConfig: MacsecSaInput): void {
    expectType(sci, "set an association of a channel", "string");
    expectFields(saConfig, "set an association of a channel");
    const value = { rxscConfig: { sci }, saConfig };
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_RXSA, dev, value, `set ${association(saConfig.an)} of channel ${sci}`);
  }

  /** Deletes a peer's key; it must not be in use. */
  deleteRxSa(dev: MacsecName, sci: string, an: number): void {
    expectType(sci, "delete an association of a channel", "string");
    expectType(an, "delete an association of a channel", "number");
    const value = { rxscConfig: { sci }, saConfig: { an } };
    this.#change(MACSEC_CMD.MACSEC_CMD_DEL_RXSA, dev, value, `delete association ${an} of channel ${sci}`);
  }

  /** Sets the place of encryption. */
  setOffload(dev: MacsecName, type: MacsecOffload): void {
    expectType(type, "set offload", "string", "number");
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_OFFLOAD, dev, { offload: { type } }, "set offload");
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<{ readonly macsec: Macsec }> {
  return openGeneric(options, (open, requester) => ({ macsec: new Macsec(open, requester) }));
}

/** Operations on the MACsec interfaces of this namespace, over a socket that the first use opens. */
export const macsec: Macsec = new Macsec(sharedGeneric);
export type * from "./types.ts";
