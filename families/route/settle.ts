/**
 * Waiting until the kernel has finished a change of a link or nexthop, whose objects it removes without events.
 *
 * @module
 */
import type { Client } from "../../core/client.ts";
import type { Codec } from "../../core/codec/mod.ts";
import { RTM } from "./protocol.ts";

/** Codec that names the loopback interface: it has index 1 in each namespace. */
const LOOPBACK: Codec<object> = {
  name: "ifinfomsg",
  decode: () => ({}),
  encode(_value, to) {
    const at = to.grow(16);
    to.view.setInt32(at + 4, 1, true);
  },
};

/**
 * Returns when the kernel has finished the change that it last reported: it sends events while it holds its RTNL lock,
 * and this request takes that lock too.
 */
export function settle(client: Client): void {
  client.request({ type: RTM.RTM_GETLINK, flags: 0, codec: LOOPBACK, value: {}, what: "wait for the kernel" });
}
