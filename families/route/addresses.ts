/**
 * Addresses of interfaces, as with `ip address`.
 *
 * ```ts
 * import { addresses } from "@linux/netlink/families/route/addresses.ts";
 * console.log(addresses.list());
 * ```
 *
 * @module
 */
import type { Client, Operation, Requester } from "../../core/client.ts";
import { checkValues, type Codec, shown } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import {
  Address,
  addressKey,
  comparesAddress,
  expectOneAddress,
  ignoresOfAddress,
  mergeAddress,
  prepareAddress,
} from "./address.ts";
import { AF, ipv6DisabledHint, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** An address as input: {@linkcode Address} with names or numbers for interfaces. */
export type AddressInput = Input<Address>;

/** An address to add: it and its interface must be given. */
export type AddressToAdd = AddressInput & { address: string } & ({ index: string | number } | { dev: string });

type Fields = Readonly<Record<string, unknown>>;

/** Fields that the kernel does not change. */
const LASTING = ["scope", "broadcast", "label"] as const;

const declaration: Declaration<Address> = {
  protocol: NETLINK_ROUTE,
  object: "address",
  table: Address,
  messages: { new: RTM.RTM_NEWADDR, del: RTM.RTM_DELADDR, get: RTM.RTM_GETADDR },
  groups: [RTNLGRP.RTNLGRP_IPV4_IFADDR, RTNLGRP.RTNLGRP_IPV6_IFADDR],
  filters: ["family", "index"],
  describe(value) {
    const { address, local, dev, index } = value as Fields, on = dev ?? index;
    return `${address ?? local ?? ""}${on === undefined ? "" : ` on ${on}`}`.trim();
  },
  identity: addressKey,
  prepare: (value, verb) => prepareAddress(value as AddressInput, verb),
  ignores: ignoresOfAddress,
  listOnly: true,
  // Phonet and MCTP have addresses of their own in messages of the same types.
  concerns: (from, at) => from.bytes[at] !== AF.phonet && from.bytes[at] !== AF.mctp,
  none: ["ENODEV"],
  fixed: ["family", "index", "dev", "address", "peer"],
  compares: comparesAddress,
  lasting: () => LASTING,
  merge: mergeAddress,
  hint: (code, { kernelMessage = "" }) => code === "EACCES" ? ipv6DisabledHint(kernelMessage) : undefined,
};

/** The IPv4 and IPv6 addresses of one network namespace. */
export class Addresses extends Collection<Address, AddressInput, AddressInput, true, never, AddressToAdd> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * Adds an address, or changes the lifetimes, metric, origin and (IPv6) flags of an existing one.
   *
   * @throws {TypeError} scope, broadcast or label is not that of the existing address: the kernel does not change it. A
   * batch, which reads nothing for it, keeps it
   */
  override replace(value: AddressToAdd): void {
    if (!this.#requester().deferred) this.#expectLasting(value);
    super.replace(value);
  }

  /** Throws if an IPv4 address exists with another scope, broadcast address or label. */
  #expectLasting(value: AddressToAdd): void {
    const operation = this.operation("replace", RTM.RTM_NEWADDR, value), { what } = operation;
    const given = LASTING.filter((name) => (value[name] ?? undefined) !== undefined);
    if (given.length === 0) return;
    const wanted = this.#requester().normalize(
      Address as Codec<unknown, never>,
      operation.value as object,
      what,
    ) as Address;
    const found = this.list({ family: wanted.family, index: wanted.index })
      .find((one) => addressKey(one) === addressKey(wanted));
    for (const name of found === undefined ? [] : given) {
      if (wanted[name] === undefined || wanted[name] === found![name]) continue;
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${name} does not change, got ${shown(value[name])}: delete it, and add it with the new value`,
      );
    }
  }

  /** See {@linkcode Collection.keyValue}. */
  override keyValue(key: AddressInput, verb = "find"): object {
    const named = super.keyValue(key, verb);
    expectOneAddress(named, `${verb} address`);
    return named;
  }

  /** Returns the request of a verb, after checking that the fields of an address to send fit each other. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply);
    if (verb === "add" || verb === "append" || verb === "replace") expectPlace(given as Fields, operation.what);
    if (verb !== "list" && verb !== "get" && verb !== "delete") {
      expectOneAddress(given, operation.what);
    }
    return operation;
  }
}

/** Throws if an address to make, or its interface, is missing; a misspelt field is the likelier fault. */
function expectPlace(given: Fields, what: string): void {
  const { address, local, dev, index } = given;
  const missing = (address ?? local) === undefined ? "address" : (dev ?? index) === undefined ? "dev" : undefined;
  if (missing === undefined) return;
  checkValues(Address, given, what);
  throw argumentError(TypeError, `Cannot ${what}: ${missing} is missing`);
}

/** The addresses of this namespace's interfaces, on a socket that the first use opens. */
export const addresses: Addresses = new Addresses(onShared(NETLINK_ROUTE));
