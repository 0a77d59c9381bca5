/** What the cases install. Raise one, run its case, and say so on the page. */
export const versions = {
  bun: "1.4.5",
  deno: "2.9.6",
  esbuild: "0.28.2",
  jest: "30.5.2",
  babelModules: "7",
  nest: "12.5.1",
  pnpm: "10.34.8",
  rollup: "4.68.8",
  typescript5: "5.9.3",
  typescript7: "7.0.2",
  vite: "8.3.8",
  vitest: "4.1.12",
  webpack: "5.113.0",
  yarn: "4.18.1",
} as const;
