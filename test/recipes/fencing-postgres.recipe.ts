import { Client, Pool } from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { claim, issue, issueInvoice, raise, StaleTerm, schema } from "../../examples/fencing-postgres.js";
import { codeBlocks, read } from "../docs/support/pages.js";
import { until } from "../processes/support/node.js";
import { pausedLeader, start, threeReplicas } from "./support/paused-leader.js";
import { serverFolder, startPostgres } from "./support/servers.js";
import { describeWith } from "./support/tools.js";

describeWith(["postgres", "initdb"], "fencing in PostgreSQL", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let pool: Pool;
  const { folder, remove } = serverFolder();

  beforeAll(async () => {
    server = await startPostgres(folder);
    pool = new Pool({ connectionString: server.url });
    pool.on("error", () => {});
    await pool.query(schema);
  });
  beforeEach(() => pool.query("TRUNCATE fence, invoice"));
  afterAll(async () => {
    await pool.end();
    await server.end("SIGINT");
    remove();
  });

  const invoices = async () =>
    (await pool.query("SELECT number::int, term::int, issued_by FROM invoice ORDER BY number")).rows;

  it("is on the page as it is in the example", () => {
    const blocks = codeBlocks(read("docs/fencing.md"), "sql").map((block) => block.trim());
    for (const statement of [schema.replaceAll("IF NOT EXISTS ", ""), raise, issue])
      expect(blocks).toContain(statement.trim());
  });

  it("refuses a lower term, and takes the same and a higher one", async () => {
    await issueInvoice(pool, 3, 1, "a");
    await issueInvoice(pool, 3, 2, "a");
    await issueInvoice(pool, 5, 3, "b");
    await expect(issueInvoice(pool, 3, 4, "a")).rejects.toThrow(
      new StaleTerm("term 3 is stale: the fence is at 5"),
    );
    expect(await invoices()).toEqual([
      { number: 1, term: 3, issued_by: "a" },
      { number: 2, term: 3, issued_by: "a" },
      { number: 3, term: 5, issued_by: "b" },
    ]);
  });

  it("refuses the leader of before from the claim on, before the new leader has written anything", async () => {
    await issueInvoice(pool, 1, 1, "a");
    await claim(pool, 2);
    await expect(issueInvoice(pool, 1, 2, "a")).rejects.toThrow(StaleTerm);
    await expect(claim(pool, 1)).rejects.toThrow(StaleTerm);
    expect(await invoices()).toHaveLength(1);
  });

  it("raises no fence where the write itself fails", async () => {
    await issueInvoice(pool, 1, 1, "a");
    await expect(issueInvoice(pool, 9, 1, "b")).rejects.toThrow(/duplicate key/);
    await issueInvoice(pool, 1, 2, "a");
    expect(await invoices()).toHaveLength(2);
  });

  it.each(["read committed", "repeatable read", "serializable"])(
    "lets no lower term follow a higher one among concurrent writers: %s",
    async (isolation) => {
      const clients = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const client = new Client({ connectionString: server.url });
          await client.connect();
          await client.query(`SET default_transaction_isolation TO '${isolation}'`);
          return { client, term: 1 + (index % 4), by: `w${index}` };
        }),
      );
      let refused = 0;
      const written: { readonly term: number; readonly number: number }[] = [];
      await Promise.all(
        clients.map(async ({ client, term, by }, index) => {
          for (let count = 0; count < 50; count++) {
            const number = count * clients.length + index;
            try {
              await issueInvoice(client, term, number, by);
              written.push({ term, number });
            } catch (error) {
              // A transaction that met another is for its caller to try again; here it counts as not done.
              if (!(error instanceof StaleTerm)) expect((error as { code: string }).code).toBe("40001");
              else refused++;
            }
          }
          await client.end();
        }),
      );
      // In the order in which they were committed: of two that wrote the row of the fence, the second waited for the first.
      const rows = await pool.query("SELECT term::int FROM invoice ORDER BY pg_xact_commit_timestamp(xmin)");
      const terms = rows.rows.map(({ term }) => term as number);
      expect(terms).toEqual([...terms].sort((a, b) => a - b));
      expect(terms).toHaveLength(written.length);
      expect(terms.at(-1)).toBe(4);
      expect(refused).toBeGreaterThan(0);
    },
  );

  it("refuses a leader that was paused between its check and its write", async () => {
    const { said, before, after } = await pausedLeader({ DATABASE_URL: server.url });
    expect(said).toMatch(new RegExp(`was refused: term ${before} is stale: the fence is at ${after}\n`));
    expect(await invoices()).toEqual([{ number: 1, term: after, issued_by: expect.any(String) }]);
  });

  it("keeps one sequence of invoices over a leader that is killed: the example, as three processes", async () => {
    const replicas = await threeReplicas({ DATABASE_URL: server.url });
    const running = new Map(
      [...replicas].map(([id, variables]) => [id, start("examples/fencing-postgres.ts", variables)]),
    );
    const said = () => [...running.values()].map((one) => one.stdout() + one.stderr()).join("");
    await until(
      () => said().includes("invoice 3 "),
      () => `invoices; they said ${said()}`,
      60_000,
    );
    const first = /invoice 3 by (\w)/.exec(said())?.[1] as string;
    running.get(first)?.process.kill("SIGKILL");
    const others = [...running].filter(([id]) => id !== first).map(([, one]) => one);
    await until(
      () => others.some((one) => (one.stdout().match(/invoice \d+ by/g) ?? []).length >= 3),
      () => `invoices of another; they said ${said()}`,
      60_000,
    );
    for (const one of others) one.process.kill("SIGTERM");
    expect(await Promise.all(others.map((one) => one.exited))).toEqual([0, 0]);
    const rows = await invoices();
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
    const terms = rows.map(({ term }) => term);
    expect(terms).toEqual([...terms].sort((a, b) => a - b));
    expect(new Set(terms).size).toBeGreaterThan(1);
  });
});
