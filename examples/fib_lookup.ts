/**
 * Shows the route that each IPv4 table has for an address, by the longest matching prefix. Unlike the kernel's choice
 * of a route, it ignores the routing rules.
 *
 *     deno run --allow-ffi examples/fib_lookup.ts
 *     bun examples/fib_lookup.ts 127.0.0.1 192.0.2.7
 *
 * For the route that a packet takes, use `routes.lookup` of families/route/routes.ts.
 */
import { KernelError } from "../core/errors.ts";
import { lookup } from "../families/fib_lookup.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Shows the longest matching prefix of addresses in the IPv4 tables; without arguments of 127.0.0.1.",
    takes: "[ADDRESS]...",
  },
  function* (_options, ...addresses) {
    for (const address of addresses.length > 0 ? addresses : ["127.0.0.1"]) {
      for (const table of ["local", "main", "default"] as const) {
        try {
          const { prefixlen, type, scope } = lookup(address, { table });
          yield { address, table, prefixlen, type, scope };
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          yield { address, table, type: error.code };
        }
      }
    }
  },
  ({ address, table, prefixlen, type, scope }) => ({
    ADDRESS: address,
    TABLE: table,
    "PREFIX BITS": prefixlen,
    TYPE: type,
    SCOPE: scope,
  }),
);
