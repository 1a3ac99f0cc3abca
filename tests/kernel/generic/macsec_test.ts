/** macsec, compared with `ip macsec`, in the lab: this needs its module. */
import { assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { open } from "../../../families/generic/macsec.ts";
import { inNamespace, run } from "../namespace.ts";
import { moduleTest } from "./lab.ts";

moduleTest(
  "macsec",
  ["macsec", "veth"],
  "macsec: channels and associations are what `ip macsec` says",
  ["ip"],
  () =>
    inNamespace(({ name, ip }) => {
      using client = open({ netns: name });
      ip("link add v0 type veth peer name v1");
      ip("link add link v0 macsec0 type macsec port 11 encrypt on cipher gcm-aes-256");
      const peer = "525400123456000b", key = "0123456789abcdef".repeat(4), { macsec } = client;
      macsec.addTxSa("macsec0", { an: 1, pn: 100, active: true, keyid: "0a0b", key });
      macsec.addRxSc("macsec0", { sci: peer, active: true });
      macsec.addRxSa("macsec0", peer, { an: 2, pn: 7, active: false, keyid: "01", key });
      const theirs = (): string => run("ip", ["-n", name, "macsec", "show"]).replace(/\s+/g, " ");
      const device = macsec.get("macsec0"), secy = device.secy!, said = theirs();
      assertEquals(device.dev, "macsec0");
      assertEquals([secy.cipherSuite, secy.encrypt, secy.protect, secy.validate, secy.encodingSa], [
        "gcm_aes_256",
        true,
        true,
        "strict",
        0,
      ]);
      const words = {
        sci: /TXSC: ([0-9a-f]{16})/.exec(said)![1],
        tx: /1: PN 100, state on, key (0a0b[0-9a-f]{28})/.exec(said)![1],
        rx: /RXSC: ([0-9a-f]{16}), state on/.exec(said)![1],
        rxSa: /2: PN 7, state off, key (01[0-9a-f]{30})/.exec(said)![1],
      };
      assertEquals([secy.sci, device.txsaList![0]!.keyid], [words.sci, words.tx]);
      const [channel] = device.rxscList!, [sa] = channel!.saList!;
      assertEquals([channel!.sci, channel!.active, sa!.an, sa!.pn, sa!.active, sa!.keyid], [
        words.rx,
        true,
        2,
        7,
        false,
        words.rxSa,
      ]);
      assertEquals(typeof device.txscStats!.outPktsEncrypted, "number");
      macsec.setRxSa("macsec0", peer, { an: 2, pn: 9, active: true });
      macsec.setTxSa("macsec0", { an: 1, active: false });
      macsec.setRxSc("macsec0", { sci: peer, active: false });
      assertEquals(/2: PN 9, state on/.test(theirs()) && /RXSC: \w+, state off/.test(theirs()), true);
      macsec.setRxSa("macsec0", peer, { an: 2, active: false });
      macsec.deleteRxSa("macsec0", peer, 2);
      macsec.deleteRxSc("macsec0", peer);
      macsec.deleteTxSa("macsec0", 1);
      const left = macsec.get("macsec0");
      assertEquals([left.rxscList?.length ?? 0, left.txsaList?.length ?? 0], [0, 0]);
      assertEquals(assertThrows(() => macsec.get("nope0"), Error).message.includes("nope0"), true);
      assertEquals(assertThrows(() => macsec.deleteTxSa("v0", 1), KernelError).code, "ENODEV");
      assertEquals(macsec.list().length, 1);
    }),
);
