import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/runtime/arguments.ts";
import { describeError } from "../../src/runtime/errors.ts";

const program = { name: "train.ts", summary: "Trains Mlp on Digits.", data: "Digits" };
const options = (...argv: string[]) => {
  const parsed = parseArguments(argv, program);
  return typeof parsed === "string" ? "help" : { ...parsed, data: Object.fromEntries(parsed.data) };
};
const switchedOff = { calibrate: false, resume: false, dryRun: false, views: false };
const failure = (...argv: string[]): string => {
  try {
    parseArguments(argv, program);
  } catch (error) {
    return describeError(error);
  }
  throw new Error("nothing was refused");
};

describe("the trainer's options", () => {
  test("defaults", () => {
    expect(options()).toEqual({ ...switchedOff, backend: "auto", format: "pretty", data: {} });
  });

  test("all of them, in both spellings", () => {
    expect(
      options(
        "--backend",
        "cpu",
        "--epochs=3",
        "--seed",
        "0",
        "--data",
        "Digits=a=b.csv",
        "--run-dir",
        "x",
        "--resume",
        "--format=json",
        "--evaluate",
        "w",
      ),
    ).toEqual({
      ...switchedOff,
      backend: "cpu",
      epochs: 3,
      accept: new Set(["epochs"]),
      seed: 0,
      data: { Digits: "a=b.csv" },
      runDirectory: "x",
      resume: true,
      format: "json",
      evaluate: "w",
    });
  });

  test.each([
    [["--bakend", "cpu"], "There is no option --bakend.\n  Did you mean --backend?"],
    [["--quux"], "There is no option --quux.\n  All options: --help"],
    [["digits"], 'An option is expected; found "digits".\n  All options: --help'],
    [
      ["--backend", "gpus"],
      '--backend takes auto, gpu, wasm, cpu; found "gpus".\n  Did you mean gpu?',
    ],
    [["--epochs"], "--epochs needs a value: --epochs n"],
    [["--epochs", "--resume"], "--epochs needs a value: --epochs n"],
    [["--epochs", "0"], '--epochs takes a whole number from 1; found "0".'],
    [["--epochs", "1e3"], '--epochs takes a whole number from 1; found "1e3".'],
    [["--seed", "-1"], '--seed takes a whole number from 0; found "-1".'],
    [
      ["--seed", "99999999999999999999"],
      '--seed takes a whole number from 0; found "99999999999999999999".',
    ],
    [["--seed", "1", "--seed", "2"], "--seed is given twice."],
    [["--resume=yes"], '--resume takes no value; found "yes".'],
    [["--data", "digits.csv"], '--data takes Name=path; found "digits.csv".'],
    [["--data", "Digit=a.csv"], "There are no data called Digit here.\n  There is: Digits."],
    [["--constructor", "1"], "There is no option --constructor.\n  All options: --help"],
  ])("%j", (argv, message) => {
    expect(failure(...argv)).toBe(message);
  });

  test("the help names everything", () => {
    expect(options("--help")).toBe("help");
    expect(options("--epochs", "3", "-h")).toBe("help");
    const parsed = parseArguments(["--help"], program);
    expect(parsed).toMatchInlineSnapshot(`
      "train.ts: Trains Mlp on Digits.

        --backend auto|gpu|wasm|cpu  what computes; auto takes the fastest that is there (default)
        --threads auto|n             threads of the wasm backend; auto takes as many as are faster (default)
        --calibrate                  with auto: measure all backends again, whatever is remembered
        --epochs n                   train for n epochs
        --seed n                     another seed for weights, order, split and masks
        --data Name=path             read this instead, which is of the same kind
        --run-dir folder             where weights, state and metrics go
        --resume                     go on from the state in the run folder
        --accept names               with --resume: settings that may be others than before (batch,rate,schedule)
        --dry-run                    ask everything that could refuse the training, and train nothing
        --evaluate file              measure these weights on the test part; train nothing
        --tta                        with --evaluate: measure the mean over the views of \`predict\` as well
        --format pretty|json         for people (default), or one JSON object a line
        --help                       this text

      Data: Digits
      "
    `);
  });
});
