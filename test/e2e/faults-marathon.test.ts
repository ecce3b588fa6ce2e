/** Marathon, a master and three agents that are killed, stopped and cut off: in the end all instances run, each once. */

import { FaultyCluster, STEP_MS } from '../faults/cluster';
import { faultSchedule } from '../faults/schedule';
import { FAULTS_MS, faultSeeds, tellFault } from '../faults/seeds';
import { eventually } from './eventually';

jest.setTimeout(FAULTS_MS * 3 + 600_000);

const INSTANCES = 6;

interface App {
  readonly tasksRunning: number;
  readonly tasksStaged: number;
  readonly deployments: readonly unknown[];
}

test.each(faultSeeds())(
  'seed %i: all instances of an app run after the faults, and none was started twice',
  async (seed) => {
    const cluster = await FaultyCluster.start({
      name: 'marathon',
      flags: ({ port, folder }) => [`--http_port=${port}`, `--work_dir=${folder}`],
    });
    try {
      const { url } = cluster.victim('marathon');
      const cmd = `echo "$MESOS_TASK_ID" >> ${cluster.ledger}; exec sleep 10000`;
      const app = { id: 'app', cmd, instances: INSTANCES, cpus: 0.1, mem: 16 };
      const created = await fetch(`${url}/v2/apps`, {
        method: 'POST',
        body: JSON.stringify(app),
        headers: { 'content-type': 'application/json' },
      });
      expect(created.status).toBe(201);
      const targets = [...cluster.victims.keys()];
      const faults = faultSchedule({ seed, targets, durationMs: FAULTS_MS, pauseMs: 2500, longestMs: 9000 });
      await cluster.play(faults, tellFault);
      await eventually(
        `${INSTANCES} instances`,
        async () => {
          const answer = await fetch(`${url}/v2/apps/app`, { signal: AbortSignal.timeout(5000) });
          const { tasksRunning, tasksStaged, deployments } = ((await answer.json()) as { app: App }).app;
          return tasksRunning === INSTANCES && tasksStaged === 0 && deployments.length === 0;
        },
        3 * STEP_MS,
      );
      const started = cluster.lines();
      expect(new Set(started).size).toBe(started.length);
      expect(started.length).toBeGreaterThanOrEqual(INSTANCES);
    } catch (error) {
      tellFault(cluster.logOf('marathon'));
      throw error;
    } finally {
      await cluster.stop();
    }
  },
);
