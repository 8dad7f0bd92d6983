import type { Logger } from '@tributary/runtime/logging/logger';
import type { DeliveryChannel } from './delivery-channel.ts';

/** Writes a line for each notification: for development, and where a log is what feeds the next system. */
export function createLogChannel(logger: Logger): DeliveryChannel {
  return {
    async deliver(delivery) {
      logger.info({ component: 'deliveries', ...delivery }, 'notification');
    },
  };
}
