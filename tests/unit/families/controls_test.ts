/**
 * Names may contain terminal control characters: no error message of any family, and no text for people, shows them
 * unescaped.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { test } from "../../test.ts";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { BatchError, DecodeError, KernelError, NetlinkError, SystemError } from "../../../core/errors.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { printable, type ShownMessage, stringify } from "../../../core/show.ts";
import { message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import * as everything from "../../../mod.ts";
import { readCapture } from "../../../families/registry.ts";
import { cstring, join, word } from "../core/help.ts";

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/**
 * C0, DEL and C1, marks and changes of text direction, other line ends, and bytes that are not UTF-8 in their text
 * form.
 */
const CONTROLS = [
  ...range(0, 0x1f),
  ...range(0x7f, 0x9f),
  0x061c,
  0x200e,
  0x200f,
  0x2028,
  0x2029,
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
  0xdc9b,
].map((code) => String.fromCharCode(code));
// Each name has at most 15 bytes, so that none is refused for its length.
const NAMES = [
  ...range(0, Math.ceil(CONTROLS.length / 3) - 1).map((i) => `x${CONTROLS.slice(3 * i, 3 * i + 3).join("")}R`),
  "x\x1b[31mR",
  CONTROLS.join(""),
];

// A table of its own, not the code that escapes them.
function raw(text: string): string[] {
  return CONTROLS.filter((one) => text.includes(one)).map((one) => one.charCodeAt(0).toString(16));
}

test("control characters are escaped as in JSON, and nothing else changes", () => {
  for (const control of CONTROLS) {
    const code = `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
    assertEquals(printable(`a${control}b`), `a${code}b`);
    assertEquals(new NetlinkError(`a${control}b`, "X").message, `a${code}b`);
  }
  for (
    const text of [
      "",
      "eth0",
      "é ü ß",
      "вход-интернет",
      "日本",
      "👩‍💻",
      "می‌خواهم",
      "\\u001b",
      "a b",
      "…",
      "\u00a0",
      "\u00ad",
    ]
  ) {
    assertEquals([printable(text), stringify(text)], [text, JSON.stringify(text)]);
  }
  assertEquals(printable("a", 1, undefined, 5n, ["x", "y"]), "a 1 undefined 5 x,y");
});

test("stringify() returns JSON of the same value, without control characters except its own newlines", () => {
  const value = { [CONTROLS.join("")]: NAMES, deep: [{ name: CONTROLS.join("\\") }] };
  for (const space of [undefined, 2, "\t"]) {
    const json = stringify(value, space);
    assertEquals(JSON.parse(json), value);
    assertEquals(raw(json).filter((code) => space === undefined || (code !== "a" && code !== "9")), []);
  }
});

/** Returns all texts of an error. */
function wordsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { message, hint, operation, kernelMessage, path, missing } = error as Partial<KernelError> & Error;
  const own = [message, hint, operation, kernelMessage, path, missing].filter((one) => one !== undefined);
  if (!(error instanceof BatchError)) return own;
  assertEquals(raw(message), message.includes("\n") ? ["a"] : []);
  return [...own.slice(1), ...error.failures.flatMap(({ error }) => wordsOf(error))];
}

test("errors of every class escape control characters in all of their parts", () => {
  const evil = CONTROLS.join("");
  const policy = { type: "u32" };
  const errors = [
    new NetlinkError(evil, "X", { hint: evil }),
    new SystemError("open", 2, evil, { hint: evil }),
    new DecodeError(evil, 3, evil),
    new KernelError(evil, 22, { kernelMessage: evil, path: evil, missing: evil, hint: evil, policy }),
  ];
  for (const error of errors) {
    assert(wordsOf(error).length > 0);
    for (const words of wordsOf(error)) assertEquals(raw(words), []);
    assertEquals(raw(String(error.stack).split("\n    at ")[0]!), []);
  }
});

function bytesOf(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

/** An extended ACK with a message of the kernel. */
function refusal({ type, flags, seq, payload }: SentMessage, words: string): Uint8Array {
  const text = cstring(words.replaceAll("\0", "")), padded = new Uint8Array((text.length + 3) & ~3);
  padded.set(text);
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint16(0, 4 + text.length, true);
  new DataView(header.buffer).setUint16(2, 1, true);
  const echo = message(type, flags, seq, payload);
  return message(2, 0x200, seq, join(word(-22 >>> 0), echo, header, padded));
}

/**
 * A kernel that has every generic family, and refuses all other requests with messages that contain control characters.
 */
function refusing(words: string): ScriptedKernel {
  const kernel = new ScriptedKernel((request) => {
    const { type, seq, payload } = request;
    if (type !== 16 || payload[0] !== 3) return [refusal(request, words)];
    const familyName = new TextDecoder().decode(payload.subarray(8)).split("\0")[0]!;
    const family = { familyId: 40, familyName, version: 1, mcastGroups: [{ name: words, id: 9 }] };
    return [
      message(16, 0, seq, bytesOf(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
      message(2, 0x100, seq, join(word(0), new Uint8Array(16))),
    ];
  });
  kernel.interfaces.set(1, "lo").set(7, words);
  return kernel;
}

type Anything = Record<string, unknown>;

/** Returns the names of an object's methods, including those of its classes. */
function methodsOf(value: object): string[] {
  const names = new Set<string>();
  for (let of = value; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}

/** Returns the arguments with which verbs are tried. */
function argumentsOf(verbs: Anything, name: string): unknown[][] {
  const table = (verbs.declaration as { table?: { fields?: readonly { key: string }[] } } | undefined)?.table;
  const fields = new Set([
    "ifname",
    "dev",
    "name",
    "driverName",
    "dst",
    "address",
    ...(table?.fields ?? []).map(({ key }) => key),
  ]);
  const objects = [...fields].map((key) => ({ [key]: name }));
  const whole = { dev: "lo", ifname: "lo", kind: name, dst: "192.0.2.1", address: "192.0.2.1/24" };
  return [
    [],
    [name],
    [1, name],
    ["lo", name, name],
    [name, { [name]: name }, name],
    [{ [name]: name }],
    [whole],
    ...objects.map((one, i) => [[one], [one, one], [{ ...whole, ...one }], ["lo", one]][i % 4]!),
  ];
}

test("no verb of any family shows a name unescaped, in an error or in a dry run", async () => {
  let tried = 0;
  const refused = new Set<string>(), shownBy = new Set<string>(), faults: string[] = [];
  const check = (where: string, words: string): void => {
    const found = raw(words.replaceAll("\n", ""));
    if (found.length > 0) faults.push(`${where}: ${found} in ${JSON.stringify(words)}`);
  };
  const modules = Object.entries(everything as unknown as Record<string, { open?: unknown }>);
  for (const [family, { open }] of modules) {
    if (typeof open !== "function") continue;
    for (const dry of [false, true]) {
      for (const name of dry ? [NAMES.at(-2)!] : [NAMES.at(-2)!, NAMES.at(-1)!]) {
        const shown: ShownMessage[] = [];
        const options = {
          ...(family === "connector" ? { idx: 1, val: 1, id: { idx: 1, val: 1 } } : {}),
          transport: () => refusing(name),
          ...(dry ? { dryRun: (one: ShownMessage) => shown.push(one) } : {}),
        };
        let client: Anything;
        try {
          client = open(options) as Anything;
        } catch (error) {
          for (const words of wordsOf(error)) check(`${family}.open`, words);
          continue;
        }
        const owners: [string, Anything][] = [[family, client]];
        for (const [key, value] of Object.entries(client)) {
          if (typeof value === "object" && value !== null && methodsOf(value).length > 0) {
            owners.push([`${family}.${key}`, value as Anything]);
          }
        }
        const pending: Promise<unknown>[] = [];
        for (const [path, verbs] of owners) {
          for (const verb of methodsOf(verbs)) {
            if (["close", "return", "waitFor", "batch", "key"].includes(verb)) continue;
            const where = `${path}.${verb}`;
            const fail = (error: unknown): void => {
              refused.add(path);
              for (const words of wordsOf(error)) check(where, words);
            };
            // Each call uses other control characters; each verb is called often enough to use all of them.
            for (const given of argumentsOf(verbs, name.length > 15 ? name : NAMES[tried % NAMES.length]!)) {
              tried++;
              try {
                const result = (verbs[verb] as (...given: unknown[]) => unknown)(...given);
                const iterator = result as Partial<AsyncIterator<unknown> & Iterator<unknown>> | undefined;
                if (result instanceof Promise) pending.push(result.catch(fail));
                else if (typeof iterator?.next === "function" && Symbol.asyncIterator in (iterator as object)) {
                  pending.push(Promise.resolve(iterator.return?.()).catch(fail));
                } else if (typeof iterator?.next === "function") iterator.next();
              } catch (error) {
                fail(error);
              }
            }
          }
        }
        for (const one of shown) {
          shownBy.add(family);
          assertEquals(raw(one.summary()), []);
          for (const line of String(one).split("\n")) assertEquals(raw(line), []);
        }
        (client.close as (() => void) | undefined)?.();
        await Promise.race([Promise.all(pending), new Promise((resolve) => setTimeout(resolve, 0))]);
      }
    }
  }
  assertEquals([...new Set(faults.map((one) => one.slice(0, 300)))].slice(0, 20), []);
  console.log(`${tried} calls, refused by ${[...refused].join(", ")}; shown by ${[...shownBy].join(", ")}`);
  assert(tried > 5000 && refused.size > 25 && shownBy.size > 8, `${tried} ${refused.size} ${shownBy.size}`);
});

test("the error of a batch has one line for each item, whatever their names", () => {
  const names = NAMES.slice(0, 12).map((name) => name.replaceAll("\0", ""));
  using client = everything.route.open({ transport: () => refusing("no\x1b[31m\nCannot do this") });
  const error = assertThrows(() => client.batch((b) => names.forEach((name) => b.links.delete(name))), BatchError);
  const lines = error.message.split("\n");
  assertEquals(lines.map((line) => line.replace(/\d+/, "N").slice(0, 9)).slice(1, 11), Array(10).fill("  item N:"));
  assertEquals([lines.flatMap(raw), lines.length], [[], 12]);
});

test("messages with values use argumentError() or a class of ours, never a plain TypeError", () => {
  const root = new URL("../../../", import.meta.url);
  const faults = ["core", "families", "ffi"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
      .flatMap((file) => {
        const source = readFileSync(new URL(`${folder}/${file}`, root), "utf8");
        return [...source.matchAll(/new (?:Type|Range)Error\(\s*(?:`|[^"\s][^)]*\$\{)/g)].map(() =>
          `${folder}/${file}`
        );
      })
  );
  assertEquals(faults, []);
});

test("the cause of a file's error escapes the file's name", () => {
  const path = "/nowhere/x\x1b[31mR\u009b", { route } = everything;
  const acts = [
    () => [...readCapture(path)],
    () => route.open({ capture: path, transport: () => new ScriptedKernel(() => []) }).links.list(),
  ];
  for (const act of acts) {
    const error = assertThrows(act, SystemError), cause = error.cause as Error & { code?: string };
    assertEquals([error.code, cause.code], ["ENOENT", "ENOENT"]);
    assert(cause.message.includes("x\\u001b[31mR\\u009b"), cause.message);
    for (const text of [cause.message, cause.stack!, inspect(error), inspect(cause)]) {
      // deno-lint-ignore no-control-regex
      assertEquals(raw(text.replaceAll("\n", "").replace(/\x1b\[\d+m(?!R)/g, "")), []);
    }
  }
  // An error without control characters is returned unchanged.
  const own = new Error("as it is");
  assertEquals(new NetlinkError("x", "X", { cause: own }).cause, own);
});
