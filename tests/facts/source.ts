/**
 * Reads the types of attributes from the kernel's source: from the policies that check requests, and from the functions
 * that write and read attributes.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Types of attributes by the names of their constants. An attribute may have several: kernels accept two widths. */
export type Types = Map<string, Set<string>>;

/** Adds a type of an attribute. */
export function addType(types: Types, attribute: string, type: string): void {
  if (!types.has(attribute)) types.set(attribute, new Set());
  types.get(attribute)!.add(type);
}

/** For a function `nla_put_*` or `nla_get_*`: the type that it writes or reads. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  "u8": "u8",
  "u16": "u16",
  "u32": "u32",
  "u64": "u64",
  "u64_64bit": "u64",
  "s8": "s8",
  "s16": "s16",
  "s32": "s32",
  "s64": "s64",
  "be16": "be16",
  "be32": "be32",
  "be64": "be64",
  "net16": "be16",
  "net32": "be32",
  "net64": "be64",
  "le16": "u16",
  "le32": "u32",
  "le64": "u64",
  "in_addr": "be32",
  "ipaddr4": "nest",
  "ipaddr6": "nest",
  "in6_addr": "16 bytes",
  "msecs": "u64",
  "sci": "u64",
  "ssci": "u32",
  "uint": "uint",
  "sint": "sint",
  "flag": "flag",
  "string": "string",
  "bitfield32": "8 bytes",
};

/** For a type in a policy: the type of the attribute. */
const POLICIES: Readonly<Record<string, string>> = {
  NLA_U8: "u8",
  NLA_U16: "u16",
  NLA_U32: "u32",
  NLA_U64: "u64",
  NLA_S8: "s8",
  NLA_S16: "s16",
  NLA_S32: "s32",
  NLA_S64: "s64",
  NLA_BE16: "be16",
  NLA_BE32: "be32",
  NLA_MSECS: "u64",
  NLA_UINT: "uint",
  NLA_SINT: "sint",
  NLA_FLAG: "flag",
  NLA_STRING: "string",
  NLA_NUL_STRING: "string",
  NLA_NESTED: "nest",
  NLA_NESTED_ARRAY: "nest",
  NLA_BITFIELD32: "8 bytes",
};

/** Lengths with names in policies. */
const LENGTHS: Readonly<Record<string, number>> = {
  ETH_ALEN: 6,
  "sizeof(u8)": 1,
  "sizeof(u16)": 2,
  "sizeof(__be16)": 2,
  "sizeof(u32)": 4,
  "sizeof(__u32)": 4,
  "sizeof(__be32)": 4,
  "sizeof(int)": 4,
  "sizeof(u64)": 8,
  "sizeof(struct in_addr)": 4,
  "sizeof(struct in6_addr)": 16,
};

const ATTRIBUTE = "[A-Z_][A-Z0-9_]{3,}";
const CALL = new RegExp(`\\bnla_(?:put|get)_(\\w+?)(?:_default)?\\(([^;{}]*?)\\b(${ATTRIBUTE})\\b`, "g");
const ENTRY = new RegExp(
  `\\[\\s*(${ATTRIBUTE})\\s*\\]\\s*=\\s*(\\{[^{}]*\\}|NLA_POLICY_\\w+\\([^;{}]*?\\)(?=,|\\s*\\}))`,
  "g",
);

/** Returns the types of all attributes in the C files below a folder: by functions, and by policies. */
export function readSource(folder: string): { functions: Types; policies: Types } {
  const functions: Types = new Map(), policies: Types = new Map();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (!/\.[ch]$/.test(file)) continue;
    const text = readFileSync(join(folder, file), "utf8");
    if (!/\bnla_|\bNLA_/.test(text)) continue;
    const code = text.replace(/\/\*.*?\*\//gs, " ");
    for (const [, name, before, attribute] of code.matchAll(CALL)) {
      const type = FUNCTIONS[name!];
      // nla_put_*(skb, ATTRIBUTE, …) and nla_get_*(attributes[ATTRIBUTE]).
      if (type !== undefined && /^\s*[\w>.-]+(,\s*|\s*\[\s*)$/.test(before!)) addType(functions, attribute!, type);
    }
    for (const [, attribute, policy] of code.matchAll(ENTRY)) {
      const type = ofPolicy(policy!);
      if (type !== undefined) addType(policies, attribute!, type);
    }
  }
  return { functions, policies };
}

/** Returns the attribute's type according to a policy; `undefined` if it has none, or only an upper limit. */
function ofPolicy(policy: string): string | undefined {
  const exact = /NLA_POLICY_(?:EXACT_LEN|EXACT_LEN_WARN|MIN_LEN)\((.*)\)$/s.exec(policy)?.[1]?.trim();
  if (exact !== undefined) return ofLength(exact);
  if (policy.startsWith("NLA_POLICY_ETH_ADDR")) return "6 bytes";
  if (policy.startsWith("NLA_POLICY_NESTED")) return "nest";
  if (policy.startsWith("NLA_POLICY_BITFIELD32")) return "8 bytes";
  const type = /\bNLA_(?!POLICY)[A-Z0-9_]+/.exec(policy)?.[0];
  if (type !== undefined) return POLICIES[type];
  const length = /\.len\s*=\s*([^,}]+)/.exec(policy)?.[1]?.trim();
  return length === undefined ? undefined : ofLength(length);
}

function ofLength(length: string): string | undefined {
  const bytes = LENGTHS[length] ?? (/^\d+$/.test(length) ? Number(length) : undefined);
  if (bytes !== undefined) return `${bytes} bytes`;
  return /^sizeof\((struct \w+)\)$/.exec(length)?.[1];
}
