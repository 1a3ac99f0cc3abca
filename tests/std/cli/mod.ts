/**
 * The part of `@std/cli` that the tools of the tests use, for machines that cannot reach JSR: the same names and
 * signatures.
 *
 * @module
 */
export * from "./parse_args.ts";
