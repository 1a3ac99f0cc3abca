/**
 * Encrypts a link: adds to a MACsec interface a key to send with, and a peer's key to receive with.
 *
 *     ip link add link eth0 macsec0 type macsec encrypt on
 *     deno run --allow-ffi examples/macsec.ts macsec0 OURKEY PEERSCI PEERKEY
 *     bun examples/macsec.ts macsec0 $(openssl rand -hex 16) 5254001234560001 00112233445566778899aabbccddeeff
 *
 * Needs CAP_NET_ADMIN. With the interface's name alone, it changes nothing. Prints the transmit channel, then those of
 * peers.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { macsec } from "../families/generic/macsec.ts";

const [dev = "macsec0", key, sci, peerKey] = process.argv.slice(2);
if (key !== undefined) macsec.addTxSa(dev, { an: 0, pn: 1, active: true, keyid: "01", key });
if (sci !== undefined && peerKey !== undefined) {
  macsec.addRxSc(dev, { sci, active: true });
  macsec.addRxSa(dev, sci, { an: 0, pn: 1, active: true, keyid: "02", key: peerKey });
}
const { secy, rxscList = [], txscStats } = macsec.get(dev);
console.log(printable("sends on", secy?.sci, secy?.cipherSuite, txscStats?.outPktsEncrypted, "packets encrypted"));
for (const { sci, active, stats } of rxscList) {
  console.log(printable("hears", sci, active ? "on" : "off", stats?.inPktsOk, "good"));
}
