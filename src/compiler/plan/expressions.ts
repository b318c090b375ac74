import type { Access, Affine, Buffer, Expr, ScalarOp } from "./plan.ts";
import { affineKey } from "./affine.ts";

/** Makes hash-consed expressions: equal expressions are one object, so that shared work is seen by identity. */
export class Expressions {
  private readonly interned = new Map<string, Expr>();
  private readonly identities = new Map<Expr | Buffer, number>();

  private identify(thing: Expr | Buffer): number {
    const known = this.identities.get(thing);
    if (known !== undefined) return known;
    this.identities.set(thing, this.identities.size);
    return this.identities.size - 1;
  }

  private intern(key: string, expression: Expr): Expr {
    const known = this.interned.get(key);
    if (known !== undefined) return known;
    this.interned.set(key, expression);
    return expression;
  }

  constant(value: number): Expr {
    return this.intern(`constant ${Object.is(value, -0) ? "-0" : value}`, {
      kind: "constant",
      value,
    });
  }

  load(buffer: Buffer, index: readonly Affine[]): Expr {
    const access: Access = { buffer, index };
    return this.intern(`load ${this.identify(buffer)} ${index.map(affineKey).join(",")}`, {
      kind: "load",
      access,
    });
  }

  scalar(name: string): Expr {
    return this.intern(`scalar ${name}`, { kind: "scalar", name });
  }

  rows(): Expr {
    return this.intern("rows", { kind: "rows" });
  }

  accumulator(): Expr {
    return this.intern("accumulator", { kind: "accumulator" });
  }

  inside(index: Affine, extent: number): Expr {
    return this.intern(`inside ${affineKey(index)} ${extent}`, { kind: "inside", index, extent });
  }

  apply(op: ScalarOp, ...args: readonly Expr[]): Expr {
    return this.intern(`${op} ${args.map((arg) => this.identify(arg)).join(",")}`, {
      kind: "apply",
      op,
      args,
    });
  }

  /** An affine index as a number (its division, if any, must be exact). */
  axisValue(index: Affine): Expr {
    const [first, ...others] = index.terms;
    if (first === undefined) return this.constant(index.constant / (index.divisor ?? 1));
    const start = this.axis(first[0], first[1], index.constant);
    const sum = others.reduce(
      (total, [axis, step]) => this.apply("add", total, this.axis(axis, step, 0)),
      start,
    );
    return index.divisor === undefined
      ? sum
      : this.apply("divide", sum, this.constant(index.divisor));
  }

  private axis(axis: string, step: number, constant: number): Expr {
    return this.intern(`axis ${axis} ${step} ${constant}`, { kind: "axis", axis, step, constant });
  }

  /** `value` where all of the conditions hold, otherwise `otherwise`. */
  guarded(conditions: readonly Expr[], value: Expr, otherwise: number): Expr {
    return conditions.reduceRight(
      (inner, condition) => this.apply("select", condition, inner, this.constant(otherwise)),
      value,
    );
  }

  /** The expression with every `from` replaced by `to`. */
  replace(expression: Expr, from: Expr, to: Expr): Expr {
    const done = new Map<Expr, Expr>([[from, to]]);
    const visit = (current: Expr): Expr => {
      const known = done.get(current);
      if (known !== undefined) return known;
      const result =
        current.kind === "apply" ? this.apply(current.op, ...current.args.map(visit)) : current;
      done.set(current, result);
      return result;
    };
    return visit(expression);
  }
}

/** Every expression below (and with) the roots, each once, operands before users. */
export function subexpressions(...roots: readonly Expr[]): readonly Expr[] {
  const seen = new Set<Expr>();
  const visit = (expression: Expr): void => {
    if (seen.has(expression)) return;
    if (expression.kind === "apply") expression.args.forEach(visit);
    seen.add(expression);
  };
  roots.forEach(visit);
  return [...seen];
}
