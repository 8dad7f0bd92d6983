import type { HealthProbe } from './health-probe.ts';

/**
 * Probes servers anew, all at once, until one of them has told what is asked for. One that is frozen is waited for only where the
 * others do not tell.
 * @param isTold asked after each probe
 */
export async function probeUntil(probes: readonly Pick<HealthProbe, 'anew'>[], isTold: () => boolean): Promise<void> {
  const told = Promise.withResolvers<void>();
  const asked = probes.map(async (probe) => {
    await probe.anew();
    if (isTold()) told.resolve();
  });
  await Promise.race([told.promise, Promise.all(asked)]);
}
