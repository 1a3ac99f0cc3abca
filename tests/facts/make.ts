/**
 * Makes facts.json, with which tests compare the tables. See USAGE below, and CONTRIBUTING.md.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { CACHE, specifications, suites } from "../lab/image.ts";
import { capture } from "../lab/packages.ts";
import { installTools } from "../tools.ts";
import { type Headers, ownFolder, readHeaders } from "./headers.ts";
import { readSource, type Types } from "./source.ts";
import { addSpecification, PYTHON, readSpecifications } from "./specs.ts";
import { syscallNames } from "./syscalls.ts";

const USAGE = `usage: deno run -A tests/facts/make.ts [--check] [--update]

Makes tests/facts/facts.json, and families/audit/syscall_names.ts, out of Debian's packages: linux-libc-dev of two suites (constants and struct layouts, as gcc
sees them), linux-doc (types of attributes by the kernel's specifications), linux-source (the same by its code).

  --check   writes nothing, and fails when facts.json is not what would be written
  --update  fetches the packages again, though they are in the cache`;

const FACTS = new URL("facts.json", import.meta.url);
const SYSCALLS = new URL("../../families/audit/syscall_names.ts", import.meta.url);

/** The suites whose headers are read, by their kernel; for a name that both define, the first suite counts. */
const SUITES = ["newest", "6.1"];

/** Headers of netlink and of its payloads; each comes after those whose names it uses. */
const HEADERS = [
  "linux/netlink.h",
  "linux/genetlink.h",
  // NETLINK_ROUTE
  "linux/rtnetlink.h",
  "linux/if.h",
  "linux/if_link.h",
  "linux/if_addr.h",
  "linux/if_addrlabel.h",
  "linux/if_arp.h",
  "linux/if_bonding.h",
  "linux/if_bridge.h",
  "linux/mrp_bridge.h",
  "linux/cfm_bridge.h",
  "linux/if_ether.h",
  "linux/if_packet.h",
  "linux/if_tun.h",
  "linux/if_tunnel.h",
  "linux/if_vlan.h",
  "linux/if_xdp.h",
  "linux/amt.h",
  "linux/batman_adv.h",
  "linux/can.h",
  "linux/can/gw.h",
  "linux/can/netlink.h",
  "linux/can/vxcan.h",
  "linux/dcbnl.h",
  "linux/fib_rules.h",
  "linux/filter.h",
  "linux/gen_stats.h",
  "linux/icmpv6.h",
  "linux/ila.h",
  "linux/in.h",
  "linux/ioam6.h",
  "linux/ioam6_iptunnel.h",
  "linux/ip.h",
  "linux/ipv6.h",
  "linux/lwtunnel.h",
  "linux/mctp.h",
  "linux/mpls.h",
  "linux/mpls_iptunnel.h",
  "linux/mroute.h",
  "linux/mroute6.h",
  "linux/neighbour.h",
  "linux/net_namespace.h",
  "linux/netconf.h",
  "linux/nexthop.h",
  "linux/rpl.h",
  "linux/rpl_iptunnel.h",
  "linux/seg6.h",
  "linux/seg6_iptunnel.h",
  "linux/seg6_local.h",
  "linux/snmp.h",
  "linux/veth.h",
  "linux/virtio_net.h",
  "linux/wwan.h",
  // Traffic control
  "linux/pkt_sched.h",
  "linux/pkt_cls.h",
  "linux/ife.h",
  "linux/tc_act/tc_bpf.h",
  "linux/tc_act/tc_connmark.h",
  "linux/tc_act/tc_csum.h",
  "linux/tc_act/tc_ct.h",
  "linux/tc_act/tc_ctinfo.h",
  "linux/tc_act/tc_defact.h",
  "linux/tc_act/tc_gact.h",
  "linux/tc_act/tc_gate.h",
  "linux/tc_act/tc_ife.h",
  "linux/tc_act/tc_mirred.h",
  "linux/tc_act/tc_mpls.h",
  "linux/tc_act/tc_nat.h",
  "linux/tc_act/tc_pedit.h",
  "linux/tc_act/tc_sample.h",
  "linux/tc_act/tc_skbedit.h",
  "linux/tc_act/tc_skbmod.h",
  "linux/tc_act/tc_tunnel_key.h",
  "linux/tc_act/tc_vlan.h",
  "linux/tc_ematch/tc_em_cmp.h",
  "linux/tc_ematch/tc_em_ipt.h",
  "linux/tc_ematch/tc_em_meta.h",
  "linux/tc_ematch/tc_em_nbyte.h",
  "linux/tc_ematch/tc_em_text.h",
  // NETLINK_NETFILTER
  "linux/netfilter.h",
  "linux/netfilter/nfnetlink.h",
  "linux/netfilter/nfnetlink_compat.h",
  "linux/netfilter/nf_tables.h",
  "linux/netfilter/nf_tables_compat.h",
  "linux/netfilter/nf_conntrack_common.h",
  "linux/netfilter/nf_conntrack_sctp.h",
  "linux/netfilter/nf_conntrack_tcp.h",
  "linux/netfilter/nf_log.h",
  "linux/netfilter/nf_nat.h",
  "linux/netfilter/nf_synproxy.h",
  "linux/netfilter/nfnetlink_acct.h",
  "linux/netfilter/nfnetlink_conntrack.h",
  "linux/netfilter/nfnetlink_cthelper.h",
  "linux/netfilter/nfnetlink_cttimeout.h",
  "linux/netfilter/nfnetlink_hook.h",
  "linux/netfilter/nfnetlink_log.h",
  "linux/netfilter/nfnetlink_osf.h",
  "linux/netfilter/nfnetlink_queue.h",
  "linux/netfilter/ipset/ip_set.h",
  "linux/netfilter/ipset/ip_set_bitmap.h",
  "linux/netfilter/ipset/ip_set_hash.h",
  "linux/netfilter/ipset/ip_set_list.h",
  // NETLINK_SOCK_DIAG
  "linux/sock_diag.h",
  "linux/inet_diag.h",
  "linux/unix_diag.h",
  "linux/packet_diag.h",
  "linux/netlink_diag.h",
  "linux/vm_sockets_diag.h",
  "linux/xdp_diag.h",
  "linux/smc_diag.h",
  "linux/tipc_sockets_diag.h",
  "linux/vm_sockets.h",
  "linux/tcp.h",
  "linux/mptcp.h",
  "linux/sctp.h",
  "linux/dccp.h",
  "linux/tls.h",
  // Others
  "linux/audit.h",
  "linux/cn_proc.h",
  "linux/connector.h",
  "linux/cryptouser.h",
  "linux/selinux_netlink.h",
  "linux/xfrm.h",
  "rdma/rdma_netlink.h",
  "scsi/scsi_netlink.h",
  "scsi/scsi_netlink_fc.h",
  "scsi/iscsi_if.h",
  // NETLINK_GENERIC
  "linux/android/binder_netlink.h",
  "linux/cgroupstats.h",
  "linux/cifs/cifs_netlink.h",
  "linux/dev_energymodel.h",
  "linux/devlink.h",
  "linux/dlm_netlink.h",
  "linux/dpll.h",
  "linux/ethtool.h",
  "linux/ethtool_netlink.h",
  "linux/ethtool_netlink_generated.h",
  "linux/fou.h",
  "linux/gtp.h",
  "linux/handshake.h",
  "linux/hsr_netlink.h",
  "linux/if_macsec.h",
  "linux/if_pppol2tp.h",
  "linux/if_team.h",
  "linux/ioam6_genl.h",
  "linux/ip_vs.h",
  "linux/l2tp.h",
  "linux/lockd_netlink.h",
  "linux/mptcp_pm.h",
  "linux/nbd.h",
  "linux/nbd-netlink.h",
  "linux/ncsi.h",
  "linux/net_dropmon.h",
  "linux/net_shaper.h",
  "linux/net_tstamp.h",
  "linux/netdev.h",
  "linux/nfc.h",
  "linux/nfsd_netlink.h",
  "linux/nl80211.h",
  "linux/openvswitch.h",
  "linux/ovpn.h",
  "linux/psample.h",
  "linux/psp.h",
  "linux/quota.h",
  "linux/seg6_genl.h",
  "linux/seg6_hmac.h",
  "linux/smc.h",
  "linux/sunrpc_netlink.h",
  "linux/taskstats.h",
  "linux/tcp_metrics.h",
  "linux/thermal.h",
  "linux/tipc_netlink.h",
  "linux/vdpa.h",
  "linux/wireguard.h",
];

/** Constants of those headers that are unrelated to netlink, and are many. */
const OTHERS = /^(BPF|SKF|VIRTIO|SIOC|SYSFS|TUN(SET|GET|ATTACH|DETACH|_))/;

/** Returns a folder of the cache; `fill` makes it if it does not exist. */
function cached(name: string, update: boolean, fill: (work: string) => void): string {
  const folder = join(CACHE, "facts", name);
  if (update || !existsSync(folder)) {
    mkdirSync(join(CACHE, "facts"), { recursive: true });
    const work = mkdtempSync(`${folder}-`);
    try {
      fill(work);
      rmSync(folder, { recursive: true, force: true });
      renameSync(work, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return folder;
}

/** Records the version of the package from which a folder is made. */
function note(folder: string, name: string, version: string): void {
  writeFileSync(join(folder, "version"), `${name} ${version}`);
}

/** Returns the folder of a suite's kernel headers. */
function headersOf(kernel: string, update: boolean): string {
  return cached(`headers-${kernel}`, update, (work) => {
    const packages = suites(kernel);
    packages.unpack(["linux-libc-dev"], work, "./usr/*", "--exclude=./usr/share");
    note(work, "linux-libc-dev", packages.version("linux-libc-dev"));
  });
}

/** Parts of the kernel's source that concern netlink. */
const PARTS = [
  ...["net", "include/net", "include/linux", "include/scsi", "kernel", "fs", "lib"],
  ...["acpi", "android", "block", "connector", "dpll", "infiniband/core", "net", "power", "target", "thermal", "vdpa"]
    .map((driver) => `drivers/${driver}`),
];

/** Returns the folder of the parts of the newest kernel's source that handle attributes. */
function sourceOf(kernel: string, update: boolean): string {
  return cached(`source-${kernel}`, update, (work) => {
    const packages = suites(kernel), [name] = packages.closure(["linux-source"], /^linux-source-\d/).slice(-1);
    packages.unpack([name!], work, "./usr/src/*.tar.xz");
    const [archive] = readdirSync(join(work, "usr/src"));
    capture("tar", [
      "--extract",
      `--file=usr/src/${archive}`,
      "--strip-components=1",
      "--wildcards",
      `--exclude=${name}/drivers/net/ethernet`,
      ...PARTS.map((part) => `${name}/${part}/*.[ch]`),
    ], { cwd: work });
    rmSync(join(work, "usr"), { recursive: true });
    note(work, name!, packages.version(name!));
  });
}

/** The definitions that iscsi_proto.h uses from headers internal to the kernel. */
const BEFORE_ISCSI = `#include <linux/types.h>
typedef __u32 u32;
typedef __s32 s32;
struct scsi_lun { __u8 scsi_lun[8]; };
#define SCSI_MAX_VARLEN_CDB_SIZE 260
`;

/** Returns the folder of iSCSI's headers: they are not among the headers for programs, though programs use them. */
function iscsiHeaders(source: string, update: boolean): string {
  return cached("iscsi", update, (work) => {
    mkdirSync(join(work, "scsi"));
    for (const name of ["iscsi_if.h", "iscsi_proto.h"]) {
      const text = readFileSync(join(source, "include/scsi", name), "utf8");
      writeFileSync(join(work, "scsi", name), name === "iscsi_proto.h" ? BEFORE_ISCSI + text : text);
    }
  });
}

const HOST = /^[us](\d+)$/, PRECISE = /^(?:be|s|u)(\d+)$/;

/**
 * Merges the types of each attribute: those from the code, and for attributes without one, those from policies and
 * specifications, which have widths but no byte order or sign.
 */
function merged(code: Types, others: readonly Types[], known: ReadonlySet<string>): Record<string, string> {
  const names = [...new Set([code, ...others].flatMap((types) => [...types.keys()]))].filter((name) => known.has(name));
  return Object.fromEntries(
    names.map((name): [string, string] => {
      const all = new Set(code.get(name));
      const widths = new Set([...all].map((type) => PRECISE.exec(type)?.[1]));
      for (const type of others.flatMap((types) => [...types.get(name) ?? []])) {
        const bits = HOST.exec(type)?.[1] ?? /^(\d+) bytes$/.exec(type)?.[1];
        const width = bits !== undefined && type.endsWith("bytes") ? String(8 * Number(bits)) : bits;
        if (width === undefined || !widths.has(width)) all.add(type);
      }
      return [name, [...all].sort().join(" | ")];
    }).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Formats entries as rows of a JSON object, one per line. */
const rows = (entries: Iterable<readonly [string, unknown]>): string =>
  [...entries].map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(",\n");

function make(update: boolean): string {
  const headers = SUITES.map((kernel) => headersOf(kernel, update)), source = sourceOf("newest", update);
  const specs = specifications(update);
  const version = (folder: string): string => readFileSync(join(folder, "version"), "utf8");
  const iscsi = iscsiHeaders(source, update);
  const found: Headers = { constants: new Map(), structs: new Map() };
  for (const folder of headers) {
    const root = join(folder, "usr/include");
    const { constants, structs } = readHeaders([root, ...ownFolder(root), iscsi], HEADERS);
    for (const [name, value] of constants) {
      if (!found.constants.has(name) && !OTHERS.test(name)) found.constants.set(name, value);
    }
    for (const [name, fields] of structs) if (!found.structs.has(name)) found.structs.set(name, fields);
  }
  const { functions, policies } = readSource(source), bySpecification: Types = new Map();
  // The newest kernel's specifications override those of older ones.
  for (const folder of specs.toReversed()) {
    const before = new Set(bySpecification.keys()), said: Types = new Map();
    const paths = readdirSync(folder).filter((name) => name.endsWith(".yaml")).sort().map((name) => join(folder, name));
    for (const text of readSpecifications(paths).values()) addSpecification(said, JSON.parse(text));
    for (const [name, types] of said) if (!before.has(name)) bySpecification.set(name, types);
  }
  const types = merged(functions, [policies, bySpecification], new Set(found.constants.keys()));
  return `{
  "from": ${JSON.stringify([...headers, source].map(version))},
  "constants": {
${rows(found.constants)}
  },
  "structs": {
${rows([...found.structs].map(([name, fields]) => [name, fields.join(", ")]))}
  },
  "types": {
${rows(Object.entries(types))}
  }
}
`;
}

function main(): number {
  const { check, update, help, _ } = parseArgs(process.argv.slice(2), {
    boolean: ["check", "update", "help"],
    unknown: (arg) => {
      throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  if (help || _.length > 0) {
    console.log(USAGE);
    return help ? 0 : 2;
  }
  const missing = installTools({
    gcc: "gcc libc6-dev",
    objcopy: "binutils",
    [PYTHON]: "python3",
    "/usr/lib/python3/dist-packages/yaml": "python3-yaml",
  });
  if (missing.length > 0) throw new Error(`needs ${missing.join(", ")}`);
  const made = make(update), newest = headersOf("newest", false);
  const files: readonly [URL, string][] = [
    [FACTS, made],
    [SYSCALLS, syscallNames(newest, readFileSync(join(newest, "version"), "utf8"))],
  ];
  if (!check) {
    for (const [file, text] of files) writeFileSync(file, text);
    return 0;
  }
  let differences = 0;
  for (const [file, text] of files) {
    const kept = new Set(readFileSync(file, "utf8").split("\n")), fresh = new Set(text.split("\n"));
    const gone = [...kept].filter((line) => !fresh.has(line)), added = [...fresh].filter((line) => !kept.has(line));
    for (const line of gone) console.log(`- ${line.trim()}`);
    for (const line of added) console.log(`+ ${line.trim()}`);
    differences += gone.length + added.length;
  }
  if (differences === 0) return 0;
  console.log("the facts are not what Debian's packages say now: run tests/facts/make.ts, and see what has changed");
  return 1;
}

process.exit(main());
