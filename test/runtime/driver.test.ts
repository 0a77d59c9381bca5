import { describe, expect, it } from "vitest";
import { isConfigurationCommitted, type RequestRefusal } from "../../src/protocol/index.js";
import { aCluster, settings, settle, Told } from "../simulation/support/simulated-cluster.js";
import { acknowledge, aDriver, heartbeatOf, lead, win } from "./support/driver-rig.js";

const heartbeats = (rig: ReturnType<typeof aDriver>) =>
  rig.sent.filter(({ message }) => message.kind === "heartbeat").length;

describe("what leaves, and when", () => {
  it("a message waits for the write before it, a leader's heartbeat does not", () => {
    const rig = aDriver();
    rig.hear("b", heartbeatOf(rig, 3, 1));
    expect(rig.log).toEqual(["write"]);
    rig.written();
    expect(rig.log).toEqual(["write", "send heartbeatReply"]);

    const leader = aDriver();
    win(leader);
    expect(leader.pendingWriteCount()).toBeGreaterThan(0);
    expect(leader.log.slice(-3)).toEqual(["write", "send heartbeat", "send heartbeat"]);
  });

  it("a message waits for its own write only, and leaves before those that came later", () => {
    const rig = aDriver();
    rig.hear("b", heartbeatOf(rig, 3, 1));
    rig.hear("c", heartbeatOf(rig, 4, 1));
    rig.written();
    expect(rig.log).toEqual(["write", "write", "send heartbeatReply"]);
    rig.written();
    expect(rig.sent.map(({ to }) => to)).toEqual(["b", "c"]);
  });

  it("a stalled disk makes messages wait, but not without bound", () => {
    const rig = aDriver();
    for (let seq = 1; seq <= 5000; seq++) rig.hear("b", heartbeatOf(rig, 3, seq));
    rig.written();
    expect(rig.sent).toHaveLength(1000);
    expect(rig.sent.at(-1)?.message).toMatchObject({ seq: 5000 });
  });

  it("a loss is told before everything else, a gain after everything else", () => {
    const rig = aDriver();
    win(rig);
    acknowledge(rig);
    rig.log.length = 0;
    while (rig.pendingWriteCount() > 0) rig.written();
    expect(rig.log).toEqual(["send heartbeat", "send heartbeat", "gained"]);
    rig.log.length = 0;
    rig.hear("b", heartbeatOf(rig, 9, 1));
    rig.written();
    expect(rig.log).toEqual(["lost higherTerm", "write", "send heartbeatReply"]);
  });

  it("the transport is told whom to link with at the start and at every change", () => {
    const rig = aDriver();
    lead(rig);
    const { configuration } = rig.node.record;
    const [a, b, c] = configuration.voters;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three voters");
    acknowledge(rig);
    const change = { expected: configuration.id, voters: [a, b], observers: [] };
    rig.driver.ask({ kind: "reconfigure", ...change }, (refusal) => expect(refusal).toBeNull());
    rig.driver.ask({ kind: "reconfigure", ...change }, (refusal) => expect(refusal).toBe("changedMeanwhile"));
    rig.written();
    acknowledge(rig);
    expect(rig.peers[0]).toEqual(["b", "c"]);
    expect(rig.peers.at(-1)).toEqual(["b"]);
  });
});

describe("what cannot be", () => {
  it("ends the node in good order: the loss is told, and then the failure", () => {
    const rig = aDriver();
    lead(rig);
    rig.nowMs -= 1;
    rig.hear("b", heartbeatOf(rig, 1, 1));
    const { nowMs } = rig;
    expect(rig.log).toEqual([
      "lost stopped",
      "send leaderNotice",
      "send leaderNotice",
      `failed internal: this cannot be: time went from ${nowMs + 1} to ${nowMs} ms`,
    ]);
    expect(rig.driver.isLeader()).toBe(false);
  });
});

describe("timers", () => {
  it("a timer counts only after what has arrived was read", () => {
    const rig = aDriver();
    const timer = rig.timer;
    rig.pass(3000);
    timer?.fire();
    rig.poll(() => rig.hear("b", heartbeatOf(rig, 1, 1)));
    expect(rig.node.role).toEqual({ name: "follower", leader: "b" });
    expect(rig.log).not.toContain("send requestVote");
  });

  it("a node that is held up again after the poll reads once more before it campaigns", () => {
    const rig = aDriver();
    rig.hear("b", heartbeatOf(rig, 1, 1));
    rig.written();
    const timer = rig.timer;
    rig.pass(225);
    timer?.fire();
    // A heartbeat is read, then something blocks the loop for longer than a timeout, while heartbeats go on arriving unread.
    rig.poll(() => {
      rig.hear("b", heartbeatOf(rig, 1, 2));
      rig.pass(600);
    });
    expect(rig.node.role.name).toBe("follower");
    rig.poll(() => rig.hear("b", heartbeatOf(rig, 1, 3)));
    expect(rig.node.role.name).toBe("follower");
    rig.fireTimer();
    expect(rig.node.role.name).toBe("preCandidate");
  });

  it("an election waits out the last fraction of its millisecond, so two draws within one do not tie", () => {
    const early = aDriver({ draw: 0.5001 });
    const late = aDriver({ draw: 0.5037 });
    for (const rig of [early, late]) {
      expect(rig.timer?.rounding).toBe("down");
      const { timer } = rig;
      // The clock of whole milliseconds fires both at the same instant.
      rig.pass(225);
      timer?.fire();
      rig.poll();
      expect(rig.node.role.name).toBe("follower");
    }
    for (const rig of [early, late]) {
      rig.pass(0.1);
      rig.poll();
    }
    expect(early.node.role.name).toBe("preCandidate");
    expect(late.node.role.name).toBe("follower");
    late.pass(0.5);
    late.poll();
    expect(late.node.role.name).toBe("preCandidate");
  });

  it("whoever holds a lease beats when the timer fires, and waits for no poll", () => {
    const rig = aDriver();
    lead(rig);
    expect(rig.timer?.rounding).toBe("up");
    rig.pass(60);
    rig.timer?.fire();
    expect(heartbeats(rig)).toBe(2);
  });

  it("a leader that waits for a write reads first whether it has ended", () => {
    const rig = aDriver();
    lead(rig);
    rig.driver.tell({ kind: "connected", from: "c", incarnation: "c-1" });
    expect(rig.pendingWriteCount()).toBe(1);
    const deadlineMs = rig.nowMs + rig.node.settings.voteHoldMs;
    while (rig.nowMs + 60 < deadlineMs) {
      rig.fireTimer();
      acknowledge(rig);
    }
    rig.pass(deadlineMs - rig.nowMs + 1);
    expect(rig.driver.isLeader()).toBe(true);
    rig.timer?.fire();
    rig.poll(() => rig.written());
    expect(rig.driver.isLeader()).toBe(true);
  });

  it("a leader without a lease reads first, and beats at the first chance after, held up or not", () => {
    const rig = aDriver();
    lead(rig);
    rig.pass(200);
    const { timer } = rig;
    timer?.fire();
    expect(rig.log).toEqual([]);
    rig.pass(80);
    rig.poll();
    expect(rig.log).toEqual(["lost leaseExpired", "send heartbeat", "send heartbeat"]);
  });
});

describe("a machine that slept", () => {
  it("isLeader is false in the first call after it, and the loss is told inside that call", () => {
    const rig = aDriver();
    lead(rig);
    expect(rig.driver.isLeader()).toBe(true);
    rig.wallMs += 3000;
    expect(rig.driver.isLeader()).toBe(false);
    expect(rig.log[0]).toBe("lost leaseExpired");
    expect(rig.driver.leaseUntilMs()).toBe(Number.NEGATIVE_INFINITY);
  });

  it("what the owner asks when told inside isLeader is done before isLeader returns", () => {
    const rig = aDriver();
    lead(rig);
    rig.on.onLost = () => rig.driver.tell({ kind: "contend", allowed: false });
    rig.wallMs += 3000;
    rig.driver.isLeader();
    expect(rig.node.contending).toBe(false);
  });

  it("replies to what was sent before it do not bring the lease back", () => {
    const rig = aDriver();
    lead(rig);
    rig.fireTimer();
    const { role, record } = rig.node;
    if (role.name !== "leader") throw new Error("a leads");
    const { seq } = role;
    rig.wallMs += 3000;
    rig.hear("b", {
      kind: "heartbeatReply",
      term: record.term,
      heartbeatTerm: record.term,
      seq,
      accepted: true,
      reason: null,
      voteHoldMs: 150,
      configurationId: record.configuration.id,
      electionTimeoutMaxMs: 300,
      candidacy: "open",
      holdsMetadata: false,
    });
    expect(rig.driver.isLeader()).toBe(false);
    acknowledge(rig);
    expect(rig.driver.isLeader()).toBe(true);
  });

  it("a clock that is set back, or that drifts within its ratio, is no jump", () => {
    const rig = aDriver();
    lead(rig);
    rig.wallMs -= 3_600_000;
    expect(rig.driver.isLeader()).toBe(true);
    rig.wallMs += 3;
    expect(rig.driver.isLeader()).toBe(true);
    rig.wallMs += 4;
    expect(rig.driver.isLeader()).toBe(false);
  });

  it("often and each time for less than the tolerance loses its lease before the sum is above it", () => {
    const rig = aDriver();
    lead(rig);
    let sleptMs = 0;
    while (rig.driver.isLeader()) {
      rig.pass(10);
      rig.wallMs += 1;
      sleptMs += 1;
      expect(sleptMs).toBeLessThan(5);
    }
    // 2 ms for the reading of the clock and a hundredth of the hold.
    expect(sleptMs).toBe(4);
    expect(rig.log[0]).toBe("lost leaseExpired");
  });

  it("is not what a wall clock looks like that is set forward by a little now and then", () => {
    const rig = aDriver();
    lead(rig);
    for (let set = 0; set < 40; set++) {
      // Each wait is shorter than a lease, and all together longer than a quorum timeout.
      for (let wait = 0; wait < 4; wait++) {
        rig.pass(80);
        rig.fireTimer();
        acknowledge(rig);
      }
      rig.wallMs += 1;
      expect(rig.driver.isLeader()).toBe(true);
    }
  });

  it("begins the wait for a leader anew", () => {
    const rig = aDriver();
    const { timer } = rig;
    rig.pass(200);
    rig.wallMs += 60_000;
    rig.pass(timer === null ? 0 : timer.atMs - rig.nowMs);
    timer?.fire();
    rig.poll();
    expect(rig.node.role.name).toBe("follower");
    expect(rig.timer?.atMs).toBe(rig.nowMs + 225);
  });
});

describe("what the owner does while it is told", () => {
  it("a question asked inside a handler comes after the orders at hand", () => {
    const rig = aDriver();
    lead(rig);
    const answers: (RequestRefusal | "stopped" | null)[] = [];
    rig.on.onLost = () => {
      expect(rig.driver.isLeader()).toBe(false);
      rig.driver.ask({ kind: "transfer", to: null, reason: "resigned" }, (answer) => answers.push(answer));
      expect(answers).toEqual([]);
    };
    rig.hear("b", heartbeatOf(rig, 9, 1));
    expect(answers).toEqual(["notLeader"]);
    expect(rig.node.role).toEqual({ name: "follower", leader: "b" });
  });

  it("stopping inside a handler ends the node there: nothing is written or sent after", () => {
    const rig = aDriver();
    lead(rig);
    rig.on.onLost = () => rig.driver.stop("stopped");
    rig.hear("b", heartbeatOf(rig, 9, 1));
    expect(rig.log).toEqual(["lost higherTerm"]);
    expect(rig.pendingWriteCount()).toBe(0);
    expect(rig.timer).toBeNull();
  });

  it("stopping while told of a jump ends the node before the input at hand", () => {
    const rig = aDriver();
    lead(rig);
    const { record } = rig.node;
    rig.on.onLost = () => rig.driver.stop("stopped");
    rig.wallMs += 3000;
    rig.hear("b", heartbeatOf(rig, 9, 1));
    expect(rig.log).toEqual(["lost leaseExpired", "send leaderNotice", "send leaderNotice"]);
    expect(rig.node.record).toBe(record);
  });

  it("a handler that throws ends the node: nothing is written or sent after, and the failure is told", () => {
    const rig = aDriver();
    lead(rig);
    rig.on.onLost = () => {
      throw new Error("the owner's own");
    };
    rig.hear("b", heartbeatOf(rig, 9, 1));
    expect(rig.log).toEqual(["lost higherTerm", "failed internal: the owner's own"]);
    rig.hear("b", heartbeatOf(rig, 9, 2));
    expect(rig.log).toHaveLength(2);
    expect(rig.driver.isLeader()).toBe(false);
  });

  it("a handler that throws while the node stops keeps nobody else from being told", () => {
    const rig = aDriver();
    lead(rig);
    rig.on.onLost = () => {
      throw new Error("the owner's own");
    };
    const verified: boolean[] = [];
    rig.driver.verify((leads) => verified.push(leads));
    rig.driver.stop("stopped");
    expect(verified).toEqual([false]);
    expect(rig.log.slice(-4)).toEqual([
      "lost stopped",
      "send leaderNotice",
      "send leaderNotice",
      "failed internal: the owner's own",
    ]);
  });

  it("a loss is never told without its gain", () => {
    const rig = aDriver();
    win(rig);
    acknowledge(rig);
    // The step that would end in a gain begins with a send.
    rig.on.send = () => {
      throw new Error("the link's own");
    };
    rig.log.length = 0;
    while (rig.pendingWriteCount() > 0) rig.written();
    expect(rig.log.filter((line) => line !== "send leaderNotice")).toEqual([
      "send heartbeat",
      "failed internal: the link's own",
    ]);
  });
});

describe("the end", () => {
  it("a failed write ends the node: the loss is told, then the failure", () => {
    const rig = aDriver();
    lead(rig);
    rig.hear("c", heartbeatOf(rig, 1, 1));
    const { configuration } = rig.node.record;
    acknowledge(rig);
    rig.driver.ask(
      {
        kind: "reconfigure",
        expected: configuration.id,
        voters: configuration.voters,
        observers: [{ id: "d", address: "ws://d:7400", incarnation: "d-1" }],
      },
      () => {},
    );
    rig.log.length = 0;
    rig.written(new Error("no space"));
    const lastWords = ["b", "c", "d"].map(() => "send leaderNotice");
    expect(rig.log).toEqual(["lost storeFailed", ...lastWords, "failed storeFailed: no space"]);
    rig.hear("b", heartbeatOf(rig, 9, 1));
    expect(rig.log).toHaveLength(5);
  });

  it("stop tells the loss once and answers everybody who waits", () => {
    const rig = aDriver();
    lead(rig);
    const verified: boolean[] = [];
    rig.driver.verify((leads) => verified.push(leads));
    rig.driver.stop("stopped");
    rig.driver.stop("stopped");
    expect(rig.log.filter((entry) => entry.startsWith("lost"))).toEqual(["lost stopped"]);
    expect(verified).toEqual([false]);
    const answers: unknown[] = [];
    rig.driver.ask({ kind: "transfer", to: null, reason: "resigned" }, (answer) => answers.push(answer));
    expect(answers).toEqual(["stopped"]);
    expect(rig.driver.isLeader()).toBe(false);
  });

  it("a write that ends after the stop changes nothing", () => {
    const rig = aDriver();
    rig.hear("b", heartbeatOf(rig, 3, 1));
    rig.driver.stop("stopped");
    rig.written();
    rig.poll();
    expect(rig.sent).toEqual([]);
  });

  it("a leader whose disk stalls for longer than its hold steps down as unhealthy", () => {
    const told = new Told();
    const cluster = aCluster({ settingsOf: () => settings({ clockDriftRatio: 0.01 }), lateness: 0 }, () => [
      told,
    ]);
    const leader = settle(cluster);
    const { configuration } = leader.node.record;
    const observers = [{ id: "d", address: "ws://d:7400", incarnation: "d-1" }];
    cluster.advanceUntil(() => isConfigurationCommitted(leader.node), 1000);
    leader.disk.setStalled(true);
    leader.driver.ask(
      { kind: "reconfigure", expected: configuration.id, voters: configuration.voters, observers },
      (refusal) => expect(refusal).toBeNull(),
    );
    const fromMs = cluster.nowMs;
    cluster.advanceUntil(() => leader.node.role.name !== "leader", 10_000);
    expect(told.of(leader)).toEqual(["gained", "unhealthy"]);
    expect(cluster.nowMs - fromMs).toBeLessThanOrEqual(leader.node.settings.voteHoldMs + 1);
  });
});

describe("verify", () => {
  it("is answered by a quorum's reply to a heartbeat sent after it was asked", () => {
    const rig = aDriver();
    lead(rig);
    rig.fireTimer();
    const answers: boolean[] = [];
    rig.driver.verify((leads) => answers.push(leads));
    const { role, record } = rig.node;
    if (role.name !== "leader") throw new Error("a leads");
    const reply = {
      kind: "heartbeatReply",
      term: record.term,
      heartbeatTerm: record.term,
      accepted: true,
      reason: null,
      voteHoldMs: 150,
      configurationId: record.configuration.id,
      electionTimeoutMaxMs: 300,
      candidacy: "open",
      holdsMetadata: false,
    } as const;
    rig.hear("b", { ...reply, seq: role.seq - 1 });
    expect(answers).toEqual([]);
    rig.hear("b", { ...reply, seq: role.seq });
    expect(answers).toEqual([true]);
  });

  it("asked a thousand times sends two heartbeats, one after the other, and answers all", () => {
    const rig = aDriver();
    lead(rig);
    let answered = 0;
    for (let count = 0; count < 1000; count++) rig.driver.verify((leads) => (answered += leads ? 1 : 0));
    expect(heartbeats(rig)).toBe(2);
    acknowledge(rig);
    expect(answered).toBe(1);
    expect(heartbeats(rig)).toBe(4);
    acknowledge(rig);
    expect(answered).toBe(1000);
    expect(heartbeats(rig)).toBe(4);
  });

  it("asked again inside its own answer is answered too", () => {
    const rig = aDriver();
    lead(rig);
    const answers: boolean[] = [];
    rig.driver.verify(() => rig.driver.verify((leads) => answers.push(leads)));
    acknowledge(rig);
    expect(answers).toEqual([]);
    acknowledge(rig);
    expect(answers).toEqual([true]);
  });

  it("says no to a node that does not lead, and to one that stops leading", () => {
    const rig = aDriver();
    const answers: boolean[] = [];
    rig.driver.verify((leads) => answers.push(leads));
    expect(answers).toEqual([false]);
    lead(rig);
    rig.driver.verify((leads) => answers.push(leads));
    rig.hear("b", heartbeatOf(rig, 9, 1));
    expect(answers).toEqual([false, false]);
  });

  it("is answered at once in a cluster of one", () => {
    const rig = aDriver({ ids: ["a"] });
    rig.fireTimer();
    while (rig.pendingWriteCount() > 0) rig.written();
    expect(rig.driver.isLeader()).toBe(true);
    const answers: boolean[] = [];
    rig.driver.verify((leads) => answers.push(leads));
    expect(answers).toEqual([true]);
  });
});
