/** Rules of audit, compared with those of auditctl. There is one list for the machine, so each test has a key of its own. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KernelError } from "../../../core/errors.ts";
import { stringify } from "../../../core/printable.ts";
import { type AuditRule, batch, open, rules } from "../../../families/audit/mod.ts";
import { run } from "../namespace.ts";
import { evaluate } from "../route/child.ts";
import { auditTest, ifOurs } from "./alone.ts";

/** The module of audit, for the imports of a child process. */
const MODULE = JSON.stringify(new URL("../../../families/audit/mod.ts", import.meta.url).href);

/** Runs a test with a key of its own, and a folder that has a file; no rule with the key is left. */
function withKey(use: (key: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "audit-")),
    key = `${folder.slice(folder.lastIndexOf("/") + 1)}-${process.pid}`;
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "file"), "");
  try {
    ifOurs(() => rules.list());
    use(key, folder);
    assertEquals(rules.list({ key }), []);
  } finally {
    rules.flush({ key });
    rmSync(folder, { recursive: true });
  }
}

/** Returns the lines of `auditctl -l` with this key. */
function theirs(key: string): string[] {
  return run("auditctl", ["-l"]).split("\n").filter((line) => line.includes(key));
}

const SYSCALLS = [
  "openat",
  "chmod,fchmod,fchmodat",
  "execve",
  "unlink,rename",
  "all",
  "connect",
  "42",
  "600",
  "clone3",
];
const CONDITIONS = [
  "-F exit=-EACCES",
  "-F exit=5",
  "-F exit!=0",
  "-F exit=-5000",
  "-F exit>-EPERM",
  "-F success=0",
  "-F success!=1",
  "-F auid>=1000 -F auid!=unset",
  "-F auid=4294967295",
  "-F loginuid=5",
  "-F uid=root -F gid=5",
  "-F euid!=0 -F egid=0",
  "-F suid<10 -F sgid>10",
  "-F fsuid<=10 -F fsgid>=10",
  "-F obj_uid=0 -F obj_gid=0",
  "-F pid=1",
  "-F ppid=5 -F pers=8",
  "-F sessionid=9",
  "-F sessionid=unset",
  "-F devmajor=8 -F devminor=0x1",
  "-F devmajor=4000000000",
  "-F inode=77",
  "-F filetype=file",
  "-F filetype=dir",
  "-F filetype=fifo",
  "-F filetype=socket",
  "-F perm=x",
  "-F perm=rwxa",
  "-F a0=5",
  "-F a1&0x10",
  "-F a2&=0xff",
  "-F a3<=12",
  "-F a0=-1",
  "-F exe=/usr/bin/true",
  "-F subj_user=foo -F subj_role=bar",
  "-F subj_type!=a -F subj_sen=s0 -F subj_clr=s1",
  "-F obj_user=foo -F obj_role=bar -F obj_type=c",
  "-F obj_lev_low=s0 -F obj_lev_high=s1",
  "-F saddr_fam=10",
  ...[
    ..."uid=obj_uid gid=obj_gid euid=obj_uid egid=obj_gid auid=obj_uid suid=obj_uid sgid=obj_gid fsuid=obj_uid".split(
      " ",
    ),
    ..."fsgid=obj_gid uid=auid uid=euid uid=fsuid uid=suid auid=fsuid auid=suid auid=euid euid=suid euid=fsuid".split(
      " ",
    ),
    ..."suid=fsuid gid=egid gid=fsgid gid=sgid egid=fsgid egid=sgid sgid!=fsgid uid!=euid".split(" "),
  ].map((pair) => `-C ${pair}`),
];

/** Rules in auditctl's words, without a key. */
function linesFor(folder: string): string[] {
  const file = join(folder, "file"), where = `-F dir=${folder}`;
  return [
    `-w ${file} -p wa`,
    `-w ${folder} -p r`,
    `-w ${folder}/`,
    `-w ${folder}/later -p x`,
    `-w ${folder}/sub -p aw`,
    `-a always,exit -F path=${file} -F perm=wa`,
    `-a exit,always -F dir=${folder}/sub -F perm=rwxa`,
    `-a always,exit -S openat ${where}`,
    `-a always,exit -F arch!=b64 -S open ${where}`,
    `-a always,exit -F arch=x86_64 -S open ${where}`,
    `-a never,exit -F arch=b32 -S open,close ${where}`,
    `-a always,exit -F arch=b32 -S socketcall -S ipc -S 500 ${where}`,
    `-a never,filesystem -F fstype=tracefs`,
    `-a never,filesystem -F fstype=debugfs`,
    ...SYSCALLS.map((names) => `-a always,exit -F arch=b64 -S ${names} ${where}`),
    ...CONDITIONS.map((condition) => `-a always,exit -F arch=b64 -S openat ${where} ${condition}`),
    ...CONDITIONS.slice(0, 20).map((condition) => `-a never,exit -F path=${file} ${condition}`),
  ];
}

/** Runs auditctl with lines of a rule file; lines that the kernel refuses are left out. */
function auditctl(folder: string, lines: readonly string[]): void {
  const file = join(folder, "rules");
  writeFileSync(file, `-i\n${lines.join("\n")}\n`);
  chmodSync(file, 0o600);
  spawnSync("auditctl", ["-R", file]);
}

auditTest("audit rules: auditctl and this library list, write and delete each other's rules, over 100 of them", [
  "auditctl",
], () => {
  withKey((key, folder) => {
    const every = linesFor(folder).map((line, i) => `${line} -k ${key} -k ${key}-${i}`);
    auditctl(folder, every);
    const texts = theirs(key), mine = rules.list({ key });
    assert(texts.length >= 100, `${texts.length} rules`);
    assertEquals(mine.map((rule) => rules.text(rule)), texts);
    // Some kernels do not take a field; then they refuse it from us too.
    const taken = new Set(mine.map((rule) => (rule.key as readonly string[])[1]));
    const refused = every.filter((_, i) => !taken.has(`${key}-${i}`));
    for (const line of refused) assertThrows(() => rules.add(line), KernelError, undefined, line);
    // A rule in each form (as listed, its text, the words that made it) deletes and adds exactly that rule.
    for (const line of every.filter((line) => !refused.includes(line))) assert(rules.delete(line), line);
    assertEquals(theirs(key), []);
    batch((b) => mine.forEach((rule) => b.rules.add(rule)));
    assertEquals([theirs(key), rules.list({ key })], [texts, mine]);
    batch((b) => mine.forEach((rule) => b.rules.delete(rule)));
    assertEquals(rules.list({ key }), []);
    batch((b) => texts.forEach((text) => b.rules.add(text)));
    assertEquals([theirs(key), rules.list({ key })], [texts, mine]);
    // auditctl does not read all of its own lines: it lists file types by number, but takes names.
    auditctl(folder, every.map((line) => line.startsWith("-w") ? line.replace("-w", "-W") : line.replace("-a", "-d")));
    assertEquals(rules.list({ key }), []);
  });
}, 60_000);

auditTest(
  "audit rules: all rules together have auditctl's order; the filter and flush select by key",
  ["auditctl"],
  () => {
    withKey((key, folder) => {
      const other = `${key}-other`;
      using _other = rules.use(`-w ${folder}/sub -p w -k ${other}`);
      rules.add(`-a always,exit -F arch=b64 -S openat -F dir=${folder} -k ${key}`);
      rules.add(`-a never,filesystem -F fstype=tracefs -k ${key}`);
      rules.add(`-w ${folder}/file -p r -k ${key} -k second`);
      rules.add({ ...rules.parse(`-w ${folder}/file -p x -k ${key}`), prepend: true });
      const mine = rules.list({ key });
      assertEquals(mine.map((rule) => rules.text(rule)), theirs(key).filter((line) => !line.includes(other)));
      assertEquals(mine.map(({ list, fields }) => [list, fields?.at(-1)?.value]), [
        ["exit", "x"],
        ["exit", folder],
        ["exit", "r"],
        ["filesystem", "tracefs"],
      ]);
      assertEquals(rules.list({ key: "second" }).length, 1);
      assertEquals(rules.flush({ key }), 4);
      assertEquals(rules.list({ key: other }).length, 1);
    });
  },
);

auditTest("audit rules: typed rules are what auditctl writes", ["auditctl"], () => {
  withKey((key, folder) => {
    rules.add({
      list: "exit",
      action: "always",
      arch: "b64",
      syscalls: ["openat"],
      fields: [
        { field: "dir", value: folder },
        { field: "exit", op: "=", value: "-EACCES" },
        { field: "uid", op: "!=", compare: "euid" },
      ],
      key: [key, "second"],
    });
    const line = `-a always,exit -F arch=b64 -S openat -F dir=${folder} -F exit=-EACCES -C uid!=euid -F key=${key}`;
    assertEquals(theirs(key), [`${line} -F key=second`]);
    assertEquals(rules.flush({ key }), 1);
  });
});

auditTest(
  "audit rules: blanks, backslashes, numbers and machines are those of auditctl's rule files",
  ["auditctl"],
  () => {
    withKey((key, folder) => {
      const place = `-F dir=${folder} -k ${key}`,
        lines = [
          String.raw`-w ${folder}/a\ b\\c -p wa -k ${key}`,
          `-w ${folder}/it's -p wa -k ${key}`,
          `-a always,exit -F arch=b64 -S 010 -F pid=010 -F a1=010 ${place}`,
          `-a always,exit -F arch=b64 -S 16 -F devmajor=0x10 -F inode!=3000000000 -k ${key}`,
          ...process.arch === "x64"
            ? ["0xc000003e", "c000003e", "i686"].map((arch, i) =>
              `-a never,exit -F arch=${arch} -S open -F pid=${i} ${place}`
            )
            : [],
        ];
      auditctl(folder, lines);
      const texts = theirs(key), mine = rules.list({ key });
      assertEquals(texts.length, lines.length);
      assertEquals(mine.map((rule) => rules.text(rule).replace(/\\(.)/g, "$1")), texts);
      for (const line of lines) assert(rules.delete(line), line);
      for (const rule of mine) assert(rules.add(rules.text(rule)));
      // Its own reading of what this library writes.
      auditctl(folder, mine.map((rule) => rules.text(rule).replace(/^-w/, "-W").replace(/^-a/, "-d")));
      assertEquals(rules.list({ key }), []);
    });
  },
);

auditTest(
  "audit rules: flush selects something, and used rules are removed, also when one of them is refused",
  [],
  () => {
    withKey((key, folder) => {
      for (const filter of [{}, { key: undefined }, { all: false }, { all: true, key }, undefined]) {
        assertThrows(() => rules.flush(filter as never), TypeError, "Cannot flush audit rules");
      }
      const before = stringify(rules.list()),
        kept = `-w ${folder}/file -p r -k ${key}`,
        line = `-w ${folder} -p w -k ${key}`;
      {
        using _kept = rules.use(kept);
        {
          using used = rules.use(line, kept);
          assertEquals(used.rules.map((rule) => rules.text(rule)), [line]);
          assertEquals(rules.list({ key }).length, 2);
        }
        assertEquals(rules.list({ key }).map((rule) => rules.text(rule)), [kept]);
        assertThrows(() => rules.use(line, `-w ${folder}/none/x -p w -k ${key}`), KernelError, "does not exist");
        assertEquals(rules.list({ key }).length, 1);
      }
      assertEquals(stringify(rules.list()), before);
    });
  },
);

auditTest("audit rules: errors name the rule and the reason; a batch tries all", [], () => {
  withKey((key, folder) => {
    const line = `-w ${folder} -p wa -k ${key}`;
    using _used = rules.use(line);
    const refused = assertThrows(() => rules.add(line), KernelError);
    assertEquals(
      refused.message,
      `Cannot add audit rule ${line}: EEXIST "File exists" (the kernel has this rule already)`,
    );
    assertEquals(rules.add(line, { exists: "ok" }), false);
    const gone = `-w ${folder}/sub -p wa -k ${key}`;
    assertThrows(() => rules.delete(gone), KernelError, "ENOENT");
    assertEquals(rules.delete(gone, { missing: "ok" }), false);
    assertEquals(rules.find(gone), undefined);
    const error = assertThrows(() =>
      batch((b) => {
        b.rules.add(line);
        b.rules.add(gone);
        b.rules.delete(line);
        b.rules.delete(line, { missing: "ok" });
      })
    ) as Error & { failures: readonly { index: number }[] };
    assertEquals(error.message.includes("item 0: Cannot add audit rule"), true, error.message);
    assertEquals(rules.list({ key }).map((rule) => rules.text(rule)), [gone]);
    rules.flush({ key });
  });
});

auditTest("audit rules: a combination that the kernel refuses is told by name", [], () => {
  withKey((key, folder) => {
    const dir = { field: "dir", value: folder } as const, rule = { list: "exit", action: "always", key } as const;
    const wrong: [AuditRule, string][] = [
      [{ ...rule, fields: [dir, { field: "inode", value: 5 }] }, "only one of path, dir and inode"],
      [{ ...rule, fields: [dir, { field: "dir", value: "/etc" }] }, "this one has dir and dir"],
      [{ ...rule, fields: [{ field: "inode", op: ">", value: 12 }] }, "inode is compared by = and != only"],
      [
        { ...rule, fields: [{ field: "msgtype", value: "CWD" }] },
        "msgtype is for the list exclude or user, not for exit",
      ],
      [{ ...rule, fields: [{ field: "path", value: `${folder}/` }] }, "path must not end with a slash"],
      [{ ...rule, list: "filesystem", fields: [{ field: "uid", value: 0 }] }, "takes only fstype and key"],
    ];
    for (const [one, message] of wrong) {
      const { code } = assertThrows(() => rules.add(one), KernelError, message);
      assertEquals(code, "EINVAL", message);
    }
    assertEquals(rules.list({ key }), []);
  });
});

auditTest("audit rules: used rules are removed when the process exits", [], () => {
  withKey((key, folder) => {
    const line = JSON.stringify(`-w ${folder} -p w -k ${key}`);
    const code = (end: string): string =>
      `import { rules } from ${MODULE};
      const used = rules.use(${line});
      if (used.rules.length !== 1 || rules.list({ key: ${JSON.stringify(key)} }).length !== 1) throw new Error("none");
      ${end}`;
    for (const [end, expected] of [["process.exit(3);", 3], ["", 0], ["throw new Error('x');", 1]] as const) {
      if (expected === 1 && "Deno" in globalThis) continue;
      const [program, ...args] = evaluate(code(end)),
        { status, stderr } = spawnSync(program!, args, { encoding: "utf8" });
      assertEquals(status, expected, stderr);
      assertEquals(rules.list({ key }), [], end);
    }
  });
});

auditTest("audit rules: a dry run shows a rule and sends none", [], () => {
  withKey((key, folder) => {
    const shown: unknown[] = [];
    using dry = open({ dryRun: (message) => shown.push(message.type, message.value) });
    const rule = rules.parse(`-a always,exit -F arch=b64 -S openat -F dir=${folder} -k ${key}`);
    dry.rules.add(rule);
    dry.set({ backlogLimit: 8192 });
    assertEquals(shown.slice(0, 3), ["AUDIT_ADD_RULE", rule, "AUDIT_SET"]);
  });
});
