/**
 * Dry runs: messages are shown instead of sent. Interfaces that they would make get stand-in numbers, since only the
 * kernel knows the real ones. The option `dryRun` works if this module is loaded; every `mod.ts` loads it.
 *
 * ```ts
 * import "@linux/netlink/core/dry_run.ts";
 * import { open } from "@linux/netlink/families/route/mod.ts";
 * using route = open({ dryRun: (message) => console.log(message) });
 * route.links.add({ ifname: "br0", kind: "bridge" }); // printed, not sent
 * ```
 *
 * @module
 */
import { Reader, type Writer } from "./codec/mod.ts";
import { NLM_F, NLMSG_HDRLEN } from "./message.ts";
import { type DryRun, parts } from "./open.ts";
import type { Operation, Protocol } from "./protocol.ts";
import { flagNames, ShownMessage } from "./show.ts";

/** The number of the first interface that a dry run would make. */
const STAND_IN = 0x7fffffff;

/** Receives messages instead of the kernel. */
class Shower implements DryRun {
  /** The numbers of the interfaces that the shown messages would make, by name. */
  readonly foreseen: Map<string, number> = new Map();
  readonly #protocol: Protocol;
  readonly #receive: (message: ShownMessage) => void;

  /** Passes each message to `receive`. */
  constructor(protocol: Protocol, receive: (message: ShownMessage) => void) {
    this.#protocol = protocol;
    this.#receive = receive;
  }

  /** Shows the message at `start`..`end` of the writer. */
  show(writer: Writer, operation: Operation, start = 0, end: number = writer.length): void {
    const type = operation.name ??
      Object.entries(this.#protocol.types).find(([, number]) => number === operation.type)?.[0] ?? operation.type;
    const flags = flagNames(writer.view.getUint16(start + 6, true), type);
    this.#receive(new ShownMessage(writer.bytes.slice(start, end), type, flags, operation.codec));
    this.#foresee(new Reader(writer.bytes, end), operation, start);
  }

  /** Remembers the interfaces that a message would make or rename, for later messages that name them. */
  #foresee(from: Reader, { type, flags, value }: Operation, start: number): void {
    const link = this.#protocol.linkName?.(type, from, start + NLMSG_HDRLEN, from.length);
    if (link !== undefined && link.index !== 0 && !link.gone) this.foreseen.set(link.name, link.index);
    if ((flags & NLM_F.NLM_F_CREATE) === 0) return;
    for (const name of interfacesIn(value)) {
      if (!this.foreseen.has(name)) this.foreseen.set(name, STAND_IN - this.foreseen.size);
    }
  }
}

parts.dryRun = (protocol, receive) => new Shower(protocol, receive);

/**
 * Yields the names of the interfaces that a value describes, at any depth, except those in other network namespaces,
 * whose names cannot be used here.
 */
function* interfacesIn(value: unknown): Generator<string, void, undefined> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const { ifname, netns, netNsFd, netNsPid } = value as Record<string, unknown>;
  if ((netns ?? netNsFd ?? netNsPid) !== undefined) return;
  if (typeof ifname === "string") yield ifname;
  for (const part of Object.values(value)) yield* interfacesIn(part);
}
