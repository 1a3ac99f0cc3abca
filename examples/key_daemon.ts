/**
 * A key daemon for two network namespaces: answers packets that need an IPsec state with a pair of states, one where
 * packets are sent and one where they are received, and makes the next pair before those have sent too many packets or
 * are old. It is the daemon of both, so that it need not agree with another about keys. Policies say which packets need
 * a state. A pair is removed when the one after it is followed by another: packets on their way need it no more, and the
 * kernel drops packets while it makes its table of states larger.
 *
 *     deno run --allow-ffi examples/key_daemon.ts left right  (as root)
 *     bun examples/key_daemon.ts left right --packets 1000
 */
import { open, type StateExpire, type XfrmClient, type XfrmState } from "../families/xfrm/mod.ts";
import { number, print, run } from "./run.ts";

/** Fields of both states of a pair, and the number of the acquire that they answer. */
type Pair = Pick<XfrmState, "src" | "dst" | "proto" | "mode" | "reqid" | "seq">;

/** Lifetime of a state in seconds. The receiver's are there longer. */
const LIFETIME = 3600;

/** Packets that may still be sent with a state while the next pair is made. */
const MARGIN = 1_000_000;

/** Makes a pair of states with a new key, first where packets are received, so that none is lost. */
function agree(sender: XfrmClient, receiver: XfrmClient, pair: Pair, packets: number): void {
  const { src, dst, proto, mode, reqid, seq } = pair, common = { src, dst, proto, mode, reqid };
  const { spi } = receiver.states.allocSpi(common), key = crypto.getRandomValues(new Uint8Array(20));
  const state = { ...common, spi, aead: { name: "rfc4106(gcm(aes))", key, icvLength: 128 } };
  receiver.states.complete({ ...state, replayWindow: 32, lft: { hardAddExpiresSeconds: 2 * LIFETIME } });
  const limits = { softPacketLimit: packets, hardPacketLimit: packets + MARGIN };
  const times = { softAddExpiresSeconds: LIFETIME * 0.9, hardAddExpiresSeconds: LIFETIME };
  sender.states.add({ ...state, seq, lft: { ...limits, ...times } });
  print(`${src} → ${dst} ${proto} 0x${spi.toString(16)} ${mode}`);
}

/** Makes pairs for the packets that one namespace sends, and removes those that no packet needs. */
async function serve(sender: XfrmClient, receiver: XfrmClient, packets: number): Promise<void> {
  /** The state before the present one, by what both have in common. */
  const former = new Map<string, StateExpire>();
  for await (const { event, object, value } of sender.watch("acquire", "expire")) {
    if (object === "acquire") {
      const { src, dst, proto, seq, tmpl: [{ mode, reqid }] = [{ mode: "transport", reqid: 0 }] } = value;
      if (src !== undefined && dst !== undefined) {
        agree(sender, receiver, { src, dst, proto, mode, reqid, seq }, packets);
      }
    } else if (object === "state" && value.hard) {
      receiver.states.delete(value, { missing: "ok" });
    } else if (object === "state") {
      // The kernel prefers states that have not reached a limit.
      agree(sender, receiver, { ...value, seq: 0 }, packets);
      const { src, dst, proto, mode, reqid } = value, name = [src, dst, proto, mode, reqid].join(" ");
      const old = former.get(name);
      former.set(name, value);
      if (old === undefined) continue;
      for (const { states } of [sender, receiver]) states.delete(old, { missing: "ok" });
    } else if (event === "overrun") {
      print("requests for states were lost; the kernel repeats them");
    }
  }
}

await run({
  about: "Answers packets that need an IPsec state, between two network namespaces.",
  takes: "LEFT RIGHT",
  options: { packets: ["NUMBER", "makes new keys after so many packets; 1000000 if absent"] },
}, async ({ packets = "1000000" }, left, right) => {
  const count = number(packets, "--packets", 1);
  using one = open({ netns: left! }), other = open({ netns: right! });
  await Promise.all([serve(one, other, count), serve(other, one, count)]);
});
