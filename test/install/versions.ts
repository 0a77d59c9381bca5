/** What the cases install. Raise one, run its case, and say so on the page. */
export const versions = {
  jest: "30.5.2",
  babelModules: "7",
  nest: "12.5.1",
  typescript5: "5.9.3",
  typescript7: "7.0.2",
  vitest: "4.1.12",
} as const;
