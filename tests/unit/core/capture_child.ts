/** Talks to a scripted kernel, with the capture that the first argument names; or counts the packets of one. */
import process from "node:process";
import { NetlinkError } from "../../../core/errors.ts";
import { packets } from "../../../core/pcap.ts";
import { answer, client, event, request } from "./lamps.ts";

const [capture, read] = process.argv.slice(2);
try {
  if (read !== undefined) console.log(`${[...packets(capture)].length} packets`);
  else {
    const options = capture === undefined ? {} : { capture };
    const { client: c, lamps, kernels } = client(({ seq }) => [answer(seq)], options);
    c.request(request({ index: 3, name: "l0" }));
    if (capture === undefined) {
      const events = lamps.watch();
      kernels[1].push(event({ index: 9 }));
      await events.next();
      await events.return!();
    }
    c.close();
    console.log("done");
  }
} catch (error) {
  if (!(error instanceof NetlinkError)) throw error;
  console.log(error.code, error.message);
}
