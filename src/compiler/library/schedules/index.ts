import type { ScheduleDefinition } from "../definition.ts";
import { constant } from "./constant.ts";
import { cosine } from "./cosine.ts";
import { exponential } from "./exponential.ts";
import { inverseSqrt } from "./inverse-sqrt.ts";
import { inverseTime } from "./inverse-time.ts";
import { linear } from "./linear.ts";
import { oneCycle } from "./one-cycle.ts";
import { plateau } from "./plateau.ts";
import { step } from "./step.ts";
import { warmup } from "./warmup.ts";

export const schedules: readonly ScheduleDefinition[] = [
  constant,
  cosine,
  exponential,
  inverseSqrt,
  inverseTime,
  linear,
  oneCycle,
  plateau,
  step,
  warmup,
];
