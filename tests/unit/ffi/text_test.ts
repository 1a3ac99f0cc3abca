/** Text from the kernel: UTF-8 is decoded, and other bytes are preserved. */
import { assertEquals } from "@std/assert";
import { decodeText, encodeCString, encodeText } from "../../../ffi/text.ts";
import { test } from "../../test.ts";

const cases: Record<string, { bytes: number[]; text: string }> = {
  "nothing": { bytes: [], text: "" },
  "ASCII": { bytes: [0x65, 0x74, 0x68, 0x30], text: "eth0" },
  "two, three and four bytes": { bytes: [0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x90, 0xa7], text: "ä€🐧" },
  "a byte order mark": { bytes: [0xef, 0xbb, 0xbf, 0x61], text: "\ufeffa" },
  "the last code point": { bytes: [0xf4, 0x8f, 0xbf, 0xbf], text: "\u{10ffff}" },
  "the replacement character itself": { bytes: [0xef, 0xbf, 0xbd], text: "\ufffd" },
  "a byte that never is UTF-8": { bytes: [0x76, 0xff, 0x30], text: "v\udcff0" },
  "a continuation without a start": { bytes: [0x80, 0xbf], text: "\udc80\udcbf" },
  "a start without its continuation": { bytes: [0xc3, 0x61], text: "\udcc3a" },
  "a sequence that the end cuts off": { bytes: [0x61, 0xe2, 0x82], text: "a\udce2\udc82" },
  "an overlong NUL": { bytes: [0xc0, 0x80], text: "\udcc0\udc80" },
  "an overlong slash": { bytes: [0xe0, 0x80, 0xaf], text: "\udce0\udc80\udcaf" },
  "a surrogate in UTF-8": { bytes: [0xed, 0xb3, 0xbf], text: "\udced\udcb3\udcbf" },
  "beyond the last code point": { bytes: [0xf4, 0x90, 0x80, 0x80], text: "\udcf4\udc90\udc80\udc80" },
  "odd bytes between good ones": { bytes: [0xc3, 0xa4, 0xfe, 0xc3, 0xa4], text: "ä\udcfeä" },
};

for (const [name, { bytes, text }] of Object.entries(cases)) {
  test(`decodeText() and encodeText() agree on ${name}`, () => {
    assertEquals(decodeText(Uint8Array.from(bytes), 0, bytes.length), text);
    assertEquals([...encodeText(text)], bytes);
  });
}

test("decodeText() stops at the first NUL, and at the end without one", () => {
  const bytes = Uint8Array.from([0x78, 0x6c, 0x6f, 0x00, 0x79]);
  assertEquals(decodeText(bytes, 1, 5), "lo");
  assertEquals(decodeText(bytes, 1, 2), "l");
  assertEquals(decodeText(bytes, 3, 5), "");
});

test("decodeText() distinguishes texts with the same hash", () => {
  const names = Array.from({ length: 5000 }, (_, i) => `v${i}`);
  for (let round = 0; round < 2; round++) {
    for (const name of names) assertEquals(decodeText(encodeText(name), 0, name.length), name);
  }
});

test("decodeText() and encodeText() convert long text", () => {
  const text = "0123456789".repeat(1000);
  assertEquals(decodeText(encodeText(text), 0, text.length), text);
});

test("decodeText() and encodeText() preserve any bytes", () => {
  let seed = 1;
  const random = (below: number): number => (seed = Math.imul(seed, 1103515245) + 12345 >>> 0) % 65521 % below;
  for (let round = 0; round < 3000; round++) {
    const bytes = Array.from({ length: random(12) }, () => random(2) ? 1 + random(255) : 0xe0 + random(32));
    const text = decodeText(Uint8Array.from(bytes), 0, bytes.length);
    assertEquals([...encodeText(text)], bytes, `of ${JSON.stringify(text)}`);
  }
});

test("encodeText() replaces a lone surrogate that is not an escaped byte by U+FFFD", () => {
  assertEquals([...encodeText("\ud800a")], [0xef, 0xbf, 0xbd, 0x61]);
});

test("encodeCString() ends with a NUL", () => {
  assertEquals([...encodeCString("lo")], [0x6c, 0x6f, 0x00]);
});
