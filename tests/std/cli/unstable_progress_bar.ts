/**
 * `ProgressBar` as in `@std/cli/unstable-progress-bar`.
 *
 * @module
 */
import process from "node:process";

/** The arguments of a formatter. */
export interface ProgressBarFormatter {
  /** The elapsed time as mm:ss. */
  styledTime: string;
  /** The bar: `###-------`. */
  progressBar: string;
  /** The elapsed time in milliseconds. */
  time: number;
  /** The elapsed time at the last call. */
  previousTime: number;
  /** The current value. */
  value: number;
  /** The value at the last call. */
  previousValue: number;
  /** The value at the end. */
  max: number;
}

/** Options of a progress bar. */
export interface ProgressBarOptions {
  /** The stream to write to, by default standard error. It is left open. */
  writable?: WritableStream<Uint8Array>;
  /** The value to start from, by default 0. */
  value?: number;
  /** The value at the end. */
  max: number;
  /** Length of the bar in characters, by default 50. */
  barLength?: number;
  /** The character of the done part, by default `#`. */
  fillChar?: string;
  /** The character of the remaining part, by default `-`. */
  emptyChar?: string;
  /** True to remove the bar at the end. */
  clear?: boolean;
  /** Formats the line, by default `[mm:ss] [###-------] [12/100]`. */
  fmt?: (fmt: ProgressBarFormatter) => string;
}

/** A line that shows the progress every second. */
export class ProgressBar {
  /** The current value. */
  value: number;
  /** The value at the end. */
  max: number;
  #options: ProgressBarOptions;
  #write: (text: string) => Promise<void>;
  #release: () => void = () => {};
  #start = Date.now();
  #previousTime = 0;
  #previousValue: number;
  #timer: ReturnType<typeof setInterval>;

  /** Shows the first line. */
  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.value = this.#previousValue = options.value ?? 0;
    this.max = options.max;
    if (options.writable) {
      const writer = options.writable.getWriter();
      const encoder = new TextEncoder();
      this.#write = (text) => writer.write(encoder.encode(text));
      this.#release = () => writer.releaseLock();
    } else {
      this.#write = (text) => new Promise((done) => process.stderr.write(text, () => done()));
    }
    this.#timer = setInterval(() => this.#print(), 1000);
    this.#print();
  }

  /** Shows the last line and stops. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#options.clear) await this.#write("\r\x1b[K");
    else {
      await this.#print();
      await this.#write("\n");
    }
    this.#release();
  }

  async #print(): Promise<void> {
    const { barLength = 50, fillChar = "#", emptyChar = "-", fmt = line } = this.#options;
    const time = Date.now() - this.#start;
    const filled = Math.trunc(Math.min(Math.max(this.value / this.max, 0), 1) * barLength);
    const text = fmt({
      styledTime: [time / 60_000, time / 1000 % 60].map((part) => String(Math.trunc(part)).padStart(2, "0")).join(":"),
      progressBar: fillChar.repeat(filled) + emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previousTime,
      value: this.value,
      previousValue: this.#previousValue,
      max: this.max,
    });
    this.#previousTime = time;
    this.#previousValue = this.value;
    await this.#write(`\r\x1b[K${text}`).catch(() => {});
  }
}

function line(bar: ProgressBarFormatter): string {
  return `[${bar.styledTime}] [${bar.progressBar}] [${bar.value}/${bar.max}]`;
}
