/**
 * SMC_PNETID: which network interfaces and RDMA devices are on one physical network, for SMC to use together.
 *
 * ```ts ignore
 * import { pnetids } from "@linux/netlink/families/generic/smc_pnetid.ts";
 * pnetids.add({ name: "NET1", ethname: "eth0" });
 * ```
 *
 * Like `smc_pnet`. Sockets, link groups and statistics of SMC are in `families/smc.ts`. Changing needs CAP_NET_ADMIN. In
 * Linux since 4.11.
 *
 * Source: linux/smc.h, v7.2.
 * @module
 */
import type { OpenOptions } from "../../core/client.ts";
import { type Attributes, attributes, key, type Shape, string, u8 } from "../../core/codec/mod.ts";
import {
  GenericCollection,
  type GenericDeclaration,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";

/** An interface or device of a physical network. */
export interface Pnetid {
  /** Name of the network, at most 16 upper-case letters and digits. */
  name?: string;
  /** The network interface; `n/a` is none. */
  ethname?: string;
  /** The RDMA device, or that for shared memory; `n/a` is none. */
  ibname?: string;
  /** Port of that; 255 is none. */
  ibport?: number;
}

/** Wire form of {@linkcode Pnetid}: SMC_PNETID_*. */
export const Pnetid: Attributes<Pnetid> = attributes((): Shape<Pnetid> => ({
  name: [1, string(16), key],
  ethname: [2, string(15)],
  ibname: [3, string(63)],
  ibport: [4, u8],
}));

/** The family. */
export const SMC_PNETID: GenericProtocol = {
  name: "SMC_PNETID",
  version: 1,
  commands: { SMC_PNETID_GET: 1, SMC_PNETID_ADD: 2, SMC_PNETID_DEL: 3, SMC_PNETID_FLUSH: 4 },
  messages: () => ({ collections: [declaration] }),
  hint: "modprobe smc loads it, where the kernel is configured with CONFIG_SMC",
};

const declaration: GenericDeclaration<Pnetid> = {
  object: "physical network",
  table: Pnetid,
  family: SMC_PNETID,
  commands: { get: 1, new: 2, del: 3 },
  filters: [],
  listOnly: true,
  describe: (value) => String((value as Pnetid).name ?? ""),
  identity: ({ name, ethname, ibname, ibport }) => [name, ethname, ibname, ibport].join(" "),
  fromKey: (name) => ({ name }),
  keyOf: ({ name }: Pnetid) => ({ name }),
};

/** Physical networks. Deleting one by its name deletes all that is of it. */
export type Pnetids = GenericCollection<Pnetid, Pnetid, string | Pnetid>;

/** Opens a client of its own, in a network namespace or with options. */
export function open(options: OpenOptions = {}): Opened<{ readonly pnetids: Pnetids }> {
  return openGeneric(options, (open, requester) => ({ pnetids: new GenericCollection(declaration, open, requester) }));
}

/** The physical networks of this namespace, on a socket that the first use opens. */
export const pnetids: Pnetids = new GenericCollection(declaration, sharedGeneric);

export type * from "./types.ts";
