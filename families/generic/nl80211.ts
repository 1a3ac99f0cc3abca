/**
 * nl80211: wireless networks: radios, interfaces, stations, scans, rules of countries; what `iw` does.
 *
 * ```ts ignore
 * import { wiphys } from "@linux/netlink/families/generic/nl80211.ts";
 * for (const bss of await wiphys.scan("wlan0")) console.log(bss.ssid, bss.signal);
 * ```
 *
 * Looking needs no privilege for the most part, changing and scanning CAP_NET_ADMIN in the network namespace.
 *
 * Source: linux/nl80211.h, v7.2.
 * @module
 */
import { expectFields, expectType } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import type { Input } from "../../core/collection.ts";
import type { Codec } from "../../core/codec/mod.ts";
import { argumentError, KernelError, NetlinkError } from "../../core/errors.ts";
import {
  type EventOptions,
  GenericCaller,
  GenericCollection,
  type GenericDeclaration,
  type GenericEventKind,
  type GenericForm,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import type { Streaming } from "../../core/stream.ts";
import { Waiting } from "../../core/wait.ts";
import {
  type Band,
  type Bss,
  NL80211_CMD as CMD,
  RegDomain,
  ScanMessage,
  Station,
  WifiInterface,
  Wiphy,
} from "./nl80211/tables.ts";
import type { ScanFlag } from "./nl80211/codecs.ts";
import { Nl80211Message } from "./nl80211/message.ts";

/** The family. */
export const NL80211: GenericProtocol = {
  name: "nl80211",
  version: 1,
  commands: CMD,
  messages: () => ({ collections: [wiphy], calls: CALLS, events: EVENTS }),
  hint: "modprobe cfg80211 loads it, where the kernel is configured with CONFIG_CFG80211",
};

const TRIGGER: GenericForm = { cmd: CMD.NL80211_CMD_TRIGGER_SCAN, codec: ScanMessage };
const ABORT: GenericForm = { cmd: CMD.NL80211_CMD_ABORT_SCAN, codec: ScanMessage };
const NETWORKS: GenericForm = {
  cmd: CMD.NL80211_CMD_GET_SCAN,
  reply: CMD.NL80211_CMD_NEW_SCAN_RESULTS,
  codec: ScanMessage,
};
const COUNTRY: GenericForm = { cmd: CMD.NL80211_CMD_REQ_SET_REG, codec: RegDomain };

/** Something that a radio, an interface or the rules have told: NL80211_CMD_* in lower case without that. */
export interface Nl80211Event extends Nl80211Message {
  /** What. */
  readonly event: string;
}

const any = Nl80211Message as Codec<unknown, never>;
/** A radio tells some attributes of itself in a form of their own. */
const codecOf = (cmd: number): Codec<unknown, never> =>
  cmd === CMD.NL80211_CMD_NEW_WIPHY ? Wiphy as Codec<unknown, never> : any;
const EVENTS: Readonly<Record<number, GenericEventKind>> = Object.fromEntries(
  Object.entries(CMD).map(([name, cmd]) => [cmd, {
    event: name.slice("NL80211_CMD_".length).toLowerCase(),
    codec: codecOf(cmd),
  }]),
);
/** How captures read requests and their answers: by every attribute that there is. */
const CALLS: readonly GenericForm[] = Object.values(CMD).map((cmd) => ({ cmd, codec: any, replyCodec: codecOf(cmd) }));

const wiphy: GenericDeclaration<Wiphy> = {
  object: "wiphy",
  table: Wiphy,
  family: NL80211,
  commands: { get: CMD.NL80211_CMD_GET_WIPHY, reply: CMD.NL80211_CMD_NEW_WIPHY, set: CMD.NL80211_CMD_SET_WIPHY },
  events: { groups: ["config"], new: [CMD.NL80211_CMD_NEW_WIPHY], del: [CMD.NL80211_CMD_DEL_WIPHY] },
  filters: [],
  listOnly: true,
  describe: (value) => String((value as Wiphy).wiphyName ?? (value as Wiphy).wiphy ?? ""),
  identity: ({ wiphy, wiphyName }) => JSON.stringify([wiphy, wiphyName]),
  fromKey: (key) => typeof key === "number" ? { wiphy: key } : { wiphyName: key },
  keyOf: ({ wiphy, wiphyName }: Wiphy) => ({ wiphy, wiphyName }),
  // The kernel tells all only to who knows that it takes several messages.
  prepare: (value, verb) => verb === "list" ? { ...value, splitWiphyDump: true } : withPower(value),
};

/** The kernel passes a power over that it is not told the setting of. */
function withPower<T extends { wiphyTxPowerLevel?: unknown; wiphyTxPowerSetting?: unknown }>(value: T): T {
  const { wiphyTxPowerLevel: level, wiphyTxPowerSetting: setting } = value;
  return level === undefined || setting !== undefined ? value : { ...value, wiphyTxPowerSetting: "fixed" };
}

/** Puts together what the kernel tells of one radio in several messages. */
function merged(parts: readonly Wiphy[]): Wiphy[] {
  const all = new Map<number | undefined, Wiphy>();
  for (const part of parts) {
    const before = all.get(part.wiphy);
    if (before === undefined) all.set(part.wiphy, { ...part });
    else Object.assign(before, part, bandsOf(before, part));
  }
  return [...all.values()];
}

function bandsOf({ wiphyBands: before }: Wiphy, { wiphyBands: more }: Wiphy): { wiphyBands?: readonly Band[] } {
  if (more === undefined) return before === undefined ? {} : { wiphyBands: before };
  const bands = new Map((before ?? []).map((band) => [band.band, band]));
  for (const band of more) {
    const known = bands.get(band.band);
    bands.set(
      band.band,
      known === undefined ? band : {
        ...known,
        ...band,
        ...joined("freqs", known, band),
        ...joined("rates", known, band),
      },
    );
  }
  return { wiphyBands: [...bands.values()] };
}

function joined(key: "freqs" | "rates", a: Band, b: Band): Partial<Band> {
  const all = [...a[key] ?? [], ...b[key] ?? []];
  return all.length === 0 ? {} : { [key]: all };
}

/** How is scanned. */
export interface ScanOptions {
  /** Names to ask for; `[""]`, any, when absent. Give `[]` to listen only. */
  ssids?: readonly string[];
  /** Frequencies in MHz; all when absent. */
  frequencies?: readonly number[];
  /** How. */
  flags?: readonly ScanFlag[];
  /** Information elements to send along. */
  ie?: Uint8Array | string;
  /** How long to wait, in ms; 30,000 when absent. */
  timeout?: number;
  /** Ends the wait with its reason. */
  signal?: AbortSignal;
}

const EBUSY = "EBUSY", SCAN_TIMEOUT = 30_000;

/** Radios. One is named by its number or name. */
export class Wiphys extends GenericCollection<Wiphy, object, number | string | Wiphy> {
  readonly #open: () => Client;

  /** Sends to whom `requester` gives; watches through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(wiphy, open, requester);
    this.#open = open;
  }

  /** All of them, each put together from the several messages that the kernel needs. */
  override list(filter: Partial<Wiphy> = {}): Wiphy[] {
    expectFields(filter, "list wiphys", "a filter as an object");
    const { declaration } = this;
    const parts = this.caller.dump({
      cmd: CMD.NL80211_CMD_GET_WIPHY,
      reply: CMD.NL80211_CMD_NEW_WIPHY,
      codec: declaration.table as Codec<unknown, never>,
      value: { splitWiphyDump: true },
      what: "list wiphys",
    }) as Wiphy[];
    const wanted = Object.entries(filter);
    return merged(parts).filter((one) =>
      wanted.every(([key, value]) => (one as Record<string, unknown>)[key] === value)
    );
  }

  /**
   * Changes the settings given, and no others. A level of power without a setting is a fixed one.
   *
   * @param key its number or name
   */
  override set(key: number | string | Wiphy, changes: Input<Wiphy> & object): void {
    const what = `set wiphy ${this.declaration.describe(this.keyValue(key, "set"))}`;
    expectFields(changes, what, "the changes as an object");
    // The kernel finds a radio by its number alone, and passes antennas over where only one way is told.
    const { wiphyAntennaTx: tx, wiphyAntennaRx: rx } = changes, half = (tx === undefined) !== (rx === undefined);
    const { wiphy: number, wiphyName: name } = this.keyValue(key, "set") as Wiphy;
    // A dry run, which finds none, shows the request without the number.
    const known = name === undefined && !half || this.#open().deferred;
    const one = known ? { wiphy: number } : this.get(key);
    const { wiphy, wiphyAntennaTx, wiphyAntennaRx } = one as Wiphy;
    super.set({ wiphy }, half ? { wiphyAntennaTx, wiphyAntennaRx, ...changes } : changes);
  }

  /**
   * Networks that the last scan of an interface has found, and that are still there.
   *
   * @param dev the interface, by name or number
   */
  networks(dev: string | number): Bss[] {
    expectType(dev, "list networks of an interface", "string", "number");
    const found = this.caller.dump({
      ...NETWORKS,
      value: { ifindex: dev },
      what: `list networks of ${dev}`,
    }) as ScanMessage[];
    return found.flatMap(({ bss }) => bss ?? []);
  }

  /**
   * Scans for networks: asks the radio to, waits for its event, and gives what there is. If it scans already, that is
   * waited for.
   *
   * @param dev the interface, by name or number, which must be up
   * @throws {KernelError} ENETDOWN: it is down; EPERM: without CAP_NET_ADMIN
   * @throws {NetlinkError} ABORTED: the radio ended the scan; TIMEOUT: it did not end in time; CLOSED: the client was closed
   */
  async scan(dev: string | number, options: ScanOptions = {}): Promise<Bss[]> {
    expectType(dev, "scan with an interface", "string", "number");
    expectFields(options, `scan with ${dev}`, "options as an object");
    const { ssids = [""], frequencies, flags, ie, timeout = SCAN_TIMEOUT, signal } = options;
    using wait = new Waiting(`the scan of ${dev}`, { timeout, ...(signal && { signal }) }, this.caller.closing);
    // The subscription begins before the scan, so that its end is not missed.
    const index = this.index(dev);
    await using events = this.caller.events<Nl80211Event>(["scan"], EVENTS, { signal: wait.signal });
    try {
      this.caller.request({
        ...TRIGGER,
        value: {
          ifindex: dev,
          ...(ssids.length === 0 ? {} : { scanSsids: ssids }),
          ...(frequencies === undefined ? {} : { scanFrequencies: frequencies }),
          ...(flags === undefined ? {} : { scanFlags: flags }),
          ...(ie === undefined ? {} : { ie }),
        },
        what: `scan with ${dev}`,
        hint: (code) => code === "ENETDOWN" ? "the interface must be up" : undefined,
      });
    } catch (error) {
      if (!(error instanceof KernelError && error.code === EBUSY)) throw error;
    }
    for await (const { event, ifindex } of events) {
      // A lost event may have been the one.
      if (event !== "overrun" && ifindex !== index) continue;
      if (event === "scan_aborted") {
        throw new NetlinkError(`Cannot scan with ${dev}: the radio has ended it`, "ABORTED");
      }
      if (event === "new_scan_results" || event === "overrun") return this.networks(dev);
    }
    throw wait.failure("it goes on");
  }

  /** Ends a scan of an interface. */
  abortScan(dev: string | number): void {
    expectType(dev, "end the scan of an interface", "string", "number");
    this.caller.request({ ...ABORT, value: { ifindex: dev }, what: `end the scan of ${dev}` });
  }
}

const interfaces: GenericDeclaration<WifiInterface> = {
  object: "wireless interface",
  table: WifiInterface,
  family: NL80211,
  commands: {
    get: CMD.NL80211_CMD_GET_INTERFACE,
    reply: CMD.NL80211_CMD_NEW_INTERFACE,
    new: CMD.NL80211_CMD_NEW_INTERFACE,
    set: CMD.NL80211_CMD_SET_INTERFACE,
    del: CMD.NL80211_CMD_DEL_INTERFACE,
  },
  events: { groups: ["config"], new: [CMD.NL80211_CMD_NEW_INTERFACE], del: [CMD.NL80211_CMD_DEL_INTERFACE] },
  filters: [],
  describe: (value) => String((value as WifiInterface).ifname ?? (value as WifiInterface).ifindex ?? ""),
  identity: ({ ifindex, wdev }) => String(ifindex ?? wdev),
  fromKey: (key) => ({ ifindex: key }),
  interface: ["ifname", "ifindex"],
  keyOf: (value) => ({ ifindex: (value as WifiInterface).ifindex ?? (value as WifiInterface).ifname }),
};

const stations: GenericDeclaration<Station> = {
  object: "station",
  table: Station,
  family: NL80211,
  commands: {
    get: CMD.NL80211_CMD_GET_STATION,
    reply: CMD.NL80211_CMD_NEW_STATION,
    del: CMD.NL80211_CMD_DEL_STATION,
  },
  events: { groups: ["mlme"], new: [CMD.NL80211_CMD_NEW_STATION], del: [CMD.NL80211_CMD_DEL_STATION] },
  filters: ["ifindex"],
  describe: (value) => String((value as Station).mac ?? ""),
  identity: ({ ifindex, mac }) => `${ifindex} ${mac}`,
  keyOf: ({ ifindex, mac }: Station) => ({ ifindex, mac }),
};

const domains: GenericDeclaration<RegDomain> = {
  object: "regulatory domain",
  table: RegDomain,
  family: NL80211,
  commands: { get: CMD.NL80211_CMD_GET_REG },
  filters: [],
  describe: (value) => String((value as RegDomain).wiphy ?? ""),
  identity: ({ wiphy }) => String(wiphy ?? ""),
  fromKey: (wiphy) => ({ wiphy }),
};

/** What belongs to the radio that an interface is on: the kernel takes it with another request. */
const OF_THE_RADIO = [
  "wiphyFreq",
  "wiphyFreqOffset",
  "wiphyChannelType",
  "channelWidth",
  "centerFreq1",
  "centerFreq1Offset",
  "centerFreq2",
  "wiphyTxPowerSetting",
  "wiphyTxPowerLevel",
] as const satisfies readonly (keyof WifiInterface)[];

/** What an interface is made with, and has for good as far as this family goes. */
const ONLY_NEW = {
  wiphy: "an interface stays on its radio",
  ifname: "links.set of NETLINK_ROUTE renames it",
  mac: "links.set of NETLINK_ROUTE gives it another address",
  socketOwner: "an interface that is there belongs to nobody",
} as const satisfies Partial<Record<keyof WifiInterface, string>>;

/** Wireless interfaces. One is named by its name or number. */
export class WifiInterfaces extends GenericCollection<WifiInterface, object, string | number | WifiInterface> {
  /** Sends to whom `requester` gives; watches through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(interfaces, open, requester);
  }

  /**
   * Makes one that must not exist yet. A channel and a power are set once it is there, which a batch cannot do.
   *
   * @throws {KernelError} EEXIST: there is one already; what the radio refuses, the interface being there by then
   */
  override add(value: Input<WifiInterface> & object): WifiInterface {
    const [own, radio] = parted(value, "add a wireless interface");
    if (radio === undefined) return super.add(own);
    if (this.caller.requester().deferred) {
      throw argumentError(
        TypeError,
        `Cannot add a wireless interface in a batch with ${Object.keys(radio).join(", ")}: set it once it is there`,
      );
    }
    const made = super.add(own) as WifiInterface | undefined, key = made?.ifindex ?? own.ifname!;
    this.#setRadio(key, radio);
    // A dry run has made none.
    return made === undefined ? made as never : this.get(key);
  }

  /**
   * Changes the fields given, and no others. A channel and a power belong to the radio: they are sent with a request of
   * their own, behind that for the others. A level of power without a setting is a fixed one.
   *
   * @param key its name or number
   */
  override set(key: string | number | WifiInterface, changes: Input<WifiInterface> & object): void {
    const named = this.keyValue(key) as { ifindex?: string | number };
    const what = `set wireless interface ${interfaces.describe(named)}`, [own, radio] = parted(changes, what);
    for (const [field, instead] of Object.entries(ONLY_NEW)) {
      if (own[field as keyof WifiInterface] !== undefined) {
        throw argumentError(TypeError, `Cannot ${what}: ${field} cannot be changed: ${instead}`);
      }
    }
    if (radio === undefined || Object.keys(own).length > 0) super.set(key, own);
    if (radio !== undefined) this.#setRadio(named.ifindex!, radio);
  }

  #setRadio(ifindex: string | number, radio: Input<WifiInterface>): void {
    this.caller.request({
      cmd: CMD.NL80211_CMD_SET_WIPHY,
      codec: any,
      value: withPower({ ifindex, ...radio }),
      what: `set the radio of wireless interface ${ifindex}`,
    });
  }
}

/** What is sent for the interface itself, and what for its radio if anything is. */
function parted(
  value: Input<WifiInterface>,
  what: string,
): readonly [own: Input<WifiInterface> & object, radio: Input<WifiInterface> | undefined] {
  expectFields(value, what);
  const own: Record<string, unknown> = { ...value }, radio: Record<string, unknown> = {};
  for (const field of OF_THE_RADIO) {
    if (own[field] !== undefined) radio[field] = own[field];
    delete own[field];
  }
  return [own as Input<WifiInterface> & object, Object.keys(radio).length === 0 ? undefined : radio];
}

/** Stations that interfaces speak to. Lists are of one interface: `list({ ifindex: "wlan0" })`. */
export class Stations extends GenericCollection<Station> {
  /** Sends to whom `requester` gives; watches through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(stations, open, requester);
  }
}

/** All of the family, in one namespace. */
export class Nl80211 {
  /** Radios. */
  readonly wiphys: Wiphys;
  /** Interfaces on them. */
  readonly interfaces: WifiInterfaces;
  /** Stations that those speak to. */
  readonly stations: Stations;
  /** The rules of countries: those of all radios, and those that a radio has to itself. */
  readonly domains: GenericCollection<RegDomain, object, number | RegDomain>;
  readonly #caller: GenericCaller;

  /** Sends to whom `requester` gives; looks through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.wiphys = new Wiphys(open, requester);
    this.interfaces = new WifiInterfaces(open, requester);
    this.stations = new Stations(open, requester);
    this.domains = new GenericCollection(domains, open, requester);
    this.#caller = new GenericCaller(NL80211, open, requester);
  }

  /**
   * The rules that hold.
   *
   * @param wiphy number of the radio whose own are asked for
   */
  domain(wiphy?: number): RegDomain {
    if (wiphy !== undefined) expectType(wiphy, "get the regulatory domain of a wiphy", "number");
    const value = wiphy === undefined ? {} : { wiphy }, codec = RegDomain as Codec<unknown, never>;
    const what = `get the regulatory domain${wiphy === undefined ? "" : ` of wiphy ${wiphy}`}`;
    return this.#caller.request({ cmd: CMD.NL80211_CMD_GET_REG, codec, value, what }) as RegDomain;
  }

  /**
   * Says in which country we are. The kernel takes the rules from its data base, later: an event of the group `regulatory`
   * tells.
   *
   * @param regAlpha2 two letters; `00` is the world
   */
  setCountry(regAlpha2: string): void {
    expectType(regAlpha2, "set the country", "string");
    this.#caller.request({ ...COUNTRY, value: { regAlpha2 }, what: `set the country to ${regAlpha2}` });
  }

  /**
   * What happens. It begins before this returns.
   *
   * @param groups `config`, `scan`, `regulatory`, `mlme` (connections), `vendor`, `nan`
   */
  events(
    groups: readonly string[] = ["config", "scan", "regulatory", "mlme"],
    options: EventOptions = {},
  ): Streaming<Nl80211Event> {
    return this.#caller.events<Nl80211Event>(groups, EVENTS, options);
  }
}

/** Opens a client of its own, in a network namespace or with options. */
export function open(options: OpenOptions = {}): Opened<Nl80211> {
  return openGeneric(options, (open, requester) => new Nl80211(open, requester));
}

/** All of this namespace, on a socket that the first use opens. */
export const nl80211: Nl80211 = new Nl80211(sharedGeneric);
/** The radios of this namespace. */
export const wiphys: Wiphys = nl80211.wiphys;
/** The wireless interfaces of this namespace. */
export const wifiInterfaces: Nl80211["interfaces"] = nl80211.interfaces;
/** The stations that those speak to. */
export const wifiStations: Stations = nl80211.stations;

export { elementsOf, type InformationElement } from "./nl80211/elements.ts";
export type * from "./nl80211/codecs.ts";
export * from "./nl80211/message.ts";
export * from "./nl80211/nests.ts";
export * from "./nl80211/tables.ts";
export type * from "./types.ts";
