/**
 * The exit of the process.
 * @module
 */

const globals = globalThis as unknown as {
  readonly Deno?: unknown;
  readonly process?: Record<"once" | "off", (event: "exit", listener: () => void) => unknown>;
} & Record<"addEventListener" | "removeEventListener", (event: "unload", listener: () => void) => void>;

/**
 * Calls a function when the process exits, also by `process.exit`; not when a signal ends it. Returns a function that
 * cancels the call.
 */
export function onExit(run: () => void): () => void {
  // Reading `process` costs Deno tens of milliseconds.
  if (globals.Deno !== undefined) {
    globals.addEventListener("unload", run);
    return () => globals.removeEventListener("unload", run);
  }
  globals.process?.once("exit", run);
  return () => globals.process?.off("exit", run);
}
