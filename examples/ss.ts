/**
 * Lists sockets and the processes that hold them, like `ss -tuxap`.
 *
 *     deno run --allow-ffi examples/ss.ts
 *     sudo bun examples/ss.ts --listen
 *
 * Only root sees the processes of other users.
 */
import { processesOf } from "../core/processes.ts";
import { brief } from "../families/sock_diag/brief.ts";
import { udp } from "../families/sock_diag/datagrams.ts";
import { tcp } from "../families/sock_diag/tcp.ts";
import { unix } from "../families/sock_diag/unix.ts";
import { list } from "./run.ts";

await list(
  {
    about:
      "Lists TCP, UDP and unix sockets and the processes that hold them. Queues are in bytes; of listening sockets, in\nconnections.",
    options: { listen: "only those that listen" },
  },
  ({ listen }) => {
    const filter = listen ? { state: "listen" as const } : {};
    const all = [
      ...tcp.list(filter).map((socket) => ({ kind: "tcp", ...socket })),
      ...(listen ? [] : udp.list()).map((socket) => ({ kind: "udp", ...socket })),
      ...unix.list(filter).map((socket) => ({ kind: "unix", ...socket })),
    ];
    const holders = processesOf(all.map(({ inode }) => inode));
    return all.map((socket) => ({ ...socket, processes: holders.get(socket.inode) ?? [] }));
  },
  ({ kind, processes, ...socket }) => {
    const { state, recvQ, sendQ, local, peer } = brief(socket);
    return {
      KIND: kind,
      STATE: state,
      "RECV-Q": recvQ,
      "SEND-Q": sendQ,
      LOCAL: local,
      PEER: peer,
      PROCESSES: processes.map(({ name, pid }) => `${name}(${pid})`).join(" "),
    };
  },
);
