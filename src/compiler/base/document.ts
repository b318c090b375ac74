/** A text with the places where its lines may break, printed by the algorithm of prettier (Wadler's, without backtracking). */
export type Document =
  | string
  | readonly Document[]
  /** In one line where it fits; otherwise all its own breaks are taken. */
  | { readonly group: Document }
  | { readonly indent: Document }
  /** A break, and what stands there instead where the line goes on. */
  | { readonly line: "" | " " }
  /** Stands only where its group is broken. */
  | { readonly ifBroken: string };

/** A space, or a new line. */
export const line: Document = { line: " " };
/** Nothing, or a new line. */
export const softline: Document = { line: "" };

interface Command {
  readonly indent: number;
  readonly isFlat: boolean;
  readonly document: Document;
}

/** The text of a document that begins at a column of a line that is indented by so much, in lines of at most `width` columns. */
export function printDocument(
  document: Document,
  { indent, column, width }: { indent: number; column: number; width: number },
): string {
  let text = "";
  let place = column;
  const commands: Command[] = [{ indent, isFlat: false, document }];
  for (let command = commands.pop(); command !== undefined; command = commands.pop()) {
    const { document: part, isFlat } = command;
    if (isText(part)) {
      text += part;
      place += part.length;
    } else if (isSequence(part)) commands.push(...partsOf(part, command));
    else if ("indent" in part)
      commands.push({ indent: command.indent + 2, isFlat, document: part.indent });
    else if ("group" in part) {
      const flat = { ...command, document: part.group, isFlat: true };
      const isKept = isFlat || fits(flat, commands, width - place);
      commands.push({ ...flat, isFlat: isKept });
    } else if ("ifBroken" in part) {
      if (!isFlat) commands.push({ ...command, document: part.ifBroken });
    } else if (isFlat) {
      text += part.line;
      place += part.line.length;
    } else {
      text += `\n${" ".repeat(command.indent)}`;
      place = command.indent;
    }
  }
  return text;
}

/** Whether it fits in one line, with what follows it up to the next break. */
function fits(next: Command, following: readonly Command[], room: number): boolean {
  const commands = [next];
  let left = room;
  let followers = following.length;
  while (left >= 0) {
    if (commands.length === 0) {
      if (followers === 0) return true;
      commands.push(following[--followers]!);
    }
    const command = commands.pop()!;
    const { document: part, isFlat } = command;
    if (isText(part)) left -= part.length;
    else if (isSequence(part)) commands.push(...partsOf(part, command));
    else if ("indent" in part) commands.push({ ...command, document: part.indent });
    else if ("group" in part) commands.push({ ...command, document: part.group });
    else if ("ifBroken" in part) left -= isFlat ? 0 : part.ifBroken.length;
    else if (isFlat) left -= part.line.length;
    else return true;
  }
  return false;
}

/** The last first, as a stack takes them. */
function partsOf(parts: readonly Document[], command: Command): readonly Command[] {
  return parts.map((document) => ({ ...command, document })).reverse();
}

function isText(document: Document): document is string {
  return typeof document === "string";
}

function isSequence(document: Document): document is readonly Document[] {
  return Array.isArray(document);
}
