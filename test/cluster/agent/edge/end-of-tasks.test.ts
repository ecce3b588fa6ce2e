import type { AgentInput } from '../../../../cluster/agent/core/state/events';
import { EndOfTasks } from '../../../../cluster/agent/edge/end-of-tasks';

function setUp({ endsTasks = false, dismissed = '' } = {}) {
  const posted: AgentInput[] = [];
  const ended: string[] = [];
  const state = dismissed === '' ? {} : { dismissed: { message: dismissed, admitted: true } };
  const core = { state, post: (event: AgentInput) => void posted.push(event) } as never;
  const end = new EndOfTasks({ core, workDir: '/w', endsTasks, onEnd: (reason) => void ended.push(reason) });
  return { end, posted, ended };
}

/** True when the promise has resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  return await Promise.race([
    promise.then(() => true),
    new Promise<false>((soon) => setImmediate(soon, false)),
  ]);
}

it('a stop lets go of tasks', async () => {
  const { end, posted } = setUp();
  await end.beforeStop();
  expect([posted, end.isFinal]).toEqual([[], false]);
});

it('a stop that ends tasks waits for the end of the last one', async () => {
  const { end, posted } = setUp({ endsTasks: true });
  const stopped = end.beforeStop();
  expect([await isDone(stopped), posted, end.isFinal]).toEqual([false, [{ kind: 'stop' }], true]);
  end.reached();
  expect(await isDone(stopped)).toBe(true);
});

it('no container outlives an agent that unregisters', async () => {
  const { end, posted, ended } = setUp();
  const gone = end.after('unregister');
  end.reached();
  expect([await isDone(gone), posted, end.isFinal, ended]).toEqual([
    true,
    [{ kind: 'unregister' }],
    true,
    [],
  ]);
});

it('the end of all tasks without a wish for it is that of a cleanup', async () => {
  const { end, ended } = setUp();
  end.reached();
  expect([await isDone(end.cleanedUp), ended]).toEqual([true, []]);
});

it('an agent that the master has sent away tells why', async () => {
  const { end, ended } = setUp({ dismissed: 'bye' });
  end.reached();
  expect([await isDone(end.cleanedUp), ended]).toEqual([
    false,
    ['the master told the agent to shut down: bye'],
  ]);
});
