/**
 * Codecs, with which tables declare the parts of a message.
 *
 * ```ts
 * import { type Attributes, attributes, Reader, text, u32 } from "@linux/netlink/core/codec/mod.ts";
 * interface Lamp {
 *   name?: string;
 *   level?: number;
 * }
 * const Lamp: Attributes<Lamp> = attributes<Lamp>({ name: [1, text], level: [2, u32] });
 * const bytes = new Uint8Array([8, 0, 2, 0, 7, 0, 0, 0]);
 * console.log(Lamp.decode(new Reader(bytes), 0, bytes.length, {})); // { level: 7 }
 * ```
 *
 * @module
 */
export * from "./attributes.ts";
export * from "./codec.ts";
export * from "./composite.ts";
export type * from "./entry.ts";
export * from "./values.ts";
