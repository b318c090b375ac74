import type { FunctionDefinition } from "../definition.ts";
import { absFunction } from "./abs.ts";
import { ceilFunction } from "./ceil.ts";
import { cosFunction } from "./cos.ts";
import { expFunction } from "./exp.ts";
import { floorFunction } from "./floor.ts";
import { logFunction } from "./log.ts";
import { maxFunction } from "./max.ts";
import { minFunction } from "./min.ts";
import { modFunction } from "./mod.ts";
import { signFunction } from "./sign.ts";
import { sinFunction } from "./sin.ts";
import { sqrtFunction } from "./sqrt.ts";
import { tanhFunction } from "./tanh.ts";

export const functions: readonly FunctionDefinition[] = [
  absFunction,
  ceilFunction,
  cosFunction,
  expFunction,
  floorFunction,
  logFunction,
  maxFunction,
  minFunction,
  modFunction,
  signFunction,
  sinFunction,
  sqrtFunction,
  tanhFunction,
];
