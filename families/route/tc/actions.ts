/**
 * Actions that stand by themselves and that several filters may share, as with `tc actions`.
 *
 * ```ts
 * import { actions } from "@linux/netlink/families/route/tc/actions.ts";
 * for (const { index, action, bindcnt } of actions.list("gact")) console.log(index, action, bindcnt);
 * ```
 *
 * Each action has a kind and an index. A filter uses one by `act: [{ kind: "gact", index: 1 }]`.
 *
 * @module
 */
import { defined, expectFields, guardMethods, isFields, isOk } from "../../../core/arguments.ts";
import { type Client, sharedClient } from "../../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  type Shape,
  shown,
  text,
  u32,
} from "../../../core/codec/mod.ts";
import { type AddOptions, attempt, type Existing, type Input, type Tolerates } from "../../../core/collection.ts";
import { argumentError, ERRNO, KernelError } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { declareMessages } from "../../../core/messages.ts";
import { stringify } from "../../../core/printable.ts";
import type { Operation, Requester } from "../../../core/protocol.ts";
import { type Family, family, NETLINK_ROUTE, RTM } from "../protocol.ts";
import { Action, type ActionKinds, Actions as actionList } from "./action.ts";
import { bits } from "./names.ts";

/** An action as input: {@linkcode Action} with names or numbers. */
export type ActionInput = Input<Action>;

/** A kind of action; of kinds that are not listed, options are bytes. */
export type ActionKindName = keyof ActionKinds;

/** The kind and the index of an action. */
export interface ActionKey {
  /** The kind. */
  kind: ActionKindName;
  /** The index. */
  index: number;
}

/** Numbers of the flags of a list. */
export const ROOT_FLAGS = { large_dump: 1, terse: 2 } as const;

/** A message about actions. */
export interface ActionMessage {
  /** Not used. */
  family?: Family;
  /** The actions. */
  tab?: readonly Action[];
  /** Flags of a list. */
  flags?: readonly (keyof typeof ROOT_FLAGS | number)[];
  /** Number of actions in a part of a list. */
  count?: number;
  /** Only actions that were used in the last so many ms. */
  timeDelta?: number;
  /** A warning about the request, in events. */
  extWarnMsg?: string;
}

/** Wire form of {@linkcode ActionMessage}: tcamsg and TCA_ROOT_*. */
export const ActionMessage: Attributes<ActionMessage> = attributes((): Shape<ActionMessage> => ({
  family: head(0, family),
  tab: [1, actionList],
  flags: [2, bits(ROOT_FLAGS)],
  count: [3, u32],
  timeDelta: [4, u32],
  extWarnMsg: [5, text],
}), { header: 4 });

declareMessages(NETLINK_ROUTE, {
  types: [RTM.RTM_NEWACTION, RTM.RTM_DELACTION, RTM.RTM_GETACTION],
  codec: ActionMessage as Codec<unknown, never>,
});

/** Options of a list of actions. */
export interface ActionListOptions {
  /** Only actions that were used in the last so many ms. */
  timeDelta?: number;
}

/** The actions of one network namespace that stand by themselves, or that filters have. */
export class Actions {
  readonly #requester: () => Requester;

  /** Sends requests with the client that `requester` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#requester = requester;
    guardMethods(this);
  }

  /** Returns all actions of a kind. The kernel has no list of all kinds. */
  list(kind: ActionKindName, options: ActionListOptions = {}): Action[] {
    const what = `list actions ${String(kind)}`;
    if (typeof kind !== "string") {
      throw argumentError(TypeError, `Cannot list actions: expected a kind, got ${shown(kind)}`);
    }
    expectFields(options, what, "options as an object");
    // Without this flag, the kernel sends 32 in each part of the list.
    const messages = this.#requester().dump({
      ...request(RTM.RTM_GETACTION, 0, { tab: [{ kind }], flags: ["large_dump"], ...options }, what),
      codec: KeyMessage as Codec<unknown, never>,
      replyCodec: ActionMessage as Codec<unknown, never>,
      reply: RTM.RTM_GETACTION,
    });
    return (messages as ActionMessage[]).flatMap(({ tab = [] }) => tab);
  }

  /**
   * Returns the action with a kind and an index.
   *
   * @throws {KernelError} ENOENT when there is none
   */
  get(key: ActionKey): Action {
    const { kind, index } = keyOf(key, "get"), what = `get action ${kind} ${index}`;
    const message = this.#requester().request({
      ...request(RTM.RTM_GETACTION, 0, { tab: [{ kind, index }] }, what),
      codec: KeyMessage as Codec<unknown, never>,
      replyCodec: ActionMessage as Codec<unknown, never>,
      reply: RTM.RTM_GETACTION,
      looks: true,
    }) as ActionMessage | undefined;
    const found = message?.tab?.[0];
    if (found === undefined) throw new KernelError(what, ERRNO.ENOENT, { kernelMessage: "there is no such action" });
    return found;
  }

  /** Returns the action with a kind and an index, `undefined` when there is none. */
  find(key: ActionKey): Action | undefined {
    try {
      return this.get(key);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /**
   * Adds an action. Returns it with the index that the kernel chose.
   *
   * @returns false if there is one with its index and `{ exists: "ok" }` tolerates that
   * @throws {KernelError} EEXIST: there is one with its index
   */
  add<E extends "ok" | undefined = undefined>(value: ActionInput, options: AddOptions<E> = {}): Action | Existing<E> {
    const exists = (error: unknown): boolean => error instanceof KernelError && error.code === "EEXIST";
    const tolerates = isOk(options, "exists", "add action") ? exists : undefined;
    const flags = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL;
    return attempt(tolerates, () => this.#make("add", flags, value, tolerates)) as Action | Existing<E>;
  }

  /** Adds an action, or replaces the one with its index. */
  replace(value: ActionInput): Action {
    return this.#make("replace", CHANGE, value);
  }

  #make(verb: string, flags: number, value: ActionInput, tolerates?: Tolerates): Action {
    expectFields(value, `${verb} action`);
    const { kind, index } = value as Action,
      what = `${verb} action ${[kind, index].filter((one) => one !== undefined).join(" ")}`;
    const requester = this.#requester(),
      operation: Operation = {
        ...request(RTM.RTM_NEWACTION, flags, { tab: [value] }, what),
        codec: OneMessage as Codec<unknown, never>,
        replyCodec: ActionMessage as Codec<unknown, never>,
        ...(tolerates === undefined ? {} : { tolerates }),
      };
    if (requester.deferred) {
      requester.request(operation);
      return (requester.normalize(operation.codec, operation.value, what) as ActionMessage).tab![0]!;
    }
    const message = requester.request({
      ...operation,
      flags: flags | NLM_F.NLM_F_ECHO,
      reply: RTM.RTM_NEWACTION,
    }) as ActionMessage | undefined;
    return message?.tab?.[0] ?? (value as Action);
  }

  /**
   * Changes the given fields of an action, and no others: it is read, and replaced as a whole. A dry run, which reads
   * nothing, shows only the changes.
   *
   * @param changes `action`, `cookie`, and fields of `options`
   * @throws {TypeError} `kind`, `index` or `flags` has a new value: the kernel sets them only when it makes the action
   */
  set(key: ActionKey, changes: Omit<ActionInput, "kind" | "index">): void {
    const { kind, index } = keyOf(key, "set"), what = `set action ${kind} ${index}`;
    expectFields(changes, what, "the changes as an object");
    const { options, ...rest } = defined(changes) as Record<string, unknown>;
    if (options !== undefined && !isFields(options)) {
      throw argumentError(TypeError, `Cannot ${what}: options: expected an object, got ${shown(options)}`);
    }
    if (this.#requester().deferred) return void this.#make("set", CHANGE, { ...changes, kind, index } as ActionInput);
    const found = this.get({ kind, index });
    for (const name of ["kind", "index", "flags"] as const) {
      const given = rest[name], is = name === "flags" ? found.flags ?? [] : name === "kind" ? kind : index;
      if (given === undefined || stringify(given) === stringify(is)) continue;
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${name} does not change, got ${shown(given)}: delete it, and add it with the new value`,
      );
    }
    const { dev, ...others } = (found.options ?? {}) as Record<string, unknown>;
    // A new number of an interface makes its old name wrong.
    const kept = options?.["ifindex"] !== undefined || dev === undefined ? others : { dev, ...others };
    this.#make("set", CHANGE, { ...found, ...rest, options: { ...kept, ...options }, kind, index } as ActionInput);
  }

  /**
   * Deletes an action.
   *
   * @param options `{ missing: "ok" }` if there may be none
   * @returns false if there was none
   * @throws {KernelError} EPERM: filters use it
   */
  delete(key: ActionKey | Action, options: { missing?: "ok" } = {}): boolean {
    const { kind, index } = keyOf(key, "delete"), what = `delete action ${kind} ${index}`;
    const tolerates = isOk(options, "missing", "delete action") ? isAbsent : undefined;
    return attempt(tolerates, () => {
      this.#requester().request({
        ...request(RTM.RTM_DELACTION, 0, { tab: [{ kind, index }] }, what),
        codec: KeyMessage as Codec<unknown, never>,
        ...(tolerates === undefined ? {} : { tolerates }),
        hint: (code) => code === "EPERM" ? "filters use it: delete them first" : undefined,
      });
      return true;
    });
  }

  /**
   * Deletes all actions of a kind that no filter uses. The kernel's own flush ends at the first one that is used.
   *
   * @returns the number of actions that are gone
   */
  flush(kind: ActionKindName): number {
    const what = `flush actions ${String(kind)}`, free = this.list(kind).filter(({ bindcnt }) => bindcnt === 0);
    for (let at = 0; at < free.length; at += MOST_ACTIONS) {
      const tab = free.slice(at, at + MOST_ACTIONS).map(({ index }) => ({ kind, index }));
      this.#requester().request({
        ...request(RTM.RTM_DELACTION, 0, { tab }, what),
        codec: KeyMessage as Codec<unknown, never>,
      });
    }
    return free.length;
  }
}

/** Flags of a request that changes an action. */
const CHANGE: number = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_REPLACE;

/** Most actions in a message. */
const MOST_ACTIONS = 32;

const TAB = 1, NESTED = 0x8000;

/** Codec of a message with one action to make. Users give the action alone, so paths in errors begin with its fields. */
const OneMessage: Codec<ActionMessage> = {
  name: "an action",
  decode: (from, at, end, owner) => ActionMessage.decode(from, at, end, owner),
  encode({ tab: [action] = [] }, to, owner) {
    ActionMessage.encode({}, to, owner);
    const list = to.open(TAB | NESTED), start = to.open(1 | NESTED);
    Action.encode(action!, to, {});
    to.close(start);
    to.close(list);
  },
  walk: (from, at, end, owner, visit) =>
    ActionMessage.walk!(
      from,
      at,
      end,
      owner,
      (part) => visit(part.name === "tab" ? { ...part, name: undefined, codec: NAMELESS } : part),
    ),
};

/** The list of actions, whose parts have no names. */
const NAMELESS: Codec<readonly Action[]> = {
  ...actionList,
  walk: (from, at, end, owner, visit) =>
    actionList.walk!(from, at, end, owner, (part) => visit({ ...part, name: undefined })),
};

/** Codec of a message with kinds and indexes alone, which are attributes of the actions there. */
const KeyMessage: Codec<Omit<ActionMessage, "tab"> & { tab: readonly { kind: string; index?: number }[] }> = {
  name: "the key of an action",
  decode: () => ({ tab: [] }),
  encode({ tab, ...rest }, to, owner) {
    ActionMessage.encode(rest, to, owner);
    const list = to.open(TAB | NESTED);
    tab.forEach(({ kind, index }, i) => {
      const start = to.open((i + 1) | NESTED), name = to.open(1);
      to.append(new TextEncoder().encode(`${kind}\0`));
      to.close(name);
      if (index !== undefined) {
        const number = to.open(3);
        u32.encode(index, to, {});
        to.close(number);
      }
      to.close(start);
    });
    to.close(list);
  },
};

function request(type: number, flags: number, value: object, what: string): Operation {
  const [{ kind } = { kind: undefined }] = (value as { tab: { kind?: unknown }[] }).tab;
  return {
    type,
    flags,
    codec: ActionMessage as Codec<unknown, never>,
    value,
    what,
    hint(code, { kernelMessage = "" }) {
      if (code !== "ENOENT" || !/Failed to load TC action module/.test(kernelMessage)) return undefined;
      return `this kernel has no action kind "${String(kind)}": misspelt, or its module is missing (modprobe act_${
        String(kind)
      })`;
    },
  };
}

function keyOf(key: ActionKey | Action, verb: string): ActionKey {
  expectFields(key, `${verb} action`, "kind and index as an object");
  const { kind, index } = key;
  if (typeof kind !== "string") throw argumentError(TypeError, `Cannot ${verb} action: kind is missing`);
  if (index === undefined || !Number.isInteger(index) || index === 0) {
    throw argumentError(
      TypeError,
      `Cannot ${verb} action ${kind}: index: expected a number from 1 on, got ${shown(index)}`,
    );
  }
  return { kind, index };
}

/** True for an error that means that there is no such action. */
function isAbsent(error: unknown): boolean {
  return error instanceof KernelError &&
    (error.code === "ENOENT" || error.code === "EINVAL" && /not found/i.test(error.message));
}

/** The actions of this namespace, on a socket that the first use opens. */
export const actions: Actions = new Actions(() => sharedClient(NETLINK_ROUTE));

export type { Action } from "./action.ts";
