/**
 * The exit of the process, for what the kernel does not give back by itself.
 *
 * @module
 */
export { onExit } from "../ffi/exit.ts";
