/** Opens clients with options whose modules are not loaded. */
import { Client } from "../../../core/client.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";

const protocol = { number: 30, name: "NETLINK_LAMPS", types: {} },
  transport = (): ScriptedKernel => new ScriptedKernel();
for (const options of [{ capture: () => {} }, { dryRun: () => {} }]) {
  try {
    new Client(protocol, { ...options, transport });
  } catch (error) {
    console.log((error as Error).message);
  }
}
