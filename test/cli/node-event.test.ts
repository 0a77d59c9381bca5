import { describe, expect, it } from "vitest";
import { jsonLine, readableLine } from "../../src/cli/node-event.js";

const moment = { wallMs: Date.UTC(2025, 0, 2, 3, 4, 5, 678), machineMs: 12345.678901 };

describe("a line of a node", () => {
  it("carries in JSON the node, the wall clock and the clock of the machine", () => {
    expect(JSON.parse(jsonLine("a", { event: "elected", term: 3 }, moment))).toEqual({
      event: "elected",
      term: 3,
      id: "a",
      time: "2025-01-02T03:04:05.678Z",
      monotonicMs: 12345.678901,
    });
  });

  it("is a sentence for people", () => {
    expect(readableLine("a", { event: "elected", term: 3 }, moment)).toBe("03:04:05.678 a LEADS in term 3\n");
    expect(readableLine("a", { event: "lost", term: 3, reason: "higherTerm" }, moment)).toBe(
      "03:04:05.678 a leads no longer: a newer leader was elected (term 3)\n",
    );
  });

  it("says of a first link to a quorum not that it is there again", () => {
    expect(readableLine("a", { event: "isolated", isolated: false }, moment)).toBe(
      "03:04:05.678 a has links to a quorum\n",
    );
  });

  it("lets nobody write to the terminal through another's log", () => {
    const line = readableLine(
      "a",
      { event: "leader", leader: "b", term: 3, metadata: "\u001b[2Jx\ny\u202e" },
      moment,
    );
    expect(line).toBe("03:04:05.678 a sees b lead in term 3 (\ufffd[2Jx\ufffdy\ufffd)\n");
    const warning = readableLine("a", { event: "warning", message: "\u001b]0;x\u0007" }, moment);
    expect(warning).toBe("03:04:05.678 a warns: \ufffd]0;x\ufffd\n");
  });
});
