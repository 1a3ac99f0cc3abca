/**
 * The parts of tables.ts for NETLINK_RDMA.
 *
 * @module
 */

const ATTR = "RDMA_NLDEV_ATTR_";

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "Device": ATTR,
  "RdmaEvent": ATTR,
  "RdmaLink": ATTR,
  "Chardev": ATTR,
  "CounterStatus": ATTR,
  "FrmrPool": ATTR,
  "FrmrPools": ATTR,
  "HwCounter": ATTR,
  "MrCounters": ATTR,
  "OptionalCounters": ATTR,
  "PoolKey": ATTR,
  "PortStatus": ATTR,
  "QpCounter": ATTR,
  "QpRange": ATTR,
  "RawResource": ATTR,
  "ResourceCount": ATTR,
  "ResourceSummary": ATTR,
  "Statistics": ATTR,
  "Qp": ATTR,
  "CmId": ATTR,
  "Cq": ATTR,
  "Mr": ATTR,
  "Pd": ATTR,
  "Ctx": ATTR,
  "Srq": ATTR,
  "SystemSettings": "RDMA_NLDEV_SYS_ATTR_",
  "PathAnswer": "LS_NLA_TYPE_",
  "IwpmRegistration": "IWPM_NLA_REG_",
  "IwpmRegistered": "IWPM_NLA_RREG_",
  "IwpmMapping": "IWPM_NLA_MANAGE_",
  "IwpmMapped": "IWPM_NLA_RMANAGE_",
  "IwpmQuery": "IWPM_NLA_QUERY_",
  "IwpmConnection": "IWPM_NLA_RQUERY_",
  "IwpmStarted": "IWPM_NLA_MAPINFO_",
  "IwpmKnown": "IWPM_NLA_MAPINFO_",
  "IwpmCount": "IWPM_NLA_MAPINFO_",
  "IwpmFailure": "IWPM_NLA_ERR_",
  "IwpmHello": "IWPM_NLA_HELLO_",
};

/** Returns the constants of fields of a table, with those of a device's number and name. */
function named(table: string, names: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries({ index: "DEV_INDEX", name: "DEV_NAME", ...names });
  return Object.fromEntries(all.map(([field, constant]) => [`${table}.${field}`, constant]));
}

/** Returns the constants of fields of a resource: those of most begin with `RES_`. */
function resource(table: string, fields: string, names: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = ["pid", "kernName", ...fields.split(" ")].map((field) => [
    field,
    `RES_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
  ]);
  return named(table, { ...Object.fromEntries(own), ...names });
}

const POOL = {
  key: "FRMR_POOL_KEY",
  queueHandles: "FRMR_POOL_QUEUE_HANDLES",
  maxInUse: "FRMR_POOL_MAX_IN_USE",
  inUse: "FRMR_POOL_IN_USE",
  pinnedHandles: "FRMR_POOL_PINNED_HANDLES",
};

const COUNTER = {
  port: "PORT_INDEX",
  counterId: "STAT_COUNTER_ID",
  mode: "STAT_MODE",
  type: "RES_TYPE",
  pid: "RES_PID",
  kernName: "RES_KERN_NAME",
  qps: "RES_QP",
  counters: "STAT_HWCOUNTERS",
};

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  ...named("Device", {
    ports: "PORT_INDEX",
    nodeType: "DEV_NODE_TYPE",
    dim: "DEV_DIM",
    type: "DEV_TYPE",
    protocol: "DEV_PROTOCOL",
  }),
  ...named("Chardev", {
    name: "CHARDEV_NAME",
    port: "PORT_INDEX",
    type: "CHARDEV_TYPE",
    abi: "CHARDEV_ABI",
    driverId: "UVERBS_DRIVER_ID",
  }),
  "CounterStatus.name": "STAT_HWCOUNTER_ENTRY_NAME",
  "CounterStatus.index": "STAT_HWCOUNTER_INDEX",
  "CounterStatus.dynamic": "STAT_HWCOUNTER_DYNAMIC",
  ...named("FrmrPool", POOL),
  ...named("FrmrPools", { ...POOL, agingPeriod: "FRMR_POOLS_AGING_PERIOD" }),
  "HwCounter.name": "STAT_HWCOUNTER_ENTRY_NAME",
  "HwCounter.value": "STAT_HWCOUNTER_ENTRY_VALUE",
  ...named("MrCounters", { mrn: "RES_MRN", counters: "STAT_HWCOUNTERS" }),
  "OptionalCounters.index": "DEV_INDEX",
  "OptionalCounters.port": "PORT_INDEX",
  "OptionalCounters.counters": "STAT_HWCOUNTERS",
  "PoolKey.ats": "FRMR_POOL_KEY_ATS",
  "PoolKey.accessFlags": "FRMR_POOL_KEY_ACCESS_FLAGS",
  "PoolKey.vendorKey": "FRMR_POOL_KEY_VENDOR_KEY",
  "PoolKey.numDmaBlocks": "FRMR_POOL_KEY_NUM_DMA_BLOCKS",
  "PoolKey.kernelVendorKey": "FRMR_POOL_KEY_KERNEL_VENDOR_KEY",
  ...named("PortStatus", { port: "PORT_INDEX", counters: "STAT_HWCOUNTERS" }),
  ...named("QpCounter", COUNTER),
  "QpRange.lqpn": "RES_LQPN",
  ...named("RawResource", { raw: "RES_RAW" }),
  "ResourceCount.kind": "RES_SUMMARY_ENTRY_NAME",
  "ResourceCount.current": "RES_SUMMARY_ENTRY_CURR",
  ...named("ResourceSummary", { summary: "RES_SUMMARY" }),
  ...named("Statistics", {
    ...COUNTER,
    res: "STAT_RES",
    autoModeMask: "STAT_AUTO_MODE_MASK",
    opcounterEnabled: "STAT_OPCOUNTER_ENABLED",
    lqpn: "RES_LQPN",
    mrn: "RES_MRN",
    qpCounters: "STAT_COUNTER",
    mrCounters: "RES_MR",
  }),
  ...resource("Qp", "lqpn rqpn rqPsn sqPsn pathMigState type state pdn subtype", { port: "PORT_INDEX" }),
  ...resource("CmId", "lqpn type ps state srcAddr dstAddr cmIdn", { port: "PORT_INDEX" }),
  ...resource("Cq", "cqe usecnt pollCtx cqn ctxn", { dim: "DEV_DIM" }),
  ...resource("Mr", "rkey lkey iova mrlen mrn pdn"),
  ...resource("Pd", "localDmaLkey unsafeGlobalRkey usecnt pdn ctxn"),
  ...resource("Ctx", "ctxn"),
  ...resource("Srq", "srqn type pdn cqn", { qps: "RES_QP" }),
  ...named("RdmaEvent", { event: "EVENT_TYPE", port: "PORT_INDEX", ifindex: "NDEV_INDEX", dev: "NDEV_NAME" }),
  ...named("RdmaLink", {
    port: "PORT_INDEX",
    state: "PORT_STATE",
    physState: "PORT_PHYS_STATE",
    ifindex: "NDEV_INDEX",
    dev: "NDEV_NAME",
    kind: "LINK_TYPE",
  }),
};

/** Returns a mask from the numbers of its bits. */
function bits(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, bit]) => [name, 2 ** bit]));
}

/** Enumerations and masks whose names are the words of `rdma`. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Device.capFlags": bits({
    resize_max_wr: 0,
    bad_pkey_cntr: 1,
    bad_qkey_cntr: 2,
    raw_multi: 3,
    auto_path_mig: 4,
    change_phy_port: 5,
    ud_av_port_enforce: 6,
    curr_qp_state_mod: 7,
    shutdown_port: 8,
    port_active_event: 10,
    sys_image_guid: 11,
    rc_rnr_nak_gen: 12,
    srq_resize: 13,
    n_notify_cq: 14,
    mem_window: 17,
    ud_ip_csum: 18,
    xrc: 20,
    mem_mgt_extensions: 21,
    mem_window_type_2a: 23,
    mem_window_type_2b: 24,
    rc_ip_csum: 25,
    raw_ip_csum: 26,
    managed_flow_steering: 29,
    raw_scatter_fcs: 34,
    pci_write_end_padding: 36,
    flush_global: 38,
    flush_persistent: 39,
    atomic_write: 40,
    cc_dma_bounce: 41,
  }),
  "RdmaLink.capFlags": bits({
    sm: 1,
    notice: 2,
    trap: 3,
    opt_ipd: 4,
    auto_migr: 5,
    sl_map: 6,
    mkey_nvram: 7,
    pkey_nvram: 8,
    led_info: 9,
    sm_disabled: 10,
    sys_image_guid: 11,
    pkey_sw_ext_port_trap: 12,
    extended_speeds: 14,
    cm: 16,
    snmp_tunnel: 17,
    reinit: 18,
    device_mgmt: 19,
    vendor_class: 20,
    dr_notice: 21,
    cap_mask_notice: 22,
    boot_mgmt: 23,
    link_latency: 24,
    client_reg: 25,
    ip_based_gids: 26,
  }),
  "Device.nameAssignType": { unknown: 0, user: 1 },
  "Device.nodeType": { ca: 1, switch: 2, router: 3, rnic: 4, usnic: 5, usnic_udp: 6, unspecified: 7 },
  "Device.type": { smi: 1 },
  "RdmaEvent.event": {
    register: 0,
    unregister: 1,
    netdev_attach: 2,
    netdev_detach: 3,
    rename: 4,
    netdev_rename: 5,
  },
  "ResolveRequest.pathUse": { all: 0, unidirectional: 1, gmp: 2 },
  "IwpmKnown.flags": { no_port_map: 1 },
  "PathRecord.flags": { gmp: 1, primary: 2, alternate: 4, outbound: 8, inbound: 16, inbound_reverse: 32 },
  "CmId.ps": { ipoib: 0x2, tcp: 0x106, udp: 0x111, ib: 0x13f },
  "CmId.state": {
    idle: 0,
    addr_query: 1,
    addr_resolved: 2,
    route_query: 3,
    route_resolved: 4,
    connect: 5,
    disconnect: 6,
    addr_bound: 7,
    listen: 8,
    device_removal: 9,
    destroying: 10,
  },
  "Cq.pollCtx": { direct: 0, softirq: 1, workqueue: 2, unbound_workqueue: 3 },
  "Qp.pathMigState": { migrated: 0, rearm: 1, armed: 2 },
  "Qp.state": { reset: 0, init: 1, rtr: 2, rts: 3, sqd: 4, sqe: 5, err: 6 },
  "CmId.type": {
    smi: 0,
    gsi: 1,
    rc: 2,
    uc: 3,
    ud: 4,
    raw_ipv6: 5,
    raw_ethertype: 6,
    raw_packet: 8,
    xrc_ini: 9,
    xrc_tgt: 10,
    driver: 255,
  },
  "QpCounter.mode": { none: 0, auto: 1, manual: 2 },
  "Srq.type": { basic: 0, xrc: 1, tm: 2 },
  "Statistics.autoModeMask": { qp_type: 1, pid: 2 },
  "Statistics.res": { qp: 19, mr: 40 },
  "SystemSettings.netnsMode": { exclusive: 0, shared: 1 },
  "RdmaLink.state": { nop: 0, down: 1, init: 2, armed: 3, active: 4, active_defer: 5 },
  "RdmaLink.physState": {
    sleep: 1,
    polling: 2,
    disabled: 3,
    port_configuration_training: 4,
    link_up: 5,
    link_error_recovery: 6,
    phy_test: 7,
    opa_offline: 9,
    opa_test: 11,
  },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "RawResource": "raw bytes",
  "IwpmKnown": "localAddr 128 bytes, mappedAddr 128 bytes, flags u32",
  "IwpmMapping": "mappingSeq u32, addr 128 bytes, flags u32",
  "IwpmQuery": "mappingSeq u32, localAddr 128 bytes, remoteAddr 128 bytes, flags u32",
  "IwpmRegistration": "pidSeq u32, ifName string, ibdevName string, ulibName string",
  "PathAnswer": "pathRecord several, dgid 16 bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // Numbers that are shown as text.
  "Device.nodeGuid": "8 bytes",
  "Device.sysImageGuid": "8 bytes",
  "RdmaLink.subnetPrefix": "8 bytes",
  "Chardev.chardev": "8 bytes",
  // The whole of a struct that has no layout in the headers.
  "CmId.srcAddr": "128 bytes",
  "CmId.dstAddr": "128 bytes",
  "IwpmConnection.localAddr": "128 bytes",
  "IwpmConnection.remoteAddr": "128 bytes",
  "IwpmConnection.mappedLocAddr": "128 bytes",
  "IwpmConnection.mappedRemAddr": "128 bytes",
  "IwpmMapped.addr": "128 bytes",
  "IwpmMapped.mappedLocAddr": "128 bytes",
  // Requests have the numbers of counters only.
  "OptionalCounters.counters": "nest [u32]",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [/^RDMA_NLDEV_ATTR_DRIVER/, "a codec of their own reads them by their order"],
  [
    /^RDMA_NLDEV_ATTR_(RES_(QP|CM_ID|CQ|MR|PD|CTX|SRQ)|RES_SUMMARY|STAT_COUNTER|STAT_HWCOUNTER|FRMR_POOL)(_ENTRY)?$/,
    "nests of lists",
  ],
  [/^RDMA_NLDEV_ATTR_PAD$/, "it only pads"],
  [/^LS_NLA_TYPE_(SERVICE_ID|SGID|TCLASS|PKEY|QOS_CLASS|IPV[46])$/, "requests have it with the bit for mandatory ones"],
];

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "ResolveRequest": "rdma_ls_resolve_header",
  "IpResolveRequest": "rdma_ls_ip_resolve_header",
};

/** Structs whose headers are not among those that are read. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "PathRecord": "flags 0 u32, pathRec 8 64 bytes = 72",
};

/** Tables whose attributes have bit 13 set, which makes them mandatory. */
export const BY_HAND: Readonly<Record<string, string>> = {
  "ResolveRequest":
    "serviceId 8195 u64, dgid 8196 16 bytes, sgid 8197 16 bytes, tclass 8198 u8, pkey 8199 u16, qosClass 8200 u16",
  "IpResolveRequest": "ipv4 8201 4 bytes, ipv6 8202 16 bytes",
};
