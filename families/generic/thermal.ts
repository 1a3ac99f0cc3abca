/**
 * thermal: zones with their temperatures and trip points, cooling devices, and what happens to them.
 *
 * ```ts
 * import { coolingDevices, zones } from "@linux/netlink/families/generic/thermal.ts";
 * for (const { tzId, tzName } of zones()) console.log(tzName, tzId);
 * for (const { cdevId, cdevName } of coolingDevices()) console.log(cdevName, cdevId);
 * ```
 *
 * Temperatures are in thousandths of a degree Celsius. In Linux since 5.9, thresholds of one's own since 6.13. Looking and
 * listening need no privilege on most kernels, thresholds CAP_NET_ADMIN.
 *
 * Source: linux/thermal.h, v7.2; the kernel's drivers/thermal/thermal_netlink.c.
 * @module
 */
import { expectFields, expectNames, expectType, namesOf } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  eachAttribute,
  enumeration,
  i32,
  mask,
  type Shape,
  text,
  u32,
} from "../../core/codec/mod.ts";
import {
  type EventOptions,
  everyCommand,
  GenericCaller,
  type GenericEventKind,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import type { Streaming } from "../../core/stream.ts";

/** Commands. */
export const THERMAL_GENL_CMD = {
  THERMAL_GENL_CMD_TZ_GET_ID: 1,
  THERMAL_GENL_CMD_TZ_GET_TRIP: 2,
  THERMAL_GENL_CMD_TZ_GET_TEMP: 3,
  THERMAL_GENL_CMD_TZ_GET_GOV: 4,
  THERMAL_GENL_CMD_TZ_GET_MODE: 5,
  THERMAL_GENL_CMD_CDEV_GET: 6,
  THERMAL_GENL_CMD_THRESHOLD_GET: 7,
  THERMAL_GENL_CMD_THRESHOLD_ADD: 8,
  THERMAL_GENL_CMD_THRESHOLD_DELETE: 9,
  THERMAL_GENL_CMD_THRESHOLD_FLUSH: 10,
} as const;

/** The family. */
export const THERMAL: GenericProtocol = {
  name: "thermal",
  version: 2,
  commands: THERMAL_GENL_CMD,
  get events() {
    const told = Object.entries(THERMAL_GENL_EVENT).map((
      [name, cmd],
    ) => [`THERMAL_GENL_EVENT_${name.toUpperCase()}`, cmd]);
    return { THERMAL_GENL_SAMPLING_TEMP: 0, ...Object.fromEntries(told) };
  },
  messages: () => ({ calls: everyCommand(THERMAL_GENL_CMD, ThermalMessage), events: { ...EVENTS, ...SAMPLES } }),
  hint: "in Linux since 5.9, where the kernel is configured with CONFIG_THERMAL_NETLINK",
};

/** What a trip point does: cooling devices on, the machine slower, a warning, the machine off. */
export type TripType = "active" | "passive" | "hot" | "critical" | number;

const tripType: Codec<TripType> = enumeration(u32, { active: 0, passive: 1, hot: 2, critical: 3 });

/** Whether a zone is looked after. */
export type ZoneMode = "disabled" | "enabled" | number;

const zoneMode: Codec<ZoneMode> = enumeration(u32, { disabled: 0, enabled: 1 });

/** When a threshold is told of: as it is crossed from below, from above. */
export type ThresholdDirection = "up" | "down" | number;

const direction: Codec<readonly ThresholdDirection[]> = mask(u32, { up: 1, down: 2 });

/**
 * A nest in which the attributes of several things follow each other without nests of their own: each begins with number
 * `first`.
 */
function sequence<T>(first: number, table: Attributes<T>): Codec<readonly T[]> {
  const records = (from: Parameters<typeof eachAttribute>[0], at: number, end: number): [number, number][] => {
    const found: [number, number][] = [];
    eachAttribute(from, at, end, (id, start, stop) => {
      if (id === first || found.length === 0) found.push([start, stop]);
      else found[found.length - 1]![1] = stop;
    });
    return found;
  };
  return {
    name: "several in a row",
    nested: true,
    decode: (from, at, end, owner) =>
      records(from, at, end).map(([start, stop]) => table.decode(from, start, stop, owner)),
    encode(value, to, owner) {
      for (const one of value) table.encode(one, to, owner);
    },
    walk(from, at, end, owner, visit) {
      records(from, at, end).forEach(([start, stop], name) =>
        visit({ name, id: -1, start, at: start, end: stop, codec: table as Codec<unknown, never>, owner })
      );
    },
  };
}

/** A zone: a place whose temperature is measured. */
export interface ThermalZone {
  /** Its number. */
  tzId?: number;
  /** Its kind, as in /sys/class/thermal/thermal_zoneN/type. */
  tzName?: string;
}

/** Wire form of {@linkcode ThermalZone}: THERMAL_GENL_ATTR_TZ_*. */
export const ThermalZone: Attributes<ThermalZone> = attributes((): Shape<ThermalZone> => ({
  tzId: [2, u32],
  tzName: [10, text],
}));

/** A temperature at which something is done. */
export interface TripPoint {
  /** Its number in the zone. */
  tzTripId?: number;
  /** What is done. */
  tzTripType?: TripType;
  /** The temperature. */
  tzTripTemp?: number;
  /** How far it must fall until that ends. */
  tzTripHyst?: number;
}

/** Wire form of {@linkcode TripPoint}: THERMAL_GENL_ATTR_TZ_TRIP_*. */
export const TripPoint: Attributes<TripPoint> = attributes((): Shape<TripPoint> => ({
  tzTripId: [5, u32],
  tzTripType: [6, tripType],
  tzTripTemp: [7, i32],
  tzTripHyst: [8, i32],
}));

/** Something that cools. */
export interface CoolingDevice {
  /** Its number. */
  cdevId?: number;
  /** Its kind. */
  cdevName?: string;
}

/** Wire form of {@linkcode CoolingDevice}: THERMAL_GENL_ATTR_CDEV_*. */
export const CoolingDevice: Attributes<CoolingDevice> = attributes((): Shape<CoolingDevice> => ({
  cdevId: [15, u32],
  cdevName: [18, text],
}));

/** A temperature of which a program wants to be told. */
export interface Threshold {
  /** The temperature. */
  thresholdTemp?: number;
  /** When. */
  thresholdDirection?: readonly ThresholdDirection[];
}

/** Wire form of {@linkcode Threshold}: THERMAL_GENL_ATTR_THRESHOLD_*. */
export const Threshold: Attributes<Threshold> = attributes((): Shape<Threshold> => ({
  thresholdTemp: [25, i32],
  thresholdDirection: [26, direction],
}));

/** What a CPU is to be given to do. */
export interface CpuCapability {
  /** The CPU. */
  cpuCapabilityId?: number;
  /** How fast it is, 0..1023. */
  cpuCapabilityPerformance?: number;
  /** How efficient, 0..1023. */
  cpuCapabilityEfficiency?: number;
}

/** Wire form of {@linkcode CpuCapability}: THERMAL_GENL_ATTR_CPU_CAPABILITY_*. */
export const CpuCapability: Attributes<CpuCapability> = attributes((): Shape<CpuCapability> => ({
  cpuCapabilityId: [21, u32],
  cpuCapabilityPerformance: [22, u32],
  cpuCapabilityEfficiency: [23, u32],
}));

/** What messages of the family hold. */
export interface ThermalMessage {
  /** Zones. */
  tz?: readonly ThermalZone[];
  /** A zone. */
  tzId?: number;
  /** Its temperature. */
  tzTemp?: number;
  /** Its trip points. */
  tzTrip?: readonly TripPoint[];
  /** One of its trip points. */
  tzTripId?: number;
  /** What is done there. */
  tzTripType?: TripType;
  /** The temperature of that. */
  tzTripTemp?: number;
  /** How far it must fall until that ends. */
  tzTripHyst?: number;
  /** Whether it is looked after. */
  tzMode?: ZoneMode;
  /** Its kind. */
  tzName?: string;
  /** How much a cooling device does for it. */
  tzCdevWeight?: number;
  /** Who decides how it is cooled. */
  tzGovName?: string;
  /** Cooling devices. */
  cdev?: readonly CoolingDevice[];
  /** A cooling device. */
  cdevId?: number;
  /** How much it cools. */
  cdevCurState?: number;
  /** How much it can. */
  cdevMaxState?: number;
  /** Its kind. */
  cdevName?: string;
  /** Who decides. */
  govName?: string;
  /** CPUs. */
  cpuCapability?: readonly CpuCapability[];
  /** Thresholds. */
  threshold?: readonly Threshold[];
  /** A threshold. */
  thresholdTemp?: number;
  /** When it is told of. */
  thresholdDirection?: readonly ThresholdDirection[];
  /** The temperature before. */
  tzPrevTemp?: number;
}

/** Wire form of {@linkcode ThermalMessage}: THERMAL_GENL_ATTR_*. */
export const ThermalMessage: Attributes<ThermalMessage> = attributes((): Shape<ThermalMessage> => ({
  tz: [1, sequence(2, ThermalZone)],
  tzId: [2, u32],
  tzTemp: [3, i32],
  tzTrip: [4, sequence(5, TripPoint)],
  tzTripId: [5, u32],
  tzTripType: [6, tripType],
  tzTripTemp: [7, i32],
  tzTripHyst: [8, i32],
  tzMode: [9, zoneMode],
  tzName: [10, text],
  tzCdevWeight: [11, u32],
  tzGovName: [13, text],
  cdev: [14, sequence(15, CoolingDevice)],
  cdevId: [15, u32],
  cdevCurState: [16, u32],
  cdevMaxState: [17, u32],
  cdevName: [18, text],
  govName: [19, text],
  cpuCapability: [20, sequence(21, CpuCapability)],
  threshold: [24, sequence(25, Threshold)],
  thresholdTemp: [25, i32],
  thresholdDirection: [26, direction],
  tzPrevTemp: [27, i32],
}));

/** What happens: THERMAL_GENL_EVENT_*. */
export const THERMAL_GENL_EVENT = {
  tz_create: 1,
  tz_delete: 2,
  tz_disable: 3,
  tz_enable: 4,
  tz_trip_up: 5,
  tz_trip_down: 6,
  tz_trip_change: 7,
  tz_trip_add: 8,
  tz_trip_delete: 9,
  cdev_add: 10,
  cdev_delete: 11,
  cdev_state_update: 12,
  tz_gov_change: 13,
  cpu_capability_change: 14,
  threshold_add: 15,
  threshold_delete: 16,
  threshold_flush: 17,
  threshold_up: 18,
  threshold_down: 19,
} as const;

/** Something happened to a zone, a cooling device or a CPU; or a temperature was measured, which is a `sampling`. */
export interface ThermalEvent extends ThermalMessage {
  /** What. */
  readonly event: keyof typeof THERMAL_GENL_EVENT | "sampling";
}

const table = ThermalMessage as Codec<unknown, never>;
const EVENTS: Readonly<Record<number, GenericEventKind>> = Object.fromEntries(
  Object.entries(THERMAL_GENL_EVENT).map(([event, cmd]) => [cmd, { event, codec: table }]),
);

const SAMPLES: Readonly<Record<number, GenericEventKind>> = { 0: { event: "sampling", codec: table } };

/** Zones and cooling devices. */
export class Thermal {
  readonly #caller: GenericCaller;

  /** Sends to whom `requester` gives; looks through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#caller = new GenericCaller(THERMAL, open, requester);
  }

  #dump(cmd: number, what: string): ThermalMessage[] {
    return this.#caller.dump({ cmd, codec: table, value: {}, what }) as ThermalMessage[];
  }

  #ask(cmd: number, value: ThermalMessage, verb: string): ThermalMessage {
    expectType(value.tzId, `${verb} a thermal zone`, "number");
    const what = `${verb} thermal zone ${value.tzId}`;
    return (this.#caller.request({ cmd, codec: table, value, what }) ?? {}) as ThermalMessage;
  }

  /** All zones. */
  zones(): ThermalZone[] {
    return this.#dump(THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_ID, "list thermal zones").flatMap(({ tz }) => tz ?? []);
  }

  /** All cooling devices. */
  coolingDevices(): CoolingDevice[] {
    return this.#dump(THERMAL_GENL_CMD.THERMAL_GENL_CMD_CDEV_GET, "list cooling devices").flatMap(({ cdev }) =>
      cdev ?? []
    );
  }

  /**
   * The temperature of a zone, in thousandths of a degree Celsius.
   *
   * @throws {KernelError} EINVAL: there is no such zone
   */
  temperature(tzId: number): number | undefined {
    return this.#ask(THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_TEMP, { tzId }, "measure").tzTemp;
  }

  /** The trip points of a zone. */
  trips(tzId: number): readonly TripPoint[] {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_TRIP;
    return this.#ask(cmd, { tzId }, "get trip points of").tzTrip ?? [];
  }

  /** Who decides how a zone is cooled. */
  governor(tzId: number): string | undefined {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_GOV;
    return this.#ask(cmd, { tzId }, "get the governor of").tzGovName;
  }

  /** The thresholds of a zone. */
  thresholds(tzId: number): readonly Threshold[] {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_GET;
    return this.#ask(cmd, { tzId }, "get thresholds of").threshold ?? [];
  }

  /** Wants to be told when a zone crosses a temperature; events `threshold_up` and `threshold_down` do. */
  addThreshold(tzId: number, threshold: Threshold): void {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_ADD;
    this.#threshold(cmd, tzId, threshold, "add");
  }

  /** Wants to be told of it no longer. */
  deleteThreshold(tzId: number, threshold: Threshold): void {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_DELETE;
    this.#threshold(cmd, tzId, threshold, "delete");
  }

  #threshold(cmd: number, tzId: number, threshold: Threshold, verb: string): void {
    const what = `${verb} a threshold of`;
    expectFields(threshold, `${what} a thermal zone`);
    expectNames(threshold, `${what} a thermal zone`, namesOf(Threshold));
    this.#ask(cmd, { tzId, ...threshold }, what);
  }

  /** Wants to be told of none of a zone's. */
  flushThresholds(tzId: number): void {
    this.#ask(THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_FLUSH, { tzId }, "flush thresholds of");
  }

  /** What happens. It begins before this returns. */
  events(options: EventOptions = {}): Streaming<ThermalEvent> {
    return this.#caller.events<ThermalEvent>(["event"], EVENTS, options);
  }

  /** Each temperature as the kernel measures it, on a group of its own. It begins before this returns. */
  samples(options: EventOptions = {}): Streaming<ThermalEvent> {
    return this.#caller.events<ThermalEvent>(["sampling"], SAMPLES, options);
  }
}

/** Opens a client of its own. */
export function open(options: OpenOptions = {}): Opened<Thermal> {
  return openGeneric(options, (open, requester) => new Thermal(open, requester));
}

/** This machine's zones and cooling devices, on a socket that the first use opens. */
export const thermal: Thermal = new Thermal(sharedGeneric);
/** All zones; see {@linkcode Thermal.zones}. */
export const zones = (): ThermalZone[] => thermal.zones();
/** All cooling devices; see {@linkcode Thermal.coolingDevices}. */
export const coolingDevices = (): CoolingDevice[] => thermal.coolingDevices();
export type * from "./types.ts";
