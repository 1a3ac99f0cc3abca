/** The arguments of system calls in words, compared with those that ausearch prints for the same log. */
import { assert, assertEquals } from "@std/assert";
import { interpret } from "../../../families/audit/interpret.ts";
import { parseLine } from "../../../families/audit/record.ts";
import { AUDIT_ARCH, syscallNumber } from "../../../families/audit/syscalls.ts";
import { test } from "../../test.ts";

type Row = readonly [call: string, args: string, words: string];

/** The call, its four arguments, and the words of ausearch 3.0.9. */
const THEIRS: readonly Row[] = [
  ["open", "7ffd1 241 1a4 0", "0x7ffd1 O_WRONLY|O_CREAT|O_TRUNC 0644 0x0"],
  ["open", "7ffd1 0 1a4 0", "0x7ffd1 O_RDONLY 0x1a4 0x0"],
  ["open", "7ffd1 80802 0 0", "0x7ffd1 O_RDWR|O_NONBLOCK|O_CLOEXEC 0x0 0x0"],
  ["open", "7ffd1 90400 0 0", "0x7ffd1 O_RDONLY|O_APPEND|O_DIRECTORY|O_CLOEXEC 0x0 0x0"],
  ["open", "7ffd1 42 9ed 0", "0x7ffd1 O_RDWR|O_CREAT suid,0755 0x0"],
  ["openat", "ffffff9c 7ffd1 280000 0", "AT_FDCWD 0x7ffd1 O_RDONLY|O_CLOEXEC|O_PATH 0x0"],
  ["openat", "3 7ffd1 101001 0", "0x3 0x7ffd1 O_WRONLY|O_DSYNC|__O_SYNC 0x0"],
  ["open_by_handle_at", "3 7ffd1 2 0", "0x3 0x7ffd1 O_RDWR 0x0"],
  ["mq_open", "7ffd1 c2 180 0", "0x7ffd1 O_RDWR|O_CREAT|O_EXCL 0600 0x0"],
  ["creat", "7ffd1 1b6 0 0", "0x7ffd1 0666 0x0 0x0"],
  ["mkdir", "7ffd1 3ff 0 0", "0x7ffd1 sticky,0777 0x0 0x0"],
  ["mkdirat", "ffffff9c 7ffd1 1ed 0", "AT_FDCWD 0x7ffd1 0755 0x0"],
  ["mknod", "7ffd1 11a4 0 0", "0x7ffd1 fifo,644 0x0 0x0"],
  ["chmod", "7ffd1 9ed 0 0", "0x7ffd1 suid,0755 0x0 0x0"],
  ["fchmod", "3 1ff 0 0", "0x3 0777 0x0 0x0"],
  ["fchmodat", "ffffff9c 7ffd1 180 0", "AT_FDCWD 0x7ffd1 0600 0x0"],
  ["access", "7ffd1 0 0 0", "0x7ffd1 F_OK 0x0 0x0"],
  ["faccessat", "ffffff9c 7ffd1 4 0", "AT_FDCWD 0x7ffd1 R_OK 0x0"],
  ["faccessat2", "3 7ffd1 3 0", "0x3 0x7ffd1 X_OK|W_OK 0x0"],
  ["newfstatat", "ffffffffffffff9c 7ffd1 7ffd2 0", "AT_FDCWD 0x7ffd1 0x7ffd2 0x0"],
  ["futimesat", "ffffff9c 0 7ffd2 0", "AT_FDCWD 0x0 0x7ffd2 0x0"],
  ["utimensat", "ffffff9c 7ffd1 0 0", "AT_FDCWD 0x7ffd1 0x0 0x0"],
  ["unlinkat", "ffffff9c 7ffd1 200 0", "AT_FDCWD 0x7ffd1 0x200 0x0"],
  ["renameat", "ffffff9c 7ffd1 ffffff9c 7ffd2", "AT_FDCWD 0x7ffd1 AT_FDCWD 0x7ffd2"],
  ["renameat2", "3 7ffd1 ffffff9c 7ffd2", "0x3 0x7ffd1 AT_FDCWD 0x7ffd2"],
  ["linkat", "ffffff9c 7ffd1 ffffff9c 7ffd2", "AT_FDCWD 0x7ffd1 AT_FDCWD 0x7ffd2"],
  ["readlinkat", "ffffff9c 7ffd1 7ffd2 400", "AT_FDCWD 0x7ffd1 0x7ffd2 0x400"],
  ["name_to_handle_at", "ffffff9c 7ffd1 7ffd2 7ffd3", "AT_FDCWD 0x7ffd1 0x7ffd2 0x7ffd3"],
  ["openat2", "ffffff9c 7ffd1 7ffd2 18", "AT_FDCWD 0x7ffd1 0x7ffd2 0x18"],
  ["lseek", "3 400 0 0", "0x3 0x400 SEEK_SET 0x0"],
  ["lseek", "3 400 4 0", "0x3 0x400 SEEK_HOLE 0x0"],
  ["fcntl", "3 1 0 0", "0x3 F_GETFD 0x0 0x0"],
  ["fcntl", "3 2 1 0", "0x3 F_SETFD FD_CLOEXEC 0x0"],
  ["fcntl", "3 406 3 0", "0x3 F_DUPFD_CLOEXEC 0x3 0x0"],
  ["fcntl", "3 40a 7 0", "0x3 F_GET_SEALS 0x7 0x0"],
  ["mmap", "0 1000 3 22", "0x0 0x1000 PROT_READ|PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS"],
  ["mmap", "0 1000 5 802", "0x0 0x1000 PROT_READ|PROT_EXEC MAP_PRIVATE|MAP_DENYWRITE"],
  ["mmap", "7f000 1000 0 32", "0x7f000 0x1000 PROT_NONE MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS"],
  ["mprotect", "7f000 1000 1 0", "0x7f000 0x1000 PROT_READ 0x0"],
  ["kill", "1234 9 0 0", "0x1234 SIGKILL 0x0 0x0"],
  ["kill", "1234 0 0 0", "0x1234 SIG0 0x0 0x0"],
  ["tkill", "1234 f 0 0", "0x1234 SIGTERM 0x0 0x0"],
  ["tgkill", "1234 1235 b 0", "0x1234 0x1235 SIGSEGV 0x0"],
  ["rt_sigaction", "11 7ffd1 0 8", "SIGCHLD 0x7ffd1 0x0 0x8"],
  ["unshare", "60020000 0 0 0", "CLONE_NEWNS|CLONE_NEWPID|CLONE_NEWNET 0x0 0x0 0x0"],
  ["unshare", "10000000 0 0 0", "CLONE_NEWUSER 0x0 0x0 0x0"],
  ["setns", "3 40000000 0 0", "0x3 CLONE_NEWNET 0x0 0x0"],
  ["socket", "2 1 0 0", "inet SOCK_STREAM ip 0x0"],
  ["socket", "a 2 11 0", "inet6 SOCK_DGRAM udp 0x0"],
  ["socket", "a 3 3a 0", "inet6 SOCK_RAW ipv6-icmp 0x0"],
  ["sendto", "3 7ffd1 10 4000", "0x3 0x7ffd1 0x10 MSG_NOSIGNAL"],
  ["recvfrom", "3 7ffd1 10 42", "0x3 0x7ffd1 0x10 MSG_PEEK|MSG_DONTWAIT"],
  ["sendmsg", "3 7ffd1 8000 0", "0x3 0x7ffd1 MSG_MORE 0x0"],
  ["recvmsg", "3 7ffd1 40000000 0", "0x3 0x7ffd1 MSG_CMSG_CLOEXEC 0x0"],
  ["sendmmsg", "3 7ffd1 1 40", "0x3 0x7ffd1 0x1 MSG_DONTWAIT"],
  ["setsockopt", "3 1 2 7ffd1", "0x3 SOL_SOCKET SO_REUSEADDR 0x7ffd1"],
  ["setsockopt", "3 6 1 7ffd1", "0x3 tcp TCP_NODELAY 0x7ffd1"],
  ["setsockopt", "3 0 23 7ffd1", "0x3 ip IP_ADD_MEMBERSHIP 0x7ffd1"],
  ["setsockopt", "3 29 1a 7ffd1", "0x3 ipv6 IPV6_V6ONLY 0x7ffd1"],
  ["setsockopt", "3 107 12 7ffd1", "0x3 SOL_PACKET PACKET_FANOUT 0x7ffd1"],
  ["setsockopt", "3 10e 1 7ffd1", "0x3 SOL_NETLINK 0x1 0x7ffd1"],
  ["getsockopt", "3 1 4 7ffd1", "0x3 SOL_SOCKET SO_ERROR 0x7ffd1"],
  ["shmget", "0 1000 780 0", "0x0 0x1000 IPC_CREAT|IPC_EXCL|0600 0x0"],
  ["setuid", "0 0 0 0", "root 0x0 0x0 0x0"],
  ["setreuid", "ffffffff 0 0 0", "unset root 0x0 0x0"],
  ["setresuid", "0 1 0 0", "root daemon root 0x0"],
  ["setfsuid", "1 0 0 0", "daemon 0x0 0x0 0x0"],
  ["setgid", "1 0 0 0", "daemon 0x0 0x0 0x0"],
  ["setregid", "0 1 0 0", "root daemon 0x0 0x0"],
  ["setresgid", "0 1 0 0", "root daemon root 0x0"],
  ["setfsgid", "0 0 0 0", "root 0x0 0x0 0x0"],
  ["getrlimit", "7 7ffd1 0 0", "RLIMIT_NOFILE 0x7ffd1 0x0 0x0"],
  ["setrlimit", "4 7ffd1 0 0", "RLIMIT_CORE 0x7ffd1 0x0 0x0"],
  ["ptrace", "10 1234 0 0", "PTRACE_ATTACH 0x1234 0x0 0x0"],
  ["ptrace", "4206 1234 0 0", "PTRACE_SEIZE 0x1234 0x0 0x0"],
  ["prctl", "1 f 0 0", "PR_SET_PDEATHSIG SIGTERM 0x0 0x0"],
  ["prctl", "17 15 0 0", "PR_CAPBSET_READ sys_admin 0x0 0x0"],
  ["prctl", "26 1 0 0", "PR_SET_NO_NEW_PRIVS 0x1 0x0 0x0"],
  ["personality", "8 0 0 0", "PER_LINUX32 0x0 0x0 0x0"],
  ["sched_setscheduler", "1234 1 7ffd1 0", "0x1234 SCHED_FIFO 0x7ffd1 0x0"],
  ["clock_settime", "0 7ffd1 0 0", "CLOCK_REALTIME 0x7ffd1 0x0 0x0"],
  ["mount", "7ffd1 7ffd2 7ffd3 1000", "0x7ffd1 0x7ffd2 0x7ffd3 MS_BIND"],
  ["mount", "7ffd1 7ffd2 7ffd3 200027", "0x7ffd1 0x7ffd2 0x7ffd3 MS_RDONLY|MS_NOSUID|MS_NODEV|MS_REMOUNT|MS_RELATIME"],
  ["umount2", "7ffd1 2 0 0", "0x7ffd1 MNT_DETACH 0x0 0x0"],
  ["epoll_ctl", "3 1 4 7ffd1", "0x3 EPOLL_CTL_ADD 0x4 0x7ffd1"],
  ["bpf", "5 7ffd1 80 0", "BPF_PROG_LOAD 0x7ffd1 0x80 0x0"],
  ["exit_group", "0 0 0 0", "EXIT_SUCCESS 0x0 0x0 0x0"],
  ["exit", "1 0 0 0", "EXIT_FAILURE 0x0 0x0 0x0"],
  ["execve", "7ffd1 7ffd2 7ffd3 8", "0x7ffd1 0x7ffd2 0x7ffd3 0x8"],
  ["i386/socketcall", "3 7ffd1 0 0", "connect 0x7ffd1 0x0 0x0"],
  ["i386/fcntl64", "3 1 0 0", "0x3 F_GETFD 0x0 0x0"],
];

/** Words that ausearch 3.0.9 does not have, or has for another argument. */
const OURS: readonly Row[] = [
  // The mode counts, as a file may be made.
  ["openat", "ffffff9c 7ffd1 241 1b6", "AT_FDCWD 0x7ffd1 O_WRONLY|O_CREAT|O_TRUNC 0666"],
  ["mknodat", "ffffff9c 7ffd1 61b0 801", "AT_FDCWD 0x7ffd1 block,660 0x801"],
  ["umask", "12 0 0 0", "0022 0x0 0x0 0x0"],
  ["chown", "7ffd1 0 1", "0x7ffd1 root daemon"],
  ["fchownat", "ffffff9c 7ffd1 ffffffff 7", "AT_FDCWD 0x7ffd1 unset 7"],
  ["symlinkat", "7ffd1 ffffff9c 7ffd2 0", "0x7ffd1 AT_FDCWD 0x7ffd2 0x0"],
  // The flags are the first argument of the kernel's own call.
  ["clone", "1200011 0 0 7ffd1", "SIGCHLD|CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID 0x0 0x0 0x7ffd1"],
  ["socket", "1 80801 0 0", "local SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC 0x0 0x0"],
  // The protocol is not one of IP.
  ["socket", "1 5 0 0", "local SOCK_SEQPACKET 0x0 0x0"],
  ["socket", "11 3 ffff 0", "packet SOCK_RAW 0xffff 0x0"],
  ["socketpair", "1 2 0 7ffd1", "local SOCK_DGRAM 0x0 0x7ffd1"],
  ["fcntl", "3 4 802 0", "0x3 F_SETFL O_RDWR|O_NONBLOCK 0x0"],
  ["prlimit64", "0 7 7ffd1 0", "0x0 RLIMIT_NOFILE 0x7ffd1 0x0"],
  ["personality", "40000 0 0 0", "PER_LINUX|ADDR_NO_RANDOMIZE 0x0 0x0 0x0"],
  ["exit_group", "7 0 0 0", "7 0x0 0x0 0x0"],
  // Bits and numbers without a name.
  ["mprotect", "7f000 1000 41 0", "0x7f000 0x1000 PROT_READ|0x40 0x0"],
  ["kill", "1 99 0 0", "0x1 0x99 0x0 0x0"],
  [
    "mount",
    "7ffd1 0 0 c0ed0001",
    "0x7ffd1 0x0 0x0 MS_RDONLY|MS_POSIXACL|MS_PRIVATE|MS_SLAVE|MS_RELATIME|MS_KERNMOUNT|MS_I_VERSION|0xc0000000",
  ],
  // Machines have bits of their own.
  ["aarch64/openat", "ffffff9c 7ffd1 84000 0", "AT_FDCWD 0x7ffd1 O_RDONLY|O_DIRECTORY|O_CLOEXEC 0x0"],
  ["i386/mmap2", "0 1000 7 2", "0x0 0x1000 PROT_READ|PROT_WRITE|PROT_EXEC MAP_PRIVATE"],
];

const ACCOUNTS = { users: new Map([[0, "root"], [1, "daemon"]]), groups: new Map([[0, "root"], [1, "daemon"]]) };

/** Returns the words of a record with this system call and these arguments. */
function wordsOf(call: string, args: string) {
  const [name, machine = "x86_64"] = call.split("/").reverse() as [string, keyof typeof AUDIT_ARCH];
  const fields = args.split(" ").map((arg, i) => `a${i}=${arg}`).join(" ");
  const head = `arch=${AUDIT_ARCH[machine].toString(16)} syscall=${syscallNumber(machine, name)}`;
  return interpret(parseLine(`type=SYSCALL msg=audit(1.002:3): ${head} success=yes exit=0 ${fields}`)!, ACCOUNTS);
}

test("audit records: the arguments of system calls in words, as ausearch -i has them", () => {
  for (const [call, args, words] of [...THEIRS, ...OURS]) {
    const { a0, a1, a2, a3 } = wordsOf(call, args);
    assertEquals([a0, a1, a2, a3].join(" ").trimEnd(), words, `${call} ${args}`);
  }
  assert(THEIRS.length > 80);
});

test("audit records: the call inside socketcall and ipc, and the operation of io_uring, are named; a program's own arguments stay text", () => {
  assertEquals(wordsOf("i386/socketcall", "3 0 0 0")["syscall"], "socketcall(connect)");
  assertEquals(wordsOf("i386/ipc", "17 0 0 0")["syscall"], "ipc(shmget)");
  const operation = parseLine("type=URINGOP msg=audit(1.002:3): uring_op=18 success=yes exit=0")!;
  assertEquals(interpret(operation)["uring_op"], "openat");
  const run = parseLine('type=EXECVE msg=audit(1.002:3): argc=2 a0="1" a1="241"')!;
  assertEquals(interpret(run), { argc: "2", a0: "1", a1: "241" });
  const call = parseLine("type=SYSCALL msg=audit(1.002:3): arch=c000003e syscall=2 a0=zz a1=123456789123456789")!;
  assertEquals(interpret(call), { arch: "x86_64", syscall: "open", a0: "zz", a1: "123456789123456789" });
});
