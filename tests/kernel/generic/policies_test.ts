/** Tables of generic families, compared with the policies that the running kernel uses to check requests. */
import { assert, assertEquals } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import type { GenericProtocol } from "../../../core/genl.ts";
import { type AttributePolicy, families, NLCTRL } from "../../../families/generic/controller.ts";
import { ETHTOOL } from "../../../families/generic/ethtool.ts";
import { MACSEC } from "../../../families/generic/macsec.ts";
import { MPTCP_PM } from "../../../families/generic/mptcp_pm.ts";
import { NETDEV } from "../../../families/generic/netdev.ts";
import { NL80211 } from "../../../families/generic/nl80211.ts";
import { SMC_PNETID } from "../../../families/generic/smc_pnetid.ts";
import { TASKSTATS } from "../../../families/generic/taskstats.ts";
import { TCP_METRICS } from "../../../families/generic/tcp_metrics.ts";
import { THERMAL } from "../../../families/generic/thermal.ts";
import { WIREGUARD } from "../../../families/generic/wireguard.ts";
import { type AnyCodec, elementOf, formOf, hasFields } from "../../facts/wire.ts";
import { skip } from "../../test.ts";
import { kernelTest } from "../namespace.ts";

const FAMILIES: readonly GenericProtocol[] = [
  ETHTOOL,
  MACSEC,
  MPTCP_PM,
  NETDEV,
  NL80211,
  NLCTRL,
  SMC_PNETID,
  TASKSTATS,
  TCP_METRICS,
  THERMAL,
  WIREGUARD,
];

/** Forms of a payload by its type in a policy, which has neither byte order nor the meaning of bytes. */
const FORMS: Readonly<Record<string, RegExp>> = {
  flag: /^flag$/,
  u8: /^[us]8$|^1 bytes/,
  u16: /^([us]|be)16$|^2 bytes/,
  u32: /^([us]|be)32$|^4 bytes|^uint/,
  u64: /^([us]|be)64$|^8 bytes/,
  s8: /^[us]8$/,
  s16: /^[us]16$/,
  s32: /^[us]32$/,
  s64: /^[us]64$/,
  uint: /^uint$|^[us]32$/,
  sint: /^sint$|^[us]32$/,
  bitfield32: /^8 bytes$/,
  nested: /^(nest|several)/,
  nested_array: /^(nest|several)/,
};

/** Attributes that requests, which the policies describe, and replies have in different forms. */
const TWO_FORMS: ReadonlySet<string> = new Set([
  // A flag of what a radio can do; the number in requests to connect, which the module does not send.
  "nl80211.controlPortEthertype",
  // The settings of a network that a radio can apply; in a request, a flag: refuse those that it cannot apply.
  "nl80211.bssParam",
]);

/**
 * Compares a table with a policy, and the nests in both, each pair once: those of nl80211 contain each other. Returns
 * the number of attributes.
 */
function compare(
  codec: AnyCodec,
  policies: readonly (readonly AttributePolicy[])[],
  index: number,
  path: string,
  wrong: string[],
  seen = new Map<object, Set<number>>(),
): number {
  const table = hasFields(codec) ? codec : elementOf(codec);
  if (table === undefined || !hasFields(table) || seen.get(table)?.has(index) === true) return 0;
  seen.set(table, (seen.get(table) ?? new Set()).add(index));
  let count = 0;
  for (const { id, type, policy } of policies[index] ?? []) {
    const field = table.fields.find((field) => field.id === id), inner = (field?.lift ?? field?.codec) as AnyCodec;
    if (field === undefined) continue;
    const name = `${path}.${field.key ?? "…"}`, form = field.lift === undefined ? formOf(inner) : "nest";
    count++;
    if (TWO_FORMS.has(name)) continue;
    if (FORMS[type]?.test(form) === false) wrong.push(`${name} is ${form}, the kernel's policy says ${type}`);
    else if (policy !== undefined) count += compare(inner, policies, policy, name, wrong, seen);
  }
  return count;
}

for (const family of FAMILIES) {
  kernelTest(`${family.name}: tables have the widths of this kernel's policies`, [], () => {
    let found;
    try {
      found = families.policy(family.name);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      skip(`needs a kernel with policies of ${family.name}: ${error.code}`);
    }
    const { operations, policies } = found, wrong: string[] = [];
    let count = 0;
    const { collections = [], calls = [] } = family.messages?.() ?? {};
    const tables = [
      ...collections.map(({ table, commands }) => ({ codec: table, numbers: Object.values<unknown>({ ...commands }) })),
      ...calls.map(({ codec, cmd }) => ({ codec, numbers: [cmd] })),
    ];
    for (const { codec, numbers } of tables) {
      for (const { cmd, do: index, dump } of operations) {
        if (!numbers.includes(cmd)) continue;
        count += compare(codec as AnyCodec, policies, index ?? dump ?? -1, family.name, wrong);
      }
    }
    if (count === 0) skip(`this kernel has no policies of what ${family.name} sends`);
    assertEquals([...new Set(wrong)], []);
    assert(count > 0);
  });
}
