import { ts } from "ts-morph";
import type { Condition } from "./piece.ts";

export interface DefinitionMembers {
  readonly all: ReadonlySet<string>;
  /** Those that runs decide by having them. */
  readonly decisions: ReadonlySet<string>;
}

/** What is decided, by the names of decisions. */
export type Assignment = ReadonlyMap<string, boolean>;

/**
 * Partial evaluation of one declaration: `training.…` is a name of the program's own modules, and what depends on decisions of
 * the definition is worked out.
 */
export class Folding {
  private readonly file: ts.SourceFile;
  private readonly definition: DefinitionMembers;
  /** Constants that are nothing unless a condition holds: `const validation = training.validates ? … : undefined`. */
  private readonly constants = new Map<
    string,
    { readonly decision: string; readonly nothing: string }
  >();

  constructor(declaration: ts.Node, file: ts.SourceFile, definition: DefinitionMembers) {
    this.file = file;
    this.definition = definition;
    const visit = (node: ts.Node): void => {
      if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
        const constant = this.neededFor(node.initializer);
        if (constant !== undefined) this.constants.set(node.name.text, constant);
      }
      ts.forEachChild(node, visit);
    };
    visit(declaration);
  }

  /** The decision without which the value is nothing, and what it is then. */
  private neededFor(
    value: ts.Expression,
  ): { readonly decision: string; readonly nothing: string } | undefined {
    if (
      ts.isBinaryExpression(value) &&
      value.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
    ) {
      const decision = this.decisionOf(value.left);
      return decision === undefined ? undefined : { decision, nothing: "false" };
    }
    if (!ts.isConditionalExpression(value)) return undefined;
    const nothing = value.whenFalse.getText(this.file);
    if (nothing !== "undefined" && nothing !== "false") return undefined;
    const decision = this.decisionOf(value.condition);
    return decision === undefined ? undefined : { decision, nothing };
  }

  /** What a constant is where its decision is no. */
  private nothingFor(name: string, assignment: Assignment): string | undefined {
    const constant = this.constants.get(name);
    return constant && assignment.get(constant.decision) === false ? constant.nothing : undefined;
  }

  /** `best` for `training.best` and `session.training.best`, where that is a decision. */
  private decisionOf(node: ts.Expression): string | undefined {
    const name = this.memberOf(node);
    return name !== undefined && this.definition.decisions.has(name) ? name : undefined;
  }

  private memberOf(node: ts.Node): string | undefined {
    if (!ts.isPropertyAccessExpression(node)) return undefined;
    return isTraining(node.expression) ? node.name.text : undefined;
  }

  /** A condition that decisions alone decide. */
  condition(node: ts.Expression): Condition | undefined {
    if (ts.isParenthesizedExpression(node)) return this.condition(node.expression);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      const inner = this.condition(node.operand);
      return inner === undefined ? undefined : { not: inner };
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind !== ts.SyntaxKind.AmpersandAmpersandToken && kind !== ts.SyntaxKind.BarBarToken)
        return undefined;
      const [left, right] = [this.condition(node.left), this.condition(node.right)];
      if (left === undefined || right === undefined) return undefined;
      return kind === ts.SyntaxKind.AmpersandAmpersandToken
        ? { and: [left, right] }
        : { or: [left, right] };
    }
    return this.decisionOf(node);
  }

  /** Whether statements inside stand there or not by decisions. */
  isCutInside(node: ts.Node): boolean {
    let found = false;
    const visit = (inner: ts.Node): void => {
      if (ts.isPropertyAccessExpression(inner) && this.memberOf(inner) !== undefined) found = true;
      if (ts.isBindingElement(inner) && definitionNames.has(inner.name.getText(this.file)))
        found = true;
      if (!found) ts.forEachChild(inner, visit);
    };
    visit(node);
    return found;
  }

  /** The decisions that the text of a node depends on; a block of it that is cut by itself does not count. */
  conditionsOf(node: ts.Node, without?: ts.Node): readonly string[] {
    const found = new Set<string>();
    const visit = (inner: ts.Node): void => {
      if (inner === without) return;
      if (ts.isIdentifier(inner)) {
        const constant = this.constants.get(inner.text);
        if (constant !== undefined) found.add(constant.decision);
      }
      if (ts.isPropertyAccessExpression(inner)) {
        const decision = this.decisionOf(inner);
        if (decision !== undefined && decides(inner)) found.add(decision);
      }
      ts.forEachChild(inner, visit);
    };
    visit(node);
    return [...found];
  }

  /** The text of a node where something is decided; `without` is left out. */
  rewrite(node: ts.Node, assignment: Assignment, without?: ts.Node): string {
    if (node === without) return "";
    const special = this.rewriteSpecial(node, assignment, without);
    if (special !== undefined) return special;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    const lists = listsOf(node);
    let text = "";
    let at = node.getStart(this.file);
    for (const child of children.sort((a, b) => a.pos - b.pos)) {
      const start = child.getStart(this.file);
      if (start < at) continue;
      const list = lists.find((each) => each.includes(child));
      const isLeftOut = this.isLeftOut(child, assignment);
      // A comment above what is left out of a list goes along.
      text += this.file.text.slice(at, isLeftOut && list ? Math.max(at, child.pos) : start);
      const made = isLeftOut ? undefined : this.rewrite(child, assignment, without);
      at = child.end;
      if (made !== undefined) text += made;
      else if (list) {
        // The comma goes along: the one after it, or the one before the last.
        const comma = /^\s*,\s*/.exec(this.file.text.slice(at));
        if (comma) at += comma[0].length;
        else text = text.replace(/,\s*$/, "");
      }
    }
    return text + this.file.text.slice(at, node.end);
  }

  private rewriteSpecial(
    node: ts.Node,
    assignment: Assignment,
    without?: ts.Node,
  ): string | undefined {
    const again = (inner: ts.Node): string => this.rewrite(inner, assignment, without);
    if (ts.isVariableStatement(node)) {
      const [declaration] = node.declarationList.declarations;
      if (declaration && ts.isIdentifier(declaration.name))
        if (this.nothingFor(declaration.name.text, assignment) !== undefined) return "";
    }
    if (ts.isShorthandPropertyAssignment(node)) {
      const nothing = this.nothingFor(node.name.text, assignment);
      if (nothing !== undefined) return `${node.name.text}: ${nothing}`;
    }
    if (ts.isIdentifier(node) && isValue(node)) {
      const nothing = this.nothingFor(node.text, assignment);
      if (nothing !== undefined) return nothing;
    }
    if (ts.isNonNullExpression(node) && this.memberOf(node.expression) !== undefined)
      return again(node.expression);
    if (ts.isPropertyAccessExpression(node)) {
      const member = this.memberOf(node);
      if (member !== undefined) return definitionMark + member;
    }
    if (ts.isIfStatement(node)) {
      const truth = this.truth(node.expression, assignment);
      if (truth === true) return again(node.thenStatement);
      if (truth === false) return node.elseStatement ? again(node.elseStatement) : "";
    }
    if (ts.isConditionalExpression(node)) {
      const truth = this.truth(node.condition, assignment);
      if (truth !== undefined) return again(truth ? node.whenTrue : node.whenFalse);
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const truth = this.truth(node.left, assignment);
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken && truth !== undefined)
        return again(truth ? node.right : node.left);
      if (kind === ts.SyntaxKind.BarBarToken && truth !== undefined)
        return again(truth ? node.left : node.right);
      if (kind === ts.SyntaxKind.QuestionQuestionToken && truth !== undefined)
        return again(truth ? node.left : node.right);
    }
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) {
      const value = again(node.initializer);
      return value === definitionMark + node.name.text ? value : undefined;
    }
    if (ts.isTemplateExpression(node)) return this.rewriteTemplate(node, again);
    if (ts.isParenthesizedExpression(node) && ts.isSpreadAssignment(node.parent))
      return again(node.expression);
    if (ts.isSpreadAssignment(node)) {
      const inner = withoutParentheses(again(node.expression));
      if (/^\{[^]*\}$/.test(inner)) return inner.slice(1, -1).trim().replace(/,$/, "");
    }
    return undefined;
  }

  /** A text that is decided stands in the text around it. */
  private rewriteTemplate(node: ts.TemplateExpression, again: (inner: ts.Node) => string): string {
    const textOf = (part: ts.Node): string =>
      part
        .getText(this.file)
        .replace(/^[`}]/, "")
        .replace(/(?:\$\{|`)$/, "");
    const spans = node.templateSpans.map(({ expression, literal }) => {
      const inner = again(expression);
      const value = /^"[\w ]*"$/.test(inner) ? inner.slice(1, -1) : `\${${inner}}`;
      return value + textOf(literal);
    });
    return `\`${textOf(node.head)}${spans.join("")}\``;
  }

  /** What disappears from a list: the definition itself, and what is spread and nothing. */
  private isLeftOut(node: ts.Node, assignment: Assignment): boolean {
    if (ts.isSpreadElement(node))
      return /^\(?\[\s*\]\)?$/.test(this.rewrite(node.expression, assignment));
    if (ts.isSpreadAssignment(node)) {
      if (this.truth(node.expression, assignment) === false) return true;
      return /^\(?\{\s*\}\)?$/.test(this.rewrite(node.expression, assignment));
    }
    if (ts.isParameter(node) || ts.isBindingElement(node))
      return definitionNames.has(node.name.getText(this.file));
    if (ts.isShorthandPropertyAssignment(node)) return definitionNames.has(node.name.text);
    if (ts.isPropertySignature(node)) return definitionNames.has(node.name.getText(this.file));
    return (
      isTraining(node) &&
      (ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) &&
      node.parent.expression !== node
    );
  }

  /** Whether an expression is something or nothing, where that is decided. */
  private truth(node: ts.Expression, assignment: Assignment): boolean | undefined {
    if (ts.isParenthesizedExpression(node)) return this.truth(node.expression, assignment);
    if (ts.isIdentifier(node)) {
      return this.nothingFor(node.text, assignment) === undefined ? undefined : false;
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      const inner = this.truth(node.operand, assignment);
      return inner === undefined ? undefined : !inner;
    }
    if (ts.isConditionalExpression(node)) {
      const chosen = this.truth(node.condition, assignment);
      return chosen === undefined
        ? undefined
        : this.truth(chosen ? node.whenTrue : node.whenFalse, assignment);
    }
    if (ts.isBinaryExpression(node)) return this.truthOfBinary(node, assignment);
    const decision = this.decisionOf(node);
    return decision === undefined ? undefined : assignment.get(decision);
  }

  /** Whether an expression is `undefined` by a decision. */
  private isNothing(node: ts.Expression, assignment: Assignment): boolean {
    return ts.isIdentifier(node) && this.nothingFor(node.text, assignment) === "undefined";
  }

  private truthOfBinary(node: ts.BinaryExpression, assignment: Assignment): boolean | undefined {
    const { kind } = node.operatorToken;
    const [left, right] = [this.truth(node.left, assignment), this.truth(node.right, assignment)];
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) {
      if (left === false || right === false) return false;
      return left === true && right === true ? true : undefined;
    }
    if (kind === ts.SyntaxKind.EqualsEqualsEqualsToken && isUndefined(node.right))
      return this.isNothing(node.left, assignment) ? true : undefined;
    if (kind === ts.SyntaxKind.ExclamationEqualsEqualsToken && isUndefined(node.right))
      return this.isNothing(node.left, assignment) ? false : undefined;
    if (kind === ts.SyntaxKind.BarBarToken) {
      if (left === true || right === true) return true;
      return left === false && right === false ? false : undefined;
    }
    return undefined;
  }
}

/** Whether a name stands for its value, and is neither declared there nor the name of a member. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) return false;
  return !("name" in parent && parent.name === node);
}

const isUndefined = (node: ts.Expression): boolean =>
  ts.isIdentifier(node) && node.text === "undefined";

function withoutParentheses(text: string): string {
  return /^\(\{[^]*\}\)$/.test(text) ? text.slice(1, -1) : text;
}

/** What stands before names of the definition until what they are is noted. */
export const definitionMark = "$$$";

/** What definitions are called: in a program they are its own modules, and are handed to nobody. `carried` is what all have. */
export const definitionNames: ReadonlySet<string> = new Set(["training", "ensemble", "carried"]);

/** `training`, and `….training`. */
function isTraining(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return definitionNames.has(node.text);
  return ts.isPropertyAccessExpression(node) && definitionNames.has(node.name.text);
}

/** Whether a decision is asked for yes or no there, and not for its value. */
function decides(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return decides(parent);
  if (ts.isPrefixUnaryExpression(parent)) return true;
  if (ts.isIfStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  if (!ts.isBinaryExpression(parent)) return false;
  const { kind } = parent.operatorToken;
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    (kind === ts.SyntaxKind.QuestionQuestionToken && parent.left === node)
  );
}

/** The lists of a node whose members are separated by commas. */
function listsOf(node: ts.Node): readonly (readonly ts.Node[])[] {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return [node.arguments ?? []];
  if (ts.isFunctionLike(node)) return [node.parameters];
  if (ts.isArrayLiteralExpression(node)) return [node.elements];
  if (ts.isObjectLiteralExpression(node)) return [node.properties];
  if (ts.isObjectBindingPattern(node)) return [node.elements];
  if (ts.isInterfaceDeclaration(node)) return [node.members];
  return [];
}
