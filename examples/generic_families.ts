/**
 * Lists the kernel's generic netlink families, or the requests that one of them accepts, like `genl ctrl`.
 *
 *     deno run --allow-ffi examples/generic_families.ts
 *     bun examples/generic_families.ts mptcp_pm
 */
import { families } from "../families/generic/controller.ts";
import { family } from "../families/generic/mod.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Lists generic netlink families; of one family each operation with its attributes, their types and ranges.",
    takes: "[FAMILY]",
  },
  function* (_options, name) {
    if (name === undefined) return yield* families.list();
    using one = family(name);
    for (const text of one.describe().split("\n")) yield { text };
  },
  (one) =>
    "text" in one
      ? { OPERATION: one.text }
      : { NUMBER: one.familyId, NAME: one.familyName, GROUPS: one.mcastGroups?.map(({ name }) => name) },
);
