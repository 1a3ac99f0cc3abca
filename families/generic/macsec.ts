/**
 * macsec: keys and channels of MACsec interfaces, what `ip macsec` does.
 *
 * ```ts ignore
 * import { macsec } from "@linux/netlink/families/generic/macsec.ts";
 * macsec.addTxSa("macsec0", { an: 0, pn: 1, active: true, keyid: "01", key });
 * macsec.addRxSc("macsec0", { sci: "5254001234560001", active: true });
 * macsec.addRxSa("macsec0", "5254001234560001", { an: 0, pn: 1, active: true, keyid: "02", key: theirs });
 * console.log(macsec.get("macsec0").txscStats);
 * ```
 *
 * Interfaces themselves are links of kind `macsec`. Looking needs no privilege, changing CAP_NET_ADMIN. In Linux since 4.6.
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
  bytes,
  type Codec,
  count64,
  enumeration,
  hex,
  ifindex,
  key,
  list,
  nameOf,
  readOnly,
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

/** Commands. */
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

/** The family. */
export const MACSEC: GenericProtocol = {
  name: "macsec",
  version: 1,
  commands: MACSEC_CMD,
  messages: () => ({ collections: [declaration], calls: everyCommand(MACSEC_CMD, MacsecDevice) }),
  hint: "in Linux since 4.6: modprobe macsec loads it, where the kernel is configured with CONFIG_MACSEC",
};

/** MACSEC_CIPHER_ID_*, and the older number of the first. */
const CIPHERS: readonly (readonly [name: CipherSuite & string, id: bigint])[] = [
  ["gcm_aes_128", 0x0080c20001000001n],
  ["gcm_aes_256", 0x0080c20001000002n],
  ["gcm_aes_xpn_128", 0x0080c20001000003n],
  ["gcm_aes_xpn_256", 0x0080c20001000004n],
  ["gcm_aes_128", 0x0080020001000001n],
];

/** How packets are encrypted; XPN counts them in 64 bits. */
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

/** What is done with packets that are not as they should be. */
export type MacsecValidate = "disabled" | "check" | "strict" | number;

const validate: Codec<MacsecValidate> = enumeration(u8, { disabled: 0, check: 1, strict: 2 });

/** Who encrypts: the kernel, the PHY or the MAC. */
export type MacsecOffload = "off" | "phy" | "mac" | number;

const offload: Codec<MacsecOffload> = enumeration(u8, { off: 0, phy: 1, mac: 2 });

const sci: Codec<string> = hex(8);
const keyid: Codec<string> = {
  ...hex(16),
  // It is shown whole and may be given short: the rest is zero.
  encode(value, to) {
    const start = to.length;
    hex().encode(value, to, {});
    if (to.length - start > 16) to.fail(RangeError, "expected at most 16 bytes");
    to.grow(start + 16 - to.length);
  },
};

/** What became of packets of an association. */
export interface MacsecSaStats {
  /** Received and good. Read-only. */
  inPktsOk?: number;
  /** Received, not good, and let through. Read-only. */
  inPktsInvalid?: number;
  /** Received, not good, and dropped. Read-only. */
  inPktsNotValid?: number;
  /** Received while it was not in use. Read-only. */
  inPktsNotUsingSa?: number;
  /** Received without its being there. Read-only. */
  inPktsUnusedSa?: number;
  /** Sent with a check value. Read-only. */
  outPktsProtected?: number;
  /** Sent encrypted. Read-only. */
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

/** A security association: a key in use. */
export interface MacsecSa {
  /** Its number, 0..3. */
  an?: number;
  /** Whether it is in use. */
  active?: boolean;
  /** Number of the next packet; give a bigint where the suite is XPN. */
  pn?: number;
  /** The key, 16 or 32 bytes. Only given. */
  key?: Uint8Array;
  /** Name of the key, 16 bytes in hexadecimal. */
  keyid?: string;
  /** What became of its packets. Read-only. */
  stats?: MacsecSaStats;
  /** Short number of the channel, of XPN suites. */
  ssci?: number;
  /** Salt, of XPN suites, 12 bytes. */
  salt?: string;
}

/** Wire form of {@linkcode MacsecSa}: MACSEC_SA_ATTR_*. */
export const MacsecSa: Attributes<MacsecSa> = attributes((): Shape<MacsecSa> => ({
  an: [1, u8, key],
  active: [2, bool(u8)],
  pn: [3, uint],
  key: [4, bytes, "input"],
  keyid: [5, keyid],
  stats: [6, MacsecSaStats, readOnly],
  ssci: [8, u32],
  salt: [9, hex(12)],
}));

/** What became of packets of a channel. */
export interface MacsecRxscStats {
  /** Bytes that were checked. Read-only. */
  inOctetsValidated?: number;
  /** Bytes that were decrypted. Read-only. */
  inOctetsDecrypted?: number;
  /** Packets that were not checked. Read-only. */
  inPktsUnchecked?: number;
  /** Packets that came late and were let through. Read-only. */
  inPktsDelayed?: number;
  /** Packets that were good. Read-only. */
  inPktsOk?: number;
  /** Packets that were not good and let through. Read-only. */
  inPktsInvalid?: number;
  /** Packets that came too late. Read-only. */
  inPktsLate?: number;
  /** Packets that were not good and dropped. Read-only. */
  inPktsNotValid?: number;
  /** Packets of associations that are not in use. Read-only. */
  inPktsNotUsingSa?: number;
  /** Packets of associations that there are not. Read-only. */
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

/** A channel on which a peer sends. */
export interface MacsecRxsc {
  /** Its identifier: 16 hexadecimal digits, MAC address and port. */
  sci?: string;
  /** Whether it is in use. */
  active?: boolean;
  /** Its associations. Read-only. */
  saList?: readonly MacsecSa[];
  /** What became of its packets. Read-only. */
  stats?: MacsecRxscStats;
}

/** Wire form of {@linkcode MacsecRxsc}: MACSEC_RXSC_ATTR_*. */
export const MacsecRxsc: Attributes<MacsecRxsc> = attributes((): Shape<MacsecRxsc> => ({
  sci: [1, sci, key],
  active: [2, bool(u8)],
  saList: [3, list(MacsecSa), readOnly],
  stats: [4, MacsecRxscStats, readOnly],
}));

/** What became of packets that were sent. */
export interface MacsecTxscStats {
  /** Packets with a check value. Read-only. */
  outPktsProtected?: number;
  /** Packets encrypted. Read-only. */
  outPktsEncrypted?: number;
  /** Bytes with a check value. Read-only. */
  outOctetsProtected?: number;
  /** Bytes encrypted. Read-only. */
  outOctetsEncrypted?: number;
}

/** Wire form of {@linkcode MacsecTxscStats}: MACSEC_TXSC_STATS_ATTR_*. */
export const MacsecTxscStats: Attributes<MacsecTxscStats> = attributes((): Shape<MacsecTxscStats> => ({
  outPktsProtected: [1, count64, readOnly],
  outPktsEncrypted: [2, count64, readOnly],
  outOctetsProtected: [3, count64, readOnly],
  outOctetsEncrypted: [4, count64, readOnly],
}));

/** What became of packets outside channels. */
export interface MacsecSecyStats {
  /** Sent without tag. Read-only. */
  outPktsUntagged?: number;
  /** Received without tag, and let through. Read-only. */
  inPktsUntagged?: number;
  /** Too long to be sent. Read-only. */
  outPktsTooLong?: number;
  /** Received without tag, and dropped. Read-only. */
  inPktsNoTag?: number;
  /** Received with a bad tag. Read-only. */
  inPktsBadTag?: number;
  /** Of channels that are not known, let through. Read-only. */
  inPktsUnknownSci?: number;
  /** Of channels that are not known, dropped. Read-only. */
  inPktsNoSci?: number;
  /** Too many to be looked at. Read-only. */
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

/** How an interface is set; links of kind `macsec` set it. */
export interface MacsecSecy {
  /** Identifier of the channel on which it sends. Read-only. */
  sci?: string;
  /** Association that it sends with. Read-only. */
  encodingSa?: number;
  /** How far behind packets may be. Read-only. */
  window?: number;
  /** How packets are encrypted. Read-only. */
  cipherSuite?: CipherSuite;
  /** Bytes of the check value. Read-only. */
  icvLen?: number;
  /** Whether packets are protected. Read-only. */
  protect?: boolean;
  /** Whether old packets are refused. Read-only. */
  replay?: boolean;
  /** Whether it can send. Read-only. */
  oper?: boolean;
  /** What is done with packets that are not good. Read-only. */
  validate?: MacsecValidate;
  /** Whether packets are encrypted. Read-only. */
  encrypt?: boolean;
  /** Whether each packet names its channel. Read-only. */
  incSci?: boolean;
  /** Whether it is an end station. Read-only. */
  es?: boolean;
  /** Whether it is a single copy broadcast. Read-only. */
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

/** Who encrypts. */
export interface MacsecOffloadSetting {
  /** Who. */
  type?: MacsecOffload;
}

/** Wire form of {@linkcode MacsecOffloadSetting}: MACSEC_OFFLOAD_ATTR_*. */
export const MacsecOffloadSetting: Attributes<MacsecOffloadSetting> = attributes((): Shape<MacsecOffloadSetting> => ({
  type: [1, offload],
}));

/** A MACsec interface with its channels. */
export interface MacsecDevice {
  /** Its number. */
  ifindex?: number;
  /** Its name. */
  dev?: string;
  /** The channel that a change is about. */
  rxscConfig?: MacsecRxsc;
  /** The association that a change is about. */
  saConfig?: MacsecSa;
  /** How it is set. Read-only. */
  secy?: MacsecSecy;
  /** Associations that it sends with. Read-only. */
  txsaList?: readonly MacsecSa[];
  /** Channels of peers. Read-only. */
  rxscList?: readonly MacsecRxsc[];
  /** What became of packets that it sent. Read-only. */
  txscStats?: MacsecTxscStats;
  /** What became of packets outside channels. Read-only. */
  secyStats?: MacsecSecyStats;
  /** Who encrypts. */
  offload?: MacsecOffloadSetting;
}

/** Wire form of {@linkcode MacsecDevice}: MACSEC_ATTR_*. */
export const MacsecDevice: Attributes<MacsecDevice> = attributes((): Shape<MacsecDevice> => ({
  ifindex: [1, ifindex, key],
  dev: nameOf("ifindex"),
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

/** What is spoken of, which may not be said. */
const channel = (sci: string | undefined): string => sci === undefined ? "a channel" : `channel ${sci}`;
const association = (an: number | undefined): string => `association${an === undefined ? "" : ` ${an}`}`;

/** An interface by its name or number. */
export type MacsecName = string | number | MacsecDevice;

/** An association as it is given. */
export interface MacsecSaInput extends Omit<MacsecSa, "key" | "pn"> {
  /** The key, 16 or 32 bytes, or as hexadecimal text. */
  key?: Uint8Array | string;
  /** Number of the next packet; a bigint where the suite is XPN. */
  pn?: number | bigint;
}

/** The MACsec interfaces of a namespace. */
export class Macsec extends GenericCollection<MacsecDevice, object, MacsecName> {
  /** Sends to whom `requester` gives; looks through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
  }

  #change(cmd: number, dev: MacsecName, value: object, what: string): void {
    const { ifindex } = this.keyValue(dev) as { ifindex: string | number };
    const codec = MacsecDevice as Codec<unknown, never>;
    this.caller.request({ cmd, codec, value: { ifindex, ...value }, what: `${what} of ${ifindex}` });
  }

  /** Makes the channel of a peer. */
  addRxSc(dev: MacsecName, rxscConfig: MacsecRxsc): void {
    expectFields(rxscConfig, "add a channel");
    this.#change(MACSEC_CMD.MACSEC_CMD_ADD_RXSC, dev, { rxscConfig }, `add ${channel(rxscConfig.sci)}`);
  }

  /** Takes one into use, or out of it. */
  setRxSc(dev: MacsecName, rxscConfig: MacsecRxsc): void {
    expectFields(rxscConfig, "set a channel");
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_RXSC, dev, { rxscConfig }, `set ${channel(rxscConfig.sci)}`);
  }

  /** Deletes one with its associations. */
  deleteRxSc(dev: MacsecName, sci: string): void {
    expectType(sci, "delete a channel", "string");
    this.#change(MACSEC_CMD.MACSEC_CMD_DEL_RXSC, dev, { rxscConfig: { sci } }, `delete channel ${sci}`);
  }

  /** Gives a key to send with. */
  addTxSa(dev: MacsecName, saConfig: MacsecSaInput): void {
    expectFields(saConfig, "add a sending association");
    this.#change(MACSEC_CMD.MACSEC_CMD_ADD_TXSA, dev, { saConfig }, `add sending ${association(saConfig.an)}`);
  }

  /** Changes the packet number, or whether it is in use. */
  setTxSa(dev: MacsecName, saConfig: MacsecSaInput): void {
    expectFields(saConfig, "set a sending association");
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_TXSA, dev, { saConfig }, `set sending ${association(saConfig.an)}`);
  }

  /** Deletes a key to send with, that is not in use. */
  deleteTxSa(dev: MacsecName, an: number): void {
    expectType(an, "delete a sending association", "number");
    this.#change(MACSEC_CMD.MACSEC_CMD_DEL_TXSA, dev, { saConfig: { an } }, `delete sending association ${an}`);
  }

  /** Gives the key that a peer sends with. */
  addRxSa(dev: MacsecName, sci: string, saConfig: MacsecSaInput): void {
    expectType(sci, "add an association of a channel", "string");
    expectFields(saConfig, "add an association of a channel");
    const value = { rxscConfig: { sci }, saConfig };
    this.#change(MACSEC_CMD.MACSEC_CMD_ADD_RXSA, dev, value, `add ${association(saConfig.an)} of channel ${sci}`);
  }

  /** Changes the packet number, or whether it is in use. */
  setRxSa(dev: MacsecName, sci: string, saConfig: MacsecSaInput): void {
    expectType(sci, "set an association of a channel", "string");
    expectFields(saConfig, "set an association of a channel");
    const value = { rxscConfig: { sci }, saConfig };
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_RXSA, dev, value, `set ${association(saConfig.an)} of channel ${sci}`);
  }

  /** Deletes the key of a peer, that is not in use. */
  deleteRxSa(dev: MacsecName, sci: string, an: number): void {
    expectType(sci, "delete an association of a channel", "string");
    expectType(an, "delete an association of a channel", "number");
    const value = { rxscConfig: { sci }, saConfig: { an } };
    this.#change(MACSEC_CMD.MACSEC_CMD_DEL_RXSA, dev, value, `delete association ${an} of channel ${sci}`);
  }

  /** Says who encrypts. */
  setOffload(dev: MacsecName, type: MacsecOffload): void {
    expectType(type, "set offload", "string", "number");
    this.#change(MACSEC_CMD.MACSEC_CMD_UPD_OFFLOAD, dev, { offload: { type } }, "set offload");
  }
}

/** Opens a client of its own, in a network namespace or with options. */
export function open(options: OpenOptions = {}): Opened<{ readonly macsec: Macsec }> {
  return openGeneric(options, (open, requester) => ({ macsec: new Macsec(open, requester) }));
}

/** The MACsec interfaces of this namespace, on a socket that the first use opens. */
export const macsec: Macsec = new Macsec(sharedGeneric);
export type * from "./types.ts";
