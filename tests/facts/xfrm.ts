/**
 * The parts of tables.ts for NETLINK_XFRM.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "Acquire": "XFRMA_",
  "FlushPolicies": "XFRMA_",
  "Migrate": "XFRMA_",
  "MigrateState": "XFRMA_",
  "PolicyExpire": "XFRMA_",
  "ReplayState": "XFRMA_",
  "Report": "XFRMA_",
  "SadInfo": "XFRMA_SAD_",
  "SpdInfo": "XFRMA_SPD_",
  "SpiRequest": "XFRMA_",
  "StateExpire": "XFRMA_",
  "XfrmPolicy": "XFRMA_",
  "PolicyId": "XFRMA_",
  "XfrmState": "XFRMA_",
  "StateFilter": "XFRMA_",
  "StateId": "XFRMA_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "Acquire": "xfrm_user_acquire",
  "AddressFilter": "xfrm_address_filter",
  "DefaultPolicy": "xfrm_userpolicy_default",
  "HashThreshold": "xfrmu_spdhthresh",
  "KmAddress": "xfrm_user_kmaddress",
  "Mapping": "xfrm_user_mapping",
  "Migrate": "xfrm_userpolicy_id",
  "MigrateState": "xfrm_user_migrate_state",
  "Migration": "xfrm_user_migrate",
  "PolicyExpire": "xfrm_user_polexpire",
  "ReplayState": "xfrm_aevent_id",
  "Report": "xfrm_user_report",
  "SadHinfo": "xfrmu_sadhinfo",
  "SpdCounts": "xfrmu_spdinfo",
  "SpdHinfo": "xfrmu_spdhinfo",
  "SpiRequest": "xfrm_userspi_info",
  "StateExpire": "xfrm_user_expire",
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

/** Layouts of headers without a struct in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "SadInfo": "flags 0 u32 = 4",
  "SpdInfo": "flags 0 u32 = 4",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  // A derived field has it: replayWindow.
  "xfrm_usersa_info.replay_window",
  "xfrm_userspi_info.replay_window",
  "xfrm_user_expire.replay_window",
  "xfrm_replay_state_esn.bmp",
  "xfrm_userpolicy_id.index",
];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  "Acquire.type": "POLICY_TYPE",
  "Acquire.pcpu": "SA_PCPU",
  "FlushPolicies.type": "POLICY_TYPE",
  "Migrate.type": "POLICY_TYPE",
  "MigrateState.dir": "SA_DIR",
  "MigrateState.offload": "OFFLOAD_DEV",
  "PolicyExpire.type": "POLICY_TYPE",
  "ReplayState.dir": "SA_DIR",
  "ReplayState.pcpu": "SA_PCPU",
  "ReplayState.replay": "REPLAY_VAL",
  "ReplayState.replayEsn": "REPLAY_ESN_VAL",
  "SpiRequest.dir": "SA_DIR",
  "SpiRequest.pcpu": "SA_PCPU",
  "StateExpire.dir": "SA_DIR",
  "StateExpire.pcpu": "SA_PCPU",
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
  "DefaultPolicy.in": "XFRM_USERPOLICY_",
  "MigrateState.dir": "XFRM_SA_DIR_",
  "MigrateState.flags": ["XFRM_MIGRATE_STATE_", /^(CLEAR_OFFLOAD|UPDATE_H2H_SEL)$/],
  "Offload.flags": "XFRM_OFFLOAD_",
  "PolicyExpire.flags": ["XFRM_POLICY_", /^(LOCALOK|ICMP|CPU_ACQUIRE)$/],
  "PolicyExpire.share": "XFRM_SHARE_",
  "ReplayState.flags": "XFRM_AE_",
  "SpiRequest.flags": "XFRM_STATE_",
  "XfrmState.extraFlags": "XFRM_SA_XFLAG_",
};

/** Enumerations whose names are the words of `ip xfrm`. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Acquire.proto": { route2: 43, esp: 50, ah: 51, hao: 60, comp: 108 },
  "Mapping.family": { unspec: 0, inet: 2, inet6: 10 },
  "Migrate.dir": { in: 0, out: 1, fwd: 2, "socket in": 3, "socket out": 4 },
  "Migration.mode": { transport: 0, tunnel: 1, ro: 2, in_trigger: 3, beet: 4, iptfs: 5 },
  "PolicyExpire.action": { allow: 0, block: 1 },
  "Selector.proto": { icmp: 1, tcp: 6, udp: 17, dccp: 33, "ipv6-icmp": 58, sctp: 132, "mobility-header": 135 },
  "XfrmEncap.type": { "espinudp-nonike": 1, espinudp: 2, espintcp: 7 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "XfrmState": "coaddr 16 bytes",
  "Report": "coaddr 16 bytes",
  "SadInfo": "hinfo 8 bytes",
  "SpdInfo": "info 24 bytes, hinfo 8 bytes",
  "StateId": "src 16 bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // One or more of the struct.
  "XfrmPolicy.tmpl": "bytes",
  "Acquire.tmpl": "bytes",
  "Migrate.migrate": "bytes",
  "PolicyExpire.tmpl": "bytes",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [/^XFRMA_(SA|POLICY)$/, "a codec of the messages about deleted objects has it"],
  [/^XFRMA_(SAD|SPD)_/, "it is an attribute of a table whose prefix is longer"],
];
