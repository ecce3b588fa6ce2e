import { rescind } from '../../../../../cluster/master/core/offers/rescind';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { printResources } from '../../../../../cluster/model/resources';
import { effectsOf } from '../../../../effects-of';
import { BOOT } from '../../builders';
import { MasterScript } from '../../interpreter';

/** A master with one agent, all of which is offered to one framework. */
function offeredMaster(offerTimeoutMs?: number): MasterScript {
  const script = new MasterScript({ ...BOOT, settings: { ...BOOT.settings, offerTimeoutMs } });
  for (const command of ['start', 'agent a cpus=4 mem=1024', 'framework web', 'advance 1'])
    script.interpret(command.split(' '), '');
  return script;
}

function rescinding(state: MasterState, offerId: string) {
  return effectsOf(state, (turn: Turn) => rescind(turn, offerId));
}

describe('an offer', () => {
  it('has its resources recovered when it is rescinded, and its framework gets RESCIND', () => {
    const { state } = offeredMaster();
    const [offerId = ''] = state.offers.keys();
    const [agent] = state.allocator.agents.values();
    expect(printResources(agent?.free ?? [])).toBe('');

    expect(rescinding(state, offerId)).toMatchObject([
      { kind: 'event', event: { type: 'RESCIND', rescind: { offer_id: { value: offerId } } } },
    ]);
    expect(printResources(agent?.free ?? [])).toBe('cpus:4; mem:1024');
    expect(state.offers.size).toBe(0);
    expect([...(state.agents.get(agent?.id ?? '')?.offers ?? [])]).toEqual([]);
  });

  it('is rescinded once only', () => {
    const { state } = offeredMaster();
    const [offerId = ''] = state.offers.keys();
    rescinding(state, offerId);
    expect(rescinding(state, offerId)).toEqual([]);
  });

  it('is rescinded without an event if its framework is not connected', () => {
    const { state } = offeredMaster();
    const [offerId = ''] = state.offers.keys();
    for (const framework of state.frameworks.values()) framework.stream = undefined;
    expect(rescinding(state, offerId)).toEqual([]);
    expect(state.offers.size).toBe(0);
  });

  it('expires after --offer_timeout, and its resources are offered again', () => {
    const script = offeredMaster(60_000);
    const [offerId] = script.state.offers.keys();
    expect(script.interpret(['advance', '61'], '')).toContain(`event web: RESCIND ${offerId}`);
    expect([...script.state.offers.keys()]).not.toContain(offerId);
    expect(script.state.offers.size).toBe(1);
  });
});
