import type { Lexed } from "../lexer/lexed.ts";
import { isSymbol, isWord, type Token } from "../tokens.ts";
import { itemWords, type ItemWord } from "../words.ts";
import { balance } from "./brackets.ts";
import { missingArrow, commaForArrow, arrowToNowhere } from "./arrows.ts";
import { conditionalWithBraces, loop, repetitionWithBraces } from "./control.ts";
import type { Cursor, Mistake } from "./cursor.ts";
import { frameOf, peek, previous } from "./cursor.ts";
import {
  assignedDeclaration,
  missingHeader,
  missingParameters,
  missingResult,
  unfinishedDeclaration,
  unknownDeclaration,
} from "./heads.ts";
import { chainedComparison, needlessComma, strayToken } from "./marks.ts";
import {
  colonInBinding,
  equalsInArgument,
  equalsInSetting,
  quotedKey,
  reservedName,
} from "./names.ts";
import { groupedDigits, separatedSuffix } from "./numbers.ts";
import { closedList, squareList } from "./lists.ts";
import { openSize, typeWithoutAxes } from "./types.ts";
import type { Repaired } from "./repaired.ts";
import { take } from "./frames.ts";

/** In the order in which they are looked for at each token. */
const mistakes: readonly Mistake[] = [
  assignedDeclaration,
  unfinishedDeclaration,
  unknownDeclaration,
  separatedSuffix,
  groupedDigits,
  strayToken,
  loop,
  conditionalWithBraces,
  repetitionWithBraces,
  reservedName,
  quotedKey,
  equalsInSetting,
  equalsInArgument,
  colonInBinding,
  missingParameters,
  missingResult,
  typeWithoutAxes,
  openSize,
  squareList,
  closedList,
  arrowToNowhere,
  needlessComma,
  commaForArrow,
  missingArrow,
  chainedComparison,
];

export function repair(lexed: Lexed): Repaired {
  const balanced = balance(lexed);
  if (balanced.tooDeep) return balanced;
  const cursor: Cursor = {
    source: lexed.source,
    tokens: [...balanced.tokens],
    at: 0,
    out: [],
    diagnostics: [...balanced.diagnostics],
    frames: [],
    item: undefined,
    lists: 0,
    inRule: false,
    repeats: 0,
    dropped: false,
  };
  missingHeader(cursor);
  while (cursor.at < cursor.tokens.length) step(cursor);
  return { tokens: cursor.out, diagnostics: cursor.diagnostics };
}

function step(cursor: Cursor): void {
  if (mistakes.some((mistake) => mistake(cursor))) return;
  const token = peek(cursor)!;
  if (frameOf(cursor) === "top" && beginsItem(cursor, token)) startItem(cursor, token);
  take(cursor, token);
}

/** At the top a word of a declaration begins one, unless it is a name after another word (`dim data`, `train block on …`). */
function beginsItem(cursor: Cursor, token: Token): boolean {
  if (!isWord(token, "import", ...itemWords)) return false;
  const before = previous(cursor);
  return (
    !isWord(before, "on", "as", "with", "import", ...itemWords) &&
    !isSymbol(before, "=", ":", ",", "->")
  );
}

function startItem(cursor: Cursor, token: Token): void {
  cursor.item = token.image as ItemWord | "import";
  cursor.lists = 0;
  cursor.inRule = false;
  cursor.repeats = 0;
}
