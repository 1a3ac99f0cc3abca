/**
 * Lists the kernel's cryptographic algorithms, like `cat /proc/crypto`.
 *
 *     deno run --allow-ffi examples/algorithms.ts
 *     bun examples/algorithms.ts --type skcipher "cbc(aes)"
 *
 * Needs a kernel with CONFIG_CRYPTO_USER; without it, the error says so.
 */
import { algorithms } from "../families/crypto.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Lists the kernel's cryptographic algorithms. Sizes are in bytes.",
    takes: "[NAME]...",
    options: { type: ["TYPE", "only those of this type: aead, skcipher, shash …"] },
  },
  ({ type }, ...names) =>
    algorithms.list().filter((one) =>
      (type === undefined || type === one.type) && (names.length === 0 || names.includes(one.name ?? ""))
    ),
  ({ type, name, driverName, priorityVal, ...rest }) => ({
    TYPE: type,
    NAME: name,
    DRIVER: driverName,
    PRIORITY: priorityVal,
    "SIZES BYTES": Object.entries(rest).filter(([field]) => field.endsWith("size")).map((size) => size.join("=")).join(
      " ",
    ),
  }),
);
