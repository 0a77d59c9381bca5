import type { ScenarioInput } from "../../simulation/index.js";
import {
  crashAtRandomPhase,
  figure16World,
  plainRaft,
  plainRaftOfLogs,
  production,
  wideAreaWorld,
} from "./classic.js";
import { classicRanges, timingOfRange } from "./classic-ranges.js";
import { figure16, type Published, thesisWan } from "./published.js";
import { type Labels, type Study, timesOf } from "./study.js";

function raftFigure16(name: string, protocol: ScenarioInput["protocol"] & object, question: string): Study {
  return {
    name,
    question,
    defaultTrials: 1000,
    cases: (trials) =>
      classicRanges.map((range) => ({
        labels: { range },
        // As in the paper: without randomness a tenth of the trials, since each takes so long.
        trials: range === "150-150" ? Math.ceil(trials / 10) : trials,
        scenario: {
          ...figure16World,
          ...crashAtRandomPhase,
          cluster: { nodes: 5 },
          timing: timingOfRange(range),
          protocol,
          eligible: 2,
        },
      })),
    published: ({ range }) => figure16[String(range)] ?? null,
    row: ({ labels }, trials) => {
      const published = figure16[String(labels.range)];
      return {
        ...labels,
        ...timesOf(trials),
        publishedP50Ms: published?.p50Ms ?? null,
        publishedMeanMs: published?.meanMs ?? null,
      };
    },
  };
}

/** Raft paper, section 9.3, figure 16. */
export const figure16Study = raftFigure16(
  "raft-figure-16",
  plainRaftOfLogs,
  "How long does plain Raft take to replace a crashed leader, and what does randomness in the timeouts do for it?",
);

/** The same experiment with the protocol that services run. */
export const figure16TwinStudy = raftFigure16(
  "raft-figure-16-production",
  production,
  "The experiment of figure 16 with pre-vote, quorum check and vote hold: what do they cost?",
);

function publishedWan({ failed, unequalLogs }: Labels): Published | null {
  const both = thesisWan[Number(failed)];
  return (unequalLogs === true ? both?.unequal : both?.equal) ?? null;
}

/** Thesis, chapter 9: elections of a wide-area cluster from fresh timers to the winning vote. */
export const thesisWanStudy: Study = {
  name: "thesis-wan",
  question:
    "How long does plain Raft take to elect a first leader over 30 to 40 ms one way, with 0 to 2 of 5 failed?",
  defaultTrials: 10_000,
  cases: (trials) =>
    [false, true].flatMap((unequalLogs) =>
      thesisWan.map((_, failed) => ({
        labels: { failed, unequalLogs },
        trials,
        scenario: {
          ...wideAreaWorld,
          cluster: { nodes: 5 },
          timing: { heartbeatIntervalMs: 150, electionTimeout: { minMs: 300, maxMs: 600 } },
          protocol: unequalLogs ? plainRaftOfLogs : plainRaft,
          start: "fresh",
          until: "elected",
          logs: unequalLogs ? ("different" as const) : ("equal" as const),
          faults:
            failed === 0 ? [] : [{ at: 0, do: "crash" as const, nodes: ["n4", "n5"].slice(2 - failed) }],
          observeMs: 1_000_000,
        },
      })),
    ),
  published: publishedWan,
  row: ({ labels }, trials) => {
    const published = publishedWan(labels);
    return {
      ...labels,
      ...timesOf(trials),
      publishedP50Ms: published?.p50Ms ?? null,
      publishedMeanMs: published?.meanMs ?? null,
      publishedP99Ms: published?.p99Ms ?? null,
    };
  },
};

/** What Howard et al. give a candidate for its round. */
const candidateTimeout = { minMs: 23, maxMs: 46 };

const refloatedModes = [
  { candidateTimeout: "same", backoff: false, protocol: plainRaftOfLogs },
  { candidateTimeout: "23-46", backoff: false, protocol: { ...plainRaftOfLogs, candidateTimeout } },
  { candidateTimeout: "same", backoff: true, protocol: { ...plainRaftOfLogs, candidateBackoff: true } },
  {
    candidateTimeout: "23-46",
    backoff: true,
    protocol: { ...plainRaftOfLogs, candidateTimeout, candidateBackoff: true },
  },
];

function isPlain({ candidateTimeout: timeout, backoff }: Labels): boolean {
  return timeout === "same" && backoff === false;
}

/**
 * Howard, Schwarzkopf, Madhavapeddy and Crowcroft, "Raft Refloated: Do We Have Consensus?", 2015, the section on election performance: a
 * timeout of their own for candidates, binary exponential backoff, and both, in the experiment of figure 16. Range and rule are those of
 * their simulator (`lib/config.ml` and `lib/state.ml` of github.com/heidihoward/ocaml-raft).
 */
export const refloatedStudy: Study = {
  ...figure16Study,
  name: "refloated",
  // Of plain Raft alone there are published curves.
  published: (labels) => (isPlain(labels) ? (figure16[String(labels.range)] ?? null) : null),
  row: (one, trials) => ({
    ...figure16Study.row(one, trials),
    ...(isPlain(one.labels) ? {} : { publishedP50Ms: null, publishedMeanMs: null }),
  }),
  question: "What do a shorter timeout for candidates, backing off, and both do to split votes?",
  cases: (trials) =>
    figure16Study
      .cases(trials)
      .filter(({ labels: { range } }) => range !== "150-150" && String(range).startsWith("150"))
      .flatMap((one) =>
        refloatedModes.map(({ protocol, ...mode }) => ({
          ...one,
          labels: { ...one.labels, ...mode },
          scenario: { ...one.scenario, protocol },
        })),
      ),
};
