/** States and policies as `ip xfrm` prints them. */
import { assertEquals } from "@std/assert";
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
