/**
 * Batches: many changes in few datagrams. Each item is done, refused, unknown or not sent; the error lists all but the
 * done ones.
 *
 * @module
 */
import { asyncError, expectCallback, isPromise } from "./arguments.ts";
import { type Codec, NoSuchInterface, type Writer } from "./codec/mod.ts";
import { argumentError, BatchError, type BatchFailure, NetlinkError, SystemError } from "./errors.ts";
import { answerSize, type Exchange, followingOf, SEND_OVERHEAD, seqOf, withValueRead } from "./exchange.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN, readError } from "./message.ts";
import type { Operation, Requester } from "./protocol.ts";
import { Answers, overflowed } from "./wait.ts";

/** The callback of a batch: it returns anything but a promise, since what it requests later would be lost. */
export type Collecting<B, R> = (batch: B) => R & (R extends PromiseLike<unknown> ? never : unknown);

/**
 * Collects what a script's callback requests with the collections that `make` returns, and sends it.
 *
 * @throws {TypeError} the callback is not a function, or is async
 */
export function collectBatch<B>(
  client: Requester & { runBatch(collect: (add: (operation: Operation) => void) => void): void },
  make: (requester: Requester) => B,
  collect: (batch: B) => void,
): void {
  expectCallback(collect, "run a batch");
  client.runBatch((add) => collect(make(new BatchRequester(client, add))));
}

/** An item of a datagram. */
interface Chunk {
  readonly operation: Operation;
  readonly index: number;
  readonly start: number;
  readonly seq: number;
}

/** Thrown if an item does not fit into the datagram with those before it. */
class TooLong extends Error {}

/** Thrown if an item names an interface, and an item before it in the datagram may give that name to another one. */
class NameMoves extends Error {}

/**
 * Sends the operations that `collect` adds. A refused one does not stop the others; only a failure of the socket does.
 *
 * @param what the task of a method that uses a batch, for its error
 * @throws {BatchError} with every operation that is not known to be done
 */
export function runBatch(
  exchange: Exchange,
  collect: (add: (operation: Operation) => void) => void,
  what?: string,
): void {
  exchange.withWriter((writer) => new Batch(exchange, writer, what).run(collect));
}

class Batch {
  readonly #exchange: Exchange;
  readonly #writer: Writer;
  readonly #answers: Answers;
  readonly #failures: BatchFailure[] = [];
  readonly #unknown: BatchFailure[] = [];
  readonly #unsent: BatchFailure[] = [];
  /** The item that changed nothing and was last: see {@linkcode Operation.tolerates}. */
  #unchanged = -1;
  /** The error after which no further items are sent. */
  #ended: Error | undefined;
  /** The items of the datagram that is being filled. */
  #chunk: Chunk[] = [];
  /** Bytes left in the receive buffer for the answers to these items. */
  #room: number;
  readonly #receive: number;
  readonly #longest: number;
  #count = 0;
  #over = false;
  /** `freed` once an item of the datagram frees a name, `moved` once a later one may give it to another interface. */
  #names: "freed" | "moved" | undefined;
  /** The operation that was put last, with its value read. */
  #last: Operation | undefined;
  readonly #what: string | undefined;

  constructor(exchange: Exchange, writer: Writer, what: string | undefined) {
    this.#what = what;
    this.#exchange = exchange;
    this.#writer = writer;
    this.#answers = new Answers(exchange.timeout);
    const { receive, send } = exchange.buffers;
    this.#receive = this.#room = receive;
    this.#longest = send - SEND_OVERHEAD;
    writer.names = {
      name: (index) => exchange.names.name(index),
      index: (name) => {
        if (this.#names === "moved") throw new NameMoves();
        return exchange.names.index(name);
      },
    };
  }

  run(collect: (add: (operation: Operation) => void) => void): void {
    let thrown: { readonly cause: unknown } | undefined, result: unknown;
    try {
      result = collect((operation) => this.#add(operation)) as unknown;
    } catch (cause) {
      thrown = { cause };
    }
    this.#over = true;
    if (isPromise(result)) {
      this.#chunk = [];
      this.#flush();
      throw asyncError("run a batch");
    }
    // If the callback throws, what it requested before is sent all the same, as it would have been without a batch.
    this.#flush();
    const failures = this.#failures, unknown = this.#unknown, unsent = this.#unsent;
    if (failures.length + unknown.length + unsent.length > 0) {
      failures.sort((a, b) => a.index - b.index);
      throw new BatchError(
        { what: this.#what, count: this.#count, failures, unknown, unsent },
        thrown === undefined ? this.#ended : thrown.cause,
      );
    }
    if (thrown !== undefined) throw thrown.cause;
  }

  #add(operation: Operation): void {
    if (this.#over) {
      throw argumentError(
        TypeError,
        `Cannot ${operation.what} in a batch that has ended: its callback has returned`,
      );
    }
    const index = this.#count++;
    this.#put(operation, index);
    for (const next of operation.then === undefined ? [] : followingOf(this.#last ?? operation)) {
      // Failures are listed in the order of sending, so the last one may be this item's.
      this.#flush();
      if (this.#unchanged === index) break;
      if ([this.#failures, this.#unknown, this.#unsent].some((list) => list.at(-1)?.index === index)) break;
      this.#put(next, index);
    }
  }

  #put(operation: Operation, index: number): void {
    if (this.#chunk.length > 0 && (this.#room < answerSize(operation) || operation.read !== undefined)) this.#flush();
    // A dry run shows each item before the next one is encoded, which may name an interface that it would make.
    if (this.#exchange.dry) this.#show();
    let error = this.#ended ?? this.#append(operation, index);
    // The interface may be one that an earlier item of the batch creates.
    const again = error instanceof NoSuchInterface || error instanceof TooLong || error instanceof NameMoves;
    if (this.#chunk.length > 0 && again) {
      this.#flush();
      error = this.#ended ?? this.#append(operation, index);
    }
    if (error !== undefined && this.#ended === undefined) this.#fail(operation, { index, error });
    else if (error !== undefined) this.#unsent.push({ index, error });
  }

  /** Shows the item of a dry run that was not shown yet. */
  #show(): void {
    for (const { operation } of this.#chunk.splice(0)) this.#exchange.show(this.#writer, operation);
  }

  /** Appends an item to the datagram; returns the error if that fails. */
  #append(given: Operation, index: number): Error | undefined {
    const writer = this.#writer, before = writer.length;
    try {
      const operation = withValueRead(given),
        start = this.#exchange.encode(writer, operation, 0, this.#chunk.length > 0);
      // The kernel refuses datagrams longer than its buffer. So an item that does not fit begins the next datagram; a
      // lone item is sent, and refused.
      if (writer.length > this.#longest && this.#chunk.length > 0) throw new TooLong();
      this.#last = operation;
      this.#noteNames(start, operation.type);
      this.#chunk.push({ operation, index, start, seq: seqOf(writer, start) });
      this.#room -= answerSize(operation);
      return undefined;
    } catch (error) {
      writer.length = before;
      writer.path.length = 0;
      if (error instanceof Error) return error;
      throw error;
    }
  }

  /** Notes what an item does to names. */
  #noteNames(start: number, type: number): void {
    const { view, length } = this.#writer, flags = view.getUint16(start + 6, true);
    const does = this.#exchange.protocol.changesNames?.(type, flags, view, start + NLMSG_HDRLEN, length);
    if (does === "moves" || does === "gives" && this.#names === "freed") this.#names = "moved";
    else if (does === "frees") this.#names ??= "freed";
  }

  #flush(): void {
    if (this.#names !== undefined) this.#exchange.names.forget();
    this.#names = undefined;
    const items = this.#chunk;
    this.#chunk = [];
    this.#room = this.#receive;
    try {
      if (items.length > 0) this.#send(items);
    } finally {
      this.#writer.reset();
      this.#exchange.closeNamespaces();
    }
  }

  /** Sends items in one datagram, and notes the outcome of each. */
  #send(items: readonly Chunk[]): void {
    const { view } = this.#writer, answers = this.#answers, exchange = this.#exchange;
    // Refusals always come. Only the last item requests an acknowledgement, and when it is acknowledged all have been
    // handled.
    const last = items[items.length - 1]!, flagsAt = last.start + 6;
    view.setUint16(flagsAt, view.getUint16(flagsAt, true) | NLM_F.NLM_F_ACK, true);
    if (exchange.show(this.#writer, last.operation)) return;
    const what = items.length === 1 ? last.operation.what : `do items ${items[0]!.index}..${last.index} of a batch`;
    answers.forget();
    try {
      exchange.send(this.#writer, what);
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      // The socket still works after a datagram that is too long.
      if (error.code === "EMSGSIZE" && items.length === 1) {
        return void this.#failures.push({ index: last.index, error });
      }
      this.#ended = error;
      // A capture that cannot be written fails only after the datagram was sent.
      const list = error instanceof SystemError && error.call !== "sendmsg" ? this.#unknown : this.#unsent;
      for (const { index } of items) list.push({ index, error });
      return;
    }
    const open = new Map(items.map((item) => [item.seq, item])),
      refused: (BatchFailure & Pick<Chunk, "operation">)[] = [];
    let error: Error | undefined;
    try {
      this.#receiveVerdicts(what, last, open, refused);
      if (answers.lost !== undefined) error = overflowed(what, answers.lost);
    } catch (caught) {
      if (!(caught instanceof Error)) throw caught;
      error = caught;
      // A socket whose receive buffer overflowed works again once it is empty.
      if (answers.lost === undefined) this.#ended = error;
    }
    for (const { operation, ...failure } of refused) this.#fail(operation, failure);
    if (error === undefined) return;
    for (const { index } of open.values()) this.#unknown.push({ index, error });
  }

  /** Notes that an item failed, unless its error is tolerated. */
  #fail({ tolerates }: Operation, failure: BatchFailure): void {
    if (tolerates?.(failure.error) === true) this.#unchanged = failure.index;
    else this.#failures.push(failure);
  }

  /** Receives up to the last item's acknowledgement or error; removes items whose outcome is known from `open`. */
  #receiveVerdicts(
    what: string,
    last: Chunk,
    open: Map<number, Chunk>,
    refused: (BatchFailure & Pick<Chunk, "operation">)[],
  ): void {
    const exchange = this.#exchange;
    for (let done = false; !done;) {
      const from = exchange.receive(what, this.#answers);
      done = eachMessage(from, (at, end) => {
        const seq = from.view.getUint32(at + 8, true), item = open.get(seq);
        if (item === undefined || from.view.getUint16(at + 4, true) !== NLMSG.NLMSG_ERROR) return;
        const verdict = readError(from, at, end);
        open.delete(seq);
        if (verdict.errno !== 0) {
          const error = exchange.refusal({ ...verdict, from, end }, item.operation, this.#writer, item.start);
          refused.push({ index: item.index, operation: item.operation, error });
        }
        return item === last;
      });
    }
    exchange.settled(this.#answers);
  }
}

/** Collects requests for a batch or a transaction; requests that change nothing are sent by the client at once. */
export class BatchRequester implements Requester {
  /** Changes are only collected: they return nothing. */
  readonly deferred = true;
  readonly #client: Requester;
  readonly #add: (operation: Operation) => void;

  /** Passes changes to `add`, and other requests to `client`. */
  constructor(client: Requester, add: (operation: Operation) => void) {
    this.#client = client;
    this.#add = add;
  }

  /** Collects a request that changes something; sends any other at once. */
  request(operation: Operation): unknown {
    return operation.looks === true ? this.#client.request(operation) : this.#add(operation);
  }

  /** Returns all objects of a dump, at once. A dump that was interrupted is repeated. */
  dump(operation: Operation): unknown[] {
    return this.#client.dump(operation);
  }

  /** Yields the objects of a dump, at once. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    return this.#client.iterate(operation, fits);
  }

  /** Converts a value to the form that the kernel returns: encodes it and decodes it again. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#client.normalize(codec, value, what);
  }
}
