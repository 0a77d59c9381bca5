import { nearNames } from "../../near-names.js";
import { placeOf, readYaml } from "../../schemas/yaml-text.js";
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
 * Reads a settings file, whose keys must be settings. Every value as it was written, as in a flag.
 * @throws RaftbeatError `invalidSettings`, naming the file and the line
 */
export function readSettingsFile(file: string, settings: Settings): FileSettings {
  const read = readYaml(readText(file, "the settings file", largestFileBytes), { asText: true });
  if (!read.ok) throw invalid(`${placeOf(file, read.problem.line)} ${read.problem.sentence}`);
  const { content, lineOf } = read.text;
  const found = { placeOf: (key: string) => placeOf(file, lineOf([key])) };
  if (content === null) return { ...found, content: {} };
  if (typeof content !== "object" || Array.isArray(content))
    throw invalid(`${file} ${show(content)} must be a map of settings, such as cluster: billing`);
  for (const [key, value] of Object.entries(content)) {
    if (Object.hasOwn(settings, key)) continue;
    const [meant] = nearNames(key, Object.keys(settings));
    const remedy =
      meant === undefined ? "see raftbeat node --help for those there are" : `did you mean ${meant}?`;
    throw invalid(`${found.placeOf(key)}: ${key} ${showUnknown(key, value)} is no setting: ${remedy}`);
  }
  return { ...found, content: content as Record<string, unknown> };
}
