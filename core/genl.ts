/**
 * Generic netlink's header, its controller, and the types with which a module declares a family.
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

/** Family numbers that are the same on every kernel. */
export const GENL_ID = { GENL_ID_CTRL: 16, GENL_ID_VFS_DQUOT: 17, GENL_ID_PMCRAID: 18 } as const;

/** The protocol of generic netlink. */
export const NETLINK_GENERIC: Protocol = {
  number: 16,
  name: "NETLINK_GENERIC",
  types: GENL_ID,
  hint: "in Linux since 2.6.15, built in if the kernel is configured with CONFIG_NET",
};

/** Commands of nlctrl, the family that describes all others. */
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

/** Size of genlmsghdr in bytes. */
export const GENL_HDRLEN = 4;

/** An operation of a family. */
export interface GenericOp {
  /** The number of its command. */
  id?: number;
  /** The capability that it needs, its modes, and the presence of a policy. */
  flags?: readonly (GenericOpFlag | number)[];
}

/**
 * `admin_perm` needs CAP_NET_ADMIN in the first user namespace, `uns_admin_perm` in that of the network namespace;
 * `cmd_cap_do` and `cmd_cap_dump` support single requests and dumps; `cmd_cap_haspol` has a policy that can be read.
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
  /** The name of the group. */
  name?: string;
  /** Its number, fixed until the family's module is unloaded. */
  id?: number;
}

/** Wire form of {@linkcode GenericGroup}. */
export const GenericGroup: Attributes<GenericGroup> = attributes((): Shape<GenericGroup> => ({
  name: [1, string(15)],
  id: [2, u32],
}));

/** A family as nlctrl describes it. */
export interface GenericFamily {
  /** The family's number, which is nlmsg_type of its messages as long as its module is loaded. */
  familyId?: number;
  /** The name of the family. */
  familyName?: string;
  /** The version of the family. */
  version?: number;
  /** Size in bytes of the family's own header behind genlmsghdr. */
  hdrsize?: number;
  /** The highest attribute number. */
  maxattr?: number;
  /** The operations. */
  ops?: readonly GenericOp[];
  /** The multicast groups. */
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

/** Commands of a collection's verbs; a verb without a command is one that the kernel does not have. */
export interface GenericCommands {
  /** Gets one object, or dumps all. */
  readonly get: number;
  /** The command of the reply; `get` when absent. */
  readonly reply?: number;
  /** Makes an object. */
  readonly new?: number;
  /** Changes an object. */
  readonly set?: number;
  /** Deletes an object. */
  readonly del?: number;
}

/** One kind of event that a family sends. */
export interface GenericEventKind {
  /** The `event` of the object that users receive. */
  readonly event: string;
  /** The codec of the message. */
  readonly codec: Codec<unknown, never>;
  /** True if users receive the decoded object as `value`, instead of its fields beside `event`. */
  readonly whole?: true;
}

/** A request, with the codecs of the request and its reply. */
export interface GenericForm {
  /** The command. */
  readonly cmd: number;
  /** The command of the reply; the same when absent. */
  readonly reply?: number;
  /** The codec of the request. */
  readonly codec: Codec<unknown, never>;
  /** The codec of the reply; the same when absent. */
  readonly replyCodec?: Codec<unknown, never>;
}

/** The multicast groups that report changes, and the commands for new, changed and removed objects. */
export interface GenericChanges {
  /** Names of the groups. */
  readonly groups: readonly string[];
  /** Commands that report a new or changed object. */
  readonly new: readonly number[];
  /** Commands that report a removed object. */
  readonly del: readonly number[];
}

/** The parts of a collection's declaration that define its messages. */
export interface GenericCollectionForm {
  /** The commands of the verbs. */
  readonly commands: GenericCommands;
  /** The groups and commands that report changes. */
  readonly events?: GenericChanges;
  /** The codec of its requests, if it differs from that of the objects. */
  readonly request?: { readonly codec: Codec<unknown, never> };
  /** The codec of the objects. */
  readonly table: Codec<unknown, never>;
}

/** The messages that a family's module uses; captures are decoded with the same. */
export interface GenericMessages {
  /** The declarations of its collections. */
  readonly collections?: readonly GenericCollectionForm[];
  /** Requests besides those of collections. */
  readonly calls?: readonly GenericForm[];
  /** Events by command, besides the changes that collections report. */
  readonly events?: Readonly<Record<number, GenericEventKind>>;
}

/** Returns the requests of a family whose messages all have one codec. */
export function everyCommand(commands: Readonly<Record<string, number>>, codec: Codec<unknown, never>): GenericForm[] {
  return Object.values(commands).map((cmd) => ({ cmd, codec }));
}

/** A family as its module declares it. */
export interface GenericProtocol {
  /** The name of the family: `ethtool`. */
  readonly name: string;
  /** The version in the header of its messages. */
  readonly version: number;
  /** Names of its commands: `{ TCP_METRICS_CMD_GET: 1 }`. */
  readonly commands: Readonly<Record<string, number>>;
  /** Names of the kernel's replies, if they are numbered separately. */
  readonly answers?: Readonly<Record<string, number>>;
  /** Names of its events, if they are numbered separately again. */
  readonly events?: Readonly<Record<string, number>>;
  /** Returns the messages that the module uses; captures are decoded with the same. */
  readonly messages?: () => GenericMessages;
  /** Size in bytes of the family's own header behind genlmsghdr, if no table decodes it. */
  readonly hdrsize?: number;
  /** Hint for a kernel without this family: the module, the configuration option, the version. */
  readonly hint?: string;
}

/** The family that describes all others. */
export const nlctrl: GenericProtocol = {
  name: "nlctrl",
  version: 2,
  commands: CTRL_CMD,
  messages: () => ({ calls: everyCommand(CTRL_CMD, GenericFamily) }),
};

/** A family that the kernel has. */
export type FoundFamily = GenericFamily & { readonly familyId: number };

/**
 * Makes the codec of one command's messages: genlmsghdr, then `body`.
 *
 * Decoding skips the header: the caller has selected the codec by the command.
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
