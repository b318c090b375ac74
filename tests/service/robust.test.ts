import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createService, type Service } from "../../src/service/service.ts";
import { filesIn } from "../support/files.ts";
import { onDisk } from "./support/cursor.ts";

/** How many characters lie between two states: `npm run test:service` takes 10, and is for a quiet hour. */
const every = Number(process.env["NNSPEC_SERVICE_EVERY"] ?? 331);
const examples = [
  ...filesIn("examples", ".nnspec"),
  ...filesIn("examples/architectures", ".nnspec"),
];

/** Asks everything at an offset; each answer is plain data. */
function askAll(service: Service, path: string, offset: number): readonly unknown[] {
  return [
    service.findings(path),
    service.hover(path, offset),
    service.completion(path, offset),
    service.signature(path, offset),
    service.definition(path, offset),
    service.references(path, offset),
    service.prepareRename(path, offset),
    service.rename(path, offset, "renamed"),
    service.fixes(path, offset, offset),
    service.tokens(path),
    service.folds(path),
    service.outline(path),
    service.hints(path),
  ];
}

/** The text, the text up to the offset, and the text without the token behind it. */
function statesAt(text: string, offset: number): readonly string[] {
  const token = /\w+|[^\s\w]/.exec(text.slice(offset));
  const start = offset + (token?.index ?? 0);
  return [
    text,
    text.slice(0, offset),
    text.slice(0, start) + text.slice(start + (token?.[0].length ?? 0)),
  ];
}

test.each(examples)(
  "%s: every request is answered in every state",
  { timeout: 3_600_000 },
  (path) => {
    const text = readFileSync(path, "utf8");
    const service = createService(onDisk);
    for (let offset = 0; offset <= text.length; offset += every) {
      for (const state of statesAt(text, offset)) {
        service.open(path, state);
        const answers = askAll(service, path, offset);
        expect(JSON.parse(JSON.stringify(answers))).toEqual(
          answers.map((answer) =>
            answer === undefined ? null : JSON.parse(JSON.stringify(answer)),
          ),
        );
        for (const { start, end } of service.tokens(path)) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(state.length);
        }
        for (const hint of service.hints(path))
          expect(hint.offset).toBeLessThanOrEqual(state.length);
      }
    }
  },
);

test.each(examples)(
  "%s: a rename is refused, or leaves the findings as they were",
  { timeout: 3_600_000 },
  (path) => {
    const text = readFileSync(path, "utf8");
    const service = createService(onDisk);
    service.open(path, text);
    const before = service.findings(path).map(({ code }) => code);
    let renamed = 0;
    for (const token of service.tokens(path).filter(({ declaration }) => declaration)) {
      service.open(path, text);
      const written = text.slice(token.start, token.end);
      const answer = service.rename(path, token.start, /^[A-Z]/.test(written) ? "Zebra" : "zebra");
      if ("refused" in answer) continue;
      renamed++;
      const edits = answer.edits.filter(({ place }) => place.path === path);
      expect(edits.length).toBeGreaterThan(0);
      service.open(
        path,
        edits
          .toSorted((a, b) => b.place.start - a.place.start)
          .reduce(
            (changed, { place, text: by }) =>
              changed.slice(0, place.start) + by + changed.slice(place.end),
            text,
          ),
      );
      expect(service.findings(path).map(({ code }) => code)).toEqual(before);
    }
    expect(renamed).toBeGreaterThan(0);
  },
);
