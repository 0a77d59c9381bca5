import { describe, expect, it } from "vitest";
import { type Edit, planted } from "../../support/planted-build.js";
import { claims, type Testing } from "./claims.js";

/** Bugs in waiting for a lease, and which claim finds each. */
const mutants: readonly {
  readonly name: string;
  readonly edit: Edit;
  readonly claim: keyof typeof claims;
}[] = [
  {
    name: "any lease is enough",
    edit: ["leadership/leadership.ts", "leftMs > 0 && leftMs >= forMs", "leftMs > 0"],
    claim: "ensure resolves with the renewal that gives so much lease, and there is so much then",
  },
  {
    name: "nobody is told of a renewal",
    edit: ["ports/hearing.ts", 'if (message.kind === "heartbeatReply") deps.onReply();', ""],
    claim: "ensure resolves with the renewal that gives so much lease, and there is so much then",
  },
  {
    name: "what is out of reach is waited for",
    edit: ["leadership/leadership.ts", "!isEnough && forMs > lease.longestMs", "false"],
    claim: "what these settings never give is refused at once, by ensure and assertValid alike",
  },
  {
    name: "no time is no time too little",
    edit: ["leadership/leadership.ts", 'typeof forMs === "number" && forMs >= 0', "!(Number(forMs) < 0)"],
    claim: "what these settings never give is refused at once, by ensure and assertValid alike",
  },
  {
    name: "renewals in vain are not counted",
    edit: ["leadership/leadership.ts", "renewals++;", ""],
    claim: "what no renewal gives is refused after ten of them",
  },
  {
    name: "a renewal is taken for enough",
    edit: ["leadership/leadership.ts", "renewals++;", "return;"],
    claim:
      "through pauses, cuts, handovers and crashes no wait resolves on less lease than it says, and all settle",
  },
  {
    name: "a wait outlives the leadership",
    edit: ["leadership/leadership.ts", "waits.end(lossOf(signal));", ""],
    claim: "a wait ends with the leadership, and with its own signal",
  },
  {
    name: "its own signal does not end a wait",
    edit: ["leadership/leadership.ts", "waits.wait<void>(own,", "waits.wait<void>(undefined,"],
    claim: "a wait ends with the leadership, and with its own signal",
  },
  {
    name: "a lease too short is a fault of the service",
    edit: ["leadership/while-leader.ts", "askedForMs !== null", "askedForMs === 0"],
    claim: "a body that finds its lease too short starts again with a renewal, and its node leads on",
  },
  {
    name: "a body starts again before the lease is renewed",
    edit: ["leadership/while-leader.ts", "await held.lead.ensure(forMs);", ""],
    claim: "a body that finds its lease too short starts again with a renewal, and its node leads on",
  },
  {
    name: "a body that asks in vain starts again at once",
    edit: ["leadership/while-leader.ts", "Math.max(coolDownMs, leastRestartMs)", "0"],
    claim:
      "a body that asks for more than there ever is starts again after a cool-down, and its node leads on",
  },
  {
    name: "each start in vain is told",
    edit: ["leadership/body-log.ts", "if (nowMs() - toldAtMs < quietForMs) return;", ""],
    claim:
      "a body that asks for more than there ever is starts again after a cool-down, and its node leads on",
  },
  {
    name: "an old error counts again",
    edit: ["leadership/leadership.ts", "refusals.delete(error);", ""],
    claim: "an error of an earlier wait that is thrown again is a fault of the service",
  },
  {
    name: "a stopped run starts a body",
    edit: ["leadership/while-leader.ts", "this.run?.ending !== null", "this.run === null"],
    claim: "a run that is stopped starts no body again",
  },
];

describe("a bug planted in waiting for a lease", () => {
  it.each(mutants)("$name: is found", async ({ edit, claim }) => {
    const testing = await planted<Testing>("testing/index.ts", [edit], "elector/");
    expect(await claims[claim](testing).catch((error: unknown) => [String(error)])).not.toEqual([]);
  });

  it("is the only thing that is found: without one, the same build keeps every claim", async () => {
    const testing = await planted<Testing>("testing/index.ts", [], "elector/");
    for (const [name, claim] of Object.entries(claims)) expect(await claim(testing), name).toEqual([]);
  });
});
