/**
 * Requests and dumps on one exchange, repeated if the kernel's answer was lost or the table changed during a dump.
 *
 * @module
 */
import type { Codec, Reader } from "./codec/mod.ts";
import { KernelError } from "./errors.ts";
import { type Exchange, isReply, seqOf, verdictOf, withValueRead } from "./exchange.ts";
import { messageEnd, NLM_F, NLMSG_HDRLEN } from "./message.ts";
import type { Operation } from "./protocol.ts";
import { Answers, isOverflow, overflowed, TRIES } from "./wait.ts";

/** The owner of a message, which is not a field of any object; one for all. */
const NOBODY = Object.freeze({});
const LOST = "the kernel could not send all objects: repeat the dump";

/** Sends a request and waits for the kernel's answer; returns the object in the reply, if any. */
export function request(exchange: Exchange, given: Operation): unknown {
  const operation = withValueRead(given), answers = new Answers(exchange.timeout);
  for (let tries = 1;; tries++) {
    try {
      return requestOnce(exchange, operation, answers);
    } catch (error) {
      if (!isLoss(error, answers) || operation.looks !== true || tries === TRIES) throw error;
      answers.forget();
    }
  }
}

function requestOnce(exchange: Exchange, operation: Operation, answers: Answers): unknown {
  return exchange.withWriter((writer) => {
    const start = exchange.encode(writer, operation, NLM_F.NLM_F_ACK);
    if (exchange.show(writer, operation)) return undefined;
    exchange.send(writer, operation.what);
    const codec = codecOf(operation);
    let value: unknown;
    const verdict = exchange.receiveAll(operation, answers, seqOf(writer, start), (from, at, end) => {
      value = codec.decode(from, at, end, {});
    });
    exchange.judge(verdict, operation, writer, start);
    if (answers.lost !== undefined && value === undefined && operation.reply !== undefined) {
      throw overflowed(operation.what, answers.lost, "it is done, but the kernel's reply is lost");
    }
    return value;
  });
}

/** Returns all objects of a dump. A dump that was interrupted or partly lost is repeated. */
export function dump(exchange: Exchange, operation: Operation): unknown[] {
  const answers = new Answers(exchange.timeout);
  let items: unknown[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    answers.backOff(exchange.transport, tries);
    answers.forget();
    items = [];
    try {
      if (!dumpOnce(exchange, operation, answers, items)) return items;
    } catch (error) {
      if (!isLoss(error, answers)) throw error;
    }
  }
  throw answers.lost === undefined ? interrupted(operation, items) : overflowed(operation.what, answers.lost, LOST);
}

function dumpOnce(exchange: Exchange, operation: Operation, answers: Answers, items: unknown[]): boolean {
  return exchange.withWriter((writer) => {
    const start = exchange.encode(writer, operation, NLM_F.NLM_F_DUMP);
    if (exchange.show(writer, operation)) return false;
    exchange.send(writer, operation.what);
    const codec = codecOf(operation);
    let intr = false;
    const verdict = exchange.receiveAll(operation, answers, seqOf(writer, start), (from, at, end) => {
      items.push(codec.decode(from, at, end, NOBODY));
    }, () => intr = true);
    exchange.judge(verdict, operation, writer, start, items);
    return intr || answers.lost !== undefined;
  });
}

/** An exchange without other users; it is closed with its owner. */
export interface OwnExchange extends Disposable {
  /** The exchange. */
  readonly exchange: Exchange;
}

/**
 * Yields the objects of a dump that `fits` accepts, one by one, on an exchange of its own: requests in the loop's body
 * use other sockets, so that they do not overwrite the datagram. This is one generator, since each further one would
 * make every object slower.
 */
export function* iterate(
  open: () => OwnExchange,
  operation: Operation,
  fits?: (value: unknown) => boolean,
): Generator<unknown, void, undefined> {
  using own = open();
  const { exchange } = own;
  const answers = new Answers(exchange.timeout), codec = codecOf(operation);
  const writer = exchange.withWriter((writer) => {
    exchange.encode(writer, operation, NLM_F.NLM_F_DUMP);
    exchange.send(writer, operation.what);
    return writer;
  });
  const seq = seqOf(writer, 0);
  let intr = false;
  while (true) {
    const from: Reader = exchange.receive(operation.what, answers), { view } = from;
    for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
      end = messageEnd(from, at);
      if (!exchange.isOurs(from, at, seq, true)) continue;
      const word = view.getInt32(at + 4, true), type = word & 0xffff;
      if ((word >>> 16 & NLM_F.NLM_F_DUMP_INTR) !== 0) intr = true;
      if (isReply(operation, from, at, type)) {
        const value = codec.decode(from, at + NLMSG_HDRLEN, end, NOBODY);
        if (fits === undefined || fits(value)) yield value;
        continue;
      }
      const verdict = verdictOf(from, at, end, type);
      if (verdict === undefined) continue;
      exchange.judge({ ...verdict, from, end }, operation, writer, 0);
      if (answers.lost !== undefined) throw overflowed(operation.what, answers.lost, LOST);
      if (intr) throw interrupted(operation, undefined);
      return;
    }
  }
}

function codecOf({ replyCodec, codec }: Operation): Codec<unknown, never> {
  return replyCodec ?? codec;
}

/** True if a call failed because answers were lost. */
function isLoss(error: unknown, answers: Answers): boolean {
  return answers.lost !== undefined && isOverflow(error);
}

function interrupted(operation: Operation, partial: readonly unknown[] | undefined): KernelError {
  return new KernelError(operation.what, 0, {
    kernelMessage: "the table changed while it was being read, every time",
    partial,
    hint: "partial holds the last try",
  }, "DUMP_INTERRUPTED");
}
