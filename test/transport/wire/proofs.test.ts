import { describe, expect, it } from "vitest";
import {
  acceptHandshake,
  type Credentials,
  dialHandshake,
  type Handshake,
  type Step,
} from "../../../src/transport/wire/handshake.js";
import { longestHelloBytes } from "../../../src/transport/wire/hello.js";
import { judgeProofs, proofOf } from "../../../src/transport/wire/token-proof.js";
import { identityOf } from "../support/nodes.js";
import { aStanding } from "../support/wire.js";

/** What a node says of itself; two tokens at most. */
function credentials(id: string, ...tokens: string[]): Credentials {
  return { identity: identityOf(id), tokens: () => tokens };
}

const dials = (own: Credentials, to = "b") => dialHandshake(own, () => aStanding(), to);
const accepts = (own: Credentials) =>
  acceptHandshake(
    own,
    () => aStanding({ startNonce: "start-b" }),
    () => null,
  );

function said(step: Step): string {
  if (step.next !== "say") throw new Error(`said nothing: ${JSON.stringify(step)}`);
  return step.text;
}

/** All that passes between two nodes; `alter` may change a frame under way: 0 the challenge, 1 and 2 the hellos. */
function shakeHands(
  dialler: Handshake,
  acceptor: Handshake,
  alter: (frame: string, index: number) => string = (frame) => frame,
): { readonly byAcceptor: Step | null; readonly byDialler: Step; readonly frames: readonly string[] } {
  const challenge = alter(acceptor.opening ?? "", 0);
  const step = dialler.hear(challenge);
  if (step.next !== "say") return { byAcceptor: null, byDialler: step, frames: [challenge] };
  const first = alter(step.text, 1);
  const byAcceptor = acceptor.hear(first);
  const answer = byAcceptor.next === "meet" ? alter(acceptor.answer(null) ?? "", 2) : "";
  return { byAcceptor, byDialler: dialler.hear(answer), frames: [challenge, first, answer] };
}

describe("the proof of a token", () => {
  it("lets two nodes meet, and is neither the token nor anything that stays the same", () => {
    const frames: string[] = [];
    for (let count = 0; count < 2; count++) {
      const run = shakeHands(dials(credentials("a", "s3cret")), accepts(credentials("b", "s3cret")));
      expect(run.byAcceptor).toMatchObject({
        next: "meet",
        peer: { id: "a", incarnation: "a-1", knowsToken: true, version: 2, standing: aStanding() },
      });
      expect(run.byDialler).toMatchObject({
        next: "meet",
        peer: { id: "b", knowsToken: true, standing: { startNonce: "start-b" } },
      });
      frames.push(...run.frames);
    }
    expect(frames.join()).not.toContain("s3cret");
    const proofs = frames.flatMap((frame) => frame.match(/[0-9a-f]{64}/g) ?? []);
    expect([proofs.length, new Set(proofs).size]).toEqual([4, 4]);
  });

  it("says without a token that there is none to know", () => {
    const run = shakeHands(dials(credentials("a")), accepts(credentials("b")));
    expect(run.byAcceptor).toMatchObject({ next: "meet", peer: { knowsToken: false } });
    expect(run.byDialler).toMatchObject({ next: "meet", peer: { knowsToken: false } });
  });

  const none = ["red"] as const;
  it.each([
    ["the same", ["red"], ["red"], "meet"],
    ["one of two", ["red"], ["blue", "red"], "meet"],
    ["the other of two", ["blue"], ["blue", "red"], "meet"],
    ["two of which the last is known", ["green", "red"], ["red"], "meet"],
    ["two and two with one in common", ["green", "red"], ["red", "blue"], "meet"],
    ["another", ["green"], none, "the token does not match"],
    ["two others", ["green", "blue"], none, "the token does not match"],
    ["none where one is needed", [], none, "a token is needed, but none was given"],
    ["one where there is none", none, [], "a token was given, but this node has none"],
  ])("is judged by the tokens of both sides: %s", (_name, given, own, outcome) => {
    const run = shakeHands(dials(credentials("a", ...given)), accepts(credentials("b", ...own)));
    if (outcome === "meet") expect([run.byAcceptor?.next, run.byDialler.next]).toEqual(["meet", "meet"]);
    else expect(run.byAcceptor).toMatchObject({ next: "refuse", reason: "wrongToken", detail: outcome });
  });

  it("is given by the accepting side only under a token that the dialler has proved to know", () => {
    const run = shakeHands(dials(credentials("a", "red")), accepts(credentials("b", "blue", "red")));
    expect(JSON.parse(run.frames[2] ?? "")[9]).toHaveLength(1);
  });

  it("cannot be sent back to the side that gave it", () => {
    const a = dials(credentials("a", "red"));
    const hello = said(a.hear(accepts(credentials("b", "red")).opening ?? ""));
    const returned = JSON.parse(hello);
    // As b, with the proof that a has just given.
    [returned[3], returned[5]] = ["b", "a"];
    expect(a.hear(JSON.stringify(returned))).toMatchObject({ next: "refuse", reason: "wrongToken" });
    // And to the way in of a: a's challenge was passed on to a's own dial, as that of b.
    const listening = accepts(credentials("a", "red"));
    const relayed = said(dials(credentials("a", "red")).hear(listening.opening ?? ""));
    expect(listening.hear(relayed)).toMatchObject({ next: "refuse", reason: "wrongNode" });
  });

  it("is compared to its last digit, and from its first", () => {
    const proof = proofOf("red", "dialling", [1]);
    const judged = (given: string) => judgeProofs([given], ["red"], "dialling", [1]).ok;
    expect(judged(proof)).toBe(true);
    for (let index = 0; index < proof.length; index++) {
      const other = proof[index] === "0" ? "1" : "0";
      expect(judged(proof.slice(0, index) + other + proof.slice(index + 1)), `digit ${index}`).toBe(false);
    }
  });

  it("is another for each side, whatever was said", () => {
    expect(proofOf("red", "dialling", [1])).not.toBe(proofOf("red", "accepting", [1]));
  });

  it("is worth nothing to another node, or at another time", () => {
    const heard = said(dials(credentials("a", "red")).hear(accepts(credentials("b", "red")).opening ?? ""));
    for (const other of [accepts(credentials("b", "red")), accepts(credentials("c", "red"))])
      expect(other.hear(heard)).toMatchObject({ next: "refuse", reason: "wrongToken" });
  });

  /** Every place of the three frames, and another value that the schema would let through. */
  const alterations: readonly (readonly [
    frame: 0 | 1 | 2,
    place: number,
    inside: number | null,
    value: unknown,
  ])[] = [
    [0, 1, null, 1],
    [0, 2, null, 3],
    [0, 3, null, "f".repeat(32)],
    ...([1, 2] as const).flatMap((frame) =>
      (
        [
          [2, null, "other"],
          [3, null, frame === 1 ? "c" : "d"],
          [4, null, "b-9"],
          [5, null, frame === 1 ? "d" : "c"],
          [6, 0, "cluster-2"],
          [6, 0, null],
          [6, 1, 9],
          [6, 2, "start-9"],
          [6, 3, ["start-0"]],
          [6, 4, 9],
          [6, 5, 9],
          [7, null, "f".repeat(32)],
          [8, null, ["displaced", "x"]],
          [9, 0, "f".repeat(64)],
        ] as const
      ).map(([place, inside, value]) => [frame, place, inside, value] as const),
    ),
  ];
  it.each(alterations)("covers frame %i, place %i %s: %j", (frame, place, inside, value) => {
    const run = shakeHands(
      dials(credentials("a", "red")),
      accepts(credentials("b", "red")),
      (text, index) => {
        if (index !== frame) return text;
        const fields = JSON.parse(text);
        if (inside === null) fields[place] = value;
        else fields[place][inside] = value;
        return JSON.stringify(fields);
      },
    );
    const last = frame === 2 ? run.byDialler : run.byAcceptor;
    expect(last).toMatchObject({ next: "refuse", reason: "wrongToken" });
  });

  it("fits into 1 KB with the longest of everything", () => {
    const long = (letter: string) => letter.repeat(64);
    const standing = () =>
      aStanding({
        clusterId: "c".repeat(11),
        startNonce: "n".repeat(21),
        earlierNonces: Array.from({ length: 8 }, () => "n".repeat(10)),
        startCount: 2 ** 52,
        writeCount: 2 ** 52,
      });
    const own = (id: string): Credentials => ({
      identity: { cluster: long("x"), id, incarnation: long("i") },
      tokens: () => ["red", "blue"],
    });
    const acceptor = acceptHandshake(own(long("b")), standing, () => null);
    const dialler = dialHandshake(own(long("a")), standing, long("b"));
    const first = said(dialler.hear(acceptor.opening ?? ""));
    expect(acceptor.hear(first)).toMatchObject({ next: "meet" });
    const answer = acceptor.answer({ reason: "wrongCluster", detail: '"'.repeat(1000) }) ?? "";
    expect(dialler.hear(answer)).toMatchObject({
      next: "meet",
      peer: { refusal: { reason: "wrongCluster", detail: '"'.repeat(200) } },
    });
    expect(Math.max(first.length, answer.length)).toBeLessThanOrEqual(longestHelloBytes);
  });
});
