/**
 * Modules that Debian's kernels leave out: those of modules/Kbuild, built from Debian's kernel source against Debian's
 * headers. The kernel itself does not change, so its snapshot stays valid.
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installTools } from "../tools.ts";
import { type Image, suites } from "./image.ts";
import { capture } from "./packages.ts";

const MODULES = fileURLToPath(new URL("modules", import.meta.url));

/** Returns a kernel with these modules, from the cache or, the first time, built. Throws without headers or source. */
export function extra(image: Image): Image {
  const hash = createHash("sha256");
  for (const file of readdirSync(MODULES).sort()) hash.update(readFileSync(join(MODULES, file)));
  const name = `extra-${hash.digest("hex").slice(0, 16)}`, folder = join(image.folder, name);
  if (!existsSync(folder)) {
    const work = mkdtempSync(`${folder}-`);
    try {
      build(image, work);
      const modules = join(work, "root/lib/modules");
      mkdirSync(modules, { recursive: true });
      // Debian's own modules are linked, not copied.
      capture("cp", ["--archive", "--link", join(image.modules, image.release), modules]);
      const updates = join(modules, image.release, "updates");
      mkdirSync(updates);
      for (const file of readdirSync(join(work, "source"), { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".ko")) continue;
        capture("strip", ["-g", "-o", join(updates, basename(file)), join(work, "source", file)]);
      }
      capture("/sbin/depmod", ["-b", join(work, "root"), image.release]);
      for (const old of readdirSync(image.folder)) {
        if (/^extra-[\da-f]{16}$/.test(old)) rmSync(join(image.folder, old), { recursive: true });
      }
      renameSync(join(work, "root"), folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { ...image, modules: join(folder, "lib/modules") };
}

/** Builds the modules in `work/source`. */
function build({ kernel, release }: Image, work: string): void {
  const packages = suites(kernel), headers = `linux-headers-${release}`;
  const all = packages.closure([headers], /^linux-(headers|kbuild)|^gcc-\d/);
  const compiler = all.find((name) => /^gcc-\d+$/.test(name)) ?? "gcc";
  const missing = installTools({ [compiler]: compiler, make: "make", strip: "binutils", cpp: "cpp" });
  if (missing.length > 0) throw new Error(`the modules' build needs ${missing.join(", ")}`);
  const source = `linux-source-${/^\d+\.\d+/.exec(release)![0]}`;
  const tree = join(work, "tree"), src = join(tree, "usr/src");
  packages.unpack([
    ...all.filter((name) => name.startsWith("linux-")),
    `${source}=${packages.version(headers)}`,
  ], tree);

  const makefile = join(src, headers, "Makefile");
  writeFileSync(makefile, readFileSync(makefile, "utf8").replaceAll("/usr/src/", `${src}/`));
  // With this file, each module would get BTF, which needs another tool.
  rmSync(join(src, headers, "vmlinux"), { force: true });
  const built = join(work, "source"), kbuild = readFileSync(join(MODULES, "Kbuild"), "utf8");
  mkdirSync(built);
  const wanted = [...kbuild.matchAll(/\b(?:drivers|net)\/[\w/]+/g)].map(([path]) => path);
  capture("tar", [
    "--extract",
    `--file=${join(src, `${source}.tar.xz`)}`,
    `--directory=${built}`,
    "--strip-components=1",
    "--wildcards",
    ...wanted.map((path) => `${source}/${path.endsWith("/") ? path.slice(0, -1) : `${path}.c`}`),
  ]);
  cpSync(MODULES, join(built, "lab"), { recursive: true });
  renameSync(join(built, "lab/Kbuild"), join(built, "Kbuild"));
  capture("make", ["-s", "-j2", "-C", join(src, headers), `M=${built}`, "modules"]);
}
