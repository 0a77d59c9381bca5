import { type Copy, DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { read } from "../../docs/support/pages.js";

/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
  /** The stage that `COPY --from` names, or null. */
  readonly from: string | null;
}

/** The instructions of a Dockerfile below `docs/deploy`. */
export function instructionsOf(file: string): Instruction[] {
  const dockerfile = DockerfileParser.parse(read(`docs/deploy/${file}`));
  return dockerfile.getInstructions().map((instruction) => ({
    keyword: instruction.getKeyword(),
    text: instruction.getArgumentsContent() ?? "",
    from:
      instruction.getKeyword() === "COPY" ? ((instruction as Copy).getFromFlag()?.getValue() ?? null) : null,
  }));
}

/** What the checker of Dockerfiles finds wrong with a text. */
export function problemsOf(text: string): string[] {
  return validate(text).map(({ message }) => String(message));
}

/** The words of an instruction in the JSON form, such as `["node", "a.js"]`; null in any other form. */
export function wordsOf(instructions: readonly Instruction[], keyword: string): string[] | null {
  const found = instructions.findLast((each) => each.keyword === keyword)?.text.replace(/^CMD /, "");
  return found?.startsWith("[") === true ? (JSON.parse(found) as string[]) : null;
}
