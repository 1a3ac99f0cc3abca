/**
 * Codecs: how a table says what a message is made of.
 *
 * @module
 */
export * from "./addresses.ts";
export * from "./attributes.ts";
export * from "./buffer.ts";
export * from "./choice.ts";
export * from "./codec.ts";
export * from "./data.ts";
export * from "./endpoint.ts";
export * from "./entry.ts";
export * from "./enums.ts";
export * from "./ifindex.ts";
export * from "./lists.ts";
export * from "./long.ts";
export * from "./scalars.ts";
export * from "./struct.ts";
export * from "./text.ts";
export * from "./varint.ts";
