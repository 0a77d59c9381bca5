import { createMonitor, detectors, silentLogger } from "raftbeat/liveness";
import { type Row, rounded } from "../report.js";

/** Beats every five seconds, and a window of twenty. */
const intervalMs = 5000;
const pauseMs = 15_000;

/** Rounds of beats that are measured. */
const rounds = 6;

/** One peer in a thousand falls silent after the first round, and has to be found. */
const silentShare = 0.001;

/**
 * What one beat costs at a monitor of so many peers, and what it remembers of each, with its name and the name of its life. Time is simulated, since the beats
 * of thirty seconds come as fast as they are taken; the monitor, its engine and its clock readings are those of production.
 */
export function roster(peerCount: number): Row[] {
  return [
    measure("missed", peerCount, false),
    measure("missed", peerCount, true),
    measure("nfdE", peerCount, true),
    timerEach(peerCount),
  ];
}

/** What people write by hand, to compare with: a map of timers, one a peer, each set anew at a beat. It judges nobody, and forgets nobody. */
function timerEach(peerCount: number): Row {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  const ids: string[] = new Array(peerCount).fill("");
  const heapBefore = bytes(collect);
  const timers = new Map<string, NodeJS.Timeout>();
  let silent = 0;
  const beat = (id: string): void => {
    clearTimeout(timers.get(id));
    timers.set(
      id,
      setTimeout(() => {
        silent++;
      }, intervalMs + pauseMs),
    );
  };
  for (let peer = 0; peer < peerCount; peer++) {
    ids[peer] = `worker-${peer}`;
    beat(ids[peer] as string);
  }
  const bytesAPeer = (bytes(collect) - heapBefore) / peerCount;
  for (const id of ids) beat(id);
  const begun = process.cpuUsage();
  for (let round = 0; round < rounds; round++) for (const id of ids) beat(id);
  const { user, system } = process.cpuUsage(begun);
  for (const timer of timers.values()) clearTimeout(timer);
  return {
    bench: "roster",
    detector: "a timer a peer",
    peers: peerCount,
    namesLives: false,
    nsABeat: Math.round(((user + system) / (rounds * peerCount)) * 1000),
    bytesAPeer: rounded(bytesAPeer, 0),
    timersABeat: 1,
    silentFound: `${silent} of 0`,
    ok: silent === 0,
  };
}

function measure(name: "missed" | "nfdE", peerCount: number, namesLives: boolean): Row {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  const timer = { atMs: Number.POSITIVE_INFINITY, run: () => {} };
  let nowMs = 0;
  let timersSet = 0;
  const polls: (() => void)[] = [];
  const clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    setTimer(atMs: number, _rounding: "down" | "up", run: () => void) {
      timersSet++;
      timer.atMs = atMs;
      timer.run = run;
    },
    clearTimer() {
      timer.atMs = Number.POSITIVE_INFINITY;
    },
    afterPoll: (callback: () => void) => void polls.push(callback),
  };
  // The lists are the bench's; the names in them are what a monitor remembers.
  const ids: string[] = new Array(peerCount).fill("");
  const boots: string[] = new Array(peerCount).fill("");
  const heapBefore = bytes(collect);
  const detector = detectors[name]({ intervalMs, pauseMs });
  const monitor = createMonitor(
    { detector, maxPeers: peerCount, deathsPerSecond: 1e6, logger: silentLogger },
    { clock, random: Math.random },
  );
  const suspected = new Set<string>();
  monitor.subscribe((event) => {
    if (event.kind === "suspect") suspected.add(event.id);
  });
  const silent = Math.max(1, Math.round(peerCount * silentShare));
  // Peers beat one after the other, spread over the interval.
  const beatsOf = (round: number): number => {
    let beats = 0;
    for (let peer = round > 0 ? silent : 0; peer < peerCount; peer++) {
      nowMs = round * intervalMs + (peer / peerCount) * intervalMs;
      if (timer.atMs <= nowMs) {
        timer.atMs = Number.POSITIVE_INFINITY;
        timer.run();
        for (let poll = polls.shift(); poll !== undefined; poll = polls.shift()) poll();
      }
      if (round === 0) {
        ids[peer] = `worker-${peer}`;
        if (namesLives) boots[peer] = `life-of-${peer}`;
      }
      monitor.beat(ids[peer] as string, { boot: boots[peer] as string, slot: round });
      beats++;
    }
    return beats;
  };
  beatsOf(0);
  const bytesAPeer = (bytes(collect) - heapBefore) / peerCount;
  beatsOf(1);
  const begun = process.cpuUsage();
  let beats = 0;
  for (let round = 2; round < 2 + rounds; round++) beats += beatsOf(round);
  // CPU time, not the clock on the wall: a busy machine makes a beat no dearer.
  const { user, system } = process.cpuUsage(begun);
  const nsABeat = ((user + system) / beats) * 1000;
  const row = {
    bench: "roster",
    detector: name,
    peers: peerCount,
    namesLives,
    nsABeat: Math.round(nsABeat),
    bytesAPeer: rounded(bytesAPeer, 0),
    timersABeat: rounded(timersSet / (beats + 2 * peerCount), 4),
    silentFound: `${suspected.size} of ${silent}`,
    ok:
      suspected.size === silent && [...suspected].every((id) => Number(id.slice("worker-".length)) < silent),
  };
  monitor.close();
  return row;
}

function bytes(collect: () => void): number {
  // The memory of arrays that were outgrown is given back by a later collection than the one that finds them.
  for (let round = 0; round < 4; round++) collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}
