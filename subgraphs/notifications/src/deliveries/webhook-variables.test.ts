import { describe, expect, it } from '@jest/globals';
import { EnvironmentError } from '@tributary/runtime/environment/environment-error';
import { z } from 'zod';
import { webhookOptions, webhookVariables } from './webhook-variables.ts';

const url = 'https://hooks.example/t0k3n';

function read(environment: Record<string, string>) {
  return webhookOptions(z.object(webhookVariables).parse(environment));
}

const variables = (overrides: Record<string, string> = {}) => ({
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL: url,
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS: 'a-secret-of-thirty-characters!,another-one-of-thirty-chars!!!',
  ...overrides,
});

describe('where notifications are posted to', () => {
  it('is nowhere unless a URL is named', () => {
    expect(read({})).toBeUndefined();
  });

  it('is a URL with its secrets', () => {
    expect(read(variables())).toEqual({
      url,
      secrets: ['a-secret-of-thirty-characters!', 'another-one-of-thirty-chars!!!'],
    });
  });

  it('may be without TLS for hosts that are listed alone', () => {
    const plain = variables({ TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL: 'http://mailer:8080/in' });
    expect(() => read(plain)).toThrow(EnvironmentError);
    expect(() => read({ ...plain, TRIBUTARY_NOTIFICATIONS_WEBHOOK_HTTP_HOSTS: 'mailer' })).toThrow(EnvironmentError);
    expect(read({ ...plain, TRIBUTARY_NOTIFICATIONS_WEBHOOK_HTTP_HOSTS: 'other, mailer:8080' })).toMatchObject({
      url: 'http://mailer:8080/in',
    });
  });

  it.each([
    'ftp://hooks.example',
    'hooks.example',
    'https://user:hunter2@hooks.example',
    'http://169.254.169.254/t0k3n',
  ])('is not %s, which is not repeated', (wrong) => {
    const complaint = messageOf(() => read(variables({ TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL: wrong })));
    expect(complaint).toContain('TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL');
    expect(complaint).not.toMatch(/hunter2|t0k3n/);
  });

  it.each(['', 'short', 'a-secret-of-thirty-characters!,short'])('is not signed with %j', (wrong) => {
    const complaint = messageOf(() => read(variables({ TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS: wrong })));
    expect(complaint).toContain('TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS');
  });
});

function messageOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    return String(error);
  }
  throw new Error('it did not fail');
}
