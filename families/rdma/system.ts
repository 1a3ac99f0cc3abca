/**
 * Settings of RDMA for the whole machine, as with `rdma system`.
 *
 * ```ts ignore
 * import { system } from "@linux/netlink/families/rdma/system.ts";
 * console.log(system.get().netnsMode);
 * system.set({ netnsMode: "exclusive" });
 * ```
 *
 * @module
 */
import { bindMethods, expectFields, expectNames } from "../../core/arguments.ts";
import type { Client } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  enumeration,
  readOnly,
  type Shape,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { NETLINK_RDMA, RDMA_NL } from "./protocol.ts";

/** RDMA's settings. */
export interface SystemSettings {
  /** The devices that network namespaces have: all the same (`shared`), or each its own (`exclusive`). */
  netnsMode?: "exclusive" | "shared" | number;
  /** True if memory of RDMA stays valid in a process that forks. Kernels since 5.13. */
  copyOnFork?: boolean;
  /** True if programs need CAP_NET_RAW no more for privileged Q_Keys. Kernels since 6.7. */
  privilegedQkeyMode?: boolean;
  /** True if the kernel reports events of devices. Kernels since 6.12. */
  monitorMode?: boolean;
}

const yes: Codec<boolean> = bool(u8) as Codec<boolean>;

/** Wire form of {@linkcode SystemSettings}: RDMA_NLDEV_SYS_ATTR_*. */
export const SystemSettings: Attributes<SystemSettings> = attributes((): Shape<SystemSettings> => ({
  netnsMode: [66, enumeration(u8, { exclusive: 0, shared: 1 })],
  copyOnFork: [93, yes, readOnly],
  privilegedQkeyMode: [96, yes],
  monitorMode: [103, yes, readOnly],
}));

const SYSTEM = SystemSettings as Codec<unknown, never>;
const { RDMA_NLDEV_CMD_SYS_GET, RDMA_NLDEV_CMD_SYS_SET } = RDMA_NL;

declareMessages(NETLINK_RDMA, { types: [RDMA_NLDEV_CMD_SYS_GET, RDMA_NLDEV_CMD_SYS_SET], codec: SYSTEM });

/** The settings that can be changed. */
const CHANGES = ["netnsMode", "privilegedQkeyMode"] as const;

/** Operations on RDMA's settings. */
export class System {
  readonly #open: () => Client;

  /** Sends requests through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    bindMethods(this);
  }

  /** Returns the settings. Like `rdma system show`. */
  get(): SystemSettings {
    return this.#open().request({
      type: RDMA_NLDEV_CMD_SYS_GET,
      flags: 0,
      codec: SYSTEM,
      value: {},
      what: "get RDMA settings",
      reply: RDMA_NLDEV_CMD_SYS_GET,
      looks: true,
    }) as SystemSettings;
  }

  /**
   * Changes the given settings, each with a request of its own. Like `rdma system set netns exclusive`.
   *
   * @throws {KernelError} EBUSY: `netnsMode` changes only while there is no other network namespace
   */
  set(settings: Pick<SystemSettings, "netnsMode" | "privilegedQkeyMode">): void {
    const what = "set RDMA settings";
    expectFields(settings, what);
    expectNames(settings, what, CHANGES);
    const given = CHANGES.filter((name) => settings[name] !== undefined);
    if (given.length === 0) throw argumentError(TypeError, `Cannot ${what}: give ${CHANGES.join(" or ")}`);
    for (const name of given) {
      this.#open().request({
        type: RDMA_NLDEV_CMD_SYS_SET,
        flags: 0,
        codec: SYSTEM,
        value: { [name]: settings[name] },
        what,
        hint: (code) =>
          code === "EBUSY" ? "the mode changes only while there is no other network namespace" : undefined,
      });
    }
  }
}

/** RDMA's settings, on a socket that the first use opens. */
export const system: System = new System(onShared(NETLINK_RDMA));
