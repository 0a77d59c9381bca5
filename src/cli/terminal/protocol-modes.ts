import { InvalidArgumentError } from "commander";
import { safeModes } from "../../protocol/index.js";

/** Reads modes of the protocol, such as `preVote=false,quorumCheck=false`. */
export function protocolModes(text: string): Record<string, boolean> {
  const modes: Record<string, boolean> = {};
  for (const part of text.split(",")) {
    const [key = "", value] = part.split("=");
    if (!Object.hasOwn(safeModes, key) || (value !== "true" && value !== "false"))
      throw new InvalidArgumentError(
        `${part} is not like preVote=false; the modes are ${Object.keys(safeModes).join(", ")}`,
      );
    modes[key] = value === "true";
  }
  return modes;
}
