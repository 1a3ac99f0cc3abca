/**
 * The messages of all protocols: importing their modules declares their tables.
 *
 * @module
 */
import { messageSets } from "../../core/messages.ts";
import type { MessageSets, Origin } from "../../core/protocol.ts";
import "../audit/mod.ts";
import "../connector/mod.ts";
import "../crypto.ts";
import "../dnrtmsg.ts";
import "../ecryptfs.ts";
import "../fib_lookup.ts";
import "../firewall.ts";
import "../netfilter/acct.ts";
import "../netfilter/compat.ts";
import "../netfilter/hooks.ts";
import "../netfilter/ipset.ts";
import "../netfilter/osf.ts";
import "../netfilter/conntrack.ts";
import "../netfilter/nftables/mod.ts";
import "../netfilter/expectations.ts";
import "../netfilter/helpers.ts";
import "../netfilter/log.ts";
import "../netfilter/queue.ts";
import "../netfilter/timeouts.ts";
import "../netfilter/protocol.ts";
import "../nflog.ts";
import "../iscsi/protocol.ts";
import "../rdma/mod.ts";
import "../route/mod.ts";
import "../route/tc.ts";
import "../scsi_transport.ts";
import "../selinux.ts";
import "../sock_diag/mod.ts";
import "../uevent.ts";
import "../usersock.ts";
import "../xfrm/mod.ts";
import { FAMILIES } from "./facts.ts";
import "./generic_families.ts";

/** Returns the reader of messages of protocol `number`, for a capture or a live socket. */
export function messageSetsOf(number: number, origin: Origin): MessageSets {
  return messageSets({ number, types: FAMILIES[number]?.types ?? {} }, origin);
}
