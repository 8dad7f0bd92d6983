import { Supergraph } from '@apollo/federation-internals';
import { assertValidSchema, buildASTSchema, buildSchema, print } from 'graphql';
import { readProtectedSupergraph } from '../authorisation/protected-supergraph.ts';
import { readCostRules } from '../cost/cost-rules.ts';
import { supergraphTypesOf } from '../execution/supergraph-types.ts';
import { readSubscriptions } from '../subscriptions/subscription-fields.ts';
import { subgraphsIn } from '../supergraph/supergraph-file.ts';
import { computedFieldsOf } from './conditions-apart.ts';
import { plannerNamesOf } from './planner-names.ts';
import { separateRequiredArguments } from './required-arguments.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/**
 * Reads a composed supergraph, which takes long, and loads Apollo's libraries, too.
 * @returns what there is to know of it, and what a planner takes: `facts.sdl`, built
 * @throws Error saying what is wrong with the supergraph
 */
export function readSupergraph(supergraphSdl: string): { facts: SupergraphFacts; built: Supergraph } {
  const { sdl, document, rules: accessRules } = readProtectedSupergraph(supergraphSdl);
  const built = Supergraph.build(sdl, { validateSupergraph: true });
  const apiSdl = print(built.apiSchema().toAST());
  assertValidSchema(buildSchema(apiSdl, { noLocation: true, assumeValidSDL: true }));
  const separated = separateRequiredArguments(document);
  const facts = {
    sdl,
    apiSdl,
    subgraphs: subgraphsIn(document),
    types: supergraphTypesOf(buildASTSchema(document, { assumeValidSDL: true })),
    accessRules,
    costRules: readCostRules(document),
    subscriptions: readSubscriptions(document),
    requiredFieldNames: new Map([...separated.requiredFields].map(([name, required]) => [name, required.name])),
    plannerNames: plannerNamesOf(separated.document),
    computedFields: computedFieldsOf(separated.document),
  };
  return { facts, built };
}
