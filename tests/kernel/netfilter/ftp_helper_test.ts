/** The example of a helper for FTP: data connections pass a firewall that accepts only what is established or related. */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { open as openConntrack } from "../../../families/netfilter/conntrack.ts";
import { helpers } from "../../../families/netfilter/helpers.ts";
import { has, inNamespace, kernelTest, lab, load, run } from "../namespace.ts";
import { inside } from "./flows.ts";

const RUN: readonly string[] = "Deno" in globalThis
  ? ["run", "--no-lock", "--no-check", "--allow-ffi"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/** A server of FTP with one file, for the commands that Python's client sends. */
const SERVER = `
import socket
listener = socket.create_server(("::", 21), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    control, _ = listener.accept()
    lines = control.makefile("rw", newline="\\r\\n")
    def say(text):
        lines.write(text + "\\n")
        lines.flush()
    here = control.getsockname()[0].replace("::ffff:", "")
    say("220 ready")
    for line in lines:
        word, _, given = line.strip().partition(" ")
        if word in ("PASV", "EPSV"):
            data = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
            port = data.getsockname()[1]
            if word == "EPSV": say(f"229 Entering Extended Passive Mode (|||{port}|)")
            else: say(f"227 Entering Passive Mode ({here.replace('.', ',')},{port // 256},{port % 256})")
            connect = lambda: data.accept()[0]
        elif word == "PORT":
            *address, high, low = given.split(",")
            to = (".".join(address), int(high) * 256 + int(low))
            connect = lambda: socket.create_connection(to)
            say("200 ok")
        elif word == "EPRT":
            _, _, address, port, _ = given.split("|")
            to = (address, int(port))
            connect = lambda: socket.create_connection(to)
            say("200 ok")
        elif word == "RETR":
            say("150 here it comes")
            with connect() as out: out.sendall(b"the content")
            say("226 done")
        elif word == "QUIT":
            say("221 bye")
            break
        else: say("230 ok")
    control.close()
`;

/** Gets the file from each address, passive and active; prints the command by which it was got. */
const CLIENT = `
import ftplib, sys
for address in sys.argv[1:]:
    for passive in (True, False):
        with ftplib.FTP(address) as ftp:
            ftp.login()
            ftp.set_pasv(passive)
            got = []
            ftp.retrbinary("RETR file", got.append)
            print(address, passive, b"".join(got).decode())
`;

const FIREWALL = `
table inet guard {
  counter data { }
  ct helper script { type "ftp-script" protocol tcp; l3proto inet; }
  chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set "script"; }
  chain in {
    type filter hook input priority 0; policy drop;
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    ct state established accept
    ct state related counter name data accept
    ct state new tcp dport 21 accept
  }
  chain out {
    type filter hook output priority 0; policy drop;
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    ct state established accept
    ct state related counter name data accept
  }
}
`;

/** Starts a program in a namespace; resolves when it has printed a line. */
async function start(name: string, program: string, ...args: readonly string[]) {
  const child = spawn("ip", ["netns", "exec", name, program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  let said = "";
  child.stdout.setEncoding("utf8");
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (text: string) => {
      said += text;
      if (said.includes("\n")) resolve();
    });
    child.on("close", () => resolve());
  });
  return {
    said: () => said,
    async end() {
      child.kill();
      await ended;
    },
  };
}

kernelTest(
  "examples: ftp_helper makes data connections related, passive and active, over IPv4 and IPv6",
  lab && load("nfnetlink_cthelper") && load("nfnetlink_queue") && load("nf_tables")
    ? ["ip", "nft", "/usr/bin/python3"]
    : ["the lab, with a kernel that has nfnetlink_cthelper"],
  async () => {
    await inNamespace(async (left) => {
      await inNamespace(async ({ name, route }) => {
        left.route.links.add({ ifname: "v0", kind: "veth", up: true, data: { peer: { ifname: "v0", netns: name } } });
        route.links.set("v0", { up: true });
        [left.route, route].forEach(({ addresses }, i) => {
          addresses.add({ dev: "v0", address: `192.0.2.${i + 1}/24` });
          addresses.add({ dev: "v0", address: `2001:db8::${i + 1}/64`, flags: ["nodad"] });
        });
        const script = fileURLToPath(new URL("../../../examples/ftp_helper.ts", import.meta.url));
        const helper = await start(name, process.execPath, ...RUN, script);
        const server = await start(name, "/usr/bin/python3", "-c", SERVER);
        try {
          assertEquals(helper.said(), "the helper ftp-script reads queue 21\n");
          if (has("nfct")) {
            const printed = run("nfct", ["helper", "list"]).split("{").slice(1);
            const theirs = printed.filter((one) => one.includes("ftp-script")).map((one) =>
              [...one.matchAll(/\.(\w+) = ([^,]*),/g)].map(([, field, value]) => `${field} ${value}`)
            );
            const fields = (
              l3: number,
            ) => [
              "name ftp-script",
              "queuenum 21",
              `l3protonum ${l3}`,
              "l4protonum 6",
              "priv_data_len 0",
              "status enabled",
            ];
            assertEquals(theirs.sort(), [fields(10), fields(2)].sort());
          }
          inside(name, "sh", "-c", 'echo "$1" | nft -f -', "sh", FIREWALL);
          const got = inside(left.name, "/usr/bin/python3", "-c", CLIENT, "192.0.2.2", "2001:db8::2");
          assertEquals(
            got.trimEnd().split("\n"),
            ["192.0.2.2", "2001:db8::2"].flatMap((
              address,
            ) => [`${address} True the content`, `${address} False the content`]),
          );
          // The firewall accepts no first packet of a data connection but by this rule.
          const counted = inside(name, "nft", "list", "counter", "inet", "guard", "data");
          // On a slow machine, packets are sent again.
          assert(Number(/packets (\d+)/.exec(counted)![1]) >= 4, counted);
          using client = openConntrack({ netns: name });
          const related = client.conntrack.list({ status: ["expected"] });
          assertEquals([...new Set(related.map(({ master }) => master?.dstPort))], [21]);
          assert(client.conntrack.list().some(({ help }) => help?.name === "ftp-script"));
          await helper.end();
          const ports = new Set(helper.said().trimEnd().split("\n").slice(1));
          assertEquals(ports.size, 4, helper.said());
        } finally {
          await Promise.all([helper.end(), server.end()]);
        }
      });
    });
    for (const one of helpers.list()) helpers.set({ name: one.name, tuple: one.tuple! }, { status: "disabled" });
  },
);
