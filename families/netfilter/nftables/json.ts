/**
 * The JSON of nft: the objects of a ruleset as `nft -j list ruleset` prints them, both ways.
 *
 * Source: libnftables-json(5), nft 1.0.6.
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import { didYouMean, shown, toHex } from "../../../core/codec/mod.ts";
import { argumentError } from "../../../core/errors.ts";
import { compileState, typeOf } from "./compile.ts";
import { decompile, type ListedSet, OBJECT_WORDS, sized, stateJson } from "./decompile.ts";
import type { NftChain } from "./chains.ts";
import type { NftElement, NftElementInput, NftSetElem, NftValue } from "./elements.ts";
import type { NftFlowtable } from "./flowtables.ts";
import { datatypeOf, INET_PROTO, type NftDatatypeName } from "./datatypes.ts";
import { Knowledge, type TableFamily } from "./operands.ts";
import type { NftObject, NftTunnelGeneve, NftTunnelKey } from "./objects.ts";
import type { NftRule } from "./rules.ts";
import { dataLayout, fieldsIn, type NftObjectType, type NftSet, partsOf, SET_USERDATA, typeNumber } from "./set.ts";
import { userdataOf } from "./userdata.ts";
import { fromHex } from "./scalars.ts";
import type { NftTable } from "./tables.ts";
import { Place, quantity, quantityFrom, quantityJson } from "./values.ts";

/** JSON of nft. */
export interface NftJson {
  /** The objects and commands, in order. */
  readonly nftables: readonly Readonly<Record<string, unknown>>[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The types of objects by nft's words. */
const OBJECT_TYPES: ReadonlyMap<string, NftObjectType> = new Map(
  Object.entries(OBJECT_WORDS).map(([type, word]) => [word, type as NftObjectType]),
);
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

/** Returns nft's JSON of a flowtable. */
export function flowtableJson(flowtable: NftFlowtable): Fields {
  const { family, name, table, handle, hook, priority, devs = [], flags = [] } = flowtable;
  return defined({
    family,
    name,
    table,
    handle: Number(handle),
    hook,
    prio: priority,
    dev: devs.length === 1 ? devs[0] : devs,
    flags: flags.length === 0 ? undefined : flags.map((flag) => flag === "hw_offload" ? "offload" : flag),
  });
}

/** A set, with the elements of one without a name in the kernel's form. */
export type KnownSet = NftSet & { wire?: readonly NftSetElem[] };

/** Returns a set in the form that `decompile` needs. */
export function listedSet(set: KnownSet): ListedSet {
  const { keyType, dataType, dataLen, objType, flags, desc, wire } = set;
  const data = dataType === undefined || dataType === "verdict" ? [] : dataLayout(set);
  return {
    ...(keyType === undefined ? {} : { keyType: typeNumber(keyType) }),
    ...(dataType === undefined ? {} : { dataType: typeNumber(dataType) }),
    ...(dataLen === undefined ? {} : { dataLen }),
    ...(data.length === 1 ? { dataOrder: data[0]!.order } : {}),
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
  nameOf: NameOf,
): Fields {
  const expr = decompile(expressions, {
    family: family as TableFamily,
    setOf(name) {
      const set = setOf(name);
      return set === undefined ? undefined : listedSet(set);
    },
    nameOf,
  });
  return defined({ family, table, chain, handle: Number(handle), comment, expr: expr.map(hexed) });
}

/** Returns a statement with the bytes of raw expressions as hexadecimal text, which is accepted as input again. */
function hexed(statement: object): unknown {
  const hexIn = (json: unknown): unknown => {
    if (json instanceof Uint8Array) return toHex(json);
    if (Array.isArray(json)) return json.map(hexIn);
    if (!isFields(json)) return json;
    return Object.fromEntries(Object.entries(json).map(([name, one]) => [name, hexIn(one)]));
  };
  return "raw" in statement ? hexIn(statement) : statement;
}

type NameOf = (index: number) => string | undefined;

/** Returns nft's JSON of a value of some types. */
function valueJson(value: NftValue, types: readonly NftDatatypeName[], nameOf: NameOf): unknown {
  if (types.length > 1 && Array.isArray(value)) {
    return { concat: value.map((one, index) => valueJson(one as NftValue, types.slice(index, index + 1), nameOf)) };
  }
  if (Array.isArray(value)) return { range: value.map((one) => valueJson(one as NftValue, types, nameOf)) };
  if (types[0] === "iface_index" && typeof value === "number") return nameOf(value) ?? String(value);
  if (typeof value === "string" && value.includes(" | ") && datatypeOf(types[0]!).form === "mask") {
    return { "|": value.split(" | ") };
  }
  if (typeof value !== "string" || !/^[0-9a-f:.]+\/\d+$/i.test(value)) return value;
  const [addr, len] = value.split("/");
  return { prefix: { addr, len: Number(len) } };
}

/** Returns nft's JSON of the fields that a set's keys or data are of; `undefined` if its user data do not tell them. */
export function typeofJson(set: NftSet, of: "key" | "data"): unknown {
  const fields = fieldsIn(set, of);
  // The user data of nft may lack some fields of a concatenation.
  const isWhole = fields?.length === partsOf(of === "key" ? set.keyType : set.dataType).length;
  if (!isWhole || fields.some(({ json }) => json === undefined)) return undefined;
  return fields.length === 1 ? fields[0]!.json : { concat: fields.map(({ json }) => json) };
}

/** Returns the fields of keys or data in nft's JSON, if types alone do not tell the lengths, or have no word of nft. */
function typeJson(set: NftSet, of: "key" | "data"): unknown {
  const types = partsOf(of === "key" ? set.keyType : set.dataType);
  const json = types.some((type) => type === "date" || datatypeOf(type).bits === 0) ? typeofJson(set, of) : undefined;
  return json === undefined ? undefined : { typeof: json };
}

/** Returns nft's JSON of a set and its elements; `nameOf` returns the names of interfaces. */
export function setJson(set: NftSet & { elements: readonly NftElement[] }, nameOf: NameOf): Fields {
  const { family, name, table, handle, keyType, dataType, objType, policy, flags = [], timeout, gcInterval, desc } =
    set;
  const keys = partsOf(keyType), data = partsOf(dataType), isConstant = flags.includes("constant");
  const words = flags.filter((flag) =>
    flag === "constant" || flag === "interval" || flag === "timeout" || flag === "eval"
  )
    .map((flag) => flag === "eval" ? "dynamic" : flag);
  const elem = set.elements.map(({ elem, data: value, objref, timeout, expires, comment, expressions }) => {
    const val = elem === "*" ? "*" : valueJson(elem, keys, nameOf);
    const more = defined({
      timeout,
      expires: expires === undefined ? undefined : Math.floor(expires),
      comment,
      ...Object.assign({}, ...(expressions ?? []).map((one) => hexed(stateJson(one)))) as Fields,
    });
    const key = Object.keys(more).length === 0 ? val : { elem: { val, ...more } };
    const mapped = objref ??
      (isFields(value) ? value : value === undefined ? undefined : valueJson(value as NftValue, data, nameOf));
    return mapped === undefined ? key : [key, mapped];
  });
  return defined({
    family,
    name,
    table,
    type: typeJson(set, "key") ?? (keys.length === 1 ? keys[0] : keys),
    handle: Number(handle),
    map: objType !== undefined
      ? OBJECT_WORDS[objType as NftObjectType] ?? objType
      : data.length === 0
      ? undefined
      : typeJson(set, "data") ?? data.join(" . "),
    policy: policy === "performance" || isConstant ? undefined : policy,
    flags: words.length === 0 ? undefined : words,
    timeout,
    "gc-interval": gcInterval,
    size: isConstant ? undefined : desc?.size,
    "auto-merge": set.autoMerge,
    comment: set.comment,
    elem: elem.length === 0 ? undefined : elem,
    stmt: (set.expr === undefined ? set.expressions : [set.expr])?.map((one) => hexed(stateJson(one, true))),
  });
}

/** Returns nft's JSON of a stateful object, by nft's word for its type; `undefined` if nft has none. */
export function objectJson(object: NftObject): Fields | undefined {
  const { family, name, table, handle, comment } = object, head = { family, name, table, handle: Number(handle) };
  const word = OBJECT_WORDS[object.type];
  // A newer kernel has others.
  if (word === undefined) return undefined;
  const protocol = (number: number | undefined): unknown => keyOf(INET_PROTO, number) ?? number;
  const more = ((): Fields => {
    switch (object.type) {
      case "counter":
        return { packets: quantityJson(object.data?.packets ?? 0), bytes: quantityJson(object.data?.bytes ?? 0) };
      case "quota": {
        const { bytes = 0, consumed = 0, flags } = object.data;
        return { bytes: quantityJson(bytes), used: quantityJson(consumed), inv: flags?.includes("inv") === true };
      }
      case "limit": {
        const { rate = 0, unit, burst = 0, type, flags } = object.data, isBytes = type === "pkt_bytes";
        const [number, rateUnit] = isBytes ? sized(rate) : [quantityJson(rate)];
        const [more, burstUnit] = isBytes ? sized(burst) : [burst];
        return {
          rate: number,
          rate_unit: rateUnit,
          per: keyOf(PER, Number(unit)),
          ...(burst === 0 ? {} : { burst: more, burst_unit: burstUnit }),
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
      case "connlimit":
        return { inv: object.data.flags?.includes("inv") === true ? true : undefined, val: object.data.count };
      case "tunnel":
        return tunnelJson(object.data);
    }
  })();
  return { [word]: defined({ ...head, comment, ...more }) };
}

/** Returns nft's JSON of a tunnel; `flags` and `flowlabel`, which nft has no words for, have the kernel's. */
function tunnelJson({ id, ip, ip6, flags = [], opts, ...rest }: NftTunnelKey): Fields {
  const [type, tunnel] = ((): [string?, unknown?] => {
    if (opts?.vxlan !== undefined) return ["vxlan", opts.vxlan];
    if (opts?.geneve !== undefined) {
      const hex = ({ data = new Uint8Array() }: NftTunnelGeneve): string => `0x${toHex(data)}`;
      return ["geneve", opts.geneve.map((one) => ({ class: one.class, "opt-type": one.type, data: hex(one) }))];
    }
    if (opts?.erspan === undefined) return [];
    const { version, v1Index: index, v2Hwid: hwid, v2Dir } = opts.erspan;
    return ["erspan", version === 1 ? { version, index } : { version, dir: DIRECTIONS[v2Dir ?? 0], hwid }];
  })();
  const [version, of] = ip6 === undefined ? ["ipv4", ip] : ["ipv6", ip6];
  return {
    id,
    [`src-${version}`]: of?.src,
    [`dst-${version}`]: of?.dst,
    ...rest,
    flowlabel: ip6?.flowlabel === 0 ? undefined : ip6?.flowlabel,
    flags: flags.length === 0 ? undefined : flags,
    type,
    tunnel,
  };
}

/** Returns a tunnel of nft's JSON. */
function tunnelOf(value: Fields): Fields {
  const { id, sport, dport, tos, ttl, flags, flowlabel, type, tunnel = {} } = value;
  const address = (version: string): Fields | undefined => {
    const src = value[`src-${version}`], dst = value[`dst-${version}`];
    return src === undefined && dst === undefined ? undefined : defined({ src, dst });
  };
  const of = tunnel as Fields, ip6 = address("ipv6");
  const opts = type === "vxlan" ? { vxlan: { gbp: of["gbp"] } } : type === "geneve"
    ? {
      geneve: (array(tunnel) as Fields[]).map((one) => ({
        class: one["class"],
        type: one["opt-type"],
        data: fromHex(String(one["data"]).replace(/^0x/, "")),
      })),
    }
    : type === "erspan"
    ? {
      erspan: defined({
        version: of["version"],
        v1Index: of["index"],
        v2Hwid: of["hwid"],
        v2Dir: of["dir"] === undefined ? undefined : DIRECTIONS.indexOf(String(of["dir"])),
      }),
    }
    : undefined;
  return defined({
    id,
    ip: address("ipv4"),
    ip6: ip6 === undefined ? undefined : defined({ ...ip6, flowlabel }),
    flags: flags === undefined ? undefined : array(flags),
    tos,
    ttl,
    sport: sport === 0 ? undefined : sport,
    dport: dport === 0 ? undefined : dport,
    opts,
  });
}

const DIRECTIONS = ["ingress", "egress"];

const SET_FIELDS = [
  "type",
  "map",
  "policy",
  "flags",
  "elem",
  "timeout",
  "gc-interval",
  "size",
  "auto-merge",
  "stmt",
  "count",
];

/** The commands of JSON that change something. */
const COMMANDS = ["add", "create", "insert", "replace", "delete", "destroy", "flush", "rename"] as const;
/** Commands that make objects, whose order does not matter if they are side by side. */
const MAKING: readonly string[] = ["add", "create", "insert", "replace"];
/** Commands for less than all objects, and the objects. */
const OBJECTS_OF: Readonly<Record<string, readonly NftJsonChange["kind"][]>> = {
  insert: ["rule"],
  replace: ["rule"],
  rename: ["chain"],
  flush: ["ruleset", "table", "chain", "set"],
};

/** A change that JSON asks for; values are in the form of the collections' `add`. */
export interface NftJsonChange {
  /** The command. */
  readonly command: typeof COMMANDS[number];
  /** Kind of object that is changed. */
  readonly kind: "ruleset" | "table" | "chain" | "object" | "flowtable" | "set" | "elements" | "rule";
  /** The object, or its key. */
  readonly value: Fields;
  /** The elements of a set. */
  readonly elements: readonly NftElementInput[];
  /** The new name of a chain. */
  readonly newname?: string;
  /** The place of a new rule. */
  readonly place: { readonly handle?: number; readonly index?: number };
}

/** Returns the changes that JSON asks for, in the order that the kernel needs. */
export function changesOf(json: unknown, what: string): NftJsonChange[] {
  const refuse = (path: string, why: string): never => {
    throw argumentError(TypeError, `Cannot ${what}: ${path}: ${why}`);
  };
  const onlyOf = (one: Fields, path: string): readonly [string, unknown] | readonly [] => {
    const [first, second] = Object.entries(one);
    if (second === undefined) return first ?? [];
    return refuse(path, `expected one command or object, got ${JSON.stringify(first![0])} and "${second[0]}"`);
  };
  const list = isFields(json) ? json["nftables"] : undefined;
  if (!Array.isArray(list)) return refuse("nftables", `expected an array, got ${shown(list)}`);
  const found: NftJsonChange[] = [];
  list.forEach((item: unknown, index) => {
    const path = `nftables[${index}]`;
    if (!isFields(item)) return refuse(path, `expected an object, got ${shown(item)}`);
    const [first = "", inner] = onlyOf(item, path);
    if (first === "metainfo") return;
    if (first === "list" || first === "reset") {
      return refuse(`${path}.${first}`, "it changes nothing in a transaction: use the methods list, json and reset");
    }
    const isCommand = (COMMANDS as readonly string[]).includes(first);
    const [word = "", value] = isCommand ? isFields(inner) ? onlyOf(inner, `${path}.${first}`) : [] : [first, inner];
    const command = isCommand ? first as NftJsonChange["command"] : "add";
    const at = isCommand ? `${path}.${first}.${word}` : `${path}.${word}`;
    // Listed meters belong to their rules.
    if (word === "meter" && command === "add") return;
    if (word === "ruleset" && (value === null || isFields(value))) {
      if (command !== "flush") return refuse(at, "the ruleset can only be flushed");
      expectFieldsOf("ruleset", value ?? {}, (why) => refuse(at, why));
      return void found.push({ command, kind: "ruleset", value: value ?? {}, elements: [], place: {} });
    }
    if (word === "" || !isFields(value)) return refuse(path, "expected a command or an object of nft");
    const change = changeOf(command, word, value, isCommand, (why) => refuse(at, why));
    const kinds = OBJECTS_OF[command];
    if (kinds?.includes(change.kind) === false) return refuse(at, `there is no ${command} of it`);
    expectFieldsOf(word, value, (why) => refuse(at, why));
    found.push(change);
  });
  markUsed(found);
  return inOrder(found);
}

/**
 * Returns the changes with those that make objects in an order in which they can refer to each other: elements of
 * verdict maps name chains, which nft lists behind them. Other commands keep their places.
 */
function inOrder(changes: readonly NftJsonChange[]): NftJsonChange[] {
  const ORDER = ["ruleset", "table", "chain", "object", "flowtable", "set", "elements", "rule"];
  const ordered: NftJsonChange[] = [];
  let run: NftJsonChange[] = [];
  const close = (): void => {
    // Elements in sets may name chains too.
    ordered.push(...run.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)));
    run = [];
  };
  for (const change of changes) {
    if (MAKING.includes(change.command)) run.push(change);
    else {
      close();
      ordered.push(change);
    }
  }
  close();
  return ordered;
}

/** Adds what rules tell of sets: that they add elements, which nft 1.0.6 does not print, and that data are ranges. */
function markUsed(changes: readonly NftJsonChange[]): void {
  const updated = new Set<string>(), ranges = new Set<string>();
  for (const { kind, value } of changes) {
    if (kind !== "rule") continue;
    const { family, table, expr } = value;
    const key = (name: string): string => `${family} ${table} ${name.replace(/^@/, "")}`;
    for (const statement of array(expr)) {
      if (!isFields(statement)) continue;
      const update = statement["set"] ?? statement["map"], nat = statement["snat"] ?? statement["dnat"];
      const name = isFields(update) ? update["set"] ?? update["map"] : undefined;
      if (typeof name === "string") updated.add(key(name));
      const { addr, type_flags } = isFields(nat) ? nat : {}, map = isFields(addr) ? addr["map"] : undefined;
      const data = isFields(map) ? map["data"] : undefined;
      if (typeof data === "string" && array(type_flags).some((flag) => flag !== "concat")) ranges.add(key(data));
    }
  }
  for (const { kind, command, value } of changes) {
    if (kind !== "set" || !MAKING.includes(command)) continue;
    const set = value as unknown as NftSet,
      { family, table, name, flags = [] } = set,
      key = `${family} ${table} ${name}`;
    if (updated.has(key) && !flags.includes("eval")) set.flags = [...flags, "eval"];
    if (ranges.has(key)) set.dataInterval = true;
  }
}

function array(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function changeOf(
  command: NftJsonChange["command"],
  word: string,
  value: Fields,
  isCommand: boolean,
  refuse: (why: string) => never,
): NftJsonChange {
  const { family, table, name, comment, handle, newname } = value, isMade = MAKING.includes(command);
  const key = defined({ family, table, name }), base = isMade ? { ...key, ...defined({ comment }) } : key;
  const change = (kind: NftJsonChange["kind"], value: Fields, more: Partial<NftJsonChange> = {}): NftJsonChange => ({
    command,
    kind,
    value: isMade || name !== undefined || handle === undefined ? value : { ...value, handle },
    elements: [],
    place: {},
    ...more,
  });
  if (command === "destroy" && value["dev"] !== undefined) {
    return refuse("dev: the kernel destroys only whole objects: delete takes devices from them");
  }
  switch (word) {
    case "table":
      return change("table", {
        ...base,
        ...(isMade && value["flags"] !== undefined ? { flags: array(value["flags"]) } : {}),
      });
    case "chain":
      if (command === "rename") {
        if (typeof newname !== "string") return refuse(`newname: expected a name, got ${shown(newname)}`);
        return change("chain", base, { newname });
      }
      return change("chain", isMade ? { ...base, ...hookOf(value) } : { ...base, ...devicesOf(value) });
    case "rule": {
      const rule = defined({ family, table, chain: value["chain"] });
      if (command !== "add" && command !== "insert" && value["index"] !== undefined) {
        return refuse(`index: ${command} finds a rule by its handle alone`);
      }
      if (command === "delete" || command === "destroy") return change("rule", { ...rule, ...defined({ handle }) });
      const whole = defined({ ...rule, comment, expr: value["expr"] });
      if (command === "replace") return change("rule", { ...whole, ...defined({ handle }) });
      // The handle of a listed rule is its own, that of a command is its neighbour's.
      return change("rule", whole, { place: isCommand ? defined({ handle, index: value["index"] }) as never : {} });
    }
    case "meter":
    case "set":
    case "map": {
      if (!isMade) return change("set", base);
      const given = elementsOf(value["elem"], word === "map", refuse), set = setOf(base, value, given, refuse);
      return change("set", set as never, { elements: named(set, given) });
    }
    case "element": {
      const all = array(value["elem"]);
      const elements = elementsOf(all, all.some((one) => Array.isArray(one)), refuse);
      return change("elements", defined({ family, table, set: name }), { elements });
    }
    case "flowtable":
      return change("flowtable", {
        ...base,
        ...(isMade
          ? defined({
            hook: value["hook"],
            priority: value["prio"],
            flags: value["flags"] === undefined
              ? undefined
              : array(value["flags"]).map((flag) => flag === "offload" ? "hw_offload" : flag),
          })
          : {}),
        ...devicesOf(value, true),
      });
  }
  const type = OBJECT_TYPES.get(word);
  if (type === undefined) return refuse(`there is no such object of nft, or no such command${didYouMean(word, WORDS)}`);
  return change("object", { ...base, type, ...(isMade ? { data: objectData(type, value) } : {}) });
}

/** nft's words for objects and commands. */
const WORDS = [
  ...COMMANDS,
  ...OBJECT_TYPES.keys(),
  "table",
  "chain",
  "rule",
  "set",
  "map",
  "element",
  "flowtable",
];

/** The fields of objects of nft besides `family`, `table`, `name`, `handle` and `comment`, of newer versions of nft too. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  table: ["flags"],
  chain: ["newname", "type", "hook", "prio", "dev", "policy"],
  rule: ["chain", "expr", "index"],
  set: SET_FIELDS,
  map: SET_FIELDS,
  meter: [...SET_FIELDS, "key"],
  element: ["elem"],
  flowtable: ["hook", "prio", "dev", "flags"],
  counter: ["packets", "bytes"],
  quota: ["bytes", "used", "inv"],
  limit: ["rate", "per", "rate_unit", "burst", "burst_unit", "inv"],
  "ct helper": ["type", "protocol", "l3proto"],
  "ct timeout": ["protocol", "state", "value", "l3proto", "policy"],
  "ct expectation": ["l3proto", "protocol", "dport", "timeout", "size"],
  synproxy: ["mss", "wscale", "flags"],
  secmark: ["context"],
  "ct count": ["val", "inv"],
  tunnel: [
    "id",
    "src-ipv4",
    "dst-ipv4",
    "src-ipv6",
    "dst-ipv6",
    "sport",
    "dport",
    "tos",
    "ttl",
    "flowlabel",
    "flags",
    "type",
    "tunnel",
  ],
};
const COMMON = ["family", "table", "name", "handle", "comment"];

/** Refuses fields that an object does not have: a change without them would be another one. */
function expectFieldsOf(word: string, value: Fields, refuse: (why: string) => never): void {
  const names = word === "ruleset" ? ["family"] : [...COMMON, ...(FIELDS[word] ?? [])];
  if (word !== "ruleset" && FIELDS[word] === undefined) return;
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(`${unknown}: there is no such field${didYouMean(unknown, names)}`);
}

/** Returns the fields of a base chain. */
function hookOf(value: Fields): Fields {
  const { type, hook, prio: priority, policy } = value;
  return { ...defined({ type, hook, priority, policy }), ...devicesOf(value) };
}

/** Returns the devices of a chain, of which a single one has a field of its own; those of a flowtable are a list. */
function devicesOf({ dev }: Fields, isList = false): Fields {
  const devs = array(dev);
  return devs.length === 0 ? {} : devs.length > 1 || isList ? { devs } : { dev: devs[0] };
}

/** Returns elements with their data as names of objects, in maps of objects. */
function named(set: NftSet, elements: readonly NftElementInput[]): readonly NftElementInput[] {
  if (set.objType === undefined) return elements;
  return elements.map((one) => {
    const { data, ...rest } = one as NftElement;
    return { ...rest, objref: String(data) };
  });
}

/** Returns the types of keys or data: names, or those of fields, with the user data that tell the fields. */
function typesOf(
  type: unknown,
  family: unknown,
  refuse: (why: string) => never,
): { type: unknown; length?: number; fields?: Uint8Array | undefined } {
  if (typeof type === "string") return { type: type.includes(" . ") ? type.split(" . ") : type };
  if (!isFields(type) || type["typeof"] === undefined) return { type };
  const place = new Place("read a type", "typeof");
  try {
    const operand = new Knowledge(family as TableFamily, place, {}, () => {}).operand(type["typeof"]);
    const names = (operand.parts ?? [operand]).map(({ type }) => type.name), fields = typeOf(operand);
    return names.length === 1 ? { type: names[0], length: operand.bytes, fields } : { type: names, fields };
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function setOf(
  base: Fields,
  value: Fields,
  elements: readonly NftElementInput[],
  refuse: (why: string) => never,
): NftSet {
  const { family } = value, key = typesOf(value["type"], family, refuse), map = typesOf(value["map"], family, refuse);
  const objType = typeof map.type === "string" ? OBJECT_TYPES.get(map.type) : undefined;
  const flags = array(value["flags"]).map((flag) => flag === "dynamic" ? "eval" : flag);
  const states = array(value["stmt"]).map((one) => compileState(one, "read a statement of a set"));
  // nft does not tell that data are ranges.
  const dataInterval = objType === undefined && map.type !== undefined && map.type !== "verdict" &&
    elements.some((one) => isFields(one) && isExtent(one["data"], Array.isArray(map.type)));
  const fields = ([[SET_USERDATA.keyTypeof, key.fields], [SET_USERDATA.dataTypeof, map.fields]] as const)
    .flatMap(([type, value]) => value === undefined ? [] : [[type, value] as const]);
  return defined({
    ...base,
    userdata: fields.length === 0 ? undefined : userdataOf(fields),
    keyType: key.type,
    keyLen: key.length,
    dataType: objType === undefined ? map.type : undefined,
    dataInterval: dataInterval ? true : undefined,
    objType,
    flags: flags.length === 0 ? undefined : flags,
    policy: value["policy"],
    timeout: value["timeout"],
    gcInterval: value["gc-interval"],
    desc: value["size"] === undefined ? undefined : { size: value["size"] },
    autoMerge: value["auto-merge"],
    ...(states.length === 1 ? { expr: states[0] } : states.length > 1 ? { expressions: states } : {}),
  }) as never;
}

/** True if a value is a range or prefix, or has one. */
function isExtent(value: unknown, isConcat: boolean): boolean {
  if (isConcat && Array.isArray(value)) return value.some((one) => isExtent(one, false));
  return Array.isArray(value) || typeof value === "string" && value.includes("/");
}

function valueOf(json: unknown): NftValue {
  if (!isFields(json)) return json as NftValue;
  const { prefix, range, concat, "|": bits } = json;
  if (Array.isArray(bits)) return bits.map(valueOf).join(" | ");
  if (isFields(prefix)) return `${prefix["addr"]}/${prefix["len"]}`;
  if (range !== undefined) return range as NftValue;
  return Array.isArray(concat) ? concat.map(valueOf) as NftValue : json as never;
}

function elementsOf(json: unknown, isMap: boolean, refuse: (why: string) => never): NftElementInput[] {
  return array(json).map((one, index) => {
    const [given, data] = isMap && Array.isArray(one) ? one : [one];
    const inner = isFields(given) && isFields(given["elem"]) ? given["elem"] : { val: given };
    const { val, timeout, expires, comment, ...states } = inner as Fields;
    if (val === undefined) return refuse(`elem[${index}]: "val" is missing`);
    const isVerdict = isFields(data) && !["concat", "range", "prefix", "|"].some((word) => word in data);
    const expressions = Object.entries(states).map(([name, state]) =>
      compileState({ [name]: state }, `read elem[${index}]`)
    );
    return defined({
      elem: valueOf(val),
      timeout,
      expires,
      comment,
      expressions: expressions.length === 0 ? undefined : expressions,
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
      return defined({ packets: quantityFrom(value["packets"]), bytes: quantityFrom(value["bytes"]) });
    case "quota":
      return defined({ bytes: quantityFrom(value["bytes"]), consumed: quantityFrom(value["used"]), ...inv });
    case "limit": {
      const isBytes = value["rate_unit"] !== undefined && value["rate_unit"] !== "packets";
      const scale = (unit: unknown): number => unit === "kbytes" ? 1024 : unit === "mbytes" ? 1024 * 1024 : 1;
      return defined({
        rate: quantity(value["rate"], scale(value["rate_unit"]), new Place("read a limit", "rate")),
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
    case "connlimit":
      return defined({ count: value["val"], ...inv });
    case "tunnel":
      return tunnelOf(value);
    default:
      return defined({ ctx: value["context"] });
  }
}
