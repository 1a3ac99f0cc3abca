/**
 * IPsec policies, as with `ip xfrm policy`.
 *
 * ```ts ignore
 * import { policies } from "@linux/netlink/families/xfrm/policies.ts";
 * policies.add({
 *   dir: "out",
 *   sel: { src: "10.9.0.0/24", dst: "10.8.0.0/24" },
 *   tmpl: [{ src: "10.9.0.1", dst: "10.9.0.2", proto: "esp", mode: "tunnel" }],
 * });
 * ```
 *
 * Everything needs CAP_NET_ADMIN, also reading.
 *
 * @module
 */
import { defined, expectFields, expectNoUndefined, isCondition, isFields, withName } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import type { Codec } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { stringify } from "../../core/printable.ts";
import type { Operation } from "../../core/protocol.ts";
import type { Listening } from "../../core/watch.ts";
import { Acquire } from "./events.ts";
import type { Selector } from "./parts.ts";
import {
  DefaultPolicy,
  DeletedPolicy,
  FlushPolicies,
  Migrate,
  PolicyExpire,
  PolicyFilter,
  PolicyId,
  SpdInfo,
  XfrmPolicy,
} from "./policy.ts";
import { isDump, messageType, NETLINK_XFRM, withoutHard, XFRM_MSG, XFRMNLGRP } from "./protocol.ts";

/** A policy as input: {@linkcode XfrmPolicy} with numbers or names. */
export type PolicyInput = Input<XfrmPolicy>;

/**
 * Returns the key of a policy: its number or its selector, with the mark and the interface. For the kernel, a number
 * wins over a selector.
 */
function policyKey(value: object): object {
  const { dir, sel, mark, ifId, type, index, secCtx } = value as Partial<XfrmPolicy>;
  return { dir, mark, ifId, type, ...(hasIndex({ index }) ? { index, sel } : { sel, secCtx }) };
}

/** True if a key has the number of a policy; 0 is none. */
function hasIndex({ index }: { readonly index?: unknown }): boolean {
  return index !== undefined && index !== 0;
}

function selectorText({ src, dst, proto, sport, dport, dev, ifindex }: Partial<Selector> = {}): string {
  const words = { src, dst, proto, sport, dport, dev: dev ?? ifindex };
  return Object.entries(words).filter(([, one]) => one !== undefined).map((one) => one.join(" ")).join(" ");
}

function describe(value: object): string {
  const { dir, sel, index } = value as Partial<XfrmPolicy>, text = isFields(sel) ? selectorText(sel) : "";
  return [text !== "" ? text : index === undefined ? undefined : `index ${index}`, dir].filter((one) =>
    one !== undefined
  ).join(" ");
}

/** Throws unless an object has what every request about a policy needs. */
function expectKey(policy: Partial<XfrmPolicy>, verb: string): void {
  const missing = policy.dir === undefined ? "dir" : policy.sel === undefined && !hasIndex(policy) ? "sel" : undefined;
  if (missing === undefined) return;
  throw argumentError(TypeError, `Cannot ${withName(`${verb} policy`, describe(policy))}: ${missing} is missing`);
}

function preparePolicy(given: object, verb: Verb): object {
  if (verb === "list") return {};
  const policy = given as Partial<XfrmPolicy>;
  if (verb === "append") throw argumentError(TypeError, "Cannot append a policy: add it, its priority orders it");
  expectKey(policy, verb);
  if (verb === "get" || verb === "delete") return policyKey(policy);
  const { tmpl, lft = {}, ...rest } = policy;
  // The kernel refuses an attribute without a template.
  return { ...rest, lft, ...(tmpl?.length === 0 ? {} : { tmpl }) };
}

const { XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY, XFRM_MSG_DELPOLICY, XFRM_MSG_GETPOLICY, XFRM_MSG_FLUSHPOLICY } =
  XFRM_MSG;

const declaration: Declaration<XfrmPolicy> = {
  object: "policy",
  table: XfrmPolicy,
  messages: { new: XFRM_MSG_NEWPOLICY, del: XFRM_MSG_DELPOLICY, get: XFRM_MSG_GETPOLICY },
  groups: [XFRMNLGRP.XFRMNLGRP_POLICY, XFRMNLGRP.XFRMNLGRP_EXPIRE],
  filters: [],
  describe,
  identity({ dir, sel, mark, ifId, type, index, secCtx }) {
    const own = [dir, type ?? "main", ifId ?? 0, stringify(mark ?? {}), stringify(sel), secCtx?.context ?? ""];
    // Sockets may have the same policies.
    return (dir === "in" || dir === "out" || dir === "fwd" ? own : [...own, index]).join(" ");
  },
  keyOf: policyKey,
  compares: (key) => !hasIndex(key) || (key as PolicyInput).sel === undefined,
  prepare: preparePolicy,
  fixed: ["dir", "sel", "mark", "ifId", "type", "index"],
  merge: ({ whole }) => whole,
  // Those of sockets end with them.
  deletable: (found) => found.filter(isOwn),
  // A flush names no policy.
  silentRemoval: { groups: [], types: [XFRM_MSG_FLUSHPOLICY], settle: () => {} },
};

declareMessages(
  NETLINK_XFRM,
  { types: [XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY], codec: XfrmPolicy },
  { types: [XFRM_MSG_GETPOLICY], codec: PolicyId, way: "request", concerns: (from, at) => !isDump(from, at) },
  { types: [XFRM_MSG_GETPOLICY], codec: PolicyFilter, way: "request", concerns: isDump },
  { types: [XFRM_MSG_DELPOLICY], codec: PolicyId, way: "request" },
  { types: [XFRM_MSG_DELPOLICY], codec: DeletedPolicy as Codec<unknown, never>, way: "answer" },
  { types: [XFRM_MSG_FLUSHPOLICY], codec: FlushPolicies },
  { types: [XFRM_MSG.XFRM_MSG_MIGRATE], codec: Migrate },
  { types: [XFRM_MSG.XFRM_MSG_POLEXPIRE], codec: PolicyExpire },
  {
    types: [XFRM_MSG.XFRM_MSG_GETSPDINFO, XFRM_MSG.XFRM_MSG_NEWSPDINFO],
    codec: SpdInfo,
  },
  { types: [XFRM_MSG.XFRM_MSG_SETDEFAULT, XFRM_MSG.XFRM_MSG_GETDEFAULT], codec: DefaultPolicy },
);

const REQUESTS = {
  get: PolicyId,
  delete: PolicyId,
  list: PolicyFilter,
} as unknown as Readonly<Partial<Record<Verb, Codec<unknown, never>>>>;

/** Offset of the flag of a hard limit in xfrm_user_polexpire. */
const HARD = 168;

/** Codec of a policy in an event. */
const changed: Codec<XfrmPolicy, never> = {
  name: "a policy",
  decode(from, at, end, owner) {
    const type = messageType(from, at);
    if (type === XFRM_MSG_DELPOLICY) return DeletedPolicy.decode(from, at, end, owner);
    if (type !== XFRM_MSG.XFRM_MSG_POLEXPIRE) return XfrmPolicy.decode(from, at, end, owner);
    return withoutHard(PolicyExpire.decode(from, at, end, owner));
  },
  encode: (value, to, owner) => XfrmPolicy.encode(value, to, owner),
};

/** The policies of one network namespace. */
export class Policies extends Collection<XfrmPolicy, PolicyInput, PolicyInput, true, "append"> {
  readonly #send: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#send = requester;
  }

  /** Returns the object that a key denotes: also the value of an event about a limit, with its `hard`. */
  override keyValue(key: PolicyInput, verb?: string): object {
    return super.keyValue(withoutHard(key), verb);
  }

  /** See {@linkcode Collection.operation}. The kernel has other headers for requests about one policy. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const update = verb === "set" || verb === "replace";
    const operation = super.operation(verb, update ? XFRM_MSG_UPDPOLICY : type, given, reply);
    return { ...operation, codec: REQUESTS[verb] ?? operation.codec, replyCodec: XfrmPolicy as Codec<unknown, never> };
  }

  /** See {@linkcode Collection.listening}. Policies that reach a hard limit are reported as deleted too. */
  override listening(client: Client): Listening<XfrmPolicy> {
    return {
      ...super.listening(client),
      codec: changed,
      event(type, from, at) {
        if (type === XFRM_MSG_NEWPOLICY || type === XFRM_MSG_UPDPOLICY) return "new";
        const hard = type === XFRM_MSG.XFRM_MSG_POLEXPIRE && from.bytes[at + HARD] !== 0;
        return hard || type === XFRM_MSG_DELPOLICY ? "del" : undefined;
      },
    };
  }

  #ask(type: number, codec: unknown, value: object, what: string, reply?: number): unknown {
    const asks = reply === undefined ? {} : { reply, looks: true as const };
    return this.#send().request({ type, flags: 0, codec: codec as Codec<unknown, never>, value, what, ...asks });
  }

  /**
   * Makes the kernel report that a policy has reached a limit.
   *
   * @param hard true if the policy is also deleted
   */
  expire(key: PolicyInput, hard = false): void {
    const named = this.keyValue(key, "expire");
    expectKey(named, "expire");
    const { value } = this.operation("get", XFRM_MSG_GETPOLICY, named);
    this.#ask(XFRM_MSG.XFRM_MSG_POLEXPIRE, PolicyExpire, { ...value, hard }, `expire policy ${describe(value)}`);
  }

  /**
   * Tells key daemons that a packet of a policy needs states, as the kernel does by itself: each template is an `acquire`
   * event. The policy need not exist.
   *
   * @param value the packet (`sel`), the policy with its `dir` and `sel`, the templates, and the source address
   */
  acquire(value: Input<Acquire>): void {
    expectFields(value, "acquire states", "an acquire as an object");
    const all = 0xffffffff, algorithms = { aalgos: all, ealgos: all, calgos: all };
    const { sel, policy = {} } = value, whole = isFields(policy) ? { sel, lft: {}, ...defined(policy) } : policy;
    this.#ask(
      XFRM_MSG.XFRM_MSG_ACQUIRE,
      Acquire,
      { ...algorithms, ...value, policy: whole },
      withName("acquire states", isFields(sel) ? `for ${selectorText(sel as Selector)}` : ""),
    );
  }

  /**
   * Gives the states of a policy, and its templates, new addresses: those of tunnels for which the old ones fit. Needs a
   * kernel that is configured with CONFIG_XFRM_MIGRATE.
   *
   * ```ts ignore
   * policies.migrate({ dir: "out", sel, migrate: [{ proto: "esp", mode: "tunnel", reqid: 1,
   *   oldSaddr: "10.9.0.1", oldDaddr: "10.9.0.2", newSaddr: "10.9.1.1", newDaddr: "10.9.0.2" }] });
   * ```
   *
   * @throws {KernelError} ENOENT: there is no such policy; ENODATA: none of its templates has the old addresses
   */
  migrate(value: Input<Migrate>): void {
    expectFields(value, "migrate a policy", "a policy's selector and direction, and new addresses as an object");
    this.#ask(XFRM_MSG.XFRM_MSG_MIGRATE, Migrate, value, `migrate policy ${describe(value)}`);
  }

  /** Returns the numbers of policies and the size of their tables. Like `ip xfrm policy count`. */
  info(): SpdInfo {
    const { XFRM_MSG_GETSPDINFO, XFRM_MSG_NEWSPDINFO } = XFRM_MSG;
    return this.#ask(XFRM_MSG_GETSPDINFO, SpdInfo, {}, "count policies", XFRM_MSG_NEWSPDINFO) as SpdInfo;
  }

  /** Sets the least lengths of prefixes of policies that are looked up by a hash. Like `ip xfrm policy set hthresh4`. */
  setThresholds(thresholds: Pick<SpdInfo, "ipv4Hthresh" | "ipv6Hthresh">): void {
    this.#ask(XFRM_MSG.XFRM_MSG_NEWSPDINFO, SpdInfo, thresholds, "set thresholds of policies");
  }

  /** Returns the actions for packets without a policy. Like `ip xfrm policy getdefault`. */
  getDefault(): DefaultPolicy {
    const { XFRM_MSG_GETDEFAULT } = XFRM_MSG;
    return this.#ask(
      XFRM_MSG_GETDEFAULT,
      DefaultPolicy,
      {},
      "get the default policy",
      XFRM_MSG_GETDEFAULT,
    ) as DefaultPolicy;
  }

  /** Changes the given actions for packets without a policy. Like `ip xfrm policy setdefault`. */
  setDefault(actions: Partial<DefaultPolicy>): void {
    this.#ask(XFRM_MSG.XFRM_MSG_SETDEFAULT, DefaultPolicy, actions, "set the default policy");
  }

  /**
   * Deletes all policies that match a filter.
   *
   * Those of one type are deleted by the kernel at once: `flush({ type: "main" })`.
   *
   * @param filter as for `list`; `{ all: true }` for everything
   * @returns the number of policies that matched
   * @throws {TypeError} the filter has no condition: it is empty, or has only undefined fields
   */
  override flush(filter: PolicyInput | { all: true }): number {
    expectFields(filter, "flush policies", "a filter as an object");
    expectNoUndefined(filter, "flush policies");
    const { type, ...rest } = filter as PolicyInput;
    if (isCondition(rest) || type === undefined) return super.flush(filter);
    const count = this.list().filter((one) => (one.type ?? "main") === type && isOwn(one)).length;
    this.#send().request({
      type: XFRM_MSG_FLUSHPOLICY,
      flags: 0,
      codec: FlushPolicies as Codec<unknown, never>,
      value: { type },
      what: "flush policies",
    });
    return count;
  }
}

/** True for policies that belong to no socket. */
function isOwn({ dir }: XfrmPolicy): boolean {
  return dir === "in" || dir === "out" || dir === "fwd";
}

/** The policies of this namespace, on a socket that the first use opens. */
export const policies: Policies = new Policies(onShared(NETLINK_XFRM));

export * from "./parts.ts";
export * from "./policy.ts";
export * from "./protocol.ts";
