import { kind } from "../diagnostic.ts";

/** NN01: what is not a file of the language. Most of these are what people bring from other languages. */

export const unexpected = kind<{ expected: string; found: string }>(
  "NN0101",
  "error",
  "Something else was expected",
  (p) => `expected ${p.expected}, found ${p.found}`,
);

export const strayCharacter = kind<{ found: string }>(
  "NN0102",
  "error",
  "A character that means nothing",
  (p) => `\`${p.found}\` means nothing here; delete it, or put it in a text in double quotes`,
);

export const hiddenCharacter = kind<{ code: string }>(
  "NN0103",
  "error",
  "A character that cannot be seen",
  (p) =>
    `the character ${p.code} cannot be seen in the text and is not allowed; write \`\\u{${p.code.slice(2).toLowerCase()}}\` if a text in quotes needs it`,
);

export const unclosedText = kind<Record<never, never>>(
  "NN0104",
  "error",
  "A text without its closing quote",
  () => 'a text ends with `"` on the line where it began; the closing quote is missing',
);

export const unknownEscape = kind<{ found: string }>(
  "NN0105",
  "error",
  "An escape that does not exist",
  (p) =>
    `\`${p.found}\` is no escape; a text knows \`\\"\`, \`\\\\\`, \`\\n\`, \`\\t\` and \`\\u{…}\` (write a path with \`/\`, or with \`\\\\\`)`,
);

export const unknownSuffix = kind<{ number: string; suffix: string }>(
  "NN0106",
  "error",
  "A number with an unknown ending",
  (p) =>
    `\`${p.suffix}\` cannot follow the number ${p.number}; a number may end with %, x, k, M, G, or a blank and a unit like \`epochs\``,
);

export const unclosedBracket = kind<{ opener: string; closer: string; before: string }>(
  "NN0107",
  "error",
  "A bracket that is not closed",
  (p) =>
    `the \`${p.opener}\` that was opened above is not closed: expected \`${p.closer}\` before ${p.before}`,
);

export const strayCloser = kind<{ found: string }>(
  "NN0108",
  "error",
  "A closing bracket without an opening one",
  (p) => `this \`${p.found}\` closes nothing; delete it, or open the bracket that it should close`,
);

export const foreignName = kind<{ name: string }>(
  "NN0109",
  "error",
  "A name with letters beyond ASCII",
  (p) =>
    `a name consists of the letters a to z and A to Z, digits and \`_\`; \`${p.name}\` has others`,
);

export const missingHeader = kind<{ found: string }>(
  "NN0110",
  "error",
  "The header is missing",
  (p) =>
    `a file must begin with \`nnspec 1\`, the version of the language that it is written in; found ${p.found}`,
);

export const unknownDeclaration = kind<{
  found: string;
  words: readonly string[];
  suggestion: string | undefined;
}>(
  "NN0111",
  "error",
  "An unknown declaration",
  (p) =>
    `a file holds ${p.words.slice(0, -1).join(", ")} and ${p.words.at(-1)} declarations, and \`${p.found}\` begins none of them` +
    (p.suggestion === undefined ? "" : `; did you mean \`${p.suggestion}\`?`),
);

export const assignedDeclaration = kind<{ word: string; example: string }>(
  "NN0112",
  "error",
  "A declaration written as an assignment",
  (p) => `a ${p.word} is declared, not assigned; the smallest example is \`${p.example}\``,
);

export const stageWithoutArrow = kind<{ stage: string }>(
  "NN0113",
  "error",
  "A stage without an arrow",
  (p) => `a stage follows an arrow: write \`-> ${p.stage}\``,
);

export const commaBetweenStages = kind<Record<never, never>>(
  "NN0114",
  "error",
  "A comma between stages",
  () => "stages are joined by `->`, not by a comma",
);

export const wrongArrow = kind<{ found: string; expected: string }>(
  "NN0115",
  "error",
  "Another arrow",
  (p) => `the arrow is \`->\`, found \`${p.found}\``,
);

export const missingStage = kind<Record<never, never>>(
  "NN0116",
  "error",
  "An arrow that leads nowhere",
  () => "a stage is missing after `->`; write one, like `-> dense(10)`, or delete the arrow",
);

export const equalsInSetting = kind<{ name: string }>(
  "NN0117",
  "error",
  "A setting with an equals sign",
  (p) => `a setting takes a colon: \`${p.name}: …\`; \`=\` only gives a name its value`,
);

export const colonInBinding = kind<{ name: string }>(
  "NN0118",
  "error",
  "A name bound with a colon",
  (p) =>
    `a name gets its value with \`=\`: \`${p.name} = …\`; \`:\` says what a thing is or how it is set`,
);

export const equalsInArgument = kind<{ name: string }>(
  "NN0119",
  "error",
  "An argument with an equals sign",
  (p) => `an argument is named with a colon: \`${p.name}: …\``,
);

export const foreignOperator = kind<{ found: string; expected: string }>(
  "NN0120",
  "error",
  "An operator of another language",
  (p) => `\`${p.found}\` is written \`${p.expected}\` here`,
);

export const needlessSeparator = kind<{ found: string }>(
  "NN0121",
  "error",
  "A separator where none belongs",
  (p) => `nothing ends a line here: delete the \`${p.found}\``,
);

export const foreignComment = kind<{ found: string }>(
  "NN0122",
  "error",
  "A comment of another language",
  (p) => `a comment starts with \`//\` and ends with its line, found \`${p.found}\``,
);

export const otherQuotes = kind<{ found: string }>(
  "NN0123",
  "error",
  "A text in other quotes",
  (p) => `a text has double quotes, found ${p.found}`,
);

export const squareList = kind<{ domain: boolean }>(
  "NN0124",
  "error",
  "A list in square brackets",
  (p) =>
    `${p.domain ? "a domain has braces: `{ a, b }`" : "a list has round brackets: `(a, b)`"}; square brackets belong to tensor types and to paths`,
);

export const joinedUnit = kind<{ found: string; expected: string }>(
  "NN0125",
  "error",
  "A unit without its blank",
  (p) => `a blank stands between a number and its unit: \`${p.expected}\`, found \`${p.found}\``,
);

export const blankInSuffix = kind<{ found: string; expected: string }>(
  "NN0126",
  "error",
  "A blank before a suffix",
  (p) => `a suffix is joined to its number: \`${p.expected}\`, found \`${p.found}\``,
);

export const barePoint = kind<{ found: string; expected: string }>(
  "NN0127",
  "error",
  "A point without digits on both sides",
  (p) => `digits stand on both sides of the point: write \`${p.expected}\`, found \`${p.found}\``,
);

export const groupedDigits = kind<{ found: string; expected: readonly string[] }>(
  "NN0128",
  "error",
  "Digits grouped by commas",
  (p) =>
    `digits are not grouped: write ${p.expected.map((one) => `\`${one}\``).join(" or ")}, found \`${p.found}\``,
);

export const quotedName = kind<{ name: string }>(
  "NN0129",
  "error",
  "A name in quotes",
  (p) => `names have no quotes: write \`${p.name}:\``,
);

export const loop = kind<Record<never, never>>(
  "NN0130",
  "error",
  "A loop",
  () => "`for` names what a rule speaks of; repetition is a stage: `-> repeat 3 Block`",
);

export const repeatedBraces = kind<Record<never, never>>(
  "NN0131",
  "error",
  "A repetition with braces",
  () => "`repeat` repeats one stage: put these stages in a block, and write `-> repeat 3 Block`",
);

export const conditionalBraces = kind<Record<never, never>>(
  "NN0132",
  "error",
  "A condition with braces",
  () => "a condition is an expression: `name = if … then … else …`",
);

export const tensorType = kind<{ found: string }>(
  "NN0133",
  "error",
  "A type without its axes",
  (p) =>
    `a tensor type says its element and its axes, like \`f32[B, px: 784]\`; found \`${p.found}\``,
);

export const unnamedBatch = kind<{ found: string }>(
  "NN0134",
  "error",
  "A size left open",
  (p) =>
    `no size is left open with \`${p.found}\`: name it, as in \`dim B\` and \`f32[B, px: 784]\``,
);

export const reservedName = kind<{ word: string }>(
  "NN0135",
  "error",
  "A word of the language as a name",
  (p) =>
    `\`${p.word}\` is a word of the language and cannot be a name; choose another, like \`${p.word}_1\``,
);

export const repetitionFromZero = kind<{ found: string }>(
  "NN0136",
  "error",
  "A repetition counted from zero",
  (p) => `repetitions are counted from 1: the first is \`[1]\`, found \`[${p.found}]\``,
);

export const missingResult = kind<{ name: string }>(
  "NN0137",
  "error",
  "A model without a result",
  (p) => `a model says what it gives, before its body: \`model ${p.name}(…) -> f32[B, 10] { … }\``,
);

export const chainedComparison = kind<Record<never, never>>(
  "NN0138",
  "error",
  "Comparisons in a chain",
  () => "comparisons do not chain: write `a < b and b < c`",
);

export const missingElse = kind<{ found: string }>(
  "NN0139",
  "error",
  "A condition without `else`",
  (p) => `a condition has two branches: expected \`else …\`, found ${p.found}`,
);

export const missingParameters = kind<{ name: string }>(
  "NN0140",
  "error",
  "A block without parameters",
  (p) =>
    `a block has its parameters in round brackets before its inputs, even when there are none: \`block ${p.name}()(…)\``,
);

export const numberTooLarge = kind<{ found: string }>(
  "NN0141",
  "error",
  "A number that is too large",
  (p) => `${p.found} is more than a number can be (about 1.8e308)`,
);
