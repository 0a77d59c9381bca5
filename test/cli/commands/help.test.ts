import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { planBeat } from "../../../src/cli/beats/beat-plan.js";
import { planWatch } from "../../../src/cli/beats/watch-plan.js";
import { createProgram } from "../../../src/cli/program.js";
import { planClient } from "../../../src/cli/settings/client-plan.js";
import { planNode } from "../../../src/settings/node-plan.js";
import { defaultExploreOptions } from "../../../src/simulation/explore/explore.js";
import { scenarioPath } from "../../../src/simulation/scenario/built-in-scenarios.js";
import { studies } from "../../../src/tuning/study/studies.js";
import { parseVariation } from "../../../src/tuning/sweep/grid.js";

/** The examples at the end of a help: what follows `raftbeat`, without what a shell adds. */
function examplesOf(help: string): string[] {
  const [, end = ""] = help.split("\nExamples:\n");
  return [...end.matchAll(/^ {2}raftbeat (.*)$/gm)].map(([, line]) => (line as string).replace(/ >.*$/, ""));
}

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

/** What a command was given. */
interface Parsed {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Parses a line with the program itself, whose commands do nothing but tell what they were given. */
async function parsed(line: string): Promise<Parsed> {
  const program = createProgram();
  let found: Parsed | null = null;
  for (const command of program.commands)
    command.action((...given: unknown[]) => {
      const [flags] = given.slice(-2);
      found = { name: command.name(), args: given.slice(0, -2), flags: flags as Parsed["flags"] };
    });
  await program.parseAsync(line.split(" "), { from: "user" });
  if (found === null) throw new Error(`${line}: no command`);
  return found;
}

/** Each throws for a name that there is not. */
const checks: Readonly<Record<string, (given: Parsed) => void>> = {
  beat: ({ args, flags }) =>
    void planBeat({ flags, environment: {}, file: null }, args[0] as readonly string[]),
  watch: ({ flags }) => void planWatch({ flags, environment: {}, file: null }),
  node: ({ flags }) => void planNode({ flags, environment: {}, file: null }),
  simulate: ({ args }) => {
    for (const name of args[0] as string[]) scenarioPath(name);
  },
  sweep: ({ args, flags }) => {
    scenarioPath(args[0] as string);
    (flags["vary"] as string[]).map(parseVariation);
  },
  study: ({ args }) => expect([...studies.map(({ name }) => name), "loopback"]).toContain(args[0]),
  ...Object.fromEntries(
    ["status", "transfer", "reconfigure"].map((name) => [
      name,
      ({ flags }: Parsed) => void planClient(flags, {}, []),
    ]),
  ),
};

describe("the help", () => {
  const commands = createProgram().commands.map((command) => [command.name(), command] as const);

  it.each(commands)("of %s ends with two examples that can be run", async (name, command) => {
    const help = helpOf(command);
    const examples = examplesOf(help);
    expect(help.trimEnd().split("\n").slice(-3)[0]).toBe("Examples:");
    expect(examples).toHaveLength(2);
    for (const example of examples) {
      const given = await parsed(example);
      expect(given.name).toBe(name);
      checks[name]?.(given);
    }
  });

  it("of the program ends with the first things to try", async () => {
    const examples = examplesOf(helpOf(createProgram()));
    expect(examples[0]).toBe("demo");
    for (const example of examples) checks[(await parsed(example)).name]?.(await parsed(example));
  });

  it("of explore has the defaults that the search has", () => {
    const options = commands.find(([name]) => name === "explore")?.[1].options ?? [];
    const told = options.flatMap((option) => {
      const [, value] = /\(default: (.*)\)$/.exec(option.description) ?? [];
      return value === undefined ? [] : [[option.attributeName(), value]];
    });
    const { modes: _, symmetry: __, ...bounds } = defaultExploreOptions;
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(bounds).map(([key, value]) => [key, String(value)])),
    );
  });

  it("of an example that is wrong would be seen", async () => {
    expect(examplesOf("x\n\nExamples:\n  raftbeat a --b > c\n")).toEqual(["a --b"]);
    await expect(parsed("fuzz --seed 1")).rejects.toThrow();
    const given = await parsed("simulate no-such-scenario");
    expect(() => checks["simulate"]?.(given)).toThrow("no-such-scenario");
  });
});
