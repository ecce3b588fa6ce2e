import { historyOf } from '../../../../../frameworks/chronos/core/state/state';
import { World } from '../../world';

function withTask(members: object = { dataProcessingJobType: true }): { world: World; taskId: string } {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D', ...members });
  world.start('a');
  world.place();
  return { world, taskId: world.tasks('a')[0] ?? '' };
}

const tell = (world: World, taskId: string, elements: number, name = 'a'): unknown => {
  world.send({ kind: 'task.elements', request: 7, name, taskId, elements });
  return world.answers.at(-1);
};

test('the counts of a task are added up, after its end too', () => {
  const { world, taskId } = withTask();
  expect(tell(world, taskId, 3)).toEqual({ ok: true, text: '' });
  const [run] = Object.values(world.entry('a').active);
  expect(run?.attempts[0]?.elementsProcessed).toBe(3);
  world.end('a');
  tell(world, taskId, 4);
  expect(historyOf(world.entry('a'))[0]).toMatchObject({ run: { attempts: [{ elementsProcessed: 7 }] } });
});

test('a count has a limit', () => {
  const { world, taskId } = withTask();
  tell(world, taskId, Number.MAX_SAFE_INTEGER);
  tell(world, taskId, Number.MAX_SAFE_INTEGER);
  const [run] = Object.values(world.entry('a').active);
  expect(run?.attempts[0]?.elementsProcessed).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([
  ['an unknown job', 'x', 'ct:1:0:x:', "Job 'x' not found"],
  ['an id of another form', 'a', 'task-1', 'Invalid task id format task-1'],
  ['an unknown task', 'a', 'ct:1:0:a:', "Job 'a' has no task 'ct:1:0:a:'"],
])('%s is refused', (_case, name, taskId, message) => {
  expect(tell(withTask().world, taskId, 1, name)).toEqual({ ok: false, refusal: { status: 400, message } });
});

test('a job that processes no data is refused', () => {
  const { world, taskId } = withTask({});
  const message = "Job 'a' is not enabled to track data";
  expect(tell(world, taskId, 1)).toEqual({ ok: false, refusal: { status: 400, message } });
});
