import {
  createNode,
  foundingRecord,
  type Member,
  type Message,
  type NodeId,
  type Settings,
} from "../protocol/index.js";
import { createDriver, type Driver } from "../runtime/driver.js";
import { decodeFrame, encodeMessage } from "../transport/codec.js";

let rehearsed = false;

/** So many have run all code once, which is most of what there is to win; more only leave garbage. */
const handoverCount = 3;

/** Rehearses once in the life of a process: its code has run from then on. Takes some 10 ms. */
export function rehearseOnce(settings: Settings): void {
  if (rehearsed) return;
  rehearsed = true;
  rehearse(settings, handoverCount);
}

/**
 * Plays handovers among three nodes in memory, before a node takes part in real ones. Code that runs for the first time is slow,
 * reading a request for a vote above all, and a young process would spend that time while nobody leads.
 * Returns how many terms had a leader.
 */
export function rehearse(settings: Settings, count: number): number {
  const members: Member[] = ["r1", "r2", "r3"].map((id) => ({
    id,
    address: `ws://${id}`,
    incarnation: null,
  }));
  const events: (() => void)[] = [];
  const drivers = new Map<NodeId, Driver>();
  let nowMs = 0;
  let leader: NodeId | null = null;
  let ledCount = 0;

  function deliver(from: NodeId, to: NodeId, message: Message): void {
    const frame = decodeFrame(encodeMessage(message));
    if (frame.ok) drivers.get(to)?.tell({ kind: "message", from, incarnation: from, message: frame.message });
  }

  function rehearsing(id: NodeId): Driver {
    const record = foundingRecord(members, id, settings.voteHoldMs);
    return createDriver(
      createNode({ id, settings, record, nowMs }),
      {
        clock: {
          nowMs: () => nowMs,
          wallMs: () => nowMs,
          setTimer: () => {},
          clearTimer: () => {},
          afterPoll: (callback) => void events.push(callback),
        },
        random: () => 0.5,
        store: {
          open: () => {},
          write: (_record, callback) => void events.push(() => callback(null)),
          close: () => {},
        },
        transport: {
          start: () => {},
          setPeers: () => {},
          send: (to, message) => void events.push(() => deliver(id, to, message)),
          stop: () => {},
        },
      },
      {
        onGained() {
          leader = id;
          ledCount++;
        },
        onLost() {},
        onChanged() {},
        onFailed() {},
      },
    );
  }

  function play(): void {
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      nowMs += 0.1;
      event();
    }
  }

  for (const { id } of members) drivers.set(id, rehearsing(id));
  for (const driver of drivers.values()) driver.start();
  nowMs += settings.electionTimeout.maxMs;
  drivers.get("r1")?.tell({ kind: "timer" });
  play();
  for (let done = 0; done < count && leader !== null; done++) {
    const leading = drivers.get(leader);
    leading?.tell({ kind: "beat" });
    play();
    leading?.ask({ kind: "transfer", to: null, reason: "resigned" }, () => {});
    leading?.tell({ kind: "drained" });
    play();
  }
  return ledCount;
}
