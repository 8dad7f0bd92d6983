/** Stops the servers that `global-setup.ts` made, if any test asked for them. */
export default async function tearDown(): Promise<void> {
  await globalThis.endTestRun?.();
}
