/**
 * Chronos, a master and three agents that are killed, stopped and cut off: every slot has its run within epsilon and 5 s,
 * none has two, and no job runs beside itself.
 */

import { FaultyCluster, STEP_MS } from '../faults/cluster';
import { faultSchedule } from '../faults/schedule';
import { FAULTS_MS, faultSeeds, tellFault } from '../faults/seeds';
import { executionsIn, openSlots, slotFaults } from '../faults/slots';
import { eventually } from './eventually';

jest.setTimeout(FAULTS_MS * 3 + 600_000);

const JOBS = ['a', 'b', 'c', 'd', 'e', 'f'];
const PERIOD_MS = 10_000;
const EPSILON_MS = 120_000;
const LATE_MS = 5000;

/** Executions write their beginnings and ends; a second one would be seen whatever Chronos knows of it. */
function commandFor(ledger: string): string {
  const words = '$CHRONOS_JOB_NAME $CHRONOS_JOB_SLOT_TIME $mesos_task_id $(date +%s%3N)';
  return `echo "start ${words}" >> ${ledger}; sleep 1; echo "end ${words}" >> ${ledger}`;
}

test.each(faultSeeds())('seed %i: each slot has its run after the faults, and none has two', async (seed) => {
  const cluster = await FaultyCluster.start({
    name: 'chronos',
    flags: ({ port, folder }) => [`--http_port=${port}`, `--work_dir=${folder}`, '--failure_retry=1000'],
  });
  try {
    const { url } = cluster.victim('chronos');
    const first = Math.ceil((Date.now() + 2000) / 1000) * 1000;
    for (const name of JOBS) {
      const schedule = `R/${new Date(first).toISOString()}/PT10S`;
      const job = {
        name,
        schedule,
        command: commandFor(cluster.ledger),
        epsilon: 'PT2M',
        cpus: 0.1,
        mem: 16,
      };
      const answer = await fetch(`${url}/v1/scheduler/iso8601`, {
        method: 'POST',
        body: JSON.stringify(job),
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(204);
    }
    const targets = [...cluster.victims.keys()];
    const faults = faultSchedule({ seed, targets, durationMs: FAULTS_MS, pauseMs: 2500, longestMs: 9000 });
    await cluster.play(faults, tellFault);
    const last = Date.now();
    const expected = { jobs: JOBS, first, last, periodMs: PERIOD_MS };
    await eventually(
      'a run for each slot',
      () => openSlots(executionsIn(cluster.lines()), expected).length === 0,
      EPSILON_MS + STEP_MS,
    ).catch(async (error: unknown) => {
      tellFault(openSlots(executionsIn(cluster.lines()), expected).join('\n'));
      for (const name of JOBS) {
        const answer = await fetch(`${url}/v1/scheduler/job/${name}/runs?limit=3`);
        tellFault(`${name}: ${await answer.text()}`);
      }
      throw error;
    });
    expect(slotFaults(executionsIn(cluster.lines()), EPSILON_MS + LATE_MS)).toEqual([]);
  } catch (error) {
    tellFault(cluster.logOf('chronos'));
    throw error;
  } finally {
    await cluster.stop();
  }
});
