import { InvalidArgumentError } from "commander";
import { safeModes } from "../../protocol/index.js";

const modeNames = Object.keys(safeModes);

/** Reads modes of the protocol, such as `preVote=false,quorumCheck=false`. */
export function protocolModes(text: string): Record<string, boolean> {
  return modesOf(text, modeNames);
}

/** Reads modes of the protocol and of studies, such as `preVote=false,configurationsRefuse=false`. */
export function scenarioModes(text: string): Record<string, boolean> {
  return modesOf(text, [...modeNames, "configurationsRefuse"]);
}

function modesOf(text: string, names: readonly string[]): Record<string, boolean> {
  const modes: Record<string, boolean> = {};
  for (const part of text.split(",")) {
    const [key = "", value] = part.split("=");
    if (!names.includes(key) || (value !== "true" && value !== "false"))
      throw new InvalidArgumentError(`${part} is not like preVote=false; the modes are ${names.join(", ")}`);
    modes[key] = value === "true";
  }
  return modes;
}
