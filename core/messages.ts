/**
 * The messages of a protocol, as its modules declare them while they are loaded: captures, `decode` and NETLINK_DEBUG read
 * by the tables that requests are made and answers are read with.
 *
 * @module
 */
import type { Codec, Reader } from "./codec/mod.ts";
import { isRequest, NLM_F, NLMSG_HDRLEN } from "./message.ts";
import type { MessageSet, MessageSets, Origin, Protocol } from "./protocol.ts";

/** Message types that carry one table. */
export interface MessageForm {
  /** Their numbers. */
  readonly types: readonly number[];
  /** How their payload is read and written. */
  readonly codec: Codec<unknown, never>;
  /** `request`: messages to the kernel alone; `answer`: those from it alone. */
  readonly way?: "request" | "answer";
  /** Whether the payload that begins `at` is of this kind, where several share a type. */
  readonly concerns?: ((from: Reader, at: number) => boolean) | undefined;
}

/** Begins to read messages of one machine. */
export type MakeMessageSets = (origin: Origin) => MessageSets;

const WAYS = ["request", "answer"] as const;

/** The tables of one type, each way. */
type Tables = { readonly [W in typeof WAYS[number]]: MessageForm[] };

type Numbered = Pick<Protocol, "number">;

const tablesOf = new Map<number, Map<number, Tables>>();
const conversations = new Map<number, MakeMessageSets>();

/** Adds message types to those that a protocol's messages are read by. Declared again, they change nothing. */
export function declareMessages({ number }: Numbered, ...forms: readonly MessageForm[]): void {
  let types = tablesOf.get(number);
  if (types === undefined) tablesOf.set(number, types = new Map());
  for (const form of forms) {
    for (const type of form.types) {
      let tables = types.get(type);
      if (tables === undefined) types.set(type, tables = { request: [], answer: [] });
      for (const way of WAYS) {
        if (form.way !== undefined && form.way !== way) continue;
        const known = tables[way].some(({ codec, concerns }) => codec === form.codec && concerns === form.concerns);
        if (!known) tables[way].push(form);
      }
    }
  }
}

/** Declares how a protocol's messages are read where type and direction do not tell their table. */
export function declareMessageSets({ number }: Numbered, begin: MakeMessageSets): void {
  conversations.set(number, begin);
}

/** The message types that a protocol's modules have declared. */
export function declaredTypes({ number }: Numbered): number[] {
  return [...tablesOf.get(number)?.keys() ?? []];
}

/** Begins to read messages of a protocol, recorded or live. */
export function messageSets(protocol: Pick<Protocol, "number" | "types">, origin: Origin = {}): MessageSets {
  const begin = conversations.get(protocol.number);
  if (begin !== undefined) return begin(origin);
  const set = declaredSet(protocol);
  return () => set;
}

function declaredSet({ number, types }: Pick<Protocol, "number" | "types">): MessageSet {
  return {
    types,
    codec(type, from, at, flags = 0) {
      const tables = tablesOf.get(number)?.get(type);
      if (tables === undefined) return undefined;
      const { request, answer } = tables;
      if (from === undefined || at === undefined) {
        const asked = (flags & NLM_F.NLM_F_REQUEST) !== 0;
        return (asked ? request[0] ?? answer[0] : answer[0] ?? request[0])?.codec;
      }
      const forms = isRequest(from.view, at) || answer.length === 0 ? request : answer;
      return forms.find(({ concerns }) => concerns?.(from, at + NLMSG_HDRLEN) !== false)?.codec;
    },
  };
}
