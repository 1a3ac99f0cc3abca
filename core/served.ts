/**
 * Sockets of protocols that the running kernel may not serve.
 *
 * @module
 */
import type { Netns } from "../ffi/netns.ts";
import { Socket } from "../ffi/socket.ts";
import { SystemError } from "./errors.ts";
import type { Protocol } from "./protocol.ts";
import type { Transport } from "./transport.ts";

/** Opens a socket of a protocol; where the kernel does not serve it, the error says why. */
export function openSocket(
  { number, name, hint }: Protocol,
  { netns }: { netns?: string | number | Netns | undefined } = {},
): Transport {
  try {
    return new Socket({ protocol: number, protocolName: name, ...(netns === undefined ? {} : { netns }) });
  } catch (error) {
    if (hint === undefined || !isUnserved(error)) throw error;
    throw new SystemError(error.call, error.errno, `open a ${name} socket`, { hint });
  }
}

function isUnserved(error: unknown): error is SystemError {
  return error instanceof SystemError && error.code === "EPROTONOSUPPORT";
}

/** Whether the running kernel serves protocol `number`. Asking makes it load the module that it has for that. */
export function serves(number: number): boolean {
  try {
    new Socket({ protocol: number }).close();
    return true;
  } catch (error) {
    if (isUnserved(error)) return false;
    throw error;
  }
}
