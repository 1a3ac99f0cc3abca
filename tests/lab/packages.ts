/**
 * Reads Debian's packages of any suite without installing them: apt with a folder of its own and the mirror of the
 * system.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APT } from "../tools.ts";

/** Runs a program and returns its output; if it fails, throws an error with its messages. */
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

/** Unpacks from package $0 into folder $1 the files that match the other arguments. */
const UNPACK = 'into=$1; shift; dpkg-deb --fsys-tarfile "$0" | tar --extract --wildcards --directory="$into" "$@"';

/** The source of a suite. */
export interface Source {
  readonly suite: string;
  readonly uri: string;
  /** The keyring file, if the system's sources name one. */
  readonly keyring: string | undefined;
}

/**
 * Returns the system's own sources, changed to other suites. `NAME-security` uses the place of the system's own such
 * suite, which need not have been fetched; the others use the place of its Debian suite.
 */
export function sources(suites: readonly string[]): Source[] {
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
    return { suite, uri: target[1], keyring: target[2]?.startsWith("/") ? target[2] : undefined };
  });
}

/** The packages of some suites. */
export class Suites {
  readonly #options: string[];
  readonly #folder: string;

  /**
   * Keeps the package lists in `folder`, and downloads them; for another architecture than this machine's if one is
   * given.
   */
  constructor(folder: string, suites: readonly string[], architecture?: string) {
    this.#folder = folder;
    mkdirSync(join(folder, "state/lists/partial"), { recursive: true });
    mkdirSync(join(folder, "cache/archives/partial"), { recursive: true });
    const lines = sources(suites).map(({ suite, uri, keyring }) =>
      `deb ${keyring === undefined ? "" : `[signed-by=${keyring}] `}${uri} ${suite} main\n`
    );
    writeFileSync(join(folder, "sources.list"), lines.join(""));
    this.#options = [
      `Dir::State=${folder}/state`,
      "Dir::State::status=/dev/null",
      `Dir::Cache=${folder}/cache`,
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=/dev/null",
      "APT::Sandbox::User=",
      "Acquire::Languages=none",
      ...(architecture === undefined
        ? []
        : [`APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`]),
    ].map((option) => `--option=${option}`).concat(APT);
    capture("apt-get", [...this.#options, "--quiet", "--error-on=any", "update"]);
  }

  #show(name: string): string {
    return text("apt-cache", [...this.#options, "--no-all-versions", "show", name]);
  }

  /** Returns the version of a package. */
  version(name: string): string {
    return /^Version: (.*)$/m.exec(this.#show(name))![1];
  }

  /**
   * Returns packages and their dependencies whose names match `wanted`; so it finds the present package of a
   * meta-package.
   */
  closure(names: readonly string[], wanted: RegExp): string[] {
    const found = [...names];
    for (const name of found) {
      const depends = [...this.#show(name).matchAll(/^(?:Pre-)?Depends: (.*)$/gm)].flatMap((match) =>
        match[1].split(/, /)
      );
      for (const depend of depends) {
        const other = /^[^ :|]+/.exec(depend)![0];
        if (wanted.test(other) && !found.includes(other)) found.push(other);
      }
    }
    return found;
  }

  /**
   * Unpacks packages, or the files in them that match tar's `patterns`, into a folder, without running their scripts.
   */
  unpack(names: readonly string[], into: string, ...patterns: readonly string[]): void {
    const folder = mkdtempSync(join(this.#folder, "debs-"));
    try {
      capture("apt-get", [...this.#options, "--quiet", "download", ...names], { cwd: folder });
      mkdirSync(into, { recursive: true });
      for (const file of readdirSync(folder)) {
        const deb = join(folder, file);
        if (patterns.length === 0) capture("dpkg-deb", ["--extract", deb, into]);
        else capture("sh", ["-c", UNPACK, deb, into, ...patterns]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Unpacks packages and all their dependencies into a system's folder, without running their scripts. */
  unpackAll(names: readonly string[], into: string): void {
    const options = ["--quiet", "--yes", "--no-install-recommends", "--download-only"];
    capture("apt-get", [...this.#options, ...options, "install", ...names]);
    const archives = join(this.#folder, "cache/archives");
    for (const file of readdirSync(archives)) {
      if (!file.endsWith(".deb")) continue;
      // Debian's packages still have files in /bin and /lib, which are symbolic links.
      capture("sh", ["-c", UNPACK, join(archives, file), into, "--keep-directory-symlink"]);
    }
    capture("apt-get", [...this.#options, "clean"]);
  }
}
