/**
 * Links: what `ip link` does.
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input } from "../../core/collection.ts";
import type { Field } from "../../core/codec/mod.ts";
import { NLM_F } from "../../core/message.ts";
import { stringify } from "../../core/show.ts";
import { type Kind, Link, type LinkFields, type Port, type PropList } from "./link.ts";
import { AF } from "./family.ts";
import { RTM, RTNLGRP } from "./protocol.ts";

/** A link as it is given: like {@linkcode Link}, with names or numbers for interfaces. */
export type LinkInput = Input<LinkFields> & Input<Kind> & Input<Port>;

/** What names a link: its name, another name of it, its number, or an object with one of these. */
export type LinkKey = string | number | LinkInput;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Link> = {
  object: "link",
  table: Link,
  messages: { new: RTM.RTM_NEWLINK, del: RTM.RTM_DELLINK, get: RTM.RTM_GETLINK },
  groups: [RTNLGRP.RTNLGRP_LINK],
  filters: ["family", "master", "kind"],
  describe(value) {
    const { ifname, index, kind } = value as Fields;
    return String(ifname ?? index ?? (kind === undefined ? "" : `of kind ${kind}`));
  },
  identity: ({ index }) => String(index),
  fromKey: (index) => ({ index }),
  keyOf(value) {
    const { index, ifname } = value as Fields;
    if (index !== undefined && index !== 0) return { index };
    if (ifname !== undefined) return { ifname };
    throw new TypeError("Cannot name a link: expected its ifname or index");
  },
  prepare(value, verb) {
    const { flags, ifname, index } = value as Fields;
    if (verb === "add") return atOnce(value);
    if (verb === "get" || verb === "list") return { extMask: RTEXT_FILTER_VF, ...value };
    if (verb === "set" && flags !== undefined) {
      throw new TypeError(
        `Cannot set link ${ifname ?? index}: flags are set one by one: up, promisc, allmulti, arp, multicast`,
      );
    }
    return value;
  },
  echoes: true,
  // Links know no NLM_F_REPLACE.
  setFlags: 0,
  hint(code, { kernelMessage }, value) {
    const { kind } = value as Fields;
    if (code === "ENOTCONN" && kind === "veth") {
      return "the other end cannot be up before both are there: links.set(peer, { up: true }) afterwards";
    }
    const { data } = value as { data?: Fields };
    if (code === "EOPNOTSUPP" && kind === "bridge" && data?.["vlanFiltering"] !== undefined) {
      return "this kernel's bridges know no VLANs (CONFIG_BRIDGE_VLAN_FILTERING): leave vlanFiltering out";
    }
    if (code !== "EOPNOTSUPP" || kernelMessage !== "Unknown device type") return undefined;
    return `this kernel has no link kind "${kind}": misspelt, or its module is missing (modprobe ${kind})`;
  },
  // Bridges tell of their ports in messages of the same type.
  concerns: (from, at, event) => !event || from.bytes[at] === AF.unspec,
};

/** Fields that the kernel refuses or passes over while it makes a link; they are set as soon as it is there. */
const LATER: readonly string[] = [
  "afSpec",
  "carrier",
  "ifalias",
  "portSelf",
  "propList",
  "protinfo",
  "protoDown",
  "protoDownReason",
  "slaveData",
  "slaveKind",
  "vfPorts",
  "vfinfoList",
  "xdp",
];

/** Of the other end of a pair also whose port it is, and that before what this says of its port. */
const OF_PEER: readonly string[] = ["master", ...LATER];

/** What of a link, and of its other end, goes into the request that makes it. */
function atOnce(value: object): Fields {
  const link = news(without(value, LATER)), peer = peerOf(link);
  return peer === undefined
    ? link
    : { ...link, data: { ...link["data"] as object, [peer[0]]: without(peer[1], OF_PEER) } };
}

/** Fields that are 0 in a new link anyway, and which some kernels refuse to be told. */
const ZERO: Readonly<Record<string, readonly string[]>> = {
  // Kernels without VLANs list it as others do.
  bridge: ["vlanFiltering"],
  // Since 6.14 the bits that it would use are taken for used, and clash with `reservedBits`.
  vxlan: ["remcsumRx"],
};

/** A link without what it is anyway, and with the word that a macvlan's list of sources is all of them. */
function news(link: Fields): Fields {
  const { kind, data } = link, zero = ZERO[String(kind)];
  if (kind === "netkit") return routed(link);
  if (!isPlain(data)) return link;
  if (data["macaddrData"] !== undefined && data["macaddrMode"] === undefined) {
    return { ...link, data: { ...data, macaddrMode: "set" } };
  }
  if (zero === undefined) return link;
  const kept: Record<string, unknown> = without(data, zero.filter((name) => data[name] === 0));
  const { multiBoolopt } = kept, optval = isPlain(multiBoolopt) ? multiBoolopt["optval"] : undefined;
  // No switch of a new bridge is on; those that are off are not known to every kernel that lists them.
  if (Array.isArray(optval)) kept["multiBoolopt"] = optval.length === 0 ? undefined : { optval, optmask: optval };
  return { ...link, data: kept };
}

/** A netkit without MAC addresses where it has none: the kernel refuses zeros. */
function routed(link: Fields): Fields {
  const kept = link["address"] === "00:00:00:00:00:00" ? without(link, ["address"]) : link, { data } = kept;
  if (!isPlain(data) || !isPlain(data["peerInfo"])) return kept;
  return { ...kept, data: { ...data, peerInfo: routed(data["peerInfo"]) } };
}

/** The other end of a pair that is made with it, and the field that it is. */
function peerOf(value: object): readonly ["peer" | "peerInfo", LinkInput] | undefined {
  const { data } = value as Fields;
  if (!isPlain(data)) return undefined;
  const name = isPlain(data["peer"]) ? "peer" : "peerInfo", peer = data[name];
  return isPlain(peer) ? [name, peer as LinkInput] : undefined;
}

function without(value: object, fields: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));
}

/** What of a link has to be set once it is there: what is given, can be sent, and is not so already. */
function later(value: LinkInput, made: Link | undefined, names: readonly string[] = LATER): Fields {
  const fields = value as Fields, given: Record<string, unknown> = {};
  for (const name of names) {
    if (name === "propList" || name === "slaveKind" || name === "carrier") continue;
    const rest = unlike(
      sendable(Link.fields, { [name]: fields[name] }, value)[name],
      (made as Fields | undefined)?.[name],
    );
    if (rest !== undefined) given[name] = rest;
  }
  if (given["slaveData"] !== undefined) given["slaveKind"] = fields["slaveKind"];
  // What a dumped link says of itself, and few links let themselves be told.
  if (made === undefined && given["protoDown"] === 0) delete given["protoDown"];
  // A dumped link says that it has no token, which the kernel takes for a wish where there can be none.
  const { afSpec } = given as { afSpec?: { inet6?: Fields } };
  if (afSpec?.inet6?.["token"] === "::") {
    const inet6 = without(afSpec.inet6, ["token"]), rest = without(afSpec, ["inet6"]);
    given["afSpec"] = Object.keys(inet6).length > 0 ? { ...rest, inet6 } : rest;
    if (Object.keys(given["afSpec"] as object).length === 0) delete given["afSpec"];
  }
  return given;
}

/** Of `value` what is sent of it; `owner` is what it is a part of. */
function sendable(fields: readonly Field[], value: Fields, owner: object): Fields {
  const kept: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const field = fields.flatMap((field) => field.lift?.fields ?? [field]).find(({ key }) => key === name);
    if (field?.use === "readOnly") continue;
    const { fields: inner } = (field?.codec?.choose?.(owner) ?? field?.codec ?? {}) as { fields?: readonly Field[] };
    kept[name] = inner !== undefined && isPlain(one) ? sendable(inner, one, one) : one;
  }
  return kept;
}

/** Of `given` what is other than it is; of objects field by field. Nothing when all is so already. */
function unlike(given: unknown, is: unknown): unknown {
  if (given === undefined || stringify(given) === stringify(is)) return undefined;
  if (!isPlain(given)) return given;
  const other = Object.entries(given).flatMap(([name, one]) => {
    const rest = unlike(one, (is as Fields | undefined)?.[name]);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return other.length === 0 ? undefined : Object.fromEntries(other);
}

function isPlain(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Without it dumps say nothing of virtual functions. */
const RTEXT_FILTER_VF = 1;

/** All links of one namespace. */
export class Links extends Collection<Link, LinkInput, LinkKey> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * Makes a link.
   *
   * Like `ip link add v0 type veth peer name v1`. The kernel sets some of a link's fields only once it is there (`ifalias`,
   * `afSpec`, further names …): for these more requests follow, and when one of them is refused the link stands without.
   *
   * @returns the link as the kernel made it; nothing in a batch, or when it was made in another namespace
   * @throws {KernelError} EEXIST: the name is taken; EOPNOTSUPP: this kernel has no such kind
   */
  override add(value: LinkInput): Link {
    const made = super.add(value), peer = peerOf(value)?.[1] as Fields | undefined;
    const key = made?.index !== undefined ? { index: made.index } : { ifname: value.ifname! };
    const changed = this.#complete(key, value, made);
    if (peer !== undefined && ["netns", "netNsFd", "netNsPid"].every((name) => peer[name] === undefined)) {
      const other = { ifname: peer["ifname"] as string };
      const more = peer["propList"] !== undefined ||
        Object.keys(later(peer as LinkInput, undefined, OF_PEER)).length > 0;
      if (other.ifname !== undefined && more) {
        this.#complete(other, peer as LinkInput, this.#requester().deferred ? undefined : this.find(other), OF_PEER);
      }
    }
    return changed && made !== undefined ? this.get(key) : made;
  }

  /** Sets what can only be set of a link that is there; false when there is nothing to set. */
  #complete(key: LinkInput, value: LinkInput, made: Link | undefined, fields?: readonly string[]): boolean {
    const { master, ...first } = later(value, made, fields);
    const names = (value as { propList?: PropList }).propList?.altIfname ?? [];
    let rest: Fields = first;
    if (master !== undefined) {
      this.set(key, { master } as LinkInput);
      // As a port it says more, and refuses to be told some of it again.
      if (made !== undefined) rest = later(value, this.find(key as LinkKey));
    }
    if (Object.keys(rest).length > 0) this.set(key, rest as LinkInput);
    if (names.length > 0) this.addAltnames(key, ...names);
    return Object.keys(rest).length > 0 || names.length > 0;
  }

  /**
   * Gives a link further names, of at most 127 bytes; all verbs find it by them.
   *
   * Like `ip link property add dev eth0 altname uplink`.
   *
   * @throws {KernelError} EEXIST: a link has that name already
   */
  addAltnames(key: LinkKey, ...names: readonly string[]): void {
    this.#altnames("add", RTM.RTM_NEWLINKPROP, key, names);
  }

  /** Takes further names from a link. Like `ip link property del dev eth0 altname uplink`. */
  deleteAltnames(key: LinkKey, ...names: readonly string[]): void {
    this.#altnames("delete", RTM.RTM_DELLINKPROP, key, names);
  }

  #altnames(verb: "add" | "delete", type: number, key: LinkKey, names: readonly string[]): void {
    const operation = this.operation("set", type, { ...this.keyValue(key), propList: { altIfname: names } });
    const flags = verb === "add" ? NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL | NLM_F.NLM_F_APPEND : 0;
    const what = `${verb} ${names.length === 1 ? "name" : "names"} ${names.join(", ")} of link ${
      declaration.describe(this.keyValue(key))
    }`;
    this.#requester().request({ ...operation, flags, what });
  }

  /** Finds what was just made, where the kernel does not echo it. */
  protected override findMade({ ifname }: LinkInput): Link | undefined {
    return ifname === undefined ? undefined : this.find({ ifname });
  }
}
