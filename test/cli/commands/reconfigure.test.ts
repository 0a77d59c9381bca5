import { describe, expect, it } from "vitest";
import { changeOf } from "../../../src/cli/commands/reconfigure.js";

describe("raftbeat reconfigure", () => {
  it("takes one change", () => {
    const [id, address] = ["d", "ws://d:7400"];
    const named = `${id}=${address}`;
    expect(changeOf({ add: named }, false)).toEqual({ add: { id, address, voter: true } });
    expect(changeOf({ add: named }, true)).toEqual({ add: { id, address, voter: false } });
    expect(changeOf({ address: named }, false)).toEqual({ address: { id, address } });
    expect(changeOf({ remove: id }, false)).toEqual({ remove: id });
  });

  it.each([
    [{}, false, /one change at a time: give one of --add id=address, --remove id and --address id=address$/],
    [{ remove: "c", address: "d=ws://d:1" }, false, /one change at a time/],
    [{ address: "d=ws://d:1" }, true, /^--observer goes with --add, not with --address$/],
    [{ remove: "c" }, true, /^--observer goes with --add, not with --remove$/],
    [{ address: "d" }, false, /^--address "d" must be pairs of id=address/],
    [{ address: "d=d:1" }, false, /^--address.d "d:1" must be ws:/],
    [{ address: "d=ws://d:1,e=ws://e:1" }, false, /^--address .* must name one member/],
    [{ add: "constructor=ws://d:1" }, false, /^--add.constructor "constructor" must have ids as keys/],
  ] as const)("refuses %j", (asked, observer, sentence) => {
    expect(() => changeOf(asked, observer)).toThrow(sentence);
  });
});
