/**
 * thermal: zones with their temperatures and trip points, cooling devices, and their events.
 *
 * ```ts
 * import { coolingDevices, zones } from "@linux/netlink/families/generic/thermal.ts";
 * for (const { tzId, tzName } of zones()) console.log(tzName, tzId);
 * for (const { cdevId, cdevName } of coolingDevices()) console.log(cdevName, cdevId);
 * ```
 *
 * Temperatures are in thousandths of a degree Celsius. In Linux since 5.9, user thresholds since 6.13. On most kernels
 * reading and listening need no privilege; thresholds need CAP_NET_ADMIN.
 *
 * Source: linux/thermal.h, v7.2; the kernel's drivers/thermal/thermal_netlink.c.
 * @module
 */
import { expectFields, expectNames, expectType, guardMethods, namesOf } from "../../core/arguments.ts";
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

/** The commands: THERMAL_GENL_CMD_*. */
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

/** The generic family. */
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
  hint: "in Linux since 5.9, if the kernel is configured with CONFIG_THERMAL_NETLINK",
};

/** The effect of a trip point: `active` and `passive` cool, `hot` warns, `critical` shuts down. */
export type TripType = "active" | "passive" | "hot" | "critical" | number;

const tripType: Codec<TripType> = enumeration(u32, { active: 0, passive: 1, hot: 2, critical: 3 });

/** The mode of a zone: managed by the kernel or not. */
export type ZoneMode = "disabled" | "enabled" | number;

const zoneMode: Codec<ZoneMode> = enumeration(u32, { disabled: 0, enabled: 1 });

/** The direction in which a threshold is crossed: up or down. */
export type ThresholdDirection = "up" | "down" | number;

const direction: Codec<readonly ThresholdDirection[]> = mask(u32, { up: 1, down: 2 });

/**
 * A codec of a nest that holds the attributes of several things one after the other, without a nest for each. Attribute
 * number `first` begins each thing.
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
  /** The number of the zone. */
  tzId?: number;
  /** The type, as in /sys/class/thermal/thermal_zoneN/type. */
  tzName?: string;
}

/** Wire form of {@linkcode ThermalZone}: THERMAL_GENL_ATTR_TZ_*. */
export const ThermalZone: Attributes<ThermalZone> = attributes((): Shape<ThermalZone> => ({
  tzId: [2, u32],
  tzName: [10, text],
}));

/** A trip point: a temperature at which the kernel acts. */
export interface TripPoint {
  /** The number of the trip point in its zone. */
  tzTripId?: number;
  /** The effect of the trip point. */
  tzTripType?: TripType;
  /** The temperature, in thousandths of a degree Celsius. */
  tzTripTemp?: number;
  /** The hysteresis: the fall that ends the effect, in thousandths of a degree Celsius. */
  tzTripHyst?: number;
}

/** Wire form of {@linkcode TripPoint}: THERMAL_GENL_ATTR_TZ_TRIP_*. */
export const TripPoint: Attributes<TripPoint> = attributes((): Shape<TripPoint> => ({
  tzTripId: [5, u32],
  tzTripType: [6, tripType],
  tzTripTemp: [7, i32],
  tzTripHyst: [8, i32],
}));

/** A cooling device. */
export interface CoolingDevice {
  /** The number of the device. */
  cdevId?: number;
  /** The type, as in /sys/class/thermal/cooling_deviceN/type. */
  cdevName?: string;
}

/** Wire form of {@linkcode CoolingDevice}: THERMAL_GENL_ATTR_CDEV_*. */
export const CoolingDevice: Attributes<CoolingDevice> = attributes((): Shape<CoolingDevice> => ({
  cdevId: [15, u32],
  cdevName: [18, text],
}));

/** A user threshold: a temperature whose crossing causes an event. */
export interface Threshold {
  /** The temperature, in thousandths of a degree Celsius. */
  thresholdTemp?: number;
  /** The directions in which a crossing causes an event. */
  thresholdDirection?: readonly ThresholdDirection[];
}

/** Wire form of {@linkcode Threshold}: THERMAL_GENL_ATTR_THRESHOLD_*. */
export const Threshold: Attributes<Threshold> = attributes((): Shape<Threshold> => ({
  thresholdTemp: [25, i32],
  thresholdDirection: [26, direction],
}));

/** The capabilities of a CPU, which hardware may change. */
export interface CpuCapability {
  /** The number of the CPU. */
  cpuCapabilityId?: number;
  /** The performance, 0..1023. */
  cpuCapabilityPerformance?: number;
  /** The energy efficiency, 0..1023. */
  cpuCapabilityEfficiency?: number;
}

/** Wire form of {@linkcode CpuCapability}: THERMAL_GENL_ATTR_CPU_CAPABILITY_*. */
export const CpuCapability: Attributes<CpuCapability> = attributes((): Shape<CpuCapability> => ({
  cpuCapabilityId: [21, u32],
  cpuCapabilityPerformance: [22, u32],
  cpuCapabilityEfficiency: [23, u32],
}));

/** The content of the family's messages. */
export interface ThermalMessage {
  /** A list of zones. */
  tz?: readonly ThermalZone[];
  /** The number of a zone. */
  tzId?: number;
  /** The temperature, in thousandths of a degree Celsius. */
  tzTemp?: number;
  /** The trip points. */
  tzTrip?: readonly TripPoint[];
  /** The number of a trip point. */
  tzTripId?: number;
  /** The effect of the trip point. */
  tzTripType?: TripType;
  /** The temperature of the trip point, in thousandths of a degree Celsius. */
  tzTripTemp?: number;
  /** The hysteresis of the trip point, in thousandths of a degree Celsius. */
  tzTripHyst?: number;
  /** The mode of the zone. */
  tzMode?: ZoneMode;
  /** The type of the zone. */
  tzName?: string;
  /** The weight of a cooling device in the zone. */
  tzCdevWeight?: number;
  /** The governor of the zone: the policy that decides on its cooling. */
  tzGovName?: string;
  /** A list of cooling devices. */
  cdev?: readonly CoolingDevice[];
  /** The number of a cooling device. */
  cdevId?: number;
  /** The cooling state, from 0 (off) to `cdevMaxState`. */
  cdevCurState?: number;
  /** The greatest cooling state. */
  cdevMaxState?: number;
  /** The type of the cooling device. */
  cdevName?: string;
  /** The name of a governor. */
  govName?: string;
  /** The capabilities of CPUs. */
  cpuCapability?: readonly CpuCapability[];
  /** The user thresholds of the zone. */
  threshold?: readonly Threshold[];
  /** The temperature of a threshold, in thousandths of a degree Celsius. */
  thresholdTemp?: number;
  /** The directions of a threshold. */
  thresholdDirection?: readonly ThresholdDirection[];
  /** The previous temperature, in thousandths of a degree Celsius. */
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

/** The kinds of events: THERMAL_GENL_EVENT_*. */
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

/** An event of a zone, a cooling device or a CPU; or a measured temperature, which is a `sampling`. */
export interface ThermalEvent extends ThermalMessage {
  /** The kind of event. */
  readonly event: keyof typeof THERMAL_GENL_EVENT | "sampling";
}

const table = ThermalMessage as Codec<unknown, never>;
const EVENTS: Readonly<Record<number, GenericEventKind>> = Object.fromEntries(
  Object.entries(THERMAL_GENL_EVENT).map(([event, cmd]) => [cmd, { event, codec: table }]),
);

const SAMPLES: Readonly<Record<number, GenericEventKind>> = { 0: { event: "sampling", codec: table } };

/** Operations on zones and cooling devices. */
export class Thermal {
  readonly #caller: GenericCaller;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#caller = new GenericCaller(THERMAL, open, requester);
    guardMethods(this);
  }

  #dump(cmd: number, what: string): ThermalMessage[] {
    return this.#caller.dump({ cmd, codec: table, value: {}, what }) as ThermalMessage[];
  }

  #ask(cmd: number, value: ThermalMessage, verb: string): ThermalMessage {
    expectType(value.tzId, `${verb} a thermal zone`, "number");
    const what = `${verb} thermal zone ${value.tzId}`;
    return (this.#caller.request({ cmd, codec: table, value, what }) ?? {}) as ThermalMessage;
  }

  /** Returns all zones. */
  zones(): ThermalZone[] {
    return this.#dump(THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_ID, "list thermal zones").flatMap(({ tz }) => tz ?? []);
  }

  /** Returns all cooling devices. */
  coolingDevices(): CoolingDevice[] {
    return this.#dump(THERMAL_GENL_CMD.THERMAL_GENL_CMD_CDEV_GET, "list cooling devices").flatMap(({ cdev }) =>
      cdev ?? []
    );
  }

  /**
   * Returns the temperature of a zone, in thousandths of a degree Celsius.
   *
   * @throws {KernelError} EINVAL: there is no such zone
   */
  temperature(tzId: number): number | undefined {
    return this.#ask(THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_TEMP, { tzId }, "measure").tzTemp;
  }

  /** Returns the trip points of a zone. */
  trips(tzId: number): readonly TripPoint[] {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_TRIP;
    return this.#ask(cmd, { tzId }, "get trip points of").tzTrip ?? [];
  }

  /** Returns the governor of a zone: the policy that decides on its cooling. */
  governor(tzId: number): string | undefined {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_TZ_GET_GOV;
    return this.#ask(cmd, { tzId }, "get the governor of").tzGovName;
  }

  /** Returns the user thresholds of a zone. */
  thresholds(tzId: number): readonly Threshold[] {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_GET;
    return this.#ask(cmd, { tzId }, "get thresholds of").threshold ?? [];
  }

  /** Adds a threshold to a zone: crossing its temperature causes events `threshold_up` and `threshold_down`. */
  addThreshold(tzId: number, threshold: Threshold): void {
    const cmd = THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_ADD;
    this.#threshold(cmd, tzId, threshold, "add");
  }

  /** Removes a threshold of a zone. */
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

  /** Removes all thresholds of a zone. */
  flushThresholds(tzId: number): void {
    this.#ask(THERMAL_GENL_CMD.THERMAL_GENL_CMD_THRESHOLD_FLUSH, { tzId }, "flush thresholds of");
  }

  /** Yields the events. The subscription exists when this returns. */
  events(options: EventOptions = {}): Streaming<ThermalEvent> {
    return this.#caller.events<ThermalEvent>(["event"], EVENTS, options);
  }

  /**
   * Yields each temperature that the kernel measures, from a group of its own. The subscription exists when this
   * returns.
   */
  samples(options: EventOptions = {}): Streaming<ThermalEvent> {
    return this.#caller.events<ThermalEvent>(["sampling"], SAMPLES, options);
  }
}

/** Opens a client with its own socket. */
export function open(options: OpenOptions = {}): Opened<Thermal> {
  return openGeneric(options, (open, requester) => new Thermal(open, requester));
}

/** Operations on this machine's zones and cooling devices, over a socket that the first use opens. */
export const thermal: Thermal = new Thermal(sharedGeneric);
/** Returns all zones; see {@linkcode Thermal.zones}. */
export const zones = (): ThermalZone[] => thermal.zones();
/** Returns all cooling devices; see {@linkcode Thermal.coolingDevices}. */
export const coolingDevices = (): CoolingDevice[] => thermal.coolingDevices();
export type * from "./types.ts";
