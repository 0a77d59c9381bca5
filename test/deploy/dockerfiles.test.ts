import { describe, expect, it } from "vitest";
import { read } from "../docs/support/pages.js";
import { instructionsOf, problemsOf, wordsOf } from "./support/dockerfiles.js";

describe.each(["Dockerfile", "service.Dockerfile"])("docs/deploy/%s", (file) => {
  const instructions = instructionsOf(file);
  const textsOf = (keyword: string) =>
    instructions.filter((each) => each.keyword === keyword).map(({ text }) => text);

  it("has only instructions that there are", () => {
    expect(problemsOf(read(`docs/deploy/${file}`))).toEqual([]);
    expect(problemsOf("FROM node:22-slim\nENTRYPOIN x")).toEqual(["Unknown instruction: ENTRYPOIN"]);
  });

  it("runs its process itself, by a user without rights whom Kubernetes can check", () => {
    expect(wordsOf(instructions, "ENTRYPOINT")).not.toBeNull();
    // A number: "runAsNonRoot" refuses a name.
    expect(textsOf("USER")).toEqual(["1000:1000"]);
    const last = (keyword: string) => instructions.findLastIndex((each) => each.keyword === keyword);
    expect(last("RUN")).toBeLessThan(last("USER"));
    expect(last("USER")).toBeLessThan(last("VOLUME"));
  });

  it("names releases, leaves no cache behind, and holds no secret", () => {
    for (const text of textsOf("FROM")) expect(text).toMatch(/^node:(20|22|24)-slim( AS \w+)?$/);
    expect(
      textsOf("RUN")
        .filter((text) => text.includes("npm "))
        .at(-1),
    ).toContain("npm cache clean --force");
    expect(
      [...textsOf("ENV"), ...textsOf("ARG")].filter((text) => /TOKEN|SECRET|KEY|PASS/i.test(text)),
    ).toEqual([]);
  });

  it("keeps the record on its volume, which belongs to that user", () => {
    const [volume = ""] = textsOf("VOLUME");
    expect(textsOf("ENV").join(" ")).toContain(`RAFTBEAT_DATA=${volume}`);
    expect(textsOf("RUN")).toContain(`install -d -o 1000 -g 1000 -m 0700 ${volume}`);
  });
});
