import { defineConfig } from "vitest/config";

/** Recipes of the documentation, with the servers and tools that they name: `npm run test:recipes`. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/recipes/**/*.recipe.ts"],
    globalSetup: ["test/support/build.ts"],
    root: new URL("../..", import.meta.url).pathname,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 1,
  },
});
