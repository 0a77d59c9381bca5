import { memberOf } from "../../protocol/index.js";
import { idOf, latestStart, type MessageInFlight, type Process, type World } from "./state.js";
import { type Moved, type Rules, Transition } from "./transition.js";

/** What comes of it that two processes have to link before one reads what the other says. */
export interface Linked extends Moved {
  /** True where one refused the other, and so nothing is read. */
  readonly refused: boolean;
}

/** A world in which nobody has to link. */
export function unlinked(world: World): Linked {
  return { world, violations: [], refused: false };
}

/**
 * Links the sender of a message with its receiver, unless they are: both say who they are, and a process that a member refuses ends and
 * never starts again (rule 29). Without a link nobody reads the message: null where that is all. A sender that has died since must have
 * linked with this very start of the receiver before.
 */
export function link(world: World, flight: MessageInFlight, rules: Rules): Linked | null {
  const { from, to, start, linkedWith } = flight;
  const present = latestStart(world, to);
  const isRunning = world.processes[from] !== null && start === latestStart(world, from);
  if (!isRunning && linkedWith !== present) return null;
  const first = introduce(world, from, to, start, rules);
  if (first === null || first.refused) return isRunning ? first : null;
  if (!isRunning) return first;
  const second = introduce(first.world, to, from, present, rules);
  return second && { ...second, violations: [...first.violations, ...second.violations] };
}

/** A process tells another which start of it this is, unless both have met. Null: it is refused, and does not heed that. */
function introduce(world: World, who: number, to: number, start: number, rules: Rules): Linked | null {
  if ((world.processes[to] as Process).met[who] === start) return unlinked(world);
  const transition = new Transition(world, to, rules);
  if (transition.meet(who, start))
    return { world: transition.world, violations: transition.violations, refused: false };
  const refused = world.processes[who] ?? null;
  if (refused === null || memberOf(refused.node.record.configuration, idOf(to)) === undefined) return null;
  const end = new Transition(world, who, rules);
  end.endAsCopy();
  return { world: end.world, violations: end.violations, refused: true };
}
