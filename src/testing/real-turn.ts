import { RaftbeatError } from "../errors.js";
import { afterRealMs, systemClock, systemTime } from "../runtime/system-ports.js";

/** How long a turn of the event loop may take in real time. Only one that never comes takes so long. */
const patienceMs = 2_000;

const clock = systemClock();

/** Resolves once every promise that can settle has: a turn of the event loop later. */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => clock.afterPoll(resolve));
}

/** The function that was last seen to give a turn: looking costs a timer, so the same one is not looked at again. */
let trusted: unknown;

/**
 * Looks whether turns of the event loop come.
 * @throws RaftbeatError `invalidSettings` after two real seconds, where a test has replaced what gives them
 */
export async function needRealTurns(): Promise<void> {
  const name = systemTime.afterPoll;
  const given: unknown = globalThis[name];
  if (given === trusted) return;
  await new Promise<void>((resolve, reject) => {
    promisesSettled().then(resolve);
    afterRealMs(patienceMs, () =>
      reject(
        new RaftbeatError(
          "invalidSettings",
          `${name} does nothing, so no promise of the simulated services can be waited for. A test has replaced it (vi.useFakeTimers, jest.useFakeTimers, sinon.useFakeTimers, mock.timers of node:test): leave it real, as vi.useRealTimers() or vi.useFakeTimers({ toFake: ["Date"] }) do; the cluster has a time of its own`,
        ),
      ),
    );
  });
  trusted = given;
}
