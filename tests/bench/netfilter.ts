/**
 * The jobs of this library about netfilter: sets and rules of nf_tables, flows, and packets of a queue.
 *
 * @module
 */
import { conntrack, type FlowInput } from "../../families/netfilter/conntrack.ts";
import { elements, type NftElementInput, rules, ruleset } from "../../families/netfilter/nftables/mod.ts";
import { queue } from "../../families/netfilter/queue.ts";
import { type Job, measure } from "./peers/measure.ts";

const S = { family: "ip", table: "bench", set: "s" } as const;

const octets = (i: number): string => `${i >> 16}.${i >> 8 & 255}.${i & 255}`;

/** Returns the elements of a kind of set, the same as in netfilter_jobs.ts. */
const ELEMENT: Readonly<Record<string, (i: number) => NftElementInput>> = {
  addresses: (i) => `10.${octets(i)}`,
  intervals: (i) => [`10.${octets(8 * i)}`, `10.${octets(8 * i + 4)}`],
  concatenations: (i) => ({ elem: [`10.${octets(i)}`, 1 + i % 60_000] }),
  maps: (i) => ({ elem: `10.${octets(i)}`, data: 1 + i % 60_000 }),
};

const KINDS = Object.entries(ELEMENT);
const elementsOf = (element: (i: number) => NftElementInput, count: number): NftElementInput[] =>
  Array.from({ length: count }, (_, i) => element(i));

const jobs: Record<string, Job> = {
  ...Object.fromEntries(KINDS.map(([kind, element]) => [`nft-add-${kind}`, (count: number) => () => {
    elements.add(S, elementsOf(element, count));
    return count;
  }])),
  ...Object.fromEntries(KINDS.map(([kind, element]) => [`nft-delete-${kind}`, (count: number) => () => {
    elements.delete(S, elementsOf(element, count) as never);
    return count;
  }])),
  "nft-list": () => () => elements.list(S).length,
  "nft-find": (count) => () => {
    let found = 0;
    for (let i = 0; i < count; i++) if (elements.find(S, `10.${octets(i)}`) !== undefined) found++;
    return found;
  },
  "nft-rules": () => () => rules.list({ family: "ip", table: "bench" }).length,
  "nft-rules-json": () => () => ruleset.json({ family: "ip", table: "bench" }).nftables.length - 2,
  "conntrack-list": () => () => conntrack.list().length,
  "conntrack-flush": (count) => () => {
    const ended = conntrack.flush({ mark: 1 } satisfies FlowInput);
    if (2 * ended !== count) throw new Error(`ended ${ended} of ${count / 2} flows`);
    return count;
  },
  queue(count) {
    const packets = queue(0, { maxLength: 2 * count, buffer: 1 << 30 });
    return async () => {
      for (let seen = 0; seen < count; seen++) {
        const { value: packet } = await packets.next();
        if (packet === undefined || packet.event === "overrun") throw new Error("packets were lost");
        packet.verdict(packet.payload.at(-1) === 1 ? "drop" : "accept");
      }
      return count;
    };
  },
};

await measure(jobs);
