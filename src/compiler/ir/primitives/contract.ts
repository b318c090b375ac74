import type { Primitive } from "./primitive.ts";
import { countOf, gather, stridesOf, type Value } from "./evaluation.ts";
import { contractType, parseLabels, sizesOf } from "./labels.ts";

/** The product of two operands, summed over the letters that the result lacks; a batch letter runs over the actual rows. */
export const contract: Primitive<"contract"> = {
  type: (inputs, { labels }) => contractType(inputs, parseLabels(labels)),
  products: ({ inputs, attributes }) =>
    countOf([
      ...sizesOf(
        parseLabels(attributes.labels),
        inputs.map(({ type }) => type.shape),
      ).values(),
    ]),
  evaluate: ({ inputs, attributes, shape }) => {
    const labels = parseLabels(attributes.labels);
    const [a, b] = inputs as readonly [Value, Value];
    const sizes = sizesOf(labels, [a.shape, b.shape]);
    const inBoth = [...labels.a].filter((letter) => labels.b.includes(letter));
    const shared = inBoth.filter((letter) => labels.result.includes(letter)).join("");
    const summed = inBoth.filter((letter) => !labels.result.includes(letter)).join("");
    const ofA = [...labels.a].filter((letter) => !labels.b.includes(letter)).join("");
    const ofB = [...labels.b].filter((letter) => !labels.a.includes(letter)).join("");
    const count = (letters: string): number =>
      countOf([...letters].map((letter) => sizes.get(letter)!));
    const left = arrange(a, labels.a, shared + ofA + summed);
    const right = arrange(b, labels.b, shared + summed + ofB);
    const product = multiplyMatrices(
      left,
      right,
      count(shared),
      count(ofA),
      count(summed),
      count(ofB),
    );
    const order = shared + ofA + ofB;
    const arranged = { shape: [...order].map((letter) => sizes.get(letter)!), data: product };
    return shape.length === 0 ? product : arrange(arranged, order, labels.result);
  },
  gradient: (graph, node, gradient) => {
    const { a, b, result } = parseLabels(node.attributes.labels);
    const [x, y] = node.inputs;
    return [
      graph.contract(gradient, y!, `${result},${b}->${a}`),
      graph.contract(x!, gradient, `${a},${result}->${b}`),
    ];
  },
};

function arrange(value: Value, from: string, to: string): Float64Array {
  if (from === to) return value.data;
  const strides = stridesOf(value.shape);
  const places = [...to].map((letter) => from.indexOf(letter));
  return gather(
    value.data,
    places.map((place) => value.shape[place]!),
    places.map((place) => strides[place]!),
  );
}

/** [count, m, k] · [count, k, n] → [count, m, n] */
function multiplyMatrices(
  a: Float64Array,
  b: Float64Array,
  count: number,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const result = new Float64Array(count * m * n);
  for (let row = 0; row < count * m; row++) {
    const matrix = Math.floor(row / m) * k * n;
    for (let inner = 0; inner < k; inner++) {
      const factor = a[row * k + inner]!;
      const from = matrix + inner * n;
      for (let column = 0; column < n; column++)
        result[row * n + column]! += factor * b[from + column]!;
    }
  }
  return result;
}
