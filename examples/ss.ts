/**
 * Lists sockets and the processes that own them, like `ss -tuxp`.
 *
 *     sudo deno run -A examples/ss.ts
 *     sudo bun examples/ss.ts
 *
 * Prints a line for each socket: `tcp   listen  0 511  127.0.0.1:8080  *:*  node(4711)`. Only root sees the processes
 * of other users, and Deno requires -A to read /proc.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { printable } from "../core/printable.ts";
import { udp } from "../families/sock_diag/datagrams.ts";
import { tcp } from "../families/sock_diag/tcp.ts";
import { unix } from "../families/sock_diag/unix.ts";

/** Returns the entries of a directory, or none if it is gone or may not be read. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The processes that own each socket, by its inode: `node(4711)`. */
const owners = new Map<number, string[]>();
for (const pid of entries("/proc").filter((name) => /^\d+$/.test(name))) {
  for (const fd of entries(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode === undefined) continue;
      const name = `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()}(${pid})`,
        others = owners.get(Number(inode)) ?? [];
      if (!others.includes(name)) owners.set(Number(inode), [...others, name]);
    } catch {
      // The file was closed in the meantime.
    }
  }
}

function line(kind: string, state: unknown, queues: string, local: string, peer: string, inode: number): void {
  const by = (owners.get(inode) ?? []).join(" ");
  console.log(
    printable(
      `${kind.padEnd(5)} ${String(state).padEnd(11)} ${queues.padEnd(9)} ${local.padEnd(30)} ${peer.padEnd(30)} ${by}`
        .trimEnd(),
    ),
  );
}

function end(address: string, port: number): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port || "*"}`;
}

for (const [kind, sockets] of [["tcp", tcp.list()], ["udp", udp.list()]] as const) {
  for (const s of sockets) {
    line(kind, s.state, `${s.rqueue} ${s.wqueue}`, end(s.local, s.localPort), end(s.dst, s.dstPort), s.inode);
  }
}
for (const s of unix.list()) {
  const name = s.name?.replaceAll("\0", "@") ?? "*";
  line("unix", s.state, `${s.rqlen?.rqueue} ${s.rqlen?.wqueue}`, name, s.peer ? `* ${s.peer}` : "*", s.inode);
}
