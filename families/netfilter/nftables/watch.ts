/**
 * The events of nf_tables: changes grouped by generation, of a watch that can begin with the whole ruleset, correct itself
 * after lost messages, and tell which elements have expired.
 *
 * @module
 */
import { expectOptions } from "../../../core/arguments.ts";
import type { Client } from "../../../core/client.ts";
import { Reader } from "../../../core/codec/mod.ts";
import { eachMessage, NLMSG_HDRLEN } from "../../../core/message.ts";
import { stringify } from "../../../core/printable.ts";
import { decodeWhole, type Streaming } from "../../../core/stream.ts";
import type { Received } from "../../../core/transport.ts";
import { after, drain, Subscription } from "../../../core/wait.ts";
import { NETFILTER_MSG, type NfFamily, NFNLGRP } from "../protocol.ts";
import { type NftChain, NftChain as Chain } from "./chains.ts";
import {
  type NftElement,
  NftElementForm,
  NftElements,
  type NftElementsKey,
  type NftSetElem,
  NftSetElemList,
} from "./elements.ts";
import { type NftFlowtable, NftFlowtable as Flowtable } from "./flowtables.ts";
import { type NftObject, NftObject as Stateful } from "./objects.ts";
import { type NftRule, NftRule as Rule } from "./rules.ts";
import { type NftSet, NftSet as Set, NftSets } from "./sets.ts";
import { type NftTable, NftTable as Table } from "./tables.ts";
import { generationOf, type NftContext, NftGeneration } from "./transaction.ts";

/** An object of a change, by its kind. */
export type NftChange =
  | { event: "new" | "del"; object: "table"; value: NftTable }
  | { event: "new" | "del"; object: "chain"; value: NftChain }
  | { event: "new" | "del"; object: "rule"; value: NftRule }
  | { event: "new" | "del"; object: "set"; value: NftSet }
  | { event: "new" | "del"; object: "object"; value: NftObject }
  | { event: "new" | "del"; object: "flowtable"; value: NftFlowtable }
  | { event: "new" | "del"; object: "elements"; value: NftElementsKey & { elements: readonly NftElement[] } };

/**
 * The changes of one transaction (`generation`), which has no maker if it stands for those before the watch or lost ones;
 * or of elements whose time is over, or that packets added (`expiry`).
 */
export interface NftGenerationEvent {
  /** The kind of event. */
  readonly event: "generation" | "expiry";
  /** The number of the generation. */
  readonly id: number;
  /** The process that made it. */
  readonly procPid?: number;
  /** The name of that process. */
  readonly procName?: string;
  /** The changes, in the kernel's order. */
  readonly changes: readonly NftChange[];
}

/** All that exists was yielded: the consumer's state equals the kernel's. */
export interface NftSyncedEvent {
  /** The kind of event. */
  readonly event: "synced";
  /** Always absent. */
  readonly id?: undefined;
  /** Always absent. */
  readonly procPid?: undefined;
  /** Always absent. */
  readonly procName?: undefined;
  /** Always absent. */
  readonly changes?: undefined;
}

/** Options of following the ruleset. */
export interface NftWatchOptions {
  /** Begins with an event that has all existing objects as `new`, then `synced`. */
  initial?: boolean;
  /** After lost messages: lists all again, yields an event with the differences, then `synced`. */
  resync?: boolean;
  /** Ends the watch, as leaving the loop does. */
  signal?: AbortSignal;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
}

type Item = NftGenerationEvent | NftSyncedEvent | { readonly event: "overrun" };

/** The objects of one generation, as a watch needs them. */
interface Whole {
  readonly generation: NftGeneration;
  readonly tables: readonly NftTable[];
  readonly chains: readonly NftChain[];
  readonly sets: readonly (NftSet & { elements: readonly NftElement[] })[];
  readonly objects: readonly NftObject[];
  readonly flowtables: readonly NftFlowtable[];
  readonly rules: readonly NftRule[];
}

const MSG = NETFILTER_MSG;

/** The kinds of objects in events, by their message types. */
const KINDS = [
  { object: "table", table: Table, new: MSG.NFT_MSG_NEWTABLE, del: MSG.NFT_MSG_DELTABLE },
  { object: "chain", table: Chain, new: MSG.NFT_MSG_NEWCHAIN, del: MSG.NFT_MSG_DELCHAIN },
  { object: "rule", table: Rule, new: MSG.NFT_MSG_NEWRULE, del: MSG.NFT_MSG_DELRULE },
  { object: "set", table: Set, new: MSG.NFT_MSG_NEWSET, del: MSG.NFT_MSG_DELSET },
  { object: "object", table: Stateful, new: MSG.NFT_MSG_NEWOBJ, del: MSG.NFT_MSG_DELOBJ },
  { object: "flowtable", table: Flowtable, new: MSG.NFT_MSG_NEWFLOWTABLE, del: MSG.NFT_MSG_DELFLOWTABLE },
] as const;

/** Elements in events, of which those of a range are several. */
interface Pending {
  readonly change: { event: "new" | "del"; object: "elements"; value: NftElementsKey & { elements: NftElement[] } };
  readonly wire: NftSetElem[];
}

/** A set of a watch that keeps state: its elements by value, and the time at which the first of them may end. */
interface KnownElements {
  readonly all: Map<string, NftElement>;
  due: number;
}

/** Begins to watch: the subscription exists when this returns. `list` returns the whole ruleset. */
export function watchRuleset(
  context: NftContext,
  list: () => Whole,
  options: NftWatchOptions,
): Streaming<NftGenerationEvent | NftSyncedEvent> {
  expectOptions(options, "watch the ruleset", {
    initial: "boolean",
    resync: "boolean",
    buffer: "bytes",
    signal: "signal",
  });
  const client = context.open(), events = client.sibling(), { transport } = events;
  const watch = new Watch(context, events, list, options);
  try {
    if (options.buffer !== undefined) transport.setBuffer(options.buffer);
    transport.join(NFNLGRP.NFNLGRP_NFTABLES);
    watch.begin();
  } catch (error) {
    events.close();
    throw error;
  }
  return new Subscription<Item>(() => events.close(), () => watch.run(), options.signal, client.closing) as never;
}

class Watch {
  readonly #context: NftContext;
  readonly #events: Client;
  readonly #list: () => Whole;
  readonly #options: NftWatchOptions;
  readonly #keeps: boolean;
  /** The sets, which tell the form of their elements. */
  readonly #sets = new Map<string, NftSet>();
  /** The known objects by kind and key, in a watch that keeps state. */
  readonly #objects = new Map<string, NftChange>();
  /** The known elements by set, in a watch that keeps state. */
  readonly #elements = new Map<string, KnownElements>();
  /** The generation of the known objects; `undefined` if messages were lost. */
  #generation: number | undefined;
  /** True if a known chain has another name: of the old one, and of the rules that name it, there are no events. */
  #isRenamed = false;
  #changes: NftChange[] = [];
  #pending: Pending[] = [];

  constructor(context: NftContext, events: Client, list: () => Whole, options: NftWatchOptions) {
    this.#context = context;
    this.#events = events;
    this.#list = list;
    this.#options = options;
    this.#keeps = options.initial === true || options.resync === true;
  }

  /** Reads the sets: elements in events have the form of their set. */
  begin(): void {
    for (const set of new NftSets(this.#context).list()) this.#sets.set(setName(set), set);
  }

  async *run(): AsyncGenerator<Item, void, undefined> {
    const { transport } = this.#events;
    if (this.#keeps) {
      const whole = this.#difference();
      if (this.#options.initial === true) yield* [whole, SYNCED];
    }
    let behind = false;
    while (true) {
      const items: Item[] = [];
      const { lost, empty } = drain(transport, (received) => this.#receive(received, items));
      for (const item of items) yield item;
      if (lost) {
        // The rest of a transaction is not known.
        this.#changes = [];
        this.#pending = [];
        this.#generation = undefined;
        yield { event: "overrun" };
        behind = this.#options.resync === true;
      }
      // The ruleset is listed only after all pending events, because its state is their result.
      if (!empty) await turn();
      else if (behind || this.#isRenamed) {
        const wasBehind = behind, difference = this.#difference();
        behind = this.#isRenamed = false;
        if (difference.changes.length > 0) yield difference;
        if (wasBehind) yield SYNCED;
      } else {
        const due = this.#due();
        if (due > performance.now()) await this.#wait(due);
        else {
          const expired = this.#expire();
          if (expired === undefined) await turn();
          else if (expired.changes.length > 0) yield expired;
        }
      }
    }
  }

  /** Waits for messages, at most until a time. */
  async #wait(until: number): Promise<void> {
    const { transport } = this.#events;
    if (until === Infinity) return await transport.readable();
    const over = new AbortController(), cancel = after(until - performance.now(), () => over.abort());
    try {
      await transport.readable({ signal: over.signal });
    } catch (error) {
      if (!over.signal.aborted) throw error;
    } finally {
      cancel();
    }
  }

  /** Returns the first time at which an element may end. */
  #due(): number {
    let first = Infinity;
    for (const { due } of this.#elements.values()) first = Math.min(first, due);
    return first;
  }

  /**
   * Reads again the elements of sets of which some may have ended: packets may have renewed them. `undefined` if the
   * events of another generation are on their way.
   */
  #expire(): NftGenerationEvent | undefined {
    const client = this.#context.open(), elements = new NftElements(this.#context), changes: NftChange[] = [];
    const now = performance.now(), id = generationOf(client).id ?? 0;
    if (this.#generation !== undefined && this.#generation !== id) return undefined;
    const found = [...this.#elements].filter(([, { due }]) => due <= now).map(([name]) => {
      const set = this.#sets.get(name);
      return [name, set, set === undefined ? [] : elements.listOf(set)] as const;
    });
    if (generationOf(client).id !== id) return undefined;
    for (const [name, set, present] of found) {
      if (set === undefined) this.#elements.delete(name);
      else changes.push(...this.#elementChanges(set, present));
    }
    return { event: "expiry", id, changes };
  }

  /** Lists all, and returns the differences from what is known. */
  #difference(): NftGenerationEvent {
    const { generation: { id = 0 }, tables, chains, sets, objects, flowtables, rules } = this.#list();
    const changes: NftChange[] = [], present = new Map<string, NftChange>();
    const put = (change: NftChange): unknown => present.set(keyOf(change), change);
    for (const value of tables) put({ event: "new", object: "table", value });
    for (const value of chains) put({ event: "new", object: "chain", value });
    for (const { elements: _, ...value } of sets) put({ event: "new", object: "set", value });
    for (const value of objects) put({ event: "new", object: "object", value });
    for (const value of flowtables) put({ event: "new", object: "flowtable", value });
    for (const value of rules) put({ event: "new", object: "rule", value });
    for (const [key, { object, value }] of this.#objects) {
      if (!present.has(key)) this.#note({ event: "del", object, value } as NftChange, changes);
    }
    for (const [key, change] of present) {
      const before = this.#objects.get(key);
      if (before === undefined || lasting(before.value) !== lasting(change.value)) this.#note(change, changes);
    }
    for (const { elements, ...set } of sets) changes.push(...this.#elementChanges(set, elements));
    this.#generation = id;
    return { event: "generation", id, changes };
  }

  /** Adds a change, and learns from it. */
  #note(change: NftChange, changes: NftChange[]): void {
    changes.push(change);
    this.#learn(change);
  }

  /** Takes the elements that a set has, and returns the differences from those that are known. */
  #elementChanges(set: NftSet, present: readonly NftElement[]): NftChange[] {
    const known = this.#elements.get(setName(set))?.all ?? new Map<string, NftElement>();
    const keys = new globalThis.Set(present.map(elementKey));
    const gone = [...known].filter(([key]) => !keys.has(key)).map(([, one]) => one);
    const fresh = present.filter((one) => {
      const before = known.get(elementKey(one));
      return before === undefined || lasting(before) !== lasting(one);
    });
    const { family, table = "", name = "" } = set, changes: NftChange[] = [];
    const change = (event: "new" | "del", elements: readonly NftElement[]): void => {
      if (elements.length > 0) {
        changes.push({ event, object: "elements", value: { family, table, set: name, elements } });
      }
    };
    change("del", gone);
    change("new", fresh);
    this.#elements.delete(setName(set));
    this.#learnElements(setName(set), present);
    return changes;
  }

  #learnElements(name: string, elements: readonly NftElement[]): void {
    let known = this.#elements.get(name);
    if (known === undefined) this.#elements.set(name, known = { all: new Map(), due: Infinity });
    const now = performance.now();
    for (const one of elements) {
      known.all.set(elementKey(one), one);
      // The kernel counts in larger steps.
      if (one.expires !== undefined) known.due = Math.min(known.due, now + 1000 * one.expires + EXPIRY_STEP);
    }
  }

  /** Learns what exists after a change. */
  #learn(change: NftChange): void {
    const { event, object, value } = change;
    if (object === "set") {
      if (event === "new") this.#sets.set(setName(value), value);
      else {
        this.#sets.delete(setName(value));
        this.#elements.delete(setName(value));
      }
    }
    if (!this.#keeps) return;
    if (object === "chain" && event === "new") this.#isRenamed ||= this.#hasOtherName(value);
    if (object === "elements") {
      const name = setName({ ...value, name: value.set });
      if (event === "new") this.#learnElements(name, value.elements);
      else for (const one of value.elements) this.#elements.get(name)?.all.delete(elementKey(one));
    } else if (event === "new") this.#objects.set(keyOf(change), change);
    else this.#objects.delete(keyOf(change));
  }

  #hasOtherName({ family, table, name, handle }: NftChain): boolean {
    return [...this.#objects.values()].some(({ object, value }) =>
      object === "chain" && value.family === family && value.table === table && value.handle === handle &&
      value.name !== name
    );
  }

  #receive({ bytes, view, length, port }: Received, items: Item[]): void {
    // Messages of other processes are ignored.
    if (port !== 0) return;
    const from = new Reader(bytes, length, view);
    eachMessage(from, (at, end) => {
      const event = this.#take(from.view.getUint16(at + 4, true), from, at + NLMSG_HDRLEN, end);
      if (event !== undefined) items.push(event);
    });
  }

  #take(type: number, from: Reader, at: number, end: number): NftGenerationEvent | undefined {
    if (type === MSG.NFT_MSG_NEWGEN) return this.#complete(decodeWhole(NftGeneration, from, at, end) ?? {});
    const kind = KINDS.find((one) => one.new === type || one.del === type);
    if (kind !== undefined) {
      const value = decodeWhole<object>(kind.table as never, from, at, end);
      if (value === undefined) return;
      const change = { event: type === kind.new ? "new" : "del", object: kind.object, value } as NftChange;
      this.#changes.push(change);
      // A set is deleted behind its elements, whose form it tells.
      if (change.object === "set" && change.event === "new") this.#sets.set(setName(change.value), change.value);
      return;
    }
    if (type !== MSG.NFT_MSG_NEWSETELEM && type !== MSG.NFT_MSG_DELSETELEM) return;
    const list = decodeWhole(NftSetElemList, from, at, end);
    if (list === undefined) return;
    const { family, table = "", set = "", elements = [] } = list;
    const event = type === MSG.NFT_MSG_NEWSETELEM ? "new" : "del", last = this.#pending.at(-1);
    if (last !== undefined && this.#changes.at(-1) === last.change && last.change.event === event) {
      const { value } = last.change;
      if (value.family === family && value.table === table && value.set === set) {
        last.wire.push(...elements);
        return;
      }
    }
    const change: Pending["change"] = { event, object: "elements", value: { family, table, set, elements: [] } };
    this.#changes.push(change);
    this.#pending.push({ change, wire: [...elements] });
    return;
  }

  /** Returns the event of a whole transaction; `undefined` for one that was listed already. */
  #complete({ id = 0, procPid, procName }: NftGeneration): NftGenerationEvent | undefined {
    const changes = this.#changes, pending = this.#pending, known = this.#generation;
    this.#changes = [];
    this.#pending = [];
    if (this.#keeps && known !== undefined && (id - known | 0) <= 0) return undefined;
    this.#generation = id;
    for (const { change: { value }, wire } of pending) {
      const set = this.#sets.get(setName({ ...value, name: value.set }));
      if (set !== undefined) value.elements.push(...new NftElementForm(set).fromWire(wire));
    }
    for (const change of changes) this.#learn(change);
    return {
      event: "generation",
      id,
      ...(procPid === undefined ? {} : { procPid }),
      ...(procName === undefined ? {} : { procName }),
      changes,
    };
  }
}

const SYNCED: NftSyncedEvent = { event: "synced" };
/** Time behind the end of an element, in ms, after which the kernel does not list it any more. */
const EXPIRY_STEP = 10;

function setName({ family, table, name }: { family: NfFamily; table?: string; name?: string }): string {
  return `${family} ${table} ${name}`;
}

/** Returns a text that distinguishes an object from all others. */
function keyOf({ object, value }: NftChange): string {
  const { family, table, name, handle, type } = value as Partial<NftObject & NftRule>;
  return stringify([object, family, table, object === "rule" ? handle : name, object === "object" ? type : null]);
}

function elementKey({ elem }: NftElement): string {
  return stringify(elem);
}

/** Fields of objects that change without an event, and those of their expressions. */
const CHANGING = ["use", "count", "position", "expires", "counters"], COUNTING = ["consumed", "msecs"];

/** Returns a text of what only changes of the ruleset change: without counters and timers. */
function lasting(value: object): string {
  const strip = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(strip);
    if (typeof one !== "object" || one === null || one instanceof Uint8Array) return one;
    const gone = "packets" in one && "bytes" in one ? [...COUNTING, "packets", "bytes"] : COUNTING;
    return Object.fromEntries(
      Object.entries(one).filter(([name]) => !gone.includes(name)).map(([name, inner]) => [name, strip(inner)]),
    );
  };
  return stringify(strip(Object.fromEntries(Object.entries(value).filter(([name]) => !CHANGING.includes(name)))));
}

/** Waits for one turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
