import { volumeConflict } from '../../../../../frameworks/marathon/core/apps/external-volumes';
import { app, FakeCluster } from '../../fake-cluster';

function withVolume(id: string, name: string, shared = false): Record<string, unknown> {
  const external = { name, provider: 'dvdi', options: { 'dvdi/driver': 'rexray' }, shared };
  return { id, container: { volumes: [{ containerPath: 'v', mode: 'RW', external }] } };
}

test.each<[name: string, changed: Record<string, unknown>, error: string | undefined]>([
  ['another volume', withVolume('/b', 'other'), undefined],
  ['a shared volume that others share', withVolume('/b', 'all', true), undefined],
  ['the same volume', withVolume('/a', 'vol'), undefined],
  [
    'the volume of another app',
    withVolume('/b', 'vol'),
    "Volume name 'vol' in /b conflicts with volume(s) of same name in app(s): /a",
  ],
  [
    'the volume of another app, though it would share it',
    withVolume('/b', 'vol', true),
    "Volume name 'vol' in /b conflicts with volume(s) of same name in app(s): /a",
  ],
])('an app has %s', (_name, changed, error) => {
  const stored = [withVolume('/a', 'vol'), withVolume('/c', 'all', true)].map(app);
  const definition = app(changed);
  const apps = new Map([...stored, definition].map((each) => [each.id, each]));
  expect(volumeConflict([definition], apps)).toBe(error);
});

test('a change with the volume of another app is refused, and other changes are not', () => {
  const cluster = new FakeCluster({ agents: [] });
  expect(cluster.put(withVolume('/a', 'vol'))).toMatchObject({ ok: true });
  expect(cluster.put(withVolume('/b', 'vol'))).toMatchObject({
    refusal: { code: 'invalid', details: [{ path: '/container/volumes' }] },
  });
  expect(cluster.put({ id: '/c' })).toMatchObject({ ok: true });
});
