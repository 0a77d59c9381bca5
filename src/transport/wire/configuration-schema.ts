import * as v from "valibot";
import {
  type Configuration,
  configurationOf,
  isAddress,
  isClusterId,
  type Member,
  maxMemberCount,
  nobody,
} from "../../protocol/index.js";
import { count, digest, id } from "./field-schemas.js";

const clusterId = v.nullable(v.pipe(v.string(), v.check(isClusterId, "expected a cluster id")));
const member = v.strictTuple([
  id,
  v.pipe(v.string(), v.check(isAddress, "expected a ws:// or wss:// address")),
  v.nullable(id),
]);
const members = v.pipe(v.array(member), v.maxLength(maxMemberCount));

/** A configuration as it is written: term, version, digest, voters, observers, cluster id. */
const written = v.strictTuple([count, count, digest, members, members, clusterId]);

/** A configuration as it is written, and as it is read. */
export type ConfigurationSchema = v.GenericSchema<v.InferInput<typeof written>, Configuration>;

/**
 * Makes the schema of one reader of frames: it believes a configuration only if its lists are in order and its digest is theirs.
 *
 * The reader keeps the last configuration that it understood. Elections change the leader far more often than the members: a
 * configuration with the same members, place for place, needs no second check of them, and shares their lists.
 */
export function createConfigurationSchema(): ConfigurationSchema {
  let understood: Configuration = nobody;

  const unlike = v.pipe(
    written,
    v.rawTransform(({ dataset, addIssue, NEVER }): Configuration => {
      const [term, version, claimed, voters, observers, cluster] = dataset.value;
      const built = configurationOf(term, version, voters.map(memberOf), observers.map(memberOf), cluster);
      const problem = problemOfLists(voters, observers) ?? (built.id.digest === claimed ? null : wrongDigest);
      if (problem === null) {
        understood = built;
        return built;
      }
      addIssue({ message: problem });
      return NEVER;
    }),
  );
  const alike = v.pipe(
    v.tuple([count, count]),
    v.transform(([term, version]): Configuration => {
      const { id, clusterId, voters, observers } = understood;
      return { id: { term, version, digest: id.digest }, clusterId, voters, observers };
    }),
  );
  return v.lazy((frame) => (hasMembersOf(understood, frame) ? alike : unlike)) as ConfigurationSchema;
}

const wrongDigest = "expected the digest of the members";

type WrittenMembers = readonly v.InferOutput<typeof member>[];

function problemOfLists(voters: WrittenMembers, observers: WrittenMembers): string | null {
  const ids = [...voters, ...observers].map(([name]) => name);
  if (voters.length === 0) return "expected a voter";
  if (ids.length > maxMemberCount) return `expected at most ${maxMemberCount} members`;
  if (new Set(ids).size !== ids.length) return "expected each member once";
  return isSorted(voters) && isSorted(observers) ? null : "expected members sorted by id";
}

function isSorted(list: WrittenMembers): boolean {
  return list.every(([name], index) => index === 0 || (list[index - 1]?.[0] ?? "") < name);
}

function memberOf([name, address, incarnation]: WrittenMembers[number]): Member {
  return { id: name, address, incarnation };
}

function hasMembersOf({ id, clusterId, voters, observers }: Configuration, frame: unknown): boolean {
  if (!Array.isArray(frame) || frame.length !== 6 || voters.length === 0) return false;
  if (frame[2] !== id.digest || frame[5] !== clusterId) return false;
  return areMembers(frame[3], voters) && areMembers(frame[4], observers);
}

function areMembers(list: unknown, members: readonly Member[]): boolean {
  if (!Array.isArray(list) || list.length !== members.length) return false;
  return members.every(({ id, address, incarnation }, index) => {
    const item: unknown = list[index];
    return (
      Array.isArray(item) &&
      item.length === 3 &&
      item[0] === id &&
      item[1] === address &&
      item[2] === incarnation
    );
  });
}
