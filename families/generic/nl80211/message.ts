/**
 * Every attribute of nl80211, by what it is about.
 *
 * Source: linux/nl80211.h NL80211_ATTR_*, net/wireless/nl80211.c, v7.2.
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  bool,
  bytes,
  countedText,
  flag,
  i16,
  i32,
  i8,
  ifindex,
  list,
  mac,
  repeated,
  type Shape,
  string,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../../core/codec/mod.ts";
import {
  type AclPolicy,
  aclPolicy,
  type AuthType,
  authType,
  type BandRates,
  bandRates,
  type ChannelType,
  channelType,
  type ChannelWidth,
  channelWidth,
  type ConnFailedReason,
  connFailedReason,
  type CritProto,
  critProto,
  type DfsRegion,
  dfsRegion,
  eitherSize,
  type ExternalAuthAction,
  externalAuthAction,
  type HiddenSsid,
  hiddenSsid,
  type Iftype,
  iftype,
  IFTYPES,
  KEY_DEFAULT_TYPES,
  type KeyDefaultType,
  keyed,
  type KeyType,
  keyType,
  type MeshPowerMode,
  meshPowerMode,
  type Mfp,
  mfp,
  MONITOR_FLAGS,
  type MonitorFlag,
  numbers,
  type PlinkAction,
  plinkAction,
  type PlinkState,
  plinkState,
  type PsState,
  psState,
  type RadarEvent,
  radarEvent,
  type RegInitiator,
  regInitiator,
  type RegType,
  regType,
  type SaePwe,
  saePwe,
  type ScanFlag,
  scanFlags,
  type SmpsMode,
  smpsMode,
  ssid,
  STA_FLAGS,
  type StaFlag,
  type StaFlags,
  staFlags,
  type TdlsOperation,
  tdlsOperation,
  type TimeoutReason,
  timeoutReason,
  type TxPowerSetting,
  txPowerSetting,
  txPowerSetting8,
  type WpaVersion,
  wpaVersions,
} from "./codecs.ts";
import { elements } from "./elements.ts";
import {
  BssSelect,
  CoalesceRule,
  Cqm,
  FilsDiscovery,
  FrameTypes,
  FtmResponder,
  FtmResponderStats,
  HeBssColor,
  HeObssPd,
  IftypeAkmSuites,
  InterfaceCombination,
  Key,
  MbssidConfig,
  MeshConfig,
  MeshSetup,
  MpathInfo,
  NanCapabilities,
  NanConfig,
  NanFunc,
  NanMatch,
  NanPeerMap,
  PeerMeasurements,
  PmksaCandidate,
  RekeyData,
  RssiAdjust,
  S1gShortBeacon,
  SarSpec,
  SchedScanMatch,
  SchedScanPlan,
  StaWme,
  SurveyInfo,
  TidConfig,
  TxqParams,
  TxRates,
  UnsolBcastProbeResp,
  VendorCommand,
  WiphyRadio,
  Wowlan,
  WowlanSupport,
} from "./nests.ts";
import { Band, Bss, Channel, RegRule, StaInfo, TxqStats } from "./tables.ts";

/**
 * A message of nl80211, whatever its command: every attribute that there is.
 *
 * What a radio tells of itself has other types for some; see {@linkcode Wiphy}.
 */
export interface Nl80211Message {
  // Whose.

  /** The radio. */
  wiphy?: number;
  /** Its name. */
  wiphyName?: string;
  /** The interface. */
  ifindex?: number;
  /** Its name. */
  ifname?: string;
  /** What it is for. */
  iftype?: Iftype;
  /** The interface's number where it is no network interface. */
  wdev?: bigint;
  /** An address: of a station, of a peer, of an interface. */
  mac?: string;
  /** Bits of an address that count, or that differ between a radio's interfaces. */
  macMask?: string;
  /** Addresses: of a radio, of a list of stations. */
  macAddrs?: readonly string[];
  /** Changes when the list that is dumped does. */
  generation?: number;
  /** Number of a request, which its answer and its events have too. */
  cookie?: bigint;
  /** Whether what is begun ends when the socket is closed. */
  socketOwner?: boolean;
  /** Port of a process: the one whose network namespace a radio goes to. */
  pid?: number;
  /** Descriptor of the network namespace that a radio goes to. */
  netnsFd?: number;
  /** The link, of a device of several links. */
  mloLinkId?: number;
  /** What holds for each link of such a device. */
  mloLinks?: readonly Nl80211Message[];
  /** Address of such a device. */
  mldAddr?: string;
  /** How long to wait, in ms. */
  timeout?: number;

  // Channels.

  /** A channel, in MHz. */
  wiphyFreq?: number;
  /** kHz beside that. */
  wiphyFreqOffset?: number;
  /** Width of it, as 802.11n has it. */
  wiphyChannelType?: ChannelType;
  /** Width of it. */
  channelWidth?: ChannelWidth;
  /** Middle of it, in MHz. */
  centerFreq1?: number;
  /** kHz beside that. */
  centerFreq1Offset?: number;
  /** Middle of its other half, where there are two, in MHz. */
  centerFreq2?: number;
  /** Parts of 20 MHz that are left out, as bits. */
  punctBitmap?: number;
  /** The primary channel while the usual one is busy, in MHz. */
  npcaPrimaryFreq?: number;
  /** Parts of 20 MHz that are left out meanwhile, as bits. */
  npcaPunctBitmap?: number;
  /** Channels of 60 GHz that are used together, as bits. */
  wiphyEdmgChannels?: number;
  /** How they are used together. */
  wiphyEdmgBwConfig?: number;
  /** Whether the primary channel below 1 GHz has 2 MHz. */
  s1gPrimary2mhz?: boolean;
  /** Whether an ad hoc network may not go to another channel. */
  freqFixed?: boolean;
  /** Channel of the access point that may be the best, in MHz. */
  wiphyFreqHint?: number;
  /** Beacons until a switch of channels. */
  chSwitchCount?: number;
  /** Whether nothing is sent until then. */
  chSwitchBlockTx?: boolean;
  /** Beacons as they are until then. */
  csaIes?: Nl80211Message;
  /** Where the counter stands in a beacon's tail. */
  cntdwnOffsBeacon?: readonly number[];
  /** Where it stands in an answer to a probe. */
  cntdwnOffsPresp?: readonly number[];
  /** Where it stands in a frame that is sent. */
  csaCOffsetsTx?: readonly number[];
  /** Counters that a radio keeps up to date. */
  maxCsaCounters?: number;
  /** A channel as it was before a beacon told of a country. */
  freqBefore?: Channel;
  /** That channel as it is since. */
  freqAfter?: Channel;
  /** What happened to a channel with radar. */
  radarEvent?: RadarEvent;
  /** Whether radar is looked for beside other work. */
  radarBackground?: boolean;
  /** Whether the program handles radar in an ad hoc network or a mesh. */
  handleDfs?: boolean;
  /** Parts of 20 MHz in which others of older right were heard, as bits. */
  incumbentSignalInterferenceBitmap?: number;
  /** Whether a radio has channels of 5 MHz. */
  support5Mhz?: boolean;
  /** Whether it has channels of 10 MHz. */
  support10Mhz?: boolean;
  /** Class of a channel as 802.11 numbers it. */
  operClass?: number;

  // What a radio can do.

  /** Its bands. */
  wiphyBands?: readonly Band[];
  /** Bands, as bits. */
  bands?: number;
  /** What interfaces may be for. */
  supportedIftypes?: readonly Iftype[];
  /** What can always be added. */
  softwareIftypes?: readonly Iftype[];
  /** Commands that it has. */
  supportedCommands?: readonly number[];
  /** Interfaces that it can have at once. */
  interfaceCombinations?: readonly InterfaceCombination[];
  /** Its parts, where one wiphy stands for several radios. */
  wiphyRadios?: readonly WiphyRadio[];
  /** Interfaces that all of them can have at once. */
  wiphyInterfaceCombinations?: readonly InterfaceCombination[];
  /** One of its parts. */
  wiphyRadioIndex?: number;
  /** Parts that an interface may use, as bits. */
  vifRadioMask?: number;
  /** Ciphers: 0x000fac04 is CCMP. */
  cipherSuites?: readonly number[];
  /** Abilities, as bits: NL80211_FEATURE_*. */
  featureFlags?: number;
  /** Abilities: bit n is NL80211_EXT_FEATURE_* number n. */
  extFeatures?: Uint8Array;
  /** Abilities of nl80211 itself, as bits: 1 is several messages for a radio. */
  protocolFeatures?: number;
  /** Whether all may be told, in several messages. */
  splitWiphyDump?: boolean;
  /** Names that one scan can ask for. */
  maxNumScanSsids?: number;
  /** Bytes of elements that a scan can send. */
  maxScanIeLen?: number;
  /** Names that a scheduled scan can ask for. */
  maxNumSchedScanSsids?: number;
  /** Bytes of elements that one can send. */
  maxSchedScanIeLen?: number;
  /** What one can be told to look for. */
  maxMatchSets?: number;
  /** Plans that one can have. */
  maxNumSchedScanPlans?: number;
  /** Longest pause in one, in s. */
  maxScanPlanInterval?: number;
  /** Most rounds of one. */
  maxScanPlanIterations?: number;
  /** Scheduled scans at once. */
  schedScanMaxReqs?: number;
  /** Keys that a radio remembers. */
  maxNumPmkids?: number;
  /** Kinds of keys in one request. */
  maxNumAkmSuites?: number;
  /** Stations that an access point can have. */
  maxApAssocSta?: number;
  /** How long it can listen on another channel, in ms. */
  maxRemainOnChannelDuration?: number;
  /** Whether it can send, or may, on another channel. */
  offchannelTxOk?: boolean;
  /** How long something important may take, in ms. */
  maxCritProtDuration?: number;
  /** Peers whose frames get a time. */
  maxHwTimestampPeers?: number;
  /** Whether several links at once. */
  mloSupport?: boolean;
  /** Whether it roams by itself. */
  roamSupport?: boolean;
  /** Whether stations may speak to each other. */
  tdlsSupport?: boolean;
  /** Whether others set that up. */
  tdlsExternalSetup?: boolean;
  /** Whether stations may sleep by U-APSD. */
  supportApUapsd?: boolean;
  /** Whether WPA in an ad hoc network. */
  supportIbssRsn?: boolean;
  /** Whether meshes with keys. */
  supportMeshAuth?: boolean;
  /** Whether it manages stations by itself, as bits. */
  deviceApSme?: number;
  /** Probes that it answers by itself, as bits. */
  probeRespOffload?: number;
  /** Management frames that programs may send, by what an interface is for. */
  txFrameTypes?: readonly FrameTypes[];
  /** Management frames that programs may receive. */
  rxFrameTypes?: readonly FrameTypes[];
  /** Extended abilities. */
  extCapa?: Uint8Array;
  /** Which of them are told. */
  extCapaMask?: Uint8Array;
  /** Both by what an interface is for. */
  iftypeExtCapa?: readonly Nl80211Message[];
  /** Kinds of keys by what an interface is for. */
  iftypeAkmSuites?: readonly IftypeAkmSuites[];
  /** Abilities of a device of several links, as bits. */
  emlCapability?: number;
  /** More of them, as bits. */
  mldCapaAndOps?: number;
  /** Still more of them, as bits. */
  extMldCapaAndOps?: number;
  /** What can wake the machine. */
  wowlanTriggersSupported?: WowlanSupport;
  /** Events of a vendor's own. */
  vendorEvents?: readonly VendorCommand[];

  // Settings of a radio.

  /** Tries to send a short frame. */
  wiphyRetryShort?: number;
  /** Tries to send a long one. */
  wiphyRetryLong?: number;
  /** Longer frames go in parts; 4294967295 is never. */
  wiphyFragThreshold?: number;
  /** Longer frames are asked for; 4294967295 is never. */
  wiphyRtsThreshold?: number;
  /** Distance, in steps of 450 m. */
  wiphyCoverageClass?: number;
  /** Whether the distance is found out. */
  wiphyDynAck?: boolean;
  /** Antennas that send, as bits. */
  wiphyAntennaTx?: number;
  /** Antennas that receive, as bits. */
  wiphyAntennaRx?: number;
  /** Antennas that can send. */
  wiphyAntennaAvailTx?: number;
  /** Antennas that can receive. */
  wiphyAntennaAvailRx?: number;
  /** How each queue waits for its turn. */
  wiphyTxqParams?: readonly TxqParams[];
  /** Who decides how strong is sent. */
  wiphyTxPowerSetting?: TxPowerSetting;
  /** How strong, in hundredths of dBm. */
  wiphyTxPowerLevel?: number;
  /** Packets that wait. */
  txqStats?: TxqStats;
  /** Most packets that wait. */
  txqLimit?: number;
  /** Most bytes that wait. */
  txqMemoryLimit?: number;
  /** Bytes of a flow in its turn. */
  txqQuantum?: number;
  /** Limits of power for the sake of bodies near by. */
  sarSpec?: SarSpec;
  /** Whether an interface sleeps between beacons. */
  psState?: PsState;
  /** When a weak connection is told of. */
  cqm?: Cqm;
  /** Priorities without acknowledgement, as bits. */
  noackMap?: number;
  /** Settings by priority. */
  tidConfig?: readonly TidConfig[];
  /** Whether frames have four addresses, so that an interface can be in a bridge. */
  "4addr"?: boolean;
  /** Whether an access point sends multicast to each station. */
  multicastToUnicastEnabled?: boolean;
  /** What an interface that monitors hears beside the usual. */
  mntrFlags?: readonly (MonitorFlag | number)[];
  /** Groups of stations whose frames a monitor hears. */
  muMimoGroupData?: Uint8Array;
  /** The station whose frames it hears. */
  muMimoFollowMacAddr?: string;
  /** What wakes the machine, or has. */
  wowlanTriggers?: Wowlan;
  /** Which packets may wait until there are several. */
  coalesceRule?: readonly CoalesceRule[];
  /** What a radio renews keys with by itself. */
  rekeyData?: RekeyData;
  /** Rate of multicast, in 100 kbit/s. */
  mcastRate?: number;
  /** Rates that may be sent with, by band. */
  txRates?: readonly TxRates[];
  /** Whether antennas sleep. */
  smpsMode?: SmpsMode;
  /** Whether frames get a time. */
  hwTimestampEnabled?: boolean;
  /** When a frame was sent, in ns. */
  txHwTimestamp?: bigint;
  /** When it was received, in ns. */
  rxHwTimestamp?: bigint;

  // Rules of countries.

  /** The country, two letters; `00` is the world. */
  regAlpha2?: string;
  /** The rules. */
  regRules?: readonly RegRule[];
  /** Who has set them. */
  regInitiator?: RegInitiator;
  /** What they are of. */
  regType?: RegType;
  /** Whose rules on radar hold. */
  dfsRegion?: DfsRegion;
  /** Where a wish comes from: 0 a user, 1 a cellular base station, 2 is indoors. */
  userRegHintType?: number;
  /** Whether the machine is indoors. */
  regIndoor?: boolean;
  /** Whether a radio has rules to itself. */
  wiphySelfManagedReg?: boolean;

  // Scans.

  /** Frequencies, in MHz; all when absent. */
  scanFrequencies?: readonly number[];
  /** The same in kHz. */
  scanFreqKhz?: readonly number[];
  /** Names that are asked for; `""` asks any. Without, only what is heard is told. */
  scanSsids?: readonly string[];
  /** How. */
  scanFlags?: readonly ScanFlag[];
  /** Rates to tell of, by band. */
  scanSuppRates?: readonly BandRates[];
  /** Whether the slow rates of 802.11b are not used to ask. */
  txNoCckRate?: boolean;
  /** How long to stay on a channel, in 1.024 ms. */
  measurementDuration?: number;
  /** Whether neither longer nor shorter. */
  measurementDurationMandatory?: boolean;
  /** When the scan began, by the clock of `scanStartTimeTsfBssid`, in µs. */
  scanStartTimeTsf?: bigint;
  /** The access point whose clock that is. */
  scanStartTimeTsfBssid?: string;
  /** A network. */
  bss?: Bss;
  /** Whether networks are listed that may not be used. */
  bssDumpIncludeUseData?: boolean;
  /** Pause between scheduled scans, in ms. */
  schedScanInterval?: number;
  /** The same as plans, one after the other. */
  schedScanPlans?: readonly SchedScanPlan[];
  /** How long before the first, in s. */
  schedScanDelay?: number;
  /** What they look for. */
  schedScanMatch?: readonly SchedScanMatch[];
  /** Whether there may be several at once. */
  schedScanMulti?: boolean;
  /** How much stronger than the present network, in dB. */
  schedScanRelativeRssi?: number;
  /** How much more or less in one band. */
  schedScanRssiAdjust?: RssiAdjust;
  /** Pause between scans of a driver's own, in s. */
  bgScanPeriod?: number;
  /** How busy a channel is. */
  surveyInfo?: SurveyInfo;
  /** Whether it is asked of the whole radio. */
  surveyRadioStats?: boolean;

  // Connections.

  /** Name of a network. */
  ssid?: string;
  /** Address of an access point. */
  bssid?: string;
  /** Address of the access point that may be the best. */
  macHint?: string;
  /** Address of the access point before. */
  prevBssid?: string;
  /** How one shows who one is. */
  authType?: AuthType;
  /** Fields of the frame that shows it. */
  authData?: Uint8Array;
  /** Versions of WPA. */
  wpaVersions?: readonly WpaVersion[];
  /** Ciphers for one station: 0x000fac04 is CCMP. */
  cipherSuitesPairwise?: readonly number[];
  /** Cipher for all. */
  cipherSuiteGroup?: number;
  /** Kinds of keys: 0x000fac02 is a password. */
  akmSuites?: readonly number[];
  /** Whether frames are enciphered. */
  privacy?: boolean;
  /** Whether management frames are protected. */
  useMfp?: Mfp;
  /** Elements of 802.11 to send, or that were received. */
  ie?: Uint8Array;
  /** Elements of our request. */
  reqIe?: Uint8Array;
  /** Elements of the answer. */
  respIe?: Uint8Array;
  /** Elements that ask for resources while roaming. */
  ieRic?: Uint8Array;
  /** Domain within which one roams fast. */
  mdid?: number;
  /** Why a connection ended: reason codes of 802.11. */
  reasonCode?: number;
  /** How a request went: status codes of 802.11. */
  statusCode?: number;
  /** Whether nothing was answered. */
  timedOut?: boolean;
  /** On what. */
  timeoutReason?: TimeoutReason;
  /** Whether the access point ended it. */
  disconnectedByAp?: boolean;
  /** Whether it ends without a frame. */
  localStateChange?: boolean;
  /** Whether the access point wants a new one. */
  reconnectRequested?: boolean;
  /** How the best network is chosen. */
  bssSelect?: BssSelect;
  /** Whether radio resources are measured. */
  useRrm?: boolean;
  /** Whether the network is a personal one, of 60 GHz. */
  pbss?: boolean;
  /** Whether without 802.11n. */
  disableHt?: boolean;
  /** Whether without 802.11ac. */
  disableVht?: boolean;
  /** Whether without 802.11ax. */
  disableHe?: boolean;
  /** Whether without 802.11be. */
  disableEht?: boolean;
  /** Whether without 802.11bn. */
  disableUhr?: boolean;
  /** Abilities of 802.11n. */
  htCapability?: Uint8Array;
  /** Which of them are told, or can be switched off. */
  htCapabilityMask?: Uint8Array;
  /** Abilities of 802.11ac. */
  vhtCapability?: Uint8Array;
  /** Which of them are told, or can be switched off. */
  vhtCapabilityMask?: Uint8Array;
  /** Abilities of 802.11ax. */
  heCapability?: Uint8Array;
  /** Abilities of it at 6 GHz. */
  he6ghzCapability?: Uint8Array;
  /** Abilities of 802.11be. */
  ehtCapability?: Uint8Array;
  /** Abilities of 802.11bn. */
  uhrCapability?: Uint8Array;
  /** How a network does 802.11bn. */
  uhrOperation?: Uint8Array;
  /** Abilities below 1 GHz. */
  s1gCapability?: Uint8Array;
  /** Which of them are told. */
  s1gCapabilityMask?: Uint8Array;
  /** Whether the radio makes the keys of 802.1X. */
  want1x4wayHs?: boolean;
  /** Whether keys are made, and frames may pass. */
  portAuthorized?: boolean;
  /** What a program is to do that shows who we are. */
  externalAuthAction?: ExternalAuthAction;
  /** Whether it can. */
  externalAuthSupport?: boolean;
  /** Whether aggregates are protected. */
  assocSppAmsdu?: boolean;
  /** Whether the request to associate was enciphered. */
  assocEncrypted?: boolean;
  /** Whether a peer protects frames before it is associated. */
  eppPeer?: boolean;
  /** Whether priority in an emergency. */
  epcs?: boolean;
  /** Selectors of networks that are known. */
  supportedSelectors?: Uint8Array;
  /** Whether a link is not used. */
  mloLinkDisabled?: boolean;
  /** Links to be removed, as bits. */
  mloReconfRemLinks?: number;
  /** Links of each priority down, as bits. */
  mloTtlmDlink?: readonly number[];
  /** Links of each priority up, as bits. */
  mloTtlmUlink?: readonly number[];
  /** Parts of WPA that an access point no longer has, as bits. */
  tdBitmap?: Uint8Array;
  /** Name of a user, for fast links. */
  filsErpUsername?: string;
  /** Realm of that. */
  filsErpRealm?: string;
  /** Its next number. */
  filsErpNextSeqNum?: number;
  /** Its key. */
  filsErpRrk?: Uint8Array;
  /** Number of a network whose keys are remembered. */
  filsCacheId?: Uint8Array;
  /** Key that enciphers other keys. */
  filsKek?: Uint8Array;
  /** Numbers used once: ours, then the access point's. */
  filsNonces?: Uint8Array;
  /** Password of WPA3. */
  saePassword?: Uint8Array;
  /** How a point is made of it. */
  saePwe?: SaePwe;

  // Keys.

  /** A key. */
  key?: Key;
  /** Keys of WEP. */
  keys?: readonly Key[];
  /** The key itself. */
  keyData?: Uint8Array;
  /** Its number. */
  keyIdx?: number;
  /** Its cipher: 0x000fac04 is CCMP. */
  keyCipher?: number;
  /** Number of the last packet that it was used for. */
  keySeq?: Uint8Array;
  /** For whom it is. */
  keyType?: KeyType;
  /** Whether it is the one to send with. */
  keyDefault?: boolean;
  /** Whether it is the one for management frames. */
  keyDefaultMgmt?: boolean;
  /** For which frames it is the one. */
  keyDefaultTypes?: readonly (KeyDefaultType | number)[];
  /** The master key of a connection. */
  pmk?: Uint8Array;
  /** Name of one. */
  pmkid?: Uint8Array;
  /** How long it may be used, in s. */
  pmkLifetime?: number;
  /** After how much of that a new one is made, in per cent. */
  pmkReauthThreshold?: number;
  /** Name of one for roaming. */
  pmkr0Name?: Uint8Array;
  /** An access point that one might prepare for. */
  pmksaCandidate?: PmksaCandidate;
  /** Whether frames wait until keys are made. */
  controlPort?: boolean;
  /** Type of key frames; 0x888e when absent. */
  controlPortEthertype?: number;
  /** Whether these are not enciphered. */
  controlPortNoEncrypt?: boolean;
  /** Whether they go through nl80211. */
  controlPortOverNl80211?: boolean;
  /** Whether those that prepare do not. */
  controlPortNoPreauth?: boolean;

  // Access points.

  /** Time between beacons, in 1.024 ms. */
  beaconInterval?: number;
  /** Beacons between two that wake sleepers. */
  dtimPeriod?: number;
  /** A beacon up to what stations are waited for. */
  beaconHead?: Uint8Array;
  /** Its elements behind that. */
  beaconTail?: Uint8Array;
  /** Elements for answers to probes. */
  ieProbeResp?: Uint8Array;
  /** Elements for answers to associations. */
  ieAssocResp?: Uint8Array;
  /** An answer to a probe. */
  probeResp?: Uint8Array;
  /** Whether the name is not told. */
  hiddenSsid?: HiddenSsid;
  /** Protection by CTS. */
  bssCtsProt?: boolean;
  /** Short preambles. */
  bssShortPreamble?: boolean;
  /** Short slots. */
  bssShortSlotTime?: boolean;
  /** Rates that stations must have, in 500 kbit/s. */
  bssBasicRates?: Uint8Array;
  /** How stations of different age live together. */
  bssHtOpmode?: number;
  /** Whether what a radio cannot set of these is refused. */
  bssParam?: boolean;
  /** Whether stations do not reach each other. */
  apIsolate?: boolean;
  /** When a silent station is gone, in s. */
  inactivityTimeout?: number;
  /** How long an owner of a group is awake after a beacon, in 1.024 ms. */
  p2pCtwindow?: number;
  /** Whether it sleeps after that. */
  p2pOppps?: boolean;
  /** Whether `macAddrs` are let in, or shut out. */
  aclPolicy?: AclPolicy;
  /** How many these may be. */
  macAclMax?: number;
  /** Why a station was not let in. */
  connFailedReason?: ConnFailedReason;
  /** What a program does beside, as bits. */
  apSettingsFlags?: number;
  /** Priorities by DSCP. */
  qosMap?: Uint8Array;
  /** Whether distances may be measured to it. */
  ftmResponder?: FtmResponder;
  /** How often they were. */
  ftmResponderStats?: FtmResponderStats;
  /** Whether stations may agree on when they wake. */
  twtResponder?: boolean;
  /** When it speaks at the same time as others near by. */
  heObssPd?: HeObssPd;
  /** Its color, which tells its frames from theirs. */
  heBssColor?: HeBssColor;
  /** Colors of others, as bits. */
  obssColorBitmap?: bigint;
  /** Beacons until another color. */
  colorChangeCount?: number;
  /** That color. */
  colorChangeColor?: number;
  /** Beacons as they are until then. */
  colorChangeElems?: Nl80211Message;
  /** Short frames that tell of it between beacons. */
  filsDiscovery?: FilsDiscovery;
  /** Answers to probes that nobody asked for. */
  unsolBcastProbeResp?: UnsolBcastProbeResp;
  /** How several networks share beacons. */
  mbssidConfig?: MbssidConfig;
  /** Elements of each of them. */
  mbssidElems?: readonly Uint8Array[];
  /** Elements on their neighbours. */
  emaRnrElems?: readonly Uint8Array[];
  /** Short beacons between long ones, below 1 GHz. */
  s1gLongBeaconPeriod?: number;
  /** The short ones. */
  s1gShortBeacon?: S1gShortBeacon;

  // Stations.

  /** A station's number. */
  staAid?: number;
  /** The interface that it goes to. */
  staVlan?: number;
  /** Its VLAN. */
  vlanId?: number;
  /** What it may do. */
  staFlags?: readonly StaFlag[];
  /** What it may do: which of these are meant, and which are so. */
  staFlags2?: StaFlags;
  /** What is known of it. */
  staInfo?: StaInfo;
  /** Beacons that it sleeps through. */
  staListenInterval?: number;
  /** Its rates, in 500 kbit/s. */
  staSupportedRates?: Uint8Array;
  /** Its channels: first and count, in turn. */
  staSupportedChannels?: Uint8Array;
  /** Its classes of channels. */
  staSupportedOperClasses?: Uint8Array;
  /** What it can do, as bits of 802.11. */
  staCapability?: number;
  /** Its extended abilities. */
  staExtCapability?: Uint8Array;
  /** How it sleeps by U-APSD. */
  staWme?: StaWme;
  /** What is done with a mesh link. */
  staPlinkAction?: PlinkAction;
  /** Where that stands. */
  staPlinkState?: PlinkState;
  /** Whether it knows how owners of groups sleep. */
  staSupportP2pPs?: boolean;
  /** Who decides how strong is sent to it. */
  staTxPowerSetting?: TxPowerSetting;
  /** How strong, in hundredths of dBm. */
  staTxPower?: number;
  /** Its share of time. */
  airtimeWeight?: number;
  /** A peer's number. */
  peerAid?: number;
  /** Width and streams that it wants, as 802.11ac has it. */
  opmodeNotif?: number;
  /** Its streams. */
  nss?: number;
  /** A stream of traffic. */
  tsid?: number;
  /** Priority of it. */
  userPrio?: number;
  /** Time that it may use, in 32 µs a second. */
  admittedTime?: number;
  /** Which frame sets a direct link up. */
  tdlsAction?: number;
  /** Number of it. */
  tdlsDialogToken?: number;
  /** What is done with a direct link. */
  tdlsOperation?: TdlsOperation;
  /** What the other end can do, as bits. */
  tdlsPeerCapability?: number;
  /** Whether we began. */
  tdlsInitiator?: boolean;

  // Frames.

  /** A frame. */
  frame?: Uint8Array;
  /** Type and subtype of frames, as 802.11 has them. */
  frameType?: number;
  /** How those begin that are meant. */
  frameMatch?: Uint8Array;
  /** Subtype of a management frame: 10 disassociation, 12 deauthentication. */
  mgmtSubtype?: number;
  /** Whether it was acknowledged. */
  ack?: boolean;
  /** How strong that was, in dBm. */
  ackSignal?: number;
  /** Whether that does not matter. */
  dontWaitForAck?: boolean;
  /** How long to stay on a channel, in ms. */
  duration?: number;
  /** How strong it was received, in dBm. */
  rxSignalDbm?: number;
  /** What is known of it, as bits: 1 is that the radio has answered. */
  rxmgmtFlags?: number;
  /** Whether multicast ones are meant too. */
  receiveMulticast?: boolean;
  /** What is so important that nothing else is to be done. */
  critProtId?: CritProto;
  /** A vendor. */
  vendorId?: number;
  /** A command of that vendor. */
  vendorSubcmd?: number;
  /** What belongs to it. */
  vendorData?: Uint8Array;
  /** What a driver's tests send. */
  testdata?: Uint8Array;

  // Meshes.

  /** Name of a mesh. */
  meshId?: string;
  /** How it works. */
  meshConfig?: MeshConfig;
  /** How one joins it. */
  meshSetup?: MeshSetup;
  /** A peer's number. */
  meshPeerAid?: number;
  /** Next station on a path. */
  mpathNextHop?: string;
  /** What is known of a path. */
  mpathInfo?: MpathInfo;
  /** How we sleep. */
  localMeshPowerMode?: MeshPowerMode;

  // Distances, and devices near by.

  /** Distances to peers. */
  peerMeasurements?: PeerMeasurements;
  /** How much we want to lead a cluster. */
  nanMasterPref?: number;
  /** A service that is offered or looked for. */
  nanFunc?: NanFunc;
  /** One that fits. */
  nanMatch?: NanMatch;
  /** How a cluster works. */
  nanConfig?: NanConfig;
  /** What a radio can do of that. */
  nanCapabilities?: NanCapabilities;
  /** Whether the cluster is a new one. */
  nanNewCluster?: boolean;
  /** Channels of a schedule. */
  nanChannel?: readonly Nl80211Message[];
  /** One of them, as the frames of the protocol have it. */
  nanChannelEntry?: Uint8Array;
  /** The channel of each slot of time; 255 is none. */
  nanTimeSlots?: Uint8Array;
  /** Streams that are received on it. */
  nanRxNss?: number;
  /** When we are there, as frames tell it. */
  nanAvailBlob?: Uint8Array;
  /** Whether a schedule holds only once others have agreed. */
  nanSchedDeferred?: boolean;
  /** Whether they have. */
  nanSchedUpdateSuccess?: boolean;
  /** Address that a peer manages with. */
  nanNmiMac?: string;
  /** When a peer is not there. */
  nanUlw?: Uint8Array;
  /** Windows in which a peer listens, as bits. */
  nanCommittedDw?: number;
  /** Number of a peer's schedule. */
  nanSeqId?: number;
  /** How long a peer takes from channel to channel, in µs. */
  nanMaxChanSwitchTime?: number;
  /** A peer's schedules. */
  nanPeerMaps?: readonly NanPeerMap[];
}

/** Wire form of {@linkcode Nl80211Message}: NL80211_ATTR_*. */
export const Nl80211Message: Attributes<Nl80211Message> = attributes((): Shape<Nl80211Message> => ({
  // Whose.
  wiphy: [1, u32],
  wiphyName: [2, text],
  ifindex: [3, ifindex],
  ifname: [4, text],
  iftype: [5, iftype],
  wdev: [153, u64],
  mac: [6, mac],
  macMask: [215, mac],
  macAddrs: [166, list(mac)],
  generation: [46, u32],
  cookie: [88, u64],
  socketOwner: [204, flag],
  pid: [82, u32],
  netnsFd: [219, u32],
  mloLinkId: [313, u8],
  mloLinks: [312, list(Nl80211Message)],
  mldAddr: [314, mac],
  timeout: [272, u32],

  // Channels.
  wiphyFreq: [38, u32],
  wiphyFreqOffset: [290, u32],
  wiphyChannelType: [39, channelType],
  channelWidth: [159, channelWidth],
  centerFreq1: [160, u32],
  centerFreq1Offset: [291, u32],
  centerFreq2: [161, u32],
  punctBitmap: [322, u32],
  npcaPrimaryFreq: [365, u32],
  npcaPunctBitmap: [366, u32],
  wiphyEdmgChannels: [280, u8],
  wiphyEdmgBwConfig: [281, u8],
  s1gPrimary2mhz: [345, flag],
  freqFixed: [60, flag],
  wiphyFreqHint: [201, u32],
  chSwitchCount: [183, u32],
  chSwitchBlockTx: [184, flag],
  csaIes: [185, Nl80211Message],
  cntdwnOffsBeacon: [186, array(u16)],
  cntdwnOffsPresp: [187, array(u16)],
  csaCOffsetsTx: [205, array(u16)],
  maxCsaCounters: [206, u8],
  freqBefore: [58, Channel],
  freqAfter: [59, Channel],
  radarEvent: [168, radarEvent],
  radarBackground: [308, flag],
  handleDfs: [191, flag],
  incumbentSignalInterferenceBitmap: [349, u32],
  support5Mhz: [192, flag],
  support10Mhz: [193, flag],
  operClass: [214, u8],

  // What a radio can do.
  wiphyBands: [22, keyed("band", Band)],
  bands: [239, u32],
  supportedIftypes: [32, numbers(IFTYPES)],
  softwareIftypes: [121, numbers(IFTYPES)],
  supportedCommands: [50, list(u32)],
  interfaceCombinations: [120, list(InterfaceCombination)],
  wiphyRadios: [331, list(WiphyRadio)],
  wiphyInterfaceCombinations: [332, list(InterfaceCombination)],
  wiphyRadioIndex: [338, u8],
  vifRadioMask: [333, u32],
  cipherSuites: [57, array(u32)],
  featureFlags: [143, u32],
  extFeatures: [217, bytes],
  protocolFeatures: [173, u32],
  splitWiphyDump: [174, flag],
  maxNumScanSsids: [43, u8],
  maxScanIeLen: [56, u16],
  maxNumSchedScanSsids: [123, u8],
  maxSchedScanIeLen: [124, u16],
  maxMatchSets: [133, u8],
  maxNumSchedScanPlans: [222, u32],
  maxScanPlanInterval: [223, u32],
  maxScanPlanIterations: [224, u32],
  schedScanMaxReqs: [256, u32],
  maxNumPmkids: [86, u8],
  maxNumAkmSuites: [316, u16],
  maxApAssocSta: [202, u32],
  maxRemainOnChannelDuration: [111, u32],
  offchannelTxOk: [108, flag],
  maxCritProtDuration: [180, u16],
  maxHwTimestampPeers: [323, u16],
  mloSupport: [315, flag],
  roamSupport: [131, flag],
  tdlsSupport: [139, flag],
  tdlsExternalSetup: [140, flag],
  supportApUapsd: [130, flag],
  supportIbssRsn: [104, flag],
  supportMeshAuth: [115, flag],
  deviceApSme: [141, u32],
  probeRespOffload: [144, u32],
  txFrameTypes: [99, keyed("iftype", FrameTypes)],
  rxFrameTypes: [100, keyed("iftype", FrameTypes)],
  extCapa: [169, bytes],
  extCapaMask: [170, bytes],
  iftypeExtCapa: [230, list(Nl80211Message)],
  iftypeAkmSuites: [284, list(IftypeAkmSuites)],
  emlCapability: [317, u16],
  mldCapaAndOps: [318, u16],
  extMldCapaAndOps: [337, u16],
  wowlanTriggersSupported: [118, WowlanSupport],
  vendorEvents: [198, list(VendorCommand)],

  // Settings of a radio.
  wiphyRetryShort: [61, u8],
  wiphyRetryLong: [62, u8],
  wiphyFragThreshold: [63, u32],
  wiphyRtsThreshold: [64, u32],
  wiphyCoverageClass: [89, u8],
  wiphyDynAck: [209, flag],
  wiphyAntennaTx: [105, u32],
  wiphyAntennaRx: [106, u32],
  wiphyAntennaAvailTx: [113, u32],
  wiphyAntennaAvailRx: [114, u32],
  wiphyTxqParams: [37, list(TxqParams)],
  wiphyTxPowerSetting: [97, txPowerSetting],
  wiphyTxPowerLevel: [98, i32],
  txqStats: [265, TxqStats],
  txqLimit: [266, u32],
  txqMemoryLimit: [267, u32],
  txqQuantum: [268, u32],
  sarSpec: [300, SarSpec],
  psState: [93, psState],
  cqm: [94, Cqm],
  noackMap: [149, u16],
  tidConfig: [285, list(TidConfig)],
  "4addr": [83, bool(u8)],
  multicastToUnicastEnabled: [244, flag],
  mntrFlags: [23, numbers(MONITOR_FLAGS)],
  muMimoGroupData: [231, bytes],
  muMimoFollowMacAddr: [232, mac],
  wowlanTriggers: [117, Wowlan],
  coalesceRule: [182, list(CoalesceRule)],
  rekeyData: [122, RekeyData],
  mcastRate: [107, u32],
  txRates: [90, keyed("band", TxRates)],
  smpsMode: [213, smpsMode],
  hwTimestampEnabled: [324, flag],
  txHwTimestamp: [319, u64],
  rxHwTimestamp: [320, u64],

  // Rules of countries.
  regAlpha2: [33, string(2)],
  regRules: [34, list(RegRule)],
  regInitiator: [48, regInitiator],
  regType: [49, regType],
  dfsRegion: [146, dfsRegion],
  userRegHintType: [154, u32],
  regIndoor: [221, flag],
  wiphySelfManagedReg: [216, flag],

  // Scans.
  scanFrequencies: [44, list(u32)],
  scanFreqKhz: [292, list(u32)],
  scanSsids: [45, list(ssid)],
  scanFlags: [158, scanFlags],
  scanSuppRates: [125, bandRates],
  txNoCckRate: [135, flag],
  measurementDuration: [235, u16],
  measurementDurationMandatory: [236, flag],
  scanStartTimeTsf: [233, u64],
  scanStartTimeTsfBssid: [234, mac],
  bss: [47, Bss],
  bssDumpIncludeUseData: [327, flag],
  schedScanInterval: [119, u32],
  schedScanPlans: [225, list(SchedScanPlan)],
  schedScanDelay: [220, u32],
  schedScanMatch: [132, list(SchedScanMatch)],
  schedScanMulti: [255, flag],
  schedScanRelativeRssi: [246, i8],
  schedScanRssiAdjust: [247, RssiAdjust],
  bgScanPeriod: [152, u16],
  surveyInfo: [84, SurveyInfo],
  surveyRadioStats: [218, flag],

  // Connections.
  ssid: [52, ssid],
  bssid: [245, mac],
  macHint: [200, mac],
  prevBssid: [79, mac],
  authType: [53, authType],
  authData: [156, bytes],
  wpaVersions: [75, wpaVersions],
  cipherSuitesPairwise: [73, array(u32)],
  cipherSuiteGroup: [74, u32],
  akmSuites: [76, array(u32)],
  privacy: [70, flag],
  useMfp: [66, mfp],
  ie: [42, elements],
  reqIe: [77, elements],
  respIe: [78, elements],
  ieRic: [178, elements],
  mdid: [177, u16],
  reasonCode: [54, u16],
  statusCode: [72, u16],
  timedOut: [65, flag],
  timeoutReason: [248, timeoutReason],
  disconnectedByAp: [71, flag],
  localStateChange: [95, flag],
  reconnectRequested: [299, flag],
  bssSelect: [227, BssSelect],
  useRrm: [208, flag],
  pbss: [226, flag],
  disableHt: [147, flag],
  disableVht: [175, flag],
  disableHe: [301, flag],
  disableEht: [311, flag],
  disableUhr: [348, flag],
  htCapability: [31, bytes],
  htCapabilityMask: [148, bytes],
  vhtCapability: [157, bytes],
  vhtCapabilityMask: [176, bytes],
  heCapability: [269, bytes],
  he6ghzCapability: [293, bytes],
  ehtCapability: [310, bytes],
  uhrCapability: [347, bytes],
  uhrOperation: [350, bytes],
  s1gCapability: [296, bytes],
  s1gCapabilityMask: [297, bytes],
  want1x4wayHs: [257, flag],
  portAuthorized: [259, flag],
  externalAuthAction: [260, externalAuthAction],
  externalAuthSupport: [261, flag],
  assocSppAmsdu: [330, flag],
  assocEncrypted: [364, flag],
  eppPeer: [346, flag],
  epcs: [336, flag],
  supportedSelectors: [334, bytes],
  mloLinkDisabled: [326, flag],
  mloReconfRemLinks: [335, u16],
  mloTtlmDlink: [328, array(u16)],
  mloTtlmUlink: [329, array(u16)],
  tdBitmap: [321, bytes],
  filsErpUsername: [249, countedText(16)],
  filsErpRealm: [250, countedText(253)],
  filsErpNextSeqNum: [251, u16],
  filsErpRrk: [252, bytes],
  filsCacheId: [253, bytes],
  filsKek: [242, bytes],
  filsNonces: [243, bytes],
  saePassword: [277, bytes],
  saePwe: [298, saePwe],

  // Keys.
  key: [80, Key],
  keys: [81, list(Key)],
  keyData: [7, bytes],
  keyIdx: [8, u8],
  keyCipher: [9, u32],
  keySeq: [10, bytes],
  keyType: [55, keyType],
  keyDefault: [11, flag],
  keyDefaultMgmt: [40, flag],
  keyDefaultTypes: [110, numbers(KEY_DEFAULT_TYPES)],
  pmk: [254, bytes],
  pmkid: [85, bytes],
  pmkLifetime: [287, u32],
  pmkReauthThreshold: [288, u8],
  pmkr0Name: [258, bytes],
  pmksaCandidate: [134, PmksaCandidate],
  controlPort: [68, flag],
  controlPortEthertype: [102, u16],
  controlPortNoEncrypt: [103, flag],
  controlPortOverNl80211: [264, flag],
  controlPortNoPreauth: [286, flag],

  // Access points.
  beaconInterval: [12, u32],
  dtimPeriod: [13, u32],
  beaconHead: [14, bytes],
  beaconTail: [15, elements],
  ieProbeResp: [127, elements],
  ieAssocResp: [128, elements],
  probeResp: [145, bytes],
  hiddenSsid: [126, hiddenSsid],
  bssCtsProt: [28, bool(u8)],
  bssShortPreamble: [29, bool(u8)],
  bssShortSlotTime: [30, bool(u8)],
  bssBasicRates: [36, bytes],
  bssHtOpmode: [109, u16],
  bssParam: [341, flag],
  apIsolate: [96, bool(u8)],
  inactivityTimeout: [150, u16],
  p2pCtwindow: [162, u8],
  p2pOppps: [163, bool(u8)],
  aclPolicy: [165, aclPolicy],
  macAclMax: [167, u32],
  connFailedReason: [155, connFailedReason],
  apSettingsFlags: [309, u32],
  qosMap: [199, bytes],
  ftmResponder: [270, FtmResponder],
  ftmResponderStats: [271, FtmResponderStats],
  twtResponder: [278, flag],
  heObssPd: [279, HeObssPd],
  heBssColor: [283, HeBssColor],
  obssColorBitmap: [302, u64],
  colorChangeCount: [303, eitherSize(u8, u32)],
  colorChangeColor: [304, u8],
  colorChangeElems: [305, Nl80211Message],
  filsDiscovery: [294, FilsDiscovery],
  unsolBcastProbeResp: [295, UnsolBcastProbeResp],
  mbssidConfig: [306, MbssidConfig],
  mbssidElems: [307, list(bytes)],
  emaRnrElems: [325, list(bytes)],
  s1gLongBeaconPeriod: [339, u8],
  s1gShortBeacon: [340, S1gShortBeacon],

  // Stations.
  staAid: [16, u16],
  staVlan: [20, ifindex],
  vlanId: [282, u16],
  staFlags: [17, numbers(STA_FLAGS)],
  staFlags2: [67, staFlags],
  staInfo: [21, StaInfo],
  staListenInterval: [18, u16],
  staSupportedRates: [19, bytes],
  staSupportedChannels: [189, bytes],
  staSupportedOperClasses: [190, bytes],
  staCapability: [171, u16],
  staExtCapability: [172, bytes],
  staWme: [129, StaWme],
  staPlinkAction: [25, plinkAction],
  staPlinkState: [116, plinkState],
  staSupportP2pPs: [228, bool(u8)],
  staTxPowerSetting: [275, txPowerSetting8],
  staTxPower: [276, i16],
  airtimeWeight: [274, u16],
  peerAid: [181, u16],
  opmodeNotif: [194, u8],
  nss: [262, u8],
  tsid: [210, u8],
  userPrio: [211, u8],
  admittedTime: [212, u16],
  tdlsAction: [136, u8],
  tdlsDialogToken: [137, u8],
  tdlsOperation: [138, tdlsOperation],
  tdlsPeerCapability: [203, u32],
  tdlsInitiator: [207, flag],

  // Frames.
  frame: [51, bytes],
  frameType: [101, u16],
  frameMatch: [91, bytes],
  mgmtSubtype: [41, u8],
  ack: [92, flag],
  ackSignal: [263, i32],
  dontWaitForAck: [142, flag],
  duration: [87, u32],
  rxSignalDbm: [151, i32],
  rxmgmtFlags: [188, u32],
  receiveMulticast: [289, flag],
  critProtId: [179, critProto],
  vendorId: [195, u32],
  vendorSubcmd: [196, u32],
  vendorData: [197, bytes],
  testdata: [69, bytes],

  // Meshes.
  meshId: [24, ssid],
  meshConfig: [35, MeshConfig],
  meshSetup: [112, MeshSetup],
  meshPeerAid: [237, u16],
  mpathNextHop: [26, mac],
  mpathInfo: [27, MpathInfo],
  localMeshPowerMode: [164, meshPowerMode],

  // Distances, and devices near by.
  peerMeasurements: [273, PeerMeasurements],
  nanMasterPref: [238, u8],
  nanFunc: [240, NanFunc],
  nanMatch: [241, NanMatch],
  nanConfig: [342, NanConfig],
  nanCapabilities: [344, NanCapabilities],
  nanNewCluster: [343, flag],
  nanChannel: [351, repeated(351, Nl80211Message)],
  nanChannelEntry: [352, bytes],
  nanTimeSlots: [353, bytes],
  nanRxNss: [354, u8],
  nanAvailBlob: [355, bytes],
  nanSchedDeferred: [356, flag],
  nanSchedUpdateSuccess: [357, flag],
  nanNmiMac: [358, mac],
  nanUlw: [359, bytes],
  nanCommittedDw: [360, u16],
  nanSeqId: [361, u8],
  nanMaxChanSwitchTime: [362, u16],
  nanPeerMaps: [363, list(NanPeerMap)],
}), { pad: 229 });
