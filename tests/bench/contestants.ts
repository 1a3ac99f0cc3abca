/**
 * Builds the programs that are compared. Programs that this machine cannot build or run are listed and left out.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { PORT } from "./serve.ts";
import { APT, installTools, isThere } from "../tools.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PEERS = fileURLToPath(new URL("peers", import.meta.url));

/** The folder of built programs. They are kept, so that the next run is quick. */
export const BUILD: string = join(ROOT, "node_modules/.cache/bench");

/** Debian's packages, by a file or folder in them. */
const PACKAGES: Record<string, string> = {
  "/usr/include/libmnl/libmnl.h": "libmnl-dev",
  "/usr/lib/python3/dist-packages/pyroute2": "python3-pyroute2",
  "/usr/share/gocode/src/github.com/vishvananda/netlink": "golang-go golang-github-vishvananda-netlink-dev",
  "/usr/share/gocode/src/github.com/jsimonetti/rtnetlink": "golang-go golang-github-jsimonetti-rtnetlink-dev",
  "/usr/include/libnftnl/set.h": "libmnl-dev libnftnl-dev",
  "/usr/include/libnetfilter_queue/libnetfilter_queue.h": "libnetfilter-queue-dev",
  "/usr/include/libnetfilter_conntrack/libnetfilter_conntrack.h": "libnetfilter-conntrack-dev",
  "/usr/share/gocode/src/github.com/google/nftables": "golang-go golang-github-google-nftables-dev",
  "/usr/share/cargo/registry/netlink-sys-0.8.3": "librust-netlink-sys-dev",
  "/usr/share/cargo/registry/netlink-packet-route-0.12.0": "librust-netlink-packet-route-dev",
};

const GO = { GO111MODULE: "off", GOPATH: "/usr/share/gocode", GOFLAGS: "" };
const NPM_NETLINK = "netlink@0.3.0";

/** A program: its command and its environment. */
export interface Program {
  /** The command, which arguments follow. */
  readonly command: readonly string[];
  /** The environment variables that it needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** The programs, present and missing. */
export interface Programs {
  /** The present programs by key. */
  readonly programs: ReadonlyMap<string, Program>;
  /** The missing programs, each with its reason. */
  readonly missing: readonly string[];
}

/** The reason why a program is missing. */
class Missing extends Error {}

type Make = () => readonly string[] | Program;

/** Returns the command of a TypeScript file on a runtime, with the options that Deno needs. */
function script(runtime: string, path: string, ...options: readonly string[]): readonly string[] {
  const file = join(ROOT, "tests/bench", path);
  if (runtime === "deno") return [process.execPath, "run", "--no-check", ...options, file];
  const program = join(ROOT, "node_modules/.bin", runtime);
  if (!existsSync(program)) throw new Missing("npm ci has not installed it");
  return [realpathSync(program), ...(runtime === "node" ? ["--disable-warning=ExperimentalWarning"] : []), file];
}

function ofEachRuntime(key: string, path: string, ...options: readonly string[]): Record<string, Make> {
  const runtimes = ["deno", "bun", "node"];
  return Object.fromEntries(
    runtimes.map((runtime) => [`${key}-${runtime}`, () => script(runtime, path, ...options)]),
  );
}

const MAKE: Record<string, Make> = {
  tool: () => c("tool"),
  drain: () => c("drain"),
  mnl: () => c("mnl", [], "/usr/include/libmnl/libmnl.h", "-lmnl"),
  "mnl-strings": () => c("mnl", ["-DSTRINGS"], "/usr/include/libmnl/libmnl.h", "-lmnl"),
  nftnl: () => c("nftnl", [], "/usr/include/libnftnl/set.h", "-lnftnl", "-lmnl"),
  queue: () => c("queue", [], "/usr/include/libnetfilter_queue/libnetfilter_queue.h", "-lnetfilter_queue"),
  conntrack: () =>
    c(
      "conntrack",
      [],
      "/usr/include/libnetfilter_conntrack/libnetfilter_conntrack.h",
      "-lnetfilter_conntrack",
    ),
  rust,
  vishvananda: () => go("vishvananda", "vishvananda/netlink", ["measure.go", "vishvananda.go"]),
  nftables: () => go("nftables", "google/nftables", ["measure.go", "nftables.go"]),
  rtnetlink: () => go("rtnetlink", "jsimonetti/rtnetlink", ["measure.go", "rtnetlink.go"]),
  pyroute2: () => python("pyroute2_peer.py"),
  npm: () => npm("npm_netlink.mjs"),
  "ip-json": () => ({ command: script("bun", "peers/ip_json.ts"), env: { TOOL: join(BUILD, "tool") } }),
  ...ofEachRuntime("ours", "ours.ts", "--allow-all"),
  ...ofEachRuntime("netfilter", "netfilter.ts", "--allow-all"),
  ...ofEachRuntime("start-empty", "peers/start/empty.ts"),
  ...ofEachRuntime("start-ffi", "peers/start/ffi.ts", "--allow-ffi"),
  ...ofEachRuntime("start-list", "peers/start/list.ts", "--allow-ffi"),
  ...ofEachRuntime("start-spawn", "peers/start/spawn.ts", "--allow-run", "--allow-env"),
  "start-url": () => {
    const command = script("deno", "peers/start/list.ts", "--allow-ffi");
    return [...command.slice(0, -1), `http://127.0.0.1:${PORT}/tests/bench/peers/start/list.ts`];
  },
  "start-vishvananda": () => go("start-vishvananda", "vishvananda/netlink", ["start/vishvananda.go"]),
  "start-pyroute2": () => python("start/pyroute2_list.py"),
  "start-npm": () => npm("start/npm_netlink.mjs"),
  serve: () => script("deno", "serve.ts", "--allow-all"),
};

/** Builds the programs with these keys. `log` is called with each key. */
export function makePrograms(keys: Iterable<string>, log: (key: string) => void): Programs {
  mkdirSync(BUILD, { recursive: true });
  const programs = new Map<string, Program>(), missing: string[] = [];
  for (const key of keys) {
    log(key);
    try {
      const made = MAKE[key]();
      programs.set(key, "command" in made ? made : { command: made, env: {} });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing.push(`${key}: ${error.message}`);
    }
  }
  return { programs, missing };
}

/** Builds a program in C; with libraries, it needs their header. */
function c(
  source: string,
  definitions: readonly string[] = [],
  header?: string,
  ...libraries: readonly string[]
): readonly string[] {
  if (header !== undefined) need(header);
  installTools({ gcc: "gcc libc6-dev linux-libc-dev" });
  const program = join(BUILD, `${source}${definitions.join("")}`);
  run("gcc", ["-O2", "-Wall", ...definitions, "-o", program, join(PEERS, `${source}.c`), ...libraries]);
  return [program];
}

function go(name: string, library: string, sources: readonly string[]): readonly string[] {
  need(`/usr/share/gocode/src/github.com/${library}`);
  const program = join(BUILD, name);
  run("go", ["build", "-o", program, ...sources], { cwd: PEERS, env: GO });
  return [program];
}

function rust(): readonly string[] {
  need("/usr/share/cargo/registry/netlink-sys-0.8.3");
  need("/usr/share/cargo/registry/netlink-packet-route-0.12.0");
  if (!isThere("cargo")) throw new Missing("no cargo");
  // The build has a folder of its own, since cargo writes a lock file beside the sources.
  const folder = join(BUILD, "rust");
  mkdirSync(join(folder, "src"), { recursive: true });
  for (const file of ["Cargo.toml", "src/main.rs"]) copyFileSync(join(PEERS, "rust", file), join(folder, file));
  run("cargo", [
    ...["build", "--release", "--offline", "--quiet"],
    ...["--config", 'source.crates-io.replace-with="debian"'],
    ...["--config", 'source.debian.directory="/usr/share/cargo/registry"'],
  ], { cwd: folder });
  return [join(folder, "target/release/netlink-bench")];
}

function python(file: string): readonly string[] {
  need("/usr/lib/python3/dist-packages/pyroute2");
  return ["/usr/bin/python3", join(PEERS, file)];
}

function npm(file: string): Program {
  const folder = join(BUILD, "npm");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "node_modules/netlink"))) {
    run("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, NPM_NETLINK], { cwd: folder });
  }
  return { command: script("node", `peers/${file}`), env: { NETLINK: folder } };
}

/** Installs the package of a missing file or folder. */
function need(path: string): void {
  if (existsSync(path)) return;
  const apt = (...args: string[]): boolean => spawnSync("apt-get", [...APT, ...args], { stdio: "ignore" }).status === 0;
  const install = (): boolean => apt("install", "--yes", "--no-install-recommends", ...PACKAGES[path].split(" "));
  if (!isThere("apt-get") || !(install() || (apt("update") && install())) || !existsSync(path)) {
    throw new Missing(`it needs Debian's ${PACKAGES[path]}`);
  }
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): void {
  if (!isThere(command)) throw new Missing(`no ${command}`);
  const { status, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  if (status === 0) return;
  const lines = stderr.trim().split("\n");
  throw new Missing(`${command} fails: ${lines.find((line) => /error|cannot/i.test(line)) ?? lines.at(-1)}`);
}
