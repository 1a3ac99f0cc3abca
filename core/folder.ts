/**
 * Folders and links of /proc and /sys, read without the runtime's permission checks.
 *
 * @module
 */
export { linkTarget, namesIn } from "../ffi/folder.ts";
