/**
 * A user's project that has the package installed compiles under the strictest flags of `tsc`, with the tsconfig that
 * the README tells to copy.
 */
import { assertEquals, assertMatch } from "@std/assert";
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
const SCRIPT = `import { links, open, watch } from "@linux/netlink/families/route/mod.ts";
import { stringify } from "@linux/netlink";
for (const link of links.list()) console.log(link.ifname, link.mtu, link.stats64?.rxBytes, stringify(link));
using blue = open({ netns: "blue" });
blue.links.add({ ifname: "v0", kind: "veth" }, { exists: "ok" });
for await (const e of watch("link", "address")) if (e.object === "link") console.log(e.value.mtu);
`;

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
    // A mistake is told, so the project is really checked.
    writeFileSync(join(project, "script.ts"), SCRIPT.replace("link.mtu", "link.mtuu"));
    assertMatch(spawnSync(tsc, ["--noEmit"], { cwd: project, encoding: "utf8" }).stdout, /mtuu/);
  } finally {
    rmSync(project, { recursive: true });
  }
});
