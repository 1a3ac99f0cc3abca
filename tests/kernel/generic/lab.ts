/** What the lab's kernels have as modules. */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { kernelTest } from "../namespace.ts";
import { hasFamily } from "./needs.ts";

/** Whether the family is there, in the lab after its modules are loaded. */
export function loads(family: string, ...modules: readonly string[]): boolean {
  if (process.env.LAB !== undefined) { for (const module of modules) spawnSync("modprobe", [module]); }
  return hasFamily(family);
}

/** A test that needs a family of a module, which the lab loads; without it the test is skipped by name. */
export function moduleTest(
  family: string,
  modules: readonly string[],
  name: string,
  needs: readonly string[],
  body: () => void | Promise<void>,
): void {
  const there = loads(family, ...modules);
  kernelTest(name, there ? needs : [`a kernel with ${modules.join(", ")}, as the lab's`, ...needs], body);
}
