import { describe, expect, it } from "vitest";
import type { Recording } from "../../src/report/recording/run-data.js";
import { dropReasons, messageKinds, refusals } from "../../src/report/recording/run-words.js";
import { playRun } from "../../src/simulation/run/run.js";
import { parseScenario, type ScenarioInput } from "../../src/simulation/scenario/scenario.js";
import { calm, recorded } from "./support/run.js";

const stormy: Partial<ScenarioInput> = {
  faults: [
    { random: { ratePerMinute: 60, forMs: [100, 3000] }, do: "isolate", nodes: "all" },
    { random: { ratePerMinute: 60, forMs: [100, 3000] }, do: "crash", nodes: "all" },
    { random: { ratePerMinute: 30, forMs: [100, 3000] }, do: "pause", nodes: "all" },
    { random: { ratePerMinute: 30, forMs: [100, 3000] }, do: "loss", rate: 0.3 },
  ],
};

/** The index of each message of this kind. */
function messagesOf({ messages }: Recording, kind: (typeof messageKinds)[number]): number[] {
  return [...messages.kind.keys()].filter((index) => messageKinds[messages.kind[index] as number] === kind);
}

describe("a recording", () => {
  it.each(["datagram", "stream"] as const)(
    "says of every node at every time what it is (%s)",
    (transport) => {
      const { recording } = recorded({ ...stormy, network: { latency: 5, transport } });
      expect(recording.roles.length).toBe(5);
      for (const spans of recording.roles) {
        expect(spans[0]?.fromMs).toBe(0);
        expect(spans.at(-1)?.untilMs).toBe(recording.endMs);
        for (const [index, { fromMs, untilMs }] of spans.entries()) {
          expect(untilMs).toBeGreaterThan(fromMs);
          if (index > 0) expect(fromMs).toBe(spans[index - 1]?.untilMs);
        }
      }
      expect(recording.roles.flat().some(({ role }) => role === "down")).toBe(true);
      expect(recording.pauses.length).toBeGreaterThan(0);
    },
  );

  it("changes neither what happens nor the hash of it", () => {
    const scenario = parseScenario({ ...calm, ...stormy });
    const { outcome } = recorded(stormy);
    const unwatched = playRun(scenario, 1);
    expect(outcome.traceHash).toBe(unwatched.traceHash);
    expect(outcome.eventCount).toBe(unwatched.eventCount);
    expect(outcome.metrics.recoveryMs).toBe(unwatched.metrics.recoveryMs);
  });

  it("gives the reason of every refusal, and whom the refusing node follows", () => {
    const { recording } = recorded({ faults: [{ at: 0, do: "cut", between: ["leader", "follower1"] }] });
    const { messages } = recording;
    const refused = messagesOf(recording, "preVoteReply").filter(
      (index) => (messages.answer[index] ?? 0) > 0,
    );
    expect(refused.length).toBeGreaterThan(2);
    const first = refused[0] as number;
    expect(refusals[(messages.answer[first] as number) - 1]).toBe("voteHold");
    const leader = recording.roles.findIndex((spans) => spans.at(-1)?.role === "leader");
    expect(messages.refusals[first]?.leader).toBe(leader);
    expect(messages.refusals[first]?.remainingHoldMs).toBeGreaterThan(0);
  });

  it("names what made a node lead: the vote that completed a quorum", () => {
    const { recording } = recorded({ faults: [{ at: 0, do: "crash", nodes: "leader" }] });
    const spans = recording.roles.flat().filter(({ role }) => role === "leader");
    const causes = spans.map(({ cause }) =>
      typeof cause === "number" ? recording.messages.kind[cause] : cause,
    );
    expect(causes).toEqual([messageKinds.indexOf("voteReply"), messageKinds.indexOf("voteReply")]);
    const campaign = recording.roles
      .flat()
      .find(({ role, fromMs }) => role === "preCandidate" && fromMs > 5_000);
    expect(campaign?.cause).toBe("timer");
  });

  it("bands a fault from its strike to its end, with whom it struck", () => {
    const { recording } = recorded({
      faults: [
        { at: 1000, for: 2000, do: "isolate", nodes: "n2" },
        { at: 4000, do: "pause", nodes: ["n1", "n3"] },
        { at: 5000, do: "restart", nodes: "n4" },
      ],
    });
    const began = recording.beganMs as number;
    const bands = recording.faults.map(({ label, fromMs, untilMs, nodes }) => ({
      label,
      fromMs: Math.round(fromMs - began),
      untilMs: untilMs === null ? null : Math.round(untilMs - began),
      nodes,
    }));
    expect(bands).toEqual([
      { label: "isolate n2", fromMs: 0, untilMs: 2000, nodes: [1] },
      { label: "pause n1, n3", fromMs: 3000, untilMs: null, nodes: [0, 2] },
      { label: "restart n4", fromMs: 4000, untilMs: 4000, nodes: [3] },
    ]);
  });

  it("tells when links are cut, held and lossy, each direction by itself", () => {
    const { recording } = recorded({
      faults: [
        { at: 0, for: 1000, do: "cutOneWay", from: "n1", to: "n2" },
        { at: 2000, for: 1000, do: "hold", between: ["n3", "n4"], oneWay: true },
        { at: 4000, do: "loss", between: ["n1", "n5"], oneWay: true, rate: 0.5 },
      ],
    });
    const began = recording.beganMs as number;
    const changes = recording.linkChanges.map(({ atMs, from, to, state }) => [
      Math.round(atMs - began),
      from,
      to,
      state,
    ]);
    expect(changes).toEqual([
      [0, 0, 1, "cut"],
      [1000, 0, 1, "ok"],
      [2000, 2, 3, "held"],
      [3000, 2, 3, "ok"],
      [4000, 0, 4, "lossy"],
    ]);
  });

  it("knows of every lost message why it is lost", () => {
    const causes = (input: Partial<ScenarioInput>) => {
      const { messages } = recorded(input).recording;
      return new Set(messages.dropped.filter((why) => why > 0).map((why) => dropReasons[why - 1]));
    };
    expect(causes({})).toEqual(new Set());
    expect(causes({ faults: [{ at: 0, do: "isolate", nodes: "n1" }] })).toEqual(new Set(["cut"]));
    expect(causes({ faults: [{ at: 0, do: "loss", rate: 0.2 }] })).toEqual(new Set(["loss"]));
    expect(causes({ faults: [{ at: 0, do: "crash", nodes: "followers" }] })).toEqual(new Set(["down"]));
    const stream = { transport: "stream", latency: 5 } as const;
    const faults = [{ at: 0, do: "crash", nodes: "follower1" } as const];
    expect(causes({ network: stream, faults })).toContain("closed");
  });

  it("has one bar for a lease that is prolonged in time, and ends it where it ran out", () => {
    const { recording } = recorded({ faults: [{ at: 0, do: "cutOneWay", from: "followers", to: "leader" }] });
    expect(recording.leases.length).toBe(2);
    const [first, second] = recording.leases;
    const lasted = (first?.untilMs ?? 0) - (recording.beganMs ?? 0);
    expect(lasted).toBeGreaterThan(850);
    expect(lasted).toBeLessThan(1000);
    expect(second?.fromMs).toBeGreaterThan(first?.untilMs ?? Number.POSITIVE_INFINITY);
  });

  it("ends a lease where it ran out, not where a leader that stood still hears of it", () => {
    const { recording } = recorded({ faults: [{ at: 0, for: 3000, do: "pause", nodes: "leader" }] });
    const lasted = (recording.leases[0]?.untilMs ?? 0) - (recording.beganMs ?? 0);
    expect(lasted).toBeGreaterThan(850);
    expect(lasted).toBeLessThan(1000);
  });

  it("is cut off where more happens than it may hold, and says so", () => {
    const { recording } = recorded({}, 500);
    const whole = recorded({}).recording;
    expect(whole.isCutOff).toBe(false);
    expect(recording.isCutOff).toBe(true);
    expect(recording.endMs).toBeLessThan(whole.endMs);
    expect(recording.messages.sentMs.length).toBeLessThanOrEqual(500);
    for (const spans of recording.roles) expect(spans.at(-1)?.untilMs).toBe(recording.endMs);
    expect(recording.messages.sentMs).toEqual(
      whole.messages.sentMs.slice(0, recording.messages.sentMs.length),
    );
  });
});
