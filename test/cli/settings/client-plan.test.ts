import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addClientOptions, planClient } from "../../../src/cli/settings/client-plan.js";

function planned(...args: readonly string[]) {
  const command = addClientOptions(new Command());
  command.parse(args, { from: "user" });
  return planClient(command.opts(), {}, []);
}

describe("the settings of a command that talks to nodes", () => {
  it("take every address, behind one flag or several", () => {
    const urls = ["http://a:1", "http://b:2", "http://c:3"];
    expect(planned("--url", "http://a:1/,http://b:2", "--url", "http://c:3").urls).toEqual(urls);
    expect(planned().urls).toEqual(["http://127.0.0.1:8400"]);
  });

  it("refuse what is no address, wherever it stands", () => {
    expect(() => planned("--url", "http://a:1", "--url", "b:2")).toThrow('--url "b:2" must be an http://');
  });
});
