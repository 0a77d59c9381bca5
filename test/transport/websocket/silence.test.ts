import { describe, expect, it } from "vitest";
import { createSilence } from "../../../src/transport/link/silence.js";

const silenceMs = 100;

describe("the silence of a link", () => {
  it("is ended by a question after so long, not before", () => {
    const silence = createSilence();
    expect(silence.look(1000, 1099, silenceMs)).toBe("wait");
    expect(silence.look(1000, 1100, silenceMs)).toBe("ask");
  });

  it("shows a dead link at the second look in vain, as long again after the question", () => {
    const silence = createSilence();
    silence.onAsked(1100);
    expect(silence.look(1000, 1150, silenceMs)).toBe("wait");
    expect(silence.look(1000, 1199, silenceMs)).toBe("wait");
    expect(silence.look(1000, 1200, silenceMs)).toBe("giveUp");
  });

  it("shows nothing at one late look: this process may have been away itself", () => {
    const silence = createSilence();
    silence.onAsked(1100);
    expect(silence.look(1000, 9000, silenceMs)).toBe("wait");
    expect(silence.look(1000, 9001, silenceMs)).toBe("giveUp");
  });

  it("begins anew with each question: looks in vain of an earlier one do not count", () => {
    const silence = createSilence();
    silence.onAsked(1100);
    expect(silence.look(1000, 1150, silenceMs)).toBe("wait");
    expect(silence.onAnswer(1160)).toBe(60);
    silence.onAsked(1300);
    expect(silence.look(1160, 1400, silenceMs)).toBe("wait");
    expect(silence.look(1160, 1401, silenceMs)).toBe("giveUp");
  });

  it("is over with anything that arrives, not with the answer alone", () => {
    const silence = createSilence();
    silence.onAsked(1100);
    expect(silence.look(1150, 1249, silenceMs)).toBe("wait");
    expect(silence.look(1150, 1250, silenceMs)).toBe("ask");
  });

  it("takes an answer that nobody asked for, or a second one, for no round trip", () => {
    const silence = createSilence();
    expect(silence.onAnswer(1000)).toBeNull();
    silence.onAsked(1100);
    expect(silence.onAnswer(1103)).toBe(3);
    expect(silence.onAnswer(1104)).toBeNull();
  });
});
