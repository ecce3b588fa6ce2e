import { type WaitOptions, waitForApp } from '../../../cli/commands/app-wait';
import { appView } from '../scripted-api';

/** One moment of an app: its view, whether it is deploying, and its queue. */
interface Moment {
  readonly app?: Record<string, unknown> | undefined;
  readonly deploying?: boolean;
  readonly queue?: readonly unknown[];
}

const tasks = (...ids: string[]) => ids.map((id) => ({ id, state: 'TASK_RUNNING', host: 'h', ports: [] }));
const view = (...ids: string[]) => appView('/web', { tasksRunning: ids.length, tasks: tasks(...ids) });

/** Waits for an app that is, at each time, as `at` says; time passes only in sleeps. */
async function wait(momentAt: (ms: number) => Moment, timeoutMs = 0) {
  let now = 1_000_000;
  const told: string[] = [];
  const api: WaitOptions['api'] = {
    json: async (_method, path) => {
      const { app, deploying = false, queue = [] } = momentAt(now - 1_000_000);
      if (path === '/v2/deployments') return deploying ? [{ id: 'd1' }] : [];
      if (path === '/v2/queue')
        return { queue: queue.map((entry) => ({ ...(entry as object), app: { id: '/web' } })) };
      return { app };
    },
  };
  const done = waitForApp({
    api,
    app: '/web',
    deployments: ['d1'],
    timeoutMs,
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    tell: (line) => void told.push(line),
  });
  const result = await done.then(
    () => 'deployed',
    (error: Error) => error.message,
  );
  return { result, told, ms: now - 1_000_000 };
}

const waiting = (reason: string, overdue = true) => ({
  count: 1,
  delay: { timeLeftSeconds: 5, overdue },
  processedOffersSummary: {
    processedOffersCount: 3,
    rejectSummaryLaunchAttempt: [
      { reason, declined: 3 },
      { reason: 'Other', declined: 0 },
    ],
  },
});

it('ends when the deployment has ended and the tasks run on', async () => {
  const { result, told, ms } = await wait((elapsed) =>
    elapsed < 1000 ? { app: view(), deploying: true } : { app: view('t1') },
  );
  expect(result).toBe('deployed');
  expect(told).toEqual(['/web: 0 of 1 running', '/web: 1 of 1 running']);
  expect(ms).toBe(3000);
});

it('ends for an app that is gone, and for one without instances', async () => {
  expect((await wait(() => ({}))).result).toBe('deployed');
  expect((await wait(() => ({ app: appView('/web', { instances: 0 }) }))).result).toBe('deployed');
});

it('tells reasons of the queue, failures and health once each', async () => {
  const failure = {
    taskId: 't0',
    timestamp: new Date(1_000_500).toISOString(),
    host: 'h',
    state: 'TASK_FAILED',
    message: 'exit 3',
  };
  const unhealthy = { healthChecks: [{}], tasksRunning: 1, tasksUnhealthy: 1, tasks: tasks('t1') };
  const { told } = await wait((elapsed) => {
    if (elapsed < 1000) return { app: view(), deploying: true, queue: [waiting('InsufficientCpus')] };
    if (elapsed < 2000)
      return { app: { ...view(), lastTaskFailure: failure }, deploying: true, queue: [waiting('x', false)] };
    if (elapsed < 3000) return { app: appView('/web', unhealthy), deploying: true };
    return { app: view('t1') };
  });
  expect(told).toEqual([
    '/web: 0 of 1 running',
    '/web: offers declined for InsufficientCpus',
    '/web: launches are delayed after failures',
    '/web: offers declined for x',
    `/web: failed: ${failure.timestamp} on h: TASK_FAILED exit 3`,
    '/web: 1 of 1 running, 0 healthy, 1 unhealthy',
    '/web: 1 of 1 running',
  ]);
});

it('does not call deployed what ends at once, whether it fails or not', async () => {
  const { result, ms } = await wait((elapsed) => ({ app: view(`t${Math.floor(elapsed / 1000)}`) }));
  expect(result).toMatch(
    /^\/web is deployed, but its tasks end soon after they start: their command ends by itself/,
  );
  expect(ms).toBeLessThan(20_000);
  const failing = await wait((elapsed) => {
    const taskId = `t${Math.floor(elapsed / 1000)}`;
    const failure = {
      taskId,
      timestamp: new Date(1_000_000 + elapsed).toISOString(),
      host: 'h',
      state: 'TASK_FAILED',
      message: 'exit 3',
    };
    return { app: { ...view(), lastTaskFailure: failure }, deploying: true };
  });
  expect(failing.result).toMatch(/TASK_FAILED exit 3/);
});

it('lets a rolling update replace each task once', async () => {
  const rolling = (elapsed: number): string[] =>
    [0, 1, 2].map((index) => (elapsed > 1000 * index ? `new${index}` : `old${index}`));
  const { result } = await wait((elapsed) => ({
    app: { ...view(...rolling(elapsed)), instances: 3 },
    deploying: elapsed < 5000,
  }));
  expect(result).toBe('deployed');
});

it('gives up after its time, with what it waited for', async () => {
  const { result, ms } = await wait(
    () => ({ app: view(), deploying: true, queue: [waiting('InsufficientCpus')] }),
    4000,
  );
  expect(result).toBe(
    '/web is not deployed after 4secs:\n  0 of 1 running\n  offers declined for InsufficientCpus',
  );
  expect(ms).toBeLessThan(5000);
});
