/** A program that receives UDP datagrams in a namespace. */
import { spawn } from "node:child_process";
import { inside } from "./flows.ts";

/** Receives datagrams at port 7 of 127.0.0.1, up to one with the text `end`. */
const SERVER = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 7))
print("ready", flush=True)
while True:
    data = s.recv(65535)
    if data == b"end": break
    print(data.decode("latin1"), flush=True)
`;

/** A running receiver. */
export interface Receiver extends AsyncDisposable {
  /** Sends datagrams to the receiver, from the same namespace. */
  send(...texts: readonly string[]): void;
  /** Returns the received texts, once `end` has arrived. */
  received(): Promise<string[]>;
}

/** Starts a receiver in a namespace; it is bound when this resolves. */
export async function receiver(name: string): Promise<Receiver> {
  const child = spawn("ip", ["netns", "exec", name, "python3", "-c", SERVER], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await new Promise<void>((resolve) =>
    child.stdout.on("data", (data) => {
      text += data;
      if (text.includes("ready\n")) resolve();
    })
  );
  return {
    send(...texts) {
      inside(name, "bash", "-c", texts.map((one) => `printf %s '${one}' > /dev/udp/127.0.0.1/7`).join("\n"));
    },
    async received() {
      await ended;
      return text.split("\n").slice(1, -1);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
