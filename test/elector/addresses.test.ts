import { describe, expect, it } from "vitest";
import { Electors, type Seat } from "./support/electors.js";

const founders = ["a", "b", "c"];
const votersAt = (host: string, ids: readonly string[]) =>
  Object.fromEntries(ids.map((id) => [id, `ws://${id}.${host}:7400`]));

/** A cluster in which d has taken the place of c, as its owner would do it. */
async function withLaterMember(): Promise<{ world: Electors; leader: Seat }> {
  const world = await Electors.of(founders, { voters: votersAt("old", founders) });
  await world.leader();
  await world.start("d", { join: true });
  await world.settled(
    (await world.leader()).elector.reconfigure({ add: { id: "d", address: "ws://d.old:7400" } }),
  );
  const leader = await world.leader();
  if (leader.id === "c") await world.settled(leader.elector.transfer({ to: "a" }));
  const next = await world.leader();
  await world.settled(next.elector.reconfigure({ remove: "c" }));
  await world.settled(world.seat("c").elector.stop());
  return { world, leader: next };
}

describe("when members move", () => {
  it("all of them, founders or not, are reached at the addresses in the settings of today", async () => {
    const { world } = await withLaterMember();
    const members = ["a", "b", "d"];
    await world.stop(...members);
    for (const id of members) world.cluster.network.move(id, `ws://${id}.new:7400`);
    for (const id of members) await world.start(id, { voters: votersAt("new", members) });
    const { elector } = await world.leader();
    expect(elector.status().peers.map(({ connected }) => connected)).toEqual([true, true]);
    for (const member of members)
      for (const { address, id } of world.seat(member).elector.status().peers)
        expect(address).toBe(`ws://${id}.new:7400`);
  });

  it("a member that only its record names is reached once the leader tells its address", async () => {
    const { world } = await withLaterMember();
    await world.stop("a", "b", "d");
    for (const id of ["a", "b", "d"]) world.cluster.network.move(id, `ws://${id}.new:7400`);
    // As in the field: the founders' settings have their new addresses and c's old one, and d has none but its record.
    for (const id of ["a", "b"])
      await world.start(id, { voters: { ...votersAt("new", ["a", "b"]), c: "ws://c.old:7400" } });
    await world.start("d", { join: true });
    const { elector, id: leading } = await world.leader();
    await world.advance(2000);
    expect(world.linked(leading, "d")).toBe(false);
    const before = elector.status().configurationId;
    await world.settled(elector.reconfigure({ address: { id: "d", address: "ws://d.new:7400" } }));
    await world.until(() => world.linked(leading, "d"));
    const after = elector.status().configurationId;
    // Who belongs is the same, so the digest is too; it is a new configuration all the same, and each node takes it.
    expect(after).toMatchObject({ version: before.version + 1, digest: before.digest });
    await world.until(() => world.seat("d").elector.status().leader === leading);
    for (const id of ["a", "b", "d"]) {
      await world.until(() => world.seat(id).elector.status().configurationId.version === after.version);
      expect(
        world
          .seat(id)
          .elector.status()
          .voters.find((voter) => voter.id === "d"),
      ).toMatchObject({
        address: "ws://d.new:7400",
      });
    }
    // It is on record: a restart knows it.
    await world.stop("a");
    await world.start("a", { voters: votersAt("new", ["a", "b"]) });
    expect(world.seat("a").elector.status().peers).toContainEqual(
      expect.objectContaining({ id: "d", address: "ws://d.new:7400" }),
    );
  });

  it("a change of address leaves the leader in its term, may be asked twice, and is refused for a stranger", async () => {
    const world = await Electors.of(founders);
    const { elector, id } = await world.leader();
    const { term } = elector.status();
    const [other] = founders.filter((one) => one !== id) as [string];
    const move = { address: { id: other, address: "ws://elsewhere:1" } };
    await world.settled(elector.reconfigure(move));
    const { version } = elector.status().configurationId;
    await world.settled(elector.reconfigure(move));
    await world.settled(elector.reconfigure({ address: { id, address: "ws://here:1" } }));
    expect(elector.status()).toMatchObject({
      term,
      isLeader: true,
      configurationId: { version: version + 1 },
    });
    const unknown = elector.reconfigure({ address: { id: "z", address: "ws://z:1" } });
    await expect(world.settled(unknown)).rejects.toMatchObject({
      code: "reconfigureRefused",
      message: "z is no member: add it, with its address",
    });
    const added = elector.reconfigure({ add: { id: other, address: "ws://third:1" } });
    await expect(world.settled(added)).rejects.toMatchObject({
      message: expect.stringMatching(/change its address instead/),
    });
  });

  it("says which settings go before what the cluster agreed on, once each, and which the others do not know", async () => {
    const world = await Electors.of(founders);
    const { elector, logged } = await world.leader();
    const [other] = founders.filter((one) => one !== elector.id) as [string];
    const overruled = () => logged.filter((line) => line.includes("differs from the address"));
    expect(overruled()).toEqual([]);
    await world.settled(elector.reconfigure({ address: { id: other, address: "ws://elsewhere:1" } }));
    expect(overruled()).toEqual([
      expect.stringMatching(
        `voters.${other} \\(ws://${other}:7400\\) .*\\(ws://elsewhere:1\\): this node uses its own setting`,
      ),
    ]);
    await world.settled(elector.reconfigure({ address: { id: elector.id, address: "ws://here:1" } }));
    expect(overruled()).toHaveLength(1);

    await world.stop(elector.id);
    await world.start(elector.id, { voters: votersAt("new", founders) });
    expect(world.seat(elector.id).logged).toContainEqual(
      expect.stringMatching(
        `voters.${elector.id} \\(ws://${elector.id}.new:7400\\) says where this node is, .* at ws://here:1`,
      ),
    );
  });
});
