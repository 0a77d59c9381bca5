import { renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tlsOf, tokensOf } from "../../src/settings/secret-files.js";
import { temporaryFolder } from "../processes/support/node.js";

describe("files of secrets", () => {
  it("are read anew when they change, and hold one token or two", () => {
    const tokenFile = join(temporaryFolder(), "token");
    writeFileSync(tokenFile, "old\n");
    const tokens = tokensOf({ tokenFile });
    const first = tokens?.();
    expect(first).toEqual(["old"]);
    expect(tokens?.()).toBe(first);
    writeFileSync(tokenFile, "old\r\nnew\n\n");
    expect(tokens?.()).toEqual(["old", "new"]);
    // As cert-manager and Kubernetes do: another file takes the place.
    writeFileSync(`${tokenFile}.next`, "new\n");
    renameSync(`${tokenFile}.next`, tokenFile);
    expect(tokens?.()).toEqual(["new"]);
  });

  it("say what is wrong as long as it is, and are read again after", () => {
    const tokenFile = join(temporaryFolder(), "token");
    writeFileSync(tokenFile, "old");
    const tokens = tokensOf({ tokenFile });
    unlinkSync(tokenFile);
    for (let count = 0; count < 2; count++)
      expect(tokens).toThrow(`${tokenFile} cannot be read as the token file: ENOENT`);
    writeFileSync(tokenFile, "");
    expect(tokens).toThrow(`${tokenFile} is empty`);
    writeFileSync(tokenFile, "new");
    expect(tokens?.()).toEqual(["new"]);
  });

  it("of TLS are one object until one of them changes", () => {
    const folder = temporaryFolder();
    const files = { tlsCert: join(folder, "cert"), tlsKey: join(folder, "key"), tlsCa: join(folder, "ca") };
    for (const file of Object.values(files)) writeFileSync(file, "1");
    const tls = tlsOf(files);
    const first = tls?.();
    expect(tls?.()).toBe(first);
    writeFileSync(files.tlsKey, "2");
    expect(tls?.()).toEqual({ cert: "1", key: "2", ca: "1" });
  });
});
