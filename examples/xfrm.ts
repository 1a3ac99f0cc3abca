/**
 * Lists IPsec policies and states like `ip xfrm policy` and `ip xfrm state`, without keys; or follows the packets that
 * need a state, and what expires.
 *
 *     deno run --allow-ffi examples/xfrm.ts
 *     bun examples/xfrm.ts --follow
 */
import { policies, type Selector, states, watch } from "../families/xfrm/mod.ts";
import { list, type Listed } from "./run.ts";

/** A policy, a state or an event. */
interface Row {
  readonly event: string | number;
  readonly object?: string;
  readonly value?: { readonly sel?: Selector; readonly src?: string; readonly dst?: string; readonly spi?: number };
}

const packets = ({ src, dst, proto, sport, dport }: Selector = {}): string =>
  [src, sport, "→", dst, dport, proto].filter((one) => one !== undefined).join(" ");

await list(
  { about: "Lists IPsec policies and states.", options: { follow: "follows what needs a state, and what expires" } },
  ({ follow }): Listed<Row> => {
    if (follow === true) return watch("acquire", "expire");
    return [
      ...policies.list().map((value) => ({ event: value.dir, object: "policy", value })),
      ...states.list().map(({ aead: _, crypt: _1, auth: _2, authTrunc: _3, ...value }) => {
        return { event: value.proto, object: "state", value };
      }),
    ];
  },
  ({ object = "", event, value: { sel, src, dst, spi = 0 } = {} }) => ({
    OBJECT: object,
    EVENT: event,
    PACKETS: packets(sel),
    STATE: dst === undefined ? "" : `${src} → ${dst} 0x${spi.toString(16)}`,
  }),
);
