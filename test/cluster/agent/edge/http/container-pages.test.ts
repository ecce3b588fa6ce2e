import { containerPages } from '../../../../../cluster/agent/edge/http/container-pages';
import type { Request } from '../../../../../cluster/runtime/http/server';
import { AgentScript } from '../../interpreter';
import { serve } from './running';

const running = new Promise<never>(() => undefined);
const request = { headers: {}, raw: {} } as unknown as Request;

function pagesOf(nested: readonly string[]) {
  const script = new AgentScript();
  script.play('detected', 'advance 0', 'registered S0', 'run web t1');
  const id = script.read((state) => state.frameworks.get('web')?.executors.get('t1')?.containerId ?? '');
  const pages = containerPages({
    read: script.read.bind(script),
    usage: async () => new Map(),
    containers: () =>
      nested.map((name) => ({
        id: name.replace('T1', id),
        ended: running,
        usage: async () => ({ timestamp: 1 }),
        status: async () => ({}),
      })),
    acls: undefined,
  });
  return { id, pages };
}

it('tells standalone containers, and those nested in them, when they are asked for, and none that have ended', async () => {
  const parts = { ended: running, usage: async () => ({ timestamp: 1 }), status: async () => ({}) };
  const containers = jest.fn(() => [
    { id: 'alone', spec: { isStandalone: true }, ...parts },
    { id: 'alone.a', ...parts },
    { id: 'other', ...parts },
    { id: 'alone.b', ...parts, ended: Promise.resolve({}) },
    { id: 'past', spec: { isStandalone: true }, ...parts, ended: Promise.resolve({}) },
  ]);
  const script = new AgentScript();
  const pages = containerPages({
    read: script.read.bind(script),
    usage: async () => new Map(),
    containers: containers as unknown as Parameters<typeof containerPages>[0]['containers'],
    acls: undefined,
  });
  const ids = async (filter: object) =>
    (await pages.wire(request, filter)).map(({ container_id }) => container_id.value);
  expect(await ids({})).toEqual([]);
  expect(containers).toHaveBeenCalledTimes(1);
  expect(await ids({ show_standalone: true })).toEqual(['alone']);
  expect(await ids({ show_standalone: true, show_nested: true })).toEqual(['alone', 'a']);
});

it('tells nested containers when they are asked for, with the id of their parent in theirs', async () => {
  const { id, pages } = pagesOf(['T1', 'T1.a', 'T1.a.check', 'other.b']);
  expect((await pages.wire(request)).map(({ container_id }) => container_id.value)).toEqual([id]);
  const [, ...nested] = await pages.wire(request, { show_nested: true });
  expect(nested.map(({ container_id, executor_id }) => [container_id, executor_id])).toEqual([
    [{ value: 'a', parent: { value: id } }, undefined],
    [{ value: 'check', parent: { value: 'a', parent: { value: id } } }, undefined],
  ]);
});

it('shows the source of an executor: the task of a command, and nothing for one that has none', async () => {
  const script = new AgentScript();
  const runs = ['run web t1', 'run web t2 executor=e1', 'subscribe web t1', 'subscribe web e1'];
  script.play('detected', 'advance 0', 'registered S0', ...runs);
  const server = await serve(script);
  const answer = await fetch(`${server.url}/containers`);
  const shown = (await answer.json()) as { executor_id: string; source: string }[];
  await server.close();
  expect(shown.map(({ executor_id, source }) => [executor_id, source])).toEqual([
    ['t1', 't1'],
    ['e1', ''],
  ]);
});
