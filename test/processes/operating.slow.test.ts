import { describe, expect, it } from "vitest";
import { raftbeatHere } from "../cli/support/in-process.js";
import { startCluster } from "./support/cluster.js";
import { raftbeat, until } from "./support/node.js";

const token = { RAFTBEAT_TOKEN: "a secret that only the operators know" };

/** A busy machine holds nobody up for so long that the leader changes once more. */
const unhurried = ["--timing", "laptop"];

describe("an operator of running nodes", () => {
  it("sees who leads, hands over, adds a node, changes its address, and removes one that leads", async () => {
    const cluster = await startCluster(["a", "b", "c"], { joiners: ["d"], extra: unhurried });
    const first = await cluster.settled();
    const urls = (ids: readonly string[]) => ["--url", ids.map(cluster.url).join(",")];

    const status = await raftbeatHere(["status", ...urls(["a", "b", "c", "d"])]);
    expect(status.exitCode).toBe(0);
    expect(status.stdout).toMatch(new RegExp(`^test: ${first} leads, term \\d+\n`));
    expect(status.stdout).toMatch(/\? +no answer .*ECONNREFUSED/);

    const other = cluster.ids.find((id) => id !== first) ?? "";
    const misled = await raftbeatHere(["transfer", ...urls([other])]);
    expect(misled.exitCode).toBe(1);
    expect(misled.stderr).toMatch(
      new RegExp(`^raftbeat: ${first} leads in term \\d+, and --url .*add its address\n$`),
    );
    const alone = await raftbeatHere(["reconfigure", "--remove", first, ...urls([first])]);
    expect(alone.exitCode).toBe(1);
    expect(alone.stderr).toMatch(/cannot remove itself: give --url of another voter too/);

    const transferee = ["a", "b", "c"].find((id) => id !== first) ?? "";
    const transfer = raftbeat(["transfer", "--to", transferee, ...urls(["a", "b", "c"])]);
    expect(await transfer.exited).toBe(0);
    expect(transfer.stdout()).toMatch(
      new RegExp(`^${first} handed over; ${transferee} leads in term \\d+\n$`),
    );
    await cluster.settled();

    cluster.start("d");
    const add = raftbeat(["reconfigure", "--add", `d=${cluster.address("d")}`, ...urls(["a", "b", "c"])]);
    expect(await add.exited).toBe(0);
    expect(add.stdout()).toBe("voters a, b, c, d\n");
    expect(await cluster.settled(["a", "b", "c", "d"])).toBe(transferee);

    const address = cluster.address("d").replace("127.0.0.1", "localhost");
    const move = await raftbeatHere(["reconfigure", "--address", `d=${address}`, ...urls(["a", "b", "c"])]);
    expect(move.exitCode).toBe(0);
    expect((await cluster.status(transferee)).voters).toContainEqual(
      expect.objectContaining({ id: "d", address }),
    );

    const remove = await raftbeatHere([
      "reconfigure",
      "--remove",
      transferee,
      "--json",
      ...urls(["a", "b", "c", "d"]),
    ]);
    expect(remove.exitCode).toBe(0);
    const left = ["a", "b", "c", "d"].filter((id) => id !== transferee);
    expect(JSON.parse(remove.stdout)).toMatchObject({ voters: left, observers: [] });
    expect(await cluster.settled(left)).not.toBe(transferee);
    await until(
      async () => (await cluster.status(transferee)).removed,
      `${transferee} knows that it was removed`,
    );
    expect((await fetch(`${cluster.url(transferee)}/readyz`)).status).toBe(503);
  });

  it("needs the token for changes where one is set, and only for those", async () => {
    const cluster = await startCluster(["a"], { environment: token });
    await cluster.settled();
    const url = ["--url", cluster.url("a")];
    const add = ["reconfigure", "--add", "b=ws://127.0.0.1:9", ...url];
    const without = await raftbeatHere(add);
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toMatch(/refused: changes need the header .*: give the nodes' token/);
    const wrong = await raftbeatHere(add, { RAFTBEAT_TOKEN: "guess" });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toMatch(/refused: the token is wrong: give the nodes' token/);
    const right = await raftbeatHere(
      ["reconfigure", "--address", `a=${cluster.address("a")}`, ...url],
      token,
    );
    expect(right).toMatchObject({ exitCode: 0, stdout: "voters a\n" });
    const status = await raftbeatHere(["status", "--json", ...url]);
    expect(status.exitCode).toBe(0);
    expect(JSON.parse(status.stdout).nodes).toHaveLength(1);
  });
});
