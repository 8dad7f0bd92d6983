import { describe, expect, it } from '@jest/globals';
import { acceptedValues } from './accepted-values.ts';

describe('acceptedValues', () => {
  it('reads values in lower case with their qualities, in order', () => {
    expect(acceptedValues('GZIP;q=0.5 , br ;Q=0,identity')).toEqual([
      { value: 'gzip', quality: 0.5 },
      { value: 'br', quality: 0 },
      { value: 'identity', quality: 1 },
    ]);
  });

  it('drops other parameters, and takes a quality that is no number for a refusal', () => {
    expect(acceptedValues('application/json; charset=utf-8; q=0.9, */*;q=x')).toEqual([
      { value: 'application/json', quality: 0.9 },
      { value: '*/*', quality: 0 },
    ]);
  });
});
