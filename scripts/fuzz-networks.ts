// Random networks on every backend against the float64 interpreter: `npm run fuzz:networks -- --count 3000 --seed 1`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { backendNames } from "../tests/compositions/backends.ts";
import type { Examined, Examiner } from "../tests/compositions/examine.ts";
import {
  count,
  examineSeed,
  newTally,
  shrunkReport,
  skippedShare,
  type Tally,
} from "../tests/compositions/report.ts";
import { headlessGl, skipLoudly } from "../tests/support/gl.ts";

const all: readonly Examiner[] = ["slope", ...backendNames];
const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    backends: { type: "string", default: all.join(",") },
  },
});

const examiners = chosenExaminers(options.backends);
if (needsDisplay(examiners)) withDisplay();
else process.exitCode = await fuzz(examiners, Number(options.seed), Number(options.count));

function chosenExaminers(text: string): readonly Examiner[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !all.some((each) => each === name));
  if (unknown !== undefined) {
    console.error(`There is no backend ${unknown}; there are ${all.join(", ")}.`);
    process.exit(2);
  }
  const known = names as Examiner[];
  return known.includes("headlessgl") && skipLoudly("networks on headless GL", headlessGl())
    ? known.filter((name) => name !== "headlessgl")
    : known;
}

function needsDisplay(names: readonly Examiner[]): boolean {
  return names.includes("headlessgl") && !process.env["DISPLAY"];
}

/** The same again with an X server. Mesa's interpreter of shaders begins at once where its compiler takes seconds a network. */
function withDisplay(): void {
  const screen = "-screen 0 640x480x24 +extension GLX";
  const script = fileURLToPath(import.meta.url);
  const { status } = spawnSync(
    "xvfb-run",
    ["-a", "-s", screen, process.execPath, "--import", "tsx", script, ...process.argv.slice(2)],
    { stdio: "inherit", env: { GALLIUM_DRIVER: "softpipe", ...process.env } },
  );
  process.exitCode = status ?? 1;
}

async function fuzz(names: readonly Examiner[], first: number, number: number): Promise<number> {
  const tally = newTally();
  for (let seed = first; seed < first + number; seed++) {
    const examination = { examiners: names };
    const { composition, examined } = await examineSeed(seed, examination);
    count(tally, composition, examined);
    if (isFault(examined))
      console.log((await shrunkReport(composition, examined, examination)).report, "\n");
    if (tally.networks % 50 === 0) console.log(summary(tally));
  }
  console.log(summary(tally));
  return tally.faults.size > 0 ? 1 : 0;
}

function isFault(examined: Examined): examined is Examined & { readonly verdict: "fault" } {
  return examined.verdict === "fault";
}

function summary(tally: Tally): string {
  const { networks, stages, drawnAnew, skipped, faults, examiners: found } = tally;
  const counts = (map: ReadonlyMap<string, number>): string =>
    map.size === 0 ? "none" : [...map].map(([name, times]) => `${times} × ${name}`).join(", ");
  return [
    `${networks} networks of ${(stages / networks).toFixed(1)} stages; numbers drawn anew for ${drawnAnew}`,
    `  skipped ${(100 * skippedShare(tally)).toFixed(1)} %: ${counts(skipped)}; faults: ${counts(faults)}`,
    ...[...found].map(
      ([name, own]) =>
        `  ${name}: ${own.networks} networks, ${own.tensors} tensors (${own.vague} vague), ` +
        `worst ${own.ofAllowed.toFixed(2)} of what is allowed, ${own.relative.toExponential(1)} of the largest number`,
    ),
  ].join("\n");
}
