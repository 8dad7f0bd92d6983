import type { TestRedis } from '../../cache/redis-server.ts';
import type { TestRabbitMq } from '../../queue/rabbitmq-server.ts';
import type { FaultTarget } from './fault-target.ts';

/** A broker, which comes back with what it had confirmed. */
export function faultyBroker(broker: TestRabbitMq): FaultTarget {
  return {
    name: 'rabbitmq',
    port: portOf(broker.url),
    kill: () => broker.kill(),
    start: () => broker.start(),
    pause: () => broker.pause(),
    resume: async () => broker.resume(),
  };
}

/** A Redis server, which comes back empty. */
export function faultyRedis(redis: TestRedis): FaultTarget {
  return {
    name: 'redis',
    port: portOf(redis.url),
    kill: () => redis.kill(),
    start: () => redis.start(),
    pause: () => redis.pause(),
    resume: async () => redis.resume(),
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
