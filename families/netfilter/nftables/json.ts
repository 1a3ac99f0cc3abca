/**
 * The JSON of nft: the objects of a ruleset as `nft -j list ruleset` prints them, both ways.
 *
 * Source: libnftables-json(5), nft 1.0.6.
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import { shown } from "../../../core/codec/mod.ts";
import { argumentError } from "../../../core/errors.ts";
import type { NfFamily } from "../protocol.ts";
import { decompile, type ListedSet } from "./decompile.ts";
import type { NftChain } from "./chains.ts";
import type { NftElement, NftElementInput, NftSetElem, NftValue } from "./elements.ts";
import { INET_PROTO } from "./fields.ts";
import type { TableFamily } from "./operands.ts";
import type { NftObject } from "./objects.ts";
import type { NftRule, NftRuleInput } from "./rules.ts";
import { type NftObjectType, type NftSet, partsOf, typeNumber } from "./set.ts";
import type { Statement } from "./statements.ts";
import type { NftTable } from "./tables.ts";

/** JSON of nft. */
export interface NftJson {
  /** The objects and commands, in order. */
  readonly nftables: readonly Readonly<Record<string, unknown>>[];
}

type Fields = Readonly<Record<string, unknown>>;

/** nft's words for the types of objects. */
const OBJECT_WORDS: Readonly<Record<string, NftObjectType>> = {
  counter: "counter",
  quota: "quota",
  limit: "limit",
  "ct helper": "ct_helper",
  "ct timeout": "ct_timeout",
  "ct expectation": "ct_expect",
  synproxy: "synproxy",
  secmark: "secmark",
};
const PER: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };
const L3: Readonly<Record<string, number>> = { inet: 1, ip: 2, ip6: 10 };
/** The states of connections in the kernel's order, and nft's timeouts in s. */
const STATES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  tcp: {
    syn_sent: 120,
    syn_recv: 60,
    established: 432_000,
    fin_wait: 120,
    close_wait: 60,
    last_ack: 30,
    time_wait: 120,
    close: 10,
    syn_sent2: 120,
    retrans: 300,
    unack: 300,
  },
  udp: { unreplied: 30, replied: 180 },
};

function keyOf(words: Readonly<Record<string, number>>, value: number | undefined): string | undefined {
  return Object.keys(words).find((word) => words[word] === value);
}

/** Returns an object without its undefined fields. */
function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined));
}

/** Returns nft's JSON of a table. */
export function tableJson({ family, name, handle, flags = [], comment }: NftTable): Fields {
  return defined({
    family,
    name,
    handle: Number(handle),
    flags: flags.length === 0 ? undefined : flags.length === 1 ? flags[0] : flags,
    comment,
  });
}

/** Returns nft's JSON of a chain. */
export function chainJson(chain: NftChain): Fields {
  const { family, table, name, handle, type, hook, priority, dev, devs, policy, comment } = chain;
  const devices = devs ?? (dev === undefined ? [] : [dev]);
  return defined({
    family,
    table,
    name,
    handle: Number(handle),
    ...(hook === undefined ? {} : {
      type,
      hook,
      prio: priority,
      dev: devices.length === 0 ? undefined : devices.length === 1 ? devices[0] : devices,
      policy,
    }),
    comment,
  });
}

/** A set, with the elements of one without a name in the kernel's form. */
export type KnownSet = NftSet & { wire?: readonly NftSetElem[] };

/** Returns a set in the form that `decompile` needs. */
export function listedSet({ keyType, dataType, dataLen, objType, flags, desc, wire }: KnownSet): ListedSet {
  return {
    ...(keyType === undefined ? {} : { keyType: typeNumber(keyType) }),
    ...(dataType === undefined ? {} : { dataType: typeNumber(dataType) }),
    ...(dataLen === undefined ? {} : { dataLen }),
    ...(objType === undefined ? {} : { objType }),
    ...(flags === undefined ? {} : { flags }),
    ...(desc === undefined ? {} : { desc }),
    ...(wire === undefined ? {} : { elements: wire as never }),
  };
}

/** Returns nft's JSON of a rule; `setOf` returns the sets of its table, `nameOf` the names of interfaces. */
export function ruleJson(
  { family, table, chain, handle, comment, expressions = [] }: NftRule,
  setOf: (name: string) => KnownSet | undefined,
  nameOf: (index: number) => string | undefined,
): Fields {
  const expr = decompile(expressions, {
    family: family as TableFamily,
    setOf(name) {
      const set = setOf(name);
      return set === undefined ? undefined : listedSet(set);
    },
    nameOf,
  });
  return defined({ family, table, chain, handle: Number(handle), comment, expr });
}

function valueJson(value: NftValue, isConcat: boolean): unknown {
  if (isConcat && Array.isArray(value)) return { concat: value.map((one) => valueJson(one as NftValue, false)) };
  if (Array.isArray(value)) return { range: value };
  if (typeof value !== "string" || !/^[0-9a-f:.]+\/\d+$/i.test(value)) return value;
  const [addr, len] = value.split("/");
  return { prefix: { addr, len: Number(len) } };
}

/** Returns nft's JSON of a set and its elements. */
export function setJson(set: NftSet & { elements: readonly NftElement[] }): Fields {
  const { family, name, table, handle, keyType, dataType, objType, policy, flags = [], timeout, gcInterval, desc } =
    set;
  const keys = partsOf(keyType), data = partsOf(dataType);
  const words = flags.filter((flag) =>
    flag === "constant" || flag === "interval" || flag === "timeout" || flag === "eval"
  )
    .map((flag) => flag === "eval" ? "dynamic" : flag);
  const elem = set.elements.map(({ elem, data: value, objref, timeout, expires, comment, expressions }) => {
    const val = elem === "*" ? "*" : valueJson(elem, keys.length > 1);
    const more = defined({
      timeout,
      expires: expires === undefined ? undefined : Math.floor(expires),
      comment,
      ...Object.fromEntries((expressions ?? []).map(({ name, data }) => [name, data])),
    });
    const key = Object.keys(more).length === 0 ? val : { elem: { val, ...more } };
    const mapped = objref ??
      (isFields(value) ? value : value === undefined ? undefined : valueJson(value as NftValue, data.length > 1));
    return mapped === undefined ? key : [key, mapped];
  });
  return defined({
    family,
    name,
    table,
    type: keys.length === 1 ? keys[0] : keys,
    handle: Number(handle),
    map: objType !== undefined
      ? Object.keys(OBJECT_WORDS).find((word) => OBJECT_WORDS[word] === objType) ?? objType
      : data.length === 0
      ? undefined
      : data.join(" . "),
    policy: policy === "performance" ? undefined : policy,
    flags: words.length === 0 ? undefined : words,
    timeout,
    "gc-interval": gcInterval,
    size: desc?.size,
    "auto-merge": set.autoMerge,
    comment: set.comment,
    elem: elem.length === 0 ? undefined : elem,
  });
}

/** Returns nft's JSON of a stateful object, by nft's word for its type; `undefined` if nft has none. */
export function objectJson(object: NftObject): Fields | undefined {
  const { family, name, table, handle, comment } = object, head = { family, name, table, handle: Number(handle) };
  const word = Object.keys(OBJECT_WORDS).find((word) => OBJECT_WORDS[word] === object.type);
  if (word === undefined) return undefined;
  const protocol = (number: number | undefined): unknown => keyOf(INET_PROTO, number) ?? number;
  const more = ((): Fields => {
    switch (object.type) {
      case "counter":
        return { packets: object.data?.packets, bytes: object.data?.bytes };
      case "quota": {
        const { bytes, consumed, flags } = object.data;
        return { bytes, used: consumed, inv: flags?.includes("inv") === true };
      }
      case "limit": {
        const { rate, unit, burst, type, flags } = object.data, isBytes = type === "pkt_bytes";
        return {
          rate,
          per: keyOf(PER, Number(unit)),
          burst: burst === 0 ? undefined : burst,
          ...(isBytes ? { rate_unit: "bytes", burst_unit: "bytes" } : {}),
          inv: flags?.includes("inv") === true ? true : undefined,
        };
      }
      case "ct_helper":
        return {
          type: object.data.name,
          protocol: protocol(object.data.l4proto),
          l3proto: keyOf(L3, object.data.l3proto),
        };
      case "ct_timeout": {
        const { l3proto, l4proto, data = [] } = object.data,
          name = String(protocol(l4proto)),
          states = STATES[name] ?? {};
        const policy = Object.fromEntries(
          Object.entries(states).flatMap(([state, usual], i) => data[i] === usual ? [] : [[state, data[i]]]),
        );
        return { protocol: protocol(l4proto), l3proto: keyOf(L3, l3proto), policy };
      }
      case "ct_expect": {
        const { l3proto, l4proto, dport, timeout, size } = object.data;
        return { protocol: protocol(l4proto), dport, timeout, size, l3proto: keyOf(L3, l3proto) };
      }
      case "synproxy": {
        const { mss, wscale, flags = [] } = object.data;
        const words = [
          ...(flags.includes("timestamp") ? ["timestamp"] : []),
          ...(flags.includes("sack_perm") ? ["sack-perm"] : []),
        ];
        return { mss, wscale, flags: words.length === 0 ? undefined : words };
      }
      case "secmark":
        return { context: object.data.ctx };
      default:
        return {};
    }
  })();
  return { [word]: defined({ ...head, comment, ...more }) };
}

/** The changes that JSON asks for, in the form of the collections' `add`. */
export type NftJsonChange =
  | { readonly kind: "flush" }
  | { readonly kind: "table"; readonly value: NftTable }
  | { readonly kind: "chain"; readonly value: NftChain }
  | { readonly kind: "flowtable"; readonly value: object }
  | { readonly kind: "object"; readonly value: NftObject }
  | { readonly kind: "set"; readonly value: NftSet; readonly elements: readonly NftElementInput[] }
  | {
    readonly kind: "elements";
    readonly value: { family: NfFamily; table: string; set: string };
    readonly elements: readonly NftElementInput[];
  }
  | { readonly kind: "rule"; readonly value: NftRuleInput };

/** Returns the changes that JSON asks for, in the order that the kernel needs. */
export function changesOf(json: unknown, what: string): NftJsonChange[] {
  const refuse = (path: string, why: string): never => {
    throw argumentError(TypeError, `Cannot ${what}: ${path}: ${why}`);
  };
  const list = isFields(json) ? json["nftables"] : undefined;
  if (!Array.isArray(list)) return refuse("nftables", `expected an array, got ${shown(list)}`);
  const found: NftJsonChange[] = [];
  list.forEach((item: unknown, index) => {
    const path = `nftables[${index}]`;
    if (!isFields(item)) return refuse(path, `expected an object, got ${shown(item)}`);
    let [word, value] = Object.entries(item)[0] ?? [];
    if (word === "add" && isFields(value)) [word, value] = Object.entries(value)[0] ?? [];
    if (word === "metainfo") return;
    if (word === "flush" && isFields(value) && "ruleset" in value) return void found.push({ kind: "flush" });
    if (word === undefined || !isFields(value)) return refuse(path, "expected an object of nft");
    found.push(changeOf(word, value, (why) => refuse(`${path}.${word}`, why)));
  });
  markDynamic(found);
  // Whatever the order, objects are made before those that refer to them: elements of verdict maps name chains.
  const ORDER = ["flush", "table", "chain", "object", "flowtable", "set", "elements", "rule"];
  return found.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** Adds the flag of sets to which rules add elements: nft 1.0.6 does not print it. */
function markDynamic(changes: readonly NftJsonChange[]): void {
  const used = new Set<string>();
  for (const change of changes) {
    if (change.kind !== "rule") continue;
    const { family, table, expr } = change.value;
    for (const statement of array(expr)) {
      const update = isFields(statement) ? statement["set"] ?? statement["map"] : undefined;
      const name = isFields(update) ? update["set"] ?? update["map"] : undefined;
      if (typeof name === "string") used.add(`${family} ${table} ${name.replace(/^@/, "")}`);
    }
  }
  for (const change of changes) {
    if (change.kind !== "set") continue;
    const { value } = change, { family, table, name, flags = [] } = value;
    if (used.has(`${family} ${table} ${name}`) && !flags.includes("eval")) value.flags = [...flags, "eval"];
  }
}

function array(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function changeOf(word: string, value: Fields, refuse: (why: string) => never): NftJsonChange {
  const family = value["family"] as NfFamily, table = value["table"] as string, name = value["name"] as string;
  const comment = value["comment"] as string | undefined,
    base = defined({ family, table, name, comment }) as never as NftChain;
  switch (word) {
    case "table":
      return {
        kind: "table",
        value: defined({
          family,
          name,
          comment,
          flags: value["flags"] === undefined ? undefined : array(value["flags"]),
        }) as never,
      };
    case "chain": {
      if (value["hook"] === undefined) return { kind: "chain", value: base };
      const devs = array(value["dev"]) as string[];
      return {
        kind: "chain",
        value: defined({
          ...base,
          type: value["type"],
          hook: value["hook"],
          priority: value["prio"],
          dev: devs.length === 1 ? devs[0] : undefined,
          devs: devs.length > 1 ? devs : undefined,
          policy: value["policy"],
        }) as never,
      };
    }
    case "rule":
      return {
        kind: "rule",
        value: defined({ family, table, chain: value["chain"], comment, expr: value["expr"] as Statement[] }) as never,
      };
    case "set":
    case "map": {
      const set = setOf(base, value), given = elementsOf(value["elem"], word === "map");
      // The data of an object map are names of objects.
      const elements = set.objType === undefined ? given : given.map((one) => {
        const { data, ...rest } = one as NftElement;
        return { ...rest, objref: String(data) };
      });
      return { kind: "set", value: set, elements };
    }
    case "element": {
      const all = array(value["elem"]);
      return {
        kind: "elements",
        value: { family, table, set: name },
        elements: elementsOf(all, all.some((one) => Array.isArray(one))),
      };
    }
    case "flowtable":
      return {
        kind: "flowtable",
        value: defined({
          family,
          table,
          name,
          hook: value["hook"],
          priority: value["prio"],
          devs: value["dev"] === undefined ? undefined : array(value["dev"]),
        }),
      };
  }
  const type = OBJECT_WORDS[word];
  if (type === undefined) return refuse("there is no such object of nft, or no such command here");
  return { kind: "object", value: { ...base, type, data: objectData(type, value) } as never };
}

function setOf(base: object, value: Fields): NftSet {
  const split = (type: unknown): unknown => typeof type === "string" && type.includes(" . ") ? type.split(" . ") : type;
  const map = split(value["map"]), objType = typeof map === "string" ? OBJECT_WORDS[map] : undefined;
  const flags = array(value["flags"]).map((flag) => flag === "dynamic" ? "eval" : flag);
  return defined({
    ...base,
    keyType: split(value["type"]),
    dataType: objType === undefined ? map : undefined,
    objType,
    flags: flags.length === 0 ? undefined : flags,
    policy: value["policy"],
    timeout: value["timeout"],
    gcInterval: value["gc-interval"],
    desc: value["size"] === undefined ? undefined : { size: value["size"] },
    autoMerge: value["auto-merge"],
  }) as never;
}

function valueOf(json: unknown): NftValue {
  if (!isFields(json)) return json as NftValue;
  const { prefix, range, concat } = json;
  if (isFields(prefix)) return `${prefix["addr"]}/${prefix["len"]}`;
  if (range !== undefined) return range as NftValue;
  return Array.isArray(concat) ? concat.map(valueOf) as NftValue : json as never;
}

function elementsOf(json: unknown, isMap: boolean): NftElementInput[] {
  return array(json).map((one) => {
    const [given, data] = isMap && Array.isArray(one) ? one : [one];
    const inner = isFields(given) && isFields(given["elem"]) ? given["elem"] : { val: given };
    const { val, timeout, expires, comment, counter } = inner as Fields;
    const isVerdict = isFields(data) && !("concat" in data);
    return defined({
      elem: valueOf(val),
      timeout,
      expires,
      comment,
      expressions: isFields(counter) ? [{ name: "counter", data: counter }] : undefined,
      data: data === undefined ? undefined : isVerdict ? data : valueOf(data),
    }) as unknown as NftElement;
  });
}

function objectData(type: NftObjectType, value: Fields): object {
  const inv = value["inv"] === true ? { flags: ["inv"] } : {};
  const protocol = INET_PROTO[String(value["protocol"])] ?? value["protocol"];
  const l3proto = value["l3proto"] === undefined ? undefined : L3[String(value["l3proto"])] ?? value["l3proto"];
  switch (type) {
    case "counter":
      return defined({ packets: value["packets"], bytes: value["bytes"] });
    case "quota":
      return defined({ bytes: value["bytes"], consumed: value["used"], ...inv });
    case "limit": {
      const isBytes = value["rate_unit"] !== undefined && value["rate_unit"] !== "packets";
      const scale = (unit: unknown): number => unit === "kbytes" ? 1024 : unit === "mbytes" ? 1024 * 1024 : 1;
      return defined({
        rate: Number(value["rate"]) * scale(value["rate_unit"]),
        unit: PER[String(value["per"] ?? "second")],
        burst: value["burst"] === undefined ? undefined : Number(value["burst"]) * scale(value["burst_unit"]),
        type: isBytes ? "pkt_bytes" : "pkts",
        ...inv,
      });
    }
    case "ct_helper":
      return defined({ name: value["type"], l4proto: protocol, l3proto });
    case "ct_timeout": {
      const states = STATES[String(value["protocol"])] ?? {}, policy = value["policy"] as Fields | undefined;
      return defined({
        l4proto: protocol,
        l3proto,
        data: Object.entries(states).map(([state, usual]) => policy?.[state] ?? usual),
      });
    }
    case "ct_expect":
      return defined({
        l3proto,
        l4proto: protocol,
        dport: value["dport"],
        timeout: value["timeout"],
        size: value["size"],
      });
    case "synproxy": {
      const flags = array(value["flags"]).map((flag) => flag === "sack-perm" ? "sack_perm" : flag);
      const given = [
        ...(value["mss"] === undefined ? [] : ["mss"]),
        ...(value["wscale"] === undefined ? [] : ["wscale"]),
      ];
      return defined({ mss: value["mss"], wscale: value["wscale"], flags: [...given, ...flags] });
    }
    default:
      return defined({ ctx: value["context"] });
  }
}
