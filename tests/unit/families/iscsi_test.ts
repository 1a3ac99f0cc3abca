import { assert, assertEquals, assertThrows } from "@std/assert";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { KernelError, SystemError } from "../../../core/errors.ts";
import { message, type Reply, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { HOST_COUNTERS, IscsiClient, IscsiMessage, watch } from "../../../families/iscsi/mod.ts";
import { decode, show } from "../../../families/registry.ts";
import { FACTS } from "../../facts/compare.ts";
import { test } from "../../test.ts";
import { hex, ROUNDS, survive } from "./golden.ts";

const HANDLE = 0xffffffffc03a4060n;
/** Messages of Linux 6.1, and their fields. */
const GOLDEN: readonly (readonly [name: string, bytes: string, value: IscsiMessage])[] = [
  [
    "reply to a request for a session",
    "480000000b00000000000000000000000b0000000000000060403ac0ffffffff01000000200020000000000000000000000000000000000001" +
    "000000000000000000000000000000",
    {
      type: "create_session",
      transportHandle: HANDLE,
      initialCmdsn: 1,
      cmdsMax: 32,
      queueDepth: 32,
      sid: 1,
      hostNo: 0,
    },
  ],
  [
    "event of a session that was made",
    "480000000000000000000000000000006a0000000000000060403ac0ffffffff00000000000000000000000000000000000000000000000001" +
    "000000000000000000000000000000",
    { type: "session_created", transportHandle: HANDLE, sid: 1, hostNo: 0 },
  ],
  [
    "refusal of a request for a session",
    "480000000b000000000000000000000067000000eaffffffffffffffffffffff00000000200020000000000000000000000000000000000000" +
    "000000000000000000000000000000",
    {
      type: "create_session",
      error: 22,
      transportHandle: 0xffffffffffffffffn,
      initialCmdsn: 0,
      cmdsMax: 32,
      queueDepth: 32,
    },
  ],
];

function encode(value: IscsiMessage): Uint8Array {
  const to = new Writer();
  to.what = "encode";
  IscsiMessage.encode(value, to, {});
  return to.bytes.slice(0, to.length);
}

function read(bytes: Uint8Array): IscsiMessage {
  return IscsiMessage.decode(new Reader(bytes), 0, bytes.length, {});
}

for (const [name, bytes, value] of GOLDEN) {
  test(`iscsi: the ${name} decodes to its fields and encodes to its bytes`, () => {
    assertEquals(decode(8, hex(bytes))[0]!.value as unknown, value);
    assertEquals(encode(value), hex(bytes).slice(16));
    assert(show(8, hex(bytes)).includes("transportHandle"));
  });
}

const HEADER = Uint8Array.from({ length: 48 }, (_, i) => i === 7 ? 5 : 0), DATA = hex("0102030405");

/** One message of each kind, with what follows the struct. */
const SAMPLES: readonly IscsiMessage[] = [
  { type: "set_param", sid: 1, cid: 2, param: "target_name", value: "iqn.2026-01.example:disk" },
  { type: "set_host_param", hostNo: 3, param: "ipaddress", value: "192.0.2.1" },
  { type: "new_flashnode", hostNo: 3, value: "192.0.2.1:3260", flashnodeIdx: 7 },
  { type: "send_pdu", sid: 1, cid: 0, header: HEADER, data: DATA, retcode: -11 },
  { type: "recv_pdu", sid: 1, cid: 0, recvHandle: 9n, header: HEADER, data: DATA },
  { type: "stop_conn", sid: 1, cid: 0, connHandle: 0n, flag: "recover" },
  { type: "bind_conn", sid: 1, cid: 0, transportEph: 12n, isLeading: 1, retcode: -17 },
  { type: "create_conn", sid: 1, cid: 2, retSid: 1, retCid: 2 },
  { type: "transport_ep_connect", nonBlocking: 1, epHandle: 5n, address: "192.0.2.1:3260" },
  { type: "transport_ep_connect_through_host", hostNo: 1, nonBlocking: 1, epHandle: 5n, address: "[2001:db8::1]:3260" },
  { type: "tgt_dscvr", discovery: "isns", hostNo: 1, enable: 1, address: "192.0.2.1:3205" },
  { type: "ping", hostNo: 1, ifaceNum: 0, ifaceType: "ipv6", payloadSize: 64, pid: 7, address: "[2001:db8::1]:0" },
  {
    type: "path_req",
    hostNo: 1,
    path: {
      handle: 5n,
      macAddr: "02:00:00:00:00:01",
      macAddrOld: "00:00:00:00:00:00",
      vlanId: 7,
      pmtu: 1500,
      src: "192.0.2.2",
      dst: "192.0.2.1",
    },
  },
  {
    type: "set_iface_params",
    hostNo: 1,
    count: 1,
    settings: [{ param: "ipv4_addr", paramType: "net", ifaceNum: 0, ifaceType: "ipv4", value: hex("c0000201") }],
  },
  {
    type: "set_flashnode_params",
    hostNo: 1,
    flashnodeIdx: 2,
    count: 1,
    settings: [{ param: "port", value: hex("bc0c") }],
  },
  { type: "set_chap", hostNo: 1, settings: [{ param: "username", value: hex("6d65") }] },
  {
    type: "get_chap",
    hostNo: 1,
    numEntries: 1,
    chapTblIdx: 0,
    chap: [{ chapTblIdx: 4, chapType: "in", username: "me", password: "secret" }],
  },
  {
    type: "get_host_stats",
    hostNo: 1,
    hostStats: {
      counters: Object.fromEntries(HOST_COUNTERS.map((name, i) => [name, BigInt(i)])),
      custom: [{ desc: "own", value: 3n }],
    },
  },
  { type: "host_event", hostNo: 1, code: "linkdown", data: DATA },
  { type: "ping_comp", hostNo: 1, status: "timeout", pid: 7, data: DATA },
  { type: "conn_error", sid: 1, cid: 0, connError: "nop_timedout" },
  { type: "conn_login_state", sid: 1, cid: 0, state: "logged_in" },
  { type: "session_destroyed", hostNo: 1, sid: 2 },
  { type: "destroy_session_async", sid: 2 },
];

test("iscsi: a message of each kind keeps its fields from encoding to decoding", () => {
  for (const value of SAMPLES) assertEquals(read(encode(value)), { transportHandle: 0n, ...value }, String(value.type));
  const other: IscsiMessage = { type: 77, transportHandle: 1n, bytes: new Uint8Array(40) };
  assertEquals(read(encode(other)), other);
});

/** Structs of scsi/iscsi_if.h by kind, and by fields with other names; the union of replies is at 40, the other at 16. */
const STRUCTS: Readonly<
  Record<string, readonly [at: number, struct: string, renamed?: Readonly<Record<string, string>>]>
> = {
  create_session: [16, "msg_create_session"],
  set_param: [16, "msg_set_param"],
  bind_conn: [16, "msg_bind_conn"],
  stop_conn: [16, "msg_stop_conn"],
  create_bound_session: [16, "msg_create_bound_session"],
  ping: [16, "msg_iscsi_ping"],
  get_chap: [16, "msg_get_chap"],
  delete_chap: [16, "msg_delete_chap"],
  tgt_dscvr: [16, "msg_tgt_dscvr", { type: "discovery" }],
  transport_ep_poll: [16, "msg_transport_poll"],
  transport_ep_connect_through_host: [16, "msg_transport_connect_through_host"],
  set_flashnode_params: [16, "msg_set_flashnode_param"],
  logout_flashnode_sid: [16, "msg_logout_flashnode_sid"],
  set_iface_params: [16, "msg_set_iface_params"],
  recv_pdu: [40, "msg_recv_req"],
  conn_error: [40, "msg_conn_error", { error: "connError" }],
  conn_login_state: [40, "msg_conn_login"],
  session_destroyed: [40, "msg_session_destroyed"],
  session_unbound: [40, "msg_unbind_session"],
  host_event: [40, "msg_host_event"],
  ping_comp: [40, "msg_ping_comp"],
};

test("iscsi: the fields lie where the kernel's header has them", () => {
  let checked = 0;
  for (const [type, [union, struct, renamed = {}]] of Object.entries(STRUCTS)) {
    for (const field of FACTS.structs[struct]!.split(", ").slice(1)) {
      const [name, offset, size] = field.split(" ") as [string, string, string];
      if (["len", "hdr_size", "data_size"].includes(name)) continue;
      const key = renamed[name] ?? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const value = (size === "8" ? 1n : 1) as never;
      const bytes = encode({ type: type as "ping", [key]: value });
      const at = bytes.indexOf(1, 16);
      assertEquals(at, union + Number(offset), `${type}.${key}`);
      checked++;
    }
  }
  assert(checked > 45, String(checked));
});

test("iscsi: secrets are shown as their lengths", () => {
  for (
    const value of [
      { type: "set_param", param: "password", value: "open sesame" },
      { type: "set_chap", settings: [{ param: "password", value: hex("6f70656e") }] },
      { type: "get_chap", chap: [{ chapTblIdx: 1, password: "open sesame" }] },
    ] satisfies IscsiMessage[]
  ) {
    const shown = show(8, message(value.type === "set_param" ? 16 : 41, 1, 0, encode(value)));
    assert(!shown.includes("sesame") && !shown.includes("6f70656e") && !shown.includes("6f 70 65 6e"), shown);
    assert(/\d bytes/.test(shown), shown);
  }
});

/** Answers as the kernel does: with the request's type, or with an event of type 0. */
function answering(answer: (value: IscsiMessage, request: SentMessage) => readonly Reply[]): ScriptedKernel {
  return new ScriptedKernel((request) => answer(read(request.payload), request));
}

test("iscsi: a reply is matched by its type, between replies and events of others", () => {
  const kernel = answering((value, { type }) => [
    message(0, 0, 0, encode({ type: "session_created", sid: 9, hostNo: 9 })),
    message(13, 0, 0, encode({ type: "create_conn", sid: 9 })),
    { bytes: message(type, 0, 0, encode({ ...value, sid: 8 })), port: 77 },
    message(type, 0, 0, encode({ ...value, sid: 5, hostNo: 2 })),
  ]);
  using iscsi = new IscsiClient({ driver: HANDLE, transport: () => kernel });
  assertEquals(iscsi.createSession({ cmdsMax: 16 }), { sid: 5, hostNo: 2 });
  const sent = decode(8, kernel.sent[0]!)[0]!.value as unknown as IscsiMessage;
  assertEquals(sent, {
    type: "create_session",
    transportHandle: HANDLE,
    initialCmdsn: 1,
    cmdsMax: 16,
    queueDepth: 32,
  });
  assertEquals(kernel.groups, []);
});

test("iscsi: a refusal is an error, in the message or in its result", () => {
  const kernel = answering((value, { type }) => [
    message(type, 0, 0, encode(value.type === "bind_conn" ? { ...value, retcode: -17 } : { ...value, error: 107 })),
  ]);
  using iscsi = new IscsiClient({ driver: HANDLE, transport: () => kernel });
  assertEquals(assertThrows(() => iscsi.bindConn(1, 0, 3), KernelError).code, "EEXIST");
  const error = assertThrows(() => iscsi.setParam(1, 0, "password", "open sesame"), KernelError);
  assertEquals([error.code, error.message.includes("sesame"), error.hint?.includes("bind")], ["ENOTCONN", false, true]);
  assertThrows(() => iscsi.request({ type: "recv_pdu" }), TypeError, "no type");
});

test("iscsi: a kernel that does not listen, as in other network namespaces, is told in words", () => {
  const kernel = answering(() => []);
  kernel.send = () => {
    throw new SystemError("sendto", 111, "send a message");
  };
  using iscsi = new IscsiClient({ driver: HANDLE, transport: () => kernel });
  const error = assertThrows(() => iscsi.createSession(), SystemError);
  assertEquals(error.code, "ECONNREFUSED");
  assert(/iSCSI request create_session.*first network namespace/.test(error.message), error.message);
});

test("iscsi: counters are asked for only by a socket that listens, since the kernel would hang", () => {
  const kernels: ScriptedKernel[] = [];
  using iscsi = new IscsiClient({
    driver: HANDLE,
    transport: () => {
      const kernel = answering((value) => {
        assertEquals(kernel.groups, [1], "listens before it asks");
        const { transportHandle, sid = 0, cid = 0 } = value, common = { type: "get_stats", transportHandle } as const;
        return [
          message(0, 0, 0, encode({ ...common, sid: sid + 1, cid, stats: { digestErr: 1 } })),
          message(
            0,
            0,
            0,
            encode({ ...common, sid, cid, stats: { digestErr: 7, custom: [{ desc: "aborts", value: 2n }] } }),
          ),
        ];
      });
      kernels.push(kernel);
      return kernel;
    },
  });
  const { digestErr, custom } = iscsi.getStats(3, 0);
  assertEquals([digestErr, custom], [7, [{ desc: "aborts", value: 2n }]]);
  assertEquals(kernels.map(({ sent }) => sent.length), [0, 1]);
  assertThrows(() => kernels[1]!.send(new Uint8Array(16), 16), Error, "closed");
});

test("iscsi: watch() yields the kernel's events, not its replies", async () => {
  const kernel = new ScriptedKernel(), events = watch({ transport: () => kernel });
  assertEquals(kernel.groups, [1, 2]);
  const event: IscsiMessage = { type: "conn_error", transportHandle: 1n, sid: 4, cid: 0, connError: "conn_failed" };
  kernel.push(
    message(12, 0, 0, encode({ type: "destroy_session", sid: 4 })),
    { bytes: message(0, 0, 0, encode({ type: "session_destroyed", sid: 1 })), port: 5 },
    message(0, 0, 0, new Uint8Array(8)),
    message(0, 0, 0, encode(event)),
  );
  assertEquals((await events.next()).value as unknown, event);
  await events.return!();
});

test("iscsi: mutated messages are decoded, or their framing is named as broken (NETLINK_FUZZ=1000000 for more)", () => {
  const samples = [...GOLDEN.map(([, bytes]) => hex(bytes).slice(16)), ...SAMPLES.map(encode)];
  const returned = survive(samples, (bytes) => {
    const from = new Reader(bytes);
    IscsiMessage.decode(from, 0, bytes.length, {});
    IscsiMessage.walk!(from, 0, bytes.length, {}, () => {});
  });
  assert(returned > ROUNDS / 2, String(returned));
});
