import { describe, expect, it } from '@jest/globals';
import { kindOf } from './key-survey.ts';
import { reasonToLast } from './lasting-keys.ts';

describe('the kind of a key', () => {
  it.each([
    ['catalog:value:product:v1:prd_1', 'catalog value product'],
    ['catalog:value:catalog:0a1b2c3d:product:prd_1', 'catalog value product'],
    ['value:product:1', 'value product'],
    ['gateway:value:9f3b', 'gateway value'],
    ['tag:product:prd_1', 'tag'],
    ['tag:=value:1', 'tag'],
    ['{tags-3}:tag:product:prd_1', 'tag'],
    ['{tags-3}:version', 'version'],
    ['catalog:lease:product:v1:prd_1', 'catalog lease'],
    ['{counters}:views', 'counters'],
    ['apq:9f3b', 'apq'],
    ['hot-operations:{x}:1', 'hot-operations'],
  ])('of %s is %s', (name, kind) => {
    expect(kindOf(name)).toBe(kind);
  });
});

describe('a key without a time to live', () => {
  it('has a reason where it may last, and none elsewhere', () => {
    expect(['version', '{tags-15}:version', 'operations'].filter((name) => reasonToLast(name) === undefined)).toEqual(
      [],
    );
    expect(['tag:version', 'value:x', 'operations:x'].filter((name) => reasonToLast(name) !== undefined)).toEqual([]);
  });
});
