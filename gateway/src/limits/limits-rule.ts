import type { Logger } from '@tributary/runtime/logging/logger';
import { currentWork } from '@tributary/runtime/request/request-work';
import type { DocumentNode, GraphQLSchema, ValidationRule } from 'graphql';
import { measureDocument } from './measure-document.ts';
import { type LimitName, limitNames, type OperationLimits } from './operation-limits.ts';
import { shownCount } from './operation-size.ts';
import { operationTooLarge } from './operation-too-large.ts';

/**
 * A validation rule that bounds documents before any rule has looked at them: it does its work when it is made, and a document
 * that is refused is emptied, as graphql-js knows no other way to keep its own rules, some of which take quadratic time, from it.
 */
export function createLimitsRule(limits: OperationLimits, logger: Logger): ValidationRule {
  return (context) => {
    const document = context.getDocument();
    const refusal = refusalOf(document, context.getSchema());
    if (refusal) {
      context.reportError(refusal);
      Object.assign(document, { definitions: [] });
    }
    return {};
  };

  function refusalOf(document: DocumentNode, schema: GraphQLSchema) {
    const sizes = { ...measureDocument(document, schema), tokens: document.tokenCount ?? 0 };
    const exceeded = limitNames.filter((name) => sizes[name] > limits[name].maximum);
    const refusing = exceeded.find((name) => limits[name].isEnforced);
    for (const limit of exceeded.filter((name) => name === refusing || isMeasured(name, sizes))) {
      const { maximum, isEnforced } = limits[limit];
      const details = {
        requestId: currentWork()?.requestId,
        limit,
        maximum,
        actual: shownCount(sizes[limit]),
        isEnforced,
      };
      logger.warn(details, 'an operation exceeds a limit');
    }
    return refusing && operationTooLarge(refusing, limits[refusing].maximum, shownCount(sizes[refusing]));
  }
}

/**
 * Whether a size comes from what was read. What is too deep to be read makes all sizes endless, of which only the depth is known
 * to be so.
 */
function isMeasured(name: LimitName, sizes: Readonly<Record<LimitName, number>>): boolean {
  const isReadToItsEnd = shownCount(sizes.depth) !== undefined;
  return name === 'depth' || isReadToItsEnd || shownCount(sizes[name]) !== undefined;
}
