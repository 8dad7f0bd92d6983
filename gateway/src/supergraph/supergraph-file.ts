import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { type DirectiveNode, type DocumentNode, GraphQLError, Kind, parse } from 'graphql';

/** A composed supergraph and the subgraphs it names. */
export interface SupergraphFile {
  sdl: string;
  subgraphs: { name: string; url: string }[];
}

/**
 * Reads a Federation 2 supergraph.
 * @throws StartError in one line when the file cannot be read, is not GraphQL, or is some other schema
 */
export async function readSupergraphFile(file: string): Promise<SupergraphFile> {
  const sdl = await readSupergraphText(file);
  return { sdl, subgraphs: subgraphsOf(sdl, file) };
}

/**
 * Reads what may be a supergraph.
 * @throws StartError in one line when the file cannot be read
 */
export async function readSupergraphText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new StartError(`cannot read the supergraph: ${isNativeError(error) ? error.message : error}`, {
      cause: error,
    });
  });
}

/**
 * The subgraphs that the text of a file names.
 * @throws StartError in one line when it is not GraphQL, or is some other schema
 */
export function subgraphsOf(sdl: string, file: string): SupergraphFile['subgraphs'] {
  const subgraphs = subgraphsIn(parseSupergraph(sdl, file));
  if (subgraphs.length === 0) {
    throw new StartError(
      `${file} is not a Federation 2 supergraph (it has no join__Graph): compose one with \`npm run compose\``,
    );
  }
  return subgraphs;
}

/**
 * Parses what may be a supergraph.
 * @param name of the file, or of whatever it is from
 * @throws StartError in one line that begins with the name and the place when it is not GraphQL
 */
export function parseSupergraph(sdl: string, name: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    throw new StartError(`${name}:${place?.line ?? 1}:${place?.column ?? 1} is not GraphQL: ${error.message}`);
  }
}

/**
 * The subgraphs that a supergraph names; none when it is some other schema.
 * @see https://specs.apollo.dev/join/v0.3/#@graph
 */
export function subgraphsIn(document: DocumentNode): SupergraphFile['subgraphs'] {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    return (definition.values ?? []).flatMap(({ directives = [] }) =>
      directives
        .filter((directive) => directive.name.value === 'join__graph')
        .map((directive) => ({ name: argumentOf(directive, 'name'), url: argumentOf(directive, 'url') })),
    );
  }
  return [];
}

function argumentOf(directive: DirectiveNode, name: string): string {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}
