/** tcp_metrics, compared with `ip tcp_metrics`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { family } from "../../../families/generic/mod.ts";
import { open, type TcpMetrics } from "../../../families/generic/tcp_metrics.ts";
import { inNamespace, run } from "../namespace.ts";
import { genericTest } from "./needs.ts";
import { TCP_METRICS } from "./specs.ts";

/** Makes connections to two addresses of this namespace, long enough for TCP to remember their round-trip times. */
const TALK = `
import socket
for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
    l = socket.socket(family); l.bind((host, 5006)); l.listen()
    c = socket.socket(family); c.connect((host, 5006)); s, _ = l.accept()
    for _ in range(20):
        c.send(b'x' * 100); s.recv(100); s.send(b'y' * 100); c.recv(100)
    for one in (c, s, l): one.close()
`;

/** Converts metrics to the form of `ip -j tcp_metrics`, without their age. */
function inItsWords({ addrIpv4, addrIpv6, saddrIpv4, saddrIpv6, vals = {} }: TcpMetrics): Record<string, unknown> {
  const seconds = (eighths: number | undefined, parts: number): number | undefined =>
    eighths === undefined ? undefined : Math.round(eighths / parts) / 1e6;
  const words = {
    dst: addrIpv4 ?? addrIpv6,
    ssthresh: vals.ssthresh,
    cwnd: vals.cwnd,
    reordering: vals.reodering,
    rtt: seconds(vals.rttUs, 8),
    rttvar: seconds(vals.rttvarUs, 4),
    source: saddrIpv4 ?? saddrIpv6,
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

genericTest(
  "tcp_metrics",
  "tcp_metrics: what is remembered is what `ip tcp_metrics` says",
  ["ip", "python3"],
  () =>
    inNamespace(({ name, ip, ipJson }) => {
      using client = open({ netns: name });
      ip("link set lo up");
      run("ip", ["netns", "exec", name, "python3", "-c", TALK]);
      const theirs = ipJson("tcp_metrics") as Record<string, unknown>[], ours = client.metrics.list();
      assertEquals(ours.map(({ addrIpv4, addrIpv6 }) => addrIpv4 ?? addrIpv6).sort(), ["127.0.0.1", "::1"]);
      const rounded = (one: Record<string, unknown>): Record<string, unknown> => {
        const { age: _age, ...rest } = one;
        const micro = (value: unknown): unknown =>
          typeof value === "number" && value < 1 ? Math.floor(value * 1e6) : value;
        return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, micro(value)]));
      };
      const sorted = (all: Record<string, unknown>[]): Record<string, unknown>[] =>
        all.map(rounded).sort((a, b) => String(a.dst) < String(b.dst) ? -1 : 1);
      const close = sorted(ours.map(inItsWords)), wanted = sorted(theirs);
      assertEquals(close.map((one) => Object.keys(one).sort()), wanted.map((one) => Object.keys(one).sort()));
      close.forEach((one, i) => {
        for (const [key, value] of Object.entries(one)) {
          const other = wanted[i]![key];
          // `ip` truncates numbers that the library rounds.
          assert(
            typeof value === "number" ? Math.abs(value - Number(other)) <= 1 : value === other,
            `${key} ${value} ${other}`,
          );
        }
      });
      const one = client.metrics.get("127.0.0.1");
      assertEquals(one.addrIpv4, "127.0.0.1");
      // The same by a specification, and by the kernel's own policy.
      using described = family("tcp_metrics", { spec: TCP_METRICS, netns: name });
      const still = ({ age: _age, ...rest }: Record<string, unknown>): unknown[] => Object.entries(rest).sort();
      const described1 = described.request("get", { addrIpv4: "127.0.0.1" })!;
      assertEquals(still(described1), still({ ...client.metrics.get("127.0.0.1") }));
      using bare = family("tcp_metrics", { netns: name });
      const bare1 = bare.request(1, { 1: 0x0100007f })!;
      assertEquals(bare1[1], 0x0100007f);
      assertEquals((bare1[6] as Uint8Array).length > 0, true);
      // The kernel would use the first of two addresses.
      for (const verb of ["get", "find", "delete"] as const) {
        const both = { addrIpv4: "127.0.0.1", addrIpv6: "::1" };
        assertThrows(
          () => client.metrics[verb](both),
          TypeError,
          `Cannot ${verb === "find" ? "get" : verb} TCP metrics by`,
        );
        const ours = { addrIpv4: "127.0.0.1", saddrIpv4: "127.0.0.1", saddrIpv6: "::1" };
        assertThrows(() => client.metrics[verb](ours), TypeError, "by saddrIpv4 and saddrIpv6");
      }
      assertEquals(client.metrics.list().length, 2);
      client.metrics.delete(one);
      assertEquals([client.metrics.find("127.0.0.1"), ipJson("tcp_metrics").length], [undefined, 1]);
      assertEquals(assertThrows(() => client.metrics.delete("192.0.2.77"), KernelError).code, "ESRCH");
      assertThrows(() => client.metrics.delete({}), TypeError, "forgetAll()");
      client.metrics.forgetAll();
      assertEquals(client.metrics.list(), []);
    }),
);
