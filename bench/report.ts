import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { faster, type Outcome } from "./compare.ts";
import { root } from "./job.ts";
import { figures } from "./statistics.ts";

/** A line for each peer: its steps per second, and how many times faster the first nnspec of the list is. */
export function tableOf(outcomes: readonly Outcome[], workloads: readonly string[]): string {
  const names = [...new Set(outcomes.map((outcome) => outcome.peer))];
  const ours = names.find((name) => name.startsWith("nnspec")) ?? names[0] ?? "";
  const find = (peer: string, workload: string): Outcome | undefined =>
    outcomes.find((one) => one.peer === peer && one.workload === workload);
  const cell = (peer: string, workload: string): string => {
    const outcome = find(peer, workload);
    const best = find(ours, workload);
    if (outcome === undefined || outcome.rates.length === 0) return "–";
    const times = best === undefined || peer === ours ? NaN : faster(best, outcome);
    return Number.isFinite(times)
      ? `${figures(outcome.rate)} (${figures(times)} ×)`
      : `**${figures(outcome.rate)}**`;
  };
  const rows = names.map(
    (name) => `| ${name} | ${workloads.map((workload) => cell(name, workload)).join(" | ")} |`,
  );
  return [
    `| steps/s | ${workloads.join(" | ")} |`,
    `|---|${workloads.map(() => "---:|").join("")}`,
    ...rows,
  ].join("\n");
}

/** The same for a terminal. */
export function plainTable(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map((outcome) => outcome.peer.length));
  const lines = outcomes.map((outcome) => {
    const yardstick = outcomes.find((one) => one.rates.length > 0)!;
    const start = outcome.peer.padEnd(width);
    if (outcome.rates.length === 0) return `${start}  –  ${outcome.skipped ?? ""}`;
    const losses = Number.isNaN(outcome.lossDifference)
      ? "other losses"
      : `losses within ${outcome.lossDifference.toExponential(0)}`;
    const times =
      outcome === yardstick
        ? ""
        : `${yardstick.peer} is ${figures(faster(yardstick, outcome))} × as fast`;
    return `${start}  ${figures(outcome.rate).padStart(10)} steps/s  ${(outcome.memory / 2 ** 20).toFixed(0).padStart(5)} MiB  ${losses.padEnd(20)}  ${times}${outcome.note === undefined ? "" : `  (${outcome.note})`}`;
  });
  return lines.join("\n");
}

/** What measured: processor, cores, Node. */
export function machine(): string {
  const [first] = cpus();
  return `${first?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

/** Puts a text between `<!-- name -->` and `<!-- end of name -->`; a page without the marks gets them at its end. */
export function replacePart(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  const part = `${start}\n${text}\n${end}`;
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${part}\n`;
  return page.slice(0, from) + part + page.slice(to + end.length);
}

/** Puts a table with its date and machine into docs/performance.md. */
export function writePart(name: string, text: string): void {
  const page = join(root, "docs/performance.md");
  const before = existsSync(page) ? readFileSync(page, "utf8") : "# Performance\n";
  writeFileSync(
    page,
    replacePart(
      before,
      name,
      `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine()}.\n\n${text}`,
    ),
  );
}
