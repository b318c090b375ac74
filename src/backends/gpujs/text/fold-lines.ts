import { lineWidth } from "../../../compiler/base/layout.ts";

/** Lines as they are; what is longer than a line is broken before an operator, as far out in its brackets as there is one. */
export function foldLines(lines: readonly string[]): readonly string[] {
  return lines.flatMap(fold);
}

/** What a line may be broken before: every operator of the functions, alone between spaces. */
const operator = /(?<=,) | (?=(?:[?:+*/<>-]|[<>=]==?|&&|\|\|) )/g;

function fold(line: string): readonly string[] {
  if (line.length <= lineWidth) return [line];
  const indent = /^ */.exec(line)![0];
  const places = [...line.matchAll(operator)]
    .map(({ index }) => index)
    .filter((index) => index > indent.length);
  const depths = depthsOf(line);
  const fitting = places.filter((place) => place <= lineWidth);
  const outermost = Math.min(...fitting.map((place) => depths[place]!));
  const place = fitting.findLast((each) => depths[each] === outermost);
  if (place === undefined) return [line];
  const rest = line.slice(place + 1);
  const further = indent.length === 0 || /^ *(?:[?:+*/<>&|-])/.test(line) ? indent : `${indent}  `;
  return [line.slice(0, place), ...fold(`${further}${rest}`)];
}

/** How many brackets are open at each place of a line. */
function depthsOf(line: string): readonly number[] {
  let depth = 0;
  return [...line].map((character) => {
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    return depth;
  });
}
