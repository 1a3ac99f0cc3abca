/**
 * Rules of nf_tables: the expressions that each packet of a chain meets, in order.
 *
 * ```ts ignore
 * import { rules } from "@linux/netlink/families/netfilter/nftables/rules.ts";
 * for (const rule of rules.list({ family: "inet", table: "guard" })) console.log(rule.chain, rule.handle, rule.comment);
 * ```
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  expectFields,
  expectNames,
  expectNoUndefined,
  expectOptions,
  isFields,
  isOk,
  namesOf,
  operationOf,
} from "../../../core/arguments.ts";
import {
  type Attributes,
  attributes,
  be32,
  be64,
  type Codec,
  head,
  key,
  mask,
  type Shape,
  shown,
  string,
} from "../../../core/codec/mod.ts";
import {
  type AddOptions,
  attempt,
  type DeleteOptions,
  type Existing,
  type Found,
  type Input,
  type Verb,
} from "../../../core/collection.ts";
import { argumentError, ERRNO, KernelError, type KernelErrorDetails } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { declareMessages } from "../../../core/messages.ts";
import type { Operation, Requester } from "../../../core/protocol.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG, NFNLGRP } from "../protocol.ts";
import { compile, type KnownSet, type NewSet } from "./compile.ts";
import { elementHint, type NftSetElem, NftSetElemList } from "./elements.ts";
import { type NftExpression, NftExpressions } from "./expressions.ts";
import type { TableFamily } from "./operands.ts";
import { NftSet, typeNumber } from "./set.ts";
import type { Statement } from "./statements.ts";
import {
  expectExists,
  expectFamily,
  nextSetId,
  NftCollection,
  type NftContext,
  type NftDeclaration,
  nftHint,
  refusedIn,
  sharedContext,
} from "./transaction.ts";
import { setIn } from "./known_sets.ts";
import { commentIn, userdata } from "./userdata.ts";

/** The protocol of rules made by xtables, for their matches and targets. */
export interface NftRuleCompat {
  /** The protocol of packets. */
  proto?: number;
  /** The flags: `inv` inverts the protocol. */
  flags?: readonly ("inv" | number)[];
}

/** Wire form of {@linkcode NftRuleCompat}: NFTA_RULE_COMPAT_*. */
export const NftRuleCompat: Attributes<NftRuleCompat> = attributes((): Shape<NftRuleCompat> => ({
  proto: [1, be32],
  flags: [2, mask(be32, { inv: 2 })],
}));

/** A rule. */
export interface NftRule {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table?: string;
  /** The name of its chain. */
  chain?: string;
  /** The kernel's number of the rule in its table. */
  handle?: bigint;
  /** The handle of the rule before it; absent for the first. Read-only. */
  position?: bigint;
  /** The expressions. */
  expressions?: readonly NftExpression[];
  /** The protocol of rules made by xtables. */
  compat?: NftRuleCompat;
  /** A number by which other messages of the same transaction name it. Only given. */
  id?: number;
  /** The number of a rule of the same transaction, beside which it is placed. Only given. */
  positionId?: number;
  /** The number of a chain of the same transaction, instead of its name. Only given. */
  chainId?: number;
  /** The user data in nft's form, which has the comment. */
  userdata?: Uint8Array;
  /** The comment. */
  comment?: string;
}

/** Wire form of {@linkcode NftRule}: nfgenmsg and NFTA_RULE_*. */
export const NftRule: Attributes<NftRule> = attributes((): Shape<NftRule> => ({
  family: head(0, nfFamily, key),
  table: [1, string(255), key],
  chain: [2, string(255), key],
  handle: [3, be64, key],
  position: [6, be64],
  expressions: [4, NftExpressions],
  compat: [5, NftRuleCompat],
  id: [9, be32, "input"],
  positionId: [10, be32, "input"],
  chainId: [11, be32, "input"],
  userdata: [7, userdata(0)],
  comment: commentIn(0),
}), { header: NFGENMSG });

/** The key of a rule: its handle, or its comment if no other rule has it. */
export interface NftRuleKey {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table: string;
  /** The name of its chain. */
  chain?: string;
  /** The handle. */
  handle?: bigint | number;
  /** The comment. */
  comment?: string;
}

/** The input form of a rule. */
export type NftRuleInput = Input<NftRule> & {
  /** The statements, in nft's JSON, of which the expressions are made. */
  expr?: readonly Statement[];
};

/** The place of a new rule in its chain. */
export interface NftRulePlace<E extends "ok" | undefined = "ok"> extends AddOptions<E> {
  /** The handle of a neighbour: `add` places the rule behind it, `insert` in front of it. */
  handle?: bigint | number;
  /** The number of a neighbour in its chain, from 0, instead of its handle. */
  index?: number;
}

const declaration: NftDeclaration<NftRule> = {
  protocol: NETLINK_NETFILTER,
  object: "rule",
  table: NftRule,
  messages: {
    new: NETFILTER_MSG.NFT_MSG_NEWRULE,
    del: NETFILTER_MSG.NFT_MSG_DELRULE,
    get: NETFILTER_MSG.NFT_MSG_GETRULE,
  },
  also: [NETFILTER_MSG.NFT_MSG_DESTROYRULE],
  destroy: NETFILTER_MSG.NFT_MSG_DESTROYRULE,
  groups: [NFNLGRP.NFNLGRP_NFTABLES],
  filters: ["family", "table", "chain"],
  describe(value) {
    const { family, table, chain, handle, comment } = value as NftRuleKey;
    const which = handle !== undefined ? `handle ${handle}` : comment !== undefined ? shown(comment) : "";
    return [family, table, chain, which].filter(Boolean).join(" ");
  },
  identity: ({ family, table, handle }) => `${family} ${table} ${handle}`,
  keyOf(value) {
    const { family, table, chain, handle, comment } = value as NftRuleKey;
    return { family, table, chain, ...(handle === undefined ? { comment } : { handle }) };
  },
  none: ["ENOENT"],
  prepare(value: object, verb: Verb) {
    if (verb !== "list") expectFamily(value, `${verb} rule`);
    const { handle, position: _, ...rest } = value as NftRule;
    return verb === "add" || verb === "append" ? rest : { ...rest, ...(handle === undefined ? {} : { handle }) };
  },
  merge: ({ whole }) => whole,
  fixed: ["family", "table", "chain", "handle"],
  hint: (code, details, value) => ruleHint(code, details, (value as NftRule).expressions),
};

/** Returns what an expression names, in words. */
function namedBy({ name, data }: NftExpression): string | undefined {
  const said = (word: string, one: unknown): string | undefined =>
    typeof one === "string" ? `${word} ${shown(one)}` : undefined;
  switch (name) {
    case "lookup":
      return said("set", data.set);
    case "dynset":
      return said("set", data.setName);
    case "objref":
      return said("map", data.setName) ?? said(String(data.immType ?? "object"), data.immName);
    case "flow_offload":
      // The kernel answers the same if it does not know the expression.
      return `${said("flowtable", data.tableName)}, or no module nft_flow_offload`;
    case "immediate":
      return said("chain", data.data?.verdict?.chain);
    default:
      return undefined;
  }
}

/**
 * Returns the hint of an error: the statement that the refused expression is made of, and what it names.
 *
 * @param origins the places of the expressions' statements, if the rule was given by `expr`
 */
function ruleHint(
  code: string,
  details: KernelErrorDetails,
  expressions: readonly NftExpression[] | undefined,
  origins?: readonly number[],
): string | undefined {
  const index = refusedIn("expressions", details), refused = expressions?.[index ?? -1];
  const named = refused && namedBy(refused), origin = origins?.[index ?? -1];
  // A change of a rule sends the expressions that it has.
  const isBorrowed = code === "EBUSY" && index !== undefined &&
    (expressions === undefined || ANONYMOUS.test(named ?? ""));
  const reason = isBorrowed
    ? `the anonymous ${named ?? "set"} belongs to its rule alone: give the statements as expr, which ruleset.json has`
    : nftHint(code, details);
  const parts = [
    ...(origin === undefined ? [] : [`the statement is expr[${origin}]`]),
    ...(code === "ENOENT" && named !== undefined ? [`there is no ${named}`] : []),
    ...(reason === undefined ? [] : [reason]),
  ];
  return parts.join(": ") || undefined;
}

/** The names that nft and this library let the kernel choose for sets without a name. */
const ANONYMOUS = /"__(?:set|map)\d+"$/;

declareMessages(NETLINK_NETFILTER, {
  types: [NETFILTER_MSG.NFT_MSG_GETRULE_RESET],
  codec: NftRule as Codec<unknown, never>,
});

function isAbsent(error: unknown): boolean {
  return error instanceof KernelError && error.code === "ENOENT";
}

/** Returns the messages that make an anonymous set and its elements, in the transaction of the rule that uses it. */
function anonymous(made: NewSet, family: NfFamily, table: string | undefined, what: string): Operation[] {
  const { elements, timeout, ...set } = made, flags = NLM_F.NLM_F_CREATE;
  const list = elements.map(({ timeout, ...element }) => ({
    ...element,
    ...(timeout === undefined ? {} : { timeout: timeout / 1000 }),
  }));
  const value = { ...set, family, table, ...(timeout === undefined ? {} : { timeout: timeout / 1000 }) };
  const messages: Operation[] = [
    { type: NETFILTER_MSG.NFT_MSG_NEWSET, flags, codec: NftSet as Codec<unknown, never>, value, what, hint: nftHint },
  ];
  for (let at = 0; at < list.length; at += MOST_ELEMENTS) {
    messages.push({
      type: NETFILTER_MSG.NFT_MSG_NEWSETELEM,
      flags,
      codec: NftSetElemList as Codec<unknown, never>,
      value: { family, table, set: set.name, setId: set.id, elements: list.slice(at, at + MOST_ELEMENTS) },
      what,
      hint: (code, details) =>
        code === "ENOENT" ? elementHint(code, details, list.slice(at) as NftSetElem[]) : nftHint(code, details),
    });
  }
  return messages;
}

/** Most elements of an anonymous set in one message, of any size. */
const MOST_ELEMENTS = 200;

/** Returns the requests as one item. */
function following(before: readonly Operation[], last: Operation): Operation {
  const [first, ...rest] = [...before, last];
  return rest.length === 0 ? last : { ...first!, then: rest };
}

/** Returns the protocol of a rule with extensions of xtables, which the kernel checks but does not list. */
function compatOf(expressions: readonly NftExpression[]): NftRuleCompat | undefined {
  if (!expressions.some(({ name }) => name === "match" || name === "target")) return undefined;
  const at = expressions.findIndex(({ name, data }) => name === "meta" && data.key === "l4proto");
  const next = expressions[at + 1];
  if (at < 0 || next?.name !== "cmp" || next.data.data?.value === undefined) return undefined;
  const proto = next.data.data.value[0]!;
  return next.data.op === "eq" ? { proto, flags: [] } : next.data.op === "neq" ? { proto, flags: ["inv"] } : undefined;
}

/** The rules of one network namespace. */
export class NftRules extends NftCollection<NftRule, NftRuleInput, NftRuleKey, NftRule> {
  /** Sends in a context. */
  constructor(context: NftContext) {
    super(declaration, context);
  }

  /**
   * Adds a rule at the end of its chain, or behind another one.
   *
   * @param place a neighbour; or `{ exists: "ok" }`, if its chain may have a rule with its comment
   * @returns the rule with its handle; nothing in a batch; false if it exists and that is tolerated
   */
  override add<E extends "ok" | undefined = undefined>(
    value: NftRuleInput,
    place: NftRulePlace<E> = {},
  ): NftRule | Existing<E> {
    return this.#put("add", value, place, NLM_F.NLM_F_APPEND) as NftRule | Existing<E>;
  }

  /**
   * Adds a rule at the start of its chain, or in front of another one.
   *
   * @param place as for {@linkcode NftRules.add}
   * @returns the rule with its handle; nothing in a batch; false if it exists and that is tolerated
   */
  insert<E extends "ok" | undefined = undefined>(
    value: NftRuleInput,
    place: NftRulePlace<E> = {},
  ): NftRule | Existing<E> {
    return this.#put("insert", value, place, 0) as NftRule | Existing<E>;
  }

  /**
   * Replaces the rule that has the handle of `value`, or else its comment, if no other rule has it; it keeps its handle
   * and its place.
   */
  override replace(value: NftRuleInput): void {
    const what = operationOf("replace", declaration, value);
    expectFields(value, what, "the rule as an object");
    const { expr: _, ...listed } = value, found = this.#found(listed as NftRuleKey, "replace");
    const { rule, before, more } = this.#compiled({ ...value, ...found }, what);
    const operation = this.operation("replace", declaration.messages.new, rule);
    this.context.requester().request(following(before, { ...operation, ...more }));
  }

  /** Changes only the given fields of a rule, which keeps its handle and its place. */
  override set(key: NftRuleKey, changes: NftRuleInput): void {
    if (!isFields(changes) || changes["expr"] === undefined) return super.set(key, changes);
    const { expressions: _, ...rule } = this.get(key);
    this.replace({ ...rule, ...changes as NftRuleInput });
  }

  /**
   * Deletes the rule that `key` denotes.
   *
   * @throws {TypeError} the key has neither a handle nor a comment: the kernel would empty the chain
   */
  override delete(key: NftRuleKey | NftRule, options: DeleteOptions = {}): boolean {
    const tolerates = isOk(options, "missing", "delete rule") ? isAbsent : undefined;
    return attempt(tolerates, () => {
      const named = this.#found(key as NftRuleKey, "delete");
      this.context.requester().request({
        ...this.operation("delete", declaration.messages.del, named),
        ...(tolerates === undefined ? {} : { tolerates }),
      });
      return true;
    });
  }

  /** Deletes the rule that `key` denotes, if it exists. */
  override destroy(key: NftRuleKey | NftRule): void {
    attempt(isAbsent, () => super.destroy(this.#found(key as NftRuleKey, "destroy") as NftRuleKey));
  }

  /**
   * Deletes all rules that match the filter, in one transaction. If the filter has only a table, or a table and a
   * chain, this is one message.
   *
   * @returns the number of rules; in a batch nothing
   */
  override flush(filter: Input<NftRule> | { all: true }): number {
    expectFields(filter, "flush rules", "a filter as an object");
    expectNoUndefined(filter, "flush rules");
    const { family, table, chain, ...more } = filter as Partial<NftRule> & { all?: true };
    if (family === undefined || table === undefined || Object.values(more).some((one) => one !== undefined)) {
      return super.flush(filter);
    }
    const requester = this.context.requester();
    const count = this.context.made === undefined
      ? this.list({ family, table, ...(chain === undefined ? {} : { chain }) }).length
      : 0;
    const value = { family, table, ...(chain === undefined ? {} : { chain }) };
    requester.request({
      ...this.operation("delete", declaration.messages.del, value),
      what: `flush rules ${declaration.describe(value)}`,
    });
    return count;
  }

  /**
   * Sets the counters and quotas of rules to zero, of all that match the filter's table and chain.
   *
   * In Linux since 6.1.
   *
   * @returns the rules as they were
   * @throws {KernelError} ENOENT: there is no such table or chain
   */
  reset(filter: Pick<NftRuleKey, "family"> & Partial<Pick<NftRuleKey, "table" | "chain">>): NftRule[] {
    return this.resetBy(NETFILTER_MSG.NFT_MSG_GETRULE_RESET, filter);
  }

  /** Looks for the rule that `key` denotes: by its handle or its comment. */
  protected override look(key: object, what: string, requester: Requester): Found<NftRule> {
    const { family, table, chain, handle, comment } = key as NftRuleKey;
    if (handle !== undefined && chain !== undefined) return super.look(key, what, requester);
    const all = this.list({ family, table, ...(chain === undefined ? {} : { chain }) });
    const fitting = all.filter((one) =>
        (handle === undefined || one.handle === BigInt(handle)) && (comment === undefined || one.comment === comment)
      ),
      [found] = fitting;
    if (found === undefined) {
      expectExists(this.context.open(), { family, table, chain }, what);
      throw new KernelError(what, ERRNO.ENOENT, { kernelMessage: "there is no such rule" });
    }
    if (fitting.length > 1) {
      const handles = fitting.map(({ chain, handle }) => `${handle} of chain ${chain}`).join(", ");
      throw argumentError(TypeError, `Cannot ${what}: several rules have this comment, with the handles ${handles}`);
    }
    return { found, among: [found] };
  }

  /** Returns the fields by which the kernel finds exactly the rule of the key. */
  #found(key: NftRuleKey, verb: string): object {
    const named = this.keyValue(key, verb) as NftRuleKey, { family, table, chain, handle, comment } = named;
    const what = operationOf(verb, declaration, named);
    if (handle === undefined && comment === undefined) {
      const why = verb === "replace"
        ? "handle and comment are missing"
        : "handle is missing: the kernel would delete all rules";
      throw argumentError(TypeError, `Cannot ${what}: ${why}`);
    }
    if (table === undefined) throw argumentError(TypeError, `Cannot ${what}: table is missing`);
    if (handle !== undefined && chain !== undefined) return { family, table, chain, handle };
    const { found } = this.look(named, what, this.context.open());
    return { family, table, chain: found.chain, handle: found.handle };
  }

  #put(
    verb: "add" | "insert",
    value: NftRuleInput,
    place: NftRulePlace<"ok" | undefined>,
    flags: number,
  ): NftRule | false {
    const what = operationOf(verb, declaration, value);
    expectFields(value, what, "the rule as an object");
    expectOptions(place, what, { handle: "any", index: "any", exists: "ok" });
    if (isOk({ exists: place.exists }, "exists", what) && this.#exists(value, what)) return false;
    const { rule, before, more } = this.#compiled(value, what);
    const operation = this.operation("add", declaration.messages.new, rule, declaration.messages.new);
    const requester = this.context.requester(), batched = this.context.made !== undefined;
    const position = this.#position(value, place, what);
    const sent: Operation = {
      ...operation,
      ...more,
      what,
      value: position === undefined ? operation.value : { ...operation.value, position },
      flags: NLM_F.NLM_F_CREATE | flags | (batched ? 0 : NLM_F.NLM_F_ECHO),
    };
    return requester.request(following(before, sent)) as NftRule;
  }

  /**
   * Returns the rule with its statements compiled, the messages that make its anonymous sets, and the hints that know
   * the statements.
   */
  #compiled(
    value: NftRuleInput,
    what: string,
  ): { rule: Input<NftRule>; before: Operation[]; more?: Pick<Operation, "hint"> } {
    expectNames(value, what, [...namesOf(NftRule), "expr"]);
    const { expr, ...rule } = value, { family, table } = rule;
    if (expr === undefined) return { rule, before: [] };
    if (rule.expressions !== undefined) {
      throw argumentError(TypeError, `Cannot ${what}: expr and expressions exclude each other`);
    }
    const { expressions, origins, sets } = compile(expr, {
      family: family as TableFamily,
      what,
      nextSetId,
      indexOf: (name) => this.context.open().names.index(name),
      setOf: (name) => this.#setOf({ family: family!, table: String(table), name }, what),
    });
    const compat = rule.compat ?? compatOf(expressions);
    return {
      rule: { ...rule, ...(compat === undefined ? {} : { compat }), expressions },
      before: sets.flatMap((set) => anonymous(set, family!, table, what)),
      more: { hint: (code, details) => ruleHint(code, details, expressions, origins) },
    };
  }

  /** Returns what the compiler must know of a set. */
  #setOf(key: { family: NfFamily; table: string; name: string }, what: string): KnownSet | undefined {
    try {
      const set = setIn(this.context, key, what), { keyType, dataType, dataLen, flags } = set ?? {};
      if (keyType === undefined) return undefined;
      return {
        keyType: typeNumber(keyType),
        ...(dataType === undefined ? {} : { dataType: typeNumber(dataType) }),
        ...(dataLen === undefined ? {} : { dataLen }),
        ...(flags === undefined ? {} : { flags }),
      };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** True if the chain has a rule with the same comment. */
  #exists({ family, table, chain, comment }: Input<NftRule>, what: string): boolean {
    if (comment !== undefined) return this.list({ family, table, chain, comment } as Input<NftRule>).length > 0;
    throw argumentError(
      TypeError,
      `Cannot ${what} unless it exists: comment is missing, by which a rule is found again`,
    );
  }

  /** Returns the handle of the neighbour; `undefined` for a place at an end of the chain. */
  #position(
    value: NftRuleInput,
    { handle, index }: NftRulePlace<"ok" | undefined>,
    what: string,
  ): bigint | number | undefined {
    if (index === undefined) return handle;
    const { family, table, chain } = value as NftRule;
    const found = this.list({ family, table, chain } as Input<NftRule>)[index]?.handle;
    if (found === undefined) throw argumentError(RangeError, `Cannot ${what}: the chain has no rule ${index}`);
    return found;
  }
}

/** The rules of this namespace, on a socket that the first use opens. */
export const rules: NftRules = new NftRules(sharedContext);
export type { Statement } from "./statements.ts";
