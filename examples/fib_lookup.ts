/**
 * Shows the route that each IPv4 table has for an address, by the longest matching prefix. Unlike the kernel's choice
 * of a route, it ignores the routing rules.
 *
 *     deno run --allow-ffi examples/fib_lookup.ts 127.0.0.1 192.0.2.7
 *     bun examples/fib_lookup.ts 192.0.2.7
 *
 * Prints a line for each address and table: `127.0.0.1 local: /32 local host`. Without arguments it looks up 127.0.0.1.
 * For the route that a packet takes, use `routes.lookup` of families/route/mod.ts.
 */
import { parseArgs } from "node:util";
import { printable } from "../core/show.ts";
import { KernelError } from "../core/errors.ts";
import { lookup } from "../families/fib_lookup.ts";

const { positionals } = parseArgs({ allowPositionals: true });

for (const address of positionals.length > 0 ? positionals : ["127.0.0.1"]) {
  for (const table of ["local", "main", "default"] as const) {
    try {
      const { prefixlen, type, scope } = lookup(address, { table });
      console.log(printable(`${address} ${table}: /${prefixlen}`, type, scope));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      console.log(printable(`${address} ${table}: ${error.code}`));
    }
  }
}
