/**
 * IPsec states (security associations), as with `ip xfrm state`.
 *
 * ```ts ignore
 * import { states } from "@linux/netlink/families/xfrm/states.ts";
 * states.add({ src: "10.9.0.1", dst: "10.9.0.2", proto: "esp", spi: 0x100, mode: "tunnel",
 *   aead: { name: "rfc4106(gcm(aes))", key, icvLength: 128 } });
 * for (const { src, dst, spi, curlft } of states.list()) console.log(src, dst, spi, curlft?.bytes);
 * ```
 *
 * Everything needs CAP_NET_ADMIN, also reading, as states have their keys.
 *
 * @module
 */
import { defined, expectFields, expectNoUndefined, isCondition, withName } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import type { Codec } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { NLM_F } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import { contains } from "../../core/prefix.ts";
import type { Operation } from "../../core/protocol.ts";
import type { Listening } from "../../core/watch.ts";
import { familyOf, type XfrmAead, type XfrmAlgorithm, type XfrmAuthTrunc } from "./parts.ts";
import { isDump, messageType, NETLINK_XFRM, withoutHard, XFRM_MSG, XFRM_PROTO, XFRMNLGRP } from "./protocol.ts";
import {
  DeletedState,
  FlushStates,
  MigrateState,
  ReplayState,
  SadInfo,
  SpiRequest,
  StateExpire,
  StateFilter,
  StateId,
  type StateKey,
  XfrmState,
} from "./state.ts";

/** An algorithm as input: its key may be bytes. */
export type AlgorithmInput<T extends XfrmAlgorithm> = Input<Omit<T, "key">> & { key?: string | Uint8Array };

/** A state as input: {@linkcode XfrmState} with numbers or names. */
export interface StateInput extends Omit<Input<XfrmState>, "aead" | "crypt" | "authTrunc" | "auth" | "comp"> {
  /** The algorithm for authenticated encryption. */
  aead?: AlgorithmInput<XfrmAead>;
  /** The algorithm for encryption. */
  crypt?: AlgorithmInput<XfrmAlgorithm>;
  /** The algorithm for authentication. */
  authTrunc?: AlgorithmInput<XfrmAuthTrunc>;
  /** The algorithm for authentication, with its own length of the check value. */
  auth?: AlgorithmInput<XfrmAlgorithm>;
  /** The algorithm for compression. */
  comp?: AlgorithmInput<XfrmAlgorithm>;
}

/** Fields that the kernel changes in a state that exists. */
const CHANGING: ReadonlySet<string> = new Set(["lft", "encap", "coaddr", "setMark", "setMarkMask", "ifId"]);

const KEY = ["family", "dst", "proto", "spi", "mark"] as const satisfies (keyof StateKey)[];

/** Returns the key of a state; `src` belongs to it only if a state has no SPI, as in mobile IPv6. */
function stateKey(value: object): object {
  const { family, dst, proto, spi, mark, src } = value as Partial<XfrmState>;
  return { family, dst, proto, spi, mark, ...(spi === undefined ? { src } : {}) };
}

function prepareState(given: object, verb: Verb): object {
  const state = given as Partial<XfrmState>;
  if (verb === "list") {
    const { proto, src, dst } = state;
    return {
      ...(proto === undefined ? {} : { proto }),
      ...(src === undefined && dst === undefined ? {} : { addressFilter: { src, dst } }),
    };
  }
  const { family = familyOf(state.dst ?? state.src), lft = {} } = state;
  if (verb === "append" || verb === "replace") {
    throw argumentError(
      TypeError,
      `Cannot ${verb} a state: add one with another SPI, then delete the old one, so that no packet is lost`,
    );
  }
  expectKey(state, `${verb} state`);
  if (verb === "get" || verb === "delete") return { ...stateKey(state), family };
  return { ...state, family, lft };
}

/** Throws unless an object has what every request about a state needs. */
function expectKey(state: object, what: string): void {
  for (const name of ["dst", "proto"] as const) {
    if ((state as Partial<XfrmState>)[name] !== undefined) continue;
    throw argumentError(TypeError, `Cannot ${withName(what, describe(state))}: ${name} is missing`);
  }
}

function describe(value: object): string {
  const { dst, proto, spi } = value as Partial<XfrmState>;
  const number = typeof spi === "number" ? `0x${spi.toString(16)}` : spi;
  return [dst, proto, number].filter((one) => one !== undefined).join(" ");
}

const declaration: Declaration<XfrmState> = {
  object: "state",
  table: XfrmState,
  messages: { new: XFRM_MSG.XFRM_MSG_NEWSA, del: XFRM_MSG.XFRM_MSG_DELSA, get: XFRM_MSG.XFRM_MSG_GETSA },
  groups: [XFRMNLGRP.XFRMNLGRP_SA, XFRMNLGRP.XFRMNLGRP_EXPIRE],
  filters: ["proto", "src", "dst"],
  describe,
  identity({ dst, proto, spi, mark, src, seq }) {
    const own = `${dst} ${proto} ${spi} ${mark === undefined ? "" : `${mark.value}/${mark.mask}`}`;
    // States without an SPI wait for a key; several may have the same addresses.
    return spi === 0 ? `${own} ${src} ${seq}` : own;
  },
  keyOf: stateKey,
  // For the kernel, a mark fits each state whose own bits it has, so also one without a mark.
  compares: (key) => (key as StateInput).mark === undefined,
  prepare: prepareState,
  fixed: KEY,
  lasting: (changes) => Object.keys(changes).filter((name) => !CHANGING.has(name)),
  merge: ({ whole }) => whole,
  hint: (code) => {
    return code === "ENOSYS" ? "the kernel has no such algorithm; modprobe may load it, as in modprobe gcm" : undefined;
  },
  // A flush names no state.
  silentRemoval: { groups: [], types: [XFRM_MSG.XFRM_MSG_FLUSHSA], settle: () => {} },
  alternatives: { src: () => [], dst: () => [] },
};

const { XFRM_MSG_NEWSA, XFRM_MSG_UPDSA, XFRM_MSG_DELSA, XFRM_MSG_GETSA, XFRM_MSG_FLUSHSA } = XFRM_MSG;

declareMessages(
  NETLINK_XFRM,
  { types: [XFRM_MSG_NEWSA, XFRM_MSG_UPDSA], codec: XfrmState },
  { types: [XFRM_MSG_GETSA], codec: StateId, way: "request", concerns: (from, at) => !isDump(from, at) },
  { types: [XFRM_MSG_GETSA], codec: StateFilter, way: "request", concerns: isDump },
  { types: [XFRM_MSG_DELSA], codec: StateId, way: "request" },
  { types: [XFRM_MSG_DELSA], codec: DeletedState as Codec<unknown, never>, way: "answer" },
  { types: [XFRM_MSG_FLUSHSA], codec: FlushStates },
  { types: [XFRM_MSG.XFRM_MSG_EXPIRE], codec: StateExpire },
  { types: [XFRM_MSG.XFRM_MSG_ALLOCSPI], codec: SpiRequest },
  { types: [XFRM_MSG.XFRM_MSG_NEWAE, XFRM_MSG.XFRM_MSG_GETAE], codec: ReplayState },
  { types: [XFRM_MSG.XFRM_MSG_MIGRATE_STATE], codec: MigrateState },
  { types: [XFRM_MSG.XFRM_MSG_GETSADINFO, XFRM_MSG.XFRM_MSG_NEWSADINFO], codec: SadInfo },
);

const REQUESTS = {
  get: StateId,
  delete: StateId,
  list: StateFilter,
} as unknown as Readonly<Partial<Record<Verb, Codec<unknown, never>>>>;

/** Offset of the flag of a hard limit in xfrm_user_expire. */
const HARD = 224;

/** Codec of a state in an event. */
const changed: Codec<XfrmState, never> = {
  name: "a state",
  decode(from, at, end, owner) {
    const type = messageType(from, at);
    if (type === XFRM_MSG_DELSA) return DeletedState.decode(from, at, end, owner);
    if (type !== XFRM_MSG.XFRM_MSG_EXPIRE) return XfrmState.decode(from, at, end, owner);
    return withoutHard(StateExpire.decode(from, at, end, owner));
  },
  encode: (value, to, owner) => XfrmState.encode(value, to, owner),
};

/** The states of one network namespace. */
export class States extends Collection<XfrmState, StateInput, StateInput, true, "append" | "replace"> {
  readonly #send: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#send = requester;
  }

  /** Returns the object that a key denotes: also the value of an event about a limit, with its `hard`. */
  override keyValue(key: StateInput, verb?: string): object {
    return super.keyValue(withoutHard(key), verb);
  }

  /** See {@linkcode Collection.operation}. The kernel has other headers for requests about one state. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, verb === "set" ? XFRM_MSG.XFRM_MSG_UPDSA : type, given, reply);
    return { ...operation, codec: REQUESTS[verb] ?? operation.codec, replyCodec: XfrmState as Codec<unknown, never> };
  }

  /** See {@linkcode Collection.fits}. Addresses are compared as prefixes. */
  protected override fits(one: XfrmState, wanted: readonly (readonly [string, unknown])[]): boolean {
    const others: (readonly [string, unknown])[] = [];
    for (const entry of wanted) {
      const [name, text] = entry;
      if ((name !== "src" && name !== "dst") || typeof text !== "string") others.push(entry);
      else if (!contains(text, one[name])) return false;
    }
    return super.fits(one, others);
  }

  /** See {@linkcode Collection.listening}. States that reach a hard limit are reported as deleted too. */
  override listening(client: Client): Listening<XfrmState> {
    return {
      ...super.listening(client),
      codec: changed,
      event(type, from, at) {
        if (type === XFRM_MSG_NEWSA || type === XFRM_MSG_UPDSA) return "new";
        const hard = type === XFRM_MSG.XFRM_MSG_EXPIRE && from.bytes[at + HARD] !== 0;
        return hard || type === XFRM_MSG_DELSA ? "del" : undefined;
      },
    };
  }

  /**
   * Reserves an SPI that no state has, by a state without a key: {@linkcode States.complete} gives it one. Like
   * `ip xfrm state allocspi`.
   *
   * @param value the addresses, the protocol, and whatever else is known; `min` and `max` limit the SPI
   * @returns the state with its SPI
   */
  allocSpi(value: StateInput & { min?: number; max?: number }): XfrmState {
    expectFields(value, "allocate an SPI", "the state as an object");
    expectKey(value, "allocate an SPI for");
    const { min = 0x100, max = value.proto === "comp" ? 0xffff : 0xffffffff, ...state } = value;
    const operation = this.operation("add", XFRM_MSG.XFRM_MSG_ALLOCSPI, state, XFRM_MSG_NEWSA);
    const what = operation.what.replace(/^add state/, "allocate an SPI for");
    return this.#send().request({
      ...operation,
      flags: 0,
      codec: SpiRequest as Codec<unknown, never>,
      value: { ...operation.value, min, max },
      what,
    }) as XfrmState;
  }

  /**
   * Gives the state that {@linkcode States.allocSpi} made its algorithms and keys. Like `ip xfrm state update`. Of a state
   * that has keys already, the kernel changes what `set` changes, and ignores the rest.
   */
  complete(value: StateInput): void {
    expectFields(value, "complete a state", "the state as an object");
    expectKey(value, "complete state");
    const operation = this.operation("add", XFRM_MSG_UPDSA, value);
    this.#send().request({ ...operation, flags: 0, what: operation.what.replace(/^add/, "complete") });
  }

  /** Returns the key of a state in a request about it. */
  #idOf(key: StateInput, verb: string): object {
    const value = this.keyValue(key, verb);
    expectKey(value, verb === "expire" ? "expire state" : verb);
    return this.operation("get", XFRM_MSG_GETSA, value).value;
  }

  /**
   * Makes the kernel report that a state has reached a limit.
   *
   * @param hard true if the state is also deleted
   */
  expire(key: StateInput, hard = false): void {
    const value = { ...this.#idOf(key, "expire"), hard };
    this.#send().request({
      type: XFRM_MSG.XFRM_MSG_EXPIRE,
      flags: 0,
      codec: StateExpire as Codec<unknown, never>,
      value,
      what: `expire state ${describe(value)}`,
    });
  }

  /**
   * Returns the numbers of packets of a state, its use and the limits after which an `aevent` tells them: what a second
   * machine needs to take over.
   */
  replay(key: StateInput): ReplayState {
    const value = this.#idOf(key, "get the replay state of");
    return this.#send().request({
      type: XFRM_MSG.XFRM_MSG_GETAE,
      flags: 0,
      codec: ReplayState as Codec<unknown, never>,
      value: { flags: ["rthr", "ethr"], ...value },
      what: `get the replay state of ${describe(value)}`,
      reply: XFRM_MSG.XFRM_MSG_NEWAE,
      // The kernel answers to the port that the request states, which is 0.
      late: true,
      looks: true,
    }) as ReplayState;
  }

  /**
   * Sets the numbers of packets of a state, its use, or the limits after which an `aevent` tells them. What is absent
   * stays as it is. A state keeps its kind of window: `replay` or `replayEsn` of the same size.
   */
  setReplay(value: Input<ReplayState>): void {
    expectFields(value, "set a replay state", "the state's key and changes as an object");
    const id = this.#idOf(defined(value) as StateInput, "set the replay state of");
    this.#send().request({
      type: XFRM_MSG.XFRM_MSG_NEWAE,
      flags: NLM_F.NLM_F_REPLACE,
      codec: ReplayState as Codec<unknown, never>,
      value: { ...value, ...id },
      what: `set the replay state of ${describe(id)}`,
    });
  }

  /**
   * Gives a state new addresses, and keeps its keys and numbers of packets. In Linux since 7.2, if the kernel is
   * configured with CONFIG_XFRM_MIGRATE. `newReqid` and `newSel` are cleared if they are absent.
   *
   * @throws {KernelError} ESRCH: there is no such state; EEXIST: another has the new address and SPI; EINVAL, ENOPROTOOPT:
   * the kernel cannot do it
   */
  migrate(value: Input<MigrateState>): void {
    expectFields(value, "migrate a state", "the state's key and its new addresses as an object");
    expectKey(value, "migrate state");
    const { dst, family = familyOf(dst), newDaddr, newSaddr, newFamily = familyOf(newDaddr ?? newSaddr) } = value;
    this.#send().request({
      type: XFRM_MSG.XFRM_MSG_MIGRATE_STATE,
      flags: 0,
      codec: MigrateState as Codec<unknown, never>,
      value: {
        newSel: {},
        ...value,
        family,
        newFamily,
      },
      what: `migrate state ${describe(value)}`,
    });
  }

  /** Returns the number of states and the size of their table. Like `ip xfrm state count`. */
  info(): SadInfo {
    return this.#send().request({
      type: XFRM_MSG.XFRM_MSG_GETSADINFO,
      flags: 0,
      codec: SadInfo as Codec<unknown, never>,
      value: {},
      what: "count states",
      reply: XFRM_MSG.XFRM_MSG_NEWSADINFO,
      looks: true,
    }) as SadInfo;
  }

  /**
   * Deletes all states that match a filter.
   *
   * All, and those of one protocol, are deleted by the kernel at once: `flush({ all: true })`, `flush({ proto: "esp" })`.
   *
   * @param filter as for `list`; `src` and `dst` may be prefixes; `{ all: true }` for everything
   * @returns the number of states that matched
   * @throws {TypeError} the filter has no condition: it is empty, or has only undefined fields
   */
  override flush(filter: StateInput | { all: true }): number {
    expectFields(filter, "flush states", "a filter as an object");
    expectNoUndefined(filter, "flush states");
    const { all, proto, ...rest } = filter as { all?: true; proto?: StateInput["proto"] };
    // The kernel takes other numbers of a protocol for several protocols.
    const named = Object.entries(XFRM_PROTO).some((entry) => entry.includes(proto as never));
    if (isCondition(rest) || (all === undefined ? !named : all !== true || proto !== undefined)) {
      return super.flush(filter);
    }
    const count = this.list(proto === undefined ? undefined : { proto }).length;
    this.#send().request({
      type: XFRM_MSG.XFRM_MSG_FLUSHSA,
      flags: 0,
      codec: FlushStates as Codec<unknown, never>,
      value: { proto: proto ?? 0 },
      what: "flush states",
    });
    return count;
  }
}

/** The states of this namespace, on a socket that the first use opens. */
export const states: States = new States(onShared(NETLINK_XFRM));

export * from "./parts.ts";
export * from "./protocol.ts";
export * from "./state.ts";
