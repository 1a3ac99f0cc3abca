/** Messages of wireguard as bytes, and changes that do not fit into one message. */
import "../../../core/dry_run.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { open, WgDevice, type WgPeer } from "../../../families/generic/wireguard.ts";
import { test } from "../../test.ts";

const ID = 33;

function bytesOf(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

/** A key whose bytes are all the same. */
const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString("base64");

/** A kernel that records its requests, and answers a dump with `parts`. */
function kernelWith(parts: readonly object[], sent: WgDevice[]): ScriptedKernel {
  return new ScriptedKernel(({ type, seq, flags, payload }: SentMessage) => {
    const done = new Uint8Array(20);
    if (type === 16) {
      const family = { familyId: ID, familyName: "wireguard" };
      return [
        message(16, 0, seq, bytesOf(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
        message(2, 0, seq, done),
      ];
    }
    if ((flags & 0x300) === 0x300) {
      const codec = framed(0, 1, WgDevice as Codec<unknown, never>);
      return [
        ...parts.map((part) => message(type, 2, seq, bytesOf(codec, part))),
        message(3, 2, seq, new Uint8Array(4)),
      ];
    }
    sent.push(WgDevice.decode(new Reader(payload), 4, payload.length, {}));
    return [message(2, 0, seq, done)];
  });
}

test("wireguard: changes that name another interface are refused", () => {
  const kernels: ScriptedKernel[] = [];
  using client = open({
    transport() {
      const kernel = kernelWith([], []);
      kernel.interfaces.set(3, "wg0").set(4, "wg1");
      kernels.push(kernel);
      return kernel;
    },
  });
  for (
    const [key, other] of [["wg0", { ifname: "wg1" }], ["wg0", { ifindex: 4 }], [3, { ifname: "wg1" }], [3, {
      ifindex: 4,
    }]] as const
  ) {
    const error = assertThrows(() => client.wireguard.set(key, { ...other, listenPort: 1 }), TypeError);
    assert(error.message.includes(`Cannot set WireGuard interface ${key}: the changes name another`));
  }
  assertEquals(kernels[0]?.sent.length ?? 0, 0);
  client.wireguard.set("wg0", { ifname: "wg0", ifindex: 3, listenPort: 1 });
  client.wireguard.set(3, { ifname: "wg0", listenPort: 1 });
});

test("wireguard: a small change is one message, attribute by attribute", () => {
  const kernels: ScriptedKernel[] = [];
  using client = open({ transport: () => (kernels.push(kernelWith([], [])), kernels[0]!) });
  client.wireguard.set("wg0", {
    privateKey: keyOf(1),
    listenPort: 51820,
    peers: [{ publicKey: keyOf(2), endpoint: "192.0.2.7:51820", allowedIps: ["10.7.0.0/16", "2001:db8::1"] }],
  });
  const key = (byte: string): string => byte.repeat(32);
  const wanted = [
    "01 01 0000", // set-device, version 1
    "0800 0200 77673000", // ifname wg0
    `2400 0300 ${key("01")}`, // private key
    "0600 0600 6cca 0000", // listen port
    "8000 0880", // peers
    "7c00 0180",
    `2400 0100 ${key("02")}`, // public key
    "1400 0400 0200 ca6c c0000207 0000000000000000", // endpoint
    "4000 0980", // allowed ips
    "1c00 0180 0600 0100 0200 0000 0800 0200 0a070000 0500 0300 10 000000",
    "2000 0280 0600 0100 0a00 0000", // continued below
  ].join("").replaceAll(" ", "");
  const sent = Buffer.from(kernels[0]!.sent.at(-1)!.subarray(16)).toString("hex");
  // The nests' lengths follow from their content, so the decoded values are compared.
  const { peers } = WgDevice.decode(new Reader(Buffer.from(sent, "hex")), 4, sent.length / 2, {});
  assertEquals(sent.slice(0, 8 + 16 + 72 + 16), wanted.slice(0, 8 + 16 + 72 + 16));
  assertEquals(peers, [{
    publicKey: keyOf(2),
    endpoint: "192.0.2.7:51820",
    allowedIps: ["10.7.0.0/16", "2001:db8::1/128"],
  }]);
  assertStringIncludes(sent, "1400040002" + "00ca6cc00002070000000000000000");
  assertStringIncludes(sent, "1c0001800600010002000000080002000a0700000500030010000000");
});

test("wireguard: 1,000 peers of 20 addresses, and one of 5,000, are split into messages that fit", () => {
  const peers = Array.from({ length: 1000 }, (_, i) => ({
    publicKey: Buffer.from([...Array(28).fill(7), i >> 8, i & 255, 1, 2]).toString("base64"),
    presharedKey: keyOf(9),
    endpoint: `[2001:db8::${(i + 1).toString(16)}]:51820`,
    persistentKeepaliveInterval: 25,
    allowedIps: Array.from({ length: 20 }, (_, j) => `2001:db8:${(i + 1).toString(16)}:${(j + 1).toString(16)}::/64`),
  }));
  const many = {
    publicKey: keyOf(3),
    allowedIps: Array.from({ length: 5000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`),
  };
  const sent: WgDevice[] = [], kernels: ScriptedKernel[] = [];
  using client = open({ transport: () => (kernels.push(kernelWith([], sent)), kernels[0]!) });
  client.wireguard.set("wg0", { flags: ["replace_peers"], peers: [...peers, many] });
  assert(kernels[0]!.sent.every((bytes) => bytes.length < 65_000) && sent.length > 10, `${sent.length}`);
  // Peers are replaced once; further messages about a peer do not make one that was refused.
  assertEquals(sent.map(({ flags }) => flags?.length ?? 0), [1, ...sent.slice(1).map(() => 0)]);
  const together = new Map<string, WgPeer>();
  for (const peer of sent.flatMap(({ peers }) => peers ?? [])) {
    const before = together.get(peer.publicKey!);
    if (before === undefined) together.set(peer.publicKey!, peer);
    else {
      assertEquals(peer.flags, ["update_only"]);
      before.allowedIps = [...before.allowedIps!, ...peer.allowedIps!];
    }
  }
  const plain = ({ flags: _flags, ...peer }: WgPeer): unknown => peer;
  const ours = [...together.values()].map((one) => JSON.stringify(plain(one)));
  assertEquals(ours.length, 1001);
  const odd = [...peers, many].findIndex((one, i) => JSON.stringify(one) !== ours[i]);
  assertEquals(odd === -1 ? "" : ours[odd]!.slice(0, 600), "");
});

test("wireguard: an interface described in several messages is merged", () => {
  const ips = (from: number): string[] => Array.from({ length: 3 }, (_, i) => `10.0.0.${from + i}/32`);
  const parts = [
    { ifname: "wg0", listenPort: 5, peers: [{ publicKey: keyOf(1), allowedIps: ips(0) }] },
    { ifname: "wg0", peers: [{ publicKey: keyOf(1), allowedIps: ips(3) }, { publicKey: keyOf(2) }] },
  ];
  using client = open({ transport: () => kernelWith(parts, []) });
  assertEquals(client.wireguard.get("wg0"), {
    ifname: "wg0",
    listenPort: 5,
    peers: [{ publicKey: keyOf(1), allowedIps: [...ips(0), ...ips(3)] }, { publicKey: keyOf(2) }],
  });
});

test("wireguard: keys are text in both directions, absent if zero, and never in an error", () => {
  const random = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 37 & 255)).toString("base64");
  const read = (value: object): WgDevice => {
    const bytes = bytesOf(WgDevice as Codec<unknown, never>, value);
    return WgDevice.decode(new Reader(bytes), 0, bytes.length, {});
  };
  assertEquals(read({ privateKey: random }).privateKey, random);
  assertEquals(read({ privateKey: Buffer.from(random, "base64") }).privateKey, random);
  assertEquals(read({ privateKey: null }), {});
  const secret = random.slice(0, 40);
  const error = assertThrows(() => read({ privateKey: secret }), TypeError);
  assertStringIncludes(
    error.message,
    "privateKey: expected a key of 32 bytes or its 44 letters of base64, got 40 characters",
  );
  assertEquals(error.message.includes(secret), false);
  assertThrows(
    () => read({ peers: [{ publicKey: random, allowedIps: ["10.0.0.0/33"] }] }),
    Error,
    "peers[0].allowedIps[0]",
  );
});

test("a key in the wrong place is not repeated in the error", () => {
  using client = open({ dryRun: () => {} });
  const key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
  for (
    const use of [
      () => client.wireguard.set("wg0", key as never),
      () => client.wireguard.set("wg0", { [key]: 1 } as never),
      () => client.wireguard.set("wg0", { peers: [{ [key]: 1 }] } as never),
      () => client.wireguard.set("wg0", { peers: [key] } as never),
      () => client.wireguard.set("wg0", { listenPort: key } as never),
      () => client.wireguard.set("wg0", { privateKey: key.slice(1) }),
    ]
  ) {
    const { message } = assertThrows(use, TypeError) as Error;
    assertEquals(message.includes(key.slice(1, 20)), false, message);
  }
});
