/** Audit records and events, compared with what libauparse reads in the same log (make_golden.py). */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import process from "node:process";
import type { Accounts } from "../../../families/audit/accounts.ts";
import { Assembler, type AuditEvent, parseLog, PAUSE } from "../../../families/audit/event.ts";
import { interpret } from "../../../families/audit/interpret.ts";
import { lineOf, parseLine, parseRecord } from "../../../families/audit/record.ts";
import { type AuditRecordType, recordTypeName, recordTypeNumber } from "../../../families/audit/record_types.ts";
import { parseAddress } from "../../../families/audit/sockaddr.ts";
import { test } from "../../test.ts";

interface Theirs {
  readonly time: number;
  readonly serial: number;
  readonly records: readonly {
    readonly type: string;
    readonly fields: readonly (readonly [name: string, words: string, type: number])[];
  }[];
}

const LOG = readFileSync(new URL("records.txt", import.meta.url), "utf8");
const GOLDEN: { readonly types: Readonly<Record<string, number>>; readonly events: readonly Theirs[] } = JSON.parse(
  readFileSync(new URL("golden-records.json", import.meta.url), "utf8"),
);

/** The accounts of the log. */
const ACCOUNTS: Accounts = {
  users: new Map([[0, "root"], [1, "daemon"]]),
  groups: new Map([[0, "root"], [1, "daemon"]]),
};

/** Types of libauparse whose words are compared apart, or are made of tables that this library does not have. */
const OTHER_WORDS: ReadonlySet<number> = new Set([
  9, // Addresses.
  20, // What was typed in a terminal.
  41, // The group of netlink.
]);

/** Types of libauparse for the first four arguments of a system call. */
const ARGUMENTS: ReadonlySet<number> = new Set([14, 15, 16, 17]);

/** Words in which libauparse 3.0.9 differs: it does not know them, or prints them in another way. */
const OTHER_WORDS_OF: ReadonlySet<string> = new Set([
  // It has the type of the file, as 0666 does not.
  "mknodat.a2",
  // It leaves the quotes.
  "AVC.dev",
  // Permissions without a type of file: "000,600".
  "IPC.mode",
  // KILL_PROCESS is newer.
  "SECCOMP.code",
  // It leaves the number.
  "URINGOP.uring_op",
  // It takes the architecture of another record.
  "SECCOMP.syscall",
  "MQ_OPEN.oflag",
]);

/** Returns text as libauparse writes it: control characters in octal digits. */
function escaped(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\0-\x1f\x7f]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

test("audit records: every field in words, as libauparse has it", () => {
  const ours = new Map<string, AuditEvent>();
  for (const event of parseLog(LOG)) ours.set(`${event.time} ${event.serial}`, event);
  const differences: string[] = [];
  let compared = 0;
  for (const { time, serial, records } of GOLDEN.events) {
    const event = ours.get(`${time} ${serial}`);
    assertEquals(
      event?.records.map(({ type }) => type),
      records.map(({ type }) => type as AuditRecordType),
      `event ${serial}`,
    );
    for (const [i, { type, fields }] of records.entries()) {
      const record = event!.records[i]!, words = { ...record.enriched, ...interpret(record, ACCOUNTS) };
      const seen = new Set<string>();
      for (const [name, theirs, kind] of fields) {
        if (OTHER_WORDS_OF.has(`${type}.${name}`) || OTHER_WORDS.has(kind) || seen.has(name) || theirs === "(null)") {
          continue;
        }
        // It leaves the digits of some arguments, which are compared in arguments_test.ts.
        if (ARGUMENTS.has(kind) && (theirs.startsWith("0x") || OTHER_WORDS_OF.has(`${event?.syscall?.name}.${name}`))) {
          continue;
        }
        seen.add(name);
        const key = fields.filter((field) => field[0] === name && name === "key").map((field) => field[1]).join(",");
        compared++;
        const mine = escaped(words[name] ?? "absent");
        if (mine !== (name === "key" ? key : theirs)) differences.push(`${type}.${name}: ${mine} ≠ ${theirs}`);
      }
    }
  }
  assertEquals(differences, []);
  assertEquals(ours.size, GOLDEN.events.length);
  assert(compared > 1500, String(compared));
});

/** Makes the record of a line. */
const record = (line: string) => parseLine(line)!;

test("audit records: a line is written as it was read", () => {
  const lines = LOG.split("\n").filter((line) => line !== "");
  assertEquals(lines.map((line) => lineOf(record(line))), lines);
  const others = [
    'node=host.example type=CWD msg=audit(1.002:3): cwd="/"',
    "type=UNKNOWN[1999] msg=audit(1.002:3): a=b",
    "type=NEWER_TYPE msg=audit(1.002:3): a=b",
  ];
  assertEquals(others.map((line) => lineOf(record(line))), others);
  assertEquals(record(others[0]!).node, "host.example");
  assertEquals([record(others[1]!).type, record(others[2]!).type], [1999, "NEWER_TYPE"]);
  assertEquals(record(others[2]!).fields, { a: "b" });
  for (const line of ["", "----", "type=CWD", "type=NO-PE msg=audit(1.002:3): a=b", "time->Mon"]) {
    assertEquals(parseLine(line), undefined, line);
  }
});

test("audit records: records of types with a new name are kept in their events", () => {
  const log = `type=NEWER_TYPE msg=audit(1.002:3): a=1
type=CWD msg=audit(1.002:4): cwd="/"
type=NEWER_TYPE msg=audit(1.002:4): obj="x"`;
  const events = [...parseLog(log)].map(({ serial, records }) => [serial, records.map(({ type }) => type)]);
  assertEquals(events, [[3, ["NEWER_TYPE"]], [4, ["CWD", "NEWER_TYPE"]]]);
});

test("audit records: a program cannot write the names that a daemon adds", () => {
  const head = "type=TRUSTED_APP msg=audit(1.002:3): pid=5 uid=1000 msg='", forged = 'x\x1dUID="root"';
  assertEquals(record(`${head}${forged}'`).enriched, undefined);
  assertEquals(record(`${head}${forged}'`).fields["msg"], forged);
  assertEquals(record(`${head}y'${forged}'`).enriched, undefined);
  assertEquals(record(`${head}a=1 ${forged}'\x1dUID="user"`).enriched, { UID: "user" });
  assertEquals(record(`${head}a=1'\x1dUID="user"`).message, { a: "1" });
});

test("audit records: a line with a broken header is no record; a type may be a number", () => {
  for (const at of ["a.b:c", "1.1:1", "11/20/2023 10:00:00.123:42", "1.002"]) {
    assertEquals(parseLine(`type=CWD msg=audit(${at}): cwd="/"`), undefined, at);
  }
  assertEquals(record('type=1307 msg=audit(1.002:3): cwd="/"'), record('type=CWD msg=audit(1.002:3): cwd="/"'));
  const words = "type=SYSCALL msg=audit(11/20/2023 10:00:00.123:42) : arch=x86_64 syscall=openat";
  assertThrows(() => [...parseLog(`----\n${words}`)], TypeError, "output of ausearch -i; use ausearch --raw");
  // A single such line among records is left out.
  assertEquals([...parseLog(['type=CWD msg=audit(1.002:3): cwd="/"', words])].length, 1);
});

test("audit records: arguments of the wrong type are refused by name", () => {
  for (const wrong of [null, 5, {}, new Uint8Array(3), undefined]) {
    assertThrows(() => parseLog(wrong as never), TypeError, "Cannot read a log of the audit: expected its text or its");
    assertThrows(() => parseLine(wrong as never), TypeError, "expected a string");
    assertThrows(() => interpret(wrong as never), TypeError, "Cannot put a record in words");
  }
  assertThrows(() => parseLog("", { uid: NaN }), TypeError, "uid: expected the number of a user, got NaN");
  for (const type of [-1, 1.5]) {
    assertThrows(() => parseLog("", { type }), TypeError, `type: there is no type of records ${type}`);
  }
  assertThrows(() => parseLog("", { type: [] }), TypeError, "type: expected at least one type of records");
  assertThrows(() => parseLog("", { type: "SYSCAL" as never }), TypeError, 'did you mean "SYSCALL"');
});

test("audit records: long hostile lines take time in proportion to their length", () => {
  const fields: string[] = ['a="', "a='", "msg='", "avc:  denied  {", "subj=a (", "a=b,(", "   ", "\x1d", "="];
  for (const part of fields) {
    for (const type of ["AVC", "USER_LOGIN", "EXECVE"]) {
      // Quadratic, this would take minutes.
      const text = part.repeat(50_000), one = record(`type=${type} msg=audit(1.002:3): ${text}`);
      assertEquals(one.text.length, text.length + "audit(1.002:3): ".length, part);
    }
  }
});

test("audit events: with many open events, the oldest is taken for complete at the cost of one", () => {
  // Each event has two records, far apart; the second makes it the newest again.
  const count = 10_000, lines: string[] = [];
  for (let i = 1; i <= count; i++) {
    lines.push(line("SYSCALL", i, 0, "pid=1"));
    if (i > 1000) lines.push(line("CWD", i - 1000, 0, 'cwd="/"'));
  }
  const events = [...parseLog(lines)];
  assertEquals(events.length, count);
  assert(events.every(({ serial, records }, i) => serial === i + 1 && records.length === (i < count - 1000 ? 2 : 1)));
});

test("audit records: quoted text stays, digits are decoded where the kernel writes them", () => {
  const at = "audit(1700000000.123:42): ";
  const fields = (type: number, text: string) => parseRecord(type, at + text).fields;
  assertEquals(fields(1309, 'argc=4 a0="3005" a1=3005 a2="" a3=61'), {
    argc: "4",
    a0: "3005",
    a1: "0\x05",
    a2: "",
    a3: "a",
  });
  assertEquals(fields(1300, "a0=3005 a1=61 key=(null) tty=(none)"), { a0: "3005", a1: "61", tty: "(none)" });
  assertEquals(fields(1302, "item=0 name=(null) nametype=NORMAL"), { item: "0", nametype: "NORMAL" });
  assertEquals(fields(1302, 'name="(null)"'), { name: "(null)" });
  assertEquals(fields(1302, "name=C3BCFF").name, "ü\udcff");
  assertEquals(fields(1300, 'subj=docker-default (enforce) key="k"'), { subj: "docker-default (enforce)", key: "k" });
  assertEquals(fields(1319, "tty pid=3 data=6C730D"), { pid: "3", data: "ls\r" });
  const { time, serial, text } = parseRecord(1307, 'audit(1700000000.123:42): cwd="/"');
  assertEquals([time, serial, text], [1700000000123, 42, 'audit(1700000000.123:42): cwd="/"']);
});

test("audit records: what a program writes is apart from what the kernel writes", () => {
  const { fields, message } = parseRecord(
    1112,
    'audit(1.000:2): pid=7 uid=0 auid=4294967295 ses=1 msg=\'op=login acct=726F6F742072 uid=1000 exe="/x" ' +
      "(hostname=h, addr=?, terminal=ssh it's res=failed)'",
  );
  assertEquals([fields["pid"], fields["uid"], fields["acct"]], ["7", "0", undefined]);
  assertEquals(message, {
    op: "login",
    acct: "root r",
    uid: "1000",
    exe: "/x",
    hostname: "h",
    addr: "?",
    terminal: "ssh",
    res: "failed",
  });
  // The separator of the names that auditd adds, in a text that a program has written.
  const text = "audit(1.000:2): pid=5 uid=1000 msg='x\x1dUID=\"root\"'";
  assertEquals(parseRecord(1121, text).enriched, undefined);
  assertEquals(parseRecord(1121, `${text}\x1dUID="user"`).enriched, { UID: "user" });
  const avc = parseRecord(
    1107,
    "audit(1.000:2): pid=7 uid=0 msg='avc:  denied  { send_msg } for msgtype=call scontext=a tcontext=b tclass=dbus'",
  );
  assertEquals([avc.message?.["seresult"], avc.message?.["seperms"], avc.message?.["tclass"]], [
    "denied",
    "send_msg",
    "dbus",
  ]);
});

test("audit records: every type from 1000 to 2999 has its name or its number, and the same back", () => {
  const names = new Set<unknown>();
  for (let type = 1000; type < 3000; type++) {
    const name = recordTypeName(type);
    if (typeof name === "string") names.add(name);
    else assertEquals(name, type);
    assertEquals(recordTypeNumber(name), type);
  }
  assertEquals(Object.keys(GOLDEN.types).filter((name) => recordTypeNumber(name) !== GOLDEN.types[name]), []);
  assert(names.size > Object.keys(GOLDEN.types).length);
  assertEquals([recordTypeName(1300), recordTypeName(1112), recordTypeName(2404), recordTypeName(1502)], [
    "SYSCALL",
    "USER_LOGIN",
    "CRYPTO_KEY_USER",
    "APPARMOR_ALLOWED",
  ]);
});

test("audit records: socket addresses of each family", () => {
  assertEquals(
    [
      "02000035C00002070000000000000000",
      "0A0001BB00000000FE80000000000000000000000000000102000000",
      "01002F72756E2F780000",
      "01000061006200",
      "0100",
      "100000002A00000001000000",
      "110008000200000001000006020000000001",
      "2800000000040000020000000000000000",
      "2600",
      "0200",
      "10.0.0.1",
    ].map(parseAddress),
    [
      { family: "inet", address: "192.0.2.7", port: 53 },
      { family: "inet6", address: "fe80::1", port: 443, ifindex: 2 },
      { family: "unix", path: "/run/x" },
      { family: "unix", path: "@a\0b" },
      { family: "unix" },
      { family: "netlink", port: 42, groups: 1 },
      { family: "packet", address: "02:00:00:00:00:01", ifindex: 2, protocol: 0x800 },
      { family: "vsock", port: 1024, cid: 2 },
      { family: 38 },
      undefined,
      undefined,
    ],
  );
});

test("audit events: the whole of a system call, a program's arguments, and paths below the working folder", () => {
  const events = [...parseLog(LOG)];
  const run = events.filter(({ args }) => args !== undefined);
  assertEquals(run.map(({ args }) => args!.map((arg) => arg.length)), [
    [19, 20, 17],
    [9, 3, 0, 4, 20, 1],
    [9, 7600, 8, 3802],
    // No record has said that this one is complete.
    [2, 3, 4],
  ]);
  assertEquals(run[2]!.args, ["/bin/true", "A".repeat(7600), "tab\there", `B\x01${"C".repeat(3800)}`]);
  const cat = events.find(({ serial }) => serial === 24287)!;
  assertEquals(cat.syscall, {
    name: "openat",
    arch: "x86_64",
    success: false,
    exit: -13,
    error: "EACCES",
    args: ["ffffff9c", "7fffd19c5592", "0", "7fffd19c4b50"],
  });
  assertEquals([cat.process?.pid, cat.process?.auid, cat.process?.ses, cat.keys, cat.success, cat.proctitle], [
    3538,
    1,
    undefined,
    ["sshd_config"],
    false,
    ["cat", "/etc/ssh/sshd_config"],
  ]);
  const renamed = events.find(({ syscall }) => syscall?.name === "rename")!;
  assertEquals(renamed.paths.map(({ path, nametype }) => [path, nametype]), [
    ["/tmp/example/acts", "PARENT"],
    ["/tmp/example/acts", "PARENT"],
    ["/tmp/example/acts/plain", "DELETE"],
    ["/tmp/example/acts/renamed", "CREATE"],
  ]);
  assertEquals(events.find(({ serial }) => serial === 24302)!.keys, ["a", "b"]);
});

const line = (type: string, serial: number, ms: number, text = ""): string =>
  `type=${type} msg=audit(1700000000.${String(ms).padStart(3, "0")}:${serial}): ${text}`;

test("audit events: paths below an opened folder stay relative, dots and slashes go", () => {
  const paths = (syscall: string, args: string, name: string) =>
    [...parseLog([
      line("SYSCALL", 1, 0, `arch=c000003e syscall=${syscall} success=yes exit=0 ${args}`),
      line("CWD", 1, 0, 'cwd="/home/me"'),
      line("PATH", 1, 0, `item=0 name="${name}" nametype=NORMAL`),
    ])][0]!.paths[0]!.path;
  assertEquals(paths("2", "a0=1 a1=0", "./a//b/../c"), "/home/me/a/b/../c");
  assertEquals(paths("2", "a0=1 a1=0", "."), "/home/me");
  assertEquals(paths("2", "a0=1 a1=0", "/etc/x"), "/etc/x");
  assertEquals(paths("257", "a0=ffffff9c a1=0", "x/"), "/home/me/x/");
});

test("audit events: mixed records are divided by number, a late one is an event of its own, EOE may be missing", () => {
  const assembler = new Assembler(),
    add = (text: string, now: number) =>
      assembler.add(record(text), now).map(({ serial, records }) => [serial, ...records.map(({ type }) => type)]);
  assertEquals(add(line("SYSCALL", 1, 0, "arch=c000003e syscall=2"), 0), []);
  assertEquals(add(line("SYSCALL", 2, 0, "arch=c000003e syscall=2"), 1), []);
  assertEquals(add(line("CWD", 1, 0, "cwd=/"), 2), []);
  assertEquals(add(line("USER_LOGIN", 3, 0, "pid=1"), 3), [[3, "USER_LOGIN"]]);
  assertEquals(add(line("EOE", 1, 0), 4), [[1, "SYSCALL", "CWD"]]);
  assertEquals(assembler.waiting, true);
  assertEquals(add(line("SYSCALL", 4, 0, "arch=c000003e syscall=2"), 4), []);
  assertEquals(add(line("PROCTITLE", 4, 0, "proctitle=61"), 4), [[4, "SYSCALL", "PROCTITLE"]]);
  assertEquals(add(line("EOE", 4, 0), 4), []);
  assertEquals(add(line("PROCTITLE", 1, 0, "proctitle=61"), 5), []);
  assertEquals(add(line("EOE", 9, 0), 5), []);
  // The same number at another time, as after a restart of the machine.
  assertEquals(add(line("CWD", 2, 7, "cwd=/"), 6), []);
  assertEquals(assembler.expire(1 + PAUSE).length, 0);
  assertEquals(assembler.expire(2 + PAUSE).map(({ serial }) => serial), [2]);
  assertEquals(assembler.end().map(({ serial, records }) => [serial, records[0]!.type]), [[1, "PROCTITLE"], [
    2,
    "CWD",
  ]]);
  assertEquals(assembler.waiting, false);
});

test("audit events: mutated records are decoded or left as text, and 10,000 mixed events come out whole", {
  timeout: 600_000,
}, () => {
  const lines = LOG.split("\n").filter((one) => one !== "" && one.length < 2000);
  let state = 1, decoded = 0;
  const random = (below: number): number => (state = Math.imul(state, 1103515245) + 12345 >>> 0, (state >>> 8) % below);
  // For more, set NETLINK_FUZZ in the environment.
  const count = Number(process.env["NETLINK_FUZZ"] ?? 5000);
  const assembler = new Assembler();
  for (let i = 0; i < count; i++) {
    const text = lines[random(lines.length)]!, at = text.indexOf("audit("), part = text.slice(at);
    const cut = random(part.length), odd = String.fromCharCode(random(3) === 0 ? random(256) : 32 + random(95));
    const kinds = [
      part.slice(0, cut),
      part.slice(0, cut) + odd + part.slice(cut + 1),
      part.slice(0, cut) + part.slice(random(part.length)),
    ];
    const mutated = kinds[random(3)]!, one = parseRecord(1300 + random(40), mutated);
    assertEquals(one.text, mutated);
    interpret(one, ACCOUNTS);
    for (const event of assembler.add(one, i)) decoded += event.records.length;
  }
  for (const event of assembler.end()) decoded += event.records.length;
  assert(decoded > count * 0.9, String(decoded));
  const many: string[] = [];
  for (let i = 0; i < 10_000; i += 10) {
    for (const type of ["SYSCALL", "CWD", "PROCTITLE", "EOE"]) {
      for (let j = 0; j < 10; j++) many.push(line(type, i + j + 1, 0, type === "EOE" ? "" : "pid=1"));
    }
  }
  const events = [...parseLog(many)];
  assertEquals(events.length, 10_000);
  assert(events.every(({ serial, records }, i) => serial === i + 1 && records.length === 3));
});
