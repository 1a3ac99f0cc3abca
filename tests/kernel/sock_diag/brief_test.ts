/** Brief forms of sockets, and the processes that hold them, compared with `ss`. */
import { assert, assertEquals } from "@std/assert";
import { processesOf } from "../../../core/processes.ts";
import { brief } from "../../../families/sock_diag/brief.ts";
import { open } from "../../../families/sock_diag/mod.ts";
import { inNamespace, kernelTest, run } from "../namespace.ts";
import { withSockets } from "./sockets.ts";

const SOCKETS = `
l, c, s = tcp_pair(port=443)
six = tcp_pair(family=AF_INET6, address='::1')
c.send(b'x' * 100)
u = keep(socket(AF_INET, SOCK_DGRAM))
u.bind(('127.0.0.1', 53))
named = keep(socket(AF_UNIX, SOCK_STREAM))
named.bind('\\0named')
named.listen(3)
pair = keep(*socketpair())
`;

const STATES: Readonly<Record<string, string>> = { ESTAB: "established", UNCONN: "close", LISTEN: "listen" };

kernelTest("brief: sockets have the columns of ss -p, processes included", ["ip", "ss", "python3"], async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, SOCKETS, () => {
      using diag = open({ netns: ns.name });
      const theirs = (options: string): string[] =>
        run("ip", ["netns", "exec", ns.name, "ss", "-nHap", options]).trim().split("\n").map((line) => {
          const words = line.trim().split(/\s+/), users = /users:\(\((.*)\)\)/.exec(line)?.[1];
          if (options === "-x") words.shift();
          const [state = "", recvQ, sendQ, ...ends] = words.filter((word) => !word.startsWith("users:"));
          const by = /"(.*)",pid=(\d+),fd=(\d+)/.exec(users ?? "")?.slice(1).join(" ") ?? "";
          // ss shows the inode as the port of a unix socket.
          const both = options === "-x" ? [ends[0], ends[3]] : ends;
          return [STATES[state] ?? state, recvQ, sendQ, ...both, by].join(" ");
        }).sort();
      const sockets = [["-t", diag.tcp.list()], ["-u", diag.udp.list()], ["-x", diag.unix.list()]] as const;
      const holders = processesOf(sockets.flatMap(([, list]) => list.map(({ inode }) => inode)));
      let compared = 0;
      for (const [option, list] of sockets) {
        const ours = list.map((socket) => {
          const { state, recvQ, sendQ, local, peer } = brief(socket), [holder] = holders.get(socket.inode) ?? [];
          const by = holder === undefined ? "" : `${holder.name} ${holder.pid} ${holder.fds[0]}`;
          return [state, recvQ, sendQ, local, option === "-x" ? peer.replace("* ", "").replace("*", "0") : peer, by]
            .join(" ");
        }).sort();
        assertEquals(ours, theirs(option));
        compared += ours.length;
      }
      assert(compared >= 10, `${compared} sockets`);
      assert(diag.netlink.list().map(brief).every(({ local }) => /^\S+:\d+$/.test(local)));
    });
  });
});
