/**
 * A bar chart of the ratios, for the README.
 *
 * @module
 */
import type { Result } from "./report.ts";

/** Draws it. */
export function chart(_results: readonly Result[]): string {
  return "";
}
