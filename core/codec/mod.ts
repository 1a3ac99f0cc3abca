/**
 * Codecs, with which tables declare the parts of a message.
 *
 * @module
 */
export * from "./addresses.ts";
export * from "./attributes.ts";
export * from "./codec.ts";
export * from "./composite.ts";
export * from "./entry.ts";
export * from "./scalars.ts";
export * from "./text.ts";
