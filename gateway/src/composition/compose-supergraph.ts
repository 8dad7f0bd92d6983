import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isNativeError } from 'node:util/types';
import { composeServices } from '@apollo/composition';
import { type ASTNode, type DocumentNode, GraphQLError, getLocation, parse, Source } from 'graphql';
import { joinUrls } from '../subgraph-fetch/subgraph-urls.ts';
import type { Finding, FindingLocation } from './finding.ts';
import type { SubgraphEntry } from './supergraph-config.ts';

/** What composing gives: the supergraph with what it hints at, or why there is none. */
export type CompositionOutcome =
  | { isComposed: true; supergraphSdl: string; hints: Finding[] }
  | { isComposed: false; errors: Finding[] };

/** Hints below this level (`DEBUG`) say what composition did, not what an author should look at. */
const LOWEST_HINT_LEVEL = 40;

/** Composes the schemas of the listed subgraphs with Apollo's composition. Nothing is written. */
export async function composeSupergraph(subgraphs: readonly SubgraphEntry[]): Promise<CompositionOutcome> {
  const errors: Finding[] = [];
  const services: { name: string; url: string; typeDefs: DocumentNode }[] = [];
  for (const { name, urls, schemaFile } of subgraphs) {
    try {
      services.push({ name, url: joinUrls(urls), typeDefs: await parseSchema(schemaFile) });
    } catch (error) {
      errors.push(findingOfUnreadableSchema(name, error));
    }
  }
  if (errors.length > 0) return { isComposed: false, errors };

  const result = composeServices(services);
  if (result.errors) return { isComposed: false, errors: result.errors.map(findingOfError) };
  return {
    isComposed: true,
    supergraphSdl: result.supergraphSdl,
    hints: result.hints
      .filter((hint) => hint.definition.level.value >= LOWEST_HINT_LEVEL)
      .map((hint) => ({
        code: hint.definition.code,
        message: hint.message,
        locations: locationsOf(hint.nodes ?? []),
      })),
  };
}

/** The source's name is the path, and every node keeps its source, so a finding finds its file again. */
async function parseSchema(file: string): Promise<DocumentNode> {
  return parse(new Source(await readFile(file, 'utf8'), relative(process.cwd(), file)));
}

function findingOfUnreadableSchema(subgraph: string, error: unknown): Finding {
  if (error instanceof GraphQLError) return { ...findingOfError(error), code: 'INVALID_GRAPHQL' };
  const reason = isNativeError(error) ? error.message : String(error);
  return { code: 'SCHEMA_UNREADABLE', message: `[${subgraph}] ${reason}`, locations: [] };
}

function findingOfError(error: GraphQLError): Finding {
  const { code } = error.extensions;
  return {
    code: typeof code === 'string' ? code : 'COMPOSITION_ERROR',
    message: error.message,
    locations: error.nodes ? locationsOf(error.nodes) : positionsOf(error),
  };
}

function locationsOf(nodes: readonly ASTNode[]): FindingLocation[] {
  const locations: FindingLocation[] = [];
  for (const { loc } of nodes) {
    if (!loc) continue;
    const { line, column } = getLocation(loc.source, loc.start);
    locations.push({ file: loc.source.name, line, column, sourceText: loc.source.body });
  }
  return locations;
}

function positionsOf({ source, positions }: GraphQLError): FindingLocation[] {
  if (!source || !positions) return [];
  return positions.map((position) => ({
    file: source.name,
    ...getLocation(source, position),
    sourceText: source.body,
  }));
}
