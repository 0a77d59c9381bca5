import { afterEach, describe, it } from "vitest";
import { transportContract } from "../../../src/testing/contracts/transport-contract.js";
import type { TransportHarness } from "../../../src/testing/contracts/transport-network.js";
import { stopAll } from "./nodes.js";

/** Runs the contract of transports on one kind of transport, each case on a harness of its own. */
export function keepsTransportContract(name: string, create: () => TransportHarness): void {
  describe(`${name} as a transport`, () => {
    afterEach(stopAll);
    for (const { name: claim, run } of transportContract) it(claim, () => run(create()));
  });
}
