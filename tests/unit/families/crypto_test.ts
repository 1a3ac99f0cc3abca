import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Codec, Reader } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { datagram, message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { Algorithm, type AlgorithmFields, AlgorithmStatistics, CRYPTO_MSG, open } from "../../../families/crypto.ts";
import { decode, show } from "../../../families/registry.ts";
import { hex, ROUNDS, survive } from "./golden.ts";
import { payload, printed, printedNames } from "./golden_c.ts";
import { test } from "../../test.ts";

/** The content of each report of make_golden.c: the bits of the type, the names of the flags, and its own fields. */
const REPORTS: Readonly<Record<string, readonly [number, readonly string[], object]>> = {
  REPORT_LARVAL: [0, ["larval"], { type: "larval" }],
  REPORT_HASH: [14, ["tested"], { type: "shash", blocksize: 64, digestsize: 32 }],
  REPORT_BLKCIPHER: [5, ["async", "tested", "instance", "internal"], {
    type: "skcipher",
    geniv: "<none>",
    blocksize: 16,
    minKeysize: 16,
    maxKeysize: 32,
    ivsize: 12,
  }],
  REPORT_AEAD: [3, ["tested"], { type: "aead", geniv: "<none>", blocksize: 1, maxauthsize: 16, ivsize: 12 }],
  REPORT_COMPRESS: [2, ["tested"], { type: "compression" }],
  REPORT_RNG: [12, ["tested"], { type: "rng", seedsize: 48 }],
  REPORT_CIPHER: [1, ["tested"], { type: "cipher", blocksize: 16, minKeysize: 8, maxKeysize: 24 }],
  REPORT_AKCIPHER: [6, ["tested"], { type: "akcipher" }],
  REPORT_KPP: [8, ["tested"], { type: "kpp" }],
  REPORT_ACOMP: [10, ["tested"], { type: "acomp" }],
};

const crypts = { encryptCnt: 1, encryptTlen: 2, decryptCnt: 3, decryptTlen: 4 };
const compresses = { compressCnt: 1, compressTlen: 2, decompressCnt: 3, decompressTlen: 4, errCnt: 5 };
const STATISTICS: Readonly<Record<string, object>> = {
  STAT_HASH: { type: "shash", hashCnt: 1, hashTlen: 2 ** 40, errCnt: 3 },
  STAT_BLKCIPHER: { type: "skcipher", ...crypts, errCnt: 5 },
  STAT_AEAD: { type: "aead", ...crypts, errCnt: 5 },
  STAT_COMPRESS: { type: "compression", ...compresses },
  STAT_RNG: { type: "rng", generateCnt: 1, generateTlen: 2, seedCnt: 3, errCnt: 4 },
  STAT_CIPHER: { type: "cipher", ...crypts, errCnt: 5 },
  STAT_AKCIPHER: { type: "akcipher", ...crypts, verifyCnt: 5, signCnt: 6, errCnt: 7 },
  STAT_KPP: { type: "kpp", setsecretCnt: 1, generatePublicKeyCnt: 2, computeSharedSecretCnt: 3, errCnt: 4 },
  STAT_ACOMP: { type: "acomp", ...compresses },
};

function fields(name: string, algType: number, flags: AlgorithmFields["flags"]): AlgorithmFields {
  return { name: `n(${name})`, driverName: `d-${name}`, moduleName: "kernel", refcnt: 2, flags: flags!, algType };
}

test("crypto: there is a test vector for each report and each statistic", () => {
  assertEquals(printedNames("REPORT_"), Object.keys(REPORTS));
  assertEquals(printedNames("STAT_"), Object.keys(STATISTICS));
});

for (const [name, [algType, flags, report]] of Object.entries(REPORTS)) {
  test(`crypto: ${name} decodes to its fields and encodes to its bytes`, () => {
    const bytes = printed(name),
      { type, flags: names, value } = decode("CRYPTO", bytes)[0]!;
    assertEquals([type, names], ["CRYPTO_MSG_GETALG", ["multi"]]);
    assertEquals(value, { ...fields(name, algType, flags as never), priorityVal: 300, ...report });
    assertEquals(payload(Algorithm as Codec<unknown, never>, value), bytes.slice(16));
  });
}

for (const [name, counters] of Object.entries(STATISTICS)) {
  test(`crypto: ${name} decodes to its fields and encodes to its bytes`, () => {
    const bytes = printed(name), { type, value } = decode("CRYPTO", bytes)[0]!;
    assertEquals([type, value], ["CRYPTO_MSG_GETSTAT", { ...fields(name, 3, ["tested"]), ...counters }]);
    assertEquals(payload(AlgorithmStatistics as Codec<unknown, never>, value), bytes.slice(16));
  });
}

test("crypto: a message is shown field by field", () => {
  const text = show("CRYPTO", printed("REPORT_AEAD"));
  assertStringIncludes(text, "priorityVal");
  assert(/ {3}maxauthsize +16/.test(text), text);
});

test("crypto: a signature's report, which is newer than the C header, is decoded too", () => {
  const value = { name: "p1363(ecdsa)", driverName: "x", moduleName: "kernel", type: "sig" };
  const bytes = payload(Algorithm as Codec<unknown, never>, value);
  assertEquals(new DataView(bytes.buffer).getUint32(208, true), 22 << 16 | 68);
  assertEquals(
    payload(Algorithm as Codec<unknown, never>, Algorithm.decode(new Reader(bytes), 0, bytes.length, {})),
    bytes,
  );
});

/** A kernel with two algorithms, of which one is an instance. */
function kernel(): ScriptedKernel {
  const all = ["REPORT_HASH", "REPORT_AEAD"].map((name) => printed(name).slice(16));
  return new ScriptedKernel(({ type, flags, seq, payload: asked }: SentMessage) => {
    const answer = (errno: number): Uint8Array => {
      const body = new Uint8Array(20);
      new DataView(body.buffer).setInt32(0, -errno, true);
      return message(2, 0, seq, body);
    };
    if (type === CRYPTO_MSG.CRYPTO_MSG_GETSTAT) return [answer(524)];
    if (type !== CRYPTO_MSG.CRYPTO_MSG_GETALG) return [answer(type === CRYPTO_MSG.CRYPTO_MSG_DELRNG ? 16 : 0)];
    if ((flags & 0x300) === 0x300) {
      return [datagram(...all.map((one) => message(19, 2, seq, one)), message(3, 2, seq, new Uint8Array(4)))];
    }
    // Like the kernel, compares the bits of the type, then the driver's name if there is one, else the name.
    const word = (of: Uint8Array, at: number): number => new DataView(of.buffer, of.byteOffset).getUint32(at, true);
    const same = (one: Uint8Array, at: number): boolean =>
      one.slice(at, at + 64).every((byte, i) => byte === asked[at + i]);
    const found = all.find((one) =>
      ((word(one, 204) ^ word(asked, 192)) & word(asked, 196)) === 0 && same(one, asked[64] === 0 ? 0 : 64)
    );
    return found === undefined ? [answer(2)] : [message(19, 0, seq, found), answer(0)];
  });
}

test("crypto: algorithms are listed, filtered, found and not found", () => {
  const { algorithms } = open({ transport: kernel });
  assertEquals(algorithms.list().map(({ type }) => type), ["shash", "aead"]);
  const aead = algorithms.list().filter((a) => a.type === "aead");
  assertEquals(aead.map(({ maxauthsize }) => maxauthsize), [16]);
  const hashes = algorithms.list({ type: "shash" }).filter((a) => a.type === "shash");
  assertEquals(hashes.map(({ digestsize }) => digestsize), [32]);
  assertEquals(algorithms.list({ flags: ["tested"], blocksize: 1 }).map(({ name }) => name), ["n(REPORT_AEAD)"]);
  assertEquals([...algorithms.iterate({ driverName: "nothing" })], []);
  assertEquals(algorithms.get("n(REPORT_HASH)").priorityVal, 300);
  assertEquals(algorithms.find("sha3"), undefined);
  assertThrows(() => algorithms.get("sha3"), KernelError, "Cannot get algorithm sha3: ENOENT");
});

test("crypto: requests have the form that the kernel accepts", () => {
  const kernels: ScriptedKernel[] = [];
  const { algorithms } = open({ transport: () => (kernels.push(kernel()), kernels[0]!) });
  const [hash] = algorithms.list();
  algorithms.add({ driverName: "cbc(aes-generic)", priorityVal: 5 });
  algorithms.set("d-1", { priorityVal: 6 });
  algorithms.set(hash!, { priorityVal: 7 });
  algorithms.delete("d-2");
  algorithms.delete(hash!);
  const text = (bytes: Uint8Array, at: number): string =>
    new TextDecoder().decode(bytes.slice(at, at + 64)).replace(/\0+$/, "");
  const sent = kernels[0]!.sent.slice(1).filter((bytes) => bytes[4] !== 19).map((bytes) => [
    bytes[4],
    text(bytes, 16),
    text(bytes, 80),
    bytes.slice(16 + 208).join(" "),
  ]);
  assertEquals(sent, [
    [16, "", "cbc(aes-generic)", "8 0 1 0 5 0 0 0"],
    [18, "", "d-1", "8 0 1 0 6 0 0 0"],
    [18, "n(REPORT_HASH)", "d-REPORT_HASH", "8 0 1 0 7 0 0 0"],
    [17, "", "d-2", ""],
    [17, "n(REPORT_HASH)", "d-REPORT_HASH", ""],
  ]);
  // No read-only field was sent.
  for (const bytes of kernels[0]!.sent.slice(1)) {
    assertEquals(bytes.slice(16 + 128, 16 + 192).some((byte) => byte !== 0), false);
    assertEquals(bytes.slice(16 + 200, 16 + 208).some((byte) => byte !== 0), false);
  }
});

test("crypto: a key with a driver and a name means both, in every verb", () => {
  const kernels: ScriptedKernel[] = [];
  const { algorithms } = open({ transport: () => (kernels.push(kernel()), kernels[0]!) });
  const driverName = "d-REPORT_HASH", right = { name: "n(REPORT_HASH)", driverName };
  const wrong = { name: "n(REPORT_AEAD)", driverName };
  assertEquals(algorithms.get(right).driverName, driverName);
  assertEquals(algorithms.find(wrong), undefined);
  const verbs: readonly (readonly [string, () => unknown])[] = [
    ["get", () => algorithms.get(wrong)],
    ["set", () => algorithms.set(wrong, { priorityVal: 1 })],
    ["delete", () => algorithms.delete(wrong)],
  ];
  for (const [verb, act] of verbs) {
    const error = assertThrows(act, KernelError, `Cannot ${verb} algorithm ${driverName}: ENOENT`);
    assertStringIncludes(error.message, "driver d-REPORT_HASH implements n(REPORT_HASH), not n(REPORT_AEAD)");
  }
  // Only requests that change nothing were sent.
  assertEquals(new Set(kernels[0]!.sent.map((bytes) => bytes[4])), new Set([19]));
  algorithms.set(right, { priorityVal: 1 });
  algorithms.delete(right);
  assertEquals(kernels[0]!.sent.filter((bytes) => bytes[4] !== 19).map((bytes) => bytes[4]), [18, 17]);
});

test("crypto: the type of a listed algorithm must match, and a type without a mask is refused", () => {
  const { algorithms } = open({ transport: kernel });
  const [hash] = algorithms.list();
  assertEquals(algorithms.find(hash!), hash);
  assertEquals(algorithms.find({ ...hash!, algType: 3 } as never), undefined);
  assertThrows(() => algorithms.delete({ ...hash!, algType: 3 } as never), KernelError, "ENOENT");
  for (
    const act of [
      () => algorithms.get({ name: "n(REPORT_HASH)", cruType: 3 }),
      () => algorithms.add({ driverName: "d", cruType: 3 }),
      () => algorithms.set({ driverName: "d", cruType: 3 }, { priorityVal: 1 }),
      () => algorithms.delete({ driverName: "d", cruType: 3 }),
    ]
  ) assertThrows(act, TypeError, "cruType without cruMask");
});

test("crypto: errors name the algorithm and the fault", () => {
  const { algorithms } = open({ transport: kernel });
  assertThrows(() => algorithms.set({ name: "aes" }, { priorityVal: 1 }), TypeError, "without driverName");
  assertThrows(() => algorithms.delete({ name: "aes" }), TypeError, "without driverName");
  const error = assertThrows(() => algorithms.statistics("aes"), KernelError);
  assertEquals([error.code, error.errno], ["ENOTSUPP", 524]);
  assertStringIncludes(error.message, "CONFIG_CRYPTO_STATS");
  assertThrows(
    () => algorithms.deleteDefaultRng(),
    KernelError,
    "Cannot delete the default random number generator: EBUSY",
  );
  assertThrows(() => algorithms.add({ name: "x".repeat(64) }), RangeError, "name");
});

test("crypto: the value of a foreign message is its bytes, and longer or shorter structs are decoded as far as known", () => {
  const foreign = hex("14000000630000000000000000000000" + "01020304");
  assertEquals(decode("CRYPTO", foreign)[0]!.value, new Uint8Array([1, 2, 3, 4]));
  const bytes = printed("REPORT_HASH"), at = 16 + 208 + 8, view = new DataView(bytes.buffer);
  view.setUint16(at, 4 + 68, true);
  const shorter = decode("CRYPTO", lengthened(bytes, -4))[0]!.value as Record<string, unknown>;
  assertEquals([shorter.blocksize, shorter.digestsize], [64, undefined]);
  view.setUint16(at, 4 + 76, true);
  const longer = decode("CRYPTO", lengthened(bytes, 4))[0]!.value as Record<string, unknown>;
  assertEquals([longer.blocksize, longer.digestsize], [64, 32]);
});

function lengthened(bytes: Uint8Array, by: number): Uint8Array {
  const out = new Uint8Array(bytes.length + by);
  out.set(bytes.subarray(0, out.length));
  new DataView(out.buffer).setUint32(0, out.length, true);
  return out;
}

test(`crypto: ${ROUNDS} mutated messages give values or a DecodeError`, () => {
  const given = [...printedNames("REPORT_"), ...printedNames("STAT_")].map(printed);
  const returned = survive(given, (bytes, round) => {
    decode("CRYPTO", bytes);
    if (round % 8 === 0) show("CRYPTO", bytes);
  });
  assert(returned > 5000, `${returned}`);
});
