/**
 * The parts of tables.ts for NETLINK_XFRM.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "FlushPolicies": "XFRMA_",
  "XfrmPolicy": "XFRMA_",
  "PolicyId": "XFRMA_",
  "XfrmState": "XFRMA_",
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
  "XfrmPolicy": "xfrm_userpolicy_info",
  "PolicyId": "xfrm_userpolicy_id",
  "PolicyInfo": "xfrm_userpolicy_info",
  "Replay": "xfrm_replay_state",
  "ReplayEsn": "xfrm_replay_state_esn",
  "SecurityContext": "xfrm_user_sec_ctx",
  "Selector": "xfrm_selector",
  "XfrmState": "xfrm_usersa_info",
  "XfrmState.auth": "xfrm_algo",
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
  "XfrmPolicy.offload": "OFFLOAD_DEV",
  "XfrmPolicy.type": "POLICY_TYPE",
  "PolicyId.type": "POLICY_TYPE",
  "XfrmState.aead": "ALG_AEAD",
  "XfrmState.auth": "ALG_AUTH",
  "XfrmState.authTrunc": "ALG_AUTH_TRUNC",
  "XfrmState.comp": "ALG_COMP",
  "XfrmState.crypt": "ALG_CRYPT",
  "XfrmState.dir": "SA_DIR",
  "XfrmState.extraFlags": "SA_EXTRA_FLAGS",
  "XfrmState.offload": "OFFLOAD_DEV",
  "XfrmState.pcpu": "SA_PCPU",
  "XfrmState.replay": "REPLAY_VAL",
  "XfrmState.replayEsn": "REPLAY_ESN_VAL",
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
  "PolicyInfo.flags": ["XFRM_POLICY_", /^(LOCALOK|ICMP|CPU_ACQUIRE)$/],
  "XfrmState.dir": "XFRM_SA_DIR_",
  "XfrmState.extraFlags": "XFRM_SA_XFLAG_",
  "XfrmState.flags": "XFRM_STATE_",
  "PolicyInfo.share": "XFRM_SHARE_",
};

/** Enumerations whose names are the words of `ip xfrm`. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "PolicyInfo.action": { allow: 0, block: 1 },
  "PolicyId.dir": { in: 0, out: 1, fwd: 2, "socket in": 3, "socket out": 4 },
  "AddressFilter.family": { unspec: 0, inet: 2, inet6: 10 },
  "Selector.proto": { icmp: 1, tcp: 6, udp: 17, dccp: 33, "ipv6-icmp": 58, sctp: 132, "mobility-header": 135 },
  "FlushStates.proto": { route2: 43, esp: 50, ah: 51, hao: 60, comp: 108 },
  "Template.mode": { transport: 0, tunnel: 1, ro: 2, in_trigger: 3, beet: 4, iptfs: 5 },
  "XfrmEncap.type": { "espinudp-nonike": 1, espinudp: 2, espintcp: 7 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "XfrmState": "coaddr 16 bytes",
  "StateId": "src 16 bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // One or more of the struct.
  "XfrmPolicy.tmpl": "bytes",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [/^XFRMA_(SA|POLICY)$/, "a codec of the messages about deleted objects has it"],
  [/^XFRMA_(LTIME_VAL|MIGRATE|KMADDRESS)$/, "there are no tables of its messages yet"],
  [/^XFRMA_(SAD|SPD)_/, "it is an attribute of a table whose prefix is longer"],
];
