import { describe, expect, it } from '@jest/globals';
import { type Advisory, readAdvisories, unacceptedAdvisories } from './audit.ts';
import { auditExceptions } from './audit-exceptions.ts';

const cause = {
  source: 1,
  name: 'left-pad',
  title: 'Pads to the right',
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  severity: 'high',
  range: '<1',
};
const grave: Advisory = {
  id: 'GHSA-aaaa-bbbb-cccc',
  package: 'left-pad',
  title: 'Pads to the right',
  severity: 'high',
};
const now = new Date('2026-11-22');

describe('what npm audits', () => {
  it('is each advisory once, with the package that it is about', () => {
    const vulnerabilities = { 'left-pad': { via: [cause] }, above: { via: ['left-pad'] }, beside: { via: [cause] } };
    expect(readAdvisories(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual([grave]);
  });

  it('is nothing where there are no advisories', () => {
    expect(readAdvisories('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual([]);
  });

  it.each(['', 'npm error', '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}'])(
    'is unknown where the registry does not answer: %j',
    (text) => {
      expect(readAdvisories(text)).toBeUndefined();
    },
  );
});

describe('an advisory', () => {
  it.each([
    ['critical', 1],
    ['high', 1],
    ['moderate', 0],
    ['low', 0],
  ])('that is %s fails %d times', (severity, count) => {
    expect(unacceptedAdvisories([{ ...grave, severity }], [], now)).toHaveLength(count);
  });

  it('is accepted by an exception until its day', () => {
    const until = (day: string) =>
      unacceptedAdvisories([grave], [{ id: grave.id, why: 'not reached', until: day }], now);
    expect(until('2026-11-23')).toEqual([]);
    expect(until('2026-11-22')).toEqual([grave]);
  });

  it('is excepted with a reason and a day', () => {
    for (const { why, until } of auditExceptions) {
      expect(why).toMatch(/\w/);
      expect(until).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });
});
