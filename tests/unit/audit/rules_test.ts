/** Rules of audit as bytes and as words: laws, refusals and mutated messages. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import { BatchError, KernelError } from "../../../core/errors.ts";
import { stringify } from "../../../core/printable.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import {
  AUDIT_COMPARE,
  AUDIT_FIELD,
  AuditRule,
  open,
  rules,
  syscallName,
  syscallNumber,
} from "../../../families/audit/mod.ts";
import { decode, show } from "../../../families/registry.ts";
import { test } from "../../test.ts";
import { FACTS } from "../../facts/compare.ts";
import { hex } from "../families/golden.ts";

function encoded(rule: AuditRule): Uint8Array {
  const to = new Writer();
  AuditRule.encode(rule, to, {});
  return to.bytes.slice(0, to.length);
}

const decoded = (bytes: Uint8Array): AuditRule => AuditRule.decode(new Reader(bytes), 0, bytes.length, {});

const LINES = [
  "-w /etc/passwd -p wa -k passwd",
  String.raw`-w /tmp/a\ b -p r -k two\ words`,
  "-a always,exit -F arch=b64 -S openat,openat2 -F exit=-EACCES -F auid>=1000 -F auid!=-1 -F key=denied",
  "-a always,exit -F arch=i386 -S socketcall -F a0=0x1 -C uid!=euid",
  "-a never,exit -F arch=aarch64 -S openat -F dir=/tmp",
  "-a always,exclude -F msgtype=CWD",
  "-a never,task -F uid=0",
  "-a never,filesystem -F fstype=tracefs",
  "-a always,io_uring -S openat,uring_cmd128 -F key=uring",
  "-A always,exit -S all -F perm=x -F path=/usr/bin/true -F key=one -F key=two",
];

test("audit rules: words, objects and bytes are converted to each other and back", () => {
  const machine = (text: string): string => text.replace("b64", "x86_64").replace("arch=i386", "arch=b32");
  for (const line of LINES) {
    const rule = rules.parse(line), bytes = encoded(rule), again = decoded(bytes);
    assertEquals(encoded(again), bytes, line);
    if (process.arch === "x64") assertEquals(machine(rules.text(again)), machine(line));
    assertEquals(rules.parse(rules.text(again)).fields?.length, rule.fields?.length, line);
    assertEquals(encoded(rules.parse(rules.text(again))), bytes, line);
  }
});

test("audit rules: blanks, backslashes and quotes are read as in rule files, or within quotes, and written", () => {
  const read: [string, string, string][] = [
    [String.raw`-w /tmp/a\ b -k two\ words`, "/tmp/a b", "two words"],
    [`-w "/tmp/a b" -k 'two words'`, "/tmp/a b", "two words"],
    [String.raw`-w /tmp/a\\b -k c\d`, String.raw`/tmp/a\b`, String.raw`c\d`],
    [`-w /tmp/it's -k that's`, "/tmp/it's", "that's"],
    [`-w /tmp/6" -k "x`, '/tmp/6"', '"x'],
  ];
  for (const [line, path, key] of read) {
    const rule = rules.parse(line);
    assertEquals([rule.fields?.[0]?.value, rule.key], [path, key], line);
  }
  assertEquals(rules.parse(`-a always,exit -F key="two words"`).key, "two words");
  let state = 1;
  const random = (below: number): number =>
    (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32 * below | 0;
  const text = (): string => Array.from({ length: random(8) }, () => ` \t\\"'=ab/`[random(9)]).join("");
  for (let i = 0; i < 3000; i++) {
    const path = `/no such/${text()}x`, keys = [text(), text()], op = "=" as const;
    const file = { field: "path", op, value: path } as const, perm = { field: "perm", op, value: "w" } as const;
    const watch: AuditRule = { list: "exit", action: "always", syscalls: "all", fields: [file, perm], key: keys };
    for (const rule of [watch, { ...watch, fields: [file] }]) {
      const line = rules.text(rule);
      assertEquals(rules.parse(line), rule, line);
    }
  }
});

test("audit rules: numbers are read as in C, and written as names where there is one", () => {
  const fields = [
    { field: "pid", value: "010" },
    { field: "inode", value: 3000000000 },
    { field: "filetype", value: "0100000" },
    { field: 106, op: 0x40000000, value: 10 },
  ] as const;
  const rule = { list: 4, action: 2, arch: 0xc00000b7, syscalls: [56, "0x39"], fields, key: "k" } as const;
  const line = "-F inode=3000000000 -F filetype=32768 -F perm=wa -F key=k",
    expected = `-a always,exit -F arch=${
      process.arch === "arm64" ? "b64" : "aarch64"
    } -S openat,close -F pid=8 ${line}`;
  assertEquals(rules.text(rule), expected);
  assertEquals(encoded(rules.parse(expected)), encoded(rule));
  assertEquals(rules.text(decoded(encoded(rule))), expected);
  for (const arch of ["0xc000003e", "c000003e", "x86_64"]) {
    const bytes = encoded(rules.parse(`-a always,exit -F arch=${arch} -S open`));
    assertEquals(bytes, encoded({ list: "exit", action: "always", arch: "x86_64", syscalls: ["open"] }), arch);
  }
  const message = "aarch64 has no system call";
  assertThrows(() => encoded(rules.parse("-a always,exit -F arch=0xc00000b7 -S open")), TypeError, message);
  assertThrows(() => encoded(rules.parse("-a always,exit -F pid=08 -S all")), TypeError, 'expected a number, got "08"');
});

test("audit rules: the bytes are struct audit_rule_data, with texts behind it", () => {
  const bytes = encoded({
    list: "exit",
    action: "always",
    arch: "x86_64",
    syscalls: ["read", 33],
    fields: [{ field: "path", op: "!=", value: "/a" }],
    key: ["k", "l"],
  });
  const view = new DataView(bytes.buffer),
    words = (at: number, count: number): number[] =>
      Array.from({ length: count }, (_, i) => view.getUint32(at + 4 * i, true));
  assertEquals(bytes.length, 1040 + 5);
  assertEquals(words(0, 6), [4, 2, 3, 1, 2, 0]);
  assertEquals(words(268, 4), [11, 105, 210, 0]);
  assertEquals(words(524, 4), [0xc000003e, 2, 3, 0]);
  assertEquals(words(780, 4), [0x40000000, 0x30000000, 0x40000000, 0]);
  assertEquals([words(1036, 1), new TextDecoder().decode(bytes.subarray(1040))], [[5], "/ak\x01l"]);
});

test("audit rules: fields and comparisons have the numbers of the headers", () => {
  const constants = FACTS.constants as Readonly<Record<string, number>>;
  const others: Record<string, string> = {
    auid: "LOGINUID",
    path: "WATCH",
    key: "FILTERKEY",
    a0: "ARG0",
    a1: "",
    a2: "",
    a3: "",
  };
  for (const [name, number] of Object.entries(AUDIT_FIELD)) {
    const constant = others[name] ?? name.toUpperCase();
    if (constant !== "") assertEquals(number, constants[`AUDIT_${constant}`], name);
  }
  assertEquals(
    AUDIT_COMPARE.map(([one, other]) => constants[`AUDIT_COMPARE_${one}_TO_${other}`.toUpperCase()]),
    AUDIT_COMPARE.map((_, i) => i + 1),
  );
});

test("audit rules: system calls have the numbers of their machine", () => {
  assertEquals(["x86_64", "i386", "aarch64"].map((arch) => syscallNumber(arch as "i386", "openat")), [257, 295, 56]);
  assertEquals(["x86_64", "i386", "aarch64"].map((arch) => syscallNumber(arch as "i386", "open")), [2, 5, undefined]);
  assertEquals([syscallName("x86_64", 0), syscallName("i386", 1), syscallName("aarch64", 0), syscallName("arm", 5)], [
    "read",
    "exit",
    "io_setup",
    5,
  ]);
  assertEquals([syscallName("x86_64", 334), syscallName("x86_64", 400), syscallName("x86_64", 424)], [
    "rseq",
    400,
    "pidfd_send_signal",
  ]);
});

test("audit rules: wrong rules are refused with the field, and wrong lines with the word", () => {
  const rule = { list: "exit", action: "always" } as const;
  const wrong: [unknown, string][] = [
    [{ ...rule, lists: 1 }, 'there is no field "lists", did you mean "list"'],
    [{ ...rule, list: "exits" }, 'list: expected a name, got "exits", did you mean "exit"'],
    [{ ...rule, arch: "aarch64", syscalls: ["openat", "open"] }, 'syscalls[1]: aarch64 has no system call "open"'],
    [{ ...rule, syscalls: [4000] }, "syscalls[0]: expected a name or 0..2047, got 4000"],
    [{ list: "io_uring", action: "always", syscalls: ["open"] }, 'io_uring has no operation "open"'],
    [{ ...rule, arch: "b65" }, 'arch.value: expected a machine such as "b64"'],
    [{ ...rule, fields: [{ field: "perm", value: "q" }] }, 'fields[0].value: expected letters of rwxa, got "q"'],
    [{ ...rule, fields: [{ field: "exit", value: "-ENOSUCH" }] }, "fields[0].value: expected a number, or an errno"],
    [{ ...rule, arch: "b65", syscalls: ["open"] }, 'arch.value: expected a machine such as "b64"'],
    [{ ...rule, path: "/etc" }, 'there is no field "path": conditions are written as fields: [{ field: "path", value'],
    [{ ...rule, fields: [{ name: "uid", value: 1 }] }, 'did you mean "field"'],
    [{ ...rule, fields: [{ uid: 1 }] }, 'did you mean { field: "uid", value: … }'],
    [{ ...rule, fields: [{ field: "success", value: true }] }, 'fields[0].value: expected "yes", "no" or a number'],
    [{ ...rule, fields: [{ field: "dir", value: "tmp" }] }, 'fields[0].value: expected an absolute path, got "tmp"'],
    [{ ...rule, fields: [{ field: "uid", value: NaN }] }, "fields[0].value: expected a number of 32 bits"],
    [{ ...rule, fields: [{ field: "pid", value: 1.5 }] }, "fields[0].value: expected a number of 32 bits"],
    [{ ...rule, fields: [{ field: "pid", op: "==", value: 1 }] }, "fields[0].op: expected"],
    [
      { ...rule, fields: [{ field: "pid", compare: "uid" }] },
      'fields[0]: the kernel does not compare "pid" with "uid"',
    ],
    [{ ...rule, fields: [{ field: "uid", value: 1, compare: "euid" }] }, "value and compare: expected one of them"],
    [{ ...rule, fields: [{ field: "path", value: "/".repeat(5000) }] }, "fields[0].value: expected at most 4095 bytes"],
    [{ ...rule, key: "k".repeat(300) }, "key.value: expected at most 256 bytes"],
    [{ ...rule, key: "a\x01b" }, "key: expected a text or several"],
    [{ ...rule, fields: Array(70).fill({ field: "pid", value: 1 }) }, "expected at most 64 conditions, got 70"],
  ];
  for (const [value, message] of wrong) {
    const error = assertThrows(() => encoded(value as AuditRule)) as Error;
    assert(error.message.includes(message), `${error.message}\n${message}`);
  }
  const lines: [string, string][] = [
    ["", "expected -a, -A or -w"],
    ["-D", 'expected -a, -A, -w, -p, -S, -F, -C, -k, got "-D"'],
    ["-w", "-w needs a value"],
    ["-w etc", "-w: expected an absolute path"],
    ["-w /etc -F uid=0", "-w goes with -p and -k only"],
    ["-w /a -w /b -p w", 'expected one of -w, got "/b" too'],
    ["-w /a -p w -p r", 'expected one of -p, got "r" too'],
    ["-a always,exit -A never,exit", 'expected one of -A, got "never,exit" too'],
    ["-a always", "expected an action and a list such as always,exit"],
    ["-a always,exit -F uid", 'expected a condition such as uid=0, got "uid"'],
  ];
  for (const [line, message] of lines) {
    assert((assertThrows(() => rules.parse(line), TypeError) as Error).message.includes(message), line);
  }
});

test("audit rules: a rule of the wrong shape has no text", () => {
  const rule = { list: "exit", action: "always" };
  const wrong: [unknown, string][] = [
    [{}, "list: expected"],
    [{ list: "exit" }, "action: expected"],
    [{ ...rule, syscall: "open" }, 'there is no field "syscall", did you mean "syscalls"'],
    [{ ...rule, syscalls: "open" }, 'syscalls: expected "all" or an array of names, got "open"'],
    [{ ...rule, key: 5 }, "key: expected a text or several, got 5"],
    [{ ...rule, fields: { uid: 0 } }, "fields: expected an array"],
    [{ ...rule, fields: [5] }, "fields[0]: expected an object, got 5"],
    [{ ...rule, fields: [{ field: "uid", value: -1.5 }] }, "fields[0].value: expected a number of 32 bits, got -1.5"],
    [
      { ...rule, fields: [{ field: "uid", value: {} }] },
      "fields[0].value: expected the number or name of one of the users",
    ],
    [{ ...rule, fields: [{ field: "path" }] }, "fields[0].value: expected a text, got undefined"],
  ];
  for (const [value, message] of wrong) {
    const error = assertThrows(() => rules.text(value as AuditRule), Error, "Cannot write a rule: ") as Error;
    assert(error.message.includes(message), `${error.message}\n${message}`);
  }
  assertEquals(rules.text({ list: "exit", action: "always", arch: undefined } as never), "-a always,exit -S all");
});

test("audit rules: rules and filters that would match nothing are refused before anything is sent", () => {
  const rule = { list: "exit", action: "always" } as const, machine = 'arch: expected a machine such as "b64"';
  const wrong: [unknown, string][] = [
    [{ ...rule, syscalls: [] }, 'syscalls: expected "all" or at least one name'],
    [{ list: 7, action: "always", syscalls: [] }, 'syscalls: expected "all" or at least one name'],
    [{ ...rule, arch: 64 }, machine],
    [{ ...rule, fields: [{ field: "arch", value: 64 }] }, machine],
    ["-a always,exit -F arch=64 -S all", machine],
  ];
  for (const [value, message] of wrong) {
    for (const call of ["add", "use"] as const) {
      const error = assertThrows(() => rules[call](value as AuditRule), TypeError, "Cannot add audit rule") as Error;
      assert(error.message.includes(message), error.message);
    }
  }
  const filters: [object, string][] = [
    [{ list: "exits", key: "t" }, 'list: expected a name, got "exits", did you mean "exit"'],
    [{ action: "allways" }, 'action: expected a name, got "allways", did you mean "always"'],
    [{ key: 5 }, "key: expected a string, got 5"],
    [{ keys: "t" }, 'there is no field "keys", did you mean "key"'],
  ];
  for (const [filter, message] of filters) {
    for (const call of ["list", "flush"] as const) {
      const error = assertThrows(() => rules[call](filter), TypeError, `Cannot ${call} audit rules: `) as Error;
      assert(error.message.includes(message), error.message);
    }
  }
});

test("audit rules: a list takes only the conditions that the kernel compares in it", () => {
  const wrong: [unknown, string][] = [
    ["-a always,user -S open", "syscalls: rules of the list user have no system calls"],
    ["-a never,task -S open -k k", "syscalls: rules of the list task have no system calls"],
    ["-a never,filesystem -S open -F fstype=tracefs", "syscalls: rules of the list filesystem have no system calls"],
    [{ list: 5, action: "always", syscalls: ["open"] }, "syscalls: rules of the list exclude have no system calls"],
    [
      "-a always,exclude -F msgtype=CWD -k k",
      "key: the kernel does not compare key in the list exclude, only pid, uid",
    ],
    ["-a never,user -F arch=b64 -F uid=0", "arch: the kernel does not compare arch in the list user"],
    ["-a never,user -C uid!=auid", "fields[0]: the kernel does not compare uid with auid in the list user"],
    ["-a never,task -C uid!=obj_uid", "fields[0]: the kernel does not compare uid with obj_uid in the list task"],
    ...["ppid=1", "exit=0", "success=1", "sessionid=1", "a0=1", "euid=0", "pers=8", "obj_uid=0", "devmajor=8"].map(
      (one): [string, string] => [`-a never,user -F uid=0 -F ${one}`, `fields[1]: the kernel does not compare`],
    ),
    ...["ppid=1", "exit=0", "success=1", "a0=1", "perm=r", "filetype=file", "obj_user=a", "saddr_fam=2"].map(
      (one): [string, string] => [`-a never,task -F ${one}`, "the rule would match nothing"],
    ),
  ];
  using dry = open({ dryRun: () => {} });
  for (const [rule, message] of wrong) {
    const error = assertThrows(() => dry.rules.add(rule as AuditRule), TypeError, "Cannot add audit rule ") as Error;
    assert(error.message.includes(message), `${error.message}\n${message}`);
    // Such a rule of another program can still be deleted.
    assert(dry.rules.delete(rule as AuditRule));
  }
  const right = [
    ...["pid=1", "uid=0", "gid=0", "auid=0", "loginuid_set=1", "msgtype=CWD", "exe=/bin/true", "subj_type=a"].flatMap(
      (one) => [`-a never,user -F ${one}`, `-a always,exclude -F ${one}`],
    ),
    ...["pid=1", "euid=0", "fsgid=0", "sessionid=1", "pers=8", "exe=/bin/true"].map((one) => `-a never,task -F ${one}`),
    "-a always,task -F uid=0 -k k",
    "-a never,task -C uid!=euid",
    "-a never,filesystem -F fstype=tracefs -k k",
  ];
  for (const rule of right) assert(dry.rules.add(rule), rule);
});

test("audit rules: in a batch, a wrong rule does not stop the others, and rules cannot be used", () => {
  const sent: string[] = [], rule = { list: "exit", action: "always" } as const;
  using dry = open({ dryRun: ({ value }) => sent.push(rules.text(value as AuditRule)) });
  const error = assertThrows(() =>
    dry.batch((b) => {
      b.rules.add("-w bad -k k");
      b.rules.add({ ...rule, syscalls: [] });
      b.rules.add(5 as never);
      b.rules.add({ ...rule, fields: [null as never] });
      b.rules.add({ ...rule, prepend: "yes" as never });
      b.rules.add("-w /no/such/folder -p wa -k k");
    }), BatchError);
  assertEquals(error.failures.map(({ error }) => error.message), [
    'Cannot parse rule "-w bad -k k": -w: expected an absolute path, got "bad"',
    'Cannot add audit rule -a always,exit: syscalls: expected "all" or at least one name',
    "Cannot use a rule: expected a rule as an object or as a line, got 5",
    "Cannot add audit rule: fields[0]: expected an object, got null",
    'Cannot add audit rule -a always,exit -S all: prepend: expected true or false, got "yes"',
  ]);
  assertEquals(sent, ["-w /no/such/folder -p wa -k k"]);
  const used = assertThrows(() => dry.batch((b) => void b.rules.use("-w /no/such/folder -p wa")), TypeError);
  assert(used.message.includes("Cannot use audit rules in a batch"), used.message);
  for (const wrong of ["yes", 1, null]) {
    const error = assertThrows(() => dry.rules.add({ ...rule, prepend: wrong as never }), TypeError);
    assert(error.message.includes("prepend: expected true or false"), error.message);
  }
});

test("audit rules: the list is the same by name and by number", () => {
  for (const [name, number] of [["task", 1], ["exit", 4], ["io_uring", 7]] as const) {
    assertEquals(encoded({ list: number, action: "always" }), encoded({ list: name, action: "always" }), name);
  }
});

/** Mutations of each rule. NETLINK_FUZZ sets the number of all. */
const MUTATIONS = Math.ceil(Number(process.env["NETLINK_FUZZ"] ?? 0) / LINES.length) || 100;

test("audit rules: mutated rules are decoded within their bytes, or kept as bytes, and can be shown", {
  timeout: 600_000,
}, () => {
  let state = 12345, kept = 0, tried = 0;
  const random = (below: number): number =>
    (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32 * below | 0;
  for (const line of LINES) {
    const body = encoded(rules.parse(line));
    for (let i = 0; i < MUTATIONS; i++) {
      const bytes = new Uint8Array(16 + body.length), view = new DataView(bytes.buffer);
      bytes.set(body, 16);
      for (let n = 1 + random(4); n > 0; n--) {
        // Most places of the struct are empty: prefer the numbers of fields, the lengths, and the texts.
        const at = [
          random(12),
          268 + random(16),
          524 + random(16),
          780 + random(16),
          1036 + random(body.length - 1036),
        ];
        bytes[16 + at[random(5)]!] = random(256);
      }
      const length = random(4) === 0 ? 16 + random(body.length) : bytes.length;
      view.setUint32(0, length, true);
      view.setUint16(4, 1013, true);
      const message = bytes.subarray(0, length), [one] = decode(9, message);
      assertEquals([one!.type, show(9, message).length > 0], ["AUDIT_LIST_RULES", true]);
      const value = one!.value as AuditRule | Uint8Array;
      tried++;
      if (value instanceof Uint8Array) {
        kept++;
        continue;
      }
      assertEquals(rawOf(value), []);
      assert(typeof stringify(value) === "string" && typeof rules.text(value) === "string");
    }
  }
  assertEquals(tried, LINES.length * MUTATIONS);
  assert(kept > 0 && kept < tried, `${kept} of ${tried}`);
});

test("audit: a text of a program is sent with its NUL; two folders are sent with their lengths", () => {
  assertEquals(decode("AUDIT", hex("16000000610405000000000000000000666f6f626172"))[0]!.value, { text: "foobar" });
});

test("audit: an error tells what audit needs: the capability, the first namespaces, the next boot", () => {
  for (
    const [errno, text] of [
      [1, "needs the capability CAP_AUDIT_CONTROL"],
      [1, "if enabled is locked, only the next boot allows changes"],
      [111, "in the first user and process namespaces only"],
    ] as const
  ) {
    const refuse = ({ seq }: { seq: number }): Uint8Array[] => {
      const payload = new Uint8Array(20);
      new DataView(payload.buffer).setInt32(0, -errno, true);
      return [message(2, 0, seq, payload)];
    };
    using client = open({ transport: () => new ScriptedKernel(refuse) });
    assertThrows(() => client.set({ enabled: "on" }), KernelError, text);
    assertThrows(() => client.rules.add("-w /etc/passwd -p wa"), KernelError, text);
  }
});
