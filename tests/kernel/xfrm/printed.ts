/** States and policies as `ip xfrm` prints them. */
import { assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import type { Policies } from "../../../families/xfrm/mod.ts";
import { run } from "../namespace.ts";

/** Returns the blocks that `ip -d -s xfrm` prints, one for each object, in a fixed order and without times. */
export function printed(netns: string, object: "policy" | "state"): string[] {
  const text = run("ip", ["-n", netns, "-d", "-s", "xfrm", object, "list"]);
  const blocks = text.split(/\n(?=src )/).filter((block) => block.trim() !== "");
  return blocks.map((block) => block.trim().replace(/ add \d+-.*$/gm, "").replace(/ index \d+ /, " ")).sort();
}

/** Fails unless an object has at least the wanted fields, with equal values. */
export function assertHas(object: unknown, wanted: unknown, path = ""): void {
  if (typeof wanted !== "object" || wanted === null) return assertEquals(object, wanted, path);
  for (const [name, one] of Object.entries(wanted)) {
    const value = (object as Record<string, unknown>)[name];
    // An address alone is a prefix of all its bits.
    const prefix = path.endsWith(".sel") && typeof one === "string" && /^[\da-f.:]+[.:][\da-f.:]*$/.test(one);
    assertHas(value, prefix ? `${one}/${one.includes(":") ? 128 : 32}` : one, `${path}.${name}`);
  }
}

/** Runs `ip xfrm monitor` in a namespace; `printed()` resolves to what it has printed about all earlier messages. */
export async function monitored(
  netns: string,
  policies: Policies,
): Promise<AsyncDisposable & { printed(): Promise<string> }> {
  const child = spawn("ip", ["-n", netns, "xfrm", "monitor"], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "", wake = (): void => {}, count = 0;
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    text += data;
    wake();
  });
  const mark = (): string => {
    const src = `192.0.2.${++count % 250}`;
    policies.add({ dir: "fwd", sel: { src } });
    policies.delete({ dir: "fwd", sel: { src } });
    return src;
  };
  // It listens once it prints a policy.
  for (mark(); text === ""; mark()) await new Promise((resolve) => setTimeout(resolve, 10));
  const printed = async (): Promise<string> => {
    const end = `Deleted src ${mark()}/32`;
    while (!text.includes(end)) await new Promise<void>((resolve) => wake = resolve);
    const [all, rest] = text.split(end);
    text = rest!;
    return all!.replace(/\s+/g, " ");
  };
  await printed();
  return {
    printed,
    async [Symbol.asyncDispose](): Promise<void> {
      const ended = new Promise((resolve) => child.on("close", resolve));
      child.kill();
      await ended;
    },
  };
}
