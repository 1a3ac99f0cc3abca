/**
 * NETLINK_ISCSI: the kernel's initiator, which makes disks of other machines look like its own.
 *
 * ```ts ignore
 * import { login, sessions } from "@linux/netlink/families/iscsi/mod.ts";
 * await using session = await login({ portal: "10.9.0.2:3260", target: "iqn.2026-01.example:disk" });
 * for (const { targetname, disks } of sessions()) console.log(targetname, disks);
 * ```
 *
 * Needs CAP_SYS_ADMIN, and a transport's module: `modprobe iscsi_tcp`. It works in the first network namespace only.
 *
 * @module
 */
import "../../core/capture.ts";

export * from "./client.ts";
export * from "./initiator.ts";
