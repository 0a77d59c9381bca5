import {
  createNode,
  type Effect,
  foundingRecord,
  type Input,
  type Member,
  type Message,
  type Node,
  type NodeId,
  type Settings,
  step,
} from "../protocol/index.js";
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
 * reading a request for a vote above all, and a young process would spend that time while nobody leads. What beats for ever after, the
 * driver, takes no part: called in two worlds it would be compiled for both.
 * Returns how many terms had a leader.
 */
export function rehearse(settings: Settings, count: number): number {
  const members: Member[] = ["r1", "r2", "r3"].map((id) => ({
    id,
    address: `ws://${id}`,
    incarnation: null,
  }));
  const nodes = new Map<NodeId, Node>();
  const events: (() => void)[] = [];
  let nowMs = 0;
  let leader: NodeId | null = null;
  let ledCount = 0;

  function tell(id: NodeId, input: Input): void {
    const node = nodes.get(id);
    if (node === undefined) return;
    const effects: Effect[] = [];
    step(node, input, nowMs, effects);
    for (const effect of effects) carryOut(id, effect);
  }

  function carryOut(id: NodeId, effect: Effect): void {
    if (effect.kind === "draw") tell(id, { kind: "drawn", draw: 0.5 });
    else if (effect.kind === "send") events.push(() => deliver(id, effect.to, effect.message));
    else if (effect.kind === "persist") {
      const { record } = effect;
      events.push(() => tell(id, { kind: "persisted", record }));
    } else if (effect.kind === "lost") events.push(() => tell(id, { kind: "drained" }));
    else if (effect.kind === "gained") {
      leader = id;
      ledCount++;
    }
  }

  function deliver(from: NodeId, to: NodeId, message: Message): void {
    const frame = decodeFrame(encodeMessage(message));
    if (frame.ok) tell(to, { kind: "message", from, incarnation: from, message: frame.message });
  }

  function play(): void {
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      nowMs += 0.1;
      event();
    }
  }

  for (const { id } of members) {
    const record = foundingRecord(members, id, settings.voteHoldMs);
    nodes.set(id, createNode({ id, settings, record, nowMs }));
    tell(id, { kind: "start" });
  }
  nowMs += settings.electionTimeout.maxMs;
  tell("r1", { kind: "timer" });
  play();
  for (let done = 0; done < count && leader !== null; done++) {
    tell(leader, { kind: "beat" });
    play();
    tell(leader, { kind: "transfer", to: null, reason: "resigned", request: done });
    play();
  }
  return ledCount;
}
