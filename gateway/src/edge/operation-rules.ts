import type { Logger } from '@tributary/runtime/logging/logger';
import type { ValidationRule } from 'graphql';
import { createLimitsRule } from '../limits/limits-rule.ts';
import type { OperationLimits } from '../limits/operation-limits.ts';
import { rootConditionsRule } from '../subscriptions/root-conditions.ts';
import { rootTypesRule } from './root-types-rule.ts';

/** What a document has to pass besides the rules of the specification. The limits come first: they bound what the others look at. */
export function operationRules(limits: OperationLimits, logger: Logger): readonly ValidationRule[] {
  return [createLimitsRule(limits, logger), rootTypesRule, rootConditionsRule];
}
