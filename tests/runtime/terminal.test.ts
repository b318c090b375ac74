import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("a reader that goes away is no error: the program goes on without a word", () => {
  const terminal = fileURLToPath(new URL("../../src/runtime/terminal.ts", import.meta.url));
  const program = `import { openTerminal } from ${JSON.stringify(terminal)};
    const terminal = openTerminal();
    for (let line = 0; line < 20000; line++) terminal.write("line " + line + "\\n");
    setTimeout(() => { for (let line = 0; line < 20000; line++) openTerminal().write("more " + line + "\\n"); }, 300);
    setTimeout(() => { console.error("done"); }, 600);`;
  const { stdout, stderr } = spawnSync(
    "sh",
    ["-c", '"$0" --import tsx --input-type=module -e "$1" | head -n 1', process.execPath, program],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("line 0\n");
  expect(stderr).toBe("done\n");
});
