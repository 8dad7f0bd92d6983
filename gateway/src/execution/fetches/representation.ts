import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { type OwnKey, ownKey, readKey } from '../own-key.ts';
import { jsonText } from '../shaping/json-text.ts';
import { namesSatisfying, type SupergraphTypes } from '../supergraph-types.ts';
import { UnsupportedPlanError } from './unsupported-plan.ts';

/** The JSON text by which a subgraph finds an entity; `undefined` when the entity lacks a field that it takes. */
export type RepresentationWriter = (entity: JsonObject) => string | undefined;

export interface RepresentationOptions {
  requires: readonly QueryPlanSelectionNode[];
  inputRewrites: readonly FetchDataRewrite[];
  /** All, since representations are of types that clients may not see. */
  types: SupergraphTypes;
  /** The name a subgraph knows a required field by, where the plan has given it one of its own. */
  requiredFieldNames: ReadonlyMap<string, string>;
}

type ValueWriter = (value: unknown) => string | undefined;

interface Member {
  key: OwnKey;
  /** `"name":` */
  label: string;
  write: ValueWriter;
}

const TYPENAME = '__typename';
const typenameKey = ownKey(TYPENAME);
const FRAGMENT = '... on ';

/** @throws UnsupportedPlanError for a rewrite that the planner does not make today */
export function compileRepresentation(options: RepresentationOptions): RepresentationWriter {
  const { requires, types, requiredFieldNames } = options;
  const typenames = options.inputRewrites.map(typenameRewrite);
  const satisfying = new Map<string, ReadonlySet<string>>();
  const membersByTypename = new Map<string, Member[]>();

  return (entity) => {
    const typename = entity[TYPENAME];
    if (typeof typename !== 'string') return undefined;
    let members = membersByTypename.get(typename);
    if (!members) {
      members = membersFor(requires, typename);
      // Names come from a subgraph: those that no type has must not fill the memory.
      if (types.names.has(typename)) membersByTypename.set(typename, members);
    }
    return writeEntity(entity, members) ?? writeEntity(entity, membersFor(completeParts(entity), typename));
  };

  /** An entity may satisfy several fragments of which one takes fields that it lacks; the others still identify it. */
  function completeParts(entity: JsonObject): QueryPlanSelectionNode[] {
    const typename = String(entity[TYPENAME]);
    return requires.filter((part) => {
      const members = membersFor([part], typename);
      return members.length > 0 && writeObject(entity, members) !== undefined;
    });
  }

  function membersFor(selections: readonly QueryPlanSelectionNode[], typename: string): Member[] {
    const members = flatten(selections, typename);
    const rewritten = typenames.find(({ condition }) => isSatisfied(condition, typename));
    if (!rewritten) return members;
    return members.map((member) =>
      member.key.name === TYPENAME ? { ...member, write: () => rewritten.text } : member,
    );
  }

  /** The fields that apply to a type, those of one key in one. */
  function flatten(selections: readonly QueryPlanSelectionNode[], typename: string | undefined): Member[] {
    const fields = new Map<string, QueryPlanSelectionNode[] | undefined>();
    const add = (nodes: readonly QueryPlanSelectionNode[]) => {
      for (const node of nodes) {
        if (node.kind === 'Field') {
          const name = node.alias ?? node.name;
          fields.set(name, node.selections && [...(fields.get(name) ?? []), ...node.selections]);
        } else if (node.typeCondition === undefined || isSatisfied(node.typeCondition, typename)) add(node.selections);
      }
    };
    add(selections);
    return [...fields].map(([name, nested]) => ({
      key: ownKey(name),
      label: `${JSON.stringify(requiredFieldNames.get(name) ?? name)}:`,
      write: nested ? compileNested(nested) : jsonText,
    }));
  }

  function compileNested(selections: readonly QueryPlanSelectionNode[]): ValueWriter {
    const isConditional = selections.some(({ kind }) => kind === 'InlineFragment');
    const fixed = isConditional ? undefined : flatten(selections, undefined);
    const write: ValueWriter = (value) => {
      if (value === null) return 'null';
      if (Array.isArray(value)) return writeList(value, write);
      if (!isJsonObject(value)) return undefined;
      return writeObject(value, fixed ?? flatten(selections, typenameOf(value)));
    };
    return write;
  }

  function isSatisfied(condition: string, typename: string | undefined): boolean {
    if (typename === undefined) return false;
    let names = satisfying.get(condition);
    if (!names) {
      names = namesSatisfying(condition, types);
      satisfying.set(condition, names);
    }
    return names.has(typename);
  }
}

function typenameOf(value: JsonObject): string | undefined {
  const typename = readKey(value, typenameKey);
  return typeof typename === 'string' ? typename : undefined;
}

function writeEntity(entity: JsonObject, members: readonly Member[]): string | undefined {
  return members.some(({ key }) => key.name === TYPENAME) ? writeObject(entity, members) : undefined;
}

function writeObject(source: JsonObject, members: readonly Member[]): string | undefined {
  let text = '';
  for (const { key, label, write } of members) {
    const value = readKey(source, key);
    const written = value === undefined ? undefined : write(value);
    if (written === undefined) return undefined;
    text += text === '' ? label + written : `,${label}${written}`;
  }
  return `{${text}}`;
}

function writeList(values: readonly unknown[], write: ValueWriter): string | undefined {
  const items: string[] = [];
  for (const value of values) {
    const item = write(value);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return `[${items.join(',')}]`;
}

/** An entity of an interface is asked for by the interface's name where the subgraph knows it as an interface object. */
function typenameRewrite(rewrite: FetchDataRewrite): { condition: string; text: string } {
  const [fragment = '', field] = rewrite.path;
  const isTypename = rewrite.path.length === 2 && fragment.startsWith(FRAGMENT) && field === TYPENAME;
  if (rewrite.kind !== 'ValueSetter' || !isTypename) {
    throw new UnsupportedPlanError(`a rewrite of ${rewrite.path.join('.')}`);
  }
  return { condition: fragment.slice(FRAGMENT.length), text: JSON.stringify(rewrite.setValueTo) };
}
