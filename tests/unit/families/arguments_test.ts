/** Verbs of families without collections: wrong arguments are refused by name, and nothing is sent. */
import { assertEquals, assertMatch, assertNotMatch, assertRejects, assertThrows } from "@std/assert";
import { ScriptedKernel } from "../../../core/scripted.ts";
import type { OpenOptions } from "../../../core/client.ts";
import * as everything from "../../../mod.ts";
import { NetlinkError } from "../../../core/errors.ts";
import { test } from "../../test.ts";

let sent = 0;

/** A kernel that is never asked. */
const NOBODY: OpenOptions = { dryRun: () => sent++, transport: () => new ScriptedKernel(() => []) };

const NOTHING: readonly unknown[] = [undefined, null, [], [{}], true, () => {}, 5n];
/** Values that are neither a name nor a number. */
const UNNAMED: readonly unknown[] = [...NOTHING, {}];

function refused(shapes: readonly unknown[], act: (wrong: never) => unknown): void {
  sent = 0;
  for (const shape of shapes) {
    const error = assertThrows(() => act(shape as never), TypeError);
    assertMatch(error.message, /^Cannot [^:]+: (expected|there is no field)/);
    // No message contains "zone undefined".
    assertNotMatch(error.message.split(":")[0]!, /undefined|null|object|=>/);
  }
  assertEquals(sent, 0);
}

test("thermal: a zone is a number, a threshold an object", () => {
  using client = everything.thermal.open(NOBODY);
  refused([...UNNAMED, "1"], (zone) => client.temperature(zone));
  refused([...UNNAMED, "1"], (zone) => client.trips(zone));
  refused([...UNNAMED, "1"], (zone) => client.thresholds(zone));
  refused([...UNNAMED, "1"], (zone) => client.flushThresholds(zone));
  refused([...NOTHING, 5, "x"], (threshold) => client.addThreshold(1, threshold));
  refused([...NOTHING, 5, "x"], (threshold) => client.deleteThreshold(1, threshold));
  refused([null, [], 5], (options) => client.events(options));
});

test("taskstats: tasks and file descriptors are numbers", () => {
  using client = everything.taskstats.open(NOBODY);
  refused([...UNNAMED, "1"], (pid) => client.tasks.get(pid));
  refused([...UNNAMED, "1"], (pid) => client.tasks.getProcess(pid));
  refused([...UNNAMED, "1"], (fd) => client.tasks.cgroup(fd));
  refused([null, [], 5], (options) => client.tasks.exits(options));
});

test("WireGuard: an interface has a name or number, changes are an object, a peer has a key", () => {
  using client = everything.wireguard.open(NOBODY);
  const { wireguard } = client;
  refused(UNNAMED, (dev) => wireguard.get(dev));
  refused(UNNAMED, (dev) => wireguard.set(dev, {}));
  refused([...NOTHING, 5, "x"], (changes) => wireguard.set("wg0", changes));
  refused([...UNNAMED, 5], (key) => wireguard.removePeer("wg0", key));
  assertThrows(() => wireguard.set("wg0", { ifname: "wg1" }), TypeError, 'the changes name another, "wg1"');
  assertThrows(() => wireguard.set(7, { ifindex: 8 }), TypeError, "the changes name another, 8");
  assertEquals(sent, 0);
  wireguard.set("wg0", { ifname: "wg0", listenPort: 1 });
  assertEquals(sent, 1);
});

test("MACsec: channels and associations", () => {
  using client = everything.macsec.open(NOBODY);
  const { macsec } = client;
  for (const verb of ["addRxSc", "setRxSc", "addTxSa", "setTxSa"] as const) {
    refused([...NOTHING, 5, "x"], (given) => macsec[verb](5, given));
  }
  for (const verb of ["addRxSa", "setRxSa"] as const) {
    refused([...NOTHING, 5, "x"], (given) => macsec[verb](5, "0200000000010001", given));
    refused([...UNNAMED, 5], (sci) => macsec[verb](5, sci, { an: 0 }));
  }
  refused([...UNNAMED, 5], (sci) => macsec.deleteRxSc(5, sci));
  refused([...UNNAMED, "1"], (an) => macsec.deleteTxSa(5, an));
  refused([...UNNAMED, "1"], (an) => macsec.deleteRxSa(5, "0200000000010001", an));
  refused(UNNAMED, (type) => macsec.setOffload(5, type));
});

test("MPTCP: limits, addresses and subflows have their fields and no others", () => {
  using client = everything.mptcpPm.open(NOBODY);
  refused([...NOTHING, 5, "x", { subflow: 2 }], (limits) => client.setLimits(limits));
  refused([...NOTHING, 5, "x"], (addr) => client.announce(5, addr));
  refused([...UNNAMED, "1"], (token) => client.withdraw(token, 1));
  refused([...UNNAMED, "1"], (id) => client.withdraw(1, id));
  const addr = { addr4: "192.0.2.1" };
  for (const verb of ["addSubflow", "deleteSubflow", "setSubflow"] as const) {
    const wrong = [{}, { token: 1 }, { token: 1, addr }, { token: "1", addr, addrRemote: addr }];
    refused(
      [...NOTHING, 5, "x", ...wrong, { token: 1, addr, addrRemote: addr, flags: [] }],
      (one) => client[verb](one),
    );
  }
});

test("ethtool: a device has a name or number, features are an object", () => {
  using client = everything.ethtool.open(NOBODY);
  refused(NOTHING, (dev) => client.testCable(dev));
  refused(NOTHING, (dev) => client.measureCable(dev));
  refused(NOTHING, (dev) => client.moduleEeprom(dev, {} as never));
  refused([...UNNAMED, 5], (file) => client.flashModule("eth0", file));
  refused([...NOTHING, 5, "x"], (wanted) => client.features.switch("eth0", wanted));
});

test("SMC: identifiers are text, switches true or false", () => {
  using client = everything.smc.open(NOBODY);
  refused([...UNNAMED, 5], (entry) => client.addUserEid(entry));
  refused([...UNNAMED, 5], (entry) => client.removeUserEid(entry));
  refused([undefined, null, [], {}, 0, 1, "on"], (on) => client.setSystemEid(on));
  refused([undefined, null, [], {}, 0, 1, "on"], (on) => client.setHsLimitation(on));
});

test("lists of sockets and of queues' statistics take a filter that is an object", () => {
  using sockets = everything.sockDiag.open(NOBODY), queues = everything.netdev.open(NOBODY);
  for (const kind of ["tcp", "udp", "unix", "packet", "netlink", "vsock"] as const) {
    refused([null, [], [{}], 5, "x", () => {}], (filter) => sockets[kind].list(filter));
    refused([null, [], [{}], 5, "x", () => {}], (filter) => [...sockets[kind].iterate(filter)]);
  }
  refused([null, [], [{}], 5, "x", () => {}], (filter) => queues.qstats.list(filter));
  const both = { scope: ["queue"], queueType: "rx" } as never;
  assertThrows(() => queues.qstats.list(both), TypeError, 'by "queueType" and scope');
});

test("a dry run shows requests for data, and returns nothing instead of the answer", () => {
  const shown: unknown[] = [], options: OpenOptions = { ...NOBODY, dryRun: ({ type }) => void shown.push(type) };
  using devices = everything.ethtool.open(options), threads = everything.taskstats.open(options);
  using controller = everything.nlctrl.open(options), radios = everything.nl80211.open(options);
  assertEquals(devices.strings("features"), []);
  assertEquals(devices.strings("priv_flags", "eth0"), []);
  assertEquals(devices.moduleEeprom("eth0", { offset: 0, length: 16 } as never), new Uint8Array(0));
  assertEquals([threads.tasks.get(5), threads.tasks.getProcess(5), threads.tasks.cgroup(5)], [{}, {}, {}]);
  assertEquals(controller.families.policy("nlctrl"), { operations: [], policies: [] });
  assertEquals(controller.families.policy("nlctrl", 3), { operations: [], policies: [] });
  assertThrows(
    () => radios.domain(),
    NetlinkError,
    "Cannot get the regulatory domain: a dry run does not ask the kernel",
  );
  assertEquals([radios.wiphys.list(), radios.wiphys.networks(5)], [[], []]);
  assertEquals(shown, [
    "ETHTOOL_MSG_STRSET_GET",
    "ETHTOOL_MSG_STRSET_GET",
    "ETHTOOL_MSG_MODULE_EEPROM_GET",
    "TASKSTATS_CMD_GET",
    "TASKSTATS_CMD_GET",
    "CGROUPSTATS_CMD_GET",
    "CTRL_CMD_GETPOLICY",
    "CTRL_CMD_GETPOLICY",
    "NL80211_CMD_GET_REG",
    "NL80211_CMD_GET_WIPHY",
    "NL80211_CMD_GET_SCAN",
  ]);
});

const NO_OPTIONS: readonly unknown[] = [null, [], [{}], 5, "x", true, () => {}];

test("nl80211: a radio and its interfaces", async () => {
  using client = everything.nl80211.open(NOBODY);
  const { wiphys, interfaces } = client;
  refused(NO_OPTIONS, (filter) => wiphys.list(filter));
  refused([...NOTHING, 5, "x"], (changes) => wiphys.set(5, changes));
  refused(NOTHING, (key) => wiphys.set(key, {}));
  refused([...NOTHING, 5, "x"], (changes) => interfaces.set("wlan0", changes));
  refused([...NOTHING, 5, "x"], (value) => interfaces.add(value));
  refused(UNNAMED, (dev) => wiphys.networks(dev));
  refused(UNNAMED, (dev) => wiphys.abortScan(dev));
  refused([...UNNAMED, 5], (country) => client.setCountry(country));
  refused([null, [], {}, "5", true], (wiphy) => client.domain(wiphy));
  refused([null, [], 5], (options) => client.events(undefined, options));
  for (const dev of UNNAMED) {
    await assertRejects(() => wiphys.scan(dev as never), TypeError, "Cannot scan with an interface");
  }
  for (const options of NO_OPTIONS) {
    await assertRejects(() => wiphys.scan(5, options as never), TypeError, "Cannot scan with 5");
  }
  // In a dry run, the number of a radio given by name is not known.
  wiphys.set("phy0", { wiphyRetryShort: 5 });
});

test("usersock: a recipient is a port or an object, groups are numbers", () => {
  const transport = (): ScriptedKernel => new ScriptedKernel(() => []);
  using socket = everything.usersock.open({ transport });
  refused([undefined, null, [], true, "x", () => {}, 5n], (to) => socket.send(to, "x"));
  refused([null, [], {}, "5", true], (port) => socket.send({ port } as never, "x"));
  refused([null, [], {}, "5", true], (group) => socket.send({ group } as never, "x"));
  refused([...UNNAMED, "1"], (group) => socket.join(group));
  refused([...UNNAMED, "1"], (group) => socket.leave(group));
  refused(NO_OPTIONS, (options) => everything.usersock.open(options));
  refused([null, {}, 5, "1"], (groups) => everything.usersock.open({ groups, transport }));
  refused([["1"], [null], [{}]], (groups) => everything.usersock.open({ groups, transport }));
});

test("links: an alternative name is text", () => {
  using client = everything.route.open(NOBODY);
  for (const verb of ["addAltnames", "deleteAltnames"] as const) {
    refused([...UNNAMED, 5], (name) => client.links[verb](5, name));
    refused([...UNNAMED, 5], (name) => client.links[verb](5, "ok", name));
    refused(NOTHING, (key) => client.links[verb](key, "ok"));
  }
});

test("options of every client and stream are an object", () => {
  const { route, sockDiag, ethtool, crypto, generic, uevent, selinux, scsiTransport, connector, fibLookup } =
    everything;
  for (const { open } of [route, sockDiag, ethtool, crypto, fibLookup]) refused(NO_OPTIONS, (options) => open(options));
  refused(NO_OPTIONS, (options) => generic.family("x", options).request(1));
  refused(NO_OPTIONS, (options) => uevent.uevents.watch(options));
  refused(NO_OPTIONS, (options) => selinux.selinux.watch(options));
  refused(NO_OPTIONS, (options) => scsiTransport.scsiTransport.watch(options));
  refused([null, [], [{}], 5, true, () => {}], (options) => connector.processes.watch(options));
  refused([null, [], [{}], 5, true, () => {}], (options) => connector.processes.watch("exec", options));
  refused([null, [], {}, 5, true], (word) => connector.processes.watch(word, {}));
});

test("uevents, SELinux, SCSI transports, look-ups and algorithms", () => {
  const { uevents } = everything.uevent;
  for (const field of ["subsystem", "devtype", "action", "tag"]) {
    for (const wrong of [null, {}, 5, true, [5]]) {
      assertThrows(
        () => uevents.watch({ [field]: wrong } as never),
        TypeError,
        `Cannot watch uevents: ${field}: expected`,
      );
    }
  }
  refused([...UNNAMED, 5], (path) => uevents.trigger(path, "add"));
  refused([...UNNAMED, 5], (action) => uevents.trigger("/class/net/lo", action));
  refused([null, [], 5, "x"], (properties) => uevents.trigger("/class/net/lo", "add", properties));
  refused([...NOTHING, 5, "x"], (event) => uevents.send(event));
  refused([...UNNAMED, 5, "x"], (bytes) => everything.selinux.decodeEvents(bytes));
  const { decode, encode, scsiTransport } = everything.scsiTransport;
  refused([...UNNAMED, 5, "x"], (bytes) => decode(bytes));
  refused([undefined, null, {}, 5, "x", [null], [5]], (messages) => encode(messages));
  refused([...NOTHING, 5, "x"], (message) => scsiTransport.send(message, NOBODY));
  using fib = everything.fibLookup.open({ transport: () => new ScriptedKernel(() => []) });
  refused([...UNNAMED, 5], (address) => fib.lookup(address));
  refused(NO_OPTIONS, (options) => fib.lookup("192.0.2.1", options));
  using client = everything.crypto.open(NOBODY);
  for (const verb of ["get", "find", "delete", "statistics"] as const) {
    refused([...NOTHING, 5], (key) => client.algorithms[verb](key));
  }
  refused([...NOTHING, 5], (key) => client.algorithms.set(key, { priorityVal: 1 }));
  refused([...NOTHING, 5, "x"], (changes) => client.algorithms.set("x", changes));
  refused([...NOTHING, 5, "x"], (value) => client.algorithms.add(value));
  refused(NO_OPTIONS, (filter) => client.algorithms.list(filter));
});

test("registry: a protocol is a number or a name, a datagram is bytes, a capture is a path or bytes", () => {
  const { decode, show, family, explain, protocol, readCapture } = everything.registry, none = new Uint8Array(0);
  for (const verb of [family, explain, protocol]) refused(UNNAMED, (which) => verb(which));
  for (const verb of [decode, show]) {
    refused(UNNAMED, (which) => verb(which, none));
    refused([...UNNAMED, 5, "x"], (bytes) => verb("ROUTE", bytes));
    refused(NO_OPTIONS, (options) => verb("ROUTE", none, options));
  }
  refused([undefined, null, {}, 5, true], (capture) => [...readCapture(capture)]);
  refused([[5], ["x"], [null]], (capture) => [...readCapture(capture)]);
  refused(NO_OPTIONS, (options) => [...readCapture(none, options)]);
});

test('messages never contain "undefined", and never lack a value', () => {
  using client = everything.macsec.open(NOBODY), sockets = everything.sockDiag.open(NOBODY);
  const words = (act: () => unknown): string => assertThrows(act, Error).message;
  assertMatch(words(() => client.macsec.addRxSc(5, { nope: 1 } as never)), /^Cannot add a channel of 5: /);
  assertMatch(words(() => client.macsec.setTxSa(5, { nope: 1 } as never)), /^Cannot set sending association of 5: /);
  assertMatch(
    words(() => everything.uevent.uevents.send({ source: "kernel" })),
    /^Cannot send a uevent: a uevent needs "action"/,
  );
  assertEquals(
    words(() => everything.uevent.uevents.trigger(undefined as never, "add")),
    "Cannot trigger a uevent of a device: expected a string, got undefined",
  );
  for (const [key, shown] of [["", '""'], [[], "an array of 0"], [null, "null"], [undefined, "undefined"]] as const) {
    assertEquals(
      words(() => sockets.tcp.find(key as never)),
      `Cannot find TCP socket: expected an object with its addresses and ports, got ${shown}`,
    );
  }
  assertMatch(words(() => sockets.xdp.find({} as never)), /^Cannot find XDP socket: expected an inode/);
});
