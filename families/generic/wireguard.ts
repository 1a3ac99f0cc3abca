/**
 * wireguard: keys, peers and addresses of WireGuard interfaces, as `wg` shows and sets them.
 *
 * ```ts
 * import { links } from "@linux/netlink/families/route/mod.ts";
 * import { wireguard } from "@linux/netlink/families/generic/wireguard.ts";
 * const privateKey = crypto.getRandomValues(new Uint8Array(32)), publicKey = "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=";
 * links.add({ ifname: "wg0", kind: "wireguard" });
 * wireguard.set("wg0", {
 *   privateKey,
 *   listenPort: 51820,
 *   peers: [{ publicKey, endpoint: "192.0.2.7:51820", allowedIps: ["10.7.0.0/16"] }],
 * });
 * for (const { publicKey, rxBytes } of wireguard.get("wg0").peers ?? []) console.log(publicKey, rxBytes);
 * ```
 *
 * Peers and allowed addresses may be many: changes that do not fit one message are sent in several, and an interface
 * that the kernel describes in several messages is merged. Keys are text as `wg` prints it (base64), or 32 bytes. In
 * Linux since 5.6. Needs CAP_NET_ADMIN in the network namespace, also for reading, as the answer contains private keys.
 *
 * Source: linux/wireguard.h, v7.2.
 * @module
 */
import { expectFields, expectType, guardMethods } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  count64,
  type Ifindex,
  ifindex,
  ipv4,
  ipv6,
  key,
  list,
  mask,
  parsePrefix,
  readOnly,
  secret,
  select,
  type Shape,
  shown,
  sockaddr,
  text,
  u16,
  u32,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  everyCommand,
  GenericCaller,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";
import { timespec } from "./timespec.ts";

/** The commands: WG_CMD_*. */
export const WG_CMD = { WG_CMD_GET_DEVICE: 0, WG_CMD_SET_DEVICE: 1 } as const;

/** The generic family. */
export const WIREGUARD: GenericProtocol = {
  name: "wireguard",
  version: 1,
  commands: WG_CMD,
  messages: () => ({ calls: everyCommand(WG_CMD, WgDevice) }),
  hint: "in Linux since 5.6: modprobe wireguard loads it, if the kernel is configured with CONFIG_WIREGUARD",
};

const KEY_LENGTH = 32;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, i) => [letter, i]));

function base64(bytes: Uint8Array, at: number): string {
  let out = "";
  for (let i = 0; i < KEY_LENGTH; i += 3) {
    const three = bytes[at + i]! << 16 | bytes[at + i + 1]! << 8 | (i + 2 < KEY_LENGTH ? bytes[at + i + 2]! : 0);
    for (let shift = 18; shift >= 0; shift -= 6) out += ALPHABET[three >> shift & 63];
  }
  return `${out.slice(0, 43)}=`;
}

const EXPECTED_KEY = "a key of 32 bytes or its 44 letters of base64";

function keyBytes(given: string | Uint8Array, to: Writer): Uint8Array {
  if (given instanceof Uint8Array && given.length === KEY_LENGTH) return given;
  const refuse = (): never => to.fail(TypeError, `expected ${EXPECTED_KEY}, got ${wrongKey(given)}`);
  if (typeof given !== "string" || !/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(given)) return refuse();
  const out = new Uint8Array(KEY_LENGTH);
  for (let i = 0, at = 0; i < 44; i += 4, at += 3) {
    let four = 0;
    for (let j = 0; j < 4; j++) four = four << 6 | (DIGITS.get(given[i + j]!) ?? 0);
    out[at] = four >> 16;
    out[at + 1] = four >> 8 & 255;
    if (at + 2 < KEY_LENGTH) out[at + 2] = four & 255;
  }
  return out;
}

/** Returns what is wrong with a key, without the key itself. */
function wrongKey(given: unknown): string {
  return typeof given === "string" ? `${given.length} letters` : shown(given);
}

/** Codec of a key, as `wg` prints it: base64. Input may be 32 bytes. */
const wgKey: Codec<string, string | Uint8Array> = {
  name: "a key",
  size: KEY_LENGTH,
  decode: (from, at) => base64(from.bytes, at),
  encode: (value, to) => to.append(keyBytes(value, to)),
};

/** Codec of an optional secret key: all bytes are zero if there is none. `null` removes it. */
const keyOrNone: Codec<string, string | Uint8Array | null> = secret({
  ...wgKey,
  decode(from, at) {
    for (let i = 0; i < KEY_LENGTH; i++) if (from.bytes[at + i] !== 0) return base64(from.bytes, at);
    return undefined as never;
  },
  encode: (value, to) => to.append(value === null ? new Uint8Array(KEY_LENGTH) : keyBytes(value, to)),
}, EXPECTED_KEY);

/** Codec of a time in ns since the epoch; 0 is never. */
const moment: Codec<bigint, bigint | number> = {
  ...timespec,
  decode: (from, at, end, owner) => timespec.decode(from, at, end, owner) || (undefined as never),
};

/** A flag of an allowed address in a change: `remove_me` removes it (since Linux 6.17). */
export type AllowedIpFlag = "remove_me" | number;

interface AllowedIpWire {
  family?: number;
  ipaddr?: string;
  cidrMask?: number;
  flags?: readonly AllowedIpFlag[];
}

const AF_INET = 2;

const AllowedIpTable: Attributes<AllowedIpWire> = attributes((): Shape<AllowedIpWire> => ({
  family: [1, u16],
  ipaddr: [2, select("an address", (owner) => (owner as AllowedIpWire).family === AF_INET ? ipv4 : ipv6)],
  cidrMask: [3, u8],
  flags: [4, mask(u32, { remove_me: 1 })],
}));

/** Codec of an allowed address with its prefix length: `10.7.0.0/16`. Input may be a bare address. */
const allowedIp: Codec<string, string> = {
  name: "a prefix",
  nested: true,
  decode(from, at, end, owner) {
    const { ipaddr, cidrMask } = AllowedIpTable.decode(from, at, end, owner);
    return `${ipaddr}/${cidrMask}`;
  },
  encode(value, to, owner) {
    const { bytes: address, length } = parsePrefix(value, to);
    const family = address.length === 4 ? AF_INET : 10;
    AllowedIpTable.encode({ family, ipaddr: address as unknown as string, cidrMask: length }, to, owner);
  },
  walk: (from, at, end, owner, visit) => AllowedIpTable.walk!(from, at, end, owner, visit),
};

/** A flag of a peer in a change. */
export type PeerFlag = "remove_me" | "replace_allowedips" | "update_only" | number;

/** A peer. */
export interface WgPeer {
  /** The public key. */
  publicKey?: string;
  /** The preshared key; `null` given removes it. */
  presharedKey?: string;
  /** The flags of a change: `remove_me`, `replace_allowedips`, `update_only` to never add the peer. Only given. */
  flags?: readonly PeerFlag[];
  /** The endpoint: `192.0.2.7:51820`, `[2001:db8::7]:51820`. */
  endpoint?: string;
  /** The interval of keepalive packets, in s; 0 is never. */
  persistentKeepaliveInterval?: number;
  /** The time of the last handshake, in ns since the epoch. Read-only. */
  lastHandshakeTime?: bigint;
  /** Number of bytes received. Read-only. */
  rxBytes?: number;
  /** Number of bytes sent. Read-only. */
  txBytes?: number;
  /** The allowed addresses: the peer may send from them, and packets to them go to the peer. */
  allowedIps?: readonly string[];
  /** The version of the protocol, 1. */
  protocolVersion?: number;
}

/** Wire form of {@linkcode WgPeer}: WGPEER_A_*. */
export const WgPeer: Attributes<WgPeer> = attributes((): Shape<WgPeer> => ({
  publicKey: [1, wgKey, key],
  presharedKey: [2, keyOrNone],
  flags: [3, mask(u32, { remove_me: 1, replace_allowedips: 2, update_only: 4 }), "input"],
  endpoint: [4, sockaddr],
  persistentKeepaliveInterval: [5, u16],
  lastHandshakeTime: [6, moment, readOnly],
  rxBytes: [7, count64, readOnly],
  txBytes: [8, count64, readOnly],
  allowedIps: [9, list(allowedIp)],
  protocolVersion: [10, u32],
}));

/** A WireGuard interface. */
export interface WgDevice {
  /** The interface's number. */
  ifindex?: Ifindex;
  /** The interface's name. */
  ifname?: string;
  /** The private key; `null` given removes it. */
  privateKey?: string;
  /** The public key, which peers use. Read-only. */
  publicKey?: string;
  /** The flags of a change: `replace_peers` removes all peers that are not given. Only given. */
  flags?: readonly ("replace_peers" | number)[];
  /** The UDP port that it listens on; 0 given lets the kernel choose. */
  listenPort?: number;
  /** The firewall mark of packets that it sends; 0 is none. */
  fwmark?: number;
  /** The peers. */
  peers?: readonly WgPeer[];
}

/** Wire form of {@linkcode WgDevice}: WGDEVICE_A_*. */
export const WgDevice: Attributes<WgDevice> = attributes((): Shape<WgDevice> => ({
  ifindex: [1, ifindex, key],
  ifname: [2, text, key],
  privateKey: [3, keyOrNone],
  publicKey: [4, keyOrNone, readOnly],
  flags: [5, mask(u32, { replace_peers: 1 }), "input"],
  listenPort: [6, u16],
  fwmark: [7, u32],
  peers: [8, list(WgPeer)],
}));

/** The input form of a peer. */
export interface WgPeerInput extends Omit<WgPeer, "presharedKey" | "publicKey" | "lastHandshakeTime"> {
  /** The public key, which is required. */
  publicKey?: string | Uint8Array;
  /** The preshared key; `null` removes it. */
  presharedKey?: string | Uint8Array | null;
  /** Accepted, but not sent. */
  lastHandshakeTime?: bigint | number;
}

/** The input form of changes of an interface. */
export interface WgDeviceInput extends Omit<WgDevice, "privateKey" | "peers"> {
  /** The private key; `null` removes it. */
  privateKey?: string | Uint8Array | null;
  /** The peers to add or change. */
  peers?: readonly WgPeerInput[];
}

/** The most bytes of peers in one message. A nest holds at most 65,535; messages stay well below that. */
const MOST_BYTES = 32_000;
/** The most bytes of one peer without its addresses, and of one address: attributes, headers and padding. */
const PEER_BYTES = 160, IP_BYTES = 48;

/** Yields peers in portions that fit a message. A peer with many addresses is in several. */
function* portions(peers: readonly WgPeerInput[]): Generator<WgPeerInput[], void, undefined> {
  let portion: WgPeerInput[] = [], room = MOST_BYTES;
  for (const peer of peers) {
    let { allowedIps } = peer, first = true;
    do {
      if (room < PEER_BYTES + IP_BYTES) {
        yield portion;
        portion = [];
        room = MOST_BYTES;
      }
      room -= PEER_BYTES;
      const fits = Math.floor(room / IP_BYTES), now = allowedIps?.slice(0, fits);
      allowedIps = allowedIps?.slice(fits);
      room -= IP_BYTES * (now?.length ?? 0);
      portion.push(
        first ? withIps(peer, now) : withIps(
          { ...peer.publicKey === undefined ? {} : { publicKey: peer.publicKey }, flags: ["update_only"] },
          now,
        ),
      );
      first = false;
    } while (allowedIps !== undefined && allowedIps.length > 0);
  }
  if (portion.length > 0) yield portion;
}

function withIps({ allowedIps: _all, ...peer }: WgPeerInput, allowedIps: readonly string[] | undefined): WgPeerInput {
  return allowedIps === undefined ? peer : { ...peer, allowedIps };
}

/** Operations on the WireGuard interfaces of a namespace. */
export class Wireguard {
  readonly #open: () => Client;
  readonly #caller: GenericCaller;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#caller = new GenericCaller(WIREGUARD, open, requester);
    guardMethods(this);
  }

  /**
   * Returns an interface with all of its peers.
   *
   * @param dev the interface's name or number
   * @throws {KernelError} ENODEV: there is no such interface; EOPNOTSUPP: it is no WireGuard interface
   */
  get(dev: string | number): WgDevice {
    expectType(dev, "get a WireGuard interface", "string", "number");
    const parts = this.#caller.dump({
      cmd: WG_CMD.WG_CMD_GET_DEVICE,
      codec: WgDevice as Codec<unknown, never>,
      value: interfaceField(dev),
      what: `get WireGuard interface ${dev}`,
    }) as WgDevice[];
    const [first = {}, ...rest] = parts, peers: WgPeer[] = [];
    for (const part of [first, ...rest]) {
      for (const peer of part.peers ?? []) {
        const last = peers[peers.length - 1];
        // A peer that did not fit one message continues in the next.
        if (last?.publicKey !== peer.publicKey) peers.push(peer);
        else last!.allowedIps = [...last!.allowedIps ?? [], ...peer.allowedIps ?? []];
      }
    }
    return { ...first, ...(peers.length === 0 ? {} : { peers }) };
  }

  /**
   * Changes the given fields only, and adds peers that do not exist.
   *
   * `flags: ["replace_peers"]` removes all other peers. A peer's `flags: ["replace_allowedips"]` removes its other
   * addresses, and `["remove_me"]` the peer. Changes that do not fit one message are sent in several: if one fails, the
   * earlier ones have taken effect.
   *
   * @param dev the interface's name or number
   * @throws {TypeError} the changes name another interface
   */
  set(dev: string | number, given: WgDeviceInput): void {
    expectType(dev, "set a WireGuard interface", "string", "number");
    expectFields(given, `set WireGuard interface ${dev}`, "the changes as an object");
    const { peers, flags, ...changes } = given;
    const send = (value: object): void => {
      this.#caller.request({
        cmd: WG_CMD.WG_CMD_SET_DEVICE,
        codec: WgDevice as Codec<unknown, never>,
        value: { ...interfaceField(dev), ...value },
        what: `set WireGuard interface ${dev}`,
      });
    };
    const { ifindex, ifname, ...rest } = changes, asked = flags === undefined ? {} : { flags };
    const number = (one: string | number): number | undefined =>
      typeof one === "number" ? one : this.#open().names.index(one);
    for (const other of [ifindex, ifname]) {
      if (other === undefined || other === dev) continue;
      const own = number(dev);
      if (own !== undefined && number(other) === own) continue;
      throw argumentError(
        TypeError,
        `Cannot set WireGuard interface ${dev}: the changes name another, ${
          shown(other)
        }: links.set of NETLINK_ROUTE renames`,
      );
    }
    const all = peers === undefined ? [] : [...portions(peers)];
    send({ ...rest, ...asked, ...(all[0] === undefined ? {} : { peers: all[0] }) });
    // Only the first message replaces the peers; the next ones would remove those that it added.
    for (const portion of all.slice(1)) send({ peers: portion });
  }

  /** Removes a peer. */
  removePeer(dev: string | number, publicKey: string | Uint8Array): void {
    expectType(dev, "remove a peer of a WireGuard interface", "string", "number");
    if (!(publicKey instanceof Uint8Array)) {
      expectType(publicKey, `remove a peer of WireGuard interface ${dev}`, "string");
    }
    this.set(dev, { peers: [{ publicKey, flags: ["remove_me"] }] });
  }
}

/** The length of the longest interface name that the kernel takes here, in bytes; alternative names may be longer. */
const LONGEST_NAME = 15;

function interfaceField(dev: string | number): { readonly ifname: string } | { readonly ifindex: string | number } {
  return typeof dev === "number" || new TextEncoder().encode(dev).length > LONGEST_NAME
    ? { ifindex: dev }
    : { ifname: dev };
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<{ readonly wireguard: Wireguard }> {
  return openGeneric(options, (open, requester) => ({ wireguard: new Wireguard(open, requester) }));
}

/** Operations on the WireGuard interfaces of this namespace, over a socket that the first use opens. */
export const wireguard: Wireguard = new Wireguard(sharedGeneric);
export type * from "./types.ts";
