import { ts } from "ts-morph";

export function isTypePosition(node: ts.Identifier): boolean {
  return ts.isTypeReferenceNode(node.parent) || ts.isTypeQueryNode(node.parent);
}

/** Variables and parameters anywhere in the declaration. */
export function localNames(statement: ts.Statement): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name) &&
      node.parent.parent?.parent !== statement.parent &&
      !(ts.isVariableDeclaration(node) && node.parent.parent === statement)
    )
      names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return names;
}

/** The block that a loop repeats. */
export function blockOf(statement: ts.Statement): ts.Block | undefined {
  if (
    (ts.isWhileStatement(statement) ||
      ts.isForOfStatement(statement) ||
      ts.isForStatement(statement)) &&
    ts.isBlock(statement.statement)
  )
    return statement.statement;
  return undefined;
}

/** Whether nothing after the statement is reached. */
export function endsFlow(statement: ts.Statement): boolean {
  if (ts.isBlock(statement)) {
    const last = statement.statements.at(-1);
    return last !== undefined && endsFlow(last);
  }
  return ts.isReturnStatement(statement) || ts.isThrowStatement(statement);
}
