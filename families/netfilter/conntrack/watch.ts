/**
 * The events of flows: a watch that can begin with the kernel's table and correct itself after lost messages.
 *
 * @module
 */
import type { Client } from "../../../core/client.ts";
import { Reader } from "../../../core/codec/mod.ts";
import { eachMessage, NLM_F, NLMSG_HDRLEN } from "../../../core/message.ts";
import { stringify } from "../../../core/printable.ts";
import { drain, Subscription } from "../../../core/wait.ts";
import type { Received } from "../../../core/transport.ts";
import { Flow } from "../flow.ts";
import { NETFILTER_MSG, NFNLGRP } from "../protocol.ts";

/** An event of a flow: it is new, has changed, or has ended. */
export type FlowWord = "new" | "update" | "destroy";

/** The multicast group of each event. */
export const GROUPS: Readonly<Record<FlowWord, number>> = {
  new: NFNLGRP.NFNLGRP_CONNTRACK_NEW,
  update: NFNLGRP.NFNLGRP_CONNTRACK_UPDATE,
  destroy: NFNLGRP.NFNLGRP_CONNTRACK_DESTROY,
};

/** A flow is new, has changed, or has ended. */
export interface FlowChange<W extends FlowWord = FlowWord> {
  /** The event. */
  readonly event: W;
  /** The kind of object. */
  readonly object: "flow";
  /**
   * The flow. In `update`, only its addresses and ports and what has changed; in `destroy`, also counters and the end,
   * if the kernel keeps them.
   */
  readonly value: Flow;
}

/** Messages were lost, or the state of the watch equals the kernel's. */
export interface FlowNotice {
  /** `overrun`: messages were lost; `synced`: all flows were yielded. */
  readonly event: "overrun" | "synced";
  /** Always absent. */
  readonly object?: undefined;
  /** Always empty, so that fields of events need no test for notices: `event.value.orig`. */
  readonly value: Readonly<Record<string, undefined>>;
}

/** Options of a watch of flows. */
export interface FlowWatchOptions {
  /** Begins with a `new` event for every existing flow, then `synced`. */
  initial?: boolean;
  /** After lost messages: lists the flows again, yields the differences, then `synced`. */
  resync?: boolean;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the watch, as leaving the loop and closing the client do. */
  signal?: AbortSignal;
}

/** The parts of a watch. */
export interface FlowWatchParts {
  /** The events to yield. */
  readonly words: ReadonlySet<FlowWord>;
  /** The options of the watch. */
  readonly options: FlowWatchOptions;
  /** Yields all flows. */
  readonly all: () => Iterable<Flow>;
  /** Returns a text that distinguishes a flow from all others. */
  readonly keyOf: (flow: Flow) => string;
}

type Item = FlowChange | FlowNotice;

/** Begins to watch: the subscription exists when this returns. */
export function watchFlows(client: Client, parts: FlowWatchParts): AsyncIterableIterator<Item> & AsyncDisposable {
  const { words, options } = parts, keep = options.initial === true || options.resync === true;
  const events = client.sibling(), { transport } = events;
  try {
    if (options.buffer !== undefined) transport.setBuffer(options.buffer);
    const groups = new Set<FlowWord>(keep ? [...words, "new", "destroy"] : words);
    for (const word of groups) transport.join(GROUPS[word]);
  } catch (error) {
    events.close();
    throw error;
  }
  return new Subscription<Item>(
    () => events.close(),
    () => new FlowWatch(events, parts, keep).run(),
    options.signal,
    client.closing,
  );
}

class FlowWatch {
  readonly #events: Client;
  readonly #parts: FlowWatchParts;
  /** The known flows by key; `undefined` in a watch that keeps no state. */
  readonly #state: Map<string, Flow> | undefined;

  constructor(events: Client, parts: FlowWatchParts, keep: boolean) {
    this.#events = events;
    this.#parts = parts;
    this.#state = keep ? new Map() : undefined;
  }

  async *run(): AsyncGenerator<Item, void, undefined> {
    const { initial, resync } = this.#parts.options, { transport } = this.#events;
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
      // The table is listed only after all pending events, because its state is their result.
      if (!empty) await new Promise((resolve) => setTimeout(resolve, 0));
      else if (behind) {
        behind = false;
        yield* this.#difference();
        yield { event: "synced", value: {} };
      } else await transport.readable();
    }
  }

  /** Lists all flows and yields the differences from the known state. */
  *#difference(): Generator<FlowChange, void, undefined> {
    const state = this.#state, { words, all, keyOf } = this.#parts;
    if (state === undefined) return;
    const present = new Map<string, Flow>();
    for (const flow of all()) present.set(keyOf(flow), flow);
    for (const [key, value] of state) {
      if (present.has(key)) continue;
      state.delete(key);
      if (words.has("destroy")) yield { event: "destroy", object: "flow", value };
    }
    for (const [key, value] of present) {
      const before = state.get(key);
      state.set(key, value);
      const event = before === undefined ? "new" : differ(before, value) ? "update" : undefined;
      if (event !== undefined && words.has(event)) yield { event, object: "flow", value };
    }
  }

  #take(received: Received, items: Item[]): void {
    if (received.port !== 0) return;
    const from = new Reader(received.bytes, received.length, received.view);
    eachMessage(from, (at, end) => {
      const event = eventOf(from.view.getUint16(at + 4, true), from.view.getUint16(at + 6, true));
      if (event === undefined) return;
      const value = Flow.decode(from, at + NLMSG_HDRLEN, end, {});
      const state = this.#state, { words, keyOf } = this.#parts;
      if (state !== undefined) {
        const key = keyOf(value);
        if (event === "destroy") state.delete(key);
        else state.set(key, { ...state.get(key), ...value });
      }
      if (words.has(event)) items.push({ event, object: "flow", value });
    });
  }
}

const NEW = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL;

/** Returns the event of a message. New and changed flows have one type, but other flags. */
export function eventOf(type: number, flags: number): FlowWord | undefined {
  if (type === NETFILTER_MSG.IPCTNL_MSG_CT_DELETE) return "destroy";
  if (type !== NETFILTER_MSG.IPCTNL_MSG_CT_NEW) return undefined;
  return (flags & NEW) !== 0 ? "new" : "update";
}

/** True if a flow has changed in more than its timers and counters. */
function differ(before: Flow, after: Flow): boolean {
  const lasting = (flow: Flow) => {
    const { timeout: _, use: _1, countersOrig: _2, countersReply: _3, counters: _4, timestampEvent: _5, ...rest } =
      flow;
    return stringify(rest);
  };
  return lasting(before) !== lasting(after);
}
