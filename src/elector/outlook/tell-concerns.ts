import type { Node } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import { leaderOf } from "../raft/leader-known.js";
import { type Concern, concernsOf } from "./concerns.js";
import type { OutlookKeeper } from "./outlook.js";
import { whyNoLeader } from "./why-no-leader.js";

/** The same concern is told again no sooner than so long after the last time. */
const quietForMs = 60_000;
/** An ordinary election needs less than so many of the longest election timeouts, and processes that start together some seconds. */
const patienceTimeouts = 2;
const leastPatienceMs = 2_000;
/** Another reason for the same want of a leader is told no sooner. */
const leastWaitMs = 5_000;

/**
 * Looks at a node again and again, and tells what its operator should see to: once when it begins, and why there is no leader, once for
 * each reason. Returns what ends it.
 */
export function tellConcerns(
  node: Node,
  outlook: OutlookKeeper,
  deps: { readonly schedule: Schedule; warn(sentence: string): void },
): () => void {
  const { quorumTimeoutMs, electionTimeout } = node.settings;
  const toldAtMs = new Map<string, number>();
  let present = new Set<string>();
  let leaderlessSinceMs: number | null = null;
  let toldWhy: string | null = null;
  let toldWhyAtMs = Number.NEGATIVE_INFINITY;
  let cancel = (): void => {};

  function look(): void {
    outlook.look();
    const nowMs = outlook.nowMs();
    const concerns = concernsOf(node, outlook);
    for (const concern of concerns) if (!present.has(concern.key)) tell(concern, nowMs);
    present = new Set(concerns.map(({ key }) => key));
    tellWhy(nowMs);
    cancel = deps.schedule(quorumTimeoutMs / 2, look);
  }

  function tell({ key, sentence }: Concern, nowMs: number): void {
    if (nowMs - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < quietForMs) return;
    for (const [old, atMs] of toldAtMs) if (nowMs - atMs >= quietForMs) toldAtMs.delete(old);
    toldAtMs.set(key, nowMs);
    deps.warn(sentence);
  }

  function tellWhy(nowMs: number): void {
    if (leaderOf(node) !== null) {
      leaderlessSinceMs = null;
      toldWhy = null;
      return;
    }
    leaderlessSinceMs ??= nowMs;
    const patienceMs = Math.max(leastPatienceMs, patienceTimeouts * electionTimeout.maxMs);
    if (nowMs - leaderlessSinceMs < patienceMs) return;
    // How long a link has been silent, or an address of this moment, is no other reason.
    const linkProblem = (id: string) => outlook.linkProblem(id)?.split(":")[0] ?? null;
    const reason = whyNoLeader(node, { ...outlook, linkProblem });
    if (reason === toldWhy || (toldWhy !== null && nowMs - toldWhyAtMs < leastWaitMs)) return;
    toldWhy = reason;
    toldWhyAtMs = nowMs;
    deps.warn(`no leader: ${whyNoLeader(node, outlook)}`);
  }

  cancel = deps.schedule(0, look);
  return () => cancel();
}
