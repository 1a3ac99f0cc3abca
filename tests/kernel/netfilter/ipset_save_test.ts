/** The notation of ipset, compared with what `ipset save` prints and `ipset restore` makes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BatchError } from "../../../core/errors.ts";
import type { IpsetClient, SetType } from "../../../families/netfilter/ipset.ts";
import { parseIpset, restore, save } from "../../../families/netfilter/ipset_save.ts";
import { kernelTest } from "../namespace.ts";
import { has, withIpset } from "./with_ipset.ts";

const TEXT = `
create bitmap-ip bitmap:ip range 10.0.0.0-10.0.255.255 netmask 24 timeout 900
add bitmap-ip 10.0.3.0 timeout 800
create bitmap-mac bitmap:ip,mac range 10.0.0.0/24 counters
add bitmap-mac 10.0.0.1,02:00:00:00:00:0A packets 5 bytes 6
add bitmap-mac 10.0.0.2
create ports bitmap:port range 0-1023 comment
add ports 80 comment "the web"
add ports 90-92
create ips hash:ip family inet hashsize 64 maxelem 1000 netmask 24 timeout 0 counters comment skbinfo bucketsize 8 initval 0x00abcdef
add ips 192.0.2.0 timeout 0 packets 1 bytes 2 comment "a \\b" skbmark 0x5 skbprio 1:a skbqueue 4
add ips 198.51.100.0 timeout 700 packets 3 bytes 40 skbmark 0x1/0xff skbprio ffff:1
create six hash:ip family inet6 netmask 64
add six 2001:db8::
add six 2001:db8:0:1::
create macs hash:mac
add macs 02:00:00:00:00:0A
create ipmacs hash:ip,mac
add ipmacs 192.0.2.1,02:00:00:00:00:0A
create nets hash:net family inet
add nets 10.0.0.0/8
add nets 10.1.0.0/16 nomatch
add nets 192.0.2.1
create nets6 hash:net family inet6
add nets6 2001:db8::/32
create pairs hash:net,net
add pairs 10.0.0.0/8,192.0.2.0/24
add pairs 10.0.0.1,192.0.2.1 nomatch
create ipports hash:ip,port timeout 600
add ipports 192.0.2.1,tcp:80 timeout 500
add ipports 192.0.2.1,udp:53
add ipports 192.0.2.1,icmp:echo-request
add ipports 192.0.2.1,icmp:host-prohibited
add ipports 192.0.2.1,icmp:9/7
add ipports 192.0.2.1,gre:0
add ipports 192.0.2.1,vrrp:0
add ipports 192.0.2.1,200:0
add ipports 192.0.2.2,sctp:7-9
create ipports6 hash:ip,port family inet6
add ipports6 2001:db8::1,ipv6-icmp:neighbour-solicitation
add ipports6 2001:db8::1,icmpv6:1/2
add ipports6 2001:db8::1,tcp:80
create netports hash:net,port
add netports 192.0.2.0/24,tcp:443
create ipportips hash:ip,port,ip
add ipportips 192.0.2.1,tcp:80,198.51.100.1
create ipportnets hash:ip,port,net
add ipportnets 192.0.2.1,80,198.51.100.0/24 nomatch
create marks hash:ip,mark markmask 0x0000ffff
add marks 192.0.2.1,0x00000012
create netportnets hash:net,port,net
add netportnets 10.0.0.0/8,tcp:80,198.51.100.0/24
create ifaces hash:net,iface
add ifaces 10.0.0.0/8,eth0
add ifaces 10.0.0.0/8,physdev:eth1 nomatch
add ifaces 0.0.0.0/0,eth2
create all list:set size 5
add all ips
add all nets before ips
`;

/** Returns the lines of the types that the kernel has. */
function lines(client: IpsetClient): string {
  const lacks = new Set<string>();
  return TEXT.split("\n").filter((line) => {
    const [verb, set, type] = line.split(" ");
    if (verb === "create" && !has(client, type as SetType)) lacks.add(set!);
    return !lacks.has(set!);
  }).join("\n");
}

/** Returns text without the timeouts that pass, and with the lines of a set's entries in alphabetical order. */
function settled(text: string): string[] {
  const sets = text.replace(/^(add .*? timeout )[1-9]\d*/gm, "$1…").split(/^(?=create )/m);
  return sets.map((set) => {
    const [create, ...entries] = set.trimEnd().split("\n");
    return create!.includes("list:set") ? set : [create, ...entries.sort()].join("\n");
  });
}

kernelTest(
  "ipset: save prints what `ipset save` prints, and restore makes the same sets again",
  ["ip", "ipset"],
  async () => {
    await withIpset((client, tool) => {
      const text = lines(client);
      tool("restore", text);
      const theirs = tool("save"), ours = save(undefined, client);
      assert(theirs.split("\n").length > 40, theirs);
      const inOrder = (text: string): string => text.replace(/^(add .*? timeout )[1-9]\d*/gm, "$1…");
      assertEquals(inOrder(ours), inOrder(theirs));
      assertEquals(inOrder(save("nets", client)), inOrder(tool("save nets")));
      client.sets.flush({ all: true });
      restore(ours, client);
      assertEquals(settled(tool("save")), settled(theirs));
      client.sets.flush({ all: true });
      restore(text, client);
      const seeds = (text: string): string[] => settled(text.replace(/ initval 0x[\da-f]+/g, ""));
      assertEquals(seeds(tool("save")), seeds(theirs));
      tool("flush all");
      tool("destroy");
      tool("restore", ours);
      assertEquals(settled(tool("save")), settled(theirs));
    });
  },
);

kernelTest("ipset: restore does all commands, and names the refused lines", ["ip", "ipset"], async () => {
  await withIpset((client, tool) => {
    restore(
      "# a comment\ncreate a hash:ip\ncreate b hash:ip -exist\n-A a 10.0.0.1\nadd a 10.0.0.2\nswap a b\nrename a c\n" +
        "-! add b 10.0.0.1\ndel b 10.0.0.2\n-exist del b 10.0.0.2\n-exist destroy nothing\nCOMMIT\n",
      client,
    );
    assertEquals(tool("save").match(/^(create \w+ [\w:]+|add .*)/gm), [
      "create c hash:ip",
      "create b hash:ip",
      "add b 10.0.0.1",
    ]);
    const error = assertThrows(
      () =>
        restore(
          "create b hash:net\nadd b 10.0.0.3\nadd b 10.0.0.1\nadd b ::1\nflush nothing\nadd c 10.0.0.9\n",
          client,
        ),
      BatchError,
    ) as BatchError;
    assertEquals(error.failures.map(({ index }) => index), [0, 2, 3, 4]);
    assertEquals([error.count, error.done], [6, [1, 5]]);
    const [first, ...lines] = error.message.split("\n");
    assertEquals(first, "Cannot do 4 of 6 lines of a batch, the other 2 are done:");
    assertEquals(lines.map((line) => /^ {2}line \d+/.exec(line)?.[0]), [
      "  line 1",
      "  line 3",
      "  line 4",
      "  line 5",
    ]);
    assertEquals(tool("list c").trimEnd().endsWith("10.0.0.9"), true);
    const said = (text: string): string => (assertThrows(() => restore(text, client), TypeError) as Error).message;
    assertEquals(said("create x hash:ip\nadd y 10.0.0.1"), 'Cannot read line 2 of ipset\'s text: there is no set "y"');
    assertEquals(
      said("create x hash:ip tmeout 3"),
      'Cannot read line 1 of ipset\'s text: there is no option "tmeout" of sets',
    );
    assertEquals(client.sets.find("x"), undefined);
    assertEquals(parseIpset("add b 10.0.0.1 timeout 5 nomatch", () => "hash:net"), [
      { line: 1, set: "b", verb: "add", value: { ip: "10.0.0.1", timeout: 5, nomatch: true } },
    ]);
  });
});
