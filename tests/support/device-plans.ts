export { devicePlan } from "../../src/tools/cli/verification/device-programs.ts";
