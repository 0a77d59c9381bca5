import { VisitedSet } from "../../../../src/simulation/explore/visited-set.js";
import type { Rules } from "../support/play.js";
import { movesFrom, withoutDead } from "./moves.js";
import { type Bounds, clockOf, type State, shard } from "./state.js";
import { keyOf } from "./state-key.js";

/** What a search found. */
export interface Found {
  readonly states: number;
  readonly depth: number;
  /** Whether every state within the bounds was seen. */
  readonly closed: boolean;
  /** What broke, and the shortest way there. */
  readonly broken: { readonly sentence: string; readonly path: readonly string[] } | null;
}

const nothing: Bounds = {
  ticks: 0,
  beats: 0,
  leads: 0,
  crashes: 0,
  drains: 0,
  stalls: 0,
  duplicates: 0,
  sleeps: 0,
};

interface Step {
  readonly state: State;
  readonly text: string;
  readonly before: Step | null;
}

/**
 * Looks at every state that some order of beats, deliveries, half leases, changes of lead, stalls, sleeps and crashes leads to, the nearest first: two nodes,
 * two workers, one shard, over the production steps.
 * @param limits how often what may happen; 0 where it is left out
 * @param most the search stops after so many states
 */
export function explore(start: State, rules: Rules, limits: Partial<Bounds>, most: number): Found {
  const bounds = { ...nothing, ...limits };
  const visited = new VisitedSet();
  let frontier: Step[] = [{ state: judged(start).state, text: "", before: null }];
  for (let depth = 0; ; depth++) {
    if (frontier.length === 0) return result(depth - 1, true);
    const next: Step[] = [];
    for (const step of frontier)
      for (const move of movesFrom(step.state, bounds, rules)) {
        const { state, broken } = judged(withoutDead(move.take()));
        const reached: Step = { state, text: move.text, before: step };
        if (broken !== null)
          return { ...result(depth + 1, false), broken: { sentence: broken, path: pathTo(reached) } };
        const [high, low] = keyOf(state);
        if (!visited.add(high, low)) continue;
        next.push(reached);
        if (visited.size >= most) return result(depth + 1, false);
      }
    frontier = next;
  }

  function result(depth: number, closed: boolean): Found {
    return { states: visited.size, depth, closed, broken: null };
  }
}

function pathTo(step: Step): string[] {
  const path: string[] = [];
  for (let at: Step | null = step; at?.before; at = at.before) path.unshift(at.text);
  return path;
}

/** Whether two lives hold the shard (WS1), or a token falls (WS2). Written apart from what it judges. */
function judged(state: State): { readonly state: State; readonly broken: string | null } {
  const holders: string[] = [];
  let { owner } = state;
  for (const life of state.lives) {
    const { worker, asleep } = life;
    const holding = worker.holdings.get(shard);
    if (holding === undefined || asleep || holding.untilMs <= clockOf(state, life)) continue;
    const { assigned, released, body, bodyToken } = holding;
    if (body === "none" && (!assigned || released)) continue;
    const { boot } = worker.settings;
    holders.push(boot);
    if (body !== "running" || (owner?.boot === boot && owner.token === bodyToken)) continue;
    if (owner !== null && (bodyToken < owner.token || (bodyToken === owner.token && boot !== owner.boot)))
      return { state, broken: `WS2: ${boot} has token ${bodyToken} after ${owner.boot} had ${owner.token}` };
    owner = { boot, token: bodyToken };
  }
  if (holders.length > 1) return { state, broken: `WS1: ${holders.join(" and ")} hold the shard` };
  return { state: owner === state.owner ? state : { ...state, owner }, broken: null };
}
