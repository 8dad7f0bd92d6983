const nobody = Promise.resolve({ viewer: null, isExplained: false });
const verify = () => nobody;

/** In place of the runtime's: every request is taken, as one of nobody's. */
export function createCallerVerification(): { verify: typeof verify; refusals: Readonly<Record<string, number>> } {
  return { verify, refusals: {} };
}
