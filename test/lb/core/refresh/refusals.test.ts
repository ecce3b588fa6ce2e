/** Parts that HAProxy refused: how long they are left out. */

import type { RefreshState } from '../../../../lb/core/refresh/refresh';
import {
  forgetRefusals,
  REFUSED_MS,
  refusedApps,
  refusedParts,
  rememberFaults,
} from '../../../../lb/core/refresh/refusals';

const NOW = 1000;
const LISTENER = 'listener 0 /a';

function remembering(): Pick<RefreshState, 'refusals'> {
  const state = { refusals: new Map() };
  rememberFaults(state, [{ key: LISTENER, why: 'x', version: '3' }], NOW);
  return state;
}

test.each([
  ['stays while its app stays the same', '3', 0, [LISTENER]],
  ['stays for a minute', '3', REFUSED_MS, [LISTENER]],
  ['is forgotten after a minute', '3', REFUSED_MS + 1, []],
  ['is forgotten when its app changes', '4', 0, []],
  ['is forgotten when its app is gone', undefined, 0, []],
])('a refused part %s', (_name, version, later, expected) => {
  const state = remembering();
  forgetRefusals(state, version === undefined ? [] : [['/a', version]], NOW + later);
  expect([...state.refusals.keys()]).toEqual(expected);
});

test('a part is remembered from its first refusal on, and not for an app that does not exist', () => {
  const state = remembering();
  const gone = { key: '/group', why: 'x', version: undefined };
  rememberFaults(state, [{ key: LISTENER, why: 'y', version: '4' }, gone], NOW + 1);
  expect([...state.refusals]).toEqual([[LISTENER, { version: '3', why: 'x', at: NOW }]]);
});

test('remembered parts and new ones are left out', () => {
  const fresh = { key: '/b', why: 'z', version: '1' };
  expect(refusedParts(remembering(), [fresh])).toEqual([
    [LISTENER, 'x'],
    ['/b', 'z'],
  ]);
  expect(refusedApps(remembering())).toEqual(['/a']);
});
