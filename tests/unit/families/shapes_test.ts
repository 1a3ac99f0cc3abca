/**
 * Every verb of every family is given values of the wrong shape. A call is done, or refused by a message of ours that
 * names the verb, the object, and the field or what is expected; nothing is dropped in silence.
 */
import { assert, assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { NetlinkError } from "../../../core/errors.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { isFields, namesOf } from "../../../core/arguments.ts";
import type { Field } from "../../../core/codec/mod.ts";
import * as everything from "../../../mod.ts";
import { test } from "../../test.ts";

type Method = (...given: unknown[]) => unknown;
type Owner = Record<string, unknown>;
interface Declared {
  readonly object: string;
  readonly table: { readonly fields: readonly Field[] };
}

const notAnObject: readonly unknown[] = [null, 5, "x", [], [{}], true, () => ({}), 5n];
const SHAPES: readonly unknown[] = [undefined, ...notAnObject, {}, { nope: 1 }];
/** Values for the fields of objects. */
const VALUES: readonly unknown[] = [
  null,
  5,
  -1,
  1.5,
  NaN,
  "x",
  "",
  [],
  [null],
  ["x"],
  [{}],
  {},
  { nope: 1 },
  true,
  () => 1,
  2n ** 70n,
];
/** Fields without which some objects are refused before the tried field is looked at. */
const BASES: readonly Owner[] = [
  {},
  { dev: "lo", ifname: "lo", kind: "vlan", link: 1, dst: "192.0.2.0/24", address: "192.0.2.1/24" },
];

/** A kernel that is never asked: a dry run encodes messages and sends none. */
function kernel(): ScriptedKernel {
  const one = new ScriptedKernel(() => []);
  one.interfaces.set(1, "lo");
  return one;
}

/** Messages of the runtimes, for code that does not check its arguments. */
const ENGINE =
  /is not a function|is not iterable|not an object|Cannot (read|set|delete) propert|Cannot (destructure|convert|mix|use 'in'|perform)|is not defined|undefined is not|null is not|Invalid (mix|argument type)|object is not|reading '|evaluating '/;
/** Words that take the place of a name. */
const NAMELESS = /\b(undefined|null|NaN|Symbol)\b|\[object|=>|\bno (field|option) "0"/;

function methodsOf(value: object): string[] {
  const names = new Set<string>();
  for (let of = value; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}

/** Returns the fault of a refusal; `undefined` if it tells what to mend. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof TypeError || error instanceof RangeError || error instanceof NetlinkError)) {
    return `${error}`;
  }
  const { message } = error, head = message.split(": ")[0]!;
  if (!message.startsWith("Cannot ") || ENGINE.test(message)) return message;
  return NAMELESS.test(head) || / (field|option) "0"/.test(message) ? message : undefined;
}

/** The families' clients, each with the objects that have its verbs. */
function* owners(): Generator<readonly [path: string, owner: Owner, close: () => void]> {
  for (const [family, { open }] of Object.entries(everything as unknown as Record<string, { open?: unknown }>)) {
    if (typeof open !== "function") continue;
    const own = family === "connector" ? { idx: 1, val: 1 } : family === "iscsi" ? { driver: 1n } : {};
    let client: Owner;
    try {
      client = open({ ...own, transport: kernel, dryRun: () => {} }) as Owner;
    } catch {
      // Sockets for listening have no dry run.
      client = open({ ...own, transport: kernel }) as Owner;
    }
    const close = (): void => (client["close"] as Method | undefined)?.call(client) as void;
    yield [family, client, () => {}];
    for (const [name, value] of Object.entries(client)) {
      if (isFields(value) && name !== "transport" && methodsOf(value).length > 0) {
        yield [`${family}.${name}`, value, () => {}];
      }
    }
    close();
  }
}

/** Ends what a call returned, and returns the fault of a later refusal. */
async function settled(result: unknown): Promise<unknown> {
  const iterator = result as Partial<AsyncIterator<unknown> & Iterator<unknown>> | undefined;
  try {
    if (result instanceof Promise) await Promise.race([result, new Promise((resolve) => setTimeout(resolve, 1))]);
    else if (typeof iterator?.next === "function") {
      if (Symbol.asyncIterator in iterator) await iterator.return?.();
      else iterator.next();
    }
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Returns one fault of each verb and message. */
function shortened(faults: Iterable<string>): string[] {
  const kinds = new Map<string, string>();
  for (const fault of faults) {
    const [where, ...words] = fault.split("): "),
      kind = `${where!.split("(")[0]} ${words.join().replace(/got .*/, "")}`;
    if (!kinds.has(kind)) kinds.set(kind, fault.slice(0, 250));
  }
  return [...kinds.values()];
}

/** Returns the names of protected methods, which a script cannot call. */
function protectedNames(): string[] {
  const root = new URL("../../../", import.meta.url);
  return ["core", "families"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => {
        const code = readFileSync(new URL(`${folder}/${file}`, root), "utf8");
        return [...code.matchAll(/^ +protected (?:abstract |override |async )*\*?(\w+)[(<]/gm)].map(([, name]) =>
          name!
        );
      })
  );
}

/** Methods that are not tried: those that scripts cannot call, or have no use for, and those that end a socket. */
const SKIPPED = new Set([...protectedNames(), "key", "keyValue", "listening", "operation", "close", "return", "next"]);
/** The verbs of collections whose first argument is an object, and those whose first is a filter that may be absent. */
const WHOLE = ["add", "append", "replace", "flush"], FILTERED = ["list", "iterate"];

test("verbs refuse values of the wrong shape by name", async () => {
  const faults = new Set<string>();
  let tried = 0, refused = 0;
  for (const [path, owner] of owners()) {
    const declared = owner["declaration"] as Declared | undefined;
    for (const verb of methodsOf(owner)) {
      if (SKIPPED.has(verb)) continue;
      const calls: unknown[][] = [[]];
      for (const shape of SHAPES) {
        calls.push([shape], ["lo", shape], [1, shape], [{ dev: "lo", id: 1, index: 1 }, shape], ["lo", "x", shape]);
        if (verb === "waitFor") calls.push([1, undefined, shape]);
      }
      for (const given of calls) {
        tried++;
        let error: unknown, threw = false;
        try {
          error = await settled((owner[verb] as Method)(...given));
          threw = error !== undefined;
        } catch (caught) {
          error = caught;
          threw = true;
        }
        const where = `${path}.${verb}(${
          given.map((one) =>
            typeof one === "function" ? "() => …" : String(typeof one === "object" ? JSON.stringify(one) : String(one))
          ).join(", ")
        })`;
        if (threw) {
          refused++;
          const fault = faultOf(error);
          if (fault !== undefined) faults.add(`${where}: ${fault}`);
        } else if (declared !== undefined && given.length === 1 && notAnObject.includes(given[0])) {
          if (WHOLE.includes(verb) || FILTERED.includes(verb)) faults.add(`${where}: accepted`);
        }
      }
    }
  }
  console.log(`${tried} calls, ${refused} refused`);
  assertEquals(shortened(faults), []);
  assert(tried > 5000 && refused > 2000, `${tried} ${refused}`);
});

test("verbs refuse values of the wrong shape in every field, and name the field", () => {
  const faults = new Set<string>();
  let tried = 0, refused = 0;
  for (const [path, owner] of owners()) {
    const declared = owner["declaration"] as Declared | undefined;
    if (declared?.table?.fields === undefined) continue;
    for (const field of namesOf(declared.table)) {
      for (const [i, value] of VALUES.entries()) {
        for (const base of [BASES[i % 2]!]) {
          const object = { ...base, [field]: value };
          for (
            const [verb, given] of [
              ["add", [object]],
              ["replace", [object]],
              ["delete", [object]],
              ["list", [object]],
              ["find", [object]],
              ["set", [base, object]],
            ] as const
          ) {
            if (typeof owner[verb] !== "function") continue;
            tried++;
            try {
              (owner[verb] as Method)(...given);
            } catch (error) {
              refused++;
              const fault = faultOf(error);
              if (fault !== undefined) {
                faults.add(
                  `${path}.${verb}(${field}: ${typeof value} ${
                    JSON.stringify(value, (_, one) => typeof one === "bigint" ? String(one) : one)
                  }): ${fault}`,
                );
              }
            }
          }
        }
      }
    }
  }
  console.log(`${tried} calls, ${refused} refused`);
  assertEquals(shortened(faults), []);
  assert(tried > 5000 && refused > 2000, `${tried} ${refused}`);
});

/** Verbs whose first argument is the key of an object. */
const KEYED = ["get", "find", "set", "delete", "destroy", "expire", "waitFor"];

test("a key with an undefined field is refused by the field's name: it would denote another object", async () => {
  const faults = new Set<string>();
  let tried = 0;
  for (const [path, owner] of owners()) {
    const declared = owner["declaration"] as Declared | undefined;
    if (declared?.table?.fields === undefined) continue;
    for (const field of namesOf(declared.table)) {
      if (declared.table.fields.find(({ key }) => key === field)?.use === "readOnly") continue;
      for (const verb of KEYED) {
        if (typeof owner[verb] !== "function") continue;
        tried++;
        let error: unknown;
        try {
          error = await settled((owner[verb] as Method)({ [field]: undefined }, {}));
        } catch (caught) {
          error = caught;
        }
        if (error instanceof TypeError && error.message.includes(`: ${field} is undefined: `)) continue;
        faults.add(`${path}.${verb}(${field}): ${error === undefined ? "accepted" : String(error)}`);
      }
    }
  }
  assertEquals([...faults], []);
  assert(tried > 3000, `${tried}`);
});

test("methods apart from their object work, or say what to write", async () => {
  const faults = new Set<string>();
  let tried = 0;
  for (const [path, owner] of owners()) {
    for (const verb of methodsOf(owner)) {
      if (SKIPPED.has(verb)) continue;
      tried++;
      try {
        const method = owner[verb] as Method;
        await settled(method());
      } catch (error) {
        const fault = faultOf(error);
        if (fault !== undefined) faults.add(`${path}.${verb}: ${fault}`);
      }
    }
  }
  assertEquals([...faults], []);
  assert(tried > 300, `${tried}`);
});
