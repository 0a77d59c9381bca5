import { RaftbeatError } from "../errors.js";
import type { ProtocolModes, Settings, Violation } from "../protocol/index.js";
import { keyFinder } from "./canonical-state.js";
import { type Move, type Moved, movesFrom, take } from "./explore-moves.js";
import { emptyWorld, exploredSettings, type Spent, type World } from "./explore-state.js";
import { courseText } from "./explore-text.js";
import { VisitedSet } from "./visited-set.js";

/** What an exhaustive search keeps to. Within these bounds it leaves nothing out. */
export interface ExploreBounds {
  /** Voters, 1 to 5. */
  readonly nodes: number;
  /** No node goes beyond this term. */
  readonly terms: number;
  /** The longest course of moves from the start. */
  readonly depth: number;
  readonly crashes: number;
  /** Deliveries that leave a copy under way. Loss needs no bound: a letter may stay under way for ever. */
  readonly duplicates: number;
  readonly transfers: number;
  readonly reconfigurations: number;
  /** Letters under way on one link; where one more is sent, the stalest is lost. */
  readonly letters: number;
  /** The search stops after so many different states. */
  readonly states: number;
}

/** How a search is made. */
export interface ExploreOptions extends ExploreBounds {
  /** `fresh`: nobody has started yet. `led`: the first node leads term 1 with a lease and all follow it. */
  readonly from: "fresh" | "led";
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
  /** The length of the longest course looked at. */
  readonly depth: number;
  /** True iff all states within the bounds were seen. */
  readonly exhausted: boolean;
  /** True iff no bound on depth cut anything off either: no state is further from the start. */
  readonly closed: boolean;
  /** The first broken promises, after the shortest course that leads to any. */
  readonly violation: FoundViolation | null;
}

/** A broken promise and how it comes about. */
export interface FoundViolation {
  readonly promises: readonly string[];
  readonly sentences: readonly string[];
  /** One line a move. */
  readonly course: readonly string[];
}

/** What finishes in half a minute and goes deep enough to end leases and elect anew. */
export const defaultExploreOptions: ExploreOptions = {
  nodes: 3,
  terms: 2,
  depth: 12,
  crashes: 1,
  duplicates: 0,
  transfers: 0,
  reconfigurations: 0,
  letters: 2,
  states: 1_000_000,
  from: "led",
  modes: {},
  symmetry: true,
};

/** More nodes than this have too many names to tell states apart by. */
const mostNodes = 5;

/**
 * Looks at every state that some order of deliveries, timers, ticks of the clock, disk writes, crashes and restarts leads to, nearest
 * first, so that the course to what breaks a promise is as short as can be. The nodes are the production `step`.
 * Errors: `invalidSettings`.
 */
export function explore(options: ExploreOptions): Exploration {
  if (options.nodes < 1 || options.nodes > mostNodes)
    throw new RaftbeatError("invalidSettings", `nodes: ${options.nodes} must be from 1 to ${mostNodes}`);
  const settings = exploredSettings(options.modes);
  const search = new Search(options, settings);
  return search.run();
}

class Search {
  private readonly options: ExploreOptions;
  private readonly settings: Settings;
  private readonly visited = new VisitedSet();
  /** By state: the state before it, and which of that one's moves led here. */
  private readonly parents: number[] = [];
  private readonly ordinals: number[] = [];
  private transitions = 0;

  constructor(options: ExploreOptions, settings: Settings) {
    this.options = options;
    this.settings = settings;
  }

  run(): Exploration {
    const { options } = this;
    const start = startOf(options, this.settings);
    const keyOf = keyFinder(options.nodes, options.symmetry);
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
          const moved = take(world, move, this.settings, options.letters);
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
      const moved = take(world, move, this.settings, this.options.letters) as Moved;
      moves.push(move);
      world = moved.world;
      worlds.push(world);
    }
    return {
      promises: [...new Set(violations.map(({ invariant }) => invariant))],
      sentences: violations.map(({ sentence, term }) => `${sentence} (term ${term})`),
      course: courseText(worlds, moves),
    };
  }
}

/** True where the move led somebody beyond the highest term that is looked at. */
function isBeyond({ world }: Moved, move: Move, terms: number): boolean {
  return move.kind !== "tick" && world.lives.some((life) => life !== null && life.node.record.term > terms);
}

/** The state a search begins from, and (`led`) a course of moves to it that no bound counts. */
function startOf({ nodes, from, letters }: ExploreOptions, settings: Settings): World {
  const unbounded: Spent = { crashes: 0, duplicates: 0, transfers: 0, reconfigurations: 0 };
  let world = emptyWorld(nodes, settings);
  const go = (move: Move) => {
    const moved = take(world, move, settings, letters);
    // A letter that changes nothing is gone as well.
    if (moved !== null) world = moved.world;
    else if (move.kind === "deliver") world = { ...world, letters: world.letters.toSpliced(move.letter, 1) };
  };
  for (let place = 0; place < nodes; place++) go({ kind: "restart", place });
  if (from === "fresh") return world;
  for (let patience = 0; patience < 1000; patience++) {
    const isBusy = world.letters.length > 0 || world.lives.some((life) => (life?.writes.length ?? 0) > 0);
    const leader = world.lives[0]?.node;
    if (!isBusy && leader?.announcedTerm === 1 && world.nowMs < leader.contactAtMs + settings.voteHoldMs)
      break;
    if (!isBusy && leader?.announcedTerm === 1) break;
    // Nobody but the first node sees its timer fire.
    const due = (leader?.timerAtMs ?? 0) <= world.nowMs;
    const move = movesFrom(world, unbounded).find(
      ({ kind, ...rest }) =>
        kind === "deliver" ||
        kind === "write" ||
        (kind === "timer" && due && "place" in rest && rest.place === 0),
    );
    go(move ?? { kind: "tick" });
  }
  return world;
}
