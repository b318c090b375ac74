export { wasmProgram } from "../../src/tools/cli/verification/device-programs.ts";
