/** nl80211, compared with `iw`, in the lab: this needs mac80211_hwsim. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type Attributes, rawOf } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import * as controller from "../../../families/generic/controller.ts";
import { family } from "../../../families/generic/mod.ts";
import { type Bss, Nl80211Message, open, type WifiInterface } from "../../../families/generic/nl80211.ts";
import { type CapturedMessage, monitor } from "../../../families/registry.ts";
import { before, load, run } from "../namespace.ts";
import { skip } from "../../test.ts";
import { moduleTest } from "./lab.ts";

const wifiTest = (name: string, body: () => void | Promise<void>): void =>
  moduleTest("nl80211", ["mac80211_hwsim"], name, ["ip", "iw"], body);

/** Sets the simulated radios' interfaces up and returns them. */
function up(): [WifiInterface, WifiInterface] {
  using client = open();
  const [one, two] = client.interfaces.list().filter(({ iftype }) => iftype === "station" || iftype === "adhoc");
  assert(one !== undefined && two !== undefined, "mac80211_hwsim makes two radios");
  for (const { ifname } of [one, two]) run("ip", ["link", "set", ifname!, "up"]);
  return [one, two];
}

wifiTest("nl80211: radios equal those of `iw phy`", () => {
  using client = open();
  const wiphys = client.wiphys.list();
  const blocks = run("iw", ["phy"]).split(/^Wiphy /m).slice(1);
  assertEquals(wiphys.map(({ wiphyName }) => wiphyName).sort(), blocks.map((block) => block.split("\n")[0]!).sort());
  for (const block of blocks) {
    const name = block.split("\n")[0]!, wiphy = client.wiphys.get(name);
    assertEquals(client.wiphys.get(wiphy.wiphy!).wiphyName, name);
    // Channels below 1 GHz are between whole numbers, and other tools print them in other ways.
    const bands = (wiphy.wiphyBands ?? []).filter(({ band }) => band !== 4);
    const theirs = [...block.matchAll(/\* (\d+)(?:\.\d+)? MHz \[\d+\]( \(disabled\))?/g)].map(([, freq, disabled]) => [
      Number(freq),
      disabled === undefined ? undefined : true,
    ]);
    const ours = bands.flatMap(({ freqs }) => freqs ?? []).map((
      { freq, disabled },
    ) => [freq, disabled]);
    assertEquals(ours, theirs.filter(([freq]) => Number(freq) > 1000), name);
    assertEquals(wiphy.maxNumScanSsids, Number(/max # scan SSIDs: (\d+)/.exec(block)![1]));
    const modes = /Supported interface modes:\n((?:\t\t \* .*\n)+)/.exec(block)![1]!;
    assertEquals(wiphy.supportedIftypes!.length, modes.trim().split("\n").length);
    assert(wiphy.supportedIftypes!.includes("station") && modes.includes("managed"));
    const rates = [...block.matchAll(/\* ([\d.]+) Mbps/g)].map(([, rate]) => Math.round(Number(rate) * 10));
    assertEquals(bands.flatMap(({ rates }) => rates ?? []).map(({ rate }) => rate), rates);
  }
});

wifiTest("nl80211: interfaces equal those of `iw dev`, and events report them", async () => {
  using client = open();
  const [one] = up();
  const text = run("iw", ["dev", one.ifname!, "info"]);
  assertEquals(
    [`ifindex ${one.ifindex}`, `addr ${one.mac}`, `wiphy ${one.wiphy}`].filter((line) => !text.includes(line)),
    [],
  );
  assertEquals(client.interfaces.get(one.ifname!).ifindex, one.ifindex);
  await using events = client.interfaces.watch();
  const made = client.interfaces.add({ wiphy: one.wiphy, ifname: "mon9", iftype: "monitor" }) as WifiInterface;
  assert(run("iw", ["dev"]).includes("mon9"));
  const { value: told } = await events.next();
  assertEquals([told?.event, (told as { value: WifiInterface }).value.ifname], ["new", "mon9"]);
  assertEquals(made.iftype, "monitor");
  client.interfaces.delete("mon9");
  for await (const event of events) if (event.event === "del" && event.value.ifname === "mon9") break;
  assertEquals(run("iw", ["dev"]).includes("mon9"), false);
});

wifiTest("nl80211: a scan waits for its event and finds a network", async () => {
  using client = open();
  const [one, two] = up();
  run("ip", ["link", "set", two.ifname!, "down"]);
  run("iw", [two.ifname!, "set", "type", "ibss"]);
  run("ip", ["link", "set", two.ifname!, "up"]);
  {
    await using joins = client.events(["mlme"]);
    run("iw", [two.ifname!, "ibss", "join", "nl test", "2412"]);
    for await (const { event, ifindex } of joins) if (event === "join_ibss" && ifindex === two.ifindex) break;
  }
  try {
    const find = (all: readonly Bss[]): Bss | undefined => all.find(({ ssid }) => ssid === "nl test");
    // A scan listens for about 30 ms on each channel: on a slow machine, an answer may come too late.
    let network = find(await client.wiphys.scan(one.ifname!));
    for (let i = 0; network === undefined; i++) {
      assert(i < 100, "100 scans have not found the network");
      network = find(await client.wiphys.scan(one.ifname!, { frequencies: [2412] }));
    }
    assertEquals([network.frequency, typeof network.signal], [2412, "number"]);
    const theirs = run("iw", [one.ifname!, "scan", "dump"]);
    const block = theirs.split(/^BSS /m).find((one) => one.includes("SSID: nl test"))!;
    assertEquals([network.bssid, `${network.signal!.toFixed(2)} dBm`, network.beaconInterval], [
      block.slice(0, 17),
      /signal: (.*)/.exec(block)![1],
      Number(/beacon interval: (\d+)/.exec(block)![1]),
    ]);
    const again = await client.wiphys.scan(one.ifindex!, { frequencies: [2412], ssids: ["nl test"] });
    assert(again.some(({ ssid }) => ssid === "nl test"));
    // The other side of the network is a station.
    run("ip", ["link", "set", one.ifname!, "down"]);
    run("iw", [one.ifname!, "set", "type", "ibss"]);
    run("ip", ["link", "set", one.ifname!, "up"]);
    await using events = client.events(["mlme"]);
    run("iw", [one.ifname!, "ibss", "join", "nl test", "2412"]);
    for await (const { event, mac } of events) if (event === "new_station" && mac === one.mac) break;
    const stations = client.stations.list({ ifindex: two.ifindex! });
    const station = stations.find(({ mac }) => mac === one.mac)!;
    const dump = run("iw", [two.ifname!, "station", "dump"]);
    assert(dump.includes(`Station ${station.mac} (on ${two.ifname})`));
    assertEquals(client.stations.get(station).mac, one.mac);
    assertEquals(station.staInfo!.staFlags!.set!.includes("authorized"), /authorized:\s+yes/.test(dump));
  } finally {
    for (const { ifname } of [one, two]) {
      spawnSync("iw", [ifname!, "ibss", "leave"]);
      run("ip", ["link", "set", ifname!, "down"]);
      run("iw", [ifname!, "set", "type", "managed"]);
    }
  }
  const error = await assertRejects(() => client.wiphys.scan(one.ifname!), KernelError);
  assertEquals(error.code, "ENETDOWN");
});

wifiTest("nl80211: the rules of a country equal those of `iw reg get`", () => {
  using client = open();
  const domain = client.domain(), text = run("iw", ["reg", "get"]);
  assert(text.includes(`country ${domain.regAlpha2}:`), text);
  const global = text.split(/^phy#/m)[0]!;
  const theirs = [...global.matchAll(/\((\d+) - (\d+) @ (\d+)\), \(([^,]+), (\d+)\)/g)].map(([, ...parts]) =>
    parts.map(Number)
  );
  const ours = domain.regRules!.map((rule) => [
    rule.freqRangeStart! / 1000,
    rule.freqRangeEnd! / 1000,
    rule.freqRangeMaxBw! / 1000,
    rule.powerRuleMaxAntGain! / 100 || NaN,
    rule.powerRuleMaxEirp! / 100,
  ]);
  assertEquals(ours.map(String), theirs.map(String));
});

wifiTest("nl80211: attributes have the types of the kernel's policy", () => {
  using nlctrl = controller.open();
  const { operations, policies } = nlctrl.families.policy("nl80211");
  const sizes: Readonly<Record<string, number>> = { u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, u64: 8, s64: 8 };
  const compared = new Set<string>(), seen = new Set<string>();
  const compare = (index: number, table: Attributes<object>, path: string): void => {
    if (seen.has(`${index} ${path}`)) return;
    seen.add(`${index} ${path}`);
    for (const { id, type, policy } of policies[index]!) {
      const field = table.fields.find((field) => field.id === id);
      // A kernel newer than the table has more attributes.
      if (field === undefined) continue;
      const { codec, key } = field, at = `${path}${key}`, { name, size, nested } = codec!;
      if (typeof type === "string" && type in sizes) {
        // A number that may arrive in two sizes is sent in this one.
        assertEquals([at, size ?? sizes[name]], [at, sizes[type]]);
      } else if (type === "flag") assertEquals([at, name], [at, "flag"]);
      else if (type === "nested" || type === "nested_array") assertEquals([at, nested ?? field.repeated], [at, true]);
      else if (type !== "binary" && type !== "string" && type !== "nul_string") continue;
      else assertEquals([at, nested], [at, undefined]);
      compared.add(at);
      const inner = codec as Partial<Attributes<object>>;
      if (type === "nested" && policy !== undefined && policy !== index && inner.fields !== undefined) {
        compare(policy, inner as Attributes<object>, `${at}.`);
      }
    }
  };
  compare(operations.find(({ cmd }) => cmd === 2)!.do!, Nl80211Message as Attributes<object>, "");
  assert(compared.size > (before(6, 1) ? 180 : 220), `${compared.size} compared`);
});

/** Returns the paths of attributes that no table could decode. */
function unread(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return [
    ...rawOf(value).map(({ id, bytes }) => `${path}#${id} (${bytes.length} bytes)`),
    ...Object.entries(value).flatMap(([key, inner]) => unread(inner, `${path}.${key}`)),
  ];
}

wifiTest("nl80211: all traffic of `iw` is decoded, with no attribute left as bytes", async () => {
  if (!load("nlmon")) skip("a kernel with nlmon");
  const [one, two] = up(),
    commands = [
      ["phy"],
      ["dev"],
      ["dev", one.ifname!, "scan", "-u"],
      ["dev", one.ifname!, "survey", "dump"],
      ["dev", one.ifname!, "station", "dump"],
      ["dev", one.ifname!, "set", "txpower", "fixed", "1500"],
      ["dev", one.ifname!, "set", "bitrates", "legacy-2.4", "12", "18", "24"],
      ["dev", one.ifname!, "set", "power_save", "off"],
      ["dev", one.ifname!, "cqm", "rssi", "-60", "5"],
      ["reg", "get"],
      ["phy", "phy0", "wowlan", "show"],
      ["phy", "phy0", "set", "retry", "short", "5"],
      ["dev", two.ifname!, "interface", "add", "mesh9", "type", "mp", "mesh_id", "m"],
      ["dev", "mesh9", "get", "mesh_param"],
      ["dev", "mesh9", "del"],
      ["dev", one.ifname!, "get", "power_save"],
    ];
  run("ip", ["link", "add", "nlmon9", "type", "nlmon"]);
  try {
    run("ip", ["link", "set", "nlmon9", "up"]);
    const heard: CapturedMessage[] = [], messages = monitor("nlmon9", { protocol: 16 });
    const reading = (async () => {
      for await (const message of messages) {
        if (message.type !== "nl80211") continue;
        heard.push(message);
        const { psState } = message.value as { psState?: string };
        // The answer to the last command.
        if (psState !== undefined && message.flags.length === 0) break;
      }
    })();
    // The output of `iw` is more than a pipe holds without a reader.
    for (const words of commands) await once(spawn("iw", words, { stdio: "ignore" }), "close");
    await reading;
    const left = heard.flatMap(({ value }) => unread(value, String((value as { cmd?: string }).cmd)));
    assertEquals([...new Set(left)], []);
    const told = new Set(heard.map(({ value }) => (value as { cmd?: string }).cmd));
    assert(told.size >= 15, [...told].join(" "));
    const find = (cmd: string): Record<string, unknown> =>
      heard.find(({ value }) => (value as { cmd?: string }).cmd === cmd)!.value as Record<string, unknown>;
    assertEquals(find("NL80211_CMD_SET_POWER_SAVE").psState, "disabled");
    assertEquals(find("NL80211_CMD_SET_TX_BITRATE_MASK").txRates, [{ band: 0, legacy: Uint8Array.of(24, 36, 48) }]);
    assertEquals(find("NL80211_CMD_SET_CQM").cqm, { rssiThold: [-60], rssiHyst: 5 });
    assert(heard.some(({ value }) => (value as { meshId?: string }).meshId === "m"), "the name of a mesh");
  } finally {
    run("ip", ["link", "delete", "nlmon9"]);
  }
});

wifiTest("nl80211: interfaces and radios: given fields are set, or refused by name", () => {
  using client = open();
  const [one] = up(), info = (dev: string): string => run("iw", ["dev", dev, "info"]);
  // A simulated radio shows a power only on a channel; a unit test checks the request.
  client.interfaces.set(one.ifname!, { wiphyTxPowerLevel: 1200 });
  client.interfaces.set(one.ifname!, { wiphyTxPowerSetting: "automatic" });
  const made = client.interfaces.add({ wiphy: one.wiphy, ifname: "mon8", iftype: "monitor" }) as WifiInterface;
  try {
    run("ip", ["link", "set", "mon8", "up"]);
    run("ip", ["link", "set", one.ifname!, "down"]);
    client.interfaces.set("mon8", { wiphyFreq: 2437, channelWidth: "20" });
    assert(info("mon8").includes("channel 6 (2437 MHz)"), info("mon8"));
    for (const changes of [{ ifname: "x" }, { mac: "02:00:00:00:00:09" }, { wiphy: 1 }]) {
      assertThrows(
        () => client.interfaces.set("mon8", changes),
        TypeError,
        `${Object.keys(changes)[0]} cannot be changed`,
      );
    }
    // One antenna of two: the other setting stays, and a radio's name works like its number.
    const name = `phy${made.wiphy}`, phy = client.wiphys.get(made.wiphy!);
    client.wiphys.set(phy.wiphyName!, { wiphyRetryShort: 5 });
    assertEquals([client.wiphys.get(name).wiphyRetryShort, client.wiphys.get(name).wiphyRetryLong], [
      5,
      phy.wiphyRetryLong,
    ]);
    client.wiphys.set(made.wiphy!, { wiphyRetryShort: phy.wiphyRetryShort! });
  } finally {
    client.interfaces.delete("mon8");
    run("ip", ["link", "set", one.ifname!, "up"]);
  }
});

wifiTest("nl80211: a name with a NUL in it is complete", async () => {
  using client = open();
  const [one, two] = up(), name = "nl\0test";
  run("ip", ["link", "set", two.ifname!, "down"]);
  run("iw", [two.ifname!, "set", "type", "ibss"]);
  run("ip", ["link", "set", two.ifname!, "up"]);
  {
    await using joins = client.events(["mlme"]);
    using wifi = family("nl80211");
    // NL80211_CMD_JOIN_IBSS has no verb: interface, name, channel.
    wifi.request(43, { 3: two.ifindex!, 52: "6e6c0074657374", 38: 2412 });
    for await (const { event, ifindex } of joins) if (event === "join_ibss" && ifindex === two.ifindex) break;
  }
  try {
    // As above, an answer may come too late.
    for (let i = 0, found = false; !found; i++) {
      assert(i < 100, "100 scans have not found the network");
      const all = await client.wiphys.scan(one.ifname!, { frequencies: [2412], ssids: [name] });
      found = all.some(({ ssid }) => ssid === name);
    }
    assertEquals(client.interfaces.get(two.ifname!).ssid, name);
  } finally {
    run("iw", [two.ifname!, "ibss", "leave"]);
    run("ip", ["link", "set", two.ifname!, "down"]);
    run("iw", [two.ifname!, "set", "type", "managed"]);
  }
});
