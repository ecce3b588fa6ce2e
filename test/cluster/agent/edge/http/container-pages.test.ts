import { containerPages } from '../../../../../cluster/agent/edge/http/container-pages';
import type { Request } from '../../../../../cluster/runtime/http/server';
import { AgentScript } from '../../interpreter';

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
        usage: async () => ({ timestamp: 1 }),
        status: async () => ({}),
      })),
    acls: undefined,
  });
  return { id, pages };
}

it('tells nested containers when they are asked for, with the id of their parent in theirs', async () => {
  const { id, pages } = pagesOf(['T1', 'T1.a', 'T1.a.check', 'other.b']);
  expect((await pages.wire(request)).map(({ container_id }) => container_id.value)).toEqual([id]);
  const [, ...nested] = await pages.wire(request, { show_nested: true });
  expect(nested.map(({ container_id, executor_id }) => [container_id, executor_id])).toEqual([
    [{ value: 'a', parent: { value: id } }, undefined],
    [{ value: 'check', parent: { value: 'a', parent: { value: id } } }, undefined],
  ]);
});
