/**
 * Reads the kernel's specifications of its protocols, which are YAML files.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { addType, type Types } from "./source.ts";

/** Debian's Python, which has python3-yaml. */
export const PYTHON = "/usr/bin/python3";

/** Reads all files at once, with libyaml if present: Python's own parser takes seconds for a large file. */
const READ = `import json, sys, yaml
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
print(json.dumps([json.dumps(yaml.load(open(path), loader)) for path in sys.argv[1:]]))`;

/** Returns the JSON of each specification, by its path. */
export function readSpecifications(paths: readonly string[]): Map<string, string> {
  const options = { encoding: "utf8", maxBuffer: 1 << 28 } as const;
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", READ, ...paths], options);
  if (status !== 0) throw new Error(`${PYTHON}: ${stderr}`);
  return new Map((JSON.parse(stdout) as string[]).map((text, i) => [paths[i]!, text]));
}

/** The parts of a specification with types of attributes. */
interface Specification {
  readonly name: string;
  readonly "attribute-sets": readonly {
    readonly name: string;
    readonly "name-prefix"?: string;
    readonly "subset-of"?: string;
    readonly attributes: readonly {
      readonly name: string;
      readonly type?: string;
      readonly "byte-order"?: "big-endian" | "little-endian";
      readonly "name-prefix"?: string;
      readonly checks?: { readonly "exact-len"?: number | string };
      readonly struct?: string;
    }[];
  }[];
}

const NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"].map((name) => [name, name])),
  uint: "uint",
  sint: "sint",
  flag: "flag",
  string: "string",
  nest: "nest",
  "indexed-array": "nest",
  "nest-type-value": "nest",
  bitfield32: "8 bytes",
};

/** Adds the types of a specification's attributes, under the names of the constants of their numbers in C. */
export function addSpecification(types: Types, { name: family, "attribute-sets": sets }: Specification): void {
  for (const { name: set, "name-prefix": prefix, "subset-of": whole, attributes } of sets) {
    if (whole !== undefined) continue;
    for (const { name, type = "", "byte-order": order, "name-prefix": own, checks } of attributes) {
      const constant = `${own ?? prefix ?? `${family}-a-${set}-`}${name}`.toUpperCase().replaceAll("-", "_");
      const length = checks?.["exact-len"],
        found = NAMES[type] ?? (typeof length === "number" ? `${length} bytes` : "");
      if (found === "") continue;
      addType(types, constant, order === "big-endian" ? found.replace(/^[us]/, "be") : found);
    }
  }
}
