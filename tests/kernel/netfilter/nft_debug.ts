/**
 * Reads the messages that `nft --debug=mnl` shows: rules and anonymous sets, as nft sends them.
 *
 * @module
 */
import { Reader } from "../../../core/codec/mod.ts";
import { NftData, type NftExpression, NftExpressions } from "../../../families/netfilter/nftables/expressions.ts";

const NEWRULE = 0xa06, NEWSET = 0xa09, NEWSETELEM = 0xa0c;

/** An element that nft sends. */
export interface SentElement {
  readonly key?: NftData;
  readonly keyEnd?: NftData;
  readonly data?: NftData;
  readonly flags?: number;
  readonly objref?: string;
  readonly userdata?: string;
}

/** A set that nft sends. */
export interface SentSet {
  readonly name: string;
  readonly id: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly userdata: string;
  readonly elements: SentElement[];
}

/** A rule that nft sends, and the anonymous sets before it. */
export interface SentRule {
  readonly expressions: readonly NftExpression[];
  readonly sets: readonly SentSet[];
}

/**
 * Converts the output to messages. All lines have fixed columns:
 *
 *     |  0000000020  |  | message length |
 *     | 02569 | R--- |  |  type | flags  |
 *     |00006|--|00001|  |len |flags| type|     with colours between the bars
 *     | 74 00 00 00  |  |      data      |
 */
export function messagesOf(output: string): Uint8Array[] {
  const messages: Uint8Array[] = [], bytes = new Uint8Array(1 << 20);
  let length = 0;
  const add = (value: number, size: number): void => {
    for (let i = 0; i < size; i++) bytes[length++] = value / 2 ** (8 * i);
  };
  const end = (): void => {
    if (length > 0) messages.push(bytes.slice(0, length));
    length = 0;
  };
  for (let at = 0; at < output.length;) {
    const next = output.indexOf("\n", at), stop = next < 0 ? output.length : next;
    if (output[at] === "|") {
      if (output[at + 1] === "\x1b") {
        const parts = output.slice(at, stop).split("m");
        add(parseInt(parts[1]!, 10), 2);
        add(parseInt(parts[5]!, 10), 2);
      } else if (output[at + 4] === " " && output[at + 7] === " " && output[at + 10] === " ") {
        for (let i = 0; i < 4; i++) bytes[length++] = parseInt(output.slice(at + 2 + 3 * i, at + 4 + 3 * i), 16);
      } else if (output[at + 8] === "|") add(parseInt(output.slice(at + 2, at + 7), 10), 4);
      else {
        if (output.startsWith("message", at + 19)) end();
        add(parseInt(output.slice(at + 3, at + 13), 10), 4);
      }
    }
    at = stop + 1;
  }
  end();
  return messages;
}

type Attribute = readonly [id: number, bytes: Uint8Array];

function attributesOf(bytes: Uint8Array, first = 0): Attribute[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset), out: Attribute[] = [];
  for (let at = first; at + 4 <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < 4) break;
    out.push([view.getUint16(at + 2, true), bytes.subarray(at + 4, at + length)]);
    at += length + 3 & ~3;
  }
  return out;
}

const number = (bytes: Uint8Array): number => bytes.reduce((all, byte) => all * 256 + byte, 0);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*/, "");
const data = (bytes: Uint8Array): NftData => NftData.decode(new Reader(bytes), 0, bytes.length, {});
const NUMBERS: Readonly<Record<number, string>> = {
  3: "flags",
  4: "keyType",
  5: "keyLen",
  6: "dataType",
  7: "dataLen",
  15: "objType",
};

function elementOf(bytes: Uint8Array): SentElement {
  const out: Record<string, unknown> = {};
  for (const [id, value] of attributesOf(bytes)) {
    if (id === 1) out["key"] = data(value);
    else if (id === 2) out["data"] = data(value);
    else if (id === 3) out["flags"] = number(value);
    else if (id === 6) out["userdata"] = value.toHex();
    else if (id === 9) out["objref"] = text(value);
    else if (id === 10) out["keyEnd"] = data(value);
  }
  return out;
}

/** Returns the rules of nft's output, in order. */
export function rulesOf(output: string): SentRule[] {
  const rules: SentRule[] = [], sets = new Map<number, SentSet>();
  for (const message of messagesOf(output)) {
    const type = new DataView(message.buffer).getUint16(4, true), attributes = attributesOf(message, 20);
    const one = new Map(attributes);
    if (type === NEWSET) {
      const id = number(one.get(10) ?? new Uint8Array()), numbers: Record<string, number> = {};
      for (const [attribute, value] of attributes) {
        const name = NUMBERS[attribute];
        if (name !== undefined) numbers[name] = number(value);
        if (attribute === 9) {
          for (const [inner, bytes] of attributesOf(value)) {
            if (inner === 1) numbers["size"] = number(bytes);
            else if (inner === 2) {
              numbers["concat"] = attributesOf(bytes).map(([, field]) => number(attributesOf(field)[0]![1]))
                .reduce((all, len) => all * 32 + len, 0);
            }
          }
        }
      }
      sets.set(id, {
        name: text(one.get(2)!),
        id,
        numbers,
        userdata: (one.get(13) ?? new Uint8Array()).toHex(),
        elements: [],
      });
    } else if (type === NEWSETELEM) {
      const set = sets.get(number(one.get(4) ?? new Uint8Array()));
      for (const [, bytes] of attributesOf(one.get(3) ?? new Uint8Array())) set?.elements.push(elementOf(bytes));
    } else if (type === NEWRULE) {
      const bytes = one.get(4) ?? new Uint8Array();
      const expressions = NftExpressions.decode(new Reader(bytes), 0, bytes.length, {});
      const used = new Set([...JSON.stringify(expressions).matchAll(/etId":(\d+)/g)].map(([, id]) => Number(id)));
      rules.push({ expressions, sets: [...used].flatMap((id) => sets.get(id) ?? []) });
    }
  }
  return rules;
}
