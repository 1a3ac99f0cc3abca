/**
 * The messages of protocols, which modules declare when they are loaded. Captures, `decode` and NETLINK_DEBUG use the
 * same tables as requests and their replies.
 *
 * @module
 */
import { type Codec, Reader } from "./codec/mod.ts";
import { isRequest, NLM_F, NLMSG_HDRLEN } from "./message.ts";
import type { MessageSet, MessageSets, Origin, Protocol } from "./protocol.ts";

/** Message types with the same table. */
export interface MessageForm {
  /** The numbers of the types. */
  readonly types: readonly number[];
  /** The codec of the payload. */
  readonly codec: Codec<unknown, never>;
  /** `request`: only messages to the kernel; `answer`: only messages from it; both when absent. */
  readonly way?: "request" | "answer";
  /** True if the payload that begins at `at` is of this form, if several forms have the same type. */
  readonly concerns?: ((from: Reader, at: number) => boolean) | undefined;
}

/** Makes the message sets for one conversation. */
export type MakeMessageSets = (origin: Origin) => MessageSets;

const WAYS = ["request", "answer"] as const;

/** The tables of one type for each direction. */
type Tables = { readonly [W in typeof WAYS[number]]: MessageForm[] };

type Numbered = Pick<Protocol, "number">;

const tablesOf = new Map<number, Map<number, Tables>>();
const conversations = new Map<number, MakeMessageSets>();

/** Declares message types of a protocol. A repeated declaration has no effect. */
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

/** Declares how to decode a protocol's messages if the type and direction do not select the table. */
export function declareMessageSets({ number }: Numbered, begin: MakeMessageSets): void {
  conversations.set(number, begin);
}

/** Returns the message types that a protocol's modules have declared. */
export function declaredTypes({ number }: Numbered): number[] {
  return [...tablesOf.get(number)?.keys() ?? []];
}

/** Returns the message sets of a protocol for one conversation, recorded or live. */
export function messageSets(protocol: Pick<Protocol, "number" | "types">, origin: Origin = {}): MessageSets {
  const begin = conversations.get(protocol.number);
  if (begin !== undefined) return begin(origin);
  const set = declaredSet(protocol);
  return () => set;
}

/** A payload of zeros: its family is none. */
const ZEROS = new Reader(new Uint8Array(64));

/** Returns the forms that a message to send may have, first those that are not limited to a family. */
function formsFor({ request, answer }: Tables, flags: number): readonly MessageForm[] {
  const asked = (flags & NLM_F.NLM_F_REQUEST) !== 0;
  const [first, second] = asked ? [request, answer] : [answer, request];
  const limited = ({ concerns }: MessageForm): number => Number(concerns?.(ZEROS, 0) === false);
  return [...first.length > 0 ? first : second].sort((a, b) => limited(a) - limited(b));
}

/** Returns the message set in which the type and the direction select the table, of the messages that modules declare. */
export function declaredSet({ number, types }: Pick<Protocol, "number" | "types">): MessageSet {
  return {
    types,
    codec(type, from, at, flags = 0) {
      const tables = tablesOf.get(number)?.get(type);
      if (tables === undefined) return undefined;
      const { request, answer } = tables;
      if (from === undefined || at === undefined) {
        return formsFor(tables, flags)[0]?.codec;
      }
      const forms = isRequest(from.view, at) || answer.length === 0 ? request : answer;
      return forms.find(({ concerns }) => concerns?.(from, at + NLMSG_HDRLEN) !== false)?.codec;
    },
    codecs(type, flags) {
      const tables = tablesOf.get(number)?.get(type);
      return tables === undefined ? [] : formsFor(tables, flags).map(({ codec }) => codec);
    },
  };
}
