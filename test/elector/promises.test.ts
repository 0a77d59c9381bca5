import { describe, expect, it } from "vitest";
import type { Leadership } from "../../src/elector/api.js";
import { LeadershipLostError } from "../../src/elector/leadership/leadership.js";
import { Electors, flushed, gate } from "./support/electors.js";

const three = ["a", "b", "c"];

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

describe("promise 1: bodies never overlap, and the node does not campaign while a lost body still drains", () => {
  it("a cluster whose electors lose and regain leadership runs one body at a time in each", async () => {
    const world = await Electors.of(three);
    const running = new Map<string, number>();
    let overlaps = 0;
    for (const { id, elector } of world.seats.values())
      elector.whileLeader(async (lead) => {
        running.set(id, (running.get(id) ?? 0) + 1);
        if (running.get(id) !== 1) overlaps++;
        await aborted(lead.signal);
        // Drains for as long as an election takes.
        for (let turn = 0; turn < 200; turn++) await flushed();
        running.set(id, (running.get(id) ?? 0) - 1);
      });
    for (let round = 0; round < 12; round++) {
      const leader = await world.leader();
      if (round % 2 === 0) world.isolate(leader.id);
      else world.jump(leader.id, 5000);
      await world.advance(700);
      world.heal();
      await world.advance(300);
    }
    expect(overlaps).toBe(0);
  });

  it("a node whose lost body drains does not campaign, though nobody else leads", async () => {
    const world = await Electors.of(["a"]);
    const drain = gate();
    let bodies = 0;
    const { elector, told } = world.seat("a");
    elector.whileLeader(async (lead) => {
      bodies++;
      await aborted(lead.signal);
      if (bodies === 1) await drain.opened;
    });
    await world.leader();
    await flushed();
    const resigned = elector.resign();
    resigned.catch(() => {});
    await world.advance(5000);
    expect(elector.isLeader).toBe(false);
    expect(elector.status().contending).toBe(false);
    expect(bodies).toBe(1);
    drain.open();
    await world.settled(resigned);
    await world.until(() => elector.isLeader);
    await flushed();
    expect(bodies).toBe(2);
    expect(told.filter((words) => words.startsWith("elected"))).toHaveLength(2);
  });

  it("a lease that comes back in the same term waits for the body of the lapse to drain", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    const drain = gate();
    const leads: Leadership[] = [];
    first.elector.whileLeader(async (lead) => {
      leads.push(lead);
      await aborted(lead.signal);
      if (leads.length === 1) await drain.opened;
    });
    await flushed();
    world.jump(first.id, 3000);
    expect(first.elector.isLeader).toBe(false);
    await world.until(() => first.elector.isLeader);
    await flushed();
    expect(leads).toHaveLength(1);
    drain.open();
    await flushed();
    expect(leads.map(({ term, signal }) => [term, signal.aborted])).toEqual([
      [leads[0]?.term, true],
      [leads[0]?.term, false],
    ]);
    expect(leads[0]?.remainingMs()).toBe(0);
    expect(() => leads[0]?.assertValid()).toThrow(LeadershipLostError);
    leads[1]?.assertValid();
  });

  it("a leader whose lease came back while its old body hangs hands over once the drain timeout has passed", async () => {
    const world = await Electors.of(three, { drainTimeoutMs: 1000 });
    const first = await world.leader();
    first.elector.whileLeader(() => new Promise(() => {}));
    await flushed();
    world.jump(first.id, 3000);
    expect(first.elector.isLeader).toBe(false);
    await world.until(() => first.elector.isLeader);
    await world.until(() => world.leaders().some((seat) => seat !== first), 3000);
    expect(first.told).toContainEqual(expect.stringMatching(/^lost \d+ unhealthy$/));
    expect(first.elector.status().contending).toBe(false);
  });
});

describe("promise 1, when a body never ends", () => {
  it("a lease that comes back after the drain timeout is handed over at once", async () => {
    const world = await Electors.of(three, { drainTimeoutMs: 50 });
    const first = await world.leader();
    first.elector.whileLeader(() => new Promise(() => {}));
    await world.advance(200);
    // For less than it takes to step down, and longer than the drain timeout.
    world.isolate(first.id);
    await world.until(() => first.logged.some((message) => message.startsWith("a body still runs")));
    world.heal();
    await world.until(() => world.leaders().some((seat) => seat !== first), 3000);
    expect(first.told).toContainEqual(expect.stringMatching(/^lost \d+ unhealthy$/));
    expect(first.elector.status().contending).toBe(false);
  });
});

describe("promise 2: state changes before anybody is told, and lost comes once, only after elected, with a reason", () => {
  it("whoever is told finds the state already changed", async () => {
    const world = await Electors.of(three);
    const seen: string[] = [];
    for (const { elector } of world.seats.values())
      elector.subscribe((event) => {
        const status = elector.status();
        if (event.kind === "elected")
          seen.push(`elected ${elector.isLeader} ${status.isLeader} ${status.role}`);
        if (event.kind === "lost") seen.push(`lost ${elector.isLeader} ${status.isLeader}`);
        if (event.kind === "leader" && event.leader !== null && status.leader !== event.leader.id)
          seen.push("told of a leader its status does not know");
      });
    const leader = await world.leader();
    await world.settled(leader.elector.resign());
    await world.advance(2000);
    expect(seen.slice(0, 3)).toEqual([
      "elected true true leader",
      "lost false false",
      "elected true true leader",
    ]);
  });

  it("elected and lost alternate, their terms never fall, and each loss has its reason", async () => {
    const reasons: [string, (world: Electors, id: string) => Promise<void>][] = [
      ["resigned", async (world, id) => void (await world.settled(world.seat(id).elector.resign()))],
      ["leaseExpired", async (world, id) => world.isolate(id)],
      ["stopped", async (world, id) => void (await world.settled(world.seat(id).elector.stop()))],
      [
        "storeFailed",
        async (world, id) => {
          const { elector } = world.seat(id);
          world.failDisk(id, new Error("no space"));
          const change = elector.reconfigure({ add: { id: "d", address: "ws://d:1", incarnation: "d-1" } });
          change.catch(() => {});
        },
      ],
    ];
    for (const [reason, provoke] of reasons) {
      const world = await Electors.of(three);
      const { id } = await world.leader();
      await world.advance(500);
      await provoke(world, id);
      await world.advance(1000);
      world.heal();
      await world.advance(1000);
      const told = world.seat(id).told.filter((words) => !words.startsWith("leader"));
      expect(told[0], reason).toMatch(/^elected/);
      expect(told[1], reason).toMatch(new RegExp(`^lost \\d+ ${reason}$`));
      for (const [index, words] of told.entries())
        expect(words).toMatch(index % 2 === 0 ? /^elected/ : /^lost/);
      const terms = told.map((words) => Number(words.split(" ")[1]));
      expect(terms).toEqual([...terms].sort((x, y) => x - y));
    }
  });

  it("a listener that stops the elector, or throws, changes nothing for the others", async () => {
    const world = await Electors.of(["a"]);
    const { elector, told, logged } = world.seat("a");
    const order: string[] = [];
    elector.subscribe((event) => {
      if (event.kind === "elected") void elector.stop();
      throw new Error("the listener's own");
    });
    elector.subscribe(({ kind }) => order.push(kind));
    await world.settled(elector.closed);
    expect(order.filter((kind) => kind !== "leader")).toEqual(["elected", "lost"]);
    expect(told).toEqual(expect.arrayContaining(["elected 1", "lost 1 stopped"]));
    expect(logged).toContain("a listener threw");
  });
});

describe("promise 3: on loss: not leader, then signal, then events, then drain, and only then hand over", () => {
  it("a transfer goes through them in this order, and the transferee leads only after the drain", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    const { elector } = first;
    const order: string[] = [];
    const drain = gate();
    elector.whileLeader(async (lead) => {
      lead.signal.addEventListener("abort", () => order.push(`signal, leads: ${elector.isLeader}`));
      await aborted(lead.signal);
      order.push("drains");
      await drain.opened;
      order.push("drained");
    });
    elector.subscribe((event) => {
      if (event.kind === "lost") order.push("event");
    });
    for (const { id, elector: other } of world.others(first))
      other.subscribe((event) => event.kind === "elected" && order.push(`${id} elected`));
    await world.advance(200);
    const transferee = world.others(first)[0]?.id as string;
    const transferred = elector.transfer({ to: transferee });
    // It leads on until its transferee is elected.
    expect(elector.isLeader).toBe(true);
    await world.until(() => order.length > 1, 20);
    expect(order.slice(0, 2)).toEqual(["signal, leads: false", "event"]);
    await world.advance(5000);
    expect(order).toEqual(["signal, leads: false", "event", "drains"]);
    expect(world.leaders()).toEqual([]);
    drain.open();
    await world.settled(transferred);
    await world.until(() => world.leaders().length === 1, 50);
    expect(order.slice(3)).toEqual(["drained", `${transferee} elected`]);
  });

  it("a body that does not drain in time is handed over from all the same, and named in the log", async () => {
    const world = await Electors.of(three, { drainTimeoutMs: 700 });
    const first = await world.leader();
    first.elector.whileLeader(() => new Promise(() => {}));
    await flushed();
    const fromMs = world.nowMs;
    await world.settled(first.elector.resign());
    expect(world.nowMs - fromMs).toBeGreaterThanOrEqual(700);
    expect(world.nowMs - fromMs).toBeLessThan(710);
    expect(first.logged).toContain("a body still runs 700 ms after its signal");
    await world.until(() => world.leaders().length === 1, 100);
    expect(first.elector.status().contending).toBe(false);
  });
});

describe("promise 4: it contends again by itself; it ends by stop(), its outer signal, or a body that asks for it", () => {
  it("runs the body again at the next leadership, with a higher term", async () => {
    const world = await Electors.of(["a"]);
    const terms: number[] = [];
    world.seat("a").elector.whileLeader(async (lead) => {
      terms.push(lead.term);
      if (terms.length < 4) lead.resign();
    });
    await world.until(() => terms.length === 4);
    expect(terms).toEqual([1, 2, 3, 4]);
    await world.advance(5000);
    expect(terms).toHaveLength(4);
  });

  it.each(["stop", "signal", "body"])(
    "ends by its %s, after its body drained, and campaigns no more",
    async (how) => {
      const world = await Electors.of(three);
      const first = await world.leader();
      const { elector } = first;
      const controller = new AbortController();
      let bodies = 0;
      const run = elector.whileLeader(
        async (lead) => {
          bodies++;
          if (how === "body") void run.stop();
          await aborted(lead.signal);
        },
        { signal: controller.signal },
      );
      await flushed();
      if (how === "stop") void run.stop();
      if (how === "signal") controller.abort();
      await world.settled(run.ended);
      expect(elector.isLeader).toBe(false);
      await world.until(() => world.leaders().length === 1);
      for (const { elector: other } of world.others(first)) void other.stop();
      await world.advance(5000);
      expect(bodies).toBe(1);
      expect(elector.status()).toMatchObject({ contending: false, role: "follower" });
      elector.whileLeader(() => {});
      expect(elector.status().contending).toBe(true);
    },
  );

  it("a body that returns while its node leads leaves it leading, with a signal that still tells the loss", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    const leads: Leadership[] = [];
    first.elector.whileLeader((lead) => {
      leads.push(lead);
    });
    await world.advance(3000);
    expect(first.elector.isLeader).toBe(true);
    expect(leads).toHaveLength(1);
    leads[0]?.assertValid(50);
    world.isolate(first.id);
    await world.advance(300);
    expect(leads[0]?.signal.reason).toMatchObject({ code: "notLeader", reason: "leaseExpired" });
  });

  it("a body that throws while its node leads is logged, hands over, and keeps the node out for the cool-down", async () => {
    const world = await Electors.of(three, { coolDownMs: 2000 });
    const first = await world.leader();
    const run = first.elector.whileLeader(() => {
      throw new Error("the body's own");
    });
    await flushed();
    expect(first.told.at(-1)).toBe("leader nobody");
    expect(first.told).toContainEqual(expect.stringMatching(/^lost \d+ unhealthy$/));
    expect(first.logged).toContain("Error: the body's own");
    await world.advance(1900);
    expect(first.elector.status().contending).toBe(false);
    expect(world.leaders()).toHaveLength(1);
    await world.advance(200);
    expect(first.elector.status().contending).toBe(true);
    await world.settled(run.stop());
    await run.ended;
  });

  it("one run at a time: a second is refused, and taken once the first has ended", async () => {
    const world = await Electors.of(["a"]);
    const { elector } = world.seat("a");
    const run = elector.whileLeader(() => {});
    expect(() => elector.whileLeader(() => {})).toThrow(expect.objectContaining({ code: "runInProgress" }));
    expect(() => elector.whileLeader(undefined as never)).toThrow(
      "the body of whileLeader (undefined) must be a function",
    );
    await world.settled(run.stop());
    elector.whileLeader(() => {});
  });
});

describe("promise 5: a lease is checked when asked", () => {
  it("the first call after a blocked loop, with no timer run yet, finds the lease over", async () => {
    const world = await Electors.of(three);
    const { id, elector } = await world.leader();
    let lead: Leadership | undefined;
    elector.whileLeader((given) => {
      lead = given;
    });
    await world.advance(100);
    lead?.assertValid();
    // Time passes, and nothing is run or read: what a SIGSTOP or a blocked loop looks like.
    world.cluster.pause(id);
    await world.advance(1000);
    expect(elector.isLeader).toBe(false);
    expect(elector.status().isLeader).toBe(false);
    expect(lead?.remainingMs()).toBe(0);
    expect(() => lead?.assertValid()).toThrow(expect.objectContaining({ code: "leaseTooShort" }));
  });

  it("the first call after a suspend, in which the monotonic clock stood still, finds the lease over and the signal aborted", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    let lead: Leadership | undefined;
    first.elector.whileLeader((given) => {
      lead = given;
    });
    await flushed();
    world.jump(first.id, 60_000);
    expect(() => lead?.assertValid()).toThrow(LeadershipLostError);
    expect(lead?.signal.aborted).toBe(true);
  });

  it("assertValid asks for as much as was said, and says when no lease can be that long", async () => {
    const world = await Electors.of(three);
    const { elector } = await world.leader();
    let lead: Leadership | undefined;
    elector.whileLeader((given) => {
      lead = given;
    });
    await flushed();
    lead?.assertValid(lead.remainingMs());
    const tooLongMs = (lead?.remainingMs() ?? 0) + 0.1;
    expect(() => lead?.assertValid(tooLongMs)).toThrow(/are left, and .* were asked for: stop writing/);
    expect(() => lead?.assertValid(2000)).toThrow(
      /never longer than 147.0 ms: ask for less, or use a longer voteHoldMs/,
    );
    expect(() => lead?.assertValid(Number.NaN)).toThrow(expect.objectContaining({ code: "invalidSettings" }));
  });
});
