import { expect, test } from "vitest";
import { settings } from "../../src/compiler/settings/index.ts";
import { nnspecHere } from "./here.ts";

test("settings of runs are listed and explained as items of the library are", async () => {
  const listed = await nnspecHere(["list", "settings", "--format", "json"]);
  const named = (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name);
  expect(named).toEqual(settings.map(({ name }) => name));
  for (const name of named) {
    const { status, stdout } = await nnspecHere(["explain", name]);
    expect(status).toBe(0);
    expect(stdout).toContain("Setting of runs");
  }
});
