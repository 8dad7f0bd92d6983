import { Supergraph } from '@apollo/federation-internals';
import { parse, print } from 'graphql';
import { bareDefinitions } from './bare-definitions.ts';
import { computedFieldsOf } from './conditions-apart.ts';
import { plannerNamesOf } from './planner-names.ts';
import { separateRequiredArguments } from './required-arguments.ts';
import { type PrintedSchemas, type SupergraphSchemas, schemasOf } from './supergraph-schemas.ts';

/** @throws Error saying what is wrong with the supergraph */
export function readSupergraph(supergraphSdl: string): SupergraphSchemas {
  return schemasOf(printSchemas(supergraphSdl, buildSupergraph(supergraphSdl)));
}

/**
 * The part that takes longest, by far; it loads Apollo's libraries, too.
 * @throws Error saying what is wrong with the supergraph
 */
export function buildSupergraph(supergraphSdl: string): Supergraph {
  return Supergraph.build(supergraphSdl, { validateSupergraph: true });
}

/** @param supergraph the same, built */
export function printSchemas(supergraphSdl: string, supergraph: Supergraph): PrintedSchemas {
  const document = parse(supergraphSdl, { noLocation: true });
  const separated = separateRequiredArguments(document);
  return {
    api: print(supergraph.apiSchema().toAST()),
    supergraph: print(bareDefinitions(document)),
    requiredFieldNames: new Map([...separated.requiredFields].map(([name, required]) => [name, required.name])),
    plannerNames: plannerNamesOf(separated.document),
    computedFields: computedFieldsOf(separated.document),
  };
}
