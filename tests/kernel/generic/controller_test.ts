/** nlctrl, compared with iproute2's `genl`. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { KernelError } from "../../../core/errors.ts";
import { type AttributePolicy, families, open } from "../../../families/generic/controller.ts";
import { kernelTest, lab, run } from "../namespace.ts";

const CAPABILITIES: Readonly<Record<string, string>> = {
  admin_perm: "requires admin permission",
  uns_admin_perm: "requires admin permission",
  cmd_cap_do: "can doit",
  cmd_cap_dump: "can dumpit",
  cmd_cap_haspol: "has policy",
};

/** Returns the output of `genl ctrl list`, except for white space; it shows flags of one digit only. */
function printed(): string[] {
  const number = (value: number | undefined): string => `0x${value!.toString(16)}`;
  return families.list().flatMap(({ familyName, familyId, version, hdrsize, maxattr, ops, mcastGroups }) => [
    `Name: ${familyName}`,
    `ID: ${number(familyId)} Version: ${number(version)} header size: ${hdrsize} max attribs: ${maxattr}`,
    ...(ops === undefined ? [] : ["commands supported:"]),
    ...(ops ?? []).flatMap(({ id, flags }, i) => [
      `#${i + 1}: ID-${number(id)}`,
      `${flags!.map((flag) => CAPABILITIES[flag]).join("; ")}`,
    ]),
    ...(mcastGroups === undefined ? [] : ["multicast groups:"]),
    ...(mcastGroups ?? []).map(({ name, id }, i) => `#${i + 1}: ID-${number(id)} name: ${name}`),
  ]);
}

kernelTest("nlctrl: list() equals `genl ctrl list`", ["genl"], () => {
  const theirs = run("genl", ["ctrl", "list"]).split("\n").map((line) => line.trim().replace(/\s+/g, " "));
  // `genl` prints flags only if they are a single hexadecimal digit, and then all of them.
  const flags = /^(requires|can|has)/;
  const wanted = theirs.filter((line) => line !== "" && !line.startsWith("Capabilities"));
  const ours = printed();
  assertEquals(ours.filter((line) => !flags.test(line)), wanted.filter((line) => !flags.test(line)));
  const said = wanted.filter((line) => flags.test(line)).map((line) => line.replace(/;$/, ""));
  const admin = families.list().flatMap(({ ops = [] }) => ops).filter(({ flags }) =>
    !flags!.includes("uns_admin_perm")
  );
  assert(said.length > 0 && said.length <= admin.length);
  for (const line of said) assert(ours.includes(line), line);
});

const shown = ({ id, type, min, max, mask, minLength, maxLength, policy, maxtype }: AttributePolicy): string =>
  [
    `attr[${id}]: type=${String(type).toUpperCase()}`,
    policy === undefined ? "" : `policy:${policy}`,
    maxtype === undefined ? "" : `maxattr:${maxtype}`,
    min === undefined ? "" : `range:[${min},${max}]`,
    mask === undefined ? "" : `mask:0x${mask.toString(16)}`,
    minLength === undefined ? "" : `min len:${minLength}`,
    maxLength === undefined ? "" : `max len:${maxLength}`,
  ].filter((word) => word !== "").join(" ");

kernelTest("nlctrl: policies of every family equal `genl ctrl policy`", ["genl"], () => {
  let compared = 0;
  for (const { familyName } of families.list()) {
    const { status, stdout } = spawnSync("genl", ["ctrl", "policy", "name", familyName!], { encoding: "utf8" });
    let policy;
    try {
      policy = families.policy(familyName!);
    } catch (error) {
      assert(error instanceof KernelError && status !== 0 || stdout.trim() === "", `${familyName}: ${error}`);
      continue;
    }
    const ours = [
      ...policy.operations.map((one) =>
        `op ${one.cmd} policies:${one.do === undefined ? "" : ` do=${one.do}`}${
          one.dump === undefined ? "" : ` dump=${one.dump}`
        }`
      ),
      ...policy.policies.flatMap((entries, i) => entries.map((one) => `policy[${i}]:${shown(one)}`)),
    ];
    // `genl` knows neither newer types nor masks.
    const bare = (line: string): string => line.replace(/ID: 0x[0-9a-f]+\s*/, "").replace(/\s+/g, " ").trim();
    const theirs = stdout.split("\n").map(bare).filter((line) => line !== "");
    // The kernel reports an operation that can only be dumped as operation 0.
    const plain = (line: string): string =>
      line.replace(/type=(UINT|SINT|BITFIELD32|unknown)/, "type=?").replace(/ mask:.*/, "")
        .replace(/^op \d+ policies: dump/, "op ? policies: dump");
    assertEquals(ours.map(plain).sort(), theirs.map(plain).sort(), familyName);
    compared += ours.length;
  }
  assert(compared > 20, `${compared}`);
});

kernelTest("nlctrl: get() by name and number, find() of a missing family, the policy of one operation", [], () => {
  const tcp = families.get("tcp_metrics");
  assertEquals(families.get(tcp.familyId!), tcp);
  assertEquals(families.get(tcp), tcp);
  assertEquals(families.find("nl-test-nope"), undefined);
  assertStringIncludes(
    assertThrows(() => families.get("nl-test-nope"), KernelError).message,
    "get generic family nl-test-nope",
  );
  const { operations, policies } = families.policy("nlctrl", 10);
  assertEquals(operations, [{ cmd: 10, dump: 0 }]);
  assertEquals(policies[0]!.map(({ id }) => id), [1, 2, 10]);
});

const module = lab && spawnSync("modinfo", ["l2tp_netlink"]).status === 0;
kernelTest(
  "nlctrl: events report families that are added and removed",
  module ? ["modprobe"] : ["the lab, with module l2tp_netlink"],
  async () => {
    using own = open();
    spawnSync("modprobe", ["-r", "l2tp_netlink"]);
    await using events = own.families.watch();
    run("modprobe", ["l2tp_netlink"]);
    const { value: came } = await events.next();
    assertEquals([came?.event, (came as { value: { familyName: string } }).value.familyName], ["new", "l2tp"]);
    run("modprobe", ["-r", "l2tp_netlink"]);
    for await (const event of events) if (event.event === "del") break;
  },
);
