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
 * Reads a settings file, whose keys must be settings.
 * @throws RaftbeatError `invalidSettings`
 */
export function readSettingsFile(file: string, settings: Settings): FileSettings {
  const read = readYaml(readText(file, "the settings file", largestFileBytes), { asText: true });
  if (!read.ok) throw invalid(`${placeOf(file, read.problem.line)} ${read.problem.sentence}`);
  const { content, lineOf } = read.text;
  if (content === null) return {};
  if (typeof content !== "object" || Array.isArray(content))
    throw invalid(`${file} ${show(content)} must be a map of settings, such as cluster: billing`);
  const values = Object.entries(content).map(([key, value]) => {
    const place = `${placeOf(file, lineOf([key]))}: ${key}`;
    if (Object.hasOwn(settings, key)) return [key, { value, place }] as const;
    const [meant] = nearNames(key, Object.keys(settings));
    const remedy =
      meant === undefined ? "see raftbeat node --help for those there are" : `did you mean ${meant}?`;
    throw invalid(`${place} ${showUnknown(key, value)} is no setting: ${remedy}`);
  });
  return Object.fromEntries(values);
}
