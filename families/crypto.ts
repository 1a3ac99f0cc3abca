/**
 * NETLINK_CRYPTO: the kernel's cryptographic algorithms, as /proc/crypto lists them, and instances of their templates.
 *
 * ```ts
 * import { algorithms } from "@linux/netlink/families/crypto.ts";
 * const aead = algorithms.list().filter((a) => a.type === "aead");
 * algorithms.add({ driverName: "cbc(aes-generic)" });
 * ```
 *
 * Reading needs no privilege, changing needs CAP_NET_ADMIN. The kernel needs its module crypto_user
 * (CONFIG_CRYPTO_USER), which opening a socket loads.
 *
 * Source: linux/cryptouser.h, v7.2; CRYPTO_ALG_* of linux/crypto.h, v6.17.
 * @module
 */
import { bindMethods, expectFields, guardMethods, isOk, operationOf } from "../core/arguments.ts";
import { argumentError, ERRNO, KernelError } from "../core/errors.ts";
import { Client, type OpenOptions, sharedClient } from "../core/client.ts";
import {
  type Attributes,
  attributes,
  chars,
  type Codec,
  count64,
  head,
  key,
  mask,
  part,
  type Parts,
  readOnly,
  type Shape,
  type Struct,
  struct,
  u32,
} from "../core/codec/mod.ts";
import { type AddOptions, Collection, type Declaration, type DeleteOptions, type Found } from "../core/collection.ts";
import { declareMessages } from "../core/messages.ts";
import type { Protocol, Requester } from "../core/protocol.ts";

export type * from "../core/client.ts";
export type * from "../core/codec/mod.ts";
export type * from "../core/errors.ts";
export type { CallNames } from "../core/exchange.ts";
export type * from "../core/show.ts";
export type * from "../core/transport.ts";

/** The message types. */
export const CRYPTO_MSG = {
  CRYPTO_MSG_NEWALG: 16,
  CRYPTO_MSG_DELALG: 17,
  CRYPTO_MSG_UPDATEALG: 18,
  CRYPTO_MSG_GETALG: 19,
  CRYPTO_MSG_DELRNG: 20,
  CRYPTO_MSG_GETSTAT: 21,
} as const;

/** The protocol. */
export const NETLINK_CRYPTO: Protocol = {
  number: 21,
  name: "NETLINK_CRYPTO",
  types: CRYPTO_MSG,
  hint: "in Linux since 3.2, in module crypto_user, if the kernel is configured with CONFIG_CRYPTO_USER",
};

/** A flag of an algorithm's state: CRYPTO_ALG_*. */
export type AlgorithmFlag =
  | "larval"
  | "dead"
  | "dying"
  | "async"
  | "need_fallback"
  | "tested"
  | "instance"
  | "kern_driver_only"
  | "internal"
  | "optional_key"
  | "noload"
  | "allocates_memory"
  | "fips_internal"
  | "req_virt";

/** The fields of every algorithm: struct crypto_user_alg and its attribute. */
export interface AlgorithmFields {
  /** The name that users ask for: `cbc(aes)`. At most 63 bytes. */
  name?: string;
  /** The name of the implementation: `cbc-aes-aesni`. At most 63 bytes. */
  driverName?: string;
  /** The module of the implementation, `kernel` if it is built in. Read-only. */
  moduleName?: string;
  /** In requests: the CRYPTO_ALG_TYPE_* bits and the flags that the algorithm must have, in the bits of `cruMask`. */
  cruType?: number;
  /** In requests: the mask of the bits of `cruType` that are compared. */
  cruMask?: number;
  /** The number of users. Read-only. */
  refcnt?: number;
  /** The state. Read-only. */
  flags?: readonly (AlgorithmFlag | number)[];
  /** The type as CRYPTO_ALG_TYPE_*, 0..15. The numbers differ between kernels, so use `type`. Read-only. */
  algType?: number;
  /** The priority, u32: of several implementations the kernel takes the one with the highest. */
  priorityVal?: number;
}

/** A hash: CRYPTOCFGA_REPORT_HASH. */
export interface HashReport<T extends "shash" | "ahash" = "shash" | "ahash"> {
  /** The type: `shash` computes at once, `ahash` may call back. */
  type: T;
  /** Block size in bytes. */
  blocksize?: number;
  /** Size of the hash in bytes. */
  digestsize?: number;
}

/** A cipher for whole messages: CRYPTOCFGA_REPORT_BLKCIPHER. */
export interface SkcipherReport<T extends "skcipher" | "lskcipher" = "skcipher" | "lskcipher"> {
  /** The type: `lskcipher` needs its data in one piece of memory. */
  type: T;
  /** The generator of initialization vectors, `<none>` if users provide them. */
  geniv?: string;
  /** Block size in bytes, 1 for a stream cipher. */
  blocksize?: number;
  /** Length of the shortest key in bytes. */
  minKeysize?: number;
  /** Length of the longest key in bytes. */
  maxKeysize?: number;
  /** Length of the initialization vector in bytes. */
  ivsize?: number;
}

/** Authenticated encryption: CRYPTOCFGA_REPORT_AEAD. */
export interface AeadReport {
  /** The type. */
  type: "aead";
  /** The generator of initialization vectors, `<none>` if users provide them. */
  geniv?: string;
  /** Block size in bytes, 1 for a stream cipher. */
  blocksize?: number;
  /** Length of the longest authentication tag in bytes. */
  maxauthsize?: number;
  /** Length of the initialization vector in bytes. */
  ivsize?: number;
}

/** A cipher for single blocks: CRYPTOCFGA_REPORT_CIPHER. */
export interface CipherReport {
  /** The type. */
  type: "cipher";
  /** Block size in bytes. */
  blocksize?: number;
  /** Length of the shortest key in bytes. */
  minKeysize?: number;
  /** Length of the longest key in bytes. */
  maxKeysize?: number;
}

/** A source of random numbers: CRYPTOCFGA_REPORT_RNG. */
export interface RngReport {
  /** The type. */
  type: "rng";
  /** Length of a seed in bytes. */
  seedsize?: number;
}

/**
 * An algorithm whose report holds its type only: compression, public keys, signatures, key agreement, or one in the
 * making.
 */
export interface PlainReport {
  /** Its type. */
  type: "larval" | "compression" | "scomp" | "acomp" | "akcipher" | "sig" | "kpp";
}

/** An algorithm without a report, or with one of a type that is not known here. */
export interface NoReport {
  /** Always absent. */
  type?: undefined;
}

/**
 * The fields that depend on an algorithm's type: CRYPTOCFGA_REPORT_*. Type names that only kernels before 5.10 use are
 * strings.
 */
export type AlgorithmReport =
  | HashReport<"shash">
  | HashReport<"ahash">
  | SkcipherReport<"skcipher">
  | SkcipherReport<"lskcipher">
  | AeadReport
  | CipherReport
  | RngReport
  | PlainReport
  | NoReport;

/** The known types of algorithms. */
export type AlgorithmType = Exclude<AlgorithmReport["type"], undefined>;

/** An implementation of an algorithm. `type` decides the fields that it has. */
export type Algorithm = AlgorithmFields & AlgorithmReport;

/** An object with the fields of a report. */
type Lifted = Readonly<Record<string, unknown>>;

/** An attribute whose struct holds the fields of one or more types of algorithms. */
interface Report {
  readonly key: string;
  readonly id: number;
  readonly types: readonly string[];
  readonly codec: Struct<Lifted>;
}

function report<T extends object>(key: string, id: number, types: readonly string[], codec: Struct<T>): Report {
  return { key, id, types, codec: codec as unknown as Struct<Lifted> };
}

/** Returns a codec that puts the fields of an attribute's struct into the object itself. */
function spreadIntoOwner({ codec }: Report): Codec<undefined> {
  return {
    name: "a report",
    decode(from, at, end, owner) {
      Object.assign(owner, codec.decode(from, at, end, owner));
      return undefined;
    },
    // Nothing to encode: the object's `type` decides the attribute that is sent.
    encode: () => {},
    walk: (from, at, end, owner, visit) => codec.walk!(from, at, end, owner, visit),
  };
}

/** Returns the attributes of which a message holds one: `type` decides which is sent. */
function reports<U>(all: readonly Report[]): Parts<U> {
  const byType = new Map(all.flatMap((one) => one.types.map((type) => [type, one] as const)));
  const shape: Record<string, unknown> = {
    type: {
      use: readOnly,
      apply(value: string, to: Parameters<Codec<never>["encode"]>[1], owner: Lifted): void {
        const found = byType.get(value);
        if (found === undefined) {
          to.fail(TypeError, `expected ${[...byType.keys()].join(", ")}, got ${JSON.stringify(value)}`);
        }
        const { id, codec } = found, keys = codec.fields.map(({ key }) => key!), start = to.open(id);
        const given = Object.fromEntries(
          keys.filter((key) => owner[key] !== undefined).map((key) => [key, owner[key]]),
        );
        codec.encode(given, to, owner);
        to.close(start);
      },
    },
  };
  for (const { codec } of all) {
    for (const { key } of codec.fields) shape[key!] ??= { use: readOnly, apply: () => {} };
  }
  for (const one of all) shape[one.key] = [one.id, spreadIntoOwner(one), readOnly];
  return part(shape as never) as unknown as Parts<U>;
}

const text64: Codec<string> = chars(64);

/** Returns the report's first field, the type. A type that is not among `T` is decoded as a string too. */
function typeField<T>(): readonly [number, Codec<T>] {
  return [0, text64 as unknown as Codec<T>];
}

const HASHES = ["shash", "ahash"], SKCIPHERS = ["skcipher", "lskcipher"];
const AEADS = ["aead"], COMPRESSIONS = ["compression", "scomp"];

const plain: Struct<PlainReport> = struct(64, (): Shape<PlainReport> => ({ type: typeField<PlainReport["type"]>() }));

const hash: Struct<HashReport> = struct(72, (): Shape<HashReport> => ({
  type: typeField<HashReport["type"]>(),
  blocksize: [64, u32],
  digestsize: [68, u32],
}));
const skcipher: Struct<SkcipherReport> = struct(144, (): Shape<SkcipherReport> => ({
  type: typeField<SkcipherReport["type"]>(),
  geniv: [64, text64],
  blocksize: [128, u32],
  minKeysize: [132, u32],
  maxKeysize: [136, u32],
  ivsize: [140, u32],
}));
const aead: Struct<AeadReport> = struct(140, (): Shape<AeadReport> => ({
  type: typeField<AeadReport["type"]>(),
  geniv: [64, text64],
  blocksize: [128, u32],
  maxauthsize: [132, u32],
  ivsize: [136, u32],
}));
const cipher: Struct<CipherReport> = struct(76, (): Shape<CipherReport> => ({
  type: typeField<CipherReport["type"]>(),
  blocksize: [64, u32],
  minKeysize: [68, u32],
  maxKeysize: [72, u32],
}));
const rng: Struct<RngReport> = struct(
  68,
  (): Shape<RngReport> => ({ type: typeField<RngReport["type"]>(), seedsize: [64, u32] }),
);

const REPORTS: readonly Report[] = [
  report("reportLarval", 2, ["larval"], plain),
  report("reportHash", 3, HASHES, hash),
  report("reportBlkcipher", 4, SKCIPHERS, skcipher),
  report("reportAead", 5, AEADS, aead),
  report("reportCompress", 6, COMPRESSIONS, plain),
  report("reportRng", 7, ["rng"], rng),
  report("reportCipher", 8, ["cipher"], cipher),
  report("reportAkcipher", 9, ["akcipher"], plain),
  report("reportKpp", 10, ["kpp"], plain),
  report("reportAcomp", 11, ["acomp"], plain),
  report("reportSig", 22, ["sig"], plain),
];

/** The bits of cru_flags that hold the type. */
const TYPE_MASK = 0xf;

/** Codec of cru_flags without the type. */
const state: Codec<number> = {
  ...u32,
  decode: (from, at, end, owner) => (u32.decode(from, at, end, owner) & ~TYPE_MASK) >>> 0,
};

/** Codec of cru_type and cru_mask. They are absent if 0, and the kernel always sends 0. */
const unlessZero: Codec<number> = {
  ...u32,
  decode: (from, at, end, owner) => u32.decode(from, at, end, owner) || undefined as never,
};

const HEADER = 208, FLAGS_AT = 204;

const header = {
  name: head(0, text64, key),
  driverName: head(64, text64, key),
  moduleName: head(128, text64, readOnly),
  cruType: head(192, unlessZero),
  cruMask: head(196, unlessZero),
  refcnt: head(200, u32, readOnly),
  flags: head(
    FLAGS_AT,
    mask(state, {
      larval: 0x10,
      dead: 0x20,
      dying: 0x40,
      async: 0x80,
      need_fallback: 0x100,
      tested: 0x400,
      instance: 0x800,
      kern_driver_only: 0x1000,
      internal: 0x2000,
      optional_key: 0x4000,
      noload: 0x8000,
      allocates_memory: 0x10000,
      fips_internal: 0x20000,
      req_virt: 0x40000,
    }) as Codec<readonly (AlgorithmFlag | number)[]>,
    readOnly,
  ),
  algType: {
    use: readOnly,
    derive: (owner: object, from: Parameters<Codec<never>["decode"]>[0]): number | undefined =>
      (owner as AlgorithmFields).flags === undefined
        ? undefined
        : from.view.getUint32(from.base + FLAGS_AT, true) & TYPE_MASK,
    apply(value: number, to: Parameters<Codec<never>["encode"]>[1]): void {
      const at = to.base + FLAGS_AT;
      to.view.setUint32(at, to.view.getUint32(at, true) | value & TYPE_MASK, true);
    },
  },
} as const;

/** Wire form of {@linkcode Algorithm}: struct crypto_user_alg, enum crypto_attr_type_t. */
export const Algorithm: Attributes<Algorithm> = attributes<AlgorithmFields>(
  { ...header, priorityVal: [1, u32] },
  { header: HEADER },
).with(reports<AlgorithmReport>(REPORTS));

/** Counters of an algorithm since the machine started. The fields depend on `type`. */
export interface AlgorithmStatistics extends Omit<AlgorithmFields, "priorityVal"> {
  /** The type. */
  type?: AlgorithmType;
  /** Number of encryptions. */
  encryptCnt?: number;
  /** Number of bytes encrypted. */
  encryptTlen?: number;
  /** Number of decryptions. */
  decryptCnt?: number;
  /** Number of bytes decrypted. */
  decryptTlen?: number;
  /** Number of signatures verified. */
  verifyCnt?: number;
  /** Number of signatures made. */
  signCnt?: number;
  /** Number of compressions. */
  compressCnt?: number;
  /** Number of bytes compressed. */
  compressTlen?: number;
  /** Number of decompressions. */
  decompressCnt?: number;
  /** Number of bytes decompressed. */
  decompressTlen?: number;
  /** Number of hashes. */
  hashCnt?: number;
  /** Number of bytes hashed. */
  hashTlen?: number;
  /** Number of secrets set. */
  setsecretCnt?: number;
  /** Number of public keys made. */
  generatePublicKeyCnt?: number;
  /** Number of shared secrets computed. */
  computeSharedSecretCnt?: number;
  /** Number of requests for random numbers. */
  generateCnt?: number;
  /** Number of random bytes made. */
  generateTlen?: number;
  /** Number of seedings. */
  seedCnt?: number;
  /** Number of errors. */
  errCnt?: number;
}

/** Returns the statistics attribute of `types`: u64 counters after the type. */
function counters(
  key: string,
  id: number,
  types: readonly string[],
  ...names: readonly (keyof AlgorithmStatistics)[]
): Report {
  const fields = names.map((name, i) => [name, [64 + 8 * i, count64]]), size = 64 + 8 * names.length;
  return report(key, id, types, struct<Lifted>(size, { type: typeField(), ...Object.fromEntries(fields) }));
}

const CRYPTS = ["encryptCnt", "encryptTlen", "decryptCnt", "decryptTlen"] as const;
const COMPRESSES = ["compressCnt", "compressTlen", "decompressCnt", "decompressTlen", "errCnt"] as const;

const STATISTICS: readonly Report[] = [
  counters("statLarval", 12, ["larval"]),
  counters("statHash", 13, HASHES, "hashCnt", "hashTlen", "errCnt"),
  counters("statBlkcipher", 14, SKCIPHERS, ...CRYPTS, "errCnt"),
  counters("statAead", 15, AEADS, ...CRYPTS, "errCnt"),
  counters("statCompress", 16, COMPRESSIONS, ...COMPRESSES),
  counters("statRng", 17, ["rng"], "generateCnt", "generateTlen", "seedCnt", "errCnt"),
  counters("statCipher", 18, ["cipher"], ...CRYPTS, "errCnt"),
  counters("statAkcipher", 19, ["akcipher"], ...CRYPTS, "verifyCnt", "signCnt", "errCnt"),
  counters("statKpp", 20, ["kpp"], "setsecretCnt", "generatePublicKeyCnt", "computeSharedSecretCnt", "errCnt"),
  counters("statAcomp", 21, ["acomp"], ...COMPRESSES),
];

type Counters = Pick<AlgorithmStatistics, Exclude<keyof AlgorithmStatistics, keyof AlgorithmFields>>;

/** Wire form of {@linkcode AlgorithmStatistics}, of kernels that have the structs crypto_stat_aead and alike. */
export const AlgorithmStatistics: Attributes<AlgorithmStatistics> = attributes<Omit<AlgorithmFields, "priorityVal">>(
  header,
  { header: HEADER },
).with(reports<Counters>(STATISTICS)) as Attributes<AlgorithmStatistics>;

declareMessages(NETLINK_CRYPTO, { types: [CRYPTO_MSG.CRYPTO_MSG_GETSTAT], codec: AlgorithmStatistics });

/**
 * The key of an algorithm: its driver's name, or its name, of which the kernel takes the best implementation. If both
 * are given, both must match. An object from a listing carries its type as well.
 */
export type AlgorithmKey = Pick<AlgorithmFields, "name" | "driverName" | "cruType" | "cruMask">;

/** The fields that listed algorithms must have. */
export interface AlgorithmFilter extends Omit<AlgorithmFields, "cruType" | "cruMask" | "flags"> {
  /** Flags that the algorithm must have. */
  flags?: readonly (AlgorithmFlag | number)[] | number;
  /** The type. */
  type?: AlgorithmType;
  /** The generator of initialization vectors. */
  geniv?: string;
  /** Block size in bytes. */
  blocksize?: number;
  /** Size of the hash in bytes. */
  digestsize?: number;
  /** Length of the shortest key in bytes. */
  minKeysize?: number;
  /** Length of the longest key in bytes. */
  maxKeysize?: number;
  /** Length of the longest authentication tag in bytes. */
  maxauthsize?: number;
  /** Length of the initialization vector in bytes. */
  ivsize?: number;
  /** Length of a seed in bytes. */
  seedsize?: number;
}

/** The fields of a new algorithm. */
export interface AlgorithmInput extends AlgorithmKey {
  /** Its priority; by default that of its template and parts. Needs `driverName`. */
  priorityVal?: number;
}

const KEYS = ["name", "driverName", "cruType", "cruMask"] as const;

function keyOf(value: object): AlgorithmKey {
  const given = value as Algorithm, { algType, cruType, cruMask } = given;
  const key = Object.fromEntries(KEYS.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]));
  // Algorithms of different types may have the same names.
  const typed = algType !== undefined && cruType === undefined && cruMask === undefined;
  return typed ? { ...key, cruType: algType, cruMask: TYPE_MASK } : key;
}

const declaration: Declaration<Algorithm> = {
  protocol: NETLINK_CRYPTO,
  object: "algorithm",
  table: Algorithm,
  messages: {
    new: CRYPTO_MSG.CRYPTO_MSG_NEWALG,
    del: CRYPTO_MSG.CRYPTO_MSG_DELALG,
    get: CRYPTO_MSG.CRYPTO_MSG_GETALG,
    set: CRYPTO_MSG.CRYPTO_MSG_UPDATEALG,
    reply: CRYPTO_MSG.CRYPTO_MSG_GETALG,
  },
  groups: [],
  filters: [],
  describe(value) {
    const { name, driverName } = value as AlgorithmKey;
    return driverName || name || "";
  },
  identity: ({ name, driverName }) => `${name} ${driverName}`,
  fromKey: (key) => ({ name: String(key) }),
  keyOf,
  prepare(value, verb) {
    const { cruType, cruMask } = value as AlgorithmKey;
    if (cruType !== undefined && cruMask === undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${verb} an algorithm by cruType without cruMask: the kernel would compare none of its bits`,
      );
    }
    if ((verb === "set" || verb === "delete") && !(value as AlgorithmKey).driverName) {
      throw argumentError(
        TypeError,
        `Cannot ${verb} an algorithm without driverName: the kernel requires it`,
      );
    }
    return value;
  },
  hint(code) {
    if (code === "EBUSY") return "it is in use";
    return code === "EINVAL"
      ? "only an instance of a template can be deleted, and only a driver has a priority"
      : undefined;
  },
};

/**
 * Collection whose keys must match in full: if a driver's name is given, the kernel itself does not compare the name.
 */
class ByWholeKey extends Collection<Algorithm, object, AlgorithmKey | string> {
  readonly #open: () => Client;

  constructor(open: () => Client) {
    super(declaration, open);
    this.#open = open;
  }

  override keyValue(key: AlgorithmKey | string, verb = "find"): object {
    if (typeof key !== "string") expectFields(key, `${verb} algorithm`, "a name or an object");
    return super.keyValue(key, verb);
  }

  protected override look(key: AlgorithmKey, what: string, requester: Requester): Found<Algorithm> {
    const one = super.look(key, what, requester);
    expectName(key, one.found, what);
    return one;
  }

  override set(key: AlgorithmKey | string, changes: object): void {
    this.#expect(key, "set");
    super.set(key, changes);
  }

  override delete(key: AlgorithmKey | string, options: DeleteOptions = {}): boolean {
    if (isOk(options, "missing", "delete algorithm") && !this.#open().deferred && this.find(key) === undefined) {
      return false;
    }
    this.#expect(key, "delete");
    return super.delete(key, options);
  }

  /** Checks that the driver of a key implements the algorithm of the key. */
  #expect(key: AlgorithmKey | string, verb: string): void {
    const client = this.#open(), value = this.keyValue(key, verb) as AlgorithmKey;
    if (!value.name || !value.driverName || client.deferred) return;
    this.look(value, operationOf(verb, declaration, value), client);
  }
}

/** Throws if the algorithm that was found has not the name in the key. */
function expectName({ name, driverName }: AlgorithmKey, found: AlgorithmFields, what: string): void {
  if (!name || name === found.name) return;
  throw new KernelError(what, ERRNO.ENOENT, {
    kernelMessage: `driver ${driverName} implements ${found.name}, not ${name}`,
  });
}

/** Operations on the algorithms of one kernel. */
export class Algorithms {
  readonly #open: () => Client;
  readonly #all: ByWholeKey;

  /** Sends requests through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    this.#all = new ByWholeKey(open);
    guardMethods(this);
  }

  /**
   * Returns all algorithms that match the filter, as `cat /proc/crypto` shows them.
   *
   * Only algorithms that were in use so far are there; an instance of a template appears when a user first asks for it.
   */
  list(filter?: AlgorithmFilter): Algorithm[] {
    return this.#all.list(filter);
  }

  /** Yields the algorithms that match the filter one by one. */
  iterate(filter?: AlgorithmFilter): Generator<Algorithm, void, undefined> {
    return this.#all.iterate(filter);
  }

  /**
   * Returns an algorithm. The kernel loads no module for it, and makes no instance of a template.
   *
   * @param key its name, as `sha256`; or an object with `driverName`, and with `name` if that must match too
   * @throws {KernelError} ENOENT: there is no such algorithm, or the driver implements another one
   */
  get(key: string | AlgorithmKey): Algorithm {
    return this.#all.get(key);
  }

  /** Returns an algorithm, or `undefined` if there is none. */
  find(key: string | AlgorithmKey): Algorithm | undefined {
    return this.#all.find(key);
  }

  /**
   * Makes an instance of a template, as `{ driverName: "cbc(aes-generic)" }`, or loads the module of an algorithm. If
   * `driverName` is given, the kernel makes that instance, and its name follows from it.
   *
   * @param options `{ exists: "ok" }` if it may be there already
   * @returns false if it is there already, so that nothing was changed
   * @throws {KernelError} EEXIST: it is there already; ENOENT: the kernel can make nothing of that name
   */
  add(value: AlgorithmInput, options?: AddOptions): boolean {
    return this.#all.add(value, options);
  }

  /**
   * Changes the priority of a driver.
   *
   * @param key the driver's name, or an object with `driverName`, as a listed algorithm
   * @throws {KernelError} ENOENT: there is no such driver, or it implements another algorithm
   */
  set(key: string | AlgorithmKey, changes: Required<Pick<AlgorithmInput, "priorityVal">>): void {
    this.#all.set(driverKey(key), changes);
  }

  /**
   * Deletes an instance.
   *
   * @param key the driver's name, or an object with `driverName`, as a listed algorithm
   * @param options `{ missing: "ok" }` if there may be no such algorithm
   * @returns false if there was none, so that nothing was changed
   * @throws {KernelError} EINVAL: it is not an instance; EBUSY: it is in use; ENOENT: there is no such driver, or it
   * implements another algorithm
   */
  delete(key: string | AlgorithmKey, options?: DeleteOptions): boolean {
    return this.#all.delete(driverKey(key), options);
  }

  /**
   * Returns the counters of an algorithm.
   *
   * Works on Linux 4.20 to 6.9 with CONFIG_CRYPTO_STATS only.
   *
   * @param key its name, or an object with `driverName`
   * @throws {KernelError} ENOTSUPP, EINVAL: this kernel has no counters
   */
  statistics(key: string | AlgorithmKey): AlgorithmStatistics {
    const value = this.#all.keyValue(key, "get statistics of") as AlgorithmKey;
    const what = operationOf("get statistics of", declaration, value);
    const found = this.#open().request({
      type: CRYPTO_MSG.CRYPTO_MSG_GETSTAT,
      flags: 0,
      codec: AlgorithmStatistics,
      value,
      what,
      reply: CRYPTO_MSG.CRYPTO_MSG_GETSTAT,
      looks: true,
      hint: (code) =>
        code === "ENOTSUPP" || code === "EINVAL" || code === "EOPNOTSUPP"
          ? "only Linux 4.20 to 6.9 with CONFIG_CRYPTO_STATS has statistics"
          : undefined,
    }) as AlgorithmStatistics | undefined;
    if (found !== undefined) expectName(value, found, what);
    return found ?? {};
  }

  /**
   * Releases the default random number generator, so that its next user gets the one with the highest priority.
   *
   * @throws {KernelError} EBUSY: it is in use
   */
  deleteDefaultRng(): void {
    this.#open().request({
      type: CRYPTO_MSG.CRYPTO_MSG_DELRNG,
      flags: 0,
      codec: attributes<object>({}) as Codec<unknown, never>,
      value: {},
      what: "delete the default random number generator",
    });
  }
}

function driverKey(key: string | AlgorithmKey): AlgorithmKey {
  return typeof key === "string" ? { driverName: key } : key;
}

/** A client with its own socket. */
export class CryptoClient implements Disposable {
  /** Operations on the algorithms. */
  readonly algorithms: Algorithms;
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(options: OpenOptions = {}) {
    const client = this.#client = new Client(NETLINK_CRYPTO, options);
    this.algorithms = new Algorithms(() => client);
    bindMethods(this);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** The same as {@linkcode CryptoClient.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a client with its own socket.
 *
 * @throws {SystemError} EPROTONOSUPPORT: the kernel does not have the protocol
 */
export function open(options: OpenOptions = {}): CryptoClient {
  return new CryptoClient(options);
}

/** Operations on this kernel's algorithms, over a socket that the first use opens. */
export const algorithms: Algorithms = new Algorithms(() => sharedClient(NETLINK_CRYPTO));
