/**
 * Lists: the four ways in which netlink sends several of a thing.
 *
 * @module
 */
import { type Reader, shown, type Writer } from "./buffer.ts";
import { type Codec, MISFIT, payloadOf, type Visit } from "./codec.ts";
import { eachAttribute, keepRaw, type RepeatedCodec } from "./attributes.ts";

const NLA_F_NESTED = 0x8000;

function items<E>(value: readonly E[], to: Writer): readonly E[] {
  if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
  return value;
}

function nest<D, E>(
  codec: Codec<D, E>,
  name: string,
  idOf: (index: number) => number,
): Codec<readonly D[], readonly E[]> {
  return {
    name,
    nested: true,
    decode(from, at, end, owner) {
      const list: D[] = [];
      let misfits = 0;
      eachAttribute(from, at, end, (_id, start, stop) => {
        const value = payloadOf(codec, from, start + 4, stop, owner);
        if (value === MISFIT) misfits++;
        else list.push(value);
      });
      // A list with one item less would be another list.
      return misfits > 0 ? MISFIT : list;
    },
    encode(value, to, owner) {
      items(value, to).forEach((one, index) => {
        to.path.push(index);
        const start = to.open(codec.nested ? idOf(index) | NLA_F_NESTED : idOf(index));
        codec.encode(one, to, owner);
        to.close(start);
        to.path.pop();
      });
    },
    walk(from, at, end, owner, visit) {
      let index = 0;
      eachAttribute(from, at, end, (id, start, stop) => {
        visit({ name: index++, id, start, at: start + 4, end: stop, codec, owner });
      });
    },
  };
}

/** A nest whose attributes are numbered 1, 2, 3 …, each one item. */
export function list<D, E>(codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  return nest(codec, `a list of ${codec.name}`, (index) => index + 1);
}

/** A nest whose attributes all have number `id`, each one item. */
export function listOf<D, E>(id: number, codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  return nest(codec, `a list of ${codec.name}`, () => id);
}

/** Items of fixed size side by side in one payload. */
export function array<D, E>(codec: Codec<D, E>): Codec<readonly D[], readonly E[]> {
  const size = codec.size!, member: Codec<unknown, never> = codec;
  return {
    name: `an array of ${codec.name}`,
    decode(from, at, end, owner) {
      if ((end - at) % size !== 0) return MISFIT;
      const list: D[] = [];
      for (let place = at; place < end; place += size) list.push(codec.decode(from, place, place + size, owner));
      return list;
    },
    encode(value, to, owner) {
      items(value, to).forEach((one, index) => {
        to.path.push(index);
        codec.encode(one, to, owner);
        to.path.pop();
      });
    },
    walk(_from, at, end, owner, visit) {
      for (let place = at; place + size <= end; place += size) {
        visit({ name: (place - at) / size, id: -1, start: place, at: place, end: place + size, codec: member, owner });
      }
    },
  };
}

/** An attribute of number `id` that comes once for each item, side by side with the others. */
export function repeated<D, E>(id: number, codec: Codec<D, E>): Codec<readonly D[], readonly E[]> & RepeatedCodec {
  const type = codec.nested ? id | NLA_F_NESTED : id;
  return {
    name: `${codec.name}, several times`,
    repeated: true,
    // From the first of them, its own header included, to the end of the nest that holds them.
    decode(from: Reader, at: number, end: number, owner: object): D[] {
      const list: D[] = [];
      eachAttribute(from, at, end, (other, start, stop) => {
        if (other !== id) return;
        const value = payloadOf(codec, from, start + 4, stop, owner);
        if (value === MISFIT) keepRaw(owner, id, from, start + 4, stop);
        else list.push(value);
      });
      return list;
    },
    encode(value: readonly E[], to: Writer, owner: object): void {
      items(value, to).forEach((one, index) => {
        to.path.push(index);
        const start = to.open(type);
        codec.encode(one, to, owner);
        to.close(start);
        to.path.pop();
      });
    },
    walk(_from: Reader, at: number, end: number, owner: object, visit: Visit): void {
      visit({ name: undefined, id, start: at, at: at + 4, end, codec, owner });
    },
  };
}
