import type { Target } from "../target.ts";
import { about } from "./about.ts";
import { emit, type EmitOptions } from "./emit.ts";

/** The standalone training program. Whatever a checked run can say, it can do. */
export const trainer: Target<EmitOptions> = {
  ...about,
  refuses: () => [],
  files: ({ compiled, program }, options) => emit(compiled, program, options),
};
