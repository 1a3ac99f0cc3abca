/** Runs one of the scripts that watch without end. */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * Repeats `happen` until the script, which has only the permission for FFI, has printed the expected text; then ends
 * the script.
 */
export async function untilPrinted(number: string, expected: RegExp, happen: () => void): Promise<string> {
  const script = fileURLToPath(new URL(`../../scripts/${number}.ts`, import.meta.url));
  const args = "Deno" in globalThis ? ["run", "--no-lock", "--no-check", "--allow-ffi"] : [];
  const child = spawn(process.execPath, [...args, script], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "", over = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => out += text);
  const end = new Promise<void>((resolve) => child.on("close", () => resolve()));
  void end.then(() => over = true);
  while (!expected.test(out)) {
    if (over) throw new Error(`script ${number} has ended, after it printed ${JSON.stringify(out)}`);
    happen();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  child.kill("SIGKILL");
  await end;
  return out;
}
