import { width, type Document } from "./document.ts";

interface Command {
  readonly indent: number;
  readonly broken: boolean;
  readonly document: Document;
}

/** The lines written so far and what must come before the next text. */
interface Rendering {
  readonly lines: string[];
  current: string;
  /** Comments that end the current line. */
  suffix: string[];
  /** Whether the next text must begin a line. */
  ended: boolean;
  /** The indentation of the current line. */
  lineIndent: number;
}

/** The document as text, ending with a line's end. */
export function render(content: readonly Document[]): string {
  const state: Rendering = { lines: [], current: "", suffix: [], ended: false, lineIndent: 0 };
  const commands: Command[] = [];
  pushAll(commands, content, 0, true);
  for (let next = commands.pop(); next; next = commands.pop()) write(state, commands, next);
  newline(state, 0, false);
  while (state.lines.at(-1) === "") state.lines.pop();
  return `${state.lines.join("\n")}\n`;
}

function pushAll(
  commands: Command[],
  content: readonly Document[],
  indent: number,
  broken: boolean,
): void {
  for (let index = content.length - 1; index >= 0; index--)
    commands.push({ indent, broken, document: content[index]! });
}

function write(state: Rendering, commands: Command[], { indent, broken, document }: Command): void {
  if (typeof document === "string") return writeText(state, document, indent);
  switch (document.kind) {
    case "line":
      return broken
        ? newline(state, indent, document.blank)
        : writeText(state, document.flat, indent);
    case "fill":
      return endsHere(state, commands, broken, document.hard)
        ? newline(state, indent, false)
        : writeText(state, " ", indent);
    case "whenBroken":
      return broken ? writeText(state, document.text, indent) : undefined;
    case "whenFlat":
      return broken ? undefined : writeText(state, document.text, indent);
    case "indent":
      return pushAll(commands, document.content, indent + document.by, broken);
    case "group": {
      const breaks =
        document.broken || (broken && !fits(state, commands, { indent, broken: false, document }));
      return pushAll(
        commands,
        document.content,
        document.from === "line" && breaks ? lineIndentOf(state, indent) : indent,
        breaks,
      );
    }
    case "comment":
      return document.own || state.ended || state.suffix.length > 0
        ? writeOwn(state, document.text, indent, document.blank)
        : void state.suffix.push(document.text);
  }
}

function endsHere(
  state: Rendering,
  commands: readonly Command[],
  broken: boolean,
  hard: boolean,
): boolean {
  return broken && (hard || !fits(state, commands, { indent: 0, broken: false, document: " " }));
}

function lineIndentOf(state: Rendering, indent: number): number {
  return state.current.trim() === "" ? indent : state.lineIndent;
}

function writeText(state: Rendering, text: string, indent: number): void {
  const pending = state.ended || (state.suffix.length > 0 && text !== ",");
  if (pending && text.trim() === "") return;
  if (pending) newline(state, indent, false);
  if (state.current === "" && text.trim() === "") return;
  if (state.current === "") state.current = " ".repeat(state.lineIndent);
  state.current += text;
}

/** A comment on a line of its own, before what follows. */
function writeOwn(state: Rendering, text: string, indent: number, blank: boolean): void {
  if (state.current !== "" || state.suffix.length > 0 || blank) newline(state, indent, blank);
  state.current = " ".repeat(state.lineIndent) + text;
  state.ended = true;
}

function newline(state: Rendering, indent: number, blank: boolean): void {
  const written = [state.current.trimEnd(), ...state.suffix]
    .filter((part) => part !== "")
    .join(" ");
  const nothing = state.current.trim() === "" && state.suffix.length === 0;
  if (!nothing)
    state.lines.push(
      state.current.trim() === "" ? " ".repeat(state.lineIndent) + written.trimStart() : written,
    );
  if (blank && state.lines.length > 0 && state.lines.at(-1) !== "") state.lines.push("");
  state.current = "";
  state.lineIndent = indent;
  state.suffix = [];
  state.ended = false;
}

/** Whether what follows fits on the line up to the next place where a line may end. */
function fits(state: Rendering, commands: readonly Command[], next?: Command): boolean {
  let room = width - Math.max(state.current.length, state.current === "" ? state.lineIndent : 0);
  const pending: Command[] = next ? [next] : [];
  let rest = commands.length;
  while (room >= 0) {
    const one = pending.pop() ?? commands[--rest];
    if (!one) return true;
    const { document, broken } = one;
    if (typeof document === "string") room -= document.length;
    else if (document.kind === "line") {
      if (broken) return true;
      room -= document.flat.length;
    } else if (document.kind === "fill") {
      if (broken) return true;
      room -= 1;
    } else if (document.kind === "whenFlat") room -= broken ? 0 : document.text.length;
    else if (document.kind === "indent") pushAll(pending, document.content, 0, broken);
    else if (document.kind === "group") pushAll(pending, document.content, 0, document.broken);
  }
  return false;
}
