/** What is said of this target before it is loaded. */
export const about = {
  name: "trainer",
  summary: "a standalone TypeScript program that trains, measures and predicts",
} as const;
