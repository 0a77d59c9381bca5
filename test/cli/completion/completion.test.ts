import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../../src/cli/program.js";
import { fuzzProfileNames } from "../../../src/simulation/fuzz/profile.js";
import { builtInScenarios } from "../../../src/simulation/scenario/built-in-scenarios.js";
import { raftbeatHere } from "../support/in-process.js";

type Complete = (script: string, words: readonly string[]) => string[];

/** Runs a script in a shell, and gives the lines it printed. */
function linesOf(shell: string, args: readonly string[], script: string): string[] {
  const { status, stdout, stderr } = spawnSync(shell, [...args, "-c", script], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** What each shell offers for the last of the words; zsh is asked with its own functions for offers replaced. */
const shells: Readonly<Record<string, Complete>> = {
  bash: (script, words) =>
    linesOf(
      "bash",
      ["--norc"],
      `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _raftbeat; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  zsh: (script, words) => {
    const last = words.at(-1) ?? "";
    return linesOf(
      "zsh",
      ["-f"],
      `compdef() { :; }; _files() { :; }
compadd() { shift; print -l -- "$@"; }
_describe() { print -l -- "\${(@P)\${@[-1]}%%:*}"; }
${script}
words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _raftbeat`,
    ).filter((line) => line.startsWith(last));
  },
  fish: (script, words) =>
    linesOf("fish", ["--no-config"], `${script}\ncomplete -C '${words.join(" ")}'`).map(
      (line) => line.split("\t")[0] as string,
    ),
};

const isThere = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

describe.each(Object.keys(shells))("raftbeat completion %s", (shell) => {
  const offers = async (...words: readonly string[]): Promise<string[]> => {
    const { stdout } = await raftbeatHere(["completion", shell]);
    return (shells[shell] as Complete)(stdout, words).sort();
  };
  const skipped = !isThere(shell);

  it.skipIf(skipped)(
    "offers the commands, their flags, and the names that a flag or an argument takes",
    async () => {
      const commands = createProgram().commands.map((command) => command.name());
      expect(await offers("raftbeat", "s")).toEqual(commands.filter((name) => name.startsWith("s")).sort());
      expect(await offers("raftbeat", "fuzz", "--se")).toEqual(["--seeds"]);
      expect(await offers("raftbeat", "fuzz", "--profile", "h")).toEqual(
        fuzzProfileNames.filter((name) => name.startsWith("h")).sort(),
      );
      expect(await offers("raftbeat", "simulate", "howard")).toEqual(
        builtInScenarios()
          .map(({ name }) => name)
          .filter((name) => name.startsWith("howard")),
      );
      expect(await offers("raftbeat", "node", "--arbiter", "--timing", "w")).toEqual(["wan"]);
      expect(await offers("raftbeat", "watch", "--detector", "ph")).toEqual(
        expect.arrayContaining(["phiNormal", "phiExponential"]),
      );
      expect(await offers("raftbeat", "completion", "b")).toEqual(["bash"]);
    },
  );
});

describe("raftbeat completion", () => {
  it("refuses a shell that there is no script for", async () => {
    const { exitCode, stderr } = await raftbeatHere(["completion", "csh"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("bash, zsh, fish");
  });
});
