import type { Histogram, ValueStatistics } from "../../../runtime/value-statistics.ts";
import type { Measured, MeasuredValue } from "./measure.ts";
import { short } from "./print.ts";
import { judge, percent } from "./verdicts.ts";

/** The report as one page that needs nothing else: pictures are inline SVG, no script, and every text is escaped. */
export function htmlReport(runs: readonly Measured[], title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
.depth { display: flex; gap: 1em; overflow-x: auto; padding-bottom: .5em; }
figure { margin: 0; flex: none; width: 150px; }
figcaption { font-size: 12px; color: #555; }
svg { display: block; border-bottom: 1px solid #999; }
.values rect { fill: #4477aa; } .gradients rect { fill: #cc6677; }
.ill { color: #b00020; } .well { color: #117733; }
table { border-collapse: collapse; font-size: 13px; } th, td { padding: .1em .7em; text-align: right; } th:first-child, td:first-child { text-align: left; }
</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p>One batch of each run's data through the network as it begins, in training mode. Blue: the values that a layer gives; red: the gradient of the objective there. Each picture spans what is written under it; heights are relative to its fullest bin.</p>
${runs.map(section).join("\n")}
</body>
</html>
`;
}

function section(measured: Measured): string {
  const { verdicts, findings } = judge(measured);
  const said =
    verdicts.length === 0
      ? `<p class="well">healthy</p>`
      : `<ul>${verdicts.map(({ sentence }) => `<li class="ill">${escape(sentence)}</li>`).join("")}</ul>`;
  const figures = (of: "value" | "gradient"): string =>
    measured.values
      .map((value) =>
        figure(value, of, findings.get(value.name)?.some((one) => one.of === `${of}s`) ?? false),
      )
      .join("");
  const about = measured.about ? `<p>${escape(measured.about)}</p>` : "";
  return `<section>
<h2>${escape(measured.run)}</h2>
${about}
<p>${escape(measured.model)} on ${escape(measured.data)}: ${measured.rows} rows, ${escape(measured.backend)}, seed ${measured.seed}, loss ${short(measured.loss)}</p>
${said}
${verificationOf(measured)}
<div class="depth values">${figures("value")}</div>
<div class="depth gradients">${figures("gradient")}</div>
${weightTable(measured)}
</section>`;
}

function verificationOf({ verification }: Measured): string {
  if (!verification) return "";
  return `<p${verification.isBeyond ? ` class="ill"` : ""}>${escape(verification.sentence)}</p>`;
}

function figure(value: MeasuredValue, of: "value" | "gradient", ill: boolean): string {
  const statistics: ValueStatistics = value[of];
  const { histogram, mean, deviation, zeros, saturated } = statistics;
  const parts = [
    `mean ${short(mean)}`,
    `std ${short(deviation)}`,
    `estimate ${short(value.estimate[of])}`,
    ...(zeros > 0 ? [`${percent(zeros)} zeros`] : []),
    ...(saturated ? [`${percent(saturated)} flat`] : []),
  ];
  return `<figure>${picture(histogram)}<figcaption><b${ill ? ` class="ill"` : ""}>${escape(value.name)}</b> ${escape(value.kind)}<br>${short(histogram.from)} … ${short(histogram.to)}<br>${parts.join("<br>")}</figcaption></figure>`;
}

const [width, height] = [150, 60];

function picture({ counts }: Histogram): string {
  const fullest = Math.max(...counts, 1);
  const bar = width / counts.length;
  const bars = counts.map((count, place) => {
    const tall = (count / fullest) * height;
    return count === 0
      ? ""
      : `<rect x="${rounded(place * bar)}" y="${rounded(height - tall)}" width="${rounded(bar * 0.9)}" height="${rounded(tall)}"/>`;
  });
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">${bars.join("")}</svg>`;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function weightTable({ weights }: Measured): string {
  const rows = weights.map(
    ({ name, value, gradient }) =>
      `<tr><td>${escape(name)}</td><td>${short(value.mean)}</td><td>${short(value.deviation)}</td><td>${short(gradient.mean)}</td><td>${short(gradient.deviation)}</td><td>${percent(gradient.zeros)}</td></tr>`,
  );
  return `<details><summary>weights</summary><table><tr><th>weight</th><th>mean</th><th>std</th><th>gradient mean</th><th>gradient std</th><th>zeros</th></tr>${rows.join("")}</table></details>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text inside a page: nothing in it is a tag, and control and direction characters show as what they are. */
export function escape(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
