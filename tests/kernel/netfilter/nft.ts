/** Helpers for tests of nf_tables: a client and `nft` in a namespace of the test's own. */
import { NetlinkError } from "../../../core/errors.ts";
import { type NftClient, open } from "../../../families/netfilter/nftables/mod.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, load, type Namespace, run } from "../namespace.ts";

/** A namespace with a client and `nft`. */
export interface NftNamespace extends Namespace {
  /** The client. */
  readonly ours: NftClient;
  /** Runs nft with a ruleset as its input; returns its output. */
  nft(input: string, ...options: readonly string[]): string;
  /** Returns the objects that `nft -j list ruleset` prints, without the version. */
  json(): Record<string, Record<string, unknown>>[];
}

/** Declares a test with a client and nft in a namespace of its own; skips it if the kernel lacks nf_tables. */
export function nftTest(
  name: string,
  body: (ns: NftNamespace) => void | Promise<void>,
  needs: readonly string[] = ["ip", "nft"],
): void {
  kernelTest(name, needs, () =>
    inNamespace(async (ns) => {
      load("nf_tables");
      using ours = opened(ns.name);
      // nft opens /dev/stdin by its name, which cannot be done with the socket that Node gives a program: cat gives a pipe.
      const nft = (input: string, ...options: readonly string[]): string =>
        run("ip", ["netns", "exec", ns.name, "sh", "-c", 'cat | nft "$@"', "nft", ...options, "-f", "-"], input);
      await body({
        ...ns,
        ours,
        nft,
        json: () =>
          (JSON.parse(run("ip", ["netns", "exec", ns.name, "nft", "-j", "list", "ruleset"])) as {
            nftables: Record<string, Record<string, unknown>>[];
          }).nftables
            .filter((one) => !("metainfo" in one)),
      });
    }));
}

function opened(netns: string): NftClient {
  let client: NftClient | undefined;
  try {
    client = open({ netns });
    client.generation();
    return client;
  } catch (error) {
    client?.close();
    // Without nfnetlink, the socket cannot be opened; without nf_tables, the request is not understood.
    const lacks = error instanceof NetlinkError && ["EPROTONOSUPPORT", "EINVAL", "EOPNOTSUPP"].includes(error.code);
    if (lacks) skip("needs a kernel with nf_tables");
    throw error;
  }
}
