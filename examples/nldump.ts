/**
 * Prints netlink messages, as tcpdump prints packets: those of a capture file, of an nlmon interface, or its own.
 *
 *     deno run --allow-ffi examples/nldump.ts                   lists links and routes, and prints that traffic
 *     deno run --allow-read examples/nldump.ts talk.pcap        reads a pcap or pcapng file, also of tcpdump
 *     tcpdump -i nlmon0 -w - | bun examples/nldump.ts -         reads the same from a pipe
 *     sudo bun examples/nldump.ts -i nlmon0                     prints all programs' traffic until Ctrl-C; needs nlmon0:
 *                                                               ip link add nlmon0 type nlmon; ip link set nlmon0 up
 */
import { readSync } from "node:fs";
import process from "node:process";
import { type CapturedMessage, family, monitor, readCapture } from "../families/registry.ts";
import { open } from "../families/route/mod.ts";
import { stringify } from "../core/show.ts";
import { run, UsageError } from "./run.ts";

/** Yields the pieces that arrive on standard input. */
function* stdin(): Generator<Uint8Array> {
  while (true) {
    const chunk = new Uint8Array(65536), length = readSync(0, chunk);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

/** Lists links and routes, and returns the traffic as a capture. */
function own(): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  using route = open({ capture: (bytes) => pieces.push(bytes) });
  route.links.list();
  for (const _route of route.routes.iterate()) { /* as many as there are */ }
  return pieces;
}

await run(
  {
    about:
      "Prints the messages of a capture file (- is standard input), of an nlmon interface, or of its own requests.",
    takes: "[FILE]",
    options: {
      interface: ["NAME", "prints the traffic on this nlmon interface until Ctrl-C"],
      protocol: ["NAME", "only messages of this protocol: route, generic, 16 …"],
      verbose: "prints a tree with offsets and bytes",
      json: "prints a line of JSON for each message",
    },
  },
  async (options, file) => {
    const { protocol: wanted } = options;
    const protocol = wanted === undefined ? undefined : family(/^\d+$/.test(wanted) ? Number(wanted) : wanted)?.number;
    if (wanted !== undefined && protocol === undefined) throw new UsageError(`no protocol is called ${wanted}`);
    const only = protocol === undefined ? {} : { protocol };
    const print = (message: CapturedMessage) => {
      // The messages' text is escaped already. A tree has several lines, so it must not be escaped again.
      process.stdout.write(`${options.json ? stringify(message) : options.verbose ? message : message.summary()}\n`);
    };
    if (options.interface !== undefined) {
      for await (const message of monitor(options.interface, only)) {
        print(message);
      }
    } else for (const message of readCapture(file === "-" ? stdin() : file ?? own(), only)) print(message);
  },
);
