/*!
 * This page contains Observable Plot (Copyright 2020-2025 Observable, Inc.), modules of D3 (Copyright 2010-2026 Mike
 * Bostock, Copyright 2018-2026 Observable, Inc.) and isoformat (Copyright 2021 Mike Bostock), all under the ISC license:
 *
 * Permission to use, copy, modify, and/or distribute this software for any purpose
 * with or without fee is hereby granted, provided that the above copyright notice
 * and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
 * REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
 * FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
 * INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
 * OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
 * TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
 * THIS SOFTWARE.
 *
 * Its colours of d3-scale-chromatic:
 *
 * Apache-Style Software License for ColorBrewer software and ColorBrewer Color Schemes
 *
 * Copyright 2002 Cynthia Brewer, Mark Harrower, and The Pennsylvania State University
 *
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use
 * this file except in compliance with the License. You may obtain a copy of the
 * License at
 *
 * http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed
 * under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the
 * specific language governing permissions and limitations under the License.
 *
 * Parts of its d3-geo:
 *
 * This license applies to GeographicLib, versions 1.12 and later.
 *
 * Copyright 2008-2012 Charles Karney
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of
 * this software and associated documentation files (the "Software"), to deal in
 * the Software without restriction, including without limitation the rights to
 * use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
 * the Software, and to permit persons to whom the Software is furnished to do so,
 * subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
 * FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.  IN NO EVENT SHALL THE AUTHORS OR
 * COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
 * IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
 * CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */
import * as Plot from "@observablehq/plot";
import { quantiles } from "../../../quantiles.js";
import type { ScenarioReport } from "../../recording/run-data.js";
import { element } from "../element.js";

/** What is drawn of the runs: a histogram and, over it, the share of runs up to each value. */
const measures = [
  { key: "recoveryMs", title: "Recovery", unit: "ms", scale: 1 },
  { key: "firstElectionMs", title: "First election", unit: "ms", scale: 1 },
  { key: "availability", title: "Availability", unit: "%", scale: 100 },
] as const;

/** More steps than this cannot be seen. */
const mostSteps = 400;

/** How a scenario's runs spread; null where there is but one run. */
export function distributions({ distributions: given, verdict }: ScenarioReport): HTMLElement | null {
  if (verdict.runs < 2) return null;
  const figures = measures.flatMap(({ key, title, unit, scale }) => {
    const values = given[key].filter((value) => value !== null).map((value) => value * scale);
    const missing = given[key].length - values.length;
    return values.length === 0 ? [] : [figure(title, unit, values, missing)];
  });
  return element(
    "section",
    { class: "panel wide" },
    element("h2", {}, `How ${verdict.runs} runs spread`),
    element("div", { class: "figures" }, ...figures),
  );
}

function figure(title: string, unit: string, values: readonly number[], missing: number): HTMLElement {
  const sorted = [...values].sort((a, b) => a - b);
  const { min = 0, p50 = 0, p90 = 0, max = 0 } = quantiles(values) ?? {};
  const words = `${title} of ${values.length} runs: least ${shown(min)}, median ${shown(p50)}, 90 % within ${shown(p90)}, most ${shown(max)} ${unit}${missing === 0 ? "" : `; ${missing} runs did not come to it`}`;
  const common = {
    width: 380,
    height: 170,
    marginLeft: 44,
    style: { background: "transparent", color: "inherit", fontSize: "11px" },
    x: { label: unit, domain: domainOf(sorted), nice: true, inset: 4, ticks: 5, tickFormat: String },
  };
  const bars = Plot.plot({
    ...common,
    y: { label: "runs", grid: true },
    marks: [
      Plot.rectY(values, {
        ...Plot.binX({ y: "count" }, { x: Plot.identity, thresholds: 24 }),
        fill: "var(--leader)",
        inset: 0.5,
      }),
      Plot.ruleY([0]),
      Plot.ruleX([p50], { stroke: "var(--text)", strokeDasharray: "4 3" }),
    ],
  });
  const steps = stepsOf(sorted);
  const curve = Plot.plot({
    ...common,
    y: { label: "share of runs up to it", domain: [0, 1], grid: true, tickFormat: "%" },
    marks: [
      Plot.line(steps, {
        x: "value",
        y: "share",
        curve: "step-after",
        stroke: "var(--candidate)",
        strokeWidth: 2,
      }),
      Plot.ruleY([0]),
    ],
  });
  for (const [plot, what] of [
    [bars, "histogram, the median dashed"],
    [curve, "cumulative share"],
  ] as const) {
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", `${words} (${what})`);
  }
  return element("figure", {}, element("h3", {}, title), bars, curve, element("figcaption", {}, words));
}

/** A little room where all values are the same. */
function domainOf(sorted: readonly number[]): [number, number] {
  const least = sorted[0] ?? 0;
  const most = sorted.at(-1) ?? 0;
  return least === most ? [least - 1, most + 1] : [least, most];
}

function stepsOf(sorted: readonly number[]): { value: number; share: number }[] {
  const count = Math.min(sorted.length, mostSteps);
  const steps = Array.from({ length: count }, (_, index) => {
    const place = Math.round(((index + 1) * sorted.length) / count) - 1;
    return { value: sorted[place] ?? 0, share: (place + 1) / sorted.length };
  });
  return [{ value: sorted[0] ?? 0, share: 0 }, ...steps];
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
