/** Installs programs that tests use and a machine may lack. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/**
 * True if a program is on the PATH or in one of the system's folders for root's programs; for a whole path, if the file
 * exists.
 */
export function isThere(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"]
    .some((folder) => existsSync(join(folder, program)));
}

/**
 * Options of every apt command. On a machine whose links cannot be listed, a look-up must not ask for its addresses.
 */
export const APT: readonly string[] = [
  "--option=Acquire::Connect::AddrConfig=false",
  // CI may run two of them on a machine at the same time.
  "--option=DPkg::Lock::Timeout=600",
];

/**
 * Installs the Debian packages of missing programs, given as `{ program: "package…" }`, and prints what it installs.
 * Returns the names of programs that are still missing.
 */
export function installTools(tools: Record<string, string>): string[] {
  const missing = () => Object.keys(tools).filter((program) => !isThere(program));
  const packages = missing().flatMap((program) => tools[program].split(" "));
  if (packages.length === 0) return [];
  console.log(`\n=== not here: ${missing().join(", ")} ===`);
  if (process.getuid?.() !== 0 || !isThere("apt-get")) {
    console.log(`not root on a Debian-like system, so not installed: ${packages.join(" ")}`);
    return missing();
  }
  console.log(`installing with apt-get: ${packages.join(" ")}`);
  const apt = (...args: string[]) =>
    spawnSync("apt-get", [...APT, "--quiet=2", ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }).status === 0;
  const install = () => apt("install", "--yes", "--no-install-recommends", ...packages);
  if (!install() && !(apt("update") && install())) console.log("!!! apt-get FAILED !!!");
  return missing();
}

/** The programs that the tests use, with their packages. */
export const TEST_TOOLS: Record<string, string> = {
  ip: "iproute2",
  strace: "strace",
  ping: "iputils-ping",
  udevadm: "udev",
  gcc: "gcc libc6-dev linux-libc-dev",
  tshark: "tshark",
  dumpcap: "wireshark-common",
  ethtool: "ethtool",
  wg: "wireguard-tools",
  conntrack: "conntrack",
  iptables: "iptables",
  iw: "iw",
  git: "git",
  python3: "python3",
  "/usr/lib/python3/dist-packages/yaml": "python3-yaml",
  unshare: "util-linux",
  nft: "nftables",
  ipset: "ipset",
  nfacct: "nfacct",
  "iptables-nft": "iptables",
  // This package starts the machine's audit daemon, except where packages may not start daemons, as in containers.
  ...(existsSync("/usr/sbin/policy-rc.d") ? { auditctl: "auditd" } : {}),
};
