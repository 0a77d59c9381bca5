import { parse, YAMLParseError } from "yaml";
import {
  type FileSettings,
  invalid,
  readText,
  type Settings,
  show,
  showUnknown,
} from "../../settings/setting-sources.js";

/** A file larger than this is no settings file. */
const largestFileBytes = 64 * 1024;

/**
 * Reads a settings file, whose keys must be settings.
 * @throws RaftbeatError `invalidSettings`
 */
export function readSettingsFile(file: string, settings: Settings): FileSettings {
  const text = readText(file, "the settings file", largestFileBytes);
  let content: unknown;
  try {
    // Every value as it was written, as in a flag: YAML's own rules would make 7 of the id 007, and 1000 of 1e3.
    content = parse(text, { schema: "failsafe" });
  } catch (cause) {
    throw invalid(`${file} ${yamlProblem(cause as Error)}`, cause);
  }
  if (content === null) return { path: file, content: {} };
  if (typeof content !== "object" || Array.isArray(content))
    throw invalid(`${file} ${show(content)} must be a map of settings`);
  for (const [key, value] of Object.entries(content))
    if (!Object.hasOwn(settings, key))
      throw invalid(
        `${file}: ${key} ${showUnknown(key, value)} is no setting: see raftbeat node --help for those there are`,
      );
  return { path: file, content: content as Record<string, unknown> };
}

/** What is wrong with a text, in the parser's words where they speak of the text and not of the parser. */
function yamlProblem(cause: Error): string {
  const code = cause instanceof YAMLParseError ? cause.code : null;
  if (code === "MULTIPLE_DOCS") return "holds more than one document (---): give one";
  if (code === "RESOURCE_EXHAUSTION") return "is nested too deeply: settings are two levels deep at most";
  return `is no YAML: ${cause.message.split("\n")[0]?.replace(/:$/, "")}`;
}
