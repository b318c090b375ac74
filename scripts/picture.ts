// oxlint-disable no-control-regex -- terminal colours begin with one
// Draws what a command prints on a terminal as SVG: tsx scripts/picture.ts OUT.svg "title" < text-with-ANSI-colours
import { readFileSync, writeFileSync } from "node:fs";

const [, , out, title = ""] = process.argv;
if (out === undefined) throw new Error("usage: picture.ts OUT.svg [title] < text");

const colors: Readonly<Record<string, string>> = {
  30: "#6e7681",
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
  37: "#e6edf3",
  90: "#8b949e",
};
const fontSize = 14;
const columnWidth = 8.43;
const lineHeight = 19;

interface Piece {
  readonly text: string;
  readonly color: string;
  readonly bold: boolean;
}

const lines = readFileSync(0, "utf8").replace(/\n+$/, "").split("\n").map(overwritten).map(pieces);
const width = Math.ceil(Math.max(...lines.map((line) => columnsOf(line))) * columnWidth + 40);
const height = lines.length * lineHeight + 66;
writeFileSync(out, svg());

/** What stays on a line that was drawn over itself with carriage returns. */
function overwritten(line: string): string {
  return line.split("\r").at(-1) ?? "";
}

function columnsOf(line: readonly Piece[]): number {
  return line.reduce((sum, { text }) => sum + [...text].length, 0);
}

function pieces(line: string): readonly Piece[] {
  const found: Piece[] = [];
  let color = "#e6edf3";
  let bold = false;
  for (const part of line.split(/(\u001b\[[0-9;?]*[A-Za-z])/)) {
    const codes = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1];
    if (codes === undefined) {
      if (part !== "" && !part.startsWith("\u001b")) found.push({ text: part, color, bold });
      continue;
    }
    for (const code of codes.split(";")) {
      if (code === "" || code === "0") [color, bold] = ["#e6edf3", false];
      else if (code === "1") bold = true;
      else if (code === "22") bold = false;
      else if (code === "39") color = "#e6edf3";
      else if (code === "2") color = "#8b949e";
      else color = colors[code] ?? color;
    }
  }
  return found;
}

function svg(): string {
  const text = lines.map(
    (line, index) =>
      `<text x="20" y="${54 + index * lineHeight}" xml:space="preserve">${line.map(span).join("")}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
<text x="${width / 2}" y="22" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#8b949e">${escape(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}">
${text.join("\n")}
</g>
</svg>
`;
}

function span({ text, color, bold }: Piece): string {
  return `<tspan fill="${color}"${bold ? ' font-weight="bold"' : ""}>${escape(text)}</tspan>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
