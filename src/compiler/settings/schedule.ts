import type { Origin } from "../typed/formula.ts";
import { showSchedule } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly schedule: { readonly parts: readonly SchedulePart[]; readonly origin: Origin };
  }
}

export const schedule = defineSetting({
  name: "schedule",
  summary: "How the learning rate changes from step to step.",
  takes: "schedules joined by `then` (8.5)",
  otherwise: "`constant`",
  items: "schedule",
  example: "schedule: warmup(2 epochs) then cosine(to: 0)",
  synonyms: ["lr_schedule", "scheduler"],
  infer: ({ read }) => {
    const parts = read("schedule");
    return parts && { schedule: parts };
  },
  mayChange: true,
  show: (run) => showSchedule(run.schedule.parts),
  origin: (run) => run.schedule.origin,
});
