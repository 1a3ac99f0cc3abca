/** Lists of ethtool's settings: an error of one device does not hide the others. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { message, type Reply, ScriptedKernel } from "../../../core/scripted.ts";
import {
  ETHTOOL_MSG_KERNEL as K,
  ETHTOOL_MSG_USER as U,
  LinkState,
  open,
  Rings,
  TsConfig,
} from "../../../families/generic/ethtool.ts";
import { test } from "../../test.ts";

const ID = 40, ERROR = 2, DONE = 3, MULTI = 2;
const EOPNOTSUPP = 95, ENODEV = 19, EPERM = 1;

function encoded(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

/** Returns an i32 with an errno, and the further parts of an error. */
function verdict(errno: number, more = 0): Uint8Array {
  const bytes = new Uint8Array(4 + more);
  new DataView(bytes.buffer).setInt32(0, -errno, true);
  return bytes;
}

/**
 * A kernel with three devices. A dump of `cmd` has those in `dumped` and ends with an errno; `alone` has the answers of
 * the others to single requests.
 */
function kernelWith(
  cmd: number,
  reply: number,
  table: Codec<unknown, never>,
  dumped: readonly (readonly [index: number, value: object])[],
  end: number,
  alone: (index: number) => object | number = () => EOPNOTSUPP,
  ops: readonly number[] = Object.values(U),
): ScriptedKernel {
  const told = (seq: number, flags: number, which: number, codec: Codec<unknown, never>, value: object): Uint8Array =>
    message(ID, flags, seq, encoded(framed(which, 1, codec), value));
  const state = LinkState as Codec<unknown, never>;
  return new ScriptedKernel(({ type, seq, flags, payload }): readonly Reply[] => {
    if (type === 16) {
      const family = { familyId: ID, familyName: "ethtool", ops: ops.map((id) => ({ id })) };
      return [
        message(16, 0, seq, encoded(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
        message(ERROR, 0, seq, verdict(0, 16)),
      ];
    }
    const dump = (flags & 0x300) === 0x300;
    if (payload[0] === U.ETHTOOL_MSG_LINKSTATE_GET) {
      const all = [1, 2, 3].map((devIndex) =>
        told(seq, MULTI, K.ETHTOOL_MSG_LINKSTATE_GET_REPLY, state, { devIndex, devName: `d${devIndex}` })
      );
      return [...all, message(DONE, MULTI, seq, verdict(0))];
    }
    assertEquals(payload[0], cmd);
    if (dump) {
      const all = dumped.map(([devIndex, value]) => told(seq, MULTI, reply, table, { devIndex, ...value }));
      return [...all, message(DONE, MULTI, seq, verdict(end))];
    }
    // The index is in the header's nest.
    const index = payload[12]!, answer = alone(index);
    if (typeof answer === "number") return [message(ERROR, 0, seq, verdict(answer, 16))];
    return [
      told(seq, 0, reply, table, { devIndex: index, ...answer }),
      message(ERROR, 0, seq, verdict(0, 16)),
    ];
  });
}

const rings = (dumped: [number, object][], end: number, alone?: (index: number) => object | number): ScriptedKernel =>
  kernelWith(
    U.ETHTOOL_MSG_RINGS_GET,
    K.ETHTOOL_MSG_RINGS_GET_REPLY,
    Rings as Codec<unknown, never>,
    dumped,
    end,
    alone,
  );

test("ethtool: a list leaves out the device whose error ends the dump, and includes the devices after it", () => {
  // Device 2 returns ENODEV, and the kernel does not continue.
  const kernel = () => rings([[1, { rx: 10 }]], ENODEV, (index) => index === 3 ? { rx: 30 } : ENODEV);
  using client = open({ transport: kernel });
  const wanted: Rings[] = [{ devIndex: 1, rx: 10 }, { devIndex: 3, rx: 30 }];
  assertEquals(client.rings.list(), wanted);
  assertEquals([...client.rings.iterate()], wanted);
  assertEquals(client.rings.list({ rx: 30 }), [wanted[1]]);
  assertEquals([...client.rings.iterate({ rx: 30 })], [wanted[1]]);
});

test("ethtool: a list is empty if no device supports the setting, whatever error the last one gives", () => {
  using client = open({ transport: () => rings([], EOPNOTSUPP) });
  assertEquals([client.rings.list(), [...client.rings.iterate()]], [[], []]);
  const config = TsConfig as Codec<unknown, never>;
  using configs = open({
    transport: () =>
      kernelWith(U.ETHTOOL_MSG_TSCONFIG_GET, K.ETHTOOL_MSG_TSCONFIG_GET_REPLY, config, [], ENODEV, () => ENODEV),
  });
  assertEquals(configs.tsConfigs.list(), []);
});

test("ethtool: an error of the whole list is thrown", () => {
  using client = open({ transport: () => rings([[1, { rx: 10 }]], EPERM) });
  assertEquals(assertThrows(() => client.rings.list(), KernelError).code, "EPERM");
  const kernel = (): ScriptedKernel =>
    kernelWith(
      U.ETHTOOL_MSG_RINGS_GET,
      K.ETHTOOL_MSG_RINGS_GET_REPLY,
      Rings as Codec<unknown, never>,
      [],
      EOPNOTSUPP,
      undefined,
      [U.ETHTOOL_MSG_LINKSTATE_GET],
    );
  using old = open({ transport: kernel });
  for (const look of [() => old.rings.list(), () => [...old.rings.iterate()], () => old.rings.get(1)]) {
    assertStringIncludes(assertThrows(look, KernelError).message, "does not have ETHTOOL_MSG_RINGS_GET");
  }
});
