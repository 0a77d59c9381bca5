import { memberOf } from "../../protocol/index.js";
import { Course, type Moved, type Rules } from "./path.js";
import { idOf, type Letter, type Life, latestStart, type World } from "./state.js";

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
 * Links the sender of a letter with its receiver, unless they are: both say who they are, and a process that a member refuses ends and
 * never starts again (rule 29). Without a link nobody reads the letter: null where that is all. A sender that has died since must have
 * linked with this very start of the receiver before.
 */
export function link(world: World, letter: Letter, rules: Rules): Linked | null {
  const { from, to, start, linkedWith } = letter;
  const present = latestStart(world, to);
  const isRunning = world.lives[from] !== null && start === latestStart(world, from);
  if (!isRunning && linkedWith !== present) return null;
  const first = introduce(world, from, to, start, rules);
  if (first === null || first.refused) return isRunning ? first : null;
  if (!isRunning) return first;
  const second = introduce(first.world, to, from, present, rules);
  return second && { ...second, violations: [...first.violations, ...second.violations] };
}

/** A process tells another which start of it this is, unless both have met. Null: it is refused, and does not heed that. */
function introduce(world: World, who: number, to: number, start: number, rules: Rules): Linked | null {
  if ((world.lives[to] as Life).met[who] === start) return unlinked(world);
  const course = new Course(world, to, rules);
  if (course.meet(who, start)) return { world: course.world, violations: course.violations, refused: false };
  const refused = world.lives[who] ?? null;
  if (refused === null || memberOf(refused.node.record.configuration, idOf(to)) === undefined) return null;
  const end = new Course(world, who, rules);
  end.endAsCopy();
  return { world: end.world, violations: end.violations, refused: true };
}
