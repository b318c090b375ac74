import { expect, test } from "vitest";
import { nnspec } from "./run.ts";

const folder = "examples/architectures";

test("compare prints the table in the order of the years", () => {
  const { status, stdout } = nnspec([
    "compare",
    `${folder}/squeezenet.nnspec`,
    `${folder}/lenet5.nnspec`,
    `${folder}/googlenet.nnspec:GoogLeNet`,
  ]);
  expect(status).toBe(0);
  expect(
    stdout
      .split("\n")
      .slice(2, 5)
      .map((line) => line.trim().split(/\s{2,}/)),
  ).toEqual([
    ["LeNet5", "1998", "convolution, subsampling, tanh", "61,706", "833 k", "5"],
    [
      "GoogLeNet",
      "2014",
      "Inception blocks, auxiliary heads, no large dense layers",
      "6,624,904",
      "3.00 G",
      "22",
    ],
    ["SqueezeNet", "2016", "squeeze and expand, no dense layer", "1,248,424", "1.55 G", "18"],
  ]);
  expect(nnspec(["compare", `${folder}/lenet5.nnspec:LeNet`])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("did you mean LeNet5?"),
  });
  expect(nnspec(["compare", "none.nnspec"]).status).toBe(2);
});

test("summary prints GoogLeNet both ways, as JSON too", () => {
  const { stdout } = nnspec(["summary", `${folder}/googlenet.nnspec`]);
  expect(stdout).toContain("prediction: 6,624,904 parameters");
  expect(stdout).toContain("with the heads that only a loss uses: 13,004,888 parameters");
  expect(stdout).toMatch(
    /training GoogLeNet with 256 rows a step: [\d.]+ GiB of memory \(weights 49\.6 MiB, optimiser and statistics/,
  );
}, 60_000);

test("check --data compares the heading of a table", () => {
  expect(
    nnspec(["check", "examples/digits.nnspec", "--data", "Digits=examples/data/digits.csv.gz"])
      .status,
  ).toBe(0);
  expect(
    nnspec(["check", "examples/digits.nnspec", "--data", "Digits=examples/data/iris.csv"]),
  ).toMatchObject({ status: 1, stderr: expect.stringContaining("NN0614") });
  expect(nnspec(["check", "examples/digits.nnspec", "--data", "Digit=x.csv"])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("did you mean Digits?"),
  });
});
