/**
 * Lists the kernel's cryptographic algorithms, like `cat /proc/crypto`, one per line.
 *
 *     deno run --allow-ffi examples/algorithms.ts [--type aead] [NAME]...
 *     bun examples/algorithms.ts --type skcipher
 *
 * Prints type, name, driver, priority, and sizes in bytes: `aead  gcm(aes)  generic-gcm-aesni  400  ivsize=12 …`. Needs
 * a kernel with CONFIG_CRYPTO_USER; without it, the error says so.
 */
import { parseArgs } from "node:util";
import { printable } from "../core/show.ts";
import { algorithms } from "../families/crypto.ts";

const { values, positionals } = parseArgs({ options: { type: { type: "string" } }, allowPositionals: true });

const all = algorithms.list().filter(({ type, name }) =>
  (values.type === undefined || type === values.type) && (positionals.length === 0 || positionals.includes(name ?? ""))
);
for (const { type, name, driverName, priorityVal, ...rest } of all) {
  const sizes = Object.entries(rest).filter(([field]) => field.endsWith("size")).map(([field, size]) =>
    `${field}=${size}`
  );
  console.log(printable([type, name, driverName, priorityVal, sizes.join(" ")].join("  ")));
}
console.log(`${all.length} algorithms`);
