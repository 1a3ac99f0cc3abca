/**
 * Lists of names whose place is their number.
 *
 * @module
 */

/** Returns the names of a list by their numbers: the first has number 0, and a number is that of the next name. */
export function numbered(words: string): Map<number, string> {
  const names = new Map<number, string>();
  let next = 0;
  for (const word of words.split(" ")) {
    if (/^\d/.test(word)) next = Number(word);
    else names.set(next++, word);
  }
  return names;
}

/** Returns the name of a number; `undefined` if it has none. */
export type Naming = (number: number) => string | undefined;

/** Returns the function that looks up the names of a list; see {@linkcode numbered}. It reads the list when first called. */
export function namesOf(words: string): Naming {
  let names: ReadonlyMap<number, string> | undefined;
  return (number) => (names ??= numbered(words)).get(number);
}
