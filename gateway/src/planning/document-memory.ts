import { type DocumentNode, Kind, type Location, visit } from 'graphql';

/** Nodes took from 90 for each token, in lists of numbers, to 290, in lists of fields, without locations. */
const BYTES_PER_TOKEN = 250;
const LEAST_BYTES = 512;

/** How much a document without locations takes, estimated. */
export function documentBytes({ tokenCount = 0 }: DocumentNode): number {
  return LEAST_BYTES + tokenCount * BYTES_PER_TOKEN;
}

/**
 * Drops from a valid document where in its text everything was. That takes as much memory as all the rest, since a location has all
 * tokens of the text behind it; and nothing but an error of a variable's value asks for one again, that of the variable.
 */
export function forgetLocations(document: DocumentNode): void {
  if (!document.loc) return;
  visit(document, {
    enter(node) {
      if (node.kind !== Kind.VARIABLE_DEFINITION) Object.assign(node, { loc: undefined });
      else if (node.loc) cutOff(node.loc);
    },
  });
}

/** Lets go of the tokens before and after a location. */
function cutOff({ startToken, endToken }: Location): void {
  for (const token of [startToken, endToken]) Object.assign(token, { prev: null, next: null });
}
