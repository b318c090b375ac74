import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import type { NumberLiteral } from "../ast.ts";
import type { Token } from "../tokens.ts";
import { unitOf } from "../words.ts";
import { spanOfToken, type BuildContext } from "./context.ts";

const pattern = /^([0-9.]+(?:[eE][+-]?[0-9]+)?)(%|x|k|M|G)?(?:[ \t]+([A-Za-z]+))?$/;
const factors = { "%": 0.01, x: 1, k: 1e3, M: 1e6, G: 1e9 } as const;
type Suffix = keyof typeof factors;

export function buildNumber(context: BuildContext, token: Token): NumberLiteral {
  const span = spanOfToken(context, token);
  const [, digits = "0", suffix, word = ""] = pattern.exec(token.image) ?? [];
  const value = scaled(digits, suffix as Suffix | undefined);
  if (!Number.isFinite(value))
    context.report(diagnostic(messages.numberTooLarge, span, { found: token.image }));
  const unit = unitOf(word);
  return {
    kind: "number",
    span,
    value,
    integer: /^[0-9]+$/.test(digits) && suffix !== "%",
    ...(suffix === undefined ? {} : { suffix: suffix as Suffix }),
    ...(unit === undefined ? {} : { unit }),
  };
}

/** `50%` is 50 / 100 and `1.1M` is 1.1e6, each rounded once. */
function scaled(digits: string, suffix: Suffix | undefined): number {
  if (suffix === "%") return Number(digits) / 100;
  if (suffix === undefined || suffix === "x") return Number(digits);
  return /[eE]/.test(digits)
    ? Number(digits) * factors[suffix]
    : Number(`${digits}e${Math.log10(factors[suffix])}`);
}
