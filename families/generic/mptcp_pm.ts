/**
 * mptcp_pm: the path manager of Multipath TCP: endpoints, limits, subflows, and events of connections.
 *
 * ```ts
 * import { endpoints, events, limits, setLimits } from "@linux/netlink/families/generic/mptcp_pm.ts";
 * endpoints.add({ addr4: "192.0.2.2", dev: "eth0", flags: ["subflow"] });
 * setLimits({ subflows: 4 });
 * for await (const e of events()) console.log(e.event, e.token, e.saddr4 ?? e.saddr6, e.dport);
 * ```
 *
 * Like `ip mptcp`. In Linux since 5.6, events since 5.11, connections managed from user space since 5.19. Reading the
 * limits needs no privilege, everything else needs CAP_NET_ADMIN in the network namespace.
 *
 * Source: linux/mptcp_pm.h, linux/mptcp.h, v7.2.
 * @module
 */
import {
  defined,
  expectFields,
  expectNames,
  expectType,
  guardMethods,
  namesOf,
  operationOf,
} from "../../core/arguments.ts";
import type { DeleteOptions } from "../../core/collection.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  addressFamily,
  type Attributes,
  attributes,
  be16,
  bool,
  type Codec,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4,
  ipv6,
  key,
  mask,
  part,
  type Shape,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  type EventOptions,
  everyCommand,
  GenericCaller,
  GenericCollection,
  type GenericDeclaration,
  type GenericEventKind,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import type { Streaming } from "../../core/stream.ts";

/** The commands: MPTCP_PM_CMD_*. */
export const MPTCP_PM_CMD = {
  MPTCP_PM_CMD_ADD_ADDR: 1,
  MPTCP_PM_CMD_DEL_ADDR: 2,
  MPTCP_PM_CMD_GET_ADDR: 3,
  MPTCP_PM_CMD_FLUSH_ADDRS: 4,
  MPTCP_PM_CMD_SET_LIMITS: 5,
  MPTCP_PM_CMD_GET_LIMITS: 6,
  MPTCP_PM_CMD_SET_FLAGS: 7,
  MPTCP_PM_CMD_ANNOUNCE: 8,
  MPTCP_PM_CMD_REMOVE: 9,
  MPTCP_PM_CMD_SUBFLOW_CREATE: 10,
  MPTCP_PM_CMD_SUBFLOW_DESTROY: 11,
} as const;

/** The generic family. */
export const MPTCP_PM: GenericProtocol = {
  name: "mptcp_pm",
  version: 1,
  commands: MPTCP_PM_CMD,
  get events() {
    return Object.fromEntries(
      Object.entries(MPTCP_EVENT).map(([name, cmd]) => [`MPTCP_EVENT_${name.toUpperCase()}`, cmd]),
    );
  },
  // Flags can be changed of endpoints and of subflows. A message for subflows may have all attributes of one for
  // endpoints.
  messages: () => ({ collections: [declaration], calls: everyCommand(CALLS, PmMessage), events: EVENTS }),
  hint: "in Linux since 5.6, if the kernel is configured with CONFIG_MPTCP",
};

/** The family of an address. */
export type MptcpFamily = "inet" | "inet6" | number;

const family: Codec<MptcpFamily> = addressFamily(u16, { inet: 2, inet6: 10 });

/** Codec of a port, in host byte order even though the kernel's specification says otherwise; 0 is none. */
const port: Codec<number> = {
  ...u16,
  decode: (from, at) => from.view.getUint16(at, true) || (undefined as never),
};

/**
 * A flag of an endpoint: `signal` announces it to peers, `subflow` opens subflows from it, `backup` uses those only as
 * a last resort, `fullmesh` opens one to each address of the peer, `implicit` marks one that the kernel created by
 * itself.
 */
export type EndpointFlag = "signal" | "subflow" | "backup" | "fullmesh" | "implicit" | "laminar" | number;

const flags: Codec<readonly EndpointFlag[]> = mask(u32, {
  signal: 1,
  subflow: 2,
  backup: 4,
  fullmesh: 8,
  implicit: 16,
  laminar: 32,
});

/** An address of this machine or of a peer. */
export interface MptcpAddress {
  /** The address family; when sent, it follows from the address. */
  family?: MptcpFamily;
  /** The address identifier, 1..255; the kernel chooses one when absent. */
  id?: number;
  /** The IPv4 address. */
  addr4?: string;
  /** The IPv6 address. */
  addr6?: string;
  /** The port, if it differs from the connection's. */
  port?: number;
  /** The flags of the endpoint. */
  flags?: readonly EndpointFlag[];
  /** The number of the interface that it is on. */
  ifIdx?: Ifindex;
  /** The name of that interface. */
  dev?: string;
}

/** Wire form of {@linkcode MptcpAddress}: MPTCP_PM_ADDR_ATTR_*. */
export const MptcpAddress: Attributes<MptcpAddress> = attributes((): Shape<MptcpAddress> => ({
  family: [1, family],
  id: [2, u8, key],
  addr4: [3, ipv4],
  addr6: [4, ipv6],
  port: [5, port],
  flags: [6, flags],
  ifIdx: [7, ifindex],
  dev: interfaceNameOf("ifIdx"),
}));

/** The content of most messages. */
interface PmMessage {
  addr?: MptcpAddress;
  rcvAddAddrs?: number;
  subflows?: number;
  token?: number;
  locId?: number;
  addrRemote?: MptcpAddress;
}

const PmMessage: Attributes<PmMessage> = attributes((): Shape<PmMessage> => ({
  addr: [1, MptcpAddress],
  rcvAddAddrs: [2, u32],
  subflows: [3, u32],
  token: [4, u32],
  locId: [5, u8],
  addrRemote: [6, MptcpAddress],
}));

/** Wire form of an endpoint: an address that Multipath TCP may use beside that of a connection. */
export const Endpoint: Attributes<MptcpAddress> = attributes((): Shape<Record<never, never>> => ({})).with(
  part<MptcpAddress>({
    family: [1, family],
    id: [2, u8, key],
    addr4: [3, ipv4],
    addr6: [4, ipv6],
    port: [5, port],
    flags: [6, flags],
    ifIdx: [7, ifindex],
    dev: interfaceNameOf("ifIdx"),
  }),
  1,
) as Attributes<MptcpAddress>;

/** The limits of a namespace's connections. */
export interface MptcpLimits {
  /** The most announced addresses of a peer that are used, 0..8. */
  rcvAddAddrs?: number;
  /** The most subflows beside the first, 0..8. */
  subflows?: number;
}

const { MPTCP_PM_CMD_ADD_ADDR: _add, MPTCP_PM_CMD_GET_ADDR: _get, MPTCP_PM_CMD_DEL_ADDR: _del, ...CALLS } =
  MPTCP_PM_CMD;

/** The fields of an event: a connection or one of its subflows. */
export interface MptcpDetails {
  /** The token of the connection. */
  token?: number;
  /** The family of the addresses. */
  family?: MptcpFamily;
  /** The identifier of the local address. */
  locId?: number;
  /** The identifier of the peer's address. */
  remId?: number;
  /** The local IPv4 address. */
  saddr4?: string;
  /** The local IPv6 address. */
  saddr6?: string;
  /** The peer's IPv4 address. */
  daddr4?: string;
  /** The peer's IPv6 address. */
  daddr6?: string;
  /** The local port. */
  sport?: number;
  /** The port of the peer. */
  dport?: number;
  /** True if the subflow is used only as a last resort. */
  backup?: boolean;
  /** The errno of the subflow. */
  error?: number;
  /** A mask: 1 if addresses must not be announced (since Linux 5.19), 2 on the server's side. */
  flags?: number;
  /** The timeout in ms. The kernel does not send it yet. */
  timeout?: number;
  /** The number of the interface. */
  ifIdx?: Ifindex;
  /** The reason why the subflow was reset: RFC 8684, section 3.6. */
  resetReason?: number;
  /** Flags of the reset: bit 1 says that it is transient. */
  resetFlags?: number;
  /** True if the peer opened the connection. */
  serverSide?: boolean;
  /** The name of the interface. */
  dev?: string;
}

/** Wire form of {@linkcode MptcpDetails}: MPTCP_ATTR_*. */
export const MptcpDetails: Attributes<MptcpDetails> = attributes((): Shape<MptcpDetails> => ({
  token: [1, u32],
  family: [2, family],
  locId: [3, u8],
  remId: [4, u8],
  saddr4: [5, ipv4],
  saddr6: [6, ipv6],
  daddr4: [7, ipv4],
  daddr6: [8, ipv6],
  sport: [9, be16],
  dport: [10, be16],
  backup: [11, bool(u8)],
  error: [12, u8],
  flags: [13, u16],
  timeout: [14, u32],
  ifIdx: [15, ifindex],
  resetReason: [16, u32],
  resetFlags: [17, u32],
  serverSide: [18, bool(u8)],
  dev: interfaceNameOf("ifIdx"),
}));

/** The kinds of events: MPTCP_EVENT_*. */
export const MPTCP_EVENT = {
  created: 1,
  established: 2,
  closed: 3,
  announced: 6,
  removed: 7,
  sub_established: 10,
  sub_closed: 11,
  sub_priority: 13,
  listener_created: 15,
  listener_closed: 16,
} as const;

const EVENTS: Readonly<Record<number, GenericEventKind>> = Object.fromEntries(
  Object.entries(MPTCP_EVENT).map(([event, cmd]) => [cmd, { event, codec: MptcpDetails as Codec<unknown, never> }]),
);

/** An event of a connection. */
export interface MptcpEvent extends MptcpDetails {
  /** The kind of event. */
  readonly event: keyof typeof MPTCP_EVENT;
}

const declaration: GenericDeclaration<MptcpAddress> = {
  object: "MPTCP endpoint",
  table: Endpoint,
  family: MPTCP_PM,
  commands: {
    get: MPTCP_PM_CMD.MPTCP_PM_CMD_GET_ADDR,
    new: MPTCP_PM_CMD.MPTCP_PM_CMD_ADD_ADDR,
    set: MPTCP_PM_CMD.MPTCP_PM_CMD_SET_FLAGS,
    del: MPTCP_PM_CMD.MPTCP_PM_CMD_DEL_ADDR,
  },
  filters: [],
  describe(value) {
    const { id, addr4, addr6 } = value as MptcpAddress;
    return String(addr4 ?? addr6 ?? id ?? "");
  },
  identity: ({ family, id, addr4, addr6, port }) => JSON.stringify([family, id, addr4, addr6, port]),
  absent: ({ code, kernelMessage }) => code === "EINVAL" && kernelMessage === "address not found",
  fromKey: (key) => /^\d+$/.test(String(key)) ? { id: Number(key) } : addressOf(String(key)),
  listOnly: true,
  // The kernel compares the identifier only, or for identifier 0 the address.
  compares: (key) => (key as MptcpAddress).id === 0 || Object.keys(key).join() === "id",
  prepare(value, verb) {
    const { id } = value as MptcpAddress;
    return verb === "list" ? value : verb === "delete" && id ? { id } : withFamily(value as MptcpAddress);
  },
};

/** Adds the family of an address. The kernel requires it, and takes it as the sign that there is an address. */
function withFamily(value: MptcpAddress): MptcpAddress {
  const { family, addr4, addr6 } = value;
  if (addr4 !== undefined && addr6 !== undefined) {
    throw argumentError(
      TypeError,
      `Cannot use MPTCP endpoint ${addr4}: addr6: it has one address, not ${addr6} as well`,
    );
  }
  if (family !== undefined || (addr4 === undefined && addr6 === undefined)) return value;
  return { ...value, family: addr6 === undefined ? "inet" : "inet6" };
}

/** Returns the endpoint for an address as text. */
function addressOf(address: string): MptcpAddress {
  return address.includes(":") ? { addr6: address } : { addr4: address };
}

/** Checks that an argument has these fields only, and returns it. */
function expectOnly<T extends object>(value: T, what: string, names: readonly (keyof T & string)[]): T {
  expectFields(value, what);
  expectNames(value, what, names);
  return value;
}

/** The input form of an endpoint: {@linkcode MptcpAddress}, in which an interface may be given by name. */
export interface EndpointInput extends Omit<MptcpAddress, "ifIdx"> {
  /** The interface that it is on: number or name. */
  ifIdx?: number | string;
}

/**
 * Operations on the endpoints of a namespace. The key of an endpoint is its identifier, its address, or both, as in a
 * listed object: an endpoint that has that identifier but another address now does not match.
 */
export class Endpoints extends GenericCollection<MptcpAddress, EndpointInput, number | string | MptcpAddress> {
  readonly #open: () => Client;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
  }

  /**
   * Returns the fields in a key of an endpoint: its identifier or its address, and the further fields that must match.
   */
  override keyValue(key: number | string | MptcpAddress, verb = "find"): object {
    const given = super.keyValue(key, verb);
    expectNames(given, `${verb} MPTCP endpoint`, namesOf(Endpoint));
    const named = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined)) as MptcpAddress;
    const { id, addr4, addr6 } = named, address = addr4 ?? addr6;
    if (id === undefined && address === undefined) {
      throw argumentError(TypeError, `Cannot ${verb} an MPTCP endpoint: expected its number or its address`);
    }
    // Identifier 0 is the address that a connection began with. That is no endpoint, and its address must be given too.
    if (id === 0 && address === undefined && verb === "delete") {
      throw argumentError(
        TypeError,
        "Cannot delete MPTCP endpoint 0: no endpoint has that number, and without an address the kernel does nothing",
      );
    }
    return named;
  }

  /**
   * Changes the flags `backup` and `fullmesh` of an endpoint: those in `flags` are set, the others are cleared. The
   * kernel cannot change anything else.
   *
   * @param id its identifier, its address as text, or an object with both
   */
  override set(id: number | string | MptcpAddress, changes: EndpointInput): void {
    const named = this.keyValue(id, "set") as MptcpAddress, verb = operationOf("set", declaration, named);
    expectFields(changes, verb, "the changes as an object");
    const { flags, ...others } = changes, what = `Cannot ${verb}`;
    const given = Object.entries(others).filter(([, value]) => value !== undefined);
    const found = this.#open().deferred ? undefined : this.look(named, verb, this.#open()).found;
    const [other] = given.find(([name, value]) => found?.[name as keyof MptcpAddress] !== value) ?? [];
    if (other !== undefined) {
      throw argumentError(
        TypeError,
        `${what}: ${other} cannot be changed: the kernel changes flags only; delete it and add it again`,
      );
    }
    if (flags === undefined) {
      throw argumentError(TypeError, `${what}: flags is missing, and nothing else can be changed`);
    }
    const fixed = (all: MptcpAddress["flags"]): string[] =>
      (all ?? []).filter((flag) => flag !== "backup" && flag !== "fullmesh").map(String);
    const has = fixed(found?.flags), odd = fixed(flags).find((flag) => !has.includes(flag));
    if (odd !== undefined && found !== undefined) {
      throw argumentError(TypeError, `${what}: flags: ${odd} cannot be changed: delete it and add it again`);
    }
    const { addr4, addr6 } = named;
    const key = { id: found === undefined ? named.id : found.id, ...(found === undefined ? { addr4, addr6 } : {}) };
    super.set(defined(key) as MptcpAddress, { flags });
  }

  /**
   * Deletes the endpoint that `key` names.
   *
   * `{ id: 0, addr4 }` is no endpoint, but the address that connections began with: their first subflows from that
   * address are closed. The kernel reports success even if there are none.
   *
   * @param key its identifier, its address as text, or an object with both
   * @throws {KernelError} EINVAL, ENOENT: there is no such endpoint
   * @throws {TypeError} the identifier is 0, and there is no address
   */
  override delete(key: number | string | MptcpAddress, options?: DeleteOptions): boolean {
    return super.delete(key, options);
  }

  /** Deletes all endpoints. */
  deleteAll(): void {
    const cmd = MPTCP_PM_CMD.MPTCP_PM_CMD_FLUSH_ADDRS, codec = Endpoint as Codec<unknown, never>;
    this.caller.request({ cmd, codec, value: {}, what: "delete all MPTCP endpoints" });
  }
}

/** A connection and its addresses, for connections that are managed from user space. */
export interface MptcpSubflow {
  /** The token of the connection, as in events. */
  token: number;
  /** The local address. */
  addr: MptcpAddress;
  /** The address of the peer. */
  addrRemote: MptcpAddress;
}

/** All operations on the path manager of one namespace. */
export class MptcpPm {
  /** Operations on the endpoints. */
  readonly endpoints: Endpoints;
  readonly #caller: GenericCaller;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.endpoints = new Endpoints(open, requester);
    this.#caller = new GenericCaller(MPTCP_PM, open, requester);
    guardMethods(this);
  }

  #request(cmd: number, value: PmMessage, what: string): PmMessage | undefined {
    return this.#caller.request({ cmd, codec: PmMessage as Codec<unknown, never>, value, what }) as
      | PmMessage
      | undefined;
  }

  /** Returns the limits of connections. */
  limits(): MptcpLimits {
    return this.#request(MPTCP_PM_CMD.MPTCP_PM_CMD_GET_LIMITS, {}, "get MPTCP limits") ?? {};
  }

  /** Changes the given limits only. */
  setLimits(limits: MptcpLimits): void {
    const what = "set MPTCP limits", { rcvAddAddrs, subflows } = expectOnly(limits, what, ["rcvAddAddrs", "subflows"]);
    this.#request(MPTCP_PM_CMD.MPTCP_PM_CMD_SET_LIMITS, { rcvAddAddrs, subflows } as PmMessage, what);
  }

  /** Announces an address to the peer of a connection that is managed from user space; `addr.id` is required. */
  announce(token: number, addr: MptcpAddress): void {
    expectType(token, "announce an address of an MPTCP connection", "number");
    const what = `announce an address of MPTCP connection ${token}`;
    expectFields(addr, what);
    this.#request(MPTCP_PM_CMD.MPTCP_PM_CMD_ANNOUNCE, { token, addr: withFamily(addr) }, what);
  }

  /** Tells the peer of a connection that an address is no longer available. */
  withdraw(token: number, locId: number): void {
    for (const one of [token, locId]) expectType(one, "withdraw an address of an MPTCP connection", "number");
    const what = `withdraw address ${locId} of MPTCP connection ${token}`;
    this.#request(MPTCP_PM_CMD.MPTCP_PM_CMD_REMOVE, { token, locId }, what);
  }

  /** Opens a subflow of a connection that is managed from user space. */
  addSubflow(subflow: MptcpSubflow): void {
    this.#subflow(MPTCP_PM_CMD.MPTCP_PM_CMD_SUBFLOW_CREATE, subflow, "add");
  }

  /** Closes a subflow; its ports are required. */
  deleteSubflow(subflow: MptcpSubflow): void {
    this.#subflow(MPTCP_PM_CMD.MPTCP_PM_CMD_SUBFLOW_DESTROY, subflow, "delete");
  }

  #subflow(cmd: number, subflow: MptcpSubflow, verb: string): void {
    const what = `${verb} a subflow of an MPTCP connection`;
    const { token, addr, addrRemote } = expectOnly(subflow, what, ["token", "addr", "addrRemote"]);
    expectType(token, what, "number");
    for (const one of [addr, addrRemote]) expectFields(one, what, "addr and addrRemote as objects");
    const value = { token, addr: withFamily(addr), addrRemote: withFamily(addrRemote) };
    this.#request(cmd, value, `${verb} a subflow of MPTCP connection ${token}`);
  }

  /**
   * Changes the flags of a subflow: `backup` or none.
   *
   * For connections that are managed from user space only; those of the kernel follow the flags of endpoints.
   */
  setSubflow(subflow: MptcpSubflow): void {
    this.#subflow(MPTCP_PM_CMD.MPTCP_PM_CMD_SET_FLAGS, subflow, "set");
  }

  /** Yields events of connections. The subscription exists when this returns. */
  events(options: EventOptions = {}): Streaming<MptcpEvent> {
    return this.#caller.events<MptcpEvent>(["mptcp_pm_events"], EVENTS, options);
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<MptcpPm> {
  return openGeneric(options, (open, requester) => new MptcpPm(open, requester));
}

const here: MptcpPm = new MptcpPm(sharedGeneric);
/** Operations on the endpoints of this namespace, over a socket that the first use opens. */
export const endpoints: Endpoints = here.endpoints;
/** Returns the limits of this namespace's connections; see {@linkcode MptcpPm.limits}. */
export const limits = (): MptcpLimits => here.limits();
/** Changes the given limits only; see {@linkcode MptcpPm.setLimits}. */
export const setLimits = (limits: MptcpLimits): void => here.setLimits(limits);
/** Yields events of connections; see {@linkcode MptcpPm.events}. */
export const events = (options?: EventOptions): Streaming<MptcpEvent> => here.events(options);
export type * from "./types.ts";
