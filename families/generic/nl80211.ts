/**
 * nl80211: wireless networks. Radios, interfaces, stations, scans and regulatory domains, as `iw` shows and sets them.
 *
 * ```ts
 * import { wiphys } from "@linux/netlink/families/generic/nl80211.ts";
 * for (const bss of await wiphys.scan("wlan0")) console.log(bss.ssid, bss.signal);
 * ```
 *
 * Most reading needs no privilege; changing and scanning need CAP_NET_ADMIN in the network namespace.
 *
 * Source: linux/nl80211.h, v7.2.
 * @module
 */
import { defined, expectFields, expectOptions, expectType, guardMethods, operationOf } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import { type AddOptions, attempt, type Existing, type Input } from "../../core/collection.ts";
import type { Codec } from "../../core/codec/mod.ts";
import { argumentError, KernelError, NetlinkError, unasked } from "../../core/errors.ts";
import {
  type Batched,
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

/** The generic family. */
export const NL80211: GenericProtocol = {
  name: "nl80211",
  version: 1,
  commands: CMD,
  messages: () => ({ collections: [wiphy], calls: CALLS, events: EVENTS }),
  hint: "modprobe cfg80211 loads it, if the kernel is configured with CONFIG_CFG80211",
};

const TRIGGER: GenericForm = { cmd: CMD.NL80211_CMD_TRIGGER_SCAN, codec: ScanMessage };
const ABORT: GenericForm = { cmd: CMD.NL80211_CMD_ABORT_SCAN, codec: ScanMessage };
const NETWORKS: GenericForm = {
  cmd: CMD.NL80211_CMD_GET_SCAN,
  reply: CMD.NL80211_CMD_NEW_SCAN_RESULTS,
  codec: ScanMessage,
};
const COUNTRY: GenericForm = { cmd: CMD.NL80211_CMD_REQ_SET_REG, codec: RegDomain };

/** An event of a radio, an interface or the regulatory domain: NL80211_CMD_* in lower case, without that prefix. */
export interface Nl80211Event extends Nl80211Message {
  /** The kind of event. */
  readonly event: string;
}

const any = Nl80211Message as Codec<unknown, never>;
// A radio's description has attributes of its own types.
const codecOf = (cmd: number): Codec<unknown, never> =>
  cmd === CMD.NL80211_CMD_NEW_WIPHY ? Wiphy as Codec<unknown, never> : any;
const EVENTS: Readonly<Record<number, GenericEventKind>> = Object.fromEntries(
  Object.entries(CMD).map(([name, cmd]) => [cmd, {
    event: name.slice("NL80211_CMD_".length).toLowerCase(),
    codec: codecOf(cmd),
  }]),
);
/** The requests and answers as captures decode them: with every attribute. */
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
  // The kernel sends all attributes only to programs that say they understand descriptions in several messages.
  prepare: (value, verb) => verb === "list" ? { ...value, splitWiphyDump: true } : withPower(value),
};

/** Adds the setting to a power level without one: the kernel ignores such a level. */
function withPower<T extends { wiphyTxPowerLevel?: unknown; wiphyTxPowerSetting?: unknown }>(value: T): T {
  const { wiphyTxPowerLevel: level, wiphyTxPowerSetting: setting } = value;
  return level === undefined || setting !== undefined ? value : { ...value, wiphyTxPowerSetting: "fixed" };
}

/** Merges the messages that describe one radio. */
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
        ...joinLists("freqs", known, band),
        ...joinLists("rates", known, band),
      },
    );
  }
  return { wiphyBands: [...bands.values()] };
}

function joinLists(key: "freqs" | "rates", a: Band, b: Band): Partial<Band> {
  const all = [...a[key] ?? [], ...b[key] ?? []];
  return all.length === 0 ? {} : { [key]: all };
}

/** Options of a scan. */
export interface ScanOptions {
  /** The SSIDs to probe for; `[""]`, any network, when absent. `[]` only listens. */
  ssids?: readonly string[];
  /** The frequencies to scan, in MHz; all when absent. */
  frequencies?: readonly number[];
  /** The flags of the scan. */
  flags?: readonly ScanFlag[];
  /** The information elements to send with each probe. */
  ie?: Uint8Array | string;
  /** The time to wait for the end of the scan, in ms; 30,000 when absent. */
  timeout?: number;
  /** Ends the wait with its reason. */
  signal?: AbortSignal;
}

const EBUSY = "EBUSY", SCAN_TIMEOUT = 30_000;

/** Operations on radios. The key of a radio is its number or name. */
export class Wiphys
  extends GenericCollection<Wiphy, object, number | string | Wiphy, true, "add" | "delete" | "flush"> {
  readonly #open: () => Client;

  /** Sends requests through what `requester` returns; watches through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(wiphy, open, requester);
    this.#open = open;
  }

  /** Returns all radios, each merged from the several messages that describe it. */
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
   * Changes the given settings only. A power level without a setting becomes a fixed level.
   *
   * @param key the radio's number or name
   */
  override set(key: number | string | Wiphy, changes: Input<Wiphy> & object): void {
    const what = operationOf("set", this.declaration, this.keyValue(key, "set"));
    expectFields(changes, what, "the changes as an object");
    // The kernel finds a radio by its number only, and ignores the antennas unless both directions are given.
    const { wiphyAntennaTx: tx, wiphyAntennaRx: rx } = changes, half = (tx === undefined) !== (rx === undefined);
    const { wiphy: number, wiphyName: name } = this.keyValue(key, "set") as Wiphy;
    // A dry run finds no radio, and shows the request without the number.
    const known = name === undefined && !half || this.#open().deferred;
    const one = known ? { wiphy: number } : this.get(key);
    const { wiphy, wiphyAntennaTx, wiphyAntennaRx } = one as Wiphy;
    super.set(defined({ wiphy }) as Wiphy, half ? { wiphyAntennaTx, wiphyAntennaRx, ...changes } : changes);
  }

  /**
   * Returns the networks that the last scans of an interface found and the kernel still keeps.
   *
   * @param dev the interface's name or number
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
   * Scans for networks: starts a scan, waits for the event of its end, and returns the networks. If a scan runs
   * already, it waits for that one.
   *
   * @param dev the interface's name or number; it must be up
   * @throws {KernelError} ENETDOWN: the interface is down; EPERM: needs CAP_NET_ADMIN
   * @throws {NetlinkError} ABORTED: the scan was aborted; TIMEOUT: it did not end in time; CLOSED: the client was
   * closed
   */
  async scan(dev: string | number, options: ScanOptions = {}): Promise<Bss[]> {
    expectType(dev, "scan with an interface", "string", "number");
    expectOptions(options, `scan with ${dev}`, {
      ...{ ssids: "any", frequencies: "any", flags: "any", ie: "any" },
      ...{ timeout: "any", signal: "signal" },
    });
    const { ssids = [""], frequencies, flags, ie, timeout = SCAN_TIMEOUT, signal } = options;
    using wait = new Waiting(`the scan of ${dev}`, { timeout, ...(signal && { signal }) }, this.caller.closing);
    // Subscribe before the scan starts, so that the event of its end is not missed.
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
      // The event of the end may be among the lost ones.
      if (event !== "overrun" && ifindex !== index) continue;
      if (event === "scan_aborted") {
        throw new NetlinkError(`Cannot scan with ${dev}: the radio aborted the scan`, "ABORTED");
      }
      if (event === "new_scan_results" || event === "overrun") return this.networks(dev);
    }
    throw wait.failure("it goes on");
  }

  /** Aborts the scan of an interface. */
  abortScan(dev: string | number): void {
    expectType(dev, "end the scan of an interface", "string", "number");
    this.caller.request({ ...ABORT, value: { ifindex: dev }, what: `abort the scan of ${dev}` });
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

/** The fields that belong to an interface's radio. The kernel accepts them only in a request of their own. */
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

/** The fields that are set when an interface is created, and cannot be changed through this family. */
const ONLY_NEW = {
  wiphy: "an interface stays on its radio",
  ifname: "links.set of NETLINK_ROUTE renames it",
  mac: "links.set of NETLINK_ROUTE gives it another address",
  socketOwner: "an interface that is there belongs to nobody",
} as const satisfies Partial<Record<keyof WifiInterface, string>>;

/** Operations on wireless interfaces. The key of an interface is its name or number. */
export class WifiInterfaces
  extends GenericCollection<WifiInterface, object, string | number | WifiInterface, WifiInterface> {
  /** Sends requests through what `requester` returns; watches through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(interfaces, open, requester);
  }

  /**
   * Adds an interface. A channel and a power are set after that, with a second request, so they cannot be part of a
   * batch.
   *
   * @returns the interface as the kernel made it; in a dry run as it would be sent; false if it exists and
   * `{ exists: "ok" }` tolerates that
   * @throws {KernelError} EEXIST: there is one already; what the radio refuses, the interface being there by then
   */
  override add<E extends "ok" | undefined = undefined>(
    value: Input<WifiInterface> & object,
    options: AddOptions<E> = {},
  ): WifiInterface | Existing<E> {
    const [own, radio] = splitByReceiver(value, "add a wireless interface"), tolerates = this.existing(own, options);
    const make = (): WifiInterface | Existing<E> => {
      const made = attempt(tolerates, () => this.make("add", own, 0, tolerates) ?? this.foresee("add", own));
      return made as WifiInterface | Existing<E>;
    };
    if (radio === undefined) return make();
    if (this.caller.requester().deferred) {
      throw argumentError(
        TypeError,
        `Cannot add a wireless interface in a batch with ${Object.keys(radio).join(", ")}: set them after adding it`,
      );
    }
    const made = make();
    if (made === false) return made as Existing<E>;
    const { ifindex } = made;
    this.#setRadio(ifindex ?? own.ifname!, radio);
    return this.get(ifindex ?? own.ifname!);
  }

  /**
   * Changes the given fields only. A channel and a power belong to the radio, and are sent in a second request of their
   * own. A power level without a setting becomes a fixed level.
   *
   * @param key the interface's name or number
   */
  override set(key: string | number | WifiInterface, changes: Input<WifiInterface> & object): void {
    const named = this.keyValue(key, "set") as { ifindex?: string | number };
    if (named.ifindex === undefined) {
      throw argumentError(TypeError, "Cannot set a wireless interface: expected its name or number");
    }
    const what = operationOf("set", interfaces, named), [own, radio] = splitByReceiver(changes, what);
    for (const [field, instead] of Object.entries(ONLY_NEW)) {
      if (own[field as keyof WifiInterface] !== undefined) {
        throw argumentError(TypeError, `Cannot ${what}: ${field} cannot be changed: ${instead}`);
      }
    }
    if (radio === undefined || Object.keys(own).length > 0) super.set(key, own);
    if (radio !== undefined) this.#setRadio(named.ifindex, radio);
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

/** Returns the fields for the interface itself, and those for its radio if there are any. */
function splitByReceiver(
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

/** Operations on the stations of an interface. A listing needs the interface: `list({ ifindex: "wlan0" })`. */
export class Stations extends GenericCollection<Station, Input<Station>, Input<Station>, true, "add" | "set"> {
  /** Sends requests through what `requester` returns; watches through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(stations, open, requester);
  }
}

/** The family as a batch has it. */
export type Nl80211Batch = Batched<Nl80211>;

/** All operations of the family, in one namespace. */
export class Nl80211 {
  /** Operations on radios. */
  readonly wiphys: Wiphys;
  /** Operations on wireless interfaces. */
  readonly interfaces: WifiInterfaces;
  /** Operations on the stations that interfaces communicate with. */
  readonly stations: Stations;
  /** Operations on the regulatory domains: the one of all radios, and those of self-managed radios. */
  readonly domains: GenericCollection<RegDomain, object, number | RegDomain, true, "add" | "set" | "delete" | "flush">;
  readonly #caller: GenericCaller;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.wiphys = new Wiphys(open, requester);
    this.interfaces = new WifiInterfaces(open, requester);
    this.stations = new Stations(open, requester);
    this.domains = new GenericCollection(domains, open, requester);
    this.#caller = new GenericCaller(NL80211, open, requester);
    guardMethods(this);
  }

  /**
   * Returns the regulatory domain in force.
   *
   * @param wiphy the number of a self-managed radio, to return its own domain
   */
  domain(wiphy?: number): RegDomain {
    if (wiphy !== undefined) expectType(wiphy, "get the regulatory domain of a wiphy", "number");
    const value = wiphy === undefined ? {} : { wiphy }, codec = RegDomain as Codec<unknown, never>;
    const what = `get the regulatory domain${wiphy === undefined ? "" : ` of wiphy ${wiphy}`}`;
    const found = this.#caller.request({ cmd: CMD.NL80211_CMD_GET_REG, codec, value, what }) as RegDomain | undefined;
    if (found === undefined) throw unasked(what);
    return found;
  }

  /**
   * Tells the kernel the country. The kernel loads its rules later; an event of group `regulatory` reports that.
   *
   * @param regAlpha2 the country's two letters; `00` is the world
   */
  setCountry(regAlpha2: string): void {
    expectType(regAlpha2, "set the country", "string");
    this.#caller.request({ ...COUNTRY, value: { regAlpha2 }, what: `set the country to ${regAlpha2}` });
  }

  /**
   * Yields the family's events. The subscription exists when this returns.
   *
   * @param groups the multicast groups: `config`, `scan`, `regulatory`, `mlme` (connections), `vendor`, `nan`
   */
  events(
    groups: readonly string[] = ["config", "scan", "regulatory", "mlme"],
    options: EventOptions = {},
  ): Streaming<Nl80211Event> {
    return this.#caller.events<Nl80211Event>(groups, EVENTS, options);
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<Nl80211, Nl80211Batch> {
  return openGeneric(options, (open, requester) => new Nl80211(open, requester));
}

/** All operations in this namespace, over a socket that the first use opens. */
export const nl80211: Nl80211 = new Nl80211(sharedGeneric);
/** Operations on the radios of this namespace. */
export const wiphys: Wiphys = nl80211.wiphys;
/** Operations on the wireless interfaces of this namespace. */
export const wifiInterfaces: Nl80211["interfaces"] = nl80211.interfaces;
/** Operations on the stations of this namespace's interfaces. */
export const wifiStations: Stations = nl80211.stations;

export { elementsOf, type InformationElement } from "./nl80211/elements.ts";
export type * from "./nl80211/codecs.ts";
export * from "./nl80211/message.ts";
export * from "./nl80211/nests.ts";
export * from "./nl80211/tables.ts";
export type * from "./types.ts";
