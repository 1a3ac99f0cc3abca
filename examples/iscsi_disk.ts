/**
 * Lists the targets of an iSCSI portal; or makes a target's disk a disk of this machine until Ctrl-C, or for as long as
 * a command runs, which gets the disk's path as last argument. ISCSI_NAME and ISCSI_SECRET are for CHAP.
 *
 *     deno run --allow-ffi --allow-env examples/iscsi_disk.ts 127.0.0.1:3260
 *     sudo bun examples/iscsi_disk.ts 10.9.0.2 iqn.2026-01.example:disk -- fdisk -l
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { discover, login } from "../families/iscsi/initiator.ts";
import { print, run, UsageError } from "./run.ts";

await run(
  {
    about: "Lists iSCSI targets, or makes a target's disk one of this machine for a while.",
    takes: "PORTAL [ARGUMENT]...",
  },
  async (_options, portal, target, ...command) => {
    if (portal === undefined) throw new UsageError("PORTAL is missing");
    const { ISCSI_NAME: name, ISCSI_SECRET: secret } = process.env;
    const auth = name === undefined || secret === undefined ? {} : { auth: { name, secret } };
    if (target === undefined) {
      for (const one of await discover(portal, auth)) print(one.name, one.portals.join(" "));
      return;
    }
    const stopped = Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal)));
    await using session = await login({ portal, target, ...auth });
    for (const { path, lun } of session.disks) print(path, `LUN ${lun}`);
    const [program, ...rest] = command, paths = session.disks.flatMap(({ path }) => path ?? []);
    const lost = session.ended.then((error) => {
      if (error !== undefined) throw error;
    });
    const done = program === undefined
      ? stopped
      : once(spawn(program, [...rest, ...paths.slice(0, 1)], { stdio: "inherit" }), "close");
    await Promise.race([stopped, lost, done]);
  },
);
