/**
 * The whole of nf_tables' objects: all of one generation, changes by generation, and what `nft -j list ruleset` prints.
 *
 * ```ts ignore
 * import { ruleset } from "@linux/netlink/families/netfilter/nftables/ruleset.ts";
 * console.log(ruleset.list().rules.length);
 * for await (const { changes, procName } of ruleset.watch()) console.log(procName, changes);
 * ```
 *
 * @module
 */
import { expectFields, expectNames, expectNoUndefined, expectOptions, guardMethods } from "../../../core/arguments.ts";
import { argumentError, ERRNO, KernelError } from "../../../core/errors.ts";
import type { Streaming } from "../../../core/stream.ts";
import { NETFILTER_MSG, type NfFamily } from "../protocol.ts";
import { type NftChain, type NftChainKey, NftChains, type NftHook } from "./chains.ts";
import { type NftElement, NftElements, type NftElementsKey } from "./elements.ts";
import { type NftFlowtable, NftFlowtables } from "./flowtables.ts";
import { type NftObject, NftObjects } from "./objects.ts";
import { type NftRule, type NftRuleInput, NftRules } from "./rules.ts";
import { type NftSet, NftSets, partsOf } from "./sets.ts";
import { type NftTable, NftTable as Table, NftTables } from "./tables.ts";
import {
  contextIn,
  generationOf,
  inOneGeneration,
  type NftCollection,
  type NftContext,
  type NftGeneration,
  sharedContext,
  transact,
} from "./transaction.ts";
import {
  chainJson,
  changesOf,
  flowtableJson,
  type KnownSet,
  listedSet,
  type NftJson,
  type NftJsonChange,
  objectJson,
  ruleJson,
  setJson,
  tableJson,
  typeofJson,
} from "./json.ts";
import type { TableFamily } from "./operands.ts";
import { rulesetText } from "./ruleset_text.ts";
import { text } from "./text.ts";
import { type NftGenerationEvent, type NftSyncedEvent, type NftWatchOptions, watchRuleset } from "./watch.ts";

/** A set or map with its elements. */
export interface NftFullSet extends NftSet {
  /** The elements. */
  elements: readonly NftElement[];
}

/** All objects of one generation. */
export interface NftRuleset {
  /** The generation. */
  generation: NftGeneration;
  /** The tables. */
  tables: readonly NftTable[];
  /** The chains. */
  chains: readonly NftChain[];
  /** The sets and maps, with their elements; those without a name belong to their rules. */
  sets: readonly NftFullSet[];
  /** The stateful objects. */
  objects: readonly NftObject[];
  /** The flowtables. */
  flowtables: readonly NftFlowtable[];
  /** The rules, in order. */
  rules: readonly NftRule[];
}

/** The part of the ruleset that is meant. */
export interface NftRulesetFilter {
  /** The family. */
  family?: NfFamily;
  /** The name of a table. */
  table?: string;
}

const MSG = NETFILTER_MSG;

/** The ruleset of one network namespace. */
export class NftRulesets {
  readonly #context: NftContext;
  readonly #interfaceName = (index: number): string | undefined =>
    this.#context.open().exchange.transport.interfaceName(index);

  /** Sends in a context. */
  constructor(context: NftContext) {
    this.#context = context;
    guardMethods(this);
  }

  /** Returns all objects, of a family or a table if the filter names one; all are of one generation. */
  list(filter: NftRulesetFilter = {}): NftRuleset {
    expectFields(filter, "list the ruleset", "a filter as an object");
    expectNames(filter, "list the ruleset", ["family", "table"]);
    const context = this.#context, client = context.open(), { family, table } = filter;
    const inFamily = family === undefined ? {} : { family };
    const inTable = { ...inFamily, ...(table === undefined ? {} : { table }) } as { family: NfFamily };
    return inOneGeneration(client, "list the ruleset", () => {
      const elements = new NftElements(context);
      return {
        generation: generationOf(client),
        tables: new NftTables(context).list({ ...inFamily, ...(table === undefined ? {} : { name: table }) }),
        chains: new NftChains(context).list(inTable),
        sets: new NftSets(context).list(inTable).map((set) => ({ ...set, elements: elements.listOf(set) })),
        objects: new NftObjects(context).list(inTable),
        flowtables: new NftFlowtables(context).list(inTable),
        rules: new NftRules(context).list(inTable),
      };
    });
  }

  /**
   * Returns what `nft -j list ruleset` prints, of a family or a table if the filter names one.
   *
   * @throws {KernelError} ENOENT: there is no such table
   */
  json(filter: NftRulesetFilter = {}): NftJson {
    return this.#whole(filter).json;
  }

  /** Returns the JSON, and the sets by family, table and name, of one generation. */
  #whole(filter: NftRulesetFilter): { json: NftJson; known: ReadonlyMap<string, KnownSet> } {
    const elements = new NftElements(this.#context);
    return inOneGeneration(this.#context.open(), "list the ruleset", () => {
      const { tables, chains, sets, objects, flowtables, rules } = this.list(filter);
      const { family, table } = filter;
      if (table !== undefined && tables.length === 0) {
        const what = `print table ${[family, table].filter(Boolean).join(" ")}`;
        throw new KernelError(what, ERRNO.ENOENT, { kernelMessage: "there is no such table" });
      }
      const known = new Map<string, KnownSet>(sets.map((set) => {
        const isPart = set.flags?.includes("anonymous") === true;
        return [nameOf(set.family, set.table, set.name), isPart ? { ...set, wire: elements.wireOf(set) } : set];
      }));
      const all: Record<string, unknown>[] = [];
      for (const table of tables) {
        const { family, name } = table;
        const isIn = (one: { family: NfFamily; table?: string }): boolean =>
          one.family === family && one.table === name;
        all.push({ table: tableJson(table) });
        for (const one of objects.filter(isIn)) all.push(objectJson(one) ?? {});
        for (const one of sets.filter(isIn)) {
          if (one.flags?.includes("anonymous") === true) continue;
          all.push({
            [one.dataType === undefined && one.objType === undefined ? "set" : "map"]: setJson(
              one,
              this.#interfaceName,
            ),
          });
        }
        for (const one of flowtables.filter(isIn)) all.push({ flowtable: flowtableJson(one) });
        for (const one of chains.filter(isIn)) all.push({ chain: chainJson(one) });
        for (const one of rules.filter(isIn)) {
          all.push({ rule: ruleJson(one, (name) => known.get(nameOf(family, table.name, name)), this.#interfaceName) });
        }
      }
      return { json: { nftables: all.filter((one) => Object.keys(one).length > 0) }, known };
    });
  }

  /**
   * Returns the ruleset as `nft list ruleset` prints it, of a family or a table if the filter names one. With a listed
   * rule, returns its line: `tcp dport 22 counter packets 3 bytes 180 drop`; sets that it uses are read from the kernel.
   *
   * Expressions that have no statement are named in a remark. Names and comments stand there as they are, so that nft
   * reads them again: to show the text in a terminal, pass each line to `printable` of `core/printable.ts`, since
   * comments may contain terminal commands.
   *
   * @throws {KernelError} ENOENT: there is no such table
   */
  text(of: NftRule | NftRulesetFilter = {}): string {
    expectFields(of, "print the ruleset", "a rule or a filter as an object");
    if ("chain" in of || "expressions" in of) return this.#ruleText(of);
    expectNames(of, "print the ruleset", ["family", "table"]);
    const { json, known } = this.#whole(of);
    return rulesetText(json.nftables, (family, table, name) => {
      const set = known.get(`${family} ${table} ${name}`);
      if (set === undefined) return undefined;
      return {
        ...listedSet(set),
        dataInterval: set.dataInterval === true,
        keys: partsOf(set.keyType).map(String),
        data: partsOf(set.dataType).map(String),
        keyFields: typeofJson(set, "key"),
        dataFields: typeofJson(set, "data"),
      };
    });
  }

  #ruleText(rule: NftRule): string {
    const context = this.#context, { family, table, comment, expressions } = rule;
    const sets = new NftSets(context), elements = new NftElements(context);
    return text({ family: family as TableFamily, comment, expressions }, {
      setOf(name) {
        const set = table === undefined ? undefined : sets.find({ family, table, name });
        if (set === undefined) return undefined;
        return listedSet(set.flags?.includes("anonymous") === true ? { ...set, wire: elements.wireOf(set) } : set);
      },
      nameOf: this.#interfaceName,
    });
  }

  /**
   * Does what JSON of nft describes, in one transaction, like `nft -j -f`: an object as `nft -j list ruleset` prints it
   * is added, and the commands `add`, `create`, `insert`, `replace`, `delete`, `destroy`, `flush` and `rename` are done in
   * their order. Tables, chains, sets and objects that are added may exist; rules are added behind those that are there.
   *
   * A rule of `add` or `insert` has the handle or index of its neighbour; that of a listed rule is ignored.
   *
   * @param options `replace` deletes all that exists first, in the same transaction
   * @throws {TypeError} the JSON has a command or object that nft does not have, or a statement that is wrong
   */
  apply(json: NftJson, options: { replace?: boolean } = {}): void {
    expectOptions(options, "apply a ruleset", { replace: "boolean" });
    const changes = changesOf(json, "apply a ruleset"), client = this.#context.open();
    transact(client, (add) => {
      const context = contextIn(client, add, { updates: true });
      if (options.replace === true) new NftRulesets(context).flush({ all: true });
      for (const change of changes) applyChange(change, context);
    });
  }

  /**
   * Deletes all tables with all that they hold, or those of a family, in one transaction. Tables that belong to other
   * sockets remain.
   *
   * @param filter a family; `{ all: true }` for everything
   */
  flush(filter: { family: NfFamily } | { all: true }): void {
    expectOptions(filter, "flush the ruleset", { family: "any", all: "boolean" });
    expectNoUndefined(filter, "flush the ruleset");
    const { family, all } = filter as { family?: NfFamily; all?: true };
    if ((family === undefined) === (all !== true)) {
      throw argumentError(
        TypeError,
        "Cannot flush the ruleset: expected a family, or { all: true } to delete all tables",
      );
    }
    this.#context.requester().request({
      type: MSG.NFT_MSG_DELTABLE,
      flags: 0,
      codec: Table as never,
      value: family === undefined ? {} : { family },
      what: "flush the ruleset",
    });
  }

  /**
   * Yields the changes of each transaction from now on, until the loop is left or `signal` is aborted. It listens when
   * it returns.
   *
   * The kernel sends no event for elements whose time is over, nor for those that packets add or renew. With `initial` or
   * `resync`, the watch looks again at sets when elements end, and yields them in an event `expiry`.
   */
  watch(options: NftWatchOptions = {}): Streaming<NftGenerationEvent | NftSyncedEvent> {
    return watchRuleset(this.#context, () => this.list(), options);
  }
}

/** The collections of objects with names. */
const NAMED = {
  table: NftTables,
  chain: NftChains,
  set: NftSets,
  object: NftObjects,
  flowtable: NftFlowtables,
} as const;

/** Adds a change of JSON to a transaction. */
function applyChange({ command, kind, value, elements, newname, place }: NftJsonChange, context: NftContext): void {
  const { family, table, name, chain } = value as { family: NfFamily; table: string; name: string; chain: string };
  const exists = command === "create" ? {} : { exists: "ok" } as const, what = `${command} ${kind}`;
  if (kind === "ruleset") return new NftRulesets(context).flush(family === undefined ? { all: true } : { family });
  if (kind === "elements") {
    const collection = new NftElements(context), key = value as unknown as NftElementsKey;
    if (command === "delete" || command === "destroy") return collection[command](key, elements);
    return collection.add(key, elements, exists);
  }
  if (command === "flush") {
    if (kind === "set") return new NftElements(context).flush({ family, table, set: name });
    expectName(kind === "table" ? { family, name } : { family, table, name }, what);
    new NftRules(context).flush(kind === "table" ? { family, table: name } : { family, table, chain: name });
    return;
  }
  if (kind === "rule") {
    const collection = new NftRules(context), rule = value as unknown as NftRuleInput & { table: string };
    if (command === "insert") collection.insert(rule, place);
    else if (command === "replace") collection.replace(rule);
    else if (command === "delete" || command === "destroy") {
      expectName({ family, table, chain }, what);
      collection[command](rule as never);
    } else collection.add(rule, place);
    return;
  }
  const collection = new NAMED[kind](context) as unknown as NftCollection<object, object, object, unknown>;
  if (command === "rename") return new NftChains(context).rename(value as unknown as NftChainKey, newname!);
  if (command === "delete" || command === "destroy") {
    const { dev, devs = dev === undefined ? [] : [dev], ...key } = value as unknown as NftChainKey & NftHook;
    if (devs.length === 0) return void collection[command](key);
    const owner = kind === "chain" ? new NftChains(context) : new NftFlowtables(context);
    return owner.deleteDevices(key, devs);
  }
  collection.add(value, exists);
  if (elements.length > 0) new NftElements(context).add({ family, table, set: name }, elements, exists);
}

/** Fails if a field of a key is missing. */
function expectName(key: object, what: string): void {
  for (const [name, value] of Object.entries(key)) {
    if (value === undefined) throw argumentError(TypeError, `Cannot ${what}: ${name} is missing`);
  }
}

function nameOf(family: NfFamily, table: string | undefined, name: string | undefined): string {
  return `${family} ${table} ${name}`;
}

/** The ruleset of this namespace, on a socket that the first use opens. */
export const ruleset: NftRulesets = new NftRulesets(sharedContext);

export type { Streamed, Streaming } from "../../../core/stream.ts";
export type { OverrunEvent } from "../../../core/wait.ts";
export type { NftJson } from "./json.ts";
export type { NftChange, NftGenerationEvent, NftSyncedEvent, NftWatchOptions } from "./watch.ts";
