import type { Dashboard } from './dashboard.ts';

/** What waits to be published and to be handled. */
export const eventsDashboard: Dashboard = {
  id: 'tributary-events',
  title: 'Tributary: events',
  rows: [
    {
      title: 'Outboxes',
      panels: [
        {
          title: 'Events not published yet',
          description: 'They are committed with what they tell of, and wait for the relay.',
          unit: 'short',
          queries: [{ expr: 'max by (database) (tributary_outbox_events)', legend: '{{database}}' }],
        },
        {
          title: 'Age of the oldest',
          description: 'Seconds, while the relay and the broker are well.',
          unit: 's',
          alarming: 60,
          queries: [{ expr: 'max by (database) (tributary_outbox_oldest_seconds)', legend: '{{database}}' }],
        },
      ],
    },
    {
      title: 'Queues',
      panels: [
        {
          title: 'Messages waiting',
          description: 'By consumer: each has a queue of its own.',
          unit: 'short',
          queries: [{ expr: 'max by (queue) (tributary_queue_messages{state="waiting"})', legend: '{{queue}}' }],
        },
        {
          title: 'Age of the oldest',
          description: 'Of the embedded queue; a broker does not tell.',
          unit: 's',
          alarming: 300,
          queries: [{ expr: 'max by (queue) (tributary_queue_oldest_seconds)', legend: '{{queue}}' }],
        },
        {
          title: 'Messages given up',
          description: 'npm run queue -- dead says why; replay gives them back.',
          unit: 'short',
          alarming: 1,
          queries: [{ expr: 'max by (queue) (tributary_queue_messages{state="dead"})', legend: '{{queue}}' }],
        },
      ],
    },
  ],
};
