/**
 * NETLINK_RDMA itself: message types, multicast groups, and the codecs that its messages share.
 *
 * The upper six bits of a message's type are the client: 2 maps ports of iWARP (IWPM), 4 resolves addresses and paths
 * (LS), 5 is the client of devices (NLDEV). Attributes of NLDEV follow nlmsghdr directly, and all its messages use the
 * same numbers.
 *
 * Source: rdma/rdma_netlink.h, drivers/infiniband/core/nldev.c, v7.2; words are those of iproute2's `rdma`
 *
 * @module
 */
import { type Codec, type Reader, shown } from "../../core/codec/mod.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import type { Operation, Protocol } from "../../core/protocol.ts";

/** The message types of NETLINK_RDMA: the client in the bits from 10 on, its operation below. */
export const RDMA_NL = {
  RDMA_NL_IWPM_REG_PID: 0x800,
  RDMA_NL_IWPM_ADD_MAPPING: 0x801,
  RDMA_NL_IWPM_QUERY_MAPPING: 0x802,
  RDMA_NL_IWPM_REMOVE_MAPPING: 0x803,
  RDMA_NL_IWPM_REMOTE_INFO: 0x804,
  RDMA_NL_IWPM_HANDLE_ERR: 0x805,
  RDMA_NL_IWPM_MAPINFO: 0x806,
  RDMA_NL_IWPM_MAPINFO_NUM: 0x807,
  RDMA_NL_IWPM_HELLO: 0x808,
  RDMA_NL_LS_OP_RESOLVE: 0x1000,
  RDMA_NL_LS_OP_SET_TIMEOUT: 0x1001,
  RDMA_NL_LS_OP_IP_RESOLVE: 0x1002,
  RDMA_NLDEV_CMD_GET: 0x1401,
  RDMA_NLDEV_CMD_SET: 0x1402,
  RDMA_NLDEV_CMD_NEWLINK: 0x1403,
  RDMA_NLDEV_CMD_DELLINK: 0x1404,
  RDMA_NLDEV_CMD_PORT_GET: 0x1405,
  RDMA_NLDEV_CMD_SYS_GET: 0x1406,
  RDMA_NLDEV_CMD_SYS_SET: 0x1407,
  RDMA_NLDEV_CMD_RES_GET: 0x1409,
  RDMA_NLDEV_CMD_RES_QP_GET: 0x140a,
  RDMA_NLDEV_CMD_RES_CM_ID_GET: 0x140b,
  RDMA_NLDEV_CMD_RES_CQ_GET: 0x140c,
  RDMA_NLDEV_CMD_RES_MR_GET: 0x140d,
  RDMA_NLDEV_CMD_RES_PD_GET: 0x140e,
  RDMA_NLDEV_CMD_GET_CHARDEV: 0x140f,
  RDMA_NLDEV_CMD_STAT_SET: 0x1410,
  RDMA_NLDEV_CMD_STAT_GET: 0x1411,
  RDMA_NLDEV_CMD_STAT_DEL: 0x1412,
  RDMA_NLDEV_CMD_RES_QP_GET_RAW: 0x1413,
  RDMA_NLDEV_CMD_RES_CQ_GET_RAW: 0x1414,
  RDMA_NLDEV_CMD_RES_MR_GET_RAW: 0x1415,
  RDMA_NLDEV_CMD_RES_CTX_GET: 0x1416,
  RDMA_NLDEV_CMD_RES_SRQ_GET: 0x1417,
  RDMA_NLDEV_CMD_STAT_GET_STATUS: 0x1418,
  RDMA_NLDEV_CMD_RES_SRQ_GET_RAW: 0x1419,
  RDMA_NLDEV_CMD_NEWDEV: 0x141a,
  RDMA_NLDEV_CMD_DELDEV: 0x141b,
  RDMA_NLDEV_CMD_MONITOR: 0x141c,
  RDMA_NLDEV_CMD_FRMR_POOLS_GET: 0x141d,
  RDMA_NLDEV_CMD_FRMR_POOLS_SET: 0x141e,
} as const;

/** The multicast groups of NETLINK_RDMA. */
export const RDMA_NL_GROUP = {
  RDMA_NL_GROUP_IWPM: 2,
  RDMA_NL_GROUP_LS: 3,
  RDMA_NL_GROUP_NOTIFY: 4,
} as const;

/** The protocol. */
export const NETLINK_RDMA: Protocol = {
  number: 20,
  name: "NETLINK_RDMA",
  types: RDMA_NL,
  hint: "modprobe ib_core loads it, if the kernel is configured with CONFIG_INFINIBAND",
};

/** A 64-bit identifier in host order, as `505e:6cff:fe3b:8e13`. */
export const guid: Codec<string, string | bigint> = {
  name: "a GUID",
  size: 8,
  decode(from, at) {
    const digits = from.view.getBigUint64(at, true).toString(16).padStart(16, "0");
    return digits.replace(/....(?=.)/g, "$&:");
  },
  encode(value, to) {
    const text = typeof value === "bigint" ? value.toString(16).padStart(16, "0") : value;
    if (typeof text !== "string" || !/^[\da-f]{4}(:?[\da-f]{4}){3}$/i.test(text)) {
      to.fail(TypeError, `expected a GUID like "505e:6cff:fe3b:8e13", got ${shown(value)}`);
    }
    to.view.setBigUint64(to.grow(8), BigInt(`0x${text.replaceAll(":", "")}`), true);
  },
};

const NLA_TYPE_MASK = 0x3fff;

/** RDMA_NLDEV_ATTR_PORT_STATE: a message has it if it is about a port, not about a device. */
export const PORT_STATE_ATTRIBUTE = 12;

/**
 * True if the message whose payload begins at `at` has attribute `id`.
 *
 * @param size the bytes that its payload must have; any number when absent
 */
export function hasAttribute(from: Reader, at: number, id: number, size?: number): boolean {
  const end = Math.min(at - NLMSG_HDRLEN + from.view.getUint32(at - NLMSG_HDRLEN, true), from.length);
  while (end - at >= 4) {
    const length = from.view.getUint16(at, true);
    if ((from.view.getUint16(at + 2, true) & NLA_TYPE_MASK) === id) return size === undefined || length === 4 + size;
    if (length < 4) break;
    at += (length + 3) & ~3;
  }
  return false;
}

/**
 * Returns a request without flags of its own: this protocol takes NLM_F_EXCL and NLM_F_REPLACE for those of NLM_F_DUMP.
 */
export function withoutFlags(operation: Operation): Operation {
  return { ...operation, flags: 0 };
}
