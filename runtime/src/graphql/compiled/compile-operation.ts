import {
  type ExecutionResult,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  locatedError,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { LRUCache } from 'lru-cache';
import type { OperationPolicy } from '../../answer-policy/answer-policy.ts';
import { operationPolicy } from '../../answer-policy/operation-policy.ts';
import { compileSelection } from './compile-selection.ts';
import { compileVariables } from './compile-variables.ts';
import { type ExecutableOperation, OperationRun } from './operation-run.ts';
import { propagateNulls } from './propagate-nulls.ts';
import { executeSerially, type Selection, type SelectionContext } from './selection.ts';

/** What `execute` of graphql-js answers, and how the schema lets it be cached where it is without errors. */
export interface CompiledResult extends ExecutionResult {
  readonly cachePolicy?: OperationPolicy;
}

/** An operation that has been prepared for being executed many times. */
export interface CompiledOperation {
  /**
   * Executes the operation, to the result that graphql-js' `execute` has for it. Never rejects.
   *
   * @param context what resolvers get, as it is
   * @param rawVariables as the client sent them; when they do not fit, the result has errors and no `data`
   */
  execute(context: unknown, rawVariables: Readonly<Record<string, unknown>>): Promise<CompiledResult>;
}

type Variables = { [name: string]: unknown };

/** What the conditions leave of an operation. */
interface Form {
  readonly selection: Selection;
  readonly cachePolicy: OperationPolicy;
}

/** An operation with n conditions has up to 2ⁿ forms; those in use are few. */
const formsKept = 16;

/**
 * Prepares an operation of a valid document: which fields apply to which type, who resolves them, how their values are completed
 * and what becomes null when they fail. What `@skip` and `@include` leave of it is compiled for each combination of their
 * variables that occurs.
 */
export function compileOperation(executable: ExecutableOperation): CompiledOperation {
  const { schema, operation } = executable;
  const conditionNames = conditionVariables(executable);
  const coerceVariables = compileVariables(schema, operation.variableDefinitions ?? []);
  const formFor = formsBy(conditionNames, (conditions) => compileForm(executable, conditions));

  return {
    async execute(context, rawVariables) {
      const { coerced, errors } = coerceVariables(rawVariables);
      if (errors) return { errors };
      const run = new OperationRun(executable, context, coerced);
      let form: Form;
      try {
        form = formFor(coerced);
      } catch (error) {
        return { data: null, errors: [locatedError(error, undefined)] };
      }
      const isMutation = operation.operation === OperationTypeNode.MUTATION;
      const { selection, cachePolicy } = form;
      const data = isMutation ? await executeSerially(run, selection) : selection.execute(run, undefined, undefined);
      await run.settled();
      return run.failures.length === 0 ? { data, cachePolicy } : propagateNulls(data, run.failures);
    },
  };
}

/** Keeps the forms that are in use. Most operations have but one, which nothing has to be made for to find it. */
function formsBy(
  conditionNames: readonly string[],
  compile: (conditions: Variables) => Form,
): (variables: Variables) => Form {
  if (conditionNames.length === 0) {
    let onlyForm: Form | undefined;
    return () => {
      onlyForm ??= compile({});
      return onlyForm;
    };
  }
  const forms = new LRUCache<string, Form>({ max: formsKept });
  return (variables) => {
    const conditions = pick(variables, conditionNames);
    const key = JSON.stringify(conditions);
    const form = forms.get(key) ?? compile(conditions);
    forms.set(key, form);
    return form;
  };
}

/** @throws GraphQLError when the schema has no such operations, or the conditions have no values */
function compileForm(executable: ExecutableOperation, conditions: Variables): Form {
  const { schema, operation, fragments } = executable;
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) {
    throw new GraphQLError(`Schema is not configured to execute ${operation.operation} operation.`, {
      nodes: operation,
    });
  }
  const context: SelectionContext = {
    schema,
    selectionBelow: (nodes, type, stepsToNullable) =>
      compileSelection(context, type, collectSubfields(schema, fragments, conditions, type, nodes), stepsToNullable),
  };
  const rootFields = collectFields(schema, fragments, conditions, rootType, operation.selectionSet);
  return {
    selection: compileSelection(context, rootType, rootFields, 0),
    cachePolicy: operationPolicy({ ...executable, conditions }),
  };
}

/** The variables that decide about fields, in the order in which the operation declares them. */
function conditionVariables({ operation, fragments }: ExecutableOperation): readonly string[] {
  const names = new Set<string>();
  for (const definition of [operation, ...Object.values(fragments)]) {
    visit(definition, {
      Directive(directive) {
        if (directive.name.value !== GraphQLSkipDirective.name && directive.name.value !== GraphQLIncludeDirective.name)
          return;
        for (const { value } of directive.arguments ?? [])
          if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      },
    });
  }
  return declaredNames(operation).filter((name) => names.has(name));
}

function declaredNames({ variableDefinitions = [] }: OperationDefinitionNode): readonly string[] {
  return variableDefinitions.map(({ variable }) => variable.name.value);
}

function pick(variables: Variables, names: readonly string[]): Variables {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
  );
}
