/** One run of a command in a guest of qemu. */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
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
import { type Image, initramfs } from "./image.ts";

/** What can be chosen of a run. */
export interface Options {
  /** The folder that is /repo in the guest. */
  repo: string;
  /** In seconds; then qemu is killed. */
  timeout: number;
  /** In MiB. */
  memory: number;
  /** More kernel parameters, such as `security=selinux selinux=1`. */
  append: string;
  /** More of qemu's arguments. */
  qemu: string[];
  /** More environment of the command. */
  env: Record<string, string>;
}

/** How a run that did not come to an end by itself ended. */
export class LabError extends Error {
  override readonly name = "LabError";
}

const PORTS = ["ctl", "out", "err", "qmp"] as const;

/** A started qemu, and our ends of its ports. */
class Vm {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "lab-"));
  readonly #servers: Server[] = [];
  readonly #options: Options;
  readonly #log: string = join(this.#folder, "console");
  readonly ports = {} as Record<(typeof PORTS)[number], Promise<Socket>>;
  #process!: ChildProcess;
  /** Settles when qemu has ended. */
  #ended!: Promise<void>;
  #said = "";

  constructor(options: Options) {
    this.#options = options;
  }

  async start(args: readonly string[]): Promise<void> {
    for (const name of PORTS) {
      const server = createServer();
      this.#servers.push(server);
      this.ports[name] = new Promise((resolve) => server.once("connection", resolve));
      await new Promise<void>((resolve) => server.listen(join(this.#folder, name), resolve));
    }
    const ports = PORTS.flatMap((name) => [
      ...["-chardev", `socket,id=${name},path=${join(this.#folder, name)}`],
      ...(name === "qmp"
        ? ["-mon", "chardev=qmp,mode=control"]
        : ["-device", `virtserialport,chardev=${name},name=lab.${name}`]),
    ]);
    // timeout(1) holds the limit even when we are killed.
    const command = ["--foreground", "--signal=KILL", `${this.#options.timeout}`, "qemu-system-x86_64", ...args];
    this.#process = spawn("timeout", [...command, ...ports, "-serial", `file:${this.#log}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const output of [this.#process.stdout!, this.#process.stderr!]) {
      output.on("data", (data) => this.#said += data);
    }
    this.#ended = new Promise((resolve) => this.#process.once("close", () => resolve()));
  }

  /** Waits for `what`; an end of qemu before that is an error. */
  async during<T>(what: Promise<T>): Promise<T> {
    const ended = this.#ended.then(() => {
      if (this.#process.exitCode === 137 || this.#process.signalCode === "SIGKILL") {
        throw new LabError(`time limit of ${this.#options.timeout} s`);
      }
      const log = existsSync(this.#log) ? readFileSync(this.#log, "utf8").split("\n").slice(-25).join("\n") : "";
      throw new LabError(`qemu ended (${this.#process.exitCode ?? this.#process.signalCode})\n${this.#said}${log}`);
    });
    return await Promise.race([what, ended]);
  }

  /** The next line of a port; an end is not one. */
  async line(lines: AsyncGenerator<string>): Promise<string> {
    const { value, done } = await this.during(lines.next());
    return done ? await this.during(new Promise<never>(() => {})) : value;
  }

  /** Sends commands to qemu's monitor, each when the one before is done. */
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

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#ended;
    for (const server of this.#servers) server.close();
    rmSync(this.#folder, { recursive: true });
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = "";
  for await (const data of socket) {
    const lines = (rest + data).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Runs a command as root in a guest; its output is our output. Gives its exit status. */
export async function runVm(image: Image, command: readonly string[], options: Options): Promise<number> {
  const archive = initramfs(image);
  const version = spawnSync("qemu-system-x86_64", ["--version"], { encoding: "utf8" }).stdout;
  const args = [
    ...["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", `${options.memory}`],
    ...["-nodefaults", "-no-user-config", "-nic", "none", "-display", "none", "-no-reboot"],
    ...["-virtfs", "local,id=host,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-device", "virtio-serial-pci", ...options.qemu, "-kernel", image.vmlinux, "-append"],
    "console=ttyS0 panic=-1 oops=panic quiet cryptomgr.notests=1 mitigations=off nokaslr tsc=reliable no_timer_check " +
    `random.trust_cpu=on ${options.append}`,
  ];
  // Their pages come from the snapshot, not over 9p.
  const files = ["bun", "deno"].map((name) => realpathSync(join(options.repo, "node_modules/.bin", name)));
  const facts = [version, args, files, files.map((file) => statSync(file).mtimeMs)];
  const key = createHash("sha256").update(JSON.stringify(facts)).update(archive).digest("hex");
  const snapshot = join(image.folder, `snapshot-${key.slice(0, 16)}`);
  const initrd = `${snapshot}.initramfs`;
  const memory = (file: string, share: string) => [
    ...["-object", `memory-backend-file,id=ram,size=${options.memory}M,mem-path=${file},share=${share}`],
    ...["-machine", "memory-backend=ram", "-initrd", initrd],
  ];
  const ignoreShared: [string, object] = ["migrate-set-capabilities", {
    capabilities: [{ capability: "x-ignore-shared", state: true }, { capability: "events", state: true }],
  }];

  if (!existsSync(`${snapshot}.state`)) {
    const ram = `${snapshot}.ram-${process.pid}`;
    const state = `${snapshot}.state-${process.pid}`;
    writeFileSync(`${initrd}-${process.pid}`, archive);
    renameSync(`${initrd}-${process.pid}`, initrd);
    const vm = new Vm(options);
    await vm.start([...args, ...memory(ram, "on")]);
    try {
      const ctl = await vm.during(vm.ports.ctl);
      ctl.write(files.join(" ") + "\n");
      await vm.line(linesOf(ctl)); // "ready"
      await vm.monitor(ignoreShared, ["migrate", { uri: `exec:cat > '${state}'` }]);
    } finally {
      await vm.stop();
    }
    renameSync(ram, `${snapshot}.ram`);
    renameSync(state, `${snapshot}.state`);
  }

  const vm = new Vm(options);
  await vm.start([...args, ...memory(`${snapshot}.ram`, "off"), "-incoming", "defer"]);
  try {
    const output = [[vm.ports.out, process.stdout], [vm.ports.err, process.stderr]] as const;
    const outputs = output.map(async ([port, stream]) => {
      for await (const data of await port) stream.write(data);
    });
    await vm.monitor(ignoreShared, ["migrate-incoming", { uri: `exec:cat '${snapshot}.state'` }]);
    const ctl = await vm.during(vm.ports.ctl);
    ctl.write(`${base64(settings(image, options))} ${base64(script(command, options))}\n`);
    const status = await vm.line(linesOf(ctl));
    await vm.stop();
    await Promise.all(outputs);
    return Number(status);
  } catch (error) {
    await vm.stop();
    throw error;
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** What init wants to know. */
function settings(image: Image, options: Options): string {
  return `NOW=${Math.floor(Date.now() / 1000)} REPO=${quote(options.repo)} MODULES=${quote(image.modules)}\n`;
}

/** The command as a shell script. */
function script(command: readonly string[], options: Options): string {
  const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", ...options.env };
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
  return `${exports}exec ${command.map(quote).join(" ")}\n`;
}
