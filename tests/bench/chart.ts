/**
 * Draws a bar chart of the ratios, for the README.
 *
 * @module
 */
import type { Result, Row } from "./report.ts";

/** Sizes in pixels. A panel is a job, a row is an entry. */
const PANEL = { width: 460, labels: 210, title: 44, row: 18, bar: 12, gap: 20 }, COLUMNS = 2;

/** Largest ratio that is drawn in full; longer bars are broken off. */
const LONGEST = 10;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .note { fill: #57606a }
  .ours { fill: #0969da }
  .peer { fill: #afb8c1 }
  .one { stroke: #57606a; stroke-dasharray: 2 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note { fill: #8b949e }
    .ours { fill: #4493f8 }
    .peer { fill: #484f58 }
    .one { stroke: #8b949e }
  }
`;

/** Draws the cost of repeated work: each entry's ratio of processor time to the base, the shortest first. */
export function chart(results: readonly Result[]): string {
  const panels = results.filter(({ name, compare }) => compare === "cpu" && name !== "start").map(panel);
  const heights: number[] = Array(COLUMNS).fill(0), placed: string[] = [];
  for (const { svg, height } of panels) {
    const column = heights.indexOf(Math.min(...heights));
    placed.push(`<g transform="translate(${column * (PANEL.width + PANEL.gap)} ${heights[column]})">\n${svg}\n</g>`);
    heights[column]! += height + PANEL.gap;
  }
  const width = COLUMNS * (PANEL.width + PANEL.gap) - PANEL.gap, height = Math.max(...heights) - PANEL.gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>Processor time of netlink libraries, as a ratio</title>
<style>${STYLE}</style>
${placed.join("\n")}
</svg>
`;
}

function panel({ title, base, count, rows }: Result): { svg: string; height: number } {
  const shown = rows.filter((row): row is Row & { ratio: number } => row.ratio !== undefined)
    .sort((a, b) => a.ratio - b.ratio);
  const bars = PANEL.width - PANEL.labels - 50, height = PANEL.title + shown.length * PANEL.row;
  const longest = Math.min(LONGEST, Math.max(1, ...shown.map(({ ratio }) => ratio)));
  const length = (ratio: number): number => Math.round(bars * Math.min(ratio, longest) / longest);
  const one = PANEL.labels + length(1);
  const lines = shown.map(({ label, ratio }, i) => {
    const top = PANEL.title + i * PANEL.row, middle = top + PANEL.bar - 2, end = PANEL.labels + length(ratio);
    const kind = label.startsWith("ours") ? "ours" : "peer";
    const broken = ratio > longest
      ? `<path class="peer" d="M${end} ${top}l6 ${PANEL.bar / 2}l-6 ${PANEL.bar / 2}z"/>`
      : "";
    return `<text x="${PANEL.labels - 8}" y="${middle}" text-anchor="end">${escape(label)}</text>` +
      `<rect class="${kind}" x="${PANEL.labels}" y="${top}" width="${length(ratio)}" height="${PANEL.bar}" rx="2"/>` +
      `${broken}<text class="note" x="${end + 10}" y="${middle}">${ratio.toFixed(ratio < 10 ? 2 : 0)}</text>`;
  });
  return {
    height,
    svg: [
      `<text class="title" y="14">${escape(title)}</text>`,
      `<text class="note" y="32">${count.toLocaleString("en")}; ${escape(base)} = 1; less is better</text>`,
      ...lines,
      `<path class="one" d="M${one} ${PANEL.title - 4}V${height}"/>`,
    ].join("\n"),
  };
}

function escape(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
