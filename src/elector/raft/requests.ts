import { RaftbeatError } from "../../errors.js";
import type { Driver } from "../../runtime/driver.js";
import type { Elector, LeaderInfo } from "../api.js";
import type { Events } from "../observers/events.js";
import type { Waits } from "../observers/waits.js";
import { electorDefaults } from "../options/options.js";
import type { Handover } from "./handover.js";
import { leaderOf } from "./leader-known.js";
import { changeMembership, type MembershipDeps } from "./membership-change.js";

/** What a service asks of its node and waits for. */
export type Requests = Pick<Elector, "waitForLeader" | "verify" | "transfer" | "resign" | "reconfigure">;

/** What answering requests needs of its elector. */
export interface RequestsDeps extends MembershipDeps {
  readonly waits: Waits;
  readonly events: Events;
  readonly handover: Handover;
}

/** Makes the requests of one elector; each settles by its answer, its signal or the end of the elector. */
export function createRequests(deps: RequestsDeps): Requests {
  const { driver, waits, events, handover } = deps;
  return {
    waitForLeader: ({ signal } = {}) =>
      waits.wait<LeaderInfo>(signal, (resolve) => {
        const known = leaderOf(driver.node);
        if (known !== null) resolve(known);
        return events.subscribe((event) => {
          if (event.kind === "leader" && event.leader !== null) resolve(event.leader);
        });
      }),
    verify: ({ signal } = {}) =>
      waits.wait<void>(signal, (resolve, reject) => {
        driver.verify((leads) => {
          if (leads && driver.isLeader()) resolve();
          else reject(notLeader(driver));
        });
        return undefined;
      }),
    transfer: ({ to, signal }) =>
      waits.wait<void>(signal, (resolve, reject) => handover.transfer(to, resolve, reject)),
    resign: ({ signal } = {}) =>
      waits.wait<void>(signal, (resolve, reject) => handover.transfer(null, resolve, reject)),
    reconfigure: (change, { signal, timeoutMs = electorDefaults.reconfigureTimeoutMs } = {}) =>
      waits.wait<void>(signal, (resolve, reject) =>
        changeMembership(change, timeoutMs, deps, (error) => (error === null ? resolve() : reject(error))),
      ),
  };
}

function notLeader({ node }: Driver): RaftbeatError {
  return new RaftbeatError("notLeader", `${node.id} does not lead`);
}
