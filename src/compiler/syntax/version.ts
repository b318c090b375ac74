import { diagnostic, type Diagnostic } from "../base/diagnostics/diagnostic.ts";
import { newerVersion } from "../base/diagnostics/catalogue/limits.ts";
import type { File } from "./ast.ts";
import { spanIn, type Lexed } from "./lexer/lexed.ts";
import { endOf, isWord } from "./tokens.ts";

/** The newest version of the language that this compiler reads; it reads all before it too. */
const newestVersion = 1;

export function checkVersion(file: File, { source, tokens }: Lexed): readonly Diagnostic[] {
  const { version } = file;
  const [word, number] = tokens;
  if (
    version === undefined ||
    (version >= 1 && version <= newestVersion) ||
    !isWord(word, "nnspec") ||
    !number
  )
    return [];
  const span = spanIn(source, number.startOffset, endOf(number));
  const fixes = [
    { title: `write \`nnspec ${newestVersion}\``, edits: [{ span, text: String(newestVersion) }] },
  ];
  return [diagnostic(newerVersion, span, { found: version, newest: newestVersion }, { fixes })];
}
