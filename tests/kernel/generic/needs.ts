/** The generic families that this kernel has, for tests and the reasons why tests are skipped. */
import { families } from "../../../families/generic/controller.ts";
import { kernelTest } from "../namespace.ts";

/** Returns true if the kernel has the family, or loads it when asked. */
export function hasFamily(name: string): boolean {
  return families.find(name) !== undefined;
}

/** Declares a test that needs a generic family, root and programs; without them it is skipped with the reason. */
export function genericTest(
  family: string,
  name: string,
  needs: readonly string[],
  body: () => void | Promise<void>,
): void {
  kernelTest(name, hasFamily(family) ? needs : [`a kernel with generic family ${family}`, ...needs], body);
}
