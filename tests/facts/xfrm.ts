/**
 * The parts of tables.ts for NETLINK_XFRM.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "FlushPolicies": "XFRMA_",
  "Policy": "XFRMA_",
  "PolicyId": "XFRMA_",
  "State": "XFRMA_",
  "StateFilter": "XFRMA_",
  "StateId": "XFRMA_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "AddressFilter": "xfrm_address_filter",
  "FlushStates": "xfrm_usersa_flush",
  "LifetimeUse": "xfrm_lifetime_cur",
  "Lifetimes": "xfrm_lifetime_cfg",
  "Mark": "xfrm_mark",
  "Offload": "xfrm_user_offload",
  "Policy": "xfrm_userpolicy_info",
  "PolicyId": "xfrm_userpolicy_id",
  "PolicyInfo": "xfrm_userpolicy_info",
  "Replay": "xfrm_replay_state",
  "ReplayEsn": "xfrm_replay_state_esn",
  "SecurityContext": "xfrm_user_sec_ctx",
  "Selector": "xfrm_selector",
  "State": "xfrm_usersa_info",
  "State.auth": "xfrm_algo",
  "StateId": "xfrm_usersa_id",
  "StateStats": "xfrm_stats",
  "Template": "xfrm_user_tmpl",
  "XfrmAead": "xfrm_algo_aead",
  "XfrmAlgorithm": "xfrm_algo",
  "XfrmAuthTrunc": "xfrm_algo_auth",
  "XfrmEncap": "xfrm_encap_tmpl",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  // A derived field has it: replayWindow.
  "xfrm_usersa_info.replay_window",
  "xfrm_replay_state_esn.bmp",
];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  "FlushPolicies.type": "POLICY_TYPE",
  "Policy.offload": "OFFLOAD_DEV",
  "Policy.type": "POLICY_TYPE",
  "PolicyId.type": "POLICY_TYPE",
  "State.aead": "ALG_AEAD",
  "State.auth": "ALG_AUTH",
  "State.authTrunc": "ALG_AUTH_TRUNC",
  "State.comp": "ALG_COMP",
  "State.crypt": "ALG_CRYPT",
  "State.dir": "SA_DIR",
  "State.extraFlags": "SA_EXTRA_FLAGS",
  "State.offload": "OFFLOAD_DEV",
  "State.pcpu": "SA_PCPU",
  "State.replay": "REPLAY_VAL",
  "State.replayEsn": "REPLAY_ESN_VAL",
  "StateId.src": "SRCADDR",
};

/** Fields of structs with other names than in C. */
export const PLACE_NAMES: Readonly<Record<string, string>> = {
  "alg_icv_len": "icvLength",
  "alg_key_len": "keyLength",
  "alg_trunc_len": "truncLength",
  "daddr": "dst",
  "m": "mask",
  "saddr": "src",
  "v": "value",
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "Offload.flags": "XFRM_OFFLOAD_",
  "Policy.flags": ["XFRM_POLICY_", /^(LOCALOK|ICMP|CPU_ACQUIRE)$/],
  "State.dir": "XFRM_SA_DIR_",
  "State.extraFlags": "XFRM_SA_XFLAG_",
  "State.flags": "XFRM_STATE_",
  "Policy.share": "XFRM_SHARE_",
};

/** Enumerations whose names are the words of `ip xfrm`. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Policy.action": { allow: 0, block: 1 },
  "Policy.dir": { in: 0, out: 1, fwd: 2, "socket in": 3, "socket out": 4 },
  "AddressFilter.family": { unspec: 0, inet: 2, inet6: 10 },
  "Selector.proto": { icmp: 1, tcp: 6, udp: 17, dccp: 33, "ipv6-icmp": 58, sctp: 132, "mobility-header": 135 },
  "FlushStates.proto": { route2: 43, esp: 50, ah: 51, hao: 60, comp: 108 },
  "State.mode": { transport: 0, tunnel: 1, ro: 2, in_trigger: 3, beet: 4, iptfs: 5 },
  "XfrmEncap.type": { "espinudp-nonike": 1, espinudp: 2, espintcp: 7 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "State": "coaddr 16 bytes",
  "StateId": "src 16 bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // One or more of the struct.
  "Policy.tmpl": "bytes",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [/^XFRMA_(SA|POLICY)$/, "a codec of the messages about deleted objects has it"],
  [/^XFRMA_(LTIME_VAL|MIGRATE|KMADDRESS)$/, "there are no tables of its messages yet"],
  [/^XFRMA_(SAD|SPD)_/, "it is an attribute of a table whose prefix is longer"],
];
