/**
 * An app of Marathon in a Docker container, through a kill -9 of the agent: a whole cluster on the host of an engine.
 */

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEngine, TestEngine } from '../cluster/agent/docker/test-engine';
import { eventually } from './eventually';
import { AGENT, HostCluster } from './host-cluster';

jest.setTimeout(180_000);

const WAIT_MS = 30_000;
const EXAMPLE = join(__dirname, '..', '..', 'examples', 'docker.json');

interface DockerApp {
  readonly container: { readonly docker: { readonly image: string } };
}

const onMachine = hasEngine ? it : it.skip;

onMachine('the example of an app with an image runs, also while its agent is away', async () => {
  const engine = await TestEngine.start();
  const folder = mkdtempSync(join(tmpdir(), 'meseta-docker-'));
  try {
    const { host } = engine;
    const cluster = new HostCluster(host, {
      folder,
      agentFlags: [
        '--containerizers=docker,mesos',
        `--docker_socket=${engine.socket}`,
        '--docker_remove_delay=0secs',
      ],
      empty: ['containers', 'docker/containers'],
    });
    try {
      const agent = cluster.startAgent();
      const app = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as DockerApp;
      engine.docker('tag', 'busybox:test', app.container.docker.image);
      await cluster.createApp(app);
      const task = await cluster.healthyTask('docker');
      const [{ ipAddress = '' } = {}] = task.ipAddresses;
      expect(ipAddress).toMatch(/^172\./);
      const answers = (): string[] =>
        [`${ipAddress}:80`, `127.0.0.1:${task.ports[0]}`].map((place) => cluster.ask(place));
      const greeting = `hello from ${task.id}\n`;
      expect(answers()).toEqual([greeting, greeting]);

      agent.kill('SIGKILL');
      await once(agent, 'exit');
      expect(answers()).toEqual([greeting, greeting]);
      cluster.startAgent();
      await eventually('the agent', () => cluster.ask(`${AGENT}/state`).includes(task.id), WAIT_MS);
      expect(cluster.tasks('docker').map(({ id, state }) => [id, state])).toEqual([
        [task.id, 'TASK_RUNNING'],
      ]);
      expect(engine.containers()).toHaveLength(1);
      await cluster.removeApp('docker');
      await eventually('the removal', () => engine.containers().length === 0, WAIT_MS);
    } finally {
      engine.clear();
      await cluster.stop();
    }
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
