/**
 * Events of RDMA devices, as with `rdma monitor`: Linux since 6.12.
 *
 * @module
 */
import { type Attributes, attributes, enumeration, Reader, type Shape, string, u32, u8 } from "../../core/codec/mod.ts";
import { eachMessage, NLMSG_HDRLEN } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import { openTransport, stream, type Streaming, type StreamOptions } from "../../core/stream.ts";
import { NETLINK_RDMA, RDMA_NL, RDMA_NL_GROUP } from "./protocol.ts";

/** RDMA_*_EVENT: what happened. */
export const RDMA_EVENT = {
  register: 0,
  unregister: 1,
  netdev_attach: 2,
  netdev_detach: 3,
  rename: 4,
  netdev_rename: 5,
} as const;

/**
 * An event: a device is new (`register`) or gone (`unregister`) or has another name; a port has or loses a network
 * interface, or that interface has another name.
 */
export interface RdmaEvent {
  /** The event. */
  event: keyof typeof RDMA_EVENT | number;
  /** The number of the RDMA device; absent when an interface is renamed. */
  index?: number;
  /** The name of the RDMA device, for `rename` the new one. */
  name?: string;
  /** The port whose interface is attached or detached. */
  port?: number;
  /** The number of the network interface. */
  ifindex?: number;
  /** The name of the network interface, for `netdev_rename` the new one. */
  dev?: string;
}

/** Wire form of {@linkcode RdmaEvent}: RDMA_NLDEV_ATTR_*. */
export const RdmaEvent: Attributes<RdmaEvent> = attributes((): Shape<RdmaEvent> => ({
  event: [102, enumeration(u8, RDMA_EVENT)],
  index: [1, u32],
  name: [2, string(63)],
  port: [3, u32],
  ifindex: [50, u32],
  dev: [51, string(15)],
}));

declareMessages(NETLINK_RDMA, { types: [RDMA_NL.RDMA_NLDEV_CMD_MONITOR], codec: RdmaEvent });

/**
 * Yields the events of RDMA devices. It has subscribed when it returns; needs CAP_NET_ADMIN.
 *
 * ```ts ignore
 * for await (const { event, name, dev } of watch()) console.log(event, name ?? dev);
 * ```
 *
 * Kernels before 6.12 send none (`system.get().monitorMode` tells), those before 6.13 none about names. While network
 * namespaces share the devices, only listeners in the first one hear of them.
 */
export function watch(options: StreamOptions = {}): Streaming<RdmaEvent> {
  const transport = openTransport(
    NETLINK_RDMA,
    options,
    (transport) => transport.join(RDMA_NL_GROUP.RDMA_NL_GROUP_NOTIFY),
  );
  return stream(transport, ({ bytes, view, length, port }) => {
    const events: RdmaEvent[] = [], from = new Reader(bytes, length, view);
    if (port !== 0) return events;
    eachMessage(from, (at, end) => {
      if (from.view.getUint16(at + 4, true) !== RDMA_NL.RDMA_NLDEV_CMD_MONITOR) return;
      events.push(RdmaEvent.decode(from, at + NLMSG_HDRLEN, end, {}));
    });
    return events;
  }, options);
}
