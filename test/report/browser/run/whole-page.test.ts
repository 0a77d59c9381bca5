import { describe, expect, it, vi } from "vitest";
import { runStyle } from "../../../../src/report/pages/run-style.js";
import type { ScenarioReport } from "../../../../src/report/recording/run-data.js";
import { aRun } from "../support/a-run.js";
import { type BrowserPage, openPage, textsOf, the } from "../support/browser-page.js";

const summary: ScenarioReport["summary"] = {
  name: "calm",
  seed: 7,
  runs: 4,
  recovered: 3,
  recoveryMs: null,
  sameLeaderRuns: 2,
  newLeaderCounts: { n2: 1 },
  leaderChangesPerMinute: 0.5,
  termGrowthPerMinute: 0.25,
  availability: 0.987,
  firstElectionMs: null,
  events: 100,
  simulatedMs: 1_000,
  wallMs: 5,
  traceHash: "abc",
};

function aReport(given: Partial<ScenarioReport> = {}): ScenarioReport {
  return {
    name: "calm",
    question: "who leads?",
    answer: "the first",
    verdict: { failed: [], violations: [], runs: 1, seed: 7 },
    summary,
    distributions: { recoveryMs: [], firstElectionMs: [], availability: [] },
    recording: aRun({
      sent: [{ from: 0, to: 1, kind: "voteReply", sentMs: 100, tookMs: 30, says: "alreadyVoted", term: 2 }],
    }),
    ...given,
  };
}

/** The whole page of some scenarios, as its script makes it. */
async function opened(...reports: readonly ScenarioReport[]): Promise<BrowserPage> {
  const page = openPage(runStyle, `<script type="application/json" id="data"></script>`);
  the(page.document, "#data").textContent = JSON.stringify({ reports });
  vi.resetModules();
  await import("../../../../src/report/browser/run/run.js");
  page.frame();
  return page;
}

describe("the page of a run", () => {
  it("has its scenario, question, answer and facts, and the seed that is shown", async () => {
    const { document } = await opened(aReport());
    expect(the(document, "h1").textContent).toBe("calm");
    expect(textsOf(document, "header p")).toEqual([
      "✓ as expected, 1 run from seed 7",
      "who leads?",
      "the first",
      "recovered 3 of 4; recovery -; new leaders n2 1; availability 98.70 %",
    ]);
    expect(textsOf(document, "h2")).toEqual([
      "What happened in the run of seed 7",
      "The cluster at this instant",
      "Selected",
      "Summary",
      "Events",
    ]);
    const facts = [...document.querySelectorAll("table tr")].map((row) => textsOf(row, "th, td"));
    expect(facts).toContainEqual(["recovered", "3 of 4"]);
    expect(facts).toContainEqual(["availability", "98.70 %"]);
    expect(document.querySelector("#scenario")).toBeNull();
  });

  it("says that it is not as expected, and the first ten reasons", async () => {
    const failed = Array.from({ length: 11 }, (_, index) => `seed ${index}: late`);
    const { document } = await opened(
      aReport({ verdict: { failed, violations: ["I1 broken"], runs: 20, seed: 7 } }),
    );
    const verdict = the(document, ".verdict");
    expect([verdict.textContent, verdict.className]).toEqual([
      "✗ not as expected, 20 runs from seed 7",
      "verdict wrong",
    ]);
    expect(textsOf(document, "header li")).toEqual(failed.slice(0, 10));
    expect(textsOf(document, "header p").at(-1)).toBe("and 2 more");
  });

  it.each([
    ["a broken invariant that was looked for is", [], ["I1 broken"], "✓ as expected", "verdict fine"],
    ["a failed expectation alone is not", ["seed 7: late"], [], "✗ not as expected", "verdict wrong"],
  ])("says whether all is as expected: %s", async (_, failed, violations, words, look) => {
    const { document } = await opened(aReport({ verdict: { failed, violations, runs: 2, seed: 7 } }));
    const verdict = the(document, ".verdict");
    expect([verdict.textContent, verdict.className]).toEqual([`${words}, 2 runs from seed 7`, look]);
    expect(textsOf(document, "header li")).toEqual([...failed, ...violations]);
  });

  it("says of a recording that was cut off until when it goes", async () => {
    const { document } = await opened(aReport({ recording: aRun({ isCutOff: true, endMs: 1_234 }) }));
    expect(the(document, "#cut-off").textContent).toContain("cut off after 1.234 s of the run");
    expect((await opened(aReport())).document.querySelector("#cut-off")).toBeNull();
  });

  it("tells of what is selected, by key and by the list, and that it is nothing after Escape", async () => {
    const page = await opened(aReport());
    const { document } = page;
    const details = () => {
      page.frame();
      return the(document, "#details").textContent;
    };
    expect(details()).toContain("Nothing");
    expect(page.send(document.body, "keydown", { key: "n" }).defaultPrevented).toBe(true);
    expect(details()).toMatch(/^n1 → n2 vote reply, term 2refused: .*\(alreadyVoted\)sent at 0\.100 s/);
    page.send(document.body, "keydown", { key: "Escape" });
    expect(details()).toContain("Nothing");
    expect(page.send(document.body, "keydown", { key: "q" }).defaultPrevented).toBe(false);
  });

  const struck = aRun({
    beganMs: 400,
    parts: ["leader", "follower1", "follower2"],
    faults: [
      { kind: "cut", label: "cut leader – follower1", fromMs: 400, untilMs: null, nodes: [0, 1] },
      { kind: "crash", label: "crash n3", fromMs: 650, untilMs: null, nodes: [2] },
    ],
  });

  it("says which node is who, and lists the faults with links to their instants", async () => {
    const { document } = await opened(aReport({ recording: struck }));
    expect(the(document, "#cast").textContent).toBe("follower1 = n2, follower2 = n3, leader = n1");
    expect(textsOf(document, ".plain li")).toEqual([
      "0.000 s cut leader – follower1 (leader = n1, follower1 = n2)",
      "0.250 s crash n3",
    ]);
    const links = [...document.querySelectorAll(".plain a")].map((link) => link.getAttribute("href"));
    expect(links).toEqual(["#t=0ms", "#t=250ms"]);
  });

  it("opens at the instant that its address names, with what happened then, and follows the address", async () => {
    const page = await opened(aReport({ recording: struck }));
    const now = () => {
      page.frame();
      return the(page.document, "#now").textContent;
    };
    const goTo = (fragment: string) => {
      window.location.hash = fragment;
      page.send(window, "hashchange");
    };
    expect(now()).toBe("0.000 s");
    goTo("#t=250ms");
    expect(now()).toBe("0.250 s");
    expect(the(page.document, "#details").textContent).toContain("fault: crash n3");
    const link = the<HTMLAnchorElement>(page.document, "#details a");
    expect([link.textContent, link.getAttribute("href")]).toEqual(["Link to this instant", "#t=250ms"]);
    goTo("#t=100ms");
    expect(now()).toBe("0.100 s");
    expect(the(page.document, "#details").textContent).toContain("Nothing");
    expect(the(page.document, "#address").textContent).toBe("");
    goTo("#t=soon");
    expect(now()).toBe("0.100 s");
    expect(the(page.document, "#address").textContent).toContain("soon, which is no time");
    goTo("#t=900ms");
    expect(now()).toBe("0.600 s");
    expect(the(page.document, "#address").textContent).toContain("outside of this run");
    goTo("#t=1ms&scenario=gone");
    expect(the(page.document, "#address").textContent).toContain(
      "the scenario gone, which is not on this page",
    );
  });

  it("follows an address to another scenario", async () => {
    const page = await opened(aReport(), aReport({ name: "b & c", recording: struck }));
    window.location.hash = "#t=250ms&scenario=b%20%26%20c";
    page.send(window, "hashchange");
    page.frame();
    expect(the(page.document, "h1").textContent).toBe("b & c");
    expect(the(page.document, "#now").textContent).toBe("0.250 s");
    expect(the(page.document, ".plain a").getAttribute("href")).toBe("#t=0ms&scenario=b%20%26%20c");
  });

  it("shows another scenario in place of the first, with its own keys", async () => {
    const other = aReport({
      name: "other",
      recording: aRun({ faults: [{ kind: "cut", label: "cut n1", fromMs: 500, untilMs: null, nodes: [0] }] }),
    });
    const page = await opened(aReport(), other);
    const { document } = page;
    const select = the<HTMLSelectElement>(document, "#scenario");
    expect(textsOf(select, "option")).toEqual(["calm", "other"]);
    select.value = "1";
    page.send(select, "change");
    page.frame();
    expect(the(document, "h1").textContent).toBe("other");
    expect(document.querySelectorAll("canvas").length).toBe(1);
    page.send(document.body, "keydown", { key: "n" });
    page.frame();
    expect(the(document, "#details").textContent).toContain("fault: cut n1");
    expect(the<HTMLSelectElement>(document, "#scenario").value).toBe("1");
  });
});
