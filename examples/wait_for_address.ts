/**
 * Waits until an interface has an address that is ready for use: duplicate address detection has finished.
 *
 *     deno run --allow-ffi examples/wait_for_address.ts eth0
 *     bun examples/wait_for_address.ts eth0 --inet6 --timeout 60000
 *
 * Prints the address, and nothing else.
 */
import { addresses } from "../families/route/addresses.ts";
import { number, print, run } from "./run.ts";

await run(
  {
    about: "Waits until an interface has an address that is ready for use, and prints it.",
    takes: "INTERFACE",
    options: { inet6: "an address of IPv6", timeout: ["MS", "the longest time to wait; without it 10000"] },
  },
  async ({ inet6, timeout = "10000" }, dev) => {
    const found = await addresses.waitFor(
      { dev, family: inet6 ? "inet6" : "inet", scope: "universe" },
      ({ flags }) => !flags.includes("tentative") && !flags.includes("dadfailed"),
      { timeout: number(timeout, "--timeout") },
    );
    print(found.address);
  },
);
