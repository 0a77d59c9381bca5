import { describe, expect, it } from "vitest";
import { jsonLine, type NodeEvent, readableLine } from "../../src/observability/node-event.js";

const moment = { wallMs: Date.UTC(2025, 0, 2, 3, 4, 5, 678), machineMs: 12345.678901 };

describe("a line of a node", () => {
  it("carries in JSON the node, a level, the wall clock and the clock of the machine", () => {
    expect(JSON.parse(jsonLine("a", { event: "elected", term: 3 }, moment))).toEqual({
      event: "elected",
      term: 3,
      id: "a",
      level: "info",
      time: "2025-01-02T03:04:05.678Z",
      monotonicMs: 12345.678901,
    });
  });

  it("is a sentence for people, with the date and a level", () => {
    expect(readableLine("a", { event: "elected", term: 3 }, moment)).toBe(
      "2025-01-02T03:04:05.678Z INFO  a LEADS in term 3\n",
    );
    expect(readableLine("a", { event: "lost", term: 3, reason: "higherTerm" }, moment)).toBe(
      "2025-01-02T03:04:05.678Z WARN  a leads no longer: a newer leader was elected (term 3)\n",
    );
  });

  const levels: readonly (readonly [NodeEvent, string])[] = [
    [{ event: "started", cluster: "x", processId: 1, term: 0 }, "INFO"],
    [{ event: "lost", term: 3, reason: "resigned" }, "INFO"],
    [{ event: "lost", term: 3, reason: "noQuorum" }, "WARN"],
    [{ event: "stalled", stalledMs: 500, isLeader: false }, "WARN"],
    [{ event: "isolated", isolated: true }, "WARN"],
    [{ event: "isolated", isolated: false }, "INFO"],
    [{ event: "failed", code: "storeFailed", message: "no space" }, "ERROR"],
  ];
  it.each(levels)("has a level: %o is %s", (event, level) => {
    expect(readableLine("a", event, moment).split(/ +/)[1]).toBe(level);
  });

  it("says of a first link to a quorum not that it is there again", () => {
    expect(readableLine("a", { event: "isolated", isolated: false }, moment)).toBe(
      "2025-01-02T03:04:05.678Z INFO  a has links to a quorum\n",
    );
  });

  it("lets nobody write to the terminal through another's log", () => {
    const line = readableLine(
      "a",
      { event: "leader", leader: "b", term: 3, metadata: "\u001b[2Jx\ny\u202e" },
      moment,
    );
    expect(line).toBe("2025-01-02T03:04:05.678Z INFO  a sees b lead in term 3 (\ufffd[2Jx\ufffdy\ufffd)\n");
    const warning = readableLine("a", { event: "warning", message: "\u001b]0;x\u0007" }, moment);
    expect(warning).toBe("2025-01-02T03:04:05.678Z WARN  a \ufffd]0;x\ufffd\n");
  });
});
