/**
 * The rules of the kernel's audit, as with `auditctl`.
 *
 * ```ts ignore
 * import { rules } from "@linux/netlink/families/audit/rules.ts";
 * using watched = rules.use("-w /etc/passwd -p wa -k passwd"); // Removed at the end of the block.
 * rules.add({ list: "exit", action: "always", arch: "b64", syscalls: ["openat"], fields: [{ field: "exit", value: "-EACCES" }] });
 * for (const rule of rules.list()) console.log(rules.text(rule));
 * ```
 *
 * Rules have an effect only while the audit is on: `control.set({ enabled: "on" })` of `status.ts` turns it on.
 *
 * There is one list of rules for the whole machine. Everything needs CAP_AUDIT_CONTROL in the first user namespace.
 *
 * @module
 */
import {
  expectDefined,
  expectFields,
  expectNames,
  expectType,
  guardMethods,
  isFields,
  isOk,
  operationOf,
  selection,
} from "../../core/arguments.ts";
import { type Client, type Requester, sharedClient } from "../../core/client.ts";
import { attributes, type Codec, shown, Writer } from "../../core/codec/mod.ts";
import type { AddOptions, DeleteOptions } from "../../core/collection.ts";
import { argumentError, KernelError } from "../../core/errors.ts";
import { onExit } from "../../core/exit.ts";
import type { Operation } from "../../core/protocol.ts";
import { stringify } from "../../core/printable.ts";
import { AUDIT, controlHint, NETLINK_AUDIT } from "./protocol.ts";
import {
  AddedRule,
  AUDIT_ACTION,
  AUDIT_FILTER,
  type AuditAction,
  type AuditList,
  AuditRule,
  expectRule,
  nameFor,
  refusedFor,
} from "./rule.ts";
import { parseRule, ruleText } from "./words.ts";

/** A rule, or its line in auditctl's words. */
export type AuditRuleInput = AuditRule | string;

/** The fields that listed rules must have. */
export interface AuditRuleFilter {
  /** The list. */
  list?: AuditList;
  /** The action. */
  action?: AuditAction;
  /** The key, or one of several that a rule has. */
  key?: string;
}

const FILTERS = ["list", "action", "key"] as const;
const codec = AuditRule as Codec<unknown, never>, addedCodec = AddedRule as Codec<unknown, never>;
const nothing = attributes<object>({}) as Codec<unknown, never>;

/** Rules that are removed when the block ends. */
export interface UsedRules extends Disposable {
  /** The rules that were added; those that were there before are not among them. */
  readonly rules: readonly AuditRule[];
  /** Removes the rules that were added. */
  remove(): void;
}

/** Operations on the rules of the kernel's audit. */
export class Rules {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** Sends requests through what `requester` returns; reads through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#requester = requester;
    guardMethods(this);
  }

  /** Returns the rule of a line in auditctl's words: `-w PATH -p wa -k KEY` or `-a always,exit -F … -S … -k KEY`. */
  parse(line: string): AuditRule {
    return parseRule(line);
  }

  /**
   * Returns the line of a rule as `auditctl -l` prints it, but with a backslash in front of blanks and backslashes, as in
   * rule files.
   */
  text(rule: AuditRule): string {
    const to = new Writer();
    to.what = "write a rule";
    expectRule(rule, to);
    return ruleText(rule);
  }

  /**
   * Returns the rules that match the filter, list by list, as `auditctl -l` prints them.
   *
   * @throws {KernelError} EPERM, ECONNREFUSED: audit is not for this process
   */
  list(filter: AuditRuleFilter = {}): AuditRule[] {
    return this.#matching(filter, "list audit rules");
  }

  #matching(filter: AuditRuleFilter, what: string): AuditRule[] {
    expectFields(filter, what, "a filter as an object");
    expectNames(filter, what, FILTERS);
    const { key } = filter;
    const list = nameFor("list", filter.list, AUDIT_FILTER, what),
      action = nameFor("action", filter.action, AUDIT_ACTION, what);
    if (key !== undefined) expectType(key, `${what}: key`, "string");
    const found = this.#open().dump({
      type: AUDIT.AUDIT_LIST_RULES,
      flags: 0,
      codec: nothing,
      value: {},
      what,
      reply: AUDIT.AUDIT_LIST_RULES,
      replyCodec: codec,
      hint: controlHint,
    }) as AuditRule[];
    return found.filter((rule) =>
      (list === undefined || rule.list === list) && (action === undefined || rule.action === action) &&
      (key === undefined || [rule.key].flat().includes(key))
    );
  }

  /** Returns the rule that equals this one as the kernel has it; `undefined` if there is none. */
  find(rule: AuditRuleInput): AuditRule | undefined {
    if (isFields(rule)) expectDefined(rule, "find audit rule");
    const normal = this.#normal(rule, "find");
    return this.list().find((one) => stringify(one) === normal);
  }

  /**
   * Adds a rule at the end of its list, or with `prepend` at its front.
   *
   * @param rule the rule, or its line in auditctl's words
   * @param options `{ exists: "ok" }` if the kernel may have it already
   * @returns false if the kernel has it already, so that nothing was changed
   * @throws {KernelError} EEXIST: the kernel has it already; ENOENT: the folder of a path does not exist; EINVAL: the
   * list does not take one of the conditions
   */
  add(rule: AuditRuleInput, options: AddOptions = {}): boolean {
    const tolerates = isOk(options, "exists", "add audit rule") ? "EEXIST" : undefined;
    return this.#send(AUDIT.AUDIT_ADD_RULE, "add", rule, tolerates);
  }

  /**
   * Deletes a rule. The kernel compares all conditions in their order, so a rule from `list` deletes exactly that one.
   *
   * @param options `{ missing: "ok" }` if there may be no such rule
   * @returns false if there was none, so that nothing was changed
   * @throws {KernelError} ENOENT: there is no such rule
   */
  delete(rule: AuditRuleInput, options: DeleteOptions = {}): boolean {
    const tolerates = isOk(options, "missing", "delete audit rule") ? "ENOENT" : undefined;
    if (isFields(rule)) expectDefined(rule, "delete audit rule");
    return this.#send(AUDIT.AUDIT_DEL_RULE, "delete", rule, tolerates);
  }

  /**
   * Deletes the rules that match a filter, as `{ key: "mine" }`; `{ all: true }` deletes every rule of the machine.
   *
   * @returns the number of rules that it deleted
   * @throws {TypeError} the filter selects everything
   */
  flush(filter: AuditRuleFilter | { all: true }): number {
    const what = "flush audit rules";
    return this.#matching(selection<AuditRuleFilter>(filter, what), what).filter((rule) =>
      this.delete(rule, { missing: "ok" })
    ).length;
  }

  /**
   * Adds rules, and removes them again when the block of a `using` declaration ends, by `remove`, or when the process
   * exits, also by `process.exit`. Rules that the kernel had before are left there at the end. If one is refused, those
   * before it are removed.
   *
   * A signal such as that of Ctrl-C ends a process at once, and the rules stay: let it abort the `signal` of the loop in
   * the block instead.
   *
   * @throws {KernelError} as {@linkcode Rules.add}
   * @throws {TypeError} in a batch, since the rules are not yet added when this returns
   */
  use(...rules: readonly AuditRuleInput[]): UsedRules {
    if (this.#requester() !== this.#open()) {
      throw argumentError(TypeError, "Cannot use audit rules in a batch: they are added only when it ends");
    }
    const added: AuditRule[] = [];
    let cancel = (): void => {};
    const remove = (): void => {
      cancel();
      for (let rule = added.pop(); rule !== undefined; rule = added.pop()) {
        this.#send(AUDIT.AUDIT_DEL_RULE, "delete", rule, "ENOENT");
      }
    };
    try {
      for (const given of rules) {
        const rule = ruleOf(given);
        if (this.add(rule, { exists: "ok" })) added.push(rule);
      }
    } catch (error) {
      remove();
      throw error;
    }
    cancel = onExit(remove);
    return {
      get rules(): readonly AuditRule[] {
        return [...added];
      },
      remove,
      [Symbol.dispose]: remove,
    };
  }

  #content(verb: string, given: AuditRuleInput): Pick<Operation, "codec" | "value" | "what" | "hint"> {
    let rule: AuditRule;
    try {
      rule = ruleOf(given);
    } catch (error) {
      // A batch goes on with the other rules: it notes the error of one that cannot be encoded.
      const encode = (): never => {
        throw error;
      };
      return { codec: { ...codec, encode }, value: {}, what: `${verb} audit rule`, hint: controlHint };
    }
    return {
      codec: verb === "add" ? addedCodec : codec,
      value: verb === "delete" && rule.prepend !== undefined ? { ...rule, prepend: false } : rule,
      what: describe(verb, rule),
      hint: (code) => hintOf(code, verb, rule) ?? controlHint(code),
    };
  }

  #normal(rule: AuditRuleInput, verb: string): string {
    const value = ruleOf(rule);
    return stringify(this.#open().normalize(codec, { ...value, prepend: false }, describe(verb, value)));
  }

  #send(type: number, verb: string, given: AuditRuleInput, tolerated: string | undefined): boolean {
    const isTolerated = (error: unknown): boolean => error instanceof KernelError && error.code === tolerated;
    const operation: Operation = {
      type,
      flags: 0,
      ...this.#content(verb, given),
      ...(tolerated === undefined ? {} : { tolerates: isTolerated }),
    };
    try {
      this.#requester().request(operation);
      return true;
    } catch (error) {
      if (tolerated !== undefined && isTolerated(error)) return false;
      throw error;
    }
  }
}

function ruleOf(rule: AuditRuleInput): AuditRule {
  if (typeof rule === "string") return parseRule(rule);
  expectFields(rule, "use a rule", "a rule as an object or as a line");
  return rule;
}

/** Most characters of a rule in a message. */
const MOST_SHOWN = 200;

function describe(verb: string, rule: AuditRule): string {
  const shorten = (text: string): string => text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return operationOf(verb, { object: "audit rule", describe: (value) => shorten(ruleText(value as AuditRule)) }, rule);
}

function hintOf(code: string, verb: string, rule: AuditRule): string | undefined {
  const { fields = [] } = rule;
  if (code === "EINVAL") return refusedFor(rule);
  if (code === "EEXIST") return "the kernel has this rule already";
  if (code !== "ENOENT") return undefined;
  if (verb === "delete") return "there is no rule with these conditions in this order";
  const file = fields.find(({ field }) => field === "path" || field === "dir" || field === "exe");
  if (file === undefined) return undefined;
  return file.field === "dir"
    ? `there is no folder ${shown(file.value)}`
    : `the folder of ${shown(file.value)} does not exist`;
}

/** The rules of this machine, on a socket that the first use opens. */
export const rules: Rules = new Rules(() => sharedClient(NETLINK_AUDIT));
