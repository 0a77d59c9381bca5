import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createProgram } from "../../src/cli/program.js";
import { parseBackendsScenario } from "../../src/simulation/backends/backends-scenario.js";
import { backendsScenarioSchema } from "../../src/simulation/backends/backends-schema.js";
import { simulateBackends } from "../../src/simulation/backends/simulate-backends.js";
import { fuzzProfileNames } from "../../src/simulation/fuzz/profile.js";
import { parsePairScenario } from "../../src/simulation/pair/pair-scenario.js";
import { pairScenarioSchema } from "../../src/simulation/pair/pair-schema.js";
import { simulatePair } from "../../src/simulation/pair/simulate-pair.js";
import { faultSchema } from "../../src/simulation/scenario/fault-schema.js";
import { parseScenario } from "../../src/simulation/scenario/scenario.js";
import { codeBlocks, pages, read } from "./support/pages.js";

const program = createProgram();

/** Every `raftbeat NAME ...` of a page, from its blocks and its sentences, without what a shell adds. */
function commandsOf(page: string): string[] {
  const text = page.replaceAll("\\\n", " ");
  const blocks = [...text.matchAll(/^(?: {4})?(?:npx )?(raftbeat [a-z]+ .*)$/gm)].map(
    ([, line]) => line as string,
  );
  const quoted = [...text.matchAll(/`(?:npx )?(raftbeat [a-z]+ [^`\n]*)`/g)].map(
    ([, line]) => line as string,
  );
  return [...blocks, ...quoted].map((line) => line.replace(/\s#.*$/, ""));
}

/** What is wrong with a command line of a page, or null. */
function problemOf(line: string): string | null {
  // What follows -- is another command.
  const [, name = "", ...words] = (line.split(/\s--\s/)[0] as string).split(/\s+/);
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return `there is no command ${name}`;
  const known = ["--help", ...command.options.map(({ long }) => long as string)];
  const unknown = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0] as string);
  return unknown.find((flag) => !known.includes(flag)) ?? null;
}

describe("the command lines of the pages", () => {
  it("name commands and flags that there are", () => {
    const lines = pages()
      .filter((page) => page !== "CHANGELOG.md")
      .flatMap((page) => commandsOf(read(page)).map((line) => ({ page, line })));
    expect(lines.length).toBeGreaterThan(40);
    expect(
      lines
        .map(({ page, line }) => ({ page, line, problem: problemOf(line) }))
        .filter(({ problem }) => problem !== null),
    ).toEqual([]);
  });

  it("may ask for each profile of the fuzzer, and the help names them all", () => {
    const fuzz = program.commands.find((each) => each.name() === "fuzz");
    const help = fuzz?.options.find(({ long }) => long === "--profile")?.description ?? "";
    expect(help.match(/^[a-z, ]+/)?.[0].split(/, | or /)).toEqual([...fuzzProfileNames]);
  });

  it("are found in blocks and in sentences, and a wrong flag is seen", () => {
    expect(
      commandsOf("```sh\nraftbeat fuzz --seeds 1..2   # some\n```\nor `npx raftbeat demo --kills 1`"),
    ).toEqual(["raftbeat fuzz --seeds 1..2  ", "raftbeat demo --kills 1"]);
    expect(problemOf("raftbeat fuzz --seed 1")).toBe("--seed");
    expect(problemOf("raftbeat elect")).toBe("there is no command elect");
  });
});

describe("docs/simulation.md", () => {
  const page = read("docs/simulation.md");

  it("shows a scenario that can be played", () => {
    const [scenario = ""] = codeBlocks(page, "yaml");
    expect(parseScenario(parse(scenario)).faults).toHaveLength(2);
  });

  /** What a list of faults names, but what stands in brackets. */
  const namesIn = (text: string) =>
    [...text.replace(/\([^)]*\)/g, "").matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
  const [ofClusters = "", ofPairs = ""] = [
    ...page.matchAll(/^.*\bFaults are ((?:[^.(]|\([^)]*\))*)\./gm),
  ].map(([, list]) => list as string);
  const kindsOf = (fault: { readonly pipe: readonly unknown[] }) => {
    const { options } = fault.pipe[0] as {
      readonly options: readonly { readonly entries: { readonly do: { readonly literal: string } } }[];
    };
    return options.map(({ entries }) => entries.do.literal).sort();
  };
  const faultOf = (schema: typeof pairScenarioSchema | typeof backendsScenarioSchema) =>
    kindsOf(schema.entries.faults.wrapped.item);

  it("names every fault, and no other", () => {
    expect(kindsOf(faultSchema).length).toBeGreaterThan(20);
    expect(namesIn(ofClusters).sort()).toEqual(kindsOf(faultSchema));
    expect(namesIn(ofPairs).sort()).toEqual(faultOf(pairScenarioSchema));
    const [, more = ""] = /but `leave`, there are\n([^.]*)\./.exec(page) ?? [];
    const common = faultOf(pairScenarioSchema).filter((kind) => kind !== "leave");
    expect([...common, ...namesIn(more)].sort()).toEqual(faultOf(backendsScenarioSchema));
  });

  it("shows a scenario of senders and one of backends that come out as they say", () => {
    const [, pair = "", backends = ""] = codeBlocks(page, "yaml");
    const clockMs = () => 0;
    expect(simulatePair(parsePairScenario(parse(pair)), { clockMs }).expectationsFailed).toEqual([]);
    expect(simulateBackends(parseBackendsScenario(parse(backends)), { clockMs }).expectationsFailed).toEqual(
      [],
    );
  });
});
