/**
 * Routing policy rules, as with `ip rule`.
 *
 * ```ts
 * import { rules } from "@linux/netlink/families/route/rules.ts";
 * console.log(rules.list());
 * ```
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type AddOptions,
  Collection,
  type Declaration,
  type Existing,
  type Input,
  onShared,
} from "../../core/collection.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";
import { hidesRule, ignoresOfRule, prepareRule, Rule, ruleKey } from "./rule.ts";

/** A rule as input: {@linkcode Rule} with numbers or names. */
export type RuleInput = Input<Rule>;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Rule> = {
  protocol: NETLINK_ROUTE,
  object: "rule",
  table: Rule,
  messages: { new: RTM.RTM_NEWRULE, del: RTM.RTM_DELRULE, get: RTM.RTM_GETRULE },
  groups: [RTNLGRP.RTNLGRP_IPV4_RULE, RTNLGRP.RTNLGRP_IPV6_RULE],
  filters: ["family"],
  describe(value) {
    const { priority, src, dst } = value as Fields;
    return [
      ...(priority === undefined ? [] : [priority]),
      ...(src === undefined ? [] : [`from ${src}`]),
      ...(dst === undefined ? [] : [`to ${dst}`]),
    ].join(" ");
  },
  identity: ruleKey,
  prepare(value, verb) {
    if (verb === "list") return value;
    if (verb === "set" || verb === "replace") {
      throw argumentError(
        TypeError,
        `Cannot ${verb} a rule: the kernel would add another one; delete it and add it again`,
      );
    }
    return prepareRule(value as RuleInput, verb);
  },
  ignores: ignoresOfRule,
  listOnly: true,
  none: ["EAFNOSUPPORT"],
  // The kernel compares only fields that are not 0, and takes the first rule that matches.
  compares: () => false,
  hides: hidesRule,
};

/** The routing policy rules of one network namespace. */
export class Rules extends Collection<Rule, RuleInput, RuleInput, Rule, "append" | "replace" | "set"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }

  /**
   * Adds a rule. Like `ip rule add from 10.9.0.0/24 table 100`.
   *
   * @returns the rule as the kernel created it, with the priority that it chose; in a dry run the rule as it would be
   * sent; false if it exists and `{ exists: "ok" }` tolerates that
   * @throws {KernelError} EEXIST: the same rule exists
   */
  override add<E extends "ok" | undefined = undefined>(
    value: RuleInput,
    options?: AddOptions<E>,
  ): Rule | Existing<E> {
    return this.addEchoed(value, options);
  }
}

/** The rules of this namespace, on a socket that the first use opens. */
export const rules: Rules = new Rules(onShared(NETLINK_ROUTE));
