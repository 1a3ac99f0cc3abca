/**
 * A chat without a server: each script prints the lines that others type, with the process and user that the kernel
 * vouches for.
 *
 *     sudo deno run --allow-ffi examples/usersock_chat.ts deno
 *     sudo bun examples/usersock_chat.ts bun                         in another terminal
 *
 * Type lines; Ctrl-D ends. Prints `bun (process 4711, user 0): hello`. Needs CAP_NET_ADMIN.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { type Attributes, attributes, text } from "../core/codec/mod.ts";
import { open } from "../families/usersock.ts";
import { print, run } from "./run.ts";

/** A message, encoded as the kernel encodes its own: each field is an attribute. */
interface Line {
  /** The name of the sender. */
  name?: string;
  /** The line of text. */
  said?: string;
}
const Line: Attributes<Line> = attributes<Line>({ name: [1, text], said: [2, text] });

const GROUP = 7;

await run(
  {
    about: "Sends the lines that you type to all others who run this, and prints theirs, until Ctrl-D.",
    takes: "[YOUR-NAME]",
  },
  async (_options, name = "somebody") => {
    const socket = open({ codec: Line, groups: [GROUP] });
    const say = (said: string) => socket.send({ group: GROUP }, { name, said });

    say("is here");
    const typed = createInterface({ input: process.stdin });
    typed.on("line", say);
    typed.on("close", () => {
      say("is gone");
      socket.close();
    });

    for await (const message of socket) {
      if (message.event === "overrun") print("--- some lines were lost");
      else if (message.value === undefined) print(`--- ${message.bytes.length} bytes that are no line`);
      else {
        const { pid, uid } = message.credentials!;
        print(`${message.value.name} (process ${pid}, user ${uid}): ${message.value.said}`);
      }
    }
  },
);
