/**
 * An app of Marathon on a network of CNI, through a kill -9 of the agent: a whole cluster on a host that the test makes for
 * itself.
 */

import { once } from 'node:events';
import type { CommandInfo } from '../../cluster/api/generated/mesos';
import { Host, hasPlugins, PLUGINS } from '../cluster/agent/containerizer/network/host';
import { runtime } from '../cluster/agent/containerizer/place';
import { eventually } from './eventually';
import { AGENT, HostCluster, MASTER } from './host-cluster';
import { TaskScheduler, taskOn } from './task-scheduler';

jest.setTimeout(180_000);

const WAIT_MS = 30_000;

/** A cluster with a network `web`. */
function start(host: Host): HostCluster {
  host.configureBridge('web', 'tst0', '10.254.5.0/24');
  return new HostCluster(host, {
    agentFlags: [`--network_cni_config_dir=${host.configDir}`, `--network_cni_plugins_dir=${PLUGINS}`],
    empty: ['containers', 'runc', 'isolators/network/cni'],
    onHost: () => host.leftovers(),
  });
}

async function stop(cluster: HostCluster): Promise<void> {
  try {
    await cluster.stop();
  } finally {
    await cluster.host.close();
  }
}

const code = "require('http').createServer((q, a) => a.end(process.env.MESOS_CONTAINER_IP)).listen(80)";
const APP = {
  id: '/web',
  cmd: `exec ${process.execPath} -e "${code}"`,
  cpus: 0.1,
  mem: 64,
  networks: [{ mode: 'container', name: 'web' }],
  container: { type: 'MESOS', portMappings: [{ containerPort: 80, hostPort: 0 }] },
  healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0, delaySeconds: 0, intervalSeconds: 1 }],
};

const onMachine = hasPlugins && 'path' in runtime ? it : it.skip;

onMachine(
  'an app answers at its address and at a port of the host, also while its agent is away',
  async () => {
    const cluster = start(new Host());
    try {
      const agent = cluster.startAgent();
      await cluster.createApp(APP);
      const task = await cluster.healthyTask('web');
      const address = '10.254.5.2';
      expect(task.ipAddresses).toEqual([{ ipAddress: address, protocol: 'IPv4' }]);
      const answers = (): string[] =>
        [address, `127.0.0.1:${task.ports[0]}`].map((place) => cluster.ask(place));
      expect(answers()).toEqual([address, address]);
      expect(cluster.ask(`${AGENT}/containers`)).toContain(`"ip_address":"${address}"`);

      agent.kill('SIGKILL');
      await once(agent, 'exit');
      expect(answers()).toEqual([address, address]);
      cluster.startAgent();
      await eventually('the agent', () => cluster.ask(`${AGENT}/state`).includes(task.id), WAIT_MS);
      expect(answers()).toEqual([address, address]);
      expect(cluster.tasks('web').map(({ id, state }) => [id, state])).toEqual([[task.id, 'TASK_RUNNING']]);

      await cluster.removeApp('web');
    } finally {
      await stop(cluster);
    }
  },
);

onMachine(
  'the tasks of a group share the network of their executor, unless they have their own',
  async () => {
    const cluster = start(new Host());
    try {
      const agent = cluster.startAgent();
      await eventually('an agent', () => cluster.ask(`${MASTER}/slaves`).includes('"active":true'), WAIT_MS);
      const scheduler = new TaskScheduler(`http://127.0.0.1:${await cluster.host.relay(5050)}`, {
        checkpoint: true,
        failover_timeout: 100,
      });
      await scheduler.subscribe();
      const wrong = await scheduler.offer();
      const container = { type: 'MESOS', network_infos: [{ name: 'nowhere' }] } as const;
      await scheduler.launch(wrong, taskOn(wrong, 'nowhere', 'true', { container }));
      expect(await scheduler.states('nowhere', 'TASK_FAILED')).toMatchObject({
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: "Failed to launch container: Unknown CNI network 'nowhere': there are web",
      });
      await launchGroup(scheduler);
      const addressOf = async (taskId: string): Promise<string | undefined> => {
        const { container_status } = await scheduler.states(taskId, 'TASK_STARTING', 'TASK_RUNNING');
        return container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address;
      };
      const addresses = await Promise.all(['server', 'client', 'alone'].map(addressOf));
      expect(addresses).toEqual(['10.254.5.2', '10.254.5.2', '10.254.5.3']);
      // The client has got its answer from the loopback address, and says so to whom asks.
      await eventually('the client', () => cluster.ask('10.254.5.2:81') === 'from the server', WAIT_MS);
      expect(cluster.ask('127.0.0.1:18080')).toBe('from the server');

      agent.kill('SIGKILL');
      await once(agent, 'exit');
      cluster.startAgent();
      await eventually('the agent', () => cluster.ask(`${AGENT}/state`).includes('"client"'), WAIT_MS);
      expect(cluster.ask('127.0.0.1:18080')).toBe('from the server');
      await scheduler.call({ type: 'TEARDOWN' });
      await eventually('the end of all containers', () => cluster.containers().length === 0, WAIT_MS);
      scheduler.stop();
    } finally {
      await stop(cluster);
    }
  },
);

const program = (code: string): CommandInfo => ({ value: `exec ${process.execPath} -e "${code}"` });
const answer = "require('http').createServer((q, a) => a.end('from the server')).listen(80)";
const pass =
  "fetch('http://127.0.0.1').then((r) => r.text()).then((t) => require('http').createServer((q, a) => a.end(t)).listen(81), () => setTimeout(f, 100))";

async function launchGroup(scheduler: TaskScheduler): Promise<void> {
  const port_mappings = [{ host_port: 18080, container_port: 80 }];
  const offer = await scheduler.offer();
  await scheduler.launchGroupIn(
    { type: 'MESOS', network_infos: [{ name: 'web', port_mappings }] },
    offer,
    taskOn(offer, 'server', '', { command: program(answer) }),
    taskOn(offer, 'client', '', { command: program(`const f = () => ${pass}; f()`) }),
    taskOn(offer, 'alone', 'sleep 1000', { container: { type: 'MESOS', network_infos: [{ name: 'web' }] } }),
  );
}
