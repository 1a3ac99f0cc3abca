/**
 * The types that the exports of generic families use. Each entry exports them too.
 *
 * @module
 */
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type * from "../../core/generic.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/stream.ts";
export type * from "../../core/transport.ts";
export type { ChangeEvent, SyncedEvent, WaitOptions, WatchEvent, WatchOptions } from "../../core/watch.ts";
