/** Transactions on nf_tables: raw tables and chains, made and refused together, compared with `nft -j`. */
import { assertEquals, assertGreater, assertInstanceOf, assertMatch } from "@std/assert";
import { Client, type Frame, type OpenOptions, type Operation, type Protocol } from "../../core/client.ts";
import { type Attributes, attributes, be16, be32, be64, type Codec, head, string, u8 } from "../../core/codec/mod.ts";
import { type KernelError, NetlinkError, TransactionError } from "../../core/errors.ts";
import { runTransaction } from "../../core/transaction.ts";
import { NLM_F } from "../../core/message.ts";
import { packets } from "../../core/pcap.ts";
import { Socket } from "../../ffi/socket.ts";
import { inNamespace, kernelTest, load, many, type Namespace, run } from "./namespace.ts";
import { skip } from "../test.ts";

const NETFILTER: Protocol = { number: 12, name: "NETLINK_NETFILTER", types: {} };
/** NFNL_SUBSYS_NFTABLES, the high byte of its message types. */
const NFTABLES = 10;
const BATCH_BEGIN = 16, BATCH_END = 17;
const NEWTABLE = NFTABLES << 8, NEWCHAIN = NEWTABLE | 3, NEWGEN = NEWTABLE | 15, GETGEN = NEWTABLE | 16;
const NFPROTO_IPV4 = 2;
const { NLM_F_CREATE: CREATE, NLM_F_ECHO: ECHO, NLM_F_EXCL: EXCL } = NLM_F;

/** struct nfgenmsg, whose version is always 0. */
interface Header {
  family?: number;
  resId?: number;
}
const header = { family: head(0, u8), resId: head(2, be16) };

interface Generation extends Header {
  id?: number;
}
const Generation: Attributes<Generation> = attributes<Generation>({ ...header, id: [1, be32] }, { header: 4 });

interface Table extends Header {
  name?: string;
  handle?: bigint;
}
const Table: Attributes<Table> = attributes<Table>({
  ...header,
  name: [1, string(255)],
  handle: [4, be64 as Codec<bigint>],
}, { header: 4 });

interface Chain extends Header {
  table?: string;
  handle?: bigint;
  name?: string;
}
const Chain: Attributes<Chain> = attributes<Chain>({
  ...header,
  table: [1, string(255)],
  handle: [2, be64 as Codec<bigint>],
  name: [3, string(255)],
}, { header: 4 });

function operation<T extends object>(type: number, codec: Codec<T>, value: T, what: string, flags = 0): Operation {
  return { type, codec: codec as Codec<unknown, never>, value, what, flags, reply: type };
}
function frame(generation?: number, again?: Frame["again"]): Frame {
  const begin: Generation = { resId: NFTABLES, ...(generation === undefined ? {} : { id: generation }) };
  return {
    begin: operation(BATCH_BEGIN, Generation, begin, "begin the transaction"),
    end: operation(BATCH_END, Generation, { resId: NFTABLES }, "end the transaction"),
    ...(again === undefined ? {} : { again }),
  };
}
function table(name: string, flags: number = CREATE): Operation {
  return operation(NEWTABLE, Table, { family: NFPROTO_IPV4, name }, `add table ${name}`, flags);
}
function chain(of: string, name: string, flags: number = CREATE): Operation {
  return operation(NEWCHAIN, Chain, { family: NFPROTO_IPV4, table: of, name }, `add chain ${name}`, flags);
}
function generation(client: Client): number {
  const asked = operation(GETGEN, Generation, {}, "get the generation");
  return (client.request({ ...asked, reply: NEWGEN }) as Generation).id!;
}

/** Declares a test with a client in a namespace of its own. */
function nftTest(
  name: string,
  body: (client: Client, ns: Namespace) => void,
  options: (ns: Namespace) => OpenOptions = () => ({}),
): void {
  kernelTest(name, ["ip", "nft"], () =>
    inNamespace((ns) => {
      load("nf_tables");
      using client = opened(ns, options(ns));
      body(client, ns);
    }));
}

/** Returns a client for nf_tables; skips the test if the kernel lacks it. */
function opened(ns: Namespace, options: OpenOptions): Client {
  let client: Client | undefined;
  try {
    client = new Client(NETFILTER, { netns: ns.name, ...options });
    generation(client);
    return client;
  } catch (error) {
    client?.close();
    // Without nfnetlink, the socket cannot be opened; without nf_tables, the request is not understood.
    const lacks = error instanceof NetlinkError && ["EPROTONOSUPPORT", "EINVAL", "EOPNOTSUPP"].includes(error.code);
    if (lacks) skip("needs a kernel with nf_tables");
    throw error;
  }
}

/** An object in the output of `nft -j`. */
interface NftObject {
  readonly table?: { readonly name: string; readonly handle: number };
  readonly chain?: { readonly table: string; readonly name: string; readonly handle: number };
}

/** Runs nft in a namespace: `nft(ns, "add", "table", "t")`. */
function nft(ns: Namespace, ...args: string[]): string {
  return run("ip", ["netns", "exec", ns.name, "nft", ...args]);
}
/** The tables and chains that nft lists, by name. */
function ruleset(ns: Namespace): { tables: Map<string, number>; chains: Map<string, number> } {
  const { nftables } = JSON.parse(nft(ns, "-j", "list", "ruleset")) as { nftables: NftObject[] };
  return {
    tables: new Map(nftables.flatMap(({ table }) => table === undefined ? [] : [[table.name, table.handle]])),
    chains: new Map(nftables.flatMap(({ chain }) => chain === undefined ? [] : [[chain.name, chain.handle]])),
  };
}
function refused(client: Client, operations: readonly Operation[], around: () => Frame = () => frame()) {
  try {
    runTransaction(client, around, (add) => operations.forEach(add));
  } catch (error) {
    assertInstanceOf(error, TransactionError);
    return error;
  }
  throw new Error("the transaction was done");
}

/** Returns names so long that the default send buffer cannot hold all of them. */
function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `c${i}-`.padEnd(160, "x"));
}

const pieces: Uint8Array[] = [];
nftTest(
  "transaction: one datagram makes tables and thousands of chains, and their handles are returned",
  (client, ns) => {
    // nft lists the chains of each table by a dump of all chains.
    const made = names(many(2000)), tables = ["t0", "t1", "t2"];
    const told = runTransaction(client, () => frame(generation(client)), (add) => {
      for (const name of tables) add(table(name, CREATE | ECHO));
      for (const name of made) add(chain("t0", name, CREATE | ECHO));
    }) as Table[][];
    const seen = ruleset(ns);
    assertEquals(told.map((replies) => replies.length), Array.from({ length: 3 + made.length }, () => 1));
    const handles = told.map(([reply]) => [reply!.name, Number(reply!.handle)]);
    assertEquals(handles, [
      ...tables.map((name) => [name, seen.tables.get(name)]),
      ...made.map((name) => [
        name,
        seen.chains.get(name),
      ]),
    ]);
    // Two requests for the generation, and one datagram.
    const sent = [...packets(pieces)].filter(({ direction }) => direction === "sent");
    assertEquals(sent.length, 3);
    assertGreater(sent[2]!.bytes.length + sent[2]!.missing, made.length * 160);
  },
  () => ({ capture: (bytes) => void pieces.push(bytes) }),
);

nftTest("transaction: one refusal among thousands undoes everything, and names its item and field", (client, ns) => {
  const made = names(many(2000)), at = made.length / 2;
  const operations = [table("t"), ...made.map((name) => chain("t", name))];
  const error = refused(client, operations.toSpliced(at, 0, chain("none", "c")));
  assertEquals(error.failures.map(({ index, error }) => [index, (error as KernelError).path]), [[at, "table"]]);
  assertEquals(
    error.message,
    `Cannot do a transaction of ${made.length + 2} items (1 refused), nothing was done:\n` +
      `  item ${at}: Cannot add chain c: ENOENT at table "No such file or directory"`,
  );
  assertEquals(ruleset(ns), { tables: new Map(), chains: new Map() });
  runTransaction(client, () => frame(), (add) => operations.forEach(add));
  assertEquals([...ruleset(ns).chains.keys()], made);
});

nftTest("transaction: the last item may be refused, and the error names the field", (client, ns) => {
  nft(ns, "add", "table", "ip", "old");
  const error = refused(client, [table("new"), table("old", CREATE | EXCL)]);
  assertEquals(error.failures.map(({ index, error }) => [index, (error as KernelError).message]), [
    [1, 'Cannot add table old: EEXIST at name "File exists"'],
  ]);
  assertEquals([...ruleset(ns).tables.keys()], ["old"]);
});

nftTest("transaction: refusals of thousands of items are all received", (client, ns) => {
  const made = names(many(2000));
  const error = refused(client, made.map((name) => chain("none", name)));
  assertEquals(error.failures.map(({ index }) => index), made.map((_, i) => i));
  assertEquals(error.cause, undefined);
  assertEquals(ruleset(ns).tables.size, 0);
});

nftTest(
  "transaction: one for an old generation is refused, or repeated for the next one",
  (client, ns) => {
    const old = generation(client);
    nft(ns, "add", "table", "ip", "a");
    const error = refused(client, [table("b")], () => frame(old));
    assertEquals([error.code, error.mayBeDone, error.failures.length], ["ERESTART", false, 0]);
    assertMatch(error.message, /^Cannot do a transaction of 1 item, nothing was done: Cannot begin the transaction: /);
    assertEquals([...ruleset(ns).tables.keys()], ["a"]);
    let tries = 0;
    runTransaction(client, () => frame(generation(client), ({ code }) => code === "ERESTART"), (add) => {
      // Another program is faster, twice.
      if (tries++ < 2) nft(ns, "add", "table", "ip", `quick${tries}`);
      add(table(`after${[...ruleset(ns).tables.keys()].length}`));
    });
    assertEquals([tries, [...ruleset(ns).tables.keys()]], [3, ["a", "quick1", "quick2", "after3"]]);
  },
);

nftTest(
  "transaction: its outcome is unknown if its answers do not fit into the receive buffer",
  (client, ns) => {
    const made = names(300), operations = made.map((name) => chain("t", name, CREATE | ECHO));
    const error = refused(client, [table("t"), ...operations]);
    assertEquals([error.code, error.mayBeDone, error.failures.length], ["ENOBUFS", true, 0]);
    assertEquals([...ruleset(ns).chains.keys()], made);
    // One received refusal tells the outcome.
    const known = refused(client, made.map((name) => chain("none", name)));
    assertEquals([known.code, known.mayBeDone], ["ENOENT", false]);
    assertGreater(known.failures.length, 0);
    assertGreater(300, known.failures.length);
    assertMatch(known.message, /\n {2}maybe others: .*ENOBUFS/);
    runTransaction(client, () => frame(), (add) => add(table("more")));
    assertEquals([...ruleset(ns).tables.keys()], ["t", "more"]);
  },
  (ns) => ({
    transport() {
      const socket = new Socket({ protocol: NETFILTER.number, netns: ns.name });
      socket.setBuffer(4096);
      socket.setBuffer = (bytes) => bytes;
      return socket;
    },
  }),
);
