/**
 * All attributes of nl80211, grouped by topic.
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
  type Ifindex,
  ifindex,
  list,
  mac,
  repeated,
  secretBytes,
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
 * A message of nl80211 of any command: it may hold every attribute.
 *
 * In a radio's description some attributes have other types; see {@linkcode Wiphy}.
 */
export interface Nl80211Message {
  // The radio, interface or station concerned.

  /** The radio's number. */
  wiphy?: number;
  /** The radio's name. */
  wiphyName?: string;
  /** The interface's number. */
  ifindex?: Ifindex;
  /** The interface's name. */
  ifname?: string;
  /** The interface's type. */
  iftype?: Iftype;
  /** The wireless device's number, which also exists if it has no network interface. */
  wdev?: bigint;
  /** A MAC address: of a station, a peer or an interface. */
  mac?: string;
  /** The mask of the address bits that count, or that differ between a radio's interfaces. */
  macMask?: string;
  /** MAC addresses: those of a radio, or a list of stations. */
  macAddrs?: readonly string[];
  /** The generation of a dumped list. It changes with the list. */
  generation?: number;
  /** The cookie of a request, repeated in its answer and events. */
  cookie?: bigint;
  /** True if the operation ends when its socket is closed. */
  socketOwner?: boolean;
  /** The number of a process; a radio moves to its network namespace. */
  pid?: number;
  /** The file descriptor of the network namespace that a radio moves to. */
  netnsFd?: number;
  /** The link's number, for multi-link devices. */
  mloLinkId?: number;
  /** The attributes of each link of a multi-link device. */
  mloLinks?: readonly Nl80211Message[];
  /** The MAC address of a multi-link device. */
  mldAddr?: string;
  /** The timeout, in ms. */
  timeout?: number;

  // Channels.

  /** The frequency of the primary channel, in MHz. */
  wiphyFreq?: number;
  /** The offset to add to that frequency, in kHz. */
  wiphyFreqOffset?: number;
  /** The channel's width in the terms of 802.11n. */
  wiphyChannelType?: ChannelType;
  /** The channel's width. */
  channelWidth?: ChannelWidth;
  /** The centre frequency, in MHz. */
  centerFreq1?: number;
  /** The offset to add to the centre frequency, in kHz. */
  centerFreq1Offset?: number;
  /** The centre frequency of the second segment, for 80+80 MHz, in MHz. */
  centerFreq2?: number;
  /** Mask of the 20 MHz subchannels that are not used (punctured). */
  punctBitmap?: number;
  /** The primary channel to use while the usual one is busy (NPCA), in MHz. */
  npcaPrimaryFreq?: number;
  /** Mask of the 20 MHz subchannels that are not used during NPCA. */
  npcaPunctBitmap?: number;
  /** Mask of the bonded 60 GHz channels (EDMG). */
  wiphyEdmgChannels?: number;
  /** The bandwidth configuration of EDMG. */
  wiphyEdmgBwConfig?: number;
  /** True if the primary channel below 1 GHz is 2 MHz wide. */
  s1gPrimary2mhz?: boolean;
  /** True if an ad hoc network must stay on its channel. */
  freqFixed?: boolean;
  /** The channel of a suggested access point, in MHz. */
  wiphyFreqHint?: number;
  /** The number of beacons until the channel switch. */
  chSwitchCount?: number;
  /** True if no frames are sent until the switch. */
  chSwitchBlockTx?: boolean;
  /** The beacon and its templates to use until the switch. */
  csaIes?: Nl80211Message;
  /** The offsets of the countdown counters in the beacon's tail, in bytes. */
  cntdwnOffsBeacon?: readonly number[];
  /** The offsets of the countdown counters in the probe response, in bytes. */
  cntdwnOffsPresp?: readonly number[];
  /** The offsets of the countdown counters in a frame to send, in bytes. */
  csaCOffsetsTx?: readonly number[];
  /** The number of countdown counters that the radio can update. */
  maxCsaCounters?: number;
  /** The channel before a beacon's country changed its rules. */
  freqBefore?: Channel;
  /** The channel after that change. */
  freqAfter?: Channel;
  /** The radar event. */
  radarEvent?: RadarEvent;
  /** True if radar is detected in the background, beside normal operation. */
  radarBackground?: boolean;
  /** True if the program handles radar in an ad hoc network or a mesh. */
  handleDfs?: boolean;
  /** Mask of the 20 MHz subchannels on which an incumbent user (with older rights) was heard. */
  incumbentSignalInterferenceBitmap?: number;
  /** True if the radio supports channels of 5 MHz. */
  support5Mhz?: boolean;
  /** True if the radio supports channels of 10 MHz. */
  support10Mhz?: boolean;
  /** The operating class, as 802.11 numbers it. */
  operClass?: number;

  // Capabilities of a radio.

  /** The bands. */
  wiphyBands?: readonly Band[];
  /** Mask of bands. */
  bands?: number;
  /** The supported interface types. */
  supportedIftypes?: readonly Iftype[];
  /** The interface types that can always be added, being done in software. */
  softwareIftypes?: readonly Iftype[];
  /** The supported commands, by number: NL80211_CMD_*. */
  supportedCommands?: readonly number[];
  /** The combinations of interfaces that can exist at the same time. */
  interfaceCombinations?: readonly InterfaceCombination[];
  /** The radios of a device that has several. */
  wiphyRadios?: readonly WiphyRadio[];
  /** The combinations of interfaces across all radios of the device. */
  wiphyInterfaceCombinations?: readonly InterfaceCombination[];
  /** The index of one of the device's radios. */
  wiphyRadioIndex?: number;
  /** Mask of the device's radios that an interface may use. */
  vifRadioMask?: number;
  /** The supported ciphers: 0x000fac04 is CCMP. */
  cipherSuites?: readonly number[];
  /** Feature flags, as a mask: NL80211_FEATURE_*. */
  featureFlags?: number;
  /** Extended features: bit n is number n of NL80211_EXT_FEATURE_*. */
  extFeatures?: Uint8Array;
  /** Features of nl80211 itself, as a mask: 1 is a radio's description in several messages. */
  protocolFeatures?: number;
  /** True if a radio's description may be split into several messages. */
  splitWiphyDump?: boolean;
  /** The most SSIDs in one scan. */
  maxNumScanSsids?: number;
  /** The most bytes of elements in one scan. */
  maxScanIeLen?: number;
  /** The most SSIDs in one scheduled scan. */
  maxNumSchedScanSsids?: number;
  /** The most bytes of elements in one scheduled scan. */
  maxSchedScanIeLen?: number;
  /** The most match sets in one scheduled scan. */
  maxMatchSets?: number;
  /** The most plans in one scheduled scan. */
  maxNumSchedScanPlans?: number;
  /** The longest interval in a plan, in s. */
  maxScanPlanInterval?: number;
  /** The most iterations of a plan. */
  maxScanPlanIterations?: number;
  /** The most scheduled scans at the same time. */
  schedScanMaxReqs?: number;
  /** The most PMKIDs that the radio stores. */
  maxNumPmkids?: number;
  /** The most AKM suites in one request. */
  maxNumAkmSuites?: number;
  /** The most stations of an access point. */
  maxApAssocSta?: number;
  /** The longest time on another channel, in ms. */
  maxRemainOnChannelDuration?: number;
  /** True if frames can, or may, be sent on another channel. */
  offchannelTxOk?: boolean;
  /** The longest time that a critical protocol may take, in ms. */
  maxCritProtDuration?: number;
  /** The most peers whose frames get hardware timestamps. */
  maxHwTimestampPeers?: number;
  /** True if multi-link operation is supported. */
  mloSupport?: boolean;
  /** True if the firmware roams by itself. */
  roamSupport?: boolean;
  /** True if TDLS (direct links between stations) is supported. */
  tdlsSupport?: boolean;
  /** True if a program must set TDLS links up. */
  tdlsExternalSetup?: boolean;
  /** True if an access point supports U-APSD power saving. */
  supportApUapsd?: boolean;
  /** True if WPA is supported in ad hoc networks. */
  supportIbssRsn?: boolean;
  /** True if authenticated meshes are supported. */
  supportMeshAuth?: boolean;
  /** Flags of a device that manages stations as an access point by itself. */
  deviceApSme?: number;
  /** Mask of the kinds of probe requests that the device answers by itself. */
  probeRespOffload?: number;
  /** The management frames that programs may send, by interface type. */
  txFrameTypes?: readonly FrameTypes[];
  /** The management frames that programs may receive, by interface type. */
  rxFrameTypes?: readonly FrameTypes[];
  /** The extended capabilities of 802.11. */
  extCapa?: Uint8Array;
  /** The mask of the valid bits in `extCapa`. */
  extCapaMask?: Uint8Array;
  /** Both by interface type. */
  iftypeExtCapa?: readonly Nl80211Message[];
  /** The AKM suites by interface type. */
  iftypeAkmSuites?: readonly IftypeAkmSuites[];
  /** The enhanced multi-link capabilities, as bits of 802.11. */
  emlCapability?: number;
  /** The multi-link capabilities and operations, as bits of 802.11. */
  mldCapaAndOps?: number;
  /** The extended multi-link capabilities and operations, as bits of 802.11. */
  extMldCapaAndOps?: number;
  /** The supported wake-up triggers. */
  wowlanTriggersSupported?: WowlanSupport;
  /** The vendor's events. */
  vendorEvents?: readonly VendorCommand[];

  // Settings of a radio.

  /** The number of attempts to send a short frame. */
  wiphyRetryShort?: number;
  /** The number of attempts to send a long frame. */
  wiphyRetryLong?: number;
  /** The size in bytes above which frames are fragmented; 4294967295 is never. */
  wiphyFragThreshold?: number;
  /** The size in bytes above which frames use RTS/CTS; 4294967295 is never. */
  wiphyRtsThreshold?: number;
  /** The coverage class: the distance in steps of 450 m. */
  wiphyCoverageClass?: number;
  /** True if the distance is measured dynamically (dynack). */
  wiphyDynAck?: boolean;
  /** Mask of the antennas that transmit. */
  wiphyAntennaTx?: number;
  /** Mask of the antennas that receive. */
  wiphyAntennaRx?: number;
  /** Mask of the available transmit antennas. */
  wiphyAntennaAvailTx?: number;
  /** Mask of the available receive antennas. */
  wiphyAntennaAvailRx?: number;
  /** The parameters of the transmit queues. */
  wiphyTxqParams?: readonly TxqParams[];
  /** The way that transmit power is chosen. */
  wiphyTxPowerSetting?: TxPowerSetting;
  /** The transmit power, in mBm (hundredths of dBm). */
  wiphyTxPowerLevel?: number;
  /** Statistics of the queues. */
  txqStats?: TxqStats;
  /** The most packets in the queues. */
  txqLimit?: number;
  /** The most bytes in the queues. */
  txqMemoryLimit?: number;
  /** The bytes that a flow may send in its turn. */
  txqQuantum?: number;
  /** Transmit power limits for exposure near bodies (SAR). */
  sarSpec?: SarSpec;
  /** The state of power saving. */
  psState?: PsState;
  /** Connection quality monitoring: thresholds and events. */
  cqm?: Cqm;
  /** Mask of the traffic identifiers that are sent without acknowledgement. */
  noackMap?: number;
  /** Settings by traffic identifier. */
  tidConfig?: readonly TidConfig[];
  /** True if frames have four addresses, which a bridge needs. */
  "4addr"?: boolean;
  /** True if an access point sends multicast to each station as unicast. */
  multicastToUnicastEnabled?: boolean;
  /** The flags of a monitor interface. */
  mntrFlags?: readonly (MonitorFlag | number)[];
  /** The MU-MIMO groups that a monitor follows. */
  muMimoGroupData?: Uint8Array;
  /** The station that a monitor follows in MU-MIMO. */
  muMimoFollowMacAddr?: string;
  /** The wake-up triggers to set, or those that woke the machine. */
  wowlanTriggers?: Wowlan;
  /** The rules by which received packets are coalesced. */
  coalesceRule?: readonly CoalesceRule[];
  /** The keys with which the device rekeys by itself. */
  rekeyData?: RekeyData;
  /** The rate of multicast, in 100 kbit/s. */
  mcastRate?: number;
  /** The allowed transmit rates, by band. */
  txRates?: readonly TxRates[];
  /** The mode of spatial multiplexing power save. */
  smpsMode?: SmpsMode;
  /** True if frames get hardware timestamps. */
  hwTimestampEnabled?: boolean;
  /** The time at which a frame was sent, in ns. */
  txHwTimestamp?: bigint;
  /** The time at which a frame was received, in ns. */
  rxHwTimestamp?: bigint;

  // Regulatory domains.

  /** The country, two letters; `00` is the world. */
  regAlpha2?: string;
  /** The rules by frequency range. */
  regRules?: readonly RegRule[];
  /** The source of the domain. */
  regInitiator?: RegInitiator;
  /** The scope of the domain. */
  regType?: RegType;
  /** The region whose radar rules apply. */
  dfsRegion?: DfsRegion;
  /** The source of a hint: 0 a user, 1 a cellular base station, 2 is indoors. */
  userRegHintType?: number;
  /** True if the machine is indoors. */
  regIndoor?: boolean;
  /** True if the radio manages its own regulatory domain. */
  wiphySelfManagedReg?: boolean;

  // Scans.

  /** The frequencies to scan, in MHz; all when absent. */
  scanFrequencies?: readonly number[];
  /** The frequencies to scan, in kHz. */
  scanFreqKhz?: readonly number[];
  /** The SSIDs to probe for; `""` is any network. Without SSIDs a scan only listens. */
  scanSsids?: readonly string[];
  /** The flags of the scan. */
  scanFlags?: readonly ScanFlag[];
  /** The supported rates to announce, by band. */
  scanSuppRates?: readonly BandRates[];
  /** True if probes do not use the CCK rates of 802.11b. */
  txNoCckRate?: boolean;
  /** The time to stay on a channel, in units of 1.024 ms. */
  measurementDuration?: number;
  /** True if that time must be kept exactly. */
  measurementDurationMandatory?: boolean;
  /** The start of the scan, by the clock of `scanStartTimeTsfBssid`, in µs. */
  scanStartTimeTsf?: bigint;
  /** The access point whose clock gives that time. */
  scanStartTimeTsfBssid?: string;
  /** A network (BSS). */
  bss?: Bss;
  /** True to list networks also that may not be used. */
  bssDumpIncludeUseData?: boolean;
  /** The interval between scheduled scans, in ms. */
  schedScanInterval?: number;
  /** The plans of a scheduled scan, one after the other. */
  schedScanPlans?: readonly SchedScanPlan[];
  /** The delay before the first scheduled scan, in s. */
  schedScanDelay?: number;
  /** The match sets: networks that a scheduled scan reports. */
  schedScanMatch?: readonly SchedScanMatch[];
  /** True if the scheduled scan may run beside others. */
  schedScanMulti?: boolean;
  /** The least improvement on the current network that is reported, in dB. */
  schedScanRelativeRssi?: number;
  /** An adjustment of that comparison for one band. */
  schedScanRssiAdjust?: RssiAdjust;
  /** The interval between the driver's own background scans, in s. */
  bgScanPeriod?: number;
  /** A survey of a channel: its noise and use. */
  surveyInfo?: SurveyInfo;
  /** True to return statistics of the whole radio too. */
  surveyRadioStats?: boolean;

  // Connections.

  /** The SSID: the name of a network. */
  ssid?: string;
  /** The MAC address of an access point. */
  bssid?: string;
  /** The MAC address of a suggested access point. */
  macHint?: string;
  /** The MAC address of the previous access point. */
  prevBssid?: string;
  /** The method of authentication. */
  authType?: AuthType;
  /** The fields of the authentication frame after its first. */
  authData?: Uint8Array;
  /** The versions of WPA. */
  wpaVersions?: readonly WpaVersion[];
  /** The pairwise ciphers: 0x000fac04 is CCMP. */
  cipherSuitesPairwise?: readonly number[];
  /** The group cipher. */
  cipherSuiteGroup?: number;
  /** The AKM suites (key management): 0x000fac02 is a pre-shared key. */
  akmSuites?: readonly number[];
  /** True if data frames are encrypted. */
  privacy?: boolean;
  /** The use of management frame protection. */
  useMfp?: Mfp;
  /** Information elements to send, or received. */
  ie?: Uint8Array;
  /** The information elements of the association request. */
  reqIe?: Uint8Array;
  /** The information elements of the association response. */
  respIe?: Uint8Array;
  /** The elements of a resource request in fast roaming. */
  ieRic?: Uint8Array;
  /** The mobility domain's identifier, for fast roaming. */
  mdid?: number;
  /** The reason for the end of a connection: a reason code of 802.11. */
  reasonCode?: number;
  /** The outcome of a request: a status code of 802.11. */
  statusCode?: number;
  /** True if no answer came in time. */
  timedOut?: boolean;
  /** The request that timed out. */
  timeoutReason?: TimeoutReason;
  /** True if the access point ended the connection. */
  disconnectedByAp?: boolean;
  /** True if only the local state changes, and no frame is sent. */
  localStateChange?: boolean;
  /** True if the access point asks to reconnect. */
  reconnectRequested?: boolean;
  /** The criterion by which the driver chooses a network. */
  bssSelect?: BssSelect;
  /** True if radio resource measurement is used. */
  useRrm?: boolean;
  /** True if the network is a personal one (PBSS), of 60 GHz. */
  pbss?: boolean;
  /** True to connect without 802.11n (HT). */
  disableHt?: boolean;
  /** True to connect without 802.11ac (VHT). */
  disableVht?: boolean;
  /** True to connect without 802.11ax (HE). */
  disableHe?: boolean;
  /** True to connect without 802.11be (EHT). */
  disableEht?: boolean;
  /** True to connect without 802.11bn (UHR). */
  disableUhr?: boolean;
  /** The capabilities of 802.11n (HT). */
  htCapability?: Uint8Array;
  /** The mask of the bits in `htCapability` that count, or may be changed. */
  htCapabilityMask?: Uint8Array;
  /** The capabilities of 802.11ac (VHT). */
  vhtCapability?: Uint8Array;
  /** The mask of the bits in `vhtCapability` that count, or may be changed. */
  vhtCapabilityMask?: Uint8Array;
  /** The capabilities of 802.11ax (HE). */
  heCapability?: Uint8Array;
  /** The capabilities of 802.11ax at 6 GHz. */
  he6ghzCapability?: Uint8Array;
  /** The capabilities of 802.11be (EHT). */
  ehtCapability?: Uint8Array;
  /** The capabilities of 802.11bn (UHR). */
  uhrCapability?: Uint8Array;
  /** The network's operation of 802.11bn (UHR). */
  uhrOperation?: Uint8Array;
  /** The capabilities below 1 GHz (S1G). */
  s1gCapability?: Uint8Array;
  /** The mask of the bits in `s1gCapability` that count. */
  s1gCapabilityMask?: Uint8Array;
  /** True if the device does the 4-way handshake of 802.1X. */
  want1x4wayHs?: boolean;
  /** True if the port is authorized: keys are set and frames may pass. */
  portAuthorized?: boolean;
  /** The action that a program takes for external authentication. */
  externalAuthAction?: ExternalAuthAction;
  /** True if the program supports external authentication. */
  externalAuthSupport?: boolean;
  /** True if signalled and protected A-MSDUs (aggregates) are used. */
  assocSppAmsdu?: boolean;
  /** True if the association request was encrypted. */
  assocEncrypted?: boolean;
  /** True if a peer encrypts frames before it is associated. */
  eppPeer?: boolean;
  /** True if priority access for emergencies (EPCS) is used. */
  epcs?: boolean;
  /** The BSS membership selectors that the program supports. */
  supportedSelectors?: Uint8Array;
  /** True if the link is disabled. */
  mloLinkDisabled?: boolean;
  /** Mask of the links to remove. */
  mloReconfRemLinks?: number;
  /** The mask of downlink links for each traffic identifier. */
  mloTtlmDlink?: readonly number[];
  /** The mask of uplink links for each traffic identifier. */
  mloTtlmUlink?: readonly number[];
  /** Transition disable: mask of the older security modes that the network no longer needs. */
  tdBitmap?: Uint8Array;
  /** The user's name for FILS, without the realm. */
  filsErpUsername?: string;
  /** The realm of that user. */
  filsErpRealm?: string;
  /** The next sequence number of ERP. */
  filsErpNextSeqNum?: number;
  /** The reauthentication root key of ERP. */
  filsErpRrk?: Uint8Array;
  /** The FILS cache identifier of a network. */
  filsCacheId?: Uint8Array;
  /** The key encryption key of FILS. */
  filsKek?: Uint8Array;
  /** The nonces of FILS: the station's, then the access point's. */
  filsNonces?: Uint8Array;
  /** The password of SAE (WPA3). */
  saePassword?: Uint8Array;
  /** The method by which SAE derives the password element. */
  saePwe?: SaePwe;

  // Keys.

  /** A key. */
  key?: Key;
  /** The WEP keys. */
  keys?: readonly Key[];
  /** The bytes of the key. */
  keyData?: Uint8Array;
  /** The index of the key. */
  keyIdx?: number;
  /** The cipher of the key: 0x000fac04 is CCMP. */
  keyCipher?: number;
  /** The key's sequence number: that of the last packet. */
  keySeq?: Uint8Array;
  /** The kind of receivers that the key is for. */
  keyType?: KeyType;
  /** True if it is the default key. */
  keyDefault?: boolean;
  /** True if it is the default key for management frames. */
  keyDefaultMgmt?: boolean;
  /** The kinds of frames for which it is the default key. */
  keyDefaultTypes?: readonly (KeyDefaultType | number)[];
  /** The pairwise master key. */
  pmk?: Uint8Array;
  /** The identifier of a pairwise master key. */
  pmkid?: Uint8Array;
  /** The lifetime of the master key, in s. */
  pmkLifetime?: number;
  /** The part of the lifetime after which the key is renewed, in per cent. */
  pmkReauthThreshold?: number;
  /** The name of a PMK-R0, for fast roaming. */
  pmkr0Name?: Uint8Array;
  /** An access point that is a candidate for preauthentication. */
  pmksaCandidate?: PmksaCandidate;
  /** True if data frames are blocked until keys are set. */
  controlPort?: boolean;
  /** The EtherType of key frames; 0x888e when absent. */
  controlPortEthertype?: number;
  /** True if key frames are not encrypted. */
  controlPortNoEncrypt?: boolean;
  /** True if key frames go through nl80211. */
  controlPortOverNl80211?: boolean;
  /** True if preauthentication frames do not go through nl80211. */
  controlPortNoPreauth?: boolean;

  // Access points.

  /** The interval between beacons, in units of 1.024 ms. */
  beaconInterval?: number;
  /** The number of beacon intervals between DTIM beacons, which wake sleeping stations. */
  dtimPeriod?: number;
  /** The beacon's part before the TIM element. */
  beaconHead?: Uint8Array;
  /** The beacon's part after the TIM element. */
  beaconTail?: Uint8Array;
  /** The additional elements of probe responses. */
  ieProbeResp?: Uint8Array;
  /** The additional elements of association responses. */
  ieAssocResp?: Uint8Array;
  /** The template of the probe response. */
  probeResp?: Uint8Array;
  /** The way that the SSID is hidden. */
  hiddenSsid?: HiddenSsid;
  /** True if frames are protected with CTS. */
  bssCtsProt?: boolean;
  /** True if short preambles are used. */
  bssShortPreamble?: boolean;
  /** True if short slots are used. */
  bssShortSlotTime?: boolean;
  /** The rates that stations must support, in units of 500 kbit/s. */
  bssBasicRates?: Uint8Array;
  /** The operation mode of 802.11n: the protection of older stations. */
  bssHtOpmode?: number;
  /** True if settings that the radio cannot apply are refused. */
  bssParam?: boolean;
  /** True if stations cannot reach each other. */
  apIsolate?: boolean;
  /** The time after which a silent station is removed, in s. */
  inactivityTimeout?: number;
  /** The client traffic window of a P2P group owner, in units of 1.024 ms. */
  p2pCtwindow?: number;
  /** True if a P2P group owner uses opportunistic power saving. */
  p2pOppps?: boolean;
  /** The policy for `macAddrs`: accept or deny the listed stations. */
  aclPolicy?: AclPolicy;
  /** The most addresses in that list. */
  macAclMax?: number;
  /** The reason why a station could not connect. */
  connFailedReason?: ConnFailedReason;
  /** Flags of the program that runs the access point, as a mask: NL80211_AP_SETTINGS_*. */
  apSettingsFlags?: number;
  /** The mapping of DSCP to priority. */
  qosMap?: Uint8Array;
  /** The settings of a responder to distance measurements (FTM). */
  ftmResponder?: FtmResponder;
  /** The statistics of that responder. */
  ftmResponderStats?: FtmResponderStats;
  /** True if stations may negotiate target wake times. */
  twtResponder?: boolean;
  /** The settings of spatial reuse beside neighbouring networks. */
  heObssPd?: HeObssPd;
  /** The BSS color, which marks the network's frames. */
  heBssColor?: HeBssColor;
  /** Mask of the BSS colors of neighbouring networks. */
  obssColorBitmap?: bigint;
  /** The number of beacons until the color change. */
  colorChangeCount?: number;
  /** The new color. */
  colorChangeColor?: number;
  /** The beacon and its templates to use until the color change. */
  colorChangeElems?: Nl80211Message;
  /** The settings of FILS discovery frames between beacons. */
  filsDiscovery?: FilsDiscovery;
  /** The settings of unsolicited broadcast probe responses. */
  unsolBcastProbeResp?: UnsolBcastProbeResp;
  /** The settings of several networks that share a beacon (MBSSID). */
  mbssidConfig?: MbssidConfig;
  /** The MBSSID elements, one for each beacon of a period. */
  mbssidElems?: readonly Uint8Array[];
  /** The reduced neighbour reports, one for each beacon of a period. */
  emaRnrElems?: readonly Uint8Array[];
  /** The number of short beacons between long ones, below 1 GHz (S1G). */
  s1gLongBeaconPeriod?: number;
  /** The short beacon of S1G. */
  s1gShortBeacon?: S1gShortBeacon;

  // Stations.

  /** The station's association identifier. */
  staAid?: number;
  /** The number of the AP/VLAN interface that the station moves to. */
  staVlan?: Ifindex;
  /** The station's VLAN. */
  vlanId?: number;
  /** The station's flags. */
  staFlags?: readonly StaFlag[];
  /** The station's flags with a mask of those that are given. */
  staFlags2?: StaFlags;
  /** The station's statistics and state. */
  staInfo?: StaInfo;
  /** The station's listen interval, in beacon intervals. */
  staListenInterval?: number;
  /** The station's supported rates, in units of 500 kbit/s. */
  staSupportedRates?: Uint8Array;
  /** The station's supported channels: pairs of first channel and count. */
  staSupportedChannels?: Uint8Array;
  /** The station's supported operating classes. */
  staSupportedOperClasses?: Uint8Array;
  /** The station's capabilities, as bits of 802.11. */
  staCapability?: number;
  /** The station's extended capabilities. */
  staExtCapability?: Uint8Array;
  /** The station's settings of U-APSD power saving. */
  staWme?: StaWme;
  /** The action on the mesh peer link. */
  staPlinkAction?: PlinkAction;
  /** The state of the mesh peer link. */
  staPlinkState?: PlinkState;
  /** True if the station supports P2P power saving. */
  staSupportP2pPs?: boolean;
  /** The way that the power to the station is chosen. */
  staTxPowerSetting?: TxPowerSetting;
  /** The power to the station, in mBm (hundredths of dBm). */
  staTxPower?: number;
  /** The station's weight in sharing airtime. */
  airtimeWeight?: number;
  /** The peer's association identifier. */
  peerAid?: number;
  /** The width and streams that the station can receive: the operating mode notification of 802.11ac. */
  opmodeNotif?: number;
  /** The number of spatial streams. */
  nss?: number;
  /** The identifier of a traffic stream. */
  tsid?: number;
  /** The user priority of the traffic stream. */
  userPrio?: number;
  /** The medium time of the traffic stream, in units of 32 µs per second. */
  admittedTime?: number;
  /** The TDLS action code: the kind of frame to send. */
  tdlsAction?: number;
  /** The dialog token of the TDLS frame. */
  tdlsDialogToken?: number;
  /** The operation on a TDLS link. */
  tdlsOperation?: TdlsOperation;
  /** The TDLS peer's capabilities, as a mask. */
  tdlsPeerCapability?: number;
  /** True if this side initiated the TDLS link. */
  tdlsInitiator?: boolean;

  // Frames.

  /** A frame of 802.11. */
  frame?: Uint8Array;
  /** The type and subtype of frames, as in the frame control field. */
  frameType?: number;
  /** The first bytes of the frame bodies to receive. */
  frameMatch?: Uint8Array;
  /** The subtype of a management frame: 10 disassociation, 12 deauthentication. */
  mgmtSubtype?: number;
  /** True if the frame was acknowledged. */
  ack?: boolean;
  /** The signal strength of the acknowledgement, in dBm. */
  ackSignal?: number;
  /** True if no acknowledgement is awaited. */
  dontWaitForAck?: boolean;
  /** The time to stay on a channel, in ms. */
  duration?: number;
  /** The signal strength of the received frame, in dBm. */
  rxSignalDbm?: number;
  /** Flags of the received frame: 1 is that the device has answered it. */
  rxmgmtFlags?: number;
  /** True to receive multicast frames too. */
  receiveMulticast?: boolean;
  /** The critical protocol that starts. */
  critProtId?: CritProto;
  /** The vendor's OUI. */
  vendorId?: number;
  /** The number of the vendor's command. */
  vendorSubcmd?: number;
  /** The data of the vendor's command or event. */
  vendorData?: Uint8Array;
  /** The data of a driver's test command. */
  testdata?: Uint8Array;

  // Meshes.

  /** The mesh ID: the name of a mesh. */
  meshId?: string;
  /** The parameters of the mesh. */
  meshConfig?: MeshConfig;
  /** The parameters for joining the mesh. */
  meshSetup?: MeshSetup;
  /** The mesh peer's association identifier. */
  meshPeerAid?: number;
  /** The MAC address of the next hop on a path. */
  mpathNextHop?: string;
  /** The properties of a path. */
  mpathInfo?: MpathInfo;
  /** This station's own power mode in the mesh. */
  localMeshPowerMode?: MeshPowerMode;

  // Peer measurements and NAN (neighbour awareness networking).

  /** The measurements of distances to peers. */
  peerMeasurements?: PeerMeasurements;
  /** The master preference: how much this device prefers to lead a cluster. */
  nanMasterPref?: number;
  /** A NAN function: a service that is published or subscribed. */
  nanFunc?: NanFunc;
  /** A match of a NAN function with a peer's. */
  nanMatch?: NanMatch;
  /** The configuration of NAN. */
  nanConfig?: NanConfig;
  /** The NAN capabilities of the radio. */
  nanCapabilities?: NanCapabilities;
  /** True if the cluster is a new one. */
  nanNewCluster?: boolean;
  /** The channels of a schedule. */
  nanChannel?: readonly Nl80211Message[];
  /** A channel entry in the format of the NAN protocol. */
  nanChannelEntry?: Uint8Array;
  /** The channel of each time slot, as an index; 255 is none. */
  nanTimeSlots?: Uint8Array;
  /** The number of spatial streams that are received on the channel. */
  nanRxNss?: number;
  /** The availability attribute in the format of the NAN protocol. */
  nanAvailBlob?: Uint8Array;
  /** True if the schedule takes effect only once peers have agreed. */
  nanSchedDeferred?: boolean;
  /** True if the schedule update succeeded. */
  nanSchedUpdateSuccess?: boolean;
  /** The MAC address of a peer's NAN management interface. */
  nanNmiMac?: string;
  /** The unaligned windows, in which a peer is not available. */
  nanUlw?: Uint8Array;
  /** The committed discovery windows, in which a peer listens, as a mask. */
  nanCommittedDw?: number;
  /** The sequence number of a peer's schedule. */
  nanSeqId?: number;
  /** The longest time in which a peer switches channels, in µs. */
  nanMaxChanSwitchTime?: number;
  /** The maps of a peer's schedule. */
  nanPeerMaps?: readonly NanPeerMap[];
}

/** Wire form of {@linkcode Nl80211Message}: NL80211_ATTR_*. */
export const Nl80211Message: Attributes<Nl80211Message> = attributes((): Shape<Nl80211Message> => ({
  // The radio, interface or station concerned.
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

  // Capabilities of a radio.
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

  // Regulatory domains.
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
  filsErpRrk: [252, secretBytes],
  filsCacheId: [253, bytes],
  filsKek: [242, secretBytes],
  filsNonces: [243, bytes],
  saePassword: [277, secretBytes],
  saePwe: [298, saePwe],

  // Keys.
  key: [80, Key],
  keys: [81, list(Key)],
  keyData: [7, secretBytes],
  keyIdx: [8, u8],
  keyCipher: [9, u32],
  keySeq: [10, bytes],
  keyType: [55, keyType],
  keyDefault: [11, flag],
  keyDefaultMgmt: [40, flag],
  keyDefaultTypes: [110, numbers(KEY_DEFAULT_TYPES)],
  pmk: [254, secretBytes],
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

  // Peer measurements and NAN.
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
