/**
 * Socket addresses and UUIDs as text.
 *
 * @module
 */
import { ipv4Text, ipv6Text, parseIp } from "./addresses.ts";
import { shown, type Writer } from "./buffer.ts";
import { type Codec, MISFIT } from "./codec.ts";
import { toIndex } from "./ifindex.ts";
import { octets, toHex } from "./text.ts";

const AF_INET = 2, AF_INET6 = 10;

/**
 * struct sockaddr_in or sockaddr_in6: `192.0.2.7:51820`, `[2001:db8::1]:51820`, `[fe80::1%2]:51820` with the number of
 * the interface that a link-local address belongs to. Input takes its name as well: `[fe80::1%eth0]:51820`; digits alone are
 * its number.
 */
export const sockaddr: Codec<string> = {
  name: "an address with a port",
  decode(from, at, end) {
    const family = end - at < 16 ? 0 : from.view.getUint16(at, true);
    if (family === AF_INET) return `${ipv4Text(from.bytes, at + 4)}:${from.view.getUint16(at + 2)}`;
    if (family !== AF_INET6 || end - at < 28) return MISFIT;
    const scope = from.view.getUint32(at + 24, true);
    return `[${ipv6Text(from.bytes, at + 8)}${scope === 0 ? "" : `%${scope}`}]:${from.view.getUint16(at + 2)}`;
  },
  encode(value: string, to: Writer): void {
    const match = typeof value === "string" ? /^(?:\[([^\]%]+)(?:%(.+))?\]|([^:]+)):(\d+)$/s.exec(value) : null;
    const address = parseIp(match?.[1] ?? match?.[3] ?? ""), port = Number(match?.[4]), six = match?.[1] !== undefined;
    if (address === undefined || address.length !== (six ? 16 : 4) || port > 0xffff) {
      to.fail(
        TypeError,
        `expected an address and port like "192.0.2.7:51820" or "[2001:db8::1]:51820", got ${shown(value)}`,
      );
    }
    const zone = match?.[2] ?? "0", scope = toIndex(/^\d+$/.test(zone) ? Number(zone) : zone, to);
    const at = to.grow(six ? 28 : 16);
    to.view.setUint16(at, six ? AF_INET6 : AF_INET, true);
    to.view.setUint16(at + 2, port);
    to.bytes.set(address, at + (six ? 8 : 4));
    if (six) to.view.setUint32(at + 24, scope, true);
  },
};

/** 16 bytes as `01234567-89ab-cdef-0123-456789abcdef`. */
export const uuid: Codec<string, string | Uint8Array> = {
  name: "a UUID",
  size: 16,
  decode(from, at, end) {
    const digits = toHex(from.bytes, at, end);
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([a, b]) => digits.slice(a, b)).join("-");
  },
  encode(value, to) {
    const given = octets(value, to);
    if (given.length !== 16) to.fail(TypeError, `expected a UUID, got ${shown(value)}`);
    to.append(given);
  },
};
