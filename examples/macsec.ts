/**
 * Encrypts a link: adds to a MACsec interface a key to send with, and a peer's key to receive with.
 *
 *     sudo deno run --allow-ffi examples/macsec.ts macsec0
 *     sudo bun examples/macsec.ts macsec0 $(openssl rand -hex 16) 5254001234560001 00112233445566778899aabbccddeeff
 *
 * Needs CAP_NET_ADMIN, and an interface: ip link add link eth0 macsec0 type macsec encrypt on
 */
import { macsec } from "../families/generic/macsec.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Adds keys to a MACsec interface, and lists its channels. With the interface alone, it changes nothing.",
    takes: "INTERFACE [KEY] [PEER'S-SCI] [PEER'S-KEY]",
  },
  function* (_options, dev, key, peer, peerKey) {
    if (key !== undefined) macsec.addTxSa(dev, { an: 0, pn: 1, active: true, keyid: "01", key });
    if (peer !== undefined && peerKey !== undefined) {
      macsec.addRxSc(dev, { sci: peer, active: true });
      macsec.addRxSa(dev, peer, { an: 0, pn: 1, active: true, keyid: "02", key: peerKey });
    }
    const { secy, rxscList = [], txscStats } = macsec.get(dev);
    yield { direction: "sends", sci: secy?.sci, cipher: secy?.cipherSuite, packets: txscStats?.outPktsEncrypted };
    for (const { sci, active, stats } of rxscList) {
      yield { direction: active ? "hears" : "is deaf to", sci, packets: stats?.inPktsOk };
    }
  },
  ({ direction, sci, cipher, packets }) => ({ DIRECTION: direction, SCI: sci, CIPHER: cipher, PACKETS: packets }),
);
