import fc from "fast-check";
import {
  type Configuration,
  candidacies,
  configurationOf,
  highestCount,
  isAddress,
  isId,
  longestDurationMs,
  type Member,
  type Message,
  type Refusal,
  refusals,
} from "../../../src/protocol/index.js";
import { anyMetadata, anyId as id } from "../../support/names.js";

const count = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 1, highestCount),
  fc.maxSafeNat().map((n) => Math.min(n, highestCount)),
);
const address = fc
  .tuple(
    fc.constantFrom("ws", "wss"),
    fc.stringMatching(/^[a-z][a-z0-9]{0,19}$/),
    fc.integer({ min: 1, max: 65_535 }),
  )
  .map(([scheme, host, port]) => `${scheme}://${host}:${port}`);
const durationMs = fc.double({ min: 0, max: longestDurationMs, noNaN: true }).map((ms) => ms + 0);
const member: fc.Arbitrary<Member> = fc.record({ id, address, incarnation: fc.option(id) });
const reason = fc.option(fc.constantFrom(...refusals));
const metadata = fc.option(anyMetadata);

/** Any configuration that may exist. */
export const anyConfiguration: fc.Arbitrary<Configuration> = fc
  .record({
    term: count,
    version: count,
    members: fc.uniqueArray(member, { selector: (each) => each.id, minLength: 1, maxLength: 9 }),
    voterCount: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ term, version, members, voterCount }) =>
    configurationOf(term, version, members.slice(0, voterCount), members.slice(voterCount)),
  );

const configurationId = anyConfiguration.map((configuration) => configuration.id);

/** Any message that may be sent. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    kind: fc.constant("heartbeat" as const),
    term: count,
    seq: count,
    configurationId,
    configuration: fc.constant(null),
    hasMetadata: fc.boolean(),
  }),
  fc
    .record({ term: count, seq: count, configuration: anyConfiguration, hasMetadata: fc.boolean() })
    .map((heartbeat) => ({
      kind: "heartbeat" as const,
      configurationId: heartbeat.configuration.id,
      ...heartbeat,
    })),
  fc.record({
    kind: fc.constant("heartbeatReply" as const),
    term: count,
    heartbeatTerm: count,
    seq: count,
    accepted: fc.boolean(),
    reason,
    voteHoldMs: durationMs,
    configurationId,
    electionTimeoutMaxMs: durationMs,
    candidacy: fc.constantFrom(...candidacies),
    holdsMetadata: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("requestVote" as const),
    term: count,
    preVote: fc.boolean(),
    round: count,
    configuration: anyConfiguration,
    transferFromTerm: fc.option(count),
  }),
  fc.record({
    kind: fc.constant("requestVoteReply" as const),
    term: count,
    preVote: fc.boolean(),
    round: count,
    granted: fc.boolean(),
    reason,
    leader: fc.option(id),
    remainingHoldMs: durationMs,
    configurationId,
    configuration: fc.option(anyConfiguration),
  }),
  fc.record({ kind: fc.constant("timeoutNow" as const), term: count, waitMs: durationMs }),
  fc.record({ kind: fc.constant("handoverWait" as const), term: count, waitMs: durationMs }),
  fc.record({ kind: fc.constant("handoverDone" as const), term: count }),
  fc.record({
    kind: fc.constant("leaderNotice" as const),
    term: count,
    seq: count,
    leads: fc.boolean(),
    metadata,
  }),
);

/** What is out of bounds in a message, checked by other means than the codec's; null if nothing is. */
export function outOfBounds(message: Message): string | null {
  const problems: string[] = [];
  const need = (holds: boolean, what: string) => {
    if (!holds) problems.push(what);
  };
  const isCount = (value: unknown) =>
    Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= highestCount;
  const isDuration = (value: unknown) =>
    typeof value === "number" && value >= 0 && value <= longestDurationMs;
  const checkReason = (value: unknown) => value === null || refusals.includes(value as Refusal);
  const checkId = ({ term, version, digest }: Configuration["id"]) => {
    need(isCount(term) && isCount(version), "configuration count");
    need(/^[0-9a-z]{1,11}$/.test(digest), "digest");
  };
  const checkConfiguration = ({ id: own, voters, observers }: Configuration) => {
    checkId(own);
    const all = [...voters, ...observers];
    need(
      voters.length >= 1 && all.length <= 64 && new Set(all.map((each) => each.id)).size === all.length,
      "members",
    );
    for (const each of all)
      need(
        isId(each.id) && isAddress(each.address) && (each.incarnation === null || isId(each.incarnation)),
        "member",
      );
    need(
      configurationOf(own.term, own.version, voters, observers).id.digest === own.digest,
      "digest of members",
    );
  };
  need(isCount(message.term), "term");
  switch (message.kind) {
    case "heartbeat":
      need(isCount(message.seq), "seq");
      need(typeof message.hasMetadata === "boolean", "flag");
      if (message.configuration === null) checkId(message.configurationId);
      else checkConfiguration(message.configuration);
      break;
    case "heartbeatReply":
      need(isCount(message.seq) && isCount(message.heartbeatTerm), "seq");
      need(typeof message.accepted === "boolean" && checkReason(message.reason), "answer");
      need(isDuration(message.voteHoldMs) && isDuration(message.electionTimeoutMaxMs), "hold");
      need(candidacies.includes(message.candidacy), "candidacy");
      need(typeof message.holdsMetadata === "boolean", "flag");
      checkId(message.configurationId);
      break;
    case "requestVote":
      need(isCount(message.round) && typeof message.preVote === "boolean", "round");
      need(message.transferFromTerm === null || isCount(message.transferFromTerm), "transferFromTerm");
      checkConfiguration(message.configuration);
      break;
    case "requestVoteReply":
      need(isCount(message.round) && typeof message.preVote === "boolean", "round");
      need(typeof message.granted === "boolean" && checkReason(message.reason), "answer");
      need(message.leader === null || isId(message.leader), "leader");
      need(isDuration(message.remainingHoldMs), "hold");
      checkId(message.configurationId);
      if (message.configuration !== null) checkConfiguration(message.configuration);
      break;
    case "timeoutNow":
    case "handoverWait":
      need(isDuration(message.waitMs), "wait");
      break;
    case "handoverDone":
      break;
    case "leaderNotice":
      need(isCount(message.seq) && typeof message.leads === "boolean", "seq");
      need(message.metadata === null || Buffer.byteLength(message.metadata) <= 1024, "metadata");
      break;
  }
  return problems.length === 0 ? null : problems.join(", ");
}

/** A frame of anybody's, changed in a place or two: still JSON most of the time. */
export function mutationsOf(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const token = fc.constantFrom(
    ...'[ ] { } , : - . 0 1 9 e E null true false " \\ \\u0000 1e999 -1 0.5 9007199254740993 __proto__ [[[[ {"a":1}'.split(
      " ",
    ),
  );
  const edit = fc.record({
    at: fc.nat({ max: 300 }),
    cut: fc.nat({ max: 4 }),
    put: fc.oneof(token, fc.string({ maxLength: 3 })),
  });
  return fc.tuple(text, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([frame, edits]) =>
    edits.reduce((changed, { at, cut, put }) => {
      const place = at % (changed.length + 1);
      return changed.slice(0, place) + put + changed.slice(place + cut);
    }, frame),
  );
}
