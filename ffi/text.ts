/**
 * Converts text between strings and the kernel's form: bytes, by custom UTF-8, ended by a NUL.
 *
 * Bytes that are not UTF-8 become lone surrogates, U+DC80 to U+DCFF, and these become the same bytes again (Python's
 * "surrogateescape"). So an interface name of any bytes survives a round trip.
 * @module
 */

const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decoded names by hash, as an interface's name is decoded again and again. */
const interned: string[] = new Array(512).fill("");
/** The longest text that is kept there or encoded without a call of the runtime, in bytes. */
const INTERN = 32;

/** Most characters of a value that a message shows. */
const SHOWN = 60;

/** Returns a text for a message, cut if it is long. */
export function shortened(text: string, most: number = SHOWN): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Matches a string that may be a secret key, in base64 or hexadecimal. */
const SECRET = /^(?=.*\d)(?:[A-Za-z\d+/]{40,}={0,2}|[\da-fA-F]{16,})$/;

/** Formats a value for an error message, shortened; never shows a string that may be a secret key. */
export function shown(value: unknown): string {
  if (typeof value === "string") {
    if (SECRET.test(value)) return `a text of ${value.length} characters`;
    return JSON.stringify(shortened(value));
  }
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/**
 * Decodes bytes up to the first NUL or the end.
 *
 * @param bytes the memory that holds the text
 * @param at offset of its first byte
 * @param end offset after its last byte, and after its NUL if it has one
 */
export function decodeText(bytes: Uint8Array, at: number, end: number): string {
  let stop = at;
  let hash = 0;
  let ascii = 0;
  for (; stop < end; stop++) {
    const byte = bytes[stop]!;
    if (byte === 0) break;
    ascii |= byte;
    hash = Math.imul(hash, 31) + byte | 0;
  }
  const length = stop - at;
  if (length === 0) return "";
  if (ascii > 127) return decodeUtf8(bytes, at, stop);
  if (length > INTERN) return decodeAscii(bytes, at, stop);
  const slot = (hash ^ hash >>> 9) & 511;
  const known = interned[slot]!;
  if (known.length === length && same(known, bytes, at)) return known;
  return interned[slot] = decodeAscii(bytes, at, stop);
}

/**
 * Decodes all of the bytes, also a NUL among them: the text's length is given, so a NUL does not end it.
 *
 * @param bytes the memory that holds the text
 * @param at offset of its first byte
 * @param end offset after its last byte
 */
export function decodeCounted(bytes: Uint8Array, at: number, end: number): string {
  return at === end ? "" : decodeUtf8(bytes, at, end);
}

function same(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}

function decodeAscii(bytes: Uint8Array, at: number, end: number): string {
  if (end - at > 256) return strict.decode(bytes.subarray(at, end));
  let text = "";
  for (let i = at; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function decodeUtf8(bytes: Uint8Array, at: number, end: number): string {
  try {
    return strict.decode(bytes.subarray(at, end));
  } catch {
    return decodeEscaping(bytes, at, end);
  }
}

/** Decodes one UTF-8 sequence after the other, and escapes bytes of none; for text that the strict decoder refused. */
function decodeEscaping(bytes: Uint8Array, at: number, end: number): string {
  let text = "";
  while (at < end) {
    const size = sequence(bytes, at, end);
    if (size === 0) text += String.fromCharCode(0xdc00 + bytes[at]!);
    else text += strict.decode(bytes.subarray(at, at + size));
    at += size || 1;
  }
  return text;
}

/** Returns the length of the valid UTF-8 sequence at `at`, 0 if there is none (Unicode, table 3-7). */
function sequence(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > end) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (bytes[at + 1]! < low || bytes[at + 1]! > high) return 0;
  for (let i = 2; i < size; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return size;
}

/** A surrogate without its partner: an escaped byte, or a character that UTF-8 cannot encode. */
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Encodes text without a NUL at its end. The inverse of {@linkcode decodeText}.
 *
 * @param text text that may hold escaped bytes, U+DC80 to U+DCFF; other lone surrogates become U+FFFD, as in
 * TextEncoder
 */
export function encodeText(text: string): Uint8Array {
  if (text.length <= INTERN) {
    const ascii = new Uint8Array(text.length);
    if (writeAscii(text, ascii, 0)) return ascii;
  }
  if (!LONE.test(text)) return utf8.encode(text);
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes[length++] = code - 0xdc00;
    else length += utf8.encodeInto(character, bytes.subarray(length)).written;
  }
  return bytes.subarray(0, length);
}

/**
 * Writes text of ASCII without NUL, which for a short text takes less time than a call of the runtime.
 *
 * @param bytes the memory that has room for the text at `at`
 * @returns false for other text, of which some may be written
 */
export function writeAscii(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 127) return false;
    bytes[at + i] = code;
  }
  return true;
}

/**
 * Encodes text with a NUL at its end, as C takes paths.
 *
 * @param text as in {@linkcode encodeText}; no NUL inside
 */
export function encodeCString(text: string): Uint8Array {
  const bytes = encodeText(text);
  const terminated = new Uint8Array(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}

/**
 * Characters that a terminal obeys instead of showing: controls, changes of direction, line separators, lone
 * surrogates.
 */
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Bidi_C}\u2028\u2029]/gu;
/** The characters among them that JSON does not escape. */
const UNSHOWN_IN_JSON = /[\x7f-\x9f\p{Bidi_C}\u2028\u2029]/gu;

/** Escapes text for printing on one line: each character that a terminal would not show becomes `\u001b` or alike. */
export function escapeControls(text: string): string {
  return text.replace(UNSHOWN, escaped);
}

/** Escapes JSON for printing in the same way; the result is JSON of the same value. */
export function escapeJson(json: string): string {
  return json.replace(UNSHOWN_IN_JSON, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
