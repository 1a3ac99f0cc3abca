/** The modules of the lab's kernels. */
import { kernelTest, load } from "../namespace.ts";
import { hasFamily } from "./needs.ts";

/** Returns true if the family exists; in the lab, after its modules were loaded. */
export function loads(family: string, ...modules: readonly string[]): boolean {
  for (const module of modules) load(module);
  return hasFamily(family);
}

/** Declares a test that needs a family of a module, which the lab loads; without it the test is skipped by name. */
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
