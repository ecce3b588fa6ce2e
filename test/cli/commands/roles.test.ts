import { MasterAtWork } from '../../cluster/master/edge/http/running';
import { runAt } from './run';

const work = new MasterAtWork();

beforeAll(() => work.start());
afterAll(() => work.end());

const meseta = (...args: string[]) => runAt(work.url, args);

it('sets, lists and removes quotas', async () => {
  expect(
    await meseta('quota', 'set', 'web', '--guarantee', 'cpus:2', '--limit', 'cpus:4,mem:10'),
  ).toMatchObject({
    status: 1,
    err: expect.stringContaining("exceed cluster capacity '{}'"),
  });
  const set = await meseta('quota', 'set', 'web', '--guarantee=cpus:2', '--limit=cpus:4,mem:10', '--force');
  expect(set).toEqual({ status: 0, out: 'web has its quota\n', err: '' });
  expect((await meseta('quota', 'list')).out).toBe(
    'ROLE  GUARANTEE  LIMIT\nweb   cpus:2     cpus:4 mem:10\n',
  );
  expect(JSON.parse((await meseta('quota', 'list', '--json')).out)).toEqual([
    { role: 'web', guarantees: { cpus: { value: 2 } }, limits: { cpus: { value: 4 }, mem: { value: 10 } } },
  ]);
  expect((await meseta('role', 'show', 'web')).out).toContain('limit       cpus:4 mem:10');
  expect((await meseta('role', 'show', 'nobody')).status).toBe(1);
  expect((await meseta('quota', 'remove', 'web')).out).toBe('web has no quota any more\n');
  expect((await meseta('quota', 'set', 'web', '--limit', 'cpus')).err).toContain(
    'write it as cpus:2,mem:1024',
  );
});

it('sets and lists weights, and lists roles', async () => {
  expect((await meseta('weights', 'set', '--weight', 'a/b=2.5', '--weight', 'c=3')).out).toBe(
    'a/b, c: done\n',
  );
  expect((await meseta('weights', 'list')).out).toBe('ROLE  WEIGHT\na/b   2.5\nc     3\n');
  const { out } = await meseta('role', 'list');
  expect(out).toMatch(/^ROLE +WEIGHT +FRAMEWORKS +USED +OFFERED +RESERVED +GUARANTEE +LIMIT$/m);
  expect(out).toMatch(/^a\/b +2\.5 +0 +- +- +- +- +-$/m);
});

it('explains roles, and says of whom there is nothing to explain', async () => {
  expect((await meseta('explain', 'role', 'a/b')).out).toBe(
    'role a/b: weight 2.5, share 0.000, guarantee {}, limit {}, consumed {}\n\nno framework is in it\n',
  );
  expect(JSON.parse((await meseta('explain', 'role', 'c', '--json')).out)).toMatchObject({ weight: 3 });
  expect((await meseta('explain', 'framework', 'nobody')).err).toContain('Framework nobody does not exist');
  expect((await meseta('explain', 'task', 'nothing')).status).toBe(1);
});
