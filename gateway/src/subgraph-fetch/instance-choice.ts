import type { SubgraphInstance } from './subgraph-instance.ts';

/** Chooses which instance of a subgraph gets a request. */
export class InstanceChoice {
  readonly #instances: readonly SubgraphInstance[];
  #turn = 0;

  constructor(instances: readonly SubgraphInstance[]) {
    this.#instances = instances;
  }

  /**
   * The one with the least requests that it has not answered; of several, in turn. Where there is none, one that took no connections: it
   * may be back before it is probed, and somebody else be gone instead. One that is about to stop comes last.
   * @param except those that were tried in vain
   * @returns nothing where all others are ejected for another reason
   */
  next(nowMs: number, except?: readonly SubgraphInstance[]): SubgraphInstance | undefined {
    const instances = this.#instances;
    const start = this.#turn++ % instances.length;
    let best: SubgraphInstance | undefined;
    let draining: SubgraphInstance | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0; index < instances.length; index += 1) {
      const instance = instances[(start + index) % instances.length];
      if (!instance || instance.health.isEjected || except?.includes(instance)) continue;
      if (instance.isDraining(nowMs)) {
        draining = instance;
      } else if (instance.outstanding < least) {
        best = instance;
        least = instance.outstanding;
      }
    }
    if (best) return best;
    return instances.find((instance) => instance.health.isUnreachable && !except?.includes(instance)) ?? draining;
  }

  /** Whether requests can go to another one. */
  hasOther(than: SubgraphInstance): boolean {
    return this.#instances.some((instance) => instance !== than && !instance.health.isEjected);
  }
}
