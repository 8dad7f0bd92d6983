import { composeSupergraph } from '../composition/compose-supergraph.ts';
import { type Finding, formatFinding } from '../composition/finding.ts';
import { readSupergraphConfig, type SubgraphEntry, SupergraphConfigError } from '../composition/supergraph-config.ts';

/** What the subgraphs of a list make together. */
export interface ComposedSchema {
  readonly subgraphs: readonly SubgraphEntry[];
  readonly sdl: string;
}

/** The subgraphs do not make a supergraph; the message has all reasons, with code frames. */
export class NotComposedError extends Error {
  override readonly name = 'NotComposedError';
}

/**
 * Composes the subgraphs of a list.
 * @throws NotComposedError
 */
export async function composeFrom(configFile: string): Promise<ComposedSchema> {
  const refuse = (findings: readonly Finding[]): never => {
    const reasons = findings.map((finding) => formatFinding(finding, configFile));
    throw new NotComposedError([...reasons, 'The subgraphs do not compose.'].join('\n\n'));
  };
  try {
    const subgraphs = await readSupergraphConfig(configFile);
    const outcome = await composeSupergraph(subgraphs);
    return outcome.isComposed ? { subgraphs, sdl: outcome.supergraphSdl } : refuse(outcome.errors);
  } catch (error) {
    if (error instanceof SupergraphConfigError) return refuse(error.findings);
    throw error;
  }
}
