/**
 * The other process of usersock_test.ts: answers each message with its two words swapped, until a message does not have
 * two words.
 */
import process from "node:process";
import { open } from "../../../families/usersock.ts";

const socket = open();
socket.send(Number(process.argv[2]), new Uint8Array(1));
for await (const { bytes, port } of socket) {
  if (bytes === undefined || bytes.length !== 8) break;
  const answer = new Uint8Array(8);
  answer.set(bytes.subarray(4));
  answer.set(bytes.subarray(0, 4), 4);
  socket.send(port!, answer);
}
