import { expect, it } from "vitest";
import { statusText } from "../../src/cli/commands/status.js";
import type { StatusReply } from "../../src/observability/http/status-reply.js";
import { fakeElector } from "./support/elector.js";

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

it("why a node knows no leader, what a leader warns of, and why a link is missing stand in the status", () => {
  const own = fakeElector().elector.status() as StatusReply;
  const [b, c] = own.peers.map((peer) => ({ ...peer, problem: "unreachable: ECONNREFUSED" }));
  const alone = {
    ...own,
    leader: null,
    whyNoLeader: "2 of 3 voters are needed\u001b[2J",
    arbiter: true,
    peers: [b, c],
  };
  const leader = { ...own, id: "b", isLeader: true, role: "leader", warnings: ["voter c does not answer"] };
  // A node of an older version says neither.
  const { whyNoLeader: _why, warnings: _warnings, ...old } = { ...own, id: "c" };
  const answers = [alone, leader, old].map((status) => ({
    url: "http://127.0.0.1:1",
    status: status as unknown as StatusReply,
  }));
  const text = statusText(answers);
  expect(text).toMatch(/^test: .*\ncluster id here\n/);
  expect(text).toContain(
    "\na knows no leader: 2 of 3 voters are needed\ufffd[2J\nb warns: voter c does not answer\n\n",
  );
  expect(text).toContain("follower, arbiter");
  expect(statusText(answers.slice(0, 1))).toContain("no link (unreachable: ECONNREFUSED)");
});
