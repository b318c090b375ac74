import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/** The numbers that the host computes for each step: name → formula over the clock. Equal formulas share one name. */
export interface HostScalars {
  readonly formulas: ReadonlyMap<string, Node>;
  /** The scalar that carries `formula` to the device; constants are carried by themselves. */
  readonly declare: (wanted: string, formula: Node) => Node;
}

export function makeHostScalars(graph: GraphBuilder): HostScalars {
  const formulas = new Map<string, Node>();
  const declare = (wanted: string, formula: Node): Node => {
    const known = [...formulas].find(([, other]) => other === formula);
    const name = known?.[0] ?? freeName(formulas, wanted);
    formulas.set(name, formula);
    return graph.scalar(name);
  };
  return { formulas, declare };
}

/** `rate`, then `rate_2`, `rate_3`, … */
function freeName(taken: ReadonlyMap<string, unknown>, wanted: string): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}_${number}`)) number++;
  return `${wanted}_${number}`;
}
