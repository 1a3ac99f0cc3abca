/**
 * Generic netlink's header, its controller, and what a family's module declares of the family.
 *
 *     nlmsghdr (type: the family's number)   0     1         2          4
 *                                            +-----+---------+----------+------------
 *                                            | cmd | version | reserved | attributes
 *                                            +-----+---------+----------+------------
 *
 * Source: linux/genetlink.h, v7.2.
 * @module
 */
import { type Attributes, attributes, type Codec, key, list, mask, type Shape, string, u16, u32 } from "./codec/mod.ts";
import type { Protocol } from "./protocol.ts";

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
export const CTRL_CMD = {
  CTRL_CMD_NEWFAMILY: 1,
  CTRL_CMD_DELFAMILY: 2,
  CTRL_CMD_GETFAMILY: 3,
  CTRL_CMD_NEWOPS: 4,
  CTRL_CMD_DELOPS: 5,
  CTRL_CMD_GETOPS: 6,
  CTRL_CMD_NEWMCAST_GRP: 7,
  CTRL_CMD_DELMCAST_GRP: 8,
  CTRL_CMD_GETMCAST_GRP: 9,
  CTRL_CMD_GETPOLICY: 10,
} as const;

/** Bytes of genlmsghdr. */
export const GENL_HDRLEN = 4;

/** An operation of a family. */
export interface GenericOp {
  /** Its command. */
  id?: number;
  /** Who may ask it, how, and whether its attributes are described. */
  flags?: readonly (GenericOpFlag | number)[];
}

/**
 * `admin_perm` needs CAP_NET_ADMIN, `uns_admin_perm` that in the user namespace of the network namespace; `cmd_cap_do`
 * and `cmd_cap_dump` can be asked once and as a dump; `cmd_cap_haspol` has a policy to be read.
 */
export type GenericOpFlag = "admin_perm" | "cmd_cap_do" | "cmd_cap_dump" | "cmd_cap_haspol" | "uns_admin_perm";

/** Wire form of {@linkcode GenericOp}: CTRL_ATTR_OP_*. */
export const GenericOp: Attributes<GenericOp> = attributes((): Shape<GenericOp> => ({
  id: [1, u32],
  flags: [
    2,
    mask(u32, { admin_perm: 1, cmd_cap_do: 2, cmd_cap_dump: 4, cmd_cap_haspol: 8, uns_admin_perm: 16 }) as Codec<
      readonly (GenericOpFlag | number)[]
    >,
  ],
}));

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
export interface GenericFamily {
  /** Its number, which is nlmsg_type of its messages, for as long as its module is loaded. */
  familyId?: number;
  /** Its name. */
  familyName?: string;
  /** Its version. */
  version?: number;
  /** Bytes of the header that its messages have behind genlmsghdr. */
  hdrsize?: number;
  /** Its highest attribute number. */
  maxattr?: number;
  /** Its operations. */
  ops?: readonly GenericOp[];
  /** Its multicast groups. */
  mcastGroups?: readonly GenericGroup[];
}

/** Wire form of {@linkcode GenericFamily}: CTRL_ATTR_*. */
export const GenericFamily: Attributes<GenericFamily> = attributes((): Shape<GenericFamily> => ({
  familyId: [1, u16, key],
  familyName: [2, string(15)],
  version: [3, u32],
  hdrsize: [4, u32],
  maxattr: [5, u32],
  ops: [6, list(GenericOp)],
  mcastGroups: [7, list(GenericGroup)],
}));

/** Commands of a collection; a verb whose command is absent is one that the kernel does not have. */
export interface GenericCommands {
  /** Asks for one, or for all. */
  readonly get: number;
  /** What comes back; `get` when absent. */
  readonly reply?: number;
  /** Makes one. */
  readonly new?: number;
  /** Changes one. */
  readonly set?: number;
  /** Deletes one. */
  readonly del?: number;
}

/** One kind of message that a family sends unasked. */
export interface GenericEventKind {
  /** What it tells: the `event` of what a consumer gets. */
  readonly event: string;
  /** How it is read. */
  readonly codec: Codec<unknown, never>;
  /** Whether a consumer gets its object as `value`, and not its fields beside `event`. */
  readonly whole?: true;
}

/** A request, and how it and what comes back are read. */
export interface GenericForm {
  /** Its command. */
  readonly cmd: number;
  /** The command of what comes back; its own when absent. */
  readonly reply?: number;
  /** How it is sent. */
  readonly codec: Codec<unknown, never>;
  /** How what comes back is read; the same when absent. */
  readonly replyCodec?: Codec<unknown, never>;
}

/** Groups that tell of changes, and the commands that say that an object is there, is other now, or is gone. */
export interface GenericChanges {
  /** Names of the groups. */
  readonly groups: readonly string[];
  /** Commands that say that an object is there, or is other now. */
  readonly new: readonly number[];
  /** Commands that say that one is gone. */
  readonly del: readonly number[];
}

/** As much of a collection's declaration as its messages follow from. */
export interface GenericCollectionForm {
  /** Its commands. */
  readonly commands: GenericCommands;
  /** Its events. */
  readonly events?: GenericChanges;
  /** How its requests are made where they are not what the objects are. */
  readonly request?: { readonly codec: Codec<unknown, never> };
  /** How its objects are read. */
  readonly table: Codec<unknown, never>;
}

/** What a family's module speaks with; captures are read by the same. */
export interface GenericMessages {
  /** What its collections are declared by. */
  readonly collections?: readonly GenericCollectionForm[];
  /** Requests beside those of collections. */
  readonly calls?: readonly GenericForm[];
  /** What comes unasked, beside changes of what collections have. */
  readonly events?: Readonly<Record<number, GenericEventKind>>;
}

/** The forms of a family whose messages are all alike. */
export function everyCommand(commands: Readonly<Record<string, number>>, codec: Codec<unknown, never>): GenericForm[] {
  return Object.values(commands).map((cmd) => ({ cmd, codec }));
}

/** A family as its module here declares it. */
export interface GenericProtocol {
  /** Its name: `ethtool`. */
  readonly name: string;
  /** The version that its messages say. */
  readonly version: number;
  /** Names of its commands: `{ TCP_METRICS_CMD_GET: 1 }`. */
  readonly commands: Readonly<Record<string, number>>;
  /** Names of what the kernel sends, where that is numbered apart. */
  readonly answers?: Readonly<Record<string, number>>;
  /** Names of what it sends unasked, where that is numbered apart again. */
  readonly events?: Readonly<Record<string, number>>;
  /** What its module speaks with: its messages in captures are read by that. */
  readonly messages?: () => GenericMessages;
  /** Bytes of the header that its messages have behind genlmsghdr, where no table of its own reads that. */
  readonly hdrsize?: number;
  /** What may help where the kernel has no such family: module, option, since when. */
  readonly hint?: string;
}

/** The family that knows all others. */
export const nlctrl: GenericProtocol = {
  name: "nlctrl",
  version: 2,
  commands: CTRL_CMD,
  messages: () => ({ calls: everyCommand(CTRL_CMD, GenericFamily) }),
};

/** A family that the kernel has. */
export type FoundFamily = GenericFamily & { readonly familyId: number };

/**
 * A message of one command: genlmsghdr, then what `body` says.
 *
 * Decoding passes the header over: who decodes has chosen by command before.
 */
export function framed(cmd: number, version: number, body: Codec<unknown, never>): Codec<unknown, never> {
  return {
    name: body.name,
    decode: (from, at, end, owner) => body.decode(from, Math.min(at + GENL_HDRLEN, end), end, owner),
    encode(value, to, owner) {
      const at = to.grow(GENL_HDRLEN);
      to.bytes[at] = cmd;
      to.bytes[at + 1] = version;
      return body.encode(value, to, owner);
    },
    walk(from, at, end, owner, visit) {
      body.walk?.(from, Math.min(at + GENL_HDRLEN, end), end, owner, visit);
    },
    attributeName: (id, owner) => body.attributeName?.(id, owner),
  };
}
