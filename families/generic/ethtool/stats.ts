/**
 * ethtool's standard statistics, which IEEE 802.3 and RFC 2819 name.
 *
 * Source: linux/ethtool_netlink.h ETHTOOL_A_STATS_*, v7.2.
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  count64,
  eachAttribute,
  enumeration,
  readOnly,
  repeated,
  type RepeatedCodec,
  type Shape,
  u32,
} from "../../../core/codec/mod.ts";
import { type Bitset, bitset } from "./bitset.ts";
import { type PauseStatsSrc, statsSrc } from "./device.ts";
import { type EthtoolHeader, message } from "./protocol.ts";

/** A group of statistics: of the PHY, the MAC, the MAC's control frames, RFC 2819, a PHY's driver. */
export type StatsGroup = "eth-phy" | "eth-mac" | "eth-ctrl" | "rmon" | "phydev" | number;

const groupId: Codec<StatsGroup> = enumeration(u32, { "eth-phy": 0, "eth-mac": 1, "eth-ctrl": 2, rmon: 3, phydev: 4 });

/** The names of the statistics of each group, as in the kernel's string sets. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "eth-phy": ["SymbolErrorDuringCarrier"],
  "eth-mac": [
    "FramesTransmittedOK",
    "SingleCollisionFrames",
    "MultipleCollisionFrames",
    "FramesReceivedOK",
    "FrameCheckSequenceErrors",
    "AlignmentErrors",
    "OctetsTransmittedOK",
    "FramesWithDeferredXmissions",
    "LateCollisions",
    "FramesAbortedDueToXSColls",
    "FramesLostDueToIntMACXmitError",
    "CarrierSenseErrors",
    "OctetsReceivedOK",
    "FramesLostDueToIntMACRcvError",
    "MulticastFramesXmittedOK",
    "BroadcastFramesXmittedOK",
    "FramesWithExcessiveDeferral",
    "MulticastFramesReceivedOK",
    "BroadcastFramesReceivedOK",
    "InRangeLengthErrors",
    "OutOfRangeLengthField",
    "FrameTooLongErrors",
  ],
  "eth-ctrl": ["MACControlFramesTransmitted", "MACControlFramesReceived", "UnsupportedOpcodesReceived"],
  rmon: ["etherStatsUndersizePkts", "etherStatsOversizePkts", "etherStatsFragments", "etherStatsJabbers"],
  phydev: ["RxFrames", "RxOctets", "RxErrors", "TxFrames", "TxOctets", "TxErrors"],
};

const STAT = 4;

/** Codec of nests of one counter each, whose attribute number identifies it. The value is one object of all by name. */
const counters: Codec<Readonly<Record<string, number>>> & RepeatedCodec = {
  name: "counters by name",
  repeated: true,
  decode(from, at, end, owner) {
    const names = NAMES[String((owner as StatsGrp).id)] ?? [], found: Record<string, number> = {};
    eachAttribute(from, at, end, (id, start, stop) => {
      if (id !== STAT) return;
      eachAttribute(from, start + 4, stop, (number, inner, innerStop) => {
        if (innerStop - inner === 12) {
          found[names[number] ?? `#${number}`] = count64.decode(from, inner + 4, innerStop, owner);
        }
      });
    });
    return found;
  },
  encode(_value, to) {
    to.fail(TypeError, "statistics are only received");
  },
  walk(from, at, end, owner, visit) {
    visit({ name: undefined, id: STAT, start: at, at: at + 4, end, codec: undefined, owner });
    void from;
  },
};

/** The number of packets in a range of sizes. */
export interface StatsHist {
  /** The least size in bytes. Read-only. */
  histBktLow?: number;
  /** The greatest size in bytes. Read-only. */
  histBktHi?: number;
  /** The number of packets. Read-only. */
  histVal?: number;
}

/** Wire form of {@linkcode StatsHist}: ETHTOOL_A_STATS_GRP_HIST_*. */
export const StatsHist: Attributes<StatsHist> = attributes((): Shape<StatsHist> => ({
  histBktLow: [7, u32, readOnly],
  histBktHi: [8, u32, readOnly],
  histVal: [9, count64, readOnly],
}));

/** The statistics of one group. */
export interface StatsGrp {
  /** The group. Read-only. */
  id?: StatsGroup;
  /** The string set of its counters' names: ETH_SS_*. Read-only. */
  ssId?: number;
  /** The counters that the device supports, by name. Read-only. */
  stat?: Readonly<Record<string, number>>;
  /** The packets received, by size. Read-only. */
  histRx?: readonly StatsHist[];
  /** The packets sent, by size. Read-only. */
  histTx?: readonly StatsHist[];
}

/** Wire form of {@linkcode StatsGrp}: ETHTOOL_A_STATS_GRP_*. */
export const StatsGrp: Attributes<StatsGrp> = attributes((): Shape<StatsGrp> => ({
  id: [2, groupId, readOnly],
  ssId: [3, u32, readOnly],
  stat: [STAT, counters, readOnly],
  histRx: [5, repeated(5, StatsHist), readOnly],
  histTx: [6, repeated(6, StatsHist), readOnly],
}), { pad: 1 });

/** Statistics of a device. */
export interface Stats extends EthtoolHeader {
  /** The groups to return. */
  groups?: Bitset;
  /** The statistics of each group. Read-only. */
  grp?: readonly StatsGrp[];
  /** The part of the MAC that they count. */
  src?: PauseStatsSrc;
}

/** Wire form of {@linkcode Stats}: ETHTOOL_A_STATS_*. */
export const Stats: Attributes<Stats> = message<Stats>((): Shape<Omit<Stats, keyof EthtoolHeader>> => ({
  groups: [3, bitset],
  grp: [4, repeated(4, StatsGrp), readOnly],
  src: [5, statsSrc],
}), 2);
