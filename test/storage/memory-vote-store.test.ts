import { describe, expect, test } from "vitest";
import { RaftbeatError } from "../../src/errors.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import { keepsVoteStoreContract } from "./support/vote-store-contract.js";

describe("the memory vote store", () => {
  keepsVoteStoreContract(async () => {
    const store = memoryVoteStore({ unsafeForgetsVotes: true });
    return { store, restarted: () => store };
  });

  test.each([undefined, null, {}, { unsafeForgetsVotes: false }, { unsafeForgetsVotes: 1 }])(
    "is not made of %j: who uses it says that it forgets",
    (options) => {
      const make = memoryVoteStore as (given: unknown) => unknown;
      expect(() => make(options)).toThrowError(RaftbeatError);
      expect(() => make(options)).toThrowError(/unsafeForgetsVotes: true.*fileVoteStore/);
    },
  );
});
