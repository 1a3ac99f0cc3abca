/**
 * RDMA devices and ports on `rxe` and `siw`, compared with `rdma`. The devices are made in a machine of the lab only:
 * other machines' modules stay as they are.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KernelError } from "../../../core/errors.ts";
import { serves } from "../../../core/open.ts";
import { open, PortMapper, type RdmaClient, watch } from "../../../families/rdma/mod.ts";
import { skip } from "../../test.ts";
import { before, inNamespace, kernelTest, load, patience, run } from "../namespace.ts";

const NETLINK_RDMA = 20;

/** The kinds of devices on network interfaces, and their modules. */
const KINDS = { rxe: "rdma_rxe", siw: "siw" } as const;

/** Returns the kinds of devices that this kernel can make; skips the test if there are none. */
function kinds(): (keyof typeof KINDS)[] {
  const found = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => load(KINDS[kind]));
  if (found.length === 0) skip("no driver of RDMA devices on network interfaces");
  return found;
}

/** Runs `ip` in the machine's own namespace, whose listeners alone the kernel tells of shared devices. */
const ip = (command: string): string => run("ip", command.split(" "));

/** Makes a device of each kind on interfaces of their own, and deletes them afterwards. */
async function withDevices(body: (rdma: RdmaClient, names: string[]) => void | Promise<void>): Promise<void> {
  const made = kinds();
  ip("link add rdv0 type veth peer name rdv1");
  ip("link add rdv2 type dummy");
  try {
    ip("link set rdv0 up");
    ip("link set rdv1 up");
    ip("address add 192.0.2.1/24 dev rdv0");
    ip("address add 198.51.100.1/24 dev rdv1");
    using rdma = open();
    const names = made.map((kind, i) => {
      rdma.links.add({ name: `${kind}t${i}`, kind, dev: `rdv${i}` });
      return `${kind}t${i}`;
    });
    await body(rdma, names);
  } finally {
    // Devices go with their interfaces.
    ip("link del rdv0");
    ip("link del rdv2");
  }
}

/** Returns the names of other network namespaces, and the programs in others than this process. */
function others(): string {
  const here = readlinkSync("/proc/self/ns/net"), pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const inside = pids.flatMap((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === here ? [] : readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    } catch {
      return []; // it has ended
    }
  });
  return [...existsSync("/run/netns") ? readdirSync("/run/netns") : [], ...inside].join(", ");
}

/**
 * Changes settings that the kernel changes only while there is no other network namespace. It ends the namespaces of
 * earlier tests in the background, and reports their end to nobody.
 */
async function setAlone({ system }: RdmaClient, settings: Parameters<RdmaClient["system"]["set"]>[0]): Promise<void> {
  for (const end = Date.now() + patience(2000);;) {
    try {
      return system.set(settings);
    } catch (error) {
      if (!(error instanceof KernelError && error.code === "EBUSY")) throw error;
      if (Date.now() > end) skip(`another network namespace is left: ${others() || "it has neither name nor process"}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Skips the test if the kernel reports no events. */
function expectEvents(): void {
  if (before(6, 12)) skip("this kernel reports no events of RDMA");
}

/** True if the kernel reports that devices are renamed. */
const renames = !before(6, 13);

/** Returns what `rdma -j -d …` prints. */
function printed(words: string): Record<string, unknown>[] {
  return JSON.parse(run("rdma", ["-j", "-d", ...words.split(" ")]));
}

const upper = (words: readonly unknown[] = []): string[] =>
  words.map((word) => typeof word === "bigint" ? "UNKNOWN" : String(word).toUpperCase());

kernelTest("rdma: without a kernel module the error says which", [], () => {
  if (serves(NETLINK_RDMA)) skip("this kernel has RDMA");
  const error = assertThrows(() => open());
  assert(/modprobe ib_core/.test((error as Error).message), (error as Error).message);
});

kernelTest("rdma: devices are those of rdma dev", ["rdma"], () =>
  withDevices((rdma) => {
    const ours = rdma.devices.list().map((device) => ({
      ifindex: device.index,
      ifname: device.name,
      node_type: device.nodeType,
      protocol: device.protocol,
      node_guid: device.nodeGuid,
      sys_image_guid: device.sysImageGuid,
      "adaptive-moderation": device.dim,
      caps: device.capFlags!.length,
    }));
    const theirs = printed("dev show"), fields = Object.keys(theirs[0] ?? {});
    // Older versions of rdma print fewer fields.
    const known = ours.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => fields.includes(name))));
    assertEquals(known as unknown[], theirs.map((one) => ({ ...one, caps: (one["caps"] as unknown[]).length })));
    const words = theirs.flatMap((one) => one["caps"] as string[]);
    for (const word of rdma.devices.list().flatMap(({ capFlags }) => upper(capFlags))) {
      // Versions of rdma do not know all, and print one with a doubled end.
      assert(word === "UNKNOWN" || words.includes("UNKNOWN") || words.some((one) => one.startsWith(word)), word);
    }
  }));

kernelTest("rdma: ports are those of rdma link", ["rdma"], () =>
  withDevices((rdma, names) => {
    const theirs = printed("link show");
    assertEquals(theirs.length, names.length);
    const ours = rdma.links.list().map((link) => ({
      ifindex: link.index,
      port: link.port,
      ifname: link.name,
      state: String(link.state).toUpperCase(),
      physical_state: String(link.physState).toUpperCase(),
      netdev: link.dev,
      netdev_index: link.ifindex,
    }));
    // Older versions print the port in the name too.
    assertEquals(
      ours as unknown[],
      theirs.map((one) => ({ ...one, ifname: String(one["ifname"]).replace(/\/.*/, "") })),
    );
  }));

kernelTest("rdma: devices are found by name and number, and renamed", [], () =>
  withDevices((rdma, [name]) => {
    const device = rdma.devices.get(name!);
    assertEquals(rdma.devices.get(device.index!), device);
    assertEquals(rdma.devices.find("nosuch"), undefined);
    rdma.devices.set(name!, { name: "rxetx" });
    assertEquals(rdma.devices.get("rxetx").index, device.index);
    rdma.devices.set(device.index!, { name: name! });
    assertEquals(rdma.devices.get(name!), device);
    const error = assertThrows(() => rdma.links.add({ name: name!, kind: "rxe", dev: "rdv0" }), KernelError);
    assertEquals(error.code, "EEXIST", error.message);
    const unknown = assertThrows(() => rdma.links.add({ name: "x", kind: "nonsense", dev: "rdv0" }), KernelError);
    assert(unknown.message.includes("modprobe nonsense"), unknown.message);
    const none = assertThrows(() => rdma.links.add({ name: "x", kind: "rxe", dev: "nosuch" }), KernelError);
    assert(none.code === "ENODEV" && none.message.includes('no interface is called "nosuch"'), none.message);
  }));

kernelTest("rdma: a watch reports devices that are made, renamed, deleted", [], () =>
  withDevices(async (rdma) => {
    expectEvents();
    await using events = rdma.devices.watch({ initial: true });
    const seen: string[] = [];
    for await (const { event, value } of events) {
      if (event === "synced") rdma.links.add({ name: "rxet8", kind: "rxe", dev: "rdv2" });
      if (value === undefined || !/^rxet[89]$/.test(value.name!)) continue;
      seen.push(`${event} ${value.name} ${value.nodeType}`);
      if (event === "del") break;
      if (seen.length === 1) rdma.devices.set("rxet8", { name: "rxet9" });
      if (seen.length === 2 || !renames) rdma.links.delete("rxet9");
    }
    assertEquals(seen, ["new rxet8 ca", ...(renames ? ["new rxet9 ca"] : []), "del rxet9 undefined"]);
  }));

kernelTest("rdma: the monitor reports devices and their interfaces", [], () =>
  withDevices(async (rdma) => {
    expectEvents();
    await using events = watch();
    rdma.links.add({ name: "rxet8", kind: "rxe", dev: "rdv2" });
    rdma.devices.set("rxet8", { name: "rxet9" });
    rdma.links.delete("rxet9");
    const seen: string[] = [];
    for await (const { event, name, dev } of events) {
      seen.push([event, name, dev].filter((one) => one !== undefined).join(" "));
      if (event === "unregister") break;
    }
    assertEquals(seen.filter((one) => !one.startsWith("netdev")), [
      "register rxet8",
      ...(renames ? ["rename rxet9"] : []),
      "unregister rxet9",
    ]);
    assert(seen.includes("netdev_attach rxet8 rdv2"), seen.join());
  }));

kernelTest("rdma: resources are those of rdma resource", ["rdma"], () =>
  withDevices((rdma) => {
    const { resources } = rdma,
      words = (value: unknown): string | undefined => value === undefined ? undefined : String(value).toUpperCase();
    const same = (object: string, ours: readonly object[]): void =>
      assertEquals(JSON.parse(JSON.stringify(ours)), printed(`resource show ${object}`), object);
    const owner = ({ index, name }: { index?: number; name?: string }): object => ({ ifindex: index, ifname: name });
    const theirs = printed("resource show");
    assertEquals(
      resources.summary().map(({ index, name, summary }) => ({
        ifindex: index,
        ifname: name,
        ...Object.fromEntries(summary!.map(({ kind, current }) => [kind, current])),
      })) as unknown[],
      theirs,
    );
    same(
      "qp",
      resources.qps.list().map((one) => ({
        ...owner(one),
        port: one.port,
        lqpn: one.lqpn,
        rqpn: one.rqpn,
        type: words(one.type),
        state: words(one.state),
        "rq-psn": one.rqPsn,
        "sq-psn": one.sqPsn,
        "path-mig-state": words(one.pathMigState),
        comm: one.kernName,
      })),
    );
    same(
      "cq",
      resources.cqs.list().map((one) => ({
        ...owner(one),
        cqn: one.cqn,
        cqe: one.cqe,
        users: one.usecnt,
        "poll-ctx": words(one.pollCtx),
        "adaptive-moderation": one.dim,
        comm: one.kernName,
      })),
    );
    same(
      "pd",
      resources.pds.list().map((one) => ({
        ...owner(one),
        pdn: one.pdn,
        local_dma_lkey: one.localDmaLkey?.toString(16),
        users: one.usecnt,
        comm: one.kernName,
      })),
    );
    for (
      const [object, list] of [["cm_id", resources.cmIds], ["mr", resources.mrs], ["ctx", resources.contexts]] as const
    ) {
      same(object, list.list());
    }
    const [qp] = resources.qps.list();
    assertEquals(resources.qps.get({ name: qp!.name!, lqpn: qp!.lqpn! }), qp);
    assertEquals(resources.qps.find({ name: qp!.name!, lqpn: 0xffffff }), undefined);
    assertEquals([...resources.qps.iterate({ type: "gsi" })], resources.qps.list({ type: "gsi" }));
    assertEquals(resources.qps.raw(), []);
    assert(resources.qps.list({}, { details: true }).length > 0);
  }));

kernelTest("rdma: statistics are those of rdma statistic", ["rdma"], () =>
  withDevices((rdma, [name]) => {
    const ours = rdma.statistics.list().map(({ name, port, counters }) => ({ ifname: name, port, ...counters }));
    if (ours.length === 0) skip("no device has counters");
    const theirs = ours.flatMap(({ ifname, port }) => printed(`statistic show link ${ifname}/${port}`));
    assertEquals(ours as unknown[], theirs);
    const link = `${ours[0]!.ifname}/1`;
    assertEquals(rdma.statistics.get(link).port, 1);
    assertEquals(rdma.statistics.qps(), []);
    assertEquals(rdma.statistics.mode(link).mode, "none");
    rdma.statistics.setAuto(link, ["qp_type"]);
    assertEquals(rdma.statistics.mode(link).autoModeMask, ["qp_type"]);
    rdma.statistics.setAuto(link, []);
    assertEquals(rdma.statistics.mode(link).mode, "none");
    const status = rdma.statistics.status(link);
    assertEquals(status.map(({ name }) => name), Object.keys(rdma.statistics.get(link).counters!));
    assertThrows(() => rdma.statistics.setOptional(link, [status[0]!.name!]), TypeError);
    assertEquals(rdma.statistics.get(name!).name, name);
  }));

kernelTest("rdma: the system's settings are those of rdma system", ["rdma"], () =>
  withDevices(async (rdma) => {
    const { system } = rdma, on = (value?: boolean): string => value === true ? "on" : "off";
    const printed = (): string => run("rdma", ["system", "show"]).trim();
    // Older versions of rdma print fewer settings.
    const ours = (): string => {
      const words = printed().split(" ");
      const { netnsMode, privilegedQkeyMode, monitorMode, copyOnFork } = system.get();
      return [
        `netns ${netnsMode}`,
        `privileged-qkey ${on(privilegedQkeyMode)}`,
        `monitor ${on(monitorMode)}`,
        `copy-on-fork ${on(copyOnFork)}`,
      ].filter((one) => words.includes(one.split(" ")[0]!)).join(" ");
    };
    assertEquals(ours(), printed());
    try {
      await setAlone(rdma, { netnsMode: "exclusive", privilegedQkeyMode: true });
      assertEquals([system.get().netnsMode, system.get().privilegedQkeyMode], ["exclusive", true]);
      assertEquals(ours(), printed());
    } finally {
      system.set({ netnsMode: "shared", privilegedQkeyMode: false });
    }
  }));

kernelTest(
  "rdma: the mode of namespaces does not change while there are others, and devices do not move",
  [],
  () =>
    withDevices((rdma, [name]) =>
      inNamespace((ns) => {
        const busy = assertThrows(() => rdma.system.set({ netnsMode: "exclusive" }), KernelError);
        assertEquals(busy.code, "EBUSY", busy.message);
        assert(busy.message.includes("no other network namespace"), busy.message);
        const shared = assertThrows(() => rdma.devices.set(name!, { netns: ns.name }), KernelError);
        assertEquals(shared.code, "EOPNOTSUPP", shared.message);
        assert(shared.message.includes('system.set({ netnsMode: "exclusive" })'), shared.message);
        using there = open({ netns: ns.name });
        assertEquals(there.devices.get(name!), rdma.devices.get(name!));
        assertEquals(there.links.get(name!).dev, undefined, "the interface is elsewhere");
      })
    ),
);

kernelTest("rdma: character devices are those in /dev/infiniband", [], () =>
  withDevices((rdma, [name]) => {
    const cm = rdma.chardevs.get("rdma_cm"), verbs = rdma.chardevs.get("uverbs", name!);
    for (const one of [cm, verbs]) {
      const path = `/sys/class/${one === cm ? "misc" : "infiniband_verbs"}/${one.name}/dev`;
      assertEquals(one.chardev, readFileSync(path, "utf8").trim());
    }
    assert(/^uverbs\d+$/.test(verbs.name!), verbs.name);
    assertThrows(() => rdma.chardevs.get("nonsense"), KernelError);
  }));

/** Starts a program that listens for RDMA connections; `listening` resolves when it does. */
function listener(
  ...addresses: readonly string[]
): { pid: number; listening: Promise<void>; end: () => Promise<void> } {
  const path = fileURLToPath(new URL("listen.py", import.meta.url));
  const child = spawn("/usr/bin/python3", [path, ...addresses], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => said += data);
  const exited = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const listening = new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    void exited.then(() => reject(new Error(`the program has ended: ${said}`)));
  });
  listening.catch(() => {});
  return {
    pid: child.pid!,
    listening,
    end: () => {
      child.stdin.end();
      return exited;
    },
  };
}

kernelTest(
  "rdma: connection ids of a program that listens are those of rdma resource",
  ["rdma", "/usr/bin/python3"],
  () =>
    withDevices(async (rdma, [name]) => {
      if (!name!.startsWith("rxe") || !load("rdma_ucm")) skip("rxe or the connection manager for programs is not here");
      const program = listener("192.0.2.1:7471");
      try {
        await program.listening;
        const ours = rdma.resources.cmIds.list({ pid: program.pid });
        assertEquals(ours.map(({ name, state, ps, srcAddr }) => ({ name, state, ps, srcAddr })), [
          { name, state: "listen", ps: "tcp", srcAddr: "192.0.2.1:7471" },
        ]);
        const theirs = printed("resource show cm_id").filter((one) => one["pid"] === program.pid);
        assertEquals(theirs.map((one) => [one["cm-idn"], one["state"], one["ps"], one["src-addr"]]), [
          [ours[0]!.cmIdn, "LISTEN", "TCP", "192.0.2.1:7471"],
        ]);
        assertEquals(rdma.resources.cmIds.get({ name: name!, cmIdn: ours[0]!.cmIdn! }), ours[0]);
      } finally {
        await program.end();
      }
      assertEquals(rdma.resources.cmIds.list({ pid: program.pid }), []);
    }),
);

/** Fields of resources, and the names under which `rdma -j` prints the same. */
const PRINTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  qp: { pid: "pid", lqpn: "lqpn", rqpn: "rqpn", rqPsn: "rq-psn", sqPsn: "sq-psn", pdn: "pdn" },
  cm_id: { pid: "pid", cmIdn: "cm-idn", lqpn: "lqpn", srcAddr: "src-addr", dstAddr: "dst-addr" },
  cq: { pid: "pid", cqn: "cqn", cqe: "cqe", usecnt: "users", ctxn: "ctxn" },
  pd: { pid: "pid", pdn: "pdn", usecnt: "users", ctxn: "ctxn" },
  mr: { pid: "pid", mrn: "mrn", mrlen: "mrlen", pdn: "pdn" },
};

kernelTest(
  "rdma: what rping uses is what rdma resource shows, and its pings are counted",
  ["rdma", "rping"],
  () =>
    withDevices(async (rdma, [name]) => {
      if (!name!.startsWith("rxe") || !load("rdma_ucm")) skip("rxe or the connection manager for programs is not here");
      const { qps, cmIds, cqs, pds, mrs } = rdma.resources, link = `${name}/1`;
      const sent = (): number => Number(rdma.statistics.get(link).counters!["sent_pkts"]), before = sent();
      const ends: Promise<unknown>[] = [];
      const rping = (...options: readonly string[]) => {
        const at = ["-v", "-a", "192.0.2.1", "-p", "7472"];
        const program = spawn("rping", [...at, ...options], { stdio: ["ignore", "pipe", "ignore"] });
        ends.push(once(program, "exit"));
        return program;
      };
      const server = rping("-s");
      let client = server;
      try {
        server.stdout.resume();
        while (!cmIds.list({ pid: server.pid! }).some(({ state }) => state === "listen")) {
          assertEquals(server.exitCode, null, "rping listens");
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        client = rping("-c", "-C", "1000000");
        await Promise.race([once(client.stdout, "data"), ends[1]]);
        assertEquals(client.exitCode, null, "rping pings");
        client.stdout.resume();
        // Then the other side waits for the next ping, and nothing changes.
        client.kill("SIGSTOP");
        const pids = [server.pid!, client.pid!];
        for (
          const [object, list] of Object.entries({ qp: qps, cm_id: cmIds, cq: cqs, pd: pds, mr: mrs })
        ) {
          const fields = Object.entries(PRINTED[object]!);
          const ours = (): Record<string, unknown>[] =>
            pids.flatMap((pid) => list.list({ pid }) as object[] as Record<string, unknown>[]);
          const theirs = printed(`resource show ${object}`).filter(({ pid }) => pids.includes(pid as number));
          assert(pids.every((pid) => theirs.some((one) => one["pid"] === pid)), `${object} of both sides`);
          const words = (fields: readonly unknown[]): string => fields.map(String).join(" ");
          // Older versions of rdma print fewer fields.
          const known = fields.filter(([, word]) => theirs.some((one) => word in one));
          assertEquals(
            ours().map((one) => words(known.map(([field]) => one[field]))).sort(),
            theirs.map((one) => words(known.map(([, word]) => one[word]))).sort(),
            object,
          );
        }
        assertEquals(qps.list({ pid: client.pid! }).map(({ type, state }) => [type, state]), [["rc", "rts"]]);
        assertEquals(cmIds.list({ pid: client.pid! }).map(({ state, dstAddr }) => [state, dstAddr]), [
          ["connect", "192.0.2.1:7472"],
        ]);
        assert(sent() > before, `${sent()} packets, ${before} before`);
      } finally {
        for (const one of [client, server]) one.kill("SIGKILL");
        await Promise.all(ends);
      }
      for (const { pid } of [server, client]) assertEquals(qps.list({ pid: pid! }), []);
    }),
);

kernelTest("rdma: the kernel greets a port mapper of iWARP in its version", [], async () => {
  if (!load("iw_cm")) skip("no connection manager of iWARP");
  await using mapper = new PortMapper();
  mapper.tell("hello", { abiVersion: 4 });
  for await (const { op, value } of mapper) {
    assertEquals([op, value], ["hello", { abiVersion: 4 }]);
    break;
  }
});
