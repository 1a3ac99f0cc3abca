/**
 * Actions: what a filter does with packets, and actions that several filters share. TCA_ACT_*.
 *
 * Each action has a kind, a control and an index, and options of its kind. The kernel keeps control and index in the
 * struct of the kind; here they are fields of the action.
 *
 * Source: linux/pkt_cls.h TCA_ACT_*, net/sched/act_api.c, v7.1
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  attributes,
  bytes,
  choice,
  type Codec,
  didYouMean,
  type Field,
  hex,
  list,
  MISFIT,
  payloadOf,
  readOnly,
  type Shape,
  shown,
  string,
  u32,
  type Writer,
} from "../../../core/codec/mod.ts";
import type { ConnmarkOptions, CtinfoOptions, CtOptions, IptOptions } from "./actions/conntrack.ts";
import { CONNTRACK } from "./actions/conntrack.ts";
import type {
  CsumOptions,
  IfeOptions,
  MplsOptions,
  NatOptions,
  PeditOptions,
  SkbeditOptions,
  SkbmodOptions,
  TunnelKeyOptions,
  VlanOptions,
} from "./actions/edits.ts";
import { EDITS } from "./actions/edits.ts";
import { control, GENERIC, type Generic, type Kind } from "./actions/parms.ts";
import type {
  BpfActionOptions,
  GactOptions,
  GateOptions,
  MirredOptions,
  PoliceOptions,
  SampleOptions,
  SimpleOptions,
} from "./actions/verdicts.ts";
import { VERDICTS } from "./actions/verdicts.ts";
import { bits } from "./names.ts";
import { type Stats2, stats2 } from "./stats.ts";

/** Numbers of the flags of an action. */
export const ACT_FLAGS = { no_percpu_stats: 1, skip_hw: 2, skip_sw: 4 } as const;

/** Numbers of the ways in which a device reports statistics. */
export const ACT_HW_STATS = { immediate: 1, delayed: 2 } as const;

/** Options by the kind of action. */
export interface ActionKinds {
  /** Lets pass, drops, or ends in another way. */
  gact: GactOptions;
  /** Sends packets to another interface. */
  mirred: MirredOptions;
  /** Limits rates. */
  police: PoliceOptions;
  /** Copies some packets to listeners. */
  sample: SampleOptions;
  /** Prints to the kernel's log. */
  simple: SimpleOptions;
  /** Runs a program. */
  bpf: BpfActionOptions;
  /** Lets packets pass at some times. */
  gate: GateOptions;
  /** Changes bytes. */
  pedit: PeditOptions;
  /** Changes IPv4 addresses. */
  nat: NatOptions;
  /** Computes checksums. */
  csum: CsumOptions;
  /** Changes what the kernel notes about a packet. */
  skbedit: SkbeditOptions;
  /** Changes Ethernet headers. */
  skbmod: SkbmodOptions;
  /** Changes tags of VLANs. */
  vlan: VlanOptions;
  /** Changes labels. */
  mpls: MplsOptions;
  /** Sets the tunnel's header. */
  tunnel_key: TunnelKeyOptions;
  /** Carries metadata. */
  ife: IfeOptions;
  /** Sends packets through connection tracking. */
  ct: CtOptions;
  /** Gives packets the mark of their connection. */
  connmark: ConnmarkOptions;
  /** Gives packets the DSCP of their connection. */
  ctinfo: CtinfoOptions;
  /** Used a target of xtables; removed in 6.8. */
  xt: IptOptions;
  /** The same, in its first form. */
  ipt: IptOptions;
}

/** The fields of an action of any kind. */
export interface AnyAction extends Generic {
  /** Statistics. Read-only. */
  stats?: Stats2;
  /** Up to 16 bytes that the kernel keeps for the user. */
  cookie?: string;
  /** Flags. */
  flags?: readonly (keyof typeof ACT_FLAGS | number)[];
  /** The ways in which the device may report statistics; any when absent. */
  hwStats?: readonly (keyof typeof ACT_HW_STATS | number)[];
  /** The way in which it does. Read-only. */
  usedHwStats?: readonly (keyof typeof ACT_HW_STATS | number)[];
  /** Number of devices that do the action. Read-only. */
  inHwCount?: number;
}

/** An action of one of the kinds, with its options. */
export type KnownAction = {
  [K in keyof ActionKinds]: AnyAction & {
    /** The kind. */
    kind: K;
    /** Options of the kind. */
    options?: ActionKinds[K];
  };
}[keyof ActionKinds];

/** An action. */
export type Action = KnownAction;

/** The attributes of an action. */
export interface ActionAttributes {
  /** Number of an action to get or delete. */
  index?: number;
  /** Statistics. */
  stats?: Stats2;
  /** The cookie. */
  cookie?: string;
  /** Flags. */
  flags?: readonly (keyof typeof ACT_FLAGS | number)[];
  /** Statistics that may be reported. */
  hwStats?: readonly (keyof typeof ACT_HW_STATS | number)[];
  /** Statistics that are reported. */
  usedHwStats?: readonly (keyof typeof ACT_HW_STATS | number)[];
  /** Number of devices. */
  inHwCount?: number;
}

type Fields = Record<string, unknown>;

const KINDS: Readonly<Record<string, Kind>> = { ...VERDICTS, ...EDITS, ...CONNTRACK };

/** Returns the description of a kind; `undefined` if it is not known. */
export function kindOf(kind: unknown): Kind | undefined {
  return typeof kind === "string" && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}

/** The options of an action as its attributes: the table of the kind beside it, or bytes. */
const options = choice(
  "kind" as never,
  1,
  "options" as never,
  2,
  Object.fromEntries(Object.entries(KINDS).map(([name, { table }]) => [name, table])) as never,
  string(15),
);

/** Wire form of an action's attributes: TCA_ACT_*. */
export const ActionAttributes: Attributes<ActionAttributes> = attributes((): Shape<ActionAttributes> => ({
  index: [3, u32],
  stats: [4, stats2(bytes as Codec<unknown>), readOnly],
  cookie: [6, hex()],
  flags: [7, bits(ACT_FLAGS)],
  hwStats: [8, bits(ACT_HW_STATS)],
  usedHwStats: [9, bits(ACT_HW_STATS), readOnly],
  inHwCount: [10, u32, readOnly],
}), { pad: 5 }).with(options) as Attributes<ActionAttributes>;

const MOST_COOKIE = 16;

/** Returns the action that users see for its attributes. */
function seen(decoded: Fields): Fields {
  const { kind, options, index, ...rest } = decoded, known = kindOf(kind);
  const action: Fields = { kind };
  if (index !== undefined) action["index"] = index;
  if (known === undefined || typeof options !== "object" || options === null || options instanceof Uint8Array) {
    return Object.assign(action, options === undefined ? {} : { options }, rest);
  }
  const own: Fields = { ...options };
  known.seen?.(own);
  if (known.parms !== "" && own[known.parms] !== undefined) {
    const { [known.parms]: parms, ...others } = own, first: Fields = {};
    for (const [name, value] of Object.entries(parms as Fields)) (GENERIC.has(name) ? action : first)[name] = value;
    action["options"] = { ...first, ...others };
  } else action["options"] = own;
  // Symbols hold the attributes that the table does not know.
  return Object.assign(action, rest);
}

/** Returns the attributes to send for an action that users give. */
function sent(action: Fields, to: Writer): Fields {
  const { kind, index, action: fate, refcnt, bindcnt, options, ...rest } = action, known = kindOf(kind);
  if (typeof kind !== "string") to.fail(TypeError, `kind is missing: expected a name, got ${shown(kind)}`);
  if (known === undefined && options !== undefined && !(options instanceof Uint8Array)) {
    to.fail(
      TypeError,
      `kind ${shown(kind)} has no known options${didYouMean(kind, Object.keys(KINDS))}: expected bytes, got ${
        shown(options)
      }`,
    );
  }
  if (known === undefined || options instanceof Uint8Array) return action;
  if (options !== undefined && (typeof options !== "object" || options === null || Array.isArray(options))) {
    to.path.push("options");
    to.fail(TypeError, `expected an object, got ${shown(options)}`);
  }
  const own: Fields = { ...options };
  if (known.parms === "") {
    return { kind, ...rest, options: { ...own, ...(index === undefined ? {} : { index }) } };
  }
  const { fields = [] } = known.table as { readonly fields?: readonly Field[] };
  const beside = ["action", "index"].filter((name) => !fields.some(({ key }) => key === name) && !known.own.has(name));
  for (const name of [known.parms, ...beside]) {
    if (own[name] === undefined) continue;
    to.path.push("options");
    const instead = name === known.parms ? "its fields are in options, and action and index" : "it is";
    to.fail(TypeError, `there is no field "${name}": ${instead} beside options`);
  }
  const parms: Fields = { index, action: fate ?? known.control?.(own) ?? (known.control ? undefined : "pipe") };
  if (parms["action"] === undefined && index === undefined) {
    to.path.push("action");
    to.fail(TypeError, 'is missing: the fate of packets, such as "ok" or "shot"');
  }
  expectValue(control, "action", parms["action"], to);
  expectValue(u32, "index", index, to);
  if (to.everything) Object.assign(parms, { refcnt, bindcnt });
  for (const name of known.own) {
    if (own[name] === undefined) continue;
    parms[name] = own[name];
    delete own[name];
  }
  own[known.parms] = parms;
  known.sent?.(own, (field, why) => {
    to.path.push("options", field);
    to.fail(TypeError, why);
  });
  return { kind, ...rest, options: own };
}

/** Throws for a wrong value of a field that is sent in the struct of the options. */
function expectValue(codec: AnyCodec, name: string, value: unknown, to: Writer): void {
  if (value === undefined) return;
  const length = to.length;
  to.path.push(name);
  codec.encode(value as never, to, {});
  to.path.pop();
  to.length = length;
}

/** Codec of an action. */
export const Action: Codec<Action, Action> = {
  name: "an action",
  nested: true,
  decode(from, at, end, owner) {
    const decoded = payloadOf(ActionAttributes as Codec<unknown, never>, from, at, end, owner);
    return decoded === MISFIT ? MISFIT : seen(decoded as Fields) as unknown as Action;
  },
  encode(value, to) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      to.fail(TypeError, `expected an object, got ${shown(value)}`);
    }
    const depth = to.path.length, { cookie } = value;
    if (typeof cookie === "string" && cookie.replace(/[:.-]/g, "").length > 2 * MOST_COOKIE) {
      to.path.push("cookie");
      to.fail(RangeError, `expected at most ${MOST_COOKIE} bytes, got ${shown(cookie)}`);
    }
    ActionAttributes.encode(sent(value as unknown as Fields, to) as never, to, {});
    to.path.length = depth;
  },
  walk: (from, at, end, owner, visit) => ActionAttributes.walk!(from, at, end, owner, visit),
  attributeName: (id, owner) => ActionAttributes.attributeName!(id, owner),
};

/** Returns the codec of the options of a kind alone, with the fields of the struct beside them. */
export function bare(kind: keyof ActionKinds): Codec<Generic & object> {
  const { table } = KINDS[kind]!;
  return {
    name: kind,
    nested: true,
    decode(from, at, end, owner) {
      const decoded = payloadOf(table as Codec<unknown>, from, at, end, owner);
      if (decoded === MISFIT) return MISFIT;
      const { kind: _kind, options, ...generic } = seen({ kind, options: decoded });
      return { ...generic, ...options as object };
    },
    encode(value, to, owner) {
      const { index, action, refcnt, bindcnt, ...options } = value as Generic;
      const { options: fields } = sent({ kind, index, action, refcnt, bindcnt, options }, to);
      table.encode(fields as never, to, owner);
    },
    walk: (from, at, end, owner, visit) => table.walk!(from, at, end, owner, visit),
  };
}

/** Most actions of a filter. */
const MOST_ACTIONS = 32;

const actionList = list(Action);

/**
 * Codec of a list of actions. They are numbered from 1 without gaps: the kernel would acknowledge others and leave them
 * out.
 */
export const Actions: Codec<readonly Action[]> = {
  ...actionList,
  encode(value, to, owner) {
    if (Array.isArray(value) && value.length > MOST_ACTIONS) {
      to.fail(RangeError, `expected at most ${MOST_ACTIONS} actions, got ${value.length}`);
    }
    actionList.encode(value, to, owner);
  },
};
