/**
 * Decodes the bytes of a message of any protocol, even of one that no kernel serves any more.
 *
 *     deno run examples/decode.ts route 14000000 16000103 01000000 00000000 02000000
 *     bun examples/decode.ts firewall 28000000120001000000000092100000…
 *
 * Prints a tree: offset, bytes, field, value. On Deno, messages of NETLINK_GENERIC need `--allow-ffi`, since the kernel
 * is asked for the numbers of its families.
 */
import { family, genericNumbers, show } from "../families/registry.ts";
import { print, run, UsageError } from "./run.ts";

/** A packet's verdict as ip_queue took it until Linux 3.4. */
const VERDICT = "28000000 1200 0100 00000000 92100000 01000000 00000000 7856341200000000 0000000000000000";

await run(
  {
    about:
      "Decodes a message: a protocol by name or number, then hexadecimal digits, which may have spaces between them\n" +
      "or 0x or \\x before them. Without arguments it decodes a verdict of ip_queue.",
    takes: "[PROTOCOL] [DIGITS]...",
    options: { 32: "decodes a message of a 32-bit kernel (ip_queue, ULOG)" },
  },
  (options, protocol = "firewall", ...rest) => {
    const digits = (rest.length > 0 ? rest.join("") : VERDICT).replace(/0x|\\x|\s/gi, "");
    if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new UsageError("these are no bytes: two hexadecimal digits each");
    const bytes = Uint8Array.from(digits.match(/../g)!, (byte) => parseInt(byte, 16));
    const number = /^\d+$/.test(protocol) ? Number(protocol) : protocol;
    // Each kernel numbers its generic families itself, so ask for the numbers.
    const generic = family(number)?.number === 16 ? genericNumbers() : {};
    const text = show(number, bytes, { layout: options[32] ? "ilp32" : "lp64", generic });
    for (const line of text.split("\n")) print(line);
  },
);
