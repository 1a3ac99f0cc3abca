/** wireguard, compared with `wg`, in the lab: this needs its module. */
import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { KernelError } from "../../../core/errors.ts";
import { open, type WgPeer } from "../../../families/generic/wireguard.ts";
import { inNamespace, run } from "../namespace.ts";
import { moduleTest } from "./lab.ts";

/** Returns a private key in the form of `wg genkey`. */
function privateKey(): string {
  const key = randomBytes(32);
  key[0]! &= 248;
  key[31] = (key[31]! & 127) | 64;
  return key.toString("base64");
}

/** Converts a peer to the form of `wg show all dump`. */
function inItsWords(peer: WgPeer): string[] {
  const { publicKey, presharedKey, endpoint, allowedIps = [], lastHandshakeTime, rxBytes, txBytes } = peer;
  return [
    publicKey!,
    presharedKey ?? "(none)",
    endpoint ?? "(none)",
    allowedIps.join(",") || "(none)",
    String((lastHandshakeTime ?? 0n) / 1_000_000_000n),
    String(rxBytes),
    String(txBytes),
    String(peer.persistentKeepaliveInterval || "off"),
  ];
}

const wireguardTest = (name: string, body: () => void | Promise<void>): void =>
  moduleTest("wireguard", ["wireguard"], name, ["ip", "wg"], body);

wireguardTest("wireguard: our settings equal those of `wg`, and the reverse", () =>
  inNamespace(({ name, ip }) => {
    using client = open({ netns: name });
    const wg = (...args: string[]): string => run("ip", ["netns", "exec", name, "wg", ...args]);
    const dump = (): string[][] =>
      wg("show", "all", "dump").trim().split("\n").map((line) => line.split("\t").slice(1));
    ip("link add wg0 type wireguard");
    const secret = privateKey(), peers = [privateKey(), privateKey()];
    client.wireguard.set("wg0", {
      privateKey: secret,
      listenPort: 51820,
      fwmark: 0x99,
      peers: [
        {
          publicKey: peers[0]!,
          presharedKey: privateKey(),
          endpoint: "192.0.2.7:51820",
          persistentKeepaliveInterval: 25,
          allowedIps: ["10.7.0.0/16", "10.9.0.1"],
        },
        {
          publicKey: Buffer.from(peers[1]!, "base64"),
          endpoint: "[2001:db8::7]:5000",
          allowedIps: ["2001:db8:7::/48"],
        },
      ],
    });
    const device = client.wireguard.get("wg0");
    assertEquals([device.privateKey, device.listenPort, device.fwmark, device.ifname], [secret, 51820, 0x99, "wg0"]);
    assertEquals(dump(), [
      [device.privateKey!, device.publicKey!, "51820", "0x99"],
      ...device.peers!.map(inItsWords),
    ]);
    wg("set", "wg0", "peer", peers[0]!, "allowed-ips", "10.8.0.0/16", "persistent-keepalive", "off");
    assertEquals(dump().slice(1), client.wireguard.get("wg0").peers!.map(inItsWords));
    client.wireguard.set("wg0", { peers: [{ publicKey: peers[0]!, presharedKey: null, flags: ["update_only"] }] });
    client.wireguard.removePeer("wg0", peers[1]!);
    const [left, ...others] = client.wireguard.get("wg0").peers!;
    assertEquals([left!.publicKey, left!.presharedKey, others.length], [peers[0], undefined, 0]);
    // A configuration that was read can be set again unchanged.
    const before = client.wireguard.get("wg0");
    client.wireguard.set("wg0", { ...before, flags: ["replace_peers"] });
    assertEquals(client.wireguard.get("wg0"), before);
    client.wireguard.set("wg0", { privateKey: null });
    assertEquals(client.wireguard.get(before.ifindex!).privateKey, undefined);
    assertEquals(assertThrows(() => client.wireguard.get("nope0"), KernelError).code, "ENODEV");
    assertEquals(assertThrows(() => client.wireguard.get("lo"), KernelError).code, "EOPNOTSUPP");
  }));

wireguardTest(
  "wireguard: 1,000 peers of 20 addresses are set and read back equal",
  () =>
    inNamespace(({ name, ip }) => {
      using client = open({ netns: name });
      ip("link add wg0 type wireguard");
      const peers = Array.from({ length: 1000 }, (_, i) => ({
        publicKey: privateKey(),
        presharedKey: privateKey(),
        endpoint: `192.0.${i >> 8}.${i & 255}:51820`,
        persistentKeepaliveInterval: 25,
        allowedIps: Array.from({ length: 20 }, (_, j) => `10.${i >> 8}.${i & 255}.${j}/32`),
      }));
      client.wireguard.set("wg0", { peers });
      const found = client.wireguard.get("wg0").peers!;
      const plain = (
        { publicKey, presharedKey, endpoint, persistentKeepaliveInterval, allowedIps }: WgPeer,
      ): unknown => ({
        publicKey,
        presharedKey,
        endpoint,
        persistentKeepaliveInterval,
        allowedIps: [...allowedIps!].sort(),
      });
      const sorted = (all: readonly WgPeer[]): unknown[] =>
        [...all].sort((a, b) => a.publicKey! < b.publicKey! ? -1 : 1).map(plain);
      assertEquals(sorted(found), sorted(peers));
      assertEquals(run("ip", ["netns", "exec", name, "wg", "show", "wg0", "peers"]).trim().split("\n").length, 1000);
    }),
);
