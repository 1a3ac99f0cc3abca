/**
 * The runtime's own modules, loaded when they are first needed.
 *
 * @module
 */
import { NetlinkError } from "./errors.ts";

/**
 * Returns a module of Node, which Deno and Bun have too: `node:crypto`.
 *
 * @param what the operation in the error message
 * @throws {NetlinkError} UNSUPPORTED_PLATFORM: the runtime does not have it
 */
export function builtin<T>(name: string, what: string): T {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const found = process?.getBuiltinModule?.(name);
  if (found === undefined) {
    throw new NetlinkError(`Cannot ${what}: this runtime has no ${name}`, "UNSUPPORTED_PLATFORM");
  }
  return found as T;
}
