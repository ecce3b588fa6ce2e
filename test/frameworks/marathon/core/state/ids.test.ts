import { newUuid } from '../../../../../frameworks/marathon/core/state/ids';
import { startTurn } from '../../../../../frameworks/marathon/core/state/turn';
import { FakeCluster } from '../../fake-cluster';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDs of version 7 that never repeat and sort by age', () => {
  const { state } = new FakeCluster({ connect: false });
  const ids = [1, 2, 1_900_000_000_000, 1_900_000_000_001].map((now) =>
    newUuid(startTurn({ state, now, effects: [] })),
  );
  for (const id of ids) expect(id).toMatch(UUID_7);
  expect([...ids].sort()).toEqual(ids);
  const now = 1_900_000_000_000;
  const many = Array.from({ length: 100 }, () => newUuid(startTurn({ state, now, effects: [] })));
  expect(new Set(many).size).toBe(100);
});

test.each([
  [0, '00000000-0000-'],
  [-5, '00000000-0000-'],
  [0x0123_4567_89ab, '01234567-89ab-'],
])('the time %i is the first part', (now, prefix) => {
  const { state } = new FakeCluster({ connect: false });
  expect(newUuid(startTurn({ state, now, effects: [] })).startsWith(prefix)).toBe(true);
});
