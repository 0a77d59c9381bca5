import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configurationOf, type Message } from "../../../src/protocol/index.js";
import { createFrameDecoder, encodeMessage } from "../../../src/transport/wire/codec.js";
import { aHeartbeat } from "../support/nodes.js";

const source = readFileSync(new URL("../../../src/transport/wire/frames.ts", import.meta.url), "utf8");

/** The configuration of both examples. */
const configuration = configurationOf(
  3,
  2,
  [{ id: "a", address: "ws://10.0.0.1:7400", incarnation: "a-1" }],
  [{ id: "b", address: "ws://10.0.0.2:7400", incarnation: null }],
  "k3v9",
);

const shown: readonly Message[] = [
  aHeartbeat({ term: 3, seq: 7, configurationId: configuration.id }),
  { kind: "requestVote", term: 4, preVote: true, round: 2, transferFromTerm: null, configuration },
];

it("the frames that the description of the wire format shows are those that are written, byte for byte", () => {
  const examples = [...source.matchAll(/^ \* {5}(\[.*\])$/gm)].map(([, text]) => text as string);
  expect(examples).toEqual(shown.map((message) => encodeMessage(message)));
  const decodeFrame = createFrameDecoder();
  expect(examples.map((text) => decodeFrame(text))).toEqual(
    shown.map((message) => ({ ok: true, group: 0, message })),
  );
});

it("two readers of one process share nothing: neither believes what the other has understood", () => {
  const members = [...configuration.voters];
  const written = (readFrame: (text: string) => ReturnType<ReturnType<typeof createFrameDecoder>>) => {
    const frame = readFrame(encodeMessage(shown[1] as Message));
    return frame.ok && frame.message.kind === "requestVote" ? frame.message.configuration.voters : null;
  };
  const [one, other] = [createFrameDecoder(), createFrameDecoder()];
  const first = written(one);
  expect(first).toEqual(members);
  // Within one reader the lists are shared.
  expect(written(one)).toBe(first);
  expect(written(other)).not.toBe(first);
  expect(written(other)).toEqual(first);
});
