/**
 * The places where filters and chains are: qdiscs, classes, and the shared blocks of qdiscs.
 *
 * @module
 */
import { expectFields } from "../../../core/arguments.ts";
import type { Client } from "../../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  type Shape,
  text,
  u32,
} from "../../../core/codec/mod.ts";
import type { KernelError } from "../../../core/errors.ts";
import { RTM } from "../protocol.ts";
import { BLOCK } from "./filter.ts";
import { handleNumber, TC_H } from "./handle.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a qdisc or class that tell where filters are. */
interface Holder {
  ifindex: Ifindex;
  handle: number;
  parent: number;
  kind?: string;
  ingressBlock?: number;
  egressBlock?: number;
}

/** Wire form of {@linkcode Holder}: tcmsg and TCA_*. */
const Holder: Attributes<Holder> = attributes((): Shape<Holder> => ({
  ifindex: head(4, ifindex),
  handle: head(8, u32),
  parent: head(12, u32),
  kind: [1, text],
  ingressBlock: [13, u32],
  egressBlock: [14, u32],
}), { header: 20 });

/** A place of filters. */
export type Place =
  | { readonly ifindex: number; readonly parent: number }
  | { readonly ifindex: number; readonly block: number };

/** The hooks of clsact as numbers. */
export const INGRESS = 0xffff_fff2, EGRESS = 0xffff_fff3;

/** Kinds of qdiscs whose classes have filters of their own. */
const WITH_FILTERED_CLASSES: ReadonlySet<unknown> = new Set(["htb", "hfsc", "cbq", "atm"]);

/** The kernel's texts for a place of filters that does not exist, and so has no filters and no chains. */
const NO_PLACE =
  /^(Parent Qdisc doesn't exist|Qdisc not classful|Specified class doesn't exist|Block of given index was not found)/;

/** The kernel's texts for a filter whose chain, priority or number does not exist, or is one of another kind. */
const NO_FILTER =
  /^(Cannot find specified filter chain|Filter with specified|Specified filter (kind|handle)|Protocol mismatch)/;

/** True for an error by which the kernel tells that a chain, or the place where it would be, does not exist. */
export const isWithoutChain = ({ code, kernelMessage = "" }: KernelError): boolean =>
  code === "EINVAL" && (NO_PLACE.test(kernelMessage) || /chain/i.test(kernelMessage));

/** True for an error by which the kernel tells that a filter, or the place where it would be, does not exist. */
export const isWithoutFilter = ({ code, kernelMessage = "" }: KernelError): boolean =>
  code === "EINVAL" && (NO_PLACE.test(kernelMessage) || NO_FILTER.test(kernelMessage));

/** Gives a message about a shared block the number that stands for the interface. */
export function onBlock(value: Fields): Fields {
  if (value["block"] === undefined) return value;
  const { dev: _dev, parent: _parent, ...rest } = value;
  return { ...rest, ifindex: BLOCK };
}

/** Returns the place of a filter or chain for messages. */
export function placeText(value: object): string {
  const { dev, ifindex, block, parent, chain } = value as Fields, on = dev ?? ifindex;
  return [
    ...(chain === undefined || chain === 0 ? [] : [`in chain ${String(chain)}`]),
    ...(block !== undefined
      ? [`in block ${String(block)}`]
      : [...(parent === undefined ? [] : [`at ${String(parent)}`]), ...(on === undefined ? [] : [`on ${String(on)}`])]),
  ].join(" ");
}

function dump(client: Client, type: number, reply: number, value: object): Holder[] {
  const codec = Holder as Codec<unknown, never>;
  return client.dump({ type, flags: 0, codec, value, what: "list the places of filters", reply }) as Holder[];
}

/** Returns the number of the interface that a filter names; `undefined` if it names none. */
function interfaceOf(client: Client, { dev, ifindex }: Fields, what: string): number | undefined {
  const named = dev === undefined ? { ifindex } : { dev };
  if ((dev ?? ifindex) === undefined) return undefined;
  return (client.normalize(Named as Codec<unknown, never>, named, what) as Named).ifindex;
}

/** A message with an interface alone. */
interface Named {
  ifindex: Ifindex;
  dev?: string;
}

const Named: Attributes<Named> = attributes((): Shape<Named> => ({
  ifindex: head(4, ifindex),
  dev: interfaceNameOf("ifindex"),
}), { header: 20 });

/**
 * Returns the places to list for a filter of a list, each of which the kernel lists by itself; `undefined` if the filter
 * names one.
 */
export function placesOf(
  client: Client,
  filter: object | undefined,
  objects = "filters",
): readonly Place[] | undefined {
  if (filter !== undefined) expectFields(filter, `list ${objects}`, "a filter as an object");
  const given = (filter ?? {}) as Fields, { block, parent } = given;
  if (client.deferred) return undefined;
  if (block !== undefined) return [{ ifindex: BLOCK, block: block as number }];
  const atRoot = parent === "root" || parent === 0, own = given["dev"] ?? given["ifindex"];
  if (own !== undefined && parent !== undefined && !atRoot) return undefined;
  const wanted = interfaceOf(client, given, `list ${objects}`), places: Place[] = [], blocks = new Set<number>();
  const number = typeof parent === "number"
    ? parent
    : parent === "ingress"
    ? INGRESS
    : parent === "egress"
    ? EGRESS
    : typeof parent === "string"
    ? handleNumber(parent)
    : undefined;
  const add = (ifindex: number, at: number, shared?: number): void => {
    if (shared === undefined) {
      if (parent === undefined || atRoot || at === number) places.push({ ifindex, parent: at });
    } else if (!blocks.has(shared) && parent === undefined) {
      blocks.add(shared);
      places.push({ ifindex: BLOCK, block: shared });
    }
  };
  const asked = new Set<number>();
  for (const qdisc of dump(client, RTM.RTM_GETQDISC, RTM.RTM_NEWQDISC, {})) {
    const { ifindex, handle, kind, ingressBlock, egressBlock } = qdisc;
    if (wanted !== undefined && ifindex !== wanted || atRoot && qdisc.parent !== TC_H.root || handle === 0) continue;
    if (kind === "clsact" || kind === "ingress") {
      add(ifindex, INGRESS, ingressBlock);
      if (kind === "clsact") add(ifindex, EGRESS, egressBlock);
    } else add(ifindex, handle);
    if (!WITH_FILTERED_CLASSES.has(kind) || asked.has(ifindex) || atRoot) continue;
    asked.add(ifindex);
    for (const one of dump(client, RTM.RTM_GETTCLASS, RTM.RTM_NEWTCLASS, { ifindex })) {
      if (WITH_FILTERED_CLASSES.has(one.kind)) add(ifindex, one.handle);
    }
  }
  return places;
}
