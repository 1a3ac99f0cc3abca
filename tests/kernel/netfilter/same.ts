/**
 * Compares compiled rules with what nft sends.
 *
 * @module
 */
import type { Compiled, KnownSet } from "../../../families/netfilter/nftables/compile.ts";
import type { ListedSet } from "../../../families/netfilter/nftables/decompile.ts";
import { TYPES } from "../../../families/netfilter/nftables/datatypes.ts";
import { setup } from "./corpus.ts";
import { mapsOfText } from "./corpus_text.ts";
import type { SentRule } from "./nft_debug.ts";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { type NftExpression, NftExpressions } from "../../../families/netfilter/nftables/expressions.ts";

const FLAGS: Readonly<Record<string, number>> = {
  anonymous: 1,
  constant: 2,
  interval: 4,
  map: 8,
  timeout: 16,
  eval: 32,
  object: 64,
  concat: 128,
  expr: 256,
};

/** Converts to text, with bytes in hexadecimal and numbers of sets in order of their use. */
function shownOf(value: unknown, named: ReadonlySet<number> = new Set()): string {
  const ids: number[] = [];
  return JSON.stringify(value, (key, one: unknown) => {
    if (one instanceof Uint8Array) return one.toHex();
    if (key === "setId") {
      if (!named.has(one as number) && !ids.includes(one as number)) ids.push(one as number);
      return named.has(one as number) ? undefined : ids.indexOf(one as number);
    }
    if (key === "op" && one === "mask_xor") return undefined;
    if (typeof one === "object" && one !== null && !Array.isArray(one)) {
      return Object.fromEntries(
        Object.entries(one).filter(([, value]) => !(Array.isArray(value) && value.length === 0)).sort(([a], [b]) =>
          a < b ? -1 : 1
        ),
      );
    }
    return one;
  });
}

/** Returns our rule as text, and nft's if it differs. */
export function same(ours: Compiled, sent: SentRule): [ours: string, theirs: string] {
  const sets = ours.sets.map((
    { name, flags, id: _id, desc, userdata, elements, keyType, keyLen, dataType, dataLen, objType },
  ) => ({
    name,
    numbers: {
      flags: flags.reduce((all, flag) => all | FLAGS[flag]!, 0),
      keyType,
      keyLen,
      ...(dataType === undefined ? {} : { dataType, dataLen }),
      ...(objType === undefined ? {} : { objType }),
      ...(desc?.size === undefined ? {} : { size: desc.size }),
      ...(desc?.concat === undefined ? {} : { concat: desc.concat.reduce((all, { len }) => all * 32 + len, 0) }),
    },
    userdata: userdata?.toHex() ?? "",
    elements: elements.map(({ flags, userdata, ...rest }) => ({
      ...rest,
      ...(flags === undefined ? {} : { flags: flags.includes("catchall") ? 2 : 1 }),
      ...(userdata === undefined ? {} : { userdata: userdata.toHex() }),
    })).map((one) => shownOf(one)).sort(),
  }));
  const anonymous = sent.sets.filter(({ numbers }) => (numbers["flags"]! & 1) !== 0);
  const theirs = anonymous.map(({ id: _id, elements, ...rest }) => ({
    ...rest,
    elements: elements.map((one) => shownOf(one)).sort(),
  }));
  const a = shownOf({ expressions: normal(ours.expressions), sets }),
    b = shownOf(
      { expressions: normal(sent.expressions), sets: theirs },
      new Set(sent.sets.filter((one) => !anonymous.includes(one)).map(({ id }) => id)),
    );
  return [a, a === b ? "" : b];
}

/** Returns the expressions as the kernel reads them. */
export function normal(expressions: Compiled["expressions"]): readonly NftExpression[] {
  const to = new Writer();
  NftExpressions.encode(expressions, to, {});
  return NftExpressions.decode(new Reader(to.bytes, to.length), 0, to.length, {});
}

const KNOWN = new Map<string, KnownSet & { objType?: number }>();
for (const { add } of setup() as { add: Record<string, Record<string, unknown>> }[]) {
  const [kind, value] = Object.entries(add)[0]!;
  if (kind !== "set" && kind !== "map") continue;
  know(`${value["family"]} ${value["name"]}`, value["type"], value["map"], value["flags"]);
}
for (const family of ["ip", "ip6", "inet"] as const) {
  for (const [name, { map, dataLen, flags }] of Object.entries(mapsOfText(family))) {
    know(`${family} ${name}`, family === "ip6" ? "ipv6_addr" : "ipv4_addr", map, flags, dataLen);
  }
}

function know(key: string, type: unknown, map: unknown, flags: unknown = [], dataLen?: number): void {
  const keyType = numberOf(type), dataType = numberOf(map);
  KNOWN.set(key, {
    ...(keyType === undefined ? {} : { keyType }),
    flags: flags as string[],
    ...(dataType === undefined ? {} : { dataType }),
    ...(dataLen === undefined ? {} : { dataLen }),
    ...(map === "counter" ? { objType: 1 } : {}),
  });
}

/** Returns the number of a type or of several side by side; `undefined` for what has none. */
function numberOf(types: unknown): number | undefined {
  return [types as string | string[]].flat().reduce<number | undefined>((all, one) => {
    const id = TYPES[one]?.id;
    return all === undefined || id === undefined ? undefined : all * 64 + id;
  }, 0);
}

/** Returns a named set of the corpus. */
export function known(family: string, name: string): KnownSet | undefined {
  return KNOWN.get(`${family} ${name}`);
}

/** Returns a compiled rule as the kernel lists it: anonymous sets have names of their own. */
export function asListed(
  family: string,
  { expressions, sets }: Compiled,
): { expressions: readonly NftExpression[]; setOf: (name: string) => ListedSet | undefined } {
  const named = new Map<string, ListedSet>(sets.map((set) => [set.name.replace("%d", String(set.id)), set]));
  const renamed = normal(expressions).map((one): NftExpression => {
    const { data } = one as { data?: { setId?: number; set?: string; setName?: string } };
    if (data?.setId === undefined) return one;
    const key = data.set === undefined ? "setName" : "set";
    return { ...one, data: { ...data, [key]: data[key]!.replace("%d", String(data.setId)) } } as NftExpression;
  });
  return { expressions: renamed, setOf: (name) => named.get(name) ?? known(family, name) };
}

/** Returns JSON as text, with the keys of objects in order. */
export function inOrder(json: unknown): string {
  return JSON.stringify(
    json,
    (_key, one: unknown) =>
      typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => a < b ? -1 : 1))
        : one,
  );
}
