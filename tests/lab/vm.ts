/** Runs one command in a guest of qemu. */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DENO_DIR, type Image, initramfs } from "./image.ts";

/** Options of a run. */
export interface Options {
  /** The working directory of the command. */
  repo: string;
  /** Time limit in seconds, after which qemu is killed. */
  timeout: number;
  /** Memory in MiB. */
  memory: number;
  /** Further kernel parameters, such as `security=selinux selinux=1`. */
  append: string;
  /** Further arguments of qemu. */
  qemu: string[];
  /** A system's folder whose /usr is mounted over the guest's. */
  over?: string;
}

/** The destination of a command's output. */
export interface Output {
  stdout: { write(data: Uint8Array): unknown };
  stderr: { write(data: Uint8Array): unknown };
}

/** A machine failed, or exceeded its time limit. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly status: 124 | 125;

  constructor(message: string, status: 124 | 125 = 125) {
    super(message);
    this.status = status;
  }
}

const PORTS = ["ctl", "stdout", "stderr", "qmp"] as const;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A running qemu, with the host's ends of its ports. */
class Vm {
  readonly ports: Record<(typeof PORTS)[number], Promise<Socket>>;
  readonly #limit: number;
  readonly #folder: string;
  readonly #servers: readonly Server[];
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #said = "";
  /** Kills qemu when this process receives a signal to end. */
  readonly #kill = (): void => {
    this.#process.kill("SIGTERM");
    rmSync(this.#folder, { recursive: true });
    process.exit(125);
  };

  /** Starts a program of qemu; it is killed after `limit` seconds. */
  constructor(program: string, args: readonly string[], limit: number) {
    this.#limit = limit;
    this.#folder = mkdtempSync(join(tmpdir(), "lab-"));
    this.#servers = PORTS.map((name) => createServer().listen(join(this.#folder, name)));
    const connected = (server: Server) =>
      new Promise((resolve) => server.once("connection", (socket) => resolve(socket.on("error", () => {}))));
    this.ports = Object.fromEntries(PORTS.map((name, i) => [name, connected(this.#servers[i])])) as Vm["ports"];
    const ports = PORTS.flatMap((name) => [
      ...["-chardev", `socket,id=${name},path=${join(this.#folder, name)}`],
      ...(name === "qmp"
        ? ["-mon", "chardev=qmp,mode=control"]
        : ["-device", `virtserialport,chardev=${name},name=lab.${name}`]),
    ]);
    // timeout(1) enforces the limit even if this process is killed.
    const command = ["--foreground", "--signal=KILL", `${limit}`, program, ...args, ...ports];
    this.#process = spawn("timeout", [...command, "-serial", `file:${this.#folder}/console`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const output of [this.#process.stdout!, this.#process.stderr!]) {
      output.on("data", (data) => this.#said += data);
    }
    this.#ended = new Promise((resolve) => this.#process.once("close", () => resolve()));
    for (const signal of SIGNALS) process.on(signal, this.#kill);
  }

  /** Waits for `what`; if qemu ends before, that is an error. */
  async during<T>(what: Promise<T>): Promise<T> {
    const ended = this.#ended.then(() => {
      const { exitCode, signalCode } = this.#process;
      if (exitCode === 137 || signalCode === "SIGKILL") throw new LabError(`time limit of ${this.#limit} s`, 124);
      const log = join(this.#folder, "console");
      const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(-60).join("\n") : "";
      throw new LabError(`qemu ended (${exitCode ?? signalCode})\n${this.#said}${lines}`);
    });
    return await Promise.race([what, ended]);
  }

  /** Returns the next line of a port; the end of the port is an error. */
  async line(lines: AsyncGenerator<string>): Promise<string> {
    const { value, done } = await this.during(lines.next());
    return done ? await this.during(new Promise<never>(() => {})) : value;
  }

  /** Sends commands to qemu's monitor, each after the previous one is done. */
  async monitor(...commands: [name: string, args: object][]): Promise<void> {
    const socket = await this.during(this.ports.qmp);
    const lines = linesOf(socket);
    for (const [execute, args] of [["qmp_capabilities", {}] as const, ...commands]) {
      socket.write(JSON.stringify({ execute, arguments: args }));
      for (let done = false; !done;) {
        const answer = JSON.parse(await this.line(lines));
        if (answer.error) throw new LabError(`qemu: ${execute}: ${answer.error.desc}`);
        if (answer.data?.status === "failed") throw new LabError(`qemu: ${execute} failed`);
        done = execute === "migrate" ? answer.data?.status === "completed" : answer.return !== undefined;
      }
    }
  }

  /** Ends qemu; data that it has received is still delivered. */
  async stop(): Promise<void> {
    for (const signal of SIGNALS) process.off(signal, this.#kill);
    this.#process.kill("SIGTERM");
    await this.#ended;
    for (const server of this.#servers) server.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** Yields the data of a port until its end; an error ends it too. */
async function* dataOf(socket: Socket): AsyncGenerator<Buffer> {
  try {
    yield* socket;
  } catch {
    // qemu has ended
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = "";
  for await (const data of dataOf(socket)) {
    const lines = (rest + data).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Runs a command as root in a guest, and returns its exit status. */
export async function runVm(
  image: Image,
  command: readonly string[],
  output: Output,
  options: Options,
): Promise<number> {
  const { args, state } = await snapshot(image, options);
  const vm = new Vm(MACHINES[image.architecture].program, args, options.timeout);
  try {
    const outputs = (["stdout", "stderr"] as const).map(async (name) => {
      for await (const data of dataOf(await vm.ports[name])) output[name].write(data);
    });
    await vm.monitor(RAM_STAYS, ["migrate-incoming", { uri: `exec:cat '${state}'` }]);
    const ctl = await vm.during(vm.ports.ctl);
    ctl.write(`${base64(settings(image, options))} ${base64(script(image, command))}\n`);
    const status = await vm.line(linesOf(ctl));
    await vm.stop();
    await Promise.all(outputs);
    return Number(status);
  } catch (error) {
    await vm.stop();
    throw error;
  }
}

/** Migrates without the memory, whose file is used in place. */
const RAM_STAYS: [string, object] = ["migrate-set-capabilities", {
  capabilities: ["x-ignore-shared", "events"].map((capability) => ({ capability, state: true })),
}];

/** The differences between the processors that qemu emulates. */
const MACHINES = {
  amd64: {
    program: "qemu-system-x86_64",
    machine: "pc",
    cpu: "max,-erms",
    append: "console=ttyS0 tsc=reliable no_timer_check",
  },
  // Signing pointers with the real algorithm would take most of the time. With SVE and SME, Bun crashes on a loaded host
  // (9 of 9 runs of two files, also without its compiler's threads); without them, 10 of 10 ended well.
  arm64: {
    program: "qemu-system-aarch64",
    machine: "virt",
    cpu: "max,pauth-impdef=on,sve=off,sme=off",
    append: "console=ttyAMA0",
  },
} as const;

/** Number of snapshots of a kernel that are kept: they differ by options, the init and the runtimes. */
const KEPT = 4;

/** Returns qemu's arguments to continue from a snapshot, and its state; makes the snapshot if it does not exist. */
async function snapshot(image: Image, options: Options): Promise<{ args: string[]; state: string }> {
  const { program, machine, cpu, append } = MACHINES[image.architecture];
  const common = [
    ...["-accel", "tcg,thread=multi", "-cpu", cpu, "-smp", "2", "-m", `${options.memory}`],
    ...["-nodefaults", "-no-user-config", "-nic", "none", "-display", "none", "-no-reboot"],
    ...["-virtfs", "local,id=host,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-device", "virtio-serial-pci", ...options.qemu, "-kernel", image.vmlinux, "-append"],
    `${append} panic=-1 oops=panic quiet cryptomgr.notests=1 mitigations=off nokaslr ` +
    // Enables SELinux without a policy, which allows everything, so that its family exists.
    `random.trust_cpu=on security=selinux selinux=1 ${options.append}`,
  ];
  // The runtimes' pages come from the snapshot, not over 9p.
  const places = ["bun", "deno"].map((name) => realpathSync(join(options.repo, "node_modules/.bin", name)));
  const files = ["bun", "deno"].map((name, i) => image.runtimes[name] ?? places[i]);
  const archive = initramfs(image);
  const version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout;
  const facts = JSON.stringify([version, common, places, files, files.map((file) => statSync(file).mtimeMs)]);
  const key = createHash("sha256").update(facts).update(archive).digest("hex").slice(0, 16);
  const folder = join(image.folder, `snapshot-${key}`);
  const args = (folder: string, share: string) => [
    ...common,
    ...["-object", `memory-backend-file,id=ram,size=${options.memory}M,mem-path=${folder}/ram,share=${share}`],
    ...["-machine", `${machine},memory-backend=ram`, "-initrd", `${folder}/initramfs`],
  ];

  if (!existsSync(folder)) {
    const old = readdirSync(image.folder).filter((name) => name.startsWith("snapshot-"))
      .map((name) => join(image.folder, name))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const path of old.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
    const work = mkdtempSync(`${folder}-`);
    writeFileSync(join(work, "initramfs"), archive);
    const vm = new Vm(program, args(work, "on"), options.timeout);
    try {
      const ctl = await vm.during(vm.ports.ctl);
      ctl.write(files.map((file, i) => `${file}:${places[i]}`).join(" ") + "\n");
      await vm.line(linesOf(ctl)); // "ready"
      await vm.monitor(RAM_STAYS, ["migrate", { uri: `exec:cat > '${work}/state'` }]);
      await vm.stop();
      renameSync(work, folder);
    } catch (error) {
      await vm.stop();
      // Another process may have made the same snapshot meanwhile.
      if (!existsSync(folder)) throw error;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { args: [...args(folder, "off"), "-incoming", "defer"], state: join(folder, "state") };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Returns the settings for init. */
function settings(image: Image, options: Options): string {
  const { repo, over } = options;
  const now = Math.floor(Date.now() / 1000);
  const usr = [...(over === undefined ? [] : [`${over}/usr`]), ...image.usr].map((folder) => `/host${folder}`).join(
    ":",
  );
  return `NOW=${now} REPO=${quote(repo)} MODULES=${quote(image.modules)} USR=${quote(usr)}\n`;
}

/** Returns the command as a shell script. */
function script(image: Image, command: readonly string[]): string {
  return `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LAB=${image.kernel} DENO_DIR=${
    quote(DENO_DIR)
  }
export NETLINK_SPECS=${quote(process.env.NETLINK_SPECS ?? "")}
exec ${command.map(quote).join(" ")}
`;
}
