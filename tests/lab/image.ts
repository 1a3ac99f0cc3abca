/** Prepares a Debian kernel for qemu: the unpacked vmlinux, an initramfs, and its modules. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { Buffer } from "node:buffer";
import { basename, join } from "node:path";
import process from "node:process";
import { installTools } from "../tools.ts";
import { capture, sources, Suites } from "./packages.ts";

/** The folder of everything that is downloaded or made. */
export const CACHE: string = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "netlink-lab");

/** The guests' folder of Deno's compiled code. */
export const DENO_DIR: string = join(CACHE, "deno");

/** A kernel's meta-package, whose version changes, and the suites that have it. */
interface Kernel {
  readonly suites: readonly string[];
  readonly meta: string;
  /** The architecture, if it differs from this machine's. */
  readonly architecture?: "arm64";
}

/** The kernels by name. */
export const KERNELS: Record<string, Kernel> = {
  "6.12": { suites: ["bookworm", "bookworm-security"], meta: "linux-image-6.12-amd64" },
  "6.1": { suites: ["bookworm", "bookworm-security"], meta: "linux-image-amd64" },
  "5.10": { suites: ["bullseye", "bullseye-security"], meta: "linux-image-amd64" },
  newest: { suites: ["unstable"], meta: "linux-image-amd64" },
  arm64: { suites: ["bookworm", "bookworm-security"], meta: "linux-image-6.12-arm64", architecture: "arm64" },
};

/** The modules that the initramfs needs to reach the host's files and ports; some kernels have them built in. */
const MODULES = ["virtio_pci", "virtio_console", "9p", "9pnet_virtio", "overlay"];

/** The files of a machine. */
export interface Image {
  /** The name of the machine. */
  readonly kernel: string;
  /** The machine's folder in the cache. */
  readonly folder: string;
  readonly architecture: "amd64" | "arm64";
  readonly vmlinux: string;
  /** The folder for /lib/modules. */
  readonly modules: string;
  /** The release, as `uname -r` prints it. */
  readonly release: string;
  /** The folders that make its /usr, the upper ones first. */
  readonly usr: readonly string[];
  /** Runtimes by name that replace the checkout's; if any are given, the tests run only on these. */
  readonly runtimes: Readonly<Record<string, string>>;
  /** The static busybox of its initramfs. */
  readonly busybox: string;
}

/** The packages of the tools that tests compare with: other kernels are newer than this machine's tools. */
const ORACLES = ["iproute2", "strace", "nftables", "ethtool", "iw", "ipset", "conntrack", "wireguard-tools"];

/** Returns a folder with the newest suite and those tools, made by debootstrap. */
export function oracles(update = false): string {
  const folder = join(CACHE, "oracles");
  if (update || !existsSync(folder)) {
    if (installTools({ debootstrap: "debootstrap" }).length > 0) throw new Error("debootstrap is not here");
    mkdirSync(CACHE, { recursive: true });
    const [{ suite, uri, keyring }] = sources(KERNELS.newest.suites);
    const work = mkdtempSync(`${folder}-`);
    try {
      const options = keyring === undefined ? [] : [`--keyring=${keyring}`];
      capture("debootstrap", [...options, "--variant=minbase", `--include=${ORACLES}`, suite, work, uri]);
      rmSync(join(work, "var/cache/apt"), { recursive: true });
      chmodSync(work, 0o755);
      rmSync(folder, { recursive: true, force: true });
      renameSync(work, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return folder;
}

/** The packages of kernels' documentation, with the specifications of protocols, by kernel. */
const DOCS: Record<string, string> = { "6.12": "linux-doc-6.12", newest: "linux-doc" };

/** Returns folders of kernels' specifications of protocols: YAML files, one folder for each kernel. */
export function specifications(update = false): string[] {
  return Object.entries(DOCS).map(([kernel, name]) => {
    const folder = join(CACHE, "specs", kernel);
    if (update || !existsSync(folder)) {
      const packages = suites(kernel);
      mkdirSync(join(CACHE, "specs"), { recursive: true });
      const work = mkdtempSync(`${folder}-`);
      try {
        const all = packages.closure([name], /^linux-doc-\d/), [last] = all.slice(-1);
        packages.unpack([last], work, "*/netlink/specs/*.yaml*");
        const specs = join(work, `usr/share/doc/${last}/Documentation/netlink/specs`);
        const packed = readdirSync(specs).filter((file) => file.endsWith(".gz")).map((file) => join(specs, file));
        capture("gzip", ["--decompress", ...packed]);
        rmSync(folder, { recursive: true, force: true });
        renameSync(specs, folder);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    }
    return folder;
  });
}

/** Returns the suites that have a kernel. */
export function suites(kernel: string): Suites {
  mkdirSync(CACHE, { recursive: true });
  const { suites, architecture } = KERNELS[kernel];
  return new Suites(join(CACHE, `apt-${[suites[0], architecture ?? []].flat().join("-")}`), suites, architecture);
}

/** Returns a kernel of `KERNELS`, from the cache or, the first time and with `update`, made from Debian's packages. */
export function image(kernel: string, update = false): Image {
  const folder = join(CACHE, kernel);
  if (update || !existsSync(folder)) {
    const packages = suites(kernel);
    const work = mkdtempSync(join(CACHE, `${kernel}-`));
    try {
      const tree = join(work, "tree");
      packages.unpack(packages.closure([KERNELS[kernel].meta], /^linux-.*\d/), tree);
      const modules = ["lib/modules", "usr/lib/modules"].map((path) => join(tree, path)).find(existsSync)!;
      renameSync(modules, join(work, "modules"));
      const [release] = readdirSync(join(work, "modules"));
      const vmlinuz = [join(tree, `boot/vmlinuz-${release}`), join(work, "modules", release, "vmlinuz")].find(
        existsSync,
      )!;
      if (KERNELS[kernel].architecture === "arm64") renameSync(vmlinuz, join(work, "vmlinux"));
      else unpackKernel(readFileSync(vmlinuz), join(work, "vmlinux"));
      rmSync(tree, { recursive: true });
      mkdirSync(join(work, "lib"));
      renameSync(join(work, "modules"), join(work, "lib/modules")); // depmod wants DIR/lib/modules/RELEASE
      capture("/sbin/depmod", ["-b", work, release]);
      rmSync(folder, { recursive: true, force: true });
      renameSync(work, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const modules = join(folder, "lib/modules"), [release] = readdirSync(modules);
  return {
    kernel,
    folder,
    architecture: KERNELS[kernel].architecture ?? "amd64",
    vmlinux: join(folder, "vmlinux"),
    modules,
    release,
    usr: ["/usr"],
    runtimes: {},
    busybox: "/bin/busybox",
  };
}

/**
 * Extracts the ELF file from a bzImage. qemu enters it directly, by its PVH note, which saves the guest the unpacking:
 * most of the time of a boot under emulation. The boot protocol's header has its place; its last four bytes are its
 * size.
 */
function unpackKernel(vmlinuz: Uint8Array, vmlinux: string): void {
  const view = new DataView(vmlinuz.buffer, vmlinuz.byteOffset);
  const start = (view.getUint8(0x1f1) + 1) * 512 + view.getUint32(0x248, true);
  const programs: Record<number, string> = { 0xfd377a58: "xz -dc --single-stream", 0x28b52ffd: "zstd -dcq" };
  const program = programs[view.getUint32(start)];
  if (program === undefined) throw new Error("a kernel that is neither xz nor zstd");
  writeFileSync(`${vmlinux}.packed`, vmlinuz.subarray(start, start + view.getUint32(0x24c, true) - 4));
  capture("sh", ["-c", `${program} < "$1.packed" > "$1"; rm "$1.packed"`, "sh", vmlinux]);
}

/**
 * Returns an initramfs with busybox, the lab's init, and the modules of `MODULES` with their dependencies, in the order
 * of loading.
 */
export function initramfs({ modules, release, busybox }: Image): Uint8Array {
  const folder = join(modules, release);
  const lines = (file: string) => readFileSync(join(folder, file), "utf8").trim().split("\n");
  const name = (path: string) => basename(path).replace(/\.ko.*/, "").replaceAll("-", "_");
  const builtIn = new Set(lines("modules.builtin").map(name));
  const needs = new Map(
    lines("modules.dep").map((line) => {
      const [path, ...others] = line.split(/:? /);
      return [name(path), [path.replace(/:$/, ""), ...others]];
    }),
  );
  const order: string[] = [];
  for (const module of MODULES.filter((module) => !builtIn.has(module))) {
    const paths = needs.get(module);
    if (paths === undefined) throw new Error(`${release} has no module ${module}`);
    for (const path of paths.toReversed()) if (!order.includes(path)) order.push(path);
  }
  const directories = ["bin", "dev", "proc", "sys", "modules"];
  return cpio([
    ...directories.map((path): Entry => [path, 0o040755, new Uint8Array()]),
    ["bin/busybox", 0o100755, readFileSync(busybox)],
    ["init", 0o100755, readFileSync(new URL("init.sh", import.meta.url))],
    ...order.map((path): Entry => {
      const file = join(folder, path);
      return [
        `modules/${name(path)}`,
        0o100644,
        path.endsWith(".xz") ? capture("xz", ["-dc", file]) : readFileSync(file),
      ];
    }),
    ["modules/order", 0o100644, new TextEncoder().encode(order.map(name).join("\n") + "\n")],
  ]);
}

type Entry = [path: string, mode: number, content: Uint8Array];

/** Returns an archive in cpio's "newc" format, which the kernel reads. */
function cpio(entries: readonly Entry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const padded = (bytes: Uint8Array) => {
    parts.push(bytes, new Uint8Array(-bytes.length & 3));
  };
  [...entries, ["TRAILER!!!", 0, new Uint8Array()] as Entry].forEach(([path, mode, content], i) => {
    const fields = [i + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, path.length + 1, 0];
    const hex = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
    padded(new TextEncoder().encode(`070701${hex}${path}\0`));
    padded(content);
  });
  return Buffer.concat(parts);
}
