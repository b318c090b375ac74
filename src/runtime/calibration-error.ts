/**
 * How far confidence is from the share that is right: decisions are put into `bins` of equal width by their confidence, and
 * Σ nₖ / n · |right share − mean confidence| is added up over the bins (Guo et al. 2017). NaN of no decisions, or where a confidence is no number.
 */
export function calibrationError(
  confidences: Float32Array,
  right: Float32Array,
  bins: number,
): number {
  const [sums, rights] = [new Float64Array(bins), new Float64Array(bins)];
  confidences.forEach((confidence, index) => {
    // A bin takes its upper end in, and the first one 0 as well.
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    sums[bin] = (sums[bin] ?? 0) + confidence;
    rights[bin] = (rights[bin] ?? 0) + (right[index] as number);
    if (Number.isNaN(confidence)) sums[0] = Number.NaN;
  });
  return (
    sums.reduce((sum, each, bin) => sum + Math.abs(each - rights[bin]!), 0) / confidences.length
  );
}
