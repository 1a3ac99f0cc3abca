/** State and settings of audit, compared with those of auditctl. Tests set them to what they are. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { audit, AUDIT_ENABLED, AUDIT_FAIL } from "../../../families/audit/mod.ts";
import { skip } from "../../test.ts";
import { run } from "../namespace.ts";
import { auditTest, ifOurs } from "./alone.ts";

/** Returns the lines of `auditctl -s` as an object. */
function theirs(): Record<string, string> {
  return Object.fromEntries(
    run("auditctl", ["-s"]).trim().split("\n").map((line) => [line.split(" ")[0]!, line.slice(line.indexOf(" ") + 1)]),
  );
}

function ours(): ReturnType<typeof audit.status> {
  return ifOurs(() => audit.status());
}

auditTest("audit status: every field equals auditctl's, and a setting changes nothing else", ["auditctl"], () => {
  const { enabled, failure, featureBitmap, ...numbers } = ours(), said = theirs();
  assertEquals(
    { ...numbers, enabled: AUDIT_ENABLED[enabled as "on"], failure: AUDIT_FAIL[failure as "printk"] },
    Object.fromEntries(
      Object.entries(said).filter(([name]) => name !== "loginuid_immutable")
        .map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), Number(value)]),
    ),
  );
  assert(featureBitmap!.includes("lost_reset"));
  assertEquals(audit.features().features!.includes("loginuid_immutable"), said["loginuid_immutable"]!.startsWith("1"));
  if (enabled === "locked") skip("audit is locked until the next boot");
  const { backlogLimit, rateLimit, backlogWaitTime } = ours();
  try {
    audit.set({ backlogLimit: backlogLimit! + 1 });
    assertEquals(theirs(), { ...said, backlog_limit: String(backlogLimit! + 1) });
    audit.set({ rateLimit: 50_000, backlogWaitTime: 1000 });
    assertEquals([theirs()["rate_limit"], theirs()["backlog_wait_time"]], ["50000", "1000"]);
  } finally {
    audit.set({ backlogLimit, rateLimit, backlogWaitTime });
  }
  assertEquals(theirs(), said);
});

auditTest("audit status: settings that are refused say why, and change nothing", [], () => {
  const before = ours();
  assertThrows(() => audit.set({}), TypeError, "expected at least one setting");
  assertThrows(() => audit.set({ backlogLimits: 3 } as never), TypeError, 'did you mean "backlogLimit"');
  assertThrows(() => audit.set({ enabled: "onn" } as never), TypeError, "enabled: expected");
  assertThrows(() => audit.set({ backlogWaitTime: 0xffffffff }), KernelError, "EINVAL");
  assertThrows(() => audit.setFeatures({}, ["loginuid_immutable"]), TypeError, "must be given too");
  assertThrows(
    () => audit.setFeatures({ only_unset_loginuid: "off" as never }),
    TypeError,
    'only_unset_loginuid: expected a boolean, got "off"',
  );
  assertThrows(
    () => audit.setFeatures({ only_unset_loginuid: true }, {} as never),
    TypeError,
    "expected the features to lock as an array",
  );
  assertThrows(() => audit.send(""), TypeError, "expected a text with characters");
  assertThrows(() => audit.reset("backlog" as never), TypeError, 'expected "lost" or');
  assertThrows(() => audit.send("x", { type: 1300 }), RangeError, "1100..1199");
  assertEquals(ours(), before);
});

auditTest("audit: the terminal's recording is set to what it is; other requests are answered", [], () => {
  ours();
  const tty = audit.tty();
  audit.setTty(tty);
  assertEquals(audit.tty(), tty);
  assertEquals(typeof tty.enabled, "boolean");
  audit.trim();
  assertEquals(Object.keys(audit.signal()).filter((name) => !["uid", "pid", "ctx"].includes(name)), []);
});
