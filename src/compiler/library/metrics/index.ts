import type { MetricDefinition } from "../definition.ts";
import { accuracy } from "./accuracy.ts";
import { auc } from "./auc.ts";
import { averagePrecision } from "./average-precision.ts";
import { balancedAccuracy } from "./balanced-accuracy.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
import { calibrationError } from "./calibration-error.ts";
import { confusion } from "./confusion.ts";
import { error } from "./error.ts";
import { f1 } from "./f1.ts";
import { iou } from "./iou.ts";
import { mae } from "./mae.ts";
import { matthews } from "./matthews.ts";
import { mse } from "./mse.ts";
import { perplexity } from "./perplexity.ts";
import { precision } from "./precision.ts";
import { r2 } from "./r2.ts";
import { recall } from "./recall.ts";
import { rmse } from "./rmse.ts";
import { top } from "./top.ts";

export const metrics: readonly MetricDefinition[] = [
  accuracy,
  auc,
  averagePrecision,
  balancedAccuracy,
  binaryAccuracy,
  calibrationError,
  confusion,
  error,
  f1,
  iou,
  mae,
  matthews,
  mse,
  perplexity,
  precision,
  r2,
  recall,
  rmse,
  top,
];
