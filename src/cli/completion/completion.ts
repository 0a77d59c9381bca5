import { Argument, type Command } from "commander";
import { detectors } from "../../liveness/detection/detectors.js";
import { presets } from "../../protocol/index.js";
import { examples } from "../terminal/examples.js";
import { printText } from "../terminal/terminal.js";
import { type CompletionWords, completionTree } from "./completion-tree.js";
import { type Shell, shellScripts } from "./shell-scripts.js";

/** `raftbeat completion`: what a shell runs to complete the commands, their flags, and names. */
export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .summary("print what completes raftbeat in a shell")
    .description(
      "Prints a script that completes commands, flags, and the names of scenarios, studies and profiles. " +
        'bash: eval "$(raftbeat completion bash)" in ~/.bashrc. zsh: eval "$(raftbeat completion zsh)" in ~/.zshrc, after compinit. ' +
        "fish: the second example. The script knows this version of raftbeat: make it anew after an upgrade.",
    )
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(shellScripts)))
    .addHelpText(
      "after",
      examples("completion bash", "completion fish > ~/.config/fish/completions/raftbeat.fish"),
    )
    .action(async (shell: Shell) =>
      printText(shellScripts[shell](completionTree(program, await wordsOf(), ["simulate", "sweep"]))),
    );
}

/** The names that there are; loads what has them only now. */
async function wordsOf(): Promise<CompletionWords> {
  const [{ builtInScenarios }, { fuzzProfileNames }, { studies }, { networkPresets }, { sweepMetrics }] =
    await Promise.all([
      import("../../simulation/scenario/built-in-scenarios.js"),
      import("../../simulation/fuzz/profile.js"),
      import("../../tuning/study/studies.js"),
      import("../../tuning/model/network-profile.js"),
      import("../../tuning/sweep/metric.js"),
    ]);
  const scenarios = builtInScenarios().map(({ name }) => name);
  return {
    simulate: scenarios,
    sweep: scenarios,
    study: [...studies.map(({ name }) => name), "loopback"],
    "fuzz --profile": fuzzProfileNames,
    "advise --network": Object.keys(networkPresets),
    "sweep --metric": sweepMetrics,
    "demo --signal": ["KILL", "STOP", "TERM"],
    "watch --detector": Object.keys(detectors),
    "--timing": Object.keys(presets),
  };
}
