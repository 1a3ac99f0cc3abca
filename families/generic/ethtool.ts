/**
 * ethtool: settings of network devices: link modes, features, queues, interrupts, statistics, modules, cables.
 *
 * ```ts
 * import { features, linkModes, rings } from "@linux/netlink/families/generic/ethtool.ts";
 * const { speed, duplex, ours } = linkModes.get("eth0");
 * features.switch("eth0", { "tx-tcp-segmentation": false });
 * for (const { devName, rx, rxMax } of rings.list()) console.log(devName, rx, rxMax);
 * ```
 *
 * It has every message of the kernel's ethtool family, in Linux since 5.6. Each driver supports some of them, and
 * answers EOPNOTSUPP to the others. Most reading needs no privilege, changing needs CAP_NET_ADMIN. A device is named by
 * its name or number.
 *
 * Source: linux/ethtool_netlink.h, linux/ethtool_netlink_generated.h, v7.2.
 * @module
 */
import { expectFields, expectNames, expectType, guardMethods, isFields, namesOf } from "../../core/arguments.ts";
import type { Client, OpenOptions, Operation, Requester } from "../../core/client.ts";
import type { Attributes, Codec } from "../../core/codec/mod.ts";
import type { ChangingVerb, Input } from "../../core/collection.ts";
import { KernelError } from "../../core/errors.ts";
import {
  type EventOptions,
  GenericCaller,
  GenericCollection,
  type GenericCommands,
  type GenericDeclaration,
  type GenericEventKind,
  type GenericForm,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import type { Streaming } from "../../core/stream.ts";
import * as device from "./ethtool/device.ts";
import * as link from "./ethtool/link.ts";
import * as plugged from "./ethtool/module.ts";
import { ETHTOOL_MSG_KERNEL as K, ETHTOOL_MSG_USER as U, type EthtoolHeader } from "./ethtool/protocol.ts";
import { Stats } from "./ethtool/stats.ts";

/** The generic family. */
export const ETHTOOL: GenericProtocol = {
  name: "ethtool",
  version: 1,
  commands: U,
  answers: K,
  messages: () => ({ collections: DECLARATIONS, calls: CALLS, events: EVENTS }),
  hint: "in Linux since 5.6, if the kernel is configured with CONFIG_ETHTOOL_NETLINK",
};

/** A device: its name or number, or a listed object. */
export type Device<T = EthtoolHeader> = string | number | T;

/** Returns the fields that name a device in a request. */
function deviceOf(key: Device<EthtoolHeader>): EthtoolHeader {
  if (typeof key === "number") return { devIndex: key };
  if (typeof key === "string") return { devName: key };
  expectFields(key, "name a device", "a name, a number or an object");
  // The kernel refuses a name and a number of different devices.
  return pickFields(key, "devIndex", "devName", "phyIndex", "headerFlags");
}

/**
 * Returns the fields that name a device in a call, such as `testCable`. A call also accepts an object from any of the
 * module's lists; a name that no table has is an error.
 */
function deviceFor(what: string, key: Device): EthtoolHeader {
  if (isFields(key)) {
    expectNames(key, what, [...HEADER, ...DECLARATIONS.flatMap(({ table }) => namesOf(table))]);
  }
  return deviceOf(key);
}

/** The fields that name a device. */
const HEADER = ["devName", "devIndex", "phyIndex", "headerFlags"] as const satisfies readonly (keyof EthtoolHeader)[];

const deviceName = ({ devName, devIndex }: EthtoolHeader): string => String(devName ?? devIndex ?? "");

/** Returns true if an error says that a device does not support a kind of setting. */
function saysNoSettings(error: unknown): error is KernelError {
  return error instanceof KernelError && error.code === "EOPNOTSUPP";
}

/** The errors of a device that does not support a kind of setting, or has no value of it now. */
const NOTHING: ReadonlySet<string> = new Set(["EOPNOTSUPP", "ENODEV", "EINVAL", "ENODATA", "ENETDOWN"]);

/** The requests whose answer may be several objects of one device: they are dumped with that device named. */
const SEVERAL: ReadonlySet<number> = new Set([U.ETHTOOL_MSG_RSS_GET, U.ETHTOOL_MSG_PHY_GET, U.ETHTOOL_MSG_TSINFO_GET]);

/**
 * Lists the settings of all devices, and leaves out devices without them. The kernel ends a dump at the first device
 * that answers with an error of its own; some kernels also fail if the last device has no such settings. The devices
 * that the dump did not reach are then asked one by one.
 */
class EachDevice implements Requester {
  readonly #inner: Requester;
  readonly #caller: GenericCaller;
  readonly #get: number;

  constructor(get: number, open: () => Client, inner: Requester) {
    this.#get = get;
    this.#inner = inner;
    this.#caller = new GenericCaller(ETHTOOL, open);
  }

  get deferred(): boolean {
    return this.#inner.deferred;
  }

  request(operation: Operation): unknown {
    return this.#inner.request(operation);
  }

  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#inner.normalize(codec, value, what);
  }

  dump(operation: Operation): unknown[] {
    try {
      return this.#inner.dump(operation);
    } catch (error) {
      const some = error instanceof KernelError ? error.partial ?? [] : [];
      return [...some, ...this.#others(error, operation, some)];
    }
  }

  *iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    const some: unknown[] = [];
    try {
      for (const one of this.#inner.iterate(operation)) {
        some.push({ devIndex: (one as EthtoolHeader).devIndex });
        if (fits?.(one) !== false) yield one;
      }
    } catch (error) {
      for (const one of this.#others(error, operation, some)) if (fits?.(one) !== false) yield one;
    }
  }

  /** Yields the settings of the devices that a dump, ended by `error`, did not reach. */
  *#others(error: unknown, operation: Operation, some: readonly unknown[]): Generator<unknown, void, undefined> {
    if (!(error instanceof KernelError && NOTHING.has(error.code)) || this.#kernelLacks()) throw error;
    // The dump reached all devices: only the last had no such settings.
    if (error.code === "EOPNOTSUPP") return;
    const told = new Set(some.map((one) => (one as EthtoolHeader).devIndex));
    for (const { devIndex, devName } of this.#inner.dump(this.#all()) as EthtoolHeader[]) {
      if (told.has(devIndex)) continue;
      const value = { ...operation.value as EthtoolHeader, devIndex }, what = `${operation.what}: of ${devName}`;
      try {
        const asked = { ...operation, value, what };
        const own = SEVERAL.has(this.#get) ? this.#inner.dump(asked) : [this.#inner.request(asked)];
        yield* own.filter((one) => (one as EthtoolHeader | undefined)?.devIndex === devIndex);
      } catch (error) {
        if (!(error instanceof KernelError && NOTHING.has(error.code))) throw error;
      }
    }
  }

  /** Returns the dump of link states, which all devices have. */
  #all(): Operation {
    return this.#caller.operation({
      cmd: U.ETHTOOL_MSG_LINKSTATE_GET,
      reply: K.ETHTOOL_MSG_LINKSTATE_GET_REPLY,
      codec: link.LinkState as Codec<unknown, never>,
      value: { headerFlags: [] },
      what: "list devices",
    });
  }

  /** Returns true if the kernel itself, not just a device, lacks the message. */
  #kernelLacks(): boolean {
    return kernelLacks(this.#caller, this.#get);
  }
}

function kernelLacks(caller: GenericCaller, cmd: number): boolean {
  const { ops } = caller.family();
  return ops !== undefined && !ops.some(({ id }) => id === cmd);
}

/** Operations on one kind of setting, of all devices that have it. */
export class Settings<T extends EthtoolHeader, No extends ChangingVerb = never>
  extends GenericCollection<T, Input<T> & object, Device<T>, true, "add" | "delete" | "flush" | No> {
  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(declaration: GenericDeclaration<T>, open: () => Client, requester: () => Requester = open) {
    const { get } = declaration.commands, asked = new GenericCaller(ETHTOOL, open), { hint } = declaration;
    const said = Object.entries(U).find(([, cmd]) => cmd === get)![0];
    super(
      {
        ...declaration,
        hint: (code, details, value) =>
          code === "EOPNOTSUPP" && kernelLacks(asked, get)
            ? `this kernel's ethtool does not have ${said}`
            : hint?.(code, details, value),
      },
      open,
      () => new EachDevice(get, open, requester()),
    );
  }

  /** Returns the settings of a device, `undefined` if it does not support them or does not exist. */
  override find(key: Device<T>): T | undefined {
    try {
      return super.find(key);
    } catch (error) {
      if (saysNoSettings(error)) return undefined;
      throw error;
    }
  }

  /** Returns the settings of a device; `flags` as in {@linkcode EthtoolHeader.headerFlags}, `stats` for statistics. */
  getWith(key: Device<T>, flags: EthtoolHeader["headerFlags"]): T {
    return this.get({ ...this.keyValue(key, "get"), headerFlags: flags ?? [] } as T);
  }
}

function declare<T extends EthtoolHeader>(
  object: string,
  table: Attributes<T>,
  commands: GenericCommands,
  told: number | undefined,
  more: Partial<GenericDeclaration<T>> = {},
): GenericDeclaration<T> {
  return {
    object,
    table,
    family: ETHTOOL,
    commands,
    ...(told === undefined ? {} : { events: { groups: ["monitor"], new: [told], del: [] } }),
    filters: [],
    describe: (value) => deviceName(value as EthtoolHeader),
    identity: ({ devIndex }) => String(devIndex),
    fromKey: (key) => deviceOf(key),
    keyOf: (value) => deviceOf(value as EthtoolHeader),
    hint: (code) => code === "EOPNOTSUPP" ? "the device's driver does not have it" : undefined,
    ...more,
    // Kernels before 6.6 require the header even if it names no device.
    prepare(value, verb) {
      const given = more.prepare?.(value, verb) ?? value;
      return verb === "list" ? { headerFlags: [], ...given } : given;
    },
  };
}

function pickFields(value: object, ...keys: readonly string[]): object {
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(keys.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]));
}

const linkInfoDeclaration = declare("link info", link.LinkInfo, {
  get: U.ETHTOOL_MSG_LINKINFO_GET,
  reply: K.ETHTOOL_MSG_LINKINFO_GET_REPLY,
  set: U.ETHTOOL_MSG_LINKINFO_SET,
}, K.ETHTOOL_MSG_LINKINFO_NTF);
const linkModesDeclaration = declare("link mode", link.LinkModes, {
  get: U.ETHTOOL_MSG_LINKMODES_GET,
  reply: K.ETHTOOL_MSG_LINKMODES_GET_REPLY,
  set: U.ETHTOOL_MSG_LINKMODES_SET,
}, K.ETHTOOL_MSG_LINKMODES_NTF);
const linkStateDeclaration = declare("link state", link.LinkState, {
  get: U.ETHTOOL_MSG_LINKSTATE_GET,
  reply: K.ETHTOOL_MSG_LINKSTATE_GET_REPLY,
}, undefined);
const eeeDeclaration = declare("EEE setting", link.Eee, {
  get: U.ETHTOOL_MSG_EEE_GET,
  reply: K.ETHTOOL_MSG_EEE_GET_REPLY,
  set: U.ETHTOOL_MSG_EEE_SET,
}, K.ETHTOOL_MSG_EEE_NTF);
const fecDeclaration = declare("FEC setting", link.Fec, {
  get: U.ETHTOOL_MSG_FEC_GET,
  reply: K.ETHTOOL_MSG_FEC_GET_REPLY,
  set: U.ETHTOOL_MSG_FEC_SET,
}, K.ETHTOOL_MSG_FEC_NTF);
const mmDeclaration = declare("MAC merge setting", link.Mm, {
  get: U.ETHTOOL_MSG_MM_GET,
  reply: K.ETHTOOL_MSG_MM_GET_REPLY,
  set: U.ETHTOOL_MSG_MM_SET,
}, K.ETHTOOL_MSG_MM_NTF);
const plcaDeclaration = declare("PLCA setting", link.Plca, {
  get: U.ETHTOOL_MSG_PLCA_GET_CFG,
  reply: K.ETHTOOL_MSG_PLCA_GET_CFG_REPLY,
  set: U.ETHTOOL_MSG_PLCA_SET_CFG,
}, K.ETHTOOL_MSG_PLCA_NTF);
const plcaStatusDeclaration = declare("PLCA status", link.Plca, {
  get: U.ETHTOOL_MSG_PLCA_GET_STATUS,
  reply: K.ETHTOOL_MSG_PLCA_GET_STATUS_REPLY,
}, undefined);
const pseDeclaration = declare("PSE setting", link.Pse, {
  get: U.ETHTOOL_MSG_PSE_GET,
  reply: K.ETHTOOL_MSG_PSE_GET_REPLY,
  set: U.ETHTOOL_MSG_PSE_SET,
}, undefined);
const physDeclaration = declare(
  "PHY",
  link.Phy,
  {
    get: U.ETHTOOL_MSG_PHY_GET,
    reply: K.ETHTOOL_MSG_PHY_GET_REPLY,
  },
  K.ETHTOOL_MSG_PHY_NTF,
  { identity: ({ devIndex, index }) => `${devIndex} ${index}` },
);
const mseDeclaration = declare("MSE measurement", link.Mse, {
  get: U.ETHTOOL_MSG_MSE_GET,
  reply: K.ETHTOOL_MSG_MSE_GET_REPLY,
}, undefined);
const debugDeclaration = declare("debug mask", device.Debug, {
  get: U.ETHTOOL_MSG_DEBUG_GET,
  reply: K.ETHTOOL_MSG_DEBUG_GET_REPLY,
  set: U.ETHTOOL_MSG_DEBUG_SET,
}, K.ETHTOOL_MSG_DEBUG_NTF);
const wolDeclaration = declare("wake-up setting", device.Wol, {
  get: U.ETHTOOL_MSG_WOL_GET,
  reply: K.ETHTOOL_MSG_WOL_GET_REPLY,
  set: U.ETHTOOL_MSG_WOL_SET,
}, K.ETHTOOL_MSG_WOL_NTF);
const featuresDeclaration = declare("feature set", device.Features, {
  get: U.ETHTOOL_MSG_FEATURES_GET,
  reply: K.ETHTOOL_MSG_FEATURES_GET_REPLY,
  set: U.ETHTOOL_MSG_FEATURES_SET,
}, K.ETHTOOL_MSG_FEATURES_NTF);
const privFlagsDeclaration = declare("private flag set", device.PrivFlags, {
  get: U.ETHTOOL_MSG_PRIVFLAGS_GET,
  reply: K.ETHTOOL_MSG_PRIVFLAGS_GET_REPLY,
  set: U.ETHTOOL_MSG_PRIVFLAGS_SET,
}, K.ETHTOOL_MSG_PRIVFLAGS_NTF);
const ringsDeclaration = declare("ring setting", device.Rings, {
  get: U.ETHTOOL_MSG_RINGS_GET,
  reply: K.ETHTOOL_MSG_RINGS_GET_REPLY,
  set: U.ETHTOOL_MSG_RINGS_SET,
}, K.ETHTOOL_MSG_RINGS_NTF);
const channelsDeclaration = declare("channel setting", device.Channels, {
  get: U.ETHTOOL_MSG_CHANNELS_GET,
  reply: K.ETHTOOL_MSG_CHANNELS_GET_REPLY,
  set: U.ETHTOOL_MSG_CHANNELS_SET,
}, K.ETHTOOL_MSG_CHANNELS_NTF);
const coalesceDeclaration = declare("coalescing setting", device.Coalesce, {
  get: U.ETHTOOL_MSG_COALESCE_GET,
  reply: K.ETHTOOL_MSG_COALESCE_GET_REPLY,
  set: U.ETHTOOL_MSG_COALESCE_SET,
}, K.ETHTOOL_MSG_COALESCE_NTF);
const pauseDeclaration = declare("pause setting", device.Pause, {
  get: U.ETHTOOL_MSG_PAUSE_GET,
  reply: K.ETHTOOL_MSG_PAUSE_GET_REPLY,
  set: U.ETHTOOL_MSG_PAUSE_SET,
}, K.ETHTOOL_MSG_PAUSE_NTF);
const rssDeclaration = declare(
  "RSS context",
  device.Rss,
  {
    get: U.ETHTOOL_MSG_RSS_GET,
    reply: K.ETHTOOL_MSG_RSS_GET_REPLY,
    set: U.ETHTOOL_MSG_RSS_SET,
    new: U.ETHTOOL_MSG_RSS_CREATE_ACT,
    del: U.ETHTOOL_MSG_RSS_DELETE_ACT,
  },
  undefined,
  {
    events: {
      groups: ["monitor"],
      new: [K.ETHTOOL_MSG_RSS_NTF, K.ETHTOOL_MSG_RSS_CREATE_NTF],
      del: [K.ETHTOOL_MSG_RSS_DELETE_NTF],
    },
    identity: ({ devIndex, context = 0 }) => `${devIndex} ${context}`,
    keyOf: (value) => ({ ...deviceOf(value as EthtoolHeader), ...pickFields(value, "context") }),
  },
);
const tunnelInfoDeclaration = declare("tunnel table", device.TunnelInfo, {
  get: U.ETHTOOL_MSG_TUNNEL_INFO_GET,
  reply: K.ETHTOOL_MSG_TUNNEL_INFO_GET_REPLY,
}, undefined);
const moduleSettingsDeclaration = declare("module", plugged.Module, {
  get: U.ETHTOOL_MSG_MODULE_GET,
  reply: K.ETHTOOL_MSG_MODULE_GET_REPLY,
  set: U.ETHTOOL_MSG_MODULE_SET,
}, K.ETHTOOL_MSG_MODULE_NTF);
const tsInfoDeclaration = declare("time stamping ability", plugged.TsInfo, {
  get: U.ETHTOOL_MSG_TSINFO_GET,
  reply: K.ETHTOOL_MSG_TSINFO_GET_REPLY,
}, undefined);
const tsConfigDeclaration = declare("time stamping setting", plugged.TsConfig, {
  get: U.ETHTOOL_MSG_TSCONFIG_GET,
  reply: K.ETHTOOL_MSG_TSCONFIG_GET_REPLY,
  set: U.ETHTOOL_MSG_TSCONFIG_SET,
}, undefined);
const phcVclocksDeclaration = declare("virtual clock set", plugged.PhcVclocks, {
  get: U.ETHTOOL_MSG_PHC_VCLOCKS_GET,
  reply: K.ETHTOOL_MSG_PHC_VCLOCKS_GET_REPLY,
}, undefined);
const statsDeclaration = declare(
  "statistic",
  Stats,
  {
    get: U.ETHTOOL_MSG_STATS_GET,
    reply: K.ETHTOOL_MSG_STATS_GET_REPLY,
  },
  undefined,
  {
    keyOf: (value) => ({ ...deviceOf(value as EthtoolHeader), ...pickFields(value, "groups", "src") }),
    // The kernel requires the groups.
    prepare: (value) => ({ groups: { value: ["eth-phy", "eth-mac", "eth-ctrl", "rmon"] }, ...value }),
  },
);

/** The declarations of the family's settings: the messages to get and set them, and their answers. */
export const DECLARATIONS: readonly GenericDeclaration<EthtoolHeader>[] = [
  linkInfoDeclaration,
  linkModesDeclaration,
  linkStateDeclaration,
  eeeDeclaration,
  fecDeclaration,
  mmDeclaration,
  plcaDeclaration,
  plcaStatusDeclaration,
  pseDeclaration,
  physDeclaration,
  mseDeclaration,
  debugDeclaration,
  wolDeclaration,
  featuresDeclaration,
  privFlagsDeclaration,
  ringsDeclaration,
  channelsDeclaration,
  coalesceDeclaration,
  pauseDeclaration,
  rssDeclaration,
  tunnelInfoDeclaration,
  moduleSettingsDeclaration,
  tsInfoDeclaration,
  tsConfigDeclaration,
  phcVclocksDeclaration,
  statsDeclaration,
] as unknown as readonly GenericDeclaration<EthtoolHeader>[];

const STRINGS: GenericForm = {
  cmd: U.ETHTOOL_MSG_STRSET_GET,
  reply: K.ETHTOOL_MSG_STRSET_GET_REPLY,
  codec: device.StrSet,
};
const EEPROM: GenericForm = {
  cmd: U.ETHTOOL_MSG_MODULE_EEPROM_GET,
  reply: K.ETHTOOL_MSG_MODULE_EEPROM_GET_REPLY,
  codec: plugged.ModuleEeprom,
};
// These only start an operation, whose outcome events report. They have no answer, so no message has its number.
const FLASH: GenericForm = { cmd: U.ETHTOOL_MSG_MODULE_FW_FLASH_ACT, reply: 0, codec: plugged.ModuleFwFlash };
const CABLE_TEST: GenericForm = { cmd: U.ETHTOOL_MSG_CABLE_TEST_ACT, reply: 0, codec: plugged.CableTest };
const CABLE_TDR: GenericForm = { cmd: U.ETHTOOL_MSG_CABLE_TEST_TDR_ACT, reply: 0, codec: plugged.CableTestTdr };
const CALLS: readonly GenericForm[] = [
  STRINGS,
  EEPROM,
  FLASH,
  CABLE_TEST,
  CABLE_TDR,
  { cmd: U.ETHTOOL_MSG_FEATURES_SET, reply: K.ETHTOOL_MSG_FEATURES_SET_REPLY, codec: device.Features },
  { cmd: U.ETHTOOL_MSG_TSCONFIG_SET, reply: K.ETHTOOL_MSG_TSCONFIG_SET_REPLY, codec: plugged.TsConfig },
  { cmd: U.ETHTOOL_MSG_RSS_CREATE_ACT, reply: K.ETHTOOL_MSG_RSS_CREATE_ACT_REPLY, codec: device.Rss },
];

/** Operations on features. */
export class FeatureSettings extends Settings<device.Features> {
  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(featuresDeclaration, open, requester);
  }

  /**
   * Turns features on or off, as `ethtool -K` does.
   *
   * @param wanted `true` or `false` by the kernel's name of each feature: `{ "tx-generic-segmentation": false }`
   * @throws {KernelError} EOPNOTSUPP: the kernel has no such feature
   * @throws {TypeError} a value is neither `true` nor `false`
   */
  switch(dev: Device<device.Features>, wanted: Readonly<Record<string, boolean>>): void {
    const what = `switch features of ${deviceName(deviceOf(dev as Device))}`;
    expectFields(wanted, what, "an object of true and false by name");
    const given = Object.entries(wanted).filter(([, on]) => on !== undefined);
    for (const [name, on] of given) expectType(on, `${what}: ${name}`, "boolean");
    const mask = given.map(([name]) => name);
    this.set(dev, { wanted: { value: mask.filter((name) => wanted[name]), mask } });
  }
}

/** An event of a device. */
export type EthtoolEvent =
  | { readonly event: "cable_test"; readonly value: plugged.CableTestEvent }
  | { readonly event: "cable_test_tdr"; readonly value: plugged.CableTdrEvent }
  | { readonly event: "module_fw_flash"; readonly value: plugged.ModuleFwFlash }
  | { readonly event: "pse"; readonly value: link.PseEventMessage };

const wholeEvent = (event: EthtoolEvent["event"], codec: Codec<unknown, never>): GenericEventKind => ({
  event,
  codec,
  whole: true,
});

const EVENTS: Readonly<Record<number, GenericEventKind>> = {
  [K.ETHTOOL_MSG_CABLE_TEST_NTF]: wholeEvent("cable_test", plugged.CableTestEvent),
  [K.ETHTOOL_MSG_CABLE_TEST_TDR_NTF]: wholeEvent("cable_test_tdr", plugged.CableTdrEvent),
  [K.ETHTOOL_MSG_MODULE_FW_FLASH_NTF]: wholeEvent("module_fw_flash", plugged.ModuleFwFlash),
  [K.ETHTOOL_MSG_PSE_NTF]: wholeEvent("pse", link.PseEventMessage),
};

/** All operations of the ethtool family, in one namespace. */
export class Ethtool {
  /** Operations on the ports and wiring of links. */
  readonly linkInfos: Settings<link.LinkInfo>;
  /** Operations on link modes: speed, duplex, autonegotiation. */
  readonly linkModes: Settings<link.LinkModes>;
  /** Operations on link states. */
  readonly linkStates: Settings<link.LinkState, "set">;
  /** Operations on Energy Efficient Ethernet. */
  readonly eee: Settings<link.Eee>;
  /** Operations on forward error correction. */
  readonly fec: Settings<link.Fec>;
  /** Operations on MAC merge (frame preemption). */
  readonly mm: Settings<link.Mm>;
  /** Operations on PLCA: taking turns on a shared pair. */
  readonly plca: Settings<link.Plca>;
  /** Operations on the state of PLCA. */
  readonly plcaStatus: Settings<link.Plca, "set">;
  /** Operations on Power over Ethernet. */
  readonly pse: Settings<link.Pse>;
  /** Operations on PHYs. */
  readonly phys: Settings<link.Phy, "set">;
  /** Operations on the signal quality (mean square error). */
  readonly mse: Settings<link.Mse, "set">;
  /** Operations on the messages that drivers log. */
  readonly debug: Settings<device.Debug>;
  /** Operations on Wake-on-LAN. */
  readonly wol: Settings<device.Wol>;
  /** Operations on offloads and other features. */
  readonly features: FeatureSettings;
  /** Operations on the private flags of drivers. */
  readonly privFlags: Settings<device.PrivFlags>;
  /** Operations on the sizes of rings. */
  readonly rings: Settings<device.Rings>;
  /** Operations on the numbers of queues. */
  readonly channels: Settings<device.Channels>;
  /** Operations on interrupt coalescing. */
  readonly coalesce: Settings<device.Coalesce>;
  /** Operations on flow control by pause frames. */
  readonly pause: Settings<device.Pause>;
  /** Operations on receive side scaling: how packets are spread over queues. */
  readonly rss: Settings<device.Rss>;
  /** Operations on offloaded tunnel ports. */
  readonly tunnels: Settings<device.TunnelInfo, "set">;
  /** Operations on plugged-in modules. */
  readonly modules: Settings<plugged.Module>;
  /** Operations on timestamping capabilities. */
  readonly tsInfos: Settings<plugged.TsInfo, "set">;
  /** Operations on timestamping settings. */
  readonly tsConfigs: Settings<plugged.TsConfig>;
  /** Operations on virtual clocks. */
  readonly phcVclocks: Settings<plugged.PhcVclocks, "set">;
  /** Operations on standard statistics. */
  readonly stats: Settings<Stats, "set">;
  readonly #caller: GenericCaller;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.linkInfos = new Settings(linkInfoDeclaration, open, requester);
    this.linkModes = new Settings(linkModesDeclaration, open, requester);
    this.linkStates = new Settings(linkStateDeclaration, open, requester);
    this.eee = new Settings(eeeDeclaration, open, requester);
    this.fec = new Settings(fecDeclaration, open, requester);
    this.mm = new Settings(mmDeclaration, open, requester);
    this.plca = new Settings(plcaDeclaration, open, requester);
    this.plcaStatus = new Settings(plcaStatusDeclaration, open, requester);
    this.pse = new Settings(pseDeclaration, open, requester);
    this.phys = new Settings(physDeclaration, open, requester);
    this.mse = new Settings(mseDeclaration, open, requester);
    this.debug = new Settings(debugDeclaration, open, requester);
    this.wol = new Settings(wolDeclaration, open, requester);
    this.features = new FeatureSettings(open, requester);
    this.privFlags = new Settings(privFlagsDeclaration, open, requester);
    this.rings = new Settings(ringsDeclaration, open, requester);
    this.channels = new Settings(channelsDeclaration, open, requester);
    this.coalesce = new Settings(coalesceDeclaration, open, requester);
    this.pause = new Settings(pauseDeclaration, open, requester);
    this.rss = new Settings(rssDeclaration, open, requester);
    this.tunnels = new Settings(tunnelInfoDeclaration, open, requester);
    this.modules = new Settings(moduleSettingsDeclaration, open, requester);
    this.tsInfos = new Settings(tsInfoDeclaration, open, requester);
    this.tsConfigs = new Settings(tsConfigDeclaration, open, requester);
    this.phcVclocks = new Settings(phcVclocksDeclaration, open, requester);
    this.stats = new Settings(statsDeclaration, open, requester);
    this.#caller = new GenericCaller(ETHTOOL, open, requester);
    guardMethods(this);
  }

  /**
   * Returns the names in a string set: of features, link modes, statistics … A dry run, which gets no answer, returns
   * none.
   *
   * @param dev the device; absent for sets that are the same for all devices
   */
  strings(id: device.StringSetId, dev?: Device): string[] {
    expectType(id, "get a string set", "string", "number");
    // The header is required even if it names no device.
    const what = `get string set ${id}`, named = dev === undefined ? { headerFlags: [] } : deviceFor(what, dev);
    const value = { ...named, stringsets: { stringset: [{ id }] } };
    const found = this.#caller.request({ ...STRINGS, value, what }) as
      | device.StrSet
      | undefined;
    return found?.stringsets?.stringset?.[0]?.strings?.string?.map(({ value }) => value ?? "") ?? [];
  }

  /** Reads memory of a device's plugged-in module. A dry run, which gets no answer, returns no bytes. */
  moduleEeprom(dev: Device, part: Omit<plugged.ModuleEeprom, keyof EthtoolHeader | "data">): Uint8Array {
    expectFields(part, "read a module", "the part as an object");
    const value = { i2cAddress: 0x50, page: 0, ...deviceFor("read a module", dev), ...part };
    const what = `read the module of ${deviceName(value)}`;
    const found = this.#caller.request({ ...EEPROM, value, what }) as plugged.ModuleEeprom | undefined;
    return found?.data ?? new Uint8Array(0);
  }

  /** Starts to write a module's firmware; {@linkcode Ethtool.events} yields the progress. */
  flashModule(dev: Device, fileName: string, password?: number): void {
    expectType(fileName, "flash a module", "string");
    const value = { ...deviceFor("flash a module", dev), fileName, ...(password === undefined ? {} : { password }) };
    this.#caller.request({ ...FLASH, value, what: `flash the module of ${deviceName(value)}` });
  }

  /** Starts a test of a device's cable; {@linkcode Ethtool.events} yields the result. */
  testCable(dev: Device): void {
    const value = deviceFor("test a cable", dev);
    this.#caller.request({ ...CABLE_TEST, value, what: `test the cable of ${deviceName(value)}` });
  }

  /** Starts a measurement along a device's cable; {@linkcode Ethtool.events} yields the result. */
  measureCable(dev: Device, cfg?: plugged.TdrConfig): void {
    const value = { ...deviceFor("measure a cable", dev), ...(cfg === undefined ? {} : { cfg }) };
    this.#caller.request({ ...CABLE_TDR, value, what: `measure the cable of ${deviceName(value)}` });
  }

  /**
   * Yields events of cable tests, firmware and power. The subscription exists when this returns. For changes of
   * settings, watch.
   */
  events(options: EventOptions = {}): Streaming<EthtoolEvent> {
    return this.#caller.events<EthtoolEvent>(["monitor"], EVENTS, options);
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<Ethtool> {
  return openGeneric(options, (open, requester) => new Ethtool(open, requester));
}

/** All operations in this namespace, over a socket that the first use opens. */
export const ethtool: Ethtool = new Ethtool(sharedGeneric);

/** Operations on the ports and wiring of links, in this namespace. */
export const linkInfos: Ethtool["linkInfos"] = ethtool.linkInfos;
/** Operations on link modes: speed, duplex, autonegotiation, in this namespace. */
export const linkModes: Ethtool["linkModes"] = ethtool.linkModes;
/** Operations on link states, in this namespace. */
export const linkStates: Ethtool["linkStates"] = ethtool.linkStates;
/** Operations on Energy Efficient Ethernet, in this namespace. */
export const eee: Ethtool["eee"] = ethtool.eee;
/** Operations on forward error correction, in this namespace. */
export const fec: Ethtool["fec"] = ethtool.fec;
/** Operations on MAC merge (frame preemption), in this namespace. */
export const mm: Ethtool["mm"] = ethtool.mm;
/** Operations on PLCA: taking turns on a shared pair, in this namespace. */
export const plca: Ethtool["plca"] = ethtool.plca;
/** Operations on the state of PLCA, in this namespace. */
export const plcaStatus: Ethtool["plcaStatus"] = ethtool.plcaStatus;
/** Operations on Power over Ethernet, in this namespace. */
export const pse: Ethtool["pse"] = ethtool.pse;
/** Operations on PHYs, in this namespace. */
export const phys: Ethtool["phys"] = ethtool.phys;
/** Operations on the signal quality (mean square error), in this namespace. */
export const mse: Ethtool["mse"] = ethtool.mse;
/** Operations on the messages that drivers log, in this namespace. */
export const debug: Ethtool["debug"] = ethtool.debug;
/** Operations on Wake-on-LAN, in this namespace. */
export const wol: Ethtool["wol"] = ethtool.wol;
/** Operations on offloads and other features, in this namespace. */
export const features: Ethtool["features"] = ethtool.features;
/** Operations on the private flags of drivers, in this namespace. */
export const privFlags: Ethtool["privFlags"] = ethtool.privFlags;
/** Operations on the sizes of rings, in this namespace. */
export const rings: Ethtool["rings"] = ethtool.rings;
/** Operations on the numbers of queues, in this namespace. */
export const channels: Ethtool["channels"] = ethtool.channels;
/** Operations on interrupt coalescing, in this namespace. */
export const coalesce: Ethtool["coalesce"] = ethtool.coalesce;
/** Operations on flow control by pause frames, in this namespace. */
export const pause: Ethtool["pause"] = ethtool.pause;
/** Operations on receive side scaling: how packets are spread over queues, in this namespace. */
export const rss: Ethtool["rss"] = ethtool.rss;
/** Operations on offloaded tunnel ports, in this namespace. */
export const tunnels: Ethtool["tunnels"] = ethtool.tunnels;
/** Operations on plugged-in modules, in this namespace. */
export const modules: Ethtool["modules"] = ethtool.modules;
/** Operations on timestamping capabilities, in this namespace. */
export const tsInfos: Ethtool["tsInfos"] = ethtool.tsInfos;
/** Operations on timestamping settings, in this namespace. */
export const tsConfigs: Ethtool["tsConfigs"] = ethtool.tsConfigs;
/** Operations on virtual clocks, in this namespace. */
export const phcVclocks: Ethtool["phcVclocks"] = ethtool.phcVclocks;
/** Operations on standard statistics, in this namespace. */
export const stats: Ethtool["stats"] = ethtool.stats;

export * from "./ethtool/bitset.ts";
export * from "./ethtool/device.ts";
export * from "./ethtool/link.ts";
export * from "./ethtool/module.ts";
export { ETHTOOL_MSG_KERNEL, ETHTOOL_MSG_USER, type EthtoolFlag, type EthtoolHeader } from "./ethtool/protocol.ts";
export * from "./ethtool/stats.ts";
export type * from "./types.ts";
