/**
 * Serves the repository to scripts that are run by URL.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../..", import.meta.url);

/** The port, in a network namespace of its own. */
export const PORT = 8000;

if (import.meta.main) {
  createServer(async (request, response) => {
    try {
      const bytes = await readFile(fileURLToPath(new URL(`.${request.url}`, ROOT)));
      response.setHeader("content-type", "text/plain").end(bytes); // Deno reads TypeScript only with this type
    } catch {
      response.writeHead(404).end();
    }
  }).listen(PORT, "127.0.0.1", () => console.log("ready"));
}
