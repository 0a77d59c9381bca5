import { describe, expect, it } from "vitest";
import type { Elector } from "../../src/elector/api.js";
import { Electors } from "./support/electors.js";

const d = { id: "d", address: "ws://d:7400" };
const noBody = () => {};

/** A call with something that nobody can mean, and what the error says. */
const calls: [string, (elector: Elector) => unknown, RegExp][] = [
  [
    "reconfigure with a key of its own",
    (elector) => elector.reconfigure({ add: { ...d, observer: true } } as never),
    /^add\.observer \(true\) is no option: the change must be an object with id, address, voter \(false for an observer\)/,
  ],
  [
    "reconfigure to nothing",
    (elector) => elector.reconfigure({} as never),
    /^the change .* one of add, remove, address$/,
  ],
  [
    "reconfigure to null",
    (elector) => elector.reconfigure(null as never),
    /^the change \(null\) must be an object/,
  ],
  [
    "two changes at once",
    (elector) => elector.reconfigure({ add: d, remove: "c" } as never),
    /^the change \(an object\) must be an object with one of add, remove, address$/,
  ],
  [
    "a change with another key",
    (elector) => elector.reconfigure({ remove: "c", force: true } as never),
    /^force \(true\) is no option: the change must be an object with remove$/,
  ],
  [
    "an address without an id",
    (elector) => elector.reconfigure({ address: { address: "ws://d:1" } } as never),
    /^address\.id is missing/,
  ],
  [
    "an address of no kind",
    (elector) => elector.reconfigure({ address: { id: "d", address: "d:1" } }),
    /^address\.address \(d:1\) must be ws/,
  ],
  [
    "a voter that is maybe one",
    (elector) => elector.reconfigure({ add: { ...d, voter: "no" } } as never),
    /^add\.voter \(no\) must be true or false$/,
  ],
  [
    "a removal of no id",
    (elector) => elector.reconfigure({ remove: "constructor" }),
    /^remove \(constructor\) must be/,
  ],
  [
    "reconfigure's options",
    (elector) => elector.reconfigure({ remove: "c" }, { timeout: 5 } as never),
    /^timeout \(5\) is no option: reconfigure's options/,
  ],
  [
    "stop's options",
    (elector) => elector.stop({ handOver: true } as never),
    /^handOver \(true\) is no option: stop's options must be an object with handover; did you mean handover\?$/,
  ],
  [
    "a handover that is maybe one",
    (elector) => elector.stop({ handover: 1 } as never),
    /^handover \(1\) must be true or false$/,
  ],
  [
    "transfer to nobody",
    (elector) => elector.transfer({} as never),
    /^to is missing: transfer's options must be/,
  ],
  [
    "transfer without options",
    (elector) => elector.transfer(undefined as never),
    /^transfer's options \(undefined\) must be/,
  ],
  [
    "transfer's options",
    (elector) => elector.transfer({ to: "b", after: 1 } as never),
    /^after \(1\) is no option/,
  ],
  [
    "resign's options",
    (elector) => elector.resign({ to: "b" } as never),
    /^to \(b\) is no option: resign's options/,
  ],
  [
    "a signal that is none",
    (elector) => elector.verify({ signal: 5 } as never),
    /^signal \(5\) must be an AbortSignal$/,
  ],
  [
    "a controller in place of its signal",
    (elector) => elector.waitForLeader({ signal: new AbortController() } as never),
    /^signal \(an object\) must be an AbortSignal$/,
  ],
  [
    "a bare signal",
    (elector) => elector.waitForLeader(AbortSignal.timeout(1) as never),
    /is no option: waitForLeader's options/,
  ],
  [
    "watch's options",
    (elector) => elector.watch({ sigal: AbortSignal.timeout(1) } as never),
    /^sigal \(an object\) is no option: watch's options/,
  ],
  [
    "whileLeader's options",
    (elector) => elector.whileLeader(noBody, { drainTimeoutMs: 1 } as never),
    /^drainTimeoutMs \(1\) is no option: whileLeader's options/,
  ],
  [
    "a body that is none",
    (elector) => elector.whileLeader(5 as never),
    /^the body of whileLeader \(5\) must be a function$/,
  ],
  [
    "a listener that is none",
    (elector) => elector.subscribe({} as never),
    /^the listener of subscribe \(an object\) must be a function$/,
  ],
];

describe("a call with what nobody can mean is refused before it does anything", () => {
  it.each(calls)("%s", async (_what, call, message) => {
    const world = await Electors.of(["a", "b", "c"]);
    const { elector } = await world.leader();
    const before = elector.status();
    await expect((async () => call(elector))()).rejects.toMatchObject({
      code: "invalidSettings",
      message: expect.stringMatching(message),
    });
    await world.advance(1000);
    expect(elector.status()).toMatchObject({
      isLeader: true,
      term: before.term,
      configurationId: before.configurationId,
    });
  });

  it("what is left out may be given as undefined", async () => {
    const world = await Electors.of(["a"]);
    const { elector } = await world.leader();
    const options = { signal: undefined } as never;
    elector.watch(options);
    await world.settled(elector.waitForLeader(options));
    await world.settled(elector.stop({ handover: undefined } as never));
  });
});
