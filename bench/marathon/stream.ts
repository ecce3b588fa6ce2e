/** A reader of Marathon's event stream: the tasks that run, and how long events are on their way. */

import { get } from 'node:http';
import { at } from '../chronos/api';

export interface EventReader {
  isOpen(): boolean;
  /** Tasks that have been told to run. */
  running(): number;
  /** The p50 and p99 of the time between an event and its arrival. */
  delays(): string;
  stop(): void;
}

export function followEvents(url: string): EventReader {
  const running = new Set<string>();
  const delays: number[] = [];
  let isOpen = false;
  const read = (line: string): void => {
    if (!line.startsWith('data:')) return;
    const event = JSON.parse(line.slice(5)) as Record<string, string>;
    const { eventType, timestamp = '', taskId = '', taskStatus } = event;
    isOpen ||= eventType === 'event_stream_attached';
    delays.push(Date.now() - Date.parse(timestamp));
    if (taskStatus === 'TASK_RUNNING') running.add(taskId);
  };
  const types = ['status_update_event', 'event_stream_attached', 'deployment_success'];
  const query = types.map((type) => `event_type=${type}`).join('&');
  const request = get(
    `${url}/v2/events?${query}`,
    { headers: { accept: 'text/event-stream' } },
    (response) => {
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) read(line);
      });
    },
  );
  request.on('error', () => undefined);
  return {
    isOpen: () => isOpen,
    running: () => running.size,
    delays: () => `p50 ${at(delays, 0.5)} ms, p99 ${at(delays, 0.99)} ms`,
    stop: () => request.destroy(),
  };
}
