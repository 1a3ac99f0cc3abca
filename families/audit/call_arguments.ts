/**
 * Arguments of system calls in words, as `ausearch -i` prints them: names of flags, modes, signals and commands instead
 * of numbers.
 *
 * @module
 */
import type { Accounts } from "./accounts.ts";
import { capabilityName, protocolName, signalName } from "./names.ts";
import { namesOf, type Naming } from "./numbered.ts";
import type { AuditMachine } from "./syscalls.ts";

/** Bits of open(2), from asm-generic/fcntl.h. */
const OPEN = namesOf(
  "6 O_CREAT O_EXCL O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK O_DSYNC O_ASYNC O_DIRECT O_LARGEFILE O_DIRECTORY " +
    "O_NOFOLLOW O_NOATIME O_CLOEXEC __O_SYNC O_PATH __O_TMPFILE 26 O_EMPTYPATH",
);

/** The same on ARM. */
const OPEN_ARM = namesOf(
  "6 O_CREAT O_EXCL O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK O_DSYNC O_ASYNC O_DIRECTORY O_NOFOLLOW O_DIRECT " +
    "O_LARGEFILE O_NOATIME O_CLOEXEC __O_SYNC O_PATH __O_TMPFILE 26 O_EMPTYPATH",
);

/** Bits of access(2). */
const ACCESS = namesOf("X_OK W_OK R_OK");

/** Bits of memory protection, from linux/mman.h. */
const PROT = namesOf("PROT_READ PROT_WRITE PROT_EXEC PROT_SEM 24 PROT_GROWSDOWN PROT_GROWSUP");

/** Bits of mmap(2), from linux/mman.h. */
const MAP = namesOf(
  "MAP_SHARED MAP_PRIVATE 3 MAP_DROPPABLE MAP_FIXED MAP_ANONYMOUS MAP_32BIT MAP_ABOVE4G MAP_GROWSDOWN 11 " +
    "MAP_DENYWRITE MAP_EXECUTABLE MAP_LOCKED MAP_NORESERVE MAP_POPULATE MAP_NONBLOCK MAP_STACK MAP_HUGETLB MAP_SYNC " +
    "MAP_FIXED_NOREPLACE 26 MAP_UNINITIALIZED",
);

/** Bits of shmget(2), beside permissions, from linux/shm.h. */
const SHM = namesOf("9 IPC_CREAT IPC_EXCL SHM_HUGETLB SHM_NORESERVE");

/** Bits of send(2) and recv(2), from linux/socket.h. */
const MSG = namesOf(
  "MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_CTRUNC MSG_PROXY MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL MSG_FIN MSG_SYN " +
    "MSG_CONFIRM MSG_RST MSG_ERRQUEUE MSG_NOSIGNAL MSG_MORE MSG_WAITFORONE 18 MSG_BATCH 25 MSG_SOCK_DEVMEM " +
    "MSG_ZEROCOPY MSG_SPLICE_PAGES 29 MSG_FASTOPEN MSG_CMSG_CLOEXEC MSG_CMSG_COMPAT",
);

/** Bits of socket(2), beside the type, from linux/net.h. */
const SOCK = namesOf("11 SOCK_NONBLOCK 19 SOCK_CLOEXEC");

/** Bits of clone(2), beside the signal at the end, from linux/sched.h. */
const CLONE = namesOf(
  "7 CLONE_NEWTIME CLONE_VM CLONE_FS CLONE_FILES CLONE_SIGHAND CLONE_PIDFD CLONE_PTRACE CLONE_VFORK CLONE_PARENT " +
    "CLONE_THREAD CLONE_NEWNS CLONE_SYSVSEM CLONE_SETTLS CLONE_PARENT_SETTID CLONE_CHILD_CLEARTID CLONE_DETACHED " +
    "CLONE_UNTRACED CLONE_CHILD_SETTID CLONE_NEWCGROUP CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER CLONE_NEWPID " +
    "CLONE_NEWNET CLONE_IO",
);

/** Bits of mount(2), from linux/mount.h. */
const MOUNT = namesOf(
  "MS_RDONLY MS_NOSUID MS_NODEV MS_NOEXEC MS_SYNCHRONOUS MS_REMOUNT MS_MANDLOCK MS_DIRSYNC MS_NOSYMFOLLOW 10 " +
    "MS_NOATIME MS_NODIRATIME MS_BIND MS_MOVE MS_REC MS_SILENT MS_POSIXACL MS_UNBINDABLE MS_PRIVATE MS_SLAVE " +
    "MS_SHARED MS_RELATIME MS_KERNMOUNT MS_I_VERSION MS_STRICTATIME MS_LAZYTIME",
);

/** Bits of umount2(2), from linux/fs.h. */
const UMOUNT = namesOf("MNT_FORCE MNT_DETACH MNT_EXPIRE UMOUNT_NOFOLLOW");

/** Places that lseek(2) counts from. */
const SEEK = namesOf("SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE");

/** Families of sockets, AF_*, from linux/socket.h. */
const DOMAINS = namesOf(
  "1 local inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose decnet netbeui security key netlink packet " +
    "ash econet atmsvc rds sna irda pppox wanpipe llc ib mpls can tipc bluetooth iucv rxrpc isdn phonet ieee802154 " +
    "caif alg nfc vsock kcm qipcrtr smc xdp mctp",
);

/** Types of sockets, from linux/net.h. */
const TYPES = namesOf("1 SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET SOCK_DCCP 10 SOCK_PACKET");

/** Levels of options of sockets, SOL_*, from linux/socket.h. */
const LEVELS = namesOf(
  "ip SOL_SOCKET 6 tcp 17 udp 41 ipv6 58 ipv6-icmp 132 sctp 136 udplite 255 SOL_RAW SOL_IPX SOL_AX25 SOL_ATALK " +
    "SOL_NETROM SOL_ROSE SOL_DECNET SOL_X25 SOL_PACKET SOL_ATM SOL_AAL SOL_IRDA SOL_NETBEUI SOL_LLC SOL_DCCP " +
    "SOL_NETLINK SOL_TIPC SOL_RXRPC SOL_PPPOL2TP SOL_BLUETOOTH SOL_PNPIPE SOL_RDS SOL_IUCV SOL_CAIF SOL_ALG SOL_NFC " +
    "SOL_KCM SOL_TLS SOL_XDP SOL_MPTCP SOL_MCTP SOL_SMC SOL_VSOCK",
);

/** Options of sockets, from asm-generic/socket.h. */
const SOCKET_OPTIONS = namesOf(
  "1 SO_DEBUG SO_REUSEADDR SO_TYPE SO_ERROR SO_DONTROUTE SO_BROADCAST SO_SNDBUF SO_RCVBUF SO_KEEPALIVE SO_OOBINLINE " +
    "SO_NO_CHECK SO_PRIORITY SO_LINGER SO_BSDCOMPAT SO_REUSEPORT SO_PASSCRED SO_PEERCRED SO_RCVLOWAT SO_SNDLOWAT " +
    "SO_RCVTIMEO SO_SNDTIMEO SO_SECURITY_AUTHENTICATION SO_SECURITY_ENCRYPTION_TRANSPORT " +
    "SO_SECURITY_ENCRYPTION_NETWORK SO_BINDTODEVICE SO_ATTACH_FILTER SO_DETACH_FILTER SO_PEERNAME SO_TIMESTAMP " +
    "SO_ACCEPTCONN SO_PEERSEC SO_SNDBUFFORCE SO_RCVBUFFORCE SO_PASSSEC SO_TIMESTAMPNS SO_MARK SO_TIMESTAMPING " +
    "SO_PROTOCOL SO_DOMAIN SO_RXQ_OVFL SO_WIFI_STATUS SO_PEEK_OFF SO_NOFCS SO_LOCK_FILTER SO_SELECT_ERR_QUEUE " +
    "SO_BUSY_POLL SO_MAX_PACING_RATE SO_BPF_EXTENSIONS SO_INCOMING_CPU SO_ATTACH_BPF SO_ATTACH_REUSEPORT_CBPF " +
    "SO_ATTACH_REUSEPORT_EBPF SO_CNX_ADVICE SCM_TIMESTAMPING_OPT_STATS SO_MEMINFO SO_INCOMING_NAPI_ID SO_COOKIE " +
    "SCM_TIMESTAMPING_PKTINFO SO_PEERGROUPS SO_ZEROCOPY SO_TXTIME SO_BINDTOIFINDEX SO_TIMESTAMP_NEW " +
    "SO_TIMESTAMPNS_NEW SO_TIMESTAMPING_NEW SO_RCVTIMEO_NEW SO_SNDTIMEO_NEW SO_DETACH_REUSEPORT_BPF " +
    "SO_PREFER_BUSY_POLL SO_BUSY_POLL_BUDGET SO_NETNS_COOKIE SO_BUF_LOCK SO_RESERVE_MEM SO_TXREHASH SO_RCVMARK " +
    "SO_PASSPIDFD SO_PEERPIDFD SO_DEVMEM_LINEAR SO_DEVMEM_DMABUF SO_DEVMEM_DONTNEED SCM_TS_OPT_ID SO_RCVPRIORITY " +
    "SO_PASSRIGHTS SO_INQ",
);

/** Options of IPv4, from linux/in.h, and of iptables. */
const IP_OPTIONS = namesOf(
  "1 IP_TOS IP_TTL IP_HDRINCL IP_OPTIONS IP_ROUTER_ALERT IP_RECVOPTS IP_RETOPTS IP_PKTINFO IP_PKTOPTIONS " +
    "IP_MTU_DISCOVER IP_RECVERR IP_RECVTTL IP_RECVTOS IP_MTU IP_FREEBIND IP_IPSEC_POLICY IP_XFRM_POLICY IP_PASSSEC " +
    "IP_TRANSPARENT IP_ORIGDSTADDR IP_MINTTL IP_NODEFRAG IP_CHECKSUM IP_BIND_ADDRESS_NO_PORT IP_RECVFRAGSIZE " +
    "IP_RECVERR_RFC4884 32 IP_MULTICAST_IF IP_MULTICAST_TTL IP_MULTICAST_LOOP IP_ADD_MEMBERSHIP IP_DROP_MEMBERSHIP " +
    "IP_UNBLOCK_SOURCE IP_BLOCK_SOURCE IP_ADD_SOURCE_MEMBERSHIP IP_DROP_SOURCE_MEMBERSHIP IP_MSFILTER " +
    "MCAST_JOIN_GROUP MCAST_BLOCK_SOURCE MCAST_UNBLOCK_SOURCE MCAST_LEAVE_GROUP MCAST_JOIN_SOURCE_GROUP " +
    "MCAST_LEAVE_SOURCE_GROUP MCAST_MSFILTER IP_MULTICAST_ALL IP_UNICAST_IF IP_LOCAL_PORT_RANGE IP_PROTOCOL 64 " +
    "IPT_SO_SET_REPLACE IPT_SO_SET_ADD_COUNTERS IPT_SO_GET_REVISION_TARGET",
);

/** Options of IPv6, from linux/in6.h, and of ip6tables. */
const IPV6_OPTIONS = namesOf(
  "1 IPV6_ADDRFORM IPV6_2292PKTINFO IPV6_2292HOPOPTS IPV6_2292DSTOPTS IPV6_2292RTHDR IPV6_2292PKTOPTIONS " +
    "IPV6_CHECKSUM IPV6_2292HOPLIMIT IPV6_NEXTHOP IPV6_AUTHHDR IPV6_FLOWINFO 16 IPV6_UNICAST_HOPS IPV6_MULTICAST_IF " +
    "IPV6_MULTICAST_HOPS IPV6_MULTICAST_LOOP IPV6_ADD_MEMBERSHIP IPV6_DROP_MEMBERSHIP IPV6_ROUTER_ALERT " +
    "IPV6_MTU_DISCOVER IPV6_MTU IPV6_RECVERR IPV6_V6ONLY IPV6_JOIN_ANYCAST IPV6_LEAVE_ANYCAST IPV6_MULTICAST_ALL " +
    "IPV6_ROUTER_ALERT_ISOLATE IPV6_RECVERR_RFC4884 IPV6_FLOWLABEL_MGR IPV6_FLOWINFO_SEND IPV6_IPSEC_POLICY " +
    "IPV6_XFRM_POLICY IPV6_HDRINCL 42 MCAST_JOIN_GROUP MCAST_BLOCK_SOURCE MCAST_UNBLOCK_SOURCE MCAST_LEAVE_GROUP " +
    "MCAST_JOIN_SOURCE_GROUP MCAST_LEAVE_SOURCE_GROUP MCAST_MSFILTER IPV6_RECVPKTINFO IPV6_PKTINFO IPV6_RECVHOPLIMIT " +
    "IPV6_HOPLIMIT IPV6_RECVHOPOPTS IPV6_HOPOPTS IPV6_RTHDRDSTOPTS IPV6_RECVRTHDR IPV6_RTHDR IPV6_RECVDSTOPTS " +
    "IPV6_DSTOPTS IPV6_RECVPATHMTU IPV6_PATHMTU IPV6_DONTFRAG IPV6_USE_MIN_MTU IP6T_SO_SET_REPLACE " +
    "IP6T_SO_SET_ADD_COUNTERS IPV6_RECVTCLASS IPV6_TCLASS IP6T_SO_GET_REVISION_MATCH IP6T_SO_GET_REVISION_TARGET " +
    "IPV6_AUTOFLOWLABEL 72 IPV6_ADDR_PREFERENCES IPV6_MINHOPCOUNT IPV6_ORIGDSTADDR IPV6_TRANSPARENT IPV6_UNICAST_IF " +
    "IPV6_RECVFRAGSIZE IPV6_FREEBIND 80 IP6T_SO_ORIGINAL_DST",
);

/** Options of TCP, from linux/tcp.h. */
const TCP_OPTIONS = namesOf(
  "1 TCP_NODELAY TCP_MAXSEG TCP_CORK TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_SYNCNT TCP_LINGER2 TCP_DEFER_ACCEPT " +
    "TCP_WINDOW_CLAMP TCP_INFO TCP_QUICKACK TCP_CONGESTION TCP_MD5SIG TCP_COOKIE_TRANSACTIONS " +
    "TCP_THIN_LINEAR_TIMEOUTS TCP_THIN_DUPACK TCP_USER_TIMEOUT TCP_REPAIR TCP_REPAIR_QUEUE TCP_QUEUE_SEQ " +
    "TCP_REPAIR_OPTIONS TCP_FASTOPEN TCP_TIMESTAMP TCP_NOTSENT_LOWAT TCP_CC_INFO TCP_SAVE_SYN TCP_SAVED_SYN " +
    "TCP_REPAIR_WINDOW TCP_FASTOPEN_CONNECT TCP_ULP TCP_MD5SIG_EXT TCP_FASTOPEN_KEY TCP_FASTOPEN_NO_COOKIE " +
    "TCP_ZEROCOPY_RECEIVE TCP_INQ TCP_TX_DELAY TCP_AO_ADD_KEY TCP_AO_DEL_KEY TCP_AO_INFO TCP_AO_GET_KEYS " +
    "TCP_AO_REPAIR TCP_IS_MPTCP TCP_RTO_MAX_MS TCP_RTO_MIN_US TCP_DELACK_MAX_US",
);

/** Options of packet sockets, from linux/if_packet.h. */
const PACKET_OPTIONS = namesOf(
  "1 PACKET_ADD_MEMBERSHIP PACKET_DROP_MEMBERSHIP PACKET_RECV_OUTPUT 5 PACKET_RX_RING PACKET_STATISTICS " +
    "PACKET_COPY_THRESH PACKET_AUXDATA PACKET_ORIGDEV PACKET_VERSION PACKET_HDRLEN PACKET_RESERVE PACKET_TX_RING " +
    "PACKET_LOSS PACKET_VNET_HDR PACKET_TX_TIMESTAMP PACKET_TIMESTAMP PACKET_FANOUT PACKET_TX_HAS_OFF " +
    "PACKET_QDISC_BYPASS PACKET_ROLLOVER_STATS PACKET_FANOUT_DATA PACKET_IGNORE_OUTGOING PACKET_VNET_HDR_SZ",
);

/** Calls of socketcall(2), from linux/net.h. */
const SOCKETCALLS = namesOf(
  "1 socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown " +
    "setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg",
);

/** Calls of ipc(2), from linux/ipc.h. */
const IPC_CALLS = namesOf(
  "1 semop semget semctl semtimedop 11 msgsnd msgrcv msgget msgctl 21 shmat shmdt shmget shmctl",
);

/** Commands of fcntl(2), from linux/fcntl.h. */
const FCNTL = namesOf(
  "F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW F_SETOWN F_GETOWN F_SETSIG F_GETSIG F_GETLK64 " +
    "F_SETLK64 F_SETLKW64 F_SETOWN_EX F_GETOWN_EX F_GETOWNER_UIDS 36 F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW 1024 " +
    "F_SETLEASE F_GETLEASE F_NOTIFY F_DUPFD_QUERY F_CREATED_QUERY F_CANCELLK F_DUPFD_CLOEXEC F_SETPIPE_SZ " +
    "F_GETPIPE_SZ F_ADD_SEALS F_GET_SEALS F_GET_RW_HINT F_SET_RW_HINT F_GET_FILE_RW_HINT F_SET_FILE_RW_HINT " +
    "F_GETDELEG F_SETDELEG",
);

/** Limits of processes, from asm-generic/resource.h. */
const RLIMITS = namesOf(
  "RLIMIT_CPU RLIMIT_FSIZE RLIMIT_DATA RLIMIT_STACK RLIMIT_CORE RLIMIT_RSS RLIMIT_NPROC RLIMIT_NOFILE " +
    "RLIMIT_MEMLOCK RLIMIT_AS RLIMIT_LOCKS RLIMIT_SIGPENDING RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_RTTIME",
);

/** Requests of ptrace(2), from linux/ptrace.h and x86's asm/ptrace-abi.h. */
const PTRACE = namesOf(
  "PTRACE_TRACEME PTRACE_PEEKTEXT PTRACE_PEEKDATA PTRACE_PEEKUSER PTRACE_POKETEXT PTRACE_POKEDATA PTRACE_POKEUSER " +
    "PTRACE_CONT PTRACE_KILL PTRACE_SINGLESTEP 12 PTRACE_GETREGS PTRACE_SETREGS PTRACE_GETFPREGS PTRACE_SETFPREGS " +
    "PTRACE_ATTACH PTRACE_DETACH PTRACE_GETFPXREGS PTRACE_SETFPXREGS 24 PTRACE_SYSCALL PTRACE_GET_THREAD_AREA " +
    "PTRACE_SET_THREAD_AREA 30 PTRACE_ARCH_PRCTL PTRACE_SYSEMU PTRACE_SYSEMU_SINGLESTEP PTRACE_SINGLEBLOCK 16896 " +
    "PTRACE_SETOPTIONS PTRACE_GETEVENTMSG PTRACE_GETSIGINFO PTRACE_SETSIGINFO PTRACE_GETREGSET PTRACE_SETREGSET " +
    "PTRACE_SEIZE PTRACE_INTERRUPT PTRACE_LISTEN PTRACE_PEEKSIGINFO PTRACE_GETSIGMASK PTRACE_SETSIGMASK " +
    "PTRACE_SECCOMP_GET_FILTER PTRACE_SECCOMP_GET_METADATA PTRACE_GET_SYSCALL_INFO PTRACE_GET_RSEQ_CONFIGURATION " +
    "PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG PTRACE_SET_SYSCALL_INFO",
);

/** Policies of the scheduler, from linux/sched.h. */
const SCHED = namesOf("SCHED_OTHER SCHED_FIFO SCHED_RR SCHED_BATCH 5 SCHED_IDLE SCHED_DEADLINE SCHED_EXT");

/** Bits beside the policy. */
const SCHED_BITS = namesOf("30 SCHED_RESET_ON_FORK");

/** Personalities, from linux/personality.h. */
const PERSONALITIES = namesOf(
  "PER_LINUX PER_SVR4 PER_SVR3 PER_SCOSVR3 PER_WYSEV386 PER_ISCR4 PER_BSD 8 PER_LINUX32 12 PER_RISCOS PER_SOLARIS " +
    "PER_UW7 PER_OSF4 PER_HPUX",
);

/** Bits beside the personality. */
const PERSONALITY_BITS = namesOf(
  "17 UNAME26 ADDR_NO_RANDOMIZE FDPIC_FUNCPTRS MMAP_PAGE_ZERO ADDR_COMPAT_LAYOUT READ_IMPLIES_EXEC ADDR_LIMIT_32BIT " +
    "SHORT_INODE WHOLE_SECONDS STICKY_TIMEOUTS ADDR_LIMIT_3GB",
);

/** Clocks, from linux/time.h. */
const CLOCKS = namesOf(
  "CLOCK_REALTIME CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID CLOCK_THREAD_CPUTIME_ID CLOCK_MONOTONIC_RAW " +
    "CLOCK_REALTIME_COARSE CLOCK_MONOTONIC_COARSE CLOCK_BOOTTIME CLOCK_REALTIME_ALARM CLOCK_BOOTTIME_ALARM " +
    "CLOCK_SGI_CYCLE CLOCK_TAI",
);

/** Operations of epoll_ctl(2), from linux/eventpoll.h. */
const EPOLL = namesOf("1 EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD");

/** Commands of bpf(2), from linux/bpf.h. */
const BPF = namesOf(
  "BPF_MAP_CREATE BPF_MAP_LOOKUP_ELEM BPF_MAP_UPDATE_ELEM BPF_MAP_DELETE_ELEM BPF_MAP_GET_NEXT_KEY BPF_PROG_LOAD " +
    "BPF_OBJ_PIN BPF_OBJ_GET BPF_PROG_ATTACH BPF_PROG_DETACH BPF_PROG_TEST_RUN BPF_PROG_GET_NEXT_ID " +
    "BPF_MAP_GET_NEXT_ID BPF_PROG_GET_FD_BY_ID BPF_MAP_GET_FD_BY_ID BPF_OBJ_GET_INFO_BY_FD BPF_PROG_QUERY " +
    "BPF_RAW_TRACEPOINT_OPEN BPF_BTF_LOAD BPF_BTF_GET_FD_BY_ID BPF_TASK_FD_QUERY BPF_MAP_LOOKUP_AND_DELETE_ELEM " +
    "BPF_MAP_FREEZE BPF_BTF_GET_NEXT_ID BPF_MAP_LOOKUP_BATCH BPF_MAP_LOOKUP_AND_DELETE_BATCH BPF_MAP_UPDATE_BATCH " +
    "BPF_MAP_DELETE_BATCH BPF_LINK_CREATE BPF_LINK_UPDATE BPF_LINK_GET_FD_BY_ID BPF_LINK_GET_NEXT_ID BPF_ENABLE_STATS " +
    "BPF_ITER_CREATE BPF_LINK_DETACH BPF_PROG_BIND_MAP BPF_TOKEN_CREATE BPF_PROG_STREAM_READ_BY_FD",
);

/** Options of prctl(2), from linux/prctl.h. */
const PRCTL = namesOf(
  "1 PR_SET_PDEATHSIG PR_GET_PDEATHSIG PR_GET_DUMPABLE PR_SET_DUMPABLE PR_GET_UNALIGN PR_SET_UNALIGN " +
    "PR_GET_KEEPCAPS PR_SET_KEEPCAPS PR_GET_FPEMU PR_SET_FPEMU PR_GET_FPEXC PR_SET_FPEXC PR_GET_TIMING PR_SET_TIMING " +
    "PR_SET_NAME PR_GET_NAME 19 PR_GET_ENDIAN PR_SET_ENDIAN PR_GET_SECCOMP PR_SET_SECCOMP PR_CAPBSET_READ " +
    "PR_CAPBSET_DROP PR_GET_TSC PR_SET_TSC PR_GET_SECUREBITS PR_SET_SECUREBITS PR_SET_TIMERSLACK PR_GET_TIMERSLACK " +
    "PR_TASK_PERF_EVENTS_DISABLE PR_TASK_PERF_EVENTS_ENABLE PR_MCE_KILL PR_MCE_KILL_GET PR_SET_MM " +
    "PR_SET_CHILD_SUBREAPER PR_GET_CHILD_SUBREAPER PR_SET_NO_NEW_PRIVS PR_GET_NO_NEW_PRIVS PR_GET_TID_ADDRESS " +
    "PR_SET_THP_DISABLE PR_GET_THP_DISABLE PR_MPX_ENABLE_MANAGEMENT PR_MPX_DISABLE_MANAGEMENT PR_SET_FP_MODE " +
    "PR_GET_FP_MODE PR_CAP_AMBIENT 50 PR_SVE_SET_VL PR_SVE_GET_VL PR_GET_SPECULATION_CTRL PR_SET_SPECULATION_CTRL " +
    "PR_PAC_RESET_KEYS PR_SET_TAGGED_ADDR_CTRL PR_GET_TAGGED_ADDR_CTRL PR_SET_IO_FLUSHER PR_GET_IO_FLUSHER " +
    "PR_SET_SYSCALL_USER_DISPATCH PR_PAC_SET_ENABLED_KEYS PR_PAC_GET_ENABLED_KEYS PR_SCHED_CORE PR_SME_SET_VL " +
    "PR_SME_GET_VL PR_SET_MDWE PR_GET_MDWE PR_SET_MEMORY_MERGE PR_GET_MEMORY_MERGE PR_RISCV_V_SET_CONTROL " +
    "PR_RISCV_V_GET_CONTROL PR_RISCV_SET_ICACHE_FLUSH_CTX PR_PPC_GET_DEXCR PR_PPC_SET_DEXCR " +
    "PR_GET_SHADOW_STACK_STATUS PR_SET_SHADOW_STACK_STATUS PR_LOCK_SHADOW_STACK_STATUS PR_TIMER_CREATE_RESTORE_IDS " +
    "PR_FUTEX_HASH PR_RSEQ_SLICE_EXTENSION PR_GET_CFI PR_SET_CFI 1096112214 PR_GET_AUXV 1398164801 PR_SET_VMA " +
    "1499557217 PR_SET_PTRACER",
);

/** A system call: its machine, its four arguments, and the names of users and groups. */
interface Call {
  readonly machine: AuditMachine | number;
  readonly args: readonly number[];
  readonly accounts: Accounts;
}

/** Makes words of an argument's lower 32 bits; `undefined` leaves its digits. */
type Kind = (value: number, call: Call) => string | undefined;

/** Joins the names of bits; bits without a name follow as digits. `first` is in front of them, and `none` alone. */
function bits(names: Naming, none?: string, first?: (value: number) => string | undefined, mask = 0): Kind {
  return (value) => {
    const start = first?.(value), words = start === undefined ? [] : [start];
    let rest = value & ~(start === undefined ? 0 : mask);
    for (let bit = 0; bit < 32; bit++) {
      const name = (rest >>> bit & 1) === 0 ? undefined : names(bit);
      if (name === undefined) continue;
      words.push(name);
      rest &= ~(1 << bit);
    }
    if (words.length === 0 && rest !== 0) return undefined;
    return [...words, ...rest === 0 ? [] : [`0x${(rest >>> 0).toString(16)}`]].join("|") || none;
  };
}

const ACCESS_MODES = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_WRONLY|O_RDWR"];
const accessMode = (value: number) => ACCESS_MODES[value & 3];
const openGeneric = bits(OPEN, undefined, accessMode, 3), openArm = bits(OPEN_ARM, undefined, accessMode, 3);
const O_CREAT = 0o100;

const openFlags: Kind = (value, call) =>
  (call.machine === "aarch64" || call.machine === "arm" ? openArm : openGeneric)(value, call);

const SPECIAL_MODES = [[0o4000, "suid"], [0o2000, "sgid"], [0o1000, "sticky"]] as const;

function permissions(value: number): string[] {
  const special = SPECIAL_MODES.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
  return [...special, (value & 0o777).toString(8).padStart(3, "0")];
}

const FILE_TYPES: Readonly<Record<number, string>> = {
  0o140000: "socket",
  0o120000: "link",
  0o100000: "file",
  0o060000: "block",
  0o040000: "dir",
  0o020000: "character",
  0o010000: "fifo",
};

/** Returns the type of file, the special bits and the permissions of a mode; `undefined` if it has no type. */
export function fileMode(value: number): string | undefined {
  const type = value & 0o170000;
  return type === 0 ? undefined : [FILE_TYPES[type] ?? type.toString(8), ...permissions(value)].join();
}

const mode: Kind = (value) => {
  const words = permissions(value);
  return [...words.slice(0, -1), `0${words.at(-1)}`].join();
};
const typedMode: Kind = (value, call) => fileMode(value & 0xffff) ?? mode(value, call);
/** The mode counts only if a file may be made, as the argument in front says. */
const modeIf = (flags: number): Kind => (value, call) =>
  (call.args[flags]! & O_CREAT) === 0 ? undefined : mode(value, call);
const folder: Kind = (value) => value === 0xffffff9c ? "AT_FDCWD" : undefined;
const signal: Kind = (value) => value === 0 ? "SIG0" : signalName(value);
const named = (names: Naming): Kind => names;
const status: Kind = (value) => ["EXIT_SUCCESS", "EXIT_FAILURE"][value] ?? String(value | 0);
/** Protocols are those of IP for its own sockets only. */
const protocol: Kind = (value, { args }) => {
  const domain = DOMAINS(args[0]!);
  return domain === "inet" || domain === "inet6" ? protocolName(value) : undefined;
};
const account = (which: keyof Accounts): Kind => (value, { accounts }) =>
  value === 0xffffffff ? "unset" : accounts[which].get(value) ?? String(value);
const user = account("users"), group = account("groups");
const mapFlags: Kind = bits(MAP, "MAP_FILE");
const protection = bits(PROT, "PROT_NONE"), send = bits(MSG), access = bits(ACCESS, "F_OK");
const cloneFlags = bits(CLONE, undefined, (value) => signalName(value & 0x7f), 0x7f);
const shared: Kind = (value, call) =>
  [bits(SHM)(value & ~0o777, call), mode(value & 0o777, call)].filter((part) => part !== undefined).join("|");
const socketType = bits(SOCK, undefined, (value) => TYPES(value & 0xf), 0xf);
const policy = bits(SCHED_BITS, undefined, (value) => SCHED(value & 0xf), 0xf);
const personality = bits(PERSONALITY_BITS, undefined, (value) => PERSONALITIES(value & 0xff), 0xff);
const domain = named(DOMAINS), rlimit = named(RLIMITS), clock = named(CLOCKS);

/** The options of a socket by its level. */
const OPTIONS: Readonly<Record<number, Naming>> = {
  0: IP_OPTIONS,
  1: SOCKET_OPTIONS,
  6: TCP_OPTIONS,
  41: IPV6_OPTIONS,
  263: PACKET_OPTIONS,
};
const option: Kind = (value, { args }) => OPTIONS[args[1]!]?.(value);
const fcntl: Kind = (value, call) => {
  const command = FCNTL(call.args[1]!);
  if (command === "F_SETFD") return value === 1 ? "FD_CLOEXEC" : undefined;
  return command === "F_SETFL" ? openFlags(value, call) : undefined;
};
const prctl: Kind = (value, call) => {
  const command = PRCTL(call.args[0]!);
  if (command === "PR_SET_PDEATHSIG") return signal(value, call);
  return command?.startsWith("PR_CAPBSET_") ? capabilityName(value) : undefined;
};

/** The arguments that have words, by system call; those of a call that takes a folder's descriptor begin with it. */
const CALLS: Readonly<Record<string, readonly (Kind | undefined)[]>> = {
  open: [undefined, openFlags, modeIf(1)],
  openat: [folder, undefined, openFlags, modeIf(2)],
  openat2: [folder],
  open_by_handle_at: [undefined, undefined, openFlags],
  mq_open: [undefined, openFlags, modeIf(1)],
  creat: [undefined, mode],
  mkdir: [undefined, mode],
  mkdirat: [folder, undefined, mode],
  mknod: [undefined, typedMode],
  mknodat: [folder, undefined, typedMode],
  chmod: [undefined, mode],
  fchmod: [undefined, mode],
  fchmodat: [folder, undefined, mode],
  fchmodat2: [folder, undefined, mode],
  umask: [mode],
  chown: [undefined, user, group],
  lchown: [undefined, user, group],
  fchown: [undefined, user, group],
  fchownat: [folder, undefined, user, group],
  access: [undefined, access],
  faccessat: [folder, undefined, access],
  faccessat2: [folder, undefined, access],
  newfstatat: [folder],
  fstatat64: [folder],
  statx: [folder],
  futimesat: [folder],
  utimensat: [folder],
  unlinkat: [folder],
  renameat: [folder, undefined, folder],
  renameat2: [folder, undefined, folder],
  linkat: [folder, undefined, folder],
  symlinkat: [undefined, folder],
  readlinkat: [folder],
  name_to_handle_at: [folder],
  execveat: [folder],
  lseek: [undefined, undefined, named(SEEK)],
  fcntl: [undefined, named(FCNTL), fcntl],
  fcntl64: [undefined, named(FCNTL), fcntl],
  mmap: [undefined, undefined, protection, mapFlags],
  mmap2: [undefined, undefined, protection, mapFlags],
  mprotect: [undefined, undefined, protection],
  pkey_mprotect: [undefined, undefined, protection],
  kill: [undefined, signal],
  tkill: [undefined, signal],
  tgkill: [undefined, undefined, signal],
  pidfd_send_signal: [undefined, signal],
  rt_sigaction: [signal],
  rt_sigqueueinfo: [undefined, signal],
  rt_tgsigqueueinfo: [undefined, undefined, signal],
  clone: [cloneFlags],
  unshare: [bits(CLONE)],
  setns: [undefined, bits(CLONE)],
  socket: [domain, socketType, protocol],
  socketpair: [domain, socketType],

  sendto: [undefined, undefined, undefined, send],
  recvfrom: [undefined, undefined, undefined, send],
  sendmsg: [undefined, undefined, send],
  recvmsg: [undefined, undefined, send],
  sendmmsg: [undefined, undefined, undefined, send],
  recvmmsg: [undefined, undefined, undefined, send],
  accept4: [undefined, undefined, undefined, bits(SOCK)],
  setsockopt: [undefined, named(LEVELS), option],
  getsockopt: [undefined, named(LEVELS), option],
  socketcall: [named(SOCKETCALLS)],
  ipc: [named(IPC_CALLS)],
  shmget: [undefined, undefined, shared],
  setuid: [user],
  setreuid: [user, user],
  setresuid: [user, user, user],
  setfsuid: [user],
  setgid: [group],
  setregid: [group, group],
  setresgid: [group, group, group],
  setfsgid: [group],
  getrlimit: [rlimit],
  setrlimit: [rlimit],
  prlimit64: [undefined, rlimit],
  exit: [status],
  exit_group: [status],
  personality: [personality],
  ptrace: [named(PTRACE)],
  prctl: [named(PRCTL), prctl],
  sched_setscheduler: [undefined, policy],
  clock_settime: [clock],
  mount: [undefined, undefined, undefined, bits(MOUNT)],
  umount2: [undefined, bits(UMOUNT)],
  epoll_ctl: [undefined, named(EPOLL)],
  bpf: [named(BPF)],
};

/** Names of the first four arguments of a system call. */
const NAMES = ["a0", "a1", "a2", "a3"];

/** Returns the lower 32 bits of an argument's digits; NaN for other text. */
function lower(digits: string | undefined): number {
  return /^[0-9a-f]{1,16}$/.test(digits ?? "") ? parseInt(digits!.slice(-8), 16) : NaN;
}

/** Returns the words of an argument, `a0` to `a3`, of a system call; `undefined` for other fields. */
export function argumentText(
  name: string,
  fields: Readonly<Record<string, string>>,
  syscall: string | number,
  machine: AuditMachine | number,
  accounts: Accounts,
): string | undefined {
  const at = NAMES.indexOf(name), value = lower(fields[name]);
  if (at < 0 || Number.isNaN(value)) return undefined;
  const kind = typeof syscall === "string" && Object.hasOwn(CALLS, syscall) ? CALLS[syscall]![at] : undefined;
  return kind?.(value, { machine, args: NAMES.map((one) => lower(fields[one])), accounts }) ?? `0x${fields[name]}`;
}

/** Returns the flags of open(2) or mmap(2) in a record that has them in a field of their own. */
export function flagsText(
  call: "open" | "mmap",
  value: string,
  machine: AuditMachine | number,
  accounts: Accounts,
): string | undefined {
  // OPENAT2 has octal digits.
  const flags = /^0[0-7]+$/.test(value) ? parseInt(value, 8) : Number(value);
  return Number.isInteger(flags)
    ? (call === "open" ? openFlags : mapFlags)(flags | 0, { machine, args: [], accounts })
    : undefined;
}

/** Returns the call that socketcall(2) or ipc(2) makes, which the first argument says. */
export function innerCall(syscall: string | number, first: string | undefined): string | undefined {
  const names = syscall === "socketcall" ? SOCKETCALLS : syscall === "ipc" ? IPC_CALLS : undefined;
  return names?.(lower(first));
}
