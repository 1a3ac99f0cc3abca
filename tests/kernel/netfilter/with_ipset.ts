/** Helpers for tests of ipset. */
import { KernelError } from "../../../core/errors.ts";
import { type IpsetClient, open, type SetType } from "../../../families/netfilter/ipset.ts";
import { skip } from "../../test.ts";
import { inNamespace, load, run } from "../namespace.ts";

/** Runs `ipset` in a namespace. */
function ipset(ns: { readonly name: string }, command: string, input?: string): string {
  return run("ip", ["netns", "exec", ns.name, "ipset", ...command.split(" ")], input);
}

/** Runs `body` in a new namespace; skips the test if the kernel has no ipset. */
export async function withIpset(
  body: (client: IpsetClient, tool: (command: string, input?: string) => string, netns: string) => void,
): Promise<void> {
  await inNamespace((ns) => {
    using client = open({ netns: ns.name });
    load("ip_set");
    try {
      client.sets.protocol();
    } catch (error) {
      if (error instanceof KernelError && error.code === "EINVAL") skip("needs a kernel with ipset");
      throw error;
    }
    body(client, (command, input) => ipset(ns, command, input), ns.name);
  });
}

/** True if the kernel has a type of sets. */
export function has(client: IpsetClient, type: SetType): boolean {
  try {
    client.sets.type(type);
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === "IPSET_ERR_FIND_TYPE") return false;
    throw error;
  }
}
