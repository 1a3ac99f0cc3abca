/**
 * Transactions: many changes in one datagram, between two messages that make the kernel do all of them or none.
 *
 * @module
 */
import { asyncError, expectCallback, isPromise } from "./arguments.ts";
import type { Client } from "./client.ts";
import type { Reader, Writer } from "./codec/mod.ts";
import { argumentError, type BatchFailure, NetlinkError, SystemError, TransactionError } from "./errors.ts";
import { answerSize, type Exchange, followingOf, isReply, seqOf } from "./exchange.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN, readError } from "./message.ts";
import type { Frame, Operation } from "./protocol.ts";
import { Answers, overflowed, TRIES } from "./wait.ts";

/** A message of the datagram. */
interface Part {
  readonly operation: Operation;
  /** The position of its item; `undefined` for the messages around the items. */
  readonly index: number | undefined;
  readonly start: number;
  readonly end: number;
}

/**
 * Sends the operations that `collect` adds in one datagram, between the messages of `frame`, which make the kernel do
 * all of them or none; both are called again for each further try.
 *
 * @returns the replies (NLM_F_ECHO) of each item, in the kernel's order; empty in a dry run
 * @throws {TransactionError} nothing was done, or it is not known whether all or nothing was
 * @throws {RangeError} the datagram is longer than the socket can send
 */
export function runTransaction(
  { exchange }: Client,
  frame: () => Frame,
  collect: (add: (operation: Operation) => void) => void,
): unknown[][] {
  expectCallback(collect, "run a transaction");
  const answers = new Answers(exchange.timeout);
  for (let tries = 1;; tries++) {
    const { begin, end, again } = frame();
    const outcome = exchange.withWriter((writer) => {
      const transaction = new Transaction(exchange, writer, answers, begin);
      if (isPromise(collect((operation) => transaction.add(operation)) as unknown)) {
        throw asyncError("run a transaction");
      }
      return transaction.commit(end);
    });
    if (!(outcome instanceof TransactionError)) return outcome;
    if (outcome.mayBeDone || tries === TRIES || answers.over || again?.(outcome) !== true) throw outcome;
    answers.backOff(exchange.transport, tries);
  }
}

class Transaction {
  readonly #exchange: Exchange;
  readonly #writer: Writer;
  readonly #answers: Answers;
  /** All messages, in the order of the datagram. */
  readonly #parts: Part[] = [];
  /** The replies to each item. */
  readonly #echoes: unknown[][] = [];
  readonly #failures: BatchFailure[] = [];
  /** The refusal of the transaction as a whole. */
  #refused: Error | undefined;
  /** The error of decoding a malformed reply. */
  #unreadable: Error | undefined;
  #over = false;

  constructor(exchange: Exchange, writer: Writer, answers: Answers, begin: Operation) {
    this.#exchange = exchange;
    this.#writer = writer;
    this.#answers = answers;
    writer.reset();
    this.#append(begin, undefined);
  }

  add(operation: Operation): void {
    if (this.#over) {
      throw argumentError(
        TypeError,
        `Cannot ${operation.what} in a transaction that has ended: its callback has returned`,
      );
    }
    const index = this.#echoes.length, parts = [operation, ...followingOf(operation)];
    if (parts.some(({ read }) => read !== undefined)) {
      throw argumentError(
        TypeError,
        `Cannot ${operation.what} in a transaction: it must read the result of earlier changes, but all are done at once`,
      );
    }
    if (operation.tolerates !== undefined) {
      throw argumentError(
        TypeError,
        `Cannot ${operation.what} in a transaction with { exists: "ok" } or { missing: "ok" }: it is done as a whole`,
      );
    }
    const { length } = this.#writer, before = this.#parts.length;
    try {
      for (const part of parts) this.#append(part, index);
    } catch (error) {
      // A callback that catches the error leaves the item out.
      this.#writer.length = length;
      this.#writer.path.length = 0;
      this.#parts.length = before;
      throw error;
    }
    this.#echoes.push([]);
  }

  #append(operation: Operation, index: number | undefined): void {
    const writer = this.#writer, start = this.#exchange.encode(writer, operation, 0, true);
    this.#parts.push({ operation, index, start, end: writer.length });
  }

  /** Sends the datagram; returns the replies to each item, or the error if it is not known to be done. */
  commit(end: Operation): unknown[][] | TransactionError {
    this.#over = true;
    const exchange = this.#exchange, writer = this.#writer, echoes = this.#echoes, count = echoes.length;
    if (count === 0) return [];
    // Refusals always come. Only the last item requests an acknowledgement, and when it is acknowledged all have been
    // handled.
    const last = this.#parts.at(-1)!, flagsAt = last.start + 6;
    writer.view.setUint16(flagsAt, writer.view.getUint16(flagsAt, true) | NLM_F.NLM_F_ACK, true);
    this.#append(end, undefined);
    const shown = this.#parts.map(({ operation, start, end }) => exchange.show(writer, operation, start, end));
    if (shown.includes(true)) return echoes;

    const what = `do a transaction of ${count} item${count === 1 ? "" : "s"}`;
    this.#makeRoom(what);
    this.#answers.forget();
    try {
      exchange.send(writer, what);
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      // A capture that cannot be written fails only after the datagram was sent.
      const mayBeDone = error instanceof SystemError && error.call !== "sendmsg";
      return new TransactionError({ count, mayBeDone }, error);
    }
    const missing = this.#receiveAnswers(what, last), failures = this.#failures;
    // One refusal proves that nothing was done, even if other answers were lost.
    if (failures.length > 0 || this.#refused !== undefined) {
      failures.sort((a, b) => a.index - b.index);
      return new TransactionError({ count, failures }, this.#refused ?? missing);
    }
    if (missing !== undefined) return new TransactionError({ count, mayBeDone: true }, missing);
    if (this.#unreadable !== undefined) throw this.#unreadable;
    return echoes;
  }

  /** Makes the socket's buffers large enough, also for refusals of all items. */
  #makeRoom(what: string): void {
    const { length } = this.#writer;
    const longest = this.#exchange.makeRoom(
      length,
      this.#parts.reduce((sum, { operation }) => sum + answerSize(operation), 0),
    );
    if (length <= longest) return;
    throw argumentError(
      RangeError,
      `Cannot ${what}: it has ${length} bytes, and the socket sends at most ${longest} at once ` +
        "(net.core.wmem_max is the limit without CAP_NET_ADMIN in the initial user namespace)",
    );
  }

  /**
   * Receives answers up to that of the last item, or a refusal of the whole.
   *
   * @returns the reason why answers are missing, if some are
   */
  #receiveAnswers(what: string, last: Part): Error | undefined {
    const exchange = this.#exchange, answers = this.#answers;
    const parts = new Map(this.#parts.map((part) => [seqOf(this.#writer, part.start), part])), judged = new Set<Part>();
    try {
      while (!judged.has(last) && this.#refused === undefined) {
        const from = exchange.receive(what, answers);
        eachMessage(from, (at, end) => {
          const seq = from.view.getUint32(at + 8, true), part = parts.get(seq);
          if (part === undefined || !exchange.isOurs(from, at, seq, false)) return;
          const type = from.view.getUint16(at + 4, true);
          if (type !== NLMSG.NLMSG_ERROR) return this.#take(part, type, from, at, end);
          if (judged.has(part)) return;
          judged.add(part);
          this.#judge(part, from, at, end);
        });
      }
      exchange.settled(answers);
      return answers.lost === undefined ? undefined : overflowed(what, answers.lost);
    } catch (error) {
      if (error instanceof Error) return error;
      throw error;
    }
  }

  #judge({ operation, index, start }: Part, from: Reader, at: number, end: number): void {
    const verdict = readError(from, at, end);
    if (verdict.errno === 0) return;
    const error = this.#exchange.refusal({ ...verdict, from, end }, operation, this.#writer, start);
    if (index === undefined) this.#refused = error;
    else this.#failures.push({ index, error });
  }

  #take({ operation, index }: Part, type: number, from: Reader, at: number, end: number): void {
    if (index === undefined || !isReply(operation, from, at, type)) return;
    try {
      const codec = operation.replyCodec ?? operation.codec;
      this.#echoes[index]!.push(codec.decode(from, at + NLMSG_HDRLEN, end, {}));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#unreadable ??= error;
    }
  }
}
