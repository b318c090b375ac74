import type { Fix } from "../base/diagnostics/diagnostic.ts";
import { textOf, type Span } from "../base/source.ts";

/** A fix that writes `text` in the place of `span`. */
export function rewrite(span: Span, text: string): Fix {
  return { title: `Write \`${text}\``, edits: [{ span, text }] };
}

/** Where the call of `name` stands in a stage (`dense(64)` in `repeat 2 dense(64) as h`); undefined when it is not written there. */
export function callIn(
  stage: Span,
  name: string,
): { readonly name: Span; readonly arguments: Span | undefined } | undefined {
  const text = textOf(stage);
  const found = new RegExp(`(?<![\\w.])${name}(?!\\w)`).exec(text);
  if (!found) return undefined;
  const start = stage.start + found.index;
  const nameSpan = { source: stage.source, start, end: start + name.length };
  const open = /^\s*\(/.exec(text.slice(found.index + name.length));
  if (!open) return { name: nameSpan, arguments: undefined };
  const inside = nameSpan.end + open[0].length;
  const close = closingBracket(stage.source.text, inside);
  return close === undefined
    ? undefined
    : { name: nameSpan, arguments: { source: stage.source, start: inside, end: close } };
}

/** The offset of the bracket that closes the one before `start`. Texts in quotes are passed over. */
function closingBracket(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"') at = text.indexOf('"', at + 1);
    if (at < 0) return undefined;
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at;
  }
  return undefined;
}

/** A fix that gives the call of `name` a further named argument, or the one that it has another value. */
export function withArgument(
  stage: Span,
  name: string,
  argument: string,
  value: string,
): readonly Fix[] {
  const call = callIn(stage, name);
  if (!call) return [];
  const title = `Write \`${argument}: ${value}\``;
  if (!call.arguments)
    return [{ title, edits: [{ span: endOf(call.name), text: `(${argument}: ${value})` }] }];
  const written = textOf(call.arguments);
  const known = new RegExp(`(?<!\\w)${argument}\\s*:\\s*[\\w.]+`).exec(written);
  if (!known)
    return [
      {
        title,
        edits: [
          {
            span: endOf(call.arguments),
            text: written.trim() === "" ? `${argument}: ${value}` : `, ${argument}: ${value}`,
          },
        ],
      },
    ];
  const start = call.arguments.start + known.index;
  return [
    {
      title,
      edits: [
        {
          span: { source: stage.source, start, end: start + known[0].length },
          text: `${argument}: ${value}`,
        },
      ],
    },
  ];
}

export function endOf(span: Span): Span {
  return { source: span.source, start: span.end, end: span.end };
}

/** The span from the arrow before a stage to the stage's end; undefined where no arrow stands before it. */
export function withArrow(stage: Span): Span | undefined {
  const arrow = /\s*->\s*$/.exec(stage.source.text.slice(0, stage.start));
  return arrow ? { source: stage.source, start: arrow.index, end: stage.end } : undefined;
}
