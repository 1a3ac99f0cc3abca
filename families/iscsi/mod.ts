/**
 * NETLINK_ISCSI: the kernel's initiator, which makes disks of other machines look like its own.
 *
 * ```ts ignore
 * import { sessions, watch } from "@linux/netlink/families/iscsi/mod.ts";
 * for (const { targetname, disks } of sessions()) console.log(targetname, disks);
 * for await (const { type, sid } of watch()) console.log(type, sid);
 * ```
 *
 * Needs CAP_SYS_ADMIN, and a transport's module: `modprobe iscsi_tcp`. It works in the first network namespace only.
 *
 * @module
 */
import "../../core/capture.ts";

export * from "./client.ts";
export * from "./login.ts";
