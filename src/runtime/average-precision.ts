/**
 * The mean precision over the rows of class 1, each at the threshold that just lets it in: Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds, from
 * the greatest score down, equal scores together. NaN where there is no row of class 1 or a score is no number.
 */
export function averagePrecision(scores: Float32Array, labels: Float32Array): number {
  const order = Uint32Array.from(scores, (_, index) => index).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
  const isPositive = (index: number): boolean => (labels[index] as number) >= 0.5;
  const positives = order.reduce((sum, index) => sum + Number(isPositive(index)), 0);
  let found = 0;
  let area = 0;
  for (let start = 0; start < order.length;) {
    const score = scores[order[start] as number] as number;
    if (Number.isNaN(score)) return Number.NaN;
    const before = found;
    let end = start;
    for (; end < order.length && scores[order[end] as number] === score; end++)
      if (isPositive(order[end] as number)) found++;
    area += ((found - before) / positives) * (found / end);
    start = end;
  }
  return positives === 0 ? Number.NaN : area;
}
