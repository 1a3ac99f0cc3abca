/**
 * Links: what `ip link` does.
 *
 * ```ts
 * import { links } from "@linux/netlink/families/route/links.ts";
 * console.log(links.list());
 * ```
 *
 * @module
 */
import { Client, type Operation, type Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input, type MakingVerb, onShared } from "../../core/collection.ts";
import { expectType, isFields } from "../../core/arguments.ts";
import { type Attributes, type Codec, type Field, NoSuchInterface, shown } from "../../core/codec/mod.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import { NLM_F } from "../../core/message.ts";
import { stringify } from "../../core/printable.ts";
import type { SomeFlags } from "./kinds/shared.ts";
import { type Kind, Link, type LinkFields, type LinkFlag, type LinkGiven, type Port, type PropList } from "./link.ts";
import { AF, type Family, familyNumber } from "./numbers.ts";
import { addressSizeOf, checkAddress, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** A link as it is given: like {@linkcode Link}, with names or numbers for interfaces. */
export type LinkInput =
  & Omit<Input<LinkFields & LinkGiven>, "flags">
  & { flags?: LinkFields["flags"] | SomeFlags<LinkFlag> }
  & Input<Kind>
  & Input<Port>;

/** Says that a link is made in this namespace: no field names another. */
export interface Here {
  /** Not given. */
  netns?: undefined;
  /** Not given. */
  netNsPid?: undefined;
  /** Not given. */
  netNsFd?: undefined;
  /** Not given. */
  targetNetnsid?: undefined;
}

/** What names a link: its name, another name of it, its number, or an object with one of these. */
export type LinkKey = string | number | LinkInput;

type Fields = Readonly<Record<string, unknown>>;

/** Bytes of the longest first name of a link. */
const LONGEST_NAME = 15;

function isLong(name: unknown): boolean {
  return typeof name === "string" && new TextEncoder().encode(name).length > LONGEST_NAME;
}

const declaration: Declaration<Link> = {
  protocol: NETLINK_ROUTE,
  object: "link",
  table: Link as Attributes<unknown> as Attributes<Link>,
  messages: { new: RTM.RTM_NEWLINK, del: RTM.RTM_DELLINK, get: RTM.RTM_GETLINK },
  also: [RTM.RTM_SETLINK, RTM.RTM_NEWLINKPROP, RTM.RTM_DELLINKPROP, RTM.RTM_GETLINKPROP],
  groups: [RTNLGRP.RTNLGRP_LINK],
  filters: ["family", "master", "kind", "targetNetnsid"],
  describe(value) {
    const { ifname, altIfname, index, kind } = value as Fields;
    return String(ifname ?? altIfname ?? index ?? (kind === undefined ? "" : `of kind ${kind}`));
  },
  identity: ({ index }) => String(index),
  fromKey: (index) => ({ index }),
  keyOf(value) {
    const { index, ifname, altIfname } = value as Fields;
    if (index !== undefined && index !== 0) return { index };
    // The kernel finds a link by either name under either attribute, of which one holds the longer ones.
    if (ifname !== undefined) return isLong(ifname) ? { altIfname: ifname } : { ifname };
    if (altIfname !== undefined) return { altIfname };
    throw new TypeError("Cannot name a link: expected its ifname, altIfname or index");
  },
  prepare(value, verb) {
    const { family, flags, ifname, index } = value as Fields;
    if (verb === "add") return fieldsToCreateWith(value);
    if (verb === "list" && familyNumber(family as Family | undefined) === AF.ipmr) {
      throw argumentError(
        TypeError,
        "Cannot list links: family: multicast routing tells of its interfaces in a form of its own",
      );
    }
    // What a protocol says of links is asked for by its family alone.
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
  // Of another kind the kernel refuses data, and passes the kind alone over; it asks the master what slaveData is.
  lasting: ({ data, master }) => [
    ...["link", "numRxQueues", "numTxQueues", "parentDevName"],
    ...(data === undefined ? ["kind"] : []),
    ...(master === undefined ? ["slaveKind"] : []),
  ],
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

/** Of the other end of a pair also whose port it is, and that before what this says of its port. */
const PEER_AFTER_CREATE: readonly string[] = ["master", ...AFTER_CREATE];

/** What of a link, and of its other end, goes into the request that makes it. */
function fieldsToCreateWith(value: object): Fields {
  const link = withoutDefaults(without(value, AFTER_CREATE)), peer = peerOf(link);
  return peer === undefined
    ? link
    : { ...link, data: { ...link["data"] as object, [peer[0]]: without(peer[1], PEER_AFTER_CREATE) } };
}

const MOVES = "is for a link that moves";

/** Fields that kernels pass over without a word, by verb, and what to do instead. */
const IGNORED_FIELDS: Readonly<Record<"add" | "peer" | "set", Readonly<Record<string, string>>>> = {
  add: {
    altIfname: "finds a link that is there: give propList: { altIfname: […] }",
    newIfindex: `${MOVES}: give index`,
  },
  peer: {
    altIfname: "finds a link that is there: give propList: { altIfname: […] }",
    newIfindex: `${MOVES}: give index`,
    targetNetnsid: "names no namespace here: give netns",
  },
  set: {
    altIfname: "finds a link: addAltnames gives it further names",
    propList: "is changed by addAltnames and deleteAltnames",
  },
};

/** Refuses fields by a table, `path` being where the value lies. */
function refuse(what: string, value: object, fields: Readonly<Record<string, string>>, path = ""): void {
  for (const [name, why] of Object.entries(fields)) {
    if ((value as Fields)[name] !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${path}${name} ${why}`);
  }
}

/** Refuses what the kernel passes over of the other end of a pair, where it is not what that is anyway. */
function checkEnd(what: string, { kind, ifname, index }: LinkInput, peer: LinkInput, path: string): void {
  const fail = (name: string, why: string): never => {
    throw argumentError(TypeError, `Cannot ${what}: ${path}${name}: ${why}, got ${shown((peer as Fields)[name])}`);
  };
  if (peer.kind !== undefined && peer.kind !== kind) fail("kind", `both ends are a ${kind}`);
  if (peer.data !== undefined) fail("data", "is given of the link, for both ends");
  const { link } = peer;
  if (link !== undefined && link !== ifname && link !== index) fail("link", "the other end is linked to this one");
}

const ADDRESSES = ["address", "broadcast"] as const;

/** Kinds whose links have addresses of Ethernet. */
const ETHERNET: ReadonlySet<unknown> = new Set([
  ..."amt batadv bond bridge dummy erspan geneve gretap hsr ifb ip6erspan ip6gretap ipvlan ipvtap macsec macvlan".split(
    " ",
  ),
  ..."macvtap netkit openvswitch team veth virt_wifi vlan vrf vxlan".split(" "),
]);
const IPV4: ReadonlySet<unknown> = new Set(["gre", "ipip", "sit", "vti"]);
const IPV6: ReadonlySet<unknown> = new Set(["ip6gre", "ip6tnl", "vti6"]);

/** Bytes of the addresses of links of a kind; `undefined` where kinds do not tell. */
function addressSizeByKind({ kind }: LinkInput): number | undefined {
  return ETHERNET.has(kind) ? 6 : IPV4.has(kind) ? 4 : IPV6.has(kind) ? 16 : kind === "ipoib" ? 20 : undefined;
}

function checkAddresses(what: string, value: object, size: number | undefined, path = ""): void {
  for (const name of ADDRESSES) checkAddress(what, `${path}${name}`, (value as Fields)[name], size);
}

/** Fields that are 0 in a new link anyway, and which some kernels refuse to be told. */
const ZERO: Readonly<Record<string, readonly string[]>> = {
  // Kernels without VLANs list it as others do.
  bridge: ["vlanFiltering"],
  // Since 6.14 the bits that it would use are taken for used, and clash with `reservedBits`.
  vxlan: ["remcsumRx"],
};

/** A link without what it is anyway, and with the word that a macvlan's list of sources is all of them. */
function withoutDefaults(link: Fields): Fields {
  const { kind, data } = link, zero = ZERO[String(kind)];
  if (kind === "netkit") return withoutZeroAddress(link);
  if (!isFields(data)) return link;
  // A new bond has no ports, of which one could be in use.
  if (kind === "bond") return { ...link, data: without(data, ["activeSlave"]) };
  if (data["macaddrData"] !== undefined && data["macaddrMode"] === undefined) {
    return { ...link, data: { ...data, macaddrMode: "set" } };
  }
  if (zero === undefined) return link;
  const kept: Record<string, unknown> = without(data, zero.filter((name) => data[name] === 0));
  const { multiBoolopt } = kept, optval = isFields(multiBoolopt) ? multiBoolopt["optval"] : undefined;
  // No switch of a new bridge is on; those that are off are not known to every kernel that lists them.
  if (Array.isArray(optval)) kept["multiBoolopt"] = optval.length === 0 ? undefined : { optval, optmask: optval };
  return { ...link, data: kept };
}

/** A netkit without MAC addresses where it has none: the kernel refuses zeros. */
function withoutZeroAddress(link: Fields): Fields {
  const kept = link["address"] === "00:00:00:00:00:00" ? without(link, ["address"]) : link, { data } = kept;
  if (!isFields(data) || !isFields(data["peerInfo"])) return kept;
  return { ...kept, data: { ...data, peerInfo: withoutZeroAddress(data["peerInfo"]) } };
}

/** The other end of a pair that is made with it, and the field that it is. */
function peerOf(value: object): readonly ["peer" | "peerInfo", LinkInput] | undefined {
  const { data } = value as Fields;
  if (!isFields(data)) return undefined;
  const name = isFields(data["peer"]) ? "peer" : "peerInfo", peer = data[name];
  return isFields(peer) ? [name, peer as LinkInput] : undefined;
}

function without(value: object, fields: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));
}

/** What of a link has to be set once it is there: what is given, can be sent, and is not so already. */
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
    kept[name] = inner !== undefined && isFields(one) ? sendable(inner, one, one) : one;
  }
  return kept;
}

/** Of `given` what is other than it is; of objects field by field. Nothing when all is so already. */
function changedFields(given: unknown, is: unknown): unknown {
  if (given === undefined || stringify(given) === stringify(is)) return undefined;
  if (!isFields(given)) return given;
  const other = Object.entries(given).flatMap(([name, one]) => {
    const rest = changedFields(one, (is as Fields | undefined)?.[name]);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return other.length === 0 ? undefined : Object.fromEntries(other);
}

/** Flags of a request that gives a link further names. */
const NEW_NAMES = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL | NLM_F.NLM_F_APPEND;

/** Without it dumps say nothing of virtual functions. */
const RTEXT_FILTER_VF = 1;

/** The namespace that a link is made in, where its fields name one. */
function namespaceOf({ netns, netNsPid, netNsFd }: LinkInput): string | number | undefined {
  return netns ?? netNsPid ?? (netNsFd === undefined ? undefined : `/proc/self/fd/${netNsFd}`);
}

/** Whether a link is made in another namespace, as far as anybody can tell. */
function isElsewhere(link: LinkInput): boolean {
  return namespaceOf(link) !== undefined || link.targetNetnsid !== undefined;
}

/** A link that a request makes: the one that is asked for, or its other end. */
interface Made {
  /** What is given of it. */
  readonly value: LinkInput;
  /** Where that stands: `data.peer`. */
  readonly path: readonly string[];
  /** Fields that are set once it is there. */
  readonly names: readonly string[];
  /** What is given of it as a part of all that is given. */
  readonly within: (value: Fields) => object;
}

/** The links that `value` makes of which something is to be set once they are there. */
function linksToComplete(value: LinkInput): Made[] {
  const peer = peerOf(value), all: Made[] = [{ value, path: [], names: AFTER_CREATE, within: (value) => value }];
  if (peer !== undefined) {
    const [name, other] = peer, { kind } = value, within = (other: Fields) => ({ kind, data: { [name]: other } });
    all.push({ value: other, path: ["data", name], names: PEER_AFTER_CREATE, within });
  }
  return all.filter(({ value, names }) => namesToSetAfterCreate(value, undefined, names).length > 0);
}

/** The names of the fields that are set of a link once it is there. */
function namesToSetAfterCreate(value: LinkInput, made: Link | undefined, names: readonly string[]): string[] {
  return [
    ...Object.keys(fieldsToSetAfterCreate(value, made, names)),
    ...(altnamesOf(value).length > 0 ? ["propList"] : []),
  ];
}

function altnamesOf(value: LinkInput): readonly string[] {
  return (value as { propList?: PropList }).propList?.altIfname ?? [];
}

/** What names a link that is made; `undefined` where the kernel chooses that, and `first`, which it told of, does not say it. */
function keyOfMade(
  { value: { ifname, index }, path }: Pick<Made, "value" | "path">,
  first: Link | undefined,
): LinkInput | undefined {
  const told = path.length === 0 ? first?.index : first?.link;
  if (told !== undefined) return { index: told };
  if (typeof index === "number" && index > 0) return { index };
  // The kernel puts a number in the place of %d.
  return ifname === undefined || ifname.includes("%") ? undefined : { ifname };
}

/** All links of one namespace. */
export class Links extends Collection<Link, LinkInput, LinkKey> {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
  }

  /**
   * Makes a link.
   *
   * Like `ip link add v0 type veth peer name v1`. What is only received of a link (counters, `carrier` …) is passed over, so
   * that one that was listed can be made again.
   *
   * The kernel sets some of a link's fields only once it is there (`ifalias`, `afSpec`, further names …, and `master` of a
   * pair's other end): for these more requests follow, in another namespace through a socket there. When one of them is
   * refused the link stands without, and the error says so. In a batch they belong to the item, and are not done when the
   * link is not made; in another namespace they are refused there.
   *
   * @returns the link as the kernel made it; in a dry run as it would be sent, with the number that stands in for its own
   * @throws {KernelError} EEXIST: the name is taken; EOPNOTSUPP: this kernel has no such kind
   * @throws {TypeError} something is to be set once it is there, and neither name nor `index` of it can be known then
   */
  override add(value: LinkInput & Here): Link;
  /** Makes a link here or in another namespace, of which nothing is returned: its number there is another link's here. */
  override add(value: LinkInput): Link | undefined;
  override add(value: LinkInput): Link | undefined {
    const operation = this.operation("add", RTM.RTM_NEWLINK, value, RTM.RTM_NEWLINK), { what } = operation;
    const requester = this.#requester(), client = this.#open(), batched = requester !== client && requester.deferred;
    const elsewhere = isElsewhere(value), clients: Client[] = [], peer = peerOf(value);
    refuse(what, value, IGNORED_FIELDS.add);
    if (!elsewhere) this.#checkPort(what, value);
    checkAddresses(what, value, addressSizeByKind(value));
    if (peer !== undefined) {
      const [name, { index }] = peer, path = `data.${name}.`;
      refuse(what, peer[1], IGNORED_FIELDS.peer, path);
      checkEnd(what, value, peer[1], path);
      if (!isElsewhere(peer[1])) this.#checkPort(what, peer[1], path);
      checkAddresses(what, peer[1], addressSizeByKind(value), path);
      if (index !== undefined && value.index === undefined) {
        throw argumentError(
          TypeError,
          `Cannot ${what}: ${path}index is taken only where the link has an index as well`,
        );
      }
    }
    try {
      const places = linksToComplete(value).map((made) => {
        const netns = namespaceOf(made.value),
          field = [...made.path, namesToSetAfterCreate(made.value, undefined, made.names)[0]];
        const refuse = (why: string): never => {
          throw argumentError(TypeError, `Cannot ${what}: ${field.join(".")}: is set once the link is there, ${why}`);
        };
        if (made.value.targetNetnsid !== undefined) {
          refuse("so its namespace must be named by netns, not targetNetnsid");
        }
        if (batched && netns !== undefined) refuse("which a batch cannot do in another namespace");
        // The kernel tells of the link that is made here, and that of its other end.
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
        return void requester.request({ ...operation, then });
      }
      const given = elsewhere ? void requester.request(operation) : this.addEchoed(value);
      const first = requester.deferred ? undefined : given;
      let changed = false;
      for (const { made, links } of places) {
        const key = keyOfMade(made, first);
        if (key === undefined) {
          throw new NetlinkError(
            `Cannot complete ${what.slice(4)}, which is made: this kernel does not tell its name`,
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
      return changed && first !== undefined ? this.get({ index: first.index }) : given;
    } finally {
      for (const client of clients) client.close();
    }
  }

  /**
   * Changes the fields given, and no others.
   *
   * Like `ip link set dev v0 mtu 1400`. With `netns` it moves the link, with another `ifname` it renames it.
   *
   * @throws {TypeError} a field is fixed when a link is made, is changed by another verb, or is only ever received
   */
  override set(key: LinkKey, changes: LinkInput): void {
    if (isFields(changes)) {
      const what = `set link ${declaration.describe(this.keyValue(key, "set"))}`;
      refuse(what, changes, IGNORED_FIELDS.set);
      // The kernel says no more than that it does not do that; and a dry run does not ask it.
      const { kind } = isFields(key) ? key : {}, { kind: other } = changes;
      if (kind !== undefined && other !== undefined && other !== kind) {
        throw argumentError(TypeError, `Cannot ${what}: kind does not change, it is a ${kind}, got ${shown(other)}`);
      }
      if (changes["master"] !== undefined) this.#checkPort(what, changes);
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
        throw argumentError(TypeError, `Cannot ${what}: newIfindex is for a link that moves, by netns`);
      }
    }
    // One that is named by its name, and gets another, is named by its number.
    const { ifname, altIfname } = this.keyValue(key, "set") as Fields, name = ifname ?? altIfname;
    super.set(
      typeof name === "string" && isFields(changes) && changes["ifname"] !== undefined ? name : key,
      changes,
    );
  }

  /** The object that a key stands for. */
  override keyValue(key: LinkKey, verb?: string): object {
    const value = super.keyValue(key, verb), there = isFields(key) ? (key as Fields)["targetNetnsid"] : undefined;
    if (there === undefined) return value;
    if (verb === "set") {
      throw new TypeError(
        "Cannot set a link of another namespace by targetNetnsid, which would move it: open({ netns })",
      );
    }
    return { ...value, targetNetnsid: there };
  }

  /** Refuses to call a link the port of something that its master is not; of one that is yet to be made nobody knows. */
  #checkPort(what: string, { master, slaveKind }: LinkInput, path = ""): void {
    if (slaveKind === undefined) return;
    const fail = (why: string): never => {
      throw argumentError(TypeError, `Cannot ${what}: ${path}slaveKind: ${why}, got ${shown(slaveKind)}`);
    };
    if (master === undefined || master === null || master === 0) fail("says whose port it is, and there is no master");
    const kind = this.#open().deferred ? undefined : this.#kindOf(master!);
    if (kind !== undefined && kind !== slaveKind) fail(`its master is a ${kind}`);
  }

  /** The kind of a link, `undefined` where there is none yet. */
  #kindOf(key: string | number): string | undefined {
    try {
      return this.find(key)?.kind;
    } catch (error) {
      if (error instanceof NoSuchInterface) return undefined;
      throw error;
    }
  }

  /** Refuses what no request could say, before anything is made. */
  #check({ value, names, within }: Made, what: string): void {
    const rest = { ...fieldsToSetAfterCreate(value, undefined, names), propList: { altIfname: altnamesOf(value) } };
    try {
      this.#requester().normalize(Link as Codec<unknown, never>, within(rest), what);
    } catch (error) {
      // In a batch an earlier item may make it.
      if (!this.#requester().deferred || !(error instanceof NoSuchInterface)) throw error;
    }
  }

  /** The requests that set what can only be set of a link that is there; `is` says what is so already. */
  *#rest({ value, names }: Made, key: LinkInput, is: Link | undefined): Generator<Operation, void, undefined> {
    const { describe } = declaration, name = value.ifname ?? describe(key), altnames = altnamesOf(value);
    const { master, ...first } = fieldsToSetAfterCreate(value, is, names);
    let rest: Fields = first;
    const step = (type: number, fields: Fields, undone: readonly string[]): Operation => ({
      ...this.operation("set", type, { ...key, ...fields }),
      what: `complete link ${name}, which is made without ${undone.join(", ")}`,
    });
    const more = altnames.length > 0 ? ["propList"] : [];
    if (master !== undefined) {
      yield step(RTM.RTM_NEWLINK, { master }, ["master", ...Object.keys(rest), ...more]);
      // As a port it says more, and refuses to be told some of it again.
      if (is !== undefined) rest = fieldsToSetAfterCreate(value, this.find(key));
    }
    if (Object.keys(rest).length > 0) yield step(RTM.RTM_NEWLINK, rest, [...Object.keys(rest), ...more]);
    if (altnames.length > 0) {
      yield { ...step(RTM.RTM_NEWLINKPROP, { propList: { altIfname: altnames } }, more), flags: NEW_NAMES };
    }
  }

  /**
   * Gives a link further names, of at most 127 bytes; all verbs find it by them, as `"uplink"` and as
   * `{ ifname: "uplink" }`, also in filters.
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
    for (const name of names) {
      expectType(name, `${verb} names of link ${declaration.describe(this.keyValue(key, "set"))}`, "string");
    }
    const operation = this.operation("set", type, { ...this.keyValue(key), propList: { altIfname: names } });
    const flags = verb === "add" ? NEW_NAMES : 0;
    const what = `${verb} ${names.length === 1 ? "name" : "names"} ${names.join(", ")} of link ${
      declaration.describe(this.keyValue(key))
    }`;
    this.#requester().request({ ...operation, flags, what });
  }

  /** The link as a dry run would send it, with the number that stands in for its own. */
  protected override foresee(verb: MakingVerb, value: LinkInput): Link {
    const link = super.foresee(verb, without(value, ["netns", "netNsPid", "netNsFd", "targetNetnsid"]) as LinkInput);
    const { index, ifname } = link;
    return { ...link, index: index || (ifname === undefined ? 0 : this.#open().names.index(ifname) ?? 0) };
  }

  /** Finds what was just made, where the kernel does not echo it: before 6.2. */
  protected override findMade(value: LinkInput): Link {
    const { ifname } = value;
    return (ifname === undefined ? undefined : this.find({ ifname })) ?? super.findMade(value);
  }
}

/** The links of this namespace, on a socket that the first use opens. */
export const links: Links = new Links(onShared(NETLINK_ROUTE));
