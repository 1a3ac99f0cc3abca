/**
 * Codecs, with which tables declare the parts of a message.
 *
 * @module
 */
export * from "./attributes.ts";
export * from "./codec.ts";
export * from "./composite.ts";
export type * from "./entry.ts";
export * from "./values.ts";
