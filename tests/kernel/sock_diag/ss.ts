/** Converts our objects to the words of `ss`, so that its lines can be compared word by word. */
import { assert, assertEquals } from "@std/assert";
import { statSync } from "node:fs";
import type {
  InetSocket,
  MptcpInfo,
  NetlinkSocket,
  PacketSocket,
  SctpInfo,
  SctpSocket,
  SocketMemory,
  TcpInfo,
  TcpSocket,
  UnixSocket,
} from "../../../families/sock_diag/mod.ts";
import { run } from "../namespace.ts";

const STATES: Readonly<Record<string, string>> = {
  established: "ESTAB",
  syn_sent: "SYN-SENT",
  syn_recv: "SYN-RECV",
  fin_wait1: "FIN-WAIT-1",
  fin_wait2: "FIN-WAIT-2",
  time_wait: "TIME-WAIT",
  close: "UNCONN",
  close_wait: "CLOSE-WAIT",
  last_ack: "LAST-ACK",
  listen: "LISTEN",
  closing: "CLOSING",
};

/** Formats a number as C's %g. */
function g(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function end(address: string, port: number, dev?: string): string {
  const on = dev === undefined ? "" : `%${dev}`;
  return `${address.includes(":") ? `[${address}]` : address}${on}:${port === 0 ? "*" : port}`;
}

function memory(m: SocketMemory | undefined): string[] {
  if (m === undefined) return [];
  const { rmemAlloc, rcvbuf, wmemAlloc, sndbuf, fwdAlloc, wmemQueued, optmem, backlog, drops } = m;
  const words = `r${rmemAlloc},rb${rcvbuf},t${wmemAlloc},tb${sndbuf},f${fwdAlloc},w${wmemQueued},o${optmem}`;
  return [`skmem:(${words},bl${backlog},d${drops})`];
}

function ways(shutdown: readonly (string | number)[] | undefined): string[] {
  if (shutdown === undefined) return [];
  return [`${shutdown.includes("rcv") ? "-" : "<"}-${shutdown.includes("send") ? "-" : ">"}`];
}

const hex = (value: number | bigint): string => value.toString(16);
/** Formats a number as C's %#x. */
const hash = (value: number): string => value === 0 ? "0" : `0x${hex(value)}`;

type Words = readonly (readonly [word: string, value: number | undefined, shown?: string])[];

/** Returns `word:value` for each value other than 0. */
function counts(words: Words): string[] {
  return words.flatMap(([word, value, shown]) =>
    value === undefined || value === 0 ? [] : [`${word}:${shown ?? value}`]
  );
}

/** Returns the words of TCP; those that ss 6.1 does not have are marked with `+`. */
function tcpWords(s: TcpSocket, i: TcpInfo): string[] {
  const on = (option: string): boolean => i.options.includes(option as never);
  const { bbrinfo: bbr, dctcpinfo: dctcp } = s, bps = (bytes: number): string => `${(bytes * 8).toFixed(0)}bps`;
  const limited = (us: number): string => `${Math.trunc(us / 1000)}ms(${(100 * us / i.busyTime!).toFixed(1)}%)`;
  const listening = s.state === "listen", vegas = s.vegasinfo;
  // ss uses Vegas's round-trip time to compute the send rate.
  const rtt = vegas?.enabled && vegas.rtt! > 0 && vegas.rtt !== 0x7fffffff ? vegas.rtt! : i.rtt;
  return [
    ...(on("timestamps") ? ["ts"] : []),
    ...(on("sack") ? ["sack"] : []),
    ...(on("ecn") ? ["ecn"] : []),
    ...(on("ecn_seen") ? ["ecnseen"] : []),
    ...(on("syn_data") ? ["fastopen"] : []),
    ...(s.cong === undefined ? [] : [s.cong]),
    ...(on("wscale") ? [`wscale:${i.sndWscale},${i.rcvWscale}`] : []),
    ...(i.rto === 0 || i.rto === 3_000_000 ? [] : [`rto:${g(i.rto / 1000)}`]),
    ...(i.rtt === 0 ? [] : [`rtt:${g(i.rtt / 1000)}/${g(i.rttvar / 1000)}`]),
    ...(i.ato === 0 ? [] : [`ato:${g(i.ato / 1000)}`]),
    ...counts([
      ["backoff", i.backoff],
      ["mss", i.sndMss],
      ["pmtu", i.pmtu],
      ["rcvmss", i.rcvMss],
      ["advmss", i.advmss],
      ["cwnd", i.sndCwnd],
      ["ssthresh", i.sndSsthresh < 0xffff ? i.sndSsthresh : 0],
      ["bytes_sent", i.bytesSent],
      ["bytes_retrans", i.bytesRetrans],
      ["bytes_acked", i.bytesAcked],
      ["bytes_received", i.bytesReceived],
      ["segs_out", i.segsOut],
      ["segs_in", i.segsIn],
      ["data_segs_out", i.dataSegsOut],
      ["data_segs_in", i.dataSegsIn],
    ]),
    ...(dctcp === undefined ? [] : dctcp.enabled === 0 ? ["dctcp:fallback_mode"] : [
      `dctcp:(ce_state:${dctcp.ceState},alpha:${dctcp.alpha},ab_ecn:${dctcp.abEcn},ab_tot:${dctcp.abTot})`,
    ]),
    ...(bbr === undefined ? [] : [
      `bbr:(bw:${bps(bbr.bw!)},mrtt:${g(bbr.minRtt! / 1000)}` +
      (bbr.pacingGain ? `,pacing_gain:${g(bbr.pacingGain / 256)}` : "") +
      (bbr.cwndGain ? `,cwnd_gain:${g(bbr.cwndGain / 256)}` : "") + ")",
    ]),
    ...(rtt > 0 && i.sndMss > 0 && i.sndCwnd > 0
      ? [`send:${(i.sndCwnd * i.sndMss * 8 * 1e6 / rtt).toFixed(0)}bps`]
      : []),
    ...counts([["lastsnd", i.lastDataSent], ["lastrcv", i.lastDataRecv], ["lastack", i.lastAckRecv]]),
    ...(i.pacingRate && i.pacingRate < 2 ** 63
      ? [`pacing_rate:${bps(i.pacingRate)}${i.maxPacingRate! < 2 ** 63 ? `/${bps(i.maxPacingRate!)}` : ""}`]
      : []),
    ...(i.deliveryRate ? [`delivery_rate:${bps(i.deliveryRate)}`] : []),
    ...(i.deliveryRateAppLimited === 1 ? ["app_limited"] : []),
    ...(i.busyTime ? [`busy:${Math.trunc(i.busyTime / 1000)}ms`] : []),
    ...(i.rwndLimited ? [`rwnd_limited:${limited(i.rwndLimited)}`] : []),
    ...(i.sndbufLimited ? [`sndbuf_limited:${limited(i.sndbufLimited)}`] : []),
    ...(i.retrans > 0 || i.totalRetrans > 0 ? [`retrans:${i.retrans}/${i.totalRetrans}`] : []),
    ...(i.rcvRtt === 0 ? [] : [`rcv_rtt:${g(i.rcvRtt / 1000)}`]),
    ...(i.minRtt && i.minRtt !== 0xffffffff ? [`minrtt:${g(i.minRtt / 1000)}`] : []),
    ...counts([
      ["delivered", i.delivered],
      ["delivered_ce", i.deliveredCe],
      ["unacked", i.unacked],
      ["lost", i.lost],
      ["sacked", listening ? 0 : i.sacked],
      ["dsack_dups", i.dsackDups],
      ["fackets", i.fackets],
      ["reordering", i.reordering === 3 ? 0 : i.reordering],
      ["reord_seen", i.reordSeen],
      ["rcv_space", i.rcvSpace],
      ["rcv_ssthresh", i.rcvSsthresh],
      ["notsent", i.notsentBytes],
      ["rcv_ooopack", i.rcvOoopack],
      ["snd_wnd", i.sndWnd],
      ["+rcv_wnd", i.rcvWnd],
      ["+rehash", i.rehash],
    ]),
  ];
}

/** Letters of MPTCP_SUBFLOW_FLAG_* in their order. */
const SUBFLOW = [
  ["mcap_rem", "M"],
  ["mcap_loc", "m"],
  ["join_rem", "J"],
  ["join_loc", "j"],
  ["bkup_rem", "B"],
  ["bkup_loc", "b"],
  ["fully_established", "e"],
  ["connected", "c"],
  ["mapvalid", "v"],
] as const;

function ulpWords({ ulpInfo: ulp }: TcpSocket): string[] {
  if (ulp === undefined) return [];
  const { name, mptcp: m, tls } = ulp, pad = (value: number): string => hex(value).padStart(4, "0");
  return [
    ...(name === undefined ? [] : [`tcp-ulp-${name}`]),
    ...(m === undefined ? [] : [
      `flags:${SUBFLOW.filter(([flag]) => m.flags!.includes(flag)).map(([, letter]) => letter).join("")}`,
      `token:${pad(m.tokenRem!)}(id:${m.idRem})/${pad(m.tokenLoc!)}(id:${m.idLoc})`,
      `seq:${m.mapSeq}`,
      `sfseq:${m.mapSfseq}`,
      `ssnoff:${m.ssnOffset}`,
      `maplen:${m.mapDatalen}`,
    ]),
    ...(tls === undefined ? [] : [
      ...(tls.version === undefined ? [] : [`version:${tls.version}`]),
      ...(tls.cipher === undefined ? [] : [`cipher:${String(tls.cipher).replaceAll("_", "-")}`]),
      ...(tls.rxconf === undefined ? [] : [`rxconf:${tls.rxconf}`]),
      ...(tls.txconf === undefined ? [] : [`txconf:${tls.txconf}`]),
    ]),
  ];
}

function mptcpWords(i: MptcpInfo): string[] {
  const flag = (name: string): boolean => i.flags!.includes(name as never);
  return [
    ...(flag("fallback") ? ["fallback"] : []),
    ...(flag("remote_key_received") ? ["remote_key"] : []),
    ...counts([
      ["subflows", i.subflows],
      ["add_addr_signal", i.addAddrSignal],
      ["add_addr_accepted", i.addAddrAccepted],
      ["subflows_max", i.subflowsMax],
      ["add_addr_signal_max", i.addAddrSignalMax],
      ["add_addr_accepted_max", i.addAddrAcceptedMax],
      ["token", i.token, hex(i.token!)],
      ["csum_enabled", i.csumEnabled],
      ["local_addr_used", i.localAddrUsed],
      ["local_addr_max", i.localAddrMax],
      ["+retransmits", i.retransmits],
      ["+bytes_retrans", i.bytesRetrans],
      ["+bytes_sent", i.bytesSent],
      ["+bytes_received", i.bytesReceived],
      ["+bytes_acked", i.bytesAcked],
      ["+subflows_total", i.subflowsTotal],
      ["+last_data_sent", i.lastDataSent],
      ["+last_data_recv", i.lastDataRecv],
      ["+last_ack_recv", i.lastAckRecv],
    ]),
    ...(i.writeSeq ? [`write_seq:${i.writeSeq}`] : []),
    ...(i.sndUna ? [`snd_una:${i.sndUna}`] : []),
    ...(i.rcvNxt ? [`rcv_nxt:${i.rcvNxt}`] : []),
  ];
}

function sctpWords(s: SctpSocket, i: SctpInfo): string[] {
  const list = (all: SctpSocket["locals"]): string => (all ?? []).map(({ addr }) => addr).join(",");
  return [
    ...(s.locals === undefined ? [] : [`locals:${list(s.locals)}`]),
    ...(s.peers === undefined ? [] : [`peers:${list(s.peers)}`]),
    ...counts([
      ["tag", i.tag, hex(i.tag!)],
      ["rwnd", i.rwnd],
      ["unackdata", i.unackdata],
      ["penddata", i.penddata],
      ["instrms", i.instrms],
      ["outstrms", i.outstrms],
      ["inqueue", i.inqueue],
      ["outqueue", i.outqueue],
      ["overerr", i.overallError],
      ["maxburst", i.maxBurst],
      ["maxseg", i.maxseg],
      ["prwnd", i.peerRwnd],
      ["ptag", i.peerTag, hex(i.peerTag!)],
      ["isacks", i.isacks],
      ["osacks", i.osacks],
      ["opackets", i.opackets],
      ["ipackets", i.ipackets],
      ["rtxchunks", i.rtxchunks],
      ["outofseqtsns", i.outofseqtsns],
      ["idupchunks", i.idupchunks],
      ["gapcnt", i.gapcnt],
      ["ouodchunks", i.ouodchunks],
      ["iuodchunks", i.iuodchunks],
      ["oodchunks", i.oodchunks],
      ["iodchunks", i.iodchunks],
      ["octrlchunks", i.octrlchunks],
      ["ictrlchunks", i.ictrlchunks],
      ["pswitch", i.pError],
    ]),
  ];
}

/** Returns the words that `ss -eimnoaO --tos --inet-sockopt` prints of a socket. */
export function inetWords(given: InetSocket | SctpSocket): string[] {
  const s = given as TcpSocket;
  const { timer, retrans, sockopt, cgroupId, mark, info } = s, full = s.state !== "time_wait";
  return [
    STATES[s.state] ?? String(s.state),
    String(s.rqueue),
    String(s.wqueue),
    s.local === "::" && s.skv6only === false ? `*:${s.localPort}` : end(s.local, s.localPort, s.dev),
    s.dst === "::" && s.skv6only === false ? "*:*" : end(s.dst, s.dstPort),
    ...(timer === "off" ? [] : [`timer:(${timer === "probe0" ? "persist" : timer},${retrans})`]),
    ...(s.uid === 0 ? [] : [`uid:${s.uid}`]),
    `ino:${s.inode}`,
    `sk:${hex(s.cookie)}`,
    ...(mark ? [`fwmark:${hash(mark)}`] : []),
    ...(cgroupId === undefined ? [] : [`cgroup:${cgroupId}`]),
    ...(s.skv6only === undefined ? [] : [`v6only:${Number(s.skv6only)}`]),
    ...ways(s.shutdown),
    ...(s.tos === undefined ? [] : [`tos:${hash(s.tos)}`]),
    ...(s.tclass === undefined ? [] : [`tclass:${hash(s.tclass)}`]),
    ...(s.classId === undefined ? [] : [`class_id:${hash(s.classId)}`]),
    ...(sockopt === undefined || !full
      ? []
      : [`inet-sockopt:${sockopt.join(",").replace("bind_address_no_port", "bind_addr_no_port")}`]),
    ...memory(s.skmeminfo),
    ...(info === undefined
      ? []
      : "writeSeq" in info
      ? mptcpWords(info as MptcpInfo)
      : "tag" in info
      ? sctpWords(given as SctpSocket, info as SctpInfo)
      : tcpWords(s, info)),
    ...(s.md5sig === undefined ? [] : [`md5keys:${s.md5sig.map(({ addr }) => addr).join(",")}`]),
    ...ulpWords(s),
  ];
}

/** Returns the words that `ss -xaemnO` prints of a socket. */
export function unixWords(s: UnixSocket): string[] {
  const type = { stream: "u_str", dgram: "u_dgr", seqpacket: "u_seq" }[String(s.type)]!;
  return [
    type,
    STATES[s.state]!,
    String(s.rqlen!.rqueue),
    String(s.rqlen!.wqueue),
    s.name?.replaceAll("\0", "@") ?? "*",
    String(s.inode),
    "*",
    String(s.peer ?? 0),
    ...memory(s.meminfo),
    ...(s.vfs === undefined ? [] : [`ino:${s.vfs.inode}`, `dev:${deviceOf(s.vfs.dev!)}`]),
    ...(s.icons === undefined || s.icons.length === 0 ? [] : ["peers:", ...s.icons.map(String)]),
    ...ways(s.shutdown),
  ];
}

/** ss takes the kernel's number of a device for the result of C's makedev(). */
function deviceOf(dev: number): string {
  const major = dev >>> 8 & 0xfff, minor = dev & 0xff | dev >>> 12 & 0xfff00;
  return `${major}/${minor}`;
}

/** Returns the words that `ss -0aemnO` prints of a socket. */
export function packetWords(s: PacketSocket): string[] {
  const { info = {}, fanout } = s;
  const ring = (name: string, r: PacketSocket["rxRing"]): string[] =>
    r === undefined ? [] : [
      `ring_${name}(blk_size:${r.blockSize},blk_nr:${r.blockNr},frm_size:${r.frameSize},frm_nr:${r.frameNr},` +
      `tmo:${r.retireTmo},features:0x${hex(r.features!)})`,
    ];
  return [
    s.type === "raw" ? "p_raw" : "p_dgr",
    "UNCONN",
    String(s.meminfo!.rmemAlloc),
    "0",
    `${s.num === 3 ? "*" : `[${s.num}]`}:${s.dev ?? "*"}`,
    "*",
    ...(s.uid ? [`uid:${s.uid}`] : []),
    `ino:${s.inode}`,
    `sk:${hex(s.cookie)}`,
    `ver:${Number(String(info.version).slice(1)) - 1}`,
    `cpy_thresh:${info.copyThresh}`,
    `flags(${info.flags!.join(",")})`,
    ...ring("rx", s.rxRing),
    ...ring("tx", s.txRing),
    ...(fanout === undefined ? [] : [`fanout(id:${fanout.id},type:${fanout.type})`]),
    ...memory(s.meminfo),
  ];
}

/** Returns the words that `ss -f netlink -aemnO` prints of a socket. */
export function netlinkWords(s: NetlinkSocket, numbers: Readonly<Record<string, number>>): string[] {
  // ss shows only the first 32 groups.
  const groups = (s.groups ?? []).reduce((bits, group) => group <= 32 ? (bits | 1 << group - 1) >>> 0 : bits, 0);
  return [
    "UNCONN",
    String(s.meminfo!.rmemAlloc),
    String(s.meminfo!.wmemAlloc),
    `${typeof s.protocol === "number" ? s.protocol : numbers[s.protocol]}:${s.portid}`,
    "*",
    "sk=0",
    "cb=0",
    `groups=0x${hex(groups).padStart(8, "0")}`,
    ...memory(s.meminfo),
  ];
}

/** Returns the lines of ss in a namespace, with words in the form of the functions above. */
export function ssLines(netns: string, options: readonly string[]): string[][] {
  const text = run("ip", ["netns", "exec", netns, "ss", "-H", "-O", "-a", "-e", "-m", "-n", ...options]);
  const [, major, minor] = /iproute2-(\d+)\.(\d+)/.exec(run("ss", ["-V"]))!.map(Number);
  // Older versions print MPTCP's sequence numbers in hexadecimal.
  const base = major! < 6 || major === 6 && minor! < 6 ? "0x" : "";
  return text.split("\n").filter((line) => line.trim() !== "").map((line) =>
    line
      // ss may print keys in front of a line, from the content of its buffer.
      .replace(/^hello/, "")
      .replace(/\b(send|pacing_rate|delivery_rate) /g, "$1:")
      .replace(/inet-sockopt: \( (.*?)\)/, (_, words: string) => `inet-sockopt:${words.trim().replaceAll(" ", ",")}`)
      .replace(/flags\( (.*?) \)/, (_, words: string) => `flags(${words.trim().replaceAll(" ", ",")})`)
      .replace(/timer:\((\w+),[^,]*,(\d+)\)/, "timer:($1,$2)")
      .replace(/cgroup:unreachable:([0-9a-f]+)/, (_, id: string) => `cgroup:${parseInt(id, 16)}`)
      .replace(/cgroup:(\/\S*)/, (_, path: string) => `cgroup:${statSync(`/sys/fs/cgroup${path}`).ino}`)
      .replace(/md5keys:(\S+)/, (_, keys: string) => `md5keys:${keys.replace(/=[^,]*/g, "")}`)
      .replace(
        /\b(seq|sfseq|ssnoff|maplen|write_seq|snd_una|rcv_nxt):([0-9a-f]+)/g,
        (_, word: string, number: string) => `${word}:${BigInt(base + number)}`,
      )
      .trim().split(/\s+/)
  );
}

const VOLATILE = /^\+?(lastsnd|lastrcv|lastack|last_data_sent|last_data_recv|last_ack_recv):/;

/** Returns words as a set, without those that change by themselves, or that only newer versions of ss have. */
function lasting(words: readonly string[], known: (word: string) => boolean): string[] {
  return words.filter((word) => !VOLATILE.test(word) && known(word)).map((word) => word.replace(/^\+/, "")).sort();
}

/** Checks that ss lists the same sockets as the library, word by word. */
export function assertSame(ours: readonly (readonly string[])[], theirs: readonly (readonly string[])[]): void {
  const all = theirs.flat(),
    newer = (word: string): boolean => {
      const [name] = word.split(":");
      return !word.startsWith("+") || all.some((other) => other.startsWith(`${name!.slice(1)}:`));
    };
  const sorted = (lines: readonly (readonly string[])[]): string[] =>
    lines.map((words) => lasting(words, newer).join(" ")).sort();
  assert(ours.length > 0, "nothing was listed");
  assertEquals(sorted(ours), sorted(theirs));
}
