/**
 * NETLINK_CRYPTO: the kernel's cryptographic algorithms, what /proc/crypto shows, and their instances.
 *
 * ```ts ignore
 * import { algorithms } from "@linux/netlink/families/crypto.ts";
 * const aead = algorithms.list().filter((a) => a.type === "aead");
 * algorithms.add({ driverName: "cbc(aes-generic)" });
 * ```
 *
 * Looking needs no privilege, changing needs CAP_NET_ADMIN. The kernel needs its module crypto_user
 * (CONFIG_CRYPTO_USER), which opening a socket loads.
 *
 * Source: linux/cryptouser.h, v7.2; CRYPTO_ALG_* of linux/crypto.h, v6.17.
 * @module
 */
import { expectFields } from "../core/arguments.ts";
import { argumentError, KernelError } from "../core/errors.ts";
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
import { Collection, type Declaration, type Found } from "../core/collection.ts";
import { declareMessages } from "../core/messages.ts";
import type { Protocol, Requester } from "../core/protocol.ts";

export type * from "../core/client.ts";
export type * from "../core/codec/mod.ts";
export type * from "../core/errors.ts";
export type * from "../core/names.ts";
export type * from "../core/show.ts";
export type * from "../core/transport.ts";

/** Types of messages. */
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
  hint: "in Linux since 3.2, in module crypto_user, where the kernel is configured with CONFIG_CRYPTO_USER",
};

/** What is known of an algorithm's state: CRYPTO_ALG_*. */
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

/** What all algorithms have: struct crypto_user_alg and its attribute. */
export interface AlgorithmFields {
  /** What it does, as users ask for it: `cbc(aes)`. At most 63 bytes. */
  name?: string;
  /** What does it: `cbc-aes-aesni`. At most 63 bytes. */
  driverName?: string;
  /** The module that has it, `kernel` where it is built in. Read-only. */
  moduleName?: string;
  /** In requests: bits of CRYPTO_ALG_TYPE_* and the flags that it is to have, as far as `cruMask` says. */
  cruType?: number;
  /** In requests: which bits of `cruType` are compared. */
  cruMask?: number;
  /** How many users it has. Read-only. */
  refcnt?: number;
  /** Its state. Read-only. */
  flags?: readonly (AlgorithmFlag | number)[];
  /** CRYPTO_ALG_TYPE_*, 0..15; kernels differ in these numbers, see `type`. Read-only. */
  algType?: number;
  /** Of several that do the same, the kernel takes that of the highest. */
  priorityVal?: number;
}

/** A hash: CRYPTOCFGA_REPORT_HASH. */
export interface HashReport<T extends "shash" | "ahash" = "shash" | "ahash"> {
  /** Its type: `shash` computes at once, `ahash` may call back. */
  type: T;
  /** Bytes of a block. */
  blocksize?: number;
  /** Bytes of the result. */
  digestsize?: number;
}

/** A cipher for whole messages: CRYPTOCFGA_REPORT_BLKCIPHER. */
export interface SkcipherReport<T extends "skcipher" | "lskcipher" = "skcipher" | "lskcipher"> {
  /** Its type: `lskcipher` works on memory that is all in one piece. */
  type: T;
  /** What makes its initialization vectors, `<none>` where users do. */
  geniv?: string;
  /** Bytes of a block, 1 where it is a stream. */
  blocksize?: number;
  /** Bytes of the shortest key. */
  minKeysize?: number;
  /** Bytes of the longest key. */
  maxKeysize?: number;
  /** Bytes of the initialization vector. */
  ivsize?: number;
}

/** Authenticated encryption: CRYPTOCFGA_REPORT_AEAD. */
export interface AeadReport {
  /** Its type. */
  type: "aead";
  /** What makes its initialization vectors, `<none>` where users do. */
  geniv?: string;
  /** Bytes of a block, 1 where it is a stream. */
  blocksize?: number;
  /** Bytes of the longest authentication tag. */
  maxauthsize?: number;
  /** Bytes of the initialization vector. */
  ivsize?: number;
}

/** A cipher for single blocks: CRYPTOCFGA_REPORT_CIPHER. */
export interface CipherReport {
  /** Its type. */
  type: "cipher";
  /** Bytes of a block. */
  blocksize?: number;
  /** Bytes of the shortest key. */
  minKeysize?: number;
  /** Bytes of the longest key. */
  maxKeysize?: number;
}

/** A source of random numbers: CRYPTOCFGA_REPORT_RNG. */
export interface RngReport {
  /** Its type. */
  type: "rng";
  /** Bytes of a seed. */
  seedsize?: number;
}

/** What has nothing to tell but its type: compression, public keys, signatures, key agreement, what is being made. */
export interface PlainReport {
  /** Its type. */
  type: "larval" | "compression" | "scomp" | "acomp" | "akcipher" | "sig" | "kpp";
}

/** An algorithm whose type says nothing here, or of which the kernel told none. */
export interface NoReport {
  /** None. */
  type?: undefined;
}

/** What an algorithm's type says of it: CRYPTOCFGA_REPORT_*. What kernels before 5.10 call otherwise is a string too. */
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

/** The types of algorithms. */
export type AlgorithmType = Exclude<AlgorithmReport["type"], undefined>;

/** One algorithm as one driver does it. `type` tells what further fields it has. */
export type Algorithm = AlgorithmFields & AlgorithmReport;

/** What is sent in place of a report: an object of these. */
type Lifted = Readonly<Record<string, unknown>>;

/** One attribute whose struct says what a type of algorithm has. */
interface Report {
  readonly key: string;
  readonly id: number;
  readonly types: readonly string[];
  readonly codec: Struct<Lifted>;
}

function report<T extends object>(key: string, id: number, types: readonly string[], codec: Struct<T>): Report {
  return { key, id, types, codec: codec as unknown as Struct<Lifted> };
}

/** The struct of one attribute whose fields become fields of the object itself. */
function lifted({ codec }: Report): Codec<undefined> {
  return {
    name: "a report",
    decode(from, at, end, owner) {
      Object.assign(owner, codec.decode(from, at, end, owner));
      return undefined;
    },
    // It is the object's `type` that sends it.
    encode: () => {},
    walk: (from, at, end, owner, visit) => codec.walk!(from, at, end, owner, visit),
  };
}

/** The parts of an object that come in one of several attributes: `type` says which is sent. */
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
  for (const one of all) shape[one.key] = [one.id, lifted(one), readOnly];
  return part(shape as never) as unknown as Parts<U>;
}

const text64: Codec<string> = chars(64);

/** The report's first field; a type that is not among `T` is a string all the same. */
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

/** Bits of cru_flags that are the type. */
const TYPE_MASK = 0xf;

/** cru_flags without the type. */
const state: Codec<number> = {
  ...u32,
  decode: (from, at, end, owner) => (u32.decode(from, at, end, owner) & ~TYPE_MASK) >>> 0,
};

/** cru_type and cru_mask: absent where they are 0, as in all that the kernel sends. */
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

/** What was done with one algorithm since the machine started; which fields there are follows from `type`. */
export interface AlgorithmStatistics extends Omit<AlgorithmFields, "priorityVal"> {
  /** Its type. */
  type?: AlgorithmType;
  /** Encryptions. */
  encryptCnt?: number;
  /** Bytes encrypted. */
  encryptTlen?: number;
  /** Decryptions. */
  decryptCnt?: number;
  /** Bytes decrypted. */
  decryptTlen?: number;
  /** Signatures verified. */
  verifyCnt?: number;
  /** Signatures made. */
  signCnt?: number;
  /** Compressions. */
  compressCnt?: number;
  /** Bytes compressed. */
  compressTlen?: number;
  /** Decompressions. */
  decompressCnt?: number;
  /** Bytes decompressed. */
  decompressTlen?: number;
  /** Hashes. */
  hashCnt?: number;
  /** Bytes hashed. */
  hashTlen?: number;
  /** Secrets set. */
  setsecretCnt?: number;
  /** Public keys made. */
  generatePublicKeyCnt?: number;
  /** Shared secrets computed. */
  computeSharedSecretCnt?: number;
  /** Random numbers made. */
  generateCnt?: number;
  /** Bytes of those. */
  generateTlen?: number;
  /** Seedings. */
  seedCnt?: number;
  /** What went wrong. */
  errCnt?: number;
}

/** Statistics of `types`: u64 counters behind the type. */
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

/** Wire form of {@linkcode AlgorithmStatistics}, of kernels that have the structs crypto_stat_aead and so on. */
export const AlgorithmStatistics: Attributes<AlgorithmStatistics> = attributes<Omit<AlgorithmFields, "priorityVal">>(
  header,
  { header: HEADER },
).with(reports<Counters>(STATISTICS)) as Attributes<AlgorithmStatistics>;

declareMessages(NETLINK_CRYPTO, { types: [CRYPTO_MSG.CRYPTO_MSG_GETSTAT], codec: AlgorithmStatistics });

/**
 * What names an algorithm: a driver, or what it does, of which the kernel then takes the first. Of both, both are meant: a
 * driver that does something else is another algorithm. One that was listed names its type as well.
 */
export type AlgorithmKey = Pick<AlgorithmFields, "name" | "driverName" | "cruType" | "cruMask">;

/** What algorithms are listed by: fields that they are to have. */
export interface AlgorithmFilter extends Omit<AlgorithmFields, "cruType" | "cruMask" | "flags"> {
  /** Flags that are to be among its own. */
  flags?: readonly (AlgorithmFlag | number)[] | number;
  /** Its type. */
  type?: AlgorithmType;
  /** What makes its initialization vectors. */
  geniv?: string;
  /** Bytes of a block. */
  blocksize?: number;
  /** Bytes of a hash. */
  digestsize?: number;
  /** Bytes of the shortest key. */
  minKeysize?: number;
  /** Bytes of the longest key. */
  maxKeysize?: number;
  /** Bytes of the longest authentication tag. */
  maxauthsize?: number;
  /** Bytes of the initialization vector. */
  ivsize?: number;
  /** Bytes of a seed. */
  seedsize?: number;
}

/** What an algorithm is made from. */
export interface AlgorithmInput extends AlgorithmKey {
  /** Its priority, that of its template and parts when absent; takes `driverName`. */
  priorityVal?: number;
}

const KEYS = ["name", "driverName", "cruType", "cruMask"] as const;

function keyOf(value: object): AlgorithmKey {
  const given = value as Algorithm, { algType, cruType, cruMask } = given;
  const key = Object.fromEntries(KEYS.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]));
  // Algorithms of several types may share their names.
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
        `Cannot ${verb} an algorithm without driverName: the kernel takes no other name for that`,
      );
    }
    return value;
  },
  hint(code) {
    if (code === "EBUSY") return "it is in use";
    return code === "EINVAL"
      ? "only what was made from a template can be deleted, only a driver has a priority"
      : undefined;
  },
};

const ENOENT = 2;

/** Algorithms by keys that mean all that they say: where a driver is named the kernel passes the name over. */
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
    if (!requester.deferred) expectName(key, one.found, what);
    return one;
  }

  override set(key: AlgorithmKey | string, changes: object): void {
    this.#expect(key, "set");
    super.set(key, changes);
  }

  override delete(key: AlgorithmKey | string): void {
    this.#expect(key, "delete");
    super.delete(key);
  }

  /** Looks whether the driver that a key names is the algorithm that it names. */
  #expect(key: AlgorithmKey | string, verb: string): void {
    const client = this.#open(), value = this.keyValue(key, verb) as AlgorithmKey;
    if (!value.name || !value.driverName || client.deferred) return;
    this.look(value, `${verb} algorithm ${declaration.describe(value)}`, client);
  }
}

/** Refuses another algorithm than the one whose name was given. */
function expectName({ name, driverName }: AlgorithmKey, found: AlgorithmFields, what: string): void {
  if (!name || name === found.name) return;
  throw new KernelError(what, ENOENT, { kernelMessage: `${driverName} is no ${name}, but ${found.name}` });
}

/** Everything that can be done with the algorithms of one kernel. */
export class Algorithms {
  readonly #open: () => Client;
  readonly #all: ByWholeKey;

  /** Sends through the client that `open` gives. */
  constructor(open: () => Client) {
    this.#open = open;
    this.#all = new ByWholeKey(open);
  }

  /**
   * All algorithms that fit the filter: what `cat /proc/crypto` shows.
   *
   * Only those are there that were needed so far; templates have instances as users ask for them.
   */
  list(filter?: AlgorithmFilter): Algorithm[] {
    return this.#all.list(filter);
  }

  /** The same one by one. */
  iterate(filter?: AlgorithmFilter): Generator<Algorithm, void, undefined> {
    return this.#all.iterate(filter);
  }

  /**
   * One algorithm. The kernel loads no module for that and makes nothing of templates.
   *
   * @param key its name, as `sha256`; or an object with `driverName`, and `name` if that has to be its name too
   * @throws {KernelError} ENOENT: there is none, or the driver does something else
   */
  get(key: string | AlgorithmKey): Algorithm {
    return this.#all.get(key);
  }

  /** The same, `undefined` when there is none. */
  find(key: string | AlgorithmKey): Algorithm | undefined {
    return this.#all.find(key);
  }

  /**
   * Makes an instance of templates, `{ driverName: "cbc(aes-generic)" }`, or has the module of an algorithm loaded. Where a
   * driver is named, the kernel makes that, and its name follows from it.
   *
   * @throws {KernelError} EEXIST: there is one; ENOENT: nothing of that name can be made
   */
  add(value: AlgorithmInput): void {
    this.#all.add(value);
  }

  /**
   * Changes the priority of a driver.
   *
   * @param key the driver's name, or an object with `driverName`, as an algorithm that was listed
   * @throws {KernelError} ENOENT: there is none, or the driver does something else
   */
  set(key: string | AlgorithmKey, changes: Required<Pick<AlgorithmInput, "priorityVal">>): void {
    this.#all.set(driverKey(key), changes);
  }

  /**
   * Deletes an instance.
   *
   * @param key the driver's name, or an object with `driverName`, as an algorithm that was listed
   * @throws {KernelError} EINVAL: it is no instance; EBUSY: it is in use; ENOENT: there is none, or the driver does something
   * else
   */
  delete(key: string | AlgorithmKey): void {
    this.#all.delete(driverKey(key));
  }

  /**
   * What was done with an algorithm so far.
   *
   * Only of Linux 4.20 to 6.9, configured with CONFIG_CRYPTO_STATS.
   *
   * @param key its name, or an object with `driverName`
   * @throws {KernelError} ENOTSUPP, EINVAL: this kernel does not count
   */
  statistics(key: string | AlgorithmKey): AlgorithmStatistics {
    const value = this.#all.keyValue(key, "get statistics of") as AlgorithmKey;
    const what = `get statistics of algorithm ${declaration.describe(value)}`;
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
          ? "Linux 4.20 to 6.9 has statistics where it is configured with CONFIG_CRYPTO_STATS"
          : undefined,
    }) as AlgorithmStatistics | undefined;
    if (found !== undefined) expectName(value, found, what);
    return found ?? {};
  }

  /**
   * Lets go of the default source of random numbers, so that the next user gets that of the highest priority.
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

/** A client of its own. */
export class CryptoClient implements Disposable {
  /** The algorithms. */
  readonly algorithms: Algorithms;
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(options: OpenOptions = {}) {
    const client = this.#client = new Client(NETLINK_CRYPTO, options);
    this.algorithms = new Algorithms(() => client);
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
 * Opens a client of its own.
 *
 * @throws {SystemError} EPROTONOSUPPORT: the kernel does not serve it
 */
export function open(options: OpenOptions = {}): CryptoClient {
  return new CryptoClient(options);
}

/** The algorithms of this kernel, on a socket that the first use opens. */
export const algorithms: Algorithms = new Algorithms(() => sharedClient(NETLINK_CRYPTO));
