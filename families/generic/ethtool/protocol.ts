/**
 * The parts that all messages of the ethtool family share: their numbers, and the header nest that names the device.
 *
 * Messages to the kernel and messages from the kernel are numbered separately.
 *
 * Source: linux/ethtool_netlink_generated.h ETHTOOL_MSG_*, ETHTOOL_A_HEADER_*, v7.2.
 * @module
 */
import {
  type Attributes,
  attributes,
  key,
  mask,
  part,
  type Parts,
  type Shape,
  text,
  u32,
} from "../../../core/codec/mod.ts";

/** The messages to the kernel. */
export const ETHTOOL_MSG_USER = {
  ETHTOOL_MSG_STRSET_GET: 1,
  ETHTOOL_MSG_LINKINFO_GET: 2,
  ETHTOOL_MSG_LINKINFO_SET: 3,
  ETHTOOL_MSG_LINKMODES_GET: 4,
  ETHTOOL_MSG_LINKMODES_SET: 5,
  ETHTOOL_MSG_LINKSTATE_GET: 6,
  ETHTOOL_MSG_DEBUG_GET: 7,
  ETHTOOL_MSG_DEBUG_SET: 8,
  ETHTOOL_MSG_WOL_GET: 9,
  ETHTOOL_MSG_WOL_SET: 10,
  ETHTOOL_MSG_FEATURES_GET: 11,
  ETHTOOL_MSG_FEATURES_SET: 12,
  ETHTOOL_MSG_PRIVFLAGS_GET: 13,
  ETHTOOL_MSG_PRIVFLAGS_SET: 14,
  ETHTOOL_MSG_RINGS_GET: 15,
  ETHTOOL_MSG_RINGS_SET: 16,
  ETHTOOL_MSG_CHANNELS_GET: 17,
  ETHTOOL_MSG_CHANNELS_SET: 18,
  ETHTOOL_MSG_COALESCE_GET: 19,
  ETHTOOL_MSG_COALESCE_SET: 20,
  ETHTOOL_MSG_PAUSE_GET: 21,
  ETHTOOL_MSG_PAUSE_SET: 22,
  ETHTOOL_MSG_EEE_GET: 23,
  ETHTOOL_MSG_EEE_SET: 24,
  ETHTOOL_MSG_TSINFO_GET: 25,
  ETHTOOL_MSG_CABLE_TEST_ACT: 26,
  ETHTOOL_MSG_CABLE_TEST_TDR_ACT: 27,
  ETHTOOL_MSG_TUNNEL_INFO_GET: 28,
  ETHTOOL_MSG_FEC_GET: 29,
  ETHTOOL_MSG_FEC_SET: 30,
  ETHTOOL_MSG_MODULE_EEPROM_GET: 31,
  ETHTOOL_MSG_STATS_GET: 32,
  ETHTOOL_MSG_PHC_VCLOCKS_GET: 33,
  ETHTOOL_MSG_MODULE_GET: 34,
  ETHTOOL_MSG_MODULE_SET: 35,
  ETHTOOL_MSG_PSE_GET: 36,
  ETHTOOL_MSG_PSE_SET: 37,
  ETHTOOL_MSG_RSS_GET: 38,
  ETHTOOL_MSG_PLCA_GET_CFG: 39,
  ETHTOOL_MSG_PLCA_SET_CFG: 40,
  ETHTOOL_MSG_PLCA_GET_STATUS: 41,
  ETHTOOL_MSG_MM_GET: 42,
  ETHTOOL_MSG_MM_SET: 43,
  ETHTOOL_MSG_MODULE_FW_FLASH_ACT: 44,
  ETHTOOL_MSG_PHY_GET: 45,
  ETHTOOL_MSG_TSCONFIG_GET: 46,
  ETHTOOL_MSG_TSCONFIG_SET: 47,
  ETHTOOL_MSG_RSS_SET: 48,
  ETHTOOL_MSG_RSS_CREATE_ACT: 49,
  ETHTOOL_MSG_RSS_DELETE_ACT: 50,
  ETHTOOL_MSG_MSE_GET: 51,
} as const;

/** The messages from the kernel. */
export const ETHTOOL_MSG_KERNEL = {
  ETHTOOL_MSG_STRSET_GET_REPLY: 1,
  ETHTOOL_MSG_LINKINFO_GET_REPLY: 2,
  ETHTOOL_MSG_LINKINFO_NTF: 3,
  ETHTOOL_MSG_LINKMODES_GET_REPLY: 4,
  ETHTOOL_MSG_LINKMODES_NTF: 5,
  ETHTOOL_MSG_LINKSTATE_GET_REPLY: 6,
  ETHTOOL_MSG_DEBUG_GET_REPLY: 7,
  ETHTOOL_MSG_DEBUG_NTF: 8,
  ETHTOOL_MSG_WOL_GET_REPLY: 9,
  ETHTOOL_MSG_WOL_NTF: 10,
  ETHTOOL_MSG_FEATURES_GET_REPLY: 11,
  ETHTOOL_MSG_FEATURES_SET_REPLY: 12,
  ETHTOOL_MSG_FEATURES_NTF: 13,
  ETHTOOL_MSG_PRIVFLAGS_GET_REPLY: 14,
  ETHTOOL_MSG_PRIVFLAGS_NTF: 15,
  ETHTOOL_MSG_RINGS_GET_REPLY: 16,
  ETHTOOL_MSG_RINGS_NTF: 17,
  ETHTOOL_MSG_CHANNELS_GET_REPLY: 18,
  ETHTOOL_MSG_CHANNELS_NTF: 19,
  ETHTOOL_MSG_COALESCE_GET_REPLY: 20,
  ETHTOOL_MSG_COALESCE_NTF: 21,
  ETHTOOL_MSG_PAUSE_GET_REPLY: 22,
  ETHTOOL_MSG_PAUSE_NTF: 23,
  ETHTOOL_MSG_EEE_GET_REPLY: 24,
  ETHTOOL_MSG_EEE_NTF: 25,
  ETHTOOL_MSG_TSINFO_GET_REPLY: 26,
  ETHTOOL_MSG_CABLE_TEST_NTF: 27,
  ETHTOOL_MSG_CABLE_TEST_TDR_NTF: 28,
  ETHTOOL_MSG_TUNNEL_INFO_GET_REPLY: 29,
  ETHTOOL_MSG_FEC_GET_REPLY: 30,
  ETHTOOL_MSG_FEC_NTF: 31,
  ETHTOOL_MSG_MODULE_EEPROM_GET_REPLY: 32,
  ETHTOOL_MSG_STATS_GET_REPLY: 33,
  ETHTOOL_MSG_PHC_VCLOCKS_GET_REPLY: 34,
  ETHTOOL_MSG_MODULE_GET_REPLY: 35,
  ETHTOOL_MSG_MODULE_NTF: 36,
  ETHTOOL_MSG_PSE_GET_REPLY: 37,
  ETHTOOL_MSG_RSS_GET_REPLY: 38,
  ETHTOOL_MSG_PLCA_GET_CFG_REPLY: 39,
  ETHTOOL_MSG_PLCA_GET_STATUS_REPLY: 40,
  ETHTOOL_MSG_PLCA_NTF: 41,
  ETHTOOL_MSG_MM_GET_REPLY: 42,
  ETHTOOL_MSG_MM_NTF: 43,
  ETHTOOL_MSG_MODULE_FW_FLASH_NTF: 44,
  ETHTOOL_MSG_PHY_GET_REPLY: 45,
  ETHTOOL_MSG_PHY_NTF: 46,
  ETHTOOL_MSG_TSCONFIG_GET_REPLY: 47,
  ETHTOOL_MSG_TSCONFIG_SET_REPLY: 48,
  ETHTOOL_MSG_PSE_NTF: 49,
  ETHTOOL_MSG_RSS_NTF: 50,
  ETHTOOL_MSG_RSS_CREATE_ACT_REPLY: 51,
  ETHTOOL_MSG_RSS_CREATE_NTF: 52,
  ETHTOOL_MSG_RSS_DELETE_NTF: 53,
  ETHTOOL_MSG_MSE_GET_REPLY: 54,
} as const;

/** A flag of a request: answer with compact bit sets, without a reply, with statistics. */
export type EthtoolFlag = "compact_bitsets" | "omit_reply" | "stats" | number;

/** The header of a message: the device concerned. */
export interface EthtoolHeader {
  /** The device's number. */
  devIndex?: number;
  /** The device's name. */
  devName?: string;
  /** The flags of the request. Only given. */
  headerFlags?: readonly EthtoolFlag[];
  /** The index of one of the device's PHYs, if it has several. */
  phyIndex?: number;
}

const fields: Parts<EthtoolHeader> = part((): Shape<EthtoolHeader> => ({
  devIndex: [1, u32, key],
  devName: [2, text, key],
  headerFlags: [3, mask(u32, { compact_bitsets: 1, omit_reply: 2, stats: 4 })],
  phyIndex: [4, u32],
}));

/** Returns the table of a message whose header is attribute number `nest`. */
export function message<T extends EthtoolHeader>(
  shape: () => Shape<Omit<T, keyof EthtoolHeader>>,
  nest = 1,
): Attributes<T> {
  return attributes(shape as () => Shape<object>).with(fields, nest) as unknown as Attributes<T>;
}
