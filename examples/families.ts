/**
 * Lists all netlink protocols, and shows the ones that the running kernel serves.
 *
 *     deno run --allow-ffi examples/families.ts [NAME OR NUMBER]...
 *     bun examples/families.ts smc 3
 *
 * Prints a table: number, name, status, if it is served here, its first and last kernel, and the modules or options
 * that provide it. With names or numbers, it prints a sentence about each of these protocols.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { explain, families } from "../families/registry.ts";

const wanted = process.argv.slice(2);
for (const one of wanted) console.log(printable(explain(/^\d+$/.test(one) ? Number(one) : one)));
if (wanted.length === 0) {
  const rows = families().map(({ number, name, status, served, since, until, provider }) => [
    String(number),
    name,
    status,
    served ? "yes" : "no",
    since,
    until,
    provider,
  ]);
  const all = [["", "name", "status", "here", "since", "until", "provided by"], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all) {
    console.log(printable(row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()));
  }
}
