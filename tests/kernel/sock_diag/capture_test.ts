/** The traffic about sockets is recorded, and decoded by its requests: each protocol's sockets as its own. */
import { assert, assertEquals } from "@std/assert";
import { type CapturedMessage, readCapture } from "../../../families/registry.ts";
import { open } from "../../../families/sock_diag/mod.ts";
import { before, inNamespace, kernelTest } from "../namespace.ts";
import { Holder } from "./sockets.ts";

/** Makes listeners and connections of the protocols that this kernel has. */
const SOCKETS = `
tcp_pair()
udp = keep(socket(AF_INET, SOCK_DGRAM)); udp.bind(('127.0.0.1', 5353))
raw = keep(socket(AF_INET, SOCK_RAW, 47))
for protocol in (262, 132):
    try: tcp_pair(protocol=protocol)
    except OSError: pass
`;

kernelTest(
  "sock_diag: a capture distinguishes the sockets of TCP, UDP, MPTCP and SCTP",
  ["ip", "python3"],
  () =>
    inNamespace(async ({ name, ip }) => {
      ip("link set lo up");
      const holder = new Holder(name, SOCKETS), pieces: Uint8Array[] = [], heard: object[][] = [];
      let told: readonly string[] = [];
      try {
        await holder.until("ready");
        // Sockets of one capture whose dumps are read at the same time have the same sequence numbers.
        using one = open({ netns: name, names: false, capture: (bytes) => pieces.push(bytes) });
        told = ["mptcp", "tcp", "udp", "raw", "sctp"].filter((kind) => {
          try {
            heard.push(one[kind as "tcp"].list(kind === "udp" || kind === "raw" ? {} : { info: true }));
            return true;
          } catch (error) {
            if ((error as { errno?: number }).errno === undefined) throw error;
            console.log(`not here: ${(error as Error).message}`);
            return false;
          }
        });
        const both = ["tcp", "mptcp"].filter((kind) => told.includes(kind)).map((kind) =>
          one[kind as "tcp"].iterate({ info: true })
        );
        const side: object[][] = both.map(() => []);
        for (let open = both.length; open > 0;) {
          open = 0;
          both.forEach((dump, i) => {
            const { value, done } = dump.next();
            if (done === true) return;
            open++;
            side[i]!.push(value);
          });
        }
        heard.push(...side);
      } finally {
        await holder.end();
      }
      const answers = [...readCapture(pieces)].filter(({ type, direction }) =>
        type === "SOCK_DIAG_BY_FAMILY" && direction === "received"
      );
      assert(heard.every((sockets) => sockets.length > 0), `none of ${told}`);
      // Debian's 5.10 has no module for MPTCP's sockets.
      if (!before(5, 11)) assert(told.includes("mptcp"), "no MPTCP socket");
      // The text has the same fields as the module's objects, also those of its protocol alone.
      const text = (value: unknown): string =>
        JSON.stringify(value, (_key, one) => typeof one === "bigint" ? `${one}` : one);
      const recorded = answers.map(({ value }: CapturedMessage) => text(value)).sort();
      assertEquals(recorded, heard.flat().map(text).sort());
      const some = (field: string): boolean => recorded.some((one) => one.includes(`"${field}"`));
      assertEquals([some("addAddrSignal"), some("rto")], [told.includes("mptcp"), true]);
    }),
);
