/**
 * Gateways between CAN interfaces, which forward and change frames, as with `cangw`.
 *
 * ```ts ignore
 * import { canGateways } from "@linux/netlink/families/route/can_gateway.ts";
 * canGateways.add({ srcDev: "can0", dstDev: "can1", filter: { canId: 0x123, canMask: 0x7ff } });
 * for (const { srcDev, dstDev, handled } of canGateways.list()) console.log(srcDev, dstDev, handled);
 * ```
 *
 * Changes need CAP_NET_ADMIN, and the module can_gw.
 *
 * Source: linux/can/gw.h, linux/can.h, net/can/gw.c, v6.1
 *
 * @module
 */
import type { Client, Operation, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  hex,
  i8,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  mask,
  readOnly,
  type Shape,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError, ERRNO, KernelError } from "../../core/errors.ts";
import { AF, type Family, family, NETLINK_ROUTE, RTM } from "./protocol.ts";

/** CGW_FLAGS_*: flags of a gateway. */
export const CGW_FLAGS = { can_echo: 1, can_src_tstamp: 2, can_iif_tx_ok: 4, can_fd: 8 } as const;

/** CGW_MOD_*: the parts of a frame that are changed. `len` is the length in bytes. */
export const CGW_MOD = { id: 1, len: 2, data: 4, flags: 8 } as const;

/** CGW_CRC8PRF_*: data that a checksum of 8 bits includes beside the frame. */
export const CGW_CRC8PRF = { unspec: 0, "1u8": 1, "16u8": 2, sffid_xor: 3 } as const;

/** A flag of a gateway. */
export type CanGatewayFlag = keyof typeof CGW_FLAGS;

/** A part of a frame. */
export type CanPart = keyof typeof CGW_MOD;

/** The frames that a gateway forwards: those with `canId & canMask` as their own number. */
export interface CanFilter {
  /** Number and flags CAN_EFF_FLAG, CAN_RTR_FLAG. */
  canId: number;
  /** Mask of the bits that are compared. */
  canMask: number;
}

/** A change of frames. */
export interface CanChange {
  /** Number and flags of the frame. */
  canId: number;
  /** Length in bytes. */
  len: number;
  /** The data in hexadecimal: 8 bytes, `1122334455667788`. */
  data: string;
  /** The parts that are changed. */
  modtype: readonly (CanPart | number)[];
}

/** A change of frames of CAN FD. */
export interface CanFdChange extends Omit<CanChange, "data"> {
  /** Flags of the frame. */
  flags: number;
  /** The data in hexadecimal, 64 bytes. */
  data: string;
}

const parts: Codec<CanChange["modtype"], CanChange["modtype"] | number> = mask(u8, CGW_MOD);

/** Wire form of {@linkcode CanChange}: struct cgw_frame_mod. */
export const CanChange: Struct<CanChange> = struct<CanChange>(17, (): Shape<CanChange> => ({
  canId: [0, u32],
  len: [4, u8],
  data: [8, hex(8)],
  modtype: [16, parts],
}));

/** Wire form of {@linkcode CanFdChange}: struct cgw_fdframe_mod. */
export const CanFdChange: Struct<CanFdChange> = struct<CanFdChange>(73, (): Shape<CanFdChange> => ({
  canId: [0, u32],
  len: [4, u8],
  flags: [5, u8],
  data: [8, hex(64)],
  modtype: [72, parts],
}));

/** A checksum that is computed after changes, by XOR. Indexes are bytes of the data; negative ones count from its end. */
export interface CanXor {
  /** Index of the first byte. */
  fromIdx: number;
  /** Index of the last byte. */
  toIdx: number;
  /** Index of the result. */
  resultIdx: number;
  /** First value. */
  initXorVal: number;
}

/** A checksum of 8 bits that is computed after changes. Indexes are bytes of the data; negative ones count from its end. */
export interface CanCrc8 {
  /** Index of the first byte. */
  fromIdx: number;
  /** Index of the last byte. */
  toIdx: number;
  /** Index of the result. */
  resultIdx: number;
  /** First value. */
  initCrcVal: number;
  /** Value that the result is combined with by XOR. */
  finalXorVal: number;
  /** The table of 256 bytes, in hexadecimal. */
  crctab: string;
  /** Data that the checksum includes beside the frame. */
  profile: keyof typeof CGW_CRC8PRF | number;
  /** This data, 20 bytes in hexadecimal. */
  profileData: string;
}

/** A gateway: it forwards frames from one interface to another. */
export interface CanGateway {
  /** Always `can`. */
  family: Family;
  /** Always `can_can`. */
  gwtype: "can_can" | number;
  /**
   * Flags: `can_echo` shows the frames to the sockets of the outgoing interface, `can_src_tstamp` keeps the time stamps,
   * `can_iif_tx_ok` sends back to the incoming interface, `can_fd` forwards frames of CAN FD instead of others.
   */
  flags: readonly (CanGatewayFlag | number)[];
  /** Number of the incoming interface. */
  srcIf?: Ifindex;
  /** Name of the incoming interface. */
  srcDev?: string;
  /** Number of the outgoing interface. */
  dstIf?: Ifindex;
  /** Name of the outgoing interface. */
  dstDev?: string;
  /** The frames that it forwards; all when absent. */
  filter?: CanFilter;
  /** Most gateways that a frame may go through, from 1 to the module's parameter `max_hops`, its default. */
  limHops?: number;
  /** Number of the gateway by which its changes of frames are changed; unique. */
  modUid?: number;
  /** Change by AND. */
  modAnd?: CanChange;
  /** Change by OR. */
  modOr?: CanChange;
  /** Change by XOR. */
  modXor?: CanChange;
  /** Change to these values. */
  modSet?: CanChange;
  /** Change of frames of CAN FD by AND. */
  fdmodAnd?: CanFdChange;
  /** Change of frames of CAN FD by OR. */
  fdmodOr?: CanFdChange;
  /** Change of frames of CAN FD by XOR. */
  fdmodXor?: CanFdChange;
  /** Change of frames of CAN FD to these values. */
  fdmodSet?: CanFdChange;
  /** Checksum by XOR. */
  csXor?: CanXor;
  /** Checksum of 8 bits. */
  csCrc8?: CanCrc8;
  /** Frames that it forwarded; absent for none. Read-only. */
  handled?: number;
  /** Frames that could not be sent; absent for none. Read-only. */
  dropped?: number;
  /** Frames that went through too many gateways; absent for none. Read-only. */
  deleted?: number;
}

/** Wire form of {@linkcode CanGateway}: rtcanmsg and CGW_*. */
export const CanGateway: Attributes<CanGateway> = attributes((): Shape<CanGateway> => ({
  family: head(0, family, key),
  gwtype: head(1, enumeration(u8, { can_can: 1 }), key),
  flags: head(2, mask(u16, CGW_FLAGS)),
  srcIf: [9, ifindex, key],
  srcDev: interfaceNameOf("srcIf", key),
  dstIf: [10, ifindex, key],
  dstDev: interfaceNameOf("dstIf", key),
  filter: [11, struct<CanFilter>(8, { canId: [0, u32], canMask: [4, u32] }), key],
  limHops: [13, u8],
  modUid: [14, u32, key],
  modAnd: [1, CanChange],
  modOr: [2, CanChange],
  modXor: [3, CanChange],
  modSet: [4, CanChange],
  fdmodAnd: [15, CanFdChange],
  fdmodOr: [16, CanFdChange],
  fdmodXor: [17, CanFdChange],
  fdmodSet: [18, CanFdChange],
  csXor: [5, struct<CanXor>(4, { fromIdx: [0, i8], toIdx: [1, i8], resultIdx: [2, i8], initXorVal: [3, u8] })],
  csCrc8: [
    6,
    struct<CanCrc8>(282, () => ({
      fromIdx: [0, i8],
      toIdx: [1, i8],
      resultIdx: [2, i8],
      initCrcVal: [3, u8],
      finalXorVal: [4, u8],
      crctab: [5, hex(256)],
      profile: [261, enumeration(u8, CGW_CRC8PRF)],
      profileData: [262, hex(20)],
    })),
  ],
  handled: [7, u32, readOnly],
  dropped: [8, u32, readOnly],
  deleted: [12, u32, readOnly],
}), { header: 4 });

/** A gateway as input: {@linkcode CanGateway} with names or numbers for interfaces. */
export type CanGatewayInput = Input<CanGateway>;

const declaration: Declaration<CanGateway> = {
  protocol: NETLINK_ROUTE,
  object: "can gateway",
  table: CanGateway,
  messages: { new: RTM.RTM_NEWROUTE, del: RTM.RTM_DELROUTE, get: RTM.RTM_GETROUTE },
  groups: [],
  filters: [],
  describe(value) {
    const { srcDev, srcIf, dstDev, dstIf, modUid } = value as CanGatewayInput;
    return [
      modUid,
      `from ${String(srcDev ?? srcIf ?? "any")} to ${String(dstDev ?? dstIf ?? "any")}`,
    ].filter((one) => one !== undefined).join(" ");
  },
  identity: (one) => JSON.stringify([...Object.entries(one)].filter(([name]) => !COUNTERS.has(name))),
  prepare(value, verb) {
    const given = value as CanGatewayInput, head = { ...given, family: "can", gwtype: given.gwtype ?? "can_can" };
    if (verb === "list" || verb === "get") return verb === "list" ? { ...given, family: "can" } : head;
    for (const [name, index] of [["srcDev", "srcIf"], ["dstDev", "dstIf"]] as const) {
      // If both were missing, the kernel would delete all.
      if ((given[name] ?? given[index] ?? 0) === 0) {
        throw argumentError(TypeError, `Cannot ${verb} can gateway: ${name} is missing: the name of the interface`);
      }
    }
    if (verb === "add") refuseIgnored(given);
    return head;
  },
  listOnly: true,
  // A kernel without gateways takes the request for one of routes of all families, whose header is longer.
  none: ["EINVAL"],
  // The kernel deletes the gateway that is like the request in everything.
  compares: () => false,
  fixed: ["flags", "srcIf", "srcDev", "dstIf", "dstDev", "filter", "limHops", "modUid"],
  merge({ found, whole, what }) {
    if (found.modUid !== undefined) return whole;
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel changes only gateways with modUid: delete it, and add it with the changes`,
    );
  },
  concerns: (from, at) => from.bytes[at] === AF.can,
  hint: (code) =>
    code === "EOPNOTSUPP"
      ? "this kernel has no gateway of CAN, or its module is not loaded (modprobe can-gw)"
      : undefined,
};

/** Throws for fields of a gateway that the kernel would ignore: those of other frames, and all that goes with changes. */
function refuseIgnored(given: CanGatewayInput): void {
  const { flags = [] } = given, fields = given as Readonly<Record<string, unknown>>;
  const fd = typeof flags === "number" ? (flags & CGW_FLAGS.can_fd) !== 0 : flags.includes("can_fd");
  const own = /^(fd)?mod(And|Or|Xor|Set)$/, wrong = fd ? /^mod(And|Or|Xor|Set)$/ : /^fdmod/;
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined),
    changes = names.some((name) => own.test(name));
  const ignored = names.find((name) => wrong.test(name)) ??
    (changes ? undefined : names.find((name) => name === "modUid" || name === "csXor" || name === "csCrc8"));
  if (ignored === undefined) return;
  const why = wrong.test(ignored)
    ? `a gateway ${fd ? "with" : "without"} the flag can_fd has ${fd ? `fd${ignored}` : ignored.slice(2)} instead`
    : "the kernel ignores it without a change of frames, such as modSet";
  throw argumentError(TypeError, `Cannot add can gateway: ${ignored}: ${why}`);
}

const COUNTERS: ReadonlySet<string> = new Set(["handled", "dropped", "deleted"]);

/** The gateways between CAN interfaces of one network namespace. */
export class CanGateways extends Collection<CanGateway, CanGatewayInput, CanGatewayInput, true, "append" | "replace"> {
  readonly #open: () => Client;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
  }

  /** Returns the request of a verb. A request to add one with the `modUid` of another would change that one. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply), { modUid } = given as CanGatewayInput;
    if (verb !== "add" || modUid === undefined || this.#open().deferred) return operation;
    const read = (): object => {
      if (this.list({ modUid }).length === 0) return operation.value;
      throw new KernelError(operation.what, ERRNO.EEXIST, { kernelMessage: `a gateway has modUid ${modUid}` });
    };
    return { ...operation, read };
  }
}

/** The gateways between CAN interfaces of this namespace, on a socket that the first use opens. */
export const canGateways: CanGateways = new CanGateways(onShared(NETLINK_ROUTE));
