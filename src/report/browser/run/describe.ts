import type { Cause, RoleSpan } from "../../recording/run-data.js";
import {
  dropReasons,
  dropWords,
  kindWords,
  type MessageKind,
  messageKinds,
  refusals,
  refusalWords,
  roleWords,
} from "../../recording/run-words.js";
import { faultWords } from "./fault-words.js";
import type { Item, Scene } from "./scene.js";

/** What is said of an item: one line, and what else there is to know of it. */
export interface Description {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Durations as a person reads them: 0.25 ms, 12.5 ms, 1.234 s. */
export function durationWords(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 1_000) return `${(ms / 1_000).toFixed(3)} s`;
  return `${ms.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)} ms`;
}

/** An instant, counted from the first fault or the start of the observation. */
export function instantWords(scene: Scene, atMs: number): string {
  return `${((atMs - (scene.recording.beganMs ?? 0)) / 1_000).toFixed(3)} s`;
}

/** What to say of an item. */
export function describe(scene: Scene, item: Item): Description {
  switch (item.what) {
    case "message":
      return messageWords(scene, item.index);
    case "role":
      return roleSpanWords(scene, item.node, item.index);
    case "lease": {
      const { node, fromMs, untilMs, term } = found(scene.recording.leases[item.index]);
      return {
        title: `${name(scene, node)} holds the lease of term ${term}`,
        lines: [spanLine(scene, fromMs, untilMs)],
      };
    }
    case "pause": {
      const { node, fromMs, untilMs } = found(scene.recording.pauses[item.index]);
      return { title: `${name(scene, node)} stands still`, lines: [spanLine(scene, fromMs, untilMs)] };
    }
    case "fault": {
      const { nodes, fromMs, untilMs } = found(scene.recording.faults[item.index]);
      const ended = untilMs === null ? "lasts to the end" : spanLine(scene, fromMs, untilMs);
      const whom = nodesWords(scene, nodes);
      return {
        title: `fault: ${faultWords(scene, item.index)}`,
        lines: [`at ${instantWords(scene, fromMs)}; ${ended}`, ...(whom === "" ? [] : [`strikes ${whom}`])],
      };
    }
    case "announcement": {
      const { atMs, node, term, lost } = found(scene.recording.announcements[item.index]);
      const title =
        lost === null
          ? `the service on ${name(scene, node)} is told: you lead term ${term}`
          : `the service on ${name(scene, node)} is told: you no longer lead term ${term} (${lossWords(lost)})`;
      return { title, lines: [`at ${instantWords(scene, atMs)}`] };
    }
    case "timer": {
      const { atMs, node } = scene.recording.timers;
      return {
        title: `a timer of ${name(scene, found(node[item.index]))} calls back`,
        lines: [`at ${instantWords(scene, found(atMs[item.index]))}`],
      };
    }
  }
}

/** The node or nodes an item is about, as the list shows them. */
export function whoseWords(scene: Scene, item: Item): string {
  const { messages, leases, pauses, faults, announcements, timers } = scene.recording;
  switch (item.what) {
    case "message":
      return `${name(scene, found(messages.from[item.index]))} → ${name(scene, found(messages.to[item.index]))}`;
    case "role":
      return name(scene, item.node);
    case "lease":
      return name(scene, found(leases[item.index]).node);
    case "pause":
      return name(scene, found(pauses[item.index]).node);
    case "fault":
      return nodesWords(scene, found(faults[item.index]).nodes);
    case "announcement":
      return name(scene, found(announcements[item.index]).node);
    case "timer":
      return name(scene, found(timers.node[item.index]));
  }
}

/** The kind of a message by its index. */
export function kindOf(scene: Scene, index: number): MessageKind {
  return messageKinds[found(scene.recording.messages.kind[index])] as MessageKind;
}

function messageWords(scene: Scene, index: number): Description {
  const { messages } = scene.recording;
  const from = name(scene, found(messages.from[index]));
  const to = name(scene, found(messages.to[index]));
  const sentMs = found(messages.sentMs[index]);
  const tookMs = found(messages.tookMs[index]);
  const answer = found(messages.answer[index]);
  const dropped = found(messages.dropped[index]);
  const kind = kindOf(scene, index);
  const reason = refusals[answer - 1];
  const verb = kind === "heartbeatReply" ? "accepted" : "granted";
  const refused = kind === "heartbeatReply" ? "not accepted" : "refused";
  const said = answer < 0 ? "" : answer === 0 ? `: ${verb}` : reason === undefined ? `: ${refused}` : "";
  const lines: string[] = [];
  if (reason !== undefined) lines.push(`${refused}: ${refusalWords[reason]} (${reason})`);
  const more = messages.refusals[index];
  if (more !== undefined) {
    if (more.leader !== null) lines.push(`${from} knows ${name(scene, more.leader)} as the leader`);
    if (more.remainingHoldMs > 0) lines.push(`its hold lasts ${durationWords(more.remainingHoldMs)} more`);
  }
  const why = dropReasons[dropped - 1];
  const fate =
    why !== undefined
      ? `lost: ${dropWords[why]}`
      : tookMs < 0
        ? "still under way at the end"
        : `arrived after ${durationWords(tookMs)}`;
  lines.push(`sent at ${instantWords(scene, sentMs)}, ${fate}`);
  const lost = why === undefined ? "" : ", lost";
  return {
    title: `${from} → ${to} ${kindWords[kind]}, term ${messages.term[index]}${said}${lost}`,
    lines,
  };
}

function roleSpanWords(scene: Scene, node: number, index: number): Description {
  const { roles } = scene.recording;
  const span = found(roles[node]?.[index]);
  const { fromMs, untilMs, role, term, leader, cause } = span;
  const follows =
    role === "follower" ? (leader === null ? ", knows no leader" : ` of ${name(scene, leader)}`) : "";
  const because = index === 0 ? [] : [`because ${causeWords(scene, cause, span)}`];
  return {
    title: `${name(scene, node)} is ${roleWords[role]}${follows}, term ${term}`,
    lines: [spanLine(scene, fromMs, untilMs), ...because],
  };
}

function causeWords(scene: Scene, cause: Cause, { role }: RoleSpan): string {
  if (typeof cause === "number") {
    const { title, lines } = messageWords(scene, cause);
    return `of what arrived: ${title}${lines.length > 1 ? ` (${lines[0]})` : ""}`;
  }
  switch (cause) {
    case "timer":
      return role === "preCandidate" || role === "candidate"
        ? "its election timer called back: it heard no leader for so long"
        : "its timer called back";
    case "start":
      return "the process started";
    case "death":
      return "the process died";
    case "other":
      return "of something of its own: a finished write, a request or its clock";
  }
}

function lossWords(reason: string): string {
  return reason.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function spanLine(scene: Scene, fromMs: number, untilMs: number): string {
  return `from ${instantWords(scene, fromMs)} to ${instantWords(scene, untilMs)}, ${durationWords(untilMs - fromMs)}`;
}

function nodesWords(scene: Scene, nodes: readonly number[]): string {
  const isAll = nodes.length > 2 && nodes.length === scene.recording.nodes.length;
  return isAll ? "all nodes" : nodes.map((node) => name(scene, node)).join(", ");
}

/** When an item begins; a message when it is sent. */
export function beginsMs({ recording }: Scene, item: Item): number {
  switch (item.what) {
    case "message":
      return found(recording.messages.sentMs[item.index]);
    case "role":
      return found(recording.roles[item.node]?.[item.index]).fromMs;
    case "lease":
      return found(recording.leases[item.index]).fromMs;
    case "pause":
      return found(recording.pauses[item.index]).fromMs;
    case "fault":
      return found(recording.faults[item.index]).fromMs;
    case "announcement":
      return found(recording.announcements[item.index]).atMs;
    case "timer":
      return found(recording.timers.atMs[item.index]);
  }
}

function name(scene: Scene, node: number): string {
  return scene.recording.nodes[node] ?? "?";
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new RangeError("the recording has no such entry");
  return value;
}
