import { describe, expect, it } from "vitest";
import { exitDespiteDisk } from "../../../src/cli/node/exit-despite-disk.js";
import type { VoteStore } from "../../../src/runtime/ports.js";
import { aRecord } from "../../storage/support/stores.js";

describe("a process whose disk hangs", () => {
  const answers: VoteStore = {
    open: (callback) => callback(null, null),
    write: (_record, callback) => callback(null),
    close: (callback) => callback(),
  };
  it.each([
    ["nothing", {}, false],
    ["opening", { open: () => {} }, true],
    ["a write", { write: () => {} }, true],
    ["closing", { close: () => {} }, true],
  ])("that waits at exit for %s ends by a signal: %4$s", (_what, hanging, expected) => {
    let exit = (): void => {};
    let ended = false;
    const store = exitDespiteDisk(
      { ...answers, ...hanging },
      (listener) => {
        exit = listener;
      },
      () => {
        ended = true;
      },
    );
    store.open(() => {});
    store.write(aRecord(1), () => {});
    store.close(() => {});
    exit();
    expect(ended).toBe(expected);
  });
});
