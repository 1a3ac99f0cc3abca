/**
 * Shows an interface's speed, rings, queues and features, and turns features on or off, like `ethtool`.
 *
 *     deno run --allow-ffi examples/ethtool.ts lo
 *     sudo bun examples/ethtool.ts eth0 tx-generic-segmentation=off
 *
 * Changes need CAP_NET_ADMIN. What a driver does not support has no line.
 */
import { channels, features, linkModes, rings } from "../families/generic/ethtool.ts";
import { list, UsageError } from "./run.ts";

await list(
  {
    about:
      "Shows an interface's speed, rings, queues and features that are on. Features are switched by NAME=on or NAME=off.",
    takes: "INTERFACE [FEATURE=on|off]...",
  },
  function* (_options, dev, ...switches) {
    for (const one of switches) {
      if (!/=(on|off)$/.test(one)) throw new UsageError(`${one} is not FEATURE=on or FEATURE=off`);
    }
    if (switches.length > 0) {
      features.switch(dev, Object.fromEntries(switches.map((one) => [one.split("=")[0], one.endsWith("=on")])));
    }
    const modes = linkModes.find(dev), ring = rings.find(dev), queues = channels.find(dev);
    if (typeof modes?.speed === "number") yield { setting: "speed Mbit/s", value: modes.speed };
    if (modes?.duplex !== undefined) yield { setting: "duplex", value: modes.duplex };
    if (ring !== undefined) {
      yield { setting: "receive ring packets", value: ring.rx, limit: ring.rxMax };
      yield { setting: "transmit ring packets", value: ring.tx, limit: ring.txMax };
    }
    if (queues !== undefined) {
      yield {
        setting: "queues",
        value: queues.combinedCount ?? queues.rxCount,
        limit: queues.combinedMax ?? queues.rxMax,
      };
    }
    for (const name of features.get(dev).active?.value ?? []) yield { setting: name, value: "on" };
  },
  ({ setting, value, limit }) => ({ SETTING: setting, VALUE: value, LIMIT: limit }),
);
