import type { MetricDefinition } from "../definition.ts";
import { accuracy } from "./accuracy.ts";
import { auc } from "./auc.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
import { confusion } from "./confusion.ts";
import { error } from "./error.ts";
import { mae } from "./mae.ts";
import { mse } from "./mse.ts";
import { perplexity } from "./perplexity.ts";
import { r2 } from "./r2.ts";
import { rmse } from "./rmse.ts";
import { top } from "./top.ts";

export const metrics: readonly MetricDefinition[] = [
  accuracy,
  auc,
  binaryAccuracy,
  confusion,
  error,
  mae,
  mse,
  perplexity,
  r2,
  rmse,
  top,
];
