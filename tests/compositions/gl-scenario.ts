import { cases, compileCase } from "./cases.ts";
import { examineSpec } from "./examine.ts";
import { examineSeed, faultText } from "./report.ts";

/** What came of the written networks and of those of some seeds on headless GL: faults in words, and how many were compared. */
export interface OnGl {
  readonly compared: number;
  readonly skipped: number;
  readonly faults: readonly string[];
}

export async function run({
  first,
  count,
}: {
  readonly first: number;
  readonly count: number;
}): Promise<OnGl> {
  const examination = { examiners: ["headlessgl"] } as const;
  const faults: string[] = [];
  let [compared, skipped] = [0, 0];
  for (const [name, each] of Object.entries(cases)) {
    const examined = await examineSpec(compileCase(each), 1, each.rows, examination);
    if (examined.verdict === "fault")
      faults.push(`${name}: ${JSON.stringify(examined.fault)}\n${examined.text}`);
    compared++;
  }
  for (let seed = first; seed < first + count; seed++) {
    const { composition, examined } = await examineSeed(seed, examination);
    if (examined.verdict === "fault")
      faults.push(faultText(composition, examined.text, examined.fault));
    if (examined.verdict === "skipped") skipped++;
    else compared++;
  }
  return { compared, skipped, faults };
}
