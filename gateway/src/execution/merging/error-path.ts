import { isJsonObject } from '../../subgraph-fetch/json-object.ts';
import { readKey } from '../own-key.ts';
import type { AnswerPath } from './entity-path.ts';
import type { MergeShape } from './merge-shape.ts';

/**
 * The part of an error's path that can be true: it goes along what the subgraph was asked for and what it has sent. Clients find
 * the place of an error by its path, so one that leads nowhere is worse than a shorter one.
 * @param path of the subgraph, from `data` on
 * @param data what came with the error; below a null anything can have been
 * @param shape what was asked for there
 */
export function credibleErrorPath(path: AnswerPath, data: unknown, shape: MergeShape): AnswerPath {
  let value = data;
  let fields: MergeShape | undefined = shape;
  for (const [depth, step] of path.entries()) {
    const isNothing = value === null || value === undefined;
    if (typeof step === 'number') {
      if (!isNothing && !(Array.isArray(value) && step < value.length)) return path.slice(0, depth);
      value = Array.isArray(value) ? value[step] : undefined;
    } else {
      const field: MergeShape[number] | undefined = fields?.find(({ key }) => key.name === step);
      if (!field || !(isNothing || isJsonObject(value))) return path.slice(0, depth);
      value = isJsonObject(value) ? readKey(value, field.key) : undefined;
      fields = field.child;
    }
  }
  return path;
}
