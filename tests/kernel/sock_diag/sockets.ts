/** Makes the sockets of the tests in a namespace, with Python, which can make all kinds and set every option. */
import { type ChildProcess, spawn } from "node:child_process";

const PREAMBLE = `
import ctypes, fcntl, os, resource, struct, sys, time
from socket import *
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
try: resource.setrlimit(resource.RLIMIT_NOFILE, (20000, max(20000, hard)))
except ValueError: resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
libc = ctypes.CDLL(None, use_errno=True)
kept = []
def keep(*some):
    kept.extend(some)
    return some[0] if len(some) == 1 else some
def say(*words):
    print(*words, flush=True)
def tcp_pair(family=AF_INET, address='127.0.0.1', protocol=0, port=0, before=lambda s: None):
    listener = keep(socket(family, SOCK_STREAM, protocol))
    before(listener)
    listener.bind((address, port))
    listener.listen(16)
    client = keep(socket(family, SOCK_STREAM, protocol))
    before(client)
    client.connect(listener.getsockname()[:2])
    return listener, client, keep(listener.accept()[0])
`;
import { hasFamily } from "../generic/needs.ts";

/** True if the kernel has MPTCP. */
export const MPTCP: boolean = hasFamily("mptcp_pm");

const AFTER = `
say('ready')
for line in sys.stdin:
    try:
        exec(line)
    finally:
        say('done')
`;

/** A process that holds sockets. */
export class Holder {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #rest = "";
  #errors = "";
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(netns: string, code: string) {
    const script = PREAMBLE + code + AFTER;
    const child = this.#child = spawn("ip", ["netns", "exec", netns, "python3", "-c", script], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#wake?.();
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
    child.on("close", () => (this.#ended = true, this.#wake?.()));
  }

  /** Returns the lines that it prints until it prints `word`. */
  async until(word: string): Promise<string[]> {
    const said: string[] = [];
    while (true) {
      const line = this.#lines.shift();
      if (line === word) return said;
      if (line !== undefined) said.push(line);
      else if (this.#ended) throw new Error(`ended before ${word}: ${this.#errors}`);
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Makes it run one more line of code. */
  async run(line: string): Promise<string[]> {
    this.#child.stdin!.write(`${line}\n`);
    return await this.until("done");
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    while (!this.#ended) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}

/** Makes sockets with `code` in a namespace, passes the printed lines to `body`, and closes the sockets in any case. */
export async function withSockets(
  netns: string,
  code: string,
  body: (said: string[], holder: Holder) => void | Promise<void>,
): Promise<void> {
  const holder = new Holder(netns, code);
  try {
    await body(await holder.until("ready"), holder);
  } finally {
    await holder.end();
  }
}
