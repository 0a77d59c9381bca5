import { expect, it } from "vitest";
import { statusText } from "../../src/cli/status.js";
import type { StatusReply } from "../../src/cli/status-reply.js";
import { fakeElector } from "../support/cli-elector.js";

it("what a stranger answers cannot write to the terminal", () => {
  const sequence = "\u001b[2J";
  const status = {
    ...fakeElector().elector.status(),
    cluster: sequence,
    id: sequence,
    role: sequence,
    leader: sequence,
    leaderMetadata: sequence,
    voters: [{ id: sequence, address: sequence, incarnation: null }],
  } as unknown as StatusReply;
  const text = statusText([{ url: "http://127.0.0.1:1", status }]);
  expect(text).not.toContain("\u001b");
  expect(text).toContain("\ufffd[2J leads");
});
