import { writeFileSync } from "node:fs";
import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import { UsageError } from "../exit.ts";
import { htmlReport } from "../inspection/html.ts";
import {
  measureInitialization,
  type Measured,
  type MeasureOptions,
} from "../inspection/measure.ts";
import { printComparison, printRun } from "../inspection/print.ts";
import { lastingZeros } from "../inspection/lasting-zeros.ts";
import { judge } from "../inspection/verdicts.ts";
import { verifyInspection } from "../inspection/verification.ts";
import type { InspectOptions } from "../options.ts";
import { usesColor, writeLine, type Format } from "../output.ts";
import { chooseRun, programOf } from "../runs.ts";
import { reasonOf } from "../sources.ts";

/** The initialisation report of a run; of several runs of a file side by side. Nothing is trained, nothing kept but the page that is asked for. */
export async function inspect(file: string, options: InspectOptions): Promise<void> {
  const program = programOf(file, options.set, options.format);
  if (!program) return;
  const runs =
    options.run === undefined && program.runs.length > 1
      ? program.runs.map(({ name }) => chooseRun(program, name))
      : [chooseRun(program, options.run)];
  const measured: Measured[] = [];
  for (const run of runs) measured.push(await measureVerified(program, run, { ...options, file }));
  report(measured, options.format);
  if (options.html !== undefined) writePage(options.html, measured);
}

/** The report before a training: on the terminal (as an event where events are asked for), and as a page in the folder of the run. */
export async function inspectBefore(
  program: Program,
  run: TypedRun,
  page: string,
  options: MeasureOptions & { readonly format: Format },
): Promise<void> {
  const measured = await measureVerified(program, run, options);
  if (options.format === "json")
    writeLine(JSON.stringify({ event: "inspect", ...plain(measured) }));
  else {
    report([measured], "pretty");
    writeLine(`The same as a page: ${page}\n`);
  }
  writePage(page, [measured]);
}

/** How a run begins, and whether its backend computes that. */
async function measureVerified(
  program: Program,
  run: TypedRun,
  options: MeasureOptions,
): Promise<Measured> {
  const measured = await measureInitialization(program, run, options);
  const zeros = await lastingZeros(program, run, measured, options);
  const verification = await verifyInspection(program, run, measured, options);
  return { ...measured, ...(zeros && { lastingZeros: zeros }), verification };
}

function report(measured: readonly Measured[], format: Format): void {
  if (format === "json")
    return writeLine(JSON.stringify({ runs: measured.map(plain) }, undefined, 2));
  const options = { color: usesColor(process.stdout), columns: process.stdout.columns || 100 };
  writeLine(
    measured.length > 1 ? printComparison(measured, options) : printRun(measured[0]!, options),
  );
}

/** For programs: the findings stand with the values; numbers that JSON has no word for are texts. */
function plain(measured: Measured): object {
  const { findings, verdicts } = judge(measured);
  const values = measured.values.map((value) => ({
    ...value,
    findings: findings.get(value.name) ?? [],
  }));
  return JSON.parse(
    JSON.stringify({ ...measured, values, verdicts }, (_key, value: unknown) =>
      value instanceof Set
        ? [...value]
        : typeof value === "number" && !Number.isFinite(value)
          ? String(value)
          : value,
    ),
  ) as object;
}

function writePage(path: string, measured: readonly Measured[]): void {
  try {
    writeFileSync(
      path,
      htmlReport(
        measured,
        `How ${measured.map(({ run }) => run).join(", ")} ${measured.length === 1 ? "begins" : "begin"}`,
      ),
    );
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
