/**
 * Lists the kernel's generic netlink families, or the requests that one of them accepts, like `genl ctrl`.
 *
 *     deno run --allow-ffi examples/generic_families.ts [FAMILY]
 *     bun examples/generic_families.ts mptcp_pm
 *
 * Prints a line for each family: number, name, groups. For one family it prints each operation with attributes, types
 * and ranges.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { families } from "../families/generic/controller.ts";
import { family } from "../families/generic/mod.ts";

const [name] = process.argv.slice(2);
if (name !== undefined) {
  using one = family(name);
  for (const line of one.describe().split("\n")) console.log(printable(line));
} else {
  for (const { familyId, familyName, mcastGroups = [] } of families.list()) {
    console.log(printable(String(familyId).padStart(4), familyName, mcastGroups.map(({ name }) => name).join(" ")));
  }
}
