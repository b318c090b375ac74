import type { CstNode } from "chevrotain";
import type { AxisNode, Port, Result, TensorNode } from "../ast.ts";
import { nameIn, node, nodes, optionalName, spanOf, type BuildContext } from "./context.ts";
import { expressionIn } from "./expressions.ts";

export function buildTensor(context: BuildContext, of: CstNode): TensorNode {
  return {
    span: spanOf(context, of),
    element: nameIn(context, of),
    axes: nodes(of, "axis").map((axis) => buildAxis(context, axis)),
    ...(node(of, "sum") ? { of: expressionIn(context, of, "sum") } : {}),
  };
}

function buildAxis(context: BuildContext, of: CstNode): AxisNode {
  return {
    span: spanOf(context, of),
    ...optionalName(context, of, "Identifier", "name"),
    size: expressionIn(context, of, "expression"),
  };
}

export function buildPorts(context: BuildContext, of: CstNode | undefined): readonly Port[] {
  return (of ? nodes(of, "port") : []).map((port) => ({
    span: spanOf(context, port),
    name: nameIn(context, port),
    type: tensorIn(context, port),
  }));
}

function tensorIn(context: BuildContext, of: CstNode): TensorNode {
  const tensor = node(of, "tensor");
  return tensor
    ? buildTensor(context, tensor)
    : { span: spanOf(context, of), element: nameIn(context, of), axes: [] };
}

export function buildResult(context: BuildContext, of: CstNode): Result {
  const ports = node(of, "ports");
  return ports
    ? { ports: buildPorts(context, ports), span: spanOf(context, ports) }
    : tensorIn(context, of);
}
