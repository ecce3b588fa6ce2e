/**
 * An app of Marathon on a network of CNI, through a kill -9 of the agent: a whole cluster on a host that the test makes for
 * itself.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Host, hasPlugins, PLUGINS } from '../cluster/agent/containerizer/network/host';
import { runtime } from '../cluster/agent/containerizer/place';
import { eventually } from './eventually';

jest.setTimeout(180_000);

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const WAIT_MS = 30_000;
const [MASTER, AGENT, MARATHON] = [5050, 5051, 8080].map((port) => `127.0.0.1:${port}`);

interface Task {
  readonly id: string;
  readonly state: string;
  readonly ports: readonly number[];
  readonly ipAddresses: readonly { readonly ipAddress: string }[];
  readonly healthCheckResults?: readonly { readonly alive: boolean }[];
}

/** A master, an agent and Marathon as processes on the host of the test. */
class HostCluster {
  readonly host = new Host();
  private readonly processes: ChildProcess[] = [];

  constructor() {
    this.host.configure('web.conflist', {
      cniVersion: '0.4.0',
      name: 'web',
      plugins: [
        {
          type: 'bridge',
          bridge: 'tst0',
          isGateway: true,
          ipMasq: true,
          ipam: this.host.ipam('10.254.5.0/24'),
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    });
    this.start('master');
    this.start('marathon', `--master=${MASTER}`);
  }

  startAgent(): ChildProcess {
    const folders = [
      `--network_cni_config_dir=${this.host.configDir}`,
      `--network_cni_plugins_dir=${PLUGINS}`,
    ];
    return this.start('agent', `--master=${MASTER}`, ...folders);
  }

  private start(part: string, ...flags: readonly string[]): ChildProcess {
    const workDir = `--work_dir=${join(this.host.folder, part)}`;
    const child = this.host.start(process.execPath, BIN, part, workDir, ...flags);
    this.processes.push(child);
    return child;
  }

  /** The answer of a process; empty while there is none. */
  ask(url: string, ...options: readonly string[]): string {
    try {
      return this.host.do('curl', '--silent', '--fail', '--max-time', '5', ...options, `http://${url}`);
    } catch {
      return '';
    }
  }

  tasks(): readonly Task[] {
    const text = this.ask(`${MARATHON}/v2/apps/web/tasks`);
    return text === '' ? [] : (JSON.parse(text) as { readonly tasks: readonly Task[] }).tasks;
  }

  async stop(): Promise<void> {
    for (const child of this.processes) child.kill('SIGINT');
    for (const child of this.processes)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await this.host.close();
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
    const cluster = new HostCluster();
    try {
      const agent = cluster.startAgent();
      const post = ['-H', 'content-type: application/json', '-d', JSON.stringify(APP)];
      await eventually('Marathon', () => cluster.ask(`${MARATHON}/v2/apps`, ...post) !== '', WAIT_MS);
      const isHealthy = (task: Task): boolean => task.healthCheckResults?.[0]?.alive === true;
      const task = await eventually('a healthy task', () => cluster.tasks().find(isHealthy), WAIT_MS);
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
      expect(cluster.tasks().map(({ id, state }) => [id, state])).toEqual([[task.id, 'TASK_RUNNING']]);

      cluster.ask(`${MARATHON}/v2/apps/web`, '-X', 'DELETE');
      await eventually('nothing to be left', () => cluster.host.leftovers().length === 0, WAIT_MS);
    } finally {
      await cluster.stop();
    }
  },
);
