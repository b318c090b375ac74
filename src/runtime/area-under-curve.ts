/**
 * The area under the receiver operating characteristic: the chance that a row of class 1 scores higher than a row of class 0,
 * equal scores counting half (Hanley and McNeil 1982). By ranks: (Σ ranks of class 1 − n₁ (n₁ + 1) / 2) / (n₀ n₁), equal scores
 * sharing the mean of their ranks. NaN where one of the classes is absent or a score is no number.
 */
export function areaUnderCurve(scores: Float32Array, labels: Float32Array): number {
  const order = Uint32Array.from(scores, (_, index) => index).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  let positives = 0;
  let ranks = 0;
  for (let start = 0; start < order.length;) {
    const score = scores[order[start] as number] as number;
    if (Number.isNaN(score)) return Number.NaN;
    let end = start;
    let ones = 0;
    while (end < order.length && scores[order[end] as number] === score) {
      if ((labels[order[end] as number] as number) >= 0.5) ones++;
      end++;
    }
    positives += ones;
    // Ranks count from 1: those of start … end − 1 have the mean (start + end + 1) / 2.
    ranks += (ones * (start + end + 1)) / 2;
    start = end;
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
