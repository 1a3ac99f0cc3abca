/**
 * Prints netlink messages, as tcpdump prints packets: those of a capture file, of an nlmon interface, or its own.
 *
 *     deno run --allow-read examples/nldump.ts talk.pcap        reads a pcap or pcapng file, also of tcpdump
 *     tcpdump -i nlmon0 -w - | bun examples/nldump.ts -         reads the same from a pipe
 *     sudo deno run --allow-ffi examples/nldump.ts -i nlmon0    prints all programs' traffic until Ctrl-C; needs nlmon0:
 *                                                               ip link add nlmon0 type nlmon; ip link set nlmon0 up
 *     deno run --allow-ffi examples/nldump.ts                   lists links and routes, and prints that traffic
 *
 * Prints a line for each message; with `-v` a tree with offsets and bytes, with `--json` an object. `-p route` selects
 * a protocol.
 */
import { readSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { type CapturedMessage, family, monitor, readCapture } from "../families/registry.ts";
import { open } from "../families/route/mod.ts";
import { stringify } from "../core/show.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());

const { values, positionals: [file] } = parseArgs({
  options: {
    interface: { type: "string", short: "i" },
    protocol: { type: "string", short: "p" },
    verbose: { type: "boolean", short: "v" },
    json: { type: "boolean" },
  },
  allowPositionals: true,
});

const protocol = values.protocol === undefined
  ? undefined
  : family(/^\d+$/.test(values.protocol) ? Number(values.protocol) : values.protocol)?.number;
if (values.protocol !== undefined && protocol === undefined) {
  throw new TypeError(`no protocol is called ${values.protocol}`);
}
const only = protocol === undefined ? {} : { protocol };

function print(message: CapturedMessage): void {
  // The messages' text is escaped already. A tree has several lines, so it must not be escaped again.
  process.stdout.write(`${values.json ? stringify(message) : values.verbose ? message : message.summary()}\n`);
}

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

if (values.interface !== undefined) {
  for await (const message of monitor(values.interface, only)) print(message);
} else {
  for (const message of readCapture(file === "-" ? stdin() : file ?? own(), only)) print(message);
}
