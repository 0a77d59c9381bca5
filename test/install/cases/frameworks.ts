import type { InstallCase } from "../case.js";
import { assertElected } from "../elect.js";
import { versions } from "../versions.js";

/** The module of the page, and a program that runs three of them. */
const nest = `import "reflect-metadata";
import { Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { createElector, type Elector, type ElectorOptions, loopbackTransport, memoryVoteStore, silentLogger } from "raftbeat";

@Injectable()
class Leadership implements OnModuleInit, OnApplicationShutdown {
  elector!: Elector;
  constructor(@Inject("ELECTOR_OPTIONS") private readonly options: ElectorOptions) {}
  async onModuleInit(): Promise<void> {
    this.elector = await createElector(this.options);
  }
  async onApplicationShutdown(): Promise<void> {
    await this.elector.stop();
  }
}

function moduleOf(options: ElectorOptions) {
  @Module({ providers: [Leadership, { provide: "ELECTOR_OPTIONS", useValue: options }] })
  class LeadershipModule {}
  return LeadershipModule;
}

async function main(): Promise<void> {
  const voters = { a: "ws://a", b: "ws://b", c: "ws://c" };
  const transport = loopbackTransport();
  const apps = await Promise.all(
    Object.keys(voters).map((id) =>
      NestFactory.createApplicationContext(
        moduleOf({
          cluster: "nest", id, voters, transport, timing: "wan", logger: silentLogger,
          store: memoryVoteStore({ unsafeForgetsVotes: true }),
        }),
        { logger: false },
      ),
    ),
  );
  const electors = apps.map((app) => app.get(Leadership).elector);
  const written = new Promise<number>((resolve) => {
    for (const elector of electors)
      elector.whileLeader(async (lead) => {
        lead.assertValid();
        resolve(lead.term);
      });
  });
  console.log("one leader, term " + (await written));
  await Promise.all(apps.map((app) => app.close()));
}
void main();
`;

/** Frameworks. */
export const frameworks: readonly InstallCase[] = [
  {
    name: "nest",
    what: `NestJS ${versions.nest}, CommonJS`,
    answer: "works",
    command: "npx tsc && node dist/main.js",
    quick: true,
    async run(folder) {
      await folder.install(
        [
          `@nestjs/core@${versions.nest}`,
          `@nestjs/common@${versions.nest}`,
          "reflect-metadata@0.2",
          "rxjs@7",
          `typescript@${versions.typescript5}`,
          "@types/node@20",
        ],
        {},
      );
      folder.write("src/main.ts", nest);
      // What a new Nest project has.
      folder.writeJson("tsconfig.json", {
        compilerOptions: {
          module: "nodenext",
          target: "es2023",
          outDir: "dist",
          rootDir: "src",
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          esModuleInterop: true,
          strictNullChecks: true,
          skipLibCheck: true,
        },
      });
      await folder.run("npx", ["--no-install", "tsc"]);
      assertElected(await folder.run("node", ["dist/main.js"]));
    },
  },
];
