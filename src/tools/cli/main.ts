import { runCommand } from "./run-command.ts";

// The command line from its sources; the package begins in launch.ts.
await runCommand(process.argv);
