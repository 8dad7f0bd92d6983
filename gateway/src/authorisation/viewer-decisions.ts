import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { LRUCache } from 'lru-cache';
import type { Policies } from './policies.ts';
import { isMet, type Requirement } from './requirement.ts';

/** What was decided for one viewer about some requirements. */
export interface Decisions {
  /**
   * Tells the decisions from all others about requirements of the same supergraph, whatever the operation: `+2-5` where the
   * second is met and the fifth is not.
   */
  readonly key: string;
  isMet(requirement: number): boolean;
}

/** For an operation that has no requirements. */
export const nothingToDecide: Decisions = { key: '', isMet: () => false };

/** Decides about the requirements of one supergraph. */
export interface Decider {
  /** @param touched indexes of requirements, sorted */
  decide(viewer: Viewer | null, touched: readonly number[]): Decisions | Promise<Decisions>;
}

/** What the viewer alone decides; policies are asked every time, since what they say may change. */
interface Standing {
  /** By requirement. */
  readonly outcomes: readonly (boolean | 'asks policies')[];
  /** By the requirements that an operation touches; without those that ask policies. */
  readonly decided: WeakMap<readonly number[], Decisions>;
}

/** Viewers have few different ones; those of which there is none here are only made again. */
const REMEMBERED_STANDINGS = 1_000;

/**
 * @param onPolicyFailure is told what a policy threw
 */
export function createDecider(
  requirements: readonly Requirement[],
  policies: Policies,
  onPolicyFailure: (policy: string, error: unknown) => void,
): Decider {
  const standings = new LRUCache<string, Standing>({ max: REMEMBERED_STANDINGS });
  const anonymous = standingOf(null);
  /** By the list itself: viewers of tokens who have the same scopes share one. */
  const byScopes = new WeakMap<readonly string[], Standing>();

  /** One for all viewers who stand alike. */
  function standingOf(viewer: Viewer | null): Standing {
    const outcomes = outcomesFor(viewer);
    const key = outcomes.join();
    const known = standings.get(key) ?? { outcomes, decided: new WeakMap() };
    standings.set(key, known);
    return known;
  }

  function outcomesFor(viewer: Viewer | null): Standing['outcomes'] {
    const scopes = new Set(viewer?.scopes);
    return requirements.map((requirement) => {
      if (requirement.kind === 'policies') return 'asks policies';
      return requirement.kind === 'authenticated'
        ? viewer !== null
        : isMet(requirement.anyOf, (name) => scopes.has(name));
    });
  }

  function standingFor(viewer: Viewer | null): Standing {
    if (viewer === null) return anonymous;
    const known = byScopes.get(viewer.scopes);
    if (known) return known;
    const standing = standingOf(viewer);
    byScopes.set(viewer.scopes, standing);
    return standing;
  }

  async function ask(policy: string, viewer: Viewer | null): Promise<boolean> {
    try {
      return (await policies.get(policy)?.(viewer)) === true;
    } catch (error) {
      onPolicyFailure(policy, error);
      return false;
    }
  }

  async function askPolicies(viewer: Viewer | null, touched: readonly number[]): Promise<Decisions> {
    const asked = touched.flatMap((index) => {
      const requirement = requirements[index];
      return requirement?.kind === 'policies' ? [{ index, anyOf: requirement.anyOf }] : [];
    });
    const names = [...new Set(asked.flatMap(({ anyOf }) => anyOf.flat()))];
    const answers = await Promise.all(names.map((name) => ask(name, viewer)));
    const granted = new Set(names.filter((_, index) => answers[index]));
    const met = new Map(asked.map(({ index, anyOf }) => [index, isMet(anyOf, (name) => granted.has(name))]));
    const { outcomes } = standingFor(viewer);
    return decisions(touched, (index) => met.get(index) ?? outcomes[index] === true);
  }

  return {
    decide(viewer, touched) {
      const { outcomes, decided } = standingFor(viewer);
      const known = decided.get(touched);
      if (known) return known;
      if (touched.some((index) => outcomes[index] === 'asks policies')) return askPolicies(viewer, touched);
      const made = decisions(touched, (index) => outcomes[index] === true);
      decided.set(touched, made);
      return made;
    },
  };
}

function decisions(touched: readonly number[], isMetAt: (requirement: number) => boolean): Decisions {
  let key = '';
  for (const index of touched) key += isMetAt(index) ? `+${index}` : `-${index}`;
  return { key, isMet: isMetAt };
}
