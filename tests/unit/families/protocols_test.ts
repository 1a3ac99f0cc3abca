/** Each family's module and the registry agree on the family's protocol. */
import { assertEquals } from "@std/assert";
import type { Protocol } from "../../../core/client.ts";
import { NETLINK_GENERIC } from "../../../core/generic.ts";
import { NETLINK_CONNECTOR } from "../../../families/connector/mod.ts";
import { NETLINK_CRYPTO } from "../../../families/crypto.ts";
import { NETLINK_FIB_LOOKUP } from "../../../families/fib_lookup.ts";
import { openHint, protocol } from "../../../families/registry.ts";
import { NETLINK_SCSITRANSPORT } from "../../../families/scsi_transport.ts";
import { NETLINK_SELINUX } from "../../../families/selinux.ts";
import { NETLINK_SMC } from "../../../families/smc.ts";
import { NETLINK_KOBJECT_UEVENT } from "../../../families/uevent.ts";
import { NETLINK_USERSOCK } from "../../../families/usersock.ts";
import { test } from "../../test.ts";

const PROTOCOLS: readonly Protocol[] = [
  NETLINK_USERSOCK,
  NETLINK_SELINUX,
  NETLINK_FIB_LOOKUP,
  NETLINK_CONNECTOR,
  NETLINK_KOBJECT_UEVENT,
  NETLINK_GENERIC,
  NETLINK_SCSITRANSPORT,
  NETLINK_CRYPTO,
  NETLINK_SMC,
];

for (const { number, name, types, hint } of PROTOCOLS) {
  test(`protocols: ${name} has the registry's name, types and hint`, () => {
    const known = protocol(number);
    assertEquals([name, types, hint], [known.name, known.types, openHint(number)]);
  });
}
