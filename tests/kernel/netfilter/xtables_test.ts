/** Matches and targets of xtables in rules, compared with what iptables-nft-save prints. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { NftExpression } from "../../../families/netfilter/nftables/mod.ts";
import { skip } from "../../test.ts";
import { run } from "../namespace.ts";
import { nftTest } from "./nft.ts";

type Family = "ip" | "ip6";
const PROGRAMS = { ip: "iptables-nft", ip6: "ip6tables-nft" } as const;

/** Rules by family, table and chain. */
const RULES: readonly (readonly [Family, string, string, readonly string[]])[] = [
  ["ip", "filter", "INPUT", [
    "-p tcp -m tcp ! --sport 10:20 --tcp-option 3",
    "-p tcp -m tcp --tcp-option 4",
    "-m state --state NEW,RELATED",
    "-m conntrack --ctstate NEW,ESTABLISHED,UNTRACKED,DNAT",
    "-m conntrack ! --ctstate INVALID --ctproto 6 --ctorigdst 10.0.0.0/8 --ctorigdstport 80 --ctdir ORIGINAL",
    "-m conntrack ! --ctorigsrc 192.0.2.1 --ctreplsrc 192.0.2.0/255.0.255.0 --ctproto 17 --ctreplsrcport 5:9 --ctdir REPLY",
    "-m conntrack ! --ctstatus ASSURED,CONFIRMED --ctexpire 10:20",
    "-p tcp -m multiport --dports 22,80,100:200",
    "-p udp -m multiport ! --sports 22,80",
    "-p udp -m multiport --ports 53",
    "-m addrtype --src-type UNICAST,LOCAL ! --dst-type BROADCAST --limit-iface-in",
    "-m comment --comment plain-words_1",
    '-m comment --comment "it says \\"no\\" \\\\ don\'t"',
    "-p icmp -m icmp --icmp-type 3/1",
    "-p icmp -m icmp ! --icmp-type 8",
    "-p icmp -m icmp --icmp-type any",
    "-j REJECT",
    "-j REJECT --reject-with icmp-host-prohibited",
    "-j REJECT --reject-with icmp-admin-prohibited",
    "-p tcp -j REJECT --reject-with tcp-reset",
    '-j LOG --log-prefix "a b: " --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid',
    "-j LOG",
  ]],
  ["ip", "nat", "POSTROUTING", [
    "-j MASQUERADE",
    "-p tcp -j MASQUERADE --to-ports 100-200 --random",
    "-j MASQUERADE --random-fully",
    "-j SNAT --to-source 10.0.0.1-10.0.0.9",
    "-p tcp -j SNAT --to-source 10.0.0.1:100-200 --random --persistent",
  ]],
  ["ip", "nat", "PREROUTING", [
    "-p tcp -j DNAT --to-destination 10.0.0.1:80",
    "-j DNAT --to-destination 10.0.0.1 --persistent",
    "-p tcp -j DNAT --to-destination :8080-8090",
    "-p tcp -j REDIRECT --to-ports 8080",
    "-j REDIRECT",
  ]],
  ["ip", "mangle", "POSTROUTING", [
    "-j MARK --set-mark 5",
    "-j MARK --or-mark 5",
    "-j MARK --set-xmark 0x5/0xff",
    "-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu",
    "-p tcp --syn -j TCPMSS --set-mss 1400",
  ]],
  ["ip6", "filter", "INPUT", [
    "-j REJECT",
    "-j REJECT --reject-with icmp6-adm-prohibited",
    "-p tcp -j REJECT --reject-with tcp-reset",
    "-m conntrack --ctorigsrc fd00::/8 --ctrepldst fd00::1",
    "-p icmpv6 -m icmp6 --icmpv6-type 128",
    "-j LOG --log-macdecode",
  ]],
  ["ip6", "nat", "PREROUTING", ["-p tcp -j DNAT --to-destination [fd00::1]:80", "-p tcp -j REDIRECT --to-ports 1-9"]],
  ["ip6", "nat", "POSTROUTING", ["-j SNAT --to-source fd00::1-fd00::9", "-p tcp -j MASQUERADE --to-ports 7"]],
];

/** Returns the matches and targets in a line of iptables-save. */
function extensionsIn(line: string): string[] {
  const whole = line.replace(/^-A \S+ /, ""),
    found = [...whole.matchAll(/-[mj] \w+(?: (?!-[mjpA] )(?:"(?:\\.|[^"])*"|\S+))*/g)];
  return found.map(([one]) => one.replace(/ ! $/, ""));
}

/** Returns the lines of rules that iptables-save prints, of a family. */
function saved(netns: string, family: Family): string[] {
  return run("ip", ["netns", "exec", netns, `${PROGRAMS[family]}-save`]).split("\n").filter((line) =>
    /^-A /.test(line)
  );
}

nftTest(
  "nf_tables: rules of iptables-nft are listed with the options that iptables-nft-save prints, and made again",
  ({ name, ours: { ruleset, rules } }) => {
    for (const [family, table, chain, lines] of RULES) {
      const input = `*${table}\n${lines.map((line) => `-A ${chain} ${line}`).join("\n")}\nCOMMIT\n`;
      try {
        run("ip", ["netns", "exec", name, `${PROGRAMS[family]}-restore`, "-n"], input);
      } catch (error) {
        skip(`needs a kernel with the extensions of xtables: ${(error as Error).message.split("\n")[0]}`);
      }
    }
    for (const family of ["ip", "ip6"] as const) {
      // The program prints tables by itself in another order.
      const theirs = saved(name, family).flatMap(extensionsIn).sort(), seen = new Set<string>();
      const ours = rules.list({ family }).flatMap((rule) => {
        const line = ruleset.text(rule);
        assert(!line.includes("incomplete"), line);
        return extensionsIn(line).map((one) => one.replace(/ counter packets.*/, "").replace(/ meta .*/, ""));
      });
      for (const one of ours) {
        seen.add(one.split(" ")[1]!);
        assert(theirs.includes(one), `${one} in\n${theirs.join("\n")}`);
      }
      assert(seen.size >= (family === "ip" ? 15 : 6), [...seen].join(" "));
    }
    const before = [...saved(name, "ip"), ...saved(name, "ip6")], listed = ruleset.json();
    // The listing is plain JSON.
    ruleset.apply(JSON.parse(JSON.stringify(listed)), { replace: true });
    assertEquals([...saved(name, "ip"), ...saved(name, "ip6")], before);
    const state = listed.nftables.flatMap((one) => (one["rule"] as { expr?: object[] } | undefined)?.expr ?? [])
      .find((one) => (one as { xt?: { name: string } }).xt?.name === "conntrack") as { xt: Record<string, unknown> };
    const { info, ...typed } = state.xt;
    assertEquals(typeof info, "string");
    assertEquals(typed, {
      type: "match",
      name: "conntrack",
      rev: 3,
      options: [{ name: "state", values: [["NEW", "RELATED"]] }],
    });
  },
  ["ip", "nft", "iptables-nft"],
);

const u16 = (...all: number[]): number[] => all.flatMap((one) => [one & 255, one >> 8]);
const u32 = (...all: number[]): number[] => all.flatMap((one) => u16(one & 0xffff, one >>> 16));
const padded = (bytes: readonly number[], size: number): number[] => [...bytes, ...Array(size - bytes.length).fill(0)];

/** Structs that this iptables-nft does not make, since it has expressions for them, but prints. */
const STRUCTS: readonly (readonly [name: string, rev: number, info: readonly number[], proto?: number])[] = [
  ["udp", 0, padded([...u16(10, 20, 0, 0xffff), 1], 16), 17],
  ["tcp", 0, [...u16(0, 0xffff, 22, 22), 0, 0x17, 0x02, 0x04], 6],
  ["tcp", 0, [...u16(0, 0xffff, 0, 0xffff), 0, 0x3f, 0x00, 0], 6],
  ["limit", 0, padded(u32(10_000 * 60 / 5, 5), 40)],
  ["limit", 0, padded(u32(10_000 / 100, 7), 40)],
  ["limit", 0, padded(u32(36_000_000, 5), 40)],
  ["mark", 1, padded([...u32(0x10, 0xff), 1], 16)],
  ["mark", 1, padded([...u32(5, 0xffffffff), 0], 16)],
  ["addrtype", 0, padded([...u16(2, 4), ...u32(1, 0)], 16)],
];

nftTest("nf_tables: matches of xtables are added, and printed as iptables-nft-save does", ({ name, ours }) => {
  const { rules, ruleset } = ours;
  run("ip", ["netns", "exec", name, "iptables-nft", "-A", "INPUT", "-j", "ACCEPT"]);
  let compared = 0;
  for (const [match, rev, info, proto] of STRUCTS) {
    const place = { family: "ip", table: "filter", chain: "INPUT" } as const;
    const expressions = [
      { name: "match", data: { name: match, rev, info: Uint8Array.from(info) } },
    ] as NftExpression[];
    rules.flush(place);
    try {
      rules.add({ ...place, ...(proto === undefined ? {} : { compat: { proto, flags: [] } }), expressions });
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") continue;
      throw error;
    }
    const [rule] = rules.list(place), [theirs] = saved(name, "ip");
    assertEquals(ruleset.text(rule!), extensionsIn(theirs!)[0]);
    compared++;
  }
  if (compared === 0) skip("needs a kernel with matches of xtables");
  const xt = { type: "match", name: "tcp" };
  assertThrows(
    () => rules.add({ family: "ip", table: "filter", chain: "INPUT", expr: [{ xt } as never] }),
    TypeError,
    "expr[0].xt.info: expected the struct as hexadecimal text",
  );
}, ["ip", "nft", "iptables-nft"]);
