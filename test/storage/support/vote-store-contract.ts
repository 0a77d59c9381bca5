import { test } from "vitest";
import {
  type VoteStoreHarness,
  voteStoreContract,
} from "../../../src/testing/contracts/vote-store-contract.js";

/** Runs the contract of vote stores on one kind of store, each case on a harness of its own. */
export function keepsVoteStoreContract(create: () => Promise<VoteStoreHarness>): void {
  for (const { name, run } of voteStoreContract) test(name, async () => run(await create()));
}
