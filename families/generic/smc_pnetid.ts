/**
 * SMC_PNETID: the physical network of network interfaces and RDMA devices, which SMC uses together.
 *
 * ```ts
 * import { pnetids } from "@linux/netlink/families/generic/smc_pnetid.ts";
 * pnetids.add({ name: "NET1", ethname: "eth0" });
 * ```
 *
 * Like `smc_pnet`. For sockets, link groups and statistics of SMC see `families/smc.ts`. Changing needs CAP_NET_ADMIN.
 * In Linux since 4.11.
 *
 * Source: linux/smc.h, v7.2.
 * @module
 */
import { isCondition, isFields, isOk } from "../../core/arguments.ts";
import type { DeleteOptions } from "../../core/collection.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import { type Attributes, attributes, key, type Shape, shown, string, u8 } from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  GenericCollection,
  type GenericDeclaration,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import { stringify } from "../../core/printable.ts";

/** An interface or device of a physical network. */
export interface Pnetid {
  /** The name of the network: at most 16 upper-case letters and digits. */
  name: string;
  /** The name of the network interface; `n/a` is none. */
  ethname: string;
  /** The name of the RDMA or shared memory device; `n/a` is none. */
  ibname: string;
  /** The port of that device; 255 is none. */
  ibport: number;
}

/** A device as input. */
export type PnetidInput = Partial<Pnetid>;

/** A device to add: its network and one of its names must be given. */
export type PnetidToAdd = PnetidInput & { name: string } & ({ ibname: string } | { ethname: string });

/** Wire form of {@linkcode Pnetid}: SMC_PNETID_*. */
export const Pnetid: Attributes<Pnetid> = attributes((): Shape<Pnetid> => ({
  name: [1, string(16), key],
  ethname: [2, string(15)],
  ibname: [3, string(63)],
  ibport: [4, u8],
}));

/** The generic family. */
export const SMC_PNETID: GenericProtocol = {
  name: "SMC_PNETID",
  version: 1,
  commands: { SMC_PNETID_GET: 1, SMC_PNETID_ADD: 2, SMC_PNETID_DEL: 3, SMC_PNETID_FLUSH: 4 },
  messages: () => ({ collections: [declaration] }),
  hint: "modprobe smc loads it, if the kernel is configured with CONFIG_SMC",
};

const declaration: GenericDeclaration<Pnetid> = {
  object: "physical network",
  table: Pnetid,
  family: SMC_PNETID,
  commands: { get: 1, new: 2, del: 3 },
  filters: [],
  listOnly: true,
  describe: (value) => String((value as PnetidInput).name ?? ""),
  identity: ({ name, ethname, ibname, ibport }) => [name, ethname, ibname, ibport].join(" "),
  fromKey: (name) => ({ name }),
  prepare: (value, verb) => verb === "delete" ? { name: (value as PnetidInput).name } : value,
};

/**
 * Operations on physical networks. Deleting by name removes every device of that name: the kernel cannot remove just
 * one.
 */
export class Pnetids extends GenericCollection<Pnetid, PnetidInput, string | PnetidInput, true, "set", PnetidToAdd> {
  readonly #open: () => Client;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
  }

  /**
   * Deletes all devices of a physical network.
   *
   * @param key the network's name, or its only device
   * @throws {TypeError} the key names a device, and the network has others, which would be deleted too
   */
  override delete(key: string | PnetidInput, options: DeleteOptions = {}): boolean {
    const named = this.keyValue(key, "delete") as PnetidInput, { name, ...device } = named;
    const said = isCondition(device) && !this.#open().deferred,
      what = `delete physical network ${name ?? ""}`.trimEnd();
    if (!said) return super.delete(key, options);
    const found = isOk(options, "missing", "delete physical network")
      ? this.find(named)
      : this.look(named, what, this.#open()).found;
    return found !== undefined && super.delete(this.#alone([found], what)!, options);
  }

  /** Deletes all that match the filter; see {@linkcode Pnetids.delete}. */
  override flush(filter: PnetidInput | { all: true }): number {
    if (isFields(filter) && isCondition(filter) && !("all" in filter)) {
      this.#alone(this.list(filter as PnetidInput), "flush physical networks");
    }
    return super.flush(filter);
  }

  /** Throws if a network of these devices has others too. Returns the first of them. */
  #alone(these: readonly Pnetid[], what: string): Pnetid | undefined {
    const keys = new Set(these.map((one) => this.key(one))), names = new Set(these.map(({ name }) => name));
    const other = this.list().find((one) => names.has(one.name) && !keys.has(this.key(one)));
    if (other === undefined) return these[0];
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel would delete all of ${shown(other.name)}, ${
        stringify(other)
      } as well: say its name alone`,
    );
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<{ readonly pnetids: Pnetids }> {
  return openGeneric(options, (open, requester) => ({ pnetids: new Pnetids(open, requester) }));
}

/** Operations on the physical networks of this namespace, over a socket that the first use opens. */
export const pnetids: Pnetids = new Pnetids(sharedGeneric);

export type * from "./types.ts";
