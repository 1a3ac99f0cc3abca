/**
 * Waits until an interface has an address that is ready for use: duplicate address detection has finished.
 *
 *     deno run --allow-ffi examples/wait_for_address.ts eth0 [--inet6] [--timeout 10000]
 *     bun examples/wait_for_address.ts eth0
 *
 * Prints the address.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { NetlinkError } from "../core/errors.ts";
import { printable } from "../core/printable.ts";
import { addresses } from "../families/route/addresses.ts";

const { values, positionals } = parseArgs({
  options: { inet6: { type: "boolean" }, timeout: { type: "string", default: "10000" } },
  allowPositionals: true,
});
const dev = positionals[0];
if (dev === undefined) {
  console.error("Usage: wait_for_address.ts INTERFACE [--inet6] [--timeout MS]");
  process.exit(2);
}
try {
  const family = values.inet6 ? "inet6" : "inet";
  const found = await addresses.waitFor(
    { dev, family, scope: "universe" },
    ({ flags = [] }) => !flags.includes("tentative") && !flags.includes("dadfailed"),
    { timeout: Number(values.timeout) },
  );
  console.log(printable(found.address));
} catch (error) {
  if (!(error instanceof NetlinkError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
