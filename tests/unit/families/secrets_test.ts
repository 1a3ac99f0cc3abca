/** Keys and passwords of all families: messages that are shown, and errors, have their lengths only. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { ShownMessage, stringify } from "../../../core/show.ts";
import { CompiledSpec } from "../../../families/generic/compile_spec.ts";
import { ModuleFwFlash, Wol } from "../../../families/generic/ethtool.ts";
import { MacsecDevice } from "../../../families/generic/macsec.ts";
import { Nl80211Message } from "../../../families/generic/nl80211.ts";
import { WgDevice } from "../../../families/generic/wireguard.ts";
import { TcpSocket } from "../../../families/sock_diag/mod.ts";
import { XfrmState } from "../../../families/xfrm/mod.ts";
import { test } from "../../test.ts";
import { LAMP } from "../generic/lamp_spec.ts";

const { hex, key6, key16, key32, text32 } = (() => {
  const key32 = Uint8Array.from({ length: 32 }, (_, i) => 0xa1 + 37 * i & 0xff),
    hex = Buffer.from(key32).toString("hex");
  return {
    hex,
    key6: key32.slice(0, 6),
    key16: key32.slice(0, 16),
    key32,
    text32: Buffer.from(key32).toString("base64"),
  };
})();

const lamp = new CompiledSpec(LAMP).operations.get("lamp-get")!.table;

/** Objects by a function that puts a given secret in them; a secret that fits. */
const OBJECTS: readonly (readonly [
  name: string,
  codec: unknown,
  make: (secret: unknown) => object,
  secret: unknown,
])[] = [
  ["wireguard, private", WgDevice, (privateKey) => ({ ifindex: 3, privateKey }), text32],
  ["wireguard, preshared", WgDevice, (presharedKey) => ({ peers: [{ presharedKey }] }), key32],
  ["macsec", MacsecDevice, (key) => ({ ifindex: 3, saConfig: { an: 1, key } }), key16],
  ["nl80211, a key", Nl80211Message, (data) => ({ ifindex: 3, key: { idx: 1, data } }), key16],
  ["nl80211, WEP keys", Nl80211Message, (data) => ({ keys: [{ data }] }), key16],
  ["nl80211, the bytes of a key", Nl80211Message, (keyData) => ({ keyData }), key32],
  ["nl80211, a PMK", Nl80211Message, (pmk) => ({ pmk }), key32],
  ["nl80211, a password", Nl80211Message, (saePassword) => ({ saePassword }), key16],
  ["nl80211, FILS", Nl80211Message, (filsKek) => ({ filsKek }), key16],
  ["nl80211, ERP", Nl80211Message, (filsErpRrk) => ({ filsErpRrk }), key16],
  ["nl80211, the key encryption key", Nl80211Message, (kek) => ({ rekeyData: { kek } }), key16],
  ["nl80211, the key confirmation key", Nl80211Message, (kck) => ({ rekeyData: { kck } }), key16],
  ["nl80211, a seed", Nl80211Message, (ltfSeed) => ({ key: { ltfSeed } }), key16],
  ["ethtool, magic packets", Wol, (sopass) => ({ sopass }), key6],
  ["ethtool, a module's password", ModuleFwFlash, (password) => ({ password }), 0xa1b2c3d4],
  ["TCP MD5", TcpSocket, (key) => ({ family: "inet", md5sig: [{ addr: "192.0.2.1/32", key }] }), key16],
  ["xfrm", XfrmState, (key) => ({ crypt: { name: "cbc(aes)", key } }), key16],
  ["a specification", lamp, (key) => ({ key }), key16.slice(0, 4)],
];

function bytesOf(codec: unknown, value: object): Uint8Array {
  const to = new Writer();
  (codec as Codec<object>).encode(value, to, {});
  return to.bytes.slice(0, to.length);
}

/** The forms in which a text may have a secret. */
const FORMS = [hex.slice(0, 8), text32.slice(0, 6), String(0xa1b2c3d4), "a1b2c3d4", "d4c3b2a1", "161,"];

test("no tree, summary or field of a message that is shown has a secret", () => {
  for (const [name, codec, make, secret] of OBJECTS) {
    const bytes = bytesOf(codec, make(secret));
    const message = new ShownMessage(bytes, "MESSAGE", undefined, codec as Codec<unknown, never>);
    const tree = String(message), texts = [tree, message.summary(), stringify(message.fields)];
    const size = secret === text32 ? 32 : secret instanceof Uint8Array ? secret.length : 4;
    for (const text of texts) assert(text.includes(`${size} bytes`), `${name}: ${text}`);
    const plain = texts.map((text) => text.replace(/\s/g, ""));
    assertEquals(FORMS.filter((form) => plain.some((text) => text.includes(form))), [], `${name}: ${tree}`);
    // The value itself has it, and is read again as it was.
    assertEquals(bytesOf(codec, (codec as Codec<object>).decode(new Reader(bytes), 0, bytes.length, {})), bytes, name);
  }
});

test("no error about a wrong secret repeats it", () => {
  for (const [name, codec, make] of OBJECTS) {
    for (const wrong of ["hunter2!", "Ab1", [0xa1b2], { hunter2: 1 }]) {
      const error = assertThrows(() => bytesOf(codec, make(wrong)), TypeError);
      assert(!/hunter2|Ab1|41394/.test(error.message), `${name}: ${error.message}`);
    }
  }
});
