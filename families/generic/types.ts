/**
 * The types that what generic families export is made of, for each of their entries to export along.
 *
 * @module
 */
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type * from "../../core/generic.ts";
export type * from "../../core/interface_names.ts";
export type * from "../../core/show.ts";
export type * from "../../core/stream.ts";
export type * from "../../core/transport.ts";
export type { ChangeEvent, SyncedEvent, WaitOptions, WatchEvent, WatchOptions } from "../../core/watch.ts";
