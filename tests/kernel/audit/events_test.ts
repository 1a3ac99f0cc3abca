/**
 * Events of audit, received by watches and by the daemon. There is one audit for the machine: each test has a key and a
 * folder of its own, and leaves state and rules as it found them.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { KernelError } from "../../../core/errors.ts";
import { stringify } from "../../../core/printable.ts";
import { accounts } from "../../../families/audit/accounts.ts";
import { daemon } from "../../../families/audit/daemon.ts";
import { parseLog } from "../../../families/audit/event.ts";
import { interpret } from "../../../families/audit/interpret.ts";
import { audit, type AuditStatus, rules } from "../../../families/audit/mod.ts";
import { lineOf } from "../../../families/audit/record.ts";
import { type AuditEvent, type AuditItem, watch } from "../../../families/audit/watch.ts";
import { skip } from "../../test.ts";
import { lab, many } from "../namespace.ts";
import { auditTest, ifOurs } from "./alone.ts";
import { evaluate } from "../route/child.ts";

/** The module of the daemon, for the imports of a child process. */
const DAEMON = JSON.stringify(new URL("../../../families/audit/daemon.ts", import.meta.url).href);

interface Place {
  /** The key of the test's rules. */
  readonly key: string;
  /** A folder. */
  readonly folder: string;
}

/** Returns the state without the counters, and without a daemon that is dead. */
function settings({ backlog: _, backlogWaitTimeActual: _1, lost: _2, pid: _3, ...rest }: AuditStatus): AuditStatus {
  return rest;
}

/** Runs a test while the audit is on, without a daemon of others. State and rules are as before when it ends. */
async function withAudit(body: (place: Place) => Promise<void>): Promise<void> {
  const before = ifOurs(() => audit.status());
  const { enabled, backlogLimit, backlogWaitTime, pid } = before;
  if (enabled === "locked") skip("the audit is locked until the next boot");
  if (pid !== 0 && existsSync(`/proc/${pid}`)) skip(`process ${pid} is the daemon of the audit`);
  const folder = mkdtempSync(join(tmpdir(), "audit-")), key = folder.slice(folder.lastIndexOf("/") + 1);
  try {
    audit.set({ enabled: "on" });
    await body({ key, folder });
  } finally {
    rules.flush({ key });
    audit.set({ enabled: enabled!, backlogLimit: backlogLimit!, backlogWaitTime: backlogWaitTime! });
    if (before.lost === 0) audit.reset("lost");
    if (before.backlogWaitTimeActual === 0) audit.reset("backlogWaitTimeActual");
    rmSync(folder, { recursive: true });
  }
  assertEquals(rules.list({ key }), []);
  assertEquals(settings(audit.status()), settings(before));
}

/** Runs a shell, whose system calls the rules of a test see, and resolves when it ends. */
function shell(script: string, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-ec", script], { cwd, stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(`bash exits with ${code}`)));
  });
}

/** Collects items until one passes. */
async function until(items: AsyncIterable<AuditItem>, last: (item: AuditItem) => boolean): Promise<AuditItem[]> {
  const found: AuditItem[] = [];
  for await (const item of items) {
    found.push(item);
    if (last(item)) break;
  }
  return found;
}

const deleted = (name: string) => ({ paths }: AuditItem): boolean =>
  paths.some(({ path, nametype }) => nametype === "DELETE" && path.endsWith(name));

/** Returns the lines of the log that auditd would write. */
const linesOf = (events: readonly AuditItem[]): string[] => events.flatMap(({ records }) => records.map(lineOf));

auditTest(
  "audit events: two watches and the daemon tell alike who touched the files of a folder",
  ["bash"],
  () =>
    withAudit(async ({ key, folder }) => {
      const receiver = daemon({ key, type: "SYSCALL" });
      const readers = [receiver, watch({ key, type: "SYSCALL" }), watch({ key, uid: 0, type: ["SYSCALL", "CWD"] })];
      assertEquals(audit.status().pid, process.pid);
      rules.add(`-w ${folder} -p wa -k ${key}`);
      const seen = readers.map((reader) => until(reader, deleted("/ü c")));
      await shell(`: > 'a "b"'; mv 'a "b"' 'ü c'; rm 'ü c'; :`, folder);
      const [first, ...others] = await Promise.all(seen);
      for (const other of others) {
        assertEquals(
          linesOf(other.filter(({ records }) => records.some(({ type }) => type === "CWD"))),
          linesOf(
            first!.filter(({ records }) => records.some(({ type }) => type === "CWD")),
          ),
        );
      }
      const touched = first!.filter(({ paths }) => paths.length > 0) as AuditEvent[];
      assertEquals(
        touched.filter(({ process }) => process?.comm !== undefined).map(({ process, cwd, paths, success }) => [
          process!.comm,
          cwd,
          success,
          ...paths.filter(({ nametype }) => nametype !== "PARENT").map(({ path, nametype }) => [path, nametype]),
        ]),
        [
          ["bash", folder, true, [`${folder}/a "b"`, "CREATE"]],
          ["mv", folder, true, [`${folder}/a "b"`, "DELETE"], [`${folder}/ü c`, "CREATE"]],
          ["rm", folder, true, [`${folder}/ü c`, "DELETE"]],
        ],
      );
      assertEquals(touched.at(-1)!.proctitle, ["rm", "ü c"]);
      assertEquals(typeof touched.at(-1)!.syscall!.name, "string");
      const [again] = [...parseLog(linesOf(touched.slice(-1)))];
      assertEquals(again, touched.at(-1));
      // Leaving the loop has given the place back.
      assertEquals(audit.status().pid, 0);
    }),
);

auditTest(
  "audit events: the daemon's place is taken, named, and given back whatever ends the loop",
  ["bash"],
  () =>
    withAudit(async ({ key, folder }) => {
      rules.add(`-w ${folder} -p wa -k ${key}`);
      const taken = (): boolean => audit.status().pid === process.pid;
      {
        using _receiver = daemon();
        assert(taken());
        const refused = assertThrows(() => daemon(), KernelError, `process ${process.pid} (`);
        assertEquals(refused.code, "EEXIST");
        assert(taken());
      }
      assert(!taken());
      await (async () => {
        await using _receiver = daemon();
        assert(taken());
      })();
      assert(!taken());
      const stop = new AbortController(), receiver = daemon({ signal: stop.signal });
      const waiting = receiver.next();
      assert(taken());
      stop.abort();
      assertEquals((await waiting).done, true);
      assert(!taken());
      let thrown: unknown;
      const loop = (async () => {
        for await (const _event of daemon({ key })) throw new Error("a fault of the script");
      })().catch((error: unknown) => thrown = error);
      assert(taken());
      await shell("touch x", folder);
      await loop;
      assertEquals(String(thrown), "Error: a fault of the script");
      assert(!taken());
      for (
        const [end, status] of [
          ["process.exit(3);", 3],
          ['setTimeout(() => { throw new Error("nobody catches this"); });', 1],
          ['await Promise.reject(new Error("nor this"));', 1],
        ] as const
      ) {
        const [program, ...args] = evaluate(`import { daemon } from ${DAEMON}; daemon(); ${end}`);
        assertEquals(spawnSync(program!, args).status, status, end);
        assertEquals(audit.status().pid, 0, end);
      }
      assertThrows(() => daemon({ type: "NOPE" as never }), TypeError, 'type: there is no type of records "NOPE"');
      assertThrows(() => daemon({ keys: "x" } as never), TypeError, 'did you mean "key"');
      for (const open of [daemon, watch]) {
        for (const wrong of [3, null, "x"]) {
          assertThrows(() => open(wrong as never), TypeError, "expected options as an");
        }
        assertThrows(() => open({ type: "SYSCAL" as never }), TypeError, 'did you mean "SYSCALL"');
        assertThrows(() => open({ type: [] }), TypeError, "type: expected at least one type of records");
        assertThrows(() => open({ uid: NaN }), TypeError, "uid: expected the number of a user, got NaN");
      }
      assert(!taken());
    }),
);

auditTest(
  "audit events: a daemon that was killed does not keep the place",
  ["bash"],
  () =>
    withAudit(async ({ key, folder }) => {
      const code = `import { daemon } from ${DAEMON};
      const events = daemon();
      console.log("ready");
      for await (const _event of events);`;
      const [program, ...args] = evaluate(code);
      const child = spawn(program!, args, { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      await new Promise((resolve) => child.stdout!.once("data", resolve));
      assertEquals(audit.status().pid, child.pid);
      child.kill("SIGKILL");
      await ended;
      const receiver = daemon({ key });
      assertEquals(audit.status().pid, process.pid);
      rules.add(`-w ${folder} -p wa -k ${key}`);
      const seen = until(receiver, deleted("/x"));
      await shell("touch x; rm -f x; :", folder);
      assert((await seen).length >= 2);
      assertEquals(audit.status().pid, 0);
    }),
);

auditTest("audit: the sender of a signal to the daemon is told", ["bash"], () =>
  withAudit(async () => {
    const ignore = (): void => {};
    process.on("SIGHUP", ignore);
    try {
      await using _receiver = daemon();
      const child = spawn("bash", ["-c", "kill -s HUP $PPID"], { stdio: "ignore" });
      await new Promise((resolve) => child.on("exit", resolve));
      const { uid, pid } = audit.signal();
      assertEquals([uid, pid], [0, child.pid]);
    } finally {
      process.off("SIGHUP", ignore);
    }
  }));

auditTest("audit: rules about a folder hold for one that is made equivalent, with the features that are set", [
  "bash",
  "mount",
], () => {
  if (!lab) skip("only the lab's machines may mount and change features");
  return withAudit(async ({ key, folder }) => {
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    for (const made of [one, other]) mkdirSync(made);
    const { features } = audit.features(), was = features!.includes("only_unset_loginuid");
    audit.setFeatures({ only_unset_loginuid: !was });
    assertEquals(audit.features().features!.includes("only_unset_loginuid"), !was);
    audit.setFeatures({ only_unset_loginuid: was });
    assertEquals(audit.features().features, features);
    spawnSync("mount", ["-t", "tmpfs", "none", other]);
    try {
      rules.add(`-w ${one} -p wa -k ${key}`);
      audit.makeEquivalent(one, other);
      const seen = until(watch({ key }), deleted("/x"));
      await shell("touch x; rm -f x; :", other);
      assert((await seen).some(({ paths }) => paths.some(({ path }) => path === `${other}/x`)));
      const missing = assertThrows(() => audit.makeEquivalent(one, join(folder, "none")), KernelError);
      assertEquals(missing.code, "ENOENT");
      audit.trim();
    } finally {
      rules.flush({ key });
      spawnSync("umount", [other]);
    }
  });
});

/**
 * Deletes a file, which ends the readers that wait for that; and again after each loss, as the event may be among those
 * that are lost.
 */
class End {
  readonly #shells: Promise<void>[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  come(): void {
    this.#shells.push(shell("touch x; rm -f x; :", this.#folder));
  }

  /** True if the item is the end. */
  is(item: AuditItem): boolean {
    if (item.event === "overrun") this.come();
    return deleted("/x")(item);
  }

  async over(): Promise<void> {
    await Promise.all(this.#shells);
  }
}

auditTest(
  "audit events: of 10,000, the daemon gets every one, and a slow reader is told of the loss",
  ["bash"],
  () =>
    withAudit(async ({ key, folder }) => {
      const count = many(10_000), end = new End(folder);
      rules.add(`-a always,exit -F arch=b64 -S umask -F ppid=${process.pid} -k ${key}`);
      rules.add(`-w ${folder} -p wa -k ${key}`);
      // Nobody waits for the daemon: its buffer takes everything.
      audit.set({ backlogLimit: 0 });
      const readers = [
        daemon({ key, buffer: 256 << 20 }),
        watch({ key, buffer: 4096 }),
      ].map(async (reader, i) => {
        const serials = new Set<number>();
        let calls = 0, overruns = 0;
        await until(reader, (item) => {
          if (item.event === "overrun") overruns++;
          else {
            assert(!serials.has(item.serial));
            serials.add(item.serial);
            if (item.syscall?.name === "umask") calls++;
          }
          return i === 0 ? end.is(item) : overruns > 0;
        });
        return { calls, overruns };
      });
      await shell(`for ((i = 0; i < ${count}; i++)); do umask 022; done`, folder);
      end.come();
      const [received, some] = await Promise.all(readers);
      await end.over();
      assert(received!.calls === count || received!.overruns > 0, `${received!.calls} events, none told as lost`);
      assert(some!.overruns > 0);
    }),
);

auditTest(
  "audit events: the daemon tells how many records the kernel has thrown away, and keeps its place",
  ["bash"],
  () =>
    withAudit(async ({ key, folder }) => {
      rules.add(`-a always,exit -F arch=b64 -S kill -F ppid=${process.pid} -k ${key}`);
      rules.add(`-w ${folder} -p wa -k ${key}`);
      audit.set({ backlogLimit: 8, backlogWaitTime: 0 });
      const receiver = daemon({ key, buffer: 4096 }), before = audit.status().lost!;
      // Nobody reads while this runs.
      spawnSync("bash", ["-ec", "for ((i = 0; i < 1000; i++)); do kill -0 $$; done"], { cwd: folder });
      audit.set({ backlogLimit: 8192, backlogWaitTime: 1000 });
      const lost = audit.status().lost! - before;
      const end = new End(folder);
      let told = 0, events = 0;
      const seen = until(receiver, (item) => {
        if (item.event === "overrun") told += item.lost ?? 0;
        else events++;
        return end.is(item);
      });
      end.come();
      await seen;
      await end.over();
      assert(lost > 0);
      assert(told >= lost, `${told} of ${lost}`);
      assert(events < 1000, String(events));
      assertEquals(audit.status().pid, 0);
    }),
);

auditTest(
  "audit events: every field in words, as ausearch -i has it",
  ["bash", "ausearch"],
  () =>
    withAudit(async ({ key, folder }) => {
      rules.add(`-w ${folder} -p wa -k ${key}`);
      rules.add(`-a always,exit -F arch=b64 -S execve,connect,setuid -F ppid=${process.pid} -k ${key}`);
      const seen = until(watch({ key, buffer: 8 << 20 }), deleted("/x"));
      await shell(
        "touch 'a b'; chmod 4711 'a b'; chown 1:1 'a b'; mkdir d; ln -s d l; rm -r d l; touch x; rm x; :",
        folder,
      );
      const events = (await seen).filter(({ event }) => event === undefined), log = join(folder, "log");
      writeFileSync(log, `${linesOf(events).join("\n")}\n`);
      assert(compareWords(log, key) > 300);
    }),
);

/** Compares the words of every field in a log with those that ausearch prints; returns how many. */
function compareWords(log: string, key: string): number {
  const { stdout } = spawnSync("ausearch", ["-i", "-k", key, "-if", log], { encoding: "utf8" });
  const theirs = new Map<string, string[]>();
  for (const line of stdout.split("\n")) {
    const [, type, serial] = /^type=(\S+) msg=audit\([^)]*:(\d+)\) : /.exec(line) ?? [];
    if (type !== undefined) theirs.set(`${serial} ${type}`, [...theirs.get(`${serial} ${type}`) ?? [], ` ${line} `]);
  }
  const names = accounts(), missing: string[] = [];
  let compared = 0;
  for (const { serial, records } of parseLog(readFileSync(log, "utf8"), { key })) {
    for (const record of records) {
      const lines = theirs.get(`${serial} ${record.type}`) ?? [];
      for (const [name, words] of Object.entries(interpret(record, names))) {
        // Addresses are compared in the unit tests.
        if (name === "saddr") continue;
        compared++;
        // Some arguments of system calls stay digits there.
        const written = [words, ...record.type === "SYSCALL" ? [`0x${record.fields[name]}`] : []];
        if (!lines.some((line) => written.some((one) => line.includes(` ${name}=${one} `)))) {
          missing.push(`${record.type}: ${name}=${words} is not in ${lines}`);
        }
      }
    }
  }
  assertEquals(missing, []);
  return compared;
}

auditTest("audit events: a watch beside auditd has the records of its log", ["bash", "auditd"], () => {
  if (!lab) skip("only the lab's machines may run auditd");
  return withAudit(async ({ key, folder }) => {
    const log = "/var/log/audit/audit.log", pid = (): number => audit.status().pid!;
    rmSync(log, { force: true });
    // Its registration is an event.
    const changes = watch({ type: "CONFIG_CHANGE" });
    const auditd = spawn("auditd", ["-n"], { stdio: "ignore" }),
      ended = new Promise((resolve) => auditd.on("exit", resolve));
    try {
      rules.add(`-w ${folder} -p wa -k ${key}`);
      for await (const _event of changes) if (pid() === auditd.pid) break;
      assertThrows(() => daemon(), KernelError, `process ${auditd.pid} (auditd)`);
      const seen = until(watch({ key, buffer: 8 << 20 }), deleted("/x"));
      await shell("touch 'a b'; rm 'a b'; touch x; rm x; :", folder);
      const ours = linesOf(await seen).filter((line) => !line.startsWith("type=CONFIG_CHANGE"));
      auditd.kill();
      await ended;
      const theirs = new Set(readFileSync(log, "utf8").split("\n").map((line) => line.split("\x1d")[0]));
      assert(ours.length > 10);
      assertEquals(ours.filter((line) => !theirs.has(line)), []);
      assert(compareWords(log, key) > 100);
    } finally {
      auditd.kill();
      await ended;
    }
  });
});

/** Runs a shell script, with EXAMPLES/NAME as an example; resolves to the output and the status. */
function script(text: string): Promise<{ status: number | null; output: string }> {
  const runtime = "Deno" in globalThis
    ? "run -A --no-lock --no-check"
    : process.versions["bun"] === undefined
    ? "--disable-warning=ExperimentalWarning"
    : "";
  const example = `"$RUNTIME" ${runtime} ${fileURLToPath(new URL("../../../examples/", import.meta.url))}`;
  const child = spawn("bash", ["-c", text.replaceAll("EXAMPLES/", example)], {
    env: { ...process.env, RUNTIME: process.execPath, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => output += part);
  child.stderr.setEncoding("utf8").on("data", (part: string) => output += part);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}

auditTest(
  "audit examples: a signal, and a reader that is gone, end them; no rule stays, and the audit is as it was",
  ["bash"],
  () =>
    withAudit(async ({ folder }) => {
      // The name would be options in a line of auditctl.
      const odd = `${folder}/a b -p r`, mine = () => rules.list().filter((rule) => stringify(rule).includes(folder));
      mkdirSync(odd);
      const touch = `touch '${odd}/x'; rm -f '${odd}/x'`;
      // It notices with the second event that nobody reads.
      const piped = `EXAMPLES/who_touched.ts '${odd}' > >(head -n 1 > '${folder}/out') & pid=$!
        while kill -0 $pid 2> /dev/null; do ${touch}; done; wait $pid`;
      audit.set({ enabled: "off" });
      assertEquals([await script(piped), mine(), audit.status().enabled], [{ status: 0, output: "" }, [], "off"]);
      // Two at once: the first to end leaves the audit on for the other. An event has the key of one rule only.
      const other = `${folder}/other`,
        both = `: > '${folder}/one'; : > '${folder}/two'
        EXAMPLES/who_touched.ts '${odd}' > '${folder}/one' & one=$!
        EXAMPLES/who_touched.ts '${other}' > '${folder}/two' & two=$!
        until [ -s '${folder}/one' ] && [ -s '${folder}/two' ]; do kill -0 $one || exit 99; ${touch}; touch '${other}'; done
        kill -s HUP $one; wait $one || [ $? = 129 ] || exit 97; : > '${folder}/two'
        until [ -s '${folder}/two' ]; do kill -0 $two || exit 98; touch '${other}'; done
        kill $two; wait $two`;
      mkdirSync(other);
      assertEquals([await script(both), mine(), audit.status().enabled], [{ status: 143, output: "" }, [], "off"]);
      audit.set({ enabled: "on" });
      const signalled = `: > '${folder}/out'; EXAMPLES/audit_folder.ts '${odd}' > '${folder}/out' & pid=$!
        until [ -s '${folder}/out' ]; do kill -0 $pid || exit 99; ${touch}; done
        kill -s HUP $pid; wait $pid`;
      assertEquals(await script(signalled), { status: 129, output: "" });
      assertEquals(mine(), []);
    }),
);
