// Draws grammar/railroad.html, a picture of each production, from the parser's own grammar.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { productions, type Expression } from "../src/compiler/syntax/grammar.ts";

/** A piece of track: how wide it is, how far it reaches above and below its line, and its drawing from a point on the left. */
interface Piece {
  readonly width: number;
  readonly up: number;
  readonly down: number;
  readonly draw: (x: number, y: number) => string;
}

const gap = 10;
const radius = 8;
const boxHeight = 22;

/** The whole page: the same text for the same grammar. */
export function railroadPage(): string {
  const figures = productions().map(({ name, expression }) => figure(name, expression));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The grammar of nnspec</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b1f24; background: #fff; }
  h2 { font: 600 15px ui-monospace, monospace; margin: 1.6rem 0 .3rem; }
  svg { max-width: 100%; height: auto; }
  path { fill: none; stroke: #57606a; stroke-width: 1.5; }
  rect { fill: #eef4ff; stroke: #3a6ea5; stroke-width: 1.2; }
  rect.word { fill: #fff7e0; stroke: #a97b12; }
  text { font: 12px ui-monospace, monospace; text-anchor: middle; fill: #1b1f24; }
  a text { text-decoration: underline; }
</style>
<h1>The grammar of nnspec</h1>
<p>Read along the line from left to right; only a track with an arrow leads back. Round boxes stand in the text as they are, square ones are other productions.
Made from the parser by <code>npm run generate</code>.</p>
${figures.join("\n")}
</html>
`;
}

function figure(name: string, expression: Expression): string {
  const piece = pieceOf(expression);
  const width = piece.width + 4 * gap;
  const height = piece.up + piece.down + 2 * gap;
  const y = piece.up + gap;
  const ends = `${track(gap, y, 2 * gap, y)}${track(2 * gap + piece.width, y, 3 * gap + piece.width, y)}<path d="M${gap} ${y - 6}v12M${3 * gap + piece.width} ${y - 6}v12"/>`;
  return `<h2 id="${name}">${name}</h2>
<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${name}">${ends}${piece.draw(2 * gap, y)}</svg>`;
}

function pieceOf(expression: Expression): Piece {
  switch (expression.kind) {
    case "terminal":
    case "nonterminal":
      return box(expression.text, expression.kind);
    case "sequence":
      return sequence(expression.parts.map(pieceOf));
    case "choice":
      return choice(expression.parts.map(pieceOf));
    case "optional":
      return choice([straight, pieceOf(expression.part)]);
    case "repeated":
      return choice([straight, again(pieceOf(expression.part))]);
  }
}

const straight: Piece = { width: 0, up: 0, down: 0, draw: () => "" };

function box(text: string, kind: "terminal" | "nonterminal"): Piece {
  const plain = text.replace(/^"(.*)"$/, "$1");
  const width = plain.length * 7.5 + 20;
  const isWord = kind === "terminal";
  return {
    width,
    up: boxHeight / 2,
    down: boxHeight / 2,
    draw: (x, y) => {
      const shape = `<rect${isWord ? ' class="word"' : ""} x="${x}" y="${y - boxHeight / 2}" width="${width}" height="${boxHeight}" rx="${isWord ? boxHeight / 2 : 2}"/>`;
      const label = `<text x="${x + width / 2}" y="${y + 4}">${escaped(plain)}</text>`;
      return kind === "nonterminal" ? `<a href="#${plain}">${shape}${label}</a>` : shape + label;
    },
  };
}

function sequence(parts: readonly Piece[]): Piece {
  const width = parts.reduce((sum, part) => sum + part.width + gap, -gap);
  return {
    width,
    up: Math.max(...parts.map(({ up }) => up)),
    down: Math.max(...parts.map(({ down }) => down)),
    draw: (x, y) => {
      let at = x;
      return parts
        .map((part, index) => {
          const joint = index === 0 ? "" : track(at - gap, y, at, y);
          const drawn = joint + part.draw(at, y);
          at += part.width + gap;
          return drawn;
        })
        .join("");
    },
  };
}

/** The first on the line, the others below it. */
function choice(parts: readonly Piece[]): Piece {
  const inner = Math.max(...parts.map(({ width }) => width));
  const margin = 2 * radius + 4;
  const offsets: number[] = [];
  let depth = 0;
  for (const [index, part] of parts.entries()) {
    depth += index === 0 ? 0 : Math.max(part.up, radius) + 8;
    offsets.push(depth);
    depth += Math.max(part.down, index === 0 ? 4 : 0);
  }
  return {
    width: inner + 2 * margin,
    up: parts[0]!.up,
    down: depth,
    draw: (x, y) =>
      parts.map((part, index) => branch(part, x, y, offsets[index]!, margin, inner)).join(""),
  };
}

function branch(
  part: Piece,
  x: number,
  y: number,
  offset: number,
  margin: number,
  inner: number,
): string {
  const [left, right] = [x + margin, x + margin + inner];
  const line = y + offset;
  const rest = track(left + part.width, line, right, line);
  if (offset === 0)
    return track(x, y, left, y) + part.draw(left, y) + rest + track(right, y, right + margin, y);
  const bend = offset - 2 * radius;
  const down = `<path d="M${x} ${y}q${radius} 0 ${radius} ${radius}v${bend}q0 ${radius} ${radius} ${radius}H${left}"/>`;
  const up = `<path d="M${right} ${line}h${margin - 2 * radius}q${radius} 0 ${radius} ${-radius}v${-bend}q0 ${-radius} ${radius} ${-radius}"/>`;
  return down + part.draw(left, line) + rest + up;
}

/** Along the line, and back below it as often as one likes. */
function again(part: Piece): Piece {
  const margin = 2 * radius;
  const loop = Math.max(part.down + 8, 2 * radius);
  return {
    width: part.width + 2 * margin,
    up: part.up,
    down: loop + 4,
    draw: (x, y) => {
      const [left, right] = [x + margin, x + margin + part.width];
      const bend = loop - 2 * radius;
      const away = `M${right} ${y}q${radius} 0 ${radius} ${radius}v${bend}q0 ${radius} ${-radius} ${radius}H${left}`;
      const back = `q${-radius} 0 ${-radius} ${-radius}v${-bend}q0 ${-radius} ${radius} ${-radius}`;
      const middle = (left + right) / 2;
      const arrow = `<path d="M${middle + 4} ${y + loop - 4}l-6 4l6 4"/>`;
      return `${track(x, y, left, y)}<path d="${away}${back}"/>${arrow}${part.draw(left, y)}${track(right, y, right + margin, y)}`;
    },
  };
}

function track(fromX: number, fromY: number, toX: number, toY: number): string {
  return fromX === toX ? "" : `<path d="M${fromX} ${fromY}L${toX} ${toY}"/>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync("grammar/railroad.html", railroadPage());
