/**
 * The part of `@std/cli` that our tools use, for machines that cannot reach JSR: same names and signatures.
 *
 * @module
 */
export * from "./parse_args.ts";
