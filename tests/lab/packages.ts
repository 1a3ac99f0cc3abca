/** Debian's packages of any suite, without installing them: apt with a folder of its own, the mirror that the system uses. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APT } from "../tools.ts";

/** Runs a program and gives what it prints; anything but success is an error with what it said. */
export function capture(
  program: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Uint8Array {
  const { status, stdout, stderr, error } = spawnSync(program, args, { maxBuffer: 1 << 30, ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}

function text(program: string, args: readonly string[]): string {
  return new TextDecoder().decode(capture(program, args));
}

/**
 * The lines of the system's own sources, turned to other suites: `NAME-security` is where the system has its own such
 * suite, which need not have been fetched, the others are where its Debian is.
 */
function sources(suites: readonly string[]): string {
  const targets = (format: string, ...more: string[]) =>
    text("apt-get", ["indextargets", ...more, "--format", `${format}|$(REPO_URI)|$(SIGNED_BY)`, "Created-By: Packages"])
      .split("\n").map((line) => line.split("|"));
  return suites.map((suite) => {
    const target = suite.endsWith("-security")
      ? targets("$(RELEASE)", "--no-release-info").find(([release]) => release.endsWith("-security"))
      : targets("$(LABEL)").find(([label]) => label === "Debian");
    if (target === undefined) {
      throw new Error(`the system's apt has no source for ${suite} (or apt-get update never ran)`);
    }
    return `deb ${target[2]?.startsWith("/") ? `[signed-by=${target[2]}] ` : ""}${target[1]} ${suite} main\n`;
  }).join("");
}

/** The packages of some suites. */
export class Suites {
  readonly #options: string[];
  readonly #folder: string;

  /** Keeps the lists in `folder`, and fetches them. */
  constructor(folder: string, suites: readonly string[]) {
    this.#folder = folder;
    mkdirSync(join(folder, "state/lists/partial"), { recursive: true });
    mkdirSync(join(folder, "cache/archives/partial"), { recursive: true });
    writeFileSync(join(folder, "sources.list"), sources(suites));
    this.#options = [
      `Dir::State=${folder}/state`,
      "Dir::State::status=/dev/null",
      `Dir::Cache=${folder}/cache`,
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=/dev/null",
      "APT::Sandbox::User=",
      "Acquire::Languages=none",
    ].map((option) => `--option=${option}`).concat(APT);
    capture("apt-get", [...this.#options, "--quiet", "--error-on=any", "update"]);
  }

  /** Packages and what they depend on, as far as `wanted` likes the names; so what a meta-package stands for today. */
  closure(names: readonly string[], wanted: RegExp): string[] {
    const found = [...names];
    for (const name of found) {
      const shown = text("apt-cache", [...this.#options, "--no-all-versions", "show", name]);
      const depends = [...shown.matchAll(/^(?:Pre-)?Depends: (.*)$/gm)].flatMap((match) => match[1].split(/, /));
      for (const depend of depends) {
        const other = /^[^ :|]+/.exec(depend)![0];
        if (wanted.test(other) && !found.includes(other)) found.push(other);
      }
    }
    return found;
  }

  /** Unpacks packages into a folder, running none of their scripts. */
  unpack(names: readonly string[], into: string): void {
    const folder = mkdtempSync(join(this.#folder, "debs-"));
    try {
      capture("apt-get", [...this.#options, "--quiet", "download", ...names], { cwd: folder });
      mkdirSync(into, { recursive: true });
      for (const file of readdirSync(folder)) capture("dpkg-deb", ["--extract", join(folder, file), into]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
