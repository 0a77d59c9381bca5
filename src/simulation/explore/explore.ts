import { RaftbeatError } from "../../errors.js";
import type { ProtocolModes } from "../../protocol/index.js";
import type { Violation } from "../../protocol/invariants/invariants.js";
import { keyFinder } from "./canonical-state.js";
import { type Move, movesFrom, take } from "./moves.js";
import { type Start, startOf } from "./start.js";
import { exploredSettings, mostNodes, type World } from "./state.js";
import { pathText } from "./text.js";
import type { Moved, Rules } from "./transition.js";
import { VisitedSet } from "./visited-set.js";

/** What an exhaustive search keeps to. Within these bounds it leaves nothing out. */
export interface ExploreBounds {
  /** Voters, 1 to 5. */
  readonly nodes: number;
  /** No node goes beyond this term. */
  readonly terms: number;
  /** The longest path of moves from the start. */
  readonly depth: number;
  readonly crashes: number;
  /** Deliveries that leave a copy under way. Loss needs no bound: a message may stay under way for ever. */
  readonly duplicates: number;
  readonly transfers: number;
  readonly reconfigurations: number;
  /** How often an outsider, who is no member and proves nothing, may say something with a configuration of its own making. */
  readonly forgeries: number;
  /** How often a disk may be put back to what it was before its last start, where every other node knows of that start. */
  readonly copies: number;
  /** Messages in flight on one link; where one more is sent, the stalest is lost. */
  readonly inFlight: number;
  /** The search stops after so many different states. */
  readonly states: number;
}

/** How a search is made. */
export interface ExploreOptions extends ExploreBounds {
  readonly from: Start;
  /** `instant`: writes are done within the move that orders them, which leaves out what might happen meanwhile. */
  readonly disks: "slow" | "instant";
  readonly modes: Partial<ProtocolModes>;
  /** False: states that differ only in the names of nodes count as different. */
  readonly symmetry: boolean;
  /** Is told now and then how far the search has come. */
  readonly onProgress?: ((states: number, depth: number) => void) | undefined;
}

/** What a search found. */
export interface Exploration {
  /** Different states, the start included. */
  readonly states: number;
  /** Moves taken that changed something. */
  readonly transitions: number;
  /** The length of the longest path looked at. */
  readonly depth: number;
  /** True iff all states within the bounds were seen. */
  readonly exhausted: boolean;
  /** True iff no bound on depth cut anything off either: no state is further from the start. */
  readonly closed: boolean;
  /** The first broken invariants, after the shortest path that leads to any. */
  readonly violation: FoundViolation | null;
}

/** A broken invariant and how it comes about. */
export interface FoundViolation {
  readonly invariants: readonly string[];
  readonly sentences: readonly string[];
  /** One line a move. */
  readonly path: readonly string[];
}

/** What finishes within half a minute. */
export const defaultExploreOptions: ExploreOptions = {
  nodes: 3,
  terms: 2,
  depth: 10,
  crashes: 1,
  duplicates: 0,
  transfers: 0,
  reconfigurations: 0,
  forgeries: 0,
  copies: 0,
  inFlight: 2,
  states: 1_000_000,
  from: "led",
  disks: "slow",
  modes: {},
  symmetry: true,
};

/**
 * Looks at every state that some order of deliveries, timers, ticks of the clock, disk writes, crashes and restarts leads to, nearest
 * first, so that the path to what breaks an invariant is as short as can be. The nodes are the production `step`.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const { states, violation } = explore({ ...defaultExploreOptions, depth: 6 });
 */
export function explore(options: ExploreOptions): Exploration {
  if (options.nodes < 1 || options.nodes > mostNodes)
    throw new RaftbeatError("invalidSettings", `nodes: ${options.nodes} must be from 1 to ${mostNodes}`);
  const { inFlight, disks, modes } = options;
  const hasCopies = options.copies > 0;
  return new Search(options, { settings: exploredSettings(modes), inFlight, disks, hasCopies }).run();
}

class Search {
  private readonly options: ExploreOptions;
  private readonly rules: Rules;
  private readonly visited = new VisitedSet();
  /** By state: the state before it, and which of that one's moves led here. */
  private readonly parents: number[] = [];
  private readonly ordinals: number[] = [];
  private transitions = 0;

  constructor(options: ExploreOptions, rules: Rules) {
    this.options = options;
    this.rules = rules;
  }

  run(): Exploration {
    const { options } = this;
    const start = startOf(options.nodes, options.from, this.rules);
    const keyOf = keyFinder(options.nodes, options.symmetry, options);
    const first = keyOf(start);
    this.visited.add(first.high, first.low);
    this.parents.push(-1);
    this.ordinals.push(-1);
    let frontier: World[] = [start];
    let firstOfFrontier = 0;
    for (let depth = 0; ; depth++) {
      if (frontier.length === 0) return this.result(depth - 1, true, true, null);
      if (depth === options.depth) return this.result(depth, true, false, null);
      const next: World[] = [];
      const firstOfNext = this.parents.length;
      for (let index = 0; index < frontier.length; index++) {
        const world = frontier[index] as World;
        const moves = movesFrom(world, options);
        for (const [ordinal, move] of moves.entries()) {
          const moved = take(world, move, this.rules);
          if (moved === null) continue;
          this.transitions++;
          if (moved.violations.length > 0) {
            const violation = this.found(start, firstOfFrontier + index, move, moved.violations);
            return this.result(depth + 1, false, false, violation);
          }
          if (isBeyond(moved, move, options.terms)) continue;
          const key = keyOf(moved.world);
          if (!this.visited.add(key.high, key.low)) continue;
          this.parents.push(firstOfFrontier + index);
          this.ordinals.push(ordinal);
          next.push(moved.world);
          if (this.parents.length >= options.states) return this.result(depth + 1, false, false, null);
        }
        if (index % 1024 === 0) options.onProgress?.(this.parents.length, depth);
      }
      frontier = next;
      firstOfFrontier = firstOfNext;
    }
  }

  private result(
    depth: number,
    exhausted: boolean,
    closed: boolean,
    violation: FoundViolation | null,
  ): Exploration {
    return {
      states: this.parents.length,
      transitions: this.transitions,
      depth,
      exhausted,
      closed,
      violation,
    };
  }

  /** Walks to the state again from the start, to tell the way. */
  private found(start: World, state: number, last: Move, violations: readonly Violation[]): FoundViolation {
    const ordinals: number[] = [];
    for (let at = state; at > 0; at = this.parents[at] as number) ordinals.push(this.ordinals[at] as number);
    const worlds = [start];
    const moves: Move[] = [];
    let world = start;
    for (const ordinal of [...ordinals.reverse(), null]) {
      const move = ordinal === null ? last : (movesFrom(world, this.options)[ordinal] as Move);
      const moved = take(world, move, this.rules) as Moved;
      moves.push(move);
      world = moved.world;
      worlds.push(world);
    }
    return {
      invariants: [...new Set(violations.map(({ invariant }) => invariant))],
      sentences: violations.map(({ sentence, term }) => `${sentence} (term ${term})`),
      path: pathText(worlds, moves),
    };
  }
}

/** True where the move led somebody beyond the highest term that is looked at. */
function isBeyond({ world }: Moved, move: Move, terms: number): boolean {
  return (
    move.kind !== "tick" &&
    world.processes.some((process) => process !== null && process.node.record.term > terms)
  );
}
