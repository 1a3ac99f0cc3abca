/**
 * Prints netlink messages like tcpdump: those of a capture file, of an nlmon interface, or its own.
 *
 *     deno run --allow-read examples/nldump.ts talk.pcap        a file: pcap or pcapng, ours, tcpdump's or Wireshark's
 *     tcpdump -i nlmon0 -w - | bun examples/nldump.ts -         the same as it comes
 *     sudo deno run --allow-ffi examples/nldump.ts -i nlmon0    what all programs say, until Ctrl-C; makes no interface:
 *                                                               ip link add nlmon0 type nlmon; ip link set nlmon0 up
 *     deno run --allow-ffi examples/nldump.ts                   what is said when this program asks for links and routes
 *
 * Prints a line a message; `-v` a tree with offsets and bytes, `--json` an object a line; `-p route` one protocol's only.
 */
import { readSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { type CapturedMessage, family, monitor, readCapture } from "../families/registry.ts";
import { open } from "../families/route/mod.ts";
import { stringify } from "../core/show.ts";

// Ends quietly when nobody reads any more, as behind `| head`.
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
  // Messages escape what a terminal would obey; the tree of one has lines.
  process.stdout.write(`${values.json ? stringify(message) : values.verbose ? message : message.summary()}\n`);
}

/** What comes through a pipe. */
function* stdin(): Generator<Uint8Array> {
  while (true) {
    const chunk = new Uint8Array(65536), length = readSync(0, chunk);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

/** What this program says itself. */
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
