/**
 * Decodes the bytes of a message of any protocol, even of one that no kernel serves any more.
 *
 *     deno run --allow-ffi examples/decode.ts route 14000000 16000103 01000000 00000000 02000000
 *     bun examples/decode.ts firewall 28000000120001000000000092100000…
 *
 * Takes a protocol by name or number, then hexadecimal digits, which may have spaces between them or 0x or \x before
 * them. `--32` decodes messages of a 32-bit kernel (ip_queue, ULOG). Prints a tree: offset, bytes, field, value.
 * Without arguments it decodes a packet's verdict as ip_queue took it until Linux 3.4.
 */
import { parseArgs } from "node:util";
import { family, genericNumbers, show } from "../families/registry.ts";

const { values, positionals } = parseArgs({ options: { 32: { type: "boolean" } }, allowPositionals: true });

const VERDICT = "28000000 1200 0100 00000000 92100000 01000000 00000000 7856341200000000 0000000000000000";
const [protocol = "firewall", ...rest] = positionals;
const digits = (rest.length > 0 ? rest.join("") : VERDICT).replace(/0x|\\x|\s/gi, "");
if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new TypeError("these are no bytes: two hexadecimal digits each");

const bytes = Uint8Array.from(digits.match(/../g)!, (byte) => parseInt(byte, 16));
const number = /^\d+$/.test(protocol) ? Number(protocol) : protocol;
// Each kernel numbers its generic families itself, so ask for the numbers.
const generic = family(number)?.number === 16 ? genericNumbers() : {};
console.log(show(number, bytes, { layout: values[32] ? "ilp32" : "lp64", generic }));
