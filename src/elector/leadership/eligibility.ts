import type { Schedule } from "../../runtime/ports.js";

/** Why a node must not campaign at present. */
export type Obstacle = "draining" | "unhealthy" | "coolingDown" | "noRun" | "stopping";

/** Whether a node may campaign: only while no obstacle stands against it. */
export interface Eligibility {
  /** What stands against it, the oldest first. */
  obstacles(): readonly Obstacle[];
  forbid(why: Obstacle): void;
  allow(why: Obstacle): void;
  /** Forbids it from now on for as long as a cool-down lasts. */
  coolDown(): void;
  /** Cancels its timer. */
  end(): void;
}

/**
 * Makes the eligibility of one node, which may campaign at first.
 * @param tell is called when the first obstacle appears and when the last one goes
 */
export function createEligibility(
  deps: { readonly schedule: Schedule; readonly coolDownMs: number },
  tell: (allowed: boolean) => void,
): Eligibility {
  const obstacles = new Set<Obstacle>();
  let cancelCoolDown = (): void => {};

  function forbid(why: Obstacle): void {
    if (obstacles.size === 0) {
      obstacles.add(why);
      tell(false);
    } else obstacles.add(why);
  }

  function allow(why: Obstacle): void {
    if (obstacles.delete(why) && obstacles.size === 0) tell(true);
  }

  return {
    obstacles: () => [...obstacles],
    forbid,
    allow,
    coolDown() {
      cancelCoolDown();
      forbid("coolingDown");
      cancelCoolDown = deps.schedule(deps.coolDownMs, () => allow("coolingDown"));
    },
    end: () => cancelCoolDown(),
  };
}
