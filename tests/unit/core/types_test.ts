/** Code that must compile, and code that must not; `tsc` and `deno check` decide. */
import { assertEquals } from "@std/assert";
import {
  type Attributes,
  attributes,
  choice,
  type Codec,
  enumeration,
  flag,
  head,
  type Ifindex,
  ifindex,
  key,
  list,
  mask,
  readOnly,
  repeated,
  text,
  u16,
  u32,
  u64,
} from "../../../core/codec/mod.ts";
import { type Changes, Collection, type Input } from "../../../core/collection.ts";
import type { ChangeEvent, WatchEvent } from "../../../core/watch.ts";
import { test } from "../../test.ts";

interface Vlan {
  id?: number;
  protocol?: "802.1q" | "802.1ad" | number;
}
interface Vxlan {
  port?: number;
}
interface Bond {
  mode?: number;
}
type Kind =
  | { kind: "vlan"; data?: Vlan }
  | { kind: "vxlan"; data?: Vxlan }
  | { kind: "dummy"; data?: undefined }
  | { kind?: undefined; data?: undefined };
interface Fields {
  ifname?: string;
  cookie?: bigint;
  flags?: readonly ("up" | number)[];
  key?: Uint8Array;
  master?: Ifindex;
}
type Link = Fields & Kind;

const Vlan: Attributes<Vlan> = attributes<Vlan>({
  id: [1, u16],
  protocol: [5, enumeration(u16, { "802.1q": 0x8100, "802.1ad": 0x88a8 })],
});
const Vxlan: Attributes<Vxlan> = attributes<Vxlan>({ port: [1, u16, key] });
const Bond: Attributes<Bond> = attributes<Bond>({ mode: [1, u16, readOnly] });

/** Never called, only compiled. */
export function refusals(): void {
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { vlan: Vlan, vxlan: Vxlan }, text);
  // @ts-expect-error a case is missing
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { vlan: Vlan }, text);
  // @ts-expect-error a case is wrong
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { vlan: Vlan, vxlan: Bond }, text);
  // @ts-expect-error a case too many
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { vlan: Vlan, vxlan: Vxlan, bond: Bond }, text);
  // @ts-expect-error a case for a kind without a payload
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { vlan: Vlan, vxlan: Vxlan, dummy: Bond }, text);
  // @ts-expect-error a discriminant that the union does not have
  choice<Kind, "kine", "data">("kine", 1, "data", 2, {}, text);

  // @ts-expect-error a missing entry
  attributes<Vlan>({ id: [1, u16] });
  // @ts-expect-error a wrong codec
  attributes<Bond>({ mode: [1, text] });
  // @ts-expect-error a superfluous entry
  attributes<Bond>({ mode: [1, u16], more: [2, u16] });
  // @ts-expect-error a number for a bigint
  attributes<{ cookie?: bigint }>({ cookie: [1, u32] });
  // @ts-expect-error a bigint for a number
  attributes<{ count?: number }>({ count: [1, u64] });
  // @ts-expect-error true for text
  attributes<{ name?: string }>({ name: [1, flag] });
  // @ts-expect-error a superfluous name of an enumeration
  attributes<Vlan>({ id: [1, u16], protocol: [5, enumeration(u16, { "802.1q": 1, "802.1ad": 2, third: 3 })] });
  // @ts-expect-error a superfluous name of a mask
  attributes<{ flags?: readonly ("up" | number)[] }>({ flags: [1, mask(u32, { up: 1, down: 2 })] });
  // @ts-expect-error a list for a single value
  attributes<Bond>({ mode: [1, list(u16)] });
  // @ts-expect-error a single value for a list
  attributes<{ names?: readonly string[] }>({ names: [1, text] });
  // @ts-expect-error a header field of a wrong codec
  attributes<Bond>({ mode: head(0, text) }, { header: 4 });
  // @ts-expect-error a codec that accepts names of interfaces for a field that is a number
  attributes<Bond>({ mode: [1, ifindex] });
  // @ts-expect-error the same in a header
  attributes<Bond>({ mode: head(0, ifindex) }, { header: 4 });
  // @ts-expect-error a codec that accepts no names for an interface
  attributes<{ master?: Ifindex }>({ master: [1, u32] });
  // @ts-expect-error the same in a header
  attributes<{ master?: Ifindex }>({ master: head(0, u32) }, { header: 4 });
  // @ts-expect-error an unknown role
  attributes<Bond>({ mode: [1, u16, "secret"] });
  attributes<{ names?: readonly string[] }>({ names: [1, repeated(1, text)] });
}

export const good: Link = { ifname: "x", kind: "vlan", data: { id: 5 } };
// @ts-expect-error data of another kind
export const wrongData: Link = { ifname: "x", kind: "vlan", data: { port: 5 } };
// @ts-expect-error a kind that is not known
export const wrongKind: Link = { kind: "vlann" };
// @ts-expect-error data without a kind
export const noKind: Link = { data: { id: 5 } };

export const input: Input<Link> = { kind: "vlan", cookie: 5, flags: 3, key: "01ff", master: "br0", data: { id: 5 } };
export const cleared: Input<Link> = { master: null };
// @ts-expect-error only interfaces can be cleared
export const notCleared: Input<Link> = { ifname: null };
// @ts-expect-error data of another kind
export const wrongInput: Input<Link> = { kind: "vxlan", data: { id: 5 } };

/** The `event` of a watch's events tells their type. */
export function follow(event: WatchEvent<ChangeEvent<"link", Link>>): string | undefined {
  if (event.event === "synced" || event.event === "overrun") return undefined;
  // @ts-expect-error neither of the two
  if (event.event === "gone") return undefined;
  return event.value.kind === "vlan" ? String(event.value.data?.id) : event.value.ifname;
}

export class Echoed extends Collection<Link, Input<Link>, Input<Link>, Link> {
  override add(value: Input<Link>): Link {
    return this.addEchoed(value);
  }
}

/** The input and result types of a collection. */
export function use(links: Collection<Link>, echoed: Echoed, batch: Changes<Echoed>): void {
  // @ts-expect-error the kernel returns nothing
  links.add({ ifname: "x" }).ifname;
  echoed.add({ ifname: "x" }).ifname;
  // @ts-expect-error nothing is done yet
  batch.add({ ifname: "x" }).ifname;
  links.add({ kind: "vlan", data: { id: 5 } });
  links.delete(links.list()[0]!);
  // @ts-expect-error a field that does not exist
  links.add({ ifnam: "x" });
  // @ts-expect-error flush() needs a filter
  links.flush();
}

/** A codec that accepts more than it returns fits where less is needed. */
export const wider: Codec<bigint, bigint> = u64;
export const interfaces: Codec<number, number> = ifindex;

/** The name of a field has no effect: only an interface's number accepts a name. */
export const inner: Input<{ info?: { index?: number } }> = { info: { index: 5 } };
// @ts-expect-error a number that is not an interface's
export const named: Input<{ info?: { index?: number } }> = { info: { index: "eth0" } };

test("types: the compiled code also runs", () => {
  assertEquals(follow({ event: "new", object: "link", value: good }), "5");
  assertEquals(follow({ event: "synced" }), undefined);
  refusals();
});
