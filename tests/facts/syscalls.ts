/**
 * Makes families/audit/syscall_names.ts: the names of system calls, and of the operations of io_uring, in the kernel's
 * headers, which make.ts reads.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The header of each machine, below the folder of the headers of all of them. */
const HEADERS = {
  x86_64: "x86/asm/unistd_64.h",
  i386: "x86/asm/unistd_32.h",
  aarch64: "arm64/asm/unistd_64.h",
} as const;

/** Returns the names in the order of their numbers; a number is written where it is not the one after the last. */
function namesIn(path: string): string[] {
  const numbers = Array.from(
    readFileSync(path, "utf8").matchAll(/^#define __NR_(\w+) (\d+)$/gm),
    ([, name, number]): [string, number] => [name!, Number(number)],
  ).sort(([, a], [, b]) => a - b);
  let next = 0;
  return numbers.flatMap(([name, number]) => {
    const gap = number === next ? [] : [String(number)];
    next = number + 1;
    return [...gap, name];
  });
}

/** Returns the names of io_uring's operations: those of an enumeration without numbers. */
function operationsIn(path: string): string[] {
  const [, list = ""] = /^enum io_uring_op \{([^]*?)IORING_OP_LAST/m.exec(readFileSync(path, "utf8")) ?? [];
  return Array.from(list.matchAll(/^\tIORING_OP_(\w+),/gm), ([, name]) => name!.toLowerCase());
}

/** Breaks words into lines of at most 118 characters, each as a string in TypeScript. */
function lines(words: readonly string[]): string {
  const lines: string[] = [""];
  for (const word of words) {
    if (lines.at(-1)!.length + word.length > 102) lines.push("");
    lines[lines.length - 1] += `${word} `;
  }
  return lines.map((line, i) => `    "${i === lines.length - 1 ? line.trimEnd() : line}"`).join(" +\n");
}

/** Returns the text of the module. */
export function syscallNames(headers: string, version: string): string {
  const machines = Object.entries(HEADERS).map(([machine, header]) =>
    `  ${machine}: ${lines(namesIn(join(headers, "usr/lib/linux/uapi", header))).trimStart()},`
  );
  return `/**
 * The names of system calls by machine, and of io_uring's operations, in the order of their numbers: the first has
 * number 0, and a number in between is that of the next name.
 *
 * Source: the headers of ${version}; \`npm run facts\` makes this file.
 *
 * @module
 */

/** The names by machine. */
export const SYSCALL_NAMES: Readonly<Record<${
    Object.keys(HEADERS).map((name) => JSON.stringify(name)).join(" | ")
  }, string>> = {
${machines.join("\n")}
};

/** The operations of io_uring. */
export const IO_URING_OPERATIONS: string =
${lines(operationsIn(join(headers, "usr/include/linux/io_uring.h"))).replaceAll(/^ {2}/gm, "")};
`;
}
