import type { InitializerDefinition } from "../definition.ts";
import { constant } from "./constant.ts";
import { fanUniform } from "./fan-uniform.ts";
import { identity } from "./identity.ts";
import { kaiming } from "./kaiming.ts";
import { lecun } from "./lecun.ts";
import { normal } from "./normal.ts";
import { ones } from "./ones.ts";
import { orthogonal } from "./orthogonal.ts";
import { truncatedNormal } from "./truncated-normal.ts";
import { uniform } from "./uniform.ts";
import { values } from "./values.ts";
import { xavier } from "./xavier.ts";
import { zeros } from "./zeros.ts";

export const initializers: readonly InitializerDefinition[] = [
  constant,
  fanUniform,
  identity,
  kaiming,
  lecun,
  normal,
  ones,
  orthogonal,
  truncatedNormal,
  uniform,
  values,
  xavier,
  zeros,
];
