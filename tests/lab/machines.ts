/** The machines of the lab: Debian's kernels with the checkout's runtimes, and machines with runtimes of their own. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installTools, TEST_TOOLS } from "../tools.ts";
import { CACHE, type Image, image, KERNELS, suites } from "./image.ts";
import { capture } from "./packages.ts";

/** The machines by name; each is made, or, without `update`, taken from the cache. */
export const MACHINES: Readonly<Record<string, (update: boolean) => Image>> = {
  ...Object.fromEntries(Object.keys(KERNELS).map((kernel) => [kernel, (update) => image(kernel, update)])),
  musl,
  arm64,
};

/** Programs, and their packages, that tests use only in the lab. */
export const LAB_TEST_TOOLS = {
  i2cset: "i2c-tools",
  nfct: "nfct",
  rping: "rdmacm-utils ibverbs-providers",
  secilc: "secilc",
};

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Returns a folder of the cache; `make` fills it the first time and with `update`. */
function kept(folder: string, update: boolean, make: (work: string) => void): string {
  if (update || !existsSync(folder)) {
    mkdirSync(join(folder, ".."), { recursive: true });
    const work = mkdtempSync(`${folder}-`);
    try {
      make(work);
      rmSync(folder, { recursive: true, force: true });
      renameSync(work, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return folder;
}

/** Downloads a file of a package that the lock file has and that this machine does not install. */
function runtime(name: string, file: string): string {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  const folder = join(CACHE, "runtimes", `${name.replace("/", "-")}-${version}`);
  kept(folder, false, (work) => {
    const packed = capture("npm", ["pack", "--json", `--pack-destination=${work}`, `${name}@${version}`]);
    const [answer] = JSON.parse(new TextDecoder().decode(packed));
    if (answer.integrity !== integrity) throw new Error(`${name}@${version} is not what package-lock.json says`);
    capture("tar", ["--extract", `--file=${join(work, answer.filename)}`, `--directory=${work}`]);
    rmSync(join(work, answer.filename));
  });
  return join(folder, "package", file);
}

/** Links the libraries that Bun for musl needs from Debian's static libstdc++, which is made for glibc. */
const LINK = String.raw`
  gcc=$(echo "$1"/usr/lib/gcc/*/12)
  gcc -shared -fPIC -nostdlib -o "$2/libstdc++.so.6" -Wl,-soname,libstdc++.so.6 "$3" "$gcc/crtbeginS.o" \
    -Wl,--whole-archive "$gcc/libstdc++.a" -Wl,--no-whole-archive "$gcc/libgcc_eh.a" "$gcc/libgcc.a" "$gcc/crtendS.o"`;

/** Returns the kernel 6.12 with Bun for musl; Deno has no version for musl. */
function musl(update: boolean): Image {
  const base = image("6.12", update), { folder, usr, bun } = forMusl(update);
  return { ...base, kernel: "musl", folder, usr: [usr, ...base.usr], runtimes: { bun } };
}

/** Returns the folder to mount over this machine's /usr for programs with musl, and the path of Bun for musl. */
export function forMusl(update = false): { folder: string; usr: string; bun: string } {
  const folder = kept(join(CACHE, "musl"), update, (work) => {
    if (installTools({ gcc: TEST_TOOLS.gcc }).length > 0) throw new Error("gcc is not here");
    const tree = join(work, "tree"), usr = join(work, "usr");
    suites("6.12").unpack(["musl", "libstdc++-12-dev", "libgcc-12-dev"], tree);
    mkdirSync(usr);
    renameSync(join(tree, "lib"), join(usr, "lib"));
    capture("sh", ["-ec", LINK, "sh", tree, join(usr, "lib"), fileURLToPath(new URL("musl.c", import.meta.url))]);
    rmSync(tree, { recursive: true });
  });
  return { folder, usr: join(folder, "usr"), bun: runtime("@oven/bun-linux-x64-musl", "bin/bun") };
}

/** Packages that no other package depends on, but that every Debian has. */
const ESSENTIAL = [
  ...["base-files", "bash", "bsdutils", "coreutils", "dash", "debianutils", "diffutils", "findutils", "grep", "gzip"],
  ...["hostname", "libc-bin", "login", "mawk", "mount", "ncurses-bin", "perl-base", "procps", "sed", "tar"],
];

/** Returns Debian's kernel for arm64 with Debian's tools, Bun and Deno for arm64. */
function arm64(update: boolean): Image {
  const base = image("arm64", update);
  const folder = kept(join(CACHE, "arm64-tools"), update, (work) => {
    for (const name of ["bin", "lib", "sbin"]) {
      mkdirSync(join(work, "usr", name), { recursive: true });
      symlinkSync(`usr/${name}`, join(work, name));
    }
    const tools = Object.values({ ...TEST_TOOLS, ...LAB_TEST_TOOLS }).flatMap((names) => names.split(" "));
    suites("arm64").unpackAll([...ESSENTIAL, "busybox-static", "kmod", "nftables", ...tools], work);
  });
  return {
    ...base,
    usr: [join(folder, "usr")],
    runtimes: {
      bun: runtime("@oven/bun-linux-aarch64", "bin/bun"),
      deno: runtime("@deno/linux-arm64-glibc", "deno"),
    },
    busybox: join(folder, "bin/busybox"),
  };
}
