/**
 * Links, as with `ip link`.
 *
 * ```ts
 * import { links } from "@linux/netlink/families/route/links.ts";
 * console.log(links.list());
 * ```
 *
 * @module
 */
import { Client, type Operation, type Requester } from "../../core/client.ts";
import {
  type AddOptions,
  attempt,
  Collection,
  type Declaration,
  type DeleteOptions,
  type Existing,
  type Input,
  type MakingVerb,
  onShared,
  type Verb,
} from "../../core/collection.ts";
import { EXISTS_HINT, expectType, isFields, operationOf } from "../../core/arguments.ts";
import { type Attributes, type Codec, type Field, maskNames, NoSuchInterface, shown } from "../../core/codec/mod.ts";
import { argumentError, ERRNO, KernelError, NetlinkError } from "../../core/errors.ts";
import { NLM_F } from "../../core/message.ts";
import { stringify } from "../../core/printable.ts";
import type { SomeFlags } from "./kinds/shared.ts";
import {
  type Complete,
  IFF,
  type Kind,
  Link,
  type LinkFields,
  type LinkFlag,
  type LinkGiven,
  type Port,
  type PropList,
  SETTABLE,
} from "./link.ts";
import { addressSizeOf, AF, checkAddress, type Family, familyNumber, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** A link as input: {@linkcode Link} with names or numbers for interfaces. */
export type LinkInput = RequestInput & Input<Kind> & Input<Port>;

/**
 * A link to add: {@linkcode LinkInput} with the fields that its kind `K` needs, and with the namespace `N` to create it
 * in.
 */
export type LinkToAdd<K = Kind["kind"], N = string | number | undefined> =
  & { kind?: K }
  & RequestInput
  & Named<Complete<Input<Kind>, string | number>, K>
  & Input<Port>
  & Place<N>;

/** Those of the kinds `T` that have a name of `K`. */
export type Named<T, K> = T extends { kind?: infer M } ? [M & K] extends [never] ? never : T : never;

/** The input of the fields of a link that do not depend on its kind. */
export interface FieldsInput extends Omit<Input<LinkFields>, "flags"> {
  /** See {@linkcode LinkFields}; also some flags, with the mask of those that it changes. */
  flags?: LinkFields["flags"] | SomeFlags<LinkFlag>;
}

/** The input of the fields of a request for a link that do not depend on its kind. */
export interface RequestInput extends FieldsInput, Input<LinkGiven> {}

/** The fields that name another network namespace to create a link in; `N` is undefined if none of them is given. */
export interface Place<N> {
  /** See {@linkcode LinkGiven}. */
  netns?: N;
  /** See {@linkcode LinkGiven}. */
  netNsPid?: N;
  /** See {@linkcode LinkGiven}. */
  netNsFd?: N;
  /** See {@linkcode LinkGiven}. */
  targetNetnsid?: N;
}

/** The result of creating a link: nothing, or true with `{ exists: "ok" }`, if it is in another namespace. */
export type MadeLink<N, E> =
  | Link
  | Existing<E>
  | (N extends undefined ? never : undefined | (E extends undefined ? never : true));

/**
 * A filter of links: {@linkcode LinkInput} without the fields that no link from the kernel has. `extMask` asks for
 * additional data.
 */
export type LinkFilter = FieldsInput & Pick<RequestInput, "extMask"> & Input<Kind> & Input<Port>;

/** The key of a link: its name, an alternative name, its index, or an object with one of these. */
export type LinkKey = string | number | LinkInput;

type Fields = Readonly<Record<string, unknown>>;

/** Length in bytes of the longest `ifname`. */
const LONGEST_NAME = 15;

function isLong(name: unknown): boolean {
  return typeof name === "string" && new TextEncoder().encode(name).length > LONGEST_NAME;
}

/** The field of a request that asks for additional data; links do not have it. */
const EXT_MASK = "extMask";

const declaration: Declaration<Link> = {
  protocol: NETLINK_ROUTE,
  object: "link",
  table: Link as Attributes<unknown> as Attributes<Link>,
  messages: { new: RTM.RTM_NEWLINK, del: RTM.RTM_DELLINK, get: RTM.RTM_GETLINK },
  also: [RTM.RTM_SETLINK, RTM.RTM_NEWLINKPROP, RTM.RTM_DELLINKPROP, RTM.RTM_GETLINKPROP],
  groups: [RTNLGRP.RTNLGRP_LINK],
  filters: ["family", "master", "kind", "targetNetnsid", EXT_MASK as never],
  describe(value) {
    const { ifname, altIfname, index, kind } = value as Fields;
    return String(ifname ?? altIfname ?? index ?? (kind === undefined ? "" : `of kind ${kind}`));
  },
  identity: ({ index }) => String(index),
  fromKey: (index) => ({ index }),
  keyOf(value, what) {
    const { index, ifname, altIfname } = value as Fields;
    if (index !== undefined && index !== 0) return { index };
    // The kernel finds a link by its name or an alternative name in either attribute; only IFLA_ALT_IFNAME holds longer
    // ones.
    if (ifname !== undefined) return isLong(ifname) ? { altIfname: ifname } : { ifname };
    if (altIfname !== undefined) return { altIfname };
    throw argumentError(TypeError, `Cannot ${what}: expected its ifname, altIfname or index`);
  },
  prepare(value, verb) {
    const { family, flags, ifname, index } = value as Fields;
    if (verb === "add") return fieldsToCreateWith(value);
    if (verb === "list" && familyNumber(family as Family | undefined) === AF.ipmr) {
      throw argumentError(
        TypeError,
        "Cannot list links: family: the kernel lists the interfaces of multicast routing in another format",
      );
    }
    // A request for a protocol's data of links, by another family than these two, has the family alone.
    const whole = [AF.unspec, AF.bridge].some((one) => one === familyNumber(family as Family | undefined));
    if (verb === "get" || verb === "list") return whole ? { extMask: RTEXT_FILTER_VF, ...value } : value;
    if (verb === "set" && flags !== undefined && !isFields(flags)) {
      throw argumentError(
        TypeError,
        `Cannot set link ${
          ifname ?? index
        }: flags are set one by one: up, promisc, allmulti, arp, multicast; or as { flags, mask }`,
      );
    }
    return value;
  },
  alternatives: { ifname: ({ propList }) => propList?.altIfname ?? [] },
  // The kernel refuses the data of another kind, but ignores another kind without data; the master decides the type of
  // slaveData.
  lasting: ({ data, master }) => [
    ...["link", "numRxQueues", "numTxQueues", "parentDevName"],
    ...(data === undefined ? ["kind"] : []),
    ...(master === undefined ? ["slaveKind"] : []),
  ],
  // The kernel ignores NLM_F_REPLACE for links.
  setFlags: 0,
  hint(code, { kernelMessage }, value) {
    const { kind, data } = value as { kind?: unknown; data?: Fields };
    if (code === "EOPNOTSUPP" && kind === "bridge" && data?.["vlanFiltering"] !== undefined) {
      return "this kernel's bridges do not support VLANs (CONFIG_BRIDGE_VLAN_FILTERING): omit vlanFiltering";
    }
    if (code !== "EOPNOTSUPP" || kernelMessage !== "Unknown device type") return undefined;
    if (kind === undefined) return "a new link needs its kind: dummy, bridge, veth …";
    return `this kernel has no link kind "${kind}": misspelt, or its module is missing (modprobe rtnl-link-${kind})`;
  },
  // Bridges send notifications about their ports in messages of the same type.
  concerns: (from, at, event) => !event || from.bytes[at] === AF.unspec,
};

/** Fields that the kernel refuses or ignores when it creates a link; they are set right after it is created. */
const AFTER_CREATE: readonly string[] = [
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

/**
 * Such fields of a pair's other end: also its master, which must be set before its settings as a port, and `up`, which
 * the kernel refuses before both ends exist.
 */
const PEER_AFTER_CREATE: readonly string[] = ["master", "up", ...AFTER_CREATE];

/**
 * Returns the names of the fields of a link itself that are set after it is created: also the master of a link that is
 * created in another namespace, if it is given by its name there.
 */
function namesAfterCreate(link: LinkInput): readonly string[] {
  return typeof link.master === "string" && isElsewhere(link) ? ["master", ...AFTER_CREATE] : AFTER_CREATE;
}

/** Returns the fields of a link and its other end that go into the request that creates them. */
function fieldsToCreateWith(value: object): Fields {
  const link = withoutDefaults(without(value, namesAfterCreate(value as LinkInput))), peer = peerOf(link);
  return peer === undefined
    ? link
    : { ...link, data: { ...link["data"] as object, [peer[0]]: without(peer[1], PEER_AFTER_CREATE) } };
}

const MOVES = "is for moving a link to another namespace";

/** Fields that the kernel silently ignores, by verb, and what to do instead. */
const IGNORED_FIELDS: Readonly<Record<"add" | "peer" | "set", Readonly<Record<string, string>>>> = {
  add: {
    altIfname: "only finds an existing link: give propList: { altIfname: […] }",
    newIfindex: `${MOVES}: give index`,
  },
  peer: {
    altIfname: "only finds an existing link: give propList: { altIfname: […] }",
    newIfindex: `${MOVES}: give index`,
    targetNetnsid: "has no effect on the other end: give netns",
  },
  set: {
    altIfname: "only finds a link: addAltnames adds alternative names",
    propList: "is changed by addAltnames and deleteAltnames",
  },
};

/** Throws if `value` has one of `fields`, a table of reasons by name; `path` is the place of `value` in the input. */
function refuse(what: string, value: object, fields: Readonly<Record<string, string>>, path = ""): void {
  for (const [name, why] of Object.entries(fields)) {
    if ((value as Fields)[name] !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${path}${name} ${why}`);
  }
}

/**
 * Throws if a field of a pair's other end has a value that the kernel would ignore, unless it is the only possible
 * value.
 */
function checkEnd(what: string, { kind, ifname, index }: LinkInput, peer: LinkInput, path: string): void {
  const fail = (name: string, why: string): never => {
    throw argumentError(TypeError, `Cannot ${what}: ${path}${name}: ${why}, got ${shown((peer as Fields)[name])}`);
  };
  if (peer.kind !== undefined && peer.kind !== kind) fail("kind", `both ends have kind ${kind}`);
  if (peer.data !== undefined) fail("data", "is given for the link and applies to both ends");
  const { link } = peer;
  if (link !== undefined && link !== ifname && link !== index) fail("link", "is always the link itself");
}

const ADDRESSES = ["address", "broadcast"] as const;

/** Kinds whose links have Ethernet addresses. */
const ETHERNET: ReadonlySet<unknown> = new Set([
  ..."amt batadv bond bridge dummy erspan geneve gretap hsr ifb ip6erspan ip6gretap ipvlan ipvtap macsec macvlan".split(
    " ",
  ),
  ..."macvtap netkit openvswitch team veth virt_wifi vlan vrf vxlan".split(" "),
]);
const IPV4: ReadonlySet<unknown> = new Set(["gre", "ipip", "sit", "vti"]);
const IPV6: ReadonlySet<unknown> = new Set(["ip6gre", "ip6tnl", "vti6"]);

/** Returns the length of a link's addresses in bytes by its kind; `undefined` if the kind does not determine it. */
function addressSizeByKind({ kind }: LinkInput): number | undefined {
  return ETHERNET.has(kind) ? 6 : IPV4.has(kind) ? 4 : IPV6.has(kind) ? 16 : kind === "ipoib" ? 20 : undefined;
}

function checkAddresses(what: string, value: object, size: number | undefined, path = ""): void {
  for (const name of ADDRESSES) checkAddress(what, `${path}${name}`, (value as Fields)[name], size);
}

/** Matches the names that a link may have; the kernel refuses others without a reason. */
const LINK_NAME = /^(?!\.{1,2}$)[^/: \t-\r]+$/;

function checkName(what: string, { ifname }: LinkInput, path = ""): void {
  if (typeof ifname !== "string" || LINK_NAME.test(ifname)) return;
  throw argumentError(
    TypeError,
    `Cannot ${what}: ${path}ifname: expected a name without space, "/" and ":", and not "." or "..", got ${
      shown(ifname)
    }`,
  );
}

/** Fields that are 0 in a new link anyway, and that some kernels refuse. */
const ZERO: Readonly<Record<string, readonly string[]>> = {
  // Kernels without VLAN filtering list it too.
  bridge: ["vlanFiltering"],
  // Since Linux 6.14 the kernel treats its header bits as used even if it is 0, so it conflicts with `reservedBits`.
  vxlan: ["remcsumRx"],
};

/**
 * Removes fields of a new link that have the kernel's default; adds `macaddrMode: "set"` to a macvlan's list of
 * sources.
 */
function withoutDefaults(link: Fields): Fields {
  const { kind, data } = link, zero = ZERO[String(kind)];
  if (kind === "netkit") return withoutZeroAddress(link);
  if (!isFields(data)) return link;
  // A new bond has no ports, so none can be active.
  if (kind === "bond") return { ...link, data: without(data, ["activeSlave"]) };
  if (data["macaddrData"] !== undefined && data["macaddrMode"] === undefined) {
    return { ...link, data: { ...data, macaddrMode: "set" } };
  }
  if (zero === undefined) return link;
  const kept: Record<string, unknown> = without(data, zero.filter((name) => data[name] === 0));
  const { multiBoolopt } = kept, optval = isFields(multiBoolopt) ? multiBoolopt["optval"] : undefined;
  // A new bridge has all options off. An option that is off is not sent: a kernel may list it and still not accept it.
  if (Array.isArray(optval)) kept["multiBoolopt"] = optval.length === 0 ? undefined : { optval, optmask: optval };
  return { ...link, data: kept };
}

/** Removes zero MAC addresses from both ends of a netkit pair: the kernel refuses them. */
function withoutZeroAddress(link: Fields): Fields {
  const kept = link["address"] === "00:00:00:00:00:00" ? without(link, ["address"]) : link, { data } = kept;
  if (!isFields(data) || !isFields(data["peerInfo"])) return kept;
  return { ...kept, data: { ...data, peerInfo: withoutZeroAddress(data["peerInfo"]) } };
}

/** Returns the other end of a pair in the input and the name of its field; `undefined` if there is none. */
function peerOf(value: object): readonly ["peer" | "peerInfo", LinkInput] | undefined {
  const { data } = value as Fields;
  if (!isFields(data)) return undefined;
  const name = isFields(data["peer"]) ? "peer" : "peerInfo", peer = data[name];
  return isFields(peer) ? [name, peer as LinkInput] : undefined;
}

function without(value: object, fields: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));
}

/**
 * Returns the fields to set after a link was created: those that are given, can be sent, and differ from the created
 * link.
 */
function fieldsToSetAfterCreate(
  value: LinkInput,
  made: Link | undefined,
  names: readonly string[] = AFTER_CREATE,
): Fields {
  const fields = value as Fields, given: Record<string, unknown> = {};
  for (const name of names) {
    if (fields[name] === undefined || name === "propList" || name === "slaveKind" || name === "carrier") continue;
    const rest = changedFields(
      sendable(Link.fields, { [name]: fields[name] }, value)[name],
      (made as Fields | undefined)?.[name],
    );
    if (rest !== undefined) given[name] = rest;
  }
  if (given["slaveData"] !== undefined) given["slaveKind"] = fields["slaveKind"];
  // A dumped link has `protoDown: 0`, but few kinds of link accept it.
  if (made === undefined && given["protoDown"] === 0) delete given["protoDown"];
  // A dumped link has the token `::` for none. The kernel refuses it on links that cannot have a token.
  const { afSpec } = given as { afSpec?: { inet6?: Fields } };
  if (afSpec?.inet6?.["token"] === "::") {
    const inet6 = without(afSpec.inet6, ["token"]), rest = without(afSpec, ["inet6"]);
    given["afSpec"] = Object.keys(inet6).length > 0 ? { ...rest, inet6 } : rest;
    if (Object.keys(given["afSpec"] as object).length === 0) delete given["afSpec"];
  }
  return given;
}

/**
 * Returns the fields of `value` that can be sent, without read-only ones; `owner` is the object that `value` is part
 * of.
 */
function sendable(fields: readonly Field[], value: Fields, owner: object): Fields {
  const kept: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const field = fieldNamed(fields, name);
    if (field?.use === "readOnly") continue;
    const { fields: inner } = (field?.codec?.choose?.(owner) ?? field?.codec ?? {}) as { fields?: readonly Field[] };
    kept[name] = inner !== undefined && isFields(one) ? sendable(inner, one, one) : one;
  }
  return kept;
}

/** Returns the part of `given` that differs from `is`, field by field; `undefined` if nothing differs. */
function changedFields(given: unknown, is: unknown): unknown {
  if (given === undefined || stringify(given) === stringify(is)) return undefined;
  if (!isFields(given)) return given;
  const other = Object.entries(given).flatMap(([name, one]) => {
    const rest = changedFields(one, (is as Fields | undefined)?.[name]);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return other.length === 0 ? undefined : Object.fromEntries(other);
}

/** Returns the fields of `value` that can be sent and differ from those of `is`, field by field in nested tables. */
function differingFields(fields: readonly Field[], value: Fields, is: Fields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const field = fieldNamed(fields, name), before = is[name];
    if (one === undefined || field?.use === "readOnly" || stringify(one) === stringify(before)) continue;
    const codec = field?.codec?.choose?.(value) ?? field?.codec,
      { name: form, fields: inner } = (codec ?? {}) as Partial<Attributes<object>>;
    if (form !== "attributes" || inner === undefined || !isFields(one) || !isFields(before)) kept[name] = one;
    else {
      const rest = differingFields(inner, one, before);
      if (Object.keys(rest).length > 0) kept[name] = rest;
    }
  }
  return kept;
}

/** Returns the settable flags that differ, `undefined` if none does. */
function differingFlags(flags: readonly unknown[], is: LinkFields["flags"] = []): SomeFlags<LinkFlag> | undefined {
  const names = maskNames(IFF, SETTABLE) as LinkFlag[];
  const mask = names.filter((name) => flags.includes(name) !== is.includes(name));
  return mask.length === 0 ? undefined : { flags: mask.filter((name) => flags.includes(name)), mask };
}

/** Returns the field called `name`, also one in a nest of its own. */
function fieldNamed(fields: readonly Field[], name: string): Field | undefined {
  return fields.flatMap((field) => field.lift?.fields ?? [field]).find(({ key }) => key === name);
}

/** The hint of several changes, one of which the kernel refused. */
const HALF_DONE = "the kernel makes the changes one by one: those before the refused one may be made";

/** Codes of errors that come before any change: there is no such link, or a capability is missing. */
const UNTOUCHED: ReadonlySet<string> = new Set(["ENODEV", "EPERM"]);

/** Returns the names of the fields to change in a request, which also has those of the key. */
function namesOfChanges(value: object): string[] {
  const keys = (value as Fields)["index"] === undefined ? ["ifname", "altIfname"] : ["index"];
  return Object.entries(value).flatMap(([name, one]) => one === undefined || keys.includes(name) ? [] : [name]);
}

/** Flags of a request that adds alternative names to a link. */
const NEW_NAMES = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL | NLM_F.NLM_F_APPEND;

/** Without this flag in `extMask`, dumps omit virtual functions. */
const RTEXT_FILTER_VF = 1;

/** The highest index that a link can have. */
const LAST_INDEX = 0x7fffffff;

/** Throws if a name in `key`, or its index, is not of the link `found`, which was found by another of them. */
function expectOneLink(key: LinkKey, found: Link, verb: string): void {
  if (!isFields(key)) return;
  const { ifname, altIfname, index } = key as Fields, names = [found.ifname, ...found.propList?.altIfname ?? []];
  const other = Object.entries({ ifname, altIfname }).find(([, name]) =>
    name !== undefined && !names.includes(name as string)
  );
  if (other === undefined) return;
  const [field, name] = index === undefined || index === 0 ? ["ifname", ifname] : ["index", index];
  throw new KernelError(operationOf(verb, declaration, key), ERRNO.ENODEV, {
    kernelMessage: `${other[0]} ${shown(other[1])} and ${field} ${shown(name)} are not of one link`,
  });
}

/** Returns the namespace that a link's fields name: name, path or process id; `undefined` if they name none. */
function namespaceOf({ netns, netNsPid, netNsFd }: LinkInput): string | number | undefined {
  return netns ?? netNsPid ?? (netNsFd === undefined ? undefined : `/proc/self/fd/${netNsFd}`);
}

/** True if the link's fields name a namespace to create it in, which may be another one than this. */
function isElsewhere(link: LinkInput): boolean {
  return namespaceOf(link) !== undefined || link.targetNetnsid !== undefined;
}

/** A link that a request creates: the requested one, or its other end. */
interface Made {
  /** The input of this link. */
  readonly value: LinkInput;
  /** Path of this link in the whole input, such as `data.peer`. */
  readonly path: readonly string[];
  /** Names of the fields that are set after it is created. */
  readonly names: readonly string[];
  /** Returns fields of this link as a part of the whole input. */
  readonly within: (value: Fields) => object;
}

/** Returns the links in `value` that have fields to set after they are created. */
function linksToComplete(value: LinkInput): Made[] {
  const peer = peerOf(value), names = namesAfterCreate(value);
  const all: Made[] = [{ value, path: [], names, within: (value) => value }];
  if (peer !== undefined) {
    const [name, other] = peer, { kind } = value, within = (other: Fields) => ({ kind, data: { [name]: other } });
    all.push({ value: other, path: ["data", name], names: PEER_AFTER_CREATE, within });
  }
  return all.filter(({ value, names }) => namesToSetAfterCreate(value, undefined, names).length > 0);
}

/** Returns the names of the fields to set after a link was created. */
function namesToSetAfterCreate(value: LinkInput, made: Link | undefined, names: readonly string[]): string[] {
  return [
    ...Object.keys(fieldsToSetAfterCreate(value, made, names)),
    ...(altnamesOf(value).length > 0 ? ["propList"] : []),
  ];
}

function altnamesOf(value: LinkInput): readonly string[] {
  return (value as { propList?: PropList }).propList?.altIfname ?? [];
}

/**
 * Returns a key of a created link: the index that the kernel reported in `first`, the link that it echoed, or else the
 * given index or name. It is `undefined` if the kernel chooses both.
 */
function keyOfMade(
  { value: { ifname, index }, path }: Pick<Made, "value" | "path">,
  first: Link | undefined,
): LinkInput | undefined {
  const told = path.length === 0 ? first?.index : first?.link;
  if (told !== undefined) return { index: told };
  if (typeof index === "number" && index > 0) return { index };
  // The kernel replaces %d by a number.
  return ifname === undefined || ifname.includes("%") ? undefined : { ifname };
}

/** The links of one network namespace. */
export class Links extends Collection<Link, LinkInput, LinkKey, Link | boolean | undefined, never, LinkToAdd> {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
  }

  /** Returns all links that match the filter; see {@linkcode Collection.list}. */
  override list(filter?: LinkFilter): Link[] {
    return super.list(filter);
  }

  /** Yields the links that match the filter one by one; see {@linkcode Collection.iterate}. */
  override iterate(filter?: LinkFilter): Generator<Link, void, undefined> {
    return super.iterate(filter);
  }

  /** Deletes all links that match the filter; see {@linkcode Collection.flush}. */
  override flush(filter: LinkFilter | { all: true }): number {
    return super.flush(isFields(filter) ? without(filter, [EXT_MASK]) : filter);
  }

  /** See {@linkcode Collection.fits}. */
  protected override fits(one: Link, wanted: readonly (readonly [string, unknown])[]): boolean {
    return super.fits(one, wanted.filter(([name]) => name !== EXT_MASK));
  }

  /**
   * Creates a link.
   *
   * Like `ip link add v0 type veth peer name v1`. Read-only fields (counters, `carrier` …) are ignored, so a link that
   * was listed can be created again.
   *
   * The kernel accepts some fields only for an existing link (`ifalias`, `afSpec`, alternative names …; `master` of a
   * pair's other end, or by name in another namespace; `up` of a pair's other end). Further requests set these, in another namespace through a
   * socket there. If one of them is refused, the link stays without these fields, and the error says so. In a batch
   * they belong to the same item and are skipped if the link is not created; for another namespace a batch refuses them.
   *
   * @param options `{ exists: "ok" }` if a link with its name may exist; it is left as it is
   * @returns the link as the kernel created it; in a dry run the link as it would be sent, with a substitute for its
   * index; false if it exists and that is tolerated. For a link in another namespace, where its index has another
   * meaning, nothing; with `{ exists: "ok" }`, true if it was created there
   * @throws {KernelError} EEXIST: the name is taken; EOPNOTSUPP: the kernel does not support this kind
   * @throws {TypeError} fields must be set after the link is created, but neither its name nor its `index` can be known
   */
  override add<
    E extends "ok" | undefined = undefined,
    N extends string | number | undefined = undefined,
    K extends Kind["kind"] = undefined,
  >(
    value: LinkToAdd<K, N>,
    options: AddOptions<E> = {},
  ): MadeLink<N, E> {
    const tolerates = this.existing(value, options);
    const plain = this.operation("add", RTM.RTM_NEWLINK, value, RTM.RTM_NEWLINK), { what } = plain;
    const operation = this.withExists(plain, value, tolerates);
    const requester = this.#requester(), client = this.#open(), batched = requester !== client && requester.deferred;
    const elsewhere = isElsewhere(value), clients: Client[] = [];
    this.#checkToAdd(what, value);
    try {
      const places = linksToComplete(value).map((made) => {
        const netns = namespaceOf(made.value),
          field = [...made.path, namesToSetAfterCreate(made.value, undefined, made.names)[0]];
        const refuse = (why: string): never => {
          throw argumentError(
            TypeError,
            `Cannot ${what}: ${field.join(".")}: is set after the link is created, ${why}`,
          );
        };
        if (made.value.targetNetnsid !== undefined) {
          refuse("so its namespace must be named by netns, not targetNetnsid");
        }
        if (batched && netns !== undefined) refuse("which a batch cannot do in another namespace");
        // The kernel's echo has the index of a link created here and, in `link`, the index of its other end.
        const told = !requester.deferred && !elsewhere;
        if (!told && keyOfMade(made, undefined) === undefined) refuse("so its ifname or index must be given");
        if (netns === undefined) return { made, links: this };
        const there = new Client(client.protocol, { ...client.options, netns });
        clients.push(there);
        return { made, links: new Links(() => there) };
      });
      for (const { made, links } of places) links.#check(made, what);
      if (batched) {
        const then = places.flatMap((
          { made, links },
        ) => [...links.#rest(made, keyOfMade(made, undefined)!, undefined)]);
        return void requester.request({ ...operation, then }) as MadeLink<N, E>;
      }
      const given = elsewhere
        ? attempt(tolerates, () => void requester.request(operation))
        : this.addEchoed(value, options);
      if (given === false) return given as MadeLink<N, E>;
      const first = requester.deferred ? undefined : given;
      let changed = false;
      for (const { made, links } of places) {
        const key = keyOfMade(made, first);
        if (key === undefined) {
          throw new NetlinkError(
            `Cannot complete ${what.slice(4)}, which was created: this kernel does not report its name`,
            "ENODEV",
          );
        }
        const is = requester.deferred
          ? undefined
          : made.path.length === 0 && first !== undefined
          ? first
          : links.find(key);
        for (const step of links.#rest(made, key, is)) {
          changed = true;
          links.#requester().request(step);
        }
      }
      const made = changed && first !== undefined ? this.get({ index: first.index }) : given ?? (tolerates && true);
      return made as MadeLink<N, E>;
    } finally {
      for (const client of clients) client.close();
    }
  }

  /**
   * Changes the given fields of a link, and no others.
   *
   * Like `ip link set dev v0 mtu 1400`. `netns` moves the link, another `ifname` renames it. A link that is moved gets
   * its `master` by number, as it is in the other namespace, or afterwards by a client there.
   *
   * The changes may be the whole link as it was read, `{ ...links.get("v0"), mtu: 1400 }`: fields with `index` among
   * them. Then only those that differ from the present link are sent, and read-only ones are ignored. A batch and a dry
   * run, which do not read the link, accept only fields that can be set.
   *
   * @throws {TypeError} a field is fixed once a link is created, is changed by another method, or is read-only
   * @throws {KernelError} ENODEV: there is none, or the key's names and index are not of one link
   */
  override set(key: LinkKey, given: LinkInput): void {
    this.#expectOne(key, "set");
    const changes = this.#withoutPresent(key, given);
    if (isFields(changes)) {
      const what = operationOf("set", declaration, this.keyValue(key, "set"));
      refuse(what, changes, IGNORED_FIELDS.set);
      checkName(what, changes);
      // The kernel would only report EOPNOTSUPP, and a dry run does not ask the kernel.
      const { kind } = isFields(key) ? key : {}, { kind: other } = changes;
      if (kind !== undefined && other !== undefined && other !== kind) {
        throw argumentError(TypeError, `Cannot ${what}: kind does not change: it is a ${kind}, got ${shown(other)}`);
      }
      const { master } = changes;
      if (typeof master === "string" && isElsewhere(changes)) {
        throw argumentError(
          TypeError,
          `Cannot ${what}: master: ${shown(master)} is a name, and the link moves to another namespace: ` +
            "set it afterwards with a client there, open({ netns })",
        );
      }
      if (master !== undefined && !isElsewhere(changes)) this.#checkPort(what, changes);
      if (ADDRESSES.some((name) => (changes as Fields)[name] !== undefined)) {
        checkAddresses(what, changes, addressSizeOf(this.#open(), this.keyValue(key, "set")));
      }
      if (typeof changes["allmulti"] === "number" && changes["allmulti"] !== (key as Fields)["allmulti"]) {
        throw argumentError(
          TypeError,
          `Cannot ${what}: allmulti: expected true or false, got ${shown(changes["allmulti"])}`,
        );
      }
      if (changes["newIfindex"] !== undefined && !isElsewhere(changes)) {
        throw argumentError(TypeError, `Cannot ${what}: newIfindex is for moving a link: give netns too`);
      }
    }
    // A link that is given by its name and is to be renamed is identified by its index.
    const { ifname, altIfname } = this.keyValue(key, "set") as Fields, name = ifname ?? altIfname;
    super.set(
      typeof name === "string" && isFields(changes) && changes["ifname"] !== undefined ? name : key,
      changes,
    );
    if (isFields(changes)) this.#expectOperstate(key, changes);
  }

  /** Returns the changes to send: if they are a link as it was read, those that differ from the present one. */
  #withoutPresent(key: LinkKey, changes: LinkInput): LinkInput {
    if (!isFields(changes) || typeof changes["index"] !== "number" || this.#requester().deferred) return changes;
    const is = this.#lookFor(this.keyValue(key, "set") as LinkInput) as Fields | undefined;
    if (is === undefined) return changes;
    if (is["index"] !== changes["index"]) return { index: changes["index"] };
    const rest = differingFields(Link.fields, changes, is);
    // The kernel counts the users of `allmulti`; the switch is among the flags.
    if (typeof rest["allmulti"] === "number") delete rest["allmulti"];
    if (Array.isArray(rest["flags"])) rest["flags"] = differingFlags(rest["flags"], is["flags"] as LinkFields["flags"]);
    if (rest["data"] !== undefined) rest["kind"] ??= changes["kind"];
    if (rest["slaveData"] !== undefined) rest["slaveKind"] ??= changes["slaveKind"];
    return rest as LinkInput;
  }

  /** Throws if the kernel left the operational state as it was, which it says nothing about. */
  #expectOperstate(key: LinkKey, changes: LinkInput): void {
    const { operstate, ifname } = changes;
    if (operstate === undefined || isElsewhere(changes) || this.#requester().deferred) return;
    const { operstate: is } = this.get(ifname ?? key);
    if (is === operstate) return;
    const what = operationOf("set", declaration, this.keyValue(key, "set"));
    throw new KernelError(what, ERRNO.EINVAL, {
      kernelMessage: `operstate stays ${is}`,
      hint: "the kernel takes only up, dormant and testing, of links that wait for them: { up: true } brings a link up",
    });
  }

  /**
   * Returns the link that `key` denotes.
   *
   * @throws {KernelError} ENODEV: there is none, or the key's names and index are not of one link
   */
  override get(key: LinkKey): Link {
    if (typeof key === "number" && Number.isInteger(key) && (key === 0 || key > LAST_INDEX)) {
      throw new KernelError(`get link ${key}`, ERRNO.ENODEV, { kernelMessage: "no link has this index" });
    }
    const found = super.get(key);
    expectOneLink(key, found, "get");
    return found;
  }

  /**
   * Deletes the link that `key` denotes. Like `ip link delete v0`.
   *
   * @throws {KernelError} ENODEV: there is none, or the key's names and index are not of one link
   */
  override delete(key: LinkKey | Link, options?: DeleteOptions): boolean {
    this.#expectOne(key as LinkKey, "delete");
    return super.delete(key, options);
  }

  /** True if a link has the name; the kernel reports EEXIST for other conflicts too, such as a VLAN's number. */
  protected override isExisting(value: LinkInput, error: unknown): boolean {
    if (!super.isExisting(value, error)) return false;
    const { ifname, index } = value;
    if (isElsewhere(value)) return (error as KernelError).kernelMessage === undefined;
    const key = ifname ?? index;
    return typeof key !== "object" && key !== undefined && this.find(key) !== undefined;
  }

  /** Returns the hint for a name or an index that is taken; the kernel reports EEXIST for other conflicts too. */
  protected override existsHint(value: LinkInput, code: string): string | undefined {
    const { ifname, index } = value, { names } = this.#open();
    if (code !== "EEXIST" || isElsewhere(value)) return undefined;
    if (typeof index === "number" && index > 0 && names.name(index) !== undefined) {
      return `index ${index} is taken: leave index out`;
    }
    return ifname !== undefined && names.index(ifname) !== undefined ? EXISTS_HINT : undefined;
  }

  /** Returns the message of one verb. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply), { hint } = operation;
    if (verb !== "set" || type !== RTM.RTM_NEWLINK || namesOfChanges(given).length < 2) return operation;
    return {
      ...operation,
      hint: (code, details) => hint?.(code, details) ?? (UNTOUCHED.has(code) ? undefined : HALF_DONE),
    };
  }

  /** Throws if a key has several names, or names and an index, and they are not of one link. */
  #expectOne(key: LinkKey, verb: string): void {
    if (!isFields(key) || this.#open().deferred) return;
    const { ifname, altIfname, index } = key as Fields;
    if ([ifname, altIfname, index === 0 ? undefined : index].filter((one) => one !== undefined).length < 2) return;
    // If there is no link, the kernel reports it, or an earlier item of a batch creates it.
    const found = this.#lookFor(this.keyValue(key, verb) as LinkInput);
    if (found !== undefined) expectOneLink(key, found, verb);
  }

  /** Returns the object that a key stands for. */
  override keyValue(key: LinkKey, verb?: string): object {
    const value = super.keyValue(key, verb), there = isFields(key) ? (key as Fields)["targetNetnsid"] : undefined;
    if (there === undefined) return value;
    if (verb === "set") {
      throw new TypeError(
        "Cannot set a link of another namespace by targetNetnsid, which would move it: use open({ netns })",
      );
    }
    return { ...value, targetNetnsid: there };
  }

  /** Throws if `slaveKind` is not the kind of the link's master. A master that does not exist yet is not checked. */
  #checkPort(what: string, { master, slaveKind }: LinkInput, path = ""): void {
    if (slaveKind === undefined) return;
    const fail = (why: string): never => {
      throw argumentError(TypeError, `Cannot ${what}: ${path}slaveKind: ${why}, got ${shown(slaveKind)}`);
    };
    if (master === undefined || master === null || master === 0) fail("requires a master");
    const kind = this.#open().deferred ? undefined : this.#lookFor(master!)?.kind;
    if (kind !== undefined && kind !== slaveKind) fail(`its master has kind ${kind}`);
  }

  /** Returns a link; `undefined` if it does not exist. */
  #lookFor(key: LinkKey): Link | undefined {
    try {
      return this.find(key);
    } catch (error) {
      if (error instanceof NoSuchInterface) return undefined;
      throw error;
    }
  }

  /** Throws if a link to add, or its other end, has a field that the kernel ignores or refuses without a reason. */
  #checkToAdd(what: string, value: LinkInput): void {
    const size = addressSizeByKind(value), [name, peer] = peerOf(value) ?? [];
    refuse(what, value, IGNORED_FIELDS.add);
    checkName(what, value);
    if (!isElsewhere(value)) this.#checkPort(what, value);
    checkAddresses(what, value, size);
    if (peer === undefined) return;
    const path = `data.${name}.`;
    refuse(what, peer, IGNORED_FIELDS.peer, path);
    checkEnd(what, value, peer, path);
    checkName(what, peer, path);
    if (!isElsewhere(peer)) this.#checkPort(what, peer, path);
    checkAddresses(what, peer, size, path);
    if (peer.index !== undefined && value.index === undefined) {
      throw argumentError(TypeError, `Cannot ${what}: ${path}index requires that the link has an index too`);
    }
  }

  /** Throws before anything is created if the fields to set afterwards cannot be encoded. */
  #check({ value, names, within }: Made, what: string): void {
    const rest = { ...fieldsToSetAfterCreate(value, undefined, names), propList: { altIfname: altnamesOf(value) } };
    try {
      this.#requester().normalize(Link as Codec<unknown, never>, within(rest), what);
    } catch (error) {
      // An earlier item of the batch may create the interface.
      if (!this.#requester().deferred || !(error instanceof NoSuchInterface)) throw error;
    }
  }

  /** Yields the requests that set the remaining fields of a created link; `is` is its present state, if known. */
  *#rest({ value, names }: Made, key: LinkInput, is: Link | undefined): Generator<Operation, void, undefined> {
    const { describe } = declaration, name = value.ifname ?? describe(key), altnames = altnamesOf(value);
    const { master, ...first } = fieldsToSetAfterCreate(value, is, names);
    let rest: Fields = first;
    const step = (type: number, fields: Fields, undone: readonly string[]): Operation => ({
      ...this.operation("set", type, { ...key, ...fields }),
      what: `complete link ${name}, which was created without ${undone.join(", ")}`,
    });
    const more = altnames.length > 0 ? ["propList"] : [];
    if (master !== undefined) {
      yield step(RTM.RTM_NEWLINK, { master }, ["master", ...Object.keys(rest), ...more]);
      // Once it is a port it has more fields, and some must not be sent again.
      if (is !== undefined) rest = without(fieldsToSetAfterCreate(value, this.find(key), names), ["master"]);
    }
    if (Object.keys(rest).length > 0) yield step(RTM.RTM_NEWLINK, rest, [...Object.keys(rest), ...more]);
    if (altnames.length > 0) {
      yield { ...step(RTM.RTM_NEWLINKPROP, { propList: { altIfname: altnames } }, more), flags: NEW_NAMES };
    }
  }

  /**
   * Adds alternative names of at most 127 bytes to a link. All methods then find it by them, as `"uplink"` and as `{
   * ifname: "uplink" }`, also in filters.
   *
   * Like `ip link property add dev eth0 altname uplink`.
   *
   * @throws {KernelError} EEXIST: a link has that name already
   */
  addAltnames(key: LinkKey, ...names: readonly string[]): void {
    this.#altnames("add", RTM.RTM_NEWLINKPROP, key, names);
  }

  /** Removes alternative names from a link. Like `ip link property del dev eth0 altname uplink`. */
  deleteAltnames(key: LinkKey, ...names: readonly string[]): void {
    this.#altnames("delete", RTM.RTM_DELLINKPROP, key, names);
  }

  #altnames(verb: "add" | "delete", type: number, key: LinkKey, names: readonly string[]): void {
    for (const name of names) {
      expectType(name, operationOf(`${verb} names of`, declaration, this.keyValue(key, "set")), "string");
    }
    this.#expectOne(key, `${verb} names of`);
    const operation = this.operation("set", type, { ...this.keyValue(key), propList: { altIfname: names } });
    const flags = verb === "add" ? NEW_NAMES : 0;
    const what = `${verb} ${names.length === 1 ? "name" : "names"} ${names.join(", ")} of link ${
      declaration.describe(this.keyValue(key))
    }`;
    this.#requester().request({ ...operation, flags, what });
  }

  /** Returns the link as a dry run would send it, with a substitute for its index. */
  protected override foresee(verb: MakingVerb, value: LinkInput): Link {
    const link = super.foresee(verb, without(value, ["netns", "netNsPid", "netNsFd", "targetNetnsid"]) as LinkInput);
    const { index, ifname } = link;
    return { ...link, index: index || (ifname === undefined ? 0 : this.#open().names.index(ifname) ?? 0) };
  }

  /** Finds the link that was just created if the kernel does not echo it: before Linux 6.2. */
  protected override findMade(value: LinkInput): Link {
    const { ifname } = value;
    return (ifname === undefined ? undefined : this.find({ ifname })) ?? super.findMade(value);
  }
}

/** The links of this namespace, on a socket that the first use opens. */
export const links: Links = new Links(onShared(NETLINK_ROUTE));
