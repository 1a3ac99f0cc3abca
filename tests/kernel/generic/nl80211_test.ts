/** nl80211 against `iw`, in the lab: this needs mac80211_hwsim. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { spawnSync } from "node:child_process";
import { KernelError } from "../../../core/errors.ts";
import { type Bss, open, type WifiInterface } from "../../../families/generic/nl80211.ts";
import { run } from "../namespace.ts";
import { moduleTest } from "./lab.ts";

const wifiTest = (name: string, body: () => void | Promise<void>): void =>
  moduleTest("nl80211", ["mac80211_hwsim"], name, ["ip", "iw"], body);

/** The simulated radios' interfaces, up. */
function up(): [WifiInterface, WifiInterface] {
  using client = open();
  const [one, two] = client.interfaces.list().filter(({ iftype }) => iftype === "station" || iftype === "adhoc");
  assert(one !== undefined && two !== undefined, "mac80211_hwsim makes two radios");
  for (const { ifname } of [one, two]) run("ip", ["link", "set", ifname!, "up"]);
  return [one, two];
}

wifiTest("nl80211: radios are what `iw phy` says", () => {
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

wifiTest("nl80211: interfaces are what `iw dev` says, come and go as events", async () => {
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
    // A scan listens for some 30 ms on each channel: where all is slow, an answer may come too late for that.
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
    // The other end of the network is a station.
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

wifiTest("nl80211: the rules of a country are what `iw reg get` says", () => {
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
