import { makeOffers } from '../../../../../cluster/master/core/offers/make-offers';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { readResources } from '../../../../../cluster/model/resources';
import { effectsOf } from '../../../../effects-of';
import { MasterScript } from '../../interpreter';
import { readWords } from '../../operation-words';

const resources = readResources(readWords('cpus:1'));

function cluster(...lines: readonly string[]) {
  const script = new MasterScript();
  script.play(...lines, 'start', 'agent a', 'agent b', 'framework web', 'framework db');
  const [web = '', db = ''] = script.state.frameworks.keys();
  const allocation = (frameworkId: string, agentId: string) => ({
    frameworkId,
    agentId,
    role: '*',
    resources,
  });
  return { state: script.state, web, db, allocation };
}

function offering(state: MasterState, allocations: Parameters<typeof makeOffers>[1], now = 0) {
  return effectsOf(state, (turn: Turn) => makeOffers(turn, allocations), now);
}

test('each framework gets one event with all of its offers', () => {
  const { state, web, db, allocation } = cluster();
  const effects = offering(state, [allocation(web, 'M-S0'), allocation(db, 'M-S0'), allocation(web, 'M-S1')]);
  const events = effects.flatMap((effect) =>
    effect.kind === 'event' ? [effect.event.offers?.offers?.length] : [],
  );
  expect(events).toEqual([2, 1]);
});

test('an offer stands with its framework and its agent', () => {
  const { state, web, allocation } = cluster();
  offering(state, [allocation(web, 'M-S0')]);
  const [offer] = state.offers.values();
  expect(offer).toMatchObject({ id: 'M-O0', frameworkId: web, agentId: 'M-S0' });
  expect(state.frameworks.get(web)?.offers.has('M-O0')).toBe(true);
  expect(state.agents.get('M-S0')?.offers.has('M-O0')).toBe(true);
});

test.each([
  [undefined, []],
  [30_000, [30_005]],
])('with the time limit %s it ends at %j', (limit, ends) => {
  const { state, web, allocation } = cluster(
    ...(limit === undefined ? [] : [`settings offerTimeoutMs=${limit}`]),
  );
  const effects = offering(state, [allocation(web, 'M-S0')], 5);
  expect(effects.flatMap((effect) => (effect.kind === 'wake' ? [effect.at] : []))).toEqual(ends);
});
