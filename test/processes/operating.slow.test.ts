import { describe, expect, it } from "vitest";
import { startCluster } from "./support/cluster.js";
import { raftbeat, until } from "./support/node.js";

const token = { RAFTBEAT_TOKEN: "a secret that only the operators know" };

describe("an operator of running nodes", () => {
  it("sees who leads, hands over, adds a node, changes its address, and removes one that leads", async () => {
    const cluster = await startCluster(["a", "b", "c"], { joiners: ["d"], extra: ["--timing", "laptop"] });
    const first = await cluster.settled();
    const urls = (ids: readonly string[]) => ["--url", ids.map(cluster.url).join(",")];

    const status = raftbeat(["status", ...urls(["a", "b", "c", "d"])]);
    expect(await status.exited).toBe(0);
    expect(status.stdout()).toMatch(new RegExp(`^test: ${first} leads, term \\d+\n`));
    expect(status.stdout()).toMatch(/\? +no answer .*ECONNREFUSED/);

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
    const move = raftbeat(["reconfigure", "--address", `d=${address}`, ...urls(["a", "b", "c"])]);
    expect(await move.exited).toBe(0);
    expect((await cluster.status(transferee)).voters).toContainEqual(
      expect.objectContaining({ id: "d", address }),
    );

    const remove = raftbeat(["reconfigure", "--remove", transferee, "--json", ...urls(["a", "b", "c", "d"])]);
    expect(await remove.exited).toBe(0);
    const left = ["a", "b", "c", "d"].filter((id) => id !== transferee);
    expect(JSON.parse(remove.stdout())).toMatchObject({ voters: left, observers: [] });
    expect(await cluster.settled(left)).not.toBe(transferee);
    await until(
      async () => (await cluster.status(transferee)).removed,
      `${transferee} knows that it was removed`,
    );
    expect((await fetch(`${cluster.url(transferee)}/readyz`)).status).toBe(503);
  });

  it("is told to ask the leader where it asked only another", async () => {
    const cluster = await startCluster(["a", "b", "c"], { extra: ["--timing", "laptop"] });
    const leader = await cluster.settled();
    const other = cluster.ids.find((id) => id !== leader) ?? "";
    const transfer = raftbeat(["transfer", "--url", cluster.url(other)]);
    expect(await transfer.exited).toBe(1);
    expect(transfer.stderr()).toMatch(
      new RegExp(`^raftbeat: ${leader} leads in term \\d+, and --url .*add its address\n$`),
    );
    const remove = raftbeat(["reconfigure", "--remove", leader, "--url", cluster.url(leader)]);
    expect(await remove.exited).toBe(1);
    expect(remove.stderr()).toMatch(/cannot remove itself: give --url of another voter too/);
  });

  it("needs the token for changes where one is set, and only for those", async () => {
    const cluster = await startCluster(undefined, { environment: token });
    await cluster.settled();
    const urls = ["--url", cluster.ids.map(cluster.url).join(",")];
    const without = raftbeat(["transfer", ...urls]);
    expect(await without.exited).toBe(1);
    expect(without.stderr()).toMatch(/refused: changes need the header .*: give the nodes' token/);
    const wrong = raftbeat(["transfer", ...urls], { RAFTBEAT_TOKEN: "guess" });
    expect(await wrong.exited).toBe(1);
    expect(wrong.stderr()).toMatch(/refused: the token is wrong: give the nodes' token/);
    const right = raftbeat(["transfer", ...urls], token);
    expect(await right.exited).toBe(0);
    const status = raftbeat(["status", "--json", ...urls]);
    expect(await status.exited).toBe(0);
    expect(JSON.parse(status.stdout()).nodes).toHaveLength(3);
  });
});
