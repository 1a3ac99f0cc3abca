/**
 * The texts that `console.log` prints of objects with many parts.
 *
 * @module
 */

/** The methods that the runtimes call for it: Node and Bun the first, Deno the second. */
const NAMES = ["nodejs.util.inspect.custom", "Deno.customInspect"];

/** Makes `console.log` print a short text for the objects of a class, instead of all their parts. */
export function showAs<T>(kind: { readonly prototype: T }, text: (one: T) => string): void {
  const value = function (this: T): string {
    return text(this);
  };
  for (const name of NAMES) Object.defineProperty(kind.prototype, Symbol.for(name), { value });
}
