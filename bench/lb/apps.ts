/** Apps for the benches of the load balancer: `count` of them with ten tasks each. */

type Json = Record<string, unknown>;

/** The n-th app. Task 0 of app 0 is the one that answers, at `live`. */
export function benchApp(index: number, tasks: number, live: number | undefined, labels: Json = {}): Json {
  return {
    id: `/team-${index % 20}/app-${index}`,
    instances: tasks,
    labels: { HAPROXY_GROUP: 'external', HAPROXY_0_VHOST: `app-${index}.localhost`, ...labels },
    networks: [{ mode: 'host' }],
    portDefinitions: [{ port: 11_000 + index, protocol: 'tcp' }],
    healthChecks: [],
    version: '2024-05-01T10:00:00.000Z',
    tasks: Array.from({ length: tasks }, (_, task) => ({
      id: `team-${index % 20}_app-${index}.${task}`,
      host: '127.0.0.1',
      state: 'TASK_RUNNING',
      version: '2024-05-01T10:00:00.000Z',
      ipAddresses: [{ ipAddress: '127.0.0.1', protocol: 'IPv4' }],
      ports: [live !== undefined && task === 0 ? live : 1 + ((index * 10 + task) % 900)],
    })),
  };
}

/** All apps; none of their tasks answers. */
export function benchApps(count: number, tasks = 10): Json[] {
  return Array.from({ length: count }, (_, index) => benchApp(index, tasks, undefined));
}
