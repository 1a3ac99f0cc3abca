/**
 * Generic netlink: families by name, and the header of their messages.
 *
 *     nlmsghdr (type: the family's number)   0     1         2          4
 *                                            +-----+---------+----------+------------
 *                                            | cmd | version | reserved | attributes
 *                                            +-----+---------+----------+------------
 *
 * Source: linux/genetlink.h, v7.2.
 * @module
 */
import type { Client, Operation, Protocol } from "./client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  list,
  type Placed,
  type Shape,
  string,
  u16,
  u32,
  u8,
} from "./codec/mod.ts";

/** Numbers of the families that have the same on every kernel. */
export const GENL_ID = { GENL_ID_CTRL: 16, GENL_ID_VFS_DQUOT: 17, GENL_ID_PMCRAID: 18 } as const;

/** The protocol. */
export const NETLINK_GENERIC: Protocol = {
  number: 16,
  name: "NETLINK_GENERIC",
  types: GENL_ID,
  hint: "in Linux since 2.6.15, built in, where the kernel is configured with CONFIG_NET",
};

/** Commands of nlctrl, the family that knows all others. */
export const CTRL_CMD = { CTRL_CMD_NEWFAMILY: 1, CTRL_CMD_DELFAMILY: 2, CTRL_CMD_GETFAMILY: 3 } as const;

/** Bytes of genlmsghdr. */
export const GENL_HDRLEN = 4;

/** struct genlmsghdr: what tables of generic families begin with. */
export interface GenericHeader {
  /** Command. */
  cmd?: number;
  /** The family's version. */
  version?: number;
}

/** The entries of {@linkcode GenericHeader}. */
export const genericHeader: { readonly cmd: Placed<number>; readonly version: Placed<number> } = {
  cmd: head(0, u8),
  version: head(1, u8),
};

/** A multicast group of a family. */
export interface GenericGroup {
  /** Its name. */
  name?: string;
  /** Its number, for this boot. */
  id?: number;
}

/** Wire form of {@linkcode GenericGroup}. */
export const GenericGroup: Attributes<GenericGroup> = attributes((): Shape<GenericGroup> => ({
  name: [1, string(15)],
  id: [2, u32],
}));

/** What nlctrl says of a family. */
export interface GenericFamily extends GenericHeader {
  /** Its number, which is nlmsg_type of its messages, for as long as its module is loaded. */
  familyId?: number;
  /** Its name. */
  familyName?: string;
  /** Its version. */
  familyVersion?: number;
  /** Bytes of the header that its messages have behind genlmsghdr. */
  hdrsize?: number;
  /** Its highest attribute number. */
  maxattr?: number;
  /** Its multicast groups. */
  mcastGroups?: readonly GenericGroup[];
}

/** Wire form of {@linkcode GenericFamily}: CTRL_ATTR_*. */
export const GenericFamily: Attributes<GenericFamily> = attributes((): Shape<GenericFamily> => ({
  ...genericHeader,
  familyId: [1, u16],
  familyName: [2, string(15)],
  familyVersion: [3, u32],
  hdrsize: [4, u32],
  maxattr: [5, u32],
  mcastGroups: [7, list(GenericGroup)],
}), { header: GENL_HDRLEN });

/**
 * Asks for a family by its name, which has the kernel load its module.
 *
 * @param hint what may help when there is none
 * @throws {KernelError} ENOENT: the kernel has no such family
 */
export function findFamily(client: Client, name: string, hint?: string): GenericFamily & { familyId: number } {
  return client.request({
    type: GENL_ID.GENL_ID_CTRL,
    flags: 0,
    codec: GenericFamily as Codec<unknown, never>,
    value: { cmd: CTRL_CMD.CTRL_CMD_GETFAMILY, version: 1, familyName: name },
    what: `find the generic netlink family ${name}`,
    reply: GENL_ID.GENL_ID_CTRL,
    hint: (code) => code === "ENOENT" ? hint : undefined,
  }) as GenericFamily & { familyId: number };
}

/** A message of a family that {@linkcode findFamily} found; replies have its number too. */
export function genericOperation(
  { familyId }: GenericFamily & { familyId: number },
  operation: Omit<Operation, "type" | "flags" | "reply">,
): Operation {
  return { ...operation, type: familyId, flags: 0, reply: familyId };
}
