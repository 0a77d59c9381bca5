import { textOf } from "../../printable.js";
import type { Schedule } from "../../runtime/ports.js";
import type { HealthOptions } from "../api.js";
import type { Eligibility } from "./eligibility.js";

/** What watching the health of a service needs of its elector. */
export interface HealthDeps {
  readonly eligibility: Eligibility;
  readonly schedule: Schedule;
  /** The service is unhealthy: the node must give up its leadership, if it has one. */
  onUnhealthy(why: string): void;
}

/** How the health of a service is watched; nothing is left to a default. */
export type ResolvedHealth = { readonly [Key in keyof HealthOptions]-?: NonNullable<HealthOptions[Key]> };

/**
 * Asks again and again whether the service is well; returns what ends it. Until the first yes the node does not campaign; after
 * a no, a throw or no answer in time it resigns, and campaigns no sooner than a cool-down after the next yes.
 */
export function watchHealth(health: ResolvedHealth, deps: HealthDeps): () => void {
  const { eligibility, schedule } = deps;
  const { intervalMs, timeoutMs } = health;
  let ended = false;
  let wasUnwell = false;
  let cancel = (): void => {};
  let abort = (): void => {};

  function ask(): void {
    const controller = new AbortController();
    let answered = false;
    const answer = (problem: string | null): void => {
      if (answered || ended) return;
      answered = true;
      cancel();
      controller.abort();
      judge(problem);
      cancel = schedule(intervalMs, ask);
    };
    abort = () => controller.abort();
    cancel = schedule(timeoutMs, () => answer(`no answer within ${timeoutMs} ms`));
    Promise.resolve()
      .then(() => health.check({ signal: controller.signal }))
      .then(
        (well: unknown) => answer(well === true ? null : `the check said ${textOf(well)}`),
        (error: unknown) => answer(textOf(error)),
      );
  }

  function judge(problem: string | null): void {
    if (problem === null) {
      if (wasUnwell) eligibility.coolDown();
      wasUnwell = false;
      eligibility.allow("unhealthy");
      return;
    }
    wasUnwell = true;
    eligibility.forbid("unhealthy");
    deps.onUnhealthy(problem);
  }

  eligibility.forbid("unhealthy");
  ask();
  return () => {
    ended = true;
    cancel();
    abort();
  };
}
