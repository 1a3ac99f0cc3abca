/**
 * A user's project that has the package installed compiles under the strictest flags of `tsc`, with the tsconfig that
 * the README tells to copy; and each mistake in it gets one error that tells what is wrong.
 */
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { skip, test } from "../test.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STRICT = {
  exactOptionalPropertyTypes: true,
  noFallthroughCasesInSwitch: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: false,
  noUnusedLocals: false,
};
const IMPORTS = `import { pnetids } from "@linux/netlink/families/generic/smc_pnetid.ts";
import { acct } from "@linux/netlink/families/netfilter/acct.ts";
import { addresses, batch, links, neighbours, routes, rules } from "@linux/netlink/families/route/mod.ts";
`;
const SCRIPT = `import { links, open, watch } from "@linux/netlink/families/route/mod.ts";
import { stringify } from "@linux/netlink";
for (const link of links.list()) console.log(link.ifname, link.mtu, link.stats64?.rxBytes, stringify(link));
using blue = open({ netns: "blue" });
blue.links.add({ ifname: "v0", kind: "veth" }, { exists: "ok" });
blue.links.add({ ifname: "v5", kind: "vlan", link: "v0", data: { id: 5 } });
for (const link of links.list({ kind: "vlan" })) {
  blue.links.add({ ...link, mtu: 1400 });
  if (link.kind === "vlan") console.log(link.linkDev ?? link.link, link.data.id.toString(16));
}
for await (const e of watch("link", "address")) if (e.object === "link") console.log(e.value.mtu);
for await (const e of links.watch({ resync: true })) if (e.event !== "synced") console.log(e.value?.mtu);
`;

/** Mistakes of a script's author, and the whole of what `tsc` says about each: one error that names the fault. */
const MISTAKES: readonly (readonly [line: string, error: RegExp])[] = [
  ["for (const link of links.list()) console.log(link.mtuu);", /'mtuu' does not exist .* Did you mean 'mtu'\?/],
  ['links.add({ ifname: "v0", kind: "brigde" });', /Did you mean '"bridge"'\?/],
  ['links.add({ ifname: "v0", kind: "vlan", link: "eth0", data: { id: "5" } });', /'string' is not .* 'number'/],
  ['links.add({ ifname: "v0", kind: "vlan", data: { id: 5 } });', /Property 'link' is missing/],
  ['links.add({ ifname: "v0", kind: "vlan", link: "eth0" });', /Property 'data' is missing/],
  ['links.add({ ifname: "v0", kind: "vlan", link: "eth0", data: {} });', /Property 'id' is missing/],
  ['links.add({ ifname: "v0", kind: "vlan", link: null, data: { id: 5 } });', /Type 'null' is not assignable/],
  ['links.add({ ifname: "v0", kind: "macvlan", netns: "blue" });', /Property 'link' is missing/],
  ['links.add({ ifname: "v0", kind: "vxlan", data: { group: "239.1.1.1" } });', /Property 'id' is missing/],
  ['links.add({ ifname: "v0", kind: "vrf", data: { tabel: 5 } });', /Did you mean to write 'table'\?/],
  ['batch((b) => b.links.add({ ifname: "v0", kind: "macvlan" }));', /Property 'link' is missing/],
  ['links.add({ ifname: "v0", kind: "dummy", netns: "blue", mtuu: 5 });', /Did you mean to write 'mtu'\?/],
  ['links.add({ ifname: "v0", kind: "dummy" }, { exists: true });', /'true' is not assignable to type '"ok"'/],
  ['links.add({ ifname: "v0", kind: "dummy" }, { exist: "ok" });', /Did you mean to write 'exists'\?/],
  ["links.list({ up: true });", /'up' does not exist in type 'LinkFilter'/],
  ['addresses.add({ dev: "eth0" });', /Property 'address' is missing/],
  ['addresses.add({ address: "192.0.2.1/24" });', /Property 'dev' is missing/],
  ['addresses.add({ dev: "eth0", adress: "192.0.2.1/24" });', /Did you mean to write 'address'\?/],
  ['neighbours.add({ dst: "192.0.2.1" });', /Property 'dev' is missing/],
  ['routes.add({ dev: "eth0" });', /Property 'dst' is missing/],
  ['batch((b) => b.routes.replace({ gateway: "192.0.2.1" }));', /Property 'dst' is missing/],
  ['rules.add({ table: "man" }, { exists: "ok" });', /'"man"' is not assignable/],
  ["rules.set({ priority: 5 }, { table: 100 });", /"the kernel has no such verb": "set"/],
  ["links.watch({ inital: true });", /Did you mean to write 'initial'\?/],
  ['for await (const e of links.watch()) if (e.event === "synced") break;', /'"synced"' have no overlap/],
  ['pnetids.add({ name: "NET1" });', /Property 'ethname' is missing/],
  ['pnetids.add({ ethname: "eth0" });', /Property 'name' is missing/],
  ["acct.add({ pkts: 5 });", /Property 'name' is missing/],
  ["rules.flush();", /Expected 1 arguments, but got 0/],
];

/** Returns the tsconfig of the README. */
function readmeConfig(): { compilerOptions: Record<string, unknown> } {
  const text = readFileSync(join(ROOT, "README.md"), "utf8"), at = text.indexOf("tsconfig.json");
  const json = text.slice(text.indexOf("{", at), text.indexOf("```", text.indexOf("{", at)));
  return JSON.parse(json);
}

test("a user's project with the package installed compiles under the strictest flags", { timeout: 300_000 }, () => {
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  if (!existsSync(tsc)) skip("needs typescript, which npm ci installs");
  const project = mkdtempSync(join(tmpdir(), "netlink-user-"));
  try {
    mkdirSync(join(project, "node_modules/@linux"), { recursive: true });
    symlinkSync(ROOT, join(project, "node_modules/@linux/netlink"));
    const { compilerOptions } = readmeConfig();
    writeFileSync(join(project, "script.ts"), SCRIPT);
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...STRICT }, include: ["script.ts"] }),
    );
    const { stdout, stderr, status } = spawnSync(tsc, ["--noEmit", "--pretty", "false"], {
      cwd: project,
      encoding: "utf8",
    });
    assertEquals([status, `${stdout}${stderr}`.slice(0, 4000)], [0, ""]);
    writeFileSync(join(project, "script.ts"), `${IMPORTS}${MISTAKES.map(([line]) => line).join("\n")}\n`);
    const wrong = spawnSync(tsc, ["--noEmit", "--pretty", "false"], { cwd: project, encoding: "utf8" }).stdout;
    // An error begins with its place; its further lines are indented.
    const errors = wrong.split(/^(?=\S)/m).map((error) =>
      [Number(/^script\.ts\((\d+)/.exec(error)?.[1]), error] as const
    );
    const first = IMPORTS.split("\n").length;
    for (const [index, [line, error]] of MISTAKES.entries()) {
      const told = errors.filter(([number]) => number === index + first).map(([, text]) => text);
      assertEquals(told.length, 1, `${line}\n${told.join("\n")}`);
      assertMatch(told[0]!.replaceAll("\n", " "), error, line);
      assertNotMatch(told[0]!, /overload|too complex/, line);
    }
    assertEquals(errors.length, MISTAKES.length);
  } finally {
    rmSync(project, { recursive: true });
  }
});
