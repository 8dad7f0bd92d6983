import { z } from 'zod';
import { brokerAddress, brokerSchemes } from '../queue/rabbitmq/broker-url.ts';
import { EnvironmentError } from './environment-error.ts';
import { secretVariable } from './secret-variable.ts';

/** Where a service hands over its events. */
export const queueVariables = {
  TRIBUTARY_QUEUE_URL: z
    .string()
    .optional()
    .describe('amqp:// or amqps://; without it events go through the catalog database'),
  TRIBUTARY_QUEUE_URL_FILE: z.string().optional().describe('a file with that URL instead'),
};

/**
 * The URL of the broker, from the environment; undefined where there is none. A file that is named is read at once.
 *
 * @throws EnvironmentError for what is no URL of a broker, a variable that is set in two ways, or a file that can't be read. It
 * never repeats the URL, which may hold a password.
 */
export function queueUrl(environment: z.output<z.ZodObject<typeof queueVariables>>): string | undefined {
  const url = secretVariable(environment, 'TRIBUTARY_QUEUE_URL');
  if (url !== undefined && !brokerAddress(url)) {
    const forms = brokerSchemes.map((scheme) => `${scheme}://user:password@host:port/vhost`).join(' or ');
    throw new EnvironmentError([`TRIBUTARY_QUEUE_URL: expected ${forms}`]);
  }
  return url;
}
