/**
 * The exit of the process.
 * @module
 */

/** The parts of an event that are used here; those of errors tell if another listener has kept the process alive. */
interface ExitEvent {
  readonly defaultPrevented: boolean;
}

type Listen = (event: string, listener: (event: ExitEvent) => void) => void;

const globals = globalThis as unknown as {
  readonly Deno?: unknown;
  readonly process?: Record<"once" | "off", (event: "exit", listener: () => void) => unknown>;
} & Record<"addEventListener" | "removeEventListener", Listen>;

/** Events of Deno that end the process: an error that nobody catches ends it without `unload`. */
const EVENTS = ["unload", "error", "unhandledrejection"];

/**
 * Calls a function when the process exits, also by `process.exit` or an error that nobody catches; not when a signal ends
 * it. Returns a function that cancels the call. On Deno, a listener that keeps the process alive after an error must have
 * been added before.
 */
export function onExit(run: () => void): () => void {
  // Reading `process` costs Deno tens of milliseconds.
  if (globals.Deno !== undefined) {
    const listener = (event: ExitEvent): void => {
      if (!event.defaultPrevented) run();
    };
    for (const event of EVENTS) globals.addEventListener(event, listener);
    return () => {
      for (const event of EVENTS) globals.removeEventListener(event, listener);
    };
  }
  globals.process?.once("exit", run);
  return () => globals.process?.off("exit", run);
}
