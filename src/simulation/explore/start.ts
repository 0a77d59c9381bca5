import { movesFrom, take } from "./moves.js";
import { emptyWorld, nothingSpent, type World } from "./state.js";
import { introduceAll, type Rules } from "./transition.js";

/**
 * What a search begins from. `fresh`: all have just started for the first time. `led`: the first node leads term 1 with a lease, and all
 * follow it. `torn`: its lease rests on the others without the last, which has heard nobody for so long that it will campaign.
 */
export type Start = "fresh" | "led" | "torn";

/** Moves after which a planted bug must have kept the first node from leading. */
const patience = 1000;

/** The state a search begins from, after a path of moves that no bound counts. */
export function startOf(nodes: number, from: Start, rules: Rules): World {
  let world = emptyWorld(nodes, rules.settings);
  for (let index = 0; index < nodes; index++)
    world = take(world, { kind: "restart", index }, rules)?.world ?? world;
  if (rules.hasCopies) world = introduceAll(world, rules);
  if (from === "fresh") return world;
  const last = nodes - 1;
  const isHeard = (index: number) => from === "led" || index !== last;
  world = calmly(
    world,
    rules,
    () => true,
    (now) => now.processes[0]?.node.announcedTerm === 1,
  );
  if (from === "led") return world;
  const cutAtMs = world.processes[last]?.node.contactAtMs ?? 0;
  const overAtMs = cutAtMs + rules.settings.electionTimeout.minMs;
  return calmly(
    world,
    rules,
    isHeard,
    (now) => now.nowMs >= overAtMs && (now.processes[0]?.node.timerAtMs ?? 0) > now.nowMs,
  );
}

/** Lets all happen at once that can, and then time pass, but for the timers of all but the first, until nothing is left and `done` holds. */
function calmly(
  start: World,
  rules: Rules,
  isHeard: (index: number) => boolean,
  done: (world: World) => boolean,
): World {
  let world = start;
  for (let count = 0; count < patience; count++) {
    const inFlight = world.inFlight.filter(({ from, to }) => isHeard(from) && isHeard(to));
    world = { ...world, inFlight };
    const move = movesFrom(world, nothingSpent).find(
      (one) => one.kind === "deliver" || one.kind === "write" || (one.kind === "timer" && one.index === 0),
    );
    if (move === undefined && done(world)) return world;
    const moved = take(world, move ?? { kind: "tick" }, rules);
    // A message that changes nothing is gone as well.
    if (moved !== null) world = moved.world;
    else if (move?.kind === "deliver") world = { ...world, inFlight: inFlight.toSpliced(move.flight, 1) };
  }
  return world;
}
