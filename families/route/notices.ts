/**
 * Notices: messages that the kernel sends unasked, about something that happens and not about an object that it keeps.
 *
 * @module
 */
import { expectOptions, guardMethods, plural, WATCH_OPTIONS } from "../../core/arguments.ts";
import type { Client } from "../../core/client.ts";
import type { Codec } from "../../core/codec/mod.ts";
import { declareMessages } from "../../core/messages.ts";
import { showAs } from "../../core/printable.ts";
import {
  type ChangeEvent,
  type PlainWatchEvent,
  type PlainWatchOptions,
  watch,
  type Watchable,
  type Watching,
} from "../../core/watch.ts";
import { NETLINK_ROUTE } from "./protocol.ts";

/** The declaration of one kind of notices. */
export interface NoticeDeclaration<T extends object> {
  /** The name of one in events and messages. */
  readonly object: string;
  /** The message types. */
  readonly types: readonly number[];
  /** The multicast groups. */
  readonly groups: readonly number[];
  /** The codec of the payload. */
  readonly codec: Codec<T, never>;
}

/** The notices of one kind in one network namespace. They can only be watched. */
export class Notices<T extends object> {
  /** The notices, for a watch of several types. */
  readonly watchable: Watchable;
  readonly #open: () => Client;

  /** Watches through the client of `open`. */
  constructor({ object, types, groups, codec }: NoticeDeclaration<T>, open: () => Client) {
    this.#open = open;
    declareMessages(NETLINK_ROUTE, { types, codec: codec as Codec<unknown, never> });
    this.watchable = {
      declaration: { object, describe: () => "", notices: true },
      listening: () => ({ groups, types, codec, event: (type) => types.includes(type) ? "new" : undefined }),
      list: () => [],
      find: () => undefined,
      keyValue: (key) => key,
      key: () => "",
    };
    guardMethods(this);
  }

  /**
   * Yields the notices from now on, each as `value` of an event `new`. It has subscribed when it returns; it ends when the
   * loop is left or `signal` is aborted.
   */
  watch(options: PlainWatchOptions = {}): Watching<PlainWatchEvent<ChangeEvent<string, T>>> {
    const { declaration: { object } } = this.watchable;
    const { initial: _, resync: __, ...kinds } = WATCH_OPTIONS;
    expectOptions(options, `watch ${plural(object)}`, kinds);
    return watch(this.#open(), [this.watchable], options) as never;
  }
}
showAs(Notices, ({ watchable: { declaration } }) => `[notices: ${plural(declaration.object)}]`);
