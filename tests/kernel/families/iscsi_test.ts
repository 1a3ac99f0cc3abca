/** Sessions with a target of the same kernel (LIO), in the lab: it loads modules and makes a target by configfs. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KernelError, NetlinkError } from "../../../core/errors.ts";
import * as netns from "../../../core/netns.ts";
import {
  discover,
  IscsiClient,
  IscsiLoginError,
  type IscsiMessage,
  login,
  logout,
  sessions,
  transports,
  watch,
} from "../../../families/iscsi/mod.ts";
import { type Answer, LOGIN, LOGOUT, plain, withTarget } from "../../unit/families/iscsi_target.ts";
import { inNamespace, kernelTest, load } from "../namespace.ts";

const needs = ["iscsi_tcp", "sd_mod", "target_core_mod", "iscsi_target_mod"].every((name) => load(name))
  ? []
  : ["the lab, with a kernel that has iscsi_tcp and iscsi_target_mod"];

const CONFIG = "/sys/kernel/config", PORTAL = "127.0.0.1:3260", PORTAL6 = "[::1]:3260";
const OPEN = "iqn.2026-01.example:open", CLOSED = "iqn.2026-01.example:closed";
const AUTH = { name: "me", secret: "a secret of the initiator" },
  TARGET = { name: "disk", secret: "a secret of the target" };

/** Makes a target with a disk of 16 MiB in memory. */
function makeTarget(name: string, number: number, chap: boolean): void {
  const disk = `${CONFIG}/target/core/rd_mcp_${number}/r${number}`, group = `${CONFIG}/target/iscsi/${name}/tpgt_1`;
  if (existsSync(group)) return;
  mkdirSync(disk, { recursive: true });
  writeFileSync(`${disk}/control`, "rd_pages=4096");
  writeFileSync(`${disk}/enable`, "1");
  mkdirSync(`${CONFIG}/target/iscsi/${name}`, { recursive: true });
  mkdirSync(group);
  mkdirSync(`${group}/lun/lun_0`);
  symlinkSync(disk, `${group}/lun/lun_0/disk`);
  for (const portal of [PORTAL, PORTAL6]) mkdirSync(`${group}/np/${portal}`);
  const attributes = {
    authentication: chap ? 1 : 0,
    generate_node_acls: 1,
    demo_mode_write_protect: 0,
    cache_dynamic_acls: 1,
  };
  for (const [attribute, value] of Object.entries(attributes)) {
    writeFileSync(`${group}/attrib/${attribute}`, String(value));
  }
  if (chap) {
    writeFileSync(`${group}/auth/userid`, AUTH.name);
    writeFileSync(`${group}/auth/password`, AUTH.secret);
    writeFileSync(`${group}/auth/userid_mutual`, TARGET.name);
    writeFileSync(`${group}/auth/password_mutual`, TARGET.secret);
  }
  writeFileSync(`${group}/enable`, "1");
}

function makeTargets(): void {
  spawnSync("ip", ["link", "set", "lo", "up"]);
  if (!existsSync(`${CONFIG}/target`)) spawnSync("mount", ["-t", "configfs", "configfs", CONFIG]);
  mkdirSync(`${CONFIG}/target/iscsi`, { recursive: true });
  makeTarget(OPEN, 0, false);
  makeTarget(CLOSED, 1, true);
}

/** Writes 1 MiB of noise to a disk, and reads it back past the kernel's cache; fails if it is not the same. */
async function throughDisk(path: string): Promise<void> {
  const script = `dd if=/dev/urandom of=$0.mine bs=64k count=16 && dd if=$0.mine of=$1 bs=64k oflag=direct &&
    dd if=$1 bs=64k count=16 iflag=direct | cmp - $0.mine`;
  const folder = mkdtempSync(join(tmpdir(), "iscsi-"));
  // Not by a call that waits: this process must be able to connect again meanwhile.
  const child = spawn("sh", ["-ec", script, join(folder, "noise"), path], { stdio: "ignore" });
  const [status] = await once(child, "close");
  rmSync(folder, { recursive: true });
  assertEquals(status, 0, `what ${path} gives back is what was written`);
}

/** Returns an attribute of a session's connection. */
const connection = (sid: number, name: string): string =>
  readFileSync(`/sys/class/iscsi_connection/connection${sid}:0/${name}`, "utf8").trim();

/** An emulated machine may not answer a ping in time. */
const SLOW = { pingInterval: 0 };

kernelTest("iscsi: requests without a target make, show and end a session, with events", needs, async () => {
  const tcp = transports().find(({ name }) => name === "tcp");
  assert(tcp !== undefined && tcp.handle > 0n);
  const events = watch({ signal: AbortSignal.timeout(60_000) });
  using iscsi = new IscsiClient();
  const { sid, hostNo } = iscsi.createSession();
  iscsi.createConn(sid, 0);
  iscsi.createConn(sid, 7);
  assertEquals(sessions().find((one) => one.sid === sid)?.cids, [0, 7]);
  iscsi.destroyConn(sid, 7);
  assertEquals(iscsi.getStats(sid, 0).digestErr, 0);
  assertEquals(sessions().find((one) => one.sid === sid)?.hostNo, hostNo);
  assertEquals(assertThrows(() => iscsi.setParam(sid, 0, "target_name", "x"), KernelError).code, "ENOTCONN");
  assertThrows(() => iscsi.bindConn(sid, 0, 0), KernelError);
  assertEquals(assertThrows(() => iscsi.destroyConn(sid + 77, 0), KernelError).code, "EINVAL");
  iscsi.stopConn(sid, 0, "recover");
  iscsi.destroyConn(sid, 0);
  iscsi.unbindSession(sid);
  const seen: IscsiMessage["type"][] = [];
  const until = async (type: string): Promise<void> => {
    while (seen.at(-1) !== type) {
      const { value, done } = await events.next();
      assert(done !== true, seen.join());
      if (value.sid === sid && value.event === undefined && value.type !== "get_stats") seen.push(value.type!);
    }
  };
  await until("session_unbound");
  iscsi.destroySession(sid);
  await until("session_destroyed");
  await events.return!();
  assertEquals(seen, ["session_created", "session_unbound", "session_destroyed"]);
  const left = iscsi.createSession();
  iscsi.createConn(left.sid, 0);
  await logout(left.sid);
  await logout(left.sid); // it is gone already
  assertEquals(sessions(), []);
}, 120_000);

kernelTest(
  "iscsi: a session's disk keeps what is written, also while the connection breaks, and is gone after it",
  needs,
  async () => {
    makeTargets();
    const targets = await discover(PORTAL);
    assertEquals(targets.map(({ name }) => name).sort(), [CLOSED, OPEN].sort());
    for (const { portals } of targets) assertEquals([...portals].sort(), [PORTAL, PORTAL6]);
    let path: string;
    {
      const digests = ["header", "data"] as const;
      await using session = await login({ portal: PORTAL, target: OPEN, digests, ...SLOW });
      assertEquals([session.state, session.disks.length], ["LOGGED_IN", 1]);
      path = session.disks[0]!.path!;
      await throughDisk(path);
      const { txdataOctets, rxdataOctets, digestErr } = session.stats();
      assert(txdataOctets! > 1n << 20n && rxdataOctets! > 1n << 20n, `${txdataOctets} ${rxdataOctets}`);
      assertEquals(digestErr, 0);
      assertEquals(connection(session.sid, "header_digest"), "1");
      assertEquals(connection(session.sid, "data_digest"), "1");
      {
        // A second path to the same disk.
        await using other = await login({ portal: PORTAL6, target: OPEN, ...SLOW });
        assert(other.disks.length === 1 && other.disks[0]!.path !== path, JSON.stringify(other.disks));
        assertEquals(connection(other.sid, "persistent_address"), "::1");
        assertEquals(
          sessions().map(({ sid, targetname }) => [sid, targetname]).sort(),
          [session, other].map(({ sid }) => [sid, OPEN]).sort(),
        );
      }
      assertEquals(sessions().map(({ sid, targetname }) => [sid, targetname]), [[session.sid, OPEN]]);
      // The connection breaks, and what is written meanwhile waits for the next one.
      const enable = `${CONFIG}/target/iscsi/${OPEN}/tpgt_1/enable`, events = watch();
      writeFileSync(enable, "0");
      for await (const { type, sid } of events) if (type === "conn_error" && sid === session.sid) break;
      const written = throughDisk(path);
      writeFileSync(enable, "1");
      await written;
      assertEquals(session.state, "LOGGED_IN");
    }
    assert(!existsSync(path.replace("/dev", "/sys/block")), "the disk is gone");
    assertEquals(sessions(), []);
  },
  240_000,
);

kernelTest(
  "iscsi: CHAP lets in who knows the secret, and messages never have it",
  needs,
  async () => {
    makeTargets();
    {
      await using session = await login({ portal: PORTAL, target: CLOSED, auth: { ...AUTH, target: TARGET }, ...SLOW });
      assertEquals(session.disks.length, 1);
    }
    const wrong = { name: "disk", secret: "only a guess" };
    for (const auth of [undefined, { ...AUTH, secret: wrong.secret }, { ...AUTH, target: wrong }]) {
      const options = { portal: PORTAL, target: CLOSED, ...(auth === undefined ? {} : { auth }) };
      const error = await assertRejects(() => login(options), NetlinkError);
      assert(!/secret of|guess/.test(`${error.message} ${error.stack}`), error.message);
      // Linux's target closes the connection when CHAP is not offered.
      assertEquals(error.code, auth === undefined ? "CLOSED" : "AUTHENTICATION", error.message);
      if (auth === undefined) assert(error.hint?.includes("CHAP"), error.message);
    }
    assertEquals(sessions(), []);
  },
  240_000,
);

kernelTest(
  "iscsi: a wrong portal, an unknown target and another network namespace are told in words",
  needs,
  async () => {
    makeTargets();
    const unknown = await assertRejects(
      () => login({ portal: PORTAL, target: "iqn.2026-01.example:none" }),
      IscsiLoginError,
    );
    // Linux's target says so of names that it does not have.
    assertEquals([unknown.statusClass, unknown.statusDetail, unknown.code], [3, 1, "LOGIN_REFUSED"]);
    assert(unknown.hint?.includes("none of this name"), unknown.message);
    const nobody = await assertRejects(() => login({ portal: "127.0.0.1:3999", target: OPEN }), NetlinkError);
    assertEquals(nobody.code, "ECONNREFUSED");
    await inNamespace(({ name }) => {
      const elsewhere = assertThrows(() =>
        netns.run(name, () => {
          using iscsi = new IscsiClient();
          iscsi.createSession();
        }), NetlinkError);
      assert(elsewhere.hint?.includes("first network namespace"), elsewhere.message);
    });
    assertEquals(sessions(), []);
  },
  120_000,
);

const SCSI_COMMAND = 0x01, NOP_IN = 0x20, ASYNC_MESSAGE = 0x32, INQUIRY = 0x12;
/** Events of asynchronous messages: what a target asks for before a new login, and what ends without a logout. */
const ASKED = { logout: 1, negotiation: 4 }, ENDS = { connection: 2, connections: 3 };

/** Answers to a SCSI command of a target without disks: an inquiry by "no such unit", all others by success. */
function withoutDisks(header: Uint8Array): Answer {
  if (header[32] !== INQUIRY) return { opcode: 0x21 };
  const data = new Uint8Array(36);
  data.set([0x7f, 0, 2, 2, 31]);
  return { opcode: 0x25, flags: 0x81, data };
}

/** A tag of the target's task, in a header. */
const TAG = { 20: 0, 21: 0, 22: 0, 23: 9 };

kernelTest(
  "iscsi: a ping is answered, what the target asks for or ends is made anew, and a session without a target ends",
  [...needs, "ip"],
  async () => {
    spawnSync("ip", ["link", "add", "iscsit0", "type", "dummy"]);
    spawnSync("ip", ["link", "set", "iscsit0", "up"]);
    spawnSync("ip", ["address", "add", "fe80::99/64", "dev", "iscsit0", "nodad"]);
    /** The initiator's PDUs without SCSI commands. */
    const asked: string[] = [];
    let heard = (): void => {};
    /** Waits for PDUs, which are all since the last wait. */
    const until = async (...expected: readonly string[]): Promise<void> => {
      while (asked.length < expected.length) await new Promise<void>((resolve) => heard = resolve);
      assertEquals(asked.splice(0), expected);
    };
    const logins = ["login", "login"];
    try {
      await withTarget((opcode, _keys, header) => {
        if (opcode === SCSI_COMMAND) return [withoutDisks(header)];
        asked.push(opcode === LOGIN ? "login" : opcode === LOGOUT ? "logout" : `pong ${header[23]}`);
        heard();
        if (opcode !== LOGIN) return opcode === LOGOUT ? plain(opcode, header) : [];
        return plain(opcode, header).map((one) => ({ ...one, keys: [["DefaultTime2Wait", "0"]] }));
      }, async (_portal, target) => {
        const portal = `[fe80::99%iscsit0]:${target.port}`;
        {
          await using session = await login({ portal, target: OPEN, ...SLOW });
          assertEquals([session.disks, session.portal], [[], portal]);
          await until(...logins);
          target.say({ opcode: NOP_IN, at: TAG });
          await until("pong 9");
          /** Waits for the end of a login, which only the kernel knows. */
          const isIn = async (): Promise<void> => {
            while (session.state !== "LOGGED_IN") await new Promise((resolve) => setTimeout(resolve, 10));
          };
          for (const event of Object.values(ASKED)) {
            target.say({ opcode: ASYNC_MESSAGE, at: { 36: event, 43: 3 } });
            await until("logout", ...logins);
            await isIn();
          }
          for (const event of Object.values(ENDS)) {
            target.say({ opcode: ASYNC_MESSAGE, at: { 36: event } });
            await until(...logins);
            await isIn();
          }
          target.drop();
          await until(...logins);
          await isIn();
        }
        await until("logout");
        await using session = await login({ portal, target: OPEN, replacementTimeout: 1, ...SLOW });
        await target.end();
        const error = await session.ended;
        assertEquals(error?.code, "CLOSED");
        assert(/no login was possible within 1 s/.test(error!.message), error!.message);
      }, "::");
      assertEquals(sessions(), []);
    } finally {
      spawnSync("ip", ["link", "del", "iscsit0"]);
    }
  },
  120_000,
);
