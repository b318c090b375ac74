/** Numbers as people read them. */

/** "97.4 %" or four significant digits. */
export function formatMetric(value: number, display: "percent" | "number"): string {
  return display === "percent" ? `${(100 * value).toFixed(1)} %` : formatNumber(value);
}

/** Four significant digits at least: "0.1235", "12.35", "12346"; very large and very small as "1.20e-7". */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value))
    return Number.isNaN(value) ? "not a number" : String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace("e+", "e");
  return size >= 9999.5 ? value.toFixed(0) : value.toPrecision(4);
}

/** Thousands apart: "12,345". */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "0.4 s", "12 s", "1 min 20 s", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** For JSON.stringify: what is no number is "NaN" or "Infinity"; JSON has neither, and null looks like a value left out. */
export function spellNumber(_name: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
