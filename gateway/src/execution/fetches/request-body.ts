import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import { jsonText } from '../shaping/json-text.ts';

/** The parts of a request body that are the same whenever a plan is executed, as JSON text. */
export interface RequestBody {
  /** The whole body for these variables and, for each list of entities, its representations (each as JSON text). */
  text(variables: Readonly<JsonObject>, representations: readonly (readonly string[])[]): RequestText;
}

/** A body, and what identifies it among the requests of one execution; `undefined` where there can be no equal one. */
export interface RequestText {
  body: string;
  identity: string | undefined;
}

/** The planner names each fetch of a plan differently, which must not tell equal ones apart. */
const OPERATION_NAME = /^(query|mutation)\s+\w+/;

/** @param fetch may be repeated when its plan has another one of its kind, and one answer does for both */
export function compileRequestBody(fetch: {
  subgraph: string;
  operation: string;
  operationName: string | undefined;
  variableNames: readonly string[];
  /** The variables of the representations of its lists of entities. */
  listVariables: readonly string[];
  mayBeRepeated: boolean;
}): RequestBody {
  const name = fetch.operationName === undefined ? '' : `,"operationName":${JSON.stringify(fetch.operationName)}`;
  const start = `{"query":${JSON.stringify(fetch.operation)}${name},"variables":`;
  const identityStart = fetch.mayBeRepeated ? `${kindOfRequest(fetch.subgraph, fetch.operation)} ` : undefined;
  const labels = fetch.variableNames.map((variable) => [variable, `${JSON.stringify(variable)}:`] as const);
  const listLabels = fetch.listVariables.map((variable) => `${JSON.stringify(variable)}:`);

  return {
    text(variables, representations) {
      const members: string[] = [];
      for (const [variable, label] of labels) {
        const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
        if (value !== undefined) members.push(label + jsonText(value));
      }
      for (const [index, label] of listLabels.entries()) {
        members.push(`${label}[${representations[index]?.join(',')}]`);
      }
      const variablesText = `{${members.join(',')}}`;
      const identity = identityStart === undefined ? undefined : identityStart + variablesText;
      return { body: `${start}${variablesText}}`, identity };
    },
  };
}

/** Equal for requests that differ in their variables and names only. */
export function kindOfRequest(subgraph: string, operation: string): string {
  return `${subgraph} ${operation.replace(OPERATION_NAME, '$1')}`;
}
