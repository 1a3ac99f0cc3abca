/**
 * The events of NETLINK_XFRM: one loop for all groups, which can begin with the kernel's states and policies and correct
 * itself after lost messages.
 *
 * @module
 */
import { type Attributes, type Codec, Reader, shown } from "../../core/codec/mod.ts";
import type { Client } from "../../core/client.ts";
import { expectFields, expectOptions, WATCH_OPTIONS } from "../../core/arguments.ts";
import { argumentError } from "../../core/errors.ts";
import { eachMessage, NLMSG_HDRLEN } from "../../core/message.ts";
import { stringify } from "../../core/printable.ts";
import type { Received } from "../../core/transport.ts";
import { drain, Subscription } from "../../core/wait.ts";
import { Acquire, Mapping, Report } from "./events.ts";
import type { Policies } from "./policies.ts";
import { DeletedPolicy, FlushPolicies, Migrate, PolicyExpire, XfrmPolicy } from "./policy.ts";
import { withoutHard, XFRM_MSG, XFRMNLGRP } from "./protocol.ts";
import { DeletedState, FlushStates, MigrateState, ReplayState, StateExpire, XfrmState } from "./state.ts";
import type { States } from "./states.ts";

/** The events of each word that `watch` takes. */
export interface XfrmEvents {
  /** A state is new or has changed, is gone, or all of a protocol are (`flush`). */
  state:
    | { readonly event: "new" | "del"; readonly object: "state"; readonly value: XfrmState }
    | { readonly event: "flush"; readonly object: "state"; readonly value: FlushStates };
  /** A policy is new or has changed, is gone, or all of a type are (`flush`). */
  policy:
    | { readonly event: "new" | "del"; readonly object: "policy"; readonly value: XfrmPolicy }
    | { readonly event: "flush"; readonly object: "policy"; readonly value: FlushPolicies };
  /** The kernel wants a state. */
  acquire: { readonly event: "acquire"; readonly object: "acquire"; readonly value: Acquire };
  /** A state or a policy has reached a limit. */
  expire:
    | { readonly event: "expire"; readonly object: "state"; readonly value: StateExpire }
    | { readonly event: "expire"; readonly object: "policy"; readonly value: PolicyExpire };
  /** The numbers of packets of a state. */
  aevent: { readonly event: "aevent"; readonly object: "state"; readonly value: ReplayState };
  /** A packet of mobile IPv6 without a state. */
  report: { readonly event: "report"; readonly object: "report"; readonly value: Report };
  /** States have new addresses. */
  migrate:
    | { readonly event: "migrate"; readonly object: "policy"; readonly value: Migrate }
    | { readonly event: "migrate"; readonly object: "state"; readonly value: MigrateState };
  /** A peer has a new address or port. */
  mapping: { readonly event: "mapping"; readonly object: "state"; readonly value: Mapping };
}

/** A word that `watch` takes. */
export type XfrmWord = keyof XfrmEvents;

/** Messages were lost (`overrun`), or the consumer's state equals the kernel's (`synced`). */
export interface XfrmNotice {
  /** The event. */
  readonly event: "overrun" | "synced";
  /** Always absent. */
  readonly object?: undefined;
  /** Always empty, so that fields of events need no test for notices: `event.value.sel`. */
  readonly value: Readonly<Record<string, undefined>>;
}

/** Options of a watch. */
export interface XfrmWatchOptions {
  /** Begins with a `new` event for every existing state and policy of the named words, then `synced`. */
  initial?: boolean;
  /** After lost messages: lists again, yields the differences, then `synced`. */
  resync?: boolean;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the watch, as leaving the loop and closing the client do. */
  signal?: AbortSignal;
}

const { XFRMNLGRP_ACQUIRE, XFRMNLGRP_EXPIRE, XFRMNLGRP_SA, XFRMNLGRP_POLICY } = XFRMNLGRP;

/** The groups of each word. The kernel reports objects that reach a hard limit only in the group of expiries. */
const GROUPS: Readonly<Record<XfrmWord, readonly number[]>> = {
  state: [XFRMNLGRP_SA, XFRMNLGRP_EXPIRE],
  policy: [XFRMNLGRP_POLICY, XFRMNLGRP_EXPIRE],
  acquire: [XFRMNLGRP_ACQUIRE],
  expire: [XFRMNLGRP_EXPIRE],
  aevent: [XFRMNLGRP.XFRMNLGRP_AEVENTS],
  report: [XFRMNLGRP.XFRMNLGRP_REPORT],
  migrate: [XFRMNLGRP.XFRMNLGRP_MIGRATE],
  mapping: [XFRMNLGRP.XFRMNLGRP_MAPPING],
};

const { allNamespaces: _, ...OPTIONS } = WATCH_OPTIONS;

type Kept = "state" | "policy";

interface Form {
  readonly word: XfrmWord;
  readonly event: string;
  readonly object: string;
  readonly codec: Codec<object>;
}

function form(word: XfrmWord, event: string, object: string, codec: unknown): Form {
  return { word, event, object, codec: codec as Attributes<object> };
}

/** The event of each type of message. */
const FORMS: ReadonlyMap<number, Form> = new Map([
  [XFRM_MSG.XFRM_MSG_NEWSA, form("state", "new", "state", XfrmState)],
  [XFRM_MSG.XFRM_MSG_UPDSA, form("state", "new", "state", XfrmState)],
  [XFRM_MSG.XFRM_MSG_DELSA, form("state", "del", "state", DeletedState)],
  [XFRM_MSG.XFRM_MSG_FLUSHSA, form("state", "flush", "state", FlushStates)],
  [XFRM_MSG.XFRM_MSG_NEWPOLICY, form("policy", "new", "policy", XfrmPolicy)],
  [XFRM_MSG.XFRM_MSG_UPDPOLICY, form("policy", "new", "policy", XfrmPolicy)],
  [XFRM_MSG.XFRM_MSG_DELPOLICY, form("policy", "del", "policy", DeletedPolicy)],
  [XFRM_MSG.XFRM_MSG_FLUSHPOLICY, form("policy", "flush", "policy", FlushPolicies)],
  [XFRM_MSG.XFRM_MSG_ACQUIRE, form("acquire", "acquire", "acquire", Acquire)],
  [XFRM_MSG.XFRM_MSG_EXPIRE, form("expire", "expire", "state", StateExpire)],
  [XFRM_MSG.XFRM_MSG_POLEXPIRE, form("expire", "expire", "policy", PolicyExpire)],
  [XFRM_MSG.XFRM_MSG_NEWAE, form("aevent", "aevent", "state", ReplayState)],
  [XFRM_MSG.XFRM_MSG_REPORT, form("report", "report", "report", Report)],
  [XFRM_MSG.XFRM_MSG_MIGRATE, form("migrate", "migrate", "policy", Migrate)],
  [XFRM_MSG.XFRM_MSG_MIGRATE_STATE, form("migrate", "migrate", "state", MigrateState)],
  [XFRM_MSG.XFRM_MSG_MAPPING, form("mapping", "mapping", "state", Mapping)],
]);

interface Item {
  readonly event: string;
  readonly object?: string;
  readonly value?: object;
}

/** The collections that a watch lists. */
export interface Watched {
  /** The states. */
  readonly states: Pick<States, "list" | "key">;
  /** The policies. */
  readonly policies: Pick<Policies, "list" | "key">;
}

/** Begins to watch: the subscription exists when this returns. */
export function watchXfrm(
  client: Client,
  collections: Watched,
  args: readonly unknown[],
): AsyncIterableIterator<Item> & AsyncDisposable {
  const last = args.at(-1), named = typeof last === "string";
  const options = (named ? {} : last) as XfrmWatchOptions, words = (named ? args : args.slice(0, -1)) as XfrmWord[];
  const known = Object.keys(GROUPS).join(", ");
  if (words.length === 0) throw argumentError(TypeError, `Cannot watch nothing: name ${known}`);
  for (const word of words) {
    if (Object.hasOwn(GROUPS, word)) continue;
    throw argumentError(TypeError, `Cannot watch ${shown(word)}: expected ${known}`);
  }
  expectFields(options, "watch", "names of events, then options as an object");
  expectOptions(options, "watch", OPTIONS);
  const events = client.sibling(), { transport } = events;
  try {
    if (options.buffer !== undefined) transport.setBuffer(options.buffer);
    for (const group of new Set(words.flatMap((word) => GROUPS[word]))) transport.join(group);
  } catch (error) {
    events.close();
    throw error;
  }
  return new Subscription<Item>(
    () => events.close(),
    () => new XfrmWatch(events, collections, new Set(words), options).run(),
    options.signal,
    client.closing,
  );
}

class XfrmWatch {
  readonly #events: Client;
  readonly #words: ReadonlySet<XfrmWord>;
  readonly #options: XfrmWatchOptions;
  readonly #collections: Watched;
  /** The known objects by key; empty in a watch that keeps no state. */
  readonly #kept: ReadonlyMap<Kept, Map<string, object>>;
  /** True if objects are gone that no message names. */
  #dirty = false;

  constructor(events: Client, collections: Watched, words: ReadonlySet<XfrmWord>, options: XfrmWatchOptions) {
    this.#events = events;
    this.#words = words;
    this.#options = options;
    this.#collections = collections;
    const keeps = options.initial === true || options.resync === true;
    const kinds = (["state", "policy"] as const).filter((kind) => keeps && words.has(kind));
    this.#kept = new Map(kinds.map((kind) => [kind, new Map<string, object>()]));
  }

  async *run(): AsyncGenerator<Item, void, undefined> {
    const { initial, resync } = this.#options, { transport } = this.#events;
    for (const item of this.#difference()) if (initial === true) yield item;
    if (initial === true) yield { event: "synced", value: {} };
    let behind = false;
    while (true) {
      const items: Item[] = [];
      const { lost, empty } = drain(transport, (received) => this.#take(received, items));
      for (const item of items) yield item;
      if (lost) {
        yield { event: "overrun", value: {} };
        behind = resync === true;
      }
      // Objects are listed only after all pending events, because their state is the result of those.
      if (!empty) await new Promise((resolve) => setTimeout(resolve, 0));
      else if (behind || this.#dirty) {
        this.#dirty = false;
        yield* this.#difference();
        if (behind) yield { event: "synced", value: {} };
        behind = false;
      } else await transport.readable();
    }
  }

  #keyOf(kind: Kept, value: object): string {
    const { states, policies } = this.#collections;
    return kind === "state" ? states.key(value as XfrmState) : policies.key(value as XfrmPolicy);
  }

  /** Lists all kept kinds and yields the differences from the known objects. */
  *#difference(): Generator<Item, void, undefined> {
    for (const [kind, known] of this.#kept) {
      const listed: object[] = kind === "state" ? this.#collections.states.list() : this.#collections.policies.list();
      const present = new Map(listed.map((value) => [this.#keyOf(kind, value), value]));
      for (const [key, value] of known) {
        if (present.has(key)) continue;
        known.delete(key);
        yield { event: "del", object: kind, value };
      }
      for (const [key, value] of present) {
        const before = known.get(key);
        known.set(key, value);
        if (before === undefined || lasting(before) !== lasting(value)) yield { event: "new", object: kind, value };
      }
    }
  }

  #take(received: Received, items: Item[]): void {
    if (received.port !== 0) return;
    const from = new Reader(received.bytes, received.length, received.view);
    from.names = this.#events.options.names === false ? undefined : this.#events.names;
    eachMessage(from, (at, end) => {
      const form = FORMS.get(from.view.getUint16(at + 4, true));
      if (form === undefined) return;
      const value = form.codec.decode(from, at + NLMSG_HDRLEN, end, {}), { word, event, object } = form;
      if (this.#words.has(word)) items.push({ event, object, value });
      if (word !== "state" && word !== "policy" && word !== "expire") return;
      if (event === "flush") return void (this.#dirty ||= this.#kept.has(object as Kept));
      const kind = object as Kept, known = this.#kept.get(kind), key = this.#keyOf(kind, value);
      const hard = event === "expire" && (value as StateExpire).hard;
      if (event === "new") known?.set(key, value);
      if (hard && this.#words.has(kind)) {
        items.push({ event: "del", object, value: known?.get(key) ?? withoutHard(value) });
      }
      if (hard || event === "del") known?.delete(key);
    });
  }
}

/** Returns the text of the fields that do not change with each packet. */
function lasting(value: object): string {
  const { curlft: _, lastused: _1, replay: _2, replayEsn: _3, stats: _4, ...rest } = value as XfrmState;
  return stringify(rest);
}
