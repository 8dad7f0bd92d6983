import { EnvironmentError } from '@tributary/runtime/environment/environment-error';
import { secretVariable } from '@tributary/runtime/environment/secret-variable';
import { z } from 'zod';
import type { WebhookOptions } from './webhook-channel.ts';

/** Where notifications are delivered to. */
export const webhookVariables = {
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL: z
    .string()
    .optional()
    .describe('https:// URL that each notification is posted to; without it they are logged'),
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL_FILE: z.string().optional().describe('a file with that URL instead'),
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS: z
    .string()
    .optional()
    .describe('what signs them, at least 24 characters each; several, with commas, while one is exchanged'),
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS_FILE: z.string().optional().describe('a file with those secrets instead'),
  TRIBUTARY_NOTIFICATIONS_WEBHOOK_HTTP_HOSTS: z
    .string()
    .default('')
    .describe('hosts, with commas, that may be posted to without TLS, such as hooks:8080 in the same cluster'),
};

const MIN_SECRET_LENGTH = 24;

/**
 * Where to post notifications; undefined where they are to be logged. A file that is named is read at once.
 *
 * @throws EnvironmentError for a URL without TLS to a host that is not listed, or with a password in it, for secrets that are
 * missing or too short, and for a variable that is set in two ways. It never repeats the URL or a secret.
 */
export function webhookOptions(
  environment: z.output<z.ZodObject<typeof webhookVariables>>,
): WebhookOptions | undefined {
  const url = secretVariable(environment, 'TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL');
  if (url === undefined) return undefined;
  const secrets = (secretVariable(environment, 'TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS') ?? '')
    .split(/[,\s]+/)
    .filter((secret) => secret !== '');
  const plainHosts = environment.TRIBUTARY_NOTIFICATIONS_WEBHOOK_HTTP_HOSTS.split(',').map((host) => host.trim());
  const complaints: string[] = [];
  if (!isAllowed(URL.parse(url), plainHosts)) {
    complaints.push(
      'TRIBUTARY_NOTIFICATIONS_WEBHOOK_URL: expected https://…, or http:// to a host of TRIBUTARY_NOTIFICATIONS_WEBHOOK_HTTP_HOSTS, without a password',
    );
  }
  if (secrets.length === 0 || secrets.some(({ length }) => length < MIN_SECRET_LENGTH)) {
    complaints.push(
      `TRIBUTARY_NOTIFICATIONS_WEBHOOK_SECRETS: expected secrets of at least ${MIN_SECRET_LENGTH} characters`,
    );
  }
  if (complaints.length > 0) throw new EnvironmentError(complaints);
  return { url, secrets };
}

function isAllowed(url: URL | null, plainHosts: readonly string[]): boolean {
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && plainHosts.includes(url.host));
}
