/**
 * Objects of iSCSI in /sys: transports, host adapters, their interfaces, sessions, connections and disks.
 *
 * ```ts ignore
 * import { sessions } from "@linux/netlink/families/iscsi/sysfs.ts";
 * for (const { sid, targetname, state, disks } of sessions()) console.log(sid, targetname, state, disks);
 * ```
 *
 * All sessions of the machine are listed, whoever has made them.
 *
 * Source: drivers/scsi/scsi_transport_iscsi.c, v7.2.
 *
 * @module
 */
import { readProc } from "../../core/capabilities.ts";
import { linkTarget, namesIn } from "../../core/folder.ts";

/** A transport: a driver that carries sessions. */
export interface IscsiTransport {
  /** The name: `tcp`, `iser`, `qla4xxx` … */
  readonly name: string;
  /** The handle, which requests have. */
  readonly handle: bigint;
  /** CAP_*: what the transport can do. */
  readonly caps: number;
}

/** Attributes of an object in /sys by name, as text. */
export type SysfsAttributes = Readonly<Record<string, string>>;

/** A host adapter; one that only exists in the kernel has one session. */
export interface IscsiHost {
  /** The number N of `/sys/class/iscsi_host/host`N. */
  readonly hostNo: number;
  /** Its attributes: `ipaddress`, `hwaddress`, `initiatorname`, `netdev`, `port_state`, `port_speed`. */
  readonly attributes: SysfsAttributes;
}

/** A network interface of a host adapter, or a target in its flash memory. */
export interface IscsiObject {
  /** The name of its folder. */
  readonly name: string;
  /** Its attributes. */
  readonly attributes: SysfsAttributes;
}

/** A disk or another logical unit of a session. */
export interface IscsiDisk {
  /** The number of the logical unit. */
  readonly lun: number;
  /** The name of the block device: `sda`; absent for other units, and before the kernel has looked at it. */
  readonly name?: string;
  /** The path of the block device: `/dev/sda`. */
  readonly path?: string;
}

/** A session. */
export interface IscsiSessionState {
  /** The number N of `/sys/class/iscsi_session/session`N. */
  readonly sid: number;
  /** The number of its host adapter. */
  readonly hostNo: number;
  /** The target's name. */
  readonly targetname: string;
  /** The state: `LOGGED_IN`, `FAILED`, `FREE`. */
  readonly state: string;
  /** Numbers of its connections. */
  readonly cids: readonly number[];
  /** Its disks. */
  readonly disks: readonly IscsiDisk[];
  /** All attributes except for names and secrets of CHAP. */
  readonly attributes: SysfsAttributes;
}

const CLASS = "/sys/class";
/** No attributes: links, folders, and what is secret or only for writing. */
const LEFT_OUT = /^(?:device|subsystem|power|uevent|username|password|username_in|password_in|\.+)$/;

/** Returns the attributes in a folder of /sys. */
function attributesIn(path: string): SysfsAttributes {
  const found: Record<string, string> = {};
  for (const name of (namesIn(path) ?? []).filter((one) => !LEFT_OUT.test(one)).sort()) {
    const text = readProc(`${path}/${name}`)?.trim();
    if (text !== undefined && text !== "") found[name] = text;
  }
  return found;
}

/** Returns the numbers of the folders in `path` that are called `word` and a number. */
function numbered(path: string, word: string): number[] {
  const form = new RegExp(`^${word}(\\d+)$`);
  return (namesIn(path) ?? []).flatMap((name) => form.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b);
}

/** Returns the transports whose modules are loaded. */
export function transports(): IscsiTransport[] {
  const path = `${CLASS}/iscsi_transport`;
  return (namesIn(path) ?? []).sort().flatMap((name) => {
    const handle = readProc(`${path}/${name}/handle`)?.trim();
    if (handle === undefined || !/^\d+$/.test(handle)) return [];
    return [{ name, handle: BigInt(handle), caps: Number(readProc(`${path}/${name}/caps`)?.trim() ?? 0) }];
  });
}

/** Returns the host adapters. */
export function hosts(): IscsiHost[] {
  return numbered(`${CLASS}/iscsi_host`, "host").map((hostNo) => ({
    hostNo,
    attributes: attributesIn(`${CLASS}/iscsi_host/host${hostNo}`),
  }));
}

function objectsIn(path: string): IscsiObject[] {
  return (namesIn(path) ?? []).filter((name) => !name.startsWith(".")).sort().map((name) => ({
    name,
    attributes: attributesIn(`${path}/${name}`),
  }));
}

/** Returns the network interfaces of host adapters. */
export function interfaces(): IscsiObject[] {
  return objectsIn(`${CLASS}/iscsi_iface`);
}

/** Returns the targets in the flash memory of host adapters. */
export function flashnodes(): IscsiObject[] {
  return objectsIn("/sys/bus/iscsi_flashnode/devices");
}

/** Returns the disks of session `sid`. */
export function disksOf(sid: number): IscsiDisk[] {
  const device = `${CLASS}/iscsi_session/session${sid}/device`, found: IscsiDisk[] = [];
  for (const target of (namesIn(device) ?? []).filter((name) => name.startsWith("target"))) {
    for (const unit of namesIn(`${device}/${target}`) ?? []) {
      const lun = /^\d+:\d+:\d+:(\d+)$/.exec(unit)?.[1];
      if (lun === undefined) continue;
      const name = namesIn(`${device}/${target}/${unit}/block`)?.find((one) => !one.startsWith("."));
      found.push({ lun: Number(lun), ...(name === undefined ? {} : { name, path: `/dev/${name}` }) });
    }
  }
  return found.sort((a, b) => a.lun - b.lun);
}

/** Returns session `sid`; `undefined` if it is gone. */
export function sessionState(sid: number): IscsiSessionState | undefined {
  const path = `${CLASS}/iscsi_session/session${sid}`, names = namesIn(`${path}/device`);
  if (names === undefined) return undefined;
  const attributes = attributesIn(path);
  const cids = names.flatMap((name) => /^connection\d+:(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const real = linkedHost(path);
  return {
    sid,
    hostNo: real,
    targetname: attributes["targetname"] ?? "",
    state: attributes["state"] ?? "",
    cids: cids.sort((a, b) => a - b),
    disks: disksOf(sid),
    attributes,
  };
}

/** Returns the number of the host adapter that a session's folder lies in. */
function linkedHost(path: string): number {
  return Number(/\/host(\d+)\//.exec(linkTarget(path) ?? "")?.[1] ?? -1);
}

/** Returns all sessions. */
export function sessions(): IscsiSessionState[] {
  return numbered(`${CLASS}/iscsi_session`, "session").flatMap((sid) => sessionState(sid) ?? []);
}
