/** Two hosts, each a namespace, whose packets pass through ESP. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  open,
  type PolicyInput,
  type StateInput,
  type XfrmClient,
  type XfrmState,
} from "../../../families/xfrm/mod.ts";
import { KEY16, KEY20, KEY32 } from "../../unit/xfrm/pairs.ts";
import { inNamespace, lab, load, type Namespace, run } from "../namespace.ts";

/** The programs that the tests need. */
export const needs: readonly string[] = lab && load("esp4") && load("esp6")
  ? ["ip", "ping"]
  : ["the lab, with a kernel that has ESP"];

/** One of two hosts. */
export interface Host {
  readonly ns: Namespace;
  readonly client: XfrmClient;
  /** Its addresses. */
  readonly inet: string;
  readonly inet6: string;
}

export type Hosts = readonly [left: Host, right: Host];

/** Makes two namespaces with a link between them. */
export async function withHosts(body: (hosts: Hosts) => void | Promise<void>): Promise<void> {
  await inNamespace(async (left) => {
    await inNamespace(async (right) => {
      const peer = { ifname: "v0", netns: right.name };
      left.route.links.add({ ifname: "v0", kind: "veth", up: true, data: { peer } });
      right.route.links.set("v0", { up: true });
      const [one, other] = ([left, right] as const).map((ns, i) => {
        const inet = `192.0.2.${i + 1}`, inet6 = `2001:db8::${i + 1}`, { addresses } = ns.route;
        addresses.add({ dev: "v0", address: `${inet}/24` });
        addresses.add({ dev: "v0", address: `${inet6}/64`, flags: ["nodad"] });
        return { ns, client: open({ netns: ns.name }), inet, inet6 };
      }) as [Host, Host];
      using _one = one.client, _other = other.client;
      await body([one, other]);
    });
  });
}

/** Returns the output of ping from the first host, which ends with an error if no packet passes. */
export function ping([left]: Hosts, to: string, count = 3): string {
  return run("ip", ["netns", "exec", left.ns.name, "ping", "-c", `${count}`, "-i", "0.05", "-W", "10", to]);
}

/** Algorithms of states. */
type Algorithms<T extends "aead" | "crypt" | "authTrunc"> = Readonly<Required<Pick<StateInput, T>>>;

export const GCM: Algorithms<"aead"> = { aead: { name: "rfc4106(gcm(aes))", key: KEY20, icvLength: 128 } };
export const CBC: Algorithms<"crypt" | "authTrunc"> = {
  crypt: { name: "cbc(aes)", key: KEY16 },
  authTrunc: { name: "hmac(sha256)", key: KEY32, truncLength: 128 },
};

/** The states and policies of both directions. */
export interface Way {
  /** Fields of the states. */
  readonly state: Partial<StateInput>;
  /** Fields of the policies. */
  readonly policy?: Partial<PolicyInput>;
  readonly family?: "inet" | "inet6";
}

/** Adds states and policies for both directions on both hosts; returns the states of the first direction, by host. */
export function protect(hosts: Hosts, { state, policy, family = "inet" }: Way): [sent: StateInput, back: StateInput] {
  const states = hosts.map((from, i) => {
    const to = hosts[1 - i]!, src = from[family], dst = to[family], { mode = "transport" } = state;
    const made = { ...state, mode, src, dst, proto: "esp", spi: 0x100 + i } as StateInput;
    const tmpl = [{ proto: "esp" as const, mode, ...mode === "tunnel" ? { src, dst } : {} }];
    for (const { client } of hosts) client.states.add(made);
    // Packets of UDP that carry others need no state themselves.
    const common = { sel: { src, dst, proto: family === "inet" ? "icmp" : "ipv6-icmp" }, ...policy, tmpl } as const;
    from.client.policies.add({ ...common, dir: "out" });
    to.client.policies.add({ ...common, dir: "in" });
    return made;
  });
  return states as [StateInput, StateInput];
}

/** Returns what identifies a state. */
export function keyOf({ src, dst, proto, spi }: StateInput): Pick<XfrmState, "src" | "dst" | "proto" | "spi"> {
  return { src: src!, dst: dst!, proto: proto!, spi: spi! } as Pick<XfrmState, "src" | "dst" | "proto" | "spi">;
}

/** Opens a UDP socket that takes packets of ESP, in a process that ends with its input. */
export async function encapsulation(ns: Namespace, port: number): Promise<ChildProcess> {
  const code = "import socket,sys;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.setsockopt(17,100,2);" +
    `s.bind(("",${port}));print("ready",flush=True);sys.stdin.read()`;
  const child = spawn("ip", ["netns", "exec", ns.name, "/usr/bin/python3", "-c", code], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout!.once("data", resolve));
  return child;
}

/** Removes all states and policies of both hosts. */
export function clear(hosts: Hosts): void {
  for (const { client } of hosts) {
    client.states.flush({ all: true });
    client.policies.flush({ all: true });
  }
}
