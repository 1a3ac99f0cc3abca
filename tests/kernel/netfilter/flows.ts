/** Flows as `conntrack` prints them, to compare ours with. */
import type { Flow, Tuple } from "../../../families/netfilter/conntrack.ts";
import { IPPROTO } from "../../../families/netfilter/conntrack.ts";
import { run } from "../namespace.ts";

/** The fields of a flow that `conntrack -o xml` prints, by path: `original.layer3.src`. */
export type Printed = Readonly<Record<string, string>>;

/** Runs a tool in a namespace. */
export const inside = (name: string, ...command: string[]): string => run("ip", ["netns", "exec", name, ...command]);

/** Returns the flows in the XML that `conntrack` prints, ordered by id. */
export function fromXml(xml: string): Printed[] {
  return xml.split("<flow").slice(1).map((flow) => {
    const fields: Record<string, string> = {}, path: string[] = [];
    for (const [, closing, name, attributes = "", alone, text] of flow.matchAll(/<(\/?)(\w+)([^>]*?)(\/?)>([^<]*)/g)) {
      if (closing === "/") {
        path.pop();
        continue;
      }
      const direction = /direction="(\w+)"/.exec(attributes)?.[1];
      path.push(direction ?? name!);
      const protonum = /protonum="(\d+)"/.exec(attributes)?.[1];
      if (protonum !== undefined) fields[[...path, "protonum"].join(".")] = protonum;
      if (alone === "/" || text!.trim() !== "") fields[path.join(".")] = text!.trim();
      if (alone === "/") path.pop();
    }
    // It prints states of SCTP in words of TCP.
    if (fields["original.layer4.protonum"] === String(IPPROTO.sctp)) delete fields["independent.state"];
    return fields;
  }).sort(byId);
}

const byId = (a: Printed, b: Printed): number => Number(a["independent.id"]) - Number(b["independent.id"]);

/** Returns flows of ours in the same form. */
export function fromOurs(flows: readonly Flow[]): Printed[] {
  return flows.map((flow) => {
    const { family, orig, reply, status = [], timeout, mark, zone, use, id, tcp, timestamp, secctx, help } = flow;
    const nested = {
      original: direction(family, orig, flow.countersOrig),
      reply: direction(family, reply, flow.countersReply),
      independent: {
        state: tcp?.state?.toString().toUpperCase(),
        timeout,
        mark,
        secctx,
        zone: zone === 0 ? undefined : zone,
        use,
        id,
        assured: status.includes("assured") ? "" : undefined,
        unreplied: status.includes("seen_reply") ? undefined : "",
        helper: help?.name,
        deltatime: timestamp === undefined ? undefined : "",
      },
    };
    const fields: Record<string, string> = {};
    flatten(nested, [], fields);
    return fields;
  }).sort(byId);
}

function direction(family: unknown, tuple: Tuple | undefined, counters: object | undefined): object {
  const { src, dst, proto, srcPort, dstPort } = tuple!;
  const number = typeof proto === "string" ? IPPROTO[proto] : proto;
  return {
    layer3: { protonum: family === "ip" ? 2 : 10, src, dst },
    layer4: {
      protonum: number,
      // It does not print identifiers and types of ICMP.
      ...(proto === "gre"
        ? { srckey: `0x${srcPort!.toString(16)}`, dstkey: `0x${dstPort!.toString(16)}` }
        : { sport: srcPort, dport: dstPort }),
    },
    counters,
  };
}

function flatten(value: object, path: readonly string[], into: Record<string, string>): void {
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    if (typeof one === "object") flatten(one as object, [...path, name], into);
    else into[[...path, name].join(".")] = String(one);
  }
}

const TIMES = ["independent.timeout", "independent.deltatime"];

/** Returns flows without the fields that depend on the time of listing. */
export const lasting = (flows: readonly Printed[]): Printed[] =>
  flows.map((flow) => Object.fromEntries(Object.entries(flow).filter(([name]) => !TIMES.includes(name))));
