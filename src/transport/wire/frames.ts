import * as v from "valibot";
import {
  type Candidacy,
  type Configuration,
  candidacies,
  configurationOf,
  highestCount,
  isAddress,
  isClusterId,
  isId,
  isMetadata,
  longestDurationMs,
  type Member,
  maxMemberCount,
  nobody,
  refusals,
} from "../../protocol/index.js";

/**
 * What frames after the handshake look like: JSON arrays with a place for each field and no objects anywhere, so there are no keys to be doubled,
 * strange or inherited. The first place says the kind; the second names the election group, of which there is one today.
 */

/** A term, version, seq, round or number of times. */
export const count = v.custom<number>(isCount, `expected a whole number from 0 to ${highestCount}`);
const durationMs = v.custom<number>(isDuration, `expected milliseconds from 0 to ${longestDurationMs}`);
/** The name of a node, a cluster or an incarnation. */
export const id = v.pipe(v.string(), v.check(isId, "expected an id"));
const digest = v.custom<string>(isDigest, "expected a digest");
const clusterId = v.nullable(v.pipe(v.string(), v.check(isClusterId, "expected a cluster id")));
const metadata = v.nullable(v.pipe(v.string(), v.check(isMetadata, "expected a shorter metadata")));
const group = v.custom<number>(isGroup, "expected a group from 0 to 65535");
const refusal = v.nullable(v.picklist(refusals, "expected a known reason"));

/** A claim that is true or not, in one character: frames that are sent often stay short. */
const flag = v.pipe(
  v.picklist([0, 1], "expected 0 or 1"),
  v.transform((digit) => digit === 1),
);
/** Whether a node campaigns, by its place among `candidacies`. */
const candidacy = v.pipe(
  v.picklist([0, 1, 2], "expected a known candidacy"),
  v.transform((place): Candidacy => candidacies[place]),
);

const configurationId = v.strictTuple([count, count, digest]);
const member = v.strictTuple([
  id,
  v.pipe(v.string(), v.check(isAddress, "expected a ws:// or wss:// address")),
  v.nullable(id),
]);
const members = v.pipe(v.array(member), v.maxLength(maxMemberCount));

/**
 * The configuration understood last, by whatever node of this process. Elections change who leads far more often than who belongs: what has
 * the same members, place for place, needs no second check of them, and shares them, so that whoever compares finds the same lists.
 */
let understood: Configuration = nobody;

/** A configuration is believed only if its lists are in order and its digest is theirs. */
const newConfiguration = v.pipe(
  v.strictTuple([count, count, digest, members, members, clusterId]),
  v.rawTransform(({ dataset, addIssue, NEVER }): Configuration => {
    const [term, version, claimed, voters, observers, cluster] = dataset.value;
    const built = configurationOf(term, version, voters.map(memberOf), observers.map(memberOf), cluster);
    const ids = [...voters, ...observers].map(([name]) => name);
    const problem =
      voters.length === 0
        ? "expected a voter"
        : ids.length > maxMemberCount
          ? `expected at most ${maxMemberCount} members`
          : new Set(ids).size !== ids.length
            ? "expected each member once"
            : !isSorted(voters) || !isSorted(observers)
              ? "expected members sorted by id"
              : built.id.digest !== claimed
                ? "expected the digest of the members"
                : null;
    if (problem === null) {
      understood = built;
      return built;
    }
    addIssue({ message: problem });
    return NEVER;
  }),
);

const repeatedConfiguration = v.pipe(
  v.tuple([count, count]),
  v.transform(([term, version]): Configuration => {
    const { id, clusterId, voters, observers } = understood;
    return { id: { term, version, digest: id.digest }, clusterId, voters, observers };
  }),
);

const configuration = v.lazy((frame) =>
  hasUnderstoodMembers(frame) ? repeatedConfiguration : newConfiguration,
) as v.GenericSchema<v.InferInput<typeof newConfiguration>, Configuration>;

function hasUnderstoodMembers(frame: unknown): boolean {
  const { id, clusterId, voters, observers } = understood;
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

/** Every frame by its kind. */
export const frames = {
  /** A heartbeat to a peer that holds the configuration: term, seq, configuration, whether there are metadata. */
  hb: v.strictTuple([v.literal("hb"), group, count, count, configurationId, flag]),
  /** A heartbeat with the whole configuration. */
  hc: v.strictTuple([v.literal("hc"), group, count, count, configuration, flag]),
  /**
   * A heartbeat's answer: term, the heartbeat's term and seq, accepted, reason, hold, configuration, longest election timeout, candidacy,
   * whether it holds the metadata.
   */
  hr: v.strictTuple([
    v.literal("hr"),
    group,
    count,
    count,
    count,
    v.boolean(),
    refusal,
    durationMs,
    configurationId,
    durationMs,
    candidacy,
    flag,
  ]),
  /** A request for a vote: term, preVote, round, transferFromTerm, configuration. */
  rv: v.strictTuple([v.literal("rv"), group, count, v.boolean(), count, v.nullable(count), configuration]),
  /** Its answer: term, preVote, round, granted, reason, leader, remaining hold, id of the configuration, perhaps all of it. */
  rr: v.strictTuple([
    v.literal("rr"),
    group,
    count,
    v.boolean(),
    count,
    v.boolean(),
    refusal,
    v.nullable(id),
    durationMs,
    configurationId,
    v.nullable(configuration),
  ]),
  /** The order to campaign at once: term, how long to wait before leading. */
  tn: v.strictTuple([v.literal("tn"), group, count, durationMs]),
  /** The old leader's service drains: term, how long to wait yet before leading. */
  hw: v.strictTuple([v.literal("hw"), group, count, durationMs]),
  /** The old leader's service has drained: term. */
  hd: v.strictTuple([v.literal("hd"), group, count]),
  /** What a leader says apart from heartbeats: term, seq of the last heartbeat, whether it leads, metadata. */
  ln: v.strictTuple([v.literal("ln"), group, count, count, flag, metadata]),
} as const;

/** A frame as it is written. */
export type WireFrame = {
  [Kind in keyof typeof frames]: v.InferInput<(typeof frames)[Kind]>;
}[keyof typeof frames];

/** What is wrong with a frame, in a short sentence that holds nothing of the frame itself. */
export function problemOf(kind: string, issue: v.BaseIssue<unknown>): string {
  const place = issue.path?.map((item) => `[${String(item.key)}]`).join("") ?? "";
  // The library's own messages quote what they got.
  const own = issue.expected === "never" ? "expected nothing more" : `expected ${issue.expected}`;
  const wanted = issue.message.startsWith("expected") ? issue.message : own;
  return `${kind}${place}: ${wanted}`;
}

/** Terms, versions, seqs and rounds. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && isWithin(value, highestCount);
}

/** The number of a group of elections. */
function isGroup(value: unknown): value is number {
  return Number.isSafeInteger(value) && isWithin(value, 65_535);
}

/** Milliseconds, with fractions. */
function isDuration(value: unknown): value is number {
  return isWithin(value, longestDurationMs);
}

/** The digest of a configuration's members. */
function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-z]{1,11}$/.test(value);
}

/** A number from 0, not minus 0, to `highest`. */
function isWithin(value: unknown, highest: number): boolean {
  return typeof value === "number" && value >= 0 && value <= highest && !Object.is(value, -0);
}

function memberOf([name, address, incarnation]: v.InferOutput<typeof member>): Member {
  return { id: name, address, incarnation };
}

function isSorted(list: readonly v.InferOutput<typeof member>[]): boolean {
  return list.every(([name], index) => index === 0 || (list[index - 1]?.[0] ?? "") < name);
}
