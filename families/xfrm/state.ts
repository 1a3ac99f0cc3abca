/**
 * States (security associations): keys and parameters by which packets are transformed. xfrm_usersa_info and XFRMA_*.
 *
 * Source: linux/xfrm.h, v7.2; net/xfrm/xfrm_user.c, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be32,
  bool,
  type Codec,
  count64,
  enumeration,
  type Field,
  flag,
  head,
  key,
  mask,
  type Reader,
  readOnly,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import {
  AddressFilter,
  addressWith,
  inside,
  Lifetimes,
  LifetimeUse,
  Mark,
  Offload,
  ownAddress,
  Replay,
  ReplayEsn,
  SecurityContext,
  Selector,
  XfrmAead,
  XfrmAlgorithm,
  XfrmAuthTrunc,
  XfrmEncap,
} from "./parts.ts";
import { family, mode, type XfrmFamily, type XfrmMode, type XfrmProto, xfrmProto } from "./protocol.ts";

/** Numbers of {@linkcode StateFlag} by name. */
export const XFRM_STATE = {
  noecn: 1,
  "decap-dscp": 2,
  nopmtudisc: 4,
  wildrecv: 8,
  icmp: 16,
  "af-unspec": 32,
  align4: 64,
  esn: 128,
} as const;

/** A flag of a state: `esn` for sequence numbers of 64 bits, `af-unspec` for packets of any family. */
export type StateFlag = keyof typeof XFRM_STATE;

/** Numbers of {@linkcode StateExtraFlag} by name. */
export const XFRM_SA_XFLAG = { "dont-encap-dscp": 1, "oseq-may-wrap": 2 } as const;

/** A further flag of a state. */
export type StateExtraFlag = keyof typeof XFRM_SA_XFLAG;

/** Numbers of {@linkcode StateDir} by name. */
export const XFRM_SA_DIR = { in: 1, out: 2 } as const;

/** The direction of a state's packets. */
export type StateDir = keyof typeof XFRM_SA_DIR | number;

/** Codec of the direction of a state. */
export const stateDir: Codec<StateDir> = enumeration(u8, XFRM_SA_DIR);

/** Errors of received packets. */
export interface StateStats {
  /** Packets older than the replay window. */
  replayWindow: number;
  /** Packets received twice. */
  replay: number;
  /** Packets whose check value was wrong. */
  integrityFailed: number;
}

/** Wire form of {@linkcode StateStats}: struct xfrm_stats. */
export const StateStats: Struct<StateStats> = struct<StateStats>(12, (): Shape<StateStats> => ({
  replayWindow: [0, u32],
  replay: [4, u32],
  integrityFailed: [8, u32],
}));

/** The fields that identify a state. */
export interface StateKey {
  /** The family of the addresses; by default theirs. */
  family: XfrmFamily;
  /** Destination address. */
  dst: string;
  /** The protocol: `esp`, `ah`, `comp`. */
  proto: XfrmProto;
  /** The SPI, which packets have; 0 if none is assigned yet. */
  spi: number;
  /** The mark of the packets that the state is for. */
  mark?: Mark;
}

/** A state: an algorithm with its key for the packets of one direction between two hosts. */
export interface XfrmState extends StateKey {
  /** Source address. */
  src: string;
  /** Number by which the templates of policies choose the state; 0 is none. */
  reqid: number;
  /** The mode; `transport` by default. */
  mode: XfrmMode;
  /** Sequence number of the acquire that the state answers; 0 is none. */
  seq: number;
  /** The direction, since Linux 6.10. */
  dir?: StateDir;
  /** Number of the CPU whose packets the state is for, since Linux 6.13. */
  pcpu?: number;
  /** Number of the xfrm interface whose packets the state is for. */
  ifId?: number;
  /** The algorithm for authenticated encryption. */
  aead?: XfrmAead;
  /** The algorithm for encryption. */
  crypt?: XfrmAlgorithm;
  /** The algorithm for authentication. */
  authTrunc?: XfrmAuthTrunc;
  /** The algorithm for authentication, with its own length of the check value. Listed states have `authTrunc`. */
  auth?: XfrmAlgorithm;
  /** The algorithm for compression. */
  comp?: XfrmAlgorithm;
  /** The packets that the state is for, beside those that policies choose it for. */
  sel?: Selector;
  /** Flags. */
  flags: readonly (StateFlag | number)[];
  /** Further flags. */
  extraFlags?: readonly (StateExtraFlag | number)[];
  /** Numbers of packets so far, for windows of at most 32 packets. */
  replay?: Replay;
  /** Numbers of packets so far, for larger windows and with the flag `esn`. */
  replayEsn?: ReplayEsn;
  /** Size of the window in which packets may arrive late, in packets; 0 takes packets in any order and number. */
  replayWindow: number;
  /** Number of packets after which an `aevent` tells the replay state. `replay` returns it, lists do not. */
  replayThresh?: number;
  /**
   * Time after which an `aevent` tells the replay state, in ticks of the kernel: 250 a second where CONFIG_HZ is 250.
   * Lists do not return it.
   */
  etimerThresh?: number;
  /** The limits. */
  lft?: Lifetimes;
  /** The present use. Read-only. */
  curlft?: LifetimeUse;
  /** Errors so far. Read-only. */
  stats?: StateStats;
  /** Time of the last use, in s since the epoch. Read-only. */
  lastused?: number;
  /** The encapsulation in UDP or TCP. */
  encap?: XfrmEncap;
  /** Seconds after which a changed address of the peer is told again as a `mapping`. */
  mtimerThresh?: number;
  /** Seconds between packets that keep a translation of addresses alive, since Linux 6.11. */
  natKeepaliveInterval?: number;
  /** The care-of address of mobile IPv6. */
  coaddr?: string;
  /** The mark that transformed packets get. */
  setMark?: number;
  /** The bits of the mark that are set; all by default. */
  setMarkMask?: number;
  /** Length to which packets are padded, in bytes. */
  tfcpad?: number;
  /** The hardware that transforms the packets. */
  offload?: Offload;
  /** The security context. */
  secCtx?: SecurityContext;
  /** IP-TFS: time after which a missing packet counts as lost, in µs. */
  iptfsDropTime?: number;
  /** IP-TFS: number of packets that may be out of order. */
  iptfsReorderWindow?: number;
  /** IP-TFS: true if inner packets are not fragmented. */
  iptfsDontFrag?: boolean;
  /** IP-TFS: delay of the first packet, in µs. */
  iptfsInitDelay?: number;
  /** IP-TFS: largest queue in bytes. */
  iptfsMaxQsize?: number;
  /** IP-TFS: size of the outer packets; 0 is that of the path. */
  iptfsPktSize?: number;
}

/** Offset of replay_window in xfrm_usersa_info; the greatest window that it can hold. */
const REPLAY_WINDOW = 215, LEGACY_WINDOW = 32;

function hasEsn(flags: unknown): boolean {
  return typeof flags === "number" ? (flags & XFRM_STATE.esn) !== 0 : Array.isArray(flags) && flags.includes("esn");
}

/** Writes the size of the window where the kernel expects it: above 32, and with 64-bit numbers, in an attribute. */
function putReplayWindow(value: number, to: Writer, owner: object): void {
  const { flags, replayEsn } = owner as Partial<XfrmState>;
  if (replayEsn !== undefined) {
    if ((replayEsn.replayWindow ?? 0) === value) return;
    to.fail(TypeError, `replayEsn.replayWindow is ${shown(replayEsn.replayWindow)}, got ${shown(value)}`);
  }
  if (value <= LEGACY_WINDOW && !hasEsn(flags)) {
    u8.encode(value, to, owner);
    to.length--;
    to.bytes[to.base + REPLAY_WINDOW] = value;
    return;
  }
  const start = to.open(XFRMA_REPLAY_ESN_VAL);
  ReplayEsn.encode({ replayWindow: value } as ReplayEsn, to, owner);
  to.close(start);
}

const XFRMA_REPLAY_ESN_VAL = 23;

/** The part of a state that is in struct xfrm_usersa_info. */
export type StateInfo = Pick<
  XfrmState,
  | Exclude<keyof StateKey, "mark">
  | "src"
  | "reqid"
  | "mode"
  | "seq"
  | "sel"
  | "flags"
  | "replayWindow"
  | "lft"
  | "curlft"
  | "stats"
>;

/** Entries of the fields in struct xfrm_usersa_info. */
export const stateHead: Shape<StateInfo> = {
  family: head(212, family, key),
  src: head(80, addressWith(212 - 80)),
  dst: head(56, addressWith(212 - 56), key),
  proto: head(76, xfrmProto, key),
  spi: head(72, be32, key),
  reqid: head(208, u32),
  mode: head(214, mode),
  seq: head(204, u32),
  sel: head(0, Selector),
  flags: head(216, mask(u8, XFRM_STATE)),
  replayWindow: {
    derive: (owner: object, from: Reader): number | undefined => {
      const at = from.base + REPLAY_WINDOW, { replayEsn } = owner as Partial<XfrmState>;
      return replayEsn?.replayWindow ?? (at < from.length ? from.bytes[at] : undefined);
    },
    apply: putReplayWindow,
  },
  lft: head(96, Lifetimes),
  curlft: head(160, LifetimeUse, readOnly),
  stats: head(192, StateStats, readOnly),
};

/** Codec of XFRMA_ALG_AUTH, which the kernel sends beside XFRMA_ALG_AUTH_TRUNC with the same algorithm. */
const auth: Struct<XfrmAlgorithm> = {
  ...XfrmAlgorithm,
  get fields(): readonly Field[] {
    return XfrmAlgorithm.fields;
  },
  decode: (from, at, end, owner) =>
    (owner as Partial<XfrmState>).authTrunc === undefined
      ? XfrmAlgorithm.decode(from, at, end, owner)
      : undefined as never,
};

/** Wire form of {@linkcode XfrmState}: xfrm_usersa_info and XFRMA_*. */
export const XfrmState: Attributes<XfrmState> = attributes((): Shape<XfrmState> => {
  const { sel, flags, replayWindow, lft, curlft, stats, ...first } = stateHead;
  return {
    ...first,
    mark: [21, Mark, key],
    dir: [33, stateDir],
    pcpu: [35, u32],
    ifId: [31, u32],
    aead: [18, XfrmAead],
    crypt: [2, XfrmAlgorithm],
    authTrunc: [20, XfrmAuthTrunc],
    auth: [1, auth],
    comp: [3, XfrmAlgorithm],
    sel,
    flags,
    extraFlags: [24, mask(u32, XFRM_SA_XFLAG)],
    replay: [10, Replay],
    replayEsn: [XFRMA_REPLAY_ESN_VAL, ReplayEsn],
    replayWindow,
    replayThresh: [11, u32],
    etimerThresh: [12, u32],
    lft,
    curlft,
    stats,
    lastused: [15, count64, readOnly],
    encap: [4, XfrmEncap],
    mtimerThresh: [32, u32],
    natKeepaliveInterval: [34, u32],
    coaddr: [14, ownAddress],
    setMark: [29, u32],
    setMarkMask: [30, u32],
    tfcpad: [22, u32],
    offload: [28, Offload],
    secCtx: [8, SecurityContext],
    iptfsDropTime: [36, u32],
    iptfsReorderWindow: [37, u16],
    iptfsDontFrag: [38, flag],
    iptfsInitDelay: [39, u32],
    iptfsMaxQsize: [40, u32],
    iptfsPktSize: [41, u32],
  };
}, { header: 224, pad: 27 });

/** A request for one state. */
export interface StateId extends StateKey {
  /** Source address, which states of mobile IPv6 have instead of an SPI. */
  src?: string;
}

/** Wire form of {@linkcode StateId}: xfrm_usersa_id and XFRMA_*. */
export const StateId: Attributes<StateId> = attributes((): Shape<StateId> => ({
  family: head(20, family, key),
  dst: head(0, addressWith(20), key),
  proto: head(22, xfrmProto, key),
  spi: head(16, be32, key),
  mark: [21, Mark, key],
  src: [13, ownAddress],
}), { header: 24, pad: 27 });

/** A filter for a list of states. */
export interface StateFilter {
  /** The protocol. */
  proto?: XfrmProto;
  /** The addresses. */
  addressFilter?: AddressFilter;
}

/** Wire form of {@linkcode StateFilter}: XFRMA_*, without a header. */
export const StateFilter: Attributes<StateFilter> = attributes((): Shape<StateFilter> => ({
  proto: [25, xfrmProto],
  addressFilter: [26, AddressFilter],
}));

const XFRMA_SA = 6;

/** Codec of the message that a state is deleted: its key, and the state itself behind it. */
export const DeletedState: Codec<XfrmState> = inside(XFRMA_SA, StateId as Attributes<object>, XfrmState);

/** A request to delete the states of a protocol. */
export interface FlushStates {
  /** The protocol; 0 is any. */
  proto: XfrmProto;
}

/** Wire form of {@linkcode FlushStates}: xfrm_usersa_flush. */
export const FlushStates: Attributes<FlushStates> = attributes((): Shape<FlushStates> => ({
  proto: head(0, xfrmProto),
}), { header: 1 });

/** A state has reached a limit. */
export interface StateExpire extends StateInfo {
  /** True if it is gone; false if a new one should be made. */
  hard: boolean;
  /** The mark. */
  mark?: Mark;
  /** Number of the xfrm interface. */
  ifId?: number;
  /** The direction. */
  dir?: StateDir;
  /** Number of the CPU that the state is for. */
  pcpu?: number;
}

/** Wire form of {@linkcode StateExpire}: xfrm_user_expire and XFRMA_*. */
export const StateExpire: Attributes<StateExpire> = attributes((): Shape<StateExpire> => ({
  ...stateHead,
  hard: head(224, bool(u8)),
  mark: [21, Mark],
  ifId: [31, u32],
  dir: [33, stateDir],
  pcpu: [35, u32],
}), { header: 232, pad: 27 });

/** A request for an SPI that no state has yet. */
export interface SpiRequest extends StateInfo {
  /** Least SPI. */
  min: number;
  /** Greatest SPI. */
  max: number;
  /** The mark. */
  mark?: Mark;
  /** Number of the xfrm interface. */
  ifId?: number;
  /** The direction. */
  dir?: StateDir;
  /** Number of the CPU that the state is for. */
  pcpu?: number;
}

/** Wire form of {@linkcode SpiRequest}: xfrm_userspi_info and XFRMA_*. */
export const SpiRequest: Attributes<SpiRequest> = attributes((): Shape<SpiRequest> => ({
  ...stateHead,
  min: head(224, u32),
  max: head(228, u32),
  mark: [21, Mark],
  ifId: [31, u32],
  dir: [33, stateDir],
  pcpu: [35, u32],
}), { header: 232, pad: 27 });

/** Number of states, and of the slots of their table. */
export interface SadInfo {
  /** Flags; the kernel returns those of the request. */
  flags?: number;
  /** Number of states. */
  cnt?: number;
  /** The table. */
  hinfo?: SadHinfo;
}

/** The slots of the table of states. */
export interface SadHinfo {
  /** Number of slots. */
  sadhcnt: number;
  /** Most slots. */
  sadhmcnt: number;
}

/** Wire form of {@linkcode SadHinfo}: struct xfrmu_sadhinfo. */
export const SadHinfo: Struct<SadHinfo> = struct<SadHinfo>(8, (): Shape<SadHinfo> => ({
  sadhcnt: [0, u32],
  sadhmcnt: [4, u32],
}));

/** Wire form of {@linkcode SadInfo}: u32 and XFRMA_SAD_*. */
export const SadInfo: Attributes<SadInfo> = attributes((): Shape<SadInfo> => ({
  flags: head(0, u32),
  cnt: [1, u32],
  hinfo: [2, SadHinfo],
}), { header: 4 });

/** Numbers of {@linkcode AeFlag} by name. */
export const XFRM_AE = { rthr: 1, rval: 2, lval: 4, ethr: 8, cr: 16, ce: 32, cu: 64 } as const;

/** A flag of a replay state's message: a part that it has, or its reason: `cr` packets, `ce` time, `cu` a request. */
export type AeFlag = keyof typeof XFRM_AE;

/** The numbers of packets of a state, by which a second machine can take over. */
export interface ReplayState extends StateKey {
  /** Source address. */
  src?: string;
  /** Flags. */
  flags: readonly (AeFlag | number)[];
  /** Number by which the templates of policies choose the state. */
  reqid: number;
  /** Numbers of packets so far, for windows of at most 32 packets. */
  replay?: Replay;
  /** Numbers of packets so far, for larger windows. */
  replayEsn?: ReplayEsn;
  /** The use of the state. */
  ltimeVal?: LifetimeUse;
  /** Number of packets after which it is told again. */
  replayThresh?: number;
  /**
   * Time after which it is told again. The kernel returns it in units of 100 ms, but takes it in its own ticks: 250 a
   * second where CONFIG_HZ is 250.
   */
  etimerThresh?: number;
  /** Number of the xfrm interface. */
  ifId?: number;
  /** The direction. */
  dir?: StateDir;
  /** Number of the CPU that the state is for. */
  pcpu?: number;
}

/** Wire form of {@linkcode ReplayState}: xfrm_aevent_id and XFRMA_*. */
export const ReplayState: Attributes<ReplayState> = attributes((): Shape<ReplayState> => ({
  family: head(20, family, key),
  src: head(24, addressWith(20 - 24)),
  dst: head(0, addressWith(20), key),
  proto: head(22, xfrmProto, key),
  spi: head(16, be32, key),
  mark: [21, Mark, key],
  flags: head(40, mask(u32, XFRM_AE)),
  reqid: head(44, u32),
  replay: [10, Replay],
  replayEsn: [23, ReplayEsn],
  ltimeVal: [9, LifetimeUse],
  replayThresh: [11, u32],
  etimerThresh: [12, u32],
  ifId: [31, u32],
  dir: [33, stateDir],
  pcpu: [35, u32],
}), { header: 48, pad: 27 });

/** Numbers of {@linkcode MigrateStateFlag} by name. */
export const XFRM_MIGRATE_STATE = { "clear-offload": 1, "update-h2h-sel": 2 } as const;

/**
 * A flag of new addresses of a state: `clear-offload` for no hardware any more, `update-h2h-sel` for a selector made of
 * the new addresses.
 */
export type MigrateStateFlag = keyof typeof XFRM_MIGRATE_STATE;

/** New addresses of one state, since Linux 7.2. Fields of the struct that are absent become 0; others stay as they are. */
export interface MigrateState extends Omit<StateKey, "mark"> {
  /** The mark by which the state is found. */
  oldMark?: Mark;
  /** Family of the new addresses; by default theirs. */
  newFamily: XfrmFamily;
  /** New source address. */
  newSaddr: string;
  /** New destination address. */
  newDaddr: string;
  /** New number by which the templates of policies choose the state; none when absent. */
  newReqid: number;
  /** New packets that the state is for; all when absent. */
  newSel?: Selector;
  /** Flags. */
  flags: readonly (MigrateStateFlag | number)[];
  /** The new mark. */
  mark?: Mark;
  /** The new encapsulation; the type 0 removes it. */
  encap?: XfrmEncap;
  /** The new hardware. */
  offload?: Offload;
  /** The new mark that transformed packets get. */
  setMark?: number;
  /** The bits of that mark that are set. */
  setMarkMask?: number;
  /** Seconds after which a changed address of the peer is told again as a `mapping`. */
  mtimerThresh?: number;
  /** Seconds between packets that keep a translation of addresses alive. */
  natKeepaliveInterval?: number;
  /** The direction. Read-only. */
  dir?: StateDir;
}

/** Makes the codec of a new address, which is of the new family. */
function newAddress(distance: number): Codec<string, string | Uint8Array> {
  const codec = addressWith(distance);
  return {
    ...codec,
    encode: (value, to, owner) => codec.encode(value, to, { family: (owner as Partial<MigrateState>).newFamily }),
  };
}

/** Wire form of {@linkcode MigrateState}: xfrm_user_migrate_state and XFRMA_*. */
export const MigrateState: Attributes<MigrateState> = attributes((): Shape<MigrateState> => ({
  family: head(20, family, key),
  dst: head(0, addressWith(20), key),
  proto: head(22, xfrmProto, key),
  spi: head(16, be32, key),
  oldMark: head(56, Mark),
  newFamily: head(128, family),
  newSaddr: head(40, newAddress(128 - 40)),
  newDaddr: head(24, newAddress(128 - 24)),
  newReqid: head(120, u32),
  newSel: head(64, Selector),
  flags: head(124, mask(u32, XFRM_MIGRATE_STATE)),
  mark: [21, Mark],
  encap: [4, XfrmEncap],
  offload: [28, Offload],
  setMark: [29, u32],
  setMarkMask: [30, u32],
  mtimerThresh: [32, u32],
  natKeepaliveInterval: [34, u32],
  dir: [33, stateDir, readOnly],
}), { header: 132, pad: 27 });
