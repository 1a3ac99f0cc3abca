/**
 * Follows changes of the firewall: a line for each object that a transaction of nf_tables changes, with the program that
 * did it. Like `nft monitor`.
 *
 *     deno run --allow-ffi examples/nft_monitor.ts
 *     bun examples/nft_monitor.ts --json
 *
 * Needs CAP_NET_ADMIN.
 */
import { type NftChange, type NftGenerationEvent, open } from "../families/netfilter/nftables/mod.ts";
import { list, stopSignal } from "./run.ts";

await list(
  {
    about: "Follows changes of the firewall.",
    options: { netns: ["NAME", "in a network namespace"] },
  },
  ({ netns }) => changes(netns === undefined ? {} : { netns }),
  ({ id, procName, event, object, value }) => ({
    GENERATION: id,
    PROGRAM: procName,
    EVENT: event,
    OBJECT: object,
    TABLE: "table" in value ? `${value.family} ${value.table}` : value.family,
    NAME: "elements" in value
      ? `${value.set} ${value.elements.map(({ elem }) => JSON.stringify(elem)).join(", ")}`
      : "chain" in value
      ? `${value.chain} ${value.handle}`
      : (value as { name?: string }).name,
  }),
);

/** Yields each change with its transaction. */
async function* changes(
  options: { netns?: string },
): AsyncGenerator<NftChange & Pick<NftGenerationEvent, "id" | "procName">, void, undefined> {
  using client = open(options);
  for await (const { id, procName, changes = [] } of client.ruleset.watch({ signal: stopSignal() })) {
    for (const change of changes) yield { id: id!, ...(procName === undefined ? {} : { procName }), ...change };
  }
}
