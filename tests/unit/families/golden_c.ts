/** The output of make_golden.c, and an encoder of messages that only the kernel sends. */
import { readFileSync } from "node:fs";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { hex } from "./golden.ts";

const all = JSON.parse(readFileSync(new URL("golden-crypto-smc.json", import.meta.url), "utf8")) as {
  readonly name: string;
  readonly hex: string;
}[];

/** Returns the bytes of the message `name`. */
export function printed(name: string): Uint8Array {
  return hex(all.find((one) => one.name === name)!.hex);
}

/** Returns the names that begin with `prefix`. */
export function printedNames(prefix: string): string[] {
  return all.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}

/** Encodes the payload of a value, including read-only fields. */
export function payload(codec: Codec<unknown, never>, value: unknown): Uint8Array {
  const to: Writer = new Writer();
  to.everything = true;
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}
